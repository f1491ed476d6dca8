//! The functions of templates: those of Go, and those that docker adds.

use std::cmp::Ordering;

use rcompose::diag::did_you_mean;
use rcompose::yaml::to_json;
use serde_json::Value;

use super::Fault;
use super::print::{is_true, print};
use super::printf::printf;

type Function = fn(&[Value]) -> Result<Value, Fault>;

const FUNCTIONS: &[(&str, Function)] = &[
    ("json", |args| to_json(one(args)?).map(Value::String).map_err(|error| Fault::new(error.to_string()))),
    ("upper", |args| Ok(text(one(args)?).to_uppercase().into())),
    ("lower", |args| Ok(text(one(args)?).to_lowercase().into())),
    ("title", |args| Ok(title(&text(one(args)?)).into())),
    ("split", |args| {
        two(args).map(|(whole, mark)| text(whole).split(&text(mark)).map(Value::from).collect())
    }),
    ("join", |args| two(args).map(|(list, mark)| items(list).join(&text(mark)).into())),
    ("truncate", |args| {
        two(args).map(|(whole, length)| text(whole).chars().take(count(length)).collect::<String>().into())
    }),
    ("pad", pad),
    ("print", |args| Ok(args.iter().map(print).collect::<String>().into())),
    ("println", |args| Ok((args.iter().map(print).collect::<Vec<_>>().join(" ") + "\n").into())),
    ("printf", |args| {
        args.split_first().ok_or_else(few).map(|(form, args)| printf(&text(form), args).into())
    }),
    ("len", length),
    ("index", index),
    ("slice", slice),
    ("not", |args| Ok((!is_true(one(args)?)).into())),
    ("and", |args| Ok(args.iter().find(|value| !is_true(value)).or(args.last()).ok_or_else(few)?.clone())),
    ("or", |args| Ok(args.iter().find(|value| is_true(value)).or(args.last()).ok_or_else(few)?.clone())),
    ("eq", |args| {
        args.split_first()
            .ok_or_else(few)
            .map(|(first, rest)| rest.iter().any(|other| order(first, other).is_eq()).into())
    }),
    ("ne", |args| two(args).map(|(left, right)| order(left, right).is_ne().into())),
    ("lt", |args| two(args).map(|(left, right)| order(left, right).is_lt().into())),
    ("le", |args| two(args).map(|(left, right)| order(left, right).is_le().into())),
    ("gt", |args| two(args).map(|(left, right)| order(left, right).is_gt().into())),
    ("ge", |args| two(args).map(|(left, right)| order(left, right).is_ge().into())),
];

/// Calls a function by its name.
pub(super) fn call(name: &str, arguments: &[Value]) -> Result<Value, Fault> {
    match FUNCTIONS.iter().find(|(known, _)| *known == name) {
        Some((_, function)) => function(arguments),
        None => Err(Fault {
            message: format!("function {name:?} not defined"),
            help: did_you_mean(name, FUNCTIONS.iter().map(|(known, _)| *known))
                .or_else(|| Some(format!("fields begin with a dot: `.{name}`"))),
        }),
    }
}

fn few() -> Fault {
    Fault::new("wrong number of args for a function")
}

fn one(arguments: &[Value]) -> Result<&Value, Fault> {
    match arguments {
        [value] => Ok(value),
        _ => Err(few()),
    }
}

fn two(arguments: &[Value]) -> Result<(&Value, &Value), Fault> {
    match arguments {
        [first, second] => Ok((first, second)),
        _ => Err(few()),
    }
}

fn text(value: &Value) -> String {
    print(value)
}

fn items(value: &Value) -> Vec<String> {
    value.as_array().map(|items| items.iter().map(print).collect()).unwrap_or_default()
}

fn count(value: &Value) -> usize {
    value.as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default()
}

fn title(text: &str) -> String {
    let mut start = true;
    let capital = |letter: char| {
        let first = std::mem::replace(&mut start, !letter.is_alphanumeric());
        if first { letter.to_uppercase().collect::<String>() } else { letter.to_string() }
    };
    text.chars().map(capital).collect()
}

/// Blanks before and behind a text that is not empty.
fn pad(arguments: &[Value]) -> Result<Value, Fault> {
    let [whole, before, behind] = arguments else { return Err(few()) };
    let text = text(whole);
    if text.is_empty() {
        return Ok(text.into());
    }
    Ok(format!("{}{text}{}", " ".repeat(count(before)), " ".repeat(count(behind))).into())
}

fn length(arguments: &[Value]) -> Result<Value, Fault> {
    match one(arguments)? {
        Value::String(text) => Ok(text.len().into()),
        Value::Array(items) => Ok(items.len().into()),
        Value::Object(map) => Ok(map.len().into()),
        other => Err(Fault::new(format!("{} has no length", print(other)))),
    }
}

fn index(arguments: &[Value]) -> Result<Value, Fault> {
    let (whole, keys) = arguments.split_first().ok_or_else(few)?;
    let mut value = whole;
    for key in keys {
        let found = match (value, key) {
            (Value::Array(items), Value::Number(_)) => items.get(count(key)),
            (Value::Object(map), Value::String(name)) => map.get(name),
            _ => return Err(Fault::new(format!("can't index {} by {}", print(value), print(key)))),
        };
        value = match (found, value) {
            (Some(found), _) => found,
            (None, Value::Array(items)) => {
                return Err(Fault::new(format!("index out of range: {} of {}", print(key), items.len())));
            }
            (None, _) => return Ok(Value::Null),
        };
    }
    Ok(value.clone())
}

fn slice(arguments: &[Value]) -> Result<Value, Fault> {
    let (whole, bounds) = arguments.split_first().ok_or_else(few)?;
    let out = || Fault::new("slice bounds out of range");
    let from = bounds.first().map_or(0, count);
    let until = |length: usize| bounds.get(1).map_or(length, count);
    match whole {
        Value::String(text) => text.get(from..until(text.len())).map(Value::from).ok_or_else(out),
        Value::Array(items) => {
            items.get(from..until(items.len())).map(|items| items.to_vec().into()).ok_or_else(out)
        }
        other => Err(Fault::new(format!("can't slice {}", print(other)))),
    }
}

fn order(left: &Value, right: &Value) -> Ordering {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        _ => print(left).cmp(&print(right)),
    }
}
