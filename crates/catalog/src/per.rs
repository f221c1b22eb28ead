//! A file for each value (分割), and the names of files.

use crate::{Delivery, Extent, Link};

impl Link {
    /// Key, fault and remedy of the items a link is divided by.
    pub(crate) fn per_fault(&self) -> Option<(&'static str, String, &'static str)> {
        if self.per.is_empty() {
            return None;
        }
        let outward = matches!(self.delivery, Delivery::Outward { .. });
        if !outward || self.extent == Extent::Full {
            let what = "分けて送れるのは、外へ送る差分だけです".to_owned();
            return Some(("per", what, "消すか、extent と delivery を直してください"));
        }
        let is_item = |item: &str| {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            !item.is_empty() && item != "no" && item != "date" && item.chars().all(fits)
        };
        for (index, item) in self.per.iter().enumerate() {
            if !is_item(item) {
                let what = format!("「{item}」では分けられません");
                return Some(("per", what, "提供データの項目の英字名を書いてください"));
            }
            if self.per.iter().take(index).any(|before| before == item) {
                return Some(("per", format!("項目「{item}」が2度あります"), "一方を消してください"));
            }
        }
        None
    }
}

/// A pattern that always gives a plain file name: no folder, no name twice for two deliveries, nothing hidden.
pub(crate) fn is_file_pattern(pattern: &str, per: &[String]) -> bool {
    let filled = pattern.replace("{no}", "1").replace("{date}", "1");
    let filled = per.iter().fold(filled, |filled, item| filled.replace(&format!("{{{item}}}"), "1"));
    pattern.contains("{no}") && is_plain_name(&filled)
}

/// A name that is a file of its folder everywhere: no folder in it, nothing hidden.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !name.is_empty()
        && name.len() <= 100
        && !name.starts_with('.')
        && !name.contains("..")
        && name.chars().all(allowed)
}
