//! Somebody who was recorded here before and is recorded again (再転入, 職権による回復).

use domain::{MovementReason, RegisterDate, ResidentKind, ResidentStatus, wareki};

use crate::desk::Desk;
use crate::records::Person;
use crate::texts;

/// How a record begins again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// 再転入, and 職権記載 of somebody who settles here: a new record on the same 宛名番号.
    New,
    /// 回復: the deletion was wrong, and the deleted record goes on.
    Restored,
}

/// Whether this 除票 may be followed by a record: E103 of the dead, D018 before the deletion (D019 before a planned day), D020 of a 回復 of somebody
/// whose deletion staff did not decide.
///
/// Source: 住民記録システム標準仕様書 4.1.1.2; 住民基本台帳法施行令 art. 8, 12.
pub(crate) fn may_begin(
    desk: &mut Desk<'_>,
    held: &Person,
    again: Again,
    event: Option<RegisterDate>,
    path: &str,
) {
    let (called, status) = (held.called(), held.resident_status);
    if again == Again::Restored {
        let wrong = status == ResidentStatus::Dead
            || (status == ResidentStatus::Deleted
                && held.deletion_reason == Some(MovementReason::ExOfficioDeletion));
        if !wrong {
            desk.error(
                "D020",
                path,
                "宛名番号",
                format!("{called}さん（{}）は、職権消除か死亡で消除された人ではありません。", status.label()),
                "回復は、消除が誤りだった人の住民票を元に戻すものです。転出した人が戻ったのなら転入、届出の誤りなら異動の取消しで入力してください。",
            );
        }
        return;
    }
    if status == ResidentStatus::Dead {
        desk.error(
            "E103",
            path,
            "宛名番号",
            format!("{called}さんは{}です。死亡した人を転入・記載することはできません。", status.label()),
            "別の人なら宛名番号を空にしてください。死亡の記載が誤りなら、異動の取消しで元に戻してください。",
        );
        return;
    }
    // The day of a cancelled entry is the day on which somebody found it wrong; the person may have come before.
    if held.deletion_reason == Some(MovementReason::CancelEntry) {
        return;
    }
    // Who went earlier than planned may be back before the planned day.
    let planned = held.deletion_event_date.and_then(|date| date.earliest());
    let left = planned.map(|day| held.moveout_confirmed_on.map_or(day, |confirmed| confirmed.min(day)));
    let planned_only = held.moveout_confirmed_on.is_none()
        && matches!(
            held.deletion_reason,
            Some(MovementReason::MoveOutDomestic | MovementReason::MoveOutOverseas)
        );
    if let (Some(event), Some(left)) = (event, left)
        && event.latest().is_some_and(|day| day < left)
    {
        let message =
            format!("異動日{}が、{called}さんの消除の日{}より前です。", event.label_wareki(), wareki(left));
        // Until the 転入通知 comes, only the planned day is known, and somebody may have left before it.
        if planned_only {
            desk.alert(
                "D019",
                "event_date",
                "異動日",
                message,
                "消除の日は転出の予定の日です。それより前に転出した人なら、転出証明書で確かめて、そのまま登録できます。",
            );
        } else {
            desk.error(
                "D018",
                "event_date",
                "異動日",
                message,
                "異動日を確かめてください。消除の日が誤りなら、先に消除の異動を取り消してください。",
            );
        }
    }
}

/// D015, D016: whether who is stated is who had this 宛名番号. A number that is the same proves it, for sex and birth date
/// may have been put right elsewhere.
///
/// Source: 住民記録システム標準仕様書 4.1.1.2.
pub(crate) fn compare(desk: &mut Desk<'_>, held: &Person, stated: &Person, proved: bool, at: &str) {
    let path = format!("{at}addressee_no");
    let no = held.addressee_no;
    let mut other = Vec::new();
    if !held.birth_date.same_day(&stated.birth_date) {
        other.push("生年月日");
    }
    if held.sex != stated.sex {
        other.push("性別");
    }
    if !other.is_empty() && !proved {
        desk.error(
            "D015",
            &path,
            "宛名番号",
            format!("宛名番号{no}の{}さんと、入力した人の{}が違います。", held.called(), other.join("と")),
            "宛名番号を確かめてください。同じ人の記載が前住所地で直されたのなら、住民票コードか個人番号も入力してください。",
        );
        return;
    }
    if texts::fold_text(&held.name) != texts::fold_text(&stated.name) {
        other.push("氏名");
    }
    if !other.is_empty() {
        desk.alert(
            "D016",
            &path,
            "宛名番号",
            format!("宛名番号{no}の{}さんと、入力した人の{}が違います。", held.called(), other.join("と")),
            "同じ人か確かめてください。氏名などが変わった人なら、そのまま登録できます。",
        );
    }
}

/// D106: a 旧氏 or 通称 that stood on the record that ended and is not stated anew. It is not brought along by itself: who comes
/// from elsewhere has what the 転出証明書 says, and only the first return from abroad may take up what stood here.
///
/// Source: 住民記録システム標準仕様書 1.1.7; 住民基本台帳法施行令 art. 30-14, 30-16.
pub(crate) fn names_dropped(desk: &mut Desk<'_>, held: &Person, row: &Person, at: &str) {
    for (was, is, field, item) in [
        (&held.former_family_name, &row.former_family_name, "former_family_name", "旧氏"),
        (&held.alias_name, &row.alias_name, "alias_name", "通称"),
    ] {
        if held.resident_kind != row.resident_kind || was.is_empty() || !is.is_empty() {
            continue;
        }
        desk.alert(
            "D106",
            &format!("{at}{field}"),
            item,
            format!("{}さんの前の住民票には{item}「{was}」があります。入力した内容には{item}がありません。", row.called()),
            "転出証明書などで確かめ、引き続き記載するなら入力してください。記載しないなら、そのまま登録できます。",
        );
    }
}

/// Begins another record on a row that goes on from an ended one: what was noted on that one stays on that one.
///
/// Source: 住民記録システム標準仕様書 1.1.4, 1.1.5 (a 除票 keeps its history and its remarks).
pub(crate) fn begin_record(row: &mut Person) {
    row.history_entries.clear();
    row.remarks.clear();
    row.renewal_no = 0;
    row.renewed_on = None;
    // A 通称 that stood on the former record stands on the new one only when it is recorded there.
    row.alias_events.retain(|event| event.deleted_on.is_some());
    // Japanese records have no 通称, so no history of them either.
    if row.resident_kind == ResidentKind::Japanese {
        row.alias_events.clear();
    }
}

/// A person recorded again is no longer deleted; the former rows keep how the deletion was, and where it led to.
pub(crate) fn end_deletion(row: &mut Person) {
    row.deletion_reason = None;
    row.deletion_event_date = None;
    row.deletion_notified_on = None;
    row.dest_address_planned = None;
    row.moveout_planned_on = None;
    row.moveout_planned_reason = None;
    row.moveout_special = false;
    row.dest_address_confirmed = None;
    row.moveout_confirmed_on = None;
    row.movein_notice_on = None;
}

/// The same of a resident whose record ends and opens again (改製, 帰化 …): a planned 転出 goes on in the new record.
pub(crate) fn keep_plan(row: &mut Person) {
    let planned = (row.dest_address_planned.take(), row.moveout_planned_on, row.moveout_planned_reason);
    let (notified_on, special) = (row.deletion_notified_on, row.moveout_special);
    end_deletion(row);
    (row.dest_address_planned, row.moveout_planned_on, row.moveout_planned_reason) = planned;
    (row.deletion_notified_on, row.moveout_special) = (notified_on, special);
}

/// What a 回復 takes back from the deleted record: since when, and from where, the person is here.
///
/// Source: 住民基本台帳法施行令 art. 8, 12 (unverified: that a record comes back with the days it had).
pub(crate) fn restore(desk: &mut Desk<'_>, row: &mut Person, held: &Person, same_place: bool, at: &str) {
    if row.resident_kind != held.resident_kind {
        desk.error(
            "D020",
            &format!("{at}resident_kind"),
            "住民種別",
            format!("{}さんの消除された住民票は{}のものです。", held.called(), held.resident_kind.label()),
            "回復では住民種別は変わりません。国籍が変わったのなら、回復の後に帰化・国籍取得・国籍喪失で入力してください。",
        );
        return;
    }
    row.resident_since = held.resident_since;
    row.foreign_resident_since = held.foreign_resident_since;
    row.moved_in_notified_on = held.moved_in_notified_on;
    row.prev_address.clone_from(&held.prev_address);
    row.prev_head_name.clone_from(&held.prev_head_name);
    row.unregistered_entry = held.unregistered_entry;
    row.last_registered.clone_from(&held.last_registered);
    if same_place {
        row.addr_since = held.addr_since;
        row.moved_from_address.clone_from(&held.moved_from_address);
    }
}
