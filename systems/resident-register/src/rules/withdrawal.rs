//! Withdrawals of マイナポータル (届の取消): what becomes of the notification they take back.

use std::collections::BTreeSet;

use register::{Fault, View, ViewExt, Write};
use system::Context;

use crate::records::{Application, ApplicationKind, ApplicationStatus};

/// What became of the application a withdrawal names.
enum Withdrawn {
    /// Nobody had entered it, and it is ended; no write of what came in the same batch or was ended before.
    Ended(Option<Write>),
    /// A clerk had entered it: 受付番号.
    Entered(String),
    Unknown,
}

/// Carries a withdrawal out: what nobody has entered yet ends with it, and of what was entered a clerk is told. `fresh` is the
/// withdrawn one when it came in the same batch; `ended` are held ones that this batch ends already, as two withdrawals of one
/// application are one end. The write that ends a held one, or E180 when there is nothing to withdraw.
///
/// Source: 住民記録システム標準仕様書 4.1.3.0.5, 10.9.
pub(crate) fn carry_out(
    view: &dyn View,
    context: &Context<'_>,
    (fresh, ended): (Option<&mut Application>, &mut BTreeSet<String>),
    (withdrawal, target): (&mut Application, ApplicationKind),
    external_no: &str,
) -> Result<Result<Option<Write>, String>, Fault> {
    let label = target.label();
    Ok(match withdraw(view, context, (fresh, ended), target, external_no)? {
        Withdrawn::Ended(write) => {
            withdrawal.status = ApplicationStatus::Ended;
            withdrawal.end_reason = format!("申請番号{external_no}の{label}を終了にしました。");
            Ok(write)
        }
        Withdrawn::Entered(no) => {
            withdrawal.differences.push(format!(
                "申請番号{external_no}の{label}は、もう仮登録しています（受付番号{no}）。本登録の前なら仮登録を取り消し、後なら異動の取消しを入力してください。"
            ));
            Ok(None)
        }
        Withdrawn::Unknown => {
            Err(format!("取り消される申請（申請番号{external_no}、{label}）が、まだ届いていません。"))
        }
    })
}

fn withdraw(
    view: &dyn View,
    context: &Context<'_>,
    (fresh, ended): (Option<&mut Application>, &mut BTreeSet<String>),
    target: ApplicationKind,
    external_no: &str,
) -> Result<Withdrawn, Fault> {
    let reason = format!("申請者が取り消しました（{}）。", domain::wareki(context.today));
    if let Some(fresh) = fresh {
        fresh.status = ApplicationStatus::Ended;
        fresh.end_reason = reason;
        return Ok(Withdrawn::Ended(None));
    }
    let held = view.load_by::<Application>("external_no", external_no)?;
    let Some(held) = held.into_iter().find(|held| held.record.what == target) else {
        return Ok(Withdrawn::Unknown);
    };
    Ok(match held.record.status {
        ApplicationStatus::Entered => Withdrawn::Entered(held.record.provisional_no),
        ApplicationStatus::Ended => Withdrawn::Ended(None),
        ApplicationStatus::Open if !ended.insert(held.record.application_no.clone()) => {
            Withdrawn::Ended(None)
        }
        ApplicationStatus::Open => {
            let gone = Application { status: ApplicationStatus::Ended, end_reason: reason, ..held.record };
            Withdrawn::Ended(Some(Write::put(&gone, Some(held.version))?))
        }
    })
}
