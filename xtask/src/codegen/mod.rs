//! `cargo xtask codegen`: makes the generated tables of `crates/moji/data` from their sources.
//!
//! Sources come through package registries only: an npm package, a crate, a Debian program. `--check` makes every table in
//! memory and compares, so that nobody edits a generated table by hand.

mod chart;
mod euc;
mod ibm;
mod ivd;
mod mj;
mod shrink;
mod sources;
mod whatwg;

use std::fs;

use anyhow::{Context as _, bail};

use crate::packages;
use crate::run::root;
use sources::Sources;

/// A generated file and its maker.
struct Table {
    name: &'static str,
    make: fn(&Sources) -> anyhow::Result<String>,
}

const TABLES: &[Table] = &[
    Table { name: "jis-x-0208.tsv", make: whatwg::jis_x_0208 },
    Table { name: "windows-31j.tsv", make: whatwg::windows_31j },
    Table { name: "euc-jp.tsv", make: euc::euc_jp },
    Table { name: "ibm-930.tsv", make: ibm::ibm_930 },
    Table { name: "ibm-939.tsv", make: ibm::ibm_939 },
    Table { name: "ibm-kanji.tsv", make: ibm::ibm_kanji },
    Table { name: "mj.tsv", make: mj::mj },
    Table { name: "mj-readings.tsv", make: mj::readings },
    Table { name: "mj-hentaigana.tsv", make: mj::hentaigana },
    Table { name: "mj-shrink.tsv", make: shrink::shrink },
    Table { name: "ivd-jp.tsv", make: ivd::ivd },
];

/// Writes the generated tables, or says which of them differ from their sources.
pub(crate) fn codegen(check: bool) -> anyhow::Result<()> {
    packages::ensure(packages::FOR_CODEGEN)?;
    let sources = Sources::fetch()?;
    let folder = root().join("crates/moji/data");
    let mut differing = Vec::new();
    for table in TABLES {
        let text = (table.make)(&sources).with_context(|| table.name)?;
        let path = folder.join(table.name);
        if fs::read(&path).is_ok_and(|held| held == text.as_bytes()) {
            println!("── {} is as its sources say", table.name);
        } else if check {
            println!("── {} differs", table.name);
            differing.push(table.name);
        } else {
            fs::write(&path, &text).with_context(|| path.display().to_string())?;
            println!("── {} written, {} bytes", table.name, text.len());
        }
    }
    if !differing.is_empty() {
        bail!("not as their sources say: {}; `cargo xtask codegen` writes them", differing.join(", "));
    }
    Ok(())
}
