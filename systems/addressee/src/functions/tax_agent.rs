//! 納税管理人登録・変更, 納税管理人終了; heirs' representatives (相続人代表者) too.

use domain::ResidentStatus;
use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use system::{
    Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::mailing::{end_fields, end_of};
use super::per_tax::{self, key_fields, period_fields, running, start};
use crate::findings;
use crate::records::{Addressee, AgentKind, ClosingReason, PerTax, TaxAgent};
use crate::rules::letter_name;

#[derive(Deserialize)]
struct Asked {
    kind: AgentKind,
    #[serde(default)]
    agent_no: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    postcode: String,
    #[serde(default)]
    address: String,
}

/// 納税管理人登録・変更. An agent who has a number needs no name: it is taken from there.
pub fn set() -> Function {
    let kinds = AgentKind::ALL
        .iter()
        .map(|kind| Choice { code: kind.code().to_owned(), label: kind.label().to_owned() })
        .collect();
    Function {
        id: "addressee/tax-agent-set",
        title: "納税管理人登録・変更",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once("納税義務者", key_fields()),
            Section::once("期間", period_fields()),
            Section::once(
                "納税管理人・相続人代表者",
                vec![
                    Field::new("kind", "納税管理人等の区分", FieldKind::Choice(kinds)).required(),
                    Field::new("agent_no", "納税管理人等の宛名番号", FieldKind::AddresseeNo)
                        .help("宛名にある人なら番号だけで登録できます。"),
                    Field::new("name", "納税管理人等の氏名", FieldKind::Text(100)),
                    Field::new("postcode", "納税管理人等の郵便番号", FieldKind::Postcode),
                    Field::new("address", "納税管理人等の住所", FieldKind::Text(300)),
                ],
            ),
        ]),
        in_menu: true,
        decide: decide_set,
    }
}

/// 納税管理人終了.
pub fn end() -> Function {
    Function {
        id: "addressee/tax-agent-end",
        title: "納税管理人終了",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once("納税義務者", key_fields()), Section::once("終了", end_fields())]),
        in_menu: true,
        decide: decide_end,
    }
}

fn decide_set(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let mut start = match start::<TaxAgent>(view, input, context)? {
        Ok(start) => start,
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    };
    let agent = match agent(view, &start.addressee, &asked.agent_no)? {
        Ok(agent) => agent,
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    };
    start.found.extend(unfitting(&start.addressee, asked.kind));
    let own = |given: String, of: &dyn Fn(&Addressee) -> String| match (&agent, given.is_empty()) {
        (Some(agent), true) => of(agent),
        _ => given,
    };
    let made = TaxAgent {
        addressee_no: start.addressee_no,
        tax_item: start.tax_item,
        kind: asked.kind,
        from: start.from,
        until: start.until,
        agent_no: agent.as_ref().map(|agent| agent.addressee_no),
        name: own(asked.name, &letter_name),
        // Postcode and address go together: one of them from elsewhere would be another place's.
        postcode: match asked.address.is_empty() {
            true => own(asked.postcode, &|agent| agent.address.postcode.clone().unwrap_or_default()),
            false => asked.postcode,
        },
        address: own(asked.address, &|agent| agent.address.one_line()),
        ended: false,
    };
    for (path, item, value) in
        [("name", "納税管理人等の氏名", &made.name), ("address", "納税管理人等の住所", &made.address)]
    {
        if value.is_empty() {
            return Ok(Outcome::refused(vec![Finding::error(
                "ADR47",
                path,
                item,
                format!("{item}がありません。通知書を送れません。"),
                "宛名番号か、氏名と住所を入力してください。",
            )]));
        }
    }
    per_tax::registered(asked.kind.label(), &made, start.held, start.found)
}

/// The agent who has a number; the refusal when it cannot be the agent.
fn agent(
    view: &dyn View,
    taxpayer: &Addressee,
    agent_no: &str,
) -> Result<Result<Option<Addressee>, Finding>, Fault> {
    if agent_no.is_empty() {
        return Ok(Ok(None));
    }
    const ITEM: &str = "納税管理人等の宛名番号";
    if agent_no == taxpayer.addressee_no.as_str() {
        return Ok(Err(Finding::error(
            "ADR45",
            "agent_no",
            ITEM,
            "納税義務者本人の番号です。本人は自分の納税管理人になれません。",
            "納税管理人の宛名番号を入力してください。送り先だけを変えるなら送付先登録を使います。",
        )));
    }
    match view.load::<Addressee>(agent_no)? {
        Some(held) => Ok(Ok(Some(held.record))),
        None => Ok(Err(findings::unknown("agent_no", ITEM, agent_no))),
    }
}

/// ADR48: heirs of the living, an agent of the dead.
fn unfitting(taxpayer: &Addressee, kind: AgentKind) -> Option<Finding> {
    let dead =
        taxpayer.status == Some(ResidentStatus::Dead) || taxpayer.closing_reason == Some(ClosingReason::Dead);
    let message = match (kind, dead) {
        (AgentKind::Agent, true) => "納税義務者は亡くなっています。納税管理人は本人が定めるものです。",
        (AgentKind::Heir | AgentKind::Estate, false) => {
            "納税義務者が亡くなったという記録がここにありません。"
        }
        (AgentKind::Agent, false) | (AgentKind::Heir | AgentKind::Estate, true) => return None,
    };
    Some(Finding::alert(
        "ADR48",
        "kind",
        "納税管理人等の区分",
        message,
        "区分と納税義務者を、届出書や戸籍で確かめてから進めてください。",
    ))
}

fn decide_end(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let held = match running::<TaxAgent>(view, input, "納税管理人等")? {
        Ok(held) => held,
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    };
    let (until, ended) = match end_of(input, held.record.from(), held.record.until) {
        Ok(end) => end,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    let changed = TaxAgent { until, ended, ..held.record };
    let number = changed.addressee_no.to_string();
    let message = format!("{}の{}を終えました。", per_tax::tax_name(&changed.tax_item), changed.kind.label());
    Ok(super::done(&number, message, "納税管理人終了", vec![Write::put(&changed, Some(held.version))?]))
}
