//! Many sheets of few forms in one file: which texts change, and when a form is worth learning.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use typst::text::FontInstance;
use typst_layout::Page;

use crate::codes::DRAWING;
use crate::form::{Form, Leaf, is_plain};

/// A template whose sheets are printed by the ten thousand.
pub(crate) struct Many {
    /// Its name.
    pub(crate) template: &'static str,
    /// The texts that change from sheet to sheet, as JSON pointers; `*` is every element of a list.
    changing: &'static [Changing],
}

struct Changing {
    pointer: &'static str,
    /// Somebody's name or address: it is in no form that is kept.
    is_personal: bool,
    /// See [`Leaf::characters_max`].
    characters_max: Option<usize>,
}

const fn personal(pointer: &'static str) -> Changing {
    Changing { pointer, is_personal: true, characters_max: None }
}

const fn item(pointer: &'static str) -> Changing {
    Changing { pointer, is_personal: false, characters_max: None }
}

/// Digits in boxes: `digit-places` of `templates/slip.typ`, with more the boxes are left out.
const fn digits(pointer: &'static str) -> Changing {
    Changing { pointer, is_personal: false, characters_max: Some(9) }
}

/// Tax notices with their slips.
pub(crate) const MANY: [Many; 1] = [Many {
    template: "tax-notice",
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
}];

/// A form is learned when so many sheets of it have come: learning takes as long as typesetting some fifteen.
const WORTH_LEARNING: usize = 30;

/// How many forms are kept. A batch has a few: one for each number of lines and slips.
const FORMS_MAX: usize = 64;

/// What a template is given besides the caller's data: texts as they are printed, so that each stands in one place as a whole.
pub(crate) fn prepare(sheet: &mut Value) {
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
        let mut leaves = Vec::new();
        let mut rest = sheet.clone();
        for changing in self.changing {
            for pointer in pointers(sheet, changing.pointer) {
                let Some(text) = sheet.pointer(&pointer).and_then(Value::as_str) else { continue };
                let is_drawing = pointer.rsplit('/').next() == Some(DRAWING);
                // Whether something is printed at all may change the page.
                if text.is_empty() {
                    continue;
                }
                if !is_drawing && !is_plain(text, font) {
                    // An item that many sheets share may be of the form; a person's name may not.
                    if changing.is_personal {
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
