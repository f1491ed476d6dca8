//! Security options.

use serde_json::Value;

use super::context::{Context, at};
use crate::model::Service;
use crate::resource::Fault;
use crate::resource::body::HostConfig;

/// Fills in the security options of a container. A seccomp profile is sent by content, as the engine may run elsewhere.
pub(super) fn put(context: &mut Context<'_>, host: &mut HostConfig, service: &Service) {
    for (index, option) in service.container.security_opt.iter().enumerate() {
        if option == "systempaths=unconfined" {
            host.masked_paths = Some(Vec::new());
            host.readonly_paths = Some(Vec::new());
            continue;
        }
        match resolved(context, option) {
            Ok(option) => host.security_opt.push(option),
            Err(fault) => context.fault(fault.at(at(&service.name, "security_opt").index(index))),
        }
    }
}

fn resolved(context: &Context<'_>, option: &str) -> Result<String, Fault> {
    let separator = option.find(['=', ':']);
    let Some((kind, value)) = separator.map(|index| (&option[..index], &option[index + 1..])) else {
        if option == "no-new-privileges" {
            return Ok(option.to_owned());
        }
        return Err(Fault::new("invalid-security-option", format!("invalid security-opt: `{option}`"))
            .help("an option has the form `name=value`"));
    };
    if kind != "seccomp" || value == "unconfined" || value == "builtin" {
        return Ok(option.to_owned());
    }
    let path = context.facts.directory.join(value);
    let path = path.to_string_lossy();
    let text = (context.target.read)(&path).map_err(|error| {
        Fault::new("unreadable-profile", format!("seccomp profile `{path}` cannot be read: {error}"))
    })?;
    let profile: Value = serde_json::from_str(&text).map_err(|error| {
        Fault::new("invalid-profile", format!("seccomp profile `{path}` is not valid JSON: {error}"))
    })?;
    Ok(format!("seccomp={profile}"))
}
