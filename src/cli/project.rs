//! Which project a verb is about: that of the files, or one that is known by its name.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rcompose::load::{Disk, LoadOptions, Loaded, Passes, Supplies, load};
use rcompose::ops::Scope;
use rcompose::syntax::is_project;

use super::args::switch;
use super::failure::Failure;
use super::session::Session;
use super::settings::compatibility;

/// What a verb needs to know of its project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// The files, and all that services are made of.
    Files,
    /// The files, as far as they say what images there are.
    Images,
    /// The name: enough to find what the daemon holds.
    Name,
}

/// A project, and the variables that its files of variables add for this program.
#[derive(Debug)]
pub(crate) struct Project {
    /// Where it is known from.
    pub(crate) scope: Scope,
    /// Files of variables that were named, absolute: they are noted in labels.
    pub(crate) environment_files: Vec<String>,
    /// The process environment, and `COMPOSE_…` variables of `.env` that it lacks.
    pub(crate) variables: BTreeMap<String, String>,
}

impl Project {
    /// Finds it; tells what is worth a word. Services that the user names are there whatever their profiles.
    pub(crate) fn open(session: &Session, needs: Needs, services: &[String]) -> Result<Self, Failure> {
        if needs == Needs::Name
            && session.root.files.is_empty()
            && let Some(name) = &session.root.project_name
        {
            return Self::named(session, name);
        }
        let supplies = if needs == Needs::Files { Supplies::Enabled } else { Supplies::None };
        let options =
            LoadOptions { enabled: services.to_vec(), supplies, ..options(session, Passes::default())? };
        match load(&options, &Disk::default()) {
            Ok(loaded) => {
                session.ui.problems(&loaded.problems, &loaded.sources);
                Ok(Self::loaded(session, loaded))
            }
            Err(failure) => match session.variables.get("COMPOSE_PROJECT_NAME") {
                Some(name) if needs == Needs::Name && !name.is_empty() => Self::named(session, name),
                _ => Err(Failure::from(failure)),
            },
        }
    }

    /// None: for what is about all that a daemon holds.
    pub(crate) fn none(session: &Session) -> Self {
        Self {
            scope: Scope::Name(String::new()),
            environment_files: Vec::new(),
            variables: session.variables.clone(),
        }
    }

    fn named(session: &Session, name: &str) -> Result<Self, Failure> {
        if !is_project(name) {
            return Err(Failure::message(format!(
                "invalid project name {name:?}: must consist only of lowercase alphanumeric characters, hyphens, and \
                 underscores as well as start with a letter or number"
            )));
        }
        Ok(Self {
            scope: Scope::Name(name.to_owned()),
            environment_files: Vec::new(),
            variables: session.variables.clone(),
        })
    }

    fn loaded(session: &Session, loaded: Loaded) -> Self {
        let mut variables = session.variables.clone();
        let ours = loaded.environment.iter().filter(|(name, _)| name.starts_with("COMPOSE_"));
        for (name, variable) in ours {
            variables.entry(name.to_owned()).or_insert_with(|| variable.value.clone());
        }
        let environment_files = environment_files(session);
        Self { scope: Scope::Files(Box::new(loaded)), environment_files, variables }
    }

    /// True if the files say what to do when files change.
    pub(crate) fn is_watched(&self) -> bool {
        let Scope::Files(loaded) = &self.scope else { return false };
        let mut services = loaded.project.services.values();
        services.any(|service| service.develop.as_ref().is_some_and(|develop| !develop.watch.is_empty()))
    }

    /// True if a variable switches something on.
    pub(crate) fn switch(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|value| switch(value))
    }
}

/// What to load, by flags and environment.
pub(crate) fn options(session: &Session, passes: Passes) -> Result<LoadOptions, Failure> {
    let root = &session.root;
    let working_directory = std::env::current_dir()
        .map_err(|error| Failure::message(format!("the current directory cannot be read: {error}")))?;
    Ok(LoadOptions {
        files: root.files.clone(),
        project_directory: directory(session)?,
        project_name: root.project_name.clone(),
        env_files: root.env_files.clone(),
        profiles: root.profiles.clone(),
        compatibility: compatibility(root, &session.variables),
        working_directory,
        environment: session.variables.clone(),
        passes,
        all_resources: root.all_resources,
        ..LoadOptions::default()
    })
}

/// `--project-directory`, or its old name.
fn directory(session: &Session) -> Result<Option<PathBuf>, Failure> {
    let root = &session.root;
    match (&root.project_directory, &root.workdir) {
        (Some(_), Some(_)) => Err(Failure::message(
            "cannot specify DEPRECATED \"--workdir\" and \"--project-directory\". \
             Please use only \"--project-directory\" instead",
        )),
        (None, Some(old)) => {
            session.ui.warn(
                "option '--workdir' is DEPRECATED at root level! Please use '--project-directory' instead.",
            );
            Ok(Some(old.clone()))
        }
        (given, None) => Ok(given.clone()),
    }
}

/// `--env-file`, else `COMPOSE_ENV_FILES`, made absolute.
fn environment_files(session: &Session) -> Vec<String> {
    let named = &session.root.env_files;
    let listed =
        session.variables.get("COMPOSE_ENV_FILES").filter(|list| named.is_empty() && !list.is_empty());
    let listed = listed.into_iter().flat_map(|list| list.split(',')).map(PathBuf::from);
    let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path).display().to_string();
    named.iter().cloned().chain(listed).map(absolute).collect()
}
