//! Charsets and the names that linkage lists give them.

/// Byte order (バイト順) of a Unicode charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first (リトルエンディアン).
    Little,
    /// Most significant byte first (ビッグエンディアン).
    Big,
}

/// A charset (文字コード) in which a link carries its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-16.
    Utf16 {
        /// Byte order.
        endian: Endian,
        /// Whether a stream starts with a byte order mark (BOM).
        bom: bool,
    },
    /// UCS-4, four bytes for each scalar value.
    Ucs4 {
        /// Byte order.
        endian: Endian,
        /// Whether a stream starts with a byte order mark (BOM).
        bom: bool,
    },
    /// EBCDIC with half-width katakana for single bytes, JEF kanji for double bytes (JEF/EBCDICカナ).
    JefEbcdicKana,
}

/// Why the name of a charset cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CharsetError {
    /// A known charset that this crate does not convert (yet).
    #[error("文字コード「{name}」にはまだ対応していません")]
    Unsupported {
        /// The name as it stood.
        name: String,
    },
    /// A name nobody knows.
    #[error("文字コード「{name}」を解釈できません")]
    Unknown {
        /// The name as it stood.
        name: String,
    },
}

impl Charset {
    /// Reads a charset's name as it stands in a linkage list (連携一覧), [`None`] where [`from_name`](Self::from_name)
    /// gives an error.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::from_name(name).ok()
    }

    /// Reads a charset's name as it stands in a linkage list (連携一覧): `Unicode UTF-16`, `UNICODE(UTF-8)`,
    /// `UCS-4`, `JEF/EBCDIC`. Case, spaces, width and punctuation do not matter.
    ///
    /// `UTF-16` alone is read as little endian with a byte order mark (what programs on Windows write), `UCS-4` alone as
    /// big endian without one (what hosts write). A layout says otherwise where it must.
    ///
    /// # Errors
    /// [`CharsetError::Unsupported`] for a charset that is known and not converted, [`CharsetError::Unknown`] for
    /// anything else.
    pub fn from_name(name: &str) -> Result<Self, CharsetError> {
        let plain: String = name.chars().filter_map(plain_name_char).collect();
        let plain = plain.strip_prefix("UNICODE").filter(|rest| !rest.is_empty()).unwrap_or(&plain);
        Ok(match plain {
            "UTF8" => Self::Utf8,
            "UTF16" | "UTF16LEBOM" | "UTF16BOM" => Self::Utf16 { endian: Endian::Little, bom: true },
            "UTF16LE" => Self::Utf16 { endian: Endian::Little, bom: false },
            "UTF16BE" => Self::Utf16 { endian: Endian::Big, bom: false },
            "UTF16BEBOM" => Self::Utf16 { endian: Endian::Big, bom: true },
            "UCS4" | "UCS4BE" | "UTF32BE" => Self::Ucs4 { endian: Endian::Big, bom: false },
            "UCS4LE" | "UTF32LE" => Self::Ucs4 { endian: Endian::Little, bom: false },
            "JEFEBCDIC" | "JEFEBCDICKANA" | "JEFEBCDICカナ" | "EBCDICJEF" | "JEF" => Self::JefEbcdicKana,
            "SHIFTJIS"
            | "SJIS"
            | "MS932"
            | "CP932"
            | "WINDOWS31J"
            | "EUCJP"
            | "EUC"
            | "ISO2022JP"
            | "JIS"
            | "KEIS"
            | "JIPS"
            | "EBCDIC"
            | "UCS2"
            | "UTF32"
            | "JEFEBCDIC英小文字"
            | "JEFEBCDICASCII"
            | "住基ネット統一文字" => {
                return Err(CharsetError::Unsupported { name: name.to_owned() });
            }
            _ => return Err(CharsetError::Unknown { name: name.to_owned() }),
        })
    }

    /// The byte order mark a stream starts with, empty where it has none.
    #[must_use]
    pub fn bom(self) -> &'static [u8] {
        match self {
            Self::Utf16 { bom: true, endian: Endian::Little } => b"\xFF\xFE",
            Self::Utf16 { bom: true, endian: Endian::Big } => b"\xFE\xFF",
            Self::Ucs4 { bom: true, endian: Endian::Little } => b"\xFF\xFE\0\0",
            Self::Ucs4 { bom: true, endian: Endian::Big } => b"\0\0\xFE\xFF",
            Self::Utf8 | Self::Utf16 { .. } | Self::Ucs4 { .. } | Self::JefEbcdicKana => b"",
        }
    }

    /// Whether every Unicode scalar value can be written, so that no character is ever unmappable.
    #[must_use]
    pub fn is_unicode(self) -> bool {
        self != Self::JefEbcdicKana
    }
}

impl std::str::FromStr for Charset {
    type Err = CharsetError;

    fn from_str(name: &str) -> Result<Self, CharsetError> {
        Self::from_name(name)
    }
}

impl std::fmt::Display for Charset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 { endian: Endian::Little, bom: true } => "UTF-16LE（BOMあり）",
            Self::Utf16 { endian: Endian::Little, bom: false } => "UTF-16LE",
            Self::Utf16 { endian: Endian::Big, bom: true } => "UTF-16BE（BOMあり）",
            Self::Utf16 { endian: Endian::Big, bom: false } => "UTF-16BE",
            Self::Ucs4 { endian: Endian::Little, bom: true } => "UCS-4LE（BOMあり）",
            Self::Ucs4 { endian: Endian::Little, bom: false } => "UCS-4LE",
            Self::Ucs4 { endian: Endian::Big, bom: true } => "UCS-4BE（BOMあり）",
            Self::Ucs4 { endian: Endian::Big, bom: false } => "UCS-4BE",
            Self::JefEbcdicKana => "JEF/EBCDICカナ",
        })
    }
}

/// Folds case and full width, drops what lists put between the parts of a name.
fn plain_name_char(c: char) -> Option<char> {
    let narrow = match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        other => other,
    };
    (narrow.is_alphanumeric()).then(|| narrow.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_linkage_lists() {
        let utf16 = Charset::Utf16 { endian: Endian::Little, bom: true };
        for (name, want) in [
            ("Unicode UTF-16", Some(utf16)),
            ("UTF-16", Some(utf16)),
            ("ＵＴＦ－１６", Some(utf16)),
            ("UTF-16BE", Some(Charset::Utf16 { endian: Endian::Big, bom: false })),
            ("UNICODE(UTF-8)", Some(Charset::Utf8)),
            ("Unicode UTF-8", Some(Charset::Utf8)),
            ("UCS-4", Some(Charset::Ucs4 { endian: Endian::Big, bom: false })),
            ("JEF/EBCDIC", Some(Charset::JefEbcdicKana)),
            ("jef／ebcdic カナ", Some(Charset::JefEbcdicKana)),
            ("Shift_JIS", None),
            ("Unicode", None),
            ("", None),
        ] {
            assert_eq!(Charset::parse(name), want, "{name}");
        }
    }

    #[test]
    fn a_name_that_cannot_be_used_is_reported() {
        assert_eq!(
            Charset::from_name("MS932").unwrap_err().to_string(),
            "文字コード「MS932」にはまだ対応していません"
        );
        assert_eq!(Charset::from_name("謎").unwrap_err().to_string(), "文字コード「謎」を解釈できません");
    }
}
