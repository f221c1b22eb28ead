//! `cargo xtask kills` and `cargo xtask flips`.

use crate::packages;
use crate::run::run;

/// Runs the program of proofs in release.
pub(crate) fn proof(task: &str, arguments: &[String]) -> anyhow::Result<()> {
    packages::ensure_for_tests()?;
    let mut words = vec!["run", "--release", "--package", "proof", "--", task];
    words.extend(arguments.iter().map(String::as_str));
    run("cargo", &words)
}
