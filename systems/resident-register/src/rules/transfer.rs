//! 特例転入: people who come with a card instead of a paper, for whom the other municipality has sent 転出証明書情報.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{Date, RegisterDate, ResidentRecordCode, wareki};
use register::{Fault, View, ViewExt, Write};

use super::{Limit, notice};
use crate::desk::Desk;
use crate::records::{Person, TRANSFER, Transfer, TransferPerson};

/// The persons of a received certificate.
pub(crate) fn persons(transfer: &Transfer) -> Result<Vec<TransferPerson>, Fault> {
    serde_json::from_str(&transfer.persons)
        .map_err(|error| Fault::new("the persons of 転出証明書情報 do not read", error))
}

/// The certificates nobody has used yet, by the codes of their persons.
pub(crate) fn open(view: &dyn View) -> Result<BTreeMap<ResidentRecordCode, Vec<String>>, Fault> {
    let mut open: BTreeMap<ResidentRecordCode, Vec<String>> = BTreeMap::new();
    view.scan(&TRANSFER, None, &mut |stored| {
        let one = stored.typed::<Transfer>()?.record;
        if one.used_on.is_none() {
            for person in persons(&one)? {
                open.entry(person.resident_record_code).or_default().push(one.transfer_no.clone());
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(open)
}

/// D088: who of an unused certificate stands on another one, too, which only the municipality that sent both can clear up.
pub(crate) fn twice(
    one: &Transfer,
    persons: &[TransferPerson],
    open: &BTreeMap<ResidentRecordCode, Vec<String>>,
) -> String {
    if one.used_on.is_some() {
        return String::new();
    }
    let told = persons.iter().filter_map(|person| {
        let others = open.get(&person.resident_record_code)?.iter().filter(|no| **no != one.transfer_no);
        let others: Vec<&str> = others.map(String::as_str).collect();
        (!others.is_empty()).then(|| {
            format!(
                "{}　{}さんの転出証明書情報は、受信番号{}でも届いています。",
                person.family_name,
                person.given_name,
                others.join("・")
            )
        })
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return String::new();
    }
    format!("{}どちらが有効か、転出元の市区町村に確かめてください。", told.concat())
}

/// The last day on which it serves a 特例転入.
pub(crate) fn last_day(transfer: &Transfer) -> Option<Date> {
    notice::days_after(transfer.planned_on, Limit::SpecialPlanned.value())
}

/// The certificate a move-in is based on; E112 when a 特例転入 has none, E113 when it comes too late.
///
/// Source: 住民基本台帳法 art. 24-2; 住民記録システム標準仕様書 4.1.1.3.
pub(crate) fn begin(
    desk: &mut Desk<'_>,
    no: &str,
    event: Option<RegisterDate>,
    notified: Option<Date>,
) -> Result<Option<(Transfer, u32)>, Fault> {
    if no.is_empty() {
        desk.error(
            "E112",
            "transfer_no",
            "受信番号",
            "特例転入なのに、転出証明書情報がありません。",
            "転出証明書情報一覧で受信番号を確かめてください。届いていないときは、転出元の市区町村に送るよう頼んでください。",
        );
        return Ok(None);
    }
    let found = find(desk.view, no)?;
    let Some((transfer, version)) = found else {
        desk.error(
            "E112",
            "transfer_no",
            "受信番号",
            format!("受信番号{no}の転出証明書情報はないか、もう使われています。"),
            "転出証明書情報一覧で受信番号を確かめてください。",
        );
        return Ok(None);
    };
    let since_move = event.and_then(|date| date.earliest());
    let last = since_move.and_then(|day| super::data::last_day_to_notify(day, Limit::MoveInNotice.value()));
    let ends = [last, last_day(&transfer)].into_iter().flatten().min();
    if let (Some(ends), Some(notified)) = (ends, notified)
        && ends < notified
    {
        desk.error(
            "E113",
            "notified_on",
            "届出日",
            format!(
                "特例転入の期間（{}まで）を過ぎた届出です。転入した日から{}日以内、転出予定日から{}日以内に届け出るものです。",
                wareki(ends),
                Limit::MoveInNotice.value(),
                Limit::SpecialPlanned.value()
            ),
            "転出証明書の交付を受けてもらい、特例でない転入で入力してください。",
        );
    }
    Ok(Some((transfer, version)))
}

fn find(view: &dyn View, no: &str) -> Result<Option<(Transfer, u32)>, Fault> {
    let held = view.load::<Transfer>(no)?.filter(|held| held.record.used_on.is_none());
    Ok(held.map(|held| (held.record, held.version)))
}

/// Fills what a mover left blank from the certificate; A175 for somebody who is not on it.
///
/// The data of the certificate win over what an own 除票 holds, except the name, which the clerk states.
///
/// Source: 住民記録システム標準仕様書 4.1.1.2.
pub(crate) fn fill(desk: &mut Desk<'_>, row: &mut Person, certified: &[TransferPerson], at: &str) {
    let same = |one: &&TransferPerson| {
        one.birth_date.sort_key() == row.birth_date.sort_key()
            && (one.given_name == row.given_name || row.given_name.is_empty())
    };
    let Some(one) = certified.iter().find(same) else {
        desk.alert(
            "A175",
            &format!("{at}given_name"),
            "異動者",
            format!("{}さんが、転出証明書情報にありません（名と生年月日で比べています）。", row.called()),
            "届出の人と受信番号を確かめてください。",
        );
        return;
    };
    row.resident_record_code = Some(one.resident_record_code);
    row.individual_number = one.individual_number.or(row.individual_number);
    if row.register_head.is_empty() {
        row.register_head.clone_from(&one.register_head);
    }
    if row.name_kana.is_empty() {
        row.name_kana.clone_from(&one.name_kana);
    }
    if row.registered_domicile.is_none() {
        let domicile = domain::Address {
            prefecture: one.domicile_prefecture.clone(),
            municipality: one.domicile_municipality.clone(),
            town: one.domicile_town.clone(),
            ..domain::Address::default()
        };
        row.registered_domicile = (!domicile.is_empty()).then_some(domicile);
    }
}

/// Marks a certificate as used by those who are recorded from it.
pub(crate) fn used(
    desk: &mut Desk<'_>,
    (transfer, version): (Transfer, u32),
    rows: &[domain::AddresseeNo],
) -> Result<(), Fault> {
    let used = Transfer { used_by: rows.to_vec(), used_on: Some(desk.today()), ..transfer };
    desk.besides.push(Write::put(&used, Some(version))?);
    Ok(())
}
