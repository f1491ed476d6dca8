//! `images`: lists the images of containers, or removes those of services.

use std::collections::BTreeSet;

use clap::Args;
use rcompose::ops::ContainerImage;
use rcompose::yaml::to_json;

use super::plan::show_dry;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::table::{IMAGE_COLUMNS, Spacing, columns, image_cells, image_object, listing};
use crate::cli::work::{Lines, now, work};

/// List the images that containers were made from
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose images -q              ids, for other programs\n  \
    rcompose --dry-run images --rm  which images `--rm` would remove")]
pub(crate) struct ImagesArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// table or json
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: String,
    /// Only ids, each once
    #[arg(short, long)]
    quiet: bool,
    /// Remove the images of the services instead, but for those that their containers were made from
    #[arg(long)]
    rm: bool,
}

/// Lists or removes them.
pub(crate) fn run(args: &ImagesArgs, session: &Session) -> Result<Exit, Failure> {
    let json = listing(&args.format)?;
    let project = Project::open(session, Needs::Name, &args.services)?;
    work(session, project, Lines::default(), async |compose| {
        if args.rm {
            let plan = compose.prepare_image_removal(&args.services).await?;
            if session.root.dry_run {
                show_dry(compose, &plan, session)?;
            } else {
                compose.carry_out("images", &plan).await?;
            }
        } else {
            let images = compose.images(&args.services).await?;
            session.ui.print_found(&args.text(&images, json)?)?;
        }
        Ok(Exit::Success)
    })
}

impl ImagesArgs {
    fn text(&self, images: &[ContainerImage], json: bool) -> Result<String, Failure> {
        if self.quiet {
            let id = |image: &ContainerImage| {
                image.image.id.split_once(':').map_or(image.image.id.clone(), |(_, id)| id.to_owned())
            };
            let ids: BTreeSet<String> = images.iter().map(id).collect();
            return Ok(ids.iter().flat_map(|id| [id.as_str(), "\n"]).collect());
        }
        if json {
            let objects: Vec<_> = images.iter().map(image_object).collect();
            let text = to_json(&objects).map_err(|error| Failure::message(error.to_string()))?;
            return Ok(text + "\n");
        }
        let now = now();
        let rows = images.iter().map(|image| image_cells(image, now)).collect();
        Ok(columns(IMAGE_COLUMNS, rows, Spacing::WIDE))
    }
}
