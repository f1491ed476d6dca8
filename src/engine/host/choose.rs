//! Which daemon it is to be: option, variable, context or default, in that order, and the memory of which it was.

use std::fmt;
use std::path::PathBuf;

use http::HeaderMap;

use super::address::{Address, TlsFiles};
use super::context;
use super::headers::headers;
use super::options::ConnectOptions;
use crate::engine::error::Error;

/// Where a daemon's address came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Given as an option.
    Option,
    /// From `DOCKER_HOST`.
    Variable,
    /// From a context of this name.
    Context(String),
    /// Nothing named one.
    Default,
}

/// A daemon's address and where it came from.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Host {
    /// The address.
    pub(in crate::engine) address: Address,
    /// Where it came from.
    pub(in crate::engine) origin: Origin,
    /// What to try when it does not answer.
    pub(in crate::engine) hint: Hint,
    /// What every request to it carries besides.
    pub(in crate::engine) headers: HeaderMap,
}

/// What helps someone whose daemon does not answer.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Hint {
    home: Option<PathBuf>,
    runtime: Option<PathBuf>,
}

/// The socket of a daemon that was installed by a package.
const DEFAULT: &str = "unix:///var/run/docker.sock";
/// The name of the context that stands for the default address.
const DEFAULT_CONTEXT: &str = "default";

/// Decides which daemon to talk to, in the order of the Docker command line: an explicit context, an explicit host,
/// `DOCKER_HOST`, `DOCKER_CONTEXT`, the current context of `config.json`, the default socket.
pub(in crate::engine) fn choose(options: &ConnectOptions) -> Result<Host, Error> {
    let mut host = choose_address(options)?;
    host.headers = headers(options).map_err(Error::BadHeader)?;
    Ok(host)
}

fn choose_address(options: &ConnectOptions) -> Result<Host, Error> {
    let hint = Hint {
        home: options.variable("HOME").map(PathBuf::from),
        runtime: options.variable("XDG_RUNTIME_DIR").map(PathBuf::from),
    };
    let at = |text: &str, origin: Origin| {
        let address = Address::parse(text, asked_tls(options)).map_err(|why| Error::BadHost {
            host: text.to_owned(),
            origin: origin.clone(),
            why,
        })?;
        Ok(Host { address, origin, hint: hint.clone(), headers: HeaderMap::new() })
    };
    if let Some(host) = &options.host {
        if options.context.is_some() {
            return Err(Error::Conflict(
                "conflicting options: cannot specify both --host and --context".to_owned(),
            ));
        }
        return at(host, Origin::Option);
    }
    if options.context.is_none()
        && let Some(host) = options.variable("DOCKER_HOST")
    {
        return at(host, Origin::Variable);
    }
    let directory = options.config_directory();
    let named = match options.context.as_deref().or(options.variable("DOCKER_CONTEXT")) {
        Some(name) => Some(name.to_owned()),
        None => match &directory {
            Some(directory) => context::current(directory)
                .map_err(|why| Error::BadContext { name: "current".to_owned(), why })?,
            None => None,
        },
    };
    match named.filter(|name| name != DEFAULT_CONTEXT) {
        None => at(DEFAULT, Origin::Default),
        Some(name) => of_context(&name, directory, hint),
    }
}

fn of_context(name: &str, directory: Option<PathBuf>, hint: Hint) -> Result<Host, Error> {
    let fault = |why: String| Error::BadContext { name: name.to_owned(), why };
    let directory = directory.ok_or_else(|| fault("neither `DOCKER_CONFIG` nor `HOME` is set".to_owned()))?;
    let found = context::read(&directory, name).map_err(fault)?;
    let tls = found.certificates.map(|directory| TlsFiles::below(&directory, !found.skip_verify));
    let origin = Origin::Context(name.to_owned());
    let address = Address::parse(&found.host, tls).map_err(|why| Error::BadHost {
        host: found.host.clone(),
        origin: origin.clone(),
        why,
    })?;
    Ok(Host { address, origin, hint, headers: HeaderMap::new() })
}

/// TLS is spoken to a `tcp` host as soon as an option asks for it, or `DOCKER_TLS_VERIFY` is set to anything but nothing,
/// or `DOCKER_TLS` is; the latter alone does not check the daemon's certificate.
fn asked_tls(options: &ConnectOptions) -> Option<TlsFiles> {
    let by_variable = options.variable("DOCKER_TLS_VERIFY").is_some();
    let verify = by_variable || options.tls.as_ref().is_some_and(|tls| tls.verify);
    if !verify && options.tls.is_none() && options.variable("DOCKER_TLS").is_none() {
        return None;
    }
    let directory =
        options.variable("DOCKER_CERT_PATH").map(PathBuf::from).or_else(|| options.config_directory());
    let directory = directory.unwrap_or_default();
    let usual = TlsFiles::below(&directory, verify);
    let given = options.tls.clone().unwrap_or_default();
    let (certificate, key) = usual.identity.unzip();
    Some(TlsFiles {
        // As with the Docker command line, an authority that is missing is a fault, and not a reason to trust others.
        authority: given.authority.or_else(|| verify.then(|| directory.join("ca.pem"))),
        identity: given.certificate.or(certificate).zip(given.key.or(key)),
        verify,
    })
}

impl Hint {
    /// Sockets that exist in the usual places, other than the one that was tried.
    fn other_sockets(&self, tried: &Address) -> Vec<String> {
        let home = |path: &str| self.home.as_ref().map(|home| home.join(path));
        let runtime = |path: &str| self.runtime.as_ref().map(|runtime| runtime.join(path));
        [
            Some(PathBuf::from("/var/run/docker.sock")),
            runtime("docker.sock"),
            home(".docker/run/docker.sock"),
            home(".docker/desktop/docker.sock"),
            home(".colima/default/docker.sock"),
            home(".orbstack/run/docker.sock"),
            runtime("podman/podman.sock"),
            Some(PathBuf::from("/run/podman/podman.sock")),
        ]
        .into_iter()
        .flatten()
        .filter(|path| path.exists())
        .map(Address::Unix)
        .filter(|address| address != tried)
        .map(|address| address.to_string())
        .collect()
    }

    /// The next step for someone whose daemon at `address` gave `cause`.
    pub(in crate::engine) fn next_step(&self, address: &Address, cause: &std::io::Error) -> String {
        let others = self.other_sockets(address);
        let other = if others.is_empty() {
            String::new()
        } else {
            let sockets: Vec<_> = others.iter().map(|socket| format!("`{socket}`")).collect();
            format!("; there is a socket at {}: set DOCKER_HOST to it to use it", sockets.join(" and "))
        };
        match (address, cause.kind()) {
            (Address::Unix(_), std::io::ErrorKind::PermissionDenied) => format!(
                "you may not open this socket: run as root, or `sudo usermod -aG docker $USER` and log in again{other}"
            ),
            (Address::Unix(_), _) => format!(
                "start an engine (`sudo systemctl start docker`, `sudo dockerd`, or Docker Desktop), or set DOCKER_HOST \
                 to one that runs{other}"
            ),
            (Address::Tcp { tls: None, .. }, _) => format!(
                "check the address; an engine that wants TLS is reached with DOCKER_TLS_VERIFY=1 and the certificates in \
                 DOCKER_CERT_PATH{other}"
            ),
            (Address::Tcp { .. }, _) => format!(
                "check the address, and the certificates: `ca.pem`, `cert.pem` and `key.pem` in DOCKER_CERT_PATH, else \
                 in the configuration folder{other}"
            ),
            (Address::Ssh { target, .. }, _) => {
                format!("check that `ssh {target} docker version` works without asking for a password{other}")
            }
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option => f.write_str("given as an option"),
            Self::Variable => f.write_str("from DOCKER_HOST"),
            Self::Context(name) => write!(f, "from the context `{name}`"),
            Self::Default => f.write_str("the default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::super::options::TlsOptions;
    use super::*;

    fn options(directory: &Path, variables: &[(&str, &str)]) -> ConnectOptions {
        let mut environment: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        environment.insert("DOCKER_CONFIG".to_owned(), directory.display().to_string());
        ConnectOptions { environment, ..ConnectOptions::default() }
    }

    /// A configuration folder with one context, `far`, that is current.
    fn with_context() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("config.json"), r#"{"currentContext":"far"}"#).unwrap();
        // sha256 of `far`
        let digest = "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868";
        let meta = directory.path().join("contexts/meta").join(digest);
        fs::create_dir_all(&meta).unwrap();
        fs::write(
            meta.join("meta.json"),
            r#"{"Name":"far","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://far:1","SkipTLSVerify":false}}}"#,
        )
        .unwrap();
        directory
    }

    fn chosen(options: &ConnectOptions) -> String {
        match choose(options) {
            Ok(host) => format!("{} {}", host.address, host.origin),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn the_option_wins_over_the_variable_and_the_variable_over_the_context() {
        let directory = with_context();
        let mut options =
            options(directory.path(), &[("DOCKER_HOST", "unix:///v.sock"), ("DOCKER_CONTEXT", "far")]);
        assert_eq!(chosen(&options), "unix:///v.sock from DOCKER_HOST");
        options.host = Some("unix:///o.sock".to_owned());
        assert_eq!(chosen(&options), "unix:///o.sock given as an option");
    }

    #[test]
    fn an_explicit_context_wins_over_the_variable() {
        let directory = with_context();
        let mut options = options(directory.path(), &[("DOCKER_HOST", "unix:///v.sock")]);
        options.context = Some("far".to_owned());
        assert_eq!(chosen(&options), "tcp://far:1 from the context `far`");
    }

    #[test]
    fn the_current_context_of_the_configuration_is_used() {
        let directory = with_context();
        assert_eq!(chosen(&options(directory.path(), &[])), "tcp://far:1 from the context `far`");
        assert_eq!(
            chosen(&options(directory.path(), &[("DOCKER_CONTEXT", "default")])),
            "unix:///var/run/docker.sock the default"
        );
    }

    #[test]
    fn a_variable_that_is_set_but_empty_counts_as_unset() {
        let empty = tempfile::tempdir().unwrap();
        let options = options(empty.path(), &[("DOCKER_HOST", ""), ("DOCKER_TLS_VERIFY", "")]);
        assert_eq!(chosen(&options), "unix:///var/run/docker.sock the default");
        assert_eq!(asked_tls(&options), None);
    }

    #[test]
    fn a_context_that_does_not_exist_is_named() {
        let directory = with_context();
        let text = chosen(&options(directory.path(), &[("DOCKER_CONTEXT", "nowhere")]));
        assert!(text.contains("`nowhere`") && text.contains("none of that name"), "{text}");
    }

    #[test]
    fn an_option_for_a_host_and_one_for_a_context_contradict_each_other() {
        let directory = with_context();
        let mut options = options(directory.path(), &[]);
        options.host = Some("unix:///o.sock".to_owned());
        options.context = Some("far".to_owned());
        assert_eq!(chosen(&options), "conflicting options: cannot specify both --host and --context");
    }

    #[test]
    fn options_for_tls_outweigh_the_files_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ca.pem", "cert.pem", "key.pem"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let mut options = options(folder.path(), &[]);
        options.tls = Some(TlsOptions { key: Some(PathBuf::from("/k")), ..TlsOptions::default() });
        let want = Some((folder.path().join("cert.pem"), PathBuf::from("/k")));
        let files = asked_tls(&options).unwrap();
        assert_eq!((files.identity, files.authority, files.verify), (want, None, false));
    }

    #[test]
    fn tls_is_spoken_when_the_variable_asks_for_it() {
        let empty = tempfile::tempdir().unwrap();
        let variables =
            [("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/certs"), ("DOCKER_HOST", "tcp://box")];
        let host = choose(&options(empty.path(), &variables)).unwrap();
        let want =
            Some(TlsFiles { authority: Some(PathBuf::from("/certs/ca.pem")), identity: None, verify: true });
        assert_eq!(host.address, Address::Tcp { authority: "box:2376".to_owned(), tls: want });
    }
}
