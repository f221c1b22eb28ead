//! Support measures (支援措置): their periods, whom they protect, and what movements are told of them (A131, A132).

use std::collections::BTreeSet;

use domain::{AddresseeNo, Date, wareki};
use jiff::ToSpan;
use register::Fault;

use super::{Limit, suppression};
use crate::desk::Desk;
use crate::records::{
    Household, Person, ProtectedPerson, SupportClass, SupportMeasure, SupportStanding, SuppressedProcess,
};

/// The last day of a measure that begins on a day: one year, so that 2020-04-01 gives 2021-03-31. Of a day the last
/// month does not have (29 February), the month's last day.
///
/// Source: 住民記録システム標準仕様書 3.4; 民法 art. 143(2).
pub(crate) fn last_day(from: Date) -> Option<Date> {
    let after = from.checked_add(Limit::SupportPeriod.value().months()).ok()?;
    if after.day() == from.day() { after.yesterday().ok() } else { Some(after) }
}

/// The first day on which a measure can be extended and is asked about: one month before its end.
pub(crate) fn first_day_to_extend(to: Date) -> Option<Date> {
    to.checked_sub(Limit::SupportLead.value().months()).ok()
}

/// What is to be said of a measure's end today (A132); none while it is far off or there is none yet.
///
/// Source: 住民記録システム標準仕様書 3.4: it does not lapse silently.
pub(crate) fn end_told(measure: &SupportMeasure, today: Date) -> Option<String> {
    let to = measure.to.filter(|_| measure.is_open())?;
    let no = &measure.measure_no;
    if to < today {
        return Some(format!(
            "支援措置（申出番号{no}）の期間は{}に過ぎています。終了の処理まで、措置は続いています。",
            wareki(to)
        ));
    }
    (first_day_to_extend(to)? <= today)
        .then(|| format!("支援措置（申出番号{no}）の期間は{}までです。", wareki(to)))
}

/// Lays a measure down together with the rows of everybody it protects; whom it names does not change.
pub(crate) fn settle(desk: &mut Desk<'_>, measure: SupportMeasure) -> Result<(), Fault> {
    let no = measure.measure_no.clone();
    let persons: BTreeSet<AddresseeNo> = measure.persons().collect();
    desk.put_measure(measure)?;
    for person in persons {
        let mut numbers: BTreeSet<String> =
            desk.protected(person)?.map(|row| row.measures).unwrap_or_default().into_iter().collect();
        numbers.insert(no.clone());
        let mut measures = Vec::new();
        for number in numbers {
            measures.extend(desk.measure(&number)?.filter(|one| one.persons().any(|named| named == person)));
        }
        if let Some(row) = ProtectedPerson::of(person, &measures) {
            desk.put_protected(row)?;
        }
    }
    Ok(())
}

/// The measure of a number that is to be changed; D025 when there is none or it has ended.
pub(crate) fn to_change(desk: &mut Desk<'_>, no: &str) -> Result<Option<SupportMeasure>, Fault> {
    let message = match desk.measure(no)? {
        Some(measure) if measure.is_open() => return Ok(Some(measure)),
        Some(_) => format!("申出番号{no}の支援措置は、もう終了しています。"),
        None => format!("申出番号{no}の支援措置はありません。"),
    };
    desk.error("D025", "measure_no", "申出番号", message, "支援対象者一覧で申出番号を確かめてください。");
    Ok(None)
}

/// The measures that protect a person now.
pub(crate) fn measures_of(desk: &mut Desk<'_>, no: AddresseeNo) -> Result<Vec<SupportMeasure>, Fault> {
    let Some(row) = desk.protected(no)?.filter(ProtectedPerson::is_protected) else { return Ok(Vec::new()) };
    let mut measures = Vec::new();
    for number in &row.measures {
        measures.extend(desk.measure(number)?);
    }
    Ok(measures)
}

/// Tells a movement that its person is protected or suppressed (A131) and that a measure is about to end or past its end
/// (A132). Never an error: refusing notifications must not exist.
///
/// Source: 住民記録システム標準仕様書 3.1, 3.4, 3.5.
pub(crate) fn warn(desk: &mut Desk<'_>, person: &Person, path: &str) -> Result<(), Fault> {
    let measures = measures_of(desk, person.addressee_no)?;
    let mut said = Vec::new();
    if let Some(class) = measures.iter().map(|measure| measure.class).min() {
        said.push(format!("{}さんは{}の対象者です。", person.called(), class.label()));
    }
    let standing = suppression::in_force(desk.view, desk.context, person)?;
    for (_, one) in suppression::of_process(&standing, SuppressedProcess::Movement) {
        said.push(format!(
            "{}さんの異動に抑止があります（抑止番号{}、{}）。",
            person.called(),
            one.suppression_no,
            one.reason
        ));
    }
    if !said.is_empty() {
        desk.alert(
            "A131",
            path,
            "異動者",
            said.concat(),
            "届出人と本人確認書類をよく確かめてください。届出を受理しない理由にはなりません。住所を第三者に伝えないでください。",
        );
    }
    warn_of_ends(desk, &measures, path);
    Ok(())
}

/// A132 for measures that are about to end or past their end.
pub(crate) fn warn_of_ends(desk: &mut Desk<'_>, measures: &[SupportMeasure], path: &str) {
    let today = desk.today();
    let told: Vec<String> = measures.iter().filter_map(|measure| end_told(measure, today)).collect();
    if !told.is_empty() {
        desk.alert(
            "A132",
            path,
            "支援措置",
            told.concat(),
            "本人の意思を確かめ、支援措置の延長か終了を入力してください。",
        );
    }
}

/// Tells who joins a household that a protected person lives there (A131): whoever joins learns the address.
pub(crate) fn warn_of_joining(desk: &mut Desk<'_>, household: &Household) -> Result<(), Fault> {
    let mut protected = false;
    for no in &household.members {
        protected |= desk.protected(*no)?.is_some_and(|row| row.is_protected());
    }
    if protected {
        desk.alert(
            "A131",
            "household_no",
            "世帯番号",
            "加わる世帯に、支援措置の対象者がいます。",
            "対象者の意思を確かめてください。加わる人も守るのなら、支援措置の申出に加えてもらってください。",
        );
    }
    Ok(())
}

/// Whoever moves out keeps the protection here: the measure of an applicant becomes a 仮支援措置 as of the previous
/// municipality, in the same 本登録, so that there is no day without one. Its end date stays and is asked about as before.
///
/// Source: 住民記録システム標準仕様書 3.4.
pub(crate) fn keep_for_leavers(desk: &mut Desk<'_>, leavers: &[AddresseeNo]) -> Result<(), Fault> {
    let today = desk.today();
    for no in leavers {
        for mut measure in measures_of(desk, *no)? {
            if measure.applicant != *no {
                continue;
            }
            if measure.class == SupportClass::Decided {
                measure.provisional_from = Some(today);
            }
            measure.class = SupportClass::Provisional;
            measure.standing = SupportStanding::Previous;
            settle(desk, measure)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_measure_runs_one_year() {
        for (from, to) in [
            (date(2020, 4, 1), date(2021, 3, 31)),
            (date(2026, 1, 1), date(2026, 12, 31)),
            (date(2027, 3, 1), date(2028, 2, 29)),
            (date(2024, 2, 29), date(2025, 2, 28)),
        ] {
            assert_eq!(last_day(from), Some(to), "{from}");
        }
    }

    #[test]
    fn an_extension_is_taken_from_one_month_before_the_end() {
        assert_eq!(first_day_to_extend(date(2021, 3, 31)), Some(date(2021, 2, 28)));
        assert_eq!(first_day_to_extend(date(2021, 3, 15)), Some(date(2021, 2, 15)));
    }
}
