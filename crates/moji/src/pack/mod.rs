//! Table packs (変換表パック): tables that are not part of this program.
//!
//! A pack is one or more TSV files in a folder of the town's. The columns are those of JEF: code, scalars, selectors by
//! collection, compatibility ideograph, MJ number, flags. `docs/characters.md` has the format with worked examples.

mod code;
mod import;
mod jef;
mod read;

use std::sync::Arc;

use crate::gaiji::TableError;
pub(crate) use code::{CodeTable, private};
pub use import::{Imported, MappingRow, import};

/// A file of a folder of packs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackFile<'a> {
    /// Its name without folder, such as `jef-encode.tsv`.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// A table pack that was read and found right.
#[derive(Clone, Debug)]
pub struct Pack {
    pub(crate) table: PackTable,
    name: String,
    files: Vec<String>,
    version: String,
    codes: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum PackTable {
    Jef(Arc<crate::jef::Jef>),
    Code(Arc<CodeTable>),
}

/// What a folder of packs holds.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    /// The packs that can be used.
    pub packs: Vec<Pack>,
    /// What is wrong; a pack with an error is not used.
    pub errors: Vec<TableError>,
    /// Files that are no part of any pack.
    pub others: Vec<String>,
}

impl Pack {
    /// Name of its charset (文字コード), such as `JEF` or `SS明朝`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The files it was read from.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Name and hash of its content (変換表の版).
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many codes it has.
    #[must_use]
    pub fn codes(&self) -> usize {
        self.codes
    }
}

impl Packs {
    /// Reads the files of a folder. A file is a pack's by its name (`jef.tsv`, `jef-encode.tsv`, `jef-area.tsv`) or by its
    /// first line `#: code NAME`; all others are named in `others`.
    #[must_use]
    pub fn parse(files: &[PackFile<'_>]) -> Self {
        let mut found = Self::default();
        let mut used: Vec<&str> = Vec::new();
        let file = |name: &str| files.iter().find(|file| file.name == name).copied();
        if let Some(main) = file("jef.tsv") {
            let (encode, area) = (file("jef-encode.tsv"), file("jef-area.tsv"));
            let parts: Vec<PackFile<'_>> = [Some(main), encode, area].into_iter().flatten().collect();
            used.extend(parts.iter().map(|part| part.name));
            match jef::parse(main, encode, area) {
                Ok(table) => {
                    let (version, codes) = (read::version("jef", &parts), table.readings.len());
                    let table = crate::jef::Jef { name: version.clone(), ..table };
                    found.put("JEF", PackTable::Jef(Arc::new(table)), &parts, version, codes);
                }
                Err(errors) => found.errors.extend(errors),
            }
        }
        for main in files.iter().filter(|file| code::head(file.text).is_some()) {
            let stem = main.name.strip_suffix(".tsv").unwrap_or(main.name);
            let encode = file(&format!("{stem}-encode.tsv"));
            let parts: Vec<PackFile<'_>> = [Some(*main), encode].into_iter().flatten().collect();
            used.extend(parts.iter().map(|part| part.name));
            match code::parse(*main, encode) {
                Ok(table) => {
                    let (version, codes) = (read::version(&table.name, &parts), table.readings.len());
                    let name = table.name.clone();
                    let table = CodeTable { version: version.clone(), ..table };
                    if found.packs.iter().any(|pack| pack.name == name) {
                        let rule = format!("文字コード「{name}」の変換表がほかのファイルにもあります");
                        found.errors.push(TableError { file: main.name.to_owned(), line: 1, rule });
                        continue;
                    }
                    found.put(&name, PackTable::Code(Arc::new(table)), &parts, version, codes);
                }
                Err(errors) => found.errors.extend(errors),
            }
        }
        found.others = files
            .iter()
            .map(|file| file.name)
            .filter(|name| !used.contains(name))
            .map(str::to_owned)
            .collect();
        found
    }

    fn put(&mut self, name: &str, table: PackTable, parts: &[PackFile<'_>], version: String, codes: usize) {
        let files = parts.iter().map(|part| part.name.to_owned()).collect();
        self.packs.push(Pack { table, name: name.to_owned(), files, version, codes });
    }
}
