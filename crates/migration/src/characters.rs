//! Identification of characters (文字同定): what may come into the register, and what becomes of the rest.

use moji::standard::{Unfit, is_plain, named, unfit};
use moji::{Charset, Cluster, Encoder, Field, Options, Tables, Unmappable, clusters, read_back};
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
            let Some(fault) = unfit(cluster) else {
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
                (Unfit::Selector, Some(base)) => {
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
