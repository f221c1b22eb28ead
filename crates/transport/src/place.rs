//! What every place can do, whatever carries the bytes.

use std::fmt::Debug;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Answer, Control, Question, Receipt, Rehearsal, SlipError};

/// A place that did not do what it was asked, in Japanese for the operator; the cause is the source.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The folder cannot be reached or written.
    #[error("連携先フォルダ「{}」の{what}に失敗しました", path.display())]
    Io {
        /// What was being done.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// A server, database or address did not do what it was asked.
    #[error("連携先「{place}」の{what}に失敗しました")]
    Remote {
        /// What was being done.
        what: &'static str,
        /// The place as [`Place::describe`] names it, without secrets.
        place: String,
        /// The library's error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A receipt is there but does not read.
    #[error("受領書「{name}」が読めません")]
    Receipt {
        /// The receipt's file name.
        name: String,
        /// What is wrong in it.
        #[source]
        source: SlipError,
    },
    /// It carries files and answers no questions.
    #[error("連携先「{place}」は照会に答えません。照会できるのはHTTPとSOAPの場所です")]
    NoQuestions {
        /// The place as [`Place::describe`] names it.
        place: String,
    },
    /// Only the other side can put files there.
    #[error("連携先「{place}」には、こちらからファイルを届けられません。届けられるのはフォルダの場所です")]
    NotByHand {
        /// The place as [`Place::describe`] names it.
        place: String,
    },
    /// The bytes that were kept for sending are not those that were recorded.
    #[error("「{name}」の控えの内容が、作成したときのSHA-256と違います。送っていません")]
    Altered {
        /// The file name.
        name: String,
    },
    /// Another content already stands under the name: sending must not change what was sent.
    #[error("「{name}」には別の内容がすでに置かれています")]
    Taken {
        /// The file name.
        name: String,
    },
}

/// A data file of the other side that has no answer yet: its control file stands in the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Name of the data file.
    pub name: String,
    /// Its control file, or what is wrong with it.
    pub control: Result<Control, SlipError>,
}

/// Where two systems hand over numbered bytes (受け渡し場所): a folder, a server, a database or an address.
///
/// Ours goes out and is answered by their receipts; theirs comes in and is answered by ours. Every call may be repeated after
/// a kill at any moment: the second time it changes nothing. A place never shows half of a file under its name.
pub trait Place: Debug + Send + Sync {
    /// The place for messages, such as `sftp://welfare.example/in`; never with a password.
    fn describe(&self) -> String;

    /// Puts a data file and then its control file. A place that answers at once, such as an HTTP address, gives the
    /// receipt; others are asked by [`Place::receipt`].
    ///
    /// # Errors
    /// [`PlaceError::Taken`] when another delivery's control file stands under the name; [`PlaceError::Altered`] when
    /// the bytes to be sent are not those the control file states; else when the place does not take it.
    fn put(&self, name: &str, data: &Path, control: &Control) -> Result<Option<Receipt>, PlaceError>;

    /// The receipt of a data file of ours, if the other side has put one.
    ///
    /// # Errors
    /// [`PlaceError::Receipt`] when it does not read; else when the place does not answer.
    fn receipt(&self, name: &str) -> Result<Option<Receipt>, PlaceError>;

    /// Puts an answered receipt aside before the same delivery is sent again: what comes next is a new answer.
    ///
    /// # Errors
    /// When the place does not allow it.
    fn retire_receipt(&self, name: &str) -> Result<(), PlaceError>;

    /// Files of the other side whose names begin so and that we have not answered, in the order of their names.
    ///
    /// # Errors
    /// When the place does not answer.
    fn arrivals(&self, prefix: &str) -> Result<Vec<Arrival>, PlaceError>;

    /// Copies a data file of the other side.
    ///
    /// # Errors
    /// When it is not there or the place does not answer; what was written to `to` is then worth nothing.
    fn fetch(&self, name: &str, to: &mut dyn Write) -> Result<(), PlaceError>;

    /// Answers a file of the other side. An answer is given once; the same again changes nothing.
    ///
    /// # Errors
    /// [`PlaceError::Taken`] when another answer stands there; else when the place does not take it.
    fn answer(&self, name: &str, receipt: &Receipt) -> Result<(), PlaceError>;

    /// Puts our answer aside, so that the file counts as arrived anew.
    ///
    /// # Errors
    /// When the place does not allow it.
    fn retire_answer(&self, name: &str) -> Result<(), PlaceError>;

    /// Asks the other side about single persons or things on a link, and gives its answer (照会).
    ///
    /// # Errors
    /// [`PlaceError::NoQuestions`] where only files are carried; else when the place does not answer, or not so that it
    /// fits the question.
    fn ask(&self, link: &str, question: &Question) -> Result<Answer, PlaceError> {
        let _ = (link, question);
        Err(PlaceError::NoQuestions { place: self.describe() })
    }

    /// Puts a file of the other side there as if it had come: one that staff were handed on a medium or fetched by a terminal
    /// (媒体で受け取ったファイル).
    ///
    /// # Errors
    /// [`PlaceError::NotByHand`] where the other side alone can put files; else as [`Place::put`].
    fn bring(&self, name: &str, data: &Path, control: &Control) -> Result<(), PlaceError> {
        let _ = (name, data, control);
        Err(PlaceError::NotByHand { place: self.describe() })
    }

    /// Whether staff may [`bring`](Self::bring) files here.
    fn takes_by_hand(&self) -> bool {
        false
    }

    /// How long to wait before the place is asked again for what may have come: a server is asked less often than a folder.
    fn look_again_after(&self) -> Duration {
        Duration::from_millis(100)
    }

    /// Tries the place out for an operator, and tells each step that went well. A trial leaves nothing at the other side
    /// but the folders that are needed anyway.
    ///
    /// # Errors
    /// The first step that did not go well.
    fn probe(&self, told: &mut dyn FnMut(&str)) -> Result<(), PlaceError> {
        self.arrivals("")?;
        told("読み取り");
        Ok(())
    }

    /// What can be ordered to go wrong here; none but in a rehearsal environment.
    fn rehearsal(&self) -> Option<&Rehearsal> {
        None
    }
}
