//! The items an application states, and what of them a clerk may confirm otherwise.

use crate::records::Values;

/// Items of the application as a whole, in every row of it.
pub const HEAD: [(&str, &str); 13] = [
    ("application_no", "申請番号"),
    ("procedure", "手続"),
    ("form_version", "様式版"),
    ("received_at", "受付日時"),
    ("expires_on", "有効期限"),
    ("applicant_name", "申請者氏名"),
    ("applicant_kana", "申請者フリガナ"),
    ("applicant_birth_date", "申請者生年月日"),
    ("applicant_sex", "申請者性別"),
    ("applicant_address", "申請者住所"),
    ("certificate_serial", "電子証明書シリアル番号"),
    ("signature", "署名検証結果"),
    ("attachments", "添付"),
];

/// Items the register of residents takes, by the names of its own intake.
pub const STATED: [(&str, &str); 29] = [
    ("withdraws", "取り消す申請番号"),
    ("name", "氏名"),
    ("name_kana", "氏名フリガナ"),
    ("birth_date", "生年月日"),
    ("sex", "性別"),
    ("address", "住所"),
    ("visit_on", "来庁予定日"),
    ("event_date", "異動日"),
    ("move_out_kind", "転出の種類"),
    ("dest_prefecture", "転出先 都道府県"),
    ("dest_municipality", "転出先 市区町村"),
    ("dest_municipality_code", "転出先 市区町村コード"),
    ("dest_town", "転出先 町字"),
    ("dest_lot", "転出先 番地号"),
    ("dest_building", "転出先 方書"),
    ("dest_postcode", "転出先 郵便番号"),
    ("family_name", "氏"),
    ("given_name", "名"),
    ("relation", "続柄"),
    ("prev_prefecture", "転入前 都道府県"),
    ("prev_municipality", "転入前 市区町村"),
    ("prev_town", "転入前 町字"),
    ("prev_lot", "転入前 番地号"),
    ("town", "新しい住所 町字"),
    ("lot", "新しい住所 番地号"),
    ("building", "新しい住所 方書"),
    ("postcode", "新しい住所 郵便番号"),
    ("details", "その他の項目"),
    ("remark", "備考"),
];

/// Items of one person and not of the whole application.
const OF_PERSON: [&str; 7] =
    ["name", "name_kana", "birth_date", "sex", "family_name", "given_name", "relation"];

/// The Japanese name of an item; the item itself when it is not known.
pub fn title(item: &str) -> &str {
    HEAD.iter().chain(&STATED).find(|(name, _)| *name == item).map_or(item, |(_, title)| *title)
}

/// Whether every person of an application states the item.
pub fn is_of_person(item: &str) -> bool {
    OF_PERSON.contains(&item)
}

/// Reads what a clerk confirmed, a line for each item: 項目=値, and 2:項目=値 of the second person. Gives the line that does not
/// read.
///
/// # Errors
/// The first line that is not so, or whose item a clerk cannot confirm: what names the application and its signature stays as
/// it came.
pub fn read(text: &str) -> Result<Values, String> {
    let mut values = Values::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let told = line.split_once(['=', '＝']).and_then(|(item, value)| {
            let (row, item) = match item.trim().split_once([':', '：']) {
                None => (None, item.trim()),
                Some((row, item)) => (Some(row.trim().parse::<usize>().ok()?), item.trim()),
            };
            let mut all = STATED.iter().chain(&HEAD).filter(|(name, _)| is_confirmable(name));
            let (name, _) = all.find(|(name, title)| *name == item || *title == item)?;
            let key = match row {
                None | Some(1) => (*name).to_owned(),
                Some(row) if 1 < row && is_of_person(name) => format!("{row}:{name}"),
                Some(_) => return None,
            };
            Some((key, value.trim().to_owned()))
        });
        match told {
            Some((key, value)) => {
                values.insert(key, value);
            }
            None => return Err(line.to_owned()),
        }
    }
    Ok(values)
}

fn is_confirmable(item: &str) -> bool {
    let is_stated = STATED.iter().any(|(name, _)| *name == item) && item != "withdraws";
    is_stated || item.starts_with("applicant_")
}

/// The rows with what was confirmed in the place of what was stated.
pub fn confirmed(rows: &[Values], confirmed: &Values) -> Vec<Values> {
    let at = |row: usize, item: &str| match (row, is_of_person(item)) {
        (0, _) | (_, false) => item.to_owned(),
        (row, true) => format!("{}:{item}", row.saturating_add(1)),
    };
    let mut all: Vec<Values> = rows.to_vec();
    for (row, values) in all.iter_mut().enumerate() {
        for (item, _) in HEAD.iter().chain(&STATED) {
            if let Some(value) = confirmed.get(&at(row, item)) {
                match value.is_empty() {
                    true => values.remove(*item),
                    false => values.insert((*item).to_owned(), value.clone()),
                };
            }
        }
    }
    all
}
