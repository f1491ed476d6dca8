//! Ctrl-C, SIGTERM and SIGHUP: the first ends gracefully, the second by force, the third at once.

use std::fs::read_to_string;
use std::io;

use rcompose::ops::Interrupts;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Signals from now on: `stop` is cancelled by the first, `kill` by the second, and the token that is given back by the
/// third. Needs the runtime.
pub(crate) fn listen(interrupts: &Interrupts) -> io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = if ignored(HANGUP) { None } else { Some(signal(SignalKind::hangup())?) };
    let leave = CancellationToken::new();
    let tokens = [interrupts.stop.clone(), interrupts.kill.clone(), leave.clone()];
    tokio::spawn(async move {
        for token in tokens {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = received(&mut hangup) => {}
            }
            token.cancel();
        }
    });
    Ok(leave)
}

/// The number of SIGHUP.
const HANGUP: u32 = 1;

async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// True for a signal that whoever started us made us deaf to, as `nohup` does.
fn ignored(number: u32) -> bool {
    read_to_string("/proc/self/status").is_ok_and(|status| is_set(&status, number))
}

/// Whether the mask of ignored signals in `/proc/PID/status` (proc(5), `SigIgn`) holds a signal.
fn is_set(status: &str, number: u32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (number - 1)) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_is_ignored_is_found_in_the_mask() {
        let status =
            "Name:\tx\nSigBlk:\t0000000000000001\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000000\n";
        assert!(is_set(status, 1) && is_set(status, 13));
        assert!(!is_set(status, 2) && !is_set("", 1));
    }
}
