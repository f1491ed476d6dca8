//! `top`: lists the processes of containers.

use std::collections::BTreeMap;

use clap::Args;
use rcompose::ops::ContainerProcesses;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::table::{Spacing, columns};
use crate::cli::work::{Lines, work};

/// List the processes of containers
#[derive(Debug, Args)]
pub(crate) struct TopArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

/// The column that comes last, as it is the longest.
const COMMAND: &str = "CMD";

/// Lists them.
pub(crate) fn run(args: &TopArgs, session: &Session) -> Result<Exit, Failure> {
    let project = Project::open(session, Needs::Name, &args.services)?;
    work(session, project, Lines::default(), async |compose| {
        let all = compose.top(&args.services).await?;
        if !all.is_empty() {
            session.ui.print_found(&table(&all))?;
        }
        Ok(Exit::Success)
    })
}

/// One table, though engines and images may differ in the columns that they tell.
fn table(all: &[ContainerProcesses]) -> String {
    let mut titles: Vec<&str> = Vec::new();
    for title in all.iter().flat_map(|one| &one.processes.titles) {
        if !titles.contains(&title.as_str()) {
            titles.push(title);
        }
    }
    titles.sort_by_key(|title| *title == COMMAND);
    let mut rows = Vec::new();
    for one in all {
        for process in &one.processes.processes {
            let told: BTreeMap<&str, &String> =
                one.processes.titles.iter().map(String::as_str).zip(process).collect();
            let cell = |title: &&str| told.get(title).map_or_else(|| "-".to_owned(), ToString::to_string);
            let mut row = vec![one.service.clone(), one.number.clone()];
            row.extend(titles.iter().map(cell));
            rows.push(row);
        }
    }
    let headings: Vec<&str> = ["SERVICE", "#"].into_iter().chain(titles).collect();
    columns(&headings, rows, Spacing::NARROW)
}

#[cfg(test)]
mod tests {
    use rcompose::engine::Processes;

    use super::*;

    fn container(number: &str, titles: &[&str], process: &[&str]) -> ContainerProcesses {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        ContainerProcesses {
            container: format!("p-web-{number}"),
            service: "web".to_owned(),
            number: number.to_owned(),
            processes: Processes { titles: words(titles), processes: vec![words(process)] },
        }
    }

    #[test]
    fn containers_that_tell_different_columns_share_a_table_with_the_command_last() {
        let all = [
            container("1", &["UID", "CMD", "PID"], &["root", "sleep 1", "7"]),
            container("2", &["PID", "TIME"], &["8", "00:00"]),
        ];
        assert_eq!(
            table(&all),
            "SERVICE  #   UID   PID  TIME   CMD\n\
             web      1   root  7    -      sleep 1\n\
             web      2   -     8    00:00  -\n"
        );
    }
}
