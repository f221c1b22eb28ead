//! 番号変換: 宛名番号 to 団体内統合宛名番号 and back, for many at once. What cannot be converted is listed; the rest goes on.

use domain::{AddresseeNo, ResidentStatus};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::records::{IntegratedNo, Link, PERSON};

/// The most characters of a list: some twelve thousand numbers, more than a file of one exchange holds.
const LIST_CHARS_MAX: usize = 200_000;

/// 宛名番号から団体内統合宛名番号への変換.
pub fn to_integrated() -> Function {
    Function {
        id: "integrated-addressee/to-integrated",
        title: "団体内統合宛名番号への変換",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: form("宛名番号"),
        in_menu: true,
        decide: |view, input, _context: &Context<'_>| convert(view, input, integrated),
    }
}

/// 団体内統合宛名番号から宛名番号への変換.
pub fn to_addressee() -> Function {
    Function {
        id: "integrated-addressee/to-addressee",
        title: "宛名番号への変換",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: form("団体内統合宛名番号"),
        in_menu: true,
        decide: |view, input, _context: &Context<'_>| convert(view, input, addressee),
    }
}

fn form(title: &'static str) -> Form {
    Form::of(vec![Section::once(
        "変換する番号",
        vec![Field::new("numbers", title, FieldKind::Lines(LIST_CHARS_MAX)).required().help("1行に一つ。")],
    )])
}

/// One number converted: the row and the 宛名番号 for the audit log, or why not.
type Converted = Result<(Value, String), &'static str>;

fn convert(
    view: &dyn View,
    input: &Input,
    one: fn(&dyn View, &str) -> Result<Converted, Fault>,
) -> Result<Outcome, Fault> {
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    let mut subjects = Vec::new();
    let lines = input.text("numbers").lines().map(str::trim).filter(|line| !line.is_empty());
    for (line, given) in (1_u64..).zip(lines) {
        match one(view, given)? {
            Ok((row, subject)) => {
                rows.push(row);
                subjects.push(subject);
            }
            Err(reason) => failed.push(json!({ "line": line, "target": given, "reason": reason })),
        }
    }
    let message = format!("{}件を変換しました。変換できないものは{}件です。", rows.len(), failed.len());
    let answer = Answer { data: json!({ "rows": rows, "failed": failed }), subjects };
    Ok(Outcome { message, answer: Some(answer), ..Outcome::default() })
}

fn integrated(view: &dyn View, given: &str) -> Result<Converted, Fault> {
    let Ok(number) = AddresseeNo::parse(given) else {
        return Ok(Err("宛名番号の形ではありません。15桁の番号を確かめてください。"));
    };
    Ok(match view.load::<Link>(number.as_str())? {
        Some(link) => {
            let row = json!({ "addressee_no": number, "integrated_no": link.record.integrated_no });
            Ok((row, number.to_string()))
        }
        None => Err("団体内統合宛名番号が付いていません。個人番号と宛名番号で付番してください。"),
    })
}

fn addressee(view: &dyn View, given: &str) -> Result<Converted, Fault> {
    let Ok(number) = IntegratedNo::parse(given) else {
        return Ok(Err("団体内統合宛名番号の形ではありません。15桁の番号と検査数字を確かめてください。"));
    };
    let links = view.load_by::<Link>("integrated_no", number.as_str())?;
    let mut links: Vec<Link> = links.into_iter().map(|held| held.record).collect();
    links.sort_by_key(|link| (rank(link), link.addressee_no));
    if let Some(first) = links.first() {
        let all: Vec<String> = links.iter().map(|link| link.addressee_no.to_string()).collect();
        let subject = first.addressee_no.to_string();
        let row = json!({ "integrated_no": number, "addressee_no": subject, "all": all });
        return Ok(Ok((row, subject)));
    }
    Ok(Err(match view.get(&PERSON, number.as_str())? {
        Some(_) => "この人の宛名対応は、すべて解除されています。",
        None => "その団体内統合宛名番号の人はいません。番号を確かめてください。",
    }))
}

/// Which 宛名番号 stands for the person: a resident's, then one a task represents, then any.
pub(crate) fn rank(link: &Link) -> u8 {
    match (link.status, link.tasks.is_empty()) {
        (Some(ResidentStatus::Resident), _) => 0,
        (_, false) => 1,
        (_, true) => 2,
    }
}
