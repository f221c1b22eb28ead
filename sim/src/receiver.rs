//! A system at the other end of a folder that keeps what it took, and is annoyed as real ones are.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use counterparts::{FolderReceiver, Temper};
use layout::{Plan, Record};
use transport::{Folder, Verdict};

use crate::chance::Rng;

/// A receiver and its copy of the register.
pub(crate) struct Receiver {
    pub(crate) place: String,
    folder: Folder,
    plans: BTreeMap<String, Plan>,
    /// The record of each person, byte for byte, as it was taken last.
    pub(crate) content: BTreeMap<String, Vec<u8>>,
    /// The newest delivery of each link.
    pub(crate) taken: BTreeMap<String, u64>,
    /// The bytes' hash of each delivery, which must never change.
    seen: BTreeMap<(String, u64), String>,
    temper: Temper,
}

impl Receiver {
    pub(crate) fn new(place: String, folder: Folder, plans: BTreeMap<String, Plan>) -> Self {
        let (content, taken, seen) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { place, folder, plans, content, taken, seen, temper: Temper::Well }
    }

    /// Whether a link sends here.
    pub(crate) fn has(&self, link: &str) -> bool {
        self.plans.contains_key(link)
    }

    pub(crate) fn temper(&mut self, temper: Temper) {
        self.temper = temper;
    }

    /// The layout of one of its links.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.plans.values().next()
    }

    /// Takes what lies there. What is wrong with what came, if anything is.
    pub(crate) fn turn(&mut self) -> io::Result<Option<String>> {
        let mut sim = FolderReceiver::new(self.folder.clone(), self.plans.clone());
        sim.temper = self.temper;
        for taken in sim.turn().map_err(io::Error::other)? {
            if taken.verdict != Verdict::Applied {
                continue;
            }
            let control = &taken.control;
            let key = (control.link.clone(), control.no);
            if self.seen.get(&key).is_some_and(|before| *before != control.sha256) {
                return Ok(Some(format!(
                    "delivery {} of {} came with other bytes",
                    control.no, control.link
                )));
            }
            self.seen.insert(key, control.sha256.clone());
            let last = self.taken.entry(control.link.clone()).or_default();
            if control.no <= *last {
                continue;
            }
            if control.no != *last + 1 {
                return Ok(Some(format!("delivery {} of {} came behind {last}", control.no, control.link)));
            }
            *last = control.no;
            if control.extent == "full" {
                self.content.clear();
            }
            let bytes = fs::read(self.folder.out().join(&taken.name))?;
            let Some(plan) = self.plans.get(&control.link) else { continue };
            let (mut reader, mut input) = (plan.reader(), bytes.as_slice());
            while let Some(record) = reader.read(&mut input, true) {
                if let Record::Good(good) = record
                    && let Some(key) = good.value("addressee_no")
                {
                    self.content.insert(key.to_owned(), good.bytes.to_vec());
                }
            }
        }
        Ok(None)
    }

    /// Something goes wrong on the way: what, for the trace.
    pub(crate) fn mischief(&mut self, rng: &mut Rng) -> io::Result<&'static str> {
        let names = |folder: std::path::PathBuf, ending: &str| -> io::Result<Vec<std::path::PathBuf>> {
            if !folder.is_dir() {
                return Ok(Vec::new());
            }
            let mut found = Vec::new();
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.to_string_lossy().ends_with(ending) {
                    found.push(path);
                }
            }
            found.sort();
            Ok(found)
        };
        match rng.below(6) {
            0 => self.temper = Temper::Silent,
            1 => self.temper = Temper::Refusing,
            2 | 3 => {
                let receipts = names(self.folder.receipts(), ".receipt")?;
                let Some(receipt) = receipts.get(rng.below(receipts.len())) else { return Ok("-") };
                fs::remove_file(receipt)?;
                return Ok("受領書の紛失");
            }
            4 => {
                let controls = names(self.folder.out(), ".ctl")?;
                let Some(control) = controls.last() else { return Ok("-") };
                let data = control.with_extension("");
                let mut bytes = fs::read(&data).unwrap_or_default();
                let at = rng.below(bytes.len());
                let Some(byte) = bytes.get_mut(at) else { return Ok("-") };
                *byte ^= 1;
                fs::write(&data, bytes)?;
                return Ok("データの破損");
            }
            _ => {
                self.temper = Temper::Well;
                return Ok("受信側の復旧");
            }
        }
        Ok("受信側の停止・拒否")
    }
}
