//! `lint`: what works, but probably not as meant.

use clap::Args;
use rcompose::diag::{Drawing, Problems, Rule, Severity, Sources, describe, draw, sarif};
use rcompose::load::lint::{LINTS, lint};
use rcompose::load::{Disk, Passes, load};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::options;
use crate::cli::session::Session;
use crate::cli::settings::progress;

/// Look for what works, but probably not as meant
#[derive(Debug, Args)]
#[command(
    after_help = "Ends with 1 if there is an error or a warning. `x-lint: [CODE]` silences a finding: at the \
    top of the file, or in the service, network, volume ... that it is about.\n\nExamples:\n  \
    rcompose lint                          what there is, with the lines\n  \
    rcompose lint --format sarif           for code hosts\n  \
    rcompose lint --list                   all codes, and what they mean"
)]
pub(crate) struct LintArgs {
    /// text, json or sarif
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: String,
    /// List the codes
    #[arg(long)]
    list: bool,
}

/// In which form findings are printed.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Json,
    Sarif,
}

/// Looks, and tells.
pub(crate) fn run(args: &LintArgs, session: &Session) -> Result<Exit, Failure> {
    progress(&session.root, &session.variables, session.terminals)?;
    let form = args.form()?;
    if args.list {
        session.ui.print(&list())?;
        return Ok(Exit::Success);
    }
    let files = Disk::default();
    match load(&options(session, Passes::default())?, &files) {
        Ok(loaded) => tell(&lint(&loaded, &files), &loaded.sources, form, session),
        // For people, faults go where they always go; programs get them with the findings they asked for.
        Err(failure) => match form {
            Form::Text => Err(Failure::from(failure)),
            Form::Json | Form::Sarif => tell(&failure.problems, &failure.sources, form, session),
        },
    }
}

fn tell(problems: &Problems, sources: &Sources, form: Form, session: &Session) -> Result<Exit, Failure> {
    let ui = session.ui;
    let text = match form {
        Form::Text => {
            let drawing = Drawing {
                width: ui.width,
                color: ui.colours.stdout,
                limit: usize::MAX,
                ..Drawing::default()
            };
            draw(problems, sources, drawing)
        }
        Form::Json => lines(&serde_json::json!(describe(problems, sources))),
        Form::Sarif => lines(&sarif(problems, sources, &rules(), env!("CARGO_PKG_VERSION"))),
    };
    ui.print(&text)?;
    let found = problems.iter().any(|problem| problem.severity <= Severity::Warning);
    Ok(if found { Exit::Failure } else { Exit::Success })
}

fn lines(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

fn rules() -> Vec<Rule> {
    LINTS
        .iter()
        .map(|lint| Rule { code: lint.code, summary: lint.summary, severity: lint.severity })
        .collect()
}

fn list() -> String {
    let width = LINTS.iter().map(|lint| lint.code.len()).max().unwrap_or(0);
    let line = |rule: &Rule| {
        let severity = match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "advice",
        };
        format!("{:width$}  {severity:7}  {}\n", rule.code, rule.summary)
    };
    rules().iter().map(line).collect()
}

impl LintArgs {
    fn form(&self) -> Result<Form, Failure> {
        match self.format.as_str() {
            "text" => Ok(Form::Text),
            "json" => Ok(Form::Json),
            "sarif" => Ok(Form::Sarif),
            other => {
                Err(Failure::message(format!("unsupported format {other:?}"))
                    .help("one of: text, json, sarif"))
            }
        }
    }
}
