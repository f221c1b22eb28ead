//! 整合性確認: the file of 本人確認情報 that the CS writes of everybody it holds, laid beside the register.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::{AddresseeNo, ResidentRecordCode, ResidentStatus};
use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use system::{Applied, Batch, BatchExtent, Context, Incoming, Intake, RefusedRow};

use crate::records::{ConsistencyDifference, DifferenceKind, DifferenceStatus, PERSON, Person};
use crate::rules::consistency::{self, Theirs};

/// 整合性確認情報. Of a full extract whoever is in no row is held only here. A run that was cut goes on behind the rows it
/// has compared.
pub(crate) const CONSISTENCY: Intake = Intake {
    id: "resident-register/consistency",
    title: "整合性確認情報（住基ネット）",
    needs: &["resident_record_code", "row_no", "name", "birth_date", "sex", "address", "individual_number"],
    apply,
};

/// Source: 住民記録システム標準仕様書 7.1.1.2.
fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut written: BTreeSet<String> = BTreeSet::new();
    for row in batch.rows {
        match compared(view, row, context)? {
            // Two rows under one 整理番号 are one difference.
            Ok(write) => applied.writes.extend(write.filter(|write| written.insert(write.key.clone()))),
            Err(refused) => applied.refused.push(refused),
        }
    }
    if let BatchExtent::FullEnd { subjects } = batch.extent {
        only_here(view, context, &mut applied, |code| subjects.contains(code))?;
        gone(view, context, &mut applied)?;
    }
    Ok(applied)
}

fn compared(
    view: &dyn View,
    row: &Incoming<'_>,
    context: &Context<'_>,
) -> Result<Result<Option<Write>, RefusedRow>, Fault> {
    let row_no = row.text("row_no");
    let refuse = |item: &str, message: String| {
        let subject: String = row_no.chars().take(40).collect();
        Ok(Err(RefusedRow { subject, item: item.to_owned(), message }))
    };
    let plain = row_no.chars().all(|one| one.is_ascii_alphanumeric() || one == '-');
    if row_no.is_empty() || 40 < row_no.len() || !plain {
        return refuse("row_no", "整理番号が空か、40文字までの英数字ではありません。".to_owned());
    }
    let Ok(code) = ResidentRecordCode::parse(row.text("resident_record_code")) else {
        return refuse("resident_record_code", "住民票コードの桁か検査数字が違います。".to_owned());
    };
    let text = |item: &str| row.text(item).to_owned();
    let theirs = Theirs {
        name: text("name"),
        birth_date: text("birth_date"),
        sex: text("sex"),
        address: text("address"),
        individual_number: text("individual_number"),
    };
    let holders = view.load_by::<Person>("resident_record_code", code.expose())?;
    let resident = holders.into_iter().map(|held| held.record).find(Person::is_resident);
    let (by, today) = (context.actor.id(), context.today);
    if let Some(person) = resident {
        let held = view.load::<ConsistencyDifference>(&ConsistencyDifference::key_of(person.addressee_no))?;
        let held = held.map(|held| (held.record, held.version));
        return Ok(Ok(consistency::judge(held, &person, Some(&theirs), by, today)?));
    }
    let difference_no = format!("C-{}-{row_no}", today.strftime("%Y%m%d"));
    if view.load::<ConsistencyDifference>(&difference_no)?.is_some() {
        return Ok(Ok(None));
    }
    let found = ConsistencyDifference {
        difference_no,
        difference: DifferenceKind::OnlyThere,
        addressee_no: None,
        items: Vec::new(),
        theirs: serde_json::to_string(&theirs)
            .map_err(|error| Fault::new("本人確認情報 of 住基ネット is not JSON", error))?,
        found_on: today,
        status: DifferenceStatus::Open,
        ended_by: String::new(),
        ended_on: None,
        end_reason: String::new(),
    };
    Ok(Ok(Some(Write::put(&found, None)?)))
}

/// What is needed of everybody to see who is in no row.
#[derive(Deserialize)]
struct Resident {
    addressee_no: AddresseeNo,
    resident_status: ResidentStatus,
    #[serde(default)]
    resident_record_code: Option<ResidentRecordCode>,
}

fn only_here(
    view: &dyn View,
    context: &Context<'_>,
    applied: &mut Applied,
    is_there: impl Fn(&str) -> bool,
) -> Result<(), Fault> {
    let mut missing = Vec::new();
    view.scan(&PERSON, None, &mut |stored| {
        let one: Resident = stored.body.read()?;
        let there = one.resident_record_code.is_some_and(|code| is_there(code.expose()));
        if one.resident_status == ResidentStatus::Resident && !there {
            missing.push(one.addressee_no);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for no in missing {
        let Some(person) = view.load::<Person>(no.as_str())? else { continue };
        let held = view.load::<ConsistencyDifference>(&ConsistencyDifference::key_of(no))?;
        let held = held.map(|held| (held.record, held.version));
        let by = context.actor.id();
        applied.writes.extend(consistency::judge(held, &person.record, None, by, context.today)?);
    }
    Ok(())
}

/// Whoever was only there at an earlier check and is in no row of this one, or is no resident any more, is no difference.
fn gone(view: &dyn View, context: &Context<'_>, applied: &mut Applied) -> Result<(), Fault> {
    for held in view.load_by::<ConsistencyDifference>("status", DifferenceStatus::Open.code())? {
        let one = held.record;
        let ended = match one.addressee_no {
            None => one.found_on < context.today,
            Some(no) => view.load::<Person>(no.as_str())?.is_none_or(|person| !person.record.is_resident()),
        };
        if ended {
            let reason = "この後の整合性確認には、差がありません。";
            let ended = one.ended(DifferenceStatus::Gone, context.actor.id(), context.today, reason);
            applied.writes.push(Write::put(&ended, Some(held.version))?);
        }
    }
    Ok(())
}
