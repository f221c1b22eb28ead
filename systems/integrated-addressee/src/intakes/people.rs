//! People: 基幹宛名情報 of the register of residents, and 住登外者 of 宛名.

use domain::{AddresseeNo, IndividualNumber, RegisterDate, ResidentStatus, Sex};
use register::{Fault, Versioned, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::desk::Desk;
use crate::flag::{self, REGISTER_TASK};
use crate::records::{Conflict, Link, PENDING, Pending, Person};
use crate::rules::numbering::{self, Change, Facts, Request};
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
        let told = match read {
            Ok(told) => Told { status, task_id: REGISTER_TASK, ..told },
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let number = match individual_number(row) {
            Ok(number) => number,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        if desk.get::<Link>(told.addressee_no.as_str())?.is_some() {
            if update(&mut desk, &told, context)?
                && let Some(number) = number
            {
                change(&mut desk, &told, number, context)?;
            }
        } else {
            meet(&mut desk, &told, (number, row.text("carries_number") == "1"), context)?;
        }
    }
    applied.writes.extend(desk.writes()?);
    Ok(applied)
}

/// Somebody the register told of who has no integrated number: numbered when the row has the 個人番号, which rows have that never lie
/// anywhere. Else, or when another person seems to have the 個人番号, a clerk sees to it.
///
/// Source: 共通機能標準仕様書 032 (0320001 to 0320004).
fn meet(
    desk: &mut Desk<'_>,
    told: &Told,
    (number, carries_number): (Option<IndividualNumber>, bool),
    context: &Context<'_>,
) -> Result<(), Fault> {
    let addressee_no = told.addressee_no;
    let held = desk.get::<Pending>(addressee_no.as_str())?;
    if held.and_then(|held| held.history_no).is_some_and(|known| told.history_no < known) {
        return Ok(());
    }
    let Some(individual_number) = number else {
        desk.close::<Conflict>(addressee_no.as_str())?;
        return wait(desk, told, carries_number, context);
    };
    let known = numbering::holder(desk, individual_number)?;
    let differs = known.as_ref().map_or_else(Vec::new, |known| told.facts.contradictions(known));
    if let Some(known) = known
        && !differs.is_empty()
    {
        numbering::contradict(desk, addressee_no, (known.integrated_no, differs), context.today)?;
        return wait(desk, told, true, context);
    }
    let (task_id, status, facts) = (told.task_id, told.status, &told.facts);
    let request = Request { individual_number, addressee_no, task_id, status, facts };
    numbering::number(desk, &request, context)?;
    if let Some(mut link) = desk.get::<Link>(addressee_no.as_str())? {
        link.received.insert(told.task_id.to_owned(), told.history_no);
        desk.put(&link)?;
    }
    Ok(())
}

/// The register may tell another 個人番号 of somebody than it told before.
fn change(
    desk: &mut Desk<'_>,
    told: &Told,
    individual_number: IndividualNumber,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let Some(link) = desk.get::<Link>(told.addressee_no.as_str())? else { return Ok(()) };
    if let Change::HeldBy(other) = numbering::change(desk, &link, individual_number)? {
        numbering::contradict(desk, told.addressee_no, (other, Vec::new()), context.today)?;
    }
    Ok(())
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
            Ok(told) if desk.get::<Link>(told.addressee_no.as_str())?.is_some() => {
                if is_one && !row.text("departed_on").is_empty() {
                    close(&mut desk, &told, !row.text("merged_into").is_empty(), context)?;
                } else {
                    update(&mut desk, &told, context)?;
                }
            }
            Ok(told) => {
                let waits =
                    is_one && row.text("departed_on").is_empty() && row.text("merged_into").is_empty();
                let protected = row.text("protected") == "1";
                applied.writes.extend(wait_non_resident(held, &told, waits, protected, context)?);
            }
        }
    }
    applied.writes.extend(desk.writes()?);
    Ok(applied)
}

/// Somebody no link tells the 個人番号 of stands in the work list, without a name when the address is protected.
fn wait_non_resident(
    held: Option<Versioned<Pending>>,
    told: &Told,
    waits: bool,
    protected: bool,
    context: &Context<'_>,
) -> Result<Option<Write>, Fault> {
    let number = told.addressee_no.as_str();
    let known = held.as_ref().and_then(|held| held.record.non_resident_no);
    if known.is_some_and(|known| told.history_no <= known) {
        return Ok(None);
    }
    let Some(held) = held else {
        let pending = Pending {
            addressee_no: told.addressee_no,
            history_no: None,
            non_resident_no: Some(told.history_no),
            name: if protected { String::new() } else { told.facts.name.clone() },
            protected,
            told_on: context.today,
        };
        return if waits { Ok(Some(Write::put(&pending, None)?)) } else { Ok(None) };
    };
    if !waits && held.record.history_no.is_none() {
        return Ok(Some(Write::close(&PENDING, number, held.version)));
    }
    let now = Pending {
        non_resident_no: waits.then_some(told.history_no),
        name: if waits && !protected { told.facts.name.clone() } else { String::new() },
        protected: waits && protected,
        ..held.record
    };
    Ok(Some(Write::put(&now, Some(held.version))?))
}

/// What a row says of somebody.
struct Told {
    addressee_no: AddresseeNo,
    history_no: u32,
    task_id: &'static str,
    status: Option<ResidentStatus>,
    facts: Facts,
}

fn refusal(row: &Incoming<'_>, item: &str, message: String) -> RefusedRow {
    RefusedRow { subject: row.text("addressee_no").to_owned(), item: item.to_owned(), message }
}

/// The 個人番号 of a row, if the sender has one; no refusal has its digits.
fn individual_number(row: &Incoming<'_>) -> Result<Option<IndividualNumber>, RefusedRow> {
    let text = row.text("individual_number");
    if text.is_empty() {
        return Ok(None);
    }
    let unreadable = |_| {
        let message =
            "個人番号が12桁の数字でないか、検査用数字が合いません。送信元の記録を確かめてください。";
        refusal(row, "individual_number", message.to_owned())
    };
    IndividualNumber::parse(text).map(Some).map_err(unreadable)
}

fn read(row: &Incoming<'_>) -> Result<Told, RefusedRow> {
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
    let facts = Facts {
        name: row.text("name").to_owned(),
        name_kana: row.text("name_kana").to_owned(),
        birth_date,
        sex: Sex::from_code(row.text("sex")),
        address: row.text("address").to_owned(),
    };
    Ok(Told { addressee_no, history_no, task_id: NON_RESIDENT_TASK, status: None, facts })
}

/// A newer row of a number that is linked: 住民状態, and by the rule of the flag who represents the person. The integrated number stays
/// whatever a row says. Whose number was given before numbers were told to 中間サーバー is told of now. Whether the row
/// is a newer one that represents the person.
fn update(desk: &mut Desk<'_>, told: &Told, context: &Context<'_>) -> Result<bool, Fault> {
    let number = told.addressee_no.as_str();
    let Some(link) = desk.get::<Link>(number)? else { return Ok(false) };
    if link.received.get(told.task_id).is_some_and(|known| told.history_no <= *known) {
        return Ok(false);
    }
    let own = told.status.or(link.status) == Some(ResidentStatus::Resident);
    let elsewhere = flag::is_resident_elsewhere(desk, link.integrated_no, number)?;
    // A record of the register that has ended says nothing of somebody who lives here under another number.
    let counts = match told.status {
        Some(_) => flag::represents(told.task_id, own) && (own || !elsewhere),
        None => flag::represents(told.task_id, own || elsewhere),
    };
    let mut now = link.clone();
    now.status = told.status.or(link.status);
    now.received.insert(told.task_id.to_owned(), told.history_no);
    let task = told.task_id.to_owned();
    if flag::represents(told.task_id, own || elsewhere) && !now.tasks.contains(&task) {
        now.tasks.push(task);
        now.tasks.sort_unstable();
    }
    desk.put(&now)?;
    registrations::register(desk, link.integrated_no, context.today)?;
    if counts && let Some(known) = desk.get::<Person>(link.integrated_no.as_str())? {
        desk.put(&told.facts.person(known.integrated_no, known.individual_number))?;
    }
    Ok(counts)
}

/// 住登外者の住民化・削除 as 宛名 told it: its flag goes. A number that was merged into another still converts, as numbers are not rewritten.
///
/// Source: 共通機能標準仕様書 031 (住登外 → 住民, a deletion by each task), 032 (0320021, 0320003, 0320008).
fn close(desk: &mut Desk<'_>, told: &Told, merged: bool, context: &Context<'_>) -> Result<(), Fault> {
    let Some(link) = desk.get::<Link>(told.addressee_no.as_str())? else { return Ok(()) };
    if link.received.get(told.task_id).is_some_and(|known| told.history_no <= *known) {
        return Ok(());
    }
    let mut now = link.clone();
    now.received.insert(told.task_id.to_owned(), told.history_no);
    now.tasks.retain(|task| task != told.task_id);
    if now.tasks.is_empty() && !link.tasks.is_empty() && !merged {
        registrations::unlink(desk, link.addressee_no, link.integrated_no, context.today)?;
        return Ok(());
    }
    desk.put(&now)
}

/// Somebody who is not numbered yet stands in the work list as long as there is a 個人番号 to ask for.
fn wait(desk: &mut Desk<'_>, told: &Told, carries_number: bool, context: &Context<'_>) -> Result<(), Fault> {
    let number = told.addressee_no.as_str();
    let held = desk.get::<Pending>(number)?;
    let known = held.as_ref().and_then(|held| held.history_no);
    if known.is_some_and(|known| told.history_no <= known) {
        return Ok(());
    }
    match (held, carries_number) {
        (None, false) => Ok(()),
        (Some(held), false) if held.non_resident_no.is_none() => desk.close::<Pending>(number),
        // Who waits as a 住登外者 only waits on as one.
        (Some(held), false) => desk.put(&Pending { history_no: None, ..held }),
        (Some(held), true) => desk.put(&Pending { history_no: Some(told.history_no), ..held }),
        (None, true) => desk.put(&Pending {
            addressee_no: told.addressee_no,
            history_no: Some(told.history_no),
            non_resident_no: None,
            name: String::new(),
            protected: false,
            told_on: context.today,
        }),
    }
}
