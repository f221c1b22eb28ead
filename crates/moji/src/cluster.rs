//! Clusters: the units that policies, truncation and reports act on.

/// Whether `c` is a variation selector (異体字セレクタ): U+FE00-FE0F or U+E0100-E01EF.
#[must_use]
pub fn is_selector(c: char) -> bool {
    // The cheap comparison first: nearly every character of a register is below U+FE00 or a plain ideograph.
    '\u{FE00}' <= c && (c <= '\u{FE0F}' || ('\u{E0100}'..='\u{E01EF}').contains(&c))
}

/// Splits text into clusters (文字のまとまり): one scalar and at most one variation selector behind it.
///
/// A selector that follows no base stands alone. The pieces joined are the text again.
/// A combining voiced mark (U+3099, U+309A) is a cluster of its own: the pairs that form one cluster are hentaigana
/// of a table that is not loaded yet.
pub fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.chars();
        let base = chars.next()?;
        if !is_selector(base) && chars.clone().next().is_some_and(is_selector) {
            chars.next();
        }
        let (cluster, behind) = rest.split_at_checked(rest.len() - chars.as_str().len())?;
        rest = behind;
        Some(cluster)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_belongs_to_the_scalar_before_it() {
        for (text, want) in [
            ("", vec![]),
            ("東京", vec!["東", "京"]),
            ("葛\u{E0100}城", vec!["葛\u{E0100}", "城"]),
            ("葛\u{E0100}\u{E0101}", vec!["葛\u{E0100}", "\u{E0101}"]),
            ("\u{E0100}葛", vec!["\u{E0100}", "葛"]),
            ("𠮷\u{FE00}野", vec!["𠮷\u{FE00}", "野"]),
            ("か\u{3099}", vec!["か", "\u{3099}"]),
        ] {
            assert_eq!(clusters(text).collect::<Vec<_>>(), want, "{text:?}");
        }
    }
}
