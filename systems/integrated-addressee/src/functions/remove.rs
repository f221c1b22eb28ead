//! 統合宛名フラグの解除: a task no longer represents the person; a number no task represents is no longer linked (0320021, 0320003).

use register::{Fault, View, ViewExt, Write};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::findings;
use crate::records::{LINK, Link};

/// 統合宛名フラグの解除. The person and its number stay: a number is never given again.
pub fn function() -> Function {
    Function {
        id: "integrated-addressee/remove",
        title: "統合宛名フラグの解除",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "解除する宛名と業務",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("task_id", "業務ID", FieldKind::Text(3)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let (number, task_id) = (input.text("addressee_no"), input.text("task_id"));
    let Some(held) = view.load::<Link>(number)? else {
        return Ok(Outcome::refused(vec![findings::unlinked(number)]));
    };
    let link = held.record;
    if !link.tasks.iter().any(|task| task == task_id) {
        return Ok(Outcome::refused(vec![findings::no_flag(task_id)]));
    }
    let integrated_no = link.integrated_no;
    let tasks: Vec<String> = link.tasks.iter().filter(|task| *task != task_id).cloned().collect();
    let (write, message) = if tasks.is_empty() {
        let message =
            format!("宛名番号 {number} の宛名対応を解除しました。中間サーバーへの削除の連絡が要ります。");
        (Write::close(&LINK, number, held.version), message)
    } else {
        let message = format!("業務 {task_id} の統合宛名フラグを解除しました。");
        (Write::put(&Link { tasks, ..link }, Some(held.version))?, message)
    };
    Ok(super::done(number, integrated_no, message, "統合宛名フラグの解除", vec![write]))
}
