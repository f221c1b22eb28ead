//! Many sheets of few forms in one file: which texts change, and when a form is worth learning.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use typst::text::FontInstance;
use typst_layout::Page;

use crate::codes::DRAWING;
use crate::form::{Form, Leaf, is_plain};

/// A template whose sheets are printed by the thousand.
pub(crate) struct Many {
    /// Its name.
    pub(crate) template: &'static str,
    /// Whether the template takes one sheet only, which counts its own pages.
    pub(crate) is_alone: bool,
    /// The texts that change from sheet to sheet, as JSON pointers; `*` is every element of a list.
    changing: &'static [Changing],
}

struct Changing {
    pointer: &'static str,
    kind: Kind,
    /// See [`Leaf::characters_max`].
    characters_max: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What many sheets share may be part of the form.
    Item,
    /// Somebody's name or address: it is in no form that is kept.
    Personal,
    /// A cell of a person's record. One that is blank takes as much room as one with words.
    Cell,
}

const fn personal(pointer: &'static str) -> Changing {
    Changing { pointer, kind: Kind::Personal, characters_max: None }
}

const fn item(pointer: &'static str) -> Changing {
    Changing { pointer, kind: Kind::Item, characters_max: None }
}

const fn cell(pointer: &'static str) -> Changing {
    Changing { pointer, kind: Kind::Cell, characters_max: None }
}

/// Digits in boxes: `digit-places` of `templates/slip.typ`, with more the boxes are left out.
const fn digits(pointer: &'static str) -> Changing {
    Changing { pointer, kind: Kind::Item, characters_max: Some(9) }
}

/// Copies of resident records.
const COPIES: Many = Many {
    template: "resident-record-copy",
    is_alone: true,
    changing: &[
        item("/issue_line"),
        cell("/address"),
        cell("/head"),
        personal("/persons/*/name/text"),
        personal("/persons/*/name/kana"),
        cell("/persons/*/birth_date"),
        cell("/persons/*/sex"),
        cell("/persons/*/relation"),
        cell("/persons/*/address_since"),
        cell("/persons/*/notified_on"),
        cell("/persons/*/previous_address"),
        cell("/persons/*/record_code"),
        cell("/persons/*/individual_number"),
        personal("/persons/*/nationality/japanese/former_name/text"),
        personal("/persons/*/nationality/japanese/former_name/kana"),
        cell("/persons/*/nationality/japanese/resident_since"),
        cell("/persons/*/nationality/japanese/registered_domicile"),
        cell("/persons/*/nationality/japanese/register_head"),
        personal("/persons/*/nationality/foreign/alias/text"),
        personal("/persons/*/nationality/foreign/alias/kana"),
        cell("/persons/*/nationality/foreign/resident_since"),
        cell("/persons/*/nationality/foreign/country"),
        cell("/persons/*/nationality/foreign/status_of_residence"),
        cell("/persons/*/nationality/foreign/stay_period"),
        cell("/persons/*/nationality/foreign/stay_expires_on"),
        cell("/persons/*/nationality/foreign/card_number"),
        cell("/persons/*/nationality/foreign/class"),
        personal("/persons/*/remarks/*"),
        personal("/persons/*/blocks/*/lines/*"),
    ],
};

/// Tax notices with their slips.
const NOTICES: Many = Many {
    template: "tax-notice",
    is_alone: false,
    changing: &[
        personal("/recipient/postcode"),
        personal("/recipient/address"),
        personal("/recipient/name"),
        item("/facts/*/value"),
        item("/rows/*/*"),
        item("/issue_line"),
        personal("/slips/*/payer"),
        item("/slips/*/notice_no"),
        item("/slips/*/addressee_no"),
        digits("/slips/*/amounts/*/digits"),
        digits("/slips/*/total_digits"),
        item("/slips/*/bar_code/lines/*"),
        item("/slips/*/bar_code/svg"),
    ],
};

pub(crate) const MANY: [Many; 2] = [NOTICES, COPIES];

/// A form is learned when so many sheets of it have come: learning takes as long as typesetting some fifteen.
const WORTH_LEARNING: usize = 30;

/// How many forms are kept. A batch has a few: one for each number of lines and slips.
const FORMS_MAX: usize = 64;

/// What a template is given besides the caller's data: texts as they are printed, so that each stands in one place as a whole.
pub(crate) fn prepare(template: &str, sheet: &mut Value) {
    for many in MANY.iter().filter(|many| many.template == template) {
        for cell in many.changing.iter().filter(|changing| changing.kind == Kind::Cell) {
            for pointer in pointers(sheet, cell.pointer) {
                if let Some(slot) = sheet.pointer_mut(&pointer) {
                    spell_out(slot);
                }
            }
        }
    }
    let text = |members: &Map<String, Value>, name: &str| members.get(name)?.as_str().map(str::to_owned);
    let bare = |yen: String| yen.replace([',', '，'], "");
    let Some(members) = sheet.as_object_mut() else { return };
    if let Some(number) = text(members, "issue_number") {
        members.insert("issue_line".to_owned(), Value::from(format!("発行番号\u{3000}{number}")));
    }
    let Some(slips) = members.get_mut("slips").and_then(Value::as_array_mut) else { return };
    for slip in slips.iter_mut().filter_map(Value::as_object_mut) {
        if let Some(total) = text(slip, "total") {
            slip.insert("total_digits".to_owned(), Value::from(format!("¥{}", bare(total))));
        }
        if let Some(amounts) = slip.get_mut("amounts").and_then(Value::as_array_mut) {
            for amount in amounts.iter_mut().filter_map(Value::as_object_mut) {
                if let Some(yen) = text(amount, "yen") {
                    amount.insert("digits".to_owned(), Value::from(bare(yen)));
                }
            }
        }
        if let Some(code) = slip.get_mut("bar_code").and_then(Value::as_object_mut)
            && let Some(caption) = text(code, "caption")
        {
            code.insert("lines".to_owned(), caption.lines().collect());
        }
    }
}

/// A cell as one text, so that what is left out or blank is a text like any other: 省略, or nothing.
fn spell_out(cell: &mut Value) {
    let words = match cell.as_str() {
        Some("omitted") => "省略",
        Some("blank") => "",
        _ => return,
    };
    *cell = json!({ "text": words });
}

/// A sheet taken apart: what changes, and all the rest as the name of its form.
struct Parted {
    leaves: Vec<Leaf>,
    form: String,
}

impl Many {
    /// `None`: it cannot be filled.
    fn part(&self, sheet: &Value, font: &FontInstance) -> Option<Parted> {
        // The mark of a specimen lies over the words; a filled sheet would have it under them.
        if sheet.get("specimen").and_then(Value::as_bool).unwrap_or(true) {
            return None;
        }
        // A person's record has more places than there are forms worth keeping: deletions and overflow are rare in a batch.
        let has = |name: &str| sheet.get(name).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if self.is_alone && has("overflow") {
            return None;
        }
        let mut leaves = Vec::new();
        let mut rest = sheet.clone();
        for changing in self.changing {
            for mut pointer in pointers(sheet, changing.pointer) {
                if changing.kind == Kind::Cell {
                    pointer.push_str("/text");
                }
                let Some(text) = sheet.pointer(&pointer).and_then(Value::as_str) else { continue };
                let is_drawing = pointer.rsplit('/').next() == Some(DRAWING);
                // Whether something is printed at all may change the page.
                if text.is_empty() && changing.kind != Kind::Cell {
                    continue;
                }
                if !is_drawing && !is_plain(text, font) {
                    if changing.kind != Kind::Item {
                        return None;
                    }
                    continue;
                }
                if changing.characters_max.is_some_and(|max| max < text.chars().count()) {
                    return None;
                }
                if let Some(slot) = rest.pointer_mut(&pointer) {
                    *slot = Value::Bool(true);
                }
                let text = text.to_owned();
                leaves.push(Leaf { pointer, text, characters_max: changing.characters_max });
            }
        }
        // Words the templates do not print whole: the lines and digits made of them are above.
        for unread in
            ["/issue_number", "/slips/*/total", "/slips/*/amounts/*/yen", "/slips/*/bar_code/caption"]
        {
            for pointer in pointers(sheet, unread) {
                if let Some(slot) = rest.pointer_mut(&pointer) {
                    *slot = Value::Null;
                }
            }
        }
        Some(Parted { leaves, form: rest.to_string() })
    }
}

/// The pointers `pattern` means in `value`.
fn pointers(value: &Value, pattern: &str) -> Vec<String> {
    let Some((before, after)) = pattern.split_once("/*") else {
        return if value.pointer(pattern).is_some() { vec![pattern.to_owned()] } else { Vec::new() };
    };
    let Some(list) = value.pointer(before).and_then(Value::as_array) else { return Vec::new() };
    let of = |(at, one): (usize, &Value)| {
        pointers(one, after).into_iter().map(move |inner| format!("{before}/{at}{inner}"))
    };
    list.iter().enumerate().flat_map(|(at, one)| of((at, one)).collect::<Vec<_>>()).collect()
}

/// The forms a press has learned.
#[derive(Default)]
pub(crate) struct Forms {
    by_name: Mutex<BTreeMap<String, Known>>,
}

#[derive(Default)]
struct Known {
    seen: usize,
    /// Learned; `None` inside: it cannot be filled.
    form: Option<Option<Arc<Form>>>,
}

impl Forms {
    /// The pages of each sheet that can be filled; `None` in the place of one that must be typeset. `typeset` makes the pages of
    /// one sheet. All must be [`prepare`]d and have their codes drawn.
    pub(crate) fn fill(
        &self,
        many: &Many,
        sheets: &[Value],
        font: &FontInstance,
        mut typeset: impl FnMut(&Value) -> Option<Vec<Page>>,
    ) -> Vec<Option<Vec<Page>>> {
        let parted: Vec<Option<Parted>> = sheets.iter().map(|sheet| many.part(sheet, font)).collect();
        let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
        for one in parted.iter().flatten() {
            *groups.entry(&one.form).or_default() += 1;
        }
        let mut forms: BTreeMap<&str, Arc<Form>> = BTreeMap::new();
        for (sheet, one) in sheets.iter().zip(&parted) {
            let Some(one) = one else { continue };
            // Each form once: its group is taken when it is looked up.
            let Some(count) = groups.remove(one.form.as_str()) else { continue };
            if let Some(form) = self.known(one, count, || Form::learn(sheet, &one.leaves, font, &mut typeset))
            {
                forms.insert(&one.form, form);
            }
        }
        parted
            .iter()
            .map(|one| {
                let one = one.as_ref()?;
                forms.get(one.form.as_str())?.fill(&one.leaves, font)
            })
            .collect()
    }

    fn known(&self, one: &Parted, count: usize, learn: impl FnOnce() -> Option<Form>) -> Option<Arc<Form>> {
        let lock = || self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut by_name = lock();
            if FORMS_MAX <= by_name.len() && !by_name.contains_key(&one.form) {
                by_name.clear();
            }
            let known = by_name.entry(one.form.clone()).or_default();
            known.seen = known.seen.saturating_add(count);
            if let Some(form) = &known.form {
                return form.clone();
            }
            if known.seen < WORTH_LEARNING {
                return None;
            }
        }
        // Two threads may learn the same form at a time; both get it right.
        let form = learn().map(Arc::new);
        lock().entry(one.form.clone()).or_default().form = Some(form.clone());
        form
    }
}
