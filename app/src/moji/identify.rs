//! `daicho moji identify`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use moji::identify::{
    Candidate, Decisions, GaijiRow, OtherRow, Report, Sample, State, Survey, Use, decisions, list,
};
use moji::{Charset, Cluster, Code, Decoder, Field, Options, TableError, Tables, Undefined};
use serde_json::{Value, json};

use super::convert::no_codec;
use super::extract::{Extract, Form, form};
use super::link::Host;
use super::words;
use crate::output;
use crate::progress::say;
use crate::told::{misused, refused};

/// Says which 外字 occur in a register, for whom, and which MJ characters they may be.
#[derive(Args)]
pub(super) struct Arguments {
    /// The town's list of 外字 (TSV): code, and where known remark, reading, strokes, radical, candidate, decision.
    #[arg(long, value_name = "LIST")]
    gaiji: PathBuf,
    /// The extract of a register: CSV or TSV with a head line, or JSON lines.
    #[arg(long, value_name = "EXTRACT")]
    register: PathBuf,
    /// How the extract is written, where its name does not say it: csv, tsv or jsonl.
    #[arg(long, value_parser = form)]
    format: Option<Form>,
    /// Items to look at; all but the key without it.
    #[arg(long, value_delimiter = ',')]
    items: Vec<String>,
    /// The item that names a person; the first one without it.
    #[arg(long)]
    key: Option<String>,
    /// Charset of the extract.
    #[arg(long, value_name = "CODE", default_value = "UTF-8", value_parser = words::charset)]
    from: Charset,
    /// Charset the characters are to fit in; what does not is listed.
    #[arg(long, value_name = "CODE", value_parser = words::charset)]
    to: Option<Charset>,
    /// Charset of the codes in the list, where it is not the extract's.
    #[arg(long, value_name = "CODE", value_parser = words::charset)]
    code: Option<Charset>,
    #[command(flatten)]
    host: Host,
    /// What was decided: code and character (MJ number, code points, itself) or none; also a report with its decisions filled in.
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// Write what is decided as a table for `convert --gaiji`.
    #[arg(long, value_name = "FILE")]
    gaiji_out: Option<PathBuf>,
    /// Candidates given for a character.
    #[arg(long, value_name = "N", default_value_t = 5)]
    candidates: usize,
    /// The report; standard output without it.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// For machines.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, tables: &Tables) -> anyhow::Result<ExitCode> {
    let from = arguments.host.charset(&arguments.from);
    let codes = arguments.host.charset(arguments.code.as_ref().unwrap_or(&from));
    // A host's codes without a character are characters to be identified; broken Unicode is a broken file.
    let undefined = if from.is_unicode() { Undefined::Reject } else { Undefined::Keep };
    let options = Options { undefined, ..arguments.host.options() };
    let decoder = tables.decoder(&codes, &options).map_err(|error| no_codec(&error))?;
    let scalar_of = |code: &str| scalar_of(&decoder, code);
    let listed = read(&arguments.gaiji, |name, text| list(name, text, &scalar_of))?;
    let decided = match &arguments.decisions {
        Some(path) => read(path, |name, text| decisions(name, text, &scalar_of))?,
        None => Decisions::default(),
    };
    let target = arguments.to.as_ref().map(|to| {
        let to = arguments.host.charset(to);
        tables.encoder(&to, &arguments.host.options()).map_err(|error| no_codec(&error))
    });
    let ending = arguments.register.extension().unwrap_or_default().to_string_lossy();
    let form = arguments.format.map_or_else(|| form(&ending), Ok);
    let form = form.map_err(|rule| misused(format!("--format: {rule}")))?;
    let extract = Extract {
        path: &arguments.register,
        form,
        charset: &from,
        options: &options,
        key: arguments.key.as_deref(),
        items: &arguments.items,
    };
    let mut survey = Survey::new(listed, decided, target.transpose()?, tables.pairs().clone());
    let unread = extract.each(tables, &mut |key, items| survey.record(key, items.iter().copied()))?;
    if unread != 0 {
        say(&format!("{}: 文字として読めないところが{unread}か所あります", arguments.register.display()));
    }
    if survey.wants_echo() {
        extract.each(tables, &mut |_, items| survey.echo(items.iter().copied()))?;
    }
    let report = survey.report(arguments.candidates);
    if let Some(path) = &arguments.gaiji_out {
        let table = gaiji_table(&report);
        output::write_to(Some(path), |out| Ok(out.write_all(table.as_bytes())?))?;
    }
    let text = if arguments.json {
        format!("{}\n", serde_json::to_string_pretty(&as_json(&report))?)
    } else {
        as_tsv(&report)
    };
    output::write_to(arguments.out.as_deref(), |out| Ok(out.write_all(text.as_bytes())?))?;
    summary(&report);
    Ok(ExitCode::SUCCESS)
}

/// Reads a table of the town's.
fn read<T>(path: &Path, parse: impl FnOnce(&str, &str) -> Result<T, Vec<TableError>>) -> anyhow::Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("{} が読めません", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    parse(&name, &text).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        refused(lines.join("\n"))
    })
}

/// The private scalar that a code of a list is: the scalar itself, `U+E000`, or a code of the charset.
fn scalar_of(decoder: &Decoder, code: &str) -> Option<char> {
    let private = |c: char| {
        matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
            .then_some(c)
    };
    if let Some(c) = Cluster::parse(code).and_then(Cluster::single).and_then(private) {
        return Some(c);
    }
    let upper = code.to_uppercase();
    let by_point = |hex: &str| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).and_then(private);
    if let Some(hex) = upper.strip_prefix("U+") {
        return by_point(hex);
    }
    let hex = upper.trim_start_matches("0X").trim_start_matches("X'").trim_end_matches('\'');
    if decoder.charset().is_unicode() {
        return by_point(hex);
    }
    let (code, mut text) = (Code::parse_hex(hex)?, String::new());
    let field = if decoder.charset().is_host() { Field::Double } else { Field::Mixed };
    decoder.decode(field, code.bytes(), &mut text, &mut Vec::new()).ok()?;
    Cluster::parse(&text).and_then(Cluster::single).and_then(private)
}

/// Decisions as a table for conversions. Of two codes for one character the table can have one.
fn gaiji_table(report: &Report) -> String {
    let mut table = "#code\tucs\n".to_owned();
    let mut taken: Vec<(Cluster, &str)> = Vec::new();
    for row in &report.gaiji {
        match row.decision {
            None => {}
            Some(None) => {
                let _ = writeln!(table, "{}\tnone", row.code);
            }
            Some(Some(cluster)) => {
                if let Some((_, other)) = taken.iter().find(|(held, _)| *held == cluster) {
                    say(&format!(
                        "外字 {} と {other} は同じ文字「{cluster}」です。外字表には {other} だけを書きました",
                        row.code
                    ));
                    let _ = writeln!(table, "# {}\t{}\t{other} と同じ文字", row.code, joined(cluster));
                    continue;
                }
                taken.push((cluster, &row.code));
                let _ = writeln!(table, "{}\t{}", row.code, joined(cluster));
            }
        }
    }
    table
}

/// Code points as tables write them: `845B+E0102`.
fn joined(cluster: Cluster) -> String {
    let parts: Vec<String> = cluster.chars().map(|c| format!("{:04X}", u32::from(c))).collect();
    parts.join("+")
}

fn decision_word(decision: Option<Option<Cluster>>) -> String {
    match decision {
        None => String::new(),
        Some(None) => "none".to_owned(),
        Some(Some(cluster)) => joined(cluster),
    }
}

const HEAD: &str =
    "kind\tstate\tlabel\tcode\tunicode\toccurrences\tpersons\tsamples\tcandidates\tdecision\tremark\n";

fn as_tsv(report: &Report) -> String {
    let mut text = HEAD.to_owned();
    let mut put = |cells: [String; 11]| {
        let cells = cells.map(|cell| cell.replace(|c: char| c.is_control(), " "));
        text.push_str(&cells.join("\t"));
        text.push('\n');
    };
    for row in &report.gaiji {
        let GaijiRow { code, scalar, uses, state, candidates, .. } = row;
        let candidates: Vec<String> = candidates.iter().map(candidate).collect();
        let remark = match &row.listed {
            Some(listed) => listed.remark.clone(),
            None => "一覧にありません".to_owned(),
        };
        put([
            "gaiji".to_owned(),
            state.word().to_owned(),
            state.label().to_owned(),
            code.clone(),
            format!("{:04X}", u32::from(*scalar)),
            uses.occurrences.to_string(),
            uses.persons.to_string(),
            samples(uses, &format!("〔{code}〕")),
            candidates.join(" / "),
            decision_word(row.decision),
            remark,
        ]);
    }
    for OtherRow { cluster, reasons, uses } in &report.others {
        let states: Vec<&str> = reasons.iter().map(|reason| reason.word()).collect();
        let labels: Vec<&str> = reasons.iter().map(|reason| reason.label()).collect();
        put([
            "other".to_owned(),
            states.join(","),
            labels.join("、"),
            cluster.to_string(),
            joined(*cluster),
            uses.occurrences.to_string(),
            uses.persons.to_string(),
            samples(uses, &format!("〔{cluster}〕")),
            String::new(),
            String::new(),
            String::new(),
        ]);
    }
    text
}

fn candidate(candidate: &Candidate) -> String {
    let shown =
        candidate.cluster.map(|cluster| format!(" {cluster} {}", joined(cluster))).unwrap_or_default();
    let evidence: Vec<String> = candidate.evidence.iter().map(ToString::to_string).collect();
    format!("{}{shown}（{}）", candidate.number, evidence.join("、"))
}

fn samples(uses: &Use, shown: &str) -> String {
    let samples = uses.samples.iter().map(|sample| {
        let Sample { key, item, place, before, after } = sample;
        let place = place.map(|place| format!("・{place}")).unwrap_or_default();
        format!("{key} {item}{place} {before}{shown}{after}")
    });
    samples.collect::<Vec<_>>().join(" / ")
}

fn as_json(report: &Report) -> Value {
    let uses = |uses: &Use| {
        let samples = uses.samples.iter().map(|sample| {
            json!({
                "key": sample.key, "item": sample.item, "place": sample.place,
                "before": sample.before, "after": sample.after,
            })
        });
        json!({
            "occurrences": uses.occurrences, "persons": uses.persons, "samples": samples.collect::<Vec<_>>(),
        })
    };
    let gaiji = report.gaiji.iter().map(|row| {
        let candidates = row.candidates.iter().map(|found| {
            json!({
                "mj": found.number.to_string(),
                "text": found.cluster.map(|cluster| cluster.to_string()),
                "code_points": found.cluster.map(joined),
                "evidence": found.evidence.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        });
        let decision = decision_word(row.decision);
        json!({
            "state": row.state.word(),
            "label": row.state.label(),
            "code": row.code,
            "unicode": format!("{:04X}", u32::from(row.scalar)),
            "is_listed": row.listed.is_some(),
            "remark": row.listed.as_ref().map(|listed| listed.remark.clone()),
            "uses": uses(&row.uses),
            "candidates": candidates.collect::<Vec<_>>(),
            "decision": (!decision.is_empty()).then_some(decision),
        })
    });
    let others = report.others.iter().map(|row| {
        json!({
            "text": row.cluster.to_string(),
            "code_points": joined(row.cluster),
            "reasons": row.reasons.iter().map(|reason| reason.word()).collect::<Vec<_>>(),
            "uses": uses(&row.uses),
        })
    });
    json!({
        "records": report.records,
        "gaiji": gaiji.collect::<Vec<_>>(),
        "others": others.collect::<Vec<_>>(),
    })
}

/// Tells how much is to be done.
fn summary(report: &Report) {
    let mut words = vec![format!("{}件の記録", report.records)];
    for state in [State::Undecided, State::Unique, State::Decided, State::Unused] {
        let count = report.gaiji.iter().filter(|row| row.state == state).count();
        words.push(format!("{} {count}字", state.label()));
    }
    words.push(format!("外字のほかに確かめる文字 {}字", report.others.len()));
    say(&words.join("、"));
}
