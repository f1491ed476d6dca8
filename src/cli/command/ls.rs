//! `ls`: lists projects.

use clap::Args;
use rcompose::ops::{ProjectSummary, projects};
use rcompose::yaml::to_json;
use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::cli::session::Session;
use crate::cli::table::{Spacing, columns, listing};
use crate::cli::work::{Lines, work};

/// List projects
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose ls -a                      those that do not run, too\n  \
    rcompose ls --filter name=shop -q   names that have `shop` in them")]
pub(crate) struct LsArgs {
    /// Show all: those of which nothing runs, too
    #[arg(short, long)]
    all: bool,
    /// `name=TEXT`: only those with this in their name (`^` and `$` stand for its ends), repeatable
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

/// True if the text is in the name; the signs for its ends tie it to them.
fn matches(name: &str, text: &str) -> bool {
    match (text.strip_prefix('^'), text.strip_suffix('$')) {
        (Some(_), Some(_)) if text.len() > 1 => name == &text[1..text.len() - 1],
        (Some(beginning), _) => name.starts_with(beginning),
        (None, Some(end)) => name.ends_with(end),
        (None, None) => name.contains(text),
    }
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
    fn a_filter_finds_a_part_of_the_name_or_one_of_its_ends() {
        assert!(matches("shop-1", "op") && matches("shop-1", "^shop") && matches("shop-1", "-1$"));
        assert!(matches("shop", "^shop$") && !matches("shop-1", "^shop$") && !matches("shop", "^op"));
        assert!(matches("shop", ""));
    }
}
