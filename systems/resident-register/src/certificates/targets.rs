//! Whose record a certificate is of: residents of one household, or deleted records.

use domain::{AddresseeNo, HouseholdNo};
use register::{Fault, ViewExt};

use crate::concealment::Concealment;
use crate::desk::Desk;
use crate::records::{Household, Person};
use crate::rules::former;

/// Deleted records that are printed together, and who else was recorded in their household.
pub(crate) struct Former {
    pub(crate) household_no: HouseholdNo,
    pub(crate) persons: Vec<Person>,
    pub(crate) household: Vec<AddresseeNo>,
}

/// Reads residents, in the order of the household they all belong to: D001, D002, E157.
pub(crate) fn residents(
    desk: &mut Desk<'_>,
    targets: &[AddresseeNo],
    certificate: &str,
) -> Result<Option<(Household, Vec<Person>)>, Fault> {
    let mut persons = known(desk, targets)?;
    for person in persons.iter().filter(|person| !person.is_resident()) {
        desk.error(
            "E157",
            "targets",
            "対象者",
            format!(
                "{}さんは{}です。{certificate}に除票の人は記載できません。",
                person.called(),
                person.resident_status.label()
            ),
            "除票の証明書を交付してください。",
        );
    }
    let Some(household_no) = one_household(desk, &persons) else { return Ok(None) };
    if desk.stopped() {
        return Ok(None);
    }
    let Some(household) = desk.household(household_no)? else { return Ok(None) };
    persons.sort_by_key(|person| household.members.iter().position(|member| *member == person.addressee_no));
    persons.dedup_by_key(|person| person.addressee_no);
    Ok(Some((household, persons)))
}

/// Reads deleted records (除票). `history_no` picks an ended record (改製, before a 再転入 …) of somebody; without it
/// `ended` takes the newest ended one, and otherwise the record as it is now.
///
/// Source: 住民基本台帳法 art. 15-2, 15-4; 住民記録システム標準仕様書 1.1.4, 1.1.5, 5.1.
pub(crate) fn former(
    desk: &mut Desk<'_>,
    targets: &[AddresseeNo],
    ended: bool,
    history_no: Option<u32>,
    certificate: &str,
) -> Result<Option<Former>, Fault> {
    let mut persons = Vec::new();
    for person in known(desk, targets)? {
        if ended {
            persons.extend(ended_record(desk, &person, history_no)?);
        } else if person.is_resident() {
            desk.error(
                "E157",
                "targets",
                "対象者",
                format!("{}さんは住民です。{certificate}に今の住民は記載できません。", person.called()),
                "住民票の証明書を別に交付してください。前の除票（改製原、再転入の前の除票）なら、「記録の別」を選んでください。",
            );
        } else {
            persons.push(person);
        }
    }
    let Some(household_no) = one_household(desk, &persons) else { return Ok(None) };
    if desk.stopped() {
        return Ok(None);
    }
    persons.sort_by_key(|person| (person.member_order, person.addressee_no));
    persons.dedup_by_key(|person| person.addressee_no);
    let recorded = desk.view.load_by::<Person>("household_no", household_no.as_str())?;
    let household = recorded.into_iter().map(|held| held.record.addressee_no).collect();
    Ok(Some(Former { household_no, persons, household }))
}

/// A deleted record before the one that somebody has now: ended by 改製, 帰化 or 国籍喪失, or by a 転出 after which they returned.
/// The row is the last of that record, with the 転入通知 that came after the deletion.
fn ended_record(
    desk: &mut Desk<'_>,
    person: &Person,
    history_no: Option<u32>,
) -> Result<Option<Person>, Fault> {
    let rows = former::rows(desk.view, person.addressee_no)?;
    let now = former::of_row(&rows, person.history_no);
    let mut ended = former::records(&rows);
    ended.retain(|one| Some(*one) != now);
    let found = match history_no {
        None => ended.pop(),
        Some(no) => ended.into_iter().find(|one| (one.history_no..=one.last_no).contains(&no)),
    };
    let row = found.and_then(|found| rows.into_iter().find(|row| row.history_no == found.last_no));
    if row.is_none() {
        desk.error(
            "D041",
            "targets",
            "対象者",
            match history_no {
                Some(no) => format!("{}さんの履歴番号{no}は、前の除票の行ではありません。", person.called()),
                None => {
                    format!("{}さんには、前の除票（改製原、再転入の前の除票など）がありません。", person.called())
                }
            },
            "履歴照会で、異動事由が転出や改製（消除）などの履歴番号を確かめてください。今の除票なら、「記録の別」を空にしてください。",
        );
    }
    Ok(row)
}

/// The persons of these numbers; D002 of each that is unknown.
pub(crate) fn known(desk: &mut Desk<'_>, targets: &[AddresseeNo]) -> Result<Vec<Person>, Fault> {
    let mut persons = Vec::new();
    for no in targets {
        match desk.person(*no)? {
            Some(person) => persons.push(person),
            None => desk.error(
                "D002",
                "targets",
                "対象者",
                format!("宛名番号{no}の住民はいません。"),
                "宛名番号を確かめて選び直してください。",
            ),
        }
    }
    Ok(persons)
}

/// The household of all; D001 when they are of several.
fn one_household(desk: &mut Desk<'_>, persons: &[Person]) -> Option<HouseholdNo> {
    let household_no = persons.first()?.household_no;
    if persons.iter().any(|person| person.household_no != household_no) {
        desk.error(
            "D001",
            "targets",
            "対象者",
            "二つ以上の世帯の住民が選ばれています。一通に記載できるのは一つの世帯です。",
            "世帯ごとに分けて交付してください。",
        );
    }
    Some(household_no)
}

/// D008: a sheet has one address.
pub(crate) fn check_address(desk: &mut Desk<'_>, persons: &[Person]) -> Result<(), Fault> {
    let Some(first) = persons.first() else { return Ok(()) };
    if let Some(other) = persons.iter().find(|person| first.address.one_line() != person.address.one_line()) {
        let elsewhere = Concealment::new(desk.view, desk.context).address(other)?;
        desk.error(
            "D008",
            "targets",
            "対象者",
            format!("{}さんの住所（{elsewhere}）が、ほかの人と違います。", other.called()),
            "一通に記載できる住所は一つです。住所が同じ人ごとに分けて交付してください。",
        );
    }
    Ok(())
}

/// A110 of planned movers, A101 of a 仮登録 that is pending.
pub(crate) fn warn_of_what_comes(
    desk: &mut Desk<'_>,
    persons: &[Person],
    plan_asked: bool,
) -> Result<(), Fault> {
    for person in persons {
        let path = format!("targets.{}", person.addressee_no);
        if let Some(day) = person.moveout_planned_on.filter(|_| person.is_resident()) {
            desk.alert(
                "A110",
                &path,
                "対象者",
                format!("{}さんは{}に転出する予定です。", person.called(), domain::wareki(day)),
                if plan_asked {
                    "転出予定を印字します。請求者が求めたか確かめてください。"
                } else {
                    "予定の日までは交付できます。転出予定は、予定日の前には印字しません。"
                },
            );
        }
        if let Some(no) = desk.hold(person.addressee_no)? {
            desk.alert(
                "A101",
                &path,
                "対象者",
                format!("{}さんには、仮登録中の異動があります（受付番号{no}）。", person.called()),
                "本登録の前の内容が記載されます。本登録を待つか確かめてください。",
            );
        }
    }
    Ok(())
}
