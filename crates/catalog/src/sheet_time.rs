//! The hours and days of a row: cells of time in the words the program reads, and what of them nobody understands.

use crate::derive::dates;
use crate::fold::folded;
use crate::heading::{Item, Role};
use crate::sheet::Sheet;
use crate::sheet_words::Words;
use crate::vocabulary::{About, Sense};
use crate::words::EXTENTS;
use crate::{Extent, MethodWord, Question, QuestionKind, TimingWord};

/// A text of time in plain words (言い換え), and the words of it that have to be asked about.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    pub(crate) text: String,
    /// Words that do not say when: 納期月, 業務終了後.
    pub(crate) asked: Vec<String>,
}

/// What of a text of time is not understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// All is understood.
    Nothing,
    /// Something beside it that may well be no time: 「住記のみ」.
    Aside,
    /// What is about: 「25日頃」.
    About,
    /// Something that names a time or a day of its own: 「課税後」.
    OfTime(String),
}

/// What makes of a word that it speaks of a time.
const OF_TIME: [&str; 33] = [
    "前",
    "後",
    "翌",
    "末",
    "初",
    "旬",
    "納期",
    "期別",
    "期割",
    "各期",
    "毎期",
    "朝",
    "昼",
    "夕",
    "晩",
    "深夜",
    "休日",
    "祝",
    "連休",
    "閉庁",
    "開庁",
    "締",
    "除",
    "迄",
    "以内",
    "以外",
    "時間中",
    "時間内",
    "時間外",
    "日中",
    "月中",
    "停止",
    "隔",
];

/// What says that a time is not meant to the minute or day.
const ROUGHLY: [&str; 11] =
    ["現在", "約", "頃", "ごろ", "程度", "目安", "予定", "見込", "以降", "くらい", "ぐらい"];

/// What is part of a time and says nothing alone.
const PARTS: [&str; 25] = [
    "時間",
    "間隔",
    "ごと",
    "おき",
    "から",
    "まで",
    "午前",
    "午後",
    "am",
    "pm",
    "曜日",
    "毎年度",
    "各月",
    "か月",
    "ヶ月",
    "ケ月",
    "ヵ月",
    "四半期",
    "半期",
    "偶数月",
    "奇数月",
    "隔月",
    "隔週",
    "上旬",
    "半年",
];

impl Words<'_> {
    /// A text in which the words of time that the vocabulary explains (`when`) stand as it explains them. Lines, spaces and
    /// brackets stay where they are.
    pub(crate) fn plain_time(&self, text: &str) -> Plain {
        let lines =
            text.lines().map(|line| line.split_whitespace().map(folded).collect::<Vec<_>>().join(" "));
        let lines = lines.collect::<Vec<_>>().join("\n");
        let (printed, text) = (text, iso_dates(&lines));
        let mut plain = Plain::default();
        let mut replaced = text != lines;
        let (mut rest, mut before, mut conditional) = (text.as_str(), None, Vec::new());
        while let Some(c) = rest.chars().next() {
            match self.vocabulary.longest(About::When, rest, before) {
                Some((word, meaning)) => {
                    match meaning {
                        "?" => plain.asked.push(word.to_owned()),
                        "?日" | "?時" => conditional.push((meaning, word.to_owned())),
                        _ => {}
                    }
                    // A word that is asked about or says nothing of the time stands as it is.
                    let kept = meaning == "-" || meaning.starts_with('?');
                    replaced |= !kept;
                    plain.text.push_str(if kept { word } else { meaning });
                    before = word.chars().last();
                    rest = rest.get(word.len()..).unwrap_or_default();
                }
                None => {
                    plain.text.push(c);
                    before = Some(c);
                    rest = rest.get(c.len_utf8()..).unwrap_or_default();
                }
            }
        }
        for (what, word) in conditional {
            let told =
                if what == "?時" { dates::has_hour(&plain.text) } else { dates::has_day(&plain.text) };
            if !told {
                plain.asked.push(word);
            }
        }
        if !replaced {
            // Questions show the cell as it is printed.
            plain.text = printed.to_owned();
        }
        plain
    }

    /// What of a text of time in plain words no word and no figure explains.
    pub(crate) fn rest(&self, plain: &str) -> Rest {
        let text = dates::without_what_is_read(&folded(plain));
        let kinds = [About::Timing, About::When, About::Extent, About::Method];
        let mut known: Vec<&str> =
            kinds.into_iter().flat_map(|kind| self.vocabulary.words_of(kind)).chain(PARTS).collect();
        known.retain(|word| 2 <= word.chars().count());
        // The longer first, for one holds another.
        known.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let left = known.into_iter().fold(text, |text, word| text.replace(word, "\n"));
        let is_part = |c: char| {
            c.is_ascii_digit() || "月火水木金土日時分年回週曜毎各間度半第のにでをはともへが及び".contains(c)
        };
        let chunks: Vec<&str> =
            left.split(|c: char| !c.is_alphanumeric()).filter(|chunk| !chunk.chars().all(is_part)).collect();
        let of_time = chunks.iter().find(|chunk| OF_TIME.iter().any(|word| chunk.contains(word)));
        match of_time {
            Some(chunk) => Rest::OfTime((*chunk).to_owned()),
            None if chunks.iter().any(|chunk| ROUGHLY.iter().any(|word| chunk.contains(word))) => Rest::About,
            None if chunks.is_empty() => Rest::Nothing,
            None => Rest::Aside,
        }
    }
}

/// Days as a table keeps them, 2026-06-10, as people write a day of every year.
fn iso_dates(text: &str) -> String {
    let day = |word: &str| {
        let mut parts = word.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits =
            |text: &str, count: usize| text.len() == count && text.chars().all(|c| c.is_ascii_digit());
        let is_date = digits(year, 4) && digits(month, 2) && digits(day, 2) && parts.next().is_none();
        let plain = |text: &str| text.trim_start_matches('0').to_owned();
        is_date.then(|| format!("{}月{}日", plain(month), plain(day)))
    };
    let line = |line: &str| {
        let words: Vec<String> =
            line.split(' ').map(|word| day(word).unwrap_or_else(|| word.to_owned())).collect();
        let dated = words.iter().zip(line.split(' ')).any(|(plain, word)| plain != word);
        // Midnight is how a day without an hour is kept.
        let kept = words.into_iter().filter(|word| !dated || word != "00:00:00");
        kept.collect::<Vec<_>>().join(" ")
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A cell below the heading of weekdays, days or hours, with the unit that its heading says: 木 is 木曜, 10 is 10日, 22 is 22時.
fn with_unit(heading: &str, cell: &str) -> String {
    let heading = folded(heading);
    let text = folded(cell);
    let is_list = |of: &dyn Fn(char) -> bool| {
        !text.is_empty() && text.chars().all(|c| of(c) || matches!(c, ',' | '、' | '・' | '/' | '.'))
    };
    let figures = is_list(&|c| c.is_ascii_digit());
    let weekdays = is_list(&|c| "月火水木金土日".contains(c));
    if (heading.contains("曜") || heading.ends_with('日')) && weekdays {
        let days: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        if days == ['月', '火', '水', '木', '金'] {
            return "平日".to_owned();
        }
        return days.iter().map(|day| format!("{day}曜")).collect::<Vec<_>>().join("・");
    }
    if heading.contains('時') && figures {
        return match (text.len(), text.parse::<u32>()) {
            (1 | 2, Ok(hour)) => format!("{hour}時"),
            (3 | 4, Ok(value)) => format!("{}:{:02}", value / 100, value % 100),
            _ => cell.to_owned(),
        };
    }
    let of_days = heading.ends_with('日') && !heading.contains('曜');
    let listed = |part: &str| part.len() <= 2 && !part.is_empty();
    if of_days && figures && !text.contains('/') && text.split([',', '、', '・', '.']).all(listed) {
        return format!("{}日", text.replace([',', '.'], "、"));
    }
    if of_days && matches!(text.as_str(), "末" | "月末" | "末日") {
        return "月末".to_owned();
    }
    cell.to_owned()
}

impl Sheet<'_> {
    /// What the cells of time say, of which the timing is only the word: also those of columns such as 実行時刻. In plain words.
    pub(crate) fn when(&self, cells: &[String], timing: &[TimingWord], doubts: &mut Vec<Question>) -> String {
        let own = self.text(cells, Item::Timing);
        // The word alone says nothing more.
        let alone = self.words.vocabulary.exact(About::Timing, &own).is_some() && !dates::says_more(&own);
        let mut parts = if alone { Vec::new() } else { vec![self.words.plain_time(&own).text] };
        for (column, (role, cell)) in self.heading.roles.iter().zip(cells).enumerate() {
            if cell.is_empty() || !self.is_of_time(column, role) {
                continue;
            }
            let name = self.heading.name(column).replace('\n', "");
            let plain = self.words.plain_time(&with_unit(&name, cell));
            self.asked_of(&name, cell, &plain, timing, doubts);
            // 開始時刻 and 終了時刻 are one span.
            let ends = ["終了", "締"].iter().any(|word| folded(&name).contains(word));
            match parts.last_mut().filter(|_| ends) {
                Some(begun) => begun.push_str(&format!("～{}", plain.text)),
                None => parts.push(plain.text),
            }
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" ")
    }

    /// What a cell beside the timing leaves open: 「業務終了後」, or 「毎日」 beside 月次.
    fn asked_of(
        &self,
        name: &str,
        cell: &str,
        plain: &Plain,
        timing: &[TimingWord],
        doubts: &mut Vec<Question>,
    ) {
        let mut ask = |kind, said: String| doubts.push(Question::new(kind, said));
        if let Some(word) = self.words.vocabulary.exact(About::Timing, &plain.text).and_then(TimingWord::of) {
            if !timing.is_empty() && !timing.contains(&word) && !dates::says_more(cell) {
                let words: Vec<_> = timing.iter().map(|word| word.word()).collect();
                let said = format!(
                    "時期は「{}」ですが、「{name}」に「{cell}」とあります。いつ送りますか。",
                    words.join("・")
                );
                ask(QuestionKind::Timing, said);
            }
            return;
        }
        let understood = dates::says_a_time(&plain.text);
        let figures = plain.text.chars().all(|c| c.is_ascii_digit());
        match self.words.rest(&plain.text) {
            _ if !plain.asked.is_empty() => {}
            // 「610」 may be a day, and may be none.
            Rest::Nothing if figures => {}
            Rest::Nothing => return,
            Rest::Aside if understood => return,
            Rest::About if understood => {
                let said =
                    format!("「{name}」の「{cell}」を、書かれた日時ちょうどとみなしました。よいですか。");
                ask(QuestionKind::Assumed, said);
                return;
            }
            Rest::Aside | Rest::About | Rest::OfTime(_) => {}
        }
        let said = format!("「{name}」の「{cell}」がいつか分かりません。何日の何時に送りますか。");
        ask(QuestionKind::Timing, said);
    }
}

/// What a remark may add to a row, while it is read.
pub(crate) struct Told<'t> {
    pub(crate) method: Option<MethodWord>,
    pub(crate) timing: &'t mut Vec<TimingWord>,
    pub(crate) when: &'t mut String,
    pub(crate) extent: &'t mut Option<Extent>,
    pub(crate) doubts: &'t mut Vec<Question>,
}

impl Told<'_> {
    fn ask(&mut self, kind: QuestionKind, said: String) {
        self.doubts.push(Question::new(kind, said));
    }
}

impl Sheet<'_> {
    /// What remarks say of time, manner and extent that the columns leave open: 「22:00起動」, 「手動で実施」, 「受信のみ」. What they
    /// say clearly is taken and told; what would make the row run otherwise is asked about.
    pub(crate) fn remarks(&self, cells: &[String], mut told: Told<'_>) {
        for (column, (role, cell)) in self.heading.roles.iter().zip(cells).enumerate() {
            if *role != Role::Item(Item::Note) || cell.is_empty() {
                continue;
            }
            let name = self.heading.name(column).replace('\n', "");
            if self.remark_asked(&name, cell, cells, &mut told) {
                continue;
            }
            self.remark_of_extent(&name, cell, &mut told);
            // A row that is asked about already is not asked about once more.
            if !told.doubts.iter().any(|doubt| doubt.kind == QuestionKind::Timing) {
                self.remark_of_time(&name, cell, &mut told);
            }
        }
    }

    /// Words of a remark that nobody may pass over; whether there are any.
    fn remark_asked(&self, name: &str, cell: &str, cells: &[String], told: &mut Told<'_>) -> bool {
        let Some(Sense::Known(meaning) | Sense::Guessed(meaning)) =
            self.words.vocabulary.sense(About::Remark, cell)
        else {
            return false;
        };
        let by_hand = told.method == Some(MethodWord::Manual)
            || told.timing.iter().any(|word| matches!(word, TimingWord::AtWill | TimingWord::ByHand));
        let way = self.text(cells, Item::Direction);
        let (kind, asked) = match meaning {
            "by-hand" if by_hand => return false,
            "by-hand" => {
                (QuestionKind::Timing, "職員が始めますか、いつですか。方式か時期の列に書いてください")
            }
            "way" if !way.is_empty() => return false,
            "way" => (
                QuestionKind::Direction,
                "どちらへ送りますか。送り元と受け側、または方向の列を直してください",
            ),
            _ => (QuestionKind::Withdrawn, "この行は動かしていません。連携しますか"),
        };
        told.ask(kind, format!("「{name}」に「{cell}」とあります。{asked}。"));
        true
    }

    /// 「全件」 among the remarks, where no column says so.
    fn remark_of_extent(&self, name: &str, cell: &str, told: &mut Told<'_>) {
        let known = self.words.vocabulary.exact(About::Extent, cell);
        let extent = match known {
            Some(word) => EXTENTS.iter().find(|(printed, _)| *printed == word).map(|(_, extent)| *extent),
            None if self.words.rest(cell) == Rest::Nothing => match self.words.extents_in(cell).as_slice() {
                [extent] => Some(*extent),
                _ => None,
            },
            None => None,
        };
        if let Some(extent) = extent.filter(|_| told.extent.is_none()) {
            *told.extent = Some(extent);
            let said = format!("「{name}」の「{cell}」から、{}とみなしました。よいですか。", extent.word());
            told.ask(QuestionKind::Assumed, said);
        }
    }

    fn remark_of_time(&self, name: &str, cell: &str, told: &mut Told<'_>) {
        const CHARS_MAX: usize = 30;
        let short = cell.chars().count() <= CHARS_MAX;
        let plain = self.words.plain_time(cell);
        let text = &plain.text;
        let word = self.calendar_word(text).filter(|word| short && !told.timing.contains(word));
        let both = short && 1 < self.words.extents_in(cell).len();
        let of_term =
            has_year(text) && ["終", "から", "まで", "以降", "開始"].iter().any(|word| text.contains(word));
        let of_events = told.timing.is_empty() && self.words.vocabulary.exact(About::Timing, text).is_some();
        if !dates::says_a_time(text) && word.is_none() && !both && !of_term && !of_events {
            return;
        }
        if told.timing.is_empty() && told.when.is_empty() {
            self.remark_as_timing(name, cell, told);
            return;
        }
        let wanted = told.timing.iter().map(|word| word.word()).collect::<Vec<_>>().join("・");
        if has_year(text) || !short {
            let said = format!(
                "「{name}」に「{cell}」とあります。動かす日を変えるなら時期の列に、始まりや終わりの日なら連携ファイルの有効期間（term）に書いてください。"
            );
            told.ask(QuestionKind::Assumed, said);
            return;
        }
        let clear =
            plain.asked.is_empty() && word.is_none() && !both && self.words.rest(text) == Rest::Nothing;
        if let ([timing], true) = (told.timing.as_slice(), clear) {
            let combined = [told.when.as_str(), text.as_str()].join(" ").trim().to_owned();
            let (before, after) =
                (dates::runs(Some(*timing), told.when), dates::runs(Some(*timing), &combined));
            let fault = dates::fault(told.timing, &combined);
            if before == after && fault.is_none() {
                return;
            }
            let twice = (dates::has_hour(told.when) && dates::has_hour(text))
                || (dates::has_day(told.when) && dates::has_day(text));
            let fits = dates::word(text).is_none_or(|word| word == *timing);
            if fits && !twice && fault.is_none() {
                *told.when = combined;
                let said =
                    format!("「{name}」の「{cell}」を、「{wanted}」の日時とみなしました。よいですか。");
                told.ask(QuestionKind::Assumed, said);
                return;
            }
        }
        let said =
            format!("時期は「{wanted}」ですが、「{name}」に「{cell}」とあります。いつ、何を送りますか。");
        told.ask(QuestionKind::Timing, said);
    }

    /// A remark where no column says anything of the time: it is the timing, if all of it is understood.
    fn remark_as_timing(&self, name: &str, cell: &str, told: &mut Told<'_>) {
        let mut doubts = Vec::new();
        let (words, _) = self.words.timing(cell, &mut doubts);
        let plain = self.words.plain_time(cell).text;
        let clear = !words.is_empty()
            && self.words.rest(&plain) == Rest::Nothing
            && !doubts.iter().any(|doubt| doubt.kind.stops())
            && dates::fault(&words, &plain).is_none();
        if !clear {
            let said = format!("時期が空で、「{name}」に「{cell}」とあります。いつ送りますか。");
            told.ask(QuestionKind::Timing, said);
            return;
        }
        let printed = words.iter().map(|word| word.word()).collect::<Vec<_>>().join("・");
        let said =
            format!("時期が空なので、「{name}」の「{cell}」から「{printed}」とみなしました。よいですか。");
        told.ask(QuestionKind::Assumed, said);
        *told.timing = words;
        if self.words.vocabulary.exact(About::Timing, cell).is_none() || dates::says_more(cell) {
            *told.when = plain;
        }
    }

    /// A word of the calendar (月次) that stands in a text.
    fn calendar_word(&self, text: &str) -> Option<TimingWord> {
        let (Sense::Known(word) | Sense::Guessed(word)) = self.words.vocabulary.sense(About::Timing, text)?;
        let by_calendar = [TimingWord::Daily, TimingWord::Weekly, TimingWord::Monthly, TimingWord::Yearly];
        TimingWord::of(word).filter(|word| by_calendar.contains(word))
    }
}

/// Whether a text names a year: 「令和9年1月から」, 「R9.3末」.
fn has_year(text: &str) -> bool {
    let text = folded(text);
    let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let era = ["令和", "平成", "昭和"].iter().any(|era| text.contains(era));
    let short = ["r", "h", "s"].iter().any(|era| {
        text.match_indices(era).any(|(place, _)| {
            let before = text.get(..place).unwrap_or_default();
            digit(text.get(place.saturating_add(1)..).unwrap_or_default())
                && !before.ends_with(|c: char| c.is_ascii_alphanumeric())
        })
    });
    let christian = text.match_indices("20").any(|(place, _)| {
        let (before, behind) = (text.get(..place).unwrap_or_default(), text.get(place..).unwrap_or_default());
        let figures = behind.chars().take_while(char::is_ascii_digit).count();
        figures == 4 && !before.ends_with(|c: char| c.is_ascii_digit())
    });
    era || short || christian
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_below_a_heading_has_the_unit_of_it() {
        for (heading, cell, want) in [
            ("曜日", "木", "木曜"),
            ("実行曜日", "月・木", "月曜・木曜"),
            ("曜日", "月火水木金", "平日"),
            ("曜日", "平日", "平日"),
            ("実行日", "10", "10日"),
            ("実行日", "5,15,25", "5、15、25日"),
            ("実行日", "末", "月末"),
            ("実行日", "6/10", "6/10"),
            ("実行日", "610", "610"),
            ("実行日", "木", "木曜"),
            ("実行時刻", "22", "22時"),
            ("時刻", "2200", "22:00"),
            ("時刻", "630", "6:30"),
            ("時刻", "22:00", "22:00"),
            ("実行日", "毎日", "毎日"),
        ] {
            assert_eq!(with_unit(heading, cell), want, "{heading} {cell}");
        }
        assert_eq!(iso_dates("2026-06-10"), "6月10日");
        assert_eq!(iso_dates("2026-06-10 00:00:00"), "6月10日");
        assert_eq!(iso_dates("22:00"), "22:00");
    }
}
