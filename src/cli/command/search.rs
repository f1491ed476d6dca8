//! `search`: has the engine search a registry for images.

use clap::Args;
use rcompose::engine::{Found, Search};
use rcompose::ops::Error;
use serde_json::{Map, Value, json};

use crate::cli::args::{boolean, integer};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::cli::session::Session;
use crate::cli::table::{Format, Row, Table, shortened};
use crate::cli::work::{Lines, work};

/// Search a registry for images
#[derive(Debug, Args)]
#[command(
    override_usage = "rcompose search [OPTIONS] TERM",
    after_help = "Examples:\n  \
        rcompose search --filter is-official=true redis\n  \
        rcompose search --limit 3 --format json redis"
)]
pub(crate) struct SearchArgs {
    /// A word, or a registry's address and a word
    #[arg(value_name = "TERM", num_args = 0..)]
    terms: Vec<String>,
    /// `stars=N` or `is-official=true`, repeatable
    #[arg(short = 'f', long = "filter", value_name = "FILTER")]
    filters: Vec<String>,
    /// How many at most
    #[arg(long, value_name = "N", value_parser = integer)]
    limit: Option<i64>,
    /// table, json, a Go template, or `table TEMPLATE`
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: String,
    /// Cut nothing off
    #[arg(long)]
    no_trunc: bool,
}

/// The columns of the table: heading, and key of the row.
const COLUMNS: &[(&str, &str)] =
    &[("NAME", "Name"), ("DESCRIPTION", "Description"), ("STARS", "StarCount"), ("OFFICIAL", "IsOfficial")];

/// Characters of a description that are shown.
const DESCRIPTION: usize = 45;

/// Searches.
pub(crate) fn run(args: &SearchArgs, session: &Session) -> Result<Exit, Failure> {
    let [term] = args.terms.as_slice() else {
        let text = format!("requires 1 argument, received {}", args.terms.len());
        return Err(Failure::message(text).help("`rcompose search TERM`"));
    };
    let format = Format::parse(&args.format, session.terminals)?;
    let search = args.search(term)?;
    work(session, Project::none(session), Lines::default(), async |compose| {
        let found = compose.engine().search_images(&search).await.map_err(Error::from)?;
        let rows: Vec<Row> = found.iter().map(|image| args.row(image)).collect();
        session.ui.print_found(&format.show(&Table { columns: COLUMNS, rows: &rows })?)?;
        Ok(Exit::Success)
    })
}

impl SearchArgs {
    fn search(&self, term: &str) -> Result<Search, Failure> {
        let limit = self.limit.filter(|limit| *limit != 0).map(|limit| {
            u32::try_from(limit).map_err(|_| Failure::message(format!("`--limit {limit}` is below 0")))
        });
        let mut search =
            Search { term: term.to_owned(), limit: limit.transpose()?, stars: None, official: None };
        for filter in &self.filters {
            let wrong = |why: &str| Failure::message(format!("invalid filter {filter:?}: {why}"));
            match filter.split_once('=') {
                Some(("stars", number)) => {
                    search.stars = Some(number.parse().map_err(|_| wrong("`stars` wants a whole number"))?);
                }
                Some(("is-official", value)) => {
                    search.official =
                        Some(boolean(value).map_err(|_| wrong("`is-official` wants true or false"))?);
                }
                Some(_) => return Err(wrong("there are `stars` and `is-official`")),
                None => return Err(wrong("it is not of the form NAME=VALUE")),
            }
        }
        Ok(search)
    }

    fn row(&self, image: &Found) -> Row {
        let whole = image.description.replace(['\n', '\r'], " ");
        let description = if self.no_trunc { whole } else { shortened(&whole, DESCRIPTION) };
        let mut fields = Map::new();
        let mut put = |key: &str, value: Value| drop(fields.insert(key.to_owned(), value));
        put("Name", json!(image.name));
        put("Description", json!(description));
        put("StarCount", json!(image.stars.to_string()));
        put("IsOfficial", json!(if image.official { "[OK]" } else { "" }));
        Row { fields, ..Row::default() }
    }
}
