//! A new system that runs (`cargo xtask new-system NAME TITLE`): its crate from templates, and its place in the workspace.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::run::{root, run};

macro_rules! templates {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../templates/new-system/", $path, ".txt")))),+]
    };
}

/// The files of a system, by their paths in its folder.
const FILES: &[(&str, &str)] = templates![
    "Cargo.toml",
    "README.md",
    "src/lib.rs",
    "src/records.rs",
    "src/functions/mod.rs",
    "src/functions/register.rs",
    "src/functions/list.rs",
    "src/datasets.rs",
    "src/intakes.rs",
    "src/verify.rs",
    "tests/it.rs",
];

/// What a new system is called.
#[derive(Debug, clap::Args)]
pub(crate) struct NewSystem {
    /// Its name: lower-case words with hyphens, by the glossary, such as `child-allowance`.
    name: String,
    /// Its Japanese title, such as 児童手当.
    title: String,
    /// 業務ID of the data standard, three digits; without it the task has none.
    #[arg(long, default_value = "")]
    task_id: String,
    /// What the codes of its findings begin with: three capital letters; without it made of its name.
    #[arg(long)]
    code: Option<String>,
}

/// Writes the crate and says what stays to be done by hand.
pub(crate) fn new_system(asked: &NewSystem) -> anyhow::Result<()> {
    write(&root(), asked)?;
    // How long a line is hangs on the name.
    run("cargo", &["fmt", "--package", &asked.name])?;
    println!("{}", by_hand(&asked.name));
    Ok(())
}

fn write(root: &Path, asked: &NewSystem) -> anyhow::Result<()> {
    let NewSystem { name, title, task_id, .. } = asked;
    check(root, asked)?;
    let code = asked.code.clone().unwrap_or_else(|| code_of(name));
    let fill = |text: &str| {
        text.replace("@name@", name)
            .replace("@snake@", &name.replace('-', "_"))
            .replace("@title@", title)
            .replace("@task@", task_id)
            .replace("@code@", &code)
    };
    // The workspace first: when its file is not as expected, nothing has been written yet.
    let manifest = root.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).with_context(|| manifest.display().to_string())?;
    let joined = with_system(&text, name)?;
    let folder = root.join("systems").join(name);
    for (path, text) in FILES {
        let file = folder.join(path);
        let parent = file.parent().context("a file stands in a folder")?;
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        fs::write(&file, fill(text)).with_context(|| file.display().to_string())?;
    }
    fs::write(&manifest, joined).with_context(|| manifest.display().to_string())
}

/// Refuses what could not become a crate, before anything is written.
fn check(root: &Path, asked: &NewSystem) -> anyhow::Result<()> {
    let NewSystem { name, title, task_id, code } = asked;
    let words = name.split('-').all(|word| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    });
    if !words {
        bail!("{name}: a name is lower-case words with hyphens, such as child-allowance");
    }
    for room in ["crates", "systems"] {
        if root.join(room).join(name).exists() {
            bail!("{room}/{name} is there already");
        }
    }
    let reserved = ["app", "bench", "daicho", "proof", "sim", "xtask", "test", "core", "std", "alloc"];
    if reserved.contains(&name.as_str()) {
        bail!("{name} is the name of something else");
    }
    // It goes into literals of Rust and TOML.
    if title.is_empty() || title.chars().any(|c| c.is_control() || matches!(c, '"' | '\\' | '@' | '{' | '}'))
    {
        bail!("a title is some words without quotes, braces and backslashes, such as 児童手当");
    }
    if !(task_id.is_empty() || (task_id.len() == 3 && task_id.bytes().all(|b| b.is_ascii_digit()))) {
        bail!("a 業務ID has three digits");
    }
    if code.as_ref().is_some_and(|code| code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase())) {
        bail!("the codes of findings begin with three capital letters");
    }
    Ok(())
}

/// Three letters of a name: `CHA` of child-allowance, `PEN` of pension.
fn code_of(name: &str) -> String {
    let words: Vec<&str> = name.split('-').collect();
    let initials = words.get(1..).unwrap_or_default().iter().filter_map(|word| word.chars().next());
    let first = words.first().copied().unwrap_or_default();
    let from_first = 3_usize.saturating_sub(words.len().saturating_sub(1)).max(1);
    let letters = first.chars().take(from_first).chain(initials).chain(std::iter::repeat('X'));
    letters.take(3).collect::<String>().to_ascii_uppercase()
}

/// The workspace's manifest with the system behind the others. `systems/*` are members already.
fn with_system(manifest: &str, name: &str) -> anyhow::Result<String> {
    let is_system = |line: &&str| line.contains("path = \"systems/");
    let Some(last) = manifest.lines().rfind(is_system) else {
        bail!("Cargo.toml names no system; add {name} to [workspace.dependencies] by hand")
    };
    let line = format!("{name} = {{ path = \"systems/{name}\" }}");
    let mut joined = String::with_capacity(manifest.len() + line.len() + 1);
    for known in manifest.lines() {
        joined.push_str(known);
        joined.push('\n');
        if known == last {
            joined.push_str(&line);
            joined.push('\n');
        }
    }
    Ok(joined)
}

fn by_hand(name: &str) -> String {
    let snake = name.replace('-', "_");
    format!(
        "systems/{name} is written and in Cargo.toml. Try it: cargo nextest run -p {name}

Then by hand (docs/adding-a-system.md says how):
 1. GLOSSARY.md: its terms; then rename `Entry` and its words to what they are.
 2. app/Cargo.toml and app/src/house.rs: {name}.workspace = true, and {snake}::system() among the systems.
    app/src/calc.rs only when it has calculations.
 3. standards/lists/systems.tsv: its row, so that lists of links know it.
 4. standards/masking.tsv: a line for each field of its records, or copies for rehearsals lose it.
 5. crates/web/src/labels.rs: a label for each key of its answers that neither its forms nor its datasets have.
 6. standards/links/*.toml and the layouts they name, both in app/src/standards.rs, and what the tests of
    crates/catalog know of them and of systems.tsv.
 7. app/src/demo.rs: a user who may use {name}/*.
 8. ARCHITECTURE.md, CHANGELOG.md, README.md of the system.
 9. cargo xtask tidy"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::*;
    use crate::tidy::check_test_program;

    fn asked(name: &str, title: &str) -> NewSystem {
        NewSystem { name: name.to_owned(), title: title.to_owned(), task_id: String::new(), code: None }
    }

    /// A tree with the workspace's own manifest and nothing else.
    fn tree(of: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("new-system-{of}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("systems")).unwrap();
        fs::copy(root().join("Cargo.toml"), folder.join("Cargo.toml")).unwrap();
        folder
    }

    fn files(folder: &Path, below: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, below, found);
            } else {
                found.insert(path.strip_prefix(below).unwrap().to_string_lossy().into_owned());
            }
        }
    }

    #[test]
    fn a_system_is_written_whole_and_joins_the_workspace() {
        let tree = tree("whole");
        write(&tree, &asked("guide-dog", "補助犬")).unwrap();
        let folder = tree.join("systems/guide-dog");
        let mut found = BTreeSet::new();
        files(&folder, &folder, &mut found);
        let expected: BTreeSet<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(found, expected);
        for path in &found {
            let text = fs::read_to_string(folder.join(path)).unwrap();
            for left in ["@name@", "@snake@", "@title@", "@task@", "@code@"] {
                assert!(!text.contains(left), "{path}: {left}");
            }
        }
        let mut untidy = Vec::new();
        check_test_program(&tree, Path::new("systems/guide-dog"), &mut untidy).unwrap();
        assert_eq!(untidy, Vec::<String>::new());
        let test = fs::read_to_string(folder.join("tests/it.rs")).unwrap();
        assert!(test.contains("guide_dog::system()") && test.contains("GUD01"), "{test}");
        let manifest = fs::read_to_string(tree.join("Cargo.toml")).unwrap();
        let before = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        let added: Vec<&str> = manifest.lines().filter(|line| !before.lines().any(|l| l == *line)).collect();
        assert_eq!(added, ["guide-dog = { path = \"systems/guide-dog\" }"]);
        assert!(manifest.parse::<toml::Table>().is_ok());
        assert_eq!(manifest.lines().count(), before.lines().count() + 1);
        fs::remove_dir_all(tree).unwrap();
    }

    #[test]
    fn what_could_not_become_a_system_is_refused_before_anything_is_written() {
        let tree = tree("refused");
        fs::create_dir_all(tree.join("systems/here")).unwrap();
        for (name, title, says) in [
            ("Guide-Dog", "補助犬", "lower-case words"),
            ("guide--dog", "補助犬", "lower-case words"),
            ("guide-", "補助犬", "lower-case words"),
            ("../dog", "補助犬", "lower-case words"),
            ("", "補助犬", "lower-case words"),
            ("2-dogs", "補助犬", "lower-case words"),
            ("here", "補助犬", "is there already"),
            ("xtask", "補助犬", "something else"),
            ("dog", "", "a title is"),
            ("dog", "補\"助犬", "a title is"),
        ] {
            let error = write(&tree, &asked(name, title)).unwrap_err().to_string();
            assert!(error.contains(says), "{name} {title}: {error}");
        }
        assert_eq!(fs::read_dir(tree.join("systems")).unwrap().count(), 1);
        fs::remove_dir_all(tree).unwrap();
    }

    #[test]
    fn codes_of_findings_have_three_letters() {
        for (name, code) in [
            ("child-allowance", "CHA"),
            ("pension", "PEN"),
            ("late-stage-elderly-medical-care", "LSE"),
            ("tax-collection", "TAC"),
            ("ab", "ABX"),
        ] {
            assert_eq!(code_of(name), code, "{name}");
        }
    }
}
