//! Sections several forms share.

use system::{Choice, Field, FieldKind, Section, choices};

use crate::records::{EntryArticle, NamePreference};
use crate::rules::data::status_choices;

/// Most persons in one notification.
pub(crate) const MEMBERS_MAX: usize = 20;

/// 届出: 異動日, 届出日, 届出人, 届出の別, in the standard's order. `event` is the field of 異動日.
pub(crate) fn notice(first: Vec<Field>, event: Field) -> Section {
    let mut fields = first;
    fields.extend([
        event,
        Field::new("notified_on", "届出日", FieldKind::Date).help("空なら今日"),
        Field::new("notifier_name", "届出人", FieldKind::Text(100)),
        Field::new(
            "notifier_relation",
            "届出人の別",
            FieldKind::Choice(choices(&[
                ("self", "本人"),
                ("head", "世帯主"),
                ("member", "同じ世帯の人"),
                ("agent", "代理人"),
                ("notice", "通知（住基法9条2項）"),
            ])),
        ),
        Field::new(
            "basis",
            "届出の別",
            FieldKind::Choice(choices(&[
                ("notification", "届出"),
                ("ex-officio", "職権"),
                ("application", "申出"),
                ("notice", "通知"),
                ("request", "請求"),
            ])),
        )
        .help("空なら届出。職権のときは届出日を記録しません"),
        Field::new("note", "留意事項", FieldKind::Text(200))
            .help("この異動だけについての記載（統合記載欄B）"),
        Field::new("notification_no", "届出番号", FieldKind::Text(20)).help("届書に付けた番号"),
        Field::new("from_application", "受付データ番号", FieldKind::Hidden),
    ]);
    Section::once("届出", fields)
}

/// 異動日 of a movement whose day is always known.
pub(crate) fn event_day(title: &'static str) -> Field {
    Field::new("event_date", title, FieldKind::Date)
}

/// 異動者 chosen from the register.
pub(crate) fn targets() -> Section {
    Section::once("異動者", vec![Field::new("targets", "異動者", FieldKind::Persons).required()])
}

/// The relation each person gets in the household they go to; left empty it is the one they have, where that can be.
pub(crate) fn relations(title: &'static str) -> Section {
    let relation = Field::new("relation", "続柄", FieldKind::Relation)
        .help("世帯全員で移るときは、空なら今の続柄のまま");
    relations_with(title, relation)
}

/// The relation of each person, seen from a new head: nobody keeps the old one.
pub(crate) fn new_relations(title: &'static str) -> Section {
    relations_with(title, Field::new("relation", "続柄", FieldKind::Relation).required())
}

fn relations_with(title: &'static str, relation: Field) -> Section {
    Section::repeated(
        "relations",
        title,
        MEMBERS_MAX,
        vec![Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(), relation],
    )
}

/// 住所: the new address.
pub(crate) fn new_address() -> Section {
    Section::once(
        "住所",
        vec![
            Field::new("postcode", "郵便番号", FieldKind::Postcode),
            Field::new("prefecture", "都道府県", FieldKind::Text(4)).help("空なら本市区町村"),
            Field::new("municipality", "市区町村", FieldKind::Text(12)).help("空なら本市区町村"),
            Field::new("town", "町字", FieldKind::Text(120)),
            Field::new("town_code", "町字コード", FieldKind::Text(7)),
            Field::new("lot", "番地号", FieldKind::Text(50)),
            Field::new("building", "方書", FieldKind::Text(300)),
        ],
    )
}

/// 世帯: the household that is joined.
pub(crate) fn household() -> Section {
    Section::once(
        "世帯",
        vec![
            Field::new("household_no", "加わる世帯の世帯番号", FieldKind::HouseholdNo)
                .help("空なら、異動者だけの世帯になります"),
        ],
    )
}

/// 転入前住所: the names begin with `prev_`.
pub(crate) fn previous_address() -> Section {
    Section::once(
        "転入前の住所",
        vec![
            Field::new("prev_postcode", "郵便番号", FieldKind::Postcode),
            Field::new("prev_prefecture", "都道府県", FieldKind::Text(4)),
            Field::new("prev_municipality", "市区町村", FieldKind::Text(12)).help("分からないときは「不明」"),
            Field::new("prev_municipality_code", "市区町村コード", FieldKind::Text(6)),
            Field::new("prev_town", "町字", FieldKind::Text(120)),
            Field::new("prev_lot", "番地号", FieldKind::Text(50)),
            Field::new("prev_building", "方書", FieldKind::Text(300)),
            Field::new("prev_country", "国名等", FieldKind::Text(200)),
            Field::new("prev_overseas", "国外住所", FieldKind::Text(300)),
            Field::new("prev_head_name", "世帯主", FieldKind::Text(100)),
            Field::new("prev_unregistered", "未届の住所", FieldKind::Flag),
            Field::new("last_prefecture", "最終登録住所地 都道府県", FieldKind::Text(4)),
            Field::new("last_municipality", "最終登録住所地 市区町村", FieldKind::Text(12))
                .help("未届の住所から転入したときだけ。ここにも転入通知を送ります"),
            Field::new("last_municipality_code", "最終登録住所地 市区町村コード", FieldKind::Text(6)),
            Field::new("last_town", "最終登録住所地 町字", FieldKind::Text(120)),
            Field::new("last_lot", "最終登録住所地 番地号", FieldKind::Text(50)),
        ],
    )
}

/// 転出先住所（予定）: the names begin with `dest_`.
pub(crate) fn destination() -> Section {
    Section::once(
        "転出先（予定）",
        vec![
            Field::new("dest_postcode", "郵便番号", FieldKind::Postcode),
            Field::new("dest_prefecture", "都道府県", FieldKind::Text(4)),
            Field::new("dest_municipality", "市区町村", FieldKind::Text(12))
                .help("市区町村だけでも構いません"),
            Field::new("dest_municipality_code", "市区町村コード", FieldKind::Text(6)),
            Field::new("dest_town", "町字", FieldKind::Text(120)),
            Field::new("dest_lot", "番地号", FieldKind::Text(50)),
            Field::new("dest_building", "方書", FieldKind::Text(300)),
            Field::new("dest_country", "国名等", FieldKind::Text(200)),
            Field::new("dest_overseas", "国外住所", FieldKind::Text(300)),
            Field::new("dest_head_name", "世帯主", FieldKind::Text(100)),
        ],
    )
}

/// 住民種別.
pub(crate) fn kinds() -> Vec<Choice> {
    choices(&[("1", "日本人"), ("2", "外国人")])
}

/// 性別.
pub(crate) fn sexes() -> Vec<Choice> {
    choices(&[("1", "男"), ("2", "女"), ("0", "不明")])
}

/// 確認状況 of a reading; blank goes by what the movement rests on.
pub(crate) fn kana_confirmed(name: &'static str, title: &'static str) -> Field {
    Field::new(name, title, FieldKind::Choice(choices(&[("1", "確認済み"), ("0", "未確認")])))
        .help("空なら、届出・申出・請求のときは確認済み、職権・通知のときは未確認")
}

/// 公証確認状況 of a reading (Japanese).
pub(crate) fn kana_attested(name: &'static str, title: &'static str) -> Field {
    Field::new(
        name,
        title,
        FieldKind::Choice(choices(&[("1", "公証（戸籍の振り仮名）"), ("0", "公証でない")])),
    )
    .help("日本人だけ。空なら、出生と、通知（住基法9条2項）のときは公証")
}

/// What is known of the readings of 氏名, 旧氏 and 通称.
pub(crate) fn kana() -> Vec<Field> {
    vec![
        kana_confirmed("kana_confirmed", "氏名フリガナの確認状況"),
        kana_attested("kana_attested", "氏名フリガナの公証確認状況"),
        kana_confirmed("former_kana_confirmed", "旧氏フリガナの確認状況"),
        kana_attested("former_kana_attested", "旧氏フリガナの公証確認状況"),
        kana_confirmed("alias_kana_confirmed", "通称フリガナの確認状況"),
    ]
}

/// 戸籍の表示.
pub(crate) fn domicile() -> Vec<Field> {
    vec![
        Field::new("domicile_prefecture", "本籍 都道府県", FieldKind::Text(4)),
        Field::new("domicile_municipality", "本籍 市区町村", FieldKind::Text(12))
            .help("「なし」「不明」も可"),
        Field::new("domicile_town", "本籍 町字・地番", FieldKind::Text(120)),
        Field::new("register_head", "筆頭者", FieldKind::Text(100)).wide(),
    ]
}

/// Items of a foreign resident.
pub(crate) fn foreign() -> Vec<Field> {
    vec![
        Field::new("nationality_code", "国名コード", FieldKind::Text(3)),
        Field::new("nationality", "国籍・地域", FieldKind::Text(200)),
        Field::new(
            "art30_45_class",
            "第30条45規定区分",
            FieldKind::Choice(
                domain::Art30_45Class::ALL
                    .iter()
                    .map(|class| Choice { code: class.code().to_owned(), label: class.label().to_owned() })
                    .collect(),
            ),
        ),
        Field::new("status_of_residence", "在留資格", FieldKind::Choice(status_choices())),
        Field::new("stay_period", "在留期間", FieldKind::Text(20)),
        Field::new("stay_expires_on", "在留期間の満了の日", FieldKind::Date),
        Field::new("residence_card_no", "在留カード等番号", FieldKind::Text(12)),
        Field::new("landing_period", "上陸期間", FieldKind::Text(50)),
        Field::new("provisional_stay_period", "仮滞在期間", FieldKind::Text(50)),
        Field::new("name_preference", "氏名優先区分", FieldKind::Choice(preferences()))
            .help("他業務に渡す氏名。空なら住民票の氏名"),
        Field::new("old_alien_registered_on", "旧外登法による登録年月日", FieldKind::RegisterDate)
            .help("分からなければ「年月日不詳」"),
        Field::new(
            "residence_notified",
            "住居地届出の有無",
            FieldKind::Choice(choices(&[("1", "届出あり"), ("0", "届出なし")])),
        ),
        Field::new("entry_article", "法第30条の46又は47区分", FieldKind::Choice(entry_articles())),
        Field::new("entered_by_landing_permit", "上陸許可証による転入", FieldKind::Flag),
    ]
}

/// 氏名優先区分 as choices.
fn preferences() -> Vec<Choice> {
    NamePreference::all()
        .map(|one| Choice { code: one.code().to_owned(), label: format!("{} {}", one.code(), one.label()) })
        .collect()
}

/// 法第30条の46又は47区分 as choices.
fn entry_articles() -> Vec<Choice> {
    EntryArticle::ALL
        .iter()
        .map(|one| Choice { code: one.code().to_owned(), label: one.label().to_owned() })
        .collect()
}
