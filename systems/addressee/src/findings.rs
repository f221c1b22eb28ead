//! Findings of the functions (ADR10 and up), in one place so that a code means one thing.

use domain::{AddresseeNo, Date};
use system::Finding;

use crate::candidates::Candidate;
use crate::records::{Addressee, AddresseeClass, QueryKind};
use crate::rules::letter_name;

/// What a screen shows in place of an address that is protected.
pub(crate) const PROTECTED: &str = "支援措置対象";

/// ADR01: nobody has the number.
pub(crate) fn unknown(path: &str, item: &str, addressee_no: &str) -> Finding {
    Finding::error(
        "ADR01",
        path,
        item,
        format!("{item} {addressee_no} の宛名はありません。"),
        "宛名検索で探してください。",
    )
}

/// ADR10: somebody may be who is to be registered; one finding for each, so that each is looked at.
pub(crate) fn candidate(found: &Candidate) -> Finding {
    let held = &found.held;
    let past = if found.past { "過去の記録で" } else { "" };
    let address = match found.hidden {
        true => PROTECTED.to_owned(),
        false => held.address.one_line(),
    };
    let birth = held.birth_date.map(|date| date.label_wareki()).unwrap_or_default();
    let facts = [held.class.label(), &letter_name(held), &birth, &address];
    let facts: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    Finding::alert(
        "ADR10",
        held.addressee_no.as_str(),
        "名寄せ候補",
        format!(
            "宛名番号 {}（{}）が{past}{}で一致します。同じ人かもしれません。",
            held.addressee_no,
            facts.join("、"),
            found.agreement.label()
        ),
        "同じ人なら、新しい番号を付けずにその宛名番号を使ってください。別の人と確かめたときだけ進めてください。",
    )
}

/// ADR11: the function is for another class.
pub(crate) fn wrong_class(held: &Addressee, wanted: AddresseeClass) -> Finding {
    let remedy = match held.class {
        AddresseeClass::Resident => "住民の記録は住民記録で直してください。ここへは連携で届きます。",
        AddresseeClass::NonResident => "住登外者の機能で処理してください。",
        AddresseeClass::Corporation => "法人の機能で処理してください。",
    };
    Finding::error(
        "ADR11",
        "addressee_no",
        "宛名番号",
        format!(
            "宛名番号 {} は{}です。この機能は{}だけを扱います。",
            held.addressee_no,
            held.class.label(),
            wanted.label()
        ),
        remedy,
    )
}

/// ADR50: the same was asked today.
pub(crate) fn asked_today(held: &Addressee, kind: QueryKind) -> Finding {
    Finding::error(
        "ADR50",
        "query_kind",
        "照会の種類",
        format!("宛名番号 {} の{}は、今日すでに照会しています。", held.addressee_no, kind.label()),
        "住基ネットへの照会一覧（住登外）で、回答を確かめてください。",
    )
}

/// ADR51: 住基ネット cannot be asked by what is known.
pub(crate) fn lacks_facts(held: &Addressee, kind: QueryKind) -> Finding {
    let needed = match kind {
        QueryKind::FourFacts => "生年月日と住所",
        QueryKind::SameAddress => "住所",
    };
    Finding::error(
        "ADR51",
        "addressee_no",
        "宛名番号",
        format!("宛名番号 {} には、{}に要る{needed}がありません。", held.addressee_no, kind.label()),
        "住登外者修正で入力してから照会してください。",
    )
}

/// ADR12: the addressee was closed before.
pub(crate) fn closed(held: &Addressee) -> Finding {
    let on = held.closed_on.map(wareki).unwrap_or_default();
    let reason = held.closing_reason.map(|reason| reason.label()).unwrap_or_default();
    Finding::error(
        "ADR12",
        "addressee_no",
        "宛名番号",
        format!("宛名番号 {} は{on}に{reason}で閉鎖されています。", held.addressee_no),
        "番号を確かめてください。誤って閉鎖したときは、新しく登録して名寄せしてください。",
    )
}

/// ADR13: what was asked for is so already.
pub(crate) fn unchanged() -> Finding {
    Finding::error(
        "ADR13",
        "",
        "入力全体",
        "入力のとおりの内容がすでに登録されていて、変わる項目がありません。",
        "変える項目だけを入力してください。空にする項目は「空にする項目」で選びます。",
    )
}

/// ADR14: a day that has not come.
pub(crate) fn future(path: &str, item: &str, day: Date) -> Finding {
    Finding::error(
        "ADR14",
        path,
        item,
        format!("{item}「{}」が今日より後です。まだ起きていないことは登録できません。", wareki(day)),
        "日付を確かめてください。",
    )
}

/// A day as staff read it.
pub(crate) fn wareki(day: Date) -> String {
    domain::RegisterDate::Day(day).label_wareki()
}

/// Refuses a day after today.
pub(crate) fn not_future(path: &str, item: &str, day: Option<Date>, today: Date) -> Option<Finding> {
    day.filter(|day| today < *day).map(|day| future(path, item, day))
}

/// ADR15: only who was a resident and is one no more becomes a non-resident by the number it has.
pub(crate) fn still_resident(held: &Addressee) -> Finding {
    Finding::error(
        "ADR15",
        "addressee_no",
        "宛名番号",
        format!(
            "宛名番号 {} は住登者です。住登外者として登録できるのは、転出などで住民でなくなった人です。",
            held.addressee_no
        ),
        "転出などの異動が住民記録で処理され、連携で届くのを待ってください。",
    )
}

/// ADR16: what a closing because somebody became a resident needs.
pub(crate) fn resident_needed(message: String) -> Finding {
    Finding::error(
        "ADR16",
        "resident_no",
        "住民の宛名番号",
        message,
        "住民記録の異動が届いてから、住民としての宛名番号を入力してください。",
    )
}

/// ADR17: letters, accounts or agents are left behind.
pub(crate) fn left_behind(held: AddresseeNo, what: &str) -> Finding {
    Finding::alert(
        "ADR17",
        "addressee_no",
        "宛名番号",
        format!("宛名番号 {held} には、終わっていない{what}があります。閉鎖しても残ります。"),
        "続けて使うものは新しい宛名番号で登録し直し、ほかは終了してから閉鎖してください。",
    )
}

/// ADR18: neither birth date nor address: the person could not be told from others of the name.
pub(crate) fn too_little() -> Finding {
    Finding::error(
        "ADR18",
        "birth_date",
        "生年月日",
        "生年月日も住所もありません。同じ氏名の人と区別できないので登録できません。",
        "生年月日か住所の少なくとも一方を入力してください。",
    )
}

/// ADR19: a 業務ID that is not three digits.
pub(crate) fn task_id(text: &str) -> Finding {
    Finding::error(
        "ADR19",
        "task_id",
        "業務ID",
        format!("業務ID「{text}」が3桁の数字ではありません。"),
        "登録を依頼した業務の業務ID（例 001）を入力してください。",
    )
}

/// ADR66: the record is for the task that registered it alone (他業務参照不可). Who that is, it does not say.
pub(crate) fn not_referred(item: &str, label: &str, number: &str) -> Finding {
    Finding::error(
        "ADR66",
        item,
        label,
        format!("宛名番号 {number} は他業務参照不可です。登録した業務だけが使えます。"),
        "宛名の担当に確かめるか、新しい番号の付番を依頼してください。同じ人の番号は、宛名の担当が名寄せします。",
    )
}

/// ADR67: data that other tasks must not see would stand on a record they see.
pub(crate) fn not_marked(item: &str, label: &str, number: &str) -> Finding {
    Finding::error(
        "ADR67",
        item,
        label,
        format!(
            "宛名番号 {number} はほかの業務が登録した宛名です。他業務参照不可の情報を載せると、その業務が使えなくなります。"
        ),
        "本人確認情報から得た情報は、新しい番号の付番を依頼して登録してください。同じ人の番号は、宛名の担当が名寄せします。",
    )
}
