//! Identification of user-defined characters (文字同定): which of a town's 外字 occur in its registers, for whom, and which
//! MJ characters they may be.
//!
//! A [`Survey`] sees every record of an extract, once to count and, where neighbours are to be compared, once more. Its
//! report puts first what somebody has to decide.

mod candidates;
mod list;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::cluster::{Cluster, Pairs};
use crate::data;
use crate::encode::Encoder;
use crate::options::Field;
use crate::show::{is_kanji, is_private, is_registered};
pub use candidates::{Candidate, Evidence};
pub use list::{Decided, Decisions, Listed, decisions, list};

/// Samples kept of each character.
const SAMPLES_MAX: usize = 3;
/// Different surroundings kept of each character: enough to tell what stands there otherwise.
const CONTEXTS_MAX: usize = 50;
/// Characters shown before and behind a sample's.
const AROUND: usize = 8;

/// How far a user-defined character is identified (同定の状態), what is to be done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It occurs, and nobody has said which character it is.
    Undecided,
    /// It occurs, and what the list says leaves one candidate; a person has to confirm it.
    Unique,
    /// It occurs and is decided.
    Decided,
    /// It does not occur in the extract.
    Unused,
}

impl State {
    /// The word for machines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::Unique => "unique",
            Self::Decided => "decided",
            Self::Unused => "unused",
        }
    }

    /// The Japanese word.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Undecided => "未決",
            Self::Unique => "候補一つ",
            Self::Decided => "決定済み",
            Self::Unused => "使用なし",
        }
    }
}

/// Where a character was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The record's key, such as 宛名番号.
    pub key: String,
    /// The item.
    pub item: String,
    /// In a name with a space: 姓 or 名.
    pub place: Option<&'static str>,
    /// What stands before the character.
    pub before: String,
    /// What stands behind it.
    pub after: String,
}

/// How often and where a character occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// How often (出現数).
    pub occurrences: u64,
    /// In how many different keys (人数).
    pub persons: usize,
    /// The first places.
    pub samples: Vec<Sample>,
}

/// A user-defined character and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GaijiRow {
    /// Its code as the list writes it, or its code point.
    pub code: String,
    /// The private scalar under which it occurs.
    pub scalar: char,
    /// Its row of the list.
    pub listed: Option<Listed>,
    /// Its occurrences.
    pub uses: Use,
    /// How far it is identified.
    pub state: State,
    /// What was decided: a character, or that nobody uses the code.
    pub decision: Option<Option<Cluster>>,
    /// What it may be, the most likely first.
    pub candidates: Vec<Candidate>,
}

/// Why a character that is not user-defined needs a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// An ideograph that the MJ list does not have.
    NotInMj,
    /// A variation selector that no collection has behind this character.
    NotRegistered,
    /// The target charset does not have it.
    NotInTarget,
}

impl Reason {
    /// The word for machines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotInMj => "not_in_mj",
            Self::NotRegistered => "not_registered",
            Self::NotInTarget => "not_in_target",
        }
    }

    /// The Japanese word.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NotInMj => "MJ文字情報一覧表にない",
            Self::NotRegistered => "登録のない異体字シーケンス",
            Self::NotInTarget => "相手の文字コードにない",
        }
    }
}

/// A character that is not user-defined and needs a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherRow {
    /// The character.
    pub cluster: Cluster,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Its occurrences.
    pub uses: Use,
}

/// What a survey found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records seen.
    pub records: u64,
    /// User-defined characters: undecided ones first, the most frequent of them before the others.
    pub gaiji: Vec<GaijiRow>,
    /// Other characters that need a look, the most frequent first.
    pub others: Vec<OtherRow>,
}

/// What stands on both sides of a character; none at the ends of a word.
type Context = (Option<char>, Option<char>);

#[derive(Default)]
struct Seen {
    occurrences: u64,
    persons: HashSet<Box<str>>,
    samples: Vec<Sample>,
    contexts: BTreeSet<Context>,
}

/// Counts the characters of an extract that have to be identified.
pub struct Survey {
    list: Vec<Listed>,
    decisions: Decisions,
    target: Option<Encoder>,
    pairs: Pairs,
    records: u64,
    gaiji: BTreeMap<char, Seen>,
    others: HashMap<Cluster, (Vec<Reason>, Seen)>,
    /// Characters that need no look.
    fine: HashSet<Cluster>,
    /// What else stands in the surroundings of a user-defined character, and how often.
    echoes: HashMap<Context, HashMap<char, u64>>,
}

impl Survey {
    /// A survey of the town's list. `target` is the charset every character should be in, `pairs` those of the tables.
    #[must_use]
    pub fn new(list: Vec<Listed>, decisions: Decisions, target: Option<Encoder>, pairs: Pairs) -> Self {
        Self {
            list,
            decisions,
            target,
            pairs,
            records: 0,
            gaiji: BTreeMap::new(),
            others: HashMap::new(),
            fine: HashSet::new(),
            echoes: HashMap::new(),
        }
    }

    /// Sees a record: its key, its items with their texts.
    pub fn record<'a>(&mut self, key: &str, items: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.records += 1;
        for (item, text) in items {
            let mut rest = text;
            while let Some((cluster, behind)) = self.pairs.split_first(rest) {
                let at = text.len() - rest.len();
                rest = behind;
                if self.fine.contains(&cluster) {
                    continue;
                }
                if is_private(cluster.base()) {
                    let seen = self.gaiji.entry(cluster.base()).or_default();
                    seen.take(key, item, text, at, cluster);
                    if seen.contexts.len() < CONTEXTS_MAX {
                        seen.contexts.insert(context(text, at, cluster));
                    }
                    continue;
                }
                if let Some((_, seen)) = self.others.get_mut(&cluster) {
                    seen.take(key, item, text, at, cluster);
                    continue;
                }
                let reasons = self.reasons(cluster);
                if reasons.is_empty() {
                    self.fine.insert(cluster);
                } else {
                    let mut seen = Seen::default();
                    seen.take(key, item, text, at, cluster);
                    self.others.insert(cluster, (reasons, seen));
                }
            }
        }
    }

    fn reasons(&self, cluster: Cluster) -> Vec<Reason> {
        let (list, base) = (data::mj(), cluster.base());
        let is_missing =
            is_kanji(base) && list.by_sequence(base, None).is_none() && list.by_base(base).next().is_none();
        let is_unknown = cluster.selector().is_some_and(|selector| !is_registered(base, selector));
        let is_foreign = self.target.as_ref().is_some_and(|target| {
            target.encode(Field::Mixed, &cluster.to_string(), &mut Vec::new(), &mut Vec::new()).is_err()
        });
        [
            (is_missing, Reason::NotInMj),
            (is_unknown, Reason::NotRegistered),
            (is_foreign && !base.is_control(), Reason::NotInTarget),
        ]
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
        .collect()
    }

    /// Whether seeing the records a second time, by [`echo`](Self::echo), would tell more.
    #[must_use]
    pub fn wants_echo(&self) -> bool {
        self.gaiji.values().any(|seen| seen.contexts.iter().any(|&context| is_telling(context)))
    }

    /// Sees a record again, for what stands elsewhere where a user-defined character stands: who lives among 〓橋 is
    /// probably called 高橋.
    pub fn echo<'a>(&mut self, items: impl IntoIterator<Item = (&'a str, &'a str)>) {
        if self.echoes.is_empty() {
            let contexts = self.gaiji.values().flat_map(|seen| &seen.contexts);
            let telling = contexts.copied().filter(|&context| is_telling(context));
            self.echoes = telling.map(|context| (context, HashMap::new())).collect();
        }
        for (_, text) in items {
            let mut rest = text;
            while let Some((cluster, behind)) = self.pairs.split_first(rest) {
                let at = text.len() - rest.len();
                rest = behind;
                if is_kanji(cluster.base())
                    && let Some(counts) = self.echoes.get_mut(&context(text, at, cluster))
                {
                    *counts.entry(cluster.base()).or_default() += 1;
                }
            }
        }
    }

    /// What was found. At most `limit` candidates are given for a character.
    #[must_use]
    pub fn report(&self, limit: usize) -> Report {
        let mut scalars: BTreeSet<char> = self.gaiji.keys().copied().collect();
        scalars.extend(self.list.iter().map(|listed| listed.scalar));
        scalars.extend(self.decisions.scalars());
        let index = candidates::Index::new();
        let mut gaiji: Vec<GaijiRow> =
            scalars.into_iter().map(|scalar| self.gaiji_row(scalar, &index, limit)).collect();
        gaiji.sort_by(|one, other| {
            let key = |row: &GaijiRow| (row.state, u64::MAX - row.uses.occurrences);
            key(one).cmp(&key(other)).then_with(|| one.code.cmp(&other.code))
        });
        let mut others: Vec<OtherRow> = self
            .others
            .iter()
            .map(|(&cluster, (reasons, seen))| OtherRow {
                cluster,
                reasons: reasons.clone(),
                uses: seen.uses(),
            })
            .collect();
        others.sort_by_key(|row| (u64::MAX - row.uses.occurrences, row.cluster));
        Report { records: self.records, gaiji, others }
    }

    fn gaiji_row(&self, scalar: char, index: &candidates::Index, limit: usize) -> GaijiRow {
        let listed = self.list.iter().find(|listed| listed.scalar == scalar);
        let seen = self.gaiji.get(&scalar);
        let decision = self
            .decisions
            .of(scalar)
            .map(|decided| decided.character)
            .or_else(|| listed.and_then(|listed| listed.decision));
        let echoes = seen.map(|seen| self.echoes_of(seen)).unwrap_or_default();
        let (mut candidates, is_unique) = index.candidates(listed, &echoes);
        candidates.truncate(limit);
        let state = match (seen, decision) {
            (None, _) => State::Unused,
            (Some(_), Some(_)) => State::Decided,
            (Some(_), None) if is_unique => State::Unique,
            (Some(_), None) => State::Undecided,
        };
        let code = listed.map(|listed| listed.code.clone());
        let code = code.or_else(|| self.decisions.of(scalar).map(|decided| decided.code.clone()));
        GaijiRow {
            code: code.unwrap_or_else(|| format!("{:04X}", u32::from(scalar))),
            scalar,
            listed: listed.cloned(),
            uses: seen.map(Seen::uses).unwrap_or_default(),
            state,
            decision,
            candidates,
        }
    }

    /// Characters that stand in the same surroundings, the most frequent first.
    fn echoes_of(&self, seen: &Seen) -> Vec<(char, u64)> {
        let mut counts: HashMap<char, u64> = HashMap::new();
        for context in &seen.contexts {
            for (&c, count) in self.echoes.get(context).into_iter().flatten() {
                *counts.entry(c).or_default() += count;
            }
        }
        let mut counts: Vec<(char, u64)> = counts.into_iter().collect();
        counts.sort_by_key(|&(c, count)| (u64::MAX - count, c));
        counts
    }
}

impl Seen {
    fn take(&mut self, key: &str, item: &str, text: &str, at: usize, cluster: Cluster) {
        self.occurrences += 1;
        let is_new = !self.persons.contains(key);
        if is_new {
            self.persons.insert(key.into());
        }
        if is_new && self.samples.len() < SAMPLES_MAX {
            let (before, after) = around(text, at, cluster);
            let skipped = before.chars().count().saturating_sub(AROUND);
            self.samples.push(Sample {
                key: key.to_owned(),
                item: item.to_owned(),
                place: place(item, before, after),
                before: before.chars().skip(skipped).collect(),
                after: after.chars().take(AROUND).collect(),
            });
        }
    }

    fn uses(&self) -> Use {
        Use { occurrences: self.occurrences, persons: self.persons.len(), samples: self.samples.clone() }
    }
}

/// The text before and behind a cluster.
fn around(text: &str, at: usize, cluster: Cluster) -> (&str, &str) {
    let behind = text.get(at + cluster.len_utf8()..).unwrap_or_default();
    (text.get(..at).unwrap_or_default(), behind)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{3000}')
}

fn context(text: &str, at: usize, cluster: Cluster) -> Context {
    let (before, behind) = around(text, at, cluster);
    let neighbour = |c: &char| !is_space(*c);
    (before.chars().next_back().filter(neighbour), behind.chars().next().filter(neighbour))
}

/// Whether surroundings say something: a character that stands alone has none, and beside another user-defined one
/// nothing is known.
fn is_telling((before, after): Context) -> bool {
    let neighbours = [before, after].into_iter().flatten();
    before.or(after).is_some() && neighbours.into_iter().all(|c| !is_private(c))
}

/// Whether a character of a name stands in the surname or in the given name.
fn place(item: &str, before: &str, after: &str) -> Option<&'static str> {
    let is_name =
        ["氏名", "名前", "姓名", "name", "通称"].iter().any(|word| item.to_lowercase().contains(word));
    let has_space =
        |text: &str| text.trim().contains(is_space) || text.starts_with(is_space) || text.ends_with(is_space);
    match (is_name, has_space(before), has_space(after)) {
        (true, false, true) => Some("姓"),
        (true, true, _) => Some("名"),
        _ => None,
    }
}
