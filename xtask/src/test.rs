//! `cargo xtask test` and `cargo xtask demo`.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::run::{command, root, run, run_aside};
use crate::{licences, packages, programs};

/// All that CI runs.
pub(crate) fn test(no_browser: bool) -> anyhow::Result<()> {
    packages::ensure_for_tests()?;
    run("cargo", &["fmt", "--all", "--check"])?;
    run("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    licences::check()?;
    let mut beside: Vec<programs::Beside> = vec![("documentation", documentation)];
    if no_browser {
        println!("── the browser test was left out");
    } else {
        run("npm", &["--prefix", "tests/browser", "ci", "--no-audit", "--no-fund"])?;
        beside.push(("browser", browser));
    }
    programs::run_all(beside)?;
    println!("── all green");
    Ok(())
}

/// Builds the documentation and runs its examples.
fn documentation() -> anyhow::Result<()> {
    run_aside("cargo", &["test", "--workspace", "--doc"], &[])?;
    let mut variables = vec![("RUSTDOCFLAGS", "-D warnings".to_owned())];
    variables.extend(as_clippy()?);
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    run_aside("cargo", &["doc", "--workspace", "--no-deps"], &variables)
}

/// What clippy tells cargo, so that the documentation stands on what clippy has checked and checks nothing again.
///
/// Without it, or should a later clippy tell it otherwise, the documentation is the same and takes some minutes more.
fn as_clippy() -> anyhow::Result<Vec<(&'static str, String)>> {
    let told =
        command("rustc").args(["--print", "sysroot"]).output().context("rustc could not be started")?;
    let sysroot = String::from_utf8(told.stdout).context("rustc told a folder that is no text")?;
    let driver = Path::new(sysroot.trim()).join("bin").join("clippy-driver");
    if !driver.is_file() {
        return Ok(Vec::new());
    }
    let end = "__CLIPPY_HACKERY__";
    Ok(vec![
        ("RUSTC_WORKSPACE_WRAPPER", driver.display().to_string()),
        ("CLIPPY_ARGS", format!("-D{end}warnings{end}")),
    ])
}

/// Drives the demo town in a real browser, every `*.test.mjs`.
fn browser() -> anyhow::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join("tests/browser"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".test.mjs") {
            files.push(format!("tests/browser/{name}"));
        }
    }
    files.sort();
    let mut arguments = vec!["--test", "--test-reporter=spec"];
    arguments.extend(files.iter().map(String::as_str));
    run_aside("node", &arguments, &[])
}

/// Takes the pictures of the manual from the screens of a demo town.
pub(crate) fn pictures() -> anyhow::Result<()> {
    packages::ensure_for_tests()?;
    run("cargo", &["build", "--package", "daicho"])?;
    run("npm", &["--prefix", "tests/browser", "ci", "--no-audit", "--no-fund"])?;
    run("node", &["tests/browser/pictures.mjs"])
}

/// Builds and starts the demo town; returns when it is stopped.
pub(crate) fn demo(arguments: &[String]) -> anyhow::Result<()> {
    if let Err(missing) = packages::ensure(packages::FOR_DEMO) {
        // The town runs without the font; only printing a certificate asks for it again.
        eprintln!("{missing}");
    }
    println!("── building (the first time takes some minutes)");
    let status = command("cargo")
        .args(["run", "--quiet", "--package", "daicho", "--", "demo"])
        .args(arguments)
        .status()?;
    if !status.success() {
        bail!("the demo town ended with {status}");
    }
    Ok(())
}
