//! 要確認者一覧: what a clerk has to look after, because a day has come or something has not arrived.

use std::ops::ControlFlow;

use domain::{Art30_45Class, Date, MovementReason, ResidentStatus, wareki};
use register::{Fault, View};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices,
};

use crate::concealment::Concealment;
use crate::records::{PERSON, Person};
use crate::rules::notice::days_after;
use crate::rules::{Limit, stay};

/// The function.
pub(crate) fn function() -> Function {
    let what = FieldKind::Choice(choices(&[
        ("notice", "転入通知が届いていない転出者"),
        ("number", "個人番号のない住民"),
        ("transition", "経過滞在の期間を過ぎた住民"),
        ("stay", "在留期間の満了が近い住民"),
    ]));
    Function {
        id: "resident-register/watch-list",
        title: "要確認者一覧",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![Field::new("what", "確認すること", what).help("空ならすべて")],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 住民記録システム標準仕様書 4.1.3.1.4 (転入通知未着者), 1.1.6, 1.1.9.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let wanted = input.text("what");
    let mut listed = Vec::new();
    view.scan(&PERSON, None, &mut |stored| {
        let person = stored.typed::<Person>()?.record;
        for found in watched(&person, context.today) {
            if wanted.is_empty() || wanted == found.what {
                listed.push((person.clone(), found));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut concealment = Concealment::new(view, context);
    let (mut rows, mut subjects) = (Vec::new(), Vec::new());
    for (person, found) in listed {
        let household_no = match concealment.hides(&person)? {
            true => String::new(),
            false => person.household_no.to_string(),
        };
        subjects.push(person.addressee_no.to_string());
        rows.push(found.row(&person, &household_no));
    }
    subjects.dedup();
    Ok(Outcome { answer: Some(Answer { data: json!({ "rows": rows }), subjects }), ..Outcome::default() })
}

/// One thing to look after.
struct Watched {
    what: &'static str,
    code: &'static str,
    title: &'static str,
    /// The day it is counted from or ends on.
    day: Date,
    todo: &'static str,
}

impl Watched {
    fn row(&self, person: &Person, household_no: &str) -> Value {
        json!({
            "rule": self.code,
            "to_check": self.title,
            "addressee_no": person.addressee_no,
            "name": person.called(),
            "household_no": household_no,
            "counted_from": wareki(self.day),
            "remedy": self.todo,
        })
    }
}

/// A116, A039, A025 (M-66), A024 of one record as it is on a day.
fn watched(person: &Person, today: Date) -> Vec<Watched> {
    let mut found = Vec::new();
    let overdue = |from: Option<Date>, limit: Limit| {
        from.filter(|from| days_after(*from, limit.value()).is_some_and(|last| last < today))
    };
    let awaited = person.resident_status == ResidentStatus::MovedOut
        && person.deletion_reason == Some(MovementReason::MoveOutDomestic)
        && person.movein_notice_on.is_none();
    let left = person.deletion_event_date.and_then(|date| date.known()).filter(|_| awaited);
    if let Some(day) = overdue(left, Limit::MoveInNoticeWait) {
        found.push(Watched {
            what: "notice",
            code: "A116",
            title: "転入通知が届いていません",
            day,
            todo: "転出先の市区町村に転入通知未着照会書を送ってください。",
        });
    }
    if !person.is_resident() {
        return found;
    }
    let unnumbered = Some(person.processed_on).filter(|_| person.individual_number.is_none());
    if let Some(day) = overdue(unnumbered, Limit::NumberWait) {
        found.push(Watched {
            what: "number",
            code: "A039",
            title: "個人番号がありません",
            day,
            todo: "住基ネットへの個人番号の生成要求と、その回答を確かめてください。",
        });
    }
    let in_transition = matches!(
        person.art30_45_class,
        Some(Art30_45Class::BirthTransition | Art30_45Class::NationalityLossTransition)
    );
    if let Some(day) = stay::transition_ends(person).filter(|last| in_transition && *last < today) {
        found.push(Watched {
            what: "transition",
            code: "A025",
            title: "経過滞在の期間を過ぎています",
            day,
            todo: "在留資格を取得したか、出入国在留管理庁に確かめてください。",
        });
    }
    let near = days_after(today, Limit::StayEnding.value());
    if let Some(day) = person.stay_expires_on.filter(|day| near.is_some_and(|near| *day <= near)) {
        found.push(Watched {
            what: "stay",
            code: "A024",
            title: "在留期間の満了が近いか、過ぎています",
            day,
            todo: "在留期間の更新の通知が届いているか確かめてください。",
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use domain::{AddresseeNo, HouseholdNo, IndividualNumber, RegisterDate, Sex};
    use jiff::civil::date;

    use super::*;

    fn person() -> Person {
        let no = AddresseeNo::from_serial(1).unwrap();
        let home = HouseholdNo::from_serial(1).unwrap();
        let mut person = Person::new(no, home, RegisterDate::Day(date(1980, 1, 1)), Sex::Male);
        person.processed_on = date(2026, 4, 1);
        person.individual_number = Some(IndividualNumber::from_first_eleven(12_345_678_901).unwrap());
        person
    }

    fn codes(person: &Person, today: Date) -> Vec<&'static str> {
        watched(person, today).iter().map(|one| one.code).collect()
    }

    #[test]
    fn each_is_listed_from_the_day_after_its_period() {
        let settled = person();
        assert_eq!(codes(&settled, date(2030, 1, 1)), Vec::<&str>::new());

        let moved = Person {
            resident_status: ResidentStatus::MovedOut,
            deletion_reason: Some(MovementReason::MoveOutDomestic),
            deletion_event_date: Some(RegisterDate::Day(date(2026, 4, 1))),
            ..person()
        };
        assert_eq!(codes(&moved, date(2026, 5, 1)), Vec::<&str>::new());
        assert_eq!(codes(&moved, date(2026, 5, 2)), ["A116"]);
        let told = Person { movein_notice_on: Some(date(2026, 4, 9)), ..moved.clone() };
        assert_eq!(codes(&told, date(2026, 5, 2)), Vec::<&str>::new());
        let abroad = Person { deletion_reason: Some(MovementReason::MoveOutOverseas), ..moved };
        assert_eq!(codes(&abroad, date(2026, 5, 2)), Vec::<&str>::new());

        let unnumbered = Person { individual_number: None, ..person() };
        assert_eq!(codes(&unnumbered, date(2026, 5, 1)), Vec::<&str>::new());
        assert_eq!(codes(&unnumbered, date(2026, 5, 2)), ["A039"]);

        let born = Person {
            art30_45_class: Some(Art30_45Class::BirthTransition),
            foreign_resident_since: Some(RegisterDate::Day(date(2026, 4, 1))),
            ..person()
        };
        assert_eq!(codes(&born, date(2026, 5, 31)), Vec::<&str>::new());
        assert_eq!(codes(&born, date(2026, 6, 1)), ["A025"]);

        let stay = Person { stay_expires_on: Some(date(2026, 6, 30)), ..person() };
        assert_eq!(codes(&stay, date(2026, 5, 30)), Vec::<&str>::new());
        assert_eq!(codes(&stay, date(2026, 5, 31)), ["A024"]);
    }
}
