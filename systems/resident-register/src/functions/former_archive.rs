//! 除票の保存 and 除票の注記: deleted records go to the archive after their time, and what is wrong in one is noted on it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::{AddresseeNo, Date, wareki};
use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use system::{
    Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Place, Section,
};

use super::person;
use crate::records::{FORMER_ARCHIVE, FormerArchive, FormerNote, PERSON, Person, former_key};
use crate::rules::{Limit, former};
use crate::texts::fold_text;

/// 除票の保存用への移動, at least once a year.
pub(crate) fn archive() -> Function {
    Function {
        id: "resident-register/former-archive",
        title: "除票の保存用への移動",
        place: None,
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::default(),
        in_menu: true,
        decide: decide_archive,
    }
}

/// A deleted record whose time has come.
struct Due {
    addressee_no: AddresseeNo,
    history_no: u32,
    deleted_on: Date,
    keep_until: Date,
}

/// Moves what is due, the earliest deleted first, up to a number a run; the next run goes on with the rest, and a run that
/// was stopped left nothing half done.
///
/// Source: 住民記録システム標準仕様書 1.1.5, 9.3.
fn decide_archive(view: &dyn View, _input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut due = due(view, context.today)?;
    // In order of processing date (処理年月日順).
    due.sort_by_key(|one| (one.deleted_on, one.addressee_no, one.history_no));
    let found = due.len();
    due.truncate(usize::try_from(Limit::BulkRows.value()).unwrap_or_default());
    let mut writes = Vec::with_capacity(due.len());
    for one in &due {
        let moved = FormerArchive {
            addressee_no: one.addressee_no,
            history_no: one.history_no,
            deleted_on: one.deleted_on,
            archived_on: context.today,
            keep_until: one.keep_until,
        };
        writes.push(Write::put(&moved, None)?);
    }
    let left = found.saturating_sub(due.len());
    let mut message = format!(
        "消除から{}年を過ぎた除票{}件を保存用に移しました。",
        Limit::FormerArchive.value(),
        due.len()
    );
    if 0 < left {
        message.push_str(&format!("まだ{left}件あります。もう一度実行してください。"));
    }
    Ok(Outcome { writes, reason: "除票の保存用への移動".to_owned(), message, ..Outcome::default() })
}

fn due(view: &dyn View, today: Date) -> Result<Vec<Due>, Fault> {
    let mut moved: BTreeSet<String> = BTreeSet::new();
    view.scan(&FORMER_ARCHIVE, None, &mut |stored| {
        moved.insert(stored.key.clone());
        Ok(ControlFlow::Continue(()))
    })?;
    let mut numbers: Vec<AddresseeNo> = Vec::new();
    view.scan(&PERSON, None, &mut |stored| {
        // A resident of one row has no deleted record, so that the text is looked through before it is read. Nothing in a
        // later row tells of the records before it: a new one (再転入, 帰化, 改製) begins without their history.
        let body = stored.body.as_str();
        if !body.contains("\"resident_status\":\"1\"") || !body.contains("\"history_no\":1,") {
            numbers.push(stored.typed::<Person>()?.record.addressee_no);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut due = Vec::new();
    for no in numbers {
        for deleted in former::records(&former::rows(view, no)?) {
            let Some((from, keep_until)) = former::periods(deleted.deleted_on) else { continue };
            if from <= today && !moved.contains(&former_key(no.as_str(), deleted.history_no)) {
                due.push(Due {
                    addressee_no: no,
                    history_no: deleted.history_no,
                    deleted_on: deleted.deleted_on,
                    keep_until,
                });
            }
        }
    }
    Ok(due)
}

/// 除票の注記: what is wrong in a deleted record is said beside it.
pub(crate) fn note() -> Function {
    Function {
        id: "resident-register/former-note",
        title: "除票の注記",
        place: Some(Place {
            unit: "住民基本台帳",
            level1: "異動（変更）",
            level2: "職権による異動（変更）",
            level3: "",
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "除票",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("history_no", "履歴番号", FieldKind::Text(5))
                    .help("除票の行の履歴番号。空なら、最も新しい除票"),
                Field::new("text", "留意事項", FieldKind::Text(200))
                    .required()
                    .help("除票の記載は直さず、誤りをここに記載します（統合記載欄B）"),
            ],
        )]),
        in_menu: true,
        decide: decide_note,
    }
}

#[derive(Deserialize)]
struct Note {
    addressee_no: AddresseeNo,
    #[serde(default)]
    history_no: String,
    text: String,
}

/// D091 for a record that is not deleted.
///
/// Source: 住民記録システム標準仕様書 1.1.5.
fn decide_note(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Note = input.read()?;
    let no = given.addressee_no;
    let Some(person) = view.load::<Person>(no.as_str())?.map(|held| held.record) else {
        return Ok(person::unknown(no.as_str()));
    };
    let rows = former::rows(view, no)?;
    let stated_no = fold_text(&given.history_no);
    let deleted = match stated_no.as_str() {
        "" => former::records(&rows).pop(),
        stated => stated.parse().ok().and_then(|history_no| former::of_row(&rows, history_no)),
    };
    let Some(deleted) = deleted else {
        return Ok(Outcome::refused(vec![Finding::error(
            "D091",
            "history_no",
            "除票",
            match stated_no.as_str() {
                "" => format!("{}さんに除票はありません。", person.called()),
                stated => format!("{}さんの履歴番号{stated}は、除票の行ではありません。", person.called()),
            },
            "履歴照会で、消除か改製の行の履歴番号を確かめてください。今の住民票の誤りは、修正で直してください。",
        )]));
    };
    let held = view.load_by::<FormerNote>("addressee_no", no.as_str())?;
    let of_this = held.iter().filter(|one| one.record.history_no == deleted.history_no);
    let last = of_this.map(|one| one.record.no).max().unwrap_or_default();
    let note = FormerNote {
        addressee_no: no,
        history_no: deleted.history_no,
        no: last.saturating_add(1),
        text: given.text,
        operator: context.actor.id().to_owned(),
        noted_on: context.today,
    };
    Ok(Outcome {
        writes: vec![Write::put(&note, None)?],
        reason: "除票の注記".to_owned(),
        message: format!(
            "{}さんの{}消除の除票（履歴番号{}）に注記しました。",
            person.called(),
            wareki(deleted.deleted_on),
            deleted.history_no
        ),
        ..Outcome::default()
    })
}
