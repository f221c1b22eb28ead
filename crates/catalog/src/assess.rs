//! What each row of a list still needs before it runs, as questions a municipality can answer.

use std::collections::BTreeMap;
use std::fmt;

use crate::derive::dates::{self, Run};
use crate::doubts::doubts;
use crate::through::check_through;
use crate::{
    Direction, FunctionPlace, Known, Link, LinkRow, MethodWord, Problem, RowRef, SystemRef, TimingWord,
    check_link,
};

/// What a question is about (質問の種類), so that questions can be counted and sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QuestionKind {
    /// A system name nobody knows.
    SystemUnknown,
    /// A system the town has not installed.
    NotInstalled,
    /// Which dataset, or none yet.
    Dataset,
    /// Which intake, or none yet.
    Intake,
    /// Place and layout of files.
    Place,
    /// Charset, its table or a layout in it.
    Charset,
    /// 方式
    Method,
    /// 時期
    Timing,
    /// 全件・差分
    Extent,
    /// Both ways in one row.
    Direction,
    /// 共通基盤
    Via,
    /// The link file is there and wrong.
    LinkFault,
    /// Only the link file is missing.
    LinkFile,
    /// Two rows are the two legs of one flow.
    Legs,
    /// Only one leg of a flow is listed.
    LegMissing,
    /// Two rows are the same.
    Identical,
    /// Two cells of a row contradict each other.
    Contradiction,
    /// What was assumed in reading the list.
    Assumed,
    /// A word of the list nobody knows.
    Word,
    /// The list itself says that the row does not run: 廃止, 検討中.
    Withdrawn,
}

impl QuestionKind {
    /// Whether a row with such a doubt runs only when it is answered: which way, between whom, when, how much, or whether at all.
    pub(crate) fn stops(self) -> bool {
        matches!(self, Self::Direction | Self::SystemUnknown | Self::Timing | Self::Extent | Self::Withdrawn)
    }
}

/// A question to the municipality (質問), a Japanese sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// What it is about.
    pub kind: QuestionKind,
    /// The sentence.
    pub text: String,
}

impl Question {
    pub(crate) fn new(kind: QuestionKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a row runs (行の状態).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The link with this identifier fulfils it.
    Runs(String),
    /// The links with these identifiers fulfil it one behind the other, first to last.
    RunsThrough(Vec<String>),
    /// Another method of the same function and counterpart runs, as the link with this identifier. Unit lists give
    /// several methods to choose one from (DB中継、ファイル、即時).
    RunsOtherwise(String),
    /// It does not run; the questions say what is missing. Never empty.
    Lacks(Vec<Question>),
}

impl Standing {
    /// The link that brings it to its target; none when nothing does.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        match self {
            Self::Runs(id) | Self::RunsOtherwise(id) => Some(id),
            Self::RunsThrough(legs) => legs.last().map(String::as_str),
            Self::Lacks(_) => None,
        }
    }

    /// The word for it on screens and in tables; what does not run has one of its own where it is shown.
    #[must_use]
    pub fn label(&self) -> Option<&'static str> {
        match self {
            Self::Runs(_) => Some("稼働"),
            Self::RunsThrough(_) => Some("稼働（乗り継ぎ）"),
            Self::RunsOtherwise(_) => Some("別の方式で稼働"),
            Self::Lacks(_) => None,
        }
    }
}

/// What a link file says of a row, and what is wrong with it.
struct Served {
    standing: Standing,
    faults: Vec<Question>,
}

/// One row and where it stands (行ごとの結果).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowState {
    /// The row.
    pub row: RowRef,
    /// Whether it runs.
    pub standing: Standing,
    /// What does not fit together in the list, whether the row runs or not.
    pub doubts: Vec<Question>,
}

/// Says of every row whether it runs and, if not, what is missing (連携一覧の診断). One state per row, in their order.
#[must_use]
pub fn assess(rows: &[LinkRow], links: &[Link], known: &Known) -> Vec<RowState> {
    let faults_of = |problems: Vec<Problem>| -> Vec<Question> {
        problems.iter().map(|one| Question::new(QuestionKind::LinkFault, one.to_string())).collect()
    };
    let mut served: BTreeMap<RowRef, Served> = BTreeMap::new();
    let mut serve = |row: &RowRef, standing: &Standing, faults: &[Question]| {
        // A row named by two links runs if one of them does.
        if served.get(row).is_none_or(|before| !before.faults.is_empty() && faults.is_empty()) {
            served.insert(row.clone(), Served { standing: standing.clone(), faults: faults.to_vec() });
        }
    };
    for link in links {
        let faults = faults_of(check_link(link, rows, known));
        for row in &link.rows {
            serve(row, &Standing::Runs(link.id.clone()), &faults);
        }
        for through in &link.through {
            let mut of_chain = faults_of(check_through(link, through, links, rows, known));
            of_chain.extend_from_slice(&faults);
            let legs = through.legs.iter().chain(std::iter::once(&link.id)).cloned().collect();
            let standing = Standing::RunsThrough(legs);
            for row in &through.rows {
                serve(row, &standing, &of_chain);
            }
        }
    }
    let mut running: BTreeMap<Choice<'_>, String> = BTreeMap::new();
    for row in rows {
        if let (Some(choice), Some(served)) = (choice(row), served.get(&row.reference()))
            && served.faults.is_empty()
            && let Some(id) = served.standing.link()
        {
            running.insert(choice, id.to_owned());
        }
    }
    let mut doubts = doubts(rows, known);
    rows.iter()
        .enumerate()
        .map(|(index, row)| {
            let standing = match served.get(&row.reference()) {
                Some(served) if served.faults.is_empty() => served.standing.clone(),
                Some(served) => Standing::Lacks(served.faults.clone()),
                None => match choice(row).and_then(|choice| running.get(&choice)) {
                    Some(id) => Standing::RunsOtherwise(id.clone()),
                    None => Standing::Lacks(missing(row, known)),
                },
            };
            let mut asked = row.doubts.clone();
            asked.extend(doubts.remove(&index).unwrap_or_default());
            RowState { row: row.reference(), standing, doubts: asked }
        })
        .collect()
}

/// What the rows of one cell of a unit list have in common: one of their methods is to be chosen.
type Choice<'a> = (&'a str, &'a FunctionPlace, &'a str, &'a str);

fn choice(row: &LinkRow) -> Option<Choice<'_>> {
    row.function.as_ref().map(|function| (&*row.list.0, function, &*row.source, &*row.target))
}

fn missing(row: &LinkRow, known: &Known) -> Vec<Question> {
    let mut questions = Vec::new();
    let mut ask = |kind, text: String| questions.push(Question::new(kind, text));
    source(row, known, &mut ask);
    target(row, known, &mut ask);
    if row.direction == Some(Direction::Both) {
        let text = "双方向の行です。行きと帰りはそれぞれ何を送りますか。連携は二つに分けます。";
        ask(QuestionKind::Direction, text.to_owned());
    }
    if !row.via.is_empty() {
        let text = format!("「{}」を通しますか。直接渡しますか。", row.via);
        ask(QuestionKind::Via, text);
    }
    // A word nobody knew was asked about when the list was read.
    let unread = |doubt: &Question| doubt.kind == QuestionKind::Word && doubt.text.starts_with("方式「");
    if !row.doubts.iter().any(unread) {
        method(row, &mut ask);
    }
    timing(row, &mut ask);
    if row.extent_or_hint().is_none() {
        let data =
            if row.data.is_empty() { "送るデータ".to_owned() } else { format!("「{}」", row.data) };
        let text = format!("{data}は全件ですか、差分ですか。");
        ask(QuestionKind::Extent, text);
    }
    charset(row, known, &mut ask);
    if questions.is_empty() {
        questions.extend(row.doubts.iter().filter(|doubt| doubt.kind.stops()).cloned());
    }
    if questions.is_empty() {
        let text = "要るものはそろっています。あとは連携ファイル（TOML）を書けば動きます。";
        questions.push(Question::new(QuestionKind::LinkFile, text));
    }
    questions
}

fn end<'k>(
    name: &str,
    role: &str,
    known: &'k Known,
    ask: &mut impl FnMut(QuestionKind, String),
) -> Option<&'k SystemRef> {
    let system = known.systems.resolve(name);
    if system.is_none() {
        let text = format!("{role}「{name}」はシステム一覧にありません。どのシステムの別名ですか。");
        ask(QuestionKind::SystemUnknown, text);
    }
    system
}

fn source(row: &LinkRow, known: &Known, ask: &mut impl FnMut(QuestionKind, String)) {
    let name = &row.source;
    let Some(system) = end(name, "送り元", known, ask) else { return };
    if system.is_counterpart() {
        let text = format!("送り元「{name}」は外部のシステムです。届くデータの場所とレイアウトは何ですか。");
        ask(QuestionKind::Place, text);
    } else if !known.installed.contains(&system.id) {
        let text =
            format!("送り元「{name}」はこの団体に入っていません。導入しますか、外から受け取りますか。");
        ask(QuestionKind::NotInstalled, text);
    } else {
        let datasets = Known::of_system(&known.datasets, &system.id);
        let text = if datasets.is_empty() {
            format!(
                "送り元「{name}」には、まだ渡せるデータセットがありません。「{}」は何から作りますか。",
                row.data
            )
        } else {
            let named = named(&datasets, "データセット");
            format!("「{}」は、{named}のどれに当たりますか。", row.data)
        };
        ask(QuestionKind::Dataset, text);
    }
}

/// A few by their names; of many only how many there are, for nobody reads twenty.
fn named(names: &[&str], what: &str) -> String {
    const NAMED_MAX: usize = 5;
    if NAMED_MAX < names.len() {
        format!("{}個の{what}", names.len())
    } else {
        format!("{what} {} ", names.join("、"))
    }
}

fn target(row: &LinkRow, known: &Known, ask: &mut impl FnMut(QuestionKind, String)) {
    let name = &row.target;
    let Some(system) = end(name, "受け側", known, ask) else { return };
    if system.is_counterpart() {
        let text = format!("受け側「{name}」は外部のシステムです。受け渡し場所とレイアウトは何ですか。");
        ask(QuestionKind::Place, text);
    } else if !known.installed.contains(&system.id) {
        let text = format!(
            "受け側「{name}」はこの団体に入っていません。ファイルで渡すなら、受け渡し場所とレイアウトは何ですか。"
        );
        ask(QuestionKind::NotInstalled, text);
    } else {
        let intakes = Known::of_system(&known.intakes, &system.id);
        let text = if intakes.is_empty() {
            format!("受け側「{name}」には、まだ受け口がありません。「{}」を何に取り込みますか。", row.data)
        } else {
            format!("「{}」は、{}のどれに入れますか。", row.data, named(&intakes, "受け口"))
        };
        ask(QuestionKind::Intake, text);
    }
}

fn method(row: &LinkRow, ask: &mut impl FnMut(QuestionKind, String)) {
    let text = match row.method {
        None => "方式が書かれていません。即時、DB中継、ファイルのどれですか。",
        Some(MethodWord::Automatic) => "「自動」とあります。即時、DB中継、ファイルのどれで送りますか。",
        Some(MethodWord::Manual) => "「手動」とあります。職員の操作でファイルを作る、でよいですか。",
        Some(MethodWord::RelayDatabase) => "DB中継の表の名前と列は何ですか。",
        Some(MethodWord::RelayAndFile) => "併用とあります。DB中継とファイルのどちらで送りますか。",
        Some(MethodWord::Immediate | MethodWord::FileOrMedia) => return,
    };
    ask(QuestionKind::Method, text.to_owned());
}

fn timing(row: &LinkRow, ask: &mut impl FnMut(QuestionKind, String)) {
    // What was asked about in reading the list is not asked twice.
    if row.doubts.iter().any(|doubt| doubt.kind == QuestionKind::Timing) {
        return;
    }
    if let Some(fault) = dates::fault(&row.timing, &row.when) {
        if !row.doubts.iter().any(|doubt| doubt.kind == QuestionKind::Withdrawn) {
            ask(fault.kind, fault.text);
        }
        return;
    }
    let [word] = row.timing.as_slice() else {
        let text = if row.timing.is_empty() {
            "時期が書かれていません。いつ送りますか。"
        } else {
            "時期が二つ以上あります。それぞれ何を送りますか。連携は時期ごとに分けます。"
        };
        ask(QuestionKind::Timing, text.to_owned());
        return;
    };
    let printed = word.word();
    let runs = dates::runs(Some(*word), &row.when);
    // What the row says is not asked for again.
    let open = |is_open: &dyn Fn(&Run) -> bool| runs.iter().any(is_open);
    let hour = if open(&|run| run.at.is_none()) { "何時" } else { "" };
    let day = match word {
        TimingWord::Immediate | TimingWord::EveryMinutes(_) => return,
        TimingWord::AsItArises => {
            let text = "「随時」とあります。異動のたび、何分かごと、職員の操作のどれですか。";
            ask(QuestionKind::Timing, text.to_owned());
            return;
        }
        TimingWord::AtWill | TimingWord::ByHand => {
            ask(QuestionKind::Timing, "職員が始める連携です。誰がいつ始めますか。".to_owned());
            return;
        }
        TimingWord::Daily => "",
        TimingWord::Weekly if open(&|run| run.weekday.is_none()) => "何曜日",
        TimingWord::Monthly if open(&|run| run.day.is_none() && run.week.is_none()) => "何日",
        TimingWord::Yearly if open(&|run| run.month.is_none()) => "何月何日",
        TimingWord::Yearly if open(&|run| run.day.is_none()) => "何日",
        TimingWord::Weekly | TimingWord::Monthly | TimingWord::Yearly => "",
    };
    let wanted: Vec<&str> = [day, hour].into_iter().filter(|part| !part.is_empty()).collect();
    let closed = *word == TimingWord::Daily && open(&|run| !run.business_days);
    let text = match (wanted.is_empty(), closed) {
        (true, false) => return,
        (true, true) => format!("「{printed}」とあります。休日も送りますか。"),
        (false, true) => {
            format!("「{printed}」とあります。{}に送りますか。休日も送りますか。", wanted.join("の"))
        }
        (false, false) => format!("「{printed}」とあります。{}に送りますか。", wanted.join("の")),
    };
    ask(QuestionKind::Timing, text);
}

fn charset(row: &LinkRow, known: &Known, ask: &mut impl FnMut(QuestionKind, String)) {
    let printed = &row.charset;
    if printed.is_empty() {
        if row.conversion == Some(true) {
            let text = "文字変換があるのに文字コードが書かれていません。変換後の文字コードは何ですか。";
            ask(QuestionKind::Charset, text.to_owned());
        }
        return;
    }
    let text = match known.charsets.get(printed) {
        None => format!("文字コード「{printed}」が何を指すか分かりません。どの文字集合と符号ですか。"),
        // A town that has a layout in it has the table, too.
        Some(word) if known.layouts.values().any(|charset| *charset == word.charset) => return,
        Some(word) if !word.convertible => {
            format!("文字コード「{printed}」の変換表がありません。変換表をもらえますか。")
        }
        Some(_) => format!("文字コード「{printed}」のレイアウトがまだありません。項目の並びは何ですか。"),
    };
    ask(QuestionKind::Charset, text);
}
