//! Steps that are done only if an image turned out to be another one than before.

use super::perform::Done;
use crate::plan::ImageGuard;

/// True if a step's guard lets it be done; `result` tells what came of another step.
pub(super) fn lets_pass<'a>(guard: &[ImageGuard], result: impl Fn(&ImageGuard) -> Option<&'a Done>) -> bool {
    guard.is_empty()
        || guard.iter().any(|image| matches!(result(image), Some(Done::Image(id)) if *id != image.from))
}
