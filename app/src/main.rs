//! The program `daicho`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use daicho::audit::{AuditTask, Keeper};
use daicho::backup::{BackupTask, Destination};
use daicho::config::Config;
use daicho::demo::{Demo, init, make, notices, settle};
use daicho::history::HistoryArguments;
use daicho::house::{Outside, open};
use daicho::keys::KeyTask;
use daicho::migrate::MigrateTask;
use daicho::progress::{result, say};
use daicho::serve::{Door, KeysAt};
use daicho::users::{GroupTask, UserTask};
use daicho::{
    audit, backup, catalogue, derive, history, keys, layouts, links, migrate, places, serve, simulate, users,
};
use office::{Caller, RunError, RunOptions};

/// 台帳: an open core system for municipalities.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A synthetic town with every system and link running.
    Demo {
        /// How many residents.
        #[arg(long, default_value_t = 17_000)]
        residents: usize,
        /// The same seed gives the same town.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Address and port.
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// Folder of the town.
        #[arg(long, default_value = "demo-town")]
        dir: PathBuf,
        /// Start anew even when the folder holds a town.
        #[arg(long)]
        fresh: bool,
    },
    /// Serves a town.
    Serve {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml")]
        config: PathBuf,
    },
    /// Makes the folder of a new town: configuration, lists, links, layouts, key.
    Init {
        /// The folder.
        dir: PathBuf,
    },
    /// The linkage lists.
    Catalog {
        #[command(subcommand)]
        task: CatalogTask,
    },
    /// Runs every row of linkage lists through days of a synthetic town, and gives evidence for each.
    Simulate(simulate::Simulate),
    /// The requirements of a standard beside the function and the test that answer each.
    Fitgap {
        /// Which system's.
        #[arg(default_value = "resident-register")]
        system: String,
        /// Only those in this state: 済, 一部, 未 or 実装しない.
        #[arg(long)]
        state: Option<String>,
    },
    /// Record layouts: checks them, writes and reads files by them, prints what the other vendor needs.
    Layout {
        #[command(subcommand)]
        task: layouts::LayoutTask,
    },
    /// The running links of a town that is not being served at the same time.
    Link {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml", global = true)]
        config: PathBuf,
        #[command(subcommand)]
        task: links::LinkTask,
    },
    /// The places files are handed over at.
    Place {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml", global = true)]
        config: PathBuf,
        #[command(subcommand)]
        task: PlaceTask,
    },
    /// Asks a rule for its number, such as `child-allowance/monthly`: JSON in, the result with every step and its source
    /// out. Needs no town. Without a name it lists what can be calculated.
    Calc {
        /// The calculation.
        calculation: Option<String>,
        /// Input as a JSON file; standard input without it.
        #[arg(long)]
        input: Option<PathBuf>,
        /// Print an input that calculates, and nothing else.
        #[arg(long)]
        sample: bool,
        /// Print the items of an input, one to a line, and nothing else.
        #[arg(long, conflicts_with = "sample")]
        items: bool,
        /// Print what stands against the input as JSON as well.
        #[arg(long)]
        json: bool,
    },
    /// Uses a function of a system, such as `resident-register/search`.
    Run {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml")]
        config: PathBuf,
        /// The function.
        function: String,
        /// Input as a JSON file.
        #[arg(long)]
        input: PathBuf,
        /// Alerts that are confirmed, as the refusal printed them.
        #[arg(long)]
        confirm: Vec<String>,
        /// Decide and tell, but write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Every version of a record, sealed fields masked; the look is audited.
    History {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml")]
        config: PathBuf,
        #[command(flatten)]
        arguments: HistoryArguments,
    },
    /// The keys that seal 個人番号 and 住民票コード.
    Key {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml", global = true)]
        config: PathBuf,
        #[command(subcommand)]
        task: KeyTask,
    },
    /// Characters: convert files, keep table packs, look characters up, identify 外字.
    Moji(daicho::moji::Arguments),
    /// Data migration: the register of an older system in, this one out.
    Migrate {
        #[command(subcommand)]
        task: MigrateTask,
    },
    /// Users.
    User {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml", global = true)]
        config: PathBuf,
        #[command(subcommand)]
        task: UserTask,
    },
    /// Groups (所属・職務), whose rights their members hold.
    Group {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml", global = true)]
        config: PathBuf,
        #[command(subcommand)]
        task: GroupTask,
    },
    /// The journal.
    Audit {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml", global = true)]
        config: PathBuf,
        #[command(subcommand)]
        task: AuditTask,
    },
    /// Archives of the journal: make, verify, mask.
    Backup {
        /// Configuration.
        #[arg(long, default_value = "daicho.toml", global = true)]
        config: PathBuf,
        #[command(subcommand)]
        task: BackupTask,
    },
    /// Makes a new database from archives, as it was last or at any moment between two changes.
    Restore {
        /// Configuration; names the key and, for `--to-database`, the database.
        #[arg(long, default_value = "daicho.toml")]
        config: PathBuf,
        /// Folder of archives.
        dir: PathBuf,
        /// Folder the new database file is made in.
        #[arg(long, required_unless_present = "to_database", conflicts_with = "to_database")]
        to: Option<PathBuf>,
        /// Restores into the PostgreSQL of `[database]`, which must be empty, instead of a file.
        #[arg(long)]
        to_database: bool,
        /// Changes recorded until this time: `2026-04-01T09:00`, Japan's time unless an offset is given.
        #[arg(long, conflicts_with = "position")]
        at: Option<String>,
        /// Changes until this one.
        #[arg(long)]
        position: Option<u64>,
    },
}

#[derive(Subcommand)]
enum CatalogTask {
    /// Reads lists (the program's own when none are named) and says what is malformed, what runs, what is open.
    Check {
        /// Lists: TSV, CSV or XLSX.
        files: Vec<PathBuf>,
        /// Also which rows of this system run only by the stand-in on its own side.
        #[arg(long, value_name = "SYSTEM")]
        generic: Option<String>,
    },
    /// Like check, with every row and what it lacks.
    Show {
        /// Lists: TSV, CSV or XLSX.
        files: Vec<PathBuf>,
    },
    /// Says in words what each link will do.
    Explain {
        /// Lists: TSV, CSV or XLSX; row by row, with the links that would be derived. The links of the program without any.
        files: Vec<PathBuf>,
        /// Configuration of the town whose lists, links, systems and words count; the program's own without it.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Reads a list as a municipality keeps it and writes it in the one shape of this program; says what was assumed.
    Import {
        /// The list: XLSX, CSV or TSV.
        file: PathBuf,
        /// File to write; standard output without it.
        #[arg(long, short)]
        output: Option<PathBuf>,
        /// Configuration of the town whose words and names of systems count; the program's own without it.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Makes links of all rows that no link fulfils, with the layouts and stand-in datasets they need; says what was assumed.
    Derive {
        /// Lists: TSV, CSV or XLSX; the town's, or the program's own, when none are named.
        files: Vec<PathBuf>,
        /// Folder to write `links/`, `layouts/` and `stand-ins/` into; a file that is there already stays.
        #[arg(long)]
        into: PathBuf,
        /// Configuration of the town whose links, systems and words count; the program's own without it.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Says what differs between two versions of a list.
    Diff {
        /// The older.
        before: PathBuf,
        /// The newer.
        after: PathBuf,
        /// Configuration of the town whose names of systems count; the program's own without it.
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum PlaceTask {
    /// Tries a place out: connects, writes a file, lists, reads and removes it, and says each step.
    Check {
        /// Its name in `[places]`.
        name: String,
    },
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(logged(
            tracing_subscriber::EnvFilter::try_from_env("DAICHO_LOG").unwrap_or_else(|_| "warn".into()),
        ))
        .init();
    match daicho::told::ended(run(Arguments::parse().command)) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("{error:#}"));
            ExitCode::from(3)
        }
    }
}

/// Whatever is asked for, the library of FTP does not say its commands: one of them is the password.
fn logged(filter: tracing_subscriber::EnvFilter) -> tracing_subscriber::EnvFilter {
    match "suppaftp=warn".parse() {
        Ok(quiet) => filter.add_directive(quiet),
        Err(_) => filter,
    }
}

/// Done, or refused with findings.
fn done(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo { residents, seed, listen, dir, fresh } => {
            let demo = Demo { folder: dir, residents, seed, fresh };
            let (config, house) = make(&demo, Outside::default())?;
            settle(&house.office)?;
            let door = Door::of(&config);
            let keys = match door.keys {
                KeysAt::Nowhere => KeysAt::ThisMachine,
                told => told,
            };
            let door = Door { listen: listen.unwrap_or(door.listen), notices: notices(), keys, ..door };
            serve::serve(house, door, |address| {
                for line in notices() {
                    say(&line);
                }
                say(&format!("連携ファイル: {}", config.at(std::path::Path::new("places")).display()));
                result(address);
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Fitgap { system, state } => {
            daicho::fitgap::print(&system, state.as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Serve { config } => {
            let config = Config::read(&config)?;
            let house = open(&config, Outside::default())?;
            migrate::refuse_half_loaded(&house)?;
            if let Some(path) = users::first_administrator(&config, &house.office)? {
                say(&format!(
                    "最初の管理者を作りました。利用者IDと初期パスワードは {} にあります。ログインして変えたら、このファイルを消してください",
                    path.display()
                ));
            }
            let _keeper = Keeper::start(&config, &house.office)?;
            let (office, program) = (std::sync::Arc::clone(&house.office), Caller::program());
            office.audit_done(&program, "office/event", "プログラムの起動", Vec::new())?;
            serve::serve(house, Door::of(&config), result)?;
            office.audit_done(&program, "office/event", "プログラムの終了", Vec::new())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Init { dir } => {
            init(&dir, false)?;
            say(&format!(
                "{} に設定・一覧・連携定義・鍵を置きました。daicho.key は控えと別の場所に保管してください",
                dir.display()
            ));
            Ok(ExitCode::SUCCESS)
        }
        Command::Catalog { task } => match task {
            CatalogTask::Check { files, generic } => {
                if let Some(system) = generic {
                    derive::generic(&files, &system)?;
                }
                catalogue::check(&files, false).map(done)
            }
            CatalogTask::Show { files } => catalogue::check(&files, true).map(done),
            CatalogTask::Import { file, output, config } => {
                catalogue::import(&file, output.as_deref(), config.as_deref()).map(done)
            }
            CatalogTask::Derive { files, into, config } => {
                derive::run(&files, &into, config.as_deref()).map(done)
            }
            CatalogTask::Diff { before, after, config } => {
                catalogue::diff(&before, &after, config.as_deref()).map(done)
            }
            CatalogTask::Explain { files, config } => {
                let explained = if files.is_empty() && config.is_none() {
                    catalogue::explain()
                } else {
                    derive::explain(&files, config.as_deref())
                };
                explained.map(|()| ExitCode::SUCCESS)
            }
        },
        Command::Simulate(task) => simulate::run(&task),
        Command::Layout { task } => layouts::run(task),
        Command::Link { config, task } => {
            let house = open(&Config::read(&config)?, Outside::default())?;
            links::run(&house, task)
        }
        Command::Place { config, task: PlaceTask::Check { name } } => {
            places::check(&Config::read(&config)?, &name)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Run { config, function, input, confirm, dry_run } => {
            let text = std::fs::read_to_string(&input)
                .with_context(|| format!("{} が読めません", input.display()))?;
            let input = serde_json::from_str(&text).context("入力がJSONとして読めません")?;
            let house = open(&Config::read(&config)?, Outside::default())?;
            run_function(&house.office, &function, &input, RunOptions { confirmed: confirm, dry_run })
        }
        Command::Calc { calculation, input, sample, items, json } => {
            let options = daicho::calc::CalcOptions { sample, items, json };
            daicho::calc::run(calculation.as_deref(), input.as_deref(), &options)
        }
        Command::History { config, arguments } => history::run(&config, &arguments),
        Command::Key { config, task } => keys::run(&config, &task),
        Command::Migrate { task } => migrate::run(task),
        Command::Moji(arguments) => daicho::moji::run(arguments),
        Command::User { config, task } => {
            let house = open(&Config::read(&config)?, Outside::default())?;
            users::run(&house.office, task)
        }
        Command::Group { config, task } => {
            let house = open(&Config::read(&config)?, Outside::default())?;
            users::run_group(&house.office, task)
        }
        Command::Audit { config, task } => audit::run(&config, task),
        Command::Backup { config, task } => backup::run(&config, task),
        Command::Restore { config, dir, to, to_database: _, at, position } => {
            let to = to.map_or(Destination::Database, Destination::Folder);
            backup::restore_and_tell(&config, &dir, &to, backup::target(at.as_deref(), position)?)
        }
    }
}

/// Runs a function, a batch that works in parts to its end, saying after each part how many records stay.
fn run_parts(
    office: &office::Office,
    function: &str,
    input: &serde_json::Value,
    options: &RunOptions,
) -> Result<office::Ran, RunError> {
    let mut ran = office.run(&Caller::command_line(), function, input, options)?;
    while 0 < ran.left && !options.dry_run {
        say(&format!("{}（残り{}件）", ran.message, ran.left));
        let before = ran.left;
        ran = office.run(&Caller::command_line(), function, input, options)?;
        if before <= ran.left {
            // What does not get less would never end.
            say("残りが減らないので、ここで止めました。一覧で理由を確かめてください。");
            break;
        }
    }
    Ok(ran)
}

fn run_function(
    office: &office::Office,
    function: &str,
    input: &serde_json::Value,
    options: RunOptions,
) -> anyhow::Result<ExitCode> {
    match run_parts(office, function, input, &options) {
        Ok(ran) => {
            for finding in &ran.findings {
                say(&format!("{} {}: {} {}", finding.code, finding.item, finding.message, finding.remedy));
            }
            if !ran.message.is_empty() {
                say(&ran.message);
            }
            if let Some(answer) = ran.answer {
                result(&serde_json::to_string_pretty(&answer.data)?);
            } else if let Some(opens) = ran.opens {
                result(&opens);
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(RunError::Refused(findings)) => {
            for finding in &findings {
                let confirm = if finding.stops() {
                    String::new()
                } else {
                    format!("（--confirm {}）", finding.confirmation())
                };
                say(&format!(
                    "{} {}: {} {}{confirm}",
                    finding.code, finding.item, finding.message, finding.remedy
                ));
            }
            Ok(ExitCode::from(1))
        }
        Err(
            error @ (RunError::Unknown(_)
            | RunError::NoLink(_)
            | RunError::Denied { .. }
            | RunError::Taken
            | RunError::Busy(_)),
        ) => {
            say(&error.to_string());
            Ok(ExitCode::from(2))
        }
        Err(RunError::Fault(fault)) => Err(fault.into()),
    }
}
