//! 滞納整理: reminders, demands, talks, dispositions. One function, one file.

mod auction;
mod case_inquiry;
mod case_list;
mod contact;
mod deferment;
mod delivery_request;
mod demands;
mod pledge;
mod register_cases;
mod release;
mod reminder_returned;
mod reminders;
mod remission;
mod seizure;
mod seizure_document;
mod survey;
mod suspension;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{Date, Yen};
use register::{Fault, View, ViewExt, Write};
use serde_json::Value;
use system::{Choice, Context, Field, FieldKind, Finding, Function, Input, Outcome};

use super::{day, day_or_today, no_levy, place};
use crate::records::{CASE, Case, CaseState, DISPOSITION, Disposition, INSTALMENT, Instalment, Summary};
use crate::tasks::ended;

/// Most persons of one part of a batch: a few seconds of work, so that the counter does not wait.
pub(super) const PART_MAX: usize = 5_000;
/// Most cases of one part: a case is a small write, and each part reads all levies.
pub(super) const CASES_MAX: usize = 25_000;
/// Most rows a list shows; the counts beside it are of all.
pub(super) const ROWS_MAX: usize = 2_000;
/// Most characters of a list of levy keys.
const KEYS_CHARACTERS_MAX: usize = 20_000;

/// Every function of 滞納整理, in the order of the function table.
pub(super) fn all() -> Vec<Function> {
    vec![
        register_cases::function(),
        case_list::function(),
        case_inquiry::function(),
        reminders::function(),
        reminder_returned::function(),
        demands::function(),
        contact::function(),
        deferment::function(),
        pledge::function(),
        pledge::follow_up(),
        remission::function(),
        survey::function(),
        delivery_request::function(),
        suspension::function(),
        seizure::function(),
        release::function(),
        seizure_document::function(),
        auction::function(),
    ]
}

/// A person who owes, with the case and all levies, on their way into one change.
pub(super) struct Debtor {
    pub(super) case: Case,
    version: Option<u32>,
    levies: Vec<Held>,
}

struct Held {
    record: Instalment,
    version: u32,
    changed: bool,
}

impl Debtor {
    /// The person with a case as held, or one that begins today; the finding when nothing was ever levied.
    pub(super) fn load(
        view: &dyn View,
        input: &Input,
        context: &Context<'_>,
    ) -> Result<Result<Self, Finding>, Fault> {
        let no = input.text("addressee_no");
        let levies: Vec<Held> = view
            .load_by::<Instalment>("addressee_no", no)?
            .into_iter()
            .map(|held| Held { record: held.record, version: held.version, changed: false })
            .collect();
        if levies.is_empty() {
            return Ok(Err(Finding::error(
                "TXC50",
                "addressee_no",
                "宛名番号",
                format!("宛名番号{no}の方への賦課がありません。"),
                "宛名番号を確かめてください。",
            )));
        }
        let held = view.load::<Case>(no)?;
        let version = held.as_ref().map(|held| held.version);
        let case = held.map_or_else(|| Case::new(no, context.today), |held| held.record);
        Ok(Ok(Self { case, version, levies }))
    }

    /// All levies of the person.
    pub(super) fn levies(&self) -> impl Iterator<Item = &Instalment> {
        self.levies.iter().map(|held| &held.record)
    }

    /// The levies of these keys.
    pub(super) fn of(&self, keys: &[String]) -> Vec<Instalment> {
        self.levies().filter(|held| keys.contains(&held.levy_key)).cloned().collect()
    }

    /// A levy of the person, to be changed.
    pub(super) fn change(&mut self, key: &str, change: impl FnOnce(&mut Instalment)) {
        if let Some(held) = self.levies.iter_mut().find(|held| held.record.levy_key == key) {
            let before = held.record.clone();
            change(&mut held.record);
            held.changed |= before != held.record;
        }
    }

    /// The levies that were chosen, or all that fit when none was named; the findings when one is not the person's, or owes nothing.
    pub(super) fn chosen(
        &self,
        input: &Input,
        fits: impl Fn(&Instalment) -> bool,
    ) -> Result<Vec<String>, Vec<Finding>> {
        let named: Vec<&str> =
            input.text("levy_keys").lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let owes = |held: &&Instalment| Yen::ZERO < held.open_total();
        if named.is_empty() {
            let all = self.levies().filter(owes).filter(|held| fits(held));
            let keys: Vec<String> = all.map(|held| held.levy_key.clone()).collect();
            if keys.is_empty() {
                return Err(vec![Finding::error(
                    "TXC52",
                    "levy_keys",
                    "対象の調定番号",
                    "対象になる未納の期別がありません。",
                    "滞納者照会で、未納の期別を確かめてください。",
                )]);
            }
            return Ok(keys);
        }
        let mut findings = Vec::new();
        let mut keys: Vec<String> = Vec::new();
        for key in named {
            let Some(held) = self.levies().find(|held| held.levy_key == key) else {
                let own = format!(
                    "調定番号「{key}」は、宛名番号{}の方の期別ではありません。",
                    self.case.addressee_no
                );
                let finding = no_levy("levy_keys", key);
                findings.push(Finding { code: "TXC51".to_owned(), message: own, ..finding });
                continue;
            };
            if !owes(&held) {
                findings.push(Finding::error(
                    "TXC52",
                    "levy_keys",
                    "対象の調定番号",
                    format!("調定番号{key}には未納がありません（{}）。", held.state().label()),
                    "未納の期別を選んでください。",
                ));
            }
            keys.push(held.levy_key.clone());
        }
        keys.sort_unstable();
        keys.dedup();
        if findings.is_empty() { Ok(keys) } else { Err(findings) }
    }

    /// The writes: the case, and the levies that changed.
    pub(super) fn writes(self) -> Result<Vec<Write>, Fault> {
        let mut writes = vec![Write::put(&self.case, self.version)?];
        for held in self.levies.iter().filter(|held| held.changed) {
            writes.push(Write::put(&held.record, Some(held.version))?);
        }
        Ok(writes)
    }

    /// The outcome of a change to one person.
    pub(super) fn done(self, reason: &str, message: String) -> Result<Outcome, Fault> {
        let opens = Some(self.case.addressee_no.clone());
        Ok(Outcome {
            writes: self.writes()?,
            reason: reason.to_owned(),
            message,
            opens,
            ..Outcome::default()
        })
    }
}

/// Of the levies that were chosen those whose duty has not ended: of what has ended nothing is seized, asked or promised. The
/// findings when one was named that has, or when none is left.
pub(super) fn not_ended(
    view: &dyn View,
    debtor: &Debtor,
    input: &Input,
    keys: Vec<String>,
    on: Date,
) -> Result<Result<Vec<String>, Vec<Finding>>, Fault> {
    let mut findings = Vec::new();
    let mut lives = Vec::new();
    for held in debtor.of(&keys) {
        match ended(view, &held, on)? {
            Err(missing) => return Ok(Err(vec![missing.finding()])),
            Ok(None) => lives.push(held.levy_key),
            Ok(Some(ended)) => findings.push(Finding::error(
                "TXC81",
                "levy_keys",
                "対象の調定番号",
                format!("調定番号{}は対象にできません。{}。", held.levy_key, ended.words()),
                "対象から除き、不納欠損の手続きをしてください。",
            )),
        }
    }
    let named = !input.text("levy_keys").trim().is_empty();
    Ok(if !findings.is_empty() && (named || lives.is_empty()) { Err(findings) } else { Ok(lives) })
}

/// The dispositions of a person, oldest first.
pub(super) fn dispositions(view: &dyn View, addressee_no: &str) -> Result<Vec<Disposition>, Fault> {
    Ok(view
        .load_by::<Disposition>("addressee_no", addressee_no)?
        .into_iter()
        .map(|held| held.record)
        .collect())
}

/// The disposition of a person that the form names by its number.
pub(super) fn disposition(
    view: &dyn View,
    input: &Input,
    addressee_no: &str,
) -> Result<Option<(Disposition, u32)>, Fault> {
    let mut held = view.load_by::<Disposition>("addressee_no", addressee_no)?;
    held.sort_by(|a, b| a.record.disposition_key.cmp(&b.record.disposition_key));
    let at = number(input, "no").and_then(|no| no.checked_sub(1));
    Ok(at.and_then(|at| held.into_iter().nth(at)).map(|held| (held.record, held.version)))
}

/// The next number of a person's surveys or dispositions.
pub(super) fn next_key(addressee_no: &str, held: usize) -> String {
    format!("{addressee_no}-{:03}", held.saturating_add(1))
}

/// What a scan of all levies gathers of a person.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) summary: Summary,
    /// Whether something of it makes a case: tax that is overdue, and not told to be paid.
    pub(super) overdue: bool,
}

/// What each person owes behind its due date on a day.
pub(super) fn gather(
    view: &dyn View,
    suspended: &BTreeSet<String>,
    on: Date,
) -> Result<BTreeMap<String, Gathered>, Fault> {
    let mut persons: BTreeMap<String, Gathered> = BTreeMap::new();
    view.scan(&INSTALMENT, None, &mut |stored| {
        let held = stored.typed::<Instalment>()?.record;
        if on <= held.due_on {
            return Ok(ControlFlow::Continue(()));
        }
        let open = held.open_total();
        if open <= Yen::ZERO {
            return Ok(ControlFlow::Continue(()));
        }
        let of = persons.entry(held.addressee_no.clone()).or_default();
        of.overdue |= held.is_overdue(on);
        let sum = &mut of.summary;
        let add = |to: &mut Yen, yen: Yen| *to = Yen(to.0.saturating_add(yen.0));
        sum.as_of = Some(on);
        sum.count = sum.count.saturating_add(1);
        add(&mut sum.yen, open);
        if held.carried_into.is_some() {
            add(&mut sum.carried, open);
        }
        if suspended.contains(&held.levy_key) {
            add(&mut sum.suspended, open);
        }
        sum.oldest_due_on = Some(sum.oldest_due_on.map_or(held.due_on, |oldest| oldest.min(held.due_on)));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(persons)
}

/// All cases by person, with their versions.
pub(super) fn cases(view: &dyn View) -> Result<BTreeMap<String, (Case, u32)>, Fault> {
    let mut cases = BTreeMap::new();
    view.scan(&CASE, None, &mut |stored| {
        let held = stored.typed::<Case>()?;
        cases.insert(stored.key.clone(), (held.record, held.version));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(cases)
}

/// The levies whose disposition is suspended on a day.
pub(super) fn suspended<'a>(cases: impl Iterator<Item = &'a Case>, on: Date) -> BTreeSet<String> {
    let runs = cases.flat_map(|case| &case.suspensions).filter(|one| one.runs(on));
    runs.flat_map(|one| one.levy_keys.iter().cloned()).collect()
}

/// All dispositions by person.
pub(super) fn dispositions_by_person(view: &dyn View) -> Result<BTreeMap<String, Vec<Disposition>>, Fault> {
    let mut all: BTreeMap<String, Vec<Disposition>> = BTreeMap::new();
    view.scan(&DISPOSITION, None, &mut |stored| {
        let held = stored.typed::<Disposition>()?.record;
        all.entry(held.addressee_no.clone()).or_default().push(held);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(all)
}

/// The case opens again, or stays open: something was done that shows it is not settled.
pub(super) fn reopen(case: &mut Case, on: Date) {
    if case.state == CaseState::Settled {
        case.state = CaseState::Open;
        case.registered_on = on;
    }
}

/// 宛名番号 of who owes.
pub(super) fn person_field() -> Field {
    Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required()
}

/// Which levies something is for.
pub(super) fn keys_field(help: &'static str) -> Field {
    Field::new("levy_keys", "対象の調定番号", FieldKind::Lines(KEYS_CHARACTERS_MAX)).help(help)
}

/// A number that names the n-th of something, from 1.
pub(super) fn no_field(name: &'static str, title: &'static str) -> Field {
    Field::new(name, title, FieldKind::Number(999))
}

/// The choices of a list of words.
macro_rules! choices_of {
    ($words:ty) => {
        <$words>::ALL
            .iter()
            .map(|word| system::Choice { code: word.code().to_owned(), label: word.label().to_owned() })
            .collect::<Vec<_>>()
    };
}
pub(super) use choices_of;

/// The tax items to choose from.
pub(super) fn tax_items() -> Vec<Choice> {
    let choice =
        |item: domain::TaxItem| Choice { code: item.code().to_owned(), label: item.label().to_owned() };
    domain::TaxItem::all().filter(|item| item.code() != "00").map(choice).collect()
}

/// Whether a box is ticked.
pub(super) fn flag(input: &Input, name: &str) -> bool {
    input.0.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// An amount, nothing when blank.
pub(super) fn yen(input: &Input, name: &str) -> Yen {
    Yen(input.text(name).parse().unwrap_or_default())
}

/// A number, none when blank.
pub(super) fn number(input: &Input, name: &str) -> Option<usize> {
    input.text(name).parse().ok()
}

/// A day that is later than today.
pub(super) fn in_future(path: &str, item: &str, on: Date, today: Date) -> Option<Finding> {
    (today < on).then(|| {
        Finding::error(
            "TXC53",
            path,
            item,
            format!("{item}{}が、今日より後です。", domain::wareki(on)),
            "日付を確かめてください。",
        )
    })
}

/// Days that do not follow one another.
pub(super) fn disorder(path: &str, item: &str, message: String) -> Finding {
    Finding::error("TXC54", path, item, message, "日付を確かめてください。")
}

/// There is no n-th of something.
pub(super) fn no_such(path: &str, item: &str, no: &str) -> Finding {
    Finding::error(
        "TXC57",
        path,
        item,
        format!("{item}「{no}」の記録はありません。"),
        "滞納者照会で、番号を確かめてください。",
    )
}

/// It has ended, or was decided, already.
pub(super) fn over(path: &str, item: &str, message: impl Into<String>) -> Finding {
    Finding::error("TXC58", path, item, message, "滞納者照会で、記録の状態を確かめてください。")
}

/// Refuses with one finding.
pub(super) fn refuse(finding: Finding) -> Result<Outcome, Fault> {
    Ok(Outcome::refused(vec![finding]))
}
