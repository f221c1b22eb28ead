//! Every character and every code, one at a time.

use moji::*;

use super::setups::{FIELDS, Room, Setup, options, sequences, setup, whole};

/// Where a table can have something: the basic plane, kanji of plane 2, hentaigana, selectors.
fn can_have_a_code(c: char) -> bool {
    matches!(u32::from(c), 0..=0xFFFF | 0x2_0000..=0x2_FFFF | 0x1_B000..=0x1_B2FF | 0xE_0000..=0xE_01FF)
}

/// A default is swept whole. A deviation is swept where it can matter, and what an M field holds includes what X and N hold.
fn every_character(setup: &Setup) {
    let mut room = Room::default();
    let default = setup.options == options();
    for field in FIELDS {
        let swept = |c: &char| match (default, field) {
            (true, Field::Mixed) => true,
            (true, Field::Double) | (false, Field::Mixed) => can_have_a_code(*c),
            _ => *c <= '\u{FFFF}',
        };
        for c in ('\0'..=char::MAX).filter(swept) {
            setup.check_text(field, c.encode_utf8(&mut [0; 4]), &mut room);
        }
        for cluster in sequences() {
            setup.check_text(field, &cluster.to_string(), &mut room);
        }
    }
}

fn every_code(setup: &Setup) {
    let mut room = Room::default();
    for field in FIELDS {
        for byte in 0..=u8::MAX {
            setup.check_bytes(field, &[byte], &mut room);
        }
        // In X fields two bytes are two characters, unless the charset has leads.
        let alone = field == Field::Single && setup.charset.is_host();
        for code in (0..=u16::MAX).filter(|code| !alone || code >> 8 == 0xC1) {
            let [first, second] = code.to_be_bytes();
            setup.check_bytes(field, &[first, second], &mut room);
            if setup.charset.is_host() && field == Field::Mixed {
                let (enter, leave) =
                    if matches!(setup.charset, Charset::Jef(_)) { (0x28, 0x29) } else { (0x0E, 0x0F) };
                setup.check_bytes(field, &[enter, first, second, leave], &mut room);
            }
            if setup.charset == Charset::EucJp {
                setup.check_bytes(field, &[0x8F, first, second], &mut room);
            }
        }
    }
}

#[test]
fn every_character_is_written_as_the_contract_says() {
    for setup in whole() {
        every_character(&setup);
    }
}

#[test]
fn every_code_is_read_as_the_contract_says() {
    for setup in whole() {
        every_code(&setup);
    }
}

/// SplitMix64: chance that is the same every time.
struct Seed(u64);

impl Seed {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed >> 1) % u64::try_from(bound).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

fn sample(setup: &Setup, known: &[Cluster], seed: &mut Seed) {
    let mut room = Room::default();
    for turn in 0..20_000 {
        let field = *seed.of(&FIELDS);
        match turn % 8 {
            0..4 => setup.check_text(field, &seed.of(known).to_string(), &mut room),
            4 => setup.check_text(field, &seed.of(sequences()).to_string(), &mut room),
            5 => {
                let scalar = u32::try_from(seed.below(0x30000)).ok().and_then(char::from_u32);
                setup.check_text(field, &scalar.map(String::from).unwrap_or_default(), &mut room);
            }
            6 => {
                let code = seed.of(&setup.doubles).bytes();
                setup.check_bytes(field, &[b"\x28", code, b"\x29"].concat(), &mut room);
                setup.check_bytes(field, code, &mut room);
            }
            _ => {
                let any: [usize; 3] = std::array::from_fn(|_| seed.below(0x100));
                setup.check_bytes(field, &any.map(|byte| u8::try_from(byte).unwrap()), &mut room);
            }
        }
    }
}

#[test]
fn a_sample_of_every_combination_for_jef() {
    let mut seed = Seed(0x00DA_1C40);
    for ebcdic in Ebcdic::ALL {
        for map in [JefMap::Face, JefMap::Pc, JefMap::Area] {
            for ivs in [Ivs::Mj, Ivs::Plain, Ivs::Aj1] {
                let Some(base) = setup(Charset::Jef(ebcdic), &Options { map, ivs, ..options() }) else {
                    return;
                };
                let mut known: Vec<Cluster> =
                    base.model.single.keys().chain(base.model.double.keys()).copied().collect();
                known.sort();
                // The one policy is of writing, the other of reading: three pairs have them all.
                for (unmappable, undefined) in [
                    (Unmappable::Reject, Undefined::Substitute),
                    (Unmappable::Substitute, Undefined::Reject),
                    (Unmappable::Shrink, Undefined::Substitute),
                ] {
                    sample(&base.under(unmappable, undefined), &known, &mut seed);
                }
            }
        }
    }
}
