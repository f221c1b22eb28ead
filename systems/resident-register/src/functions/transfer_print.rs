//! 転入届の事前印字: the notification of those who are going to come, filled in with what their municipality certified.

use register::{Fault, View, ViewExt};
use serde_json::json;
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode,
    Outcome, Place, Section,
};

use super::issue_items::TEMPLATE;
use crate::certificates::attest::{self, Attestation};
use crate::certificates::items::{Certificate, Rows, Writer};
use crate::certificates::overflow::Overflow;
use crate::certificates::request;
use crate::desk::Desk;
use crate::records::{Transfer, TransferPerson};
use crate::rules::transfer;

/// The function (M-03). The paper has no number: whoever comes signs it, and the clerk takes the numbers from what was
/// received.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/transfer-print",
        title: "転入届の事前印字",
        place: Some(Place {
            unit: "住民基本台帳", level1: "異動（増加）", level2: "転入", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "転出証明書情報",
            vec![Field::new("transfer_no", "受信番号", FieldKind::Text(60)).required()],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 住民記録システム標準仕様書 4.1.1.5.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("transfer_no");
    let held = view.load::<Transfer>(no)?.map(|held| held.record);
    let Some(one) = held.filter(|one| one.used_on.is_none()) else {
        return Ok(Outcome::refused(vec![Finding::error(
            "D104",
            "transfer_no",
            "受信番号",
            format!("受信番号{no}の転出証明書情報はないか、もう使われています。"),
            "転出証明書情報一覧で受信番号を確かめてください。",
        )]));
    };
    let mut desk = Desk::new(view, context);
    let mut overflow = Overflow::new(&desk);
    let mut facts = Writer::new("届", &mut overflow);
    facts.long("転出元の市区町村", &one.from_municipality);
    facts.short("転出予定年月日", domain::wareki(one.planned_on));
    facts.by_hand("転入した年月日");
    facts.by_hand("届出人の署名");
    facts.by_hand("新しい住所");
    let facts = facts.rows();
    let mut persons = Vec::new();
    for person in transfer::persons(&one)? {
        persons.push(rows(&person, &mut overflow));
    }
    let count = persons.len();
    let data = Certificate {
        title: "転入届",
        marks: vec!["事前印字"],
        specimen: attest::is_specimen(context),
        facts,
        persons,
        notes: vec!["印字の誤りは二重線で消し、正しく書いてください。".to_owned()],
        codes: Vec::new(),
        attestation: Attestation {
            text: "上記のとおり届け出ます。".to_owned(),
            date: "　　　　年　　月　　日".to_owned(),
            office: format!("{}　あて", attest::office(context)),
            name: String::new(),
            seal_note: None,
        },
        overflow: overflow.told(&mut desk),
    };
    let mut data = request::data(&data)?;
    if let Some(fields) = data.as_object_mut() {
        fields.insert("issue_number".to_owned(), json!(format!("受信番号 {no}")));
    }
    Ok(Outcome {
        findings: desk.findings,
        message: format!("{count}人の転入届を印字します。"),
        answer: Some(Answer { data: json!({ "transfer_no": no }), subjects: Vec::new() }),
        documents: vec![DocumentRequest {
            template: TEMPLATE.to_owned(),
            title: format!("転入届 {no}"),
            data,
        }],
        ..Outcome::default()
    })
}

fn rows(person: &TransferPerson, overflow: &mut Overflow) -> Rows {
    let name = format!("{}　{}", person.family_name, person.given_name);
    let mut writer = Writer::new(&name, overflow);
    writer.name("氏名", &name, &person.name_kana);
    writer.short("生年月日", person.birth_date.label_wareki());
    writer.short("性別", person.sex.label());
    writer.by_hand("続柄");
    writer.long(
        "本籍",
        format!("{}{}{}", person.domicile_prefecture, person.domicile_municipality, person.domicile_town),
    );
    writer.short("筆頭者", &person.register_head);
    Rows { rows: writer.rows() }
}
