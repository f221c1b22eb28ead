//! `daicho layout` as a vendor's engineer runs it. People and layouts are invented.

mod documented;
mod files;
mod rows;

use super::program::{Run, daicho, folder, names};

fn layout(dir: &tempfile::TempDir, arguments: &str, input: &[u8]) -> Run {
    let mut all = vec!["layout"];
    all.extend(arguments.split(' '));
    daicho(dir.path(), &all, input)
}

fn bytes(dir: &tempfile::TempDir, name: &str) -> Vec<u8> {
    std::fs::read(dir.path().join(name)).unwrap()
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
