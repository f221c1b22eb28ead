//! Whether a certificate may be issued: E151 for support measures, E152 and A152 for suppressions.

use domain::AddresseeNo;
use register::{Fault, ViewExt, Write};

use super::{protection, suppression};
use crate::desk::Desk;
use crate::records::{Person, SupportRelease, SupportReleaseStatus, SuppressedProcess, SuppressionLevel};
use crate::texts::fold_text;

/// A 解除審査 that this issue uses up, with its version.
pub(crate) struct Released(SupportRelease, u32);

/// Checks everybody who is printed. Tells which 解除審査 the issue uses up. `household` are those whose address the paper
/// tells as well: the members, and of a deleted record whoever left from there.
///
/// Source: 住民記録システム標準仕様書 3.1, 3.4.
pub(crate) fn check(
    desk: &mut Desk<'_>,
    household: &[AddresseeNo],
    persons: &[Person],
    requested_by: &str,
) -> Result<Vec<Released>, Fault> {
    let running = running(desk, requested_by)?;
    let mut used: Vec<Released> = Vec::new();
    let mut reviewed = false;
    for person in persons {
        let path = format!("targets.{}", person.addressee_no);
        check_suppression(desk, person, &path)?;
        let measures = protection::measures_of(desk, person.addressee_no)?;
        let Some(class) = measures.iter().map(|measure| measure.class).min() else { continue };
        reviewed = true;
        match running.iter().find(|(release, _)| release.persons.contains(&person.addressee_no)) {
            Some((release, version)) => {
                if !used.iter().any(|Released(known, _)| known.release_no == release.release_no) {
                    used.push(Released(release.clone(), *version));
                }
                protection::warn_of_ends(desk, &measures, &path);
            }
            None => desk.error(
                "E151",
                &path,
                "対象者",
                format!("{}さんは{}の対象者です。証明書は交付できません。", person.called(), class.label()),
                "担当者が請求を審査し、交付してよいときは「支援措置の解除審査」をしてから、同じ請求者で交付してください。",
            ),
        }
    }
    // With a protected person among the printed the address was reviewed, or the issue is stopped.
    if !reviewed {
        warn_of_the_others(desk, household)?;
    }
    Ok(used)
}

/// E152, A152: several suppressions may stand; the strictest decides, and each is named.
fn check_suppression(desk: &mut Desk<'_>, person: &Person, path: &str) -> Result<(), Fault> {
    let standing = suppression::in_force(desk.view, desk.context, person)?;
    let found = suppression::of_process(&standing, SuppressedProcess::Certificate);
    let said: Vec<String> =
        found.iter().map(|(_, one)| format!("抑止番号{}、{}", one.suppression_no, one.reason)).collect();
    let said = said.join("／");
    match suppression::strictest(&standing, SuppressedProcess::Certificate) {
        SuppressionLevel::Error => desk.error(
            "E152",
            path,
            "対象者",
            format!("{}さんの証明書の交付は抑止されています（{said}）。", person.called()),
            "交付してよいときは、抑止の一時解除をしてから交付してください。",
        ),
        SuppressionLevel::Alert => desk.alert(
            "A152",
            path,
            "対象者",
            format!("{}さんの証明書の交付には抑止があります（{said}）。", person.called()),
            "抑止の理由を読み、交付してよいか確かめてください。",
        ),
        SuppressionLevel::None => {}
    }
    Ok(())
}

/// A copy of somebody who lives with a protected person shows the same address (D029).
fn warn_of_the_others(desk: &mut Desk<'_>, household: &[AddresseeNo]) -> Result<(), Fault> {
    let mut others = false;
    for no in household {
        others |= desk.protected(*no)?.is_some_and(|row| row.is_protected());
    }
    if others {
        desk.alert(
            "D029",
            "targets",
            "対象者",
            "同じ世帯に支援措置の対象者がいます。この写しから、対象者の住所が分かるおそれがあります。",
            "請求者と使用目的をよく審査してください。",
        );
    }
    Ok(())
}

/// The 解除審査 that may be used now for this requester.
fn running(desk: &Desk<'_>, requested_by: &str) -> Result<Vec<(SupportRelease, u32)>, Fault> {
    let requester = fold_text(requested_by);
    let open = desk.view.load_by::<SupportRelease>("status", SupportReleaseStatus::Open.code())?;
    Ok(open
        .into_iter()
        .map(|held| (held.record, held.version))
        .filter(|(one, _)| desk.context.now < one.until && fold_text(&one.requested_by) == requester)
        .collect())
}

/// Uses the releases up: each is good for one issue.
pub(crate) fn use_up(
    desk: &Desk<'_>,
    used: Vec<Released>,
    issue_numbers: &[String],
) -> Result<Vec<Write>, Fault> {
    let mut writes = Vec::new();
    for Released(release, version) in used {
        let spent = SupportRelease {
            status: SupportReleaseStatus::Used,
            used_for: issue_numbers.to_vec(),
            used_at: Some(desk.context.now),
            ..release
        };
        writes.push(Write::put(&spent, Some(version))?);
    }
    Ok(writes)
}
