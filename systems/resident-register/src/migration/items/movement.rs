//! Items of the movement a row came from, and lists.

use domain::{MovementReason, RegisterDate};
use system::{MigrationForm as Form, MigrationItem as Item};

use super::{PersonItem, count, day, flag, list, listed, of_code, said, shown_flag};
use crate::records::Basis;

/// The bases a row may rest on, by their words.
const BASES: [Basis; 5] =
    [Basis::Notification, Basis::ExOfficio, Basis::Application, Basis::Notice, Basis::Request];

/// What belongs to the one movement a row came from.
pub(super) fn row() -> Vec<PersonItem> {
    vec![
        PersonItem {
            item: item!("movement_reason", "異動事由", Form::Code).required(),
            get: |person| person.movement_reason.code().to_owned(),
            set: |person, text| {
                person.movement_reason = of_code(MovementReason::from_code(text), text)?;
                Ok(())
            },
        },
        register_date!(event_date, "異動年月日"),
        date!(notified_on, "異動届出年月日"),
        PersonItem {
            item: item!("processed_on", "処理年月日", Form::Date),
            get: |person| person.processed_on.to_string(),
            set: |person, text| {
                person.processed_on = day(text)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("basis", "届出・職権等の別", Form::Code),
            get: |person| person.basis.label().to_owned(),
            set: |person, text| {
                person.basis = of_code(BASES.into_iter().find(|basis| basis.label() == text), text)?;
                Ok(())
            },
        },
        text!(operator, "操作者ID", Form::Text),
        text!(notification_no, "届出番号", Form::Text),
        text!(input_place, "入力場所", Form::Text),
        text!(input_terminal, "入力端末", Form::Text),
        PersonItem {
            item: item!("deletion_reason", "消除事由", Form::Code),
            get: |person| person.deletion_reason.map(|reason| reason.code().to_owned()).unwrap_or_default(),
            set: |person, text| {
                person.deletion_reason = Some(of_code(MovementReason::from_code(text), text)?);
                Ok(())
            },
        },
        register_date!(deletion_event_date, "消除の異動年月日"),
        date!(deletion_notified_on, "消除の届出年月日"),
        date!(moveout_planned_on, "転出予定年月日"),
        PersonItem {
            item: item!("moveout_planned_reason", "転出予定の事由", Form::Code),
            get: |person| {
                person.moveout_planned_reason.map(|reason| reason.code().to_owned()).unwrap_or_default()
            },
            set: |person, text| {
                person.moveout_planned_reason = Some(of_code(MovementReason::from_code(text), text)?);
                Ok(())
            },
        },
        PersonItem {
            item: item!("moveout_special", "特例転出", Form::Flag),
            get: |person| shown_flag(person.moveout_special),
            set: |person, text| {
                person.moveout_special = flag(text)?;
                Ok(())
            },
        },
        date!(moveout_confirmed_on, "転出年月日（確定）"),
        date!(movein_notice_on, "転入通知年月日"),
        PersonItem {
            item: item!("adult_ward", "成年被後見人の該当有無", Form::Flag),
            get: |person| shown_flag(person.adult_ward),
            set: |person, text| {
                person.adult_ward = flag(text)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("renewal_no", "改製番号", Form::Number),
            get: |person| person.renewal_no.to_string(),
            set: |person, text| {
                person.renewal_no = count(text)?;
                Ok(())
            },
        },
        date!(renewed_on, "改製記載年月日"),
    ]
}

/// What a row holds as lists, and what stands beside them.
pub(super) fn lists() -> [PersonItem; 6] {
    [
        text!(de_facto_head, "事実上の世帯主", Form::Text),
        PersonItem {
            item: item!("district_codes", "地区管理コード", Form::List),
            get: |person| listed(&person.district_codes),
            set: |person, text| {
                person.district_codes = list(text)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("cancels", "取り消した履歴番号", Form::List),
            get: |person| listed(&person.cancels),
            set: |person, text| {
                person.cancels = list(text)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("alias_events", "通称の記載・削除", Form::List),
            get: |person| listed(&person.alias_events),
            set: |person, text| {
                person.alias_events = list(text)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("remarks", "備考", Form::List),
            get: |person| listed(&person.remarks),
            set: |person, text| {
                // An old system has one text, and one that begins with a bracket is a text, too.
                person.remarks = list(text).unwrap_or_else(|_| vec![text.to_owned()]);
                Ok(())
            },
        },
        PersonItem {
            item: item!("history_entries", "異動履歴（統合記載欄）", Form::List),
            get: |person| listed(&person.history_entries),
            set: |person, text| {
                person.history_entries = list(text)?;
                Ok(())
            },
        },
    ]
}
