//! Points in time as `--since` and `--until` take them.

use rcompose::model;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const MINUTES: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]");
const SECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");

/// Seconds since 1970, with nine digits after the point, as the daemon reads it. Takes a date and time (UTC unless it
/// says otherwise), `42m` for that long before `now`, or seconds since 1970.
pub(crate) fn moment(text: &str, now: OffsetDateTime) -> Result<String, String> {
    if let Ok(span) = text.parse::<model::Duration>() {
        return Ok(told(now - time::Duration::nanoseconds(span.0)));
    }
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(told(moment));
    }
    let plain = text.strip_suffix('Z').unwrap_or(text);
    let timed =
        PrimitiveDateTime::parse(plain, SECONDS).or_else(|_| PrimitiveDateTime::parse(plain, MINUTES));
    if let Ok(moment) = timed {
        return Ok(told(moment.assume_utc()));
    }
    if let Ok(date) = Date::parse(plain, DATE) {
        return Ok(told(date.midnight().assume_utc()));
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if digits(whole) && digits(fraction) && fraction.len() <= 9 {
        return Ok(format!("{whole}.{fraction:0<9}"));
    }
    Err(format!("{text:?} is neither a time such as `2026-01-02T13:23:37Z` nor a duration such as `42m`"))
}

/// The same in nanoseconds since 1970.
pub(crate) fn instant(text: &str, now: OffsetDateTime) -> Result<i64, String> {
    let told = moment(text, now)?;
    let digits = told.replace('.', "");
    digits.parse().map_err(|_| format!("{text:?} is too far away"))
}

fn told(moment: OffsetDateTime) -> String {
    format!("{}.{:09}", moment.unix_timestamp(), moment.nanosecond())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_is_absolute_relative_or_counted_from_1970() {
        let now = datetime!(2026-01-02 00:00:00.5 UTC);
        for (text, want) in [
            ("2026-01-02T13:23:37Z", "1767360217.000000000"),
            ("2026-01-02T13:23:37.25+01:00", "1767356617.250000000"),
            ("2026-01-02T13:23:37", "1767360217.000000000"),
            ("2026-01-02T13:23", "1767360180.000000000"),
            ("2026-01-02", "1767312000.000000000"),
            ("1h30m", "1767306600.500000000"),
            ("1767312000", "1767312000.000000000"),
            ("1767312000.5", "1767312000.500000000"),
        ] {
            assert_eq!(moment(text, now).as_deref(), Ok(want), "{text}");
        }
        assert_eq!(instant("1767312000.5", now), Ok(1_767_312_000_500_000_000));
        assert!(instant("99999999999999", now).is_err());
        for text in ["", "yesterday", "1.x", "-1", "2026-13-01"] {
            assert!(moment(text, now).is_err(), "{text}");
        }
    }
}
