//! 軽自動車協会データ取込: a file pasted or read, or rows over a link; what does not fit is held for a person.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::FiscalYear;
use register::{Fault, View, ViewExt, Write};
use serde_json::{Value, json};
use system::{
    Answer, Applied, Batch, Context, Effect, Field, FieldKind, Form, Function, Input, Intake, Mode, Outcome,
    Place, RefusedRow, Section, choices,
};

use crate::association::{self, Head, LineKind, Said};
use crate::desk::Desk;
use crate::records::{IMPORT_LINE, ImportFile, ImportLine, LineState};

/// The most lines of a file: a year of changes of a large city.
const LINES_MAX: usize = 5_000;

/// The most characters of a file.
const CHARACTERS_MAX: usize = 2_000_000;

/// The most lines one answer shows.
const ROWS_MAX: usize = 1_000;

const fn place(level2: &'static str) -> Place {
    Place { unit: "軽自動車税", level1: "当初課税準備", level2, level3: "" }
}

fn batch(
    id: &'static str,
    title: &'static str,
    place: Place,
    decide: fn(&dyn View, &Input, &Context<'_>) -> Result<Outcome, Fault>,
) -> Function {
    Function {
        id,
        title,
        place: Some(place),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "取込",
            vec![Field::new("lines", "ファイルの内容", FieldKind::Lines(CHARACTERS_MAX)).required().help(
                "1行目は「H、年度、ファイル番号、件数」、2行目からは22項目の明細。項目はタブで区切ります",
            )],
        )]),
        in_menu: true,
        decide,
    }
}

/// 軽自動車協会データ取込: new vehicles, or a file of all three kinds.
pub(crate) fn all() -> Function {
    batch(
        "light-vehicle-tax/import",
        "軽自動車協会データ取込",
        place("新規車両登録"),
        |view, input, context| decide(view, input, context, None),
    )
}

/// 軽自動車協会データ取込（変更）.
pub(crate) fn changes() -> Function {
    batch(
        "light-vehicle-tax/import-change",
        "軽自動車協会データ取込（変更）",
        place("車両変更登録"),
        |view, input, context| decide(view, input, context, Some(LineKind::Change)),
    )
}

/// 軽自動車協会データ取込（廃車）.
pub(crate) fn scraps() -> Function {
    batch(
        "light-vehicle-tax/import-scrap",
        "軽自動車協会データ取込（廃車）",
        place("廃車登録"),
        |view, input, context| decide(view, input, context, Some(LineKind::Scrap)),
    )
}

/// LVT10, LVT11, LVT28 of the file as a whole; a line that does not fit is held and stops nothing.
fn decide(
    view: &dyn View,
    input: &Input,
    context: &Context<'_>,
    only: Option<LineKind>,
) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let mut lines = input.text("lines").lines().filter(|line| !line.trim().is_empty());
    let head = lines.next().and_then(Head::read);
    let lines: Vec<&str> = lines.collect();
    let fingerprint = association::fingerprint(lines.iter().copied());
    let Some(head) = file(&mut desk, head, &lines, &fingerprint, only)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let today = context.today;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut held = Vec::new();
    for (index, text) in lines.iter().enumerate() {
        let line_no = format!("{}-{:06}", head.file_no, index + 1);
        let line = one(&mut desk, line_no, text, head.fiscal_year)?;
        *counts.entry(line.state.label()).or_default() += 1;
        if line.state == LineState::Held && held.len() < ROWS_MAX {
            held.push(shown(&line));
        }
        desk.put(&line, None, today)?;
    }
    let file = ImportFile {
        file_no: head.file_no.clone(),
        fiscal_year: head.fiscal_year,
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        fingerprint,
        imported_on: today,
    };
    desk.put(&file, None, today)?;
    let count = |state: LineState| counts.get(state.label()).copied().unwrap_or_default();
    let message = format!(
        "ファイル{}: {}行のうち登録{}行、保留{}行。更正の受付{}件。",
        head.file_no,
        lines.len(),
        count(LineState::Applied),
        count(LineState::Held),
        desk.waiting()
    );
    let mut outcome = desk.outcome("軽自動車協会データ取込", message)?;
    let data = json!({ "applied_count": count(LineState::Applied), "held_count": count(LineState::Held), "rows": held });
    outcome.answer = Some(Answer { data, subjects: Vec::new() });
    Ok(outcome)
}

fn file(
    desk: &mut Desk<'_>,
    head: Option<Head>,
    lines: &[&str],
    fingerprint: &str,
    only: Option<LineKind>,
) -> Result<Option<Head>, Fault> {
    let Some(head) = head else {
        let why = "1行目が、見出し（H、年度、ファイル番号、件数）ではありません。";
        desk.error("LVT28", "lines", "ファイルの内容", why, "協会のファイルをそのまま貼り付けてください。");
        return Ok(None);
    };
    if head.count != lines.len() || LINES_MAX < lines.len() {
        let why = format!(
            "見出しの件数{}に対して、明細が{}行あります（{LINES_MAX}行まで）。",
            head.count,
            lines.len()
        );
        desk.error(
            "LVT28",
            "lines",
            "ファイルの内容",
            why,
            "ファイルが途中で切れていないか確かめてください。",
        );
    }
    let this_year = FiscalYear::of(desk.today());
    if FiscalYear(head.fiscal_year) != this_year && FiscalYear(head.fiscal_year) != this_year.previous() {
        let why =
            format!("ファイルの年度{}は、取り込める年度（今年度と前年度）ではありません。", head.fiscal_year);
        desk.error("LVT11", "lines", "年度", why, "正しい年度のファイルを取り込んでください。");
    }
    let other = lines.iter().position(|line| only.is_some() && LineKind::of(line) != only);
    if let Some(other) = other {
        let why = format!("{}行目が、この機能の区分の行ではありません。", other + 2);
        desk.error(
            "LVT28",
            "lines",
            "ファイルの内容",
            why,
            "区分の混ざったファイルは「軽自動車協会データ取込」で取り込んでください。",
        );
    }
    let mut known = desk.view.load::<ImportFile>(&head.file_no)?.map(|held| held.record);
    if known.is_none() && !lines.is_empty() {
        let same = desk.view.load_by::<ImportFile>("fingerprint", fingerprint)?;
        known = same.into_iter().next().map(|held| held.record);
    }
    if let Some(known) = known {
        let why = format!(
            "このファイルは、ファイル番号{}として{}に取り込んであります。",
            known.file_no, known.imported_on
        );
        desk.error("LVT10", "lines", "ファイルの内容", why, "次のファイルを取り込んでください。");
    }
    Ok((!desk.stopped()).then_some(head))
}

/// Does what one line says, or holds it with the reason.
fn one(desk: &mut Desk<'_>, line_no: String, text: &str, fiscal_year: i16) -> Result<ImportLine, Fault> {
    let vehicle_no = association::apply(desk, text, fiscal_year, &Said::default())?;
    let findings = std::mem::take(&mut desk.findings);
    let (code, why, remedy) = association::why(&findings);
    Ok(ImportLine {
        line_no,
        text: text.to_owned(),
        state: if vehicle_no.is_some() { LineState::Applied } else { LineState::Held },
        code,
        why,
        remedy,
        vehicle_no: vehicle_no.unwrap_or_default(),
        note: String::new(),
        processed_on: desk.today(),
    })
}

/// Rows over a link; a row that came before says nothing new.
pub(crate) const INTAKE: Intake = Intake {
    id: "light-vehicle-tax/association",
    title: "軽自動車協会データ",
    needs: &["line_key", "fiscal_year", "line_kind", "event_on"],
    apply: take,
};

fn take(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut desk = Desk::new(view, context);
    let mut refused = Vec::new();
    for row in batch.rows {
        let (line_no, text) = (row.text("line_key").to_owned(), association::line_of(row));
        let refuse = |item: &str, message: String| RefusedRow {
            subject: line_no.clone(),
            item: item.to_owned(),
            message,
        };
        let Ok(fiscal_year) = row.text("fiscal_year").parse::<i16>() else {
            let message = format!("年度「{}」が読めません。", row.text("fiscal_year"));
            refused.push(refuse("fiscal_year", message));
            continue;
        };
        match view.load::<ImportLine>(&line_no)? {
            Some(held) if held.record.text == text => {}
            Some(_) => refused.push(refuse(
                "line_key",
                "同じ番号の行を、別の内容で取り込んであります（LVT10）。協会に確かめてください。".to_owned(),
            )),
            None if line_no.is_empty() => {
                refused.push(refuse("line_key", "行の番号がありません。".to_owned()));
            }
            None => {
                let line = one(&mut desk, line_no.clone(), &text, fiscal_year)?;
                desk.writes.push(Write::put(&line, None)?);
            }
        }
    }
    let outcome = desk.outcome("軽自動車協会データ取込", String::new())?;
    Ok(Applied { writes: outcome.writes, refused })
}

/// What is done with every line that is held.
const SETTLE: &str = "「協会データの保留の解決」で、直して取り込むか、取り込まないかを決めてください。";

/// 取込明細一覧.
pub(crate) fn list() -> Function {
    let states = [LineState::Held, LineState::Applied, LineState::Settled, LineState::Dropped];
    let codes = ["held", "applied", "settled", "dropped"];
    let states: Vec<(&str, &str)> = codes.into_iter().zip(states.map(LineState::label)).collect();
    Function {
        id: "light-vehicle-tax/import-list",
        title: "協会データ取込明細一覧",
        place: Some(place("新規車両登録")),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![
                Field::new("state", "状態", FieldKind::Choice(choices(&states))).help("空のときは保留です"),
                Field::new("file_no", "ファイル番号", FieldKind::Text(30)).help("空のときはすべて"),
            ],
        )]),
        in_menu: true,
        decide: decide_list,
    }
}

fn decide_list(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let wanted = match input.text("state") {
        "applied" => LineState::Applied,
        "settled" => LineState::Settled,
        "dropped" => LineState::Dropped,
        _ => LineState::Held,
    };
    let file_no = input.text("file_no");
    let (mut rows, mut count) = (Vec::new(), 0_usize);
    view.scan(&IMPORT_LINE, None, &mut |stored| {
        let line = stored.typed::<ImportLine>()?.record;
        let of_file =
            file_no.is_empty() || line.line_no.rsplit_once('-').is_some_and(|(file, _)| file == file_no);
        if line.state == wanted && of_file {
            count += 1;
            if rows.len() < ROWS_MAX {
                rows.push(shown(&line));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let message = format!("{}の明細は{count}行です。", wanted.label());
    let data = json!({ "count": count, "rows": rows });
    Ok(Outcome { message, answer: Some(Answer { data, subjects: Vec::new() }), ..Outcome::default() })
}

fn shown(line: &ImportLine) -> Value {
    // Lines of before the remedy was kept have none; the way is the same for all that are held.
    let remedy = match line.state {
        LineState::Held => format!("{} {SETTLE}", line.remedy).trim_start().to_owned(),
        _ => String::new(),
    };
    json!({
        "line_no": line.line_no,
        "state_label": line.state.label(),
        "rule": line.code,
        "why": line.why,
        "remedy": remedy,
        "text": line.text.replace('\t', "｜"),
        "vehicle_no": line.vehicle_no,
        "note": line.note,
    })
}
