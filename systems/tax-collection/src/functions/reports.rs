//! 賦課情報登録の照合, 日計, 統計情報作成報告: totals from the books.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{Date, FiscalYear, Yen};
use register::{Fault, View};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::{day, place};
use crate::letters::tax_name;
use crate::records::known::ADDRESSEE;
use crate::records::{
    Account, Cause, Entry, INSTALMENT, Instalment, OVERPAYMENT, Overpayment, Part, RECEIPT, Receipt,
};

/// 賦課情報登録（当初）: compares what came over the links with what the tax says it sent.
pub(super) fn levies() -> Function {
    Function {
        id: "tax-collection/levy-register",
        title: "賦課情報登録（受取の照合）",
        place: place("賦課情報受取", "賦課情報登録", ""),
        mode: Mode::Batch,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照合",
            vec![
                Field::new("tax_item", "税目", FieldKind::Choice(super::transfer_apply::tax_items(false)))
                    .required(),
                Field::new("levy_year", "調定年度（西暦）", FieldKind::Number(9998)).required(),
                Field::new("count", "送り元の件数（期別）", FieldKind::Number(99_999_999)),
                Field::new("total", "送り元の税額の合計", FieldKind::Yen),
            ],
        )]),
        in_menu: true,
        decide: decide_levies,
    }
}

/// Most records a list of exceptions names.
const NAMED_MAX: usize = 200;

fn decide_levies(view: &dyn View, input: &Input, _: &Context<'_>) -> Result<Outcome, Fault> {
    let item = input.text("tax_item");
    let year: i16 = input.text("levy_year").parse().unwrap_or_default();
    let mut known: BTreeSet<String> = BTreeSet::new();
    view.scan(&ADDRESSEE, None, &mut |stored| {
        known.insert(stored.key.clone());
        Ok(ControlFlow::Continue(()))
    })?;
    let (mut count, mut total) = (0_u64, 0_i64);
    let mut by_due: BTreeMap<Date, (u64, i64)> = BTreeMap::new();
    let (mut unknown, mut unknown_count) = (Vec::new(), 0_usize);
    view.scan(&INSTALMENT, None, &mut |stored| {
        let levy = stored.typed::<Instalment>()?.record;
        if levy.tax_item != item || levy.levy_year.0 != year {
            return Ok(ControlFlow::Continue(()));
        }
        let yen = levy.levied(Part::Tax).0;
        count += 1;
        total = total.saturating_add(yen);
        let due = by_due.entry(levy.due_on).or_default();
        due.0 += 1;
        due.1 = due.1.saturating_add(yen);
        if !known.contains(&levy.addressee_no) {
            unknown_count += 1;
            if unknown.len() < NAMED_MAX {
                unknown.push(json!({ "levy_key": levy.levy_key, "addressee_no": levy.addressee_no }));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let rows: Vec<Value> = by_due
        .iter()
        .map(|(due, (count, yen))| json!({ "due_on": due, "count": count, "assessed_yen": yen }))
        .collect();
    let compare = |name: &str, found: i64| {
        let told: Option<i64> = input.text(name).parse().ok();
        told.map(|told| told.saturating_sub(found))
    };
    let (missing, short) =
        (compare("count", i64::try_from(count).unwrap_or(i64::MAX)), compare("total", total));
    let same = missing.unwrap_or(0) == 0 && short.unwrap_or(0) == 0;
    let verdict = match (missing.or(short).is_some(), same) {
        (false, _) => "照合する件数・金額を入力していません。",
        (true, true) => "送り元と一致しています。",
        (true, false) => "送り元と一致していません。連携監視で、止まっている行がないかを確かめてください。",
    };
    Ok(Outcome {
        message: format!("{}件、{}円です。{verdict}", count, Yen(total)),
        answer: Some(Answer {
            data: json!({
                "count": count, "total_yen": total, "difference_count": missing, "difference_yen": short,
                "rows": rows, "unknown_count": unknown_count, "unknown": unknown,
            }),
            subjects: Vec::new(),
        }),
        ..Outcome::default()
    })
}

/// Debit and credit of an account.
type Sides = BTreeMap<Account, (i64, i64)>;

/// 日計・試算表.
pub(super) fn day_totals() -> Function {
    Function {
        id: "tax-collection/day-totals",
        title: "日計表・試算表",
        place: place("統計", "統計情報作成報告", ""),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "集計",
            vec![
                Field::new("from", "日から", FieldKind::Date).help("空のときは初めからです。"),
                Field::new("until", "日まで", FieldKind::Date).help("空のときは今日までです。"),
                Field::new("account_year", "会計年度（西暦）", FieldKind::Number(9998))
                    .help("空のときはすべてです。"),
            ],
        )]),
        in_menu: true,
        decide: decide_day_totals,
    }
}

fn decide_day_totals(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let from = day(input, "from").unwrap_or(Date::MIN);
    let until = day(input, "until").unwrap_or(context.today);
    let year: Option<i16> = input.text("account_year").parse().ok();
    let mut items: BTreeMap<String, Sides> = BTreeMap::new();
    let mut add = |item: &str, entries: &[Entry]| {
        for entry in entries {
            let within = from <= entry.on && entry.on <= until;
            if !within || year.is_some_and(|year| year != entry.year.0) {
                continue;
            }
            let sides = items.entry(item.to_owned()).or_default();
            let debit = sides.entry(entry.debit).or_default();
            debit.0 = debit.0.saturating_add(entry.yen.0);
            let credit = sides.entry(entry.credit).or_default();
            credit.1 = credit.1.saturating_add(entry.yen.0);
        }
    };
    each_book(view, &mut add)?;
    let mut all: Sides = Sides::new();
    let mut rows = Vec::new();
    for (item, sides) in &items {
        for (account, (debit, credit)) in sides {
            let of = all.entry(*account).or_default();
            *of = (of.0.saturating_add(*debit), of.1.saturating_add(*credit));
            rows.push(side(
                &if item.is_empty() { "収納（消込前）".to_owned() } else { tax_name(item) },
                *account,
                *debit,
                *credit,
            ));
        }
    }
    let totals: Vec<Value> =
        all.iter().map(|(account, (debit, credit))| side("合計", *account, *debit, *credit)).collect();
    let (debit, credit) = all.values().fold((0_i64, 0_i64), |sum, (debit, credit)| {
        (sum.0.saturating_add(*debit), sum.1.saturating_add(*credit))
    });
    let verdict = if debit == credit { "一致しています" } else { "一致していません" };
    Ok(Outcome {
        message: format!("借方 {}円、貸方 {}円（{verdict}）。", Yen(debit), Yen(credit)),
        answer: Some(Answer {
            data: json!({
                "debit_yen": debit, "credit_yen": credit, "difference_yen": debit.saturating_sub(credit),
                "account_totals": totals, "rows": rows,
            }),
            subjects: Vec::new(),
        }),
        ..Outcome::default()
    })
}

fn side(item: &str, account: Account, debit: i64, credit: i64) -> Value {
    json!({
        "tax_label": item, "account_label": account.label(), "debit_yen": debit, "credit_yen": credit,
        "balance_yen": debit.saturating_sub(credit),
    })
}

/// Every book: those of instalments under their tax, those of payments under none.
fn each_book(view: &dyn View, add: &mut dyn FnMut(&str, &[Entry])) -> Result<(), Fault> {
    view.scan(&INSTALMENT, None, &mut |stored| {
        let levy = stored.typed::<Instalment>()?.record;
        add(&levy.tax_item, levy.book.entries());
        Ok(ControlFlow::Continue(()))
    })?;
    view.scan(&RECEIPT, None, &mut |stored| {
        add("", stored.typed::<Receipt>()?.record.book.entries());
        Ok(ControlFlow::Continue(()))
    })
}

/// 統計情報作成報告: the settlement of a year by tax (決算統計).
pub(super) fn statistics() -> Function {
    Function {
        id: "tax-collection/statistics",
        title: "統計情報作成報告（収納状況）",
        place: place("統計", "統計情報作成報告", ""),
        mode: Mode::Batch,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "統計",
            vec![Field::new("account_year", "会計年度（西暦）", FieldKind::Number(9998)).required()],
        )]),
        in_menu: true,
        decide: decide_statistics,
    }
}

/// In which part of a year's settlement a levy stands (課税の区分).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Levied in the year, for the year.
    Current,
    /// Levied in the year, for an older one.
    Older,
    /// Levied in a year before, and owed on.
    Carried,
}

impl Class {
    /// By the account year the levy was booked in: one of a closed year is booked in the first open one, and nothing carried it over.
    ///
    /// Source: taxes.md 0.5 (現年度, 過年度, 滞納繰越).
    fn of(levy: &Instalment, year: FiscalYear) -> Self {
        let first = levy.book.entries().iter().filter(|entry| entry.cause == Cause::Levy).map(|one| one.year);
        let booked = first.min().unwrap_or(levy.levy_year);
        if booked < year || levy.carried_into.is_some_and(|into| into <= year) {
            Self::Carried
        } else if levy.tax_year < booked {
            Self::Older
        } else {
            Self::Current
        }
    }

    /// The Japanese words.
    const fn label(self) -> &'static str {
        match self {
            Self::Current => "現年課税分",
            Self::Older => "過年度分",
            Self::Carried => "滞納繰越分",
        }
    }
}

/// What a tax came to in a year (調定、収入、欠損、未済), in yen.
#[derive(Clone, Copy, Debug, Default)]
struct Settled {
    levied: i64,
    received: i64,
    refunded: i64,
    written_off: i64,
    owed: i64,
    overpaid: i64,
    overpaid_before: i64,
    months: [i64; 14],
}

impl Settled {
    /// 調定 - 収入 + 過誤納の増減 - 欠損 - 未済: nothing, or a movement is not understood.
    fn difference(&self) -> i64 {
        let over = self.overpaid - self.overpaid_before;
        self.levied - (self.received - self.refunded) + over - self.written_off - self.owed
    }

    /// Counts one movement into a year; what was owed at its beginning counts as levied in it.
    fn add(&mut self, entry: &Entry, year: FiscalYear) {
        let within = entry.year == year;
        for (account, yen) in [(entry.debit, entry.yen.0), (entry.credit, entry.yen.0.saturating_neg())] {
            match account {
                Account::Receivable | Account::Carried => {
                    self.owed += yen;
                    if !within {
                        self.levied += yen;
                    }
                }
                Account::Overpaid => {
                    self.overpaid -= yen;
                    if !within {
                        self.overpaid_before -= yen;
                    }
                }
                Account::Levied if within => self.levied -= yen,
                Account::WrittenOff if within => self.written_off += yen,
                // The addition is paid out of another purse; what leaves it and the till at once is no refund of tax.
                Account::Cash | Account::Addition if within => self.refunded -= yen,
                Account::Unapplied if within => {
                    self.received += yen;
                    if let Some(month) = self.months.get_mut(month_of(entry.on, year)) {
                        *month += yen;
                    }
                }
                _ => {}
            }
        }
    }
}

/// Source: 地方自治法 233条 (決算), 地方税の徴収実績調.
fn decide_statistics(view: &dyn View, input: &Input, _: &Context<'_>) -> Result<Outcome, Fault> {
    let year = FiscalYear(input.text("account_year").parse().unwrap_or_default());
    let mut items: BTreeMap<(String, Class), BTreeMap<Part, Settled>> = BTreeMap::new();
    view.scan(&INSTALMENT, None, &mut |stored| {
        let levy = stored.typed::<Instalment>()?.record;
        let of = items.entry((levy.tax_item.clone(), Class::of(&levy, year))).or_default();
        of.entry(Part::Tax).or_default();
        for entry in levy.book.entries().iter().filter(|entry| entry.year <= year) {
            of.entry(entry.part).or_default().add(entry, year);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    // 収納率 is of the tax: fees, charges and costs are levied as they arise, and have a table of their own.
    let (mut rows, mut extras): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for ((item, class), parts) in &items {
        for (part, of) in parts {
            let got = of.received - of.refunded;
            // Most debts of years before are long settled: they are no news of this one.
            let nothing =
                [of.levied, got, of.written_off, of.owed, of.overpaid, of.overpaid_before] == [0; 6];
            if *class != Class::Current && nothing {
                continue;
            }
            let mut row = json!({
                "tax_label": tax_name(item), "class_label": class.label(),
                "assessed_yen": of.levied, "received_yen": got, "written_off_yen": of.written_off,
                "open_yen": of.owed, "over_yen": of.overpaid, "difference_yen": of.difference(),
            });
            let (list, more) = if *part == Part::Tax {
                let percent = rate(got - (of.overpaid - of.overpaid_before), of.levied);
                (&mut rows, json!({ "rate_percent": percent, "months": of.months.to_vec() }))
            } else {
                (&mut extras, json!({ "part_label": part.label() }))
            };
            if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
                row.extend(more);
            }
            list.push(row);
        }
    }
    let difference: i64 = items.values().flat_map(BTreeMap::values).map(Settled::difference).sum();
    let findings = if difference == 0 {
        Vec::new()
    } else {
        vec![Finding::alert(
            "TXC47",
            "account_year",
            "会計年度",
            format!("調定・収入・欠損・未済に{}円の差があります。", Yen(difference)),
            "システムの管理者に知らせてください。",
        )]
    };
    let mut overpaid_left = 0_i64;
    view.scan(&OVERPAYMENT, None, &mut |stored| {
        overpaid_left = overpaid_left.saturating_add(stored.typed::<Overpayment>()?.record.left().0);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Outcome {
        findings,
        message: format!("{}の収納状況です。", year.label()),
        answer: Some(Answer {
            data: json!({ "account_year": year.label(), "rows": rows, "extras": extras, "overpaid_left_yen": overpaid_left }),
            subjects: Vec::new(),
        }),
        ..Outcome::default()
    })
}

/// 0 for April to 13 for May of the year after, when the accounts of the year are still open.
fn month_of(on: Date, year: FiscalYear) -> usize {
    let months = i32::from(on.year() - year.0) * 12 + i32::from(on.month()) - 4;
    usize::try_from(months.clamp(0, 13)).unwrap_or_default()
}

/// 98.7: per cent with one digit, cut.
fn rate(part: i64, whole: i64) -> Option<String> {
    let thousandths = part.checked_mul(1000)?.checked_div(whole)?;
    Some(format!("{}.{}", thousandths / 10, (thousandths % 10).abs()))
}
