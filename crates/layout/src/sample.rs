//! Invented rows for a file the other vendor can try (サンプル): the same at every run, plausible by kind and name, never longer
//! than the item, with the difficult characters that the other side can hold.

use crate::model::{FieldSpec, Role, Type, UnknownDate};
use crate::plan::{Facts, Plan, Source, Step};
use crate::write::Rows;
use crate::{RowError, Writer};

/// An invented row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRow {
    /// Its kind, an index of the layout's records.
    pub kind: usize,
    /// Its values, in the order of the items the plan was compiled with.
    pub values: Vec<String>,
}

/// A file of invented rows.
#[derive(Clone, Debug)]
pub struct SampleFile {
    /// The file.
    pub bytes: Vec<u8>,
    /// Rows in it.
    pub rows: u64,
    /// Rows that could not be written, by their number from 1.
    pub refused: Vec<(u64, RowError)>,
}

/// Names with characters that not every charset has come first; a row takes the first that its items can hold exactly.
const NAMES: [&[&str]; 6] = [
    &["葛\u{E0100}城　健一", "葛城　健一"],
    &["𠮷田　はなこ", "吉田　はなこ"],
    &["髙橋　﨑太", "高橋　崎太"],
    &["山田　太郎"],
    &["ソ能　表示", "山田　表示"],
    &["SMITH JOHN", "ＳＭＩＴＨ　ＪＯＨＮ"],
];
const KANA: [&[&str]; 6] = [
    &["カツラギ　ケンイチ", "ｶﾂﾗｷﾞ ｹﾝｲﾁ", "KATSURAGI KENICHI"],
    &["ヨシダ　ハナコ", "ﾖｼﾀﾞ ﾊﾅｺ", "YOSHIDA HANAKO"],
    &["タカハシ　サキタ", "ﾀｶﾊｼ ｻｷﾀ", "TAKAHASHI SAKITA"],
    &["ヤマダ　タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ", "YAMADA TARO"],
    &["ソノウ　ヒョウジ", "ｿﾉｳ ﾋｮｳｼﾞ", "SONO HYOJI"],
    &["スミス　ジョン", "ｽﾐｽ ｼﾞｮﾝ", "SMITH JOHN"],
];
const PLACES: [&[&str]; 6] = [
    &["辻\u{E0102}町一丁目２番３号", "辻町一丁目２番３号"],
    &["大字見本字上ノ段１２３番地"],
    &["中央二丁目－１０"],
    &["本町３－４－５　見本荘１０１号室", "本町３－４－５"],
    &["字十日市場４５６"],
    &["港南１番地"],
];
const WORDS: [&[&str]; 6] = [
    &["見本Ａ①", "見本Ａ", "MIHON A"],
    &["見本Ｂ", "MIHON B"],
    &["見本Ｃ～－", "見本Ｃ", "MIHON C"],
    &["見本Ｄ", "MIHON D"],
    &["見本Ｅ", "MIHON E"],
    &["見本Ｆ", "MIHON F"],
];
/// Characters of an invented code or number where the item does not say how long it is.
const CODE_CHARS: usize = 4;
const DAYS: [&str; 6] = ["1985-04-01", "2019-04-30", "2019-05-01", "2000-02-29", "1989-01-07", "2026-11-20"];

impl Plan {
    /// Invents rows, the kinds of detail records in turn.
    #[must_use]
    pub fn sample(&self, items: &[&str], rows: usize) -> Vec<SampleRow> {
        let kinds: Vec<usize> = self.of_role(Role::Detail).map(|(at, _)| at).collect();
        let mut found = Vec::new();
        for index in 0..rows {
            let Some(&kind) = kinds.get(index % kinds.len().max(1)) else { break };
            let values = (0..items.len()).map(|position| self.invent(kind, position, index)).collect();
            found.push(SampleRow { kind, values });
        }
        found
    }

    /// A whole file of invented rows, with header and trailer.
    ///
    /// # Errors
    /// When header or trailer cannot be written.
    pub fn sample_file(&self, items: &[&str], rows: usize) -> Result<SampleFile, RowError> {
        let rows = self.sample(items, rows);
        let mut facts = self.sample_facts();
        // A header that tells the totals is written once they are known.
        if self.layout().header_is_tallied() {
            facts.tally = self.written(&facts, &rows)?.1.tally().clone();
        }
        let (file, writer) = self.written(&facts, &rows)?;
        Ok(SampleFile { rows: writer.tally().rows, ..file })
    }

    fn written(&self, facts: &Facts, rows: &[SampleRow]) -> Result<(SampleFile, Writer<'_>), RowError> {
        let (mut file, mut events) =
            (SampleFile { bytes: Vec::new(), rows: 0, refused: Vec::new() }, Vec::new());
        let mut writer = self.writer();
        writer.write_header(facts, &mut file.bytes, &mut events)?;
        for (number, row) in (1..).zip(rows) {
            let values: Vec<&str> = row.values.iter().map(String::as_str).collect();
            if let Err(error) = writer.write_row_of(row.kind, &values, &mut file.bytes, &mut events) {
                file.refused.push((number, error));
            }
        }
        let facts = Facts { tally: writer.tally().clone(), ..facts.clone() };
        writer.write_trailer(&facts, &mut file.bytes, &mut events)?;
        Ok((file, writer))
    }

    /// What header and trailer say of a sample.
    #[must_use]
    pub fn sample_facts(&self) -> Facts {
        Facts {
            delivery_no: 1,
            date: "2026-04-01".to_owned(),
            extent: "A".to_owned(),
            source: "見本".to_owned(),
            target: "見本".to_owned(),
            ..Facts::default()
        }
    }

    /// A value that every item that shows it can hold exactly; failing that one that they can hold at all, or none.
    fn invent(&self, kind: usize, position: usize, index: usize) -> String {
        let (Some(found), Some(spec)) = (self.kinds.get(kind), self.layout().records.get(kind)) else {
            return String::new();
        };
        let shows = |step: &Step| matches!(step.source, Source::Row(at) if at == position);
        let shown: Vec<(&Step, &FieldSpec)> =
            found.steps.iter().zip(&spec.fields).filter(|(step, _)| shows(step)).collect();
        // Codes and days say more of a value than a text that shows it, too.
        let first = shown.iter().find(|(step, _)| step.codes.is_some() || step.format.is_some());
        let Some((_, main)) = first.or(shown.first()) else { return String::new() };
        let mut rows = Rows::new(self);
        let mut good = |value: &str, exactly: bool| {
            shown
                .iter()
                .all(|(step, _)| rows.try_value(step, value).is_some_and(|events| events == 0 || !exactly))
        };
        let candidates = candidates(main, index);
        for exactly in [true, false] {
            for candidate in &candidates {
                for value in shortened(candidate) {
                    if good(value, exactly) {
                        return value.to_owned();
                    }
                }
            }
        }
        String::new()
    }
}

/// A text, and its beginnings from long to short: a sample may be cut where a register must not be.
fn shortened(text: &str) -> impl Iterator<Item = &str> {
    let ends: Vec<usize> = moji::clusters(text)
        .scan(0, |end, cluster| {
            *end += cluster.len();
            Some(*end)
        })
        .collect();
    ends.into_iter()
        .rev()
        .filter_map(|end| text.get(..end))
        .filter(|text| !text.ends_with([' ', '　', '.', '-']))
}

fn candidates(field: &FieldSpec, index: usize) -> Vec<String> {
    if !field.sample.is_empty() {
        return vec![field.sample.clone()];
    }
    if let Some(codes) = &field.codes {
        let row = codes.rows.get(index % codes.rows.len().max(1));
        return row.map(|row| row.ours.clone()).into_iter().collect();
    }
    let of = |lists: &[&[&str]]| -> Vec<String> {
        let own = lists.get(index % lists.len().max(1)).into_iter().chain(lists.last());
        own.flat_map(|list| list.iter().map(|text| (*text).to_owned())).collect()
    };
    if field.format.is_some() {
        let day = DAYS.get(index % DAYS.len()).map(|day| (*day).to_owned());
        let unknown =
            (field.unknown != UnknownDate::Reject && index % 4 == 3).then(|| "U10:1983-01-01".to_owned());
        return unknown.into_iter().chain(day).chain(["2026-04-01".to_owned()]).collect();
    }
    let number = index + 1;
    if field.kind.is_numeric() {
        return numbers(field, number);
    }
    let name = format!("{} {}", field.item, field.name).to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if field.kind == Type::NarrowKana || field.kind == Type::WideKana || has(&["カナ", "ｶﾅ", "かな", "kana"])
    {
        return of(&KANA);
    }
    if has(&["ローマ字", "roman", "英字"]) {
        return KANA
            .get(index % KANA.len())
            .and_then(|list| list.last())
            .map(|text| (*text).to_owned())
            .into_iter()
            .collect();
    }
    if has(&["郵便", "postcode", "zip"]) {
        return vec![format!("{:07}", 17 + index), "0000017".to_owned()];
    }
    if has(&["電話", "tel", "phone"]) {
        return vec![format!("000-0000-{number:04}")];
    }
    if has(&["性別", "sex"]) {
        return vec![(1 + index % 2).to_string(), "男".to_owned()];
    }
    if has(&["番号", "コード", "区分", "種別", "状態", "事由", "code", "_no", "kind", "status", "id"])
    {
        let room = if field.bytes == 0 { CODE_CHARS } else { field.bytes };
        let width = field.chars_max.unwrap_or(room).clamp(1, 15);
        return vec![format!("{number:0width$}"), number.to_string(), "１".to_owned()];
    }
    if has(&["都道府県", "prefecture"]) {
        return vec!["架空県".to_owned()];
    }
    if has(&["市区町村", "municipality"]) {
        return vec!["みなと郡台帳町".to_owned()];
    }
    if has(&["住所", "町", "番地", "address", "lot", "town", "方書", "building"]) {
        return of(&PLACES);
    }
    if has(&["順位", "順番", "連番", "order"]) {
        return vec![number.to_string(), "１".to_owned()];
    }
    if has(&["氏名", "氏", "名", "name"]) {
        return of(&NAMES);
    }
    of(&WORDS)
}

fn numbers(field: &FieldSpec, number: usize) -> Vec<String> {
    let Some(decimals) = field.decimals else {
        // A code has all its digits.
        let width = if field.digits == 0 { 4 } else { field.digits.min(18) };
        return vec![format!("{number:0width$}"), number.to_string(), "1".to_owned()];
    };
    let sign = if field.kind != Type::Digits && number.is_multiple_of(3) { "-" } else { "" };
    let fraction = if decimals == 0 { String::new() } else { format!(".{:0<decimals$}", number % 10) };
    vec![
        format!("{sign}{}{fraction}", number * 1234),
        format!("{sign}{number}{fraction}"),
        "1".to_owned(),
        "0".to_owned(),
    ]
}
