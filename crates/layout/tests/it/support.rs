//! What the cases share: plans from a few lines, files written and read.

use layout::*;
use moji::{Tables, Unmappable};

/// A layout of a head and the fields of its only record, the value of each being an item of its own name.
pub(crate) fn layout(head: &str, fields: &[&str]) -> Result<Layout, String> {
    let fields: Vec<String> = fields.iter().map(|field| format!("  {{ {field} }},\n")).collect();
    parse(&format!("{head}\ndetail = [\n{}]\n", fields.concat()))
}

pub(crate) fn parse(text: &str) -> Result<Layout, String> {
    Layout::parse_with(text, "f.toml", &mut beside).map_err(|errors| joined(&errors))
}

/// The files beside a layout.
fn beside(name: &str) -> Result<String, String> {
    match name {
        "sex.tsv" => Ok("# ours\ttheirs\tmeaning\n1\tM\t男\n2\tF\t女\n9\tF\tその他\n".to_owned()),
        "twice.tsv" => Ok("1\tM\n1\tF\n".to_owned()),
        "fields.tsv" => {
            Ok("no\titem\tname\ttype\tbytes\trequired\n1\t番号\tno\t9\t4\t○\n2\t氏名\tname\tN\t6\t\n"
                .to_owned())
        }
        "gaiji.tsv" => Ok("#ucs\tcode\n𠮷\t80A1\n".to_owned()),
        "gaiji-twice.tsv" => Ok("𠮷\t80A1\n髙\t80A1\n".to_owned()),
        _ => Err("ファイルがありません".to_owned()),
    }
}

pub(crate) fn plan(head: &str, fields: &[&str]) -> Plan {
    compile(&layout(head, fields).unwrap())
}

pub(crate) fn compile(layout: &Layout) -> Plan {
    compile_with(layout, Unmappable::Reject).unwrap()
}

pub(crate) fn compile_with(layout: &Layout, policy: Unmappable) -> Result<Plan, String> {
    layout.compile(&layout.items(), policy, &Tables::built_in()).map_err(|errors| joined(&errors))
}

fn joined(errors: &[LayoutError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The bytes of one row and its events, or why it is refused.
pub(crate) fn row(plan: &Plan, values: &[&str]) -> Result<(Vec<u8>, Vec<String>), String> {
    let (mut out, mut events) = (Vec::new(), Vec::new());
    plan.writer().write_row(values, &mut out, &mut events).map_err(|error| error.to_string())?;
    Ok((out, events.iter().map(|event| told(plan, event)).collect()))
}

/// An event as `氏名 0 𠮷 substituted 〓`.
pub(crate) fn told(plan: &Plan, event: &RowEvent) -> String {
    let (item, event) = (&plan.field(event.field).unwrap().item, event.event);
    let line = format!("{item} {} {} {} {}", event.position, event.from, event.done.word(), event.to);
    line.trim_end().to_owned()
}

pub(crate) fn facts() -> Facts {
    Facts {
        delivery_no: 7,
        date: "2026-04-01".to_owned(),
        extent: "A".to_owned(),
        source: "住民記録".to_owned(),
        target: "税".to_owned(),
        ..Facts::default()
    }
}

/// A whole file; each row has a kind's name, empty for the only one.
pub(crate) fn file(plan: &Plan, rows: &[(&str, Vec<&str>)]) -> Vec<u8> {
    let mut facts = facts();
    for _ in 0..=usize::from(plan.layout().header_is_tallied()) {
        let (mut out, mut events, mut writer) = (Vec::new(), Vec::new(), plan.writer());
        writer.write_header(&facts, &mut out, &mut events).unwrap();
        for (kind, values) in rows {
            match plan.kind(kind) {
                Some(kind) => writer.write_row_of(kind, values, &mut out, &mut events).unwrap(),
                None => writer.write_row(values, &mut out, &mut events).unwrap(),
            }
        }
        writer.write_trailer(&facts, &mut out, &mut events).unwrap();
        if facts.tally == *writer.tally() || !plan.layout().header_is_tallied() {
            return out;
        }
        facts.tally = writer.tally().clone();
    }
    unreachable!("the second pass has the tally of the first")
}

/// What reading makes of a file, a line for each record: `2 detail a=x b=y` or `3 bad 4142: errors`.
pub(crate) fn read(plan: &Plan, bytes: &[u8]) -> Vec<String> {
    let whole = read_in(plan, bytes, bytes.len().max(1));
    for size in [1, 7] {
        assert_eq!(read_in(plan, bytes, size), whole, "in pieces of {size}");
    }
    whole
}

fn read_in(plan: &Plan, bytes: &[u8], size: usize) -> Vec<String> {
    let mut reader = plan.reader();
    let mut lines = Vec::new();
    let mut covered = 0;
    let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
    for (at, piece) in pieces.iter().copied().chain([&b""[..]]).enumerate() {
        let mut input = piece;
        while let Some(record) = reader.read(&mut input, at == pieces.len()) {
            let (offset, bytes_of) = match &record {
                Record::Good(good) => (good.offset, good.bytes),
                Record::Bad(bad) => (bad.offset, bad.bytes),
            };
            let start = usize::try_from(offset).unwrap();
            assert_eq!(&bytes[start..start + bytes_of.len()], bytes_of, "handed over whole");
            covered += bytes_of.len();
            lines.push(shown(plan, &record));
        }
        assert!(input.is_empty(), "taken whole");
    }
    assert!(covered <= bytes.len());
    lines
}

fn shown(plan: &Plan, record: &Record<'_>) -> String {
    match record {
        Record::Good(good) => {
            let values: Vec<String> =
                good.iter().map(|(field, value)| format!("{}={value}", field.name)).collect();
            let events: Vec<String> = good.events.iter().map(|event| told(plan, event)).collect();
            let events = if events.is_empty() { String::new() } else { format!(" ({})", events.join("; ")) };
            format!("{} {} {}{events}", good.number, good.spec().name, values.join(" "))
        }
        Record::Bad(bad) => {
            let errors: Vec<String> = bad.errors.iter().map(ToString::to_string).collect();
            format!("{} bad {}: {}", bad.number, hex(bad.bytes), errors.join("; "))
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let plain: String = hex.split_whitespace().collect();
    (0..plain.len()).step_by(2).map(|at| u8::from_str_radix(&plain[at..at + 2], 16).unwrap()).collect()
}
