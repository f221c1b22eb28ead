//! `daicho catalog check` as a user runs it.

use std::process::Command;

fn check(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_daicho"))
        .args(["catalog", "check"])
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn all_four_lists_are_read() {
    let (code, table, problems) = check(&[]);
    assert_eq!((code, problems.as_str()), (Some(0), ""));
    for (list, rows) in [("city", "59"), ("town_a", "97"), ("kotoura_links", "43"), ("unit_links", "1006")] {
        let line =
            table.lines().find(|line| line.contains(list)).unwrap_or_else(|| panic!("{list}: {table}"));
        assert!(line.split(|c: char| !c.is_ascii_digit()).any(|number| number == rows), "{line}");
    }
}

#[test]
fn a_malformed_row_is_named_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("city.tsv");
    let list = include_str!("../../../standards/lists/city.tsv");
    let mut lines: Vec<String> = list.lines().map(str::to_owned).collect();
    lines[3] = lines[3].replace("日次", "毎晩");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let (code, table, problems) = check(&[path.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(problems.contains("city.tsv 4行目") && problems.contains("毎晩"), "{problems}");
    assert!(table.contains("58"), "{table}");
}
