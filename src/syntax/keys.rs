//! Key sequences by which a terminal's user lets go of a container: `ctrl-p,ctrl-q`.

/// A sequence of keys, and how much of it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetachKeys {
    codes: Vec<u8>,
    typed: usize,
    /// As they were written, unless they are the usual ones.
    text: Option<String>,
}

/// What Docker's own command line has.
const DEFAULT: [u8; 2] = [0x10, 0x11];

impl DetachKeys {
    /// Ctrl-P, Ctrl-Q.
    #[must_use]
    pub fn standard() -> Self {
        Self { codes: DEFAULT.to_vec(), ..Self::default() }
    }

    /// No keys at all: nothing that is typed lets go.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads keys that are joined by commas: single characters, `ctrl-a` to `ctrl-z`, `ctrl-@`, `ctrl-[`, `ctrl-\`,
    /// `ctrl-]`, `ctrl-^`, `ctrl-_`, and `DEL`. Gives the key that is none.
    pub fn parse(text: &str) -> Result<Self, &str> {
        let codes = text.split(',').map(|key| code(key).ok_or(key)).collect::<Result<Vec<u8>, &str>>()?;
        Ok(Self { codes, typed: 0, text: Some(text.to_owned()) })
    }

    /// The keys as they were written, for an engine that would look out for the usual ones; `None` if they are those.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Takes bytes that were typed and gives those to pass on; `true` if they complete the sequence, which is not passed
    /// on itself. The beginning of a sequence is held back until it is clear whether it is one.
    pub fn filter(&mut self, bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut passed = Vec::with_capacity(bytes.len() + self.typed);
        if self.codes.is_empty() {
            passed.extend_from_slice(bytes);
            return (passed, false);
        }
        for byte in bytes {
            // What was held back may itself hold the beginning of the sequence, as in `a` `a` `b` for `a,b`.
            while self.typed > 0 && *byte != self.codes[self.typed] {
                let held = self.codes[..self.typed].to_vec();
                let kept = (1..held.len()).find(|at| self.codes.starts_with(&held[*at..]));
                let from = kept.unwrap_or(held.len());
                passed.extend_from_slice(&held[..from]);
                self.typed = held.len() - from;
            }
            if *byte != self.codes[self.typed] {
                passed.push(*byte);
                continue;
            }
            self.typed += 1;
            if self.typed == self.codes.len() {
                self.typed = 0;
                return (passed, true);
            }
        }
        (passed, false)
    }

    /// What is held back, when nothing more is typed.
    pub fn rest(&mut self) -> Vec<u8> {
        let held = self.codes[..self.typed].to_vec();
        self.typed = 0;
        held
    }
}

fn code(key: &str) -> Option<u8> {
    match key.as_bytes() {
        [single] => Some(*single),
        b"DEL" => Some(0x7f),
        [b'c', b't', b'r', b'l', b'-', letter @ (b'@' | b'a'..=b'z' | b'[' | b'\\' | b']' | b'^' | b'_')] => {
            Some(letter.to_ascii_uppercase() - b'@')
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_docker_reads_them() {
        let codes = |text| DetachKeys::parse(text).map(|keys| keys.codes);
        assert_eq!(codes("ctrl-p,ctrl-q"), Ok(vec![0x10, 0x11]));
        assert_eq!(codes("ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_"), Ok(vec![0, 27, 28, 29, 30, 31]));
        assert_eq!(codes("a,DEL"), Ok(vec![b'a', 127]));
        assert_eq!(codes("ctrl-foo"), Err("ctrl-foo"));
        assert_eq!(codes("a,,b"), Err(""));
        assert_eq!(codes("ctrl-P"), Err("ctrl-P"));
    }

    /// What is passed on when `bytes` are typed one by one, and whether they let go.
    fn typed(keys: &str, bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut keys = DetachKeys::parse(keys).unwrap();
        let mut passed = Vec::new();
        for byte in bytes {
            let (more, detached) = keys.filter(&[*byte]);
            passed.extend(more);
            if detached {
                return (passed, true);
            }
        }
        passed.extend(keys.rest());
        (passed, false)
    }

    #[test]
    fn a_complete_sequence_lets_go_and_is_not_passed_on() {
        assert_eq!(typed("ctrl-p,ctrl-q", b"ls\x10\x11"), (b"ls".to_vec(), true));
        assert_eq!(typed("a,a,b", b"aaab"), (b"a".to_vec(), true));
        assert_eq!(DetachKeys::standard().filter(b"ls\x10\x11more"), (b"ls".to_vec(), true));
    }

    #[test]
    fn the_beginning_of_a_sequence_is_passed_on_when_it_turns_out_to_be_none() {
        assert_eq!(typed("ctrl-p,ctrl-q", b"\x10x\x10"), (b"\x10x\x10".to_vec(), false));
        assert_eq!(typed("ctrl-p,ctrl-q", b"\x10\x10\x11"), (b"\x10".to_vec(), true));
        assert_eq!(typed("a,b,a,c", b"ababac"), (b"ab".to_vec(), true));
    }

    #[test]
    fn without_keys_everything_is_passed_on() {
        assert_eq!(DetachKeys::none().filter(b"\x10\x11"), (b"\x10\x11".to_vec(), false));
    }
}
