//! What ARCHITECTURE.md says is not there, held by tests.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::run::root;

/// Pure rooms, from the top of the house down: each may use only those before it.
const PURE: &[&str] = &[
    "domain",
    "moji",
    "layout",
    "finder",
    "register",
    "system",
    "catalog",
    "linkage",
    "media",
    "archive",
    "migration",
];

/// Lines a source file may have before it must be asked whether it tells two stories.
const FILE_LINES_MAX: usize = 600;

/// Words that only the named rooms may use. Paths are prefixes from the root.
const ABSENCES: &[Absence] = &[
    Absence {
        what: "SQL",
        words: &["rusqlite::", "tokio_postgres", "INSERT INTO", "SELECT * FROM", "CREATE TABLE"],
        only_in: &[
            "crates/store-",
            // Tables that other programs share with us; no journal lies there.
            "crates/relay/",
            // Makes and drops databases; it knows no table.
            "crates/testkit/src/postgres.rs",
            "xtask/src/tidy.rs",
            "xtask/src/codegen/",
            "bench/",
        ],
    },
    Absence {
        what: "HTTP handlers and HTML",
        words: &["axum::", "askama::", "<html"],
        only_in: &["crates/web/", "xtask/src/tidy.rs", "app/src/serve.rs"],
    },
    Absence {
        what: "PDF typesetting",
        words: &["typst::", "typst_pdf::"],
        only_in: &["crates/documents/", "xtask/src/tidy.rs"],
    },
    Absence {
        what: "async",
        words: &["async fn", "tokio::", ".await?", ".await;"],
        only_in: &[
            "crates/web/",
            "crates/store-postgres/",
            // Its trait is synchronous; the libraries for servers are not.
            "crates/transport/src/",
            "app/src/",
            "xtask/src/tidy.rs",
        ],
    },
    Absence {
        what: "allowed lints without a reason",
        words: &["#[allow(", "#![allow("],
        only_in: &["xtask/src/tidy.rs"],
    },
];

struct Absence {
    what: &'static str,
    words: &'static [&'static str],
    only_in: &'static [&'static str],
}

/// Words that must not stand in a pure room: it reads no clock, draws no chance, opens no file, starts no thread.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::thread",
    "std::process",
    "std::env::var",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "getrandom",
    "rand::",
];

/// Prints what is not tidy.
pub(crate) fn tidy() -> anyhow::Result<()> {
    let found = problems(&root())?;
    if found.is_empty() {
        println!("── tidy");
        return Ok(());
    }
    bail!("{}", found.join("\n"))
}

fn problems(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut files = Vec::new();
    for folder in ["crates", "systems", "app", "bench", "proof", "sim", "xtask"] {
        rust_files(&root.join(folder), &mut files)?;
    }
    for path in &files {
        let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
        let text = fs::read_to_string(path)?;
        check_file(&name, &text, &mut found);
    }
    check_test_programs(root, &mut found)?;
    check_dependencies(root, &mut found)?;
    check_documents(root, &mut found)?;
    Ok(found)
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target" && name != "node_modules") {
                rust_files(&path, files)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

/// Whether a file belongs to a room's rules rather than to its tests.
fn is_test_file(name: &str) -> bool {
    name.contains("/tests/")
        || name.contains("/benches/")
        || name.contains("/examples/")
        || name.ends_with("build.rs")
}

fn check_file(name: &str, text: &str, found: &mut Vec<String>) {
    let lines = text.lines().count();
    if FILE_LINES_MAX < lines {
        found.push(format!("{name}: {lines} lines; past {FILE_LINES_MAX} a file tells two stories"));
    }
    // Tests may use what the room itself may not.
    let rules = if is_test_file(name) { "" } else { text.split("#[cfg(test)]").next().unwrap_or(text) };
    let code: Vec<&str> = rules.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    for absence in ABSENCES {
        if absence.only_in.iter().any(|allowed| name.starts_with(allowed)) {
            continue;
        }
        for word in absence.words {
            if let Some(line) = code.iter().find(|line| line.contains(word)) {
                found.push(format!("{name}: {} does not belong here: {}", absence.what, line.trim()));
            }
        }
    }
    let pure =
        PURE.iter().any(|room| name.starts_with(&format!("crates/{room}/"))) || name.starts_with("systems/");
    if pure {
        for word in IMPURE {
            if let Some(line) = code.iter().find(|line| line.contains(word)) {
                found.push(format!("{name}: a pure room holds no I/O, clock or chance: {}", line.trim()));
            }
        }
    }
}

/// A library without a unit test says so, for else an empty test program is linted, built and linked; one that has some must not.
fn check_test_programs(root: &Path, found: &mut Vec<String>) -> anyhow::Result<()> {
    let mut packages: Vec<PathBuf> = ["app", "bench", "proof", "sim"].map(PathBuf::from).to_vec();
    for folder in ["crates", "systems"] {
        packages.extend(folders(&root.join(folder))?.into_iter().map(|name| Path::new(folder).join(name)));
    }
    for package in packages {
        check_test_program(root, &package, found)?;
    }
    Ok(())
}

/// The same of one package.
pub(crate) fn check_test_program(root: &Path, package: &Path, found: &mut Vec<String>) -> anyhow::Result<()> {
    let mut files = Vec::new();
    rust_files(&root.join(package).join("src"), &mut files)?;
    let mut has_tests = false;
    for path in files {
        has_tests |= fs::read_to_string(&path)?.lines().any(|line| line.trim_start().starts_with("#[test]"));
    }
    let manifest = root.join(package).join("Cargo.toml");
    let table: toml::Table =
        fs::read_to_string(&manifest)?.parse().with_context(|| manifest.display().to_string())?;
    let built = table.get("lib").and_then(|lib| lib.get("test")).and_then(toml::Value::as_bool);
    let name = package.display();
    match (has_tests, built.unwrap_or(true)) {
        (true, false) => found.push(format!("{name} has unit tests that are never built: test = false")),
        (false, true) => found.push(format!("{name} has no unit test and does not say test = false")),
        _ => {}
    }
    Ok(())
}

fn dependencies(manifest: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(manifest).with_context(|| manifest.display().to_string())?;
    let table: toml::Table = text.parse().with_context(|| manifest.display().to_string())?;
    let names = table.get("dependencies").and_then(toml::Value::as_table);
    Ok(names.map(|names| names.keys().cloned().collect()).unwrap_or_default())
}

fn folders(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").exists() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn check_dependencies(root: &Path, found: &mut Vec<String>) -> anyhow::Result<()> {
    let rooms = folders(&root.join("crates"))?;
    let systems = folders(&root.join("systems"))?;
    for (index, room) in PURE.iter().enumerate() {
        let before = PURE.get(..index).unwrap_or_default();
        for used in dependencies(&root.join("crates").join(room).join("Cargo.toml"))? {
            let is_room = rooms.contains(&used) || systems.contains(&used);
            if is_room && !before.contains(&used.as_str()) {
                found.push(format!("crates/{room} uses {used}, which does not stand above it"));
            }
            if ["tokio", "axum", "rusqlite", "getrandom"].contains(&used.as_str()) {
                found.push(format!("crates/{room} is above the line and uses {used}"));
            }
        }
    }
    for system in &systems {
        for used in dependencies(&root.join("systems").join(system).join("Cargo.toml"))? {
            let allowed = ["domain", "register", "system"];
            let is_room = rooms.contains(&used) || systems.contains(&used);
            if is_room && !allowed.contains(&used.as_str()) {
                found.push(format!(
                    "systems/{system} uses {used}; a system knows domain, register and system only"
                ));
            }
        }
    }
    for room in &rooms {
        for used in dependencies(&root.join("crates").join(room).join("Cargo.toml"))? {
            if systems.contains(&used) {
                found
                    .push(format!("crates/{room} uses the system {used}; only the program composes systems"));
            }
        }
    }
    Ok(())
}

fn check_documents(root: &Path, found: &mut Vec<String>) -> anyhow::Result<()> {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "GLOSSARY.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    ] {
        if !root.join(name).exists() {
            found.push(format!("{name} is missing"));
        }
    }
    for folder in ["crates", "systems"] {
        for room in folders(&root.join(folder))? {
            let readme = root.join(folder).join(&room).join("README.md");
            if !readme.exists() {
                found.push(format!("{folder}/{room} has no README.md"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_tidy() {
        let found = problems(&root()).unwrap();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn what_does_not_belong_is_told() {
        for (name, text, told) in [
            ("systems/a/src/lib.rs", "use rusqlite::Connection;", "SQL does not belong here"),
            (
                "crates/domain/src/lib.rs",
                "let now = std::time::SystemTime::now();",
                "a pure room holds no I/O",
            ),
            ("crates/office/src/lib.rs", "async fn wait() {}", "async does not belong here"),
            ("crates/store-sqlite/src/lib.rs", "use rusqlite::Connection;", ""),
            ("systems/a/src/lib.rs", "// SELECT * FROM words\n", ""),
            ("systems/a/src/lib.rs", "fn f() {}\n#[cfg(test)]\nmod tests { use std::fs; }", ""),
            ("crates/web/src/lib.rs", "#[allow(dead_code)]", "allowed lints"),
        ] {
            let mut found = Vec::new();
            check_file(name, text, &mut found);
            let all = found.join("\n");
            assert!(if told.is_empty() { all.is_empty() } else { all.contains(told) }, "{name}: {all}");
        }
        let mut found = Vec::new();
        check_file("crates/web/src/lib.rs", &"\n".repeat(FILE_LINES_MAX + 1), &mut found);
        assert_eq!(found.len(), 1);
    }
}
