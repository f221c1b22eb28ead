//! `cargo xtask bench`.

use crate::packages;
use crate::run::run;

/// Runs the benchmark program in release.
pub(crate) fn bench(residents: usize) -> anyhow::Result<()> {
    packages::ensure(packages::FOR_BENCH)?;
    let residents = residents.to_string();
    run("cargo", &["run", "--release", "--package", "bench", "--", "--residents", &residents])
}
