//! A command that runs while the test goes on.

use std::io::Read;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Outcome, normal::normal};

/// A started command; killed when it is dropped.
#[must_use = "a command that runs has to be finished"]
pub(crate) struct Running {
    command: String,
    child: Child,
    out: Stream,
    err: Stream,
    names: Vec<(String, String)>,
    deadline: Instant,
}

/// What a stream has said so far, and the thread that listens to it.
struct Stream {
    text: Arc<Mutex<Vec<u8>>>,
    listener: Option<JoinHandle<()>>,
}

impl Stream {
    fn listen(mut from: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&text);
        let listener = spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                heard.lock().expect("no listener panics").extend_from_slice(&buffer[..length]);
            }
        });
        Self { text, listener: Some(listener) }
    }

    fn bytes(&self) -> Vec<u8> {
        self.text.lock().expect("no listener panics").clone()
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().expect("no listener panics")).into_owned()
    }
}

impl Running {
    pub(super) fn new(command: String, mut child: Child, rules: (Vec<(String, String)>, Duration)) -> Self {
        let out = Stream::listen(child.stdout.take().expect("stdout is piped"));
        let err = Stream::listen(child.stderr.take().expect("stderr is piped"));
        Self { command, child, out, err, names: rules.0, deadline: Instant::now() + rules.1 }
    }

    /// Waits until either stream has said `part`.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, part: &str) {
        let said = |run: &Self| run.out.so_far().contains(part) || run.err.so_far().contains(part);
        while !said(self) {
            let ended = self.child.try_wait().expect("the command can be asked").is_some();
            if (ended && !said(self)) || Instant::now() > self.deadline {
                let (out, err) = (self.out.so_far(), self.err.so_far());
                panic!("`{}` never said `{part}`\n--- stdout\n{out}\n--- stderr\n{err}", self.command);
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// Both streams so far.
    pub(crate) fn said(&self) -> String {
        format!("{}\n{}", self.out.so_far(), self.err.so_far())
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).expect("a process id is an i32");
        kill_process(Pid::from_raw(id).expect("a process id is not zero"), signal)
            .expect("the command still runs");
    }

    /// Waits for the end; a command that outlives the patience of the test is killed.
    #[must_use = "say what the command had to do: `.success()`, `.code(1)`"]
    pub(crate) fn finish(mut self) -> Outcome {
        let status = self.ended();
        for listener in [self.out.listener.take(), self.err.listener.take()].into_iter().flatten() {
            listener.join().expect("no listener panics");
        }
        let names: Vec<_> = self.names.iter().map(|(name, word)| (name.as_str(), word.as_str())).collect();
        Outcome {
            command: self.command.clone(),
            exit: status.code(),
            bytes: self.out.bytes(),
            out: normal(&self.out.so_far(), &names),
            err: normal(&self.err.so_far(), &names),
        }
    }

    fn ended(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.child.try_wait().expect("the command can be waited for") {
                return status;
            }
            if Instant::now() > self.deadline {
                self.child.kill().expect("the command can be killed");
                return self.child.wait().expect("the command can be waited for");
            }
            sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
