//! Names (氏名): what may stand in them, how they are counted, and how they are folded for searching.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::tsv;

/// Folds kana for searching (あいまい検索); the index and the query go through the same fold.
///
/// Voiced marks, small kana, long-sound marks, dashes and spaces make no difference; ウ after an オ-column kana is
/// オ; hiragana and half-width kana are katakana. Folding twice is folding once. To find given names too, index
/// [`kana_keys`] and ask for [`kana_query`].
///
/// Source: 住民記録システム標準仕様書 2.1.2. ヰ and ヱ as イ and エ are this project's addition.
pub fn fold_kana(text: &str) -> String {
    let wide = hiragana_to_katakana(&to_full_width_kana(text));
    let mut folded = String::with_capacity(wide.len());
    let mut last = None;
    let mut chars = wide.chars().peekable();
    while let Some(c) = chars.next() {
        if is_ignored(c) {
            continue;
        }
        let base = match (c, chars.peek()) {
            // ヴァ is バ: the vowel that follows is in the row of ハ.
            ('ヴ', Some(vowel)) if small_vowel_of_ha(*vowel).is_some() => {
                let base = small_vowel_of_ha(*vowel).unwrap_or('フ');
                chars.next();
                base
            }
            _ => base_kana(c),
        };
        let base = if base == 'ウ' && last.is_some_and(is_o_column) { 'オ' } else { base };
        folded.push(base);
        last = Some(base);
    }
    folded
}

/// The keys one name is found by: the whole name folded, each later part folded from its own start, and what [`kana_query`]
/// asks of names with the kana of チ and ツ.
///
/// A given name that begins with ウ after a family name in the オ column (ソノ ウメ) needs the second kind. ヂ and ヅ are
/// written for ジ and ズ, and are チ and ツ with a voiced mark: they have a key of each, as チ and シ are not one.
///
/// Source: 住民記録システム標準仕様書 2.1.2 (given name only; ヂ=ジ=シ, ズ=ヅ, voiced marks).
pub fn kana_keys(text: &str) -> Vec<String> {
    let mut keys = folded_parts(text);
    if is_of_two_rows(text) {
        keys.extend(folded_parts(&unvoiced(text)));
    }
    let joined: Vec<String> = keys.iter().map(|key| join_rows(key)).collect();
    for key in joined {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// The key to ask the [`kana_keys`] of names for. ヂ asks for ジ, シ and チ, ヅ for ズ, ス and ツ.
///
/// Source: 住民記録システム標準仕様書 2.1.2.
pub fn kana_query(text: &str) -> String {
    let folded = fold_kana(text);
    if is_of_two_rows(text) { join_rows(&folded) } else { folded }
}

fn folded_parts(text: &str) -> Vec<String> {
    let mut keys = vec![fold_kana(text)];
    for part in text.split([' ', '\u{3000}']).skip(1).map(fold_kana) {
        if !part.is_empty() && !keys.iter().any(|key| key.ends_with(&part)) {
            keys.push(part);
        }
    }
    keys
}

/// Whether a reading has ヂ or ヅ, in whatever form.
fn is_of_two_rows(text: &str) -> bool {
    hiragana_to_katakana(&to_full_width_kana(text)).contains(['ヂ', 'ヅ'])
}

/// ヂ and ヅ without their voiced mark.
fn unvoiced(text: &str) -> String {
    hiragana_to_katakana(&to_full_width_kana(text)).replace('ヂ', "チ").replace('ヅ', "ツ")
}

/// A folded reading with the rows joined that ヂ and ヅ stand between. No fold leaves these two, so that no other key is meant.
fn join_rows(folded: &str) -> String {
    folded
        .chars()
        .map(|c| match c {
            'シ' | 'チ' => 'ヂ',
            'ス' | 'ツ' => 'ヅ',
            _ => c,
        })
        .collect()
}

/// Folds a name for searching: spaces and variation selectors dropped, variants (異体字) joined, full-width Latin
/// letters narrowed, all in upper case.
///
/// Source: 住民記録システム標準仕様書 2.1.2.
pub fn fold_name(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !is_variation_selector(*c))
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => crate::text::narrow_char(c),
            _ => c,
        })
        .map(|c| VARIANTS.get(&c).copied().unwrap_or(c))
        .flat_map(char::to_uppercase)
        .collect()
}

static VARIANTS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    tsv::rows(include_str!("../data/variants.tsv"))
        .filter_map(|row| Some((tsv::cell(&row, 0).chars().next()?, tsv::cell(&row, 1).to_owned())))
        .flat_map(|(base, variants)| variants.chars().map(|variant| (variant, base)).collect::<Vec<_>>())
        .collect()
});

/// Whether a text is a name in katakana (フリガナ): full-width katakana, ー, ・, and single full-width spaces between.
///
/// Half-width kana and hiragana are not; [`to_full_width_kana`] and [`hiragana_to_katakana`] first.
///
/// Source: 住民記録システム標準仕様書 1.1.18.
pub fn is_katakana_name(text: &str) -> bool {
    text.split('\u{3000}').all(|part| {
        part.chars().any(|c| matches!(c, 'ァ'..='ヺ'))
            && part.chars().all(|c| matches!(c, 'ァ'..='ヺ' | 'ー' | '・'))
    })
}

/// The characters as a reader counts them: a scalar with the variation selector that follows it (異体字セレクタ).
pub fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices();
        chars.next()?;
        let end = match chars.next() {
            Some((at, c)) if is_variation_selector(c) => at + c.len_utf8(),
            Some((at, _)) => at,
            None => rest.len(),
        };
        let (cluster, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(cluster)
    })
}

/// How many characters a reader counts; the unit of every length limit.
pub fn cluster_count(text: &str) -> usize {
    clusters(text).count()
}

/// Whether a character selects a glyph of the one before it (FE00-FE0F, E0100-E01EF).
pub fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Hiragana as katakana; the rest as it is.
pub fn hiragana_to_katakana(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => {
                u32::from(c).checked_add(0x60).and_then(char::from_u32).unwrap_or(c)
            }
            _ => c,
        })
        .collect()
}

/// Half-width kana (半角カナ) and their signs as full-width, a voiced mark joined to its kana; the rest as it is.
/// A kana followed by a combining mark (U+3099, U+309A) is joined too.
pub fn to_full_width_kana(text: &str) -> String {
    let mut wide = String::with_capacity(text.len());
    for c in text.chars() {
        let mark = match c {
            'ﾞ' | '\u{3099}' => Some(1),
            'ﾟ' | '\u{309A}' => Some(2),
            _ => None,
        };
        if let Some(mark) = mark {
            let joined = wide.chars().next_back().and_then(|last| with_mark(last, mark));
            if let Some(joined) = joined {
                wide.pop();
                wide.push(joined);
            } else if matches!(c, 'ﾞ' | 'ﾟ') {
                wide.push(if mark == 1 { '゛' } else { '゜' });
            } else {
                wide.push(c);
            }
            continue;
        }
        wide.push(full_width(c));
    }
    wide
}

/// Half-width letters, digits, signs, spaces and kana as full-width (全角), the way names are held; the apostrophe is the one of
/// JIS X 0208.
pub fn to_full_width(text: &str) -> String {
    let widen = |c| match c {
        ' ' => '\u{3000}',
        '\'' => '’',
        '"' => '”',
        '!'..='~' => u32::from(c).checked_add(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        other => other,
    };
    to_full_width_kana(text).chars().map(widen).collect()
}

const HALF: &str = "｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ";
const FULL: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

fn full_width(c: char) -> char {
    if !matches!(c, '\u{FF61}'..='\u{FF9D}') {
        return c;
    }
    HALF.chars().zip(FULL.chars()).find(|(half, _)| *half == c).map_or(c, |(_, full)| full)
}

/// Kana with a voiced (1) or semi-voiced (2) mark. The table of characters has them right after the plain one.
fn with_mark(plain: char, mark: u32) -> Option<char> {
    let voiced = matches!(
        plain,
        'カ' | 'キ'
            | 'ク'
            | 'ケ'
            | 'コ'
            | 'サ'
            | 'シ'
            | 'ス'
            | 'セ'
            | 'ソ'
            | 'タ'
            | 'チ'
            | 'ツ'
            | 'テ'
            | 'ト'
            | 'か'
            | 'き'
            | 'く'
            | 'け'
            | 'こ'
            | 'さ'
            | 'し'
            | 'す'
            | 'せ'
            | 'そ'
            | 'た'
            | 'ち'
            | 'つ'
            | 'て'
            | 'と'
    );
    let both = matches!(plain, 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ' | 'は' | 'ひ' | 'ふ' | 'へ' | 'ほ');
    if both || (voiced && mark == 1) {
        return u32::from(plain).checked_add(mark).and_then(char::from_u32);
    }
    match (plain, mark) {
        ('ウ', 1) => Some('ヴ'),
        ('う', 1) => Some('ゔ'),
        ('ワ', 1) => Some('ヷ'),
        ('ヲ', 1) => Some('ヺ'),
        _ => None,
    }
}

/// Spaces, dashes and marks that make no difference.
fn is_ignored(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            'ー' | '―'
                | '－'
                | '‐'
                | 'ｰ'
                | '-'
                | '−'
                | '–'
                | '—'
                | '゛'
                | '゜'
                | '\u{3099}'
                | '\u{309A}'
                | '・'
        )
}

/// The kana of the row of ハ that a small vowel after ヴ makes.
fn small_vowel_of_ha(vowel: char) -> Option<char> {
    match vowel {
        'ァ' => Some('ハ'),
        'ィ' => Some('ヒ'),
        'ェ' => Some('ヘ'),
        'ォ' => Some('ホ'),
        _ => None,
    }
}

fn is_o_column(c: char) -> bool {
    matches!(c, 'オ' | 'コ' | 'ソ' | 'ト' | 'ノ' | 'ホ' | 'モ' | 'ヨ' | 'ロ')
}

/// One kana without voiced mark and size. ヂ goes to シ and ヅ to ス, as the standard's examples have it.
fn base_kana(c: char) -> char {
    match c {
        'ァ' => 'ア',
        'ィ' | 'ヰ' | 'ヸ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' | 'ヱ' | 'ヹ' => 'エ',
        'ォ' | 'ヲ' | 'ヺ' => 'オ',
        'ガ' | 'ヵ' => 'カ',
        'ギ' => 'キ',
        'グ' => 'ク',
        'ゲ' | 'ヶ' => 'ケ',
        'ゴ' => 'コ',
        'ザ' => 'サ',
        'ジ' | 'ヂ' => 'シ',
        'ズ' | 'ヅ' => 'ス',
        'ゼ' => 'セ',
        'ゾ' => 'ソ',
        'ダ' => 'タ',
        'ッ' => 'ツ',
        'デ' => 'テ',
        'ド' => 'ト',
        'バ' | 'パ' | 'ワ' | 'ヮ' | 'ヷ' => 'ハ',
        'ビ' | 'ピ' => 'ヒ',
        'ブ' | 'プ' | 'ヴ' => 'フ',
        'ベ' | 'ペ' => 'ヘ',
        'ボ' | 'ポ' => 'ホ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        _ => c,
    }
}
