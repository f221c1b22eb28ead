//! Everybody who acts in a simulated year: clerks, systems that are not installed, counterparts, staff who start links.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;

use anyhow::Context;
use catalog::{Delivery, DerivedDataset, Extent, Link};
use counterparts::{FolderReceiver, Mishap, Sender, SenderError};
use domain::{Date, ResidentRecordCode};
use layout::Plan;
use linkage::local;
use office::{Caller, Office, Ready, Rights, RunError, RunOptions};
use register::AsOf;
use serde_json::{Value, json};
use transport::{Folder, Place, Question};

use super::outside::Seeded;
use super::values;

/// Rows of one table that is entered at once.
const ROWS_PER_ENTRY: u64 = 5_000;

/// Subjects of whom one is asked about.
const SUBJECTS_KNOWN: usize = 200;
/// A number nobody has: its check digit is wrong.
const NOBODY: &str = "000000000000000";

/// Ten-digit numbers whose codes newcomers have; the town's own begin lower.
const NEWCOMER_CODES_FROM: u64 = 9_100_000_000;

/// A clerk with every right, as the office's calls want one.
pub(super) fn caller() -> Caller {
    Caller {
        user: "simulate".to_owned(),
        rights: Rights(vec!["*".to_owned()]),
        terminal: "シミュレーション".to_owned(),
    }
}

/// Uses a function and confirms what is only an alert.
fn confirming(office: &Office, function: &str, input: &Value) -> Result<office::Ran, RunError> {
    match office.run(&caller(), function, input, &RunOptions::default()) {
        Err(RunError::Refused(findings)) => {
            let confirmed = findings.iter().map(system::Finding::confirmation).collect();
            office.run(&caller(), function, input, &RunOptions { confirmed, dry_run: false })
        }
        done => done,
    }
}

/// Moves one person in and makes it final.
pub(super) fn move_in(office: &Office, serial: u64, chance: &Seeded) -> anyhow::Result<()> {
    let today = office.today();
    let code = ResidentRecordCode::from_first_ten(NEWCOMER_CODES_FROM + serial)?;
    let names =
        [("葛\u{e0102}城", "カツラギ"), ("𠮷田", "ヨシダ"), ("髙﨑", "タカサキ"), ("山本", "ヤマモト")];
    let index = usize::try_from(chance.below(4)).unwrap_or(0);
    let (family, kana) = names.get(index).copied().unwrap_or(("山本", "ヤマモト"));
    let year = 1950 + chance.below(60);
    let input = json!({
        "move_in_kind": "01", "event_date": today.to_string(), "notified_on": today.to_string(),
        "notifier_relation": "self",
        "members": [{
            "resident_kind": "1", "family_name": family, "given_name": format!("転入{serial}"),
            "name_kana": format!("{kana}　テンニュウ"), "birth_date": format!("{year}-05-05"), "sex": "1",
            "relation": "世帯主", "domicile_prefecture": "架空県", "domicile_municipality": "みなと郡台帳町",
            "domicile_town": "本町１番地", "register_head": format!("{family}　太郎"),
            "resident_record_code": code.expose(),
        }],
        "town": "本町", "lot": format!("{}番地", chance.below(900) + 1),
        "prev_prefecture": "別県", "prev_municipality": "隣市", "prev_lot": "２番地",
    });
    let entered = confirming(office, "resident-register/move-in", &input).context("転入の仮登録")?;
    let provisional = json!({ "provisional_no": entered.opens.unwrap_or_default() });
    confirming(office, "resident-register/finalize", &provisional).context("転入の本登録")?;
    Ok(())
}

/// The staff of the receiving system ask about somebody the other has and about somebody it has not.
pub(super) fn ask(office: &Office, link: &Link, chance: &Seeded) -> anyhow::Result<()> {
    let Delivery::Inquiry { subjects_max, .. } = &link.delivery else { return Ok(()) };
    let Some(Ok(Ready::Answers { dataset, .. })) = office.links().get(&link.id).map(|own| &own.ready) else {
        return Ok(());
    };
    let mut known = Vec::new();
    office.journal().view(AsOf::default())?.scan(dataset.kind, None, &mut |stored| {
        known.push(stored.key.to_string());
        Ok(if known.len() < SUBJECTS_KNOWN { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    let count = u64::try_from(known.len()).unwrap_or(u64::MAX);
    let chosen = usize::try_from(chance.below(count.max(1))).unwrap_or(0);
    let mut subjects: Vec<String> = known.into_iter().skip(chosen).take(1).collect();
    if 1 < *subjects_max {
        subjects.push(NOBODY.to_owned());
    }
    let question = Question { subjects, purpose: "シミュレーションの照会".to_owned() };
    let answered = office.ask(&caller(), &link.id, &question)?.answer;
    let fits = answered.rows.len() + answered.missing.len() == question.subjects.len();
    anyhow::ensure!(fits && (count == 0 || answered.rows.len() == 1), "照会と回答の件数が合いません");
    Ok(())
}

/// What one system that is not installed holds: subjects 1 to `subjects`, of which some change.
pub(super) struct Offering {
    subjects: u64,
    /// A town's registers grow to about its people and then mostly change.
    subjects_most: u64,
    version: u64,
}

impl Offering {
    /// A system that holds nothing yet and will hold so many.
    pub(super) fn new(subjects_most: u64) -> Self {
        Self { subjects: 0, subjects_most: subjects_most.max(1), version: 0 }
    }

    /// Enters `rows` new or changed rows of a dataset.
    pub(super) fn enter(
        &mut self,
        office: &Office,
        dataset: &DerivedDataset,
        rows: u64,
        chance: &Seeded,
    ) -> anyhow::Result<()> {
        let date = office.today().to_string();
        let mut left = rows;
        while left > 0 {
            let now = left.min(ROWS_PER_ENTRY);
            let mut table = dataset.names().join("\t");
            for _ in 0..now {
                let subject = self.subject(chance);
                table.push('\n');
                table.push_str(&values::row(dataset, subject, self.version, &date).join("\t"));
            }
            let input = json!({ "dataset": dataset.id, "rows": table });
            confirming(office, "stand-in/enter", &input).with_context(|| format!("{}の登録", dataset.id))?;
            left -= now;
        }
        Ok(())
    }

    /// Rows for a counterpart's file: values in the order of the layout's items.
    pub(super) fn rows(
        &mut self,
        dataset: &DerivedDataset,
        items: &[&str],
        count: u64,
        full: bool,
        date: Date,
        chance: &Seeded,
    ) -> Vec<Vec<String>> {
        let names = dataset.names();
        let date = date.to_string();
        let mut subjects: Vec<u64> = if full {
            self.subjects = self.subjects.max(count.min(self.subjects_most));
            self.version += 1;
            (1..=self.subjects).collect()
        } else {
            (0..count).map(|_| self.subject(chance)).collect()
        };
        subjects.sort_unstable();
        subjects.dedup();
        subjects
            .into_iter()
            .map(|subject| {
                let values = values::row(dataset, subject, self.version, &date);
                let of = |item: &&str| {
                    let at = names.iter().position(|name| name == item);
                    at.and_then(|at| values.get(at)).cloned().unwrap_or_default()
                };
                items.iter().map(of).collect()
            })
            .collect()
    }

    /// A new subject two times of three while there is room, else one that is there.
    fn subject(&mut self, chance: &Seeded) -> u64 {
        self.version += 1;
        let grows = self.subjects < self.subjects_most && chance.below(3) > 0;
        if self.subjects == 0 || grows {
            self.subjects += 1;
            self.subjects
        } else {
            chance.below(self.subjects) + 1
        }
    }
}

/// The counterparts at the places of a town.
pub(super) struct Counterparts {
    pub(super) receivers: BTreeMap<String, FolderReceiver>,
    senders: BTreeMap<String, (Sender, Offering, Plan)>,
    folders: Vec<Folder>,
}

impl Counterparts {
    /// One receiver for each place and one sender for each link by which data comes in.
    pub(super) fn new(office: &Office, place_of: &dyn Fn(&str) -> Folder, residents: u64) -> Self {
        let mut plans: BTreeMap<String, BTreeMap<String, Plan>> = BTreeMap::new();
        let mut senders = BTreeMap::new();
        let mut folders = BTreeMap::new();
        for running in office.links().all() {
            let Some(place) = running.link.place() else { continue };
            folders.entry(place.to_owned()).or_insert_with(|| place_of(place));
            match &running.ready {
                Ok(Ready::Outward { plan, .. }) => {
                    plans
                        .entry(place.to_owned())
                        .or_default()
                        .insert(running.link.id.clone(), (**plan).clone());
                }
                Ok(Ready::Inward(inward)) => {
                    let other_side: Box<dyn Place> = Box::new(place_of(place).other_side());
                    let (link, plan) = (&running.link, inward.plan.clone());
                    let sender =
                        Sender::new(other_side, &link.id, &link.dataset, &inward.file_prefix, plan.clone());
                    senders.insert(link.id.clone(), (sender, Offering::new(residents), plan));
                }
                _ => {}
            }
        }
        let receivers = plans
            .into_iter()
            .map(|(place, plans)| {
                let folder = place_of(&place);
                (place, FolderReceiver::new(folder, plans))
            })
            .collect();
        Self { receivers, senders, folders: folders.into_values().collect() }
    }

    /// A counterpart sends what a link expects.
    pub(super) fn send(
        &mut self,
        office: &Office,
        link: &str,
        dataset: &DerivedDataset,
        rows: u64,
        chance: &Seeded,
    ) -> anyhow::Result<()> {
        let Some((sender, offering, plan)) = self.senders.get_mut(link) else { return Ok(()) };
        let full = office.links().get(link).is_some_and(|running| running.link.extent == Extent::Full);
        let today = local(office.clock().now()).date();
        let items = plan.layout().items();
        let rows = offering.rows(dataset, &items, rows, full, today, chance);
        sender.send(&rows, full, &today.to_string(), Mishap::None).with_context(|| link.to_owned())?;
        Ok(())
    }

    /// A counterpart sends a delivery without a row: of a link whose data nobody here invents, that it comes and is answered.
    pub(super) fn send_nothing(&mut self, office: &Office, link: &str) -> anyhow::Result<()> {
        let Some((sender, _, _)) = self.senders.get_mut(link) else { return Ok(()) };
        let full = office.links().get(link).is_some_and(|running| running.link.extent == Extent::Full);
        let today = local(office.clock().now()).date();
        match sender.send(&[], full, &today.to_string(), Mishap::None) {
            // A file whose heading names what its rows have in common is never empty.
            Ok(_) | Err(SenderError::Row(_)) => Ok(()),
            Err(error) => Err(error).with_context(|| link.to_owned()),
        }
    }

    /// Takes away what was answered, as a system that tidies its folders does.
    pub(super) fn tidy(&self) -> anyhow::Result<()> {
        for folder in &self.folders {
            for (files, receipts) in
                [(folder.out(), folder.receipts()), (folder.incoming(), folder.answers())]
            {
                for entry in fs::read_dir(&receipts).into_iter().flatten().flatten() {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    let Some(data) = name.strip_suffix(".receipt") else { continue };
                    // The control file first: a file without one is no arrival.
                    for path in [files.join(format!("{data}.ctl")), files.join(data), entry.path()] {
                        match fs::remove_file(&path) {
                            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                                return Err(error.into());
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
