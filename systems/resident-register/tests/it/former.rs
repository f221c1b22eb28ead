//! Deleted records: they go to the archive after their time and stay in sight; what is wrong in one is noted on it.

use register::ViewExt;
use resident_register::records::{FORMER_ARCHIVE, FormerArchive};
use serde_json::{Value, json};

use crate::town::{Described, Town};

fn town() -> Town {
    let mut town = Town::new();
    town.pool(50);
    let born = |text: &str| domain::RegisterDate::parse_input(text).unwrap();
    town.household(
        "1番地",
        &[
            Described {
                name: "太郎", relation: "世帯主", sex: domain::Sex::Male, birth: born("1980-01-01")
            },
            Described {
                name: "花子", relation: "妻", sex: domain::Sex::Female, birth: born("1982-02-02")
            },
            Described { name: "一郎", relation: "子", sex: domain::Sex::Male, birth: born("2012-03-03") },
        ],
    );
    town
}

/// Enters a movement and makes it final.
fn make(town: &mut Town, function: &str, input: Value) {
    let mut whole = crate::cases::usual(function, town.today);
    for (name, value) in input.as_object().unwrap() {
        whole[name] = value.clone();
    }
    let entered = town.run(function, "clerk", &whole, true);
    assert!(entered.committed, "{:?}", entered.findings);
    let no = entered.outcome.opens.unwrap();
    let ended = town.run("finalize", "reviewer", &json!({ "provisional_no": no }), true);
    assert!(ended.committed, "{:?}", ended.findings);
}

fn on(town: &mut Town, day: &str) {
    town.today = day.parse().unwrap();
}

/// Who a search finds, with the marks beside the names, and what it says.
fn found(town: &mut Town, input: Value) -> (Vec<(String, Value)>, String) {
    let ran = town.run("search", "clerk", &input, true);
    let rows = ran.outcome.answer.unwrap().data["rows"].as_array().unwrap().clone();
    let named = rows.iter().map(|row| (row["name"].as_str().unwrap().to_owned(), row["marks"].clone()));
    (named.collect(), ran.outcome.message)
}

#[test]
fn a_deleted_record_goes_to_the_archive_after_five_years_and_stays_in_sight() {
    let mut town = town();
    let people = town.people.clone();
    make(&mut town, "death", json!({ "targets": [people["太郎"]] }));
    on(&mut town, "2027-06-01");
    make(&mut town, "move-out", json!({ "targets": [people["花子"]], "event_date": "2027-06-01" }));
    let everybody = json!({ "q": "山田", "include_former": true });
    let (before, _) = found(&mut town, everybody.clone());

    // Four years and 364 days: nothing is due.
    on(&mut town, "2031-03-31");
    let ran = town.run("former-archive", "clerk", &json!({}), true);
    assert!(ran.outcome.message.contains("除票0件"), "{}", ran.outcome.message);
    on(&mut town, "2031-04-01");
    let ran = town.run("former-archive", "clerk", &json!({}), true);
    assert!(ran.committed && ran.outcome.message.contains("除票1件"), "{}", ran.outcome.message);
    // A run that comes again moves nothing twice.
    let ran = town.run("former-archive", "clerk", &json!({}), true);
    assert!(ran.outcome.message.contains("除票0件"), "{}", ran.outcome.message);
    let key = format!("{}/2", people["太郎"]);
    let held = town.view().load::<FormerArchive>(&key).unwrap().unwrap().record;
    assert_eq!(
        (held.deleted_on.to_string(), held.archived_on.to_string(), held.keep_until.to_string()),
        ("2026-04-01".to_owned(), "2031-04-01".to_owned(), "2176-04-01".to_owned())
    );
    assert!(town.contradictions().is_empty());

    // One search looks in both, in the live register first, and says so.
    let (after, message) = found(&mut town, everybody);
    let names = |rows: &[(String, Value)]| {
        let mut names: Vec<String> = rows.iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&before), names(&after));
    assert_eq!(after.last().unwrap(), &("山田　太郎".to_owned(), json!(["保存用"])));
    assert!(message.contains("うち除票の保存用1人"), "{message}");
    let (only, message) = found(&mut town, json!({ "name": "山田　太郎", "include_former": true }));
    assert_eq!(only.len(), 1);
    assert!(message.contains("現存の台帳では該当がなく"), "{message}");

    // The record shows it, and its certificate is issued as before.
    let shown = town.run("person", "clerk", &json!({ "addressee_no": people["太郎"] }), true);
    let text = shown.outcome.answer.unwrap().data.to_string();
    assert!(text.contains("除票用データベース登録年月日") && text.contains("令和13年4月1日"), "{text}");
    let copy = json!({ "request": "official", "requested_by": "県", "purpose": "税の賦課", "targets": [people["太郎"]] });
    let issued = town.run("issue-former-copy", "clerk", &copy, true);
    assert!(issued.committed, "{:?}", issued.findings);
}

#[test]
fn a_record_that_was_renewed_is_archived_and_its_person_stays_a_resident() {
    let mut town = town();
    let people = town.people.clone();
    make(&mut town, "renewal", json!({ "targets": [people["太郎"]] }));
    on(&mut town, "2031-04-01");
    let ran = town.run("former-archive", "clerk", &json!({}), true);
    assert!(ran.outcome.message.contains("除票1件"), "{}", ran.outcome.message);
    let (rows, message) = found(&mut town, json!({ "name": "山田　太郎" }));
    assert_eq!((rows, message.as_str()), (vec![("山田　太郎".to_owned(), json!([]))], "1人"));
}

/// Nothing in the new record tells of the one before it.
#[test]
fn the_record_of_who_returned_or_was_naturalized_is_archived_too() {
    let mut town = town();
    let people = town.people.clone();
    make(&mut town, "move-out", json!({ "targets": [people["一郎"]] }));
    make(
        &mut town,
        "move-in",
        json!({ "members": [crate::cases::foreigner("ＬＥＥ　ＡＮＮ")], "lot": "8番地" }),
    );
    town.learn();
    let ann = town.people["ＬＥＥ　ＡＮＮ"];
    on(&mut town, "2026-10-01");
    make(&mut town, "nationality", json!({ "targets": [ann] }));
    let mut back = crate::cases::usual("move-in", town.today)["members"].clone();
    for (name, value) in [
        ("addressee_no", people["一郎"].to_string()),
        ("family_name", "山田".to_owned()),
        ("given_name", "一郎".to_owned()),
        ("birth_date", "2012-03-03".to_owned()),
    ] {
        back[0][name] = json!(value);
    }
    back[0]
        .as_object_mut()
        .unwrap()
        .retain(|name, _| !name.ends_with("_code") && name != "individual_number");
    make(&mut town, "move-in", json!({ "members": back }));
    assert!(town.person("一郎").history_entries.len() == 1 && town.person("一郎").is_resident());

    on(&mut town, "2031-04-01");
    let ran = town.run("former-archive", "clerk", &json!({}), true);
    assert!(ran.outcome.message.contains("除票1件"), "{}", ran.outcome.message);
    assert!(town.view().load::<FormerArchive>(&format!("{}/2", people["一郎"])).unwrap().is_some());
    on(&mut town, "2031-10-01");
    let ran = town.run("former-archive", "clerk", &json!({}), true);
    assert!(ran.outcome.message.contains("除票1件"), "{}", ran.outcome.message);
    assert!(town.view().load::<FormerArchive>(&format!("{ann}/2")).unwrap().is_some());
}

#[test]
fn a_record_that_was_restored_is_no_former_one() {
    let mut town = town();
    let no = town.people["太郎"];
    make(&mut town, "ex-officio-deletion", json!({ "targets": [no] }));
    let member = json!([{
        "addressee_no": no, "resident_kind": "1", "birth_date": "1980-01-01", "sex": "1", "relation": "世帯主",
    }]);
    let words = json!({ "entry_kind": "restored", "members": member, "lot": "9番地" });
    make(&mut town, "ex-officio-entry", words);
    let note = json!({ "addressee_no": no, "text": "消除の日は誤り" });
    assert_eq!(town.run("former-note", "clerk", &note, true).codes(), ["D091"]);
    on(&mut town, "2040-04-01");
    town.run("former-archive", "clerk", &json!({}), true);
    assert_eq!(town.view().count(&FORMER_ARCHIVE).unwrap(), 0);
}

#[test]
fn a_deletion_that_was_taken_back_is_not_archived() {
    let mut town = town();
    let people = town.people.clone();
    make(&mut town, "ex-officio-deletion", json!({ "targets": [people["一郎"]] }));
    make(&mut town, "cancel", json!({ "targets": [people["一郎"]] }));
    on(&mut town, "2040-04-01");
    town.run("former-archive", "clerk", &json!({}), true);
    assert_eq!(town.view().count(&FORMER_ARCHIVE).unwrap(), 0);
}

#[test]
fn what_is_wrong_in_a_deleted_record_is_noted_and_not_edited() {
    let mut town = town();
    let people = town.people.clone();
    let no = people["太郎"];
    let note = json!({ "addressee_no": no, "text": "死亡日は3月31日の誤り" });
    let refused = town.run("former-note", "clerk", &note, true);
    assert_eq!(refused.codes(), ["D091"]);
    make(&mut town, "death", json!({ "targets": [no] }));
    let row = town.person("太郎");
    let mut correction = crate::cases::usual("correction", town.today);
    correction["targets"] = json!([no]);
    correction["register_head"] = json!("山田　一");
    let refused = town.run("correction", "clerk", &correction, true);
    assert_eq!(refused.codes(), ["E103"]);
    assert!(refused.findings[0].remedy.contains("除票の注記"), "{}", refused.findings[0].remedy);

    let noted = town.run("former-note", "clerk", &note, true);
    assert!(noted.committed, "{:?}", noted.findings);
    let again = json!({ "addressee_no": no, "history_no": "2", "text": "届出人は花子" });
    assert!(town.run("former-note", "clerk", &again, true).committed);
    let wrong = json!({ "addressee_no": no, "history_no": "1", "text": "別の行" });
    assert_eq!(town.run("former-note", "clerk", &wrong, true).codes(), ["D091"]);
    assert!(town.person("太郎") == row, "the record is as it was");

    let shown = town.run("person", "clerk", &json!({ "addressee_no": no }), true);
    assert!(shown.outcome.answer.unwrap().data.to_string().contains("死亡日は3月31日の誤り"));
    for (with_notes, told) in [(true, true), (false, false)] {
        let copy = json!({ "request": "official", "requested_by": "県", "purpose": "税の賦課", "targets": [no], "with_notes": with_notes });
        let issued = town.run("issue-former-copy", "clerk", &copy, true);
        let printed = issued.outcome.documents[0].data.to_string();
        assert_eq!(printed.contains("死亡日は3月31日の誤り"), told, "{printed}");
    }
}

#[test]
fn the_cards_are_as_the_cs_told_them() {
    let mut town = town();
    let no = town.people["太郎"].to_string();
    let names = ["addressee_no", "card_status", "card_status_label", "expires_on", "sig_cert_serial"];
    let row = vec![no.as_str(), "2", "交付済み", "2034-01-01", "ABC123"];
    let took = town.take("cards", &names, std::slice::from_ref(&row));
    assert!(took.refused.is_empty() && took.writes.len() == 1, "{:?}", took.refused);
    // The same row again changes nothing.
    assert!(town.take("cards", &names, &[row]).writes.is_empty());
    let shown = town.run("person", "clerk", &json!({ "addressee_no": no }), true);
    let text = shown.outcome.answer.unwrap().data.to_string();
    assert!(text.contains("2 交付済み") && text.contains("令和16年1月1日"), "{text}");
    assert!(text.contains("記録あり") && !text.contains("ABC123"), "{text}");
    for (row, item) in [
        (vec!["000000000000000", "2", "", "", ""], "addressee_no"),
        (vec!["000000009999998", "2", "", "", ""], "addressee_no"),
        (vec![no.as_str(), "2", "", "いつか", ""], "expires_on"),
        (vec![no.as_str(), "2", "", "", "あ"], "sig_cert_serial"),
    ] {
        let took = town.take("cards", &names, &[row]);
        assert_eq!(took.refused.iter().map(|one| one.item.as_str()).collect::<Vec<_>>(), [item]);
    }
}
