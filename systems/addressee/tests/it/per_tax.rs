//! Mailing addresses, agents and accounts.

use serde_json::{Value, json};
use testkit::bench::{Given, take};

use crate::support::{TODAY, ask, codes, done, inquiry, intake, number, sound, town, with};

fn mailing() -> Value {
    json!({
        "addressee_no": number(1), "tax_item": "04", "from": "2026-04-01", "name": "架空　花子（勤務先気付）",
        "postcode": "680-0001", "address": "台帳町本町2番地", "reason": "本人の届出",
    })
}

#[test]
fn a_mailing_address_is_registered_changed_and_ended() {
    let mut memory = town();
    let key = json!({"addressee_no": number(1), "tax_item": "04"});
    // (function, input, findings, what is used today)
    let steps: Vec<(&str, Value, &[&str], &str)> = vec![
        ("mailing-end", with(&key, &json!({"until": "2026-11-01"})), &["ADR42"], ""),
        ("mailing-set", with(&mailing(), &json!({"addressee_no": number(99)})), &["ADR01"], ""),
        ("mailing-set", with(&mailing(), &json!({"until": "2026-03-31"})), &["ADR40"], ""),
        ("mailing-set", mailing(), &[], "使用中"),
        ("mailing-set", mailing(), &["ADR13"], "使用中"),
        ("mailing-set", with(&mailing(), &json!({"from": "2026-12-01"})), &["ADR44"], "開始前"),
        ("mailing-set", with(&mailing(), &json!({"until": "2026-11-20"})), &[], "使用中"),
        ("mailing-set", with(&mailing(), &json!({"until": "2026-11-19"})), &[], "終了"),
        ("mailing-end", key.clone(), &["ADR41"], "終了"),
        ("mailing-end", with(&key, &json!({"until": "2026-03-31"})), &["ADR40"], "終了"),
        ("mailing-end", with(&key, &json!({"until": "2026-11-30"})), &[], "使用中"),
        ("mailing-end", with(&key, &json!({"taken_back": true})), &[], "取りやめ"),
        ("mailing-end", with(&key, &json!({"taken_back": true})), &["ADR42"], "取りやめ"),
        ("mailing-set", mailing(), &[], "使用中"),
    ];
    for (id, input, found, standing) in steps {
        assert_eq!(codes(&mut memory, id, &input), found, "{id} {input}");
        let shown = inquiry(&mut memory, &number(1))["mailings"].clone();
        assert_eq!(shown[0]["use"].as_str().unwrap_or_default(), standing, "{id} {input}");
        sound(&memory);
    }
}

#[test]
fn each_tax_has_its_own_and_nobody_elses_is_shown() {
    let mut memory = town();
    for tax_item in ["00", "03", "04"] {
        done(&mut memory, "mailing-set", &with(&mailing(), &json!({"tax_item": tax_item})));
    }
    done(&mut memory, "mailing-set", &with(&mailing(), &json!({"addressee_no": number(2)})));
    let shown = inquiry(&mut memory, &number(1))["mailings"].clone();
    let items: Vec<&str> =
        shown.as_array().unwrap().iter().map(|one| one["tax_item"].as_str().unwrap()).collect();
    assert_eq!(items, ["00", "03", "04"]);
    assert_eq!(shown[0]["tax_item_label"], "共通");
}

#[test]
fn who_can_be_an_agent() {
    let mut memory = town();
    let base = json!({"addressee_no": number(1), "tax_item": "03", "from": "2026-04-01", "kind": "1"});
    let named = json!({"name": "代理　七郎", "address": "他県他市1番地"});
    // (changes, findings, name and address of the agent)
    let cases: Vec<(Value, &[&str], &str, &str)> = vec![
        (json!({"agent_no": number(1)}), &["ADR45"], "", ""),
        (json!({"agent_no": number(99)}), &["ADR01"], "", ""),
        (json!({"name": "代理　七郎"}), &["ADR47"], "", ""),
        (json!({}), &["ADR47"], "", ""),
        (json!({"agent_no": number(2)}), &[], "架空　太郎", "みなと町1番地"),
        (named.clone(), &[], "代理　七郎", "他県他市1番地"),
        (with(&named, &json!({"kind": "2"})), &["ADR48"], "代理　七郎", "他県他市1番地"),
        (json!({"agent_no": number(2), "address": "事務所1番地"}), &[], "架空　太郎", "事務所1番地"),
    ];
    for (more, found, name, address) in cases {
        assert_eq!(codes(&mut memory, "tax-agent-set", &with(&base, &more)), found, "{more}");
        let shown = inquiry(&mut memory, &number(1))["tax_agents"].clone();
        assert_eq!(shown[0]["name"].as_str().unwrap_or_default(), name, "{more}");
        assert_eq!(shown[0]["address"].as_str().unwrap_or_default(), address, "{more}");
        sound(&memory);
    }
    // Of somebody dead the heirs have a representative, and an agent is doubtful.
    let dead = with(&base, &json!({"addressee_no": number(4), "agent_no": number(1)}));
    assert_eq!(codes(&mut memory, "tax-agent-set", &dead), ["ADR48"]);
    assert_eq!(codes(&mut memory, "tax-agent-set", &with(&dead, &json!({"kind": "2"}))), [""; 0]);
    let end = json!({"addressee_no": number(4), "tax_item": "03", "until": "2026-12-31"});
    assert_eq!(codes(&mut memory, "tax-agent-end", &end), [""; 0]);
    assert_eq!(codes(&mut memory, "tax-agent-end", &with(&end, &json!({"tax_item": "04"}))), ["ADR42"]);
    sound(&memory);
}

fn account() -> Value {
    json!({
        "addressee_no": number(1), "tax_item": "04", "from": "2026-04-01", "bank": "9990", "branch": "012",
        "account_type": "1", "account_no": "0012345", "holder_kana": "カクウ　ハナコ", "method": "1",
    })
}

#[test]
fn what_an_account_must_look_like() {
    let cases: Vec<(Value, &[&str])> = vec![
        (json!({}), &[]),
        (json!({"bank": "９９９０", "account_no": "００１２３４５"}), &[]),
        (json!({"bank": "999"}), &["ADR50"]),
        (json!({"branch": "12"}), &["ADR51"]),
        (json!({"branch": "0012"}), &["ADR51"]),
        (json!({"account_no": "12345"}), &["ADR52"]),
        (json!({"account_no": "123456x"}), &["ADR52"]),
        (json!({"holder_kana": "架空　花子"}), &["ADR53"]),
        (json!({"holder_kana": "カ".repeat(31)}), &["ADR53"]),
        (
            json!({"bank": "1", "branch": "1", "account_no": "1", "holder_kana": "花"}),
            &["ADR50", "ADR51", "ADR52", "ADR53"],
        ),
        (json!({"holder_kana": "ｶｸｳﾊﾅｺ"}), &[]),
        (json!({"holder_kana": "カクウ　タロウ"}), &["ADR54"]),
        (json!({"branch": "999"}), &["ADR56"]),
        (json!({"branch": "999", "bank_name": "架空銀行", "branch_name": "新店"}), &["ADR55"]),
        // A bank that was merged into another one.
        (json!({"bank": "9993", "branch": "001"}), &["ADR56"]),
        (json!({"until": "2026-03-31"}), &["ADR40"]),
    ];
    for (more, found) in cases {
        let mut memory = town();
        assert_eq!(codes(&mut memory, "account-set", &with(&account(), &more)), found, "{more}");
        sound(&memory);
    }
}

#[test]
fn an_account_is_stopped_taken_up_again_and_given_up() {
    let mut memory = town();
    done(&mut memory, "account-set", &account());
    let state = |code: &str| json!({"addressee_no": number(1), "tax_item": "04", "state": code, "reason": "残高不足2回"});
    let steps: Vec<(Value, &[&str], &str)> = vec![
        (state("1"), &["ADR58"], "有効"),
        (state("2"), &[], "停止"),
        (state("2"), &["ADR58"], "停止"),
        (state("1"), &[], "有効"),
        (state("9"), &[], "廃止"),
        (state("1"), &["ADR42"], "廃止"),
    ];
    for (input, found, label) in steps {
        assert_eq!(codes(&mut memory, "account-state", &input), found, "{input}");
        let shown = inquiry(&mut memory, &number(1))["accounts"].clone();
        assert_eq!(shown[0]["state_label"], label, "{input}");
        assert_eq!(shown[0]["holder_kana"], "ｶｸｳ ﾊﾅｺ");
        sound(&memory);
    }
    assert_eq!(inquiry(&mut memory, &number(1))["accounts"][0]["until"], "2026-11-20");
    done(&mut memory, "account-set", &account());
    assert_eq!(inquiry(&mut memory, &number(1))["accounts"][0]["state_label"], "有効");
}

fn account_row(history_no: u32, more: &[(&'static str, &str)]) -> Given {
    let mut row: Given = vec![
        ("account_key", format!("{}-04", number(1))),
        ("history_no", history_no.to_string()),
        ("addressee_no", number(1)),
        ("tax_item", "04".into()),
        ("from", "2026-06-01".into()),
        ("until", String::new()),
        ("bank", "9991".into()),
        ("bank_name", String::new()),
        ("branch", "005".into()),
        ("branch_name", String::new()),
        ("account_type", "1".into()),
        ("account_no", "7654321".into()),
        ("holder_kana", "ｶｸｳ ﾊﾅｺ".into()),
        ("method", "2".into()),
        ("state", "1".into()),
    ];
    for (name, value) in more {
        row.iter_mut().find(|(of, _)| of == name).unwrap().1 = (*value).to_owned();
    }
    row
}

#[test]
fn accounts_of_the_collection_system_are_taken_once() {
    let accounts = intake("accounts");
    let mut memory = town();
    // (rows of history numbers and account numbers in order of arrival, the one held, versions written)
    let steps =
        [(1, "7654321", 1), (1, "7654321", 0), (3, "1111111", 1), (2, "2222222", 0), (4, "1111111", 0)];
    for (history_no, account_no, versions) in steps {
        let row = account_row(history_no, &[("account_no", account_no)]);
        assert_eq!(take(&mut memory, &accounts, TODAY, &[row]).writes.len(), versions, "{history_no}");
    }
    let shown = inquiry(&mut memory, &number(1))["accounts"][0].clone();
    assert_eq!(shown["account_no"], "1111111");
    assert_eq!(shown["bank_name"], "みなと信用金庫");
    // Staff change it; only a newer row changes it back.
    ask(&mut memory, "account-set", &account());
    let old = account_row(3, &[("account_no", "1111111")]);
    assert!(take(&mut memory, &accounts, TODAY, &[old]).writes.is_empty());
    assert_eq!(inquiry(&mut memory, &number(1))["accounts"][0]["account_no"], "0012345");
    take(&mut memory, &accounts, TODAY, &[account_row(5, &[("state", "9")])]);
    assert_eq!(inquiry(&mut memory, &number(1))["accounts"][0]["state_label"], "廃止");
    sound(&memory);
}

#[test]
fn an_account_row_that_does_not_read_is_refused() {
    let stranger = number(98);
    let key = format!("{stranger}-04");
    let cases: Vec<(Vec<(&'static str, &str)>, &str)> = vec![
        (vec![("addressee_no", "123")], "addressee_no"),
        (vec![("history_no", "0")], "history_no"),
        (vec![("tax_item", "77")], "tax_item"),
        (vec![("account_key", "x")], "account_key"),
        (vec![("from", "")], "from"),
        (vec![("from", "2026-02-30")], "from"),
        (vec![("until", "2026-05-31")], "until"),
        (vec![("bank", "99")], "bank"),
        (vec![("branch", "")], "branch"),
        (vec![("account_no", "1")], "account_no"),
        (vec![("holder_kana", "")], "holder_kana"),
        (vec![("account_type", "5")], "account_type"),
        (vec![("method", "3")], "method"),
        (vec![("state", "")], "state"),
        (vec![("addressee_no", &stranger), ("account_key", &key)], "addressee_no"),
    ];
    for (more, item) in cases {
        let mut memory = town();
        let applied = take(&mut memory, &intake("accounts"), TODAY, &[account_row(1, &more)]);
        assert!(applied.writes.is_empty(), "{more:?}");
        assert_eq!(applied.refused[0].item, item, "{more:?}");
    }
}
