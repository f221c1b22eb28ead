//! Running other programs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// A command in the root, without what cargo tells of this program: build scripts that ask for those names would run anew
/// whenever somebody goes from `cargo xtask` to plain `cargo` and back, and all that stands on them.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let told = |beginning: &str| name.to_string_lossy().starts_with(beginning);
        if told("CARGO_PKG_") || told("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs a program, says so, and fails when it fails.
pub(crate) fn run(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    run_with(program, arguments, &[])
}

/// Runs a program with further environment variables, and says how long it took.
#[expect(clippy::disallowed_methods, reason = "it tells a person where the minutes go")]
pub(crate) fn run_with(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> anyhow::Result<()> {
    println!("── {program} {}", arguments.join(" "));
    let start = Instant::now();
    let status = command(program)
        .args(arguments)
        .envs(variables.iter().copied())
        .status()
        .with_context(|| format!("{program} could not be started"))?;
    if !status.success() {
        bail!("{program} {} failed", arguments.join(" "));
    }
    println!("── {program}: {} s", start.elapsed().as_secs());
    Ok(())
}

/// Like [`run_with`], beside others: what it says is printed in one piece when it has ended.
#[expect(clippy::disallowed_methods, reason = "it tells a person where the minutes go")]
pub(crate) fn run_aside(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> anyhow::Result<()> {
    let start = Instant::now();
    let ran = command(program)
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .with_context(|| format!("{program} could not be started"))?;
    let said = [ran.stdout, ran.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    let called = format!("{program} {}", arguments.join(" "));
    println!("── {called}: {} s\n{}{}", start.elapsed().as_secs(), said[0], said[1]);
    if !ran.status.success() {
        bail!("{called} ({})", ran.status);
    }
    Ok(())
}
