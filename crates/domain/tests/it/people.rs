//! Codes, relations, addresses, yen, fiscal years, ages.

use domain::{
    Address, Art30_45Class, Date, FiscalYear, MovementClass, MovementReason, Relation, ResidentKind,
    ResidentStatus, Sex, Yen, age_at_end_of, age_on, attains_on, fiscal_year_end_after_attaining,
};
use proptest::prelude::*;

fn day(text: &str) -> Date {
    text.parse().unwrap_or(Date::MIN)
}

#[test]
fn codes_have_words_and_are_what_json_holds() {
    assert_eq!((Sex::Female.code(), Sex::Female.label()), ("2", "女"));
    assert_eq!(ResidentKind::from_code("2"), Some(ResidentKind::Foreign));
    assert_eq!(ResidentStatus::from_code("9").map(ResidentStatus::label), Some("その他消除者"));
    assert_eq!(Art30_45Class::from_code("02").map(Art30_45Class::label), Some("特別永住者"));
    assert_eq!(serde_json::to_string(&MovementReason::MoveInDomestic).unwrap(), "\"01\"");
    assert_eq!(serde_json::from_str::<Sex>("\"1\"").unwrap(), Sex::Male);
    let unknown = serde_json::from_str::<Sex>("\"7\"").unwrap_err().to_string();
    assert!(unknown.contains("コード「7」"), "{unknown}");
}

#[test]
fn movement_reasons_by_class() {
    let of = |class| MovementReason::ALL.iter().filter(move |reason| reason.class() == class).count();
    assert_eq!(of(MovementClass::Record), 9);
    assert_eq!(of(MovementClass::Delete), 8);
    assert_eq!(of(MovementClass::Correct), 19);
    for (code, label, class) in [
        ("01", "国内転入", "記載"),
        ("03", "出生", "記載"),
        ("07", "改製", "記載"),
        ("27", "改製", "消除"),
        ("21", "国内転出", "消除"),
        ("23", "死亡", "消除"),
        ("41", "転居", "修正"),
        ("53", "世帯主変更", "修正"),
        ("59", "異動の取消し（修正）", "修正"),
    ] {
        let reason = MovementReason::from_code(code).unwrap();
        assert_eq!((reason.label(), reason.class().label(), reason.code()), (label, class, code));
    }
    assert_eq!(MovementReason::from_code("10"), None);
}

#[test]
fn relations_read_from_words_and_codes() {
    for (text, label, codes) in [
        ("世帯主", "世帯主", "02"),
        ("02", "世帯主", "02"),
        ("妻", "妻", "12"),
        ("12", "妻", "12"),
        ("夫(未届)", "夫（未届）", "13"),
        ("妻（未届）の子", "妻（未届）の子", "14-20"),
        ("子の子", "子の子", "20-20"),
        ("20-12", "子の妻", "20-12"),
        ("20-12-XX-XX", "子の妻", "20-12"),
        ("父の兄の子", "父の兄の子", "51-71-20"),
        ("子の子の子の子", "子の子の子の子", "20-20-20-20"),
        ("子（子の夫）", "子（子の夫）", "2X"),
        ("子（子の妻）の子", "子（子の妻）の子", "2X-20"),
        ("縁故者", "縁故者", "96"),
        ("99", "同居人", "99"),
        (" 母 ", "母", "52"),
    ] {
        let relation = Relation::parse(text).unwrap();
        assert_eq!((relation.label().as_str(), relation.code_text().as_str()), (label, codes));
        assert_eq!(Relation::parse(label), Ok(relation.clone()));
        assert_eq!(relation.is_head(), label == "世帯主");
        let json = serde_json::to_string(&relation).unwrap();
        assert_eq!(serde_json::from_str::<Relation>(&json).unwrap(), relation);
    }
}

#[test]
fn relations_outside_the_grammar_say_what_to_enter() {
    for (text, part) in [
        ("", "続柄がありません"),
        ("XX", "続柄がありません"),
        ("孫", "「子の子」と入力してください（E085）"),
        ("祖父", "父の父"),
        ("甥", "兄の子"),
        ("家事使用人", "同居人"),
        ("世帯主の妻", "E085"),
        ("縁故者の子", "E085"),
        ("子の", "E085"),
        ("子子", "E085"),
        ("のの", "E085"),
        ("子の子の子の子の子", "5世代あります。4世代を超えるときは「縁故者」と入力してください（E086）"),
        ("20-20-20-20-20", "E086"),
        ("77", "コード「77」"),
        ("20-02", "コード「02」"),
        ("20--12", "コード「」"),
        ("20-2X", "文字で入力"),
    ] {
        let message = Relation::parse(text).unwrap_err().to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn addresses_on_one_line() {
    let home = Address {
        prefecture: "鳥取県".into(),
        municipality: "架空町".into(),
        town: "大字海辺".into(),
        lot: "12番地3".into(),
        building: Some("みなと荘101号".into()),
        postcode: Some("6890000".into()),
        ..Address::default()
    };
    assert_eq!(home.one_line(), "鳥取県架空町大字海辺12番地3　みなと荘101号");
    assert_eq!(home.postcode_label().as_deref(), Some("〒689-0000"));
    let abroad = Address {
        country: Some("アメリカ合衆国".into()),
        overseas: Some("カリフォルニア州".into()),
        ..Address::default()
    };
    assert_eq!(abroad.one_line(), "アメリカ合衆国　カリフォルニア州");
    assert_eq!(serde_json::to_string(&Address::default()).unwrap(), "{}");
    let json = serde_json::to_string(&home).unwrap();
    assert_eq!(serde_json::from_str::<Address>(&json).unwrap(), home);
}

#[test]
fn yen_is_written_cut_and_summed() {
    for (amount, text) in [
        (0, "0"),
        (999, "999"),
        (1_234, "1,234"),
        (-1_234_567, "-1,234,567"),
        (i64::MIN, "-9,223,372,036,854,775,808"),
    ] {
        assert_eq!(Yen(amount).to_string(), text);
    }
    assert_eq!(Yen(1_980).floor_to(100), Yen(1_900));
    assert_eq!(Yen(-1_980).floor_to(100), Yen(-1_900));
    assert_eq!(Yen(1_980).floor_to(0), Yen(1_980));
    assert_eq!(Yen(i64::MAX).checked_add(Yen(1)), None);
    assert_eq!(Yen::total([Yen(1), Yen(2), Yen(3)]), Some(Yen(6)));
    assert_eq!(format!("{:>8}", Yen(1_234)), "   1,234");
}

#[test]
fn fiscal_years() {
    for (date, label) in [
        ("2026-04-01", "令和8年度"),
        ("2027-03-31", "令和8年度"),
        ("2026-03-31", "令和7年度"),
        ("2019-04-01", "令和元年度"),
        ("2019-03-31", "平成30年度"),
        ("1989-03-31", "昭和63年度"),
        ("1989-04-01", "平成元年度"),
    ] {
        let year = FiscalYear::of(day(date));
        assert_eq!(year.label(), label);
        assert!(year.contains(day(date)) && year.first_day() <= day(date) && day(date) <= year.last_day());
    }
    assert_eq!(FiscalYear::of(Date::MAX).last_day(), Date::MAX);
}

#[test]
fn ages_by_the_day_before_rule() {
    #[rustfmt::skip]
    let cases = [
        // birth, age, attained at the end of, age on that day, on the next day
        ("2006-09-02", 18, "2024-09-01", 17, 18),
        ("1954-10-01", 70, "2024-09-30", 69, 70),
        ("2006-04-01", 18, "2024-03-31", 17, 18),
        ("2000-01-01", 20, "2019-12-31", 19, 20),
        ("2004-02-29", 18, "2022-02-28", 17, 18),
        ("2004-02-29", 20, "2024-02-28", 19, 20), // the birthday itself is the 29th
        ("2003-03-01", 21, "2024-02-29", 20, 21),
    ];
    for (birth, years, attained, that_day, next_day) in cases {
        let (birth, attained) = (day(birth), day(attained));
        assert_eq!(attains_on(birth, years), attained);
        assert_eq!(age_on(birth, attained), that_day);
        assert_eq!(age_on(birth, attained.tomorrow().unwrap()), next_day);
    }
    // Source: the developers' case SI-16.
    assert!(attains_on(day("2006-09-02"), 18) <= day("2024-09-01"));
    assert_eq!(age_at_end_of(day("2006-09-02"), day("2024-09-01")), 18);
}

#[test]
fn school_years_begin_on_2_april() {
    for (birth, end) in [
        ("2008-04-01", "2026-03-31"),
        ("2008-04-02", "2027-03-31"),
        ("2009-03-31", "2027-03-31"),
        ("2008-02-29", "2026-03-31"),
    ] {
        assert_eq!(fiscal_year_end_after_attaining(day(birth), 18), day(end), "{birth}");
    }
}

proptest! {
    #[test]
    fn an_age_is_held_from_the_end_of_the_day_it_is_attained(born in 0i32..60_000, years in 0i16..120) {
        let birth = day("1900-01-01").saturating_add(jiff::Span::new().days(born));
        let attained = attains_on(birth, years);
        prop_assert_eq!(age_at_end_of(birth, attained), years);
        prop_assert_eq!(age_at_end_of(birth, attained.yesterday().unwrap()), years - 1);
    }

    #[test]
    fn no_text_breaks_a_relation(text in "[世帯主夫妻未届子父母兄姉弟妹の（）()0-9X-]{0,16}") {
        if let Ok(relation) = Relation::parse(&text) {
            prop_assert_eq!(Relation::parse(&relation.label()), Ok(relation.clone()));
            if !relation.code_text().contains("2X") {
                prop_assert_eq!(Relation::parse(&relation.code_text()), Ok(relation));
            }
        }
    }
}
