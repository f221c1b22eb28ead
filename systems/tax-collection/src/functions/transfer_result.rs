//! 口座振替状況受取, 口座振替停止情報作成.

use std::collections::BTreeMap;

use domain::slip::LevyKey;
use domain::{Date, Yen};
use register::{Fault, View, ViewExt, Write};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::{day, place};
use crate::drafts::Drafts;
use crate::intakes::{PaymentDesk, Told};
use crate::records::{
    ApplicationState, Channel, Instalment, Stage, Transfer, TransferApplication, TransferState,
};
use crate::rules::{fails_again, transfer_result};

/// 委託者都合による振替停止: it says nothing of the account.
const STOPPED_BY_US: &str = "8";

/// Most characters of the list.
const LIST_CHARACTERS_MAX: usize = 4_000_000;

/// 口座振替状況受取.
pub(super) fn receive() -> Function {
    Function {
        id: "tax-collection/transfer-results",
        title: "口座振替状況受取",
        place: place("収納", "口座振替収納・管理", "口座振替状況受取"),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "振替結果",
            vec![
                Field::new("debit_on", "振替日", FieldKind::Date).required(),
                Field::new("list", "結果の一覧", FieldKind::Lines(LIST_CHARACTERS_MAX))
                    .required()
                    .help("1行に1件。「顧客番号,金額,振替結果コード」"),
                Field::new("debited_count", "振替済件数", FieldKind::Number(999_999)),
                Field::new("debited_total", "振替済金額", FieldKind::Yen),
            ],
        )]),
        in_menu: true,
        decide: decide_receive,
    }
}

/// What a bank answers of one transfer.
pub(crate) struct Answered<'a> {
    pub(crate) debit_on: Date,
    pub(crate) customer_no: &'a str,
    pub(crate) yen: Yen,
    pub(crate) result: &'a str,
}

/// Takes answers of banks one after another.
pub(crate) struct ResultDesk<'a> {
    view: &'a dyn View,
    payments: PaymentDesk<'a>,
    transfers: Drafts<Transfer>,
    applications: Drafts<TransferApplication>,
    /// Whether an answer that was taken before is told: a file that comes a second time must show.
    told_again: bool,
}

impl<'a> ResultDesk<'a> {
    pub(crate) fn new(view: &'a dyn View, today: Date) -> Result<Self, Fault> {
        let payments = PaymentDesk::new(view, today)?;
        let (transfers, applications) = (Drafts::default(), Drafts::default());
        Ok(Self { view, payments, transfers, applications, told_again: false })
    }

    /// The same for files of banks.
    pub(crate) fn of_files(view: &'a dyn View, today: Date) -> Result<Self, Fault> {
        Ok(Self { told_again: true, ..Self::new(view, today)? })
    }

    pub(crate) fn writes(self) -> Result<Vec<Write>, Fault> {
        let mut writes = self.payments.writes()?;
        writes.extend(self.transfers.writes()?);
        writes.extend(self.applications.writes()?);
        Ok(writes)
    }

    /// Takes one answer; the words when it is for nothing that was asked, or for another amount.
    pub(crate) fn take(&mut self, answered: &Answered<'_>) -> Result<Result<TransferState, String>, Fault> {
        let key = match LevyKey::from_customer_no(answered.customer_no) {
            Ok(key) => key.to_string(),
            Err(error) => return Ok(Err(error.to_string())),
        };
        if transfer_result(answered.result).is_none() {
            return Ok(Err(format!("振替結果コード「{}」はありません。", answered.result)));
        }
        let transfer_key = Transfer::key_of(answered.debit_on, &key);
        let Some(mut transfer) = self.transfers.load(self.view, &transfer_key)? else {
            return Ok(Err(format!("{}の{key}の口座振替を請求していません。", answered.debit_on)));
        };
        if transfer.yen != answered.yen {
            return Ok(Err(format!(
                "{key}の請求は{}円でしたが、結果は{}円です。",
                transfer.yen, answered.yen
            )));
        }
        let state = if answered.result == "0" { TransferState::Debited } else { TransferState::Failed };
        if matches!(transfer.state, TransferState::Debited | TransferState::Failed) {
            // Told again: the same changes nothing, another word has to be looked at.
            return Ok(if self.told_again && transfer.result == answered.result {
                Err(format!("{key}の結果「{}」は、受け取り済みです。二度は入れません。", transfer.result))
            } else if transfer.result == answered.result {
                Ok(state)
            } else {
                Err(format!("{key}の結果は、すでに「{}」として受け取っています。", transfer.result))
            });
        }
        if state == TransferState::Debited {
            let told = Told {
                payment_no: format!("T{transfer_key}"),
                channel: Channel::Transfer,
                stage: Stage::Final,
                levy_key: key.clone(),
                slip: answered.customer_no.to_owned(),
                paid_on: answered.debit_on,
                received_on: answered.debit_on,
                yen: answered.yen,
            };
            if let Err(why) = self.payments.take(told)? {
                return Ok(Err(format!("{}{}", why.what, why.remedy)));
            }
        }
        self.payments.end_transfer(&key, &transfer_key)?;
        transfer.state = state;
        answered.result.clone_into(&mut transfer.result);
        self.transfers.put(transfer.clone());
        self.look_at(&transfer)?;
        Ok(Ok(state))
    }

    /// The application of an account that fails again and again waits for a person.
    fn look_at(&mut self, transfer: &Transfer) -> Result<(), Fault> {
        if transfer.state != TransferState::Failed || transfer.result == STOPPED_BY_US {
            return Ok(());
        }
        let account =
            |one: &Transfer| [&one.bank, &one.branch, &one.account_type, &one.account_no].map(String::clone);
        let mut answered = Vec::new();
        for held in self.view.load_by::<Transfer>("addressee_no", &transfer.addressee_no)? {
            let Some(one) = self.transfers.load(self.view, &held.record.transfer_key)? else { continue };
            let came = matches!(one.state, TransferState::Debited | TransferState::Failed);
            if came && one.result != STOPPED_BY_US && account(&one) == account(transfer) {
                answered.push((one.debit_on, one.state == TransferState::Failed));
            }
        }
        if !fails_again(&answered, transfer.debit_on) {
            return Ok(());
        }
        for item in [transfer.levy_key.get(..2).unwrap_or_default(), "00"] {
            let key = format!("{}-{item}", transfer.addressee_no);
            let Some(mut application) = self.applications.load(self.view, &key)? else { continue };
            let same = application.bank == transfer.bank
                && application.branch == transfer.branch
                && application.account_no == transfer.account_no;
            if same && application.state == ApplicationState::Active {
                application.state = ApplicationState::Review;
                application.why = format!(
                    "振替不能が続きました（{}、結果コード{}）。",
                    domain::wareki(transfer.debit_on),
                    transfer.result
                );
                self.applications.put(application);
            }
        }
        Ok(())
    }
}

fn decide_receive(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let debit_on = day(input, "debit_on").unwrap_or(context.today);
    let refuse = |path: &str, item: &str, message: String, remedy: &str| {
        Ok(Outcome::refused(vec![Finding::error("TXC18", path, item, message, remedy)]))
    };
    if context.today < debit_on {
        let message = format!("振替日{}は、まだ来ていません。", domain::wareki(debit_on));
        return refuse("debit_on", "振替日", message, "振替日を確かめてください。");
    }
    let mut desk = ResultDesk::new(view, context.today)?;
    let mut counted: BTreeMap<&str, (usize, i64)> = BTreeMap::new();
    for (index, line) in input.text("list").lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let cells: Vec<&str> = line.split([',', '\t']).map(str::trim).collect();
        let read = match cells.as_slice() {
            [customer_no, yen, result] => {
                yen.parse().map(|yen| Answered { debit_on, customer_no, yen: Yen(yen), result }).ok()
            }
            _ => None,
        };
        let why = match read {
            None => Err("「顧客番号,金額,振替結果コード」の形ではありません。".to_owned()),
            Some(answered) => {
                let of = counted.entry(answered.result).or_default();
                of.0 += 1;
                of.1 = of.1.saturating_add(answered.yen.0);
                desk.take(&answered)?.map(|_| ())
            }
        };
        if let Err(why) = why {
            let message = format!("{}行目: {why}", index + 1);
            let remedy = "金融機関の結果と、請求の一覧を確かめてください。何も取り込んでいません。";
            return refuse("list", "結果の一覧", message, remedy);
        }
    }
    let (debited, yen) = counted.get("0").copied().unwrap_or_default();
    for (path, item, found) in [
        ("debited_count", "振替済件数", debited.to_string()),
        ("debited_total", "振替済金額", yen.to_string()),
    ] {
        let told = input.text(path);
        if !told.is_empty() && told != found {
            let message = format!("送り状の{item}は{told}、明細では{found}です。");
            return refuse(path, item, message, "明細と送り状を確かめてください。何も取り込んでいません。");
        }
    }
    let rows: Vec<Value> = counted
        .iter()
        .map(|(result, (count, yen))| {
            let label = transfer_result(result).map(|(label, _)| label);
            json!({ "result": result, "result_label": label, "count": count, "amount_yen": yen })
        })
        .collect();
    let count: usize = counted.values().map(|(count, _)| count).sum();
    Ok(Outcome {
        writes: desk.writes()?,
        reason: "口座振替状況受取".to_owned(),
        message: format!("{count}件の結果を受け取りました。振替済みは{debited}件、{}円です。", Yen(yen)),
        answer: Some(Answer { data: json!({ "count": count, "rows": rows }), subjects: Vec::new() }),
        ..Outcome::default()
    })
}

/// 口座振替停止情報作成.
pub(super) fn stop() -> Function {
    Function {
        id: "tax-collection/transfer-stop",
        title: "口座振替停止情報作成",
        place: place("収納", "口座振替収納・管理", "口座振替停止情報作成"),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "停止",
            vec![Field::new("debit_on", "振替日", FieldKind::Date).required()],
        )]),
        in_menu: true,
        decide: decide_stop,
    }
}

/// Transfers asked that must not be made any more: paid meanwhile, told of as paid, or from an account that has ended.
fn decide_stop(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let debit_on = day(input, "debit_on").unwrap_or(context.today);
    let mut writes = Vec::new();
    let mut rows: Vec<Value> = Vec::new();
    let mut subjects = Vec::new();
    for held in view.load_by::<Transfer>("debit_on", &debit_on.to_string())? {
        let (mut transfer, version) = (held.record, held.version);
        if transfer.state != TransferState::Asked {
            continue;
        }
        let levy = view.load::<Instalment>(&transfer.levy_key)?;
        let why = match &levy {
            None => "調定なし",
            Some(levy) if !levy.record.preliminary.is_empty() => "速報あり",
            Some(levy) if levy.record.open_total() < transfer.yen => "納付・減額あり",
            Some(levy) if super::transfer_request::account_of(view, &levy.record, debit_on)?.is_none() => {
                "口座の取消・停止"
            }
            Some(_) => continue,
        };
        rows.push(json!({
            "bank": transfer.bank, "bank_name": transfer.bank_name, "branch": transfer.branch,
            "account_no": transfer.account_no, "holder_kana": transfer.holder_kana,
            "customer_no": transfer.customer_no, "amount_yen": transfer.yen, "why": why,
        }));
        subjects.push(transfer.addressee_no.clone());
        transfer.state = TransferState::Stopped;
        writes.push(Write::put(&transfer, Some(version))?);
        if let Some(levy) = levy {
            let (mut levy, version) = (levy.record, levy.version);
            levy.transfer = None;
            writes.push(Write::put(&levy, Some(version))?);
        }
    }
    Ok(Outcome {
        writes,
        reason: "口座振替停止情報作成".to_owned(),
        message: format!("{}件の停止を金融機関に依頼します。", rows.len()),
        answer: Some(Answer { data: json!({ "debit_on": debit_on, "rows": rows }), subjects }),
        ..Outcome::default()
    })
}
