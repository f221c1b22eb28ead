//! Defects built in on purpose: a run must find each.

/// A rule that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The store acknowledges one change it did not write.
    LostChange,
    /// The store acknowledges changes before they are flushed.
    EarlyAcknowledgement,
    /// One change is committed twice.
    CommitsTwice,
    /// The feed passes over one change in five.
    SkipsChange,
    /// Links forget how far they were.
    ForgetsPosition,
    /// Links to one receiver do not wait for each other.
    Overtakes,
    /// A delivery is sent a second time under the next number.
    SendsTwice,
    /// A receiver loses one person it had taken.
    LostPerson,
}

impl Defect {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LostChange,
        Self::EarlyAcknowledgement,
        Self::CommitsTwice,
        Self::SkipsChange,
        Self::ForgetsPosition,
        Self::Overtakes,
        Self::SendsTwice,
        Self::LostPerson,
    ];
}
