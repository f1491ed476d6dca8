//! One-off containers: how the container of `run` differs from those of its service.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{ContainerSpec, Fault, ServiceSpec, labels};
use crate::model::{BindOptions, Command, Mount, MountKind, Port, Project, Service, VolumeOptions};
use crate::syntax::{Ports, ShortMount};

/// How a one-off container differs from those of its service. What is empty stays as the files have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OneOff {
    /// The service or job.
    pub service: String,
    /// Its name.
    pub name: String,
    /// 64 random hex digits.
    pub slug: String,
    /// Command line.
    pub command: Vec<String>,
    /// Entry point; without a command, that of the files is dropped with theirs.
    pub entrypoint: Option<Vec<String>>,
    /// More variables.
    pub environment: BTreeMap<String, String>,
    /// `user[:group]`.
    pub user: String,
    /// Working directory.
    pub working_directory: String,
    /// More labels.
    pub labels: BTreeMap<String, String>,
    /// What it depends on is left alone.
    pub no_dependencies: bool,
    /// Capabilities to add, or not to drop.
    pub cap_add: Vec<String>,
    /// Capabilities to drop, or not to add.
    pub cap_drop: Vec<String>,
    /// Ports to publish, in their short form.
    pub ports: Vec<String>,
    /// The ports of the service are published.
    pub service_ports: bool,
    /// More mounts, in their short form.
    pub mounts: Vec<String>,
    /// Where relative paths of mounts start.
    pub directory: PathBuf,
    /// With a terminal.
    pub tty: bool,
    /// What others in its networks find the service by finds it too.
    pub use_aliases: bool,
    /// Its standard input is open for one client.
    pub stdin: bool,
    /// The engine removes it when it ends.
    pub remove: bool,
}

impl OneOff {
    /// The project with the service changed to what the one-off is to be.
    pub fn apply(&self, project: &Project) -> Result<Project, Fault> {
        let mut project = project.clone();
        let mut service = self.found(&project)?;
        self.change(&mut service)?;
        project.services.insert(self.service.clone(), Box::new(service));
        Ok(project)
    }

    fn found(&self, project: &Project) -> Result<Service, Fault> {
        if let Some(service) = project.services.get(&self.service) {
            return Ok(service.as_ref().clone());
        }
        let Some(job) = project.jobs.get(&self.service) else {
            let known = project.services.keys().chain(project.jobs.keys()).map(String::as_str);
            return Err(Fault {
                help: crate::diag::did_you_mean(&self.service, known),
                ..Fault::new("no-such-service", format!("no such service: {}", self.service))
            });
        };
        if job.triggers.manual == Some(false) {
            let name = &job.name;
            return Err(Fault::new(
                "not-manual",
                format!("job {name:?} is declared with manual: false, it cannot be run manually"),
            )
            .at(crate::yaml::Path::keys(["jobs", name, "triggers", "manual"])));
        }
        Ok(Service {
            name: job.name.clone(),
            container: job.container.clone(),
            workload: job.workload.clone(),
            ..Service::default()
        })
    }

    fn change(&self, service: &mut Service) -> Result<(), Fault> {
        service.container_name.clone_from(&self.name);
        service.scale = Some(1);
        service.restart = String::new();
        if let Some(deploy) = &mut service.deploy {
            deploy.replicas = None;
            deploy.restart_policy = None;
        }
        let container = &mut service.container;
        if !self.command.is_empty() {
            container.command = Some(Command(self.command.clone()));
        }
        if let Some(entrypoint) = &self.entrypoint {
            container.entrypoint = Some(Command(entrypoint.clone()));
            if self.command.is_empty() {
                container.command = Some(Command::default());
            }
        }
        for (text, place) in
            [(&self.user, &mut container.user), (&self.working_directory, &mut container.working_dir)]
        {
            if !text.is_empty() {
                place.clone_from(text);
            }
        }
        let variables = self.environment.iter();
        container.environment.extend(variables.map(|(name, value)| (name.clone(), Some(value.clone()))));
        container.labels.extend(self.labels.clone());
        shift(&self.cap_add, &mut container.cap_add, &mut container.cap_drop);
        shift(&self.cap_drop, &mut container.cap_drop, &mut container.cap_add);
        for text in &self.mounts {
            let mount = self.mount(text)?;
            container.volumes.retain(|other| other.target != mount.target);
            container.volumes.push(mount);
        }
        let workload = &mut service.workload;
        if self.no_dependencies {
            workload.depends_on.clear();
        }
        workload.tty = self.tty;
        workload.stdin_open = self.stdin;
        if !self.service_ports {
            workload.ports.clear();
        }
        for text in &self.ports {
            workload.ports.extend(ports(text)?);
        }
        Ok(())
    }

    fn mount(&self, text: &str) -> Result<Mount, Fault> {
        let short = ShortMount::parse(text)
            .map_err(|fault| Fault::new("bad-volume", format!("invalid volume `{text}`: {fault}")))?;
        let source = short.source.clone().unwrap_or_default();
        if short.is_bind {
            let path = self.directory.join(&source);
            let bind = BindOptions {
                selinux: short.selinux.unwrap_or_default(),
                propagation: short.propagation.unwrap_or_default(),
                ..BindOptions::default()
            };
            return Ok(Mount {
                kind: MountKind::Bind,
                source: crate::syntax::clean_path(&path.display().to_string()),
                target: short.target,
                read_only: short.read_only,
                bind: Some(bind),
                ..Mount::default()
            });
        }
        Ok(Mount {
            kind: MountKind::Volume,
            source,
            target: short.target,
            read_only: short.read_only,
            volume: Some(VolumeOptions { nocopy: short.nocopy, ..VolumeOptions::default() }),
            ..Mount::default()
        })
    }
}

/// Adds what is asked for to one list and takes it out of the other.
fn shift(asked: &[String], to: &mut Vec<String>, from: &mut Vec<String>) {
    from.retain(|capability| !asked.contains(capability));
    to.extend(asked.iter().cloned());
}

fn ports(text: &str) -> Result<Vec<Port>, Fault> {
    let ports = Ports::parse(text)
        .map_err(|fault| Fault::new("bad-port", format!("invalid port `{text}`: {fault}")))?;
    let entries = ports.entries().into_iter();
    Ok(entries
        .map(|(published, target)| Port {
            mode: "ingress".to_owned(),
            host_ip: ports.host_ip.clone().unwrap_or_default(),
            target: target.into(),
            published: published.unwrap_or_default(),
            protocol: ports.protocol.to_owned(),
            ..Port::default()
        })
        .collect())
}

impl ServiceSpec {
    /// The one-off container of a service that [`OneOff::apply`] changed.
    #[must_use]
    pub fn oneoff(&self, how: &OneOff) -> ContainerSpec {
        let mut spec = self.template.clone();
        spec.body.labels.insert(labels::ONEOFF.to_owned(), "True".to_owned());
        spec.body.labels.insert(labels::SLUG.to_owned(), how.slug.clone());
        spec.body.attach_stdin = how.stdin;
        spec.body.stdin_once = how.stdin;
        spec.body.host_config.auto_remove = how.remove;
        let endpoints = spec.body.networking_config.endpoints_config.values_mut();
        let attachments = spec.networks.iter_mut().map(|attachment| &mut attachment.endpoint);
        for endpoint in endpoints.chain(attachments) {
            if !how.use_aliases {
                endpoint.aliases.clear();
            }
            endpoint.aliases.insert(0, how.name.clone());
        }
        spec.name.clone_from(&how.name);
        spec
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(text: &str) -> Project {
        serde_yaml::from_str(text).expect("a project")
    }

    fn changed(text: &str, how: OneOff) -> Service {
        let how = OneOff { service: "a".to_owned(), directory: PathBuf::from("/here/sub"), ..how };
        *how.apply(&project(text)).expect("it can be done").services["a"].clone()
    }

    const PLAIN: &str = "services: {a: {image: x, command: [c], entrypoint: [e], restart: always, scale: 3,\n\
        ports: [{target: 80, published: '80'}], cap_add: [X, Y], cap_drop: [Z],\n\
        volumes: [{type: volume, source: data, target: /data}]}}";

    #[test]
    fn a_one_off_is_a_single_container_that_is_not_started_again_and_publishes_nothing() {
        let service = changed(PLAIN, OneOff::default());
        assert_eq!((service.scale, service.restart.as_str()), (Some(1), ""));
        assert!(service.workload.ports.is_empty());
        assert_eq!(service.container.command, Some(Command(vec!["c".to_owned()])));
    }

    #[test]
    fn another_entrypoint_drops_the_command_unless_there_is_one() {
        let entrypoint = Some(vec!["mine".to_owned()]);
        let service = changed(PLAIN, OneOff { entrypoint: entrypoint.clone(), ..OneOff::default() });
        assert_eq!(service.container.command, Some(Command::default()));
        let command = vec!["words".to_owned()];
        let service = changed(PLAIN, OneOff { entrypoint, command: command.clone(), ..OneOff::default() });
        assert_eq!(service.container.command, Some(Command(command)));
    }

    #[test]
    fn a_capability_is_never_both_added_and_dropped() {
        let how =
            OneOff { cap_add: vec!["Z".to_owned()], cap_drop: vec!["Y".to_owned()], ..OneOff::default() };
        let container = changed(PLAIN, how).container;
        assert_eq!((container.cap_add, container.cap_drop), (vec!["X".into(), "Z".into()], vec!["Y".into()]));
    }

    #[test]
    fn paths_start_where_the_user_is_and_a_mount_takes_the_place_of_another() {
        let mounts = ["./up/../down:/d:ro", "data:/data:ro", "/anonymous"].map(str::to_owned).to_vec();
        let volumes = changed(PLAIN, OneOff { mounts, ..OneOff::default() }).container.volumes;
        let told: Vec<_> =
            volumes.iter().map(|one| (one.source.as_str(), one.target.as_str(), one.read_only)).collect();
        assert_eq!(
            told,
            [("/here/sub/down", "/d", true), ("data", "/data", true), ("", "/anonymous", false)]
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let fault = |how: OneOff| {
            let how = OneOff { service: "a".to_owned(), ..how };
            how.apply(&project(PLAIN)).expect_err("it cannot be done").message
        };
        let ports = vec!["xx".to_owned()];
        assert!(fault(OneOff { ports, ..OneOff::default() }).contains("`xx`"));
        let mounts = vec!["data::b".to_owned()];
        assert!(fault(OneOff { mounts, ..OneOff::default() }).contains("`data::b`"));
        let missing = OneOff { service: "b".to_owned(), ..OneOff::default() };
        assert_eq!(missing.apply(&project(PLAIN)).expect_err("there is none").message, "no such service: b");
    }

    #[test]
    fn a_job_can_be_run_unless_only_the_clock_may() {
        let jobs = "{services: {}, jobs: {a: {image: x, triggers: {manual: MANUAL}}}}";
        let how = OneOff { service: "a".to_owned(), ..OneOff::default() };
        let run = how.apply(&project(&jobs.replace("MANUAL", "true"))).expect("it may be run");
        assert_eq!(run.services["a"].container.image, "x");
        let fault = how.apply(&project(&jobs.replace("MANUAL", "false"))).expect_err("it may not");
        assert!(fault.message.contains("manual: false"));
    }
}
