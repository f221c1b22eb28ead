use std::collections::{BTreeMap, BTreeSet};

use crate::derive::hash;
use crate::fold::folded;
use crate::table::Table;
use crate::{LinkRow, Problem};

/// What sort of system a name stands for (システムの種類).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SystemKind {
    /// One of the twenty standard tasks (標準化対象20業務).
    Standard20,
    /// Common functions and shared data: 宛名, 収滞納管理, 共通基盤 …
    Common,
    /// Another system of the municipality.
    Related,
    /// Run by a national or nationwide body.
    CounterpartNational,
    /// Run by a prefecture-wide body.
    CounterpartPrefectural,
    /// Run beside the town's own systems by the municipality or a local body.
    CounterpartLocal,
    /// Run by private bodies: banks, payment networks, insurers.
    CounterpartPrivate,
    /// A suite over several tasks, or 「全般」.
    Other,
}

/// The system a name of a list stands for (システム).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemRef {
    /// Identifier, such as `resident-register`.
    pub id: String,
    /// Its Japanese name, such as 住民基本台帳.
    pub name: String,
    /// What sort of system it is.
    pub kind: SystemKind,
    /// The system that may do its work as well: 送付先情報 is often a part of 宛名, 滞納管理 of 収滞納管理. A link may name that one
    /// where a list names this.
    pub part_of: Option<String>,
    /// Whether no register of names knows it: it stands for a name of a list, as long as nobody says whose other name that is
    /// ([`Systems::with_unlisted`]).
    pub unlisted: bool,
}

impl SystemRef {
    /// True when another body runs it, so that the town cannot simply install it.
    #[must_use]
    pub fn is_counterpart(&self) -> bool {
        matches!(
            self.kind,
            SystemKind::CounterpartNational
                | SystemKind::CounterpartPrefectural
                | SystemKind::CounterpartLocal
                | SystemKind::CounterpartPrivate
        )
    }
}

/// The register of system names and their other spellings (システム名の一覧).
#[derive(Debug, Clone, Default)]
pub struct Systems {
    systems: Vec<SystemRef>,
    by_name: BTreeMap<String, usize>,
}

const KINDS: &[(&str, SystemKind)] = &[
    ("standard20", SystemKind::Standard20),
    ("common", SystemKind::Common),
    ("related", SystemKind::Related),
    ("counterpart-national", SystemKind::CounterpartNational),
    ("counterpart-prefectural", SystemKind::CounterpartPrefectural),
    ("counterpart-local", SystemKind::CounterpartLocal),
    ("counterpart-private", SystemKind::CounterpartPrivate),
    ("other", SystemKind::Other),
];

impl Systems {
    /// Reads `systems.tsv`: `system_id`, `name_ja`, `aliases` (separated by `|`), `kind`, and `part_of`, which may be missing.
    ///
    /// A row that cannot be read, or a name that already stands for another system, is a [`Problem`]; the rest is
    /// loaded.
    #[must_use]
    pub fn parse(file: &str, text: &str) -> (Self, Vec<Problem>) {
        let mut table = Table::read(file, text);
        let mut systems = Self::default();
        if !table.demand(&["system_id", "name_ja", "aliases", "kind"]) {
            return (systems, table.problems);
        }
        for row in std::mem::take(&mut table.rows) {
            let (id, name) = (table.cell(&row, "system_id"), table.cell(&row, "name_ja"));
            let kind_word = table.cell(&row, "kind");
            let kind = KINDS.iter().find(|(word, _)| *word == kind_word).map(|(_, kind)| *kind);
            let problem = if id.is_empty() || name.is_empty() {
                Some(table.at(&row, "name_ja", "識別子または名前が空です"))
            } else if systems.get(id).is_some() {
                Some(table.at(&row, "system_id", format!("「{id}」が2度あります")))
            } else if kind.is_none() {
                Some(table.at(&row, "kind", format!("種類「{kind_word}」は知らない言葉です")))
            } else {
                None
            };
            let (Some(kind), None) = (kind, &problem) else {
                let problem = problem.map(|problem| problem.remedy("行を直してください"));
                table.leave_out(&row, problem.into_iter().collect());
                continue;
            };
            let index = systems.systems.len();
            systems.systems.push(SystemRef {
                id: id.to_owned(),
                name: name.to_owned(),
                kind,
                part_of: Some(table.cell(&row, "part_of").to_owned()).filter(|part| !part.is_empty()),
                unlisted: false,
            });
            let aliases = table.cell(&row, "aliases").split('|').filter(|alias| !alias.trim().is_empty());
            for spelling in std::iter::once(name).chain(aliases) {
                match systems.by_name.get(&folded(spelling)) {
                    Some(other) if *other != index => {
                        let problem =
                            table.at(&row, "aliases", format!("「{spelling}」は別のシステムの名前です"));
                        table.problems.push(problem.rule("一つの名前は一つのシステムを指します"));
                    }
                    _ => {
                        systems.by_name.insert(folded(spelling), index);
                    }
                }
            }
        }
        (systems, table.problems)
    }

    /// The system a name or another spelling of it stands for; full-width brackets and spaces make no difference, nor does a
    /// word such as システム at the end.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Option<&SystemRef> {
        const TAILS: [&str; 4] = ["業務システム", "管理システム", "システム", "業務"];
        let name = folded(name);
        let known = |name: &str| self.by_name.get(name).and_then(|index| self.systems.get(*index));
        let shorter = || TAILS.iter().filter_map(|tail| name.strip_suffix(tail)).find_map(known);
        let longer = || TAILS.iter().find_map(|tail| known(&format!("{name}{tail}")));
        known(&name).or_else(shorter).or_else(longer)
    }

    /// The same systems, and one more for each name in these rows that is none of theirs (仮のシステム): so that every row of a
    /// list can run before the last question about names is answered. The same name gives the same identifier.
    #[must_use]
    pub fn with_unlisted<'r>(mut self, rows: impl IntoIterator<Item = &'r LinkRow>) -> Self {
        /// Words in the name of what others run.
        const OUTSIDE: [&str; 22] = [
            "機関",
            "銀行",
            "金庫",
            "農協",
            "会社",
            "連合会",
            "県",
            "国税",
            "省",
            "庁",
            "組合",
            "センター",
            "協会",
            "機構",
            "基金",
            "事業者",
            "事業団",
            "郵便",
            "警察",
            "消防",
            "法人",
            "裁判所",
        ];
        for row in rows {
            for name in [&row.source, &row.target] {
                let key = folded(name);
                if key.is_empty() || self.resolve(name).is_some() {
                    continue;
                }
                let is_outside = OUTSIDE.iter().any(|word| key.contains(word));
                let kind = if is_outside { SystemKind::CounterpartLocal } else { SystemKind::Related };
                let id = format!("unlisted-{:016x}", hash(&key));
                self.by_name.insert(key, self.systems.len());
                self.systems.push(SystemRef { id, name: name.clone(), kind, part_of: None, unlisted: true });
            }
        }
        self
    }

    /// The system a title names: the one whose name, the longest first, stands in the text.
    pub(crate) fn named_in(&self, text: &str) -> Option<&SystemRef> {
        const CHARS_MIN: usize = 3;
        let text = folded(text);
        let within = self
            .by_name
            .iter()
            .filter(|(name, _)| CHARS_MIN <= name.chars().count() && text.contains(name.as_str()));
        let (_, index) = within.max_by_key(|(name, _)| name.chars().count())?;
        self.systems.get(*index)
    }

    /// The names that are written most like another, the likest first; none where nothing is alike.
    pub(crate) fn nearest(&self, name: &str) -> Vec<&str> {
        const SHOWN_MAX: usize = 3;
        let pairs = |text: &str| -> BTreeSet<(char, char)> {
            let text = text.strip_suffix("システム").unwrap_or(text);
            text.chars().zip(text.chars().skip(1)).collect()
        };
        let wanted = pairs(&folded(name));
        let mut alike: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        let listed = |index: usize| self.systems.get(index).is_some_and(|system| !system.unlisted);
        for (known, index) in self.by_name.iter().filter(|(_, index)| listed(**index)) {
            let of = pairs(known);
            let shared = of.intersection(&wanted).count();
            let apart = of.len().max(wanted.len()).saturating_sub(shared);
            if 0 < shared {
                let best = alike.entry(*index).or_insert((shared, apart));
                if best.0 < shared || (best.0 == shared && apart < best.1) {
                    *best = (shared, apart);
                }
            }
        }
        let mut found: Vec<(usize, (usize, usize))> = alike.into_iter().collect();
        found.sort_by_key(|(index, (shared, apart))| (std::cmp::Reverse(*shared), *apart, *index));
        let names = found.iter().filter_map(|(index, _)| self.systems.get(*index));
        names.take(SHOWN_MAX).map(|system| system.name.as_str()).collect()
    }

    /// The system with this identifier.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&SystemRef> {
        self.systems.iter().find(|system| system.id == id)
    }

    /// Every system, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[SystemRef] {
        &self.systems
    }
}
