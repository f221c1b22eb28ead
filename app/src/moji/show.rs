//! `daicho moji show`.

use std::process::ExitCode;

use clap::Args;
use moji::Tables;
use moji::show::{ask, sheet};

use super::sheet::{as_json, as_text};
use crate::output;
use crate::told::misused;

/// Prints all that is known of characters.
#[derive(Args)]
pub(super) struct Arguments {
    /// A character or sequence, U+845B, 845B+E0102, MJ022335, J+845B, 「戸籍 123456」, 「登記 00123456」, 1-19-75 (JIS X
    /// 0213), X'B3EB' (JEF), MS932:8A8B.
    #[arg(required = true, value_name = "CHAR")]
    characters: Vec<String>,
    /// For machines.
    #[arg(long)]
    json: bool,
}

/// Words that need the next argument, where a shell took the two apart.
const PREFIXES: [&str; 4] = ["戸籍", "登記", "koseki", "touki"];

pub(super) fn run(arguments: &Arguments, tables: &Tables) -> anyhow::Result<ExitCode> {
    let mut sheets = Vec::new();
    let mut words = arguments.characters.iter();
    while let Some(word) = words.next() {
        let question = match words.as_slice().first() {
            Some(next) if PREFIXES.contains(&word.to_lowercase().as_str()) => {
                words.next();
                format!("{word} {next}")
            }
            _ => word.clone(),
        };
        let asked = ask(tables, &question).map_err(|error| misused(error.to_string()))?;
        sheets.extend(asked.iter().map(|asked| sheet(tables, asked)));
    }
    let text = if arguments.json {
        let sheets: Vec<_> = sheets.iter().map(as_json).collect();
        format!("{}\n", serde_json::to_string_pretty(&sheets)?)
    } else {
        let sheets: Vec<String> = sheets.iter().map(as_text).collect();
        sheets.join("\n")
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
