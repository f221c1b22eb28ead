//! 照合: whose an application is.

use serde_json::json;

use super::bench::{Bench, move_out, number};

/// 申請者の様子 → 状態、宛名（通し番号）、方法、候補の数.
#[test]
fn 照合の表() {
    let without_card = ("certificate_serial", "");
    let jiro = [
        ("name", "架空　二郎"),
        ("birth_date", "1985-05-05"),
        ("sex", "1"),
        ("address", "架空県みなと町２番地"),
    ];
    let jiro: Vec<(&'static str, &str)> = jiro.into_iter().chain([without_card]).collect();
    let saburo = |address: &'static str| {
        vec![
            without_card,
            ("name", "架空　三郎"),
            ("birth_date", "2000-01-01"),
            ("sex", "1"),
            ("address", address),
        ]
    };
    for (what, other, state, serial, by, candidates) in [
        ("署名用のシリアル番号", vec![], "照合済", Some(1), "電子証明書のシリアル番号", 0),
        (
            "利用者証明用のシリアル番号",
            vec![("certificate_serial", "A-1")],
            "照合済",
            Some(1),
            "電子証明書のシリアル番号",
            0,
        ),
        ("シリアル番号の人と生年月日が違う", vec![("birth_date", "1990-02-04")], "未照合 APP05", None, "", 1),
        ("シリアル番号の人と性別が違う", vec![("sex", "1")], "未照合 APP05", None, "", 1),
        (
            "知らないシリアル番号で4情報が一致",
            vec![("certificate_serial", "S-9")],
            "照合済",
            Some(1),
            "4情報の一致",
            0,
        ),
        ("シリアル番号なしで4情報が一致", vec![without_card], "照合済", Some(1), "4情報の一致", 0),
        (
            "字の揺れがあっても同じ氏名",
            vec![without_card, ("name", "架空 一子")],
            "照合済",
            Some(1),
            "4情報の一致",
            0,
        ),
        ("住所が違う", vec![without_card, ("address", "架空県みなと町９番地")], "未照合 APP05", None, "", 1),
        ("性別がない", vec![without_card, ("sex", "")], "未照合 APP05", None, "", 1),
        ("生年月日が違う", vec![without_card, ("birth_date", "1990-02-04")], "未照合 APP05", None, "", 0),
        ("氏名が違う", vec![without_card, ("name", "架空　十子")], "未照合 APP05", None, "", 0),
        ("同姓同名で住所が一人", saburo("架空県みなと町４番地"), "照合済", Some(4), "4情報の一致", 0),
        ("同姓同名で住所がどちらでもない", saburo("架空県みなと町５番地"), "未照合 APP05", None, "", 2),
        ("支援措置の人は住所を比べない", jiro, "未照合 APP05", None, "", 1),
    ] {
        let mut bench = Bench::new();
        bench.arrives(&[move_out("M-1", &other)]);
        let one = bench.one("M-1");
        assert_eq!(bench.state("M-1"), state, "{what}");
        assert_eq!(one.addressee_no.map(|no| no.to_string()), serial.map(number), "{what}");
        assert_eq!(one.matched_by.map_or("", |by| by.label()), by, "{what}");
        assert_eq!(one.candidates.len(), candidates, "{what}");
        bench.is_sound();
    }
}

#[test]
fn 職員の照合() {
    let mut bench = Bench::new();
    bench.arrives(&[move_out("M-1", &[("certificate_serial", ""), ("address", "他")])]);
    assert!(bench.passed().is_empty(), "whose it is, is not known yet");
    assert_eq!(bench.matches("M-9", 1), ["APP11"]);
    assert_eq!(bench.matches("M-1", 9), ["APP14"]);
    assert_eq!(bench.matches("M-1", 2), ["APP16"], "生年月日が違う人は確認の上で");
    // An alert does not stop on the bench; the office asks for its confirmation.
    assert_eq!(bench.one("M-1").addressee_no.map(|no| no.to_string()), Some(number(2)));
    assert_eq!(bench.matches("M-1", 1), [""; 0]);
    assert_eq!(
        (bench.state("M-1").as_str(), bench.one("M-1").matched_by.unwrap().label()),
        ("照合済", "職員の入力")
    );
    assert_eq!(bench.passed(), ["M-1-01"], "handed on once");
    assert!(bench.codes("review", &json!({ "application_no": "M-1" })).is_empty());
    assert_eq!(bench.matches("M-1", 1), ["APP12"], "審査中は変えない");
    bench.is_sound();
}

#[test]
fn 支援措置の人の住所は照会に出ない() {
    let mut bench = Bench::new();
    for (no, name, birth, sex) in
        [("M-1", "架空　一子", "1990-02-03", "2"), ("M-2", "架空　二郎", "1985-05-05", "1")]
    {
        let other = [
            ("certificate_serial", ""),
            ("name", name),
            ("birth_date", birth),
            ("sex", sex),
            ("address", "ひみつ町"),
        ];
        bench.arrives(&[move_out(no, &other)]);
    }
    for (no, shows) in [("M-1", true), ("M-2", false)] {
        let answer = bench.answer("inquiry", &json!({ "application_no": no })).to_string();
        assert_eq!(answer.contains("ひみつ町"), shows, "{no}");
        assert_eq!(answer.contains("隣市"), shows, "{no}: where somebody goes");
        assert_eq!(answer.contains("（支援措置のため表示しません）"), !shows, "{no}");
        let list = bench.answer("list", &json!({})).to_string();
        assert!(!list.contains("ひみつ町"));
    }
    assert_eq!(bench.codes("inquiry", &json!({ "application_no": "M-9" })), ["APP11"]);
}
