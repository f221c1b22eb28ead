//! Using a function: the only way to it, so that right, audit and history cannot be by-passed.

use std::collections::BTreeSet;

use domain::AddresseeNo;
use domain::guarded::{self, masked};
use register::{Actor, AsOf, CommitError, Conflict, Draft, Expect, Fault, Position, Write};
use serde_json::Value;
use system::{
    Answer, Context, DocumentRequest, Effect, FieldKind, Finding, Function, Input, Outcome, System,
};

use crate::audit::{AuditEntry, AuditResult, LogKind, PrintLog};
use crate::repeat::Once;
use crate::{Office, Rights};

/// How often a decision is made anew when another change came between reading and writing.
const TRIES_MAX: u32 = 8;

/// Who uses a function.
#[derive(Clone, Debug)]
pub struct Caller {
    /// User id.
    pub user: String,
    /// What the user may do.
    pub rights: Rights,
    /// Terminal: an address or a name.
    pub terminal: String,
}

impl Caller {
    /// The program itself, which starts and stops. It holds no right.
    pub fn program() -> Self {
        Self { user: "daicho".to_owned(), rights: Rights::default(), terminal: "サーバー".to_owned() }
    }

    /// Whoever uses the command line. He may read the key file, so he may do everything; the operating system guards that,
    /// and the audit log tells.
    pub fn command_line() -> Self {
        Self {
            user: "command-line".to_owned(),
            rights: Rights(vec!["*".to_owned()]),
            terminal: "コマンド".to_owned(),
        }
    }
}

/// How a function is used.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Alerts the user has confirmed, as [`Finding::confirmation`].
    pub confirmed: Vec<String>,
    /// Decide and tell, but write nothing. A function that only reads is not run dry: its look is audited as ever.
    pub dry_run: bool,
}

/// What a function did.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Alerts that were confirmed, and in a dry run everything found.
    pub findings: Vec<Finding>,
    /// What to tell the user.
    pub message: String,
    /// Key of the record to go on to.
    pub opens: Option<String>,
    /// The answer of an inquiry.
    pub answer: Option<Answer>,
    /// Documents to print; none in a dry run.
    pub documents: Vec<DocumentRequest>,
    /// Where the change stands in the journal; none when nothing was written.
    pub position: Option<Position>,
    /// Of a batch that works in parts, how many records stay to be done by running it again.
    pub left: usize,
    /// Whether it had been done before, by a call with the same key; then there is no answer and no document.
    pub repeated: bool,
}

/// Why a function was not carried out. Nothing was written but the audit entry.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no such function.
    #[error("機能「{0}」はありません。")]
    Unknown(String),
    /// There is no such link, or none of the kind that was meant.
    #[error("{0}")]
    NoLink(String),
    /// The user may not use it.
    #[error("「{title}」を使う権限がありません。")]
    Denied {
        /// The function's name.
        title: String,
    },
    /// Rules say no, or alerts are not confirmed yet.
    #[error("入力に{}件の指摘があります。", .0.len())]
    Refused(Vec<Finding>),
    /// The key of the call was used before, for something else.
    #[error("この Idempotency-Key は、別の機能か別の入力で使われています。")]
    Taken,
    /// The same record is being changed by others again and again.
    #[error("ほかの処理が同じ記録（{} {}）を更新しています。少し待ってからやり直してください。", .0.kind, .0.key)]
    Busy(Box<Conflict>),
    /// Storage failed.
    #[error("記録できませんでした。入力は保存されていません。")]
    Fault(#[from] Fault),
}

impl RunError {
    /// Refused for one reason: the rule's code, what it is about, why, and what to do.
    pub(crate) fn refused(code: &str, about: &str, message: impl Into<String>, remedy: &str) -> Self {
        Self::Refused(vec![Finding::error(code, "", about, message, remedy)])
    }

    pub(crate) fn no_link(id: &str) -> Self {
        Self::NoLink(format!("連携「{id}」はありません。連携監視の一覧で、名前を確かめてください。"))
    }
}

impl Office {
    /// Uses a function: right, form, decision, commit with audit entry.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn run(
        &self,
        caller: &Caller,
        function_id: &str,
        input: &Value,
        options: &RunOptions,
    ) -> Result<Ran, RunError> {
        self.run_once(caller, function_id, input, options, None)
    }

    /// [`run`](Self::run) under a key of the caller: a function that writes is carried out once for each key, and a call that comes
    /// again is told what the first was told. A key says nothing to a function that only looks, nor to a dry run.
    ///
    /// # Errors
    /// [`RunError`]; [`RunError::Taken`] when the key was used for something else.
    pub fn run_once(
        &self,
        caller: &Caller,
        function_id: &str,
        input: &Value,
        options: &RunOptions,
        key: Option<&str>,
    ) -> Result<Ran, RunError> {
        let Some((system, function)) = self.function(function_id) else {
            return Err(RunError::Unknown(function_id.to_owned()));
        };
        if !caller.rights.allow(function.id) {
            self.commit_audit(self.entry(caller, function, AuditResult::Denied))?;
            return Err(RunError::Denied { title: function.title.to_owned() });
        }
        let (checked, form_findings) = function.form.check(input);
        if !form_findings.is_empty() {
            return self.refuse(caller, function, input, form_findings);
        }
        self.index().catch_up(self.journal())?;
        let input = Input(checked);
        let once = key
            .filter(|_| function.effect == Effect::Writes && !options.dry_run)
            .map(|key| Once::new(caller, key, &input));
        for _ in 0..TRIES_MAX {
            // Looked for anew each time: the same call may have been carried out meanwhile.
            if let Some(once) = &once
                && let Some(ran) = once.before(&*self.journal().view(AsOf::default())?, function)?
            {
                return Ok(ran);
            }
            match self.attempt(caller, system, function, &input, options, once.as_ref()) {
                Ok(Attempt::Done(ran)) => return Ok(*ran),
                Ok(Attempt::Refused(findings)) => return self.refuse(caller, function, &input.0, findings),
                Err(CommitError::Conflict(_)) => {}
                Err(CommitError::Fault(fault)) => return Err(RunError::Fault(fault)),
                Err(CommitError::NotUnique { kind, column, holder, .. }) => {
                    let finding = not_unique(&kind, &column, &holder);
                    return self.refuse(caller, function, &input.0, vec![finding]);
                }
                Err(other) => {
                    return Err(RunError::Fault(Fault::new(
                        "the journal refused a function's change",
                        other,
                    )));
                }
            }
        }
        match self.attempt(caller, system, function, &input, options, once.as_ref()) {
            Ok(Attempt::Done(ran)) => Ok(*ran),
            Ok(Attempt::Refused(findings)) => self.refuse(caller, function, &input.0, findings),
            Err(CommitError::Conflict(conflict)) => Err(RunError::Busy(conflict)),
            Err(other) => Err(RunError::Fault(Fault::new("the journal refused a function's change", other))),
        }
    }

    /// Refuses who may not use a named thing of the office, and writes that into the audit log.
    ///
    /// # Errors
    /// [`RunError::Denied`], or storage.
    pub(crate) fn permit(&self, caller: &Caller, id: &str, title: &str) -> Result<(), RunError> {
        if caller.rights.allow(id) {
            return Ok(());
        }
        self.audit_denied(caller, id, title)?;
        Err(RunError::Denied { title: title.to_owned() })
    }

    /// Writes into the audit log that somebody may not use what is no function: a named thing of the office, such as the
    /// monitor of links. Functions write their own refusals in [`Office::run`].
    ///
    /// # Errors
    /// When storage fails.
    pub fn audit_denied(&self, caller: &Caller, id: &str, title: &str) -> Result<(), Fault> {
        self.commit_audit(self.named_entry(caller, id, title, AuditResult::Denied))
    }

    fn attempt(
        &self,
        caller: &Caller,
        system: &System,
        function: &Function,
        input: &Input,
        options: &RunOptions,
        once: Option<&Once>,
    ) -> Result<Attempt, CommitError> {
        let now = self.clock().now();
        let outcome = {
            let view = self.journal().view(AsOf::default())?;
            if function.effect == Effect::Writes
                && let Some(intake) = self.taking_in(&*view, system.id)?
            {
                return Ok(Attempt::Refused(vec![intake.finding()]));
            }
            let context = Context {
                today: linkage::local(now).date(),
                now,
                actor: Actor::User(caller.user.clone()),
                confirmed: &options.confirmed,
                random: self.entropy().bits(),
                search: self.index(),
                municipality: self.municipality(),
            };
            (function.decide)(&*view, input, &context)?
        };
        // What would be written can be tried, which changes no register. It tells of people all the same, and is a look at them.
        // Documents are not handed out then: whoever holds the content of a certificate needs nobody to issue it.
        if options.dry_run && function.effect == Effect::Writes {
            self.commit_audit(self.tried(caller, function, input, &outcome))?;
            let rehearsed = Outcome { documents: Vec::new(), ..outcome };
            return Ok(Attempt::Done(Box::new(ran(rehearsed, None))));
        }
        if !outcome.open_findings(&options.confirmed).is_empty() {
            return Ok(Attempt::Refused(outcome.findings));
        }
        let mut entry = self.entry(caller, function, AuditResult::Done);
        entry.purpose = stated_purpose(function, input);
        entry.codes = outcome.findings.iter().map(|finding| finding.code.clone()).collect();
        match &outcome.answer {
            Some(answer) => entry.set_subjects(answer.subjects.iter().cloned()),
            None => entry.set_subjects(outcome.writes.iter().map(|write| write.key.clone())),
        }
        entry.stated_kind = Some(match function.effect {
            Effect::Reads => LogKind::Access,
            Effect::Writes => LogKind::Operation,
        });
        entry.prints = outcome.documents.iter().map(print_log).collect();
        entry.numbers = holds_number(&input.0)
            || outcome.answer.as_ref().is_some_and(|answer| holds_number(&answer.data))
            || outcome.documents.iter().any(|document| holds_number(&document.data));
        let mut draft = Draft::new(system.id, function.id, Actor::User(caller.user.clone()), now);
        draft.effective_on = outcome.effective_on;
        // A reason is a free text, and stands in the chain for good.
        draft.reason = masked(&outcome.reason);
        if function.effect == Effect::Writes {
            draft.writes.clone_from(&outcome.writes);
        }
        draft.writes.push(Write::put(&entry, None).map_err(Fault::from)?);
        if let Some(once) = once {
            draft.writes.push(once.write(caller, function, &outcome, now)?);
        }
        if outcome.remembered {
            draft.writes.extend(self.remember(&caller.user, function, input, now)?);
        }
        let committed = self.journal().commit(draft)?;
        Ok(Attempt::Done(Box::new(ran(outcome, Some(committed.position)))))
    }

    /// Refuses, and writes down whom it was about: what a refusal says may tell of them.
    fn refuse(
        &self,
        caller: &Caller,
        function: &Function,
        input: &Value,
        findings: Vec<Finding>,
    ) -> Result<Ran, RunError> {
        let mut entry = self.entry(caller, function, AuditResult::Refused);
        entry.codes = findings.iter().map(|finding| finding.code.clone()).collect();
        entry.set_subjects(persons_asked(function, input));
        self.commit_audit(entry)?;
        Err(RunError::Refused(findings))
    }

    /// What the log says of a try: whom it named and whom it would have changed.
    fn tried(&self, caller: &Caller, function: &Function, input: &Input, outcome: &Outcome) -> AuditEntry {
        let title = format!("{}（試行）", function.title);
        let mut entry = self.named_entry(caller, function.id, &title, AuditResult::Done);
        entry.stated_kind = Some(LogKind::Access);
        entry.purpose = stated_purpose(function, input);
        entry.codes = outcome.findings.iter().map(|finding| finding.code.clone()).collect();
        let mut persons = persons_asked(function, &input.0);
        if let Some(answer) = &outcome.answer {
            persons.extend(answer.subjects.iter().cloned());
            persons.extend(persons_under(&answer.data, &BTreeSet::from(["addressee_no"])));
        }
        // Whom it would have entered has no number yet: the one it would have got may be given to somebody else.
        for write in outcome.writes.iter().filter(|write| write.expect == Expect::New) {
            persons.remove(&write.key);
        }
        entry.set_subjects(persons);
        entry.numbers = holds_number(&input.0)
            || outcome.answer.as_ref().is_some_and(|answer| holds_number(&answer.data));
        entry
    }

    fn entry(&self, caller: &Caller, function: &Function, result: AuditResult) -> AuditEntry {
        self.named_entry(caller, function.id, function.title, result)
    }

    pub(crate) fn named_entry(
        &self,
        caller: &Caller,
        id: &str,
        title: &str,
        result: AuditResult,
    ) -> AuditEntry {
        let (at, random) = (self.clock().now(), self.entropy().bits());
        AuditEntry::new(at, random, &caller.user, &caller.terminal, id, title, result)
    }
}

enum Attempt {
    Done(Box<Ran>),
    Refused(Vec<Finding>),
}

/// What the audit log says of a document.
fn print_log(request: &DocumentRequest) -> PrintLog {
    PrintLog {
        title: request.title.clone(),
        form: request.template.clone(),
        issue_number: request.data.get("issue_number").and_then(Value::as_str).unwrap_or_default().to_owned(),
        copies: 1,
    }
}

/// Whom an input names, by the form's own fields for people. A 世帯番号 looks the same and is nobody's.
fn persons_asked(function: &Function, input: &Value) -> BTreeSet<String> {
    let fields = function.form.sections.iter().flat_map(|section| &section.fields);
    let people = fields.filter(|field| matches!(field.kind, FieldKind::AddresseeNo | FieldKind::Persons));
    persons_under(input, &people.map(|field| field.name).collect())
}

/// The 宛名番号 under members of these names, however deep.
fn persons_under(value: &Value, names: &BTreeSet<&str>) -> BTreeSet<String> {
    fn collect(value: &Value, names: &BTreeSet<&str>, of_person: bool, into: &mut BTreeSet<String>) {
        match value {
            Value::String(text) if of_person => {
                into.extend(AddresseeNo::parse(text).ok().map(|no| no.to_string()));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, names, of_person, into)),
            Value::Object(members) => members
                .iter()
                .for_each(|(name, member)| collect(member, names, names.contains(name.as_str()), into)),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut found = BTreeSet::new();
    collect(value, names, false, &mut found);
    found
}

/// The purpose as it was stated, in the words of the form: the log and a disclosure list are read by people.
fn stated_purpose(function: &Function, input: &Input) -> String {
    let code = input.text("purpose");
    let fields = function.form.sections.iter().flat_map(|section| &section.fields);
    let chosen = fields.filter(|field| field.name == "purpose").find_map(|field| match &field.kind {
        FieldKind::Choice(choices) => choices.iter().find(|choice| choice.code == code),
        _ => None,
    });
    let label = chosen.map_or(code, |choice| choice.label.as_str());
    masked([label, input.text("purpose_detail")].join(" ").trim())
}

/// Whether a 個人番号 stands anywhere in what is typed, shown or printed: twelve digits whose check digit is right. Another
/// number of that shape is taken for one, so that none is missed.
fn holds_number(value: &Value) -> bool {
    match value {
        Value::String(text) => guarded::holds_individual_number(text),
        Value::Array(items) => items.iter().any(holds_number),
        Value::Object(members) => members.values().any(holds_number),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn ran(outcome: Outcome, position: Option<Position>) -> Ran {
    Ran {
        findings: outcome.findings,
        message: outcome.message,
        opens: outcome.opens,
        answer: outcome.answer,
        documents: outcome.documents,
        position,
        left: outcome.left,
        repeated: false,
    }
}

fn not_unique(kind: &str, column: &str, holder: &str) -> Finding {
    Finding::error(
        "E900",
        column,
        column,
        format!("同じ値を持つ記録（{kind} {holder}）がすでにあります。"),
        "値を確かめるか、その記録を開いてください。",
    )
}
