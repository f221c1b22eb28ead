//! What others read: search, inquiries, certificates, the dataset, first loads.

use domain::{RegisterDate, Sex};
use register::Body;
use serde_json::{Value, json};
use system::{Fate, Row};

use crate::cases::usual;
use crate::town::{Described, Town};

fn person<'a>(name: &'a str, relation: &'a str, sex: Sex, birth: &str) -> Described<'a> {
    Described { name, relation, sex, birth: RegisterDate::parse_input(birth).unwrap() }
}

/// Two households, and one person who has moved out.
fn town() -> Town {
    let mut town = Town::new();
    town.pool(10);
    town.household(
        "1番地2",
        &[
            person("渡邊　太郎", "世帯主", Sex::Male, "1985-04-01"),
            person("渡邊　花子", "妻", Sex::Female, "1986-05-02"),
        ],
    );
    town.household("30番地", &[person("髙橋　一郎", "世帯主", Sex::Male, "M45-07-30")]);
    town.household("40番地", &[person("吉田　次郎", "世帯主", Sex::Male, "1990-12-31")]);
    let mut out = usual("move-out", town.today);
    out["targets"] = json!([town.people["吉田　次郎"].as_str()]);
    let entered = town.run("move-out", "clerk", &out, true);
    let no = entered.outcome.opens.unwrap();
    assert!(town.run("finalize", "reviewer", &json!({ "provisional_no": no }), true).committed);
    town
}

fn answer(town: &mut Town, function: &str, input: &Value) -> Value {
    let ran = town.run(function, "clerk", input, true);
    assert!(ran.findings.is_empty(), "{:?}", ran.findings);
    ran.outcome.answer.unwrap().data
}

#[test]
fn the_search_box_understands_what_is_asked_at_the_counter() {
    let mut town = town();
    let taro = town.people["渡邊　太郎"];
    for (asked, wanted) in [
        ("渡辺太郎", "渡邊　太郎"), // variants and the missing space make no difference
        ("渡邊", "渡邊　太郎 渡邊　花子"), // a fragment
        ("渡边", "渡邊　太郎 渡邊　花子"),
        ("高橋", "髙橋　一郎"),
        ("わたなべ", ""), // the loaded reading is ヤマダ
        ("やまだ", "渡邊　太郎 渡邊　花子 髙橋　一郎"),
        ("ヤマタ 1985-04-01", "渡邊　太郎"), // voiced marks make no difference; all words must fit
        ("S60.4.1", "渡邊　太郎"),
        ("昭和60年4月1日", "渡邊　太郎"),
        ("19850401", "渡邊　太郎"),
        ("1912-07-30", "髙橋　一郎"), // the day of two eras is found in either spelling
        ("M45.7.30", "髙橋　一郎"),
        ("字浜30番地", "髙橋　一郎"),
        ("１番地２", "渡邊　太郎 渡邊　花子"), // full-width digits
        (taro.as_str(), "渡邊　太郎"),
        ("吉田", ""), // has moved out
    ] {
        let found = answer(&mut town, "search", &json!({ "q": asked }));
        let names: Vec<&str> =
            found["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
        assert_eq!(names.join(" "), wanted, "{asked}");
    }
    let former = answer(&mut town, "search", &json!({ "q": "吉田", "include_former": true }));
    assert_eq!(former["rows"][0]["status_label"], "転出者");
    let by_items =
        answer(&mut town, "search", &json!({ "name": "花子", "address": "字浜", "birth_date": "S61.5.2" }));
    assert_eq!(by_items["count"], 1);
    let refused = town.run("search", "clerk", &json!({ "q": "　" }), true);
    assert_eq!(refused.codes(), ["D006"]);
    for (from, to, codes) in [
        ("2000-01-01", "1990-01-01", &["D087"][..]),
        ("1985-04-01", "1985-04-01", &[]),
        ("1985-04-01", "", &[]),
        ("", "1985-04-01", &[]),
    ] {
        let ran = town.run("search", "clerk", &json!({ "birth_from": from, "birth_to": to }), true);
        assert_eq!(ran.codes(), codes, "{from} {to}");
    }
}

#[test]
fn a_number_finds_its_holder_and_is_not_repeated() {
    let mut town = town();
    let held = town.person("渡邊　太郎");
    let code = held.resident_record_code.unwrap().expose().to_owned();
    let number = held.individual_number.unwrap().expose().to_owned();
    for (asked, wanted) in [
        (json!({ "resident_record_code": code }), 1),
        (json!({ "individual_number": number }), 1),
        (json!({ "individual_number": number, "resident_record_code": code }), 1),
        (json!({ "individual_number": number, "resident_record_code": "23057188464" }), 0),
        (json!({ "individual_number": "983205673214" }), 0),
    ] {
        let found = answer(&mut town, "number-search", &asked);
        assert_eq!(found["count"], wanted, "{asked}");
        let told = found.to_string();
        assert!(!told.contains(&code) && !told.contains(&number));
    }
    assert_eq!(town.run("number-search", "clerk", &json!({}), true).codes(), ["D006"]);
}

#[test]
fn a_search_says_when_there_are_more() {
    let mut town = Town::new();
    let names: Vec<String> = (0..201).map(|n| format!("同居　{n}")).collect();
    let members: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(n, name)| person(name, if n == 0 { "世帯主" } else { "同居人" }, Sex::Male, "1980-01-01"))
        .collect();
    town.household("1番地", &members);
    let found = answer(&mut town, "search", &json!({ "q": "同居" }));
    assert_eq!((found["count"].as_u64(), found["more"].as_bool()), (Some(200), Some(true)));
}

#[test]
fn no_inquiry_shows_a_number_in_clear() {
    let mut town = town();
    let held = town.person("渡邊　太郎");
    let (code, number) = (held.resident_record_code.unwrap(), held.individual_number.unwrap());
    let no = json!({ "addressee_no": held.addressee_no });
    let inquiries = [
        ("person", no.clone()),
        ("history", no.clone()),
        ("household", json!({ "household_no": held.household_no })),
        ("search", json!({ "q": "渡邊" })),
    ];
    for (function, input) in inquiries {
        let text = answer(&mut town, function, &input).to_string();
        assert!(!text.contains(code.expose()) && !text.contains(number.expose()), "{function}");
    }
    let refused = town.run("show-number", "clerk", &no, true);
    assert_eq!(refused.codes(), ["E124"]);
    let input =
        json!({ "addressee_no": held.addressee_no, "purpose": "task", "purpose_detail": "国民健康保険" });
    assert_eq!(answer(&mut town, "show-number", &input)["individual_number"], number.expose());
}

#[test]
fn a_provisional_movement_keeps_the_numbers_sealed_and_is_listed() {
    let mut town = town();
    let entered = town.run("move-in", "clerk", &usual("move-in", town.today), true);
    let no = entered.outcome.opens.unwrap();
    let list = answer(&mut town, "provisional-list", &json!({}));
    assert_eq!(list["rows"][0]["provisional_no"], json!(no));
    assert_eq!(
        list["rows"][0]["summary"],
        "国内転入　転入　太郎　令和8年4月1日　架空県みなと郡台帳町字浜100番地"
    );
    assert!(!list.to_string().contains("123456789018"));
    assert!(resident_register::records::PROVISIONAL.is_sealed("input"));
    let none = answer(&mut town, "provisional-list", &json!({ "entered_by": "somebody" }));
    assert_eq!(none["count"], 0);
    let one = answer(&mut town, "provisional-list", &json!({ "provisional_no": no, "status": "final" }));
    assert_eq!(one["count"], 1);
}

#[test]
fn the_reviewer_sees_what_each_row_changes_and_no_number() {
    let mut town = town();
    let mut input = usual("move-within", town.today);
    input["targets"] = json!([town.people["渡邊　太郎"]]);
    let entered = town.run("move-within", "clerk", &input, true);
    let ran = town.run("finalize", "reviewer", &json!({ "provisional_no": entered.outcome.opens }), true);
    let data = ran.outcome.answer.unwrap().data;
    let change = |row: usize, item: &str| {
        let changes = data["rows"][row]["changes"].as_array().unwrap();
        changes
            .iter()
            .find(|change| change["name"] == item)
            .map(|change| change["after"].clone())
            .unwrap_or_default()
    };
    assert_eq!(change(0, "address"), "架空県みなと郡台帳町字浜200番地");
    assert_eq!(change(1, "relation"), "世帯主"); // who stays alone becomes the head
    assert_eq!(data["rows"].as_array().unwrap().len(), 2);

    let entered = town.run("move-in", "clerk", &usual("move-in", town.today), true);
    let ran = town.run("finalize", "reviewer", &json!({ "provisional_no": entered.outcome.opens }), true);
    let data = ran.outcome.answer.unwrap().data;
    assert_eq!(data["rows"][0]["is_new"], true);
    assert!(!data.to_string().contains("123456789018") && !data.to_string().contains("23057188464"));
}

#[test]
fn the_history_tells_what_each_row_changed() {
    let mut town = town();
    let no = town.people["吉田　次郎"];
    let history = answer(&mut town, "history", &json!({ "addressee_no": no }));
    let rows = history["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["movement_reason"], "国内転出");
    assert_eq!(rows[0]["operator"], "reviewer");
    let changed: Vec<&str> = rows[0]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["title"].as_str().unwrap())
        .collect();
    assert_eq!(
        changed,
        ["住民状態", "消除事由", "消除の異動年月日", "消除の届出年月日", "転出予定年月日", "転出先（予定）"]
    );
    assert_eq!(rows[1]["changes"], json!([]));
}

#[test]
fn a_household_shows_those_who_left_and_what_is_pending() {
    let mut town = town();
    let (taro, hanako) = (town.people["渡邊　太郎"], town.people["渡邊　花子"]);
    let mut death = usual("death", town.today);
    death["targets"] = json!([hanako]);
    let entered = town.run("death", "clerk", &death, true);
    let household = json!({ "household_no": town.person("渡邊　太郎").household_no });
    let before = answer(&mut town, "household", &household);
    assert_eq!(before["members"][1]["pending"]["title"], "死亡");
    assert_eq!(before["members"][1]["deleted"], false);
    town.run("finalize", "reviewer", &json!({ "provisional_no": entered.outcome.opens }), true);
    let after = answer(&mut town, "household", &household);
    assert_eq!(after["members"][0]["addressee_no"], json!(taro));
    assert_eq!(after["members"][1]["deleted"], true);
    assert_eq!(after["members"][1]["status_label"], "死亡者");
    let closed = json!({ "household_no": town.person("吉田　次郎").household_no });
    assert_eq!(answer(&mut town, "household", &closed)["closed"], true);
}

#[test]
fn a_copy_leaves_out_what_nobody_asked_for_and_has_a_number_of_its_own() {
    let mut town = town();
    let (taro, hanako) = (town.people["渡邊　太郎"], town.people["渡邊　花子"]);
    let mut input = json!({
        "request": "self", "requested_by": "渡邊　太郎", "copies": "2", "targets": [hanako, taro], "with_relation": true,
    });
    let ran = town.run("issue-copy", "clerk", &input, true);
    assert_eq!(ran.codes(), Vec::<String>::new());
    let documents = &ran.outcome.documents;
    assert_eq!(documents.len(), 2);
    let first = &documents[0].data;
    assert_eq!(first["persons"][0]["name"]["text"], "渡邊　太郎"); // the order of the household, not of the request
    assert_eq!(first["persons"][0]["relation"], json!({ "text": "世帯主" }));
    assert_eq!(first["persons"][0]["individual_number"], "omitted");
    assert_eq!(first["persons"][0]["nationality"]["japanese"]["registered_domicile"], "omitted");
    assert_eq!(first["persons"][0]["address_since"], "blank");
    assert_eq!(first["scope"], "whole");
    assert_eq!(first["issue_number"], "20260401 みなと郡台帳町 本庁1 プリンタ001 000001");
    assert_eq!(documents[1].data["issue_number"], "20260401 みなと郡台帳町 本庁1 プリンタ001 000002");
    assert_eq!(first["attestation"]["office"], "架空県台帳町長");

    town.today = jiff::civil::date(2026, 4, 2);
    input["copies"] = json!("");
    let next_day = town.run("issue-copy", "clerk", &input, true);
    assert_eq!(
        next_day.outcome.documents[0].data["issue_number"],
        "20260402 みなと郡台帳町 本庁1 プリンタ001 000001"
    );

    for (change, wanted) in [
        (json!({ "request": "third-party", "purpose": "債権", "with_individual_number": true }), "E153"),
        (json!({ "targets": [taro, town.people["髙橋　一郎"]] }), "D001"),
        (json!({ "targets": [town.people["吉田　次郎"]] }), "E157"),
        (json!({ "targets": [] }), "E124"),
        (json!({ "copies": "21" }), "F005"),
        (json!({ "copies": "二" }), "F005"),
    ] {
        let mut changed = input.clone();
        for (name, value) in change.as_object().unwrap() {
            changed[name] = value.clone();
        }
        let ran = town.run("issue-copy", "clerk", &changed, true);
        assert_eq!(ran.codes(), [wanted], "{change}");
        assert!(!ran.committed);
    }
    town.municipality["attester_name"] = json!("");
    assert_eq!(town.run("issue-copy", "clerk", &input, true).codes(), ["E155"]);
}

#[test]
fn a_copy_has_the_persons_own_address_and_no_head_who_is_gone() {
    let mut town = Town::new();
    let born = RegisterDate::parse_input("1980-01-01").unwrap();
    let member = |name, relation, sex| Described { name, relation, sex, birth: born };
    town.household(
        "1番地",
        &[
            member("太郎", "世帯主", Sex::Male),
            member("花子", "妻", Sex::Female),
            member("一郎", "弟", Sex::Male),
        ],
    );
    town.household("9番地", &[member("次郎", "世帯主", Sex::Male)]);
    let final_of = |town: &mut Town, function: &str, words: &Value| {
        let mut input = usual(function, town.today);
        for (name, value) in words.as_object().unwrap() {
            input[name] = value.clone();
        }
        let entered = town.run(function, "clerk", &input, true);
        assert!(entered.committed, "{:?}", entered.codes());
        let no = entered.outcome.opens.unwrap();
        let ran = town.run("finalize", "reviewer", &json!({ "provisional_no": no }), true);
        assert!(ran.committed, "{:?}", ran.codes());
    };
    let people = town.people.clone();
    // Another building on the same lot: one household, two addresses.
    let words = json!({
        "targets": [people["一郎"]], "household_no": town.person("次郎").household_no, "lot": "9番地",
        "building": "離れ", "relations": [{ "addressee_no": people["一郎"], "relation": "縁故者" }],
    });
    final_of(&mut town, "move-within", &words);
    let ask = |targets: Value| {
        json!({
            "request": "self", "requested_by": "山田　次郎", "copies": "１", "targets": targets,
            "with_relation": true,
        })
    };
    let both = town.run("issue-copy", "clerk", &ask(json!([people["次郎"], people["一郎"]])), true);
    assert_eq!(both.codes(), ["D008"]);
    let one = town.run("issue-copy", "clerk", &ask(json!([people["一郎"]])), true);
    assert_eq!(one.codes(), Vec::<String>::new());
    let address = one.outcome.documents[0].data["address"]["text"].as_str().unwrap().to_owned();
    assert!(address.ends_with("9番地　離れ"), "{address}");

    let words = json!({ "household_no": town.person("太郎").household_no, "relations": [
        { "addressee_no": people["太郎"], "relation": "同居人" },
        { "addressee_no": people["花子"], "relation": "同居人" },
    ]});
    final_of(&mut town, "head-change", &words);
    let headless = town.run("issue-copy", "clerk", &ask(json!([people["花子"]])), true);
    assert_eq!(headless.codes(), ["A082"]);
    assert_eq!(headless.outcome.documents[0].data["head"], "blank");
}

#[test]
fn the_dataset_says_what_the_record_says() {
    let town = town();
    let dataset = &town.system.datasets[0];
    let view = town.view();
    let names = dataset.names();
    assert!(!names.contains(&"individual_number") && !names.contains(&"resident_record_code"));
    let mut rows = 0;
    view.scan(dataset.kind, None, &mut |stored| {
        let person = stored.typed::<resident_register::records::Person>()?.record;
        let mut row = Row::new();
        assert_eq!((dataset.row)(&*view, stored, &mut row)?, Fate::Row);
        assert_eq!(row.len(), names.len());
        let body: Value = Body::of(&person)?.value()?;
        for (name, value) in names.iter().zip(row.values()) {
            let wanted = match *name {
                "relation_codes" => person.relation.code_text(),
                "prev_address" | "dest_address_planned" => {
                    let address = if *name == "prev_address" {
                        &person.prev_address
                    } else {
                        &person.dest_address_planned
                    };
                    address.as_ref().map(domain::Address::one_line).unwrap_or_default()
                }
                "prefecture" | "municipality" | "town" | "lot" | "building" | "postcode" | "town_code" => {
                    body["address"][name].as_str().unwrap_or_default().to_owned()
                }
                _ => match &body[name] {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => String::new(),
                },
            };
            assert_eq!(value, wanted, "{name} of {person:?}");
        }
        rows += 1;
        Ok(std::ops::ControlFlow::Continue(()))
    })
    .unwrap();
    assert_eq!(rows, 4);
}

#[test]
fn every_function_has_a_form_without_double_names() {
    for function in resident_register::system().functions {
        let mut names = Vec::new();
        for section in &function.form.sections {
            match section.repeat_max {
                Some(_) => names.push(section.name),
                None => names.extend(section.fields.iter().map(|field| field.name)),
            }
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{}", function.id);
    }
}

#[test]
fn an_empty_pool_stops_a_birth_and_a_low_one_is_told() {
    let mut town = Town::new();
    town.household("1番地", &[person("太郎", "世帯主", Sex::Male, "1990-01-01")]);
    let mut birth = usual("birth", town.today);
    birth["household_no"] = json!(town.person("太郎").household_no);
    birth["members"][0]["parent_no"] = json!(town.people["太郎"]);
    assert_eq!(town.run("birth", "clerk", &birth, true).codes(), ["E035"]);
    town.pool(1);
    let entered = town.run("birth", "clerk", &birth, true);
    assert_eq!(entered.codes(), ["A034"]);
    let no = json!({ "provisional_no": entered.outcome.opens });
    assert!(town.run("finalize", "reviewer", &no, true).committed);
    assert_eq!(town.run("birth", "clerk", &birth, true).codes(), ["E035"]);
    assert_eq!(town.run("finalize", "reviewer", &no, true).codes(), ["D003"]);
    assert_eq!(town.contradictions(), Vec::<String>::new());
}
