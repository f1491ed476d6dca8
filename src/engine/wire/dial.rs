//! Opens a connection to the daemon.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use crate::engine::host::Address;

/// Both directions of a connection.
pub(in crate::engine) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A machine that drops packets answers nothing at all: the system itself would wait for two minutes.
const PATIENCE: Duration = Duration::from_secs(15);

/// Opens a connection.
pub(super) async fn dial(address: &Address) -> io::Result<Box<dyn Duplex>> {
    match address {
        Address::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        Address::Tcp { authority, tls: None } => Ok(Box::new(tcp(authority).await?)),
        Address::Tcp { tls: Some(_), .. } => {
            Err(io::Error::new(io::ErrorKind::Unsupported, "this build of rcompose speaks no TLS"))
        }
        Address::Ssh { .. } => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this build of rcompose does not dial through ssh; `ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock HOST` \
             and DOCKER_HOST=unix:///tmp/engine.sock do",
        )),
    }
}

async fn tcp(authority: &str) -> io::Result<TcpStream> {
    let stream = tokio::time::timeout(PATIENCE, TcpStream::connect(authority))
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no answer within 15 s"))??;
    stream.set_nodelay(true)?;
    Ok(stream)
}
