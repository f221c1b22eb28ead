//! The notices (送信通知) as others get them: what goes to 住基ネット, to the 附票, to 出入国在留管理庁.
//!
//! Rows come in the order the notices were made, so that those of one person are in order; `sequence` proves it. A notice that
//! was completed by hand, replaced or answered is no row any more: it must not go out again. Neither 個人番号 nor 住民票コード
//! is among the items: the gateway asks for them by `message_no` (`resident-register/notice-numbers`).

use register::{Fault, Stored, View};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::records::{Channel, NoticeKind, OUTBOUND_NOTICE, OutboundNotice};
use crate::rules::outbound;

/// 住基ネット送信通知: everything that goes over 住基ネット.
pub(crate) static JUKI_NET: Dataset = Dataset {
    id: "resident-register/juki-net-notice",
    title: "住基ネット送信通知",
    kind: &OUTBOUND_NOTICE,
    items: &ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row: juki_net,
};

/// 戸籍の附票記載事項通知: for other municipalities and, marked by `through`, for the 附票 of this one.
pub(crate) static ANNEX: Dataset = Dataset {
    id: "resident-register/annex-notice",
    title: "戸籍の附票記載事項通知",
    kind: &OUTBOUND_NOTICE,
    items: &ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row: annex,
};

/// 市町村通知 (M-67). The three data sets 「住基法・入管法」「入管法」「住基法」 are one dataset with the data set in `category`, because
/// the order of a person's notices counts across all three.
pub(crate) static IMMIGRATION: Dataset = Dataset {
    id: "resident-register/immigration-notice",
    title: "市町村通知",
    kind: &OUTBOUND_NOTICE,
    items: &ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row: immigration,
};

/// 本人確認情報 alone, for a list that has a link of its own for it.
pub(crate) static IDENTITY: Dataset = Dataset {
    id: "resident-register/identity-notice",
    title: "本人確認情報",
    row: identity,
    ..JUKI_NET_BASE
};

/// 転入通知 alone.
pub(crate) static MOVE_IN: Dataset =
    Dataset { id: "resident-register/move-in-notice", title: "転入通知", row: move_in, ..JUKI_NET_BASE };

/// 戸籍の附票記載事項通知 to other municipalities.
pub(crate) static ANNEX_OUT: Dataset = Dataset {
    id: "resident-register/annex-to-municipalities",
    title: "戸籍の附票記載事項通知（他市区町村へ）",
    row: annex_out,
    ..JUKI_NET_BASE
};

/// The same to the 附票 of this municipality, inside the office.
pub(crate) static ANNEX_IN_HOUSE: Dataset = Dataset {
    id: "resident-register/annex-in-house",
    title: "戸籍の附票記載事項通知（庁内）",
    row: annex_in_house,
    ..JUKI_NET_BASE
};

/// 個人番号の要求.
pub(crate) static NUMBER_REQUEST: Dataset = Dataset {
    id: "resident-register/number-request",
    title: "個人番号の要求",
    row: number_request,
    ..JUKI_NET_BASE
};

/// 送付先情報.
pub(crate) static SEND_TO: Dataset =
    Dataset { id: "resident-register/send-to", title: "送付先情報", row: send_to, ..JUKI_NET_BASE };

/// What the datasets of one kind of notice share.
const JUKI_NET_BASE: Dataset = Dataset {
    id: "",
    title: "",
    kind: &OUTBOUND_NOTICE,
    items: &ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row: juki_net,
};

static ITEMS: [Item; 48] = [
    Item::new("message_no", "通知番号", ItemType::Code),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("sequence", "送信順序", ItemType::Number),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("notice", "通知の種類", ItemType::Code),
    Item::new("category", "事由の区分", ItemType::Text),
    Item::new("movement_reason", "異動事由", ItemType::Code),
    Item::new("notice_change", "記載・消除・修正の別", ItemType::Code),
    Item::new("through", "送信の方法", ItemType::Code),
    Item::new("notice_to", "送信先", ItemType::Text),
    Item::new("to_code", "送信先市区町村コード", ItemType::Code),
    Item::new("event_date", "異動年月日", ItemType::Date),
    Item::new("notified_on", "異動届出年月日", ItemType::Date),
    Item::new("made_on", "作成日", ItemType::Date),
    Item::new("resend_of", "再送前の通知番号", ItemType::Code),
    Item::new("resident_kind", "住民種別", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("name_roman", "氏名ローマ字", ItemType::Text),
    Item::new("name_kanji", "氏名漢字", ItemType::Text),
    Item::new("former_family_name", "旧氏", ItemType::Text),
    Item::new("alias_name", "通称", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("municipality_code", "住所 市区町村コード", ItemType::Code),
    Item::new("town_code", "住所 町字コード", ItemType::Code),
    Item::new("prefecture", "住所 都道府県", ItemType::Text),
    Item::new("municipality", "住所 市区町村", ItemType::Text),
    Item::new("town", "住所 町字", ItemType::Text),
    Item::new("lot", "住所 番地号", ItemType::Text),
    Item::new("building", "住所 方書", ItemType::Text),
    Item::new("postcode", "住所 郵便番号", ItemType::Code),
    Item::new("addr_since", "住所を定めた年月日", ItemType::Date),
    Item::new("prev_address", "転入前住所", ItemType::Text),
    Item::new("dest_address", "転出先住所", ItemType::Text),
    Item::new("moveout_planned_on", "転出予定年月日", ItemType::Date),
    Item::new("relation", "続柄表記", ItemType::Text),
    Item::new("head_name", "世帯主氏名", ItemType::Text),
    Item::new("registered_domicile", "本籍", ItemType::Text),
    Item::new("register_head", "筆頭者", ItemType::Text),
    Item::new("nationality", "国籍・地域", ItemType::Text),
    Item::new("art30_45_class", "第30条45規定区分", ItemType::Code),
    Item::new("status_of_residence", "在留資格", ItemType::Code),
    Item::new("stay_period", "在留期間", ItemType::Text),
    Item::new("stay_expires_on", "在留期間の満了の日", ItemType::Date),
    Item::new("residence_card_no", "在留カード等番号", ItemType::Code),
    Item::new("carries_code", "住民票コードの有無", ItemType::Code),
    Item::new("carries_number", "個人番号の有無", ItemType::Code),
];

fn juki_net(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    fill(stored, row, |notice| notice.through == Channel::JukiNet)
}

fn annex(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    fill(stored, row, |notice| notice.notice == NoticeKind::Annex)
}

fn immigration(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    fill(stored, row, |notice| notice.through == Channel::Immigration)
}

fn identity(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    fill(stored, row, |notice| notice.notice == NoticeKind::Identity)
}

fn move_in(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    fill(stored, row, |notice| notice.notice == NoticeKind::MoveIn)
}

fn annex_out(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    fill(stored, row, |notice| notice.notice == NoticeKind::Annex && notice.through == Channel::JukiNet)
}

fn annex_in_house(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    fill(stored, row, |notice| notice.notice == NoticeKind::Annex && notice.through == Channel::InHouse)
}

fn number_request(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    fill(stored, row, |notice| notice.notice == NoticeKind::NumberRequest)
}

fn send_to(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    fill(stored, row, |notice| notice.notice == NoticeKind::SendTo)
}

fn fill(stored: &Stored, row: &mut Row, goes: fn(&OutboundNotice) -> bool) -> Result<Fate, Fault> {
    let notice = stored.typed::<OutboundNotice>()?.record;
    if !goes(&notice) || !notice.is_valid() || notice.answered_on.is_some() {
        return Ok(Fate::Skip);
    }
    let content = &notice.content;
    let line = |address: &Option<domain::Address>| {
        address.as_ref().map(domain::Address::one_line).unwrap_or_default()
    };
    row.push(&notice.message_no);
    row.push(notice.addressee_no.as_str());
    row.push_display(&notice.sequence);
    row.push_display(&notice.history_no);
    row.push(notice.notice.tag());
    row.push(&notice.category);
    row.push(notice.reason.code());
    row.push(notice.change.map_or("", |change| change.code()));
    row.push(notice.through.code());
    row.push(&notice.to_name);
    row.push(notice.to_code.as_deref().unwrap_or_default());
    row.push_optional(notice.event_date);
    row.push_optional(notice.notified_on);
    row.push_display(&notice.made_on);
    row.push(&notice.resend_of);
    row.push(content.resident_kind.code());
    row.push(&content.name);
    row.push(&content.name_kana);
    row.push(&content.name_roman);
    row.push(&content.name_kanji);
    row.push(&content.former_family_name);
    row.push(&content.alias_name);
    row.push_display(&content.birth_date);
    row.push(content.sex.code());
    let address = &content.address;
    row.push(address.municipality_code.as_deref().unwrap_or_default());
    row.push(address.town_code.as_deref().unwrap_or_default());
    row.push(&address.prefecture);
    row.push(&address.municipality);
    row.push(&address.town);
    row.push(&address.lot);
    row.push(address.building.as_deref().unwrap_or_default());
    row.push(address.postcode.as_deref().unwrap_or_default());
    row.push_optional(content.addr_since);
    row.push(&line(&content.prev_address));
    row.push(&line(&content.dest_address));
    row.push_optional(content.moveout_planned_on);
    row.push(&content.relation.as_ref().map(domain::Relation::label).unwrap_or_default());
    row.push(&content.head_name);
    row.push(&line(&content.registered_domicile));
    row.push(&content.register_head);
    row.push(&content.nationality);
    row.push(content.art30_45_class.map_or("", |class| class.code()));
    row.push(&content.status_of_residence);
    row.push(&content.stay_period);
    row.push_optional(content.stay_expires_on);
    row.push(&content.residence_card_no);
    row.push(if outbound::has_number(notice.notice, "code") { "1" } else { "0" });
    row.push(if outbound::has_number(notice.notice, "number") { "1" } else { "0" });
    Ok(Fate::Row)
}
