//! 状態 of an application, and what may be done in which.

use serde::{Deserialize, Serialize};

/// 状態 of an application.
///
/// Source: 共通機能標準仕様書 029; the words are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// 受付: it came, and nobody has to be found for it.
    Received,
    /// 保留: something is wrong with it that a clerk has to look at.
    Held,
    /// 未照合: it is not known whose it is.
    Unmatched,
    /// 照合済: it is known whose it is.
    Matched,
    /// 審査中.
    InReview,
    /// 受理.
    Accepted,
    /// 差戻し, for the applicant to correct.
    Returned,
    /// 却下.
    Rejected,
    /// 取下げ.
    Withdrawn,
}

/// What a clerk does with an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// 照合.
    Match,
    /// 申請内容の確認.
    Confirm,
    /// 審査の開始.
    Review,
    /// 受理.
    Accept,
    /// 差戻し and 却下.
    Refuse,
    /// 取下げ.
    Withdraw,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Received,
        Self::Held,
        Self::Unmatched,
        Self::Matched,
        Self::InReview,
        Self::Accepted,
        Self::Returned,
        Self::Rejected,
        Self::Withdrawn,
    ];

    /// The code as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Held => "held",
            Self::Unmatched => "unmatched",
            Self::Matched => "matched",
            Self::InReview => "in-review",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Received => "受付",
            Self::Held => "保留",
            Self::Unmatched => "未照合",
            Self::Matched => "照合済",
            Self::InReview => "審査中",
            Self::Accepted => "受理",
            Self::Returned => "差戻し",
            Self::Rejected => "却下",
            Self::Withdrawn => "取下げ",
        }
    }

    /// The state of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether something is still to be done.
    pub fn is_open(self) -> bool {
        match self {
            Self::Received | Self::Held | Self::Unmatched | Self::Matched | Self::InReview => true,
            Self::Accepted | Self::Returned | Self::Rejected | Self::Withdrawn => false,
        }
    }

    /// Whether something may be done in this state: the one table of it.
    pub fn allows(self, action: Action) -> bool {
        match (self, action) {
            (Self::Accepted | Self::Returned | Self::Rejected | Self::Withdrawn, _) => false,
            (_, Action::Refuse | Action::Withdraw | Action::Confirm) => true,
            (Self::InReview, Action::Accept) => true,
            (_, Action::Accept) => false,
            (Self::Received | Self::Matched, Action::Review) => true,
            (_, Action::Review) => false,
            (Self::InReview, Action::Match) => false,
            (_, Action::Match) => true,
        }
    }
}
