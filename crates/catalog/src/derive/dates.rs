//! The runs a row asks for by its own hours and days, and what of them no schedule can hold.

use jiff::civil::Time;

use super::said::{Said, said};
use crate::{DayOfWeek, OnClosedDay, Question, QuestionKind, TimingWord};

/// One run of a row: what of hour and day the row says of it, and what not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) at: Option<Time>,
    /// In which hours it has to be done; it begins with the first.
    pub(crate) span: Option<(Time, Time)>,
    pub(crate) weekday: Option<DayOfWeek>,
    /// Which of the weekdays of a month, 1 to 4, or 5 for the last.
    pub(crate) week: Option<i8>,
    pub(crate) month: Option<i8>,
    pub(crate) day: Option<i8>,
    pub(crate) business_days: bool,
    pub(crate) on_closed_day: Option<OnClosedDay>,
}

/// How often hours and days alone say that a row runs: 「毎月5日」 monthly, 「10月1日」 yearly.
pub(crate) fn word(text: &str) -> Option<TimingWord> {
    let said = said(text);
    if !said.dates.is_empty() || said.wrong.iter().any(|wrong| wrong.contains('月')) {
        Some(TimingWord::Yearly)
    } else if !said.days.is_empty()
        || !said.nth.is_empty()
        || said.wrong.iter().any(|wrong| wrong.contains(['日', '曜', '週']))
    {
        Some(TimingWord::Monthly)
    } else if !said.weekdays.is_empty() {
        Some(TimingWord::Weekly)
    } else {
        match said.count {
            Some((26, '年')) => Some(TimingWord::Weekly),
            Some((_, '年')) => Some(TimingWord::Yearly),
            Some((_, '月')) => Some(TimingWord::Monthly),
            Some((_, '週')) => Some(TimingWord::Weekly),
            Some(_) => Some(TimingWord::Daily),
            None if said.business_days => Some(TimingWord::Daily),
            None => None,
        }
    }
}

/// Whether a text is a figure or a weekday alone, as in a list of them.
pub(crate) fn is_of_a_list(text: &str) -> bool {
    let text = crate::fold::folded(text);
    let weekday = |c: char| "月火水木金土日".contains(c);
    text.chars().all(|c| c.is_ascii_digit()) || (text.chars().count() == 1 && text.chars().all(weekday))
}

/// Whether a word of a timing says more than how often: 月末, 毎営業日.
pub(crate) fn says_more(text: &str) -> bool {
    let said = said(text);
    said.business_days || !said.days.is_empty() || !said.dates.is_empty()
}

/// Whether a text names an hour or a day.
pub(crate) fn is_dated(text: &str) -> bool {
    let said = said(text);
    let days = !said.days.is_empty() || !said.dates.is_empty() || !said.weekdays.is_empty();
    days || !said.nth.is_empty() || !said.at.is_empty()
}

/// Whether a text names a day: of a year, a month or a week.
pub(crate) fn has_day(text: &str) -> bool {
    let said = said(text);
    let dated = said.dates.iter().any(|(_, day)| day.is_some());
    dated || !said.days.is_empty() || !said.weekdays.is_empty() || !said.nth.is_empty()
}

/// Whether a text names hours or days, right or wrong.
pub(crate) fn says_a_time(text: &str) -> bool {
    let said = said(text);
    is_dated(text)
        || said.span.is_some()
        || said.business_days
        || said.count.is_some()
        || said.on_closed_day.is_some()
        || !said.wrong.is_empty()
}

/// Whether a text is one or more hours and nothing else: 「22:00」 behind 「日次・」.
pub(crate) fn is_hours(text: &str) -> bool {
    let plain: String = crate::fold::folded(text);
    let of_hours = |c: char| c.is_ascii_digit() || matches!(c, ':' | '時' | '分' | '半');
    !said(text).at.is_empty() && plain.chars().all(of_hours)
}

/// A folded text without the phrases that are read of it: those of open and closed days.
pub(crate) fn without_what_is_read(text: &str) -> String {
    super::said::without_days(text)
}

/// Whether a text names an hour.
pub(crate) fn has_hour(text: &str) -> bool {
    let said = said(text);
    !said.at.is_empty() || said.span.is_some()
}

/// What has to be asked before a row with these words can run.
pub(crate) fn fault(timing: &[TimingWord], when: &str) -> Option<Question> {
    if when.is_empty() {
        return None;
    }
    let said = said(when);
    let ask = |text: String| Some(Question::new(QuestionKind::Timing, text));
    if timing.is_empty() {
        return ask(format!("時期「{when}」を読めませんでした。いつ送りますか。"));
    }
    if let Some(unclear) = said.unclear.first() {
        return ask(format!(
            "時期「{when}」の「{unclear}」をどう読むか分かりません。何日の何時に送りますか。"
        ));
    }
    if let Some(wrong) = said.wrong.first() {
        let why = if wrong.starts_with('第') {
            "は連携の時期に書けません。毎月の何日、または毎週の何曜日ですか"
        } else if wrong.contains(['時', ':']) {
            "は時刻として読めません。翌日の時刻なら、日と時刻を分けて書いてください。いつ送りますか"
        } else {
            "という日はありません。いつ送りますか"
        };
        return ask(format!("時期「{when}」の「{wrong}」{why}。"));
    }
    if let Some(question) = mixed(timing, when, &said) {
        return Some(question);
    }
    if let Some((count, unit)) = said.count {
        let named = timing.iter().map(|word| runs(Some(*word), when).len()).max().unwrap_or(0);
        let days_known = match timing {
            [TimingWord::Yearly] => !said.dates.is_empty(),
            [TimingWord::Monthly] => !said.days.is_empty() || !said.nth.is_empty(),
            [TimingWord::Weekly] => !said.weekdays.is_empty(),
            [TimingWord::Daily] => !said.at.is_empty(),
            _ => true,
        };
        // Every other week has no day of a calendar.
        if !days_known || count == 26 || u32::try_from(named).ok() != Some(count) {
            let what = if unit == '日' { "何時" } else { "何月何日の何時" };
            return ask(format!("時期「{when}」は1回ではありません。それぞれ{what}に送りますか。"));
        }
    }
    None
}

/// Hours and days that do not say to which of the runs they belong, or that the word of the timing has no place for.
fn mixed(timing: &[TimingWord], when: &str, said: &Said) -> Option<Question> {
    let ask = |text: String| Some(Question::new(QuestionKind::Timing, text));
    let has = |word: TimingWord| timing.contains(&word);
    let by_calendar =
        [TimingWord::Daily, TimingWord::Weekly, TimingWord::Monthly, TimingWord::Yearly].into_iter();
    let calendar: Vec<TimingWord> = by_calendar.filter(|word| has(*word)).collect();
    let days =
        !said.days.is_empty() || !said.dates.is_empty() || !said.weekdays.is_empty() || !said.nth.is_empty();
    if calendar.is_empty() {
        let interval = timing.iter().any(|word| matches!(word, TimingWord::EveryMinutes(_)));
        let on_change = has(TimingWord::Immediate) || has(TimingWord::AsItArises);
        let (hours, hour) = (said.span.is_some(), !said.at.is_empty());
        let words: Vec<_> = timing.iter().map(|word| word.word()).collect();
        return match () {
            // A link that follows what changes has no hours of its own.
            () if on_change && (days || hour || hours || said.business_days) => ask(format!(
                "時期「{when}」は「{}」ですが、日や時刻の決まりもあります。その時間帯の何分ごとですか、いつ送りますか。",
                words.join("・")
            )),
            () if interval && (days || hour) => ask(format!(
                "時期「{when}」は「{}」ですが、日や時刻もあります。いつ送りますか。",
                words.join("・")
            )),
            () if interval && said.span.is_some_and(|(from, to)| to < from) => {
                ask(format!("時期「{when}」の時間帯は日をまたいでいます。何時から何時まで動かしますか。"))
            }
            () => None,
        };
    }
    let hours = said.at.len().saturating_add(usize::from(said.span.is_some()));
    let daily = calendar == [TimingWord::Daily];
    if (1 < calendar.len() && 0 < hours) || (!daily && 1 < hours) {
        return ask(format!("時期「{when}」の時刻がどの回のものか分かりません。それぞれ何時に送りますか。"));
    }
    let homeless = [
        (!said.weekdays.is_empty() && !has(TimingWord::Weekly), "曜日"),
        (!said.days.is_empty() && !has(TimingWord::Monthly), "日"),
        (!said.nth.is_empty() && !has(TimingWord::Monthly), "第何曜日"),
        (!said.dates.is_empty() && !has(TimingWord::Yearly), "月日"),
    ];
    let (_, what) = homeless.into_iter().find(|(is, _)| *is)?;
    let words: Vec<_> = calendar.iter().map(|word| word.word()).collect();
    ask(format!("時期「{when}」は「{}」ですが、{what}もあります。いつ送りますか。", words.join("・")))
}

/// The runs of a word of timing: one, or one for each of the dates the row lists.
pub(crate) fn runs(word: Option<TimingWord>, when: &str) -> Vec<Run> {
    let said = said(when);
    let one = |said: &Said| Run {
        at: said.at.first().copied().or(said.span.map(|(from, _)| from)),
        span: said.span.filter(|(from, to)| from != to),
        business_days: said.business_days,
        on_closed_day: said.on_closed_day,
        ..Run::default()
    };
    let base = one(&said);
    let several: Vec<Run> = match word {
        Some(TimingWord::Yearly) => {
            let dates = said.dates.iter();
            dates.map(|(month, day)| Run { month: Some(*month), day: *day, ..base.clone() }).collect()
        }
        Some(TimingWord::Monthly) => {
            let days = said.days.iter().map(|day| Run { day: Some(*day), ..base.clone() });
            let nth = said.nth.iter();
            days.chain(nth.map(|(week, day)| Run { week: Some(*week), weekday: Some(*day), ..base.clone() }))
                .collect()
        }
        Some(TimingWord::Weekly) => {
            said.weekdays.iter().map(|day| Run { weekday: Some(*day), ..base.clone() }).collect()
        }
        Some(TimingWord::Daily) => said.at.iter().map(|at| Run { at: Some(*at), ..base.clone() }).collect(),
        _ => Vec::new(),
    };
    if several.is_empty() { vec![base] } else { several }
}
