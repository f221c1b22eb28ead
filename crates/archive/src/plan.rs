//! Which files a restore reads.

use jiff::Timestamp;
use register::Position;

use crate::manifest::Archived;
use crate::segment::Extent;

/// Up to where a journal is brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// All that is archived.
    Newest,
    /// This change and all before it.
    Position(Position),
    /// All changes recorded at this time or before.
    Time(Timestamp),
}

impl Target {
    /// Whether a change recorded then still belongs to it.
    pub fn takes(self, position: Position, at: Timestamp) -> bool {
        match self {
            Self::Newest => true,
            Self::Position(last) => position <= last,
            Self::Time(last) => at <= last,
        }
    }

    /// Whether nothing behind this file belongs to it.
    fn ends_with(self, archived: &Archived) -> bool {
        match self {
            Self::Newest => false,
            Self::Position(last) => last <= archived.last,
            Self::Time(last) => archived.last_at.is_some_and(|at| last < at),
        }
    }
}

/// Why nothing can be restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// No full file.
    #[error("全体の控えがありません")]
    NoFull,
    /// The archive ends before.
    #[error("控えは変更{0}までしかありません")]
    Short(Position),
}

/// Chooses the newest full file and the increments behind it that reach furthest, as far as the target needs them.
///
/// # Errors
/// When there is no full file, or a wanted position is not reached.
pub fn plan<'a>(present: &[&'a Archived], target: Target) -> Result<Vec<&'a Archived>, PlanError> {
    let mut best: Vec<&Archived> = Vec::new();
    for (at, full) in present.iter().enumerate().filter(|(_, archived)| archived.extent == Extent::Full) {
        let mut chosen = vec![*full];
        let mut end = *full;
        for next in present.iter().skip(at.saturating_add(1)) {
            if target.ends_with(end) {
                break;
            }
            let follows = next.after == end.last && next.after_hash == end.last_hash;
            if next.extent == Extent::Increment && follows {
                chosen.push(next);
                end = next;
            }
        }
        // Of two that reach as far, the later one: fewer files to read, and made nearer to the moment.
        let reach = |files: &[&Archived]| files.last().map(|archived| archived.last);
        let enough = chosen.last().is_some_and(|last| target.ends_with(last));
        if enough || reach(&best) <= reach(&chosen) {
            best = chosen;
        }
    }
    let end = best.last().ok_or(PlanError::NoFull)?.last;
    match target {
        Target::Position(wanted) if end < wanted => Err(PlanError::Short(end)),
        _ => Ok(best),
    }
}
