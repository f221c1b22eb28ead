//! What holds of every value and of all bytes.

use std::sync::LazyLock;

use layout::*;
use proptest::prelude::*;

use crate::support::*;

/// Layouts of every charset's construction and every form, each with an item of every kind it can have.
static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| {
    let fixed = |charset: &str, unit: usize, more: &str| {
        let bytes = |characters: usize| characters * unit;
        let mut fields = vec![
            format!("name = \"x\", type = \"X\", bytes = {}", bytes(12)),
            format!("name = \"n\", type = \"N\", bytes = {}", 24),
            format!("name = \"m\", type = \"M\", bytes = {}, justify = \"right\"", bytes(20)),
            format!("name = \"k\", type = \"K\", bytes = {}", bytes(16)),
            format!("name = \"w\", type = \"W\", bytes = {}", 24),
            format!("name = \"d\", type = \"9\", bytes = {}", bytes(9)),
            "name = \"p\", type = \"P\", digits = 7, decimals = 2".to_owned(),
            format!(
                "name = \"day\", type = \"9\", bytes = {}, format = \"yyyymmdd\", unknown = \"zero\"",
                bytes(8)
            ),
            format!("name = \"era\", type = \"X\", bytes = {}, format = \"wareki-letter\"", bytes(7)),
            format!("name = \"s\", type = \"S9\", bytes = {}, sign = \"separate\"", bytes(8)),
        ];
        if unit == 1 {
            fields.push("name = \"z\", type = \"S9\", bytes = 6, decimals = 1".to_owned());
        }
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        plan(&format!("form = \"fixed\"\ncharset = \"{charset}\"\nreverse_check = true\n{more}"), &fields)
    };
    let text = |head: &str| {
        plan(
            &format!("{head}\nreverse_check = true"),
            &[
                "name = \"x\", type = \"X\"",
                "name = \"n\", type = \"N\"",
                "name = \"m\", type = \"M\", chars_max = 30",
                "name = \"k\", type = \"K\"",
                "name = \"w\", type = \"W\"",
                "name = \"d\", type = \"9\"",
                "name = \"p\", type = \"S9\", digits = 7, decimals = 2",
                "name = \"day\", type = \"9\", format = \"yyyymmdd\", unknown = \"zero\"",
                "name = \"era\", type = \"X\", format = \"wareki-letter\"",
                "name = \"s\", type = \"S9\"",
                "name = \"z\", type = \"S9\", decimals = 1",
            ],
        )
    };
    let mut plans = vec![
        fixed("JEF/EBCDIC", 1, "unmappable = \"substitute\"\nwiden = true"),
        fixed("IBM-930", 1, "newline = \"lf\"\nunmappable = \"shrink\""),
        fixed("MS932", 1, "newline = \"crlf\"\nunmappable = \"substitute\""),
        fixed("EUC-JP", 1, "unmappable = \"substitute\""),
        fixed("UTF-8", 1, "widen = true"),
        fixed("UTF-16LE", 2, ""),
        fixed("UCS-4", 4, "newline = \"lf\""),
    ];
    for form in ["csv", "tsv", "jsonl", "xml"] {
        plans.push(text(&format!("form = \"{form}\"\ncharset = \"UTF-8\"")));
        plans.push(text(&format!("form = \"{form}\"\ncharset = \"UTF-16\"")));
        plans.push(text(&format!("form = \"{form}\"\ncharset = \"MS932\"\nunmappable = \"substitute\"")));
    }
    plans
});

/// Texts of a register, and whatever else.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,8}",
        "[山田葛城東京都ソ表〜－　]{0,8}",
        "[ｱ-ﾟ]{0,8}",
        "[ァ-ヴー・　]{0,8}",
        "[a山\u{E0100}\u{FE00}\u{3099}𠮷髙\"',\t&<]{0,8}",
        any::<String>(),
    ]
}

fn day() -> impl Strategy<Value = String> {
    (1873u16..2049, 1u8..=12, 1u8..=28)
        .prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
}

fn values() -> impl Strategy<Value = Vec<String>> {
    let number = |digits: u32| (0..10_i64.pow(digits)).prop_map(|number| number.to_string());
    (
        (word(), word(), word(), word(), word()),
        number(9),
        (-99999_i64..99999, 0..100_u32).prop_map(|(whole, part)| format!("{whole}.{part:02}")),
        prop_oneof![day(), Just(String::new()), Just("1983-00-00".to_owned())],
        day(),
        (-999_999_i64..999_999).prop_map(|number| number.to_string()),
        (-9_999_i64..9_999).prop_map(|number| format!("{number}.5")),
    )
        .prop_map(|((x, n, m, k, w), d, p, day, era, s, z)| vec![x, n, m, k, w, d, p, day, era, s, z])
}

/// Whether a number was only shown otherwise.
fn same(field: &FieldSpec, value: &str, read: &str) -> bool {
    let plain = |text: &str| {
        let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
        let digits =
            if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
        let digits = digits.trim_start_matches('0');
        let digits = if digits.is_empty() || digits.starts_with('.') {
            format!("0{digits}")
        } else {
            digits.to_owned()
        };
        if digits == "0" { digits } else { format!("{sign}{digits}") }
    };
    value == read || (field.kind.is_numeric() && field.format.is_none() && plain(value) == plain(read))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// What a layout accepts comes back as it was, or an event says which item did not; and what came back without one is
    /// written again as the same bytes.
    #[test]
    fn what_is_accepted_comes_back(values in values()) {
        for plan in PLANS.iter() {
            let items = plan.layout().items();
            let row: Vec<&str> = values.iter().take(items.len()).map(String::as_str).collect();
            let (mut out, mut events, mut writer) = (Vec::new(), Vec::new(), plan.writer());
            writer.write_header(&Facts::default(), &mut out, &mut events).unwrap();
            if writer.write_row(&row, &mut out, &mut events).is_err() {
                continue;
            }
            writer.write_trailer(&Facts::default(), &mut out, &mut events).unwrap();
            let (mut reader, mut input) = (plan.reader(), out.as_slice());
            let Some(Record::Good(good)) = reader.read(&mut input, true) else {
                panic!("{:?}: {row:?} is not read back from {}: {:?}", plan.layout().charset, hex(&out), read(plan, &out));
            };
            let back: Vec<String> = good.iter().map(|(_, value)| value.to_owned()).collect();
            for (at, (field, value)) in good.iter().enumerate() {
                let told = events.iter().any(|event| event.field == at);
                prop_assert!(
                    told || same(field, &values[at], value),
                    "{:?} {}: {:?} became {value:?} without a word", plan.layout().charset, field.name, values[at]
                );
            }
            prop_assert!(reader.read(&mut input, true).is_none());
            let back: Vec<&str> = back.iter().map(String::as_str).collect();
            let (mut again, mut none, mut writer) = (Vec::new(), Vec::new(), plan.writer());
            writer.write_header(&Facts::default(), &mut again, &mut none).unwrap();
            writer.write_row(&back, &mut again, &mut none).unwrap();
            writer.write_trailer(&Facts::default(), &mut again, &mut none).unwrap();
            // A value that lost what it was quoted for needs no quotes any more, and lost spaces are not written.
            if events.is_empty() {
                prop_assert_eq!(hex(&again), hex(&out), "{:?} {:?}", plan.layout().charset, back);
            }
        }
    }

    /// No bytes make reading panic; every byte is handed over once, good or bad, however the input is cut.
    #[test]
    fn any_bytes_are_read_or_reported(bytes in prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(b'a'), Just(b'<'), Just(b'>'), Just(b'/'), Just(0x28), Just(0x29), Just(0x40), Just(0)], 0..200),
    ]) {
        for plan in PLANS.iter() {
            let whole = read(plan, &bytes);
            if plan.layout().form.is_fixed() {
                let covered: usize = {
                    let (mut reader, mut input, mut covered) = (plan.reader(), bytes.as_slice(), 0);
                    while let Some(record) = reader.read(&mut input, true) {
                        covered += match record {
                            Record::Good(good) => good.bytes.len(),
                            Record::Bad(bad) => bad.bytes.len(),
                        };
                    }
                    covered
                };
                // A byte order mark nobody announced is told by an event.
                prop_assert!(covered == bytes.len() || covered + 4 >= bytes.len(), "{whole:?}");
            }
        }
    }

    /// A good file with some bytes changed: the damage stays where it is.
    #[test]
    fn damage_in_one_record_leaves_the_others_alone(values in values(), at in 0usize..4000, byte in any::<u8>()) {
        for plan in PLANS.iter().filter(|plan| plan.layout().form.is_fixed()) {
            let items = plan.layout().items();
            let row: Vec<&str> = values.iter().take(items.len()).map(String::as_str).collect();
            let (mut out, mut events, mut writer) = (Vec::new(), Vec::new(), plan.writer());
            if writer.write_row(&row, &mut out, &mut events).is_err() {
                continue;
            }
            let record = out.clone();
            let at = at % record.len();
            let mut damaged = record.clone();
            damaged[at] = byte;
            let Form::Fixed { record_bytes } = plan.layout().form else { continue };
            if record_bytes <= at {
                continue;
            }
            let whole = [record.as_slice(), &damaged, &record].concat();
            let lines = read(plan, &whole);
            let (first, last) = (&lines[0], &lines[lines.len() - 1]);
            prop_assert_eq!(first.split_once(' ').unwrap().1, last.split_once(' ').unwrap().1);
        }
    }

    /// No text makes parsing panic.
    #[test]
    fn any_text_is_parsed_or_refused(junk in any::<String>(), keys in "[a-z_]{1,8} = [\"\\[{0-9a-z,}\\]]{0,12}") {
        let _ = parse(&junk);
        let _ = parse(&format!("form = \"fixed\"\ncharset = \"MS932\"\n{keys}\ndetail = [ {{ name = \"a\", {keys} }} ]"));
    }
}
