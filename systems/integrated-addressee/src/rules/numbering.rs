//! 付番: one number per 個人番号, whoever asks for it (0320001 to 0320004), and what follows when a 個人番号 changes.

use std::collections::BTreeMap;

use domain::{AddresseeNo, Date, IndividualNumber, RegisterDate, ResidentStatus, Sex};
use register::Fault;
use system::Context;

use crate::desk::Desk;
use crate::records::{Conflict, Counter, IntegratedNo, Link, Pending, Person};
use crate::{flag, rules};

/// The four items and the reading, as a task knows somebody.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) name: String,
    pub(crate) name_kana: String,
    pub(crate) birth_date: Option<RegisterDate>,
    pub(crate) sex: Option<Sex>,
    pub(crate) address: String,
}

impl Facts {
    /// The person as the task represents it.
    pub(crate) fn person(&self, integrated_no: IntegratedNo, individual_number: IndividualNumber) -> Person {
        Person {
            integrated_no,
            individual_number,
            name: self.name.clone(),
            name_kana: self.name_kana.clone(),
            birth_date: self.birth_date,
            sex: self.sex,
            address: self.address.clone(),
        }
    }

    /// Birth date and sex when they contradict what is held of the 個人番号. A name or an address may have changed.
    pub(crate) fn contradictions(&self, known: &Person) -> Vec<String> {
        let day = |date: Option<RegisterDate>| date.and_then(|date| date.known());
        let stated = |sex: Option<Sex>| sex.filter(|sex| *sex != Sex::Unknown);
        let differs =
            day(self.birth_date).is_some_and(|born| day(known.birth_date).is_some_and(|held| held != born));
        let differs_in_sex =
            stated(self.sex).is_some_and(|sex| stated(known.sex).is_some_and(|held| held != sex));
        let items = [("生年月日", differs), ("性別", differs_in_sex)];
        items.into_iter().filter(|(_, differs)| *differs).map(|(item, _)| item.to_owned()).collect()
    }
}

/// Whom a task wants numbered.
pub(crate) struct Request<'a> {
    pub(crate) individual_number: IndividualNumber,
    pub(crate) addressee_no: AddresseeNo,
    pub(crate) task_id: &'a str,
    /// 住民状態; none when the number is no resident's, or not said.
    pub(crate) status: Option<ResidentStatus>,
    pub(crate) facts: &'a Facts,
}

/// Who has a 個人番号.
pub(crate) fn holder(desk: &Desk<'_>, individual_number: IndividualNumber) -> Result<Option<Person>, Fault> {
    Ok(desk.by::<Person>("individual_number", individual_number.expose())?.pop())
}

/// Numbers somebody, or links the 宛名番号 to the number of who has the 個人番号 already; what waited for the number goes out with it.
/// Whoever asks has seen to it that the 宛名番号 is not another person's.
pub(crate) fn number(
    desk: &mut Desk<'_>,
    request: &Request<'_>,
    context: &Context<'_>,
) -> Result<IntegratedNo, Fault> {
    let number = request.addressee_no.as_str();
    let known = holder(desk, request.individual_number)?;
    let link = desk.get::<Link>(number)?;
    let own = request.status.or(link.as_ref().and_then(|link| link.status));
    let elsewhere = match &known {
        Some(known) => flag::is_resident_elsewhere(desk, known.integrated_no, number)?,
        None => false,
    };
    let counts = flag::represents(request.task_id, own == Some(ResidentStatus::Resident) || elsewhere);
    let integrated_no = match known {
        None => {
            let given = next(desk)?;
            desk.put(&request.facts.person(given, request.individual_number))?;
            given
        }
        Some(known) => {
            if counts {
                desk.put(&request.facts.person(known.integrated_no, request.individual_number))?;
            }
            known.integrated_no
        }
    };
    let mut now = link.unwrap_or_else(|| Link {
        addressee_no: request.addressee_no,
        integrated_no,
        status: None,
        tasks: Vec::new(),
        received: BTreeMap::new(),
    });
    now.status = own;
    if counts && !now.tasks.iter().any(|task| task == request.task_id) {
        now.tasks.push(request.task_id.to_owned());
        now.tasks.sort_unstable();
    }
    desk.put(&now)?;
    desk.close::<Pending>(number)?;
    desk.close::<Conflict>(number)?;
    rules::numbered(desk, request.addressee_no, integrated_no, context)?;
    Ok(integrated_no)
}

/// A person's 個人番号 has changed: 団体内統合宛名番号 stays, and copies (副本) stay attached. Nothing changes when another person has the new one,
/// who is answered.
///
/// Source: none found that says so; the integrated number staying is this project's reading (unverified).
pub(crate) fn change(
    desk: &mut Desk<'_>,
    link: &Link,
    individual_number: IndividualNumber,
) -> Result<Change, Fault> {
    let Some(held) = desk.get::<Person>(link.integrated_no.as_str())? else {
        return Err(Fault::because(format!("link {} names no person", link.addressee_no)));
    };
    if held.individual_number == individual_number {
        desk.close::<Conflict>(link.addressee_no.as_str())?;
        return Ok(Change::None);
    }
    if let Some(other) = holder(desk, individual_number)? {
        return Ok(Change::HeldBy(other.integrated_no));
    }
    desk.put(&Person { individual_number, ..held })?;
    desk.close::<Conflict>(link.addressee_no.as_str())?;
    Ok(Change::Made)
}

/// What became of a 個人番号 that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is the person's already.
    None,
    /// It is the person's now.
    Made,
    /// It is another person's.
    HeldBy(IntegratedNo),
}

/// Somebody whose 個人番号 another person has stands in the work list, since the day it was told first.
pub(crate) fn contradict(
    desk: &mut Desk<'_>,
    addressee_no: AddresseeNo,
    (holder, differs): (IntegratedNo, Vec<String>),
    today: Date,
) -> Result<(), Fault> {
    let held = desk.get::<Conflict>(addressee_no.as_str())?;
    let told_on = held.map_or(today, |held| held.told_on);
    desk.put(&Conflict { addressee_no, holder, differs, told_on })
}

/// The next number nobody has. Numbers that were loaded are passed.
fn next(desk: &mut Desk<'_>) -> Result<IntegratedNo, Fault> {
    let mut last = desk.get::<Counter>(Counter::INTEGRATED)?.map_or(0, |held| held.last);
    loop {
        last = last.saturating_add(1);
        let number = IntegratedNo::from_serial(last)
            .map_err(|error| Fault::new("the series of 団体内統合宛名番号 is used up", error))?;
        if desk.get::<Person>(number.as_str())?.is_none() {
            desk.put(&Counter { name: Counter::INTEGRATED.to_owned(), last })?;
            return Ok(number);
        }
    }
}
