//! The dates of a notification (異動日・届出日).

use domain::{Date, MovementReason, RegisterDate, wareki};
use jiff::ToSpan;
use serde::Deserialize;

use super::Limit;
use super::data::last_day_to_notify;
use crate::desk::{Desk, Movement};
use crate::records::Basis;

/// What every notification states (届出の共通項目). Who notified (届出人) stays in the stored input; no row has it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Notice {
    /// 異動日; blank at first, so that nobody takes over today's date unseen.
    #[serde(default)]
    pub(crate) event_date: Option<RegisterDate>,
    /// 届出日; today when blank.
    #[serde(default)]
    notified_on: Option<RegisterDate>,
    /// 届出 or 職権.
    #[serde(default)]
    pub(crate) basis: Basis,
    /// 統合記載欄 B 留意事項.
    #[serde(default)]
    pub(crate) note: String,
}

impl Notice {
    /// The common fields of the movement's rows. An ex officio movement has no 届出日.
    pub(crate) fn movement(&self, reason: MovementReason, today: Date) -> Movement {
        Movement {
            reason,
            event_date: self.event_date,
            notified_on: self.notified(today),
            basis: self.basis,
            note: self.note.clone(),
        }
    }

    /// The same of a movement that nobody notifies: 届出 is what a form says when nothing is chosen, and means 職権.
    pub(crate) fn ex_officio(&self, reason: MovementReason, today: Date) -> Movement {
        let unstated = self.basis == Basis::Notification;
        let basis = if unstated { Basis::ExOfficio } else { self.basis };
        Self { basis, ..self.clone() }.movement(reason, today)
    }

    /// 届出日, or the day of the 申出, 通知 or 請求; none when ex officio.
    pub(crate) fn notified(&self, today: Date) -> Option<Date> {
        match self.basis {
            Basis::ExOfficio => None,
            _ => Some(self.notified_on.as_ref().and_then(RegisterDate::known).unwrap_or(today)),
        }
    }
}

/// What a movement asks of its dates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DateRules {
    /// Whether 異動日 may lie ahead (転出 only).
    pub(crate) ahead: bool,
    /// Days after which a notification is late (A018).
    pub(crate) late: Option<Limit>,
}

/// Checks 異動日 and 届出日: E001, E002, E003, E021, A018. Tells 異動日.
///
/// A late notice is still a notice: it is marked, never refused.
///
/// Source: 住民記録システム標準仕様書 4.0.3, 4.1.0.2; 住民基本台帳法 art. 22, 23; 地方自治法 art. 4-2(4).
pub(crate) fn check(desk: &mut Desk<'_>, notice: &Notice, rules: DateRules) -> Option<RegisterDate> {
    let today = desk.today();
    let notified = notice.notified(today);
    if let Some(notified) = notified.filter(|day| today < *day) {
        desk.error(
            "E003",
            "notified_on",
            "届出日",
            format!(
                "届出日{}は、今日{}より後です。届出はまだ受けていません。",
                wareki(notified),
                wareki(today)
            ),
            "届出日を今日以前にしてください。",
        );
    }
    let Some(event) = notice.event_date else {
        desk.error(
            "E001",
            "event_date",
            "異動日",
            "異動日が空です。異動日のない異動は登録できません。",
            "届書で異動日を確かめて入力してください。",
        );
        return None;
    };
    let first = event.earliest();
    if !rules.ahead && first.is_some_and(|day| today < day) {
        desk.error(
            "E002",
            "event_date",
            "異動日",
            format!(
                "異動日{}は、今日{}より後です。まだ起きていない異動は登録できません。",
                event.label_wareki(),
                wareki(today)
            ),
            "異動日を今日以前にするか、その日に届け出てもらってください。",
        );
        return Some(event);
    }
    // Of a range both ends are stated; 「頃」 and 「不詳」 bound nothing anybody wrote down.
    let ends = event.latest().filter(|_| matches!(event.unknown_code(), Some("U12" | "U13" | "U14")));
    if !rules.ahead && ends.is_some_and(|last| today < last) {
        desk.error(
            "E002",
            "event_date",
            "異動日",
            format!("異動日{}の終わりが、今日{}より後です。", event.label_wareki(), wareki(today)),
            "期間の終わりを、届書などで確かめて今日以前の日にしてください。",
        );
        return Some(event);
    }
    if let (Some(notified), Some(first)) = (notified, first) {
        if !rules.ahead && notified < first {
            desk.error(
                "E021",
                "notified_on",
                "届出日",
                format!("届出日{}が、異動日{}より前です。", wareki(notified), event.label_wareki()),
                "異動日と届出日を確かめてください。",
            );
        }
        if let Some(limit) = rules.late
            && let Some(last) = last_day_to_notify(first, limit.value()).filter(|last| *last < notified)
        {
            desk.alert(
                "A018",
                "notified_on",
                "届出日",
                format!(
                    "異動日{}から{}日を過ぎた届出です（{}日目）。届出期間は{}までです。",
                    event.label_wareki(),
                    limit.value(),
                    days_between(first, notified),
                    wareki(last)
                ),
                "届出が遅れた理由を確かめてください。届出としてそのまま受理できます。",
            );
        }
    }
    Some(event)
}

/// The day a number of days after another, the first day not counted.
pub(crate) fn days_after(day: Date, days: i32) -> Option<Date> {
    day.checked_add(days.days()).ok()
}

/// Days from one day to another.
pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}
