//! The part of Go's template language that people use in `--format`.
//!
//! Fields, methods of rows (`.Label`), pipes, functions, variables, `if`, `else`, `range`, `with`, comments and trim
//! marks. No definitions of templates, no calls of others.

mod fault;
mod fill;
mod functions;
mod lex;
mod parse;
mod print;
mod printf;
#[cfg(test)]
mod tests;

pub(crate) use fault::Fault;
pub(crate) use fill::Scope;
pub(crate) use parse::Template;
