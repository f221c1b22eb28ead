//! Reasons and stages as data, read from `standards/codes/tax-collection/`.

use system::Choice;

const DEFERMENT: &str = include_str!("../../../../standards/codes/tax-collection/deferment-reasons.tsv");
const SUSPENSION: &str = include_str!("../../../../standards/codes/tax-collection/suspension-reasons.tsv");
const REMISSION: &str = include_str!("../../../../standards/codes/tax-collection/remission-reasons.tsv");
const RELEASE: &str = include_str!("../../../../standards/codes/tax-collection/release-reasons.tsv");
const WRITE_OFF: &str = include_str!("../../../../standards/codes/tax-collection/write-off-reasons.tsv");
const TRANSFER: &str = include_str!("../../../../standards/codes/tax-collection/transfer-results.tsv");
const SENTENCES: &str = include_str!("../../../../standards/codes/tax-collection/sentences.tsv");
const APPROPRIATION: &str =
    include_str!("../../../../standards/codes/tax-collection/appropriation-classes.tsv");
const DEMAND: &str = include_str!("../../../../standards/codes/tax-collection/demand-stages.tsv");

/// Reasons of one table: where the code and the label stand.
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    table: &'static str,
    code: usize,
}

/// 執行停止の事由.
pub const SUSPENSION_REASONS: Codes = Codes { table: SUSPENSION, code: 0 };
/// 延滞金減免の事由.
pub const REMISSION_REASONS: Codes = Codes { table: REMISSION, code: 0 };
/// 差押・交付要求の終わりの事由.
pub const RELEASE_REASONS: Codes = Codes { table: RELEASE, code: 0 };
/// 不納欠損の事由.
pub const WRITE_OFF_REASONS: Codes = Codes { table: WRITE_OFF, code: 0 };
/// 猶予の事由, of every kind.
pub const DEFERMENT_REASONS: Codes = Codes { table: DEFERMENT, code: 1 };

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('\t').collect())
}

fn cell(row: &[&'static str], at: usize) -> &'static str {
    row.get(at).copied().unwrap_or_default()
}

/// Within which money an overpayment of a tax item stays (充当の区分): one is put to another of the same class alone.
pub fn appropriation_class(tax_item: &str) -> &'static str {
    rows(APPROPRIATION).find(|row| cell(row, 0) == tax_item).map_or("tax", |row| cell(&row, 1))
}

/// What a bank answers of a transfer (振替結果コード): its label and what the payer is told; none for a code that is not in the table.
pub fn transfer_result(code: &str) -> Option<(&'static str, &'static str)> {
    rows(TRANSFER).find(|row| cell(row, 0) == code).map(|row| (cell(&row, 1), cell(&row, 2)))
}

/// 教示: how to object to a decision about a tax.
pub(crate) fn objection() -> String {
    // A test holds that the row is there.
    rows(SENTENCES)
        .find(|row| cell(row, 0) == "objection")
        .map(|row| cell(&row, 1))
        .unwrap_or_default()
        .to_owned()
}

impl Codes {
    fn row(self, code: &str) -> Option<Vec<&'static str>> {
        rows(self.table).find(|row| cell(row, self.code) == code)
    }

    /// What a code is called; none when there is no such code.
    pub fn label(self, code: &str) -> Option<&'static str> {
        self.row(code).map(|row| cell(&row, self.code.saturating_add(1)))
    }

    /// All of them, to choose from.
    pub(crate) fn choices(self) -> Vec<Choice> {
        let choice = |row: Vec<&'static str>| Choice {
            code: cell(&row, self.code).to_owned(),
            label: cell(&row, self.code.saturating_add(1)).to_owned(),
        };
        rows(self.table).map(choice).collect()
    }
}

/// Whether a reason is one of a kind of deferment, and whether it exempts all of the charge; none when it is not.
pub fn deferment_exempts_all(kind: &str, reason: &str) -> Option<bool> {
    let row = DEFERMENT_REASONS.row(reason)?;
    (cell(&row, 0) == kind).then(|| cell(&row, 3) == "all")
}

/// Whether the limitation begins anew when a disposition ends for a reason.
pub fn release_renews(reason: &str) -> bool {
    RELEASE_REASONS.row(reason).is_none_or(|row| cell(&row, 2) == "1")
}

/// A stage of demands (催告の段階).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemandStage {
    /// 段階.
    pub stage: u32,
    /// Title of the letter.
    pub title: &'static str,
    /// Days since the reminder.
    pub after_days: i64,
    /// Days since the last demand.
    pub between_days: i64,
    /// Least amount.
    pub least_yen: i64,
    /// What the letter says.
    pub text: &'static str,
}

/// Every stage in order.
pub fn demand_stages() -> Vec<DemandStage> {
    let number = |row: &[&'static str], at: usize| cell(row, at).parse::<i64>().unwrap_or_default();
    rows(DEMAND)
        .map(|row| DemandStage {
            stage: cell(&row, 0).parse().unwrap_or_default(),
            title: cell(&row, 1),
            after_days: number(&row, 2),
            between_days: number(&row, 3),
            least_yen: number(&row, 4),
            text: cell(&row, 5),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_cells_and_its_source_and_no_code_twice() {
        for (table, code, cells) in [
            (DEFERMENT, 1, 5),
            (SUSPENSION, 0, 3),
            (REMISSION, 0, 3),
            (RELEASE, 0, 4),
            (WRITE_OFF, 0, 3),
            (DEMAND, 0, 6),
        ] {
            let mut codes: Vec<&str> = rows(table).map(|row| row[code]).collect();
            let count = codes.len();
            codes.sort_unstable();
            codes.dedup();
            assert_eq!((codes.len(), 0 < count), (count, true), "{table}");
            for row in rows(table) {
                assert!(row.len() == cells && row.iter().all(|cell| !cell.trim().is_empty()), "{row:?}");
            }
        }
        assert!(rows(RELEASE).all(|row| ["0", "1"].contains(&row[2])));
        assert!(rows(DEFERMENT).all(|row| ["all", "part"].contains(&row[3])));
        for (no, stage) in (1..).zip(demand_stages()) {
            assert_eq!(stage.stage, no);
            assert!(0 < stage.after_days && 0 <= stage.between_days && 0 < stage.least_yen, "{stage:?}");
        }
    }

    #[test]
    fn a_reason_belongs_to_its_kind() {
        assert_eq!(deferment_exempts_all("collection", "11"), Some(true));
        assert_eq!(deferment_exempts_all("collection", "13"), Some(false));
        assert_eq!(deferment_exempts_all("collection", "31"), None);
        assert_eq!(deferment_exempts_all("applied", "99"), None);
    }
}
