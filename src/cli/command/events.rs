//! `events`: tells what happens to containers.

use clap::Args;
use rcompose::diag::harmless;
use rcompose::ops::{ContainerEvent, EventsOptions};
use rcompose::yaml::to_json;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::cli::args::instant;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Tell what happens to containers, as it happens
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose events --json web               an object a line, until Ctrl-C\n  \
    rcompose events --since 10m --until 1s   what has happened")]
pub(crate) struct EventsArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// An object a line
    #[arg(long)]
    json: bool,
    /// Those since a time (2026-01-02T13:23:37Z) or for so long (42m), too
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// End at a time (2026-01-02T13:23:37Z), or with what was so long ago (42m)
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

/// Tells it.
pub(crate) fn run(args: &EventsArgs, session: &Session) -> Result<Exit, Failure> {
    let options = EventsOptions {
        services: args.services.clone(),
        since: args.since.as_deref().map(point).transpose()?,
        until: args.until.as_deref().map(point).transpose()?,
    };
    let project = Project::open(session, Needs::Name, &args.services)?;
    work(session, project, Lines::default(), async |compose| {
        let mut events = compose.events(&options).await?;
        while let Some(event) = events.next().await? {
            session.ui.print_found(&if args.json { object(&event)? } else { line(&event) })?;
        }
        Ok(Exit::Success)
    })
}

fn point(text: &str) -> Result<i64, Failure> {
    instant(text, OffsetDateTime::now_utc()).map_err(Failure::message)
}

/// As the peer has it, with the attributes in order.
fn line(event: &ContainerEvent) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:6]");
    let attributes: Vec<String> =
        event.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let line = format!(
        "{} container {} {} ({})",
        moment(event.time).format(&form).unwrap_or_default(),
        event.action,
        event.id,
        attributes.join(", ")
    );
    // The peer leaves a line blank after each.
    format!("{}\n\n", harmless(&line).replace('\n', " "))
}

fn object(event: &ContainerEvent) -> Result<String, Failure> {
    let object = json!({
        "action": event.action,
        "attributes": event.attributes,
        "id": event.id,
        "service": event.service,
        "time": rfc3339(event.time),
        "type": "container",
    });
    let text = to_json(&object).map_err(|error| Failure::message(error.to_string()))?;
    Ok(text + "\n")
}

/// With nanoseconds, but for zeros at their end.
fn rfc3339(nanoseconds: i64) -> String {
    let form = time::format_description::well_known::Rfc3339;
    moment(nanoseconds).format(&form).unwrap_or_default()
}

fn moment(nanoseconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds.into()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn event() -> ContainerEvent {
        ContainerEvent {
            time: 1_795_572_987_631_879_280,
            service: "b".to_owned(),
            id: "ea4b".to_owned(),
            action: "exec_start: sh -c '\u{1b}[2J\n'".to_owned(),
            attributes: BTreeMap::from([
                ("name".to_owned(), "p-b-1".to_owned()),
                ("image".to_owned(), "busybox".to_owned()),
            ]),
        }
    }

    #[test]
    fn a_line_has_the_peers_form_and_no_control_characters() {
        assert_eq!(
            line(&event()),
            "2026-11-25 02:16:27.631879 container exec_start: sh -c '␛[2J ' ea4b (image=busybox, name=p-b-1)\n\n"
        );
    }

    #[test]
    fn an_object_has_the_peers_keys() {
        let text = object(&event()).expect("an event is JSON");
        assert!(text.starts_with(r#"{"action":"exec_start"#), "{text}");
        assert!(
            text.ends_with(
                "\"id\":\"ea4b\",\"service\":\"b\",\"time\":\"2026-11-25T02:16:27.63187928Z\",\"type\":\"container\"}\n"
            ),
            "{text}"
        );
    }
}
