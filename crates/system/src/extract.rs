//! Extracts: datasets that staff may take out for work of their own.

use std::collections::BTreeSet;

use register::{Fault, View};

/// A dataset that staff may take out by a form (EUC).
///
/// Source: 共通機能標準仕様書 (EUC機能); 住民記録システム標準仕様書 10.1.
#[derive(Clone, Copy, Debug)]
pub struct Extract {
    /// The dataset, `system/dataset`.
    pub dataset: &'static str,
    /// The item that says whom a row is about; empty where it is about nobody. Where it is 宛名番号, the audit log names
    /// those who were taken out.
    pub person: &'static str,
    /// Items that stay blank in rows about somebody protected (支援措置), such as the address.
    pub withheld: &'static [&'static str],
    /// Who is protected, by values of `person`. Read once per extraction.
    pub protected: fn(&dyn View) -> Result<BTreeSet<String>, Fault>,
}

impl Extract {
    /// An extract without anything that a protected person could be found by.
    pub const fn plain(dataset: &'static str, person: &'static str) -> Self {
        Self { dataset, person, withheld: &[], protected: nobody }
    }
}

fn nobody(_view: &dyn View) -> Result<BTreeSet<String>, Fault> {
    Ok(BTreeSet::new())
}
