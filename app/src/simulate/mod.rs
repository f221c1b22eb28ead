//! `daicho simulate`: the links of whole lists run through days of a synthetic town, on a clock that is set.
//!
//! Every row of the lists is made a link ([`catalog::derive`]); systems that are not installed are acted for by the stand-in,
//! outside systems by simulators. What comes of it is a line of evidence for every row, and everything that contradicts
//! itself. The same seed gives the same course.

mod actors;
mod evidence;
mod outside;
mod town;
mod values;
mod year;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use domain::Date;
use jiff::ToSpan;
use jiff::civil::Time;
use transport::Folder;

use self::actors::Counterparts;
use self::outside::{Seeded, SetClock};
use self::year::Year;
use crate::backup::{now, seconds_since};
use crate::demo::{Demo, populate};
use crate::house::{Outside, open};
use crate::progress::{result, say};

/// What is simulated.
#[derive(Args, Clone, Debug)]
pub struct Simulate {
    /// Linkage lists (TSV, CSV, XLSX); without any, the four the program carries.
    lists: Vec<PathBuf>,
    /// How many days.
    #[arg(long, default_value_t = 366)]
    days: u32,
    /// The first day.
    #[arg(long, default_value = "2026-04-01")]
    from: Date,
    /// How many residents the town begins with.
    #[arg(long, default_value_t = 1_700)]
    residents: usize,
    /// Percent of the lists' busiest volumes that a run carries.
    #[arg(long, default_value_t = 1)]
    volume: u64,
    /// The same seed gives the same course.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder of the town, kept afterwards; without it one that is removed.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Where the lines of evidence go; without it to standard output.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// Runs a simulation. 0 when every row has its evidence and nothing contradicts itself, else 1.
///
/// # Errors
/// When a list does not read, the folder is not empty or cannot be written, or the journal does not answer.
pub fn run(task: &Simulate) -> anyhow::Result<ExitCode> {
    let started = now();
    let temporary = match &task.dir {
        Some(_) => None,
        None => Some(tempfile::tempdir().context("一時フォルダを作れません")?),
    };
    let folder = match (&task.dir, &temporary) {
        (Some(dir), _) => dir.clone(),
        (None, Some(temporary)) => temporary.path().join("town"),
        (None, None) => PathBuf::from("town"),
    };
    let made = town::make(&folder, &task.lists)?;
    say(&format!(
        "{}行から{}連携を導きました（代役の提供データ{}、レイアウト{}、導けなかった行{}）",
        made.rows.len(),
        made.derived.links.len(),
        made.derived.datasets.len(),
        made.derived.layouts.len(),
        made.derived.left.len()
    ));
    let (clock, chance) = (Arc::new(SetClock::default()), Arc::new(Seeded::new(task.seed)));
    let start = task.from.to_datetime(Time::constant(0, 0, 0, 0));
    let before = start.checked_sub(2.hours()).context("最初の日が早すぎます")?;
    clock.set(linkage::timestamp(before).context("最初の日が扱えません")?);
    let outside = Outside { clock: clock.clone(), entropy: chance.clone() };
    let house = open(&made.config, outside)?;
    let office = &*house.office;
    let demo = Demo { folder, residents: task.residents, seed: task.seed, fresh: false };
    populate(office, &demo, office.clock().now())?;
    let config = &made.config;
    let at = |place: &str| {
        let usual = || config.at(&Path::new("places").join(place));
        Folder::at(config.folder_place(place).unwrap_or_else(usual))
    };
    let datasets = town::datasets(&made.derived);
    let residents = u64::try_from(task.residents).unwrap_or(u64::MAX);
    let mut year = Year::new(
        office,
        (&clock, &chance),
        &datasets,
        &made.rows,
        Counterparts::new(office, &at, residents),
        (task.volume, residents),
    );
    year.begin()?;
    let mut day = task.from;
    for done in 1..=task.days {
        year.day(day)?;
        year.tell(done, task.days);
        day = day.tomorrow().context("暦の終わりです")?;
    }
    year.end()?;
    let evidence = evidence::gather(office, &made.rows, &made.derived, &year.counterparts)?;
    let text = evidence.lines.join("\n") + "\n";
    match &task.report {
        Some(path) => transport::write_durably(path, |file| file.write_all(text.as_bytes()))
            .with_context(|| format!("{} に書けません", path.display()))?,
        None => result(text.trim_end()),
    }
    for contradiction in &evidence.contradictions {
        say(&format!("矛盾: {contradiction}"));
    }
    say(&format!(
        "{}日、{}行のうち証跡のある行{}、矛盾{}件（{:.0}秒）",
        task.days,
        evidence.rows,
        evidence.rows.saturating_sub(evidence.without),
        evidence.contradictions.len(),
        seconds_since(started)
    ));
    drop(house);
    if let Some(temporary) = temporary {
        fs::remove_dir_all(temporary.path()).ok();
    }
    let sound = evidence.without == 0 && evidence.contradictions.is_empty();
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
