//! Bytes back to rows, for simulators of the receiving system, reconciliation and tests.

use crate::csv;
use crate::date;
use crate::error::ReadError;
use crate::model::{FieldSpec, Form, Pad, Type, Value};
use crate::plan::Plan;

/// A file read back (読み込んだファイル).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns: the dataset's item, or the field's name for a literal.
    pub items: Vec<String>,
    /// Rows, each with a value for every column.
    pub rows: Vec<Vec<String>>,
    /// Header record as (field name, value).
    pub header: Vec<(String, String)>,
    /// Trailer record as (field name, value).
    pub trailer: Vec<(String, String)>,
}

impl Table {
    /// The value of a column in a row, both as read.
    #[must_use]
    pub fn value(&self, row: usize, item: &str) -> Option<&str> {
        let column = self.items.iter().position(|name| name == item)?;
        self.rows.get(row)?.get(column).map(String::as_str)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Header,
    Names,
    Detail,
    Trailer,
}

impl Plan {
    /// Reads a whole file back (読込) and checks what the layout knows: literals, record length, count of rows.
    ///
    /// Dates come back in the register notation where they name a day. What writing lost stays lost: padding, full-width
    /// forms, and the pattern behind a date whose unknown parts are zeros.
    ///
    /// # Errors
    /// A [`ReadError`] naming record, offset, item and rule.
    pub fn read(&self, bytes: &[u8]) -> Result<Table, ReadError> {
        let mut table = Table { items: self.columns(), ..Table::default() };
        match self.layout.form {
            Form::Fixed { record_bytes } => self.read_fixed(bytes, record_bytes, &mut table)?,
            Form::Csv { delimiter, .. } => self.read_csv(bytes, delimiter, &mut table)?,
        }
        let count = self
            .layout
            .trailer
            .iter()
            .chain(&self.layout.header)
            .zip(table.trailer.iter().chain(&table.header));
        for (field, (_, value)) in count {
            let stated = value.trim().parse::<usize>().ok();
            if field.value == Value::Fact(crate::model::Fact::RowCount) && stated != Some(table.rows.len()) {
                let rule = format!("件数「{value}」がデータレコードの数 {} と合いません", table.rows.len());
                let record = table.rows.len() + usize::from(!self.layout.header.is_empty()) + 1;
                return Err(ReadError { record, offset: bytes.len(), item: field.item.clone(), rule });
            }
        }
        Ok(table)
    }

    fn columns(&self) -> Vec<String> {
        let name = |field: &FieldSpec| match &field.value {
            Value::From(item) => item.clone(),
            Value::Literal(_) | Value::Fact(_) => field.name.clone(),
        };
        self.layout.detail.iter().map(name).collect()
    }

    fn read_fixed(&self, bytes: &[u8], record_bytes: usize, table: &mut Table) -> Result<(), ReadError> {
        let step = record_bytes + self.newline.len();
        let total = bytes.len().div_ceil(step.max(1));
        for (index, record) in bytes.chunks(step.max(1)).enumerate() {
            let offset = index * step;
            let fail = |rule: String| ReadError { record: index + 1, offset, item: String::new(), rule };
            let body = record
                .strip_suffix(self.newline.as_slice())
                .filter(|body| body.len() == record_bytes)
                .ok_or_else(|| {
                    fail(format!("レコード長が{step}バイトではありません（{}バイト）", record.len()))
                })?;
            let part = self.part(index, total);
            let mut values = Vec::new();
            for field in self.fields(part) {
                let start = field.start_byte.saturating_sub(1);
                let at = offset + start;
                let error =
                    |offset, rule| ReadError { record: index + 1, offset, item: field.item.clone(), rule };
                let slice = body.get(start..start + field.bytes).unwrap_or_default();
                let mut text = String::new();
                self.decoder
                    .decode(field.kind.field(), slice, &mut text, &mut Vec::new())
                    .map_err(|bad| error(at + bad.offset, bad.to_string()))?;
                values.push(restore(field, text).map_err(|rule| error(at, rule))?);
            }
            self.keep(part, values, table);
        }
        self.whole(total, bytes.len())
    }

    fn read_csv(&self, bytes: &[u8], delimiter: char, table: &mut Table) -> Result<(), ReadError> {
        let whole = |offset, rule| ReadError { record: 1, offset, item: String::new(), rule };
        let bom = self.layout.charset.bom();
        let body = bytes.strip_prefix(bom).ok_or_else(|| whole(0, "先頭のBOMがありません".to_owned()))?;
        let mut text = String::new();
        self.decoder
            .decode(moji::Field::Mixed, body, &mut text, &mut Vec::new())
            .map_err(|bad| whole(bom.len() + bad.offset, bad.to_string()))?;
        let records = csv::records(&text, delimiter)
            .map_err(|offset| whole(offset, "引用符が正しく閉じていません".to_owned()))?;
        let total = records.len();
        for (index, record) in records.into_iter().enumerate() {
            let part = self.part(index, total);
            let error = |item: &str, rule| ReadError {
                record: index + 1,
                offset: record.offset,
                item: item.to_owned(),
                rule,
            };
            let fields = self.fields(part);
            if record.values.len() != fields.len() {
                let rule = format!("項目数が{}個です（{}個必要です）", record.values.len(), fields.len());
                return Err(error("", rule));
            }
            if part == Part::Names {
                let names = self.header_names().unwrap_or_default();
                if let Some((got, want)) = record.values.iter().zip(names).find(|(got, want)| *got != want) {
                    return Err(error(want, format!("見出し「{got}」が項目名と違います")));
                }
                continue;
            }
            let mut values = Vec::new();
            for (field, value) in fields.iter().zip(record.values) {
                let error = |rule| ReadError {
                    record: index + 1,
                    offset: record.offset,
                    item: field.item.clone(),
                    rule,
                };
                values.push(restore(field, value).map_err(error)?);
            }
            self.keep(part, values, table);
        }
        self.whole(total, bytes.len())
    }

    /// Which part of the file a record is.
    fn part(&self, index: usize, total: usize) -> Part {
        let header = usize::from(!self.layout.header.is_empty());
        if index < header {
            Part::Header
        } else if index == header && self.header_names().is_some() {
            Part::Names
        } else if !self.layout.trailer.is_empty() && index + 1 == total {
            Part::Trailer
        } else {
            Part::Detail
        }
    }

    fn fields(&self, part: Part) -> &[FieldSpec] {
        match part {
            Part::Header => &self.layout.header,
            Part::Names | Part::Detail => &self.layout.detail,
            Part::Trailer => &self.layout.trailer,
        }
    }

    fn keep(&self, part: Part, values: Vec<String>, table: &mut Table) {
        let named = |values: Vec<String>| {
            self.fields(part).iter().map(|field| field.name.clone()).zip(values).collect()
        };
        match part {
            Part::Header => table.header = named(values),
            Part::Trailer => table.trailer = named(values),
            Part::Detail => table.rows.push(values),
            Part::Names => {}
        }
    }

    /// A file that lost its end lost its trailer.
    fn whole(&self, records: usize, offset: usize) -> Result<(), ReadError> {
        let ends =
            [!self.layout.header.is_empty(), !self.layout.trailer.is_empty(), self.header_names().is_some()];
        let needed = ends.into_iter().filter(|&has| has).count();
        if needed <= records {
            return Ok(());
        }
        let rule = "ヘッダレコード、見出し行、トレーラレコードのどれかがありません".to_owned();
        Err(ReadError { record: records + 1, offset, item: String::new(), rule })
    }
}

/// From the text in the record to the value that was written.
fn restore(field: &FieldSpec, text: String) -> Result<String, String> {
    if field.kind == Type::Digits && !text.trim_end_matches(' ').bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("数字以外の文字があります「{text}」"));
    }
    match (&field.value, field.format) {
        (Value::Literal(literal), _) => {
            let same = if field.pad == Pad::Zero {
                text.trim_start_matches('0') == literal.trim_start_matches('0')
            } else {
                text == literal.trim_end_matches([' ', '\u{3000}']) || text == *literal
            };
            if same {
                Ok(text)
            } else {
                Err(format!("固定値「{literal}」のはずが「{text}」です"))
            }
        }
        (_, Some(format)) => Ok(date::read(&text, format)),
        _ => Ok(text),
    }
}
