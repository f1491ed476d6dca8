//! One request as it was seen.

use serde_json::Value;

use super::super::api::unchunk;

/// A request that went through the proxy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// `GET`, `POST`, ...
    pub(crate) method: String,
    /// The path without API version and query: `/containers/json`.
    pub(crate) path: String,
    /// The query, without its question mark.
    pub(crate) query: String,
    /// The API version of the path, such as `1.41`; empty when it has none.
    pub(crate) version: String,
    /// The request's body, as far as the daemon took it; streams that were upgraded have none.
    pub(crate) body: Vec<u8>,
    /// Its first lines: the request and its headers.
    head: String,
}

impl Call {
    /// Reads the first lines of a request.
    pub(super) fn parse(head: &str) -> Option<Self> {
        let mut words = head.lines().next()?.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let versioned = path.strip_prefix("/v").and_then(|rest| rest.split_once('/'));
        let (version, path) = match versioned {
            Some((version, rest)) if version.starts_with(|c: char| c.is_ascii_digit()) => {
                (version, format!("/{rest}"))
            }
            _ => ("", path.to_owned()),
        };
        let (method, query, version) = (method.to_owned(), query.to_owned(), version.to_owned());
        Some(Self { method, path, query, version, body: Vec::new(), head: head.to_owned() })
    }

    /// The value of a header, whose name is given in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        pairs.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    /// Whether the daemon may have changed something: all but `GET` and `HEAD`.
    pub(crate) fn mutates(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// Whether method and path are these; a `*` in the pattern stands for one part of the path.
    pub(crate) fn is(&self, method: &str, pattern: &str) -> bool {
        let (parts, wanted): (Vec<_>, Vec<_>) =
            (self.path.split('/').collect(), pattern.split('/').collect());
        self.method == method
            && parts.len() == wanted.len()
            && parts.iter().zip(wanted).all(|(part, want)| want == "*" || *part == want)
    }

    /// The body as JSON; `null` when it is not.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .or_else(|_| serde_json::from_slice(&unchunk(&self.body)))
            .unwrap_or_default()
    }
}
