//! The head of a layout file: form, charset, line ends, policy.

use std::sync::Arc;

use moji::{Charset, Cluster, Gaiji, Ivs, JefMap, ShiftIn, Undefined, Unmappable};

use super::tree::Table;
use super::{Checker, Keys};
use crate::model::{Characters, Form, HeaderLine, Layout, Newline, Quote};

/// The longest record a layout may have: far above real ones, it keeps a slip of the keyboard from filling memory.
const RECORD_BYTES_MAX: usize = 1 << 20;

const KEYS: [&str; 28] = [
    "title",
    "dataset",
    "remark",
    "form",
    "charset",
    "bom",
    "record_bytes",
    "newline",
    "delimiter",
    "header_line",
    "quote",
    "root",
    "unmappable",
    "undefined",
    "substitute",
    "substitute_single",
    "gaiji",
    "jef_map",
    "ivs",
    "kin",
    "widen",
    "shift_codes",
    "reverse_check",
    "header",
    "detail",
    "trailer",
    "fields",
    "record",
];

pub(super) const UNMAPPABLE: [(&str, Unmappable); 4] = [
    ("reject", Unmappable::Reject),
    ("substitute", Unmappable::Substitute),
    ("shrink", Unmappable::Shrink),
    ("keep", Unmappable::Keep),
];

impl Checker<'_> {
    pub(super) fn layout(&mut self, head: &Table) -> Layout {
        let keys = Keys { table: head, item: "" };
        self.only(keys, &KEYS);
        let form = self.form(keys);
        let charset = self.charset(keys, &form);
        let newlines = [("none", Newline::None), ("crlf", Newline::CrLf), ("lf", Newline::Lf)];
        let newline = self.choose(keys, "newline", &newlines).unwrap_or(match form {
            Form::Fixed { .. } => Newline::None,
            Form::Csv { .. } => Newline::CrLf,
            Form::Jsonl | Form::Xml { .. } => Newline::Lf,
        });
        if !form.is_fixed() && newline == Newline::None {
            let rule = format!("{}には改行（newline = crlf または lf）が必要です", form.word());
            self.report_at(keys, "newline", rule);
        }
        let characters = self.characters(keys);
        let reverse_check = self.flag(keys, "reverse_check").unwrap_or(false);
        let (records, record_bytes) = self.records(keys, &form, &charset);
        let form = match form {
            Form::Fixed { .. } => Form::Fixed { record_bytes },
            other => other,
        };
        let title =
            self.text(keys, "title").unwrap_or_else(|| self.file.trim_end_matches(".toml").to_owned());
        Layout {
            file: self.file.to_string(),
            title,
            dataset: self.text(keys, "dataset").unwrap_or_default(),
            remark: self.text(keys, "remark").unwrap_or_default(),
            form,
            charset,
            characters,
            newline,
            reverse_check,
            records,
        }
    }

    fn form(&mut self, keys: Keys<'_>) -> Form {
        let words = [("fixed", "fixed"), ("csv", "csv"), ("tsv", "tsv"), ("jsonl", "jsonl"), ("xml", "xml")];
        if keys.get("form").is_none() {
            self.report_at(keys, "form", "form（fixed, csv, tsv, jsonl, xml のどれか）が必要です".to_owned());
        }
        let word = self.choose(keys, "form", &words).unwrap_or("csv");
        let belongs = |key: &str, to: &[&str]| keys.get(key).is_some() && !to.contains(&word);
        let separated = ["csv", "tsv"];
        for (misplaced, rule) in [
            (belongs("record_bytes", &["fixed"]), "record_bytes は固定長だけのものです"),
            (
                ["header_line", "quote"].iter().any(|key| belongs(key, &separated)),
                "header_line, quote はCSVとTSVだけのものです",
            ),
            (belongs("delimiter", &["csv"]), "delimiter はCSVだけのものです"),
            (belongs("root", &["xml"]), "root はXMLだけのものです"),
        ] {
            if misplaced && keys.get("form").is_some() {
                self.report_at(keys, "form", rule.to_owned());
            }
        }
        match word {
            "fixed" => Form::Fixed { record_bytes: self.record_bytes(keys) },
            "jsonl" => Form::Jsonl,
            "xml" => Form::Xml { root: self.root(keys) },
            _ => {
                let delimiters =
                    [(",", ','), ("\t", '\t'), (";", ';'), ("|", '|'), ("tab", '\t'), ("comma", ',')];
                let usual = if word == "tsv" { '\t' } else { ',' };
                let delimiter = self.choose(keys, "delimiter", &delimiters).unwrap_or(usual);
                let lines =
                    [("item", HeaderLine::Item), ("name", HeaderLine::Name), ("none", HeaderLine::None)];
                let header_line = self.choose(keys, "header_line", &lines).unwrap_or(HeaderLine::None);
                let quotes = [("needed", Quote::Needed), ("all", Quote::All), ("never", Quote::Never)];
                let quote = self.choose(keys, "quote", &quotes).unwrap_or(Quote::Needed);
                Form::Csv { delimiter, header_line, quote }
            }
        }
    }

    /// 0: as long as its items.
    fn record_bytes(&mut self, keys: Keys<'_>) -> usize {
        let record_bytes = self.whole(keys, "record_bytes");
        if record_bytes.is_some_and(|bytes| bytes == 0 || RECORD_BYTES_MAX < bytes) {
            let rule = format!("record_bytes（レコード長）は1から{RECORD_BYTES_MAX}までで指定します");
            self.report_at(keys, "record_bytes", rule);
        }
        record_bytes.unwrap_or(0)
    }

    fn root(&mut self, keys: Keys<'_>) -> String {
        let root = self.text(keys, "root").unwrap_or_else(|| "records".to_owned());
        if !is_xml_name(&root) {
            self.report_at(keys, "root", format!("root「{root}」はXMLの要素名になりません"));
        }
        root
    }

    fn charset(&mut self, keys: Keys<'_>, form: &Form) -> Charset {
        let Some(name) = self.text(keys, "charset") else {
            self.report_at(keys, "charset", "charset（文字コード）が必要です".to_owned());
            return Charset::UTF_8;
        };
        let charset = Charset::from_name(&name).unwrap_or_else(|error| {
            self.report_at(keys, "charset", error.to_string());
            Charset::UTF_8
        });
        let bom = self.flag(keys, "bom");
        if form.is_fixed() && bom == Some(true) {
            self.report_at(keys, "bom", "固定長にBOMは付けられません".to_owned());
        }
        match (charset, bom) {
            (charset, _) if form.is_fixed() => charset.without_bom(),
            (Charset::Utf8 { .. }, Some(bom)) => Charset::Utf8 { bom },
            (Charset::Utf16 { endian, .. }, Some(bom)) => Charset::Utf16 { endian, bom },
            (Charset::Utf32 { endian, .. }, Some(bom)) => Charset::Utf32 { endian, bom },
            (charset, Some(true)) => {
                self.report_at(keys, "bom", format!("bom は {charset} には指定できません"));
                charset
            }
            (charset, _) => charset,
        }
    }

    fn characters(&mut self, keys: Keys<'_>) -> Characters {
        let undefined =
            [("reject", Undefined::Reject), ("substitute", Undefined::Substitute), ("keep", Undefined::Keep)];
        let maps = [("face", JefMap::Face), ("pc", JefMap::Pc), ("area", JefMap::Area)];
        let selectors = [("mj", Ivs::Mj), ("plain", Ivs::Plain), ("aj1", Ivs::Aj1)];
        let kin = [("28", ShiftIn::K28), ("38", ShiftIn::K38)];
        let shifts = [("strict", false), ("tidy", true)];
        Characters {
            unmappable: self.choose(keys, "unmappable", &UNMAPPABLE),
            undefined: self.choose(keys, "undefined", &undefined).unwrap_or_default(),
            substitute: self.cluster(keys, "substitute"),
            substitute_single: self.cluster(keys, "substitute_single"),
            jef_map: self.choose(keys, "jef_map", &maps).unwrap_or_default(),
            ivs: self.choose(keys, "ivs", &selectors).unwrap_or_default(),
            shift_in: self.choose(keys, "kin", &kin).unwrap_or_default(),
            widen: self.flag(keys, "widen").unwrap_or(false),
            tidy_shifts: self.choose(keys, "shift_codes", &shifts).unwrap_or(false),
            gaiji: self.gaiji(keys),
        }
    }

    /// One character, as itself or as code points (`U+3013`, `845B+E0102`).
    fn cluster(&mut self, keys: Keys<'_>, key: &str) -> Option<Cluster> {
        let text = self.text(keys, key)?;
        let found = match text.strip_prefix("U+") {
            Some(hex) => Cluster::parse_hex(&hex.replace("U+", "")),
            None => Cluster::parse(&text).or_else(|| Cluster::parse_hex(&text)),
        };
        if found.is_none() {
            self.report_at(keys, key, format!("{key}「{text}」は一つの文字ではありません"));
        }
        found
    }

    fn gaiji(&mut self, keys: Keys<'_>) -> Option<Arc<Gaiji>> {
        let name = self.text(keys, "gaiji")?;
        let text = self.file_beside(keys, "gaiji", &name)?;
        match Gaiji::parse(&name, &text) {
            Ok(gaiji) => Some(Arc::new(gaiji)),
            Err(errors) => {
                for error in errors {
                    self.report(&error.file, Some(error.line), "", error.rule);
                }
                None
            }
        }
    }
}

/// Whether a word can be the name of an XML element. Letters of any script may; a colon would be a namespace.
pub(super) fn is_xml_name(name: &str) -> bool {
    let mut chars = name.chars();
    let starts = |c: char| c == '_' || c.is_alphabetic();
    chars.next().is_some_and(starts) && chars.all(|c| starts(c) || c.is_numeric() || c == '-' || c == '.')
}
