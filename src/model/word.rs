//! Attributes that are one of a few words.

/// An enumeration whose members are written as words; the first is the default.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(#[$first_meta:meta])* $first:ident = $first_word:literal,
            $( $(#[$member_meta:meta])* $member:ident = $word:literal, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[$first_meta])*
            #[default]
            $first,
            $( $(#[$member_meta])* $member, )*
        }

        impl $name {
            /// The words of all members.
            pub const WORDS: &'static [&'static str] = &[$first_word, $($word),*];

            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { Self::$first => $first_word, $( Self::$member => $word, )* }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::model::Attribute for $name {
            fn read<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as $crate::model::Attribute>::read(deserializer)?;
                match text.as_str() {
                    $first_word => Ok(Self::$first),
                    $( $word => Ok(Self::$member), )*
                    _ => Err(::serde::de::Error::custom(format_args!("unknown word `{text}`"))),
                }
            }

            fn write<S: ::serde::Serializer>(
                &self,
                serializer: S,
                _style: $crate::model::Style,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }

            fn is_blank(&self, _style: $crate::model::Style) -> bool {
                false
            }
        }

        $crate::model::concept::through_attribute!($name);
    };
}

pub(super) use words;
