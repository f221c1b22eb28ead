//! `daicho moji tables`, and what packs change.

use super::{at, folder, moji, names, read};

/// Three rows of the standard area, and one invented code of the extended one.
const JEF: &str = r#"[
{ "unicode":  "3000", "jef": "4040", "text": "　", "options": [] },
{ "unicode":  "FF5E", "jef": "A1C1", "text": "～", "options": [] },
{ "unicode":  "5C71", "jef": "BBB3", "text": "山", "options": [] },
{ "unicode": "20BB7", "jef": "7EFE", "text": "𠮷", "options": [] }
]
"#;

/// A charset of the town's on UTF-16, and one of its own.
const MINCHO: &str = "#: code SS明朝\n#: base UTF-16BE\n#code\tucs\tvs_mj\nE000\t845B\tE0102\n";
const OWN: &str = "#: code XEK\n#code\tucs\nA1A1\t3000\nB0A1\t4E9C\n";

#[test]
fn without_a_pack_extended_kanji_are_unmappable_and_with_it_they_are_not() {
    let dir = folder(&[("fujitsu_jef_mapping.json", JEF)]);
    let (json, packs) = (at(&dir, "fujitsu_jef_mapping.json"), at(&dir, "packs"));
    let convert = ["convert", "--from", "utf-8", "--to", "jef"];
    let run = moji(&convert, "𠮷〜".as_bytes());
    assert_eq!((run.code, run.told.contains("「𠮷」（U+20BB7）")), (Some(1), true));
    let run = moji(&["tables", "install", &json, "--tables", &packs], b"");
    assert_eq!(run.code, Some(0), "{}", run.told);
    assert!(
        run.text().starts_with("JEF\t5コード\tjef.tsv jef-encode.tsv jef-area.tsv\tjef sha256:"),
        "{}",
        run.text()
    );
    assert_eq!(names(&dir.path().join("packs")), ["jef-area.tsv", "jef-encode.tsv", "jef.tsv"]);
    let mut with = convert.to_vec();
    with.extend(["--tables", &packs]);
    let run = moji(&with, "𠮷〜".as_bytes());
    assert_eq!((run.code, run.hex().as_str()), (Some(0), "287EFEA1C129"));
    // The town's configuration names the folder, too.
    std::fs::write(
        dir.path().join("daicho.toml"),
        daicho::config::DEFAULT_FILE.replace("# tables = \"tables\"", "tables = \"packs\""),
    )
    .unwrap();
    let config = at(&dir, "daicho.toml");
    let mut with = convert.to_vec();
    with.extend(["--config", &config]);
    assert_eq!(moji(&with, "𠮷".as_bytes()).hex(), "287EFE29");
}

#[test]
fn installing_is_whole_or_not_at_all() {
    let dir = folder(&[
        ("a.tsv", OWN),
        ("b.tsv", MINCHO),
        ("wrong.tsv", "#: code YEK\nA1A1\t3000\nA1A1\t3001\nXX\t3002\n"),
        ("nothing.tsv", "A1A1\t3000\n"),
        ("ebcdik.json", r#"[{ "unicode": "0020", "ebcdic": "40", "options": [] }]"#),
        ("broken.json", "[\n{ \"unicode\": "),
    ]);
    let packs = at(&dir, "packs");
    let install = |files: &[&str], more: &[&str]| {
        let files: Vec<String> = files.iter().map(|file| at(&dir, file)).collect();
        let mut arguments = vec!["tables", "install", "--tables", &packs];
        arguments.extend(files.iter().map(String::as_str));
        arguments.extend(more);
        moji(&arguments, b"")
    };
    for (files, told) in [
        (
            vec!["a.tsv", "wrong.tsv"],
            "wrong.tsv 3行目: コード A1A1 は2行目にもあります\nwrong.tsv 4行目: コード「XX」を16進数として読めません\n",
        ),
        (vec!["a.tsv", "nothing.tsv"], "nothing.tsv: どの変換表の一部でもありません"),
        (vec!["ebcdik.json"], "ebcdik.json 1行目: 1バイトの表はパックにできません"),
        (vec!["broken.json"], "broken.json 2行目: 対応表（JSONの配列）として読めません"),
    ] {
        let run = install(&files, &[]);
        assert_eq!(run.code, Some(1), "{files:?}");
        assert!(run.told.starts_with(told), "{files:?}: {}", run.told);
        assert!(!dir.path().join("packs").exists(), "{files:?}: nothing is put there");
    }
    let run = install(&["a.tsv", "b.tsv"], &[]);
    assert_eq!(
        (run.code, names(&dir.path().join("packs"))),
        (Some(0), vec!["a.tsv".to_owned(), "b.tsv".to_owned()])
    );
    let run = install(&["a.tsv"], &[]);
    assert_eq!((run.code, run.told.contains("同じ版がすでにあります")), (Some(0), true));
    // Another version only when it is asked for.
    std::fs::write(dir.path().join("a.tsv"), OWN.replace("B0A1", "B0A2")).unwrap();
    let run = install(&["a.tsv"], &[]);
    assert_eq!((run.code, run.told.contains("--replace")), (Some(1), true));
    assert_eq!(read(dir.path().join("packs/a.tsv")), OWN);
    assert_eq!(install(&["a.tsv"], &["--replace"]).code, Some(0));
    assert!(read(dir.path().join("packs/a.tsv")).contains("B0A2"));
    let run = moji(&["tables", "install", &at(&dir, "a.tsv")], b"");
    assert_eq!((run.code, run.told.contains("DAICHO_TABLES")), (Some(2), true));
}

#[test]
fn charsets_of_packs_convert_like_built_in_ones() {
    let dir =
        folder(&[("own.tsv", OWN), ("mincho.tsv", MINCHO), ("cp932.tsv", "#bytes\tunicode\n8140\t3000\n")]);
    let packs = dir.path().to_str().unwrap();
    for (to, text, want) in [("XEK", "亜　", "B0A1A1A1"), ("ＳＳ明朝", "葛\u{E0102}葛", "E000845B")] {
        let run = moji(&["convert", "--from", "utf-8", "--to", to, "--tables", packs], text.as_bytes());
        assert_eq!((run.code, run.hex().as_str()), (Some(0), want), "{to}: {}", run.told);
    }
    let run = moji(&["show", "葛\u{E0102}", "--tables", packs], b"");
    assert!(run.text().contains("SS明朝"), "{}", run.text());
}

#[test]
fn check_and_list_say_what_is_there_and_what_is_missing() {
    let dir =
        folder(&[("own.tsv", OWN), ("wrong.tsv", "#: code YEK\nA1A1\tD800\n"), ("notes.tsv", "a\tb\n")]);
    let packs = dir.path().to_str().unwrap();
    let run = moji(&["tables", "check", packs], b"");
    assert_eq!(run.code, Some(1));
    assert!(run.text().starts_with("XEK\t2コード\town.tsv\tXEK sha256:") && run.text().lines().count() == 1);
    assert_eq!(
        run.told,
        "wrong.tsv 2行目: 文字「D800」をコードポイントとして読めません\nnotes.tsv: 変換表ではないので読みません\n"
    );
    // A wrong pack stops a conversion: which characters it would have had nobody knows.
    let run = moji(&["convert", "--from", "utf-8", "--to", "xek", "--tables", packs], "亜".as_bytes());
    assert_eq!((run.code, run.out.len()), (Some(1), 0));
    assert!(run.told.starts_with("wrong.tsv 2行目"), "{}", run.told);

    let run = moji(&["tables", "list"], b"");
    assert_eq!(run.code, Some(0));
    assert!(
        run.text().contains("mj 006.02 sha256:") && run.text().contains("JEF: 標準域だけです"),
        "{}",
        run.text()
    );
    std::fs::remove_file(dir.path().join("wrong.tsv")).unwrap();
    let run = moji(&["tables", "list", "--json", "--tables", packs], b"");
    let listed: serde_json::Value = serde_json::from_str(run.text()).unwrap();
    assert_eq!(
        (
            listed["built_in"].as_array().unwrap().len(),
            listed["packs"][0]["name"].as_str(),
            listed["jef_pack"].as_bool()
        ),
        (15, Some("XEK"), Some(false))
    );
}

#[test]
fn a_jef_pack_that_contradicts_the_standard_area_is_told() {
    let wrong = JEF.replace("\"5C71\"", "\"5DDD\"").replace("山", "川");
    let dir = folder(&[("jef.json", &wrong)]);
    let packs = at(&dir, "packs");
    assert_eq!(moji(&["tables", "install", &at(&dir, "jef.json"), "--tables", &packs], b"").code, Some(0));
    let run = moji(&["tables", "check", "--tables", &packs], b"");
    assert_eq!(run.code, Some(0));
    let told = "JEF BBB3: 標準域の規則では「山」ですが、変換表では「川」です";
    assert!(run.told.lines().any(|line| line == told), "{}", run.told);
}

/// The files that the code blocks of docs/characters.md show: a line `# NAME.tsv` starts each.
fn documented() -> Vec<(String, String)> {
    let text = include_str!("../../../../docs/characters.md");
    let mut files: Vec<(String, String)> = Vec::new();
    let mut is_block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_block = !is_block && line == "```text";
            if is_block {
                files.push((String::new(), String::new()));
            }
            continue;
        }
        if !is_block {
            continue;
        }
        let name = line.strip_prefix("# ").and_then(|rest| rest.split(':').next());
        match name.filter(|name| name.ends_with(".tsv") && !name.contains(' ')) {
            Some(name) => files.push((name.to_owned(), String::new())),
            None => {
                let (_, text) = files.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    files.retain(|(name, _)| !name.is_empty());
    files
}

#[test]
fn the_packs_of_the_documentation_convert_as_it_says() {
    let files = documented();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let dir = folder(&files);
    let packs = dir.path().to_str().unwrap();
    let run = moji(&["tables", "check", packs], b"");
    let found: Vec<&str> = run.text().lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!((run.code, found), (Some(0), vec!["JEF", "SS明朝", "XEK"]), "{}", run.told);
    for (to, text, want) in [
        ("jef", "塚\u{E0105}塚葛", "28C4CDC4CDB3EB29"),
        ("SS明朝", "葛\u{E0102}葛髙亜𠮷", "00E000E001E09C4E80DB01DC"),
        ("XEK", "亜葛\u{E0102}葛　", "3021302230222121"),
    ] {
        let run = moji(&["convert", "--from", "utf-8", "--to", to, "--tables", packs], text.as_bytes());
        assert_eq!((run.code, run.hex().as_str()), (Some(0), want), "{to}: {}", run.told);
    }
}
