//! Files and the manifest: what goes in comes out, and nothing altered is taken for true.

use archive::{
    Archived, Event, Extent, Header, Manifest, SegmentError, SegmentReader, SegmentWriter, check_file,
};
use jiff::Timestamp;
use proptest::prelude::*;
use register::{ChainHash, ChainWalk, KindNote, Position, RawChange, RawVersion, Standing};

fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(1_775_001_600_000_000 + micros).unwrap()
}

/// Chains changes behind a walk.
fn chained(mut walk: ChainWalk, changes: Vec<RawChange>) -> (Vec<RawChange>, ChainWalk) {
    let mut made = Vec::new();
    for mut change in changes {
        change.position = Position(walk.position.0 + 1);
        change.at = walk.at.map_or(change.at, |before| before.max(change.at));
        change.hash = change.hash_after(&walk.hash);
        walk.step(&change).unwrap();
        made.push(change);
    }
    (made, walk)
}

fn simple(count: u64, text: &str) -> Vec<RawChange> {
    let change = |no: u64| RawChange {
        position: Position(0),
        at: at(i64::try_from(no).unwrap()),
        effective_on: domain::Date::constant(2026, 4, 1),
        system: "resident-register".to_owned(),
        function: "move-in".to_owned(),
        actor: r#"{"user":"u1"}"#.to_owned(),
        reason: text.to_owned(),
        cause: "\"function\"".to_owned(),
        hash: ChainHash::START,
        versions: (0..no % 3)
            .map(|key| RawVersion {
                kind: "test/note".to_owned(),
                key: format!("{no}-{key}"),
                version: 1,
                effective_on: domain::Date::constant(2026, 4, 1),
                closed: false,
                body: format!(r#"{{"text":"葛󠄀城{no}"}}"#),
            })
            .collect(),
    };
    (1..=count).map(change).collect()
}

fn header(extent: Extent, after: ChainWalk, last: ChainWalk) -> Header {
    Header {
        extent,
        after: after.position,
        after_hash: after.hash,
        last,
        made_at: at(9_999_999),
        program: "daicho 0.1.0".to_owned(),
        municipality: "477991".to_owned(),
        standing: Standing {
            cursors: vec![("link/1".to_owned(), Position(2))],
            leases: vec![("link/1".to_owned(), 7)],
            vault_keys: vec!["0a1b2c3d".to_owned(), "99887766".to_owned()],
            kinds: vec![KindNote { id: "test/note".to_owned(), title: "メモ".to_owned(), sealed: vec![] }],
        },
    }
}

fn write(header: &Header, changes: &[RawChange]) -> (Vec<u8>, Archived) {
    let mut writer = SegmentWriter::new(Vec::new(), header).unwrap();
    for change in changes {
        writer.change(change).unwrap();
    }
    let (bytes, summary) = writer.finish().unwrap();
    (bytes, Archived::of(header, &summary))
}

fn read(bytes: &[u8]) -> Result<(Header, Vec<RawChange>), SegmentError> {
    let mut reader = SegmentReader::new(bytes)?;
    let mut changes = Vec::new();
    while let Some(change) = reader.next_change()? {
        changes.push(change);
    }
    let header = reader.header().clone();
    reader.finish()?;
    Ok((header, changes))
}

#[test]
fn files_stand_in_the_order_they_were_made() {
    let (_, walk) = chained(ChainWalk::START, simple(12, ""));
    assert_eq!(header(Extent::Full, ChainWalk::START, walk).file_name(), "full-000000000001-000000000012.gz");
    assert_eq!(header(Extent::Increment, walk, walk).file_name(), "increment-000000000013-000000000012.gz");
}

#[test]
fn what_is_no_archive_is_said_to_be_none() {
    for (name, bytes) in [("nothing", &b""[..]), ("text", b"daicho-archive 1\n"), ("zip", b"PK\x03\x04")] {
        assert!(matches!(read(bytes), Err(SegmentError::NotAnArchive)), "{name}");
    }
}

#[test]
fn a_whole_file_of_another_journal_is_not_the_one_archived() {
    let (ours, walk) = chained(ChainWalk::START, simple(3, "甲"));
    let (theirs, other) = chained(ChainWalk::START, simple(3, "乙"));
    let (_, archived) = write(&header(Extent::Full, ChainWalk::START, walk), &ours);
    let (bytes, _) = write(&header(Extent::Full, ChainWalk::START, other), &theirs);
    let error = check_file(&archived, &bytes[..], |_| ()).unwrap_err();
    assert!(error.to_string().contains("目録の記載"), "{error}");
}

#[test]
fn changes_that_do_not_follow_are_told_with_their_position() {
    let (good, walk) = chained(ChainWalk::START, simple(5, ""));
    let edit = |edit: fn(&mut Vec<RawChange>)| {
        let mut changes = good.clone();
        edit(&mut changes);
        changes
    };
    let table = [
        ("a body edited", edit(|all| all[1].versions[0].body.push(' ')), "変更2がハッシュと合いません"),
        (
            "an actor edited",
            edit(|all| all[3].actor = r#"{"user":"u2"}"#.to_owned()),
            "変更4がハッシュと合いません",
        ),
        ("one left out", edit(|all| drop(all.remove(2))), "変更3があるべきところに変更4"),
        ("two swapped", edit(|all| all.swap(1, 2)), "変更2があるべきところに変更3"),
        ("one twice", edit(|all| all.insert(2, all[1].clone())), "変更3があるべきところに変更2"),
        ("the end left out", edit(|all| drop(all.pop())), "変更4の後で、最後の変更が先頭の記載と違います"),
    ];
    for (name, changes, wanted) in table {
        let (bytes, _) = write(&header(Extent::Full, ChainWalk::START, walk), &changes);
        let error = read(&bytes).unwrap_err().to_string();
        assert!(error.contains(wanted), "{name}: {error}");
    }
}

/// Every bit of every file of a small folder, one at a time.
#[test]
fn no_flipped_bit_goes_unseen() {
    let (first, walk) = chained(ChainWalk::START, simple(20, "転入"));
    let (second, end) = chained(walk, simple(12, "転出"));
    let (full, full_line) = write(&header(Extent::Full, ChainWalk::START, walk), &first);
    let (more, more_line) = write(&header(Extent::Increment, walk, end), &second);
    let mut manifest = Manifest::default();
    manifest.push(Event::Archived(full_line.clone())).unwrap();
    manifest.push(Event::Archived(more_line.clone())).unwrap();
    let mut flips = 0;
    for (bytes, line) in [(&full, &full_line), (&more, &more_line)] {
        check_file(line, &bytes[..], |_| ()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(check_file(line, &bytes[..], |_| ()).is_err(), "bit {bit} of {}", line.file);
            flips += 1;
        }
    }
    let text = manifest.text();
    assert_eq!(Manifest::parse(&text).unwrap(), manifest);
    for bit in 0..text.len() * 8 {
        let mut bytes = text.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let read = String::from_utf8(bytes).ok().and_then(|text| Manifest::parse(&text).ok());
        assert_eq!(read, None, "bit {bit} of the manifest");
        flips += 1;
    }
    assert!(10_000 < flips, "{flips}");
}

#[test]
fn no_cut_or_lengthened_file_goes_unseen() {
    let (changes, walk) = chained(ChainWalk::START, simple(9, ""));
    let (bytes, line) = write(&header(Extent::Full, ChainWalk::START, walk), &changes);
    for end in 0..bytes.len() {
        assert!(check_file(&line, &bytes[..end], |_| ()).is_err(), "cut to {end}");
    }
    for tail in [&b"\0"[..], &bytes] {
        let longer = [&bytes[..], tail].concat();
        assert!(check_file(&line, &longer[..], |_| ()).is_err(), "{} bytes more", tail.len());
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[\\t\\n\\\\a\r葛󠄀𠮷\"]{0,12}", any::<String>()]
}

fn version() -> impl Strategy<Value = RawVersion> {
    (text(), text(), any::<u32>(), 0..60_000_i32, any::<bool>(), text()).prop_map(
        |(kind, key, version, day, closed, body)| RawVersion {
            kind,
            key,
            version,
            effective_on: domain::Date::constant(1900, 1, 1)
                .checked_add(jiff::Span::new().days(day))
                .unwrap(),
            closed,
            body,
        },
    )
}

fn change() -> impl Strategy<Value = RawChange> {
    let texts = (text(), text(), text(), text(), text());
    (0..1_000_000_i64, texts, prop::collection::vec(version(), 0..4)).prop_map(|(micros, texts, versions)| {
        let (system, function, actor, reason, cause) = texts;
        RawChange {
            position: Position(0),
            at: at(micros),
            effective_on: domain::Date::constant(2026, 4, 1),
            system,
            function,
            actor,
            reason,
            cause,
            hash: ChainHash::START,
            versions,
        }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(changes in prop::collection::vec(change(), 0..12), after in 0..3_usize) {
        let after = after.min(changes.len());
        let (all, walk) = chained(ChainWalk::START, changes);
        let mut begin = ChainWalk::START;
        for change in &all[..after] {
            begin.step(change).unwrap();
        }
        let wanted = header(Extent::Increment, begin, walk);
        let (bytes, line) = write(&wanted, &all[after..]);
        let (found, changes) = read(&bytes).unwrap();
        prop_assert_eq!(found, wanted);
        prop_assert_eq!(changes, &all[after..]);
        prop_assert!(check_file(&line, &bytes[..], |_| ()).is_ok());
    }

    #[test]
    fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
        let _ = read(&bytes).is_ok();
        let _ = Manifest::parse(&text).is_ok();
    }
}
