//! What a vehicle's holder owes for a fiscal year (賦課): who, whether, how much.

use domain::{AddresseeNo, BusinessCalendar, Date, Yen, period_end};
use system::Finding;

use super::annual::{Annual, Grade, NoAmount, annual};
use super::rates::{HOLIDAYS, Missing, Rates, ReductionRate, Use};
use crate::codes::List;
use crate::records::{LevyStep, Reduction, Vehicle};

/// What the rule says of a vehicle and a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assessed {
    /// No levy, and why.
    NotTaxable(String),
    /// A levy.
    Taxable(Box<Levied>),
    /// The facts do not answer; a person has to look.
    Exception(Finding),
}

/// A levy as the rule has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levied {
    /// 納税義務者 on the day of assessment.
    pub taxpayer_no: AddresseeNo,
    /// 年税額.
    pub annual: Yen,
    /// 減免額.
    pub reduced: Yen,
    /// 税額.
    pub amount: Yen,
    /// Which amount of its kind.
    pub grade: Grade,
    /// 車種 on the day of assessment.
    pub kind: String,
    /// 用途 on the day of assessment.
    pub r#use: Use,
    /// The words of the kind.
    pub label: String,
    /// The day of assessment.
    pub assessed_on: Date,
    /// 納期限.
    pub due_on: Date,
    /// How it came about.
    pub steps: Vec<LevyStep>,
}

/// The levy of a vehicle for a fiscal year, with the reductions granted for it. Who holds it on the day of assessment owes the
/// whole year; nothing goes by months.
///
/// Source: 地方税法 463条の16 (賦課期日), 463条の2 (納税義務者), 445条 (非課税), 463条の23 (減免).
pub fn assess(rates: &Rates, fiscal_year: i16, vehicle: &Vehicle, reductions: &[Reduction]) -> Assessed {
    let assessed_on = match assessed_on(rates, fiscal_year) {
        Ok(day) => day,
        Err(missing) => return Assessed::Exception(missing.finding()),
    };
    // A vehicle that was not there on the day needs no rate of the year.
    if let Some(reason) = not_there(rates, vehicle, assessed_on) {
        return Assessed::NotTaxable(reason);
    }
    let (taxed, exempt) = vehicle.taxed_on(assessed_on);
    if !exempt.is_empty() {
        return Assessed::NotTaxable(format!("非課税（{}）", List::Exemptions.label(&exempt)));
    }
    let annual = match annual(rates, fiscal_year, &taxed) {
        Ok(annual) => annual,
        Err(NoAmount::Missing(missing)) => return Assessed::Exception(missing.finding()),
        Err(NoAmount::Finding(finding)) => return Assessed::Exception(*finding),
    };
    let Some(holding) = vehicle.holding_on(annual.assessed_on) else {
        return Assessed::Exception(Finding::error(
            "LVT06",
            "owner_no",
            "所有者",
            format!("賦課期日{}の所有者が分かりません。", annual.assessed_on),
            "車両変更登録で、登録日からの所有者を登録してください。",
        ));
    };
    let Annual { yen, grade, label, assessed_on, due_on, steps } = annual;
    let mut steps: Vec<LevyStep> = steps
        .into_iter()
        .map(|step| LevyStep { title: step.title, formula: step.formula, source: step.source })
        .collect();
    let reduced = reduction(rates, fiscal_year, yen, reductions, &mut steps);
    Assessed::Taxable(Box::new(Levied {
        taxpayer_no: holding.taxpayer_no(),
        annual: yen,
        reduced,
        amount: yen.checked_sub(reduced).unwrap_or_default(),
        grade,
        kind: taxed.kind,
        r#use: taxed.r#use,
        label,
        assessed_on,
        due_on,
        steps,
    }))
}

/// Why a vehicle was not there on the day of assessment; none when it was.
fn not_there(rates: &Rates, vehicle: &Vehicle, assessed_on: Date) -> Option<String> {
    if assessed_on < vehicle.registered_on {
        return Some(format!("賦課期日{assessed_on}より後の登録（{}）", vehicle.registered_on));
    }
    let scrapped = vehicle.scrapped_on?;
    let gone = if rates.practice.scrapped_on_assessed_day_taxed {
        scrapped < assessed_on
    } else {
        scrapped <= assessed_on
    };
    gone.then(|| format!("賦課期日{assessed_on}までの廃車（{scrapped}）"))
}

/// The day of assessment of a fiscal year (賦課期日).
fn assessed_on(rates: &Rates, fiscal_year: i16) -> Result<Date, Missing> {
    let days = rates.day_of(fiscal_year)?;
    let day = format!("{fiscal_year:04}-{}", days.assessed).parse();
    day.map_err(|_| Missing { table: "day", what: "賦課期日と納期".to_owned(), fiscal_year })
}

/// Which way a decision moves a levy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A levy, or more of it (増額).
    More,
    /// Less of it (減額).
    Less,
}

/// The last day the levy of a fiscal year may be decided on (賦課決定の期間制限). `evaded`: 偽りその他不正の行為により免れた税.
///
/// Source: 地方税法 17条の5第3項・第4項・第7項, 11条の4第1項 (法定納期限).
///
/// # Errors
/// [`Missing`].
pub fn decidable_until(rates: &Rates, fiscal_year: i16, way: Way, evaded: bool) -> Result<Date, Missing> {
    let days = rates.day_of(fiscal_year)?;
    let due: Date = format!("{fiscal_year:04}-{}", days.due).parse().map_err(|_| Missing {
        table: "day",
        what: "賦課期日と納期".to_owned(),
        fiscal_year,
    })?;
    let calendar = BusinessCalendar::published();
    if !calendar.covers(due.year()) {
        return Err(Missing { table: HOLIDAYS, what: "休日".to_owned(), fiscal_year });
    }
    let limits = rates.decision_of(fiscal_year)?;
    let years = match (evaded, way) {
        (true, _) => limits.evaded_years,
        (false, Way::More) => limits.increase_years,
        (false, Way::Less) => limits.decrease_years,
    };
    Ok(period_end(calendar.business_day_on_or_after(due), years.saturating_mul(12)))
}

/// How much the reductions of the year take off; together never more than the tax.
fn reduction(
    rates: &Rates,
    fiscal_year: i16,
    yen: Yen,
    reductions: &[Reduction],
    steps: &mut Vec<LevyStep>,
) -> Yen {
    let mut reduced = Yen::ZERO;
    for one in reductions.iter().filter(|one| one.holds_in(fiscal_year)) {
        let Some(rate) = rates.reduction_of(&one.class, fiscal_year) else { continue };
        let left = yen.checked_sub(reduced).unwrap_or_default();
        let off = taken_off(rate, yen).min(left);
        reduced = reduced.checked_add(off).unwrap_or(reduced);
        steps.push(LevyStep {
            title: "減免".to_owned(),
            formula: format!(
                "{}（減免番号{}）{yen}円 × {}% = {off}円",
                rate.label, one.reduction_no, rate.percent
            ),
            source: rate.source.clone(),
        });
    }
    reduced
}

fn taken_off(rate: &ReductionRate, yen: Yen) -> Yen {
    let share = yen.checked_mul(rate.percent).map_or(Yen::ZERO, |yen| Yen(yen.0 / 100));
    rate.most.map_or(share, |most| share.min(most))
}
