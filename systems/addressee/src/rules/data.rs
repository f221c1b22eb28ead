//! Code lists and number ranges, compiled in from `standards/codes`.

use std::sync::LazyLock;

use domain::Date;
use domain::slip::TaxItem;
use system::Choice;

const SERIES: &str = include_str!("../../../../standards/codes/addressee/series.tsv");
const BANKS: &str = include_str!("../../../../standards/codes/addressee/banks.tsv");
const HOLDER_WORDS: &str = include_str!("../../../../standards/codes/addressee/holder-words.tsv");

/// The cells of each row, without blank lines and `#` comments.
fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .map(|line| line.trim_end_matches('\r'))
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

/// One cell, empty when the row is shorter.
fn cell(row: &[&'static str], index: usize) -> &'static str {
    row.get(index).copied().unwrap_or_default().trim()
}

/// The tax items (税目) as choices, 共通 first.
pub fn tax_items() -> Vec<Choice> {
    let choice = |item: TaxItem| Choice { code: item.code().to_owned(), label: item.label().to_owned() };
    TaxItem::all().map(choice).collect()
}

/// The name of a tax item; none for a code that is no tax item.
pub fn tax_item_label(code: &str) -> Option<&'static str> {
    TaxItem::parse(code).ok().map(TaxItem::label)
}

/// A range of serials of 宛名番号 (番号帯).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its name, which the counter has too.
    pub name: &'static str,
    /// The first serial.
    pub first: u64,
    /// The last serial.
    pub last: u64,
}

/// The range of a name; none when the table has no row that reads.
pub fn series(name: &str) -> Option<Series> {
    let row = rows(SERIES).find(|row| cell(row, 0) == name)?;
    Some(Series {
        name: cell(&row, 0),
        first: cell(&row, 2).parse().ok()?,
        last: cell(&row, 3).parse().ok()?,
    })
}

/// A branch of a bank (店舗).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// 金融機関コード.
    pub bank: &'static str,
    /// 金融機関名.
    pub bank_name: &'static str,
    /// 店舗コード.
    pub branch: &'static str,
    /// 店舗名.
    pub branch_name: &'static str,
    from: Option<Date>,
    until: Option<Date>,
}

static BRANCHES: LazyLock<Vec<Branch>> = LazyLock::new(|| {
    let branch = |row: Vec<&'static str>| Branch {
        bank: cell(&row, 0),
        bank_name: cell(&row, 1),
        branch: cell(&row, 2),
        branch_name: cell(&row, 3),
        from: cell(&row, 4).parse().ok(),
        until: cell(&row, 5).parse().ok(),
    };
    rows(BANKS).map(branch).collect()
});

/// The branch of these codes on a day.
pub fn branch(bank: &str, branch: &str, on: Date) -> Option<Branch> {
    BRANCHES
        .iter()
        .find(|row| {
            let open = row.from.is_none_or(|from| from <= on) && row.until.is_none_or(|until| on <= until);
            row.bank == bank && row.branch == branch && open
        })
        .copied()
}

/// Legal forms of corporations and how holders of accounts abbreviate them, both half-width.
pub(crate) fn holder_words() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(HOLDER_WORDS).map(|row| (cell(&row, 0), cell(&row, 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_do_not_overlap_and_leave_the_residents_theirs() {
        let non_resident = series("non-resident").unwrap();
        let corporation = series("corporation").unwrap();
        assert!(1 < non_resident.first && non_resident.first < non_resident.last);
        assert!(non_resident.last < corporation.first && corporation.first < corporation.last);
        assert!(corporation.last < 100_000_000_000_000, "a serial has fourteen digits");
    }

    #[test]
    fn the_tables_have_codes_of_their_lengths() {
        assert!(BRANCHES.iter().all(|row| row.bank.len() == 4 && row.branch.len() == 3));
        let dates = |row: &Vec<&'static str>| {
            [4, 5].into_iter().all(|at| cell(row, at).is_empty() || cell(row, at).parse::<Date>().is_ok())
        };
        assert!(rows(BANKS).all(|row| dates(&row)), "a date that does not read would mean no bound");
        assert_eq!(tax_item_label("00"), Some("共通"));
        assert_eq!(tax_item_label("99"), None);
    }
}
