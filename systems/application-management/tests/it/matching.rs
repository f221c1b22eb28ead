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

/// 未照合の申請は、その人が届けば自動で照合される。届くもの → 状態、宛名.
#[test]
fn 後から届く人の表() {
    use application_management::intakes::{CERTIFICATES, RESIDENTS};
    use testkit::bench::{Given, take};

    use super::bench::TODAY;

    let person = |serial: u64, history: u32, birth: &str, address: &str| -> Given {
        vec![
            ("addressee_no", number(serial)),
            ("history_no", history.to_string()),
            ("class", "1".into()),
            ("status", "1".into()),
            ("name", "架空　五子".into()),
            ("birth_date", birth.into()),
            ("sex", "2".into()),
            ("address", address.into()),
        ]
    };
    let card = |serial: u64| -> Given {
        vec![
            ("addressee_no", number(serial)),
            ("history_no", "1".into()),
            ("sig_cert_serial", "S-5".into()),
            ("auth_cert_serial", "A-5".into()),
        ]
    };
    let (here, there, born) = ("架空県みなと町５番地", "架空県みなと町６番地", "1995-05-05");
    for (what, steps, state, serial, candidates) in [
        ("だれも届かない", vec![], "未照合 APP05", None, 0),
        ("4情報の一致する人", vec![(true, person(5, 1, born, here))], "照合済", Some(5), 0),
        ("住所の違う人は候補", vec![(true, person(5, 1, born, there))], "未照合 APP05", None, 1),
        (
            "住所が直れば照合",
            vec![(true, person(5, 1, born, there)), (true, person(5, 2, born, here))],
            "照合済",
            Some(5),
            0,
        ),
        ("生年月日の違う人", vec![(true, person(5, 1, "1995-05-06", here))], "未照合 APP05", None, 0),
        (
            "生年月日が直り、候補でなくなる",
            vec![(true, person(5, 1, born, there)), (true, person(5, 2, "1995-05-06", there))],
            "未照合 APP05",
            None,
            0,
        ),
        (
            "電子証明書が先、人が後",
            vec![(false, card(5)), (true, person(5, 1, born, there))],
            "照合済",
            Some(5),
            0,
        ),
        (
            "人が先、電子証明書が後",
            vec![(true, person(5, 1, born, there)), (false, card(5))],
            "照合済",
            Some(5),
            0,
        ),
        ("電子証明書だけ", vec![(false, card(5))], "未照合 APP05", None, 1),
        (
            "同じ人が二人届けば候補",
            vec![(true, person(5, 1, born, there)), (true, person(6, 1, born, there))],
            "未照合 APP05",
            None,
            2,
        ),
    ] {
        let mut bench = Bench::new();
        let other = [
            ("certificate_serial", "S-5"),
            ("name", "架空　五子"),
            ("birth_date", born),
            ("sex", "2"),
            ("address", here),
        ];
        bench.arrives(&[move_out("M-1", &other)]);
        for (is_person, row) in steps {
            let intake = if is_person { &RESIDENTS } else { &CERTIFICATES };
            let applied = take(&mut bench.0, intake, TODAY, std::slice::from_ref(&row));
            assert!(applied.refused.is_empty(), "{what}: {:?}", applied.refused);
            let again = take(&mut bench.0, intake, TODAY, &[row]);
            assert!(again.writes.is_empty(), "{what}: the same row again");
        }
        let one = bench.one("M-1");
        assert_eq!(bench.state("M-1"), state, "{what}");
        assert_eq!(one.addressee_no.map(|no| no.to_string()), serial.map(number), "{what}");
        assert_eq!(one.candidates.len(), candidates, "{what}");
        // What is matched is handed on at once.
        assert_eq!(bench.passed().len(), usize::from(serial.is_some()), "{what}");
        bench.is_sound();
    }
}

/// What a clerk has in hand, or what is closed, is left alone; another hold stays.
#[test]
fn 後から届いても替わらない申請() {
    use application_management::intakes::RESIDENTS;
    use testkit::bench::{Given, take};

    use super::bench::TODAY;

    let row: Given = vec![
        ("addressee_no", number(5)),
        ("history_no", "1".into()),
        ("class", "1".into()),
        ("status", "1".into()),
        ("name", "架空　五子".into()),
        ("birth_date", "1995-05-05".into()),
        ("sex", "2".into()),
        ("address", "架空県みなと町５番地".into()),
    ];
    let mut bench = Bench::new();
    let of = |no: &'static str, more: &[(&'static str, &'static str)]| {
        let base = [
            ("certificate_serial", ""),
            ("name", "架空　五子"),
            ("birth_date", "1995-05-05"),
            ("sex", "2"),
            ("address", "架空県みなと町５番地"),
        ];
        let given: Vec<(&'static str, &str)> = base.into_iter().chain(more.iter().copied()).collect();
        move_out(no, &given)
    };
    bench.arrives(&[of("M-1", &[])]);
    bench.arrives(&[of("M-2", &[("event_date", "")])]);
    bench.arrives(&[of("M-3", &[])]);
    let withdrawn = bench.codes("withdraw", &json!({ "application_no": "M-3", "reason": "電話" }));
    assert_eq!(withdrawn, [""; 0]);
    take(&mut bench.0, &RESIDENTS, TODAY, &[row]);
    let states = ["M-1", "M-2", "M-3"].map(|no| bench.state(no));
    assert_eq!(states[0], "照合済");
    assert_eq!(states[1], "保留 APP03", "the person is found, the item is still missing");
    assert!(states[2].starts_with("取下げ"), "{states:?}");
    bench.is_sound();
}

/// A withdrawal and what it takes back both wait for their person: nothing is handed on, in whichever order the two came.
#[test]
fn 取消しと一緒に照合されれば渡さない() {
    use application_management::intakes::RESIDENTS;
    use testkit::bench::{Given, take};

    use super::bench::TODAY;

    for withdrawal_first in [true, false] {
        let mut bench = Bench::new();
        let who = [
            ("certificate_serial", ""),
            ("name", "架空　五子"),
            ("birth_date", "1995-05-05"),
            ("sex", "2"),
            ("address", "架空県みなと町５番地"),
        ];
        let notice = move_out("M-1", &who);
        let back: Vec<(&'static str, &str)> = who
            .into_iter()
            .chain([("procedure", "move-out-withdrawal"), ("withdraws", "M-1"), ("event_date", "")])
            .collect();
        let back = move_out("M-0", &back);
        let rows = if withdrawal_first { [back, notice] } else { [notice, back] };
        for row in rows {
            assert_eq!(bench.arrives(&[row]), [""; 0]);
        }
        assert!(bench.passed().is_empty());
        let row: Given = vec![
            ("addressee_no", number(5)),
            ("history_no", "1".into()),
            ("class", "1".into()),
            ("status", "1".into()),
            ("name", "架空　五子".into()),
            ("birth_date", "1995-05-05".into()),
            ("sex", "2".into()),
            ("address", "架空県みなと町５番地".into()),
        ];
        take(&mut bench.0, &RESIDENTS, TODAY, &[row]);
        assert!(bench.state("M-1").starts_with("取下げ"), "{}", bench.state("M-1"));
        assert_eq!(bench.state("M-0"), "受理", "{withdrawal_first}");
        assert!(bench.passed().is_empty(), "{:?}", bench.passed());
        bench.is_sound();
    }
}
