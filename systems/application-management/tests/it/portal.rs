//! What comes from マイナポータル: kept as it came, and held with words when something is wrong.

use application_management::records::State;
use register::{View, ViewExt};
use serde_json::json;
use system::{Fate, Row};

use super::bench::{Bench, TODAY, move_out};

/// 申請の様子 → 状態と保留の理由.
#[test]
fn 形式審査() {
    for (what, other, state) in [
        ("そろった転出届", &[][..], "照合済"),
        ("署名が無効", &[("signature", "2")], "保留 APP01 APP05"),
        ("署名の結果が分からない", &[("signature", "x")], "保留 APP01 APP05"),
        ("署名がない", &[("signature", "")], "保留 APP01 APP05"),
        ("様式版が表にない", &[("form_version", "2")], "保留 APP02"),
        ("様式版がない", &[("form_version", "")], "保留 APP02"),
        ("必須項目がない", &[("event_date", "")], "保留 APP03"),
        ("有効期限が昨日", &[("expires_on", "2026-11-19")], "保留 APP04"),
        ("有効期限が今日", &[("expires_on", "2026-11-20")], "照合済"),
        ("有効期限が明日", &[("expires_on", "2026-11-21")], "照合済"),
        ("手続が表にない", &[("procedure", "unknown")], "保留 APP07"),
        (
            "いくつも違う",
            &[("form_version", "9"), ("event_date", ""), ("expires_on", "2026-01-01")],
            "保留 APP02 APP03 APP04",
        ),
        ("照合のいらない転入予定連絡", &[("procedure", "move-in-plan"), ("visit_on", "2026-12-01")], "受付"),
    ] {
        let mut bench = Bench::new();
        assert!(bench.arrives(&[move_out("M-1", other)]).is_empty(), "{what}");
        assert_eq!(bench.state("M-1"), state, "{what}");
        // Held is never handed on, and what is in order is.
        assert_eq!(bench.passed().is_empty(), state.starts_with("保留"), "{what}");
        for hold in bench.one("M-1").holds {
            assert!(hold.text.ends_with('。') && hold.text.contains("ください"), "{what}: {}", hold.text);
        }
        bench.is_sound();
    }
}

#[test]
fn 人ごとの項目は全員に要り_全体の項目はどれかの行にあればよい() {
    for (what, second, state) in [
        ("2人目の氏名がない", &[("row_no", "2"), ("name", "")][..], "保留 APP03"),
        ("2人目の異動日がない", &[("row_no", "2"), ("event_date", "")], "照合済"),
    ] {
        let mut bench = Bench::new();
        assert!(bench.arrives(&[move_out("M-1", &[]), move_out("M-1", second)]).is_empty());
        assert_eq!(bench.state("M-1"), state, "{what}");
    }
}

#[test]
fn 同じ申請番号は一度だけ受ける() {
    let mut bench = Bench::new();
    assert!(bench.arrives(&[move_out("M-1", &[])]).is_empty());
    let before = bench.one("M-1");
    // Again, in another row of another file.
    assert!(bench.arrives(&[move_out("M-1", &[("row_no", "9")])]).is_empty());
    assert_eq!(bench.one("M-1"), before);
    let told = bench.arrives(&[move_out("M-1", &[("event_date", "2026-12-09")])]);
    assert!(told[0].starts_with("APP08 申請番号M-1は受付済みで"), "{told:?}");
    assert_eq!(bench.one("M-1"), before, "what came first stays");
    for no in ["", "番号", &"9".repeat(41)] {
        let told = bench.arrives(&[move_out("x", &[("application_no", no)])]);
        assert!(told[0].starts_with("申請番号が、40文字までの英数字"), "{told:?}");
    }
    assert!(bench.arrives(&[move_out(&"9".repeat(40), &[])]).is_empty());
}

#[test]
fn 届いた内容と添付はそのまま残る() {
    let mut bench = Bench::new();
    bench.arrives(&[move_out("M-1", &[("attachments", "委任状.pdf|00ff; 図.png|ab")])]);
    let one = bench.one("M-1");
    let files: Vec<_> =
        one.attachments.iter().map(|file| (file.name.as_str(), file.sha256.as_str())).collect();
    assert_eq!(files, [("委任状.pdf", "00ff"), ("図.png", "ab")]);
    assert_eq!(one.received_on, TODAY);
    let before = one.data.clone();
    let confirmed = json!({ "application_no": "M-1", "confirmed": "転出先 町字＝中央\n2:名=花子", "reason": "電話で確認" });
    assert!(bench.codes("confirm", &confirmed).is_empty());
    assert_eq!(bench.one("M-1").data, before, "as received");
    let answer = bench.answer("inquiry", &json!({ "application_no": "M-1" }));
    let row = answer["stated"].as_array().unwrap().iter().find(|row| row["item"] == "転出先 町字").unwrap();
    assert_eq!((row["as_received"].as_str(), row["as_confirmed"].as_str()), (Some(""), Some("中央")));
}

#[test]
fn 引き渡す行は住民記録の項目名で出る() {
    let mut bench = Bench::new();
    bench.arrives(&[move_out("M-1", &[]), move_out("M-1", &[("row_no", "2"), ("name", "架空　子")])]);
    assert_eq!(bench.passed(), ["M-1-01", "M-1-02"]);
    let system = application_management::system();
    let dataset = &system.datasets[0];
    let stored = bench.0.get(dataset.kind, "M-1-02").unwrap().unwrap();
    let mut row = Row::new();
    assert_eq!((dataset.row)(&bench.0, &stored, &mut row).unwrap(), Fate::Row);
    assert_eq!(dataset.items.len(), row.len());
    let value =
        |name: &str| row.get(dataset.names().iter().position(|item| *item == name).unwrap()).to_owned();
    for (item, want) in [
        ("row_no", "M-1-02"),
        ("application_no", "M-1"),
        ("procedure", "one-stop-move-out"),
        ("name", "架空　子"),
        ("event_date", "2026-12-01"),
        ("withdraws", ""),
    ] {
        assert_eq!(value(item), want, "{item}");
    }
    assert_eq!(
        bench.0.load::<application_management::records::Application>("M-1").unwrap().unwrap().record.state,
        State::Matched
    );
}
