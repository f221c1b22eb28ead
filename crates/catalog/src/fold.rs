//! Spellings that mean the same to whoever wrote a list.

use unicode_normalization::UnicodeNormalization;

/// A text without what people do not see as a difference: spaces and line breaks, full and half width, case.
pub(crate) fn folded(text: &str) -> String {
    let shown = text.nfkc().filter(|c| !c.is_whitespace() && !c.is_control());
    shown.flat_map(char::to_lowercase).collect()
}

/// The text before a bracket that ends it, and what stands in the bracket: `自動(オンライン)`, `共通基盤（住記）`.
pub(crate) fn bracketed(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let inside = text.strip_suffix([')', '）'])?;
    // The bracket that opens last and is not closed before the end.
    let mut depth = 1_usize;
    for (place, c) in inside.char_indices().rev() {
        match c {
            ')' | '）' => depth = depth.saturating_add(1),
            '(' | '（' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let outer = inside.get(..place)?.trim();
                    let inner = inside.get(place..)?.get(c.len_utf8()..)?.trim();
                    return (!outer.is_empty() && !inner.is_empty()).then_some((outer, inner));
                }
            }
            _ => {}
        }
    }
    None
}

/// The parts of a cell that names several things; what stands in brackets is not taken apart.
pub(crate) fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '(' | '（' => depth = depth.saturating_add(1),
            ')' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let parted = matches!(c, '・' | '、' | '，' | ',' | '／' | '/' | '＋' | '+' | '\n' | ';' | '；');
        if parted && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_makes_no_difference() {
        for (one, other) in [
            ("連携\n方式", "連携方式"),
            ("ﾌｧｲﾙ転送", "ファイル転送"),
            ("ＦＴＰ", "ftp"),
            ("No．", "no."),
            ("共通基盤（住記）", "共通基盤(住記)"),
            ("　日 次 ", "日次"),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
    }

    #[test]
    fn brackets_at_the_end_are_told_apart() {
        for (text, want) in [
            ("自動(オンライン)", Some(("自動", "オンライン"))),
            ("共通基盤 （住記システム）", Some(("共通基盤", "住記システム"))),
            ("宛名(住基(外国人))", Some(("宛名", "住基(外国人)"))),
            ("(株)ケイズ", None),
            ("自動", None),
            ("()", None),
            ("自動)", None),
            ("自動()", None),
        ] {
            assert_eq!(bracketed(text), want, "{text}");
        }
    }
}
