//! The desk: what a movement reads and what it is going to write, side by side.
//!
//! A movement's rules work on the desk as if they changed the register; nothing is written. 仮登録 takes only the findings
//! from it, 本登録 the writes as well, so both decide by the same code.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{AddresseeNo, HouseholdNo, MovementReason, RegisterDate, ResidentRecordCode};
use register::{Fault, Record, View, ViewExt, Write};
use system::{Context, Finding};

use crate::records::{
    Basis, CODE_SLOT, CodeSlot, Counter, HistoryEntry, Hold, Household, NonResident, OutboundNotice, Person,
    ProtectedPerson, ReadVersion, SupportMeasure,
};
use crate::rules::outbound::Circumstance;
use crate::rules::{stop, tell, town_tables};

/// A record on the desk: as read, and as it is going to be.
struct Sheet<R> {
    read: Option<(R, u32)>,
    /// A row that ends one record of a person before `next` opens another (改製, 帰化 …).
    ending: Option<R>,
    next: Option<R>,
}

/// What every row of one movement has in common.
#[derive(Clone, Debug)]
pub(crate) struct Movement {
    pub(crate) reason: MovementReason,
    pub(crate) event_date: Option<RegisterDate>,
    pub(crate) notified_on: Option<domain::Date>,
    pub(crate) basis: Basis,
    /// 統合記載欄 B 留意事項.
    pub(crate) note: String,
}

/// Where a movement was entered, and under which number it was notified (入力場所・入力端末・届出番号).
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) notification_no: String,
    pub(crate) place: String,
    pub(crate) terminal: String,
}

pub(crate) struct Desk<'a> {
    pub(crate) view: &'a dyn View,
    pub(crate) context: &'a Context<'a>,
    pub(crate) findings: Vec<Finding>,
    /// One line that tells the movement.
    pub(crate) summary: String,
    /// 異動者 who already have a number.
    pub(crate) targets: Vec<AddresseeNo>,
    pub(crate) reason: Option<MovementReason>,
    pub(crate) effective_on: Option<domain::Date>,
    /// The 仮登録 that is being made final: its own holds do not stand in its way.
    pub(crate) own_provisional: Option<String>,
    /// What every row of the movement states of its entry.
    pub(crate) entry: Entry,
    /// Writes of other records that belong to the movement.
    pub(crate) besides: Vec<Write>,
    /// The function whose notices are made.
    pub(crate) function: &'static str,
    /// What the notices of the movement (送信通知) go by beside its rows.
    pub(crate) circumstances: BTreeSet<Circumstance>,
    /// 最終登録住所地 of a 未届転入: it is told, and stands in no record.
    pub(crate) last_registered: Option<domain::Address>,
    /// Those for whom 個人番号 is asked for, and why.
    pub(crate) number_requests: Vec<(Person, MovementReason)>,
    /// The notices, once they are made.
    notices: Option<Vec<OutboundNotice>>,
    persons: BTreeMap<AddresseeNo, Sheet<Person>>,
    households: BTreeMap<HouseholdNo, Sheet<Household>>,
    counters: BTreeMap<&'static str, Sheet<Counter>>,
    measures: BTreeMap<String, Sheet<SupportMeasure>>,
    protected: BTreeMap<AddresseeNo, Sheet<ProtectedPerson>>,
    taken: Vec<(String, u32)>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(view: &'a dyn View, context: &'a Context<'a>) -> Self {
        Self {
            view,
            context,
            findings: Vec::new(),
            summary: String::new(),
            targets: Vec::new(),
            reason: None,
            effective_on: None,
            own_provisional: None,
            entry: Entry::default(),
            besides: Vec::new(),
            function: "",
            circumstances: BTreeSet::new(),
            last_registered: None,
            number_requests: Vec::new(),
            notices: None,
            persons: BTreeMap::new(),
            households: BTreeMap::new(),
            counters: BTreeMap::new(),
            measures: BTreeMap::new(),
            protected: BTreeMap::new(),
            taken: Vec::new(),
        }
    }

    pub(crate) fn today(&self) -> domain::Date {
        self.context.today
    }

    /// Whether a rule has stopped the movement.
    pub(crate) fn stopped(&self) -> bool {
        self.findings.iter().any(Finding::stops)
    }

    pub(crate) fn error(
        &mut self,
        code: &str,
        path: &str,
        item: &str,
        message: impl Into<String>,
        remedy: &str,
    ) {
        self.findings.push(Finding::error(code, path, item, message, remedy));
    }

    pub(crate) fn alert(
        &mut self,
        code: &str,
        path: &str,
        item: &str,
        message: impl Into<String>,
        remedy: &str,
    ) {
        self.findings.push(Finding::alert(code, path, item, message, remedy));
    }

    /// A person as the register holds them now.
    pub(crate) fn person_read(&mut self, no: AddresseeNo) -> Result<Option<Person>, Fault> {
        let sheet = Self::fetch(&mut self.persons, self.view, no, no.as_str())?;
        Ok(sheet.read.as_ref().map(|(person, _)| person.clone()))
    }

    /// D056: words that are kept and shown to everybody hold no 個人番号 and no 住民票コード.
    pub(crate) fn check_words(&mut self, text: &str, path: &str, item: &str) {
        if domain::guarded::may_hold_guarded(text) {
            self.error(
                "D056",
                path,
                item,
                format!("{item}に、個人番号か住民票コードと思われる数字があります。"),
                "利用目的・理由に個人番号や住民票コードを書かないでください。人を示すなら宛名番号を書いてください。",
            );
        }
    }

    /// A person as they are going to be.
    pub(crate) fn person(&mut self, no: AddresseeNo) -> Result<Option<Person>, Fault> {
        let sheet = Self::fetch(&mut self.persons, self.view, no, no.as_str())?;
        Ok(sheet.next.clone().or_else(|| sheet.read.as_ref().map(|(person, _)| person.clone())))
    }

    /// Lays down the row that ends a record, before [`Self::put_person`] opens the next one of the same person.
    ///
    /// Source: 住民記録システム標準仕様書 4.5.3-4.5.5 (the old record is deleted, another one stands on the same 宛名番号).
    pub(crate) fn end_record(&mut self, mut person: Person, movement: &Movement) -> Result<(), Fault> {
        let no = person.addressee_no;
        let (today, operator) = (self.today(), self.context.actor.id().to_owned());
        self.entered(&mut person);
        let sheet = Self::fetch(&mut self.persons, self.view, no, no.as_str())?;
        person.history_no = sheet.read.as_ref().map_or(0, |(held, _)| held.history_no).saturating_add(1);
        mark(&mut person, movement, today, operator);
        sheet.ending = Some(person);
        Ok(())
    }

    /// Lays a full row down. Its 履歴番号 follows the row that is held; one movement makes one row per person, and one more
    /// where it ends a record first.
    pub(crate) fn put_person(&mut self, mut person: Person, movement: &Movement) -> Result<(), Fault> {
        let no = person.addressee_no;
        let today = self.today();
        let operator = self.context.actor.id().to_owned();
        self.entered(&mut person);
        let sheet = Self::fetch(&mut self.persons, self.view, no, no.as_str())?;
        let held = sheet.ending.as_ref().or(sheet.read.as_ref().map(|(person, _)| person));
        person.history_no = held.map_or(0, |person| person.history_no).saturating_add(1);
        if sheet.next.is_none() {
            mark(&mut person, movement, today, operator);
        }
        sheet.next = Some(person);
        Ok(())
    }

    /// Writes what the row states of its entry, and the districts its address lies in today.
    fn entered(&self, person: &mut Person) {
        person.notification_no.clone_from(&self.entry.notification_no);
        person.input_place.clone_from(&self.entry.place);
        person.input_terminal.clone_from(&self.entry.terminal);
        person.district_codes = town_tables::districts(self.context, &person.address);
    }

    pub(crate) fn household(&mut self, no: HouseholdNo) -> Result<Option<Household>, Fault> {
        let sheet = Self::fetch(&mut self.households, self.view, no, no.as_str())?;
        Ok(sheet.next.clone().or_else(|| sheet.read.as_ref().map(|(household, _)| household.clone())))
    }

    pub(crate) fn put_household(&mut self, household: Household) -> Result<(), Fault> {
        let no = household.household_no;
        Self::fetch(&mut self.households, self.view, no, no.as_str())?.next = Some(household);
        Ok(())
    }

    /// A support measure as it is going to be.
    pub(crate) fn measure(&mut self, no: &str) -> Result<Option<SupportMeasure>, Fault> {
        let sheet = Self::fetch(&mut self.measures, self.view, no.to_owned(), no)?;
        Ok(sheet.next.clone().or_else(|| sheet.read.as_ref().map(|(measure, _)| measure.clone())))
    }

    pub(crate) fn put_measure(&mut self, mut measure: SupportMeasure) -> Result<(), Fault> {
        self.context.actor.id().clone_into(&mut measure.operator);
        let no = measure.measure_no.clone();
        Self::fetch(&mut self.measures, self.view, no.clone(), &no)?.next = Some(measure);
        Ok(())
    }

    /// What the measures mean for a person, as it is going to be.
    pub(crate) fn protected(&mut self, no: AddresseeNo) -> Result<Option<ProtectedPerson>, Fault> {
        let sheet = Self::fetch(&mut self.protected, self.view, no, no.as_str())?;
        Ok(sheet.next.clone().or_else(|| sheet.read.as_ref().map(|(row, _)| row.clone())))
    }

    /// Lays a row down; its 履歴番号 follows the row that is held. A row that says what is held already is not written.
    pub(crate) fn put_protected(&mut self, mut row: ProtectedPerson) -> Result<(), Fault> {
        let sheet = Self::fetch(&mut self.protected, self.view, row.addressee_no, row.addressee_no.as_str())?;
        let held = sheet.read.as_ref().map(|(held, _)| held);
        let same = held.is_some_and(|held| {
            row.history_no = held.history_no;
            *held == row
        });
        row.history_no = held.map_or(0, |held| held.history_no).saturating_add(1);
        sheet.next = (!same).then_some(row);
        Ok(())
    }

    /// The residents of a household as they are going to be, in order.
    pub(crate) fn members(&mut self, household: &Household) -> Result<Vec<Person>, Fault> {
        let mut members = Vec::new();
        for no in &household.members {
            members.extend(self.person(*no)?);
        }
        Ok(members)
    }

    /// The 仮登録 that holds a person, if any.
    pub(crate) fn hold(&self, no: AddresseeNo) -> Result<Option<String>, Fault> {
        Ok(self.view.load::<Hold>(no.as_str())?.map(|hold| hold.record.provisional_no))
    }

    pub(crate) fn next_addressee_no(&mut self) -> Result<AddresseeNo, Fault> {
        loop {
            let serial = self.next_serial(Counter::ADDRESSEE)?;
            let no = AddresseeNo::from_serial(serial)
                .map_err(|error| Fault::new("the series of 宛名番号 is used up", error))?;
            // E041: a number somebody has who lives elsewhere is nobody else's.
            if self.view.load::<NonResident>(no.as_str())?.is_none() {
                return Ok(no);
            }
        }
    }

    pub(crate) fn next_household_no(&mut self) -> Result<HouseholdNo, Fault> {
        let serial = self.next_serial(Counter::HOUSEHOLD)?;
        HouseholdNo::from_serial(serial)
            .map_err(|error| Fault::new("the series of 世帯番号 is used up", error))
    }

    pub(crate) fn next_serial(&mut self, name: &'static str) -> Result<u64, Fault> {
        self.next_serial_of(name, None)
    }

    /// The next serial of a series; from 1 again when the day is another one.
    pub(crate) fn next_serial_of(
        &mut self,
        name: &'static str,
        day: Option<domain::Date>,
    ) -> Result<u64, Fault> {
        let sheet = Self::fetch(&mut self.counters, self.view, name, name)?;
        let held = sheet.next.as_ref().or(sheet.read.as_ref().map(|(counter, _)| counter));
        let last = held.filter(|counter| counter.day == day).map_or(0, |counter| counter.last);
        let next = last.checked_add(1).ok_or_else(|| Fault::because("a series of numbers is used up"))?;
        sheet.next = Some(Counter { name: name.to_owned(), last: next, day });
        Ok(next)
    }

    /// A free 住民票コード picked at random from the pool; none when the pool is empty.
    ///
    /// Source: 住民記録システム標準仕様書 4.3.1.
    pub(crate) fn pick_code(&mut self) -> Result<Option<ResidentRecordCode>, Fault> {
        let slots = self.view.load::<Counter>(Counter::CODE_SLOT)?.map_or(0, |counter| counter.record.last);
        if slots == 0 {
            return Ok(None);
        }
        let picks = u64::try_from(self.taken.len()).unwrap_or(u64::MAX);
        let start = scatter(self.context.random.wrapping_add(picks)) % slots;
        // From a random slot on to the next free one, and once around the end.
        let found = match self.free_slot(Some(&CodeSlot::key_of(start)))? {
            None => self.free_slot(None)?,
            found => found,
        };
        let Some((key, version, code)) = found else { return Ok(None) };
        self.taken.push((key, version));
        Ok(Some(code))
    }

    fn free_slot(&self, after: Option<&str>) -> Result<Option<(String, u32, ResidentRecordCode)>, Fault> {
        let mut found = None;
        self.view.scan(&CODE_SLOT, after, &mut |stored| {
            if self.taken.iter().any(|(key, _)| *key == stored.key) {
                return Ok(ControlFlow::Continue(()));
            }
            let slot = stored.typed::<CodeSlot>()?;
            found = Some((stored.key.clone(), slot.version, slot.record.code));
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// What was read of persons and households, to tell later whether the register changed.
    pub(crate) fn read_versions(&self) -> Vec<ReadVersion> {
        fn versions<K, R: Record>(sheets: &BTreeMap<K, Sheet<R>>) -> impl Iterator<Item = ReadVersion> {
            sheets.values().filter_map(|sheet| {
                let (record, version) = sheet.read.as_ref()?;
                Some(ReadVersion { kind: R::KIND.id.to_owned(), key: record.key(), version: *version })
            })
        }
        versions(&self.persons).chain(versions(&self.households)).collect()
    }

    /// Households the movement touches or makes.
    pub(crate) fn households_touched(&self) -> Vec<HouseholdNo> {
        self.households.iter().filter(|(_, sheet)| sheet.read.is_some()).map(|(no, _)| *no).collect()
    }

    /// The rows that are going to be appended.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Person> {
        self.persons.values().filter_map(|sheet| sheet.next.as_ref())
    }

    /// The same, each with the row it follows; none before a first row.
    pub(crate) fn rows_after(&self) -> impl Iterator<Item = (Option<&Person>, &Person)> {
        self.persons.values().filter_map(|sheet| {
            let before = sheet.read.as_ref().map(|(person, _)| person);
            Some((before, sheet.next.as_ref()?))
        })
    }

    /// Each row that is going to be appended with the row it follows, in order: two of a person whose record ends.
    pub(crate) fn steps(&self) -> Vec<(Option<Person>, Person)> {
        let mut steps = Vec::new();
        for sheet in self.persons.values() {
            let mut before = sheet.read.as_ref().map(|(person, _)| person);
            for after in sheet.ending.iter().chain(&sheet.next) {
                steps.push((before.cloned(), after.clone()));
                before = Some(after);
            }
        }
        steps
    }

    /// The notices that go out with what is laid down (送信通知).
    pub(crate) fn notices(&self) -> &[OutboundNotice] {
        self.notices.as_deref().unwrap_or_default()
    }

    /// The writes of everything laid down, persons first, with the notices that tell them: no row is written without its own.
    pub(crate) fn writes(&mut self) -> Result<Vec<Write>, Fault> {
        if self.notices.is_none() {
            self.notices = Some(tell::all(self)?);
        }
        let mut writes = Vec::new();
        for sheet in self.persons.values() {
            let mut held = version(sheet);
            for person in sheet.ending.iter().chain(&sheet.next) {
                let write = Write::put(person, held)?;
                writes.push(match effective_on(person, self.today()) {
                    Some(day) => write.effective(day),
                    None => write,
                });
                held = Some(held.unwrap_or_default().saturating_add(1));
            }
        }
        for sheet in self.households.values() {
            let Some(household) = &sheet.next else { continue };
            match version(sheet) {
                Some(version) if household.members.is_empty() => {
                    writes.push(Write::close(Household::KIND, household.key(), version));
                }
                None if household.members.is_empty() => {}
                held => writes.push(Write::put(household, held)?),
            }
        }
        for sheet in self.measures.values() {
            if let Some(measure) = &sheet.next {
                writes.push(Write::put(measure, version(sheet))?);
            }
        }
        let mut protected = Vec::new();
        for sheet in self.protected.values() {
            if let Some(row) = &sheet.next {
                writes.push(Write::put(row, version(sheet))?);
                protected.push(row.clone());
            }
        }
        writes.extend(stop::of_protected(self.view, &protected, self.today())?);
        for sheet in self.counters.values() {
            if let Some(counter) = &sheet.next {
                writes.push(Write::put(counter, version(sheet))?);
            }
        }
        writes.extend(tell::writes(self.notices())?);
        writes.extend(self.besides.iter().cloned());
        writes
            .extend(self.taken.iter().map(|(key, version)| Write::close(&CODE_SLOT, key.clone(), *version)));
        Ok(writes)
    }

    fn fetch<'s, K: Ord, R: Record>(
        sheets: &'s mut BTreeMap<K, Sheet<R>>,
        view: &dyn View,
        id: K,
        key: &str,
    ) -> Result<&'s mut Sheet<R>, Fault> {
        use std::collections::btree_map::Entry;
        match sheets.entry(id) {
            Entry::Occupied(held) => Ok(held.into_mut()),
            Entry::Vacant(place) => {
                let read = view.load::<R>(key)?.map(|versioned| (versioned.record, versioned.version));
                Ok(place.insert(Sheet { read, ending: None, next: None }))
            }
        }
    }
}

fn version<R>(sheet: &Sheet<R>) -> Option<u32> {
    sheet.read.as_ref().map(|(_, version)| *version)
}

/// From which day a row is so: the day of the event, never later than today, so that a 転出 registered ahead shows at once.
fn effective_on(person: &Person, today: domain::Date) -> Option<domain::Date> {
    person.event_date.as_ref().and_then(RegisterDate::sort_key).map(|day| day.min(today))
}

/// Writes what every row of a movement states.
fn mark(person: &mut Person, movement: &Movement, today: domain::Date, operator: String) {
    person.movement_reason = movement.reason;
    person.event_date = movement.event_date;
    person.notified_on = movement.notified_on;
    person.basis = movement.basis;
    person.processed_on = today;
    person.operator = operator;
    if !is_cancellation(movement.reason) {
        person.cancels.clear();
    }
    person.history_entries.push(entry(movement, today));
}

/// Whether a reason is one of 異動の取消し.
pub(crate) fn is_cancellation(reason: MovementReason) -> bool {
    use MovementReason as Reason;
    matches!(reason, Reason::CancelDeletion | Reason::CancelEntry | Reason::CancelCorrection)
}

fn entry(movement: &Movement, today: domain::Date) -> HistoryEntry {
    let day = movement.event_date.as_ref().map(RegisterDate::label_wareki).unwrap_or_default();
    let basis = match movement.notified_on {
        Some(on) => format!("{}{}", domain::wareki(on), movement.basis.label()),
        None => movement.basis.label().to_owned(),
    };
    let text = format!("{day}{}（{basis}、{}処理）", movement.reason.label(), domain::wareki(today));
    HistoryEntry {
        reason: movement.reason,
        event_date: movement.event_date,
        text,
        note: movement.note.clone(),
    }
}

/// Spreads the bits of a number (the finaliser of SplitMix64), so that several picks of one decision differ.
pub(crate) fn scatter(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}
