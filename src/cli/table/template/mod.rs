//! The part of Go's template language that people use in `--format`.
//!
//! Fields, methods of rows (`.Label`), pipes, functions, variables, `if`, `else`, `range`, `with`, comments and trim
//! marks. No definitions of templates, no calls of others.

mod fill;
mod functions;
mod lex;
mod parse;
mod print;
mod printf;
#[cfg(test)]
mod tests;

pub(crate) use fill::Scope;
pub(crate) use parse::Template;

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) message: String,
    /// The next step, if there is one.
    pub(crate) help: Option<String>,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }
}
