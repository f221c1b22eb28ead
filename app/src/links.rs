//! `daicho link`: the running links of a town from the command line.

use office::Office;

use crate::progress::result;

/// Lists the links with their state.
///
/// # Errors
/// When the journal does not answer.
pub fn list(office: &Office) -> anyhow::Result<()> {
    for broken in office.links().broken() {
        result(&format!("定義不備\t{}\t{}", broken.file, broken.what));
    }
    for view in office.link_views()? {
        let last = view
            .last
            .map_or_else(String::new, |last| format!("{}番 {}件 {}", last.no, last.rows, last.phase.label()));
        result(&format!(
            "{}\t{}\t{} → {}\t{}\t{last}\t{}",
            view.standing.label(),
            view.id,
            view.source,
            view.target,
            view.timing,
            view.why
        ));
    }
    Ok(())
}

/// Shows one link: what it does, and its newest deliveries.
///
/// # Errors
/// When the journal does not answer or there is no such link.
pub fn show(office: &Office, id: &str) -> anyhow::Result<()> {
    let Some(view) = office.link_view(id)? else { anyhow::bail!("連携「{id}」はありません") };
    result(&view.explanation);
    result(&format!("状態: {} {} {}", view.standing.label(), view.why, view.remedy));
    for delivery in office.deliveries(id, None, 20)? {
        let file = delivery.file_name.as_deref().unwrap_or("（即時）");
        result(&format!(
            "{:>6}番 {} {:>7}件 {} {} {}",
            delivery.no,
            delivery.phase.label(),
            delivery.rows,
            delivery.prepared_at,
            file,
            delivery.sha256
        ));
    }
    Ok(())
}

/// Shows which deliveries carried one person.
///
/// # Errors
/// When the journal does not answer.
pub fn trace(office: &Office, subject: &str) -> anyhow::Result<()> {
    for line in office.trace(subject)? {
        let refused = line.refused.map(|why| format!(" 保留（{why}）")).unwrap_or_default();
        result(&format!(
            "{}\t{}番\t{}\t{}{refused}",
            line.title,
            line.delivery.no,
            line.delivery.phase.label(),
            line.delivery.prepared_at
        ));
    }
    Ok(())
}
