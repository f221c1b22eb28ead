//! 基本４情報確認, 同一住所者検索: questions of 住登外宛名管理 to 住基ネット, passed on and back. The register keeps what passed, and judges nothing.
//!
//! Source: 機能一覧 住民基本台帳 住基ネット連携 基本４情報確認, 同一住所者検索.

use std::collections::BTreeSet;

use domain::AddresseeNo;
use register::{Fault, Record, Stored, View, ViewExt, Write};
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
    reads_sealed: false,
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
    reads_sealed: false,
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

/// Why a row is not taken: the item, and what is wrong with it and what to do.
type Refusal = (&'static str, String);

/// A number of letters, digits and hyphens.
fn number(row: &Incoming<'_>, item: &'static str, title: &str) -> Result<String, Refusal> {
    let text = row.text(item);
    let plain = text.chars().all(|one| one.is_ascii_alphanumeric() || one == '-');
    if text.is_empty() || NUMBER_MAX < text.len() || !plain {
        let what = format!("{title}が空か、{NUMBER_MAX}文字までの英数字ではありません。");
        return Err((item, format!("{what}送信元に確かめてください。")));
    }
    Ok(text.to_owned())
}

/// Takes rows that each have a number of their own: what comes again under one changes nothing.
fn apply<R: Record>(
    view: &dyn View,
    batch: &Batch<'_>,
    subject: &str,
    read: impl Fn(&Incoming<'_>) -> Result<Result<R, Refusal>, Fault>,
) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for row in batch.rows {
        match read(row)? {
            Ok(one) => {
                if taken.insert(one.key()) && view.load::<R>(&one.key())?.is_none() {
                    applied.writes.push(Write::put(&one, None)?);
                }
            }
            Err((item, message)) => {
                let subject = row.text(subject).chars().take(NUMBER_MAX).collect();
                applied.refused.push(RefusedRow { subject, item: item.to_owned(), message });
            }
        }
    }
    Ok(applied)
}

fn apply_queries(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    apply(view, batch, "query_no", |row| Ok(query_of(row, context)))
}

fn query_of(row: &Incoming<'_>, context: &Context<'_>) -> Result<PersonQuery, Refusal> {
    let query_no = number(row, "query_no", "照会番号")?;
    let owned = |item: &str| row.text(item).to_owned();
    let kind = owned("query_kind");
    if !matches!(kind.as_str(), "1" | "2") {
        let what = format!("照会の種類「{kind}」は1、2のどちらでもありません。送信元に確かめてください。");
        return Err(("query_kind", what));
    }
    let addressee_no = AddresseeNo::parse(row.text("addressee_no"))
        .map_err(|_| ("addressee_no", "宛名番号が正しくありません。送信元に確かめてください。".to_owned()))?;
    Ok(PersonQuery {
        query_no,
        kind,
        addressee_no,
        name: owned("name"),
        name_kana: owned("name_kana"),
        birth_date: owned("birth_date"),
        sex: owned("sex"),
        address: owned("address"),
        received_on: context.today,
    })
}

fn apply_answers(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    apply(view, batch, "answer_no", |row| answer_of(view, row, context))
}

fn answer_of(
    view: &dyn View,
    row: &Incoming<'_>,
    context: &Context<'_>,
) -> Result<Result<PersonAnswer, Refusal>, Fault> {
    let answer_no = match number(row, "answer_no", "回答番号") {
        Ok(answer_no) => answer_no,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let owned = |item: &str| row.text(item).to_owned();
    let query_no = owned("query_no");
    if view.load::<PersonQuery>(&query_no)?.is_none() {
        let what =
            format!("照会番号「{query_no}」の照会をしていません。回答番号を送信元に確かめてください。");
        return Ok(Err(("query_no", what)));
    }
    Ok(Ok(PersonAnswer {
        answer_no,
        query_no,
        result: owned("query_result"),
        name: owned("name"),
        name_kana: owned("name_kana"),
        birth_date: owned("birth_date"),
        sex: owned("sex"),
        address: owned("address"),
        received_on: context.today,
    }))
}
