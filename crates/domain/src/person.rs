//! Codes of a resident record (住民記録のコード), each serialised as its code.
//!
//! Source: 基本データリスト 001 住民基本台帳, code lists; 住民記録システム標準仕様書 1.2.2.

pub use crate::relation::{Relation, RelationError, RelationStep};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!($label, " (", $code, ").")] $(#[$variant_doc])* $variant,)+
        }

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

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                $name::from_code(&code).ok_or_else(|| serde::de::Error::custom(format!(
                    "コード「{code}」は{}のコード表にありません", stringify!($name)
                )))
            }
        }
    };
}

codes! {
    /// Sex (性別).
    Sex {
        Unknown = "0" "不明",
        Male = "1" "男",
        Female = "2" "女",
    }
}

codes! {
    /// The kind of a resident (住民種別): decides which items a record has.
    ResidentKind {
        Japanese = "1" "日本人",
        Foreign = "2" "外国人",
    }
}

codes! {
    /// The status of a resident record (住民状態).
    ResidentStatus {
        Resident = "1" "住登者",
        MovedOut = "2" "転出者",
        Dead = "3" "死亡者",
        Deleted = "9" "その他消除者",
    }
}

codes! {
    /// Which foreign resident of article 30-45 (第30条45規定区分).
    ///
    /// Source: 住民基本台帳法 art. 30-45.
    Art30_45Class {
        MidToLongTerm = "01" "中長期在留者",
        SpecialPermanent = "02" "特別永住者",
        TemporaryRefuge = "03" "一時庇護許可者",
        ProvisionalStay = "04" "仮滞在許可者",
        BirthTransition = "05" "出生による経過滞在者",
        NationalityLossTransition = "06" "国籍喪失による経過滞在者",
    }
}

/// What a movement does to the record (異動事由の区分).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MovementClass {
    /// 記載: a record is made.
    Record,
    /// 消除: a record is deleted.
    Delete,
    /// 修正: a record is changed.
    Correct,
}

impl MovementClass {
    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            MovementClass::Record => "記載",
            MovementClass::Delete => "消除",
            MovementClass::Correct => "修正",
        }
    }
}

codes! {
    /// Why a record changes (異動事由). Codes 01-09 record, 21-28 delete, 41-59 correct.
    ///
    /// Two reasons share the label 改製; tell them by [`class`](Self::class).
    ///
    /// Source: 住民記録システム標準仕様書 1.2.2.
    MovementReason {
        MoveInDomestic = "01" "国内転入",
        MoveInOverseas = "02" "国外転入等",
        Birth = "03" "出生",
        /// Japanese records only.
        NaturalizationEntry = "04" "職権記載（帰化等）",
        /// Foreign records only.
        NationalityLossEntry = "05" "職権記載（国籍喪失）",
        ExOfficioEntry = "06" "職権記載",
        RenewalEntry = "07" "改製",
        Recreation = "08" "再製",
        CancelDeletion = "09" "異動の取消し（増）",
        MoveOutDomestic = "21" "国内転出",
        MoveOutOverseas = "22" "国外転出",
        Death = "23" "死亡",
        /// Foreign records only.
        NaturalizationDeletion = "24" "職権消除（帰化等）",
        /// Japanese records only.
        NationalityLossDeletion = "25" "職権消除（国籍喪失）",
        ExOfficioDeletion = "26" "職権消除",
        RenewalDeletion = "27" "改製",
        CancelEntry = "28" "異動の取消し（減）",
        MoveWithin = "41" "転居",
        MinorCorrection = "42" "軽微な修正",
        ExOfficioCorrection = "43" "職権修正",
        ClericalErrorCorrection = "44" "誤記修正",
        IndividualNumberChange = "45" "個人番号の変更請求",
        IndividualNumberExOfficioCorrection = "46" "個人番号の職権修正",
        IndividualNumberExOfficioEntry = "47" "個人番号の職権記載",
        RecordCodeChange = "48" "住民票コードの変更請求",
        RecordCodeExOfficioEntry = "49" "住民票コードの職権記載",
        HouseholdSplit = "50" "世帯分離",
        HouseholdMerge = "51" "世帯合併",
        HouseholdTransfer = "52" "世帯変更",
        HeadChange = "53" "世帯主変更",
        FormerNameEntry = "54" "旧氏の記載",
        FormerNameChange = "55" "旧氏の変更",
        FormerNameDelete = "56" "旧氏の削除",
        AliasEntry = "57" "通称の記載",
        AliasDelete = "58" "通称の削除",
        CancelCorrection = "59" "異動の取消し（修正）",
    }
}

impl MovementReason {
    /// Whether the reason records, deletes or corrects.
    pub fn class(self) -> MovementClass {
        match self.code().as_bytes().first() {
            Some(b'0') => MovementClass::Record,
            Some(b'2') => MovementClass::Delete,
            _ => MovementClass::Correct,
        }
    }
}
