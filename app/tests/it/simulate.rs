//! A list nobody has seen before: every row becomes a link, runs, and leaves evidence.

use std::fs;
use std::process::Command;

fn daicho() -> Command {
    Command::new(env!("CARGO_BIN_EXE_daicho"))
}

/// As a municipality might keep it: its own headings and words, both ways in one row, two timings in one cell, systems that are
/// not installed, outside bodies.
const LIST: &str = "\
No.,連携元システム,連携先システム,連携データ,連携方式,連携サイクル,文字コード,備考
1,住民記録,後期高齢者医療,住民異動情報,即時連携,即時,,
2,住民記録,就学,住民情報,ファイル転送,日次,UTF-8,夜間に渡す
3,住民記録,税総合システム,住民情報全件,ファイル転送,日次,JEF/EBCDIC,
4,国民健康保険団体連合会,国民健康保険,被保険者情報,ファイル転送,日次,,
5,個人住民税,収滞納管理,賦課情報,DB中継,週次,,
6,健康管理,住民記録,健診結果,手動,日次,,USBメモリで受け渡し
7,各金融機関が管理するシステム(名称不明),収滞納管理,口座振替結果,ファイル転送,随時,,
8,住民記録,介護保険,住民情報,ファイル転送,日次,シフトJIS,
9,固定資産税,法務局,登記情報,ファイル転送,随時,IBM930,
10,戸籍附票,住民記録,附票情報,ファイル転送,日次,ｅｕｃ－ｊｐ,
";

#[test]
fn every_row_of_an_unknown_list_leaves_its_evidence() {
    let dir = tempfile::tempdir().unwrap();
    let list = dir.path().join("renkei.csv");
    let report = dir.path().join("evidence.tsv");
    fs::write(&list, LIST).unwrap();
    let town = dir.path().join("town");
    let run = daicho()
        .args(["simulate", list.to_str().unwrap(), "--days", "8", "--residents", "30"])
        .args(["--dir", town.to_str().unwrap(), "--report", report.to_str().unwrap()])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.success(), "{told}");
    assert!(told.contains("10行のうち証跡のある行10、矛盾0件"), "{told}");
    let evidence = fs::read_to_string(&report).unwrap();
    let lines: Vec<Vec<&str>> = evidence.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    for no in 1..=10 {
        let row = format!("renkei:{no}");
        let line = lines.iter().find(|cells| cells[0] == row).unwrap_or_else(|| panic!("{row}: {evidence}"));
        let (deliveries, rows): (u64, u64) = (line[9].parse().unwrap(), line[10].parse().unwrap());
        assert!(deliveries > 0 && rows > 0, "{line:?}");
        assert!(line[14].starts_with("受領") || line[14] == "一取引で反映", "{line:?}");
    }
    // The town is left as any other: its links can be looked at, its journal verified.
    let config = town.join("daicho.toml");
    let verify = daicho().args(["audit", "verify", "--config", config.to_str().unwrap()]).output().unwrap();
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stdout));
    // The folder is taken: a second run begins nowhere else by mistake.
    let again = daicho()
        .args(["simulate", list.to_str().unwrap(), "--days", "1", "--dir", town.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("空ではありません"));
}
