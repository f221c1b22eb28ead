//! One JSON object of texts, numbers and nulls to its values (RFC 8259).

use super::text::Cells;
use crate::error::ReadRule;

type Failed = (usize, ReadRule);

/// Splits an object: names and values, numbers as they stand, null as nothing. The error is an offset and its rule.
pub(super) fn split(text: &str, cells: &mut Cells) -> Result<(), Failed> {
    let mut reader = Reader { text, rest: text };
    reader.blank();
    reader.sign('{')?;
    reader.blank();
    if reader.rest.starts_with('}') {
        reader.sign('}')?;
        return reader.end();
    }
    loop {
        reader.blank();
        let start = reader.at();
        reader.text(&mut cells.text)?;
        let name_end = cells.text.len();
        reader.blank();
        reader.sign(':')?;
        reader.blank();
        reader.value(&mut cells.text)?;
        cells.push(start, name_end);
        reader.blank();
        if !reader.rest.starts_with(',') {
            reader.sign('}')?;
            return reader.end();
        }
        reader.sign(',')?;
    }
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
}

impl Reader<'_> {
    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    fn wrong(&self, what: &str) -> Failed {
        (self.at(), ReadRule::Syntax { form: "JSON", what: what.to_owned() })
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn sign(&mut self, sign: char) -> Result<(), Failed> {
        let behind =
            self.rest.strip_prefix(sign).ok_or_else(|| self.wrong(&format!("{sign} がありません")))?;
        self.rest = behind;
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failed> {
        self.blank();
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.wrong("一行に一つの { … } を書きます"))
        }
    }

    fn value(&mut self, out: &mut String) -> Result<(), Failed> {
        match self.rest.chars().next() {
            Some('"') => self.text(out),
            Some('-' | '0'..='9') => {
                let end = self.rest.find(|c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'));
                let (number, behind) =
                    self.rest.split_at_checked(end.unwrap_or(self.rest.len())).unwrap_or_default();
                out.push_str(number);
                self.rest = behind;
                Ok(())
            }
            Some('{' | '[') => Err(self.wrong("値は文字列か数値です")),
            _ => {
                for (word, value) in [("null", ""), ("true", "true"), ("false", "false")] {
                    if let Some(behind) = self.rest.strip_prefix(word) {
                        out.push_str(value);
                        self.rest = behind;
                        return Ok(());
                    }
                }
                Err(self.wrong("値がありません"))
            }
        }
    }

    fn text(&mut self, out: &mut String) -> Result<(), Failed> {
        self.sign('"')?;
        loop {
            let end = self.rest.find(|c: char| matches!(c, '"' | '\\') || c < ' ');
            let (plain, behind) =
                self.rest.split_at_checked(end.unwrap_or(self.rest.len())).unwrap_or_default();
            out.push_str(plain);
            self.rest = behind;
            match self.rest.chars().next() {
                Some('"') => return self.sign('"'),
                Some('\\') => self.escape(out)?,
                Some(_) => return Err(self.wrong("文字列の中に制御文字があります")),
                None => return Err(self.wrong("文字列が閉じていません")),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Failed> {
        let mut chars = self.rest.chars();
        chars.next();
        let c = match chars.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{C}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                self.rest = chars.as_str();
                let unit = self.unit()?;
                let c = match unit {
                    0xD800..0xDC00 => {
                        let low = self.rest.strip_prefix("\\u").map(str::len);
                        low.ok_or_else(|| self.wrong("\\u の組が足りません"))?;
                        self.rest = self.rest.get(2..).unwrap_or_default();
                        let low = self.unit()?;
                        let pair = char::decode_utf16([unit, low]).next().and_then(Result::ok);
                        pair.filter(|_| (0xDC00..0xE000).contains(&low))
                    }
                    unit => char::from_u32(unit.into()),
                };
                out.push(c.ok_or_else(|| self.wrong("\\u の組が正しくありません"))?);
                return Ok(());
            }
            _ => return Err(self.wrong("\\ の後の文字が正しくありません")),
        };
        out.push(c);
        self.rest = chars.as_str();
        Ok(())
    }

    /// Four hex digits.
    fn unit(&mut self) -> Result<u16, Failed> {
        let found = self.rest.get(..4).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = found.and_then(|hex| u16::from_str_radix(hex, 16).ok());
        let unit = unit.ok_or_else(|| self.wrong("\\u の後に16進4桁がありません"))?;
        self.rest = self.rest.get(4..).unwrap_or_default();
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_texts_and_numbers() {
        for (text, want) in [
            (r#"{"a":"x","b":-12.50,"c":null, "d" : true}"#, "a=x b=-12.50 c= d=true"),
            ("{}", ""),
            (r#"{"a":"\"\\\/\n\u845B\uDB40\uDD00"}"#, "a=\"\\/\n葛\u{E0100}"),
            (r#"{"a":["x"]}"#, "5: JSONとして読めません（値は文字列か数値です）"),
            (r#"{"a":"x"} {}"#, "10: JSONとして読めません（一行に一つの { … } を書きます）"),
            (r#"{"a":"x"#, "7: JSONとして読めません（文字列が閉じていません）"),
            (r#"{"a":"\uD800x"}"#, "12: JSONとして読めません（\\u の組が足りません）"),
            (r#"{"a" "x"}"#, "5: JSONとして読めません（: がありません）"),
            ("", "0: JSONとして読めません（{ がありません）"),
        ] {
            let mut cells = Cells::default();
            let got = match split(text, &mut cells) {
                Err((at, rule)) => format!("{at}: {rule}"),
                Ok(()) => cells.shown(),
            };
            assert_eq!(got, want, "{text}");
        }
    }
}
