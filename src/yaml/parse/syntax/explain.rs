//! From the parser's reason to ours.

use granit_parser::ErrorKind;

use crate::diag::Problem;

use super::super::builder::too_deep;
use super::super::characters::look_alike;
use super::scene::Scene;
use super::{colon, flow, key, quote};

const INDENT_WITH_SPACES: &str = "YAML is indented with spaces";

/// Says what a syntax fault means and what usually helps.
///
/// Where a character on the line is not what it looks like, that is told as well: it may be all that is wrong.
pub(in super::super) fn explain(kind: &ErrorKind, scene: &Scene<'_>) -> Problem {
    let problem = reason(kind, scene);
    let at = problem.span().map_or(scene.at, |span| span.start as usize);
    let line = scene.line(at);
    match look_alike(line.text) {
        Some(found) => {
            let start = line.start + found.at;
            problem
                .at(scene.span(start..start + found.character.len_utf8()), found.name())
                .help(found.kind.help())
        }
        None => problem,
    }
}

fn reason(kind: &ErrorKind, scene: &Scene<'_>) -> Problem {
    use ErrorKind as Kind;
    match kind {
        Kind::RecursionLimitExceeded => too_deep(scene.span(scene.word(scene.at))),
        Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabNotAllowed
        | Kind::TabAtBlockScalarStart
        | Kind::TabInPlainScalar => tab(scene),
        Kind::UnclosedQuotedScalar | Kind::DocumentIndicatorInQuotedScalar => quote::unclosed(scene),
        Kind::InvalidTrailingDoubleQuotedScalar | Kind::InvalidTrailingSingleQuotedScalar => {
            quote::trailing(scene)
        }
        Kind::InvalidQuotedScalarIndent => quote::indent(scene),
        Kind::UnknownQuotedScalarEscape
        | Kind::InvalidQuotedScalarHexEscape
        | Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate
        | Kind::InvalidUnicodeEscape => quote::escape(scene),
        Kind::MappingValueNotAllowed | Kind::InvalidMappingValueWhitespace => colon::unexpected(scene),
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => key::without_colon(scene),
        Kind::ExpectedBlockMappingKey => key::expected(scene),
        Kind::ExpectedBlockSequenceEntry => key::among_items(scene),
        Kind::BlockSequenceEntryNotAllowed => key::item_behind_key(scene),
        Kind::InvalidBlockEntryWhitespace => key::dash_without_space(scene),
        Kind::ExpectedDocumentStart | Kind::InvalidDocumentEnd => key::outside(scene),
        Kind::UnclosedFlowCollection { .. }
        | Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofFlowSequence
        | Kind::UnexpectedEofImplicitFlowMapping => flow::unclosed(scene),
        Kind::MismatchedFlowCollectionEnd { open, close } => flow::mismatched(scene, *open, *close),
        Kind::MisplacedFlowCollectionEnd => flow::closes_nothing(scene),
        Kind::ExpectedFlowMappingSeparator
        | Kind::ExpectedFlowSequenceSeparator
        | Kind::InvalidColonPlacement
        | Kind::FlowMappingValueAdjacentCollection
        | Kind::BlockEntryInFlowCollection
        | Kind::InvalidFlowScalarIndent
        | Kind::PlainScalarStartsWithDashFlowIndicator => flow::separator(scene),
        Kind::UnexpectedCharacter { .. } | Kind::MissingAnchorOrAliasName => character(scene),
        other => by_table(other, scene),
    }
}

/// What a reason means whatever stands around, and the next step.
const REASONS: &[(ErrorKind, &str, &str)] = &[
    (
        ErrorKind::InvalidBlockScalarHeader,
        "text cannot follow `|` or `>` on the same line",
        "begin the text on the next line",
    ),
    (ErrorKind::ZeroBlockScalarIndent, "the indentation hint of `|` or `>` counts from 1", ""),
    (
        ErrorKind::InvalidBlockScalarIndent,
        "a blank line at the start of this text has more spaces than its first line",
        "remove the spaces from the blank lines",
    ),
    (ErrorKind::InvalidIndentation, "this line is indented as no line around it", ""),
    (
        ErrorKind::CommentInterceptedScalar,
        "a comment cannot stand inside a value of several lines",
        "quote the value",
    ),
    (ErrorKind::CommentNotSeparated, "a comment needs a space before its `#`", ""),
    (
        ErrorKind::UndeclaredTagHandle,
        "this tag begins with a handle that was not declared",
        "quote the value if `!` is part of it",
    ),
    (ErrorKind::UnclosedVerbatimTag, "`!<` is never closed by `>`", "quote the value if `!` is part of it"),
    (ErrorKind::MissingTagUri, "this tag has no name", "quote the value if `!` is part of it"),
    (ErrorKind::InvalidTagTerminator, "a tag ends with a space", "quote the value if `!` is part of it"),
    (ErrorKind::DuplicateVersionDirective, "`%YAML` is given twice", ""),
    (ErrorKind::UnsupportedYamlMajorVersion, "this version of YAML is not supported", "remove the directive"),
    (ErrorKind::MissingDocumentEndBeforeDirective, "a directive after a document needs `...` before it", ""),
    (ErrorKind::MappingKeyNotAllowed, "`?` cannot begin a key here", "quote the value if `?` is part of it"),
    (ErrorKind::BomInsideDocument, "a byte order mark stands inside the text", "remove it"),
];

fn by_table(kind: &ErrorKind, scene: &Scene<'_>) -> Problem {
    let found = REASONS.iter().find(|(reason, ..)| reason == kind);
    let (message, help) =
        found.map_or(("this is not valid YAML", ""), |(_, message, help)| (*message, *help));
    let problem = scene.problem(message, scene.word(scene.at), "here");
    problem.maybe_help((!help.is_empty()).then(|| help.to_owned()))
}

/// A tab where only spaces may stand. The parser may have stopped on either side of it, or at the start of the value.
fn tab(scene: &Scene<'_>) -> Problem {
    let mut line = scene.line(scene.at);
    if !line.text.contains('\t') {
        line = scene.line(line.start + line.text.len() + 1);
    }
    let from = scene.at.saturating_sub(line.start).min(line.text.len());
    let blank = |c: char| c == ' ' || c == '\t';
    let indentation = line.text.len() - line.text.trim_start_matches(blank).len();
    let offset = if line.text[..indentation].contains('\t') { 0 } else { from };
    let Some(first) = line.text.get(offset..).and_then(|rest| rest.find('\t')).map(|at| at + offset) else {
        return scene
            .problem("a tab cannot stand here", scene.word(scene.at), "here")
            .help(INDENT_WITH_SPACES);
    };
    let length = line.text[first..].len() - line.text[first..].trim_start_matches('\t').len();
    let range = line.start + first..line.start + first + length;
    let label = if length == 1 { "a tab" } else { "tabs" };
    if first < indentation {
        return scene.problem("tabs cannot indent YAML", range, label).help("replace them by spaces");
    }
    scene.problem("a tab cannot stand here", range, label).help("replace it by a space, or quote the value")
}

/// A character that means something else at the start of a value.
fn character(scene: &Scene<'_>) -> Problem {
    let value = scene.rest_of_line(scene.at);
    let first = scene.character(scene.at).unwrap_or(' ');
    if first == '%' && scene.text[..scene.at].ends_with('{') {
        return scene
            .problem(
                "`{% … %}` is not carried out here",
                scene.at - 1..value.end,
                "to YAML this is a mapping",
            )
            .help("write the file out with the tool that knows these marks, and use what it made");
    }
    let message = match first {
        '*' => "`*` begins an alias and needs the name of an anchor".to_owned(),
        '&' => "`&` begins an anchor and needs a name".to_owned(),
        '`' => "a value cannot begin with a backquote unless it is quoted".to_owned(),
        _ => format!("a value cannot begin with `{}` unless it is quoted", first.escape_default()),
    };
    let problem = scene.problem(message, scene.at..scene.at + first.len_utf8(), "here");
    let text = &scene.text[value];
    if text.contains(['"', '\n']) { problem } else { problem.help(format!("quote it: \"{text}\"")) }
}
