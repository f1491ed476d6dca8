//! Finds logins: in the environment, by helpers, in the file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bollard::auth::DockerCredentials;
use futures_util::future::join_all;
use tokio::sync::OnceCell;

use super::configuration::Configuration;
use super::fault::{CredentialFault, CredentialTrouble};
use super::program::Helper;

/// Where the login to the default registry is kept.
const DEFAULT_KEY: &str = "https://index.docker.io/v1/";
/// The name that references have for the default registry.
pub(super) const DEFAULT_DOMAIN: &str = "docker.io";
/// What the default registry is called besides.
const DEFAULT_ALIASES: [&str; 3] = [DEFAULT_KEY, "index.docker.io", "registry-1.docker.io"];
/// The name of the file.
const FILE: &str = "config.json";
/// A variable with logins, in the form of the file; it beats the file.
const VARIABLE: &str = "DOCKER_AUTH_CONFIG";
/// A helper may have to ask somebody for a password, but not for ever.
const PATIENCE: Duration = Duration::from_secs(60);
/// So long a login is good for other images of the same registry: tokens of helpers end in minutes at the earliest.
const FRESH: Duration = Duration::from_secs(60);

/// What came of looking for a login.
type Found = Result<Option<DockerCredentials>, CredentialFault>;

/// Finds logins. Cheap to clone; clones share what was found.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Credentials {
    directory: Option<PathBuf>,
    environment: Arc<BTreeMap<String, String>>,
    patience: Duration,
    /// Each registry is looked up once, however many images come from it at once: a helper may ask a person.
    found: Arc<Mutex<HashMap<String, Kept>>>,
}

#[derive(Clone, Debug)]
struct Kept {
    since: Instant,
    cell: Arc<OnceCell<Found>>,
}

impl Credentials {
    /// Logins of this configuration folder; helpers are found by the `PATH` of `environment`.
    pub(in crate::engine) fn new(directory: Option<PathBuf>, environment: &BTreeMap<String, String>) -> Self {
        Self {
            directory,
            environment: Arc::new(environment.clone()),
            patience: PATIENCE,
            found: Arc::default(),
        }
    }

    /// The variables of the process.
    pub(in crate::engine) fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// The login to the registry that references call `domain`.
    pub(in crate::engine) async fn login(&self, domain: &str) -> Found {
        let domain = if DEFAULT_ALIASES.contains(&domain) { DEFAULT_DOMAIN } else { domain };
        self.cell(domain).get_or_init(|| self.look(domain)).await.clone()
    }

    /// Every login that can be had, by the key under which it is kept: a builder is not told beforehand which it needs.
    pub(in crate::engine) async fn all(&self) -> BTreeMap<String, DockerCredentials> {
        let Ok(configuration) = self.read().await else { return BTreeMap::new() };
        let mut keys: BTreeSet<String> =
            configuration.auths.keys().chain(configuration.cred_helpers.keys()).cloned().collect();
        if !configuration.creds_store.is_empty()
            && let Ok(kept) = self.helper(&configuration.creds_store).list().await
        {
            keys.extend(kept);
        }
        if let Some(Ok(given)) = self.given() {
            keys.extend(given.auths.into_keys());
        }
        let look = async |key: String| {
            let found = self.login(&key).await.ok().flatten();
            found.map(|login| (key, login))
        };
        join_all(keys.into_iter().map(look)).await.into_iter().flatten().collect()
    }

    fn cell(&self, domain: &str) -> Arc<OnceCell<Found>> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.retain(|_, kept| kept.since.elapsed() < FRESH);
        let kept = found
            .entry(domain.to_owned())
            .or_insert_with(|| Kept { since: Instant::now(), cell: Arc::default() });
        Arc::clone(&kept.cell)
    }

    async fn look(&self, domain: &str) -> Found {
        let key = if domain == DEFAULT_DOMAIN { DEFAULT_KEY } else { domain };
        let fault = |file: &str, trouble| CredentialFault {
            registry: domain.to_owned(),
            file: file.to_owned(),
            trouble,
        };
        if let Some(given) = self.given() {
            let found =
                given.and_then(|given| given.entry(key)).map_err(|trouble| fault(VARIABLE, trouble))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let file = self.file().map(|path| path.display().to_string()).unwrap_or_default();
        let kept = async {
            let configuration = self.read().await?;
            self.find(&configuration, (domain, key)).await
        };
        kept.await.map_err(|trouble| fault(&file, trouble))
    }

    /// The helper of the registry comes first, and what the file itself keeps last.
    async fn find(
        &self,
        configuration: &Configuration,
        (domain, key): (&str, &str),
    ) -> Result<Option<DockerCredentials>, CredentialTrouble> {
        let helpers = &configuration.cred_helpers;
        let helper = helpers.get(domain).or_else(|| helpers.get(key)).unwrap_or(&configuration.creds_store);
        if !helper.is_empty()
            && let Some(found) = self.helper(helper).get(key).await?
        {
            return Ok(Some(found));
        }
        configuration.entry(key)
    }

    fn helper<'a>(&'a self, name: &'a str) -> Helper<'a> {
        Helper { name, environment: &self.environment, patience: self.patience }
    }

    fn file(&self) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.join(FILE))
    }

    async fn read(&self) -> Result<Configuration, CredentialTrouble> {
        match self.file() {
            Some(file) => Configuration::read(&file).await,
            None => Ok(Configuration::default()),
        }
    }

    /// What the variable says, if it is set.
    fn given(&self) -> Option<Result<Configuration, CredentialTrouble>> {
        let text = self.environment.get(VARIABLE).filter(|text| !text.is_empty())?;
        Some(Configuration::parse(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn with(configuration: &str) -> (tempfile::TempDir, Credentials) {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("config.json"), configuration).unwrap();
        let path = format!("{}:/usr/bin:/bin", directory.path().display());
        let environment = BTreeMap::from([("PATH".to_owned(), path)]);
        let credentials = Credentials::new(Some(directory.path().to_owned()), &environment);
        (directory, credentials)
    }

    fn helper(directory: &tempfile::TempDir, name: &str, script: &str) {
        let path = directory.path().join(format!("docker-credential-{name}"));
        // Written by another process: a program that this one holds open for writing cannot be started.
        let status = std::process::Command::new("sh")
            .args(["-c", "printf '%s' \"$1\" > \"$2\"", "sh", &format!("#!/bin/sh\n{script}")])
            .arg(&path)
            .status();
        assert!(status.unwrap().success());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn found(credentials: &Credentials, domain: &str) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let login = runtime.block_on(credentials.login(domain));
        match login {
            Ok(Some(found)) => format!(
                "{}:{}:{} at {}",
                found.username.unwrap_or_default(),
                found.password.unwrap_or_default(),
                found.identitytoken.unwrap_or_default(),
                found.serveraddress.unwrap_or_default()
            ),
            Err(fault) => format!("fault: {fault}"),
            Ok(None) => "none".to_owned(),
        }
    }

    #[test]
    fn logins_are_read_out_of_the_file_under_all_spellings_of_a_registry() {
        // `me:a:b` and `you:pw`.
        let (_directory, credentials) = with(
            r#"{"auths": {
                "https://index.docker.io/v1/": {"auth": "bWU6YTpi"},
                "https://old.example/v1/": {"auth": "eW91OnB3"},
                "new.example:5000": {"username": "u", "password": "p"},
                "empty.example": {}
            }}"#,
        );
        assert_eq!(found(&credentials, "docker.io"), "me:a:b: at https://index.docker.io/v1/");
        assert_eq!(found(&credentials, "old.example"), "you:pw: at old.example");
        assert_eq!(found(&credentials, "new.example:5000"), "u:p: at new.example:5000");
        assert_eq!(found(&credentials, "empty.example"), "none");
        assert_eq!(found(&credentials, "other.example"), "none");
    }

    #[test]
    fn a_helper_is_asked_for_its_registry_and_the_store_for_the_others() {
        let (directory, credentials) =
            with(r#"{"credsStore": "all", "credHelpers": {"one.example": "one"}}"#);
        helper(
            &directory,
            "one",
            r#"read key; printf '{"ServerURL":"%s","Username":"<token>","Secret":"t"}' "$key""#,
        );
        helper(
            &directory,
            "all",
            r#"read key; case $1 in
                list) echo '{"two.example":"u"}' ;;
                get) case $key in
                    two.example) printf '{"ServerURL":"%s","Username":"u","Secret":"s"}' "$key" ;;
                    *) echo "credentials not found in native keychain"; exit 1 ;;
                esac ;;
            esac"#,
        );
        assert_eq!(found(&credentials, "one.example"), "::t at one.example");
        assert_eq!(found(&credentials, "two.example"), "u:s: at two.example");
        assert_eq!(found(&credentials, "three.example"), "none");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let all = runtime.block_on(credentials.all());
        assert_eq!(all.keys().collect::<Vec<_>>(), ["one.example", "two.example"]);
    }

    #[test]
    fn a_helper_that_is_missing_is_named_with_the_file_that_names_it() {
        let (directory, credentials) = with(r#"{"credsStore": "desktop.exe"}"#);
        let file = directory.path().join("config.json").display().to_string();
        assert_eq!(
            found(&credentials, "docker.io"),
            format!(
                "fault: cannot get the login to `docker.io`: `docker-credential-desktop.exe`, which `{file}` names, is not in PATH"
            )
        );
        let (_directory, credentials) = with(r#"{"credsStore": "../x"}"#);
        assert!(found(&credentials, "docker.io").contains("no name of a helper"));
    }

    #[test]
    fn a_helper_that_fails_is_named_with_what_it_said() {
        let (directory, credentials) = with(r#"{"credHelpers": {"a": "loud", "b": "shy", "c": "odd"}}"#);
        helper(&directory, "loud", "echo 'the vault is locked'; exit 3");
        helper(&directory, "shy", "echo 'no session' >&2; exit 1");
        helper(&directory, "odd", "echo gibberish");
        assert!(found(&credentials, "a").ends_with("failed: the vault is locked"));
        assert!(found(&credentials, "b").ends_with("failed: no session"));
        let odd = found(&credentials, "c");
        assert!(
            odd.contains("the answer of `docker-credential-odd`") && odd.contains("makes no sense"),
            "{odd}"
        );
    }

    #[test]
    fn a_helper_that_never_answers_is_not_waited_for() {
        let (directory, credentials) = with(r#"{"credsStore": "slow"}"#);
        helper(&directory, "slow", "exec sleep 600");
        let credentials = Credentials { patience: Duration::from_secs(1), ..credentials };
        assert!(found(&credentials, "docker.io").ends_with("gave no answer within 1 s"));
    }

    #[test]
    fn a_helper_is_asked_once_for_a_registry_however_many_images_come_from_it() {
        let (directory, credentials) = with(r#"{"credsStore": "once"}"#);
        let script =
            r#"read key; echo asked >> "${0%/*}/asked"; sleep 0.1; printf '{"Username":"u","Secret":"s"}'"#;
        helper(&directory, "once", script);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let logins = runtime.block_on(join_all((0..20).map(|_| credentials.login("one.example"))));
        assert!(logins.iter().all(|login| matches!(login, Ok(Some(_)))));
        assert_eq!(fs::read_to_string(directory.path().join("asked")).unwrap(), "asked\n");
    }

    #[test]
    fn the_default_registry_is_known_by_all_its_names() {
        let (_directory, credentials) =
            with(r#"{"auths": {"https://index.docker.io/v1/": {"auth": "bWU6YQ=="}}}"#);
        for name in ["docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/"] {
            assert_eq!(found(&credentials, name), "me:a: at https://index.docker.io/v1/", "{name}");
        }
    }

    #[test]
    fn an_identity_token_stands_for_a_password() {
        let (_directory, credentials) =
            with(r#"{"auths": {"r.example": {"auth": "bWU6", "identitytoken": "long-lived"}}}"#);
        assert_eq!(found(&credentials, "r.example"), "me::long-lived at r.example");
    }

    #[test]
    fn a_file_that_makes_no_sense_is_named() {
        let (directory, credentials) = with(r#"{"auths": ["#);
        let told = found(&credentials, "r.example");
        assert!(told.contains(&directory.path().join("config.json").display().to_string()), "{told}");
        let (_directory, credentials) = with(r#"{"auths": {"r.example": {"auth": "%%%"}}}"#);
        assert!(found(&credentials, "r.example").contains("not `user:password` in base64"));
        assert_eq!(found(&credentials, "other.example"), "none");
    }

    #[test]
    fn logins_in_the_environment_beat_the_file() {
        let (_directory, credentials) = with(
            r#"{"auths": {"r.example": {"username": "file", "password": "p"}, "s.example": {"username": "file"}}}"#,
        );
        let mut environment = (*credentials.environment).clone();
        environment
            .insert(VARIABLE.to_owned(), r#"{"auths": {"r.example": {"auth": "bWU6YQ=="}}}"#.to_owned());
        let credentials = Credentials { environment: Arc::new(environment), ..credentials };
        assert_eq!(found(&credentials, "r.example"), "me:a: at r.example");
        assert_eq!(found(&credentials, "s.example"), "file:: at s.example");
    }
}
