//! The rules' numbers and code lists, compiled in from `standards/codes/resident-register`.

use domain::{BusinessCalendar, Date};
use jiff::ToSpan;
use system::Choice;

const LIMITS: &str = include_str!("../../../../standards/codes/resident-register/limits.tsv");
const STATUSES: &str = include_str!("../../../../standards/codes/resident-register/status-of-residence.tsv");
const SPECIAL_HISTORY: &str =
    include_str!("../../../../standards/codes/resident-register/special-history.tsv");
const PRINT_FIT: &str = include_str!("../../../../standards/codes/resident-register/print-fit.tsv");

const DATED_RULES: &str = include_str!("../../../../standards/codes/resident-register/dated-rules.tsv");

/// The last day of a period in which something is to be notified: the first day is not counted, and a last day on which
/// the office is closed gives way to the next on which it is open.
///
/// Source: 民法 art. 140; 地方自治法 art. 4-2(4).
pub(crate) fn last_day_to_notify(event: Date, days: i32) -> Option<Date> {
    event
        .checked_add(days.days())
        .ok()
        .map(|last| BusinessCalendar::published().business_day_on_or_after(last))
}

/// A period or count that a law or the municipality sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Days within which 転入 and 転居 are to be notified.
    MoveInNotice,
    /// Days after a move up to which a 転出届 is taken as a notification.
    MoveOutNotice,
    /// Days before the planned date from which a 転出届 is usual.
    MoveOutAhead,
    /// Free codes below which an alert is given.
    CodePoolLow,
    /// Years below which a head (世帯主) is asked about.
    HeadAgeLow,
    /// Copies per request.
    CopiesMax,
    /// Years from which a birth date is asked about.
    AgeHigh,
    /// Days of 経過滞在.
    Transition,
    /// Days before the end of a stay from which it is listed.
    StayEnding,
    /// Days a record may be without 個人番号.
    NumberWait,
    /// People one list for 閲覧 shows at most.
    InspectionRows,
    /// Rows of one document of such a list.
    InspectionDocumentRows,
    /// Days in which a 転入通知 is awaited.
    MoveInNoticeWait,
    /// Rows one run of 住所の一括変更 writes at most.
    BulkRows,
    /// Days from the planned move-out in which a 特例転入 is taken.
    SpecialPlanned,
    /// Days from the planned move-out after which 転出証明書情報 is erased.
    TransferKeep,
    /// Months a support measure runs.
    SupportPeriod,
    /// Months before its end from which it can be extended and is asked about.
    SupportLead,
    /// Minutes a 解除審査 of a support measure may be used.
    SupportRelease,
    /// Minutes a 一時解除 lasts when nothing is stated.
    SuppressionRelease,
    /// Most minutes of a 一時解除.
    SuppressionReleaseMax,
    /// Years after its deletion from which a 除票 goes to the archive.
    FormerArchive,
    /// Years a 除票 is kept.
    FormerKeep,
}

impl Limit {
    fn name(self) -> &'static str {
        match self {
            Self::MoveInNotice => "move_in_notice_days",
            Self::MoveOutNotice => "move_out_notice_days",
            Self::MoveOutAhead => "move_out_ahead_days",
            Self::CodePoolLow => "code_pool_low",
            Self::HeadAgeLow => "head_age_low",
            Self::CopiesMax => "copies_max",
            Self::AgeHigh => "age_high",
            Self::Transition => "transition_days",
            Self::StayEnding => "stay_ending_days",
            Self::NumberWait => "number_wait_days",
            Self::InspectionRows => "inspection_rows_max",
            Self::InspectionDocumentRows => "inspection_document_rows",
            Self::MoveInNoticeWait => "move_in_notice_wait_days",
            Self::BulkRows => "bulk_rows_max",
            Self::SpecialPlanned => "special_planned_days",
            Self::TransferKeep => "transfer_keep_days",
            Self::SupportPeriod => "support_period_months",
            Self::SupportLead => "support_lead_months",
            Self::SupportRelease => "support_release_minutes",
            Self::SuppressionRelease => "suppression_release_minutes",
            Self::SuppressionReleaseMax => "suppression_release_minutes_max",
            Self::FormerArchive => "former_archive_years",
            Self::FormerKeep => "former_keep_years",
        }
    }

    /// The value; a test holds that every name stands in the table.
    pub(crate) fn value(self) -> i32 {
        rows(LIMITS)
            .find(|(name, _)| *name == self.name())
            .and_then(|(_, rest)| rest.split('\t').next())
            .and_then(|value| value.parse().ok())
            .unwrap_or_default()
    }
}

/// How many full-width characters a place of a certificate holds (印字可能文字数).
pub(crate) fn print_fit(place: &str) -> usize {
    rows(PRINT_FIT)
        .find(|(name, _)| *name == place)
        .and_then(|(_, rest)| rest.split('\t').next())
        .and_then(|value| value.parse().ok())
        .unwrap_or_default()
}

/// Whether a rule that has a first day holds on a day (施行日のある規則); one that the table does not name holds never.
pub(crate) fn in_force(rule: &str, day: Date) -> bool {
    rows(DATED_RULES)
        .find(|(name, _)| *name == rule)
        .and_then(|(_, rest)| rest.split('\t').next())
        .and_then(|from| from.parse::<Date>().ok())
        .is_some_and(|from| from <= day)
}

/// Whether the words of a movement tell a special reason (特別養子縁組 and the like).
pub(crate) fn tells_special_reason(text: &str) -> bool {
    rows(SPECIAL_HISTORY).any(|(word, _)| text.contains(word))
}

/// 在留資格 as choices.
pub(crate) fn status_choices() -> Vec<Choice> {
    statuses().map(|status| Choice { code: status.code.to_owned(), label: status.label.to_owned() }).collect()
}

/// The words of a 在留資格 code; the code itself when it is not in the list.
pub(crate) fn status_label(code: &str) -> &str {
    status(code).map_or(code, |status| status.label)
}

/// 在留資格 as the code list has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Status {
    pub(crate) code: &'static str,
    pub(crate) label: &'static str,
    /// The class of article 30-45 it belongs to; blank when it may be any.
    pub(crate) class: &'static str,
    /// Whether a stay under it ends; nothing is said of some.
    pub(crate) ends: Option<bool>,
}

/// The 在留資格 of a code.
pub(crate) fn status(code: &str) -> Option<Status> {
    statuses().find(|status| status.code == code)
}

fn statuses() -> impl Iterator<Item = Status> {
    rows(STATUSES).map(|(code, rest)| {
        let mut cells = rest.split('\t');
        let (label, class) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let ends = match cells.next() {
            Some("ends") => Some(true),
            Some("none") => Some(false),
            _ => None,
        };
        Status { code, label, class, ends }
    })
}

pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_stands_in_the_table() {
        for limit in [
            Limit::MoveInNotice,
            Limit::MoveOutNotice,
            Limit::MoveOutAhead,
            Limit::CodePoolLow,
            Limit::HeadAgeLow,
            Limit::CopiesMax,
            Limit::AgeHigh,
            Limit::Transition,
            Limit::StayEnding,
            Limit::NumberWait,
            Limit::MoveInNoticeWait,
            Limit::BulkRows,
            Limit::SpecialPlanned,
            Limit::TransferKeep,
            Limit::SupportPeriod,
            Limit::SupportLead,
            Limit::SupportRelease,
            Limit::SuppressionRelease,
            Limit::SuppressionReleaseMax,
            Limit::FormerArchive,
            Limit::FormerKeep,
        ] {
            assert!(0 < limit.value(), "{limit:?}");
        }
        assert!(in_force("kana_attested_only", jiff::civil::date(2025, 5, 26)));
        assert!(!in_force("no-such-rule", jiff::civil::date(2025, 5, 26)));
        assert_eq!(status_label("X14"), "永住者");
        assert_eq!(status_label("ZZZ"), "ZZZ");
    }
}
