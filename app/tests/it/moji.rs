//! `daicho moji` as a vendor's engineer runs it. People and lists are invented.

mod convert;
mod identify;
mod tables;

use std::path::{Path, PathBuf};

use super::program::{Run, daicho, folder, hex, names};

/// Runs `daicho moji`.
fn moji(arguments: &[&str], input: &[u8]) -> Run {
    daicho(Path::new("."), &[&["moji"], arguments].concat(), input)
}

fn at(dir: &tempfile::TempDir, name: &str) -> String {
    dir.path().join(name).to_str().unwrap().to_owned()
}

fn read(path: impl Into<PathBuf>) -> String {
    std::fs::read_to_string(path.into()).unwrap()
}

#[test]
fn show_answers_for_people_and_for_machines() {
    let run = moji(&["show", "845B+E0102", "戸籍", "349920", "高髙"], b"");
    assert_eq!((run.code, run.told.as_str()), (Some(0), ""));
    let heads: Vec<&str> =
        run.text().lines().filter(|line| !line.starts_with(' ') && !line.is_empty()).collect();
    assert_eq!(
        heads,
        [
            "葛\u{E0102}  U+845B U+E0102  MJ022335",
            "葛\u{E0102}  U+845B U+E0102  MJ022335",
            "高  U+9AD8  MJ028901",
            "髙  U+9AD9  MJ028902",
        ]
    );
    let run = moji(&["show", "--json", "X'B3EB'"], b"");
    let found: serde_json::Value = serde_json::from_str(run.text()).unwrap();
    let sheet = &found[0];
    assert_eq!(
        (sheet["text"].as_str(), sheet["mj"].as_str(), sheet["glyphs"][0]["strokes"].as_u64()),
        (Some("葛"), Some("MJ022336"), Some(11))
    );
    let run = moji(&["show", "MJ999999"], b"");
    assert_eq!((run.code, run.text()), (Some(2), ""));
    assert!(run.told.contains("MJ999999"), "{}", run.told);
}
