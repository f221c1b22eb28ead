//! 申請: one application as it came, what a clerk confirmed, and what became of it.

use std::collections::BTreeMap;

use domain::{AddresseeNo, Date, RegisterDate, Sex};
use register::{Column, Fault, Kind, Record};
use serde::{Deserialize, Serialize};

use super::State;

/// 申請, key 申請番号. What was stated is sealed, and so is the serial number of the certificate that signed it.
pub static APPLICATION: Kind = Kind::new("application-management/application", "申請")
    .columns(&[
        Column::plain("state", "状態"),
        Column::plain("withdraws", "取り消す申請番号"),
        Column::plain("addressee_no", "宛名番号"),
    ])
    .sealed(&["data", "certificate_serial"]);

/// Items and their values; a blank item is not in it.
pub type Values = BTreeMap<String, String>;

/// One application (申請).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// 申請番号, as マイナポータル gave it.
    pub application_no: String,
    /// 手続: a code of `standards/codes/application-management/procedures.tsv`, or one that is not in it and therefore held.
    pub procedure: String,
    /// 様式版.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub form_version: String,
    /// 受付日時, in the words of the portal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub received_at: String,
    /// The day the portal received it; where it does not say, the day it came here.
    pub received_on: Date,
    /// 有効期限.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
    /// 申請者.
    pub applicant: Applicant,
    /// 電子証明書シリアル番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub certificate_serial: String,
    /// 署名検証結果.
    pub signature: Signature,
    /// 添付.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// 取り消す申請番号; empty unless it takes another back.
    #[serde(default)]
    pub withdraws: String,
    /// 申請の内容 as received, rows of items as JSON text. Nothing ever changes it.
    pub data: String,
    /// 確認した内容: what a clerk found to be so in place of what was stated.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub confirmed: Values,
    /// 保留の理由, those that are not cleared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// 候補: who may be the applicant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<AddresseeNo>,
    /// 宛名番号 of the applicant, once known.
    #[serde(default)]
    pub addressee_no: Option<AddresseeNo>,
    /// How it became known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_by: Option<MatchedBy>,
    /// 状態.
    pub state: State,
    /// 異動番号・受付番号 of what was made of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Why it was returned, rejected or withdrawn.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Whether its rows were handed to the owning system.
    #[serde(default)]
    pub passed: bool,
    /// 経過.
    pub history: Vec<Step>,
}

/// Logs and panics name an application by its number only.
impl std::fmt::Debug for Application {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Application({} {:?})", self.application_no, self.state)
    }
}

/// Who applies (申請者).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    /// 氏名.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// 氏名フリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 生年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<RegisterDate>,
    /// 性別.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 住所, one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
}

/// 署名検証結果.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// 有効.
    Valid,
    /// 無効, or a result that is not known.
    Invalid,
    /// 署名なし.
    None,
}

impl Signature {
    /// Reads the portal's word: 1 valid, empty or 0 no signature; everything else is not valid.
    pub fn read(text: &str) -> Self {
        match text {
            "1" => Self::Valid,
            "" | "0" => Self::None,
            _ => Self::Invalid,
        }
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Valid => "有効",
            Self::Invalid => "無効",
            Self::None => "署名なし",
        }
    }
}

/// One attachment (添付), without its content, which stays with the portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// ファイル名.
    pub name: String,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
}

/// Why an application waits for a clerk (保留の理由).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The rule, such as `APP03`.
    pub code: String,
    /// The item.
    pub item: String,
    /// What is so and what to do, in Japanese.
    pub text: String,
}

/// How the person was found (照合の方法).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchedBy {
    /// By the serial number of the certificate.
    Certificate,
    /// All four base items of one resident, under a valid signature.
    FourItems,
    /// A clerk typed the number.
    Clerk,
}

impl MatchedBy {
    /// The Japanese words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Certificate => "電子証明書のシリアル番号",
            Self::FourItems => "4情報の一致",
            Self::Clerk => "職員の入力",
        }
    }
}

/// One step of what happened (経過).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// 状態 from then on.
    pub state: State,
    /// The day.
    pub on: Date,
    /// Who.
    pub by: String,
    /// What was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Record for Application {
    const KIND: &'static Kind = &APPLICATION;

    fn key(&self) -> String {
        self.application_no.clone()
    }
}

impl Application {
    /// The rows as received, one for each person.
    ///
    /// # Errors
    /// When the text is not what was written.
    pub fn rows(&self) -> Result<Vec<Values>, Fault> {
        serde_json::from_str(&self.data)
            .map_err(|error| Fault::new("the data of an application does not read", error))
    }

    /// Goes into a state, and writes it into the history.
    pub fn go(&mut self, state: State, on: Date, by: &str, note: &str) {
        self.state = state;
        self.history.push(Step { state, on, by: by.to_owned(), note: note.to_owned() });
    }

    /// Takes every hold of a rule away.
    pub fn clear(&mut self, code: &str) {
        self.holds.retain(|hold| hold.code != code);
    }
}
