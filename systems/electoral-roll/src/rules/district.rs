//! Polling districts (投票区), read from `standards/codes/electoral-roll/polling-districts.toml`.

use std::sync::LazyLock;

use domain::{Address, fold_name};
use register::Fault;
use serde::Deserialize;

/// The polling districts of a municipality.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Districts {
    /// Code of the district of every address no other district names.
    pub default: String,
    /// The districts.
    pub district: Vec<District>,
}

/// One polling district (投票区).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct District {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Polling place (投票所).
    pub place: String,
    /// 町字コード that belong to it.
    #[serde(default)]
    pub town_codes: Vec<String>,
    /// 町字 that belong to it, for addresses without a code.
    #[serde(default)]
    pub towns: Vec<String>,
}

impl Districts {
    /// The code of the district an address lies in: by 町字コード, by 町字, or the default.
    pub fn of(&self, address: &Address) -> &str {
        let by_code = || {
            let code = address.town_code.as_deref().filter(|code| !code.is_empty())?;
            self.district.iter().find(|district| district.town_codes.iter().any(|known| known == code))
        };
        let by_name = || {
            // A clerk who types 高畑 means 髙畑.
            let stated = fold_name(&address.town);
            self.district.iter().find(|district| district.towns.iter().any(|town| fold_name(town) == stated))
        };
        by_code().or_else(by_name).map_or(&self.default, |district| &district.code)
    }

    /// The district of a code.
    pub fn get(&self, code: &str) -> Option<&District> {
        self.district.iter().find(|district| district.code == code)
    }
}

/// The districts of the municipality.
///
/// # Errors
/// A fault when the compiled-in file does not read, which a test excludes.
pub fn districts() -> Result<&'static Districts, Fault> {
    static DISTRICTS: LazyLock<Result<Districts, toml::de::Error>> = LazyLock::new(|| {
        toml::from_str(include_str!("../../../../standards/codes/electoral-roll/polling-districts.toml"))
    });
    DISTRICTS.as_ref().map_err(|error| Fault::new("polling-districts.toml does not read", error.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_code_is_found_by_its_town() {
        let districts = districts().unwrap();
        let cases = [
            (None, "緑ケ丘", "005"),
            (None, "大字髙畑", "003"),
            (None, "大字高畑", "003"),
            (Some("0009000"), "みなと町", "005"),
            (Some("9999999"), "みなと町", "002"),
            (None, "本町", "001"),
        ];
        for (code, town, district) in cases {
            let address =
                Address { town_code: code.map(str::to_owned), town: town.to_owned(), ..Address::default() };
            assert_eq!(districts.of(&address), district, "{town}");
        }
    }
}
