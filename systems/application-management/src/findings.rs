//! Findings of the screens, each in one place.

use system::Finding;

use crate::records::{Application, State};

/// APP11: no such application.
pub(crate) fn unknown(no: &str) -> Finding {
    Finding::error(
        "APP11",
        "application_no",
        "申請番号",
        format!("申請番号{no}の申請はありません。"),
        "申請一覧で番号を確かめてください。",
    )
}

/// APP12: not in this state.
pub(crate) fn not_now(one: &Application, action: &str, remedy: &str) -> Finding {
    Finding::error(
        "APP12",
        "application_no",
        "申請番号",
        format!("申請番号{}は{}なので、{action}はできません。", one.application_no, one.state.label()),
        remedy,
    )
}

/// What to do before a review may begin.
pub(crate) fn before_review(state: State) -> &'static str {
    match state {
        State::Held => "申請内容の確認で保留の理由を片付けるか、差戻し・却下にしてください。",
        State::Unmatched => "申請者の照合をしてから、審査を始めてください。",
        _ => "申請の照会で経過を確かめてください。",
    }
}

/// APP14: nobody of this number.
pub(crate) fn nobody(no: &str) -> Finding {
    Finding::error(
        "APP14",
        "addressee_no",
        "宛名番号",
        format!("宛名番号{no}の人は、照合用の宛名にありません。"),
        "番号を確かめてください。新しい人なら、宛名の連携が届くのを待ってください。",
    )
}

/// APP15: a line that is no confirmation.
pub(crate) fn no_item(line: &str) -> Finding {
    Finding::error(
        "APP15",
        "confirmed",
        "確認した内容",
        format!("「{line}」が、項目=値 の形ではないか、確認できる項目ではありません。"),
        "申請の照会にある項目名を使い、2人目からは「2:氏名=…」と入力してください。署名や申請番号は変えられません。",
    )
}

/// APP16: the person is not as the application says.
pub(crate) fn differs() -> Finding {
    Finding::alert(
        "APP16",
        "addressee_no",
        "宛名番号",
        "この人の生年月日または性別が、申請者のものと違います。",
        "本人の申請に間違いないか確かめてください。",
    )
}

/// APP17: nothing was said to be done.
pub(crate) fn nothing() -> Finding {
    Finding::error(
        "APP17",
        "confirmed",
        "確認した内容",
        "確認した内容も、保留を解く指定もありません。",
        "どちらかを入力してください。",
    )
}

/// APP18: a hold nobody may set aside.
pub(crate) fn not_releasable(codes: &str) -> Finding {
    Finding::error(
        "APP18",
        "release",
        "保留を解く",
        format!("保留の理由{codes}は、職員の判断では解けません。"),
        "照合が要るものは照合し、署名・手続・取消しの誤りは差戻しか却下にしてください。",
    )
}
