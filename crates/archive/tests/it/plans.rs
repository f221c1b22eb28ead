//! Which files are read, kept and removed, and where cursors are put.

use archive::{Archived, Event, Extent, Manifest, PlanError, Target, plan, safe_cursors};
use register::Position;

fn at(hour: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_775_001_600 + hour * 3_600).unwrap()
}

/// `F10@2` is a full file up to change 10, made and last recorded in hour 2; `I10-14@3` the increment behind it.
fn file(text: &str) -> Archived {
    let (range, hour) = text[1..].split_once('@').unwrap();
    let (after, last) = range.split_once('-').unwrap_or(("0", range));
    let hour: i64 = hour.parse().unwrap();
    Archived {
        file: text.to_owned(),
        extent: if text.starts_with('F') { Extent::Full } else { Extent::Increment },
        after: Position(after.parse().unwrap()),
        after_hash: format!("h{after}"),
        last: Position(last.parse().unwrap()),
        last_at: Some(at(hour)),
        last_hash: format!("h{last}"),
        changes: 0,
        versions: 0,
        bytes: 0,
        sha256: String::new(),
        made_at: at(hour),
        cursors: vec![],
        leases: vec![],
    }
}

fn files(text: &str) -> Vec<Archived> {
    text.split_whitespace().map(file).collect()
}

#[test]
fn the_newest_full_file_and_the_increments_behind_it_are_read() {
    let to = |position| Target::Position(Position(position));
    let table = [
        ("F10@1", Target::Newest, Ok("F10@1")),
        ("F10@1 I10-14@2 I14-20@3", Target::Newest, Ok("F10@1 I10-14@2 I14-20@3")),
        ("F10@1 I10-14@2 F14@2 I14-20@3", Target::Newest, Ok("F14@2 I14-20@3")),
        ("F10@1 I10-14@2 I14-20@3", to(14), Ok("F10@1 I10-14@2")),
        ("F10@1 I10-14@2 I14-20@3", to(15), Ok("F10@1 I10-14@2 I14-20@3")),
        ("F10@1 I10-14@2 I14-20@3", to(3), Ok("F10@1")),
        ("F10@1 I10-14@2 I14-20@3", to(21), Err(PlanError::Short(Position(20)))),
        // The change of hour 2 may have others of the same time behind it.
        ("F10@1 I10-14@2 I14-20@3", Target::Time(at(2)), Ok("F10@1 I10-14@2 I14-20@3")),
        ("F10@1 I10-14@2 I14-20@3", Target::Time(at(1)), Ok("F10@1 I10-14@2")),
        ("F10@1 I10-14@2 I14-20@3", Target::Time(at(0)), Ok("F10@1")),
        // A lost increment: what is behind it does not follow.
        ("F10@1 I14-20@3", Target::Newest, Ok("F10@1")),
        ("F10@1 I14-20@3", to(20), Err(PlanError::Short(Position(10)))),
        // A lost full file: an older one still leads there.
        ("F10@1 I10-14@2 I14-20@3 I20-25@4", Target::Newest, Ok("F10@1 I10-14@2 I14-20@3 I20-25@4")),
        ("I10-14@2", Target::Newest, Err(PlanError::NoFull)),
        ("", Target::Newest, Err(PlanError::NoFull)),
    ];
    for (present, target, wanted) in table {
        let all = files(present);
        let found = plan(&all.iter().collect::<Vec<_>>(), target)
            .map(|chosen| chosen.iter().map(|archived| archived.file.as_str()).collect::<Vec<_>>().join(" "));
        assert_eq!(found, wanted.map(str::to_owned), "{present} to {target:?}");
    }
}

#[test]
fn older_files_go_when_a_full_one_is_old_enough() {
    let table = [
        ("F10@1 I10-14@2 F14@3 I14-20@4", 3, None),
        ("F10@1 I10-14@2 F14@3 I14-20@4", 4, Some(("F14@3", "F10@1 I10-14@2"))),
        ("F10@1 I10-14@2 F14@3 F20@4", 9, Some(("F20@4", "F10@1 I10-14@2 F14@3"))),
        ("F10@1 I10-14@2", 9, None),
        ("", 9, None),
    ];
    for (present, since, wanted) in table {
        let mut manifest = Manifest::default();
        for archived in files(present) {
            manifest.push(Event::Archived(archived)).unwrap();
        }
        let found = manifest.prunable(at(since)).map(|(full, older)| {
            let older: Vec<&str> = older.iter().map(|archived| archived.file.as_str()).collect();
            (full.file.clone(), older.join(" "))
        });
        assert_eq!(found, wanted.map(|(full, older)| (full.to_owned(), older.to_owned())), "{present}");
        if let Some((_, older)) = found {
            let gone: Vec<String> = older.split(' ').map(str::to_owned).collect();
            manifest.push(Event::Pruned { files: gone.clone(), at: at(since) }).unwrap();
            assert!(manifest.present().iter().all(|archived| !gone.contains(&archived.file)));
            assert_eq!(manifest.prunable(at(since)), None, "once is enough");
            assert_eq!(Manifest::parse(&manifest.text()).unwrap(), manifest);
        }
    }
}

#[test]
fn cursors_are_put_where_nothing_is_skipped() {
    let with = |text: &str, cursors: &[(&str, u64)]| Archived {
        cursors: cursors.iter().map(|(name, place)| ((*name).to_owned(), Position(*place))).collect(),
        ..file(text)
    };
    let archived = [
        with("F10@1", &[("a", 4)]),
        with("I10-20@2", &[("a", 15), ("b", 18)]),
        with("I20-30@3", &[("a", 15), ("b", 12)]),
    ];
    let table = [
        (10, "a 4..4"),
        (12, "a 4..12 b 0..12"),
        (17, "a 4..15 b 0..17"),
        (20, "a 15..15 b 18..18"),
        // b was put back in between: the earlier place is safe.
        (25, "a 15..15 b 12..18"),
        (30, "a 15..15 b 12..12"),
        (5, "a 0..4"),
        (0, "a 0..0"),
    ];
    for (moment, wanted) in table {
        let found: Vec<String> = safe_cursors(archived.iter(), Position(moment))
            .iter()
            .map(|cursor| format!("{} {}..{}", cursor.name, cursor.position, cursor.at_most))
            .collect();
        assert_eq!(found.join(" "), wanted, "at {moment}");
    }
}
