//! Names: search folding, kana, counting.

use domain::{
    cluster_count, clusters, fold_kana, fold_name, hiragana_to_katakana, is_katakana_name, kana_keys,
    kana_query, to_full_width_kana,
};
use proptest::prelude::*;

#[test]
fn kana_that_are_found_as_one() {
    for same in [
        &["ヂ", "ジ", "シ"][..],
        &["ズ", "ヅ"],
        &["ヴァ", "バ", "ハ", "ワ", "パ"],
        &["ヴ", "ブ"],
        &["ヒ", "ピ"],
        &["オ", "ヲ"],
        &["ッ", "ツ"],
        &["キャ", "キヤ"],
        &["シュ", "シユ"],
        &["ショ", "シヨ"],
        &["コウノ", "コオノ"],
        &["ヨウコ", "ヨオコ", "ょうこ"],
        &["サトー", "サト", "サト－", "サト―", "サト‐", "ｻﾄｰ", "ｻﾄ-"],
        &["サトウ　ハナコ", "サトウハナコ", "サトウ ハナコ", "さとう　はなこ", "ｻﾄｳ ﾊﾅｺ"],
        &["ワタナベ", "ﾜﾀﾅﾍﾞ", "わたなべ", "ワタナヘ\u{3099}"],
    ] {
        for other in same {
            assert_eq!(fold_kana(other), fold_kana(same[0]), "{other} {}", same[0]);
        }
    }
}

#[test]
fn kana_that_stay_apart() {
    for (one, other) in
        [("ウノ", "オノ"), ("マツダ", "マスダ"), ("サウ", "サオ"), ("アオイ", "アイ"), ("キタ", "シタ")]
    {
        assert_ne!(fold_kana(one), fold_kana(other));
    }
}

/// What is typed, the name that is held, and whether the one finds the other.
#[test]
fn a_voiced_kana_is_found_by_the_plain_one() {
    for (typed, held, found) in [
        ("ツツミ", "ツヅミ", true),
        ("ツヅミ", "ツツミ", true),
        ("ツズミ", "ツヅミ", true),
        ("ツヅミ", "ツズミ", true),
        ("ツスミ", "ツヅミ", true),
        ("つづみ", "ツツミ　ハナ", true),
        ("ﾂﾂﾞﾐ", "ツツミ", true),
        ("チジワ", "チヂワ", true),
        ("チチワ", "チヂワ", true),
        ("チヂワ", "チチワ", true),
        ("チヂワ", "チジワ", true),
        ("ウヅ", "ソノ　ウツ", true),
        ("ツツミ", "ツズミ", false),
        ("マスダ", "マツダ", false),
        ("マツダ", "マスダ", false),
        ("チバ", "シバ", false),
        ("ミヅノ", "ミゾノ", false),
    ] {
        let query = kana_query(typed);
        let keys = kana_keys(held);
        assert_eq!(keys.iter().any(|key| key.contains(&query)), found, "{typed} {held}: {query} {keys:?}");
    }
}

#[test]
fn a_given_name_is_found_alone() {
    assert_eq!(kana_keys("ソノ　ウメ"), ["ソノオメ", "ウメ"]);
    assert_eq!(kana_keys("ソノ　ハナ"), ["ソノハナ"]);
    assert_eq!(kana_keys(""), [""]);
}

#[test]
fn variants_that_are_found_as_one() {
    for (one, other) in [
        ("渡辺", "渡邊"),
        ("渡辺", "渡邉"),
        ("渡边", "渡邊"),
        ("滨田", "濵田"),
        ("浜田", "濵田"),
        ("佐藤", "佐籐"),
        ("高橋", "髙橋"),
        ("山崎", "山﨑"),
        ("吉田", "𠮷田"),
        ("斎藤", "齋藤"),
        ("斎藤", "齊藤"),
        ("沢田", "澤田"),
        ("広島", "廣嶋"),
        ("桜井", "櫻井"),
        ("国分", "國分"),
        ("神谷", "神谷"),
        ("葛城", "葛\u{E0100}城"),
        ("山田　太郎", "山田 太郎"),
        ("ＳＭＩＴＨ　Ｊｏｈｎ", "smith john"),
    ] {
        assert_eq!(fold_name(one), fold_name(other), "{one} {other}");
    }
    assert_ne!(fold_name("山田"), fold_name("山本"));
}

#[test]
fn katakana_names() {
    for (name, is) in [
        ("サトウ　ハナコ", true),
        ("ヴィルヘルム・マイヤー", true),
        ("サトウ", true),
        ("", false),
        ("　", false),
        ("サトウ　", false),
        ("サトウ　　ハナコ", false),
        ("サトウ ハナコ", false),
        ("さとう", false),
        ("ｻﾄｳ", false),
        ("ー", false),
        ("佐藤", false),
        ("サトウ1", false),
    ] {
        assert_eq!(is_katakana_name(name), is, "{name}");
    }
}

#[test]
fn half_width_kana_become_full_width() {
    assert_eq!(to_full_width_kana("ｶﾞｷﾞ ﾊﾟﾋﾟﾌﾟ ｳﾞｧ ﾜﾞ ﾞ ｱﾟ ｰ･"), "ガギ パピプ ヴァ ヷ ゛ ア゜ ー・");
    assert_eq!(to_full_width_kana("佐藤 A1"), "佐藤 A1");
    assert_eq!(hiragana_to_katakana("ぁゖゝがア漢"), "ァヶヽガア漢");
}

#[test]
fn a_character_counts_with_its_selector() {
    assert_eq!(clusters("葛\u{E0100}城𠮷").collect::<Vec<_>>(), ["葛\u{E0100}", "城", "𠮷"]);
    assert_eq!(cluster_count("辻\u{FE00}\u{FE00}"), 2, "a second selector selects nothing");
    assert_eq!(cluster_count("\u{E0100}"), 1);
    assert_eq!(cluster_count(""), 0);
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in "[ぁ-ゖァ-ヺー・ｦ-ﾟ　 亜-黑﨑A-zａ-ｚ\u{FE00}]{0,24}", any in "\\PC{0,16}") {
        for text in [text, any] {
            let kana = fold_kana(&text);
            prop_assert_eq!(fold_kana(&kana), kana.clone());
            let name = fold_name(&text);
            prop_assert_eq!(fold_name(&name), name.clone());
            let wide = to_full_width_kana(&text);
            prop_assert_eq!(to_full_width_kana(&wide), wide.clone());
        }
    }

    #[test]
    fn clusters_lose_nothing(text in "[葛城a\u{FE00}\u{E0100}\u{E01EF}]{0,12}") {
        prop_assert_eq!(clusters(&text).collect::<String>(), text);
    }
}

#[test]
fn names_are_widened() {
    for (typed, held) in [
        ("LEE ANN", "ＬＥＥ　ＡＮＮ"),
        ("O'NEIL-ﾀﾞﾝ", "Ｏ’ＮＥＩＬ－ダン"),
        ("𠮷田", "𠮷田"),
        ("葛\u{E0100}", "葛\u{E0100}"),
    ] {
        assert_eq!(domain::to_full_width(typed), held);
        assert_eq!(domain::to_full_width(held), held);
    }
}
