//! Charsets and the names that linkage lists give them.

use std::sync::Arc;

/// Byte order (バイト順) of a Unicode charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endian {
    /// Least significant byte first (リトルエンディアン).
    Little,
    /// Most significant byte first (ビッグエンディアン).
    Big,
}

/// Which EBCDIC stands beside the kanji of a Fujitsu host (EBCDICの種類). They differ in visible characters, so a link
/// agrees on one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ebcdic {
    /// Half-width katakana, no lower-case letters (カナ).
    #[default]
    Kana,
    /// Lower-case letters, no katakana (英小文字).
    Lower,
    /// ASCII's repertoire (ASCII).
    Ascii,
}

impl Ebcdic {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Kana, Self::Lower, Self::Ascii];

    /// The word in options and layouts: `kana`, `lower`, `ascii`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Kana => "kana",
            Self::Lower => "lower",
            Self::Ascii => "ascii",
        }
    }
}

/// A charset (文字コード) in which a link carries its rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Charset {
    /// UTF-8.
    Utf8 {
        /// Whether a stream starts with a byte order mark (BOM).
        bom: bool,
    },
    /// UTF-16.
    Utf16 {
        /// Byte order.
        endian: Endian,
        /// Whether a stream starts with a byte order mark (BOM).
        bom: bool,
    },
    /// UTF-32, in lists UCS-4: four bytes for each scalar value.
    Utf32 {
        /// Byte order.
        endian: Endian,
        /// Whether a stream starts with a byte order mark (BOM).
        bom: bool,
    },
    /// Windows-31J, also MS932 and code page 932, with 1,880 user-defined cells.
    Windows31J,
    /// EUC-JP as on Unix hosts: JIS X 0208, half-width katakana, JIS X 0212.
    EucJp,
    /// IBM kanji EBCDIC with katakana single bytes (CCSID 930 family).
    Ibm930,
    /// IBM kanji EBCDIC with Latin single bytes (CCSID 939 family).
    Ibm939,
    /// Fujitsu EBCDIC for single bytes, JEF kanji for double bytes.
    Jef(Ebcdic),
    /// Unified characters of the resident registry network (住基ネット統一文字), two bytes each.
    Juki,
    /// A charset from a table pack (SS明朝, XEK, a town's own), by its name with case and width folded.
    Pack(Arc<str>),
}

/// Why the name of a charset cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CharsetError {
    /// Nothing but punctuation stands there.
    #[error("文字コードの名前がありません（「{name}」）")]
    Missing {
        /// The name as it stood.
        name: String,
    },
    /// `Unicode` alone does not say which of its forms.
    #[error("「{name}」だけでは文字コードが決まりません。UTF-8、UTF-16、UTF-32 のどれかを書いてください")]
    Ambiguous {
        /// The name as it stood.
        name: String,
    },
}

impl Charset {
    /// UTF-8 without a byte order mark.
    pub const UTF_8: Self = Self::Utf8 { bom: false };

    /// The charsets that need no pack, one of each, for lists and sweeps.
    pub const BUILT_IN: [Self; 15] = [
        Self::UTF_8,
        Self::Utf8 { bom: true },
        Self::Utf16 { endian: Endian::Little, bom: true },
        Self::Utf16 { endian: Endian::Little, bom: false },
        Self::Utf16 { endian: Endian::Big, bom: false },
        Self::Utf32 { endian: Endian::Big, bom: false },
        Self::Utf32 { endian: Endian::Little, bom: false },
        Self::Windows31J,
        Self::EucJp,
        Self::Ibm930,
        Self::Ibm939,
        Self::Jef(Ebcdic::Kana),
        Self::Jef(Ebcdic::Lower),
        Self::Jef(Ebcdic::Ascii),
        Self::Juki,
    ];

    /// Reads a charset's name as it stands in a linkage list (連携一覧), a layout or an option: `Unicode UTF-16`,
    /// `UNICODE(UTF-8)`, `UCS-4`, `JEF/EBCDIC`, `MS932`, `住基ネット統一文字`. Case, spaces, width and punctuation do not
    /// matter.
    ///
    /// `UTF-16` alone is little endian with a byte order mark (what programs on Windows write), `UCS-4` and `UTF-32` alone
    /// are big endian without one (what hosts write), `JEF` alone stands beside EBCDIC kana. A name that is not built in is
    /// the name of a table pack; whether that pack is there is seen when a codec is made.
    ///
    /// # Errors
    /// [`CharsetError`] for a name that says nothing.
    pub fn from_name(name: &str) -> Result<Self, CharsetError> {
        let folded = fold(name);
        let plain = folded.strip_prefix("UNICODE").filter(|rest| !rest.is_empty()).unwrap_or(&folded);
        let utf16 = |endian, bom| Self::Utf16 { endian, bom };
        let utf32 = |endian, bom| Self::Utf32 { endian, bom };
        Ok(match plain {
            "" => return Err(CharsetError::Missing { name: name.to_owned() }),
            "UNICODE" => return Err(CharsetError::Ambiguous { name: name.to_owned() }),
            "UTF8" | "UTF8N" => Self::UTF_8,
            "UTF8BOM" | "UTF8BOMあり" => Self::Utf8 { bom: true },
            "UTF16" | "UTF16LEBOM" | "UTF16BOM" | "UTF16LEBOMあり" => utf16(Endian::Little, true),
            "UTF16LE" => utf16(Endian::Little, false),
            "UTF16BE" | "UCS2BE" => utf16(Endian::Big, false),
            "UTF16BEBOM" | "UTF16BEBOMあり" => utf16(Endian::Big, true),
            "UCS4" | "UCS4BE" | "UTF32" | "UTF32BE" => utf32(Endian::Big, false),
            "UCS4LE" | "UTF32LE" => utf32(Endian::Little, false),
            "UCS4BEBOM" | "UTF32BEBOM" | "UCS4BEBOMあり" => utf32(Endian::Big, true),
            "UCS4LEBOM" | "UTF32LEBOM" | "UCS4LEBOMあり" => utf32(Endian::Little, true),
            "SHIFTJIS" | "SJIS" | "MS932" | "CP932" | "WINDOWS31J" | "WINDOWS932" | "シフトJIS" => {
                Self::Windows31J
            }
            "EUCJP" | "EUC" | "EUCJPMS" | "日本語EUC" => Self::EucJp,
            "IBM930" | "CP930" | "XIBM930" | "CCSID930" => Self::Ibm930,
            "IBM939" | "CP939" | "XIBM939" | "CCSID939" => Self::Ibm939,
            "JEF" | "JEFEBCDIC" | "EBCDICJEF" | "JEFEBCDICKANA" | "JEFEBCDICカナ" | "JEFKANA" => {
                Self::Jef(Ebcdic::Kana)
            }
            "JEFEBCDICLOWER" | "JEFEBCDIC英小文字" | "JEFLOWER" => Self::Jef(Ebcdic::Lower),
            "JEFEBCDICASCII" | "JEFASCII" => Self::Jef(Ebcdic::Ascii),
            "J" | "JUKI" | "JUKINETUNIFIED" | "住基ネット統一文字" | "住基ネット統一" | "統一文字" => {
                Self::Juki
            }
            _ => Self::Pack(folded.into()),
        })
    }

    /// The byte order mark a stream starts with, empty where it has none.
    #[must_use]
    pub fn bom(&self) -> &'static [u8] {
        match self {
            Self::Utf8 { bom: true } => b"\xEF\xBB\xBF",
            Self::Utf16 { bom: true, endian: Endian::Little } => b"\xFF\xFE",
            Self::Utf16 { bom: true, endian: Endian::Big } => b"\xFE\xFF",
            Self::Utf32 { bom: true, endian: Endian::Little } => b"\xFF\xFE\0\0",
            Self::Utf32 { bom: true, endian: Endian::Big } => b"\0\0\xFE\xFF",
            _ => b"",
        }
    }

    /// The same without a byte order mark.
    #[must_use]
    pub fn without_bom(self) -> Self {
        match self {
            Self::Utf8 { .. } => Self::UTF_8,
            Self::Utf16 { endian, .. } => Self::Utf16 { endian, bom: false },
            Self::Utf32 { endian, .. } => Self::Utf32 { endian, bom: false },
            other => other,
        }
    }

    /// Whether every Unicode scalar value can be written, so that no character is ever unmappable.
    #[must_use]
    pub fn is_unicode(&self) -> bool {
        matches!(self, Self::Utf8 { .. } | Self::Utf16 { .. } | Self::Utf32 { .. })
    }

    /// Whether M fields carry shift codes (シフトコード) and single bytes are EBCDIC: a host's charset.
    #[must_use]
    pub fn is_host(&self) -> bool {
        matches!(self, Self::Jef(_) | Self::Ibm930 | Self::Ibm939)
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
        let order = |endian: &Endian| if *endian == Endian::Little { "LE" } else { "BE" };
        let mark = |bom: &bool| if *bom { "（BOMあり）" } else { "" };
        match self {
            Self::Utf8 { bom } => write!(f, "UTF-8{}", mark(bom)),
            Self::Utf16 { endian, bom } => write!(f, "UTF-16{}{}", order(endian), mark(bom)),
            Self::Utf32 { endian, bom } => write!(f, "UCS-4{}{}", order(endian), mark(bom)),
            Self::Windows31J => f.write_str("Windows-31J"),
            Self::EucJp => f.write_str("EUC-JP"),
            Self::Ibm930 => f.write_str("IBM-930"),
            Self::Ibm939 => f.write_str("IBM-939"),
            Self::Jef(Ebcdic::Kana) => f.write_str("JEF/EBCDICカナ"),
            Self::Jef(Ebcdic::Lower) => f.write_str("JEF/EBCDIC英小文字"),
            Self::Jef(Ebcdic::Ascii) => f.write_str("JEF/EBCDIC ASCII"),
            Self::Juki => f.write_str("住基ネット統一文字"),
            Self::Pack(name) => f.write_str(name),
        }
    }
}

/// Folds case and full width, drops what lists put between the parts of a name.
pub(crate) fn fold(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_linkage_lists() {
        let utf16 = Charset::Utf16 { endian: Endian::Little, bom: true };
        for (name, want) in [
            ("Unicode UTF-16", utf16.clone()),
            ("UTF-16", utf16.clone()),
            ("ＵＴＦ－１６", utf16),
            ("UTF-16BE", Charset::Utf16 { endian: Endian::Big, bom: false }),
            ("UNICODE(UTF-8)", Charset::UTF_8),
            ("Unicode UTF-8", Charset::UTF_8),
            ("utf-8 (BOM)", Charset::Utf8 { bom: true }),
            ("UCS-4", Charset::Utf32 { endian: Endian::Big, bom: false }),
            ("JEF/EBCDIC", Charset::Jef(Ebcdic::Kana)),
            ("jef／ebcdic カナ", Charset::Jef(Ebcdic::Kana)),
            ("jef/ebcdic 英小文字", Charset::Jef(Ebcdic::Lower)),
            ("jef-ebcdic", Charset::Jef(Ebcdic::Kana)),
            ("Shift_JIS", Charset::Windows31J),
            ("ms932", Charset::Windows31J),
            ("EUC-JP", Charset::EucJp),
            ("IBM-930", Charset::Ibm930),
            ("住基ネット統一文字", Charset::Juki),
            ("J+", Charset::Juki),
            ("ＳＳ明朝", Charset::Pack("SS明朝".into())),
            ("xek", Charset::Pack("XEK".into())),
        ] {
            assert_eq!(Charset::from_name(name), Ok(want), "{name}");
        }
    }

    #[test]
    fn the_name_of_every_built_in_charset_is_read_back() {
        for charset in Charset::BUILT_IN {
            assert_eq!(Charset::from_name(&charset.to_string()), Ok(charset));
        }
    }

    #[test]
    fn a_name_that_says_nothing_is_reported() {
        for (name, want) in [
            (
                "Unicode",
                "「Unicode」だけでは文字コードが決まりません。UTF-8、UTF-16、UTF-32 のどれかを書いてください",
            ),
            ("－", "文字コードの名前がありません（「－」）"),
        ] {
            assert_eq!(Charset::from_name(name).unwrap_err().to_string(), want);
        }
    }
}
