//! What is known of a character.

use std::collections::BTreeSet;

use moji::show::{Sheet, ask, sheet};
use moji::*;

use crate::support::{built_in, hex, with_pack};

fn shown(tables: &Tables, question: &str) -> Sheet {
    let asked = ask(tables, question).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(asked.len(), 1, "{question}");
    sheet(tables, &asked[0])
}

#[test]
fn a_character_is_asked_for_in_many_ways() {
    for (question, want, number) in [
        ("葛", "葛", "MJ022336"),
        ("葛\u{E0102}", "葛\u{E0102}", "MJ022335"),
        ("U+845B", "葛", "MJ022336"),
        ("u+845b", "葛", "MJ022336"),
        ("845B", "葛", "MJ022336"),
        ("845B+E0102", "葛\u{E0102}", "MJ022335"),
        ("U+845B U+E0102", "葛\u{E0102}", "MJ022335"),
        ("MJ022335", "葛\u{E0102}", "MJ022335"),
        ("ＭＪ022335", "葛\u{E0102}", "MJ022335"),
        ("mj22335", "葛\u{E0102}", "MJ022335"),
        ("J+845B", "葛\u{E0102}", "MJ022335"),
        ("戸籍 349920", "葛\u{E0102}", "MJ022335"),
        ("戸籍349920", "葛\u{E0102}", "MJ022335"),
        ("登記 00349920", "葛\u{E0102}", "MJ022335"),
        ("1-19-75", "葛", "MJ022336"),
        ("X'B3EB'", "葛", "MJ022336"),
        ("JEF:B3EB", "葛", "MJ022336"),
        ("MS932 8A8B", "葛", "MJ022336"),
        ("IBM-930:48DF", "葛", "MJ022336"),
        ("MJ090001", "\u{1B002}", "MJ090001"),
    ] {
        let sheet = shown(built_in(), question);
        let text = sheet.cluster.map(|cluster| cluster.to_string());
        let found = sheet.number.map(|number| number.to_string());
        assert_eq!((text.as_deref(), found.as_deref()), (Some(want), Some(number)), "{question}");
    }
    let many: Vec<_> = ask(built_in(), "高橋 葛\u{E0102}").unwrap();
    let many: Vec<String> = many.iter().map(|asked| asked.cluster.unwrap().to_string()).collect();
    assert_eq!(many, ["高", "橋", "葛\u{E0102}"]);
}

#[test]
fn a_question_without_an_answer_says_why() {
    for (question, want) in [
        (" ", "「」: 文字がありません"),
        ("MJ999999", "「MJ999999」: その番号の文字はありません"),
        ("J+FFFF", "「J+FFFF」: その番号の文字はありません"),
        ("戸籍 999999", "「戸籍 999999」: その番号の文字はありません"),
        ("349920", "「349920」: 何の番号か決まりません。U+、MJ、「戸籍 」のどれかを前に付けてください"),
        ("U+D800", "「U+D800」: 一つの文字のコードポイントではありません"),
        ("X'41A1'", "「X'41A1'」: 文字コード「JEF/EBCDICカナ」の 41A1 に文字はありません"),
        ("X'4'", "「X'4'」: コード「4」を16進数として読めません"),
        ("2-94-94", "「2-94-94」: 2-94-94 の漢字はMJ文字情報一覧表にありません"),
    ] {
        assert_eq!(ask(built_in(), question).unwrap_err().to_string(), want);
    }
}

/// The codes in one line each: charset, view, code, what it reads back as.
fn codes(sheet: &Sheet) -> Vec<String> {
    let rows = sheet.codes.iter().filter(|row| !row.bytes.is_empty());
    rows.map(|row| {
        let back = row.back.as_deref().map(|back| format!(" → {back}")).unwrap_or_default();
        let view = if row.view.is_empty() { String::new() } else { format!(" {}", row.view) };
        format!("{}{view} {}{back}", row.charset, hex(&row.bytes))
    })
    .collect()
}

#[test]
fn every_charset_tells_its_code_and_what_it_reads_back_as() {
    assert_eq!(
        codes(&shown(built_in(), "a")),
        [
            "UTF-8 61",
            "UTF-16BE 0061",
            "Windows-31J 61",
            "EUC-JP 61",
            "EBCDICカナ C1 → A",
            "EBCDIC英小文字 81",
            "EBCDIC ASCII 81",
            "IBM-930 1バイト 62",
            "IBM-939 1バイト 81",
        ]
    );
    assert_eq!(
        codes(&shown(built_in(), "鯵")),
        [
            "UTF-8 E9AFB5",
            "UTF-16BE 9BF5",
            "Windows-31J 88B1",
            "EUC-JP B0B3",
            "JEF map=face,pc F2CD",
            "JEF map=area B0B3",
            "IBM漢字 67AA",
            "住基ネット統一文字 9BF5 → 鯵\u{E0101}",
        ]
    );
}

#[test]
fn glyphs_sequences_and_targets_of_a_character() {
    let sheet = shown(built_in(), "U+845B U+E0102");
    let glyphs: Vec<_> =
        sheet.glyphs.iter().map(|glyph| (glyph.mj.number.get(), glyph.is_asked, glyph.is_default)).collect();
    assert_eq!(glyphs[..2], [(22_335, true, false), (22_336, false, true)]);
    assert_eq!((glyphs.len(), sheet.sequences.len()), (7, 10));
    let asked: Vec<char> =
        sheet.sequences.iter().filter(|row| row.is_asked).map(|row| row.selector).collect();
    assert_eq!(asked, ['\u{E0102}']);
    // 別字 is shown, behind the others, and never taken by itself.
    let other = shown(built_in(), "MJ000033");
    let last = other.shrinks.last().map(|row| (row.ucs, Sheet::is_automatic(row)));
    assert_eq!(last, Some(('伏', false)));
    let all: Vec<bool> = data::shrink()
        .numbers()
        .flat_map(|number| data::shrink().all_of(number))
        .map(|row| Sheet::is_automatic(&row))
        .collect();
    assert_eq!(all.iter().filter(|automatic| !**automatic).count(), 150);
}

#[test]
fn notes_say_what_a_person_should_know() {
    for (question, want) in [
        ("\u{E000}", "私用領域の文字です。何の文字かは団体・システムごとの外字表で決まります"),
        ("葛\u{E01EF}", "U+845B U+E01EF は登録された異体字シーケンスではありません（ivd-jp 2022-09-13"),
        ("\u{FA30}", "正規化（NFC）すると「侮」（U+4FAE）に変わります"),
        ("\u{323AF}", "MJ文字情報一覧表にありません"),
        ("鯵", "1983年のJISで「鯵」と「鰺」の位置が入れ替わりました。JEFでは map の選び方で変わります"),
        ("唖", "1983年のJISで「啞」の位置が「唖」に変わりました。JEFでは map の選び方で変わります"),
        ("葛", "J+845B は U+845B ではなく U+845B U+E0102（MJ022335）です"),
        ("山", "JEFは標準域だけで調べました（拡張漢字の変換表がありません）"),
    ] {
        let notes = shown(built_in(), question).notes;
        assert!(notes.iter().any(|note| note.starts_with(want)), "{question}: {notes:?}");
    }
    assert_eq!(shown(built_in(), "A").notes, Vec::<String>::new());
    let withdrawn = shown(built_in(), "MJ037229");
    assert_eq!(withdrawn.notes, ["この文字図形を表すUnicodeの文字はありません"]);
}

/// Where the pack is at hand.
#[test]
fn a_bare_character_that_meets_another_glyph_in_jef_is_told() {
    let Some(tables) = with_pack() else { return };
    let list = data::mj();
    let mut told = 0;
    let bare: BTreeSet<char> = list.all().filter_map(|mj| mj.implemented).collect();
    // Only these can: the others have one glyph.
    for base in bare.into_iter().filter(|&base| 1 < list.by_base(base).count()) {
        let notes = sheet(&tables, &ask(&tables, &base.to_string()).unwrap()[0]).notes;
        told += usize::from(notes.iter().any(|note| note.starts_with("異体字セレクタのない")));
    }
    assert_eq!(told, 236);
    let notes = shown(&tables, "冴").notes;
    assert!(notes[0].contains("MJの既定の字形"), "{notes:?}");
}
