//! Reading everything: rows converted, sorted by person, gathered to households, checked. Nothing is written but work files.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::Context;
use domain::{Date, HouseholdNo};
use migration::{Admission, Converter, Fault, Note, Profile};
use resident_register::load::Serials;
use resident_register::migration as rules;
use resident_register::migration::HouseholdRow;
use resident_register::records::{Household, Person};
use system::{Finding, MigrationTable};
use tempfile::TempDir;

use super::source::{Line, Mapped, OldFile};
use super::spool::{Row, Sorted, Sorter};
use super::told::{At, Report};
use super::towns::Towns;
use crate::progress::say;
use crate::told::refused;

/// Digits of 宛名番号 and 世帯番号, by which rows are sorted.
pub(super) const NUMBER_BYTES: usize = 15;

/// Rows after which progress is told.
const PROGRESS_ROWS: u64 = 100_000;

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) rows: u64,
    pub(super) persons: u64,
    pub(super) residents: u64,
    pub(super) former: u64,
    pub(super) households: u64,
    pub(super) groups: u64,
    /// Persons who are left out when only the good are loaded.
    pub(super) left_persons: u64,
    /// Households that are left out.
    pub(super) left_households: u64,
    /// Rows of which nobody knows to whom they belong.
    pub(super) unplaced: u64,
}

/// What the old system's files hold.
pub(super) struct Survey<'m> {
    pub(super) files: Vec<OldFile<'m>>,
    pub(super) counts: Counts,
    pub(super) serials: Serials,
    /// By 宛名番号.
    pub(super) by_person: Sorted,
    /// Rows of households by 世帯番号.
    pub(super) by_household: Sorted,
    pub(super) profile: Profile,
    bad_persons: HashSet<String>,
    bad_households: HashSet<String>,
    _work: TempDir,
}

/// One person with all rows, as far as they can be read.
pub(super) struct Case {
    pub(super) rows: Vec<Row>,
    /// As many as rows unless something is wrong.
    pub(super) persons: Vec<Person>,
    pub(super) bad: bool,
    /// With the place of the row.
    findings: Vec<(usize, Finding)>,
}

/// A household, or persons of one number who live in none.
pub(super) struct Group {
    pub(super) household_no: String,
    row: Option<(Row, Option<HouseholdRow>)>,
    row_twice: bool,
    pub(super) residents: Vec<Case>,
    pub(super) former: Vec<Case>,
}

/// Where the items stand that rows are sorted by.
struct Places {
    addressee_no: Option<usize>,
    history_no: Option<usize>,
    household_no: Option<usize>,
    status: Option<usize>,
    prefecture: Option<usize>,
    municipality: Option<usize>,
    code: Option<usize>,
    number: Option<usize>,
}

impl Places {
    fn of(table: &MigrationTable) -> Self {
        Self {
            addressee_no: table.place("addressee_no"),
            history_no: table.place("history_no"),
            household_no: table.place("household_no"),
            status: table.place("resident_status"),
            prefecture: table.place("address_prefecture"),
            municipality: table.place("address_municipality"),
            code: table.place("resident_record_code"),
            number: table.place("individual_number"),
        }
    }

    /// A status that does not read may be a resident's.
    fn is_resident(&self, row: &Row) -> bool {
        !matches!(row.value(self.status), "2" | "3" | "9")
    }
}

fn is_number(text: &str) -> bool {
    text.len() == NUMBER_BYTES && text.bytes().all(|b| b.is_ascii_digit())
}

/// Reads everything and tells what is wrong.
pub(super) fn survey<'m>(
    mapped: &'m Mapped,
    work: &Path,
    today: Date,
    report: &mut Report,
) -> anyhow::Result<Survey<'m>> {
    let work = tempfile::Builder::new()
        .prefix("daicho-migrate-")
        .tempdir_in(work)
        .with_context(|| format!("{} に作業フォルダを作れません", work.display()))?;
    let files = mapped.files()?;
    let mapping = &mapped.mapping;
    let admission =
        Admission::new(mapping.policy, mapping.substitute, mapping.target.as_deref(), &mapped.tables)
            .map_err(|error| refused(format!("対応表の characters: {}", error.0)))?;
    let mut reading = Reading {
        places: Places::of(rules::person_table()),
        household_place: rules::household_table().place("household_no"),
        persons: Sorter::new(work.path(), "rows"),
        households: Sorter::new(work.path(), "households"),
        profile: Profile::new(rules::person_table()),
        towns: Towns::default(),
        counts: Counts::default(),
        report,
    };
    for (number, file) in (0..).zip(&files) {
        reading.file(number, file, &admission)?;
    }
    let Reading { places, persons, mut households, profile, towns, counts, report, .. } = reading;
    let by_person = persons.finish()?;
    let mut survey = Survey {
        files,
        counts,
        serials: Serials::default(),
        by_person,
        by_household: Sorted::empty(),
        profile,
        bad_persons: HashSet::new(),
        bad_households: HashSet::new(),
        _work: work,
    };
    survey.check_persons(&places, &mut households, (today, towns.home()), report)?;
    survey.by_household = households.finish()?;
    survey.check_households(report)?;
    for doubt in survey.profile.doubts(rules::person_table(), &|item| mapping.maps("person", item)) {
        let fault = Fault::alert(&doubt.item, doubt.rule, doubt.message, "対応表の列を確かめてください。");
        report.tell(&At { file: "対応表", line: 0, record: "" }.fault(&fault))?;
    }
    Ok(survey)
}

/// The first pass.
struct Reading<'r> {
    places: Places,
    household_place: Option<usize>,
    persons: Sorter,
    households: Sorter,
    profile: Profile,
    towns: Towns,
    counts: Counts,
    report: &'r mut Report,
}

impl Reading<'_> {
    fn file(&mut self, number: u32, file: &OldFile<'_>, admission: &Admission) -> anyhow::Result<()> {
        let is_person = file.source.table == rules::person_table().id;
        let table = if is_person { rules::person_table() } else { rules::household_table() };
        let converter = Converter::new(file.source, table, &file.columns, admission).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(|error| format!("対応表 {error}")).collect();
            refused(lines.join("\n"))
        })?;
        file.read(|line| self.line(number, file, table, &converter, line))
    }

    fn line(
        &mut self,
        number: u32,
        file: &OldFile<'_>,
        table: &MigrationTable,
        converter: &Converter<'_>,
        line: &Line<'_>,
    ) -> anyhow::Result<()> {
        let at = At { file: &file.name, line: line.line, record: "" };
        let cells = match &line.cells {
            Ok(cells) => cells,
            Err(what) => {
                self.counts.unplaced += 1;
                let fault = Fault::error(
                    "",
                    "E174",
                    format!("行が読めません（{what}）。"),
                    "区切り・引用符・文字コードを確かめて、移行元を直してください。",
                );
                return self.report.tell(&at.fault(&fault));
            }
        };
        self.counts.rows += 1;
        if self.counts.rows.is_multiple_of(PROGRESS_ROWS) {
            say(&format!("{}行を読みました", self.counts.rows));
        }
        let converted = converter.convert(cells);
        let row = Row {
            file: number,
            line: line.line,
            offset: line.offset,
            bytes: line.bytes,
            broken: converted.faults.iter().any(|fault| fault.stops),
            values: converted.values,
        };
        let is_person = table.id == rules::person_table().id;
        let key_place = if is_person { self.places.addressee_no } else { self.household_place };
        let key = row.value(key_place).to_owned();
        let at = At { record: &key, ..at };
        for fault in &converted.faults {
            self.report.tell(&at.fault(fault))?;
        }
        for note in &converted.notes {
            self.report.note(at, note)?;
        }
        for event in line.events.iter().filter(|event| event.event.done != moji::Done::Kept) {
            let note = Note {
                item: file.column(event).to_owned(),
                done: event.event.done.label().to_owned(),
                from: event.event.from.exactly(),
                to: event.event.to.exactly(),
            };
            self.report.note(at, &note)?;
        }
        if !is_number(&key) {
            self.counts.unplaced += 1;
            let title = if is_person { "宛名番号" } else { "世帯番号" };
            let fault = Fault::error(
                title,
                "D078",
                format!("{title}「{key}」が15桁の数字でないので、だれの行か分かりません。"),
                "短い番号は対応表で pad = 15 とすると、左に0を補います。数字でない番号は持てません。",
            );
            return self.report.tell(&at.fault(&fault));
        }
        let mut payload = Vec::with_capacity(1024);
        row.encode(&mut payload);
        if is_person {
            self.profile.look(table, &row.values);
            if self.places.is_resident(&row) {
                self.towns.count(row.value(self.places.prefecture), row.value(self.places.municipality));
            }
            let history = format!("{key}{:0>10}", row.value(self.places.history_no));
            self.persons.push(history.as_bytes(), &payload)
        } else {
            self.households.push(format!("{key}0").as_bytes(), &payload)
        }
    }
}

impl Case {
    /// Reads the rows of one person as records of the register.
    pub(super) fn of(rows: Vec<Row>) -> Self {
        let mut case =
            Self { persons: Vec::with_capacity(rows.len()), bad: false, findings: Vec::new(), rows };
        for (at, row) in case.rows.iter().enumerate() {
            if row.broken {
                case.bad = true;
                continue;
            }
            match rules::person(&row.values) {
                Ok(person) => case.persons.push(person),
                Err(findings) => {
                    case.bad = true;
                    case.findings.extend(findings.into_iter().map(|finding| (at, finding)));
                }
            }
        }
        if !case.bad {
            let newest = case.rows.len().saturating_sub(1);
            let findings = rules::settle(&mut case.persons);
            case.bad = findings.iter().any(Finding::stops);
            case.findings.extend(findings.into_iter().map(|finding| (newest, finding)));
        }
        case
    }

    /// Adds what the rules of rows say.
    fn check(&mut self, today: Date, home: Option<&(String, String)>) {
        if self.persons.len() != self.rows.len() {
            return;
        }
        let newest = self.persons.len().saturating_sub(1);
        for (at, person) in self.persons.iter().enumerate() {
            let mut found = rules::check(person, at == newest, today);
            if at == newest {
                found.extend(home.and_then(|home| rules::outside(person, home)));
            }
            for finding in found {
                self.bad |= finding.stops();
                self.findings.push((at, finding));
            }
        }
    }

    pub(super) fn newest(&self) -> Option<&Row> {
        self.rows.last()
    }
}

impl Survey<'_> {
    fn at<'a>(&'a self, row: &Row, record: &'a str) -> At<'a> {
        let file = usize::try_from(row.file).ok().and_then(|at| self.files.get(at));
        At { file: file.map_or("", |file| file.name.as_str()), line: row.line, record }
    }

    /// The second pass: every person once, in the order of 宛名番号.
    fn check_persons(
        &mut self,
        places: &Places,
        households: &mut Sorter,
        (today, home): (Date, Option<(String, String)>),
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let (mut codes, mut numbers) = (Owners::default(), Owners::default());
        let mut groups = self.by_person.groups(NUMBER_BYTES)?;
        let mut payload = Vec::new();
        while let Some(group) = groups.next()? {
            let rows = decode(&group)?;
            let mut case = Case::of(rows);
            case.check(today, home.as_ref());
            let Some(newest) = case.newest() else { continue };
            let key = newest.value(places.addressee_no).to_owned();
            let household = newest.value(places.household_no).to_owned();
            let resident = places.is_resident(newest);
            self.counts.persons += 1;
            if resident {
                self.counts.residents += 1;
            } else {
                self.counts.former += 1;
            }
            for person in &case.persons {
                self.serials.addressee_no = self.serials.addressee_no.max(person.addressee_no.serial());
                self.serials.household_no = self.serials.household_no.max(person.household_no.serial());
            }
            for (at, finding) in &case.findings {
                if let Some(row) = case.rows.get(*at) {
                    report.tell(&self.at(row, &key).finding(finding))?;
                }
            }
            let mut twice = |owners: &mut Owners, place, rule, item: &str| -> anyhow::Result<bool> {
                let Some(other) = owners.take(newest.value(place), &key) else { return Ok(false) };
                let fault = Fault::error(
                    item,
                    rule,
                    format!("{item}が、宛名番号{other}の人と同じです。"),
                    "どちらの番号が正しいか確かめ、移行元を直してください。",
                );
                report.tell(&self.at(newest, &key).fault(&fault))?;
                self.bad_persons.insert(other);
                Ok(true)
            };
            let mut doubled = twice(&mut codes, places.code, "E032", "住民票コード")?;
            if resident {
                doubled |= twice(&mut numbers, places.number, "E038", "個人番号")?;
            }
            if case.bad || doubled {
                self.bad_persons.insert(key.clone());
            }
            if !is_number(&household) {
                self.counts.unplaced += 1;
                let fault = Fault::error(
                    "世帯番号",
                    "D078",
                    format!("世帯番号「{household}」が15桁の数字でないので、どの世帯か分かりません。"),
                    "短い番号は対応表で pad = 15 とすると、左に0を補います。数字でない番号は持てません。",
                );
                report.tell(&self.at(newest, &key).fault(&fault))?;
                continue;
            }
            payload.clear();
            for row in &case.rows {
                row.encode(&mut payload);
            }
            let kind = if resident { '1' } else { '2' };
            households.push(format!("{household}{kind}{key}").as_bytes(), &payload)?;
        }
        Ok(())
    }

    /// The third pass: every household once, in the order of 世帯番号.
    fn check_households(&mut self, report: &mut Report) -> anyhow::Result<()> {
        let mut groups = self.by_household.groups(NUMBER_BYTES)?;
        let (mut counts, mut bad_households) = (self.counts, HashSet::new());
        let mapped = self.files.iter().any(|file| file.source.table == rules::household_table().id);
        while let Some(records) = groups.next()? {
            let mut group = Group::of(&records)?;
            counts.groups += 1;
            let place = group.place().cloned().unwrap_or_default();
            let no = group.household_no.clone();
            let at = self.at(&place, &no);
            let mut bad = group.row_is_bad();
            if group.row_twice {
                let fault = Fault::error(
                    "世帯番号",
                    "D071",
                    "同じ世帯番号の行が、世帯の表に二つ以上あります。",
                    "どちらが正しいか確かめ、移行元を一行にしてください。",
                );
                report.tell(&at.fault(&fault))?;
            }
            if let Some((row, None)) = &group.row
                && !row.broken
                && let Err(findings) = rules::household_row(&row.values)
            {
                for finding in findings {
                    report.tell(&self.at(row, &no).finding(&finding))?;
                }
            }
            if !group.residents.is_empty() {
                counts.households += 1;
                if mapped && group.row.is_none() {
                    let fault = Fault::alert(
                        "世帯番号",
                        "D073",
                        "世帯の表に、この世帯がありません。",
                        "住民の行から世帯を作ります。世帯の表を確かめてください。",
                    );
                    report.tell(&at.fault(&fault))?;
                }
                let bad_member = group.residents.iter().find(|case| self.is_bad(case));
                if let Some(member) = bad_member {
                    bad = true;
                    let member = member.newest().map(|row| row.value(Some(0)).to_owned()).unwrap_or_default();
                    let fault = Fault::alert(
                        "世帯番号",
                        "D074",
                        format!("世帯員{member}にエラーがあるので、--only-good でもこの世帯は載せません。"),
                        "エラーを直してください。",
                    );
                    report.tell(&at.fault(&fault))?;
                } else if let Some((_, findings)) = group.gather() {
                    for finding in &findings {
                        bad |= finding.stops();
                        report.tell(&at.finding(finding))?;
                    }
                }
            } else if group.row.is_some() {
                let fault = Fault::alert(
                    "世帯番号",
                    "D073",
                    "世帯の表にありますが、住民がいないので載せません。",
                    "消えた世帯なら、そのままでかまいません。",
                );
                report.tell(&at.fault(&fault))?;
            }
            if bad && !group.residents.is_empty() {
                counts.left_households += 1;
                counts.left_persons += u64::try_from(group.residents.len())?;
                bad_households.insert(no);
            }
            let former = group.former.iter().filter(|case| self.is_bad(case)).count();
            counts.left_persons += u64::try_from(former)?;
        }
        self.counts = counts;
        self.bad_households = bad_households;
        Ok(())
    }

    fn is_bad(&self, case: &Case) -> bool {
        case.newest().is_some_and(|row| self.bad_persons.contains(row.value(Some(0))))
    }

    /// Takes a group apart into what is loaded and the rows that are left out.
    pub(super) fn settle(&self, mut group: Group) -> Settled {
        let mut settled = Settled::default();
        if self.bad_households.contains(&group.household_no) {
            for case in group.residents.drain(..) {
                settled.left_persons += 1;
                settled.left_rows.extend(case.rows);
            }
            settled.left_rows.extend(group.row.take().map(|(row, _)| row));
        } else {
            settled.household = group.gather().map(|(household, _)| household);
            settled.persons.extend(group.residents.drain(..).map(|case| case.persons));
        }
        for case in group.former.drain(..) {
            if self.is_bad(&case) {
                settled.left_persons += 1;
                settled.left_rows.extend(case.rows);
            } else {
                settled.persons.push(case.persons);
            }
        }
        settled
    }
}

/// What becomes of a group.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) household: Option<Household>,
    pub(super) persons: Vec<Vec<Person>>,
    pub(super) left_persons: u64,
    pub(super) left_rows: Vec<Row>,
}

impl Group {
    pub(super) fn of(records: &[(Vec<u8>, Vec<u8>)]) -> anyhow::Result<Self> {
        let key = records.first().map(|(key, _)| key.as_slice()).unwrap_or_default();
        let number = key.get(..NUMBER_BYTES).unwrap_or_default();
        let mut group = Self {
            household_no: String::from_utf8_lossy(number).into_owned(),
            row: None,
            row_twice: false,
            residents: Vec::new(),
            former: Vec::new(),
        };
        for (key, payload) in records {
            let mut input = payload.as_slice();
            match key.get(NUMBER_BYTES) {
                Some(b'0') => {
                    let row = Row::decode(&mut input)?;
                    let read = if row.broken { None } else { rules::household_row(&row.values).ok() };
                    // Of two rows for one household neither can be believed.
                    group.row_twice |= group.row.is_some();
                    group.row = Some((row, read.filter(|_| !group.row_twice)));
                }
                kind => {
                    let mut rows = Vec::new();
                    while !input.is_empty() {
                        rows.push(Row::decode(&mut input)?);
                    }
                    let case = Case::of(rows);
                    if kind == Some(&b'1') { group.residents.push(case) } else { group.former.push(case) }
                }
            }
        }
        Ok(group)
    }

    /// A row to tell findings of the household at.
    fn place(&self) -> Option<&Row> {
        self.row
            .as_ref()
            .map(|(row, _)| row)
            .or_else(|| self.residents.iter().chain(&self.former).find_map(Case::newest))
    }

    fn row_is_bad(&self) -> bool {
        matches!(self.row, Some((_, None)))
    }

    /// The household of the residents, who get what follows from it.
    fn gather(&mut self) -> Option<(Household, Vec<Finding>)> {
        let no = HouseholdNo::parse(&self.household_no).ok()?;
        let row = self.row.as_ref().and_then(|(_, row)| row.as_ref());
        let mut members: Vec<&mut Person> =
            self.residents.iter_mut().filter_map(|case| case.persons.last_mut()).collect();
        if members.is_empty() {
            return None;
        }
        Some(rules::gather(no, row, &mut members))
    }
}

pub(super) fn decode(group: &[(Vec<u8>, Vec<u8>)]) -> anyhow::Result<Vec<Row>> {
    group.iter().map(|(_, payload)| Row::decode(&mut payload.as_slice())).collect()
}

/// Who has which number; 24 bytes for each.
#[derive(Default)]
struct Owners(HashMap<u64, u64>);

impl Owners {
    /// Gives a number to somebody; who had it before, if somebody had.
    fn take(&mut self, number: &str, owner: &str) -> Option<String> {
        let (Ok(number), Ok(owner)) = (number.parse(), owner.parse()) else { return None };
        self.0.insert(number, owner).map(|other| format!("{other:0>width$}", width = NUMBER_BYTES))
    }
}
