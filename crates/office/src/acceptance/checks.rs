//! What a link is held to when it is accepted, as pure rules over what the journal says it did.

use std::collections::BTreeMap;

use catalog::{Assurance, Link};
use jiff::SignedDuration;
use linkage::{Delivery, Phase};
use serde::Serialize;

use crate::Reconciliation;

/// Conversions after which the receiver reads another character than the register has.
const LOSSES: [&str; 5] = ["代替文字", "切り捨て", "縮退", "異体字セレクタ除去", "外字のまま"];

/// Numbers a sentence names before it says only how many there are.
const NAMED_MAX: usize = 8;

/// What came of a check (判定).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// 適: it is so.
    Met,
    /// 対象外: this link does not do it.
    NotAsked,
    /// 要確認: a person has to say whether it is good enough.
    Review,
    /// 未実施: it has not been tried in the time looked at.
    Untried,
    /// 否: it is not so.
    Failed,
}

impl Verdict {
    /// The word papers and screens show.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Met => "適",
            Self::NotAsked => "対象外",
            Self::Review => "要確認",
            Self::Untried => "未実施",
            Self::Failed => "否",
        }
    }
}

/// One thing a link is held to (検収項目).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its title, in Japanese.
    pub title: &'static str,
    /// What has to be so (基準).
    pub required: String,
    /// What was seen (結果).
    pub seen: String,
    /// What came of it.
    pub verdict: Verdict,
}

/// One row of a list that the link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFact {
    /// The row, such as `city:26`.
    pub row: String,
    /// Whether it is in a list of this town.
    pub is_listed: bool,
    /// What does not fit between row and link, and what is doubtful in the row, in Japanese.
    pub questions: Vec<String>,
}

/// What the checks look at.
pub struct Facts<'a> {
    /// The link.
    pub link: &'a Link,
    /// Why it cannot run, when it cannot.
    pub broken: Option<&'a str>,
    /// The rows it is for.
    pub rows: &'a [RowFact],
    /// Its deliveries within the days looked at, oldest first.
    pub deliveries: &'a [Delivery],
    /// Runs its schedule asked for on those days; none where it has no times.
    pub expected: u64,
    /// What is wrong with the bytes that are kept of them, in Japanese.
    pub altered: &'a [String],
    /// What came of holding the receiver's dump against the register.
    pub reconciled: Option<&'a Reconciliation>,
}

/// Holds a link to everything it is accepted by.
#[must_use]
pub fn checks(facts: &Facts<'_>) -> Vec<Check> {
    vec![
        definition(facts),
        done(facts),
        numbers(facts),
        counts(facts),
        content(facts),
        kept(facts),
        held(facts),
        characters(facts),
        schedule(facts),
        receipts_in_time(facts),
        sent_again(facts),
        reconciled(facts),
    ]
}

fn check(
    title: &'static str,
    required: impl Into<String>,
    verdict: Verdict,
    seen: impl Into<String>,
) -> Check {
    Check { title, required: required.into(), seen: seen.into(), verdict }
}

/// Numbers of deliveries in a sentence.
fn named(numbers: &[u64]) -> String {
    let shown: Vec<String> = numbers.iter().take(NAMED_MAX).map(|no| format!("{no}番")).collect();
    let shown = shown.join("、");
    if NAMED_MAX < numbers.len() { format!("{shown} ほか計{}件", numbers.len()) } else { shown }
}

impl Facts<'_> {
    fn is_inquiry(&self) -> bool {
        matches!(self.link.delivery, catalog::Delivery::Inquiry { .. })
    }

    fn is_inward(&self) -> bool {
        matches!(self.link.delivery, catalog::Delivery::Inward { .. })
    }

    /// Whether bytes travel at all: within the house rows are applied by the commit that records the delivery.
    fn has_bytes(&self) -> bool {
        matches!(self.link.delivery, catalog::Delivery::Inward { .. } | catalog::Delivery::Outward { .. })
    }

    /// Minutes within which a receipt is due; none when no receipt is waited for.
    fn receipt_within(&self) -> Option<u32> {
        match &self.link.delivery {
            catalog::Delivery::Outward { receipt_within_minutes, .. } => *receipt_within_minutes,
            _ => None,
        }
    }

    /// Whether the other side's own word stands behind an application.
    fn has_receipts(&self) -> bool {
        self.is_inward() || self.receipt_within().is_some()
    }

    fn applied(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter().filter(|delivery| delivery.phase == Phase::Applied)
    }

    fn numbers_where(&self, holds: impl Fn(&Delivery) -> bool) -> Vec<u64> {
        self.deliveries.iter().filter(|delivery| holds(delivery)).map(|delivery| delivery.no).collect()
    }
}

fn definition(facts: &Facts<'_>) -> Check {
    let (title, required) =
        ("連携定義", "定義・レイアウト・場所に不備がなく、連携一覧の行のとおりであること");
    if let Some(why) = facts.broken {
        return check(title, required, Verdict::Failed, why);
    }
    let mut asked: Vec<String> = Vec::new();
    for row in facts.rows {
        if row.is_listed {
            asked.extend(row.questions.iter().map(|question| format!("{}: {question}", row.row)));
        } else {
            asked.push(format!("{}: この団体の連携一覧にない行です", row.row));
        }
    }
    if facts.rows.is_empty() {
        asked.push("連携一覧のどの行のためのものか、定義にありません".to_owned());
    }
    let names: Vec<&str> = facts.rows.iter().map(|row| row.row.as_str()).collect();
    match asked.is_empty() {
        true => check(title, required, Verdict::Met, format!("{}のとおりに動いています", names.join("、"))),
        false => check(title, required, Verdict::Review, asked.join("。")),
    }
}

fn done(facts: &Facts<'_>) -> Check {
    let (title, required) = match (facts.is_inquiry(), facts.is_inward()) {
        (true, _) => ("実施", "照会に答えたこと"),
        (_, true) => ("実施", "届いた配信を、すべて取り込んだこと"),
        _ => ("実施", "配信を、受信側がすべて反映したこと"),
    };
    let refused = facts.numbers_where(|delivery| delivery.phase == Phase::Refused);
    let open = facts.numbers_where(|delivery| {
        !matches!(delivery.phase, Phase::Applied | Phase::Refused) && delivery.asked.is_empty()
    });
    let applied = facts.applied().count();
    let rows: u64 = facts.applied().map(|delivery| delivery.rows).sum();
    if !refused.is_empty() {
        let reason = facts.deliveries.iter().rev().find_map(|delivery| {
            delivery
                .receipt
                .as_ref()
                .map(|receipt| receipt.reason.as_str())
                .filter(|reason| !reason.is_empty())
        });
        let reason = reason.map(|reason| format!("（{reason}）")).unwrap_or_default();
        return check(
            title,
            required,
            Verdict::Failed,
            format!("{}が拒否されています{reason}", named(&refused)),
        );
    }
    if !open.is_empty() {
        let seen = format!("反映{applied}件。{}がまだ反映されていません", named(&open));
        return check(title, required, Verdict::Review, seen);
    }
    match facts.deliveries.len() {
        0 => check(title, required, Verdict::Untried, "期間中の配信がありません"),
        all if facts.is_inquiry() => {
            check(title, required, Verdict::Met, format!("{all}回の照会に答えました"))
        }
        _ => check(title, required, Verdict::Met, format!("{applied}件の配信、{rows}行を反映しました")),
    }
}

fn numbers(facts: &Facts<'_>) -> Check {
    let (title, required) = ("連番", "配信番号に抜けと重なりがないこと");
    let (Some(first), Some(last)) = (facts.deliveries.first(), facts.deliveries.last()) else {
        return check(title, required, Verdict::Untried, "期間中の配信がありません");
    };
    let mut missing: Vec<u64> = Vec::new();
    for (before, after) in facts.deliveries.iter().zip(facts.deliveries.iter().skip(1)) {
        missing.extend(before.no.saturating_add(1)..after.no);
    }
    if missing.is_empty() {
        let seen = match facts.deliveries.len() {
            1 => format!("{}番の1件です", first.no),
            count => format!("{}番から{}番まで{count}件が続いています", first.no, last.no),
        };
        return check(title, required, Verdict::Met, seen);
    }
    // Only a person lets a link pass over a number, and said why; the reason stands in the journal.
    check(title, required, Verdict::Review, format!("{}を、届かないものとして進めました", named(&missing)))
}

fn counts(facts: &Facts<'_>) -> Check {
    let (title, required) = ("件数", "作成した件数と、受信側が数えた件数が同じであること");
    if facts.is_inquiry() {
        return check(title, required, Verdict::NotAsked, "照会の連携です");
    }
    if !facts.has_bytes() {
        return check(title, required, Verdict::Met, "同じ記録の中で反映するため、分かれることがありません");
    }
    let wrong = facts.numbers_where(|delivery| {
        delivery.receipt.as_ref().is_some_and(|receipt| receipt.rows != delivery.rows)
    });
    compared(facts, title, required, &wrong, "の件数が違います")
}

fn content(facts: &Facts<'_>) -> Check {
    let (title, required) = ("内容の同一性", "受信側が計算したSHA-256が、送ったファイルと同じであること");
    if !facts.has_bytes() {
        return check(title, required, Verdict::NotAsked, "ファイルを渡さない連携です");
    }
    let wrong = facts.numbers_where(|delivery| {
        delivery.receipt.as_ref().is_some_and(|receipt| receipt.sha256 != delivery.sha256)
    });
    compared(facts, title, required, &wrong, "のSHA-256が違います")
}

/// The outcome of comparing what was sent with receipts.
fn compared(facts: &Facts<'_>, title: &'static str, required: &str, wrong: &[u64], how: &str) -> Check {
    let with = facts.deliveries.iter().filter(|delivery| delivery.receipt.is_some()).count();
    if !wrong.is_empty() {
        return check(title, required, Verdict::Failed, format!("{}{how}", named(wrong)));
    }
    match (with, facts.has_receipts()) {
        (0, false) => {
            check(title, required, Verdict::Review, "受領書を待たない連携のため、受信側に確かめてください")
        }
        (0, true) => check(title, required, Verdict::Untried, "受領書のある配信がありません"),
        _ => check(title, required, Verdict::Met, format!("受領書のある{with}件のすべてで同じです")),
    }
}

fn kept(facts: &Facts<'_>) -> Check {
    let (title, required) = ("控え", "送受信したバイト列の控えが、記録したSHA-256のとおりに残っていること");
    if !facts.has_bytes() {
        return check(title, required, Verdict::NotAsked, "ファイルを渡さない連携です");
    }
    if !facts.altered.is_empty() {
        return check(title, required, Verdict::Failed, facts.altered.join("。"));
    }
    let pruned = facts.numbers_where(|delivery| delivery.pruned_at.is_some());
    match (facts.deliveries.len(), pruned.is_empty()) {
        (0, _) => check(title, required, Verdict::Untried, "期間中の配信がありません"),
        (all, true) => check(title, required, Verdict::Met, format!("{all}件のすべてで確かめました")),
        (_, false) => {
            let seen =
                format!("{}の控えは、保存期間を過ぎて消しています。残りは記録のとおりです", named(&pruned));
            check(title, required, Verdict::Review, seen)
        }
    }
}

fn held(facts: &Facts<'_>) -> Check {
    let (title, required) = ("保留行", "送れずに、または取り込めずに残した行がないこと");
    if facts.deliveries.is_empty() {
        return check(title, required, Verdict::Untried, "期間中の配信がありません");
    }
    // By item alone: a paper that leaves the house names nobody.
    let mut by_item: BTreeMap<&str, u64> = BTreeMap::new();
    for row in facts.deliveries.iter().flat_map(|delivery| &delivery.refused) {
        *by_item.entry(row.item.as_str()).or_default() += 1;
    }
    if by_item.is_empty() {
        return check(title, required, Verdict::Met, "ありません");
    }
    let said: Vec<String> = by_item.iter().map(|(item, count)| format!("「{item}」{count}行")).collect();
    check(title, required, Verdict::Review, format!("項目ごとに {}", said.join("、")))
}

fn characters(facts: &Facts<'_>) -> Check {
    let (title, required) = ("文字", "台帳の文字が、そのまま受信側で読めること");
    if !facts.has_bytes() {
        return check(title, required, Verdict::NotAsked, "文字コードを変えない連携です");
    }
    if facts.deliveries.is_empty() {
        return check(title, required, Verdict::Untried, "期間中の配信がありません");
    }
    let mut by_kind: BTreeMap<&str, u64> = BTreeMap::new();
    for (done, count) in facts.deliveries.iter().flat_map(|delivery| &delivery.characters) {
        *by_kind.entry(done.as_str()).or_default() += count;
    }
    let said: Vec<String> = by_kind.iter().map(|(done, count)| format!("{done} {count}文字")).collect();
    let lost = by_kind.keys().any(|done| LOSSES.contains(done));
    match (by_kind.is_empty(), lost) {
        (true, _) => check(title, required, Verdict::Met, "すべてそのまま往復します"),
        (_, false) => {
            check(title, required, Verdict::Met, format!("表記だけを整えました（{}）", said.join("、")))
        }
        (_, true) => {
            let seen = format!("{}。一文字ごとの記録は、各配信の画面にあります", said.join("、"));
            check(title, required, Verdict::Review, seen)
        }
    }
}

fn schedule(facts: &Facts<'_>) -> Check {
    let (title, required) = ("時期", "予定した回数だけ動いたこと");
    if facts.expected == 0 {
        return check(title, required, Verdict::NotAsked, "期間中に、時刻の決まった予定がありません");
    }
    let made = u64::try_from(facts.deliveries.len()).unwrap_or(u64::MAX);
    let seen = format!("予定{}回、配信{made}件", facts.expected);
    let verdict = if facts.expected <= made { Verdict::Met } else { Verdict::Failed };
    check(title, required, verdict, seen)
}

fn receipts_in_time(facts: &Facts<'_>) -> Check {
    let title = "到達保障";
    let Some(minutes) = facts.receipt_within() else {
        let why = match facts.link.assurance {
            Assurance::None => "到達保障のない連携です",
            _ if facts.is_inward() => "送信側が、こちらの受領書で確かめます",
            _ => "受領書を待たない連携です",
        };
        return check(title, "受領書が期限までに届くこと", Verdict::NotAsked, why);
    };
    let required = format!("受領書が、送ってから{minutes}分以内に届くこと");
    let within = SignedDuration::from_secs(i64::from(minutes).saturating_mul(60));
    let answered = |delivery: &&Delivery| delivery.receipt.is_some() && delivery.sent_at.is_some();
    let took = |delivery: &Delivery| {
        let receipt = delivery.receipt.as_ref()?;
        // Bytes that were put there once more are answered once more.
        let sent = delivery.sent_again_at.filter(|again| *again < receipt.read_at).or(delivery.sent_at)?;
        Some(receipt.read_at.duration_since(sent))
    };
    let late = facts.numbers_where(|delivery| took(delivery).is_some_and(|took| within < took));
    let slowest = facts.deliveries.iter().filter_map(took).max();
    match (slowest, late.is_empty()) {
        (None, _) => check(title, required, Verdict::Untried, "受領書のある配信がありません"),
        (Some(slowest), true) => {
            let count = facts.deliveries.iter().filter(answered).count();
            let seen = format!("{count}件のすべてが期限内でした（最も遅いもので{}）", in_words(slowest));
            check(title, required, Verdict::Met, seen)
        }
        (Some(_), false) => check(title, required, Verdict::Review, format!("{}が遅れました", named(&late))),
    }
}

fn in_words(duration: SignedDuration) -> String {
    match duration.as_secs() {
        seconds if seconds < 120 => format!("{}秒", seconds.max(0)),
        seconds => format!("{}分", seconds / 60),
    }
}

fn sent_again(facts: &Facts<'_>) -> Check {
    let (title, required) = ("再送", "再送を試し、受信側が二重に反映しないこと");
    let outward = matches!(facts.link.delivery, catalog::Delivery::Outward { .. });
    if !outward {
        return check(title, required, Verdict::NotAsked, "こちらから再送することのない連携です");
    }
    let taken = facts.numbers_where(|delivery| delivery.resent && delivery.phase == Phase::Applied);
    // Bytes that were put in their place once more are answered to nobody: only the receiver can say that it took them once.
    let put = facts.numbers_where(|delivery| delivery.sent_again_at.is_some());
    match (taken.is_empty(), put.is_empty()) {
        (false, _) => {
            check(title, required, Verdict::Met, format!("{}で再送し、受領されています", named(&taken)))
        }
        (true, false) => {
            let seen = format!(
                "{}を送ったときのまま置き直しました。二重に反映していないことを、受信側に確かめてください",
                named(&put)
            );
            check(title, required, Verdict::Review, seen)
        }
        (true, true) => check(title, required, Verdict::Untried, "期間中に再送していません"),
    }
}

fn reconciled(facts: &Facts<'_>) -> Check {
    let (title, required) = ("突合", "受信側の台帳が、こちらの台帳と同じであること");
    let outward = matches!(facts.link.delivery, catalog::Delivery::Outward { .. });
    match facts.reconciled {
        None if !outward => check(title, required, Verdict::NotAsked, "外へ送る連携ではありません"),
        None => check(title, required, Verdict::Untried, "受信側の台帳のファイルがありません"),
        Some(found) if found.agrees() && found.lacking.is_empty() => {
            let seen = format!("{}件、{}項目のすべてが一致しました", found.same, found.items.len());
            check(title, required, Verdict::Met, seen)
        }
        Some(found) if found.agrees() => {
            let seen = format!(
                "{}件が一致しました。相手にない項目（{}）は比べていません",
                found.same,
                found.lacking.join("、")
            );
            check(title, required, Verdict::Review, seen)
        }
        Some(found) => {
            let seen = format!(
                "一致{}件、項目の違い{}件、相手にない{}件、台帳にない{}件、その他{}件",
                found.same, found.differing, found.only_ours, found.only_theirs, found.others
            );
            check(title, required, Verdict::Failed, seen)
        }
    }
}
