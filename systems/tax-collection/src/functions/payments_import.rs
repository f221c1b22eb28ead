//! 消込データ作成: payments of a channel, a line each.

use domain::{Date, EraDate, RegisterDate, Yen};
use register::{Fault, View};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::place;
use crate::intakes::{PaymentDesk, Taken, Told, again, in_future};
use crate::records::{Channel, Stage};
use crate::rules::levy_key_of;

/// Most characters of the list.
const LIST_CHARACTERS_MAX: usize = 4_000_000;

/// 消込データ作成. Files of channels come over links into the same desk; this takes what comes on paper or by hand.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/payments-import",
        title: "消込データ作成",
        place: place("収納", "窓口等収納", "消込データ作成"),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "納付情報",
            vec![
                Field::new("list", "納付の一覧", FieldKind::Lines(LIST_CHARACTERS_MAX)).required().help(
                    "1行に1件。「収納番号,チャネル(window・bank・transfer・convenience・mpn・eltax・post),区分(1速報 2確報 3取消),調定番号か44桁・20桁の番号,納付日,収入日,金額」",
                ),
                Field::new("count", "件数", FieldKind::Number(999_999)).help("送り状の件数。違えば取り込みません。"),
                Field::new("total", "合計額", FieldKind::Yen).help("送り状の合計額。違えば取り込みません。"),
                Field::new("skip_errors", "誤りのある行を除いて進める", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// A line that was not booked: the line itself, so that it can be put right and brought again, and what to do.
struct NotBooked<'a> {
    line: usize,
    text: &'a str,
    why: String,
    remedy: &'static str,
    /// Received before: nothing is wrong with it, and nothing is done.
    again: bool,
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = PaymentDesk::new(view, context.today)?;
    let mut not_booked: Vec<NotBooked<'_>> = Vec::new();
    // The cover counts every line that reads; what is booked is counted by itself.
    let (mut read_count, mut read_total, mut count, mut total) = (0_u64, 0_i64, 0_u64, 0_i64);
    for (index, text) in input.text("list").lines().enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        let line = index + 1;
        let told = match read(text, context.today) {
            Ok(told) => told,
            Err(why) => {
                let remedy = "行を直して、取り込み直してください。";
                not_booked.push(NotBooked { line, text, why, remedy, again: false });
                continue;
            }
        };
        let (yen, no) = (told.yen.0, told.payment_no.clone());
        read_count = read_count.saturating_add(1);
        read_total = read_total.saturating_add(yen);
        match desk.take(told)? {
            Ok(Taken::New) => {
                count = count.saturating_add(1);
                total = total.saturating_add(yen);
            }
            Ok(Taken::Again { .. }) => {
                let remedy =
                    "同じ納付なら、することはありません。別の納付なら、送り元に収納番号を確かめてください。";
                not_booked.push(NotBooked { line, text, why: again(&no), remedy, again: true });
            }
            Err(why) => {
                not_booked.push(NotBooked { line, text, why: why.what, remedy: why.remedy, again: false });
            }
        }
    }
    let mut findings = against_cover(input, read_count, read_total);
    let wrong = not_booked.iter().filter(|one| !one.again).count();
    if let Some(first) = not_booked.iter().find(|one| !one.again)
        && input.0.get("skip_errors").and_then(serde_json::Value::as_bool) != Some(true)
    {
        findings.push(Finding::error(
            "TXC02",
            "list",
            "納付の一覧",
            format!("{}行目: {}（誤りは全部で{wrong}行）", first.line, first.why),
            &format!(
                "{}直して取り込み直すか、「誤りのある行を除いて進める」を選んでください。何も取り込んでいません。",
                first.remedy
            ),
        ));
    }
    if !findings.is_empty() {
        return Ok(Outcome::refused(findings));
    }
    let mut message = format!("{count}件、{}円を受け取りました。", Yen(total));
    let again_count = not_booked.len() - wrong;
    if again_count != 0 {
        message.push_str(&format!("受け取り済みの{again_count}件は、二度は入れていません。"));
    }
    if wrong != 0 {
        message.push_str(&format!(
            "誤りのある{wrong}行は、入れていません。結果の一覧から直して取り込んでください。"
        ));
    }
    let rows: Vec<_> = not_booked
        .iter()
        .map(|one| json!({ "line": one.line, "text": one.text, "result": one.why, "remedy": one.remedy }))
        .collect();
    Ok(Outcome {
        writes: desk.writes()?,
        reason: "消込データ作成".to_owned(),
        message,
        answer: Some(Answer {
            data: json!({
                "count": count, "total_yen": total, "again_count": again_count, "wrong_count": wrong, "rows": rows,
            }),
            subjects: Vec::new(),
        }),
        ..Outcome::default()
    })
}

/// The cover's count and sum must be those of the lines.
fn against_cover(input: &Input, count: u64, total: i64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut compare = |path: &str, item: &str, told: &str, found: String| {
        if !told.is_empty() && told != found {
            findings.push(Finding::error(
                "TXC03",
                path,
                item,
                format!("送り状の{item}は{told}、明細の{item}は{found}です。"),
                "明細と送り状を確かめてください。何も取り込んでいません。",
            ));
        }
    };
    compare("count", "件数", input.text("count"), count.to_string());
    compare("total", "合計額", input.text("total"), total.to_string());
    findings
}

fn read(line: &str, today: Date) -> Result<Told, String> {
    let cells: Vec<&str> = line.split([',', '\t']).map(str::trim).collect();
    let [payment_no, channel, stage, slip, paid_on, received_on, amount] = cells.as_slice() else {
        return Err(format!("項目が{}あります。7項目ではありません。", cells.len()));
    };
    let date = |text: &str, title: &str| {
        // A day behind the end of its era, such as 平成38年5月20日, is a slip in one of the two.
        let past = EraDate::parse(text).is_ok_and(EraDate::is_past_end);
        let day = RegisterDate::parse_input(text).ok().and_then(|date| date.known()).filter(|_| !past);
        day.ok_or_else(|| format!("{title}「{text}」は暦にある日付ではありません。"))
    };
    let stage =
        Stage::from_code(stage).ok_or_else(|| format!("区分「{stage}」は1、2、3のどれでもありません。"))?;
    let paid_on = date(paid_on, "納付日")?;
    let received_on = if received_on.is_empty() { paid_on } else { date(received_on, "収入日")? };
    if let Some((_, message)) = in_future(stage, paid_on, received_on, today) {
        return Err(message);
    }
    let yen: i64 = amount
        .parse()
        .ok()
        .filter(|yen| (1..=domain::YEN_MAX).contains(yen))
        .ok_or_else(|| format!("金額「{amount}」が、1円以上、12桁までの金額ではありません。"))?;
    if payment_no.is_empty() {
        return Err("収納番号がありません。".to_owned());
    }
    Ok(Told {
        payment_no: (*payment_no).to_owned(),
        channel: Channel::from_code(channel)
            .ok_or_else(|| format!("収納チャネル「{channel}」はありません。"))?,
        stage,
        levy_key: levy_key_of(slip).map(|key| key.to_string()).unwrap_or_default(),
        slip: (*slip).to_owned(),
        paid_on,
        received_on,
        yen: Yen(yen),
    })
}
