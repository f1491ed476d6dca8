//! Shapes that many attributes share.

use super::shape::{Kinds, Language, NameRule, Object, Shape};

pub(super) const ANY_SCALAR: Kinds = Kinds::NULL.and(Kinds::BOOL).and(Kinds::NUMBER).and(Kinds::STRING);
const STRING_OR_NUMBER: Kinds = Kinds::STRING.and(Kinds::NUMBER);

pub(super) static STRING: Shape = Shape::scalar(Kinds::STRING);

pub(super) const TEXT: Shape = Shape::scalar(Kinds::STRING);
pub(super) const BOOL: Shape = Shape::scalar(Kinds::BOOL);
/// `true` or `false`, or a string that says so.
pub(super) const SWITCH: Shape = Shape::scalar(Kinds::BOOL.and(Kinds::STRING)).in_language(Language::Switch);
/// A number, or a string that holds one.
pub(super) const NUMBER: Shape = Shape::scalar(STRING_OR_NUMBER).in_language(Language::Decimal);
/// A whole number, or a string that holds one.
pub(super) const WHOLE: Shape = Shape::scalar(Kinds::INTEGER.and(Kinds::STRING)).in_language(Language::Whole);
pub(super) const DURATION: Shape = TEXT.in_language(Language::Duration);
/// A size in text alone.
pub(super) const SIZE_TEXT: Shape = TEXT.in_language(Language::Size);
/// A whole number of bytes, or a size in text.
pub(super) const SIZE_WHOLE: Shape =
    Shape::scalar(Kinds::INTEGER.and(Kinds::STRING)).in_language(Language::Size);
/// Any number of bytes, or a size in text.
pub(super) const SIZE: Shape = Shape::scalar(STRING_OR_NUMBER).in_language(Language::Size);

/// A list of strings.
pub(super) const STRINGS: Shape = Shape::list(&STRING);
/// A list of strings without doubles.
pub(super) const STRING_SET: Shape = Shape::set(&STRING);
pub(super) const STRING_OR_SET: Shape = TEXT.or_set(&STRING);
pub(super) const STRING_OR_LIST: Shape = TEXT.or_list(&STRING);
/// A command: one line, or a list of words.
pub(super) const COMMAND: Shape = TEXT.or_null().or_list(&STRING).in_language(Language::Words);

static SCALAR_OR_NULL: Shape = Shape::scalar(ANY_SCALAR).or_time();
static PAIRS_MAP: Object = Object::named("a mapping of keys to values", NameRule::Some, &SCALAR_OR_NULL);
/// `KEY: value` lines, or a list of `KEY=value`.
pub(super) const PAIRS: Shape = Shape::set(&STRING).or_map(&PAIRS_MAP);

static VARIABLE: Shape = TEXT.in_language(Language::Variable);
/// Variables: `KEY: value` lines, or a list of `KEY=value`.
pub(super) const VARIABLES: Shape = Shape::set(&VARIABLE).or_map(&PAIRS_MAP);

static STRING_OR_WHOLE_VALUE: Shape = Shape::scalar(Kinds::STRING.and(Kinds::INTEGER));
static PLAIN_OPTIONS_MAP: Object = Object::named("options", NameRule::Some, &STRING_OR_WHOLE_VALUE).open();
static STORAGE_OPTIONS_MAP: Object = Object::named("`storage_opt`", NameRule::Some, &STORAGE_OPTION).open();
static STORAGE_OPTION: Shape = Shape::scalar(Kinds::STRING.and(Kinds::INTEGER)).or_null();
/// Options of the storage driver.
pub(super) const STORAGE_OPTIONS: Shape = Shape::map(&STORAGE_OPTIONS_MAP);
/// Options that are strings or whole numbers.
pub(super) const PLAIN_OPTIONS: Shape = Shape::map(&PLAIN_OPTIONS_MAP);

static STRING_OR_NUMBER_VALUE: Shape = Shape::scalar(STRING_OR_NUMBER).or_time();
static DRIVER_OPTIONS_MAP: Object =
    Object::named("`driver_opts`", NameRule::Some, &STRING_OR_NUMBER_VALUE).open();
/// Options for a driver: strings or numbers.
pub(super) const DRIVER_OPTIONS: Shape = Shape::map(&DRIVER_OPTIONS_MAP);

static ADDRESSES: Shape = TEXT.or_list(&STRING);
static HOSTS_MAP: Object = Object::named("a mapping of host names to addresses", NameRule::Some, &ADDRESSES);
static HOST: Shape = TEXT.in_language(Language::Host);
/// Host names and addresses.
pub(super) const HOSTS: Shape = Shape::set(&HOST).or_map(&HOSTS_MAP);

pub(super) static STRING_OR_WHOLE_ITEM: Shape = Shape::scalar(Kinds::STRING.and(Kinds::INTEGER));
