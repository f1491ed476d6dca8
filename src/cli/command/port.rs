//! `port`: tells where ports of a container can be reached.

use clap::Args;
use rcompose::ops::Instance;
use rcompose::resource::ObservedPort;

use crate::cli::args::{instance, integer};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Tell where the ports of a container can be reached
#[derive(Debug, Args)]
#[command(
    override_usage = "rcompose port [OPTIONS] SERVICE [PORT]",
    after_help = "Examples:\n  \
        rcompose port web      all of them\n  \
        rcompose port web 80   such as 0.0.0.0:49153"
)]
pub(crate) struct PortArgs {
    /// The service, and a port in its container (default: all)
    #[arg(value_name = "SERVICE PORT", num_args = 0..)]
    words: Vec<String>,
    /// tcp, udp or sctp
    #[arg(long, value_name = "PROTOCOL", default_value = "tcp", hide_default_value = true)]
    protocol: String,
    /// Of the container of this number
    #[arg(long, value_name = "N", value_parser = integer)]
    index: Option<i64>,
}

/// Tells it.
pub(crate) fn run(args: &PortArgs, session: &Session) -> Result<Exit, Failure> {
    let (service, port) = match args.words.as_slice() {
        [service] => (service, None),
        [service, port] => (service, Some(number(port)?)),
        words => {
            let text = format!("accepts between 1 and 2 arg(s), received {}", words.len());
            return Err(Failure::message(text).help("`rcompose port SERVICE [PORT]`"));
        }
    };
    let at: Instance = instance(service, args.index);
    let project = Project::open(session, Needs::Name, std::slice::from_ref(service))?;
    work(session, project, Lines::default(), async |compose| {
        let text = match port {
            Some(port) => {
                let found = compose.port(&at, port, &args.protocol.to_lowercase()).await?;
                format!("{}\n", socket(&found))
            }
            None => compose.ports(&at).await?.iter().map(line).collect(),
        };
        session.ui.print_found(&text)?;
        Ok(Exit::Success)
    })
}

fn number(text: &str) -> Result<u16, Failure> {
    text.parse().map_err(|_| {
        Failure::message(format!("strconv.ParseUint: parsing {text:?}: invalid syntax"))
            .help("a port is a number from 0 to 65535; `--protocol udp` asks for one of UDP")
    })
}

fn line(port: &ObservedPort) -> String {
    format!("{}/{} -> {}\n", port.target, port.protocol, socket(port))
}

fn socket(port: &ObservedPort) -> String {
    if port.host_ip.contains(':') {
        format!("[{}]:{}", port.host_ip, port.published)
    } else {
        format!("{}:{}", port.host_ip, port.published)
    }
}
