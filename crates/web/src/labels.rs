//! Japanese names of items, gathered from what the systems say of themselves.

use std::collections::HashMap;

use system::System;

/// Items that stand in answers but in no form and no dataset.
const OWN: &[(&str, &str)] = &[
    ("addressee", "宛名"),
    ("age", "年齢"),
    ("as_of", "基準日"),
    ("changed", "変わった項目"),
    ("changes", "変わった項目"),
    ("class", "区分"),
    ("children", "児童"),
    ("confirmed", "確認済みのアラート"),
    ("count", "件数"),
    ("deletion_event_date", "消除異動日"),
    ("display_name", "宛名氏名"),
    ("effective_on", "効力発生日"),
    ("elector", "選挙人"),
    ("electors", "選挙人"),
    ("entered_at", "入力日時"),
    ("entered_by", "入力者"),
    ("entitlements", "受給資格"),
    ("findings", "指摘"),
    ("function", "機能"),
    ("given_name", "名"),
    ("family_name", "氏"),
    ("history", "履歴"),
    ("history_no", "履歴番号"),
    ("household", "世帯"),
    ("message", "内容"),
    ("members", "世帯員"),
    ("more", "ほかにもある"),
    ("monthly_amount", "月額"),
    ("monthly_yen", "月額（円）"),
    ("name_preference", "氏名優先区分"),
    ("payee", "受給者"),
    ("person", "個人"),
    ("persons", "個人"),
    ("position", "記録位置"),
    ("provisional_no", "受付番号"),
    ("purpose", "使用目的"),
    ("qualifies_from", "資格発生日"),
    ("reason", "理由"),
    ("recorded_at", "記録日時"),
    ("row", "内容"),
    ("rows", "一覧"),
    ("state", "状態"),
    ("status", "状態"),
    ("summary", "概要"),
    ("title", "名称"),
    ("total", "合計"),
    ("version", "版"),
    ("amounts", "金額"),
    ("attains_on", "到達日"),
    ("base_date", "基準日"),
    ("by_district", "投票区別"),
    ("claim_by", "請求期限"),
    ("counted_from", "起算日"),
    ("departed_on", "転出日"),
    ("district", "投票区コード"),
    ("district_name", "投票区"),
    ("extent", "範囲"),
    ("facts", "記録"),
    ("from", "開始月"),
    ("issue_numbers", "発行番号"),
    ("judged", "判定"),
    ("left_on", "離れた日"),
    ("mark_reason", "表示事由"),
    ("month", "月"),
    ("monthly_total_yen", "月額の合計（円）"),
    ("moved_out_to", "転出先"),
    ("order", "出生順"),
    ("order_unsure", "出生順未確定"),
    ("payee_basis", "受給者の根拠"),
    ("payee_name", "受給者の氏名"),
    ("polling_place", "投票所"),
    ("registered", "登録者数"),
    ("registered_on", "登録日"),
    ("removal_reason", "抹消事由"),
    ("remove_from", "抹消予定日"),
    ("removed_on", "抹消日"),
    ("standing", "資格"),
    ("unclear", "要確認"),
    ("until", "終了月"),
    ("address", "住所"),
    ("postcode", "郵便番号"),
];

/// Names of items by field name.
pub(crate) struct Labels {
    names: HashMap<String, String>,
}

impl Labels {
    /// What forms and datasets call their items; a dataset's word goes before a form's, ours come last.
    pub(crate) fn of(systems: &[System]) -> Self {
        let mut names: HashMap<String, String> = HashMap::new();
        for (name, title) in OWN {
            names.insert((*name).to_owned(), (*title).to_owned());
        }
        for function in systems.iter().flat_map(|system| &system.functions) {
            for section in &function.form.sections {
                for field in &section.fields {
                    names.insert(field.name.to_owned(), field.title.to_owned());
                }
            }
        }
        for item in systems.iter().flat_map(|system| &system.datasets).flat_map(|dataset| dataset.items) {
            names.insert(item.name.to_owned(), item.title.to_owned());
        }
        Self { names }
    }

    /// The Japanese name of an item; the name itself when nobody knows one.
    pub(crate) fn of_item<'a>(&'a self, name: &'a str) -> &'a str {
        let known = |name: &str| self.names.get(name).map(String::as_str);
        known(name).or_else(|| name.strip_suffix("_label").and_then(known)).unwrap_or(name)
    }
}
