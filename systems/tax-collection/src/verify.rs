//! Checks over the registers: the books agree with one another, to the yen, at any moment.

mod arrears;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::FiscalYear;
use register::{Fault, Record, View};
use system::{Check, Inconsistency};

use crate::records::{
    Account, INSTALMENT, Instalment, OVERPAYMENT, Overpayment, Part, RECEIPT, Receipt, ReceiptState,
};

/// The checks of the system.
pub(crate) fn checks() -> Vec<Check> {
    let mut all = vec![
        Check {
            id: "instalment-owes-what-its-book-says",
            title: "期別の未納・過納が負にならないこと",
            run: |view| each(view, |view, held: &Instalment| debts(view, held)),
        },
        Check {
            id: "receipt-is-where-its-book-says",
            title: "収納の処理状態と、消し込んだ額が合うこと",
            run: |view| each(view, |_, held: &Receipt| Ok(receipt(held))),
        },
        Check {
            id: "overpayment-lies-on-its-instalment",
            title: "過誤納の残りの合計が、期別と返還する収納の過誤納金と合うこと",
            run: overpayments,
        },
        Check {
            id: "unapplied-is-in-suspense",
            title: "消込待ち・仮受の残高が、会計年度ごとに、充てていない収納の合計と合うこと",
            run: unapplied,
        },
    ];
    all.extend(arrears::checks());
    all
}

fn each<R: Record>(
    view: &dyn View,
    one: fn(&dyn View, &R) -> Result<Option<String>, Fault>,
) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(R::KIND, None, &mut |stored| {
        let held = stored.typed::<R>()?.record;
        if let Some(what) = one(view, &held)? {
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn debts(_: &dyn View, held: &Instalment) -> Result<Option<String>, Fault> {
    let below = Part::ALL.iter().find(|part| held.open(**part).0 < 0);
    Ok(match below {
        Some(part) => Some(format!("{}の未納が{}円です。", part.label(), held.open(*part))),
        None if held.overpaid().0 < 0 => Some(format!("過誤納金が{}円です。", held.overpaid())),
        None => None,
    })
}

fn receipt(held: &Receipt) -> Option<String> {
    let unapplied = held.unapplied().0;
    let fits = match held.state {
        ReceiptState::Waiting | ReceiptState::Suspense => 0 < unapplied,
        ReceiptState::Cleared
        | ReceiptState::Preliminary
        | ReceiptState::Cancelled
        | ReceiptState::Returned => unapplied == 0,
    };
    (!fits).then(|| format!("処理状態は{}、充てていない額は{unapplied}円です。", held.state.label()))
}

fn overpayments(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut left: BTreeMap<String, i64> = BTreeMap::new();
    let mut returned: BTreeMap<String, i64> = BTreeMap::new();
    view.scan(&OVERPAYMENT, None, &mut |stored| {
        let held = stored.typed::<Overpayment>()?.record;
        let of = match held.of_receipt() {
            Some(no) => returned.entry(no.to_owned()).or_default(),
            None => left.entry(held.levy_key.clone()).or_default(),
        };
        *of = of.saturating_add(held.left().0);
        Ok(ControlFlow::Continue(()))
    })?;
    let mut found = Vec::new();
    view.scan(&RECEIPT, None, &mut |stored| {
        let held = stored.typed::<Receipt>()?.record;
        let recorded = returned.get(&held.payment_no).copied().unwrap_or_default();
        let lies = held.overpaid().0;
        if recorded != lies {
            let what = format!("収納の過誤納金は{lies}円、過誤納の記録の残りは{recorded}円です。");
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    view.scan(&INSTALMENT, None, &mut |stored| {
        let held = stored.typed::<Instalment>()?.record;
        let recorded = left.get(&held.levy_key).copied().unwrap_or_default();
        let lies = held.overpaid().0;
        if recorded != lies {
            let what = format!("期別の過誤納金は{lies}円、過誤納の記録の残りは{recorded}円です。");
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// What came in less what was put somewhere, by account year, is what lies with the receipts that wait.
fn unapplied(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut balance: BTreeMap<FiscalYear, i64> = BTreeMap::new();
    let mut waiting: BTreeMap<FiscalYear, i64> = BTreeMap::new();
    let mut post = |entries: &[crate::records::Entry]| {
        for entry in entries {
            let of = balance.entry(entry.year).or_default();
            if entry.credit == Account::Unapplied {
                *of = of.saturating_add(entry.yen.0);
            }
            if entry.debit == Account::Unapplied {
                *of = of.saturating_sub(entry.yen.0);
            }
        }
    };
    view.scan(&RECEIPT, None, &mut |stored| {
        let held = stored.typed::<Receipt>()?.record;
        post(held.book.entries());
        let of = waiting.entry(held.year).or_default();
        *of = of.saturating_add(held.unapplied().0);
        Ok(ControlFlow::Continue(()))
    })?;
    view.scan(&INSTALMENT, None, &mut |stored| {
        post(stored.typed::<Instalment>()?.record.book.entries());
        Ok(ControlFlow::Continue(()))
    })?;
    let mut found = Vec::new();
    for (year, lies) in balance {
        let wait = waiting.get(&year).copied().unwrap_or_default();
        if lies != wait {
            found.push(Inconsistency {
                record: year.label(),
                what: format!("消込待ち・仮受の残高は{lies}円、充てていない収納は{wait}円です。"),
            });
        }
    }
    Ok(found)
}
