//! What goes wrong between the daemon and a registry, told apart by the daemon's words.

use std::time::Duration;

use super::refusal::{Reason, between};

/// Why an image cannot be fetched from a registry, or brought there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistryFault {
    /// It does not give the image to us, or does not take it.
    Denied {
        /// The registry's host; empty if nobody told.
        registry: String,
        /// A login was sent, and did not help.
        logged_in: bool,
    },
    /// It has no such tag, or no such image at all.
    NoSuchImage,
    /// The image exists for other platforms only.
    NoSuchPlatform,
    /// It answers no more for a while.
    RateLimited {
        /// How long, if it said so.
        retry_after: Option<Duration>,
    },
    /// The daemon cannot reach it.
    Unreachable {
        /// Its host, as far as told.
        host: String,
    },
    /// It speaks plain HTTP, and the daemon wants TLS.
    PlainHttp {
        /// Its host, as far as told.
        host: String,
    },
    /// The daemon does not trust its certificate.
    Untrusted {
        /// Its host, as far as told.
        host: String,
    },
    /// It answers, but what it says is an error of its own or makes no sense: no registry, or a sick one.
    Sick,
}

/// Words (in lower case, all must occur) and what they mean.
type Rule = (&'static [&'static str], fn(&str) -> RegistryFault);

/// Looked through from the top; the first rule that fits wins.
const RULES: &[Rule] = &[
    (&["toomanyrequests"], rate_limited),
    (&["429 too many requests"], rate_limited),
    (&["parsing http 429 response"], rate_limited),
    (&["pull access denied"], denied),
    (&["no basic auth credentials"], denied),
    (&["requested access to the resource is denied"], denied),
    (&["insufficient_scope"], denied),
    (&["incorrect username or password"], denied),
    (&["unauthorized"], denied),
    (&["401 unauthorized"], denied),
    (&["403 forbidden"], denied),
    (&["no matching manifest"], |_| RegistryFault::NoSuchPlatform),
    (&["does not match the specified platform"], |_| RegistryFault::NoSuchPlatform),
    (&["does not provide the specified platform"], |_| RegistryFault::NoSuchPlatform),
    (&["manifest unknown"], |_| RegistryFault::NoSuchImage),
    (&["manifest_unknown"], |_| RegistryFault::NoSuchImage),
    (&["name unknown"], |_| RegistryFault::NoSuchImage),
    (&["name_unknown"], |_| RegistryFault::NoSuchImage),
    (&["repository name not known"], |_| RegistryFault::NoSuchImage),
    (&["manifest for", "not found"], |_| RegistryFault::NoSuchImage),
    (&["server gave http response to https client"], |text| RegistryFault::PlainHttp { host: host(text) }),
    (&["x509:"], |text| RegistryFault::Untrusted { host: host(text) }),
    (&["tls:"], |text| RegistryFault::Untrusted { host: host(text) }),
    (&["no such host"], unreachable),
    (&["dial tcp"], unreachable),
    (&["i/o timeout"], unreachable),
    (&["tls handshake timeout"], unreachable),
    (&["client.timeout exceeded"], unreachable),
    (&["context deadline exceeded"], unreachable),
    (&["proxyconnect"], unreachable),
    (&["/v2/", "eof"], unreachable),
    (&["/v2/", "connection reset by peer"], unreachable),
    (&["received unexpected http status"], |_| RegistryFault::Sick),
    (&["error parsing http"], |_| RegistryFault::Sick),
    (&["error unmarshalling content"], |_| RegistryFault::Sick),
    // With containerd's image store, which tells the status of a question that has no words in its answer.
    (&["unexpected status from", ": 429"], rate_limited),
    (&["unexpected status from", ": 401"], denied),
    (&["unexpected status from", ": 403"], denied),
    (&["unexpected status from", ": 5"], |_| RegistryFault::Sick),
    (&["failed to resolve reference", ": not found"], |_| RegistryFault::NoSuchImage),
];

impl RegistryFault {
    /// What words mean, if they are about a registry.
    pub(super) fn of(message: &str) -> Option<Self> {
        let lower = message.to_ascii_lowercase();
        // All that an engine said for a refusal with a body that it did not expect.
        if lower == "denied" {
            return Some(denied(message));
        }
        RULES
            .iter()
            .find(|(words, _)| words.iter().all(|word| lower.contains(word)))
            .map(|(_, fault)| fault(message))
    }

    /// The same, with what only the one who asked knows: which registry it was, and whether a login was sent.
    pub(super) fn asked(self, asked: &str, sent: bool) -> Self {
        match self {
            Self::Denied { .. } => Self::Denied { registry: asked.to_owned(), logged_in: sent },
            Self::Unreachable { host } if host.is_empty() => Self::Unreachable { host: asked.to_owned() },
            Self::PlainHttp { host } if host.is_empty() => Self::PlainHttp { host: asked.to_owned() },
            Self::Untrusted { host } if host.is_empty() => Self::Untrusted { host: asked.to_owned() },
            other => other,
        }
    }

    /// The next step.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Denied { registry, logged_in: true } => {
                format!(
                    "`{registry}` did not take the login that is kept for it: `{}` again",
                    login(registry)
                )
            }
            Self::Denied { registry, logged_in: false } => {
                format!("check the image's name; if it is private, `{}`", login(registry))
            }
            Self::NoSuchImage => "check name and tag: the registry has no such image".to_owned(),
            Self::NoSuchPlatform => {
                "choose with `platform:` one that the image exists for, or build it".to_owned()
            }
            Self::RateLimited { retry_after: Some(wait) } => {
                format!("try again in {}; a `docker login` may allow more", words(*wait))
            }
            Self::RateLimited { retry_after: None } => {
                "wait, or `docker login`: registries allow more to those they know".to_owned()
            }
            Self::Unreachable { host } if host.is_empty() => {
                "the engine needs a way to the registry: check its network, proxy and name server".to_owned()
            }
            Self::Unreachable { host } => {
                format!("the engine needs a way to `{host}`: check its network, proxy and name server")
            }
            Self::PlainHttp { host } => format!(
                "`{host}` has no TLS: give it a certificate, or name it in `insecure-registries` of the engine's \
                 daemon.json"
            ),
            Self::Untrusted { host } => format!(
                "the engine does not trust the certificate of `{host}`: put its authority into \
                 /etc/docker/certs.d/{host}/ca.crt on the engine's machine"
            ),
            Self::Sick => "look at the registry: is it one, and is it well?".to_owned(),
        }
    }
}

/// The default registry is the one that `docker login` means without a name.
fn login(registry: &str) -> String {
    match registry {
        "docker.io" | "" => "docker login".to_owned(),
        other => format!("docker login {other}"),
    }
}

/// A wait, in seconds or minutes, rounded up.
fn words(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    if seconds < 120 { format!("{seconds} s") } else { format!("{} min", seconds.div_ceil(60)) }
}

fn denied(_: &str) -> RegistryFault {
    RegistryFault::Denied { registry: String::new(), logged_in: false }
}

/// The daemon does not hand on the header of that name, but registries write it into their words, too:
/// `retry-after: 412.345µs, allowed: 44000/minute`.
fn rate_limited(text: &str) -> RegistryFault {
    let lower = text.to_lowercase();
    let said = ["retry-after:", "retry after"].iter().find_map(|word| lower.split_once(word));
    let retry_after = said.and_then(|(_, rest)| {
        let rest = rest.trim_start();
        let end = rest.find(|char: char| !(char.is_alphanumeric() || char == '.')).unwrap_or(rest.len());
        let amount = rest[..end].trim_end_matches('.');
        match amount.parse::<u64>() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => amount.parse::<crate::model::Duration>().ok().map(crate::model::Duration::to_std),
        }
    });
    RegistryFault::RateLimited { retry_after }
}

fn unreachable(text: &str) -> RegistryFault {
    let name = between(text, "lookup ", " ").or_else(|| between(text, "dial tcp ", ": "));
    let name = name.map(|name| name.trim_end_matches(':').to_owned());
    RegistryFault::Unreachable { host: name.unwrap_or_else(|| host(text)) }
}

/// The host of the address that the daemon asked: `Get "https://host:5000/v2/": …`.
fn host(text: &str) -> String {
    let address = between(text, "https://", "/").or_else(|| between(text, "http://", "/"));
    address.unwrap_or_default().to_owned()
}

impl From<RegistryFault> for Reason {
    fn from(fault: RegistryFault) -> Self {
        Self::Registry(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &str) -> String {
        RegistryFault::of(words).map_or_else(|| "none".to_owned(), |fault| format!("{fault:?}"))
    }

    #[test]
    fn a_refused_login_is_known_in_the_words_of_every_engine() {
        let denied = "Denied { registry: \"\", logged_in: false }";
        for words in [
            "pull access denied for x, repository does not exist or may require 'docker login'",
            "Head \"http://127.0.0.1:5611/v2/x/y/manifests/1\": no basic auth credentials",
            "unauthorized: authentication required",
            "unauthorized: incorrect username or password",
            "denied",
            "denied: requested access to the resource is denied",
        ] {
            assert_eq!(of(words), denied, "{words}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_apart_from_what_is_there_for_others() {
        for words in [
            "manifest for busybox:9 not found: manifest unknown: manifest unknown",
            "name unknown",
            "unknown: {\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"repository name not known to registry\"}]}",
            "unknown: {\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}",
        ] {
            assert_eq!(of(words), "NoSuchImage", "{words}");
        }
        let words = "no matching manifest for linux/arm64/v8 in the manifest list entries";
        assert_eq!(of(words), "NoSuchPlatform");
        let words =
            "image with reference x was found but does not match the specified platform: wanted linux/arm64";
        assert_eq!(of(words), "NoSuchPlatform");
    }

    #[test]
    fn how_long_a_registry_wants_to_be_left_alone_is_read_out_of_its_words() {
        let wait = |words: &str| match RegistryFault::of(words) {
            Some(RegistryFault::RateLimited { retry_after }) => retry_after,
            other => panic!("{other:?}"),
        };
        let seconds = |seconds| Some(Duration::from_secs_f64(seconds));
        assert_eq!(wait("toomanyrequests: retry-after: 2.5s, allowed: 44000/minute"), seconds(2.5));
        let json =
            "toomanyrequests: {\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"Retry-After: 30\"}]}";
        assert_eq!(wait(json), seconds(30.0));
        assert_eq!(wait("toomanyrequests: Please retry after 7s."), seconds(7.0));
        assert_eq!(wait("toomanyrequests: You have reached your pull rate limit."), None);
        assert_eq!(wait("error parsing HTTP 429 response body: invalid character 's': \"slow down\""), None);
    }

    #[test]
    fn a_registry_out_of_reach_is_named() {
        let unreachable = |host: &str| format!("Unreachable {{ host: {host:?} }}");
        assert_eq!(
            of(
                "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host"
            ),
            unreachable("registry-1.docker.io")
        );
        assert_eq!(
            of("Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused"),
            unreachable("127.0.0.1:1")
        );
        assert_eq!(
            of(
                "Get \"https://r.example/v2/\": net/http: request canceled (Client.Timeout exceeded while awaiting headers)"
            ),
            unreachable("r.example")
        );
        assert_eq!(of("Head \"http://r:5000/v2/x/manifests/1\": EOF"), unreachable("r:5000"));
    }

    #[test]
    fn what_is_wrong_with_tls_is_told_apart() {
        assert_eq!(
            of("Get \"https://10.0.0.9:5000/v2/\": http: server gave HTTP response to HTTPS client"),
            "PlainHttp { host: \"10.0.0.9:5000\" }"
        );
        let words = "Get \"https://r.example/v2/\": tls: failed to verify certificate: x509: certificate signed by unknown authority";
        assert_eq!(of(words), "Untrusted { host: \"r.example\" }");
        let help = RegistryFault::of(words).unwrap().help();
        assert!(help.contains("/etc/docker/certs.d/r.example/ca.crt"), "{help}");
    }

    #[test]
    fn a_registry_with_a_fault_of_its_own_is_not_taken_for_one_without_the_image() {
        assert_eq!(of("received unexpected HTTP status: 503 Service Unavailable"), "Sick");
        assert_eq!(
            of("error unmarshalling content: invalid character '<' looking for beginning of value"),
            "Sick"
        );
        assert_eq!(of("something else"), "none");
    }

    #[test]
    fn the_next_step_names_the_registry_to_log_in_to() {
        let help = |registry: &str, logged_in| {
            RegistryFault::Denied { registry: String::new(), logged_in: false }
                .asked(registry, logged_in)
                .help()
        };
        assert!(help("r.example:5000", false).ends_with("`docker login r.example:5000`"));
        assert!(help("docker.io", false).ends_with("`docker login`"));
        assert!(help("r.example", true).contains("did not take the login"));
    }
}
