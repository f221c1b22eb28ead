//! A record layout for each dataset and charset, as text of a layout file.

use super::defaults::{CharsetForm, FileForm};
use super::schemas::{FixedType, ItemKind, Schema, SchemaItem};
use super::write::{list, one_line, text};

/// A record layout made for a dataset and a charset (導いたレイアウト); one file `layouts/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedLayout {
    /// Identifier, equal to the file name without `.toml`.
    pub id: String,
    /// The dataset its items come from.
    pub dataset: String,
    /// The charset's identifier, such as `jef-ebcdic`.
    pub charset: String,
    /// A table the layout reads, a file beside it.
    pub table: Option<String>,
    /// The text of the file.
    pub toml: String,
}

impl DerivedLayout {
    pub(crate) fn of(
        id: &str,
        dataset: &str,
        title: &str,
        schema: &Schema,
        charset: &str,
        form: &CharsetForm,
    ) -> Self {
        let is_csv = form.form == FileForm::Csv;
        let mut head = vec![
            format!("# 導いたレイアウト: {}（{}）。", one_line(title), one_line(&form.name)),
            "# 標準の詳細なレイアウトは公開されていないので、項目の並びと桁数は仮のものです。相手と取り決めて直してください。"
                .to_owned(),
            format!("title = {}", text(title)),
            format!("dataset = {}", text(dataset)),
            format!("form = {}", text(if is_csv { "csv" } else { "fixed" })),
            format!("charset = {}", text(&form.name)),
        ];
        head.extend(form.gaiji.as_ref().map(|table| format!("gaiji = {}", text(table))));
        let records = if is_csv {
            head.extend(form.bom.then(|| "bom = true".to_owned()));
            head.push("newline = \"crlf\"".to_owned());
            head.push("header_line = \"item\"".to_owned());
            vec![list("detail", &numbered(schema.items.iter().flat_map(csv)))]
        } else {
            // Double bytes alone: half-width letters have codes of their own there and stay what they are.
            head.extend((form.form == FileForm::Fixed).then(|| "widen = true".to_owned()));
            fixed(schema, form.form)
        };
        let parts: Vec<String> = std::iter::once(head.join("\n")).chain(records).collect();
        let toml = parts.join("\n\n") + "\n";
        Self {
            id: id.to_owned(),
            dataset: dataset.to_owned(),
            charset: charset.to_owned(),
            table: form.gaiji.clone(),
            toml,
        }
    }
}

/// A field without its number.
type Field = Vec<String>;

fn numbered(fields: impl Iterator<Item = Field>) -> Vec<String> {
    fields
        .enumerate()
        .map(|(index, field)| format!("{{ no = {}, {} }}", index.saturating_add(1), field.join(", ")))
        .collect()
}

/// The field, and behind a date that may be unknown in part the field that says how.
fn csv(item: &SchemaItem) -> Vec<Field> {
    let mut field = named(item);
    field.push("type = \"T\"".to_owned());
    if item.kind == ItemKind::Date {
        field.push("format = \"iso\"".to_owned());
        field.extend(item.unknown_parts.then(|| "unknown = \"internal\"".to_owned()));
    }
    with_unknown(item, field, "type = \"T\"", None)
}

fn named(item: &SchemaItem) -> Field {
    let mut field = vec![
        format!("item = {}", text(&item.title)),
        format!("name = {}", text(&item.name)),
        format!("from = {}", text(&item.name)),
    ];
    field.extend(item.required.then(|| "required = true".to_owned()));
    field
}

fn with_unknown(item: &SchemaItem, field: Field, kind: &str, bytes: Option<u32>) -> Vec<Field> {
    if item.kind != ItemKind::Date || !item.unknown_parts {
        return vec![field];
    }
    let mut unknown = vec![
        format!("item = {}", text(&format!("{}不詳区分", item.title))),
        format!("name = {}", text(&format!("{}_unknown", item.name))),
        format!("from = {}", text(&item.name)),
        kind.to_owned(),
        "format = \"unknown-code\"".to_owned(),
    ];
    unknown.extend(bytes.map(|bytes| format!("bytes = {bytes}")));
    vec![field, unknown]
}

/// Header, detail and trailer of one length; a charset of double bytes alone has items of double bytes alone.
fn fixed(schema: &Schema, form: FileForm) -> Vec<String> {
    let double = form == FileForm::FixedDouble;
    let unit = if double { 2 } else { 1 };
    let kind = |single: &str| if double { "type = \"M\"".to_owned() } else { format!("type = \"{single}\"") };
    let mark = |literal: &str| {
        vec![
            "item = \"レコード区分\"".to_owned(),
            "name = \"record_kind\"".to_owned(),
            format!("literal = {}", text(literal)),
            kind("X"),
            format!("bytes = {unit}"),
        ]
    };
    let fact = |item: &str, name: &str, chars: u32, format: Option<&str>| {
        let mut field = vec![
            format!("item = {}", text(item)),
            format!("name = {}", text(name)),
            format!("fact = {}", text(name)),
            kind("9"),
            format!("bytes = {}", chars.saturating_mul(unit)),
        ];
        field.extend(format.map(|format| format!("format = {}", text(format))));
        field
    };
    let fields: Vec<(u32, Field)> = schema.items.iter().flat_map(|item| fixed_item(item, double)).collect();
    let details: u32 = fields.iter().map(|(bytes, _)| *bytes).fold(unit, u32::saturating_add);
    // Mark, number, date; mark, number, count.
    let (header, trailer) = (unit.saturating_mul(1 + 8 + 8), unit.saturating_mul(1 + 8 + 9));
    let record = details.max(header).max(trailer);
    let filler = |taken: u32| {
        let rest = record.saturating_sub(taken);
        (0 < rest).then(|| {
            vec![
                "item = \"予備\"".to_owned(),
                "name = \"filler\"".to_owned(),
                "filler = true".to_owned(),
                kind("X"),
                format!("bytes = {rest}"),
            ]
        })
    };
    let header: Vec<Field> = [
        Some(mark("1")),
        Some(fact("送付番号", "delivery_no", 8, None)),
        Some(fact("作成年月日", "date", 8, Some("yyyymmdd"))),
        filler(header),
    ]
    .into_iter()
    .flatten()
    .collect();
    let detail =
        std::iter::once(mark("2")).chain(fields.into_iter().map(|(_, field)| field)).chain(filler(details));
    let trailer: Vec<Field> = [
        Some(mark("9")),
        Some(fact("送付番号", "delivery_no", 8, None)),
        Some(fact("データ件数", "row_count", 9, None)),
        filler(trailer),
    ]
    .into_iter()
    .flatten()
    .collect();
    vec![
        format!("record_bytes = {record}"),
        list("header", &numbered(header.into_iter())),
        list("detail", &numbered(detail)),
        list("trailer", &numbered(trailer.into_iter())),
    ]
}

/// The item's fields with their lengths in bytes.
fn fixed_item(item: &SchemaItem, double: bool) -> Vec<(u32, Field)> {
    const UNKNOWN_CHARS: u32 = 3;
    let chars = if item.kind == ItemKind::Date { 8 } else { item.chars_max };
    let fixed = if double { FixedType::Mixed } else { item.fixed };
    let bytes = match fixed {
        FixedType::Mixed if double => chars.saturating_mul(2),
        FixedType::Double => chars.saturating_mul(2),
        // Room for the shift codes of one stretch of double bytes.
        FixedType::Mixed => chars.saturating_mul(2).saturating_add(2),
        FixedType::Single | FixedType::Digits | FixedType::Zoned => chars,
    };
    let mut field = named(item);
    field.push(format!("type = {}", text(fixed.word())));
    field.push(format!("bytes = {bytes}"));
    if item.kind == ItemKind::Date {
        field.push("format = \"yyyymmdd\"".to_owned());
        field.extend(item.unknown_parts.then(|| "unknown = \"zero\"".to_owned()));
    }
    let unknown_bytes = if double { UNKNOWN_CHARS * 2 } else { UNKNOWN_CHARS };
    let kind = if double { "type = \"M\"" } else { "type = \"X\"" };
    let fields = with_unknown(item, field, kind, Some(unknown_bytes));
    fields.into_iter().zip([bytes, unknown_bytes]).map(|(field, bytes)| (bytes, field)).collect()
}
