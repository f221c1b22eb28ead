//! A file is the same whether one thread writes it or several.

use std::fs;
use std::panic::AssertUnwindSafe;

use catalog::{Extent, Link};
use layout::{Facts, Layout, Plan};
use linkage::Division;
use moji::{Tables, Unmappable};
use proptest::prelude::{Strategy, any, prop};
use proptest::prop_assert_eq;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use register::{Actor, Body, Draft, Fault, Journal, Kind, Position, Stored, View, Write};
use serde_json::{Value, json};
use store_sqlite::Store;
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::lanes::Helpers;
use crate::prepare::{Made, Making, Prepared, characters_path, data_path, prepare};

static VISITOR: Kind = Kind::new("t/visitor", "来庁者").sealed(&["secret"]);
static WARD: Kind = Kind::new("t/ward", "区");

static VISITORS: Dataset = Dataset {
    id: "t/visitor",
    title: "来庁者",
    kind: &VISITOR,
    items: &[
        Item::new("no", "番号", ItemType::Code),
        Item::new("name", "氏名", ItemType::Text),
        Item::new("amount", "金額", ItemType::Number),
        Item::new("ward", "区", ItemType::Code),
        Item::new("ward_name", "区名", ItemType::Text),
    ],
    subject: "no",
    reads_sealed: false,
    row: visitor,
};

/// Some records are no part of it, one cannot be read, and a ward's name is looked up.
fn visitor(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let body = stored.body.value()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("name") {
        "" => return Ok(Fate::Skip),
        "broken" => return Err(Fault::because(format!("{} does not read", stored.key))),
        "panics" => panic!("a row function that panics"),
        _ => {}
    }
    let ward = view.get(&WARD, text("ward"))?.map(|ward| ward.body.value()).transpose()?;
    row.push(&stored.key);
    row.push(text("name"));
    row.push(text("amount"));
    row.push(text("ward"));
    row.push(ward.as_ref().and_then(|ward| ward.get("name")).and_then(Value::as_str).unwrap_or_default());
    Ok(Fate::Row)
}

const LINK: &str = r#"
id = "visitors"
title = "来庁者"
rows = ["city:1"]
source = "resident-register"
target = "integrated-welfare-suite"
dataset = "t/visitor"
method = "file-or-media"
timing = "by-hand"
extent = "full"
unmappable = "shrink"
rows_per_delivery_max = 100000
exclusive_lock = false
assurance = "none"

[delivery.outward]
place = "files"
layout = "visitors"
file_name = "{no}.txt"
"#;

/// Header and trailer state counts and totals; amounts that are no number and overlong names of wards are refused.
const LAYOUT: &str = r#"
title = "来庁者"
dataset = "t/visitor"
form = "fixed"
charset = "CP932"
header = [
  { item = "区分", name = "kind", literal = "1", type = "X", bytes = 1 },
  { item = "件数", name = "rows", fact = "row_count", type = "9", bytes = 9 },
  { item = "合計", name = "sum", total = "amount", type = "9", bytes = 12 },
  { item = "予備", name = "filler", literal = "", type = "X", bytes = 25 },
]
detail = [
  { item = "区分", name = "kind", literal = "2", type = "X", bytes = 1 },
  { item = "番号", name = "no", from = "no", type = "X", bytes = 6 },
  { item = "氏名", name = "name", from = "name", type = "N", bytes = 20, overflow = "truncate" },
  { item = "金額", name = "amount", from = "amount", type = "9", bytes = 9, decimals = 0 },
  { item = "区", name = "ward", from = "ward", type = "X", bytes = 1 },
  { item = "区名", name = "ward_name", from = "ward_name", type = "N", bytes = 10 },
]
trailer = [
  { item = "区分", name = "kind", literal = "8", type = "X", bytes = 1 },
  { item = "件数", name = "rows", fact = "row_count", type = "9", bytes = 9 },
  { item = "合計", name = "sum", total = "amount", type = "9", bytes = 12 },
  { item = "予備", name = "filler", literal = "", type = "X", bytes = 25 },
]
"#;

/// A row each, so that the first decides about the others.
const IN_COMMON: (&str, &str) = (
    "{ item = \"予備\", name = \"filler\", literal = \"\", type = \"X\", bytes = 25 },\n]\ndetail",
    "{ item = \"区\", name = \"ward\", common = \"ward\", type = \"X\", bytes = 25 },\n]\ndetail",
);

fn plan(text: &str) -> Plan {
    let layout = Layout::parse(text, "visitors.toml").unwrap();
    layout.compile(&VISITORS.names(), Unmappable::Shrink, &Tables::built_in()).unwrap()
}

/// A visitor as generated: name, amount, ward.
type Visitor = (String, String, char);

fn visitors() -> impl Strategy<Value = Vec<Visitor>> {
    // What every charset has, what CP932 has not, what only changes its spelling, what is left out, what is refused.
    let names = ["鳥取　花子", "葛󠄀城𠮷乃", "髙﨑", "", "~‖−", "長い名前が十文字を超えている人", "㐂", "辻󠄀"];
    let amounts = ["0", "1", "999999999", "1000000000", "x", "-5", ""];
    let one = (
        prop::sample::select(names.to_vec()),
        prop::sample::select(amounts.to_vec()),
        prop::sample::select(vec!['1', '2', '3', '4']),
    );
    let one = one.prop_map(|(name, amount, ward)| (name.to_owned(), amount.to_owned(), ward));
    // Few, and enough for several batches.
    prop::collection::vec(one, 0..700)
}

fn town(visitors: &[Visitor]) -> Store {
    let store = Store::in_memory(&[&VISITOR, &WARD]).unwrap();
    let at = "2026-11-29T00:00:00Z".parse().unwrap();
    let mut draft = Draft::new("t", "t/load", Actor::Program("tests".to_owned()), at);
    for (ward, name) in [("1", "東"), ("2", "西髙"), ("3", "区の名が長すぎる")] {
        let body = Body::of(&json!({ "name": name })).unwrap();
        draft.writes.push(Write::create(&WARD, ward, body));
    }
    for (no, (name, amount, ward)) in visitors.iter().enumerate() {
        let body = json!({ "name": name, "amount": amount, "ward": ward, "secret": "1234" });
        draft.writes.push(Write::create(&VISITOR, format!("{no:06}"), Body::of(&body).unwrap()));
    }
    store.commit(draft).unwrap();
    store
}

/// What is made with so many helpers: all that is said of it, and the bytes of both files.
fn made(
    store: &Store,
    plan: &Plan,
    (per, division): (&[&str], Option<&Division>),
    helpers: usize,
) -> Result<(String, Vec<u8>, Vec<u8>), String> {
    let evidence = tempfile::tempdir().unwrap();
    let mut link = Link::parse(LINK, "visitors.toml").unwrap();
    link.per = per.iter().map(|item| (*item).to_owned()).collect();
    let making = Making {
        journal: store,
        link: &link,
        dataset: &VISITORS,
        plan,
        evidence: evidence.path(),
        no: 1,
        attempt: 7,
        from: Position(0),
        reach: Position(0),
        extent: Extent::Full,
        facts: Facts::default(),
        division,
        resends: false,
        again: None,
        flushes_later: false,
        helpers: &Helpers::new(helpers),
    };
    let made = prepare(&making).map_err(|fault| register::in_one_line(&fault));
    match made {
        Ok(Made::Written(prepared)) => {
            let data = fs::read(data_path(evidence.path(), 1, &prepared.sha256)).unwrap();
            let report = characters_path(evidence.path(), 1, &prepared.characters_sha256);
            Ok((told(&prepared), data, fs::read(report).unwrap_or_default()))
        }
        Ok(Made::Nothing { refused, per, to, behind }) => {
            Ok((format!("{refused:?} {per:?} {to} {behind:?}"), Vec::new(), Vec::new()))
        }
        Err(what) => {
            assert_eq!(fs::read_dir(evidence.path()).unwrap().count(), 0, "nothing is left");
            Err(what)
        }
    }
}

fn told(prepared: &Prepared) -> String {
    let Prepared { extent, to, rows_as_of, rows, bytes, sha256, .. } = prepared;
    let Prepared { characters_sha256, refused, characters, per, behind, .. } = prepared;
    format!(
        "{extent:?} {to} {rows_as_of:?} {rows} {bytes} {sha256} {characters_sha256} {refused:?} {characters:?} \
         {per:?} {behind:?}"
    )
}

#[test]
fn helpers_change_no_byte() {
    let [plain, in_common] =
        [LAYOUT.to_owned(), LAYOUT.replace(IN_COMMON.0, IN_COMMON.1)].map(|text| plan(&text));
    assert!(plain.rows_stand_alone() && !in_common.rows_stand_alone());
    let mut runner = TestRunner::new(Config { cases: 12, ..Config::default() });
    let cases = (visitors(), any::<bool>(), any::<bool>());
    let outcome = runner.run(&cases, |(visitors, is_divided, has_common)| {
        let store = town(&visitors);
        let plan = if has_common { &in_common } else { &plain };
        let per: &[&str] = if is_divided { &["ward"] } else { &[] };
        let mut after: Option<Division> = None;
        // Each value of a division, one behind the other.
        for _ in 0..5 {
            let alone = made(&store, plan, (per, after.as_ref()), 0);
            for helpers in [1, 3] {
                prop_assert_eq!(&made(&store, plan, (per, after.as_ref()), helpers), &alone);
            }
            let value =
                after.as_ref().map_or("1", |division| match division.after.first().map(String::as_str) {
                    Some("1") => "2",
                    Some("2") => "3",
                    _ => "4",
                });
            if !is_divided {
                break;
            }
            let to = store.head().map_err(|fault| TestCaseError::fail(fault.to_string()))?;
            after = Some(Division { from: Position(0), to, after: vec![value.to_owned()], resent: false });
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn the_first_failure_in_the_order_of_rows_is_told_whoever_meets_it() {
    let plan = plan(LAYOUT);
    let mut visitors = vec![("鳥取　花子".to_owned(), "1".to_owned(), '1'); 2_000];
    for broken in [901, 905, 1_500] {
        visitors[broken].0 = "broken".to_owned();
    }
    let store = town(&visitors);
    for helpers in [0, 1, 3] {
        let what = made(&store, &plan, (&[], None), helpers).unwrap_err();
        assert!(what.contains("000901 does not read"), "{helpers}: {what}");
    }
    visitors[900].0 = "panics".to_owned();
    let store = town(&visitors);
    let panics = std::panic::catch_unwind(AssertUnwindSafe(|| made(&store, &plan, (&[], None), 3)));
    assert!(panics.is_err(), "as it would with one thread");
}

#[test]
fn helpers_are_had_by_one_extract_at_a_time() {
    let helpers = Helpers::new(3);
    let first = helpers.lend();
    let second = helpers.lend();
    assert_eq!((first.0, second.0), (3, 0));
    drop(first);
    assert_eq!(helpers.lend().0, 3);
    drop(second);
}

#[test]
fn an_empty_register_and_one_row_are_written_by_helpers_too() {
    let plan = plan(LAYOUT);
    for visitors in [vec![], vec![("鳥取　花子".to_owned(), "1".to_owned(), '1')]] {
        let store = town(&visitors);
        let alone = made(&store, &plan, (&[], None), 0);
        assert!(alone.is_ok());
        assert_eq!(made(&store, &plan, (&[], None), 3), alone);
    }
}
