//! A manifest anew, from what the files of a folder say of themselves.

use std::path::Path;

use archive::{Archived, Event, line_of};

use super::folder::ArchiveFolder;

/// How a file of the folder ends that may be an archive.
const ENDING: &str = ".gz";

/// What was found.
#[derive(Debug)]
pub struct Relisted {
    /// Archives the manifest names now.
    pub files: usize,
    /// Files that look like archives and are none, with why.
    pub problems: Vec<String>,
}

/// Reads every archive of a folder whose manifest is lost, and writes the manifest anew.
///
/// It names what lies there. What was archived after the newest file that is left, and which files were removed on
/// purpose, was known by the old manifest alone.
///
/// # Errors
/// When the manifest is whole, or the folder cannot be read or written.
pub fn relist(dir: &Path) -> anyhow::Result<Relisted> {
    let mut folder = ArchiveFolder::for_listing(dir)?;
    let (mut found, mut problems) = (Vec::<Archived>::new(), Vec::new());
    for file in folder.strangers()?.into_iter().filter(|name| name.ends_with(ENDING)) {
        match folder.open_named(&file).map(line_of) {
            Ok(Ok(archived)) if archived.file == file => found.push(archived),
            Ok(Ok(archived)) => problems.push(format!(
                "{file}: 中身は {} です。名前を戻して、もう一度作り直してください",
                archived.file
            )),
            Ok(Err(error)) => problems.push(format!("{file}: {error}")),
            Err(error) => problems.push(format!("{file}: {error:#}")),
        }
    }
    // As they were made: a full archive of the same moment stands behind the increments it holds.
    found.sort_by(|one, other| (one.made_at, &one.file).cmp(&(other.made_at, &other.file)));
    let files = found.len();
    if problems.is_empty() && 0 < files {
        folder.note_all(found.into_iter().map(Event::Archived))?;
    }
    Ok(Relisted { files, problems })
}
