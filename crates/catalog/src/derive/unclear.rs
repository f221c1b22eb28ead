//! Words about hours and days that change what stands beside them, and that no schedule can hold.

/// What says which days are closed, and no more: the rest are business days.
const OPEN_DAYS: [&str; 16] = [
    "土日祝日を除く",
    "土日祝日除く",
    "土日祝を除く",
    "土日祝除く",
    "土・日・祝日を除く",
    "土・日・祝を除く",
    "土、日、祝日を除く",
    "土、日、祝を除く",
    "土日・祝日を除く",
    "土日、祝日を除く",
    "閉庁日を除く",
    "閉庁日除く",
    "休庁日を除く",
    "休庁日除く",
    "休日を除く",
    "休日除く",
];

/// Monday to Friday.
const WORKING_WEEK: [&str; 7] =
    ["月~金", "月-金", "月曜~金曜", "月曜日~金曜日", "月曜から金曜", "月曜日から金曜日", "月から金"];

const RANGES: [char; 7] = ['~', '〜', '-', '−', '‐', '―', 'ー'];

/// A text with the ways to say 開庁日 written as this one word. Monday to Friday of a weekly run is left to be asked about.
pub(super) fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for phrase in OPEN_DAYS {
        plain = plain.replace(phrase, "開庁日");
    }
    if !plain.contains('週') {
        for sign in RANGES {
            plain = plain.replace(sign, "~");
        }
        // The longer first, for one holds another.
        let mut phrases = WORKING_WEEK;
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
        for phrase in phrases {
            plain = plain.replace(phrase, "開庁日");
        }
    }
    plain
}

/// What of a text cannot be taken by its word.
pub(super) fn unclear(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    negated(text, &mut found);
    ranges(text, &mut found);
    relative(text, &mut found);
    multiples(text, &mut found);
    found
}

fn negated(text: &str, found: &mut Vec<String>) {
    const WORDS: [&str; 12] = [
        "除",
        "以外",
        "のぞく",
        "のぞき",
        "又は",
        "または",
        "もしくは",
        "若しくは",
        "いずれか",
        "どちらか",
        "前後",
        "未満",
    ];
    found.extend(WORDS.iter().filter(|word| text.contains(*word)).map(|word| (*word).to_owned()));
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    let alone = |(place, word): (usize, &str)| {
        let behind = text.get(place.saturating_add(word.len())..).unwrap_or_default();
        let before = text.get(..place).unwrap_or_default();
        !letter(before.chars().last()) && !letter(behind.chars().next())
    };
    if text.match_indices("or").any(alone) {
        found.push("or".to_owned());
    }
}

/// A span of anything but hours: its two ends are no two days.
fn ranges(text: &str, found: &mut Vec<String>) {
    let signs: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    let before = |place: usize| signs.get(..place).unwrap_or_default();
    for (place, c) in signs.iter().enumerate() {
        let next = signs.get(place.saturating_add(1)).copied();
        let is_sign = RANGES.contains(c) || (*c == 'か' && next == Some('ら'));
        let is_limit = (*c == 'ま' && next == Some('で')) || *c == '迄';
        if !is_sign && !is_limit {
            continue;
        }
        let is_day = |c: &char| "日月火水木金土曜旬末初週次度".contains(*c);
        let of_days = match before(place).last() {
            Some(last) if last.is_ascii_digit() => !is_clock(before(place)),
            Some(last) => is_day(last),
            None => false,
        };
        if of_days {
            let from = place.saturating_sub(3);
            found.push(signs.iter().skip(from).take(place.saturating_add(4).saturating_sub(from)).collect());
        }
    }
}

/// Whether the figure a text ends with are minutes.
fn is_clock(text: &[char]) -> bool {
    text.iter().rev().find(|c| !c.is_ascii_digit()).is_some_and(|c| matches!(c, ':' | '時'))
}

/// A day told by another: the last Friday, the day before, the third business day.
fn relative(text: &str, found: &mut Vec<String>) {
    let all = |word: &'static str| text.match_indices(word);
    let after = |place: usize, word: &str| text.get(place.saturating_add(word.len())..).unwrap_or_default();
    let before = |place: usize| text.get(..place).unwrap_or_default();
    for (place, word) in all("最終") {
        let mut behind = after(place, word).chars();
        let of_week =
            behind.next().is_some_and(|c| "月火水木金土日".contains(c)) && behind.next() == Some('曜');
        if !of_week && !["営業日", "開庁日", "平日"].iter().any(|day| after(place, word).starts_with(day))
        {
            found.push(word.to_owned());
        }
    }
    for (place, word) in all("最初").chain(all("最後")) {
        if !after(place, word).starts_with("の営業日") || word == "最後" {
            found.push(word.to_owned());
        }
    }
    for (place, word) in all("前日") {
        if before(place).ends_with(['の', '日', '曜', '末', '月', '初']) {
            found.push(word.to_owned());
        }
    }
    for (place, word) in all("翌") {
        let rest = after(place, word);
        let of_closed = ["営業日", "開庁日", "平日"].iter().any(|day| rest.starts_with(day));
        let of_days = before(place).ends_with("末の") || before(place).ends_with("末");
        // The end of a span over midnight.
        let of_span = before(place).ends_with(RANGES) || before(place).ends_with("から");
        let of_month = rest.starts_with('月') && !rest.starts_with("月曜") && before(place).is_empty();
        if !(of_closed && !of_days || of_span || of_month) {
            found.push(word.to_owned());
        }
    }
    for (place, word) in all("営業日").chain(all("開庁日")) {
        let own = before(place);
        if own.ends_with(|c: char| c.is_ascii_digit()) && !(own.ends_with("第1") || own == "1") {
            found.push(word.to_owned());
        }
        if after(place, word).starts_with(['目', '前', '後']) || own.ends_with("月初") {
            found.push(word.to_owned());
        }
    }
    found.extend(["締", "〆"].iter().filter(|word| text.contains(*word)).map(|word| (*word).to_owned()));
    if text.contains("毎月") && (text.contains("偶数月") || text.contains("奇数月")) {
        found.push("毎月".to_owned());
    }
}

/// 「3日ごと」, 「5か月ごと」, 「2日に1回」, figures in words, and days counted from another.
fn multiples(text: &str, found: &mut Vec<String>) {
    const UNITS: [&str; 6] = ["か月", "日", "月", "年", "週間", "週"];
    const EVERY: [&str; 6] = ["ごと", "毎", "おき", "に1", "に一", "間隔"];
    // These are counted by how often they are in a year.
    const COUNTED: [&str; 5] = ["2か月", "3か月", "4か月", "6か月", "2週"];
    let signs: Vec<char> = text.chars().collect();
    let mut place = 0;
    while place < signs.len() {
        let digits: String = signs.iter().skip(place).take_while(|c| c.is_ascii_digit()).collect();
        if digits.is_empty() {
            let pair = (signs.get(place), signs.get(place.saturating_add(1)));
            if let (Some(figure), Some(unit)) = pair
                && "二三四五六七八九十".contains(*figure)
                && "日月時年回か".contains(*unit)
            {
                found.push(format!("{figure}{unit}"));
            }
            place = place.saturating_add(1);
            continue;
        }
        place = place.saturating_add(digits.len());
        let rest: String = signs.iter().skip(place).filter(|c| **c != ' ').take(8).collect();
        let Some(unit) = UNITS.iter().find(|unit| rest.starts_with(**unit)) else { continue };
        let behind = rest.get(unit.len()..).unwrap_or_default();
        let shown = format!("{digits}{unit}");
        let every = EVERY.iter().any(|every| behind.starts_with(every));
        let of_month = signs
            .get(..place.saturating_sub(digits.len()))
            .is_some_and(|before| before.iter().rev().find(|c| **c != ' ') == Some(&'月'));
        let day_of_month = *unit == "日" && of_month && behind.starts_with(['に', '毎']);
        let one = digits == "1" && !behind.starts_with("おき");
        if every && !one && !day_of_month && !COUNTED.contains(&shown.as_str()) {
            found.push(format!("{shown}{behind}"));
        }
        if *unit == "日" && ["前", "後", "以"].iter().any(|word| behind.starts_with(word)) {
            found.push(format!("{shown}{behind}"));
        }
        // A year makes it one day, and none of every year.
        if *unit == "年" && !every {
            found.push(shown);
        }
    }
}
