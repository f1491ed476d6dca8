//! TCP with TLS: who the daemon has to be, and who we are.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::dialer::{patiently, tcp};
use crate::engine::host::TlsFiles;

/// Where systems keep the authorities that they trust (the list of Go's `crypto/x509`, which the Docker command line
/// goes by).
const SYSTEM: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// What opens connections with TLS.
pub(in crate::engine::wire) struct Tls {
    authority: String,
    name: ServerName<'static>,
    connector: TlsConnector,
}

impl Tls {
    /// Reads the certificates.
    pub(super) fn new(authority: &str, files: &TlsFiles) -> io::Result<Self> {
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host.clone())
            .map_err(|_| invalid(format!("no certificate can be made out to `{host}`")))?;
        let connector = TlsConnector::from(Arc::new(config(files)?));
        Ok(Self { authority: authority.to_owned(), name, connector })
    }

    pub(super) async fn dial(&self) -> io::Result<TlsStream<TcpStream>> {
        let stream = tcp(&self.authority).await?;
        patiently(self.connector.connect(self.name.clone(), stream)).await
    }
}

fn config(files: &TlsFiles) -> io::Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|cause| invalid(cause.to_string()))?;
    let builder = if files.verify {
        builder.with_root_certificates(authorities(files.authority.as_deref())?)
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Anyone(provider)))
    };
    let Some((certificate, key)) = &files.identity else { return Ok(builder.with_no_client_auth()) };
    let private = PrivateKeyDer::from_pem_file(key).map_err(|cause| unreadable("key", key, &cause))?;
    builder.with_client_auth_cert(certificates(certificate)?, private).map_err(|cause| {
        invalid(format!("`{}` and `{}` do not fit: {cause}", certificate.display(), key.display()))
    })
}

fn authorities(own: Option<&Path>) -> io::Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    if let Some(path) = own {
        for certificate in certificates(path)? {
            store.add(certificate).map_err(|cause| {
                invalid(format!("`{}` holds no usable authority: {cause}", path.display()))
            })?;
        }
    } else if let Some(path) = SYSTEM.iter().map(Path::new).find(|path| path.exists()) {
        store.add_parsable_certificates(certificates(path)?);
    }
    Ok(store)
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match read {
        Ok(found) if found.is_empty() => {
            Err(invalid(format!("there is no certificate in `{}`", path.display())))
        }
        Ok(found) => Ok(found),
        Err(cause) => Err(unreadable("certificate", path, &cause)),
    }
}

fn unreadable(what: &str, path: &Path, cause: &pem::Error) -> io::Error {
    let why = match cause {
        pem::Error::Io(cause) => cause.to_string(),
        // A key with a password has another label, so that none is found.
        pem::Error::NoItemsFound => "there is none in it that can be used without a password".to_owned(),
        other => other.to_string(),
    };
    invalid(format!("cannot read the {what} `{}`: {why}", path.display()))
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Lets anyone be the daemon, as was asked for: what is said is kept from third ears alone.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
