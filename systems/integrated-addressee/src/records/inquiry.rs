//! 情報照会: what is asked of others over 中間サーバー, and what they answered; 符号取得依頼 that only pass.

use domain::{AddresseeNo, Date};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::IntegratedNo;

/// 情報照会, by 照会番号: as it goes to 中間サーバー once the person has an integrated number.
pub static INFORMATION_INQUIRY: Kind = Kind::new("integrated-addressee/information-inquiry", "情報照会")
    .columns(&[Column::plain("addressee_no", "宛名番号")]);

/// 情報照会の回答, by 照会番号. What was answered is sealed.
pub static INFORMATION_ANSWER: Kind =
    Kind::new("integrated-addressee/information-answer", "情報照会の回答").sealed(&["data"]);

/// 符号取得依頼, by 処理通番: from 中間サーバー to the register of residents.
pub static SIGN_REQUEST: Kind = Kind::new("integrated-addressee/sign-request", "符号取得依頼（変換済み）");

/// A question about one person (情報照会).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InformationInquiry {
    /// 照会番号.
    pub inquiry_no: String,
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 団体内統合宛名番号; none as long as the person is not numbered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrated_no: Option<IntegratedNo>,
    /// 事務手続コード.
    pub procedure: String,
    /// 特定個人情報番号.
    pub affair: String,
    /// 利用目的.
    pub purpose: String,
    /// 業務ID of the task that asks.
    pub task_id: String,
    /// 依頼番号 of that task; empty when asked on a screen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_no: String,
    /// Who asked.
    pub asked_by: String,
    /// The day it was asked.
    pub asked_on: Date,
    /// 回答期限: the last day an answer is waited for.
    pub answer_by: Date,
}

impl Record for InformationInquiry {
    const KIND: &'static Kind = &INFORMATION_INQUIRY;

    fn key(&self) -> String {
        self.inquiry_no.clone()
    }
}

/// How far an inquiry came (状態).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InquiryState {
    /// 受付: asked here; 中間サーバー has not confirmed it.
    Received,
    /// 送信済: 中間サーバー has it and waits for the answer.
    Sent,
    /// 回答あり.
    Answered,
    /// 回答なし: there is nothing to answer with.
    Nothing,
    /// エラー.
    Failed,
}

impl InquiryState {
    /// All, in the order a screen lists them.
    pub const ALL: [Self; 5] = [Self::Received, Self::Sent, Self::Answered, Self::Nothing, Self::Failed];

    /// The code of the answer file; 受付 is no state a file tells.
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "0",
            Self::Sent => "1",
            Self::Answered => "2",
            Self::Nothing => "3",
            Self::Failed => "9",
        }
    }

    /// Reads the code of the answer file.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state != Self::Received && state.code() == code)
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Received => "受付",
            Self::Sent => "送信済",
            Self::Answered => "回答あり",
            Self::Nothing => "回答なし",
            Self::Failed => "エラー",
        }
    }

    /// Whether nothing more comes.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Answered | Self::Nothing | Self::Failed)
    }
}

/// What came back (回答).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InformationAnswer {
    /// 照会番号.
    pub inquiry_no: String,
    /// How far it is.
    pub state: InquiryState,
    /// エラーコード.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// The server's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// 回答の内容.
    #[serde(default)]
    pub data: String,
    /// The day it came.
    pub answered_on: Date,
}

/// Logs and panics name an answer by its number only.
impl std::fmt::Debug for InformationAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InformationAnswer({} {:?})", self.inquiry_no, self.state)
    }
}

impl Record for InformationAnswer {
    const KIND: &'static Kind = &INFORMATION_ANSWER;

    fn key(&self) -> String {
        self.inquiry_no.clone()
    }
}

/// A request of 中間サーバー that a sign be issued (符号取得依頼), converted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignRequest {
    /// 処理通番.
    pub request_no: String,
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// The day it came.
    pub received_on: Date,
}

impl Record for SignRequest {
    const KIND: &'static Kind = &SIGN_REQUEST;

    fn key(&self) -> String {
        self.request_no.clone()
    }
}
