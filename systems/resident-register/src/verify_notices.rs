//! What must hold of the notices (送信通知) at any time.

use std::collections::{BTreeMap, BTreeSet};

use domain::AddresseeNo;
use register::{Fault, View, ViewExt};
use system::{Check, Inconsistency};

use crate::records::{NoticeKind, NoticeState, OutboundNotice, Person};
use crate::rules::outbound::{self, Told};
use crate::verify::{each, wrong};

/// The checks.
pub(crate) fn checks() -> Vec<Check> {
    vec![
        Check { id: "notice-order", title: "送信通知の順序に抜けがない", run: order },
        Check { id: "notice-rows", title: "記載と消除が通知されている", run: told },
    ]
}

/// What the checks keep of a notice.
struct Seen {
    message_no: String,
    sequence: u32,
    history_no: u32,
    identity: bool,
    /// Whether it tells the row, and does not only ask for a number.
    tells: bool,
}

fn by_person(view: &dyn View) -> Result<BTreeMap<AddresseeNo, Vec<Seen>>, Fault> {
    let mut seen: BTreeMap<AddresseeNo, Vec<Seen>> = BTreeMap::new();
    each::<OutboundNotice>(view, |notice| {
        seen.entry(notice.addressee_no).or_default().push(Seen {
            message_no: notice.message_no,
            sequence: notice.sequence,
            history_no: notice.history_no,
            identity: notice.notice == NoticeKind::Identity,
            tells: notice.change.is_some(),
        });
    })?;
    Ok(seen)
}

/// In the order of 通知番号 a person's notices are 1, 2, 3 …, and each that was replaced has one that names it.
fn order(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    for (no, notices) in by_person(view)? {
        for (wanted, notice) in (1_u32..).zip(&notices) {
            if notice.sequence != wanted {
                found.push(wrong::<OutboundNotice>(
                    &notice.message_no,
                    format!("宛名番号{no}の送信順序が{}です。{wanted}のはずです。", notice.sequence),
                ));
                break;
            }
        }
    }
    let (mut replaced, mut named) = (BTreeSet::new(), BTreeMap::<String, u32>::new());
    each::<OutboundNotice>(view, |notice| {
        if notice.state == NoticeState::Resent {
            replaced.insert(notice.message_no.clone());
        }
        if !notice.resend_of.is_empty() {
            *named.entry(notice.resend_of).or_default() += 1;
        }
    })?;
    for no in &replaced {
        if named.get(no) != Some(&1) {
            found.push(wrong::<OutboundNotice>(
                no,
                "再送で置き換えた通知に、再送の通知がないか、二つあります。",
            ));
        }
    }
    for no in named.keys().filter(|no| !replaced.contains(*no)) {
        found.push(wrong::<OutboundNotice>(no, "再送されたのに、置き換えられていません。"));
    }
    Ok(found)
}

/// Every row by which the six items of somebody came, went or changed has its 本人確認情報, from the first row on that made
/// any notice: a town that was brought along has rows before it that told nobody.
///
/// Costs one keyed reading of the history per person with notices.
fn told(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    let nothing = BTreeSet::new();
    for (no, notices) in by_person(view)? {
        let rows = notices.iter().filter(|notice| notice.tells).map(|notice| notice.history_no);
        let Some(first) = rows.min() else { continue };
        let identity: BTreeSet<u32> =
            notices.iter().filter(|notice| notice.identity).map(|notice| notice.history_no).collect();
        let mut before: Option<Person> = None;
        for held in view.load_history::<Person>(no.as_str())? {
            let after = held.record;
            let told = Told {
                before: before.as_ref(),
                after: &after,
                reason: after.movement_reason,
                undoes: None,
                circumstances: &nothing,
            };
            let due = outbound::due(&told).iter().any(|due| due.notice == NoticeKind::Identity);
            if first <= after.history_no && due && !identity.contains(&after.history_no) {
                found.push(wrong::<Person>(
                    no,
                    format!("履歴番号{}の異動の本人確認情報が作られていません。", after.history_no),
                ));
            }
            before = Some(after);
        }
    }
    Ok(found)
}
