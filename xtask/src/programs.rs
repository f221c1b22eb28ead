//! Running the tests of the workspace, several programs at a time, and beside them what else needs the build.
//!
//! `cargo test` runs one test program after another. Some of ours wait most of their time, for a disk or for a process they have
//! killed; beside others they cost nothing.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::run::command;

/// The packages whose tests take longest, the longest first: what starts last must be short, or the others wait for it.
const LONG: [&str; 9] = [
    "sim",
    "proof",
    "office",
    "daicho",
    "store-postgres",
    "web",
    "resident-register",
    "catalog",
    "documents",
];

/// Work done beside the test programs, once everything is built, and its name. It starts first.
pub(crate) type Beside = (&'static str, fn() -> anyhow::Result<()>);

/// One thing to run.
enum Job {
    Tests(Program),
    Beside(Beside),
}

/// One built test program.
struct Program {
    package: String,
    /// Its target, such as `it`.
    target: String,
    folder: PathBuf,
    path: PathBuf,
}

/// Builds all tests, then runs them and the rest beside them.
///
/// # Errors
/// When something does not build, or after all have run, when something failed.
pub(crate) fn run_all(beside: Vec<Beside>) -> anyhow::Result<()> {
    let mut programs = build()?;
    programs.sort_by_key(|program| {
        std::cmp::Reverse(LONG.iter().position(|long| *long == program.package).unwrap_or(LONG.len()))
    });
    // Taken from the end.
    let waiting: Vec<Job> =
        programs.into_iter().map(Job::Tests).chain(beside.into_iter().map(Job::Beside)).collect();
    let count = waiting.len();
    let waiting = Mutex::new(waiting);
    let failed = Mutex::new(Vec::new());
    // One more than there are processors: something always waits.
    let at_once = thread::available_parallelism().map_or(2, std::num::NonZero::get) + 1;
    println!("── {count} test programs and more, {at_once} at a time");
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let done = match next {
                        None => break,
                        Some(Job::Tests(program)) => run_one(&program),
                        Some(Job::Beside((name, work))) => work().context(name),
                    };
                    if let Err(why) = done {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{why:#}"));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !failed.is_empty() {
        bail!("{} of {count} failed: {}", failed.len(), failed.join(", "));
    }
    Ok(())
}

/// Builds every test program of the workspace.
#[expect(clippy::disallowed_methods, reason = "it tells a person where the minutes go")]
fn build() -> anyhow::Result<Vec<Program>> {
    let arguments = ["test", "--workspace", "--no-run", "--message-format=json-render-diagnostics"];
    println!("── cargo {}", arguments.join(" "));
    let start = Instant::now();
    let built = command("cargo")
        .args(arguments)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cargo could not be started")?;
    if !built.status.success() {
        bail!("the tests do not build");
    }
    println!("── cargo: {} s", start.elapsed().as_secs());
    let told = String::from_utf8(built.stdout).context("cargo wrote something that is no text")?;
    told.lines().filter_map(|line| program(line).transpose()).collect()
}

/// The test program a line of cargo tells of, if it does.
fn program(line: &str) -> anyhow::Result<Option<Program>> {
    // What is no JSON was printed by a build script.
    let Ok(message) = serde_json::from_str::<Value>(line) else { return Ok(None) };
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
    if text("/reason") != Some("compiler-artifact")
        || message.pointer("/profile/test").and_then(Value::as_bool) != Some(true)
    {
        return Ok(None);
    }
    let Some(path) = text("/executable") else { return Ok(None) };
    let manifest = PathBuf::from(text("/manifest_path").context("a test program without a manifest")?);
    let folder = manifest.parent().context("a manifest without a folder")?.to_owned();
    let target = text("/target/name").context("a test program without a name")?.to_owned();
    let package = text("/package_id").and_then(package).unwrap_or_else(|| target.clone());
    Ok(Some(Program { package, target, folder, path: PathBuf::from(path) }))
}

/// The name in `path+file:///folder/name#0.1.0` or `…#name@0.1.0`.
fn package(id: &str) -> Option<String> {
    let (before, after) = id.rsplit_once('#')?;
    let name = after.split_once('@').map(|(name, _)| name).or_else(|| before.rsplit('/').next())?;
    Some(name.to_owned())
}

/// Runs one in its package's folder, as cargo does, and prints what it said when it has ended.
#[expect(clippy::disallowed_methods, reason = "it tells a person where the minutes go")]
fn run_one(program: &Program) -> anyhow::Result<()> {
    let start = Instant::now();
    let name = format!("{} {}", program.package, program.target);
    let ran = Command::new(&program.path)
        .current_dir(&program.folder)
        .env("CARGO_MANIFEST_DIR", &program.folder)
        .env("CARGO_PKG_NAME", &program.package)
        .output()
        .with_context(|| format!("{name} could not be started"))?;
    let said = [ran.stdout, ran.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    println!("── {name}: {} s\n{}{}", start.elapsed().as_secs(), said[0], said[1]);
    if !ran.status.success() {
        bail!("{name} ({})", ran.status);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::root;

    #[test]
    fn a_line_of_cargo_tells_of_a_test_program_or_of_something_else() {
        let line = r#"{"reason":"compiler-artifact","package_id":"path+file:///town/crates/store-sqlite#0.1.0","manifest_path":"/town/crates/store-sqlite/Cargo.toml","target":{"kind":["test"],"name":"it"},"profile":{"test":true},"executable":"/town/target/debug/deps/it-1"}"#;
        let found = program(line).unwrap().unwrap();
        assert_eq!((found.package.as_str(), found.target.as_str()), ("store-sqlite", "it"));
        assert_eq!(found.folder, PathBuf::from("/town/crates/store-sqlite"));
        for other in [
            line.replace(r#""test":true"#, r#""test":false"#),
            line.replace("compiler-artifact", "build-finished"),
            line.replace(r#""/town/target/debug/deps/it-1""#, "null"),
            "words of a build script".to_owned(),
        ] {
            assert!(program(&other).unwrap().is_none(), "{other}");
        }
        assert_eq!(package("path+file:///town/app#daicho@0.1.0").as_deref(), Some("daicho"));
    }

    #[test]
    fn every_long_package_is_one() {
        for name in LONG {
            let folders = ["", "crates", "systems"].map(|folder| root().join(folder).join(name));
            assert!(name == "daicho" || folders.iter().any(|folder| folder.is_dir()), "{name}");
        }
    }
}
