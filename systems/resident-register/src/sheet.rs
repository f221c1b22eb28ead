//! A resident record put into words for screens and certificates (画面・証明書の表記).

use domain::{Date, RegisterDate, ResidentKind, wareki};
use serde_json::{Value, json};

use crate::records::Person;
use crate::rules::data::status_label as status_of_residence_label;
use crate::rules::{kana, preferred};

/// What stands for a 個人番号 or 住民票コード on a screen.
pub(crate) const MASKED: &str = "＊＊＊＊（表示には目的の入力が要ります）";

/// One item of a record in words.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) value: String,
}

/// A heading and its items.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<Line>,
}

/// The birth date as the record shows it: era for Japanese, western for foreign residents.
///
/// Source: 住民記録システム標準仕様書 1.1.9.
pub(crate) fn birth_label(person: &Person) -> String {
    match person.resident_kind {
        ResidentKind::Japanese => person.birth_date.label_wareki(),
        ResidentKind::Foreign => person.birth_date.label_western(),
    }
}

/// 住民状態 in words, with the plan of somebody who is going to move out.
pub(crate) fn status_label(person: &Person) -> String {
    match person.moveout_planned_on.filter(|_| person.is_resident()) {
        Some(day) => format!("{}（{}転出予定）", person.resident_status.label(), wareki(day)),
        None => person.resident_status.label().to_owned(),
    }
}

fn date(date: Option<&RegisterDate>) -> String {
    date.map(RegisterDate::label_wareki).unwrap_or_default()
}

fn day(day: Option<Date>) -> String {
    day.map(wareki).unwrap_or_default()
}

fn number(number: u32) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

fn cancelled(person: &Person) -> String {
    let numbers: Vec<String> = person.cancels.iter().map(|no| format!("履歴番号{no}")).collect();
    numbers.join("、")
}

/// The notes of all movements (統合記載欄 B), a line each.
fn notes(person: &Person) -> String {
    let noted = person.history_entries.iter().filter(|entry| !entry.note.is_empty());
    noted.map(|entry| format!("{}: {}", entry.reason.label(), entry.note)).collect::<Vec<_>>().join("\n")
}

/// When and where each 通称 was recorded and deleted, a line each.
pub(crate) fn aliases(person: &Person) -> String {
    let one = |event: &crate::records::AliasEvent| {
        let ended = event
            .deleted_on
            .map(|day| format!("、{}削除 {}", wareki(day), event.deleted_at))
            .unwrap_or_default();
        format!("{}（{}記載 {}{ended}）", event.alias, wareki(event.recorded_on), event.recorded_at)
    };
    person.alias_events.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// 地区管理コード with their numbers; those that are blank left out.
fn districts(person: &Person) -> String {
    let numbered = (1..).zip(&person.district_codes).filter(|(_, code)| !code.is_empty());
    numbered.map(|(no, code)| format!("{no}: {code}")).collect::<Vec<_>>().join("、")
}

/// 氏名_優先 where it is chosen; otherwise it is the name that stands above.
fn preferred_name(person: &Person) -> String {
    if person.name_preference.is_some() { preferred::name(person) } else { String::new() }
}

fn notified(stated: Option<bool>) -> &'static str {
    match stated {
        Some(true) => "届出あり",
        Some(false) => "届出なし",
        None => "",
    }
}

fn line(name: &'static str, title: &'static str, value: impl Into<String>) -> Line {
    Line { name, title, value: value.into() }
}

/// All items of a row in groups, in the standard's order; numbers masked.
pub(crate) fn groups(person: &Person) -> Vec<Group> {
    let one_line =
        |address: Option<&domain::Address>| address.map(domain::Address::one_line).unwrap_or_default();
    let held = |is: bool| if is { MASKED } else { "" };
    vec![
        Group {
            title: "基本",
            lines: vec![
                line("addressee_no", "宛名番号", person.addressee_no.to_string()),
                line("history_no", "履歴番号", person.history_no.to_string()),
                line("household_no", "世帯番号", person.household_no.to_string()),
                line("resident_kind", "住民種別", person.resident_kind.label()),
                line("resident_status", "住民状態", status_label(person)),
                line("name", "氏名", &person.name),
                line("name_kana", "氏名フリガナ", &person.name_kana),
                line(
                    "kana_confirmed",
                    "フリガナの確認状況",
                    kana::words(person.kana_confirmed, person.kana_attested),
                ),
                line("name_roman", "氏名（ローマ字）", &person.name_roman),
                line("name_kanji", "氏名（漢字）", &person.name_kanji),
                line("former_family_name", "旧氏", &person.former_family_name),
                line("former_family_kana", "旧氏フリガナ", &person.former_family_kana),
                line(
                    "former_kana_confirmed",
                    "旧氏フリガナの確認状況",
                    kana::words(person.former_kana_confirmed, person.former_kana_attested),
                ),
                line("alias_name", "通称", &person.alias_name),
                line("alias_kana", "通称フリガナ", &person.alias_kana),
                line(
                    "alias_kana_confirmed",
                    "通称フリガナの確認状況",
                    kana::words(person.alias_kana_confirmed, false),
                ),
                line("birth_date", "生年月日", birth_label(person)),
                line("sex", "性別", person.sex.label()),
                line("relation", "続柄", person.relation.label()),
                line("head_name", "世帯主", &person.head_name),
                line("member_order", "記載順位", person.member_order.to_string()),
            ],
        },
        Group {
            title: "住所",
            lines: vec![
                line("address", "住所", person.address.one_line()),
                line("postcode", "郵便番号", person.address.postcode_label().unwrap_or_default()),
                line("resident_since", "住民となった年月日", date(person.resident_since.as_ref())),
                line("addr_since", "住所を定めた年月日", date(person.addr_since.as_ref())),
                line("moved_in_notified_on", "届出の年月日", day(person.moved_in_notified_on)),
                line("prev_address", "転入前住所", one_line(person.prev_address.as_ref())),
                line("unregistered_entry", "未届転入", if person.unregistered_entry { "該当" } else { "" }),
                line("last_registered", "最終登録住所地", one_line(person.last_registered.as_ref())),
                line("moved_from_address", "転居前住所", one_line(person.moved_from_address.as_ref())),
                line("district_codes", "地区管理コード", districts(person)),
            ],
        },
        Group {
            title: "戸籍・番号",
            lines: vec![
                line("registered_domicile", "本籍", one_line(person.registered_domicile.as_ref())),
                line("register_head", "筆頭者", &person.register_head),
                line("resident_record_code", "住民票コード", held(person.resident_record_code.is_some())),
                line("individual_number", "個人番号", held(person.individual_number.is_some())),
            ],
        },
        Group {
            title: "外国人住民",
            lines: vec![
                line(
                    "foreign_resident_since",
                    "外国人住民となった年月日",
                    date(person.foreign_resident_since.as_ref()),
                ),
                line("nationality", "国籍・地域", &person.nationality),
                line(
                    "art30_45_class",
                    "第30条45規定区分",
                    person.art30_45_class.map_or("", |class| class.label()),
                ),
                line(
                    "status_of_residence",
                    "在留資格",
                    status_of_residence_label(&person.status_of_residence),
                ),
                line("stay_period", "在留期間", &person.stay_period),
                line("stay_expires_on", "在留期間の満了の日", western(person.stay_expires_on)),
                line("residence_card_no", "在留カード等番号", &person.residence_card_no),
                line("landing_period", "上陸期間", &person.landing_period),
                line("provisional_stay_period", "仮滞在期間", &person.provisional_stay_period),
                line("alias_events", "通称の履歴", aliases(person)),
                line(
                    "name_preference",
                    "氏名優先区分",
                    person.name_preference.map_or("", |preference| preference.label()),
                ),
                line("preferred_name", "他業務に渡す氏名", preferred_name(person)),
                line(
                    "old_alien_registered_on",
                    "旧外登法による登録年月日",
                    date(person.old_alien_registered_on.as_ref()),
                ),
                line("residence_notified", "住居地届出の有無", notified(person.residence_notified)),
                line(
                    "entry_article",
                    "法第30条の46又は47区分",
                    person.entry_article.map_or("", |article| article.label()),
                ),
                line(
                    "entered_by_landing_permit",
                    "上陸許可証による転入",
                    if person.entered_by_landing_permit { "該当" } else { "" },
                ),
            ],
        },
        Group {
            title: "異動",
            lines: vec![
                line("movement_reason", "異動事由", person.movement_reason.label()),
                line("event_date", "異動年月日", date(person.event_date.as_ref())),
                line("notified_on", "届出年月日", day(person.notified_on)),
                line("processed_on", "処理年月日", wareki(person.processed_on)),
                line("basis", "届出の別", person.basis.label()),
                line("operator", "担当", &person.operator),
                line("notification_no", "届出番号", &person.notification_no),
                line("input_place", "入力場所", &person.input_place),
                line("input_terminal", "入力端末", &person.input_terminal),
                line(
                    "deletion_reason",
                    "消除事由",
                    person.deletion_reason.map_or("", |reason| reason.label()),
                ),
                line("deletion_event_date", "消除の異動年月日", date(person.deletion_event_date.as_ref())),
                line("deletion_notified_on", "消除の届出年月日", day(person.deletion_notified_on)),
                line("moveout_planned_on", "転出予定年月日", day(person.moveout_planned_on)),
                line(
                    "dest_address_planned",
                    "転出先（予定）",
                    one_line(person.dest_address_planned.as_ref()),
                ),
                line(
                    "dest_address_confirmed",
                    "転出先（確定）",
                    one_line(person.dest_address_confirmed.as_ref()),
                ),
                line("moveout_confirmed_on", "転出年月日（確定）", day(person.moveout_confirmed_on)),
                line("movein_notice_on", "転入通知年月日", day(person.movein_notice_on)),
                line("renewal_no", "改製番号", number(person.renewal_no)),
                line("renewed_on", "改製記載年月日", day(person.renewed_on)),
                line("adult_ward", "成年被後見人", if person.adult_ward { "該当" } else { "" }),
                line("cancels", "取り消した履歴", cancelled(person)),
                line("de_facto_head", "事実上の世帯主（備考）", &person.de_facto_head),
                line("remarks", "備考", person.remarks.join("\n")),
                line("notes", "留意事項", notes(person)),
            ],
        },
    ]
}

/// A day in western style, which the end of a stay is shown in.
pub(crate) fn western(day: Option<Date>) -> String {
    day.map(domain::era::western).unwrap_or_default()
}

/// The groups as data; blank items and groups are left out.
pub(crate) fn groups_json(groups: Vec<Group>) -> Value {
    let groups: Vec<Value> = groups
        .into_iter()
        .filter_map(|group| {
            let items: Vec<Value> = group
                .lines
                .into_iter()
                .filter(|line| !line.value.is_empty())
                .map(|line| json!({ "name": line.name, "title": line.title, "value": line.value }))
                .collect();
            (!items.is_empty()).then(|| json!({ "title": group.title, "items": items }))
        })
        .collect();
    Value::Array(groups)
}

/// A person as one row of an answer.
pub(crate) fn row_json(person: &Person) -> Value {
    json!({
        "addressee_no": person.addressee_no,
        "name": person.called(),
        "name_kana": person.name_kana,
        "alias_name": person.alias_name,
        "birth_date": birth_label(person),
        "sex": person.sex.label(),
        "address": person.address.one_line(),
        "household_no": person.household_no,
        "relation": person.relation.label(),
        "status": person.resident_status.code(),
        "status_label": status_label(person),
        "moveout_planned_on": person.moveout_planned_on.map(wareki).unwrap_or_default(),
    })
}
