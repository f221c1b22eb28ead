//! Notifications that were filled in elsewhere: files taken in, compared, entered; and files that are wrong.

use domain::{RegisterDate, Sex};
use register::ViewExt;
use resident_register::records::{Application, ApplicationStatus};
use serde_json::{Value, json};

use crate::cases::usual;
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
        "1番地",
        &[
            member("渡邊　太郎", "世帯主", Sex::Male, "1980-01-01"),
            member("渡邊　花子", "妻", Sex::Female, "1982-02-02"),
        ],
    );
    town
}

fn import(town: &mut Town, what: &str, list: &str, skip: bool) -> Ran {
    let mut input = json!({ "what": what, "list": list });
    if skip {
        input["skip_errors"] = json!(true);
    }
    town.run("application-import", "clerk", &input, true)
}

fn listed(town: &mut Town, status: &str) -> Vec<Value> {
    let input = json!({ "application_status": status });
    let answer = town.run("application-list", "clerk", &input, true).outcome.answer.unwrap();
    answer.data["rows"].as_array().unwrap().clone()
}

fn opened(town: &mut Town, no: &str) -> Value {
    let input = json!({ "from_application": no });
    town.run("application-open", "clerk", &input, true).outcome.answer.unwrap().data
}

const ONE_STOP: &str = "申請番号,氏名,氏名フリガナ,生年月日,性別,住所,event_date,転出の種類,dest_prefecture,dest_municipality,来庁予定日\n\
    A-1,渡辺太郎,ヤマダ　タロウ,1980-01-01,男,1番地,2026-05-20,21,別県,隣市,\n\
    A-1,渡邊　花子,,S57.2.2,女,,,,,,\n";

#[test]
fn a_move_out_of_the_portal_is_found_in_the_register_and_entered_without_typing() {
    let mut town = town();
    let taken = import(&mut town, "one-stop-move-out", ONE_STOP, false);
    assert!(taken.committed, "{:?}", taken.findings);
    let row = listed(&mut town, "").remove(0);
    assert_eq!((&row["names"], &row["to_check"]), (&json!("渡辺太郎、渡邊　花子"), &json!("")));
    let open = opened(&mut town, row["from_application"].as_str().unwrap());
    assert_eq!(open["function"], "resident-register/move-out");
    // As the form opens it, the clerk enters it.
    let mut input = usual("move-out", town.today);
    for (item, value) in open["input"].as_object().unwrap() {
        input[item] = value.clone();
    }
    let entered = town.run("move-out", "clerk", &input, true);
    assert!(entered.committed, "{:?}", entered.findings);
    let no = entered.outcome.opens.unwrap();
    let row = listed(&mut town, "entered").remove(0);
    assert_eq!(row["provisional_no"], json!(no));
    // It cannot be entered twice.
    assert_eq!(town.run("move-out", "clerk", &input, true).codes(), ["A020", "D081", "E101"]);
    // A discarded entry can be made once more.
    assert!(town.run("discard", "clerk", &json!({ "provisional_no": no }), true).committed);
    assert_eq!(listed(&mut town, "").len(), 1);
    let again = town.run("move-out", "clerk", &input, true);
    let final_ = town.run("finalize", "reviewer", &json!({ "provisional_no": again.outcome.opens }), true);
    assert!(final_.committed, "{:?}", final_.findings);
    assert!(town.person("渡邊　太郎").moveout_planned_on.is_some());
    assert!(town.person("渡邊　花子").moveout_planned_on.is_some());
}

#[test]
fn what_the_register_says_otherwise_is_told_and_nobody_is_guessed() {
    let mut town = town();
    let list = "application_no,name,birth_date,sex,address,dest_municipality\n\
        B-1,渡邊太郎,1980-01-02,女,9番地,隣市\n\
        B-2,誰某,1980-01-01,,,隣市\n";
    assert!(import(&mut town, "one-stop-move-out", list, false).committed);
    let rows = listed(&mut town, "");
    let told = |row: &Value| {
        (row["rule"].as_str().unwrap().to_owned(), row["to_check"].as_str().unwrap().to_owned())
    };
    let (rule, first) = told(&rows[0]);
    assert_eq!(rule, "A135");
    for item in ["生年月日", "性別", "住所"] {
        assert!(first.contains(item), "{item}: {first}");
    }
    assert_eq!(told(&rows[1]), ("A175".to_owned(), "「誰某」さんは住民にいません。".to_owned()));
    // Entering it asks for each difference.
    let open = opened(&mut town, rows[0]["from_application"].as_str().unwrap());
    let mut input = usual("move-out", town.today);
    for (item, value) in open["input"].as_object().unwrap() {
        input[item] = value.clone();
    }
    let codes = town.run("move-out", "clerk", &input, true).codes();
    assert!(codes.contains(&"A135".to_owned()), "{codes:?}");
}

#[test]
fn a_move_in_brings_its_numbers_which_no_screen_carries() {
    let mut town = town();
    let list = "申請番号,転入の種類,event_date,住民種別,氏,名,氏名フリガナ,生年月日,性別,続柄,住民票コード,個人番号,domicile_prefecture,domicile_municipality,domicile_town,register_head,prev_municipality,town,lot\n\
        C-1,01,2026-04-01,1,佐藤,一郎,サトウ　イチロウ,1990-05-05,1,世帯主,12345678903,123456789018,架空県,河原市,本町３番地,佐藤　健,隣市,字港,7番地\n";
    let taken = import(&mut town, "move-in", list, false);
    assert!(taken.committed, "{:?}", taken.findings);
    let row = listed(&mut town, "").remove(0);
    let open = opened(&mut town, row["from_application"].as_str().unwrap());
    let told = open.to_string();
    assert!(!told.contains("12345678903") && !told.contains("123456789018"), "{told}");
    let mut input = usual("move-in", town.today);
    for (item, value) in open["input"].as_object().unwrap() {
        input[item] = value.clone();
    }
    let entered = town.run("move-in", "clerk", &input, true);
    assert!(entered.committed, "{:?}", entered.findings);
    let no = json!({ "provisional_no": entered.outcome.opens });
    let done = town.run("finalize", "reviewer", &no, true);
    assert!(done.committed, "{:?}", done.findings);
    town.learn();
    let person = town.person("一郎");
    assert_eq!(person.resident_record_code.unwrap().expose(), "12345678903");
    assert_eq!(person.individual_number.unwrap().expose(), "123456789018");
}

#[test]
fn a_wrong_file_is_told_by_line_and_item_and_nothing_is_taken_unless_the_clerk_says_so() {
    for (what, list, said) in [
        ("move-in", "氏,名\n佐藤,一郎\n", vec!["列「申請番号」がありません。"]),
        ("move-in", "申請番号,氏名,\nX,佐藤,\n", vec!["列「氏名」は", "列「」は"]),
        ("move-in", "申請番号,氏,氏\nX,佐藤,佐藤\n", vec!["列「氏」が二つあります。"]),
        ("move-in", "申請番号,氏,生年月日\nX,佐藤,1980-13-01\n", vec!["2行目"]),
        ("move-in", "申請番号,氏,性別\nX,佐藤,9\n", vec!["2行目"]),
        // The second person of one notification: their own line.
        ("move-in", "申請番号,氏,性別\nX,佐藤,1\nX,佐藤,9\n", vec!["3行目"]),
        ("move-in", "申請番号,氏\nX\n", vec!["2行目: 列の数が1で、見出しの2と違います。"]),
        ("move-in", "申請番号,氏\n,佐藤\n", vec!["2行目: 申請番号が空です。"]),
        ("move-in", "申請番号,氏,住民票コード\nX,佐藤,12345678901\n", vec!["2行目"]),
        ("move-out", "申請番号,dest_municipality\nX,隣市\n", vec!["氏名も宛名番号もないので"]),
    ] {
        let mut town = town();
        let refused = import(&mut town, what, list, false);
        assert!(!refused.committed, "{list}");
        assert!(refused.findings.iter().all(|one| one.code == "E174"), "{list}: {:?}", refused.findings);
        for words in said {
            let told = refused.findings.iter().any(|one| one.message.contains(words));
            assert!(told, "{list}: {:?} has no {words}", refused.findings);
        }
        assert_eq!(listed(&mut town, "").len(), 0);
    }
    // The good ones go on only when the clerk says so, and those with an error stay out whole.
    let mut town = town();
    let list =
        "申請番号,氏,名,生年月日\nX,佐藤,一郎,1980-01-01\nY,鈴木,二郎,いつか\nY,鈴木,三郎,1990-01-01\n";
    assert_eq!(import(&mut town, "move-in", list, false).codes(), ["E174"]);
    let taken = import(&mut town, "move-in", list, true);
    assert!(taken.committed);
    let rows = taken.outcome.answer.unwrap().data["rows"].clone();
    assert_eq!((&rows[0]["external_no"], &rows[0]["result"]), (&json!("Y"), &json!("取り込まない")));
    assert_eq!(listed(&mut town, "").len(), 1);
    // The same file again: what is held is not doubled.
    import(&mut town, "move-in", list, true);
    assert_eq!(listed(&mut town, "").len(), 1);
}

#[test]
fn a_plan_changes_nothing_and_ends_with_a_reason() {
    let mut town = town();
    let list = "申請番号,氏名,来庁予定日\nP-1,渡邊太郎,2026-06-01\n";
    assert!(import(&mut town, "move-within-plan", list, false).committed);
    let before = town.person("渡邊　太郎");
    let no = listed(&mut town, "").remove(0)["from_application"].clone();
    let ended = town.run(
        "application-end",
        "clerk",
        &json!({ "from_application": no, "reason": "来庁しない" }),
        true,
    );
    assert!(ended.committed, "{:?}", ended.findings);
    assert_eq!(town.person("渡邊　太郎"), before);
    let held = town.view().load::<Application>(no.as_str().unwrap()).unwrap().unwrap().record;
    assert_eq!((held.status, held.end_reason.as_str()), (ApplicationStatus::Ended, "来庁しない"));
    let again = town.run("application-end", "clerk", &json!({ "from_application": no, "reason": "x" }), true);
    assert_eq!(again.codes(), ["D081"]);
}

#[test]
fn a_notice_of_another_office_opens_the_correction_with_what_it_tells() {
    let mut town = town();
    let hanako = town.person("渡邊　花子").addressee_no;
    let list = format!(
        "申請番号,宛名番号,氏名,生年月日,event_date,notified_on,氏,変更後_生年月日\n\
         N-1,{hanako},渡邊花子,1982-02-02,2026-04-01,2026-04-01,佐藤,1982-02-20\n"
    );
    let taken = import(&mut town, "family-register-notice", &list, false);
    assert!(taken.committed, "{:?}", taken.findings);
    let row = listed(&mut town, "").remove(0);
    assert_eq!(row["to_check"], "");
    let open = opened(&mut town, row["from_application"].as_str().unwrap());
    let entered = town.run("correction", "clerk", &open["input"], true);
    assert!(entered.committed, "{:?}", entered.findings);
    let no = json!({ "provisional_no": entered.outcome.opens });
    assert!(town.run("finalize", "reviewer", &no, true).committed);
    let view = town.view();
    let person = view.load::<resident_register::records::Person>(hanako.as_str()).unwrap().unwrap().record;
    assert_eq!(
        (person.family_name.as_str(), person.birth_date.to_string()),
        ("佐藤", "1982-02-20".to_owned())
    );
    assert_eq!(person.basis, resident_register::records::Basis::Notice);
}

#[test]
fn a_notice_of_immigration_waits_visibly() {
    let mut town = town();
    let list = "申請番号,氏名,生年月日,在留期間の満了の日\nM-1,渡邊花子,1982-02-02,2027-04-01\n";
    let taken = import(&mut town, "immigration-notice", list, false);
    assert!(taken.committed, "{:?}", taken.findings);
    assert_eq!(listed(&mut town, "").remove(0)["rule"], "A176");
}

/// 転出証明書 read at the other end: what is printed as a code opens the form of 転入 with every item of everybody.
#[test]
fn the_codes_of_a_move_out_certificate_open_a_move_in_elsewhere() {
    let mut here = town();
    let nos: Vec<String> =
        ["渡邊　太郎", "渡邊　花子"].iter().map(|name| here.person(name).addressee_no.to_string()).collect();
    let mut input = usual("move-out", here.today);
    input["targets"] = json!(nos);
    let entered = here.run("move-out", "clerk", &input, true);
    let no = json!({ "provisional_no": entered.outcome.opens });
    assert!(here.run("finalize", "reviewer", &no, true).committed);
    let mut input = usual("issue-move-out-certificate", here.today);
    input["targets"] = json!(nos);
    let issued = here.run("issue-move-out-certificate", "clerk", &input, true);
    assert!(issued.committed, "{:?}", issued.findings);
    let codes = issued.outcome.documents[0].data["codes"].as_array().unwrap().clone();
    assert_eq!(codes.len(), 2);
    // One scan after the other, as a reader types them.
    let scanned: String = codes.iter().map(|code| code["payload"].as_str().unwrap()).collect();
    let mut there = Town::new();
    let taken = import(&mut there, "move-in", &scanned, false);
    assert!(taken.committed, "{:?}", taken.findings);
    let row = listed(&mut there, "").remove(0);
    assert_eq!((&row["names"], &row["to_check"]), (&json!("渡邊　太郎、渡邊　花子"), &json!("")));
    let open = opened(&mut there, row["from_application"].as_str().unwrap());
    let members = open["input"]["members"].as_array().unwrap();
    for (name, member) in ["渡邊　太郎", "渡邊　花子"].iter().zip(members) {
        let person = here.person(name);
        assert_eq!(member["resident_record_code"], Value::Null, "numbers travel unseen");
        assert_eq!(member["birth_date"], json!(person.birth_date.to_string()));
        assert_eq!(member["relation"], json!(person.relation.label()));
        assert_eq!(member["register_head"], json!(person.register_head));
    }
    assert_eq!(open["input"]["prev_municipality"], json!(here.person("渡邊　太郎").address.municipality));
    // What the clerk adds is the day and the new address; both towns of this test are called the same.
    let mut input = usual("move-in", there.today);
    for (item, value) in open["input"].as_object().unwrap() {
        if !matches!(item.as_str(), "prev_municipality" | "prev_prefecture" | "prev_municipality_code") {
            input[item] = value.clone();
        }
    }
    let entered = there.run("move-in", "clerk", &input, true);
    let no = json!({ "provisional_no": entered.outcome.opens });
    let made = there.run("finalize", "reviewer", &no, true);
    assert!(made.committed, "{:?} {:?}", entered.findings, made.findings);
    there.learn();
    for (name, given) in [("渡邊　太郎", "太郎"), ("渡邊　花子", "花子")] {
        let (left, came) = (here.person(name), there.person(given));
        assert_eq!(came.resident_record_code, left.resident_record_code);
        assert_eq!(came.individual_number, left.individual_number);
    }
    // A certificate issued again is the same notification.
    let again = import(&mut there, "move-in", &scanned, false);
    assert_eq!(again.outcome.answer.unwrap().data["rows"][0]["result"], json!("取込み済み"));
    // A heading in the middle that is wrong stops the file, as one at its beginning does.
    let broken = scanned.replacen("given_name", "given_namae", 2).replacen("given_namae", "given_name", 1);
    assert_eq!(import(&mut there, "move-in", &broken, false).codes(), ["E174"]);
}

/// What takes back a notification that came as a file ends it, whichever way it comes itself.
#[test]
fn a_withdrawal_of_a_file_ends_what_it_takes_back() {
    let mut town = town();
    assert!(import(&mut town, "one-stop-move-out", ONE_STOP, false).committed);
    let no_such = "申請番号,取り消す申請番号\nT-1,A-9\n";
    let no_number = "申請番号,氏名\nT-1,渡邊　太郎\n";
    for list in [no_such, no_number] {
        assert_eq!(import(&mut town, "move-out-withdrawal", list, false).codes(), ["E180"], "{list}");
    }
    assert_eq!(listed(&mut town, "open").len(), 1);
    let list = "申請番号,取り消す申請番号\nT-1,A-9\nT-2,A-1\n";
    let taken = import(&mut town, "move-out-withdrawal", list, true);
    assert!(taken.committed, "{:?}", taken.findings);
    assert!(
        taken.outcome.message.starts_with("1件を取り込みました。誤りのある1件"),
        "{}",
        taken.outcome.message
    );
    assert!(listed(&mut town, "open").is_empty());
    let ended = listed(&mut town, "ended");
    let told: Vec<&Value> = ended.iter().map(|row| &row["external_no"]).collect();
    assert_eq!(told, ["A-1", "T-2"]);
    assert!(ended[0]["ended_reason"].as_str().unwrap().starts_with("申請者が取り消しました"), "{}", ended[0]);
    // What was entered is told, as over the link.
    let other = ONE_STOP.replace("A-1", "B-1");
    assert!(import(&mut town, "one-stop-move-out", &other, false).committed);
    let open = listed(&mut town, "open").remove(0);
    let open = opened(&mut town, open["from_application"].as_str().unwrap());
    let mut input = usual("move-out", town.today);
    for (item, value) in open["input"].as_object().unwrap() {
        input[item] = value.clone();
    }
    assert!(town.run("move-out", "clerk", &input, true).committed);
    assert!(import(&mut town, "move-out-withdrawal", "申請番号,withdraws\nT-3,B-1\n", false).committed);
    let row = listed(&mut town, "open").remove(0);
    assert!(row["to_check"].as_str().unwrap().contains("もう仮登録しています"), "{row}");
}

#[test]
fn a_row_without_a_number_is_left_out_alone() {
    let mut town = town();
    let list = "申請番号,氏名,生年月日,dest_municipality\n,渡邊　花子,S57.2.2,隣市\nA-1,渡邊　太郎,1980-01-01,隣市\n";
    assert_eq!(import(&mut town, "one-stop-move-out", list, false).codes(), ["E174"]);
    let taken = import(&mut town, "one-stop-move-out", list, true);
    assert!(taken.committed, "{:?}", taken.findings);
    assert!(
        taken.outcome.message.starts_with("1件を取り込みました。誤りのある1件"),
        "{}",
        taken.outcome.message
    );
    let rows = taken.outcome.answer.unwrap().data["rows"].clone();
    assert_eq!((&rows[0]["line"], &rows[0]["result"]), (&json!(2), &json!("取り込まない")), "{rows}");
    assert_eq!(listed(&mut town, "open").len(), 1);
}
