//! A command on a terminal of its own.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

/// A command whose three streams are a terminal, with the test at its keyboard; killed when it is dropped.
#[must_use = "a command that runs has to be finished"]
pub(crate) struct Terminal {
    command: String,
    child: Child,
    keyboard: OwnedFd,
    /// Our own hand on the terminal, so that it lives on after the command.
    line: OwnedFd,
    seen: Arc<Mutex<Vec<u8>>>,
    listener: Option<JoinHandle<()>>,
    deadline: Instant,
}

/// Opens a terminal of this size: the keyboard's end, and the command's.
fn terminal(rows: u16, columns: u16) -> (OwnedFd, OwnedFd) {
    let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are terminals");
    grantpt(&keyboard).expect("it is ours");
    unlockpt(&keyboard).expect("it is ours");
    let name = ptsname(&keyboard, Vec::new()).expect("it has a name");
    let line = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("it opens");
    size(&line, rows, columns);
    (keyboard, line)
}

fn size(line: &OwnedFd, rows: u16, columns: u16) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(line, size).expect("a terminal takes a size");
}

impl Terminal {
    /// Starts a command; `setsid` of util-linux makes the terminal the one that controls it.
    pub(super) fn start(inner: &std::process::Command, shown: String, patience: Duration) -> Self {
        let (keyboard, line) = terminal(24, 80);
        let end = || Stdio::from(line.try_clone().expect("a descriptor can be copied"));
        let mut command = std::process::Command::new("setsid");
        command.arg("--ctty").arg(inner.get_program()).args(inner.get_args()).env_clear();
        if let Some(folder) = inner.get_current_dir() {
            command.current_dir(folder);
        }
        for (name, value) in inner.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end());
        let child = command.spawn().expect("`setsid` of util-linux is there");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&seen);
        let mut from = File::from(keyboard.try_clone().expect("a descriptor can be copied"));
        let listener = spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                heard.lock().expect("no listener panics").extend_from_slice(&buffer[..length]);
            }
        });
        let deadline = Instant::now() + patience;
        Self { command: shown, child, keyboard, line, seen, listener: Some(listener), deadline }
    }

    /// Everything that the terminal was sent so far.
    pub(crate) fn seen(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().expect("no listener panics")).into_owned()
    }

    /// Waits until the terminal was sent `part`.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, part: &str) {
        while !self.seen().contains(part) {
            let ended = self.child.try_wait().expect("the command can be asked").is_some();
            let hopeless = (ended && !self.seen().contains(part)) || Instant::now() > self.deadline;
            assert!(!hopeless, "`{}` never showed `{part}`\n--- terminal\n{}", self.command, self.seen());
            sleep(Duration::from_millis(10));
        }
    }

    /// Types.
    pub(crate) fn keys(&self, keys: &str) {
        let mut rest = keys.as_bytes();
        while !rest.is_empty() {
            let written = rustix::io::write(&self.keyboard, rest).expect("a terminal takes keys");
            rest = &rest[written..];
        }
    }

    /// Gives the terminal another size, as the user's window manager does.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        size(&self.line, rows, columns);
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).expect("a process id is an i32");
        kill_process(Pid::from_raw(id).expect("a process id is not zero"), signal)
            .expect("the command still runs");
    }

    /// True while keys are passed on as they are typed, and not shown by the terminal itself.
    pub(crate) fn is_raw(&self) -> bool {
        let modes = tcgetattr(&self.line).expect("it is a terminal").local_modes;
        !modes.intersects(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }

    /// True while keys are passed on as they are typed and not shown by the terminal itself, but for those that are
    /// signals.
    pub(crate) fn passes_keys(&self) -> bool {
        let modes = tcgetattr(&self.line).expect("it is a terminal").local_modes;
        !modes.intersects(LocalModes::ICANON | LocalModes::ECHO) && modes.contains(LocalModes::ISIG)
    }

    /// Waits for something to be so.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            assert!(Instant::now() < self.deadline, "`{}`: not so: {what}\n{}", self.command, self.seen());
            sleep(Duration::from_millis(10));
        }
    }

    /// Waits until keys are passed on as they are typed.
    #[track_caller]
    pub(crate) fn wait_until_raw(&mut self) {
        while !self.is_raw() {
            let ended = self.child.try_wait().expect("the command can be asked").is_some();
            assert!(
                !ended && Instant::now() < self.deadline,
                "`{}` never made the terminal raw\n{}",
                self.command,
                self.seen()
            );
            sleep(Duration::from_millis(10));
        }
    }

    /// Waits for the end: the exit code, and all that the terminal was sent. The terminal must be as it was.
    #[track_caller]
    pub(crate) fn finish(mut self) -> (Option<i32>, String) {
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the command can be waited for") {
                break status;
            }
            assert!(
                Instant::now() < self.deadline,
                "`{}` does not end\n--- terminal\n{}",
                self.command,
                self.seen()
            );
            sleep(Duration::from_millis(5));
        };
        let modes = tcgetattr(&self.line).expect("it is a terminal").local_modes;
        assert!(
            modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG),
            "`{}` left the terminal raw\n--- terminal\n{}",
            self.command,
            self.seen()
        );
        // The last bytes are on their way while our own hand holds the terminal open.
        let mut before = usize::MAX;
        while before != self.seen().len() {
            before = self.seen().len();
            sleep(Duration::from_millis(250));
        }
        (status.code(), self.seen())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // An error means that it has ended already. The listener ends with the terminal.
        let _ = self.child.kill();
        let _ = self.child.wait();
        drop(self.listener.take());
    }
}
