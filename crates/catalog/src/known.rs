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
    /// The items of each dataset whose items are known.
    pub items: BTreeMap<String, BTreeSet<String>>,
    /// Intakes of those systems, such as `addressee/residents`.
    pub intakes: BTreeSet<String>,
    /// Record layouts, and for each the identifier of its charset (`utf-16`, `jef-ebcdic` …).
    pub layouts: BTreeMap<String, String>,
    /// Places where files are handed over, such as `welfare-suite`.
    pub places: BTreeSet<String>,
    /// Names under which the configuration has passwords and keys of packed files.
    pub packings: BTreeSet<String>,
}

/// The system that offers and takes rows for systems of the lists that have no crate of their own (代役).
pub const STAND_IN: &str = "stand-in";

impl Known {
    /// Whether a dataset or intake is the stand-in's, which may act for any system of the lists.
    pub(crate) fn stands_in(&self, name: &str) -> bool {
        self.installed.contains(STAND_IN) && name.split('/').next() == Some(STAND_IN)
    }

    /// Datasets or intakes of one system.
    pub(crate) fn of_system<'a>(names: &'a BTreeSet<String>, system: &str) -> Vec<&'a str> {
        let owned = |name: &&String| name.split('/').next() == Some(system);
        names.iter().filter(owned).map(String::as_str).collect()
    }
}
