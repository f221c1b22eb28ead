//! XML: where the element of a record ends, and its values.
//!
//! Only what a file of records needs: elements, text, entities of characters, CDATA. A document type could name other
//! files and grow without bound, and is refused.

use super::lines::{Found, RECORD_BYTES_MAX, Scan, Units};
use super::text::Cells;
use crate::error::ReadRule;

type Failed = (usize, ReadRule);

/// What stands at the start of the bytes at hand.
#[derive(Debug)]
pub(super) enum Element {
    /// Not enough of them to tell.
    Need,
    /// Nothing that matters: white space, comments, the root's tags.
    Nothing(usize),
    /// A record, or what is none.
    Found(Found),
}

fn wrong(at: usize, what: &str) -> Option<Failed> {
    Some((at, ReadRule::Syntax { form: "XML", what: what.to_owned() }))
}

impl Scan {
    /// Finds the next element of the root.
    pub(super) fn element(&mut self, units: Units, root: &str, bytes: &[u8], last: bool) -> Element {
        let width = units.width;
        if self.at == 0 {
            let blank = |at: &usize| matches!(units.get(bytes, *at), Some(0x20 | 0x09 | 0x0A | 0x0D));
            let blanks = (0..bytes.len()).step_by(width).take_while(blank).count() * width;
            if blanks != 0 {
                return Element::Nothing(blanks);
            }
            if units.get(bytes, 0) != Some(u32::from(b'<')) {
                return self.junk(units, bytes, last);
            }
        }
        let element = self.tags(units, root, bytes);
        match element {
            Element::Need if last || RECORD_BYTES_MAX < bytes.len() => {
                let length = if last { bytes.len() } else { bytes.len() - bytes.len() % width };
                Element::Found(Found {
                    body: length, length, wrong: wrong(0, "要素が閉じていません")
                })
            }
            other => other,
        }
    }

    /// Text between records.
    fn junk(&mut self, units: Units, bytes: &[u8], last: bool) -> Element {
        let end = units.find(bytes, self.inner, *b"<<<");
        let length = match end {
            Some(end) => end,
            None if last || RECORD_BYTES_MAX < bytes.len() => bytes.len(),
            None => {
                self.inner = bytes.len() - bytes.len() % units.width;
                return Element::Need;
            }
        };
        Element::Found(Found {
            body: length, length, wrong: wrong(0, "レコードの間に文字があります")
        })
    }

    /// Passes over tags from `at` on until the element that began at 0 is closed.
    fn tags(&mut self, units: Units, root: &str, bytes: &[u8]) -> Element {
        let width = units.width;
        loop {
            let Some(open) = units.find(bytes, self.at, *b"<<<") else {
                self.at = (bytes.len() - bytes.len() % width).max(self.at);
                return Element::Need;
            };
            self.at = open;
            // What begins here, where it ends, and what it does to the depth.
            let starts = |text| units.starts(bytes, open, text);
            let (Some(comment), Some(data), Some(instruction), Some(declaration), Some(closing)) =
                (starts("<!--"), starts("<![CDATA["), starts("<?"), starts("<!"), starts("</"))
            else {
                return Element::Need;
            };
            let end = if comment {
                "-->"
            } else if data {
                "]]>"
            } else if instruction {
                "?>"
            } else {
                ">"
            };
            let from = self.inner.max(open + width);
            let found = if end == ">" {
                tag_end(units, bytes, from)
            } else {
                units.find_text(bytes, from, end).ok_or(from)
            };
            let close = match found {
                Ok(close) => close + end.len() * width,
                Err(_) => {
                    // A tag is short; the others are looked through once.
                    let back = 3 * width;
                    self.inner =
                        if end == ">" { 0 } else { (bytes.len() - bytes.len() % width).saturating_sub(back) };
                    return Element::Need;
                }
            };
            self.inner = 0;
            self.at = close;
            if declaration && !comment && !data {
                let what = wrong(open, "<!DOCTYPE などの宣言は使えません");
                return Element::Found(Found { body: close, length: close, wrong: what });
            }
            if comment || data || instruction {
                if self.depth == 0 {
                    return Element::Nothing(close);
                }
                continue;
            }
            let self_closing = units.get(bytes, close.saturating_sub(2 * width)) == Some(u32::from(b'/'));
            if self.depth == 0 && closing {
                return self.root_closed(close);
            }
            if self.depth == 0 && !self.opened {
                return self.root_opened(units, root, bytes, close, self_closing);
            }
            match (closing, self_closing) {
                (true, _) => self.depth -= 1,
                (false, true) => {}
                (false, false) => self.depth += 1,
            }
            if self.depth == 0 {
                let wrong = if self.closed {
                    wrong(0, "ルート要素の後に要素があります")
                } else {
                    None
                };
                return Element::Found(Found { body: close, length: close, wrong });
            }
        }
    }

    fn root_opened(
        &mut self,
        units: Units,
        root: &str,
        bytes: &[u8],
        close: usize,
        self_closing: bool,
    ) -> Element {
        self.opened = true;
        self.closed = self_closing;
        let name: String = (0..close)
            .step_by(units.width)
            .filter_map(|at| units.get(bytes, at).and_then(char::from_u32))
            .skip(1)
            .take_while(|c| !matches!(c, '>' | '/' | ' ' | '\t' | '\r' | '\n'))
            .collect();
        // Names beyond ASCII are compared by whoever decodes them.
        if name.is_ascii() && root.is_ascii() && name != root {
            let wrong = wrong(0, &format!("ルート要素が <{root}> ではなく <{name}> です"));
            return Element::Found(Found { body: close, length: close, wrong });
        }
        Element::Nothing(close)
    }

    fn root_closed(&mut self, close: usize) -> Element {
        if self.closed || !self.opened {
            let wrong = wrong(0, "開始タグのない終了タグがあります");
            return Element::Found(Found { body: close, length: close, wrong });
        }
        self.closed = true;
        Element::Nothing(close)
    }
}

/// The end of a tag, which may have `>` in its attributes.
fn tag_end(units: Units, bytes: &[u8], from: usize) -> Result<usize, usize> {
    let mut from = from;
    loop {
        let at = units.find(bytes, from, *b">\"'").ok_or(from)?;
        let quote = match units.get(bytes, at) {
            Some(0x22) => b'"',
            Some(0x27) => b'\'',
            _ => return Ok(at),
        };
        let close = units.find(bytes, at + units.width, [quote; 3]).ok_or(from)?;
        from = close + units.width;
    }
}

/// Takes the element of a record apart: its name, and its children as names and values. The error is an offset and its rule.
pub(super) fn split(text: &str, cells: &mut Cells) -> Result<String, Failed> {
    let mut reader = Reader { text, rest: text };
    let (record, empty) = reader.open()?;
    if empty {
        return Ok(record.to_owned());
    }
    loop {
        reader.blank()?;
        if reader.rest.starts_with("</") {
            reader.close(record)?;
            return Ok(record.to_owned());
        }
        let start = reader.at();
        let (name, empty) = reader.open()?;
        cells.text.push_str(name);
        let name_end = cells.text.len();
        if !empty {
            reader.content(&mut cells.text)?;
            reader.close(name)?;
        }
        cells.push(start, name_end);
    }
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    fn wrong(&self, what: &str) -> Failed {
        (self.at(), ReadRule::Syntax { form: "XML", what: what.to_owned() })
    }

    /// Passes over white space, comments and instructions.
    fn blank(&mut self) -> Result<(), Failed> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
            let end = match self.rest {
                rest if rest.starts_with("<!--") => "-->",
                rest if rest.starts_with("<?") => "?>",
                _ => return Ok(()),
            };
            let (_, behind) = self.rest.split_once(end).ok_or_else(|| self.wrong("閉じていません"))?;
            self.rest = behind;
        }
    }

    /// A start tag: its name, and whether it is closed at once. Attributes say nothing about a record.
    fn open(&mut self) -> Result<(&'t str, bool), Failed> {
        let inside = self.rest.strip_prefix('<').ok_or_else(|| self.wrong("要素の間に文字があります"))?;
        let end = inside.find(['>', '/', ' ', '\t', '\r', '\n']);
        let (name, mut attributes) = inside.split_at_checked(end.unwrap_or(inside.len())).unwrap_or_default();
        if name.is_empty() {
            return Err(self.wrong("要素名がありません"));
        }
        loop {
            let at = attributes.find(['>', '"', '\'']).ok_or_else(|| self.wrong("タグが閉じていません"))?;
            let (before, behind) = attributes.split_at_checked(at).unwrap_or_default();
            let mut chars = behind.chars();
            match chars.next() {
                Some('>') => {
                    self.rest = chars.as_str();
                    return Ok((name, before.ends_with('/')));
                }
                Some(quote) => {
                    let (_, behind) =
                        chars.as_str().split_once(quote).ok_or_else(|| self.wrong("タグが閉じていません"))?;
                    attributes = behind;
                }
                None => return Err(self.wrong("タグが閉じていません")),
            }
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Failed> {
        let inside = self.rest.strip_prefix("</").and_then(|rest| rest.strip_prefix(name));
        let closed = inside.map(|rest| rest.trim_start_matches([' ', '\t', '\r', '\n']));
        let behind = closed.and_then(|rest| rest.strip_prefix('>'));
        self.rest = behind.ok_or_else(|| self.wrong(&format!("</{name}> がありません")))?;
        Ok(())
    }

    /// Text up to the next tag.
    fn content(&mut self, out: &mut String) -> Result<(), Failed> {
        loop {
            let at = self.rest.find(['<', '&', '\r']).ok_or_else(|| self.wrong("要素が閉じていません"))?;
            let (plain, behind) = self.rest.split_at_checked(at).unwrap_or_default();
            out.push_str(plain);
            self.rest = behind;
            if let Some(behind) = behind.strip_prefix('\r') {
                // A line end is LF, however it stands there.
                if !behind.starts_with('\n') {
                    out.push('\n');
                }
                self.rest = behind;
            } else if behind.starts_with('&') {
                self.entity(out)?;
            } else if let Some(inside) = behind.strip_prefix("<![CDATA[") {
                let (data, behind) =
                    inside.split_once("]]>").ok_or_else(|| self.wrong("CDATAが閉じていません"))?;
                out.push_str(data);
                self.rest = behind;
            } else if behind.starts_with("<!--") || behind.starts_with("<?") {
                let end = if behind.starts_with("<?") { "?>" } else { "-->" };
                let (_, behind) = behind.split_once(end).ok_or_else(|| self.wrong("閉じていません"))?;
                self.rest = behind;
            } else {
                return Ok(());
            }
        }
    }

    fn entity(&mut self, out: &mut String) -> Result<(), Failed> {
        // The longest is `&#x10FFFF;`.
        let end = self.rest.bytes().take(12).position(|byte| byte == b';');
        let name =
            end.and_then(|end| self.rest.get(1..end)).ok_or_else(|| self.wrong("& の後に ; がありません"))?;
        let number = |text: &str, radix| u32::from_str_radix(text, radix).ok().and_then(char::from_u32);
        let c = match name {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
                (Some(hex), _) => number(hex, 16),
                (None, Some(decimal)) => number(decimal, 10),
                (None, None) => None,
            },
        };
        out.push(c.ok_or_else(|| self.wrong(&format!("&{name}; は使えません")))?);
        self.rest = self.rest.get(name.len() + 2..).unwrap_or_default();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_a_record() {
        for (text, want) in [
            ("<d><a>x</a><b/><c> 葛\u{E0100} </c></d>", "d: a=x b= c= 葛\u{E0100} "),
            ("<d x='>'>\r\n <a y=\"1\">&lt;&#x845B;&amp;&#13;</a><!-- - --></d>", "d: a=<葛&\r"),
            ("<d><a>1<![CDATA[<&]]>2\r\n3</a></d>", "d: a=1<&2\n3"),
            ("<d/>", "d: "),
            ("<d><a>x</b></d>", "7: XMLとして読めません（</a> がありません）"),
            ("<d><a><b>x</b></a></d>", "6: XMLとして読めません（</a> がありません）"),
            ("<d>x<a/></d>", "3: XMLとして読めません（要素の間に文字があります）"),
            ("<d><a>&x;</a></d>", "6: XMLとして読めません（&x; は使えません）"),
        ] {
            let mut cells = Cells::default();
            let got = match split(text, &mut cells) {
                Err((at, rule)) => format!("{at}: {rule}"),
                Ok(name) => format!("{name}: {}", cells.shown()),
            };
            assert_eq!(got, want, "{text}");
        }
    }
}
