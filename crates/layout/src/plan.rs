//! A layout compiled for one dataset and one link's policy.

use moji::{CharEvent, Decoder, Encoder, Tables, Unmappable};

use crate::check::options;
use crate::error::LayoutError;
use crate::model::{FieldSpec, Form, HeaderLine, Layout, Newline, Value};

/// What header and trailer say of a delivery (送付の情報).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Delivery number (送付番号).
    pub delivery_no: u64,
    /// Date of preparation (作成年月日), `2026-04-01`.
    pub date: String,
    /// Number of detail records (データ件数).
    pub row_count: u64,
    /// Full or difference (全件・差分), as the layout's counterpart wants it.
    pub extent: String,
    /// Who sends (提供元).
    pub source: String,
    /// Who receives (提供先).
    pub target: String,
}

/// A character that was not written exactly, and in which item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowEvent {
    /// The item's name (項目名).
    pub item: String,
    /// What became of the character.
    pub event: CharEvent,
}

/// A compiled layout (出力計画): where each item's value stands in a row, and how it is written. It holds no state, so one
/// plan may serve many threads.
#[derive(Clone)]
pub struct Plan {
    pub(crate) layout: Layout,
    pub(crate) encoder: Encoder,
    pub(crate) decoder: Decoder,
    /// For each detail item the position of its value in a row, [`None`] for a literal.
    pub(crate) positions: Vec<Option<usize>>,
    /// Values in a row.
    pub(crate) row_values: usize,
    pub(crate) newline: Vec<u8>,
    pub(crate) delimiter: Vec<u8>,
    pub(crate) quote: Vec<u8>,
}

impl Layout {
    /// Resolves the layout's items against the dataset's (提供データの項目名), in the order rows will have.
    ///
    /// # Errors
    /// A [`LayoutError`] for each item the dataset does not have, and for each length that is no whole number of the
    /// charset's units.
    pub fn compile(
        &self,
        items: &[&str],
        policy: Unmappable,
        tables: &Tables,
    ) -> Result<Plan, Vec<LayoutError>> {
        let options = options(self, policy);
        let codecs = tables
            .encoder(&self.charset, &options)
            .and_then(|encoder| Ok((encoder, tables.decoder(&self.charset, &options)?)));
        let (encoder, decoder) = codecs.map_err(|error| {
            let (file, rule) = (self.file.clone(), error.to_string());
            vec![LayoutError { file, line: None, item: String::new(), rule }]
        })?;
        let mut errors = Vec::new();
        let mut report = |field: &FieldSpec, rule: String| {
            let (file, line) = (self.file.clone(), Some(field.line));
            errors.push(LayoutError { file, line, item: field.item.clone(), rule });
        };
        let mut positions = Vec::new();
        for field in &self.detail {
            positions.push(match &field.value {
                Value::From(name) => {
                    let position = items.iter().position(|item| item == name);
                    if position.is_none() {
                        report(field, format!("提供データ {} に項目「{name}」がありません", self.dataset));
                    }
                    position
                }
                Value::Literal(_) | Value::Fact(_) => None,
            });
        }
        if let Form::Fixed { .. } = self.form {
            for field in self.header.iter().chain(&self.detail).chain(&self.trailer) {
                let unit = encoder.unit(field.kind.field());
                if !field.bytes.is_multiple_of(unit) {
                    report(field, format!("桁数 {} は{unit}バイトの倍数ではありません", field.bytes));
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let encoded = |text: &str| {
            let mut out = Vec::new();
            // Control characters and punctuation have a cell in every charset here.
            let _ = encoder.encode(moji::Field::Single, text, &mut out, &mut Vec::new());
            out
        };
        let mut buffer = [0; 4];
        let delimiter = match self.form {
            Form::Csv { delimiter, .. } => encoded(delimiter.encode_utf8(&mut buffer)),
            Form::Fixed { .. } => Vec::new(),
        };
        let newline = match self.newline {
            Newline::None => Vec::new(),
            Newline::CrLf => encoded("\r\n"),
            // The host's line end is NL (15), which the table gives for U+000A.
            Newline::Lf => encoded("\n"),
        };
        let (quote, row_values) = (encoded("\""), items.len());
        Ok(Plan { layout: self.clone(), encoder, decoder, positions, row_values, newline, delimiter, quote })
    }
}

impl Plan {
    /// The layout it was compiled from.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Name and hash of the character tables, for the evidence of a delivery (変換表の版).
    #[must_use]
    pub fn table_version(&self) -> &str {
        self.encoder.table_version()
    }

    /// The names on the first line of a CSV file, if it has that line.
    pub(crate) fn header_names(&self) -> Option<Vec<&str>> {
        let Form::Csv { header_line, .. } = self.layout.form else { return None };
        match header_line {
            HeaderLine::None => None,
            HeaderLine::Item => Some(self.layout.detail.iter().map(|field| field.item.as_str()).collect()),
            HeaderLine::Name => Some(self.layout.detail.iter().map(|field| field.name.as_str()).collect()),
        }
    }
}
