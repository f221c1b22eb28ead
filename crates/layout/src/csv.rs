//! CSV text to records, by RFC 4180, lenient about line ends only.

/// One record: where it starts in the text, and its values.
pub(crate) struct Record {
    pub(crate) offset: usize,
    pub(crate) values: Vec<String>,
}

/// Splits a text into records. The error is the offset of a quote that is never closed, or that closes before the end of
/// its value.
pub(crate) fn records(text: &str, delimiter: char) -> Result<Vec<Record>, usize> {
    let mut records = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let offset = text.len() - rest.len();
        let mut values = Vec::new();
        loop {
            let (value, behind) = value(rest, delimiter).map_err(|back| text.len() - back)?;
            values.push(value);
            match behind.strip_prefix(delimiter) {
                Some(next) => rest = next,
                None => {
                    rest = line_end(behind).unwrap_or(behind);
                    break;
                }
            }
        }
        records.push(Record { offset, values });
    }
    Ok(records)
}

/// The next value and the text behind it; the error is the length of the text from the bad quote on.
fn value(text: &str, delimiter: char) -> Result<(String, &str), usize> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([delimiter, '\r', '\n']).unwrap_or(text.len());
        let (value, behind) = text.split_at_checked(end).unwrap_or((text, ""));
        return Ok((value.to_owned(), behind));
    };
    let mut value = String::new();
    loop {
        let (part, behind) = rest.split_once('"').ok_or(text.len())?;
        value.push_str(part);
        match behind.strip_prefix('"') {
            Some(next) => {
                value.push('"');
                rest = next;
            }
            None if behind.is_empty() || behind.starts_with(delimiter) || line_end(behind).is_some() => {
                return Ok((value, behind));
            }
            None => return Err(behind.len()),
        }
    }
}

fn line_end(text: &str) -> Option<&str> {
    text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).or_else(|| text.strip_prefix('\r'))
}
