//! Eras, dates with unknown parts, and what staff type.

use domain::{Date, Era, EraDate, RegisterDate, UnknownDate, eras, parse_input, wareki};
use proptest::prelude::*;

fn day(text: &str) -> Date {
    text.parse().unwrap_or(Date::MIN)
}

#[test]
fn the_built_in_eras_read() {
    let letters: String = eras().rows().iter().map(|row| row.letter).collect();
    let codes: String = eras().rows().iter().map(|row| row.code.as_str()).collect();
    assert_eq!((letters.as_str(), codes.as_str()), ("MTSHR", "12345"));
    assert_eq!(Era::Reiwa.name(), "令和");
    assert_eq!(Era::from_code("5"), Some(Era::Reiwa));
}

#[test]
fn days_in_japanese_style() {
    for (western, japanese) in [
        ("2026-11-20", "令和8年11月20日"),
        ("2019-05-01", "令和元年5月1日"),
        ("2019-04-30", "平成31年4月30日"),
        ("1989-01-08", "平成元年1月8日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("1926-12-25", "昭和元年12月25日"),
        ("1926-12-24", "大正15年12月24日"),
        ("1912-07-30", "大正元年7月30日"),
        ("1912-07-29", "明治45年7月29日"),
        ("1867-01-01", "1867年1月1日"),
    ] {
        assert_eq!(wareki(day(western)), japanese);
    }
}

#[test]
fn every_day_of_every_era_round_trips() {
    for row in eras().rows() {
        let last = row.last_day.unwrap_or(day("2099-12-31"));
        let mut date = row.first_day;
        while date <= last {
            let spelt = EraDate::in_era(date, row.era).unwrap();
            assert_eq!(spelt.date(), Ok(date));
            assert!(!spelt.is_past_end());
            assert_eq!(EraDate::parse(&spelt.to_string()), Ok(spelt));
            let short = format!("{}{}.{}.{}", row.letter, spelt.year, spelt.month, spelt.day);
            assert_eq!(EraDate::parse(&short), Ok(spelt));

            let held = parse_input(&short).unwrap();
            assert_eq!(held.known(), Some(date));
            assert_eq!(held.label_wareki(), spelt.to_string(), "the era written is the era shown");
            assert_eq!(held.to_string().parse(), Ok(held));
            date = date.tomorrow().unwrap();
        }
    }
}

#[test]
fn a_day_of_two_eras_keeps_the_one_written() {
    for (typed, held, shown) in [
        ("明治45年7月30日", "M45-07-30", "明治45年7月30日"),
        ("大正元年7月30日", "T01-07-30", "大正元年7月30日"),
        ("T15.12.25", "T15-12-25", "大正15年12月25日"),
        ("S1.12.25", "S01-12-25", "昭和元年12月25日"),
        ("1912-07-30", "1912-07-30", "大正元年7月30日"),
    ] {
        let date = parse_input(typed).unwrap();
        assert_eq!((date.to_string().as_str(), date.label_wareki().as_str()), (held, shown));
        assert!(date.known().is_some());
    }
    assert_ne!(parse_input("M45.7.30"), parse_input("T1.7.30"));
}

#[test]
fn an_era_on_an_ordinary_day_is_not_held() {
    let ordinary = RegisterDate::EraDay(day("1985-04-01"), Era::Showa);
    assert_eq!(
        (ordinary.to_string().as_str(), ordinary),
        ("1985-04-01", RegisterDate::Day(day("1985-04-01")))
    );
    assert_eq!(RegisterDate::spelt(day("1985-04-01"), Era::Showa), ordinary);
    assert_eq!(parse_input("H1.1.7").map_err(|error| error.to_string().contains("E009")), Err(true));
}

#[test]
fn a_day_past_the_end_of_its_era_is_read_and_marked() {
    let spelt = EraDate::parse("平成31年5月1日").unwrap();
    assert_eq!((spelt.date(), spelt.is_past_end()), (Ok(day("2019-05-01")), true));
    assert_eq!(parse_input("H31.5.1"), Ok(RegisterDate::Day(day("2019-05-01"))));
    assert!(EraDate::parse("R1.4.30").unwrap().date().is_err());
}

#[test]
fn what_staff_type() {
    for (typed, held) in [
        ("2026-11-20", "2026-11-20"),
        ("2026/4/1", "2026-04-01"),
        ("20261120", "2026-11-20"),
        ("R8.11.20", "2026-11-20"),
        ("r8.11.20", "2026-11-20"),
        ("R081120", "2026-11-20"),
        ("Ｒ８．１１．２０", "2026-11-20"),
        ("令和8年11月20日", "2026-11-20"),
        ("令和８年１１月２０日", "2026-11-20"),
        ("令和元年5月1日", "2019-05-01"),
        ("2026年11月20日", "2026-11-20"),
        ("昭和60-04-01", "1985-04-01"),
        ("S60.4.1", "1985-04-01"),
        (" 1985-04-01 ", "1985-04-01"),
        ("昭和58年2月29日!", "1983-02-29!"),
        ("1983-02-29！", "1983-02-29!"),
        ("昭和20年頃", "U01:1945-01-01"),
        ("令和元年頃", "U01:R01-05-01"),
        ("2019年頃", "U01:2019-01-01"),
        ("U10:1983-01-01", "U10:1983-01-01"),
        ("年月日不詳", "U09"),
    ] {
        let date = parse_input(typed).map(|date| date.to_string());
        assert_eq!(date.as_deref(), Ok(held), "{typed}");
    }
}

#[test]
fn what_is_refused_says_what_to_do() {
    for (typed, part) in [
        ("", "E001"),
        ("あした", "E008"),
        ("8-11-20", "E008"),
        ("202611", "E008"),
        ("2026-02-29", "末尾に「!」"),
        ("昭和58年2月29日", "1983年2月29日は暦にない日です"),
        ("2026-13-01", "月は1から12"),
        ("2026-01-32", "E006"),
        ("1984-02-29!", "「!」を取って"),
        ("令和元年4月30日", "E009"),
        ("令和0年1月1日", "年は1から99"),
        ("U15:1983-01-01", "U01からU14"),
        ("U10", "U10に必要な"),
        ("U12:1983-06-10/1983-05-01", "E008"),
        ("U12:1983-06-10/1984-05-01", "E008"),
        ("U13:1983-05-01/1983-06-01", "E008"),
        ("U06:1983-03-01@梅雨", "E008"),
        ("M40-07-30", "E008"),
    ] {
        let text = match typed {
            "M40-07-30" => typed.parse::<RegisterDate>().unwrap_err().to_string(),
            _ => parse_input(typed).unwrap_err().to_string(),
        };
        assert!(text.contains(part), "{typed}: {text}");
    }
}

#[test]
fn the_fourteen_patterns() {
    #[rustfmt::skip]
    let cases = [
        // notation, Japanese style, western style, earliest, latest
        ("U01:1983-01-01", "昭和58年頃", "1983年頃", "1983-01-01", "1983-12-31"),
        ("U02:1983-05-01", "昭和58年5月頃", "1983年5月頃", "1983-05-01", "1983-05-31"),
        ("U03:1983-05-03", "昭和58年5月3日頃", "1983年5月3日頃", "1983-05-03", "1983-05-03"),
        ("U04:1983-05-03", "推定昭和58年5月3日", "推定1983年5月3日", "1983-05-03", "1983-05-03"),
        ("U05:1983-02-01", "推定昭和58年2月", "推定1983年2月", "1983-02-01", "1983-02-28"),
        ("U06:1983-03-01@春", "昭和58年春", "1983年春", "1983-03-01", "1983-05-31"),
        ("U06:1983-12-01@冬", "昭和58年冬", "1983年冬", "1983-01-01", "1983-12-31"),
        ("U07:1983-05-01", "昭和58年5月上旬", "1983年5月上旬", "1983-05-01", "1983-05-10"),
        ("U08:1983-05-11", "昭和58年5月中旬頃", "1983年5月中旬頃", "1983-05-11", "1983-05-20"),
        ("U09", "年月日不詳", "年月日不詳", "", ""),
        ("U10:1983-01-01", "昭和58年 月日不詳", "1983年 月日不詳", "1983-01-01", "1983-12-31"),
        ("U11:1983-05-01", "昭和58年5月 日不詳", "1983年5月 日不詳", "1983-05-01", "1983-05-31"),
        ("U12:1983-05-01/1983-06-10", "昭和58年5月1日から6月10日頃までの間",
            "1983年5月1日から6月10日頃までの間", "1983-05-01", "1983-06-10"),
        ("U13:1983-05-01/1983-05-10", "昭和58年5月推定1日から10日までの間",
            "1983年5月推定1日から10日までの間", "1983-05-01", "1983-05-10"),
        ("U14:1983-05-01/1983-05-10", "昭和58年5月1日頃から10日頃までの間",
            "1983年5月1日頃から10日頃までの間", "1983-05-01", "1983-05-10"),
        // The year of two eras, spelt in one.
        ("U10:H01-01-08", "平成元年 月日不詳", "1989年 月日不詳", "1989-01-08", "1989-12-31"),
        ("U10:S64-01-01", "昭和64年 月日不詳", "1989年 月日不詳", "1989-01-01", "1989-01-07"),
        ("U03:M45-07-30", "明治45年7月30日頃", "1912年7月30日頃", "1912-07-30", "1912-07-30"),
    ];
    for (text, japanese, western, earliest, latest) in cases {
        let date: RegisterDate = text.parse().unwrap();
        assert_eq!(date.to_string(), text);
        assert_eq!(date.label_wareki(), japanese);
        assert_eq!(date.label_western(), western);
        assert_eq!((date.earliest(), date.latest()), (earliest.parse().ok(), latest.parse().ok()), "{text}");
        assert_eq!((date.known(), date.unknown_code()), (None, text.get(..3)));
        assert_eq!(parse_input(japanese), Ok(date), "the words read back");
    }
}

#[test]
fn the_western_words_of_one_era_read_back() {
    for text in ["U01:1983-01-01", "U08:1983-05-11", "U12:1983-05-01/1983-06-10", "U06:1983-06-01@夏"] {
        let date: RegisterDate = text.parse().unwrap();
        assert_eq!(parse_input(&date.label_western()), Ok(date));
    }
}

#[test]
fn an_impossible_day_lies_between_two_real_ones() {
    let filed: RegisterDate = "1983-02-29!".parse().unwrap();
    assert_eq!(filed.known(), None);
    assert_eq!(filed.earliest(), Some(day("1983-02-28")));
    assert_eq!(filed.latest(), Some(day("1983-03-01")));
    assert_eq!(filed.label_wareki(), "昭和58年2月29日");
    assert_eq!(filed.label_western(), "1983年2月29日");
    assert!("1983-02-32!".parse::<RegisterDate>().is_err());
    assert!("1983-13-01!".parse::<RegisterDate>().is_err());
}

#[test]
fn order_is_by_internal_date_then_text() {
    let mut held: Vec<RegisterDate> =
        ["1983-03-01", "U10:1983-01-01", "1983-02-29!", "U09", "1982-12-31", "1983-01-01", "1983-02-28"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
    held.sort();
    let texts: Vec<String> = held.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        ["U09", "1982-12-31", "1983-01-01", "U10:1983-01-01", "1983-02-28", "1983-02-29!", "1983-03-01"]
    );
}

#[test]
fn json_holds_the_register_notation() {
    let date: RegisterDate = "U06:1983-03-01@春".parse().unwrap();
    assert_eq!(serde_json::to_string(&date).unwrap(), "\"U06:1983-03-01@春\"");
    assert_eq!(serde_json::from_str::<RegisterDate>("\"U06:1983-03-01@春\"").unwrap(), date);
    assert!(serde_json::from_str::<RegisterDate>("\"昭和58年春\"").is_err(), "stored text has one spelling");
}

#[test]
fn nothing_known_is_a_date_too() {
    assert_eq!(UnknownDate::none().unwrap().to_string(), "U09");
}

proptest! {
    #[test]
    fn days_round_trip_and_sort_as_days(one in 0i32..80_000, two in 0i32..80_000) {
        let at = |days: i32| day("1868-01-25").saturating_add(jiff::Span::new().days(days));
        let (a, b) = (RegisterDate::Day(at(one)), RegisterDate::Day(at(two)));
        prop_assert_eq!(a.to_string().parse::<RegisterDate>(), Ok(a));
        prop_assert_eq!(parse_input(&a.label_western()), Ok(a));
        prop_assert_eq!(a.cmp(&b), one.cmp(&two));
    }

    #[test]
    fn whatever_reads_is_written_back_and_bounds_hold(
        code in 1u8..=14, from in 0i32..60_000, length in 0i32..40, season in "[春夏秋冬]",
    ) {
        let first = day("1868-02-01").saturating_add(jiff::Span::new().days(from));
        let second = first.saturating_add(jiff::Span::new().days(length));
        for text in [
            format!("U{code:02}:{first}"),
            format!("U{code:02}:{first}/{second}"),
            format!("U{code:02}:{first}@{season}"),
        ] {
            if let Ok(date) = text.parse::<RegisterDate>() {
                prop_assert_eq!(date.to_string(), text);
                prop_assert!(date.earliest() <= date.latest());
                prop_assert_eq!(parse_input(&date.to_string()), Ok(date));
                // The words leave the internal date to the rule, and so read back to the same words.
                if let Ok(again) = parse_input(&date.label_wareki()) {
                    prop_assert_eq!(again.label_wareki(), date.label_wareki());
                }
            }
        }
    }

    #[test]
    fn no_text_breaks_the_readers(text in "\\PC{0,20}", close in "[UMTSHR0-9:/.!@年月日頃推定不詳元令和春-]{0,20}") {
        for text in [text, close] {
            let _ = parse_input(&text).map(|date| (date.label_wareki(), date.label_western(), date.to_string()));
            let _ = text.parse::<RegisterDate>();
            let _ = EraDate::parse(&text).map(|date| (date.date(), date.to_string()));
        }
    }
}

#[test]
fn a_day_of_two_eras_is_one_day() {
    let read = |text| domain::RegisterDate::parse_input(text).unwrap();
    for (one, other, same) in [
        ("T15.12.25", "S1.12.25", true),
        ("S1.12.25", "1926-12-25", true),
        ("S64.1.8", "H1.1.8", true),
        ("H31.5.1", "R1.5.1", true),
        ("H31.4.30", "R1.5.1", false),
        ("昭和20年頃", "昭和20年頃", true),
        ("昭和20年頃", "1945-01-01", false),
    ] {
        assert_eq!(read(one).same_day(&read(other)), same, "{one} {other}");
    }
}
