//! Identification of characters (文字同定): what may come into the register, and what becomes of the rest.

use std::sync::LazyLock;

use moji::data::{ivd, mj};
use moji::{Charset, Cluster, Encoder, Field, Options, Tables, Unmappable, clusters, is_selector, read_back};
use serde::Deserialize;

/// What becomes of a character outside the standard set (標準外の文字の扱い).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The row is refused.
    #[default]
    Reject,
    /// The substitute stands for it.
    Substitute,
    /// A simpler form where there is one, else the substitute.
    Shrink,
}

/// A charset for the register that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionError(pub String);

/// The door through which texts come in.
pub struct Admission {
    policy: Policy,
    substitute: char,
    target: Option<(String, Encoder)>,
}

/// What the door says of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admitted {
    /// It comes in as it is.
    Untouched,
    /// It comes in changed: what it is now, and each change in words.
    Changed(String, Vec<(String, String, &'static str)>),
    /// It does not: each character with its reason.
    Refused(Vec<(String, String)>),
}

impl Admission {
    /// A door. `target` names a charset the register is not to go beyond.
    ///
    /// # Errors
    /// When there is no such charset, or it lacks the substitute.
    pub fn new(
        policy: Policy,
        substitute: char,
        target: Option<&str>,
        tables: &Tables,
    ) -> Result<Self, AdmissionError> {
        let target = match target {
            None => None,
            Some(name) => {
                let charset = Charset::from_name(name).map_err(|error| AdmissionError(error.to_string()))?;
                let unmappable = match policy {
                    Policy::Reject => Unmappable::Reject,
                    Policy::Substitute => Unmappable::Substitute,
                    Policy::Shrink => Unmappable::Shrink,
                };
                let options =
                    Options { unmappable, substitute: Some(Cluster::of(substitute)), ..Options::default() };
                let encoder =
                    tables.encoder(&charset, &options).map_err(|error| AdmissionError(error.to_string()))?;
                Some((name.to_owned(), encoder))
            }
        };
        Ok(Self { policy, substitute, target })
    }

    pub(crate) fn admit(&self, text: &str) -> Admitted {
        let own = self.own(text);
        let Some((name, encoder)) = &self.target else { return own };
        let (text, mut changes) = match own {
            Admitted::Untouched => (text.to_owned(), Vec::new()),
            Admitted::Changed(text, changes) => (text, changes),
            refused @ Admitted::Refused(_) => return refused,
        };
        let (mut bytes, mut events) = (Vec::new(), Vec::new());
        match encoder.encode(Field::Mixed, &text, &mut bytes, &mut events) {
            Err(error) => {
                Admitted::Refused(vec![(String::new(), format!("文字コード {name} で書けません（{error}）"))])
            }
            Ok(_) => {
                let losses = events.iter().filter(|event| event.done.is_loss());
                changes.extend(losses.map(|event| (shown(event.from), shown(event.to), event.done.label())));
                let back = read_back(&text, &events);
                if changes.is_empty() { Admitted::Untouched } else { Admitted::Changed(back, changes) }
            }
        }
    }

    /// By the standard set alone.
    fn own(&self, text: &str) -> Admitted {
        if text.chars().all(is_plain) {
            return Admitted::Untouched;
        }
        let (mut kept, mut changes, mut refused) =
            (String::with_capacity(text.len()), Vec::new(), Vec::new());
        for cluster in clusters(text) {
            let Some(fault) = judge(cluster) else {
                kept.push_str(cluster);
                continue;
            };
            let was = named(cluster);
            if self.policy == Policy::Reject {
                refused.push((was, fault.reason().to_owned()));
                continue;
            }
            match (fault, cluster.chars().next()) {
                // The glyph is not the one meant, the character is; both policies keep it.
                (Fault::Selector, Some(base)) => {
                    kept.push(base);
                    changes.push((was, base.to_string(), "異体字セレクタ除去"));
                }
                _ => {
                    kept.push(self.substitute);
                    changes.push((was, self.substitute.to_string(), "代替文字"));
                }
            }
        }
        if refused.is_empty() {
            if changes.is_empty() { Admitted::Untouched } else { Admitted::Changed(kept, changes) }
        } else {
            Admitted::Refused(refused)
        }
    }
}

fn shown(piece: moji::Piece) -> String {
    match piece {
        moji::Piece::Text(cluster) => named(&cluster.to_string()),
        other => other.exactly(),
    }
}

/// A character with its code points; of a code without a character its bytes.
fn named(cluster: &str) -> String {
    let points: Vec<String> = cluster.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
    match cluster.chars().next() {
        Some(c) if (0xF_0000..=0xF_FFFD).contains(&u32::from(c)) => {
            format!("外字コード X'{:04X}'", u32::from(c) - 0xF_0000)
        }
        Some(c) if is_private(c) || c.is_control() || c == '\u{FFFD}' => points.join(" "),
        _ => format!("「{cluster}」（{}）", points.join(" ")),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Control,
    Private,
    Broken,
    Selector,
    Outside,
}

impl Fault {
    fn reason(self) -> &'static str {
        match self {
            Self::Control => "制御文字です",
            Self::Private => "外字で、外字表に文字がありません",
            Self::Broken => "文字コードとして読めないバイトです",
            Self::Selector => "登録のない異体字セレクタが付いています",
            Self::Outside => "標準の文字集合にありません",
        }
    }
}

/// What is wrong with one character, if anything is.
fn judge(cluster: &str) -> Option<Fault> {
    let mut chars = cluster.chars();
    let base = chars.next()?;
    let selector = chars.next().filter(|c| is_selector(*c));
    if is_selector(base) {
        return Some(Fault::Selector);
    }
    if base == '\u{FFFD}' {
        return Some(Fault::Broken);
    }
    if is_private(base) {
        return Some(Fault::Private);
    }
    if base.is_control() && base != '\n' {
        return Some(Fault::Control);
    }
    if !is_plain(base) && base != '\n' {
        return Some(Fault::Outside);
    }
    let known =
        |selector| ivd().is_registered(base, selector) || mj().by_sequence(base, Some(selector)).is_some();
    selector.is_some_and(|selector| !known(selector)).then_some(Fault::Selector)
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Every kanji of the MJ list as a bit, so that a text costs one look per character.
static KANJI: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0_u64; 0x4_0000 / 64];
    for mj in mj().all() {
        for c in [mj.ucs, mj.implemented].into_iter().flatten() {
            if let Some(word) = usize::try_from(u32::from(c) / 64).ok().and_then(|at| bits.get_mut(at)) {
                *word |= 1 << (u32::from(c) % 64);
            }
        }
    }
    bits
});

/// Whether a character by itself is of the standard set (行政事務標準文字): the kanji of the MJ list, kana with hentaigana, and
/// the letters and signs below U+2E80 and of the blocks for East Asian text.
fn is_plain(c: char) -> bool {
    match c {
        ' '..='~' | '\u{A0}'..='\u{2E7F}' | '\u{3000}'..='\u{33FF}' | '\u{FF01}'..='\u{FFEE}' => true,
        '\u{1B000}'..='\u{1B16F}' => true,
        '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => {
            let point = u32::from(c);
            let word = usize::try_from(point / 64).ok().and_then(|at| KANJI.get(at));
            word.is_some_and(|word| word >> (point % 64) & 1 == 1)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(policy: Policy, text: &str) -> String {
        match Admission::new(policy, '〓', None, &Tables::built_in()).unwrap().admit(text) {
            Admitted::Untouched => text.to_owned(),
            Admitted::Changed(text, changes) => {
                let told: Vec<&str> = changes.iter().map(|(.., done)| *done).collect();
                format!("{text} ({})", told.join(" "))
            }
            Admitted::Refused(all) => format!("refused: {}{}", all[0].0, all[0].1),
        }
    }

    #[test]
    fn the_known_characters_survive() {
        for text in [
            "髙橋",
            "宮﨑",
            "𠮷田",
            "葛\u{E0100}城",
            "辻\u{E0101}",
            "ヴァン・ダム",
            "ＪＯＨＮ　Ｏ’ＮＥＩＬ",
            "山田\n太郎",
        ] {
            assert_eq!(through(Policy::Reject, text), text);
        }
    }

    #[test]
    fn the_rest_is_refused_or_told() {
        for (text, rejected, substituted) in [
            ("\u{E000}田", "refused: U+E000外字で、外字表に文字がありません", "〓田 (代替文字)"),
            ("\u{FF040}田", "refused: 外字コード X'F040'外字で、外字表に文字がありません", "〓田 (代替文字)"),
            ("山\u{FFFD}", "refused: U+FFFD文字コードとして読めないバイトです", "山〓 (代替文字)"),
            ("山\u{0}", "refused: U+0000制御文字です", "山〓 (代替文字)"),
            (
                "山\u{E01EF}",
                "refused: 「山\u{E01EF}」（U+5C71 U+E01EF）登録のない異体字セレクタが付いています",
                "山 (異体字セレクタ除去)",
            ),
            ("😀", "refused: 「😀」（U+1F600）標準の文字集合にありません", "〓 (代替文字)"),
        ] {
            assert_eq!(through(Policy::Reject, text), rejected);
            assert_eq!(through(Policy::Substitute, text), substituted);
        }
    }

    #[test]
    fn a_register_in_a_smaller_charset_shrinks_by_the_tables() {
        let door = Admission::new(Policy::Shrink, '〓', Some("Windows-31J"), &Tables::built_in()).unwrap();
        let Admitted::Changed(text, changes) = door.admit("𠮷田　葛\u{E0100}") else { panic!() };
        assert_eq!(text, "吉田　葛");
        assert_eq!(changes.len(), 2);
        assert_eq!(door.admit("髙橋"), Admitted::Untouched);
    }
}
