//! The tables a program has: what is built in, and the packs of the town.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};

use crate::builtin;
use crate::charset::{Charset, Ebcdic};
use crate::cluster::{Cluster, Pairs};
use crate::code::Code;
use crate::compiled::{Compiled, Direction, Draft, Framing};
use crate::data::{self, SingleByte};
use crate::decode::{DecodeEngine, Decoder};
use crate::encode::{EncodeEngine, Encoder};
use crate::error::CodecError;
use crate::gaiji::Gaiji;
use crate::jef::Jef;
use crate::options::{Field, Ivs, JefMap, Options, ShiftIn};
use crate::pack::{CodeTable, Pack, PackTable, private};
use crate::policy::Policy;
use crate::unicode::{Private, UnicodePolicy};

/// All tables (変換表) a program converts with. Cheap to clone; what was compiled once is shared.
#[derive(Clone, Default)]
pub struct Tables {
    jef: Option<Arc<Jef>>,
    codes: BTreeMap<String, Arc<CodeTable>>,
    packs: Vec<Pack>,
    pairs: Arc<Pairs>,
    compiled: Arc<Mutex<HashMap<Key, Arc<Compiled>>>>,
}

/// What a compiled table depends on, the town's own characters aside.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    charset: Charset,
    map: JefMap,
    ivs: Ivs,
    shift_in: ShiftIn,
}

impl Tables {
    /// What needs no pack.
    #[must_use]
    pub fn built_in() -> Self {
        Self::default()
    }

    /// The same with packs; of two packs for one charset the later counts.
    #[must_use]
    pub fn with_packs(packs: impl IntoIterator<Item = Pack>) -> Self {
        let mut tables = Self::default();
        for pack in packs {
            match &pack.table {
                PackTable::Jef(jef) => {
                    tables.pairs = Arc::new(Pairs::new(jef.pairs.iter().copied()));
                    tables.jef = Some(jef.clone());
                }
                PackTable::Code(table) => {
                    tables.codes.insert(table.name.clone(), table.clone());
                }
            }
            tables.packs.retain(|other| other.name() != pack.name());
            tables.packs.push(pack);
        }
        tables
    }

    /// The packs that are loaded.
    #[must_use]
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// Whether JEF's extended area and its exact glyphs are there (JEF拡張漢字).
    #[must_use]
    pub fn has_jef_pack(&self) -> bool {
        self.jef.is_some()
    }

    /// Scalars that form one cluster with a voiced mark, by the packs that are loaded.
    #[must_use]
    pub fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    /// An encoder for one charset and one link's options.
    ///
    /// # Errors
    /// [`CodecError`] if the charset's pack is not loaded, a substitute is not in the charset, or a row of the town's own
    /// table does not fit it.
    pub fn encoder(&self, charset: &Charset, options: &Options) -> Result<Encoder, CodecError> {
        let engine = match self.unicode(charset, options)? {
            Some(policy) => EncodeEngine::Unicode(policy),
            None => {
                let table = self.table(charset, options)?;
                let one = |field, wanted: Option<Cluster>, usual: char| {
                    let cluster = wanted.unwrap_or(Cluster::of(usual));
                    let code = table.code(field, cluster);
                    let missing = CodecError::Substitute { charset: charset.clone(), cluster };
                    match (code, wanted) {
                        (None, Some(_)) => Err(missing),
                        (code, _) => Ok(code.map(|code| (code, table.text(code).unwrap_or(cluster)))),
                    }
                };
                let substitute = one(Field::Mixed, options.substitute, '〓')?;
                let substitute_single = one(Field::Single, options.substitute_single, '?')?;
                EncodeEngine::Table(Policy { table, options: options.clone(), substitute, substitute_single })
            }
        };
        Ok(Encoder { charset: charset.clone(), engine })
    }

    /// A decoder for one charset and one link's options.
    ///
    /// # Errors
    /// As [`encoder`](Self::encoder).
    pub fn decoder(&self, charset: &Charset, options: &Options) -> Result<Decoder, CodecError> {
        let engine = match self.unicode(charset, options)? {
            Some(policy) => DecodeEngine::Unicode(policy),
            None => DecodeEngine::Table(self.table(charset, options)?),
        };
        Ok(Decoder { charset: charset.clone(), options: options.clone(), engine })
    }

    /// A charset that is Unicode or built on it.
    fn unicode(&self, charset: &Charset, options: &Options) -> Result<Option<UnicodePolicy>, CodecError> {
        let policy = |base: &Charset, private: Option<Private>| {
            UnicodePolicy::new(base.clone(), options, self.pairs.clone(), private.map(Arc::new))
        };
        if charset.is_unicode() {
            let own = options.gaiji.as_deref();
            let private = own.map(|gaiji| private_rows(charset, gaiji, None)).transpose()?;
            return Ok(Some(policy(charset, private)));
        }
        let Charset::Pack(name) = charset else { return Ok(None) };
        let table = self.codes.get(name.as_ref());
        let table = table.ok_or_else(|| CodecError::NoTable { charset: charset.clone() })?;
        let Some(base) = table.base.as_ref().filter(|base| base.is_unicode()) else { return Ok(None) };
        let rows = Private::of_pack(table, options.ivs);
        let private = match options.gaiji.as_deref() {
            Some(gaiji) => private_rows(charset, gaiji, Some(rows))?,
            None => rows,
        };
        Ok(Some(policy(base, Some(private))))
    }

    fn table(&self, charset: &Charset, options: &Options) -> Result<Arc<Compiled>, CodecError> {
        let key =
            Key { charset: charset.clone(), map: options.map, ivs: options.ivs, shift_in: options.shift_in };
        if let Some(gaiji) = &options.gaiji {
            // A town's own table makes a table of its own; it is not kept, for each link compiles once.
            let mut draft = self.draft(&key)?;
            add_gaiji(&mut draft, charset, gaiji)?;
            return Ok(Arc::new(draft.compile()));
        }
        let known = self.compiled.lock().ok().and_then(|known| known.get(&key).cloned());
        if let Some(table) = known {
            return Ok(table);
        }
        let table = Arc::new(self.draft(&key)?.compile());
        if let Ok(mut known) = self.compiled.lock() {
            return Ok(known.entry(key).or_insert(table).clone());
        }
        Ok(table)
    }

    fn draft(&self, key: &Key) -> Result<Draft, CodecError> {
        let jef = |ebcdic: Ebcdic| match &self.jef {
            Some(jef) => jef.draft(ebcdic, key.map, key.ivs, key.shift_in),
            None => Jef::standard().draft(ebcdic, key.map, key.ivs, key.shift_in),
        };
        let mut draft = match &key.charset {
            Charset::Windows31J => builtin::windows_31j(),
            Charset::EucJp => builtin::euc_jp(),
            Charset::Ibm930 => builtin::ibm(SingleByte::IBM_930),
            Charset::Ibm939 => builtin::ibm(SingleByte::IBM_939),
            Charset::Jef(ebcdic) => jef(*ebcdic),
            Charset::Juki => juki(),
            Charset::Pack(name) => {
                let table = self.codes.get(name.as_ref());
                let table = table.ok_or_else(|| CodecError::NoTable { charset: key.charset.clone() })?;
                let mut draft = match &table.base {
                    Some(base) => self.draft(&Key { charset: base.clone(), ..key.clone() })?,
                    None => Draft::new("", Framing::Pairs),
                };
                table.add_to(&mut draft, key.ivs);
                draft
            }
            Charset::Utf8 { .. } | Charset::Utf16 { .. } | Charset::Utf32 { .. } => {
                return Err(CodecError::NoTable { charset: key.charset.clone() });
            }
        };
        if draft.pairs == Pairs::default() {
            draft.pairs = (*self.pairs).clone();
        }
        Ok(draft)
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").field("packs", &self.packs).finish_non_exhaustive()
    }
}

/// The unified characters of the resident registry network: codes of MJ numbers.
fn juki() -> Draft {
    let list = data::mj();
    let mut draft = Draft::new(list.table().version(), Framing::Pairs);
    for mj in list.all() {
        let (Some(juki), Some(sequence)) = (mj.juki, mj.sequence()) else { continue };
        let (code, sequence) = (Code::double(juki.0), Cluster::from(sequence));
        draft.codes.push((code, sequence, Direction::Both));
        let standardized = mj.standardized.and_then(|selector| Cluster::with_selector(mj.ucs?, selector));
        let bare = mj.implemented.map(Cluster::of);
        for other in [standardized, bare].into_iter().flatten().filter(|&other| other != sequence) {
            draft.codes.push((code, other, Direction::EncodeOnly));
        }
    }
    draft
}

impl CodeTable {
    fn clusters(&self, ivs: Ivs) -> impl Iterator<Item = (Code, Cluster)> {
        self.readings.iter().map(move |reading| (reading.code, reading.cluster(ivs)))
    }

    fn add_to(&self, draft: &mut Draft, ivs: Ivs) {
        draft.name = self.version.clone();
        draft.pairs = Pairs::new(self.pairs.iter().copied());
        draft.own.extend(self.clusters(ivs).map(|(code, cluster)| (code, cluster, Direction::Both)));
        let spellings =
            self.writings.iter().map(|&(cluster, code, _)| (code, cluster, Direction::EncodeOnly));
        draft.own.extend(spellings);
    }
}

impl Private {
    fn of_pack(table: &CodeTable, ivs: Ivs) -> Self {
        let mut rows = Self { name: table.version.clone(), of: HashMap::new(), back: HashMap::new() };
        for (code, cluster) in table.clusters(ivs) {
            rows.put(private(code), Some(cluster));
        }
        for &(cluster, code, _) in &table.writings {
            if let Some(scalar) = private(code) {
                rows.of.entry(cluster).or_insert(scalar);
            }
        }
        rows
    }

    fn put(&mut self, scalar: Option<char>, cluster: Option<Cluster>) {
        let Some(scalar) = scalar else { return };
        self.back.insert(scalar, cluster);
        if let Some(cluster) = cluster {
            self.of.insert(cluster, scalar);
        }
    }
}

/// The town's own rows for a Unicode charset: codes are private scalars.
fn private_rows(charset: &Charset, gaiji: &Gaiji, under: Option<Private>) -> Result<Private, CodecError> {
    let mut rows =
        under.unwrap_or(Private { name: "unicode".to_owned(), of: HashMap::new(), back: HashMap::new() });
    rows.name = format!("{} + {}", rows.name, gaiji.version());
    for row in &gaiji.rows {
        let scalar = u32::from_str_radix(&row.code, 16).ok().and_then(char::from_u32);
        if scalar.is_none() {
            let code = row.code.clone();
            return Err(CodecError::Gaiji { charset: charset.clone(), line: row.line, code });
        }
        rows.put(scalar, row.cluster);
    }
    Ok(rows)
}

/// The town's own rows for a charset with a table.
fn add_gaiji(draft: &mut Draft, charset: &Charset, gaiji: &Gaiji) -> Result<(), CodecError> {
    let mut own = Vec::new();
    for row in &gaiji.rows {
        let code = Code::parse_hex(&row.code).filter(|code| draft.holds(*code)).ok_or_else(|| {
            CodecError::Gaiji { charset: charset.clone(), line: row.line, code: row.code.clone() }
        })?;
        match row.cluster {
            Some(cluster) => own.push((code, cluster, Direction::Both)),
            None => {
                draft.own_unused.insert(code);
            }
        }
    }
    // The town's rows stand before a pack's.
    draft.own.splice(0..0, own);
    draft.name = format!("{} + {}", draft.name, gaiji.version());
    Ok(())
}
