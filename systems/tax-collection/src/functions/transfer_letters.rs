//! 納付済通知作成, 不能通知作成: letters about account transfers.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{Date, FiscalYear, Yen, wareki};
use register::{Fault, View, ViewExt, Write};
use serde_json::json;
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section,
};

use super::{day, place};
use crate::drafts::Drafts;
use crate::letters::{Letter, Recipient, issue_number, letter, levy_name, recipient, slip};
use crate::records::{Instalment, TRANSFER, Transfer, TransferState};
use crate::rules::{charge_missing, rates, transfer_result};
use crate::tasks::ended;

/// Most letters of one run; a run is one bundle for the post.
const LETTERS_MAX: usize = 200;

/// 不能通知作成: to those whose transfer failed, with a slip to pay by.
pub(super) fn unable() -> Function {
    Function {
        id: "tax-collection/unable-notices",
        title: "口座振替不能通知作成",
        place: place("収納", "口座振替収納・管理", "不能通知作成"),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "通知",
            vec![
                Field::new("debit_on", "振替日", FieldKind::Date).required(),
                Field::new("limit", "納付書の使用期限", FieldKind::Date)
                    .required()
                    .help("延滞金は、この日に納めるものとして計算します。"),
            ],
        )]),
        in_menu: true,
        decide: decide_unable,
    }
}

/// A letter on its way to the post.
struct Bundled {
    to: Recipient,
    transfer: Transfer,
    version: u32,
}

fn decide_unable(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let debit_on = day(input, "debit_on").unwrap_or(context.today);
    let limit = day(input, "limit").unwrap_or(context.today).max(context.today);
    let mut bundle = Vec::new();
    let (mut unknown, mut left) = (Vec::new(), 0_usize);
    for held in view.load_by::<Transfer>("debit_on", &debit_on.to_string())? {
        let (transfer, version) = (held.record, held.version);
        if transfer.state != TransferState::Failed || transfer.told {
            continue;
        }
        if LETTERS_MAX <= bundle.len() {
            left += 1;
            continue;
        }
        let item = transfer.levy_key.get(..2).unwrap_or_default();
        match recipient(view, &transfer.addressee_no, item, context.today)? {
            Some(to) => bundle.push(Bundled { to, transfer, version }),
            None => unknown
                .push(json!({ "addressee_no": transfer.addressee_no, "why": "宛名がまだ届いていません" })),
        }
    }
    bundle.sort_by(|a, b| (&a.to, &a.transfer.transfer_key).cmp(&(&b.to, &b.transfer.transfer_key)));
    let rates = rates()?;
    let mut transfers: Drafts<Transfer> = Drafts::default();
    let mut instalments: Drafts<Instalment> = Drafts::default();
    let mut documents: Vec<DocumentRequest> = Vec::new();
    let mut subjects = Vec::new();
    for Bundled { to, mut transfer, version } in bundle {
        let Some(levy) = instalments.load(view, &transfer.levy_key)? else { continue };
        match ended(view, &levy, context.today)? {
            Ok(None) => {}
            // No slip goes out for what has ended.
            Ok(Some(ended)) => {
                unknown.push(json!({ "addressee_no": transfer.addressee_no, "why": ended.words() }));
                continue;
            }
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        }
        let charge = match charge_missing(rates, &levy, limit) {
            Ok(charge) => charge,
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        };
        let (_, told) = transfer_result(&transfer.result).unwrap_or_default();
        documents.push(letter(
            &to,
            Letter {
                title: "口座振替不能通知書",
                opening: vec![format!(
                    "{}に口座振替をお願いしましたが、{told}ので、振替ができませんでした。下の納付書で、{}までに納めてください。行き違いで納めていただいているときは、ご容赦ください。",
                    wareki(debit_on),
                    wareki(limit)
                )],
                facts: vec![
                    ("税目", levy_name(&levy)),
                    ("通知書番号", levy.notice_no.clone()),
                    ("金融機関", format!("{}　{}", transfer.bank_name, transfer.branch_name)),
                    ("口座番号", format!("****{}", transfer.account_no.get(4..).unwrap_or_default())),
                    ("振替できなかった額", format!("{}円", transfer.yen)),
                ],
                columns: Vec::new(),
                rows: Vec::new(),
                notes: Vec::new(),
                slips: vec![slip(&levy, &to.data(), charge, limit, context)],
                issue_number: issue_number(context, documents.len()),
            },
            context,
        ));
        subjects.push(transfer.addressee_no.clone());
        transfers.held(transfer.clone(), version);
        transfer.told = true;
        transfers.put(transfer);
    }
    Ok(Outcome {
        writes: transfers.writes()?,
        reason: "口座振替不能通知作成".to_owned(),
        message: format!("{}通を作成しました。", documents.len()),
        answer: Some(Answer { data: json!({ "count": documents.len(), "unknown": unknown }), subjects }),
        documents,
        left,
        ..Outcome::default()
    })
}

/// 納付済通知作成: what was debited of a person's account in a year.
pub(super) fn paid() -> Function {
    Function {
        id: "tax-collection/paid-notices",
        title: "口座振替納付済通知作成",
        place: place("収納", "口座振替収納・管理", "納付済通知作成"),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "通知",
            vec![
                Field::new("from", "振替日から", FieldKind::Date).required(),
                Field::new("until", "振替日まで", FieldKind::Date).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_paid,
    }
}

fn decide_paid(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let from = day(input, "from").unwrap_or(Date::MIN);
    let until = day(input, "until").unwrap_or(context.today);
    let mut persons: BTreeMap<String, Vec<(Transfer, u32)>> = BTreeMap::new();
    view.scan(&TRANSFER, None, &mut |stored| {
        let held = stored.typed::<Transfer>()?;
        let transfer = held.record;
        let wanted = transfer.state == TransferState::Debited && !transfer.told;
        if wanted && from <= transfer.debit_on && transfer.debit_on <= until {
            persons.entry(transfer.addressee_no.clone()).or_default().push((transfer, held.version));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let left = persons.len().saturating_sub(LETTERS_MAX);
    let mut bundle = Vec::new();
    let mut unknown = Vec::new();
    for (addressee_no, transfers) in persons.into_iter().take(LETTERS_MAX) {
        match recipient(view, &addressee_no, "00", context.today)? {
            Some(to) => bundle.push((to, addressee_no, transfers)),
            None => unknown.push(json!({ "addressee_no": addressee_no, "why": "宛名がまだ届いていません" })),
        }
    }
    bundle.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let mut documents = Vec::new();
    let mut writes = Vec::new();
    let mut subjects = Vec::new();
    for (to, addressee_no, transfers) in bundle {
        let mut rows = Vec::new();
        let mut total = 0_i64;
        for (mut transfer, version) in transfers {
            total = total.saturating_add(transfer.yen.0);
            let name = view
                .load::<Instalment>(&transfer.levy_key)?
                .map(|held| levy_name(&held.record))
                .unwrap_or_default();
            rows.push(vec![wareki(transfer.debit_on), name, transfer.yen.to_string()]);
            transfer.told = true;
            writes.push(Write::put(&transfer, Some(version))?);
        }
        documents.push(letter(
            &to,
            Letter {
                title: "口座振替納付済通知書",
                opening: vec!["口座振替で次のとおり納めていただきました。".to_owned()],
                facts: vec![("年度", FiscalYear::of(until).label()), ("合計", format!("{}円", Yen(total)))],
                columns: vec![("振替日", 2, false), ("税目", 5, false), ("納付額（円）", 2, true)],
                rows,
                notes: Vec::new(),
                slips: Vec::new(),
                issue_number: issue_number(context, documents.len()),
            },
            context,
        ));
        subjects.push(addressee_no);
    }
    Ok(Outcome {
        writes,
        reason: "口座振替納付済通知作成".to_owned(),
        message: format!("{}通を作成しました。", documents.len()),
        answer: Some(Answer { data: json!({ "count": documents.len(), "unknown": unknown }), subjects }),
        documents,
        left,
        ..Outcome::default()
    })
}
