//! The tables of requirements say nothing that is not there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use daicho::fitgap::{Requirement, TABLES, requirements};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// All sources of a folder as one text.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    text
}

#[test]
fn every_mark_function_and_test_of_a_requirement_exists() {
    let functions: BTreeSet<&str> = daicho::house::systems(&[])
        .iter()
        .flat_map(|system| system.functions.clone())
        .map(|one| one.id)
        .collect();
    let mut wrong = Vec::new();
    for (system, table) in TABLES {
        let room = repository().join("systems").join(system);
        let code = sources(&room.join("src")) + &sources(&repository().join("crates/system/src"));
        let mut ids = BTreeSet::new();
        for one in requirements(table) {
            let mut say = |what: &str| wrong.push(format!("{}: {what}", one.id));
            if !ids.insert(one.id) {
                say("stands twice");
            }
            check(&one, &code, &room, &functions, &mut say);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(
    one: &Requirement<'_>,
    code: &str,
    room: &Path,
    functions: &BTreeSet<&str>,
    say: &mut impl FnMut(&str),
) {
    if !["実装必須", "標準オプション", "実装しない"].contains(&one.kind) || one.title.is_empty()
    {
        say("has no kind or no title");
    }
    let is_check = one.id.len() == 4 && one.id.starts_with(['E', 'A']);
    let in_code = is_check && code.contains(&format!("\"{}\"", one.id));
    match one.state {
        "済" | "一部" => {
            if one.state == "一部" && one.remark.is_empty() {
                say("does not say what is missing");
            }
            if one.state == "済" && (one.mark.is_empty() || one.test.is_empty()) {
                say("is called done without a mark in the code or a test");
            }
            if !code.contains(one.mark) {
                say("its mark is nowhere in the code");
            }
            if !one.function.is_empty() && !functions.contains(one.function) {
                say("its function does not exist");
            }
            if !one.test.is_empty() {
                let path = [room.join("tests").join(one.test), room.join(one.test)];
                match path.iter().find_map(|path| fs::read_to_string(path).ok()) {
                    None => say("its test does not exist"),
                    Some(text) if is_check && one.mark == one.id && !text.contains(one.id) => {
                        say("its test does not name it");
                    }
                    Some(_) => {}
                }
            }
        }
        "未" | "実装しない" => {
            if one.remark.is_empty() {
                say("does not say why");
            }
            if in_code {
                say("is in the code and called missing");
            }
        }
        _ => say("is in an unknown state"),
    }
}
