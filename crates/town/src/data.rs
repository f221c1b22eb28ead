//! The data a town is made of, from `standards/town`.

use domain::Sex;

use crate::rng::Rng;
use crate::table::{Weighted, rows};

macro_rules! data {
    ($file:literal) => {
        include_str!(concat!("../../../standards/town/", $file))
    };
}

/// A name and its kana.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: &'static str,
    pub(crate) kana: &'static str,
}

/// A place people come from, or are registered in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) code: &'static str,
    pub(crate) prefecture: &'static str,
    pub(crate) municipality: &'static str,
    pub(crate) town: &'static str,
    pub(crate) postcode: &'static str,
    pub(crate) country: Option<&'static str>,
    pub(crate) overseas: &'static str,
}

/// A building with a name (方書).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Building {
    pub(crate) name: &'static str,
    pub(crate) floors: i32,
    pub(crate) rooms: i32,
}

/// A nationality and a stay.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stay {
    pub(crate) code: &'static str,
    pub(crate) nationality: &'static str,
    pub(crate) country: &'static str,
    pub(crate) status: &'static str,
    pub(crate) class: &'static str,
    pub(crate) form: &'static str,
    pub(crate) months: u16,
}

/// One word of a foreign name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForeignWord {
    pub(crate) code: &'static str,
    pub(crate) part: &'static str,
    pub(crate) sex: &'static str,
    pub(crate) roman: &'static str,
    pub(crate) kana: &'static str,
    pub(crate) kanji: Option<&'static str>,
}

macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $key:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            pub(crate) const ALL: &'static [($name, &'static str)] = &[$(($name::$variant, $key),)+];

            pub(crate) fn from_key(key: &str) -> Option<$name> {
                Self::ALL.iter().find(|(_, known)| *known == key).map(|(it, _)| *it)
            }
        }
    };
}

keys! {
    /// The form of a household (世帯の類型).
    Form {
        Single = "single",
        Couple = "couple",
        Nuclear = "nuclear",
        Mother = "mother",
        Father = "father",
        ElderParent = "elder_parent",
        ThreeGeneration = "three_generation",
        FourGeneration = "four_generation",
        CoupleWithParents = "couple_with_parents",
        Siblings = "siblings",
        Housemate = "housemate",
        Kin = "kin",
        Unfiled = "unfiled",
        Headless = "headless",
        ForeignSingle = "foreign_single",
        ForeignFamily = "foreign_family",
        ForeignSpouse = "foreign_spouse",
    }
}

keys! {
    /// A share in 1,000.
    Share {
        WifeHeadsCouple = "wife_heads_couple",
        YoungerGenerationHeads = "younger_generation_heads",
        WidowHeadsSingle = "widow_heads_single",
        Twins = "twins",
        MarriedUnderWifesName = "married_under_wifes_name",
        FormerFamilyName = "former_family_name",
        GrownChildLeaves = "grown_child_leaves",
        BothGrandparents = "both_grandparents",
        ElderParentHeads = "elder_parent_heads",
        ElderParentIsMother = "elder_parent_is_mother",
        NativeHead = "native_head",
        ResidentBefore = "resident_before",
        SpouseCameAtMarriage = "spouse_came_at_marriage",
        DomicileInTown = "domicile_in_town",
        WidowedOver64 = "widowed_over_64",
        DivorcedUnder65 = "divorced_under_65",
        BirthUnknownOver94 = "birth_unknown_over_94",
        BirthUnknownForeign = "birth_unknown_foreign",
        BirthImpossible = "birth_impossible",
        UnnamedNewborn = "unnamed_newborn",
        ForeignAlias = "foreign_alias",
        SpecialPermanentAlias = "special_permanent_alias",
        ForeignNoKana = "foreign_no_kana",
    }
}

keys! {
    /// What a planted household must show.
    Trait {
        BirthUnknown = "birth_unknown",
        BirthImpossible = "birth_impossible",
        UnnamedNewborn = "unnamed_newborn",
        Meiji = "meiji",
        Taisho = "taisho",
        DualEra = "dual_era",
        FormerName = "former_name",
    }
}

/// A household every town shows, whatever the seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planted {
    pub(crate) household: u64,
    pub(crate) form: Form,
    pub(crate) family: Option<&'static str>,
    pub(crate) mark: Option<Trait>,
}

/// A form of household and the ages of its leading person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormRow {
    pub(crate) form: Form,
    pub(crate) age_from: i32,
    pub(crate) age_to: i32,
}

/// All tables.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    pub(crate) families: Weighted<Name>,
    given: [Vec<Weighted<Name>>; 2],
    pub(crate) forms: Weighted<FormRow>,
    shares: Vec<(Share, u32)>,
    pub(crate) came_from: Weighted<Place>,
    pub(crate) domiciles: Weighted<Place>,
    pub(crate) buildings: Weighted<Building>,
    pub(crate) stays: Weighted<Stay>,
    pub(crate) foreign_words: Vec<ForeignWord>,
    pub(crate) planted: Vec<Planted>,
}

/// Given names are weighed once for each span of so many years of birth.
const SPAN_YEARS: i32 = 5;
const SPANS_FROM: i32 = 1885;
const SPANS: i32 = 29;

impl Data {
    /// The tables compiled in. A row that does not read is left out; a test counts them.
    pub(crate) fn built_in() -> Data {
        let places: Vec<(u32, u32, Place)> = rows(data!("places.tsv"))
            .map(|row| {
                let place = Place {
                    code: row.text(0),
                    prefecture: row.text(1),
                    municipality: row.text(2),
                    town: row.text(3),
                    postcode: row.text(4),
                    country: row.stated(5),
                    overseas: row.text(6),
                };
                (row.number(7), row.number(8), place)
            })
            .collect();
        Data {
            families: rows(data!("family-names.tsv"))
                .map(|row| (row.number(2), Name { text: row.text(0), kana: row.text(1) }))
                .collect(),
            given: [given_names("1"), given_names("2")],
            forms: rows(data!("households.tsv"))
                .filter_map(|row| {
                    let form = Form::from_key(row.text(0))?;
                    Some((row.number(3), FormRow { form, age_from: row.number(1), age_to: row.number(2) }))
                })
                .collect(),
            shares: rows(data!("shares.tsv"))
                .filter_map(|row| Some((Share::from_key(row.text(0))?, row.number(1))))
                .collect(),
            came_from: places.iter().map(|(movers, _, place)| (*movers, *place)).collect(),
            domiciles: places.iter().map(|(_, registers, place)| (*registers, *place)).collect(),
            buildings: rows(data!("buildings.tsv"))
                .map(|row| {
                    let building =
                        Building { name: row.text(0), floors: row.number(1), rooms: row.number(2) };
                    (row.number(3), building)
                })
                .collect(),
            stays: rows(data!("foreign-stays.tsv"))
                .map(|row| {
                    let stay = Stay {
                        code: row.text(0),
                        nationality: row.text(1),
                        country: row.text(2),
                        status: row.text(3),
                        class: row.text(4),
                        form: row.text(5),
                        months: row.number(6),
                    };
                    (row.number(7), stay)
                })
                .collect(),
            foreign_words: rows(data!("foreign-names.tsv"))
                .map(|row| ForeignWord {
                    code: row.text(0),
                    part: row.text(1),
                    sex: row.text(2),
                    roman: row.text(3),
                    kana: row.text(4),
                    kanji: row.stated(5),
                })
                .collect(),
            planted: rows(data!("planted.tsv"))
                .filter_map(|row| {
                    Some(Planted {
                        household: row.number(0),
                        form: Form::from_key(row.text(1))?,
                        family: row.stated(2),
                        mark: row.stated(3).and_then(Trait::from_key),
                    })
                })
                .collect(),
        }
    }

    /// True in the share of cases the table says.
    pub(crate) fn chance(&self, rng: &mut Rng, share: Share) -> bool {
        let stated = self.shares.iter().find(|(known, _)| *known == share);
        rng.per_mille(stated.map_or(0, |(_, per_mille)| *per_mille))
    }

    /// A given name in the fashion of a year of birth.
    pub(crate) fn given(&self, rng: &mut Rng, sex: Sex, year: i16) -> Name {
        let [men, women] = &self.given;
        let spans = if sex == Sex::Female { women } else { men };
        let span = ((i32::from(year) - SPANS_FROM) / SPAN_YEARS).clamp(0, SPANS - 1);
        let names = usize::try_from(span).ok().and_then(|span| spans.get(span));
        names.and_then(|names| names.pick(rng)).copied().unwrap_or_default()
    }

    /// A family name.
    pub(crate) fn family(&self, rng: &mut Rng) -> Name {
        self.families.pick(rng).copied().unwrap_or_default()
    }
}

/// The given names of one sex for each span of years, weighed by how near the name's best year is.
fn given_names(sex: &str) -> Vec<Weighted<Name>> {
    let names: Vec<(Name, [i32; 4])> = rows(data!("given-names.tsv"))
        .filter(|row| row.text(0) == sex)
        .map(|row| {
            let name = Name { text: row.text(1), kana: row.text(2) };
            (name, [row.number(3), row.number(4), row.number(5), row.number(6)])
        })
        .collect();
    (0..SPANS)
        .map(|span| {
            let year = SPANS_FROM + span * SPAN_YEARS + SPAN_YEARS / 2;
            names.iter().map(|(name, fashion)| (fashion_weight(year, *fashion), *name)).collect()
        })
        .collect()
}

/// A triangle from the first year over the best to the last.
fn fashion_weight(year: i32, [from, peak, to, weight]: [i32; 4]) -> u32 {
    let weight = weight.saturating_mul(100);
    let value = if year <= from || to <= year {
        0
    } else if year <= peak {
        weight * (year - from) / (peak - from).max(1)
    } else {
        weight * (to - year) / (to - peak).max(1)
    };
    u32::try_from(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_every_table_is_used() {
        let data = Data::built_in();
        let count = |text| rows(text).count();
        assert_eq!(data.families.all().count(), count(data!("family-names.tsv")));
        assert_eq!(data.forms.all().count(), count(data!("households.tsv")));
        assert_eq!(data.came_from.all().count(), count(data!("places.tsv")));
        assert_eq!(data.buildings.all().count(), count(data!("buildings.tsv")));
        assert_eq!(data.stays.all().count(), count(data!("foreign-stays.tsv")));
        assert_eq!(data.planted.len(), count(data!("planted.tsv")));
        assert_eq!((data.shares.len(), Share::ALL.len()), (count(data!("shares.tsv")), data.shares.len()));
        assert!(data.shares.iter().all(|(_, share)| 0 < *share && *share <= 1000));
        for row in rows(data!("planted.tsv")) {
            assert!(row.stated(3).is_none_or(|key| Trait::from_key(key).is_some()), "{}", row.text(3));
            let family = row.stated(2);
            assert!(family.is_none_or(|family| data.families.all().any(|name| name.text == family)));
        }
    }

    #[test]
    fn every_span_of_years_has_names_and_every_name_is_katakana() {
        let data = Data::built_in();
        for spans in &data.given {
            assert!(spans.iter().all(|span| 5 < span.all().count()));
        }
        let given = rows(data!("given-names.tsv")).map(|row| row.text(2));
        let family = data.families.all().map(|name| name.kana);
        let foreign = data.foreign_words.iter().map(|word| word.kana);
        for kana in given.chain(family).chain(foreign) {
            assert!(kana.chars().all(|c| matches!(c, 'ァ'..='ヴ' | 'ー')), "{kana}");
        }
    }

    #[test]
    fn every_nationality_has_names_for_both_sexes() {
        let data = Data::built_in();
        for stay in data.stays.all() {
            for sex in ["1", "2"] {
                let fits =
                    |word: &&ForeignWord| word.code == stay.code && word.part == "given" && word.sex == sex;
                assert!(data.foreign_words.iter().any(|word| fits(&word)), "{} {sex}", stay.code);
            }
        }
    }
}
