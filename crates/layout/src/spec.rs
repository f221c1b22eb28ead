//! The specification sheet (レイアウト仕様書): what a vendor needs to build the other side, from the layout alone.

use std::fmt::Write as _;

use crate::model::{
    FieldSpec, Form, HeaderLine, Justify, Layout, Newline, Pad, Quote, RecordSpec, Role, Sign, Type, Value,
    Zones,
};
use crate::number::hex;
use crate::plan::Plan;
use crate::read::Record;

/// A specification sheet as values; a page, a text or a workbook shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Title of the layout.
    pub title: String,
    /// The file as a whole (概要): what and how.
    pub facts: Vec<(String, String)>,
    /// Rules that hold for all items (共通の規則).
    pub rules: Vec<(String, String)>,
    /// One table for each kind of record, items in order.
    pub records: Vec<SpecTable>,
    /// One table for each code list.
    pub codes: Vec<SpecTable>,
}

/// A table of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecTable {
    /// Its title.
    pub title: String,
    /// Heads of its columns.
    pub head: Vec<String>,
    /// Its rows, as many cells in each as there are heads.
    pub rows: Vec<Vec<String>>,
}

/// Bytes of a sample that are shown.
const SAMPLE_BYTES_MAX: usize = 16;

impl Plan {
    /// The specification sheet of the layout. `items` are those the plan was compiled with.
    #[must_use]
    pub fn spec(&self, items: &[&str]) -> Spec {
        let layout = self.layout();
        let samples = self.samples(items);
        let records = layout.records.iter().enumerate();
        let records = records.map(|(at, record)| table(layout, record, samples.get(at)));
        Spec {
            title: layout.title.clone(),
            facts: self.facts(),
            rules: rules(layout),
            records: records.collect(),
            codes: codes(layout),
        }
    }

    fn facts(&self) -> Vec<(String, String)> {
        let layout = self.layout();
        let form = match &layout.form {
            Form::Fixed { .. } => "固定長".to_owned(),
            Form::Csv { delimiter: '\t', .. } => "TSV（タブ区切り、RFC 4180に準じる）".to_owned(),
            Form::Csv { delimiter, .. } => format!("CSV（区切り文字「{delimiter}」、RFC 4180に準じる）"),
            Form::Jsonl => "JSON Lines（一行に一つのオブジェクト）".to_owned(),
            Form::Xml { root } => format!("XML（ルート要素 {root}、レコードごとに一つの要素）"),
        };
        let mut facts = vec![
            ("名称".to_owned(), layout.title.clone()),
            ("提供データ".to_owned(), layout.dataset.clone()),
            // Its name alone: where it lies here is nothing to the other side.
            (
                "レイアウト定義".to_owned(),
                layout.file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
            ),
            ("ファイル形式".to_owned(), form),
            ("文字コード".to_owned(), layout.charset.to_string()),
            ("変換表の版".to_owned(), self.table_version().to_owned()),
        ];
        if let Form::Fixed { record_bytes } = layout.form {
            let line_end =
                if self.newline.is_empty() { String::new() } else { "（改行を除く）".to_owned() };
            facts.push(("レコード長".to_owned(), format!("{record_bytes}バイト{line_end}")));
        }
        if let Form::Csv { header_line, quote, .. } = &layout.form {
            let line = match header_line {
                HeaderLine::None => "なし",
                HeaderLine::Item => "1行目に項目名",
                HeaderLine::Name => "1行目に英字名",
            };
            let quotes = match quote {
                Quote::Needed => "必要な値だけを \" で囲む。値の中の \" は二つ重ねる",
                Quote::All => "すべての値を \" で囲む。値の中の \" は二つ重ねる",
                Quote::Never => "使わない。区切り文字と改行は値に使えない",
            };
            facts.push(("見出し行".to_owned(), line.to_owned()));
            facts.push(("引用符".to_owned(), quotes.to_owned()));
        }
        let newline = match layout.newline {
            Newline::None => "なし",
            Newline::CrLf => "CR LF",
            Newline::Lf => "LF",
        };
        let code =
            if self.newline.is_empty() { String::new() } else { format!("（X'{}'）", hex(&self.newline)) };
        facts.push(("改行".to_owned(), format!("{newline}{code}")));
        let bom = layout.charset.bom();
        let bom = if bom.is_empty() { "なし".to_owned() } else { format!("X'{}'", hex(bom)) };
        facts.push(("BOM".to_owned(), bom));
        let kinds = layout.records.iter().map(|record| {
            let times = match record.role {
                Role::Header => "先頭に1件",
                Role::Detail => "0件以上",
                Role::Trailer => "末尾に1件",
            };
            format!("{}（{times}）", record.title)
        });
        facts.push(("レコード".to_owned(), kinds.collect::<Vec<_>>().join("、")));
        facts.push(("備考".to_owned(), layout.remark.clone()));
        facts.retain(|(_, value)| !value.is_empty());
        facts
    }

    /// For each kind of record a sample: the values of its items, and the bytes of each where they have a place of their own.
    fn samples(&self, items: &[&str]) -> Vec<Vec<(String, String)>> {
        let rows = self.sample(items, self.of_role(Role::Detail).count());
        let (mut out, mut events) = (Vec::new(), Vec::new());
        let mut facts = self.sample_facts();
        for pass in 0..2 {
            out.clear();
            let mut writer = self.writer();
            // What a sample cannot hold is left out of it; the sheet then has no sample there.
            let _ = writer.write_header(&facts, &mut out, &mut events);
            for row in &rows {
                let values: Vec<&str> = row.values.iter().map(String::as_str).collect();
                let _ = writer.write_row_of(row.kind, &values, &mut out, &mut events);
            }
            if pass == 0 {
                facts.tally = writer.tally().clone();
            } else {
                let _ = writer.write_trailer(&facts, &mut out, &mut events);
            }
        }
        let mut found: Vec<Vec<(String, String)>> = vec![Vec::new(); self.layout().records.len()];
        let (mut reader, mut input) = (self.reader(), out.as_slice());
        while let Some(record) = reader.read(&mut input, true) {
            let Record::Good(good) = record else { continue };
            let code = |field: &FieldSpec| {
                let start = field.start_byte.saturating_sub(1);
                let bytes = good.bytes.get(start..start + field.bytes).filter(|_| field.start_byte != 0);
                let shown =
                    bytes.map(|bytes| bytes.get(..SAMPLE_BYTES_MAX).map_or((bytes, ""), |head| (head, "…")));
                shown.map(|(bytes, more)| format!("{}{more}", hex(bytes))).unwrap_or_default()
            };
            if let Some(slot) = found.get_mut(good.kind).filter(|slot| slot.is_empty()) {
                *slot = good.iter().map(|(field, value)| (in_file(field, value), code(field))).collect();
            }
        }
        found
    }
}

/// A value as the file shows it: the other side knows neither our codes nor our notation of days.
fn in_file(field: &FieldSpec, value: &str) -> String {
    let theirs =
        field.codes.as_ref().and_then(|codes| codes.theirs(value)).map(|(theirs, _)| theirs.to_owned());
    let day = || {
        let format = field.format.filter(|_| !value.is_empty())?;
        crate::date::write(value, format, field.unknown).ok().map(|day| day.as_str().to_owned())
    };
    theirs.or_else(day).unwrap_or_else(|| value.to_owned())
}

fn table(layout: &Layout, record: &RecordSpec, sample: Option<&Vec<(String, String)>>) -> SpecTable {
    let fixed = layout.form.is_fixed();
    let mut head = vec!["項番", "項目名", "英字名", "属性"];
    head.extend(if fixed { &["開始位置", "バイト数"][..] } else { &["最大文字数"][..] });
    head.extend(["桁数", "形式", "必須", "コード表", "備考", "見本の値"]);
    if fixed {
        head.push("見本のバイト（16進）");
    }
    let mut rows = Vec::new();
    for (at, field) in record.fields.iter().enumerate() {
        let filler = field.value == Value::Filler;
        let mut row = vec![field.no.to_string(), field.item.clone(), field.name.clone()];
        row.push(if filler {
            "予備".to_owned()
        } else {
            let label = match field.kind {
                Type::Zoned if !fixed => "符号付き数値",
                kind => kind.label(),
            };
            format!("{}（{label}）", field.kind.word())
        });
        if fixed {
            row.extend([field.start_byte.to_string(), field.bytes.to_string()]);
        } else {
            row.push(field.chars_max.map(|max| max.to_string()).unwrap_or_default());
        }
        let (value, code) = sample.and_then(|sample| sample.get(at)).cloned().unwrap_or_default();
        row.extend([
            digits(field),
            field.format.map(|format| format.label().to_owned()).unwrap_or_default(),
            if field.required { "○".to_owned() } else { String::new() },
            if field.codes.is_some() { code_title(field) } else { String::new() },
            remarks(layout, field),
            value,
        ]);
        if fixed {
            row.push(code);
        }
        rows.push(row);
    }
    let length: usize = record.fields.iter().map(|field| field.bytes).sum();
    let length = if fixed { format!("　{length}バイト") } else { String::new() };
    let title = format!("{}（{}、{}）{length}", record.title, record.name, record.role.label());
    SpecTable { title, head: head.into_iter().map(str::to_owned).collect(), rows }
}

/// Digits before and behind the point, as `7` or `9.2`.
fn digits(field: &FieldSpec) -> String {
    if !field.kind.is_numeric() || field.format.is_some() {
        return String::new();
    }
    match (field.digits, field.decimals.unwrap_or(0)) {
        (0, 0) => String::new(),
        (0, decimals) => format!("小数{decimals}"),
        (digits, 0) => digits.to_string(),
        (digits, decimals) => format!("{digits}（うち小数{decimals}）"),
    }
}

fn code_title(field: &FieldSpec) -> String {
    let file = field.codes.as_ref().map(|codes| codes.file.as_str()).unwrap_or_default();
    if file.is_empty() { field.item.clone() } else { file.to_owned() }
}

/// Everything that is so for this item alone.
fn remarks(layout: &Layout, field: &FieldSpec) -> String {
    let mut remarks = Vec::new();
    match &field.value {
        Value::Literal(literal) if literal.is_empty() => remarks.push("空白".to_owned()),
        Value::Literal(literal) => remarks.push(format!("固定値「{literal}」")),
        Value::Fact(fact) => remarks.push(fact.label()),
        Value::Filler => remarks.push("使わない（読むときは見ない）".to_owned()),
        Value::From(_) => {}
    }
    if field.kind == Type::Zoned && layout.form.is_fixed() {
        remarks.push(match field.sign {
            Sign::Leading => "符号は先頭の桁".to_owned(),
            Sign::LeadingSeparate => "符号は先頭に1文字".to_owned(),
            Sign::TrailingSeparate => "符号は末尾に1文字".to_owned(),
            Sign::Trailing | Sign::None => "符号は末尾の桁".to_owned(),
        });
        if matches!(field.sign, Sign::Leading | Sign::Trailing) {
            remarks.push(match field.zones {
                Zones::Letters => "正 {ABCDEFGHI、負 }JKLMNOPQR".to_owned(),
                Zones::Nibbles(plus, minus) => format!("ゾーンは正 X'{plus:X}'、負 X'{minus:X}'"),
            });
        }
    }
    if field.kind == Type::Packed {
        let sign =
            if field.sign == Sign::None { "符号なし X'F'" } else { "符号は正 X'C'、負 X'D'" };
        remarks.push(sign.to_owned());
    }
    let is_day = field.format.is_some_and(|format| format != crate::model::DateFormat::UnknownCode);
    if is_day && matches!(field.value, Value::From(_)) {
        remarks.push(format!("不詳は{}", field.unknown.label()));
    }
    if !field.default.is_empty() {
        remarks.push(format!("値がなければ「{}」", field.default));
    }
    if field.overflow == moji::Overflow::Truncate {
        remarks.push("桁あふれは切り捨てて記録".to_owned());
    }
    if layout.form.is_fixed() && field.value != Value::Filler {
        let (usual_side, usual_pad) = usual(field);
        if field.justify != usual_side {
            remarks.push(if field.justify == Justify::Right { "右詰め" } else { "左詰め" }.to_owned());
        }
        if field.pad != usual_pad {
            remarks.push(match field.pad {
                Pad::Space => "埋め字は空白".to_owned(),
                Pad::Zero => "埋め字は0".to_owned(),
                Pad::WideSpace => "埋め字は全角空白".to_owned(),
                Pad::None => "埋め字なし（全桁必要）".to_owned(),
                Pad::Byte(byte) => format!("埋め字は X'{byte:02X}'"),
            });
        }
    }
    if let Some(policy) = field.unmappable {
        remarks.push(format!("変換できない文字は{}", policy_label(policy)));
    }
    if !field.remark.is_empty() {
        remarks.push(field.remark.clone());
    }
    remarks.join("。")
}

/// The side and padding that the rules of the sheet state for a kind of item.
fn usual(field: &FieldSpec) -> (Justify, Pad) {
    if field.kind.is_numeric() { (Justify::Right, Pad::Zero) } else { (Justify::Left, Pad::Space) }
}

fn policy_label(policy: moji::Unmappable) -> &'static str {
    match policy {
        moji::Unmappable::Reject => "エラー（その行を出さない）",
        moji::Unmappable::Substitute => "代替文字にして記録",
        moji::Unmappable::Shrink => "縮退（近い字）、なければ代替文字にして記録",
        moji::Unmappable::Keep => "外字のまま",
    }
}

fn rules(layout: &Layout) -> Vec<(String, String)> {
    let characters = &layout.characters;
    let fields = || layout.records.iter().flat_map(|record| &record.fields);
    let has = |wanted: fn(&FieldSpec) -> bool| fields().any(wanted);
    let mut rules: Vec<(&str, String)> = Vec::new();
    if layout.form.is_fixed() {
        let host = layout.charset.is_host();
        let (narrow, wide) = if host {
            ("X'40'", "X'4040'")
        } else {
            ("半角空白", "全角空白（1バイト系では半角空白）")
        };
        rules.push(("桁数", "バイトで数える。シフトコードも数に入る".to_owned()));
        rules.push(("X・M・K の埋め字", format!("左詰め、後ろを {narrow} で埋める")));
        rules.push(("N・W の埋め字", format!("左詰め、後ろを {wide} で埋める")));
        rules
            .push(("数字・数値", "右詰め、前を0で埋める。小数点は書かない（桁数の内訳のとおり）".to_owned()));
        if host && has(|field| field.kind.field() == moji::Field::Mixed) {
            rules.push((
                "シフトコード",
                "M だけに付く。漢字の前後に組で書き、項目の終わりでは必ず半角に戻す".to_owned(),
            ));
        }
        rules.push(("改行・制御文字", "項目の中には書かない".to_owned()));
    } else {
        rules.push(("数字・数値", "数値は小数点を付けて書く。負の数は先頭に - を書く".to_owned()));
        rules.push(("空の値", "長さ0の値".to_owned()));
    }
    if layout.form.is_fixed() && has(|field| field.format.is_some()) {
        rules.push(("空の日付", "数字の項目では0を並べる。文字の項目では空白".to_owned()));
    }
    rules.push((
        "桁あふれ",
        "備考に「切り捨て」とある項目のほかはエラー。切り捨ては文字の途中では行わない".to_owned(),
    ));
    let policy = characters.unmappable.map_or("連携定義のとおり", policy_label);
    rules.push(("変換できない文字", policy.to_owned()));
    let undefined = match characters.undefined {
        moji::Undefined::Reject => "そのレコードをエラーとする",
        moji::Undefined::Substitute => "U+FFFD に置き換えて記録",
        moji::Undefined::Keep => "外字のまま（U+F0000＋コード）",
    };
    rules.push(("読めないコード", undefined.to_owned()));
    if matches!(layout.charset, moji::Charset::Jef(_) | moji::Charset::Pack(_)) {
        let map = match characters.jef_map {
            moji::JefMap::Face => "字形を優先（face）",
            moji::JefMap::Pc => "PC連携に合わせる（pc）",
            moji::JefMap::Area => "区点の位置を優先（area）",
        };
        let selectors = match characters.ivs {
            moji::Ivs::Mj => "文字情報基盤（Moji_Joho）",
            moji::Ivs::Plain => "使わない",
            moji::Ivs::Aj1 => "Adobe-Japan1",
        };
        rules.push(("1983年に字形が変わった字", map.to_owned()));
        rules.push(("異体字セレクタ", selectors.to_owned()));
    }
    if characters.widen {
        rules.push(("全角化", "N の項目では半角を全角にして記録".to_owned()));
    }
    if let Some(gaiji) = &characters.gaiji {
        rules.push(("外字表", gaiji.version().to_owned()));
    }
    rules.into_iter().map(|(name, rule)| (name.to_owned(), rule)).collect()
}

/// Every code list once.
fn codes(layout: &Layout) -> Vec<SpecTable> {
    let mut tables: Vec<SpecTable> = Vec::new();
    for field in layout.records.iter().flat_map(|record| &record.fields) {
        let Some(codes) = &field.codes else { continue };
        let title = format!("コード表 {}", code_title(field));
        if tables.iter().any(|table| table.title == title) {
            continue;
        }
        let rows = codes.rows.iter().map(|row| vec![row.theirs.clone(), row.ours.clone(), row.label.clone()]);
        let head = ["ファイルのコード", "台帳のコード", "意味"].map(str::to_owned).to_vec();
        tables.push(SpecTable { title, head, rows: rows.collect() });
    }
    tables
}

impl Spec {
    /// The sheet as Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# {}\n", self.title);
        let pairs = |title: &str, pairs: &[(String, String)]| SpecTable {
            title: title.to_owned(),
            head: vec!["項目".to_owned(), "内容".to_owned()],
            rows: pairs.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect(),
        };
        let overview = [pairs("概要", &self.facts), pairs("共通の規則", &self.rules)];
        for table in overview.iter().chain(&self.records).chain(&self.codes) {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n## {}\n\n", table.title);
            line(&mut text, &table.head);
            line(&mut text, &vec!["---".to_owned(); table.head.len()]);
            for row in &table.rows {
                line(&mut text, row);
            }
        }
        text
    }
}

fn line(text: &mut String, cells: &[String]) {
    text.push('|');
    for cell in cells {
        // Writing to a String cannot fail.
        let _ =
            write!(text, " {} |", cell.replace('\\', "\\\\").replace('|', "\\|").replace(['\r', '\n'], " "));
    }
    text.push('\n');
}
