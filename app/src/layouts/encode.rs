//! `daicho layout encode`: rows to a file.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use layout::{Facts, InputRow, Role, RowForm, RowReader, Value, Writer};
use linkage::local;

use super::report::Report;
use super::{Chosen, Ready, pieces};
use crate::house::Outside;
use crate::input::{is_standard, open};
use crate::output::Output;
use crate::progress::say;
use crate::told::{misused, refused};

/// The key of a row that names its kind of record.
const KIND: &str = "_record";

/// What to write.
#[derive(Args, Clone, Debug)]
pub struct Encode {
    #[command(flatten)]
    chosen: Chosen,
    /// Rows; - or none is standard input.
    #[arg(long)]
    input: Option<PathBuf>,
    /// Form of the rows; without it by the ending of the file, else JSON lines.
    #[arg(long)]
    input_format: Option<InputFormat>,
    /// The file; - or none is standard output.
    #[arg(long)]
    output: Option<PathBuf>,
    /// Where every character that is not exact and every refused row is told, as TSV.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Where refused rows go, as they came.
    #[arg(long)]
    bad: Option<PathBuf>,
    /// Write nothing unless every row can be written.
    #[arg(long)]
    whole: bool,
    /// What header and trailer say: delivery_no, date, extent, source, target.
    #[arg(long = "fact", value_name = "NAME=VALUE")]
    facts: Vec<String>,
}

/// 入力の形式.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum InputFormat {
    Jsonl,
    Csv,
    Tsv,
}

pub(super) fn run(task: Encode) -> anyhow::Result<ExitCode> {
    let (ready, named) = task.chosen.ready()?;
    let mut facts = facts(&task.facts)?;
    let input = task.input.clone().or(named);
    let form = form(task.input_format, input.as_deref());
    let source = Source::of(input, ready.plan.layout().header_is_tallied())?;
    if ready.plan.layout().header_is_tallied() {
        // The header stands before the rows it counts: they are written once for nothing.
        let mut quiet = Report::new(None, &ready.plan)?;
        let (facts_then, bad) = (facts.clone(), Output::nowhere());
        let mut pass = Pass { ready: &ready, facts: facts_then, report: &mut quiet, bad, quiet: true };
        facts.tally = pass.fill(form, &source, &mut std::io::sink())?;
    }
    let mut report = Report::new(task.report.as_deref(), &ready.plan)?;
    let mut out = Output::create(task.output.as_deref())?;
    let bad = Output::wanted(task.bad.as_deref())?;
    let mut pass = Pass { ready: &ready, facts, report: &mut report, bad, quiet: false };
    // A file that is given up is removed; what went to standard output cannot be taken back.
    let rows = if task.whole && out.is_standard() {
        let mut written = Vec::new();
        let rows = pass.fill(form, &source, &mut written)?.rows;
        if pass.report.bad == 0 {
            out.write_all(&written)?;
        }
        rows
    } else {
        pass.fill(form, &source, &mut out)?.rows
    };
    pass.bad.finish()?;
    let refused = report.bad;
    report.close()?;
    if task.whole && refused != 0 {
        say(&format!("出力できない行が{refused}件あるので、何も書きませんでした"));
        return Ok(ExitCode::from(1));
    }
    out.finish()?;
    let told = if refused == 0 { String::new() } else { format!("、{refused}件を除きました") };
    say(&format!("{rows}件を書きました{told}"));
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Facts of header and trailer.
fn facts(words: &[String]) -> anyhow::Result<Facts> {
    let today = local(Outside::default().clock.now()).date().to_string();
    let mut facts = Facts { delivery_no: 1, date: today, extent: "A".to_owned(), ..Facts::default() };
    for word in words {
        let Some((name, value)) = word.split_once('=') else {
            return Err(misused(format!("--fact「{word}」は NAME=VALUE の形ではありません")));
        };
        if !set(&mut facts, name, value) {
            return Err(misused(format!(
                "--fact「{word}」は使えません（delivery_no, date, extent, source, target のどれか。delivery_no は数字）"
            )));
        }
    }
    Ok(facts)
}

fn set(facts: &mut Facts, name: &str, value: &str) -> bool {
    match name {
        "delivery_no" => match value.trim().parse() {
            Ok(number) => facts.delivery_no = number,
            Err(_) => return false,
        },
        "date" => value.clone_into(&mut facts.date),
        "extent" => value.clone_into(&mut facts.extent),
        "source" => value.clone_into(&mut facts.source),
        "target" => value.clone_into(&mut facts.target),
        _ => return false,
    }
    true
}

fn form(given: Option<InputFormat>, input: Option<&Path>) -> RowForm {
    let ending = input.and_then(Path::extension).and_then(|ending| ending.to_str()).map(str::to_lowercase);
    match (given, ending.as_deref()) {
        (Some(InputFormat::Csv), _) | (None, Some("csv")) => RowForm::Csv(','),
        (Some(InputFormat::Tsv), _) | (None, Some("tsv")) => RowForm::Csv('\t'),
        _ => RowForm::Jsonl,
    }
}

/// Rows that may have to be read twice.
enum Source {
    File(Option<PathBuf>),
    Bytes(Vec<u8>),
}

impl Source {
    fn of(input: Option<PathBuf>, twice: bool) -> anyhow::Result<Self> {
        if !twice || input.as_deref().is_some_and(|path| !is_standard(path)) {
            return Ok(Self::File(input));
        }
        let mut bytes = Vec::new();
        open(None)?.read_to_end(&mut bytes).context("標準入力が読めません")?;
        Ok(Self::Bytes(bytes))
    }
}

/// One pass over all rows.
struct Pass<'a> {
    ready: &'a Ready,
    facts: Facts,
    report: &'a mut Report,
    bad: Output,
    /// Whether nothing is said: the rows come again.
    quiet: bool,
}

/// What writing one row needs.
struct State<'a> {
    writer: Writer<'a>,
    begun: bool,
    out: Vec<u8>,
    events: Vec<layout::RowEvent>,
    /// For each name that came, the item it stands for.
    known: Vec<(String, Option<usize>)>,
    values: Vec<String>,
}

impl Pass<'_> {
    fn fill(&mut self, form: RowForm, source: &Source, out: &mut dyn Write) -> anyhow::Result<layout::Tally> {
        let ready = self.ready;
        let mut rows = RowReader::new(form);
        let mut state = State {
            writer: ready.plan.writer(),
            begun: false,
            out: Vec::new(),
            events: Vec::new(),
            known: Vec::new(),
            values: Vec::new(),
        };
        let mut each = |piece: &[u8], last: bool| -> anyhow::Result<()> {
            let mut piece = piece;
            while let Some(row) = rows.read(&mut piece, last) {
                self.row(&mut state, &row)?;
                if super::PIECE_BYTES < state.out.len() {
                    out.write_all(&state.out)?;
                    state.out.clear();
                }
            }
            Ok(())
        };
        match source {
            Source::File(path) => pieces(open(path.as_deref())?, &mut each)?,
            Source::Bytes(bytes) => each(bytes, true)?,
        }
        self.begin(&mut state)?;
        state.events.clear();
        let State { writer, out: written, events, .. } = &mut state;
        let done = writer.write_trailer(&self.facts, written, events);
        done.map_err(|error| refused(format!("トレーラ: {error}")))?;
        self.tell(&mut state, 0)?;
        out.write_all(&state.out)?;
        Ok(state.writer.tally().clone())
    }

    /// Writes the header, once.
    fn begin(&mut self, state: &mut State<'_>) -> anyhow::Result<()> {
        if std::mem::replace(&mut state.begun, true) {
            return Ok(());
        }
        state.events.clear();
        let done = state.writer.write_header(&self.facts, &mut state.out, &mut state.events);
        done.map_err(|error| refused(format!("ヘッダ: {error}")))?;
        self.tell(state, 0)
    }

    fn tell(&mut self, state: &mut State<'_>, record: u64) -> anyhow::Result<()> {
        if !self.quiet {
            for event in &state.events {
                self.report.event(record, None, &self.ready.plan, event)?;
            }
        }
        state.events.clear();
        Ok(())
    }

    fn row(&mut self, state: &mut State<'_>, row: &InputRow<'_>) -> anyhow::Result<()> {
        let plan = &self.ready.plan;
        let cells = match &row.cells {
            Ok(cells) => cells,
            Err(rule) => {
                self.keep(row)?;
                if !self.quiet {
                    self.report.wrong(row.number, rule.word(), &rule.to_string())?;
                }
                return Ok(());
            }
        };
        let name = cells.iter().find(|(name, _)| *name == KIND).map(|(_, kind)| *kind);
        let kind = match name {
            Some(name) => plan.kind(name),
            None => plan.only_detail(),
        };
        let role = kind.and_then(|kind| plan.layout().records.get(kind)).map(|record| record.role);
        match (role, state.begun) {
            // Rows of `decode --all` bring what header and trailer say; counts are made anew.
            (Some(Role::Header), false) => {
                let fields =
                    kind.and_then(|kind| plan.layout().records.get(kind)).map(|record| &record.fields);
                for field in fields.into_iter().flatten() {
                    let value = cells.iter().find(|(name, _)| *name == field.name).map(|(_, value)| *value);
                    if let (Some(value), Value::Fact(fact)) = (value, &field.value) {
                        set(&mut self.facts, fact_word(fact), value);
                    }
                }
                return Ok(());
            }
            (Some(Role::Trailer), _) => return Ok(()),
            _ => {}
        }
        let Some(kind) = kind.filter(|_| role == Some(Role::Detail)) else {
            let kinds: Vec<&str> = plan.layout().details().map(|record| record.name.as_str()).collect();
            let message = format!(
                "レコードの種類「{}」を決められません（{KIND} は {} のどれか）",
                name.unwrap_or_default(),
                kinds.join(", ")
            );
            self.keep(row)?;
            if !self.quiet {
                self.report.wrong(row.number, "unknown_kind", &message)?;
            }
            return Ok(());
        };
        self.begin(state)?;
        self.values(state, cells);
        let State { writer, out, events, values, .. } = state;
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        match writer.write_row_of(kind, &values, out, events) {
            Ok(()) => self.tell(state, row.number),
            Err(error) => {
                self.keep(row)?;
                if self.quiet { Ok(()) } else { self.report.refused(row.number, &error) }
            }
        }
    }

    /// Puts a row's values in the order of the items.
    fn values(&self, state: &mut State<'_>, cells: &[(&str, &str)]) {
        let items = &self.ready.items;
        state.values.resize(items.len(), String::new());
        state.values.iter_mut().for_each(String::clear);
        for (place, (name, value)) in cells.iter().enumerate() {
            if *name == KIND {
                continue;
            }
            // Names come in the same order nearly always.
            let found = state.known.get(place).filter(|(known, _)| known == name).map(|(_, item)| *item);
            let item = found.unwrap_or_else(|| {
                let found = state.known.iter().find(|(known, _)| known == name).map(|(_, item)| *item);
                found.unwrap_or_else(|| {
                    let item = self.item(name);
                    if item.is_none() && !self.quiet {
                        say(&format!("項目「{name}」はレイアウトで使っていません"));
                    }
                    state.known.push(((*name).to_owned(), item));
                    item
                })
            });
            if let Some(slot) = item.and_then(|item| state.values.get_mut(item)) {
                (*value).clone_into(slot);
            }
        }
    }

    /// The item a name stands for: the dataset's own, else that of the field with this name or title.
    fn item(&self, name: &str) -> Option<usize> {
        let items = &self.ready.items;
        if let Some(item) = items.iter().position(|item| item == name) {
            return Some(item);
        }
        let mut fields = self.ready.plan.layout().details().flat_map(|record| &record.fields);
        let field = fields.find(|field| {
            matches!(field.value, Value::From(_)) && (field.name == name || field.item == name)
        })?;
        match &field.value {
            Value::From(from) => items.iter().position(|item| item == from),
            _ => None,
        }
    }

    fn keep(&mut self, row: &InputRow<'_>) -> anyhow::Result<()> {
        Ok(self.bad.write_all(row.bytes)?)
    }
}

fn fact_word(fact: &layout::Fact) -> &'static str {
    match fact {
        layout::Fact::DeliveryNo => "delivery_no",
        layout::Fact::Date => "date",
        layout::Fact::Extent => "extent",
        layout::Fact::Source => "source",
        layout::Fact::Target => "target",
        _ => "",
    }
}
