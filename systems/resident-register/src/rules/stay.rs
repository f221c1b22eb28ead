//! What the record of a foreign resident must hold (在留に関する項目).

use domain::{Art30_45Class, Date};

use super::{Limit, data, notice};
use crate::desk::Desk;
use crate::records::Person;
use crate::sheet;

/// E124, E125, E127, A025, and of what is typed in those of [`typed`].
///
/// Source: 住民記録システム標準仕様書 1.1.6; 住民基本台帳法 art. 30-45.
pub(crate) fn check(desk: &mut Desk<'_>, person: &Person, at: &str) {
    if person.nationality_code == "JPN" || person.nationality == "日本" {
        desk.error(
            "E127",
            &format!("{at}nationality"),
            "国籍・地域",
            "外国人の住民票の国籍・地域が日本になっています。",
            "国籍・地域か、住民種別を確かめてください。",
        );
    }
    // Of a record that moves on, the items are as they were taken over; only what is typed in now is looked at.
    if !at.is_empty() {
        typed(desk, person, at);
    }
    over_transition(desk, person, at);
    let Some(class) = person.art30_45_class else {
        desk.error(
            "E124",
            &format!("{at}art30_45_class"),
            "第30条45規定区分",
            format!("{}さんの第30条45規定区分が空です。空にできない項目です。", person.called()),
            "在留カードなどで確かめて選んでください。",
        );
        return;
    };
    let (blank, field, item) = match class {
        Art30_45Class::MidToLongTerm => {
            (person.residence_card_no.is_empty(), "residence_card_no", "在留カード番号")
        }
        Art30_45Class::SpecialPermanent => {
            (person.residence_card_no.is_empty(), "residence_card_no", "特別永住者証明書番号")
        }
        Art30_45Class::TemporaryRefuge => (person.landing_period.is_empty(), "landing_period", "上陸期間"),
        Art30_45Class::ProvisionalStay => {
            (person.provisional_stay_period.is_empty(), "provisional_stay_period", "仮滞在期間")
        }
        Art30_45Class::BirthTransition | Art30_45Class::NationalityLossTransition => (false, "", ""),
    };
    if blank {
        desk.error(
            "E125",
            &format!("{at}{field}"),
            item,
            format!("{}さんの{item}が空です。{}には要る項目です。", person.called(), class.label()),
            "在留カードなどで確かめて入力してください。",
        );
    }
}

/// Whether an item of the stay is put right: each of them has to fit the others.
pub(crate) fn differs(before: &Person, row: &Person) -> bool {
    let texts = |person: &Person| {
        [
            person.residence_card_no.clone(),
            person.status_of_residence.clone(),
            person.stay_period.clone(),
            person.nationality.clone(),
            person.nationality_code.clone(),
        ]
    };
    (before.art30_45_class, before.stay_expires_on, texts(before))
        != (row.art30_45_class, row.stay_expires_on, texts(row))
}

/// A024, A126, A128, E026, E042: the items of a stay as they are typed in.
pub(crate) fn typed(desk: &mut Desk<'_>, person: &Person, at: &str) {
    if person.nationality.is_empty() {
        desk.alert(
            "A128",
            &format!("{at}nationality"),
            "国籍・地域",
            format!("{}さんの国籍・地域が空です。", person.called()),
            "在留カードや旅券で確かめて入力してください。",
        );
    }
    let card = person.residence_card_no.as_str();
    if !card.is_empty() && !is_card_no(card) {
        desk.error(
            "E042",
            &format!("{at}residence_card_no"),
            "在留カード等番号",
            format!("在留カード等番号「{card}」の形が違います。英字2字、数字8字、英字2字です。"),
            "在留カードか特別永住者証明書の番号を、半角の大文字と数字で入力してください。",
        );
    }
    if let Some(expired) = person.stay_expires_on.filter(|day| *day < desk.today()) {
        desk.alert(
            "A024",
            &format!("{at}stay_expires_on"),
            "在留期間の満了の日",
            format!("在留期間の満了の日（{}）を過ぎています。", sheet::western(Some(expired))),
            "在留カードの裏面に更新申請中の記載があるか、出入国在留管理庁に確かめてください。",
        );
    } else if let Some(ends) = person.stay_expires_on
        && notice::days_after(desk.today(), Limit::StayEnding.value()).is_some_and(|near| ends <= near)
    {
        desk.alert(
            "A024",
            &format!("{at}stay_expires_on"),
            "在留期間の満了の日",
            format!(
                "在留期間の満了の日（{}）まで{}日です。",
                sheet::western(Some(ends)),
                notice::days_between(desk.today(), ends)
            ),
            "日を確かめ、更新の申請をするよう本人に知らせてください。このまま登録できます。",
        );
    }
    fits(desk, person, at);
}

/// E026, A126: whether status, class and end of the stay go together, by the code list.
fn fits(desk: &mut Desk<'_>, person: &Person, at: &str) {
    let Some(status) = data::status(&person.status_of_residence) else { return };
    match (status.ends, person.stay_expires_on) {
        (Some(false), Some(_)) => desk.error(
            "E026",
            &format!("{at}stay_expires_on"),
            "在留期間の満了の日",
            format!("在留資格「{}」に、在留期間の満了の日はありません。", status.label),
            "在留期間の満了の日を空にするか、在留資格を確かめてください。",
        ),
        (Some(true), None) => desk.alert(
            "A126",
            &format!("{at}stay_expires_on"),
            "在留期間の満了の日",
            format!("在留資格「{}」なのに、在留期間の満了の日が空です。", status.label),
            "在留カードで満了の日を確かめて入力してください。",
        ),
        _ => {}
    }
    let fits = |class: Art30_45Class| status.class.is_empty() || class.code() == status.class;
    if let Some(class) = person.art30_45_class.filter(|class| !fits(*class)) {
        desk.alert(
            "A126",
            &format!("{at}status_of_residence"),
            "在留資格",
            format!("在留資格「{}」と、第30条45規定区分「{}」が合いません。", status.label, class.label()),
            "在留カードなどで、在留資格と規定区分を確かめてください。",
        );
    }
}

/// A025: somebody in 経過滞在 for longer than the law gives.
fn over_transition(desk: &mut Desk<'_>, person: &Person, at: &str) {
    let in_transition = matches!(
        person.art30_45_class,
        Some(Art30_45Class::BirthTransition | Art30_45Class::NationalityLossTransition)
    );
    let Some(last) = transition_ends(person).filter(|_| in_transition) else { return };
    if last < desk.today() {
        desk.alert(
            "A025",
            &format!("{at}art30_45_class"),
            "第30条45規定区分",
            format!(
                "{}さんの経過滞在の期間（{}日、{}まで）を過ぎています。",
                person.called(),
                Limit::Transition.value(),
                domain::wareki(last)
            ),
            "在留資格を取得したか、出入国在留管理庁に確かめてください。",
        );
    }
}

/// The last day of 経過滞在, counted from the birth or the loss of the nationality.
pub(crate) fn transition_ends(person: &Person) -> Option<Date> {
    let since = person.foreign_resident_since.as_ref()?.earliest()?;
    notice::days_after(since, Limit::Transition.value())
}

/// Two letters, eight digits, two letters (在留カード番号・特別永住者証明書番号).
///
/// Source: 出入国管理及び難民認定法施行規則 art. 19-6 (four letters and eight digits; the order as on the cards).
fn is_card_no(text: &str) -> bool {
    text.len() == 12
        && text.bytes().enumerate().all(|(place, byte)| match place {
            2..=9 => byte.is_ascii_digit(),
            _ => byte.is_ascii_uppercase(),
        })
}
