//! Which resources get a line when not all of them fit.

use std::cmp::Reverse;

use rcompose::event::Status;

use super::state::State;

/// Positions of the resources that are shown, in their order. `room` is the number of lines there are in all: one is
/// the headline's, one the summary's if something is folded.
///
/// What failed comes first, then what is under way (the longest first), then what changed last.
pub(super) fn choose(state: &State, room: usize) -> Vec<usize> {
    let all = state.rows.len();
    if all < room {
        return (0..all).collect();
    }
    let mut ranked: Vec<usize> = (0..all).collect();
    ranked.sort_by_key(|at| {
        let row = &state.rows[*at];
        match row.status {
            Status::Error => (0, Reverse(None)),
            Status::Working => (1, Reverse(None)),
            Status::Warning => (2, Reverse(None)),
            Status::Done => (3, Reverse(Some(row.changed))),
        }
    });
    ranked.truncate(room.saturating_sub(2));
    ranked.sort_unstable();
    ranked
}
