use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::per::{is_file_pattern, is_plain_name};
use crate::{Assurance, Extent, Fill, Packing, Problem, RowRef, Term, Through, Timing};

/// A running link (連携): what one row of a list, or several legs of it, and one TOML file become.
///
/// The list says who gives what to whom and how often; the file says what the list leaves open. Read it with
/// [`Link::parse`], which is the only way that checks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Identifier, equal to the file name without `.toml`.
    pub id: String,
    /// Japanese title for screens and reports.
    pub title: String,
    /// The rows of linkage lists it fulfils.
    pub rows: Vec<RowRef>,
    /// What it rests on where no list has a row for it (根拠): the words of the function table, a law, an agreement.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
    /// Identifier of the sending system.
    pub source: String,
    /// Identifier of the receiving system.
    pub target: String,
    /// Dataset of the sending system, such as `resident-register/resident`.
    pub dataset: String,
    /// 方式
    pub method: Method,
    /// 時期
    pub timing: Timing,
    /// Further times of the same link (ほかの時期), where it runs at several: each run carries what changed since the one before,
    /// whichever of them that was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_at: Vec<Timing>,
    /// Who starts a run (起動): a list's 自動 or 手動.
    #[serde(default, skip_serializing_if = "is_default")]
    pub started_by: Starter,
    /// Links whose run of the same day must have arrived before a run of this one starts (先行する連携).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// 全件・差分
    pub extent: Extent,
    /// Where it goes and in what shape.
    pub delivery: Delivery,
    /// What becomes of a character the target charset does not have.
    pub unmappable: Unmappable,
    /// A delivery never carries more rows than this; what is over goes into the next one.
    pub rows_per_delivery_max: u32,
    /// Items of the dataset: one delivery carries the rows of one value of them, and those of the next value go behind it
    /// (分割), each with its own header and totals. Empty: all rows together. Only of differences to the outside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per: Vec<String>,
    /// 排他制御: while the receiver takes the data in, its online functions on the same register wait.
    pub exclusive_lock: bool,
    /// 到達保障
    pub assurance: Assurance,
    /// How many days the exact bytes of a delivery are kept after it was applied (控えの保存日数); as the town's configuration
    /// says where the link does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<u32>,
    /// The days on which it is in force (有効期間); always where the file says nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub term: Term,
    /// The link it takes over from on the first day of its term (引き継ぐ連携): it begins once that one has nothing on its way,
    /// and goes on from where that one ended; that one ends by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeds: Option<String>,
    /// What stands for items that the sender's layout does not have (補う項目), by item; only of links by which data comes in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fill: BTreeMap<String, Fill>,
    /// Rows it serves as the last of a chain of links (乗り継ぎ).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<Through>,
}

/// How data travels (連携方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// 即時連携
    Immediate,
    /// DB中継
    RelayDatabase,
    /// ファイル転送・媒体連携
    FileOrMedia,
}

/// Who starts a run (起動).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starter {
    /// 自動: the program, when it is time.
    #[default]
    Program,
    /// 手動: the staff; the timing says by when, and the monitor reminds them.
    Staff,
}

/// Where a delivery goes and in what shape (受け渡し).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Delivery {
    /// To an intake of a system of the same installation.
    InProcess {
        /// Intake of the receiving system, such as `addressee/residents`.
        intake: String,
    },
    /// To a system outside this installation, as numbered bytes in an agreed place.
    #[serde(alias = "folder")]
    Outward {
        /// Name of the place; which folder, server, relay database or address that is stands in the town's configuration.
        place: String,
        /// Record layout, such as `resident-utf16`.
        layout: String,
        /// Pattern of the file name, with `{no}` for the delivery number and, if wanted, `{date}`.
        file_name: String,
        /// Alarm when no receipt came within so many minutes; `None` waits for no receipt.
        receipt_within_minutes: Option<u32>,
        /// How the file is packed; `None` leaves it as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        packing: Option<Packing>,
    },
    /// From a system outside this installation, as numbered bytes that it puts in an agreed place.
    Inward {
        /// Name of the place.
        place: String,
        /// Record layout the sender writes.
        layout: String,
        /// Beginning of the names of its files, such as `kokuho_`; tells its files from others of the place.
        file_prefix: String,
        /// Intake that takes the rows, such as `stand-in/rows`.
        intake: String,
        /// Alarm when nothing came within so many minutes after the time of the schedule; `None` expects nothing.
        arrives_within_minutes: Option<u32>,
        /// How the files are packed; `None` when they are not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        packing: Option<Packing>,
    },
    /// Not sent but answered: the receiving side asks about one person or thing, and the newest rows are the answer (照会).
    Inquiry {
        /// The place of a system outside that is asked; none when a system of this installation is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
        /// The most persons or things one question may name.
        subjects_max: u32,
    },
}

/// What becomes of a character the target charset does not have (変換できない文字の扱い).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmappable {
    /// Hold the row back.
    Reject,
    /// Put the substitute character and report it.
    Substitute,
    /// Use a plainer form of the same character (縮退) and report it.
    Shrink,
}

/// The most persons or things one question may name: more is an extract.
const SUBJECTS_MOST: u32 = 1_000;
/// Minutes of a day: the longest interval and the longest wait for a receipt that a file may state.
pub(crate) const MINUTES_PER_DAY: u32 = 24 * 60;

impl Link {
    /// Reads one link file (`standards/links/*.toml`).
    ///
    /// # Errors
    ///
    /// The first [`Problem`]: text that is no TOML, an unknown or missing key, a value out of range, a file name that
    /// is not the link's `id`, or parts that contradict each other.
    pub fn parse(toml_text: &str, file_name: &str) -> Result<Self, Problem> {
        let toml_text = toml_text.strip_prefix('\u{feff}').unwrap_or(toml_text);
        let link: Self =
            toml::from_str(toml_text).map_err(|error| read_error(toml_text, file_name, &error))?;
        match link.fault(file_name) {
            None => Ok(link),
            Some((key, what, remedy)) => {
                let mut problem = Problem::new(file_name, what).key(key).remedy(remedy);
                problem.line = line_of_key(toml_text, key);
                Err(problem)
            }
        }
    }

    /// The charset-bearing layout of a link that writes files.
    #[must_use]
    pub fn layout(&self) -> Option<&str> {
        match &self.delivery {
            Delivery::Outward { layout, .. } | Delivery::Inward { layout, .. } => Some(layout),
            Delivery::InProcess { .. } | Delivery::Inquiry { .. } => None,
        }
    }

    /// The place of a link that reaches outside this installation.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        match &self.delivery {
            Delivery::Outward { place, .. } | Delivery::Inward { place, .. } => Some(place),
            Delivery::Inquiry { place, .. } => place.as_deref(),
            Delivery::InProcess { .. } => None,
        }
    }

    /// How the data files of a link to or from the outside are packed, if they are.
    #[must_use]
    pub fn packing(&self) -> Option<&Packing> {
        match &self.delivery {
            Delivery::Outward { packing, .. } | Delivery::Inward { packing, .. } => packing.as_ref(),
            Delivery::InProcess { .. } | Delivery::Inquiry { .. } => None,
        }
    }

    /// Key, fault and remedy of the first thing wrong with the values taken by themselves.
    fn fault(&self, file_name: &str) -> Option<(&'static str, String, &'static str)> {
        let stem = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let stem = stem.strip_suffix(".toml").unwrap_or(stem);
        let names = [
            ("id", &self.id),
            ("source", &self.source),
            ("target", &self.target),
            ("dataset", &self.dataset),
        ];
        for (key, name) in names {
            if !is_name(name, key == "dataset") {
                let what = format!("「{name}」は名前として使えません");
                return Some((key, what, "英小文字、数字、ハイフンで書いてください"));
            }
        }
        if self.id != stem {
            let what = format!("id「{}」がファイル名「{stem}」と違います", self.id);
            return Some(("id", what, "どちらかに揃えてください"));
        }
        if self.title.trim().is_empty() {
            return Some(("title", "題名が空です".to_owned(), "画面に出す日本語の題名を書いてください"));
        }
        if self.serves().next().is_none() && self.basis.trim().is_empty() {
            let what = "一覧の行も、根拠（basis）もありません".to_owned();
            return Some(("rows", what, "もとになる行か、行がないときの根拠を書いてください"));
        }
        if let Some(fault) = self.through_fault() {
            return Some(fault);
        }
        if self.rows_per_delivery_max == 0 {
            let what = "1回の上限件数が0です".to_owned();
            return Some(("rows_per_delivery_max", what, "1以上にしてください"));
        }
        if self.keep_days == Some(0) {
            let what = "控えの保存日数が0です".to_owned();
            return Some(("keep_days", what, "1以上にするか、消してください"));
        }
        if self.after.contains(&self.id) {
            let what = "自分自身を先行する連携に挙げています".to_owned();
            return Some(("after", what, "消してください"));
        }
        self.per_fault()
            .or_else(|| self.timing_fault())
            .or_else(|| self.delivery_fault())
            .or_else(|| self.packing_fault())
            .or_else(|| self.migration_fault())
    }

    fn migration_fault(&self) -> Option<(&'static str, String, &'static str)> {
        if let (Some(from), Some(until)) = (self.term.from, self.term.until)
            && until < from
        {
            let what = format!("有効期間の終わり{until}が、はじめの{from}より前です");
            return Some(("term", what, "日付を直してください"));
        }
        if let Some(before) = &self.succeeds {
            if *before == self.id {
                let what = "自分自身を引き継ぐ連携に挙げています".to_owned();
                return Some(("succeeds", what, "消してください"));
            }
            if self.term.from.is_none() {
                let what = format!("連携「{before}」をいつ引き継ぐかがありません");
                return Some((
                    "succeeds",
                    what,
                    "term = { from = \"2027-01-04\" } のように、引き継ぐ日を書いてください",
                ));
            }
        }
        let inward = matches!(self.delivery, Delivery::Inward { .. });
        if !self.fill.is_empty() && !inward {
            let what = "外から届く連携ではないのに、補う項目があります".to_owned();
            return Some(("fill", what, "消してください。送る側では、レイアウトに固定の値を書けます"));
        }
        for (item, fill) in &self.fill {
            if matches!(fill, Fill::Item(other) if self.fill.contains_key(other)) {
                let what = format!("補う項目「{item}」が、同じく補う項目から作られています");
                return Some(("fill", what, "レイアウトにある項目の名前か、値を書いてください"));
            }
        }
        None
    }

    /// All its times, the first as the file calls it.
    pub fn timings(&self) -> impl Iterator<Item = Timing> {
        std::iter::once(self.timing).chain(self.also_at.iter().copied())
    }

    fn timing_fault(&self) -> Option<(&'static str, String, &'static str)> {
        if !self.also_at.is_empty() && !self.timings().all(Timing::has_hour) {
            let what = "時刻のない時期に、ほかの時期（also_at）があります".to_owned();
            return Some(("also_at", what, "日次・週次・月次・年次だけにするか、消してください"));
        }
        let fault = |timing: Timing| {
            let asks = timing == Timing::OnRequest;
            if asks != matches!(self.delivery, Delivery::Inquiry { .. }) {
                let what = "照会の都度（on-request）は照会の連携の時期で、照会の連携にほかの時期はありません";
                return Some((what.to_owned(), "時期か受け渡しのどちらかを直してください"));
            }
            timing.fault()
        };
        let first = fault(self.timing).map(|(what, remedy)| ("timing", what, remedy));
        first.or_else(|| {
            let found = self.also_at.iter().copied().find_map(fault);
            found.map(|(what, remedy)| ("also_at", what, remedy))
        })
    }

    fn delivery_fault(&self) -> Option<(&'static str, String, &'static str)> {
        let (what, remedy) = match (&self.delivery, self.method) {
            (Delivery::InProcess { .. }, Method::FileOrMedia) => (
                "方式はファイルなのに、受け渡しが同じ導入の中です".to_owned(),
                "方式か受け渡しのどちらかを直してください",
            ),
            (Delivery::InProcess { intake } | Delivery::Inward { intake, .. }, _)
                if !is_name(intake, true) =>
            {
                (format!("受け口「{intake}」は名前として使えません"), "「システム/受け口」の形にしてください")
            }
            (Delivery::Inquiry { .. }, Method::RelayDatabase | Method::FileOrMedia) => (
                "照会は即時連携ですが、方式が違います".to_owned(),
                "方式か受け渡しのどちらかを直してください",
            ),
            (Delivery::Inquiry { subjects_max, .. }, _) if !(1..=SUBJECTS_MOST).contains(subjects_max) => {
                (format!("一度に照会できる件数が{subjects_max}件です"), "1件から1000件までにしてください")
            }
            (
                Delivery::Outward { place, .. }
                | Delivery::Inward { place, .. }
                | Delivery::Inquiry { place: Some(place), .. },
                _,
            ) if !is_name(place, false) => {
                (format!("場所「{place}」は名前として使えません"), "英小文字、数字、ハイフンで書いてください")
            }
            (Delivery::Outward { layout, .. } | Delivery::Inward { layout, .. }, _)
                if !is_name(layout, false) =>
            {
                (
                    format!("レイアウト「{layout}」は名前として使えません"),
                    "英小文字、数字、ハイフンで書いてください",
                )
            }
            (Delivery::Outward { file_name, .. }, _) if !is_file_pattern(file_name, &self.per) => (
                format!("ファイル名「{file_name}」は使えません"),
                "英数字と . - _ で書き、{no} を必ず、{date} と per の項目を必要なら入れてください",
            ),
            (Delivery::Inward { file_prefix, .. }, _) if !is_plain_name(file_prefix) => (
                format!("ファイル名の始まり「{file_prefix}」は使えません"),
                "英数字と . - _ で、. 以外から始めてください",
            ),
            (
                Delivery::Outward { receipt_within_minutes: Some(minutes), .. }
                | Delivery::Inward { arrives_within_minutes: Some(minutes), .. },
                _,
            ) if !(1..=MINUTES_PER_DAY).contains(minutes) => {
                (format!("待つ時間が{minutes}分です"), "1分から1440分までにしてください")
            }
            _ => return None,
        };
        Some(("delivery", what, remedy))
    }
}

impl Link {
    fn packing_fault(&self) -> Option<(&'static str, String, &'static str)> {
        let packing = self.packing()?;
        let (what, remedy) = match (&self.delivery, packing.keys()) {
            _ if self.method == Method::RelayDatabase => {
                ("DB中継では行を渡すので、ファイルを梱包できません".to_owned(), "packing を消してください")
            }
            (_, Some(name)) if !is_name(name, false) => (
                format!("梱包の鍵「{name}」は名前として使えません"),
                "英小文字、数字、ハイフンで書き、鍵そのものは設定の [packing] に書いてください",
            ),
            (Delivery::Outward { file_name, .. }, _)
                if packing.inner_name(file_name) == file_name || packing.inner_name(file_name).is_empty() =>
            {
                (
                    format!(
                        "梱包したファイルの名前「{file_name}」が {} で終わっていません",
                        packing.ending()
                    ),
                    "「データファイルの名前.zip」のように書いてください（age なら .age）",
                )
            }
            _ => return None,
        };
        Some(("packing", what, remedy))
    }
}

/// Lower-case words with hyphens; with `two_parts`, a system and a name of its own joined with `/`.
fn is_name(name: &str, two_parts: bool) -> bool {
    let part_fits = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let parts = if two_parts { 2 } else { 1 };
    name.split('/').count() == parts && name.split('/').all(part_fits)
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Turns the reader's English message into what a Japanese reader can act on, with the line it is about.
fn read_error(text: &str, file_name: &str, error: &toml::de::Error) -> Problem {
    let message = error.message();
    // The crate words unknown keys of its own way in the tables of an enum.
    let unexpected = message
        .strip_prefix("unexpected keys in table: ")
        .map(|rest| rest.split(", available keys").next().unwrap_or(rest));
    let named = unexpected.or_else(|| message.split('`').nth(1)).unwrap_or("");
    let mut problem = if message.starts_with("unknown field") || unexpected.is_some() {
        Problem::new(file_name, format!("「{named}」は知らない項目です"))
            .key(named)
            .rule("知らない項目は誤記とみなします")
            .remedy("綴りを直すか、消してください")
    } else if message.starts_with("missing field") {
        Problem::new(file_name, format!("項目「{named}」がありません"))
            .key(named)
            .remedy("書き足してください")
    } else if message.starts_with("unknown variant") {
        let known = message.split_once("expected ").map_or("", |(_, known)| known);
        Problem::new(file_name, format!("「{named}」は書けない値です"))
            .rule(format!("書ける値は {known} です"))
            .remedy("直してください")
    } else if let Some(packing) = without_keys(message, error.span().and_then(|span| text.get(span))) {
        Problem::new(file_name, format!("「{packing}」には鍵の名前が要ります")).key("packing").remedy(
            "packing = { zip-aes = \"名前\" } のように書き、設定の [packing] にその名前の鍵を書いてください",
        )
    } else {
        Problem::new(file_name, format!("TOMLとして読めません（{message}）")).remedy("書き方を直してください")
    };
    problem.line = error.span().map(|span| {
        let before = text.get(..span.start).unwrap_or(text);
        before.matches('\n').count() + 1
    });
    problem
}

/// The way of packing that stands alone where the name of its keys is needed.
fn without_keys<'t>(message: &str, said: Option<&'t str>) -> Option<&'t str> {
    let packing = said?.trim_matches('"');
    (message.contains("expected") && ["zip-aes", "age"].contains(&packing)).then_some(packing)
}

/// Best effort: the first line that starts with the key, as a value or as a table.
fn line_of_key(text: &str, key: &str) -> Option<usize> {
    let names = |line: &str| {
        let line = line.trim_start().trim_start_matches('[');
        line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ']', '.']))
    };
    text.lines().position(names).map(|index| index + 1)
}
