//! The checks: each finds what was planted for it.

use addressee::records::{
    ADDRESSEE, Account, Addressee, AddresseeClass, AgentKind, ClosingReason, Mailing, Merge, Protection,
    TaxAgent,
};
use domain::{AddresseeNo, CorporateNumber, Date};
use jiff::civil::date;
use register::{Record, View, ViewExt, Write};
use serde_json::json;
use testkit::bench::{Memory, verify};

use crate::support::{corporation, done, non_resident, number, system, town};

const DAY: Date = date(2026, 4, 1);

fn no(serial: u64) -> AddresseeNo {
    AddresseeNo::from_serial(serial).unwrap()
}

fn plant<R: Record>(memory: &mut Memory, record: &R) {
    let version = memory.get(R::KIND, &record.key()).unwrap().map(|stored| stored.version);
    memory.commit(vec![Write::put(record, version).unwrap()]);
}

fn held(memory: &Memory, key: &str) -> Addressee {
    memory.load::<Addressee>(key).unwrap().unwrap().record
}

fn merge(sub: u64, main: u64) -> Merge {
    Merge { sub_no: no(sub), main_no: no(main), merged_on: DAY, unmerged_on: None, reason: String::new() }
}

fn mailing(serial: u64, tax_item: &str, until: Option<Date>) -> Mailing {
    Mailing {
        addressee_no: no(serial),
        tax_item: tax_item.to_owned(),
        from: DAY,
        until,
        name: String::new(),
        postcode: String::new(),
        address: "本町".to_owned(),
        reason: String::new(),
        ended: false,
    }
}

fn agent(agent_no: u64) -> TaxAgent {
    TaxAgent {
        addressee_no: no(1),
        tax_item: "03".to_owned(),
        kind: AgentKind::Agent,
        from: DAY,
        until: None,
        agent_no: Some(no(agent_no)),
        name: "代理".to_owned(),
        postcode: String::new(),
        address: "本町".to_owned(),
        ended: false,
    }
}

/// Says what is planted, plants it, and gives a word of what must be found.
type Case = (&'static str, fn(&mut Memory), &'static str);

#[test]
fn every_check_finds_what_is_wrong() {
    let cases: [Case; 17] = [
        (
            "a name changed without the name on letters",
            |memory| {
                let changed = Addressee { name: "別　名".to_owned(), ..held(memory, &number(1)) };
                plant(memory, &changed);
            },
            "宛名氏名",
        ),
        (
            "a resident without status",
            |memory| {
                let changed = Addressee { status: None, ..held(memory, &number(1)) };
                plant(memory, &changed);
            },
            "住民状態",
        ),
        (
            "a corporation with a birth date",
            |memory| {
                let birth_date = held(memory, &number(1)).birth_date;
                let changed = Addressee { birth_date, ..held(memory, &corporation(1)) };
                plant(memory, &changed);
            },
            "法人なのに",
        ),
        (
            "a reason without a day",
            |memory| {
                let changed = Addressee {
                    closing_reason: Some(ClosingReason::Other),
                    ..held(memory, &non_resident(1))
                };
                plant(memory, &changed);
            },
            "一方だけ",
        ),
        (
            "a number that was not counted",
            |memory| {
                let changed =
                    Addressee { addressee_no: no(50_000_000_000_009), ..held(memory, &non_resident(1)) };
                plant(memory, &changed);
            },
            "最後の番号より後",
        ),
        (
            "a resident in the range of non-residents",
            |memory| {
                let changed = Addressee { addressee_no: no(50_000_000_000_000), ..held(memory, &number(1)) };
                memory.commit(vec![Write::replace(
                    &ADDRESSEE,
                    non_resident(1),
                    1,
                    register::Body::of(&changed).unwrap(),
                )]);
            },
            "番号帯にあります",
        ),
        (
            "two with one corporate number",
            |memory| {
                let corporate_no = CorporateNumber::parse("7000012050002").ok();
                let changed = Addressee { corporate_no, ..held(memory, &corporation(2)) };
                plant(memory, &changed);
            },
            "法人番号 7000012050002",
        ),
        ("a link to itself", |memory| plant(memory, &merge(1, 1)), "それ自身に"),
        (
            "a circle",
            |memory| {
                plant(memory, &merge(1, 2));
                plant(memory, &merge(2, 1));
            },
            "それ自身ほかの番号に",
        ),
        (
            "a chain",
            |memory| {
                plant(memory, &merge(1, 2));
                plant(memory, &merge(2, 3));
            },
            "それ自身ほかの番号に",
        ),
        ("a link to nobody", |memory| plant(memory, &merge(1, 99)), "の宛名がありません"),
        (
            "a link that ended before it began",
            |memory| plant(memory, &Merge { unmerged_on: Some(date(2026, 3, 31)), ..merge(1, 2) }),
            "解除年月日",
        ),
        (
            "a mailing address of nobody",
            |memory| plant(memory, &mailing(99, "04", None)),
            "の宛名がありません",
        ),
        ("a tax that is none", |memory| plant(memory, &mailing(1, "77", None)), "税目コード"),
        (
            "a period the wrong way round",
            |memory| plant(memory, &mailing(1, "04", Some(date(2026, 3, 31)))),
            "開始年月日より前",
        ),
        ("an agent of itself", |memory| plant(memory, &agent(1)), "自分の納税管理人"),
        (
            "a protection that is not marked",
            |memory| {
                let protection =
                    Protection { addressee_no: no(1), history_no: 1, protected: true, until: String::new() };
                plant(memory, &protection);
            },
            "住所が表示されます",
        ),
    ];
    for (what, plant, word) in cases {
        let mut memory = town();
        done(
            &mut memory,
            "non-resident-register",
            &json!({"name": "他所　五郎", "birth_date": "1970-07-07"}),
        );
        for corporate_no in ["7000012050002", ""] {
            let input = json!({"name": "株式会社みなと", "name_kana": "ミナト", "town": "本町", "corporate_no": corporate_no});
            done(&mut memory, "corporation-register", &input);
        }
        assert_eq!(verify(&system(), &memory), Vec::<String>::new());
        plant(&mut memory);
        let found = verify(&system(), &memory);
        assert!(found.iter().any(|found| found.contains(word)), "{what}: {found:?}");
    }
    assert_eq!(AddresseeClass::ALL.len(), 3);
    assert_eq!(Account::KIND.id, "addressee/account");
}
