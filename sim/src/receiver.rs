//! A system at the other end of a folder that keeps what it took.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use counterparts::{FolderReceiver, Temper};
use layout::{Plan, Record};
use transport::{Control, Folder, Verdict};

use crate::broken::{Broken, broken};

/// The rows of a register as a layout writes them, by subject.
pub(crate) type Rows = BTreeMap<String, Vec<u8>>;

/// A delivery as it came: what a network may bring once more.
#[derive(Clone)]
pub(crate) struct Came {
    pub(crate) name: String,
    pub(crate) control: String,
    pub(crate) data: Vec<u8>,
}

/// A receiver and its copy of the register. It believes everything that comes: that nothing older does is the sender's promise.
pub(crate) struct Receiver {
    pub(crate) place: String,
    pub(crate) folder: Folder,
    plans: BTreeMap<String, Plan>,
    /// The record of each person, byte for byte, as it was taken last.
    pub(crate) content: Rows,
    /// The journal up to here is in what it holds, once a full extract came.
    as_of: Option<u64>,
    newest: u64,
    /// The newest delivery of each link.
    pub(crate) taken: BTreeMap<String, u64>,
    /// The bytes' hash of each delivery, which must never change.
    pub(crate) seen: BTreeMap<(String, u64), String>,
    pub(crate) temper: Temper,
    /// Deliveries that came.
    pub(crate) past: Vec<Came>,
    /// Files that are on their way and come later.
    pub(crate) late: Vec<(PathBuf, Vec<u8>)>,
    /// Whether the place is away.
    pub(crate) is_blocked: bool,
}

impl Receiver {
    pub(crate) fn new(place: String, folder: Folder, plans: BTreeMap<String, Plan>) -> Self {
        Self {
            place,
            folder,
            plans,
            content: BTreeMap::new(),
            as_of: None,
            newest: 0,
            taken: BTreeMap::new(),
            seen: BTreeMap::new(),
            temper: Temper::Well,
            past: Vec::new(),
            late: Vec::new(),
            is_blocked: false,
        }
    }

    /// Whether a link sends here.
    pub(crate) fn has(&self, link: &str) -> bool {
        self.plans.contains_key(link)
    }

    /// The layout of its links.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.plans.values().next()
    }

    /// Takes what lies there; `register` says what the register was after a change. Returns how many deliveries were new.
    pub(crate) fn turn(
        &mut self,
        register: &mut dyn FnMut(&Plan, u64) -> Result<Rows, Broken>,
    ) -> Result<u64, Broken> {
        if self.is_blocked {
            return Ok(0);
        }
        let mut sim = FolderReceiver::new(self.folder.clone(), self.plans.clone());
        sim.temper = self.temper;
        let (answered, mut new) = (sim.turn().map_err(anyhow::Error::from)?, 0);
        for taken in answered {
            let control = &taken.control;
            self.no_older(control)?;
            if taken.verdict != Verdict::Applied {
                continue;
            }
            let data = fs::read(self.folder.out().join(&taken.name))?;
            if self.is_new(control)? {
                self.apply(control, &data)?;
                self.compare(control, register)?;
                self.past.push(Came { name: taken.name, control: control.to_text(), data });
                new += 1;
            }
        }
        Ok(new)
    }

    /// Nothing new may come behind what is newer, whether the receiver would have noticed or not.
    fn no_older(&self, control: &Control) -> Result<(), Broken> {
        let Control { link, no, as_of, .. } = control;
        if self.taken.get(link).is_none_or(|last| last < no) && *as_of < self.newest {
            let (place, newest) = (&self.place, self.newest);
            return broken(format!(
                "delivery {no} of {link} is overtaken: it is as of {as_of}, {place} of {newest}"
            ));
        }
        Ok(())
    }

    fn is_new(&mut self, control: &Control) -> Result<bool, Broken> {
        let Control { link, no, sha256, .. } = control;
        let key = (link.clone(), *no);
        if self.seen.get(&key).is_some_and(|before| before != sha256) {
            return broken(format!("delivery {no} of {link} came with other bytes"));
        }
        let last = self.taken.get(link).copied().unwrap_or_default();
        if *no <= last {
            return Ok(false);
        }
        if *no != last + 1 {
            return broken(format!("delivery {no} of {link} came behind {last}"));
        }
        self.seen.insert(key, sha256.clone());
        self.taken.insert(link.clone(), *no);
        Ok(true)
    }

    fn apply(&mut self, control: &Control, data: &[u8]) -> Result<(), Broken> {
        self.newest = control.as_of;
        if control.extent == "full" {
            self.content.clear();
            self.as_of = Some(control.as_of);
        } else if let Some(as_of) = &mut self.as_of {
            *as_of = control.as_of;
        }
        let Some(plan) = self.plans.get(&control.link) else { return broken("a link without a layout") };
        let (mut reader, mut input) = (plan.reader(), data);
        while let Some(record) = reader.read(&mut input, true) {
            if let Record::Good(good) = record
                && let Some(key) = good.value("addressee_no")
            {
                self.content.insert(key.to_owned(), good.bytes.to_vec());
            }
        }
        Ok(())
    }

    /// What it holds is, byte for byte, what the register was.
    fn compare(
        &self,
        control: &Control,
        register: &mut dyn FnMut(&Plan, u64) -> Result<Rows, Broken>,
    ) -> Result<(), Broken> {
        let Some((as_of, plan)) = self.as_of.zip(self.plan()) else { return Ok(()) };
        let when = format!("with delivery {} of {}", control.no, control.link);
        self.equals(&register(plan, as_of)?, &format!("{when}, as of {as_of}"))
    }

    /// Whether it holds these rows and no other.
    pub(crate) fn equals(&self, wanted: &Rows, when: &str) -> Result<(), Broken> {
        let keys = wanted.keys().chain(self.content.keys());
        let mut differs = keys.filter(|key| wanted.get(*key) != self.content.get(*key));
        let Some(key) = differs.next() else { return Ok(()) };
        let shown = |rows: &Rows| rows.get(key).map(|row| String::from_utf8_lossy(row).into_owned());
        broken(format!(
            "{} {when}: it holds {} persons, the register {}; {key} is {:?} here and {:?} there",
            self.place,
            self.content.len(),
            wanted.len(),
            shown(&self.content),
            shown(wanted)
        ))
    }

    /// The newest delivery is sent a second time under the next number: a defect, for the test of this test.
    pub(crate) fn duplicate(&self) -> Result<(), Broken> {
        let Some(last) = self.past.last() else { return Ok(()) };
        let mut control =
            Control::parse(&last.control).map_err(|error| Broken::Promise(register::in_one_line(&error)))?;
        control.no += 1;
        let out = self.folder.out();
        fs::write(out.join("twice.dat"), &last.data)?;
        fs::write(out.join("twice.dat.ctl"), control.to_text())?;
        Ok(())
    }
}
