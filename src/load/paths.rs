//! Paths relative to the project directory become absolute.

use std::sync::LazyLock;

use super::files::Files;
use super::rules::{Rule, Rules, visit};
use crate::diag::{Problem, Problems, Span};
use crate::syntax::clean_path;
use crate::yaml::{Node, Value};

/// What kind of path stands at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A path; empty is the directory itself.
    Path,
    /// A path, if there is one.
    Given,
    /// A path that may also be one of Windows, which is left alone.
    Portable,
    /// A build context: a path, an address in the net or another service.
    Context,
    /// A path with symbolic links resolved, as changes are reported for what they lead to.
    Watched,
    /// A mount, whose source is a path if it is a bind.
    Mount,
    /// A volume, whose device is a path if the local driver binds it.
    Volume,
}

const CONTAINER: &[Rule<Kind>] =
    &[("env_file[].path", Kind::Given), ("label_file[]", Kind::Given), ("volumes[]", Kind::Mount)];

const WORKLOAD: &[Rule<Kind>] = &[
    ("build.additional_contexts.*", Kind::Context),
    ("build.context", Kind::Context),
    ("build.ssh.*", Kind::Path),
    ("develop.watch[].path", Kind::Watched),
    ("extends.file", Kind::Path),
];

const RESOURCES: &[Rule<Kind>] =
    &[("configs.*.file", Kind::Portable), ("secrets.*.file", Kind::Portable), ("volumes.*", Kind::Volume)];

static RULES: LazyLock<Rules<Kind>> = LazyLock::new(|| {
    Rules::new(&[
        (&["services.*", "services.*.pre_start[]", "jobs.*"], CONTAINER),
        (&["services.*", "jobs.*"], WORKLOAD),
        (&[""], RESOURCES),
    ])
});

/// What paths are relative to.
pub(super) struct Base<'a> {
    /// The directory; itself relative while the paths of an extended file are brought into those of its user.
    pub(super) directory: &'a str,
    /// What `~` stands for.
    pub(super) home: Option<&'a str>,
    /// Knows symbolic links.
    pub(super) files: &'a dyn Files,
}

/// Makes every path of a canonical tree relative to nothing.
pub(super) fn resolve(tree: &mut Node, base: &Base<'_>, problems: &mut Problems) {
    let mut resolver = Resolver { base, problems };
    visit(tree, RULES.root(), &mut |node, kind| resolver.apply(node, kind));
}

struct Resolver<'a> {
    base: &'a Base<'a>,
    problems: &'a mut Problems,
}

impl Resolver<'_> {
    fn apply(&mut self, node: &mut Node, kind: Kind) {
        match kind {
            Kind::Mount => {
                if node.get("type").and_then(Node::as_str) == Some("bind") {
                    self.below(node, &["source"]);
                }
            }
            Kind::Volume => {
                let is = |node: Option<&Node>, text| node.and_then(Node::as_str) == Some(text);
                let options = node.get("driver_opts");
                if is(node.get("driver"), "local") && is(options.and_then(|options| options.get("o")), "bind")
                {
                    self.below(node, &["driver_opts", "device"]);
                }
            }
            _ => self.path(node, kind),
        }
    }

    fn below(&mut self, node: &mut Node, keys: &[&str]) {
        if let Some(path) = keys.iter().try_fold(node, |node, key| node.get_mut(key)) {
            self.path(path, Kind::Portable);
        }
    }

    fn path(&mut self, node: &mut Node, kind: Kind) {
        let span = node.span;
        let Value::String(path) = &mut node.value else { return };
        let skipped = match kind {
            Kind::Given => path.is_empty(),
            Kind::Context => path.is_empty() || is_remote(path),
            Kind::Portable => is_windows_absolute(path),
            _ => false,
        };
        if skipped {
            return;
        }
        let mut absolute = self.absolute(path, span);
        if kind == Kind::Watched
            && let Ok(real) = self.base.files.canonicalize(absolute.as_ref())
        {
            absolute = real.to_string_lossy().into_owned();
        }
        *path = absolute;
    }

    fn absolute(&mut self, path: &str, span: Span) -> String {
        let Some(rest) = path.strip_prefix('~') else {
            return if path.starts_with('/') { path.to_owned() } else { join(self.base.directory, path) };
        };
        if let Some(home) = self.base.home {
            return join(home, rest);
        }
        let problem = Problem::warning("no-home", "cannot expand `~`: the environment has no `HOME`");
        self.problems.push(problem.at(span, ""));
        path.to_owned()
    }
}

/// True for a context that is no path.
fn is_remote(context: &str) -> bool {
    const PREFIXES: &[&str] = &["service:", "https://", "http://", "git://", "ssh://", "github.com/", "git@"];
    context.contains("://") || PREFIXES.iter().any(|prefix| context.starts_with(prefix))
}

/// True for `C:\x`, `c:/x` and `\\server\share`.
fn is_windows_absolute(path: &str) -> bool {
    match path.as_bytes() {
        [b'\\', b'\\', ..] => true,
        [drive, b':', b'\\' | b'/', ..] => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

/// One path below another, with `.`, `..` and doubled slashes resolved by their letters alone.
pub(super) fn join(directory: &str, path: &str) -> String {
    clean_path(&format!("{directory}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cleaned_by_its_letters() {
        for (directory, path, whole) in [
            ("/p", "./x/../y", "/p/y"),
            ("/p", "..", "/"),
            ("/p", "../../..", "/"),
            ("/p", "x//y/", "/p/x/y"),
            ("/p", "", "/p"),
            ("sub", "../x", "x"),
            ("sub", "../../x", "../x"),
            ("", "x", "/x"),
            (".", ".", "."),
        ] {
            assert_eq!(join(directory, path), whole, "{directory} + {path}");
        }
    }

    #[test]
    fn what_is_not_a_path_is_told_from_one() {
        assert!(is_remote("git@github.com:a/b") && is_remote("HTTP://x") && !is_remote("./http"));
        assert!(
            is_windows_absolute("C:\\x") && is_windows_absolute("\\\\s\\x") && !is_windows_absolute("/c:/x")
        );
    }
}
