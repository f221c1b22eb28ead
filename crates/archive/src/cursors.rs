//! Readers' places at a moment between two archive files.
//!
//! A cursor moves in the same commit as the effect of what was read, but the move itself does not stand in the chain:
//! only where each cursor stood when a file was made is known. For a moment between two files the earlier place is
//! taken. It is safe: nothing is skipped. When the cursor had moved by the later file it may be too early: what was
//! read in between is read once more, by readers that have to take it as already done.

use std::collections::BTreeMap;

use register::Position;

use crate::manifest::Archived;

/// Where a cursor is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeCursor {
    /// Its name.
    pub name: String,
    /// Where it is put.
    pub position: Position,
    /// Up to where it may have stood at that moment; the same when it is known exactly.
    pub at_most: Position,
}

impl SafeCursor {
    /// Whether the place is the one it really had.
    pub fn is_exact(&self) -> bool {
        self.position == self.at_most
    }

    /// What an operator has to know, in Japanese.
    pub fn in_words(&self) -> String {
        let Self { name, position, at_most } = self;
        if self.is_exact() {
            format!("カーソル {name}: 変更{position}（正確）")
        } else {
            format!(
                "カーソル {name}: 変更{position}に戻します。その時点では変更{at_most}まで進んでいたかもしれません。\
                 変更{}から後は、受け手にもう一度渡ることがあります（抜けることはありません）",
                position.0.saturating_add(1)
            )
        }
    }
}

/// The places at a moment, from every file ever archived.
pub fn safe_cursors<'a>(archived: impl Iterator<Item = &'a Archived>, moment: Position) -> Vec<SafeCursor> {
    let (mut before, mut after): (Option<&Archived>, Option<&Archived>) = (None, None);
    for file in archived {
        // Of several made at one position the last counts before, the first after: cursors may move without changes
        // of their own only by a commit, which is a change, so they agree.
        if file.last <= moment && before.is_none_or(|before| before.last <= file.last) {
            before = Some(file);
        }
        if moment <= file.last && after.is_none_or(|after| file.last < after.last) {
            after = Some(file);
        }
    }
    let mut places: BTreeMap<&str, (Position, Position)> = BTreeMap::new();
    for (name, place) in after.map(|file| file.cursors.as_slice()).unwrap_or_default() {
        // A reader cannot have read what was not there yet.
        places.insert(name, (Position(0), (*place).min(moment)));
    }
    for (name, place) in before.map(|file| file.cursors.as_slice()).unwrap_or_default() {
        let at_most = places.get(name.as_str()).map_or(*place, |(_, at_most)| *at_most);
        // A cursor that was put back later: the earlier of both is safe.
        places.insert(name, ((*place).min(at_most), (*place).max(at_most)));
    }
    let safe =
        |(name, (position, at_most)): (&str, _)| SafeCursor { name: name.to_owned(), position, at_most };
    places.into_iter().map(safe).collect()
}
