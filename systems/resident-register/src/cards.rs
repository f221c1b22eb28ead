//! カード発行状況 and the serials of 電子証明書: taken in from the CS, shown, never originated.

use domain::{AddresseeNo, Date, wareki};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::records::{Card, Person};
use crate::sheet::{Group, Line};

/// カード発行状況 from the CS: one row per person.
pub(crate) const CARDS: Intake = Intake {
    id: "resident-register/cards",
    title: "カード発行状況（住基ネット）",
    needs: &["addressee_no", "card_status"],
    apply,
};

/// Longest texts: of the status and of a serial.
const STATUS_CHARACTERS_MAX: usize = 40;
const SERIAL_CHARACTERS_MAX: usize = 64;

/// Takes each row as what the CS says now; a row that says what is held already writes nothing.
fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    for row in batch.rows {
        let told = match read(view, row, context.today)? {
            Ok(told) => told,
            Err(refused) => {
                applied.refused.push(*refused);
                continue;
            }
        };
        let held = view.load::<Card>(told.addressee_no.as_str())?;
        match held {
            Some(held) if Card { told_on: told.told_on, ..held.record.clone() } == told => {}
            held => applied.writes.push(Write::put(&told, held.map(|held| held.version))?),
        }
    }
    Ok(applied)
}

fn read(view: &dyn View, row: &Incoming<'_>, today: Date) -> Result<Result<Card, Box<RefusedRow>>, Fault> {
    let refuse = |item: &str, message: String| {
        Ok(Err(Box::new(RefusedRow {
            subject: row.text("addressee_no").to_owned(),
            item: item.to_owned(),
            message,
        })))
    };
    let addressee_no = match AddresseeNo::parse(row.text("addressee_no")) {
        Ok(no) => no,
        Err(error) => return refuse("addressee_no", error.to_string()),
    };
    if view.load::<Person>(addressee_no.as_str())?.is_none() {
        return refuse("addressee_no", format!("宛名番号{addressee_no}の人は住民票にも除票にもいません。"));
    }
    for (item, title, most) in [
        ("card_status", "発行状況", STATUS_CHARACTERS_MAX),
        ("card_status_label", "発行状況", STATUS_CHARACTERS_MAX),
        ("sig_cert_serial", "署名用電子証明書シリアル番号", SERIAL_CHARACTERS_MAX),
        ("auth_cert_serial", "利用者証明用電子証明書シリアル番号", SERIAL_CHARACTERS_MAX),
    ] {
        let text = row.text(item);
        if most < text.chars().count() {
            return refuse(item, format!("{title}が{most}文字を超えています。"));
        }
        if item.ends_with("_serial") && !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return refuse(item, format!("{title}に、半角の英数字でない文字があります。"));
        }
    }
    let expires_on = match row.text("expires_on") {
        "" => None,
        text => match domain::parse_input(text).ok().and_then(|date| date.known()) {
            Some(day) => Some(day),
            None => return refuse("expires_on", format!("有効期限「{text}」は日付として読めません。")),
        },
    };
    Ok(Ok(Card {
        addressee_no,
        card_status: row.text("card_status").to_owned(),
        card_status_label: row.text("card_status_label").to_owned(),
        expires_on,
        sig_cert_serial: row.text("sig_cert_serial").to_owned(),
        auth_cert_serial: row.text("auth_cert_serial").to_owned(),
        told_on: today,
    }))
}

/// The group of the record's screen. Of a serial only that there is one: nobody reads it at the counter.
pub(crate) fn group(view: &dyn View, no: AddresseeNo) -> Result<Group, Fault> {
    let mut lines = Vec::new();
    if let Some(card) = view.load::<Card>(no.as_str())?.map(|held| held.record) {
        let status = match card.card_status_label.as_str() {
            "" => card.card_status.clone(),
            label => format!("{} {label}", card.card_status),
        };
        let held = |serial: &str| if serial.is_empty() { "" } else { "記録あり" }.to_owned();
        let day = |day: Option<Date>| day.map(wareki).unwrap_or_default();
        for (name, title, value) in [
            ("card_status", "カードの発行状況", status),
            ("card_expires_on", "カードの有効期限", day(card.expires_on)),
            ("sig_cert_serial", "署名用電子証明書シリアル番号", held(&card.sig_cert_serial)),
            ("auth_cert_serial", "利用者証明用電子証明書シリアル番号", held(&card.auth_cert_serial)),
            ("card_told_on", "住基ネットから届いた日", day(Some(card.told_on))),
        ] {
            lines.push(Line { name, title, value });
        }
    }
    Ok(Group { title: "個人番号カード・電子証明書", lines })
}
