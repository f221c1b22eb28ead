//! What a relay database did not do, in Japanese for the operator.

use transport::{PlaceError, SlipError};

/// A relay database that did not do what it was asked. No message holds a password or a row's content.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The address is neither a file of SQLite nor a database of PostgreSQL.
    #[error(
        "中継DBの場所は「sqlite:ファイル」か「postgres://利用者@サーバー/データベース」の形で書いてください"
    )]
    Address,
    /// The file cannot be opened.
    #[error("中継DBのファイルを開けません。場所と権限を確かめてください")]
    Open(#[source] rusqlite::Error),
    /// The folder of the file cannot be made.
    #[error("中継DBのフォルダを作れません")]
    Folder(#[source] std::io::Error),
    /// The server does not let us in.
    #[error("中継DBのサーバーにつながりません。{0}")]
    Connect(&'static str, #[source] ::postgres::Error),
    /// Somebody else held what was needed for too long.
    #[error(
        "相手のプログラムが表をつかんだままで、待っても書き込めませんでした。何も書いていません。空いたら自動でやり直します"
    )]
    Locked,
    /// An answer of SQLite that is no lock.
    #[error("中継DBが処理できませんでした")]
    Sqlite(#[source] rusqlite::Error),
    /// An answer of PostgreSQL that is no lock.
    #[error("中継DBが処理できませんでした")]
    Postgres(#[source] ::postgres::Error),
    /// The data file does not read.
    #[error("送る内容のファイルが読めません")]
    Data(#[source] std::io::Error),
    /// What was read could not be passed on.
    #[error("読んだ内容を書き出せません")]
    Passing(#[source] std::io::Error),
    /// The data file is not what a relay link must have.
    #[error("中継DBに置けるのは、UTF-8のCSVで見出し行のあるレイアウトだけです（{0}）")]
    NotCsv(String),
    /// The records are not as many as stated.
    #[error("CSVの件数が{found}件で、管理情報の{stated}件と違います。何も書いていません")]
    Count {
        /// As the control file says.
        stated: u64,
        /// As read.
        found: u64,
    },
    /// A name that no database takes as a table's or column's.
    #[error(
        "「{0}」は中継DBの表や列の名前にできません。63バイト（漢字なら21字）までの、重ならない名前にしてください"
    )]
    Name(String),
    /// There is no such delivery of the other side.
    #[error("「{0}」は中継DBにありません")]
    Missing(String),
    /// A number that does not fit the column.
    #[error("番号や件数が大きすぎます")]
    TooLarge,
    /// A table that is there is not ours.
    #[error(
        "表「{0}」が約束と違います。列、ふつうの表であること（ビューや、相手の作った型は使えません）、持ち主を確かめてください"
    )]
    Foreign(String),
    /// See [`PlaceError::Taken`].
    #[error("「{0}」には別の内容がすでに置かれています")]
    Taken(String),
    /// See [`PlaceError::Altered`].
    #[error("「{0}」の控えの内容が、作成したときのSHA-256と違います")]
    Altered(String),
    /// See [`PlaceError::Receipt`].
    #[error("「{0}」への答えが読めません")]
    Answer(String, #[source] SlipError),
}

impl RelayError {
    /// The error as a place tells it.
    pub(crate) fn told(self, what: &'static str, place: &str) -> PlaceError {
        match self {
            Self::Taken(name) => PlaceError::Taken { name },
            Self::Altered(name) => PlaceError::Altered { name },
            Self::Answer(name, source) => PlaceError::Receipt { name, source },
            other => PlaceError::Remote { what, place: place.to_owned(), source: Box::new(other) },
        }
    }
}

impl From<rusqlite::Error> for RelayError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::Locked,
            _ => Self::Sqlite(error),
        }
    }
}

impl From<::postgres::Error> for RelayError {
    fn from(error: ::postgres::Error) -> Self {
        use ::postgres::error::SqlState;
        let locked = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::QUERY_CANCELED,
        ];
        if error.code().is_some_and(|code| locked.contains(code)) {
            Self::Locked
        } else {
            Self::Postgres(error)
        }
    }
}
