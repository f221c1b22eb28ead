//! What must hold of a person's row before it is loaded.

use domain::{
    Art30_45Class, Date, MovementClass, MovementReason, ResidentKind, ResidentStatus, cluster_count,
    is_katakana_name, wareki,
};
use system::Finding;

use crate::records::Person;
use crate::rules::person::reason_fits;

/// Characters the items may have.
///
/// Source: 基本データリスト 001.
const NAME_CHARS_MAX: usize = 100;
const FAMILY_CHARS_MAX: usize = 50;
const TOWN_CHARS_MAX: usize = 120;
const BUILDING_CHARS_MAX: usize = 300;

/// Checks one row: E002, E005, E011, E012, E014, E015, E036, E062, E063, E067, E068, E117, E123, E124, E125,
/// A061, D079. What only a living
/// record must have is not asked of a 除票 or of an older row.
///
/// Source: 住民記録システム標準仕様書 1.1.1, 1.1.2, 1.1.5, 1.1.6, 1.1.12, 1.1.18.
pub fn check(person: &Person, is_newest: bool, today: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    dates(person, today, &mut found);
    movement(person, today, &mut found);
    names(person, &mut found);
    if !reason_fits(person.movement_reason, person.resident_kind) {
        found.push(Finding::error(
            "E117",
            "movement_reason",
            "異動事由",
            format!(
                "異動事由「{}」は、{}の住民票に使えません。",
                person.movement_reason.label(),
                person.resident_kind.label()
            ),
            "住民種別と異動事由のコードの対応を確かめてください。",
        ));
    }
    match (is_newest, person.is_resident()) {
        (false, _) => {}
        (true, true) => living(person, &mut found),
        (true, false) => deleted(person, &mut found),
    }
    found
}

/// The days of the movement: E002, E005. Who moves out says so before, and the clerk enters it then.
fn movement(person: &Person, today: Date, found: &mut Vec<Finding>) {
    let mut wrong = |rule: &str, path: &str, item: &str, message: String| {
        found.push(Finding::error(
            rule,
            path,
            item,
            message,
            "移行元の日付と、対応表の列を確かめてください。",
        ));
    };
    if today < person.processed_on {
        let day = wareki(person.processed_on);
        wrong("E005", "processed_on", "処理年月日", format!("処理年月日{day}は、今日より後です。"));
    }
    let ahead =
        matches!(person.movement_reason, MovementReason::MoveOutDomestic | MovementReason::MoveOutOverseas);
    let Some(event) = person.event_date.filter(|_| !ahead) else { return };
    let label = event.label_wareki();
    let Some(event) = event.earliest() else { return };
    if today < event {
        wrong("E002", "event_date", "異動年月日", format!("異動年月日{label}は、今日より後です。"));
    } else if person.processed_on < event {
        let day = wareki(person.processed_on);
        wrong(
            "E002",
            "event_date",
            "異動年月日",
            format!("異動年月日{label}が、処理年月日{day}より後です。起きる前の異動は記載できません。"),
        );
    }
}

/// What the record of a former resident (除票) must have: E124, D079.
///
/// Source: 住民記録システム標準仕様書 1.1.1, 1.1.5.
fn deleted(person: &Person, found: &mut Vec<Finding>) {
    let status = person.resident_status.label();
    let unknown =
        "移行元の値を当ててください。異動事由が消除の事由の行なら、空でも異動事由と異動年月日から入ります。";
    match person.deletion_reason {
        None => found.push(Finding::error(
            "E124",
            "deletion_reason",
            "消除事由",
            format!("住民状態が「{status}」で、消除事由が空です。"),
            unknown,
        )),
        Some(reason) if !deletes_to(reason, person.resident_status) => found.push(Finding::error(
            "D079",
            "deletion_reason",
            "消除事由",
            format!("消除事由「{}」は、住民状態「{status}」に合いません。", reason.label()),
            "住民状態と消除事由のコードの対応を確かめてください。",
        )),
        Some(_) => {}
    }
    if person.deletion_event_date.is_none() {
        found.push(Finding::error(
            "E124",
            "deletion_event_date",
            "消除の異動年月日",
            format!("住民状態が「{status}」で、消除の異動年月日が空です。"),
            &format!("{unknown}分からないときは「年月日不詳」（U09）としてください。"),
        ));
    }
}

/// Whether a movement leaves a record in this state.
fn deletes_to(reason: MovementReason, status: ResidentStatus) -> bool {
    reason.class() == MovementClass::Delete
        && match reason {
            MovementReason::MoveOutDomestic | MovementReason::MoveOutOverseas => {
                status == ResidentStatus::MovedOut
            }
            MovementReason::Death => status == ResidentStatus::Dead,
            _ => status == ResidentStatus::Deleted,
        }
}

fn dates(person: &Person, today: Date, found: &mut Vec<Finding>) {
    let mut wrong = |rule: &str, path: &str, item: &str, message: String| {
        found.push(Finding::error(
            rule,
            path,
            item,
            message,
            "移行元の日付と、対応表の列を確かめてください。",
        ));
    };
    let Some(born) = person.birth_date.earliest() else { return };
    let birth = person.birth_date.label_wareki();
    if today < born {
        wrong("E011", "birth_date", "生年月日", format!("生年月日{birth}は、今日より後です。"));
    }
    if let Some(since) = person.since().and_then(|since| since.latest())
        && since < born
    {
        wrong(
            "E015",
            "resident_since",
            "住民となった年月日",
            format!("住民となった年月日が、生年月日{birth}より前です。"),
        );
    }
    if let Some(event) = person.event_date.and_then(|event| event.latest())
        && event < born
    {
        wrong("E012", "event_date", "異動年月日", format!("異動年月日が、生年月日{birth}より前です。"));
    }
    if let Some(deleted) = person.deletion_event_date.and_then(|event| event.latest())
        && deleted < born
    {
        wrong(
            "E014",
            "deletion_event_date",
            "消除の異動年月日",
            format!("消除の異動年月日が、生年月日{birth}より前です。"),
        );
    }
}

fn names(person: &Person, found: &mut Vec<Finding>) {
    if person.name.is_empty() {
        found.push(Finding::alert(
            "A061",
            "name",
            "氏名",
            "氏名が空です。",
            "名の決まっていない子か確かめてください。",
        ));
    }
    for (kana, path, item) in [
        (&person.name_kana, "name_kana", "氏名_フリガナ"),
        (&person.former_family_kana, "former_family_kana", "旧氏_フリガナ"),
        (&person.alias_kana, "alias_kana", "通称_フリガナ"),
    ] {
        if !kana.is_empty() && !is_katakana_name(kana) {
            found.push(Finding::error(
                "E063",
                path,
                item,
                format!("「{kana}」に、全角カタカナでない文字があります。"),
                "半角のカナか空白なら対応表で widen = true に、ほかの列なら列の対応を直してください。",
            ));
        }
    }
    for (text, most, path, item) in [
        (&person.name, NAME_CHARS_MAX, "name", "氏名"),
        (&person.name_kana, NAME_CHARS_MAX, "name_kana", "氏名_フリガナ"),
        (&person.family_name, FAMILY_CHARS_MAX, "family_name", "氏_日本人"),
        (&person.given_name, FAMILY_CHARS_MAX, "given_name", "名_日本人"),
        (&person.former_family_name, FAMILY_CHARS_MAX, "former_family_name", "旧氏"),
        (&person.alias_name, NAME_CHARS_MAX, "alias_name", "通称"),
        (&person.address.town, TOWN_CHARS_MAX, "address_town", "住所_町字"),
    ] {
        too_long(text, most, path, item, found);
    }
    if let Some(building) = &person.address.building {
        too_long(building, BUILDING_CHARS_MAX, "address_building", "住所_方書", found);
    }
    let japanese = person.resident_kind == ResidentKind::Japanese;
    if japanese && person.family_name.is_empty() != person.given_name.is_empty() {
        found.push(Finding::error(
            "E062",
            "family_name",
            "氏名",
            "氏と名の一方だけがあります。",
            "氏と名の両方を当てるか、どちらも当てないでください。",
        ));
    }
    let misplaced = if japanese {
        (!person.alias_name.is_empty()).then_some(("alias_name", "通称", "日本人の住民票に通称があります。"))
    } else {
        (!person.former_family_name.is_empty()).then_some((
            "former_family_name",
            "旧氏",
            "外国人の住民票に旧氏があります。",
        ))
    };
    if let Some((path, item, message)) = misplaced {
        found.push(Finding::error("E068", path, item, message, "住民種別と、列の対応を確かめてください。"));
    }
}

fn too_long(text: &str, most: usize, path: &str, item: &str, found: &mut Vec<Finding>) {
    // A text with no more bytes than characters allowed cannot have more characters.
    if most < text.len() && most < cluster_count(text) {
        found.push(Finding::error(
            "E067",
            path,
            item,
            format!("{item}が{}文字あります。{most}文字までです。", cluster_count(text)),
            "移行元の値を確かめてください。続きは備考に移せます。",
        ));
    }
}

/// What the record of a resident must have.
fn living(person: &Person, found: &mut Vec<Finding>) {
    if person.deletion_reason.is_some() || person.deletion_event_date.is_some() {
        found.push(Finding::error(
            "D079",
            "deletion_reason",
            "消除事由",
            "住民状態が住登者で、消除事由か消除の異動年月日があります。",
            "消えた人なら住民状態を直してください。転出予定なら、転出予定年月日と転出予定の事由に当ててください。",
        ));
    }
    let mut missing = |rule: &str, path: &str, item: &str, remedy: &str| {
        found.push(Finding::error(rule, path, item, format!("住民の{item}が空です。"), remedy));
    };
    if person.resident_record_code.is_none() {
        missing(
            "E036",
            "resident_record_code",
            "住民票コード",
            "住民票コードの列を当てるか、住民状態を確かめてください。",
        );
    }
    let place = &person.address;
    if place.prefecture.is_empty()
        || place.municipality.is_empty()
        || (place.town.is_empty() && place.lot.is_empty())
    {
        missing(
            "E124",
            "address_town",
            "住所",
            "都道府県・市区郡町村名・町字または番地号を当ててください。固定値にもできます。",
        );
    }
    match person.resident_kind {
        ResidentKind::Japanese => {
            if person.registered_domicile.as_ref().is_none_or(|domicile| domicile.municipality.is_empty()) {
                missing(
                    "E123",
                    "domicile_municipality",
                    "本籍",
                    "無いときは「なし」、分からないときは「不明」としてください。",
                );
            }
            if person.register_head.is_empty() {
                missing(
                    "E123",
                    "register_head",
                    "戸籍_筆頭者",
                    "無いときは「なし」、分からないときは「不明」としてください。",
                );
            }
            if person.resident_since.is_none() {
                missing(
                    "E124",
                    "resident_since",
                    "住民となった年月日",
                    "分からないときは「年月日不詳」（U09）としてください。",
                );
            }
        }
        ResidentKind::Foreign => {
            if person.foreign_resident_since.is_none() {
                missing(
                    "E124",
                    "foreign_resident_since",
                    "外国人住民となった年月日",
                    "分からないときは「年月日不詳」（U09）としてください。",
                );
            }
            let lacks = match person.art30_45_class {
                None => Some(("E124", "art30_45_class", "第30条45規定区分")),
                Some(Art30_45Class::MidToLongTerm | Art30_45Class::SpecialPermanent) => person
                    .residence_card_no
                    .is_empty()
                    .then_some(("E125", "residence_card_no", "在留カード等番号")),
                Some(Art30_45Class::TemporaryRefuge) => {
                    person.landing_period.is_empty().then_some(("E125", "landing_period", "上陸期間"))
                }
                Some(Art30_45Class::ProvisionalStay) => person
                    .provisional_stay_period
                    .is_empty()
                    .then_some(("E125", "provisional_stay_period", "仮滞在期間")),
                Some(_) => None,
            };
            if let Some((rule, path, item)) = lacks {
                missing(rule, path, item, "移行元の値を入れるか、規定区分を確かめてください。");
            }
        }
    }
}

/// D075: a resident whose address is in another town than those of nearly all residents, which is `home` (prefecture and
/// municipality). Which town it is, files do not say by themselves.
///
/// Source: 住民基本台帳法 art. 5 (the register of a municipality holds who has the address there).
pub fn outside(person: &Person, home: &(String, String)) -> Option<Finding> {
    let place = &person.address;
    let there = format!("{}{}", place.prefecture, place.municipality);
    let away = person.is_resident()
        && !there.is_empty()
        && (place.prefecture.as_str(), place.municipality.as_str()) != (home.0.as_str(), home.1.as_str());
    away.then(|| {
        Finding::alert(
            "D075",
            "address_municipality",
            "住所_市区郡町村名",
            format!("住民なのに、住所が「{there}」です。ほかの住民の多くは「{}{}」です。", home.0, home.1),
            "転出した人なら住民状態を、住所の列が違うなら対応表を直してください。町の名の書き方が違うだけなら、codes でそろえてください。",
        )
    })
}
