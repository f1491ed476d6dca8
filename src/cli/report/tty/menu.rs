//! The last line of an attached `up`: which keys do what.

use owo_colors::Style;
use rcompose::event::Event;
use unicode_width::UnicodeWidthStr;

use super::View;

/// What keys can do now.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Menu {
    /// The files say what to watch.
    watchable: bool,
    watching: bool,
    shown: bool,
}

impl Menu {
    /// A menu that is not shown yet.
    pub(crate) fn new(watchable: bool) -> Self {
        Self { watchable, ..Self::default() }
    }

    /// Takes an event in: the menu is there from the moment when all is up until it is stopped.
    pub(crate) fn accept(&mut self, event: &Event) {
        match event {
            Event::Finished { operation: "up", success: true } => self.shown = true,
            Event::Started { operation: "stop" | "kill", .. } => self.shown = false,
            Event::Watching { .. } => self.watching = true,
            Event::Finished { operation: "watch", .. } => self.watching = false,
            _ => {}
        }
    }

    /// The line, if it is shown and there is room for it.
    pub(crate) fn line(self, view: View) -> Option<String> {
        let watch = if self.watching { "Disable Watch" } else { "Enable Watch" };
        let entries = [("w", watch, self.watchable), ("d", "Detach", true)];
        let entries: Vec<(&str, &str)> =
            entries.into_iter().filter(|entry| entry.2).map(|(key, text, _)| (key, text)).collect();
        let width: usize = entries.iter().map(|(key, text)| key.width() + text.width() + 4).sum();
        if !self.shown || width > view.width || view.height < 4 {
            return None;
        }
        let key = |key: &str| view.paint.with(Style::new().bold().reversed(), key);
        let words = entries.into_iter().map(|(name, text)| format!("{} {}", key(name), view.paint.dim(text)));
        Some(words.collect::<Vec<_>>().join("   "))
    }
}
