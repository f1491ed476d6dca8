//! `commit`: makes an image of a container.

use clap::{ArgAction, Args};
use rcompose::engine::CommitSpec;
use rcompose::syntax::Reference;

use crate::cli::args::{boolean, instance, integer};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Make an image of what a container has become
#[derive(Debug, Args)]
#[command(
    override_usage = "rcompose commit [OPTIONS] SERVICE [REPOSITORY[:TAG]]",
    after_help = "Examples:\n  \
        rcompose commit web web:patched\n  \
        rcompose commit -c 'ENV MODE=test' -c 'CMD [\"serve\"]' web web:test"
)]
pub(crate) struct CommitArgs {
    /// The service, and the name of the image (default: none)
    #[arg(value_name = "SERVICE REPOSITORY[:TAG]", num_args = 0..)]
    words: Vec<String>,
    /// Who made it
    #[arg(short, long, value_name = "NAME", default_value = "", hide_default_value = true)]
    author: String,
    /// Instruction of a Dockerfile that changes its configuration, repeatable
    #[arg(short, long = "change", value_name = "INSTRUCTION")]
    changes: Vec<String>,
    /// The container of this number
    #[arg(long, value_name = "N", value_parser = integer)]
    index: Option<i64>,
    /// What was changed
    #[arg(short, long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    message: String,
    /// Freeze the container meanwhile; `--pause=false` does not
    #[arg(
        short,
        long,
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        default_value = "true",
        default_missing_value = "true",
        value_parser = boolean,
        value_name = "BOOL",
        hide_default_value = true
    )]
    pause: bool,
}

/// Makes it.
pub(crate) fn run(args: &CommitArgs, session: &Session) -> Result<Exit, Failure> {
    let (service, reference) = match args.words.as_slice() {
        [service] => (service, ""),
        [service, reference] => (service, reference.as_str()),
        words => {
            let text = format!("accepts between 1 and 2 arg(s), received {}", words.len());
            return Err(Failure::message(text).help("`rcompose commit SERVICE [REPOSITORY[:TAG]]`"));
        }
    };
    if !reference.is_empty()
        && let Err(fault) = Reference::parse(reference)
    {
        return Err(Failure::message(format!("invalid reference format: `{reference}`: {fault}")));
    }
    let spec = CommitSpec {
        reference: reference.to_owned(),
        author: args.author.clone(),
        message: args.message.clone(),
        changes: args.changes.clone(),
        pause: args.pause,
    };
    let at = instance(service, args.index);
    let project = Project::open(session, Needs::Name, std::slice::from_ref(service))?;
    work(session, project, Lines::default(), async |compose| {
        if session.root.dry_run {
            let container = compose.running(&at).await?;
            let name = if reference.is_empty() { "an image without a name" } else { reference };
            session.ui.print(&format!("commit container {} as {name}: requested\n", container.name))?;
        } else {
            compose.commit(&at, &spec).await?;
        }
        Ok(Exit::Success)
    })
}
