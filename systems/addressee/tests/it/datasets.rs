//! What other systems are told, item by item; and that bodies written before there were non-residents still read.

use addressee::records::{ADDRESSEE, Addressee};
use register::{Body, View, ViewExt, Write};
use serde_json::json;
use system::{Dataset, Row};
use testkit::bench::{Memory, take};

use crate::support::{TODAY, corporation, done, intake, non_resident, number, sound, system, town};

fn dataset(id: &str) -> Dataset {
    system().datasets.into_iter().find(|dataset| dataset.id == id).unwrap()
}

/// The items of a dataset's row, as `item=value` where there is a value.
fn told(memory: &Memory, id: &str, key: &str) -> String {
    let dataset = dataset(id);
    let stored = memory.get(dataset.kind, key).unwrap().unwrap();
    let mut row = Row::new();
    (dataset.row)(memory, &stored, &mut row).unwrap();
    assert_eq!(row.len(), dataset.items.len());
    let filled = dataset.names().into_iter().zip(row.values()).filter(|(_, value)| !value.is_empty());
    filled.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

/// One item of an addressee's row.
pub(crate) fn item(memory: &Memory, key: &str, name: &str) -> String {
    let told = told(memory, "addressee/addressee", key);
    let start = format!("{name}=");
    told.split(' ').find_map(|part| part.strip_prefix(&start)).unwrap_or_default().to_owned()
}

/// The items other systems rely on, in order.
#[test]
fn the_items_are_those_agreed() {
    let agreed = [
        (
            "addressee/addressee",
            "addressee_no",
            "addressee_no history_no class status household_no display_name name name_kana birth_date sex postcode \
             address moved_out_to departed_on corporate_no protected merged_into",
        ),
        (
            "addressee/certificate-addressee",
            "addressee_no",
            "addressee_no available history_no name name_kana birth_date sex postcode address",
        ),
        (
            "addressee/mailing",
            "mailing_key",
            "mailing_key history_no addressee_no tax_item from until name postcode address reason ended",
        ),
        (
            "addressee/tax-agent",
            "agent_key",
            "agent_key history_no addressee_no tax_item kind from until agent_no name postcode address ended",
        ),
        (
            "addressee/account",
            "account_key",
            "account_key history_no addressee_no tax_item from until bank bank_name branch branch_name account_type \
             account_no holder_kana method state",
        ),
    ];
    for (id, subject, items) in agreed {
        let dataset = dataset(id);
        assert_eq!(dataset.subject, subject);
        assert_eq!(dataset.names().join(" "), items, "{id}");
    }
}

#[test]
fn each_class_is_told_with_what_it_has() {
    let mut memory = town();
    done(
        &mut memory,
        "non-resident-register",
        &json!({"name": "他所　五郎", "birth_date": "1970-07-07", "sex": "1", "town": "本町", "postcode": "6800001"}),
    );
    done(
        &mut memory,
        "corporation-register",
        &json!({"name": "株式会社みなと", "name_kana": "ミナト", "corporate_no": "7000012050002", "office_name": "本店", "town": "浜町"}),
    );
    let close = json!({"addressee_no": corporation(1), "closing_reason": "3", "closed_on": "2026-10-01"});
    done(&mut memory, "corporation-close", &close);
    let protection = vec![("addressee_no", number(1)), ("history_no", "1".into()), ("protected", "1".into())];
    take(&mut memory, &intake("protected"), TODAY, &[protection]);
    let cases = [
        (
            number(1),
            format!(
                "addressee_no={} history_no=2 class=1 status=1 household_no={} display_name=架空　花子 name=架空　花子 \
                 name_kana=カクウ　ハナコ birth_date=1985-04-01 sex=2 address=みなと町1番地 protected=1",
                number(1),
                number(901)
            ),
        ),
        (
            non_resident(1),
            format!(
                "addressee_no={} history_no=1 class=2 display_name=他所　五郎 name=他所　五郎 birth_date=1970-07-07 \
                 sex=1 postcode=6800001 address=本町",
                non_resident(1)
            ),
        ),
        (
            corporation(1),
            format!(
                "addressee_no={} history_no=2 class=3 display_name=株式会社みなと　本店 name=株式会社みなと \
                 name_kana=ミナト address=浜町 departed_on=2026-10-01 corporate_no=7000012050002",
                corporation(1)
            ),
        ),
    ];
    for (key, expected) in cases {
        assert_eq!(told(&memory, "addressee/addressee", &key), expected);
    }
}

#[test]
fn mailing_agents_and_accounts_are_told_by_key() {
    let mut memory = town();
    let key = format!("{}-04", number(1));
    let base = json!({"addressee_no": number(1), "tax_item": "04", "from": "2026-04-01"});
    let with = |more| crate::support::with(&base, &more);
    done(&mut memory, "mailing-set", &with(json!({"address": "本町2番地", "reason": "届出"})));
    let end = json!({"addressee_no": number(1), "tax_item": "04", "taken_back": true});
    done(&mut memory, "mailing-end", &end);
    done(
        &mut memory,
        "tax-agent-set",
        &with(json!({"kind": "1", "agent_no": number(2), "until": "2027-03-31"})),
    );
    done(
        &mut memory,
        "account-set",
        &with(
            json!({"bank": "9990", "branch": "001", "account_type": "2", "account_no": "0000001", "holder_kana": "カクウ　ハナコ", "method": "2"}),
        ),
    );
    let (own, agent) = (number(1), number(2));
    let cases = [
        (
            "addressee/mailing",
            format!(
                "mailing_key={key} history_no=2 addressee_no={own} tax_item=04 from=2026-04-01 address=本町2番地 \
                 reason=届出 ended=1"
            ),
        ),
        (
            "addressee/tax-agent",
            format!(
                "agent_key={key} history_no=1 addressee_no={own} tax_item=04 kind=1 from=2026-04-01 \
                 until=2027-03-31 agent_no={agent} name=架空　太郎 address=みなと町1番地"
            ),
        ),
        (
            "addressee/account",
            format!(
                "account_key={key} history_no=1 addressee_no={own} tax_item=04 from=2026-04-01 bank=9990 \
                 bank_name=架空銀行 branch=001 branch_name=本店 account_type=2 account_no=0000001 \
                 holder_kana=ｶｸｳ ﾊﾅｺ method=2 state=1"
            ),
        ),
    ];
    for (id, expected) in cases {
        assert_eq!(told(&memory, id, &key), expected);
    }
}

#[test]
fn a_body_of_the_first_version_reads_and_is_written_as_it_was() {
    let old = json!({
        "addressee_no": number(1), "class": "1", "history_no": 3, "household_no": number(901), "resident_kind": "1",
        "status": "1", "display_name": "架空　花子", "name": "架空　花子", "name_kana": "カクウ　ハナコ",
        "birth_date": "1985-04-01", "sex": "2", "address": {"town": "みなと町", "lot": "1番地"},
    });
    let mut memory = Memory::default();
    memory.commit(vec![Write::create(&ADDRESSEE, number(1), Body::of(&old).unwrap())]);
    let read = memory.load::<Addressee>(&number(1)).unwrap().unwrap().record;
    assert!(read.is_current() && !read.protected);
    assert_eq!(Body::of(&read).unwrap().value().unwrap(), old);
    sound(&memory);
}

/// A link and its end each have the sub number's row go out anew, with the main number or without.
#[test]
fn a_row_tells_into_which_number_it_was_merged() {
    let mut memory = town();
    for (name, town) in [("他所　五郎", "本町"), ("別所　三郎", "浜町")] {
        let input = json!({"name": name, "town": town});
        done(&mut memory, "non-resident-register", &input);
    }
    let [sub, main] = [1, 2].map(non_resident);
    let steps = [
        ("", json!({}), "1", ""),
        ("merge", json!({"sub_no": sub, "main_no": main}), "2", main.as_str()),
        ("unmerge", json!({"sub_no": sub, "reason": "別の人"}), "3", ""),
    ];
    for (function, input, version, into) in steps {
        if !function.is_empty() {
            // The names differ, which is an alert.
            let found = crate::support::codes(&mut memory, function, &input);
            assert!(found.iter().all(|code| code == "ADR24"), "{found:?}");
        }
        let row = told(&memory, "addressee/addressee", &sub);
        assert!(row.contains(&format!("history_no={version} ")), "{function}: {row}");
        let merged = row.split("merged_into=").nth(1).unwrap_or_default();
        assert_eq!(merged, into, "{function}");
        let row = told(&memory, "addressee/addressee", &main);
        assert!(row.contains("history_no=1 ") && !row.contains("merged_into"), "{function}: {row}");
    }
}

/// Whose address is protected, and who is a sub number, is a row without data; a corporation has no such certificate.
#[test]
fn a_machine_prints_tax_certificates_of_who_is_not_protected() {
    let mut memory = town();
    let (own, id) = (number(1), "addressee/certificate-addressee");
    let shown = told(&memory, id, &own);
    assert!(
        shown.starts_with(&format!("addressee_no={own} available=1 history_no=1 name=架空　花子")),
        "{shown}"
    );
    assert!(shown.ends_with("address=みなと町1番地"), "{shown}");
    let row =
        vec![("addressee_no", own.clone()), ("history_no", "1".to_owned()), ("protected", "1".to_owned())];
    assert_eq!(take(&mut memory, &intake("protected"), TODAY, &[row]).refused, []);
    assert_eq!(told(&memory, id, &own), format!("addressee_no={own} available=0"));
    let dataset = dataset(id);
    done(
        &mut memory,
        "corporation-register",
        &json!({"name": "株式会社みなと", "name_kana": "ミナト", "town": "浜町"}),
    );
    let firm = corporation(1);
    let stored = memory.get(dataset.kind, &firm).unwrap().unwrap();
    assert_eq!((dataset.row)(&memory, &stored, &mut Row::new()).unwrap(), system::Fate::Skip);
}
