use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::fold::folded;

/// How a list says data travels (連携方式), in the list's own words.
///
/// 自動 and 手動 leave the method open; the other words name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MethodWord {
    /// 自動
    Automatic,
    /// 手動
    Manual,
    /// 即時連携
    Immediate,
    /// DB中継
    RelayDatabase,
    /// ファイル転送/媒体連携
    FileOrMedia,
    /// DB中継・ファイル転送/媒体連携併用
    RelayAndFile,
}

/// When a list says data travels (時期・頻度).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimingWord {
    /// 即時
    Immediate,
    /// 10分ごと, 毎時: every so many minutes, 1 to 1440.
    EveryMinutes(u32),
    /// 随時: when it arises, whoever starts it.
    AsItArises,
    /// 日次
    Daily,
    /// 週次
    Weekly,
    /// 月次
    Monthly,
    /// 年次
    Yearly,
    /// 任意: when the staff wish.
    AtWill,
    /// 手動: a method word that stands in the timing column of one row.
    ByHand,
}

/// How much a transmission carries (全件・差分).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// 差分: what changed since the last one.
    Difference,
    /// 全件: the whole register as of one moment.
    Full,
}

/// Who sees to it that data arrived (到達保障).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// Nobody is named.
    None,
    /// 送信側が保障: the sender waits for a receipt.
    SenderAssures,
    /// 受信側が送信側に確認: the receiver asks the sender for what it lacks.
    ReceiverAsks,
}

/// Which way a row goes between its two systems (方向).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the first system of the row to the second (→, O).
    Out,
    /// From the second to the first (←, I).
    In,
    /// Both ways (←→): really two links.
    Both,
}

/// On which side of the platform in between (共通基盤) a row lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ViaSide {
    /// The leg from the platform on: the list prints 共通基盤 beside the source.
    Source,
    /// The leg up to the platform: the list prints 共通基盤 beside the target.
    Target,
}

impl MethodWord {
    /// The word as printed.
    #[must_use]
    pub fn word(self) -> &'static str {
        word_of(METHODS, self)
    }
}

impl TimingWord {
    /// The word as printed; an interval as 「10分ごと」.
    #[must_use]
    pub fn word(self) -> Cow<'static, str> {
        match self {
            Self::EveryMinutes(minutes) => Cow::Owned(format!("{minutes}分ごと")),
            other => Cow::Borrowed(word_of(TIMINGS, other)),
        }
    }

    /// The timing a word stands for: one of the closed vocabulary, or an interval.
    pub(crate) fn of(word: &str) -> Option<Self> {
        let known = TIMINGS.iter().find(|(printed, _)| *printed == word).map(|(_, meaning)| *meaning);
        known.or_else(|| Self::interval(word))
    }

    /// An interval in figures, as the whole text: 10分ごと, ３０分毎, 5分間隔, 15分おきに, 1時間ごと.
    ///
    /// `None` also for an interval of none or of more than a day, which a link cannot have.
    pub(crate) fn interval(text: &str) -> Option<Self> {
        const EVERY: [&str; 6] = ["ごと", "毎", "おき", "間隔", "に1回", "1回"];
        const MINUTES_MAX: u32 = 24 * 60;
        let text = folded(text);
        let text = text.strip_suffix(['に', 'で']).unwrap_or(&text);
        let length = EVERY.iter().find_map(|every| text.strip_suffix(every))?;
        let (figure, scale) = match length.strip_suffix('分') {
            Some(figure) => (figure, 1),
            None => (length.strip_suffix("時間")?, 60),
        };
        let minutes = figure.parse::<u32>().ok()?.checked_mul(scale)?;
        (1..=MINUTES_MAX).contains(&minutes).then_some(Self::EveryMinutes(minutes))
    }
}

impl TimingWord {
    /// The interval that stands somewhere in a text: 「平日 8:30～17:15 10分ごと」.
    pub(crate) fn interval_in(text: &str) -> Option<Self> {
        const EVERY: [&str; 4] = ["ごと", "毎", "おき", "間隔"];
        // A space stays: 「17:15 10分ごと」.
        let text = text.split_whitespace().map(folded).collect::<Vec<_>>().join(" ");
        ["分", "時間"].into_iter().find_map(|unit| {
            text.match_indices(unit).find_map(|(place, _)| {
                let (before, behind) = (text.get(..place)?, text.get(place.checked_add(unit.len())?..)?);
                let every = EVERY.iter().find(|every| behind.starts_with(**every))?;
                let start = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
                Self::interval(&format!("{}{unit}{every}", before.get(start..)?))
            })
        })
    }
}

impl Extent {
    /// The word as printed.
    #[must_use]
    pub fn word(self) -> &'static str {
        word_of(EXTENTS, self)
    }
}

/// One word of a closed vocabulary and what it means.
pub(crate) type Word<T> = (&'static str, T);

pub(crate) const METHODS: &[Word<MethodWord>] = &[
    ("自動", MethodWord::Automatic),
    ("手動", MethodWord::Manual),
    ("即時連携", MethodWord::Immediate),
    ("DB中継", MethodWord::RelayDatabase),
    ("ファイル転送/媒体連携", MethodWord::FileOrMedia),
    ("DB中継・ファイル転送/媒体連携併用", MethodWord::RelayAndFile),
];
pub(crate) const TIMINGS: &[Word<TimingWord>] = &[
    ("即時", TimingWord::Immediate),
    ("随時", TimingWord::AsItArises),
    ("日次", TimingWord::Daily),
    ("週次", TimingWord::Weekly),
    ("月次", TimingWord::Monthly),
    ("年次", TimingWord::Yearly),
    ("任意", TimingWord::AtWill),
    ("手動", TimingWord::ByHand),
];
pub(crate) const EXTENTS: &[Word<Extent>] = &[("差分", Extent::Difference), ("全件", Extent::Full)];
pub(crate) const ARROWS: &[Word<Direction>] =
    &[("→", Direction::Out), ("←", Direction::In), ("←→", Direction::Both)];
pub(crate) const IO: &[Word<Direction>] = &[("I", Direction::In), ("O", Direction::Out)];
pub(crate) const VIA_SIDES: &[Word<ViaSide>] = &[("source", ViaSide::Source), ("target", ViaSide::Target)];
pub(crate) const CONVERSIONS: &[Word<bool>] = &[("有", true), ("無", false), ("あり", true), ("なし", false)];
pub(crate) const YES_NO: &[Word<bool>] = &[("yes", true), ("no", false)];
pub(crate) const ASSURANCES: &[Word<Assurance>] = &[
    ("sender", Assurance::SenderAssures),
    ("receiver-asks-sender", Assurance::ReceiverAsks),
    ("none", Assurance::None),
];

pub(crate) fn word_of<T: PartialEq + Copy>(words: &[Word<T>], wanted: T) -> &'static str {
    words.iter().find(|(_, meaning)| *meaning == wanted).map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::TimingWord;

    #[test]
    fn intervals_are_read_in_any_spelling() {
        for (text, minutes) in [
            ("10分ごと", Some(10)),
            ("３０分毎", Some(30)),
            ("5 分間隔", Some(5)),
            ("15分おきに", Some(15)),
            ("1時間ごと", Some(60)),
            ("24時間毎", Some(1440)),
            ("30分に1回", Some(30)),
            ("0分ごと", None),
            ("25時間ごと", None),
            ("99999999999分ごと", None),
            ("1日1回", None),
            ("分ごと", None),
            ("10分", None),
            ("", None),
        ] {
            assert_eq!(TimingWord::interval(text), minutes.map(TimingWord::EveryMinutes), "{text}");
        }
        assert_eq!(TimingWord::of(&TimingWord::EveryMinutes(90).word()), Some(TimingWord::EveryMinutes(90)));
        assert_eq!(TimingWord::of("日次"), Some(TimingWord::Daily));
    }
}
