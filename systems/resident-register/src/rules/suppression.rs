//! Which suppressions stand for a person at this moment (抑止): E152, A152 and the movement's part of A131.

use domain::{AddresseeNo, HouseholdNo};
use jiff::Timestamp;
use register::{Fault, View, ViewExt};
use system::Context;

use crate::desk::Desk;
use crate::records::{
    Person, SuppressedProcess, Suppression, SuppressionLevel, SuppressionStatus, TemporaryRelease,
};

/// The suppressions that stand for a person now: the person's own and those of the household the record is in.
///
/// Neither the end date nor a batch ends one; a temporary release (一時解除) lets it through until its moment has come,
/// which is why every reading asks the clock.
///
/// Source: 住民記録システム標準仕様書 3.1, 3.2.
pub(crate) fn in_force(
    view: &dyn View,
    context: &Context<'_>,
    person: &Person,
) -> Result<Vec<Suppression>, Fault> {
    let mut standing = of_person(view, context, person.addressee_no)?;
    standing.extend(of_household(view, context, person.household_no)?);
    Ok(standing)
}

/// Those of a person alone.
pub(crate) fn of_person(
    view: &dyn View,
    context: &Context<'_>,
    no: AddresseeNo,
) -> Result<Vec<Suppression>, Fault> {
    standing(view, context, "addressee_no", no.as_str())
}

/// Those of a household.
pub(crate) fn of_household(
    view: &dyn View,
    context: &Context<'_>,
    no: HouseholdNo,
) -> Result<Vec<Suppression>, Fault> {
    standing(view, context, "household_no", no.as_str())
}

fn standing(
    view: &dyn View,
    context: &Context<'_>,
    column: &str,
    value: &str,
) -> Result<Vec<Suppression>, Fault> {
    let held = view.load_by::<Suppression>(column, value)?;
    now(view, context, held.into_iter().map(|held| held.record))
}

/// Those that are set, have begun and are not released at this moment.
fn now(
    view: &dyn View,
    context: &Context<'_>,
    set: impl Iterator<Item = Suppression>,
) -> Result<Vec<Suppression>, Fault> {
    let mut standing = Vec::new();
    for one in set {
        let begun = one.status == SuppressionStatus::Open && one.from <= context.today;
        if begun && released_until(view, &one.suppression_no, context.now)?.is_none() {
            standing.push(one);
        }
    }
    Ok(standing)
}

/// D107: somebody leaves a household that has a suppression of its own, which stays with the household.
///
/// Source: 住民記録システム標準仕様書 3.1 (set for a person or a household).
pub(crate) fn warn_of_leavers(desk: &mut Desk<'_>) -> Result<(), Fault> {
    let leavers: Vec<(AddresseeNo, HouseholdNo, String)> = desk
        .rows_after()
        .filter_map(|(before, after)| {
            let before = before.filter(|before| before.is_resident() && after.is_resident())?;
            let leaves = before.household_no != after.household_no;
            leaves.then(|| (after.addressee_no, before.household_no, after.called().to_owned()))
        })
        .collect();
    for (no, home, called) in leavers {
        let held = desk.view.load_by::<Suppression>("household_no", home.as_str())?;
        let open = held.iter().map(|held| &held.record).filter(|one| one.status == SuppressionStatus::Open);
        let numbers: Vec<&str> = open.map(|one| one.suppression_no.as_str()).collect();
        if !numbers.is_empty() {
            desk.alert(
                "D107",
                &format!("targets.{no}"),
                "抑止",
                format!(
                    "{called}さんが離れる世帯には、世帯の抑止（抑止番号{}）があります。この抑止は、{called}さんには及ばなくなります。",
                    numbers.join("、")
                ),
                "引き続き抑止が要るなら、本登録の後にすぐ、この人の抑止を設定してください。",
            );
        }
    }
    Ok(())
}

/// So many questions are asked one by one; from then on all suppressions that are set are read, once.
const ASKED_ONE_BY_ONE: usize = 24;

/// The suppressions that stand now, of many persons: a list asks for hundreds, of whom hardly any has one.
pub(crate) struct Standing<'a> {
    view: &'a dyn View,
    context: &'a Context<'a>,
    asked: usize,
    /// Those that are set, released for a while or not, once they were read.
    all: Option<Vec<Suppression>>,
}

impl<'a> Standing<'a> {
    pub(crate) fn new(view: &'a dyn View, context: &'a Context<'a>) -> Self {
        Self { view, context, asked: 0, all: None }
    }

    /// As [`in_force`].
    pub(crate) fn in_force(&mut self, person: &Person) -> Result<Vec<Suppression>, Fault> {
        let mut standing = self.of_person(person.addressee_no)?;
        standing.extend(self.of_household(person.household_no)?);
        Ok(standing)
    }

    /// As [`of_person`].
    pub(crate) fn of_person(&mut self, no: AddresseeNo) -> Result<Vec<Suppression>, Fault> {
        let (view, context) = (self.view, self.context);
        match self.all()? {
            None => of_person(view, context, no),
            Some(all) => now(view, context, all.iter().filter(|one| one.addressee_no == Some(no)).cloned()),
        }
    }

    /// As [`of_household`].
    pub(crate) fn of_household(&mut self, no: HouseholdNo) -> Result<Vec<Suppression>, Fault> {
        let (view, context) = (self.view, self.context);
        match self.all()? {
            None => of_household(view, context, no),
            Some(all) => now(view, context, all.iter().filter(|one| one.household_no == Some(no)).cloned()),
        }
    }

    fn all(&mut self) -> Result<Option<&[Suppression]>, Fault> {
        self.asked = self.asked.saturating_add(1);
        if self.all.is_none() && ASKED_ONE_BY_ONE < self.asked {
            let held = self.view.load_by::<Suppression>("status", SuppressionStatus::Open.code())?;
            self.all = Some(held.into_iter().map(|held| held.record).collect());
        }
        Ok(self.all.as_deref())
    }
}

/// Until when a suppression is let through now; none when it is not.
pub(crate) fn released_until(
    view: &dyn View,
    suppression_no: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    let releases = view.load_by::<TemporaryRelease>("suppression_no", suppression_no)?;
    let running = releases.into_iter().map(|held| held.record).filter(|one| now < one.until);
    Ok(running.map(|one| one.until).max())
}

/// The suppressions of a process, the strictest first; several may stand at once.
pub(crate) fn of_process(
    standing: &[Suppression],
    process: SuppressedProcess,
) -> Vec<(SuppressionLevel, &Suppression)> {
    let mut found: Vec<(SuppressionLevel, &Suppression)> = standing
        .iter()
        .map(|one| (one.levels.of(process), one))
        .filter(|(level, _)| *level != SuppressionLevel::None)
        .collect();
    found.sort_by_key(|(level, one)| (std::cmp::Reverse(*level), one.suppression_no.clone()));
    found
}

/// The level that counts: the strictest of all.
pub(crate) fn strictest(standing: &[Suppression], process: SuppressedProcess) -> SuppressionLevel {
    standing.iter().map(|one| one.levels.of(process)).max().unwrap_or_default()
}
