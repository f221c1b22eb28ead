//! 副本登録の状況: what could not go, with when, whose, why and what to do; and what became of what went.

use std::ops::ControlFlow;

use domain::wareki;
use register::{Fault, Record, View};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices,
};

use crate::desk::Desk;
use crate::records::{COPY, ProvisionCopy, TransmissionResult, WAITING_COPY, WaitingCopy};
use crate::rules::affairs::Affair;
use crate::rules::{Hold, copies, hold};

/// The most rows one answer shows; the count is of all.
const ROWS_MAX: usize = 1_000;

/// What 中間サーバー refused.
const REFUSED: &str = "MSV05";

/// 副本登録の状況一覧. Names and items are not in it.
///
/// Source: 共通機能標準仕様書 032 (rows that cannot be converted are listed, the others are sent).
pub fn function() -> Function {
    Function {
        id: "integrated-addressee/copy-list",
        title: "副本登録の状況一覧",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![
                Field::new(
                    "stand",
                    "状況",
                    FieldKind::Choice(choices(&[
                        ("unconvertible", "変換できない"),
                        ("held", "保留（自動応答不可の設定待ち）"),
                        ("refused", "中間サーバーのエラー"),
                        ("sent", "結果待ち"),
                        ("accepted", "登録済み"),
                    ])),
                )
                .help("空のときは、変換できないもの、保留、エラーを出します。"),
                Field::new("task_id", "業務ID", FieldKind::Text(3)),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// What the list is asked for, and what it has so far.
struct List<'a> {
    stand: &'a str,
    task_id: &'a str,
    addressee_no: &'a str,
    count: usize,
    rows: Vec<Value>,
    subjects: Vec<String>,
}

/// One line of the list.
struct Line<'a> {
    stand: &'a str,
    label: &'a str,
    on: domain::Date,
    code: &'a str,
    why: String,
    remedy: &'a str,
}

impl List<'_> {
    fn wants(&self, stand: &str) -> bool {
        match self.stand {
            "" => ["unconvertible", "held", "refused"].contains(&stand),
            asked => asked == stand,
        }
    }

    fn is_of(&self, task_id: &str, addressee_no: &str) -> bool {
        (self.task_id.is_empty() || self.task_id == task_id)
            && (self.addressee_no.is_empty() || self.addressee_no == addressee_no)
    }

    fn add(&mut self, key: &str, task_id: &str, affair: &str, addressee_no: &str, line: Line<'_>) {
        if !self.wants(line.stand) || !self.is_of(task_id, addressee_no) {
            return;
        }
        self.count = self.count.saturating_add(1);
        if ROWS_MAX <= self.rows.len() {
            return;
        }
        let title = Affair::of_copy(task_id, affair).map_or("", |affair| affair.title);
        self.subjects.push(addressee_no.to_owned());
        self.rows.push(json!({
            "told_on": wareki(line.on),
            "task_id": task_id,
            "affair": title,
            "addressee_no": addressee_no,
            "state": line.label,
            "code": line.code,
            "why": line.why,
            "to_check": line.remedy,
            "copy_key": key,
        }));
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let (stand, task_id) = (input.text("stand"), input.text("task_id"));
    let addressee_no = input.text("addressee_no");
    let (rows, subjects) = (Vec::new(), Vec::new());
    let mut list = List { stand, task_id, addressee_no, count: 0, rows, subjects };
    let desk = Desk::new(view);
    view.scan(&WAITING_COPY, None, &mut |stored| {
        let one = stored.typed::<WaitingCopy>()?.record;
        // A copy that waits and need not is told by the checks of the system.
        if let Err(hold) = hold::of(&desk, &one)? {
            let (stand, label) = match hold {
                Hold::Unnumbered => ("unconvertible", "変換できない"),
                _ => ("held", "保留"),
            };
            let line = Line {
                stand,
                label,
                on: one.since,
                code: hold.code(),
                why: hold.why(),
                remedy: hold.remedy(),
            };
            list.add(&stored.key, &one.task_id, &one.affair, one.addressee_no.as_str(), line);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    view.scan(&COPY, None, &mut |stored| {
        let one = stored.typed::<ProvisionCopy>()?.record;
        let result = desk.get::<TransmissionResult>(&one.key())?;
        let line = match result.filter(|result| result.send_no == one.send_no) {
            None => Line {
                stand: "sent", label: "結果待ち", on: one.sent_on, code: "", why: String::new(), remedy: ""
            },
            Some(result) if result.accepted => Line {
                stand: "accepted",
                label: "登録済み",
                on: result.answered_on,
                code: "",
                why: String::new(),
                remedy: "",
            },
            Some(result) => Line {
                stand: "refused",
                label: "エラー",
                on: result.answered_on,
                code: REFUSED,
                why: format!("中間サーバーが断りました（{}）。", copies::words(&result)),
                remedy: "業務の記録を直すと自動で送り直します。記録が正しいときは「中間サーバーへの再送」で送り直してください。",
            },
        };
        list.add(&stored.key, &one.task_id, &one.affair, one.addressee_no.as_str(), line);
        Ok(ControlFlow::Continue(()))
    })?;
    let message = format!("{}件です。", list.count);
    let data = json!({ "count": list.count, "more": list.rows.len() < list.count, "rows": list.rows });
    let answer = Answer { data, subjects: list.subjects };
    Ok(Outcome { message, answer: Some(answer), ..Outcome::default() })
}
