//! Forms that are typeset once and filled many times.
//!
//! A batch of notices is the same page with other names and numbers on it. Typesetting each of them from its template takes
//! some 20 ms of a processor; writing other words at the places the first one showed takes a twentieth of that.
//!
//! Nobody tells the press where a text goes: a form is **learned**. The template is typeset with probes in place of the texts
//! that change, each probe a character of its own, shorter and longer; where the probes land says at which point, in which size
//! and how aligned a text stands, and up to which width it moves nothing else. What a place does not hold that way, such as a
//! name that must be set smaller, makes its sheet one that is typeset by itself. So a filled sheet is the sheet the
//! template makes; a test compares them glyph by glyph.

use std::collections::BTreeMap;

use serde_json::Value;
use typst::foundations::Smart;
use typst::layout::{Em, Frame, FrameItem, Point};
use typst::syntax::Span;
use typst::text::{FontInstance, Glyph, TextItem};
use typst::visualize::{Image, ImageKind, SvgImage};
use typst_layout::Page;

use crate::brackets::{BRACKETS, inner, same_brackets, unbracketed};
use crate::codes::DRAWING;
use crate::coverage::is_selector;

/// The lengths of the probes, in halves of a character as wide as it is high: a digit more makes an odd one. Two tell the alignment, the
/// others the room, closely where dates and numbers end.
const LENGTHS: [usize; 22] =
    [2, 4, 8, 12, 14, 15, 16, 17, 18, 19, 20, 22, 24, 26, 28, 32, 36, 42, 48, 56, 68, 84];

/// What makes the half: of the script of no other, so that it is set with the probe before it.
const HALF: char = '0';

/// Where the probes are taken from: ideographs no template writes (CJK Unified Ideographs Extension A), all of one width.
const PROBES: std::ops::Range<u32> = 0x3400..0x4DB0;

/// Those for places of digits, not wider than a digit.
const DIGIT_PROBES: std::ops::RangeInclusive<char> = 'A'..='z';

/// How far two places may lie from another and still be the same: a thousandth of a point is far below what any printer shows.
const SAME: f64 = 1e-3;

/// A text of a sheet that changes from one to the next, and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// Where it stands, as a JSON pointer into the sheet.
    pub(crate) pointer: String,
    /// Its words, or the drawing of a code.
    pub(crate) text: String,
    /// The most characters its place holds, which are digits; `None`: only the width counts.
    pub(crate) characters_max: Option<usize>,
}

impl Leaf {
    fn is_drawing(&self) -> bool {
        self.pointer.rsplit('/').next() == Some(DRAWING)
    }
}

/// One place where a text stands. A text may stand at several.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    page: usize,
    /// Where a text of no width would begin.
    origin: Point,
    /// How far the beginning moves for each point of width: 0 on the left, −½ in the middle, −1 on the right.
    shift: f64,
    /// Space added behind each character, in parts of the size.
    tracking: Em,
    /// The same behind the last.
    last: Em,
    /// The item that stood there: its size, colour and language.
    like: TextItem,
}

/// How much a place holds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Room {
    /// A width in parts of the text's size.
    Width(Em),
    /// So many digits.
    Digits(usize),
}

impl Room {
    fn holds(self, item: &TextItem) -> bool {
        match self {
            Self::Width(widest) => Em::from_abs(item.width(), item.size) <= widest,
            Self::Digits(most) => {
                item.text.chars().all(|c| c.is_ascii_digit() || c == '¥') && item.text.chars().count() <= most
            }
        }
    }
}

/// A drawing's place.
#[derive(Debug, Clone)]
struct DrawingPlace {
    page: usize,
    origin: Point,
    like: FrameItem,
}

/// A sheet without its changing texts, and where these stand.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pages: Vec<Page>,
    /// By pointer: the places, and how much they hold.
    texts: BTreeMap<String, (Vec<Place>, Room)>,
    drawings: BTreeMap<String, DrawingPlace>,
}

impl Form {
    /// Learns the form of `sheet`, whose changing texts are `leaves`. `typeset` makes pages of a sheet. `None`: it cannot be
    /// filled, because a text moves something else or is not printed alone.
    pub(crate) fn learn(
        sheet: &Value,
        leaves: &[Leaf],
        font: &FontInstance,
        mut typeset: impl FnMut(&Value) -> Option<Vec<Page>>,
    ) -> Option<Self> {
        let probes = Probes::of(sheet, leaves, font)?;
        let mut lengths = vec![0; leaves.len()];
        let mut look = |lengths: &[usize]| Seen::of(&typeset(&probes.put(sheet, lengths)?)?, &probes, font);
        let set = |lengths: &mut Vec<usize>, length: usize, of: &dyn Fn(usize) -> bool| {
            for (at, leaf) in leaves.iter().enumerate().filter(|(at, _)| of(*at)) {
                if let Some(slot) = lengths.get_mut(at) {
                    *slot = leaf.characters_max.map_or(length, |max| (length / 2).min(max) * 2);
                }
            }
        };
        let [first, second, further @ ..] = LENGTHS;
        set(&mut lengths, first, &|_| true);
        let short = look(&lengths)?;
        set(&mut lengths, second, &|_| true);
        let mut good = look(&lengths)?;
        if !good.rests(&short) {
            return None;
        }
        let laws = short.laws(&good)?;
        // Each text grows until it breaks its law or moves another; what broke stays at the last length it kept.
        let mut growing = vec![true; leaves.len()];
        for length in further {
            let before = lengths.clone();
            set(&mut lengths, length, &|at| growing.get(at).copied().unwrap_or_default());
            let mut seen = look(&lengths)?;
            // A text too long for its place first: it may have pushed others away, which then have nothing to do with it.
            for cause in [Seen::overflowing, Seen::broken] {
                let broken = cause(&seen, &laws, &lengths);
                if broken.is_empty() {
                    continue;
                }
                for at in broken {
                    if let (Some(slot), Some(old), Some(grows)) =
                        (lengths.get_mut(at), before.get(at), growing.get_mut(at))
                    {
                        *slot = *old;
                        *grows = false;
                    }
                }
                seen = look(&lengths)?;
            }
            if !seen.broken(&laws, &lengths).is_empty() || !seen.rests(&good) {
                break;
            }
            good = seen;
            if !growing.iter().any(|grows| *grows) {
                break;
            }
        }
        good.form(leaves, &laws)
    }

    /// The pages with these texts; `None` when a text has no place, is too wide for it or not a plain one.
    pub(crate) fn fill(&self, leaves: &[Leaf], font: &FontInstance) -> Option<Vec<Page>> {
        let mut pages = self.pages.clone();
        for leaf in leaves {
            if leaf.is_drawing() {
                let place = self.drawings.get(&leaf.pointer)?;
                pages.get_mut(place.page)?.frame.push(place.origin, redrawn(&place.like, &leaf.text)?);
                continue;
            }
            let (places, room) = self.texts.get(&leaf.pointer)?;
            if leaf.text.is_empty() {
                continue;
            }
            for place in places {
                let item = written(&leaf.text, place, font)?;
                if !room.holds(&item) {
                    return None;
                }
                let at = Point::new(place.origin.x + item.width() * place.shift, place.origin.y);
                pages.get_mut(place.page)?.frame.push(at, FrameItem::Text(item));
            }
        }
        Some(pages)
    }
}

/// Whether a text is set glyph by glyph as it is written: no line break, no space at its ends, nothing whose width depends on
/// its neighbours (Japanese brackets, commas and stops), no character the font lacks.
pub(crate) fn is_plain(text: &str, font: &FontInstance) -> bool {
    !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && glyphs(text, font).is_some()
        && !text.contains("  ")
}

/// Whether a character stands alone in its own width.
fn stands_alone(c: char) -> bool {
    matches!(c,
        ' '..='~' | '¥' | '\u{3000}' | '々' | '〆' | '〒'
        // Hiragana, katakana, digits and letters as wide as they are high; neither sound marks to be combined nor the middle dot.
        | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '－'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Glyph, bytes before it and behind it, of each character with its selector.
fn glyphs(text: &str, font: &FontInstance) -> Option<Vec<(u16, u16, u16)>> {
    let face = font.ttf();
    let mut found = Vec::new();
    let mut scalars = text.char_indices().peekable();
    while let Some((start, base)) = scalars.next() {
        if !stands_alone(base) {
            return None;
        }
        let selector = scalars.next_if(|(_, next)| is_selector(*next)).map(|(_, selector)| selector);
        let glyph = match selector {
            Some(selector) => face.glyph_variation_index(base, selector)?,
            None => face.glyph_index(base)?,
        };
        let end = start + base.len_utf8() + selector.map_or(0, char::len_utf8);
        (glyph.0 != 0).then_some(())?;
        found.push((glyph.0, u16::try_from(start).ok()?, u16::try_from(end).ok()?));
    }
    Some(found)
}

/// `text` in the manner of the item that stood at `place`.
fn written(text: &str, place: &Place, font: &FontInstance) -> Option<TextItem> {
    let written = glyphs(text, font)?.into_iter().map(|(id, start, end)| {
        let is_last = usize::from(end) == text.len();
        Some(Glyph {
            id,
            x_advance: font.x_advance(id)? + if is_last { place.last } else { place.tracking },
            x_offset: Em::zero(),
            y_advance: Em::zero(),
            y_offset: Em::zero(),
            range: start..end,
            span: (Span::detached(), 0),
        })
    });
    let mut glyphs = written.collect::<Option<Vec<_>>>()?;
    if unbracketed(&place.like.text).is_none() {
        return Some(TextItem { text: text.into(), glyphs, ..place.like.clone() });
    }
    // The brackets stand as they stood: what is plain does not move them.
    let [open, .., close] = place.like.glyphs.as_slice() else { return None };
    let shift = u16::try_from(BRACKETS.0.len_utf8()).ok()?;
    for glyph in &mut glyphs {
        glyph.range = glyph.range.start.checked_add(shift)?..glyph.range.end.checked_add(shift)?;
    }
    let end = u16::try_from(text.len()).ok()?.checked_add(shift)?;
    let behind = end.checked_add(u16::try_from(BRACKETS.1.len_utf8()).ok()?)?;
    glyphs.insert(0, Glyph { range: 0..shift, ..open.clone() });
    glyphs.push(Glyph { range: end..behind, ..close.clone() });
    let text = format!("{}{text}{}", BRACKETS.0, BRACKETS.1);
    Some(TextItem { text: text.into(), glyphs, ..place.like.clone() })
}

/// Another drawing of the same size.
fn redrawn(like: &FrameItem, svg: &str) -> Option<FrameItem> {
    let FrameItem::Image(_, size, span) = like else { return None };
    let image = SvgImage::new(typst::foundations::Bytes::from_string(svg.to_owned())).ok()?;
    Some(FrameItem::Image(Image::new(image, None, Smart::Auto), *size, *span))
}

/// The characters and drawings that stand for the leaves.
struct Probes {
    marks: Vec<Probe>,
}

struct Probe {
    pointer: String,
    kind: ProbeKind,
}

enum ProbeKind {
    Text(char),
    Drawing(String),
}

impl Probes {
    /// A character for each text that occurs nowhere in the sheet, a drawing for each code that is told from the others by a
    /// remark in it.
    fn of(sheet: &Value, leaves: &[Leaf], font: &FontInstance) -> Option<Self> {
        let mut words = String::new();
        gather(sheet, &mut words);
        let advance = |c: char| font.x_advance(font.ttf().glyph_index(c)?.0);
        let free = |c: &char| !words.contains(*c) && advance(*c).is_some();
        let mut wide =
            PROBES.filter_map(char::from_u32).filter(|c| free(c) && advance(*c) == Some(Em::one()));
        let mut digits =
            DIGIT_PROBES.filter(|c| c.is_ascii_alphabetic() && free(c) && advance(*c) <= advance('0'));
        let mut marks = Vec::new();
        for (at, leaf) in leaves.iter().enumerate() {
            let kind = if leaf.is_drawing() {
                ProbeKind::Drawing(format!("{}<!--{at}-->", leaf.text))
            } else {
                let mark = if leaf.characters_max.is_some() { digits.next() } else { wide.next() };
                ProbeKind::Text(mark?)
            };
            marks.push(Probe { pointer: leaf.pointer.clone(), kind });
        }
        Some(Self { marks })
    }

    /// The sheet with probes of these lengths.
    fn put(&self, sheet: &Value, lengths: &[usize]) -> Option<Value> {
        let mut sheet = sheet.clone();
        for (probe, length) in self.marks.iter().zip(lengths) {
            let text = match &probe.kind {
                ProbeKind::Text(mark) => {
                    let mut text = mark.to_string().repeat(length / 2);
                    text.extend((length % 2 == 1).then_some(HALF));
                    text
                }
                ProbeKind::Drawing(svg) => svg.clone(),
            };
            *sheet.pointer_mut(&probe.pointer)? = Value::from(text);
        }
        Some(sheet)
    }

    /// The probe a text is, and its length in halves; `None` for words of the form.
    fn text(&self, text: &str) -> Option<(usize, usize)> {
        let text = unbracketed(text).unwrap_or(text);
        let (text, half) = text.strip_suffix(HALF).map_or((text, 0), |whole| (whole, 1));
        let first = text.chars().next()?;
        let at = self
            .marks
            .iter()
            .position(|probe| matches!(probe.kind, ProbeKind::Text(mark) if mark == first))?;
        text.chars().all(|c| c == first).then(|| (at, 2 * text.chars().count() + half))
    }

    /// The probe a text holds among other words: it is not printed alone.
    fn is_mixed(&self, text: &str) -> bool {
        let holds = |probe: &Probe| matches!(probe.kind, ProbeKind::Text(mark) if text.contains(mark));
        self.text(text).is_none() && self.marks.iter().any(holds)
    }

    fn drawing(&self, image: &Image) -> Option<usize> {
        let ImageKind::Svg(svg) = image.kind() else { return None };
        let is = |probe: &Probe| matches!(&probe.kind, ProbeKind::Drawing(text) if text.as_bytes() == svg.data().as_slice());
        self.marks.iter().position(is)
    }
}

/// A probe's text as it was found.
struct Found {
    page: usize,
    at: Point,
    /// In halves of a character.
    length: usize,
    item: TextItem,
}

/// What stands where on the pages of one typesetting.
struct Seen {
    /// The pages without the probes.
    pages: Vec<Page>,
    /// Everything that is no probe, in its order: the page, its place, and what it is.
    rest: Vec<(usize, Point, FrameItem)>,
    /// By leaf.
    texts: Vec<Vec<Found>>,
    drawings: Vec<Option<DrawingPlace>>,
}

/// How a text's places depend on its width.
type Laws = Vec<Vec<Place>>;

impl Seen {
    fn of(pages: &[Page], probes: &Probes, font: &FontInstance) -> Option<Self> {
        let count = probes.marks.len();
        let mut seen = Self {
            pages: pages.to_vec(),
            rest: Vec::new(),
            texts: std::iter::repeat_with(Vec::new).take(count).collect(),
            drawings: vec![None; count],
        };
        for (number, page) in pages.iter().enumerate() {
            seen.walk(number, &page.frame, Point::zero(), probes, font)?;
        }
        for page in &mut seen.pages {
            strip(&mut page.frame, probes);
        }
        Some(seen)
    }

    fn walk(
        &mut self,
        page: usize,
        frame: &Frame,
        from: Point,
        probes: &Probes,
        font: &FontInstance,
    ) -> Option<()> {
        for (at, item) in frame.items() {
            let at = from + *at;
            match item {
                FrameItem::Group(group) => {
                    let moved = group.transform;
                    let is_plain = group.clip.is_none() && moved.is_only_translate();
                    let inside = at + Point::new(moved.tx, moved.ty);
                    if is_plain {
                        self.walk(page, &group.frame, inside, probes, font)?;
                    } else if holds_probe(&group.frame, probes) {
                        return None;
                    } else {
                        self.rest.push((page, at, item.clone()));
                    }
                }
                FrameItem::Text(text) => match probes.text(&text.text) {
                    Some((leaf, length)) if text.font == *font => {
                        self.texts.get_mut(leaf)?.push(Found { page, at, length, item: text.clone() });
                    }
                    _ if probes.is_mixed(&text.text) => return None,
                    _ => self.rest.push((page, at, item.clone())),
                },
                FrameItem::Image(image, ..) => match probes.drawing(image) {
                    Some(leaf) => {
                        let place = DrawingPlace { page, origin: at, like: item.clone() };
                        // Printed twice: which of the two is not asked for, because no template does it.
                        if self.drawings.get_mut(leaf)?.replace(place).is_some() {
                            return None;
                        }
                    }
                    None => self.rest.push((page, at, item.clone())),
                },
                FrameItem::Tag(_) => {}
                FrameItem::Shape(..) | FrameItem::Link(..) => self.rest.push((page, at, item.clone())),
            }
        }
        Some(())
    }

    /// Whether everything but the probes is where it was.
    fn rests(&self, before: &Self) -> bool {
        let same = |(a, b): (&(usize, Point, FrameItem), &(usize, Point, FrameItem))| {
            a.0 == b.0 && near(a.1, b.1) && is_same(&a.2, &b.2)
        };
        let stay = |(a, b): (&Option<DrawingPlace>, &Option<DrawingPlace>)| match (a, b) {
            (Some(a), Some(b)) => a.page == b.page && near(a.origin, b.origin),
            (a, b) => a.is_none() && b.is_none(),
        };
        self.pages.len() == before.pages.len()
            && self.rest.len() == before.rest.len()
            && self.rest.iter().zip(&before.rest).all(same)
            && self.drawings.iter().zip(&before.drawings).all(stay)
    }

    /// What two lengths tell of each text: where it begins, and how that moves with its width.
    fn laws(&self, longer: &Self) -> Option<Laws> {
        let law = |(short, long): (&Found, &Found)| {
            let (thin, wide) = (short.item.width(), long.item.width());
            let grown = (wide - thin).to_pt();
            let shift = if grown < SAME { 0.0 } else { (long.at.x - short.at.x).to_pt() / grown };
            let added = |glyph: Option<&Glyph>| Some(glyph?.x_advance - long.item.font.x_advance(glyph?.id)?);
            let (tracking, last) = (added(inner(&long.item).first())?, added(inner(&long.item).last())?);
            let origin = Point::new(short.at.x - thin * shift, short.at.y);
            let is_law = short.page == long.page
                && short.item.size == long.item.size
                && same_brackets(&short.item, &long.item)
                && ((long.at.y - short.at.y).to_pt().abs() < SAME);
            is_law.then(|| Place {
                page: short.page,
                origin,
                shift,
                tracking,
                last,
                like: short.item.clone(),
            })
        };
        let of = |(short, long): (&Vec<Found>, &Vec<Found>)| {
            if short.len() == long.len() { short.iter().zip(long).map(law).collect() } else { None }
        };
        self.texts.iter().zip(&longer.texts).map(of).collect()
    }

    /// The texts that stand on more lines than one, or in another size than they began with.
    fn overflowing(&self, laws: &Laws, lengths: &[usize]) -> Vec<usize> {
        let overflows = |(found, (places, length)): (&Vec<Found>, (&Vec<Place>, &usize))| {
            let is_whole = |(found, place): (&Found, &Place)| {
                found.length == *length && found.item.size == place.like.size
            };
            found.len() != places.len() || !found.iter().zip(places).all(is_whole)
        };
        let all = self.texts.iter().zip(laws.iter().zip(lengths)).enumerate();
        all.filter(|(_, one)| overflows(*one)).map(|(at, _)| at).collect()
    }

    /// The texts that do not follow their law.
    fn broken(&self, laws: &Laws, lengths: &[usize]) -> Vec<usize> {
        let follows = |(found, place): (&Found, &Place), length: usize| {
            let width = found.item.width();
            let at = Point::new(place.origin.x + width * place.shift, place.origin.y);
            let glyphs = inner(&found.item);
            let even = glyphs.iter().enumerate().all(|(at, glyph)| {
                let plain = found.item.font.x_advance(glyph.id).unwrap_or_default();
                let space = if at + 1 == glyphs.len() { place.last } else { place.tracking };
                ((glyph.x_advance - plain) - space).get().abs() < SAME
            });
            found.length == length
                && found.page == place.page
                && found.item.size == place.like.size
                && near(found.at, at)
                && same_brackets(&found.item, &place.like)
                && even
        };
        let breaks = |(found, (places, length)): (&Vec<Found>, (&Vec<Place>, &usize))| {
            found.len() != places.len() || !found.iter().zip(places).all(|pair| follows(pair, *length))
        };
        let all = self.texts.iter().zip(laws.iter().zip(lengths)).enumerate();
        all.filter(|(_, one)| breaks(*one)).map(|(at, _)| at).collect()
    }

    fn form(self, leaves: &[Leaf], laws: &Laws) -> Option<Form> {
        let mut texts = BTreeMap::new();
        let mut drawings = BTreeMap::new();
        for (at, leaf) in leaves.iter().enumerate() {
            if leaf.is_drawing() {
                drawings.insert(leaf.pointer.clone(), self.drawings.get(at)?.clone()?);
                continue;
            }
            let found = self.texts.get(at)?;
            let room = if leaf.characters_max.is_some() {
                Room::Digits(found.iter().map(|found| found.length / 2).min().unwrap_or_default())
            } else {
                let widths = found.iter().map(|found| Em::from_abs(found.item.width(), found.item.size));
                Room::Width(widths.reduce(|a, b| if a < b { a } else { b }).unwrap_or_default())
            };
            texts.insert(leaf.pointer.clone(), (laws.get(at)?.clone(), room));
        }
        Some(Form { pages: self.pages, texts, drawings })
    }
}

/// The texts of a value, drawings left out.
fn gather(value: &Value, words: &mut String) {
    match value {
        Value::String(text) => words.push_str(text),
        Value::Array(values) => values.iter().for_each(|value| gather(value, words)),
        Value::Object(members) => {
            members.iter().filter(|(key, _)| *key != DRAWING).for_each(|(_, value)| gather(value, words));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Takes probes and marks of the typesetter away.
fn strip(frame: &mut Frame, probes: &Probes) {
    frame.retain(|item| match item {
        FrameItem::Group(group) => {
            strip(&mut group.frame, probes);
            true
        }
        FrameItem::Text(text) => probes.text(&text.text).is_none(),
        FrameItem::Image(image, ..) => probes.drawing(image).is_none(),
        FrameItem::Tag(_) => false,
        FrameItem::Shape(..) | FrameItem::Link(..) => true,
    });
}

fn holds_probe(frame: &Frame, probes: &Probes) -> bool {
    frame.items().any(|(_, item)| match item {
        FrameItem::Group(group) => holds_probe(&group.frame, probes),
        FrameItem::Text(text) => probes.text(&text.text).is_some() || probes.is_mixed(&text.text),
        FrameItem::Image(image, ..) => probes.drawing(image).is_some(),
        FrameItem::Tag(_) | FrameItem::Shape(..) | FrameItem::Link(..) => false,
    })
}

fn near(a: Point, b: Point) -> bool {
    (a.x - b.x).to_pt().abs() < SAME && (a.y - b.y).to_pt().abs() < SAME
}

/// Whether two items look alike. Places in the sources, which differ from one typesetting to the next, do not count.
fn is_same(a: &FrameItem, b: &FrameItem) -> bool {
    match (a, b) {
        (FrameItem::Text(a), FrameItem::Text(b)) => a.text == b.text && a.size == b.size && a.fill == b.fill,
        (FrameItem::Shape(a, _), FrameItem::Shape(b, _)) => a == b,
        (FrameItem::Image(a, size, _), FrameItem::Image(b, other, _)) => a == b && size == other,
        (FrameItem::Group(a), FrameItem::Group(b)) => {
            a.transform == b.transform && near(a.frame.size().to_point(), b.frame.size().to_point())
        }
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}
