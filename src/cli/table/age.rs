//! How long ago, in docker's words.

/// A stretch of time in words, rounded as docker rounds it.
pub(crate) fn age(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    // Hours are rounded to the nearest one, everything else is cut.
    let hours = (seconds + HOUR / 2) / HOUR;
    match seconds {
        ..1 => "Less than a second".to_owned(),
        1 => "1 second".to_owned(),
        2..MINUTE => format!("{seconds} seconds"),
        _ if seconds < 2 * MINUTE => "About a minute".to_owned(),
        _ if seconds < HOUR => format!("{} minutes", seconds / MINUTE),
        _ if hours == 1 => "About an hour".to_owned(),
        _ if hours < 48 => format!("{hours} hours"),
        _ if hours < 24 * 7 * 2 => format!("{} days", hours / 24),
        _ if hours < 24 * 30 * 2 => format!("{} weeks", hours / 24 / 7),
        _ if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        _ => format!("{} years", seconds / DAY / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_the_largest_unit_that_says_enough() {
        let told = [0, 1, 59, 61, 120, 3599, 3600, 5399, 5400, 47 * 3600, 48 * 3600].map(age);
        let want = [
            "Less than a second",
            "1 second",
            "59 seconds",
            "About a minute",
            "2 minutes",
            "59 minutes",
            "About an hour",
            "About an hour",
            "2 hours",
            "47 hours",
            "2 days",
        ];
        assert_eq!(told, want);
        let day = 24 * 3600;
        let told = [13 * day, 14 * day, 60 * day, 364 * day, 800 * day].map(age);
        assert_eq!(told, ["13 days", "2 weeks", "2 months", "12 months", "2 years"]);
    }
}
