//! `daicho layout`: record layouts from the command line, without a town.

mod decode;
mod encode;
mod report;
mod sheet;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use layout::{Layout, LayoutError, Plan};
use moji::Unmappable;

use crate::house::systems;
use crate::input::read_piece;
use crate::progress::{result, say};
use crate::tables;
use crate::told::{misused, refused};

/// Bytes read at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// What is to be done with a layout.
#[derive(Subcommand)]
pub enum LayoutTask {
    /// Reads layouts and says what is wrong: file, line, item and rule.
    Check {
        /// Layouts.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Folder of character tables.
        #[arg(long)]
        tables: Option<PathBuf>,
    },
    /// Writes rows (JSON lines or CSV, UTF-8) by a layout.
    Encode(encode::Encode),
    /// Reads a file by its layout and prints its rows as JSON lines.
    Decode(decode::Decode),
    /// Prints the specification sheet for the other vendor.
    Spec(sheet::SpecTask),
    /// Writes a file of invented rows for the other vendor.
    Sample(sheet::SampleTask),
}

/// The layout, and what it is compiled with.
#[derive(Args, Clone, Debug)]
pub struct Chosen {
    /// The layout, if --layout does not name it; then the input.
    files: Vec<PathBuf>,
    /// The layout.
    #[arg(long)]
    layout: Option<PathBuf>,
    /// Folder of character tables (without it the one DAICHO_TABLES names).
    #[arg(long)]
    tables: Option<PathBuf>,
    /// What becomes of characters the other side lacks, where the item does not say.
    #[arg(long)]
    policy: Option<Policy>,
}

/// 変換できない文字の扱い.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Policy {
    Reject,
    Substitute,
    Shrink,
    Keep,
}

/// A layout compiled, with the items that rows need.
struct Ready {
    plan: Plan,
    items: Vec<String>,
}

/// Does a task.
///
/// # Errors
/// When a file cannot be read or written. Whatever is wrong with layouts and rows is told, and comes with its exit code.
pub fn run(task: LayoutTask) -> anyhow::Result<ExitCode> {
    match task {
        LayoutTask::Check { files, tables } => check(&files, tables.as_deref()),
        LayoutTask::Encode(task) => encode::run(task),
        LayoutTask::Decode(task) => decode::run(task),
        LayoutTask::Spec(task) => sheet::spec(task),
        LayoutTask::Sample(task) => sheet::sample(task),
    }
}

fn check(files: &[PathBuf], dir: Option<&Path>) -> anyhow::Result<ExitCode> {
    let tables = tables::load(dir)?;
    let mut well = true;
    for path in files {
        match read(path)?.and_then(|layout| compile(&layout, None, &tables)) {
            Ok(ready) => {
                let layout = ready.plan.layout();
                let items: usize = layout.records.iter().map(|record| record.fields.len()).sum();
                let kinds = layout.records.len();
                let (file, form, charset) = (path.display(), layout.form.word(), &layout.charset);
                result(&format!(
                    "{file}: 問題ありません（{form}、{charset}、レコード {kinds}種類、項目 {items}）"
                ));
            }
            Err(errors) => {
                well = false;
                say(&lines(&errors));
            }
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What is wrong with a layout, a line for each.
fn lines(errors: &[LayoutError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Reads a layout with the files beside it.
fn read(path: &Path) -> anyhow::Result<Result<Layout, Vec<LayoutError>>> {
    let name = path.display().to_string();
    let text = fs::read(path).with_context(|| format!("{name} が読めません"))?;
    let Ok(text) = String::from_utf8(text) else {
        let rule = "UTF-8ではありません".to_owned();
        return Ok(Err(vec![LayoutError { file: name, line: None, item: String::new(), rule }]));
    };
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut beside = |file: &str| fs::read_to_string(folder.join(file)).map_err(|error| error.to_string());
    Ok(Layout::parse_with(&text, &name, &mut beside))
}

/// Compiles a layout for the dataset it names, if a system of this program has it, else for the items it wants.
fn compile(
    layout: &Layout,
    policy: Option<Policy>,
    tables: &moji::Tables,
) -> Result<Ready, Vec<LayoutError>> {
    let systems = systems(&[]);
    let mut datasets = systems.iter().flat_map(|system| &system.datasets);
    let known = datasets.find(|dataset| !layout.dataset.is_empty() && dataset.id == layout.dataset);
    let items: Vec<String> = match known {
        Some(dataset) => dataset.names().into_iter().map(str::to_owned).collect(),
        None => layout.items().into_iter().map(str::to_owned).collect(),
    };
    let mut layout = layout.clone();
    let policy = policy.map(|policy| match policy {
        Policy::Reject => Unmappable::Reject,
        Policy::Substitute => Unmappable::Substitute,
        Policy::Shrink => Unmappable::Shrink,
        Policy::Keep => Unmappable::Keep,
    });
    // What is asked for here counts more than the head of the layout, and less than one of its items.
    if policy.is_some() {
        layout.characters.unmappable = policy;
    }
    let names: Vec<&str> = items.iter().map(String::as_str).collect();
    let plan = layout.compile(&names, Unmappable::Reject, tables)?;
    Ok(Ready { plan, items })
}

impl Chosen {
    /// The layout compiled, and the other file that was named.
    fn ready(&self) -> anyhow::Result<(Ready, Option<PathBuf>)> {
        let mut files = self.files.iter();
        let path = self.layout.as_ref().or_else(|| files.next());
        let path = path.ok_or_else(|| misused("レイアウトを --layout で指定してください"))?;
        let input = files.next().cloned();
        if let Some(extra) = files.next() {
            return Err(misused(format!("余分なファイルがあります（{}）", extra.display())));
        }
        let tables = tables::load(self.tables.as_deref())?;
        let ready = read(path)?.and_then(|layout| compile(&layout, self.policy, &tables));
        Ok((ready.map_err(|errors| refused(lines(&errors)))?, input))
    }
}

/// Hands an input over in pieces, the last one empty and marked.
fn pieces(
    mut input: Box<dyn Read>,
    mut each: impl FnMut(&[u8], bool) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match read_piece(&mut *input, &mut piece)? {
            0 => return each(&[], true),
            count => each(piece.get(..count).unwrap_or_default(), false)?,
        }
    }
}
