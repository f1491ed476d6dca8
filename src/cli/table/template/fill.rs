//! A tree and a row to text.

use std::collections::BTreeMap;

use rcompose::diag::did_you_mean;
use serde_json::{Map, Value};

use super::Fault;
use super::functions::call;
use super::parse::{Branch, Operand, Pipeline, Step, Template};
use super::print::{is_true, print};

/// What a template is filled with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// The values of `.`.
    pub(crate) fields: &'a Map<String, Value>,
    /// The labels behind `.Label`; `None` while headings are made: `.Label` is then the label's own last word, and
    /// nothing is a collection.
    pub(crate) labels: Option<&'a BTreeMap<String, String>>,
}

struct Filling<'a> {
    scope: Scope<'a>,
    out: String,
    variables: Vec<(String, Value)>,
}

impl Template {
    /// The text for a row.
    pub(crate) fn fill(&self, scope: Scope<'_>) -> Result<String, Fault> {
        let root = Value::Object(scope.fields.clone());
        // `$` is what `.` is at the start.
        let mut filling =
            Filling { scope, out: String::new(), variables: vec![(String::new(), root.clone())] };
        filling.body(&self.body, &root)?;
        Ok(filling.out)
    }
}

impl Filling<'_> {
    fn body(&mut self, steps: &[Step], dot: &Value) -> Result<(), Fault> {
        let known = self.variables.len();
        for step in steps {
            match step {
                Step::Text(text) => self.out.push_str(text),
                Step::Print(pipeline) => {
                    let value = self.pipeline(pipeline, dot)?;
                    if pipeline.variables.is_empty() {
                        self.out.push_str(&print(&value));
                    }
                }
                Step::If(branch) => self.branch(branch, dot, false)?,
                Step::With(branch) => self.branch(branch, dot, true)?,
                Step::Range(branch) => self.range(branch, dot)?,
            }
        }
        self.variables.truncate(known);
        Ok(())
    }

    fn branch(&mut self, branch: &Branch, dot: &Value, rebinds: bool) -> Result<(), Fault> {
        let known = self.variables.len();
        let value = self.pipeline(&branch.on, dot)?;
        let result = if is_true(&value) {
            self.body(&branch.body, if rebinds { &value } else { dot })
        } else {
            self.body(&branch.otherwise, dot)
        };
        self.variables.truncate(known);
        result
    }

    fn range(&mut self, branch: &Branch, dot: &Value) -> Result<(), Fault> {
        let value = self.value(&branch.on, dot)?;
        let items: Vec<(Value, Value)> = match value {
            Value::Array(items) => {
                items.into_iter().enumerate().map(|(at, item)| (at.into(), item)).collect()
            }
            Value::Object(map) => map.into_iter().map(|(key, item)| (key.into(), item)).collect(),
            Value::Null => Vec::new(),
            _ if self.scope.labels.is_none() => Vec::new(),
            other => return Err(Fault::new(format!("range can't iterate over {}", print(&other)))),
        };
        if items.is_empty() {
            return self.body(&branch.otherwise, dot);
        }
        let known = self.variables.len();
        for (key, item) in items {
            let bound = match branch.on.variables.as_slice() {
                [] => vec![],
                [one] => vec![(one.clone(), item.clone())],
                [key_name, name, ..] => vec![(key_name.clone(), key), (name.clone(), item.clone())],
            };
            self.variables.extend(bound);
            self.body(&branch.body, &item)?;
            self.variables.truncate(known);
        }
        Ok(())
    }

    /// The value of a pipeline; its variables take it.
    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Value, Fault> {
        let value = self.value(pipeline, dot)?;
        for name in &pipeline.variables {
            if pipeline.declares {
                self.variables.push((name.clone(), value.clone()));
                continue;
            }
            match self.variables.iter_mut().rev().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value.clone(),
                None => return Err(undefined(name)),
            }
        }
        Ok(value)
    }

    fn value(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Value, Fault> {
        let mut last = None;
        for command in &pipeline.commands {
            last = Some(self.command(command, dot, last)?);
        }
        Ok(last.unwrap_or_default())
    }

    fn command(&mut self, command: &[Operand], dot: &Value, piped: Option<Value>) -> Result<Value, Fault> {
        let Some((first, rest)) = command.split_first() else { return Ok(Value::Null) };
        let mut arguments = Vec::new();
        for operand in rest {
            arguments.push(self.operand(operand, dot)?);
        }
        arguments.extend(piped);
        match first {
            Operand::Function(name) => call(name, &arguments),
            Operand::Fields(names) if names.len() == 1 && names[0] == "Label" => self.label(&arguments),
            _ if arguments.is_empty() => self.operand(first, dot),
            _ => Err(Fault::new("can't give argument to a value that is not a function")),
        }
    }

    fn operand(&mut self, operand: &Operand, dot: &Value) -> Result<Value, Fault> {
        match operand {
            Operand::Fields(names) => self.fields(dot, names),
            Operand::Variable(name, names) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                let value = known.map(|(_, value)| value.clone()).ok_or_else(|| undefined(name))?;
                self.fields(&value, names)
            }
            Operand::Literal(value) => Ok(value.clone()),
            Operand::Function(name) => call(name, &[]),
            Operand::Group(pipeline, names) => {
                let value = self.value(pipeline, dot)?;
                self.fields(&value, names)
            }
        }
    }

    fn fields(&self, value: &Value, names: &[String]) -> Result<Value, Fault> {
        let mut value = value;
        for name in names {
            value = match value {
                Value::Object(map) => match map.get(name) {
                    Some(value) => value,
                    None if self.scope.labels.is_none() => return Ok(Value::Null),
                    None => {
                        let help = did_you_mean(name, map.keys().map(String::as_str)).or_else(|| {
                            Some(format!("there are: {}", map.keys().cloned().collect::<Vec<_>>().join(", ")))
                        });
                        return Err(Fault { message: format!("can't evaluate field {name}"), help });
                    }
                },
                _ if self.scope.labels.is_none() => return Ok(Value::Null),
                _ => return Err(Fault::new(format!("can't evaluate field {name} in {}", print(value)))),
            };
        }
        Ok(value.clone())
    }

    fn label(&self, arguments: &[Value]) -> Result<Value, Fault> {
        let [Value::String(name)] = arguments else { return Err(Fault::new("Label wants one name")) };
        let text = match self.scope.labels {
            Some(labels) => labels.get(name).cloned().unwrap_or_default(),
            None => name.rsplit('.').next().unwrap_or_default().replace(['-', '_'], " "),
        };
        Ok(Value::String(text))
    }
}

fn undefined(name: &str) -> Fault {
    Fault::new(format!("undefined variable \"${name}\""))
}
