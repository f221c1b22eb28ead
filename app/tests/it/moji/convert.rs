//! `daicho moji convert`.

use std::process::{Command, Stdio};

use super::{at, folder, hex, moji, names, read};

#[test]
fn options_reach_the_side_that_is_a_host() {
    for (options, input, want) in [
        ("--from utf-8 --to jef", "山a\n", "28BBB329C115"),
        ("--from UTF8 --to JEF/EBCDIC --ebcdic lower", "山a\n", "28BBB3298115"),
        ("--from utf-8 --to jef-ebcdic-ascii --kin 38", "山a\n", "38BBB3298115"),
        ("--from utf-8 --to jef --map area", "鯵唖", "28B0B3B0A229"),
        ("--from utf-8 --to jef --map pc", "鯵唖", "28F2CDB0A229"),
        ("--from utf-8 --to ms932", "山㈱髙", "8E52878AFBFC"),
        ("--from utf-8 --to utf-16", "山𠮷", "FFFE715C42D8B7DF"),
        ("--from utf-8 --to ucs-4", "山", "00005C71"),
        ("--from utf-8 --to j+", "葛", "B9D5"),
        ("--from utf-8 --to ibm-930", "山a", "0E45650F62"),
        ("--from utf-8 --to jef --policy substitute", "𠮷葛\u{E0102}", "28A2AEB3EB29"),
        ("--from utf-8 --to jef --policy substitute --substitute U+25A0", "𠮷", "28A2A329"),
        ("--from utf-8 --to jef --policy substitute --substitute * --field x", "山A", "5CC1"),
        ("--from utf-8 --to jef --policy shrink", "髙", "28B9E229"),
        ("--from utf-8 --to jef --field n --widen", "Aｶﾞ", "A3C1A5AC"),
    ] {
        let mut arguments = vec!["convert"];
        arguments.extend(options.split(' '));
        let run = moji(&arguments, input.as_bytes());
        assert_eq!((run.code, run.hex().as_str()), (Some(0), want), "{options}: {}", run.told);
    }
    for (options, input, want) in [
        ("--from jef --to utf-8", "28BBB329C1", "山A"),
        ("--from jef --to utf-8 --map area", "28B0B329", "鯵"),
        ("--from jef --to utf-8 --undefined substitute", "2841A1BBB329", "\u{FFFD}山"),
        ("--from jef --to utf-8 --undefined keep", "2841A129", "\u{F41A1}"),
        ("--from jef --to utf-8 --bytes 6 --field n --trim", "BBB340404040C0EE40404040", "山\n川\n"),
    ] {
        let mut arguments = vec!["convert"];
        arguments.extend(options.split(' '));
        let bytes: Vec<u8> = (0..input.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&input[at..at + 2], 16).unwrap())
            .collect();
        let run = moji(&arguments, &bytes);
        assert_eq!((run.code, run.text()), (Some(0), want), "{options}: {}", run.told);
    }
}

#[test]
fn a_refusal_names_record_place_character_and_rule() {
    for (options, input, out, told) in [
        (
            "--from utf-8 --to jef",
            "山\n川𠮷\n".as_bytes(),
            "28BBB3291528C0EE",
            "2件目のレコード、4文字目の「𠮷」（U+20BB7）は相手の文字コードにありません\n",
        ),
        (
            "--from utf-8 --to jef",
            b"A\xFF",
            "C1",
            "1件目のレコード、入力の1バイト目（0始まり）: UTF-8として正しくありません\n",
        ),
        (
            "--from utf-8 --to jef --field n",
            "山\n川A\n".as_bytes(),
            "BBB315",
            "2件目のレコード、2文字目の「A」（U+0041）は相手の文字コードにありません\n",
        ),
        (
            "--from utf-8 --to jef --field n --bytes 4",
            "山\n山川山\n".as_bytes(),
            "BBB34040",
            "2件目のレコード、6バイト必要ですが、項目は4バイトです\n",
        ),
        (
            "--from jef --to utf-8 --field n --bytes 4",
            b"\xBB\xB3\x40\x40\xBB",
            "E5B1B1E380800A",
            "最後のレコードが1バイトしかありません（1件は4バイト）\n",
        ),
    ] {
        let mut arguments = vec!["convert"];
        arguments.extend(options.split(' '));
        let run = moji(&arguments, input);
        assert_eq!((run.code, run.hex().as_str(), run.told.as_str()), (Some(1), out, told), "{options}");
    }
}

#[test]
fn what_cannot_be_asked_for_is_a_usage_error() {
    for (options, told) in [
        ("--from utf-8 --to xek", "文字コード「XEK」の変換表がありません"),
        ("--from utf-8 --to unicode", "文字コードが決まりません"),
        ("--from utf-8", "--to"),
        ("--from utf-8 --to jef --ebcdic latin", "kana、lower、ascii のどれか"),
        ("--from utf-8 --to jef --policy maybe", "reject、substitute、shrink、keep のどれか"),
        ("--from utf-8 --to jef --trim", "--trim は --field か --bytes と一緒に使います"),
        ("--from utf-8 --to jef --field n --bytes 5", "項目の長さ5バイトは2バイトの倍数ではありません"),
        ("--from utf-8 --to ms932 --substitute 𠮷", "代替文字「𠮷」は文字コード「Windows-31J」にありません"),
        ("--from utf-8 --to j+ --field n", "--bytes で1件の長さを決めてください"),
        ("--from utf-8 --to jef --gaiji a --gaiji-to b", "--gaiji"),
    ] {
        let mut arguments = vec!["convert"];
        arguments.extend(options.split(' '));
        let run = moji(&arguments, "葛\n".as_bytes());
        assert_eq!(run.code, Some(2), "{options}: {}", run.told);
        assert!(run.told.contains(told), "{options}: {}", run.told);
    }
    let run = moji(&["convert", "--from", "utf-8", "--to", "jef", "no-such-file"], b"");
    assert_eq!((run.code, run.told.contains("no-such-file が読めません")), (Some(3), true), "{}", run.told);
}

#[test]
fn records_are_lines_or_so_many_bytes() {
    for (options, input, want) in [
        // Lines stay lines, with the ends they have.
        ("--from utf-8 --to jef --field n", "山\r\n川\n山", "BBB30D15C0EE15BBB3"),
        ("--from utf-8 --to jef --field m", "山\nA\n", "28BBB32915C115"),
        ("--from utf-8 --to utf-16be --field m", "山\n", "5C71000A"),
        // Records of a host have no line ends; the last line needs none either.
        ("--from utf-8 --to jef --field n --bytes 6", "山\n\n川", "BBB340404040404040404040C0EE40404040"),
        ("--from utf-8 --to jef --bytes 6", "山A\n", "28BBB329C140"),
        ("--from utf-8 --to jef --field x --bytes 3", "A\n", "C14040"),
        ("--from utf-8 --to jef --field n --bytes 4 --overflow truncate", "山川山", "BBB3C0EE"),
        ("--from utf-8 --to ms932 --field n --bytes 6", "山\n", "8E5220202020"),
        // A byte order mark is not the first record's.
        ("--from utf-8 --to jef --field n", "\u{FEFF}山\n", "BBB315"),
    ] {
        let mut arguments = vec!["convert"];
        arguments.extend(options.split(' '));
        let run = moji(&arguments, input.as_bytes());
        assert_eq!((run.code, run.hex().as_str()), (Some(0), want), "{options}: {}", run.told);
    }
    // UTF-16 in the order its mark says, lines found by whole units: U+0A00 is no line end.
    let run = moji(
        &["convert", "--from", "utf-16", "--to", "utf-8", "--field", "m"],
        b"\xFE\xFF\x5C\x71\x00\x0D\x00\x0A\x0A\x00\x00\x0A\x5D\xDD",
    );
    assert_eq!(run.text(), "山\r\n\u{0A00}\n川");
    // Between hosts both sides have the length.
    let run = moji(
        &["convert", "--from", "jef", "--to", "ibm-930", "--field", "n", "--bytes", "4"],
        b"\xBB\xB3\x40\x40\xC0\xEE\x40\x40",
    );
    assert_eq!(run.hex(), "4565404045674040");
}

#[test]
fn a_file_appears_only_when_it_is_whole() {
    let dir = folder(&[("in.txt", "山\n"), ("wrong.txt", "山\n𠮷\n")]);
    let (input, wrong, out) = (at(&dir, "in.txt"), at(&dir, "wrong.txt"), at(&dir, "out.jef"));
    let run = moji(&["convert", "--from", "utf-8", "--to", "jef", &wrong, "-o", &out], b"");
    assert_eq!((run.code, run.out.len()), (Some(1), 0));
    assert_eq!(names(dir.path()), ["in.txt", "wrong.txt"], "nothing is left of a refused file");
    let run = moji(&["convert", "--from", "utf-8", "--to", "jef", &input, "-o", &out], b"");
    assert_eq!((run.code, run.out.len()), (Some(0), 0), "{}", run.told);
    assert_eq!(hex(&std::fs::read(&out).unwrap()), "28BBB32915");
    let run = moji(&["convert", "--from", "utf-8", "--to", "jef", &wrong, "-o", &out], b"");
    assert_eq!(run.code, Some(1));
    assert_eq!(hex(&std::fs::read(&out).unwrap()), "28BBB32915", "the file from before is still there");
    let run = moji(&["convert", "--from", "jef", "--to", "utf-8", &out, "-o", &out], b"");
    assert_eq!((run.code, read(&out).as_str()), (Some(0), "山\n"), "a file may be its own output");
    let run = moji(&["convert", "--from", "utf-8", "--to", "jef", "-o", "-", "-"], "山".as_bytes());
    assert_eq!(run.hex(), "28BBB329");
}

#[test]
fn a_report_has_a_line_for_each_event_also_when_the_conversion_stops() {
    let dir = folder(&[]);
    let report = at(&dir, "report.tsv");
    let convert = |options: &[&str], input: &str| {
        let mut arguments = vec!["convert", "--from", "utf-8", "--to", "jef", "--report", &report];
        arguments.extend(options);
        let run = moji(&arguments, input.as_bytes());
        let text = read(&report);
        let rows: Vec<String> = text
            .lines()
            .map(|line| {
                let cells: Vec<&str> = line.split('\t').collect();
                assert_eq!(cells.len(), 11, "{line}");
                cells[..10].join(" ")
            })
            .collect();
        assert!(
            text.lines().skip(1).all(|line| line.contains("sha256:")),
            "the table's version stands in each"
        );
        (run, rows)
    };
    let (run, rows) = convert(&["--policy", "substitute"], "山a\n川𠮷葛\u{E0100}\n");
    assert_eq!(
        rows,
        [
            "record item side position offset code_points character done label to",
            "1  encode 1 3 U+0061 a respelled 別表記に統一 A",
            "2  encode 4 8 U+20BB7 𠮷 substituted 代替文字 〓",
            "2  encode 5 12 U+845B U+E0100 葛\u{E0100} vs_dropped 異体字セレクタ除去 葛",
        ]
    );
    assert_eq!(
        run.told,
        "代替文字（substituted） 1件\n異体字セレクタ除去（vs_dropped） 1件\n別表記に統一（respelled） 1件\n"
    );
    let (run, rows) = convert(&[], "a\n川𠮷\n");
    assert_eq!(run.code, Some(1));
    assert_eq!(
        rows[1..],
        [
            "1  encode 0 0 U+0061 a respelled 別表記に統一 A",
            "2  encode 3  U+20BB7 𠮷 unmappable 変換できない文字 "
        ]
    );
    let (_, rows) = convert(&["--field", "x"], "a\n\u{85}\n");
    assert_eq!(rows[1..], ["1  encode 0 0 U+0061 a respelled 別表記に統一 A"]);
}

#[test]
fn the_reverse_check_finds_what_does_not_come_back() {
    for (options, input, want) in [
        ("--from utf-8 --to jef --check", "山A\n川\n", None),
        ("--from utf-8 --to jef --check --field n --bytes 8", "山\n川　\n", None),
        ("--from utf-8 --to utf-16 --check", "葛\u{E0102}\n𠮷", None),
        (
            "--from utf-8 --to jef --check",
            "山a\n川\nb\n",
            Some(
                "1件目のレコード: 入力の3バイト目（0始まり）: 「a\\n川\\nb\\n」（X'610AE5B79D0A620A'） が、逆に変換すると 「A\\n川\\n」（X'410AE5B79D0A'） になります\n3件目のレコード: 入力の9バイト目（0始まり）: 「b\\n」（X'620A'） が、逆に変換すると 「B\\n」（X'420A'） になります\n",
            ),
        ),
        (
            "--from utf-8 --to jef --check --policy substitute --field n",
            "山\n𠮷\n",
            Some(
                "2件目のレコード: 「𠮷」（X'F0A0AEB7'） が、逆に変換すると 「〓」（X'E38093'） になります\n",
            ),
        ),
    ] {
        let dir = folder(&[]);
        let out = at(&dir, "out");
        let mut arguments = vec!["convert", "-o", &out];
        arguments.extend(options.split(' '));
        let run = moji(&arguments, input.as_bytes());
        match want {
            None => assert_eq!((run.code, names(dir.path()).len()), (Some(0), 1), "{options}: {}", run.told),
            Some(told) => {
                assert_eq!(run.code, Some(1), "{options}");
                assert!(run.told.contains(told), "{options}: {}", run.told);
                assert!(run.told.ends_with("件あります\n"), "{}", run.told);
                assert_eq!(names(dir.path()).len(), 0, "a file that does not come back is not put there");
            }
        }
    }
    // Codes that say the same differently are told too: a redundant shift code.
    let run = moji(&["convert", "--from", "jef", "--to", "utf-8", "--check"], b"\x28\x28\xBB\xB3\x29");
    assert_eq!((run.code, run.text()), (Some(1), "山"));
    assert!(run.told.contains("入力の1バイト目（0始まり）: X'28BBB329' が"), "{}", run.told);
}

#[test]
fn a_long_stream_goes_through_in_pieces() {
    let line = "000000000000019,見本　太郎,ﾐﾎﾝ ﾀﾛｳ,葛城町一丁目２番\r\n";
    let text = line.repeat(20_000);
    let there = moji(&["convert", "--from", "utf-8", "--to", "jef", "--check"], text.as_bytes());
    assert_eq!((there.code, there.told.as_str()), (Some(0), ""));
    let one = moji(&["convert", "--from", "utf-8", "--to", "jef"], line.as_bytes()).out;
    assert!(there.out.chunks(one.len()).all(|record| record == one) && there.out.len() == one.len() * 20_000);
    let back = moji(&["convert", "--from", "jef", "--to", "utf-8", "--check"], &there.out);
    assert!(back.code == Some(0) && back.text() == text, "{}", back.told);
}

#[test]
fn a_table_of_the_towns_own_characters_counts_on_its_side() {
    let dir = folder(&[
        ("jef.tsv", "#code\tucs\n80A1\t845B+E0102\n80A2\tnone\n"),
        ("pc.tsv", "葛\u{E0102}\tF040\n"),
        ("unicode.tsv", "葛\u{E0102}\tE000\n"),
        ("wrong.tsv", "葛\t80A1\n葛\t80A2\n"),
        ("other.tsv", "葛\t28A1\n"),
    ]);
    let (jef, pc, unicode) = (at(&dir, "jef.tsv"), at(&dir, "pc.tsv"), at(&dir, "unicode.tsv"));
    let kuzu = "葛\u{E0102}".as_bytes();
    for (options, input, want) in [
        (vec!["--from", "utf-8", "--to", "jef", "--gaiji", &jef], kuzu, "2880A129"),
        (vec!["--from", "jef", "--to", "utf-8", "--gaiji", &jef], b"\x28\x80\xA1\x29", "E8919BF3A08482"),
        (
            vec!["--from", "ms932", "--to", "jef", "--gaiji-from", &pc, "--gaiji-to", &jef],
            b"\xF0\x40",
            "2880A129",
        ),
        // Between two forms of Unicode the table says what the input's private scalars are.
        (vec!["--from", "utf-16be", "--to", "utf-8", "--gaiji", &unicode], b"\xE0\x00", "E8919BF3A08482"),
    ] {
        let mut arguments = vec!["convert"];
        arguments.extend(options.iter().copied());
        let run = moji(&arguments, input);
        assert_eq!((run.code, run.hex().as_str()), (Some(0), want), "{options:?}: {}", run.told);
    }
    for (table, told) in [
        ("wrong.tsv", "wrong.tsv 2行目: 文字「葛」（U+845B）には1行目で別のコードが割り当てられています\n"),
        ("other.tsv", "外字表の1行目: コード 28A1 は文字コード「JEF/EBCDICカナ」に書けません\n"),
    ] {
        let run = moji(&["convert", "--from", "utf-8", "--to", "jef", "--gaiji", &at(&dir, table)], kuzu);
        assert_eq!((run.code, run.told.as_str()), (Some(1), told));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_daicho"))
        .args(["moji", "convert", "--from", "utf-8", "--to", "ms932"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let _ = std::io::Write::write_all(&mut stdin, "山田\n".repeat(200_000).as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
