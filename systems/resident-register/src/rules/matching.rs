//! Whether somebody who moves in is known here already (再転入・二重記載の確認).

use domain::{AddresseeNo, IndividualNumber, RegisterDate, ResidentRecordCode, ResidentStatus};
use register::{Fault, ViewExt};
use system::TextQuery;

use super::protection;
use crate::concealment::{Concealment, HIDDEN};
use crate::desk::Desk;
use crate::records::{NonResident, PERSON, Person};
use crate::texts;

/// How many persons of one name are compared.
const NAMESAKES_MAX: usize = 50;

/// What to do when somebody who is recorded as dead moves in.
const DEAD: &str = "死亡と記録されている人です。人と番号を確かめてください。死亡の記載が誤りなら、異動の取消しで元に戻してください。";

/// Compares a mover with the register: E032, E038, E043, E046, E048, A047, A049, A050. `chosen` is the 宛名番号 under which the mover
/// is to return, if any; `at` the path of the person with a final dot.
///
/// A number that fits is somebody known, whose return is not the clerk's choice; a name, sex and birth date that fit
/// are a question.
///
/// Source: 住民記録システム標準仕様書 4.1.1.2.
pub(crate) fn check(
    desk: &mut Desk<'_>,
    mover: &Person,
    chosen: Option<AddresseeNo>,
    at: &str,
) -> Result<(), Fault> {
    let mut known = Vec::new();
    if let Some(code) = &mover.resident_record_code {
        for holder in by_code(desk, code)? {
            if Some(holder.addressee_no) != chosen {
                known.push(holder.addressee_no);
                number_held(desk, mover, &holder, ("E032", "resident_record_code", "住民票コード"), at);
            }
        }
    }
    if let Some(number) = &mover.individual_number {
        for holder in by_number(desk, number)? {
            // Two findings on one person would say the same thing.
            if Some(holder.addressee_no) != chosen && !known.contains(&holder.addressee_no) {
                known.push(holder.addressee_no);
                number_held(desk, mover, &holder, ("E038", "individual_number", "個人番号"), at);
            }
        }
    }
    for holder in card_holders(desk, mover)? {
        if Some(holder.addressee_no) == chosen || known.contains(&holder.addressee_no) {
            continue;
        }
        let path = format!("{at}residence_card_no");
        if holder.birth_date.same_day(&mover.birth_date) && holder.sex == mover.sex {
            known.push(holder.addressee_no);
            number_held(desk, mover, &holder, ("E043", "residence_card_no", "在留カード等番号"), at);
        } else if holder.is_resident() {
            known.push(holder.addressee_no);
            card_error(desk, &holder, &path);
        }
    }
    if chosen.is_none() {
        namesakes(desk, mover, &known, at)?;
    }
    non_residents(desk, mover, at)?;
    Ok(())
}

/// Holders of a 住民票コード, residents and 除票 alike.
pub(crate) fn by_code(desk: &Desk<'_>, code: &ResidentRecordCode) -> Result<Vec<Person>, Fault> {
    Ok(desk
        .view
        .load_by::<Person>("resident_record_code", code.expose())?
        .into_iter()
        .map(|held| held.record)
        .collect())
}

/// Holders of a 個人番号.
pub(crate) fn by_number(desk: &Desk<'_>, number: &IndividualNumber) -> Result<Vec<Person>, Fault> {
    Ok(desk
        .view
        .load_by::<Person>("individual_number", number.expose())?
        .into_iter()
        .map(|held| held.record)
        .collect())
}

/// E043: one 在留カード等番号 belongs to one resident. The register has no column of it, so the search index is asked.
pub(crate) fn card_held(desk: &mut Desk<'_>, row: &Person, path: &str) -> Result<(), Fault> {
    for holder in card_holders(desk, row)? {
        if holder.is_resident() {
            card_error(desk, &holder, path);
        }
    }
    Ok(())
}

/// Residents and former residents whose record has the 在留カード等番号 of this row, without the person of the row.
fn card_holders(desk: &Desk<'_>, row: &Person) -> Result<Vec<Person>, Fault> {
    let card = row.residence_card_no.as_str();
    let mut holders = Vec::new();
    if card.is_empty() {
        return Ok(holders);
    }
    let (hits, _) = desk.context.search.find(&TextQuery {
        kind: PERSON.id,
        terms: vec![("card", card.to_owned())],
        limit: NAMESAKES_MAX,
        ..TextQuery::default()
    });
    for hit in hits {
        let Some(held) = desk.view.load::<Person>(&hit.key)? else { continue };
        let held = held.record;
        if held.residence_card_no == card && held.addressee_no != row.addressee_no {
            holders.push(held);
        }
    }
    Ok(holders)
}

fn card_error(desk: &mut Desk<'_>, holder: &Person, path: &str) {
    desk.error(
        "E043",
        path,
        "在留カード等番号",
        format!(
            "在留カード等番号「{}」は、別の住民（{}さん、宛名番号{}）のものです。",
            holder.residence_card_no,
            holder.called(),
            holder.addressee_no
        ),
        "在留カードか特別永住者証明書で番号を確かめてください。",
    );
}

fn number_held(
    desk: &mut Desk<'_>,
    mover: &Person,
    holder: &Person,
    (code, field, item): (&str, &str, &str),
    at: &str,
) {
    let path = format!("{at}{field}");
    let same_person = holder.birth_date.same_day(&mover.birth_date) && holder.sex == mover.sex;
    let (called, no) = (holder.called(), holder.addressee_no);
    if !same_person {
        desk.error(
            code,
            &path,
            item,
            format!(
                "この{item}は、別の人（{called}さん、宛名番号{no}、{}）のものです。",
                holder.resident_status.label()
            ),
            "転出証明書などで番号を確かめてください。",
        );
    } else if holder.is_resident() {
        desk.error(
            "E048",
            &path,
            item,
            format!("この人は既に住民です（{called}さん、宛名番号{no}）。{item}が同じです。"),
            "住所が変わったのなら転居で入力してください。",
        );
    } else {
        desk.error(
            "E046",
            &path,
            item,
            format!(
                "この人は以前の住民です（{called}さん、宛名番号{no}、{}）。{item}が同じです。",
                holder.resident_status.label()
            ),
            match holder.resident_status {
                ResidentStatus::Dead => DEAD,
                _ => "再転入する人の宛名番号に、この番号を入力してください。",
            },
        );
    }
}

/// A050: somebody of this name, birth date and sex has a number as 住登外者, under which other tasks know them.
///
/// Source: 共通機能標準仕様書 031 (flow 4).
fn non_residents(desk: &mut Desk<'_>, mover: &Person, at: &str) -> Result<(), Fault> {
    let named = texts::fold_text(&mover.name);
    let mut held = Vec::new();
    for born in spellings(mover.birth_date) {
        held.extend(desk.view.load_by::<NonResident>("birth_date", &born)?);
    }
    for held in held {
        let one = held.record;
        let same = !named.is_empty()
            && texts::fold_text(&one.name) == named
            && one.sex.is_none_or(|sex| sex == mover.sex)
            && one.addressee_no != mover.addressee_no;
        if same {
            desk.alert(
                "A050",
                &format!("{at}family_name"),
                "氏名",
                format!(
                    "{}さんには、住登外者としての宛名番号{}があります。",
                    mover.called(),
                    one.addressee_no
                ),
                "同じ人なら、登録の後に、住登外者の番号を使っている業務に名寄せを頼んでください。",
            );
        }
    }
    Ok(())
}

/// A date as the columns of records may hold it: a day of two eras stands there as it was spelt.
fn spellings(date: RegisterDate) -> Vec<String> {
    let Some(day) = date.known() else { return vec![date.to_string()] };
    let mut found = vec![day.to_string()];
    for era in domain::eras().eras_on(day) {
        let spelt = RegisterDate::spelt(day, era).to_string();
        if !found.contains(&spelt) {
            found.push(spelt);
        }
    }
    found
}

/// A birth date as the index of texts finds it, whichever era it was spelt in.
pub(crate) fn indexed_birth(date: &RegisterDate) -> String {
    date.known().map_or_else(|| date.to_string(), |day| day.to_string())
}

fn namesakes(desk: &mut Desk<'_>, mover: &Person, known: &[AddresseeNo], at: &str) -> Result<(), Fault> {
    if mover.name.is_empty() {
        return Ok(());
    }
    let folded = texts::fold_text(&mover.name);
    let (hits, _) = desk.context.search.find(&TextQuery {
        kind: PERSON.id,
        terms: vec![("name", folded.clone()), ("birth_date", indexed_birth(&mover.birth_date))],
        limit: NAMESAKES_MAX,
        ..TextQuery::default()
    });
    for hit in hits {
        let Some(held) = desk.view.load::<Person>(&hit.key)? else { continue };
        let held = held.record;
        let same = held.sex == mover.sex
            && held.birth_date.same_day(&mover.birth_date)
            && texts::fold_text(&held.name) == folded
            && !known.contains(&held.addressee_no);
        if !same {
            continue;
        }
        let (called, no) = (held.called(), held.addressee_no);
        let path = format!("{at}family_name");
        protection::warn(desk, &held, &path)?;
        if held.is_resident() {
            let household = match Concealment::new(desk.view, desk.context).hides(&held)? {
                true => HIDDEN.to_owned(),
                false => format!("世帯番号{}", held.household_no),
            };
            desk.alert(
                "A049",
                &path,
                "氏名",
                format!(
                    "氏名・性別・生年月日が同じ住民がいます（{called}さん、宛名番号{no}、{household}）。"
                ),
                "同じ人でないことを確かめてください。同じ人なら転入ではありません。",
            );
        } else {
            desk.alert(
                "A047",
                &path,
                "氏名",
                format!(
                    "氏名・性別・生年月日が同じ以前の住民がいます（{called}さん、宛名番号{no}、{}）。",
                    held.resident_status.label()
                ),
                match held.resident_status {
                    ResidentStatus::Dead => DEAD,
                    _ => "同じ人なら、再転入する人の宛名番号にこの番号を入力してください。",
                },
            );
        }
    }
    Ok(())
}
