//! Received notices (受信通知): the 転入通知 a movement takes up, and the results of 市町村通知.

use domain::RegisterDate;
use register::{Fault, View, ViewExt, Write};
use system::Context;

use crate::desk::Desk;
use crate::records::{Person, ReceivedKind, ReceivedNotice, ReceivedStatus};

/// The open 転入通知 of the stated numbers; D066 for one that is not there, D067 when they tell different things.
pub(crate) fn begin(desk: &mut Desk<'_>, stated: &str) -> Result<Vec<(ReceivedNotice, u32)>, Fault> {
    let mut found: Vec<(ReceivedNotice, u32)> = Vec::new();
    for no in stated.split([' ', '\u{3000}', ',', '、', '，']).filter(|no| !no.is_empty()) {
        if found.iter().any(|(held, _)| held.received_no == no) {
            continue;
        }
        let held = desk.view.load::<ReceivedNotice>(no)?;
        match held.filter(|held| is_open(&held.record) && held.record.notice == ReceivedKind::MoveIn) {
            Some(held) => found.push((held.record, held.version)),
            None => desk.error(
                "D066",
                "received_nos",
                "受信番号",
                format!("受信番号{no}の転入通知はないか、もう処理されています。"),
                "受信通知一覧で受信番号を確かめてください。",
            ),
        }
    }
    let differs = |one: &ReceivedNotice, other: &ReceivedNotice| {
        (&one.new_address, one.moved_on) != (&other.new_address, other.moved_on)
    };
    if let Some(((first, _), others)) = found.split_first()
        && others.iter().any(|(other, _)| differs(first, other))
    {
        desk.error(
            "D067",
            "received_nos",
            "受信番号",
            "選んだ転入通知の転入した日か住所が、同じではありません。",
            "一緒に転入した人の通知だけを選び、ほかは別に受理してください。",
        );
    }
    for (notice, _) in &found {
        for trouble in &notice.troubles {
            desk.alert(
                "A172",
                "received_nos",
                "転入通知",
                format!("受信番号{}の転入通知: {trouble}", notice.received_no),
                "送った市区町村に内容を確かめ、正しい内容を入力してください。",
            );
        }
    }
    Ok(found)
}

/// D068: whom nobody of the notices is. Compared by birth date and name, without the space between the parts.
pub(crate) fn compare(desk: &mut Desk<'_>, notices: &[(ReceivedNotice, u32)], persons: &[Person]) {
    if notices.is_empty() {
        return;
    }
    let bare = |name: &str| name.replace(['\u{3000}', ' '], "");
    for person in persons {
        let same = |notice: &ReceivedNotice| {
            let born = notice.birth_date.as_ref().and_then(RegisterDate::sort_key);
            let names = [&person.name, &person.name_roman, &person.name_kanji, &person.alias_name];
            born == person.birth_date.sort_key() && names.iter().any(|name| bare(name) == bare(&notice.name))
        };
        if !notices.iter().any(|(notice, _)| same(notice)) {
            desk.alert(
                "D068",
                &format!("targets.{}", person.addressee_no),
                "異動者",
                format!("{}さんと氏名・生年月日の同じ人が、選んだ転入通知にありません。", person.called()),
                "転入通知の人と異動者を確かめてください。転入先で氏名が変わったのなら、そのまま進めてください。",
            );
        }
    }
}

/// Marks the notices a movement took up.
pub(crate) fn used(desk: &mut Desk<'_>, notices: Vec<(ReceivedNotice, u32)>) -> Result<(), Fault> {
    let (by, on) = (desk.context.actor.id().to_owned(), desk.today());
    for (notice, version) in notices {
        let ended = notice.ended(ReceivedStatus::Processed, &by, on, "");
        desk.besides.push(Write::put(&ended, Some(version))?);
    }
    Ok(())
}

/// Ends the result of a 市町村通知 that is sent again or completed by hand.
pub(crate) fn settle_result(
    view: &dyn View,
    context: &Context<'_>,
    message_no: &str,
    reason: &str,
) -> Result<Option<Write>, Fault> {
    let key = ReceivedKind::ImmigrationResult.key_of(message_no);
    let Some(held) = view.load::<ReceivedNotice>(&key)?.filter(|held| is_open(&held.record)) else {
        return Ok(None);
    };
    let ended = held.record.ended(ReceivedStatus::Processed, context.actor.id(), context.today, reason);
    Ok(Some(Write::put(&ended, Some(held.version))?))
}

/// Whether nobody has taken it up yet.
pub(crate) fn is_open(notice: &ReceivedNotice) -> bool {
    notice.status == ReceivedStatus::Open
}
