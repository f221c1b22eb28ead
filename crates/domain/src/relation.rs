//! The relationship to the head of the household (続柄).

use std::fmt;
use std::str::FromStr;

use crate::tsv;

/// One step of a relation (続柄の1世代).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationStep {
    /// 夫
    Husband,
    /// 妻
    Wife,
    /// 夫（未届）: not filed with the family register.
    HusbandUnfiled,
    /// 妻（未届）: not filed with the family register.
    WifeUnfiled,
    /// 子
    Child,
    /// 子（子の夫）
    ChildHusbandOfChild,
    /// 子（子の妻）
    ChildWifeOfChild,
    /// 父
    Father,
    /// 母
    Mother,
    /// 兄
    ElderBrother,
    /// 姉
    ElderSister,
    /// 弟
    YoungerBrother,
    /// 妹
    YoungerSister,
}

/// Step, label, code. Longer labels stand before those they begin with, so that the first match is the right one.
const STEPS: [(RelationStep, &str, &str); 13] = [
    (RelationStep::HusbandUnfiled, "夫（未届）", "13"),
    (RelationStep::WifeUnfiled, "妻（未届）", "14"),
    (RelationStep::ChildHusbandOfChild, "子（子の夫）", CODE_SPOUSE_SLOT),
    (RelationStep::ChildWifeOfChild, "子（子の妻）", CODE_SPOUSE_SLOT),
    (RelationStep::Husband, "夫", "11"),
    (RelationStep::Wife, "妻", "12"),
    (RelationStep::Child, "子", "20"),
    (RelationStep::Father, "父", "51"),
    (RelationStep::Mother, "母", "52"),
    (RelationStep::ElderBrother, "兄", "71"),
    (RelationStep::YoungerBrother, "弟", "74"),
    (RelationStep::ElderSister, "姉", "81"),
    (RelationStep::YoungerSister, "妹", "84"),
];

const HEAD: (&str, &str) = ("世帯主", "02");
const KIN: (&str, &str) = ("縁故者", "96");
const HOUSEMATE: (&str, &str) = ("同居人", "99");
/// The code of 子（子の夫） and of 子（子の妻）. It does not tell which, so it is written and not read.
const CODE_SPOUSE_SLOT: &str = "2X";
const CODE_BLANK: &str = "XX";

/// The generations a relation may have; one more is 縁故者.
///
/// Source: 住民記録システム標準仕様書 1.1.11.
pub const RELATION_STEPS_MAX: usize = 4;

impl RelationStep {
    /// The word, such as 子.
    pub fn label(self) -> &'static str {
        STEPS.iter().find(|(step, ..)| *step == self).map_or("", |(_, label, _)| label)
    }

    /// The code, such as `20`. `2X` stands for both 子（子の夫） and 子（子の妻）.
    pub fn code(self) -> &'static str {
        STEPS.iter().find(|(step, ..)| *step == self).map_or("", |(.., code)| code)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Head,
    Chain(Vec<RelationStep>), // Invariant: 1 to RELATION_STEPS_MAX steps.
    Kin,
    Housemate,
}

/// The relationship to the head of the household (続柄): 世帯主, a chain of up to four steps joined by の, 縁故者,
/// or 同居人.
///
/// The text form, and the serialised one, is the label: 妻, 子の子, 夫（未届）.
///
/// Source: 住民記録システム標準仕様書 1.1.11.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relation(Kind);

impl Relation {
    /// 世帯主.
    pub const HEAD: Relation = Relation(Kind::Head);
    /// 縁故者.
    pub const KIN: Relation = Relation(Kind::Kin);
    /// 同居人.
    pub const HOUSEMATE: Relation = Relation(Kind::Housemate);

    /// A chain read from the head outwards: 子, 妻 is 子の妻. Errs on no step and on more than four.
    pub fn chain(steps: &[RelationStep]) -> Result<Relation, RelationError> {
        match steps.len() {
            0 => Err(RelationError::Blank),
            generations if RELATION_STEPS_MAX < generations => Err(RelationError::TooLong { generations }),
            _ => Ok(Relation(Kind::Chain(steps.to_vec()))),
        }
    }

    /// Reads the label (half-width parentheses too) or the codes, `02`, `20`, `20-12`, `20-12-XX-XX`.
    ///
    /// Errs outside the grammar (E085) and beyond four generations (E086).
    pub fn parse(text: &str) -> Result<Relation, RelationError> {
        let text: String = text
            .trim()
            .chars()
            .map(|c| match c {
                '(' => '（',
                ')' => '）',
                '（' | '）' => c,
                _ => crate::text::narrow_char(c),
            })
            .collect();
        let text = text.trim();
        if text.is_empty() {
            return Err(RelationError::Blank);
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) || text.starts_with(CODE_BLANK) {
            return Self::from_codes(text.split('-'));
        }
        for (relation, (label, _)) in
            [(Relation::HEAD, HEAD), (Relation::KIN, KIN), (Relation::HOUSEMATE, HOUSEMATE)]
        {
            if text == label {
                return Ok(relation);
            }
        }
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let step = STEPS.iter().find_map(|(step, label, _)| Some((*step, rest.strip_prefix(label)?)));
            let Some((step, after)) = step else { return Err(RelationError::grammar(text)) };
            steps.push(step);
            if after.is_empty() {
                return Self::chain(&steps);
            }
            rest = after.strip_prefix('の').ok_or_else(|| RelationError::grammar(text))?;
        }
    }

    /// Reads the codes of up to four generations (続柄コード1-4); trailing blanks and `XX` are no generation.
    pub fn from_codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Result<Relation, RelationError> {
        let mut codes: Vec<&str> = codes.into_iter().map(str::trim).collect();
        while codes.pop_if(|code| code.is_empty() || *code == CODE_BLANK).is_some() {}
        match codes.as_slice() {
            [] => return Err(RelationError::Blank),
            [code] if *code == HEAD.1 => return Ok(Relation::HEAD),
            [code] if *code == KIN.1 => return Ok(Relation::KIN),
            [code] if *code == HOUSEMATE.1 => return Ok(Relation::HOUSEMATE),
            _ => {}
        }
        let mut steps = Vec::new();
        for given in codes {
            if given == CODE_SPOUSE_SLOT {
                return Err(RelationError::AmbiguousCode);
            }
            let step = STEPS.iter().find(|(.., code)| *code == given).map(|(step, ..)| *step);
            steps.push(step.ok_or_else(|| RelationError::UnknownCode { code: given.to_owned() })?);
        }
        Self::chain(&steps)
    }

    /// Whether the person is the head.
    pub fn is_head(&self) -> bool {
        self.0 == Kind::Head
    }

    /// The steps from the head outwards; empty for 世帯主, 縁故者 and 同居人.
    pub fn steps(&self) -> &[RelationStep] {
        match &self.0 {
            Kind::Chain(steps) => steps,
            Kind::Head | Kind::Kin | Kind::Housemate => &[],
        }
    }

    /// Whether the person is the head's spouse, filed or not.
    pub fn is_spouse_of_head(&self) -> bool {
        use RelationStep::{Husband, HusbandUnfiled, Wife, WifeUnfiled};
        matches!(self.steps(), [Husband | HusbandUnfiled | Wife | WifeUnfiled])
    }

    /// The words, such as 子の妻 (続柄表記).
    pub fn label(&self) -> String {
        match &self.0 {
            Kind::Head => HEAD.0.to_owned(),
            Kind::Kin => KIN.0.to_owned(),
            Kind::Housemate => HOUSEMATE.0.to_owned(),
            Kind::Chain(steps) => steps.iter().map(|step| step.label()).collect::<Vec<_>>().join("の"),
        }
    }

    /// The codes, one per generation (続柄コード1-4).
    pub fn codes(&self) -> Vec<&'static str> {
        match &self.0 {
            Kind::Head => vec![HEAD.1],
            Kind::Kin => vec![KIN.1],
            Kind::Housemate => vec![HOUSEMATE.1],
            Kind::Chain(steps) => steps.iter().map(|step| step.code()).collect(),
        }
    }

    /// The codes on one line, such as `20-12`.
    pub fn code_text(&self) -> String {
        self.codes().join("-")
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.label())
    }
}

impl fmt::Debug for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relation({})", self.label())
    }
}

impl FromStr for Relation {
    type Err = RelationError;

    fn from_str(text: &str) -> Result<Relation, RelationError> {
        Relation::parse(text)
    }
}

crate::text::serde_as_text!(Relation);

/// Why a relation does not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelationError {
    /// Nothing was given.
    #[error("続柄がありません。「世帯主」「妻」「子」などを入力してください（E085）")]
    Blank,
    /// A word outside the grammar.
    #[error("続柄「{text}」は使えません。{remedy}（E085）")]
    Grammar {
        /// What was given.
        text: String,
        /// What to enter instead.
        remedy: String,
    },
    /// More generations than are written out.
    #[error("続柄が{generations}世代あります。4世代を超えるときは「縁故者」と入力してください（E086）")]
    TooLong {
        /// How many were given.
        generations: usize,
    },
    /// A code outside the list.
    #[error("続柄コード「{code}」はコード表にありません。コードを確認してください（E085）")]
    UnknownCode {
        /// What was given.
        code: String,
    },
    /// The code of two relations.
    #[error(
        "続柄コード「2X」だけでは「子（子の夫）」か「子（子の妻）」か決まりません。続柄を文字で入力してください（E085）"
    )]
    AmbiguousCode,
}

impl RelationError {
    fn grammar(text: &str) -> RelationError {
        let known = tsv::rows(include_str!("../data/relation-words.tsv"))
            .find(|row| tsv::cell(row, 0) == text)
            .map(|row| format!("「{}」と入力してください", tsv::cell(&row, 1)));
        let remedy = known.unwrap_or_else(|| {
            "夫・妻・子・父・母・兄・姉・弟・妹を「の」でつなぐか、「縁故者」「同居人」としてください"
                .to_owned()
        });
        RelationError::Grammar { text: text.to_owned(), remedy }
    }
}
