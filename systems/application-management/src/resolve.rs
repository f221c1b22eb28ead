//! What comes of applications: holds, states, what is handed on, and what takes what back. One way for intake and screens.

use std::collections::BTreeMap;

use domain::Date;
use register::{Fault, View, ViewExt, Write};
use system::Context;

use crate::records::{Application, Passed, State};
use crate::rules::{Procedure, check, items, matching};

/// Applications as one decision changes them.
pub(crate) struct Desk<'a> {
    view: &'a dyn View,
    known: matching::Known<'a>,
    today: Date,
    by: String,
    applications: BTreeMap<String, Open>,
    passed: Vec<Passed>,
}

struct Open {
    now: Application,
    held: Option<(Application, u32)>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(view: &'a dyn View, context: &Context<'_>) -> Self {
        Self::knowing(view, matching::Known::held(view), context)
    }

    /// The same where people are known who are not held yet.
    pub(crate) fn knowing(view: &'a dyn View, known: matching::Known<'a>, context: &Context<'_>) -> Self {
        let by = context.actor.id().to_owned();
        Self { view, known, today: context.today, by, applications: BTreeMap::new(), passed: Vec::new() }
    }

    /// Looks again for the person of everything that waits for one, now that more is known. What comes to the same stays as it is.
    pub(crate) fn match_again(&mut self) -> Result<(), Fault> {
        let mut waiting = Vec::new();
        for state in ["unmatched", "held"] {
            waiting.extend(self.view.load_by::<Application>("state", state)?);
        }
        // Withdrawals first, as when they come: what is taken back is not handed on.
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for one in waiting.into_iter().map(|held| held.record) {
            let waits = one.addressee_no.is_none() && one.holds.iter().any(|hold| hold.code == check::PERSON);
            if !waits || !self.known.concerns(&one) {
                continue;
            }
            let same = match matching::find(&self.known, &one)? {
                matching::Matching::Found(..) => false,
                matching::Matching::Open(candidates, _) => candidates == one.candidates,
            };
            if same {
                continue;
            }
            self.look_for_person(&one.application_no)?;
            let takes_back = Procedure::find(&one.procedure).is_some_and(|own| own.withdraws.is_some());
            if takes_back { first.push(one.application_no) } else { second.push(one.application_no) }
        }
        for no in first.into_iter().chain(second) {
            self.advance(&no)?;
        }
        Ok(())
    }

    /// One that has just come.
    pub(crate) fn add(&mut self, application: Application) {
        let no = application.application_no.clone();
        self.applications.insert(no, Open { now: application, held: None });
    }

    /// The application of a number, as it is now.
    pub(crate) fn get(&mut self, no: &str) -> Result<Option<&mut Application>, Fault> {
        if !self.applications.contains_key(no)
            && let Some(held) = self.view.load::<Application>(no)?
        {
            let open = Open { now: held.record.clone(), held: Some((held.record, held.version)) };
            self.applications.insert(no.to_owned(), open);
        }
        Ok(self.applications.get_mut(no).map(|open| &mut open.now))
    }

    /// Puts an application into a state by hand.
    pub(crate) fn go(&mut self, no: &str, state: State, note: &str) -> Result<(), Fault> {
        let (today, by) = (self.today, self.by.clone());
        if let Some(one) = self.get(no)? {
            one.go(state, today, &by, note);
        }
        Ok(())
    }

    /// Looks for the person, unless it is known or need not be.
    pub(crate) fn look_for_person(&mut self, no: &str) -> Result<(), Fault> {
        let Some(one) = self.get(no)?.cloned() else { return Ok(()) };
        let wanted = Procedure::find(&one.procedure).is_some_and(|procedure| procedure.matches);
        if !wanted || one.addressee_no.is_some() {
            return Ok(());
        }
        let found = matching::find(&self.known, &one)?;
        let Some(one) = self.get(no)? else { return Ok(()) };
        one.clear(check::PERSON);
        match found {
            matching::Matching::Found(number, by) => {
                one.addressee_no = Some(number);
                one.matched_by = Some(by);
                one.candidates.clear();
            }
            matching::Matching::Open(candidates, text) => {
                one.candidates = candidates;
                one.holds.push(check::hold(check::PERSON, "addressee_no", text));
            }
        }
        Ok(())
    }

    /// Takes an application as far as it goes by itself: it waits with its holds, or it is handed on, or takes another one back.
    pub(crate) fn advance(&mut self, no: &str) -> Result<(), Fault> {
        let Some(one) = self.get(no)? else { return Ok(()) };
        if !one.state.is_open() || one.state == State::InReview {
            return Ok(());
        }
        let procedure = Procedure::find(&one.procedure);
        let of_person_only = one.holds.iter().all(|hold| hold.code == check::PERSON);
        if !one.holds.is_empty() {
            let state = if of_person_only { State::Unmatched } else { State::Held };
            let codes: Vec<&str> = one.holds.iter().map(|hold| hold.code.as_str()).collect();
            let note = codes.join(" ");
            return self.change(no, state, &note);
        }
        if procedure.as_ref().is_some_and(|procedure| procedure.withdraws.is_some()) {
            return self.take_back(no);
        }
        self.settle(no, procedure.is_some_and(|procedure| procedure.passes), "")
    }

    /// Withdrawals that wait for an application which has come now.
    pub(crate) fn wake_withdrawals_of(&mut self, target: &str) -> Result<(), Fault> {
        let waiting = self.view.load_by::<Application>("withdraws", target)?;
        for held in waiting.into_iter().filter(|held| held.record.state == State::Held) {
            let no = held.record.application_no;
            if let Some(one) = self.get(&no)? {
                one.clear(check::TARGET);
            }
            self.advance(&no)?;
        }
        Ok(())
    }

    /// Everything that changed.
    pub(crate) fn writes(self) -> Result<Vec<Write>, Fault> {
        let mut writes = Vec::new();
        for open in self.applications.into_values() {
            let version = match open.held {
                Some((held, _)) if held == open.now => continue,
                Some((_, version)) => Some(version),
                None => None,
            };
            writes.push(Write::put(&open.now, version)?);
        }
        for passed in self.passed {
            writes.push(Write::put(&passed, None)?);
        }
        Ok(writes)
    }

    /// Into a state, unless it is in it already.
    fn change(&mut self, no: &str, state: State, note: &str) -> Result<(), Fault> {
        let Some(one) = self.get(no)? else { return Ok(()) };
        if one.state == state && 1 < one.history.len() {
            return Ok(());
        }
        self.go(no, state, note)
    }

    /// Nothing is wrong with it: a clerk may begin, and the owning system gets its rows once.
    fn settle(&mut self, no: &str, passes: bool, note: &str) -> Result<(), Fault> {
        let Some(one) = self.get(no)? else { return Ok(()) };
        let state = if one.addressee_no.is_some() { State::Matched } else { State::Received };
        self.change(no, state, note)?;
        if passes { self.pass(no) } else { Ok(()) }
    }

    fn pass(&mut self, no: &str) -> Result<(), Fault> {
        let Some(one) = self.get(no)? else { return Ok(()) };
        if one.passed {
            return Ok(());
        }
        one.passed = true;
        let (application_no, procedure) = (one.application_no.clone(), one.procedure.clone());
        let rows = items::confirmed(&one.rows()?, &one.confirmed);
        for (at, row) in (1..).zip(rows) {
            let data = serde_json::to_string(&row)
                .map_err(|error| Fault::new("a row of an application cannot be written", error))?;
            let (application_no, procedure) = (application_no.clone(), procedure.clone());
            self.passed.push(Passed { application_no, row: at, procedure, data });
        }
        Ok(())
    }

    /// A withdrawal without holds does its work: what nobody works at is withdrawn, and what a clerk has in hand is left to the
    /// clerk. It is handed on when what it takes back was, so that the other side never hears of a withdrawal alone.
    fn take_back(&mut self, no: &str) -> Result<(), Fault> {
        let Some(one) = self.get(no)?.map(|one| one.clone()) else { return Ok(()) };
        let wanted = Procedure::find(&one.procedure).and_then(|procedure| procedure.withdraws);
        let target = self.get(&one.withdraws)?.map(|target| target.clone());
        let target = match target {
            Some(target) if wanted == Some(target.procedure.as_str()) => target,
            other => return self.hold_for_target(no, &one.withdraws, other.is_some()),
        };
        if is_of_another(&one, &target) {
            let text = format!(
                "取消しの申請者が、申請番号{}の申請者と違います。取り消してよい人か確かめ、差し戻すか却下してください。",
                one.withdraws
            );
            if let Some(one) = self.get(no)? {
                one.holds.push(check::hold(check::OTHER_APPLICANT, "withdraws", text));
            }
            return self.change(no, State::Held, check::OTHER_APPLICANT);
        }
        match target.state {
            State::InReview | State::Accepted => {
                let note = format!("申請番号{}は{}です。", one.withdraws, target.state.label());
                return self.settle(no, target.passed, &note);
            }
            State::Returned | State::Rejected | State::Withdrawn => {}
            State::Received | State::Held | State::Unmatched | State::Matched => {
                let reason = format!("申請番号{no}で申請者が取り消しました。");
                self.go(&one.withdraws, State::Withdrawn, &reason)?;
                if let Some(target) = self.get(&one.withdraws)? {
                    target.reason = reason;
                }
            }
        }
        if target.passed {
            self.pass(no)?;
        }
        if let Some(one) = self.get(no)? {
            one.reference.clone_from(&one.withdraws);
        }
        self.go(no, State::Accepted, &format!("申請番号{}を取下げにしました。", one.withdraws))
    }

    fn hold_for_target(&mut self, no: &str, target: &str, is_other: bool) -> Result<(), Fault> {
        let text = if is_other {
            format!(
                "申請番号{target}は、この手続が取り消す手続の申請ではありません。申請番号を確かめ、差し戻してください。"
            )
        } else {
            format!("取り消される申請（申請番号{target}）が、まだ届いていません。届けば自動で取り下げます。")
        };
        if let Some(one) = self.get(no)? {
            one.holds.push(check::hold(check::TARGET, "withdraws", text));
        }
        self.change(no, State::Held, check::TARGET)
    }
}

/// Whether it is known that two applications are of different people.
fn is_of_another(one: &Application, target: &Application) -> bool {
    let differ =
        |a: &str, b: &str| !a.is_empty() && !b.is_empty() && domain::fold_name(a) != domain::fold_name(b);
    match (one.addressee_no, target.addressee_no) {
        (Some(one), Some(target)) => one != target,
        _ => {
            differ(&one.applicant.name, &target.applicant.name)
                || matches!((one.applicant.birth_date, target.applicant.birth_date), (Some(a), Some(b)) if a != b)
        }
    }
}
