//! The files of an acceptance, as they are handed over.

use std::fmt::Write;

use linkage::{Delivery, local};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use system::DocumentRequest;
use transport::in_hex;

use super::{Acceptance, Verdict};
use crate::links::Ready;
use crate::{ListFile, Office};

/// Deliveries the paper lists; the table beside it has all.
const LISTED_MAX: usize = 60;

/// Invented rows of the sample file.
const SAMPLE_ROWS: usize = 10;

impl Acceptance {
    /// The paper (検収書), for the template `link-acceptance` of the documents room.
    #[must_use]
    pub fn document(&self) -> DocumentRequest {
        let checks: Vec<Value> = self
            .checks
            .iter()
            .map(|check| {
                json!({
                    "title": check.title, "required": check.required, "seen": check.seen,
                    "verdict": check.verdict.label(),
                })
            })
            .collect();
        let unlisted = self.deliveries.len().saturating_sub(LISTED_MAX);
        let deliveries: Vec<Value> = self
            .deliveries
            .iter()
            .skip(unlisted)
            .map(|delivery| {
                json!({
                    "no": delivery.no.to_string(), "at": minute(delivery.prepared_at),
                    "phase": delivery.phase.label(), "rows": delivery.rows.to_string(),
                    "confirmed": confirmed(delivery), "sha256": delivery.sha256,
                })
            })
            .collect();
        let facts: Vec<Value> =
            self.facts().into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        DocumentRequest {
            template: "link-acceptance".to_owned(),
            title: format!("連携検収書 {}", self.link.id),
            data: json!({
                "town": self.town,
                "outcome": self.outcome().label(),
                "summary": self.summary(),
                "facts": facts,
                "checks": checks,
                "deliveries": deliveries,
                "unlisted": unlisted,
                "issue_number": format!("{}-{}", self.link.id, self.head.0),
            }),
        }
    }

    /// The outcome in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = |verdict| self.count(verdict);
        format!(
            "適 {}、否 {}、要確認 {}、未実施 {}、対象外 {}",
            count(Verdict::Met),
            count(Verdict::Failed),
            count(Verdict::Review),
            count(Verdict::Untried),
            count(Verdict::NotAsked)
        )
    }

    /// What the link is, line by line.
    fn facts(&self) -> Vec<(String, String)> {
        let mut facts = vec![
            ("連携".to_owned(), format!("{}（{}）", self.link.title, self.link.id)),
            ("送り元・受け側".to_owned(), format!("{} → {}", self.link.source, self.link.target)),
            ("期間".to_owned(), format!("{}から{}まで", self.from, self.to)),
            ("作成".to_owned(), format!("{}　記録位置 {}", minute(self.made_at), self.head.0)),
        ];
        // The first line names the link.
        for line in self.link.explanation.lines().skip(1) {
            let (name, value) = line.trim().split_once(": ").unwrap_or(("", line));
            facts.push((name.to_owned(), value.to_owned()));
        }
        facts
    }

    /// The paper as text, for those who compare two of them.
    fn to_markdown(&self) -> String {
        let mut text = format!(
            "# 連携検収書\n\n{}\n\n総合判定: **{}**（{}）\n\n",
            self.town,
            self.outcome().label(),
            self.summary()
        );
        for (name, value) in self.facts() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "- {name}: {value}");
        }
        text.push_str("\n| 番号 | 項目 | 基準 | 結果 | 判定 |\n|---|---|---|---|---|\n");
        for (number, check) in (1..).zip(&self.checks) {
            let cells = [check.title, &check.required, &check.seen, check.verdict.label()];
            let cells = cells.map(|cell| cell.replace('|', "｜").replace(char::is_control, " "));
            let _ = writeln!(text, "| {number} | {} |", cells.join(" | "));
        }
        text
    }

    /// Every delivery as a line.
    fn to_tsv(&self) -> String {
        let mut text =
            "番号\t作成日時\t状態\t区分\t件数\t受領件数\t保留\tバイト数\tファイル名\tSHA-256\t受領日時\n"
                .to_owned();
        for delivery in &self.deliveries {
            let cells = [
                delivery.no.to_string(),
                minute(delivery.prepared_at),
                delivery.phase.label().to_owned(),
                delivery.extent.word().to_owned(),
                delivery.rows.to_string(),
                confirmed(delivery),
                delivery.refused.len().to_string(),
                delivery.bytes.to_string(),
                delivery.file_name.clone().unwrap_or_default(),
                delivery.sha256.clone(),
                delivery.receipt.as_ref().map(|receipt| minute(receipt.read_at)).unwrap_or_default(),
            ];
            text.push_str(&cells.map(|cell| cell.replace(char::is_control, " ")).join("\t"));
            text.push('\n');
        }
        text
    }
}

impl Office {
    /// The files of an acceptance (検収一式): the paper as text and, when it could be printed, as PDF; the link file, its layout
    /// with the specification for the other vendor and a file of invented rows; every delivery with its checksum; and the
    /// checksums of all these. No file names a resident.
    #[must_use]
    pub fn acceptance_pack(&self, acceptance: &Acceptance, pdf: Option<Vec<u8>>) -> Vec<(String, Vec<u8>)> {
        let id = &acceptance.link.id;
        let mut files = vec![("検収書.md".to_owned(), acceptance.to_markdown().into_bytes())];
        files.extend(pdf.map(|pdf| ("検収書.pdf".to_owned(), pdf)));
        files.push(("配信一覧.tsv".to_owned(), acceptance.to_tsv().into_bytes()));
        for ListFile { name, text } in self.links().files_of(id) {
            files.push((format!("定義/{name}"), text.clone().into_bytes()));
        }
        if let Some(running) = self.links().get(id)
            && let Ok(ready) = &running.ready
        {
            let (plan, items) = match ready {
                Ready::Outward { plan, dataset, .. } => (Some(&**plan), dataset.names()),
                Ready::Inward(inward) => (Some(&inward.plan), inward.plan.layout().items()),
                _ => (None, Vec::new()),
            };
            if let Some(plan) = plan {
                files.push((
                    "定義/レイアウト仕様書.md".to_owned(),
                    plan.spec(&items).to_markdown().into_bytes(),
                ));
                // Without one where a header cannot be invented; the specification says all there is to say.
                if let Ok(sample) = plan.sample_file(&items, SAMPLE_ROWS) {
                    files.push(("定義/見本データ.dat".to_owned(), sample.bytes));
                }
            }
        }
        let sums: String = files
            .iter()
            .map(|(name, bytes)| format!("{}  {name}\n", in_hex(Sha256::new_with_prefix(bytes))))
            .collect();
        files.push(("SHA256SUMS".to_owned(), sums.into_bytes()));
        files
    }
}

/// Rows the receiver counted, as text; empty without a receipt.
fn confirmed(delivery: &Delivery) -> String {
    delivery.receipt.as_ref().map(|receipt| receipt.rows.to_string()).unwrap_or_default()
}

/// A moment in Japan's time.
fn minute(at: jiff::Timestamp) -> String {
    let at = local(at);
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}
