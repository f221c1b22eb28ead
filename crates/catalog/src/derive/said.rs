//! What a row says of hour and day in its own words: 「22:00」, 「毎月10日」, 「週次（月曜）」, 「年1回（5月）」.

use jiff::civil::Time;

use super::{closed::closed, unclear};
use crate::fold::folded;
use crate::timing::last_day;
use crate::{DayOfWeek, OnClosedDay};

/// The hours and days a text names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Hours, without those of a span.
    pub(crate) at: Vec<Time>,
    /// During which hours: 「9:00～17:00」.
    pub(crate) span: Option<(Time, Time)>,
    pub(crate) weekdays: Vec<DayOfWeek>,
    /// Weekdays of the month, 1 to 4, or 5 for the last: 「第2水曜」.
    pub(crate) nth: Vec<(i8, DayOfWeek)>,
    /// Days of the year; a month alone has no day.
    pub(crate) dates: Vec<(i8, Option<i8>)>,
    /// Days of every month; 31 is the last.
    pub(crate) days: Vec<i8>,
    /// How often, and in what: 「年4回」 is four in a year (年).
    pub(crate) count: Option<(u32, char)>,
    /// 平日, 開庁日, 毎営業日
    pub(crate) business_days: bool,
    /// What becomes of a day on which the office is closed: 翌営業日, 前営業日.
    pub(crate) on_closed_day: Option<OnClosedDay>,
    /// What is no hour and no day, or none a schedule can hold: 「2月30日」, 「25:00」, 「第2水曜」.
    pub(crate) wrong: Vec<String>,
    /// Words that change what stands beside them, in a way that is not understood: 「以外」, 「～」 of days, 「翌」.
    pub(crate) unclear: Vec<String>,
}

const WEEKDAYS: [(char, DayOfWeek); 7] = [
    ('月', DayOfWeek::Monday),
    ('火', DayOfWeek::Tuesday),
    ('水', DayOfWeek::Wednesday),
    ('木', DayOfWeek::Thursday),
    ('金', DayOfWeek::Friday),
    ('土', DayOfWeek::Saturday),
    ('日', DayOfWeek::Sunday),
];

/// How many times a year, in words.
const PERIODS: [(&str, u32); 14] = [
    ("四半期", 4),
    ("4半期", 4),
    ("半年", 2),
    ("半期", 2),
    ("隔月", 6),
    ("隔週", 26),
    ("2か月", 6),
    ("3か月", 4),
    ("4か月", 3),
    ("6か月", 2),
    ("2週", 26),
    ("二週", 26),
    ("隔日", 182),
    ("隔年", 1),
];

const BUSINESS: [&str; 3] = ["平日のみ", "毎平日", "業務日"];
const AFTER: [&str; 5] = ["翌営業日", "翌開庁日", "翌平日", "第1営業日", "最初の営業日"];
const BEFORE: [&str; 7] =
    ["前営業日", "前開庁日", "直前の営業日", "最終営業日", "最終開庁日", "最終平日", "前平日"];

/// Reads what a text says of hours and days.
pub(crate) fn said(text: &str) -> Said {
    let words: Vec<String> = text.split_whitespace().map(folded).collect();
    let whole = words.join(" ").replace("ヶ月", "か月").replace("ケ月", "か月").replace("ヵ月", "か月");
    let whole = unclear::plain(&whole.replace("カ月", "か月").replace("箇月", "か月"));
    let of_closed = closed(&whole);
    let whole = of_closed.rest;
    let text: Vec<char> = whole.chars().collect();
    let has = |words: &[&str]| words.iter().any(|word| whole.contains(word));
    let mut said = Said { weekdays: weekdays(&text), unclear: unclear::unclear(&whole), ..Said::default() };
    said.unclear.extend(of_closed.unclear);
    said.business_days = has(&BUSINESS) || has_business_day(&whole);
    said.on_closed_day = match (has(&AFTER), has(&BEFORE)) {
        _ if of_closed.on_closed_day.is_some() => of_closed.on_closed_day,
        (_, true) => Some(OnClosedDay::Before),
        (true, false) => Some(OnClosedDay::After),
        (false, false) => None,
    };
    let period = PERIODS.iter().find(|(word, _)| whole.contains(word)).map(|(_, times)| (*times, '年'));
    said.count = period;
    let (mut place, mut open, mut listed) = (0, Vec::<i8>::new(), Vec::<u32>::new());
    let mut day_before = false;
    if has(&["偶数月"]) {
        open = vec![2, 4, 6, 8, 10, 12];
    } else if has(&["奇数月"]) {
        open = vec![1, 3, 5, 7, 9, 11];
    }
    while let Some((value, after)) = number(&text, place) {
        let rest: String = text.iter().skip(after).skip_while(|c| **c == ' ').take(4).collect();
        let before: String = text.iter().take(place_of(&text, place)).collect();
        let before = before.trim_end();
        let between: String =
            text.iter().skip(place).take(place_of(&text, place).saturating_sub(place)).collect();
        if between.contains("毎月") || between.contains("月次") {
            // Days of every month are none of the months before.
            said.dates.extend(open.drain(..).filter(|_| !day_before).map(|month| (month, None)));
        }
        let is_list = std::mem::take(&mut listed);
        if let Some((day, end)) = month_and_day(&text, value, after, before) {
            place = end;
            match i8::try_from(value).ok().filter(|month| (1..=12).contains(month)) {
                Some(month) if (1..=last_day(month)).contains(&day) => said.dates.push((month, Some(day))),
                _ => said.wrong.push(format!("{value}/{day}")),
            }
            continue;
        }
        if rest.starts_with(':') || (rest.starts_with('時') && !rest.starts_with("時間")) {
            place = hour(&text, value, after, before, &mut said);
            continue;
        }
        if let Some(time) = bare_hour(&text, value, place, after, before) {
            place = after;
            said.at.extend((!said.at.contains(&time)).then_some(time));
            continue;
        }
        place = after;
        let small = i8::try_from(value).unwrap_or(i8::MAX);
        if before.ends_with('第') && rest.starts_with(['、', '・', ',']) && (1..=4).contains(&small) {
            listed = is_list;
            listed.push(value);
        } else if let Some(day) =
            weekday_behind(&rest).filter(|_| before.ends_with('第') || !is_list.is_empty())
            && is_list.iter().all(|week| *week <= 4)
            && (1..=4).contains(&small)
        {
            let weeks = is_list.iter().filter_map(|week| i8::try_from(*week).ok());
            said.nth.extend(weeks.chain(std::iter::once(small)).map(|week| (week, day)));
        } else if before.ends_with('第') {
            let first_of_business = value == 1 && rest.starts_with("営業日");
            if !first_of_business {
                said.wrong.push(format!("第{value}{}", rest.chars().take(3).collect::<String>()));
            } else if said.days.is_empty() {
                said.days.push(1);
            }
        } else if rest.starts_with('月') && !rest.starts_with("月曜") {
            if day_before {
                open.clear();
                day_before = false;
            }
            for month in is_list.iter().copied().chain(std::iter::once(value)) {
                match i8::try_from(month).ok().filter(|month| (1..=12).contains(month)) {
                    Some(month) => open.push(month),
                    None => said.wrong.push(format!("{month}月")),
                }
            }
            let part: String = rest.chars().skip(1).collect();
            let day = [("上旬", 1), ("初", 1), ("中旬", 15), ("下旬", 25), ("末", 31)];
            if let Some((_, day)) = day.iter().find(|(word, _)| part.starts_with(word)) {
                said.date(&mut open, *day);
                open.clear();
            }
        } else if is_day(&rest, value, before) {
            for day in is_list.iter().copied().chain(std::iter::once(value)) {
                match i8::try_from(day).ok().filter(|day| (1..=31).contains(day)) {
                    Some(day) => said.date(&mut open, day),
                    None => said.wrong.push(format!("{day}日")),
                }
            }
            day_before = true;
        } else if rest.starts_with('回') && !rest.starts_with("回目") {
            let unit = before.chars().rev().find(|c| matches!(c, '年' | '月' | '週' | '日'));
            let unit = unit.or_else(|| before.is_empty().then_some('日'));
            if let Some(unit) = unit.filter(|_| 1 < value && said.count.is_none()) {
                said.count = Some((value, unit));
            }
        } else if rest.starts_with(['、', '・', ',', '/', '／']) && (1..=31).contains(&small) {
            listed = is_list;
            listed.push(value);
        } else if is_list.is_empty() && is_bare(&text, after, before) {
            said.unclear.push(value.to_string());
        } else if !is_list.is_empty() {
            said.unclear.push(is_list.iter().map(u32::to_string).collect::<Vec<_>>().join("、"));
        }
    }
    let undated = open.iter().filter(|_| !day_before).map(|month| (*month, None));
    said.dates.extend(undated);
    if has(&["末日", "月末", "最終営業日", "最終開庁日"]) {
        // 「5月、8月の末日」, 「10日、20日、末日」
        let no_day = said.dates.iter().all(|(_, day)| day.is_none());
        said.dates.iter_mut().filter(|_| no_day).for_each(|(_, day)| *day = Some(31));
        if has(&["、末日", "・末日", ",末日"]) && !said.days.is_empty() && !said.days.contains(&31) {
            said.days.push(31);
        }
    }
    said.last_weekdays(&whole);
    if said.dates.is_empty() && said.days.is_empty() && said.nth.is_empty() {
        if has(&["月末", "末日", "最終営業日", "最終開庁日"]) {
            said.days.push(31);
        } else if has(&["月初", "最初の営業日"]) {
            said.days.push(1);
        }
    }
    // 「1月1日（賦課期日、1月1日）」 is one day.
    let mut seen = Vec::new();
    said.dates.retain(|date| {
        !seen.contains(date) && {
            seen.push(*date);
            true
        }
    });
    let mut seen = Vec::new();
    said.days.retain(|day| {
        !seen.contains(day) && {
            seen.push(*day);
            true
        }
    });
    // The next month is any month, where it has one day.
    if whole.starts_with("翌月") && said.days.len().saturating_add(said.dates.len()) != 1 {
        said.unclear.push("翌月".to_owned());
    }
    said
}

/// A folded text without the phrases of open and closed days that [`said`] reads.
pub(super) fn without_days(text: &str) -> String {
    let rest = closed(&unclear::plain(text)).rest;
    let mut phrases: Vec<&str> = BUSINESS.iter().chain(&AFTER).chain(&BEFORE).copied().collect();
    phrases.extend(["毎営業日", "営業日", "毎開庁日", "開庁日", "平日", "のみ", "だけ", "に限る"]);
    phrases.extend(["末日", "月末", "月初", "中旬", "下旬", "上旬", "翌月"]);
    // The longer first, for one holds another.
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    phrases.into_iter().fold(rest, |rest, phrase| rest.replace(phrase, "\n"))
}

/// Whether a text names the days on which the office is open: 「翌営業日」 says what becomes of a closed day, 「第1営業日」 is
/// one of them.
fn has_business_day(text: &str) -> bool {
    let of_another = |before: &str| {
        let ends = ["翌", "前", "直前の", "前の", "次の", "最終", "最初の", "最後の", "月初", "月末"];
        ends.iter().any(|end| before.ends_with(end)) || before.ends_with(|c: char| c.is_ascii_digit())
    };
    let named = |word: &str| {
        text.match_indices(word).any(|(place, _)| !of_another(text.get(..place).unwrap_or_default()))
    };
    ["営業日", "開庁日", "平日"].into_iter().any(named)
}

/// The day of 「4/1」, and where it ends.
fn month_and_day(text: &[char], month: u32, after: usize, before: &str) -> Option<(i8, usize)> {
    if text.get(after) != Some(&'/')
        || month > 12
        || before.ends_with(['/', '、', '・', ',']) && !slashed(before)
    {
        return None;
    }
    let start = after.saturating_add(1);
    let (day, end) = number(text, start).filter(|_| place_of(text, start) == start)?;
    let next = text.get(end);
    let goes_on = next.is_some_and(|c| matches!(c, '/' | '日' | '月' | '回' | ':' | '時' | '分'));
    (!goes_on).then(|| (i8::try_from(day).unwrap_or(i8::MAX), end))
}

/// Whether what stands before a separator ends with a day such as 「4/1」, of which another follows.
fn slashed(before: &str) -> bool {
    let before = before.trim_end_matches(['、', '・', ',']);
    let part = before.rsplit(['、', '・', ',', ' ']).next().unwrap_or_default();
    !before.ends_with('/') && part.matches('/').count() == 1
}

/// Whether a figure stands without a unit: 「毎月5」. Marks of footnotes and numbers of rows do.
fn is_bare(text: &[char], after: usize, before: &str) -> bool {
    let is_marked = before.ends_with(['※', '*', '注', '.', ':', '-', '×', 'r', 'h', 's']);
    !is_marked && text.get(after).is_none_or(|c| matches!(c, ' ' | ')'))
}

/// The weekday a text begins with: 「水曜」, 「水」.
fn weekday_behind(text: &str) -> Option<DayOfWeek> {
    let mut chars = text.chars();
    let (day, next) = (chars.next()?, chars.next());
    let ends = matches!(next, None | Some('曜' | ' ' | ')' | '、' | '・'));
    WEEKDAYS.iter().find(|(word, _)| *word == day && ends).map(|(_, day)| *day)
}

impl Said {
    /// Takes the last weekdays of a month, and what is a weekday of a month out of those of every week.
    fn last_weekdays(&mut self, text: &str) {
        for (word, day) in WEEKDAYS {
            if text.contains(&format!("最終{word}曜")) {
                self.nth.push((5, day));
            }
        }
        if self.nth.is_empty() {
            return;
        }
        let nth: Vec<DayOfWeek> = self.nth.iter().map(|(_, day)| *day).collect();
        self.weekdays.retain(|day| !nth.contains(day));
        if !self.weekdays.is_empty() || !self.dates.is_empty() || text.contains("毎週") {
            self.unclear.push("第".to_owned());
        }
    }

    /// A day of the months before it, or of every month.
    fn date(&mut self, months: &mut [i8], day: i8) {
        if months.is_empty() {
            self.days.push(day);
        }
        for month in months.iter() {
            if last_day(*month) < day && day != 31 {
                self.wrong.push(format!("{month}月{day}日"));
            } else {
                self.dates.push((*month, Some(day)));
            }
        }
    }
}

/// Whether what follows a number makes it a day, and no count or length of days.
fn is_day(rest: &str, value: u32, before: &str) -> bool {
    const COUNTS: [&str; 11] =
        ["日間", "日前", "日後", "日以", "日分", "日次", "日お", "日ご", "日毎", "日程", "日営"];
    let Some(behind) = rest.strip_prefix('日') else { return false };
    if COUNTS.iter().any(|word| rest.starts_with(word)) {
        return false;
    }
    // 「1日2回」 counts in a day, 「毎月15日1回」 does not; nor is 「15日10時」 a count.
    let behind = behind.trim_start_matches(['に', ' ']);
    let times = behind.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_count = (times.len() < behind.len() && times.starts_with('回')) || behind.starts_with("一回");
    !(is_count && value == 1 && !before.ends_with('月'))
}

/// 「月曜」, 「毎週火・木」, 「（金）」
fn weekdays(text: &[char]) -> Vec<DayOfWeek> {
    let mut found: Vec<DayOfWeek> = Vec::new();
    let mut listing = false;
    let weekly = text.contains(&'週');
    for (place, c) in text.iter().enumerate() {
        let next = text.get(place.saturating_add(1));
        let named = WEEKDAYS.iter().find(|(word, _)| word == c).map(|(_, day)| *day);
        let before = place.checked_sub(1).and_then(|place| text.get(place));
        // A list begins behind 毎週 or with a weekday in full.
        let runs_on = next.is_some_and(|next| WEEKDAYS.iter().any(|(word, _)| word == next));
        let in_list = listing
            && before != Some(&'曜')
            && (runs_on || matches!(next, None | Some('・' | '、' | ',' | '/' | '曜' | ')' | ' ')));
        let follows = before == Some(&'週') && !matches!(next, Some('次' | '末'));
        match named {
            Some(day) if next == Some(&'曜') || in_list || follows => {
                if !found.contains(&day) {
                    found.push(day);
                }
                listing = true;
            }
            _ if *c == '(' => listing = holds_weekdays(weekly, text.get(place..).unwrap_or_default()),
            _ => listing = listing && matches!(c, '・' | '、' | ',' | '/' | '曜' | '日'),
        }
    }
    found
}

/// Whether a bracket that begins here holds weekdays and nothing else: 「（月・木）」.
fn holds_weekdays(weekly: bool, text: &[char]) -> bool {
    let inside: Vec<&char> = text.iter().skip(1).take_while(|c| **c != ')').collect();
    let is_part = |c: &&char| {
        matches!(**c, '・' | '、' | ',' | '/' | '曜' | ' ') || WEEKDAYS.iter().any(|(word, _)| *word == **c)
    };
    // 「4月1日（火）」 only tells the day.
    let enough = if weekly { 1 } else { 2 };
    enough <= inside.len() && inside.iter().all(is_part)
}

/// An hour, alone or as the begin or end of a span; where it ends.
fn hour(text: &[char], value: u32, after: usize, before: &str, said: &mut Said) -> usize {
    let (time, end) = time(text, value, after, before);
    let shown: String = {
        let digits = value.to_string().chars().count();
        text.iter()
            .skip(after.saturating_sub(digits))
            .take(end.saturating_sub(after).saturating_add(digits))
            .collect()
    };
    let following = text.iter().skip(end).find(|c| **c != ' ');
    let behind: String = text.iter().skip(end).filter(|c| **c != ' ').take(2).collect();
    let begins = matches!(following, Some('~' | '～' | '〜' | '-' | '−' | '‐' | '―')) || behind == "から";
    let before =
        ["翌日の", "翌日", "翌朝", "翌"].iter().find_map(|next| before.strip_suffix(next)).unwrap_or(before);
    let before = before.trim_end();
    let ends = before.ends_with(['~', '～', '〜', '-', '−', '‐', '―']) || before.ends_with("から");
    let is_limit = behind.starts_with("まで") || behind.starts_with('迄');
    // A limit without a begin says not when, nor does 「22時か23時」.
    if (ends && said.span.is_none()) || (is_limit && !ends) || (behind.starts_with('か') && !begins) {
        said.unclear.push(shown.clone());
    }
    match time {
        None => said.wrong.push(shown),
        Some(time) if ends => {
            // The begin of the span was the last hour read.
            if let Some((_, to)) = &mut said.span {
                *to = time;
            }
        }
        // 「9:00～17:00」 says during which hours, and not when.
        Some(time) if begins => said.span = said.span.or(Some((time, time))),
        Some(time) if !said.at.contains(&time) => said.at.push(time),
        Some(_) => {}
    }
    end
}

/// An hour of four figures without a sign: 「日次 2200」. What may be a year is none.
fn bare_hour(text: &[char], value: u32, place: usize, after: usize, before: &str) -> Option<Time> {
    let digits = after.saturating_sub(place_of(text, place));
    let stands_alone = text.get(after).is_none_or(|c| matches!(c, ' ' | ')' | '、' | '・' | ','))
        && !before.ends_with(['/', ':', '.', '-']);
    let (hour, minute) = (value / 100, value % 100);
    let may_be_a_year = hour == 20 && minute != 0;
    if digits != 4 || !stands_alone || may_be_a_year || !minute.is_multiple_of(15) {
        return None;
    }
    let parts = i8::try_from(hour).ok().zip(i8::try_from(minute).ok());
    parts.and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok())
}

/// The next number behind a place, and where it ends.
fn number(text: &[char], place: usize) -> Option<(u32, usize)> {
    let start = place_of(text, place);
    let digits: String = text.get(start..)?.iter().take_while(|c| c.is_ascii_digit()).collect();
    let value = digits.parse().ok();
    // A number beyond counting is no hour and no day.
    (!digits.is_empty()).then(|| (value.unwrap_or(u32::MAX), start.saturating_add(digits.len())))
}

/// Where the next number begins.
fn place_of(text: &[char], place: usize) -> usize {
    let ahead = text.iter().skip(place).position(char::is_ascii_digit);
    place.saturating_add(ahead.unwrap_or(text.len()))
}

/// The time that begins with this hour, and where it ends.
fn time(text: &[char], hour: u32, after: usize, before: &str) -> (Option<Time>, usize) {
    let (minute, end) = match text.get(after..) {
        Some([':' | '時', tens, ones, ..]) if tens.is_ascii_digit() && ones.is_ascii_digit() => {
            let minute = tens.to_digit(10).zip(ones.to_digit(10)).map_or(0, |(tens, ones)| tens * 10 + ones);
            let end = after.saturating_add(3);
            (minute, if text.get(end) == Some(&'分') { end.saturating_add(1) } else { end })
        }
        Some(['時', '半', ..]) => (30, after.saturating_add(2)),
        _ => (0, after.saturating_add(1)),
    };
    let is_afternoon = (before.ends_with("午後") || before.ends_with("pm")) && hour < 12;
    let hour = if is_afternoon { hour.saturating_add(12) } else { hour };
    let parts = i8::try_from(hour).ok().zip(i8::try_from(minute).ok());
    (parts.and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok()), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hour and minute, weekday (Monday is 1), month and day.
    type Read = (Option<(i8, i8)>, Option<i8>, Option<i8>, Option<i8>);

    #[test]
    fn hours_and_days_are_read_as_people_write_them() {
        let cases: [(&str, Read); 31] = [
            ("22:00", (Some((22, 0)), None, None, None)),
            ("日次（２２時）", (Some((22, 0)), None, None, None)),
            ("22時30分", (Some((22, 30)), None, None, None)),
            ("6時半", (Some((6, 30)), None, None, None)),
            ("午後7時", (Some((19, 0)), None, None, None)),
            ("週次（月曜） 6:30", (Some((6, 30)), Some(1), None, None)),
            ("毎週金曜日", (None, Some(5), None, None)),
            ("毎月10日", (None, None, None, Some(10))),
            ("毎月末日 20:00", (Some((20, 0)), None, None, Some(31))),
            ("毎月25日18:00", (Some((18, 0)), None, None, Some(25))),
            ("毎月5日10時", (Some((10, 0)), None, None, Some(5))),
            ("月次（20日12:00）", (Some((12, 0)), None, None, Some(20))),
            ("10月5日18:00", (Some((18, 0)), None, Some(10), Some(5))),
            ("年次（6月10日19時）", (Some((19, 0)), None, Some(6), Some(10))),
            ("毎月15日1回", (None, None, None, Some(15))),
            ("毎月5日に送信", (None, None, None, Some(5))),
            ("毎年4/1", (None, None, Some(4), Some(1))),
            ("22:00～翌5:00", (None, None, None, None)),
            ("月末", (None, None, None, Some(31))),
            ("年1回（5月）", (None, None, Some(5), None)),
            ("年次 5月1日", (None, None, Some(5), Some(1))),
            ("6月下旬", (None, None, Some(6), Some(25))),
            ("3月末", (None, None, Some(3), Some(31))),
            // Spans, intervals and counts are none of these.
            ("9:00～17:00", (None, None, None, None)),
            ("8時から17時", (None, None, None, None)),
            ("24時間", (None, None, None, None)),
            ("1日1回", (None, None, None, None)),
            ("3日前", (None, None, None, None)),
            ("25:00", (None, None, None, None)),
            ("13月", (None, None, None, None)),
            ("99999999999999999999", (None, None, None, None)),
        ];
        for (text, (at, weekday, month, day)) in cases {
            let found = said(text);
            let at = at.map(|(hour, minute)| Time::new(hour, minute, 0, 0).unwrap());
            assert_eq!(
                (
                    found.at.first().copied(),
                    found.weekdays.first().map(|day| day.number()),
                    found.dates.first().map(|(month, _)| *month),
                    found.dates.first().and_then(|(_, day)| *day).or(found.days.first().copied()),
                ),
                (at, weekday, month, day),
                "{text}"
            );
        }
    }

    #[test]
    fn all_dates_of_a_text_are_read() {
        let dates = |text: &str| said(text).dates;
        let months = |months: &[i8], day: Option<i8>| months.iter().map(|m| (*m, day)).collect::<Vec<_>>();
        for (text, want) in [
            ("年4回（3、6、9、12月の1日）", months(&[3, 6, 9, 12], Some(1))),
            ("年2回（6月・9月）", months(&[6, 9], None)),
            ("毎年度4月・10月の5日", months(&[4, 10], Some(5))),
            ("偶数月の10日", months(&[2, 4, 6, 8, 10, 12], Some(10))),
            ("5月1日、11月20日", vec![(5, Some(1)), (11, Some(20))]),
            ("6月・10月・2月", months(&[6, 10, 2], None)),
            ("６月上旬", months(&[6], Some(1))),
            ("10月1日 9:00", months(&[10], Some(1))),
            ("5月、8月、11月の末日", months(&[5, 8, 11], Some(31))),
        ] {
            assert_eq!(dates(text), want, "{text}");
        }
        for (text, days) in [
            ("毎月5日・20日", vec![5, 20]),
            ("月3回(10日、20日、末日)", vec![10, 20, 31]),
            ("毎月1、15日", vec![1, 15]),
            ("月末最終営業日", vec![31]),
        ] {
            assert_eq!(said(text).days, days, "{text}");
        }
        for (text, hours) in
            [("毎日2回（12:00、18:00）", 2), ("22:00 ～22:01", 0), ("1日1回", 0), ("月次 5 6:00", 1)]
        {
            assert_eq!(said(text).at.len(), hours, "{text}");
        }
        assert_eq!(said("毎週火・木").weekdays.len(), 2);
        assert_eq!(said("毎週月曜日、水曜日").weekdays.len(), 2);
        for (text, nth) in [
            ("毎月第2水曜日", vec![(2, DayOfWeek::Wednesday)]),
            ("毎月第2・第4水曜日", vec![(2, DayOfWeek::Wednesday), (4, DayOfWeek::Wednesday)]),
            ("第1・3月曜", vec![(1, DayOfWeek::Monday), (3, DayOfWeek::Monday)]),
            ("毎月最終金曜日", vec![(5, DayOfWeek::Friday)]),
            ("毎月第1土曜", vec![(1, DayOfWeek::Saturday)]),
        ] {
            assert_eq!(said(text).nth, nth, "{text}");
            assert_eq!((said(text).weekdays, said(text).unclear), (vec![], vec![]), "{text}");
        }
        for (text, wrong) in [
            ("2月30日", "2月30日"),
            ("32日", "32日"),
            ("25:00", "25:00"),
            ("毎月第5水曜日", "第5水曜日"),
            ("13月", "13月"),
        ] {
            assert_eq!(said(text).wrong, [wrong], "{text}");
        }
        for (text, count) in [
            ("年6回", Some((6, '年'))),
            ("日次2回", Some((2, '日'))),
            ("四半期", Some((4, '年'))),
            ("月1回", None),
        ] {
            assert_eq!(said(text).count, count, "{text}");
        }
    }
}
