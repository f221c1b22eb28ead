//! Banks and their branches (金融機関・店舗), as the table of the town has them.

use domain::Date;

/// The table is the town's own and one for all that asks for an account: 口座管理 reads it too.
const BANKS: &str = include_str!("../../../../standards/codes/addressee/banks.tsv");

/// Whether a branch of a bank stands in the table and is open on a day.
pub fn branch_is_open(bank: &str, branch: &str, on: Date) -> bool {
    BANKS.lines().filter(|line| !line.starts_with('#')).any(|line| {
        let mut cells = line.split('\t');
        let named = cells.next() == Some(bank)
            && cells.next().is_some()
            && cells.next() == Some(branch)
            && cells.next().is_some();
        // A blank bound is none; what does not read as a day is none either, and a test of the table's owner holds that it does.
        let mut bound = || cells.next().and_then(|cell| cell.parse::<Date>().ok());
        let (from, until) = (bound(), bound());
        named && from.is_none_or(|from| from <= on) && until.is_none_or(|until| on <= until)
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::branch_is_open;

    #[test]
    fn a_branch_is_named_by_both_codes() {
        for (bank, branch, wanted) in [
            ("9990", "001", true),
            ("9992", "002", true),
            // A bank that is there without that branch, a branch of another bank, nobody.
            ("9990", "999", false),
            ("9992", "012", false),
            ("1234", "001", false),
            ("", "", false),
        ] {
            assert_eq!(branch_is_open(bank, branch, date(2026, 11, 20)), wanted, "{bank} {branch}");
        }
    }
}
