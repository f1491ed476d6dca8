//! `127.0.0.1:8080-8081:80-81/udp`: ports in one line.

use std::net::IpAddr;
use std::ops::{Range, RangeInclusive};

use thiserror::Error;

/// What one line of ports says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    /// The address of the host to listen at; without the brackets of an IPv6 address.
    pub host_ip: Option<String>,
    /// The ports of the host; `None`: any that is free.
    pub published: Option<RangeInclusive<u16>>,
    /// The ports of the container.
    pub target: RangeInclusive<u16>,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: &'static str,
}

/// A line of ports that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct PortError {
    /// The bytes at fault.
    pub at: Range<usize>,
    /// What is wrong.
    pub fault: PortFault,
}

/// What is wrong with a line of ports.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PortFault {
    /// There is no port of the container.
    #[error("no port of the container is given")]
    Missing,
    /// The port of the container is none, or above 65535, or a range that runs backwards.
    #[error("invalid container port `{0}`")]
    Target(String),
    /// The same of the host.
    #[error("invalid host port `{0}`")]
    Published(String),
    /// The ranges do not match: as many on both sides, or one port of the container.
    #[error("{published} host ports for {target} container ports")]
    Lengths {
        /// How many of the host.
        published: usize,
        /// How many of the container.
        target: usize,
    },
    /// No address; a name is none either.
    #[error("invalid host address `{0}`")]
    Address(String),
    /// Neither `tcp` nor `udp` nor `sctp`.
    #[error("invalid protocol `{0}`")]
    Protocol(String),
}

impl Ports {
    /// Reads a line.
    pub fn parse(text: &str) -> Result<Self, PortError> {
        let target_at = text.rfind(':').map_or(0, |at| at + 1);
        let before = &text[..target_at.saturating_sub(1)];
        let published_at = before.rfind(':').map_or(0, |at| at + 1);
        let address = &before[..published_at.saturating_sub(1)];

        let (target, protocol) = text[target_at..].split_once('/').unwrap_or((&text[target_at..], ""));
        let protocol_at = text.len() - protocol.len()..text.len();
        let fail = |at: Range<usize>, fault| Err(PortError { at, fault });

        let Some(protocol) = protocol_of(protocol) else {
            return fail(protocol_at, PortFault::Protocol(protocol.to_owned()));
        };
        let address_at = 0..address.len();
        let host_ip =
            match address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address) {
                "" => None,
                ip if ip.parse::<IpAddr>().is_ok() => Some(ip.to_owned()),
                _ => return fail(address_at, PortFault::Address(address.to_owned())),
            };
        if target.is_empty() {
            return fail(target_at..text.len(), PortFault::Missing);
        }
        let target_at = target_at..target_at + target.len();
        let Some(targets) = range(target) else {
            return fail(target_at, PortFault::Target(target.to_owned()));
        };
        if *targets.start() == 0 {
            return fail(target_at, PortFault::Missing);
        }
        let published = &before[published_at..];
        let published_at = published_at..published_at + published.len();
        let published = match published {
            "" => None,
            text => match range(text) {
                Some(ports) => Some(ports),
                None => return fail(published_at, PortFault::Published(text.to_owned())),
            },
        };
        if let Some(published) = &published
            && targets.len() != 1
            && published.len() != targets.len()
        {
            let fault = PortFault::Lengths { published: published.len(), target: targets.len() };
            return fail(published_at.start..target_at.end, fault);
        }
        Ok(Self { host_ip, published, target: targets, protocol })
    }

    /// One pair of published and target a port of the container, in the peer's order: by the text of the target.
    ///
    /// A range of the host before a single port of the container stays a range: one of them is chosen later.
    #[must_use]
    pub fn entries(&self) -> Vec<(Option<String>, u16)> {
        let single = self.target.len() == 1;
        let published = |offset: usize| {
            let range = self.published.as_ref()?;
            Some(match (single, range.len()) {
                (true, 2..) => format!("{}-{}", range.start(), range.end()),
                _ => (usize::from(*range.start()) + offset).to_string(),
            })
        };
        let mut entries: Vec<(Option<String>, u16)> =
            self.target.clone().enumerate().map(|(offset, target)| (published(offset), target)).collect();
        entries.sort_by_cached_key(|(_, target)| target.to_string());
        entries
    }
}

fn protocol_of(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "" | "tcp" => Some("tcp"),
        "udp" => Some("udp"),
        "sctp" => Some("sctp"),
        _ => None,
    }
}

fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match Ports::parse(text) {
            Ok(ports) => {
                let ip = ports.host_ip.clone().unwrap_or_default();
                let entries = ports.entries().into_iter().map(|(published, target)| {
                    format!("{ip}|{}|{target}/{}", published.unwrap_or_default(), ports.protocol)
                });
                entries.collect::<Vec<_>>().join(" ")
            }
            Err(error) => format!("{error} at {:?}", error.at),
        }
    }

    #[test]
    fn every_part_but_the_target_may_be_left_out() {
        for (text, said) in [
            ("80", "||80/tcp"),
            (":80", "||80/tcp"),
            ("80/", "||80/tcp"),
            ("80/UDP", "||80/udp"),
            ("8080:80/sctp", "|8080|80/sctp"),
            ("08080:080", "|8080|80/tcp"),
            ("127.0.0.1:8080:80", "127.0.0.1|8080|80/tcp"),
            ("127.0.0.1::80", "127.0.0.1||80/tcp"),
            ("[::1]:80:81", "::1|80|81/tcp"),
            ("::1:80:81", "::1|80|81/tcp"),
            ("[]:80:81", "|80|81/tcp"),
        ] {
            assert_eq!(shown(text), said, "{text}");
        }
    }

    #[test]
    fn a_range_expands_to_one_entry_each_in_the_order_of_its_text() {
        assert_eq!(shown("9-11"), "||10/tcp ||11/tcp ||9/tcp");
        assert_eq!(shown("8-10:99-101"), "|9|100/tcp |10|101/tcp |8|99/tcp");
        assert_eq!(shown("8000-8002:80/udp"), "|8000-8002|80/udp");
        assert_eq!(shown("80-80:80"), "|80|80/tcp");
    }

    #[test]
    fn a_fault_names_the_part_and_where_it_stands() {
        for (text, said) in [
            ("", "no port of the container is given at 0..0"),
            ("80:", "no port of the container is given at 3..3"),
            ("a", "invalid container port `a` at 0..1"),
            ("80:99999/tcp", "invalid container port `99999` at 3..8"),
            ("0", "no port of the container is given at 0..1"),
            ("80:0-1", "no port of the container is given at 3..6"),
            ("82-80", "invalid container port `82-80` at 0..5"),
            ("1.1.1.1:x:80", "invalid host port `x` at 8..9"),
            ("127.0.0.1:80", "invalid host port `127.0.0.1` at 0..9"),
            ("localhost:80:80", "invalid host address `localhost` at 0..9"),
            ("[fe80::1%eth0]:80:80", "invalid host address `[fe80::1%eth0]` at 0..14"),
            ("80:80/tcp/udp", "invalid protocol `tcp/udp` at 6..13"),
            ("1.1.1.1:80-81:80-82", "2 host ports for 3 container ports at 8..19"),
        ] {
            assert_eq!(shown(text), said, "{text}");
        }
    }
}
