//! Traces for developers: off unless `RCOMPOSE_LOG` or `--verbose` asks for them. What users should know is an event.

use std::io::{self, Write};
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;

/// Starts writing traces to stderr, if asked. The variable holds a filter such as `rcompose=debug,info`.
pub(crate) fn start(filter: Option<&str>, verbose: bool) {
    let filter = match (filter, verbose) {
        (Some(filter), _) if !filter.is_empty() => filter,
        (_, true) => "rcompose=trace",
        _ => return,
    };
    let started = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .with_ansi(false)
        .try_init();
    debug_assert!(started.is_ok(), "traces are started once");
}

/// What is said when the program itself is wrong: where, and whom to tell.
pub(crate) fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    let payload = info.payload();
    let what = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    super::terminal::restore();
    // When stderr is gone there is nobody left to tell.
    let _ = writeln!(
        io::stderr(),
        "rcompose {} has a fault of its own{place}: {what}\n\
         help: please report it with the command that you ran; `RCOMPOSE_LOG=debug` shows what led to it",
        env!("CARGO_PKG_VERSION"),
    );
}
