//! Questions about single persons or things (照会): asked, answered and recorded under a number, in one go.

use jiff::Timestamp;
use linkage::{Delivery, Event, LinkState, Phase};
use register::{Actor, AsOf, Cause, CommitError, Draft, Fault, Position, View, ViewExt, Write};
use serde::Serialize;
use sha2::{Digest, Sha256};
use system::{Dataset, Fate, Finding, Row};
use transport::{Access, Answer, Question, in_hex, make_folders, write_durably};

use crate::audit::{AuditEntry, AuditResult};
use crate::links::Ready;
use crate::prepare::{data_path, sweep};
use crate::users::commit_fault;
use crate::worker::with_causes;
use crate::{Caller, LinkWorker, Office, RunError};

/// The right to ask.
const ID: &str = "office/inquiry";
/// Its name.
const TITLE: &str = "連携による照会";
/// How often an answer is recorded anew when another was recorded under its number.
const TRIES_MAX: u32 = 8;
/// The most characters of a purpose.
const PURPOSE_MAX: usize = 200;

/// A question with its answer, as it is recorded (照会と回答).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answered {
    /// The number under which this house has recorded it; the answer's own is the answering side's.
    pub no: u64,
    /// Japanese names of the items; the item's own name where this house does not know one.
    pub titles: Vec<String>,
    /// The answer.
    pub answer: Answer,
}

/// What stands in the kept file of an answer: enough to show it again.
#[derive(Serialize)]
struct Kept<'a> {
    link: &'a str,
    no: u64,
    question: &'a Question,
    answer: &'a Answer,
}

impl Office {
    /// Asks over an inquiry link, and records question and answer as a numbered delivery with its bytes kept, together with
    /// the audit entry; who, when, about whom and what for stand there. Nothing is given out that was not recorded.
    ///
    /// # Errors
    /// [`RunError`]: no such link, no right, a question that names nobody, too many or no purpose, a link that is stopped, an
    /// outside system that does not answer, or storage.
    pub fn ask(&self, caller: &Caller, link: &str, question: &Question) -> Result<Answered, RunError> {
        let Some(running) = self.links().get(link) else { return Err(RunError::no_link(link)) };
        self.permit(caller, ID, TITLE)?;
        let (ready, subjects_max) = match &running.ready {
            Ok(ready @ (Ready::Answers { subjects_max, .. } | Ready::Asks { subjects_max, .. })) => {
                (ready, *subjects_max)
            }
            Ok(_) => {
                return Err(refused(
                    "Q001",
                    "",
                    "この連携は照会の連携ではありません。",
                    "連携を選び直してください。",
                ));
            }
            Err(why) => return Err(refused("Q002", "", why, "連携定義を直すよう、管理者に伝えてください。")),
        };
        if let Some(running) = self.links().get(link) {
            self.must_be_in_force(running)?;
        }
        let findings = findings(question, subjects_max);
        if !findings.is_empty() {
            return Err(RunError::Refused(findings));
        }
        // The other side is asked once, also when another answer takes the number meanwhile: it records each question, too.
        let theirs = match ready {
            Ready::Asks { place, .. } => {
                self.not_held(link)?;
                Some(
                    place
                        .ask(link, question)
                        .map_err(|error| self.did_not_answer(link, &with_causes(&error)))?,
                )
            }
            _ => None,
        };
        for _ in 0..TRIES_MAX {
            let now = self.clock().now();
            let view = self.journal().view(AsOf::default())?;
            let Some(state) = view.load::<LinkState>(link)? else {
                drop(view);
                LinkWorker::new(self).turn(link)?;
                continue;
            };
            if let Some(hold) = &state.record.hold {
                return Err(held(&hold.reason));
            }
            let no = state.record.next_no;
            let answer = match (ready, &theirs) {
                (Ready::Answers { dataset, .. }, _) => looked_up(&*view, dataset, question, no)?,
                (_, Some(theirs)) => theirs.clone(),
                (_, None) => return Err(RunError::no_link(link)),
            };
            let kept = Kept { link, no, question, answer: &answer };
            let evidence = self.evidence(link);
            let writing = self.tidy().writing(&evidence);
            let delivery = self.keep(&kept, view.position(), now)?;
            let next =
                state.record.after(Event::Answered).map_err(|error| Fault::new("照会の記録", error))?;
            let mut draft = Draft::new("linkage", ID, Actor::User(caller.user.clone()), now);
            draft.cause = Cause::Delivery { link: link.to_owned(), no };
            draft.reason = format!("照会: {}", question.purpose);
            draft.writes.push(Write::put(&delivery, None).map_err(Fault::from)?);
            draft.writes.push(Write::put(&self.asked(caller, &kept), None).map_err(Fault::from)?);
            draft.writes.push(Write::put(&next, Some(state.version)).map_err(Fault::from)?);
            match self.journal().commit(draft) {
                Ok(_) => {
                    writing.recorded(|| sweep(&evidence, no, &delivery));
                    return Ok(Answered { no, titles: titles(ready, &answer), answer });
                }
                Err(CommitError::Conflict(_)) => self.give_way(link, no)?,
                Err(error) => return Err(RunError::Fault(commit_fault(error))),
            }
        }
        Err(refused(
            "Q003",
            "",
            "ほかの照会が続いていて、記録できませんでした。",
            "少し待ってから、もう一度照会してください。",
        ))
    }

    /// Keeps the bytes of an answer, and gives the delivery that tells of them.
    fn keep(&self, kept: &Kept<'_>, position: Position, now: Timestamp) -> Result<Delivery, Fault> {
        let bytes = serde_json::to_vec(kept).map_err(|error| Fault::new("回答の控え", error))?;
        let sha256 = in_hex(Sha256::new_with_prefix(&bytes));
        let folder = self.evidence(kept.link);
        let broken = |error| Fault::new("回答の控えが書けません", error);
        make_folders(&folder, Access::Private).map_err(broken)?;
        write_durably(&data_path(&folder, kept.no, &sha256), |file| std::io::Write::write_all(file, &bytes))
            .map_err(broken)?;
        Ok(Delivery {
            rows: u64::try_from(kept.answer.rows.len()).unwrap_or(u64::MAX),
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            sha256,
            asked: kept.question.subjects.clone(),
            ..Delivery::new(
                (kept.link, kept.no),
                Phase::Applied,
                catalog::Extent::Difference,
                (position, position),
                now,
            )
        })
    }

    /// What the audit log says of a question.
    fn asked(&self, caller: &Caller, kept: &Kept<'_>) -> AuditEntry {
        let mut entry = self.named_entry(caller, ID, TITLE, AuditResult::Done);
        entry.title = format!("{TITLE}（{} {}番）", kept.link, kept.no);
        entry.purpose.clone_from(&kept.question.purpose);
        entry.set_subjects(kept.question.subjects.iter().cloned());
        entry
    }

    /// Removes what was kept under a number that another took. Were it the same content, its bytes would be the other's.
    pub(crate) fn give_way(&self, link: &str, no: u64) -> Result<(), Fault> {
        let view = self.journal().view(AsOf::default())?;
        if let Some(delivery) = view.load::<Delivery>(&Delivery::key_of(link, no))? {
            sweep(&self.evidence(link), no, &delivery.record);
        }
        Ok(())
    }

    /// Refuses before anybody outside is asked over a stopped link.
    fn not_held(&self, link: &str) -> Result<(), RunError> {
        let state = self.journal().view(AsOf::default())?.load::<LinkState>(link)?;
        match state.and_then(|state| state.record.hold) {
            Some(hold) => Err(held(&hold.reason)),
            None => Ok(()),
        }
    }

    /// Tells the person who asked, and the operator by the monitor.
    fn did_not_answer(&self, link: &str, what: &str) -> RunError {
        match LinkWorker::new(self).report(link, what) {
            Ok(_) => refused(
                "Q004",
                "",
                what,
                "相手の状態を確かめ、あとでもう一度照会してください。連携監視にも出ています。",
            ),
            Err(fault) => RunError::Fault(fault),
        }
    }
}

fn refused(code: &str, path: &str, message: &str, remedy: &str) -> RunError {
    RunError::Refused(vec![Finding::error(code, path, "照会", message, remedy)])
}

fn held(reason: &str) -> RunError {
    let message = format!("この連携は止められています（{reason}）。");
    refused("Q005", "", &message, "連携監視で再開されてから、もう一度照会してください。")
}

/// What is wrong with a question.
fn findings(question: &Question, subjects_max: u32) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut say = |code: &str, path: &str, item: &str, message: String, remedy: &str| {
        found.push(Finding::error(code, path, item, message, remedy));
    };
    let count = question.subjects.len();
    if count == 0 {
        let message = "照会する対象がありません。".to_owned();
        say("Q006", "subjects", "対象", message, "宛名番号などを入れてください。");
    }
    if usize::try_from(subjects_max).unwrap_or(usize::MAX) < count {
        let message =
            format!("{count}件を照会しようとしましたが、この連携は一度に{subjects_max}件までです。");
        say("Q007", "subjects", "対象", message, "分けて照会してください。");
    }
    for (index, subject) in question.subjects.iter().enumerate() {
        let path = format!("subjects.{index}");
        let fits = !subject.is_empty()
            && subject.chars().count() <= 50
            && !subject.chars().any(|c| c.is_control() || c == '/');
        if !fits {
            let message = format!("「{}」は照会の対象になりません。", subject.escape_debug());
            say("Q008", &path, "対象", message, "番号を確かめてください。");
        } else if question.subjects.iter().take(index).any(|before| before == subject) {
            say("Q009", &path, "対象", format!("「{subject}」が2度あります。"), "一方を消してください。");
        }
    }
    let purpose = question.purpose.trim();
    if purpose.is_empty() {
        let message = "目的がありません。".to_owned();
        say("Q010", "purpose", "目的", message, "何のための照会かを書いてください。監査証跡に残ります。");
    } else if PURPOSE_MAX < purpose.chars().count() || purpose.chars().any(char::is_control) {
        let message = format!("目的は{PURPOSE_MAX}字までの一行です。");
        say("Q010", "purpose", "目的", message, "短くしてください。");
    }
    found
}

/// The newest rows of the subjects, from one view.
fn looked_up(view: &dyn View, dataset: &Dataset, question: &Question, no: u64) -> Result<Answer, Fault> {
    let items = dataset.items.iter().map(|item| item.name.to_owned()).collect();
    let at = dataset.items.iter().position(|item| item.name == dataset.subject).unwrap_or(0);
    let mut answer = Answer { no, items, ..Answer::default() };
    let mut row = Row::new();
    for subject in &question.subjects {
        row.clear();
        // A dataset has one row for each open record of its kind, and its subject is the record's key.
        let stored = view.get(dataset.kind, subject)?.filter(|stored| !stored.closed);
        let found = match &stored {
            Some(stored) => (dataset.row)(view, stored, &mut row)? == Fate::Row && row.get(at) == subject,
            None => false,
        };
        if found {
            answer.rows.push(row.values().map(str::to_owned).collect());
        } else {
            answer.missing.push(subject.clone());
        }
    }
    Ok(answer)
}

fn titles(ready: &Ready, answer: &Answer) -> Vec<String> {
    match ready {
        Ready::Answers { dataset, .. } => dataset.items.iter().map(|item| item.title.to_owned()).collect(),
        _ => answer.items.clone(),
    }
}
