//! What certificates and letters say, and what the history of issuance keeps of them.

use domain::{RegisterDate, Sex};
use register::CommitError;
use resident_register::records::ISSUANCE;
use serde_json::{Value, json};

use crate::cases::{foreigner, usual};
use crate::town::{Described, Ran, Town};

fn town() -> Town {
    let mut town = Town::new();
    town.pool(20);
    let member = |name, relation, sex, birth| Described {
        name,
        relation,
        sex,
        birth: RegisterDate::parse_input(birth).unwrap(),
    };
    town.household(
        "1番地",
        &[
            member("太郎", "世帯主", Sex::Male, "1980-01-01"),
            member("花子", "妻", Sex::Female, "1982-02-02"),
            member("一郎", "子", Sex::Male, "2010-03-03"),
        ],
    );
    town
}

fn input(town: &Town, function: &str, words: Value) -> Value {
    let mut input = usual(function, town.today);
    for (name, value) in words.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

/// Runs a function; alerts are confirmed.
fn done(town: &mut Town, function: &str, words: Value) -> Ran {
    let input = input(town, function, words);
    let ran = town.run(function, "clerk", &input, true);
    assert!(ran.committed, "{function}: {:?}", ran.findings);
    ran
}

fn final_of(town: &mut Town, function: &str, words: Value) {
    let no = json!({ "provisional_no": done(town, function, words).outcome.opens });
    let ran = town.run("finalize", "reviewer", &no, true);
    assert!(ran.committed, "{:?}", ran.findings);
}

/// The data of the one document a function prints.
fn printed(town: &mut Town, function: &str, words: Value) -> Value {
    let mut ran = done(town, function, words);
    assert_eq!(ran.outcome.documents.len(), 1);
    ran.outcome.documents.remove(0).data
}

fn listed(town: &mut Town, words: Value) -> Vec<Value> {
    let ran = town.run("issuance-list", "clerk", &words, true);
    assert!(ran.findings.is_empty(), "{:?}", ran.findings);
    ran.outcome.answer.unwrap().data["rows"].as_array().unwrap().clone()
}

/// The items of an item certificate, by label.
fn item(data: &Value, label: &str) -> Option<Value> {
    let persons = data["persons"].as_array().unwrap().iter().flat_map(|one| one["rows"].as_array().unwrap());
    let mut rows = data["facts"].as_array().unwrap().iter().chain(persons);
    rows.find_map(|row| row.as_array().unwrap().iter().find(|item| item["label"] == label).cloned())
        .map(|item| item["value"].clone())
}

#[test]
fn a_copy_of_a_deleted_record_says_why_when_and_where_to() {
    let mut town = town();
    let people = town.people.clone();
    final_of(&mut town, "move-out", json!({ "targets": [people["一郎"]] }));
    final_of(&mut town, "death", json!({ "targets": [people["花子"]], "event_date": "2026-03-31" }));
    let copy = printed(&mut town, "issue-former-copy", json!({ "targets": [people["一郎"]] }));
    assert_eq!((&copy["title"], &copy["scope"]), (&json!("除票の写し"), &json!("none")));
    assert_eq!(copy["attestation"]["text"], "この写しは、除票の原本と相違ないことを証明する。");
    let deletion = &copy["persons"][0]["deletion"];
    assert_eq!(deletion["reason"]["text"], "国内転出");
    assert_eq!(deletion["event_date"]["text"], "令和8年4月1日");
    assert_eq!(deletion["notified_on"]["text"], "令和8年4月1日届出");
    assert_eq!(deletion["moved"]["planned"]["text"], "架空県河原市");
    assert_eq!(deletion["moved"]["confirmed"], "blank");
    final_of(&mut town, "move-in-notice", json!({ "targets": [people["一郎"]] }));
    let copy = printed(&mut town, "issue-former-copy", json!({ "targets": [people["一郎"]] }));
    let moved = &copy["persons"][0]["deletion"]["moved"];
    assert_eq!(moved["confirmed"]["text"], "架空県河原市本町5番地");
    assert_eq!(moved["confirmed_on"]["text"], "令和8年4月1日");
    let words = json!({ "targets": [people["一郎"]], "omit_destination": true });
    let copy = printed(&mut town, "issue-former-copy", words);
    assert!(!copy.to_string().contains("河原市"), "{copy}");
    let copy = printed(&mut town, "issue-former-copy", json!({ "targets": [people["花子"]] }));
    let deletion = &copy["persons"][0]["deletion"];
    assert_eq!((&deletion["reason"]["text"], &deletion["moved"]), (&json!("死亡"), &Value::Null));
    assert_eq!(copy["persons"][0]["relation"], "omitted");
}

#[test]
fn the_record_before_a_return_is_printed_as_it_was_and_the_new_one_tells_nothing_of_it() {
    let mut town = town();
    let taro = town.people["太郎"];
    final_of(&mut town, "move-out", json!({ "targets": [taro] }));
    town.today = jiff::civil::date(2026, 4, 15);
    final_of(&mut town, "move-in-notice", json!({ "targets": [taro], "event_date": "2026-04-03" }));
    town.today = jiff::civil::date(2026, 10, 1);
    let mut back = usual("move-in", town.today)["members"].clone();
    for (name, value) in [("family_name", "佐藤"), ("birth_date", "1980-01-01")] {
        back[0][name] = json!(value);
    }
    back[0]["addressee_no"] = json!(taro);
    back[0]
        .as_object_mut()
        .unwrap()
        .retain(|name, _| !name.ends_with("_code") && name != "individual_number");
    final_of(&mut town, "move-in", json!({ "members": back }));
    let words = json!({ "targets": [taro], "record": "ended", "history_no": "2", "with_history": true });
    let copy = printed(&mut town, "issue-former-copy", words);
    let person = &copy["persons"][0];
    assert_eq!(copy["address"]["text"], "架空県みなと郡台帳町字浜1番地");
    assert_eq!(person["deletion"]["reason"]["text"], "国内転出");
    // The 転入通知 came after the deletion and stands on the record.
    assert_eq!(person["deletion"]["moved"]["confirmed_on"]["text"], "令和8年4月3日");
    assert!(!copy.to_string().contains("佐藤"), "{copy}");
    let copy = printed(&mut town, "issue-copy", json!({ "targets": [taro], "with_history": true }));
    let lines = copy["persons"][0]["blocks"][0]["lines"].as_array().unwrap().clone();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(!lines[0].as_str().unwrap().contains("従前の氏名"), "{lines:?}");
}

#[test]
fn the_record_before_a_renewal_is_printed_as_it_was() {
    let mut town = town();
    let taro = town.people["太郎"];
    final_of(&mut town, "renewal", json!({ "targets": [taro] }));
    town.today = jiff::civil::date(2026, 5, 1);
    final_of(&mut town, "move-within", json!({ "targets": [taro] }));
    let words = json!({ "targets": [taro], "record": "ended", "with_history": true });
    let copy = printed(&mut town, "issue-former-copy", words);
    assert_eq!(copy["address"]["text"], "架空県みなと郡台帳町字浜1番地");
    assert_eq!(copy["persons"][0]["deletion"]["reason"]["text"], "改製");
    let lines = copy["persons"][0]["blocks"][0]["lines"].as_array().unwrap().clone();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].as_str().unwrap().starts_with("令和8年4月1日改製"));
    // The new record begins with an empty history.
    let copy = printed(&mut town, "issue-copy", json!({ "targets": [taro], "with_history": true }));
    let lines = copy["persons"][0]["blocks"][0]["lines"].as_array().unwrap().clone();
    assert!(lines.iter().all(|line| !line.as_str().unwrap().contains("国内転入")), "{lines:?}");
    let moved = lines.last().unwrap().as_str().unwrap();
    assert!(moved.ends_with("従前の住所 架空県みなと郡台帳町字浜1番地"), "{moved}");
}

#[test]
fn the_history_is_printed_on_request_and_tells_no_special_reason_unasked() {
    let mut town = town();
    let hanako = town.people["花子"];
    let correction = json!({ "targets": [hanako], "given_name": "華子", "name_kana": "ヤマダ　ハナコ", "note": "氏名の字体" });
    final_of(&mut town, "correction", correction);
    let special = json!({ "targets": [hanako], "name_kana": "ヤマダ　カコ", "note": "特別養子縁組届による" });
    final_of(&mut town, "correction", special);
    final_of(&mut town, "move-out", json!({ "targets": [hanako], "event_date": "2026-04-10" }));
    let blocks = |town: &mut Town, words: Value| {
        let mut asked = json!({ "targets": [hanako] });
        for (name, value) in words.as_object().unwrap() {
            asked[name] = value.clone();
        }
        printed(town, "issue-copy", asked)["persons"][0]["blocks"].clone()
    };
    assert_eq!(blocks(&mut town, json!({})), json!([]));
    let all = json!({ "with_history": true, "with_notes": true });
    let shown = blocks(&mut town, all).to_string();
    assert!(shown.contains("国内転入") && shown.contains("従前の氏名 山田　花子"), "{shown}");
    assert!(shown.contains("職権修正　氏名の字体"), "{shown}");
    assert!(!shown.contains("特別養子") && !shown.contains("国内転出"), "{shown}");
    let all = json!({ "with_history": true, "with_notes": true, "with_special_history": true, "with_move_out_plan": true });
    let shown = blocks(&mut town, all).to_string();
    assert!(shown.contains("特別養子") && shown.contains("国内転出"), "{shown}");
    // The plan itself is a remark, before the day only when it was asked for.
    for (asked, remarks) in [(false, json!([])), (true, json!(["令和8年4月10日 架空県河原市へ転出予定"]))]
    {
        let words = json!({ "targets": [hanako], "with_move_out_plan": asked });
        assert_eq!(printed(&mut town, "issue-copy", words)["persons"][0]["remarks"], remarks);
    }
}

#[test]
fn a_change_of_sex_is_a_special_reason_whatever_its_words() {
    let mut town = town();
    let ichiro = town.people["一郎"];
    let change = json!({ "targets": [ichiro], "sex": "2", "note": "戸籍の通知による" });
    final_of(&mut town, "correction", change);
    for (special, told) in [(false, false), (true, true)] {
        let words = json!({
            "targets": [ichiro], "with_history": true, "with_notes": true, "with_special_history": special,
        });
        let copy = printed(&mut town, "issue-copy", words).to_string();
        assert_eq!(copy.contains("職権修正"), told, "{copy}");
        assert_eq!(copy.contains("戸籍の通知による"), told, "{copy}");
    }
}

#[test]
fn names_in_daily_use_are_told_with_their_days_when_asked_for() {
    let mut town = town();
    let words = json!({ "members": [{
        "resident_kind": "2", "name_roman": "ＬＥＥ　ＡＮＮ", "birth_date": "1990-06-01", "sex": "2",
        "relation": "世帯主", "nationality": "韓国", "nationality_code": "KOR", "art30_45_class": "01",
        "status_of_residence": "T63", "stay_period": "3年", "stay_expires_on": "2028-06-01",
        "residence_card_no": "AB12345678CD", "resident_record_code": "23057188464",
        "individual_number": "123456789018",
    }]});
    final_of(&mut town, "move-in", words);
    town.learn();
    let ann = town.people.iter().find(|(name, _)| name.contains("ＬＥＥ")).map(|(_, no)| *no).unwrap();
    let alias = json!({ "name_kind": "57", "targets": [ann], "alias_name": "山本　杏", "alias_kana": "ヤマモト　アン" });
    final_of(&mut town, "alias", alias);
    let copy = printed(&mut town, "issue-copy", json!({ "targets": [ann] }));
    assert_eq!(copy["persons"][0]["nationality"]["foreign"]["alias"]["text"], "山本　杏");
    assert_eq!(copy["persons"][0]["blocks"], json!([]));
    let copy = printed(&mut town, "issue-copy", json!({ "targets": [ann], "with_alias_history": true }));
    let block = &copy["persons"][0]["blocks"][0];
    assert_eq!(block["title"], "通称の履歴");
    assert!(block["lines"][0].as_str().unwrap().starts_with("山本　杏（令和8年4月1日記載"), "{block}");
}

#[test]
fn recorded_items_are_the_chosen_ones_and_no_others() {
    let mut town = town();
    let taro = town.people["太郎"];
    let words = json!({ "targets": [taro], "lot": "5番地", "building": "浜荘　101号" });
    final_of(&mut town, "move-within", words);
    let words = json!({ "targets": [taro], "with_birth_date": true });
    let data = printed(&mut town, "issue-items", words);
    assert_eq!(item(&data, "住所"), Some(json!({ "text": "架空県みなと郡台帳町字浜5番地　浜荘　101号" })));
    assert_eq!(item(&data, "生年月日"), Some(json!({ "text": "昭和55年1月1日" })));
    for label in ["性別", "続柄", "本籍", "住民票コード", "個人番号", "世帯主", "前住所"]
    {
        assert_eq!(item(&data, label), None, "{label}");
    }
    let held = town.person("太郎");
    assert!(!data.to_string().contains(held.individual_number.unwrap().expose()));
    let words = json!({ "targets": [taro], "omit_building": true });
    let data = printed(&mut town, "issue-items", words);
    assert_eq!(item(&data, "住所"), Some(json!({ "text": "架空県みなと郡台帳町字浜5番地" })));
    assert_eq!(data["attestation"]["text"], "上記の事項は、住民票に記載されていることを証明する。");
}

#[test]
fn a_move_out_certificate_issued_again_says_what_the_first_said() {
    let mut town = town();
    let people = town.people.clone();
    let who = json!([people["太郎"], people["花子"], people["一郎"]]);
    final_of(&mut town, "move-out", json!({ "targets": who, "event_date": "2026-04-10" }));
    let first = printed(&mut town, "issue-move-out-certificate", json!({ "targets": who }));
    assert_eq!(first["marks"], json!([]));
    assert_eq!(item(&first, "転出先"), Some(json!({ "text": "架空県河原市" })));
    assert_eq!(item(&first, "転出予定年月日"), Some(json!({ "text": "令和8年4月10日" })));
    assert_eq!(item(&first, "続柄"), Some(json!({ "text": "世帯主" })));
    let held = town.person("太郎");
    assert_eq!(item(&first, "個人番号"), Some(json!({ "text": held.individual_number.unwrap().expose() })));
    // A correction and the day itself come in between.
    final_of(
        &mut town,
        "correction",
        json!({ "targets": [people["花子"]], "name_kana": "ヤマダ　カコ", "kana_attested": "1" }),
    );
    town.today = jiff::civil::date(2026, 4, 10);
    let ran = town.run("move-out-day", "clerk", &json!({}), true);
    assert!(ran.committed, "{:?}", ran.findings);
    let again = printed(&mut town, "issue-move-out-certificate", json!({ "targets": who, "reissue": true }));
    assert_eq!(again["marks"], json!(["再交付"]));
    assert_eq!((&again["facts"], &again["persons"]), (&first["facts"], &first["persons"]));
    assert_ne!(again["issue_number"], first["issue_number"]);
    let rows = listed(&mut town, json!({ "addressee_no": people["花子"], "certificate": "転出証明書" }));
    assert_eq!(rows[0]["reissue_of"], first["issue_number"]);
    // A spoilt first one is issued anew, not again.
    let spoilt = json!({ "issue_number": again["issue_number"] });
    done(&mut town, "issuance-dispose", spoilt);
    done(&mut town, "issuance-dispose", json!({ "issue_number": first["issue_number"] }));
    let anew = printed(&mut town, "issue-move-out-certificate", json!({ "targets": who }));
    assert!(anew["marks"] == json!([]) && anew.to_string().contains("ヤマダ　カコ"));
}

/// The next municipality has it all already: the paper, if somebody wants it, says so, before the day and after it.
#[test]
fn a_certificate_of_a_special_move_out_bears_its_mark() {
    let mut town = town();
    let who = json!([town.people["太郎"]]);
    let special =
        json!({ "targets": who, "event_date": "2026-04-10", "special": true, "card_checked": true });
    final_of(&mut town, "move-out", special);
    let mark = json!(["特例による転出処理済"]);
    assert_eq!(printed(&mut town, "issue-move-out-certificate", json!({ "targets": who }))["marks"], mark);
    town.today = jiff::civil::date(2026, 4, 10);
    assert!(town.run("move-out-day", "clerk", &json!({}), true).committed);
    let again = json!({ "targets": who, "reissue": true });
    assert_eq!(
        printed(&mut town, "issue-move-out-certificate", again)["marks"],
        json!(["特例による転出処理済", "再交付"])
    );
}

#[test]
fn no_letter_tells_a_new_address_or_a_hidden_one() {
    let mut town = town();
    let people = town.people.clone();
    final_of(&mut town, "move-within", json!({ "targets": [people["花子"]], "lot": "777番地" }));
    let words = json!({ "kind": "movement-accepted", "targets": [people["花子"]] });
    let letter = printed(&mut town, "issue-letter", words);
    assert!(!letter.to_string().contains("777番地"), "{letter}");
    assert_eq!(letter["recipient"]["address"], "架空県みなと郡台帳町字浜1番地");
    assert_eq!(letter["recipient"]["name"], "山田　花子　様");
    done(&mut town, "support-apply", json!({ "applicant": people["花子"] }));
    let out = json!({ "targets": [people["花子"]], "dest_town": "隠町", "dest_lot": "888番地" });
    final_of(&mut town, "move-out", out);
    let words = json!({ "kind": "move-in-inquiry", "targets": [people["花子"]] });
    let letter = printed(&mut town, "issue-letter", words);
    assert_eq!(letter["recipient"]["name"], "住民基本台帳担当課　御中");
    assert_eq!(letter["recipient"]["address"], "架空県河原市");
    let text = letter.to_string();
    assert!(!text.contains("777番地") && !text.contains("888番地") && text.contains("住所非表示"), "{text}");
}

#[test]
fn a_move_out_certificate_tells_when_and_where_a_name_in_daily_use_was_recorded() {
    let mut town = town();
    let mut foreigner = foreigner("ＬＥＥ　ＡＮＮ");
    for (item, value) in [
        ("alias_name", "山田　杏"),
        ("alias_recorded_on", "2020-05-01"),
        ("alias_recorded_at", "架空県河原市"),
    ] {
        foreigner[item] = json!(value);
    }
    final_of(&mut town, "move-in", json!({ "members": [foreigner] }));
    town.learn();
    let who = json!([town.people["ＬＥＥ　ＡＮＮ"]]);
    final_of(&mut town, "move-out", json!({ "targets": who }));
    let certificate = printed(&mut town, "issue-move-out-certificate", json!({ "targets": who }));
    let told = item(&certificate, "通称の記載と削除").unwrap().to_string();
    assert!(told.contains("山田　杏（令和2年5月1日記載 架空県河原市）"), "{told}");
    // The code that the next municipality reads has them as the form of 転入 calls them.
    let code = certificate["codes"][0]["payload"].as_str().unwrap();
    assert!(code.contains("alias_recorded_on,alias_recorded_at"), "{code}");
    assert!(code.contains("2020-05-01,架空県河原市"), "{code}");
}

#[test]
fn a_letter_of_the_code_carries_the_code_and_goes_to_each_person() {
    let mut town = town();
    let people = town.people.clone();
    let words = json!({ "kind": "code-notice", "targets": [people["花子"], people["太郎"]] });
    let ran = done(&mut town, "issue-letter", words);
    let documents = &ran.outcome.documents;
    assert_eq!(documents.len(), 2);
    for (document, name) in documents.iter().zip(["太郎", "花子"]) {
        let code = town.person(name).resident_record_code.unwrap();
        assert!(document.data["facts"].to_string().contains(code.expose()), "{name}");
        assert_eq!(document.template, "letter");
    }
    assert_ne!(documents[0].data["issue_number"], documents[1].data["issue_number"]);
}

/// Whoever may print letters need not be one who may see where a protected person lives.
#[test]
fn a_letter_to_a_protected_person_carries_no_address() {
    let mut town = town();
    let hanako = town.people["花子"];
    let ask = json!({ "kind": "code-notice", "targets": [hanako] });
    let recipient = |town: &mut Town| {
        let ran = town.run("issue-letter", "clerk", &ask, true);
        ran.outcome.documents[0].data["recipient"].clone()
    };
    assert_ne!(recipient(&mut town)["address"], "");
    done(&mut town, "support-apply", json!({ "applicant": hanako }));
    done(&mut town, "support-decide", json!({ "measure_no": "00000001" }));
    let blank = recipient(&mut town);
    assert_eq!((&blank["address"], &blank["postcode"]), (&json!(""), &json!("")));
    assert!(blank["name"].as_str().unwrap().contains("花子"), "{blank}");
}

/// What a person has to look at is listed and not printed; a household is one sheet, whoever of it is named.
#[test]
fn many_copies_are_issued_at_once_and_the_doubtful_ones_left_to_a_person() {
    let mut town = town();
    let birth = RegisterDate::parse_input("1985-05-05").unwrap();
    let member = |name| Described { name, relation: "世帯主", sex: Sex::Unknown, birth };
    for (lot, name) in [("11番地", "次郎"), ("12番地", "三郎"), ("13番地", "四郎")] {
        town.household(lot, &[member(name)]);
    }
    let people = town.people.clone();
    done(&mut town, "support-apply", json!({ "applicant": people["次郎"] }));
    done(&mut town, "support-decide", json!({ "measure_no": "00000001" }));
    final_of(&mut town, "death", json!({ "targets": [people["四郎"]] }));
    let list =
        ["太郎", "次郎", "花子", "三郎", "四郎", "太郎"].map(|name| people[name].to_string()).join("\n");
    let ask = |more: serde_json::Value| {
        let mut input = json!({
            "request": "official", "requested_by": "架空税務署", "purpose": "税の賦課", "numbers": format!("{list}\n12\n"),
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    for (more, sheets, printed) in [(json!({}), 2, 3), (json!({ "sheet": "individual" }), 3, 3)] {
        let ran = town.run("issue-copies", "clerk", &ask(more.clone()), false);
        assert!(ran.committed, "{:?}", ran.codes());
        let answer = ran.outcome.answer.as_ref().unwrap();
        assert_eq!(answer.data["count"], json!(sheets));
        assert!(printed <= answer.subjects.len());
        let passed: Vec<String> = answer.data["passed_over"]
            .as_array()
            .unwrap()
            .iter()
            .inspect(|row| assert!(!row["why"].as_str().unwrap().is_empty() && row["remedy"] != json!("")))
            .map(|row| format!("{} {}", row["line"], row["code"].as_str().unwrap()))
            .collect();
        assert_eq!(passed, ["2 E151", "5 E157", "7 F001"], "{more}");
        let [document] = &*ran.outcome.documents else { panic!("{} documents", ran.outcome.documents.len()) };
        let printed = document.data["sheets"].as_array().unwrap();
        let mut numbers: Vec<&str> =
            printed.iter().map(|sheet| sheet["issue_number"].as_str().unwrap()).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), sheets, "each copy has its own number");
        assert!(printed.iter().all(|sheet| sheet["official_use"] == json!(true)));
        assert_eq!(town.contradictions(), Vec::<String>::new());
    }
    for (more, code) in [
        (json!({ "purpose": "" }), "E124"),
        (json!({ "with_individual_number": true }), "E153"),
        (json!({ "numbers": vec!["1"; 1_001].join("\n") }), "F005"),
    ] {
        let ran = town.run("issue-copies", "clerk", &ask(more), false);
        assert_eq!(ran.codes(), [code]);
    }
}

#[test]
fn a_text_too_long_for_its_place_is_told_and_printed_whole_on_another_page() {
    let mut town = town();
    let taro = town.people["太郎"];
    let building = "架".repeat(140);
    final_of(&mut town, "move-within", json!({ "targets": [taro], "lot": "5番地", "building": building }));
    let words = json!({ "request": "self", "requested_by": "山田　太郎", "targets": [taro] });
    let ran = town.run("issue-copy", "clerk", &words, true);
    assert_eq!(ran.codes(), ["A156"]);
    let data = &ran.outcome.documents[0].data;
    assert_eq!(data["address"]["text"], "（別紙1）");
    let whole = format!("架空県みなと郡台帳町字浜5番地　{building}");
    assert_eq!(data["overflow"], json!([{ "no": 1, "person": "世帯", "item": "住所", "text": whole }]));
    town.municipality["overflow_print"] = json!("limit");
    let ran = town.run("issue-copy", "clerk", &words, true);
    let shown = ran.outcome.documents[0].data["address"]["text"].as_str().unwrap().to_owned();
    assert!(shown.starts_with("架空県みなと郡") && shown.ends_with("…（別紙1）"), "{shown}");
}

#[test]
fn the_history_of_issuance_is_found_by_person_kind_day_and_user_and_keeps_everything() {
    let mut town = town();
    let people = town.people.clone();
    done(
        &mut town,
        "issue-copy",
        json!({ "targets": [people["太郎"]], "copies": "2", "with_relation": true }),
    );
    done(&mut town, "issue-items", json!({ "targets": [people["花子"]] }));
    town.today = jiff::civil::date(2026, 4, 2);
    let ask = input(&town, "issue-copy", json!({ "targets": [people["花子"], people["太郎"]] }));
    assert!(town.run("issue-copy", "other", &ask, true).committed);
    for (words, wanted) in [
        (json!({}), 1), // today
        (json!({ "from": "2026-04-01" }), 3),
        (json!({ "from": "2026-04-01", "to": "2026-04-02" }), 4),
        (json!({ "from": "2026-04-03" }), 0),
        (json!({ "addressee_no": people["太郎"] }), 3),
        (json!({ "addressee_no": people["花子"] }), 2),
        (json!({ "addressee_no": people["一郎"] }), 0),
        (json!({ "addressee_no": people["太郎"], "from": "2026-04-02" }), 1),
        (json!({ "from": "2026-04-01", "certificate": "記載事項" }), 1),
        (json!({ "from": "2026-04-01", "to": "2026-04-02", "issued_by": "other" }), 1),
        (json!({ "from": "2026-04-01", "disposed": true }), 0),
    ] {
        assert_eq!(listed(&mut town, words.clone()).len(), wanted, "{words}");
    }
    let first = listed(&mut town, json!({ "from": "2026-04-01" })).remove(0);
    assert!(first.get("household_no").is_none() && !first.to_string().contains("番地"));
    let number = listed(&mut town, json!({ "addressee_no": people["太郎"] })).pop().unwrap();
    assert_eq!((&number["items"], &number["place"]), (&json!(["relation"]), &json!("本庁1")));
    let spoilt = json!({ "issue_number": number["issue_number"] });
    done(&mut town, "issuance-dispose", spoilt.clone());
    let twice = input(&town, "issuance-dispose", spoilt);
    assert_eq!(town.run("issuance-dispose", "clerk", &twice, true).codes(), ["D054"]);
    let noted = listed(&mut town, json!({ "from": "2026-04-01", "disposed": true }));
    assert_eq!((noted.len(), &noted[0]["disposed"]), (1, &json!("紙づまり")));
    assert_eq!(town.view().count(&ISSUANCE).unwrap(), 4);
}

/// E158: the counter and the history are written in one change, so that of two issues that took the same serial one is a
/// conflict.
#[test]
fn an_issue_number_is_never_used_twice() {
    let mut town = town();
    let ask = input(&town, "issue-copy", json!({ "targets": [town.people["太郎"]] }));
    let writes = town.run("issue-copy", "clerk", &ask, true).outcome.writes;
    let mut draft = register::Draft::new(
        "resident-register",
        "issue-copy",
        register::Actor::User("clerk".to_owned()),
        town.now(),
    );
    draft.writes = writes;
    let again = register::Journal::commit(&town.store, draft);
    assert!(matches!(again, Err(CommitError::Conflict { .. })), "{again:?}");
}

#[test]
fn nothing_is_issued_without_an_attester() {
    let mut town = town();
    let people = town.people.clone();
    final_of(&mut town, "move-out", json!({ "targets": [people["一郎"]] }));
    town.municipality["attester_name"] = json!("");
    for (function, who) in [
        ("issue-copy", "太郎"),
        ("issue-items", "太郎"),
        ("issue-former-copy", "一郎"),
        ("issue-former-items", "一郎"),
        ("issue-move-out-certificate", "一郎"),
    ] {
        let ask = input(&town, function, json!({ "targets": [people[who]] }));
        assert_eq!(town.run(function, "clerk", &ask, true).codes(), ["E155"], "{function}");
    }
    let ask = json!({ "kind": "code-notice", "targets": [people["太郎"]] });
    // D048: a code that was brought along is asked about, too.
    assert_eq!(town.run("issue-letter", "clerk", &ask, true).codes(), ["D048", "E155"]);
}
