//! The finder against the plainest search there is.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{Condition, Finder};

type Plain = BTreeMap<String, Vec<String>>;

fn plainly<'a>(plain: &'a Plain, conditions: &[Condition<'_>]) -> Vec<&'a str> {
    plain
        .iter()
        .filter(|(_, texts)| {
            conditions.iter().all(|condition| match condition {
                Condition::Holds { columns, fragment } => {
                    columns.iter().any(|column| texts.get(*column).unwrap().contains(fragment))
                }
                Condition::Between { column, from, to } => texts.get(*column).is_some_and(|text| {
                    let line = text.split('\n').next().unwrap();
                    !line.is_empty() && *from <= line && line <= *to
                }),
            })
        })
        .map(|(key, _)| key.as_str())
        .collect()
}

/// Names of a few characters, so that fragments meet often.
fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        proptest::sample::select(vec!['山', '田', '𠮷', 'ア', 'イ', '1', '2', '\n']),
        0..8,
    )
    .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever was set, changed and removed: the answer is that of a plain search, with signatures and without.
    #[test]
    fn finds_what_a_plain_search_finds(
        // Many entries, of which some are set twice: signatures begin at 2,048.
        seeds in proptest::collection::vec((0_u16..3000, text(), text()), 0..400),
        fill in prop_oneof![Just(0_u16), Just(3000)],
        removed in proptest::collection::vec(0_u16..3000, 0..50),
        fragments in proptest::collection::vec((proptest::sample::subsequence(vec![0_usize, 1], 1..3), text()), 1..3),
        range in proptest::option::of((text(), text())),
        limit in 1_usize..40,
    ) {
        let mut plain = Plain::new();
        let mut finder = Finder::new(2);
        for no in 0..fill {
            let texts = vec![format!("山{}", no % 7), format!("{no:05}")];
            finder.set(&no.to_string(), &texts);
            plain.insert(no.to_string(), texts);
        }
        for (no, one, other) in seeds {
            let texts = vec![one, other];
            finder.set(&no.to_string(), &texts);
            plain.insert(no.to_string(), texts);
        }
        for no in removed {
            finder.remove(&no.to_string());
            plain.remove(&no.to_string());
        }
        let mut conditions: Vec<Condition<'_>> = fragments
            .iter()
            .map(|(columns, fragment)| Condition::Holds { columns, fragment })
            .collect();
        if let Some((from, to)) = &range {
            conditions.push(Condition::Between { column: 0, from, to });
        }
        let expected = plainly(&plain, &conditions);
        let (found, more) = finder.find(&conditions, usize::MAX);
        prop_assert_eq!(&found, &expected);
        prop_assert!(!more);
        let (few, more) = finder.find(&conditions, limit);
        prop_assert_eq!(few.len(), limit.min(expected.len()));
        prop_assert_eq!(more, limit < expected.len());
        prop_assert!(few.iter().all(|key| expected.contains(key)));
        for (key, texts) in &plain {
            prop_assert_eq!(finder.text(key, 1), texts.get(1).map(String::as_str));
        }
        prop_assert_eq!(finder.len(), plain.len());
    }
}

#[test]
fn a_fragment_does_not_run_from_one_entry_into_the_next() {
    let mut finder = Finder::new(1);
    finder.set("1", &["山田"]);
    finder.set("2", &["太郎"]);
    let holds = |fragment| finder.find(&[Condition::Holds { columns: &[0], fragment }], 9).0;
    assert_eq!(holds("田"), ["1"]);
    assert!(holds("田太").is_empty());
    assert!(holds("田\u{1f}太").is_empty());
    assert!(holds("\u{1f}").is_empty());
}

#[test]
fn what_changes_often_is_laid_out_afresh_and_stays_whole() {
    let mut finder = Finder::new(1);
    for round in 0..200 {
        for no in 0..100 {
            finder.set(&format!("{no:03}"), &[format!("第{round}回")]);
        }
    }
    assert_eq!(finder.len(), 100);
    assert!(finder.keys.len() < 10_000, "{}", finder.keys.len());
    let holds = |fragment| finder.find(&[Condition::Holds { columns: &[0], fragment }], 1000).0.len();
    assert_eq!(holds("第199回"), 100);
    assert_eq!(holds("第198回"), 0);
}
