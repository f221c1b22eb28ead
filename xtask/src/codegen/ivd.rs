//! The Ideographic Variation Database, the Japanese collections.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, ensure};

use super::mj::columns;
use super::sources::{Sources, mojidata};

/// The identifiers of a sequence: Adobe-Japan1 (number), Hanyo-Denshi, Moji_Joho.
#[derive(Default)]
struct Identifiers {
    adobe_japan1: String,
    hanyo_denshi: String,
    moji_joho: String,
}

pub(super) fn ivd(sources: &Sources) -> anyhow::Result<String> {
    let mut bases: BTreeMap<char, BTreeMap<u32, Identifiers>> = BTreeMap::new();
    for (collection, id) in [("Adobe-Japan1", "CID"), ("Hanyo-Denshi", "code"), ("Moji_Joho", "code")] {
        for row in sources.query(&format!(r#"select IVS, "{id}" from "ivs_{collection}""#))? {
            let [sequence, id] = columns(&row)?;
            let mut chars = sequence.chars();
            let (Some(base), Some(selector)) = (chars.next(), chars.next()) else {
                anyhow::bail!("{sequence} is no sequence");
            };
            let place = u32::from(selector).checked_sub(0xE_0100).context("no ideographic selector")?;
            let identifiers = bases.entry(base).or_default().entry(place).or_default();
            match collection {
                "Adobe-Japan1" => id.clone_into(&mut identifiers.adobe_japan1),
                "Hanyo-Denshi" => id.clone_into(&mut identifiers.hanyo_denshi),
                _ => id.trim_start_matches("MJ").clone_into(&mut identifiers.moji_joho),
            }
        }
    }
    let count: usize = bases.values().map(BTreeMap::len).sum();
    let characters = bases.len();
    let mut lines = String::new();
    for (base, sequences) in bases {
        lines.push(base);
        let mut mark = '\t';
        let last = sequences.keys().next_back().copied().unwrap_or_default();
        for place in 0..=last {
            lines.push(mark);
            mark = ' ';
            let Some(Identifiers { adobe_japan1, hanyo_denshi, moji_joho }) = sequences.get(&place) else {
                lines.push('-');
                continue;
            };
            // The line has a place for one of them only; no sequence is in Adobe-Japan1 and another collection.
            ensure!(
                adobe_japan1.is_empty() || (hanyo_denshi.is_empty() && moji_joho.is_empty()),
                "{base} {place}"
            );
            write!(lines, "{adobe_japan1}{hanyo_denshi}")?;
            if !moji_joho.is_empty() {
                write!(lines, "/{moji_joho}")?;
            }
        }
        lines.push('\n');
    }
    Ok(format!(
        "\
# Ideographic Variation Database 2022-09-13, collections Adobe-Japan1, Hanyo-Denshi, Moji_Joho: {count} sequences of {characters}
# characters.
# Columns: base character; with spaces, what is registered for selector E0100, E0101, …: a CID of Adobe-Japan1 (digits only),
# or an identifier of Hanyo-Denshi, or / and a number of Moji_Joho, or both of these; `-`: nothing.
# Source: IVD_Sequences.txt of Unicode, by {}. Licence: Unicode-3.0.
# Copyright (c) 1991-2024 Unicode, Inc. The licence text is LICENSE-UNICODE.txt beside this file.
{lines}",
        mojidata()
    ))
}
