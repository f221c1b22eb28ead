//! All that is known of a character (文字の素性): its codes in every charset, its glyphs, what may stand for it.

mod ask;

use crate::charset::{Charset, Ebcdic};
use crate::cluster::Cluster;
use crate::data::{self, Change, Hentaigana, JukiCode, Mj, MjNumber, Registration, ShrinkRow, ShrinkTable};
use crate::options::{Field, Ivs, JefMap, Options};
use crate::tables::Tables;
pub use ask::{AskError, Asked, ask};

/// What is known of a character.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The question as it was put.
    pub asked: String,
    /// The character; none for an MJ number that no Unicode text shows.
    pub cluster: Option<Cluster>,
    /// The MJ number of exactly this glyph (MJ文字図形名).
    pub number: Option<MjNumber>,
    /// Its code in every charset.
    pub codes: Vec<CodeRow>,
    /// All glyphs of its base character in the MJ list, by number.
    pub glyphs: Vec<Glyph>,
    /// The sequences that are registered with its base character (異体字シーケンス).
    pub sequences: Vec<SequenceRow>,
    /// What may stand for it (縮退先), the first choice first.
    pub shrinks: Vec<ShrinkRow>,
    /// What the list of hentaigana (変体仮名) says of it.
    pub hentaigana: Option<&'static Hentaigana>,
    /// What a person should know, in Japanese.
    pub notes: Vec<String>,
}

/// The code of a character in a charset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRow {
    /// The charset's name.
    pub charset: String,
    /// The link options under which it is so, empty where they do not matter.
    pub view: String,
    /// The bytes without shift codes, empty where the charset does not have the character.
    pub bytes: Vec<u8>,
    /// What the bytes read back as, if that is another text.
    pub back: Option<String>,
}

/// A glyph (文字図形) of a base character.
#[derive(Clone, Copy, Debug)]
pub struct Glyph {
    /// Its entry in the MJ list.
    pub mj: &'static Mj,
    /// Whether it is the one that was asked for.
    pub is_asked: bool,
    /// Whether the base character shows it by itself.
    pub is_default: bool,
}

/// A registered sequence of a base character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SequenceRow {
    /// The variation selector.
    pub selector: char,
    /// The collections that have it.
    pub registration: Registration,
    /// Whether it is the one that was asked for.
    pub is_asked: bool,
}

impl Sheet {
    /// Whether a conversion takes a simpler form without being told: all tables but 別字.
    #[must_use]
    pub fn is_automatic(row: &ShrinkRow) -> bool {
        row.table != ShrinkTable::Circular2842Different
    }
}

/// Gathers what is known.
#[must_use]
pub fn sheet(tables: &Tables, asked: &Asked) -> Sheet {
    let list = data::mj();
    let cluster = asked.cluster;
    let by_cluster = cluster
        .filter(|cluster| cluster.mark().is_none())
        .and_then(|cluster| list.by_sequence(cluster.base(), cluster.selector()));
    let number = asked.number.or_else(|| by_cluster.map(|mj| mj.number));
    let exact = number.and_then(|number| list.get(number));
    let base = unified(cluster, exact);
    let default = base.and_then(|base| list.by_sequence(base, None)).map(|mj| mj.number);
    let of_base = base.into_iter().flat_map(|base| list.by_base(base));
    let glyph = |mj: &'static Mj| Glyph {
        mj,
        is_asked: Some(mj.number) == number,
        is_default: Some(mj.number) == default,
    };
    let mut glyphs: Vec<Glyph> = of_base.map(glyph).collect();
    if glyphs.is_empty() {
        glyphs.extend(exact.map(glyph));
    }
    let selector = cluster.and_then(Cluster::selector);
    let sequences = base
        .into_iter()
        .flat_map(|base| data::ivd().selectors(base))
        .map(|(found, registration)| SequenceRow {
            selector: found,
            registration,
            is_asked: Some(found) == selector,
        })
        .collect();
    // A glyph that is not in the list is shrunk as its base is, as conversions do.
    let shrunk = number.or(default).or_else(|| glyphs.first().map(|glyph| glyph.mj.number));
    let shrinks = shrunk.into_iter().flat_map(|number| data::shrink().all_of(number)).collect();
    let hentaigana = data::hentaigana().iter().find(|kana| {
        Some(kana.number) == asked.number
            || (kana.char.is_some() && kana.char == cluster.and_then(Cluster::single))
    });
    let mut found = Sheet {
        asked: asked.question.clone(),
        cluster,
        number: number.or(hentaigana.map(|kana| kana.number)),
        codes: cluster.map(|cluster| codes(tables, cluster)).unwrap_or_default(),
        glyphs,
        sequences,
        shrinks,
        hentaigana,
        notes: Vec::new(),
    };
    found.notes = notes(tables, &found, base);
    found
}

/// The character whose variants are meant: a compatibility ideograph is one of its unified ideograph's glyphs.
fn unified(cluster: Option<Cluster>, exact: Option<&Mj>) -> Option<char> {
    let alone = |cluster: Cluster| data::mj().by_sequence(cluster.base(), None).and_then(|mj| mj.ucs);
    exact.and_then(|mj| mj.ucs).or_else(|| cluster.map(|cluster| alone(cluster).unwrap_or(cluster.base())))
}

/// The character's codes, charset by charset.
fn codes(tables: &Tables, cluster: Cluster) -> Vec<CodeRow> {
    use Field::{Double, Mixed, Single};
    let probe = Probe { tables, text: cluster.to_string() };
    let plain = Options::default();
    let utf16 = Charset::Utf16 { endian: crate::Endian::Big, bom: false };
    let mut rows = vec![
        probe.row("UTF-8", &Charset::UTF_8, &plain, Mixed),
        probe.row("UTF-16BE", &utf16, &plain, Mixed),
        probe.row("Windows-31J", &Charset::Windows31J, &plain, Mixed),
        probe.row("EUC-JP", &Charset::EucJp, &plain, Mixed),
    ];
    for (name, ebcdic) in
        [("EBCDICカナ", Ebcdic::Kana), ("EBCDIC英小文字", Ebcdic::Lower), ("EBCDIC ASCII", Ebcdic::Ascii)]
    {
        rows.push(probe.row(name, &Charset::Jef(ebcdic), &plain, Single));
    }
    rows.extend(probe.jef());
    rows.push(probe.row("IBM-930 1バイト", &Charset::Ibm930, &plain, Single));
    rows.push(probe.row("IBM-939 1バイト", &Charset::Ibm939, &plain, Single));
    rows.push(probe.row("IBM漢字", &Charset::Ibm930, &plain, Double));
    rows.push(probe.row("住基ネット統一文字", &Charset::Juki, &plain, Mixed));
    for pack in tables.packs().iter().filter(|pack| pack.name() != "JEF") {
        rows.push(probe.row(pack.name(), &Charset::Pack(pack.name().into()), &plain, Mixed));
    }
    rows
}

/// Writes one character in many ways.
struct Probe<'a> {
    tables: &'a Tables,
    text: String,
}

impl Probe<'_> {
    fn row(&self, name: &str, charset: &Charset, options: &Options, field: Field) -> CodeRow {
        let (mut bytes, mut back) = (Vec::new(), None);
        if let Ok(encoder) = self.tables.encoder(charset, options)
            && encoder.encode(field, &self.text, &mut bytes, &mut Vec::new()).is_ok()
        {
            back = self.read(charset, options, field, &bytes).filter(|read| *read != self.text);
        }
        CodeRow { charset: name.to_owned(), view: String::new(), bytes, back }
    }

    fn read(&self, charset: &Charset, options: &Options, field: Field, bytes: &[u8]) -> Option<String> {
        let mut text = String::new();
        let decoder = self.tables.decoder(charset, options).ok()?;
        decoder.decode(field, bytes, &mut text, &mut Vec::new()).ok()?;
        Some(text)
    }

    /// JEF in all its views, those with the same outcome together.
    fn jef(&self) -> Vec<CodeRow> {
        let mut rows: Vec<(CodeRow, Vec<(JefMap, Ivs)>)> = Vec::new();
        for ivs in [Ivs::Mj, Ivs::Aj1, Ivs::Plain] {
            for map in [JefMap::Face, JefMap::Pc, JefMap::Area] {
                let options = Options { map, ivs, ..Options::default() };
                let row = self.row("JEF", &Charset::Jef(Ebcdic::Kana), &options, Field::Double);
                match rows.iter_mut().find(|(other, _)| *other == row) {
                    Some((_, views)) => views.push((map, ivs)),
                    None => rows.push((row, vec![(map, ivs)])),
                }
            }
        }
        rows.into_iter().map(|(row, views)| CodeRow { view: view(&views), ..row }).collect()
    }
}

/// Names views: `map=face,pc ivs=mj`. All nine are nothing to speak of.
fn view(views: &[(JefMap, Ivs)]) -> String {
    let maps = [(JefMap::Face, "face"), (JefMap::Pc, "pc"), (JefMap::Area, "area")];
    let collections = [(Ivs::Mj, "mj"), (Ivs::Aj1, "aj1"), (Ivs::Plain, "plain")];
    let maps_of = |ivs: Ivs| -> Vec<&str> {
        maps.iter().filter(|(map, _)| views.contains(&(*map, ivs))).map(|&(_, name)| name).collect()
    };
    let mut groups: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for (ivs, name) in collections {
        let maps = maps_of(ivs);
        match groups.iter_mut().find(|(other, _)| *other == maps) {
            _ if maps.is_empty() => {}
            Some((_, names)) => names.push(name),
            None => groups.push((maps, vec![name])),
        }
    }
    let words: Vec<String> = groups
        .iter()
        .map(|(maps, names)| {
            let map = (maps.len() < 3).then(|| format!("map={}", maps.join(",")));
            let ivs = (names.len() < 3).then(|| format!("ivs={}", names.join(",")));
            let words: Vec<String> = [map, ivs].into_iter().flatten().collect();
            words.join(" ")
        })
        .collect();
    words.join(" / ")
}

/// What a person should know.
fn notes(tables: &Tables, sheet: &Sheet, base: Option<char>) -> Vec<String> {
    let mut notes = Vec::new();
    let Some(cluster) = sheet.cluster else {
        notes.push("この文字図形を表すUnicodeの文字はありません".to_owned());
        return notes;
    };
    let first = cluster.base();
    if is_private(first) {
        notes.push("私用領域の文字です。何の文字かは団体・システムごとの外字表で決まります".to_owned());
    }
    if let Some(selector) = cluster.selector()
        && !is_registered(first, selector)
    {
        notes.push(format!(
            "{} は登録された異体字シーケンスではありません（{}）",
            cluster.code_points(),
            data::ivd().table().version()
        ));
    }
    if let Some(base) = base.filter(|&base| base != first) {
        notes.push(format!("正規化（NFC）すると「{base}」（U+{:04X}）に変わります", u32::from(base)));
    }
    if is_kanji(first) && sheet.glyphs.is_empty() {
        notes.push("MJ文字情報一覧表にありません".to_owned());
    }
    notes.extend(base.and_then(|base| changed_in_1983(base).or_else(|| changed_in_1983(first))));
    notes.extend(cluster.single().and_then(juki_of_the_same_number));
    notes.extend(cluster.single().and_then(|c| jef_of_the_bare_character(tables, c)));
    if !tables.has_jef_pack() && is_kanji(first) {
        notes.push("JEFは標準域だけで調べました（拡張漢字の変換表がありません）".to_owned());
    }
    notes
}

/// Whether a sequence is registered, or standardised.
pub(crate) fn is_registered(base: char, selector: char) -> bool {
    data::ivd().is_registered(base, selector) || data::mj().by_sequence(base, Some(selector)).is_some()
}

pub(crate) fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// Whether a scalar is an ideograph (漢字), so that the MJ list should have it.
pub(crate) fn is_kanji(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFD}')
}

fn changed_in_1983(c: char) -> Option<String> {
    let changed = data::jis_1978().find(|changed| changed.new == c || changed.old == c)?;
    let (new, old) = (changed.new, changed.old);
    Some(match changed.change {
        Change::Pair => format!(
            "1983年のJISで「{new}」と「{old}」の位置が入れ替わりました。JEFでは map の選び方で変わります"
        ),
        Change::Form | Change::Moved => {
            format!("1983年のJISで「{old}」の位置が「{new}」に変わりました。JEFでは map の選び方で変わります")
        }
    })
}

/// J+845B is not U+845B: a code of the resident network that looks like the character's may be another glyph.
fn juki_of_the_same_number(c: char) -> Option<String> {
    let code = JukiCode(u16::try_from(u32::from(c)).ok()?);
    let other = data::mj().by_juki(code)?;
    let own = data::mj().by_sequence(c, None)?;
    let sequence = Cluster::from(other.sequence()?);
    (other.number != own.number).then(|| {
        format!("{code} は U+{:04X} ではなく {}（{}）です", code.0, sequence.code_points(), other.number)
    })
}

/// Plain text meets a JEF cell whose glyph is not the one the MJ list means by the bare character.
fn jef_of_the_bare_character(tables: &Tables, c: char) -> Option<String> {
    let list = data::mj();
    let meant = list.by_sequence(c, None)?;
    let (charset, options) = (Charset::Jef(Ebcdic::Kana), Options::default());
    let (encoder, decoder) =
        (tables.encoder(&charset, &options).ok()?, tables.decoder(&charset, &options).ok()?);
    let write = |text: &str| {
        let mut bytes = Vec::new();
        encoder.encode(Field::Double, text, &mut bytes, &mut Vec::new()).ok()?;
        Some(bytes)
    };
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02X}")).collect() };
    let bytes = write(&c.to_string())?;
    let mut read = String::new();
    decoder.decode(Field::Double, &bytes, &mut read, &mut Vec::new()).ok()?;
    let shown = Cluster::parse(&read)?;
    let shown =
        list.by_sequence(shown.base(), shown.selector()).filter(|shown| shown.number != meant.number)?;
    let exact =
        meant.sequence().and_then(|sequence| write(&sequence.to_string())).filter(|exact| *exact != bytes);
    let exact = match exact {
        Some(exact) => format!("JEFの X'{}' です", hex(&exact)),
        None => "JEFにありません".to_owned(),
    };
    Some(format!(
        "異体字セレクタのない「{c}」はJEFの X'{}'（{}）になります。MJの既定の字形（{}）は{exact}",
        hex(&bytes),
        shown.number,
        meant.number
    ))
}
