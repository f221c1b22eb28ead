//! Forms as they stand on a screen: each field with its value, its hint and what the rules say of it.

use serde_json::Value;
use system::{Field, FieldKind, Finding, Form};

use crate::words::date_words;

/// How a field is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Lines,
    Select,
    Radio,
    Flag,
    Persons,
    Hidden,
}

/// One thing to choose.
pub(crate) struct OptionView {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) checked: bool,
}

/// One field on a screen.
pub(crate) struct FieldView {
    /// Its name in what is sent, and its path in findings.
    pub(crate) path: String,
    /// The same as an identifier of the page.
    pub(crate) id: String,
    pub(crate) title: &'static str,
    pub(crate) help: String,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
    pub(crate) value: String,
    /// How the program reads a date that was entered.
    pub(crate) reading: String,
    pub(crate) options: Vec<OptionView>,
    pub(crate) findings: Vec<Finding>,
    /// Class for its width.
    pub(crate) width: &'static str,
    pub(crate) numeric: bool,
    pub(crate) name_font: bool,
    pub(crate) focus: bool,
    /// The list of suggestions it draws on; empty for none.
    pub(crate) list: &'static str,
}

impl FieldView {
    /// Whether it is blank and no rule speaks of it.
    fn is_quiet(&self) -> bool {
        self.value.is_empty() && self.findings.is_empty()
    }

    /// Whether a rule stops at this field.
    pub(crate) fn stopped(&self) -> bool {
        self.findings.iter().any(Finding::stops)
    }
}

/// Fields asked for once, or one row of a repeated section.
pub(crate) struct RowView {
    /// `section.index` of a repeated section; empty otherwise.
    pub(crate) name: String,
    /// 1人目, 1件目 …; empty when asked for once.
    pub(crate) title: String,
    pub(crate) fields: Vec<FieldView>,
    /// Fields few people need, folded away until one of them says something.
    pub(crate) folds: Vec<Fold>,
}

/// Fields folded away together.
pub(crate) struct Fold {
    pub(crate) title: &'static str,
    pub(crate) open: bool,
    pub(crate) fields: Vec<FieldView>,
}

/// One section on a screen.
pub(crate) struct SectionView {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) repeated: bool,
    /// What its rows are counted in.
    pub(crate) unit: &'static str,
    /// Whether another row may be added.
    pub(crate) open: bool,
    pub(crate) rows: Vec<RowView>,
    /// What the rules say of the section as a whole.
    pub(crate) findings: Vec<Finding>,
}

/// A person who can be chosen, as the household shows them.
pub(crate) struct Choosable {
    pub(crate) addressee_no: String,
    pub(crate) label: String,
}

/// A section with more fields than this folds away what few people need.
const FIELDS_UNFOLDED_MAX: usize = 14;

/// What is folded away together, by the beginnings of the fields' names.
const FOLDS: &[(&str, &[&str])] = &[
    ("旧氏・通称・ローマ字氏名", &["former_family_", "former_kana_", "alias_", "name_roman", "name_kanji"]),
    ("フリガナの確認と公証", &["kana_confirmed", "kana_attested"]),
    (
        "外国人住民の項目",
        &[
            "nationality",
            "art30_45_",
            "status_of_residence",
            "stay_",
            "residence_card_",
            "landing_",
            "provisional_stay_",
            "name_preference",
            "old_alien_",
            "residence_notified",
            "entry_article",
            "entered_by_landing_",
        ],
    ),
];

/// Choices up to so many stand open beside each other when one must be taken.
const RADIO_MAX: usize = 5;

/// A form with values and findings. `focus` names the field the cursor goes to; persons of a known household can be
/// ticked.
pub(crate) fn sections(
    form: &Form,
    input: &Value,
    findings: &[Finding],
    persons: &[Choosable],
    focus: &str,
) -> Vec<SectionView> {
    let context = Context { findings, persons, focus };
    form.sections
        .iter()
        .map(|section| {
            let rows = match section.repeat_max {
                None => {
                    let fields = section.fields.iter().map(|field| context.field(field, "", input)).collect();
                    vec![row_view(String::new(), String::new(), fields)]
                }
                Some(_) => {
                    let blank = [Value::Object(serde_json::Map::new())];
                    let rows = input.get(section.name).and_then(Value::as_array).map(Vec::as_slice);
                    let rows = rows.filter(|rows| !rows.is_empty()).unwrap_or(&blank);
                    let row = |(index, row): (usize, &Value)| {
                        let name = format!("{}.{index}", section.name);
                        let prefix = format!("{name}.");
                        let fields =
                            section.fields.iter().map(|field| context.field(field, &prefix, row)).collect();
                        row_view(name, format!("{}{}目", index + 1, counted(section)), fields)
                    };
                    rows.iter().enumerate().map(row).collect()
                }
            };
            let whole = !section.name.is_empty();
            SectionView {
                name: section.name,
                title: section.title,
                repeated: section.repeat_max.is_some(),
                unit: counted(section),
                open: section.repeat_max.is_some_and(|max| rows.len() < max),
                rows,
                findings: findings.iter().filter(|one| whole && one.path == section.name).cloned().collect(),
            }
        })
        .collect()
}

/// What the rows of a repeated section are counted in: people, or things.
fn counted(section: &system::Section) -> &'static str {
    let of_people = |field: &Field| matches!(field.kind, FieldKind::AddresseeNo | FieldKind::Relation);
    if section.fields.iter().any(of_people) { "人" } else { "件" }
}

fn row_view(name: String, title: String, fields: Vec<FieldView>) -> RowView {
    let mut row = RowView { name, title, fields, folds: Vec::new() };
    if row.fields.len() <= FIELDS_UNFOLDED_MAX {
        return row;
    }
    for (title, beginnings) in FOLDS {
        let belongs = |field: &FieldView| {
            let own = field.path.rsplit('.').next().unwrap_or_default();
            !field.required && beginnings.iter().any(|beginning| own.starts_with(beginning))
        };
        let (folded, kept): (Vec<FieldView>, Vec<FieldView>) = row.fields.into_iter().partition(belongs);
        row.fields = kept;
        if !folded.is_empty() {
            row.folds.push(Fold { title, open: !folded.iter().all(FieldView::is_quiet), fields: folded });
        }
    }
    row
}

/// The path as an identifier of the page.
pub(crate) fn anchor(path: &str) -> String {
    format!("f-{}", path.replace(['.', ' '], "-"))
}

struct Context<'a> {
    findings: &'a [Finding],
    persons: &'a [Choosable],
    focus: &'a str,
}

impl Context<'_> {
    fn field(&self, field: &Field, prefix: &str, row: &Value) -> FieldView {
        let path = format!("{prefix}{}", field.name);
        let given = row.get(field.name);
        let value = match given {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(true)) => "1".to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
            _ => String::new(),
        };
        let (shape, options) = self.shape(field, &value);
        let reading = match field.kind {
            FieldKind::Date | FieldKind::RegisterDate => reading(&value),
            // Who a number is, when the household says so.
            FieldKind::AddresseeNo => {
                let person = self.persons.iter().find(|person| person.addressee_no == value);
                person.map(|person| person.label.clone()).unwrap_or_default()
            }
            _ => String::new(),
        };
        let list = match field.kind {
            FieldKind::Relation => "relations",
            FieldKind::AddresseeNo if !self.persons.is_empty() => "persons",
            _ => "",
        };
        let help = match (&field.kind, field.help) {
            (FieldKind::Persons, "") if shape == Shape::Text => "宛名番号。二人以上は空白で区切る".to_owned(),
            (_, help) => help.to_owned(),
        };
        FieldView {
            id: anchor(&path),
            title: field.title,
            help,
            required: field.required,
            shape,
            reading,
            list,
            value,
            options,
            findings: self.findings.iter().filter(|one| one.path == path).cloned().collect(),
            width: width(field),
            numeric: matches!(
                field.kind,
                FieldKind::AddresseeNo
                    | FieldKind::HouseholdNo
                    | FieldKind::ResidentRecordCode
                    | FieldKind::IndividualNumber
                    | FieldKind::Postcode
                    | FieldKind::Yen
                    | FieldKind::Number(_)
            ),
            name_font: matches!(field.kind, FieldKind::Text(_)) && field.name.contains("name"),
            focus: self.focus == path,
            path,
        }
    }

    fn shape(&self, field: &Field, value: &str) -> (Shape, Vec<OptionView>) {
        match &field.kind {
            FieldKind::Lines(_) => (Shape::Lines, Vec::new()),
            FieldKind::Flag => (Shape::Flag, Vec::new()),
            FieldKind::Hidden => (Shape::Hidden, Vec::new()),
            FieldKind::Choice(choices) => {
                let options = choices
                    .iter()
                    .map(|choice| OptionView {
                        value: choice.code.clone(),
                        label: choice.label.clone(),
                        checked: choice.code == value,
                    })
                    .collect();
                // A button once pressed cannot be let go again, so an optional choice is a list with a blank line.
                let open = field.required && choices.len() <= RADIO_MAX;
                (if open { Shape::Radio } else { Shape::Select }, options)
            }
            FieldKind::Persons if !self.persons.is_empty() => {
                let chosen: Vec<&str> = value.split(' ').collect();
                let options = self
                    .persons
                    .iter()
                    .map(|person| OptionView {
                        value: person.addressee_no.clone(),
                        label: person.label.clone(),
                        checked: chosen.contains(&person.addressee_no.as_str()),
                    })
                    .collect();
                (Shape::Persons, options)
            }
            _ => (Shape::Text, Vec::new()),
        }
    }
}

/// 令和8年11月20日（2026年11月20日）; blank for what is no date.
fn reading(value: &str) -> String {
    let Ok(date) = domain::parse_input(value) else { return String::new() };
    match date_words(&date.to_string()) {
        Some(words) if words.western.is_empty() || words.western == words.wareki => words.wareki,
        Some(words) => format!("{}（{}）", words.wareki, words.western),
        None => String::new(),
    }
}

fn width(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::Text(max) if max <= 6 => "w-xs",
        FieldKind::Text(max) if max <= 20 => "w-s",
        FieldKind::Text(max) if 200 <= max => "w-l",
        FieldKind::Postcode => "w-xs",
        FieldKind::Date | FieldKind::RegisterDate | FieldKind::Relation => "w-s",
        FieldKind::AddresseeNo
        | FieldKind::HouseholdNo
        | FieldKind::ResidentRecordCode
        | FieldKind::IndividualNumber => "w-s",
        FieldKind::Lines(_) => "w-full",
        FieldKind::Persons => "w-l",
        _ => "w-m",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_back_in_both_spellings() {
        for (entered, shown) in [
            ("R8.11.20", "令和8年11月20日（2026年11月20日）"),
            ("20261120", "令和8年11月20日（2026年11月20日）"),
            ("あした", ""),
            ("", ""),
        ] {
            assert_eq!(reading(entered), shown, "{entered}");
        }
    }
}
