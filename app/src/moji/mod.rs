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
mod packs;
mod records;
mod report;
mod sheet;
mod show;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::config::Config;
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

/// Runs the command.
///
/// # Errors
/// A fault: a file that cannot be read or written.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
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
