//! A010: days that were written in an era that had ended.

use domain::wareki;
use system::Input;

use crate::desk::Desk;

/// Asks about each such day; the form read it as the day it would have been, so that the record holds the right era.
///
/// Source: 住民記録システム標準仕様書 1.3.6.
pub(crate) fn warn(desk: &mut Desk<'_>, input: &Input) {
    for one in system::past_era(&input.0) {
        desk.alert(
            "A010",
            &one.path,
            &one.title,
            format!(
                "{}「{}」は、その元号の最後の日より後です。{}として扱います。",
                one.title,
                one.text,
                wareki(one.day)
            ),
            "元号と年を確かめてください。正しければ、このまま登録できます。",
        );
    }
}
