//! What must hold of every town.

#[cfg(test)]
mod towns {
    use std::collections::HashSet;

    use domain::{Date, MunicipalityCode, Relation, RelationStep, Sex, age_on};
    use town::{Census, Household, Municipality, Options, Resident, Town, census};

    const TODAY: Date = Date::constant(2026, 11, 20);

    fn town(residents: usize, seed: u64) -> Town {
        Town::generate(Options { residents, seed, today: TODAY, municipality: Municipality::default() })
    }

    fn households(residents: usize, seed: u64) -> Vec<Household> {
        town(residents, seed).households().collect()
    }

    fn everyone(households: &[Household]) -> impl Iterator<Item = &Resident> {
        households.iter().flat_map(|household| &household.members)
    }

    /// A share in 1,000.
    fn per_mille(part: usize, whole: usize) -> usize {
        part * 1000 / whole
    }

    #[test]
    fn the_same_seed_gives_the_same_town_and_another_seed_another() {
        let town = households(600, 1);
        assert_eq!(town, households(600, 1));
        assert_ne!(town, households(600, 2));
        // A larger town begins with the smaller one's households.
        let larger = households(2000, 1);
        assert_eq!(town.get(..200), larger.get(..200));
    }

    #[test]
    fn there_are_as_many_residents_as_asked_for() {
        for residents in [0, 1, 2, 3, 10, 57, 500, 1234] {
            let town = households(residents, 5);
            assert_eq!(everyone(&town).count(), residents);
            assert!(town.iter().all(|household| !household.members.is_empty()));
        }
    }

    #[test]
    fn the_first_member_is_the_only_head_and_few_households_have_none() {
        let town = households(17_000, 1);
        let mut headless = 0;
        for household in &town {
            let heads = household.members.iter().filter(|member| member.relation.is_head()).count();
            assert_eq!(usize::from(household.head().is_some()), heads, "{household:?}");
            headless += 1 - heads;
        }
        assert!((1..40).contains(&headless), "{headless}");
    }

    #[test]
    fn relations_read_again_from_words_and_most_kinds_of_them_occur() {
        let town = households(17_000, 1);
        let labels: HashSet<String> = everyone(&town).map(|resident| resident.relation.label()).collect();
        for label in &labels {
            assert_eq!(Relation::parse(label).map(|relation| relation.label()), Ok(label.clone()));
        }
        for expected in [
            "世帯主",
            "妻",
            "夫",
            "子",
            "子の妻",
            "子の夫",
            "子の子",
            "父",
            "母",
            "妻の父",
            "妻の母",
            "弟",
            "妹",
            "妻（未届）",
            "夫（未届）",
            "妻（未届）の子",
            "同居人",
            "縁故者",
        ] {
            assert!(labels.contains(expected), "{expected} is missing in {labels:?}");
        }
    }

    /// Pairs of parent and child among the members, by their relations to the head.
    fn parents_and_children(household: &Household) -> Vec<(&Resident, &Resident)> {
        use RelationStep::{Child, Father, Husband, HusbandUnfiled, Mother, Wife, WifeUnfiled};
        let of = |steps: &[RelationStep]| -> Vec<&Resident> {
            household.members.iter().filter(|member| member.relation.steps() == steps).collect()
        };
        let head: Vec<&Resident> = household.head().into_iter().collect();
        let spouses: Vec<&Resident> = [of(&[Wife]), of(&[Husband])].concat();
        let unfiled: Vec<&Resident> = [of(&[WifeUnfiled]), of(&[HusbandUnfiled])].concat();
        let children = of(&[Child]);
        let cross = |parents: &[&'_ Resident], children: &[&'_ Resident]| -> Vec<(usize, usize)> {
            (0..parents.len()).flat_map(|p| (0..children.len()).map(move |c| (p, c))).collect()
        };
        let mut pairs = Vec::new();
        let groups = [
            (head.clone(), children.clone()),
            (spouses.clone(), children.clone()),
            ([children.clone(), of(&[Child, Wife]), of(&[Child, Husband])].concat(), of(&[Child, Child])),
            ([of(&[Father]), of(&[Mother])].concat(), head.clone()),
            ([of(&[Wife, Father]), of(&[Wife, Mother])].concat(), of(&[Wife])),
            (unfiled, of(&[WifeUnfiled, Child])),
        ];
        for (parents, children) in groups {
            for (p, c) in cross(&parents, &children) {
                pairs.push((parents[p], children[c]));
            }
        }
        pairs
    }

    #[test]
    fn parents_are_fifteen_years_older_than_their_children() {
        for seed in 1..4 {
            let town = households(17_000, seed);
            let mut pairs = 0;
            for household in &town {
                for (parent, child) in parents_and_children(household) {
                    let (Some(older), Some(younger)) = (parent.birth.sort_key(), child.birth.sort_key())
                    else {
                        continue;
                    };
                    pairs += 1;
                    assert!(15 <= age_on(older, younger), "{household:#?}");
                }
            }
            assert!(5_000 < pairs, "{pairs}");
        }
    }

    #[test]
    fn children_born_here_had_a_parent_here() {
        let mut born_here = 0;
        for household in &households(17_000, 3) {
            let pairs = parents_and_children(household);
            for (_, child) in &pairs {
                if child.moved_in_from.is_some() || child.foreign.is_some() || child.birth.known().is_none() {
                    continue;
                }
                let parents = || pairs.iter().filter(|pair| pair.1 == *child).map(|pair| pair.0);
                if parents().any(|parent| parent.foreign.is_some()) {
                    continue;
                }
                born_here += 1;
                // Elders who followed their child to town are the exception.
                let came_first =
                    |parent: &Resident| parent.resident_since.sort_key() <= child.birth.sort_key();
                let elders = parents().all(|parent| parent.relation.label().contains(['父', '母']));
                let whole_family = household.formed_on > child.birth.known().unwrap_or(TODAY);
                assert!(elders || whole_family || parents().any(came_first), "{household:#?}");
            }
        }
        assert!(2_000 < born_here, "{born_here}");
    }

    #[test]
    fn spouses_share_domicile_register_head_and_family_name() {
        let mut pairs = 0;
        for household in &households(17_000, 1) {
            let spouse =
                household.members.iter().find(|m| matches!(m.relation.label().as_str(), "妻" | "夫"));
            let (Some(head), Some(spouse)) = (household.head(), spouse) else { continue };
            assert_ne!(head.sex, spouse.sex);
            assert!(18 <= age_on(spouse.birth.latest().unwrap_or(Date::MIN), TODAY));
            if head.foreign.is_some() || spouse.foreign.is_some() {
                continue;
            }
            pairs += 1;
            assert_eq!(head.registered_domicile, spouse.registered_domicile);
            assert_eq!(head.register_head, spouse.register_head);
            assert_eq!(head.family_name, spouse.family_name);
            let names = [head.name(), spouse.name()].map(Some);
            assert!(names.contains(&head.register_head), "{household:#?}");
        }
        assert!(1_000 < pairs);
    }

    #[test]
    fn codes_and_numbers_are_unique() {
        let town = households(17_000, 1);
        let codes: HashSet<&str> = everyone(&town).map(|r| r.resident_record_code.expose()).collect();
        let numbers: HashSet<&str> = everyone(&town).map(|r| r.individual_number.expose()).collect();
        assert_eq!((codes.len(), numbers.len()), (17_000, 17_000));
        let cards: Vec<&String> =
            everyone(&town).filter_map(|r| r.foreign.as_ref()).filter_map(|f| f.card_no.as_ref()).collect();
        assert_eq!(cards.iter().collect::<HashSet<_>>().len(), cards.len());
        assert!(cards.iter().all(|card| card.len() == 12));
    }

    #[test]
    fn nothing_happens_after_today_or_before_birth() {
        for resident in everyone(&households(17_000, 2)) {
            let since = resident.resident_since.sort_key().unwrap_or(Date::MIN);
            let address = resident.addr_since.sort_key().unwrap_or(since);
            assert!(resident.birth.earliest().is_none_or(|birth| birth <= TODAY), "{resident:#?}");
            assert!(address <= TODAY && resident.notified_on <= TODAY, "{resident:#?}");
            assert!(resident.birth.sort_key().is_none_or(|birth| birth <= since), "{resident:#?}");
            assert!(since <= address && since <= resident.notified_on, "{resident:#?}");
        }
        assert!(households(17_000, 2).iter().all(|household| household.formed_on <= TODAY));
    }

    #[test]
    fn japanese_and_foreign_residents_have_their_own_items() {
        for resident in everyone(&households(17_000, 1)) {
            let japanese = resident.foreign.is_none();
            assert_eq!(resident.registered_domicile.is_some(), japanese);
            assert_eq!(resident.register_head.is_some(), japanese);
            assert_eq!(resident.name_roman.is_none(), japanese);
            assert_eq!(resident.alias.is_some(), resident.alias_kana.is_some());
            if let Some(foreign) = &resident.foreign {
                assert!(resident.former_family_name.is_none() && resident.family_name.is_empty());
                assert_eq!(foreign.stay_months.is_some(), foreign.stay_expires_on.is_some());
                assert!(Some(Date::constant(2012, 7, 9)) <= resident.resident_since.known());
            }
        }
    }

    #[test]
    fn every_town_shows_the_hard_cases() {
        for seed in 1..5 {
            let town = households(400, seed);
            let names: String = everyone(&town).map(|resident| resident.family_name.clone() + " ").collect();
            for name in [
                "髙橋",
                "渡邊",
                "渡邉",
                "𠮷田",
                "葛\u{E0100}城",
                "辻\u{E0100}",
                "﨑山",
                "濵田",
                "齋藤",
                "田邉",
            ] {
                assert!(names.contains(name), "{name} is missing with seed {seed}");
            }
            let has = |what: &str, fits: &dyn Fn(&Resident) -> bool| {
                assert!(everyone(&town).any(fits), "{what} is missing with seed {seed}");
            };
            has("a child without a name", &|resident| resident.name().is_empty());
            has("an unknown day of birth", &|resident| resident.birth.unknown_code().is_some());
            has("a foreigner's unknown day of birth", &|resident| {
                resident.foreign.is_some() && resident.birth.unknown_code().is_some()
            });
            has("an impossible day of birth", &|resident| resident.birth.to_string().ends_with('!'));
            has("a Meiji birth", &|resident| resident.birth.label_wareki().starts_with("明治"));
            has("the last day of Taisho", &|resident| resident.birth.label_wareki() == "大正15年12月25日");
            has("a former family name", &|resident| resident.former_family_name.is_some());
            assert!(town.iter().any(|household| household.head().is_none()));
        }
        let town = households(17_000, 1);
        assert!(everyone(&town).any(|resident| resident.alias.is_some()));
        assert!(everyone(&town).any(|resident| resident.name_kanji.is_some()));
        assert!(town.iter().any(|household| household.address.building.is_some()));
    }

    #[test]
    fn a_town_of_seventeen_thousand_looks_like_a_country_town() {
        for seed in 1..4 {
            let town = households(17_000, seed);
            let counted = census(&town, TODAY);
            let share = |part: usize| per_mille(part, counted.residents);
            let of_size = |size: usize| {
                let count = town.iter().filter(|household| household.members.len() == size).count();
                per_mille(count, counted.households)
            };
            let women = counted.classes().iter().map(|class| class.female).sum();
            let children = counted.residents - counted.from_age(15) - counted.age_unknown;
            let facts = [
                ("65 and more", share(counted.from_age(65)), 320..390),
                ("75 and more", share(counted.from_age(75)), 150..220),
                ("under 15", share(children), 90..140),
                ("women", share(women), 500..540),
                ("foreign", share(counted.foreign), 10..21),
                (
                    "people per 1,000 households",
                    per_mille(counted.residents, counted.households),
                    2_050..2_500,
                ),
                ("households of one", of_size(1), 300..390),
                ("households of two", of_size(2), 260..370),
            ];
            for (what, measured, bounds) in facts {
                assert!(bounds.contains(&measured), "{what}: {measured} with seed {seed}\n{counted:?}");
            }
        }
    }

    #[test]
    fn a_census_counts_everyone_once() {
        let town = households(3_000, 1);
        let counted = census(&town, TODAY);
        let in_classes: usize = counted.classes().iter().map(|class| class.total()).sum();
        assert_eq!((counted.residents, counted.households), (3_000, town.len()));
        assert_eq!(in_classes + counted.age_unknown, 3_000);
        assert_eq!(counted.from_age(0), in_classes);
        let labels: Vec<String> = counted.classes().iter().map(|class| class.label()).collect();
        assert_eq!((labels[0].as_str(), labels[20].as_str()), ("0～4歳", "100歳以上"));
        let men = everyone(&town).filter(|r| r.sex == Sex::Male && r.birth.sort_key().is_some()).count();
        assert_eq!(counted.classes().iter().map(|class| class.male).sum::<usize>(), men);
        assert_eq!(Census::new(TODAY).residents, 0);
    }

    #[test]
    fn municipality_codes_have_right_check_digits() {
        let municipality = Municipality::default();
        assert_eq!(municipality.code, "477991");
        assert!(MunicipalityCode::parse(&municipality.code).is_ok());
        for resident in everyone(&households(3_000, 1)) {
            let code = resident.moved_in_from.as_ref().and_then(|from| from.municipality_code.as_ref());
            assert!(code.is_none_or(|code| MunicipalityCode::parse(code).is_ok()), "{code:?}");
        }
    }

    #[test]
    fn other_days_and_other_municipalities_give_towns_too() {
        for (year, month, day) in [(2024, 2, 29), (2031, 1, 1), (2100, 12, 31)] {
            let today = Date::constant(year, month, day);
            let options = Options { residents: 3_000, seed: 9, today, municipality: Municipality::default() };
            assert_eq!(Town::generate(options).households().map(|h| h.members.len()).sum::<usize>(), 3_000);
        }
        let mut municipality = Municipality::default();
        municipality.areas.clear();
        let options = Options { residents: 50, seed: 9, today: TODAY, municipality };
        let town: Vec<Household> = Town::generate(options).households().collect();
        assert!(town.iter().all(|household| household.address.town.is_empty()));
    }
}
