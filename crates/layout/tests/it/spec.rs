//! What the other vendor gets: the specification sheet and the sample file.

use crate::support::*;
use layout::{Layout, Plan, Record, Role, Value};
use moji::{Tables, Unmappable};
use proptest::prelude::*;

const RESIDENTS: [(&str, &str); 2] = [
    ("resident-jef.toml", include_str!("../../../../standards/layouts/resident-jef.toml")),
    ("resident-utf16.toml", include_str!("../../../../standards/layouts/resident-utf16.toml")),
];

fn items(plan: &Plan) -> Vec<String> {
    plan.layout().items().into_iter().map(str::to_owned).collect()
}

fn markdown(plan: &Plan) -> String {
    let items = items(plan);
    plan.spec(&items.iter().map(String::as_str).collect::<Vec<_>>()).to_markdown()
}

#[test]
fn the_sheet_of_a_layout_with_everything() {
    let text = include_str!("../data/spec.toml");
    let layout = Layout::parse_with(text, "somewhere/spec.toml", &mut |_| Err(String::new())).unwrap();
    // Changed on purpose: `daicho layout spec` on the same file prints the new sheet.
    let got = markdown(&compile(&layout));
    for (line, (got, want)) in (1..).zip(got.lines().zip(include_str!("../data/spec.md").lines())) {
        assert_eq!(got, want, "line {line}");
    }
    assert_eq!(got, include_str!("../data/spec.md"));
}

/// Every item of every record has its row, in order, with what it is called, where it stands and how long it is.
fn check_sheet(plan: &Plan) {
    let items = items(plan);
    let spec = plan.spec(&items.iter().map(String::as_str).collect::<Vec<_>>());
    let layout = plan.layout();
    assert_eq!(spec.records.len(), layout.records.len());
    for (table, record) in spec.records.iter().zip(&layout.records) {
        assert!(table.title.contains(&record.title) && table.title.contains(&record.name), "{}", table.title);
        assert_eq!(table.rows.len(), record.fields.len());
        let column = |name: &str| table.head.iter().position(|head| head == name);
        for (row, field) in table.rows.iter().zip(&record.fields) {
            assert_eq!(row.len(), table.head.len());
            let cell = |name: &str| column(name).map(|at| row[at].as_str());
            assert_eq!(cell("項番"), Some(field.no.to_string().as_str()));
            assert_eq!(cell("項目名"), Some(field.item.as_str()));
            assert_eq!(cell("英字名"), Some(field.name.as_str()));
            assert_eq!(cell("必須") == Some("○"), field.required);
            if layout.form.is_fixed() {
                assert_eq!(cell("開始位置"), Some(field.start_byte.to_string().as_str()));
                assert_eq!(cell("バイト数"), Some(field.bytes.to_string().as_str()));
                let code = cell("見本のバイト（16進）").unwrap();
                assert!(code.len() == field.bytes * 2 || code.ends_with('…'), "{}: {code}", field.item);
            }
            if let Value::Literal(literal) = &field.value {
                assert!(cell("備考").unwrap().contains(literal.as_str()));
            }
            if let Some(codes) = &field.codes {
                assert!(spec.codes.iter().any(|table| table.rows.len() == codes.rows.len()));
            }
        }
    }
}

fn text_of(record: &Record<'_>) -> String {
    let Record::Bad(bad) = record else { return String::new() };
    bad.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A sample reads back without a finding, and what was read makes the same file again.
fn check_sample(plan: &Plan, rows: usize) {
    let items = items(plan);
    let names: Vec<&str> = items.iter().map(String::as_str).collect();
    let sample = plan.sample(&names, rows);
    assert_eq!(sample.len(), rows);
    let mut facts = plan.sample_facts();
    let write = |facts: &layout::Facts, rows: &[(usize, Vec<String>)]| {
        let (mut out, mut events, mut writer) = (Vec::new(), Vec::new(), plan.writer());
        writer.write_header(facts, &mut out, &mut events).unwrap();
        for (kind, values) in rows {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            writer.write_row_of(*kind, &values, &mut out, &mut events).unwrap();
        }
        writer.write_trailer(facts, &mut out, &mut events).unwrap();
        (out, writer.tally().clone())
    };
    let rows: Vec<(usize, Vec<String>)> = sample.into_iter().map(|row| (row.kind, row.values)).collect();
    facts.tally = write(&facts, &rows).1;
    let (bytes, tally) = write(&facts, &rows);
    assert_eq!(tally.rows, u64::try_from(rows.len()).unwrap());

    let mut came: Vec<(usize, Vec<String>)> = Vec::new();
    let (mut reader, mut input) = (plan.reader(), bytes.as_slice());
    while let Some(record) = reader.read(&mut input, true) {
        let Record::Good(good) = record else { panic!("{}", text_of(&record)) };
        assert!(good.events.is_empty(), "{:?} {:?}", good.events.first(), good.bytes);
        if good.role() != Role::Detail {
            continue;
        }
        let mut values = vec![String::new(); names.len()];
        for (field, value) in good.iter() {
            // The pattern of unknown parts is a second item of the same day.
            if let Value::From(item) = &field.value
                && field.format != Some(layout::DateFormat::UnknownCode)
            {
                values[names.iter().position(|name| name == item).unwrap()] = value.to_owned();
            }
        }
        came.push((good.kind, values));
    }
    let mut patterns = plan.layout().details().flat_map(|record| &record.fields);
    if !patterns.any(|field| field.format == Some(layout::DateFormat::UnknownCode)) {
        assert_eq!(write(&facts, &came).0, bytes, "written again");
    }
}

#[test]
fn sheets_and_samples_of_the_layouts_that_come_with_daicho() {
    for (name, text) in RESIDENTS {
        let layout = Layout::parse(text, name).unwrap();
        let plan = layout.compile(&layout.items(), Unmappable::Reject, &Tables::built_in()).unwrap();
        check_sheet(&plan);
        check_sample(&plan, 60);
    }
}

/// Forms and charsets, and the types that each can have.
const HEADS: [(&str, bool); 12] = [
    ("form = \"fixed\"\ncharset = \"JEF/EBCDIC\"", true),
    ("form = \"fixed\"\ncharset = \"IBM-930\"\nnewline = \"lf\"", true),
    ("form = \"fixed\"\ncharset = \"MS932\"\nnewline = \"crlf\"", true),
    ("form = \"fixed\"\ncharset = \"EUC-JP\"", true),
    ("form = \"fixed\"\ncharset = \"UTF-8\"", true),
    ("form = \"csv\"\ncharset = \"MS932\"\nheader_line = \"item\"", false),
    ("form = \"csv\"\ncharset = \"UTF-8\"\nbom = true\nquote = \"all\"", false),
    ("form = \"tsv\"\ncharset = \"UTF-16\"\nheader_line = \"name\"", false),
    ("form = \"jsonl\"\ncharset = \"UTF-8\"", false),
    ("form = \"xml\"\ncharset = \"UTF-8\"", false),
    ("form = \"xml\"\ncharset = \"UTF-16BE\"\nnewline = \"crlf\"", false),
    ("form = \"csv\"\ncharset = \"EUC-JP\"\nquote = \"never\"\nnewline = \"lf\"", false),
];

/// Items by what they hold; of each the keys for all forms, and those for fixed length.
const ITEMS: [(&str, &str); 15] = [
    ("type = \"X\"", "bytes = 6"),
    ("item = \"氏名\", type = \"N\"", "bytes = 24"),
    ("item = \"住所\", type = \"M\"", "bytes = 40"),
    ("item = \"カナ\", type = \"K\"", "bytes = 20"),
    ("item = \"カナ氏名\", type = \"W\"", "bytes = 42"),
    ("item = \"番号\", type = \"9\"", "bytes = 8"),
    ("type = \"9\", decimals = 2", "digits = 9"),
    ("type = \"S9\", digits = 9, decimals = 1", ""),
    ("type = \"S9\", digits = 9, sign = \"separate\"", ""),
    ("type = \"S9\", digits = 9, sign = \"leading\"", ""),
    ("item = \"性別\", type = \"X\", codes = { \"1\" = \"M\", \"2\" = \"F\" }", "bytes = 1"),
    ("type = \"X\", format = \"iso\", unknown = \"zero\"", "bytes = 10"),
    ("type = \"9\", format = \"wareki\", required = true", "bytes = 7"),
    ("type = \"X\", format = \"wareki-letter\", unknown = \"blank\"", "bytes = 7"),
    ("type = \"9\", format = \"yymmdd\", unknown = \"internal\"", "bytes = 6"),
];

fn arbitrary() -> impl Strategy<Value = String> {
    let kinds = prop::collection::vec(prop::collection::vec(0..ITEMS.len(), 1..8), 1..4);
    (0..HEADS.len(), kinds).prop_map(|(head, kinds)| {
        let (head, fixed) = HEADS[head];
        let mut text = format!("{head}\nunmappable = \"substitute\"\n");
        let width = |chosen: &[usize]| -> usize {
            chosen
                .iter()
                .map(|at| {
                    let (keys, more) = ITEMS[*at];
                    let number = |key: &str| {
                        let (_, rest) = format!("{keys}, {more}")
                            .split_once(key)
                            .map(|(a, b)| (a.to_owned(), b.to_owned()))?;
                        rest.split([',', ' ']).next().and_then(|digits| digits.parse::<usize>().ok())
                    };
                    let separate = usize::from(keys.contains("separate"));
                    number("bytes = ").or_else(|| number("digits = ")).unwrap() + separate
                })
                .sum()
        };
        let longest = kinds.iter().map(|chosen| width(chosen)).max().unwrap_or(0);
        for (kind, chosen) in kinds.iter().enumerate() {
            text.push_str(&format!("[[record]]\nname = \"k{kind}\"\nfields = [\n"));
            let mark = if fixed { ", bytes = 1" } else { "" };
            text.push_str(&format!("  {{ name = \"mark\", literal = \"{kind}\", type = \"X\"{mark} }},\n"));
            for (place, at) in chosen.iter().enumerate() {
                let (keys, more) = ITEMS[*at];
                let more = if fixed && !more.is_empty() { format!(", {more}") } else { String::new() };
                text.push_str(&format!("  {{ name = \"i{kind}_{place}\", {keys}{more} }},\n"));
            }
            if fixed {
                let rest = longest - width(chosen) + 1;
                text.push_str(&format!("  {{ name = \"rest\", filler = true, bytes = {rest} }},\n"));
            }
            text.push_str("]\n");
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_item_is_on_the_sheet_and_every_sample_reads_back(text in arbitrary()) {
        let layout = parse(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        let plan = compile_with(&layout, Unmappable::Reject)
            .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        check_sheet(&plan);
        check_sample(&plan, 13);
    }
}
