//! What a move-in sets going.

use jiff::SignedDuration;
use linkage::Phase;
use office::{Clock, LinkSources, LinkStanding, LinkWorker, Turn};
use std::path::PathBuf;

use register::{Actor, Body, Draft, Position, Touched, Write};
use serde_json::json;
use transport::Folder;

use super::house::{TestHouse, three_people};

fn numbers(house: &TestHouse) -> Vec<String> {
    let answer = house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap().answer.unwrap();
    answer.subjects
}

/// A town whose welfare suite holds the first full extract; then three people moved in.
fn moved_in_behind_an_answered_full_extract() -> TestHouse {
    let house = TestHouse::new();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    house.move_in();
    house.settle();
    house
}

#[test]
fn a_move_in_reaches_every_subscriber_and_both_suites() {
    let house = moved_in_behind_an_answered_full_extract();
    let people = numbers(&house);
    assert_eq!(people.len(), 3);

    // In process: the same person is known to three systems.
    for person in &people {
        let addressee = house.run("addressee/inquiry", json!({ "addressee_no": person })).unwrap();
        assert!(addressee.answer.unwrap().data.to_string().contains("葛\u{e0102}城"), "{person}");
    }
    let entitled = house.run("child-allowance/list", json!({ "as_of": "R8.12.1" })).unwrap().answer.unwrap();
    assert_eq!(entitled.data["count"], 1, "one child of three: {}", entitled.data);
    let electors =
        house.run("electoral-roll/list", json!({ "base_date": "R9.3.1" })).unwrap().answer.unwrap();
    assert_eq!(electors.subjects.len(), 2, "two adults after three months: {}", electors.data);

    // Files: the difference for welfare lies in its place, numbered, with its control file.
    let out = house.place("welfare-suite").out();
    let changes = std::fs::read(out.join("ido_20261120_000001.csv")).unwrap();
    let units: Vec<u16> =
        changes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let text = String::from_utf16(&units).unwrap();
    assert!(text.matches("葛\u{e0102}城").count() >= 3, "{text}");
    assert!(text.contains("𠮷乃"));
    assert!(out.join("ido_20261120_000001.csv.ctl").exists());

    // Receipts come back, and the delivery is applied.
    assert_eq!(house.receiver("welfare-suite").turn().unwrap().len(), 1, "the changes");
    house.settle();
    let deliveries = house.office.deliveries("resident-changes-to-welfare", None, 10).unwrap();
    assert_eq!(
        deliveries.iter().map(|own| (own.no, own.phase, own.rows)).collect::<Vec<_>>(),
        [(1, Phase::Applied, 3)]
    );

    // The trace of one person names every delivery that carried them.
    let mut trace: Vec<String> =
        house.office.trace(&people[0]).unwrap().into_iter().map(|line| line.delivery.link).collect();
    trace.sort();
    assert_eq!(
        trace,
        [
            "addressee-numbers-to-intermediate-server",
            "addressee-to-application-management",
            "addressee-to-light-vehicle-tax",
            "addressee-to-tax-collection",
            "addressees-to-convenience-store",
            "non-resident-to-integrated-addressee",
            "non-resident-to-resident",
            "resident-changes-to-welfare",
            "resident-to-addressee",
            "resident-to-child-allowance",
            "resident-to-convenience-store",
            "resident-to-electoral-roll",
            "resident-to-integrated-addressee",
            "specific-personal-to-integrated-addressee",
        ]
    );
}

/// Both go by the same table of notices: at once to 住基ネット, in order, and without the numbers, which the gateway asks for.
#[test]
fn a_move_in_is_told_to_juki_net_and_a_japanese_one_not_to_immigration() {
    let house = moved_in_behind_an_answered_full_extract();
    let sent =
        std::fs::read_to_string(house.place("juki-net").out().join("tsuchi_20261120_000001.csv")).unwrap();
    let rows: Vec<Vec<&str>> = sent.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let told: Vec<(&str, &str)> = rows.iter().map(|row| (row[2], row[4])).collect();
    assert_eq!(told, [("1", "HON"), ("2", "TNY"), ("1", "HON"), ("2", "TNY"), ("1", "HON"), ("2", "TNY")]);
    for number in ["123456789018", "12345678903", "983205673214", "23057188464", "40000000010"] {
        assert!(!sent.contains(number), "{number}");
    }
    assert_eq!(house.receiver("juki-net").turn().unwrap().len(), 1);
    house.settle();
    // The file of the day is due at 19:30 and has nobody in it.
    house.clock.pass(SignedDuration::from_hours(12));
    house.settle();
    let daily = house.office.deliveries("resident-notices-to-immigration", None, 9).unwrap();
    assert!(daily.iter().all(|delivery| delivery.rows == 0), "{daily:?}");
}

#[test]
fn the_daily_full_file_in_jef_reports_what_it_could_not_write() {
    let house = TestHouse::new();
    house.settle();
    house.receiver("tax-suite").turn().unwrap();
    house.move_in();
    house.settle();
    // 20:30 has come: the full extract of the evening is written.
    house.clock.pass(SignedDuration::from_hours(12));
    house.settle();
    let taken = house.receiver("tax-suite").turn().unwrap();
    assert_eq!(taken.iter().map(|own| own.control.rows).collect::<Vec<_>>(), [3]);
    house.settle();
    let delivery = house.office.deliveries("resident-full-to-tax", None, 1).unwrap().remove(0);
    assert_eq!((delivery.no, delivery.phase, delivery.rows), (2, Phase::Applied, 3));
    assert!(delivery.characters.get("縮退").is_some_and(|count| *count >= 1), "{:?}", delivery.characters);
    let lines = house.office.characters("resident-full-to-tax", 2, "", 1_000).unwrap();
    let lost: Vec<&str> =
        lines.iter().filter(|line| line.done == "縮退").map(|line| line.character.as_str()).collect();
    assert!(lost.contains(&"𠮷"), "{lost:?}");
    let people = numbers(&house);
    assert!(lines.iter().all(|line| people.contains(&line.subject)), "each line names its resident");
    let one = house.office.characters("resident-full-to-tax", 2, "縮退", 1).unwrap();
    assert_eq!((one.len(), one[0].done.as_str()), (1, "縮退"));
}

#[test]
fn a_repeat_of_the_worker_changes_nothing() {
    let house = TestHouse::new();
    house.settle();
    house.move_in();
    house.settle();
    let head = house.office.journal().head().unwrap();
    house.settle();
    assert_eq!(house.office.journal().head().unwrap(), head);
}

#[test]
fn a_broken_layout_and_a_broken_place_stop_only_their_link() {
    let house = TestHouse::new();
    let house = house.reopen(|sources| {
        for layout in sources.layouts.iter_mut().filter(|layout| layout.name == "resident-jef.toml") {
            layout.text = layout.text.replace("\"addressee_no\"", "\"no_such_item\"");
        }
        let not_a_folder = PathBuf::from(sources.places["welfare-suite"].as_ref().unwrap().describe())
            .with_extension("file");
        std::fs::create_dir_all(not_a_folder.parent().unwrap()).unwrap();
        std::fs::write(&not_a_folder, "").unwrap();
        sources.places.insert("welfare-suite".into(), Ok(Folder::at(not_a_folder).shared()));
        sources.links.push(office::ListFile { name: "bad.toml".into(), text: "id = 1".into() });
    });
    house.settle();
    house.move_in();
    house.settle();
    let standing = |id: &str| house.office.link_view(id).unwrap().unwrap().standing;
    assert_eq!(standing("resident-full-to-tax"), LinkStanding::Broken);
    assert_eq!(standing("resident-full-to-welfare"), LinkStanding::Trouble);
    assert_eq!(standing("resident-changes-to-welfare"), LinkStanding::Queued, "behind the full extract");
    assert_eq!(standing("resident-to-addressee"), LinkStanding::Idle);
    assert_eq!(house.office.links().broken().len(), 1);
    let why = house.office.link_view("resident-full-to-welfare").unwrap().unwrap().why;
    assert!(why.contains("作成に失敗しました"), "{why}");
    assert_eq!(numbers(&house).len(), 3);
}

#[test]
fn a_place_that_cannot_be_used_stops_only_its_links() {
    let house = TestHouse::new().reopen(|sources| {
        sources.places.insert("welfare-suite".into(), Err("host_key がありません".into()));
    });
    house.settle();
    house.move_in();
    house.settle();
    for (id, standing) in [
        ("resident-full-to-welfare", LinkStanding::Broken),
        ("resident-changes-to-welfare", LinkStanding::Broken),
        ("resident-full-to-tax", LinkStanding::Waiting),
        ("resident-to-addressee", LinkStanding::Idle),
    ] {
        let view = house.office.link_view(id).unwrap().unwrap();
        assert_eq!(view.standing, standing, "{id}: {}", view.why);
        if standing == LinkStanding::Broken {
            assert!(
                view.why.contains("場所「welfare-suite」が使えません: host_key がありません"),
                "{}",
                view.why
            );
        }
    }
}

#[test]
fn a_full_extract_that_waits_does_not_undo_newer_differences() {
    let house = TestHouse::new();
    house.settle();
    // The receiver is down when the first full extract comes; then people move in.
    house.move_in();
    house.settle();
    let view = |id: &str| house.office.link_view(id).unwrap().unwrap();
    assert_eq!(view("resident-full-to-welfare").standing, LinkStanding::Waiting);
    let changes = view("resident-changes-to-welfare");
    assert_eq!(changes.standing, LinkStanding::Queued);
    assert!(
        changes.why.contains("住民情報日次全件データ（福祉総合システム）」の配信1番が先です"),
        "{}",
        changes.why
    );
    // The full extract is held and sent again: still nothing passes it.
    let operator = TestHouse::caller("unyo", &["office/*"]);
    house.office.hold_link(&operator, "resident-full-to-welfare", "先方停止").unwrap();
    house.settle();
    house.office.release_link(&operator, "resident-full-to-welfare").unwrap();
    house.settle();
    let mut came = Vec::new();
    for _ in 0..3 {
        came.extend(house.receiver("welfare-suite").turn().unwrap());
        house.settle();
    }
    let came: Vec<(&str, u64)> = came.iter().map(|own| (&*own.control.extent, own.control.rows)).collect();
    assert_eq!(came, [("full", 0), ("difference", 3)]);
    let full = house.office.delivery("resident-full-to-welfare", 1).unwrap().unwrap().delivery;
    let changes = house.office.delivery("resident-changes-to-welfare", 1).unwrap().unwrap().delivery;
    assert_eq!(changes.from, full.to, "differences go on from the full extract");
}

/// The receiver's people say it is down before the town has started a link for the first time.
#[test]
fn a_link_can_be_held_before_it_first_runs() {
    let house = TestHouse::new();
    let operator = TestHouse::caller("unyo", &["office/*"]);
    house.office.hold_link(&operator, "resident-full-to-welfare", "先方停止").unwrap();
    house.settle();
    assert_eq!(house.receiver("welfare-suite").turn().unwrap().len(), 0);
    house.office.release_link(&operator, "resident-full-to-welfare").unwrap();
    house.settle();
    assert_eq!(house.receiver("welfare-suite").turn().unwrap().len(), 1);
    let error = house.office.hold_link(&operator, "resident-to-nowhere", "試験").unwrap_err();
    assert!(error.to_string().starts_with("連携「resident-to-nowhere」はありません。"), "{error}");
}

#[test]
fn differences_pass_over_what_a_full_extract_brought() {
    let house = TestHouse::new();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    let operator = TestHouse::caller("unyo", &["office/*"]);
    house.office.hold_link(&operator, "resident-changes-to-welfare", "試験").unwrap();
    house.move_in();
    house.office.run_link(&operator, "resident-full-to-welfare").unwrap();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    house.office.release_link(&operator, "resident-changes-to-welfare").unwrap();
    house.settle();
    assert_eq!(house.office.deliveries("resident-changes-to-welfare", None, 10).unwrap().len(), 0);
    let people = numbers(&house);
    let trace = house.office.trace(&people[0]).unwrap();
    let files: Vec<(&str, u64)> = trace
        .iter()
        .filter(|line| line.delivery.file_name.is_some())
        .map(|line| (&*line.delivery.link, line.delivery.no))
        .collect();
    let wanted = [
        ("addressee-numbers-to-intermediate-server", 1),
        ("addressees-to-convenience-store", 1),
        ("resident-full-to-welfare", 2),
        ("resident-to-convenience-store", 1),
    ];
    assert_eq!(files, wanted);
}

#[test]
fn a_refused_delivery_is_held_and_goes_again_under_its_number() {
    let house = moved_in_behind_an_answered_full_extract();
    let mut receiver = house.receiver("welfare-suite");
    receiver.temper = counterparts::Temper::Refusing;
    receiver.turn().unwrap();
    house.settle();
    let view = house.office.link_view("resident-changes-to-welfare").unwrap().unwrap();
    assert_eq!(view.standing, LinkStanding::Held);
    assert!(view.why.contains("受付停止中です"), "{}", view.why);

    // Somebody without the right may not let it go on; the operator may.
    let clerk = TestHouse::caller("tanaka", &["resident-register/*"]);
    assert!(house.office.release_link(&clerk, "resident-changes-to-welfare").is_err());
    let operator = TestHouse::caller("unyo", &["office/*"]);
    house.office.release_link(&operator, "resident-changes-to-welfare").unwrap();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    let delivery = house.office.delivery("resident-changes-to-welfare", 1).unwrap().unwrap();
    assert_eq!(delivery.delivery.phase, Phase::Applied);
    let phases: Vec<Phase> = delivery.steps.iter().map(|step| step.0).collect();
    assert_eq!(phases, [Phase::Prepared, Phase::Sent, Phase::Refused, Phase::Sent, Phase::Applied]);
    let kept = house.place("welfare-suite").receipts().join("ido_20261120_000001.csv.receipt.1");
    assert!(kept.exists(), "the refusal stays as evidence");
}

#[test]
fn a_missing_receipt_alarms_after_its_hour_and_counts_when_it_comes() {
    let house = moved_in_behind_an_answered_full_extract();
    let view = || house.office.link_view("resident-changes-to-welfare").unwrap().unwrap();
    assert_eq!(view().standing, LinkStanding::Waiting);
    house.clock.pass(SignedDuration::from_mins(61));
    house.settle();
    assert_eq!(view().standing, LinkStanding::Trouble);
    assert!(view().why.contains("60分以内に届いていません"), "{}", view().why);
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    assert_eq!(view().standing, LinkStanding::Idle);
}

#[test]
fn a_difference_link_added_later_begins_where_the_full_extract_ended() {
    let house = TestHouse::new();
    let changes = "resident-changes-to-welfare.toml";
    let house = house.reopen(|sources| sources.links.retain(|link| link.name != changes));
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    house.move_in();
    // The link is added after the movement; the receiver's full extract does not hold the three yet.
    let house = house.reopen(|_| {});
    house.settle();
    let deliveries = house.office.deliveries("resident-changes-to-welfare", None, 10).unwrap();
    assert_eq!(deliveries.iter().map(|own| own.rows).collect::<Vec<_>>(), [3]);
}

#[test]
fn two_links_under_one_file_name_do_not_both_run() {
    let house = TestHouse::new().reopen(|sources| {
        let full = sources.links.iter().find(|link| link.name == "resident-full-to-welfare.toml").unwrap();
        let mut twin = full.clone();
        twin.name = "twin-to-welfare.toml".into();
        twin.text = twin.text.replace("id = \"resident-full-to-welfare\"", "id = \"twin-to-welfare\"");
        sources.links.push(twin);
    });
    let view = house.office.link_view("twin-to-welfare").unwrap().unwrap();
    assert_eq!(view.standing, LinkStanding::Broken);
    assert!(view.why.contains("resident-full-to-welfare"), "{}", view.why);
}

/// The link with differences for welfare once more, for another program of the same system at this place.
fn with_changes_twice(place: &str) -> TestHouse {
    TestHouse::new().reopen(|sources| add_twin(sources, place))
}

fn add_twin(sources: &mut LinkSources, place: &str) {
    let changes = sources.links.iter().find(|link| link.name == "resident-changes-to-welfare.toml").unwrap();
    let mut twin = changes.clone();
    twin.name = "twin.toml".into();
    twin.text = twin
        .text
        .replace("id = \"resident-changes-to-welfare\"", "id = \"twin\"")
        .replace("place = \"welfare-suite\"", &format!("place = \"{place}\""))
        .replace("ido_{date}_{no}.csv", "twin_{no}.csv");
    let at =
        PathBuf::from(sources.places["welfare-suite"].as_ref().unwrap().describe()).with_file_name(place);
    sources.places.insert(place.into(), Ok(Folder::at(at).shared()));
    sources.links.push(twin);
}

#[test]
fn two_places_of_a_receiver_each_get_every_change() {
    let house = with_changes_twice("welfare-second");
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    let operator = TestHouse::caller("unyo", &["office/*"]);
    house.office.hold_link(&operator, "twin", "先方停止").unwrap();
    house.move_in();
    house.settle();
    let rows = |link: &str| -> Vec<u64> {
        house.office.deliveries(link, None, 10).unwrap().iter().map(|own| own.rows).collect()
    };
    assert_eq!(house.receiver("welfare-suite").turn().unwrap().len(), 1);
    house.settle();
    assert_eq!((rows("resident-changes-to-welfare"), rows("twin")), (vec![3], vec![]));
    // What came to the one place is not passed over for the other.
    house.office.release_link(&operator, "twin").unwrap();
    house.settle();
    assert_eq!(house.receiver("welfare-second").turn().unwrap().len(), 1);
    house.settle();
    assert_eq!(rows("twin"), [3]);
    assert_eq!(house.office.link_view("twin").unwrap().unwrap().standing, LinkStanding::Idle);
}

#[test]
fn a_second_link_with_differences_to_one_place_does_not_run() {
    let house = with_changes_twice("welfare-suite");
    let view = |id: &str| house.office.link_view(id).unwrap().unwrap();
    let refused = view("twin");
    assert_eq!(refused.standing, LinkStanding::Broken);
    for word in ["「twin」", "「resident-changes-to-welfare」", "「welfare-suite」", "場所を分け", "外して"]
    {
        assert!(refused.why.contains(word), "{word}: {}", refused.why);
    }
    assert_ne!(view("resident-changes-to-welfare").standing, LinkStanding::Broken);
    assert_ne!(
        view("resident-full-to-welfare").standing,
        LinkStanding::Broken,
        "a full extract is its beginning"
    );
}

#[test]
fn a_delivery_on_its_way_from_before_places_had_lanes_is_waited_for() {
    let house = TestHouse::new();
    let earlier = serde_json::json!({
        "target": "integrated-welfare-suite", "dataset": "resident-register/resident", "position": 0,
        "under_way": { "link": "resident-full-to-welfare", "no": 1 },
    });
    let mut draft = Draft::new("linkage", "linkage/worker", Actor::Program("test".into()), house.clock.now());
    let key = "integrated-welfare-suite/resident-register/resident";
    draft.writes.push(Write::create(&linkage::LANE, key, Body::of(&earlier).unwrap()));
    house.office.journal().commit(draft).unwrap();
    let turn = || LinkWorker::new(&house.office).turn("resident-changes-to-welfare").unwrap();
    assert_eq!(turn(), Turn::Worked, "put to work");
    house.move_in();
    assert_eq!(turn(), Turn::Idle { until: None });
    assert_eq!(house.office.deliveries("resident-changes-to-welfare", None, 10).unwrap().len(), 0);
}

#[test]
fn a_link_file_that_does_not_read_keeps_its_place_in_the_order() {
    let full = "resident-full-to-welfare";
    let house = TestHouse::new();
    house.settle();
    house.move_in();
    // Somebody saves half a file while the full extract waits for its receipt.
    let house = house.reopen(|sources| {
        for link in sources.links.iter_mut().filter(|link| link.name == format!("{full}.toml")) {
            link.text.push_str("\nid = ");
        }
    });
    house.settle();
    assert!(house.office.link_view(full).unwrap().is_none());
    let changes = house.office.link_view("resident-changes-to-welfare").unwrap().unwrap();
    assert_eq!(changes.standing, LinkStanding::Queued);
    assert!(changes.why.contains("「resident-full-to-welfare」1番が先"), "{}", changes.why);
    assert!(changes.why.contains("resident-full-to-welfare.toml が読めません"), "{}", changes.why);
    assert!(changes.remedy.contains("直して"), "{}", changes.remedy);
    assert_eq!(changes.last, None);
    // Mended, both go on in their order.
    let house = house.reopen(|_| {});
    assert_eq!(house.receiver("welfare-suite").turn().unwrap().len(), 1);
    house.settle();
    house.settle();
    let rows = |link: &str| -> Vec<u64> {
        house.office.deliveries(link, None, 10).unwrap().iter().map(|own| own.rows).collect()
    };
    assert_eq!((rows(full), rows("resident-changes-to-welfare")), (vec![0], vec![3]));
}

#[test]
fn differences_that_begin_while_the_full_extracts_file_is_broken_leave_no_hole() {
    let (full, changes) = ("resident-full-to-welfare.toml", "resident-changes-to-welfare.toml");
    let house = TestHouse::new().reopen(|sources| sources.links.retain(|link| link.name != changes));
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    house.move_in();
    let house = house.reopen(|sources| {
        for link in sources.links.iter_mut().filter(|link| link.name == full) {
            link.text.push_str("\nid = ");
        }
    });
    house.settle();
    let deliveries = house.office.deliveries("resident-changes-to-welfare", None, 10).unwrap();
    assert_eq!(deliveries.iter().map(|own| own.rows).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_full_extract_of_which_no_row_can_be_written_is_not_sent_as_empty() {
    let house = TestHouse::new();
    house.settle();
    house.receiver("tax-suite").turn().unwrap();
    house.settle();
    house.move_in();
    let house = house.reopen(|sources| {
        for layout in sources.layouts.iter_mut().filter(|layout| layout.name == "resident-jef.toml") {
            layout.text = layout
                .text
                .replace(r#"from = "town","#, r#"from = "deletion_reason","#)
                .replace(r#"name = "town","#, r#"name = "town", required = true,"#);
        }
    });
    house.clock.pass(SignedDuration::from_hours(12));
    house.settle();
    let view = house.office.link_view("resident-full-to-tax").unwrap().unwrap();
    assert_eq!(view.standing, LinkStanding::Trouble);
    assert!(view.why.contains("どれも書き出せません"), "{}", view.why);
}

#[test]
fn only_a_final_movement_is_published() {
    let house = TestHouse::new();
    house.settle();
    house.run_confirming("tanaka", "resident-register/move-in", &three_people());
    house.settle();
    assert_eq!(house.office.deliveries("resident-to-addressee", None, 10).unwrap().len(), 0);
    assert!(!house.place("welfare-suite").out().join("ido_20261120_000001.csv").exists());
}

#[test]
fn bytes_an_older_version_kept_are_sent_and_read_by_their_old_names() {
    let link = "resident-full-to-tax";
    let house = TestHouse::new();
    house.move_in();
    house.settle();
    let folder = house.office.evidence_root().join(link);
    for entry in std::fs::read_dir(&folder).unwrap() {
        // `NO.digits.data` was `NO.data`.
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (no, rest) = name.split_once('.').unwrap();
        let (_, ending) = rest.split_once('.').unwrap();
        std::fs::rename(&path, folder.join(format!("{no}.{ending}"))).unwrap();
    }
    assert!(folder.join("000000000001.data").exists());
    assert_eq!(house.office.check_evidence().unwrap(), Vec::<String>::new());
    assert!(!house.office.characters(link, 1, "", 500).unwrap().is_empty());
    // Lost at the receiver, it is sent again from there.
    let place = house.place("tax-suite");
    std::fs::remove_dir_all(place.out()).unwrap();
    let operator = TestHouse::caller("unyo", &["office/*"]);
    house.office.hold_link(&operator, link, "未着").unwrap();
    house.office.release_link(&operator, link).unwrap();
    house.settle();
    assert_eq!(house.receiver("tax-suite").turn().unwrap().len(), 1);
    house.settle();
    assert_eq!(house.office.deliveries(link, None, 1).unwrap()[0].phase, Phase::Applied);
    // Altered under the old name is told as ever.
    std::fs::write(folder.join("000000000001.data"), "x").unwrap();
    assert_eq!(house.office.check_evidence().unwrap().len(), 1);
}

#[test]
#[cfg(unix)]
fn the_kept_bytes_are_for_the_program_alone() {
    use std::os::unix::fs::PermissionsExt;
    let house = TestHouse::new();
    house.settle();
    let root = house.office.evidence_root().to_path_buf();
    for folder in [root.clone(), root.join("resident-full-to-welfare")] {
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", folder.display());
    }
}

/// What a record concerns, and nobody else: the others look at most half a second later.
#[test]
fn a_change_concerns_its_senders_and_those_that_wait() {
    let house = TestHouse::new();
    let links = house.office.links();
    let concerns = links.concerns();
    let of = |kind: &str, key: &str| {
        let touched = Touched { position: Position(1), kind: kind.to_owned(), key: key.to_owned() };
        concerns.of(&touched).iter().map(|link| (*link).to_owned()).collect::<Vec<_>>()
    };
    let (full, changes) = ("resident-full-to-welfare", "resident-changes-to-welfare");
    let senders = of("resident-register/person", "1");
    for link in [full, changes, "resident-to-addressee"] {
        assert!(senders.contains(&link.to_owned()), "{link}: {senders:?}");
    }
    assert!(senders.len() < links.all().len() / 2, "{senders:?}");
    let lane = linkage::Lane::new(&links.get(full).unwrap().link).unwrap();
    let mut sharing = of("linkage/lane", &register::Record::key(&lane));
    sharing.sort();
    assert_eq!(sharing, [changes, full]);
    assert!(of("linkage/link", full).contains(&full.to_owned()));
    for running in links.all() {
        for awaited in &running.link.after {
            assert!(of("linkage/link", awaited).contains(&running.link.id), "{}", running.link.id);
        }
    }
    assert_eq!(of("linkage/delivery", &format!("{full}/000000000001")), [""; 0]);
}
