//! Movements on residents: who is chosen, and whether they may move.

use domain::{AddresseeNo, MovementReason, RegisterDate};
use register::Fault;

use super::{consistency, issued, protection};
use crate::desk::Desk;
use crate::records::{Household, Person};

/// The residents a movement is about, all of one household.
pub(crate) struct Chosen {
    pub(crate) household: Household,
    pub(crate) persons: Vec<Person>,
}

impl Chosen {
    /// Whether everybody of the household is chosen (世帯全部).
    pub(crate) fn whole(&self) -> bool {
        self.household.members.iter().all(|no| self.persons.iter().any(|person| person.addressee_no == *no))
    }

    /// The one person of a movement on an item that every person has of their own; D012 when there are more.
    pub(crate) fn only(self, desk: &mut Desk<'_>, item: &str) -> Option<(Household, Person)> {
        let mut persons = self.persons.into_iter();
        if let (Some(person), None) = (persons.next(), persons.next()) {
            return Some((self.household, person));
        }
        desk.error(
            "D012",
            "targets",
            "異動者",
            format!("{item}は人ごとに違う項目です。二人以上をまとめて入力できません。"),
            "一人ずつ入力してください。",
        );
        None
    }

    /// Their numbers.
    pub(crate) fn numbers(&self) -> Vec<AddresseeNo> {
        self.persons.iter().map(|person| person.addressee_no).collect()
    }
}

/// Reads the chosen residents: E101, E103, A017, A110 and the project's D001, D002, D018, D019, D055. None when they cannot be moved.
///
/// Source: 住民記録システム標準仕様書 4.0.1, 4.0.8.
pub(crate) fn choose(
    desk: &mut Desk<'_>,
    numbers: &[AddresseeNo],
    event: Option<RegisterDate>,
    planned_alert: bool,
) -> Result<Option<Chosen>, Fault> {
    let mut persons: Vec<Person> = Vec::new();
    for no in numbers {
        if persons.iter().any(|person| person.addressee_no == *no) {
            continue;
        }
        let Some(person) = desk.person(*no)? else {
            desk.error(
                "D002",
                "targets",
                "異動者",
                format!("宛名番号{no}の住民はいません。"),
                "宛名番号を確かめて選び直してください。",
            );
            continue;
        };
        persons.push(person);
    }
    for person in &persons {
        may_move(desk, person, "targets", event, planned_alert)?;
    }
    desk.targets = persons.iter().map(|person| person.addressee_no).collect();
    let Some(first) = persons.first() else { return Ok(None) };
    let household_no = first.household_no;
    if persons.iter().any(|person| person.household_no != household_no) {
        desk.error(
            "D001",
            "targets",
            "異動者",
            "二つ以上の世帯の住民が選ばれています。一つの届出で異動できるのは一つの世帯の住民です。",
            "世帯ごとに分けて入力してください。",
        );
    }
    if desk.stopped() {
        return Ok(None);
    }
    match desk.household(household_no)? {
        Some(household) => Ok(Some(Chosen { household, persons })),
        None => {
            desk.error(
                "E094",
                "targets",
                "世帯",
                format!("世帯番号{household_no}の世帯は、もうありません。"),
                "世帯を確かめて選び直してください。",
            );
            Ok(None)
        }
    }
}

/// Whether a resident may be moved now.
fn may_move(
    desk: &mut Desk<'_>,
    person: &Person,
    path: &str,
    event: Option<RegisterDate>,
    planned_alert: bool,
) -> Result<(), Fault> {
    let path = format!("{path}.{}", person.addressee_no);
    held(desk, person, &path)?;
    issued::warn(desk, person, &path, event)?;
    if !person.is_resident() {
        desk.error(
            "E103",
            &path,
            "異動者",
            format!(
                "{}さんは{}です。消除された人にこの異動はできません。",
                person.called(),
                person.resident_status.label()
            ),
            "再び住民になったときは転入で入力してください。除票の記載の誤りは直さず、除票の注記で記載してください。",
        );
        return Ok(());
    }
    if let Some(planned) = person.moveout_planned_on.filter(|_| planned_alert) {
        desk.alert(
            "A110",
            &path,
            "異動者",
            format!("{}さんは{}に転出する予定です。", person.called(), domain::wareki(planned)),
            "転出の予定が今もあるか、届出人に確かめてください。",
        );
    }
    if before_here(desk, person, event, &path) {
        return Ok(());
    }
    if let (Some(event), Some(last)) = (event, person.event_date.and_then(|date| date.earliest()))
        && event.latest().is_some_and(|day| day < last)
        && person.moveout_planned_on != Some(last)
    {
        desk.alert(
            "A017",
            &path,
            "異動日",
            format!(
                "異動日{}が、{}さんの前の異動（{}、{}）より前です。",
                event.label_wareki(),
                person.called(),
                person.movement_reason.label(),
                domain::wareki(last)
            ),
            "異動日を確かめてください。順序が前後した届出なら、そのまま登録できます。",
        );
    }
    Ok(())
}

/// D018, D019: a movement on a day on which the person was not here yet. Somebody who went away or died before coming is a
/// matter of the entry; nobody moves within before coming. 転出 has its own (E108).
///
/// Source: (unverified).
fn before_here(desk: &mut Desk<'_>, person: &Person, event: Option<RegisterDate>, path: &str) -> bool {
    use MovementReason as Reason;
    let reason = desk.reason;
    if matches!(reason, Some(Reason::MoveOutDomestic | Reason::MoveOutOverseas)) {
        return false;
    }
    let (Some(event), Some(since)) = (event, here_since(person)) else { return false };
    if event.latest().is_none_or(|last| since <= last) {
        return false;
    }
    let message = format!(
        "異動日{}が、{}さんがここの住民となった日{}より前です。",
        event.label_wareki(),
        person.called(),
        domain::wareki(since)
    );
    if reason == Some(Reason::MoveWithin) {
        desk.error(
            "D018",
            path,
            "異動日",
            message,
            "異動日を確かめてください。その日の住所が転入の記載と違うのなら、修正で住所を直してください。",
        );
    } else {
        desk.alert(
            "D019",
            path,
            "異動日",
            message,
            "異動日と人を確かめてください。転入の前のことなら、転入の記載を取り消すものでないかも確かめてください。",
        );
    }
    true
}

/// The first day on which a record has the person here. 外国人住民となった年月日 may be later than the address, when somebody
/// lost the nationality here.
pub(crate) fn here_since(person: &Person) -> Option<domain::Date> {
    let days = [person.since(), person.addr_since.as_ref()].into_iter().flatten();
    days.filter_map(RegisterDate::earliest).min()
}

/// Refuses a person who is in a movement that is not yet final (E101), and tells of suppression and support measures
/// (A131, A132).
pub(crate) fn held(desk: &mut Desk<'_>, person: &Person, path: &str) -> Result<(), Fault> {
    protection::warn(desk, person, path)?;
    consistency::warn(desk, person, path)?;
    if let Some(no) = desk.hold(person.addressee_no)?
        && desk.own_provisional.as_deref() != Some(no.as_str())
    {
        desk.error(
            "E101",
            path,
            "異動者",
            format!("{}さんには、仮登録中の異動があります（受付番号{no}）。", person.called()),
            "その仮登録を本登録するか取り消してから、入力してください。",
        );
    }
    Ok(())
}
