//! Names: of family registers, of persons, of foreign residents.

use domain::Sex;

use crate::data::{Data, ForeignWord, Name, Share};
use crate::plan::{Draft, Plan, RegisterHead};
use crate::resident::joined;
use crate::rng::Rng;

/// How often a given name already used in the household is drawn again.
const REDRAWS_MAX: u32 = 5;

/// The names of a household: a family name for each register, a given name for each member.
pub(crate) struct Names {
    families: Vec<Name>,
    given: Vec<Name>,
}

impl Names {
    /// Draws all names. `family` is the first register's, where the caller has a wish.
    pub(crate) fn draw(rng: &Rng, data: &Data, plan: &Plan, family: Option<Name>) -> Names {
        let mut families: Vec<Name> = Vec::new();
        for (at, register) in plan.registers.iter().enumerate() {
            let wished = family.filter(|_| at == 0);
            let same = register.same_name_as.and_then(|other| families.get(other).copied());
            let drawn = wished.or(same);
            families.push(drawn.unwrap_or_else(|| data.family(&mut number(rng, "family", at))));
        }
        let mut given: Vec<Name> = Vec::new();
        for (at, member) in plan.members.iter().enumerate() {
            let mut rng = number(rng, "given", at);
            let mut name = Name::default();
            for _ in 0..REDRAWS_MAX {
                name = data.given(&mut rng, member.sex, member.birth.year());
                if !given.contains(&name) {
                    break;
                }
            }
            given.push(name);
        }
        Names { families, given }
    }

    pub(crate) fn family(&self, register: usize) -> Name {
        self.families.get(register).copied().unwrap_or_default()
    }

    pub(crate) fn given(&self, member: usize) -> Name {
        self.given.get(member).copied().unwrap_or_default()
    }

    /// The name of the head of a register (筆頭者).
    pub(crate) fn register_head(&self, rng: &Rng, data: &Data, plan: &Plan, register: usize) -> String {
        let family = self.family(register).text;
        let given = match plan.registers.get(register).map(|register| register.head) {
            Some(RegisterHead::Member(at)) => self.given(at),
            Some(RegisterHead::Outside(year)) => {
                data.given(&mut number(rng, "register-head", register), Sex::Male, year)
            }
            None => Name::default(),
        };
        joined(family, given.text)
    }
}

/// The name of a foreign resident.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForeignName {
    pub(crate) roman: String,
    pub(crate) kanji: Option<String>,
    pub(crate) family_kana: String,
    pub(crate) given_kana: String,
    pub(crate) alias: Option<String>,
    pub(crate) alias_kana: Option<String>,
}

/// Draws the name of a foreign resident; `family` is the Japanese family name an alias would use, and `shared` the seed
/// of what a family has in common.
pub(crate) fn foreign_name(
    rng: &mut Rng,
    shared: &mut Rng,
    data: &Data,
    member: &Draft,
    family: Name,
) -> ForeignName {
    let Some(stay) = member.foreign else { return ForeignName::default() };
    let family_word = word(shared, data, stay.code, "family", member.sex);
    let given = word(rng, data, stay.code, "given", member.sex);
    let middle = word(rng, data, stay.code, "middle", member.sex);
    // Vietnamese cards put the middle word before the given one, the others after.
    let order = if stay.code == "VNM" { [family_word, middle, given] } else { [family_word, given, middle] };
    let words: Vec<&ForeignWord> = order.into_iter().flatten().collect();
    let roman = words.iter().map(|word| word.roman).collect::<Vec<_>>().join(" ");
    let kanji: Option<Vec<&str>> = words.iter().map(|word| word.kanji).collect();
    let mut name = ForeignName {
        roman,
        kanji: kanji.map(|parts| parts.join("\u{3000}")).filter(|kanji| !kanji.is_empty()),
        ..ForeignName::default()
    };
    let given_kana: Vec<&str> =
        words.iter().filter(|word| word.part != "family").map(|word| word.kana).collect();
    if !data.chance(rng, Share::ForeignNoKana) {
        name.family_kana = family_word.map(|word| word.kana).unwrap_or_default().to_owned();
        name.given_kana = given_kana.join("\u{3000}");
    }
    // Special permanent residents mostly live under a Japanese name, spouses often under the family's; trainees without
    // kanji never do.
    let settled = stay.form != "single" || name.kanji.is_some();
    if (settled && data.chance(rng, Share::ForeignAlias))
        || (stay.class == "02" && data.chance(rng, Share::SpecialPermanentAlias))
    {
        let japanese = data.given(rng, member.sex, member.birth.year());
        let use_japanese = name.kanji.is_some() || given.is_none();
        let kana = given.map_or(japanese.kana, |word| word.kana);
        let (text, kana) = if use_japanese { (japanese.text, japanese.kana) } else { (kana, kana) };
        name.alias = Some(joined(family.text, text));
        name.alias_kana = Some(joined(family.kana, kana));
    }
    name
}

fn word<'a>(rng: &mut Rng, data: &'a Data, code: &str, part: &str, sex: Sex) -> Option<&'a ForeignWord> {
    let fits = |word: &&ForeignWord| {
        word.code == code && word.part == part && (word.sex == "0" || word.sex == sex.code())
    };
    let count = u32::try_from(data.foreign_words.iter().filter(fits).count()).unwrap_or_default();
    let at = usize::try_from(rng.below(count)).unwrap_or_default();
    data.foreign_words.iter().filter(fits).nth(at)
}

/// The generator of the `at`-th of several.
pub(crate) fn number(rng: &Rng, name: &str, at: usize) -> Rng {
    rng.nth(name, u64::try_from(at).unwrap_or_default())
}
