//! `daicho moji`: conversion of files, table packs, what is known of a character, identification of 外字.
//!
//! Results go to standard output, progress and findings to standard error. The program ends with 0 when it is done, 1 when
//! something was refused, 2 when it was called wrongly, 3 when something below it failed.

mod compare;
mod convert;
mod extract;
mod identify;
mod link;
mod mapping;
mod output;
mod packs;
mod records;
mod report;
mod sheet;
mod show;
mod words;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::config::Config;
use crate::progress::say;
use crate::tables;

/// Characters: convert files, keep table packs, look characters up, identify 外字.
#[derive(Args)]
pub struct Arguments {
    /// Folder of table packs; otherwise DAICHO_TABLES, otherwise the town's configuration.
    #[arg(long, global = true, value_name = "DIR")]
    tables: Option<PathBuf>,
    /// A town's configuration, for its folder of table packs.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Converts a file or standard input from one charset to another.
    Convert(Box<convert::Arguments>),
    /// The tables conversion works with.
    Tables {
        #[command(subcommand)]
        task: packs::Task,
    },
    /// Prints all that is known of characters.
    Show(show::Arguments),
    /// Says which 外字 occur in a register, for whom, and which MJ characters they may be.
    Identify(Box<identify::Arguments>),
}

/// Why a command ends otherwise than well, worded for the person who called it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Told {
    exit: u8,
    message: String,
}

/// The input, or a table, was refused.
fn refused(message: impl Into<String>) -> anyhow::Error {
    Told { exit: 1, message: message.into() }.into()
}

/// The command was called with what cannot be used.
fn misused(message: impl Into<String>) -> anyhow::Error {
    Told { exit: 2, message: message.into() }.into()
}

/// Runs the command.
///
/// # Errors
/// A fault: a file that cannot be read or written.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let done = perform(arguments);
    let Err(error) = done else { return done };
    if let Some(told) = error.downcast_ref::<Told>() {
        say(&told.message);
        return Ok(ExitCode::from(told.exit));
    }
    if let Some(refused) = error.downcast_ref::<tables::Refused>() {
        say(&refused.to_string());
        return Ok(ExitCode::from(1));
    }
    // Whoever reads the output has seen enough.
    let broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(broken_pipe) { Ok(ExitCode::SUCCESS) } else { Err(error) }
}

fn perform(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let configured = match &arguments.config {
        Some(path) => {
            let config = Config::read(path)?;
            config.links.tables.as_ref().map(|dir| config.at(dir))
        }
        None => None,
    };
    let folder = tables::folder(arguments.tables.as_deref(), configured);
    match arguments.task {
        Task::Convert(task) => convert::run(&task, &tables::load(folder.as_deref())?),
        Task::Tables { task } => packs::run(task, folder),
        Task::Show(task) => show::run(&task, &tables::load(folder.as_deref())?),
        Task::Identify(task) => identify::run(&task, &tables::load(folder.as_deref())?),
    }
}
