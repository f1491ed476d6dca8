//! Amounts of bytes as docker's listings show them.

const DECIMAL: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
const BINARY: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/// In powers of 1000, three digits: `1.98MB`.
pub(crate) fn decimal_size(bytes: u64) -> String {
    size(bytes, (1000.0, &DECIMAL), 3)
}

/// In powers of 1024, four digits: `23.54GiB`.
pub(crate) fn binary_size(bytes: u64) -> String {
    size(bytes, (1024.0, &BINARY), 4)
}

#[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
fn size(bytes: u64, (base, units): (f64, &[&str; 6]), digits: usize) -> String {
    let mut amount = bytes as f64;
    let mut unit = 0;
    while amount >= base && unit + 1 < units.len() {
        amount /= base;
        unit += 1;
    }
    let whole = if amount >= 1000.0 {
        4
    } else if amount >= 100.0 {
        3
    } else if amount >= 10.0 {
        2
    } else {
        1
    };
    let text = format!("{amount:.*}", digits.saturating_sub(whole));
    // Go's `%g` leaves zeros at the end out.
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_digits_that_docker_gives_them() {
        let decimal =
            [(0, "0B"), (830, "830B"), (1_982_484, "1.98MB"), (1900, "1.9kB"), (12_345_678, "12.3MB")];
        for (bytes, want) in decimal {
            assert_eq!(decimal_size(bytes), want);
        }
        let binary = [(0, "0B"), (450_560, "440KiB"), (25_275_875_328, "23.54GiB"), (1_048_575, "1024KiB")];
        for (bytes, want) in binary {
            assert_eq!(binary_size(bytes), want);
        }
    }
}
