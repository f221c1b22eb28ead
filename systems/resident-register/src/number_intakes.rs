//! What 住基ネット answers: 個人番号 that were asked for, and 空き住民票コード.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::{IndividualNumber, ResidentRecordCode};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Finding, Intake, RefusedRow};

use crate::desk::Desk;
use crate::functions::number_answer::{self, Told};
use crate::records::{CODE_SLOT, CodeSlot, Counter, OutboundNotice, Person};

/// 個人番号の回答, by the 通知番号 of what asked for it.
pub(crate) const NUMBER_ANSWERS: Intake = Intake {
    id: "resident-register/number-answers",
    title: "個人番号の回答（住基ネット）",
    needs: &["message_no", "individual_number"],
    apply: apply_answers,
};

/// 空き住民票コード, for the pool that first records take their code from.
pub(crate) const CODES: Intake = Intake {
    id: "resident-register/codes",
    title: "空き住民票コード（住基ネット）",
    needs: &["row_no", "resident_record_code"],
    apply: apply_codes,
};

/// Writes what 「個人番号の回答の記載」 writes, for each row.
///
/// Source: 住民記録システム標準仕様書 7.1.2.1.
fn apply_answers(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut desk = Desk::new(view, context);
    number_answer::begin(&mut desk);
    let mut told_of = BTreeSet::new();
    for row in batch.rows {
        let message_no: String = row.text("message_no").chars().take(40).collect();
        // One change makes one row of a person.
        let request = view.load::<OutboundNotice>(&message_no)?;
        if request.is_some_and(|request| !told_of.insert(request.record.addressee_no)) {
            applied.refused.push(RefusedRow {
                subject: message_no,
                item: "message_no".to_owned(),
                message: "E180 同じ人への回答が、同じファイルに二つあります。後のものを次のファイルで送り直すよう頼んでください。".to_owned(),
            });
            continue;
        }
        let Ok(individual_number) = IndividualNumber::parse(row.text("individual_number")) else {
            applied.refused.push(RefusedRow {
                subject: message_no,
                item: "individual_number".to_owned(),
                message: "E037 個人番号の桁か検査数字が違います。".to_owned(),
            });
            continue;
        };
        let told = Told { message_no, individual_number };
        if let Err(finding) = number_answer::take(&mut desk, &told)? {
            applied.refused.push(refused(told.message_no, &finding));
        }
    }
    applied.writes = desk.writes()?;
    Ok(applied)
}

fn refused(subject: String, finding: &Finding) -> RefusedRow {
    let item = finding.path.clone();
    RefusedRow { subject, item, message: format!("{} {} {}", finding.code, finding.message, finding.remedy) }
}

/// Adds codes to the pool: none that is in it, and none that anybody has or had.
///
/// Source: 住民記録システム標準仕様書 4.3.1.
fn apply_codes(view: &dyn View, batch: &Batch<'_>, _context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut pool: BTreeSet<String> = BTreeSet::new();
    view.scan(&CODE_SLOT, None, &mut |stored| {
        pool.insert(stored.typed::<CodeSlot>()?.record.code.expose().to_owned());
        Ok(ControlFlow::Continue(()))
    })?;
    let counter = view.load::<Counter>(Counter::CODE_SLOT)?;
    let (mut last, version) = counter.map_or((0, None), |held| (held.record.last, Some(held.version)));
    let before = last;
    for row in batch.rows {
        let subject: String = row.text("row_no").chars().take(40).collect();
        let refuse = |message: &str| RefusedRow {
            subject: subject.clone(),
            item: "resident_record_code".to_owned(),
            message: message.to_owned(),
        };
        let Ok(code) = ResidentRecordCode::parse(row.text("resident_record_code")) else {
            applied.refused.push(refuse("E031 住民票コードの桁か検査数字が違います。"));
            continue;
        };
        if pool.contains(code.expose()) {
            continue;
        }
        if !view.load_by::<Person>("resident_record_code", code.expose())?.is_empty() {
            applied.refused.push(refuse(
                "E032 この住民票コードは、住民か除票の人のものです。住基ネットの担当に確かめてください。",
            ));
            continue;
        }
        last += 1;
        pool.insert(code.expose().to_owned());
        applied.writes.push(Write::put(&CodeSlot { slot: last, code }, None)?);
    }
    if before < last {
        let counter = Counter { name: Counter::CODE_SLOT.to_owned(), last, day: None };
        applied.writes.push(Write::put(&counter, version)?);
    }
    Ok(applied)
}
