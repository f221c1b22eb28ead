//! One item of a record.

use std::sync::Arc;

use moji::{Charset, Overflow};

use super::head::UNMAPPABLE;
use super::tree::{Table, Tree};
use super::{Checker, Keys};
use crate::codes::{CodeList, CodeRow};
use crate::model::{
    Condition, DateFormat, Fact, FieldSpec, Form, Justify, Pad, Role, Sign, Type, UnknownDate, Value, Zones,
};

/// The longest number: what a total of many records can still be summed in.
const DIGITS_MAX: usize = 31;

const KEYS: [&str; 30] = [
    "no",
    "item",
    "name",
    "from",
    "literal",
    "fact",
    "of",
    "total",
    "where",
    "common",
    "filler",
    "type",
    "start_byte",
    "bytes",
    "digits",
    "decimals",
    "sign",
    "zones",
    "chars_max",
    "format",
    "unknown",
    "required",
    "default",
    "codes",
    "unmappable",
    "overflow",
    "justify",
    "pad",
    "remark",
    "sample",
];

const TYPES: [(&str, Type); 9] = [
    ("X", Type::X),
    ("N", Type::N),
    ("M", Type::M),
    ("T", Type::Text),
    ("K", Type::NarrowKana),
    ("W", Type::WideKana),
    ("9", Type::Digits),
    ("S9", Type::Zoned),
    ("P", Type::Packed),
];

const FORMATS: [(&str, DateFormat); 9] = [
    ("yyyymmdd", DateFormat::YyyyMmDd),
    ("iso", DateFormat::Iso),
    ("yyyy-mm-dd", DateFormat::Iso),
    ("yyyy/mm/dd", DateFormat::Slash),
    ("yymmdd", DateFormat::YyMmDd),
    ("wareki", DateFormat::Wareki),
    ("wareki-letter", DateFormat::WarekiLetter),
    ("unknown-code", DateFormat::UnknownCode),
    ("unknown_code", DateFormat::UnknownCode),
];

/// Bytes of a digit.
fn unit(charset: &Charset) -> usize {
    match charset {
        Charset::Utf16 { .. } => 2,
        Charset::Utf32 { .. } => 4,
        _ => 1,
    }
}

impl Checker<'_> {
    /// `no` is the item's place in its record, its number when it states none.
    pub(super) fn field(
        &mut self,
        table: &Table,
        no: u32,
        role: Role,
        form: &Form,
        charset: &Charset,
    ) -> FieldSpec {
        let known = |key| match table.get(key).map(|node| &node.value) {
            Some(Tree::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let (item, name) = (known("item"), known("name"));
        let (item, name) = match (item.is_empty(), name.is_empty()) {
            (true, false) => (name.clone(), name),
            (false, true) => (item.clone(), item),
            _ => (item, name),
        };
        let keys = Keys { table, item: &item };
        self.only(keys, &KEYS);
        let fixed = form.is_fixed();
        let value = self.value(keys, &name, role);
        let format = self.choose(keys, "format", &FORMATS);
        let kind = self.kind(keys, &value, format, fixed);
        let sign = self.sign(keys, kind);
        let zones = self.zones(keys, charset);
        let decimals = self.whole(keys, "decimals");
        let (bytes, digits) = self.sizes(keys, kind, sign, format, fixed, charset);
        let overflows = [("reject", Overflow::Reject), ("truncate", Overflow::Truncate)];
        let unknowns = [
            ("internal", UnknownDate::Internal),
            ("zero", UnknownDate::Zero),
            ("blank", UnknownDate::Blank),
            ("reject", UnknownDate::Reject),
        ];
        let sides = [("left", Justify::Left), ("right", Justify::Right)];
        let numeric = kind.is_numeric();
        let quantity = decimals.is_some() || (numeric && kind != Type::Digits);
        let usual = if numeric && (fixed || quantity) { Pad::Zero } else { Pad::Space };
        let pad = self.pad(keys).unwrap_or(usual);
        let right = numeric && (pad == Pad::Zero || kind != Type::Digits);
        let justify = self.choose(keys, "justify", &sides);
        let field = FieldSpec {
            file: table.file.clone(),
            line: table.line,
            no: self.whole(keys, "no").map_or(no, |no| u32::try_from(no).unwrap_or(u32::MAX)),
            value,
            kind,
            start_byte: self.whole(keys, "start_byte").unwrap_or_default(),
            bytes,
            digits,
            decimals: decimals.or((kind == Type::Zoned || kind == Type::Packed).then_some(0)),
            sign,
            zones,
            chars_max: self.whole(keys, "chars_max"),
            format,
            unknown: self.choose(keys, "unknown", &unknowns).unwrap_or(UnknownDate::Reject),
            required: self.flag(keys, "required").unwrap_or(false),
            default: self.text(keys, "default").unwrap_or_default(),
            codes: self.codes(keys),
            unmappable: self.choose(keys, "unmappable", &UNMAPPABLE),
            overflow: self.choose(keys, "overflow", &overflows).unwrap_or_default(),
            justify: justify.unwrap_or(if right { Justify::Right } else { Justify::Left }),
            pad,
            remark: self.text(keys, "remark").unwrap_or_default(),
            sample: self.text(keys, "sample").unwrap_or_default(),
            item: item.clone(),
            name,
        };
        self.rules(keys, &field, fixed, charset);
        field
    }

    fn value(&mut self, keys: Keys<'_>, name: &str, role: Role) -> Value {
        let from = self.text(keys, "from");
        let literal = self.text(keys, "literal");
        let fact = self.text(keys, "fact");
        let total = self.text(keys, "total");
        let common = self.text(keys, "common");
        let filler = self.flag(keys, "filler").unwrap_or(false);
        let is_fact = fact.is_some() || total.is_some() || common.is_some();
        let given =
            [from.is_some(), literal.is_some(), fact.is_some(), total.is_some(), common.is_some(), filler];
        let count = given.iter().filter(|&&given| given).count();
        let is_detail = role == Role::Detail;
        if 1 < count || (count == 0 && !is_detail) {
            let key = if is_detail { "from" } else { "fact" };
            self.report_at(keys, key, format!("{key} と literal のどちらか一つが必要です"));
            return Value::Literal(String::new());
        }
        let misplaced = if is_detail { is_fact } else { from.is_some() };
        if misplaced {
            let rule = if is_detail {
                "fact と total と common はヘッダとトレーラだけのものです"
            } else {
                "from はデータレコードだけのものです"
            };
            self.report_at(keys, if is_detail { "fact" } else { "from" }, rule.to_owned());
        }
        if let Some(literal) = literal {
            return Value::Literal(literal);
        }
        let condition = self.condition(keys);
        let when = |fact: Fact| match condition.clone() {
            Some(condition) => Fact::Where(Box::new(fact), condition),
            None => fact,
        };
        if let Some(total) = total {
            return Value::Fact(when(Fact::Total(total)));
        }
        if let Some(common) = common {
            return Value::Fact(Fact::Common(common));
        }
        if filler {
            return Value::Filler;
        }
        if fact.is_none() {
            return Value::From(from.unwrap_or_else(|| name.to_owned()));
        }
        let of = self.text(keys, "of");
        let facts = [
            ("delivery_no", Fact::DeliveryNo),
            ("date", Fact::Date),
            ("row_count", Fact::RowCount(of.clone())),
            ("record_count", Fact::RecordCount),
            ("bytes", Fact::Bytes),
            ("extent", Fact::Extent),
            ("source", Fact::Source),
            ("target", Fact::Target),
        ];
        let fact = self.choose(keys, "fact", &facts).unwrap_or(Fact::RecordCount);
        if of.is_some() && !matches!(fact, Fact::RowCount(_)) {
            self.report_at(keys, "of", "of は fact = \"row_count\" だけのものです".to_owned());
        }
        let counts = matches!(&fact, Fact::RowCount(of) if of.is_none());
        if condition.is_some() && !counts {
            let rule = "where は total か、of のない fact = \"row_count\" だけのものです";
            self.report_at(keys, "where", rule.to_owned());
            return Value::Fact(fact);
        }
        Value::Fact(when(fact))
    }

    /// The condition of a count or total.
    fn condition(&mut self, keys: Keys<'_>) -> Option<Condition> {
        let text = self.text(keys, "where")?;
        let condition = Condition::parse(&text);
        if condition.is_none() {
            let rule = "where は「result = 0」か「result != 0」の形で書きます";
            self.report_at(keys, "where", rule.to_owned());
        }
        condition
    }

    fn kind(&mut self, keys: Keys<'_>, value: &Value, format: Option<DateFormat>, fixed: bool) -> Type {
        if let Some(kind) = self.choose(keys, "type", &TYPES) {
            return kind;
        }
        if keys.get("type").is_some() {
            return Type::X;
        }
        match (fixed, value, format) {
            (false, ..) => Type::M,
            (true, Value::Filler, _) => Type::X,
            (true, _, Some(DateFormat::YyyyMmDd | DateFormat::YyMmDd | DateFormat::Wareki)) => Type::Digits,
            (true, _, Some(_)) => Type::X,
            (true, _, None) => {
                let words: Vec<&str> = TYPES.iter().map(|(word, _)| *word).collect();
                self.report_at(keys, "type", format!("type（{} のどれか）が必要です", words.join(", ")));
                Type::X
            }
        }
    }

    fn sign(&mut self, keys: Keys<'_>, kind: Type) -> Sign {
        let signs = [
            ("trailing", Sign::Trailing),
            ("leading", Sign::Leading),
            ("separate", Sign::LeadingSeparate),
            ("leading-separate", Sign::LeadingSeparate),
            ("trailing-separate", Sign::TrailingSeparate),
            ("none", Sign::None),
        ];
        let sign = self.choose(keys, "sign", &signs);
        let fits = match (kind, sign) {
            (_, None) | (Type::Packed, Some(Sign::Trailing | Sign::None)) => true,
            (Type::Zoned, Some(sign)) => sign != Sign::None,
            _ => false,
        };
        if !fits {
            let rule = match kind {
                Type::Packed => "type P の sign は trailing か none です",
                Type::Zoned => "符号のない数値は type 9 です",
                _ => "sign は type S9 と P だけのものです",
            };
            self.report_at(keys, "sign", rule.to_owned());
        }
        sign.unwrap_or(if kind == Type::Digits { Sign::None } else { Sign::Trailing })
    }

    /// `letters`, or the high half bytes for plus and minus as `C/D`.
    fn zones(&mut self, keys: Keys<'_>, charset: &Charset) -> Zones {
        let usual = if charset.is_host() { Zones::Nibbles(0xC, 0xD) } else { Zones::Letters };
        let Some(word) = self.text(keys, "zones").filter(|word| !word.is_empty()) else { return usual };
        if word == "letters" {
            return Zones::Letters;
        }
        let nibble =
            |text: &str| u8::from_str_radix(text, 16).ok().filter(|&nibble| text.len() == 1 && nibble < 0x10);
        let pair = word.split_once('/').and_then(|(plus, minus)| Some((nibble(plus)?, nibble(minus)?)));
        match pair.filter(|(plus, minus)| plus != minus) {
            Some((plus, minus)) => Zones::Nibbles(plus, minus),
            None => {
                let rule = format!("zones「{word}」は letters でも C/D のような16進の組でもありません");
                self.report_at(keys, "zones", rule);
                usual
            }
        }
    }

    /// Bytes and digits, each from the other where only one is given.
    fn sizes(
        &mut self,
        keys: Keys<'_>,
        kind: Type,
        sign: Sign,
        format: Option<DateFormat>,
        fixed: bool,
        charset: &Charset,
    ) -> (usize, usize) {
        let unit = unit(charset);
        let digits = self.whole(keys, "digits");
        let bytes = self.whole(keys, "bytes");
        if digits.is_some() && !kind.is_numeric() {
            self.report_at(keys, "digits", "digits は type 9, S9, P だけのものです".to_owned());
        }
        if !fixed {
            if bytes.is_some() {
                self.report_at(keys, "bytes", "start_byte と bytes は固定長だけのものです".to_owned());
            }
            return (0, digits.unwrap_or(0));
        }
        let separate = usize::from(matches!(sign, Sign::LeadingSeparate | Sign::TrailingSeparate));
        let needed = |digits: usize| match kind {
            Type::Packed => digits / 2 + 1,
            _ => digits.saturating_add(separate).saturating_mul(unit),
        };
        let held = |bytes: usize| match kind {
            Type::Packed => bytes.saturating_mul(2).saturating_sub(1),
            _ => (bytes / unit).saturating_sub(separate),
        };
        match (bytes, digits, format) {
            (Some(bytes), Some(digits), _) => {
                if kind.is_numeric() && bytes != needed(digits) {
                    let rule =
                        format!("digits {digits} には {} バイト必要です（bytes = {bytes}）", needed(digits));
                    self.report_at(keys, "bytes", rule);
                }
                (bytes, digits)
            }
            (Some(bytes), None, _) => (bytes, if kind.is_numeric() { held(bytes) } else { 0 }),
            (None, Some(digits), _) => (needed(digits), digits),
            (None, None, Some(format)) => (format.chars() * unit, 0),
            (None, None, None) => {
                // A length that is no number was told already.
                if keys.get("bytes").is_none() && keys.get("digits").is_none() {
                    self.report_at(keys, "bytes", "start_byte と bytes が必要です".to_owned());
                }
                (1, 0)
            }
        }
    }

    fn pad(&mut self, keys: Keys<'_>) -> Option<Pad> {
        let word = self.text(keys, "pad").filter(|word| !word.is_empty())?;
        let hex = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
        if let Some(hex) = hex {
            let byte = u8::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 2);
            if byte.is_none() {
                self.report_at(keys, "pad", format!("pad「{word}」は 0x00 から 0xFF までではありません"));
            }
            return byte.map(Pad::Byte);
        }
        let pads =
            [("space", Pad::Space), ("zero", Pad::Zero), ("wide-space", Pad::WideSpace), ("none", Pad::None)];
        self.choose(keys, "pad", &pads)
    }

    /// A file beside the layout, a table of ours and theirs, or a list of pairs.
    fn codes(&mut self, keys: Keys<'_>) -> Option<Arc<CodeList>> {
        let node = keys.get("codes")?;
        let (file, list) = match &node.value {
            Tree::Text(name) => {
                let text = self.file_beside(keys, "codes", name)?;
                (name.clone(), CodeList::from_tsv(name, &text))
            }
            Tree::Table(table) => {
                let rows = table.entries.iter().filter_map(|(ours, theirs)| {
                    let Tree::Text(theirs_text) = &theirs.value else { return None };
                    let (ours, theirs_text) = (ours.clone(), theirs_text.clone());
                    Some(CodeRow { line: theirs.line, ours, theirs: theirs_text, label: String::new() })
                });
                (table.file.to_string(), CodeList::new("", rows.collect()))
            }
            Tree::List(pairs) => {
                let rows = pairs.iter().filter_map(|pair| {
                    let Tree::List(cells) = &pair.value else { return None };
                    let mut cells = cells.iter().filter_map(|cell| match &cell.value {
                        Tree::Text(text) => Some(text.clone()),
                        _ => None,
                    });
                    let (ours, theirs) = (cells.next()?, cells.next()?);
                    Some(CodeRow { line: pair.line, ours, theirs, label: cells.next().unwrap_or_default() })
                });
                (keys.table.file.to_string(), CodeList::new("", rows.collect()))
            }
        };
        match list {
            Ok(list) => Some(Arc::new(list)),
            Err(errors) => {
                for (line, rule) in errors {
                    self.report(&file, Some(line), keys.item, rule);
                }
                None
            }
        }
    }

    /// Rules between the keys of one item.
    fn rules(&mut self, keys: Keys<'_>, field: &FieldSpec, fixed: bool, charset: &Charset) {
        let (kind, format, pad) = (field.kind, field.format, field.pad);
        let quantity = kind.is_numeric() && field.decimals.is_some();
        let is_date = matches!(field.value, Value::From(_) | Value::Fact(Fact::Date));
        let in_digits =
            matches!(format, Some(DateFormat::YyyyMmDd | DateFormat::YyMmDd | DateFormat::Wareki));
        let host_only = matches!(field.zones, Zones::Nibbles(..));
        for (broken, key, rule) in [
            (field.item.is_empty(), "item", "item（項目名）か name が必要です"),
            (!fixed && keys.get("start_byte").is_some(), "start_byte", "start_byte は固定長だけのものです"),
            (fixed && field.bytes == 0, "bytes", "bytes は1以上です"),
            (fixed && field.chars_max.is_some(), "chars_max", "chars_max は固定長以外のものです"),
            (
                fixed && kind == Type::Text && !charset.is_unicode(),
                "type",
                "type T はUnicodeの文字コードだけのものです",
            ),
            (!fixed && kind == Type::Packed, "type", "type P は固定長だけのものです"),
            (format.is_some() && !is_date, "format", "format は日付の項目だけのものです"),
            (
                format.is_none() && field.value == Value::Fact(Fact::Date),
                "fact",
                "日付には format が必要です",
            ),
            (
                format == Some(DateFormat::Iso) && kind == Type::Digits,
                "format",
                "format iso は type 9 には入りません",
            ),
            (
                format.is_some() && !in_digits && format != Some(DateFormat::Iso) && kind == Type::Digits,
                "format",
                "数字だけでない日付は type 9 には入りません",
            ),
            (
                format.is_some() && !matches!(kind, Type::X | Type::M | Type::Text | Type::Digits),
                "format",
                "日付は type X, M, T, 9 の項目に書きます",
            ),
            (
                fixed && format.is_some_and(|format| field.bytes < format.chars() * unit(charset)),
                "bytes",
                "日付がこのバイト数に入りません",
            ),
            (
                format.is_none() && keys.get("unknown").is_some(),
                "unknown",
                "unknown は日付の項目だけのものです",
            ),
            (
                pad == Pad::Zero && !kind.is_numeric() && format.is_none(),
                "pad",
                "pad zero は数字・数値・日付だけのものです",
            ),
            (
                pad == Pad::WideSpace && !matches!(kind, Type::N | Type::WideKana),
                "pad",
                "pad wide-space は type N と W だけのものです",
            ),
            (
                quantity && pad != Pad::Zero && kind != Type::Digits,
                "pad",
                "type S9, P の埋め字は zero だけです",
            ),
            (
                kind.is_numeric() && field.overflow == Overflow::Truncate,
                "overflow",
                "type 9, S9, P は切り捨てできません（overflow = reject）",
            ),
            (
                format.is_some() && field.overflow == Overflow::Truncate,
                "overflow",
                "日付は切り捨てできません（overflow = reject）",
            ),
            (
                field.decimals.is_some() && !kind.is_numeric(),
                "decimals",
                "decimals は type 9, S9, P だけのものです",
            ),
            (quantity && DIGITS_MAX < field.digits, "digits", "数値は31桁までです"),
            (
                quantity && field.digits != 0 && field.digits < field.decimals.unwrap_or(0),
                "decimals",
                "decimals が全体の桁数を超えています",
            ),
            (keys.get("zones").is_some() && kind != Type::Zoned, "zones", "zones は type S9 だけのものです"),
            (
                kind == Type::Zoned
                    && host_only
                    && matches!(charset, Charset::Utf16 { .. } | Charset::Utf32 { .. }),
                "zones",
                "この文字コードの zones は letters だけです",
            ),
            (
                keys.get("codes").is_some() && !matches!(field.value, Value::From(_)),
                "codes",
                "codes はデータの項目だけのものです",
            ),
        ] {
            if broken {
                self.report_at(keys, key, rule.to_owned());
            }
        }
    }
}
