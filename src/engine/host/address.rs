//! How a daemon's address is written: `unix:///path`, `tcp://host:port`, `ssh://user@host`.

use std::fmt;
use std::path::{Path, PathBuf};

/// A daemon's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Address {
    /// A socket in the file system.
    Unix(PathBuf),
    /// A TCP port, in the clear or with TLS.
    Tcp {
        /// `host:port`.
        authority: String,
        /// What TLS needs, if it is spoken.
        tls: Option<TlsFiles>,
    },
    /// The daemon of another machine, through its own command line.
    Ssh {
        /// `user@host`, as `ssh` takes it.
        target: String,
        /// The port, if given.
        port: Option<u16>,
        /// The daemon's socket over there, if given.
        socket: Option<String>,
    },
}

/// Where certificates lie, and whether the daemon's is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct TlsFiles {
    /// The authority that signed the daemon's certificate; `None` for those that the system trusts.
    pub(in crate::engine) authority: Option<PathBuf>,
    /// Our own certificate and its key, if we have any.
    pub(in crate::engine) identity: Option<(PathBuf, PathBuf)>,
    /// The daemon's certificate must be signed by the authority, and made out to its host.
    pub(in crate::engine) verify: bool,
}

impl TlsFiles {
    /// The files of a folder, as far as they are there.
    pub(in crate::engine) fn below(directory: &Path, verify: bool) -> Self {
        let there = |name: &str| Some(directory.join(name)).filter(|path| path.exists());
        Self { authority: there("ca.pem"), identity: there("cert.pem").zip(there("key.pem")), verify }
    }
}

/// The port of a daemon that listens in the clear.
const PLAIN_PORT: u16 = 2375;
/// The port of a daemon that listens with TLS.
const TLS_PORT: u16 = 2376;

impl Address {
    /// Reads an address; `tls` applies to `tcp` alone. The error says what is wrong with it.
    pub(in crate::engine) fn parse(text: &str, tls: Option<TlsFiles>) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| {
            "it has no scheme; `unix:///path/to/socket` and `tcp://host:port` have".to_owned()
        })?;
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Unix(PathBuf::from(rest))),
            "unix" => {
                Err("the path of a `unix` socket is absolute: three slashes, as in `unix:///run/x.sock`"
                    .to_owned())
            }
            "tcp" | "http" | "https" => tcp(rest, scheme == "https", tls),
            "ssh" => ssh(rest),
            "npipe" => Err("named pipes exist on Windows alone".to_owned()),
            "fd" => Err("`fd` is an address for a daemon to listen on, not for a client".to_owned()),
            _ => Err(format!("`{scheme}` is not a scheme that is understood; `unix`, `tcp` and `ssh` are")),
        }
    }
}

fn tcp(rest: &str, always_tls: bool, tls: Option<TlsFiles>) -> Result<Address, String> {
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains('/') {
        return Err("a path behind the port is not supported".to_owned());
    }
    let tls = if always_tls && tls.is_none() {
        Some(TlsFiles { verify: true, ..TlsFiles::default() })
    } else {
        tls
    };
    let default_port = if tls.is_some() { TLS_PORT } else { PLAIN_PORT };
    let parsed: http::uri::Authority =
        format!("{}{rest}", if rest.starts_with(':') { "127.0.0.1" } else { "" })
            .parse()
            .map_err(|cause| format!("it is no `host:port`: {cause}"))?;
    if parsed.host().is_empty() {
        return Err("it names no host".to_owned());
    }
    let port = match parsed.port_u16() {
        Some(port) => port,
        None if parsed.as_str() == parsed.host() => default_port,
        None => return Err("it is no `host:port`: the port is no number up to 65535".to_owned()),
    };
    Ok(Address::Tcp { authority: format!("{}:{port}", parsed.host()), tls })
}

fn ssh(rest: &str) -> Result<Address, String> {
    let (authority, path) =
        rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    let parsed: http::uri::Authority =
        authority.parse().map_err(|cause| format!("it is no `user@host`: {cause}"))?;
    let (user, _) = authority.split_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    if user.is_some_and(|user| user.contains(':')) {
        return Err("a password has no place in an address; use keys".to_owned());
    }
    let host = parsed.host().trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() {
        return Err("it names no host".to_owned());
    }
    // `ssh` would read a leading dash as an option.
    if host.starts_with('-') || user.is_some_and(|user| user.starts_with('-')) {
        return Err("a host or user that begins with a dash would be an option of `ssh`".to_owned());
    }
    Ok(Address::Ssh {
        target: user.map_or_else(|| host.to_owned(), |user| format!("{user}@{host}")),
        port: parsed.port_u16(),
        socket: path.filter(|path| !path.is_empty()).map(|path| format!("/{path}")),
    })
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { authority, .. } => write!(f, "tcp://{authority}"),
            Self::Ssh { target, port, socket } => {
                write!(f, "ssh://{target}")?;
                if let Some(port) = port {
                    write!(f, ":{port}")?;
                }
                f.write_str(socket.as_deref().unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        Address::parse(text, None)
            .map_or_else(|fault| format!("fault: {fault}"), |address| format!("{address:?}"))
    }

    #[test]
    fn a_port_that_is_left_out_depends_on_whether_tls_is_spoken() {
        let tls = TlsFiles { verify: true, ..TlsFiles::default() };
        assert_eq!(Address::parse("tcp://box", None).unwrap().to_string(), "tcp://box:2375");
        assert_eq!(Address::parse("tcp://box", Some(tls)).unwrap().to_string(), "tcp://box:2376");
        assert_eq!(Address::parse("https://box", None).unwrap().to_string(), "tcp://box:2376");
        assert_eq!(Address::parse("tcp://[::1]:99/", None).unwrap().to_string(), "tcp://[::1]:99");
        assert_eq!(Address::parse("tcp://:99", None).unwrap().to_string(), "tcp://127.0.0.1:99");
    }

    #[test]
    fn an_ssh_address_keeps_user_port_and_socket() {
        assert_eq!(
            parsed("ssh://me@box:22/run/user/1/docker.sock"),
            r#"Ssh { target: "me@box", port: Some(22), socket: Some("/run/user/1/docker.sock") }"#
        );
        assert_eq!(parsed("ssh://box"), r#"Ssh { target: "box", port: None, socket: None }"#);
    }

    #[test]
    fn an_ssh_host_cannot_smuggle_in_an_option() {
        assert!(parsed("ssh://-oProxyCommand=x").starts_with("fault:"));
        assert!(parsed("ssh://-l@box").starts_with("fault:"));
    }

    #[test]
    fn an_address_that_is_not_understood_says_why() {
        assert!(parsed("/var/run/docker.sock").contains("no scheme"));
        assert!(parsed("unix://docker.sock").contains("three slashes"));
        assert!(parsed("gopher://x").contains("`gopher`"));
        assert!(parsed("tcp://host:port").contains("no `host:port`"));
        assert!(parsed("tcp://host:1/path").contains("path"));
    }
}
