//! From the files' `develop` sections to rules, and what is to be said about them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::load::Loaded;
use crate::model::{MountKind, Service, WatchAction, WatchRule};
use crate::ops::Error;
use crate::resource::{Fault, HookSpec};
use crate::run::watch::{Filter, Rule};
use crate::syntax::{Ignore, clean_path};
use crate::yaml;

/// The rules of the services, and warnings about those that cannot be followed as they stand.
pub(super) fn rules(loaded: &Loaded, services: &[String]) -> Result<(Vec<Rule>, Vec<String>), Error> {
    let (mut rules, mut warnings, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    let selected = loaded
        .project
        .services
        .values()
        .filter(|service| services.is_empty() || services.contains(&service.name));
    for service in selected {
        let written = service.develop.iter().flat_map(|develop| &develop.watch).enumerate();
        for (index, rule) in written {
            let place = yaml::Path::keys(["services", &service.name, "develop", "watch"]).index(index);
            match compile(service, rule, &loaded.directory) {
                Ok(compiled) => {
                    let unusable = unusable(service, &compiled);
                    if unusable.is_none() {
                        warnings.extend(doubts(service, rule, &compiled));
                        rules.push(compiled);
                    }
                    warnings.extend(unusable);
                }
                Err(fault) => faults.push(fault.at(place)),
            }
        }
    }
    if !faults.is_empty() {
        return Err(Error::Plan(faults));
    }
    if rules.is_empty() && warnings.is_empty() {
        let message =
            "none of the selected services is configured for watch, consider setting a 'develop' section";
        let help = "for example: `develop: {watch: [{path: ./src, target: /app/src, action: sync}]}`";
        return Err(Error::Request { message: message.to_owned(), help: Some(help.to_owned()) });
    }
    Ok((rules, warnings))
}

fn compile(service: &Service, rule: &WatchRule, directory: &Path) -> Result<Rule, Fault> {
    let name = &service.name;
    let build = service.workload.build.as_ref();
    if rule.action == WatchAction::Rebuild && build.is_none() {
        let message = format!("can't watch service {name:?} with action rebuild without a build context");
        let help = "give the service a `build`, or use `sync` or `sync+restart`";
        return Err(Fault::new("no-build", message).help(help));
    }
    let path = PathBuf::from(clean_path(&directory.join(&rule.path).to_string_lossy()));
    let context =
        build.and_then(|build| dockerignore(Path::new(&build.context), &build.dockerfile).transpose());
    let context = context.transpose().map_err(|message| Fault::new("bad-pattern", message))?;
    let filter = Filter::new(&path, (&rule.ignore, &rule.include), context).map_err(|wrong| {
        Fault::new("bad-pattern", format!("the watch rule on `{}` of service {name:?}: {wrong}", rule.path))
    })?;
    let compiled = Rule {
        service: name.clone(),
        action: rule.action,
        target: target(rule, &path),
        filter,
        exec: HookSpec::from(&rule.exec),
        initial_sync: rule.initial_sync,
        path,
    };
    if rule.action == WatchAction::SyncExec && compiled.exec.command.is_empty() {
        let message = format!("the watch rule on `{}` of service {name:?} has no command to run", rule.path);
        return Err(Fault::new("no-command", message).help("add `exec: {command: [...]}`"));
    }
    Ok(compiled)
}

/// The path in the container: absolute, and a file's own name below a target that ends with a slash.
fn target(rule: &WatchRule, path: &Path) -> PathBuf {
    if rule.target.is_empty() {
        return PathBuf::new();
    }
    let target = PathBuf::from(clean_path(&format!("/{}", rule.target)));
    match path.file_name() {
        Some(name) if rule.target.ends_with('/') && path.is_file() => target.join(name),
        _ => target,
    }
}

/// The ignore file of a build context, which may be one of the Dockerfile alone.
fn dockerignore(context: &Path, dockerfile: &str) -> Result<Option<(PathBuf, Ignore)>, String> {
    let dockerfile = if dockerfile.is_empty() { "Dockerfile" } else { dockerfile };
    let beside = context.join(format!("{dockerfile}.dockerignore"));
    for path in [beside, context.join(".dockerignore")] {
        match fs::read_to_string(&path) {
            Ok(text) => {
                let patterns = Ignore::parse(&text)
                    .map_err(|wrong| format!("`{}`, line {}: {wrong}", path.display(), wrong.line))?;
                return Ok(Some((context.to_path_buf(), patterns)));
            }
            Err(cause) if matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(cause) => return Err(format!("`{}` cannot be read: {cause}", path.display())),
        }
    }
    Ok(None)
}

/// Why a rule that copies cannot do so: what it would copy is there already, or cannot get there.
fn unusable(service: &Service, rule: &Rule) -> Option<String> {
    if !rule.copies() {
        return None;
    }
    let (name, target) = (&service.name, rule.target.display());
    let path = rule.path.display();
    let mounts = &service.container.volumes;
    let bound = mounts.iter().find(|mount| {
        mount.kind == MountKind::Bind && rule.path.starts_with(&mount.source) && !mount.source.is_empty()
    });
    if bound.is_some() {
        return Some(format!(
            "path '{path}' also declared by a bind mount volume, this path won't be monitored! (service {name:?})"
        ));
    }
    let over = mounts
        .iter()
        .filter(|mount| rule.target.starts_with(&mount.target))
        .max_by_key(|mount| mount.target.len());
    let memory = service.container.tmpfs.iter().any(|entry| {
        let place = entry.split(':').next().unwrap_or_default();
        !place.is_empty() && rule.target.starts_with(place)
    });
    match over {
        Some(mount) if mount.read_only || mount.kind == MountKind::Image => Some(format!(
            "the target `{target}` of service {name:?} lies in a mount that is read-only (`{}`): nothing can be copied \
             there, the rule on `{path}` is left out",
            mount.target
        )),
        Some(mount) if mount.kind == MountKind::Tmpfs => Some(in_memory(&(name, &rule.target, &rule.path))),
        None if memory => Some(in_memory(&(name, &rule.target, &rule.path))),
        None if service.container.read_only => Some(format!(
            "the target `{target}` of service {name:?} cannot be written, as the service is `read_only`: mount a volume \
             there; the rule on `{path}` is left out"
        )),
        _ => None,
    }
}

fn in_memory((name, target, path): &(&String, &PathBuf, &PathBuf)) -> String {
    format!(
        "the target `{}` of service {name:?} lies in a tmpfs, which the engine's copy does not reach: use a volume \
         there; the rule on `{}` is left out",
        target.display(),
        path.display()
    )
}

/// What works, but probably not as meant.
fn doubts(service: &Service, rule: &WatchRule, compiled: &Rule) -> Vec<String> {
    let name = &service.name;
    let mut doubts = Vec::new();
    if !compiled.path.exists() {
        doubts.push(format!(
            "path `{}` of service {name:?} does not exist: it is watched for",
            compiled.path.display()
        ));
    }
    if compiled.copies() && !rule.target.starts_with('/') {
        doubts.push(format!(
            "the target `{}` of service {name:?} is relative: taken as `{}`",
            rule.target,
            compiled.target.display()
        ));
    }
    doubts
}

/// The services of some rules, sorted.
pub(super) fn services(rules: &[Rule]) -> BTreeSet<String> {
    rules.iter().map(|rule| rule.service.clone()).collect()
}
