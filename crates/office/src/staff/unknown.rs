//! Rights that nothing here has (一覧にない権限).

use std::collections::BTreeSet;

use system::Finding;

use super::finding;
use super::said::is_shapely;
use crate::rights::{NAMED_RIGHTS, Rights};
use crate::{Office, euc_right};

impl Office {
    /// U018 for each right that names nothing of this house. A mistyped right gives nothing, which is noticed; a mistyped
    /// exclusion excludes nothing, which is not. What was held before stays: a right may be of another version.
    pub(super) fn unknown_rights(&self, rights: &Rights, before: Option<&Rights>) -> Vec<Finding> {
        let held = |right: &String| before.is_some_and(|before| before.0.contains(right));
        let known = self.known_rights();
        let named = |right: &str| match right.strip_suffix('*') {
            Some(prefix) => known.iter().any(|id| id.starts_with(prefix)),
            None => known.contains(right),
        };
        let new = rights.0.iter().filter(|right| is_shapely(right) && !held(right));
        new.filter_map(|right| {
            let bare = right.strip_prefix('!').unwrap_or(right);
            if named(bare) {
                return None;
            }
            let what = format!("権限「{right}」は、この町の一覧にありません。");
            let remedy = match nearest(bare, &known) {
                Some(near) => {
                    let mark = if bare.len() == right.len() { "" } else { "!" };
                    format!("「{mark}{near}」ではありませんか。一覧から選び直してください。")
                }
                None => "一覧から選び直してください。".to_owned(),
            };
            Some(finding("U018", "rights", "権限", &what, &remedy))
        })
        .collect()
    }

    /// Everything a right can name, with what stands for all of a system.
    fn known_rights(&self) -> BTreeSet<String> {
        let mut known: BTreeSet<String> = NAMED_RIGHTS.iter().map(|(id, _)| (*id).to_owned()).collect();
        for system in self.systems() {
            known.insert(format!("{}/*", system.id));
            known.extend(system.functions.iter().map(|function| function.id.to_owned()));
            known.extend(system.datasets.iter().map(|dataset| euc_right(dataset.id)));
        }
        known
    }
}

/// The name that is written most like another; none where nothing is alike.
fn nearest<'k>(name: &str, known: &'k BTreeSet<String>) -> Option<&'k str> {
    let pairs = |text: &str| -> BTreeSet<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let wanted = pairs(name);
    let likeness = |id: &str| {
        let of = pairs(id);
        let shared = of.intersection(&wanted).count();
        (shared, of.len().max(wanted.len()).saturating_sub(shared))
    };
    let alike = known.iter().map(|id| (likeness(id), id.as_str()));
    let alike = alike.filter(|((shared, apart), _)| apart <= shared);
    alike
        .min_by_key(|((shared, apart), id)| (*apart, usize::MAX.saturating_sub(*shared), *id))
        .map(|(_, id)| id)
}
