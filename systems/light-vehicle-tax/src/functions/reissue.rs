//! 再交付: a document as it was printed, marked as issued again; or the notice of a levy as it stands.

use domain::Yen;
use register::{Fault, Record, View, ViewExt};
use serde_json::{Value, json};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section};

use super::change_notice::{levy_key_field, noticed};
use crate::desk::Desk;
use crate::notice::tax_notice;
use crate::print::{self, About};
use crate::records::Issuance;

/// 再交付.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/reissue",
        title: "再交付",
        place: Some(Place {
            unit: "軽自動車税", level1: "交付・通知", level2: "再交付", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "再交付（どちらか一つ）",
            vec![
                Field::new("issue_no", "発行番号", FieldKind::Text(12))
                    .help("証明書・通知書。車両照会で見られます"),
                levy_key_field().help("納税通知書。例 04-2026-0000000017-01"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

const MARK: &str = "再交付";

/// The template of notices with a slip.
const TAX_NOTICE: &str = "tax-notice";

/// LVT20, LVT36, LVT39, LVT45.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let (issue_no, key) = (input.text("issue_no").trim_start_matches("軽自"), input.text("levy_key"));
    if !issue_no.is_empty() && key.is_empty() {
        return again(desk, context, issue_no);
    }
    if key.is_empty() || !issue_no.is_empty() {
        let why = "発行番号と賦課のキーの、どちらか一つが要ります。";
        desk.error("LVT45", "issue_no", "発行番号", why, "どちらか一つを入力してください。");
        return Ok(Outcome::refused(desk.findings));
    }
    notice(desk, context, key, "")
}

/// The notice of a levy as it stands now: its slip can be paid, or has no bar code.
fn notice(mut desk: Desk<'_>, context: &Context<'_>, key: &str, reissue_of: &str) -> Result<Outcome, Fault> {
    let Some(noticed) = noticed(&mut desk, key)? else { return Ok(Outcome::refused(desk.findings)) };
    if noticed.levy.amount == Yen::ZERO {
        let why = format!("通知書番号{}の税額は、取消し又は減免でなくなっています。", noticed.levy.notice_no);
        desk.error("LVT36", "levy_key", "賦課", why, "税額変更通知書を再交付してください。");
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let data = tax_notice(context, &noticed, "（再交付）");
    let key = noticed.levy.key();
    let about =
        About { person: &noticed.person, vehicle_no: &noticed.levy.vehicle_no, levy_key: &key, reissue_of };
    let document = print::issue(&mut desk, TAX_NOTICE, "納税通知書（再交付）", data, &about)?;
    let mut outcome = desk.outcome(MARK, "納税通知書を再交付しました。")?;
    outcome.documents.push(document);
    Ok(outcome)
}

/// The document as it was printed, with the mark and a number of its own; of a notice with a slip the notice of today.
fn again(mut desk: Desk<'_>, context: &Context<'_>, issue_no: &str) -> Result<Outcome, Fault> {
    let Some(issued) = desk.view.load::<Issuance>(issue_no)?.map(|held| held.record) else {
        let why = format!("発行番号「{issue_no}」の文書はありません。");
        desk.error(
            "LVT45",
            "issue_no",
            "発行番号",
            why,
            "車両照会で、発行した文書の番号を確かめてください。",
        );
        return Ok(Outcome::refused(desk.findings));
    };
    if issued.template == TAX_NOTICE {
        return notice(desk, context, &issued.levy_key, &issued.issue_no);
    }
    let Some(person) = desk.known(issued.addressee_no, "issue_no", "宛名")? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let mut data = issued.data;
    if let Some(fields) = data.as_object_mut() {
        if fields.contains_key("marks") {
            fields.insert("marks".to_owned(), json!([MARK]));
        } else {
            let title = fields.get("title").and_then(Value::as_str).unwrap_or_default();
            let title = format!("{}（{MARK}）", title.trim_end_matches("（再交付）"));
            fields.insert("title".to_owned(), json!(title));
        }
    }
    let about = About {
        person: &person,
        vehicle_no: &issued.vehicle_no,
        levy_key: &issued.levy_key,
        reissue_of: &issued.issue_no,
    };
    let title = format!("{}（{MARK}）", issued.title.trim_end_matches("（再交付）"));
    let document = print::issue(&mut desk, &issued.template, &title, data, &about)?;
    let mut outcome = desk.outcome(MARK, format!("{title}を発行しました。"))?;
    outcome.documents.push(document);
    Ok(outcome)
}
