//! Long files in pieces: what is kept does not grow with them.

use crate::support::*;
use layout::Record;

/// The forms, and how many rows of each: enough that anything kept for a row would show.
const FORMS: [(&str, usize); 4] = [("fixed", 200_000), ("csv", 60_000), ("jsonl", 40_000), ("xml", 40_000)];
/// Rows after which buffers are as large as they will be.
const SETTLED: usize = 2_000;
const PIECE_BYTES: usize = 16 * 1024;

#[test]
fn writer_and_reader_keep_the_longest_record_and_no_more() {
    let trailer = |fixed: bool| {
        let bytes = if fixed { ", bytes = 21" } else { "" };
        format!(
            "trailer = [ {{ name = \"end\", literal = \"9\", type = \"X\"{} }}, {{ name = \"n\", fact = \"row_count\", type = \"9\"{bytes} }} ]",
            if fixed { ", bytes = 1" } else { "" }
        )
    };
    for (form, rows) in FORMS {
        let fixed = form == "fixed";
        let charset = if fixed { "JEF/EBCDIC" } else { "UTF-8" };
        let size = |keys: &str| if fixed { format!(", {keys}") } else { String::new() };
        let plan = compile_with(
            &parse(&format!(
                "form = \"{form}\"\ncharset = \"{charset}\"\n{}\ndetail = [\n{{ name = \"kind\", literal = \"2\", type = \"X\"{} }},\n{{ name = \"id\", type = \"9\"{} }},\n{{ name = \"name\", type = \"N\"{} }},\n{{ name = \"kana\", type = \"K\"{} }} ]\n",
                trailer(fixed), size("bytes = 1"), size("bytes = 7"), size("bytes = 6"), size("bytes = 8")
            ))
            .unwrap(),
            moji::Unmappable::Substitute,
        )
        .unwrap();
        let (mut writer, mut reader) = (plan.writer(), plan.reader());
        let (mut out, mut events, mut good) = (Vec::new(), Vec::new(), 0);
        let mut settled = (usize::MAX, usize::MAX);
        let mut read = |out: &mut Vec<u8>, last: bool| {
            let mut input = out.as_slice();
            while let Some(record) = reader.read(&mut input, last) {
                assert!(matches!(record, Record::Good(_)), "{form}: {record:?}");
                good += 1;
            }
            out.clear();
            reader.buffer_bytes()
        };
        let mut kept = 0;
        writer.write_header(&facts(), &mut out, &mut events).unwrap();
        for row in 0..rows {
            // Plain rows, kana that becomes another, a character that is lost.
            let name = if row % 3 == 0 { "𠮷田" } else { "山田" };
            writer
                .write_row(&[&(row % 1_000_000).to_string(), name, "ヤマダ"], &mut out, &mut events)
                .unwrap();
            events.clear();
            if PIECE_BYTES < out.len() {
                kept = read(&mut out, false);
            }
            if row == SETTLED {
                settled = (writer.buffer_bytes(), kept);
            }
        }
        writer.write_trailer(&facts(), &mut out, &mut events).unwrap();
        kept = read(&mut out, true);
        assert_eq!(good, rows + 1, "{form}");
        assert_eq!((writer.buffer_bytes(), kept), settled, "{form}");
        assert!(kept < 2 * PIECE_BYTES + 16 * 1024, "{form}: {kept}");
    }
}
