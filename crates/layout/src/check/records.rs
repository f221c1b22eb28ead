//! The kinds of records, and the rules between the items of one record.

use std::collections::HashSet;

use moji::Charset;

use super::head::is_xml_name;
use super::tree::{Node, Table, Tree, from_tsv};
use super::{Checker, Keys};
use crate::model::{Fact, FieldSpec, Form, RecordSpec, Role, Value};

const RECORD_KEYS: [&str; 4] = ["name", "title", "role", "fields"];

impl Checker<'_> {
    /// The records, and the length of a record of fixed length.
    pub(super) fn records(
        &mut self,
        head: Keys<'_>,
        form: &Form,
        charset: &Charset,
    ) -> (Vec<RecordSpec>, usize) {
        let mut records = Vec::new();
        // `fields` is `detail` by another name, for layouts of one record.
        for (key, role) in [
            ("header", Role::Header),
            ("detail", Role::Detail),
            ("fields", Role::Detail),
            ("trailer", Role::Trailer),
        ] {
            let Some(node) = head.get(key) else { continue };
            let fields = self.fields(head, key, node, role, form, charset);
            if !fields.is_empty() {
                let (name, title) = (role.word().to_owned(), format!("{}レコード", role.label()));
                records.push(RecordSpec { name, title, role, line: Some(node.line), fields });
            }
        }
        if let Some(node) = head.get("record") {
            let Tree::List(kinds) = &node.value else {
                self.report_at(head, "record", "record は [[record]] と書きます".to_owned());
                return (records, 1);
            };
            for kind in kinds {
                match &kind.value {
                    Tree::Table(table) => records.extend(self.record(table, form, charset)),
                    _ => self.report_at(head, "record", "record は [[record]] と書きます".to_owned()),
                }
            }
        }
        records.sort_by_key(|record| record.role);
        if !records.iter().any(|record| record.role == Role::Detail) {
            self.report(&self.file.clone(), None, "", "detail に項目がありません".to_owned());
        }
        let record_bytes = self.lengths(head, form, &mut records);
        self.between(form, &records);
        (records, record_bytes)
    }

    fn record(&mut self, table: &Table, form: &Form, charset: &Charset) -> Option<RecordSpec> {
        let keys = Keys { table, item: "" };
        self.only(keys, &RECORD_KEYS);
        let roles = [("header", Role::Header), ("detail", Role::Detail), ("trailer", Role::Trailer)];
        let role = self.choose(keys, "role", &roles).unwrap_or(Role::Detail);
        let name = self.text(keys, "name").filter(|name| !name.is_empty());
        if name.is_none() {
            self.report_at(keys, "name", "[[record]] には name が必要です".to_owned());
        }
        let name = name.unwrap_or_else(|| role.word().to_owned());
        let title = self.text(keys, "title").unwrap_or_else(|| name.clone());
        let Some(node) = table.get("fields") else {
            self.report_at(keys, "fields", format!("レコード「{name}」に fields がありません"));
            return None;
        };
        let fields = self.fields(keys, "fields", node, role, form, charset);
        if fields.is_empty() {
            self.report_at(keys, "fields", format!("レコード「{name}」に項目がありません"));
        }
        Some(RecordSpec { name, title, role, line: Some(table.line), fields })
    }

    /// The items of one record: a list, or the name of a table beside the layout.
    fn fields(
        &mut self,
        keys: Keys<'_>,
        key: &str,
        node: &Node,
        role: Role,
        form: &Form,
        charset: &Charset,
    ) -> Vec<FieldSpec> {
        let tables: Vec<Table>;
        let rows: Vec<&Table> = match &node.value {
            Tree::Text(name) => {
                let Some(text) = self.file_beside(keys, key, name) else { return Vec::new() };
                tables = from_tsv(&name.as_str().into(), &text);
                tables.iter().collect()
            }
            Tree::List(nodes) => {
                let mut rows = Vec::new();
                for node in nodes {
                    match &node.value {
                        Tree::Table(table) => rows.push(table),
                        _ => self.report(
                            &self.file.clone(),
                            Some(node.line),
                            "",
                            "項目は { no = 1, item = \"…\", … } と書きます".to_owned(),
                        ),
                    }
                }
                rows
            }
            Tree::Table(_) => {
                self.report_at(keys, key, format!("{key} は [ {{ … }}, … ] と書きます"));
                Vec::new()
            }
        };
        let numbered = (1..).zip(rows);
        numbered.map(|(no, table)| self.field(table, no, role, form, charset)).collect()
    }

    /// No gap, no overlap, one length. Items without a start follow the one before them.
    fn lengths(&mut self, head: Keys<'_>, form: &Form, records: &mut [RecordSpec]) -> usize {
        let Form::Fixed { record_bytes } = *form else { return 0 };
        let mut longest = record_bytes;
        for record in &mut *records {
            let mut expected = 1_usize;
            for field in &mut record.fields {
                if field.start_byte == 0 {
                    field.start_byte = expected;
                }
                if field.start_byte != expected {
                    let what = if expected < field.start_byte { "すき間" } else { "重なり" };
                    let rule = format!(
                        "開始位置 {} は {expected} のはずです（前の項目との{what}）",
                        field.start_byte
                    );
                    self.report(&field.file, Some(field.line), &field.item, rule);
                }
                expected = field.start_byte.saturating_add(field.bytes);
            }
            if record_bytes == 0 {
                longest = longest.max(expected - 1);
            }
        }
        for record in records {
            let Some(last) = record.fields.last() else { continue };
            let end = last.start_byte.saturating_add(last.bytes).saturating_sub(1);
            if end != longest {
                let rule = format!("最後の項目が {end} バイト目で終わり、レコード長 {longest} と合いません");
                self.report(&last.file, Some(last.line), &last.item, rule);
            }
        }
        if longest == 0 {
            self.report_at(head, "record_bytes", "レコード長が0バイトです".to_owned());
        }
        longest.max(1)
    }

    fn between(&mut self, form: &Form, records: &[RecordSpec]) {
        let mut kinds = HashSet::new();
        for record in records {
            if !kinds.insert(record.name.as_str()) {
                let rule = format!("レコードの name「{}」が重複しています", record.name);
                self.report(&self.file.clone(), record.line, "", rule);
            }
            if matches!(form, Form::Xml { .. }) && !is_xml_name(&record.name) {
                let rule = format!("レコードの name「{}」はXMLの要素名になりません", record.name);
                self.report(&self.file.clone(), record.line, "", rule);
            }
            let (mut numbers, mut names) = (HashSet::new(), HashSet::new());
            for field in &record.fields {
                let mut broken = Vec::new();
                if !numbers.insert(field.no) {
                    broken.push(format!("項番 {} が重複しています", field.no));
                }
                if !names.insert(field.name.as_str()) {
                    broken.push(format!("name「{}」が重複しています", field.name));
                }
                if matches!(form, Form::Xml { .. }) && !is_xml_name(&field.name) {
                    broken.push(format!("name「{}」はXMLの要素名になりません", field.name));
                }
                if let Value::Fact(fact) = &field.value {
                    broken.extend(fact_rule(fact, field, records));
                }
                for rule in broken {
                    self.report(&field.file, Some(field.line), &field.item, rule);
                }
            }
        }
    }
}

/// What is wrong with a count or total of other records.
fn fact_rule(fact: &Fact, field: &FieldSpec, records: &[RecordSpec]) -> Option<String> {
    let mut details = records.iter().filter(|record| record.role == Role::Detail);
    match fact {
        Fact::RowCount(Some(kind)) if !details.any(|record| record.name == *kind) => {
            Some(format!("of「{kind}」というデータレコードはありません"))
        }
        Fact::Total(name) => {
            let mut summed =
                details.flat_map(|record| &record.fields).filter(|item| item.name == *name).peekable();
            if summed.peek().is_none() {
                return Some(format!("total「{name}」という項目がデータレコードにありません"));
            }
            if summed.any(|item| !item.kind.is_numeric() || item.format.is_some() || item.codes.is_some()) {
                return Some(format!("total「{name}」は数値（type 9, S9, P）の項目ではありません"));
            }
            (!field.kind.is_numeric()).then(|| "total は数値（type 9, S9, P）の項目に書きます".to_owned())
        }
        Fact::Where(of, condition) => {
            let fields = details.flat_map(|record| &record.fields);
            if !fields.map(|field| &field.name).any(|name| *name == condition.item) {
                let item = &condition.item;
                return Some(format!("where「{item}」という項目がデータレコードにありません"));
            }
            fact_rule(of, field, records)
        }
        _ => None,
    }
}
