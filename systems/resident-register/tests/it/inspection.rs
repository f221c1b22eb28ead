//! 閲覧: who is on a list, who is not, and what is kept of it.

use domain::{RegisterDate, Sex};
use register::ViewExt;
use resident_register::records::Inspection;
use serde_json::{Value, json};

use crate::town::{Described, Ran, Town};

fn town() -> Town {
    let mut town = Town::new();
    let member = |name, relation, sex, birth: &str| Described {
        name,
        relation,
        sex,
        birth: RegisterDate::parse_input(birth).unwrap(),
    };
    town.household(
        "10番地",
        &[
            member("太郎", "世帯主", Sex::Male, "1980-01-01"),
            member("花子", "妻", Sex::Female, "1982-02-02"),
            member("一郎", "子", Sex::Male, "2010-03-03"),
        ],
    );
    town.household("2番地", &[member("次郎", "世帯主", Sex::Male, "1950-04-04")]);
    town.household(
        "3番地",
        &[
            member("桃子", "世帯主", Sex::Female, "1990-05-05"),
            member("梅子", "子", Sex::Female, "2015-06-06"),
        ],
    );
    town
}

fn make(town: &mut Town, words: Value) -> Ran {
    let mut input = json!({
        "inspection_basis": "research", "requested_by": "架空調査会", "purpose": "意識調査の対象者の抽出", "viewers": "調査　一",
    });
    for (name, value) in words.as_object().unwrap() {
        input[name] = value.clone();
    }
    town.run("inspection-list", "clerk", &input, true)
}

fn names(ran: &Ran) -> Vec<String> {
    let rows = ran.outcome.answer.as_ref().unwrap().data["rows"].as_array().unwrap();
    let given = |row: &Value| row["name"].as_str().unwrap().replace("山田\u{3000}", "");
    rows.iter().map(given).collect()
}

#[test]
fn a_list_shows_the_range_by_address_and_nothing_but_four_items() {
    for (words, shown) in [
        (json!({}), vec!["次郎", "桃子", "梅子", "太郎", "花子", "一郎"]),
        (json!({ "age_from": "18" }), vec!["次郎", "桃子", "太郎", "花子"]),
        (json!({ "age_from": "１８", "age_to": "64", "listed_sex": "2" }), vec!["桃子", "花子"]),
        (json!({ "towns": "字浜\n字山" }), vec!["次郎", "桃子", "梅子", "太郎", "花子", "一郎"]),
    ] {
        let mut town = town();
        let ran = make(&mut town, words.clone());
        assert!(ran.committed, "{words}: {:?}", ran.findings);
        assert_eq!(names(&ran), shown, "{words}");
        let document = &ran.outcome.documents[0].data;
        assert_eq!(document["rows"].as_array().unwrap().len(), shown.len());
        let titles: Vec<&str> = document["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["title"].as_str().unwrap())
            .collect();
        assert_eq!(titles, ["住所", "氏名", "生年月日", "性別"]);
    }
}

#[test]
fn a_list_that_cannot_be_is_refused() {
    for (words, code) in [
        (json!({ "towns": "字川" }), "D086"),
        (json!({ "age_from": "二十" }), "D083"),
        (json!({ "age_from": "30", "age_to": "20" }), "D083"),
        (json!({ "way": "random" }), "D084"),
        (json!({ "sample": "3" }), "D084"),
        (json!({ "unpublished": true }), "D082"),
    ] {
        let mut town = town();
        let ran = make(&mut town, words.clone());
        assert_eq!(ran.codes(), [code], "{words}");
        assert!(!ran.committed);
    }
}

/// Neither who is protected nor who lives with them, and a drawing gives as many as if they did not exist.
#[test]
fn nobody_protected_is_on_a_list_however_it_is_made() {
    let mut town = town();
    let momoko = town.person("桃子").addressee_no.to_string();
    let mut usual = crate::cases::usual("support-apply", town.today);
    usual["applicant"] = json!(momoko);
    let applied = town.run("support-apply", "clerk", &usual, true);
    assert!(applied.committed, "{:?}", applied.findings);
    for way in ["address", "shuffled"] {
        let shown = names(&make(&mut town, json!({ "way": way })));
        assert_eq!(shown.len(), 4, "{way}: {shown:?}");
        assert!(!shown.iter().any(|name| ["桃子", "梅子"].contains(&name.as_str())), "{way}: {shown:?}");
    }
    for way in ["random", "interval"] {
        let shown = names(&make(&mut town, json!({ "way": way, "sample": "4" })));
        assert_eq!(shown.len(), 4, "{way}");
        assert!(!shown.iter().any(|name| ["桃子", "梅子"].contains(&name.as_str())), "{way}: {shown:?}");
    }
}

#[test]
fn what_is_published_names_the_applicant_and_no_viewer_and_a_person_is_traced() {
    let mut town = town();
    make(&mut town, json!({ "age_to": "17", "representative": "架空　代表" }));
    make(
        &mut town,
        json!({ "inspection_basis": "public-office", "requested_by": "架空県警察", "unpublished": true }),
    );
    let mut rows = |words: Value| {
        let ran = town.run("inspection-status", "clerk", &words, true);
        ran.outcome.answer.unwrap().data["rows"].as_array().unwrap().clone()
    };
    let published = rows(json!({ "published": true }));
    assert_eq!(published.len(), 1);
    assert_eq!(published[0]["requested_by"], json!("架空調査会"));
    assert_eq!(published[0]["area"], json!("全域　17歳以下　2人"));
    assert!(published[0].get("viewers").is_none());
    assert_eq!(rows(json!({})).len(), 2);
    let of = |town: &Town, name: &str| json!({ "addressee_no": town.person(name).addressee_no });
    let (taro, ichiro) = (of(&town, "太郎"), of(&town, "一郎"));
    let mut count = |words: &Value| {
        let ran = town.run("inspection-status", "clerk", words, true);
        ran.outcome.answer.unwrap().data["rows"].as_array().unwrap().len()
    };
    assert_eq!((count(&taro), count(&ichiro)), (1, 2));
    let kept = town.view().load::<Inspection>("00000001").unwrap().unwrap().record;
    assert_eq!(kept.persons.len(), 2);
}
