//! What this system offers to others (提供データ).
//!
//! Items of one name have one title, whatever the dataset: screens take their words from here.
//!
//! 履歴番号 is the version of the record: every change of whatever kind raises it by one, and nothing is ever closed.

use register::{Fault, Stored, View};
use system::{Dataset, Extract, Fate, Item, ItemType, Row};

use crate::linked;
use crate::records::{
    ACCOUNT, ADDRESSEE, Account, Addressee, AddresseeClass, MAILING, Mailing, PersonQuery, QUERY, REQUEST,
    Request, TAX_AGENT, TaxAgent,
};
use crate::rules::{letter_name, may_refer};

/// The datasets of the system.
pub(crate) fn all() -> Vec<Dataset> {
    vec![ADDRESSEES, CERTIFICATES, MAILINGS, TAX_AGENTS, ACCOUNTS, NUMBER_ANSWERS, QUERIES]
}

/// 宛名情報. The address of a protected person is in it, marked 1: letters still need it, screens and lists must not show it. Who
/// lives with one, and the same person under another number, is marked 2: letters go to them as to anybody, and screens that
/// showed their address would tell the other.
const ADDRESSEES: Dataset = Dataset {
    id: "addressee/addressee",
    title: "宛名情報",
    kind: &ADDRESSEE,
    items: &ADDRESSEE_ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row: addressee,
};

static ADDRESSEE_ITEMS: [Item; 17] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("class", "住民区分", ItemType::Code),
    Item::new("status", "住民状態", ItemType::Code),
    Item::new("household_no", "世帯番号", ItemType::Code),
    Item::new("display_name", "宛名氏名", ItemType::Text),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("postcode", "郵便番号", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
    Item::new("moved_out_to", "転出先住所", ItemType::Text),
    Item::new("departed_on", "消除の異動年月日", ItemType::Date),
    Item::new("corporate_no", "法人番号", ItemType::Code),
    Item::new("protected", "支援措置対象", ItemType::Code),
    Item::new("merged_into", "名寄せ先宛名番号", ItemType::Code),
];

/// A record marked 他業務参照不可 has no row: whoever receives is another task than the one that registered it, or cannot be told apart from
/// one. Who registered it asks for it by `inquiry`.
///
/// A link of 名寄せ is a record of its own; whoever makes or undoes one writes the sub number's record too, so that its row goes out.
fn addressee(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Addressee>()?.record;
    if !may_refer(&held, "") {
        return Ok(Fate::Skip);
    }
    row.push(held.addressee_no.as_str());
    row.push_display(&stored.version);
    row.push(held.class.code());
    row.push(held.status.map_or("", |status| status.code()));
    row.push_optional(held.household_no);
    row.push(&letter_name(&held));
    row.push(&held.name);
    row.push(&held.name_kana);
    row.push_optional(held.birth_date);
    row.push(held.sex.map_or("", |sex| sex.code()));
    row.push(held.address.postcode.as_deref().unwrap_or_default());
    row.push(&held.address.one_line());
    row.push(&held.moved_out_to);
    match held.class {
        AddresseeClass::Resident => row.push(&held.deletion_event_date),
        AddresseeClass::NonResident | AddresseeClass::Corporation => row.push_optional(held.closed_on),
    }
    row.push_optional(held.corporate_no);
    row.push(if held.protected {
        "1"
    } else if linked::any_protected(view)? && linked::is_hidden(view, &held)? {
        "2"
    } else {
        ""
    });
    row.push_optional(linked::merged_into(view, &stored.key)?.map(|link| link.record.main_no));
    Ok(Fate::Row)
}

/// 宛名情報（コンビニ交付の税証明）: whom a machine may print a tax certificate for.
const CERTIFICATES: Dataset = Dataset {
    id: "addressee/certificate-addressee",
    title: "宛名情報（コンビニ交付の税証明）",
    kind: &ADDRESSEE,
    items: &CERTIFICATE_ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row: certificate,
};

static CERTIFICATE_ITEMS: [Item; 9] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("available", "交付の可否", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("postcode", "郵便番号", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
];

/// It is the mark of the person alone that leaves the row without data: a mate's certificate shows the mate's own address as any paper
/// of the counter.
fn certificate(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Addressee>()?.record;
    if held.class == AddresseeClass::Corporation {
        return Ok(Fate::Skip);
    }
    row.push(held.addressee_no.as_str());
    let merged = linked::merged_into(view, &stored.key)?.is_some();
    if held.protected || merged || !may_refer(&held, "") {
        row.push("0");
        for _ in CERTIFICATE_ITEMS.iter().skip(2) {
            row.push("");
        }
        return Ok(Fate::Row);
    }
    row.push("1");
    row.push_display(&stored.version);
    row.push(&held.name);
    row.push(&held.name_kana);
    row.push_optional(held.birth_date);
    row.push(held.sex.map_or("", |sex| sex.code()));
    row.push(held.address.postcode.as_deref().unwrap_or_default());
    row.push(&held.address.one_line());
    Ok(Fate::Row)
}

/// 送付先情報.
const MAILINGS: Dataset = Dataset {
    id: "addressee/mailing",
    title: "送付先情報",
    kind: &MAILING,
    items: &MAILING_ITEMS,
    subject: "mailing_key",
    reads_sealed: false,
    row: mailing,
};

static MAILING_ITEMS: [Item; 11] = [
    Item::new("mailing_key", "送付先の鍵", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("tax_item", "税目", ItemType::Code),
    Item::new("from", "開始年月日", ItemType::Date),
    Item::new("until", "終了年月日", ItemType::Date),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("postcode", "郵便番号", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
    Item::new("reason", "理由", ItemType::Text),
    Item::new("ended", "取りやめ", ItemType::Code),
];

fn mailing(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Mailing>()?.record;
    row.push(&stored.key);
    row.push_display(&stored.version);
    row.push(held.addressee_no.as_str());
    row.push(&held.tax_item);
    row.push_display(&held.from);
    row.push_optional(held.until);
    row.push(&held.name);
    row.push(&held.postcode);
    row.push(&held.address);
    row.push(&held.reason);
    row.push(flag(held.ended));
    Ok(Fate::Row)
}

/// 納税管理人情報.
const TAX_AGENTS: Dataset = Dataset {
    id: "addressee/tax-agent",
    title: "納税管理人情報",
    kind: &TAX_AGENT,
    items: &TAX_AGENT_ITEMS,
    subject: "agent_key",
    reads_sealed: false,
    row: tax_agent,
};

static TAX_AGENT_ITEMS: [Item; 12] = [
    Item::new("agent_key", "納税管理人の鍵", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("tax_item", "税目", ItemType::Code),
    Item::new("kind", "区分", ItemType::Code),
    Item::new("from", "開始年月日", ItemType::Date),
    Item::new("until", "終了年月日", ItemType::Date),
    Item::new("agent_no", "納税管理人等の宛名番号", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("postcode", "郵便番号", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
    Item::new("ended", "取りやめ", ItemType::Code),
];

fn tax_agent(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<TaxAgent>()?.record;
    row.push(&stored.key);
    row.push_display(&stored.version);
    row.push(held.addressee_no.as_str());
    row.push(&held.tax_item);
    row.push(held.kind.code());
    row.push_display(&held.from);
    row.push_optional(held.until);
    row.push_optional(held.agent_no);
    row.push(&held.name);
    row.push(&held.postcode);
    row.push(&held.address);
    row.push(flag(held.ended));
    Ok(Fate::Row)
}

/// 口座情報.
const ACCOUNTS: Dataset = Dataset {
    id: "addressee/account",
    title: "口座情報",
    kind: &ACCOUNT,
    items: &ACCOUNT_ITEMS,
    subject: "account_key",
    reads_sealed: false,
    row: account,
};

static ACCOUNT_ITEMS: [Item; 15] = [
    Item::new("account_key", "口座の鍵", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("tax_item", "税目", ItemType::Code),
    Item::new("from", "開始年月日", ItemType::Date),
    Item::new("until", "終了年月日", ItemType::Date),
    Item::new("bank", "金融機関コード", ItemType::Code),
    Item::new("bank_name", "金融機関名", ItemType::Text),
    Item::new("branch", "店舗コード", ItemType::Code),
    Item::new("branch_name", "店舗名", ItemType::Text),
    Item::new("account_type", "預金種目", ItemType::Code),
    Item::new("account_no", "口座番号", ItemType::Code),
    Item::new("holder_kana", "口座名義人カナ", ItemType::Text),
    Item::new("method", "振替方法", ItemType::Code),
    Item::new("state", "状態", ItemType::Code),
];

fn account(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Account>()?.record;
    row.push(&stored.key);
    row.push_display(&stored.version);
    row.push(held.addressee_no.as_str());
    row.push(&held.tax_item);
    row.push_display(&held.from);
    row.push_optional(held.until);
    row.push(&held.bank);
    row.push(&held.bank_name);
    row.push(&held.branch);
    row.push(&held.branch_name);
    row.push(held.account_type.code());
    row.push(&held.account_no);
    row.push(&held.holder_kana);
    row.push(held.method.code());
    row.push(held.state.code());
    Ok(Fate::Row)
}

/// 住登外の登録依頼への回答: which number answers each request of a task system; none as long as staff have not decided.
const NUMBER_ANSWERS: Dataset = Dataset {
    id: "addressee/number-answer",
    title: "住登外の登録依頼への回答",
    kind: &REQUEST,
    items: &NUMBER_ANSWER_ITEMS,
    subject: "request_no",
    reads_sealed: false,
    row: number_answer,
};

static NUMBER_ANSWER_ITEMS: [Item; 5] = [
    Item::new("request_no", "依頼番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("task_id", "業務ID", ItemType::Code),
    Item::new("state", "状態", ItemType::Code),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
];

fn number_answer(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Request>()?.record;
    row.push(&held.request_no);
    row.push_display(&stored.version);
    row.push(&held.task_id);
    row.push(held.state.code());
    row.push_optional(held.addressee_no);
    Ok(Fate::Row)
}

/// 住基ネットへの照会: questions about non-residents, which the resident register passes on.
const QUERIES: Dataset = Dataset {
    id: "addressee/person-query",
    title: "住基ネットへの照会（住登外）",
    kind: &QUERY,
    items: &QUERY_ITEMS,
    subject: "query_no",
    reads_sealed: false,
    row: query,
};

static QUERY_ITEMS: [Item; 8] = [
    Item::new("query_no", "照会番号", ItemType::Code),
    Item::new("query_kind", "照会の種類", ItemType::Code),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
];

fn query(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<PersonQuery>()?.record;
    // What is answered is asked no more.
    if held.result.is_some() {
        return Ok(Fate::Skip);
    }
    row.push(&held.query_no);
    row.push(held.kind.code());
    row.push(held.addressee_no.as_str());
    row.push(&held.name);
    row.push(&held.name_kana);
    row.push_optional(held.birth_date);
    row.push(held.sex.map_or("", |sex| sex.code()));
    row.push(&held.address);
    Ok(Fate::Row)
}

fn flag(is: bool) -> &'static str {
    if is { "1" } else { "" }
}

/// What staff may take out (EUC). 口座情報 is not among it: a list of accounts is nobody's work. Nor is 納税管理人情報: a tax agent may
/// be protected under a number of their own, or under none.
pub(crate) fn extracts() -> Vec<Extract> {
    const PLACES: &[&str] = &["postcode", "address", "moved_out_to"];
    vec![
        Extract {
            dataset: "addressee/addressee",
            person: "addressee_no",
            withheld: PLACES,
            protected: linked::all_hidden,
        },
        Extract {
            dataset: "addressee/mailing",
            person: "addressee_no",
            withheld: &["name", "postcode", "address"],
            protected: linked::all_hidden,
        },
    ]
}
