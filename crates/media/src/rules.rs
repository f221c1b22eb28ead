//! What may happen to a medium, and what then is so.

use serde::{Deserialize, Serialize};

/// Where a medium is in its life (媒体の状態).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// 書込済: holds deliveries, not sealed.
    Written,
    /// 封印済: ready to go.
    Sealed,
    /// 引渡済: on its way, or with the other side, unconfirmed.
    HandedOver,
    /// 受領確認済: with the other side, as they said.
    Received,
    /// 返却済: back here, with what was on it.
    Returned,
    /// 受入済: another organisation's, here.
    Arrived,
    /// 返送済: another organisation's, given back.
    SentBack,
    /// 消去済: nothing is on it.
    Erased,
    /// 廃棄済: it is no more.
    Destroyed,
    /// 紛失: nobody knows where it is; its link alarms.
    Lost,
    /// 紛失（処理済）: still lost, and what was to be done has been done.
    Settled,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 11] = [
        Self::Written,
        Self::Sealed,
        Self::HandedOver,
        Self::Received,
        Self::Returned,
        Self::Arrived,
        Self::SentBack,
        Self::Erased,
        Self::Destroyed,
        Self::Lost,
        Self::Settled,
    ];

    /// The word screens show.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Written => "書込済",
            Self::Sealed => "封印済",
            Self::HandedOver => "引渡済",
            Self::Received => "受領確認済",
            Self::Returned => "返却済",
            Self::Arrived => "受入済",
            Self::SentBack => "返送済",
            Self::Erased => "消去済",
            Self::Destroyed => "廃棄済",
            Self::Lost => "紛失",
            Self::Settled => "紛失（処理済）",
        }
    }

    /// Whether it is with somebody outside.
    #[must_use]
    pub fn is_out(self) -> bool {
        matches!(self, Self::HandedOver | Self::Received)
    }

    /// Whether it is here with data on it.
    #[must_use]
    pub fn is_held(self) -> bool {
        matches!(self, Self::Written | Self::Sealed | Self::Returned | Self::Arrived)
    }
}

/// What staff enter of a medium (媒体の処理).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// 書込: deliveries were written on it.
    Write,
    /// 受入: another organisation's medium came here.
    Accept,
    /// 封印
    Seal,
    /// 引渡し
    HandOver,
    /// 受領の確認
    Confirm,
    /// 返却
    Return,
    /// 返送
    SendBack,
    /// 消去
    Erase,
    /// 廃棄
    Destroy,
    /// 紛失
    Lose,
    /// 発見
    Find,
    /// 紛失処理の終了
    Settle,
}

impl Action {
    /// Every action, in the order of a medium's life.
    pub const ALL: [Self; 12] = [
        Self::Write,
        Self::Accept,
        Self::Seal,
        Self::HandOver,
        Self::Confirm,
        Self::Return,
        Self::SendBack,
        Self::Erase,
        Self::Destroy,
        Self::Lose,
        Self::Find,
        Self::Settle,
    ];

    /// The word screens show.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Write => "書込",
            Self::Accept => "受入",
            Self::Seal => "封印",
            Self::HandOver => "引渡し",
            Self::Confirm => "受領の確認",
            Self::Return => "返却",
            Self::SendBack => "返送",
            Self::Erase => "消去",
            Self::Destroy => "廃棄",
            Self::Lose => "紛失",
            Self::Find => "発見",
            Self::Settle => "紛失処理の終了",
        }
    }
}

/// What a medium is after an action; none when the action cannot follow. `None` as the state is a medium the register does not
/// know yet.
///
/// Nothing leaves unsealed. What is outside may be erased or destroyed there, by those who have it. Only an erased medium is
/// written anew. A lost one may turn up, also after its loss was dealt with.
#[must_use]
pub fn next(state: Option<State>, action: Action) -> Option<State> {
    use State::{
        Arrived, Destroyed, Erased, HandedOver, Lost, Received, Returned, Sealed, SentBack, Settled, Written,
    };
    let to = match (state, action) {
        (None | Some(Erased), Action::Write) => Written,
        (None | Some(Erased | SentBack), Action::Accept) => Arrived,
        (Some(Written | Returned), Action::Seal) => Sealed,
        (Some(Sealed), Action::HandOver) => HandedOver,
        (Some(HandedOver), Action::Confirm) => Received,
        (Some(HandedOver | Received), Action::Return) => Returned,
        (Some(Arrived), Action::SendBack) => SentBack,
        (Some(Written | Sealed | Received | Returned | Arrived), Action::Erase) => Erased,
        (Some(Written | Sealed | Received | Returned | Arrived | Erased), Action::Destroy) => Destroyed,
        (Some(Written | Sealed | HandedOver | Received | Returned | Arrived), Action::Lose) => Lost,
        (Some(Lost | Settled), Action::Find) => Returned,
        (Some(Lost), Action::Settle) => Settled,
        _ => return None,
    };
    Some(to)
}
