//! Amounts and notices in words.

use std::time::Duration;

use rcompose::diag::harmless;
use rcompose::event::Level;

use super::paint::Paint;

const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];

/// Bytes in powers of ten: `999B`, `12.3kB`, `4.56GB`.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub(crate) fn bytes(count: u64) -> String {
    let mut amount = count as f64;
    let mut unit = 0;
    while amount >= 999.5 && unit + 1 < UNITS.len() {
        amount /= 1000.0;
        unit += 1;
    }
    match unit {
        0 => format!("{count}B"),
        _ if amount < 9.995 => format!("{amount:.2}{}", UNITS[unit]),
        _ if amount < 99.95 => format!("{amount:.1}{}", UNITS[unit]),
        _ => format!("{amount:.0}{}", UNITS[unit]),
    }
}

/// A stretch of time that a person waits: `0.3s`, `12.0s`, `2m05s`, `1h02m`.
pub(crate) fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{:.1}s", time.as_secs_f64()),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// A notice as a line for a person.
pub(crate) fn notice(level: Level, text: &str, paint: Paint) -> String {
    let text = harmless(text);
    match level {
        Level::Info => format!("{text}\n"),
        Level::Warning => format!("{} {text}\n", paint.doubtful("warning:")),
        Level::Error => format!("{} {text}\n", paint.bad("error:")),
    }
}

/// Text of others on one line, harmless.
pub(crate) fn one_line(text: &str) -> String {
    let joined: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    harmless(&joined.join(" ")).replace('\t', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_with_three_digits() {
        let cases = [
            (0, "0B"),
            (999, "999B"),
            (1000, "1.00kB"),
            (12_345, "12.3kB"),
            (999_499, "999kB"),
            (999_500, "1.00MB"),
            (45_600_000, "45.6MB"),
            (7_000_000_000_000_000, "7000TB"),
        ];
        for (count, want) in cases {
            assert_eq!(bytes(count), want, "{count}");
        }
    }

    #[test]
    fn long_waits_are_told_in_minutes_and_hours() {
        let told = |seconds| elapsed(Duration::from_millis(seconds));
        assert_eq!(
            [told(300), told(12_000), told(125_000), told(3_720_000)],
            ["0.3s", "12.0s", "2m05s", "1h02m"]
        );
    }
}
