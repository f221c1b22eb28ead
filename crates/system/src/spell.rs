//! How each kind of field spells what is typed into it.

use domain::{
    AddresseeNo, HouseholdNo, IndividualNumber, RegisterDate, Relation, RelationError, ResidentRecordCode,
};
use moji::standard::{self, Unfit};
use serde_json::Value;

use crate::{Field, FieldKind};

/// Up to so many characters lines are words of staff; longer ones are files.
const LINES_WHOLE: usize = 2_000;

/// The first character of a text that is not of the standard set (標準の文字集合にない文字), with the reason; by the same decision as
/// when a register is taken over. Tabs and the ends of lines may stand in any text.
pub fn first_outside_standard(text: &str) -> Option<String> {
    outside_standard(text, false)
}

fn outside_standard(text: &str, only_controls: bool) -> Option<String> {
    let mut clusters = moji::clusters(text);
    clusters.find_map(|cluster| {
        let wrong = standard::unfit(cluster)?;
        let allowed = wrong == Unfit::Control && matches!(cluster, "\r" | "\t" | "\r\n");
        if allowed || (only_controls && wrong != Unfit::Control) {
            return None;
        }
        Some(format!("{}は、{}", standard::named(cluster), wrong.reason()))
    })
}

/// Why a value is not taken.
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) remedy: &'static str,
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>, remedy: &'static str) -> Self {
        Self { code, message: message.into(), remedy }
    }
}

/// The one spelling of a value.
pub(crate) fn spell(field: &Field, text: &str) -> Result<Value, Refusal> {
    let title = field.title;
    let spelled = match &field.kind {
        FieldKind::Text(max) | FieldKind::Lines(max) => {
            let text = if field.wide { &domain::to_full_width(text) } else { text };
            within(title, text, *max)?;
            // Of lines that are a file each row is looked at by its function, which tells the row.
            let rows = matches!(field.kind, FieldKind::Lines(_)) && LINES_WHOLE < *max;
            if let Some(refused) = outside_standard(text, rows) {
                return Err(Refusal::new(
                    "E065",
                    format!("{title}に使えない文字があります。{refused}。"),
                    "標準の文字（文字情報基盤の漢字、かな、英数字、記号）で入力してください。外字は、同定した文字で入力してください。",
                ));
            }
            text.to_owned()
        }
        FieldKind::Kana(max) => {
            let kana =
                domain::hiragana_to_katakana(&domain::to_full_width_kana(text)).replace(' ', "\u{3000}");
            within(title, &kana, *max)?;
            if !domain::is_katakana_name(&kana) {
                return Err(Refusal::new(
                    "E063",
                    format!("{title}「{text}」に、片仮名でない文字があります。"),
                    "全角の片仮名で入力してください。",
                ));
            }
            kana
        }
        FieldKind::Date => {
            let date = RegisterDate::parse_input(text).map_err(|error| {
                if let Some(refusal) = before_era(title, &error) {
                    return refusal;
                }
                Refusal::new(
                    "E006",
                    format!("{title}「{text}」は、暦にある日付として読めません。"),
                    "実在する日付を入力してください（例 令和8年4月1日、R8.4.1、2026-04-01）。",
                )
            })?;
            match date {
                RegisterDate::Day(_) | RegisterDate::EraDay(..) => date.to_string(),
                RegisterDate::Impossible { .. } => {
                    return Err(Refusal::new(
                        "E006",
                        format!("{title}「{text}」は暦にない日です。この項目は暦にある日だけを持てます。"),
                        "実在する日付を入力してください。",
                    ));
                }
                RegisterDate::Unknown(_) => {
                    return Err(Refusal::new(
                        "E007",
                        format!("{title}は不詳にできない項目です。"),
                        "年月日をすべて入力してください。",
                    ));
                }
            }
        }
        FieldKind::RegisterDate => RegisterDate::parse_input(text)
            .map_err(|error| {
                if let Some(refusal) = before_era(title, &error) {
                    return refusal;
                }
                Refusal::new(
                    "E008",
                    format!("{title}「{text}」: {error}"),
                    "日付か、不詳日の書き方（例 昭和20年頃、U10:1945-01-01）で入力してください。",
                )
            })?
            .to_string(),
        FieldKind::Choice(choices) => {
            if !choices.iter().any(|choice| choice.code == text) {
                return Err(Refusal::new(
                    "F005",
                    format!("{title}「{text}」は選べる値にありません。"),
                    "一覧から選んでください。",
                ));
            }
            text.to_owned()
        }
        FieldKind::Flag => match text {
            "1" | "true" | "on" => return Ok(Value::Bool(true)),
            "0" | "false" | "off" => return Ok(Value::Bool(false)),
            _ => {
                return Err(Refusal::new(
                    "F005",
                    format!("{title}「{text}」は有無の値ではありません。"),
                    "有か無を選んでください。",
                ));
            }
        },
        FieldKind::Relation => Relation::parse(text)
            .map_err(|error| {
                Refusal::new(
                    match error {
                        RelationError::TooLong { .. } => "E086",
                        _ => "E085",
                    },
                    error.to_string(),
                    "続柄を「妻」「子」「子の子」のように入力してください。",
                )
            })?
            .label(),
        FieldKind::AddresseeNo => AddresseeNo::parse(text)
            .map_err(|error| {
                Refusal::new("E040", error.to_string(), "宛名番号を確かめて入力し直してください。")
            })?
            .to_string(),
        FieldKind::HouseholdNo => HouseholdNo::parse(text)
            .map_err(|error| {
                Refusal::new("E040", error.to_string(), "世帯番号を確かめて入力し直してください。")
            })?
            .to_string(),
        FieldKind::ResidentRecordCode => ResidentRecordCode::parse(text)
            .map_err(|error| {
                Refusal::new("E031", error.to_string(), "転出証明書などで住民票コードを確かめてください。")
            })?
            .expose()
            .to_owned(),
        FieldKind::IndividualNumber => IndividualNumber::parse(text)
            .map_err(|error| {
                Refusal::new("E037", error.to_string(), "個人番号カードなどで個人番号を確かめてください。")
            })?
            .expose()
            .to_owned(),
        FieldKind::Postcode => {
            let digits: String = text
                .chars()
                .filter(|c| !matches!(c, '-' | '－' | '‐' | 'ー'))
                .map(half_width_digit)
                .collect();
            if digits.len() != 7 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Refusal::new(
                    "A134",
                    format!("{title}「{text}」は7桁の数字ではありません。"),
                    "郵便番号を7桁で入力してください。",
                ));
            }
            digits
        }
        FieldKind::Yen => {
            let bare = text.trim_start_matches(['¥', '￥']).trim_end_matches('円');
            whole(title, bare, domain::YEN_MAX.unsigned_abs(), "円")?
        }
        FieldKind::Number(max) => whole(title, text, *max, "")?,
        FieldKind::Hidden | FieldKind::Persons => text.to_owned(),
    };
    Ok(Value::String(spelled))
}

/// A whole number as its digits; thousands may be parted by commas.
fn whole(title: &str, text: &str, max: u64, unit: &str) -> Result<String, Refusal> {
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | '，')).map(half_width_digit).collect();
    let number = (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| digits.parse::<u64>().ok())
        .flatten();
    match number {
        Some(number) if number <= max => Ok(number.to_string()),
        _ => Err(Refusal::new(
            "F007",
            format!("{title}「{text}」は、0から{max}{unit}までの整数ではありません。"),
            "符号や小数を除いた整数で入力してください。",
        )),
    }
}

fn half_width_digit(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        other => other,
    }
}

/// E009: a day spelt in an era that had not begun.
///
/// Source: 住民記録システム標準仕様書 1.3.6.
fn before_era(title: &str, error: &domain::DateError) -> Option<Refusal> {
    let domain::DateError::Era(before @ domain::EraError::BeforeEra(_)) = error else { return None };
    Some(Refusal::new(
        "E009",
        format!("{title}: {before}"),
        "元号と年を確かめて入力してください（例 平成31年4月30日、令和元年5月1日）。",
    ))
}

fn within(title: &str, text: &str, max: usize) -> Result<(), Refusal> {
    let count = domain::cluster_count(text);
    if count > max {
        return Err(Refusal::new(
            "E067",
            format!("{title}が{count}文字あります。{max}文字までの項目です。"),
            "文字数を減らしてください。",
        ));
    }
    Ok(())
}
