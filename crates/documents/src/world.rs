use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

/// The file a template reads its data from. It is handed over as a file and not as a global input, because a changed
/// input would change the library and with it throw away everything the typesetter remembers.
pub(crate) const DATA_FILE: &str = "data.json";

/// What stays the same from one document to the next.
pub(crate) struct Stock {
    pub(crate) library: LazyHash<Library>,
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) font: Font,
    pub(crate) sources: Vec<Source>,
}

/// One document being typeset: the stock, its template and its data. There is no disk, no network and no clock here.
pub(crate) struct Job<'a> {
    pub(crate) stock: &'a Stock,
    pub(crate) template: FileId,
    pub(crate) data_id: FileId,
    pub(crate) data: Bytes,
}

/// The typesetter's name for a file. Names are kept for the life of the process and there are at most 65,535, so only
/// the fixed names of this crate may be passed.
pub(crate) fn file_id(name: &'static str) -> Option<FileId> {
    VirtualPath::new(name).ok().map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.stock.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.stock.book
    }

    fn main(&self) -> FileId {
        self.template
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = self.stock.sources.iter().find(|source| source.id() == id);
        found.cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data_id { Ok(self.data.clone()) } else { Err(not_found(id)) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        (index == 0).then(|| self.stock.font.clone())
    }

    /// A certificate bears the day the caller gives it, never the machine's.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}
