//! Faults on order, in front of a place that works (障害の予行).
//!
//! In the rehearsal environment an operator learns what a link looks like whose other side is away, or answers wrongly, without
//! anybody pulling a cable there. Nothing of it lasts: the orders are forgotten when the program ends.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{Answer, Arrival, Control, Place, PlaceError, Question, Receipt, Verdict};

/// What goes wrong on order (予行する障害).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mischief {
    /// 接続不能: nothing reaches the place.
    Away,
    /// 受領書なし: it takes what is sent and never answers.
    Mute,
    /// 件数違い: its receipts count one row more.
    Miscounts,
    /// 取込拒否: its receipts refuse.
    Refuses,
    /// 着信なし: what the other side sends does not come.
    Withholds,
    /// 破損: what the other side sends has a wrong byte.
    Garbles,
}

impl Mischief {
    /// All there are, in the order screens offer them.
    pub const ALL: [Self; 6] =
        [Self::Away, Self::Mute, Self::Miscounts, Self::Refuses, Self::Withholds, Self::Garbles];

    /// Its name in forms and in the log.
    pub fn id(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Mute => "mute",
            Self::Miscounts => "miscounts",
            Self::Refuses => "refuses",
            Self::Withholds => "withholds",
            Self::Garbles => "garbles",
        }
    }

    /// The one of this name.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.id() == id)
    }

    /// What happens, in Japanese.
    pub fn label(self) -> &'static str {
        match self {
            Self::Away => "相手に接続できない",
            Self::Mute => "受領書が返らない",
            Self::Miscounts => "受領書の件数が1件多い",
            Self::Refuses => "相手が取込みを拒否する",
            Self::Withholds => "相手のファイルが届かない",
            Self::Garbles => "相手のファイルが壊れている",
        }
    }
}

/// The error of a place that is away on order.
#[derive(Debug, thiserror::Error)]
#[error("障害の予行です。接続できないことにしています")]
struct OnOrder;

/// A place that does as it is told, and otherwise what the place behind it does.
#[derive(Debug)]
pub struct Rehearsal {
    place: Arc<dyn Place>,
    ordered: Mutex<Option<Mischief>>,
}

impl Rehearsal {
    /// In front of `place`; nothing is ordered yet.
    pub fn before(place: Arc<dyn Place>) -> Self {
        Self { place, ordered: Mutex::new(None) }
    }

    /// What is ordered now.
    pub fn ordered(&self) -> Option<Mischief> {
        *self.ordered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Orders a fault, or the end of it.
    pub fn order(&self, mischief: Option<Mischief>) {
        *self.ordered.lock().unwrap_or_else(PoisonError::into_inner) = mischief;
    }

    fn reached(&self, what: &'static str) -> Result<&dyn Place, PlaceError> {
        match self.ordered() {
            Some(Mischief::Away) => {
                Err(PlaceError::Remote { what, place: self.place.describe(), source: Box::new(OnOrder) })
            }
            _ => Ok(&*self.place),
        }
    }

    fn told(&self, receipt: Option<Receipt>) -> Option<Receipt> {
        let receipt = receipt?;
        match self.ordered() {
            Some(Mischief::Mute) => None,
            Some(Mischief::Miscounts) => Some(Receipt { rows: receipt.rows.saturating_add(1), ..receipt }),
            Some(Mischief::Refuses) => {
                let verdict = Verdict::Refused("障害の予行です。取り込まないことにしています".to_owned());
                Some(Receipt { verdict, ..receipt })
            }
            _ => Some(receipt),
        }
    }
}

/// Writes through, the first byte turned over.
struct Garbled<'a> {
    to: &'a mut dyn Write,
    begun: bool,
}

impl Write for Garbled<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match bytes.first() {
            Some(first) if !self.begun => {
                self.begun = true;
                self.to.write_all(&[!first])?;
                Ok(1)
            }
            _ => self.to.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Place for Rehearsal {
    fn describe(&self) -> String {
        self.place.describe()
    }

    fn put(&self, name: &str, data: &Path, control: &Control) -> Result<Option<Receipt>, PlaceError> {
        Ok(self.told(self.reached("書き込み")?.put(name, data, control)?))
    }

    fn receipt(&self, name: &str) -> Result<Option<Receipt>, PlaceError> {
        Ok(self.told(self.reached("読み取り")?.receipt(name)?))
    }

    fn retire_receipt(&self, name: &str) -> Result<(), PlaceError> {
        self.reached("書き込み")?.retire_receipt(name)
    }

    fn arrivals(&self, prefix: &str) -> Result<Vec<Arrival>, PlaceError> {
        let place = self.reached("読み取り")?;
        if self.ordered() == Some(Mischief::Withholds) {
            return Ok(Vec::new());
        }
        place.arrivals(prefix)
    }

    fn fetch(&self, name: &str, to: &mut dyn Write) -> Result<(), PlaceError> {
        let place = self.reached("読み取り")?;
        if self.ordered() == Some(Mischief::Garbles) {
            return place.fetch(name, &mut Garbled { to, begun: false });
        }
        place.fetch(name, to)
    }

    fn answer(&self, name: &str, receipt: &Receipt) -> Result<(), PlaceError> {
        self.reached("書き込み")?.answer(name, receipt)
    }

    fn retire_answer(&self, name: &str) -> Result<(), PlaceError> {
        self.reached("書き込み")?.retire_answer(name)
    }

    fn ask(&self, link: &str, question: &Question) -> Result<Answer, PlaceError> {
        self.reached("照会")?.ask(link, question)
    }

    fn bring(&self, name: &str, data: &Path, control: &Control) -> Result<(), PlaceError> {
        self.reached("書き込み")?.bring(name, data, control)
    }

    fn takes_by_hand(&self) -> bool {
        self.place.takes_by_hand()
    }

    fn look_again_after(&self) -> Duration {
        self.place.look_again_after()
    }

    fn probe(&self, told: &mut dyn FnMut(&str)) -> Result<(), PlaceError> {
        self.reached("接続")?.probe(told)
    }

    fn rehearsal(&self) -> Option<&Rehearsal> {
        Some(self)
    }
}
