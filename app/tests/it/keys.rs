//! The town's key is replaced, and a record's versions are looked at.

use std::fs;

use daicho::demo::{Demo, init, make};
use daicho::history::history;
use daicho::house::{House, Outside, open};
use daicho::keys::rotate;
use office::AuditEntry;
use register::{AsOf, Position, ViewExt};
use resident_register::records::{PERSON, Person};

use super::program::daicho;

/// The 宛名番号 and 個人番号 of the first resident who has one.
fn somebody(house: &House) -> (String, String) {
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let mut found = None;
    view.scan(&PERSON, None, &mut |stored| {
        let body = stored.body.value()?;
        found = body["individual_number"].as_str().map(|number| (stored.key.clone(), number.to_owned()));
        Ok(if found.is_some() {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(())
        })
    })
    .unwrap();
    found.unwrap()
}

fn looks(house: &House, function: &str) -> Vec<AuditEntry> {
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let mut entries = view.load_by::<AuditEntry>("user", "command-line").unwrap();
    entries.retain(|entry| entry.record.function == function);
    entries.into_iter().map(|entry| entry.record).collect()
}

#[test]
fn a_town_goes_on_with_a_new_key() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo { folder: dir.path().join("town"), residents: 60, seed: 3, fresh: false };
    let (config, house) = make(&demo, Outside::default()).unwrap();
    let (key, number) = somebody(&house);
    let file = config.at(&config.store.key_file);
    let before = fs::read_to_string(&file).unwrap();
    assert!(rotate(&config, Outside::default()).is_err(), "while it is served");
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    drop(house);

    let id = rotate(&config, Outside::default()).unwrap();
    let after = fs::read_to_string(&file).unwrap();
    assert!(after.starts_with(before.trim_end()) && after.lines().count() == 2, "{}", after.lines().count());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let house = open(&config, Outside::default()).unwrap();
    assert_eq!(looks(&house, "office/key-rotate").len(), 1);
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let found = view.load_by::<Person>("individual_number", &number).unwrap();
    assert!(found.iter().any(|person| person.record.addressee_no.to_string() == key), "found by its number");
    drop(view);
    assert_eq!(house.office.journal().verify().unwrap().problems, Vec::<String>::new());
    drop(house);

    let town = dir.path().join("town");
    let list = daicho(&town, &["key", "list"], b"");
    assert_eq!(list.text().lines().last(), Some(id.as_str()));
    assert_eq!(list.text().lines().count(), 2);

    // With the former key alone nobody opens it any more, and both ids are named.
    fs::write(&file, &before).unwrap();
    let told = format!("{:#}", open(&config, Outside::default()).err().unwrap());
    assert!(told.contains("鍵が違います") && told.contains(&id), "{told}");
}

#[test]
fn a_key_file_others_can_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path(), false).unwrap();
    let key = dir.path().join("daicho.key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for (mode, accepted) in
            [(0o600, true), (0o400, true), (0o640, true), (0o660, false), (0o644, false), (0o602, false)]
        {
            fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
            let run = daicho(dir.path(), &["key", "list"], b"");
            assert_eq!(run.code, Some(if accepted { 0 } else { 3 }), "{mode:o}: {}", run.told);
            assert_eq!(run.told.contains("chmod 600"), !accepted, "{mode:o}: {}", run.told);
        }
    }
}

#[test]
fn the_history_of_a_record_is_masked_and_audited() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo { folder: dir.path().join("town"), residents: 60, seed: 3, fresh: false };
    let (_, house) = make(&demo, Outside::default()).unwrap();
    let (key, number) = somebody(&house);
    let shown = |as_of| history(&house.office, PERSON.id, &key, as_of).unwrap();
    let text = shown(AsOf::default()).unwrap();
    let versions: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(versions[0]["version"], 1);
    assert_eq!(versions[0]["content"]["addressee_no"].to_string().trim_matches('"'), key);
    assert_eq!(versions[0]["content"]["individual_number"], "********");
    assert!(versions[0]["by"].as_str().is_some_and(|by| !by.is_empty()), "{text}");
    assert!(!text.contains(&number));

    assert_eq!(shown(AsOf { position: Some(Position(0)), ..AsOf::default() }), None);
    let long_ago = Some(domain::Date::constant(1900, 1, 1));
    assert_eq!(shown(AsOf { effective_on: long_ago, ..AsOf::default() }), None);
    for (kind, key) in [("no/kind", "1"), ("office/user", "madoguchi1"), ("office/audit", "1")] {
        assert!(history(&house.office, kind, key, AsOf::default()).is_err(), "{kind}");
    }
    let looks = looks(&house, "office/history");
    assert_eq!(looks.len(), 3, "also when there is nothing to see");
    assert_eq!(looks[0].subjects, [format!("{} {key}", PERSON.id)]);
}
