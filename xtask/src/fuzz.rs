//! `cargo xtask fuzz`: every fuzz target for a number of runs, its corpus kept and made small.

use std::fs;
use std::process::Command;

use anyhow::{Context, bail};

use crate::run::{root, run};

/// Builds the targets with coverage and runs them one after the other. What is found new goes into `fuzz/corpus`.
pub(crate) fn fuzz(targets: &[String], runs: u64) -> anyhow::Result<()> {
    if Command::new("cargo-fuzz").arg("--version").output().is_err() {
        run("cargo", &["install", "cargo-fuzz", "--locked"])?;
    }
    let folder = root().join("fuzz");
    let mut names = targets.to_vec();
    if names.is_empty() {
        for entry in fs::read_dir(folder.join("targets"))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            names.extend(name.strip_suffix(".rs").map(str::to_owned));
        }
        names.sort();
    }
    // Coverage needs no nightly compiler, only leave to use a flag that is not settled yet. Tracing comparisons costs three
    // quarters of the speed and finds little in tables.
    let build = ["fuzz", "build", "--fuzz-dir", "fuzz", "--sanitizer", "none", "--no-trace-compares"];
    crate::run::run_with("cargo", &build, &[("RUSTC_BOOTSTRAP", "1")])?;
    for name in &names {
        let (corpus, found) = (folder.join("corpus").join(name), folder.join("target/found").join(name));
        fs::create_dir_all(&corpus)?;
        fs::create_dir_all(&found)?;
        println!("── {name}: {runs} runs");
        let program = fs::read_dir(folder.join("target"))?
            .filter_map(|entry| Some(entry.ok()?.path().join("release").join(name)))
            .find(|path| path.is_file())
            .with_context(|| format!("no program for the target {name}"))?;
        let program = program.to_string_lossy().into_owned();
        let (corpus, found) = (corpus.to_string_lossy().into_owned(), found.to_string_lossy().into_owned());
        let artifacts = format!("-artifact_prefix={}/", folder.join("target").display());
        // A layout is a text of some length; of everything else a short piece says as much.
        let length = if name == "layout" { "-max_len=2000" } else { "-max_len=600" };
        let runs = format!("-runs={runs}");
        let status = Command::new(&program)
            .args([found.as_str(), corpus.as_str(), runs.as_str(), artifacts.as_str()])
            .args([length, "-print_final_stats=1", "-verbosity=0"])
            .status()?;
        if !status.success() {
            bail!("{name} found an input that breaks a promise; it lies in fuzz/target");
        }
        // Only what reaches something new stays.
        run(&program, &["-set_cover_merge=1", "-verbosity=0", length, &corpus, &found])?;
    }
    Ok(())
}
