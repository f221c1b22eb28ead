//! What every place must do, whatever carries the bytes: a folder, a server, relay tables, an address.

use std::error::Error;
use std::fmt::Debug;
use std::fs;
use std::path::Path;

use crate::journal::Outcome;

use transport::{Arrival, Control, Place, PlaceError, Receipt, Verdict};

/// The two ends of a fresh place, and what the suite may presume of it.
pub struct Ends {
    /// As the town sees it.
    pub ours: Box<dyn Place>,
    /// As the system at the other end sees it.
    pub theirs: Box<dyn Place>,
}

/// A control file for these bytes under the number `no` of link `l`.
pub fn control(no: u64, bytes: &[u8]) -> Control {
    use sha2::{Digest, Sha256};
    Control {
        link: "l".into(),
        no,
        dataset: "resident-register/resident".into(),
        extent: "difference".into(),
        as_of: no * 10,
        rows: 1,
        bytes: u64::try_from(bytes.len()).unwrap_or_default(),
        sha256: transport::in_hex(Sha256::new_with_prefix(bytes)),
        content: None,
        part: 1,
        parts: 1,
    }
}

fn receipt_for(control: &Control, verdict: Verdict) -> Receipt {
    let (link, sha256) = (Some(control.link.clone()), control.sha256.clone());
    Receipt { link, no: control.no, rows: control.rows, sha256, verdict }
}

fn fetched(place: &dyn Place, name: &str) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let mut bytes = Vec::new();
    place.fetch(name, &mut bytes)?;
    Ok(bytes)
}

/// Runs the whole suite; `make` gives a fresh place each time.
///
/// # Errors
/// The first promise the place breaks, or an error it should not have given.
pub fn conformance(make: &mut dyn FnMut() -> Ends) -> Outcome {
    conformance_of(<[u8]>::to_vec, make)
}

/// Some bytes in the form a place takes.
pub type Form = fn(&[u8]) -> Vec<u8>;

/// Runs the whole suite for a place that takes only files of one form, each with one record in it.
///
/// # Errors
/// As [`conformance`].
pub fn conformance_of(form: Form, make: &mut dyn FnMut() -> Ends) -> Outcome {
    a_delivery_arrives_whole_and_is_answered(form, &make())?;
    files_come_in_the_order_of_their_names(form, &make())?;
    a_repeat_is_harmless_and_another_content_is_refused(form, &make())?;
    altered_bytes_are_not_sent(form, &make())?;
    an_answer_may_be_put_aside_by_either_end(form, &make())?;
    both_ways_at_once_do_not_meet(form, &make())?;
    nothing_there_is_no_error(&make())
}

fn put(
    place: &dyn Place,
    dir: &Path,
    name: &str,
    no: u64,
    bytes: &[u8],
) -> Result<Control, Box<dyn Error + Send + Sync>> {
    let data = dir.join("data");
    fs::write(&data, bytes)?;
    let control = control(no, bytes);
    place.put(name, &data, &control)?;
    Ok(control)
}

fn a_delivery_arrives_whole_and_is_answered(form: Form, ends: &Ends) -> Outcome {
    let dir = tempfile::tempdir()?;
    // Every byte there is, and more of them than one packet or page holds.
    let bytes: Vec<u8> = form(&(0..=255_u8).cycle().take(300_000).collect::<Vec<u8>>());
    let sent = put(&*ends.ours, dir.path(), "all_000001.dat", 1, &bytes)?;
    same(ends.ours.receipt("all_000001.dat")?, None)?;
    let arrivals = ends.theirs.arrivals("all_")?;
    same(arrivals, [Arrival { name: "all_000001.dat".into(), control: Ok(sent.clone()) }])?;
    same(fetched(&*ends.theirs, "all_000001.dat")?, bytes)?;
    let receipt = receipt_for(&sent, Verdict::Applied);
    ends.theirs.answer("all_000001.dat", &receipt)?;
    ends.theirs.answer("all_000001.dat", &receipt)?;
    let other = receipt_for(&sent, Verdict::Refused("件数が違います".into()));
    holds(
        matches!(ends.theirs.answer("all_000001.dat", &other), Err(PlaceError::Taken { .. })),
        "another answer is refused",
    )?;
    same(ends.ours.receipt("all_000001.dat")?, Some(receipt))?;
    same(ends.theirs.arrivals("all_")?, [])?;
    Ok(())
}

fn files_come_in_the_order_of_their_names(form: Form, ends: &Ends) -> Outcome {
    let dir = tempfile::tempdir()?;
    for no in [3, 1, 2] {
        put(&*ends.ours, dir.path(), &format!("a_{no:06}.csv"), no, &form(format!("{no}").as_bytes()))?;
    }
    let data = dir.path().join("data");
    fs::write(&data, form(b"other"))?;
    // A number belongs to one delivery of a link.
    let of_another_link = Control { link: "m".into(), ..control(1, &form(b"other")) };
    ends.ours.put("b_000001.csv", &data, &of_another_link)?;
    let names = |prefix: &str| -> Result<Vec<String>, PlaceError> {
        let arrivals = ends.theirs.arrivals(prefix)?;
        Ok(arrivals.into_iter().map(|arrival| arrival.name).collect())
    };
    same(names("a_")?, ["a_000001.csv", "a_000002.csv", "a_000003.csv"])?;
    same(names("b_")?, ["b_000001.csv"])?;
    same(names("")?, ["a_000001.csv", "a_000002.csv", "a_000003.csv", "b_000001.csv"])?;
    same(names("c_")?, [""; 0])?;
    Ok(())
}

fn a_repeat_is_harmless_and_another_content_is_refused(form: Form, ends: &Ends) -> Outcome {
    let dir = tempfile::tempdir()?;
    put(&*ends.ours, dir.path(), "a.csv", 1, &form(b"abc"))?;
    put(&*ends.ours, dir.path(), "a.csv", 1, &form(b"abc"))?;
    same(ends.theirs.arrivals("")?.len(), 1)?;
    let data = dir.path().join("data");
    fs::write(&data, form(b"abd"))?;
    let again = ends.ours.put("a.csv", &data, &control(1, &form(b"abd")));
    holds(matches!(again, Err(PlaceError::Taken { .. })), "another content is refused")?;
    same(fetched(&*ends.theirs, "a.csv")?, form(b"abc"))?;
    Ok(())
}

fn altered_bytes_are_not_sent(form: Form, ends: &Ends) -> Outcome {
    let dir = tempfile::tempdir()?;
    let data = dir.path().join("data");
    fs::write(&data, form(b"abd"))?;
    let sent = ends.ours.put("a.csv", &data, &control(1, &form(b"abc")));
    holds(matches!(sent, Err(PlaceError::Altered { .. })), "altered bytes are told")?;
    same(ends.theirs.arrivals("")?, [])?;
    Ok(())
}

fn an_answer_may_be_put_aside_by_either_end(form: Form, ends: &Ends) -> Outcome {
    let dir = tempfile::tempdir()?;
    let sent = put(&*ends.ours, dir.path(), "a.csv", 1, &form(b"abc"))?;
    let refused = receipt_for(&sent, Verdict::Refused("受付停止中です".into()));
    ends.theirs.answer("a.csv", &refused)?;
    same(ends.ours.receipt("a.csv")?, Some(refused.clone()))?;
    ends.ours.retire_receipt("a.csv")?;
    same(ends.ours.receipt("a.csv")?, None)?;
    same(ends.theirs.arrivals("")?.len(), 1)?;
    ends.theirs.answer("a.csv", &refused)?;
    ends.theirs.retire_answer("a.csv")?;
    same(ends.theirs.arrivals("")?.len(), 1)?;
    let applied = receipt_for(&sent, Verdict::Applied);
    ends.theirs.answer("a.csv", &applied)?;
    same(ends.ours.receipt("a.csv")?, Some(applied))?;
    Ok(())
}

fn both_ways_at_once_do_not_meet(form: Form, ends: &Ends) -> Outcome {
    let dir = tempfile::tempdir()?;
    put(&*ends.ours, dir.path(), "a.csv", 1, &form(b"ours"))?;
    put(&*ends.theirs, dir.path(), "a.csv", 1, &form(b"theirs"))?;
    same(fetched(&*ends.theirs, "a.csv")?, form(b"ours"))?;
    same(fetched(&*ends.ours, "a.csv")?, form(b"theirs"))?;
    let answer = receipt_for(&control(1, &form(b"theirs")), Verdict::Applied);
    ends.ours.answer("a.csv", &answer)?;
    same(ends.theirs.receipt("a.csv")?, Some(answer))?;
    same(ends.ours.receipt("a.csv")?, None)?;
    same(ends.theirs.arrivals("")?.len(), 1)?;
    Ok(())
}

fn nothing_there_is_no_error(ends: &Ends) -> Outcome {
    same(ends.ours.arrivals("")?, [])?;
    same(ends.ours.receipt("a.csv")?, None)?;
    ends.ours.retire_receipt("a.csv")?;
    ends.ours.retire_answer("a.csv")?;
    holds(ends.ours.fetch("a.csv", &mut Vec::new()).is_err(), "what is not there cannot be fetched")?;
    Ok(())
}

#[track_caller]
fn same<T: PartialEq<U> + Debug, U: Debug>(found: T, wanted: U) -> Outcome {
    if found == wanted {
        return Ok(());
    }
    let line = std::panic::Location::caller().line();
    Err(format!("line {line} of the suite: {found:?} is not {wanted:?}").into())
}

#[track_caller]
fn holds(is: bool, what: &str) -> Outcome {
    let line = std::panic::Location::caller().line();
    if is { Ok(()) } else { Err(format!("line {line} of the suite: {what}").into()) }
}
