//! `daicho layout` as a vendor's engineer runs it. People and layouts are invented.

mod documented;
mod files;
mod rows;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run of the program gave.
struct Run {
    code: Option<i32>,
    out: Vec<u8>,
    told: String,
}

impl Run {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    fn check(&self, code: i32, told: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.told);
        assert_eq!(self.told.lines().collect::<Vec<_>>(), told);
    }
}

/// Runs `daicho` in a folder, without anybody's tables.
fn daicho(dir: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_daicho"))
        .args(arguments)
        .current_dir(dir)
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

fn layout(dir: &tempfile::TempDir, arguments: &str, input: &[u8]) -> Run {
    let mut all = vec!["layout"];
    all.extend(arguments.split(' '));
    daicho(dir.path(), &all, input)
}

/// A folder with files of these contents.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

fn bytes(dir: &tempfile::TempDir, name: &str) -> Vec<u8> {
    std::fs::read(dir.path().join(name)).unwrap()
}

/// The names of a folder's files, sorted.
fn names(dir: &tempfile::TempDir) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn from_hex(text: &str) -> Vec<u8> {
    let plain: String = text.split_whitespace().collect();
    (0..plain.len()).step_by(2).map(|at| u8::from_str_radix(&plain[at..at + 2], 16).unwrap()).collect()
}

/// Bytes as `xxd -p` shows them.
fn hex_lines(bytes: &[u8], columns: usize) -> String {
    let line = |row: &[u8]| row.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n";
    bytes.chunks(columns).map(line).collect()
}
