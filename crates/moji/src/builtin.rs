//! The charsets whose whole table is built in.

use crate::cluster::Cluster;
use crate::code::Code;
use crate::compiled::{ByteSet, Direction, Draft, Framing};
use crate::data::{self, MultiByte, SingleByte};

impl From<data::Direction> for Direction {
    fn from(direction: data::Direction) -> Self {
        match direction {
            data::Direction::Both => Self::Both,
            data::Direction::Decode => Self::DecodeOnly,
            data::Direction::Encode => Self::EncodeOnly,
            // Another form of a kanji is a change; the shrink map is asked for it, not the chart.
            data::Direction::EncodeForm => Self::Never,
        }
    }
}

/// Windows-31J (MS932).
pub(crate) fn windows_31j() -> Draft {
    let mut draft = chart(MultiByte::WINDOWS_31J, Framing::Lead);
    draft.leads = ByteSet::of(&[0x81..=0x9F, 0xE0..=0xFC]);
    draft.seconds = ByteSet::of(&[0x40..=0x7E, 0x80..=0xFC]);
    draft
}

/// EUC-JP.
pub(crate) fn euc_jp() -> Draft {
    let mut draft = chart(MultiByte::EUC_JP, Framing::Lead);
    draft.leads = ByteSet::of(&[0x8E..=0x8E, 0xA1..=0xFE]);
    draft.seconds = ByteSet::of(&[0xA1..=0xFE]);
    draft.lead_of_three = Some(0x8F);
    draft.lead_of_narrow = Some(0x8E);
    draft
}

/// IBM kanji EBCDIC with the single bytes of one of its two charsets.
pub(crate) fn ibm(singles: SingleByte) -> Draft {
    let framing = Framing::Shift { enter: 0x0E, enter_too: 0x0E, leave: 0x0F };
    let mut draft = chart(MultiByte::IBM_KANJI, framing);
    draft.name = format!("{} + {}", singles.table().version(), draft.name);
    draft.leads = ByteSet::of(&[0x40..=0xFE]);
    draft.seconds = draft.seconds.without(&[0x0E, 0x0F]);
    draft.singles = singles.cells().map(|cell| (cell.byte, cell.char, cell.direction.into())).collect();
    draft
}

fn chart(chart: MultiByte, framing: Framing) -> Draft {
    let mut draft = Draft::new(chart.table().version(), framing);
    for cell in chart.cells() {
        let [a, b, c, d] = cell.code.to_be_bytes();
        let direction = Direction::from(cell.direction);
        match [a, b, c, d] {
            [0, 0, 0, byte] => draft.singles.push((byte, cell.char, direction)),
            bytes => {
                let start = bytes.iter().position(|&byte| byte != 0).unwrap_or_default();
                let code = bytes.get(start..).and_then(Code::new);
                draft.codes.extend(code.map(|code| (code, Cluster::of(cell.char), direction)));
            }
        }
    }
    draft
}
