//! 基本４情報確認, 同一住所者検索: questions of 住登外宛名管理 to 住基ネット, passed on and back. The register keeps what passed, and judges nothing.
//!
//! Source: 機能一覧 住民基本台帳 住基ネット連携 基本４情報確認, 同一住所者検索.

use std::collections::BTreeSet;

use domain::AddresseeNo;
use register::{Fault, Stored, View, ViewExt, Write};
use system::{Applied, Batch, Context, Dataset, Fate, Incoming, Intake, Item, ItemType, RefusedRow, Row};

use crate::records::{PERSON_ANSWER, PERSON_QUERY, PersonAnswer, PersonQuery};

/// The most characters of a number.
const NUMBER_MAX: usize = 60;

/// Questions of 住登外宛名管理.
pub(crate) const QUERIES: Intake = Intake {
    id: "resident-register/person-queries",
    title: "住基ネットへの照会の依頼（住登外）",
    needs: &["query_no", "query_kind", "addressee_no", "name", "address"],
    apply: apply_queries,
};

/// Answers of 住基ネット.
pub(crate) const ANSWERS: Intake = Intake {
    id: "resident-register/person-answers",
    title: "住基ネットの回答（住登外）",
    needs: &["answer_no", "query_no", "query_result"],
    apply: apply_answers,
};

/// What goes to 住基ネット.
pub(crate) static TO_JUKI_NET: Dataset = Dataset {
    id: "resident-register/person-query",
    title: "住基ネットへの照会（住登外）",
    kind: &PERSON_QUERY,
    items: &QUERY_ITEMS,
    subject: "query_no",
    row: query,
};

static QUERY_ITEMS: [Item; 7] = [
    Item::new("query_no", "照会番号", ItemType::Code),
    Item::new("query_kind", "照会の種類", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
];

/// What goes back to who asked.
pub(crate) static TO_ADDRESSEE: Dataset = Dataset {
    id: "resident-register/person-answer",
    title: "住基ネットの回答（住登外）",
    kind: &PERSON_ANSWER,
    items: &ANSWER_ITEMS,
    subject: "answer_no",
    row: answer,
};

static ANSWER_ITEMS: [Item; 8] = [
    Item::new("answer_no", "回答番号", ItemType::Code),
    Item::new("query_no", "照会番号", ItemType::Code),
    Item::new("query_result", "照会の結果", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
];

fn query(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<PersonQuery>()?.record;
    for value in
        [&one.query_no, &one.kind, &one.name, &one.name_kana, &one.birth_date, &one.sex, &one.address]
    {
        row.push(value);
    }
    Ok(Fate::Row)
}

fn answer(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let one = stored.typed::<PersonAnswer>()?.record;
    let values = [
        &one.answer_no,
        &one.query_no,
        &one.result,
        &one.name,
        &one.name_kana,
        &one.birth_date,
        &one.sex,
        &one.address,
    ];
    for value in values {
        row.push(value);
    }
    Ok(Fate::Row)
}

/// A number of letters, digits and hyphens; the refusal in words when it is none.
fn number(row: &Incoming<'_>, item: &str, title: &str) -> Result<String, String> {
    let text = row.text(item);
    let plain = text.chars().all(|one| one.is_ascii_alphanumeric() || one == '-');
    if text.is_empty() || NUMBER_MAX < text.len() || !plain {
        return Err(format!("{title}が空か、{NUMBER_MAX}文字までの英数字ではありません。"));
    }
    Ok(text.to_owned())
}

fn refused(row: &Incoming<'_>, subject: &str, item: &str, message: String) -> RefusedRow {
    let subject = row.text(subject).chars().take(NUMBER_MAX).collect();
    RefusedRow { subject, item: item.to_owned(), message }
}

fn apply_queries(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for row in batch.rows {
        let mut refuse = |item: &str, message: String| {
            applied.refused.push(refused(row, "query_no", item, message));
        };
        let query_no = match number(row, "query_no", "照会番号") {
            Ok(query_no) => query_no,
            Err(message) => {
                refuse("query_no", message);
                continue;
            }
        };
        if !matches!(row.text("query_kind"), "1" | "2") {
            refuse(
                "query_kind",
                format!("照会の種類「{}」は1、2のどちらでもありません。", row.text("query_kind")),
            );
            continue;
        }
        let Ok(addressee_no) = AddresseeNo::parse(row.text("addressee_no")) else {
            refuse("addressee_no", "宛名番号が正しくありません。".to_owned());
            continue;
        };
        // A number is one question, however often it comes; what was answered since changes nothing of it.
        if taken.insert(query_no.clone()) && view.load::<PersonQuery>(&query_no)?.is_none() {
            let owned = |item: &str| row.text(item).to_owned();
            let one = PersonQuery {
                query_no,
                kind: owned("query_kind"),
                addressee_no,
                name: owned("name"),
                name_kana: owned("name_kana"),
                birth_date: owned("birth_date"),
                sex: owned("sex"),
                address: owned("address"),
                received_on: context.today,
            };
            applied.writes.push(Write::put(&one, None)?);
        }
    }
    Ok(applied)
}

fn apply_answers(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for row in batch.rows {
        let mut refuse = |item: &str, message: String| {
            applied.refused.push(refused(row, "answer_no", item, message));
        };
        let answer_no = match number(row, "answer_no", "回答番号") {
            Ok(answer_no) => answer_no,
            Err(message) => {
                refuse("answer_no", message);
                continue;
            }
        };
        let query_no = row.text("query_no");
        if view.load::<PersonQuery>(query_no)?.is_none() {
            let message =
                format!("照会番号「{query_no}」の照会をしていません。回答番号を送信元に確かめてください。");
            refuse("query_no", message);
            continue;
        }
        if taken.insert(answer_no.clone()) && view.load::<PersonAnswer>(&answer_no)?.is_none() {
            let owned = |item: &str| row.text(item).to_owned();
            let one = PersonAnswer {
                answer_no,
                query_no: query_no.to_owned(),
                result: owned("query_result"),
                name: owned("name"),
                name_kana: owned("name_kana"),
                birth_date: owned("birth_date"),
                sex: owned("sex"),
                address: owned("address"),
                received_on: context.today,
            };
            applied.writes.push(Write::put(&one, None)?);
        }
    }
    Ok(applied)
}
