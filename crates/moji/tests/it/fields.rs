//! X, N and M fields of a host: padding, overflow, policy.

use moji::*;

use crate::support::{JEF, built_in, fixed, substitute};

fn check(options: &Options, cases: &[(Field, usize, Overflow, &str, &str)]) {
    for &(field, bytes, overflow, text, want) in cases {
        assert_eq!(fixed(&JEF, options, field, bytes, overflow, text), want, "{text}");
    }
}

#[test]
fn padding_and_shift_codes_by_kind_of_field() {
    use Field::{Double, Mixed, Single};
    use Overflow::Reject;
    check(
        &Options::default(),
        &[
            (Single, 4, Reject, "A1", "C1F14040"),
            (Single, 4, Reject, "ｶﾞ", "86BE4040"),
            (Double, 6, Reject, "山", "BBB340404040"),
            (Mixed, 6, Reject, "山", "28BBB3294040"),
            // No empty pairs, one pair for a run.
            (Mixed, 9, Reject, "山A川", "28BBB329C128C0EE29"),
            (Mixed, 6, Reject, "山川", "28BBB3C0EE29"),
            (Mixed, 1, Reject, "", "40"),
            (Double, 3, Reject, "東", "項目の長さ3バイトは2バイトの倍数ではありません"),
        ],
    );
    let nine_point = Options { shift_in: ShiftIn::K38, ..Options::default() };
    check(&nine_point, &[(Mixed, 6, Reject, "山", "38BBB3294040")]);
}

#[test]
fn what_does_not_fit_is_refused_or_cut_between_characters() {
    use Field::{Double, Mixed, Single};
    use Overflow::{Reject, Truncate};
    check(
        &Options::default(),
        &[
            (Mixed, 5, Reject, "山川", "6バイト必要ですが、項目は5バイトです"),
            (Mixed, 5, Truncate, "山川", "28BBB32940 1:truncated 川→"),
            (Mixed, 3, Truncate, "山", "404040 0:truncated 山→"),
            (Mixed, 2, Truncate, "A山", "C140 1:truncated 山→"),
            (Double, 4, Truncate, "東京都", "C5ECB5FE 2:truncated 都→"),
            (Single, 2, Truncate, "A1ｶﾞ", "C1F1 2:truncated ｶ→"),
        ],
    );
    // What is cut off is not reported twice, and what is refused only behind the cut is still refused.
    check(&substitute(), &[(Double, 4, Truncate, "𠮷田𠮷", "A2AEC5C4 0:substituted 𠮷→〓 2:truncated 𠮷→")]);
    check(
        &Options::default(),
        &[(Double, 2, Truncate, "山𠮷", "2文字目の「𠮷」（U+20BB7）は相手の文字コードにありません")],
    );
}

#[test]
fn a_character_the_host_lacks_is_refused_or_substituted() {
    use Field::{Double, Mixed, Single};
    use Overflow::Reject;
    let of = |field, text, want| (field, 8, Reject, text, want);
    check(
        &Options::default(),
        &[
            of(Double, "山𠮷", "2文字目の「𠮷」（U+20BB7）は相手の文字コードにありません"),
            of(
                Double,
                "葛\u{E0100}",
                "1文字目の「葛\u{E0100}」（U+845B U+E0100）は相手の文字コードにありません",
            ),
            of(Single, "山", "1文字目の「山」（U+5C71）は相手の文字コードにありません"),
            of(Double, "A", "1文字目の「A」（U+0041）は相手の文字コードにありません"),
            of(Mixed, "\u{E0100}", "1文字目の「\u{E0100}」（U+E0100）は相手の文字コードにありません"),
        ],
    );
    check(
        &substitute(),
        &[
            (Double, 4, Reject, "𠮷田", "A2AEC5C4 0:substituted 𠮷→〓"),
            (Double, 2, Reject, "髙", "A2AE 0:substituted 髙→〓"),
            (Double, 2, Reject, "﨑", "A2AE 0:substituted 﨑→〓"),
            (Single, 1, Reject, "山", "6F 0:substituted 山→?"),
            (Mixed, 6, Reject, "葛\u{E0100}城", "28B3EBBEEB29 0:vs_dropped 葛\u{E0100}→葛"),
            // A selector belongs to what stands before it even where the fast path has already written that.
            (Mixed, 7, Reject, "AA葛\u{E0100}A", "C1C128B3EB29C1 2:vs_dropped 葛\u{E0100}→葛"),
            (Mixed, 3, Reject, "A\u{FE00}BC", "C1C2C3 0:vs_dropped A\u{FE00}→A"),
            (
                Mixed,
                7,
                Reject,
                "山\u{FE00}\u{FE00}",
                "28BBB3A2AE2940 0:vs_dropped 山\u{FE00}→山 2:substituted \u{FE00}→〓",
            ),
        ],
    );
    let chosen = Options {
        substitute: Some(Cluster::of('●')),
        substitute_single: Some(Cluster::of('*')),
        ..substitute()
    };
    check(
        &chosen,
        &[
            (Double, 2, Reject, "髙", "A1FC 0:substituted 髙→●"),
            (Single, 1, Reject, "髙", "5C 0:substituted 髙→*"),
        ],
    );
    let missing = Options { substitute: Some(Cluster::of('髙')), ..substitute() };
    assert_eq!(
        built_in().encoder(&JEF, &missing).err().unwrap().to_string(),
        "代替文字「髙」は文字コード「JEF/EBCDICカナ」にありません"
    );
}

#[test]
fn shrinking_takes_the_first_simpler_form_the_host_has() {
    let shrink = Options { unmappable: Unmappable::Shrink, ..Options::default() };
    let of = |text, want| (Field::Double, 4, Overflow::Reject, text, want);
    check(
        &shrink,
        &[
            of("𠮷", "B5C84040 0:shrunk 𠮷→吉"),
            of("髙", "B9E24040 0:shrunk 髙→高"),
            of("﨑", "BAEA4040 0:shrunk 﨑→崎"),
            // The selector goes first, and only then the form.
            of("葛\u{E0100}", "B3EB4040 0:vs_dropped 葛\u{E0100}→葛"),
            // What has no simpler form is substituted.
            of("☃", "A2AE4040 0:substituted ☃→〓"),
        ],
    );
}

#[test]
fn full_width_forms_where_a_field_asks_for_them() {
    use Field::{Double, Mixed};
    use Overflow::{Reject, Truncate};
    let widen = Options { widen: true, ..Options::default() };
    check(
        &widen,
        &[
            (Double, 8, Reject, "1-2号", "A3B1A1DDA3B2B9E6 0:widened 1→１ 1:widened -→－ 2:widened 2→２"),
            (Double, 4, Reject, "ｶﾞﾊﾟ", "A5ACA5D1 0:widened ｶ→ガ 1:widened ﾞ→ 2:widened ﾊ→パ 3:widened ﾟ→"),
            (Double, 2, Truncate, "ｶﾞﾊﾟ", "A5AC 0:widened ｶ→ガ 1:widened ﾞ→ 2:truncated ﾊ→"),
            // A host with katakana of one byte keeps them in M fields.
            (Mixed, 2, Reject, "ｶﾞ", "86BE"),
        ],
    );
    for (field, want) in
        [(Mixed, "28A5AC29 0:widened ｶ→ガ 1:widened ﾞ→"), (Double, "A5AC4040 0:widened ｶ→ガ 1:widened ﾞ→")]
    {
        let lower = Charset::Jef(Ebcdic::Lower);
        assert_eq!(fixed(&lower, &widen, field, 4, Reject, "ｶﾞ"), want);
    }
}

#[test]
fn what_reads_back_as_another_character_is_told() {
    use Field::{Mixed, Single};
    use Overflow::Reject;
    check(
        &Options::default(),
        &[
            // EBCDIC kana has capitals only.
            (Single, 3, Reject, "aBc", "C1C2C3 0:respelled a→A 2:respelled c→C"),
            // JIS's wave dash stands at the cell that reads as Microsoft's.
            (Mixed, 4, Reject, "〜", "28A1C129 0:respelled 〜→～"),
            (Mixed, 4, Reject, "～", "28A1C129"),
        ],
    );
}
