//! `ls`: lists projects.

use clap::Args;
use rcompose::ops::{ProjectSummary, projects};
use rcompose::yaml::to_json;
use regex_automata::Input;
use regex_automata::dfa::Automaton;
use regex_automata::dfa::dense::{self, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::cli::session::Session;
use crate::cli::table::{Spacing, columns, listing};
use crate::cli::work::{Lines, work};

/// A pattern that takes more than so many bytes is none.
const SIZE: usize = 1 << 20;

/// List projects
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose ls -a                      those that do not run, too\n  \
    rcompose ls --filter name=shop -q   names that have `shop` in them")]
pub(crate) struct LsArgs {
    /// Show all: those of which nothing runs, too
    #[arg(short, long)]
    all: bool,
    /// `name=TEXT`: only those with this in their name, a regular expression, repeatable
    #[arg(long = "filter", value_name = "FILTER", value_parser = filter)]
    filters: Vec<(String, String)>,
    /// table or json
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: String,
    /// Only names
    #[arg(short, long)]
    quiet: bool,
}

/// Lists them.
pub(crate) fn run(args: &LsArgs, session: &Session) -> Result<Exit, Failure> {
    if let Some((name, _)) = args.filters.iter().find(|(name, _)| name != "name") {
        return Err(Failure::message(format!("invalid filter '{name}'")).help("there is `name=TEXT`"));
    }
    let json = listing(&args.format)?;
    work(session, Project::none(session), Lines::default(), async |compose| {
        let mut found = projects(compose.engine(), args.all).await?;
        found.retain(|project| args.shows(&project.name));
        session.ui.print_found(&args.text(&found, json)?)?;
        Ok(Exit::Success)
    })
}

/// `name=shop`.
fn filter(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("bad format of filter (expected name=value)")?;
    Ok((pair.0.trim().to_lowercase(), pair.1.trim().to_owned()))
}

/// True if the name is the text, or the text is a pattern that is found in it; what is no pattern finds nothing more, as
/// with the peer.
fn matches(name: &str, text: &str) -> bool {
    let syntax = syntax::Config::new().unicode(false).utf8(false);
    let limits = dense::Config::new().dfa_size_limit(Some(SIZE)).determinize_size_limit(Some(SIZE));
    // Repetitions of repetitions are unrolled before the limits of the table count.
    let states = thompson::Config::new().nfa_size_limit(Some(SIZE));
    let pattern = dense::Builder::new().configure(limits).syntax(syntax).thompson(states).build(text);
    let found = |pattern: DFA<_>| pattern.try_search_fwd(&Input::new(name)).is_ok_and(|end| end.is_some());
    name == text || pattern.is_ok_and(found)
}

impl LsArgs {
    fn shows(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|(_, text)| matches(name, text))
    }

    fn text(&self, found: &[ProjectSummary], json: bool) -> Result<String, Failure> {
        if self.quiet {
            return Ok(found.iter().flat_map(|project| [project.name.as_str(), "\n"]).collect());
        }
        if json {
            let objects: Vec<Value> = found.iter().map(object).collect();
            let text = to_json(&objects).map_err(|error| Failure::message(error.to_string()))?;
            return Ok(text + "\n");
        }
        let row = |project: &ProjectSummary| vec![project.name.clone(), project.status(), files(project)];
        Ok(columns(&["NAME", "STATUS", "CONFIG FILES"], found.iter().map(row).collect(), Spacing::WIDE))
    }
}

fn object(project: &ProjectSummary) -> Value {
    json!({ "Name": project.name, "Status": project.status(), "ConfigFiles": files(project) })
}

fn files(project: &ProjectSummary) -> String {
    if project.files.is_empty() { "N/A".to_owned() } else { project.files.join(",") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_pattern_and_what_is_none_finds_nothing() {
        assert!(matches("shop-1", "sh.p") && matches("shop-1", "^(shop|store)-[0-9]+$"));
        assert!(!matches("shop-1", "^sh.p$") && !matches("shop-1", "SHOP"));
        assert!(!matches("shop", "(") && !matches("shop", "((a{1,1000}){1,1000}){1,1000}"));
    }

    #[test]
    fn a_filter_finds_a_part_of_the_name_or_one_of_its_ends() {
        assert!(matches("shop-1", "op") && matches("shop-1", "^shop") && matches("shop-1", "-1$"));
        assert!(matches("shop", "^shop$") && !matches("shop-1", "^shop$") && !matches("shop", "^op"));
        assert!(matches("shop", ""));
    }
}
