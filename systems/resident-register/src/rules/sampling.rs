//! Drawing people from a list by lot, and the order of a list by address.

use std::collections::BTreeSet;

use domain::AddresseeNo;

use crate::records::Person;
use crate::texts::fold_text;

/// The order of a list by address: 町字, the numbers of the lot as numbers, 方書, household, member.
pub(crate) type PlaceKey = (String, Vec<LotPart>, String, String, u32);

/// A piece of a lot: 2番10号 comes after 2番9号.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LotPart {
    Number(u64),
    Word(String),
}

/// Places in a list of `all` at equal distances from a start drawn by lot; everybody has the same chance.
pub(crate) fn at_intervals(all: usize, sample: usize, random: u64) -> BTreeSet<usize> {
    let wide = |count: usize| u128::try_from(count).unwrap_or_default();
    let (length, picked) = (wide(all), wide(sample.min(all)));
    if picked == 0 {
        return BTreeSet::new();
    }
    let start = u128::from(random) % length;
    (0..picked).filter_map(|at| usize::try_from((start + at * length) / picked).ok()).collect()
}

/// Draws a lot for somebody: the same random bits give the same lots.
pub(crate) fn lot_of(random: u64, no: AddresseeNo) -> u64 {
    let bytes = no.as_str().bytes();
    let mixed = bytes.fold(random, |held, byte| held.wrapping_mul(0x0100_0000_01B3) ^ u64::from(byte));
    crate::desk::scatter(mixed)
}

/// Where somebody stands in a list by address.
pub(crate) fn place_of(person: &Person) -> PlaceKey {
    let address = &person.address;
    (
        fold_text(&address.town),
        lot_parts(&fold_text(&address.lot)),
        address.building.as_deref().map(fold_text).unwrap_or_default(),
        person.household_no.to_string(),
        person.member_order,
    )
}

fn lot_parts(lot: &str) -> Vec<LotPart> {
    let letters: Vec<char> = lot.chars().collect();
    let pieces = letters.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    pieces
        .map(|piece| {
            let text: String = piece.iter().collect();
            text.parse().map_or(LotPart::Word(text), LotPart::Number)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_pick_as_many_as_asked_and_reach_both_ends() {
        for (all, sample) in [(10, 3), (25, 10), (7, 7), (5, 9), (1, 1), (0, 3)] {
            let mut met = BTreeSet::new();
            for random in 0..100 {
                let chosen = at_intervals(all, sample, random);
                assert_eq!(chosen.len(), sample.min(all), "{all} {sample} {random}");
                met.extend(chosen);
            }
            assert_eq!(met.len(), all, "everybody may be met: {all} {sample}");
            assert!(met.last().is_none_or(|last| *last < all));
        }
    }

    #[test]
    fn lots_stand_in_the_order_of_their_numbers() {
        let mut lots = ["10番地", "2番地の10", "2番地の9", "2番地", "甲1番地"];
        lots.sort_by_key(|lot| lot_parts(lot));
        assert_eq!(lots, ["2番地", "2番地の9", "2番地の10", "10番地", "甲1番地"]);
    }
}
