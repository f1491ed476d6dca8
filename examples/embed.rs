//! A program of your own that brings a stack up, watches it come, and takes it away again.
//!
//!     cargo run --example embed -- up [DIRECTORY]
//!     cargo run --example embed -- down [DIRECTORY]
//!
//! The library prints nothing and reads no environment by itself: what it should know is given to it.

#![expect(clippy::print_stdout, reason = "a program may print, the library may not")]

use std::collections::BTreeMap;
use std::error::Error;

use rcompose::engine::{ConnectOptions, Engine};
use rcompose::event::{Event, channel};
use rcompose::load::{Disk, LoadOptions, load};
use rcompose::ops::{Compose, DownOptions, Error as OpsError, PsOptions, Scope, Settings};
use rcompose::plan::UpPolicy;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let directory = words.get(1).map_or(".", String::as_str);
    let environment: BTreeMap<String, String> = std::env::vars().collect();

    // From files to a checked project. A failure holds every fault, each with its line.
    let options = LoadOptions {
        working_directory: std::path::absolute(directory)?,
        environment: environment.clone(),
        ..LoadOptions::default()
    };
    let loaded = load(&options, &Disk::default()).map_err(OpsError::from)?;

    // Everything that happens comes through here, in one order.
    let (sink, mut events) = channel();
    let watcher = tokio::spawn(async move {
        while let Some(event) = events.next().await {
            if let Event::Progress(step) = event {
                println!("{}: {} {}", step.resource, step.text, step.details);
            }
        }
    });

    let engine = Engine::connect(&ConnectOptions::from_environment(&environment)).await?;
    let compose =
        Compose::new(engine, Scope::Files(Box::new(loaded)), Settings { sink, ..Settings::default() });
    match words.first().map(String::as_str) {
        Some("up") => {
            // The plan can be looked at, printed or refused before it is carried out.
            let prepared = compose.prepare_up(UpPolicy::default()).await?;
            println!("{} steps", prepared.plan.steps().count());
            compose.up(&prepared, None).await?;
            for container in compose.ps(&PsOptions::default()).await? {
                println!("{} runs {}", container.name, container.image);
            }
        }
        Some("down") => {
            let plan = compose.prepare_down(&DownOptions::default()).await?;
            compose.down(&plan).await?;
        }
        _ => return Err("say `up` or `down`".into()),
    }
    // The last sink goes with it, and the watcher ends.
    drop(compose);
    watcher.await?;
    Ok(())
}
