//! What the row of one person must hold (氏名・生年月日・戸籍の表示・在留).

use domain::{Address, MovementReason, ResidentKind};

use super::address::{NONE, UNKNOWN};
use super::{Limit, stay};
use crate::desk::Desk;
use crate::functions::items::Items;
use crate::records::Person;

/// Checks one new or changed row: E011, E012, E015, E062, E068, E072, E042, E074,
/// E117, E123, A022, A061, A071, A074, and of foreign residents those of [`stay`]. `at` is the path of
/// the person in the input, with a final dot unless empty.
///
/// 住民票コード is checked by the movement, because a newborn gets it only at 本登録.
///
/// Source: 住民記録システム標準仕様書 1.1.1, 1.1.2, 1.1.6, 1.1.12, 1.2.2.
pub(crate) fn check(desk: &mut Desk<'_>, person: &Person, reason: MovementReason, at: &str) {
    check_dates(desk, person, at);
    check_name(desk, person, reason, at);
    check_reason(desk, person.resident_kind, reason);
    let place = &person.address;
    if place.prefecture.is_empty()
        || place.municipality.is_empty()
        || (place.town.is_empty() && place.lot.is_empty())
    {
        desk.error(
            "E124",
            "town",
            "住所",
            "住所が空です。空にできない項目です。",
            "町字と番地号を入力してください。",
        );
    }
    match person.resident_kind {
        ResidentKind::Japanese => check_family_register(desk, person, at),
        ResidentKind::Foreign => stay::check(desk, person, at),
    }
}

/// E117: an item typed in that only a record of the other kind has.
///
/// Source: 住民記録システム標準仕様書 1.1.1, 1.1.2; 住民基本台帳法 art. 7, 30-45.
pub(crate) fn check_items(desk: &mut Desk<'_>, kind: ResidentKind, items: &Items, at: &str) {
    let wrong = match kind {
        ResidentKind::Japanese => items.only_foreign(),
        ResidentKind::Foreign => items.only_japanese(),
    };
    if let Some((field, item)) = wrong {
        desk.error(
            "E117",
            &format!("{at}{field}"),
            item,
            format!("{item}は、{}の住民票にない項目です。", kind.label()),
            "この項目を空にするか、住民種別を確かめてください。",
        );
    }
}

fn check_dates(desk: &mut Desk<'_>, person: &Person, at: &str) {
    let today = desk.today();
    let born = person.birth_date.earliest();
    let path = format!("{at}birth_date");
    if born.is_some_and(|born| today < born) {
        desk.error(
            "E011",
            &path,
            "生年月日",
            format!("生年月日{}は、今日より後です。", person.birth_date.label_wareki()),
            "生年月日を確かめてください。",
        );
        return;
    }
    let event = person.event_date.as_ref().and_then(|event| event.latest());
    if let (Some(born), Some(event)) = (born, event)
        && event < born
    {
        desk.error(
            "E012",
            &path,
            "生年月日",
            format!("生年月日{}が、異動日より後です。", person.birth_date.label_wareki()),
            "生年月日と異動日を確かめてください。",
        );
        return;
    }
    // A birth date that is typed in; one that is held was looked at then.
    let old = person
        .birth_date
        .latest()
        .is_some_and(|born| i32::from(domain::age_on(born, today)) >= Limit::AgeHigh.value());
    if old && !at.is_empty() {
        desk.alert(
            "A022",
            &path,
            "生年月日",
            format!(
                "生年月日{}で、{}歳以上になります。",
                person.birth_date.label_wareki(),
                Limit::AgeHigh.value()
            ),
            "生年月日の元号と年を確かめてください。",
        );
    }
    if let (Some(born), Some(since)) = (born, person.since().and_then(|since| since.latest()))
        && since < born
    {
        desk.error(
            "E015",
            &path,
            "住民となった年月日",
            "住民となった年月日が、生年月日より前です。",
            "住民となった年月日と生年月日を確かめてください。",
        );
    }
}

fn check_name(desk: &mut Desk<'_>, person: &Person, reason: MovementReason, at: &str) {
    if person.name.is_empty() {
        desk.alert(
            "A061",
            &format!("{at}family_name"),
            "氏名",
            "氏名が空です。",
            "出生届で名が決まっていないときだけ、空のまま登録してください。",
        );
        return;
    }
    match person.resident_kind {
        ResidentKind::Japanese => {
            if person.family_name.is_empty() != person.given_name.is_empty() {
                let (missing, field) =
                    if person.given_name.is_empty() { ("名", "given_name") } else { ("氏", "family_name") };
                desk.error(
                    "E062",
                    &format!("{at}{field}"),
                    "氏名",
                    format!("{missing}が空です。日本人の氏名は氏と名の両方が要ります。"),
                    "氏と名を分けて、両方入力してください。",
                );
            }
            if !person.alias_name.is_empty() {
                desk.error(
                    "E068",
                    &format!("{at}alias_name"),
                    "通称",
                    "日本人の住民票に通称は記載できません。",
                    "通称を消すか、住民種別を確かめてください。",
                );
            }
            // Of a record from before the reading was asked for, the old 旧氏 goes on as it is.
            if !at.is_empty() {
                check_former(desk, person, reason, at);
            }
            check_space(desk, &person.name_kana, &format!("{at}name_kana"), "氏名フリガナ");
        }
        ResidentKind::Foreign => {
            if person.name_roman.is_empty() && !at.is_empty() {
                desk.alert(
                    "A071",
                    &format!("{at}name_roman"),
                    "氏名（ローマ字）",
                    format!("{}さんのローマ字の氏名が空です。", person.called()),
                    "在留カードなどで確かめてください。ローマ字の氏名のない人だけ、空のまま登録してください。",
                );
            }
            if !person.former_family_name.is_empty() {
                desk.error(
                    "E068",
                    &format!("{at}former_family_name"),
                    "旧氏",
                    "外国人の住民票に旧氏は記載できません。",
                    "旧氏を消すか、住民種別を確かめてください。",
                );
            }
        }
    }
}

/// E074: a 旧氏 stands with its フリガナ; A074 of one that is brought along, for the 転出証明書 may have none yet.
///
/// Source: 住民基本台帳法施行令 art. 30-13 (unverified: from 2025-05-26 on).
pub(crate) fn check_former(desk: &mut Desk<'_>, person: &Person, reason: MovementReason, at: &str) {
    use MovementReason as Reason;
    if person.former_family_name.is_empty() == person.former_family_kana.is_empty() {
        return;
    }
    let path = format!("{at}former_family_kana");
    let arrives = matches!(reason, Reason::MoveInDomestic | Reason::MoveInOverseas | Reason::ExOfficioEntry);
    if arrives && person.former_family_kana.is_empty() {
        desk.alert(
            "A074",
            &path,
            "旧氏フリガナ",
            format!(
                "{}さんの旧氏「{}」にフリガナがありません。",
                person.called(),
                person.former_family_name
            ),
            "転出証明書などにフリガナがあれば入力してください。まだ記載されていない人なら、そのまま登録できます。",
        );
    } else {
        desk.error(
            "E074",
            &path,
            "旧氏フリガナ",
            "旧氏とフリガナの片方だけが入力されています。両方が要ります。",
            "旧氏とそのフリガナを入力してください。",
        );
    }
}

fn check_space(desk: &mut Desk<'_>, text: &str, path: &str, item: &str) {
    if !text.is_empty() && !text.contains('\u{3000}') {
        desk.error(
            "E072",
            path,
            item,
            format!("{item}「{text}」に、氏と名の間の空白がありません。"),
            "氏と名の間に全角の空白を入れてください。",
        );
    }
}

/// E117, E118: the reason must fit the kind of record, and be one of the code list.
///
/// Source: 住民記録システム標準仕様書 1.2.2.
fn check_reason(desk: &mut Desk<'_>, kind: ResidentKind, reason: MovementReason) {
    if !reason_fits(reason, kind) {
        desk.error(
            "E117",
            "",
            "異動事由",
            format!("異動事由「{}」は、{}の住民票に使えません。", reason.label(), kind.label()),
            "住民種別と異動事由を確かめてください。",
        );
    }
}

/// Whether a reason may stand on a record of this kind. Reasons outside the code list, such as 転居取消, have no value
/// of [`MovementReason`] and so cannot be given at all (E118).
pub(crate) fn reason_fits(reason: MovementReason, kind: ResidentKind) -> bool {
    use MovementReason as Reason;
    match reason {
        Reason::NaturalizationEntry | Reason::NationalityLossDeletion => kind == ResidentKind::Japanese,
        Reason::NationalityLossEntry | Reason::NaturalizationDeletion => kind == ResidentKind::Foreign,
        Reason::FormerNameEntry | Reason::FormerNameChange | Reason::FormerNameDelete => {
            kind == ResidentKind::Japanese
        }
        Reason::AliasEntry | Reason::AliasDelete => kind == ResidentKind::Foreign,
        _ => true,
    }
}

fn check_family_register(desk: &mut Desk<'_>, person: &Person, at: &str) {
    let stated = person.registered_domicile.as_ref().is_some_and(domicile_stated);
    if !stated {
        desk.error(
            "E123",
            &format!("{at}domicile_municipality"),
            "本籍",
            format!("{}さんの本籍がありません。日本人の住民票には戸籍の表示が要ります。", person.called()),
            "本籍を入力してください。無いときは「なし」、分からないときは「不明」と市区町村名に入力してください。",
        );
    }
    if person.register_head.is_empty() {
        desk.error(
            "E123",
            &format!("{at}register_head"),
            "筆頭者",
            format!("{}さんの筆頭者がありません。日本人の住民票には戸籍の表示が要ります。", person.called()),
            "筆頭者を入力してください。無いときは「なし」、分からないときは「不明」と入力してください。",
        );
    }
}

fn domicile_stated(domicile: &Address) -> bool {
    let municipality = domicile.municipality.as_str();
    municipality == NONE || municipality == UNKNOWN || (!municipality.is_empty() && !domicile.town.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_naturalisation_fit_one_kind_each() {
        for (reason, japanese, foreign) in [
            (MovementReason::NaturalizationEntry, true, false),
            (MovementReason::NationalityLossEntry, false, true),
            (MovementReason::NaturalizationDeletion, false, true),
            (MovementReason::NationalityLossDeletion, true, false),
            (MovementReason::AliasEntry, false, true),
            (MovementReason::FormerNameEntry, true, false),
            (MovementReason::MoveWithin, true, true),
        ] {
            assert_eq!(reason_fits(reason, ResidentKind::Japanese), japanese, "{reason:?}");
            assert_eq!(reason_fits(reason, ResidentKind::Foreign), foreign, "{reason:?}");
        }
        assert_eq!(MovementReason::from_code("転居取消"), None);
    }
}
