//! What becomes of a day on which the office is closed, in the words of a list: 「休日の場合は前日」, 「閉庁日も実施」.

use crate::OnClosedDay;

/// Days on which the office is closed; where one holds another, the longer stands first.
const CLOSED: [&str; 16] = [
    "土・日・祝日",
    "土、日、祝日",
    "土日・祝日",
    "土日、祝日",
    "土日祝日",
    "土・日・祝",
    "土日祝",
    "土・日",
    "土日",
    "土曜・日曜",
    "閉庁日",
    "休庁日",
    "休業日",
    "祝祭日",
    "祝日",
    "休日",
];

/// What stands between the day and what becomes of it.
const LINKS: [&str; 18] = [
    "に当たる場合には",
    "に当たる場合は",
    "にあたる場合は",
    "に当たるときは",
    "にあたるときは",
    "と重なる場合は",
    "と重なるときは",
    "の場合には",
    "の場合は",
    "の場合、",
    "の場合",
    "のときは",
    "の時は",
    "であれば",
    "なら",
    "は、",
    "は",
    ":",
];

/// What becomes of it; of those that begin alike the longer stands first.
const EFFECTS: [(&str, OnClosedDay); 30] = [
    ("直前の開庁日", OnClosedDay::Before),
    ("直前の営業日", OnClosedDay::Before),
    ("直前の平日", OnClosedDay::Before),
    ("前の開庁日", OnClosedDay::Before),
    ("前の営業日", OnClosedDay::Before),
    ("前の平日", OnClosedDay::Before),
    ("前開庁日", OnClosedDay::Before),
    ("前営業日", OnClosedDay::Before),
    ("前平日", OnClosedDay::Before),
    ("前日", OnClosedDay::Before),
    ("前倒し", OnClosedDay::Before),
    ("前倒", OnClosedDay::Before),
    ("繰り上げ", OnClosedDay::Before),
    ("繰上げ", OnClosedDay::Before),
    ("繰上", OnClosedDay::Before),
    ("直後の開庁日", OnClosedDay::After),
    ("次の開庁日", OnClosedDay::After),
    ("次の営業日", OnClosedDay::After),
    ("次の平日", OnClosedDay::After),
    ("翌開庁日", OnClosedDay::After),
    ("翌営業日", OnClosedDay::After),
    ("翌平日", OnClosedDay::After),
    ("翌日", OnClosedDay::After),
    ("後ろ倒し", OnClosedDay::After),
    ("後倒し", OnClosedDay::After),
    ("繰り下げ", OnClosedDay::After),
    ("繰下げ", OnClosedDay::After),
    ("繰下", OnClosedDay::After),
    ("順延", OnClosedDay::After),
    ("実施", OnClosedDay::Run),
];

/// What says that the day makes no difference.
const ALL_THE_SAME: [&str; 9] =
    ["も含む", "も含め", "を含む", "含む", "も実施", "も実行", "も送信", "も連携", "も"];

/// What says that it does not run on such a day.
const NOT_RUN: [&str; 9] = [
    "は実施しない",
    "は実行しない",
    "は送信しない",
    "は行わない",
    "は休み",
    "は停止",
    "は除く",
    "は動かさない",
    "は連携しない",
];

/// What often follows and says nothing more.
const ENDINGS: [&str; 13] = [
    "に実施する",
    "に実施",
    "に実行",
    "に送信",
    "に連携",
    "に行う",
    "に送る",
    "とする",
    "実施する",
    "実施",
    "実行",
    "する",
    "へ",
];

/// What a text says of closed days.
#[derive(Debug, Default)]
pub(super) struct Closed {
    /// The text without it; runs on business days alone are said there by that word.
    pub(super) rest: String,
    pub(super) on_closed_day: Option<OnClosedDay>,
    /// Words of a closed day whose effect is not understood: 「祝日の場合は」.
    pub(super) unclear: Option<String>,
}

/// Takes what is said of closed days out of a text of a timing.
pub(super) fn closed(text: &str) -> Closed {
    let mut closed = Closed::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let Some(day) = CLOSED.iter().find(|day| rest.starts_with(**day)) else {
            closed.rest.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            continue;
        };
        let behind = rest.get(day.len()..).unwrap_or_default();
        let (effect, after) = effect(behind);
        match effect {
            Effect::Takes(on_closed_day) => closed.on_closed_day = Some(on_closed_day),
            Effect::NotRun => closed.rest.push_str("開庁日"),
            Effect::Unclear(link) => {
                closed.rest.push_str(day);
                closed.rest.push_str(link);
                closed.unclear.get_or_insert(format!("{day}{link}"));
            }
            Effect::None => closed.rest.push_str(day),
        }
        rest = after;
    }
    closed
}

enum Effect<'t> {
    Takes(OnClosedDay),
    NotRun,
    Unclear(&'t str),
    None,
}

/// The effect that stands behind a closed day, and the text behind that.
fn effect(text: &str) -> (Effect<'_>, &str) {
    let behind = |word: &str| text.strip_prefix(word);
    if let Some(rest) = NOT_RUN.iter().find_map(|word| behind(word)) {
        return (Effect::NotRun, rest);
    }
    if let Some(rest) = ALL_THE_SAME.iter().find_map(|word| behind(word)) {
        return (Effect::Takes(OnClosedDay::Run), ended(rest));
    }
    let Some((link, rest)) = LINKS.iter().find_map(|link| Some((*link, behind(link)?))) else {
        // 「休日前倒し」 has no link between the two.
        let found = EFFECTS.iter().find_map(|(word, effect)| Some((*effect, behind(word)?)));
        return match found.filter(|(effect, _)| *effect != OnClosedDay::Run) {
            Some((effect, rest)) => (Effect::Takes(effect), ended(rest)),
            None => (Effect::None, text),
        };
    };
    let found = EFFECTS.iter().find_map(|(word, effect)| Some((*effect, rest.strip_prefix(word)?)));
    match found {
        Some((effect, rest)) => (Effect::Takes(effect), ended(rest)),
        None => (Effect::Unclear(link), rest),
    }
}

fn ended(text: &str) -> &str {
    ENDINGS.iter().find_map(|ending| text.strip_prefix(ending)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_closed_days_is_read_as_people_write_it() {
        for (text, effect, rest) in [
            ("毎月20日(休日の場合は前日)", Some(OnClosedDay::Before), "毎月20日()"),
            ("毎月20日(土日の場合は前の開庁日)", Some(OnClosedDay::Before), "毎月20日()"),
            ("毎月20日(休日の場合は前倒し)", Some(OnClosedDay::Before), "毎月20日()"),
            ("毎月20日(休日は繰上げ)", Some(OnClosedDay::Before), "毎月20日()"),
            ("毎月20日(閉庁日は前営業日)", Some(OnClosedDay::Before), "毎月20日()"),
            ("毎月20日(休日の場合は繰下げ)", Some(OnClosedDay::After), "毎月20日()"),
            ("休日は翌日", Some(OnClosedDay::After), ""),
            ("休日は翌営業日に実施", Some(OnClosedDay::After), ""),
            ("毎月20日(閉庁日も実施)", Some(OnClosedDay::Run), "毎月20日()"),
            ("毎月20日(土日祝も実行)", Some(OnClosedDay::Run), "毎月20日()"),
            ("毎日(土日含む)", Some(OnClosedDay::Run), "毎日()"),
            ("土日祝は実施しない", None, "開庁日"),
            ("毎月10日", None, "毎月10日"),
        ] {
            let found = closed(text);
            assert_eq!((found.on_closed_day, found.rest.as_str()), (effect, rest), "{text}");
            assert_eq!(found.unclear, None, "{text}");
        }
        let found = closed("毎週金曜(祝日の場合は木曜)");
        assert_eq!(found.unclear.as_deref(), Some("祝日の場合は"));
    }
}
