//! Readings of names: whether they were confirmed with the person, and whether the family register attests them
//! (フリガナの確認状況・公証確認状況).

use domain::{Date, MovementReason, ResidentKind};
use serde::Deserialize;

use super::data;
use crate::desk::Desk;
use crate::records::{Basis, Person};

/// The rule by which only an attested reading of a Japanese is certified.
const ATTESTED_ONLY: &str = "kana_attested_only";

/// Which of a person's readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// 氏名のフリガナ.
    Name,
    /// 旧氏のフリガナ.
    Former,
    /// 通称のフリガナ.
    Alias,
}

impl Which {
    const ALL: [Self; 3] = [Self::Name, Self::Former, Self::Alias];

    fn item(self) -> &'static str {
        match self {
            Self::Name => "氏名フリガナ",
            Self::Former => "旧氏フリガナ",
            Self::Alias => "通称フリガナ",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::Name => "kana_confirmed",
            Self::Former => "former_kana_confirmed",
            Self::Alias => "alias_kana_confirmed",
        }
    }

    /// The reading, whether it was confirmed, and whether it is attested.
    fn of(self, person: &Person) -> (&str, Option<bool>, bool) {
        match self {
            Self::Name => (&person.name_kana, person.kana_confirmed, person.kana_attested),
            Self::Former => {
                (&person.former_family_kana, person.former_kana_confirmed, person.former_kana_attested)
            }
            Self::Alias => (&person.alias_kana, person.alias_kana_confirmed, false),
        }
    }
}

/// What a form says of the readings; blank leaves it to what the movement rests on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct KanaStated {
    pub(crate) kana_confirmed: Option<String>,
    pub(crate) kana_attested: Option<String>,
    pub(crate) former_kana_confirmed: Option<String>,
    pub(crate) former_kana_attested: Option<String>,
    pub(crate) alias_kana_confirmed: Option<String>,
}

/// A yes or no that a form may leave blank.
pub(crate) fn yes(stated: Option<&String>) -> Option<bool> {
    stated.map(|code| code == "1")
}

/// Writes what holds of the readings of a row that is typed in: as it is stated, otherwise by what the movement rests on.
///
/// Who notifies, asks or applies writes the reading down, which confirms it. A Japanese reading that another office tells
/// (住民基本台帳法 art. 9(2)), that a birth filing states, or that a request for a 旧氏 proves, stands in the family register.
///
/// Source: 住民記録システム標準仕様書 1.1.18.
pub(crate) fn record(row: &mut Person, stated: &KanaStated, basis: Basis, reason: MovementReason, day: Date) {
    let told = matches!(basis, Basis::Notification | Basis::Application | Basis::Request);
    let japanese = row.resident_kind == ResidentKind::Japanese && data::in_force(ATTESTED_ONLY, day);
    let registered = japanese && (basis == Basis::Notice || reason == MovementReason::Birth);
    let proved = japanese && basis == Basis::Request;
    let confirmed =
        |kana: &str, stated: Option<&String>| (!kana.is_empty()).then(|| yes(stated).unwrap_or(told));
    let attested = |kana: &str, stated: Option<&String>, otherwise: bool| {
        !kana.is_empty() && row.resident_kind == ResidentKind::Japanese && yes(stated).unwrap_or(otherwise)
    };
    let name = confirmed(&row.name_kana, stated.kana_confirmed.as_ref());
    let name_attested = attested(&row.name_kana, stated.kana_attested.as_ref(), registered);
    let former = confirmed(&row.former_family_kana, stated.former_kana_confirmed.as_ref());
    let former_attested =
        attested(&row.former_family_kana, stated.former_kana_attested.as_ref(), registered || proved);
    let alias = confirmed(&row.alias_kana, stated.alias_kana_confirmed.as_ref());
    (row.kana_confirmed, row.kana_attested) = (name, name_attested);
    (row.former_kana_confirmed, row.former_kana_attested) = (former, former_attested);
    row.alias_kana_confirmed = alias;
}

/// Writes what holds after a correction: a reading that changes is only as good as what is stated with it, one that stays
/// keeps what was known of it unless something is stated.
pub(crate) fn correct(row: &mut Person, before: &Person, stated: &KanaStated, basis: Basis, day: Date) {
    let mut new = row.clone();
    record(&mut new, stated, basis, MovementReason::ExOfficioCorrection, day);
    if row.name_kana != before.name_kana {
        (row.kana_confirmed, row.kana_attested) = (new.kana_confirmed, new.kana_attested);
    } else {
        if stated.kana_confirmed.is_some() {
            row.kana_confirmed = new.kana_confirmed;
        }
        if stated.kana_attested.is_some() {
            row.kana_attested = new.kana_attested;
        }
    }
    if stated.former_kana_confirmed.is_some() {
        row.former_kana_confirmed = new.former_kana_confirmed;
    }
    if stated.former_kana_attested.is_some() {
        row.former_kana_attested = new.former_kana_attested;
    }
    if stated.alias_kana_confirmed.is_some() {
        row.alias_kana_confirmed = new.alias_kana_confirmed;
    }
}

/// Writes back what was known of the readings of a record that is restored (回復), where they are as they were and nothing else
/// is stated.
pub(crate) fn restore(row: &mut Person, held: &Person, stated: &KanaStated) {
    if row.name_kana == held.name_kana {
        if stated.kana_confirmed.is_none() {
            row.kana_confirmed = held.kana_confirmed;
        }
        if stated.kana_attested.is_none() {
            row.kana_attested = held.kana_attested;
        }
    }
    if row.former_family_kana == held.former_family_kana {
        if stated.former_kana_confirmed.is_none() {
            row.former_kana_confirmed = held.former_kana_confirmed;
        }
        if stated.former_kana_attested.is_none() {
            row.former_kana_attested = held.former_kana_attested;
        }
    }
    if row.alias_kana == held.alias_kana && stated.alias_kana_confirmed.is_none() {
        row.alias_kana_confirmed = held.alias_kana_confirmed;
    }
}

/// A064 of everybody whose movement this is and whose reading is known to be unconfirmed. Of readings that came from an
/// older system without a word on it nothing is known; the certificate that shows one asks.
pub(crate) fn warn(desk: &mut Desk<'_>) {
    let mut open = Vec::new();
    for (before, row) in desk.rows_after() {
        if !row.is_resident() || (before.is_some() && !desk.targets.contains(&row.addressee_no)) {
            continue;
        }
        for which in Which::ALL {
            let (kana, confirmed, attested) = which.of(row);
            if !kana.is_empty() && confirmed == Some(false) && !attested {
                open.push((which, row.called().to_owned(), kana.to_owned()));
            }
        }
    }
    for (which, called, kana) in open {
        desk.alert(
            "A064",
            which.field(),
            which.item(),
            format!("{called}さんの{}「{kana}」は、本人に確認していません。", which.item()),
            "本人に確かめて、確認状況を「確認済み」にしてください。確かめられないときは、このまま登録できます。",
        );
    }
}

/// The reading a certificate of that day shows: of a Japanese, from the day of the rule, only an attested one.
pub(crate) fn printed(person: &Person, which: Which, day: Date) -> &str {
    let (kana, _, attested) = which.of(person);
    if is_left_out(person, attested, day) { "" } else { kana }
}

fn is_left_out(person: &Person, attested: bool, day: Date) -> bool {
    person.resident_kind == ResidentKind::Japanese && !attested && data::in_force(ATTESTED_ONLY, day)
}

/// A064 of a certificate that is to show readings: which are left out, and which nobody confirmed.
pub(crate) fn warn_of_printing(desk: &mut Desk<'_>, persons: &[Person]) {
    let today = desk.today();
    for person in persons {
        for which in Which::ALL {
            let (kana, confirmed, attested) = which.of(person);
            if kana.is_empty() {
                continue;
            }
            let path = "with_kana";
            if is_left_out(person, attested, today) {
                desk.alert(
                    "A064",
                    path,
                    which.item(),
                    format!("{}さんの{}は公証されていないため、証明書に載りません。", person.called(), which.item()),
                    "戸籍の振り仮名を確かめて、職権修正で公証を記録してから交付してください。載せなくてよければ、このまま交付できます。",
                );
            } else if !attested && confirmed != Some(true) {
                desk.alert(
                    "A064",
                    path,
                    which.item(),
                    format!(
                        "{}さんの{}「{kana}」は、確認済みになっていません。",
                        person.called(),
                        which.item()
                    ),
                    "請求した人にフリガナを確かめてください。違うときは、修正してから交付してください。",
                );
            }
        }
    }
}

/// 氏 and 名 of a Japanese reading apart (氏_日本人_フリガナ, 名_日本人_フリガナ): the record holds it with a full-width space
/// between (E072), so that the two are never at odds with the whole.
pub(crate) fn apart(person: &Person) -> (&str, &str) {
    match person.resident_kind {
        ResidentKind::Japanese => person.name_kana.split_once('\u{3000}').unwrap_or((&person.name_kana, "")),
        ResidentKind::Foreign => ("", ""),
    }
}

/// 確認状況 and 公証確認状況 in words; blank where nothing was ever recorded.
pub(crate) fn words(confirmed: Option<bool>, attested: bool) -> String {
    let confirmed = match confirmed {
        Some(true) => "確認済み",
        Some(false) => "未確認",
        None => "",
    };
    let attested = if attested { "公証" } else { "" };
    let between = if confirmed.is_empty() || attested.is_empty() { "" } else { "・" };
    format!("{confirmed}{between}{attested}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(kind: ResidentKind, kana: &str) -> Person {
        let no = domain::AddresseeNo::from_serial(1).unwrap();
        let home = domain::HouseholdNo::from_serial(1).unwrap();
        let born = domain::RegisterDate::Day(jiff::civil::date(1980, 1, 1));
        let mut row = Person::new(no, home, born, domain::Sex::Male);
        (row.resident_kind, row.name_kana) = (kind, kana.to_owned());
        row
    }

    /// What a form that says nothing leaves behind, by what the movement rests on.
    #[test]
    fn a_reading_is_as_good_as_what_its_movement_rests_on() {
        let day = jiff::civil::date(2026, 4, 1);
        let (japanese, foreign) = (ResidentKind::Japanese, ResidentKind::Foreign);
        let (birth, move_in) = (MovementReason::Birth, MovementReason::MoveInDomestic);
        for (kind, basis, reason, expected) in [
            (japanese, Basis::Notification, move_in, "確認済み"),
            (japanese, Basis::Application, move_in, "確認済み"),
            (japanese, Basis::ExOfficio, move_in, "未確認"),
            (japanese, Basis::Notice, move_in, "未確認・公証"),
            (japanese, Basis::Notification, birth, "確認済み・公証"),
            (foreign, Basis::Notification, birth, "確認済み"),
            (foreign, Basis::Notice, move_in, "未確認"),
        ] {
            let mut row = person(kind, "ヤマダ　タロウ");
            record(&mut row, &KanaStated::default(), basis, reason, day);
            assert_eq!(
                words(row.kana_confirmed, row.kana_attested),
                expected,
                "{kind:?} {basis:?} {reason:?}"
            );
        }
        let mut blank = person(japanese, "");
        record(&mut blank, &KanaStated::default(), Basis::Notification, move_in, day);
        assert_eq!(words(blank.kana_confirmed, blank.kana_attested), "");
    }

    #[test]
    fn from_the_day_of_the_rule_only_an_attested_japanese_reading_is_printed() {
        let (before, first) = (jiff::civil::date(2025, 5, 25), jiff::civil::date(2025, 5, 26));
        for (kind, attested, day, printed_there) in [
            (ResidentKind::Japanese, false, before, true),
            (ResidentKind::Japanese, false, first, false),
            (ResidentKind::Japanese, true, first, true),
            (ResidentKind::Foreign, false, first, true),
        ] {
            let mut row = person(kind, "ヤマダ　タロウ");
            row.kana_attested = attested;
            assert_eq!(
                !printed(&row, Which::Name, day).is_empty(),
                printed_there,
                "{kind:?} {attested} {day}"
            );
        }
    }

    #[test]
    fn a_corrected_reading_is_no_longer_attested() {
        let day = jiff::civil::date(2026, 4, 1);
        let mut before = person(ResidentKind::Japanese, "ヤマダ　タロウ");
        (before.kana_confirmed, before.kana_attested) = (Some(true), true);
        let mut row = before.clone();
        correct(&mut row, &before, &KanaStated::default(), Basis::ExOfficio, day);
        assert_eq!((row.kana_confirmed, row.kana_attested), (Some(true), true));
        row.name_kana = "ヤマタ　タロウ".to_owned();
        correct(&mut row, &before, &KanaStated::default(), Basis::ExOfficio, day);
        assert_eq!((row.kana_confirmed, row.kana_attested), (Some(false), false));
    }

    #[test]
    fn the_two_parts_make_the_whole() {
        for kana in ["ヤマダ　タロウ", "ヤマダ", "", "ヤマダ　タロウ　ジロウ"] {
            let row = person(ResidentKind::Japanese, kana);
            let (family, given) = apart(&row);
            let joined =
                if given.is_empty() { family.to_owned() } else { format!("{family}\u{3000}{given}") };
            assert_eq!(joined, kana);
        }
        assert_eq!(apart(&person(ResidentKind::Foreign, "リ　アン")), ("", ""));
    }
}
