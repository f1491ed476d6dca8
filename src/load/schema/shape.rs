//! What a table of shapes is made of.

/// The kinds of scalar that a place takes, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOL: Self = Self(2);
    pub(super) const INTEGER: Self = Self(4);
    /// Any number; holds the integers.
    pub(super) const NUMBER: Self = Self(8 | 4);
    pub(super) const STRING: Self = Self(16);

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True if all of `other` is in the set.
    pub(super) const fn takes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A rule on the text of a string that the shape itself states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// `always`, `every_12h`, ...
    PullPolicy,
    /// Two characters in a row that a container name may hold.
    ContainerName,
}

/// A small language that a string is written in; looked at on the final tree only, since a later file may replace
/// a value whose kind is right and whose text is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// `1m30s`.
    Duration,
    /// `512m`.
    Size,
    /// `echo "hello world"`.
    Words,
    /// A whole number.
    Whole,
    /// A number.
    Decimal,
    /// `true`, `false` and their kin.
    Switch,
    /// `db=10.0.0.1`.
    Host,
    /// `NAME=value`, or `NAME` alone.
    Variable,
}

/// What a place takes: some scalars, or a list, or a mapping. No place of the specification takes two shapes of one
/// kind, so the kind of a value decides which rule it must keep.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) scalars: Kinds,
    /// The strings that are allowed; empty: all.
    pub(super) words: &'static [&'static str],
    pub(super) pattern: Option<Pattern>,
    pub(super) language: Option<Language>,
    /// True if a date may stand for text: where any scalar is text in the end.
    pub(super) times: bool,
    /// True if nothing reads it: it is dropped before the tree is decoded.
    pub(super) unread: bool,
    /// Least and greatest integer.
    pub(super) range: Option<(i64, i64)>,
    pub(super) list: Option<List>,
    pub(super) map: Option<&'static Object>,
}

/// A list of things of one shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    pub(super) item: &'static Shape,
    /// True if no item may stand twice.
    pub(super) unique: bool,
}

/// What a mapping may hold.
#[derive(Debug)]
pub(super) struct Object {
    /// What it is, with its article: `a service`.
    pub(super) what: &'static str,
    /// Its attributes, in groups that objects share.
    pub(super) groups: &'static [&'static [Key]],
    /// What stands under keys of the user's own choice.
    pub(super) names: Option<Names>,
    pub(super) required: &'static [&'static str],
    /// At least one of these must be there.
    pub(super) any_of: &'static [&'static str],
    /// True if `x-` keys may hold anything.
    pub(super) extensions: bool,
    /// True if keys that nothing else covers may hold anything. If there are attributes too, such a key is worth a
    /// warning: nothing reads it.
    pub(super) open: bool,
}

/// An attribute.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
}

/// Keys that the user names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    pub(super) rule: NameRule,
    pub(super) shape: &'static Shape,
}

/// Which keys are names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameRule {
    /// Letters, digits, `.`, `_`, `-`.
    Resource,
    /// Small letters.
    Lowercase,
    /// Anything but nothing.
    Some,
}

impl Shape {
    pub(super) const fn scalar(scalars: Kinds) -> Self {
        Self {
            scalars,
            words: &[],
            pattern: None,
            language: None,
            times: false,
            unread: false,
            range: None,
            list: None,
            map: None,
        }
    }

    pub(super) const fn list(item: &'static Self) -> Self {
        Self::scalar(Kinds::NONE).or_list(item)
    }

    pub(super) const fn set(item: &'static Self) -> Self {
        Self { list: Some(List { item, unique: true }), ..Self::scalar(Kinds::NONE) }
    }

    pub(super) const fn map(object: &'static Object) -> Self {
        Self::scalar(Kinds::NONE).or_map(object)
    }

    pub(super) const fn words(words: &'static [&'static str]) -> Self {
        Self { words, ..Self::scalar(Kinds::STRING) }
    }

    pub(super) const fn or_null(self) -> Self {
        Self { scalars: self.scalars.and(Kinds::NULL), ..self }
    }

    pub(super) const fn unread(self) -> Self {
        Self { unread: true, ..self }
    }

    pub(super) const fn or_time(self) -> Self {
        Self { times: true, ..self }
    }

    pub(super) const fn or_list(self, item: &'static Self) -> Self {
        Self { list: Some(List { item, unique: false }), ..self }
    }

    pub(super) const fn or_set(self, item: &'static Self) -> Self {
        Self { list: Some(List { item, unique: true }), ..self }
    }

    pub(super) const fn or_map(self, object: &'static Object) -> Self {
        Self { map: Some(object), ..self }
    }

    pub(super) const fn within(self, least: i64, greatest: i64) -> Self {
        Self { range: Some((least, greatest)), ..self }
    }

    pub(super) const fn like(self, pattern: Pattern) -> Self {
        Self { pattern: Some(pattern), ..self }
    }

    pub(super) const fn in_language(self, language: Language) -> Self {
        Self { language: Some(language), ..self }
    }
}

impl Object {
    /// A closed object with `x-` keys.
    pub(super) const fn new(what: &'static str, groups: &'static [&'static [Key]]) -> Self {
        Self { what, groups, names: None, required: &[], any_of: &[], extensions: true, open: false }
    }

    /// An object of names alone, closed.
    pub(super) const fn named(what: &'static str, rule: NameRule, shape: &'static Shape) -> Self {
        Self { names: Some(Names { rule, shape }), extensions: false, ..Self::new(what, &[]) }
    }

    pub(super) const fn requires(self, required: &'static [&'static str]) -> Self {
        Self { required, ..self }
    }

    pub(super) const fn requires_any(self, any_of: &'static [&'static str]) -> Self {
        Self { any_of, ..self }
    }

    pub(super) const fn plain(self) -> Self {
        Self { extensions: false, ..self }
    }

    pub(super) const fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// The shape of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&'static Shape> {
        self.keys().find(|key| key.name == name).map(|key| &key.shape)
    }

    /// The attributes.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static Key> + use<> {
        self.groups.iter().flat_map(|group| group.iter())
    }
}

impl Key {
    pub(super) const fn new(name: &'static str, shape: Shape) -> Self {
        Self { name, shape }
    }
}

impl NameRule {
    pub(super) fn takes(self, key: &str) -> bool {
        match self {
            Self::Resource => {
                !key.is_empty()
                    && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
            }
            Self::Lowercase => !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase()),
            Self::Some => !key.is_empty(),
        }
    }
}
