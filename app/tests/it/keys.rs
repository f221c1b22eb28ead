//! The town's key is replaced.

use std::fs;

use daicho::demo::{Demo, init, make};
use daicho::house::{House, Outside, open};
use daicho::keys::rotate;
use office::AuditEntry;
use register::{AsOf, ViewExt};
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
