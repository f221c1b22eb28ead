use serde::{Deserialize, Serialize};

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
    /// The word as printed.
    #[must_use]
    pub fn word(self) -> &'static str {
        word_of(TIMINGS, self)
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
