//! Statistics (統計): counting persons with their whole histories, over any period, by either day of a movement.
//!
//! Pure and in one pass: [`history::each`] reads, [`Count`] counts, [`Figures`] is what came out. The unit of everything
//! is a change of *cell* (日本人・外国人, 性別): a row by which somebody enters, leaves or changes a cell counts once, so that
//! `期末 = 期首 + 記載 − 消除` holds for every cell, period and way of counting, by construction and not by luck.
//!
//! Source: 住民記録システム標準仕様書 6.1.

mod count;
pub(crate) mod data;
mod heads;
pub(crate) mod history;
mod period;

pub(crate) use count::{Count, Figures, Home, Place};
pub(crate) use heads::Heads;
pub(crate) use period::{Basis, Period};
