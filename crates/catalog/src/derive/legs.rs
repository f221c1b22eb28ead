//! A row taken apart into the legs that each become a link, or a part of one.

use super::dates::{self, Run};
use super::defaults::{Defaults, Rhythm};
use super::schemas::{Schema, Schemas};
use super::timing::rhythm;
use crate::{
    Assurance, Direction, Extent, Known, LinkRow, ListId, ListKind, Method, MethodWord, Question,
    QuestionKind, Starter, SystemRef, TimingWord,
};

/// One transfer a row asks for: one way, one method, one timing.
#[derive(Debug, Clone)]
pub(crate) struct Leg<'a> {
    pub(crate) row: &'a LinkRow,
    pub(crate) source: &'a SystemRef,
    pub(crate) target: &'a SystemRef,
    pub(crate) schema: &'a Schema,
    pub(crate) method: Method,
    pub(crate) starter: Starter,
    pub(crate) word: Option<TimingWord>,
    /// What the row says of hour and day.
    pub(crate) run: Run,
    /// Further runs of the same link.
    pub(crate) also: Vec<Run>,
    pub(crate) rhythm: Rhythm,
    pub(crate) extent: Extent,
    /// What tells the legs of one row apart in the identifier: `-out`, `-daily`.
    pub(crate) suffix: String,
    pub(crate) assumptions: Vec<String>,
}

/// What rows of a unit list have in common that become one link.
pub(crate) type Key<'a> = (
    &'a ListId,
    (&'a str, &'a str, &'a str),
    (Method, Starter, Rhythm, Option<TimingWord>),
    (Extent, Option<bool>, Option<Assurance>),
);

impl<'a> Leg<'a> {
    /// Rows of unit lists with the same key are one link; every other row is its own.
    pub(crate) fn key(&self) -> Option<Key<'a>> {
        let row = self.row;
        (row.kind == ListKind::Unit).then_some((
            &row.list,
            (self.source.id.as_str(), self.target.id.as_str(), self.schema.id.as_str()),
            (self.method, self.starter, self.rhythm, self.word),
            (self.extent, row.exclusive_lock, row.delivery_assurance),
        ))
    }
}

/// The legs of a row, or the question that must be answered before there are any.
pub(crate) fn legs<'a>(
    row: &'a LinkRow,
    known: &'a Known,
    schemas: &'a Schemas,
    defaults: &Defaults,
) -> Result<Vec<Leg<'a>>, Question> {
    let (source, target) = (end(&row.source, "送り元", known)?, end(&row.target, "受け側", known)?);
    if source.id == target.id {
        let text = "送り元と受け側が同じシステムです。どちらかが誤りではありませんか。";
        return Err(Question::new(QuestionKind::Contradiction, text));
    }
    if let Some(doubt) = row.doubts.iter().find(|doubt| doubt.kind.stops()) {
        return Err(doubt.clone());
    }
    charset_known(row, known, defaults)?;
    if let Some(question) = dates::fault(&row.timing, &row.when) {
        return Err(question);
    }
    let both = row.direction == Some(Direction::Both);
    let ways = if both {
        vec![("-out", source, target), ("-in", target, source)]
    } else {
        vec![("", source, target)]
    };
    let words: Vec<Option<TimingWord>> =
        if row.timing.is_empty() { vec![None] } else { row.timing.iter().copied().map(Some).collect() };
    let starter = if row.method == Some(MethodWord::Manual) { Starter::Staff } else { Starter::Program };
    let mut legs = Vec::new();
    for (way, source, target) in ways {
        let Some(schema) = schemas.choose(&said(row), &source.id, &target.id) else {
            let text = format!("「{}」の項目を選べません。一般データの型を加えてください。", row.data);
            return Err(Question::new(QuestionKind::Dataset, text));
        };
        for word in &words {
            let (methods, assumed) = methods(row, *word);
            let (rhythm, timing_assumed) = rhythm(*word, row.method, starter, row.extent_or_hint(), defaults);
            let starter = if rhythm == Rhythm::ByHand { Starter::Staff } else { starter };
            let (extent, extent_assumed) = extent(row, rhythm, defaults);
            let mut runs = dates::runs(*word, &row.when);
            for run in &runs {
                window_holds(row, run, defaults)?;
            }
            // Two links would each send all that changed: what goes out as differences several times is one link.
            let one_link = extent == Extent::Difference && !runs.is_empty();
            let also = if one_link { runs.split_off(1) } else { Vec::new() };
            for (method, (turn, run)) in
                methods.iter().flat_map(|method| runs.iter().enumerate().map(move |run| (method, run)))
            {
                let mut assumptions: Vec<String> =
                    [&assumed, &timing_assumed, &extent_assumed].into_iter().flatten().cloned().collect();
                let asked = *method == Method::Immediate
                    && rhythm == Rhythm::OnChange
                    && extent == Extent::Difference
                    && is_question(row, source, defaults);
                let rhythm = if asked { Rhythm::OnRequest } else { rhythm };
                if both {
                    let text = "双方向の行なので、行きと帰りを別の連携にしました。どちらも同じデータを運ぶとみなしました。";
                    assumptions.insert(0, text.to_owned());
                }
                for system in [source, target].into_iter().filter(|system| system.unlisted) {
                    let text =
                        format!("「{}」はシステム一覧にないので、仮のシステムとして扱います。", system.name);
                    assumptions.push(text);
                }
                let mut suffix = way.to_owned();
                if 1 < words.len() {
                    suffix.push('-');
                    suffix.push_str(rhythm.id());
                }
                if 1 < runs.len() {
                    suffix.push_str(&format!("-{}", turn.saturating_add(1)));
                }
                if 1 < methods.len() {
                    suffix.push('-');
                    suffix.push_str(method_id(*method));
                }
                legs.push(Leg {
                    row,
                    source,
                    target,
                    schema,
                    method: *method,
                    starter,
                    word: *word,
                    run: run.clone(),
                    also: also.clone(),
                    rhythm,
                    extent,
                    suffix,
                    assumptions,
                });
            }
        }
    }
    Ok(legs)
}

/// Whether what a row sends at once can be sent in the hours it names.
fn window_holds(row: &LinkRow, run: &Run, defaults: &Defaults) -> Result<(), Question> {
    const MINUTES_OF_A_DAY: i64 = 24 * 60;
    let rate = defaults.throughput.as_ref().map(|throughput| i64::from(throughput.rows_per_minute));
    let (Some((from, to)), Some(rate)) = (run.span, rate) else { return Ok(()) };
    let Some(most) = row.volume.as_ref().and_then(|volume| volume.max) else { return Ok(()) };
    let minute = |at: jiff::civil::Time| i64::from(at.hour()) * 60 + i64::from(at.minute());
    let minutes = (minute(to) - minute(from)).rem_euclid(MINUTES_OF_A_DAY);
    if i64::from(most) <= minutes * rate {
        return Ok(());
    }
    let text = format!(
        "{}から{}までの{minutes}分では、{most}件を送り切れません（1分に{rate}件とみて）。時間帯か件数が誤りではありませんか。",
        from.strftime("%H:%M"),
        to.strftime("%H:%M")
    );
    Err(Question::new(QuestionKind::Contradiction, text))
}

/// What a row says of its data: unit lists name no data, there it is the function with reason and remark.
fn said(row: &LinkRow) -> String {
    if row.kind == ListKind::Unit { format!("{}／{}", row.data, row.note) } else { row.data.clone() }
}

/// Whether the receiving system asks, rather than being told. A system outside is asked only where the town says how.
fn is_question(row: &LinkRow, source: &SystemRef, defaults: &Defaults) -> bool {
    let said = said(row);
    !source.is_counterpart() && defaults.inquiry.words.iter().any(|word| said.contains(word.as_str()))
}

fn end<'k>(name: &str, role: &str, known: &'k Known) -> Result<&'k SystemRef, Question> {
    known.systems.resolve(name).ok_or_else(|| {
        let text = format!("{role}「{name}」はシステム一覧にありません。どのシステムの別名ですか。");
        Question::new(QuestionKind::SystemUnknown, text)
    })
}

/// A charset nobody has explained keeps a row from running; one without a table does not.
fn charset_known(row: &LinkRow, known: &Known, defaults: &Defaults) -> Result<(), Question> {
    let printed = &row.charset;
    if printed.is_empty() {
        return Ok(());
    }
    let text = match known.charsets.get(printed) {
        None => format!("文字コード「{printed}」が何を指すか分かりません。どの文字集合と符号ですか。"),
        Some(word) if word.convertible && !defaults.charsets.contains_key(&word.charset) => {
            format!(
                "文字コード「{printed}」のファイルの形が derive.toml にありません。固定長ですか、CSVですか。"
            )
        }
        Some(_) => return Ok(()),
    };
    Err(Question::new(QuestionKind::Charset, text))
}

/// The methods a row asks for with one of its timings, and what was assumed.
fn methods(row: &LinkRow, word: Option<TimingWord>) -> (Vec<Method>, Option<String>) {
    let online = word == Some(TimingWord::Immediate) || row.channel.contains("オンライン");
    let guessed = if online { Method::Immediate } else { Method::FileOrMedia };
    let what = if online { "即時連携" } else { "ファイル" };
    let assume = |printed: &str| Some(format!("方式は{printed}ので、{what}で渡すことにしました。"));
    match row.method {
        Some(MethodWord::Immediate) => (vec![Method::Immediate], None),
        Some(MethodWord::RelayDatabase) => (vec![Method::RelayDatabase], None),
        Some(MethodWord::FileOrMedia) => (vec![Method::FileOrMedia], None),
        Some(MethodWord::RelayAndFile) => {
            let text = "DB中継とファイルの併用なので、連携を二つに分けました。";
            (vec![Method::RelayDatabase, Method::FileOrMedia], Some(text.to_owned()))
        }
        Some(word @ (MethodWord::Automatic | MethodWord::Manual)) => {
            (vec![guessed], assume(&format!("「{}」とある", word.word())))
        }
        None => (vec![guessed], assume("書かれていない")),
    }
}

fn extent(row: &LinkRow, rhythm: Rhythm, defaults: &Defaults) -> (Extent, Option<String>) {
    match row.extent_or_hint() {
        Some(extent) => {
            let hinted = row.extent.is_none();
            let said = || format!("データの名前「{}」から、{}としました。", row.data, extent.word());
            (extent, hinted.then(said))
        }
        None => {
            let extent = defaults.extent.get(&rhythm).copied().unwrap_or(Extent::Full);
            (extent, Some(format!("全件・差分は書かれていないので、{}としました。", extent.word())))
        }
    }
}

/// The word of a method in identifiers.
pub(crate) fn method_id(method: Method) -> &'static str {
    match method {
        Method::Immediate => "immediate",
        Method::RelayDatabase => "relay",
        Method::FileOrMedia => "file",
    }
}

/// The Japanese word of a method.
pub(crate) fn method_label(method: Method) -> &'static str {
    match method {
        Method::Immediate => "即時連携",
        Method::RelayDatabase => "DB中継",
        Method::FileOrMedia => "ファイル",
    }
}
