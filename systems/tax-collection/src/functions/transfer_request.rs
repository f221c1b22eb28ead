//! 口座振替情報作成: what banks are asked to debit on a day.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::slip::LevyKey;
use domain::{Date, Yen};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::{day, place};
use crate::drafts::Drafts;
use crate::records::known::PayingAccount;
use crate::records::{
    ApplicationState, INSTALMENT, Instalment, Transfer, TransferApplication, TransferState,
};
use crate::rules::days::effective_due;
use crate::rules::{TransferClient, client_of};
use crate::tasks::ended;

/// Most instalments of one part.
const PART_MAX: usize = 5_000;

/// 口座振替情報作成. What is asked already is passed over, so a run that was cut goes on where it stopped.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/transfer-request",
        title: "口座振替情報作成",
        place: place("収納", "口座振替収納・管理", "口座振替情報作成"),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "請求",
            vec![
                Field::new("debit_on", "振替日", FieldKind::Date).required(),
                Field::new("due_on", "納期限", FieldKind::Date)
                    .help("空のときは振替日と同じ納期限の期別です。再振替では、元の納期限を入力します。"),
                Field::new("tax_item", "税目", FieldKind::Choice(super::transfer_apply::tax_items(true)))
                    .help("空のときは、すべての税目です。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// The account that pays an instalment on a day: of its tax, or of all.
pub(super) fn account_of(
    view: &dyn View,
    held: &Instalment,
    on: Date,
) -> Result<Option<PayingAccount>, Fault> {
    for item in [held.tax_item.as_str(), "00"] {
        let account = view.load::<PayingAccount>(&format!("{}-{item}", held.addressee_no))?;
        if let Some(account) = account.map(|held| held.record).filter(|account| account.holds(on)) {
            return Ok(Some(account));
        }
    }
    Ok(None)
}

/// The application that a person has to look at first: of the account that would pay, or of the instalment when none would.
fn to_look_at(
    view: &dyn View,
    held: &Instalment,
    account: Option<&PayingAccount>,
) -> Result<Option<TransferApplication>, Fault> {
    let keys = match account {
        Some(account) => vec![account.account_key.clone()],
        None => [held.tax_item.as_str(), "00"].map(|item| format!("{}-{item}", held.addressee_no)).to_vec(),
    };
    for key in keys {
        let application = view.load::<TransferApplication>(&key)?.map(|held| held.record);
        let waits = application.filter(|application| {
            let same = account.is_none_or(|account| account.account_no == application.account_no);
            application.state == ApplicationState::Review && same
        });
        if waits.is_some() {
            return Ok(waits);
        }
    }
    Ok(None)
}

/// Source: taxes.md 7 (口座振替情報作成): due that day, open, an account in force, not deferred, not told of as paid.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let debit_on = day(input, "debit_on").unwrap_or(context.today);
    if debit_on < context.today {
        return Ok(Outcome::refused(vec![Finding::error(
            "TXC17",
            "debit_on",
            "振替日",
            format!("振替日{}が、今日より前です。", domain::wareki(debit_on)),
            "金融機関と取り決めた、これからの振替日を入力してください。",
        )]));
    }
    let open = effective_due(debit_on);
    if open != debit_on {
        return Ok(Outcome::refused(vec![Finding::error(
            "TXC90",
            "debit_on",
            "振替日",
            format!("振替日{}は、金融機関の休業日です。", domain::wareki(debit_on)),
            &format!("次の営業日の{}など、金融機関の営業日を入力してください。", domain::wareki(open)),
        )]));
    }
    // A due date stands on an open day, whichever of the two a clerk has before them.
    let due_on = day(input, "due_on").map_or(debit_on, effective_due);
    let item = Some(input.text("tax_item")).filter(|item| !item.is_empty() && *item != "00");
    let mut found: Vec<(Instalment, u32)> = Vec::new();
    view.scan(&INSTALMENT, None, &mut |stored| {
        let held = stored.typed::<Instalment>()?;
        let levy = held.record;
        let wanted = levy.due_on == due_on && item.is_none_or(|item| levy.tax_item == item);
        if wanted && Yen::ZERO < levy.open_total() && levy.transfer.is_none() {
            found.push((levy, held.version));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut instalments: Drafts<Instalment> = Drafts::default();
    let mut transfers: Drafts<Transfer> = Drafts::default();
    let mut banks: BTreeMap<(String, String), (usize, i64)> = BTreeMap::new();
    let mut left_out: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut clients: BTreeMap<String, Result<TransferClient, String>> = BTreeMap::new();
    let mut skip = |why| *left_out.entry(why).or_default() += 1;
    let part_max = context.part_max(PART_MAX);
    let (mut made, mut left) = (0_usize, 0_usize);
    let mut subjects = Vec::new();
    let mut review: Vec<Value> = Vec::new();
    for (mut levy, version) in found {
        if !levy.preliminary.is_empty() {
            skip("速報あり");
            continue;
        }
        if levy.is_deferred(debit_on) {
            skip("猶予中");
            continue;
        }
        let key = Transfer::key_of(debit_on, &levy.levy_key);
        if transfers.load(view, &key)?.is_some() {
            skip("この振替日で請求済み");
            continue;
        }
        // Money that came for it would have to go back.
        match ended(view, &levy, debit_on)? {
            Ok(None) => {}
            Ok(Some(_)) => {
                skip("納付義務の消滅");
                continue;
            }
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        }
        let account = account_of(view, &levy, debit_on)?;
        if let Some(waits) = to_look_at(view, &levy, account.as_ref())? {
            skip("振替不能が続き要確認");
            review.push(json!({
                "levy_key": levy.levy_key, "addressee_no": levy.addressee_no, "bank_name": waits.bank_name,
                "why": waits.why, "remedy": "口座を本人に確かめ、口座振替情報変更・取消で、有効に戻すか取り消してください。",
            }));
            continue;
        }
        let Some(account) = account else {
            skip("口座なし");
            continue;
        };
        let Ok(parsed) = LevyKey::parse(&levy.levy_key) else {
            skip("調定番号の誤り");
            continue;
        };
        let client = match clients
            .entry(account.bank.clone())
            .or_insert_with(|| client_of(context.municipality, &account.bank))
        {
            Ok(client) => client.clone(),
            Err(_) => {
                skip("委託者コードの設定なし");
                continue;
            }
        };
        if part_max <= made {
            left += 1;
            continue;
        }
        made += 1;
        let yen = levy.open_total();
        let bank = banks.entry((account.bank.clone(), account.bank_name.clone())).or_default();
        bank.0 += 1;
        bank.1 = bank.1.saturating_add(yen.0);
        transfers.put(Transfer {
            transfer_key: key,
            debit_on,
            levy_key: levy.levy_key.clone(),
            customer_no: parsed.customer_no(),
            addressee_no: levy.addressee_no.clone(),
            new_code: if account
                .from
                .is_some_and(|from| from.year() == debit_on.year() && from.month() == debit_on.month())
            {
                "1"
            } else {
                "0"
            }
            .to_owned(),
            bank: account.bank,
            bank_name: account.bank_name,
            branch: account.branch,
            branch_name: account.branch_name,
            account_type: account.account_type,
            account_no: account.account_no,
            holder_kana: account.holder_kana,
            yen,
            state: TransferState::Asked,
            result: String::new(),
            told: false,
            client_code: client.code,
            client_name: client.name,
        });
        subjects.push(levy.addressee_no.clone());
        instalments.held(levy.clone(), version);
        levy.transfer = Some(Transfer::key_of(debit_on, &levy.levy_key));
        instalments.put(levy);
    }
    let total = banks.values().fold(0_i64, |sum, (_, yen)| sum.saturating_add(*yen));
    let rows: Vec<Value> = banks
        .iter()
        .map(|((bank, name), (count, yen))| {
            json!({ "bank": bank, "bank_name": name, "count": count, "amount_yen": yen })
        })
        .collect();
    let left_out: Vec<Value> =
        left_out.iter().map(|(why, count)| json!({ "why": why, "count": count })).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let mut writes = transfers.writes()?;
    writes.extend(instalments.writes()?);
    let unknown = clients.iter().filter_map(|(bank, client)| client.as_ref().err().map(|why| (bank, why)));
    let findings = unknown.map(|(bank, why)| no_client(bank, why)).collect();
    Ok(Outcome {
        findings,
        writes,
        reason: "口座振替情報作成".to_owned(),
        message: format!("{made}件、{}円の口座振替を請求します。", Yen(total)),
        answer: Some(Answer {
            data: json!({ "count": made, "total_yen": total, "rows": rows, "left_out": left_out, "review": review }),
            subjects,
        }),
        left,
        ..Outcome::default()
    })
}

/// TXC73: a bank that does not know who asks. Nothing is asked of it: a request without its client could go into no file.
fn no_client(bank: &str, why: &str) -> Finding {
    Finding::alert(
        "TXC73",
        format!("bank.{bank}"),
        "委託者コード",
        format!("金融機関{bank}への{why}。この金融機関の分は請求しません。"),
        "管理者に、設定の [municipality.transfer_clients] か transfer_client_code を直してもらい、もう一度実行してください。ほかの金融機関の分だけ請求するときは、確認して進めてください。",
    )
}
