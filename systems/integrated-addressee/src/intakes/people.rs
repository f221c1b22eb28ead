//! People: 基幹宛名情報 of the register of residents, and 住登外者 of 宛名.

use domain::{AddresseeNo, RegisterDate, ResidentStatus, Sex};
use register::{Fault, Versioned, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::desk::Desk;
use crate::flag::{self, REGISTER_TASK};
use crate::records::{Link, PENDING, Pending, Person};
use crate::rules::registrations;

/// 業務ID of 住登外者宛名番号管理, whose people come from 宛名.
const NON_RESIDENT_TASK: &str = "031";

/// 住民区分 of 住登外者.
const NON_RESIDENT_CLASS: &str = "2";

/// 基幹宛名情報 of the register of residents.
pub const RESIDENTS: Intake = Intake {
    id: "integrated-addressee/residents",
    title: "基幹宛名情報（団体内統合宛名）",
    needs: &["addressee_no", "history_no", "resident_status", "name", "carries_number"],
    apply: residents,
};

/// 宛名情報, of which 住登外者 are taken.
pub const NON_RESIDENTS: Intake = Intake {
    id: "integrated-addressee/non-residents",
    title: "住登外者の宛名情報（団体内統合宛名）",
    needs: &["addressee_no", "history_no", "class", "name"],
    apply: non_residents,
};

fn residents(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let (mut applied, mut desk) = (Applied::default(), Desk::new(view));
    for row in batch.rows {
        let status = ResidentStatus::from_code(row.text("resident_status"));
        let read = match status {
            None => Err(refusal(
                row,
                "resident_status",
                format!(
                    "住民状態「{}」はコード表にありません。送信元の記録を確かめてください。",
                    row.text("resident_status")
                ),
            )),
            Some(_) => read(row),
        };
        let facts = match read {
            Ok(facts) => Facts { status, task_id: REGISTER_TASK, ..facts },
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        if desk.get::<Link>(facts.addressee_no.as_str())?.is_some() {
            update(&mut desk, &facts, context)?;
        } else {
            applied.writes.extend(wait(view, &facts, row.text("carries_number") == "1", context)?);
        }
    }
    applied.writes.extend(desk.writes()?);
    Ok(applied)
}

/// A 住登外者 who was numbered is kept up to date; another one waits for a clerk, as no link tells whether there is a 個人番号 to ask for.
/// Somebody who became a resident, whose number was closed or merged into another, waits no more. One who was numbered and is closed is
/// represented by 宛名 no longer, and by whom nobody represents the server holds no number.
fn non_residents(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let (mut applied, mut desk) = (Applied::default(), Desk::new(view));
    for row in batch.rows {
        let is_one = row.text("class") == NON_RESIDENT_CLASS;
        let held = view.load::<Pending>(row.text("addressee_no"))?;
        if !is_one && held.as_ref().is_none_or(|held| held.record.non_resident_no.is_none()) {
            continue;
        }
        match read(row) {
            Err(refused) => applied.refused.push(refused),
            Ok(facts) if desk.get::<Link>(facts.addressee_no.as_str())?.is_some() => {
                if is_one && !row.text("departed_on").is_empty() {
                    close(&mut desk, &facts, !row.text("merged_into").is_empty(), context)?;
                } else {
                    update(&mut desk, &facts, context)?;
                }
            }
            Ok(facts) => {
                let waits =
                    is_one && row.text("departed_on").is_empty() && row.text("merged_into").is_empty();
                let protected = row.text("protected") == "1";
                applied.writes.extend(wait_non_resident(held, &facts, waits, protected, context)?);
            }
        }
    }
    applied.writes.extend(desk.writes()?);
    Ok(applied)
}

/// Somebody no link tells the 個人番号 of stands in the work list, without a name when the address is protected.
fn wait_non_resident(
    held: Option<Versioned<Pending>>,
    facts: &Facts,
    waits: bool,
    protected: bool,
    context: &Context<'_>,
) -> Result<Option<Write>, Fault> {
    let number = facts.addressee_no.as_str();
    let known = held.as_ref().and_then(|held| held.record.non_resident_no);
    if known.is_some_and(|known| facts.history_no <= known) {
        return Ok(None);
    }
    let Some(held) = held else {
        let pending = Pending {
            addressee_no: facts.addressee_no,
            history_no: None,
            non_resident_no: Some(facts.history_no),
            name: if protected { String::new() } else { facts.name.clone() },
            protected,
            told_on: context.today,
        };
        return if waits { Ok(Some(Write::put(&pending, None)?)) } else { Ok(None) };
    };
    if !waits && held.record.history_no.is_none() {
        return Ok(Some(Write::close(&PENDING, number, held.version)));
    }
    let now = Pending {
        non_resident_no: waits.then_some(facts.history_no),
        name: if waits && !protected { facts.name.clone() } else { String::new() },
        protected: waits && protected,
        ..held.record
    };
    Ok(Some(Write::put(&now, Some(held.version))?))
}

/// What a row says of somebody.
struct Facts {
    addressee_no: AddresseeNo,
    history_no: u32,
    task_id: &'static str,
    status: Option<ResidentStatus>,
    name: String,
    name_kana: String,
    birth_date: Option<RegisterDate>,
    sex: Option<Sex>,
    address: String,
}

fn refusal(row: &Incoming<'_>, item: &str, message: String) -> RefusedRow {
    RefusedRow { subject: row.text("addressee_no").to_owned(), item: item.to_owned(), message }
}

fn read(row: &Incoming<'_>) -> Result<Facts, RefusedRow> {
    let addressee_no = AddresseeNo::parse(row.text("addressee_no"))
        .map_err(|error| refusal(row, "addressee_no", error.to_string()))?;
    let history_no = row.history_no().map_err(|message| refusal(row, "history_no", message))?;
    let birth_date = match row.text("birth_date") {
        "" => None,
        text => Some(text.parse::<RegisterDate>().map_err(|error| {
            let message =
                format!("生年月日「{text}」が読めません: {error}。送信元の記録を確かめてください。");
            refusal(row, "birth_date", message)
        })?),
    };
    Ok(Facts {
        addressee_no,
        history_no,
        task_id: NON_RESIDENT_TASK,
        status: None,
        name: row.text("name").to_owned(),
        name_kana: row.text("name_kana").to_owned(),
        birth_date,
        sex: Sex::from_code(row.text("sex")),
        address: row.text("address").to_owned(),
    })
}

/// A newer row of a number that is linked: 住民状態, and by the rule of the flag who represents the person. The integrated number and
/// the 個人番号 stay whatever a row says. Whose number was given before numbers were told to 中間サーバー is told of now.
fn update(desk: &mut Desk<'_>, facts: &Facts, context: &Context<'_>) -> Result<(), Fault> {
    let number = facts.addressee_no.as_str();
    let Some(link) = desk.get::<Link>(number)? else { return Ok(()) };
    if link.received.get(facts.task_id).is_some_and(|known| facts.history_no <= *known) {
        return Ok(());
    }
    let own = facts.status.or(link.status) == Some(ResidentStatus::Resident);
    let elsewhere = flag::is_resident_elsewhere(desk.view, link.integrated_no, number)?;
    // A record of the register that has ended says nothing of somebody who lives here under another number.
    let counts = match facts.status {
        Some(_) => flag::represents(facts.task_id, own) && (own || !elsewhere),
        None => flag::represents(facts.task_id, own || elsewhere),
    };
    let mut now = link.clone();
    now.status = facts.status.or(link.status);
    now.received.insert(facts.task_id.to_owned(), facts.history_no);
    let task = facts.task_id.to_owned();
    if flag::represents(facts.task_id, own || elsewhere) && !now.tasks.contains(&task) {
        now.tasks.push(task);
        now.tasks.sort_unstable();
    }
    desk.put(&now)?;
    registrations::register(desk, link.integrated_no, context.today)?;
    if counts && let Some(known) = desk.get::<Person>(link.integrated_no.as_str())? {
        let person = Person {
            name: facts.name.clone(),
            name_kana: facts.name_kana.clone(),
            birth_date: facts.birth_date,
            sex: facts.sex,
            address: facts.address.clone(),
            ..known
        };
        desk.put(&person)?;
    }
    Ok(())
}

/// 住登外者の住民化・削除 as 宛名 told it: its flag goes. A number that was merged into another still converts, as numbers are not rewritten.
///
/// Source: 共通機能標準仕様書 031 (住登外 → 住民, a deletion by each task), 032 (0320021, 0320003, 0320008).
fn close(desk: &mut Desk<'_>, facts: &Facts, merged: bool, context: &Context<'_>) -> Result<(), Fault> {
    let Some(link) = desk.get::<Link>(facts.addressee_no.as_str())? else { return Ok(()) };
    if link.received.get(facts.task_id).is_some_and(|known| facts.history_no <= *known) {
        return Ok(());
    }
    let mut now = link.clone();
    now.received.insert(facts.task_id.to_owned(), facts.history_no);
    now.tasks.retain(|task| task != facts.task_id);
    if now.tasks.is_empty() && !link.tasks.is_empty() && !merged {
        registrations::unlink(desk, link.addressee_no, link.integrated_no, context.today)?;
        return Ok(());
    }
    desk.put(&now)
}

/// Somebody who is not numbered yet stands in the work list as long as there is a 個人番号 to ask for.
fn wait(
    view: &dyn View,
    facts: &Facts,
    carries_number: bool,
    context: &Context<'_>,
) -> Result<Option<Write>, Fault> {
    let number = facts.addressee_no.as_str();
    let held = view.load::<Pending>(number)?;
    let known = held.as_ref().and_then(|held| held.record.history_no);
    if known.is_some_and(|known| facts.history_no <= known) {
        return Ok(None);
    }
    Ok(match (held, carries_number) {
        (None, false) => None,
        (Some(held), false) if held.record.non_resident_no.is_none() => {
            Some(Write::close(&PENDING, number, held.version))
        }
        // Who waits as a 住登外者 only waits on as one.
        (Some(held), false) if held.record.history_no.is_none() => None,
        (Some(held), false) => {
            Some(Write::put(&Pending { history_no: None, ..held.record }, Some(held.version))?)
        }
        (Some(held), true) => {
            let now = Pending { history_no: Some(facts.history_no), ..held.record };
            Some(Write::put(&now, Some(held.version))?)
        }
        (None, true) => {
            let pending = Pending {
                addressee_no: facts.addressee_no,
                history_no: Some(facts.history_no),
                non_resident_no: None,
                name: String::new(),
                protected: false,
                told_on: context.today,
            };
            Some(Write::put(&pending, None)?)
        }
    })
}
