//! Handing the register over: one CSV per table in the manner of 中間標準レイアウト, a manifest, and the mapping that reads it back.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context;
use layout::{Facts, Layout, Plan, RowEvent};
use migration::layout_of;
use moji::Unmappable;
use office::{Caller, Office};
use register::{AsOf, View};
use resident_register::migration as rules;
use resident_register::records::{HOUSEHOLD, Household};
use std::ops::ControlFlow;
use system::MigrationTable;
use transport::{Access, make_folders, sha256_of};

use super::compare::persons_after;
use crate::output::Output;
use crate::told::misused;

/// The named thing of the office that an export is.
const ID: &str = "office/migrate-export";

/// Its name.
const TITLE: &str = "データ移行の書出し";

/// What is handed over.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// Older rows of persons, too.
    pub with_history: bool,
    /// 個人番号 and 住民票コード, for this stated purpose.
    pub numbers_for: Option<String>,
}

/// A CSV on its way.
struct Table {
    file: &'static str,
    title: &'static str,
    plan: Plan,
    places: Vec<usize>,
    out: Output,
    rows: u64,
}

impl Table {
    fn create(
        folder: &Path,
        file: &'static str,
        title: &'static str,
        table: &MigrationTable,
        shown: &[usize],
    ) -> anyhow::Result<Self> {
        let columns: Vec<String> =
            shown.iter().filter_map(|at| table.items.get(*at)).map(|item| item.title.to_owned()).collect();
        let text = layout_of(&columns, "UTF-8", ',', true, false, None);
        let wrong = |errors: Vec<layout::LayoutError>| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("書出しのレイアウトが作れません: {}", lines.join("、"))
        };
        let layout = Layout::parse(&text, file).map_err(wrong)?;
        let items = layout.items();
        let plan = layout.compile(&items, Unmappable::Reject, &moji::Tables::built_in()).map_err(wrong)?;
        let mut out = Output::wanted_private(Some(&folder.join(file)))?;
        let (mut bytes, mut events) = (Vec::new(), Vec::new());
        plan.writer().write_header(&Facts::default(), &mut bytes, &mut events)?;
        out.write_all(&bytes)?;
        Ok(Self { file, title, plan, places: shown.to_vec(), out, rows: 0 })
    }

    fn write(&mut self, values: &[String]) -> anyhow::Result<()> {
        let row: Vec<&str> =
            self.places.iter().map(|at| values.get(*at).map_or("", String::as_str)).collect();
        let (mut bytes, mut events): (Vec<u8>, Vec<RowEvent>) = (Vec::new(), Vec::new());
        let mut writer = self.plan.writer();
        writer.write_row(&row, &mut bytes, &mut events).with_context(|| {
            format!("{} の {} が書けません", self.file, row.first().copied().unwrap_or_default())
        })?;
        self.out.write_all(&bytes)?;
        self.rows += 1;
        Ok(())
    }
}

/// Writes the tables of a town into a folder that is not there yet or empty; gives a line for each.
///
/// 個人番号 and 住民票コード are in it only for a stated purpose. Either way the audit log tells.
///
/// # Errors
/// When the folder holds something, or something below fails.
pub fn export(office: &Office, folder: &Path, wanted: &Export) -> anyhow::Result<Vec<String>> {
    if folder.exists() && fs::read_dir(folder)?.next().is_some() {
        return Err(misused(format!(
            "{} は空ではありません。新しいフォルダを指定してください",
            folder.display()
        )));
    }
    if wanted.numbers_for.as_ref().is_some_and(|purpose| purpose.trim().is_empty()) {
        return Err(misused("個人番号と住民票コードを書き出す目的を、--purpose で書いてください"));
    }
    make_folders(folder, Access::Private).with_context(|| format!("{} を作れません", folder.display()))?;
    let persons = rules::person_table();
    let households = rules::household_table();
    let shown: Vec<usize> = (0..)
        .zip(&persons.items)
        .filter(|(_, item)| !item.secret || wanted.numbers_for.is_some())
        .map(|(at, _)| at)
        .collect();
    let all: Vec<usize> = (0..households.items.len()).collect();
    let mut tables = vec![
        Table::create(folder, "persons.csv", "住民", persons, &shown)?,
        Table::create(folder, "former.csv", "除票", persons, &shown)?,
    ];
    if wanted.with_history {
        tables.push(Table::create(folder, "history.csv", "履歴", persons, &shown)?);
    }
    let view = office.journal().view(AsOf::default())?;
    let mut subjects = 0;
    let purpose = wanted.numbers_for.as_deref().unwrap_or_default();
    // Told before the first row is written: an export that breaks off was one.
    office.audit_done_for(&Caller::command_line(), ID, TITLE, Vec::new(), &audited(wanted, purpose))?;
    write_persons(&*view, &mut tables, wanted.with_history, &mut subjects)?;
    let mut table = Table::create(folder, "households.csv", "世帯", households, &all)?;
    write_households(&*view, &mut table)?;
    tables.push(table);
    finish(folder, tables, wanted, &shown, persons, households)
}

fn audited(wanted: &Export, purpose: &str) -> String {
    let history = if wanted.with_history { "履歴を含む全件" } else { "最新の全件" };
    if purpose.is_empty() {
        format!("{history}、番号なし")
    } else {
        format!("{history}、個人番号・住民票コードあり: {purpose}")
    }
}

fn write_persons(
    view: &dyn View,
    tables: &mut [Table],
    with_history: bool,
    count: &mut u64,
) -> anyhow::Result<()> {
    let [living, former, older @ ..] = tables else { return Ok(()) };
    let mut after: Option<String> = None;
    loop {
        let chunk = persons_after(view, after.as_deref())?;
        let Some((last, _)) = chunk.last() else { return Ok(()) };
        after = Some(last.clone());
        for (_, rows) in &chunk {
            *count += 1;
            let Some((newest, before)) = rows.split_last() else { continue };
            if with_history && let Some(older) = older.first_mut() {
                for row in before {
                    older.write(&rules::values(row))?;
                }
            }
            if newest.is_resident() { &mut *living } else { &mut *former }.write(&rules::values(newest))?;
        }
    }
}

fn write_households(view: &dyn View, table: &mut Table) -> anyhow::Result<()> {
    let mut after: Option<String> = None;
    loop {
        let mut chunk = Vec::new();
        view.scan(&HOUSEHOLD, after.as_deref(), &mut |stored| {
            chunk.push((stored.key.clone(), stored.typed::<Household>()?.record));
            Ok(if chunk.len() < 2_000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        let Some((last, _)) = chunk.last() else { return Ok(()) };
        after = Some(last.clone());
        for (_, household) in &chunk {
            table.write(&rules::household_values(household))?;
        }
    }
}

/// Puts the files in place, and the manifest and mapping beside them.
fn finish(
    folder: &Path,
    tables: Vec<Table>,
    wanted: &Export,
    shown: &[usize],
    persons: &MigrationTable,
    households: &MigrationTable,
) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut manifest = String::from("# 書出しの目録: 表ごとの件数と SHA-256\n");
    let mut person_files = Vec::new();
    for table in tables {
        let Table { file, title, out, rows, .. } = table;
        out.finish()?;
        if file != "households.csv" {
            person_files.push(format!("\"{file}\""));
        }
        let hash = sha256_of(&folder.join(file))?;
        manifest.push_str(&format!(
            "\n[[table]]\nfile = \"{file}\"\ntitle = \"{title}\"\nrows = {rows}\nsha256 = \"{hash}\"\n"
        ));
        lines.push(format!("{file}: {title} {rows}行"));
    }
    manifest.push_str(&format!(
        "\n[contents]\nhistory = {}\nnumbers = {}\ncharset = \"UTF-8\"\n",
        wanted.with_history,
        wanted.numbers_for.is_some()
    ));
    let mut mapping = String::from("title = \"daicho の書出しを読む対応表\"\n");
    let items = |mapping: &mut String,
                 table: &MigrationTable,
                 files: &str,
                 places: &mut dyn Iterator<Item = usize>| {
        mapping.push_str(&format!(
            "\n[[source]]\ntable = \"{}\"\nfiles = [{files}]\ncharset = \"UTF-8\"\n\n[source.items]\n",
            table.id
        ));
        for item in places.filter_map(|at| table.items.get(at)) {
            mapping.push_str(&format!("{} = \"{}\"\n", item.name, item.title));
        }
    };
    items(&mut mapping, persons, &person_files.join(", "), &mut shown.iter().copied());
    items(&mut mapping, households, "\"households.csv\"", &mut (0..households.items.len()));
    for (name, text) in [("manifest.toml", manifest), ("mapping.toml", mapping)] {
        let mut out = Output::wanted_private(Some(&folder.join(name)))?;
        out.write_all(text.as_bytes())?;
        out.finish()?;
    }
    Ok(lines)
}
