//! `daicho link`: the running links of a town from the command line.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use catalog::{Grid, LinkRow, RowState, Standing};
use clap::{Args, Subcommand};
use domain::Date;
use linkage::local;
use office::{Caller, LedgerLine, LinkView, Mismatch, Office};
use transport::Question;

use crate::house::House;
use crate::lists;
use crate::output::make_private;
use crate::progress::{result, say};
use crate::told::{misused, not_done};
use crate::{acceptance, trial};

/// What is done with links.
#[derive(Subcommand, Clone, Debug)]
pub enum LinkTask {
    /// All links with their state.
    List,
    /// One link with its newest deliveries.
    Show {
        /// The link.
        id: String,
    },
    /// The deliveries that carried one person.
    Trace {
        /// 宛名番号.
        subject: String,
    },
    /// Asks over an inquiry link about persons or things; question and answer are recorded.
    Ask {
        /// The link.
        id: String,
        /// Whom or what: 宛名番号, as the link's dataset names its rows.
        #[arg(required = true)]
        subjects: Vec<String>,
        /// What for, for the audit log.
        #[arg(long)]
        purpose: String,
    },
    /// Compares a receiver's dump with what it has confirmed to have, person by person and item by item.
    Reconcile(Reconcile),
    /// Makes the deliveries of the last days again by a changed link file or layout, and tells which bytes would differ; nothing
    /// is sent.
    Try(trial::Try),
    /// Holds what a link did on some days to what it is accepted by, and writes the acceptance pack (検収書).
    Accept(acceptance::Accept),
    /// What a day should have brought over each link, and what it did.
    Ledger {
        /// The day; today without it.
        day: Option<Date>,
    },
    /// Sends again: what changed since a delivery, as it is now, or the very bytes of earlier deliveries.
    Resend(Resend),
    /// Links that take over from others: from when, and how that stands.
    Cutover,
    /// Lets the kept bytes of deliveries go that are older than `keep_days`; a serving town does so each hour.
    Prune,
    /// Puts a file that staff were handed, such as a bank's result, in the place of its link, with number and control file.
    Bring {
        /// The link.
        id: String,
        /// The file.
        file: PathBuf,
    },
    /// Says that deliveries of another system before a number will not come, so that its link goes on.
    Skip {
        /// The link.
        id: String,
        /// The number that is next.
        #[arg(long)]
        to: u64,
        /// Why, for the log.
        #[arg(long)]
        reason: String,
    },
    /// Writes a linkage list of the town with the state of its links beside each row.
    State {
        /// The list, as `[standards] lists` names it: XLSX, CSV or TSV.
        list: PathBuf,
        /// File to write, in the same form.
        #[arg(long, short)]
        output: PathBuf,
    },
}

/// Does a task.
///
/// # Errors
/// When the journal does not answer or a file cannot be read or written. What was refused comes with its exit code.
pub fn run(house: &House, task: LinkTask) -> anyhow::Result<ExitCode> {
    let office = &*house.office;
    match task {
        LinkTask::Ledger { day } => return ledger(office, day),
        LinkTask::Try(task) => return trial::run(office, &task),
        LinkTask::Accept(task) => return acceptance::run(office, &task),
        LinkTask::Reconcile(task) => return reconcile(office, &task),
        LinkTask::List => list(office)?,
        LinkTask::Show { id } => show(office, &id)?,
        LinkTask::Trace { subject } => trace(office, &subject)?,
        LinkTask::Ask { id, subjects, purpose } => ask(office, &id, &Question { subjects, purpose })?,
        LinkTask::Resend(task) => resend(office, &task)?,
        LinkTask::Cutover => cutover(office)?,
        LinkTask::Prune => prune(office, house.keep_days)?,
        LinkTask::Bring { id, file } => {
            let brought = office.bring(&Caller::command_line(), &id, &file).map_err(not_done)?;
            say(&format!("「{}」（配信{}番、{}件）として届けました", brought.name, brought.no, brought.rows));
        }
        LinkTask::Skip { id, to, reason } => skip(office, &id, to, &reason)?,
        LinkTask::State { list, output } => state(office, &list, &output)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows what a day should have brought and what it did. 1 when something is wrong.
///
/// # Errors
/// When the journal does not answer.
fn ledger(office: &Office, day: Option<Date>) -> anyhow::Result<ExitCode> {
    let day = day.unwrap_or_else(|| office.today());
    let lines = office.ledger(day)?;
    result("連携\t予定\t配信\t件数\t保留\t反映\t受領件数\t確かめること");
    for line in &lines {
        let LedgerLine { link, expected, made, rows, held, applied, confirmed, wrong, .. } = line;
        result(&format!("{link}\t{expected}\t{made}\t{rows}\t{held}\t{applied}\t{confirmed}\t{wrong}"));
    }
    let wrong = lines.iter().filter(|line| !line.wrong.is_empty()).count();
    say(&format!("{day}: {}連携のうち、確かめることのある連携 {wrong}", lines.len()));
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Lets go what is kept longer than it has to be.
///
/// # Errors
/// When the journal does not answer or a file cannot be removed.
fn prune(office: &Office, keep_days: Option<u32>) -> anyhow::Result<()> {
    let pruned = office.prune(keep_days)?;
    say(&format!(
        "{}件の配信の控え、{}バイトを消しました。記録は残っています",
        pruned.deliveries, pruned.bytes
    ));
    Ok(())
}

/// What is sent again.
#[derive(Args, Clone, Debug)]
pub struct Resend {
    /// The link.
    id: String,
    /// Everything that changed since this delivery began, once, as it is now, under the next number.
    #[arg(long, conflicts_with = "as_sent", required_unless_present = "as_sent")]
    since: Option<u64>,
    /// The very bytes of these deliveries, under their numbers: first and last.
    #[arg(long, num_args = 2, value_names = ["FIRST", "LAST"])]
    as_sent: Option<Vec<u64>>,
    /// Only tells what would be sent.
    #[arg(long, conflicts_with = "as_sent")]
    dry_run: bool,
}

/// Sends again, and tells how much.
///
/// # Errors
/// When it is refused or the journal does not answer.
fn resend(office: &Office, task: &Resend) -> anyhow::Result<()> {
    let caller = Caller::command_line();
    let done = match (&task.as_sent, task.since) {
        (Some(range), _) => {
            let range = (range.first().copied().unwrap_or(1), range.last().copied().unwrap_or(0));
            office.resend_as_sent(&caller, &task.id, range).map(|sent| {
                let rows: u64 = sent.iter().map(|(_, rows)| rows).sum();
                for (no, rows) in &sent {
                    result(&format!("{no}番\t{rows}件"));
                }
                format!("{}件の配信、{rows}行を、送ったときのまま置き直しました", sent.len())
            })
        }
        (None, since) => {
            let since = since.unwrap_or(1);
            let asked = if task.dry_run {
                office.resend_preview(&task.id, since)
            } else {
                office.resend(&caller, &task.id, since)
            };
            asked.map(|found| {
                let end = if task.dry_run {
                    "です（まだ送っていません）"
                } else {
                    "を、次の番号で送ります"
                };
                format!("{since}番から後に変わった{}件のいまの内容{end}", found.rows)
            })
        }
    };
    say(&done.map_err(not_done)?);
    Ok(())
}

/// What is compared.
#[derive(Args, Clone, Debug)]
pub struct Reconcile {
    /// The link.
    id: String,
    /// The receiver's register as a file.
    dump: PathBuf,
    /// Its layout, when it is not the link's own.
    #[arg(long)]
    layout: Option<String>,
    /// Where the differences go (TSV); without it to standard output.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// Lists the links with their state.
///
/// # Errors
/// When the journal does not answer.
fn list(office: &Office) -> anyhow::Result<()> {
    for broken in office.links().broken() {
        result(&format!("定義不備\t{}\t{}", broken.file, broken.what));
    }
    for view in office.link_views()? {
        let last = view
            .last
            .map_or_else(String::new, |last| format!("{}番 {}件 {}", last.no, last.rows, last.phase.label()));
        result(&format!(
            "{}\t{}\t{} → {}\t{}\t{last}\t{}",
            view.standing.label(),
            view.id,
            view.source,
            view.target,
            view.timing,
            view.why
        ));
    }
    Ok(())
}

/// Lists the links that take over from others.
///
/// # Errors
/// When the journal does not answer.
fn cutover(office: &Office) -> anyhow::Result<()> {
    let found = office.cutovers()?;
    result("前の連携\t引き継ぐ連携\t切替日\t前の連携の位置\t状況");
    for own in &found {
        let on = own.on.map(|day| day.to_string()).unwrap_or_default();
        result(&line_of([&own.before, &own.after, &on, &own.position.0.to_string(), &own.state]));
    }
    let done = found.iter().filter(|own| own.done).count();
    say(&format!("引き継ぎ{}件のうち、済んだもの{done}件", found.len()));
    Ok(())
}

/// Shows one link: what it does, and its newest deliveries.
///
/// # Errors
/// When the journal does not answer or there is no such link.
fn show(office: &Office, id: &str) -> anyhow::Result<()> {
    let Some(view) = office.link_view(id)? else {
        return Err(misused(format!("連携「{id}」はありません。link list で、名前を確かめてください。")));
    };
    result(&view.explanation);
    for lacking in &view.lacking {
        result(&format!("  送り元にない項目「{}」: {}", lacking.title, lacking.filled));
    }
    result(&format!("状態: {} {} {}", view.standing.label(), view.why, view.remedy));
    for delivery in office.deliveries(id, None, 20)? {
        let file = delivery.file_name.as_deref().unwrap_or("（即時）");
        result(&format!(
            "{:>6}番 {} {:>7}件 {} {} {}",
            delivery.no,
            delivery.phase.label(),
            delivery.rows,
            clock(delivery.prepared_at),
            file,
            delivery.sha256
        ));
    }
    Ok(())
}

/// Shows which deliveries carried one person.
///
/// # Errors
/// When the journal does not answer.
fn trace(office: &Office, subject: &str) -> anyhow::Result<()> {
    for line in office.trace(subject)? {
        let refused = line.refused.map(|why| format!(" 保留（{why}）")).unwrap_or_default();
        result(&format!(
            "{}\t{}番\t{}\t{}{refused}",
            line.title,
            line.delivery.no,
            line.delivery.phase.label(),
            clock(line.delivery.prepared_at)
        ));
    }
    Ok(())
}

/// A moment as the clock on the wall showed it.
fn clock(at: jiff::Timestamp) -> String {
    local(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Lets a link by which data comes in go on with a later number.
///
/// # Errors
/// When there is no such link, the number is not ahead, or the journal does not answer.
fn skip(office: &Office, id: &str, to: u64, reason: &str) -> anyhow::Result<()> {
    office.skip_link(&Caller::command_line(), id, to, reason).map_err(not_done)?;
    say(&format!("連携「{id}」は、{to}番から取り込みます"));
    Ok(())
}

/// Asks over an inquiry link and shows the answer, a line for each item.
///
/// # Errors
/// When the question is refused or the journal does not answer.
fn ask(office: &Office, id: &str, question: &Question) -> anyhow::Result<()> {
    let answered = office.ask(&Caller::command_line(), id, question).map_err(not_done)?;
    for row in &answered.answer.rows {
        for (title, value) in answered.titles.iter().zip(row) {
            result(&format!("{title}\t{value}"));
        }
        result("");
    }
    for missing in &answered.answer.missing {
        result(&format!("{missing}\t該当なし"));
    }
    say(&format!("「{id}」{}番として記録しました", answered.no));
    Ok(())
}

/// Compares a receiver's dump with what it has confirmed to have. 1 when they differ.
///
/// # Errors
/// When there is no such link or layout, a file does not read or cannot be written, or the journal does not answer.
fn reconcile(office: &Office, task: &Reconcile) -> anyhow::Result<ExitCode> {
    let mut lines = vec!["種別\t対象\t項目\t台帳\t相手".to_owned()];
    let mut tell = |mismatch: &Mismatch| {
        lines.push(mismatch_line(mismatch));
        Ok(())
    };
    let caller = Caller::command_line();
    let found = office
        .reconcile(&caller, &task.id, &task.dump, task.layout.as_deref(), &mut tell)
        .map_err(not_done)?;
    let text = lines.join("\n") + "\n";
    match &task.report {
        Some(path) => transport::write_durably(path, |file| {
            // It names people.
            make_private(file)?;
            file.write_all(text.as_bytes())
        })
        .with_context(|| format!("{} に書けません", path.display()))?,
        None if found.agrees() => {}
        None => result(text.trim_end()),
    }
    if !found.lacking.is_empty() {
        say(&format!("相手のファイルにない項目は比べていません: {}", found.lacking.join("、")));
    }
    say(&format!(
        "台帳（記録位置{}）{}件、相手{}件: 一致{}件、項目の違い{}件、相手にない{}件、台帳にない{}件、その他{}件",
        found.position.0,
        found.ours,
        found.theirs,
        found.same,
        found.differing,
        found.only_ours,
        found.only_theirs,
        found.others
    ));
    let mut items: Vec<(&String, &u64)> = found.by_item.iter().collect();
    items.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (item, count) in items {
        say(&format!("  {item}: {count}件"));
    }
    Ok(if found.agrees() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn mismatch_line(mismatch: &Mismatch) -> String {
    let number_of;
    let cells = match mismatch {
        Mismatch::OnlyOurs { subject } => ["相手にない", subject, "", "", ""],
        Mismatch::OnlyTheirs { subject } => ["台帳にない", subject, "", "", ""],
        Mismatch::Item { subject, item, ours, theirs } => ["違い", subject, item, ours, theirs],
        Mismatch::Twice { subject } => ["相手に2度ある", subject, "", "", ""],
        Mismatch::Held { subject, why } => ["送れない行", subject, why, "", ""],
        Mismatch::Unread { number, why } => {
            number_of = format!("{number}件目");
            ["読めないレコード", &number_of, why, "", ""]
        }
    };
    line_of(cells)
}

/// Cells as a line of a report: what the other side holds may be anything, and a cell stays a cell.
pub(crate) fn line_of<const N: usize>(cells: [&str; N]) -> String {
    cells.map(|cell| cell.replace(|c: char| c.is_control(), " ")).join("\t")
}

/// Columns that are put behind those of a list.
const STATE_HEADINGS: [&str; 8] =
    ["稼働状況", "連携", "連携の状態", "最新の番号", "件数", "段階", "次の予定", "質問・確認事項"];

/// Writes a list of the town with the state of its links beside each row, in the form of the list's own file.
///
/// # Errors
/// When the journal does not answer, the file is not one of the town's lists, or the other cannot be written.
fn state(office: &Office, list: &Path, output: &Path) -> anyhow::Result<()> {
    let file = lists::read(list)?;
    if !file.is_named_like(output) {
        return Err(misused(format!(
            "状態は一覧と同じ形式で書きます。{} の拡張子を {} と同じにしてください",
            output.display(),
            list.display()
        )));
    }
    let views: BTreeMap<String, LinkView> =
        office.link_views()?.into_iter().map(|view| (view.id.clone(), view)).collect();
    let mut grids = file.grids();
    let mut written = 0_usize;
    for grid in &mut grids {
        let Some((found, states)) = list_of(office, grid) else { continue };
        let states: BTreeMap<usize, &RowState> = found.rows.iter().map(|row| row.line).zip(states).collect();
        *grid = found.with_columns(grid, &STATE_HEADINGS, |row| {
            states.get(&row.line).map(|state| cells(state, &views)).unwrap_or_default()
        });
        written = written.saturating_add(found.rows.len());
    }
    if written == 0 {
        anyhow::bail!("{} はこの町の連携一覧ではありません（[standards] lists）", list.display());
    }
    let bytes = file.bytes_of(grids)?;
    transport::write_durably(output, |file| file.write_all(&bytes))
        .with_context(|| format!("{} に書けません", output.display()))?;
    say(&format!("{written} 行の状態を {} に書きました", output.display()));
    Ok(())
}

/// The town's list that was read from this table.
fn list_of<'o>(office: &'o Office, grid: &Grid) -> Option<(&'o catalog::LinkList, &'o [RowState])> {
    let is_row = |row: &LinkRow| {
        let cells = row.line.checked_sub(1).and_then(|line| grid.rows.get(line));
        cells.is_some_and(|cells| *cells == row.cells)
    };
    office.links().lists().find(|(list, _)| !list.rows.is_empty() && list.rows.iter().all(is_row))
}

fn cells(state: &RowState, views: &BTreeMap<String, LinkView>) -> Vec<String> {
    let (links, mut asked) = match &state.standing {
        Standing::Runs(link) | Standing::RunsOtherwise(link) => (link.clone(), Vec::new()),
        Standing::RunsThrough(legs) => (legs.join(" → "), Vec::new()),
        Standing::Lacks(questions) => (String::new(), questions.iter().map(ToString::to_string).collect()),
    };
    asked.extend(state.doubts.iter().map(ToString::to_string));
    let view = state.standing.link().and_then(|link| views.get(link));
    let last = view.and_then(|view| view.last.as_ref());
    vec![
        state.standing.label().unwrap_or("未稼働").to_owned(),
        links,
        view.map(|view| view.standing.label().to_owned()).unwrap_or_default(),
        last.map(|last| last.no.to_string()).unwrap_or_default(),
        last.map(|last| last.rows.to_string()).unwrap_or_default(),
        last.map(|last| last.phase.label().to_owned()).unwrap_or_default(),
        view.and_then(|view| view.next_due).map(minute).unwrap_or_default(),
        asked.join("\n"),
    ]
}

/// A moment as a list shows it, in Japan's time.
fn minute(at: jiff::Timestamp) -> String {
    let at = linkage::local(at);
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}
