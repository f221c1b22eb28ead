//! Which name stands on a letter (宛名氏名).

use crate::records::{Addressee, AddresseeClass, NamePreference};

/// The name a letter goes out under (宛名氏名, 氏名_優先).
///
/// The office's preference when the record has that name; otherwise the name of the record, and for a foreign resident
/// whose record has none in characters, the one in Latin letters. Never empty when the record has any name at all.
///
/// Source: 住民記録システム標準仕様書 1.1.2 (氏名優先区分).
pub fn display_name(addressee: &Addressee) -> String {
    let record = if addressee.name.is_empty() { &addressee.name_roman } else { &addressee.name };
    let preference = addressee.name_preference.unwrap_or(NamePreference::Name);
    let chosen = match preference {
        _ if !can_prefer(addressee, preference) => "",
        NamePreference::Name => "",
        NamePreference::Roman => &addressee.name_roman,
        NamePreference::Alias => &addressee.alias_name,
        NamePreference::NameAndAlias => return format!("{record}（{}）", addressee.alias_name),
    };
    match (chosen, record.as_str()) {
        ("", "") => addressee.alias_name.clone(),
        ("", record) => record.to_owned(),
        (chosen, _) => chosen.to_owned(),
    }
}

/// The name as it stands on a letter: behind a corporation's its branch, because a letter to the branch must not go to the
/// head office.
pub fn letter_name(addressee: &Addressee) -> String {
    match (addressee.class, addressee.office_name.as_str()) {
        (AddresseeClass::Corporation, office) if !office.is_empty() => {
            format!("{}\u{3000}{office}", addressee.display_name)
        }
        _ => addressee.display_name.clone(),
    }
}

/// Whether the record has the name a preference asks for.
pub fn can_prefer(addressee: &Addressee, preference: NamePreference) -> bool {
    match preference {
        NamePreference::Name => true,
        NamePreference::Roman => !addressee.name_roman.is_empty(),
        NamePreference::Alias | NamePreference::NameAndAlias => !addressee.alias_name.is_empty(),
    }
}
