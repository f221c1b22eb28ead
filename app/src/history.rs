//! `daicho history`: every version of one record, as it is known now or was known before.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use domain::Date;
use office::{Caller, Office};
use register::{AsOf, Position};
use serde_json::json;

use crate::backup::time;
use crate::config::Config;
use crate::house::{Outside, open};
use crate::progress::{result, say};

/// Which record, as of when.
#[derive(Args)]
pub struct HistoryArguments {
    /// Kind of the record, such as `resident-register/person`.
    kind: String,
    /// Key of the record.
    key: String,
    /// As it was known at this time: `2026-04-01T09:00`, Japan's time unless an offset is given.
    #[arg(long)]
    as_of: Option<String>,
    /// As it was known after this change.
    #[arg(long)]
    position: Option<u64>,
    /// Only what is so from this day or an earlier one: `2026-04-01`.
    #[arg(long)]
    on: Option<Date>,
}

/// Prints the versions as JSON, sealed fields masked, and leaves the look in the audit log.
///
/// # Errors
/// When the town cannot be opened, there is no such kind, or storage fails. A record without versions gives 1.
pub fn run(config: &Path, arguments: &HistoryArguments) -> anyhow::Result<ExitCode> {
    let as_of = AsOf {
        position: arguments.position.map(Position),
        recorded_at: arguments.as_of.as_deref().map(time).transpose()?,
        effective_on: arguments.on,
    };
    let house = open(&Config::read(config)?, Outside::default())?;
    let told = history(&house.office, &arguments.kind, &arguments.key, as_of)?;
    match told {
        Some(text) => {
            result(&text);
            Ok(ExitCode::SUCCESS)
        }
        None => {
            say(&format!("{} {} の記録はありません", arguments.kind, arguments.key));
            Ok(ExitCode::from(1))
        }
    }
}

/// The versions of a record as JSON; none when there are none.
///
/// # Errors
/// When there is no such kind, or storage fails.
pub fn history(office: &Office, kind: &str, key: &str, as_of: AsOf) -> anyhow::Result<Option<String>> {
    let kind = office.kind(kind).with_context(|| format!("記録の種類「{kind}」はありません"))?;
    let versions = office.history(&Caller::command_line(), kind, key, as_of)?;
    if versions.is_empty() {
        return Ok(None);
    }
    let versions: Vec<_> = versions
        .iter()
        .map(|shown| {
            let stored = &shown.stored;
            json!({
                "version": stored.version,
                "closed": stored.closed,
                "position": stored.position,
                "recorded_at": stored.recorded_at,
                "effective_on": stored.effective_on,
                "by": shown.by,
                "function": shown.function,
                "reason": shown.reason,
                "content": shown.content,
            })
        })
        .collect();
    Ok(Some(serde_json::to_string_pretty(&versions)?))
}
