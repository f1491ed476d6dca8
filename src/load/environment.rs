//! The variables that can be interpolated, and where each was set.

use std::collections::BTreeMap;

use crate::diag::Span;

/// A variable's value and, if it was set in a file, the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The value.
    pub value: String,
    /// Where it was set, if in a file and not in the process environment.
    pub defined: Option<Span>,
}

/// Variables by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, Variable>,
}

impl Environment {
    /// The process environment.
    #[must_use]
    pub fn of_process(variables: &BTreeMap<String, String>) -> Self {
        let variables = variables
            .iter()
            .map(|(name, value)| (name.clone(), Variable { value: value.clone(), defined: None }))
            .collect();
        Self { variables }
    }

    /// The value of a variable.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|variable| variable.value.as_str())
    }

    /// A variable with its origin.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }

    /// Sets a variable, whatever it was before.
    pub fn set(&mut self, name: impl Into<String>, variable: Variable) {
        self.variables.insert(name.into(), variable);
    }

    /// Takes over the variables of `other` that are not set here.
    pub fn fill_from(&mut self, other: Self) {
        for (name, variable) in other.variables {
            self.variables.entry(name).or_insert(variable);
        }
    }

    /// All variables, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Variable)> {
        self.variables.iter().map(|(name, variable)| (name.as_str(), variable))
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_already_wins_over_what_fills() {
        let mut environment =
            Environment::of_process(&BTreeMap::from([("A".to_owned(), "shell".to_owned())]));
        let mut file = Environment::default();
        file.set("A", Variable { value: "file".to_owned(), defined: None });
        file.set("B", Variable { value: "file".to_owned(), defined: None });
        environment.fill_from(file);
        assert_eq!(environment.value("A"), Some("shell"));
        assert_eq!(environment.value("B"), Some("file"));
    }
}
