//! A layout compiled for one dataset and one link's policy.

use std::sync::Arc;

use moji::{CharEvent, CodecError, Field, Options, Tables, Unmappable};

use crate::codec::{Codec, Short};
use crate::codes::CodeList;
use crate::error::LayoutError;
use crate::model::{
    DateFormat, Fact, FieldSpec, Form, HeaderLine, Justify, Layout, Newline, Pad, RecordSpec, Role, Sign,
    Type, Value,
};
use crate::number::ZoneCodes;
use crate::quick::Quick;
use crate::step;
use crate::tally::{Common, Conditional};

/// What header and trailer say of a delivery (送付の情報).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Delivery number (送付番号).
    pub delivery_no: u64,
    /// Date of preparation (作成年月日), `2026-04-01`.
    pub date: String,
    /// Full or difference (全件・差分), as the layout's counterpart wants it.
    pub extent: String,
    /// Who sends (提供元).
    pub source: String,
    /// Who receives (提供先).
    pub target: String,
    /// Counts and totals for a header that states them, from a pass that wrote the same rows before; a trailer has its own.
    pub tally: Tally,
}

/// Counts and totals (件数・合計) of the rows written or read so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Detail records (データ件数).
    pub rows: u64,
    /// The same by kind, in the order of the layout's kinds.
    pub by_kind: Vec<u64>,
    /// Bytes of detail records, line ends counted.
    pub bytes: u64,
    /// Sums in the order of the plan's totals, in units of their last decimal.
    pub(crate) sums: Vec<i128>,
    /// Counts and sums under conditions, in the order of the plan's.
    pub(crate) conditional: Vec<i128>,
    /// What all rows have in common, in the order of the plan's; nothing before the first row.
    pub(crate) commons: Vec<String>,
}

/// A character that was not written or read exactly, and in which item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowEvent {
    /// The item; [`Plan::field`] tells its name.
    pub field: usize,
    /// What became of the character.
    pub event: CharEvent,
}

/// A compiled layout (出力計画): where each item's value stands in a row, and how it is written. It holds no state, so one
/// plan may serve many threads.
#[derive(Clone)]
pub struct Plan {
    pub(crate) layout: Arc<Layout>,
    pub(crate) codecs: Vec<Codec>,
    pub(crate) short: Short,
    pub(crate) kinds: Vec<Kind>,
    /// Values in a row.
    pub(crate) row_values: usize,
    pub(crate) newline: Vec<u8>,
    pub(crate) delimiter: Vec<u8>,
    pub(crate) quote: Vec<u8>,
    pub(crate) totals: Vec<Total>,
    pub(crate) conditionals: Vec<Conditional>,
    pub(crate) commons: Vec<Common>,
    /// Whether each value is looked at for control characters, not the record as a whole.
    pub(crate) checks_values: bool,
    version: String,
}

/// One kind of record, compiled.
#[derive(Clone)]
pub(crate) struct Kind {
    pub(crate) role: Role,
    /// One for each item, in order.
    pub(crate) steps: Vec<Step>,
    /// Of fixed length: the short way of each.
    pub(crate) quicks: Vec<Quick>,
    /// Of fixed length: the record with nothing in it but literals and padding.
    pub(crate) template: Vec<u8>,
    /// Index in the plan of its first item.
    pub(crate) first_field: usize,
    /// The literals by which it is told from the other kinds; empty if it is told by its place.
    pub(crate) marks: Vec<Mark>,
}

/// A literal that tells a kind of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Item of the kind.
    pub(crate) step: usize,
    /// Of fixed length: offset in the record.
    pub(crate) start: usize,
    /// Of fixed length: its bytes.
    pub(crate) code: Vec<u8>,
    /// Field name.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A sum over all rows.
#[derive(Clone, Debug)]
pub(crate) struct Total {
    pub(crate) name: String,
    pub(crate) decimals: usize,
}

/// Where a step's value comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A value of the row.
    Row(usize),
    /// The layout itself.
    Literal(Box<str>),
    Fact(Fact),
    Filler,
}

/// How one item is written and read.
#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) source: Source,
    pub(crate) kind: Type,
    pub(crate) side: Field,
    /// Offset in a record of fixed length.
    pub(crate) start: usize,
    pub(crate) bytes: usize,
    pub(crate) codec: usize,
    pub(crate) required: bool,
    /// Whether a character that cannot stand in the item is replaced instead of refused.
    pub(crate) substitutes: bool,
    pub(crate) default: Box<str>,
    pub(crate) codes: Option<Arc<CodeList>>,
    pub(crate) format: Option<DateFormat>,
    pub(crate) unknown: crate::model::UnknownDate,
    pub(crate) digits: usize,
    pub(crate) decimals: Option<usize>,
    pub(crate) sign: Sign,
    pub(crate) zones: Option<ZoneCodes>,
    pub(crate) chars_max: Option<usize>,
    pub(crate) overflow: moji::Overflow,
    pub(crate) justify: Justify,
    pub(crate) pad: Pad,
    /// One padding character of a field of fixed length, empty for none.
    pub(crate) padding: Box<[u8]>,
    /// Which total its value is added to.
    pub(crate) total: Option<usize>,
}

impl Step {
    /// Its value: the layout's own, or what `get` finds for its place in the record and its value's in the row.
    #[inline]
    pub(crate) fn value<'s, 'v: 's>(&'s self, at: usize, get: &impl Fn(usize, usize) -> &'v str) -> &'s str {
        match &self.source {
            Source::Literal(literal) => literal,
            Source::Filler => "",
            Source::Row(position) => get(at, *position),
            Source::Fact(_) => get(at, 0),
        }
    }
}

impl Layout {
    /// Resolves the layout's items against the dataset's (提供データの項目名), in the order rows will have. `policy` is what
    /// becomes of characters the charset does not have, where neither item nor layout says.
    ///
    /// # Errors
    /// A [`LayoutError`] for each item the dataset does not have, for each length that is no whole number of the charset's
    /// units, for kinds of records that cannot be told apart, and for a charset or table that is not there.
    pub fn compile(
        &self,
        items: &[&str],
        policy: Unmappable,
        tables: &Tables,
    ) -> Result<Plan, Vec<LayoutError>> {
        Compiler { layout: self, items, policy, tables, codecs: Vec::new(), errors: Vec::new() }.plan()
    }

    /// The dataset's items that rows need (提供データの項目名), each once, in the order of the layout.
    #[must_use]
    pub fn items(&self) -> Vec<&str> {
        let mut items = Vec::new();
        for field in self.details().flat_map(|record| &record.fields) {
            if let Value::From(name) = &field.value
                && !items.contains(&name.as_str())
            {
                items.push(name.as_str());
            }
        }
        for field in self.records.iter().flat_map(|record| &record.fields) {
            if let Value::Fact(Fact::Common(name)) = &field.value
                && !items.contains(&name.as_str())
            {
                items.push(name.as_str());
            }
        }
        items
    }

    /// Its detail records.
    pub fn details(&self) -> impl Iterator<Item = &RecordSpec> {
        self.records.iter().filter(|record| record.role == Role::Detail)
    }

    /// Whether a header states what is only known when all rows are: then they must be written twice, see
    /// [`Facts::tally`].
    #[must_use]
    pub fn header_is_tallied(&self) -> bool {
        let headers = self.records.iter().filter(|record| record.role == Role::Header);
        let mut values = headers.flat_map(|record| &record.fields).map(|field| &field.value);
        values.any(|value| matches!(value, Value::Fact(fact) if fact.is_tallied()))
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
        &self.version
    }

    /// An item by the index that events carry.
    #[must_use]
    pub fn field(&self, index: usize) -> Option<&FieldSpec> {
        self.layout.records.iter().flat_map(|record| &record.fields).nth(index)
    }

    /// The name of an item, for messages.
    pub(crate) fn item(&self, index: usize) -> String {
        self.field(index).map(|field| field.item.clone()).unwrap_or_default()
    }

    /// A kind of record by name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<usize> {
        self.layout.records.iter().position(|record| record.name == name)
    }

    /// The detail record, if there is only one kind.
    #[must_use]
    pub fn only_detail(&self) -> Option<usize> {
        let mut details =
            self.kinds.iter().enumerate().filter(|(_, kind)| kind.role == Role::Detail).map(|(at, _)| at);
        details.next().filter(|_| details.next().is_none())
    }

    pub(crate) fn of_role(&self, role: Role) -> impl Iterator<Item = (usize, &Kind)> {
        self.kinds.iter().enumerate().filter(move |(_, kind)| kind.role == role)
    }

    /// The names on the first line of a CSV file, if it has that line.
    pub(crate) fn header_names(&self) -> Option<Vec<&str>> {
        let Form::Csv { header_line, .. } = &self.layout.form else { return None };
        let fields = &self.layout.details().next()?.fields;
        match header_line {
            HeaderLine::None => None,
            HeaderLine::Item => Some(fields.iter().map(|field| field.item.as_str()).collect()),
            HeaderLine::Name => Some(fields.iter().map(|field| field.name.as_str()).collect()),
        }
    }

    pub(crate) fn tally(&self) -> Tally {
        Tally {
            rows: 0,
            by_kind: vec![0; self.kinds.len()],
            bytes: 0,
            sums: vec![0; self.totals.len()],
            conditional: vec![0; self.conditionals.len()],
            commons: Vec::new(),
        }
    }
}

/// A layout while it is compiled.
pub(crate) struct Compiler<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) items: &'a [&'a str],
    policy: Unmappable,
    tables: &'a Tables,
    /// By policy and widening.
    codecs: Vec<(Unmappable, bool, Codec)>,
    pub(crate) errors: Vec<LayoutError>,
}

impl Compiler<'_> {
    fn plan(mut self) -> Result<Plan, Vec<LayoutError>> {
        let layout = self.layout;
        // The policy of everything that is no item: line ends, delimiters, names.
        let policy = layout.characters.unmappable.unwrap_or(self.policy);
        let widens = layout.characters.widen
            || layout
                .records
                .iter()
                .flat_map(|record| &record.fields)
                .any(|field| field.kind == Type::WideKana);
        let main = self.codec(policy, layout.characters.widen);
        let short = Short::new(self.tables, &layout.charset, &self.options(policy, false), widens);
        let (main, short) = match (main, short) {
            (Ok(main), Ok(short)) => (main, short),
            (Err(error), _) | (_, Err(error)) => {
                self.report_whole(None, error.to_string());
                return Err(self.errors);
            }
        };
        let mut totals: Vec<Total> = Vec::new();
        for field in layout.records.iter().flat_map(|record| &record.fields) {
            if let Value::Fact(Fact::Total(name)) = &field.value
                && !totals.iter().any(|total| total.name == *name)
            {
                let summed =
                    layout.details().flat_map(|record| &record.fields).filter(|item| item.name == *name);
                let decimals = summed.filter_map(|item| item.decimals).max().unwrap_or(0);
                totals.push(Total { name: name.clone(), decimals });
            }
        }
        let conditionals = self.conditionals();
        let commons = self.commons();
        let mut kinds = Vec::new();
        let mut first_field = 0;
        for record in &layout.records {
            let mut steps = Vec::new();
            for field in &record.fields {
                let mut step = self.step(field);
                step.total = totals
                    .iter()
                    .position(|total| total.name == field.name)
                    .filter(|_| record.role == Role::Detail);
                steps.push(step);
            }
            kinds.push(Kind {
                role: record.role,
                quicks: Vec::new(),
                steps,
                template: Vec::new(),
                first_field,
                marks: Vec::new(),
            });
            first_field += record.fields.len();
        }
        let mut plan = Plan {
            layout: Arc::new(layout.clone()),
            codecs: self.codecs.iter().map(|(_, _, codec)| codec.clone()).collect(),
            short,
            kinds,
            row_values: self.items.len(),
            newline: Vec::new(),
            delimiter: Vec::new(),
            quote: Vec::new(),
            totals,
            conditionals,
            commons,
            checks_values: true,
            version: String::new(),
        };
        // A packed number may hold any byte.
        let packed =
            layout.records.iter().flat_map(|record| &record.fields).any(|field| field.kind == Type::Packed);
        plan.checks_values = packed || plan.short.is_checked();
        self.signs(&mut plan, main);
        self.quicks(&mut plan, main);
        if self.errors.is_empty() {
            self.templates(&mut plan);
        }
        if self.errors.is_empty() {
            self.marks(&mut plan);
        }
        if self.errors.is_empty() { Ok(plan) } else { Err(self.errors) }
    }

    pub(crate) fn report(&mut self, field: &FieldSpec, rule: String) {
        let (file, line) = (field.file.to_string(), Some(field.line));
        self.errors.push(LayoutError { file, line, item: field.item.clone(), rule });
    }

    pub(crate) fn report_whole(&mut self, line: Option<usize>, rule: String) {
        self.errors.push(LayoutError { file: self.layout.file.clone(), line, item: String::new(), rule });
    }

    /// The codec of a policy, made once.
    fn codec(&mut self, unmappable: Unmappable, widen: bool) -> Result<usize, CodecError> {
        let known = self.codecs.iter().position(|(policy, wide, _)| (*policy, *wide) == (unmappable, widen));
        if let Some(known) = known {
            return Ok(known);
        }
        let options = self.options(unmappable, widen);
        let codec = Codec::new(self.tables, &self.layout.charset, &options)?;
        self.codecs.push((unmappable, widen, codec));
        Ok(self.codecs.len() - 1)
    }

    fn options(&self, unmappable: Unmappable, widen: bool) -> Options {
        let characters = &self.layout.characters;
        Options {
            unmappable,
            undefined: characters.undefined,
            map: characters.jef_map,
            ivs: characters.ivs,
            shift_in: characters.shift_in,
            widen,
            // Which padding goes away when reading is the item's own business.
            trim: false,
            substitute: characters.substitute,
            substitute_single: characters.substitute_single,
            gaiji: characters.gaiji.clone(),
        }
    }

    /// The short way of each item.
    fn quicks(&self, plan: &mut Plan, main: usize) {
        // UTF-8 is copied as it stands, so what is to be replaced in it must go the long way.
        let replaces =
            self.layout.characters.undefined != moji::Undefined::Reject && !plan.short.is_checked();
        let zero = plan.codecs.get(main).and_then(Codec::zero);
        for kind in &mut plan.kinds {
            let steps = kind.steps.iter().enumerate();
            kind.quicks = steps.map(|(at, step)| Quick::of(at, step, zero, !replaces)).collect();
        }
    }

    fn step(&mut self, field: &FieldSpec) -> Step {
        let characters = &self.layout.characters;
        let policy = field.unmappable.or(characters.unmappable).unwrap_or(self.policy);
        let widen = characters.widen || field.kind == Type::WideKana;
        // The same codecs with another policy can be made if the first could.
        let codec = self.codec(policy, widen).unwrap_or(0);
        let source = match &field.value {
            Value::From(name) => match self.items.iter().position(|item| item == name) {
                Some(position) => Source::Row(position),
                None => {
                    let of = if self.layout.dataset.is_empty() { "" } else { " " };
                    let rule = format!("提供データ{of}{} に項目「{name}」がありません", self.layout.dataset);
                    self.report(field, rule);
                    Source::Filler
                }
            },
            Value::Literal(literal) => Source::Literal(literal.as_str().into()),
            Value::Fact(fact) => Source::Fact(fact.clone()),
            Value::Filler => Source::Filler,
        };
        let mut step = Step {
            source,
            kind: field.kind,
            side: field.kind.field(),
            start: field.start_byte.saturating_sub(1),
            bytes: field.bytes,
            codec,
            required: field.required && !matches!(field.value, Value::Fact(Fact::Common(_))),
            substitutes: matches!(policy, Unmappable::Substitute | Unmappable::Shrink),
            default: field.default.as_str().into(),
            codes: field.codes.clone(),
            format: field.format,
            unknown: field.unknown,
            digits: field.digits,
            decimals: field.decimals,
            sign: field.sign,
            zones: None,
            chars_max: field.chars_max,
            overflow: field.overflow,
            justify: field.justify,
            pad: field.pad,
            padding: Box::default(),
            total: None,
        };
        if self.layout.form.is_fixed() {
            self.fixed(field, &mut step);
        }
        step
    }

    /// What a field of fixed length needs besides.
    fn fixed(&mut self, field: &FieldSpec, step: &mut Step) {
        let Some((_, _, codec)) = self.codecs.get(step.codec) else { return };
        let zero = codec.zero();
        let padding = match step.pad {
            Pad::None => Some(Vec::new()),
            Pad::Byte(byte) => Some(vec![byte]),
            Pad::Zero => codec.bytes(Field::Single, "0"),
            Pad::WideSpace => codec.bytes(Field::Double, "\u{3000}"),
            Pad::Space => step::space(codec, step.side),
        };
        let zones = step::zone_codes(codec, field, self.layout.charset.is_host());
        let lacks_digits = zero.is_none() && codec.bytes(Field::Single, "0").is_none();
        let unit =
            if step.kind == Type::Packed { 1 } else { padding.as_ref().map_or(1, |unit| unit.len().max(1)) };
        if padding.is_none() {
            self.report(field, format!("埋め字が文字コード「{}」にありません", self.layout.charset));
        }
        if !field.bytes.is_multiple_of(unit) {
            self.report(field, format!("桁数 {} は{unit}バイトの倍数ではありません", field.bytes));
        }
        if field.kind == Type::Zoned
            && zones.is_none()
            && matches!(field.sign, Sign::Trailing | Sign::Leading)
        {
            let rule = "この文字コードでは、符号を数字に重ねられません（sign = separate）";
            self.report(field, rule.to_owned());
        }
        if field.kind.is_numeric() && field.kind != Type::Packed && lacks_digits {
            self.report(field, format!("文字コード「{}」の半角に数字がありません", self.layout.charset));
        }
        step.padding = padding.unwrap_or_default().into();
        step.zones = zones;
    }

    /// Line ends, delimiters and quotes in the file's charset, and the versions of its tables.
    fn signs(&mut self, plan: &mut Plan, main: usize) {
        let Some(codec) = plan.codecs.get(main).cloned() else { return };
        let code = |text: &str| codec.bytes(Field::Mixed, text).unwrap_or_default();
        plan.version = codec.encoder.table_version().to_owned();
        plan.newline = match self.layout.newline {
            Newline::None => Vec::new(),
            Newline::CrLf => code("\r\n"),
            // The host's line end is NL (15), which the table gives for U+000A.
            Newline::Lf => code("\n"),
        };
        if let Form::Csv { delimiter, .. } = self.layout.form {
            plan.delimiter = code(delimiter.encode_utf8(&mut [0; 4]));
        }
        plan.quote = code("\"");
        let ends = !plan.newline.is_empty() || self.layout.newline == Newline::None;
        if !ends {
            let rule = format!("改行が文字コード「{}」にありません", self.layout.charset);
            self.report_whole(None, rule);
        }
        if self.layout.form.is_fixed() {
            return;
        }
        let names = plan.header_names().unwrap_or_default();
        for name in names.into_iter().filter(|name| codec.bytes(Field::Mixed, name).is_none()) {
            self.report_whole(
                None,
                format!("見出し「{name}」は文字コード「{}」に書けません", self.layout.charset),
            );
        }
        if matches!(self.layout.form, Form::Jsonl | Form::Xml { .. }) {
            for field in self.layout.records.iter().flat_map(|record| &record.fields) {
                if codec.bytes(Field::Mixed, &field.name).is_none() {
                    let (name, charset) = (&field.name, &self.layout.charset);
                    self.report(field, format!("name「{name}」は文字コード「{charset}」に書けません"));
                }
            }
        }
        // Text is cut into records and values by these; elsewhere they might be half of another character.
        let as_ascii = ["\n", "\"", ",", "<", "{"].iter().all(|&sign| code(sign) == sign.as_bytes());
        let bar_in_pairs =
            matches!(self.layout.form, Form::Csv { delimiter: '|', .. }) && !self.layout.charset.is_unicode();
        if !(as_ascii || self.layout.charset.is_unicode()) || bar_in_pairs {
            let form = self.layout.form.word();
            let rule = if bar_in_pairs {
                format!("区切り文字 | は、文字コード「{}」の2バイト目と区別できません", self.layout.charset)
            } else {
                format!("{form} は文字コード「{}」では作成できません", self.layout.charset)
            };
            self.report_whole(None, rule);
        }
    }
}
