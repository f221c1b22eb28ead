//! Tables of data and choices by weight.

use crate::rng::Rng;

/// The cells of each row of a table, without blank lines and `#` comments.
pub(crate) fn rows(text: &'static str) -> impl Iterator<Item = Row> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| Row(line.split('\t').collect()))
}

/// One row of a table.
pub(crate) struct Row(Vec<&'static str>);

impl Row {
    /// A cell; empty past the row's end.
    pub(crate) fn text(&self, column: usize) -> &'static str {
        self.0.get(column).copied().unwrap_or_default()
    }

    /// A cell as a number; zero when it is none.
    pub(crate) fn number<T: std::str::FromStr + Default>(&self, column: usize) -> T {
        self.text(column).parse().unwrap_or_default()
    }

    /// A cell, unless it is empty or `-`.
    pub(crate) fn stated(&self, column: usize) -> Option<&'static str> {
        Some(self.text(column)).filter(|text| !text.is_empty() && *text != "-")
    }
}

/// Things to choose from by weight.
#[derive(Clone, Debug)]
pub(crate) struct Weighted<T> {
    items: Vec<(u32, T)>, // Each with the sum of the weights up to and with it.
    total: u32,
}

impl<T> Weighted<T> {
    /// Chooses one; `None` when there is nothing of any weight.
    pub(crate) fn pick(&self, rng: &mut Rng) -> Option<&T> {
        let drawn = rng.below(self.total);
        let at = self.items.partition_point(|(upto, _)| *upto <= drawn);
        self.items.get(at).map(|(_, item)| item)
    }

    /// Everything there is.
    pub(crate) fn all(&self) -> impl Iterator<Item = &T> {
        self.items.iter().map(|(_, item)| item)
    }
}

impl<T> FromIterator<(u32, T)> for Weighted<T> {
    fn from_iter<I: IntoIterator<Item = (u32, T)>>(weighted: I) -> Weighted<T> {
        let mut total = 0_u32;
        let mut items = Vec::new();
        for (weight, item) in weighted {
            if weight == 0 {
                continue;
            }
            total = total.saturating_add(weight);
            items.push((total, item));
        }
        Weighted { items, total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weighs_more_comes_more_often() {
        let table: Weighted<&str> = [(1, "rare"), (0, "never"), (9, "often")].into_iter().collect();
        let mut rng = Rng::new(3);
        let often = (0..1000).filter(|_| table.pick(&mut rng) == Some(&"often")).count();
        assert!((850..950).contains(&often), "{often}");
        assert_eq!(table.all().count(), 2);
        assert_eq!(Weighted::<u8>::from_iter([]).pick(&mut rng), None);
    }
}
