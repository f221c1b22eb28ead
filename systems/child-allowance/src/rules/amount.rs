//! Monthly amounts (手当月額), and their course over a childhood.

use domain::{Date, Yen};

use super::{Month, Rates};
use crate::records::AmountStep;

/// Which child of the family this is, and what is granted for it in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// 第何子, from 1, among those counted.
    pub order: usize,
    /// Code of the class.
    pub class: String,
    /// Monthly yen.
    pub monthly: Yen,
}

/// The amount for one child in one month (手当月額); `None` when it is no child then.
///
/// `family` are the births of all children of the payee, the child's own among them at `place`, the eldest first. Those
/// past the age of counting are left out by their births, so that the same list serves every month.
///
/// Source: 児童手当法 art. 6(1).
pub fn granted(rates: &Rates, family: &[Date], place: usize, month: Month) -> Option<Granted> {
    let regime = rates.regime_of(month)?;
    let birth = *family.get(place)?;
    if month < Month::of(birth) || regime.last_month_as_child(birth) < month {
        return None;
    }
    let class = regime.class.iter().find(|class| month <= class.last_month(birth))?;
    let elders = family.iter().take(place);
    let counted =
        elders.filter(|elder| Month::of(**elder) <= month && month <= regime.last_month_counted(**elder));
    let order = counted.count().saturating_add(1);
    let monthly = if order < 3 { class.yen } else { class.third_yen };
    Some(Granted { order, class: class.code.clone(), monthly })
}

/// The course of the amount from one month to another, one step per change.
pub fn course(rates: &Rates, family: &[Date], place: usize, from: Month, until: Month) -> Vec<AmountStep> {
    let mut steps: Vec<AmountStep> = Vec::new();
    let months =
        std::iter::successors(Some(from), |month| Some(month.next())).take_while(|month| *month <= until);
    for month in months {
        let Some(granted) = granted(rates, family, place, month) else { continue };
        let same = steps.last().is_some_and(|last| {
            last.order == granted.order && last.class == granted.class && last.monthly_yen == granted.monthly
        });
        if !same {
            steps.push(AmountStep {
                from: month,
                order: granted.order,
                class: granted.class,
                monthly_yen: granted.monthly,
            });
        }
    }
    steps
}
