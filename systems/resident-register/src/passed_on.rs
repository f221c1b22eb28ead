//! What the register passes on or asks for: 符号取得依頼, 空きコード要求; and whom the addressee system tells of (住登外者).

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::{AddresseeNo, RegisterDate, Sex};
use register::{Fault, Stored, View, ViewExt, Write};
use system::{
    Applied, Batch, Context, Dataset, Effect, Fate, Form, Function, Input, Intake, Item, ItemType, Mode,
    Outcome, RefusedRow, Row,
};

use crate::records::{CODE_REQUEST, CODE_SLOT, CodeRequest, NonResident, Person, SIGN_REQUEST, SignRequest};
use crate::rules::Limit;
use crate::texts::fold_text;

/// 符号取得依頼 of 中間サーバー.
pub(crate) const SIGN_REQUESTS: Intake = Intake {
    id: "resident-register/sign-requests",
    title: "符号取得依頼（中間サーバー）",
    needs: &["request_no", "addressee_no"],
    apply: apply_signs,
};

/// 符号取得要求 to 住基ネット.
pub(crate) static SIGNS: Dataset = Dataset {
    id: "resident-register/sign-request",
    title: "符号取得要求",
    kind: &SIGN_REQUEST,
    items: &SIGN_ITEMS,
    subject: "request_no",
    reads_sealed: false,
    row: sign,
};

static SIGN_ITEMS: [Item; 4] = [
    Item::new("request_no", "処理通番", ItemType::Code),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("requested_on", "要求年月日", ItemType::Date),
    Item::new("carries_code", "住民票コードの有無", ItemType::Code),
];

fn sign(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<SignRequest>()?.record;
    row.push(&one.request_no);
    row.push(one.addressee_no.as_str());
    row.push_display(&one.received_on);
    row.push("1");
    Ok(Fate::Row)
}

/// Source: 住民記録システム標準仕様書 7.1.2.2.
fn apply_signs(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for row in batch.rows {
        let request_no = row.text("request_no").to_owned();
        let mut refuse = |item: &str, message: String| {
            let subject: String = request_no.chars().take(40).collect();
            applied.refused.push(RefusedRow { subject, item: item.to_owned(), message });
        };
        let plain = request_no.chars().all(|one| one.is_ascii_alphanumeric() || one == '-');
        if request_no.is_empty() || 40 < request_no.len() || !plain {
            refuse("request_no", "処理通番が空か、40文字までの英数字ではありません。".to_owned());
            continue;
        }
        let Ok(addressee_no) = AddresseeNo::parse(row.text("addressee_no")) else {
            refuse("addressee_no", "宛名番号が正しくありません。".to_owned());
            continue;
        };
        let held = view.load::<Person>(addressee_no.as_str())?;
        if held.is_none_or(|held| held.record.resident_record_code.is_none()) {
            let message = format!(
                "宛名番号{addressee_no}の人は住民記録にいないか、住民票コードがありません。依頼元に宛名番号を確かめてください。"
            );
            refuse("addressee_no", message);
            continue;
        }
        // A 処理通番 is one request, however often it comes.
        if taken.insert(request_no.clone()) && view.load::<SignRequest>(&request_no)?.is_none() {
            let one = SignRequest { request_no, addressee_no, received_on: context.today };
            applied.writes.push(Write::put(&one, None)?);
        }
    }
    Ok(applied)
}

/// 空きコード要求: asks for codes when the pool is low, once a day.
pub(crate) fn request_codes() -> Function {
    Function {
        id: "resident-register/code-request",
        title: "空きコードの要求",
        place: None,
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::default(),
        in_menu: true,
        decide: decide_codes,
    }
}

/// Source: 住民記録システム標準仕様書 4.3.1 (A034).
fn decide_codes(view: &dyn View, _input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut free = 0_u64;
    view.scan(&CODE_SLOT, None, &mut |_| {
        free = free.saturating_add(1);
        Ok(ControlFlow::Continue(()))
    })?;
    let low = u64::try_from(Limit::CodePoolLow.value()).unwrap_or_default();
    let request_no = context.today.strftime("%Y%m%d").to_string();
    if low <= free || view.load::<CodeRequest>(&request_no)?.is_some() {
        let message = format!("空きコードは{free}件です。要求しません。");
        return Ok(Outcome { message, ..Outcome::default() });
    }
    // Twice what is low: a pool filled to the brim of the limit would ask again tomorrow.
    let wanted = low.saturating_mul(2).saturating_sub(free);
    let one = CodeRequest { request_no, requested_on: context.today, wanted };
    Ok(Outcome {
        writes: vec![Write::put(&one, None)?],
        reason: "空きコードの要求".to_owned(),
        message: format!("空きコードが{free}件なので、{wanted}件を要求します。"),
        ..Outcome::default()
    })
}

/// 空きコード要求 to 住基ネット.
pub(crate) static CODE_REQUESTS: Dataset = Dataset {
    id: "resident-register/code-request",
    title: "空きコード要求",
    kind: &CODE_REQUEST,
    items: &CODE_ITEMS,
    subject: "request_no",
    reads_sealed: false,
    row: code_request,
};

static CODE_ITEMS: [Item; 3] = [
    Item::new("request_no", "要求番号", ItemType::Code),
    Item::new("requested_on", "要求年月日", ItemType::Date),
    Item::new("wanted", "要求件数", ItemType::Number),
];

fn code_request(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<CodeRequest>()?.record;
    row.push(&one.request_no);
    row.push_display(&one.requested_on);
    row.push_display(&one.wanted);
    Ok(Fate::Row)
}

/// 住登外者 of the addressee system. A resident or a corporation among the rows is nobody to keep.
pub(crate) const NON_RESIDENTS: Intake = Intake {
    id: "resident-register/non-residents",
    title: "住登外者（宛名）",
    needs: &["addressee_no", "class", "name", "birth_date"],
    apply: apply_non_residents,
};

/// 住民区分 of 住登外.
const NON_RESIDENT_KIND: &str = "2";

/// Source: 共通機能標準仕様書 031 (numbers of residents and of 住登外者 never collide; a former resident keeps the number).
fn apply_non_residents(view: &dyn View, batch: &Batch<'_>, _context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    for row in batch.rows {
        let no = row.text("addressee_no").to_owned();
        let mut refuse = |item: &str, message: String| {
            applied.refused.push(RefusedRow { subject: no.clone(), item: item.to_owned(), message });
        };
        let Ok(addressee_no) = AddresseeNo::parse(&no) else {
            refuse("addressee_no", "宛名番号が正しくありません。".to_owned());
            continue;
        };
        let held = view.load::<NonResident>(addressee_no.as_str())?;
        if row.text("class") != NON_RESIDENT_KIND {
            // Who was one and is one no more.
            if let Some(held) = held {
                applied.writes.push(Write::close(&crate::records::NON_RESIDENT, no, held.version));
            }
            continue;
        }
        let birth = row.text("birth_date");
        // Whose birth nobody knows cannot be told from a namesake.
        if birth.is_empty() {
            continue;
        }
        let Ok(birth_date) = birth.parse::<RegisterDate>() else {
            refuse("birth_date", format!("生年月日「{birth}」が読めません。"));
            continue;
        };
        let one = NonResident {
            addressee_no,
            name: row.text("name").to_owned(),
            birth_date,
            sex: Sex::from_code(row.text("sex")),
        };
        if let Some(person) = view.load::<Person>(addressee_no.as_str())?.map(|held| held.record) {
            let same = person.birth_date.sort_key() == birth_date.sort_key()
                && fold_text(&person.name) == fold_text(&one.name);
            if !same {
                refuse(
                    "addressee_no",
                    format!(
                        "E041 宛名番号{addressee_no}は、別の人（{}さん、{}）の番号です。宛名の担当に、住登外者へ新しい番号を付けるよう伝えてください。",
                        person.called(),
                        person.resident_status.label()
                    ),
                );
                continue;
            }
        }
        if held.as_ref().is_none_or(|held| held.record != one) {
            applied.writes.push(Write::put(&one, held.map(|held| held.version))?);
        }
    }
    Ok(applied)
}
