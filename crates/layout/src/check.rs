//! From the file to the layout: every rule a layout must keep, all breaches reported at once.

use std::collections::HashSet;

use moji::{Charset, JefMap, Options, Overflow};

use crate::error::LayoutError;
use crate::file::{Field, File};
use crate::model::{
    DateFormat, Fact, FieldSpec, Form, HeaderLine, Layout, Newline, Pad, Type, UnknownDate, Value,
};

/// The longest record a layout may have: far above real ones, it keeps a slip of the keyboard from filling memory.
const RECORD_BYTES_MAX: usize = 1 << 20;

impl Layout {
    /// Reads a layout file (レイアウト定義) and checks it. `file_name` is for messages only.
    ///
    /// # Errors
    /// Every [`LayoutError`] found, in the order of the file.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, Vec<LayoutError>> {
        let mut checker = Checker { text, file_name, errors: Vec::new() };
        match toml::from_str::<File>(text) {
            Ok(file) => {
                let layout = checker.layout(&file);
                if checker.errors.is_empty() { Ok(layout) } else { Err(checker.errors) }
            }
            Err(error) => {
                let line = error.span().map(|span| checker.line(span.start));
                checker.report(line, "", format!("TOMLとして読めません（{}）", error.message()));
                Err(checker.errors)
            }
        }
    }
}

struct Checker<'a> {
    text: &'a str,
    file_name: &'a str,
    errors: Vec<LayoutError>,
}

impl Checker<'_> {
    fn layout(&mut self, file: &File) -> Layout {
        let charset = self.charset(file);
        let newline_default = if file.form == "csv" { "crlf" } else { "none" };
        let newlines = [("none", Newline::None), ("crlf", Newline::CrLf), ("lf", Newline::Lf)];
        let newline = self.choose(None, "", "newline", or(&file.newline, newline_default), &newlines);
        let maps = [("face", JefMap::Face), ("pc", JefMap::Pc), ("area", JefMap::Area)];
        let jef_map = self.choose(None, "", "jef_map", or(&file.jef_map, "face"), &maps);
        let form = self.form(file, &charset, newline);
        let mut part = |fields: &[toml::Spanned<Field>], is_detail: bool| -> Vec<FieldSpec> {
            let fields = fields.iter().map(|field| self.field(field, form, &charset, is_detail)).collect();
            self.record(&fields, form);
            fields
        };
        let (header, detail) = (part(&file.header, false), part(&file.detail, true));
        let trailer = part(&file.trailer, false);
        if detail.is_empty() {
            self.report(None, "", "detail に項目がありません".to_owned());
        }
        Layout {
            file: self.file_name.to_owned(),
            title: file.title.clone(),
            dataset: file.dataset.clone(),
            form,
            charset: if matches!(form, Form::Fixed { .. }) { charset.without_bom() } else { charset },
            jef_map,
            widen: file.widen,
            newline,
            header,
            detail,
            trailer,
        }
    }

    fn charset(&mut self, file: &File) -> Charset {
        let charset = Charset::from_name(&file.charset).unwrap_or_else(|error| {
            self.report(None, "", error.to_string());
            Charset::UTF_8
        });
        match (charset, file.bom) {
            (Charset::Utf8 { .. }, Some(bom)) => Charset::Utf8 { bom },
            (Charset::Utf16 { endian, .. }, Some(bom)) => Charset::Utf16 { endian, bom },
            (Charset::Utf32 { endian, .. }, Some(bom)) => Charset::Utf32 { endian, bom },
            (charset, Some(true)) => {
                self.report(None, "", format!("bom は {charset} には指定できません"));
                charset
            }
            (charset, _) => charset,
        }
    }

    fn form(&mut self, file: &File, charset: &Charset, newline: Newline) -> Form {
        match file.form.as_str() {
            "csv" => {
                if !charset.is_unicode() {
                    self.report(None, "", format!("CSVは {charset} では作成できません"));
                }
                if newline == Newline::None {
                    self.report(None, "", "CSVには改行（newline = crlf または lf）が必要です".to_owned());
                }
                if file.record_bytes.is_some() {
                    self.report(None, "", "record_bytes は固定長だけのものです".to_owned());
                }
                let delimiter = match or(&file.delimiter, ",") {
                    "," => ',',
                    "\t" => '\t',
                    ";" => ';',
                    "|" => '|',
                    other => {
                        self.report(
                            None,
                            "",
                            format!("delimiter「{other}」は , タブ ; | のどれでもありません"),
                        );
                        ','
                    }
                };
                let lines =
                    [("item", HeaderLine::Item), ("name", HeaderLine::Name), ("none", HeaderLine::None)];
                let header_line = self.choose(None, "", "header_line", or(&file.header_line, "none"), &lines);
                let quotes = [("needed", false), ("all", true)];
                let quote_all = self.choose(None, "", "quote", or(&file.quote, "needed"), &quotes);
                Form::Csv { delimiter, header_line, quote_all }
            }
            form => {
                if form != "fixed" {
                    self.report(None, "", format!("form「{form}」は fixed でも csv でもありません"));
                }
                let record_bytes = file.record_bytes.unwrap_or_default();
                if record_bytes == 0 || RECORD_BYTES_MAX < record_bytes {
                    let rule = format!("record_bytes（レコード長）は1から{RECORD_BYTES_MAX}までで指定します");
                    self.report(None, "", rule);
                }
                if [&file.delimiter, &file.header_line, &file.quote].iter().any(|key| !key.is_empty()) {
                    let rule = "delimiter, header_line, quote はCSVだけのものです".to_owned();
                    self.report(None, "", rule);
                }
                if file.bom == Some(true) {
                    self.report(None, "", "固定長にBOMは付けられません".to_owned());
                }
                Form::Fixed { record_bytes }
            }
        }
    }

    fn field(
        &mut self,
        spanned: &toml::Spanned<Field>,
        form: Form,
        charset: &Charset,
        is_detail: bool,
    ) -> FieldSpec {
        let line = self.line(spanned.span().start);
        let field = spanned.get_ref();
        let (at, item) = (Some(line), field.item.as_str());
        let types = [("X", Type::X), ("N", Type::N), ("M", Type::M), ("9", Type::Digits), ("T", Type::Text)];
        let kind = self.choose(at, item, "type", &field.kind, &types);
        let formats = [
            ("", None),
            ("yyyymmdd", Some(DateFormat::YyyyMmDd)),
            ("wareki", Some(DateFormat::Wareki)),
            ("iso", Some(DateFormat::Iso)),
            ("unknown-code", Some(DateFormat::UnknownCode)),
        ];
        let format = self.choose(at, item, "format", &field.format, &formats);
        let unknowns = [
            ("internal", UnknownDate::Internal),
            ("zero", UnknownDate::Zero),
            ("blank", UnknownDate::Blank),
            ("reject", UnknownDate::Reject),
        ];
        let unknown = self.choose(at, item, "unknown", or(&field.unknown, "reject"), &unknowns);
        let overflows = [("reject", Overflow::Reject), ("truncate", Overflow::Truncate)];
        let overflow = self.choose(at, item, "overflow", or(&field.overflow, "reject"), &overflows);
        let fixed = matches!(form, Form::Fixed { .. });
        let pad_default = if fixed && kind == Type::Digits { "zero" } else { "space" };
        let pads = [("space", Pad::Space), ("zero", Pad::Zero)];
        let pad = self.choose(at, item, "pad", or(&field.pad, pad_default), &pads);
        let value = self.value(field, line, is_detail);

        for (broken, rule) in [
            (field.item.is_empty() || field.name.is_empty(), "item と name が必要です"),
            (
                fixed && (field.start_byte.is_none() || field.bytes.is_none()),
                "start_byte と bytes が必要です",
            ),
            (fixed && field.bytes == Some(0), "bytes は1以上です"),
            (fixed && field.chars_max.is_some(), "chars_max はCSVだけのものです"),
            (
                !fixed && (field.start_byte.is_some() || field.bytes.is_some()),
                "start_byte と bytes は固定長だけのものです",
            ),
            (kind == Type::Text && !charset.is_unicode(), "type T はUnicodeの文字コードだけのものです"),
            (
                format.is_some() && !matches!(value, Value::From(_) | Value::Fact(Fact::Date)),
                "format は日付の項目だけのものです",
            ),
            (format.is_none() && value == Value::Fact(Fact::Date), "日付には format が必要です"),
            (format == Some(DateFormat::Iso) && kind == Type::Digits, "format iso は type 9 には入りません"),
            (kind == Type::N && format.is_some(), "日付は type N には入りません"),
            (format.is_none() && !field.unknown.is_empty(), "unknown は日付の項目だけのものです"),
            (
                pad == Pad::Zero && kind != Type::Digits && format.is_none(),
                "pad zero は type 9 と日付だけのものです",
            ),
            (
                kind == Type::Digits && overflow == Overflow::Truncate,
                "type 9 は切り捨てできません（overflow = reject）",
            ),
        ] {
            if broken {
                self.report(at, item, rule.to_owned());
            }
        }
        FieldSpec {
            line,
            no: field.no,
            item: field.item.clone(),
            name: field.name.clone(),
            value,
            kind,
            start_byte: field.start_byte.unwrap_or_default(),
            bytes: field.bytes.unwrap_or_default(),
            chars_max: field.chars_max,
            format,
            unknown,
            required: field.required,
            overflow,
            pad,
        }
    }

    fn value(&mut self, field: &Field, line: usize, is_detail: bool) -> Value {
        let (at, item) = (Some(line), field.item.as_str());
        match (&field.from, &field.literal, &field.fact) {
            (Some(from), None, None) if is_detail => Value::From(from.clone()),
            (None, Some(literal), None) => Value::Literal(literal.clone()),
            (None, None, Some(fact)) if !is_detail => {
                let facts = [
                    ("delivery_no", Fact::DeliveryNo),
                    ("date", Fact::Date),
                    ("row_count", Fact::RowCount),
                    ("extent", Fact::Extent),
                    ("source", Fact::Source),
                    ("target", Fact::Target),
                ];
                Value::Fact(self.choose(at, item, "fact", fact, &facts))
            }
            _ => {
                let key = if is_detail { "from" } else { "fact" };
                self.report(at, item, format!("{key} と literal のどちらか一つが必要です"));
                Value::Literal(String::new())
            }
        }
    }

    /// Rules between the items of one record: numbers and names once, no gap, no overlap, units of the charset.
    fn record(&mut self, fields: &Vec<FieldSpec>, form: Form) {
        let (mut numbers, mut names) = (HashSet::new(), HashSet::new());
        let mut expected = 1;
        for field in fields {
            let at = Some(field.line);
            if !numbers.insert(field.no) {
                self.report(at, &field.item, format!("項番 {} が重複しています", field.no));
            }
            if !names.insert(field.name.as_str()) {
                self.report(at, &field.item, format!("name「{}」が重複しています", field.name));
            }
            if let Form::Fixed { .. } = form {
                if field.start_byte != expected {
                    let what = if expected < field.start_byte { "すき間" } else { "重なり" };
                    let rule = format!(
                        "開始位置 {} は {expected} のはずです（前の項目との{what}）",
                        field.start_byte
                    );
                    self.report(at, &field.item, rule);
                }
                expected = field.start_byte.saturating_add(field.bytes);
            }
        }
        if let (Form::Fixed { record_bytes }, Some(last)) = (form, fields.last())
            && expected != record_bytes + 1
        {
            let rule = format!(
                "最後の項目が {} バイト目で終わり、レコード長 {record_bytes} と合いません",
                expected - 1
            );
            self.report(Some(last.line), &last.item, rule);
        }
    }

    fn choose<T: Choice>(
        &mut self,
        line: Option<usize>,
        item: &str,
        key: &str,
        word: &str,
        words: &[(&str, T)],
    ) -> T {
        if let Some(&(_, value)) = words.iter().find(|(known, _)| *known == word) {
            return value;
        }
        let known: Vec<&str> =
            words.iter().map(|(known, _)| *known).filter(|known| !known.is_empty()).collect();
        self.report(line, item, format!("{key}「{word}」は {} のどれでもありません", known.join(", ")));
        T::FALLBACK
    }

    fn report(&mut self, line: Option<usize>, item: &str, rule: String) {
        self.errors.push(LayoutError { file: self.file_name.to_owned(), line, item: item.to_owned(), rule });
    }

    fn line(&self, offset: usize) -> usize {
        1 + self.text.get(..offset).unwrap_or_default().matches('\n').count()
    }
}

/// What checking goes on with after a word was not understood, so that one run reports every breach.
trait Choice: Copy {
    const FALLBACK: Self;
}

impl Choice for bool {
    const FALLBACK: Self = false;
}
impl Choice for Newline {
    const FALLBACK: Self = Self::CrLf;
}
impl Choice for JefMap {
    const FALLBACK: Self = Self::Face;
}
impl Choice for HeaderLine {
    const FALLBACK: Self = Self::None;
}
impl Choice for Type {
    const FALLBACK: Self = Self::X;
}
impl Choice for Option<DateFormat> {
    const FALLBACK: Self = None;
}
impl Choice for UnknownDate {
    const FALLBACK: Self = Self::Internal;
}
impl Choice for Overflow {
    const FALLBACK: Self = Self::Reject;
}
impl Choice for Pad {
    const FALLBACK: Self = Self::Space;
}
impl Choice for Fact {
    const FALLBACK: Self = Self::RowCount;
}

fn or<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.is_empty() { default } else { text }
}

/// The encoder's options a layout and a link decide together.
pub(crate) fn options(layout: &Layout, unmappable: moji::Unmappable) -> Options {
    Options { unmappable, map: layout.jef_map, widen: layout.widen, trim: true, ..Options::default() }
}
