//! 交付履歴照会: which certificates and letters were issued, of whom, when, by whom.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::Date;
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{period, person};
use crate::concealment;
use crate::records::{Disposal, ISSUANCE, Issuance, Person, WIDE_AREA_ISSUANCE, WideAreaIssuance};
use crate::texts::fold_text;

/// Most rows of one answer.
const ROWS_MAX: usize = 500;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/issuance-list",
        title: "交付履歴照会",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo),
                Field::new("certificate", "証明書・通知の種類", FieldKind::Text(40))
                    .help("一部分でもよい（例 除票、転出証明書）"),
                Field::new("from", "交付日（から）", FieldKind::Date).help("宛名番号も日付も空なら今日"),
                Field::new("to", "交付日（まで）", FieldKind::Date).help("空なら「から」の日だけ"),
                Field::new("issued_by", "担当", FieldKind::Text(60)),
                Field::new("disposed", "書損だけ", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// What is looked for.
struct Wanted<'a> {
    certificate: String,
    issued_by: &'a str,
    disposed: bool,
}

impl Wanted<'_> {
    fn fits(&self, one: &Issued) -> bool {
        fold_text(&one.certificate()).contains(&self.certificate)
            && (self.issued_by.is_empty() || one.issued_by() == self.issued_by)
            && (!self.disposed || one.disposed().is_some())
    }
}

/// One copy that was issued here, of a record here or, as 広域交付, of one elsewhere.
enum Issued {
    Here(Box<Issuance>),
    Elsewhere(Box<WideAreaIssuance>),
}

impl Issued {
    fn issue_number(&self) -> &str {
        match self {
            Self::Here(one) => &one.issue_number,
            Self::Elsewhere(one) => &one.issue_number,
        }
    }

    fn issued_at(&self) -> jiff::Timestamp {
        match self {
            Self::Here(one) => one.issued_at,
            Self::Elsewhere(one) => one.issued_at,
        }
    }

    fn issued_by(&self) -> &str {
        match self {
            Self::Here(one) => &one.issued_by,
            Self::Elsewhere(one) => &one.issued_by,
        }
    }

    fn certificate(&self) -> String {
        match self {
            Self::Here(one) => one.certificate.clone(),
            Self::Elsewhere(one) => one.title(),
        }
    }

    fn disposed(&self) -> Option<&Disposal> {
        match self {
            Self::Here(one) => one.disposed.as_ref(),
            Self::Elsewhere(one) => one.disposed.as_ref(),
        }
    }
}

/// Neither address nor household of a person is in it.
///
/// Source: 住民記録システム標準仕様書 1.3.8.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let wanted = Wanted {
        certificate: fold_text(input.text("certificate")),
        issued_by: input.text("issued_by"),
        disposed: input.0.get("disposed").and_then(Value::as_bool).unwrap_or_default(),
    };
    let no = input.text("addressee_no");
    let (from, to) = match period::stated(input, !no.is_empty(), context.today, "交付日") {
        Ok(stated) => stated,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    let mut found: Vec<Issued> = if no.is_empty() {
        of_days(view, from, to, &wanted)?
    } else {
        let Some(held) = view.load::<Person>(no)? else { return Ok(person::unknown(no)) };
        if let Some(finding) = concealment::refusal(view, context, &held.record)? {
            return Ok(Outcome::refused(vec![finding]));
        }
        of_person(view, &held.record, from, to, &wanted)?
    };
    if no.is_empty() {
        found.extend(elsewhere(view, from, to, &wanted)?);
    }
    let more = ROWS_MAX < found.len();
    // The newest first.
    found.sort_by(|one, other| {
        other.issued_at().cmp(&one.issued_at()).then(other.issue_number().cmp(one.issue_number()))
    });
    found.truncate(ROWS_MAX);
    answer(view, &found, more)
}

/// The first characters of an issue number are its day.
fn day_of(issue_number: &str) -> &str {
    issue_number.get(..8).unwrap_or(issue_number)
}

fn compact(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

fn of_days(
    view: &dyn View,
    from: Option<Date>,
    to: Option<Date>,
    wanted: &Wanted<'_>,
) -> Result<Vec<Issued>, Fault> {
    let mut found = Vec::new();
    let (after, last) = (from.map(compact), to.map(compact));
    view.scan(&ISSUANCE, after.as_deref(), &mut |stored| {
        if last.as_deref().is_some_and(|last| last < day_of(&stored.key)) || ROWS_MAX < found.len() {
            return Ok(ControlFlow::Break(()));
        }
        let one = Issued::Here(Box::new(stored.typed::<Issuance>()?.record));
        if wanted.fits(&one) {
            found.push(one);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// 広域交付 printed here for residents of elsewhere (D054 finds them, too). Whose record it was is not kept, so that nobody's
/// number finds them.
fn elsewhere(
    view: &dyn View,
    from: Option<Date>,
    to: Option<Date>,
    wanted: &Wanted<'_>,
) -> Result<Vec<Issued>, Fault> {
    let mut found = Vec::new();
    let (after, last) = (from.map(compact), to.map(compact));
    view.scan(&WIDE_AREA_ISSUANCE, after.as_deref(), &mut |stored| {
        if last.as_deref().is_some_and(|last| last < day_of(&stored.key)) || ROWS_MAX < found.len() {
            return Ok(ControlFlow::Break(()));
        }
        let one = Issued::Elsewhere(Box::new(stored.typed::<WideAreaIssuance>()?.record));
        if wanted.fits(&one) {
            found.push(one);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// By the households somebody was ever in, which the history of issuance is kept by.
fn of_person(
    view: &dyn View,
    person: &Person,
    from: Option<Date>,
    to: Option<Date>,
    wanted: &Wanted<'_>,
) -> Result<Vec<Issued>, Fault> {
    let (from, to) = (from.map(compact), to.map(compact));
    let rows = view.load_history::<Person>(person.addressee_no.as_str())?;
    let households: BTreeSet<_> = rows.iter().map(|held| held.record.household_no).collect();
    let mut found = Vec::new();
    for household_no in households {
        for held in view.load_by::<Issuance>("household_no", household_no.as_str())? {
            let one = held.record;
            let day = day_of(&one.issue_number);
            let within =
                from.as_deref().is_none_or(|from| from <= day) && to.as_deref().is_none_or(|to| day <= to);
            let is_of = within && one.persons.contains(&person.addressee_no);
            let one = Issued::Here(Box::new(one));
            if is_of && wanted.fits(&one) {
                found.push(one);
            }
        }
    }
    Ok(found)
}

fn answer(view: &dyn View, found: &[Issued], more: bool) -> Result<Outcome, Fault> {
    let mut rows = Vec::new();
    let mut subjects = BTreeSet::new();
    for issued in found {
        let (numbers, names) = match issued {
            Issued::Elsewhere(one) => (Vec::new(), format!("{}の住民{}人", one.of_municipality, one.persons)),
            Issued::Here(one) => {
                let mut names = Vec::new();
                for no in &one.persons {
                    subjects.insert(no.to_string());
                    let held = view.load::<Person>(no.as_str())?;
                    names.extend(held.map(|held| held.record.called().to_owned()));
                }
                (one.persons.clone(), names.join("、"))
            }
        };
        let (items, requested_by, request, purpose, place, printer, reissue_of) = match issued {
            Issued::Here(one) => (
                &one.items,
                &one.requested_by,
                one.request.as_str(),
                one.purpose.clone(),
                one.place.as_str(),
                one.printer.as_str(),
                one.reissue_of.as_str(),
            ),
            Issued::Elsewhere(one) => {
                let purpose = format!("広域交付 請求番号{}", one.request_no);
                (&one.items, &one.requested_by, "self", purpose, "", "", "")
            }
        };
        rows.push(json!({
            "issue_number": issued.issue_number(),
            "certificate": issued.certificate(),
            "persons": numbers,
            "names": names,
            "items": items,
            "requested_by": requested_by,
            "request": request,
            "purpose": purpose,
            "issued_at": issued.issued_at().to_string(),
            "issued_by": issued.issued_by(),
            "place": place,
            "printer": printer,
            "reissue_of": reissue_of,
            "disposed": issued.disposed().map(|note| note.reason.as_str()).unwrap_or_default(),
            "disposed_by": issued.disposed().map(|note| note.noted_by.as_str()).unwrap_or_default(),
        }));
    }
    let count = rows.len();
    Ok(Outcome {
        message: if more {
            format!("{count}件より多くあります。条件を加えてください。")
        } else {
            format!("{count}件")
        },
        answer: Some(Answer {
            data: json!({ "rows": rows, "count": count, "more": more }),
            subjects: subjects.into_iter().collect(),
        }),
        ..Outcome::default()
    })
}
