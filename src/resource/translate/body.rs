//! A container as it is created.

use super::context::{Context, at};
use super::{endpoints, files, gate, host, ports};
use crate::model::{Duration, Environment, Healthcheck as ModelHealthcheck, Service};
use crate::resource::ContainerSpec;
use crate::resource::body::{CreateBody, Healthcheck};
use crate::yaml::Path;

/// The container of a service, without labels, name and number.
pub(super) fn container(context: &mut Context<'_>, service: &Service) -> ContainerSpec {
    let mut body = create_body(context, service);
    body.host_config = host::host_config(context, service);
    let networks = endpoints::put(context, &mut body, service);
    let files = files::put(context, &mut body.host_config, service);
    let platform = &service.container.platform;
    ContainerSpec {
        service: service.name.clone(),
        platform: (!platform.is_empty()).then(|| platform.clone()),
        body,
        networks,
        files,
        blame: Path::keys(["services", &service.name]),
        ..ContainerSpec::default()
    }
}

fn create_body(context: &mut Context<'_>, service: &Service) -> CreateBody {
    let container = &service.container;
    let healthcheck = service.workload.healthcheck.as_ref().map(healthcheck);
    if healthcheck.as_ref().is_some_and(|check| check.start_interval != 0) {
        context.has(&gate::START_INTERVAL, at(&service.name, "healthcheck").key("start_interval"));
    }
    let mut variables: Environment =
        context.target.proxies.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
    variables.extend(container.environment.clone());
    CreateBody {
        hostname: container.hostname.clone(),
        domainname: container.domainname.clone(),
        user: container.user.clone(),
        attach_stdout: true,
        attach_stderr: true,
        exposed_ports: ports::exposed(&service.workload),
        tty: service.workload.tty,
        open_stdin: service.workload.stdin_open,
        env: environment(&variables),
        cmd: container.command.clone().map(|command| command.0),
        healthcheck,
        image: container.image.clone(),
        working_dir: container.working_dir.clone(),
        entrypoint: container.entrypoint.clone().map(|command| command.0),
        stop_signal: container.stop_signal.clone(),
        stop_timeout: container.stop_grace_period.map(Duration::seconds),
        ..CreateBody::default()
    }
}

/// Variables as the engine takes them: `K=V`, and `K` for one that is to be unset.
pub(super) fn environment(variables: &Environment) -> Vec<String> {
    let line = |(name, value): (&String, &Option<String>)| match value {
        Some(value) => format!("{name}={value}"),
        None => name.clone(),
    };
    variables.iter().map(line).collect()
}

fn healthcheck(check: &ModelHealthcheck) -> Healthcheck {
    if check.is_disabled() {
        return Healthcheck { test: vec!["NONE".to_owned()], ..Healthcheck::default() };
    }
    let nanoseconds = |duration: Option<Duration>| duration.map_or(0, |duration| duration.0);
    Healthcheck {
        test: check.test.0.clone(),
        interval: nanoseconds(check.interval),
        timeout: nanoseconds(check.timeout),
        start_period: nanoseconds(check.start_period),
        start_interval: nanoseconds(check.start_interval),
        retries: check.retries.map_or(0, |retries| i64::try_from(retries).unwrap_or(i64::MAX)),
    }
}
