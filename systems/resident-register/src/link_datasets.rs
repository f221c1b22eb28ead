//! 住民情報 as each receiver may see it: the narrow ones, the marks of protected people, the certificate server.
//!
//! None that may leave the house has 個人番号 or 住民票コード. Who must have a number is told only that there is one, and asks by 宛名番号
//! under a right of its own, so that no file that lies in a place holds any. The one dataset with 個人番号 is for 団体内統合宛名.

use register::{Fault, Stored, View, ViewExt};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::TASK;
use crate::records::{
    CARD, CERTIFICATE_STOP, Card, CertificateStop, HOUSEHOLD, Household, PERSON, PROTECTED_PERSON, Person,
    ProtectedPerson,
};
use crate::rules::stop;

/// 住民基本情報: who somebody is, where and with whom they live, and the last movement. For tasks whose law gives them no
/// more: neither nationality nor status of residence, neither where somebody came from nor goes to. Who is protected
/// carries a mark.
pub(crate) static BASIC: Dataset = Dataset {
    id: "resident-register/resident-basic",
    title: "住民基本情報",
    kind: &PERSON,
    items: &BASIC_ITEMS,
    subject: "addressee_no",
    reads_sealed: true,
    row: basic,
};

static BASIC_ITEMS: [Item; 26] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("household_no", "世帯番号", ItemType::Code),
    Item::new("resident_status", "住民状態", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("former_family_name", "旧氏", ItemType::Text),
    Item::new("alias_name", "通称", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("relation", "続柄表記", ItemType::Text),
    Item::new("head_name", "世帯主氏名", ItemType::Text),
    Item::new("member_order", "記載順位", ItemType::Number),
    Item::new("prefecture", "住所 都道府県", ItemType::Text),
    Item::new("municipality", "住所 市区町村", ItemType::Text),
    Item::new("town", "住所 町字", ItemType::Text),
    Item::new("lot", "住所 番地号", ItemType::Text),
    Item::new("building", "住所 方書", ItemType::Text),
    Item::new("postcode", "住所 郵便番号", ItemType::Code),
    Item::new("addr_since", "住所を定めた年月日", ItemType::Date),
    Item::new("movement_reason", "異動事由", ItemType::Code),
    Item::new("event_date", "異動年月日", ItemType::Date),
    Item::new("processed_on", "処理年月日", ItemType::Date),
    Item::new("deletion_reason", "消除事由", ItemType::Code),
    Item::new("deletion_event_date", "消除の異動年月日", ItemType::Date),
    Item::new("guarded", "支援措置の対象", ItemType::Code),
];

fn basic(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let person = stored.typed::<Person>()?.record;
    row.push(person.addressee_no.as_str());
    row.push_display(&person.history_no);
    row.push(person.household_no.as_str());
    row.push(person.resident_status.code());
    row.push(&person.name);
    row.push(&person.name_kana);
    row.push(&person.former_family_name);
    row.push(&person.alias_name);
    row.push_display(&person.birth_date);
    row.push(person.sex.code());
    row.push(&person.relation.label());
    row.push(&person.head_name);
    row.push_display(&person.member_order);
    place(row, &person.address);
    row.push_optional(person.addr_since);
    row.push(person.movement_reason.code());
    row.push_optional(person.event_date);
    row.push_display(&person.processed_on);
    row.push(person.deletion_reason.map_or("", |reason| reason.code()));
    row.push_optional(person.deletion_event_date);
    row.push(flag(stop::is_protected(view, person.addressee_no)?));
    Ok(Fate::Row)
}

/// 基幹宛名情報 (団体内統合宛名, 番号連携サーバ): the four items and whether there is a 個人番号 to ask for. What comes from the
/// register always sets 統合宛名フラグ.
///
/// Source: 共通機能標準仕様書 032 (0320003).
pub(crate) static ADDRESSEE_BASE: Dataset = Dataset {
    id: "resident-register/addressee-base",
    title: "基幹宛名情報",
    kind: &PERSON,
    items: ADDRESSEE_BASE_ITEMS,
    subject: "addressee_no",
    reads_sealed: true,
    row: addressee_base,
};

const NUMBERED_BASE_ITEMS: &[Item] = &[
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("resident_status", "住民状態", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
    Item::new("postcode", "住所 郵便番号", ItemType::Code),
    Item::new("carries_number", "個人番号の有無", ItemType::Code),
    Item::new("integrated_flag", "統合宛名フラグ", ItemType::Code),
    Item::new("task_id", "業務ID", ItemType::Code),
    Item::new("event_date", "異動年月日", ItemType::Date),
    Item::new("individual_number", "個人番号", ItemType::IndividualNumber),
];

/// All but the 個人番号.
const ADDRESSEE_BASE_ITEMS: &[Item] = match NUMBERED_BASE_ITEMS.split_last() {
    Some((_, items)) => items,
    None => &[],
};

/// 基幹宛名情報 with the 個人番号 itself, for 団体内統合宛名 of this house: it gives one number per 個人番号.
///
/// Source: 共通機能標準仕様書 032 (0320001, 0320003).
pub(crate) static NUMBERED_BASE: Dataset = Dataset {
    id: "resident-register/numbered-base",
    title: "基幹宛名情報（個人番号付き、庁内のみ）",
    kind: &PERSON,
    items: NUMBERED_BASE_ITEMS,
    subject: "addressee_no",
    reads_sealed: true,
    row: numbered_base,
};

fn numbered_base(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let person = stored.typed::<Person>()?.record;
    base(&person, row);
    row.push(person.individual_number.as_ref().map_or("", |number| number.expose()));
    Ok(Fate::Row)
}

fn addressee_base(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    base(&stored.typed::<Person>()?.record, row);
    Ok(Fate::Row)
}

fn base(person: &Person, row: &mut Row) {
    row.push(person.addressee_no.as_str());
    row.push_display(&person.history_no);
    row.push(person.resident_status.code());
    row.push(&person.name);
    row.push(&person.name_kana);
    row.push_display(&person.birth_date);
    row.push(person.sex.code());
    row.push(&person.address.one_line());
    row.push(person.address.postcode.as_deref().unwrap_or_default());
    row.push(flag(person.individual_number.is_some()));
    row.push("1");
    row.push(TASK);
    row.push_optional(person.event_date);
}

/// 住民票関係情報, the copy (副本) for 中間サーバー: who lives in which household in which relation. Of the protected the mark that
/// an answer must not be automatic.
///
/// Source: 番号法 art. 19(8); 住民基本台帳法 art. 7(4); 住民記録システム標準仕様書 7.1.2.3.
pub(crate) static SPECIFIC_PERSONAL: Dataset = Dataset {
    id: "resident-register/specific-personal",
    title: "住民票関係情報（副本）",
    kind: &PERSON,
    items: &SPECIFIC_PERSONAL_ITEMS,
    subject: "addressee_no",
    reads_sealed: true,
    row: specific_personal,
};

static SPECIFIC_PERSONAL_ITEMS: [Item; 11] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("resident_status", "住民状態", ItemType::Code),
    Item::new("household_no", "世帯番号", ItemType::Code),
    Item::new("relation_codes", "続柄コード", ItemType::Code),
    Item::new("relation", "続柄表記", ItemType::Text),
    Item::new("member_order", "記載順位", ItemType::Number),
    Item::new("valid_from", "適用開始年月日", ItemType::Date),
    Item::new("valid_to", "適用終了年月日", ItemType::Date),
    Item::new("undisclosed", "自動応答不可・不開示", ItemType::Code),
    Item::new("updated_on", "更新年月日", ItemType::Date),
];

fn specific_personal(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let person = stored.typed::<Person>()?.record;
    row.push(person.addressee_no.as_str());
    row.push_display(&person.history_no);
    row.push(person.resident_status.code());
    row.push(person.household_no.as_str());
    row.push(&person.relation.code_text());
    row.push(&person.relation.label());
    row.push_display(&person.member_order);
    row.push_optional(person.event_date);
    row.push_optional(person.deletion_event_date);
    row.push(flag(stop::is_protected(view, person.addressee_no)?));
    row.push_display(&person.processed_on);
    Ok(Fate::Row)
}

/// 自動応答不可・不開示設定: one row per person who is or was protected, so that the mark goes when the measure ends.
///
/// Source: 共通機能標準仕様書 032 (IF_DBM_401xx, 501xx, 701xx, 801xx).
pub(crate) static NON_DISCLOSURE: Dataset = Dataset {
    id: "resident-register/non-disclosure",
    title: "自動応答不可・不開示設定",
    kind: &PROTECTED_PERSON,
    items: &NON_DISCLOSURE_ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row: non_disclosure,
};

static NON_DISCLOSURE_ITEMS: [Item; 6] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("no_automatic_answer", "自動応答不可", ItemType::Code),
    Item::new("undisclosed", "不開示", ItemType::Code),
    Item::new("valid_from", "適用開始年月日", ItemType::Date),
    Item::new("valid_to", "適用終了年月日", ItemType::Date),
];

fn non_disclosure(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<ProtectedPerson>()?.record;
    let protected = held.is_protected();
    row.push(held.addressee_no.as_str());
    row.push_display(&held.history_no);
    row.push(flag(protected));
    row.push(flag(protected));
    row.push_display(&held.from);
    // A measure whose end day has passed goes on until somebody ends it: the day is told only of what has ended.
    row.push_optional(held.to.filter(|_| !protected));
    Ok(Fate::Row)
}

/// 番号紐付情報: whose the certificates of a card are, so that an application signed with one finds its 宛名番号. Only for 申請管理; in the
/// house and in no file of a place.
///
/// Source: 共通機能標準仕様書 029.
pub(crate) static CERTIFICATE_SERIALS: Dataset = Dataset {
    id: "resident-register/certificate-serial",
    title: "電子証明書シリアル番号",
    kind: &CARD,
    items: &CERTIFICATE_SERIAL_ITEMS,
    subject: "addressee_no",
    reads_sealed: true,
    row: certificate_serial,
};

static CERTIFICATE_SERIAL_ITEMS: [Item; 4] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("sig_cert_serial", "署名用電子証明書シリアル番号", ItemType::Code),
    Item::new("auth_cert_serial", "利用者証明用電子証明書シリアル番号", ItemType::Code),
];

fn certificate_serial(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let card = stored.typed::<Card>()?.record;
    row.push(card.addressee_no.as_str());
    // The CS numbers no cards: the version of the record does.
    row.push_display(&stored.version);
    row.push(&card.sig_cert_serial);
    row.push(&card.auth_cert_serial);
    Ok(Fate::Row)
}

/// 世帯主情報, for 消防: one row per household, the head and how many they are. A household with a protected person has no
/// names.
pub(crate) static HEADS: Dataset = Dataset {
    id: "resident-register/household-head",
    title: "世帯主情報",
    kind: &HOUSEHOLD,
    items: &HEAD_ITEMS,
    subject: "household_no",
    reads_sealed: false,
    row: heads,
};

static HEAD_ITEMS: [Item; 13] = [
    Item::new("household_no", "世帯番号", ItemType::Code),
    Item::new("head_no", "世帯主宛名番号", ItemType::Code),
    Item::new("name", "世帯主氏名", ItemType::Text),
    Item::new("name_kana", "世帯主フリガナ", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("member_count", "世帯員数", ItemType::Number),
    Item::new("prefecture", "住所 都道府県", ItemType::Text),
    Item::new("municipality", "住所 市区町村", ItemType::Text),
    Item::new("town", "住所 町字", ItemType::Text),
    Item::new("lot", "住所 番地号", ItemType::Text),
    Item::new("building", "住所 方書", ItemType::Text),
    Item::new("postcode", "住所 郵便番号", ItemType::Code),
];

fn heads(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let household = stored.typed::<Household>()?.record;
    let mut guarded = false;
    for no in &household.members {
        guarded |= stop::is_protected(view, *no)?;
    }
    let head = match household.head.filter(|_| !guarded) {
        None => None,
        Some(no) => view.load::<Person>(no.as_str())?.map(|held| held.record),
    };
    row.push(household.household_no.as_str());
    row.push(head.as_ref().map_or("", |head| head.addressee_no.as_str()));
    row.push(head.as_ref().map_or("", |head| head.name.as_str()));
    row.push(head.as_ref().map_or("", |head| head.name_kana.as_str()));
    row.push_optional(head.as_ref().map(|head| head.birth_date));
    row.push(head.as_ref().map_or("", |head| head.sex.code()));
    row.push_display(&household.members.len());
    place(row, &household.address);
    Ok(Fate::Row)
}

/// コンビニ交付の住民情報: residents whose certificates a machine may print. Everybody else is a row that says so and nothing
/// more, so that the server forgets who moved away, is suppressed or protected.
///
/// Source: 住民記録システム標準仕様書 3.1, 7.2.5.
pub(crate) static CONVENIENCE: Dataset = Dataset {
    id: "resident-register/convenience-store",
    title: "コンビニ交付の住民情報",
    kind: &PERSON,
    items: &CONVENIENCE_ITEMS,
    subject: "addressee_no",
    reads_sealed: true,
    row: convenience,
};

/// The same row of everybody for whom certificates were stopped or let go again: it goes out when that is entered, not when
/// the record changes next.
pub(crate) static CONVENIENCE_STOPS: Dataset = Dataset {
    id: "resident-register/convenience-store-stop",
    title: "コンビニ交付の停止と再開",
    kind: &CERTIFICATE_STOP,
    items: &CONVENIENCE_ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row: convenience_stop,
};

static CONVENIENCE_ITEMS: [Item; 24] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("available", "交付の可否", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("household_no", "世帯番号", ItemType::Code),
    Item::new("resident_kind", "住民種別", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("former_family_name", "旧氏", ItemType::Text),
    Item::new("alias_name", "通称", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("relation", "続柄表記", ItemType::Text),
    Item::new("head_name", "世帯主氏名", ItemType::Text),
    Item::new("member_order", "記載順位", ItemType::Number),
    Item::new("prefecture", "住所 都道府県", ItemType::Text),
    Item::new("municipality", "住所 市区町村", ItemType::Text),
    Item::new("town", "住所 町字", ItemType::Text),
    Item::new("lot", "住所 番地号", ItemType::Text),
    Item::new("building", "住所 方書", ItemType::Text),
    Item::new("postcode", "住所 郵便番号", ItemType::Code),
    Item::new("resident_since", "住民となった年月日", ItemType::Date),
    Item::new("moved_in_notified_on", "届出の年月日", ItemType::Date),
    Item::new("registered_domicile", "本籍", ItemType::Text),
    Item::new("register_head", "筆頭者", ItemType::Text),
];

fn convenience(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let person = stored.typed::<Person>()?.record;
    convenience_row(view, &person, row)
}

fn convenience_stop(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let no = stored.typed::<CertificateStop>()?.record.addressee_no;
    match view.load::<Person>(no.as_str())? {
        None => Ok(Fate::Skip),
        Some(held) => convenience_row(view, &held.record, row),
    }
}

fn convenience_row(view: &dyn View, person: &Person, row: &mut Row) -> Result<Fate, Fault> {
    row.push(person.addressee_no.as_str());
    if !person.is_resident() || stop::is_stopped(view, person)? {
        row.push("0");
        (2..CONVENIENCE_ITEMS.len()).for_each(|_| row.push(""));
        return Ok(Fate::Row);
    }
    row.push("1");
    row.push_display(&person.history_no);
    row.push(person.household_no.as_str());
    row.push(person.resident_kind.code());
    row.push(&person.name);
    row.push(&person.name_kana);
    row.push(&person.former_family_name);
    row.push(&person.alias_name);
    row.push_display(&person.birth_date);
    row.push(person.sex.code());
    row.push(&person.relation.label());
    row.push(&person.head_name);
    row.push_display(&person.member_order);
    place(row, &person.address);
    row.push_optional(person.resident_since.or(person.foreign_resident_since));
    row.push_optional(person.moved_in_notified_on);
    row.push(&person.registered_domicile.as_ref().map(domain::Address::one_line).unwrap_or_default());
    row.push(&person.register_head);
    Ok(Fate::Row)
}

/// 整合性確認情報 as the register has it: every resident by 宛名番号 with the items that are compared. The gateway asks for code
/// and number.
pub(crate) static CONSISTENCY: Dataset = Dataset {
    id: "resident-register/consistency-data",
    title: "整合性確認情報",
    kind: &PERSON,
    items: &CONSISTENCY_ITEMS,
    subject: "addressee_no",
    reads_sealed: true,
    row: consistency,
};

static CONSISTENCY_ITEMS: [Item; 8] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
    Item::new("carries_code", "住民票コードの有無", ItemType::Code),
    Item::new("carries_number", "個人番号の有無", ItemType::Code),
];

fn consistency(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let person = stored.typed::<Person>()?.record;
    if !person.is_resident() {
        return Ok(Fate::Skip);
    }
    row.push(person.addressee_no.as_str());
    row.push_display(&person.history_no);
    row.push(&person.name);
    row.push_display(&person.birth_date);
    row.push(person.sex.code());
    row.push(&person.address.one_line());
    row.push(flag(person.resident_record_code.is_some()));
    row.push(flag(person.individual_number.is_some()));
    Ok(Fate::Row)
}

fn place(row: &mut Row, address: &domain::Address) {
    row.push(&address.prefecture);
    row.push(&address.municipality);
    row.push(&address.town);
    row.push(&address.lot);
    row.push(address.building.as_deref().unwrap_or_default());
    row.push(address.postcode.as_deref().unwrap_or_default());
}

fn flag(is: bool) -> &'static str {
    if is { "1" } else { "0" }
}
