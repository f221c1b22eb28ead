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
/// [`PressError::CodeTooLong`].
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
    let svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {modules} {modules}" shape-rendering="crispEdges"><path d="{path}"/></svg>"#
    );
    Ok([("svg".to_owned(), Value::from(svg)), ("modules".to_owned(), Value::from(modules))]
        .into_iter()
        .collect())
}
