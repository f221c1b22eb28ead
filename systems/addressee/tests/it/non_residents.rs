//! Non-residents: registering, correcting, closing, carrying over, requests of tasks.

use serde_json::{Value, json};
use testkit::bench::{Given, Memory, take};

use crate::residents::row;
use crate::support::{
    TODAY, ask, codes, done, household, inquiry, intake, non_resident, number, search, sound, town, with,
};

fn owner() -> Value {
    json!({
        "name": "他所　五郎", "name_kana": "ヨソ　ゴロウ", "birth_date": "1970-07-07", "sex": "1",
        "prefecture": "他県", "municipality": "他市", "town": "本町", "lot": "5番地", "task_id": "014",
    })
}

#[test]
fn numbers_are_given_in_a_range_of_their_own_and_check() {
    let mut memory = town();
    for nth in 1..4 {
        let input = with(
            &owner(),
            &json!({"name": format!("他所　{nth}"), "name_kana": "", "birth_date": format!("197{nth}-01-01"), "lot": format!("{nth}番地")}),
        );
        let given = done(&mut memory, "non-resident-register", &input);
        assert_eq!(given, non_resident(nth));
        assert!(domain::AddresseeNo::parse_new(&given).is_ok());
    }
    // A number that was loaded into the range is passed over.
    let loaded = row(
        50_000_000_000_003,
        1,
        &[("name", "移行　番号"), ("name_kana", ""), ("birth_date", "1950-01-01")],
    );
    take(&mut memory, &intake("residents"), TODAY, &[household(loaded, 904)]);
    let input = with(&owner(), &json!({"birth_date": "1976-01-01", "name": "他所　九"}));
    assert_eq!(done(&mut memory, "non-resident-register", &input), non_resident(5));
}

#[test]
fn who_may_be_somebody_already_is_asked_about() {
    let own = owner();
    // (what is changed of the person registered before, candidates)
    let cases = [
        (json!({}), 1),
        (json!({"name": "他所五郎", "name_kana": ""}), 1),
        (json!({"name": "余所　五郎"}), 1),
        (json!({"name": "余所　五郎", "name_kana": "ヨソ　ゴロー"}), 1),
        (json!({"birth_date": "1971-07-07"}), 1),
        (json!({"birth_date": "1971-07-07", "lot": "6番地"}), 0),
        (json!({"birth_date": "", "lot": "6番地"}), 1),
        (json!({"lot": "6番地"}), 1),
        (json!({"name": "架空　六郎", "name_kana": "カクウ　ロクロウ"}), 1),
        (json!({"name": "架空　六郎", "name_kana": "カクウ　ロクロウ", "sex": "2"}), 0),
        (json!({"name": "架空　六郎", "name_kana": "カクウ　ロクロウ", "lot": "6番地"}), 0),
        // A resident comes into question as well.
        (json!({"name": "架空　花子", "name_kana": "", "birth_date": "1985-04-01"}), 1),
    ];
    for (more, candidates) in cases {
        let mut memory = town();
        done(&mut memory, "non-resident-register", &own);
        let found = codes(&mut memory, "non-resident-register", &with(&own, &more));
        assert_eq!(found, vec!["ADR10"; candidates], "{more}");
    }
}

#[test]
fn a_past_name_comes_into_question_too() {
    let mut memory = town();
    let own = owner();
    let given = done(&mut memory, "non-resident-register", &own);
    let married = json!({"addressee_no": given, "name": "新氏　五郎", "name_kana": "シンシ　ゴロウ", "town": "北町", "lot": "1番地"});
    done(&mut memory, "non-resident-correct", &married);
    let outcome = ask(&mut memory, "non-resident-register", &own);
    assert_eq!(outcome.findings.len(), 1);
    assert!(outcome.findings[0].message.contains("過去の記録で"), "{}", outcome.findings[0].message);
}

#[test]
fn refusals_of_registering_and_correcting() {
    let mut memory = town();
    let given = done(&mut memory, "non-resident-register", &owner());
    let corporation = done(
        &mut memory,
        "corporation-register",
        &json!({"name": "株式会社みなと", "name_kana": "カブシキガイシャミナト", "town": "本町"}),
    );
    let cases: [(&str, Value, &str); 11] = [
        ("non-resident-register", json!({"name": "他所　六郎"}), "ADR18"),
        ("non-resident-register", json!({"name": "他所　六郎", "birth_date": "2026-11-21"}), "ADR14"),
        ("non-resident-register", json!({"name": "他所　六郎", "town": "本町", "task_id": "1"}), "ADR19"),
        ("non-resident-correct", json!({"addressee_no": number(99), "name": "あ"}), "ADR01"),
        ("non-resident-correct", json!({"addressee_no": number(1), "name": "あ"}), "ADR11"),
        ("non-resident-correct", json!({"addressee_no": corporation, "name": "あ"}), "ADR11"),
        ("non-resident-correct", json!({"addressee_no": given}), "ADR13"),
        ("non-resident-correct", json!({"addressee_no": given, "name": "他所　五郎"}), "ADR13"),
        (
            "non-resident-correct",
            json!({"addressee_no": given, "name": "あ", "changed_on": "2026-11-21"}),
            "ADR14",
        ),
        ("carry-over", json!({"addressee_no": number(1)}), "ADR15"),
        ("carry-over", json!({"addressee_no": given}), "ADR11"),
    ];
    for (id, input, code) in cases {
        assert_eq!(codes(&mut memory, id, &input), [code], "{id} {input}");
    }
    let bare = json!({"addressee_no": given, "clear": "birth_date", "contact": "0857-00-0000"});
    done(&mut memory, "non-resident-correct", &bare);
    let nothing_left = json!({"addressee_no": given, "clear": "address"});
    assert_eq!(codes(&mut memory, "non-resident-correct", &nothing_left), ["ADR18"]);
    sound(&memory);
}

#[test]
fn a_correction_changes_what_is_given_and_keeps_the_rest() {
    let mut memory = town();
    let given = done(&mut memory, "non-resident-register", &owner());
    // (correction, display name, address after it)
    let cases = [
        (json!({"name": "他所　吾郎"}), "他所　吾郎", "他県他市本町5番地"),
        (
            json!({"prefecture": "他県", "municipality": "隣町", "lot": "1番地"}),
            "他所　吾郎",
            "他県隣町1番地",
        ),
        (json!({"clear": "name_kana"}), "他所　吾郎", "他県隣町1番地"),
    ];
    for (more, name, address) in cases {
        done(&mut memory, "non-resident-correct", &with(&json!({"addressee_no": given}), &more));
        let data = inquiry(&mut memory, &given);
        assert_eq!(data["addressee"]["display_name"], name, "{more}");
        assert_eq!(data["addressee"]["address"], address, "{more}");
    }
    let data = inquiry(&mut memory, &given);
    assert_eq!(data["history"].as_array().unwrap().len(), 4);
    assert_eq!(data["addressee"]["name_kana"], "");
    assert_eq!(data["addressee"]["task_id"], "014");
    sound(&memory);
}

#[test]
fn a_non_resident_becomes_a_resident_by_a_link_and_nothing_is_rewritten() {
    let mut memory = town();
    let given = done(&mut memory, "non-resident-register", &owner());
    let close = |more: Value| {
        with(&json!({"addressee_no": given, "closing_reason": "1", "closed_on": "2026-11-19"}), &more)
    };
    let cases = [
        (close(json!({})), "ADR16"),
        (close(json!({"resident_no": number(99)})), "ADR16"),
        (close(json!({"resident_no": number(3)})), "ADR16"),
        (close(json!({"resident_no": given})), "ADR16"),
        (close(json!({"closing_reason": "9", "resident_no": number(1)})), "ADR16"),
        (close(json!({"resident_no": number(1), "closed_on": "2026-11-21"})), "ADR14"),
    ];
    for (input, code) in cases {
        assert!(codes(&mut memory, "non-resident-close", &input).contains(&code.to_owned()), "{input}");
    }
    let arrived = row(
        7,
        1,
        &[("name", "他所　五郎"), ("name_kana", "ヨソ　ゴロウ"), ("birth_date", "1970-07-07"), ("sex", "1")],
    );
    take(&mut memory, &intake("residents"), TODAY, &[household(arrived, 907)]);
    assert_eq!(codes(&mut memory, "non-resident-close", &close(json!({"resident_no": number(7)}))), [""; 0]);
    let data = inquiry(&mut memory, &given);
    assert_eq!(data["addressee"]["closing_reason_label"], "住民化");
    assert_eq!(data["merges"][0]["main_no"], number(7));
    assert_eq!(inquiry(&mut memory, &number(7))["merges"][0]["sub_no"], given);
    assert_eq!(search(&mut memory, "他所"), [number(7)]);
    let again = close(json!({"closing_reason": "2"}));
    assert_eq!(codes(&mut memory, "non-resident-close", &again), ["ADR12"]);
    sound(&memory);
}

#[test]
fn closing_asks_about_what_is_left_behind() {
    let mut memory = town();
    let given = done(&mut memory, "non-resident-register", &owner());
    let mailing =
        json!({"addressee_no": given, "tax_item": "04", "from": "2026-04-01", "address": "他県他市私書箱1"});
    done(&mut memory, "mailing-set", &mailing);
    let close = json!({"addressee_no": given, "closing_reason": "2", "closed_on": "2026-11-01"});
    let found = ask(&mut memory, "non-resident-close", &close).findings;
    assert_eq!(found[0].code, "ADR17");
    assert!(found[0].message.contains("送付先"), "{}", found[0].message);
    // Whoever is closed can be asked about still, with a warning.
    let again = with(&mailing, &json!({"tax_item": "00"}));
    assert_eq!(codes(&mut memory, "mailing-set", &again), ["ADR49"]);
    sound(&memory);
}

#[test]
fn a_former_resident_keeps_the_number_and_comes_back_by_it() {
    let mut memory = town();
    let carry = json!({"addressee_no": number(3), "task_id": "014"});
    assert_eq!(done(&mut memory, "carry-over", &carry), number(3));
    let data = inquiry(&mut memory, &number(3));
    assert_eq!(data["addressee"]["class_label"], "住登外");
    assert_eq!(data["addressee"]["address"], "他県他市本町9番地");
    sound(&memory);
    let residents = intake("residents");
    let again = |history_no: u32, status: &str| {
        household(
            row(
                3,
                history_no,
                &[
                    ("name", "渡邉　次郎"),
                    ("birth_date", "1990-09-09"),
                    ("resident_status", status),
                    ("lot", "77番地"),
                ],
            ),
            902,
        )
    };
    // The old record is corrected: the non-resident is left alone. Then the person moves in again.
    let steps =
        [(2, "2", "住登外", "渡辺　次郎"), (3, "1", "住民", "渡邉　次郎"), (2, "2", "住民", "渡邉　次郎")];
    for (history_no, status, class, name) in steps {
        take(&mut memory, &residents, TODAY, &[again(history_no, status)]);
        let data = inquiry(&mut memory, &number(3));
        assert_eq!(data["addressee"]["class_label"], class, "{history_no}");
        assert_eq!(data["addressee"]["name"], name, "{history_no}");
        sound(&memory);
    }
}

#[test]
fn a_resident_row_under_a_number_given_here_is_refused() {
    let mut memory = town();
    let given = done(&mut memory, "non-resident-register", &owner());
    let mut stray = household(row(8, 1, &[]), 908);
    stray[0].1 = given;
    let applied = take(&mut memory, &intake("residents"), TODAY, &[stray]);
    assert!(applied.writes.is_empty());
    assert_eq!(applied.refused[0].item, "addressee_no");
}

#[test]
fn the_official_interface_numbers_or_offers_candidates() {
    let mut memory = town();
    let asked = |more: Value| {
        with(&owner(), &with(&json!({"shorikubun": "0", "municipality_code": "319999"}), &more))
    };
    let mut call = |more: Value| {
        let outcome = ask(&mut memory, "non-resident-number", &asked(more));
        let codes: Vec<String> = outcome.findings.iter().map(|finding| finding.code.clone()).collect();
        let data = outcome.answer.map(|answer| answer.data).unwrap_or_default();
        let candidates: Vec<String> = data["candidates"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one["addressee_no"].as_str().unwrap().to_owned())
            .collect();
        (
            codes.join(" "),
            data["addressee_no"].as_str().unwrap_or_default().to_owned(),
            data["history_no"].as_u64(),
            candidates,
        )
    };
    let refused = |code: &str| (code.to_owned(), String::new(), None, Vec::new());
    let answered = |number: String, history_no| (String::new(), number, Some(history_no), Vec::new());
    let (first, second) = (non_resident(1), non_resident(2));
    let cases = [
        (json!({}), answered(first.clone(), 1)),
        // The same again: somebody may be the person.
        (json!({}), (String::new(), String::new(), None, vec![first.clone()])),
        (json!({"different_person": true}), answered(second.clone(), 1)),
        (json!({"shorikubun": "2", "addressee_no": first}), answered(first.clone(), 1)),
        (json!({"shorikubun": "1", "addressee_no": first, "lot": "8番地"}), answered(first.clone(), 2)),
        (json!({"shorikubun": "1", "addressee_no": first, "lot": "8番地"}), answered(first.clone(), 2)),
        (json!({"shorikubun": "1"}), refused("ADR64")),
        (json!({"shorikubun": "2", "addressee_no": number(99)}), refused("ADR01")),
        (json!({"shorikubun": "1", "addressee_no": number(1)}), refused("ADR15")),
        // Flow 3: the number of a former resident is carried over.
        (json!({"shorikubun": "1", "addressee_no": number(3)}), answered(number(3), 2)),
        (json!({"name": ""}), refused("ADR63")),
        (json!({"shorikubun": "2", "addressee_no": second, "merge_source": true}), refused("ADR65")),
        (
            json!({"shorikubun": "2", "addressee_no": second, "merge_source": true, "merge_into": first}),
            answered(second.clone(), 2),
        ),
        (
            json!({"shorikubun": "2", "addressee_no": first, "merge_source": true, "merge_into": second}),
            refused("ADR65"),
        ),
    ];
    for (more, expected) in cases {
        assert_eq!(call(more.clone()), expected, "{more}");
    }
    sound(&memory);
    assert_eq!(inquiry(&mut memory, &first)["merges"][0]["sub_no"], second);
}

fn request(no: &str, history_no: u32, more: &[(&'static str, &str)]) -> Given {
    let mut row: Given = vec![
        ("request_no", no.to_owned()),
        ("history_no", history_no.to_string()),
        ("task_id", "014".into()),
        ("addressee_no", String::new()),
        ("name", "他所　五郎".into()),
        ("name_kana", "ヨソ　ゴロウ".into()),
        ("birth_date", "1970-07-07".into()),
        ("sex", "1".into()),
        ("town", "本町".into()),
        ("lot", "5番地".into()),
        ("closing_reason", String::new()),
        ("closed_on", String::new()),
        ("resident_no", String::new()),
    ];
    for (name, value) in more {
        row.iter_mut().find(|(of, _)| of == name).unwrap().1 = (*value).to_owned();
    }
    row
}

#[test]
fn requests_are_answered_or_left_to_staff() {
    let intake = intake("non-residents");
    let mut memory = town();
    let rows = [
        request("014-1", 1, &[]),
        // The same person, asked for twice in one delivery: not two numbers.
        request("014-2", 1, &[]),
        request("014-3", 1, &[("name", "別人　六郎"), ("name_kana", ""), ("birth_date", "1980-01-01")]),
        request("014-4", 1, &[("birth_date", ""), ("town", ""), ("lot", "")]),
        request("014-5", 1, &[("addressee_no", &number(1))]),
        request("014-6", 1, &[("task_id", "x")]),
    ];
    let applied = take(&mut memory, &intake, TODAY, &rows);
    let refused: Vec<_> =
        applied.refused.iter().map(|row| (row.subject.as_str(), row.item.as_str())).collect();
    assert_eq!(refused, [("014-4", "birth_date"), ("014-6", "task_id"), ("014-5", "addressee_no")]);
    assert!(take(&mut memory, &intake, TODAY, &rows).writes.is_empty(), "the same rows again");
    sound(&memory);
    let list = |memory: &mut Memory| ask(memory, "request-list", &json!({})).answer.unwrap().data;
    let open = list(&mut memory);
    assert_eq!(open["rows"].as_array().unwrap().len(), 1);
    assert_eq!(open["rows"][0]["request_no"], "014-2");
    assert_eq!(open["rows"][0]["candidates"][0]["addressee_no"], non_resident(1));
    let answers = [
        (json!({"request_no": "014-9"}), "ADR60"),
        (json!({"request_no": "014-1", "new_number": true}), "ADR61"),
        (json!({"request_no": "014-2"}), "ADR62"),
        (json!({"request_no": "014-2", "new_number": true, "addressee_no": number(1)}), "ADR62"),
        (json!({"request_no": "014-2", "addressee_no": number(99)}), "ADR01"),
    ];
    for (input, code) in answers {
        assert_eq!(codes(&mut memory, "request-decide", &input), [code], "{input}");
    }
    let answer = json!({"request_no": "014-2", "addressee_no": non_resident(1)});
    assert_eq!(done(&mut memory, "request-decide", &answer), non_resident(1));
    assert!(list(&mut memory)["rows"].as_array().unwrap().is_empty());
    // A newer row of an answered request is a change of the person.
    take(&mut memory, &intake, TODAY, &[request("014-2", 2, &[("lot", "55番地")])]);
    assert_eq!(inquiry(&mut memory, &non_resident(1))["addressee"]["address"], "本町55番地");
    // Flow 3 over a link: a former resident keeps the number.
    take(
        &mut memory,
        &intake,
        TODAY,
        &[request("014-7", 1, &[("addressee_no", &number(3)), ("name", ""), ("lot", "9番地")])],
    );
    let carried = inquiry(&mut memory, &number(3));
    assert_eq!(carried["addressee"]["class_label"], "住登外");
    assert_eq!(carried["addressee"]["address"], "本町9番地");
    sound(&memory);
}

#[test]
fn a_task_closes_a_number_over_a_link() {
    let own = non_resident(1);
    let (here, gone) = (number(1), number(3));
    // (items of the closing, the item refused, else 削除事由 and 名寄せ先)
    type Items<'a> = Vec<(&'static str, &'a str)>;
    let cases: Vec<(Items<'_>, &str, &str)> = vec![
        (vec![("closing_reason", "2"), ("closed_on", "2026-11-01")], "", "死亡"),
        (vec![("closing_reason", "1"), ("closed_on", "2026-11-01"), ("resident_no", &here)], "", "住民化"),
        (vec![("closing_reason", "1"), ("closed_on", "2026-11-01")], "resident_no", ""),
        (
            vec![("closing_reason", "2"), ("closed_on", "2026-11-01"), ("resident_no", &here)],
            "resident_no",
            "",
        ),
        (
            vec![("closing_reason", "1"), ("closed_on", "2026-11-01"), ("resident_no", &gone)],
            "addressee_no",
            "",
        ),
        (vec![("closing_reason", "2"), ("closed_on", "2026-11-21")], "closed_on", ""),
        (vec![("closing_reason", "2"), ("closed_on", "")], "closed_on", ""),
        (vec![("closing_reason", "7"), ("closed_on", "2026-11-01")], "closing_reason", ""),
        (
            vec![("addressee_no", ""), ("closing_reason", "2"), ("closed_on", "2026-11-01")],
            "addressee_no",
            "",
        ),
    ];
    for (items, refused, reason) in cases {
        let mut memory = town();
        let requests = intake("non-residents");
        take(&mut memory, &requests, TODAY, &[request("014-1", 1, &[])]);
        let mut more = vec![("addressee_no", own.as_str())];
        more.extend(items.clone());
        let applied = take(&mut memory, &requests, TODAY, &[request("014-9", 1, &more)]);
        assert_eq!(applied.refused.first().map_or("", |row| row.item.as_str()), refused, "{items:?}");
        let data = inquiry(&mut memory, &own);
        assert_eq!(
            data["addressee"]["closing_reason_label"].as_str().unwrap_or_default(),
            reason,
            "{items:?}"
        );
        let main = data["merges"][0]["main_no"].as_str().unwrap_or_default();
        assert_eq!(main, if reason == "住民化" { here.as_str() } else { "" }, "{items:?}");
        sound(&memory);
    }
}
