//! Which town the files are of (移行元の町): the one where nearly all residents have their address.

use std::collections::HashMap;

/// Places that are counted; a file that has more was not read by the right columns.
const PLACES_MAX: usize = 1_000;

/// One in how many residents may live elsewhere by mistake of the old system.
const STRAYS_ONE_IN: u64 = 4;

/// Residents by prefecture and municipality.
#[derive(Default)]
pub(super) struct Towns(HashMap<(String, String), u64>);

impl Towns {
    /// Counts a resident's address.
    pub(super) fn count(&mut self, prefecture: &str, municipality: &str) {
        let place = (prefecture.to_owned(), municipality.to_owned());
        if let Some(count) = self.0.get_mut(&place) {
            *count = count.saturating_add(1);
        } else if self.0.len() < PLACES_MAX && !municipality.is_empty() {
            self.0.insert(place, 1);
        }
    }

    /// The town, unless the addresses do not say which it is: then nobody is told to live outside of it.
    pub(super) fn home(self) -> Option<(String, String)> {
        let all: u64 = self.0.values().sum();
        let (place, count) = self.0.into_iter().max_by_key(|(_, count)| *count)?;
        (all.saturating_sub(count) <= all / STRAYS_ONE_IN).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_town_is_where_nearly_all_live() {
        for (counts, home) in [
            (&[("台帳町", 3), ("隣町", 1)][..], Some("台帳町")),
            (&[("台帳町", 8), ("隣町", 3)], None),
            (&[("", 5), ("台帳町", 1)], Some("台帳町")),
            (&[], None),
        ] {
            let mut towns = Towns::default();
            for (town, count) in counts {
                (0..*count).for_each(|_| towns.count("架空県", town));
            }
            assert_eq!(towns.home().map(|(_, town)| town).as_deref(), home, "{counts:?}");
        }
    }
}
