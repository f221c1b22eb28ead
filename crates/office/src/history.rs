//! A record's versions for somebody who looks at them: an audited look, sealed fields masked.

use register::{AsOf, Fault, Kind, Position, Stored};
use serde_json::Value;

use crate::audit::{AuditResult, PrintLog};
use crate::{Caller, Office, RunError};

/// What stands for a sealed value.
const MASK: &str = "********";

/// The named thing of the office that a look at a history is.
const ID: &str = "office/history";

/// Its name.
const TITLE: &str = "記録の履歴";

/// One version of a record, as it is shown.
#[derive(Clone, Debug)]
pub struct ShownVersion {
    /// Number, moment and day. Its body is opened; what is shown is `content`.
    pub stored: Stored,
    /// The body with sealed fields masked.
    pub content: Value,
    /// Who wrote it.
    pub by: String,
    /// By which function.
    pub function: String,
    /// Why.
    pub reason: String,
}

impl Office {
    /// A kind of records of this house's systems. Users and the audit log are none of them.
    pub fn kind(&self, id: &str) -> Option<&'static Kind> {
        self.systems().iter().flat_map(|system| &system.kinds).copied().find(|kind| kind.id == id)
    }

    /// All versions of a record, oldest first, as of a moment. The look stands in the audit log, also when there is nothing
    /// to see.
    ///
    /// # Errors
    /// When the caller may not look, or storage fails.
    pub fn history(
        &self,
        caller: &Caller,
        kind: &'static Kind,
        key: &str,
        as_of: AsOf,
    ) -> Result<Vec<ShownVersion>, RunError> {
        self.permit(caller, ID, TITLE)?;
        let versions = self.journal().view(as_of)?.history(kind, key)?;
        let shown =
            versions.into_iter().map(|stored| self.shown(kind, stored)).collect::<Result<_, Fault>>()?;
        self.audit_done(caller, ID, TITLE, vec![format!("{} {key}", kind.id)])?;
        Ok(shown)
    }

    fn shown(&self, kind: &Kind, stored: Stored) -> Result<ShownVersion, Fault> {
        let mut content = stored.body.value()?;
        for field in kind.sealed {
            if let Some(value) = content.get_mut(*field).filter(|value| !value.is_null()) {
                *value = Value::from(MASK);
            }
        }
        let before = Position(stored.position.0.saturating_sub(1));
        let change = self.journal().feed(before, &[kind.id], 1)?.into_iter().next();
        let (by, function, reason) = change
            .map(|change| (change.actor.id().to_owned(), change.function, change.reason))
            .unwrap_or_default();
        Ok(ShownVersion { stored, content, by, function, reason })
    }

    /// Writes into the audit log that somebody did what is no function: a named thing of the office, such as a look at the
    /// versions of a record.
    ///
    /// # Errors
    /// When storage fails.
    pub fn audit_done(
        &self,
        caller: &Caller,
        id: &str,
        title: &str,
        subjects: Vec<String>,
    ) -> Result<(), Fault> {
        self.audit_done_for(caller, id, title, subjects, "")
    }

    /// As [`audit_done`](Self::audit_done), with the purpose that was stated.
    ///
    /// # Errors
    /// When storage fails.
    pub fn audit_done_for(
        &self,
        caller: &Caller,
        id: &str,
        title: &str,
        subjects: impl IntoIterator<Item = String>,
        purpose: &str,
    ) -> Result<(), Fault> {
        let mut entry = self.named_entry(caller, id, title, AuditResult::Done);
        entry.set_subjects(subjects);
        purpose.clone_into(&mut entry.purpose);
        self.commit_audit(entry)
    }

    /// Writes into the audit log that a document that was issued is handed out as a file: each time anew, for what was
    /// printed twice looks like what was printed once.
    ///
    /// # Errors
    /// When storage fails.
    pub fn audit_opened(
        &self,
        caller: &Caller,
        function: &str,
        document: &str,
        issue_number: &str,
        subjects: &[String],
    ) -> Result<(), Fault> {
        let title = format!("帳票を開く（{document}）");
        let mut entry = self.named_entry(caller, function, &title, AuditResult::Done);
        entry.set_subjects(subjects.iter().cloned());
        entry.prints.push(PrintLog {
            title: document.to_owned(),
            form: "PDF".to_owned(),
            issue_number: issue_number.to_owned(),
            copies: 1,
        });
        self.commit_audit(entry)
    }
}
