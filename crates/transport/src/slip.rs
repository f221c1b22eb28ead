//! Control files and receipts: the slips that travel with a data file.

use std::collections::BTreeMap;
use std::fmt::Write;

/// What a slip that does not read says of itself, in Japanese.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlipError {
    /// A line is not `name=value`.
    #[error("{line}行目が「項目名=値」の形ではありません")]
    NotALine {
        /// Line, from 1.
        line: usize,
    },
    /// A line that must be there is missing.
    #[error("「{0}」の行がありません")]
    Missing(&'static str),
    /// A value does not read.
    #[error("「{name}」の値「{value}」が読めません")]
    BadValue {
        /// The line's name.
        name: &'static str,
        /// Its value.
        value: String,
    },
}

/// What a packed data file has in it (梱包の中身).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Size of the data that was packed.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// The control file (管理ファイル) put beside a data file when the data file is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// The link's id.
    pub link: String,
    /// The delivery's number on the link; grows by one.
    pub no: u64,
    /// What is in it, such as `resident-register/resident`: all links that carry it to one receiver keep one register there.
    pub dataset: String,
    /// `full` or `difference`.
    pub extent: String,
    /// The sender's journal up to here is in it. Never falls from one delivery of a dataset to the next, whatever the link.
    pub as_of: u64,
    /// Data rows in the file, header and trailer not counted.
    pub rows: u64,
    /// Size of the data file as it lies.
    pub bytes: u64,
    /// SHA-256 of the data file as it lies, in lower-case hexadecimal.
    pub sha256: String,
    /// What is in it, where it is packed and its sender says so.
    pub content: Option<Content>,
    /// This file's number in its set, from 1.
    pub part: u32,
    /// How many files the set has.
    pub parts: u32,
}

/// What the receiver did with a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Count and checksum fit, and the rows are in the receiver's registers.
    Applied,
    /// The receiver did not take it, and says why.
    Refused(String),
}

/// The receipt (受領書) of one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The delivery's link; none where the other side's slips do not say. Numbers are counted for each link, and two links may
    /// carry the same bytes, so a receipt under a wrong name is known by this alone.
    pub link: Option<String>,
    /// The delivery's number.
    pub no: u64,
    /// Rows the receiver counted.
    pub rows: u64,
    /// SHA-256 the receiver computed.
    pub sha256: String,
    /// What it did.
    pub verdict: Verdict,
}

/// Text as the value of one line: a line end in it would begin another line, and that one could say anything.
fn in_a_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn lines(text: &str) -> Result<BTreeMap<&str, &str>, SlipError> {
    let mut found = BTreeMap::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let (name, value) = line.split_once('=').ok_or(SlipError::NotALine { line: index + 1 })?;
        found.insert(name.trim(), value.trim());
    }
    Ok(found)
}

fn text(found: &BTreeMap<&str, &str>, name: &'static str) -> Result<String, SlipError> {
    found.get(name).map(|value| (*value).to_owned()).ok_or(SlipError::Missing(name))
}

fn number<N: std::str::FromStr>(found: &BTreeMap<&str, &str>, name: &'static str) -> Result<N, SlipError> {
    let value = found.get(name).ok_or(SlipError::Missing(name))?;
    value.parse().map_err(|_| SlipError::BadValue { name, value: (*value).to_owned() })
}

fn content(found: &BTreeMap<&str, &str>) -> Result<Option<Content>, SlipError> {
    if !found.contains_key("content_bytes") && !found.contains_key("content_sha256") {
        return Ok(None);
    }
    Ok(Some(Content { bytes: number(found, "content_bytes")?, sha256: text(found, "content_sha256")? }))
}

impl Control {
    /// The slip as text.
    pub fn to_text(&self) -> String {
        let Self { link, no, dataset, extent, as_of, rows, bytes, sha256, content, part, parts } = self;
        let [link, dataset, extent, sha256] = [link, dataset, extent, sha256].map(|text| in_a_line(text));
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "link={link}\nno={no}\ndataset={dataset}\nextent={extent}\nas_of={as_of}\nrows={rows}\nbytes={bytes}\nsha256={sha256}\npart={part}\nparts={parts}\n"
        );
        if let Some(Content { bytes, sha256 }) = content {
            let _ = write!(out, "content_bytes={bytes}\ncontent_sha256={}\n", in_a_line(sha256));
        }
        out
    }

    /// Reads a slip.
    ///
    /// # Errors
    /// [`SlipError`] naming the line or the value.
    pub fn parse(slip: &str) -> Result<Self, SlipError> {
        let found = lines(slip)?;
        let extent = text(&found, "extent")?;
        if !["full", "difference"].contains(&extent.as_str()) {
            return Err(SlipError::BadValue { name: "extent", value: extent });
        }
        let (part, parts): (u32, u32) = (number(&found, "part")?, number(&found, "parts")?);
        if part == 0 || parts < part {
            return Err(SlipError::BadValue { name: "part", value: part.to_string() });
        }
        Ok(Self {
            link: text(&found, "link")?,
            no: number(&found, "no")?,
            dataset: text(&found, "dataset")?,
            extent,
            as_of: number(&found, "as_of")?,
            rows: number(&found, "rows")?,
            bytes: number(&found, "bytes")?,
            sha256: text(&found, "sha256")?,
            content: content(&found)?,
            part,
            parts,
        })
    }
}

impl Receipt {
    /// The slip as text.
    pub fn to_text(&self) -> String {
        let (result, reason) = match &self.verdict {
            Verdict::Applied => ("applied", ""),
            Verdict::Refused(reason) => ("refused", reason.as_str()),
        };
        let (reason, sha256) = (in_a_line(reason), in_a_line(&self.sha256));
        let link = self.link.as_ref().map(|link| format!("link={}\n", in_a_line(link))).unwrap_or_default();
        format!(
            "{link}no={}\nrows={}\nsha256={sha256}\nresult={result}\nreason={reason}\n",
            self.no, self.rows
        )
    }

    /// Whether it is of this link, as far as it says.
    pub fn is_of(&self, link: &str) -> bool {
        self.link.as_deref().is_none_or(|own| own == link)
    }

    /// Whether two receipts say the same, once they are written down. One that does not name its link contradicts none that
    /// does.
    pub fn agrees(&self, other: &Self) -> bool {
        let links = self.link.as_ref().zip(other.link.as_ref());
        let written = |one: &Self| Self::parse(&Self { link: None, ..one.clone() }.to_text());
        links.is_none_or(|(own, their)| own == their) && written(self) == written(other)
    }

    /// Reads a slip.
    ///
    /// # Errors
    /// [`SlipError`] naming the line or the value.
    pub fn parse(slip: &str) -> Result<Self, SlipError> {
        let found = lines(slip)?;
        let verdict = match found.get("result").copied() {
            Some("applied") => Verdict::Applied,
            Some("refused") => Verdict::Refused(found.get("reason").copied().unwrap_or_default().to_owned()),
            Some(other) => return Err(SlipError::BadValue { name: "result", value: other.to_owned() }),
            None => return Err(SlipError::Missing("result")),
        };
        Ok(Self {
            link: found.get("link").map(|link| (*link).to_owned()),
            no: number(&found, "no")?,
            rows: number(&found, "rows")?,
            sha256: text(&found, "sha256")?,
            verdict,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_come_back_as_written() {
        let control = Control {
            link: "city-26".into(),
            no: 12,
            dataset: "resident-register/resident".into(),
            extent: "full".into(),
            as_of: 4_711,
            rows: 17_000,
            bytes: 3_400_000,
            sha256: "ab".repeat(32),
            content: None,
            part: 1,
            parts: 1,
        };
        let packed = Content { bytes: 9_000_000, sha256: "cd".repeat(32) };
        let packed = Control { content: Some(packed), ..control.clone() };
        for control in [control, packed] {
            assert_eq!(Control::parse(&control.to_text()), Ok(control));
        }
        let receipt = Receipt {
            link: Some("city-26".into()),
            no: 12,
            rows: 3,
            sha256: "cd".into(),
            verdict: Verdict::Refused("件数\n違い".into()),
        };
        let read = Receipt::parse(&receipt.to_text()).unwrap();
        let verdict = Verdict::Refused("件数 違い".into());
        assert_eq!(read, Receipt { verdict, ..receipt });
    }

    /// Each case: the links of two receipts that are alike but for them, and whether they agree.
    #[test]
    fn a_receipt_without_a_link_contradicts_none() {
        let receipt = |link: Option<&str>| Receipt {
            link: link.map(str::to_owned),
            no: 1,
            rows: 0,
            sha256: "ab".into(),
            verdict: Verdict::Applied,
        };
        for (one, other, agree) in [
            (Some("a"), Some("a"), true),
            (Some("a"), Some("b"), false),
            (None, Some("b"), true),
            (None, None, true),
        ] {
            assert_eq!(receipt(one).agrees(&receipt(other)), agree, "{one:?} {other:?}");
            assert_eq!(receipt(other).agrees(&receipt(one)), agree, "{other:?} {one:?}");
            assert_eq!(receipt(one).is_of("b"), one.is_none_or(|one| one == "b"), "{one:?}");
        }
        assert!(!receipt(None).agrees(&Receipt { no: 2, ..receipt(None) }));
        assert_eq!(Receipt::parse(&receipt(None).to_text()), Ok(receipt(None)), "slips of before");
    }

    #[test]
    fn no_value_makes_a_line_of_its_own() {
        let receipt = Receipt {
            link: Some("l\nno=9".into()),
            no: 1,
            rows: 2,
            sha256: "ab\nno=9\nrows=9\rresult=applied".into(),
            verdict: Verdict::Refused(" 件数\r\nresult=applied\n".into()),
        };
        let read = Receipt::parse(&receipt.to_text()).unwrap();
        assert_eq!((read.no, read.rows), (1, 2));
        assert_eq!(read.verdict, Verdict::Refused("件数  result=applied".into()));
        assert!(read.agrees(&Receipt { link: None, ..receipt }), "the same answer, given again");
        let control = Control {
            link: "l\nno=9".into(),
            no: 1,
            dataset: "d\nno=9".into(),
            extent: "full".into(),
            as_of: 1,
            rows: 1,
            bytes: 1,
            sha256: "ab\nbytes=9".into(),
            content: Some(Content { bytes: 1, sha256: "cd\nno=9".into() }),
            part: 1,
            parts: 1,
        };
        let read = Control::parse(&control.to_text()).unwrap();
        assert_eq!((read.no, read.bytes, read.dataset.as_str()), (1, 1, "d no=9"));
    }

    #[test]
    fn a_control_file_that_contradicts_itself_is_refused() {
        let slip = |extent: &str, part: u32, parts: u32| {
            let control = Control {
                link: "city-26".into(),
                no: 1,
                dataset: "resident-register/resident".into(),
                extent: extent.into(),
                as_of: 1,
                rows: 1,
                bytes: 1,
                sha256: "ab".repeat(32),
                content: None,
                part,
                parts,
            };
            control.to_text()
        };
        assert!(Control::parse(&slip("difference", 2, 2)).is_ok());
        for (slip, name) in
            [(slip("gull", 1, 1), "extent"), (slip("full", 0, 1), "part"), (slip("full", 2, 1), "part")]
        {
            let error = Control::parse(&slip).unwrap_err();
            assert!(matches!(error, SlipError::BadValue { name: found, .. } if found == name), "{error}");
        }
    }

    #[test]
    fn half_of_what_a_packed_file_has_in_it_is_refused() {
        let whole =
            "link=l\nno=1\ndataset=d\nextent=full\nas_of=1\nrows=1\nbytes=1\nsha256=a\npart=1\nparts=1\n";
        for (more, missing) in [("content_bytes=1", "content_sha256"), ("content_sha256=a", "content_bytes")]
        {
            assert_eq!(Control::parse(&format!("{whole}{more}\n")), Err(SlipError::Missing(missing)));
        }
    }

    #[test]
    fn a_bad_slip_names_its_line_or_value() {
        for (slip, error) in [
            ("", SlipError::Missing("result")),
            ("result=applied\nrows", SlipError::NotALine { line: 2 }),
            ("result=maybe", SlipError::BadValue { name: "result", value: "maybe".into() }),
            ("result=applied\nno=x", SlipError::BadValue { name: "no", value: "x".into() }),
            ("result=applied\nno=1\nrows=1", SlipError::Missing("sha256")),
        ] {
            assert_eq!(Receipt::parse(slip), Err(error), "{slip:?}");
        }
    }
}
