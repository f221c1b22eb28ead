//! Who may already be the person or corporation asked for (名寄せ候補の検索).

use std::collections::BTreeMap;

use domain::{fold_kana, fold_name};
use register::{Fault, View, ViewExt};
use system::{Context, TextQuery};

use crate::linked;
use crate::records::{ADDRESSEE, Addressee};
use crate::rules::{Agreement, Sought, candidate, may_refer};

/// The most hits of one question to the index that are looked at.
const HITS_MAX: usize = 200;

/// The most candidates that are shown; more is a reason to ask more narrowly.
pub(crate) const CANDIDATES_MAX: usize = 20;

/// Somebody who may be who is sought.
pub(crate) struct Candidate {
    /// The addressee.
    pub(crate) held: Addressee,
    /// By what.
    pub(crate) agreement: Agreement,
    /// Whether it was so in the past only (過去の氏名・住所).
    pub(crate) past: bool,
    /// Whether the address must not be shown.
    pub(crate) hidden: bool,
}

/// Candidates by name, reading and address, past ones too, in order of number. Sub numbers (名寄せ元) give way to nobody: the
/// caller may know the person by either. Whom the asking task may not refer to (他業務参照不可) is none of them.
///
/// Source: 共通機能標準仕様書, 住登外者宛名番号管理機能 (0310005, past names and addresses).
pub(crate) fn find(
    view: &dyn View,
    sought: &Sought,
    task_id: &str,
    context: &Context<'_>,
) -> Result<Vec<Candidate>, Fault> {
    let terms = [
        ("name", fold_name(&sought.name)),
        ("name", fold_name(&sought.alias_name)),
        ("name_kana", fold_kana(&sought.name_kana)),
        ("address", fold_name(&sought.address)),
    ];
    let mut found = BTreeMap::new();
    for (field, fragment) in terms.into_iter().filter(|(_, fragment)| !fragment.is_empty()) {
        let (hits, _) = context.search.find(&TextQuery {
            kind: ADDRESSEE.id,
            terms: vec![(field, fragment)],
            past: true,
            limit: HITS_MAX,
            ..TextQuery::default()
        });
        for hit in hits {
            if found.contains_key(&hit.key) {
                continue;
            }
            let judged = judge(view, &hit.key, sought)?.filter(|found| may_refer(&found.held, task_id));
            found.insert(hit.key, judged);
        }
    }
    Ok(found.into_values().flatten().take(CANDIDATES_MAX).collect())
}

fn judge(view: &dyn View, key: &str, sought: &Sought) -> Result<Option<Candidate>, Fault> {
    let Some(held) = view.load::<Addressee>(key)? else { return Ok(None) };
    let hidden = linked::is_hidden(view, &held.record)?;
    if let Some(agreement) = candidate(&held.record, sought, !hidden) {
        return Ok(Some(Candidate { held: held.record, agreement, past: false, hidden }));
    }
    let past = view.load_history::<Addressee>(key)?;
    let agreement = past.iter().rev().find_map(|version| candidate(&version.record, sought, !hidden));
    Ok(agreement.map(|agreement| Candidate { held: held.record, agreement, past: true, hidden }))
}
