//! What a user asked lately (検索履歴), to be asked again or changed a little.

use domain::guarded::holds_guarded;
use jiff::Timestamp;
use register::{AsOf, Column, Fault, Kind, Record, ViewExt, Write};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use system::{FieldKind, Function, Input};

use crate::Office;

/// Questions users asked, a few per user; the oldest gives its place to the newest.
pub static REMEMBERED: Kind =
    Kind::new("office/remembered", "検索履歴").columns(&[Column::plain("user", "利用者")]);

/// How many questions are kept per user.
///
/// Source: 住民記録システム標準仕様書 2.1.1 asks for a history per user and names no number; this is ours.
const KEPT_MAX: usize = 20;

/// One question of one user. It may name a person, so it is shown to nobody but them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Who asked.
    pub user: String,
    /// Its place among the user's questions.
    pub slot: usize,
    /// Which function was asked.
    pub function: String,
    /// What was asked, as the form spells it; never a 個人番号 or a 住民票コード.
    pub asked: Map<String, Value>,
    /// When, the last time.
    pub at: Timestamp,
}

impl Record for Remembered {
    const KIND: &'static Kind = &REMEMBERED;

    fn key(&self) -> String {
        format!("{}/{:02}", self.user, self.slot)
    }
}

impl Office {
    /// The questions a user asked of a function, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub fn remembered(&self, user: &str, function: &str) -> Result<Vec<Remembered>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let mut all: Vec<Remembered> = view
            .load_by::<Remembered>("user", user)?
            .into_iter()
            .map(|held| held.record)
            .filter(|one| one.function == function)
            .collect();
        all.sort_by_key(|one| std::cmp::Reverse((one.at, one.slot)));
        Ok(all)
    }

    /// Keeps what was asked: in the place of the same question, in a free place, or in that of the oldest. Nothing is kept
    /// of a question that has only numbers nobody may keep.
    pub(crate) fn remember(
        &self,
        user: &str,
        function: &Function,
        input: &Input,
        now: Timestamp,
    ) -> Result<Option<Write>, Fault> {
        let guarded = |name: &str| {
            function.form.sections.iter().flat_map(|section| &section.fields).any(|field| {
                field.name == name
                    && matches!(field.kind, FieldKind::IndividualNumber | FieldKind::ResidentRecordCode)
            })
        };
        let mut asked = input.0.as_object().cloned().unwrap_or_default();
        // One box takes every kind of number: what was typed there may be such a one as well.
        let is_free = |value: &Value| value.as_str().is_none_or(|text| !holds_guarded(text));
        asked.retain(|name, value| !guarded(name) && is_free(value));
        if asked.is_empty() {
            return Ok(None);
        }
        let view = self.journal().view(AsOf::default())?;
        let held = view.load_by::<Remembered>("user", user)?;
        let same = held.iter().find(|one| one.record.function == function.id && one.record.asked == asked);
        let free = (0..KEPT_MAX).find(|slot| held.iter().all(|one| one.record.slot != *slot));
        let oldest = held.iter().min_by_key(|one| one.record.at);
        let (slot, version) = match (same, free, oldest) {
            (Some(same), _, _) => (same.record.slot, Some(same.version)),
            (None, Some(free), _) => (free, None),
            (None, None, Some(oldest)) => (oldest.record.slot, Some(oldest.version)),
            (None, None, None) => return Ok(None),
        };
        let kept =
            Remembered { user: user.to_owned(), slot, function: function.id.to_owned(), asked, at: now };
        Ok(Some(Write::put(&kept, version)?))
    }
}
