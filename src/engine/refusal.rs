//! The daemon's refusals, told apart by their words: engines give no codes, and change both status and wording.

use std::fmt;

use serde::Deserialize;

use super::registry::RegistryFault;
use crate::diag::harmless;

/// The daemon said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Method and path of the call.
    pub call: String,
    /// HTTP status; 0 if it was refused in the middle of a stream.
    pub status: u16,
    /// The daemon's own words, on one line or more, without control characters.
    pub message: String,
    /// What it means.
    pub reason: Reason,
}

/// A kind of thing that the daemon knows by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A container.
    Container,
    /// An image.
    Image,
    /// A network.
    Network,
    /// A volume.
    Volume,
    /// A process in a container.
    Exec,
    /// A path in a container.
    Path,
}

/// Why the daemon said no.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There is none of that name.
    NotFound {
        /// None of what.
        thing: Thing,
        /// The name.
        name: String,
    },
    /// Another container has the name.
    NameTaken {
        /// The name.
        name: String,
        /// The id of the container that has it.
        holder: String,
    },
    /// A network of the name exists.
    NetworkExists {
        /// The name.
        name: String,
    },
    /// Several have the name: on engines before API 1.44 networks that were made at once, until all but one are gone.
    Ambiguous,
    /// Another call removes it at this moment.
    RemovalInProgress,
    /// A port of the host is taken.
    PortTaken {
        /// Address and port, as far as the daemon tells them (`0.0.0.0:80`).
        address: String,
    },
    /// The network has an endpoint of this container already.
    EndpointExists,
    /// The container has to run for this.
    NotRunning,
    /// The container is paused.
    Paused,
    /// Something else uses it.
    InUse,
    /// The source of a bind mount does not exist.
    SourceMissing {
        /// The path on the daemon's machine.
        path: String,
    },
    /// Docker Desktop does not share the source of a bind mount.
    NotShared {
        /// The path.
        path: String,
    },
    /// Something is wrong between the daemon and a registry.
    Registry(RegistryFault),
    /// The image has no such program.
    NoSuchCommand {
        /// The program.
        command: String,
    },
    /// No address range is left for a network, or the one asked for is in use.
    NoAddresses,
    /// The disk of the daemon is full.
    DiskFull,
    /// Something else.
    Other,
}

/// Words (in lower case, all must occur) and what they mean.
struct Rule {
    words: &'static [&'static str],
    reason: fn(&str) -> Reason,
}

/// Looked through from the top; the first rule that fits wins.
const RULES: &[Rule] = &[
    // What engine 20.10 says about a container whose folder another call has just removed.
    Rule { words: &[".tmp-config.v2.json", "no such file"], reason: |_| Reason::RemovalInProgress },
    Rule { words: &["name", "is already in use by "], reason: name_taken },
    Rule { words: &["name is already in use"], reason: name_taken },
    Rule { words: &["already in use, cannot rename"], reason: name_taken },
    Rule { words: &["network with name", "already exists"], reason: network_exists },
    Rule { words: &["network already exists"], reason: network_exists },
    Rule { words: &["removal of container", "already in progress"], reason: |_| Reason::RemovalInProgress },
    Rule { words: &["marked for removal"], reason: |_| Reason::RemovalInProgress },
    Rule { words: &["port is already allocated"], reason: port_taken },
    Rule { words: &["address already in use"], reason: port_taken },
    Rule { words: &["network ", "is ambiguous"], reason: |_| Reason::Ambiguous },
    Rule { words: &["endpoint with name", "already exists in network"], reason: |_| Reason::EndpointExists },
    Rule { words: &["is already attached to network"], reason: |_| Reason::EndpointExists },
    Rule { words: &["mounts denied"], reason: not_shared },
    Rule { words: &["bind source path does not exist"], reason: source_missing },
    Rule { words: &["executable file not found"], reason: no_such_command },
    Rule { words: &["exec: ", "no such file or directory"], reason: no_such_command },
    Rule { words: &["address pool"], reason: |_| Reason::NoAddresses },
    Rule { words: &["pool overlaps"], reason: |_| Reason::NoAddresses },
    Rule { words: &["no space left on device"], reason: |_| Reason::DiskFull },
    Rule { words: &["no such exec instance"], reason: |text| not_found(Thing::Exec, text) },
    Rule {
        words: &["image does not exist locally with the tag"],
        reason: |text| not_found(Thing::Image, text),
    },
    // With containerd's image store.
    Rule { words: &["tag does not exist: "], reason: |text| not_found(Thing::Image, text) },
    Rule { words: &["no such image"], reason: |text| not_found(Thing::Image, text) },
    Rule { words: &["no such container:path"], reason: |text| not_found(Thing::Path, text) },
    Rule { words: &["could not find the file"], reason: |text| not_found(Thing::Path, text) },
    Rule { words: &["no such container"], reason: |text| not_found(Thing::Container, text) },
    Rule { words: &["no container with name or id"], reason: |text| not_found(Thing::Container, text) },
    Rule { words: &["no such volume"], reason: |text| not_found(Thing::Volume, text) },
    Rule { words: &["no such network"], reason: |text| not_found(Thing::Network, text) },
    Rule { words: &["network ", " not found"], reason: |text| not_found(Thing::Network, text) },
    Rule { words: &["is in use"], reason: |_| Reason::InUse },
    Rule { words: &["has active endpoints"], reason: |_| Reason::InUse },
    Rule { words: &["is being used by"], reason: |_| Reason::InUse },
    Rule { words: &["has associated containers"], reason: |_| Reason::InUse },
    Rule { words: &["is using its referenced image"], reason: |_| Reason::InUse },
    Rule { words: &["has dependent child images"], reason: |_| Reason::InUse },
    Rule { words: &["is referenced in multiple repositories"], reason: |_| Reason::InUse },
    Rule { words: &["is paused"], reason: |_| Reason::Paused },
    Rule { words: &["paused container"], reason: |_| Reason::Paused },
    Rule { words: &["is not running"], reason: |_| Reason::NotRunning },
];

#[derive(Deserialize)]
struct Answer {
    message: String,
}

impl Refusal {
    /// Reads the body of a refusal: `{"message": …}`, or the bare words of something in between.
    pub(super) fn read(call: &str, status: u16, body: &[u8]) -> Self {
        let message = serde_json::from_slice::<Answer>(body)
            .map_or_else(|_| String::from_utf8_lossy(body).into_owned(), |answer| answer.message);
        Self::new(call, status, &message)
    }

    /// A refusal in the daemon's words.
    pub(super) fn new(call: &str, status: u16, message: &str) -> Self {
        let message = harmless(message.trim());
        let message = match (message.is_empty(), status) {
            // The path was not as plain as the daemon wants it: it is the name of nothing.
            (_, 301) => "the engine knows nothing of that name".to_owned(),
            (true, _) => format!("status {status} without a word"),
            (false, _) => message.into_owned(),
        };
        Self { call: call.to_owned(), status, reason: Reason::of(&message), message }
    }
}

impl Reason {
    /// What the daemon's words mean.
    #[must_use]
    pub fn of(message: &str) -> Self {
        let lower = message.to_ascii_lowercase();
        let rule = RULES.iter().find(|rule| rule.words.iter().all(|word| lower.contains(word)));
        match rule {
            Some(rule) => (rule.reason)(message),
            None => RegistryFault::of(message).map_or(Self::Other, Self::Registry),
        }
    }

    /// The next step, where there is one.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NameTaken { name, holder } => {
                let holder: String = holder.chars().take(12).collect();
                format!(
                    "`docker rm {holder}` removes the container that has the name `{name}`; or give another name"
                )
            }
            Self::PortTaken { address } => {
                let port = address.rsplit(':').next().unwrap_or(address);
                format!(
                    "publish another port, or find who has it: `ss -ltnp 'sport = :{port}'`, `docker ps --filter publish={port}`"
                )
            }
            Self::SourceMissing { path } => format!(
                "create `{path}` on the engine's machine, or let the engine do it: `create_host_path: true`"
            ),
            Self::NotShared { path } => {
                format!("share `{path}` in the settings of Docker Desktop (Resources, File sharing)")
            }
            Self::Registry(fault) => fault.help(),
            Self::NotFound { thing: Thing::Image, name } if !name.is_empty() => {
                format!(
                    "`{name}` is not on the engine: `rcompose pull` fetches images, `rcompose build` makes them"
                )
            }
            Self::NoSuchCommand { command } => format!(
                "the image has no `{command}`: check `command` and `entrypoint`, and that its interpreter is in the image"
            ),
            Self::NoAddresses => {
                "`docker network prune` frees address ranges; or set `ipam` with a `subnet` that is free"
                    .to_owned()
            }
            Self::DiskFull => {
                "`docker system df` shows what takes the space, `docker system prune` frees it".to_owned()
            }
            Self::Paused => "unpause it first".to_owned(),
            _ => return None,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The text between two others, or behind the first one if the second one does not follow.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let start = text.find(before)? + before.len();
    let rest = &text[start..];
    Some(rest.find(after).map_or(rest, |end| &rest[..end]))
}

fn name_taken(text: &str) -> Reason {
    Reason::NameTaken {
        name: between(text, "name \"", "\"").unwrap_or_default().trim_start_matches('/').to_owned(),
        holder: between(text, "by container \"", "\"")
            .or_else(|| between(text, "by container ", " "))
            .or_else(|| between(text, "already in use by ", "."))
            .unwrap_or_default()
            .trim_end_matches('.')
            .to_owned(),
    }
}

fn network_exists(text: &str) -> Reason {
    let name = between(text, "network with name ", " already")
        .or_else(|| between(text, "network name ", " already"));
    Reason::NetworkExists { name: name.unwrap_or_default().to_owned() }
}

fn port_taken(text: &str) -> Reason {
    let address = between(text, "Bind for ", " failed")
        .or_else(|| between(text, "failed to bind host port for ", "/").map(before_target))
        .or_else(|| between(text, "failed to bind host port ", "/"))
        .or_else(|| between(text, "listen tcp4 ", ": "))
        .or_else(|| between(text, "listen tcp6 ", ": "))
        .or_else(|| between(text, "listen tcp ", ": "))
        .or_else(|| between(text, "listen udp ", ": "));
    Reason::PortTaken { address: address.unwrap_or_default().to_owned() }
}

/// The host's part of `0.0.0.0:80:10.0.0.2:8080` or `[::]:80:[fd00::2]:8080`.
fn before_target(binding: &str) -> &str {
    let without_port = binding.rsplit_once(':').map_or(binding, |(rest, _)| rest);
    let separator = if without_port.ends_with(']') { ":[" } else { ":" };
    without_port.rsplit_once(separator).map_or(binding, |(host, _)| host)
}

fn not_shared(text: &str) -> Reason {
    Reason::NotShared {
        path: between(text, "The path ", " is not shared").unwrap_or_default().trim().to_owned(),
    }
}

fn source_missing(text: &str) -> Reason {
    Reason::SourceMissing { path: between(text, "does not exist: ", "\n").unwrap_or_default().to_owned() }
}

fn no_such_command(text: &str) -> Reason {
    Reason::NoSuchCommand { command: between(text, "exec: \"", "\"").unwrap_or_default().to_owned() }
}

fn not_found(thing: Thing, text: &str) -> Reason {
    let name = match thing {
        // Old engines say it twice in one line.
        Thing::Image => between(text, "locally with the tag: ", "\n")
            .or_else(|| between(text, "tag does not exist: ", "\n"))
            .or_else(|| text.rsplit("o such image: ").next()),
        Thing::Container => {
            between(text, "o such container: ", "\n").or_else(|| between(text, "name or ID \"", "\""))
        }
        Thing::Volume => {
            between(text, "get ", ": no such volume").or_else(|| between(text, "name ", ": no such"))
        }
        Thing::Network => {
            between(text, "network with name or ID ", ":").or_else(|| between(text, "network ", " not found"))
        }
        Thing::Exec => between(text, "o such exec instance: ", "\n"),
        Thing::Path => between(text, "o such container:path: ", "\n")
            .or_else(|| between(text, "the file ", " in container")),
    };
    Reason::NotFound { thing, name: name.unwrap_or_default().trim_matches('"').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(message: &str) -> String {
        match Reason::of(message) {
            Reason::PortTaken { address } => address,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_taken_port_is_found_in_the_words_of_every_engine() {
        let front = "driver failed programming external connectivity on endpoint p-web-1 (ab): ";
        assert_eq!(
            port(&format!("{front}Bind for 0.0.0.0:80 failed: port is already allocated")),
            "0.0.0.0:80"
        );
        assert_eq!(
            port(&format!(
                "{front}Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use"
            )),
            "0.0.0.0:80"
        );
        assert_eq!(
            port(&format!(
                "{front}failed to bind host port for [::]:80:[fd00::2]:8080/tcp: address already in use"
            )),
            "[::]:80"
        );
        assert_eq!(port("failed to bind host port 0.0.0.0:80/tcp: address already in use"), "0.0.0.0:80");
    }

    #[test]
    fn an_image_that_is_not_there_is_named() {
        let named = |name: &str| Reason::NotFound { thing: Thing::Image, name: name.to_owned() };
        assert_eq!(Reason::of("No such image: x:1"), named("x:1"));
        assert_eq!(Reason::of("tag does not exist: x:1"), named("x:1"));
        assert_eq!(
            Reason::of("An image does not exist locally with the tag: r:5000/a/b"),
            named("r:5000/a/b")
        );
    }

    #[test]
    fn a_port_or_a_disk_of_the_engine_is_no_fault_of_a_registry() {
        let words = "write /var/lib/docker/tmp/x: no space left on device";
        assert_eq!(Reason::of(words), Reason::DiskFull);
        assert!(matches!(
            Reason::of("listen tcp4 0.0.0.0:80: bind: address already in use"),
            Reason::PortTaken { .. }
        ));
    }

    #[test]
    fn what_desktop_does_not_share_is_named() {
        let words =
            "Mounts denied: \nThe path /data/x is not shared from the host and is not known to Docker.";
        assert_eq!(Reason::of(words), Reason::NotShared { path: "/data/x".to_owned() });
    }

    #[test]
    fn a_refusal_carries_no_escape_of_the_daemon() {
        let refusal = Refusal::read("GET /x", 500, b"{\"message\":\"bad \\u001b[31mthing\"}");
        assert!(!refusal.to_string().contains('\u{1b}'), "{refusal}");
    }
}
