//! What comes in over links: certificates of those who move here, answers with numbers, applications of the portal, notices of
//! immigration, codes for the pool; and what comes before its time.

use domain::{RegisterDate, ResidentRecordCode, Sex};
use register::ViewExt;
use resident_register::records::{
    Application, CODE_SLOT, NoticeKind, OUTBOUND_NOTICE, OutboundNotice, Transfer,
};
use serde_json::json;
use system::Applied;

use crate::cases::{foreigner, usual};
use crate::town::{Described, Town};

fn town() -> Town {
    let mut town = Town::new();
    town.pool(5);
    let birth = RegisterDate::parse_input("1980-01-01").unwrap();
    let member = |name, relation, sex| Described { name, relation, sex, birth };
    town.household(
        "1番地",
        &[member("渡邊　太郎", "世帯主", Sex::Male), member("渡邊　花子", "妻", Sex::Female)],
    );
    town
}

/// The items at fault, in order.
fn items(applied: &Applied) -> Vec<&str> {
    applied.refused.iter().map(|one| one.item.as_str()).collect()
}

const TRANSFER: [&str; 13] = [
    "certificate_no",
    "transfer_source",
    "from_municipality",
    "planned_on",
    "visit_on",
    "family_name",
    "given_name",
    "birth_date",
    "sex",
    "resident_record_code",
    "individual_number",
    "order_key",
    "sequence",
];

const CODE: &str = "23057188464";

fn mover(given: &'static str, code: &'static str, order: &'static str) -> Vec<&'static str> {
    let (birth, sex) = ("1990-02-03", "1");
    vec!["R8-1", "card", "河原市", "2026-03-30", "", "鈴木", given, birth, sex, code, "", "K1", order]
}

#[test]
fn a_certificate_waits_with_all_its_persons_and_a_move_in_uses_it() {
    let mut town = town();
    assert!(town.take("transfers", &TRANSFER, &[mover("一郎", CODE, "1")]).refused.is_empty());
    assert!(town.take("transfers", &TRANSFER, &[mover("二郎", "12345678903", "2")]).refused.is_empty());
    // Once more: nothing new.
    assert!(town.take("transfers", &TRANSFER, &[mover("一郎", CODE, "1")]).writes.is_empty());
    let held = town.view().load::<Transfer>("TSK-R8-1").unwrap().unwrap().record;
    assert!(held.persons.contains("一郎") && held.persons.contains("二郎"));
    // The notification they will sign is printed ahead, without numbers.
    let print = json!({ "transfer_no": "TSK-R8-1" });
    let printed = town.run("transfer-print", "clerk", &print, true).outcome.documents.remove(0);
    assert_eq!(printed.data["persons"].as_array().unwrap().len(), 2);
    assert!(printed.data.to_string().contains("鈴木　一郎") && !printed.data.to_string().contains(CODE));
    let mut input = usual("move-in", town.today);
    input["special"] = json!(true);
    input["transfer_no"] = json!("TSK-R8-1");
    input["event_date"] = json!("2026-03-31");
    let member = &mut input["members"][0];
    for (item, value) in [("family_name", "鈴木"), ("given_name", "一郎"), ("birth_date", "1990-02-03")] {
        member[item] = json!(value);
    }
    let member = member.as_object_mut().unwrap();
    member.remove("resident_record_code");
    member.remove("individual_number");
    let entered = town.run("move-in", "clerk", &input, true);
    assert!(entered.committed, "{:?}", entered.findings);
    let no = json!({ "provisional_no": entered.outcome.opens });
    assert!(town.run("finalize", "reviewer", &no, true).committed);
    assert_eq!(town.run("transfer-print", "clerk", &print, true).codes(), ["D104"]);
    // What comes behind the move-in is refused with what to do.
    let late = town.take("transfers", &TRANSFER, &[mover("三郎", "00000000019", "3")]);
    assert!(late.refused[0].message.starts_with("E112 "), "{:?}", late.refused);
    assert_eq!(town.contradictions(), Vec::<String>::new());
}

#[test]
fn a_certificate_that_does_not_read_is_refused_by_its_item_and_tells_no_number() {
    let mut town = town();
    for (at, value, item) in [
        (0, "", "certificate_no"),
        (1, "paper", "transfer_source"),
        (2, "", "from_municipality"),
        (3, "", "planned_on"),
        (3, "2026-02-30", "planned_on"),
        (7, "きのう", "birth_date"),
        (8, "9", "sex"),
        (9, "23057188465", "resident_record_code"),
        (10, "123456789012", "individual_number"),
    ] {
        let mut row = mover("一郎", CODE, "1");
        row[at] = value;
        let applied = town.take("transfers", &TRANSFER, &[row]);
        assert_eq!(items(&applied), [item], "{value}");
        let message = &applied.refused[0].message;
        assert!(!message.contains("23057188465") && !message.contains("123456789012"), "{message}");
    }
}

/// E180: of one person in the sender's order, others go on; the first number seen begins the count, a repeat is taken.
#[test]
fn a_message_that_comes_before_the_one_before_it_is_refused() {
    let names = [
        "notice_no",
        "name",
        "birth_date",
        "municipality",
        "moved_on",
        "notified_on",
        "order_key",
        "sequence",
    ];
    let row = |no, key, sequence| {
        vec![no, "山田　太郎", "1980-01-01", "河原市", "2026-03-20", "2026-03-21", key, sequence]
    };
    let mut town = town();
    for (no, key, sequence, taken) in [
        ("1", "A", "7", true),
        ("2", "A", "9", false),
        ("3", "B", "1", true),
        ("4", "A", "8", true),
        ("5", "A", "9", true),
        ("1", "A", "7", true),
        ("6", "A", "十", false),
        ("7", "", "", true),
    ] {
        let applied = town.take("move-in-notices", &names, &[row(no, key, sequence)]);
        assert_eq!(applied.refused.is_empty(), taken, "{no}: {:?}", applied.refused);
    }
    // Within one file, too.
    let applied = town.take("move-in-notices", &names, &[row("8", "A", "11"), row("9", "A", "10")]);
    assert_eq!(items(&applied), ["sequence"]);
    assert!(applied.refused[0].message.contains("送信順序10から"), "{:?}", applied.refused);
}

#[test]
fn an_answer_writes_the_number_and_codes_fill_the_pool() {
    let mut town = town();
    let mut input = usual("number-change", town.today);
    input["number_kind"] = json!("45");
    input["targets"] = json!([town.people["渡邊　太郎"]]);
    input.as_object_mut().unwrap().remove("individual_number");
    let entered = town.run("number-change", "clerk", &input, true);
    assert!(entered.committed, "{:?}", entered.findings);
    let no = json!({ "provisional_no": entered.outcome.opens });
    assert!(town.run("finalize", "reviewer", &no, true).committed);
    let mut asked = String::new();
    town.view()
        .scan(&OUTBOUND_NOTICE, None, &mut |stored| {
            let notice = stored.typed::<OutboundNotice>()?.record;
            if notice.notice == NoticeKind::NumberRequest {
                asked = notice.message_no;
            }
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .unwrap();
    let names = ["message_no", "individual_number"];
    let nobodys = town.take("number-answers", &names, &[vec!["000000000999", "123456789018"]]);
    assert!(nobodys.refused[0].message.starts_with("D061 "), "{:?}", nobodys.refused);
    let wrong = town.take("number-answers", &names, &[vec![&asked, "123456789012"]]);
    assert_eq!(items(&wrong), ["individual_number"]);
    assert!(town.take("number-answers", &names, &[vec![&asked, "123456789018"]]).refused.is_empty());
    assert_eq!(town.person("渡邊　太郎").individual_number.unwrap().expose(), "123456789018");
    assert!(town.take("number-answers", &names, &[vec![&asked, "123456789018"]]).writes.is_empty());
    assert_eq!(town.contradictions(), Vec::<String>::new());

    let count = |town: &Town| {
        let mut count = 0;
        town.view()
            .scan(&CODE_SLOT, None, &mut |_| {
                count += 1;
                Ok(std::ops::ControlFlow::Continue(()))
            })
            .unwrap();
        count
    };
    let names = ["row_no", "resident_record_code"];
    let held = ResidentRecordCode::from_first_ten(1_000_000_001).unwrap();
    let in_pool = ResidentRecordCode::from_first_ten(5_000_000_000).unwrap();
    let rows = [
        vec!["1", CODE],
        vec!["2", held.expose()],
        vec!["3", in_pool.expose()],
        vec!["4", "1"],
        vec!["5", CODE],
    ];
    let applied = town.take("codes", &names, &rows);
    let refused: Vec<&str> = applied.refused.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(refused, ["2", "4"]);
    assert_eq!(count(&town), 6);
}

const PORTAL: [&str; 14] = [
    "row_no",
    "application_no",
    "procedure",
    "withdraws",
    "name",
    "name_kana",
    "birth_date",
    "address",
    "visit_on",
    "event_date",
    "move_out_kind",
    "dest_prefecture",
    "dest_municipality",
    "given_name",
];

fn portal(no: &'static str, procedure: &'static str, withdraws: &'static str) -> Vec<&'static str> {
    let (name, birth, event) = ("渡邊　太郎", "1980-01-01", "2026-05-20");
    vec![no, no, procedure, withdraws, name, "", birth, "1番地", "", event, "21", "別県", "隣市", ""]
}

fn listed(town: &mut Town, status: &str) -> Vec<serde_json::Value> {
    let input = json!({ "application_status": status });
    let answer = town.run("application-list", "clerk", &input, true).outcome.answer.unwrap();
    answer.data["rows"].as_array().unwrap().clone()
}

#[test]
fn an_application_of_the_portal_is_found_in_the_register_and_withdrawn_before_anybody_enters_it() {
    let mut town = town();
    let early = town.take("applications", &PORTAL, &[portal("T-1", "move-out-withdrawal", "A-1")]);
    assert!(early.refused[0].message.starts_with("E180 "), "{:?}", early.refused);
    assert_eq!(early.refused[0].subject, "T-1");
    assert!(town.take("applications", &PORTAL, &[portal("A-1", "one-stop-move-out", "")]).refused.is_empty());
    let row = listed(&mut town, "open").remove(0);
    assert_eq!((&row["names"], &row["to_check"]), (&json!("渡邊　太郎"), &json!("")));
    let opened =
        town.run("application-open", "clerk", &json!({ "from_application": row["from_application"] }), true);
    let data = opened.outcome.answer.unwrap().data;
    assert_eq!(data["function"], "resident-register/move-out");
    assert_eq!(data["input"]["targets"], json!([town.people["渡邊　太郎"]]));
    assert_eq!(data["input"]["special"], true);
    // The same again is taken once.
    assert!(town.take("applications", &PORTAL, &[portal("A-1", "one-stop-move-out", "")]).writes.is_empty());
    // A withdrawal may name nobody, only what it takes back.
    let mut bare = portal("T-1", "move-out-withdrawal", "A-1");
    (bare[4], bare[6], bare[7]) = ("", "", "");
    let withdrawn = town.take("applications", &PORTAL, &[bare]);
    assert!(withdrawn.refused.is_empty(), "{:?}", withdrawn.refused);
    assert!(listed(&mut town, "open").is_empty());
    assert_eq!(listed(&mut town, "ended").len(), 2);
}

#[test]
fn a_withdrawal_of_what_was_entered_waits_for_a_clerk() {
    let mut town = town();
    assert!(town.take("applications", &PORTAL, &[portal("A-1", "one-stop-move-out", "")]).refused.is_empty());
    let no = listed(&mut town, "open")[0]["from_application"].clone();
    let opened = town.run("application-open", "clerk", &json!({ "from_application": no }), true);
    let mut input = usual("move-out", town.today);
    for (item, value) in opened.outcome.answer.unwrap().data["input"].as_object().unwrap() {
        input[item] = value.clone();
    }
    let entered = town.run("move-out", "clerk", &input, true);
    assert!(entered.committed, "{:?}", entered.findings);
    town.take("applications", &PORTAL, &[portal("T-1", "move-out-withdrawal", "A-1")]);
    let row = listed(&mut town, "open").remove(0);
    assert_eq!(row["what"], "転出届の取消（マイナポータル）");
    assert!(row["to_check"].as_str().unwrap().contains("もう仮登録しています"), "{row}");
    // Two withdrawals of one application in one file are one end.
    town.take("applications", &PORTAL, &[portal("D-1", "one-stop-move-out", "")]);
    let twice = [portal("T-8", "move-out-withdrawal", "D-1"), portal("T-9", "move-out-withdrawal", "D-1")];
    assert!(town.take("applications", &PORTAL, &twice).refused.is_empty());
    // One file with both: whoever takes back what nobody has seen leaves nothing to do.
    let both = [portal("B-1", "one-stop-move-out", ""), portal("T-2", "move-out-withdrawal", "B-1")];
    assert!(town.take("applications", &PORTAL, &both).refused.is_empty());
    assert_eq!(listed(&mut town, "open").len(), 1);
}

#[test]
fn what_is_no_application_is_refused() {
    let mut town = town();
    let mut nobody = portal("A-3", "move-within-plan", "");
    nobody[4] = "";
    let mut day = portal("A-4", "one-stop-move-out", "");
    day[9] = "2026-05-40";
    let rows = [portal("A-2", "immigration-notice", ""), nobody, day, portal("A-5", "one-stop-move-out", "")];
    let applied = town.take("applications", &PORTAL, &rows);
    let refused: Vec<&str> = applied.refused.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(refused, ["A-2"]);
    assert!(applied.refused.iter().all(|one| one.message.starts_with("E174 ")), "{:?}", applied.refused);
    assert_eq!(listed(&mut town, "open").len(), 3);
}

/// 申請管理 has handed it on and looks at it no more, so it must be seen here.
#[test]
fn what_does_not_fit_its_form_is_listed_with_the_reason_until_it_comes_corrected() {
    let mut town = town();
    let mut kind = portal("A-1", "one-stop-move-out", "");
    kind[10] = "77";
    let mut day = portal("A-2", "one-stop-move-out", "");
    day[9] = "2026-05-40";
    let mut nobody = portal("A-3", "move-within-plan", "");
    nobody[4] = "";
    assert!(town.take("applications", &PORTAL, &[kind.clone(), day, nobody]).refused.is_empty());
    let mut rows = listed(&mut town, "open");
    rows.sort_by_key(|row| row["external_no"].to_string());
    let told: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|row| ["status_label", "rule", "to_check"].map(|item| row[item].as_str().unwrap()).into())
        .collect();
    for ((status, rule, to_check), part) in told.into_iter().zip(["転出", "異動", "氏名も宛名番号もない"])
    {
        assert_eq!((status, rule), ("受付不可", "E174"), "{to_check}");
        assert!(to_check.contains(part) && to_check.contains("終了にして"), "{to_check}");
    }
    // The same once more changes nothing; corrected, it takes the place.
    assert!(town.take("applications", &PORTAL, &[kind.clone()]).refused.is_empty());
    assert_eq!(listed(&mut town, "open").len(), 3);
    assert!(town.take("applications", &PORTAL, &[portal("A-1", "one-stop-move-out", "")]).refused.is_empty());
    let rows = listed(&mut town, "open");
    let row = rows.iter().find(|row| row["external_no"] == "A-1").unwrap();
    assert_eq!((&row["status_label"], &row["rule"]), (&json!("未処理（受領時のまま）"), &json!("")), "{row}");
    assert_eq!(rows.len(), 3);
    // A withdrawal ends it as any other.
    assert!(
        town.take("applications", &PORTAL, &[portal("T-2", "move-out-withdrawal", "A-2")]).refused.is_empty()
    );
    assert_eq!(listed(&mut town, "open").len(), 2);
}

#[test]
fn a_notice_of_immigration_shows_before_and_after_and_a_lost_status_leads_to_deletion() {
    let mut town = town();
    let names = [
        "row_no",
        "application_no",
        "procedure",
        "name",
        "birth_date",
        "event_date",
        "name_kana",
        "family_name",
    ];
    let row =
        |no, procedure, family| vec![no, no, procedure, "渡邊　花子", "1980-01-01", "2026-03-30", "", family];
    let rows = [row("I-1", "immigration-notice", "渡部"), row("I-2", "immigration-loss", "")];
    let applied = town.take("immigration-notices", &names, &rows);
    assert!(applied.refused.is_empty(), "{:?}", applied.refused);
    let listed = listed(&mut town, "open");
    assert_eq!(listed[0]["rule"], "A176");
    assert!(
        listed[0]["corrections"].as_str().unwrap().contains("「渡邊　花子」→「渡部　花子」"),
        "{}",
        listed[0]
    );
    let open = |town: &mut Town, no: &serde_json::Value| {
        let input = json!({ "from_application": no });
        town.run("application-open", "clerk", &input, true).outcome.answer.unwrap().data
    };
    let notice = open(&mut town, &listed[0]["from_application"]);
    assert_eq!(notice["function"], "resident-register/correction");
    let sheet = notice["corrections"].as_array().unwrap();
    let name = sheet.iter().find(|one| one["name"] == "name").unwrap();
    assert_eq!((&name["before"], &name["after"]), (&json!("渡邊　花子"), &json!("渡部　花子")));
    let loss = open(&mut town, &listed[1]["from_application"]);
    assert_eq!(loss["function"], "resident-register/ex-officio-deletion");
    assert_eq!(loss["input"]["deletion_kind"], "status-lost");
    assert!(loss["corrections"].as_array().unwrap().is_empty());
    // Nothing of it has touched the register.
    assert_eq!(town.person("渡邊　花子").name, "渡邊　花子");
    let held = town.view().load_by::<Application>("status", "open").unwrap();
    assert_eq!(held.len(), 2);
}

#[test]
fn an_application_for_a_copy_opens_its_form_and_is_used_once() {
    let mut town = town();
    let list = "申請番号,氏名,生年月日,請求の別,請求者,使用目的,世帯主・続柄\nC-1,渡邊　太郎,1980-01-01,self,渡邊　太郎,勤め先,1\n";
    let input = json!({ "what": "certificate", "list": list });
    let taken = town.run("application-import", "clerk", &input, true);
    assert!(taken.committed, "{:?}", taken.findings);
    let no = listed(&mut town, "open")[0]["from_application"].clone();
    let opened = town.run("application-open", "clerk", &json!({ "from_application": no }), true);
    let data = opened.outcome.answer.unwrap().data;
    assert_eq!(data["function"], "resident-register/issue-copy");
    let issued = town.run("issue-copy", "clerk", &data["input"], true);
    assert!(issued.committed, "{:?}", issued.findings);
    let row = listed(&mut town, "entered").remove(0);
    assert!(row["provisional_no"].as_str().unwrap().starts_with("20260401 "), "{row}");
    let again = town.run("issue-copy", "clerk", &data["input"], true);
    assert_eq!(again.codes(), ["D081"]);
}

#[test]
fn a_permission_to_stay_for_good_empties_the_end_of_the_stay() {
    let mut town = town();
    let mut input = usual("move-in", town.today);
    input["members"][0] = foreigner("ＬＥＥ　ＡＮＮ");
    let entered = town.run("move-in", "clerk", &input, true);
    let no = json!({ "provisional_no": entered.outcome.opens });
    assert!(town.run("finalize", "reviewer", &no, true).committed, "{:?}", entered.findings);
    let names = [
        "row_no",
        "application_no",
        "procedure",
        "name",
        "birth_date",
        "event_date",
        "status_of_residence",
        "stay_expires_on",
    ];
    let row =
        vec!["P-1", "P-1", "immigration-notice", "ＬＥＥ　ＡＮＮ", "1990-06-01", "2026-03-30", "X14", ""];
    let applied = town.take("immigration-notices", &names, &[row]);
    assert!(applied.refused.is_empty(), "{:?}", applied.refused);
    let waiting = listed(&mut town, "open").pop().unwrap();
    let told = waiting["corrections"].as_str().unwrap();
    assert!(told.contains("在留期間の満了の日"), "{told}");
    let opened = json!({ "from_application": waiting["from_application"] });
    let data = town.run("application-open", "clerk", &opened, true).outcome.answer.unwrap().data;
    let sheet = data["corrections"].as_array().unwrap();
    let end = sheet.iter().find(|one| one["name"] == "stay_expires_on").unwrap();
    assert_eq!(end["after"], "", "{end}");
    // The form opens so, and what it enters fits together.
    let ran = town.run("correction", "clerk", &data["input"], true);
    assert!(ran.committed, "{:?}", ran.findings);
}

#[test]
fn a_person_on_two_certificates_is_an_alert_in_the_list() {
    let mut town = town();
    let other = |no: &'static str, given, code, order| {
        let mut row = mover(given, code, order);
        (row[0], row[11]) = (no, no);
        row
    };
    let rows = [
        other("R8-1", "一郎", CODE, "1"),
        other("R8-2", "一郎", CODE, "1"),
        other("R8-3", "二郎", "12345678903", "1"),
    ];
    assert!(town.take("transfers", &TRANSFER, &rows).refused.is_empty());
    let listed = town.run("transfer-list", "clerk", &json!({}), true).outcome.answer.unwrap().data;
    let told: Vec<(&str, bool)> = listed["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let told = row["to_check"].as_str().unwrap();
            (row["rule"].as_str().unwrap(), told.contains("受信番号TSK-R8-") && told.contains("一郎"))
        })
        .collect();
    assert_eq!(told, [("D088", true), ("D088", true), ("", false)]);
    assert!(!listed.to_string().contains(CODE));
}
