//! Lines of the association's files (軽自動車協会データ): how they are laid out, and what a line does.
//!
//! The first line of a file is `H`, fiscal year, number of the file, number of lines; each further line has the items of
//! [`ITEMS`], parted by tabs. A line that does not fit changes nothing and says why; nothing is guessed.

use domain::{Date, EraDate, FiscalYear, RegisterDate, wareki};
use register::{Fault, ViewExt};
use system::{Finding, Incoming};

use crate::codes::List;
use crate::desk::Desk;
use crate::facts::{self, Facts};
use crate::functions::register::registered;
use crate::functions::{change, scrap};
use crate::records::{Addressee, Source, spelled};
use crate::rules::{Fuel, Use, rates};

/// The items of a line, in order; also the items of a row of the intake.
pub(crate) const ITEMS: [&str; 22] = [
    "line_kind",
    "event_on",
    "event_reason",
    "plate_area",
    "plate_class",
    "plate_kana",
    "plate_number",
    "chassis",
    "kind",
    "use",
    "fuel",
    "first_inspected",
    "displacement_cc",
    "output_w",
    "model",
    "place_kept",
    "owner_no",
    "user_no",
    "reserved",
    "owner_name",
    "owner_address",
    "old_plate",
];

/// Items a line has at least, up to the chassis; blank ones at its end may be missing, as they are when it was pasted.
const LEAST: usize = 8;

/// What a line does (異動区分).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// 1 新規.
    New,
    /// 2 変更.
    Change,
    /// 3 廃車.
    Scrap,
}

impl LineKind {
    /// The kind of a line's first item.
    pub(crate) fn of(line: &str) -> Option<Self> {
        match spelled(line.split('\t').next().unwrap_or_default()).as_str() {
            "1" => Some(LineKind::New),
            "2" => Some(LineKind::Change),
            "3" => Some(LineKind::Scrap),
            _ => None,
        }
    }
}

/// A row of the intake as a line.
pub(crate) fn line_of(row: &Incoming<'_>) -> String {
    // A tab or a line end inside a value would shift the items behind it.
    let value = |item: &&str| row.text(item).replace(['\t', '\n', '\r'], " ");
    ITEMS.iter().map(value).collect::<Vec<_>>().join("\t")
}

/// Reads an item of a line.
fn item<'a>(cells: &[&'a str], name: &str) -> &'a str {
    let place = ITEMS.iter().position(|item| *item == name);
    place.and_then(|place| cells.get(place).copied()).unwrap_or_default().trim()
}

/// The head of a file (見出し行).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) fiscal_year: i16,
    pub(crate) file_no: String,
    pub(crate) count: usize,
}

impl Head {
    /// Reads the first line; none when it is no head.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let [mark, year, file_no, count] = cells.as_slice() else { return None };
        let file_no = spelled(file_no);
        if spelled(mark) != "H" || file_no.is_empty() {
            return None;
        }
        Some(Self { fiscal_year: spelled(year).parse().ok()?, file_no, count: spelled(count).parse().ok()? })
    }
}

/// A print of lines that is the same for the same lines (FNV-1a of 64 bits): tells a file that comes under another number.
pub(crate) fn fingerprint<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for line in lines {
        for byte in line.bytes().chain(std::iter::once(b'\n')) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

fn day(text: &str) -> Option<Date> {
    let text = spelled(text);
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let (year, rest) = text.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        return format!("{year}-{month}-{day}").parse().ok();
    }
    // A day behind the end of its era, such as 平成32年5月31日, is a slip in one of the two.
    let past = EraDate::parse(&text).is_ok_and(EraDate::is_past_end);
    RegisterDate::parse_input(&text).ok()?.known().filter(|_| !past)
}

/// What a person says of a line that is held, where the line is blank or wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// Facts that stand in place of the line's.
    pub(crate) facts: Facts,
    /// The day in place of the line's.
    pub(crate) event_on: Option<Date>,
    /// Whether the person has compared name and number of the owner.
    pub(crate) compared: bool,
}

/// Does what a line says: the number of the vehicle it changes. None when something is against it, which stands in the
/// findings of the desk: LVT06, LVT09 to LVT12, LVT28, LVT40, LVT41, and what holds of every vehicle.
pub(crate) fn apply(
    desk: &mut Desk<'_>,
    line: &str,
    fiscal_year: i16,
    said: &Said,
) -> Result<Option<String>, Fault> {
    decide(desk, line, fiscal_year, said, |desk| desk.findings.is_empty())
}

/// The same where a person stands by: what may be confirmed does not hold the line.
pub(crate) fn apply_confirmed(
    desk: &mut Desk<'_>,
    line: &str,
    fiscal_year: i16,
    said: &Said,
) -> Result<Option<String>, Fault> {
    decide(desk, line, fiscal_year, said, |desk| !desk.stopped())
}

fn decide(
    desk: &mut Desk<'_>,
    line: &str,
    fiscal_year: i16,
    said: &Said,
    goes: fn(&Desk<'_>) -> bool,
) -> Result<Option<String>, Fault> {
    let cells: Vec<&str> = line.split('\t').collect();
    let Some(kind) = LineKind::of(line).filter(|_| LEAST <= cells.len() && cells.len() <= ITEMS.len()) else {
        let why =
            format!("項目が{LEAST}個から{}個までで、区分が1、2、3のどれかの行ではありません。", ITEMS.len());
        desk.error("LVT28", "line_kind", "取込明細", why, "行を破棄し、協会に確かめてください。");
        return Ok(None);
    };
    let on = said.event_on.or_else(|| day(item(&cells, "event_on")));
    let Some(on) = on else {
        let why = format!("異動年月日「{}」が、暦の日付として読めません。", item(&cells, "event_on"));
        desk.error("LVT28", "event_on", "異動年月日", why, "異動年月日を確かめて入力してください。");
        return Ok(None);
    };
    if FiscalYear::of(on).0 != fiscal_year {
        let why = format!("異動年月日{}が、ファイルの年度{fiscal_year}の日ではありません。", wareki(on));
        desk.error("LVT11", "event_on", "異動年月日", why, "異動年月日とファイルの年度を確かめてください。");
    }
    let facts = facts_of(desk, &cells, said);
    compare_owner(desk, &cells, &facts, said)?;
    let reason = reason_of(desk, kind, item(&cells, "event_reason"));
    if kind == LineKind::New {
        let Some(vehicle) = registered(desk, &facts, on, reason, Source::Association)? else {
            return Ok(None);
        };
        let no = vehicle.vehicle_no.clone();
        if goes(desk) {
            desk.put_vehicle(vehicle, None, on)?;
            return Ok(Some(no));
        }
        return Ok(None);
    }
    let plate = match (spelled(item(&cells, "old_plate")), facts.plate()) {
        (old, _) if !old.is_empty() => old,
        (_, Some(plate)) => plate.key(),
        (_, None) => String::new(),
    };
    let Some((vehicle, version)) = desk.by_plate(&plate, "old_plate")? else { return Ok(None) };
    let chassis = spelled(item(&cells, "chassis"));
    if said.facts.chassis.is_empty() && chassis != vehicle.chassis {
        let why = format!(
            "車台番号「{chassis}」が、標識番号「{plate}」の車両のもの（{}）と違います。",
            vehicle.chassis
        );
        desk.error(
            "LVT41",
            "chassis",
            "車台番号",
            why,
            "車両を確かめてください。車台が変わったなら、新しい車台番号を入力してください。",
        );
        return Ok(None);
    }
    let next = if kind == LineKind::Scrap {
        scrap::scrapped(desk, &vehicle, on, reason, "")?
    } else {
        let change = change::Change { on, reason, not_exempt: false, mistake: false };
        change::changed(desk, &vehicle, &facts, &change)?
    };
    let Some(next) = next.filter(|_| goes(desk)) else { return Ok(None) };
    let no = next.vehicle_no.clone();
    desk.put_vehicle(next, version, on)?;
    Ok(Some(no))
}

/// The line's facts, and what a person said in their place.
fn facts_of(desk: &mut Desk<'_>, cells: &[&str], said: &Said) -> Facts {
    let text = |name: &str| item(cells, name).to_owned();
    let or = |own: &String, name: &str| if own.is_empty() { text(name) } else { own.clone() };
    let own = &said.facts;
    let number = |desk: &mut Desk<'_>, name: &str, title: &str| {
        let given = spelled(item(cells, name));
        let read = domain::AddresseeNo::parse(&given).ok();
        if read.is_none() && !given.is_empty() {
            let why = format!("{title}「{given}」が宛名番号として読めません。");
            desk.error("LVT06", name, title, why, "宛名番号を確かめて入力してください。");
        }
        read
    };
    let owner_no = own.owner_no.or_else(|| number(desk, "owner_no", "所有者の宛名番号"));
    let user_no = own.user_no.or_else(|| number(desk, "user_no", "使用者の宛名番号"));
    let kind = or(&own.kind, "kind");
    let known = rates().is_ok_and(|rates| rates.kinds().iter().any(|(code, _)| *code == kind));
    let coded = [
        ("kind", "車種", kind.as_str(), known),
        ("use", "用途", item(cells, "use"), Use::from_code(item(cells, "use")).is_some()),
        ("fuel", "燃料", item(cells, "fuel"), Fuel::from_code(item(cells, "fuel")).is_some()),
    ];
    for (name, title, code, reads) in coded {
        if !code.is_empty() && !reads {
            let why = format!("{title}「{code}」はコード表にありません。");
            desk.error("LVT28", name, title, why, "コードを確かめて入力してください。");
        }
    }
    for (name, title) in [("displacement_cc", "総排気量"), ("output_w", "定格出力")] {
        let given = spelled(item(cells, name));
        if !given.is_empty() && given.parse::<u32>().is_err() {
            let why = format!("{title}「{given}」が0以上の整数ではありません。");
            desk.error("LVT28", name, title, why, "値を確かめて入力してください。");
        }
    }
    Facts {
        plate_area: or(&own.plate_area, "plate_area"),
        plate_class: or(&own.plate_class, "plate_class"),
        plate_kana: or(&own.plate_kana, "plate_kana"),
        plate_number: or(&own.plate_number, "plate_number"),
        chassis: or(&own.chassis, "chassis"),
        kind,
        r#use: own.r#use.or_else(|| Use::from_code(item(cells, "use"))),
        fuel: own.fuel.or_else(|| Fuel::from_code(item(cells, "fuel"))),
        first_inspected: or(&own.first_inspected, "first_inspected"),
        green: own.green.clone(),
        displacement_cc: spelled(&or(&own.displacement_cc, "displacement_cc")),
        output_w: spelled(&or(&own.output_w, "output_w")),
        model: or(&own.model, "model"),
        place_kept: or(&own.place_kept, "place_kept"),
        owner_no,
        user_no,
        reserved: own.reserved || item(cells, "reserved") == "1",
        ..Facts::default()
    }
}

/// LVT40: the owner's name on the line is not the name of the number. A person compares.
fn compare_owner(desk: &mut Desk<'_>, cells: &[&str], facts: &Facts, said: &Said) -> Result<(), Fault> {
    let name = item(cells, "owner_name");
    let (Some(owner_no), false) = (facts.owner_no, name.is_empty() || said.compared) else { return Ok(()) };
    let Some(person) = desk.view.load::<Addressee>(owner_no.as_str())? else { return Ok(()) };
    let folded = |name: &str| domain::fold_name(name).replace([' ', '\u{3000}'], "");
    if folded(&person.record.name) != folded(name) {
        desk.error(
            "LVT40",
            "owner_no",
            "所有者",
            format!("明細の所有者「{name}」と、宛名番号{owner_no}の氏名が違います。"),
            "氏名と住所を比べ、正しい宛名番号を入力してください。",
        );
    }
    Ok(())
}

/// The reason of a line; the last of its list (その他) when it is blank, LVT28 when the list has no such code.
fn reason_of<'a>(desk: &mut Desk<'_>, kind: LineKind, code: &'a str) -> &'a str {
    let (list, other) = match kind {
        LineKind::New => (List::Registrations, "09"),
        LineKind::Change => (List::Changes, "19"),
        LineKind::Scrap => (List::Scrappings, "29"),
    };
    if code.is_empty() {
        return other;
    }
    if !list.has(code) {
        let why = format!("異動事由「{code}」はコード表にありません。");
        desk.error("LVT28", "event_reason", "異動事由", why, "コードを確かめてください。");
    }
    code
}

/// The first rule of the findings of a line, and of each finding what is so and what to do, in one sentence each.
pub(crate) fn why(findings: &[Finding]) -> (String, String, String) {
    let code = findings.first().map(|finding| finding.code.clone()).unwrap_or_default();
    let joined = |of: fn(&Finding) -> &str| findings.iter().map(of).collect::<Vec<_>>().join(" ");
    (code, joined(|finding| &finding.message), joined(|finding| &finding.remedy))
}

/// What a person may say of a held line.
pub(crate) fn said_fields() -> Vec<system::Field> {
    let mut fields = facts::holder_fields(false);
    fields.extend(facts::plate_fields(false));
    fields.extend(facts::fact_fields(false));
    fields
}
