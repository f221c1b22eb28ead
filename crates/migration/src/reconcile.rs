//! Reconciliation (突合): whether two sides hold the same, item by item in the order of keys.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use system::MigrationTable;

/// Counts of two sides (左: 移行元, 右: 台帳) by what was counted.
pub type Counts = BTreeMap<(String, String), (u64, u64)>;

/// One value that differs (相違).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The row's key.
    pub key: String,
    /// The item's Japanese name; empty when the whole row is on one side only.
    pub item: String,
    /// What the old system has; masked for a secret item.
    pub source: String,
    /// What the register has; masked for a secret item.
    pub register: String,
}

/// What stands for a secret value.
const MASK: &str = "（伏せています）";

/// The comparison of one table.
pub struct Reconciliation<'t> {
    table: &'t MigrationTable,
    compared: Vec<bool>,
    hashes: Vec<(Sha256, Sha256)>,
    different: Vec<u64>,
    counts: Counts,
    only_source: u64,
    only_register: u64,
    rows: (u64, u64),
}

impl<'t> Reconciliation<'t> {
    /// A comparison of the items that `mapped` names. `salt` goes into the hashes of secret items, which are never shown.
    #[must_use]
    pub fn new(table: &'t MigrationTable, mapped: &dyn Fn(&str) -> bool, salt: &[u8]) -> Self {
        let hash = |secret: bool| if secret { Sha256::new_with_prefix(salt) } else { Sha256::new() };
        Self {
            table,
            compared: table.items.iter().map(|item| mapped(item.name)).collect(),
            hashes: table.items.iter().map(|item| (hash(item.secret), hash(item.secret))).collect(),
            different: vec![0; table.items.len()],
            counts: Counts::new(),
            only_source: 0,
            only_register: 0,
            rows: (0, 0),
        }
    }

    /// Compares the two sides of one key. Keys come in order, each once. `newest` says of which side the row is the last of its
    /// key and so is counted.
    pub fn compare(
        &mut self,
        key: &str,
        source: Option<&[String]>,
        register: Option<&[String]>,
        newest: (bool, bool),
        each: &mut dyn FnMut(Difference),
    ) {
        self.rows.0 += u64::from(source.is_some());
        self.rows.1 += u64::from(register.is_some());
        self.count(source.filter(|_| newest.0), true);
        self.count(register.filter(|_| newest.1), false);
        for (at, item) in self.table.items.iter().enumerate() {
            if !self.compared.get(at).copied().unwrap_or_default() {
                continue;
            }
            let value =
                |side: Option<&[String]>| side.map(|values| values.get(at).cloned().unwrap_or_default());
            // A row on one side only is told as such: in the hashes it would make every item differ.
            let (Some(ours), Some(theirs)) = (value(source), value(register)) else { continue };
            if let Some((left, right)) = self.hashes.get_mut(at) {
                for (hash, value) in [(left, &ours), (right, &theirs)] {
                    hash.update(key.as_bytes());
                    hash.update([0]);
                    hash.update(value.as_bytes());
                    hash.update([0]);
                }
            }
            if ours != theirs {
                if let Some(count) = self.different.get_mut(at) {
                    *count += 1;
                }
                let shown = |value: String| if item.secret { MASK.to_owned() } else { value };
                each(Difference {
                    key: key.to_owned(),
                    item: item.title.to_owned(),
                    source: shown(ours),
                    register: shown(theirs),
                });
            }
        }
        let told = |left: &str, right: &str| Difference {
            key: key.to_owned(),
            item: String::new(),
            source: left.to_owned(),
            register: right.to_owned(),
        };
        match (source.is_some(), register.is_some()) {
            (true, false) => {
                self.only_source += 1;
                each(told("ある", "ない"));
            }
            (false, true) => {
                self.only_register += 1;
                each(told("ない", "ある"));
            }
            _ => {}
        }
    }

    fn count(&mut self, values: Option<&[String]>, is_source: bool) {
        let Some(values) = values else { return };
        let mut add = |what: &str, value: &str| {
            let count = self.counts.entry((what.to_owned(), value.to_owned())).or_default();
            let side = if is_source { &mut count.0 } else { &mut count.1 };
            *side += 1;
        };
        add("件数", "計");
        for name in &self.table.counted_by {
            if let Some(at) = self.table.place(name)
                && let (Some(item), Some(value)) = (self.table.items.get(at), values.get(at))
            {
                add(item.title, if value.is_empty() { "（空）" } else { value });
            }
        }
    }

    /// Whether both sides hold the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.only_source == 0 && self.only_register == 0 && self.different.iter().all(|count| *count == 0)
    }

    /// Rows of both sides.
    #[must_use]
    pub fn rows(&self) -> (u64, u64) {
        self.rows
    }

    /// How many values of an item differ.
    #[must_use]
    pub fn different(&self, item: &str) -> u64 {
        self.table.place(item).and_then(|at| self.different.get(at)).copied().unwrap_or_default()
    }

    /// The report: counts, then a line per item with both hashes over the rows that both sides have.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines =
            vec![format!("{}: 移行元 {}行、台帳 {}行", self.table.title, self.rows.0, self.rows.1)];
        if self.only_source + self.only_register != 0 {
            lines.push(format!(
                "片方だけにある行: 移行元だけ {}、台帳だけ {}",
                self.only_source, self.only_register
            ));
        }
        lines.push("区分\t値\t移行元\t台帳\t結果".to_owned());
        for ((what, value), (left, right)) in &self.counts {
            lines.push(format!("{what}\t{value}\t{left}\t{right}\t{}", verdict(left == right)));
        }
        lines.push("項目\t相違\tハッシュ（移行元）\tハッシュ（台帳）\t結果".to_owned());
        for (at, item) in self.table.items.iter().enumerate() {
            if !self.compared.get(at).copied().unwrap_or_default() {
                continue;
            }
            let Some((left, right)) = self.hashes.get(at) else { continue };
            let (left, right) = (hex(left), hex(right));
            let same = left == right;
            let (left, right) = if item.secret { (MASK.to_owned(), MASK.to_owned()) } else { (left, right) };
            let different = self.different.get(at).copied().unwrap_or_default();
            lines.push(format!("{}\t{different}\t{left}\t{right}\t{}", item.title, verdict(same)));
        }
        lines
    }
}

fn verdict(same: bool) -> &'static str {
    if same { "一致" } else { "不一致" }
}

fn hex(hash: &Sha256) -> String {
    let mut text = String::new();
    for byte in hash.clone().finalize() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use system::{MigrationForm, MigrationItem};

    use super::*;

    /// What was left out is told as a row of one side; the hashes of the rest agree.
    #[test]
    fn a_row_on_one_side_leaves_the_hashes_alone() {
        let table = MigrationTable {
            id: "thing",
            title: "もの",
            items: vec![MigrationItem::new("name", "名", MigrationForm::Text)],
            counted_by: Vec::new(),
        };
        let row = |name: &str| vec![name.to_owned()];
        for (source, register, hashes) in [
            (vec![Some("甲"), Some("乙")], vec![Some("甲"), Some("乙")], "一致"),
            (vec![Some("甲"), Some("乙")], vec![Some("甲"), None], "一致"),
            (vec![Some("甲"), None], vec![Some("甲"), Some("乙")], "一致"),
            (vec![Some("甲"), Some("乙")], vec![Some("甲"), Some("丙")], "不一致"),
            (vec![Some("甲"), Some("乙")], vec![Some("丙"), None], "不一致"),
        ] {
            let mut all = Reconciliation::new(&table, &|_| true, b"");
            for (key, (left, right)) in source.iter().zip(&register).enumerate() {
                let (left, right) = (left.map(row), right.map(row));
                all.compare(&key.to_string(), left.as_deref(), right.as_deref(), (true, true), &mut |_| {});
            }
            let told = all.lines();
            assert!(told.last().is_some_and(|line| line.ends_with(&format!("\t{hashes}"))), "{told:?}");
            assert_eq!(all.agrees(), source == register, "{told:?}");
        }
    }
}
