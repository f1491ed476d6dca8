//! Who owns what is put into a container: the user that its processes run as.

/// A user and a group by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub user: u64,
    /// The group.
    pub group: u64,
}

impl Owner {
    /// True if the files `passwd` and `group` of the container are needed to know who is meant.
    #[must_use]
    pub fn is_named(user: &str) -> bool {
        user.split(':').any(|part| !part.is_empty() && part.parse::<u64>().is_err())
            || (!user.is_empty() && !user.contains(':'))
    }

    /// Who is meant by `user[:group]`, as the engine understands it: names by the container's own files, a user's own
    /// group if none is said, 0 where nothing is known.
    #[must_use]
    pub fn of(user: &str, passwd: &str, groups: &str) -> Self {
        let (name, group) = user.split_once(':').unwrap_or((user, ""));
        let entry = passwd
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .find(|fields| fields.len() > 3 && (fields[0] == name || fields[2] == name));
        let number = |text: &str| text.parse().ok();
        let user = number(name).or_else(|| entry.as_ref().and_then(|fields| number(fields[2])));
        let own = entry.as_ref().and_then(|fields| number(fields[3]));
        let named = groups
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .find(|fields| fields.len() > 2 && fields[0] == group)
            .and_then(|fields| number(fields[2]));
        let group = if group.is_empty() { own } else { number(group).or(named) };
        Self { user: user.unwrap_or_default(), group: group.unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1001::/home/node:/bin/sh\n";
    const GROUP: &str = "root:x:0:\nstaff:x:50:node\n";

    #[test]
    fn names_and_numbers_are_the_engine_s() {
        let cases = [
            ("", (0, 0)),
            ("node", (1000, 1001)),
            ("1000", (1000, 1001)),
            ("65532", (65532, 0)),
            ("65532:65533", (65532, 65533)),
            ("node:staff", (1000, 50)),
            ("nobody:nogroup", (0, 0)),
        ];
        for (text, (user, group)) in cases {
            assert_eq!(Owner::of(text, PASSWD, GROUP), Owner { user, group }, "{text}");
        }
        assert!(Owner::is_named("node") && Owner::is_named("1000") && Owner::is_named("1:staff"));
        assert!(!Owner::is_named("") && !Owner::is_named("1:2"));
    }
}
