//! What this system accepts from others (受入データ): 転入通知 over 住基ネット, and the results of 市町村通知.

use std::collections::BTreeMap;

use domain::{Address, Date, RegisterDate, Sex};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::records::{OutboundNotice, ReceivedKind, ReceivedNotice, ReceivedStatus};
use crate::rules::inbound_order::Orders;

/// 転入通知 of the municipality somebody moved to.
pub(crate) const MOVE_IN_NOTICES: Intake = Intake {
    id: "resident-register/move-in-notices",
    title: "転入通知（住基ネット）",
    needs: &["notice_no", "name", "birth_date", "municipality", "moved_on"],
    apply: apply_move_in,
};

/// 市町村通知の結果 of 出入国在留管理庁.
pub(crate) const IMMIGRATION_RESULTS: Intake = Intake {
    id: "resident-register/immigration-results",
    title: "市町村通知の結果（出入国在留管理庁）",
    needs: &["message_no", "result"],
    apply: apply_results,
};

const RESULTS: &str = include_str!("../../../standards/codes/resident-register/immigration-results.tsv");

/// Whether a result says that a 市町村通知 was taken. A code the table does not know is none that does.
fn is_taken(result: &str) -> bool {
    RESULTS.lines().filter(|line| !line.starts_with('#')).any(|line| {
        let mut cells = line.split('\t');
        cells.next() == Some(result) && cells.nth(1) == Some("yes")
    })
}

/// Longest values, as a 住民票 holds them.
const NAME_CHARACTERS_MAX: usize = 100;
const ADDRESS_CHARACTERS_MAX: usize = 300;

/// Keeps each 転入通知 until staff take it up. Of several that tell of one person the newest stands; what is not taken up
/// yet of the others gives way to it.
///
/// Source: 住民記録システム標準仕様書 4.1.3.1.1, 4.1.3.1.2 (A172).
fn apply_move_in(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    // Those that are open now, by person, and as they are going to be after this batch.
    let mut open: BTreeMap<Who, (ReceivedNotice, Option<u32>)> = BTreeMap::new();
    let mut dropped: Vec<(ReceivedNotice, Option<u32>)> = Vec::new();
    for held in view.load_by::<ReceivedNotice>("status", ReceivedStatus::Open.code())? {
        if held.record.notice == ReceivedKind::MoveIn {
            open.insert(who(&held.record), (held.record, Some(held.version)));
        }
    }
    let mut touched: Vec<Who> = Vec::new();
    let mut orders = Orders::new(view, "juki-net-move-in");
    for row in batch.rows {
        if let Some(refused) = orders.admit(row, row.text("notice_no"))? {
            applied.refused.push(refused);
            continue;
        }
        let notice = match move_in(row, context.today) {
            Ok(notice) => notice,
            Err(refused) => {
                applied.refused.push(*refused);
                continue;
            }
        };
        if view.load::<ReceivedNotice>(&notice.received_no)?.is_some()
            || dropped.iter().any(|(known, _)| known.received_no == notice.received_no)
        {
            continue;
        }
        let who = who(&notice);
        match open.remove(&who) {
            Some(older) if age(&older.0) <= age(&notice) => {
                dropped.push(older);
                open.insert(who.clone(), (notice, None));
            }
            Some(newer) => {
                dropped.push((notice, None));
                open.insert(who.clone(), newer);
            }
            None => {
                open.insert(who.clone(), (notice, None));
            }
        }
        if !touched.contains(&who) {
            touched.push(who);
        }
    }
    for (notice, version) in dropped {
        let ended = notice.ended(
            ReceivedStatus::Superseded,
            context.actor.id(),
            context.today,
            "同じ人の、より新しい転入通知が届きました。",
        );
        applied.writes.push(Write::put(&ended, version)?);
    }
    for who in touched {
        if let Some((notice, None)) = open.get(&who) {
            applied.writes.push(Write::put(notice, None)?);
        }
    }
    applied.writes.extend(orders.writes()?);
    Ok(applied)
}

/// Whom a 転入通知 tells of: name without spaces, birth date.
type Who = (String, Option<RegisterDate>);

fn who(notice: &ReceivedNotice) -> Who {
    (notice.name.replace(['\u{3000}', ' '], ""), notice.birth_date)
}

/// Which of two is the newer: by 通知年月日, then by the sender's number.
fn age(notice: &ReceivedNotice) -> (Option<Date>, Option<Date>, &str) {
    (notice.notified_on, notice.moved_on, &notice.sender_no)
}

fn move_in(row: &Incoming<'_>, today: Date) -> Result<ReceivedNotice, Box<RefusedRow>> {
    let sender_no = number(row, "notice_no")?;
    let subject = sender_no.clone();
    let refuse = |item: &str, message: String| {
        Box::new(RefusedRow { subject: subject.clone(), item: item.to_owned(), message })
    };
    let day = |item: &str, title: &str| -> Result<Option<Date>, Box<RefusedRow>> {
        match row.text(item) {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| refuse(item, format!("{title}「{text}」が、日付として読めません。"))),
        }
    };
    let name = row.text("name").to_owned();
    if name.is_empty() {
        return Err(refuse("name", "氏名がありません。".to_owned()));
    }
    let birth_date = match row.text("birth_date") {
        "" => return Err(refuse("birth_date", "生年月日がありません。".to_owned())),
        text => text
            .parse::<RegisterDate>()
            .map_err(|error| refuse("birth_date", format!("生年月日「{text}」が読めません: {error}")))?,
    };
    let Some(moved_on) = day("moved_on", "転入年月日")? else {
        return Err(refuse("moved_on", "転入年月日がありません。".to_owned()));
    };
    if row.text("municipality").is_empty() {
        return Err(refuse("municipality", "転入後の市区町村がありません。".to_owned()));
    }
    let some = |item: &str| Some(row.text(item).to_owned()).filter(|text| !text.is_empty());
    let mut troubles = Vec::new();
    for (item, title, most) in [
        ("name", "氏名", NAME_CHARACTERS_MAX),
        ("name_kana", "氏名フリガナ", NAME_CHARACTERS_MAX),
        ("prev_address", "転入前住所", ADDRESS_CHARACTERS_MAX),
        ("prefecture", "都道府県", ADDRESS_CHARACTERS_MAX),
        ("municipality", "市区町村", ADDRESS_CHARACTERS_MAX),
        ("town", "町字", ADDRESS_CHARACTERS_MAX),
        ("lot", "番地号", ADDRESS_CHARACTERS_MAX),
        ("building", "方書", ADDRESS_CHARACTERS_MAX),
    ] {
        if is_garbled(row.text(item)) {
            troubles.push(format!("{title}に読めない文字があります。"));
        }
        if most < row.text(item).chars().count() {
            troubles.push(format!("{title}が{most}文字を超えています。"));
        }
    }
    Ok(ReceivedNotice {
        received_no: ReceivedKind::MoveIn.key_of(&sender_no),
        notice: ReceivedKind::MoveIn,
        sender_no,
        received_on: today,
        notified_on: day("notified_on", "通知年月日")?,
        status: ReceivedStatus::Open,
        ended_by: String::new(),
        ended_on: None,
        end_reason: String::new(),
        troubles,
        name,
        name_kana: row.text("name_kana").to_owned(),
        birth_date: Some(birth_date),
        sex: Sex::from_code(row.text("sex")),
        prev_address: row.text("prev_address").to_owned(),
        new_address: Some(Address {
            municipality_code: some("municipality_code"),
            prefecture: row.text("prefecture").to_owned(),
            municipality: row.text("municipality").to_owned(),
            town: row.text("town").to_owned(),
            lot: row.text("lot").to_owned(),
            building: some("building"),
            postcode: some("postcode"),
            ..Address::default()
        }),
        moved_on: Some(moved_on),
        result: String::new(),
        remark: String::new(),
    })
}

/// Characters that stand where others could not be converted: the replacement character, 〓, controls, 私用領域.
fn is_garbled(text: &str) -> bool {
    text.chars().any(|character| {
        matches!(character, '\u{FFFD}' | '〓' | '\u{E000}'..='\u{F8FF}') || character.is_control()
    })
}

/// Keeps what became of each 市町村通知. What was taken is processed at once; an error waits for staff (A177).
///
/// Source: 住民記録システム標準仕様書 4.5.7.
fn apply_results(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    for row in batch.rows {
        let message_no = match number(row, "message_no") {
            Ok(no) => no,
            Err(refused) => {
                applied.refused.push(*refused);
                continue;
            }
        };
        if view.load::<OutboundNotice>(&message_no)?.is_none() {
            applied.refused.push(RefusedRow {
                subject: message_no.clone(),
                item: "message_no".to_owned(),
                message: format!("通知番号「{message_no}」の送信通知はありません。"),
            });
            continue;
        }
        let result = row.text("result");
        if result.is_empty() {
            applied.refused.push(RefusedRow {
                subject: message_no,
                item: "result".to_owned(),
                message: "結果がありません。".to_owned(),
            });
            continue;
        }
        let taken = is_taken(result);
        let key = ReceivedKind::ImmigrationResult.key_of(&message_no);
        let held = view.load::<ReceivedNotice>(&key)?;
        if held
            .as_ref()
            .is_some_and(|held| held.record.result == result && held.record.remark == row.text("remark"))
        {
            continue;
        }
        let notice = ReceivedNotice {
            received_no: key,
            notice: ReceivedKind::ImmigrationResult,
            sender_no: message_no.clone(),
            received_on: context.today,
            notified_on: row.text("notified_on").parse().ok(),
            status: if taken { ReceivedStatus::Processed } else { ReceivedStatus::Open },
            ended_by: if taken { context.actor.id().to_owned() } else { String::new() },
            ended_on: taken.then_some(context.today),
            end_reason: String::new(),
            troubles: if taken {
                Vec::new()
            } else {
                vec![format!("通知番号{message_no}の市町村通知が受け付けられていません（結果 {result}）。")]
            },
            name: String::new(),
            name_kana: String::new(),
            birth_date: None,
            sex: None,
            prev_address: String::new(),
            new_address: None,
            moved_on: None,
            result: result.to_owned(),
            remark: row.text("remark").to_owned(),
        };
        applied.writes.push(Write::put(&notice, held.map(|held| held.version))?);
    }
    Ok(applied)
}

/// The number a row goes by: it becomes part of a key.
fn number(row: &Incoming<'_>, item: &str) -> Result<String, Box<RefusedRow>> {
    let text = row.text(item);
    let plain = text.chars().all(|character| character.is_ascii_alphanumeric() || character == '-');
    if text.is_empty() || 40 < text.len() || !plain {
        return Err(Box::new(RefusedRow {
            subject: text.chars().take(40).collect(),
            item: item.to_owned(),
            message: format!("番号「{text}」が空か、40文字までの英数字ではありません。"),
        }));
    }
    Ok(text.to_owned())
}
