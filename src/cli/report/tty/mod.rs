//! Progress on a terminal: a state folded from events, a pure drawing of it, and the screen that shows it.

mod draw;
mod fold;
mod live;
mod menu;
mod screen;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use draw::{Glyphs, View};
pub(crate) use live::Live;
pub(crate) use menu::Menu;
pub(crate) use screen::Screen;
