//! What goes wrong between a place and its receiver.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use counterparts::Temper;

use crate::chance::Rng;
use crate::faults::Fault;
use crate::receiver::{Came, Receiver};

/// Faults of a place; the others are storage's.
pub(crate) const OF_PLACES: [Fault; 10] = [
    Fault::PlaceFull,
    Fault::LostFile,
    Fault::DamagedFile,
    Fault::RepeatedFile,
    Fault::LateFile,
    Fault::LostReceipt,
    Fault::LateReceipt,
    Fault::RepeatedReceipt,
    Fault::ReceiverSilent,
    Fault::ReceiverRefuses,
];

impl Receiver {
    /// Lets this go wrong; false when there is nothing it could happen to.
    pub(crate) fn suffer(&mut self, fault: Fault, rng: &mut Rng) -> io::Result<bool> {
        match fault {
            Fault::ReceiverSilent | Fault::ReceiverRefuses if self.temper != Temper::Well => {
                return Ok(false);
            }
            Fault::ReceiverSilent => self.temper = Temper::Silent,
            Fault::ReceiverRefuses => self.temper = Temper::Refusing,
            Fault::PlaceFull => return self.block(),
            _ if self.is_blocked => return Ok(false),
            Fault::LostFile => return self.lose(rng, false),
            Fault::LateFile => return self.lose(rng, true),
            Fault::DamagedFile => return self.damage(rng),
            Fault::RepeatedFile => return self.repeat(rng),
            Fault::LostReceipt | Fault::LateReceipt => {
                let Some(path) = one_of(&self.folder.receipts(), ".receipt", rng)? else { return Ok(false) };
                if fault == Fault::LateReceipt {
                    self.late.push((path.clone(), fs::read(&path)?));
                }
                fs::remove_file(path)?;
            }
            Fault::RepeatedReceipt => {
                let receipts = self.folder.receipts();
                if let Some(path) = one_of(&receipts, ".1", rng)? {
                    fs::copy(&path, path.with_extension(""))?;
                } else {
                    let waiting = self.waiting()?;
                    let old = one_of(&receipts, ".receipt", rng)?;
                    let Some((old, new)) = old.zip(rng.pick(&waiting)) else { return Ok(false) };
                    let name = new.with_extension("receipt");
                    fs::copy(old, receipts.join(name.file_name().unwrap_or_default()))?;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What was late comes now.
    pub(crate) fn arrive(&mut self) -> io::Result<()> {
        if !self.is_blocked {
            for (path, bytes) in self.late.drain(..) {
                fs::write(path, bytes)?;
            }
        }
        Ok(())
    }

    /// The receiver is well again and its place has room.
    pub(crate) fn mend(&mut self) -> io::Result<()> {
        self.temper = Temper::Well;
        if self.is_blocked {
            unblock(&self.folder.out())?;
            self.is_blocked = false;
        }
        Ok(())
    }

    fn block(&mut self) -> io::Result<bool> {
        if self.is_blocked || !self.folder.out().is_dir() {
            return Ok(false);
        }
        block(&self.folder.out())?;
        self.is_blocked = true;
        Ok(true)
    }

    /// Takes a file that nobody answered yet away, data and slip, the slip last as it came last.
    fn lose(&mut self, rng: &mut Rng, comes_later: bool) -> io::Result<bool> {
        let waiting = self.waiting()?;
        let Some(control) = rng.pick(&waiting) else { return Ok(false) };
        for path in [control.with_extension(""), control.clone()] {
            if comes_later && let Ok(bytes) = fs::read(&path) {
                self.late.push((path.clone(), bytes));
            }
            // Somebody may have lost the data alone before.
            let _ = fs::remove_file(path);
        }
        Ok(true)
    }

    /// The slips of files that have no receipt.
    fn waiting(&self) -> io::Result<Vec<PathBuf>> {
        let mut waiting = names(&self.folder.out(), ".ctl")?;
        waiting.retain(|control| {
            let name = control.with_extension("receipt");
            !self.folder.receipts().join(name.file_name().unwrap_or_default()).exists()
        });
        Ok(waiting)
    }

    fn damage(&self, rng: &mut Rng) -> io::Result<bool> {
        let controls = names(&self.folder.out(), ".ctl")?;
        let Some(control) = controls.last() else { return Ok(false) };
        let data = control.with_extension("");
        let mut bytes = fs::read(&data).unwrap_or_default();
        let at = rng.below(bytes.len());
        let Some(byte) = bytes.get_mut(at) else { return Ok(false) };
        *byte ^= 1;
        fs::write(&data, bytes)?;
        Ok(true)
    }

    /// A delivery of any age comes once more, when its answer is no longer there.
    fn repeat(&self, rng: &mut Rng) -> io::Result<bool> {
        let Some(Came { name, control, data }) = rng.pick(&self.past) else { return Ok(false) };
        let receipt = self.folder.receipts().join(format!("{name}.receipt"));
        if receipt.exists() {
            fs::remove_file(receipt)?;
        }
        fs::write(self.folder.out().join(name), data)?;
        fs::write(self.folder.out().join(format!("{name}.ctl")), control)?;
        Ok(true)
    }
}

/// Puts a file where a folder was, so that nothing can be written there.
pub(crate) fn block(folder: &Path) -> io::Result<()> {
    fs::rename(folder, away(folder))?;
    fs::write(folder, "")
}

/// Brings the folder back.
pub(crate) fn unblock(folder: &Path) -> io::Result<()> {
    fs::remove_file(folder)?;
    fs::rename(away(folder), folder)
}

fn away(folder: &Path) -> PathBuf {
    folder.with_extension("away")
}

fn one_of(folder: &Path, ending: &str, rng: &mut Rng) -> io::Result<Option<PathBuf>> {
    Ok(rng.pick(&names(folder, ending)?).cloned())
}

/// Files of a folder with this ending, sorted, so that a seed finds the same.
fn names(folder: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
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
}
