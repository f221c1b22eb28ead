//! From the number on a slip to the instalment it is for.

use domain::Yen;
use domain::slip::{ConvenienceStore, LevyKey};

use crate::records::Channel;

/// The instalment of a slip's number: the 44 digits of a convenience store's bar code, the 20 digits of a transfer's 顧客番号, or
/// the key itself; none when the number is none of them or its check does not fit.
pub fn levy_key_of(slip: &str) -> Option<LevyKey> {
    let slip = slip.trim();
    match slip.len() {
        44 => ConvenienceStore::parse(slip).ok().map(|code| code.key),
        20 => LevyKey::from_customer_no(slip).ok(),
        _ => LevyKey::parse(slip).ok(),
    }
}

/// Why a payment does not fit the slip it was made with: which item, what is so, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotOfSlip {
    /// The item that does not fit.
    pub item: &'static str,
    /// What is so.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

/// What a slip's number says against a payment that is told with it; none when both fit, or the number does not read (it waits as 仮受).
///
/// A till takes exactly the yen of the bar code, so another amount of a convenience store is a mistake in its file. At a counter a part
/// of a slip may be paid.
///
/// Source: taxes.md 5.6 (the amount is in the code), 5.5 (bad-input checks).
pub fn against_slip(slip: &str, levy_key: &str, channel: Channel, yen: Yen) -> Option<NotOfSlip> {
    let key = levy_key_of(slip).map(|key| key.to_string())?;
    if !levy_key.is_empty() && levy_key != key {
        return Some(NotOfSlip {
            item: "levy_key",
            what: format!("調定番号{levy_key}が、納付書の番号の調定番号{key}と違います。"),
            remedy: "どちらの調定の納付かを、送り元に確かめてください。",
        });
    }
    let code = ConvenienceStore::parse(slip.trim()).ok()?;
    (channel == Channel::Convenience && code.yen != yen).then(|| NotOfSlip {
        item: "amount",
        what: format!("{key}の納付額{yen}円が、44桁の番号の金額{}円と違います。", code.yen),
        remedy: "コンビニはバーコードの金額だけを受け取ります。どちらが正しいかを収納代行会社に確かめ、正しい行を送り直してもらってください。納付額が正しいときは、「消込データ作成」で、44桁の番号の代わりに調定番号を書いて取り込みます。",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_and_its_slip() {
        const KEY: &str = "04-2026-0000000017-01";
        const CODE: &str = "91912345042026000000001701100026060100108006";
        for (what, slip, levy_key, channel, yen, wanted) in [
            ("コードのとおり", CODE, KEY, Channel::Convenience, 10_800, None),
            ("コードより多い", CODE, KEY, Channel::Convenience, 12_000, Some("amount")),
            ("コードより少ない", CODE, KEY, Channel::Convenience, 10_799, Some("amount")),
            (
                "前後の空白",
                " 91912345042026000000001701100026060100108006 ",
                KEY,
                Channel::Convenience,
                1,
                Some("amount"),
            ),
            ("窓口では一部を納められる", CODE, KEY, Channel::Window, 5_000, None),
            ("調定番号だけ", KEY, KEY, Channel::Convenience, 5_000, None),
            (
                "検査数字が合わない番号は仮受になる",
                &CODE.replace("8006", "8007"),
                "",
                Channel::Convenience,
                5_000,
                None,
            ),
            ("別の調定", CODE, "04-2026-0000000024-01", Channel::Convenience, 10_800, Some("levy_key")),
            (
                "顧客番号と別の調定",
                "04202600000000170172",
                "04-2026-0000000024-01",
                Channel::Mpn,
                10_800,
                Some("levy_key"),
            ),
        ] {
            let found = against_slip(slip, levy_key, channel, Yen(yen));
            assert_eq!(found.as_ref().map(|found| found.item), wanted, "{what}: {found:?}");
        }
    }
}
