//! One column: the texts of all entries behind one another.

use memchr::memmem;

use crate::signature::Signature;
use crate::{BLOCK, SEPARATOR};

/// From so many blocks on a column has a signature; fewer are read sooner than a signature is asked.
const BLOCKS_MIN: usize = 32;

#[derive(Debug, Default)]
pub(crate) struct Column {
    /// All texts, each ended by [`SEPARATOR`].
    text: String,
    /// Where each block begins in `text`.
    starts: Vec<usize>,
    /// Where each text ends, counted from the start of its block.
    ends: Vec<u32>,
    signature: Option<Signature>,
}

impl Column {
    /// Appends the text of the next place.
    pub(crate) fn push(&mut self, place: usize, text: &str) {
        let block = place / BLOCK;
        if self.starts.len() <= block {
            self.starts.push(self.text.len());
            if self.starts.len() == BLOCKS_MIN {
                self.sign();
            }
        }
        // A block that grew beyond what its ends can count takes no more text: nothing a register holds comes near.
        let start = self.starts.get(block).copied().unwrap_or_default();
        let room = usize::try_from(u32::MAX).unwrap_or(usize::MAX).saturating_sub(self.text.len() - start);
        let text = if text.len() < room { text } else { "" };
        match text.contains(SEPARATOR) {
            true => self.text.push_str(&text.replace(SEPARATOR, " ")),
            false => self.text.push_str(text),
        }
        self.ends.push(u32::try_from(self.text.len() - start).unwrap_or(u32::MAX));
        self.text.push(SEPARATOR);
        if let Some(signature) = &mut self.signature {
            signature.add(text, block);
        }
    }

    /// Makes the signature of what is there.
    fn sign(&mut self) {
        let mut signature = Signature::default();
        for place in 0..self.ends.len() {
            signature.add(self.text(place).unwrap_or_default(), place / BLOCK);
        }
        self.signature = Some(signature);
    }

    /// The text of a place.
    pub(crate) fn text(&self, place: usize) -> Option<&str> {
        let start = *self.starts.get(place / BLOCK)?;
        let from = match place % BLOCK {
            0 => start,
            _ => start + usize::try_from(*self.ends.get(place - 1)?).ok()? + SEPARATOR.len_utf8(),
        };
        self.text.get(from..start + usize::try_from(*self.ends.get(place)?).ok()?)
    }

    /// The blocks a fragment may stand in; nothing when the signature cannot tell.
    pub(crate) fn blocks(&self, fragment: &str) -> Option<Vec<u64>> {
        self.signature.as_ref()?.blocks(fragment, self.starts.len())
    }

    fn block(&self, block: usize) -> (&[u8], &[u32]) {
        let text = self.text.as_bytes();
        let Some(start) = self.starts.get(block).copied() else { return (&[], &[]) };
        let end = self.starts.get(block + 1).copied().unwrap_or(text.len());
        let last = self.ends.len().min((block + 1) * BLOCK);
        (text.get(start..end).unwrap_or_default(), self.ends.get(block * BLOCK..last).unwrap_or_default())
    }

    /// Which places of a block hold a fragment.
    pub(crate) fn holding(&self, block: usize, finder: &memmem::Finder<'_>) -> u64 {
        let (text, ends) = self.block(block);
        let mut found = 0;
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)) {
            let at = from + at;
            let place = ends.partition_point(|end| usize::try_from(*end).is_ok_and(|end| end < at));
            found |= 1 << place.min(BLOCK - 1);
            match ends.get(place).and_then(|end| usize::try_from(*end).ok()) {
                Some(end) => from = end + SEPARATOR.len_utf8(),
                None => break,
            }
        }
        found
    }

    /// Which places of a block have a first line between two bounds.
    pub(crate) fn between(&self, block: usize, from: &str, to: &str) -> u64 {
        let (text, ends) = self.block(block);
        let mut found = 0;
        let mut start = 0;
        for (place, end) in ends.iter().enumerate() {
            let end = usize::try_from(*end).unwrap_or(usize::MAX);
            let whole = text.get(start..end).unwrap_or_default();
            let line = whole.split(|byte| *byte == b'\n').next().unwrap_or_default();
            if !line.is_empty() && from.as_bytes() <= line && line <= to.as_bytes() {
                found |= 1 << place;
            }
            start = end.saturating_add(SEPARATOR.len_utf8());
        }
        found
    }
}
