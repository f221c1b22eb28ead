//! A higher-ranking expression of a relation (より上位の続柄).

use std::fmt::Write as _;

use domain::{Relation, RelationStep, Sex};

use super::data::rows;
use super::order;
use super::relation::sex_of;

const SHORTER: &str = include_str!("../../../../standards/codes/resident-register/relation-shorter.tsv");

/// The steps one step may stand for of two after each other.
fn alternatives(first: RelationStep, second: RelationStep) -> Vec<RelationStep> {
    let (first, second) = (first.label(), second.label());
    let found = rows(SHORTER).find_map(|(word, rest)| {
        let (other, shorter) = rest.split_once('\t')?;
        (word == first && other == second).then_some(shorter)
    });
    found
        .unwrap_or_default()
        .split('|')
        .filter_map(|word| Relation::parse(word).ok())
        .filter_map(|relation| relation.steps().first().copied())
        .collect()
}

/// The relations that say the same in fewer steps; none when there are none. Of several, the sex of the person decides where
/// the pair ends the chain.
///
/// Source: 住民記録システム標準仕様書 1.1.11, 5.2.
pub(crate) fn of(relation: &Relation, sex: Sex) -> Vec<Relation> {
    let steps = relation.steps();
    for (place, pair) in steps.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        let ends_chain = place.saturating_add(2) == steps.len();
        let found: Vec<Relation> = alternatives(*first, *second)
            .into_iter()
            .filter(|step| !ends_chain || sex == Sex::Unknown || sex_of(*step).is_none_or(|one| one == sex))
            .filter_map(|step| {
                let before = steps.get(..place)?.iter().copied();
                let after = steps.get(place.saturating_add(2)..)?.iter().copied();
                Relation::chain(&before.chain([step]).chain(after).collect::<Vec<_>>()).ok()
            })
            .filter(|shorter| order::group(shorter) <= order::group(relation))
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Alternatives in words.
pub(crate) fn words(relations: &[Relation]) -> String {
    let mut text = String::new();
    for relation in relations {
        let between = if text.is_empty() { "" } else { "か" };
        // Writing into a text cannot fail.
        let _ = write!(text, "{between}「{relation}」");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shorter(text: &str, sex: Sex) -> String {
        words(&of(&Relation::parse(text).unwrap(), sex))
    }

    #[test]
    fn a_chain_that_takes_a_detour_is_said_shorter() {
        for (chain, sex, expected) in [
            ("父の子", Sex::Male, "「兄」か「弟」"),
            ("母の子", Sex::Female, "「姉」か「妹」"),
            ("兄の母", Sex::Female, "「母」"),
            ("子の妹", Sex::Female, "「子」"),
            ("父の子の子", Sex::Male, "「兄の子」か「弟の子」か「姉の子」か「妹の子」"),
            ("子の子の弟", Sex::Male, "「子の子」"),
            ("父の父", Sex::Male, ""),
            ("子の妻", Sex::Female, ""),
            ("妻の子", Sex::Female, ""),
            ("父の妻", Sex::Female, ""),
            ("父の兄の子", Sex::Female, ""),
            ("子", Sex::Male, ""),
            ("世帯主", Sex::Male, ""),
            ("縁故者", Sex::Male, ""),
        ] {
            assert_eq!(shorter(chain, sex), expected, "{chain}");
        }
    }

    /// Every chain there is of up to four steps: what is said for it has one step less and ranks no lower.
    #[test]
    fn what_is_said_shorter_never_ranks_lower() {
        let labels = ["夫", "妻", "夫（未届）", "妻（未届）", "子", "父", "母", "兄", "姉", "弟", "妹"];
        let mut chains: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        let mut last = chains.clone();
        for _ in 1..4 {
            last = last
                .iter()
                .flat_map(|chain| labels.iter().map(move |label| format!("{chain}の{label}")))
                .collect();
            chains.extend(last.iter().cloned());
        }
        for chain in chains {
            let relation = Relation::parse(&chain).unwrap();
            for shorter in of(&relation, Sex::Unknown) {
                assert_eq!(shorter.steps().len() + 1, relation.steps().len(), "{chain}");
                assert!(order::group(&shorter) <= order::group(&relation), "{chain} {shorter}");
            }
        }
    }
}
