//! The words in the cells of a list, and what is asked when they are not plain.

use crate::derive::dates;
use crate::fold::{bracketed, folded, parts};
use crate::sheet_time::{Plain, Rest};
use crate::vocabulary::{About, Sense, Vocabulary};
use crate::words::{ARROWS, ASSURANCES, EXTENTS, METHODS, Word};
use crate::{Assurance, Direction, Extent, MethodWord, Question, QuestionKind, Systems, TimingWord};

/// What words are understood by.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) systems: &'a Systems,
    /// Name of the sheet, which titles its list.
    pub(crate) sheet: &'a str,
}

impl Words<'_> {
    /// The word a text stands for. A guess and a word nobody knows are asked about; `what` names the item.
    fn one<T: Copy>(
        &self,
        about: About,
        what: &str,
        text: &str,
        known: &[Word<T>],
        doubts: &mut Vec<Question>,
    ) -> Option<T> {
        if text.is_empty() {
            return None;
        }
        let meaning =
            |word: &str| known.iter().find(|(printed, _)| *printed == word).map(|(_, meaning)| *meaning);
        self.meant(about, what, text, meaning, doubts)
    }

    /// The same for words whose meaning is no closed list.
    fn meant<T>(
        &self,
        about: About,
        what: &str,
        text: &str,
        meaning: impl Fn(&str) -> Option<T>,
        doubts: &mut Vec<Question>,
    ) -> Option<T> {
        match self.vocabulary.sense(about, text) {
            Some(Sense::Known(word)) => meaning(word),
            Some(Sense::Guessed(word)) => {
                let said = format!("{what}「{text}」を「{word}」とみなしました。よいですか。");
                doubts.push(Question::new(QuestionKind::Assumed, said));
                meaning(word)
            }
            None => {
                let said = format!("{what}「{text}」が何を指すか分かりません。どういう意味ですか。");
                doubts.push(Question::new(QuestionKind::Word, said));
                None
            }
        }
    }

    pub(crate) fn direction(&self, text: &str, has_column: bool, doubts: &mut Vec<Question>) -> Direction {
        if text.is_empty() && has_column {
            let said = "方向が空なので、左の欄から右の欄へ送るとみなしました。よいですか。";
            doubts.push(Question::new(QuestionKind::Assumed, said));
        }
        if !text.is_empty() && self.vocabulary.sense(About::Direction, text).is_none() {
            let said = format!("方向「{text}」が何を指すか分かりません。どちらへ送りますか。");
            doubts.push(Question::new(QuestionKind::Direction, said));
            return Direction::Out;
        }
        self.one(About::Direction, "方向", text, ARROWS, doubts).unwrap_or(Direction::Out)
    }

    /// The method, and what stands in a bracket behind it: `自動(オンライン)`.
    pub(crate) fn method(
        &self,
        text: &str,
        doubts: &mut Vec<Question>,
    ) -> (Option<MethodWord>, Option<String>) {
        if self.vocabulary.exact(About::Method, text).is_none() {
            if let Some((outer, inner)) = bracketed(text) {
                return (self.one(About::Method, "方式", outer, METHODS, doubts), Some(inner.to_owned()));
            }
            let parts = parts(text);
            let words: Vec<MethodWord> = parts
                .iter()
                .filter_map(|part| self.vocabulary.exact(About::Method, part))
                .filter_map(|word| METHODS.iter().find(|(printed, _)| *printed == word))
                .map(|(_, meaning)| *meaning)
                .collect();
            let has = |word: MethodWord| words.contains(&word);
            if 1 < parts.len() && words.len() == parts.len() {
                if has(MethodWord::RelayDatabase) && has(MethodWord::FileOrMedia) {
                    return (Some(MethodWord::RelayAndFile), None);
                }
                if let Some(first) = words.first().copied() {
                    if words.iter().any(|word| *word != first) {
                        let said = format!("方式が「{text}」と二つ以上あります。どれで送りますか。");
                        doubts.push(Question::new(QuestionKind::Method, said));
                    }
                    return (Some(first), None);
                }
            }
        }
        (self.one(About::Method, "方式", text, METHODS, doubts), None)
    }

    /// The timings, and what their brackets say: `日次（22時）`.
    pub(crate) fn timing(&self, text: &str, doubts: &mut Vec<Question>) -> (Vec<TimingWord>, Vec<String>) {
        let exact = |text: &str| self.vocabulary.exact(About::Timing, text);
        let plain = self.plain_time(text);
        let whole = exact(text).is_some() && plain.asked.is_empty();
        let read = if whole { vec![text.to_owned()] } else { parts(&plain.text) };
        let (mut words, mut unread, mut guessed) = (Vec::new(), Vec::new(), false);
        let mut torn = None;
        for part in read {
            let outer = match bracketed(&part) {
                Some((outer, inner)) if exact(&part).is_none() => {
                    // 「随時（日次）」 says two things.
                    torn = torn.or_else(|| self.torn(outer, inner));
                    // 「準リアルタイム（5分間隔）」 and 「自動（日次）」 say in the bracket what they mean.
                    let interval = TimingWord::interval(inner);
                    let inner_alone = self.vocabulary.sense(About::Timing, outer).is_none();
                    match interval.or_else(|| exact(inner).filter(|_| inner_alone).and_then(TimingWord::of)) {
                        Some(word) if interval.is_none() || self.is_of_events(outer) => {
                            words.extend((!words.contains(&word)).then_some(word));
                            continue;
                        }
                        _ => outer,
                    }
                }
                _ => part.as_str(),
            };
            let known = exact(outer).is_some();
            // 「日次・22:00」: the hour is read with what stands beside it.
            if !known && dates::is_hours(&part) {
                unread.push(part);
                continue;
            }
            if let Some(word) =
                TimingWord::interval(outer).or_else(|| TimingWord::interval_in(&part)).filter(|_| !known)
            {
                words.extend((!words.contains(&word)).then_some(word));
                continue;
            }
            if !known && let Some(word) = dates::word(&part) {
                // 「毎月5日」 and 「年2回」 are no words of the vocabulary; the days say how often. A day alone behind
                // 「10月1日、」 is of the same month.
                let of_month = word == TimingWord::Monthly
                    && words.contains(&TimingWord::Yearly)
                    && part.starts_with(|c: char| c.is_numeric());
                if !of_month {
                    words.extend((!words.contains(&word)).then_some(word));
                }
                continue;
            }
            let word = match self.vocabulary.sense(About::Timing, outer) {
                Some(Sense::Known(word)) => word,
                Some(Sense::Guessed(word)) => {
                    guessed = true;
                    word
                }
                None => {
                    unread.push(part);
                    continue;
                }
            };
            words.extend(TimingWord::of(word).filter(|word| !words.contains(word)));
        }
        doubts.extend(torn);
        let (remarks, nothing_more) = self.beside(text, guessed);
        let guessed = guessed
            && (!nothing_more || words.iter().any(|word| matches!(word, TimingWord::EveryMinutes(_))));
        self.asked_of_timing(text, &plain, (&words, guessed), unread, doubts);
        (words, remarks)
    }

    /// Two words of timings, one in a bracket behind the other, that do not go together.
    fn torn(&self, outer: &str, inner: &str) -> Option<Question> {
        let word = |text: &str| self.vocabulary.exact(About::Timing, text).and_then(TimingWord::of);
        // Within more words only those of the calendar are meant, and none that names a day: 「月次（当初は年次）」.
        let guessed = || match self.vocabulary.sense(About::Timing, inner)? {
            Sense::Known(word) | Sense::Guessed(word) => TimingWord::of(word).filter(|word| {
                use TimingWord::{Daily, Monthly, Weekly, Yearly};
                matches!(word, Daily | Weekly | Monthly | Yearly)
            }),
        };
        let (one, other) =
            (word(outer)?, word(inner).or_else(|| guessed().filter(|_| !dates::says_a_time(inner)))?);
        let at_once = |word: TimingWord| matches!(word, TimingWord::Immediate | TimingWord::AsItArises);
        let by_hand = |word: TimingWord| matches!(word, TimingWord::AtWill | TimingWord::ByHand);
        if one == other || (at_once(one) && at_once(other)) || (by_hand(one) && by_hand(other)) {
            return None;
        }
        let said = format!("時期「{outer}」に「{inner}」ともあります。どちらですか。いつ送りますか。");
        Some(Question::new(QuestionKind::Timing, said))
    }

    /// Whether a text means that the link follows what happens, and not the clock.
    fn is_of_events(&self, text: &str) -> bool {
        let word = match self.vocabulary.sense(About::Timing, text) {
            Some(Sense::Known(word) | Sense::Guessed(word)) => TimingWord::of(word),
            None => None,
        };
        matches!(word, None | Some(TimingWord::Immediate | TimingWord::AsItArises))
    }

    /// What a cell of timings says beside its words, for the remarks: its brackets, or all of it where the word is one of
    /// several; and whether all of it is understood.
    fn beside(&self, text: &str, guessed: bool) -> (Vec<String>, bool) {
        let exact = |text: &str| self.vocabulary.exact(About::Timing, text).is_some();
        let mut remarks: Vec<String> = Vec::new();
        if exact(text) {
            return (remarks, true);
        }
        for part in parts(text) {
            if let Some((_, inner)) = bracketed(&part).filter(|_| !exact(&part)) {
                remarks.push(inner.to_owned());
            }
        }
        if guessed {
            // Such as a time of day beside the word.
            remarks.push(text.to_owned());
        }
        (remarks, self.rest(&self.plain_time(text).text) == Rest::Nothing)
    }

    /// What is asked of a cell of timings. Where nothing was read, the whole is asked about once, by who goes on with the row.
    fn asked_of_timing(
        &self,
        text: &str,
        plain: &Plain,
        (words, guessed): (&[TimingWord], bool),
        unread: Vec<String>,
        doubts: &mut Vec<Question>,
    ) {
        let mut ask = |kind, said: String| doubts.push(Question::new(kind, said));
        if let Some(word) = plain.asked.first() {
            let what = if folded(word) == folded(text) {
                format!("時期「{text}」がいつか分かりません。")
            } else {
                format!("時期「{text}」の「{word}」がいつか分かりません。")
            };
            ask(QuestionKind::Timing, format!("{what}何月何日の何時に送りますか。"));
            return;
        }
        if words.is_empty() {
            return;
        }
        // A figure or a weekday of a list, 「3、6、9月」 and 「火・木」, is read with what stands beside it.
        let listed = |part: &String| dates::is_of_a_list(part) || dates::is_hours(part);
        let mut unread = unread.into_iter().filter(|part| !listed(part)).peekable();
        if unread.peek().is_some() {
            for part in unread {
                let said = format!("時期のうち「{part}」を読めませんでした。いつ送りますか。");
                ask(QuestionKind::Timing, said);
            }
            return;
        }
        let printed = words.iter().map(|word| word.word()).collect::<Vec<_>>().join("・");
        match self.rest(&plain.text) {
            Rest::OfTime(rest) => {
                let said =
                    format!("時期「{text}」の「{rest}」がいつか分かりません。何日の何時に送りますか。");
                ask(QuestionKind::Timing, said);
            }
            Rest::About => {
                let said = format!(
                    "時期「{text}」を、書かれた日時ちょうどの「{printed}」とみなしました。よいですか。"
                );
                ask(QuestionKind::Assumed, said);
            }
            // 「毎時30分」: the minute is no hour and no day.
            Rest::Nothing
                if guessed
                    && words.iter().any(|word| matches!(word, TimingWord::EveryMinutes(_)))
                    && TimingWord::interval_in(&plain.text).is_none() =>
            {
                let said = format!("時期「{text}」を「{printed}」とみなしました。よいですか。");
                ask(QuestionKind::Assumed, said);
            }
            Rest::Aside if guessed => {
                let said = format!("時期「{text}」を「{printed}」とみなしました。よいですか。");
                ask(QuestionKind::Assumed, said);
            }
            Rest::Aside | Rest::Nothing => {}
        }
    }

    /// The timing that hours and days in columns of their own give away, where no word of a timing stands.
    pub(crate) fn timing_of_dates(
        &self,
        when: &str,
        timing: &mut Vec<TimingWord>,
        doubts: &mut Vec<Question>,
    ) {
        if timing.is_empty() && !when.is_empty() {
            match dates::word(when) {
                Some(word) => timing.push(word),
                None if dates::has_hour(when) => {
                    let said = format!("時期が「{when}」だけなので、日次とみなしました。よいですか。");
                    doubts.push(Question::new(QuestionKind::Assumed, said));
                    timing.push(TimingWord::Daily);
                }
                None => {}
            }
        }
        // Of a row that does not run at all, nobody asks when, nor twice of one that is asked about already.
        if !doubts.iter().any(|doubt| matches!(doubt.kind, QuestionKind::Withdrawn | QuestionKind::Timing)) {
            doubts.extend(dates::fault(timing, when));
        }
    }

    pub(crate) fn extent(&self, text: &str, doubts: &mut Vec<Question>) -> Option<Extent> {
        if text.is_empty() {
            return None;
        }
        let known = self.vocabulary.exact(About::Extent, text).is_some();
        if !known && 1 < self.extents_in(text).len() {
            let said = format!("「{text}」とあります。いつ全件で、いつ差分ですか。連携は二つに分けます。");
            doubts.push(Question::new(QuestionKind::Extent, said));
            return None;
        }
        self.one(About::Extent, "全件・差分", text, EXTENTS, doubts)
    }

    /// What of 全件 and 差分 a text names: 「日次：差分、月次：全件」 both.
    pub(crate) fn extents_in(&self, text: &str) -> Vec<Extent> {
        let text = folded(text);
        let within = |word: &&str| 2 <= word.chars().count() && text.contains(*word);
        let named = self.vocabulary.words_of(About::Extent).filter(within);
        let meaning = |word: &str| {
            let printed = self.vocabulary.exact(About::Extent, word)?;
            EXTENTS.iter().find(|(known, _)| *known == printed).map(|(_, extent)| *extent)
        };
        let mut extents: Vec<Extent> = Vec::new();
        for extent in named.filter_map(meaning) {
            if !extents.contains(&extent) {
                extents.push(extent);
            }
        }
        extents
    }

    pub(crate) fn conversion(&self, text: &str, doubts: &mut Vec<Question>) -> Option<bool> {
        self.one(About::Conversion, "文字変換", text, &[("有", true), ("無", false)], doubts)
    }

    pub(crate) fn exclusive_lock(&self, text: &str, doubts: &mut Vec<Question>) -> Option<bool> {
        self.one(About::YesNo, "排他制御", text, &[("yes", true), ("no", false)], doubts)
    }

    pub(crate) fn assurance(&self, text: &str, doubts: &mut Vec<Question>) -> Option<Assurance> {
        match self.vocabulary.exact(About::YesNo, text) {
            Some("no") => Some(Assurance::None),
            Some(_) => {
                let said = "到達保障とだけあります。送信側と受信側のどちらが確かめますか。";
                doubts.push(Question::new(QuestionKind::Word, said));
                None
            }
            None => self.one(About::Assurance, "到達保障", text, ASSURANCES, doubts),
        }
    }

    /// What a figure counts by: as printed, or by the row's timing.
    pub(crate) fn per(&self, text: &str, timing: &[TimingWord]) -> String {
        let text = folded(text);
        let printed = [
            ("/日", "日"),
            ("日次", "日"),
            ("1日", "日"),
            ("/月", "月"),
            ("月次", "月"),
            ("/回", "回"),
            ("1回", "回"),
        ];
        if let Some((_, per)) = printed.iter().find(|(sign, _)| text.contains(sign)) {
            return (*per).to_owned();
        }
        match timing {
            [TimingWord::Monthly] => "月",
            [
                TimingWord::Immediate
                | TimingWord::EveryMinutes(_)
                | TimingWord::AsItArises
                | TimingWord::Daily,
            ] => "日",
            _ => "回",
        }
        .to_owned()
    }
}

/// The largest figure in a text: `約1,000件／日`, `1.2万件`, `1万2千件`; none when there is no figure or it is beyond counting.
/// What counts no rows, such as `120MB` or `5%`, is none either.
pub(crate) fn figure(text: &str) -> Option<u32> {
    const OTHERS: [&str; 15] =
        ["mb", "gb", "kb", "tb", "byte", "バイト", "%", "年", "月", "日", "時", "分", "倍", "回", "か月"];
    let text = folded(text);
    let (mut largest, mut rest) = (None, text.as_str());
    while let Some(place) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = rest.get(place..).unwrap_or_default();
        let mut sum = Some(0_u64);
        // 1万2千 is one figure of two parts.
        loop {
            let (thousandths, behind) = number(rest);
            let (scale, behind) = match behind.chars().next() {
                Some(sign @ '万') => (10_000, behind.trim_start_matches(sign)),
                Some(sign @ '千') => (1_000, behind.trim_start_matches(sign)),
                _ => (1, behind),
            };
            let part = thousandths.and_then(|part| part.checked_mul(scale)).map(|part| part / 1_000);
            sum = sum.zip(part).and_then(|(sum, part)| sum.checked_add(part));
            rest = behind;
            if scale == 1 || !rest.starts_with(|c: char| c.is_ascii_digit()) {
                break;
            }
        }
        if !OTHERS.iter().any(|unit| rest.starts_with(unit)) {
            largest = largest.max(sum.and_then(|sum| u32::try_from(sum).ok()));
        }
    }
    largest
}

/// The number a text begins with, in thousandths, and what stands behind it.
fn number(text: &str) -> (Option<u64>, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(text.len());
    let (whole, behind) = text.split_at(end);
    let whole = whole.replace(',', "").parse::<u64>().ok().and_then(|whole| whole.checked_mul(1_000));
    let Some(fraction) = behind.strip_prefix('.') else { return (whole, behind) };
    let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
    let (digits, behind) = fraction.split_at(end);
    let padded: String = digits.chars().chain("000".chars()).take(3).collect();
    let fraction = padded.parse::<u64>().ok();
    (whole.zip(fraction).and_then(|(whole, fraction)| whole.checked_add(fraction)), behind)
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn the_largest_figure_counts() {
        for (text, want) in [
            ("約500件/日", Some(500)),
            ("繁忙期：～1,000件／日（通常50件）", Some(1_000)),
            ("２万件", Some(20_000)),
            ("3千", Some(3_000)),
            ("約1.2万件", Some(12_000)),
            ("1万2千件", Some(12_000)),
            ("3.5千件", Some(3_500)),
            ("100件×12回", Some(100)),
            ("令和7年度実績：3,200件", Some(3_200)),
            ("12,345件（R7.4.1現在）", Some(12_345)),
            ("約2GB", None),
            ("人口の約5%", None),
            ("数件", None),
            ("", None),
            ("99999999999件", None),
        ] {
            assert_eq!(figure(text), want, "{text}");
        }
    }
}
