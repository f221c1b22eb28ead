//! Cases of the views that staff ask by SQL (EUC): the same names and rows on every database.

use domain::Date;
use register::{Column, Kind, UpcastError, Write};
use serde_json::{Value, json};

use crate::journal::{NOTE, Outcome, PERSON, VEHICLE, body, draft, fail, note, same, vehicle};
use crate::shelf::{Case, Shelf, Table, ring};

pub(crate) const CASES: &[Case] = &[
    ("a view lists the open records of a kind under Japanese names", open_records),
    ("a view leaves sealed fields out", sealed_fields),
    ("titles that are taken or too long get a name of their own", odd_titles),
    ("a view follows its declaration and shows columns in the newest shape", follows),
];

/// Every view begins with these and ends with the body.
const FRONT: [&str; 4] = ["記録キー", "版番号", "適用日", "記録日時"];
const BODY: &str = "記録内容";

/// Fails unless a view has these columns between those that all have, and these rows. The body is compared as JSON.
fn lists(found: Table, columns: &[&str], rows: &[(&[Option<&str>], Value)]) -> Outcome {
    let (names, found) = found;
    let wanted: Vec<&str> = FRONT.into_iter().chain(columns.iter().copied()).chain([BODY]).collect();
    same("columns", &names, &wanted.into_iter().map(str::to_owned).collect())?;
    same("rows", &found.len(), &rows.len())?;
    for (found, (wanted, content)) in found.iter().zip(rows) {
        let Some((Some(text), cells)) = found.split_last() else { return fail("a row without a body") };
        let cells: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
        same("row", &cells.as_slice(), wanted)?;
        same("body", &serde_json::from_str::<Value>(text)?, content)?;
    }
    Ok(())
}

fn open_records(shelf: &dyn Shelf) -> Outcome {
    let journal = shelf.open("list", &[&VEHICLE, &NOTE], &ring("5")?)?;
    let create = |key: &str, plate: &str, owner: &str| Write::create(&VEHICLE, key, vehicle(plate, owner));
    // 9 o'clock and 59 seconds in Japan, then half a second before the next midnight.
    journal.commit(draft(59, vec![create("A", "鳥取 1", "𠮷田"), create("B", "鳥取 2", "葛󠄀城'\"")]))?;
    let day = Date::constant(2026, 5, 1);
    let mut late = draft(
        0,
        vec![
            Write::replace(&VEHICLE, "A", 1, body(&json!({ "plate": "鳥取 3", "owner": null, "n": [1] })))
                .effective(day),
        ],
    );
    late.at = "2026-04-01T23:59:59.5+09:00".parse()?;
    late.writes.push(create("C", "鳥取 1", "丙"));
    late.writes.push(Write::close(&VEHICLE, "C", 1));
    journal.commit(late)?;
    let row = |cells: [&'static str; 5], owner| -> Vec<Option<&'static str>> {
        cells.into_iter().map(Some).chain([owner]).collect()
    };
    let a = row(["A", "2", "2026-05-01", "2026-04-01 23:59:59", "鳥取 3"], None);
    let b = row(["B", "1", "2026-04-01", "2026-04-01 09:00:59", "鳥取 2"], Some("葛󠄀城'\""));
    lists(
        shelf.list("list", "list_test__vehicle")?,
        &["標識番号", "所有者"],
        &[
            (&a, json!({ "plate": "鳥取 3", "owner": null, "n": [1] })),
            (&b, json!({ "plate": "鳥取 2", "owner": "葛󠄀城'\"" })),
        ],
    )?;
    lists(shelf.list("list", "list_test__note")?, &[], &[])
}

fn sealed_fields(shelf: &dyn Shelf) -> Outcome {
    let journal = shelf.open("list sealed", &[&PERSON], &ring("5")?)?;
    let person = json!({ "number": "123456789018", "code": null, "ward": "東", "more": { "number": 1 } });
    journal.commit(draft(0, vec![Write::create(&PERSON, "P", body(&person))]))?;
    let cells = ["P", "1", "2026-04-01", "2026-04-01 09:00:00", "東"].map(Some);
    let content = json!({ "ward": "東", "more": { "number": 1 } });
    lists(shelf.list("list sealed", "list_test__person")?, &["区"], &[(&cells, content)])
}

fn odd_titles(shelf: &dyn Shelf) -> Outcome {
    static ODD: Kind = Kind::new("test/odd-titles", "妙'な台帳").columns(&[
        Column::plain("a", "氏\"名"),
        Column::plain("b", "氏\"名"),
        Column::plain("c", "版番号"),
        Column::plain("d", ""),
        Column::plain("e", "六十三バイトにおさまらないほどとても長い項目の名前"),
    ]);
    let journal = shelf.open("list odd", &[&ODD, &NOTE], &ring("5")?)?;
    journal.commit(draft(0, vec![Write::create(&NOTE, "N", note("1"))]))?;
    let (names, rows) = shelf.list("list odd", "list_test__odd_titles")?;
    same("rows", &rows.len(), &0)?;
    let [.., long, _] = names.as_slice() else { return fail("too few columns") };
    let long = long.clone();
    same("cut to what every database keeps", &(long.len() <= 63 && long.starts_with("六十三バイト")), &true)?;
    lists((names, rows), &["氏\"名", "氏\"名 b", "版番号 c", " d", &long], &[])
}

fn follows(shelf: &dyn Shelf) -> Outcome {
    static NO_1: Kind =
        Kind::new("test/no", "番").columns(&[Column::plain("no", "番号"), Column::plain("old", "旧")]);
    static NO_2: Kind = Kind::new("test/no", "番")
        .columns(&[Column::plain("no", "番号"), Column::plain("half", "半分")])
        .upcasters(&[|body| {
            let Value::Object(mut fields) = body else { return Err(UpcastError("no object")) };
            let no = fields.get("no").and_then(Value::as_u64).ok_or(UpcastError("no number"))?;
            fields.insert("half".to_owned(), json!(no / 2));
            Ok(Value::Object(fields))
        }]);
    let journal = shelf.open("list follows", &[&NO_1], &ring("5")?)?;
    journal.commit(draft(0, vec![Write::create(&NO_1, "A", body(&json!({ "no": 8, "old": "x" })))]))?;
    drop(journal);
    let journal = shelf.open("list follows", &[&NO_2], &ring("5")?)?;
    journal.commit(draft(0, vec![Write::create(&NO_2, "B", body(&json!({ "no": 6, "half": 3 })))]))?;
    let cells = |key, no, half| [key, "1", "2026-04-01", "2026-04-01 09:00:00", no, half].map(Some);
    // Columns are in the newest shape; the content is as it was written, a newer shape told by its mark.
    lists(
        shelf.list("list follows", "list_test__no")?,
        &["番号", "半分"],
        &[
            (&cells("A", "8", "4"), json!({ "no": 8, "old": "x" })),
            (&cells("B", "6", "3"), json!({ "#": 2, "no": 6, "half": 3 })),
        ],
    )
}
