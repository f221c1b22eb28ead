//! 共通納税, 軽JNKS and the system of case files: what comes from them and what they are told.

use jiff::civil::date;
use register::{View, ViewExt};
use serde_json::{Value, json};
use system::{Fate, Row};
use tax_collection::records::ReceiptState;
use testkit::bench::Given;

use crate::town::{Town, key, person};

/// A row, `item=value` parted by blanks.
fn given(line: &str) -> Given {
    line.split_whitespace()
        .map(|cell| {
            let (item, value) = cell.split_once('=').unwrap();
            let item: &'static str = ITEMS.iter().find(|known| **known == item).unwrap();
            (item, value.to_owned())
        })
        .collect()
}

const ITEMS: [&str; 13] = [
    "payment_no",
    "channel",
    "stage",
    "customer_no",
    "paid_on",
    "received_on",
    "amount",
    "control_key",
    "kind",
    "on",
    "count",
    "levy_key",
    "decided_on",
];

/// The values of a dataset's row, or what became of it.
fn told(town: &Town, id: &str, of: &str) -> Option<String> {
    let dataset =
        town.system.datasets.iter().find(|dataset| dataset.id == format!("tax-collection/{id}")).unwrap();
    let stored = town.memory.get(dataset.kind, of).unwrap().unwrap();
    let mut row = Row::new();
    let fate = (dataset.row)(&town.memory, &stored, &mut row).unwrap();
    (fate == Fate::Row).then(|| row.values().collect::<Vec<_>>().join(" "))
}

/// 納付日 first, 入金日 with the same number behind it; told again nothing happens.
#[test]
fn a_payment_over_common_payment_is_told_first_and_booked_once() {
    let mut town = Town::new();
    town.today = date(2026, 5, 20);
    town.levies("1 10800\n2 7200");
    let customer = domain::slip::LevyKey::parse(&key("1")).unwrap().customer_no();
    let row = |stage: &str, received: &str| {
        given(&format!(
            "payment_no=E1 channel=eltax stage={stage} customer_no={customer} paid_on=2026-05-18 {received} amount=10800"
        ))
    };
    assert_eq!(town.take("payments", &[row("1", "")]), Vec::<String>::new());
    assert_eq!(town.receipt("E1").state, ReceiptState::Preliminary);
    assert_eq!(told(&town, "light-vehicle-payment", &key("1")).unwrap().split(' ').next_back(), Some("3"));
    for _ in 0..2 {
        assert_eq!(town.take("payments", &[row("2", "received_on=2026-05-20")]), Vec::<String>::new());
        town.done("clear", &json!({}));
        assert_eq!(town.stands("1"), "完納 open 0/0/0 paid 10800 over 0");
    }
    town.verified();
}

/// Each case: what 共通納税 says of a day, and whether it is what came.
#[test]
fn control_totals_are_held_against_what_came() {
    let mut town = Town::new();
    town.today = date(2026, 5, 25);
    town.levies("1 10800\n2 7200\n3 5000");
    town.receive(&format!(
        "E1,eltax,2,{},2026-05-18,2026-05-20,10800\nE2,eltax,1,{},2026-05-18,,7200\nM1,mpn,2,{},2026-05-18,2026-05-20,5000",
        key("1"),
        key("2"),
        key("3")
    ));
    for (control, wanted) in [
        // Both were paid on the 18th; what came over MPN is none of it.
        ("control_key=K1 kind=1 on=2026-05-18 count=2 amount=18000", (2, 18_000, true)),
        // The money of one is there.
        ("control_key=K2 kind=2 on=2026-05-20 count=1 amount=10800", (1, 10_800, true)),
        ("control_key=K3 kind=2 on=2026-05-20 count=2 amount=10800", (1, 10_800, false)),
        ("control_key=K4 kind=2 on=2026-05-20 count=1 amount=10801", (1, 10_800, false)),
        // A day on which nothing came, and nothing was to come.
        ("control_key=K5 kind=2 on=2026-05-21 count=0 amount=0", (0, 0, true)),
        ("control_key=K6 kind=2 on=2026-05-21 count=1 amount=900", (0, 0, false)),
    ] {
        assert_eq!(town.take("payment-controls", &[given(control)]), Vec::<String>::new(), "{control}");
        let all = town.done("payment-control-list", &json!({}));
        let key = &control["control_key=".len()..control.find(' ').unwrap()];
        let row = all["rows"].as_array().unwrap().iter().find(|row| row["control_key"] == key).unwrap();
        let found = (&row["found_count"], &row["found_yen"], &row["matches"]);
        assert_eq!(found, (&json!(wanted.0), &json!(wanted.1), &json!(wanted.2)), "{control}");
    }
    let apart = town.done(
        "payment-control-list",
        &json!({ "differing": true, "from": "2026-05-20", "until": "2026-05-20" }),
    );
    assert_eq!((&apart["count"], &apart["differing_count"]), (&json!(3), &json!(2)));
    assert_eq!(apart["rows"].as_array().map(Vec::len), Some(2));
    // A corrected word of the same number takes the place of the first.
    town.take("payment-controls", &[given("control_key=K3 kind=2 on=2026-05-20 count=1 amount=10800")]);
    assert_eq!(town.done("payment-control-list", &json!({}))["differing_count"], json!(2));
    for (control, wanted) in [
        ("kind=1 on=2026-05-18 count=2 amount=1", "control_key: 管理番号が空か、40文字より長いです。"),
        (
            "control_key=X kind=3 on=2026-05-18 count=2 amount=1",
            "kind: 区分「3」は1、2のどちらでもありません。",
        ),
        (
            "control_key=X kind=1 on=2026-05-26 count=2 amount=1",
            "on: 対象日令和8年5月26日が、今日より後です。",
        ),
        (
            "control_key=X kind=1 on=2026-05-18 count=-2 amount=1",
            "count: 件数「-2」が0以上の整数ではありません。",
        ),
        (
            "control_key=X kind=1 on=2026-05-18 count=2 amount=x",
            "amount: 合計額「x」が、0円以上、12桁までの金額ではありません。",
        ),
    ] {
        assert_eq!(town.take("payment-controls", &[given(control)]), [wanted], "{control}");
    }
    town.verified();
}

/// `what happened before; row`, and what is said of the row: nothing when it is given up.
#[test]
fn what_the_case_files_give_up_is_held_against_the_books() {
    let row = |key: &str, decided_on: &str, decision_no: &str, reason: &str| -> Given {
        vec![
            ("levy_key", key.to_owned()),
            ("decided_on", decided_on.to_owned()),
            ("decision_no", decision_no.to_owned()),
            ("reason", reason.to_owned()),
        ]
    };
    let one = key("1");
    for (before, given, wanted) in [
        ("", row(&one, "2026-11-10", "決7", "1"), ""),
        ("part", row(&one, "2026-11-10", "決7", "3"), ""),
        ("", row(&key("9"), "2026-11-10", "決7", "1"), "の期別はありません"),
        ("", row(&one, "2026-11-21", "決7", "1"), "決定日令和8年11月21日が、今日より後です"),
        ("", row(&one, "2026-06-01", "決7", "1"), "納期限令和8年6月1日が、決定日より前ではありません"),
        ("", row(&one, "", "決7", "1"), "決定日がありません"),
        ("", row(&one, "2026-11-10", "", "1"), "決裁番号が空です"),
        ("", row(&one, "2026-11-10", "決7", "4"), "事由「4」はコード表にありません"),
        ("paid", row(&one, "2026-11-10", "決7", "1"), "未納がありません"),
        ("told", row(&one, "2026-11-10", "決7", "1"), "速報の納付があります"),
        ("given up", row(&one, "2026-11-10", "決7", "1"), ""),
        (
            "given up",
            row(&one, "2026-11-10", "決8", "1"),
            "決裁番号決7で、令和8年11月10日にすでに欠損しています",
        ),
    ] {
        let mut town = Town::new();
        town.levies("1 10800\n2 7200");
        match before {
            "part" => town.pay("1 5000 2026-05-20"),
            "paid" => town.pay("1 10800 2026-05-20"),
            "told" => {
                town.receive(&format!("E1,eltax,1,{one},2026-11-19,,10800"));
            }
            "given up" => {
                assert_eq!(
                    town.take("write-offs", &[row(&one, "2026-11-10", "決7", "1")]),
                    Vec::<String>::new()
                );
            }
            _ => {}
        }
        let said = town.take("write-offs", std::slice::from_ref(&given));
        assert!(
            said.iter().all(|said| !wanted.is_empty() && said.contains(wanted)),
            "{before} {given:?}: {said:?}"
        );
        assert_eq!(said.len(), usize::from(!wanted.is_empty()), "{before} {given:?}");
        let stands = town.stands("1");
        if wanted.is_empty() || before == "given up" {
            assert!(stands.starts_with("不納欠損 open 0/0/0"), "{stands}");
        } else {
            assert!(!stands.starts_with("不納欠損"), "{stands}");
        }
        assert_eq!(town.stands("2"), "未納 open 7200/0/0 paid 0 over 0");
        town.verified();
    }
}

#[test]
fn partners_are_told_what_they_need_and_no_more() {
    let mut town = Town::new();
    town.take("addressees", &[crate::town::known(1)]);
    town.levies("1 10800\n01/2026/2/1 30000");
    let vehicle = |town: &Town| told(town, "light-vehicle-payment", &key("1")).unwrap();
    assert_eq!(vehicle(&town), format!("{} 1 標識　あ1 2026 10800 0 2026-06-01  2", key("1")));
    assert!(!vehicle(&town).contains(&person(1)), "nobody is named");
    // Another tax is nothing to the inspection of vehicles.
    assert_eq!(told(&town, "light-vehicle-payment", &key("01/2026/2/1")), None);
    town.pay("1 10800 2026-05-20");
    assert!(vehicle(&town).ends_with("10800 10800 2026-06-01 2026-05-20 1"), "{}", vehicle(&town));
    let levied = told(&town, "assessment", &key("1")).unwrap();
    assert!(levied.contains(" 10800 2026-06-01 2026-05-01"), "{levied}");
    let held = told(&town, "addressee", &person(1)).unwrap();
    assert!(held.starts_with(&format!("{} 1 1 1 架空　1郎", person(1))), "{held}");
    let protected: Value = json!(
        town.memory
            .load::<tax_collection::records::known::Addressee>(&person(1))
            .unwrap()
            .unwrap()
            .record
            .protected
    );
    assert_eq!(protected, json!(false));
}

/// コンビニの納付額が44桁の番号の金額と違う行は、どちらとも決めずに止める。正しい額が分かれば、調定番号で入れられる。
#[test]
fn a_store_that_tells_of_another_amount_than_its_code_is_held() {
    const CODE: &str = "91912345042026000000001701100026060100108006";
    let row = |no: &str, stage: &str, amount: &str| -> Given {
        vec![
            ("payment_no", no.to_owned()),
            ("channel", "convenience".to_owned()),
            ("stage", stage.to_owned()),
            ("code44", CODE.to_owned()),
            ("paid_on", "2026-05-18".to_owned()),
            ("received_on", "2026-05-18".to_owned()),
            ("amount", amount.to_owned()),
        ]
    };
    let held = |yen: &str| {
        format!(
            "amount: 04-2026-0000000017-01の納付額{yen}円が、44桁の番号の金額10,800円と違います。コンビニはバーコードの金額だけを受け取ります。どちらが正しいかを収納代行会社に確かめ、正しい行を送り直してもらってください。納付額が正しいときは、「消込データ作成」で、44桁の番号の代わりに調定番号を書いて取り込みます。"
        )
    };
    let mut town = Town::new();
    town.today = date(2026, 5, 20);
    town.levies("1 10800\n2 7200");
    for (what, row, wanted) in [
        ("速報が多い", row("C1", "1", "12000"), vec![held("12,000")]),
        ("確報が少ない", row("C1", "2", "10799"), vec![held("10,799")]),
        ("そのとおり", row("C2", "1", "10800"), vec![]),
        ("その取消", row("C2", "3", "10800"), vec![]),
    ] {
        assert_eq!(town.take("payments", &[row]), wanted, "{what}");
    }
    let mut other = row("C3", "2", "10800");
    other.push(("levy_key", key("2")));
    assert_eq!(
        town.take("payments", &[other]),
        [
            "levy_key: 調定番号04-2026-0000000024-01が、納付書の番号の調定番号04-2026-0000000017-01と違います。どちらの調定の納付かを、送り元に確かめてください。"
        ]
    );
    // By hand: the line with the code is refused with the same words, the one with the key is taken.
    let line = |slip: &str| format!("C1,convenience,2,{slip},2026-05-18,,12000");
    let refused = town.refused("payments-import", &json!({ "list": line(CODE) }));
    assert!(refused[0].starts_with("TXC02 1行目: 04-2026-0000000017-01の納付額12,000円が、"), "{refused:?}");
    town.receive(&line(&key("1")));
    town.done("clear", &json!({}));
    assert_eq!(town.stands("1"), "過納 open 0/0/0 paid 10800 over 1200");
    town.verified();
}
