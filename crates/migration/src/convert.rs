//! One row of the old system to one row of ours, item by item.

use domain::to_full_width_kana;
use system::{Finding, MigrationForm, MigrationItem, MigrationTable};

use crate::characters::{Admission, Admitted};
use crate::dates::{self, DateForm};
use crate::mapping::{MappingError, Origin, Otherwise, Rule, Source};

/// Why a value cannot be taken (移行できない値).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The item's Japanese name; empty when the row as a whole is meant.
    pub item: String,
    /// The rule's id.
    pub rule: String,
    /// What is so.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// Whether it stops; the others are to be looked at.
    pub stops: bool,
}

impl Fault {
    /// A fault that stops.
    pub fn error(item: &str, rule: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            item: item.to_owned(),
            rule: rule.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
            stops: true,
        }
    }

    /// A fault to look at.
    pub fn alert(item: &str, rule: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { stops: false, ..Self::error(item, rule, message, remedy) }
    }

    /// From a message of the vocabulary, which names its rule in brackets at its end and its remedy in its last sentence.
    #[must_use]
    pub fn worded(item: &str, usual_rule: &str, message: &str) -> Self {
        let finding = Finding::worded(usual_rule, "", item, message);
        Self::error(item, &finding.code, finding.message, finding.remedy)
    }
}

/// A change of a value that is told (変換の記録).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The item's Japanese name.
    pub item: String,
    /// What was done.
    pub done: String,
    /// What stood there; empty for a secret item.
    pub from: String,
    /// What stands there now; empty for a secret item.
    pub to: String,
}

/// A converted row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Converted {
    /// The values, in the order of the table's items; blank where nothing is mapped.
    pub values: Vec<String>,
    /// What cannot be taken.
    pub faults: Vec<Fault>,
    /// What was changed.
    pub notes: Vec<Note>,
}

/// The rules of one source compiled for the columns its files have.
pub struct Converter<'m> {
    steps: Vec<Step<'m>>,
    items: usize,
    admission: &'m Admission,
}

struct Step<'m> {
    place: usize,
    item: MigrationItem,
    rule: &'m Rule,
    origin: Place,
    unknown: Option<usize>,
}

enum Place {
    Column(usize),
    Joined(Vec<usize>),
    Part(usize),
    Constant,
}

impl<'m> Converter<'m> {
    /// Compiles a source for files with these columns.
    ///
    /// # Errors
    /// A line for each column that is not there.
    pub fn new(
        source: &'m Source,
        table: &MigrationTable,
        columns: &[String],
        admission: &'m Admission,
    ) -> Result<Self, Vec<MappingError>> {
        let mut errors = Vec::new();
        let mut steps = Vec::new();
        for (place, item) in table.items.iter().enumerate() {
            let Some(rule) = source.rules.get(item.name) else { continue };
            let find = |name: &str, errors: &mut Vec<MappingError>| {
                let found = columns.iter().position(|column| column == name);
                if found.is_none() {
                    let place = format!("[[source]] {} の {}", source.files.join("、"), item.name);
                    errors.push(MappingError {
                        place,
                        rule: format!("列「{name}」がファイルにありません。見出しを確かめてください"),
                    });
                }
                found.unwrap_or_default()
            };
            let origin = match &rule.origin {
                Origin::Column(name) => Place::Column(find(name, &mut errors)),
                Origin::Joined(names, _) => {
                    Place::Joined(names.iter().map(|name| find(name, &mut errors)).collect())
                }
                Origin::Part(name, ..) => Place::Part(find(name, &mut errors)),
                Origin::Constant(_) => Place::Constant,
            };
            let unknown = rule.unknown.as_deref().map(|name| find(name, &mut errors));
            steps.push(Step { place, item: *item, rule, origin, unknown });
        }
        if errors.is_empty() { Ok(Self { steps, items: table.items.len(), admission }) } else { Err(errors) }
    }

    /// Converts a row.
    #[must_use]
    pub fn convert(&self, row: &[&str]) -> Converted {
        let mut done = Converted { values: vec![String::new(); self.items], ..Converted::default() };
        for step in &self.steps {
            let value = step.value(row, self.admission, &mut done);
            if value.is_empty() && step.item.required {
                // What was refused already need not be called blank, too.
                if !done.faults.iter().any(|fault| fault.item == step.item.title) {
                    done.faults.push(Fault::error(
                        step.item.title,
                        "E124",
                        format!("{}が空です。空にできない項目です。", step.item.title),
                        "移行元の値を入れるか、対応表で default を決めてください。",
                    ));
                }
            }
            if let Some(place) = done.values.get_mut(step.place) {
                *place = value;
            }
        }
        done
    }
}

impl Step<'_> {
    fn value(&self, row: &[&str], admission: &Admission, done: &mut Converted) -> String {
        let column = |at: usize| row.get(at).copied().unwrap_or_default();
        let raw = match (&self.origin, &self.rule.origin) {
            (Place::Joined(places), Origin::Joined(_, with)) => {
                let parts: Vec<&str> = places
                    .iter()
                    .map(|at| self.trimmed(column(*at), done))
                    .filter(|part| !part.is_empty())
                    .collect();
                parts.join(with)
            }
            (Place::Part(at), Origin::Part(_, between, number)) => column(*at)
                .splitn((*number).max(2), between.as_str())
                .nth(number.saturating_sub(1))
                .unwrap_or_default()
                .to_owned(),
            (Place::Constant, Origin::Constant(value)) => value.clone(),
            (Place::Column(at), _) => column(*at).to_owned(),
            _ => String::new(),
        };
        let value = self.trimmed(&raw, done);
        let words = self.unknown.map(column).unwrap_or_default();
        if (value.is_empty() && words.is_empty()) || self.rule.blank.iter().any(|blank| blank == value) {
            return self.rule.default.clone().unwrap_or_default();
        }
        let coded = match self.code(value, done) {
            Some(value) => value,
            None => return String::new(),
        };
        match self.item.form {
            MigrationForm::Date | MigrationForm::RegisterDate => self.date(&coded, words, done),
            MigrationForm::Digits(digits) => self.digits(coded, digits, done),
            MigrationForm::Number => match coded.trim_start_matches('0') {
                "" => "0".to_owned(),
                digits => digits.to_owned(),
            },
            MigrationForm::Code | MigrationForm::Flag => coded,
            MigrationForm::Text | MigrationForm::Kana | MigrationForm::List => {
                self.text(coded, admission, done)
            }
        }
    }

    /// Without the spaces behind it, which is told.
    fn trimmed<'v>(&self, value: &'v str, done: &mut Converted) -> &'v str {
        let trimmed = value.trim_end_matches([' ', '\u{3000}']);
        let trimmed = if self.item.form == MigrationForm::Text || self.item.form == MigrationForm::List {
            trimmed
        } else {
            trimmed.trim_start_matches([' ', '\u{3000}'])
        };
        if trimmed.len() != value.len() && !trimmed.is_empty() {
            self.note("前後の空白を除いた", value, trimmed, done);
        }
        trimmed
    }

    fn note(&self, what: &str, from: &str, to: &str, done: &mut Converted) {
        let shown = |text: &str| if self.item.secret { String::new() } else { text.to_owned() };
        done.notes.push(Note {
            item: self.item.title.to_owned(),
            done: what.to_owned(),
            from: shown(from),
            to: shown(to),
        });
    }

    fn code(&self, value: &str, done: &mut Converted) -> Option<String> {
        let Some(table) = &self.rule.codes else { return Some(value.to_owned()) };
        match table.rows.get(value) {
            Some(ours) => Some(ours.clone()),
            None if table.otherwise == Otherwise::Keep => Some(value.to_owned()),
            None => {
                done.faults.push(Fault::error(
                    self.item.title,
                    "E174",
                    format!("コード「{value}」がコード変換表にありません。"),
                    "移行元の値を直すか、対応表の codes に加えてください。",
                ));
                None
            }
        }
    }

    fn date(&self, value: &str, words: &str, done: &mut Converted) -> String {
        let form = self.rule.date.unwrap_or(DateForm::Notation);
        match dates::read(value, form, words) {
            Ok(None) => self.rule.default.clone().unwrap_or_default(),
            Ok(Some(date)) => {
                if self.item.form == MigrationForm::Date && date.known().is_none() {
                    let (rule, what) = if date.unknown_code().is_some() {
                        ("E007", "不詳の日付")
                    } else {
                        ("E006", "暦にない日")
                    };
                    done.faults.push(Fault::error(
                        self.item.title,
                        rule,
                        format!("「{value}」は{what}です。{}には入れられません。", self.item.title),
                        "移行元の日付を確かめてください。",
                    ));
                    return String::new();
                }
                match (self.item.form, date.known()) {
                    (MigrationForm::Date, Some(day)) => day.to_string(),
                    _ => date.to_string(),
                }
            }
            Err(message) => {
                done.faults.push(Fault::worded(self.item.title, "E008", &message));
                String::new()
            }
        }
    }

    fn digits(&self, value: String, digits: usize, done: &mut Converted) -> String {
        let wanted = self.rule.pad.unwrap_or_default();
        if wanted <= value.len() || !value.bytes().all(|b| b.is_ascii_digit()) || digits < wanted {
            return value;
        }
        let padded = format!("{value:0>wanted$}");
        self.note("左に0を補った", &value, &padded, done);
        padded
    }

    fn text(&self, value: String, admission: &Admission, done: &mut Converted) -> String {
        let value = if self.rule.widen {
            let wide = to_full_width_kana(&value);
            // A reading has single full-width spaces between its parts; in other texts a narrow one may stand between letters.
            let wide = match self.item.form {
                MigrationForm::Kana => wide.split_whitespace().collect::<Vec<_>>().join("\u{3000}"),
                _ => wide,
            };
            if wide != value {
                self.note("半角カナを全角にした", &value, &wide, done);
            }
            wide
        } else {
            value
        };
        match admission.admit(&value) {
            Admitted::Untouched => value,
            Admitted::Changed(now, changes) => {
                for (from, to, what) in changes {
                    self.note(what, &from, &to, done);
                }
                now
            }
            Admitted::Refused(characters) => {
                for (character, reason) in characters {
                    done.faults.push(Fault::error(
                        self.item.title,
                        "E065",
                        format!("{character}は、{reason}。"),
                        "外字表（characters の gaiji）に加えるか、policy で substitute か shrink を選んでください。",
                    ));
                }
                String::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use moji::Tables;
    use system::Usual;

    use super::*;
    use crate::characters::Policy;
    use crate::mapping::Mapping;

    fn table() -> MigrationTable {
        let form = MigrationForm::Text;
        MigrationTable {
            id: "thing",
            title: "もの",
            items: vec![
                MigrationItem::new("no", "番号", MigrationForm::Digits(5)).required(),
                MigrationItem::new("name", "名", form).usually(Usual::Name),
                MigrationItem::new("kana", "カナ", MigrationForm::Kana),
                MigrationItem::new("day", "日", MigrationForm::Date),
                MigrationItem::new("kind", "種", MigrationForm::Code),
                MigrationItem::new("secret", "秘", MigrationForm::Digits(12)).secret(),
            ],
            counted_by: vec!["kind"],
        }
    }

    /// What a rule makes of a row `番,甲,乙,丙`: the value, or the rule that is broken; then what was done.
    fn one(item: &str, rule: &str, row: [&str; 4]) -> String {
        let text = format!(
            "[[source]]\ntable = \"thing\"\nfiles = [\"a\"]\n[source.items]\nno = \"番\"\n{item} = {rule}\n"
        );
        let mapping = Mapping::parse(&text.replace("no = \"番\"\nno =", "no ="), &[table()]).unwrap();
        let columns = ["番", "甲", "乙", "丙"].map(str::to_owned);
        let admission = Admission::new(Policy::Reject, '〓', None, &Tables::built_in()).unwrap();
        let table = table();
        let converter = Converter::new(&mapping.sources[0], &table, &columns, &admission).unwrap();
        let done = converter.convert(&row);
        let value = match done.faults.first() {
            Some(fault) => fault.rule.clone(),
            None => done.values[table.place(item).unwrap()].clone(),
        };
        let notes: Vec<String> =
            done.notes.iter().map(|note| format!(" {}:{}→{}", note.done, note.from, note.to)).collect();
        value + &notes.concat()
    }

    #[test]
    fn what_a_rule_makes_of_a_value() {
        let row = ["7", "山田", "", "太郎 "];
        for (item, rule, want) in [
            ("no", "{ column = \"番\", pad = 5 }", "00007 左に0を補った:7→00007"),
            ("no", "{ column = \"番\", pad = 9 }", "7"),
            ("no", "\"乙\"", "E124"),
            ("name", "\"甲\"", "山田"),
            ("name", "\"丙\"", "太郎 前後の空白を除いた:太郎 →太郎"),
            ("name", "{ join = [\"甲\", \"乙\", \"丙\"] }", "山田\u{3000}太郎 前後の空白を除いた:太郎 →太郎"),
            (
                "name",
                "{ join = [\"甲\", \"丙\"], with = \"・\" }",
                "山田・太郎 前後の空白を除いた:太郎 →太郎",
            ),
            ("name", "{ column = \"甲\", split = \"田\", part = 1 }", "山"),
            ("name", "{ value = \"同じ\" }", "同じ"),
            ("name", "{ column = \"乙\", default = \"なし\" }", "なし"),
            ("name", "{ column = \"甲\", blank = [\"山田\"] }", ""),
            ("kind", "{ column = \"番\", codes = { \"7\" = \"1\" } }", "1"),
            ("kind", "{ column = \"番\", codes = { \"8\" = \"1\" } }", "E174"),
            ("kind", "{ column = \"番\", codes = { \"8\" = \"1\" }, otherwise = \"keep\" }", "7"),
            ("day", "{ column = \"番\", date = \"yyyymmdd\" }", "E008"),
            ("day", "{ value = \"19850401\", date = \"yyyymmdd\" }", "1985-04-01"),
            ("day", "{ value = \"19850400\", date = \"yyyymmdd\" }", "E007"),
            ("day", "{ value = \"19850431\", date = \"yyyymmdd\" }", "E006"),
            ("day", "{ value = \"99999999\", date = \"yyyymmdd\" }", ""),
            ("day", "{ value = \"1450730\", date = \"era\" }", "1912-07-30"),
            ("kana", "{ value = \"ﾔﾏﾀﾞ\", widen = true }", "ヤマダ 半角カナを全角にした:ﾔﾏﾀﾞ→ヤマダ"),
            (
                "kana",
                "{ value = \"ｲｺｳ ﾀﾛｳ\", widen = true }",
                "イコウ\u{3000}タロウ 半角カナを全角にした:ｲｺｳ ﾀﾛｳ→イコウ\u{3000}タロウ",
            ),
            (
                "kana",
                "{ value = \"イコウ  ハナ\", widen = true }",
                "イコウ\u{3000}ハナ 半角カナを全角にした:イコウ  ハナ→イコウ\u{3000}ハナ",
            ),
            ("name", "{ value = \"JOHN SMITH\", widen = true }", "JOHN SMITH"),
            ("name", "{ value = \"\u{E000}\" }", "E065"),
            ("secret", "{ column = \"番\", pad = 12 }", "000000000007 左に0を補った:→"),
        ] {
            assert_eq!(one(item, rule, row), want, "{item} = {rule}");
        }
    }
}
