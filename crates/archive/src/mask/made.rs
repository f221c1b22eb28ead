//! Invented values, each drawn by a keyed hash of the value it stands for.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// First halves of family names with their reading. Composed names are common and nobody's in particular.
const FAMILY_FIRST: &[(&str, &str)] = &[
    ("青", "アオ"),
    ("白", "シラ"),
    ("黒", "クロ"),
    ("赤", "アカ"),
    ("北", "キタ"),
    ("南", "ミナミ"),
    ("東", "ヒガシ"),
    ("西", "ニシ"),
    ("高", "タカ"),
    ("大", "オオ"),
    ("中", "ナカ"),
    ("上", "ウエ"),
    ("下", "シモ"),
    ("新", "ニイ"),
    ("古", "フル"),
    ("松", "マツ"),
    ("竹", "タケ"),
    ("梅", "ウメ"),
    ("杉", "スギ"),
    ("森", "モリ"),
    ("石", "イシ"),
    ("岩", "イワ"),
    ("秋", "アキ"),
    ("春", "ハル"),
    ("若", "ワカ"),
    ("浅", "アサ"),
    ("深", "フカ"),
    ("広", "ヒロ"),
];

/// Second halves of family names.
const FAMILY_SECOND: &[(&str, &str)] = &[
    ("田", "タ"),
    ("川", "カワ"),
    ("山", "ヤマ"),
    ("野", "ノ"),
    ("原", "ハラ"),
    ("島", "シマ"),
    ("沢", "サワ"),
    ("井", "イ"),
    ("村", "ムラ"),
    ("崎", "サキ"),
    ("谷", "タニ"),
    ("岡", "オカ"),
    ("池", "イケ"),
    ("橋", "ハシ"),
    ("木", "キ"),
    ("本", "モト"),
    ("浦", "ウラ"),
    ("瀬", "セ"),
    ("坂", "サカ"),
    ("林", "バヤシ"),
];

/// First halves of given names.
const GIVEN_FIRST: &[(&str, &str)] = &[
    ("和", "カズ"),
    ("正", "マサ"),
    ("直", "ナオ"),
    ("明", "アキ"),
    ("英", "ヒデ"),
    ("智", "トモ"),
    ("幸", "ユキ"),
    ("義", "ヨシ"),
    ("久", "ヒサ"),
    ("靖", "ヤス"),
    ("千", "チ"),
    ("美", "ミ"),
    ("佳", "ヨシ"),
    ("真", "マ"),
    ("由", "ユ"),
    ("里", "リ"),
    ("奈", "ナ"),
    ("紗", "サ"),
    ("伊", "イ"),
    ("恵", "エ"),
];

/// Second halves of given names; readings may belong to anybody.
const GIVEN_SECOND: &[(&str, &str)] = &[
    ("美", "ミ"),
    ("紀", "キ"),
    ("代", "ヨ"),
    ("生", "オ"),
    ("樹", "キ"),
    ("佳", "カ"),
    ("希", "キ"),
    ("音", "ネ"),
    ("実", "ミ"),
    ("保", "ホ"),
    ("歌", "カ"),
    ("月", "ツキ"),
    ("海", "ミ"),
    ("穂", "ホ"),
    ("帆", "ホ"),
    ("斗", "ト"),
];

/// Syllables of Latin names.
const SYLLABLES: &[&str] =
    &["KA", "MI", "RO", "SA", "TE", "NU", "LI", "BO", "DE", "FA", "GU", "HE", "JO", "VA", "WE", "ZI"];

/// Digits that are replaced at once.
const RUN_MAX: usize = 15;

const FULL_SPACE: char = '\u{3000}';

/// Makes values from a seed.
pub(super) struct Maker {
    key: Hmac<Sha256>,
}

impl Maker {
    pub(super) fn new(seed: u64) -> Self {
        let mut key = <Hmac<Sha256> as KeyInit>::new(&Default::default());
        key.update(b"daicho mask 1\n");
        key.update(&seed.to_be_bytes());
        Self { key }
    }

    /// A number that depends on what is masked and nothing else.
    fn draw(&self, class: &str, text: &str) -> u64 {
        let mut mac = self.key.clone();
        mac.update(&u64::try_from(class.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(class.as_bytes());
        mac.update(text.as_bytes());
        let hash = mac.finalize().into_bytes();
        hash.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }

    fn pair(&self, class: &str, text: &str, first: &[(&str, &str)], second: &[(&str, &str)]) -> [String; 2] {
        let draw = self.draw(class, text);
        let (a, b) = (pick(draw, first), pick(draw >> 32, second));
        [format!("{}{}", a.0, b.0), format!("{}{}", a.1, b.1)]
    }

    fn family_pair(&self, text: &str) -> [String; 2] {
        self.pair("family", text, FAMILY_FIRST, FAMILY_SECOND)
    }

    fn given_pair(&self, text: &str) -> [String; 2] {
        self.pair("given", text, GIVEN_FIRST, GIVEN_SECOND)
    }

    pub(super) fn family(&self, text: &str) -> String {
        let [name, _] = self.family_pair(text);
        name
    }

    pub(super) fn given(&self, text: &str) -> String {
        let [name, _] = self.given_pair(text);
        name
    }

    /// Both names, each as it would be alone, so that 氏名 and 氏 of one person agree.
    fn both(&self, text: &str) -> [String; 2] {
        match text.split_once([FULL_SPACE, ' ']) {
            None => self.family_pair(text),
            Some((family, given)) => {
                let [family, family_kana] = self.family_pair(family);
                let [given, given_kana] = self.given_pair(given);
                [format!("{family}{FULL_SPACE}{given}"), format!("{family_kana}{FULL_SPACE}{given_kana}")]
            }
        }
    }

    pub(super) fn name(&self, text: &str) -> String {
        let [name, _] = self.both(text);
        name
    }

    /// The reading of what a name became.
    pub(super) fn kana_of(&self, name: &str) -> String {
        let [_, kana] = self.both(name);
        kana
    }

    pub(super) fn family_kana_of(&self, name: &str) -> String {
        let [_, kana] = self.family_pair(name);
        kana
    }

    pub(super) fn roman(&self, text: &str) -> String {
        let words = text.split(' ').filter(|word| !word.is_empty()).map(|word| {
            let draw = self.draw("roman", word);
            let syllables =
                (0..3_u32).map(|place| SYLLABLES.get(index(draw >> (place * 16), SYLLABLES.len())));
            syllables.flatten().copied().collect::<String>()
        });
        words.collect::<Vec<_>>().join(" ")
    }

    pub(super) fn lot(&self, text: &str) -> String {
        let draw = self.draw("lot", text);
        format!("{}番地{}", draw % 3_000 + 1, (draw >> 32) % 20 + 1)
    }

    pub(super) fn building(&self, text: &str) -> String {
        let draw = self.draw("building", text);
        format!("見本住宅{}号", draw % 900 + 101)
    }

    pub(super) fn place(&self, text: &str) -> String {
        format!("架空県見本市{}", self.lot(text))
    }

    pub(super) fn digits(&self, text: &str) -> String {
        let mut draw = self.draw("digits", text);
        let digit = |(at, char): (usize, char)| {
            if !char.is_ascii_digit() {
                // A letter may be half of a number that names somebody.
                return if char.is_alphabetic() { 'X' } else { char };
            }
            if at == 0 && char == '0' {
                return '0';
            }
            draw = draw.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            u32::try_from((draw >> 32) % 10).ok().and_then(|digit| char::from_digit(digit, 10)).unwrap_or('0')
        };
        text.chars().enumerate().map(digit).collect()
    }

    /// Each run of digits as another of its length, a different one for each; all else stays.
    pub(super) fn numbers(&self, text: &str) -> String {
        let (mut out, mut run) = (String::new(), String::new());
        for char in text.chars().map(Some).chain([None]) {
            if let Some(digit) = char.and_then(digit_of) {
                run.push(digit);
                // Longer ones do not fit a number; they are taken in pieces.
                if run.len() < RUN_MAX {
                    continue;
                }
                out.push_str(&self.run(&std::mem::take(&mut run)));
                continue;
            }
            out.push_str(&self.run(&std::mem::take(&mut run)));
            out.extend(char);
        }
        out
    }

    fn run(&self, digits: &str) -> String {
        let (Ok(length), Ok(number)) = (u32::try_from(digits.len()), digits.parse()) else {
            return String::new();
        };
        format!("{:0width$}", self.permute(length, number), width = digits.len())
    }

    /// Another number of so many digits, a different one for each: two persons never get one number.
    ///
    /// Four rounds of a Feistel network over the bits, walked on until the number has few enough digits.
    pub(super) fn permute(&self, digits: u32, number: u64) -> u64 {
        let limit = 10_u64.saturating_pow(digits);
        let half = (u64::BITS - limit.leading_zeros()).div_ceil(2);
        let mask = (1_u64 << half) - 1;
        let mut value = number;
        loop {
            let (mut left, mut right) = (value >> half & mask, value & mask);
            for round in 0..4_u32 {
                let mixed = self.draw("number", &format!("{digits} {round} {right}")) & mask;
                (left, right) = (right, left ^ mixed);
            }
            value = left << half | right;
            if value < limit {
                return value;
            }
        }
    }
}

/// A digit, full-width ones too.
fn digit_of(char: char) -> Option<char> {
    match char {
        '０'..='９' => char::from_u32(u32::from(char) - u32::from('０') + u32::from('0')),
        _ => char.is_ascii_digit().then_some(char),
    }
}

/// 町字 up to the first number that is not part of its name, as those of 三丁目, 北3条 and 四番町 are.
///
/// Figures count as the lot whatever stands behind them: rather a name too short than a lot too many. Numbers in kanji do so only
/// where a lot's words or another number follow, for many a name has one in it.
pub(super) fn town(text: &str) -> &str {
    let is_number = |char: char| digit_of(char).is_some() || "〇一二三四五六七八九十百千".contains(char);
    let mut rest = text;
    while let Some(at) = rest.find(is_number) {
        let (_, from) = rest.split_at(at);
        let behind = from.trim_start_matches(is_number);
        let is_name = ["丁目", "条", "区", "線", "号線", "番町"].iter().any(|word| behind.starts_with(word));
        let has_figures = from.chars().next().and_then(digit_of).is_some();
        let after = behind.trim_start_matches(['番', '号', '地', 'の', 'ノ', '-', '－', '−', '‐']);
        let is_lot = after.len() < behind.len() && (after.is_empty() || after.starts_with(is_number));
        if !is_name && (has_figures || is_lot) {
            return text.strip_suffix(from).unwrap_or_default();
        }
        rest = behind;
    }
    text
}

fn index(draw: u64, length: usize) -> usize {
    let length = u64::try_from(length).unwrap_or(1).max(1);
    usize::try_from(draw % length).unwrap_or(0)
}

fn pick<'a>(draw: u64, from: &'a [(&'a str, &'a str)]) -> (&'a str, &'a str) {
    from.get(index(draw & u64::from(u32::MAX), from.len())).copied().unwrap_or(("架", "カ"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_ends_where_its_lot_begins() {
        for (text, kept) in [
            ("台帳町みなと", "台帳町みなと"),
            ("本町三丁目", "本町三丁目"),
            ("本町３丁目", "本町３丁目"),
            ("北3条西二丁目", "北3条西二丁目"),
            ("本町３丁目５６７番地", "本町３丁目"),
            ("秘匿前町５６７番", "秘匿前町"),
            ("本町9876番地5", "本町"),
            ("本町十二番地", "本町"),
            ("八幡町", "八幡町"),
            ("三郷１－２", "三郷"),
            ("千代田町二の五", "千代田町"),
            ("四番町", "四番町"),
            ("3番町12", "3番町"),
            ("三ノ宮町", "三ノ宮町"),
            ("三の丸", "三の丸"),
            ("秘匿前町567山田様方", "秘匿前町"),
            ("12-3", ""),
            ("", ""),
        ] {
            assert_eq!(town(text), kept, "{text}");
        }
    }

    #[test]
    fn numbers_of_things_stay_apart_and_keep_their_length() {
        let maker = Maker::new(7);
        let all: std::collections::BTreeSet<String> =
            (0..1_000).map(|no| maker.numbers(&format!("台帳町み{no:03}"))).collect();
        assert_eq!(all.len(), 1_000);
        assert!(all.iter().all(|made| made.starts_with("台帳町み") && made.chars().count() == 7));
        let made = maker.numbers("MH23S-１２3456");
        assert!(
            made.starts_with("MH") && made.len() == "MH23S-123456".len() && made != "MH23S-123456",
            "{made}"
        );
        let long = maker.numbers("12345678901234567890");
        assert!(long.len() == 20 && long != "12345678901234567890", "{long}");
        assert_eq!(maker.numbers("なし"), "なし");
    }
}
