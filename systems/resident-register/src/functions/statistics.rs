//! What the functions of statistics (統計) have in common: the questions, the counting, the columns.

use domain::{Date, RegisterDate, ResidentKind, Sex, wareki};
use register::{Fault, View};
use serde_json::{Map, Value, json};
use system::{Answer, Choice, Context, Field, FieldKind, Finding, Input, Outcome, Place, choices};

use crate::statistics::{Basis, Count, Figures, Heads, Period, data, history};

/// 統計・報告（統計部門）.
pub(crate) const STATISTICS_OFFICE: Place =
    Place {
        unit: "住民基本台帳", level1: "統計・報告", level2: "統計・報告（統計部門）", level3: ""
    };

/// 統計・報告（都道府県、関係機関）.
pub(crate) const PREFECTURE: Place = Place {
    unit: "住民基本台帳",
    level1: "統計・報告",
    level2: "統計・報告（都道府県、関係機関）",
    level3: "",
};

/// 集計の基準.
pub(crate) fn basis_field() -> Field {
    let ways =
        Basis::ALL.map(|basis| Choice { code: basis.code().to_owned(), label: basis.label().to_owned() });
    Field::new("basis", "集計の基準", FieldKind::Choice(ways.to_vec()))
        .help("空なら既定の基準。処理日は終わった月が変わらず、異動日は遅れた届出も起きた月に入ります")
}

/// The questions of a table over a period.
pub(crate) fn period_fields() -> Vec<Field> {
    vec![
        Field::new(
            "span",
            "期間の種類",
            FieldKind::Choice(choices(&[
                ("month", "月"),
                ("year", "年（1月から12月）"),
                ("fiscal-year", "年度（4月から3月）"),
                ("days", "開始日と終了日で指定"),
            ])),
        )
        .help("空なら月"),
        Field::new("on", "期間に入る日", FieldKind::Date)
            .help("その日の月・年・年度。空なら、終わった直近の期間"),
        Field::new("from", "開始日", FieldKind::Date).help("種類が「開始日と終了日で指定」のとき"),
        Field::new("until", "終了日", FieldKind::Date).help("種類が「開始日と終了日で指定」のとき"),
        basis_field(),
    ]
}

/// The way of counting that is asked for, or the usual one.
pub(crate) fn basis(input: &Input) -> Basis {
    Basis::from_code(input.text("basis")).unwrap_or_else(data::default_basis)
}

/// A day of the input.
pub(crate) fn day(input: &Input, name: &str) -> Option<Date> {
    input.text(name).parse::<RegisterDate>().ok().and_then(|date| date.known())
}

/// The period that is asked for; one that goes on is counted up to today.
///
/// # Errors
/// D051, D052.
pub(crate) fn period(input: &Input, today: Date) -> Result<Period, Box<Finding>> {
    let of = |on: Date| match input.text("span") {
        "year" => Period::year(on, data::first_month(false)),
        "fiscal-year" => Period::year(on, data::first_month(true)),
        _ => Period::month(on),
    };
    let asked = if input.text("span") == "days" {
        match (day(input, "from"), day(input, "until")) {
            (Some(first), Some(last)) if first <= last => Period { first, last },
            _ => {
                return Err(Box::new(Finding::error(
                    "D052",
                    "from",
                    "開始日・終了日",
                    "開始日か終了日が空か、終了日が開始日より前です。",
                    "開始日と、開始日以後の終了日を入力してください。",
                )));
            }
        }
    } else {
        match day(input, "on") {
            Some(on) => of(on),
            None => of(of(today).before().unwrap_or(today)),
        }
    };
    if today < asked.first {
        return Err(Box::new(ahead("on", asked.first, today)));
    }
    Ok(Period { last: asked.last.min(today), ..asked })
}

/// D051.
pub(crate) fn ahead(path: &str, day: Date, today: Date) -> Finding {
    Finding::error(
        "D051",
        path,
        "期間・基準日",
        format!("{}は、今日{}より後です。まだ数えられません。", wareki(day), wareki(today)),
        "今日以前の日を入力してください。",
    )
}

/// A period counted.
pub(crate) struct Counted {
    pub(crate) period: Period,
    pub(crate) basis: Basis,
    pub(crate) figures: Figures,
    /// The day from which the register's own movements are complete; none when it is empty.
    started_on: Option<Date>,
}

/// Counts.
pub(crate) fn count(view: &dyn View, period: Period, basis: Basis) -> Result<Counted, Fault> {
    let mut count = Count::new(period, basis);
    let since = history::each(view, Some(period.first), &mut |rows| count.add(rows))?;
    let started_on = since.0.map(|at| jiff::tz::offset(9).to_datetime(at).date());
    Ok(Counted { period, basis, figures: count.figures(), started_on })
}

impl Counted {
    /// What every answer begins with.
    pub(crate) fn head(&self) -> Map<String, Value> {
        let mut head = Map::new();
        let mut put = |name: &str, value: Value| head.insert(name.to_owned(), value);
        put("first_day", json!(self.period.first.to_string()));
        put("last_day", json!(self.period.last.to_string()));
        put("basis", json!(self.basis.code()));
        put("basis_label", json!(self.basis.label()));
        if let Some(caution) = self.caution() {
            put("caution", json!(caution));
        }
        head
    }

    /// Of a period before the register took over, there are only the newest rows of those who were brought along.
    ///
    /// Source: 住民記録システム標準仕様書 6.1 (counts begin with the month the system is put to use).
    pub(crate) fn caution(&self) -> Option<String> {
        let started_on = self.started_on.filter(|started_on| self.period.first < *started_on)?;
        Some(format!(
            "{}より前の異動は、移行した住民票にある分だけです。移行元の統計によってください。",
            wareki(started_on)
        ))
    }

    /// 令和8年11月1日から令和8年11月30日まで（処理日による）.
    pub(crate) fn title(&self) -> String {
        let (first, last) = (wareki(self.period.first), wareki(self.period.last));
        format!("{first}から{last}まで（{}による）", self.basis.label())
    }
}

/// The answer of a table.
pub(crate) fn answered(message: String, data: Map<String, Value>) -> Outcome {
    Outcome {
        message,
        // Counts show nobody.
        answer: Some(Answer { data: Value::Object(data), subjects: Vec::new() }),
        ..Outcome::default()
    }
}

/// A row of persons: what it counts, then both kinds by sex, then all. Sex not known has columns where somebody's is not.
pub(crate) fn row(named: &[(&str, Value)], heads: &Heads, unknown: bool) -> Value {
    let mut row = Map::new();
    for (name, value) in named {
        row.insert((*name).to_owned(), value.clone());
    }
    let kinds = [
        ("total", None),
        ("japanese", Some(ResidentKind::Japanese)),
        ("foreign", Some(ResidentKind::Foreign)),
    ];
    let sexes = [
        ("", None),
        ("_male", Some(Sex::Male)),
        ("_female", Some(Sex::Female)),
        ("_unknown", Some(Sex::Unknown)),
    ];
    for (kind_name, kind) in kinds {
        for (sex_name, sex) in sexes {
            if sex != Some(Sex::Unknown) || unknown {
                row.insert(format!("{kind_name}{sex_name}"), json!(heads.of(kind, sex)));
            }
        }
    }
    Value::Object(row)
}

/// Whether a table needs columns for those whose sex is not known.
pub(crate) fn has_unknown<'a>(heads: impl IntoIterator<Item = &'a Heads>) -> bool {
    heads.into_iter().any(|heads| heads.of(None, Some(Sex::Unknown)) != 0)
}

/// Rows of persons under one another, by a name for each.
pub(crate) fn table(name: &str, rows: &[(String, Heads)]) -> Value {
    let unknown = has_unknown(rows.iter().map(|(_, heads)| heads));
    rows.iter().map(|(title, heads)| row(&[(name, json!(title))], heads, unknown)).collect()
}

/// Refuses with one finding.
pub(crate) fn refused(finding: Finding) -> Outcome {
    Outcome::refused(vec![finding])
}

/// Runs a table over the period that is asked for.
pub(crate) fn over_period(
    view: &dyn View,
    input: &Input,
    context: &Context<'_>,
    tables: impl FnOnce(&Counted, &mut Map<String, Value>),
) -> Result<Outcome, Fault> {
    let period = match period(input, context.today) {
        Ok(period) => period,
        Err(finding) => return Ok(refused(*finding)),
    };
    let counted = count(view, period, basis(input))?;
    let mut data = counted.head();
    tables(&counted, &mut data);
    Ok(answered(counted.title(), data))
}
