//! Rows that no single link serves, but links one behind the other do (乗り継ぎ): what a house with a hub (宛名) sends over it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::check::{Check, method_fits, timing_fits};
use crate::{Delivery, Known, Link, LinkRow, Problem, RowRef, Timing};

/// Rows served by a chain of links of which the link that says so is the last (乗り継ぎ): 住民基本台帳 → 宛名 → 軽自動車税.
///
/// Source: the lists' own note ＊１ (`standards/lists/unit_notes.tsv`): 住民基本台帳から直接データ連携はせず、「宛名」から連携する場合もある.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Through {
    /// The rows; their source is that of the first leg, their target that of the last.
    pub rows: Vec<RowRef>,
    /// The links before this one (区間), first to last.
    pub legs: Vec<String>,
    /// What the rows need to arrive (届く項目): item of the first leg's dataset, and the item of this link's dataset it has become.
    pub items: BTreeMap<String, String>,
}

impl Link {
    /// Every row it serves, by itself or as the last of a chain.
    pub fn serves(&self) -> impl Iterator<Item = &RowRef> {
        self.rows.iter().chain(self.through.iter().flat_map(|through| &through.rows))
    }

    /// Key, fault and remedy of the first thing wrong with its chains taken by themselves.
    pub(crate) fn through_fault(&self) -> Option<(&'static str, String, &'static str)> {
        let mut seen: BTreeSet<&RowRef> = BTreeSet::new();
        if let Some(row) = self.serves().find(|row| !seen.insert(row)) {
            return Some(("rows", format!("行「{row}」が2度あります"), "一方を消してください"));
        }
        for through in &self.through {
            let (what, remedy) = if through.rows.is_empty() {
                ("乗り継ぎに、満たす行がありません".to_owned(), "行を書くか、乗り継ぎを消してください")
            } else if through.legs.is_empty() {
                (
                    "乗り継ぎに、前の区間がありません".to_owned(),
                    "この連携だけで満たす行は rows に書いてください",
                )
            } else if through.items.is_empty() {
                (
                    "乗り継ぎに、届く項目がありません".to_owned(),
                    "行が要る項目を、はじめの提供データの項目 = この連携の項目 と書いてください",
                )
            } else if through.legs.contains(&self.id) {
                ("乗り継ぎの前の区間に、自分自身があります".to_owned(), "消してください")
            } else {
                continue;
            };
            return Some(("through", what, remedy));
        }
        None
    }
}

/// The legs of a chain with the link itself behind them; the name of the first that is not there.
pub(crate) fn legs<'l>(
    link: &'l Link,
    through: &'l Through,
    links: &'l [Link],
) -> Result<Vec<&'l Link>, &'l str> {
    let find = |id: &'l String| links.iter().find(|other| other.id == *id).ok_or(id.as_str());
    through.legs.iter().map(find).chain(std::iter::once(Ok(link))).collect()
}

/// Everything that keeps a chain from serving its rows; empty when it does. `links` are all of the town.
pub(crate) fn check_through(
    link: &Link,
    through: &Through,
    links: &[Link],
    rows: &[LinkRow],
    known: &Known,
) -> Vec<Problem> {
    let mut check = Check::new(link, known);
    let chain = match legs(link, through, links) {
        Ok(chain) => chain,
        Err(missing) => {
            check.say("through", format!("前の区間「{missing}」がありません"), "名前を確かめてください");
            return check.problems;
        }
    };
    for pair in chain.windows(2) {
        if let [leg, next] = pair {
            check.leg(leg, next);
        }
    }
    let Some(first) = chain.first() else { return check.problems };
    check.items(first, through);
    for wanted in &through.rows {
        match rows.iter().find(|row| row.list == wanted.list && row.no == wanted.no) {
            Some(row) => check.chained_row(row, first, &chain),
            // Whoever checks a list of their own has not loaded the others.
            None if rows.iter().all(|row| row.list != wanted.list) => {}
            None => {
                check.say("through", format!("行「{wanted}」が一覧にありません"), "番号を確かめてください")
            }
        }
    }
    check.problems
}

impl Check<'_> {
    /// A leg that is not the last: it runs, this house takes in what it brings, and the next goes on from there.
    fn leg(&mut self, leg: &Link, next: &Link) {
        let mut of_leg = Check::new(leg, self.known);
        of_leg.parts();
        for problem in of_leg.problems {
            let what = format!("前の区間「{}」が動きません（{}）", leg.id, problem.what);
            self.say("through", what, "その連携を直してください");
        }
        if !matches!(leg.delivery, Delivery::InProcess { .. } | Delivery::Inward { .. }) {
            let what = format!("前の区間「{}」は、この団体のシステムに取り込む連携ではありません", leg.id);
            self.say("through", what, "取り込んだものが次の区間で出ていく連携を挙げてください");
        }
        if leg.target != next.source {
            let what = format!(
                "区間「{}」は「{}」までですが、次の区間「{}」は「{}」からです",
                leg.id, leg.target, next.id, next.source
            );
            self.say("through", what, "つながる順に挙げてください");
        }
        let outlives = leg.term.from <= next.term.from
            && match (leg.term.until, next.term.until) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(leg), Some(next)) => next <= leg,
            };
        if !outlives {
            let what = format!("前の区間「{}」は、この連携の有効期間のうちに動かない日があります", leg.id);
            self.say("through", what, "有効期間を揃えてください");
        }
    }

    /// What the rows need is in what leaves the first system and in what reaches the last.
    fn items(&mut self, first: &Link, through: &Through) {
        for (leaves, arrives) in &through.items {
            for (dataset, item) in [(&first.dataset, leaves), (&self.link.dataset, arrives)] {
                let items = self.known.items.get(dataset);
                if items.is_some_and(|items| !items.contains(item)) {
                    let what = format!("届く項目「{item}」は、データセット {dataset} にありません");
                    self.say("through", what, "項目の名前を確かめてください");
                }
            }
        }
    }

    fn chained_row(&mut self, row: &LinkRow, first: &Link, chain: &[&Link]) {
        let at = row.reference();
        for (key, printed, wanted) in
            [("source", &row.source, &first.source), ("target", &row.target, &self.link.target)]
        {
            if !self.is(printed, wanted) {
                let what = format!("{at} は「{printed}」ですが、乗り継ぎは「{wanted}」です");
                self.say(key, what, "行か区間を直してください");
            }
        }
        for leg in chain {
            let id = &leg.id;
            // What comes at once to the system in between is there when the last leg leaves.
            let at_once = leg.id != self.link.id && leg.timing == Timing::OnChange;
            if let Some(word) = row.method.filter(|word| !at_once && !method_fits(*word, leg)) {
                let what =
                    format!("{at} の方式は「{}」で、区間「{id}」の方式・時期と合いません", word.word());
                self.say("through", what, "区間を直すか、行を外してください");
            }
            if !at_once
                && !row.timing.is_empty()
                && !row.timing.iter().any(|word| timing_fits(*word, leg.timing))
            {
                let words: Vec<_> = row.timing.iter().map(|word| word.word()).collect();
                let what = format!("{at} の時期は「{}」で、区間「{id}」の時期と合いません", words.join("・"));
                self.say("through", what, "区間を直すか、行を外してください");
            }
            if let Some(extent) = row.extent_or_hint().filter(|extent| *extent != leg.extent) {
                let what = format!(
                    "{at} は「{}」ですが、区間「{id}」は「{}」です",
                    extent.word(),
                    leg.extent.word()
                );
                self.say("through", what, "区間を直すか、行を外してください");
            }
        }
        self.charset(row);
        self.taking_in(row);
    }
}
