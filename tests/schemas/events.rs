//! `schemas/events.schema.json` against events as they are written.

use std::time::Duration;

use rcompose::event::{
    Carried, Event, Level, LogLine, OutputLine, Progress, Status, StepProgress, StepState, Stream, Synced,
};
use rcompose::resource::{Kind, ResourceId};
use serde_json::{Value, json, to_value};

use crate::schema::Schema;

fn resource(kind: Kind) -> ResourceId {
    ResourceId::new(kind, "shop-thing-1")
}

fn line(stream: Stream, timestamp: Option<&str>) -> Event {
    Event::Log(LogLine {
        bytes: None,
        container: "web-1".to_owned(),
        service: "web".to_owned(),
        stream,
        timestamp: timestamp.map(str::to_owned),
        text: "hello".to_owned(),
    })
}

/// Every event there is, every choice within them, and the optional keys present and absent.
fn events() -> Vec<Event> {
    let statuses = [Status::Working, Status::Done, Status::Warning, Status::Error];
    let kinds = [Kind::Image, Kind::Network, Kind::Volume, Kind::Container, Kind::Service];
    let counted = Progress {
        parent: Some(resource(Kind::Image)),
        current: 3,
        total: 4,
        ..Progress::new(resource(Kind::Image), Status::Working, "Downloading").details("so far")
    };
    let mut events = vec![
        Event::Started { operation: "up", total: 0 },
        Event::Finished { operation: "up", success: false },
        Event::Attached { containers: vec!["web-1".to_owned()] },
        Event::Shown { containers: vec!["web-1".to_owned()] },
        Event::Exited {
            container: "web-1".to_owned(),
            service: "web".to_owned(),
            code: 137,
            restarting: true,
        },
        Event::Output(OutputLine::new(resource(Kind::Image), "a word")),
        Event::Output(OutputLine {
            step: Some(2),
            after: Some(Duration::from_millis(1500)),
            ..OutputLine::new(resource(Kind::Image), "a word")
        }),
        Event::Step(StepProgress {
            resource: resource(Kind::Image),
            service: "web".to_owned(),
            step: 2,
            name: "[2/3] RUN make".to_owned(),
            state: StepState::Failed,
            took: Some(Duration::from_secs(1)),
            message: "exit code: 2".to_owned(),
        }),
        Event::Carried(Carried {
            resource: resource(Kind::Image),
            step: 1,
            what: "transferring context".to_owned(),
            current: 5,
            total: 0,
            done: false,
        }),
        Event::Progress(counted),
        line(Stream::Stdout, None),
        line(Stream::Stderr, Some("2026-11-24T20:31:36Z")),
    ];
    events.extend(statuses.map(|status| Event::Progress(Progress::new(resource(Kind::Volume), status, "x"))));
    events.extend(kinds.map(|kind| Event::Progress(Progress::new(resource(kind), Status::Done, "x"))));
    events.extend(watch());
    events.extend(
        [Level::Info, Level::Warning, Level::Error]
            .map(|level| Event::Notice { level, text: "x".to_owned() }),
    );
    events
}

/// Those of a watch.
fn watch() -> Vec<Event> {
    let reacted = ["rebuild", "restart", "exec"].map(|action| Event::Reacted {
        services: vec!["web".to_owned()],
        action,
        success: true,
        milliseconds: 4,
    });
    let mut events = vec![
        Event::Watching {
            services: vec!["web".to_owned()],
            folders: 2,
            paths: 9,
            polling: Some("as you asked".to_owned()),
        },
        Event::Watching { services: vec![], folders: 0, paths: 0, polling: None },
        Event::Synced(Synced {
            service: "web".to_owned(),
            containers: vec!["web-1".to_owned()],
            copied: 1,
            paths: vec!["/app/x".to_owned()],
            ..Synced::default()
        }),
        Event::Planned { steps: vec!["create container".to_owned()], applied: false },
    ];
    events.extend(reacted);
    events
}

#[test]
fn every_event_is_as_the_schema_says() {
    let schema = Schema::shipped("events.schema.json");
    for event in events() {
        let value = to_value(&event).expect("an event is JSON");
        assert_eq!(schema.faults(&value), Vec::<String>::new(), "{value}");
    }
}

#[test]
fn every_type_and_key_of_the_schema_is_written() {
    let schema = Schema::shipped("events.schema.json");
    let written: Vec<Value> =
        events().iter().map(|event| to_value(event).expect("an event is JSON")).collect();
    for (kind, keys) in schema.keys() {
        for key in keys {
            let found =
                written.iter().any(|value| value["type"] == kind.as_str() && value.get(&key).is_some());
            assert!(found || kind == "failure" || kind == "resource", "nothing writes `{key}` of `{kind}`");
        }
    }
}

#[test]
fn what_is_not_an_event_is_not_valid() {
    let schema = Schema::shipped("events.schema.json");
    for value in [
        json!({}),
        json!({ "type": "started" }),
        json!({ "type": "nonsense", "text": "x" }),
        json!({ "type": "notice", "level": "loud", "text": "x" }),
        json!({ "type": "notice", "level": "info", "text": "x", "more": 1 }),
        json!({ "error": false, "message": "x" }),
    ] {
        assert!(!schema.faults(&value).is_empty(), "{value}");
    }
    assert!(schema.faults(&json!({ "error": true, "message": "x", "help": ["y"] })).is_empty());
}
