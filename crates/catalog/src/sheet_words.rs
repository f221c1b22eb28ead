//! The words in the cells of a list, and what is asked when they are not plain.

use crate::derive::dates;
use crate::fold::{bracketed, folded, parts};
use crate::vocabulary::{About, Sense, Vocabulary};
use crate::words::{ARROWS, ASSURANCES, EXTENTS, METHODS, Word};
use crate::{Assurance, Direction, Extent, MethodWord, Question, QuestionKind, Systems, TimingWord};

/// What words are understood by.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) systems: &'a Systems,
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
        let whole = self.vocabulary.exact(About::Timing, text).is_some();
        let parts = if whole { vec![text.to_owned()] } else { parts(text) };
        let (mut words, mut remarks, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            let plain = match bracketed(&part) {
                Some((outer, inner)) if self.vocabulary.exact(About::Timing, &part).is_none() => {
                    remarks.push(inner.to_owned());
                    outer
                }
                _ => part.as_str(),
            };
            let interval = TimingWord::interval(plain);
            if let Some(word) = interval.filter(|_| self.vocabulary.exact(About::Timing, plain).is_none()) {
                words.extend((!words.contains(&word)).then_some(word));
                continue;
            }
            let dated = dates::word(&part);
            if self.vocabulary.exact(About::Timing, plain).is_none()
                && let Some(word) = dated
            {
                // 「毎月5日」 and 「年2回」 are no words of the vocabulary; the days say how often. A day alone behind
                // 「10月1日、」 is of the same month.
                let of_month = word == TimingWord::Monthly
                    && words.contains(&TimingWord::Yearly)
                    && part.starts_with(|c: char| c.is_numeric());
                if of_month {
                    continue;
                }
                words.extend((!words.contains(&word)).then_some(word));
                continue;
            }
            if self.vocabulary.sense(About::Timing, plain).is_none() {
                unread.push(part);
                continue;
            }
            let word = self.meant(About::Timing, "時期", plain, TimingWord::of, doubts);
            if self.vocabulary.exact(About::Timing, plain).is_none() && word.is_some() {
                // Such as a time of day beside the word.
                remarks.push(plain.to_owned());
            }
            words.extend(word.filter(|word| !words.contains(word)));
        }
        // Where nothing was read, the whole is asked about once, by who goes on with the row.
        // A figure or a weekday of a list, 「3、6、9月」 and 「火・木」, is read with what stands beside it.
        let listed = |part: &String| dates::is_of_a_list(part);
        for part in unread.into_iter().filter(|part| !words.is_empty() && !listed(part)) {
            let said = format!("時期のうち「{part}」を読めませんでした。いつ送りますか。");
            doubts.push(Question::new(QuestionKind::Timing, said));
        }
        (words, remarks)
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
        // Of a row that does not run at all, nobody asks when.
        if !doubts.iter().any(|doubt| doubt.kind == QuestionKind::Withdrawn) {
            doubts.extend(dates::fault(timing, when));
        }
    }

    pub(crate) fn extent(&self, text: &str, doubts: &mut Vec<Question>) -> Option<Extent> {
        if text.is_empty() {
            return None;
        }
        let named: Vec<&str> = parts(text)
            .iter()
            .filter_map(|part| self.vocabulary.exact(About::Extent, part))
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        if 1 < named.len() {
            let said = format!("「{text}」とあります。いつ全件で、いつ差分ですか。連携は二つに分けます。");
            doubts.push(Question::new(QuestionKind::Extent, said));
            return None;
        }
        self.one(About::Extent, "全件・差分", text, EXTENTS, doubts)
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

/// The largest figure in a text: `約1,000件／日`, `２万件`; none when there is no figure or it is beyond counting.
pub(crate) fn figure(text: &str) -> Option<u32> {
    let mut largest = None;
    let mut digits = String::new();
    // One sign behind the end closes the last figure.
    for c in folded(text).chars().chain(std::iter::once(' ')) {
        match c {
            '0'..='9' => digits.push(c),
            ',' if !digits.is_empty() => {}
            _ if digits.is_empty() => {}
            _ => {
                let scale = match c {
                    '万' => 10_000,
                    '千' => 1_000,
                    _ => 1,
                };
                let number = digits.parse::<u32>().ok().and_then(|number| number.checked_mul(scale));
                largest = largest.max(number);
                digits.clear();
            }
        }
    }
    largest
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
            ("数件", None),
            ("", None),
            ("99999999999件", None),
        ] {
            assert_eq!(figure(text), want, "{text}");
        }
    }
}
