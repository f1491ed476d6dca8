//! What registries have, as far as the daemon can search them.

use serde::Deserialize;

use crate::engine::observe::nullable;
use crate::engine::wire::Filters;
use crate::engine::{Engine, Error};

/// What to search for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// A word, or an address and a word (`registry.example/word`).
    pub term: String,
    /// How many at most; `None` leaves it to the registry.
    pub limit: Option<u32>,
    /// Only images that have so many stars.
    pub stars: Option<u32>,
    /// Only images that are official, or only those that are not.
    pub official: Option<bool>,
}

/// An image that a registry has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Found {
    /// Its name.
    #[serde(default, deserialize_with = "nullable")]
    pub name: String,
    /// What its makers say about it.
    #[serde(default, deserialize_with = "nullable")]
    pub description: String,
    /// How many people like it.
    #[serde(default, rename = "star_count", deserialize_with = "nullable")]
    pub stars: i64,
    /// It is one of those that the registry itself vouches for.
    #[serde(default, rename = "is_official", deserialize_with = "nullable")]
    pub official: bool,
}

impl Engine {
    /// Has the daemon search a registry.
    pub async fn search_images(&self, search: &Search) -> Result<Vec<Found>, Error> {
        let mut filters = Filters::new();
        if let Some(stars) = search.stars {
            filters.insert("stars", vec![stars.to_string()]);
        }
        if let Some(official) = search.official {
            filters.insert("is-official", vec![official.to_string()]);
        }
        let mut call = self.wire.get("/images/search").query("term", &search.term).filters(&filters);
        if let Some(limit) = search.limit {
            call = call.query("limit", limit.to_string());
        }
        call.answer().await
    }
}
