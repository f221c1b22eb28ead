//! What banks answer of account transfers (振替結果コード).

const TABLE: &str = include_str!("../../../../standards/codes/tax-collection/transfer-results.tsv");

/// The label of a result and what the payer is told; none for a code that is not in the table.
pub fn transfer_result(code: &str) -> Option<(&'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut cells = line.split('\t');
        (cells.next() == Some(code))
            .then(|| (cells.next().unwrap_or_default(), cells.next().unwrap_or_default()))
    })
}
