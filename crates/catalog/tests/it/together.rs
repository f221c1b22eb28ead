//! Sets of links that do not go together.

use catalog::{Link, LinkRow, check_links};

use crate::support::{known, links, rows};

/// A link between two systems without a crate; `lines` are further keys or change them.
fn link(id: &str, keys: &[(&str, &str)]) -> Link {
    let mut all = vec![
        ("rows", "[\"town:1\"]"),
        ("source", "\"property-tax\""),
        ("target", "\"public-assistance\""),
        ("dataset", "\"stand-in/property-tax-property\""),
        ("method", "\"file-or-media\""),
        ("timing", "{ daily = { at = \"20:00\", business_days_only = false } }"),
        ("extent", "\"difference\""),
        ("unmappable", "\"reject\""),
        ("rows_per_delivery_max", "1000"),
        ("exclusive_lock", "false"),
        ("assurance", "\"none\""),
    ];
    let outward =
        format!("{{ outward = {{ place = \"p\", layout = \"l\", file_name = \"{id}_{{no}}.csv\" }} }}");
    all.push(("delivery", &outward));
    for (key, value) in keys {
        all.retain(|(known, _)| known != key);
        all.push((key, value));
    }
    let lines: Vec<String> = all.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    let text = format!("id = \"{id}\"\ntitle = \"t\"\n{}", lines.concat());
    Link::parse(&text, &format!("{id}.toml")).unwrap_or_else(|problem| panic!("{problem}\n{text}"))
}

fn told(links: &[Link], rows: &[LinkRow]) -> Vec<String> {
    check_links(links, rows, &known()).iter().map(ToString::to_string).collect()
}

fn back(id: &str, more: &[(&str, &str)]) -> Link {
    let mut keys = vec![
        ("source", "\"public-assistance\""),
        ("target", "\"property-tax\""),
        ("dataset", "\"stand-in/public-assistance-property\""),
    ];
    keys.extend(more);
    link(id, &keys)
}

const ON_CHANGE: (&str, &str) = ("timing", "\"on-change\"");
const MONTHLY: (&str, &str) = ("timing", "{ monthly = { day = 1, at = \"20:00\" } }");
const OPEN_DAYS: (&str, &str) = ("timing", "{ daily = { at = \"20:00\", business_days_only = true } }");
const INTO_A: (&str, &str) = (
    "delivery",
    "{ inward = { place = \"p\", layout = \"l\", file_prefix = \"a\", intake = \"stand-in/rows\" } }",
);
const INTO_AB: (&str, &str) = (
    "delivery",
    "{ inward = { place = \"p\", layout = \"l\", file_prefix = \"ab\", intake = \"stand-in/rows\" } }",
);
const TABLES: (&str, &str) =
    ("delivery", "{ outward = { place = \"tables\", layout = \"l\", file_name = \"b_{no}.csv\" } }");
const MORE_TABLES: (&str, &str) =
    ("delivery", "{ outward = { place = \"more\", layout = \"l\", file_name = \"c_{no}.csv\" } }");
const FROM_JANUARY: &str = "{ from = \"2027-01-01\" }";
const SUCCEEDS_A: (&str, &str) = ("succeeds", "\"a\"");
const INTO_B: (&str, &str) = (
    "delivery",
    "{ inward = { place = \"p\", layout = \"l\", file_prefix = \"zz\", intake = \"stand-in/rows\" } }",
);
const ELSEWHERE: (&str, &str) = ("target", "\"school-enrollment\"");

#[test]
fn the_links_of_the_first_slice_go_together() {
    assert_eq!(told(&links(), &rows()), Vec::<String>::new());
}

/// Each case: links, and the beginning of what is told; nothing for none.
#[test]
fn what_does_not_go_together_is_told() {
    let same = ("delivery", "{ outward = { place = \"p\", layout = \"l\", file_name = \"a_{no}.csv\" } }");
    let cases: Vec<(Vec<Link>, &[&str])> = vec![
        (vec![link("a", &[]), link("b", &[ELSEWHERE])], &[]),
        (
            vec![link("a", &[]), link("b", &[same, ELSEWHERE])],
            &["b.toml（delivery）: 場所「p」に書くファイル名「a_{no}.csv」が、連携「a」と同じです。"],
        ),
        (
            vec![back("x", &[INTO_A]), link("y", &[INTO_AB])],
            &[
                "y.toml（delivery）: 場所「p」で待つファイルの始まり「ab」が、連携「x」の「a」と区別できません。",
                "x.toml（target）: 「property」が送り元に戻ってきます",
            ],
        ),
        (
            vec![link("ab", &[]), link("y", &[INTO_A, ELSEWHERE])],
            &[
                "y.toml（delivery）: 場所「p」で待つファイルの始まり「a」に、こちらが書く「ab_{no}.csv」も当たります。",
            ],
        ),
        (
            vec![link("a", &[("per", "[\"sex\"]")]), link("b", &[("extent", "\"full\"")])],
            &[
                "a.toml（per）: 値ごとに分けて送る間に、連携「b」が同じ場所へ同じ「stand-in/property-tax-property」を送ります。",
            ],
        ),
        (
            vec![link("a", &[]), link("b", &[])],
            &[
                "b.toml（delivery）: 連携「a」と同じ場所「p」へ、同じ「stand-in/property-tax-property」の差分を送ります。",
            ],
        ),
        (vec![link("a", &[]), link("b", &[("extent", "\"full\"")])], &[]),
        (vec![link("a", &[("after", "[\"z\"]")])], &["a.toml（after）: 先行する連携「z」がありません。"]),
        // One after the other, by their terms or by a taking over.
        (
            vec![link("a", &[("term", "{ until = \"2026-12-31\" }")]), link("b", &[("term", FROM_JANUARY)])],
            &[],
        ),
        (vec![link("a", &[]), link("b", &[("term", FROM_JANUARY), SUCCEEDS_A])], &[]),
        (
            vec![link("b", &[("term", FROM_JANUARY), SUCCEEDS_A])],
            &["b.toml（succeeds）: 引き継ぐ連携「a」がありません。"],
        ),
        (
            vec![
                link("a", &[("term", "{ until = \"2026-12-30\" }")]),
                link("b", &[("term", FROM_JANUARY), SUCCEEDS_A]),
            ],
            &["b.toml（term）: 連携「a」が2026-12-30に終わってから2027-01-01まで、どちらも動きません。"],
        ),
        (
            vec![
                link("a", &[]),
                link("b", &[("term", FROM_JANUARY), SUCCEEDS_A]),
                link("c", &[("term", FROM_JANUARY), SUCCEEDS_A, ELSEWHERE]),
            ],
            &["c.toml（succeeds）: 連携「a」を、連携「b」も引き継ぎます。"],
        ),
        (
            vec![
                link("a", &[("term", FROM_JANUARY), ("succeeds", "\"b\"")]),
                link("b", &[("term", FROM_JANUARY), SUCCEEDS_A]),
            ],
            &[
                "b.toml（delivery）: 連携「a」と同じ場所「p」へ、同じ「stand-in/property-tax-property」の差分を送ります。",
                "a.toml（succeeds）: 引き継ぐ連携が輪になっています（a → b → a）。",
            ],
        ),
        (
            vec![link("a", &[]), link("b", &[("term", FROM_JANUARY), SUCCEEDS_A, INTO_B, ELSEWHERE])],
            &["b.toml（succeeds）: 引き継ぐ連携「a」とは、送る向きが違います。"],
        ),
        (
            vec![
                link("a", &[("after", "[\"b\"]")]),
                link("b", &[("after", "[\"c\"]"), ELSEWHERE]),
                link("c", &[("after", "[\"a\"]"), ("target", "\"family-register\"")]),
            ],
            &["a.toml（after）: 先行する連携が輪になっています（a → b → c → a）。"],
        ),
        (vec![link("a", &[("after", "[\"b\"]")]), link("b", &[ELSEWHERE])], &[]),
        (vec![link("a", &[("after", "[\"b\"]"), MONTHLY]), link("b", &[ELSEWHERE])], &[]),
        (
            vec![link("a", &[("after", "[\"b\"]")]), link("b", &[ELSEWHERE, MONTHLY])],
            &["a.toml（after）: 先行する連携「b」の動かない日には始まりません。"],
        ),
        (
            vec![link("a", &[("after", "[\"b\"]")]), link("b", &[ELSEWHERE, OPEN_DAYS])],
            &["a.toml（after）: 先行する連携「b」の動かない日には始まりません。"],
        ),
        (
            vec![link("a", &[("after", "[\"b\"]")]), link("b", &[ELSEWHERE, ON_CHANGE])],
            &["a.toml（after）: 先行する連携「b」は、日を決めて動きません。"],
        ),
        (
            vec![
                link("a", &[]),
                link("b", &[("method", "\"relay-database\""), TABLES]),
                link("c", &[("method", "\"relay-database\""), MORE_TABLES]),
            ],
            &[
                "b.toml（method）: 「property-tax」から「public-assistance」への「stand-in/property-tax-property」（差分）を、連携「a」が別の方式で送っています。",
            ],
        ),
        (vec![link("a", &[]), link("b", &[("method", "\"relay-database\""), ("extent", "\"full\"")])], &[]),
        (
            vec![link("a", &[]), back("b", &[])],
            &[
                "b.toml（target）: 「property」が送り元に戻ってきます（property-tax → public-assistance → property-tax、連携 a、b）。",
            ],
        ),
        // Somebody stands in between, or other data comes back.
        (vec![link("a", &[]), back("b", &[("started_by", "\"staff\"")])], &[]),
        (vec![link("a", &[]), back("b", &[("dataset", "\"stand-in/public-assistance-benefit\"")])], &[]),
        (
            vec![link("a", &[("timing", "{ yearly = { month = 2, day = 29, at = \"20:00\" } }")])],
            &["a.toml（timing）: 2月29日は4年に一度しかありません。"],
        ),
        (
            vec![link("a", &[ON_CHANGE, ("started_by", "\"staff\"")])],
            &["a.toml（started_by）: 職員が始める連携なのに、時期が即時・分ごとです。"],
        ),
    ];
    for (links, want) in cases {
        let told = told(&links, &[]);
        assert_eq!(told.len(), want.len(), "{told:#?}");
        for (told, want) in told.iter().zip(want) {
            assert!(told.starts_with(want), "{told}");
        }
    }
}

/// unit_links:9 speaks of 500 rows a day, sent once a month.
#[test]
fn a_month_of_rows_needs_room() {
    let (all, row) = (rows(), ("rows", "[\"unit_links:9\"]"));
    let with = |max: &'static str| told(&[link("a", &[row, MONTHLY, ("rows_per_delivery_max", max)])], &all);
    assert_eq!(with("15500"), Vec::<String>::new());
    let told = with("1000");
    assert!(told[0].starts_with("a.toml（rows_per_delivery_max）: 一覧の件数では1回に15500件になり得ますが、上限は1000件で、16回に分かれます。"), "{told:?}");
}

/// Rows 24 and 5 are the legs up to the platform and on from it.
#[test]
fn a_flow_listed_on_both_sides_of_the_platform_is_one() {
    let all = rows();
    let apart =
        [link("up", &[("rows", "[\"city:24\"]")]), link("on", &[("rows", "[\"city:5\"]"), ELSEWHERE])];
    let told_apart = told(&apart, &all);
    assert!(told_apart[0].starts_with("on.toml（rows）: 「共通基盤」までの区間（city:24、連携「up」）と、そこから先の区間（city:5）が別の連携です。"), "{told_apart:?}");
    assert_eq!(told(&[link("whole", &[("rows", "[\"city:24\", \"city:5\"]")])], &all), Vec::<String>::new());
    assert_eq!(told(&[link("up", &[("rows", "[\"city:24\"]")])], &all), Vec::<String>::new());
}
