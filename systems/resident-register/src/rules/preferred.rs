//! The name other systems call a person by (氏名_優先) and its reading.

use domain::ResidentKind;

use crate::records::{NamePart, NamePreference, Person};

/// 氏名_優先: of a foreigner the parts of 氏名優先区分 that are recorded, the first one plain and the others in brackets after
/// it. Where none of them is, and of a Japanese, the name of the record. Never blank while any name is recorded.
///
/// That the others stand in brackets is this project's choice: the standard names the item and not its form.
///
/// Source: 住民記録システム標準仕様書 1.1.2 (氏名優先区分).
pub(crate) fn name(person: &Person) -> String {
    let chosen: Vec<&str> = match (person.resident_kind, person.name_preference) {
        (ResidentKind::Foreign, Some(preference)) => {
            preference.parts().map(|part| text(person, part)).filter(|text| !text.is_empty()).collect()
        }
        _ => Vec::new(),
    };
    if let Some((first, others)) = chosen.split_first() {
        let others: String = others.iter().map(|other| format!("（{other}）")).collect();
        return format!("{first}{others}");
    }
    let names = [&person.name, &person.name_roman, &person.name_kanji, &person.alias_name];
    names.into_iter().find(|name| !name.is_empty()).cloned().unwrap_or_default()
}

/// 氏名_優先_フリガナ: of the 通称 where that goes first, otherwise of the name.
pub(crate) fn kana(person: &Person) -> &str {
    let alias_first = person.resident_kind == ResidentKind::Foreign
        && !person.alias_name.is_empty()
        && (first(person) == Some(NamePart::Alias)
            || [&person.name, &person.name_roman, &person.name_kanji].iter().all(|name| name.is_empty()));
    if alias_first { &person.alias_kana } else { &person.name_kana }
}

/// The part that stands first: the first of the preference that is recorded.
fn first(person: &Person) -> Option<NamePart> {
    let preference: NamePreference = person.name_preference?;
    preference.parts().find(|part| !text(person, *part).is_empty())
}

fn text(person: &Person, part: NamePart) -> &str {
    match part {
        NamePart::Kanji => &person.name_kanji,
        NamePart::Roman => &person.name_roman,
        NamePart::Alias => &person.alias_name,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn foreigner(kanji: &str, roman: &str, alias: &str, preference: Option<&str>) -> Person {
        let no = domain::AddresseeNo::from_serial(1).unwrap();
        let home = domain::HouseholdNo::from_serial(1).unwrap();
        let born = domain::RegisterDate::Day(jiff::civil::date(1990, 6, 1));
        let mut row = Person::new(no, home, born, domain::Sex::Female);
        row.resident_kind = ResidentKind::Foreign;
        row.name = if roman.is_empty() { kanji } else { roman }.to_owned();
        (row.name_kanji, row.name_roman) = (kanji.to_owned(), roman.to_owned());
        (row.alias_name, row.alias_kana) = (alias.to_owned(), "ヤマモト".to_owned());
        row.name_kana = "リ".to_owned();
        row.name_preference = preference.and_then(NamePreference::from_code);
        row
    }

    #[test]
    fn the_preferred_name_is_put_together_as_the_code_says() {
        for (code, expected, kana_of) in [
            (None, "ＬＥＥ", "リ"),
            (Some("01"), "李", "リ"),
            (Some("02"), "ＬＥＥ", "リ"),
            (Some("03"), "李（ＬＥＥ）", "リ"),
            (Some("04"), "ＬＥＥ（李）", "リ"),
            (Some("07"), "李（ＬＥＥ）（山本）", "リ"),
            (Some("09"), "山本", "ヤマモト"),
            (Some("11"), "山本（ＬＥＥ）", "ヤマモト"),
        ] {
            let row = foreigner("李", "ＬＥＥ", "山本", code);
            assert_eq!((name(&row).as_str(), kana(&row)), (expected, kana_of), "{code:?}");
        }
        // A part that is not recorded is left out, and where none is, the record's own name stands.
        assert_eq!(name(&foreigner("", "ＬＥＥ", "", Some("03"))), "ＬＥＥ");
        assert_eq!(name(&foreigner("", "ＬＥＥ", "", Some("09"))), "ＬＥＥ");
        assert_eq!(name(&foreigner("", "", "山本", Some("01"))), "山本");
    }

    proptest! {
        #[test]
        fn the_preferred_name_is_never_blank_while_any_name_is_recorded(
            kanji in "(李|)", roman in "(ＬＥＥ|)", alias in "(山本|)", code in 0_u8..15, japanese: bool,
        ) {
            let mut row = foreigner(&kanji, &roman, &alias, Some(&format!("{code:02}")));
            if japanese {
                row.resident_kind = ResidentKind::Japanese;
            }
            let any = !(kanji.is_empty() && roman.is_empty() && alias.is_empty());
            prop_assert_eq!(!name(&row).is_empty(), any);
        }
    }
}
