//! An independent reference of the conversion contract: a model that looks at one character at a time, written from the
//! contract's text, and the crate against it.
//!
//! The law over all: a conversion makes an exact round trip, or tells at least one event, or fails; and where the round trip is
//! exact it tells nothing. Only what is kept as a private scalar is told although it comes back.
//!
//! Where the contract can be read in two ways, this reading was chosen:
//!
//! - 1: a selector behind a selector, or at the start, is a cluster of its own. Pairs with a voiced mark come from the pack for
//!   every charset, so that all split a text alike; without the pack there are none.
//! - 3, 9: widening and policies come after all tables, so a row of the town's for `A` or `ｶ` goes before widening. Only bare
//!   scalars are widened; `ｶ` with a selector is not. `ヷ` and `ヺ` are in no chart, so their marks stay apart.
//! - 4: "no other row's `ucs_area`" means the rows that the view uses.
//! - 5, 6: in X fields of a charset without EBCDIC the substitute is its own `?`. Where a charset lacks the substitute (J+), the
//!   cluster is unmappable under every policy.
//! - 7: the MJ number of a cluster is that of the Moji_Joho sequence, of the standardized sequence, of the scalar that shows the
//!   glyph by itself; else of the base in the same way, else the lowest number with that base.
//! - 9: where a charset pads with a byte of 20 (Windows-31J, EUC-JP), that byte is read in N fields too, and told; other
//!   single bytes are undefined there. J+ has one kind of character, which stands in all fields, and pads with 3000.
//!   Half-width kana of EUC-JP stand in X fields and not in N, though they take two bytes.
//! - 10: a second byte 28, 29 or 38 cuts the pair in N fields as well. A lone 40 is padding at the end of the bytes only, not
//!   before a shift code. Padding is trimmed from the text that was read, whatever codes it came from.
//! - 12: EUC-JP is read by the same rules with its own lengths, IBM's charsets as JEF with 0E and 0F.
//! - 13: J+ writes every spelling of a number, and reads the canonical one.
//! - U: only JEF has codes without a character; an unknown code elsewhere is a mistake and not kept.
//!
//! Which shift code of several is told as put in order (`tidied`) is the crate's choice; that one is told is the law.

mod cases;
mod charts;
mod found;
mod lists;
mod model;
mod reading;
mod setups;
mod streams;
mod sweeps;
mod texts;
mod unicode;
