//! Words to a tree.

use std::iter::Peekable;
use std::vec::IntoIter;

use serde_json::Value;

use super::Fault;
use super::lex::{Piece, Token, pieces};

/// A template that can be filled.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(super) body: Vec<Step>,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Prints a text.
    Text(String),
    /// Prints a value, unless it is only assigned.
    Print(Pipeline),
    /// One of two bodies.
    If(Branch),
    /// A body with another `.`, if that is not empty.
    With(Branch),
    /// A body for each item.
    Range(Branch),
}

/// A condition or collection, what is done with it, and what else.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) on: Pipeline,
    pub(super) body: Vec<Step>,
    pub(super) otherwise: Vec<Step>,
}

/// Commands that hand on their values, and the variables that take the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipeline {
    /// Names, and whether they are new.
    pub(super) variables: Vec<String>,
    pub(super) declares: bool,
    pub(super) commands: Vec<Vec<Operand>>,
}

/// A value or function in a command.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// `.` and fields of it.
    Fields(Vec<String>),
    /// A variable and fields of it.
    Variable(String, Vec<String>),
    /// A value that stands in the template.
    Literal(Value),
    /// A function.
    Function(String),
    /// A pipeline in brackets and fields of its value.
    Group(Pipeline, Vec<String>),
}

/// What ended a body.
#[derive(PartialEq)]
enum Stop {
    Else(Vec<Token>),
    End,
    Text,
}

type Pieces = Peekable<IntoIter<Piece>>;
type Tokens = Peekable<IntoIter<Token>>;

impl Template {
    /// Reads a template.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let mut pieces = pieces(text)?.into_iter().peekable();
        match body(&mut pieces)? {
            (body, Stop::Text) => Ok(Self { body }),
            (_, Stop::End) => Err(Fault::new("unexpected {{end}}")),
            (_, Stop::Else(_)) => Err(Fault::new("unexpected {{else}}")),
        }
    }
}

fn body(pieces: &mut Pieces) -> Result<(Vec<Step>, Stop), Fault> {
    let mut steps = Vec::new();
    while let Some(piece) = pieces.next() {
        let tokens = match piece {
            Piece::Text(text) => {
                steps.push(Step::Text(text));
                continue;
            }
            Piece::Action(tokens) => tokens,
        };
        let keyword = match tokens.first() {
            Some(Token::Word(word)) => word.clone(),
            Some(_) => String::new(),
            None => return Err(Fault::new("missing value for command")),
        };
        let rest = || tokens[1..].to_vec();
        match keyword.as_str() {
            "end" => return Ok((steps, Stop::End)),
            "else" => return Ok((steps, Stop::Else(rest()))),
            "if" => steps.push(Step::If(branch(rest(), pieces)?)),
            "with" => steps.push(Step::With(branch(rest(), pieces)?)),
            "range" => steps.push(Step::Range(branch(rest(), pieces)?)),
            "define" | "template" | "block" | "break" | "continue" => {
                return Err(Fault::new(format!("{{{{{keyword}}}}} is not supported")));
            }
            _ => steps.push(Step::Print(pipeline(tokens)?)),
        }
    }
    Ok((steps, Stop::Text))
}

fn branch(tokens: Vec<Token>, pieces: &mut Pieces) -> Result<Branch, Fault> {
    let on = pipeline(tokens)?;
    let (then, end) = body(pieces)?;
    let otherwise = match end {
        Stop::End => Vec::new(),
        Stop::Text => return Err(Fault::new("unexpected EOF: {{end}} is missing")),
        Stop::Else(tokens) => match tokens.split_first() {
            None => match body(pieces)? {
                (steps, Stop::End) => steps,
                _ => return Err(Fault::new("unexpected EOF: {{end}} is missing")),
            },
            // `else if` and `else with` have no end of their own.
            Some((Token::Word(word), rest)) if word == "if" => vec![Step::If(branch(rest.to_vec(), pieces)?)],
            Some((Token::Word(word), rest)) if word == "with" => {
                vec![Step::With(branch(rest.to_vec(), pieces)?)]
            }
            Some(_) => return Err(Fault::new("unexpected words after {{else")),
        },
    };
    Ok(Branch { on, body: then, otherwise })
}

fn pipeline(tokens: Vec<Token>) -> Result<Pipeline, Fault> {
    let mut tokens = tokens.into_iter().peekable();
    let pipeline = piped(&mut tokens)?;
    match tokens.next() {
        None => Ok(pipeline),
        Some(_) => Err(Fault::new("unexpected right paren")),
    }
}

/// Commands up to the end or a closing bracket.
fn piped(tokens: &mut Tokens) -> Result<Pipeline, Fault> {
    let mut pipeline = Pipeline::default();
    let mut command = Vec::new();
    while let Some(token) = tokens.next_if(|token| *token != Token::Mark(')')) {
        match token {
            Token::Mark('|') => pipeline.commands.push(std::mem::take(&mut command)),
            Token::Mark('(') => {
                let inner = piped(tokens)?;
                if tokens.next() != Some(Token::Mark(')')) {
                    return Err(Fault::new("unclosed left paren"));
                }
                let fields = match tokens.next_if(|token| matches!(token, Token::Fields(_, true))) {
                    Some(Token::Fields(names, _)) => names,
                    _ => Vec::new(),
                };
                command.push(Operand::Group(inner, fields));
            }
            Token::Mark(',') if matches!(command.last(), Some(Operand::Variable(..))) => {}
            Token::Mark(mark) => return Err(Fault::new(format!("unexpected {mark:?} in command"))),
            Token::Assign(declares) => assign(&mut pipeline, &mut command, declares)?,
            other => command.push(operand(other)),
        }
    }
    pipeline.commands.push(command);
    if pipeline.commands.iter().any(Vec::is_empty) {
        return Err(Fault::new("missing value for command"));
    }
    Ok(pipeline)
}

/// What was read so far are names of variables.
fn assign(pipeline: &mut Pipeline, command: &mut Vec<Operand>, declares: bool) -> Result<(), Fault> {
    for operand in command.drain(..) {
        match operand {
            Operand::Variable(name, fields) if fields.is_empty() => pipeline.variables.push(name),
            _ => return Err(Fault::new("only a variable can be assigned to")),
        }
    }
    pipeline.declares = declares;
    Ok(())
}

fn operand(token: Token) -> Operand {
    match token {
        Token::Fields(names, _) => Operand::Fields(names),
        Token::Variable(name, fields) => Operand::Variable(name, fields),
        Token::Text(text) => Operand::Literal(Value::String(text)),
        Token::Number(number) => Operand::Literal(whole(number)),
        Token::Word(word) => match word.as_str() {
            "true" => Operand::Literal(Value::Bool(true)),
            "false" => Operand::Literal(Value::Bool(false)),
            "nil" => Operand::Literal(Value::Null),
            _ => Operand::Function(word),
        },
        Token::Mark(mark) => Operand::Literal(Value::String(mark.to_string())),
        Token::Assign(_) => Operand::Literal(Value::Null),
    }
}

/// A number as an integer where it is one.
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers far below the limit are cast")]
pub(super) fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}
