//! `daicho catalog` as a user runs it.

use std::process::Command;

use super::program::daicho;

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

/// A list as a municipality keeps it, as a workbook.
fn workbook(timing: &str) -> Vec<u8> {
    let row = |cells: &str| cells.split('|').map(|cell| cell.replace('¶', "\n")).collect::<Vec<_>>();
    let sheet = spreadsheet::ReadSheet {
        name: "連携一覧".into(),
        rows: vec![
            row("台帳町　データ連携一覧（案）"),
            row(
                "No.|データ作成元|データ受渡先|連携情報¶(項目名等)|連携方式|処理タイミング|変換先の文字コード|備考",
            ),
            row(&format!(
                "1|住民記録システム|福祉総合システム|住民情報異動データ|自動|{timing}|Unicode UTF-16|"
            )),
            row("2||介護保険|住民情報|伝書鳩|日次||"),
            row("※ 令和8年度の見直しを含む"),
        ],
        merged: vec![spreadsheet::Merged { top: 2, left: 1, bottom: 3, right: 1 }],
        ..Default::default()
    };
    spreadsheet::write_plain("連携一覧", &[sheet]).unwrap()
}

#[test]
fn a_workbook_is_imported_compared_and_written_back() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("旧.xlsx"), workbook("日次")).unwrap();
    std::fs::write(dir.path().join("新.xlsx"), workbook("月次")).unwrap();
    let imported = daicho(dir.path(), &["catalog", "import", "旧.xlsx", "-o", "town.tsv"], b"");
    imported.check(
        0,
        &[
            "旧:2 4行目: 方式「伝書鳩」が何を指すか分かりません。どういう意味ですか。",
            "行ではないとみなしました: ※ 令和8年度の見直しを含む",
            "2 行を読みました（除外 0、質問 1）",
        ],
    );
    let checked = daicho(dir.path(), &["catalog", "show", "town.tsv"], b"");
    assert!(
        checked.text().contains("town:2 住民記録システム → 介護保険「住民情報」: 未稼働"),
        "{}",
        checked.text()
    );
    let compared = daicho(dir.path(), &["catalog", "diff", "旧.xlsx", "新.xlsx"], b"");
    assert_eq!(compared.code, Some(1), "{}", compared.told);
    assert_eq!(
        compared.text(),
        "変更 1 住民記録システム → 福祉総合システム「住民情報異動データ」\n    時期: 日次 → 月次\n"
    );
    let same = daicho(dir.path(), &["catalog", "diff", "旧.xlsx", "旧.xlsx"], b"");
    assert_eq!((same.code, same.text()), (Some(0), ""));

    // A town's own word answers the question.
    daicho::demo::init(dir.path(), false).unwrap();
    let words = dir.path().join("lists/vocabulary.tsv");
    let text = std::fs::read_to_string(&words).unwrap();
    std::fs::write(&words, format!("{text}method\t伝書鳩\t手動\n")).unwrap();
    let town = ["catalog", "import", "旧.xlsx", "-o", "town.tsv", "--config", "daicho.toml"];
    daicho(dir.path(), &town, b"").check(
        0,
        &["行ではないとみなしました: ※ 令和8年度の見直しを含む", "2 行を読みました（除外 0、質問 0）"],
    );

    // In a town that has it among its lists, with the state beside each row.
    let config = dir.path().join("daicho.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let from = text.find("lists = [").unwrap();
    let to = from + text[from..].find(']').unwrap() + 1;
    std::fs::write(&config, format!("{}lists = [\"旧.xlsx\"]{}", &text[..from], &text[to..])).unwrap();
    let state = daicho(dir.path(), &["link", "state", "旧.xlsx", "-o", "状態.xlsx"], b"");
    state.check(0, &["2 行の状態を 状態.xlsx に書きました"]);
    let written = spreadsheet::read_xlsx(&std::fs::read(dir.path().join("状態.xlsx")).unwrap()).unwrap();
    let before = spreadsheet::read_xlsx(&workbook("日次")).unwrap();
    assert_eq!(written[0].merged, before[0].merged);
    assert_eq!(written[0].rows[1][8..10], ["稼働状況", "連携"]);
    assert_eq!(written[0].rows[2][8], "未稼働");
    assert_eq!(written[0].rows[3][8], "未稼働");
    assert_eq!(written[0].rows[4], before[0].rows[4]);
    // A table that is none of the town's, and files that are no lists.
    let other = daicho(dir.path(), &["link", "state", "新.xlsx", "-o", "x.xlsx"], b"");
    assert_ne!(other.code, Some(0));
    assert!(other.told.contains("この町の連携一覧ではありません"), "{}", other.told);
    let text = daicho(dir.path(), &["link", "state", "旧.xlsx", "-o", "状態.tsv"], b"");
    text.check(2, &["状態は一覧と同じ形式で書きます。状態.tsv の拡張子を 旧.xlsx と同じにしてください"]);
    assert!(!dir.path().join("状態.tsv").exists());
    for (name, bytes, told) in [
        ("old.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), "XLSX形式で保存し直してください"),
        ("broken.xlsx", b"PK\x03\x04".as_slice(), "XLSX形式のブックとして読めません"),
        ("none.csv", "氏名,住所\n甲,乙\n".as_bytes(), "連携一覧の見出しが見つかりません"),
    ] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
        let run = daicho(dir.path(), &["catalog", "import", name], b"");
        assert_ne!(run.code, Some(0), "{name}");
        assert!(run.told.contains(told), "{name}: {}", run.told);
    }
}

/// Each list of the program's own becomes links; a file somebody changed stays as it is.
#[test]
fn links_are_derived_once_and_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let derive = |code: i32, told: &[&str]| {
        let run = daicho(dir.path(), &["catalog", "derive", "--into", "町"], b"");
        let all = format!("{}{}", run.text(), run.told);
        assert_eq!(run.code, Some(code), "{}", run.told);
        for told in told {
            assert!(all.contains(told), "{told} in {all}");
        }
    };
    derive(
        0,
        &[
            "city-44\t1\tfamily-register-in-office-linkage\tfamily-register\t",
            "care-need-certification = \"places/care-need-certification\"",
            "city: 59行（すでに連携がある 22、導いた 37、残った 0）、連携 37",
            "town_a: 97行（すでに連携がある 23、導いた 74、残った 0）、連携 74",
            "kotoura_links: 43行（すでに連携がある 7、導いた 36、残った 0）、連携 62",
            "unit_links: 1006行（すでに連携がある 186、導いた 820、残った 0）、連携 406",
            "違う内容がすでにあって書かなかったもの 0",
        ],
    );
    for path in ["links/city-44.toml", "layouts/juki-net-non-kanji.tsv", "stand-ins/eltax-tax-return.toml"] {
        assert!(dir.path().join("町").join(path).exists(), "{path}");
    }
    let own = dir.path().join("町/links/city-44.toml");
    std::fs::write(&own, "# ours\n").unwrap();
    derive(1, &["city-44.toml には違う内容がすでにあるので、書きませんでした", "新しいファイル 0"]);
    assert_eq!(std::fs::read_to_string(own).unwrap(), "# ours\n");
}

#[test]
fn a_row_that_cannot_become_a_link_is_asked_about() {
    let list = "番号,送信元,送信先,データ,方式,時期\n1,住民記録,介護保険,住民情報,自動,10分ごと\n2,住民記録,謎システム,住民情報,自動,日次\n3,住民記録,住民基本台帳,住民情報,自動,日次\n";
    let dir = super::program::folder(&[("一覧.csv", list)]);
    let run = daicho(dir.path(), &["catalog", "derive", "一覧.csv", "--into", "out"], b"");
    assert_eq!(run.code, Some(1), "{}", run.told);
    for told in [
        "残った行 一覧:3: 送り元と受け側が同じシステムです。",
        "一覧: 3行（すでに連携がある 0、導いた 2、残った 1）、連携 2",
    ] {
        assert!(run.text().contains(told), "{}", run.text());
    }
    // A name nobody knows keeps no row from running, and stands in the file as what it is.
    let links = std::fs::read_dir(dir.path().join("out/links")).unwrap();
    let texts = links.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let told = texts
        .filter(|text| text.contains("「謎システム」はシステム一覧にないので、仮のシステムとして扱います"))
        .count();
    assert_eq!(told, 1);
}

/// What a schema offers must be there, and what takes it must find what it needs: a derived link is never tried before it runs.
#[test]
fn what_the_schemas_offer_is_there_and_has_the_items() {
    let table = |path: &str| daicho::standards::text(&format!("schemas/{path}")).to_owned();
    let (schemas, items) = (table("offers.tsv"), table("items.tsv"));
    let systems = daicho::house::systems(&[]);
    let datasets = || systems.iter().flat_map(|system| &system.datasets);
    let intakes = || systems.iter().flat_map(|system| &system.intakes);
    for line in schemas.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let of_schema: Vec<&str> = items
            .lines()
            .map(|item| item.split('\t').collect::<Vec<_>>())
            .filter(|item| item[0] == cells[0])
            .map(|item| item[1])
            .collect();
        if !cells[1].is_empty() {
            let dataset = datasets().find(|dataset| dataset.id == cells[1]);
            let dataset = dataset.unwrap_or_else(|| panic!("no dataset {}", cells[1]));
            for item in &of_schema {
                assert!(dataset.names().contains(item), "{} has no {item}", cells[1]);
            }
        }
        for intake in cells[3].split('|').filter(|intake| !intake.is_empty()) {
            let found =
                intakes().find(|own| own.id == intake).unwrap_or_else(|| panic!("no intake {intake}"));
            for need in found.needs {
                assert!(of_schema.contains(need), "{}: {intake} needs {need}", cells[0]);
            }
        }
    }
}

/// The rows the resident register has no part of its own in, each with a reason in `standards/schemas/README.md`.
#[test]
fn the_rows_of_the_resident_register_that_run_only_by_the_stand_in_are_counted() {
    let (code, table, problems) = check(&["--generic", "resident-register"]);
    assert_eq!((code, problems.as_str()), (Some(0), ""));
    let last = table.lines().find(|line| line.starts_with("resident-register: ")).unwrap();
    assert_eq!(last, "resident-register: 619行のうち、型どおりの行 15");
}
