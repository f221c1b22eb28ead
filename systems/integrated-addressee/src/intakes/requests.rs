//! What others ask: 情報照会 and 削除の依頼 of tasks, and 符号取得依頼 of 中間サーバー.

use register::{Fault, View, ViewExt};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::{addressee_no, plain_no, refused};
use crate::desk::Desk;
use crate::functions::convert;
use crate::records::{InformationInquiry, IntegratedNo, Link, SignRequest};
use crate::rules::affairs::Affair;
use crate::rules::registrations;

/// 情報照会の依頼: a task's request number is one inquiry, however often it comes.
pub const INFORMATION_REQUESTS: Intake = Intake {
    id: "integrated-addressee/information-requests",
    title: "情報照会の依頼（業務から）",
    needs: &["request_no", "task_id", "addressee_no", "procedure_code", "affair_code", "purpose"],
    apply: information_requests,
};

/// 符号取得依頼, with 団体内統合宛名番号.
///
/// Source: 共通機能標準仕様書 032 (IF_FGU_20215).
pub const SIGN_REQUESTS: Intake = Intake {
    id: "integrated-addressee/sign-requests",
    title: "符号取得依頼（中間サーバー）",
    needs: &["request_no", "integrated_no"],
    apply: sign_requests,
};

/// 統合宛名の削除の依頼 of a task that no longer has the person. A flag that is gone already is no error.
///
/// Source: 共通機能標準仕様書 032 (0320021).
pub const REMOVALS: Intake = Intake {
    id: "integrated-addressee/removals",
    title: "統合宛名の削除の依頼（業務から）",
    needs: &["addressee_no", "task_id"],
    apply: removals,
};

fn removals(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let (mut applied, mut desk) = (Applied::default(), Desk::new(view));
    for row in batch.rows {
        match addressee_no(row, row.text("addressee_no")).and_then(|no| Ok((no, task_id(row, no.as_str())?)))
        {
            Ok((no, task_id)) => {
                registrations::drop_task(&mut desk, no.as_str(), task_id, context.today)?;
            }
            Err(refused) => applied.refused.push(refused),
        }
    }
    applied.writes = desk.writes()?;
    Ok(applied)
}

/// 業務ID, three digits.
fn task_id<'r>(row: &Incoming<'r>, subject: &str) -> Result<&'r str, RefusedRow> {
    let task_id = row.text("task_id");
    if crate::findings::task_id(task_id).is_some() {
        let message =
            format!("業務ID「{task_id}」が3桁の数字ではありません。送信元の設定を確かめてください。");
        return Err(refused(subject, "task_id", message));
    }
    Ok(task_id)
}

fn information_requests(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let (mut applied, mut desk) = (Applied::default(), Desk::new(view));
    for row in batch.rows {
        let now = match request(row, context) {
            Ok(now) => now,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        if let Some(known) = desk.get::<InformationInquiry>(&now.inquiry_no)? {
            let asks =
                |one: &InformationInquiry| (one.addressee_no, one.procedure.clone(), one.affair.clone());
            if asks(&known) != asks(&now) {
                let message = format!(
                    "依頼番号{}は、違う内容ですでに届いています（MSV15）。先の依頼を残しました。新しい依頼番号で送り直してください。",
                    now.request_no
                );
                applied.refused.push(refused(&now.request_no, "request_no", message));
            }
            continue;
        }
        let link = desk.get::<Link>(now.addressee_no.as_str())?;
        desk.put(&InformationInquiry { integrated_no: link.map(|link| link.integrated_no), ..now })?;
    }
    applied.writes = desk.writes()?;
    Ok(applied)
}

fn request(row: &Incoming<'_>, context: &Context<'_>) -> Result<InformationInquiry, RefusedRow> {
    let request_no = plain_no(row, "request_no", "依頼番号")?;
    let task_id = task_id(row, request_no)?;
    let addressee_no = addressee_no(row, request_no)?;
    let (procedure, code) = (row.text("procedure_code"), row.text("affair_code"));
    let Some(affair) = Affair::of_inquiry(procedure, code).filter(|affair| affair.task_id == task_id) else {
        let message = format!(
            "業務{task_id}は、事務手続コード「{procedure}」の特定個人情報番号「{code}」を照会できません（MSV06）。送信元の番号を確かめるか、情報政策の担当に事務の表へ加えてもらってください。"
        );
        return Err(refused(request_no, "procedure_code", message));
    };
    let purpose = row.text("purpose").trim();
    if purpose.is_empty() {
        let message = "利用目的がありません。照会する事務と理由を入れて、送り直してください。";
        return Err(refused(request_no, "purpose", message));
    }
    Ok(InformationInquiry {
        inquiry_no: format!("{task_id}-{request_no}"),
        addressee_no,
        integrated_no: None,
        procedure: procedure.to_owned(),
        affair: code.to_owned(),
        purpose: purpose.to_owned(),
        task_id: task_id.to_owned(),
        request_no: request_no.to_owned(),
        asked_by: format!("業務{task_id}"),
        asked_on: context.today,
        answer_by: affair.answer_by(context.today),
    })
}

/// The register of residents takes 宛名番号: of somebody with several, the one under which the person is a resident.
fn sign_requests(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let (mut applied, mut desk) = (Applied::default(), Desk::new(view));
    for row in batch.rows {
        let request_no = match plain_no(row, "request_no", "処理通番") {
            Ok(no) => no,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let of_person = match IntegratedNo::parse(row.text("integrated_no")) {
            Ok(number) => view.load_by::<Link>("integrated_no", number.as_str())?,
            Err(_) => Vec::new(),
        };
        let links = of_person.into_iter().map(|held| held.record);
        let Some(link) = links.min_by_key(|link| (convert::rank(link), link.addressee_no)) else {
            let message = format!(
                "団体内統合宛名番号「{}」の人はいないか、宛名対応が解除されています。中間サーバーに番号を確かめてください。",
                row.text("integrated_no")
            );
            applied.refused.push(refused(request_no, "integrated_no", message));
            continue;
        };
        // A 処理通番 is one request, however often it comes.
        if desk.get::<SignRequest>(request_no)?.is_none() {
            desk.put(&SignRequest {
                request_no: request_no.to_owned(),
                addressee_no: link.addressee_no,
                received_on: context.today,
            })?;
        }
    }
    applied.writes = desk.writes()?;
    Ok(applied)
}
