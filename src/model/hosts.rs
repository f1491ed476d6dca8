//! Names and addresses for a hosts file.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeSeq, Serializer};

use super::attribute::Reader;
use super::concept::through_attribute;
use super::{Attribute, Style};

/// Addresses by host name, in the order in which they were given; written as `host=address`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtraHosts(pub BTreeMap<String, Vec<String>>);

impl ExtraHosts {
    /// Every name with every address, joined by `separator`, sorted.
    #[must_use]
    pub fn pairs(&self, separator: &str) -> Vec<String> {
        let mut pairs: Vec<String> = self
            .0
            .iter()
            .flat_map(|(host, addresses)| {
                addresses.iter().map(move |address| format!("{host}{separator}{address}"))
            })
            .collect();
        pairs.sort();
        pairs
    }

    fn add<E: Error>(&mut self, host: &str, address: &str) -> Result<(), E> {
        if host.is_empty() || host.contains(':') {
            return Err(E::custom(format_args!("bad host name `{host}`")));
        }
        let address = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
        self.0.entry(host.to_owned()).or_default().push(address.to_owned());
        Ok(())
    }
}

impl Attribute for ExtraHosts {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Hosts;

        impl<'de> Visitor<'de> for Hosts {
            type Value = ExtraHosts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("hosts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<ExtraHosts, A::Error> {
                let mut hosts = ExtraHosts::default();
                while let Some(item) = access.next_element_seed(Reader::<String>::new())? {
                    let pair = item.split_once('=').or_else(|| item.split_once(':'));
                    let (host, address) = pair.ok_or_else(|| {
                        A::Error::custom(format_args!(
                            "invalid additional host `{item}`, missing its address"
                        ))
                    })?;
                    hosts.add(host, address)?;
                }
                Ok(hosts)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<ExtraHosts, A::Error> {
                let mut hosts = ExtraHosts::default();
                while let Some(host) = access.next_key::<String>()? {
                    for address in access.next_value_seed(Reader::<Vec<String>>::new())? {
                        hosts.add(&host, &address)?;
                    }
                }
                Ok(hosts)
            }

            fn visit_unit<E: Error>(self) -> Result<ExtraHosts, E> {
                Ok(ExtraHosts::default())
            }
        }

        deserializer.deserialize_any(Hosts)
    }

    fn write<S: Serializer>(&self, serializer: S, _style: Style) -> Result<S::Ok, S::Error> {
        let pairs = self.pairs("=");
        let mut seq = serializer.serialize_seq(Some(pairs.len()))?;
        for pair in &pairs {
            seq.serialize_element(pair)?;
        }
        seq.end()
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.0.is_empty()
    }
}

through_attribute!(ExtraHosts);
