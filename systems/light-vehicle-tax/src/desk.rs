//! What functions share: findings, numbers, the facts of persons, and the writes of one change.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{AddresseeNo, Date, RegisterDate, Yen, wareki};
use register::{Fault, Record, View, ViewExt, Write};
use system::{Context, Finding, Outcome};

use crate::codes::{self, reason};
use crate::records::{
    Addressee, Correction, CorrectionState, LEVY_RUN, Levy, LevyRun, Reduction, Serial, Vehicle,
};
use crate::rules::{Assessed, Way, assess, decidable_until, rates};

/// One decision at work.
pub(crate) struct Desk<'a> {
    pub(crate) view: &'a dyn View,
    pub(crate) context: &'a Context<'a>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) writes: Vec<Write>,
    serials: BTreeMap<&'static str, (u64, Option<u32>)>,
    /// Vehicles of this change in their new state, beside the version held and the day it is so from: a later line of a file sees an earlier one.
    vehicles: BTreeMap<String, (Vehicle, Option<u32>, Date)>,
    /// Corrections that begin to wait with this change, by vehicle and year.
    pending: BTreeSet<String>,
}

/// What a person says of a correction; nothing of one that follows from a change.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wish<'a> {
    /// 内容.
    pub(crate) note: &'a str,
    /// Whether the levy is to be cancelled whatever the rule says.
    pub(crate) cancels: bool,
    /// 偽りその他不正の行為による.
    pub(crate) evaded: bool,
}

/// What is numbered.
pub(crate) mod serial {
    /// 車両番号.
    pub(crate) const VEHICLE: &str = "vehicle";
    /// 通知書番号.
    pub(crate) const NOTICE: &str = "notice";
    /// 発行番号.
    pub(crate) const ISSUE: &str = "issue";
    /// 受付番号 of corrections.
    pub(crate) const CORRECTION: &str = "correction";
    /// 減免番号.
    pub(crate) const REDUCTION: &str = "reduction";
}

impl<'a> Desk<'a> {
    pub(crate) fn new(view: &'a dyn View, context: &'a Context<'a>) -> Self {
        Self {
            view,
            context,
            findings: Vec::new(),
            writes: Vec::new(),
            serials: BTreeMap::new(),
            vehicles: BTreeMap::new(),
            pending: BTreeSet::new(),
        }
    }

    pub(crate) fn today(&self) -> Date {
        self.context.today
    }

    pub(crate) fn error(&mut self, code: &str, path: &str, item: &str, why: impl Into<String>, remedy: &str) {
        self.findings.push(Finding::error(code, path, item, why, remedy));
    }

    pub(crate) fn alert(&mut self, code: &str, path: &str, item: &str, why: impl Into<String>, remedy: &str) {
        self.findings.push(Finding::alert(code, path, item, why, remedy));
    }

    /// Whether something stops.
    pub(crate) fn stopped(&self) -> bool {
        self.findings.iter().any(Finding::stops)
    }

    /// The next number of something; its new last number is written with the change.
    pub(crate) fn next(&mut self, name: &'static str) -> Result<u64, Fault> {
        if !self.serials.contains_key(name) {
            let held = self.view.load::<Serial>(name)?;
            let entry = held.map_or((0, None), |held| (held.record.last, Some(held.version)));
            self.serials.insert(name, entry);
        }
        let entry = self.serials.entry(name).or_insert((0, None));
        entry.0 = entry.0.saturating_add(1);
        Ok(entry.0)
    }

    /// Writes a record: new, or over the version held.
    pub(crate) fn put<R: Record>(&mut self, record: &R, version: Option<u32>, on: Date) -> Result<(), Fault> {
        self.writes.push(Write::put(record, version)?.effective(on));
        Ok(())
    }

    /// The outcome: what was found, what is written, with the numbers given.
    pub(crate) fn outcome(mut self, reason: &str, message: impl Into<String>) -> Result<Outcome, Fault> {
        if self.stopped() {
            return Ok(Outcome::refused(self.findings));
        }
        // A plate goes from one vehicle to another within a change: who gives it up is written first.
        let mut vehicles: Vec<_> = self.vehicles.into_values().collect();
        vehicles.sort_by_key(|(vehicle, _, _)| vehicle.is_active());
        for (vehicle, version, on) in vehicles {
            self.writes.push(Write::put(&vehicle, version)?.effective(on));
        }
        for (name, (last, version)) in self.serials {
            self.writes.push(Write::put(&Serial { name: name.to_owned(), last }, version)?);
        }
        Ok(Outcome {
            findings: self.findings,
            writes: self.writes,
            reason: reason.to_owned(),
            message: message.into(),
            ..Outcome::default()
        })
    }

    /// Somebody who is to hold a vehicle from a day on: LVT06, LVT07, LVT08, LVT38.
    pub(crate) fn holder(
        &mut self,
        no: AddresseeNo,
        path: &str,
        item: &str,
        on: Date,
    ) -> Result<Option<Addressee>, Fault> {
        let Some(person) = self.known(no, path, item)? else { return Ok(None) };
        if let Some(born) =
            person.birth_date.as_ref().and_then(|date| date.earliest()).filter(|born| on < *born)
        {
            self.error(
                "LVT47",
                path,
                item,
                format!("宛名番号{no}の人は、{}より後の{}に生まれています。", wareki(on), wareki(born)),
                "宛名番号と、登録・変更の日付を確かめてください。",
            );
        } else if person.is_dead_before(on) {
            self.error(
                "LVT07",
                path,
                item,
                format!("宛名番号{no}の人は、{}より前に死亡しています。", wareki(on)),
                "相続した人の宛名番号を入力してください。",
            );
        } else if person.departed_on.is_some() && !person.moved_out_to.is_empty() {
            self.alert(
                "LVT38",
                path,
                item,
                format!("宛名番号{no}の人は、転出しています。"),
                "定置場がこの町にあることと、送付先を確かめてください。",
            );
        }
        Ok(Some(person))
    }

    /// Somebody who is known: LVT06, LVT08.
    pub(crate) fn known(
        &mut self,
        no: AddresseeNo,
        path: &str,
        item: &str,
    ) -> Result<Option<Addressee>, Fault> {
        let Some(person) = self.view.load::<Addressee>(no.as_str())?.map(|held| held.record) else {
            self.error(
                "LVT06",
                path,
                item,
                format!("宛名番号{no}の宛名はありません。"),
                "宛名番号を確かめてください。宛名がないときは、宛名管理で登録してください。",
            );
            return Ok(None);
        };
        if let Some(into) = person.merged_into {
            self.error(
                "LVT08",
                path,
                item,
                format!("宛名番号{no}は、名寄せで宛名番号{into}に統合されています。"),
                "統合先の宛名番号を入力してください。",
            );
            return Ok(None);
        }
        Ok(Some(person))
    }

    /// LVT48: the levy of a year may no longer be decided on this way.
    ///
    /// Source: 地方税法 17条の5.
    pub(crate) fn decidable(&mut self, tax_year: i16, way: Way, evaded: bool) -> Result<bool, Fault> {
        let until = match decidable_until(rates()?, tax_year, way, evaded) {
            Ok(until) => until,
            Err(missing) => {
                self.findings.push(missing.finding());
                return Ok(false);
            }
        };
        if self.today() <= until {
            return Ok(true);
        }
        let what = match way {
            Way::More => "課税・増額",
            Way::Less => "減額・取消し",
        };
        self.error(
            "LVT48",
            "tax_year",
            "年度",
            format!("{tax_year}年度の{what}の賦課決定ができるのは、{}まででした（地方税法17条の5）。", wareki(until)),
            match way {
                Way::More => "課税・増額はできません。受け付けてある更正は取り下げてください。元の賦課を減らすだけなら、取り下げた後に課税取消・税額の誤りで受け付けてください。偽りその他不正の行為で免れた税なら、更正申告受付登録でその旨に印を付けてください（7年）。",
                Way::Less => "減額・取消しはできません。受け付けてある更正は取り下げてください。偽りその他不正の行為によるものなら、更正申告受付登録でその旨に印を付けてください（7年）。",
            },
        );
        Ok(false)
    }

    /// A vehicle by its number, as this change leaves it.
    pub(crate) fn vehicle(&self, vehicle_no: &str) -> Result<Option<(Vehicle, Option<u32>)>, Fault> {
        if let Some((vehicle, version, _)) = self.vehicles.get(vehicle_no) {
            return Ok(Some((vehicle.clone(), *version)));
        }
        Ok(self.view.load::<Vehicle>(vehicle_no)?.map(|held| (held.record, Some(held.version))))
    }

    /// The vehicle in use that has this value in a column, as this change leaves it.
    pub(crate) fn active_by(
        &self,
        column: &str,
        value: &str,
    ) -> Result<Option<(Vehicle, Option<u32>)>, Fault> {
        let has = |vehicle: &Vehicle| match column {
            "active_plate" => vehicle.active_plate.as_deref() == Some(value),
            _ => vehicle.active_chassis.as_deref() == Some(value),
        };
        if let Some((vehicle, version, _)) = self.vehicles.values().find(|(vehicle, ..)| has(vehicle)) {
            return Ok(Some((vehicle.clone(), *version)));
        }
        let held = self.view.load_by::<Vehicle>(column, value)?;
        let held = held.into_iter().find(|held| !self.vehicles.contains_key(&held.record.vehicle_no));
        Ok(held.map(|held| (held.record, Some(held.version))))
    }

    /// The vehicle in use that has a plate: LVT09.
    pub(crate) fn by_plate(
        &mut self,
        plate: &str,
        path: &str,
    ) -> Result<Option<(Vehicle, Option<u32>)>, Fault> {
        let held = self.active_by("active_plate", plate)?;
        if held.is_none() {
            self.error(
                "LVT09",
                path,
                "標識番号",
                format!("標識番号「{plate}」の使用中の車両はありません。"),
                "標識番号を確かめてください。廃車の後なら、車両照会で調べてください。",
            );
        }
        Ok(held)
    }

    /// Writes a vehicle in its new state, so from a day on, and lets corrections wait for the levies that are no longer what the rule says.
    pub(crate) fn put_vehicle(
        &mut self,
        vehicle: Vehicle,
        version: Option<u32>,
        on: Date,
    ) -> Result<(), Fault> {
        let vehicle = vehicle.settled();
        if version.is_some() || vehicle.registered_on < self.today() {
            let reductions = self.reductions_of(&vehicle)?;
            self.follow(&vehicle, &reductions, reason::FOLLOWED)?;
        }
        self.vehicles.insert(vehicle.vehicle_no.clone(), (vehicle, version, on));
        Ok(())
    }

    /// The reductions of a vehicle.
    pub(crate) fn reductions_of(&self, vehicle: &Vehicle) -> Result<Vec<Reduction>, Fault> {
        if vehicle.reduction_no.is_empty() {
            return Ok(Vec::new());
        }
        let held = self.view.load_by::<Reduction>("vehicle_no", &vehicle.vehicle_no)?;
        Ok(held.into_iter().map(|held| held.record).collect())
    }

    /// Lets a correction wait for each year whose levy is not what the rule says of this vehicle, and for each year that was
    /// levied without it. A levy that a person cancelled stays so.
    pub(crate) fn follow(
        &mut self,
        vehicle: &Vehicle,
        reductions: &[Reduction],
        why: &str,
    ) -> Result<usize, Fault> {
        let rates = rates()?;
        let mut years: BTreeMap<i16, Option<Levy>> = BTreeMap::new();
        self.view.scan(&LEVY_RUN, None, &mut |stored| {
            years.insert(stored.typed::<LevyRun>()?.record.tax_year, None);
            Ok(ControlFlow::Continue(()))
        })?;
        let mut decided = BTreeSet::new();
        for held in self.view.load_by::<Levy>("vehicle_no", &vehicle.vehicle_no)? {
            let levy = held.record;
            if !levy.is_cancelled() {
                years.insert(levy.tax_year, Some(levy));
            } else if levy.newest().is_some_and(|newest| codes::cancels(&newest.reason)) {
                decided.insert(levy.tax_year);
            }
        }
        let mut waiting = 0;
        for (tax_year, levy) in years {
            let (differs, why) = match (&levy, assess(rates, tax_year, vehicle, reductions)) {
                (Some(levy), Assessed::Taxable(now)) => {
                    ((levy.addressee_no, levy.amount) != (now.taxpayer_no, now.amount), why)
                }
                (Some(levy), Assessed::NotTaxable(_)) => (levy.amount != Yen::ZERO, why),
                (None, Assessed::Taxable(now)) => {
                    let missed = now.amount != Yen::ZERO && !decided.contains(&tax_year);
                    (missed && self.run_is_past(tax_year, vehicle)?, reason::MISSED)
                }
                (_, Assessed::Exception(_)) | (None, Assessed::NotTaxable(_)) => (false, why),
            };
            if differs && self.wait(vehicle, tax_year, why, Wish::default())? {
                waiting += 1;
            }
        }
        Ok(waiting)
    }

    /// Whether the initial levy of a year has passed a vehicle.
    fn run_is_past(&self, tax_year: i16, vehicle: &Vehicle) -> Result<bool, Fault> {
        let run = self.view.load::<LevyRun>(&format!("{tax_year:04}"))?.map(|held| held.record);
        Ok(run.is_some_and(|run| {
            run.state == crate::records::RunState::Done || vehicle.vehicle_no <= run.after
        }))
    }

    /// Lets a correction wait; not when one of this vehicle and year waits already, which is told by `false`.
    pub(crate) fn wait(
        &mut self,
        vehicle: &Vehicle,
        tax_year: i16,
        why: &str,
        wish: Wish<'_>,
    ) -> Result<bool, Fault> {
        let pending = Levy::vehicle_year_of(&vehicle.vehicle_no, tax_year);
        let waits = !self.view.load_by::<Correction>("pending", &pending)?.is_empty();
        if waits || !self.pending.insert(pending.clone()) {
            return Ok(false);
        }
        let correction = Correction {
            correction_no: format!("{:010}", self.next(serial::CORRECTION)?),
            vehicle_no: vehicle.vehicle_no.clone(),
            tax_year,
            pending: Some(pending),
            reason: why.to_owned(),
            cancels: wish.cancels,
            evaded: wish.evaded,
            received_on: self.today(),
            note: wish.note.to_owned(),
            state: CorrectionState::Pending,
            levy_keys: Vec::new(),
        };
        let today = self.today();
        self.put(&correction, None, today)?;
        Ok(true)
    }

    /// How many corrections begin to wait with this change.
    pub(crate) fn waiting(&self) -> usize {
        self.pending.len()
    }
}

/// A day of an input; none when it is blank.
pub(crate) fn day(date: Option<RegisterDate>) -> Option<Date> {
    date.and_then(|date| date.known())
}
