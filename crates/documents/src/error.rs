use std::path::PathBuf;

/// Why nothing could be printed. A glyph the font lacks is not an error but a
/// [`GlyphFinding`](crate::GlyphFinding) in the [`Pdf`](crate::Pdf).
///
/// No message quotes the data: a name or a number never reaches a log through here.
#[derive(Debug, thiserror::Error)]
pub enum PressError {
    /// The font for names (文字フォント) is not on this machine. Its text is Japanese because staff see it as it is:
    /// it says what to install.
    #[error(
        "証明書の印刷に必要なフォント「IPAmj明朝」(ipamjm.ttf)が見つかりません。\
         パッケージ {package} を導入するか、フォントのあるフォルダーを環境変数 {variable} で指定してください。\
         探した場所: {}",
        searched.iter().map(|dir| dir.display().to_string()).collect::<Vec<_>>().join("、"),
        package = crate::FONT_PACKAGE,
        variable = crate::FONT_DIRS_VARIABLE,
    )]
    FontMissing {
        /// The folders that were searched, in order.
        searched: Vec<PathBuf>,
    },
    /// The font file is there and cannot be read.
    #[error("font {} cannot be read", path.display())]
    FontUnreadable {
        /// The font file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// There is no template of this name.
    #[error("no template named {name}")]
    UnknownTemplate {
        /// The name asked for.
        name: String,
    },
    /// The value cannot be written as JSON.
    #[error("data cannot be written as JSON")]
    Data(#[source] serde_json::Error),
    /// The data is larger than one certificate can be.
    #[error("data has {bytes} bytes, more than {max}")]
    DataTooLarge {
        /// The size of the data as JSON.
        bytes: usize,
        /// The most that is accepted, [`DATA_BYTES_MAX`](crate::DATA_BYTES_MAX).
        max: usize,
    },
    /// A code for machines cannot hold so much.
    #[error("{bytes} bytes are too many for one code")]
    CodeTooLong {
        /// The length of its payload.
        bytes: usize,
    },
    /// A bar code that holds an even number of digits got something else.
    #[error("a bar code of digits got something that is not an even number of digits")]
    CodeNotDigits,
    /// The data has not the shape its template expects, or the template is wrong.
    #[error("template {template} was not typeset: {}", messages.join("; "))]
    Typeset {
        /// The template.
        template: String,
        /// The typesetter's messages.
        messages: Vec<String>,
    },
}
