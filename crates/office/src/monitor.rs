//! What the operator sees: links with their state, deliveries with their evidence, the trace of one person.

use catalog::{Extent, Link, Method, Starter, Timing};
use jiff::Timestamp;
use linkage::{
    CharLine, Delivery, Event, Hold, LinkState, Phase, Step, UnderWay, in_force, latest_run_until, local,
    next_run_after, plan, timestamp,
};
use media::Medium;
use register::{Actor, AsOf, CommitError, Draft, Fault, Position, View, ViewExt, Write};
use serde::Serialize;
use system::Finding;

use crate::audit::AuditResult;
use crate::links::RunningLink;
use crate::prepare::{kept_characters, read_characters};
use crate::users::commit_fault;
use crate::{Caller, Lacking, LinkWorker, Office, RunError};

/// Where a link stands, from bad to good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkStanding {
    /// 定義不備: its definition, layout or place is broken.
    Broken,
    /// 媒体紛失: a medium with deliveries of it is lost.
    MediumLost,
    /// 保留: stopped.
    Held,
    /// 障害: a step fails and is tried again.
    Trouble,
    /// 受領待ち: sent, the receipt is not there yet.
    Waiting,
    /// 操作待ち: the staff were to start it by now.
    AwaitsStaff,
    /// 取込中: what the other side sent is being applied.
    TakingIn,
    /// 順番待ち: a delivery is owed, and that of another link to the same receiver goes first.
    Queued,
    /// 処理中: a step is owed or under way.
    Working,
    /// 正常: nothing is owed.
    Idle,
    /// 開始前: its term has not begun.
    NotYet,
    /// 終了: its term is over, or another link took over from it.
    Ended,
}

impl LinkStanding {
    /// The word screens show.
    pub fn label(self) -> &'static str {
        match self {
            Self::Broken => "定義不備",
            Self::MediumLost => "媒体紛失",
            Self::Held => "保留",
            Self::Trouble => "障害",
            Self::Waiting => "受領待ち",
            Self::AwaitsStaff => "操作待ち",
            Self::TakingIn => "取込中",
            Self::Queued => "順番待ち",
            Self::Working => "処理中",
            Self::Idle => "正常",
            Self::NotYet => "開始前",
            Self::Ended => "終了",
        }
    }
}

/// One link as the monitor shows it.
#[derive(Clone, Debug, Serialize)]
pub struct LinkView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Name of the sending system.
    pub source: String,
    /// Name of the receiving system.
    pub target: String,
    /// 方式 in words.
    pub method: &'static str,
    /// 時期 in words.
    pub timing: String,
    /// 全件 or 差分.
    pub extent: &'static str,
    /// Whether it is asked instead of running.
    pub asked: bool,
    /// The rows of the lists it runs, such as `city:25`.
    pub rows: Vec<String>,
    /// Where it stands.
    pub standing: LinkStanding,
    /// Why, in Japanese, when it does not stand well; empty otherwise.
    pub why: String,
    /// What to press or do, in Japanese; empty when nothing.
    pub remedy: &'static str,
    /// How far the receiver has the journal.
    pub position: Position,
    /// Its newest delivery.
    pub last: Option<Delivery>,
    /// When it runs next by its schedule.
    pub next_due: Option<Timestamp>,
    /// In words: what happens, when, with which control.
    pub explanation: String,
    /// Items the sender's layout does not have, with what stands for them.
    pub lacking: Vec<Lacking>,
}

/// One delivery with the times of its steps.
#[derive(Clone, Debug, Serialize)]
pub struct DeliveryView {
    /// The newest state of its record.
    pub delivery: Delivery,
    /// Each step with the time it was recorded.
    pub steps: Vec<(Phase, Timestamp)>,
    /// The media it is on (媒体).
    pub media: Vec<Medium>,
}

impl Office {
    /// All links with their state, the worst first.
    ///
    /// # Errors
    /// When storage fails.
    pub fn link_views(&self) -> Result<Vec<LinkView>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let mut views = Vec::new();
        for running in self.links().all() {
            views.push(self.view_of(&*view, running)?);
        }
        views.sort_by_key(|view| view.standing);
        Ok(views)
    }

    /// One link with its state.
    ///
    /// # Errors
    /// When storage fails.
    pub fn link_view(&self, id: &str) -> Result<Option<LinkView>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        self.links().get(id).map(|running| self.view_of(&*view, running)).transpose()
    }

    fn view_of(&self, view: &dyn View, running: &RunningLink) -> Result<LinkView, Fault> {
        let link = &running.link;
        let state = view.load::<LinkState>(&link.id)?.map(|versioned| versioned.record);
        let newest = state.as_ref().map_or(0, newest_no);
        let last =
            view.load::<Delivery>(&Delivery::key_of(&link.id, newest))?.map(|versioned| versioned.record);
        let name =
            |id: &str| self.links().system(id).map_or_else(|| id.to_owned(), |system| system.name.clone());
        let (mut standing, mut why, mut remedy) = standing(running, state.as_ref());
        if let Some((words, what_to_do)) = self.queue(view, running, state.as_ref())? {
            (standing, why, remedy) = (LinkStanding::Queued, words, what_to_do);
        }
        let now = self.clock().now();
        if standing == LinkStanding::Idle
            && let Some(found) = self.of_staff_or_intake(link, state.as_ref(), now)
        {
            (standing, why, remedy) = found;
        }
        if standing != LinkStanding::Broken
            && let Some(found) = self.out_of_force(view, running, state.as_ref(), now)?
        {
            (standing, why, remedy) = found;
        }
        (standing, why, remedy) = self.with_lost_media(view, &link.id, (standing, why, remedy))?;
        let runs = |state: &&LinkState| state.hold.is_none() && in_force(link, state, now);
        let next_due = state.as_ref().filter(runs).and_then(|state| {
            let since = local(state.last_due.unwrap_or(state.since));
            latest_run_until(link, self.calendar(), since, local(now))
                .or_else(|| next_run_after(link, self.calendar(), local(now)))
                .and_then(timestamp)
        });
        Ok(LinkView {
            id: link.id.clone(),
            title: link.title.clone(),
            source: name(&link.source),
            target: name(&link.target),
            method: method(link.method),
            timing: timing(link),
            extent: extent(link.extent),
            asked: matches!(link.delivery, catalog::Delivery::Inquiry { .. }),
            rows: link.serves().map(ToString::to_string).collect(),
            standing,
            why,
            remedy,
            position: crate::worker::position_of(state.as_ref()),
            last,
            next_due,
            explanation: catalog::explain(link),
            lacking: running.lacking().to_vec(),
        })
    }

    /// What a link waits for that owes nothing by itself: the staff who were to start it, or its own intake.
    fn of_staff_or_intake(
        &self,
        link: &Link,
        state: Option<&LinkState>,
        now: Timestamp,
    ) -> Option<(LinkStanding, String, &'static str)> {
        let state = state?;
        if let Some(taking) = &state.taking {
            let words =
                format!("配信{}番の{}件のうち{}件まで取り込みました", taking.no, taking.rows, taking.done);
            return Some((LinkStanding::TakingIn, words, ""));
        }
        let inward = matches!(link.delivery, catalog::Delivery::Inward { .. });
        if link.started_by == Starter::Staff && !inward && !state.run_asked && state.in_flight.is_none() {
            let since = local(state.last_due.unwrap_or(state.since));
            let due = latest_run_until(link, self.calendar(), since, local(now))?;
            let words =
                format!("{} {:02}:{:02}までに職員が始める連携です", due.date(), due.hour(), due.minute());
            return Some((LinkStanding::AwaitsStaff, words, "用意ができたら「今すぐ実行」を押してください"));
        }
        if let Ok(Some(other)) = self.awaited(link, now)
            && latest_run_until(
                link,
                self.calendar(),
                local(state.last_due.unwrap_or(state.since)),
                local(now),
            )
            .is_some()
        {
            let title = self.links().get(other).map_or(other, |other| &other.link.title);
            let words = format!("先行する連携「{title}」がまだ届いていません");
            return Some((LinkStanding::Queued, words, "先行する連携の状態を確かめてください"));
        }
        None
    }

    /// Which delivery of another link goes first, and what to do about it, in Japanese, when this link owes one and may not make it yet.
    fn queue(
        &self,
        view: &dyn View,
        running: &RunningLink,
        state: Option<&LinkState>,
    ) -> Result<Option<(String, &'static str)>, Fault> {
        let (Ok(ready), Some(state)) = (&running.ready, state) else { return Ok(None) };
        let lane = self.lane(view, &running.link)?;
        let Some((lane, ahead)) = lane.as_ref().zip(self.ahead_of(&running.link, lane.as_ref())) else {
            return Ok(None);
        };
        let state = lane.caught_up(&running.link, state);
        let Some(dataset) = ready.dataset() else { return Ok(None) };
        let (kind, now) = (dataset.kind.id, self.clock().now());
        let situation = self.situation(&running.link, &state, Some(lane), kind, now)?;
        if plan(&running.link, &state, situation) != Step::Queue {
            return Ok(None);
        }
        let UnderWay { link, no } = ahead;
        Ok(Some(match self.links().get(link) {
            Some(other) => (
                format!("同じ連携先への「{}」の配信{no}番が先です。その受領を待っています", other.link.title),
                "先の配信が受領されると、続けて送ります。その連携の状態を確かめてください",
            ),
            None => (
                format!("同じ連携先への配信「{link}」{no}番が先ですが、連携定義 {link}.toml が読めません"),
                "連携定義を直してプログラムを再起動すると、先の配信の受領を待って、続けて送ります",
            ),
        }))
    }

    /// A link's deliveries, the newest first, at most `limit`, with numbers below `before`.
    ///
    /// # Errors
    /// When storage fails.
    pub fn deliveries(&self, link: &str, before: Option<u64>, limit: usize) -> Result<Vec<Delivery>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let Some(state) = view.load::<LinkState>(link)? else { return Ok(Vec::new()) };
        let newest = newest_no(&state.record).min(before.map_or(u64::MAX, |before| before.saturating_sub(1)));
        let mut found = Vec::new();
        for no in (1..=newest).rev().take(limit) {
            if let Some(delivery) = view.load::<Delivery>(&Delivery::key_of(link, no))? {
                found.push(delivery.record);
            }
        }
        Ok(found)
    }

    /// One delivery with its steps.
    ///
    /// # Errors
    /// When storage fails.
    pub fn delivery(&self, link: &str, no: u64) -> Result<Option<DeliveryView>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let versions = view.load_history::<Delivery>(&Delivery::key_of(link, no))?;
        let steps = versions.iter().map(|version| (version.record.phase, version.recorded_at)).collect();
        let Some(newest) = versions.into_iter().last() else { return Ok(None) };
        let media = self.media_of(&*view, link, no)?;
        Ok(Some(DeliveryView { delivery: newest.record, steps, media }))
    }

    /// The character report of a delivery: at most `limit` lines of what was done (代替文字 …); an empty word means all.
    ///
    /// # Errors
    /// When the report cannot be read.
    pub fn characters(&self, link: &str, no: u64, done: &str, limit: usize) -> Result<Vec<CharLine>, Fault> {
        if self.links().get(link).is_none() {
            return Ok(Vec::new());
        }
        let view = self.journal().view(AsOf::default())?;
        let Some(delivery) = view.load::<Delivery>(&Delivery::key_of(link, no))? else {
            return Ok(Vec::new());
        };
        if delivery.record.pruned_at.is_some() {
            return Ok(Vec::new());
        }
        let sha256 = &delivery.record.characters_sha256;
        let path = kept_characters(&self.evidence(link), no, sha256);
        match crate::evidence::altered(&path, sha256) {
            Some(what) => Err(Fault::because(what)),
            None => read_characters(&path, done, limit),
        }
    }

    /// Stops a link.
    ///
    /// # Errors
    /// [`RunError`]: no such link, no right, or storage.
    pub fn hold_link(&self, caller: &Caller, id: &str, reason: &str) -> Result<(), RunError> {
        let hold = Hold { by: caller.user.clone(), reason: reason.to_owned(), since: self.clock().now() };
        self.steer(caller, id, "連携の保留", Event::Held(hold))
    }

    /// Lets a stopped or failing link go on now.
    ///
    /// # Errors
    /// [`RunError`]: no such link, no right, or storage.
    pub fn release_link(&self, caller: &Caller, id: &str) -> Result<(), RunError> {
        self.steer(caller, id, "連携の再開", Event::Released)
    }

    /// Says that what another system was to send before number `no` will not come: the link goes on with `no`.
    ///
    /// # Errors
    /// [`RunError`]: no such link, no right, a number that is not ahead of the next one or a batch under way, or storage.
    pub fn skip_link(&self, caller: &Caller, id: &str, no: u64, reason: &str) -> Result<(), RunError> {
        let state = self.journal().view(AsOf::default())?.load::<LinkState>(id)?;
        let is_inward = self
            .links()
            .get(id)
            .is_some_and(|running| matches!(running.link.delivery, catalog::Delivery::Inward { .. }));
        let (Some(state), true) = (state, is_inward) else {
            return Err(RunError::NoLink(format!(
                "外から届く連携「{id}」はありません。連携監視の一覧で、名前を確かめてください。"
            )));
        };
        let event = Event::SkippedTo { no };
        if state.record.after(event.clone()).is_err() {
            let next = state.record.next_no;
            return Err(RunError::Refused(vec![Finding::error(
                "L002",
                "no",
                "次の番号",
                format!("{no}番へは進められません。次は{next}番です。"),
                "取込中でないときに、次の番号より大きい番号を指定してください。",
            )]));
        }
        self.steer(caller, id, &format!("連携の番号を{no}番へ進める: {reason}"), event)
    }

    /// Asks for a run now.
    ///
    /// # Errors
    /// [`RunError`]: no such link, no right, or storage.
    pub fn run_link(&self, caller: &Caller, id: &str) -> Result<(), RunError> {
        let is_asked =
            |running: &RunningLink| matches!(running.link.delivery, catalog::Delivery::Inquiry { .. });
        if self.links().get(id).is_some_and(is_asked) {
            let message = "照会の連携は、実行するものがありません。";
            return Err(RunError::refused("L003", "連携", message, "「連携照会」の画面で照会してください。"));
        }
        self.steer(caller, id, "連携の即時実行", Event::RunAsked)
    }

    pub(crate) fn steer(&self, caller: &Caller, id: &str, title: &str, event: Event) -> Result<(), RunError> {
        const RIGHT: &str = "office/links";
        if let (Event::RunAsked | Event::ResendAsked { .. }, Some(running)) = (&event, self.links().get(id)) {
            self.permit(caller, RIGHT, title)?;
            self.must_be_in_force(running)?;
        }
        let now = self.clock().now();
        let mut entry = self.named_entry(caller, RIGHT, &format!("{title}（{id}）"), AuditResult::Done);
        if !caller.rights.allow(RIGHT) {
            entry.result = AuditResult::Denied;
            self.commit_audit(entry)?;
            return Err(RunError::Denied { title: title.to_owned() });
        }
        // The worker may move the state at the same moment; what a person asked for is tried on the newer state.
        for _ in 0..8 {
            let state = self.journal().view(AsOf::default())?.load::<LinkState>(id)?;
            let Some(state) = state else {
                self.begin_link(id)?;
                continue;
            };
            let next = state
                .record
                .after(event.clone())
                .map_err(|error| Fault::new("the link's state does not take it", error))?;
            let mut draft = Draft::new("linkage", RIGHT, Actor::User(caller.user.clone()), now);
            title.clone_into(&mut draft.reason);
            draft.writes.push(Write::put(&next, Some(state.version)).map_err(Fault::from)?);
            draft.writes.push(Write::put(&entry, None).map_err(Fault::from)?);
            match self.journal().commit(draft) {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => {}
                Err(error) => return Err(RunError::Fault(commit_fault(error))),
            }
        }
        Err(RunError::Fault(Fault::because("連携が忙しく、操作を記録できませんでした")))
    }
}

impl Office {
    /// Begins a link that nobody has put to work yet, so that it can be held before it runs for the first time.
    fn begin_link(&self, id: &str) -> Result<(), RunError> {
        let running = self.links().get(id).ok_or_else(|| RunError::no_link(id))?;
        if let Err(why) = &running.ready {
            let message = format!("「{id}」は設定が整わず、動いていません（{why}）。");
            let remedy = "連携定義・レイアウト・場所の設定を直してください。";
            return Err(RunError::refused("L004", "連携", message, remedy));
        }
        self.must_be_in_force(running)?;
        LinkWorker::new(self).put_to_work(running, self.clock().now())?;
        Ok(())
    }
}

/// The number of a link's newest delivery; zero before its first.
pub(crate) fn newest_no(state: &LinkState) -> u64 {
    state.in_flight.as_ref().map_or(state.next_no.saturating_sub(1), |in_flight| in_flight.no)
}

fn standing(running: &RunningLink, state: Option<&LinkState>) -> (LinkStanding, String, &'static str) {
    if let Err(why) = &running.ready {
        return (
            LinkStanding::Broken,
            why.clone(),
            "連携定義・レイアウト・場所の設定を直し、プログラムを再起動してください",
        );
    }
    let Some(state) = state else { return (LinkStanding::Working, String::new(), "") };
    if let Some(hold) = &state.hold {
        let why = format!("{}（{}）", hold.reason, hold.by);
        return (LinkStanding::Held, why, "原因が取り除かれたら「再開」を押してください");
    }
    if let Some(trouble) = &state.trouble {
        let why = format!("{}（{}回目）", trouble.what, trouble.tries);
        return (
            LinkStanding::Trouble,
            why,
            "原因を取り除いてください。自動で再試行します。「再開」ですぐに試します",
        );
    }
    match &state.in_flight {
        Some(in_flight) if in_flight.sent_at.is_some() => (LinkStanding::Waiting, String::new(), ""),
        Some(_) => (LinkStanding::Working, String::new(), ""),
        None if state.run_asked || state.division.is_some() => (LinkStanding::Working, String::new(), ""),
        None => (LinkStanding::Idle, String::new(), ""),
    }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Immediate => "即時連携",
        Method::RelayDatabase => "DB中継",
        Method::FileOrMedia => "ファイル転送・媒体連携",
    }
}

fn extent(extent: Extent) -> &'static str {
    match extent {
        Extent::Difference => "差分",
        Extent::Full => "全件",
    }
}

/// The times of a link in a few words.
pub(crate) fn timing(link: &Link) -> String {
    link.timings().map(one_timing).collect::<Vec<_>>().join("、")
}

fn one_timing(timing: Timing) -> String {
    let clock = |at: jiff::civil::Time| format!("{}時{:02}分", at.hour(), at.minute());
    match timing {
        Timing::OnChange => "随時".to_owned(),
        Timing::EveryMinutes(minutes) => format!("{minutes}分ごと"),
        Timing::Within { minutes, from, to, business_days_only } => {
            let days = if business_days_only { "（開庁日）" } else { "" };
            format!("{minutes}分ごと{days} {}～{}", clock(from), clock(to))
        }
        Timing::Daily { at, business_days_only: false } => format!("日次 {}", clock(at)),
        Timing::Daily { at, business_days_only: true } => format!("日次（開庁日） {}", clock(at)),
        Timing::Weekly { day, at, .. } => format!("週次 {} {}", day.label(), clock(at)),
        Timing::Monthly { day, at, .. } => format!("月次 {day}日 {}", clock(at)),
        Timing::MonthlyWeekday { week: 5, day, at, .. } => format!("月次 最終{} {}", day.label(), clock(at)),
        Timing::MonthlyWeekday { week, day, at, .. } => format!("月次 第{week}{} {}", day.label(), clock(at)),
        Timing::Yearly { month, day, at, .. } => format!("年次 {month}月{day}日 {}", clock(at)),
        Timing::ByHand => "手動".to_owned(),
        Timing::OnRequest => "照会の都度".to_owned(),
    }
}
