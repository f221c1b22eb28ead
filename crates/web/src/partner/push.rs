//! Deliveries a partner sends to the town.

use axum::http::{StatusCode, header};
use serde_json::json;
use transport::Place;
use transport::http::wire::{FileCard, FileList, NAME_HEADER, control_from, decoded};

use super::{asked, audit, disk, number, place, put_at, unknown};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

/// Takes a delivery. It is answered by a receipt when the town has taken it in; until then by "accepted".
pub(crate) fn take(visit: &Visit) -> Result<Reply, Problem> {
    let (partner, link) = asked(visit)?;
    let no = number(visit)?;
    let control = control_from(link, &no.to_string(), &|name| visit.header(name).map(str::to_owned))
        .map_err(|error| Problem::unreadable(format!("見出し（Daicho-…）: {error}。")))?;
    let name = match visit.header(NAME_HEADER) {
        Some(name) => decoded(name),
        None => format!("{link}_{no:06}.dat"),
    };
    if !is_plain(&name) {
        return Err(Problem::unreadable(format!("「{name}」は、ファイルの名前にできません。")));
    }
    let spooled = visit.spooled.as_ref().ok_or_else(|| Problem::unreadable("本文がありません。"))?;
    let path = spooled.path().ok_or_else(|| Problem::unreadable("本文がありません。"))?;
    if control.bytes != spooled.bytes || control.sha256 != spooled.sha256 {
        return Err(Problem::mismatched(format!(
            "届いたのは{}バイト、SHA-256は{}です。",
            spooled.bytes, spooled.sha256
        )));
    }
    let same_number = |card: &FileCard| card.link == link && card.no == no;
    let there = partner.files.sent(&same_number).map_err(|error| disk(&error))?;
    if there.iter().any(|card| *card != FileCard::of(&name, &control)) {
        return Err(Problem::taken());
    }
    partner.files.folder().put(&name, path, &control).map_err(place)?;
    audit(visit, partner, link, no)?;
    answer(visit, &FileCard::of(&name, &control))
}

/// A name that is one in every system's folders, and none that a slip or a file on its way has.
fn is_plain(name: &str) -> bool {
    const NAME_BYTES_MAX: usize = 200;
    let forbidden = |letter: char| letter.is_control() || "/\\:*?\"<>|".contains(letter);
    let own = [".ctl", ".receipt", ".tmp"];
    !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && !name.starts_with('.')
        && !name.contains(forbidden)
        && !own.iter().any(|ending| name.ends_with(ending))
}

/// The receipt, or that there is none yet.
fn answer(visit: &Visit, card: &FileCard) -> Result<Reply, Problem> {
    let (partner, link) = asked(visit)?;
    let folder = partner.files.folder();
    match folder.receipt(&card.name).map_err(place)? {
        Some(receipt) => {
            let at = put_at(&folder.receipts(), &card.name)?;
            let receipt = visit.house.desk.partners.receipt(link, &receipt, at);
            Ok(Reply::json(&json!(receipt)))
        }
        None => {
            let place = format!("{}deliveries/{link}/{}/receipt", "/partner/v1/", card.no);
            let body = json!({ "link": link, "no": card.no, "status": "accepted" });
            Ok(Reply::json_with(StatusCode::ACCEPTED, &body).with(header::LOCATION, place))
        }
    }
}

fn find(visit: &Visit) -> Result<FileCard, Problem> {
    let (partner, link) = asked(visit)?;
    let no = number(visit)?;
    let found = partner.files.sent(&|card| card.link == link && card.no == no);
    found.map_err(|error| disk(&error))?.pop().ok_or_else(|| unknown(link, no))
}

/// The town's answer to a delivery.
pub(crate) fn receipt(visit: &Visit) -> Result<Reply, Problem> {
    answer(visit, &find(visit)?)
}

/// Puts the town's answer aside, because the same delivery is sent again.
pub(crate) fn retire(visit: &Visit) -> Result<Reply, Problem> {
    let card = find(visit)?;
    let (partner, link) = asked(visit)?;
    partner.files.folder().retire_receipt(&card.name).map_err(place)?;
    audit(visit, partner, link, card.no)?;
    Ok(Reply::nothing())
}

/// What the partner has sent under a name: for a sender that lost its own notes.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let (partner, _) = asked(visit)?;
    let name = value_of(&visit.query, "name");
    let found = partner.files.sent(&|card| partner.links.contains(&card.link) && card.name == name);
    let files = found.map_err(|error| disk(&error))?;
    Ok(Reply::json(&json!(FileList { files, more: false })))
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn only_a_plain_name_is_one() {
        for name in ["a", "ido_20261120_000012.csv", "異動.dat", "a b"] {
            assert!(is_plain(name), "{name}");
        }
        let long = "a".repeat(201);
        for name in
            ["", ".", "..", ".a", "a/b", "../a", "a\\b", "a\n", "C:a", "a.ctl", "a.receipt", "a.tmp", &long]
        {
            assert!(!is_plain(name), "{name}");
        }
    }
}
