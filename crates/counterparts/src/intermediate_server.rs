//! 模擬中間サーバー: takes numbers, copies, blocks and inquiries by file, and answers row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use layout::{Plan, Record};
use transport::{Folder, Verdict};

use crate::folder_receiver::{FolderReceiver, ReceiverError, Taken};
use crate::numbers::{Numbers, Refusal, Told};
use crate::sender::{Mishap, Sender, SenderError};

/// The datasets it takes, by the control file.
const NUMBERS: &str = "integrated-addressee/registration";
const COPIES: &str = "integrated-addressee/copy";
const BLOCKS: &str = "integrated-addressee/block";
const INQUIRIES: &str = "integrated-addressee/information-inquiry";

/// The code and words for a copy of somebody whose block should have come first.
const UNBLOCKED: (&str, &str) = ("E401", "自動応答不可の設定がない");
/// Those for a row it was ordered to refuse.
const ORDERED: (&str, &str) = ("E101", "項目の値が範囲外");

/// What the simulator does on order; the default accepts everything and answers every inquiry that there is nothing.
#[derive(Clone, Debug, Default)]
pub struct ServerOrders {
    /// Copies and blocks of these people (団体内統合宛名番号) are refused.
    pub refused: BTreeSet<String>,
    /// The registration and deletion of these numbers is refused.
    pub refused_numbers: BTreeSet<String>,
    /// Of these people no copy is taken before a block.
    pub block_first: BTreeSet<String>,
    /// No copy, block or inquiry is taken of a number that was not registered. A server that was started anew knows none.
    pub number_first: bool,
    /// What others answer about these people.
    pub answers: BTreeMap<String, String>,
}

/// A simulated 中間サーバー at a folder (模擬中間サーバー). What it holds it keeps in memory, and what it owes too: stopped between taking and
/// answering, it never answers. What it has taken, its receiver notes in the folder.
pub struct IntermediateServer {
    receiver: FolderReceiver,
    folder: Folder,
    plans: BTreeMap<String, Plan>,
    results: Sender,
    answers: Sender,
    signs: Option<Sender>,
    /// Behaviour, to be changed at any time.
    pub orders: ServerOrders,
    /// Newest 送信回数 and items by 処理通番, of copies that were accepted.
    copies: BTreeMap<String, (String, String)>,
    blocked: BTreeMap<String, bool>,
    numbers: Numbers,
    /// The number of each accepted copy.
    copy_of: BTreeMap<String, String>,
    /// In the order the rows came: results not sent yet.
    owed_results: Vec<[String; 6]>,
    owed_answers: Vec<[String; 5]>,
    owed_signs: Vec<Vec<String>>,
    /// Every row it took, in the order it took them: dataset and person.
    log: Vec<(String, String)>,
    last_result: u64,
}

impl IntermediateServer {
    /// A server at this folder that knows the layouts of the links by which it is sent to; `results` and `answers` originate what it
    /// sends back.
    pub fn new(folder: Folder, plans: BTreeMap<String, Plan>, results: Sender, answers: Sender) -> Self {
        Self {
            receiver: FolderReceiver::new(folder.clone(), plans.clone()),
            folder,
            plans,
            results,
            answers,
            signs: None,
            orders: ServerOrders::default(),
            copies: BTreeMap::new(),
            blocked: BTreeMap::new(),
            numbers: Numbers::default(),
            copy_of: BTreeMap::new(),
            owed_results: Vec::new(),
            owed_answers: Vec::new(),
            owed_signs: Vec::new(),
            log: Vec::new(),
            last_result: 0,
        }
    }

    /// The server with a sender of 符号取得依頼: it asks for the sign of each number that is registered.
    #[must_use]
    pub fn asking_for_signs(self, signs: Option<Sender>) -> Self {
        Self { signs, ..self }
    }

    /// Takes what lies in the folder, in the order of the moments it is of, row by row.
    ///
    /// # Errors
    /// When the simulator's own folder fails.
    pub fn turn(&mut self) -> Result<Vec<Taken>, ReceiverError> {
        let taken = self.receiver.turn()?;
        for one in taken.iter().filter(|one| one.verdict == Verdict::Applied && !one.repeat) {
            let bytes = fs::read(self.folder.out().join(&one.name)).unwrap_or_default();
            for row in self.rows(&one.control.link, &bytes) {
                self.work(&one.control.dataset, &row);
            }
        }
        Ok(taken)
    }

    /// Sends the results of copies and blocks it owes, in one file, if there are any.
    ///
    /// # Errors
    /// [`SenderError`].
    pub fn send_results(&mut self, date: &str) -> Result<Vec<String>, SenderError> {
        let rows: Vec<Vec<String>> = std::mem::take(&mut self.owed_results)
            .into_iter()
            .map(|row| numbered(&mut self.last_result, row))
            .collect();
        if rows.is_empty() { Ok(Vec::new()) } else { self.results.send(&rows, false, date, Mishap::None) }
    }

    /// Sends the answers to inquiries it owes, in one file, if there are any.
    ///
    /// # Errors
    /// [`SenderError`].
    pub fn send_answers(&mut self, date: &str) -> Result<Vec<String>, SenderError> {
        let rows: Vec<Vec<String>> = std::mem::take(&mut self.owed_answers)
            .into_iter()
            .map(|row| numbered(&mut self.last_result, row))
            .collect();
        if rows.is_empty() { Ok(Vec::new()) } else { self.answers.send(&rows, false, date, Mishap::None) }
    }

    /// Sends the 符号取得依頼 it has not sent yet, in one file, if there are any.
    ///
    /// # Errors
    /// [`SenderError`].
    pub fn send_signs(&mut self, date: &str) -> Result<Vec<String>, SenderError> {
        let Some(signs) = &mut self.signs else { return Ok(Vec::new()) };
        let rows = std::mem::take(&mut self.owed_signs);
        if rows.is_empty() { Ok(Vec::new()) } else { signs.send(&rows, false, date, Mishap::None) }
    }

    /// Sends rows of results as they are, whatever it has taken, and with what is to go wrong.
    ///
    /// # Errors
    /// [`SenderError`].
    pub fn send_as_ordered(
        &mut self,
        rows: &[Vec<String>],
        date: &str,
        mishap: Mishap,
    ) -> Result<Vec<String>, SenderError> {
        self.results.send(rows, false, date, mishap)
    }

    /// The items of an accepted copy, by 処理通番.
    pub fn copy(&self, copy_no: &str) -> Option<&str> {
        self.copies.get(copy_no).map(|(_, items)| items.as_str())
    }

    /// Whether a person is blocked.
    pub fn is_blocked(&self, integrated_no: &str) -> bool {
        self.blocked.get(integrated_no).copied().unwrap_or(false)
    }

    /// Whether a number is registered; none of a number it never heard of.
    pub fn is_registered(&self, integrated_no: &str) -> Option<bool> {
        self.numbers.is_registered(integrated_no)
    }

    /// Every row it took, in order: dataset and 団体内統合宛名番号.
    pub fn log(&self) -> &[(String, String)] {
        &self.log
    }

    fn rows(&self, link: &str, bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
        let Some(plan) = self.plans.get(link) else { return Vec::new() };
        let (mut reader, mut input, mut rows) = (plan.reader(), bytes, Vec::new());
        while let Some(record) = reader.read(&mut input, true) {
            if let Record::Good(good) = record {
                rows.push(good.iter().map(|(field, value)| (field.name.clone(), value.to_owned())).collect());
            }
        }
        rows
    }

    fn work(&mut self, dataset: &str, row: &BTreeMap<String, String>) {
        let text = |name: &str| row.get(name).cloned().unwrap_or_default();
        let person = text("integrated_no");
        self.log.push((dataset.to_owned(), person.clone()));
        match dataset {
            NUMBERS => {
                let refusal = self.register(&person, &text("send_no"), &text("request"));
                self.owe("3", person, text("send_no"), refusal);
            }
            COPIES => {
                let unblocked = self.orders.block_first.contains(&person) && !self.is_blocked(&person);
                let refusal = self.refusal(&person).or(unblocked.then_some(UNBLOCKED));
                if refusal.is_none() {
                    self.copy_of.insert(text("copy_no"), person);
                    self.copies.insert(text("copy_no"), (text("send_no"), text("items")));
                }
                self.owe("1", text("copy_no"), text("send_no"), refusal);
            }
            BLOCKS => {
                let refusal = self.refusal(&person);
                if refusal.is_none() {
                    self.blocked.insert(person.clone(), text("no_automatic_answer") == "1");
                }
                self.owe("2", person, text("send_no"), refusal);
            }
            INQUIRIES => {
                let refusal = self.unknown(&person);
                let answer = self.orders.answers.get(&person).filter(|_| refusal.is_none()).cloned();
                let state = match (refusal, &answer) {
                    (Some(_), _) => "9",
                    (None, Some(_)) => "2",
                    (None, None) => "3",
                };
                let (code, words) = refusal.unwrap_or_default();
                let [code, words] = [code, words].map(str::to_owned);
                let row = [text("inquiry_no"), state.to_owned(), code, words, answer.unwrap_or_default()];
                self.owed_answers.push(row);
            }
            _ => {}
        }
    }

    fn refusal(&self, person: &str) -> Option<Refusal> {
        self.unknown(person).or_else(|| self.orders.refused.contains(person).then_some(ORDERED))
    }

    fn unknown(&self, person: &str) -> Option<Refusal> {
        self.numbers.refusal(person, self.orders.number_first)
    }

    /// Takes a registration or a deletion. With a number go its block and its copies.
    fn register(&mut self, person: &str, send_no: &str, request: &str) -> Option<Refusal> {
        if self.orders.refused_numbers.contains(person) {
            return Some(ORDERED);
        }
        let told = match self.numbers.tell(person, send_no, request) {
            Ok(told) => told,
            Err(refusal) => return Some(refusal),
        };
        if told == Told::Registered && self.signs.is_some() {
            // One number of a request for each registration, whatever was forgotten between.
            self.owed_signs.push(vec![format!("{person}-{send_no}"), person.to_owned()]);
        }
        if told == Told::Deleted {
            self.blocked.remove(person);
            let gone: Vec<String> =
                self.copy_of.iter().filter(|(_, of)| *of == person).map(|(no, _)| no.clone()).collect();
            for copy_no in gone {
                self.copies.remove(&copy_no);
                self.copy_of.remove(&copy_no);
            }
        }
        None
    }

    fn owe(&mut self, of: &str, no: String, send_no: String, refusal: Option<(&str, &str)>) {
        let result = if refusal.is_none() { "1" } else { "9" };
        let (code, words) = refusal.unwrap_or_default();
        let [of, result, code, words] = [of, result, code, words].map(str::to_owned);
        self.owed_results.push([of, no, send_no, result, code, words]);
    }
}

/// A row behind its 結果番号.
fn numbered<const N: usize>(last: &mut u64, row: [String; N]) -> Vec<String> {
    *last = last.saturating_add(1);
    std::iter::once(format!("{last:010}")).chain(row).collect()
}
