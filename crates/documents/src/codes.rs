//! Codes that machines read: drawn here, placed by the templates.

use std::fmt;
use std::fmt::Write as _;

use qrcode::{EcLevel, QrCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::PressError;

/// Modules of white around a QR code.
///
/// Source: JIS X 0510 (ISO/IEC 18004), 9.1.
const QR_QUIET: usize = 4;

/// Modules of white on each side of a GS1-128 bar code.
///
/// Source: JIS X 0504 (ISO/IEC 15417), 4.5.
const BAR_QUIET: usize = 10;

/// The height of a bar code in modules: 12.2 mm at the 0.1905 mm the templates use. Shops want 10 mm at least, and no more than
/// 60 mm of width with the white on both sides; 44 digits take 58.7 mm.
///
/// Source: 流通システム開発センター「GS1-128による標準料金代理収納ガイドライン」, as printers quote it (the text itself was not read).
const BAR_HEIGHT: usize = 64;

/// The most digits one GS1-128 symbol holds.
///
/// Source: GS1 General Specifications, 5.4 (48 data characters).
const GS1_DIGITS_MAX: usize = 48;

/// A code a machine reads. In the data of a template it stands as `{"code": "qr", "payload": "..."}`; the template sees the
/// drawing in `svg` and its width in `modules`, white margin included, and never the payload.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Which code.
    pub code: CodeKind,
    /// What a reader gets.
    pub payload: String,
    /// Words beside it.
    pub caption: String,
}

/// The codes that can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeKind {
    /// QRコード, of the text in UTF-8, error correction level M.
    Qr,
    /// GS1-128 (コンビニ収納用バーコード), of an even number of digits, the application identifier first, without brackets.
    #[serde(rename = "gs1-128")]
    Gs1128,
}

/// The payload is a person's record.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").field("code", &self.code).finish_non_exhaustive()
    }
}

/// Puts the drawing in place of the payload, wherever a code stands in the data.
///
/// # Errors
/// [`PressError::CodeTooLong`], [`PressError::CodeNotDigits`].
pub(crate) fn draw(data: &mut Value) -> Result<(), PressError> {
    match data {
        Value::Array(values) => values.iter_mut().try_for_each(draw),
        Value::Object(members) => {
            if let Some(drawn) = drawn(members)? {
                members.remove("payload");
                members.extend(drawn);
            }
            members.values_mut().try_for_each(draw)
        }
        _ => Ok(()),
    }
}

/// The drawing of an object that is a code.
fn drawn(members: &Map<String, Value>) -> Result<Option<Map<String, Value>>, PressError> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    match (text("code"), text("payload")) {
        (Some("qr"), Some(payload)) => qr(payload).map(Some),
        (Some("gs1-128"), Some(payload)) => gs1_128(payload).map(Some),
        _ => Ok(None),
    }
}

fn qr(payload: &str) -> Result<Map<String, Value>, PressError> {
    let code = QrCode::with_error_correction_level(payload, EcLevel::M)
        .map_err(|_too_long| PressError::CodeTooLong { bytes: payload.len() })?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        // One piece for each run of dark modules: pieces that only touch show hair lines on some printers.
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first().is_some_and(|color| *color == qrcode::Color::Dark) {
                // Writing into a string does not fail.
                let _ = write!(path, "M{} {}h{}v1h-{}z", x + QR_QUIET, y + QR_QUIET, run.len(), run.len());
            }
            x += run.len();
        }
    }
    let modules = width + 2 * QR_QUIET;
    Ok(drawing(&path, modules, modules))
}

/// A path of dark modules as the members a template sees.
fn drawing(path: &str, modules: usize, height: usize) -> Map<String, Value> {
    let svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {modules} {height}" shape-rendering="crispEdges"><path d="{path}"/></svg>"#
    );
    [(DRAWING.to_owned(), Value::from(svg)), ("modules".to_owned(), Value::from(modules))]
        .into_iter()
        .collect()
}

/// Code 128 in set C, FNC1 first: two digits to a character.
fn gs1_128(digits: &str) -> Result<Map<String, Value>, PressError> {
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(PressError::CodeNotDigits);
    }
    if GS1_DIGITS_MAX < digits.len() {
        return Err(PressError::CodeTooLong { bytes: digits.len() });
    }
    let mut path = String::new();
    let mut x = BAR_QUIET;
    for (index, width) in bars(digits).into_iter().enumerate() {
        // Bars and gaps take turns, a bar first.
        if index.is_multiple_of(2) {
            // Writing into a string does not fail.
            let _ = write!(path, "M{x} 0h{width}v{BAR_HEIGHT}h-{width}z");
        }
        x += width;
    }
    Ok(drawing(&path, x + BAR_QUIET, BAR_HEIGHT))
}

/// The member of a drawn code that holds its drawing.
pub(crate) const DRAWING: &str = "svg";

const START_C: usize = 105;
const FNC1: usize = 102;
const STOP: usize = 106;

/// The widths of bars and gaps of pairs of digits, start, FNC1, check character and stop included.
fn bars(digits: &str) -> Vec<usize> {
    let mut characters = vec![START_C, FNC1];
    characters.extend(digits.as_bytes().chunks(2).map(|pair| {
        pair.iter().fold(0, |value, digit| value * 10 + usize::from(digit.saturating_sub(b'0')))
    }));
    // The start counts once, and each character behind it as often as its place says.
    let sum: usize = characters.iter().enumerate().map(|(place, character)| place.max(1) * character).sum();
    characters.extend([sum % 103, STOP]);
    let widths = characters.iter().filter_map(|character| CODE_128.get(*character));
    widths.flat_map(|widths| widths.bytes().map(|width| usize::from(width.saturating_sub(b'0')))).collect()
}

/// The characters of Code 128 by their values: widths of bar, gap, bar, gap, bar, gap.
///
/// Source: JIS X 0504 (ISO/IEC 15417), table 1.
#[rustfmt::skip]
const CODE_128: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213",
    "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132",
    "221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211",
    "212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313",
    "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331",
    "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111",
    "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214",
    "112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",
    "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141",
    "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_eleven_modules_of_three_bars_that_add_up_even() {
        for (value, widths) in CODE_128.iter().enumerate() {
            let widths: Vec<usize> = widths.bytes().map(|width| usize::from(width - b'0')).collect();
            let (sum, bars): (usize, usize) = (widths.iter().sum(), widths.iter().step_by(2).sum());
            assert_eq!((sum, bars % 2), if value == STOP { (13, 0) } else { (11, 0) }, "{value}");
            assert_eq!(CODE_128.iter().filter(|other| **other == CODE_128[value]).count(), 1, "{value}");
        }
    }

    #[test]
    fn forty_four_digits_are_no_wider_than_a_scanner() {
        let drawn = gs1_128(&"91".repeat(22)).unwrap();
        // Start, FNC1, 22 pairs, check, stop, and white on both sides.
        assert_eq!(drawn.get("modules"), Some(&Value::from(25 * 11 + 13 + 2 * BAR_QUIET)));
        let template = include_str!("../templates/slip.typ");
        let line = template.lines().find_map(|line| line.strip_prefix("#let bar-module = ")).unwrap();
        let module: f64 = line.strip_suffix("mm").unwrap().parse().unwrap();
        assert!(0.19 <= module && 308.0 * module <= 60.0, "{module}");
        assert!(10.0 <= 64.0 * module && BAR_HEIGHT == 64, "{module}");
    }

    #[test]
    fn what_is_no_pair_of_digits_is_refused() {
        for payload in ["", "911", "91a0", "９１", "(91)12"] {
            assert!(matches!(gs1_128(payload), Err(PressError::CodeNotDigits)), "{payload}");
        }
        assert!(matches!(gs1_128(&"91".repeat(25)), Err(PressError::CodeTooLong { bytes: 50 })));
    }
}
