//! Standard input as it is read: by a thread of its own, since nothing can end a read of a terminal.

use std::io::{self, stdin};
use std::thread;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::unfold;
use rcompose::run::Input;
use rustix::io::{Errno, read};
use tokio::sync::mpsc::channel;

/// Reads at most so much at once.
const PIECE: usize = 32 * 1024;
/// How many pieces are read ahead.
const AHEAD: usize = 4;

/// What comes on standard input from now on. The thread ends with the process: a read that waits for a key has no other
/// end.
pub(super) fn keyboard() -> Input {
    let (sender, receiver) = channel::<io::Result<Bytes>>(AHEAD);
    thread::spawn(move || {
        let mut buffer = vec![0; PIECE];
        loop {
            let piece = match read(stdin(), buffer.as_mut_slice()) {
                Ok(0) => return,
                Ok(length) => Ok(Bytes::copy_from_slice(&buffer[..length])),
                Err(Errno::INTR) => continue,
                Err(fault) => Err(fault.into()),
            };
            let last = piece.is_err();
            if sender.blocking_send(piece).is_err() || last {
                return;
            }
        }
    });
    unfold(receiver, |mut receiver| async move {
        let piece = receiver.recv().await?;
        Some((piece, receiver))
    })
    .boxed()
}
