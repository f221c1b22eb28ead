//! Numbers for those the resident register does not number (採番).

use domain::AddresseeNo;
use register::{Fault, View, ViewExt, Write};

use crate::records::{ADDRESSEE, Counter};
use crate::rules::{Series, series};

/// Serials of one series, drawn during one decision. The counter is written once, so two decisions at the same time are one
/// after the other: the second is decided again and sees what the first registered.
pub(crate) struct Numbering<'a> {
    view: &'a dyn View,
    range: Series,
    last: u64,
    version: Option<u32>,
    drawn: bool,
}

impl<'a> Numbering<'a> {
    /// Of non-residents.
    pub(crate) const NON_RESIDENT: &'static str = "non-resident";
    /// Of corporations.
    pub(crate) const CORPORATION: &'static str = "corporation";

    /// Begins where the counter stands.
    pub(crate) fn of(view: &'a dyn View, name: &str) -> Result<Self, Fault> {
        let range = series(name).ok_or_else(|| Fault::because(format!("series.tsv has no series {name}")))?;
        let held = view.load::<Counter>(name)?;
        let last = held.as_ref().map_or(0, |held| held.record.last);
        Ok(Self { view, range, last, version: held.map(|held| held.version), drawn: false })
    }

    /// The next number nobody has: the resident register's rule, in a range of its own. Numbers that were loaded are passed.
    ///
    /// Source: 住民記録システム標準仕様書 1.1.13.
    pub(crate) fn next(&mut self) -> Result<AddresseeNo, Fault> {
        loop {
            let serial = self.last.saturating_add(1).max(self.range.first);
            if self.range.last < serial {
                return Err(Fault::because(format!("the series {} of 宛名番号 is used up", self.range.name)));
            }
            self.last = serial;
            self.drawn = true;
            let number = AddresseeNo::from_serial(serial)
                .map_err(|error| Fault::new("the series of 宛名番号 is used up", error))?;
            if self.view.get(&ADDRESSEE, number.as_str())?.is_none() {
                return Ok(number);
            }
        }
    }

    /// The counter's write, if a number was drawn.
    pub(crate) fn write(&self) -> Result<Option<Write>, Fault> {
        if !self.drawn {
            return Ok(None);
        }
        let counter = Counter { name: self.range.name.to_owned(), last: self.last };
        Ok(Some(Write::put(&counter, self.version)?))
    }
}
