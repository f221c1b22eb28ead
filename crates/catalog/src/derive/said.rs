//! What a row says of hour and day in its own words: 「22:00」, 「毎月10日」, 「週次（月曜）」, 「年1回（5月）」.

use jiff::civil::Time;

use crate::DayOfWeek;
use crate::fold::folded;

/// The hour and the days a text names; what it does not name, or names as a span, is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) at: Option<Time>,
    pub(crate) weekday: Option<DayOfWeek>,
    pub(crate) month: Option<i8>,
    pub(crate) day: Option<i8>,
}

const WEEKDAYS: [(&str, DayOfWeek); 7] = [
    ("月曜", DayOfWeek::Monday),
    ("火曜", DayOfWeek::Tuesday),
    ("水曜", DayOfWeek::Wednesday),
    ("木曜", DayOfWeek::Thursday),
    ("金曜", DayOfWeek::Friday),
    ("土曜", DayOfWeek::Saturday),
    ("日曜", DayOfWeek::Sunday),
];

/// Reads what a text says of hour and day.
pub(crate) fn said(text: &str) -> Said {
    let text: Vec<char> = folded(text).chars().collect();
    let whole: String = text.iter().collect();
    let weekday = WEEKDAYS.iter().find(|(word, _)| whole.contains(word)).map(|(_, day)| *day);
    let mut said = Said { weekday, ..Said::default() };
    let mut place = 0;
    while let Some((value, after)) = number(&text, place) {
        let rest: String = text.iter().skip(after).take(3).collect();
        let before: String = text.iter().take(place_of(&text, place)).collect();
        if rest.starts_with(':') || (rest.starts_with('時') && !rest.starts_with("時間")) {
            let (time, end) = time(&text, value, after, &before);
            // 「9:00～17:00」 says during which hours, and not when.
            let is_span = matches!(text.get(end), Some('~' | '～' | '〜' | '-' | 'か'))
                || before.ends_with(['~', '～', '〜', '-'])
                || before.ends_with("から");
            said.at = said.at.or(time.filter(|_| !is_span));
            place = end;
            continue;
        }
        let small = i8::try_from(value).unwrap_or(i8::MAX);
        if rest.starts_with('月') && !rest.starts_with("月曜") && (1..=12).contains(&small) {
            said.month = said.month.or(Some(small));
            let part = rest.chars().skip(1).collect::<String>();
            let day = [("上旬", 1), ("中旬", 15), ("下旬", 25), ("末", 31)];
            let named = day.iter().find(|(word, _)| part.starts_with(word)).map(|(_, day)| *day);
            said.day = said.day.or(named);
        }
        let counts = ["日間", "日前", "日後", "日以", "日分", "日次", "日お", "日ご", "日毎", "日に", "日1"];
        if rest.starts_with('日')
            && !counts.iter().any(|word| rest.starts_with(word))
            && (1..=31).contains(&small)
        {
            said.day = said.day.or(Some(small));
        }
        place = after;
    }
    if said.day.is_none() && ["月末", "末日"].iter().any(|word| whole.contains(word)) {
        said.day = Some(31);
    }
    said
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
        let cases: [(&str, Read); 22] = [
            ("22:00", (Some((22, 0)), None, None, None)),
            ("日次（２２時）", (Some((22, 0)), None, None, None)),
            ("22時30分", (Some((22, 30)), None, None, None)),
            ("6時半", (Some((6, 30)), None, None, None)),
            ("午後7時", (Some((19, 0)), None, None, None)),
            ("週次（月曜） 6:30", (Some((6, 30)), Some(1), None, None)),
            ("毎週金曜日", (None, Some(5), None, None)),
            ("毎月10日", (None, None, None, Some(10))),
            ("毎月末日 20:00", (Some((20, 0)), None, None, Some(31))),
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
                (found.at, found.weekday.map(DayOfWeek::number), found.month, found.day),
                (at, weekday, month, day),
                "{text}"
            );
        }
    }
}
