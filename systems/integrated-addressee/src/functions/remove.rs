//! 統合宛名フラグの解除: a task no longer represents the person; a number no task represents is no longer linked (0320021, 0320003).

use register::{Fault, View};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::desk::Desk;
use crate::findings;
use crate::rules::registrations::{self, Dropped};

/// 統合宛名フラグの解除. The person and its number stay: a number is never given again. That no 宛名番号 has it any more is told to
/// 中間サーバー.
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

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let (number, task_id) = (input.text("addressee_no"), input.text("task_id"));
    let mut desk = Desk::new(view);
    let (integrated_no, message) = match registrations::drop_task(&mut desk, number, task_id, context.today)?
    {
        Dropped::Unlinked => return Ok(Outcome::refused(vec![findings::unlinked(number)])),
        Dropped::NoFlag(_) => return Ok(Outcome::refused(vec![findings::no_flag(task_id)])),
        Dropped::Flag(no) => (no, format!("業務 {task_id} の統合宛名フラグを解除しました。")),
        Dropped::Number(no) => (
            no,
            format!(
                "宛名番号 {number} の宛名対応を解除しました。ほかの宛名番号がないので、団体内統合宛名番号 {no} の削除を中間サーバーに連絡します。"
            ),
        ),
        Dropped::Link(no) => (
            no,
            format!(
                "宛名番号 {number} の宛名対応を解除しました。ほかの宛名番号があるので、中間サーバーの番号は残ります。"
            ),
        ),
    };
    Ok(super::done(number, integrated_no, message, "統合宛名フラグの解除", desk.writes()?))
}
