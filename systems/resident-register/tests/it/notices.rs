//! The notices as a whole: what the prefecture would hold of everybody, the datasets, the numbers beside them.

use std::collections::BTreeMap;

use domain::{Address, AddresseeNo, IndividualNumber, RegisterDate, Sex};
use proptest::prelude::*;
use register::ViewExt;
use resident_register::records::{
    NoticeChange, NoticeKind, NoticeState, OUTBOUND_NOTICE, OutboundNotice, Person,
};
use serde_json::{Value, json};
use system::{Fate, Row};

use crate::cases::usual;
use crate::sequences::{Play, Step, step};
use crate::town::{Described, Town};

/// The six items of 本人確認情報, 旧氏 and 通称 as part of the name.
#[derive(Clone, Debug, PartialEq)]
struct Six {
    names: [String; 3],
    birth: RegisterDate,
    sex: Sex,
    address: Address,
    code: String,
    number: String,
}

fn six_of(person: &Person) -> Six {
    Six {
        names: [person.name.clone(), person.former_family_name.clone(), person.alias_name.clone()],
        birth: person.birth_date,
        sex: person.sex,
        address: person.address.clone(),
        code: person.resident_record_code.map(|code| code.expose().to_owned()).unwrap_or_default(),
        number: person.individual_number.map(|number| number.expose().to_owned()).unwrap_or_default(),
    }
}

fn notices(town: &Town) -> Vec<OutboundNotice> {
    let mut found = Vec::new();
    town.view()
        .scan(&OUTBOUND_NOTICE, None, &mut |stored| {
            found.push(stored.typed::<OutboundNotice>()?.record);
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .unwrap();
    found
}

/// What the notice says, with the numbers the gateway asks for.
fn told(town: &mut Town, notice: &OutboundNotice) -> Six {
    let mut input = usual("notice-numbers", town.today);
    input["message_no"] = json!(notice.message_no);
    let ran = town.run("notice-numbers", "gateway", &input, true);
    let data = ran.outcome.answer.unwrap().data;
    let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
    let content = &notice.content;
    Six {
        names: [content.name.clone(), content.former_family_name.clone(), content.alias_name.clone()],
        birth: content.birth_date,
        sex: content.sex,
        address: content.address.clone(),
        code: text("resident_record_code"),
        number: text("individual_number"),
    }
}

/// What happens at the counter beside the movements of `sequences`.
#[derive(Clone, Debug)]
enum Event {
    Movement(Step),
    Number { who: usize, kind: usize, blank: bool },
    Answer { which: usize },
    Nationality { who: usize, loss: bool },
    FormerName { who: usize },
    BulkAddress { who: usize },
    Resend { which: usize },
    MoveInNotice { who: usize },
}

fn event() -> impl Strategy<Value = Event> {
    let any_of = || 0_usize..8;
    prop_oneof![
        12 => step().prop_map(Event::Movement),
        1 => (any_of(), 0_usize..5, any::<bool>()).prop_map(|(who, kind, blank)| Event::Number { who, kind, blank }),
        1 => any_of().prop_map(|which| Event::Answer { which }),
        1 => (any_of(), any::<bool>()).prop_map(|(who, loss)| Event::Nationality { who, loss }),
        1 => any_of().prop_map(|who| Event::FormerName { who }),
        1 => any_of().prop_map(|who| Event::BulkAddress { who }),
        1 => any_of().prop_map(|which| Event::Resend { which }),
        1 => any_of().prop_map(|who| Event::MoveInNotice { who }),
    ]
}

fn number(play: &mut Play) -> String {
    play.newcomers += 1;
    IndividualNumber::from_first_eleven(80_000_000_000 + play.newcomers).unwrap().expose().to_owned()
}

fn happen(play: &mut Play, event: &Event) {
    let persons = play.persons();
    let today = play.town.today;
    let some = |who: usize| persons[who % persons.len()].clone();
    match event {
        Event::Movement(step) => play.play(step),
        Event::Number { who, kind, blank } => {
            let mut input = usual("number-change", today);
            input["number_kind"] = json!(["45", "46", "47", "48", "49"][*kind]);
            input["targets"] = json!([some(*who).addressee_no]);
            if *kind < 3 && !blank {
                input["individual_number"] = json!(number(play));
            }
            play.enter("number-change", &input);
        }
        Event::Answer { which } => {
            let mut open = notices(&play.town);
            open.retain(|one| one.notice == NoticeKind::NumberRequest && one.answered_on.is_none());
            let Some(request) = open.get(which % open.len().max(1)) else { return };
            let input = json!({ "message_no": request.message_no, "individual_number": number(play) });
            play.town.run("number-answer", "gateway", &input, true);
        }
        Event::Nationality { who, loss } => {
            let mut input = usual("nationality", today);
            input["targets"] = json!([some(*who).addressee_no]);
            if *loss {
                input = json!({
                    "nationality_kind": "loss", "event_date": today.to_string(), "notified_on": today.to_string(),
                    "basis": "notice", "targets": [some(*who).addressee_no], "name_roman": "ＹＡＭＡＤＡ　ＴＡＲＯ",
                    "nationality": "米国", "nationality_code": "USA", "art30_45_class": "06",
                });
            }
            play.enter("nationality", &input);
        }
        Event::FormerName { who } => {
            let mut input = usual("former-name", today);
            input["name_kind"] = json!("54");
            input["targets"] = json!([some(*who).addressee_no]);
            input["former_family_name"] = json!("鈴木");
            input["former_family_kana"] = json!("スズキ");
            play.enter("former-name", &input);
        }
        Event::BulkAddress { who } => {
            let person = some(*who);
            let mut input = usual("bulk-address", today);
            let (no, place) = (person.household_no, &person.address);
            input["list"] = json!(format!("{no},{},{},浜二丁目,{who}番", place.town, place.lot));
            input["skip_errors"] = json!(true);
            play.town.run("bulk-address", "night", &input, true);
        }
        Event::Resend { which } => {
            let open = notices(&play.town);
            let Some(one) = open.get(which % open.len().max(1)) else { return };
            let mut input = usual("notice-resend", today);
            input["message_no"] = json!(one.message_no);
            play.town.run("notice-resend", "clerk", &input, true);
        }
        Event::MoveInNotice { who } => {
            let mut input = usual("move-in-notice", today);
            input["targets"] = json!([some(*who).addressee_no]);
            play.enter("move-in-notice", &input);
        }
    }
}

fn town() -> Town {
    let mut town = Town::new();
    town.pool(30);
    let born = RegisterDate::Day(jiff::civil::date(1980, 1, 1));
    let member = |name, relation| Described { name, relation, sex: Sex::Unknown, birth: born };
    town.household("1番地", &[member("太郎", "世帯主"), member("花子", "妻"), member("一郎", "同居人")]);
    town.household("2番地", &[member("次郎", "世帯主"), member("三郎", "同居人")]);
    town.household("3番地", &[member("四郎", "世帯主")]);
    town
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// The prefecture began with what the register had, and took every 本人確認情報 in order: it holds the six items of each
    /// resident as the register does, and nobody else. It is never told to record whom it holds or to delete whom it does not.
    #[test]
    fn who_takes_every_identity_notice_in_order_holds_the_six_items_of_every_resident(
        events in prop::collection::vec(event(), 1..40),
    ) {
        let mut play = Play { town: town(), waiting: Vec::new(), newcomers: 0 };
        let mut held: BTreeMap<AddresseeNo, Six> =
            play.persons().iter().map(|person| (person.addressee_no, six_of(person))).collect();
        for event in &events {
            happen(&mut play, event);
            prop_assert_eq!(play.town.contradictions(), Vec::<String>::new(), "after {:?}", event);
        }
        let made = notices(&play.town);
        let mut replaced: Vec<&str> = Vec::new();
        for notice in made.iter().filter(|one| one.notice == NoticeKind::Identity) {
            let no = notice.addressee_no;
            if !notice.resend_of.is_empty() {
                // The same row once more: whoever has taken the first has nothing to do.
                replaced.push(&notice.resend_of);
                continue;
            }
            let six = told(&mut play.town, notice);
            match notice.change.unwrap() {
                NoticeChange::Record => prop_assert!(held.insert(no, six).is_none(), "{notice:?}: held already"),
                NoticeChange::Delete => prop_assert!(held.remove(&no).is_some(), "{notice:?}: not held"),
                NoticeChange::Correct => {
                    prop_assert!(held.insert(no, six.clone()).is_some_and(|was| was != six), "{notice:?}: no change");
                }
            }
        }
        let residents: BTreeMap<AddresseeNo, Six> = play
            .persons()
            .iter()
            .filter(|person| person.is_resident())
            .map(|person| (person.addressee_no, six_of(person)))
            .collect();
        prop_assert_eq!(held, residents);
    }
}

/// Runs a movement up to 本登録.
fn make_final(town: &mut Town, function: &str, input: &Value) {
    let ran = town.run(function, "clerk", input, true);
    assert!(ran.committed, "{:?}", ran.findings);
    let no = ran.outcome.opens.unwrap();
    let ran = town.run("finalize", "reviewer", &json!({ "provisional_no": no }), true);
    assert!(ran.committed, "{:?}", ran.findings);
}

fn rows(town: &Town, dataset: &str) -> Vec<BTreeMap<&'static str, String>> {
    let view = town.view();
    let dataset = town.system.datasets.iter().find(|one| one.id == dataset).unwrap();
    let mut rows = Vec::new();
    view.scan(dataset.kind, None, &mut |stored| {
        let mut row = Row::new();
        if (dataset.row)(&*view, stored, &mut row)? == Fate::Row {
            assert_eq!(row.len(), dataset.items.len());
            rows.push(dataset.names().into_iter().zip(row.values().map(str::to_owned)).collect());
        }
        Ok(std::ops::ControlFlow::Continue(()))
    })
    .unwrap();
    rows
}

#[test]
fn the_datasets_have_each_notice_once_in_order_and_no_number() {
    let mut town = town();
    let mut input = usual("move-in", town.today);
    input["members"][0]["domicile_municipality"] = json!("みなと郡台帳町");
    make_final(&mut town, "move-in", &input);
    let mover = town.people["太郎"];
    let mut input = usual("move-within", town.today);
    input["targets"] = json!([mover]);
    input["relations"] = json!([{ "addressee_no": mover, "relation": "世帯主" }]);
    make_final(&mut town, "move-within", &input);

    let sent = rows(&town, "resident-register/juki-net-notice");
    let told: Vec<(&str, &str)> =
        sent.iter().map(|row| (row["notice"].as_str(), row["category"].as_str())).collect();
    assert_eq!(told, [("HON", "転入等"), ("TNY", "転入通知"), ("HON", "転居")]);
    assert_eq!(sent[0]["sequence"], "1");
    assert_eq!(sent[0]["carries_number"], "1");
    // The domicile of both is here: the 附票 is the town's own.
    let annex = rows(&town, "resident-register/annex-notice");
    let told: Vec<&str> = annex.iter().map(|row| row["category"].as_str()).collect();
    assert_eq!(told, ["転入等", "転居"]);
    assert_eq!(annex[1]["through"], "in-house");
    assert!(rows(&town, "resident-register/immigration-notice").is_empty());
    for row in sent.iter().chain(&annex) {
        for value in row.values() {
            assert!(value != "23057188464" && value != "123456789018", "{value}");
        }
    }

    // What is sent again takes the place of what was; what was told by hand does not go out.
    let first = sent[0]["message_no"].clone();
    let input = json!({ "message_no": first, "category": "職権記載等", "reason": "区分の誤り" });
    assert!(town.run("notice-resend", "clerk", &input, true).committed);
    let input = json!({ "message_no": sent[1]["message_no"], "reason": "電話で伝えた" });
    assert!(town.run("notice-complete", "clerk", &input, true).committed);
    let sent = rows(&town, "resident-register/juki-net-notice");
    let told: Vec<(&str, &str)> =
        sent.iter().map(|row| (row["category"].as_str(), row["resend_of"].as_str())).collect();
    assert_eq!(told, [("転居", ""), ("職権記載等", first.as_str())]);
    assert_eq!(town.contradictions(), Vec::<String>::new());
}

#[test]
fn the_gateway_gets_the_numbers_of_the_row_that_is_told() {
    let mut town = town();
    let before = town.person("太郎").individual_number.unwrap().expose().to_owned();
    let mut input = usual("former-name", town.today);
    input["name_kind"] = json!("54");
    input["targets"] = json!([town.people["太郎"]]);
    input["former_family_name"] = json!("鈴木");
    input["former_family_kana"] = json!("スズキ");
    make_final(&mut town, "former-name", &input);
    let mut input = usual("number-change", town.today);
    input["number_kind"] = json!("45");
    input["targets"] = json!([town.people["太郎"]]);
    input["individual_number"] = json!("123456789018");
    make_final(&mut town, "number-change", &input);
    let made = notices(&town);
    let mut numbers = Vec::new();
    for notice in &made {
        let mut input = usual("notice-numbers", town.today);
        input["message_no"] = json!(notice.message_no);
        let ran = town.run("notice-numbers", "gateway", &input, true);
        assert_eq!(ran.outcome.reason, "send: 本人確認情報の送信");
        let answer = ran.outcome.answer.unwrap();
        assert_eq!(answer.subjects, [town.people["太郎"].to_string()]);
        numbers.push((notice.notice.tag(), answer.data["individual_number"].as_str().map(str::to_owned)));
    }
    // 旧氏, its 附票, then the new number and where its card is sent; what has no 個人番号 does not get it.
    let new = "123456789018".to_owned();
    assert_eq!(numbers, [("HON", Some(before)), ("FUH", None), ("HON", Some(new)), ("SOF", None)]);
}

/// A town that was brought along has told nobody of its rows, and is not asked to have.
#[test]
fn a_loaded_town_has_nothing_to_prove() {
    let town = town();
    assert!(notices(&town).is_empty());
    assert_eq!(town.contradictions(), Vec::<String>::new());
}

/// Two 転入通知 of one person in one batch: the newest stands, in whatever order they lie there.
#[test]
fn the_newest_of_two_notices_in_one_batch_stands() {
    let names = ["notice_no", "name", "birth_date", "municipality", "moved_on", "notified_on"];
    let older = vec!["100", "山田　太郎", "1980-01-01", "河原市", "2026-03-20", "2026-03-21"];
    let newer = vec!["101", "山田太郎", "1980-01-01", "河原市", "2026-03-22", "2026-03-23"];
    for rows in [[older.clone(), newer.clone()], [newer, older]] {
        let mut town = town();
        let applied = town.take("move-in-notices", &names, &rows);
        assert!(applied.refused.is_empty(), "{:?}", applied.refused);
        let held = |status: &str| {
            let view = town.view();
            let held = view.load_by::<resident_register::records::ReceivedNotice>("status", status).unwrap();
            held.into_iter().map(|held| held.record.received_no).collect::<Vec<_>>()
        };
        assert_eq!(held("open"), ["TNY-101"]);
        assert_eq!(held("superseded"), ["TNY-100"]);
        // The same rows again change nothing.
        assert!(town.take("move-in-notices", &names, &rows).writes.is_empty());
    }
}

/// Where somebody hidden went or came from is not in the list; that a notice was made is.
#[test]
fn the_list_of_notices_does_not_tell_where_a_protected_person_goes() {
    let mut town = town();
    let no = town.people["太郎"];
    let mut input = usual("move-out", town.today);
    input["targets"] = json!([no]);
    input["special"] = json!(true);
    input["card_checked"] = json!(true);
    input["event_date"] = json!("2026-04-10");
    make_final(&mut town, "move-out", &input);
    let listed = |town: &mut Town| {
        let ran = town.run("notice-list", "clerk", &json!({ "notice": "TSK" }), true);
        ran.outcome.answer.unwrap().data["rows"][0].clone()
    };
    assert_eq!(listed(&mut town)["notice_to"], "架空県河原市");
    let mut input = usual("support-apply", town.today);
    input["applicant"] = json!(no);
    assert!(town.run("support-apply", "clerk", &input, true).committed);
    let row = listed(&mut town);
    assert_eq!(
        (row["name"].as_str(), row["category"].as_str()),
        (Some("山田　太郎"), Some("転出証明書情報"))
    );
    assert!(!row.to_string().contains("河原市"), "{row}");
}

#[test]
fn the_list_is_by_kind_day_person_and_state() {
    let mut town = town();
    let mut input = usual("move-within", town.today);
    input["targets"] = json!([town.people["四郎"]]);
    make_final(&mut town, "move-within", &input);
    town.today = jiff::civil::date(2026, 4, 3);
    let mut input = usual("death", town.today);
    input["targets"] = json!([town.people["次郎"]]);
    make_final(&mut town, "death", &input);
    assert!(
        town.run(
            "notice-complete",
            "clerk",
            &json!({ "message_no": "000000000001", "reason": "電話" }),
            true
        )
        .committed
    );
    let mut found = |input: Value| {
        let ran = town.run("notice-list", "clerk", &input, true);
        let data = ran.outcome.answer.unwrap_or_default().data;
        let rows = data["rows"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| row["message_no"].as_str().unwrap()[11..].to_owned())
            .collect::<Vec<_>>()
            .join(",")
    };
    // Today's, when nothing is said.
    assert_eq!(found(json!({})), "3");
    assert_eq!(found(json!({ "from": "2026-04-01" })), "1,2");
    assert_eq!(found(json!({ "from": "2026-04-01", "to": "2026-04-03" })), "1,2,3");
    assert_eq!(found(json!({ "from": "2020-04-01", "to": "2026-04-03", "notice": "HON" })), "1,3");
    assert_eq!(found(json!({ "from": "2026-04-01", "notice_state": "by-hand" })), "1");
    assert_eq!(found(json!({ "addressee_no": AddresseeNo::from_serial(6).unwrap() })), "1,2");
    assert_eq!(found(json!({ "from": "2026-04-03", "to": "2026-04-01" })), "");
}

#[test]
fn the_reviewer_sees_which_notices_go_out() {
    let mut town = town();
    let mut input = usual("death", town.today);
    input["targets"] = json!([town.people["太郎"]]);
    let no = town.run("death", "clerk", &input, true).outcome.opens.unwrap();
    let ran = town.run("finalize", "reviewer", &json!({ "provisional_no": no }), true);
    let notices = &ran.outcome.answer.unwrap().data["notices"];
    assert_eq!(
        *notices,
        json!([{
            "addressee_no": town.people["太郎"], "notice": "本人確認情報", "category": "死亡", "notice_to": "都道府県知事",
        }])
    );
}

/// The checks find what no function can bring about.
#[test]
fn a_lost_notice_is_found() {
    let mut town = town();
    for (date, targets) in [("2026-04-01", "四郎"), ("2026-04-02", "四郎")] {
        town.today = date.parse().unwrap();
        let mut input = usual("move-within", town.today);
        input["targets"] = json!([town.people[targets]]);
        input["lot"] = json!(format!("{}番地", town.today.day() + 50));
        make_final(&mut town, "move-within", &input);
    }
    assert_eq!(town.contradictions(), Vec::<String>::new());
    // HON and FUH of each move: the second HON disappears.
    let lost = register::Write::close(&OUTBOUND_NOTICE, "000000000003", 1);
    town.commit("test", vec![lost]);
    let found = town.contradictions();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("送信順序が4です。3のはずです"), "{found:?}");
    assert!(found[1].contains("履歴番号3の異動の本人確認情報が作られていません"), "{found:?}");
}

#[test]
fn a_notice_replaced_by_none_is_found() {
    let mut town = town();
    let mut input = usual("death", town.today);
    input["targets"] = json!([town.people["太郎"]]);
    make_final(&mut town, "death", &input);
    let mut notice = notices(&town).remove(0);
    notice.state = NoticeState::Resent;
    town.commit("test", vec![register::Write::put(&notice, Some(1)).unwrap()]);
    let found = town.contradictions();
    assert!(found.len() == 1 && found[0].contains("再送の通知がないか"), "{found:?}");
}
