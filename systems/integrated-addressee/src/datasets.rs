//! What this system offers: rows for 中間サーバー, answers for the tasks that gave or asked something, 符号取得依頼 for the register.
//!
//! What goes to 中間サーバー has 団体内統合宛名番号 and no 宛名番号; what goes to tasks the other way round. No row has a 個人番号.

use register::{Fault, Stored, View, ViewExt};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::desk::Desk;
use crate::records::{
    BLOCK, Block, COPY, INFORMATION_ANSWER, INFORMATION_INQUIRY, InformationAnswer, InformationInquiry,
    IntegratedNo, ProvisionCopy, REGISTRATION, Registration, ResultOf, SIGN_REQUEST, SignRequest,
    TRANSMISSION_RESULT, TransmissionResult,
};
use crate::rules::registrations;

/// The datasets of the system.
pub(crate) fn all() -> Vec<Dataset> {
    vec![COPIES, BLOCKS, REGISTRATIONS, INQUIRIES, COPY_RESULTS, INQUIRY_STATES, SIGN_REQUESTS]
}

/// 副本: what may go. What waits is no record of this kind.
///
/// Source: 共通機能標準仕様書 032 (IF_DBM_10111, 20113).
const COPIES: Dataset = Dataset {
    id: "integrated-addressee/copy",
    title: "副本（中間サーバー）",
    kind: &COPY,
    items: &COPY_ITEMS,
    subject: "copy_key",
    reads_sealed: true,
    row: copy,
};

static COPY_ITEMS: [Item; 9] = [
    Item::new("copy_key", "副本の鍵", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("copy_no", "処理通番", ItemType::Code),
    Item::new("send_no", "送信回数", ItemType::Number),
    Item::new("integrated_no", "団体内統合宛名番号", ItemType::Code),
    Item::new("task_id", "業務ID", ItemType::Code),
    Item::new("affair_code", "特定個人情報番号", ItemType::Code),
    Item::new("items", "副本の項目", ItemType::Text),
    Item::new("updated_on", "更新年月日", ItemType::Date),
];

fn copy(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<ProvisionCopy>()?.record;
    if is_deleted(view, one.integrated_no)? {
        return Ok(Fate::Skip);
    }
    row.push(&stored.key);
    row.push_display(&stored.version);
    row.push(&one.copy_no);
    row.push_display(&one.send_no);
    row.push(one.integrated_no.as_str());
    row.push(&one.task_id);
    row.push(&one.affair);
    row.push(&one.items);
    row.push_display(&one.sent_on);
    Ok(Fate::Row)
}

/// 自動応答不可・不開示設定: a row for each person who is or was protected.
///
/// Source: 共通機能標準仕様書 032 (IF_DBM_401xx, 501xx, 701xx, 801xx).
const BLOCKS: Dataset = Dataset {
    id: "integrated-addressee/block",
    title: "自動応答不可・不開示設定（中間サーバー）",
    kind: &BLOCK,
    items: &BLOCK_ITEMS,
    subject: "integrated_no",
    reads_sealed: false,
    row: block,
};

static BLOCK_ITEMS: [Item; 7] = [
    Item::new("integrated_no", "団体内統合宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("send_no", "送信回数", ItemType::Number),
    Item::new("no_automatic_answer", "自動応答不可", ItemType::Code),
    Item::new("undisclosed", "不開示", ItemType::Code),
    Item::new("valid_from", "適用開始年月日", ItemType::Date),
    Item::new("valid_to", "適用終了年月日", ItemType::Date),
];

fn block(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<Block>()?.record;
    if is_deleted(view, one.integrated_no)? {
        return Ok(Fate::Skip);
    }
    row.push(one.integrated_no.as_str());
    row.push_display(&stored.version);
    row.push_display(&one.send_no);
    row.push(flag(one.no_automatic_answer));
    row.push(flag(one.undisclosed));
    row.push_optional(one.valid_from);
    row.push_optional(one.valid_to);
    Ok(Fate::Row)
}

/// 団体内統合宛名番号の登録・削除: a row for each number. It has nothing of the person.
///
/// Source: 共通機能標準仕様書 032 (0320008).
const REGISTRATIONS: Dataset = Dataset {
    id: "integrated-addressee/registration",
    title: "団体内統合宛名番号の登録・削除（中間サーバー）",
    kind: &REGISTRATION,
    items: &REGISTRATION_ITEMS,
    subject: "integrated_no",
    reads_sealed: false,
    row: registration,
};

static REGISTRATION_ITEMS: [Item; 5] = [
    Item::new("integrated_no", "団体内統合宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("send_no", "送信回数", ItemType::Number),
    Item::new("request", "処理区分", ItemType::Code),
    Item::new("told_on", "連絡年月日", ItemType::Date),
];

fn registration(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<Registration>()?.record;
    row.push(one.integrated_no.as_str());
    row.push_display(&stored.version);
    row.push_display(&one.send_no);
    row.push(if one.deleted { "9" } else { "1" });
    row.push_display(&one.sent_on);
    Ok(Fate::Row)
}

/// Nothing of a number that was deleted at the server goes there; what is linked again goes again.
fn is_deleted(view: &dyn View, integrated_no: IntegratedNo) -> Result<bool, Fault> {
    registrations::is_deleted(&Desk::new(view), integrated_no.as_str())
}

/// 情報照会: those whose person has an integrated number.
///
/// Source: 共通機能標準仕様書 032 (IF_SKI_10123).
const INQUIRIES: Dataset = Dataset {
    id: "integrated-addressee/information-inquiry",
    title: "情報照会（中間サーバー）",
    kind: &INFORMATION_INQUIRY,
    items: &INQUIRY_ITEMS,
    subject: "inquiry_no",
    reads_sealed: false,
    row: inquiry,
};

static INQUIRY_ITEMS: [Item; 6] = [
    Item::new("inquiry_no", "照会番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("integrated_no", "団体内統合宛名番号", ItemType::Code),
    Item::new("procedure_code", "事務手続コード", ItemType::Code),
    Item::new("affair_code", "特定個人情報番号", ItemType::Code),
    Item::new("asked_on", "照会年月日", ItemType::Date),
];

fn inquiry(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<InformationInquiry>()?.record;
    let Some(integrated_no) = one.integrated_no else { return Ok(Fate::Skip) };
    if is_deleted(view, integrated_no)? {
        return Ok(Fate::Skip);
    }
    row.push(&one.inquiry_no);
    row.push_display(&stored.version);
    row.push(integrated_no.as_str());
    row.push(&one.procedure);
    row.push(&one.affair);
    row.push_display(&one.asked_on);
    Ok(Fate::Row)
}

/// 副本登録の結果, for the task that gave the copy: accepted, or refused with the server's words.
const COPY_RESULTS: Dataset = Dataset {
    id: "integrated-addressee/copy-result",
    title: "副本登録の結果",
    kind: &TRANSMISSION_RESULT,
    items: &COPY_RESULT_ITEMS,
    subject: "copy_key",
    reads_sealed: false,
    row: copy_result,
};

static COPY_RESULT_ITEMS: [Item; 9] = [
    Item::new("copy_key", "副本の鍵", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("task_id", "業務ID", ItemType::Code),
    Item::new("affair_code", "特定個人情報番号", ItemType::Code),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("accepted", "受付", ItemType::Code),
    Item::new("error_code", "エラーコード", ItemType::Code),
    Item::new("error_text", "エラーの内容", ItemType::Text),
    Item::new("answered_on", "結果の年月日", ItemType::Date),
];

fn copy_result(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<TransmissionResult>()?.record;
    if one.result_of != ResultOf::Copy {
        return Ok(Fate::Skip);
    }
    let Some(copy) = view.load::<ProvisionCopy>(&one.of)? else { return Ok(Fate::Skip) };
    row.push(&one.of);
    row.push_display(&stored.version);
    row.push(&copy.record.task_id);
    row.push(&copy.record.affair);
    row.push(copy.record.addressee_no.as_str());
    row.push(flag(one.accepted));
    row.push(&one.code);
    row.push(&one.text);
    row.push_display(&one.answered_on);
    Ok(Fate::Row)
}

/// 情報照会の状態, for the task that asked. What was answered is not in it: it is read on the screen, for a stated purpose.
const INQUIRY_STATES: Dataset = Dataset {
    id: "integrated-addressee/inquiry-state",
    title: "情報照会の状態",
    kind: &INFORMATION_ANSWER,
    items: &INQUIRY_STATE_ITEMS,
    subject: "inquiry_no",
    reads_sealed: true,
    row: inquiry_state,
};

static INQUIRY_STATE_ITEMS: [Item; 8] = [
    Item::new("inquiry_no", "照会番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("task_id", "業務ID", ItemType::Code),
    Item::new("request_no", "依頼番号", ItemType::Code),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("state", "状態", ItemType::Code),
    Item::new("error_code", "エラーコード", ItemType::Code),
    Item::new("answered_on", "結果の年月日", ItemType::Date),
];

fn inquiry_state(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let answer = stored.typed::<InformationAnswer>()?.record;
    let Some(asked) = view.load::<InformationInquiry>(&answer.inquiry_no)? else { return Ok(Fate::Skip) };
    row.push(&answer.inquiry_no);
    row.push_display(&stored.version);
    row.push(&asked.record.task_id);
    row.push(&asked.record.request_no);
    row.push(asked.record.addressee_no.as_str());
    row.push(answer.state.code());
    row.push(&answer.code);
    row.push_display(&answer.answered_on);
    Ok(Fate::Row)
}

/// 符号取得依頼, converted for the register of residents.
///
/// Source: 共通機能標準仕様書 032 (IF_FGU_20215); 住民記録システム標準仕様書 7.1.2.2.
const SIGN_REQUESTS: Dataset = Dataset {
    id: "integrated-addressee/sign-request",
    title: "符号取得依頼（変換済み）",
    kind: &SIGN_REQUEST,
    items: &SIGN_ITEMS,
    subject: "request_no",
    reads_sealed: false,
    row: sign_request,
};

static SIGN_ITEMS: [Item; 3] = [
    Item::new("request_no", "処理通番", ItemType::Code),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("requested_on", "要求年月日", ItemType::Date),
];

fn sign_request(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<SignRequest>()?.record;
    row.push(&one.request_no);
    row.push(one.addressee_no.as_str());
    row.push_display(&one.received_on);
    Ok(Fate::Row)
}

fn flag(is: bool) -> &'static str {
    if is { "1" } else { "" }
}
