//! The request for a certificate, and its issue: numbers, history of issuance, documents.

use domain::{AddresseeNo, HouseholdNo};
use register::{Fault, ViewExt, Write};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use system::{Answer, DocumentRequest, Field, FieldKind, Outcome, Section, choices};

use crate::desk::Desk;
use crate::records::{Application, ApplicationKind, ApplicationStatus, Counter, Issuance, Person};
use crate::rules::{Limit, application};
use crate::texts::fold_text;

/// Who asks for a certificate, and for what.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asking {
    pub(crate) request: String,
    pub(crate) requested_by: String,
    #[serde(default)]
    pub(crate) purpose: String,
    #[serde(default)]
    pub(crate) copies: Option<String>,
    /// 受付データ番号 of the application it is issued from.
    #[serde(default)]
    pub(crate) from_application: String,
}

/// 請求: by whom, for what, how many.
pub(crate) fn section() -> Section {
    Section::once(
        "請求",
        vec![
            Field::new(
                "request",
                "請求の別",
                FieldKind::Choice(choices(&[
                    ("self", "本人・同じ世帯の人"),
                    ("third-party", "第三者"),
                    ("official", "国・地方公共団体（公用）"),
                ])),
            )
            .required(),
            Field::new("requested_by", "請求者", FieldKind::Text(100)).required(),
            Field::new("purpose", "使用目的", FieldKind::Text(200)),
            Field::new("copies", "部数", FieldKind::Text(2)).help("空なら1部"),
            Field::new("from_application", "受付データ番号", FieldKind::Hidden),
        ],
    )
}

/// Marks that go with a request.
pub(crate) fn is_official(asking: &Asking) -> bool {
    asking.request == "official"
}

/// E153, E124 of a request by anybody but the person and their household: numbers are told to none of them, and each says
/// what it is for. D056 of everybody's purpose.
///
/// Source: 住民基本台帳法 art. 12-2(1), (2), 12-3(1), (4), 15-4(2), (3) (unverified against the present text).
pub(crate) fn check_others(desk: &mut Desk<'_>, asking: &Asking, numbers: bool) {
    desk.check_words(&asking.purpose, "purpose", "使用目的");
    let (who, reason) = match asking.request.as_str() {
        "third-party" => ("第三者の請求", "利用の目的"),
        "official" => ("国・地方公共団体の請求（公用）", "請求の事由"),
        _ => return,
    };
    if numbers {
        desk.error(
            "E153",
            "request",
            "請求の別",
            format!("{who}に、個人番号・住民票コードは記載できません。"),
            "個人番号と住民票コードの記載を外してください。",
        );
    }
    if asking.purpose.trim().is_empty() {
        desk.error(
            "E124",
            "purpose",
            "使用目的",
            format!("使用目的が空です。{who}では、{reason}を明らかにすることになっています。"),
            "請求書の利用目的・請求事由を入力してください。犯罪捜査などで明らかにできないときは、根拠の法令を入力してください。",
        );
    }
}

/// The number of copies; F005 when it is none.
pub(crate) fn copies(desk: &mut Desk<'_>, asking: &Asking) -> i32 {
    let max = Limit::CopiesMax.value();
    // Digits come full-width from an input method.
    let copies = asking.copies.as_deref().map_or(Ok(1), |text| fold_text(text).parse::<i32>());
    let copies = copies.unwrap_or_default();
    if !(1..=max).contains(&copies) {
        desk.error(
            "F005",
            "copies",
            "部数",
            format!("部数は1から{max}までです。"),
            "部数を数字で入力してください。",
        );
    }
    copies
}

/// What is issued, apart from its number.
pub(crate) struct Issue {
    /// Kind of certificate, as the history of issuance calls it.
    pub(crate) certificate: &'static str,
    pub(crate) template: &'static str,
    /// Whose record is printed, and of which row.
    pub(crate) persons: Vec<(AddresseeNo, u32)>,
    pub(crate) household_no: HouseholdNo,
    pub(crate) items: Vec<String>,
    /// 発行番号 of what is issued again.
    pub(crate) reissue_of: String,
    /// The template's data, without the issue number.
    pub(crate) data: Value,
}

/// The rows that are printed, for the history of issuance.
pub(crate) fn rows(persons: &[Person]) -> Vec<(AddresseeNo, u32)> {
    persons.iter().map(|person| (person.addressee_no, person.history_no)).collect()
}

/// The data of a template.
pub(crate) fn data(value: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(value).map_err(|error| Fault::new("the data of a document is not JSON", error))
}

/// Documents, history of issuance and issue numbers.
#[derive(Default)]
pub(crate) struct Issued {
    pub(crate) documents: Vec<DocumentRequest>,
    pub(crate) writes: Vec<Write>,
    pub(crate) numbers: Vec<String>,
}

/// Issues a number of copies, each with a number of its own.
///
/// The number comes from the counter [`Counter::ISSUANCE`], which is written with the history in the same change: two
/// issues of the same serial are a conflict in the store, so that no number is used twice (E158).
///
/// Source: 住民記録システム標準仕様書 1.3.8, 5.5.
pub(crate) fn issue(
    desk: &mut Desk<'_>,
    asking: &Asking,
    copies: i32,
    issue: &Issue,
) -> Result<Issued, Fault> {
    let mut issued = Issued::default();
    for _ in 0..copies {
        let issue_number = issue_number(desk)?;
        let mut data = issue.data.clone();
        if let Some(fields) = data.as_object_mut() {
            fields.insert("issue_number".to_owned(), json!(issue_number));
        }
        issued.documents.push(DocumentRequest {
            template: issue.template.to_owned(),
            title: format!("{} {issue_number}", issue.certificate),
            data,
        });
        let issuance = Issuance {
            issue_number: issue_number.clone(),
            certificate: issue.certificate.to_owned(),
            persons: issue.persons.iter().map(|(no, _)| *no).collect(),
            rows: issue.persons.iter().map(|(_, row)| *row).collect(),
            household_no: issue.household_no,
            items: issue.items.clone(),
            requested_by: asking.requested_by.clone(),
            request: asking.request.clone(),
            purpose: asking.purpose.clone(),
            issued_at: desk.context.now,
            issued_by: desk.context.actor.id().to_owned(),
            place: place(desk),
            printer: printer(desk),
            reissue_of: issue.reissue_of.clone(),
            disposed: None,
        };
        issued.writes.push(Write::put(&issuance, None)?);
        issued.numbers.push(issue_number);
    }
    Ok(issued)
}

/// What a function answers that has issued something.
pub(crate) fn outcome(
    mut desk: Desk<'_>,
    asking: &Asking,
    issue: &Issue,
    issued: Issued,
) -> Result<Outcome, Fault> {
    let Issued { documents, mut writes, numbers } = issued;
    if !asking.from_application.is_empty() {
        let held = desk.view.load::<Application>(&asking.from_application)?;
        let open = held.filter(|held| {
            held.record.what == ApplicationKind::Certificate && held.record.status == ApplicationStatus::Open
        });
        let Some(held) = open else {
            let no = &asking.from_application;
            desk.error(
                "D081",
                "from_application",
                "受付データ",
                format!("受付データ{no}は、証明書の交付申請ではないか、もう使われています。"),
                "受付データ一覧から開き直してください。",
            );
            return Ok(Outcome::refused(desk.findings));
        };
        let first = numbers.first().cloned().unwrap_or_default();
        writes.push(application::entered(held.record, held.version, &first)?);
    }
    writes.extend(desk.writes()?);
    let title = issue.certificate;
    let count = numbers.len();
    Ok(Outcome {
        findings: desk.findings,
        writes,
        reason: if asking.requested_by.is_empty() {
            title.to_owned()
        } else {
            format!("{title}の交付（{}）", asking.requested_by)
        },
        message: format!("{title}を{count}部交付します。発行番号 {}", numbers.join("、")),
        answer: Some(Answer {
            data: json!({ "issue_numbers": numbers }),
            subjects: issue.persons.iter().map(|(no, _)| no.to_string()).collect(),
        }),
        documents,
        ..Outcome::default()
    })
}

fn stated(desk: &Desk<'_>, name: &str, otherwise: &str) -> String {
    match desk.context.municipality_text(name) {
        "" => otherwise.to_owned(),
        stated => stated.to_owned(),
    }
}

fn place(desk: &Desk<'_>) -> String {
    stated(desk, "issue_place", "本庁1")
}

fn printer(desk: &Desk<'_>) -> String {
    stated(desk, "printer", "プリンタ001")
}

/// `20201102 ●●市 本庁1 プリンタ001 000011`: day, municipality, place, printer, number of the day.
///
/// Source: 住民記録システム標準仕様書 5.5.
pub(crate) fn issue_number(desk: &mut Desk<'_>) -> Result<String, Fault> {
    let today = desk.today();
    let serial = desk.next_serial_of(Counter::ISSUANCE, Some(today))?;
    Ok(format!(
        "{} {} {} {} {serial:06}",
        today.strftime("%Y%m%d"),
        stated(desk, "name", "市区町村"),
        place(desk),
        printer(desk)
    ))
}
