//! 取消しの申請: what is taken back, when, and by whom.

use serde_json::json;

use super::bench::{Bench, move_out, withdrawal};

/// もとの申請の状態 → もとの申請、取消しの申請、引き渡した行.
#[test]
fn 取消しの表() {
    for (what, other, steps, of_withdrawal, target, state, passed) in [
        (
            "照合済なら取り下げ、渡した先にも取消しを渡す",
            &[][..],
            &[][..],
            &[][..],
            "取下げ",
            "受理",
            &["M-1-01", "M-2-01"][..],
        ),
        (
            "保留なら取り下げるだけで、渡さない",
            &[("form_version", "2")],
            &[],
            &[],
            "取下げ APP02",
            "受理",
            &[],
        ),
        ("審査中なら職員に任せる", &[], &["review"], &[], "審査中", "照合済", &["M-1-01", "M-2-01"]),
        (
            "受理のあとなら職員に任せる",
            &[],
            &["review", "accept"],
            &[],
            "受理",
            "照合済",
            &["M-1-01", "M-2-01"],
        ),
        ("差戻しのあとは取り消すものがない", &[], &["refuse"], &[], "差戻し", "受理", &["M-1-01", "M-2-01"]),
        (
            "署名が無効な取消しは何もしない",
            &[],
            &[],
            &[("signature", "2")],
            "照合済",
            "保留 APP01 APP05",
            &["M-1-01"],
        ),
        (
            "別の人の取消しは何もしない",
            &[],
            &[],
            &[
                ("certificate_serial", ""),
                ("name", "架空　三郎"),
                ("birth_date", "2000-01-01"),
                ("sex", "1"),
                ("address", "架空県みなと町３番地"),
            ],
            "照合済",
            "保留 APP09",
            &["M-1-01"],
        ),
        (
            "別の手続の申請は取り消さない",
            &[("procedure", "move-within-plan"), ("visit_on", "2026-12-01")],
            &[],
            &[],
            "照合済",
            "保留 APP06",
            &["M-1-01"],
        ),
    ] {
        let mut bench = Bench::new();
        bench.arrives(&[move_out("M-1", other)]);
        for step in steps {
            let mut input = json!({ "application_no": "M-1" });
            match *step {
                "accept" => input["application_reference"] = json!("R-1"),
                "refuse" => {
                    input["result"] = json!("returned");
                    input["reason"] = json!("理由");
                }
                _ => {}
            }
            assert!(bench.codes(step, &input).is_empty(), "{what}");
        }
        assert!(bench.arrives(&[withdrawal("M-2", "M-1", of_withdrawal)]).is_empty(), "{what}");
        assert_eq!((bench.state("M-1").as_str(), bench.state("M-2").as_str()), (target, state), "{what}");
        assert_eq!(bench.passed(), passed, "{what}");
        bench.is_sound();
    }
}

/// Whatever the order and however the rows are cut into files, the same comes of an application and its withdrawal.
#[test]
fn 届く順によらない() {
    let (one, back) = (move_out("M-1", &[]), withdrawal("M-2", "M-1", &[]));
    for (what, files, passed) in [
        ("同じファイル", vec![vec![one.clone(), back.clone()]], 0),
        ("同じファイルで取消しが先", vec![vec![back.clone(), one.clone()]], 0),
        ("取消しが先のファイル", vec![vec![back.clone()], vec![one.clone()]], 0),
        ("申請が先のファイル", vec![vec![one.clone()], vec![back.clone()]], 2),
    ] {
        let mut bench = Bench::new();
        for file in files {
            assert!(bench.arrives(&file).is_empty(), "{what}");
        }
        assert_eq!((bench.state("M-1").as_str(), bench.state("M-2").as_str()), ("取下げ", "受理"), "{what}");
        assert_eq!(bench.passed().len(), passed, "{what}");
        assert_eq!(bench.one("M-1").reason, "申請番号M-2で申請者が取り消しました。", "{what}");
        bench.is_sound();
    }
}

#[test]
fn もとの申請が届くまで取消しは待つ() {
    let mut bench = Bench::new();
    bench.arrives(&[withdrawal("M-2", "M-1", &[])]);
    assert_eq!(bench.state("M-2"), "保留 APP06");
    assert!(bench.one("M-2").holds[0].text.contains("まだ届いていません"));
    let release = json!({ "application_no": "M-2", "release": true, "reason": "x" });
    assert_eq!(bench.codes("confirm", &release), ["APP18"]);
    bench.is_sound();
}

/// A withdrawal that is matched by a clerk later does its work then.
#[test]
fn 照合できてから取り下げる() {
    let mut bench = Bench::new();
    bench.arrives(&[move_out("M-1", &[])]);
    bench.arrives(&[withdrawal("M-2", "M-1", &[("certificate_serial", ""), ("address", "他")])]);
    assert_eq!((bench.state("M-1").as_str(), bench.state("M-2").as_str()), ("照合済", "未照合 APP05"));
    assert!(bench.matches("M-2", 1).is_empty());
    assert_eq!((bench.state("M-1").as_str(), bench.state("M-2").as_str()), ("取下げ", "受理"));
    bench.is_sound();
}
