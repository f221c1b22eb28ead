//! What the tests of all servers share.

use std::error::Error;
use std::path::Path;

use testkit::places::{Ends, control};
use transport::{Arrival, Cause, Control, Patience, Place, PlaceError, Remote};

/// Long enough for a busy machine.
pub(crate) fn patience() -> Patience {
    Patience::seconds(20)
}

/// For wires that stop moving and then go on.
pub(crate) fn short_patience() -> Patience {
    Patience::seconds(4)
}

/// For servers that never answer.
pub(crate) fn impatience() -> Patience {
    Patience::seconds(1)
}

/// Both ends of one place.
pub(crate) fn ends(place: &Remote) -> Ends {
    Ends { ours: Box::new(place.clone()), theirs: Box::new(place.other_side()) }
}

/// The cause at the bottom of an error.
#[track_caller]
pub(crate) fn cause<T: std::fmt::Debug>(done: &Result<T, PlaceError>) -> &Cause {
    let error = done.as_ref().expect_err("it must not go well");
    error.source().and_then(|source| source.downcast_ref()).unwrap_or_else(|| panic!("no cause: {error:?}"))
}

/// Puts these bytes as delivery 1 of a link.
pub(crate) fn put(place: &Remote, dir: &Path, name: &str, bytes: &[u8]) -> Result<Control, PlaceError> {
    let data = dir.join("data");
    std::fs::write(&data, bytes).unwrap();
    let control = control(1, bytes);
    place.put(name, &data, &control)?;
    Ok(control)
}

/// A file that takes many packets.
pub(crate) fn long() -> Vec<u8> {
    (0..=250_u8).cycle().take(4_000_000).collect()
}

/// What the steps of a trial are.
pub(crate) fn probed(place: &Remote) -> Vec<String> {
    let mut steps = Vec::new();
    place.probe(&mut |step| steps.push(step.to_owned())).unwrap();
    steps
}

/// The steps of a trial that goes well.
pub(crate) const STEPS: [&str; 7] =
    ["接続とログイン", "フォルダ", "書き込み", "一覧", "読み取り", "削除", "相手からのファイルの一覧"];

/// After a wire broke in the middle of a file: nothing arrived, and the next try brings all of it.
pub(crate) fn a_broken_put_is_made_good(
    place: &Remote,
    broken: &Result<Control, PlaceError>,
    mend: impl FnOnce(),
) {
    let why = cause(broken);
    assert!(matches!(why, Cause::Lost { .. } | Cause::Silent { .. }), "{why:?}");
    mend();
    let theirs = place.other_side();
    assert_eq!(theirs.arrivals("").unwrap(), []);
    assert!(theirs.fetch("a.csv", &mut Vec::new()).is_err(), "half a file must not have its name");
    let dir = tempfile::tempdir().unwrap();
    let sent = put(place, dir.path(), "a.csv", &long()).unwrap();
    assert_eq!(theirs.arrivals("").unwrap(), [Arrival { name: "a.csv".into(), control: Ok(sent) }]);
    let mut there = Vec::new();
    theirs.fetch("a.csv", &mut there).unwrap();
    assert!(there == long(), "the bytes are those that were sent");
}

/// A file of the other side is named as if it were elsewhere.
pub(crate) fn names_that_lead_elsewhere_are_refused(place: &Remote) {
    let dir = tempfile::tempdir().unwrap();
    for name in ["", ".", "..", "../a", "a/b", "a\\b", "a\r\nDELE b", "a\0"] {
        let done = put(place, dir.path(), name, b"abc");
        assert!(matches!(cause(&done), Cause::Name { .. }), "{name:?}: {done:?}");
        assert!(matches!(cause(&place.fetch(name, &mut Vec::new())), Cause::Name { .. }), "{name:?}");
    }
}

/// A slip that never ends is not read to its end.
pub(crate) fn a_slip_without_end_is_told(place: &Remote, folder: &Path) {
    std::fs::create_dir_all(folder.join("receipts")).unwrap();
    std::fs::write(folder.join("receipts/a.csv.receipt"), vec![b'x'; 1_000_000]).unwrap();
    assert!(matches!(cause(&place.receipt("a.csv")), Cause::TooLong { .. }));
}
