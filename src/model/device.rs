//! Devices.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;

use super::concept::{concept, through_attribute};
use super::{Attribute, Bytes, Options, Style};

concept! {
    /// A device of the host.
    pub struct Device {
        /// Its path on the host.
        pub source: String,
        /// Its path in the container.
        pub target: String,
        /// What may be done: some of `rwm`.
        pub permissions: String,
    }
}

concept! {
    /// A wish for devices.
    pub struct DeviceRequest {
        /// What they can do.
        pub capabilities: Vec<String>,
        /// Their driver.
        pub driver: String,
        /// How many.
        pub count: DeviceCount,
        /// Which.
        pub device_ids: Vec<String>,
        /// Options of the driver.
        pub options: Options,
    }
}

/// How many devices; -1 is all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceCount(pub i64);

impl Attribute for DeviceCount {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;

        impl Visitor<'_> for Count {
            type Value = DeviceCount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of devices or `all`")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<DeviceCount, E> {
                Ok(DeviceCount(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<DeviceCount, E> {
                self.visit_str(&value.to_string())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<DeviceCount, E> {
                if text.eq_ignore_ascii_case("all") {
                    return Ok(DeviceCount(-1));
                }
                text.parse().map(DeviceCount).map_err(|_| {
                    E::custom(format_args!("invalid number of devices `{text}`: neither a number nor `all`"))
                })
            }
        }

        deserializer.deserialize_any(Count)
    }

    fn write<S: Serializer>(&self, serializer: S, _style: Style) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.0 == 0
    }
}

through_attribute!(DeviceCount);

concept! {
    /// Limits and weights of block devices.
    pub struct BlkioConfig {
        /// The weight against other containers.
        pub weight: u16,
        /// Weights for single devices.
        pub weight_device: Vec<WeightDevice>,
        /// The most bytes read in a second.
        pub device_read_bps: Vec<ThrottleDevice>,
        /// The most reads in a second.
        pub device_read_iops: Vec<ThrottleDevice>,
        /// The most bytes written in a second.
        pub device_write_bps: Vec<ThrottleDevice>,
        /// The most writes in a second.
        pub device_write_iops: Vec<ThrottleDevice>,
    }
}

concept! {
    /// A weight for one device.
    pub struct WeightDevice {
        /// The device.
        pub path(only "Path"): String,
        /// The weight.
        pub weight(only "Weight"): u16,
    }
}

concept! {
    /// A limit for one device.
    pub struct ThrottleDevice {
        /// The device.
        pub path(only "Path"): String,
        /// The limit.
        pub rate(only "Rate"): Bytes,
    }
}
