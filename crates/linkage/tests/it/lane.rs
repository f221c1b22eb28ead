//! Several links to one receiver: whatever waits, is held, lost or taken out of order, what it holds never goes back.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Extent, Link};
use domain::BusinessCalendar;
use jiff::Timestamp;
use linkage::{Event, Hold, InFlightPhase, Lane, LinkState, Situation, Step, plan};
use proptest::prelude::*;
use register::Position;

const LINKS: [(&str, &str); 3] = [("full", "full"), ("changes", "difference"), ("again", "difference")];

/// Records in one difference at most, so that a range is split.
const RECORDS_MAX: usize = 2;

fn link(id: &str, extent: &str) -> Link {
    link_to("welfare-suite", id, extent)
}

fn link_to(place: &str, id: &str, extent: &str) -> Link {
    let timing = if extent == "full" { "by-hand" } else { "on-change" };
    let text = format!(
        r#"
id = "{id}"
title = "住民情報"
rows = ["city:25"]
source = "resident-register"
target = "integrated-welfare-suite"
dataset = "resident-register/resident"
method = "file-or-media"
timing = "{timing}"
extent = "{extent}"
unmappable = "substitute"
rows_per_delivery_max = 1000
exclusive_lock = false
assurance = "sender-assures"
delivery = {{ folder = {{ place = "{place}", layout = "resident-utf16", file_name = "{id}_{{no}}.csv", receipt_within_minutes = 60 }} }}
"#
    );
    Link::parse(&text, &format!("{id}.toml")).unwrap()
}

fn now() -> Timestamp {
    "2026-11-20T09:00:00+09:00".parse().unwrap()
}

/// A record with the version commits expect.
#[derive(Clone)]
struct Kept<T>(T, u32);

/// What a worker has read and not yet acted on.
#[derive(Clone)]
struct Read {
    state: Kept<LinkState>,
    lane: Kept<Lane>,
    head: u64,
}

#[derive(Clone)]
struct File {
    extent: Extent,
    to: u64,
    rows: BTreeMap<u8, u64>,
}

/// Sender, place and receiver; the receiver believes everything that comes.
struct Town {
    links: Vec<Link>,
    /// Who changed, by position from 1.
    journal: Vec<u8>,
    states: Vec<Kept<LinkState>>,
    lane: Kept<Lane>,
    reads: Vec<Option<Read>>,
    /// The bytes of each delivery, which outlive a killed worker.
    evidence: BTreeMap<(usize, u64), File>,
    out: BTreeSet<(usize, u64)>,
    receipts: BTreeSet<(usize, u64)>,
    taken: [u64; LINKS.len()],
    holds: Option<(u64, BTreeMap<u8, u64>)>,
}

impl Town {
    fn new() -> Self {
        let links: Vec<Link> = LINKS.iter().map(|(id, extent)| link(id, extent)).collect();
        let states = links.iter().map(|link| Kept(LinkState::new(link, Position(0), now()), 1)).collect();
        Self {
            lane: Kept(Lane::new(&links[0]).unwrap(), 0),
            reads: vec![None; links.len()],
            links,
            journal: Vec::new(),
            states,
            evidence: BTreeMap::new(),
            out: BTreeSet::new(),
            receipts: BTreeSet::new(),
            taken: [0; LINKS.len()],
            holds: None,
        }
    }

    fn head(&self) -> u64 {
        u64::try_from(self.journal.len()).unwrap()
    }

    /// The register as the journal has it up to a position: each person with the position of the newest change.
    fn register(&self, from: u64, to: u64) -> BTreeMap<u8, u64> {
        let changes = (1..).zip(&self.journal);
        changes.filter(|(at, _)| from < *at && *at <= to).map(|(at, person)| (*person, at)).collect()
    }

    fn read(&mut self, at: usize) {
        self.reads[at] =
            Some(Read { state: self.states[at].clone(), lane: self.lane.clone(), head: self.head() });
    }

    /// Acts on what was read, perhaps long ago, and is killed before the commit or not.
    fn act(&mut self, at: usize, is_killed: bool) {
        let Some(Read { state: Kept(state, state_version), lane: Kept(lane, lane_version), head }) =
            self.reads[at].take()
        else {
            return;
        };
        let link = &self.links[at];
        let state = lane.caught_up(link, &state);
        let situation = Situation {
            now: now(),
            owes_changes: state.position.0 < head,
            is_behind: lane.ahead_of(&link.id, |_| true).is_some(),
            awaits_another: false,
            calendar: &BusinessCalendar::from_tsv("").unwrap(),
        };
        let key = (at, state.in_flight.as_ref().map_or(state.next_no, |own| own.no));
        let event = match plan(link, &state, situation) {
            Step::Prepare { extent, due } => {
                let (mut to, from) = (head, state.position.0);
                if extent == Extent::Difference {
                    while RECORDS_MAX < self.register(from, to).len() {
                        to -= 1;
                    }
                }
                let rows = self.register(if extent == Extent::Full { 0 } else { from }, to);
                // Killed, the bytes are written anew over what was left; a slower worker must not overwrite.
                if self.states[at].1 == state_version {
                    self.evidence.insert(key, File { extent, to, rows });
                }
                Event::Prepared { extent, to: Position(to), file_name: String::new(), due, behind: None }
            }
            Step::Send => {
                self.out.insert(key);
                Event::Sent { at: now(), receipt_expected: true }
            }
            Step::AwaitReceipt { .. } if self.receipts.contains(&key) => Event::Applied,
            _ => return,
        };
        let next = state.after(event).unwrap();
        let next_lane = lane.after(&state, &next);
        let is_newest =
            self.states[at].1 == state_version && (next_lane.is_none() || self.lane.1 == lane_version);
        if is_killed || !is_newest {
            return;
        }
        self.states[at] = Kept(next, state_version + 1);
        if let Some(lane) = next_lane {
            self.lane = Kept(lane, lane_version + 1);
        }
    }

    /// The receiver takes one of the files that have no receipt, whichever it likes.
    fn take(&mut self, which: usize) {
        let waiting: Vec<(usize, u64)> = self.out.difference(&self.receipts).copied().collect();
        let Some(key) = waiting.get(which % waiting.len().max(1)).copied() else { return };
        self.receipts.insert(key);
        if key.1 <= self.taken[key.0] {
            return;
        }
        assert_eq!(key.1, self.taken[key.0] + 1, "a gap on {}", LINKS[key.0].0);
        self.taken[key.0] = key.1;
        let File { extent, to, rows } = self.evidence[&key].clone();
        match (&mut self.holds, extent) {
            (Some((as_of, held)), _) => {
                assert!(*as_of <= to, "{} {} as of {to} comes behind {as_of}", LINKS[key.0].0, key.1);
                if extent == Extent::Full {
                    held.clear();
                }
                held.extend(rows);
                *as_of = to;
            }
            (holds, Extent::Full) => *holds = Some((to, rows)),
            // Differences before the first full extract tell nothing that it will not.
            (None, Extent::Difference) => {}
        }
        if let Some((as_of, held)) = &self.holds {
            assert_eq!(*held, self.register(0, *as_of), "what it holds is the register of {as_of}");
        }
    }

    fn steer(&mut self, at: usize, event: Event) {
        let Kept(state, version) = &self.states[at];
        self.states[at] = Kept(state.after(event).unwrap(), version + 1);
    }

    /// Nothing goes wrong any more: everything owed is delivered.
    fn settle(&mut self) {
        for at in 0..LINKS.len() {
            self.steer(at, Event::Released);
        }
        for _ in 0..200 {
            for at in 0..LINKS.len() {
                self.read(at);
                self.act(at, false);
            }
            self.take(0);
        }
        let (as_of, _) = self.holds.as_ref().expect("the first full extract has come");
        assert_eq!(*as_of, self.head());
        assert!(self.states.iter().all(|state| state.0.in_flight.is_none()));
    }
}

#[derive(Clone, Debug)]
enum Happens {
    Change(u8),
    Read(usize),
    Act(usize, bool),
    Take(usize),
    LoseReceipt,
    Hold(usize),
    Release(usize),
    Run(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    let at = 0..LINKS.len();
    prop_oneof![
        3 => (0u8..5).prop_map(Happens::Change),
        8 => at.clone().prop_map(Happens::Read),
        8 => (at.clone(), proptest::bool::weighted(0.1)).prop_map(|(at, killed)| Happens::Act(at, killed)),
        3 => (0usize..8).prop_map(Happens::Take),
        1 => Just(Happens::LoseReceipt),
        1 => at.clone().prop_map(Happens::Hold),
        1 => at.clone().prop_map(Happens::Release),
        1 => at.prop_map(Happens::Run),
    ]
}

proptest! {
    #[test]
    fn what_a_receiver_holds_never_goes_back(story in proptest::collection::vec(happens(), 0..160)) {
        let mut town = Town::new();
        for happens in story {
            match happens {
                Happens::Change(person) => town.journal.push(person),
                Happens::Read(at) => town.read(at),
                Happens::Act(at, is_killed) => town.act(at, is_killed),
                Happens::Take(which) => town.take(which),
                Happens::LoseReceipt => drop(town.receipts.pop_last()),
                Happens::Hold(at) => {
                    let hold = Hold { by: "unyo".into(), reason: String::new(), since: now() };
                    town.steer(at, Event::Held(hold));
                }
                Happens::Release(at) => town.steer(at, Event::Released),
                Happens::Run(at) => town.steer(at, Event::RunAsked),
            }
        }
        town.settle();
    }
}

#[test]
fn a_held_full_extract_keeps_differences_waiting_and_they_go_on_from_it() {
    let mut town = Town::new();
    let turn = |town: &mut Town, at| {
        town.read(at);
        town.act(at, false);
    };
    town.journal.push(1);
    turn(&mut town, 0);
    let hold = Hold { by: "unyo".into(), reason: "先方停止".into(), since: now() };
    town.steer(0, Event::Held(hold));
    town.journal.push(2);
    turn(&mut town, 1);
    assert_eq!(town.states[1].0.in_flight, None, "the extract as of 1 goes first");
    town.steer(0, Event::Released);
    (0..2).for_each(|_| turn(&mut town, 0));
    turn(&mut town, 1);
    assert_eq!(town.states[0].0.in_flight.as_ref().map(|own| own.phase), Some(InFlightPhase::Sent));
    assert_eq!(town.states[1].0.in_flight, None, "nobody has received it yet");
    town.take(0);
    turn(&mut town, 0);
    turn(&mut town, 1);
    let difference = town.states[1].0.in_flight.as_ref().map(|own| (own.from, own.to));
    assert_eq!(difference, Some((Position(1), Position(2))));
}

#[test]
fn a_link_that_runs_no_more_keeps_nobody_waiting() {
    let mut town = Town::new();
    town.read(0);
    town.act(0, false);
    let ahead = |runs: bool| town.lane.0.ahead_of("changes", |_| runs).map(|own| (own.link.clone(), own.no));
    assert_eq!(ahead(true), Some(("full".to_owned(), 1)));
    assert_eq!(ahead(false), None);
    assert_eq!(town.lane.0.ahead_of("full", |_| true), None, "its own delivery is not ahead of it");
}

#[test]
fn what_one_place_holds_says_nothing_of_another() {
    let everyday = link_to("rolls", "changes", "difference");
    let lane = Lane { position: Position(9), ..Lane::new(&everyday).unwrap() };
    for (place, extent, is_of_the_lane, position) in [
        ("rolls", "difference", true, 9),
        ("rolls", "full", true, 3),
        ("referendum", "difference", false, 3),
        ("referendum", "full", false, 3),
    ] {
        let other = link_to(place, "other", extent);
        assert_eq!(lane.serves(&other), is_of_the_lane, "{place} {extent}");
        let own = if lane.serves(&other) { lane.clone() } else { Lane::new(&other).unwrap() };
        let state = LinkState { position: Position(3), ..LinkState::new(&other, Position(0), now()) };
        assert_eq!(own.caught_up(&other, &state).position, Position(position), "{place} {extent}");
    }
}

#[test]
fn a_lane_of_the_time_before_places_is_gone_on_from() {
    let earlier: Lane = serde_json::from_str(
        r#"{ "target": "integrated-welfare-suite", "dataset": "resident-register/resident", "position": 9,
             "under_way": { "link": "full", "no": 2 } }"#,
    )
    .unwrap();
    let mut lane = Lane::new(&link("changes", "difference")).unwrap();
    assert_eq!(lane.key_without_place(), "integrated-welfare-suite/resident-register/resident");
    lane.go_on_from(&earlier);
    assert_eq!((lane.position, lane.place.as_str()), (Position(9), "welfare-suite"));
    assert_eq!(lane.ahead_of("changes", |_| true).map(|own| own.no), Some(2));
}
