//! 住民票の写しの一括交付: copies of many households or persons at once, for one request.

use std::collections::BTreeSet;

use domain::AddresseeNo;
use register::{Fault, View};
use serde_json::{Value, json};
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section,
};

use super::issue_copy::{self, Request, TEMPLATE, TITLE};
use crate::certificates::{attest, request};
use crate::desk::Desk;

/// The most 宛名番号 of one request.
const NUMBERS_MAX: usize = 1_000;
/// The most characters of the list.
const LIST_CHARACTERS_MAX: usize = 40_000;
/// Copies in one file: a press works out once what they share, and a file can still be printed in one go.
const FILE_SHEETS: usize = 100;

/// The function.
pub(crate) fn function() -> Function {
    let mut asked = request::section();
    // One copy of each, and no application of the portal asks for many.
    asked.fields.retain(|field| !["copies", "from_application"].contains(&field.name));
    Function {
        id: "resident-register/issue-copies",
        title: "住民票の写しの一括交付",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            asked,
            Section::once(
                "対象者",
                vec![
                    Field::new("numbers", "宛名番号", FieldKind::Lines(LIST_CHARACTERS_MAX))
                        .required()
                        .help("1行に一つ、1,000人まで。世帯連記式では、その人の世帯全員を1通にします。"),
                ],
            ),
            issue_copy::item_section(),
            Section::once("履歴", issue_copy::history_fields()),
        ]),
        in_menu: true,
        decide,
    }
}

/// Each copy is checked as if it were asked for alone. What a person has to look at is not issued here but listed, with why; the others
/// are. No 一時解除 is used up.
///
/// Source: 住民記録システム標準仕様書 5.1, 5.5; a list for several is this project's (assumed).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    request::check_others(&mut desk, &given.asking, given.items.numbers());
    attest::check(&mut desk);
    let lines: Vec<&str> =
        input.text("numbers").lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if NUMBERS_MAX < lines.len() {
        desk.error(
            "F005",
            "numbers",
            "宛名番号",
            format!("宛名番号が{}行あります。一度に交付できるのは{NUMBERS_MAX}人までです。", lines.len()),
            "一覧を分けて交付してください。",
        );
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let mut made = Made::default();
    for (line, text) in (1_u64..).zip(lines) {
        let Ok(number) = AddresseeNo::parse(text) else {
            let why = "宛名番号が15桁の数字でないか、検査用数字が合いません。";
            made.pass(line, text, ("F001", why, "番号を確かめて、入れ直してください。"));
            continue;
        };
        if made.printed.contains(&number) {
            continue;
        }
        let mut sub = Desk::new(view, context);
        let targets = match sub.person(number)? {
            Some(person) if !given.is_individual() && person.is_resident() => {
                sub.household(person.household_no)?.map_or_else(|| vec![number], |held| held.members)
            }
            _ => vec![number],
        };
        let ready = issue_copy::prepare(&mut sub, &given, &targets)?;
        if let Some(finding) = sub.findings.first() {
            made.pass(line, text, (&finding.code, &finding.message, &finding.remedy));
            continue;
        }
        let Some(ready) = ready else {
            let why = "交付できる記録がありません。";
            made.pass(line, text, ("D001", why, "住民検索で、その人の記録を確かめてください。"));
            continue;
        };
        if !ready.released.is_empty() {
            let why = "支援措置の対象者で、この請求者の解除審査があります。";
            made.pass(line, text, ("E151", why, "審査した請求として、一人ずつ交付してください。"));
            continue;
        }
        made.printed.extend(ready.issue.persons.iter().map(|(number, _)| *number));
        let mut issued = request::issue(&mut desk, &given.asking, 1, &ready.issue)?;
        made.sheets.extend(issued.documents.drain(..).map(|document| document.data));
        made.numbers.append(&mut issued.numbers);
        made.writes.append(&mut issued.writes);
    }
    made.outcome(desk, &given)
}

/// What one request made.
#[derive(Default)]
struct Made {
    printed: BTreeSet<AddresseeNo>,
    sheets: Vec<Value>,
    numbers: Vec<String>,
    writes: Vec<register::Write>,
    passed: Vec<Value>,
}

impl Made {
    /// A line that is not issued: code, what is so, what to do.
    fn pass(&mut self, line: u64, number: &str, (code, why, remedy): (&str, &str, &str)) {
        self.passed.push(
            json!({ "line": line, "addressee_no": number, "code": code, "why": why, "remedy": remedy }),
        );
    }

    fn outcome(mut self, mut desk: Desk<'_>, given: &Request) -> Result<Outcome, Fault> {
        let count = self.sheets.len();
        let documents = (0..)
            .step_by(FILE_SHEETS)
            .zip(self.sheets.chunks(FILE_SHEETS))
            .map(|(before, sheets)| DocumentRequest {
                template: TEMPLATE.to_owned(),
                title: format!("{TITLE} {}〜{}通目", before + 1, before + sheets.len()),
                data: json!({ "sheets": sheets }),
            })
            .collect();
        self.writes.extend(desk.writes()?);
        let data = json!({
            "count": count,
            "first_issue_number": self.numbers.first(),
            "last_issue_number": self.numbers.last(),
            "passed_over": self.passed,
        });
        Ok(Outcome {
            findings: desk.findings,
            writes: self.writes,
            reason: format!("{TITLE}の一括交付（{}）", given.asking.requested_by),
            message: format!(
                "{TITLE}を{count}通交付します。交付しなかったものは{}件です。",
                self.passed.len()
            ),
            answer: Some(Answer { data, subjects: self.printed.iter().map(ToString::to_string).collect() }),
            documents,
            ..Outcome::default()
        })
    }
}
