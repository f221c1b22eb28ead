//! Streams: cut anywhere, the same comes out.

use moji::*;

use crate::support::{JEF, UTF16, UTF16_BE, UTF32, built_in, hex, substitute, unhex, with_pack};

/// Converts in pieces of the given size.
fn convert(
    tables: &Tables,
    from: &Charset,
    to: &Charset,
    options: &Options,
    input: &[u8],
    piece: usize,
) -> (Result<(), ConvertError>, Vec<u8>, Vec<StreamEvent>) {
    let mut converter = Converter::new(tables, (from, options), (to, options)).unwrap();
    let (mut out, mut events) = (Vec::new(), Vec::new());
    let mut done = Ok(());
    for bytes in input.chunks(piece.max(1)) {
        done = done.and_then(|()| converter.push(bytes, &mut out, &mut events));
    }
    (done.and_then(|()| converter.finish(&[], &mut out, &mut events)), out, events)
}

#[test]
fn every_way_of_cutting_gives_the_same() {
    let text = "1,葛\u{E0100}城𠮷男ｶﾞ〜\r\n2,山\u{3099}AB辻\u{E0101}\u{E0100}か\u{3099}\nﾎﾟﾟﾟﾞﾞﾞｶﾞﾞ\u{FE00}\u{FE01}\u{FE00}\u{FE01}ﾞ\u{1B019}\u{3099}\u{FE00}";
    let widen = Options { widen: true, ..substitute() };
    let mut all = vec![built_in().clone()];
    all.extend(with_pack());
    for tables in &all {
        // EBCDIC of the ASCII kind has no half-width katakana: they become full-width ones, with their marks.
        let jefs = [JEF, Charset::Jef(Ebcdic::Lower), Charset::Jef(Ebcdic::Ascii)];
        for to in jefs.into_iter().chain([Charset::Windows31J, Charset::EucJp, Charset::Ibm939, UTF16]) {
            let whole = convert(tables, &Charset::UTF_8, &to, &widen, text.as_bytes(), usize::MAX);
            assert_eq!(whole.0, Ok(()));
            for piece in 1..=text.len() {
                let cut = convert(tables, &Charset::UTF_8, &to, &widen, text.as_bytes(), piece);
                assert_eq!(hex(&cut.1), hex(&whole.1), "{to} in pieces of {piece}");
                assert_eq!(cut.2, whole.2, "{to} in pieces of {piece}");
            }
            let back = convert(tables, &to, &UTF16_BE, &substitute(), &whole.1, usize::MAX);
            for piece in 1..=whole.1.len() {
                let cut = convert(tables, &to, &UTF16_BE, &substitute(), &whole.1, piece);
                assert_eq!(
                    (hex(&cut.1), cut.2),
                    (hex(&back.1), back.2.clone()),
                    "{to} back, pieces of {piece}"
                );
            }
        }
    }
}

#[test]
fn a_report_names_its_record() {
    let (done, out, events) =
        convert(built_in(), &Charset::UTF_8, &JEF, &substitute(), "山\n川𠮷\n𠮷".as_bytes(), usize::MAX);
    assert_eq!((done, hex(&out).as_str()), (Ok(()), "28BBB3291528C0EEA2AE291528A2AE29"));
    let told: Vec<_> =
        events.iter().map(|found| (found.record, found.event.position, found.event.offset)).collect();
    assert_eq!(told, [(2, 3, 7), (3, 5, 12)]);
}

#[test]
fn an_error_says_where_and_what_stands_before_it_is_written() {
    for (from, bytes, want, written) in [
        (
            Charset::UTF_8,
            "E5B1B10A E5B79DF0A0AEB7",
            "2件目のレコード、4文字目の「𠮷」（U+20BB7）は相手の文字コードにありません",
            "28BBB3291528C0EE",
        ),
        (
            Charset::UTF_8,
            "E5B1B10A E5B79D FF",
            "2件目のレコード、入力の7バイト目（0始まり）: UTF-8として正しくありません",
            "28BBB3291528C0EE",
        ),
        (
            UTF16,
            "FFFE 715C 42D8",
            "1件目のレコード、入力の4バイト目（0始まり）: サロゲートペアの片方だけがあります",
            "28BBB3",
        ),
    ] {
        for piece in [1, 3, usize::MAX] {
            let bytes = unhex(bytes);
            let (done, out, _) = convert(built_in(), &from, &JEF, &Options::default(), &bytes, piece);
            assert_eq!(done.unwrap_err().to_string(), want, "pieces of {piece}");
            assert_eq!(hex(&out), written, "pieces of {piece}");
        }
    }
}

#[test]
fn the_byte_order_mark_stands_at_the_start_of_a_stream_only() {
    let le = Charset::Utf16 { endian: Endian::Little, bom: false };
    for (from, bytes, to, want, told) in [
        (Charset::UTF_8, "EFBBBF41", Charset::UTF_8, "41", 1),
        (Charset::Utf8 { bom: true }, "EFBBBF41", Charset::UTF_8, "41", 0),
        (Charset::Utf8 { bom: true }, "41", Charset::UTF_8, "41", 1),
        (Charset::UTF_8, "41", Charset::Utf8 { bom: true }, "EFBBBF41", 0),
        (UTF16, "FFFE4100", Charset::UTF_8, "41", 0),
        (UTF16, "FEFF0041", Charset::UTF_8, "41", 0),
        (UTF16, "4100", Charset::UTF_8, "41", 1),
        (le.clone(), "FFFE4100", Charset::UTF_8, "41", 1),
        (le, "4100", UTF16, "FFFE4100", 0),
        (UTF32, "0000FEFF00000041", Charset::UTF_8, "41", 1),
        (Charset::UTF_8, "", UTF16, "FFFE", 0),
    ] {
        for piece in [1, 2, usize::MAX] {
            let (done, out, events) =
                convert(built_in(), &from, &to, &Options::default(), &unhex(bytes), piece);
            assert_eq!((done, hex(&out).as_str()), (Ok(()), want), "{from} {bytes}");
            assert_eq!(events.len(), told, "{from} {bytes} {events:?}");
        }
    }
}

#[test]
fn a_long_stream_goes_through_in_blocks() {
    let line = "000000000000019,山田　太郎,ヤマダ　タロウ,ﾔﾏﾀﾞ ﾀﾛｳ,1985-04-01,葛\u{E0100}城𠮷男,東京都港区一丁目２番３号\r\n";
    let text = line.repeat(3_000);
    for to in [JEF, Charset::Windows31J, UTF16, UTF32] {
        let whole = convert(built_in(), &Charset::UTF_8, &to, &substitute(), text.as_bytes(), usize::MAX);
        let cut = convert(built_in(), &Charset::UTF_8, &to, &substitute(), text.as_bytes(), 4_099);
        assert_eq!(whole.0, Ok(()));
        assert!(whole.1 == cut.1 && whole.2 == cut.2, "{to}");
        let encoder = built_in().encoder(&to, &substitute()).unwrap();
        let mut one = Vec::new();
        encoder.encode(Field::Mixed, line, &mut one, &mut Vec::new()).unwrap();
        let bom = to.bom().len();
        assert_eq!(whole.1.len(), bom + one.len() * 3_000, "{to}");
        assert!(whole.1[bom..].chunks(one.len()).all(|line| line == one), "{to}");
    }
}
