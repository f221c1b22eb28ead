//! Linkage lists as files: workbooks, comma- or tab-separated texts in whatever charset a municipality saved them.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use catalog::{Area, Grid};
use moji::{Charset, Field, Options, Tables};
use office::{LinkSources, ListFile};
use spreadsheet::{Merged, ReadError, ReadSheet, read_xlsx, write_plain};

/// A list file is no larger than this; a larger one is something else.
const BYTES_MAX: u64 = 64 << 20;

/// A linkage list as a file.
pub enum ListAsFile {
    /// A text.
    Text(ListFile),
    /// A workbook: file name and sheets.
    Workbook(String, Vec<Grid>),
}

impl ListAsFile {
    /// Its sheets; a text is one.
    pub fn grids(&self) -> Vec<Grid> {
        match self {
            Self::Text(file) => vec![Grid::from_text(&file.name, &file.text)],
            Self::Workbook(_, sheets) => sheets.clone(),
        }
    }

    /// Whether a file of that name would be opened as one of this form.
    pub fn is_named_like(&self, path: &Path) -> bool {
        let named = |end: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(end));
        match self {
            Self::Text(file) if file.name.to_lowercase().ends_with(".csv") => named("csv"),
            Self::Text(_) => !named("csv") && !named("xlsx"),
            Self::Workbook(..) => named("xlsx"),
        }
    }

    /// Sheets in the form of this file, as bytes.
    ///
    /// # Errors
    /// When a workbook cannot hold them.
    pub fn bytes_of(&self, grids: Vec<Grid>) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Text(file) => {
                // Spreadsheets read a comma-separated text as UTF-8 only behind its mark.
                let commas = file.name.to_lowercase().ends_with(".csv");
                let mark = if commas { "\u{feff}" } else { "" };
                let text: String = grids.iter().map(Grid::to_text).collect();
                Ok(format!("{mark}{text}").into_bytes())
            }
            Self::Workbook(name, _) => {
                let sheets: Vec<ReadSheet> = grids
                    .into_iter()
                    .map(|grid| ReadSheet {
                        name: grid.sheet,
                        rows: grid.rows,
                        merged: grid
                            .merged
                            .iter()
                            .map(|area| Merged {
                                top: area.top,
                                left: area.left,
                                bottom: area.bottom,
                                right: area.right,
                            })
                            .collect(),
                        ..ReadSheet::default()
                    })
                    .collect();
                write_plain(name, &sheets).with_context(|| {
                    format!("{name} と同じ形に書けません。結合セルが重なっていないか確かめてください")
                })
            }
        }
    }

    /// Puts it among the sources of links.
    pub fn add_to(self, sources: &mut LinkSources) {
        match self {
            Self::Text(file) => sources.lists.push(file),
            Self::Workbook(name, sheets) => sources.workbooks.push((name, sheets)),
        }
    }
}

/// Reads a list file. Workbooks are told by their first bytes, whatever they are called.
///
/// # Errors
/// When the file cannot be read, is too large, or is a form of workbook that cannot be read.
pub fn read(path: &Path) -> anyhow::Result<ListAsFile> {
    let shown = path.display();
    let size = fs::metadata(path).with_context(|| format!("{shown} が読めません"))?.len();
    if BYTES_MAX < size {
        bail!("{shown} は大きすぎます（{size}バイト）。連携一覧のファイルか確かめてください");
    }
    let bytes = fs::read(path).with_context(|| format!("{shown} が読めません"))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        bail!(
            "{shown} は古い形式（XLS）か、パスワード付きのブックです。パスワードを外し、XLSX形式で保存し直してください"
        );
    }
    if bytes.starts_with(b"PK") {
        let sheets = read_xlsx(&bytes).map_err(|error| match error {
            ReadError::TooLarge(sheet) => {
                anyhow::anyhow!("シート「{sheet}」が大きすぎます。一覧だけのブックにしてください")
            }
            ReadError::Password => anyhow::anyhow!("パスワードを外して保存し直してください"),
            ReadError::Unreadable(error) => {
                anyhow::Error::new(error).context("XLSX形式のブックとして読めません。保存し直してください")
            }
        });
        let sheets = sheets.with_context(|| format!("{shown} が読めません"))?;
        let grids = sheets.into_iter().map(|sheet| Grid {
            file: name.clone(),
            sheet: sheet.name,
            rows: sheet.rows,
            merged: sheet
                .merged
                .into_iter()
                .map(|area| Area { top: area.top, left: area.left, bottom: area.bottom, right: area.right })
                .collect(),
            struck: sheet.struck,
            hidden: sheet.hidden,
        });
        let grids = grids.collect();
        return Ok(ListAsFile::Workbook(name, grids));
    }
    let text = text_of(&bytes).with_context(|| format!("{shown} の文字が読めません"))?;
    Ok(ListAsFile::Text(ListFile { name, text }))
}

/// A text in UTF-8, in UTF-16 with its mark, or in Windows-31J, as spreadsheets save it.
fn text_of(bytes: &[u8]) -> anyhow::Result<String> {
    // The mark belongs to the file and not to its text.
    let (name, bytes) = match bytes {
        [0xFF, 0xFE, rest @ ..] => ("UTF-16LE", rest),
        [0xFE, 0xFF, rest @ ..] => ("UTF-16BE", rest),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(text.to_owned()),
            Err(_) => ("Windows-31J", bytes),
        },
    };
    let charset = Charset::from_name(name).context("文字コードの名前がありません")?;
    let decoder = Tables::built_in().decoder(&charset, &Options::default())?;
    let (mut text, mut events) = (String::new(), Vec::new());
    decoder.decode(Field::Mixed, bytes, &mut text, &mut events).context(
        "読めない文字があります。EUC-JPなど、ほかの文字コードではありませんか。UTF-8、UTF-16（BOM付き）、シフトJISのどれかで保存し直してください",
    )?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_in_what_spreadsheets_save() {
        for bytes in [
            "番号,髙".as_bytes().to_vec(),
            b"\x94\xD4\x8D\x86,\xFB\xFC".to_vec(),
            b"\xFF\xFE\x6A\x75\xF7\x53\x2C\x00\xD9\x9A".to_vec(),
        ] {
            assert_eq!(text_of(&bytes).unwrap(), "番号,髙");
        }
        assert!(text_of(b"\xFF\xFF\xFF").is_err());
    }
}
