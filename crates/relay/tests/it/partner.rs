//! The other side is a program that knows nothing but SQL: `psql`, `sqlite3`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use relay::{Options, Relay};
use testkit::places::control;
use transport::{Control, Place, PlaceError, Receipt, Verdict, in_hex};

use sha2::{Digest, Sha256};

/// Three residents; one name holds a comma, a quote and a line's end, one item is empty.
const RESIDENTS: &str = "宛名番号,氏名,\"生年月日\"\r\n\
    000000000000017,\"葛\u{e0102}城, \"\"健\"\"\r\n一\",19850401\r\n\
    000000000000025,髙橋　ハナ,\r\n\
    000000000000033,𠮷田　海,20050131\r\n";

/// A relay with the other side's program.
struct Both {
    relay: Relay,
    sql: Box<dyn Fn(&str) -> String>,
    _dir: tempfile::TempDir,
}

fn both(options: Options) -> [Both; 2] {
    let dir = tempfile::tempdir().unwrap();
    let file: PathBuf = dir.path().join("relay.db");
    let relay = Relay::in_file(&file, options.clone());
    let on_file = Both { relay, sql: Box::new(move |sql| sqlite3(&file, sql)), _dir: dir };
    let address = testkit::postgres::database();
    let relay = Relay::on_server(&address, None, options).unwrap();
    let sql = move |sql: &str| testkit::postgres::cluster().run(&address, sql);
    [on_file, Both { relay, sql: Box::new(sql), _dir: tempfile::tempdir().unwrap() }]
}

/// Runs SQL by the program `sqlite3`; what it answers, one row per line.
fn sqlite3(file: &Path, sql: &str) -> String {
    let output = Command::new("sqlite3")
        .arg("-bail")
        .arg(file)
        .arg(sql)
        .output()
        .expect("the package sqlite3 is needed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn put(relay: &Relay, link: &str, no: u64, csv: &str) -> Result<Control, PlaceError> {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::write(&data, csv).unwrap();
    let rows = u64::try_from(csv::Reader::from_reader(csv.as_bytes()).records().count()).unwrap();
    let control = Control { link: link.into(), rows, ..control(no, csv.as_bytes()) };
    relay.put(&format!("{link}_{no:06}.csv"), &data, &control).map(|_| control)
}

#[test]
fn a_program_reads_rows_and_answers_by_plain_sql() {
    for Both { relay, sql, _dir } in both(Options::default()) {
        let sent = put(&relay, "ido-fukushi", 12, RESIDENTS).unwrap();
        let name = "ido-fukushi_000012.csv";
        let waiting = sql("SELECT no, rows, extent FROM daicho_delivery
                           WHERE direction = 'out' AND link = 'ido-fukushi' AND status = '待ち' ORDER BY no");
        assert_eq!(waiting, "12|3|difference\n");
        let letter = if relay.describe().starts_with("sqlite") { "char" } else { "chr" };
        let read = sql(&format!(
            "SELECT row_no, 宛名番号, replace(氏名, {letter}(13) || {letter}(10), '/'), coalesce(生年月日, '不詳')
             FROM daicho_rows_ido_fukushi WHERE delivery_no = 12 ORDER BY row_no"
        ));
        assert_eq!(
            read,
            "1|000000000000017|葛\u{e0102}城, \"健\"/一|19850401\n2|000000000000025|髙橋　ハナ|不詳\n3|000000000000033|𠮷田　海|20050131\n"
        );
        assert_eq!(relay.receipt(name).unwrap(), None);
        sql("UPDATE daicho_delivery SET status = '取込済', rows_taken = 3, taken_at = CURRENT_TIMESTAMP
             WHERE direction = 'out' AND link = 'ido-fukushi' AND no = 12");
        let receipt = Receipt {
            link: Some("ido-fukushi".into()),
            no: 12,
            rows: 3,
            sha256: sent.sha256.clone(),
            verdict: Verdict::Applied,
        };
        assert_eq!(relay.receipt(name).unwrap(), Some(receipt));
        // The rows may go once they are taken; sending again does not bring them back.
        sql("DELETE FROM daicho_rows_ido_fukushi WHERE delivery_no = 12");
        put(&relay, "ido-fukushi", 12, RESIDENTS).unwrap();
        assert_eq!(sql("SELECT count(*) FROM daicho_rows_ido_fukushi"), "0\n");
    }
}

#[test]
fn a_count_that_differs_shows_in_the_receipt_and_an_answer_without_a_count_is_none() {
    for Both { relay, sql, _dir } in both(Options::default()) {
        let sent = put(&relay, "l", 1, RESIDENTS).unwrap();
        sql("UPDATE daicho_delivery SET status = '取込済' WHERE no = 1");
        assert!(matches!(relay.receipt("l_000001.csv"), Err(PlaceError::Receipt { .. })));
        sql("UPDATE daicho_delivery SET rows_taken = 2 WHERE no = 1");
        assert_eq!(relay.receipt("l_000001.csv").unwrap().unwrap().rows, 2);
        sql(
            "UPDATE daicho_delivery SET status = '拒否', reason = '氏名が長すぎます', rows_taken = NULL WHERE no = 1",
        );
        let refused = relay.receipt("l_000001.csv").unwrap().unwrap();
        assert_eq!(refused.verdict, Verdict::Refused("氏名が長すぎます".into()));
        // Sent again under the same number: the former answer stays as evidence, and rows that were lost are there again.
        relay.retire_receipt("l_000001.csv").unwrap();
        sql("DELETE FROM daicho_rows_l WHERE row_no = 2");
        put(&relay, "l", 1, RESIDENTS).unwrap();
        assert_eq!(sql("SELECT status, reason FROM daicho_answer"), "拒否|氏名が長すぎます\n");
        assert_eq!(
            sql("SELECT status, reason, (SELECT count(*) FROM daicho_rows_l) FROM daicho_delivery"),
            "待ち||3\n"
        );
        assert_eq!(relay.other_side().arrivals("").unwrap().pop().unwrap().control, Ok(sent));
    }
}

#[test]
fn a_program_hands_over_rows_by_plain_sql_and_reads_the_answer() {
    for Both { relay, sql, _dir } in both(Options::default()) {
        // Whoever asks first makes the tables; the other side makes the one with its own columns.
        assert_eq!(relay.arrivals("").unwrap(), []);
        sql("CREATE TABLE daicho_in_kokuho (delivery_no BIGINT NOT NULL, row_no BIGINT NOT NULL,
                 宛名番号 VARCHAR(15), 資格区分 INTEGER, 備考 TEXT, PRIMARY KEY (delivery_no, row_no))");
        sql("INSERT INTO daicho_in_kokuho VALUES (1, 20, '000000000000025', 2, 'a \"b\", c');
             INSERT INTO daicho_in_kokuho VALUES (1, 10, '000000000000017', 1, NULL)");
        assert_eq!(relay.arrivals("").unwrap(), [], "rows without a header are not there yet");
        sql("INSERT INTO daicho_delivery (direction, link, no, dataset, extent, rows)
             VALUES ('in', 'kokuho', 1, 'kokuho/qualification', 'difference', 2)");
        let wanted =
            "宛名番号,資格区分,備考\r\n000000000000017,1,\r\n000000000000025,2,\"a \"\"b\"\", c\"\r\n";
        let arrivals = relay.arrivals("kokuho_").unwrap();
        assert_eq!(arrivals.len(), 1);
        assert_eq!(arrivals[0].name, "kokuho_000001.csv");
        let control = arrivals[0].control.clone().unwrap();
        let sha256 = in_hex(Sha256::new_with_prefix(wanted));
        assert_eq!((control.no, control.rows, &control.sha256), (1, 2, &sha256));
        assert_eq!(control.bytes, u64::try_from(wanted.len()).unwrap());
        let mut bytes = Vec::new();
        relay.fetch("kokuho_000001.csv", &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), wanted);
        let receipt = Receipt { link: None, no: 1, rows: 2, sha256, verdict: Verdict::Applied };
        relay.answer("kokuho_000001.csv", &receipt).unwrap();
        let answer = sql(
            "SELECT status, rows_taken, taken_at IS NOT NULL FROM daicho_delivery WHERE direction = 'in'",
        );
        assert!(["取込済|2|1\n", "取込済|2|t\n"].contains(&answer.as_str()), "{answer}");
        assert_eq!(relay.arrivals("").unwrap(), []);
        relay.answer("kokuho_000001.csv", &receipt).unwrap();
    }
}

#[test]
fn more_rows_than_one_statement_takes_come_back_as_they_were() {
    for Both { relay, sql, _dir } in both(Options::default()) {
        sql("SELECT 1");
        let mut wanted = String::from("宛名番号,値\r\n");
        for number in 1..=5_001 {
            wanted.push_str(&format!("{number:015},{}\r\n", number * 7));
        }
        put(&relay.other_side(), "l", 1, &wanted).unwrap();
        sql("DELETE FROM daicho_content");
        let mut bytes = Vec::new();
        relay.fetch("l_000001.csv", &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), wanted);
    }
}

#[test]
fn a_new_generation_is_switched_to_whole_and_a_new_item_gets_a_column() {
    for Both { relay, sql, _dir } in both(Options::default()) {
        let ask = "SELECT delivery_no, 宛名番号 FROM daicho_latest_zenken ORDER BY row_no";
        put(&relay, "zenken", 1, "宛名番号\r\n1\r\n2\r\n").unwrap();
        assert_eq!(sql(ask), "1|1\n1|2\n");
        put(&relay, "zenken", 2, "宛名番号,転入日\r\n3,20260401\r\n").unwrap();
        assert_eq!(sql(ask), "2|3\n");
        assert_eq!(sql("SELECT 転入日 FROM daicho_latest_zenken"), "20260401\n");
        put(&relay, "zenken", 3, "転入日\r\n").unwrap();
        assert_eq!(sql(ask), "", "a generation without rows is one, too");
    }
}

#[test]
fn taken_deliveries_go_in_their_turn_and_those_that_wait_stay() {
    for Both { relay, sql, _dir } in both(Options { keep: 2, ..Options::default() }) {
        for no in 1..=6 {
            put(&relay, "l", no, &format!("宛名番号\r\n{no}\r\n")).unwrap();
            if no != 2 {
                sql(&format!("UPDATE daicho_delivery SET status = '取込済', rows_taken = 1 WHERE no = {no}"));
            }
        }
        assert_eq!(sql("SELECT no FROM daicho_delivery ORDER BY no"), "2\n4\n5\n6\n");
        assert_eq!(sql("SELECT delivery_no FROM daicho_rows_l ORDER BY 1"), "2\n4\n5\n6\n");
        assert_eq!(sql("SELECT no FROM daicho_content ORDER BY 1"), "2\n4\n5\n6\n");
    }
}

#[test]
fn what_is_no_csv_with_as_many_records_is_not_put() {
    for Both { relay, sql, _dir } in both(Options::default()) {
        let long = format!("{}\r\n1\r\n", "あ".repeat(22));
        for (csv, rows, told) in [
            ("宛名番号\r\n1\r\n", 2, "件数が1件で、管理情報の2件と違います"),
            ("a,b\r\n1\r\n", 1, "1件目の項目が1個です。見出しは2個です"),
            ("", 0, "見出し行がありません"),
            ("a,A\r\n1,2\r\n", 1, "「A」は中継DBの表や列の名前にできません"),
            ("row_no\r\n1\r\n", 1, "「row_no」は中継DBの表や列の名前にできません"),
            (long.as_str(), 1, "漢字なら21字"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let data = dir.path().join("data");
            fs::write(&data, csv).unwrap();
            let control = Control { rows, ..control(1, csv.as_bytes()) };
            let error = relay.put("l_000001.csv", &data, &control).unwrap_err();
            let cause = std::error::Error::source(&error).unwrap().to_string();
            assert!(cause.contains(told), "{csv}: {cause}");
        }
        assert_eq!(relay.other_side().arrivals("").unwrap(), []);
        assert_eq!(sql("SELECT count(*) FROM daicho_content"), "0\n");
    }
}
