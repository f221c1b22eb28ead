//! What a clerk does: the states, and what is not possible in which.

use application_management::records::{Action, State};
use serde_json::{Value, json};

use super::bench::{Bench, move_out, withdrawal};

fn in_state(state: State) -> Bench {
    let mut bench = Bench::new();
    let other: &[(&'static str, &str)] = match state {
        State::Received => &[("procedure", "move-in-plan"), ("visit_on", "2026-12-01")],
        State::Held => &[("form_version", "2")],
        State::Unmatched => &[("certificate_serial", ""), ("address", "他")],
        _ => &[],
    };
    bench.arrives(&[move_out("M-1", other)]);
    let steps: &[&str] = match state {
        State::InReview => &["review"],
        State::Accepted => &["review", "accept"],
        State::Returned => &["return"],
        State::Rejected => &["reject"],
        State::Withdrawn => &["withdraw"],
        _ => &[],
    };
    for step in steps {
        assert!(act(&mut bench, step).is_empty(), "{step}");
    }
    assert_eq!(bench.one("M-1").state, state);
    bench
}

fn act(bench: &mut Bench, action: &str) -> Vec<String> {
    match action {
        "match" => bench.matches("M-1", 1),
        "review" => bench.codes("review", &json!({ "application_no": "M-1" })),
        "accept" => {
            bench.codes("accept", &json!({ "application_no": "M-1", "application_reference": "R-1" }))
        }
        "return" | "reject" => {
            let result = if action == "return" { "returned" } else { "rejected" };
            bench.codes("refuse", &json!({ "application_no": "M-1", "result": result, "reason": "理由" }))
        }
        "withdraw" => bench.codes("withdraw", &json!({ "application_no": "M-1", "reason": "窓口で" })),
        _ => bench
            .codes("confirm", &json!({ "application_no": "M-1", "confirmed": "備考=可", "reason": "確認" })),
    }
}

/// 状態 × できること. Every pair: what the table of states allows is done, all else is refused and changes nothing.
#[test]
fn 状態とできることの表() {
    let table = "
状態    照合  確認  審査  受理  差戻し  却下  取下げ
受付    ○    ○    ○    ×    ○      ○    ○
保留    ○    ○    ×    ×    ○      ○    ○
未照合  ○    ○    ×    ×    ○      ○    ○
照合済  ○    ○    ○    ×    ○      ○    ○
審査中  ×    ○    ×    ○    ○      ○    ○
受理    ×    ×    ×    ×    ×      ×    ×
差戻し  ×    ×    ×    ×    ×      ×    ×
却下    ×    ×    ×    ×    ×      ×    ×
取下げ  ×    ×    ×    ×    ×      ×    ×";
    let actions = ["match", "confirm", "review", "accept", "return", "reject", "withdraw"];
    let mut seen = 0;
    for line in table.lines().skip(2) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let state = State::ALL.into_iter().find(|state| state.label() == cells[0]).unwrap();
        for (action, cell) in actions.iter().zip(&cells[1..]) {
            let mut bench = in_state(state);
            let before = bench.one("M-1");
            let codes = act(&mut bench, action);
            assert_eq!(codes.is_empty(), *cell == "○", "{} {action}: {codes:?}", state.label());
            if !codes.is_empty() {
                assert_eq!(codes, ["APP12"], "{} {action}", state.label());
                assert_eq!(bench.one("M-1"), before);
            }
            bench.is_sound();
            seen += 1;
        }
    }
    assert_eq!(seen, State::ALL.len() * actions.len());
    assert!(!State::Accepted.allows(Action::Confirm));
}

#[test]
fn 受理には番号_差戻しには理由が残る() {
    let mut bench = in_state(State::Accepted);
    assert_eq!(bench.one("M-1").reference, "R-1");
    let told: Vec<_> = bench.one("M-1").history.iter().map(|step| step.state.label()).collect();
    assert_eq!(told, ["受付", "照合済", "審査中", "受理"]);
    assert_eq!(in_state(State::Returned).one("M-1").reason, "理由");
    let input = json!({ "application_no": "M-9" });
    assert_eq!(bench.codes("review", &input), ["APP11"]);
    let message = {
        let mut bench = in_state(State::Matched);
        let input = json!({ "application_no": "M-1", "result": "returned", "reason": "理由" });
        bench.run("refuse", &input).message
    };
    assert!(message.contains("そこでも受付データを終了に"), "handed on already: {message}");
}

/// 保留 → 確認・解除のあと.
#[test]
fn 保留の片付け方() {
    for (what, other, input, codes, state) in [
        ("様式版は解ける", &[("form_version", "2")][..], json!({ "release": true }), &[][..], "照合済"),
        ("期限切れは解ける", &[("expires_on", "2026-11-19")], json!({ "release": true }), &[], "照合済"),
        (
            "必須項目は補える",
            &[("event_date", "")],
            json!({ "confirmed": "異動日=2026-12-01" }),
            &[],
            "照合済",
        ),
        (
            "必須項目は項目名でも補える",
            &[("event_date", "")],
            json!({ "confirmed": "event_date=2026-12-01" }),
            &[],
            "照合済",
        ),
        ("別の項目では補えない", &[("event_date", "")], json!({ "confirmed": "備考=可" }), &[], "保留 APP03"),
        ("署名は解けない", &[("signature", "2")], json!({ "release": true }), &["APP18"], "保留 APP01 APP05"),
        ("手続は解けない", &[("procedure", "x")], json!({ "release": true }), &["APP18"], "保留 APP07"),
        (
            "照合は解除では済まない",
            &[("form_version", "2"), ("certificate_serial", ""), ("address", "他")],
            json!({ "release": true }),
            &[],
            "未照合 APP05",
        ),
        ("何もしない", &[("form_version", "2")], json!({}), &["APP17"], "保留 APP02"),
        ("知らない項目", &[("event_date", "")], json!({ "confirmed": "身長=170" }), &["APP15"], "保留 APP03"),
        (
            "署名は書き換えられない",
            &[("signature", "2")],
            json!({ "confirmed": "signature=1" }),
            &["APP15"],
            "保留 APP01 APP05",
        ),
        (
            "取り消す番号は書き換えられない",
            &[("form_version", "2")],
            json!({ "confirmed": "withdraws=M-2" }),
            &["APP15"],
            "保留 APP02",
        ),
        (
            "全体の項目は人ごとに書けない",
            &[("event_date", "")],
            json!({ "confirmed": "2:異動日=2026-12-01" }),
            &["APP15"],
            "保留 APP03",
        ),
        ("形が違う", &[("event_date", "")], json!({ "confirmed": "異動日" }), &["APP15"], "保留 APP03"),
    ] {
        let mut bench = Bench::new();
        bench.arrives(&[move_out("M-1", other)]);
        let mut input: Value = input;
        input["application_no"] = json!("M-1");
        input["reason"] = json!("電話で確認");
        assert_eq!(bench.codes("confirm", &input), codes, "{what}");
        assert_eq!(bench.state("M-1"), state, "{what}");
        assert_eq!(bench.passed().is_empty(), state != "照合済", "{what}");
        bench.is_sound();
    }
}

/// 目安の日数（転出届は3日）の両側.
#[test]
fn 待ちすぎの知らせと統計() {
    let mut bench = Bench::new();
    for (no, day) in
        [("M-1", "2026-11-17"), ("M-2", "2026-11-16"), ("M-3", "2026-11-01"), ("M-4", "2026-10-31")]
    {
        bench.arrives(&[move_out(no, &[("received_at", day)])]);
    }
    bench.arrives(&[withdrawal("M-5", "M-3", &[("received_at", "2026-11-18")])]);
    for (what, input, rows, late) in [
        ("終わっていないもの", json!({}), &["M-4", "M-2", "M-1"][..], 2),
        ("過ぎたものだけ", json!({ "late": true }), &["M-4", "M-2"], 2),
        ("期間", json!({ "from": "2026-11-01", "until": "2026-11-16" }), &["M-2"], 1),
        ("状態", json!({ "state": "withdrawn" }), &["M-3"], 0),
        ("手続", json!({ "state": "all", "procedure": "move-out-withdrawal" }), &["M-5"], 0),
        ("すべて", json!({ "state": "all" }), &["M-4", "M-3", "M-2", "M-1", "M-5"], 2),
    ] {
        let answer = bench.answer("list", &input);
        let shown: Vec<_> = answer["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["application_no"].as_str().unwrap())
            .collect();
        assert_eq!((shown.as_slice(), answer["late_count"].as_u64()), (rows, Some(late)), "{what}");
    }
    let list = bench.answer("list", &json!({ "late": true }));
    assert_eq!(list["rows"][1]["waits_too_long"], "受付から4日たちました。目安は3日です。");
    let statistics = bench.answer("statistics", &json!({}));
    let told: Vec<String> = statistics["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let n = |name: &str| row[name].to_string();
            format!(
                "{} {} 受付{} 受理{} 差戻し{} 取下げ{} 残り{} 超過{}",
                row["month"].as_str().unwrap(),
                row["procedure_title"].as_str().unwrap(),
                n("received_count"),
                n("accepted_count"),
                n("refused_count"),
                n("withdrawn_count"),
                n("open_count"),
                n("late_count")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "2026-10 転出届 受付1 受理0 差戻し0 取下げ0 残り1 超過1",
            "2026-11 転出届の取消 受付1 受理1 差戻し0 取下げ0 残り0 超過0",
            "2026-11 転出届 受付3 受理0 差戻し0 取下げ1 残り2 超過1",
        ]
    );
}
