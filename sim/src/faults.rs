//! The fault plan: everything that may go wrong, each with a switch, counted when it does.

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process dies before or behind a storage call, or between two steps.
    Kill,
    /// A power cut with it: what was not flushed is lost, whole or in sectors.
    PowerCut,
    /// The n-th storage call from now fails.
    CallFails,
    /// The n-th storage call from now fails, and all behind it until the program is started anew.
    CallsFail,
    /// The disk is full: nothing is committed and no file is made until there is room; what is there can be read.
    DiskFull,
    /// A place is full or away.
    PlaceFull,
    /// A file is lost before the receiver took it.
    LostFile,
    /// A bit of a file flips.
    DamagedFile,
    /// A file that was answered long ago comes once more.
    RepeatedFile,
    /// A file comes later, behind others.
    LateFile,
    /// A receipt is lost.
    LostReceipt,
    /// A receipt comes later, perhaps when it is no longer true.
    LateReceipt,
    /// An old answer comes once more, perhaps under the name of a newer file.
    RepeatedReceipt,
    /// A receiver takes nothing and answers nothing.
    ReceiverSilent,
    /// A receiver refuses everything.
    ReceiverRefuses,
    /// The clock jumps a day ahead or back.
    ClockJump,
}

impl Fault {
    /// All of them, in the order of the type.
    pub const ALL: [Self; 16] = [
        Self::Kill,
        Self::PowerCut,
        Self::CallFails,
        Self::CallsFail,
        Self::DiskFull,
        Self::PlaceFull,
        Self::LostFile,
        Self::DamagedFile,
        Self::RepeatedFile,
        Self::LateFile,
        Self::LostReceipt,
        Self::LateReceipt,
        Self::RepeatedReceipt,
        Self::ReceiverSilent,
        Self::ReceiverRefuses,
        Self::ClockJump,
    ];

    /// Its name on the command line and in figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::PowerCut => "power-cut",
            Self::CallFails => "call-fails",
            Self::CallsFail => "calls-fail",
            Self::DiskFull => "disk-full",
            Self::PlaceFull => "place-full",
            Self::LostFile => "lost-file",
            Self::DamagedFile => "damaged-file",
            Self::RepeatedFile => "repeated-file",
            Self::LateFile => "late-file",
            Self::LostReceipt => "lost-receipt",
            Self::LateReceipt => "late-receipt",
            Self::RepeatedReceipt => "repeated-receipt",
            Self::ReceiverSilent => "receiver-silent",
            Self::ReceiverRefuses => "receiver-refuses",
            Self::ClockJump => "clock-jump",
        }
    }

    /// The fault of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    fn bit(self) -> u32 {
        Self::ALL.into_iter().zip(0..).find(|(fault, _)| *fault == self).map_or(0, |(_, place)| 1 << place)
    }
}

/// Which faults are switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults(u32);

impl Faults {
    /// Everything.
    pub fn all() -> Self {
        Self(u32::MAX)
    }

    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self(0)
    }

    /// The same with one more.
    #[must_use]
    pub fn with(self, fault: Fault) -> Self {
        Self(self.0 | fault.bit())
    }

    /// The same with one less.
    #[must_use]
    pub fn without(self, fault: Fault) -> Self {
        Self(self.0 & !fault.bit())
    }

    /// Whether it is switched on.
    pub fn has(self, fault: Fault) -> bool {
        self.0 & fault.bit() != 0
    }
}

/// How often each fault happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Happened([u64; Fault::ALL.len()]);

impl Happened {
    /// Counts one.
    pub(crate) fn note(&mut self, fault: Fault) {
        self.add(fault, 1);
    }

    fn add(&mut self, fault: Fault, times: u64) {
        let slots = Fault::ALL.into_iter().zip(&mut self.0);
        slots.filter(|(own, _)| *own == fault).for_each(|(_, count)| *count += times);
    }

    /// Each fault with its count.
    pub fn counts(&self) -> impl Iterator<Item = (Fault, u64)> {
        Fault::ALL.into_iter().zip(self.0)
    }

    /// Adds the counts of another run.
    pub fn sum(&mut self, other: &Self) {
        other.counts().for_each(|(fault, times)| self.add(fault, times));
    }
}
