//! Links made ready: each link file with the dataset, intake, layout and place it names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use catalog::{
    Charsets, Delivery, Extent, Fill, Grid, Known, Link, LinkList, Problem, RowState, SystemRef, Systems,
    Vocabulary, assess, run_together,
};
use layout::{Layout, Plan};
use linkage::Lane;
use moji::{Charset, Tables, Unmappable};
use packing::{Packer, Unpacker};
use register::Record;
use system::{Dataset, Intake, System};
use transport::Place;

use crate::packs::Packings;
use crate::succession::Lacking;
use crate::wire::{compile, compiled, wire};

/// Places (受け渡し場所) by the names link files use, or in Japanese why one cannot be used: only its links stop.
pub type Places = BTreeMap<String, Result<Arc<dyn Place>, String>>;

/// A linkage list as a file.
#[derive(Clone, Debug)]
pub struct ListFile {
    /// File name, such as `city.tsv`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What links are made of, as texts the caller has read.
#[derive(Clone, Debug, Default)]
pub struct LinkSources {
    /// Linkage lists that are text files.
    pub lists: Vec<ListFile>,
    /// Linkage lists that are workbooks: file name and sheets.
    pub workbooks: Vec<(String, Vec<Grid>)>,
    /// Linkage lists that could not be read; the others count without them.
    pub unread: Vec<Problem>,
    /// `systems.tsv`.
    pub systems: String,
    /// `charset_words.tsv`.
    pub charset_words: String,
    /// `vocabulary.tsv`.
    pub vocabulary: String,
    /// Link files (`*.toml`).
    pub links: Vec<ListFile>,
    /// Layout files (`*.toml`), and the tables they name (`*.tsv`).
    pub layouts: Vec<ListFile>,
    /// Character tables: what is built in, and the town's packs.
    pub tables: Tables,
    /// Places by name.
    pub places: Places,
    /// Passwords and keys of packed files by name.
    pub packings: Packings,
}

/// A link with everything it needs to run.
pub struct RunningLink {
    /// The link.
    pub link: Link,
    /// What it is wired to, or in Japanese why it cannot run.
    pub ready: Result<Ready, String>,
}

/// What a link is wired to.
pub enum Ready {
    /// An intake of this house.
    InProcess {
        /// The sender's dataset.
        dataset: Dataset,
        /// Id of the receiving system.
        target: &'static str,
        /// Its intake.
        intake: Intake,
    },
    /// A file in a place.
    Outward {
        /// The sender's dataset.
        dataset: Dataset,
        /// The layout, compiled for the dataset.
        plan: Box<Plan>,
        /// The place.
        place: Arc<dyn Place>,
        /// Pattern of the file's name.
        file_name: String,
        /// What packs the file, if anything does.
        packer: Option<Packer>,
        /// Whether a receipt is waited for.
        receipt_expected: bool,
        /// How many minutes for it, for messages.
        receipt_minutes: u32,
    },
    /// Files of the other side, from a place into an intake of this house.
    Inward(Box<Inward>),
    /// Questions that a system of this house answers.
    Answers {
        /// The dataset asked about.
        dataset: Dataset,
        /// The most persons or things of one question.
        subjects_max: u32,
    },
    /// Questions that a system outside answers.
    Asks {
        /// The place.
        place: Arc<dyn Place>,
        /// The most persons or things of one question.
        subjects_max: u32,
    },
}

/// What a link by which data comes in is wired to.
pub struct Inward {
    /// The layout the other side writes, compiled.
    pub plan: Plan,
    /// The place.
    pub place: Arc<dyn Place>,
    /// Beginning of the names of its files.
    pub file_prefix: String,
    /// What opens them, when they are packed.
    pub unpacker: Option<Unpacker>,
    /// Id of the system that takes the rows.
    pub target: &'static str,
    /// Its intake.
    pub intake: Intake,
    /// The item that names what a row is about.
    pub subject: String,
    /// What stands for items the layout does not have, in the order of the link file.
    pub fill: Vec<(String, Fill)>,
    /// Items the layout does not have, with what stands for them.
    pub lacking: Vec<Lacking>,
}

/// A link file or layout that does not read.
#[derive(Clone, Debug)]
pub struct BrokenLink {
    /// File name.
    pub file: String,
    /// What is wrong, in Japanese, naming line, item and rule.
    pub what: String,
}

/// All links and lists of the house.
pub struct Links {
    running: Vec<RunningLink>,
    /// Ids of link files that are there and do not read.
    unreadable: BTreeSet<String>,
    broken: Vec<BrokenLink>,
    lists: Vec<LinkList>,
    states: Vec<Vec<RowState>>,
    problems: Vec<Problem>,
    known: Known,
    layouts: BTreeMap<String, Result<Layout, String>>,
    tables: Tables,
    /// Link files and layout files as the town wrote them, for those who are handed them over.
    link_files: Vec<ListFile>,
    layout_files: Vec<ListFile>,
    /// The tables each layout names.
    tables_of: BTreeMap<String, Vec<String>>,
}

impl Ready {
    /// The dataset this house sends; none when data comes in.
    pub fn dataset(&self) -> Option<&Dataset> {
        match self {
            Self::InProcess { dataset, .. } | Self::Outward { dataset, .. } => Some(dataset),
            Self::Inward(_) | Self::Answers { .. } | Self::Asks { .. } => None,
        }
    }

    /// The place files go to or come from; none within this house.
    pub fn place(&self) -> Option<&dyn Place> {
        match self {
            Self::InProcess { .. } | Self::Answers { .. } => None,
            Self::Outward { place, .. } | Self::Asks { place, .. } => Some(&**place),
            Self::Inward(inward) => Some(&*inward.place),
        }
    }
}

impl Links {
    /// Makes links ready from texts. What does not read is told by `broken` and `problems`; the rest runs.
    pub fn open(systems: &[System], sources: LinkSources) -> Self {
        let (names, mut problems) = Systems::parse("systems.tsv", &sources.systems);
        let (charsets, more) = Charsets::parse("charset_words.tsv", &sources.charset_words);
        problems.extend(more);
        let (vocabulary, more) = Vocabulary::parse("vocabulary.tsv", &sources.vocabulary);
        problems.extend(more);
        problems.extend(sources.unread.iter().cloned());
        let mut broken = Vec::new();
        let mut layouts: BTreeMap<String, Result<Layout, String>> = BTreeMap::new();
        let mut tables_of: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in &sources.layouts {
            let Some(id) = file.name.strip_suffix(".toml").map(str::to_owned) else { continue };
            let mut beside = |name: &str| {
                tables_of.entry(id.clone()).or_default().push(name.to_owned());
                beside(&sources.layouts, name)
            };
            let layout = Layout::parse_with(&file.text, &file.name, &mut beside).map_err(|errors| {
                let what = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
                broken.push(BrokenLink { file: file.name.clone(), what: what.clone() });
                what
            });
            layouts.insert(id, layout);
        }
        let (mut running, mut unreadable) = (Vec::new(), BTreeSet::new());
        for file in &sources.links {
            match Link::parse(&file.text, &file.name) {
                Err(problem) => {
                    // A link's id is its file's name.
                    unreadable.extend(file.name.strip_suffix(".toml").map(str::to_owned));
                    broken.push(BrokenLink { file: file.name.clone(), what: problem.to_string() });
                }
                Ok(link) => {
                    let ready = wire(&link, systems, &layouts, &sources);
                    running.push(RunningLink { link, ready });
                }
            }
        }
        refuse_shared_names(&mut running);
        refuse_second_differences(&mut running);
        let texts =
            sources.lists.iter().map(|file| LinkList::read_text(&file.name, &file.text, &vocabulary, &names));
        let sheets = sources
            .workbooks
            .iter()
            .flat_map(|(name, sheets)| LinkList::read_workbook(name, sheets, &vocabulary, &names));
        let lists: Vec<LinkList> = texts.chain(sheets).collect();
        let names = names.clone().with_unlisted(lists.iter().flat_map(|list| &list.rows));
        let known = known(systems, &names, &charsets, &layouts, &sources);
        let links: Vec<Link> = running.iter().map(|running| running.link.clone()).collect();
        let states = lists.iter().map(|list| assess(&list.rows, &links, &known)).collect();
        for list in &lists {
            problems.extend(list.problems.iter().cloned());
        }
        Self {
            running,
            unreadable,
            broken,
            lists,
            states,
            problems,
            known,
            layouts,
            tables: sources.tables,
            link_files: sources.links,
            layout_files: sources.layouts,
            tables_of,
        }
    }

    /// The files a link is made of, as the town wrote them: its own, its layout's, and the tables that one names.
    pub(crate) fn files_of(&self, id: &str) -> impl Iterator<Item = &ListFile> {
        let layout = self.get(id).and_then(|running| running.link.layout());
        let tables = layout.and_then(|layout| self.tables_of.get(layout)).map_or(&[][..], Vec::as_slice);
        let is_named = move |name: &str, wanted: &str| name.strip_suffix(".toml") == Some(wanted);
        let own = self.link_files.iter().filter(move |file| is_named(&file.name, id));
        let of_layout = self.layout_files.iter().filter(move |file| {
            layout.is_some_and(|layout| is_named(&file.name, layout)) || tables.contains(&file.name)
        });
        own.chain(of_layout)
    }

    /// The links, runnable or not.
    pub fn all(&self) -> &[RunningLink] {
        &self.running
    }

    /// A link by id.
    pub fn get(&self, id: &str) -> Option<&RunningLink> {
        self.running.iter().find(|running| running.link.id == id)
    }

    /// Whether the file of a link is there and does not read. Nobody knows what it says, but that the link is wanted: what
    /// it has on its way goes on when the file is mended.
    pub fn is_unreadable(&self, id: &str) -> bool {
        self.unreadable.contains(id)
    }

    /// The plan a changed link would write by: its own layout, or one that is changed with it. What is wrong is told in Japanese.
    pub(crate) fn plan_of_changed(
        &self,
        link: &Link,
        layout: Option<&Layout>,
        items: &[&str],
    ) -> Result<Plan, String> {
        match layout {
            Some(layout) => compile(link, layout, items, &self.tables),
            None => {
                let name = link.layout().unwrap_or_default();
                compiled(link, name, &self.layouts, items, &self.tables)
            }
        }
    }

    /// A layout of this town, compiled for its own items: for files that no link carries, such as a receiver's dump. What is
    /// wrong is told in Japanese.
    pub(crate) fn plan_of(&self, layout: &str) -> Result<Plan, String> {
        let known = match self.layouts.get(layout) {
            None => return Err(format!("レイアウト「{layout}」がありません")),
            Some(Err(what)) => return Err(format!("レイアウト「{layout}」が読めません: {what}")),
            Some(Ok(known)) => known,
        };
        let items: Vec<&str> = known.items();
        known
            .compile(&items, Unmappable::Reject, &self.tables)
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    /// The character tables: what is built in, and the town's packs.
    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Files that do not read. Only what they describe is missing.
    pub fn broken(&self) -> &[BrokenLink] {
        &self.broken
    }

    /// The linkage lists with the state of each row.
    pub fn lists(&self) -> impl Iterator<Item = (&LinkList, &[RowState])> {
        self.lists.iter().zip(self.states.iter().map(Vec::as_slice))
    }

    /// Rows and words of the lists that were left out.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// A system of the lists by id.
    pub fn system(&self, id: &str) -> Option<&SystemRef> {
        self.known.systems.get(id)
    }

    /// What this installation has, as `catalog` asks.
    pub fn known(&self) -> &Known {
        &self.known
    }
}

/// Two links that would write under one name read each other's receipts: only the first of them runs.
fn refuse_shared_names(running: &mut [RunningLink]) {
    let mut taken: BTreeMap<(String, String), String> = BTreeMap::new();
    for running in running {
        let Delivery::Outward { place, file_name, .. } = &running.link.delivery else { continue };
        let name = (place.clone(), file_name.clone());
        match taken.get(&name) {
            None => {
                taken.insert(name, running.link.id.clone());
            }
            Some(first) => {
                running.ready = Err(format!(
                    "場所「{place}」のファイル名「{file_name}」は、連携「{first}」と同じです。どちらかの名前を変えてください"
                ));
            }
        }
    }
}

/// Two links with differences of one dataset to one place would each pass over what the other carried: only the first of
/// them runs. Two full extracts, or two layouts, do no harm where the receiver keeps one register.
fn refuse_second_differences(running: &mut [RunningLink]) {
    let links: Vec<Link> = running.iter().map(|running| running.link.clone()).collect();
    let all: Vec<&Link> = links.iter().collect();
    let mut before: BTreeMap<String, Vec<&Link>> = BTreeMap::new();
    for (running, link) in running.iter_mut().zip(&links) {
        let Some(lane) = Lane::new(link).filter(|_| link.extent == Extent::Difference) else { continue };
        let others = before.entry(lane.key()).or_default();
        match others.iter().find(|other| run_together(&all, other, link)) {
            // What is wrong already is told first.
            Some(first) if running.ready.is_ok() => {
                running.ready = Err(format!(
                    "連携「{}」は、連携「{}」と同じ連携先の同じ場所「{}」へ同じ提供データの差分を送ります。\
                     片方が送った変更をもう片方が送らなくなるため、動かしません。受信側の台帳が別なら場所を分け、\
                     同じならどちらかの連携定義を外してください",
                    link.id, first.id, lane.place
                ));
            }
            Some(_) => {}
            None => others.push(link),
        }
    }
}

/// A table that a layout names, among the files of its folder.
fn beside(files: &[ListFile], name: &str) -> Result<String, String> {
    let found = files.iter().find(|file| file.name == name);
    found.map(|file| file.text.clone()).ok_or_else(|| "レイアウトのフォルダにありません".to_owned())
}

fn known(
    systems: &[System],
    names: &Systems,
    charsets: &Charsets,
    layouts: &BTreeMap<String, Result<Layout, String>>,
    sources: &LinkSources,
) -> Known {
    let mut known = Known { systems: names.clone(), charsets: charsets.clone(), ..Known::default() };
    known.installed = systems.iter().map(|system| system.id.to_owned()).collect();
    known.datasets =
        systems.iter().flat_map(|system| &system.datasets).map(|dataset| dataset.id.to_owned()).collect();
    known.items = systems
        .iter()
        .flat_map(|system| &system.datasets)
        .map(|dataset| (dataset.id.to_owned(), dataset.names().into_iter().map(str::to_owned).collect()))
        .collect();
    known.intakes =
        systems.iter().flat_map(|system| &system.intakes).map(|intake| intake.id.to_owned()).collect();
    known.layouts = layouts
        .iter()
        .filter_map(|(id, layout)| {
            layout.as_ref().ok().map(|layout| (id.clone(), charset_id(&layout.charset)))
        })
        .collect();
    known.places = sources.places.keys().cloned().collect::<BTreeSet<_>>();
    known.packings = sources.packings.keys().cloned().collect::<BTreeSet<_>>();
    known
}

/// The name the charset has in `charset_words.tsv`; byte order and mark are the layout's own business.
fn charset_id(charset: &Charset) -> String {
    match charset {
        Charset::Utf8 { .. } => "utf-8".to_owned(),
        Charset::Utf16 { .. } => "utf-16".to_owned(),
        Charset::Utf32 { .. } => "ucs-4".to_owned(),
        Charset::Windows31J => "ms932".to_owned(),
        Charset::EucJp => "euc-jp".to_owned(),
        Charset::Ibm930 => "ibm-930".to_owned(),
        Charset::Ibm939 => "ibm-939".to_owned(),
        Charset::Jef(_) => "jef-ebcdic".to_owned(),
        Charset::Juki => "juki-net-unified".to_owned(),
        Charset::Pack(name) => name.to_string(),
    }
}
