use std::collections::{BTreeMap, BTreeSet};

use crate::{Charsets, Systems};

/// What this town's installation has (この団体にあるもの), gathered by the caller from its systems and folders.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Names of systems in lists.
    pub systems: Systems,
    /// Words for charsets in lists.
    pub charsets: Charsets,
    /// Identifiers of the systems installed.
    pub installed: BTreeSet<String>,
    /// Datasets of those systems, such as `resident-register/resident`.
    pub datasets: BTreeSet<String>,
    /// Intakes of those systems, such as `addressee/residents`.
    pub intakes: BTreeSet<String>,
    /// Record layouts, and for each the identifier of its charset (`utf-16`, `jef-ebcdic` …).
    pub layouts: BTreeMap<String, String>,
    /// Places where files are handed over, such as `welfare-suite`.
    pub places: BTreeSet<String>,
}

impl Known {
    /// Datasets or intakes of one system.
    pub(crate) fn of_system<'a>(names: &'a BTreeSet<String>, system: &str) -> Vec<&'a str> {
        let owned = |name: &&String| name.split('/').next() == Some(system);
        names.iter().filter(owned).map(String::as_str).collect()
    }
}
