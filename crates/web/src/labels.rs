//! Japanese names of items, gathered from what the systems say of themselves.

use std::collections::HashMap;

use system::{Field, Form, System};

/// Items that stand in answers but in no form and no dataset.
const OWN: &[(&str, &str)] = &[
    ("addressee", "宛名"),
    ("special_permanent", "特別永住者"),
    ("mid_to_long_term", "中長期在留者"),
    ("notification", "届出"),
    ("notifications", "届出の件数"),
    ("made_by", "作成者"),
    ("inspection_no", "閲覧番号"),
    ("area", "住民の範囲"),
    ("age", "年齢"),
    ("external_no", "申請番号"),
    ("what", "手続"),
    ("input", "入力"),
    ("status_label", "状態"),
    ("user", "職員"),
    ("at", "日時"),
    ("text", "内容"),
    ("memo", "メモ"),
    ("as_of", "基準日"),
    ("changed", "変わった項目"),
    ("rule", "確認番号"),
    ("to_check", "確認すること"),
    ("remedy", "すること"),
    ("is_new", "新しい記載"),
    ("line", "行"),
    ("target", "対象の番号"),
    ("result", "結果"),
    ("transfer_no", "受信番号"),
    ("received_on", "受信日"),
    ("names", "氏名"),
    ("over", "期限切れ"),
    ("used_on", "使った日"),
    ("source", "転出の届出"),
    ("open_until", "特例転入の期限"),
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
    ("monthly_yen", "月額"),
    ("name_preference", "氏名優先区分"),
    ("payee", "受給者"),
    ("person", "個人"),
    ("persons", "個人"),
    ("position", "記録位置"),
    ("provisional_no", "受付番号"),
    ("purpose", "使用目的"),
    ("qualifies_from", "資格発生日"),
    ("reason", "理由"),
    ("relation", "続柄"),
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
    ("monthly_total_yen", "月額の合計"),
    ("moved_out_to", "転出先"),
    ("order", "出生順"),
    ("order_unsure", "出生順未確定"),
    ("payee_basis", "受給者の根拠"),
    ("payee_name", "受給者（見込み）"),
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
    ("action", "処理"),
    ("days_out", "日数"),
    ("lost_count", "紛失"),
    ("overdue", "期限"),
    ("overdue_count", "期限超過"),
    ("possible", "次にできること"),
    ("since_on", "渡した日"),
    ("steps", "経過"),
    ("concealed", "住所非表示"),
    ("marks", "表示"),
    ("suppression_notes", "抑止"),
    ("groups", "記録"),
    ("items", "項目"),
    ("value", "内容"),
    ("levels", "抑止する処理"),
    ("set_by", "設定者"),
    ("released_until", "一時解除の終わり"),
    ("ended_by", "解除者"),
    ("ended_on", "終了した日"),
    ("end_reason", "解除の理由"),
    ("ending", "期限"),
    ("ending_count", "期限が近いか過ぎたもの"),
    ("measures", "支援措置"),
    ("protected_as", "市区町村の立場"),
    ("together", "併せて支援を求める者"),
    ("requests", "支援を求める事務"),
    ("forwarding", "転送"),
    ("age_class", "年齢階級"),
    ("age_classes", "年齢階級別人口"),
    ("age_from", "階級の始め"),
    ("arrivals", "転入者（転入前の都道府県別）"),
    ("arrived", "転入"),
    ("first_day", "初日"),
    ("last_day", "末日"),
    ("caution", "注意"),
    ("place", "都道府県・国外"),
    ("average_age", "平均年齢"),
    ("balance", "都道府県別の転入・転出"),
    ("broad_ages", "年齢3区分別人口"),
    ("change", "増減"),
    ("closing", "期末"),
    ("code", "コード"),
    ("departed", "転出"),
    ("departures", "転出者（転出先の都道府県別）"),
    ("difference", "差引"),
    ("direction", "区分"),
    ("districts", "町字別の人口・世帯数"),
    ("foreign", "外国人"),
    ("foreign_female", "外国人 女"),
    ("foreign_male", "外国人 男"),
    ("foreign_unknown", "外国人 性別不明"),
    ("household_count", "世帯数"),
    ("households", "世帯数"),
    ("item", "項目"),
    ("japanese", "日本人"),
    ("japanese_female", "日本人 女"),
    ("japanese_male", "日本人 男"),
    ("japanese_unknown", "日本人 性別不明"),
    ("movement_class", "記載・消除・修正"),
    ("movements", "人口動態"),
    ("opening", "期首"),
    ("population", "人口"),
    ("single_ages", "年齢各歳別人口"),
    ("total_female", "女"),
    ("total_male", "男"),
    ("total_unknown", "性別不明"),
    ("unchanged", "人口を変えない異動"),
    ("basis", "届出等の別"),
    ("cancels", "取り消した履歴番号"),
    ("renewal_no", "改製番号"),
    ("notices", "送信通知"),
    ("own_annex", "この町の附票"),
    ("state_reason", "完了・再送の理由"),
    ("state_by", "完了・再送した人"),
    ("resend_reason", "再送の理由"),
    ("answered_on", "回答日"),
    ("moved_on", "転入した日"),
    ("dest_municipality", "転入先"),
    ("remark", "摘要"),
    ("ended_reason", "破棄・置き換えの理由"),
    ("difference_items", "違う項目"),
    ("found_on", "確かめた日"),
    ("corrections", "変わる項目（前と後）"),
    ("called", "氏名"),
    ("merges", "名寄せ"),
    ("merged_on", "名寄せ年月日"),
    ("unmerged_on", "名寄せ解除年月日"),
    ("mailings", "送付先"),
    ("tax_agents", "納税管理人等"),
    ("accounts", "口座"),
    ("use", "使用"),
    ("address_notice", "住所について"),
    ("closed_on", "閉鎖年月日"),
    ("closing_reason", "閉鎖事由"),
    ("candidates", "名寄せ候補"),
    ("agreement", "一致した項目"),
    ("past", "過去の記録による"),
    ("integrated_no", "団体内統合宛名番号"),
    ("failed", "変換できないもの"),
    ("all", "すべての宛名番号"),
    ("tasks", "業務"),
    // 軽自動車税.
    ("after", "変更後"),
    ("agrees", "賦課の合計と一致"),
    ("already", "課税済み"),
    ("annual", "年税額"),
    ("applied_count", "登録した行"),
    ("before", "変更前"),
    ("bundles", "束の数"),
    ("exception_count", "例外の件数"),
    ("exceptions", "例外"),
    ("formers", "変更前の諸元"),
    ("formula", "計算"),
    ("granted", "承認"),
    ("ground", "根拠"),
    ("held_as", "所有・使用の別"),
    ("held_count", "保留した行"),
    ("holdings", "所有者・使用者の履歴"),
    ("issue_no", "発行番号"),
    ("issued_documents", "発行した文書"),
    ("issued_on", "発行日"),
    ("levied_count", "賦課の件数"),
    ("levied_yen", "賦課の合計額"),
    ("levies", "賦課"),
    ("levy_corrections", "更正"),
    ("levy_keys", "賦課のキー"),
    ("mailing_name", "送付先氏名"),
    ("next_place", "次に印刷する番目"),
    ("not_taxable", "課税なし"),
    ("overpaid", "過納額"),
    ("paid", "納付済額"),
    ("passed_over", "除いたもの"),
    ("printed", "印刷した通数"),
    ("printed_before", "前に印刷した通数"),
    ("reduced", "減免額"),
    ("reductions", "減免"),
    ("registered_from", "登録元"),
    ("so_far", "これまでの合計"),
    ("totals", "車種別の合計"),
    ("versions", "車両の履歴"),
    ("why", "理由"),
    ("withheld", "住所を印字できないもの"),
    ("amount_yen", "金額"),
    ("article", "根拠"),
    ("cancelled_on", "取消日"),
    ("carried_into", "繰越先の年度"),
    ("carried_yen", "うち滞納繰越分"),
    ("case_state", "整理状況"),
    ("complete", "完了"),
    ("completes_on", "時効の最後の日"),
    ("contact_kind", "折衝の方法"),
    ("contacts", "折衝"),
    ("costs_yen", "滞納処分費"),
    ("deferment_kind", "猶予の種類"),
    ("deferments", "猶予"),
    ("delinquency_yen", "延滞金"),
    ("demands", "催告"),
    ("disposition_kind", "処分の種類"),
    ("dispositions", "滞納処分"),
    ("effect", "効力"),
    ("estimate_yen", "見積価額"),
    ("event", "出来事"),
    ("exempts_all", "延滞金の全額免除"),
    ("fee_yen", "督促手数料"),
    ("kept_back", "欠損できないもの"),
    ("last_demand_on", "最後の催告"),
    ("last_demand_stage", "催告の段階"),
    ("late", "20日を過ぎた"),
    ("late_count", "20日を過ぎた件数"),
    ("left_out", "除いたもの"),
    ("limitation", "時効"),
    ("limitation_over", "時効の完成"),
    ("no", "番号"),
    ("not_seizable", "差押できない理由"),
    ("noticed_on", "公告・通知の日"),
    ("oldest_due_on", "最も古い納期限"),
    ("on", "日"),
    ("open_yen", "未納額"),
    ("others_yen", "他の債権者への配当"),
    ("owed_yen", "延滞金を含む未納額"),
    ("paid_yen", "納付額"),
    ("plans", "誓約の件数"),
    ("pledged_on", "誓約日"),
    ("pledges", "納税誓約"),
    ("promise", "履行状況"),
    ("promised_yen", "誓約した額"),
    ("reasons", "理由ごとの件数"),
    ("reminded_on", "督促の発付日"),
    ("remissions", "延滞金減免"),
    ("rest_yen", "残余金"),
    ("row_on", "不履行の期日"),
    ("runs", "継続中"),
    ("sale_method", "換価の方法"),
    ("sales", "換価"),
    ("seizable_from", "差し押さえられる日"),
    ("settled_count", "完結した人数"),
    ("since", "消滅した日"),
    ("sold_for_yen", "換価代金"),
    ("stages", "段階ごとの件数"),
    ("survey_target", "調査先"),
    ("surveys", "財産調査"),
    ("suspended", "執行停止中"),
    ("suspended_yen", "うち執行停止中"),
    ("suspense_count", "仮受の件数"),
    ("suspensions", "執行停止"),
    ("tax_yen", "本税"),
    ("total_yen", "合計額"),
    ("value_yen", "評価額"),
    ("write_off", "不納欠損"),
];

/// Names of items by field name.
pub(crate) struct Labels {
    /// Ours, where no form speaks.
    own: HashMap<String, String>,
    /// What the datasets and forms of each system call their items.
    systems: HashMap<&'static str, Words>,
}

/// The words of one system.
#[derive(Default)]
struct Words {
    datasets: HashMap<String, String>,
    forms: HashMap<String, String>,
}

/// The names as one function means them: the same field can be another thing elsewhere.
pub(crate) struct Scope<'a> {
    labels: &'a Labels,
    system: Option<&'a Words>,
    form: HashMap<&'static str, &'static str>,
}

impl Labels {
    /// What forms and datasets call their items.
    pub(crate) fn of(systems: &[System]) -> Self {
        let mut labels = Self { own: HashMap::new(), systems: HashMap::new() };
        for (name, title) in OWN {
            labels.own.insert((*name).to_owned(), (*title).to_owned());
        }
        for system in systems {
            let words = labels.systems.entry(system.id).or_default();
            for field in system.functions.iter().flat_map(|function| fields(&function.form)) {
                words.forms.insert(field.name.to_owned(), field.title.to_owned());
            }
            for item in system.datasets.iter().flat_map(|dataset| dataset.items) {
                words.datasets.insert(item.name.to_owned(), item.title.to_owned());
            }
        }
        labels
    }

    /// The names as a function of a system means them.
    pub(crate) fn within(&self, system: &str, form: Option<&Form>) -> Scope<'_> {
        let form = form.into_iter().flat_map(fields).map(|field| (field.name, field.title)).collect();
        Scope { labels: self, system: self.systems.get(system), form }
    }

    /// What any system's datasets or forms call an item; a dataset's word goes before a form's.
    fn anywhere(&self, name: &str) -> Option<&str> {
        let datasets = self.systems.values().find_map(|words| words.datasets.get(name));
        let forms = || self.systems.values().find_map(|words| words.forms.get(name));
        datasets.or_else(forms).map(String::as_str)
    }
}

impl Scope<'_> {
    /// The Japanese name of an item; the name itself when nobody knows one. The nearer word wins: the function's form,
    /// the system's datasets, ours, the system's other forms, other systems.
    pub(crate) fn of_item<'a>(&'a self, name: &'a str) -> &'a str {
        self.known(name)
            .or_else(|| name.strip_suffix("_label").and_then(|plain| self.known(plain)))
            .unwrap_or(name)
    }

    fn known(&self, name: &str) -> Option<&str> {
        let text = String::as_str;
        self.form
            .get(name)
            .copied()
            .or_else(|| self.system.and_then(|words| words.datasets.get(name)).map(text))
            .or_else(|| self.labels.own.get(name).map(text))
            .or_else(|| self.system.and_then(|words| words.forms.get(name)).map(text))
            .or_else(|| self.labels.anywhere(name))
    }
}

fn fields(form: &Form) -> impl Iterator<Item = &Field> {
    form.sections.iter().flat_map(|section| &section.fields)
}
