//! Code lists of the system, read from `standards/codes/light-vehicle-tax`.

use system::{Choice, FieldKind};

const REGISTRATIONS: &str = include_str!("../../../standards/codes/light-vehicle-tax/registrations.tsv");
const CHANGES: &str = include_str!("../../../standards/codes/light-vehicle-tax/changes.tsv");
const SCRAPPINGS: &str = include_str!("../../../standards/codes/light-vehicle-tax/scrappings.tsv");
const EXEMPTIONS: &str = include_str!("../../../standards/codes/light-vehicle-tax/exemptions.tsv");
const LEVY_REASONS: &str = include_str!("../../../standards/codes/light-vehicle-tax/levy-reasons.tsv");
const LETTERS: &str = include_str!("../../../standards/codes/light-vehicle-tax/letters.tsv");

/// Reasons of levies the program itself gives.
pub(crate) mod reason {
    /// 当初課税.
    pub(crate) const INITIAL: &str = "01";
    /// 課税漏れ.
    pub(crate) const MISSED: &str = "02";
    /// 減免.
    pub(crate) const REDUCED: &str = "05";
    /// 減免の取消し.
    pub(crate) const REDUCTION_ENDED: &str = "06";
    /// 異動の遡及.
    pub(crate) const FOLLOWED: &str = "07";
}

/// A code list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum List {
    /// 登録事由.
    Registrations,
    /// 変更事由.
    Changes,
    /// 廃車事由.
    Scrappings,
    /// 非課税・課税免除.
    Exemptions,
    /// 賦課・更正の事由.
    LevyReasons,
    /// 通知書.
    Letters,
}

impl List {
    fn rows(self) -> impl Iterator<Item = Vec<&'static str>> {
        let text = match self {
            List::Registrations => REGISTRATIONS,
            List::Changes => CHANGES,
            List::Scrappings => SCRAPPINGS,
            List::Exemptions => EXEMPTIONS,
            List::LevyReasons => LEVY_REASONS,
            List::Letters => LETTERS,
        };
        text.lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
            .map(|line| line.split('\t').collect())
    }

    /// A cell of the row of a code; blank when there is none.
    pub(crate) fn cell(self, code: &str, index: usize) -> &'static str {
        let row = self.rows().find(|row| row.first() == Some(&code));
        row.and_then(|row| row.get(index).copied()).unwrap_or_default()
    }

    /// The Japanese words of a code; blank when it is not in the list.
    pub(crate) fn label(self, code: &str) -> &'static str {
        self.cell(code, 1)
    }

    /// Whether the list has a code.
    pub(crate) fn has(self, code: &str) -> bool {
        !self.label(code).is_empty()
    }

    /// A choice of the list.
    pub(crate) fn field(self) -> FieldKind {
        let choice = |row: Vec<&str>| Choice {
            code: row.first().copied().unwrap_or_default().to_owned(),
            label: row.get(1).copied().unwrap_or_default().to_owned(),
        };
        FieldKind::Choice(self.rows().map(choice).collect())
    }
}

/// The reasons a correction can be received for at the counter.
pub(crate) fn correction_field() -> FieldKind {
    let FieldKind::Choice(all) = List::LevyReasons.field() else { return FieldKind::Text(2) };
    FieldKind::Choice(
        all.into_iter().filter(|choice| List::LevyReasons.cell(&choice.code, 3) == "1").collect(),
    )
}

/// Whether a correction of this reason cancels the levy whatever the rule says.
pub(crate) fn cancels(reason: &str) -> bool {
    List::LevyReasons.cell(reason, 2) == "1"
}
