//! From a file of notifications to the inputs of their forms, and from there to a 仮登録.

use std::collections::BTreeMap;

use domain::AddresseeNo;
use register::{Fault, View, ViewExt, Write};
use serde_json::{Map, Value, json};
use system::{Context, Field, FieldKind, Form, Input, Section, TextQuery};

use crate::desk::Desk;
use crate::records::{Application, ApplicationKind, ApplicationStatus, PERSON, Person};
use crate::sheet;
use crate::texts::{fold_reading, fold_text};

/// The column that says which rows are one notification.
pub(crate) const NUMBER: (&str, &str) = ("application_no", "申請番号");
/// The column of the day the people mean to come.
pub(crate) const VISIT: (&str, &str) = ("visit_on", "来庁予定日");

/// The column of the notification a withdrawal takes back.
pub(crate) const WITHDRAWS: (&str, &str) = ("withdraws", "取り消す申請番号");

/// Columns that say who a row is about, of people who are residents already.
const WHO: [(&str, &str); 6] = [
    ("addressee_no", "宛名番号"),
    ("name", "氏名"),
    ("name_kana", "氏名フリガナ"),
    ("birth_date", "生年月日"),
    ("sex", "性別"),
    ("address", "住所"),
];

/// Most applications of one file, and most characters of it.
pub(crate) const APPLICATIONS_MAX: usize = 1000;

/// A row of the file that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Line of the file, from 1; none of the file as a whole.
    pub(crate) line: Option<u64>,
    /// The application it belongs to.
    pub(crate) external_no: String,
    pub(crate) item: String,
    pub(crate) message: String,
}

impl Wrong {
    fn of_file(item: &str, message: String) -> Self {
        Self { line: None, external_no: String::new(), item: item.to_owned(), message }
    }

    /// Whether nothing of the file can be believed.
    pub(crate) fn is_of_file(&self) -> bool {
        self.line.is_none()
    }
}

/// One notification of a file: the rows of its people in order.
pub(crate) struct Read {
    pub(crate) external_no: String,
    pub(crate) visit_on: String,
    /// 申請番号 of what it takes back, of a withdrawal.
    pub(crate) withdraws: String,
    pub(crate) line: u64,
    /// Line of each member, in their order.
    member_lines: Vec<u64>,
    /// The input of its form.
    pub(crate) input: Value,
    /// Who it is about, as stated.
    pub(crate) who: Vec<BTreeMap<&'static str, String>>,
}

/// Where a column goes.
#[derive(Clone, Copy)]
enum Goes {
    Number,
    Visit,
    Withdraws,
    Who(&'static str),
    Once(&'static str),
    Member(&'static str),
}

/// Reads a file of comma-separated rows with a heading, one row per person; columns are called as the form's items are, by
/// their names or their titles.
pub(crate) fn read(kind: ApplicationKind, form: &Form, text: &str) -> (Vec<Read>, Vec<Wrong>) {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let mut wrong = Vec::new();
    let headings = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            wrong.push(Wrong::of_file("見出し", format!("見出しの行が読めません: {error}")));
            return (Vec::new(), wrong);
        }
    };
    let mut columns = columns(kind, form, &headings, &mut wrong);
    if !wrong.is_empty() {
        return (Vec::new(), wrong);
    }
    let mut all: Vec<Read> = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map(csv::Position::line);
                let message = format!("この行は読めません: {error}");
                wrong.push(Wrong { line, external_no: String::new(), item: "行".to_owned(), message });
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|value| value.trim().is_empty()) {
            continue;
        }
        // QR codes read one after another bring a heading each, with the columns of that person.
        if record.iter().any(|value| is_number(value.trim())) {
            let before = wrong.len();
            let next = self::columns(kind, form, &record, &mut wrong);
            if before < wrong.len() {
                return (Vec::new(), wrong);
            }
            columns = next;
            continue;
        }
        let number = columns.iter().position(|goes| matches!(goes, Some(Goes::Number)));
        let external_no = number.and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned();
        let mut say = |item: &str, message: String| {
            let external_no = external_no.clone();
            wrong.push(Wrong { line: Some(line), external_no, item: item.to_owned(), message });
        };
        if record.len() != columns.len() {
            say("行", format!("列の数が{}で、見出しの{}と違います。", record.len(), columns.len()));
            continue;
        }
        if external_no.is_empty() {
            say(NUMBER.1, "申請番号が空です。".to_owned());
            continue;
        }
        take(&mut all, &external_no, line, &columns, &record);
        if APPLICATIONS_MAX < all.len() {
            all.truncate(APPLICATIONS_MAX);
            let message = format!("{APPLICATIONS_MAX}件を超えました。ファイルを分けてください。");
            wrong.push(Wrong::of_file("行", message));
            break;
        }
    }
    for one in &mut all {
        one.input = checked(kind, form, one, &mut wrong);
    }
    (all, wrong)
}

/// Where the columns of a heading go; what is wrong with it is told of the file as a whole.
fn columns(
    kind: ApplicationKind,
    form: &Form,
    headings: &csv::StringRecord,
    wrong: &mut Vec<Wrong>,
) -> Vec<Option<Goes>> {
    let names: Vec<&str> = headings.iter().map(str::trim).collect();
    let columns: Vec<Option<Goes>> = names.iter().map(|name| goes(kind, form, name)).collect();
    for (at, name) in names.iter().enumerate() {
        if columns.get(at).copied().flatten().is_none() {
            let message = format!("列「{name}」は、{}の項目ではありません。", kind.label());
            wrong.push(Wrong::of_file(name, message));
        } else if names.iter().take(at).any(|before| before == name) {
            wrong.push(Wrong::of_file(name, format!("列「{name}」が二つあります。")));
        }
    }
    if !columns.iter().flatten().any(|goes| matches!(goes, Goes::Number)) {
        wrong.push(Wrong::of_file(NUMBER.1, format!("列「{}」がありません。", NUMBER.1)));
    }
    columns
}

/// Whether a word is the heading of the number, which no number is.
fn is_number(word: &str) -> bool {
    word == NUMBER.0 || word == NUMBER.1
}

/// Puts a row to its notification.
fn take(
    all: &mut Vec<Read>,
    external_no: &str,
    line: u64,
    columns: &[Option<Goes>],
    record: &csv::StringRecord,
) {
    if !all.iter().any(|one| one.external_no == external_no) {
        all.push(Read {
            external_no: external_no.to_owned(),
            visit_on: String::new(),
            withdraws: String::new(),
            line,
            member_lines: Vec::new(),
            input: json!({}),
            who: Vec::new(),
        });
    }
    let Some(one) = all.iter_mut().find(|one| one.external_no == external_no) else { return };
    let (mut member, mut who) = (Map::new(), BTreeMap::new());
    for (goes, value) in columns.iter().zip(record.iter()) {
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        match goes {
            Some(Goes::Visit) => value.clone_into(&mut one.visit_on),
            Some(Goes::Withdraws) => value.clone_into(&mut one.withdraws),
            Some(Goes::Who(name)) => {
                who.insert(*name, value.to_owned());
            }
            // What is said once per notification stands in its first row; later rows may leave it out.
            Some(Goes::Once(name)) => {
                if let Some(input) = one.input.as_object_mut() {
                    input.entry(*name).or_insert_with(|| json!(value));
                }
            }
            Some(Goes::Member(name)) => {
                member.insert((*name).to_owned(), json!(value));
            }
            Some(Goes::Number) | None => {}
        }
    }
    if let Some(input) = one.input.as_object_mut()
        && !member.is_empty()
    {
        let members = input.entry("members").or_insert_with(|| json!([]));
        if let Some(members) = members.as_array_mut() {
            members.push(Value::Object(member));
            one.member_lines.push(line);
        }
    }
    if !who.is_empty() {
        one.who.push(who);
    }
}

/// The input as the form spells it. What the form asks for and nobody filled in is no error here: the clerk sees the form
/// before it is entered. What was filled in and does not read is.
fn checked(kind: ApplicationKind, form: &Form, one: &Read, wrong: &mut Vec<Wrong>) -> Value {
    let (spelled, findings) = form.check(&one.input);
    for finding in findings {
        let stated = one.input.pointer(&format!("/{}", finding.path.replace('.', "/")));
        if stated.is_some_and(|value| value.as_str().is_some_and(|text| !text.is_empty())) {
            wrong.push(Wrong {
                line: Some(line_of(one, &finding.path)),
                external_no: one.external_no.clone(),
                item: finding.item,
                message: finding.message,
            });
        }
    }
    let is_named =
        |who: &BTreeMap<&str, String>| who.contains_key("name") || who.contains_key("addressee_no");
    // A withdrawal names what it takes back.
    if kind.is_of_residents() && kind.withdraws().is_none() && !one.who.iter().any(is_named) {
        wrong.push(Wrong {
            line: Some(one.line),
            external_no: one.external_no.clone(),
            item: "氏名".to_owned(),
            message: "氏名も宛名番号もないので、住民と照合できません。".to_owned(),
        });
    }
    if spelled.as_object().is_some_and(|input| !input.is_empty()) { spelled } else { one.input.clone() }
}

/// The line an item was read from: of a member the member's own, of the rest the first.
fn line_of(one: &Read, path: &str) -> u64 {
    let member = path.strip_prefix("members.").and_then(|rest| rest.split('.').next());
    let line = member.and_then(|at| at.parse::<usize>().ok()).and_then(|at| one.member_lines.get(at));
    line.copied().unwrap_or(one.line)
}

/// Whether a column is one of the notifications of a kind.
pub(crate) fn is_column(kind: ApplicationKind, form: &Form, name: &str) -> bool {
    goes(kind, form, name).is_some()
}

fn goes(kind: ApplicationKind, form: &Form, name: &str) -> Option<Goes> {
    // An item of the correction that is called as one of those that say who it is: `new_birth_date`, 変更後_生年月日.
    let after = name.strip_prefix("new_").or_else(|| name.strip_prefix("変更後_"));
    let (name, is_new) = (after.unwrap_or(name), after.is_some());
    let is = |(ident, title): (&str, &str)| name == ident || name == title;
    if is_number(name) {
        return Some(Goes::Number);
    }
    if is(VISIT) {
        return Some(Goes::Visit);
    }
    if kind.withdraws().is_some() && is(WITHDRAWS) {
        return Some(Goes::Withdraws);
    }
    if kind.is_of_residents()
        && !is_new
        && let Some((ident, _)) = WHO.into_iter().find(|one| is(*one))
    {
        return Some(Goes::Who(ident));
    }
    // Persons are found, not stated by number; what is carried along unseen nobody fills in.
    let stated = |field: &&Field| !matches!(field.kind, FieldKind::Persons | FieldKind::Hidden);
    let named = |section: &Section| {
        let mut fields = section.fields.iter().filter(stated);
        fields.find(|field| is((field.name, field.title))).map(|field| field.name)
    };
    // A name before a title, and the person before the notification: 町字 stands in more than one section.
    let sections =
        |repeated: bool| form.sections.iter().filter(move |one| one.repeat_max.is_some() == repeated);
    if let Some(name) = sections(true).filter(|section| section.name == "members").find_map(named) {
        return Some(Goes::Member(name));
    }
    sections(false).find_map(named).map(Goes::Once)
}

/// Finds the residents a notification is about: name and birth date, and where both fit more than one, the reading. Says who was
/// not found and where the register says something else.
///
/// Source: 住民記録システム標準仕様書 10.9 (consistency check).
pub(crate) fn compare(
    desk: &Desk<'_>,
    who: &[BTreeMap<&'static str, String>],
    find: Find<'_>,
) -> Result<(Vec<AddresseeNo>, Vec<String>), Fault> {
    let (mut matched, mut differences) = (Vec::new(), Vec::new());
    for stated in who {
        let get = |item: &str| stated.get(item).map(String::as_str).unwrap_or_default();
        let (no, name) = (get("addressee_no"), get("name"));
        let found = match no.is_empty() {
            false => desk.view.load::<Person>(no)?.map(|held| held.record).into_iter().collect(),
            true => find(name)?,
        };
        let name = if name.is_empty() { no } else { name };
        let born = domain::parse_input(get("birth_date")).ok();
        let fits = |person: &&Person| born.is_none_or(|born| person.birth_date.same_day(&born));
        let reads = |person: &&Person| fold_reading(&person.name_kana) == fold_reading(get("name_kana"));
        let mut close: Vec<&Person> = found.iter().filter(fits).collect();
        if 1 < close.len() && !get("name_kana").is_empty() {
            close.retain(reads);
        }
        let person = match (close.as_slice(), found.as_slice()) {
            ([only], _) => *only,
            // The name alone fits one resident: the birth date is told as a difference.
            ([], [only]) => only,
            ([], []) => {
                differences.push(format!("「{name}」さんは住民にいません。"));
                continue;
            }
            _ => {
                differences.push(format!("「{name}」さんが住民に二人以上います。宛名番号を選んでください。"));
                continue;
            }
        };
        matched.push(person.addressee_no);
        let mut differs = |item: &str, stated: &str, held: String| {
            differences.push(format!(
                "{}さんの{item}は、申請では「{stated}」、住民票では「{held}」です。",
                person.called()
            ));
        };
        if born.is_some_and(|born| !born.same_day(&person.birth_date)) {
            differs("生年月日", get("birth_date"), sheet::birth_label(person));
        }
        let kana = get("name_kana");
        if !kana.is_empty() && !person.name_kana.is_empty() && !reads(&person) {
            differs("フリガナ", kana, person.name_kana.clone());
        }
        let sex = get("sex");
        if !sex.is_empty() && sex != person.sex.code() && sex != person.sex.label() {
            differs("性別", sex, person.sex.label().to_owned());
        }
        let address = get("address");
        if !address.is_empty() && !fold_text(&person.address.one_line()).ends_with(&fold_text(address)) {
            let hidden = crate::concealment::Concealment::new(desk.view, desk.context).address(person)?;
            differs("住所", address, hidden);
        }
    }
    Ok((matched, differences))
}

/// How residents of a name are found: by the search index at a counter, by a reading of the register where rows come in over
/// a link.
pub(crate) type Find<'a> = &'a dyn Fn(&str) -> Result<Vec<Person>, Fault>;

/// Residents whose name, 旧氏 with the given name, or 通称 is this one.
pub(crate) fn of_name(view: &dyn View, context: &Context<'_>, name: &str) -> Result<Vec<Person>, Fault> {
    let folded = fold_text(name);
    if folded.is_empty() {
        return Ok(Vec::new());
    }
    let query = TextQuery {
        kind: PERSON.id,
        terms: vec![("name", folded.clone()), ("status", domain::ResidentStatus::Resident.code().to_owned())],
        limit: 50,
        ..TextQuery::default()
    };
    let mut persons = Vec::new();
    for hit in context.search.find(&query).0 {
        let Some(held) = view.load::<Person>(&hit.key)? else { continue };
        let person = held.record;
        if is_called(&person, &folded) {
            persons.push(person);
        }
    }
    Ok(persons)
}

/// Whether a folded name is one a person goes by.
pub(crate) fn is_called(person: &Person, folded: &str) -> bool {
    [&person.name, &person.name_roman, &person.alias_name].iter().any(|one| fold_text(one) == folded)
}

/// The application a movement is entered from; none when its input names none.
pub(crate) fn named(view: &dyn View, input: &Input) -> Result<Option<(Application, u32)>, Fault> {
    let no = input.text("from_application");
    if no.is_empty() {
        return Ok(None);
    }
    Ok(view.load::<Application>(no)?.map(|held| (held.record, held.version)))
}

/// The input with the numbers that were received and that no screen carries: 個人番号 and 住民票コード of members in their order,
/// where they are blank.
pub(crate) fn filled(application: &Application, input: &Input) -> Result<Input, Fault> {
    let received: Value = serde_json::from_str(&application.input)
        .map_err(|error| Fault::new("the input of an application does not read", error))?;
    let mut filled = input.0.clone();
    let stated = received.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(members) = filled.get_mut("members").and_then(Value::as_array_mut) {
        for member in members.iter_mut().filter_map(Value::as_object_mut) {
            // The clerk may have taken somebody out: the person is known by name and birth date, not by place.
            let same = |one: &&Value| {
                ["family_name", "given_name", "birth_date"]
                    .iter()
                    .all(|item| one.get(*item) == member.get(*item))
            };
            let Some(own) = stated.iter().find(same).cloned() else { continue };
            for item in ["resident_record_code", "individual_number"] {
                if let Some(number) = own.get(item)
                    && !member.contains_key(item)
                {
                    member.insert(item.to_owned(), number.clone());
                }
            }
        }
    }
    Ok(Input(filled))
}

/// D081 when the application cannot be entered any more; A135 for what the register says otherwise.
pub(crate) fn check(desk: &mut Desk<'_>, application: &Application, function: &str) {
    if application.status != ApplicationStatus::Open || application.what.function() != Some(function) {
        desk.error(
            "D081",
            "from_application",
            "受付データ",
            format!(
                "受付データ{}（{}）は、この異動には使えません（{}）。",
                application.application_no,
                application.what.label(),
                application.status.label()
            ),
            "受付データ一覧から開き直してください。",
        );
    }
    for difference in &application.differences {
        desk.alert(
            "A135",
            "targets",
            "受付データ",
            difference.clone(),
            "本人に確かめ、異動者と項目を直してから仮登録してください。",
        );
    }
}

/// The application as entered into a 仮登録.
pub(crate) fn entered(application: Application, version: u32, provisional_no: &str) -> Result<Write, Fault> {
    let entered = Application {
        status: ApplicationStatus::Entered,
        provisional_no: provisional_no.to_owned(),
        ..application
    };
    Write::put(&entered, Some(version)).map_err(Fault::from)
}

/// The application of a 仮登録 that was discarded, to be entered once more.
pub(crate) fn reopened(view: &dyn View, input: &Input) -> Result<Option<Write>, Fault> {
    let Some((application, version)) = named(view, input)? else { return Ok(None) };
    let open = Application { status: ApplicationStatus::Open, provisional_no: String::new(), ..application };
    Ok(Some(Write::put(&open, Some(version))?))
}
