//! 転出証明書情報 over 住基ネット: one row per person, gathered into the certificate of their household.

use std::collections::BTreeMap;

use domain::{Date, IndividualNumber, RegisterDate, ResidentRecordCode, Sex};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::records::{Transfer, TransferPerson, TransferSource};
use crate::rules::inbound_order::Orders;
use crate::rules::transfer;

/// 転出証明書情報 (N-TSK) of the municipality people are going to leave.
pub(crate) const TRANSFERS: Intake = Intake {
    id: "resident-register/transfers",
    title: "転出証明書情報（住基ネット）",
    needs: &[
        "certificate_no",
        "transfer_source",
        "from_municipality",
        "planned_on",
        "family_name",
        "given_name",
        "birth_date",
        "sex",
        "resident_record_code",
    ],
    apply,
};

/// A certificate as it is going to be, with the version it was read at.
type Held = (Transfer, Option<u32>, Vec<TransferPerson>);

/// Keeps each certificate until the people come. A row that comes again changes nothing, and one of a certificate that was
/// used already is refused: the people are recorded.
///
/// Source: 住民基本台帳法 art. 24-2(3); 住民記録システム標準仕様書 4.1.1.3, 4.1.1.5.
fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut orders = Orders::new(view, "juki-net-transfer");
    let mut held: BTreeMap<String, (Held, bool)> = BTreeMap::new();
    for row in batch.rows {
        let subject: String = row.text("certificate_no").chars().take(40).collect();
        if let Some(refused) = orders.admit(row, &subject)? {
            applied.refused.push(refused);
            continue;
        }
        let (told, person) = match read(row, context.today) {
            Ok(read) => read,
            Err(refused) => {
                applied.refused.push(*refused);
                continue;
            }
        };
        let key = told.transfer_no.clone();
        if !held.contains_key(&key) {
            let known = match view.load::<Transfer>(&key)? {
                None => (told.clone(), None, Vec::new()),
                Some(known) => {
                    let persons = transfer::persons(&known.record)?;
                    (known.record, Some(known.version), persons)
                }
            };
            held.insert(key.clone(), (known, false));
        }
        let Some(((certificate, _, persons), changed)) = held.get_mut(&key) else { continue };
        if persons.contains(&person) {
            continue;
        }
        if certificate.used_on.is_some() {
            applied.refused.push(RefusedRow {
                subject,
                item: "certificate_no".to_owned(),
                message: format!(
                    "E112 受信番号{key}の転出証明書情報は、もう転入に使われています。内容が違うのなら、転出元の市区町村に確かめてください。"
                ),
            });
            continue;
        }
        // Somebody of the certificate is told anew: by code, which no two have.
        persons.retain(|one| one.resident_record_code != person.resident_record_code);
        persons.push(person);
        certificate.planned_on = told.planned_on;
        certificate.visit_on = told.visit_on.or(certificate.visit_on);
        *changed = true;
    }
    for ((certificate, version, persons), changed) in held.into_values() {
        if changed {
            let persons = serde_json::to_string(&persons)
                .map_err(|error| Fault::new("persons of 転出証明書情報 are not JSON", error))?;
            applied.writes.push(Write::put(&Transfer { persons, ..certificate }, version)?);
        }
    }
    applied.writes.extend(orders.writes()?);
    Ok(applied)
}

fn read(row: &Incoming<'_>, today: Date) -> Result<(Transfer, TransferPerson), Box<RefusedRow>> {
    let no = row.text("certificate_no");
    let subject: String = no.chars().take(40).collect();
    let refuse = |item: &str, message: String| {
        Box::new(RefusedRow { subject: subject.clone(), item: item.to_owned(), message })
    };
    let plain = no.chars().all(|one| one.is_ascii_alphanumeric() || one == '-');
    if no.is_empty() || 40 < no.len() || !plain {
        return Err(refuse(
            "certificate_no",
            "転出証明書番号が空か、40文字までの英数字ではありません。".to_owned(),
        ));
    }
    let source = match row.text("transfer_source") {
        "card" => TransferSource::Card,
        "one-stop" => TransferSource::OneStop,
        other => {
            let message = format!(
                "転出の届出「{other}」は、card（特例転出）でも one-stop（引越しワンストップ）でもありません。"
            );
            return Err(refuse("transfer_source", message));
        }
    };
    let day = |item: &str, title: &str| match row.text(item) {
        "" => Ok(None),
        text => text
            .parse::<Date>()
            .map(Some)
            .map_err(|_| refuse(item, format!("{title}「{text}」が、日付として読めません。"))),
    };
    let Some(planned_on) = day("planned_on", "転出予定年月日")? else {
        return Err(refuse("planned_on", "転出予定年月日がありません。".to_owned()));
    };
    let from = row.text("from_municipality").to_owned();
    if from.is_empty() {
        return Err(refuse("from_municipality", "転出元の市区町村がありません。".to_owned()));
    }
    let birth = row.text("birth_date");
    let birth_date = birth
        .parse::<RegisterDate>()
        .map_err(|error| refuse("birth_date", format!("生年月日「{birth}」が読めません: {error}")))?;
    let sex = Sex::from_code(row.text("sex"))
        .ok_or_else(|| refuse("sex", format!("性別「{}」が区分にありません。", row.text("sex"))))?;
    // The message never says the number itself: held rows are shown on a screen.
    let resident_record_code = ResidentRecordCode::parse(row.text("resident_record_code")).map_err(|_| {
        refuse("resident_record_code", "E031 住民票コードの桁か検査数字が違います。".to_owned())
    })?;
    let individual_number = match row.text("individual_number") {
        "" => None,
        text => Some(IndividualNumber::parse(text).map_err(|_| {
            refuse("individual_number", "E037 個人番号の桁か検査数字が違います。".to_owned())
        })?),
    };
    let text = |item: &str| row.text(item).to_owned();
    let transfer = Transfer {
        transfer_no: format!("TSK-{no}"),
        source,
        received_on: today,
        from_municipality: from,
        planned_on,
        visit_on: day("visit_on", "来庁予定日")?,
        persons: String::new(),
        used_by: Vec::new(),
        used_on: None,
    };
    let person = TransferPerson {
        family_name: text("family_name"),
        given_name: text("given_name"),
        name_kana: text("name_kana"),
        birth_date,
        sex,
        domicile_prefecture: text("domicile_prefecture"),
        domicile_municipality: text("domicile_municipality"),
        domicile_town: text("domicile_town"),
        register_head: text("register_head"),
        resident_record_code,
        individual_number,
    };
    Ok((transfer, person))
}
