//! The file as TOML has it, before any rule was checked.

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) title: String,
    pub(crate) dataset: String,
    pub(crate) form: String,
    pub(crate) charset: String,
    pub(crate) bom: Option<bool>,
    #[serde(default)]
    pub(crate) jef_map: String,
    #[serde(default)]
    pub(crate) widen: bool,
    #[serde(default)]
    pub(crate) newline: String,
    pub(crate) record_bytes: Option<usize>,
    #[serde(default)]
    pub(crate) delimiter: String,
    #[serde(default)]
    pub(crate) header_line: String,
    #[serde(default)]
    pub(crate) quote: String,
    #[serde(default)]
    pub(crate) header: Vec<Spanned<Field>>,
    pub(crate) detail: Vec<Spanned<Field>>,
    #[serde(default)]
    pub(crate) trailer: Vec<Spanned<Field>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    pub(crate) no: u32,
    pub(crate) item: String,
    pub(crate) name: String,
    pub(crate) from: Option<String>,
    pub(crate) literal: Option<String>,
    pub(crate) fact: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) start_byte: Option<usize>,
    pub(crate) bytes: Option<usize>,
    pub(crate) chars_max: Option<usize>,
    #[serde(default)]
    pub(crate) format: String,
    #[serde(default)]
    pub(crate) unknown: String,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) overflow: String,
    #[serde(default)]
    pub(crate) pad: String,
}
