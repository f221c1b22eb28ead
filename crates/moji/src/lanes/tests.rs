//! Every kind of lanes says the same.

use proptest::prelude::*;

use super::*;

/// What all steps say of one input.
#[derive(Debug, PartialEq)]
struct Said {
    masks: [u32; 4],
    mapped: (Vec<u8>, u32),
    group: (Vec<u8>, Vec<u8>, [u32; 4]),
    pairs: (Vec<u8>, usize),
    units: [Option<Vec<u8>>; 2],
}

struct Ask<'a> {
    bytes: &'a [u8; STEP],
    text: &'a [u8],
    map: &'a ByteMap,
    set: &'a HighSet,
    cells: &'a Cells,
    points: &'a Points,
}

impl Wide for Ask<'_> {
    type Output = Said;

    fn run<L: Lanes>(self, lanes: L) -> Said {
        let mapped = lanes.map::<0xFFFF>(self.map, self.bytes);
        // The group and the units are asked about valid UTF-8 only.
        let text = self.text;
        let mut step = [0; STEP];
        step[..text.len().min(STEP)].copy_from_slice(&text[..text.len().min(STEP)]);
        let group = lanes.group(self.cells, &step);
        let length = usize::try_from(group.length).unwrap();
        let kept = |lanes: u32| lanes & first_lanes(length);
        let pairs = lanes.pairs(self.points, self.bytes);
        let units = [false, true].map(|swap| {
            let mut out = [0; 2 * STEP];
            let window = text.first_chunk()?;
            lanes.units(window, swap, &mut out).map(|count| out[..2 * count].to_vec())
        });
        Said {
            masks: [
                lanes.high(self.bytes),
                lanes.firsts(self.bytes),
                lanes.either(self.bytes, 0x28, 0x29),
                lanes.in_high_set(self.set, self.bytes),
            ],
            mapped: (mapped.bytes.to_vec(), mapped.missing),
            group: (
                group.doubles[..2 * length].to_vec(),
                group.singles[..length].to_vec(),
                [group.length, kept(group.is_double), kept(group.is_single), kept(group.is_noted)],
            ),
            pairs: (pairs.text[..3 * pairs.known].to_vec(), pairs.known),
            units,
        }
    }
}

fn tables() -> (Box<Cells>, Box<Points>) {
    let mut cells: Box<Cells> = vec![0; 0x1_0000].into_boxed_slice().try_into().unwrap();
    let mut points: Box<Points> = vec![0; 0x1_0000].into_boxed_slice().try_into().unwrap();
    for (at, cell) in cells.iter_mut().enumerate() {
        let value = u32::try_from(at).unwrap().wrapping_mul(0x9E37_79B9);
        *cell = value & 0xFFFF
            | match value >> 28 {
                0..=2 => 0,
                3..=5 => SINGLE,
                6..=7 => DOUBLE | NOTED,
                _ => DOUBLE,
            };
    }
    for (at, point) in points.iter_mut().enumerate() {
        let value = u16::try_from(at).unwrap().wrapping_mul(0x9E37);
        *point = if value < 0x800 || (0xD800..0xE000).contains(&value) { 0 } else { value };
    }
    (cells, points)
}

proptest! {
    #[test]
    fn all_lanes_agree(
        bytes in proptest::array::uniform32(any::<u8>()),
        low in proptest::array::uniform32(prop_oneof![Just(0x28_u8), Just(0x29), 0x40..0xFF_u8]),
        text in "[ -~ぁ-んァ-ヶ亜-腕ｱ-ﾟ¢-ÿ]{40}",
        beyond in "[亜-腕a𠮷]{12,40}",
    ) {
        let (cells, points) = tables();
        let map = ByteMap::new(|byte| (byte % 3 != 0).then_some(byte ^ 0x55));
        let set = HighSet::new(|byte| byte % 5 != 0);
        for bytes in [&bytes, &low] {
            // A step may begin inside a scalar, though never inside one beyond U+FFFF.
            let inside = (0..24).map(|start| &text.as_bytes()[start..]);
            let starts = beyond.char_indices().map(|(start, _)| &beyond.as_bytes()[start..]);
            for text in inside.chain(starts) {
                let ask = || Ask { bytes, text, map: &map, set: &set, cells: &cells, points: &points };
                let portable = ask().run(Portable);
                prop_assert_eq!(&widest(ask()), &portable);
                prop_assert_eq!(&widest_of_all(ask()), &portable);
            }
        }
    }
}
