//! The MJ shrink map (MJ縮退マップ): from each MJ character to characters of JIS X 0213 that may stand for it.

use std::sync::LazyLock;

use super::number::{MjNumber, X0213};
use super::table::{Table, numbered, of_number};

/// The map, compiled in. Parsed on the first call, some milliseconds.
pub fn shrink() -> &'static ShrinkMap {
    static MAP: LazyLock<ShrinkMap> = LazyLock::new(ShrinkMap::parse);
    &MAP
}

/// A table of the map: why one character may stand for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShrinkTable {
    /// 1: JIS包摂規準・UCS統合規則. The same character by the unification rules of the standards.
    Unification,
    /// 2: 法務省告示582号別表第四の一. With a rank.
    Notice582First,
    /// 3: 法務省告示582号別表第四の二. With a rank.
    Notice582Second,
    /// 4: 戸籍統一文字情報 親字・正字. With hops.
    KosekiParent,
    /// 5: 誤字俗字・正字一覧表, unmarked.
    Circular2842,
    /// 6: 誤字俗字・正字一覧表, popular form (俗字).
    Circular2842Popular,
    /// 7: 誤字俗字・正字一覧表, different character (別字). Never automatically.
    Circular2842Different,
    /// 8: 正字・俗字等対照表.
    Notice5202,
    /// 9: by reading or form.
    Analogy,
    /// 10: related in dictionaries.
    Dictionaries,
}

impl ShrinkTable {
    /// The tables in the order in which a conversion asks them. [`Circular2842Different`](Self::Circular2842Different) is not
    /// among them.
    pub const ASKED: [Self; 9] = [
        Self::Unification,
        Self::KosekiParent,
        Self::Circular2842,
        Self::Circular2842Popular,
        Self::Notice5202,
        Self::Notice582First,
        Self::Notice582Second,
        Self::Analogy,
        Self::Dictionaries,
    ];

    /// The number under which reports name the table, 1 to 10.
    pub fn number(self) -> u8 {
        match self {
            Self::Unification => 1,
            Self::Notice582First => 2,
            Self::Notice582Second => 3,
            Self::KosekiParent => 4,
            Self::Circular2842 => 5,
            Self::Circular2842Popular => 6,
            Self::Circular2842Different => 7,
            Self::Notice5202 => 8,
            Self::Analogy => 9,
            Self::Dictionaries => 10,
        }
    }

    /// The table of a number.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ASKED.into_iter().chain([Self::Circular2842Different]).find(|table| table.number() == number)
    }

    /// The table's name (表の名称).
    pub fn name(self) -> &'static str {
        match self {
            Self::Unification => "JIS包摂規準・UCS統合規則",
            Self::Notice582First => "法務省告示582号別表第四の一",
            Self::Notice582Second => "法務省告示582号別表第四の二",
            Self::KosekiParent => "戸籍統一文字情報 親字・正字",
            Self::Circular2842 => "民一2842号通達別表 誤字俗字・正字一覧表",
            Self::Circular2842Popular => "民一2842号通達別表 誤字俗字・正字一覧表(俗字)",
            Self::Circular2842Different => "民一2842号通達別表 誤字俗字・正字一覧表(別字)",
            Self::Notice5202 => "民二5202号通知別表 正字・俗字等対照表",
            Self::Analogy => "読み・字形による類推",
            Self::Dictionaries => "辞書類等による関連字",
        }
    }

    /// Where the table comes from (典拠).
    pub fn source(self) -> &'static str {
        match self {
            Self::Unification => "JIS X 0213及びISO/IEC 10646",
            Self::Notice582First | Self::Notice582Second => {
                "在留カード等に係る漢字氏名の表記等に関する告示(平成23年法務省告示第582号)"
            }
            Self::KosekiParent => "戸籍統一文字情報(法務省)",
            Self::Circular2842 | Self::Circular2842Popular | Self::Circular2842Different => {
                "平成16年10月14日付け法務省民一第2842号民事局長通達"
            }
            Self::Notice5202 => "法務省民二第5202号通知",
            Self::Analogy | Self::Dictionaries => "MJ縮退マップ(文字情報技術促進協議会)",
        }
    }
}

/// One target of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShrinkRow {
    /// Why.
    pub table: ShrinkTable,
    /// 順位, in the two tables of notice 582.
    pub rank: Option<u8>,
    /// ホップ数, in the table of the family register: how many parents up.
    pub hops: Option<u8>,
    /// The character that may stand for it.
    pub ucs: char,
    /// Its place in JIS X 0213.
    pub x0213: X0213,
}

/// The map.
pub struct ShrinkMap {
    /// Targets by number, as in the file; taken apart when asked for.
    rows: Vec<(MjNumber, &'static str)>,
    /// Places of the targets, by character.
    places: Vec<(char, X0213)>,
}

impl ShrinkMap {
    pub(super) const TABLE: Table =
        Table::new("mj-shrink", "1.2.0", include_str!("../../data/mj-shrink.tsv"));

    /// Name and version.
    pub fn table(&self) -> Table {
        Self::TABLE
    }

    /// What may stand for a character, the first choice first: by table ([`ShrinkTable::ASKED`]), rank or hops, code point.
    pub fn of(&self, number: MjNumber) -> impl Iterator<Item = ShrinkRow> + use<'_> {
        self.all_of(number).filter(|row| row.table != ShrinkTable::Circular2842Different)
    }

    /// As [`of`](Self::of), and behind it what must not stand for the character automatically, for people to see.
    pub fn all_of(&self, number: MjNumber) -> impl Iterator<Item = ShrinkRow> + use<'_> {
        let entries = of_number(&self.rows, number).unwrap_or_default().split(' ');
        entries.filter_map(entry).flat_map(move |(table, step, chars)| {
            let has_rank = matches!(table, ShrinkTable::Notice582First | ShrinkTable::Notice582Second);
            let (rank, hops) = if has_rank { (step, None) } else { (None, step) };
            chars.chars().filter_map(move |ucs| {
                let x0213 = self.place(ucs)?;
                Some(ShrinkRow { table, rank, hops, ucs, x0213 })
            })
        })
    }

    /// The numbers that have targets, ascending.
    pub fn numbers(&self) -> impl ExactSizeIterator<Item = MjNumber> {
        self.rows.iter().map(|&(number, _)| number)
    }

    fn place(&self, c: char) -> Option<X0213> {
        let at = self.places.binary_search_by_key(&c, |&(c, _)| c).ok()?;
        self.places.get(at).map(|&(_, place)| place)
    }

    fn parse() -> Self {
        let is_chart = |line: &&str| line.split('\t').next().is_some_and(|column| column.contains('-'));
        let mut places: Vec<(char, X0213)> =
            Self::TABLE.lines().take_while(is_chart).filter_map(places).flatten().collect();
        places.sort_unstable();
        let rows = numbered(Self::TABLE.lines().skip_while(is_chart)).collect();
        Self { rows, places }
    }
}

/// Reads a line of the first part: the place of the first character, and characters.
pub(super) fn places(line: &'static str) -> Option<impl Iterator<Item = (char, X0213)>> {
    let (first, chars) = line.split_once('\t')?;
    let first: X0213 = first.parse().ok()?;
    let fits = chars.chars().count() <= first.on().count();
    fits.then(|| chars.chars().zip(first.on()))
}

/// Reads `table[.rank]targets`.
pub(super) fn entry(text: &str) -> Option<(ShrinkTable, Option<u8>, &str)> {
    let (head, chars) = text.split_at(text.find(|c: char| !c.is_ascii())?);
    let (table, step) = match head.split_once('.') {
        Some((table, step)) => (table, Some(step.parse().ok()?)),
        None => (head, None),
    };
    Some((ShrinkTable::of_number(table.parse().ok()?)?, step, chars))
}
