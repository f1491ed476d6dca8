//! Which compose files there are, and the directory that they belong to.

use std::path::{Path, PathBuf};

use super::files::Files;
use super::{Environment, LoadOptions, paths};
use crate::diag::{Problem, Problems, Span, did_you_mean};

/// What a compose file may be called, the favourite first.
pub(super) const NAMES: &[&str] =
    &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// What the file beside it may be called that is laid over it.
const OVERRIDES: &[&str] = &[
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// A compose file that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ComposeFile {
    /// Absolute; `-` for standard input.
    pub(super) path: PathBuf,
    /// What names it, if a file does.
    pub(super) named_at: Option<Span>,
}

impl ComposeFile {
    /// True for standard input.
    pub(super) fn is_standard_input(&self) -> bool {
        self.path == Path::new("-")
    }
}

/// A path as it was given, made absolute.
pub(super) fn absolute(directory: &Path, path: impl AsRef<Path>) -> PathBuf {
    let path = path.as_ref();
    if path.is_absolute() {
        return path.to_owned();
    }
    paths::join(&directory.to_string_lossy(), &path.to_string_lossy()).into()
}

/// The files of the command line.
pub(super) fn given(options: &LoadOptions) -> Vec<ComposeFile> {
    let path = |given: &String| {
        if given == "-" { PathBuf::from("-") } else { absolute(&options.working_directory, given) }
    };
    options.files.iter().map(|file| ComposeFile { path: path(file), named_at: None }).collect()
}

/// The project directory: as given, else that of the first file, else the current one.
pub(super) fn project_directory(options: &LoadOptions, files: &[ComposeFile]) -> PathBuf {
    if let Some(directory) = options.project_directory.as_ref().filter(|given| !given.as_os_str().is_empty())
    {
        return absolute(&options.working_directory, directory);
    }
    files
        .iter()
        .find(|file| !file.is_standard_input())
        .and_then(|file| file.path.parent())
        .unwrap_or(&options.working_directory)
        .to_owned()
}

/// The files that `COMPOSE_FILE` lists, or else those that are found from the project directory upwards.
pub(super) fn unnamed(
    options: &LoadOptions,
    environment: &Environment,
    files: &dyn Files,
    problems: &mut Problems,
) -> Vec<ComposeFile> {
    match environment.get("COMPOSE_FILE").filter(|list| !list.value.is_empty()) {
        Some(list) => {
            let separator = environment.value("COMPOSE_PATH_SEPARATOR").filter(|text| !text.is_empty());
            let listed = list.value.split(separator.unwrap_or(":"));
            let path = |name: &str| match name {
                "-" => PathBuf::from("-"),
                name => absolute(&options.working_directory, name),
            };
            listed.map(|name| ComposeFile { path: path(name), named_at: list.defined }).collect()
        }
        None => search(&project_directory(options, &[]), files, problems),
    }
}

fn search(from: &Path, files: &dyn Files, problems: &mut Problems) -> Vec<ComposeFile> {
    for directory in from.ancestors() {
        let Some(base) = choose(directory, NAMES, files, problems) else { continue };
        let over = choose(directory, OVERRIDES, files, problems);
        return [Some(base), over].into_iter().flatten().collect();
    }
    let names = files.names_in(from);
    let near = NAMES.iter().find_map(|name| did_you_mean(name, names.iter().map(String::as_str)));
    problems.push(Problem::error("no-compose-file", "no configuration file provided: not found").help(
        near.unwrap_or_else(|| {
            format!("looked for `{}` here and in every directory above", NAMES.join("`, `"))
        }),
    ));
    Vec::new()
}

/// The first of the names that is there; a warning if there are more.
fn choose(
    directory: &Path,
    names: &[&str],
    files: &dyn Files,
    problems: &mut Problems,
) -> Option<ComposeFile> {
    let mut found = names.iter().map(|name| directory.join(name)).filter(|path| files.kind(path).is_some());
    let first = found.next()?;
    let others: Vec<String> = found.map(|path| format!("`{}`", path.display())).collect();
    if !others.is_empty() {
        problems.push(
            Problem::warning(
                "several-compose-files",
                format!("`{}` is used, not {}", first.display(), others.join(", ")),
            )
            .help("remove the others, or name the files with `-f`"),
        );
    }
    Some(ComposeFile { path: first, named_at: None })
}

/// True for addresses that the peer would fetch.
pub(super) fn is_remote(path: &str) -> bool {
    const PREFIXES: &[&str] = &["oci://", "https://", "git@", "git://", "ssh://", "github.com/"];
    PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}

/// What to say about a file that is to be fetched.
pub(super) fn remote(path: &str, at: Option<Span>) -> Problem {
    let problem = Problem::error("remote-file", format!("`{path}` is remote, which is not supported"))
        .help("fetch it first (`git clone`, `oras pull`) and name the local copy");
    match at {
        Some(span) => problem.at(span, ""),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{Memory, Variable};

    fn found(
        files: &Memory,
        options: &LoadOptions,
        environment: &Environment,
    ) -> (Vec<String>, Vec<&'static str>) {
        let mut problems = Problems::default();
        let list = unnamed(options, environment, files, &mut problems);
        let paths = list.iter().map(|file| file.path.display().to_string()).collect();
        (paths, problems.iter().map(|problem| problem.code).collect())
    }

    fn from(directory: &str) -> LoadOptions {
        LoadOptions { working_directory: directory.into(), ..LoadOptions::default() }
    }

    #[test]
    fn the_nearest_directory_with_a_compose_file_wins_and_only_its_override_counts() {
        let files = Memory::new()
            .file("/p/docker-compose.yml", "")
            .file("/p/compose.override.yaml", "")
            .file("/p/sub/deep/compose.override.yml", "");
        let (paths, codes) = found(&files, &from("/p/sub/deep"), &Environment::default());
        assert_eq!(paths, ["/p/docker-compose.yml", "/p/compose.override.yaml"]);
        assert!(codes.is_empty());
    }

    #[test]
    fn a_second_name_in_the_same_directory_is_left_aside_with_a_word() {
        let files = Memory::new().file("/p/docker-compose.yml", "").file("/p/compose.yml", "");
        let (paths, codes) = found(&files, &from("/p"), &Environment::default());
        assert_eq!(paths, ["/p/compose.yml"]);
        assert_eq!(codes, ["several-compose-files"]);
    }

    #[test]
    fn a_near_miss_of_the_name_is_suggested() {
        let mut problems = Problems::default();
        unnamed(
            &from("/p"),
            &Environment::default(),
            &Memory::new().file("/p/compse.yaml", ""),
            &mut problems,
        );
        let problem = problems.iter().next().unwrap();
        assert_eq!(problem.help.as_deref(), Some("did you mean `compse.yaml`?"));
    }

    #[test]
    fn the_list_in_the_environment_is_split_at_its_own_separator_and_read_from_the_current_directory() {
        let mut environment = Environment::default();
        let set = |value: &str| Variable { value: value.to_owned(), defined: None };
        environment.set("COMPOSE_FILE", set("a.yaml,/q/b.yaml,-"));
        environment.set("COMPOSE_PATH_SEPARATOR", set(","));
        let options = LoadOptions { project_directory: Some("/elsewhere".into()), ..from("/p") };
        let (paths, _) = found(&Memory::new(), &options, &environment);
        assert_eq!(paths, ["/p/a.yaml", "/q/b.yaml", "-"]);
    }
}
