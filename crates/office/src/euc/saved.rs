//! Saved conditions, and the records of files that were taken.

use std::ops::ControlFlow;

use jiff::Timestamp;
use register::{Actor, AsOf, Column, CommitError, Draft, Fault, Kind, Record, ViewExt, Write};
use serde::{Deserialize, Serialize};
use system::Finding;

use super::{EUC, EUC_TITLE, EucAsk};
use crate::users::commit_fault;
use crate::{AuditEntry, AuditResult, Caller, Office, RunError};

/// Saved conditions (保存した条件).
pub static EUC_QUERY: Kind = Kind::new("office/euc-query", "EUCの保存した条件");

/// Files that were taken (抽出の記録).
pub static EUC_RUN: Kind =
    Kind::new("office/euc-run", "EUCの抽出記録").columns(&[Column::plain("user", "利用者")]);

/// Characters of a name.
const NAME_CHARS_MAX: usize = 40;
/// Runs that are shown.
const RUNS_MAX: usize = 20;

/// Conditions somebody keeps for the next time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EucQuery {
    /// Time and chance.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is asked.
    pub ask: EucAsk,
    /// Who made it. Others who may take the extract see it where it is shared, and cannot change it.
    pub user: String,
    /// Whether others see it.
    #[serde(default)]
    pub shared: bool,
    /// When.
    pub at: Timestamp,
}

impl Record for EucQuery {
    const KIND: &'static Kind = &EUC_QUERY;

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// One file that was taken: who, what, under which conditions, how much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EucRun {
    /// Time and chance, so that key order is time order.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: String,
    /// What was asked.
    pub ask: EucAsk,
    /// The kind of file.
    pub form: String,
    /// Rows in it.
    pub rows: u64,
    /// Of how many of them something was kept back.
    pub withheld: u64,
    /// Characters that were replaced.
    pub replaced: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// What for.
    pub purpose: String,
}

impl Record for EucRun {
    const KIND: &'static Kind = &EUC_RUN;

    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Office {
    /// The saved conditions a user may use: their own, and shared ones, of extracts they may take.
    ///
    /// # Errors
    /// When storage fails.
    pub fn euc_queries(&self, caller: &Caller) -> Result<Vec<EucQuery>, Fault> {
        let open: Vec<&str> = self.extracts_of(caller).iter().map(|offered| offered.dataset.id).collect();
        let view = self.journal().view(AsOf::default())?;
        let mut found = Vec::new();
        view.scan(&EUC_QUERY, None, &mut |stored| {
            let query = stored.typed::<EucQuery>()?.record;
            let is_seen = query.shared || query.user == caller.user;
            if is_seen && open.contains(&query.ask.dataset.as_str()) {
                found.push(query);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        found.sort_by(|a, b| (&a.ask.dataset, &a.name).cmp(&(&b.ask.dataset, &b.name)));
        Ok(found)
    }

    /// Keeps conditions under a name; an own one of the same extract and name is replaced.
    ///
    /// # Errors
    /// [`RunError::Denied`]; [`RunError::Refused`] when the question or the name does not read; storage.
    pub fn save_euc_query(
        &self,
        caller: &Caller,
        ask: &EucAsk,
        name: &str,
        shared: bool,
    ) -> Result<EucQuery, RunError> {
        // Only what reads is kept.
        drop(self.sieve(caller, ask)?);
        let name = name.trim();
        if name.is_empty() || NAME_CHARS_MAX < name.chars().count() {
            let message = format!("条件の名前は、1文字から{NAME_CHARS_MAX}文字までです。");
            return self.euc_refused_name(caller, message);
        }
        let at = self.clock().now();
        let own = self.euc_queries(caller)?.into_iter().find(|query| {
            query.user == caller.user && query.name == name && query.ask.dataset == ask.dataset
        });
        let query = EucQuery {
            id: own.map_or_else(|| AuditEntry::new_id(at, self.entropy().bits()), |own| own.id),
            name: name.to_owned(),
            ask: ask.clone(),
            user: caller.user.clone(),
            shared,
            at,
        };
        self.write_euc_query(
            caller,
            "条件の保存",
            at,
            |version| Ok(Write::put(&query, version)?),
            &query.id,
        )?;
        Ok(query)
    }

    /// Takes an own saved condition out of the list. Its versions stay in the register.
    ///
    /// # Errors
    /// [`RunError::Refused`] when there is no such own one; storage.
    pub fn drop_euc_query(&self, caller: &Caller, id: &str) -> Result<(), RunError> {
        let own = self.euc_queries(caller)?.into_iter().find(|query| query.id == id);
        if own.is_none_or(|query| query.user != caller.user) {
            return self.euc_refused_name(caller, "自分が保存した条件だけを消せます。".to_owned());
        }
        let at = self.clock().now();
        let close = |version: Option<u32>| Ok(Write::close(&EUC_QUERY, id, version.unwrap_or(1)));
        self.write_euc_query(caller, "条件の削除", at, close, id)
    }

    /// The newest files a user took, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub fn euc_runs(&self, caller: &Caller) -> Result<Vec<EucRun>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let own = view.load_by::<EucRun>("user", &caller.user)?;
        let mut runs: Vec<EucRun> = own.into_iter().map(|held| held.record).collect();
        runs.sort_by(|a, b| b.id.cmp(&a.id));
        runs.truncate(RUNS_MAX);
        Ok(runs)
    }

    fn write_euc_query(
        &self,
        caller: &Caller,
        reason: &str,
        at: Timestamp,
        write: impl Fn(Option<u32>) -> Result<Write, Fault>,
        id: &str,
    ) -> Result<(), RunError> {
        let held = self.journal().view(AsOf::default())?.load::<EucQuery>(id)?;
        let mut draft = Draft::new("office", EUC, Actor::User(caller.user.clone()), at);
        reason.clone_into(&mut draft.reason);
        draft.writes.push(write(held.map(|held| held.version))?);
        let mut entry = self.named_entry(caller, EUC, EUC_TITLE, AuditResult::Done);
        entry.title = format!("{EUC_TITLE}　{reason}");
        draft.writes.push(Write::put(&entry, None).map_err(Fault::from)?);
        match self.journal().commit(draft) {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict(conflict)) => Err(RunError::Busy(conflict)),
            Err(other) => Err(commit_fault(other).into()),
        }
    }

    fn euc_refused_name<T>(&self, caller: &Caller, message: String) -> Result<T, RunError> {
        let finding = Finding::error("EUC08", "name", "条件の名前", message, "名前を直してください。");
        let mut entry = self.named_entry(caller, EUC, EUC_TITLE, AuditResult::Refused);
        entry.codes = vec![finding.code.clone()];
        self.commit_audit(entry)?;
        Err(RunError::Refused(vec![finding]))
    }
}
