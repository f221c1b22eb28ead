//! Compares a link with the rows it stands for and with what the installation has.

use crate::{
    Assurance, Delivery, Direction, Known, Link, LinkRow, Method, MethodWord, Packing, Problem, RowRef,
    Starter, Timing, TimingWord,
};

/// The charset that stands in for one without a conversion table.
const UNTIL_A_TABLE: &str = "utf-8";

/// Everything that keeps a link from running as its list says (連携の検査); empty when nothing does.
///
/// `rows` are the rows of every list loaded. The problems name the file `<id>.toml`.
#[must_use]
pub fn check_link<'a>(
    link: &Link,
    rows: impl IntoIterator<Item = &'a LinkRow>,
    known: &Known,
) -> Vec<Problem> {
    let mut check = Check::new(link, known);
    check.parts();
    let mut found: Vec<&LinkRow> = Vec::new();
    for row in rows {
        if link.rows.iter().any(|wanted| wanted.list == row.list && wanted.no == row.no) {
            check.row(row);
            found.push(row);
        }
    }
    let is_found = |wanted: &&RowRef| found.iter().any(|row| row.list == wanted.list && row.no == wanted.no);
    for missing in link.rows.iter().filter(|wanted| !is_found(wanted)) {
        check.say("rows", format!("行「{missing}」が一覧にありません"), "番号を確かめてください");
    }
    check.problems
}

pub(crate) struct Check<'a> {
    pub(crate) link: &'a Link,
    pub(crate) known: &'a Known,
    file: String,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    pub(crate) fn new(link: &'a Link, known: &'a Known) -> Self {
        Self { link, known, file: format!("{}.toml", link.id), problems: Vec::new() }
    }
}

impl Check<'_> {
    pub(crate) fn say(&mut self, key: &str, what: String, remedy: &str) {
        self.problems.push(Problem::new(&self.file, what).key(key).remedy(remedy));
    }

    /// The parts a link names must exist and belong to its two ends.
    pub(crate) fn parts(&mut self) {
        let (link, known) = (self.link, self.known);
        for (key, id) in [("source", &link.source), ("target", &link.target)] {
            if known.systems.get(id).is_none() {
                let what = format!("「{id}」はシステム一覧にありません");
                self.say(key, what, "システム一覧の識別子を書いてください");
            }
        }
        let asks_outside = matches!(link.delivery, Delivery::Inquiry { place: Some(_), .. });
        if let Delivery::Inward { intake, .. } = &link.delivery {
            self.owned("delivery", intake, &link.target, known.intakes.contains(intake));
        } else if !asks_outside {
            if !known.stands_in(&link.dataset) && !known.installed.contains(&link.source) {
                let what = format!("送り元「{}」はこの団体に入っていません", link.source);
                self.say("source", what, "導入するか、連携を外してください");
            }
            self.owned("dataset", &link.dataset, &link.source, known.datasets.contains(&link.dataset));
        }
        match &link.delivery {
            Delivery::InProcess { intake } => {
                if !known.stands_in(intake) && !known.installed.contains(&link.target) {
                    let what = format!("受け側「{}」はこの団体に入っていません", link.target);
                    self.say("target", what, "導入するか、受け渡しをファイルにしてください");
                }
                self.owned("delivery", intake, &link.target, known.intakes.contains(intake));
            }
            Delivery::Inquiry { place, .. } => self.place(place.as_deref()),
            Delivery::Outward { place, layout, .. } | Delivery::Inward { place, layout, .. } => {
                if !known.layouts.contains_key(layout) {
                    let what = format!("レイアウト「{layout}」がありません");
                    self.say("delivery", what, "レイアウトを定義してください");
                }
                self.place(Some(place));
            }
        }
        if let Some(name) = link.packing().and_then(Packing::keys)
            && !known.packings.contains(name)
        {
            let what = format!("梱包の鍵「{name}」がありません");
            self.say("packing", what, "設定の [packing] に、パスワードまたは鍵を書いてください");
        }
        if link.assurance == Assurance::SenderAssures
            && let Delivery::Outward { receipt_within_minutes: None, .. } = link.delivery
        {
            let what = "送信側が到達を保障するのに、受領を待ちません".to_owned();
            self.say("delivery", what, "受領の期限（分）を書いてください");
        }
    }

    fn place(&mut self, place: Option<&str>) {
        if let Some(place) = place.filter(|place| !self.known.places.contains(*place)) {
            let what = format!("受け渡し場所「{place}」がありません");
            self.say("delivery", what, "設定に場所を書いてください");
        }
    }

    fn owned(&mut self, key: &str, name: &str, system: &str, exists: bool) {
        if name.split('/').next() != Some(system) && !self.known.stands_in(name) {
            self.say(
                key,
                format!("「{name}」は「{system}」のものではありません"),
                "システムを確かめてください",
            );
        } else if !exists {
            self.say(key, format!("「{name}」はまだありません"), "名前を確かめるか、作ってください");
        }
    }

    fn row(&mut self, row: &LinkRow) {
        let link = self.link;
        let at = row.reference();
        let ends = [("source", &row.source, &link.source), ("target", &row.target, &link.target)];
        let turned = row.direction == Some(Direction::Both)
            && self.is(&row.source, &link.target)
            && self.is(&row.target, &link.source);
        for (key, printed, wanted) in ends {
            if !turned && !self.is(printed, wanted) {
                let what = format!("{at} は「{printed}」ですが、連携は「{wanted}」です");
                self.say(key, what, "行かシステムを直してください");
            }
        }
        // 自動 beside 手動 or 任意 contradicts itself; the doubt beside the row says so, and started by hand it runs.
        let by_hand = |word: &TimingWord| matches!(word, TimingWord::ByHand | TimingWord::AtWill);
        let torn = row.method == Some(MethodWord::Automatic)
            && link.timing == Timing::ByHand
            && row.timing.iter().any(by_hand);
        if let Some(word) = row.method
            && !torn
            && !method_fits(word, link)
        {
            let what = format!("{at} の方式は「{}」で、連携の方式・時期と合いません", word.word());
            self.say("method", what, "一覧か連携を直してください");
        }
        if !row.timing.is_empty()
            && !row.timing.iter().any(|word| link.timings().any(|own| timing_fits(*word, own)))
        {
            let words: Vec<_> = row.timing.iter().map(|word| word.word()).collect();
            let what = format!("{at} の時期は「{}」で、連携の時期と合いません", words.join("・"));
            self.say("timing", what, "一覧か連携を直してください");
        }
        if let Some(extent) = row.extent_or_hint().filter(|extent| *extent != link.extent) {
            let what = format!("{at} は「{}」ですが、連携は「{}」です", extent.word(), link.extent.word());
            self.say("extent", what, "一覧か連携を直してください");
        }
        self.charset(row);
        self.taking_in(row);
    }

    /// What a row asks of the side that takes the rows in.
    pub(crate) fn taking_in(&mut self, row: &LinkRow) {
        let (link, at) = (self.link, row.reference());
        if row.exclusive_lock == Some(true) && !link.exclusive_lock {
            let what = format!("{at} は取込中の排他制御を求めています");
            self.say("exclusive_lock", what, "true にしてください");
        }
        // Given and taken in one transaction, a delivery needs nobody who asks whether it arrived.
        let one_transaction =
            matches!(link.delivery, Delivery::InProcess { .. }) && link.assurance != Assurance::None;
        let wanted = row.delivery_assurance.filter(|wanted| *wanted != link.assurance && !one_transaction);
        if let Some(wanted) = wanted {
            let who = match wanted {
                Assurance::ReceiverAsks => "受信側からの確認",
                Assurance::SenderAssures | Assurance::None => "送信側の到達保障",
            };
            self.say("assurance", format!("{at} は{who}を求めています"), "一覧か連携を直してください");
        }
    }

    /// The charset of the row against that of the layout; an in-process delivery has none to contradict.
    pub(crate) fn charset(&mut self, row: &LinkRow) {
        let Some(layout) = self.link.layout() else { return };
        let Some(of_layout) = self.known.layouts.get(layout) else { return };
        if row.charset.is_empty() {
            return;
        }
        let (at, printed) = (row.reference(), &row.charset);
        match self.known.charsets.get(printed) {
            Some(word) if word.charset == *of_layout => {}
            // Nobody can write a charset without a table; until there is one, the two ends settle on UTF-8.
            Some(word) if !word.convertible && of_layout == UNTIL_A_TABLE => {}
            Some(_) => {
                let what = format!(
                    "{at} の文字コードは「{printed}」ですが、レイアウト「{layout}」は「{of_layout}」です"
                );
                self.say("delivery", what, "文字コードの合うレイアウトを選んでください");
            }
            None => {
                let what = format!("{at} の文字コード「{printed}」が何を指すか分かりません");
                self.say("delivery", what, "文字コードの言葉の一覧に加えてください");
            }
        }
    }

    /// Whether what a row names is the system a link names, or may be served by it.
    pub(crate) fn is(&self, printed: &str, wanted: &str) -> bool {
        let system = self.known.systems.resolve(printed);
        system.is_some_and(|system| system.id == wanted || system.part_of.as_deref() == Some(wanted))
    }
}

/// 自動 and 手動 say who starts it; the other words say how it travels.
pub(crate) fn method_fits(word: MethodWord, link: &Link) -> bool {
    match word {
        MethodWord::Automatic => link.timing != Timing::ByHand && link.started_by == Starter::Program,
        MethodWord::Manual => link.timing == Timing::ByHand || link.started_by == Starter::Staff,
        MethodWord::Immediate => link.method == Method::Immediate,
        MethodWord::RelayDatabase => link.method == Method::RelayDatabase,
        MethodWord::FileOrMedia => link.method == Method::FileOrMedia,
        MethodWord::RelayAndFile => link.method != Method::Immediate,
    }
}

/// A person may start what the list calls 随時 or 任意; a yearly row does not run every night.
pub(crate) fn timing_fits(word: TimingWord, timing: Timing) -> bool {
    match word {
        TimingWord::Immediate => matches!(timing, Timing::OnChange | Timing::OnRequest),
        TimingWord::EveryMinutes(wanted) => match timing {
            Timing::EveryMinutes(minutes) | Timing::Within { minutes, .. } => minutes == wanted,
            _ => false,
        },
        TimingWord::AsItArises => {
            matches!(
                timing,
                Timing::OnChange
                    | Timing::EveryMinutes(_)
                    | Timing::Within { .. }
                    | Timing::ByHand
                    | Timing::OnRequest
            )
        }
        TimingWord::Weekly => matches!(timing, Timing::Weekly { .. }),
        TimingWord::Daily => matches!(timing, Timing::Daily { .. }),
        TimingWord::Monthly => matches!(timing, Timing::Monthly { .. } | Timing::MonthlyWeekday { .. }),
        TimingWord::Yearly => matches!(timing, Timing::Yearly { .. }),
        TimingWord::AtWill | TimingWord::ByHand => timing == Timing::ByHand,
    }
}
