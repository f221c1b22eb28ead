//! Addresses (住所).

use serde::{Deserialize, Serialize};

/// An address (住所) in the parts of the standard data set.
///
/// Every part is kept as stated and may be empty; an address abroad is in `country` and `overseas`.
///
/// Source: 住民記録システム標準仕様書 1.3.3; 基本データリスト 001.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// 市区町村コード, six digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub municipality_code: Option<String>,
    /// 町字コード, seven digits; `0000000` no 町字, `9999999` not in the base registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town_code: Option<String>,
    /// 都道府県.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefecture: String,
    /// 市区郡町村名.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub municipality: String,
    /// 町字.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub town: String,
    /// 番地号.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// 方書.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// 郵便番号, seven digits without a hyphen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// 国名等, for an address abroad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// 国外住所, for an address abroad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overseas: Option<String>,
}

impl Address {
    /// The address on one line; the building after a full-width space; abroad, country and address.
    pub fn one_line(&self) -> String {
        let domestic = format!("{}{}{}{}", self.prefecture, self.municipality, self.town, self.lot);
        let parts =
            [self.country.as_deref(), self.overseas.as_deref(), Some(&domestic), self.building.as_deref()];
        let stated: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        stated.join("\u{3000}")
    }

    /// Whether nothing is stated.
    pub fn is_empty(&self) -> bool {
        *self == Address::default()
    }

    /// The postcode as printed, `〒123-4567`; as stated when it is not seven digits.
    pub fn postcode_label(&self) -> Option<String> {
        let code = self.postcode.as_deref().filter(|code| !code.is_empty())?;
        Some(match (code.len(), code.get(..3), code.get(3..)) {
            (7, Some(area), Some(town)) => format!("〒{area}-{town}"),
            _ => code.to_owned(),
        })
    }
}
