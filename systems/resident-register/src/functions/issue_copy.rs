//! 住民票の写し交付: a copy of the record of a household or of some of its members.

use domain::AddresseeNo;
use register::{Fault, View};
use serde::Deserialize;
use system::{
    Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use crate::certificates::attest::{self, attestation};
use crate::certificates::history::{self, Wanted};
use crate::certificates::overflow::{Fit, Overflow};
use crate::certificates::request::{self, Asking, Issue};
use crate::certificates::targets;
use crate::copy::{Asked, Cell, Copy, printed};
use crate::desk::Desk;
use crate::records::{Household, Person};
use crate::rules::issuing::{self, Released};
use crate::rules::kana;

/// The template of the `documents` room.
pub(crate) const TEMPLATE: &str = "resident-record-copy";
pub(super) const TITLE: &str = "住民票の写し";

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/issue-copy",
        title: "住民票の写し交付",
        place: Some(Place {
            unit: "住民基本台帳", level1: "発行", level2: "証明書交付", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            request::section(),
            Section::once("対象者", vec![Field::new("targets", "対象者", FieldKind::Persons).required()]),
            item_section(),
            Section::once("履歴", history_fields()),
        ]),
        in_menu: true,
        decide,
    }
}

/// The form of the sheet and what is printed of each person.
pub(super) fn item_section() -> Section {
    let flag = |name, title| Field::new(name, title, FieldKind::Flag);
    Section::once(
        "記載する項目",
        vec![
            Field::new(
                "sheet",
                "様式",
                FieldKind::Choice(choices(&[("household", "世帯連記式"), ("individual", "個人票")])),
            )
            .help("空なら世帯連記式"),
            flag("with_relation", "世帯主・続柄"),
            flag("with_domicile", "本籍・筆頭者"),
            flag("with_record_code", "住民票コード"),
            flag("with_individual_number", "個人番号"),
            flag("with_foreign_items", "国籍・地域、在留資格等"),
            flag("with_kana", "フリガナ"),
            flag("with_move_out_plan", "転出予定（予定日の前）"),
        ],
    )
}

/// What may be asked for of 統合記載欄; shared with the 除票の写し.
pub(crate) fn history_fields() -> Vec<Field> {
    let flag = |name, title| Field::new(name, title, FieldKind::Flag);
    vec![
        flag("with_history", "異動履歴（統合記載欄A）"),
        flag("with_special_history", "特別な事由の履歴").help("特別養子縁組とその離縁、性別の取扱いの変更"),
        flag("with_notes", "留意事項（統合記載欄B）"),
        flag("with_alias_history", "通称の履歴（外国人住民）"),
    ]
}

#[derive(Deserialize)]
pub(super) struct Request {
    #[serde(flatten)]
    pub(super) asking: Asking,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    #[serde(default)]
    sheet: Option<String>,
    #[serde(flatten)]
    pub(super) items: Items,
}

impl Request {
    /// Whether each person is on a page alone (個人票).
    pub(super) fn is_individual(&self) -> bool {
        self.sheet.as_deref() == Some("individual")
    }
}

/// What is to be printed, as the form asks for it.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Items {
    with_relation: bool,
    with_domicile: bool,
    with_record_code: bool,
    with_individual_number: bool,
    with_foreign_items: bool,
    with_kana: bool,
    with_move_out_plan: bool,
    with_history: bool,
    with_special_history: bool,
    with_notes: bool,
    with_alias_history: bool,
}

impl Items {
    pub(crate) fn asked(self) -> Asked {
        Asked {
            relation: self.with_relation,
            domicile: self.with_domicile,
            record_code: self.with_record_code,
            individual_number: self.with_individual_number,
            foreign_items: self.with_foreign_items,
            kana: self.with_kana,
            plan: self.with_move_out_plan,
        }
    }

    pub(crate) fn wanted(self) -> Wanted {
        Wanted {
            history: self.with_history,
            special: self.with_special_history,
            notes: self.with_notes,
            aliases: self.with_alias_history,
            record_code: self.with_record_code,
            individual_number: self.with_individual_number,
            plan: self.with_move_out_plan,
        }
    }

    /// The names of what was asked for, for the history of issuance.
    pub(crate) fn names(self) -> Vec<String> {
        let history = [
            (self.with_history, "history"),
            (self.with_special_history, "special_history"),
            (self.with_notes, "notes"),
            (self.with_alias_history, "alias_history"),
        ];
        let mut names = self.asked().names();
        names.extend(history.into_iter().filter(|(asked, _)| *asked).map(|(_, name)| name.to_owned()));
        names
    }

    /// Whether a number is asked for, which no third party is told.
    pub(crate) fn numbers(self) -> bool {
        self.with_record_code || self.with_individual_number
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    let Some(ready) = prepare(&mut desk, &given, &given.targets)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let mut issued = request::issue(&mut desk, &given.asking, ready.copies, &ready.issue)?;
    issued.writes.extend(issuing::use_up(&desk, ready.released, &issued.numbers)?);
    request::outcome(desk, &given.asking, &ready.issue, issued)
}

/// A copy that may be issued, once who asks has confirmed the alerts.
pub(super) struct Ready {
    pub(super) copies: i32,
    pub(super) released: Vec<Released>,
    pub(super) issue: Issue,
}

/// All that is checked and printed of residents of one household; `None` when something stops it.
pub(super) fn prepare(
    desk: &mut Desk<'_>,
    given: &Request,
    targets: &[AddresseeNo],
) -> Result<Option<Ready>, Fault> {
    let Some((household, persons)) = targets::residents(desk, targets, TITLE)? else { return Ok(None) };
    let copies = check(desk, given, &household, &persons)?;
    let asked_by = &given.asking.requested_by;
    let released = issuing::check(desk, &household.members, &persons, asked_by)?;
    if desk.stopped() {
        return Ok(None);
    }
    let copy = copy(desk, given, &household, &persons)?;
    let issue = Issue {
        certificate: TITLE,
        template: TEMPLATE,
        persons: request::rows(&persons),
        household_no: household.household_no,
        items: given.items.names(),
        reissue_of: String::new(),
        data: request::data(&copy)?,
    };
    Ok(Some(Ready { copies, released, issue }))
}

/// E153, E155 and the alerts; the number of copies.
///
/// Source: 住民基本台帳法 art. 12, 12-3; 住民記録システム標準仕様書 1.3.9, 5.1.
fn check(
    desk: &mut Desk<'_>,
    given: &Request,
    household: &Household,
    persons: &[Person],
) -> Result<i32, Fault> {
    request::check_others(desk, &given.asking, given.items.numbers());
    attest::check(desk);
    targets::check_address(desk, persons)?;
    if given.items.with_relation && household.head.is_none() {
        desk.alert(
            "A082",
            "with_relation",
            "世帯主・続柄",
            "この世帯には世帯主がいません。世帯主の欄は空欄になり、続柄は前の世帯主から見たままです。",
            "先に世帯主変更を届け出てもらうか、世帯主・続柄の記載を外してください。",
        );
    }
    let copies = request::copies(desk, &given.asking);
    targets::warn_of_what_comes(desk, persons, given.items.with_move_out_plan)?;
    if given.items.with_kana {
        kana::warn_of_printing(desk, persons);
    }
    Ok(copies)
}

fn copy(
    desk: &mut Desk<'_>,
    given: &Request,
    household: &Household,
    persons: &[Person],
) -> Result<Copy, Fault> {
    let whole = household.members.len() == persons.len();
    let asked = given.items.asked();
    let context = desk.context;
    let mut overflow = Overflow::new(desk);
    // A household without a head has a blank there, not the name of the one who was.
    let first = persons.first().filter(|_| household.head.is_some());
    let head_name = first.map(|person| person.head_name.as_str()).unwrap_or_default();
    // The persons' own: the building may be another than the household's.
    let address = persons.first().map_or(&household.address, |person| &person.address);
    let address = overflow.fit("世帯", "住所", Fit::Address, &address.one_line());
    let head = if asked.relation {
        overflow.fit("世帯", "世帯主", Fit::Half, head_name)
    } else {
        String::new()
    };
    let mut rows = Vec::new();
    for person in persons {
        let mut row = printed(person, asked, context.today, &mut overflow);
        row.blocks = history::blocks(desk.view, person, given.items.wanted(), context.today)?;
        rows.push(row);
    }
    Ok(Copy {
        title: TITLE,
        form: if given.is_individual() { "individual" } else { "household" },
        scope: if whole { "whole" } else { "part" },
        official_use: request::is_official(&given.asking),
        specimen: attest::is_specimen(context),
        address: Cell::of(address),
        head: Cell::when(asked.relation, head),
        persons: rows,
        attestation: attestation(
            context,
            format!(
                "この写しは、世帯{}の住民票の原本と相違ないことを証明する。",
                if whole { "全員" } else { "の一部" }
            ),
        ),
        overflow: overflow.told(desk),
    })
}
