//! `cargo xtask bench`.

use crate::packages;
use crate::run::run;

/// Runs the benchmark program in release.
pub(crate) fn bench(arguments: &[String]) -> anyhow::Result<()> {
    packages::ensure(packages::FOR_BENCH)?;
    if let Err(error) = packages::ensure_python(packages::PYTHON_FOR_BENCH) {
        eprintln!("a peer is missing and will be left out: {error:#}");
    }
    let mut words = vec!["run", "--release", "--package", "bench", "--"];
    words.extend(arguments.iter().map(String::as_str));
    run("cargo", &words)
}
