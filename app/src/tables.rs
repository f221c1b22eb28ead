//! Table packs (変換表パック) of a town: which folder, and what lies in it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use moji::{PackFile, Packs, TableError, Tables};

/// Names the folder of packs where no option does.
pub const VARIABLE: &str = "DAICHO_TABLES";

/// Packs that are not used because something is wrong with one of them.
#[derive(Debug, thiserror::Error)]
#[error("{}", lines(.errors))]
pub struct Refused {
    /// What is wrong, by file and line.
    pub errors: Vec<TableError>,
}

fn lines(errors: &[TableError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// The tables of a program: built-in ones, and the packs of the folder `dir` or, without it, of `DAICHO_TABLES`.
///
/// # Errors
/// When the folder cannot be read; [`Refused`] when a pack in it is wrong.
pub fn load(dir: Option<&Path>) -> anyhow::Result<Tables> {
    let Some(dir) = folder(dir, None) else { return Ok(Tables::built_in()) };
    let files = read(&dir)?;
    let found = parse(&files);
    anyhow::ensure!(found.errors.is_empty(), Refused { errors: found.errors });
    Ok(Tables::with_packs(found.packs))
}

/// The folder of packs: the one an option names, else `DAICHO_TABLES`, else the town's configuration.
pub fn folder(option: Option<&Path>, configured: Option<PathBuf>) -> Option<PathBuf> {
    let variable = || std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    option.map(Path::to_path_buf).or_else(variable).or(configured)
}

/// Name and text of every `*.tsv` of a folder, by name.
///
/// # Errors
/// When the folder or a file cannot be read, or a file is not UTF-8.
pub fn read(dir: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let unread = || format!("変換表のフォルダ {} が読めません", dir.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).with_context(unread)? {
        let path = entry.with_context(unread)?.path();
        if path.extension() == Some(OsStr::new("tsv")) && path.is_file() {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("変換表 {} がUTF-8として読めません", path.display()))?;
            files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
        }
    }
    files.sort();
    Ok(files)
}

/// What the files of a folder are.
pub fn parse(files: &[(String, String)]) -> Packs {
    let files: Vec<PackFile<'_>> = files.iter().map(|(name, text)| PackFile { name, text }).collect();
    Packs::parse(&files)
}
