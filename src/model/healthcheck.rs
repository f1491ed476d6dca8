//! How to find out whether a service works.

use std::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serializer;

use super::attribute::Reader;
use super::concept::{concept, through_attribute};
use super::{Attribute, Duration, Style};

concept! {
    /// A probe and its times.
    pub struct Healthcheck {
        /// The probe.
        pub test: Test,
        /// How long a probe may take.
        pub timeout: Option<Duration>,
        /// How long from one probe to the next.
        pub interval: Option<Duration>,
        /// How many failures in a row make it unhealthy.
        pub retries: Option<u64>,
        /// How long failures do not count after the start.
        pub start_period: Option<Duration>,
        /// The interval during the start period.
        pub start_interval: Option<Duration>,
        /// Whether the image's own probe is switched off.
        pub disable: bool,
    }
}

/// A probe: `NONE`, `CMD` with arguments, or `CMD-SHELL` with a line. Empty: the image's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Test(pub Vec<String>);

impl Healthcheck {
    /// True if nothing probes, whatever the image says.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.disable || self.test.0.first().is_some_and(|word| word == "NONE")
    }
}

impl Attribute for Test {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Probe;

        impl<'de> Visitor<'de> for Probe {
            type Value = Test;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a command")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Test, E> {
                Ok(Test(vec!["CMD-SHELL".to_owned(), text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Test, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = access.next_element_seed(Reader::new())? {
                    words.push(word);
                }
                Ok(Test(words))
            }

            fn visit_unit<E: Error>(self) -> Result<Test, E> {
                Ok(Test::default())
            }
        }

        deserializer.deserialize_any(Probe)
    }

    fn write<S: Serializer>(&self, serializer: S, style: Style) -> Result<S::Ok, S::Error> {
        self.0.write(serializer, style)
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.0.is_empty()
    }
}

through_attribute!(Test);
