//! Personal data replaced by invented data (仮名化), the same value always by the same.
//!
//! What becomes of a field is data: a table of kind, path and rule. A field the table does not name is blanked, so that
//! a field somebody adds to a record is lost from the copy and never passed through.

mod made;
mod rules;

use std::collections::BTreeMap;

use domain::{IndividualNumber, ResidentRecordCode};
use serde_json::{Map, Value};

use made::{Maker, town};
use rules::Rule;
pub use rules::{RuleError, Rules};

/// Fields no rule named, with how often they were blanked: (kind, path) → count.
pub type Unknown = BTreeMap<(String, String), u64>;

/// Masks bodies by rules and a seed.
pub struct Masker<'a> {
    rules: &'a Rules,
    maker: Maker,
    unknown: Unknown,
}

impl<'a> Masker<'a> {
    /// The same seed gives the same copy. Whoever knows the seed and a name can tell what it became; the seed is to be
    /// thrown away when copies need not agree with each other.
    pub fn new(rules: &'a Rules, seed: u64) -> Self {
        Self { rules, maker: Maker::new(seed), unknown: Unknown::new() }
    }

    /// Whether records of this kind are carried at all; those of a kind no rule names are left out.
    pub fn knows(&self, kind: &str) -> bool {
        self.rules.knows(kind)
    }

    /// The masked body of a record. The key of the record is not its business.
    pub fn body(&mut self, kind: &str, body: &Value) -> Value {
        self.value(kind, &mut String::new(), body, None)
    }

    /// Fields that were blanked because no rule names them.
    pub fn unknown(&self) -> &Unknown {
        &self.unknown
    }

    fn value(
        &mut self,
        kind: &str,
        path: &mut String,
        value: &Value,
        within: Option<&Map<String, Value>>,
    ) -> Value {
        if !path.is_empty() {
            if let Some(rule) = self.rules.rule(kind, path) {
                return self.apply(rule, value, within);
            }
            if !self.rules.leads_on(kind, path) {
                if !is_blank(value) {
                    let count = self.unknown.entry((kind.to_owned(), path.clone())).or_default();
                    *count = count.saturating_add(1);
                }
                return blank(value);
            }
        }
        let length = path.len();
        match value {
            Value::Object(fields) => {
                let mut masked = Map::new();
                for (name, field) in fields {
                    if length > 0 {
                        path.push('.');
                    }
                    path.push_str(name);
                    let field = self.value(kind, path, field, Some(fields));
                    path.truncate(length);
                    masked.insert(name.clone(), field);
                }
                Value::Object(masked)
            }
            Value::Array(items) => {
                path.push_str("[]");
                let items = items.iter().map(|item| self.value(kind, path, item, within)).collect();
                path.truncate(length);
                Value::Array(items)
            }
            plain => blank(plain),
        }
    }

    fn apply(&self, rule: &Rule, value: &Value, within: Option<&Map<String, Value>>) -> Value {
        if matches!(rule, Rule::Keep) || value.is_null() {
            return value.clone();
        }
        if matches!(rule, Rule::Blank) {
            return blank(value);
        }
        if let Value::Array(items) = value {
            return Value::Array(items.iter().map(|item| self.apply(rule, item, within)).collect());
        }
        // Every other rule is for a text; what has another shape is blanked.
        let Value::String(text) = value else { return blank(value) };
        if text.is_empty() {
            return value.clone();
        }
        let maker = &self.maker;
        let made = match rule {
            Rule::Keep | Rule::Blank => String::new(),
            Rule::Name => maker.name(text),
            Rule::Family => maker.family(text),
            Rule::Given => maker.given(text),
            Rule::Kana(of) => match within.and_then(|fields| fields.get(of)).and_then(Value::as_str) {
                Some(name) if !name.is_empty() => maker.kana_of(name),
                _ => maker.kana_of(text),
            },
            Rule::FamilyKana(of) => match within.and_then(|fields| fields.get(of)).and_then(Value::as_str) {
                Some(name) if !name.is_empty() => maker.family_kana_of(name),
                _ => maker.family_kana_of(text),
            },
            Rule::Roman => maker.roman(text),
            Rule::Town => town(text).to_owned(),
            Rule::Lot => maker.lot(text),
            Rule::Building => maker.building(text),
            Rule::Place => maker.place(text),
            Rule::Digits => maker.digits(text),
            Rule::Numbers => maker.numbers(text),
            Rule::IndividualNumber => {
                let number = text.get(..11).and_then(|eleven| eleven.parse().ok());
                let number = number.map(|number| maker.permute(11, number));
                let number = number.and_then(|number| IndividualNumber::from_first_eleven(number).ok());
                number.map(|number| number.expose().to_owned()).unwrap_or_default()
            }
            Rule::ResidentRecordCode => {
                let code = text.get(..10).and_then(|ten| ten.parse().ok());
                let code = code.map(|code| maker.permute(10, code));
                let code = code.and_then(|code| ResidentRecordCode::from_first_ten(code).ok());
                code.map(|code| code.expose().to_owned()).unwrap_or_default()
            }
        };
        Value::String(made)
    }
}

/// A value of the same type that says nothing.
fn blank(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => Value::Bool(false),
        Value::Number(_) => Value::Number(0.into()),
        Value::String(_) => Value::String(String::new()),
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Object(_) => Value::Object(Map::new()),
    }
}

fn is_blank(value: &Value) -> bool {
    *value == blank(value)
}
