use std::collections::{BTreeMap, BTreeSet};

use crate::fold::{bracketed, folded};
use crate::heading::ITEMS;
use crate::table::Table;
use crate::words::{ARROWS, ASSURANCES, EXTENTS, METHODS, TIMINGS, Word, YES_NO};
use crate::{Direction, Problem, TimingWord};

/// What a word of a list is about (言葉の種類).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum About {
    Heading,
    Method,
    Timing,
    Extent,
    Direction,
    Conversion,
    YesNo,
    Assurance,
    Mark,
    Same,
    Blank,
    Platform,
    /// A heading that only says that a name stands here; its bracket says whose (システム名（送り側）).
    Naming,
    /// What says that a row does not run (廃止).
    Withdrawn,
    /// What names many systems at once (各業務).
    Everyone,
    /// Words in the heading of who is in charge (担当課), whose cells say nothing of the row.
    People,
    /// Words of a time, and how else they are said (年度末 is 3月31日); `?` where they do not say when.
    When,
    /// Words of a remark that keep the row from running until they are answered (現在未使用).
    Remark,
    /// Whether a row is wanted at all (連携要否).
    Need,
    /// What a title says of the way of the rows below it (受信一覧).
    Title,
    /// Headings over columns of today and of what follows (現行, 次期).
    Era,
}

const ABOUTS: &[(&str, About)] = &[
    ("heading", About::Heading),
    ("method", About::Method),
    ("timing", About::Timing),
    ("extent", About::Extent),
    ("direction", About::Direction),
    ("conversion", About::Conversion),
    ("yes-no", About::YesNo),
    ("assurance", About::Assurance),
    ("mark", About::Mark),
    ("same", About::Same),
    ("blank", About::Blank),
    ("platform", About::Platform),
    ("naming", About::Naming),
    ("withdrawn", About::Withdrawn),
    ("everyone", About::Everyone),
    ("people", About::People),
    ("when", About::When),
    ("remark", About::Remark),
    ("need", About::Need),
    ("title", About::Title),
    ("era", About::Era),
];

/// How municipalities word the headings and cells of their lists (連携一覧の言葉). Width, spaces and case make no
/// difference.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    words: BTreeMap<About, BTreeMap<String, String>>,
}

/// How a cell was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sense<'v> {
    /// The cell is a known word.
    Known(&'v str),
    /// The cell holds a known word among others; which is an assumption to be confirmed.
    Guessed(&'v str),
}

impl Vocabulary {
    /// Reads `vocabulary.tsv`: `about`, `word`, `meaning`.
    ///
    /// A row that cannot be read, or a word that already means something else, is a [`Problem`]; the rest is loaded.
    #[must_use]
    pub fn parse(file: &str, text: &str) -> (Self, Vec<Problem>) {
        let mut table = Table::read(file, text);
        let mut vocabulary = Self::default();
        if !table.demand(&["about", "word", "meaning"]) {
            return (vocabulary, table.problems);
        }
        for row in std::mem::take(&mut table.rows) {
            let (about, word) = (table.cell(&row, "about"), table.cell(&row, "word"));
            let (meaning, key) = (table.cell(&row, "meaning"), folded(word));
            let Some((_, kind)) = ABOUTS.iter().find(|(name, _)| *name == about) else {
                let known: Vec<&str> = ABOUTS.iter().map(|(name, _)| *name).collect();
                let problem = table
                    .at(&row, "about", format!("種類「{about}」は知らない言葉です"))
                    .rule(format!("書ける種類は {} です", known.join("、")))
                    .remedy("直してください");
                table.leave_out(&row, vec![problem]);
                continue;
            };
            if key.is_empty() || meaning.is_empty() {
                let problem = table.at(&row, "word", "言葉または意味が空です").remedy("行を直してください");
                table.leave_out(&row, vec![problem]);
                continue;
            }
            let allowed = meanings(*kind);
            let item = meaning.strip_prefix("mark:").filter(|_| *kind == About::Heading).unwrap_or(meaning);
            let interval = *kind == About::Timing && TimingWord::interval(item).is_some();
            // What a word of a time means is a text itself.
            if !allowed.contains(&item) && !interval && *kind != About::When {
                let problem = table
                    .at(&row, "meaning", format!("意味「{meaning}」は知らない言葉です"))
                    .rule(format!("「{about}」の意味に書けるのは {} です", allowed.join("、")))
                    .remedy("どれかに直してください");
                table.leave_out(&row, vec![problem]);
                continue;
            }
            let words = vocabulary.words.entry(*kind).or_default();
            match words.get(&key) {
                Some(before) if before != meaning => {
                    let problem = table
                        .at(&row, "word", format!("「{word}」はすでに「{before}」の意味です"))
                        .rule("一つの言葉は一つの意味です")
                        .remedy("どちらかの行を消してください");
                    table.leave_out(&row, vec![problem]);
                }
                _ => {
                    words.insert(key, meaning.to_owned());
                }
            }
        }
        (vocabulary, table.problems)
    }

    /// The meaning of exactly this text.
    pub(crate) fn exact(&self, about: About, text: &str) -> Option<&str> {
        self.words.get(&about)?.get(&folded(text)).map(String::as_str)
    }

    /// The meaning of a cell: of the word it is, or of the longest word in it.
    pub(crate) fn sense(&self, about: About, text: &str) -> Option<Sense<'_>> {
        if let Some(known) = self.exact(about, text) {
            return Some(Sense::Known(known));
        }
        let cell = folded(text);
        let words = self.words.get(&about)?;
        // One letter or sign is too little to go by.
        let within =
            words.iter().filter(|(word, _)| 2 <= word.chars().count() && cell.contains(word.as_str()));
        within.max_by_key(|(word, _)| word.chars().count()).map(|(_, meaning)| Sense::Guessed(meaning))
    }

    /// The words of a kind, as they are compared.
    pub(crate) fn words_of(&self, about: About) -> impl Iterator<Item = &str> {
        self.words.get(&about).into_iter().flatten().map(|(word, _)| word.as_str())
    }

    /// The longest word of a kind that a folded text begins with, and its meaning. `before` is what stands before the text:
    /// letters and figures belong to a word as a whole, 「1回/日」 is none of 「11回/日」.
    pub(crate) fn longest(&self, about: About, text: &str, before: Option<char>) -> Option<(&str, &str)> {
        let inner = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let stands_alone = |word: &str| {
            let ascii = word.chars().any(|c| c.is_ascii_alphanumeric());
            let behind = text.get(word.len()..).and_then(|rest| rest.chars().next());
            let begins = inner(word.chars().next()) && inner(before);
            let ends = inner(word.chars().last()) && inner(behind);
            !ascii || !(begins || ends)
        };
        let words = self.words.get(&about)?.iter();
        let found = words.filter(|(word, _)| text.starts_with(word.as_str()) && stands_alone(word));
        found.max_by_key(|(word, _)| word.len()).map(|(word, meaning)| (word.as_str(), meaning.as_str()))
    }

    /// An arrow between two texts: what stands left of it, its meaning, and what stands right.
    pub(crate) fn arrow_in(&self, text: &str) -> Option<(String, &str, String)> {
        let text = folded(text);
        let words = self.words.get(&About::Direction)?;
        let signs = words.iter().filter(|(word, _)| {
            // A hyphen or a sign of less may stand in any text.
            !word.chars().any(|c| c.is_alphanumeric() || (c.is_ascii() && word.chars().count() == 1))
        });
        let found =
            signs.filter_map(|(word, meaning)| Some((text.split_once(word.as_str())?, word, meaning)));
        let ((left, right), _, meaning) = found.max_by_key(|(_, word, _)| word.chars().count())?;
        (!left.is_empty() && !right.is_empty()).then(|| (left.to_owned(), meaning.as_str(), right.to_owned()))
    }

    /// Which way a title says the rows below it go; nothing where it names both ways or none. A note above a list may speak
    /// of 受信データ as well, and is no title.
    pub(crate) fn titled(&self, text: &str) -> Option<Direction> {
        const CHARS_MAX: usize = 40;
        let text = folded(text);
        let is_note = text.starts_with(['※', '*', '注']) || text.contains('。');
        if is_note || CHARS_MAX < text.chars().count() {
            return None;
        }
        let words = self.words.get(&About::Title)?;
        let within = words.iter().filter(|(word, _)| text.contains(word.as_str()));
        let ways: BTreeSet<&str> = within.map(|(_, way)| way.as_str()).collect();
        match ways.into_iter().collect::<Vec<_>>().as_slice() {
            ["in"] => Some(Direction::In),
            ["out"] => Some(Direction::Out),
            _ => None,
        }
    }

    /// The item a heading stands for: by the whole text, without its bracket or mark of a footnote, or by its end,
    /// for in a Japanese heading the last word says what it is.
    pub(crate) fn heading(&self, text: &str) -> Option<&str> {
        self.heading_exact(text).or_else(|| {
            let text = plain_heading(text);
            let words = self.words.get(&About::Heading)?;
            let ends =
                words.iter().filter(|(word, _)| 2 <= word.chars().count() && text.ends_with(word.as_str()));
            ends.max_by_key(|(word, _)| word.chars().count()).map(|(_, item)| item.as_str())
        })
    }

    /// The same by the whole text alone.
    pub(crate) fn heading_exact(&self, text: &str) -> Option<&str> {
        self.exact(About::Heading, text)
            .or_else(|| self.exact(About::Heading, self.named_of(text)?))
            .or_else(|| self.exact(About::Heading, &plain_heading(text)))
    }

    /// Whose name a heading says stands below: 送り側 of システム名（送り側）.
    fn named_of<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (outer, inner) = bracketed(text)?;
        self.exact(About::Naming, outer).map(|_| inner)
    }
}

/// What the words of a kind may mean.
fn meanings(about: About) -> Vec<&'static str> {
    fn printed<T>(words: &[Word<T>]) -> Vec<&'static str> {
        words.iter().map(|(word, _)| *word).collect()
    }
    match about {
        About::Heading => printed(ITEMS),
        About::Method => printed(METHODS),
        About::Timing => printed(TIMINGS),
        About::Extent => printed(EXTENTS),
        About::Direction => printed(ARROWS),
        About::Conversion => vec!["有", "無"],
        About::YesNo => printed(YES_NO),
        About::Assurance => printed(ASSURANCES),
        About::Mark => vec!["yes", "no"],
        About::Same => vec!["above"],
        About::Blank => vec!["blank"],
        About::Platform => vec!["platform"],
        About::Naming => vec!["name"],
        About::Withdrawn => vec!["anywhere", "alone", "row"],
        About::Everyone => vec!["everyone"],
        About::People => vec!["people"],
        About::When => vec!["-", "?", "?日", "?時"],
        About::Remark => vec!["withdrawn", "by-hand", "way"],
        About::Need => printed(YES_NO),
        About::Title => vec!["in", "out", "both"],
        About::Era => vec!["now", "next"],
    }
}

/// A heading without brackets and marks of footnotes.
fn plain_heading(text: &str) -> String {
    let text = folded(text);
    let mut plain = text.as_str();
    while let Some((outer, _)) = bracketed(plain) {
        plain = outer;
    }
    let cut = plain.find(['※', '*', '注']).filter(|place| 0 < *place).unwrap_or(plain.len());
    plain.get(..cut).unwrap_or(plain).to_owned()
}
