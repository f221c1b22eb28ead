//! What must hold of the registers at any time (整合性確認).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{AddresseeNo, HouseholdNo, IndividualNumber, ResidentRecordCode, ResidentStatus};
use register::{Fault, Record, View, ViewExt};
use serde::Deserialize;
use system::{Check, Inconsistency};

use crate::records::{
    FormerArchive, Hold, Household, MIGRATION_KEY, Migration, PERSON, Person, Provisional, ProvisionalStatus,
};

use crate::rules::former;

/// The checks.
pub(crate) fn checks() -> Vec<Check> {
    vec![
        Check { id: "households", title: "世帯と世帯員が一致している", run: households },
        Check {
            id: "numbers", title: "住民票コードと個人番号が重複していない", run: numbers
        },
        Check { id: "history", title: "履歴番号に抜けがない", run: history },
        Check { id: "holds", title: "仮登録と仮登録中の住民が一致している", run: holds },
        Check {
            id: "former-archive", title: "保存用の除票が消除の行と一致している", run: former_archive
        },
        Check { id: "migration", title: "データ移行が途中で止まっていない", run: migration },
    ]
}

pub(crate) fn wrong<R: Record>(key: impl std::fmt::Display, what: impl Into<String>) -> Inconsistency {
    Inconsistency { record: format!("{} {key}", R::KIND.id), what: what.into() }
}

pub(crate) fn each<R: Record>(view: &dyn View, mut each: impl FnMut(R)) -> Result<(), Fault> {
    view.scan(R::KIND, None, &mut |stored| {
        each(stored.typed::<R>()?.record);
        Ok(ControlFlow::Continue(()))
    })
}

/// What the household check needs of a person.
#[derive(Deserialize)]
struct Member {
    addressee_no: AddresseeNo,
    household_no: HouseholdNo,
    resident_status: ResidentStatus,
    relation: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    head_name: String,
}

fn households(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    let mut by_household: BTreeMap<HouseholdNo, Vec<Member>> = BTreeMap::new();
    view.scan(&PERSON, None, &mut |stored| {
        let member: Member = stored.body.read()?;
        if member.resident_status == ResidentStatus::Resident {
            by_household.entry(member.household_no).or_default().push(member);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    each::<Household>(view, |household| {
        let no = household.household_no;
        let members = by_household.remove(&no).unwrap_or_default();
        let listed: BTreeSet<AddresseeNo> = household.members.iter().copied().collect();
        let living: BTreeSet<AddresseeNo> = members.iter().map(|member| member.addressee_no).collect();
        if listed.len() != household.members.len() {
            found.push(wrong::<Household>(no, "同じ人が二度、世帯員になっています。"));
        }
        if listed.is_empty() {
            found.push(wrong::<Household>(no, "世帯員のいない世帯が残っています。"));
        }
        for no_of in listed.symmetric_difference(&living) {
            let what = if listed.contains(no_of) {
                format!("世帯員{no_of}は、この世帯の住民ではありません。")
            } else {
                format!("住民{no_of}はこの世帯にいますが、世帯員にありません。")
            };
            found.push(wrong::<Household>(no, what));
        }
        check_head(&household, &members, &mut found);
    })?;
    for (no, members) in by_household {
        for member in members {
            found.push(wrong::<Person>(member.addressee_no, format!("世帯番号{no}の世帯がありません。")));
        }
    }
    Ok(found)
}

fn check_head(household: &Household, members: &[Member], found: &mut Vec<Inconsistency>) {
    let no = household.household_no;
    let heads: Vec<AddresseeNo> = members
        .iter()
        .filter(|member| member.relation == "世帯主")
        .map(|member| member.addressee_no)
        .collect();
    if 1 < heads.len() {
        found.push(wrong::<Household>(no, format!("世帯主が{}人います。", heads.len())));
    }
    if heads.first().copied() != household.head {
        found.push(wrong::<Household>(no, "世帯の世帯主と、続柄が世帯主の人が違います。"));
    }
    let Some(head) = members.iter().find(|member| Some(member.addressee_no) == household.head) else {
        return;
    };
    for member in members.iter().filter(|member| member.head_name != head.name) {
        found.push(wrong::<Person>(member.addressee_no, "世帯主氏名が、世帯主の氏名と違います。"));
    }
}

#[derive(Deserialize)]
struct Numbered {
    addressee_no: AddresseeNo,
    resident_status: ResidentStatus,
    #[serde(default)]
    resident_record_code: Option<ResidentRecordCode>,
    #[serde(default)]
    individual_number: Option<IndividualNumber>,
}

fn numbers(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    let mut codes: BTreeMap<ResidentRecordCode, AddresseeNo> = BTreeMap::new();
    let mut numbers: BTreeMap<IndividualNumber, AddresseeNo> = BTreeMap::new();
    view.scan(&PERSON, None, &mut |stored| {
        let person: Numbered = stored.body.read()?;
        let no = person.addressee_no;
        let resident = person.resident_status == ResidentStatus::Resident;
        match person.resident_record_code {
            Some(code) => {
                if let Some(other) = codes.insert(code, no) {
                    found.push(wrong::<Person>(
                        no,
                        format!("住民票コードが、宛名番号{other}の人と同じです。"),
                    ));
                }
            }
            None if resident => found.push(wrong::<Person>(no, "住民の住民票コードが空です。")),
            None => {}
        }
        if let Some(number) = person.individual_number.filter(|_| resident)
            && let Some(other) = numbers.insert(number, no)
        {
            found.push(wrong::<Person>(no, format!("個人番号が、宛名番号{other}の住民と同じです。")));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Each archived 除票 names a deletion that stands among the rows of its person, by its day.
fn former_archive(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut archived = Vec::new();
    each::<FormerArchive>(view, |one| archived.push(one))?;
    let mut found = Vec::new();
    for one in archived {
        let rows = former::rows(view, one.addressee_no)?;
        let row = rows.iter().find(|row| row.history_no == one.history_no);
        if row.is_none_or(|row| row.processed_on != one.deleted_on) {
            found.push(wrong::<FormerArchive>(
                one.key(),
                "この履歴番号と処理年月日の消除の行が、住民票にありません。",
            ));
        }
    }
    Ok(found)
}

fn migration(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    each::<Migration>(view, |migration| {
        if !migration.done {
            found.push(wrong::<Migration>(
                MIGRATION_KEY,
                format!("データ移行が{}組まで進んで止まっています。", migration.groups),
            ));
        }
    })?;
    Ok(found)
}

#[derive(Deserialize)]
struct Numbering {
    history_no: u32,
}

fn history(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&PERSON, None, &mut |stored| {
        let newest: Numbering = stored.body.read()?;
        // A store numbers versions without gaps, so one comparison covers a person nobody re-opened.
        if newest.history_no != stored.version {
            found.push(wrong::<Person>(
                &stored.key,
                format!("履歴番号{}と版{}が違います。", newest.history_no, stored.version),
            ));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn holds(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    let mut held: BTreeMap<AddresseeNo, String> = BTreeMap::new();
    each::<Hold>(view, |hold| {
        held.insert(hold.addressee_no, hold.provisional_no);
    })?;
    for open in view.load_by::<Provisional>("status", ProvisionalStatus::Open.code())? {
        let open = open.record;
        for target in &open.targets {
            if held.remove(target).as_deref() != Some(open.provisional_no.as_str()) {
                found.push(wrong::<Provisional>(
                    &open.provisional_no,
                    format!("異動者{target}が仮登録中になっていません。"),
                ));
            }
        }
    }
    for (no, provisional) in held {
        found.push(wrong::<Hold>(no, format!("受付番号{provisional}の仮登録は、もうありません。")));
    }
    Ok(found)
}
