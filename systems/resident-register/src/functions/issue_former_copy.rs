//! 除票の写し交付: a copy of a deleted record, or of one that was ended by 改製.

use domain::AddresseeNo;
use register::{Fault, View};
use serde::Deserialize;
use system::{
    Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use super::issue_copy::{Items, TEMPLATE, history_fields};
use crate::certificates::attest::{self, attestation};
use crate::certificates::history;
use crate::certificates::overflow::{Fit, Overflow};
use crate::certificates::request::{self, Asking, Issue};
use crate::certificates::targets::{self, Former};
use crate::copy::{Cell, Copy, deletion, printed};
use crate::desk::Desk;
use crate::rules::{issuing, kana};
use crate::texts::fold_text;

const TITLE: &str = "除票の写し";

/// The function.
pub(crate) fn function() -> Function {
    let flag = |name, title| Field::new(name, title, FieldKind::Flag);
    Function {
        id: "resident-register/issue-former-copy",
        title: "除票の写し交付",
        place: Some(Place {
            unit: "住民基本台帳", level1: "発行", level2: "証明書交付", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            request::section(),
            target_section(),
            Section::once(
                "記載する項目",
                vec![
                    Field::new(
                        "sheet",
                        "様式",
                        FieldKind::Choice(choices(&[("household", "連記式"), ("individual", "個人票")])),
                    )
                    .help("空なら個人票"),
                    flag("with_relation", "世帯主・続柄"),
                    flag("with_domicile", "本籍・筆頭者"),
                    flag("with_record_code", "住民票コード"),
                    flag("with_individual_number", "個人番号"),
                    flag("with_foreign_items", "国籍・地域、在留資格等"),
                    flag("with_kana", "フリガナ"),
                    flag("omit_destination", "転出先を省略"),
                ],
            ),
            Section::once("履歴", history_fields()),
        ]),
        in_menu: true,
        decide,
    }
}

/// 対象者, and which of their records; shared with the 除票記載事項証明書.
pub(crate) fn target_section() -> Section {
    Section::once(
        "対象者",
        vec![
            Field::new("targets", "対象者", FieldKind::Persons).required(),
            Field::new(
                "record",
                "記録の別",
                FieldKind::Choice(choices(&[
                    ("deleted", "消除された人の除票"),
                    ("ended", "前の除票（改製・再転入など）"),
                ])),
            )
            .help("空なら消除された人の除票"),
            Field::new("history_no", "履歴番号", FieldKind::Text(5))
                .help("前の除票が二つ以上あるとき。空なら最も新しい除票"),
        ],
    )
}

#[derive(Deserialize)]
struct Request {
    #[serde(flatten)]
    asking: Asking,
    #[serde(flatten)]
    which: Which,
    #[serde(default)]
    sheet: Option<String>,
    #[serde(flatten)]
    items: Items,
    #[serde(default)]
    omit_destination: bool,
}

/// Which deleted records, as the form asks.
#[derive(Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    pub(crate) targets: Vec<AddresseeNo>,
    #[serde(default)]
    record: Option<String>,
    #[serde(default)]
    history_no: Option<String>,
}

impl Which {
    /// Reads them; F005 for a 履歴番号 that is none.
    pub(crate) fn read(&self, desk: &mut Desk<'_>, certificate: &str) -> Result<Option<Former>, Fault> {
        let history_no = match self.history_no.as_deref().map(fold_text) {
            None => None,
            Some(text) => match text.parse::<u32>() {
                Ok(no) => Some(no),
                Err(_) => {
                    desk.error(
                        "F005",
                        "history_no",
                        "履歴番号",
                        format!("「{text}」は履歴番号ではありません。"),
                        "履歴番号を数字で入力してください。",
                    );
                    None
                }
            },
        };
        let ended = self.record.as_deref() == Some("ended");
        targets::former(desk, &self.targets, ended, history_no, certificate)
    }
}

/// Source: 住民基本台帳法 art. 15-4; 住民記録システム標準仕様書 1.1.5, 5.1.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    request::check_others(&mut desk, &given.asking, given.items.numbers());
    attest::check(&mut desk);
    let copies = request::copies(&mut desk, &given.asking);
    let Some(former) = given.which.read(&mut desk, TITLE)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    targets::check_address(&mut desk, &former.persons)?;
    if given.items.asked().kana {
        kana::warn_of_printing(&mut desk, &former.persons);
    }
    let asked_by = &given.asking.requested_by;
    let released = issuing::check(&mut desk, &former.household, &former.persons, asked_by)?;
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let copy = copy(&mut desk, &given, &former)?;
    let issue = Issue {
        certificate: TITLE,
        template: TEMPLATE,
        persons: request::rows(&former.persons),
        household_no: former.household_no,
        items: given.items.names(),
        reissue_of: String::new(),
        data: request::data(&copy)?,
    };
    let mut issued = request::issue(&mut desk, &given.asking, copies, &issue)?;
    issued.writes.extend(issuing::use_up(&desk, released, &issued.numbers)?);
    request::outcome(desk, &given.asking, &issue, issued)
}

fn copy(desk: &mut Desk<'_>, given: &Request, former: &Former) -> Result<Copy, Fault> {
    let asked = given.items.asked();
    let context = desk.context;
    let mut overflow = Overflow::new(desk);
    let mut rows = Vec::new();
    for person in &former.persons {
        let mut row = printed(person, asked, context.today, &mut overflow);
        row.deletion = Some(deletion(person, !given.omit_destination, &mut overflow));
        row.blocks = history::blocks(desk.view, person, given.items.wanted(), context.today)?;
        rows.push(row);
    }
    let first = former.persons.first();
    let address = first.map(|person| person.address.one_line()).unwrap_or_default();
    let address = overflow.fit("世帯", "住所", Fit::Address, &address);
    let head = first.map(|person| person.head_name.as_str()).unwrap_or_default();
    let head =
        if asked.relation { overflow.fit("世帯", "世帯主", Fit::Half, head) } else { String::new() };
    Ok(Copy {
        title: TITLE,
        form: if given.sheet.as_deref() == Some("household") { "household" } else { "individual" },
        scope: "none",
        official_use: request::is_official(&given.asking),
        specimen: attest::is_specimen(context),
        address: Cell::of(address),
        head: Cell::when(asked.relation, head),
        persons: rows,
        attestation: attestation(context, "この写しは、除票の原本と相違ないことを証明する。"),
        overflow: overflow.told(desk),
    })
}
