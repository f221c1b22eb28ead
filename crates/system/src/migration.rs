//! What a register offers for data migration (データ移行): the items of its rows as text, whatever reads and writes them.

/// What an item's text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationForm {
    /// Any characters.
    Text,
    /// Katakana.
    Kana,
    /// A number of so many digits that may be filled with zeros on the left (宛名番号 and the like).
    Digits(usize),
    /// A count without leading zeros.
    Number,
    /// A code of a list.
    Code,
    /// A day of the calendar, `1985-04-01`.
    Date,
    /// A date that may be unknown in part, in the register notation.
    RegisterDate,
    /// 0 or 1; blank is 0.
    Flag,
    /// Several values as a JSON array, or one value as it is.
    List,
}

/// What is usual of an item in a whole town; what is not shows that the mapping may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usual {
    /// Nothing is said.
    Anything,
    /// Filled in nearly every row, and not in katakana alone (氏名).
    Name,
    /// Blank in most rows (旧氏, 通称).
    Rare,
    /// Not before the date of this other item (住民となった年月日 and 生年月日).
    NotBefore(&'static str),
}

/// One item of a row that is migrated (移行項目).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationItem {
    /// `snake_case` ASCII; what mappings call it.
    pub name: &'static str,
    /// The Japanese item name (項目名); the heading of exports.
    pub title: &'static str,
    /// What its text holds.
    pub form: MigrationForm,
    /// Whether a row without it cannot be taken.
    pub required: bool,
    /// Whether it is 個人番号 or 住民票コード: never shown, compared in memory only.
    pub secret: bool,
    /// What is usual of it.
    pub usual: Usual,
}

impl MigrationItem {
    /// An item that may be blank.
    pub const fn new(name: &'static str, title: &'static str, form: MigrationForm) -> Self {
        Self { name, title, form, required: false, secret: false, usual: Usual::Anything }
    }

    /// The same item, never blank.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same item, never shown.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The same item with what is usual of it.
    #[must_use]
    pub const fn usually(mut self, usual: Usual) -> Self {
        self.usual = usual;
        self
    }
}

/// Rows of one kind that are migrated (移行する表).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationTable {
    /// What mappings call it, such as `person`.
    pub id: &'static str,
    /// The Japanese name.
    pub title: &'static str,
    /// Its items, in order.
    pub items: Vec<MigrationItem>,
    /// Items by whose values rows are counted in the reconciliation.
    pub counted_by: Vec<&'static str>,
}

impl MigrationTable {
    /// The place of an item.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.items.iter().position(|item| item.name == name)
    }
}
