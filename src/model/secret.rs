//! Secrets and configs, and how a container gets one.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;

use super::concept::{concept, through_attribute};
use super::{Attribute, Labels, Options, Style};

concept! {
    /// A secret or a config: content that containers get as a file.
    pub struct FileObject {
        /// Its name.
        pub name: String,
        /// The file with the content.
        pub file: String,
        /// The variable with the content.
        pub environment: String,
        /// The content itself (configs only).
        pub content: String,
        /// Whether it is there already and not ours.
        pub external: bool,
        /// Labels.
        pub labels: Labels,
        /// Its driver.
        pub driver: String,
        /// Options of the driver.
        pub driver_opts: Options,
        /// The driver of its template.
        pub template_driver: String,
    }
}

concept! {
    /// A secret or config that a container gets.
    pub struct FileReference {
        /// Which.
        pub source: String,
        /// The path in the container; a relative one starts in the usual place.
        pub target: String,
        /// The owner.
        pub uid: String,
        /// The group.
        pub gid: String,
        /// The permissions.
        pub mode: Option<FileMode>,
    }
}

/// Permissions, written like `"0440"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileMode(pub u32);

impl fmt::Display for FileMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0{:o}", self.0)
    }
}

impl Attribute for FileMode {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Mode;

        impl Visitor<'_> for Mode {
            type Value = FileMode;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a file mode")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<FileMode, E> {
                u32::from_str_radix(text, 8)
                    .map(FileMode)
                    .map_err(|_| E::custom(format_args!("invalid file mode `{text}`")))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<FileMode, E> {
                u32::try_from(value)
                    .map(FileMode)
                    .map_err(|_| E::custom(format_args!("invalid file mode `{value}`")))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<FileMode, E> {
                self.visit_i64(i64::try_from(value).unwrap_or(-1))
            }

            #[expect(clippy::cast_possible_truncation, reason = "the fraction is dropped, as the peer does")]
            fn visit_f64<E: Error>(self, value: f64) -> Result<FileMode, E> {
                self.visit_i64(value as i64)
            }
        }

        deserializer.deserialize_any(Mode)
    }

    fn write<S: Serializer>(&self, serializer: S, _style: Style) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }

    fn is_blank(&self, _style: Style) -> bool {
        false
    }
}

through_attribute!(FileMode);
