//! The records of the system.

mod addressee;
mod counter;
mod merge;
mod per_tax;
mod protection;
mod query;
mod request;

use serde::{Deserialize, Serialize};

pub use addressee::{ADDRESSEE, Addressee};
pub use counter::{COUNTER, Counter};
pub use merge::{MERGE, Merge};
pub use per_tax::{ACCOUNT, Account, MAILING, Mailing, PerTax, TAX_AGENT, TaxAgent, key_of};
pub use protection::{PROTECTION, Protection};
pub use query::{FoundPerson, PersonQuery, QUERY};
pub use request::{Closing, REQUEST, Request};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every value, in order of code.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The code.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)+ }
            }

            /// The Japanese word.
            pub fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)+ }
            }

            /// The value of a code; `None` for a code outside the list.
            pub fn from_code(code: &str) -> Option<$name> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

codes! {
    /// What an addressee is (住民区分).
    ///
    /// Source: 基本データリスト, 宛名 (住民区分).
    AddresseeClass {
        /// Has, or had, a resident record here.
        Resident = "1" "住民",
        /// A natural person without a resident record here.
        NonResident = "2" "住登外",
        /// A corporation.
        Corporation = "3" "法人",
    }
}

codes! {
    /// Under which name a letter goes out (氏名優先区分), of the standard's list those that one line can hold.
    ///
    /// Source: 基本データリスト 001, code list 14 (氏名優先区分).
    NamePreference {
        /// The name of the record.
        Name = "01" "氏名",
        /// The name in Latin letters.
        Roman = "02" "ローマ字",
        /// The name, and the alias in brackets.
        NameAndAlias = "05" "氏名及び通称",
        /// The alias.
        Alias = "09" "通称",
    }
}

codes! {
    /// Why a non-resident or a corporation is written to no more (削除事由).
    ClosingReason {
        /// The person became a resident under another number (flow 4 of the data linkage standard).
        BecameResident = "1" "住民化",
        /// Death of a non-resident.
        Dead = "2" "死亡",
        /// The corporation was dissolved.
        Dissolved = "3" "解散",
        /// The office here was closed.
        OfficeClosed = "4" "閉鎖",
        /// Registered by mistake.
        Mistaken = "8" "誤登録",
        /// Anything else.
        Other = "9" "その他",
    }
}

codes! {
    /// Who acts for a taxpayer (納税管理人等の区分).
    ///
    /// Source: 地方税法 art. 9-2 (相続人代表者), 300 and 355 (納税管理人).
    AgentKind {
        /// Named by the taxpayer.
        Agent = "1" "納税管理人",
        /// Named by the heirs, or by the office.
        Heir = "2" "相続人代表者",
        /// Appointed by a court.
        Estate = "3" "相続財産清算人等",
    }
}

codes! {
    /// Kind of a bank account (預金種目).
    AccountType {
        /// Ordinary.
        Ordinary = "1" "普通",
        /// Current.
        Current = "2" "当座",
        /// For paying taxes.
        Tax = "3" "納税準備",
        /// Other.
        Other = "9" "その他",
    }
}

codes! {
    /// How much is drawn at once (振替方法).
    PayMethod {
        /// Each instalment.
        Instalments = "1" "期別",
        /// The whole year.
        Whole = "2" "全期",
    }
}

codes! {
    /// Whether an account is drawn on (口座の状態).
    AccountState {
        /// Drawn on.
        Active = "1" "有効",
        /// Not drawn on for the time being.
        Stopped = "2" "停止",
        /// Given up.
        Abolished = "9" "廃止",
    }
}

codes! {
    /// What 住基ネット is asked about a non-resident (照会の種類).
    QueryKind {
        /// Whether name, birth, sex and address are right.
        FourFacts = "1" "基本４情報確認",
        /// Who lives at the address.
        SameAddress = "2" "同一住所者検索",
    }
}

codes! {
    /// What 住基ネット answered (照会の結果). This project's own list (unverified; the partner's own is not public).
    QueryResult {
        /// As it was asked, or these people.
        Found = "1" "一致・該当あり",
        /// Somebody, with other facts.
        Differs = "2" "一致しない",
        /// Nobody.
        Nobody = "3" "該当なし",
        /// It could not be asked.
        Failed = "9" "照会できない",
    }
}

codes! {
    /// What became of a request of a task system (登録依頼の状態).
    RequestState {
        /// Somebody may be the person: staff decide.
        Pending = "1" "確認待ち",
        /// Answered with a number.
        Answered = "2" "回答済",
    }
}
