//! `daicho moji` as a vendor's engineer runs it. People and lists are invented.

mod convert;
mod identify;
mod tables;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run of the program gave.
struct Run {
    code: Option<i32>,
    out: Vec<u8>,
    told: String,
}

impl Run {
    fn hex(&self) -> String {
        hex(&self.out)
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Runs `daicho moji` with these arguments and this standard input, without anybody's tables.
fn moji(arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_daicho"))
        .arg("moji")
        .args(arguments)
        .env_remove("DAICHO_TABLES")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The program may refuse before it has read everything.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run { code: output.status.code(), out: output.stdout, told: String::from_utf8(output.stderr).unwrap() }
}

/// A folder with files of these contents.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

fn at(dir: &tempfile::TempDir, name: &str) -> String {
    dir.path().join(name).to_str().unwrap().to_owned()
}

/// The names of a folder's files, sorted.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
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
