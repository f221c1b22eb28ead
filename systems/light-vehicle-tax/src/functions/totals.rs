//! 調定表作成: what was set, raised and taken back in a month, and what stands, by kind and year.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{Date, Yen, wareki};
use register::{Fault, Record, View, Write};
use serde_json::{Value, json};
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place,
    Section,
};

use crate::desk::Desk;
use crate::notice::year_label;
use crate::print;
use crate::records::{LEVY, LEVY_TOTAL, Levy, LevyTotal, spelled};
use crate::rules::{Grade, Month, Use};

/// 調定表作成.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/totals",
        title: "調定表作成",
        place: Some(Place {
            unit: "軽自動車税", level1: "更正", level2: "調定表作成", level3: ""
        }),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "調定表",
            vec![
                Field::new("month", "調定の月", FieldKind::Text(7)).help("2026-05 の形。空のときは今月です"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Sums of a group of levies up to the end of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) count_up: u64,
    pub(crate) yen_up: Yen,
    pub(crate) count_down: u64,
    pub(crate) yen_down: Yen,
    pub(crate) count: u64,
    pub(crate) yen: Yen,
}

/// What levies are grouped by: levy year, tax year, kind, use, grade.
type Group = (i16, i16, String, Use, Grade);

/// Groups of levies with their words and sums, as the decisions up to the end of a month left them.
pub(crate) fn sums(view: &dyn View, month: Month) -> Result<BTreeMap<String, (Group, String, Sums)>, Fault> {
    let mut groups: BTreeMap<String, (Group, String, Sums)> = BTreeMap::new();
    view.scan(&LEVY, None, &mut |stored| {
        add(&mut groups, month, &stored.typed::<Levy>()?.record);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(groups)
}

fn add(groups: &mut BTreeMap<String, (Group, String, Sums)>, month: Month, levy: &Levy) {
    let until: Vec<_> = levy.changes.iter().filter(|change| Month::of(change.decided_on) <= month).collect();
    let Some(last) = until.last() else { return };
    let group = (levy.levy_year, levy.tax_year, levy.kind.clone(), levy.r#use, levy.grade);
    let key = format!("{:04}-{:04}-{}-{}-{}", group.0, group.1, group.2, group.3.code(), group.4.code());
    let (_, _, sums) = groups.entry(key).or_insert_with(|| (group, levy.label.clone(), Sums::default()));
    let plus = |sum: Yen, yen: Yen| sum.checked_add(yen).unwrap_or(sum);
    if last.after != Yen::ZERO {
        sums.count = sums.count.saturating_add(1);
        sums.yen = plus(sums.yen, last.after);
    }
    for change in until.iter().filter(|change| Month::of(change.decided_on) == month) {
        let difference = change.difference();
        if Yen::ZERO < difference {
            sums.count_up = sums.count_up.saturating_add(1);
            sums.yen_up = plus(sums.yen_up, difference);
        } else if difference < Yen::ZERO {
            sums.count_down = sums.count_down.saturating_add(1);
            sums.yen_down = plus(sums.yen_down, Yen(difference.0.saturating_abs()));
        }
    }
}

/// LVT11 of a month that does not read or is still to come.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let this_month = Month::of(context.today);
    let given = spelled(input.text("month"));
    let month = if given.is_empty() { Ok(this_month) } else { given.parse::<Month>() };
    let Some(month) = month.ok().filter(|month| *month <= this_month) else {
        let why = format!("調定の月「{given}」が年月として読めないか、今月より後です。");
        desk.error("LVT11", "month", "調定の月", why, "2026-05 の形で、今月までの月を入力してください。");
        return Ok(Outcome::refused(desk.findings));
    };
    let groups = sums(view, month)?;
    let totals: Vec<LevyTotal> = groups
        .into_values()
        .map(|(group, label, sums)| total(month, group, label, &sums, context.today))
        .collect();
    write(&mut desk, month, &totals)?;
    let all = |value: fn(&LevyTotal) -> Yen| Yen::total(totals.iter().map(value)).unwrap_or_default();
    let count: u64 = totals.iter().map(|total| total.count).sum();
    let (levied_count, levied) = register_total(view)?;
    let agrees = (count, all(|total| total.yen)) == (levied_count, levied);
    let message = format!(
        "{}の調定表: 当月の増{}円、減{}円、累計{count}件 {}円。賦課の合計{levied_count}件 {levied}円{}。",
        month.label(),
        all(|total| total.yen_up),
        all(|total| total.yen_down),
        all(|total| total.yen),
        if agrees { "と一致します" } else { "（翌月以降の決定を含む）" }
    );
    let rows: Vec<Value> = totals.iter().map(shown).collect();
    let data = json!({
        "month": month, "count": count, "yen": all(|total| total.yen),
        "yen_up": all(|total| total.yen_up), "yen_down": all(|total| total.yen_down),
        "levied_count": levied_count, "levied_yen": levied, "agrees": agrees, "rows": rows,
    });
    let document = listing(context, month, &totals);
    let mut outcome = desk.outcome("調定表作成", message)?;
    outcome.answer = Some(Answer { data, subjects: Vec::new() });
    outcome.documents.push(document);
    Ok(outcome)
}

fn total(month: Month, group: Group, label: String, sums: &Sums, made_on: Date) -> LevyTotal {
    let (levy_year, tax_year, kind, r#use, grade) = group;
    LevyTotal {
        month,
        levy_year,
        tax_year,
        kind,
        r#use,
        grade,
        label,
        count_up: sums.count_up,
        yen_up: sums.yen_up,
        count_down: sums.count_down,
        yen_down: sums.yen_down,
        count: sums.count,
        yen: sums.yen,
        made_on,
    }
}

/// Writes the rows that differ from those held, and closes what is no group any more.
fn write(desk: &mut Desk<'_>, month: Month, totals: &[LevyTotal]) -> Result<(), Fault> {
    let mut held: BTreeMap<String, (LevyTotal, u32)> = BTreeMap::new();
    desk.view.scan(&LEVY_TOTAL, None, &mut |stored| {
        let row = stored.typed::<LevyTotal>()?;
        if row.record.month == month {
            held.insert(stored.key.clone(), (row.record, row.version));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let today = desk.today();
    for total in totals {
        let before = held.remove(&total.key());
        let same = before
            .as_ref()
            .is_some_and(|(row, _)| LevyTotal { made_on: row.made_on, ..total.clone() } == *row);
        if !same {
            desk.put(total, before.map(|(_, version)| version), today)?;
        }
    }
    for (key, (_, version)) in held {
        desk.writes.push(Write::close(&LEVY_TOTAL, key, version));
    }
    Ok(())
}

/// Count and yen of all levies as they stand.
pub(crate) fn register_total(view: &dyn View) -> Result<(u64, Yen), Fault> {
    let (mut count, mut yen) = (0_u64, Yen::ZERO);
    view.scan(&LEVY, None, &mut |stored| {
        let levy = stored.typed::<Levy>()?.record;
        if levy.amount != Yen::ZERO {
            count = count.saturating_add(1);
            yen = yen.checked_add(levy.amount).unwrap_or(yen);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((count, yen))
}

fn shown(total: &LevyTotal) -> Value {
    json!({
        "levy_year": total.levy_year, "tax_year": total.tax_year, "kind_label": total.label,
        "grade": total.grade.label(), "count_up": total.count_up, "yen_up": total.yen_up,
        "count_down": total.count_down, "yen_down": total.yen_down, "count": total.count, "yen": total.yen,
    })
}

fn listing(context: &Context<'_>, month: Month, totals: &[LevyTotal]) -> DocumentRequest {
    let rows: Vec<Vec<String>> = totals
        .iter()
        .map(|total| {
            vec![
                year_label(total.levy_year),
                year_label(total.tax_year),
                total.label.clone(),
                total.grade.label().to_owned(),
                total.count_up.to_string(),
                total.yen_up.to_string(),
                total.count_down.to_string(),
                total.yen_down.to_string(),
                total.count.to_string(),
                total.yen.to_string(),
            ]
        })
        .collect();
    let columns = [
        ("調定年度", 3, false),
        ("相当年度", 3, false),
        ("種別", 6, false),
        ("税率の別", 4, false),
        ("増（件）", 2, true),
        ("増（円）", 3, true),
        ("減（件）", 2, true),
        ("減（円）", 3, true),
        ("累計（件）", 2, true),
        ("累計（円）", 4, true),
    ];
    let lines = [month.label(), format!("作成日 {}", wareki(context.today))];
    let yen = Yen::total(totals.iter().map(|total| total.yen)).unwrap_or_default();
    let notes = [format!("累計の合計 {yen}円")];
    print::listing(context, "軽自動車税（種別割）調定表", &lines, &columns, &rows, &notes)
}
