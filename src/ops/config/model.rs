//! The whole project.

use super::Format;
use crate::model::{Project, Style, Styled};
use crate::yaml::{to_json_pretty, to_yaml};

/// The project as text in which every `$` is doubled, so that it reads back as what it was.
pub(super) fn render(project: &Project, format: Option<Format>) -> String {
    let text = match format {
        None | Some(Format::Yaml) => to_yaml(project).map_err(|error| error.to_string()),
        Some(Format::Json) => {
            to_json_pretty(&Styled(project, Style::Json)).map_err(|error| error.to_string())
        }
    };
    let text = text.expect("the model has text for keys, and no number that cannot be written");
    if text.contains('$') { text.replace('$', "$$") } else { text }
}
