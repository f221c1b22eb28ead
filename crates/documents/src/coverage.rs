use serde_json::Value;
use typst::text::FontInstance;

/// One character (文字) that the font cannot show as it is written.
///
/// The typesetter says nothing of these: a missing glyph prints as a crossed box, and a variation sequence (異体字
/// シーケンス, IVS) the font lacks prints as its base character, which may be another person's way to write the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlyphFinding {
    /// The character with its variation selector, if it has one.
    pub cluster: String,
    /// Where the cluster begins in its text, counted in Unicode scalar values from 0.
    pub position: usize,
    /// What is missing.
    pub kind: GlyphFindingKind,
    /// The text it stands in, as a JSON pointer into the data (`/persons/0/name/text`); empty when a text was asked
    /// about on its own.
    pub field: String,
}

/// What the font lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlyphFindingKind {
    /// No glyph for the character: a box would be printed.
    NoGlyph,
    /// A glyph for the base character but not for the sequence: the base character would be printed.
    NoSequence,
}

/// The clusters of one text that `font` cannot show.
pub(crate) fn uncovered(font: &FontInstance, text: &str) -> Vec<GlyphFinding> {
    let mut findings = Vec::new();
    let mut scalars = text.chars().enumerate().peekable();
    while let Some((position, base)) = scalars.next() {
        let selector = scalars.next_if(|(_, next)| is_selector(*next)).map(|(_, selector)| selector);
        if let Some(kind) = missing(font, base, selector) {
            let cluster = std::iter::once(base).chain(selector).collect();
            findings.push(GlyphFinding { cluster, position, kind, field: String::new() });
        }
    }
    findings
}

/// The clusters of every text in `data` that `font` cannot show. Keys are not printed and not looked at.
pub(crate) fn uncovered_in(font: &FontInstance, data: &Value) -> Vec<GlyphFinding> {
    let mut findings = Vec::new();
    walk(font, data, &mut String::new(), &mut findings);
    findings
}

/// `serde_json` reads at most 128 levels, and a `Value` made by hand is a programmer's; so the recursion is bounded.
fn walk(font: &FontInstance, value: &Value, pointer: &mut String, findings: &mut Vec<GlyphFinding>) {
    let mut descend = |key: &str, value: &Value| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        walk(font, value, pointer, findings);
        pointer.truncate(length);
    };
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                descend(&index.to_string(), item);
            }
        }
        Value::Object(fields) => {
            // A drawing of ours is no text.
            for (key, item) in fields.iter().filter(|(key, _)| *key != crate::codes::DRAWING) {
                descend(key, item);
            }
        }
        Value::String(text) => {
            let found = uncovered(font, text).into_iter();
            findings.extend(found.map(|finding| GlyphFinding { field: pointer.clone(), ..finding }));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn missing(font: &FontInstance, base: char, selector: Option<char>) -> Option<GlyphFindingKind> {
    // A line feed breaks the line and needs no glyph. Every other control character is one nobody meant to print.
    if base == '\n' && selector.is_none() {
        return None;
    }
    let face = font.ttf();
    if face.glyph_index(base).is_none_or(|glyph| glyph.0 == 0) {
        return Some(GlyphFindingKind::NoGlyph);
    }
    let covered = selector.is_none_or(|selector| face.glyph_variation_index(base, selector).is_some());
    (!covered).then_some(GlyphFindingKind::NoSequence)
}

/// Variation selectors: the standardized ones and those of the Ideographic Variation Database.
///
/// Source: The Unicode Standard, section 23.4; Unicode Technical Standard #37.
pub(crate) fn is_selector(scalar: char) -> bool {
    matches!(scalar, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// What a clerk is told: the character, its code points, and what the font does instead.
impl std::fmt::Display for GlyphFinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let codes: Vec<String> = self.cluster.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
        let what = match self.kind {
            GlyphFindingKind::NoGlyph => "は、書体に字形がなく印字できません",
            GlyphFindingKind::NoSequence => "は、書体にこの異体字がなく、親字の形で印字されます",
        };
        write!(f, "「{}」（{}）{what}", self.cluster, codes.join(" "))
    }
}
