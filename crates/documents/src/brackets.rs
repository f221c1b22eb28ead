//! Brackets that stand around a text that changes.

use typst::text::{Glyph, TextItem};

/// What a template may put around a text: a reading stands in brackets.
pub(crate) const BRACKETS: (char, char) = ('（', '）');

/// The text between the brackets, if it has them.
pub(crate) fn unbracketed(text: &str) -> Option<&str> {
    text.strip_prefix(BRACKETS.0)?.strip_suffix(BRACKETS.1)
}

/// The glyphs of a text without its brackets.
pub(crate) fn inner(item: &TextItem) -> &[Glyph] {
    match item.glyphs.as_slice() {
        [_, inner @ .., _] if unbracketed(&item.text).is_some() => inner,
        all => all,
    }
}

/// Whether the brackets of two texts, if they have any, are as wide and stand alike.
pub(crate) fn same_brackets(a: &TextItem, b: &TextItem) -> bool {
    let ends = |item: &TextItem| match item.glyphs.as_slice() {
        [open, .., close] if unbracketed(&item.text).is_some() => {
            Some([open, close].map(|glyph| (glyph.id, glyph.x_advance, glyph.x_offset)))
        }
        _ => None,
    };
    ends(a) == ends(b)
}
