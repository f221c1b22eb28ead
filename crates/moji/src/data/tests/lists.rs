//! The lists of IPA and Unicode.

use crate::data::ivd::{base, registration};
use crate::data::jis_1978::changed;
use crate::data::kana::hentaigana_of;
use crate::data::mj::{mj_of, radical_strokes};
use crate::data::shrink::{entry, places};
use crate::data::*;

fn number(number: u32) -> MjNumber {
    MjNumber::new(number).unwrap()
}

#[test]
fn every_line_of_the_lists_parses() {
    let numbered = [MjList::TABLE, Readings::TABLE, Hentaigana::TABLE];
    for table in numbered {
        assert_eq!(table.numbered().count(), table.lines().count());
        assert!(table.numbered().map(|(number, _)| number).is_sorted_by(|a, b| a < b));
    }
    for (number, line) in MjList::TABLE.numbered() {
        let (mj, _) = mj_of(number, line).unwrap_or_else(|| panic!("{number} {line}"));
        let radicals = line.split('\t').nth(2).unwrap();
        assert!(radicals.split(' ').all(|radical| radical_strokes(radical).is_some()), "{number} {line}");
        assert!(0 < mj.strokes, "{number}");
    }
    for (number, line) in Readings::TABLE.numbered() {
        let is_reading = |text: &str| {
            let kana =
                |kana: std::ops::RangeInclusive<char>| text.chars().all(|c| kana.contains(&c) || c == 'ー');
            !text.is_empty() && (kana('ぁ'..='ゖ') || kana('ァ'..='ヶ'))
        };
        assert!(line == "=" || line.split(' ').all(is_reading), "{number} {line}");
    }
    for (number, line) in Hentaigana::TABLE.numbered() {
        let row = hentaigana_of(number, line).unwrap_or_else(|| panic!("{number} {line}"));
        assert!(row.char.is_some() != row.merged_into.is_some(), "{number} {line}");
    }
    let mut numbers = 0;
    for line in ShrinkMap::TABLE.lines() {
        let column = line.split('\t').next().unwrap();
        if column.contains('-') {
            assert_eq!(numbers, 0, "the chart is the first part");
            assert!(places(line).is_some(), "{line}");
        } else {
            numbers += 1;
            let entries = line.split_once('\t').unwrap().1;
            assert!(entries.split(' ').all(|text| entry(text).is_some()), "{line}");
        }
    }
    assert_eq!(shrink().numbers().len(), numbers);
    for line in Ivd::TABLE.lines() {
        let (base, entries) = base(line).unwrap_or_else(|| panic!("{line}"));
        for entry in entries.split(' ').filter(|&entry| entry != "-") {
            let Registration { adobe_japan1, hanyo_denshi, moji_joho } = registration(entry).unwrap();
            assert!(
                adobe_japan1.is_some() || hanyo_denshi.is_some() || moji_joho.is_some(),
                "{base} {entry}"
            );
            assert_eq!(moji_joho.is_some(), entry.contains('/'), "{base} {entry}");
        }
    }
    assert!(ivd().bases().is_sorted_by(|a, b| a < b));
    assert!(jis_1978::TABLE.lines().all(|line| changed(line).is_some()));
}

#[test]
fn a_broken_line_is_left_out() {
    let mj = |line| mj_of(number(1), line).map(|(mj, _)| mj.number);
    for (line, reads) in [
        ("葛\t12\t140.9", true),
        ("葛\t12\t140.9\t352760\t=\tB9D5\t\t03\t\t1-19-75", true),
        ("", false),
        ("葛", false),
        ("葛飾\t12\t140.9", false),
        ("葛\t画\t140.9", false),
        ("葛\t12\t140.9\t35276", false),
        ("葛\t12\t140.9\t\t=", false),
        ("葛\t12\t140.9\t\t\tB9D", true),
        ("葛\t12\t140.9\t\t\tXYZ", false),
        ("𠮷\t6\t30.3\t\t\t=", false),
        ("葛\t12\t140.9\t\t\t\t\t0X", false),
        ("葛\t12\t140.9\t\t\t\t\t\t\t1-19", false),
        ("葛\t12\t140.9\t\t\t\t\t\t\t\tmore", false),
    ] {
        assert_eq!(mj(line).is_some(), reads, "{line}");
    }
    for text in ["", "1", "高", "11高", "1.x高", "x高"] {
        assert_eq!(entry(text), None, "{text}");
    }
    assert_eq!(entry("4.2高"), Some((ShrinkTable::KosekiParent, Some(2), "高")));
    assert_eq!(registration("-"), None);
    assert_eq!(radical_strokes("215.1"), None);
    assert_eq!(changed("other\t鯵\t鰺"), None);
    assert!(places("1-16-94\t亜唖").is_none());
}

#[test]
fn lists_have_as_many_rows_as_their_editors_say() {
    let all: Vec<&Mj> = mj().all().collect();
    let count = |has: fn(&Mj) -> bool| all.iter().filter(|mj| has(mj)).count();
    assert_eq!(all.len(), 58_862);
    assert_eq!(count(|mj| mj.ucs.is_none()), 3);
    assert_eq!(count(|mj| mj.sequence().is_none()), 19);
    assert_eq!(count(|mj| mj.implemented.is_some()), 52_607);
    assert_eq!(count(|mj| mj.implemented.is_some() && mj.implemented != mj.ucs), 89);
    assert_eq!(count(|mj| mj.selector.is_some()), 11_382);
    assert_eq!(count(|mj| mj.standardized.is_some()), 89);
    assert_eq!(count(|mj| mj.juki.is_some()), 19_563);
    assert_eq!(count(|mj| mj.koseki.is_some()), 55_270);
    assert_eq!(count(|mj| mj.touki.is_some()), 56_380);
    assert_eq!(count(|mj| mj.x0213.is_some()), 13_707);
    assert_eq!(all.iter().map(|mj| readings().of(mj.number).count()).sum::<usize>(), 122_148);
    assert_eq!(hentaigana().len(), 299);
    assert_eq!(hentaigana().iter().filter(|row| row.char.is_some()).count(), 286);
    let targets = |number| shrink().all_of(number).count();
    assert_eq!(shrink().numbers().map(targets).sum::<usize>(), 62_682);
    assert_eq!(shrink().numbers().len(), 35_851);
    let registered: Vec<_> = ivd().bases().flat_map(|base| ivd().selectors(base)).collect();
    assert_eq!(registered.len(), 29_247);
    assert_eq!(registered.iter().filter(|(_, row)| row.adobe_japan1.is_some()).count(), 14_684);
    assert_eq!(registered.iter().filter(|(_, row)| row.hanyo_denshi.is_some()).count(), 13_045);
    assert_eq!(registered.iter().filter(|(_, row)| row.moji_joho.is_some()).count(), 11_384);
    assert_eq!(jis_1978().count(), 70);
}

/// Every number is found again by all it is known under; sequences are registered.
#[test]
fn every_character_is_found_by_what_it_is_known_under() {
    for character in mj().all() {
        let is_it = |found: Option<&Mj>| assert_eq!(found, Some(character));
        is_it(mj().get(character.number));
        character.juki.into_iter().for_each(|code| is_it(mj().by_juki(code)));
        character.koseki.into_iter().for_each(|koseki| is_it(mj().by_koseki(koseki)));
        character.touki.into_iter().for_each(|touki| is_it(mj().by_touki(touki)));
        character.implemented.into_iter().for_each(|c| is_it(mj().by_sequence(c, None)));
        if let Some(ucs) = character.ucs {
            assert!(mj().by_base(ucs).any(|found| found == character));
            character
                .standardized
                .into_iter()
                .for_each(|selector| is_it(mj().by_sequence(ucs, Some(selector))));
        }
        if let Some(Sequence { base, selector }) = character.sequence() {
            is_it(mj().by_sequence(base, selector));
            let registered = selector.map(|selector| ivd().collections(base, selector).unwrap().moji_joho);
            assert!(registered.is_none_or(|registered| registered == Some(character.number)));
        }
    }
}

/// Every Moji_Joho sequence of the database is one of the list, the two that are only read among them.
#[test]
fn every_registered_moji_joho_sequence_is_read() {
    for base in ivd().bases() {
        for (selector, row) in ivd().selectors(base) {
            let found = mj().by_sequence(base, Some(selector)).map(|mj| mj.number);
            assert_eq!(found, row.moji_joho, "U+{:04X} {:X}", u32::from(base), u32::from(selector));
        }
    }
}

/// What an expert knows: (text, MJ number, J+ code, canonical spelling).
#[test]
fn names_that_every_town_has() {
    for (text, mj_number, juki, canonical) in [
        ("葛", 22336, "J+B9D5", "葛\u{E0103}"),
        ("葛\u{E0103}", 22336, "J+B9D5", "葛\u{E0103}"),
        ("葛\u{E0102}", 22335, "J+845B", "葛\u{E0102}"),
        ("辻", 25761, "J+BC2F", "辻\u{E0103}"),
        ("辻\u{E0102}", 25760, "J+8FBB", "辻\u{E0102}"),
        ("高", 28901, "J+9AD8", "高"),
        ("髙", 28902, "J+9AD9", "髙"),
        ("崎", 10541, "J+5D0E", "崎"),
        ("﨑", 30196, "J+FA11", "﨑\u{E0102}"),
        ("吉", 8064, "J+5409", "吉"),
        ("𠮷", 32129, "J+AEAC", "𠮷"),
        ("斉", 13044, "J+6589", "斉\u{E0102}"),
        ("斎", 13050, "J+658E", "斎\u{E0103}"),
        ("斎\u{E0102}", 13049, "J+B6DA", "斎\u{E0102}"),
        ("齊", 30059, "J+9F4A", "齊\u{E0102}"),
        ("齋", 30060, "J+9F4B", "齋\u{E0102}"),
        // A compatibility ideograph, its standardized and its Moji_Joho sequence are one glyph.
        ("\u{F928}", 30184, "J+F928", "廊\u{E0104}"),
        ("廊\u{FE00}", 30184, "J+F928", "廊\u{E0104}"),
        ("廊\u{E0104}", 30184, "J+F928", "廊\u{E0104}"),
        // Registered twice, under two characters.
        ("博\u{E010A}", 59399, "J+AE6F", "𫧤\u{E0100}"),
        ("博\u{E010B}", 59400, "J+AE70", "𫧤\u{E0101}"),
    ] {
        let mut chars = text.chars();
        let character = mj().by_sequence(chars.next().unwrap(), chars.next()).unwrap();
        assert_eq!(character.number, number(mj_number), "{text}");
        assert_eq!(character.juki, Some(juki.parse().unwrap()), "{text}");
        assert_eq!(mj().by_juki(juki.parse().unwrap()), Some(character));
        assert_eq!(character.sequence().unwrap().to_string(), canonical);
    }
}

#[test]
fn glyphs_of_a_character_are_listed_by_number() {
    let of = |c| mj().by_base(c).map(|mj| mj.number.get()).collect::<Vec<_>>();
    assert_eq!(of('葛'), (22_335..=22_341).collect::<Vec<_>>());
    assert_eq!(of('髙'), [28_902]);
    assert_eq!(of('A'), []);
    for withdrawn in [37_229, 40_579, 42_077] {
        let withdrawn = mj().get(number(withdrawn)).unwrap();
        assert_eq!((withdrawn.ucs, withdrawn.sequence(), withdrawn.koseki), (None, None, None));
    }
    assert_eq!(mj().get(number(0)), None);
    assert_eq!(mj().get(number(90_001)), None, "hentaigana have a list of their own");
    let by_other_collection = mj().by_sequence('葛', Some('\u{E0100}'));
    assert_eq!(by_other_collection, None);
    assert_eq!(mj().by_sequence('葛', Some('\u{180B}')), None);
}

#[test]
fn strokes_radicals_readings_and_numbers_of_a_character() {
    let kuzu = mj().get(number(22_335)).unwrap();
    assert_eq!((kuzu.strokes, kuzu.x0213), (11, X0213::new(1, 19, 75)));
    assert_eq!(kuzu.koseki.unwrap().to_string(), "349920");
    assert_eq!(kuzu.touki.unwrap().to_string(), "00349920");
    assert_eq!(kuzu.radicals().collect::<Vec<_>>(), [RadicalStrokes { radical: 140, inner: Some(8) }]);
    assert_eq!(readings().of(kuzu.number).collect::<String>(), "カツカチくずつづらかずら");
    assert!(readings().numbers("つじ").eq([number(25_760), number(25_761)]));
    let unknown = mj().get(number(259)).unwrap();
    assert!(unknown.radicals().any(|radical| radical == RadicalStrokes { radical: 48, inner: None }));
    let a = hentaigana().first().unwrap();
    assert_eq!((a.number, a.char, a.parent, a.sounds), (number(90_001), Some('𛀂'), '安', "あ"));
    let merged = hentaigana().iter().find(|row| row.number == number(90_293)).unwrap();
    assert_eq!((merged.char, merged.merged_into), (None, Some(number(90_002))));
}

/// (MJ number, what a conversion tries in order: table.step and target).
#[test]
fn targets_stand_in_the_order_in_which_a_conversion_asks() {
    for (mj_number, tried, all) in [
        (28_902, "1高 4.1高", 2),
        (30_196, "1﨑 4.1崎", 2),
        (32_129, "1吉 4.1吉 2.1吉", 3),
        (22_336, "1葛", 1),
        (297, "4.1堆 4.1雁 2.1雁 2.2堆", 5),
        (4, "4.1丘 2.1丘 10丘 10坵", 4),
        (5, "", 0),
    ] {
        let shown = |row: ShrinkRow| {
            let step = row.rank.or(row.hops).map(|step| format!(".{step}")).unwrap_or_default();
            format!("{}{step}{}", row.table.number(), row.ucs)
        };
        let of = shrink().of(number(mj_number)).map(shown).collect::<Vec<_>>().join(" ");
        assert_eq!((of.as_str(), shrink().all_of(number(mj_number)).count()), (tried, all), "{mj_number}");
    }
    let order = |row: &ShrinkRow| {
        let table = ShrinkTable::ASKED.iter().position(|&table| table == row.table).unwrap_or(usize::MAX);
        (table, row.rank.or(row.hops), row.ucs)
    };
    for number in shrink().numbers() {
        assert!(shrink().all_of(number).is_sorted_by(|a, b| order(a) < order(b)), "{number}");
        assert!(shrink().of(number).all(|row| row.table != ShrinkTable::Circular2842Different));
    }
    let takasaki = shrink().of(number(28_902)).next().unwrap();
    assert_eq!(takasaki.x0213.to_string(), "1-25-66");
}

#[test]
fn tables_of_the_shrink_map_have_names_and_numbers() {
    for table in 1..=10 {
        assert_eq!(ShrinkTable::of_number(table).unwrap().number(), table);
    }
    assert_eq!(ShrinkTable::of_number(11), None);
    assert_eq!(ShrinkTable::Notice582Second.name(), "法務省告示582号別表第四の二");
}

#[test]
fn sequences_belong_to_collections() {
    let kuzu = |selector| ivd().collections('葛', selector);
    assert_eq!(
        kuzu('\u{E0100}'),
        Some(Registration { adobe_japan1: Some(1481), hanyo_denshi: None, moji_joho: None })
    );
    assert_eq!(
        kuzu('\u{E0103}'),
        Some(Registration {
            adobe_japan1: None,
            hanyo_denshi: Some("FT1769"),
            moji_joho: Some(number(22_336))
        })
    );
    let last = ivd().selectors('葛').last().unwrap();
    assert_eq!((last.0, last.1.hanyo_denshi, last.1.moji_joho), ('\u{E0109}', Some("TK01079040"), None));
    assert_eq!(kuzu('\u{E010A}'), None);
    assert_eq!(kuzu('\u{FE00}'), None);
    // 龜 has a gap: these two are of another country's collection.
    assert!(!ivd().is_registered('龜', '\u{E0107}'));
    assert!(ivd().is_registered('龜', '\u{E0109}'));
    assert!(!ivd().is_registered('A', '\u{E0100}'));
}
