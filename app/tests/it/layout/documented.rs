//! The examples of docs/layouts.md, run as they stand there.

use super::{daicho, folder, from_hex, hex_lines};

const DOCUMENT: &str = include_str!("../../../../docs/layouts.md");

/// A fenced block: what stands behind the fence, and its lines.
fn blocks() -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in DOCUMENT.lines() {
        match line.strip_prefix("```") {
            Some(info) => {
                inside = !inside;
                if inside {
                    blocks.push((info.to_owned(), String::new()));
                }
            }
            None if inside => {
                let (_, text) = blocks.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    blocks
}

/// Runs a line of a console: `xxd` is done here, `daicho` by the program. What it prints, and its exit code.
fn run(dir: &tempfile::TempDir, line: &str) -> (String, i32) {
    let (mut bytes, mut told, mut code) = (Vec::new(), String::new(), 0);
    for command in line.split(" | ") {
        let words: Vec<&str> = command.split(' ').collect();
        match words.as_slice() {
            ["daicho", arguments @ ..] => {
                let run = daicho(dir.path(), arguments, &bytes);
                (bytes, code) = (run.out, run.code.unwrap());
                told.push_str(&run.told);
            }
            ["xxd", "-r", "-p", file] => {
                bytes = from_hex(&std::fs::read_to_string(dir.path().join(file)).unwrap());
            }
            ["xxd", "-p", "-c", columns, file @ ..] => {
                if let [file] = file {
                    bytes = std::fs::read(dir.path().join(file)).unwrap();
                }
                bytes = hex_lines(&bytes, columns.parse().unwrap()).into_bytes();
            }
            _ => panic!("not a command of the examples: {command}"),
        }
    }
    (String::from_utf8(bytes).unwrap().replace("\r\n", "\n") + &told, code)
}

#[test]
fn every_example_does_what_the_document_says() {
    let dir = folder(&[]);
    let mut commands = 0;
    for (info, text) in blocks() {
        if let Some((_, name)) = info.split_once(' ') {
            std::fs::write(dir.path().join(name), text).unwrap();
            continue;
        }
        if info != "console" {
            continue;
        }
        let (mut printed, mut code) = (String::new(), 0);
        for line in text.lines().filter(|line| line.starts_with("$ ")) {
            printed.push_str(line);
            printed.push('\n');
            if line == "$ echo $?" {
                printed.push_str(&format!("{code}\n"));
                code = 0;
                continue;
            }
            assert_eq!(code, 0, "the document must show the exit code before {line}");
            let (output, ended) = run(&dir, line.trim_start_matches("$ "));
            printed.push_str(&output);
            code = ended;
            commands += 1;
        }
        assert_eq!(code, 0, "the document must show the exit code of\n{text}");
        for (got, want) in printed.lines().zip(text.lines()) {
            assert_eq!(got, want, "in\n{text}");
        }
        assert_eq!(printed, text);
    }
    assert!(16 <= commands, "only {commands} commands were found");
}

#[test]
fn every_key_of_the_file_is_explained() {
    for (place, text) in [
        ("head", "unknown_key = 1\nform = \"csv\"\ncharset = \"UTF-8\"\nfields = [ { name = \"a\" } ]\n"),
        ("item", "form = \"csv\"\ncharset = \"UTF-8\"\nfields = [ { name = \"a\", unknown_key = 1 } ]\n"),
    ] {
        let dir = folder(&[("a.toml", text)]);
        let run = daicho(dir.path(), &["layout", "check", "a.toml"], b"");
        let (_, keys) = run.told.split_once("使えるのは ").unwrap();
        let keys: Vec<&str> = keys.trim_end().trim_end_matches('）').split(", ").collect();
        assert!(20 < keys.len(), "{keys:?}");
        for key in keys {
            let known = DOCUMENT
                .lines()
                .filter(|line| line.starts_with('|'))
                .any(|line| line.split(" | ").next().unwrap().contains(&format!("`{key}`")));
            assert!(known, "no row explains the key {key} of the {place}");
        }
    }
}
