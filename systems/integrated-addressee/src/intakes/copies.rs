//! 副本 of tasks, and who is protected.

use std::collections::BTreeMap;

use domain::RegisterDate;
use register::{Fault, View};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::{addressee_no, refused};
use crate::desk::Desk;
use crate::flag::REGISTER_TASK;
use crate::records::{Link, Protection, Told};
use crate::rules::affairs::Affair;
use crate::rules::{blocks, copies};

/// Items of a row that are none of the copy: what it is of, and the mark that is told by the block.
const NOT_OF_COPY: [&str; 5] = ["addressee_no", "history_no", "task_id", "affair_code", "undisclosed"];

/// 住民票関係情報 of the register of residents.
pub const RESIDENT_COPIES: Intake = Intake {
    id: "integrated-addressee/resident-copies",
    title: "住民票関係情報の副本",
    needs: &["addressee_no", "history_no", "undisclosed"],
    apply: |view, batch, context| take(view, batch, context, of_register),
};

/// 副本 of any task: 業務ID, 特定個人情報番号, and whatever items the copy has.
pub const COPIES: Intake = Intake {
    id: "integrated-addressee/copies",
    title: "副本（業務から）",
    needs: &["task_id", "affair_code", "addressee_no", "history_no"],
    apply: |view, batch, context| take(view, batch, context, of_task),
};

/// 自動応答不可・不開示設定 of the register of residents.
pub const NON_DISCLOSURE: Intake = Intake {
    id: "integrated-addressee/non-disclosure",
    title: "自動応答不可・不開示設定",
    needs: &["addressee_no", "history_no", "no_automatic_answer", "undisclosed"],
    apply: non_disclosure,
};

fn take(
    view: &dyn View,
    batch: &Batch<'_>,
    context: &Context<'_>,
    read: fn(&Incoming<'_>) -> Result<Told, RefusedRow>,
) -> Result<Applied, Fault> {
    let (mut applied, mut desk) = (Applied::default(), Desk::new(view));
    for row in batch.rows {
        match read(row) {
            Ok(told) => copies::take(&mut desk, &told, context.now.as_microsecond(), context.today)?,
            Err(refused) => applied.refused.push(refused),
        }
    }
    applied.writes = desk.writes()?;
    Ok(applied)
}

fn of_register(row: &Incoming<'_>) -> Result<Told, RefusedRow> {
    let affair = Affair::of_task(REGISTER_TASK);
    told(row, REGISTER_TASK, affair.map_or("", |affair| affair.code))
}

fn of_task(row: &Incoming<'_>) -> Result<Told, RefusedRow> {
    let (task_id, code) = (row.text("task_id"), row.text("affair_code"));
    if Affair::of_copy(task_id, code).is_none() {
        let message = format!(
            "業務ID「{task_id}」の特定個人情報番号「{code}」は、事務の表にありません（MSV06）。送信元の番号を確かめるか、情報政策の担当に事務の表へ加えてもらってください。"
        );
        return Err(refused(row.text("addressee_no"), "affair_code", message));
    }
    told(row, task_id, code)
}

fn told(row: &Incoming<'_>, task_id: &str, affair: &str) -> Result<Told, RefusedRow> {
    let subject = row.text("addressee_no");
    let addressee_no = addressee_no(row, subject)?;
    let history_no = row.history_no().map_err(|message| refused(subject, "history_no", message))?;
    let items: BTreeMap<String, String> = row
        .names()
        .iter()
        .filter(|name| !NOT_OF_COPY.contains(name))
        .map(|name| ((*name).to_owned(), row.text(name).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    Ok(Told {
        task_id: task_id.to_owned(),
        affair: affair.to_owned(),
        addressee_no,
        history_no,
        items,
        undisclosed: row.text("undisclosed") == "1",
    })
}

/// What is told of a 宛名番号 makes the block of the person; copies that a block kept waiting go when it ends.
fn non_disclosure(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let (mut applied, mut desk) = (Applied::default(), Desk::new(view));
    for row in batch.rows {
        let told = match protection(row, context) {
            Ok(told) => told,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let number = told.addressee_no;
        if desk.get::<Protection>(number.as_str())?.is_some_and(|known| told.history_no <= known.history_no) {
            continue;
        }
        desk.put(&told)?;
        if let Some(link) = desk.get::<Link>(number.as_str())? {
            blocks::settle(&mut desk, link.integrated_no, None, context.today)?;
            for number in blocks::numbers_of(&desk, link.integrated_no, None)? {
                copies::release(&mut desk, number, context.today)?;
            }
        }
    }
    applied.writes = desk.writes()?;
    Ok(applied)
}

fn protection(row: &Incoming<'_>, context: &Context<'_>) -> Result<Protection, RefusedRow> {
    let subject = row.text("addressee_no");
    let date = |item: &str, title: &str| match row.text(item) {
        "" => Ok(None),
        text => text.parse::<RegisterDate>().map(Some).map_err(|error| {
            let message = format!("{title}「{text}」が読めません: {error}。送信元の記録を確かめてください。");
            refused(subject, item, message)
        }),
    };
    let flag = |item: &str, title: &str| match row.text(item) {
        "" | "0" => Ok(false),
        "1" => Ok(true),
        text => {
            // Neither on nor off: nobody may be taken for unprotected by a slip of the sender.
            let message =
                format!("{title}「{text}」は、1か空ではありません。送信元の記録を確かめてください。");
            Err(refused(subject, item, message))
        }
    };
    Ok(Protection {
        addressee_no: addressee_no(row, subject)?,
        history_no: row.history_no().map_err(|message| refused(subject, "history_no", message))?,
        no_automatic_answer: flag("no_automatic_answer", "自動応答不可")?,
        undisclosed: flag("undisclosed", "不開示")?,
        valid_from: date("valid_from", "適用開始年月日")?,
        valid_to: date("valid_to", "適用終了年月日")?,
        told_at: context.now.as_microsecond(),
    })
}
