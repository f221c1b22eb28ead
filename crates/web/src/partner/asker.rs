//! What a partner may do, whichever protocol it speaks: each doing is bound to its links and audited here.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use jiff::Timestamp;
use office::{Caller, Ran, Ready, Rights, RunError, RunOptions};
use transport::http::wire::{FileCard, FileList, SignedReceipt};
use transport::{Answer, Control, Place, PlaceError, Question, Receipt};

use super::{Partner, Spooled};
use crate::problem::Problem;
use crate::visit::Visit;

/// What the audit log calls a partner's doings.
const AUDIT: &str = "office/partner";

/// Deliveries told at once.
const LIST_MAX: usize = 200;

/// The partner who asks (連携先), and by what name its doing stands in the audit log.
pub(crate) struct Asker<'v> {
    visit: &'v Visit,
    partner: &'v Partner,
    doing: &'static str,
}

impl<'v> Asker<'v> {
    /// Who asks on this route.
    pub(crate) fn of(visit: &'v Visit) -> Result<Self, Problem> {
        Self::doing(visit, visit.route.title)
    }

    /// Who asks for this, on a route for several things.
    pub(crate) fn doing(visit: &'v Visit, doing: &'static str) -> Result<Self, Problem> {
        let partner = visit.partner.as_deref().ok_or_else(Problem::token_required)?;
        Ok(Self { visit, partner, doing })
    }

    /// Refuses a link the partner is not bound to.
    pub(crate) fn bound(&self, link: &str) -> Result<(), Problem> {
        if self.partner.links.contains(link) {
            return Ok(());
        }
        self.refuse()?;
        Err(Problem::denied(format!("この連携先に、連携「{link}」は開かれていません。")))
    }

    /// Uses a function, if the partner may; once for each key of a call that may come again.
    pub(crate) fn run(
        &self,
        function: &str,
        input: &serde_json::Value,
        options: &RunOptions,
        key: Option<&str>,
    ) -> Result<Ran, RunError> {
        let caller = self.partner.caller(&self.visit.terminal);
        self.visit.office().run_once(&caller, function, input, options, key)
    }

    /// Writes a refusal into the audit log.
    fn refuse(&self) -> Result<(), Problem> {
        let caller = self.partner.caller(&self.visit.terminal);
        self.visit.office().audit_denied(&caller, AUDIT, self.doing)?;
        Ok(())
    }

    fn audit(&self, link: &str, no: u64) -> Result<(), Problem> {
        let caller = self.partner.caller(&self.visit.terminal);
        self.visit.office().audit_done(&caller, AUDIT, self.doing, vec![format!("{link}/{no}")])?;
        Ok(())
    }

    /// Takes a delivery in. The receipt when the town has answered it before; none yet otherwise.
    pub(crate) fn take(
        &self,
        name: Option<String>,
        control: &Control,
        spooled: Option<&Spooled>,
    ) -> Result<Option<SignedReceipt>, Problem> {
        let Control { link, no, .. } = control;
        self.bound(link)?;
        let name = name.unwrap_or_else(|| format!("{link}_{no:06}.dat"));
        if !is_plain(&name) {
            return Err(Problem::unreadable(format!("「{name}」は、ファイルの名前にできません。")));
        }
        let spooled = spooled.ok_or_else(|| Problem::unreadable("本文がありません。"))?;
        if control.bytes != spooled.bytes || control.sha256 != spooled.sha256 {
            return Err(Problem::mismatched(format!(
                "届いたのは{}バイト、SHA-256は{}です。",
                spooled.bytes, spooled.sha256
            )));
        }
        let card = FileCard::of(&name, control);
        let same_number = |card: &FileCard| card.link == *link && card.no == *no;
        let there = self.partner.files.sent(&same_number).map_err(|error| disk(&error))?;
        if there.iter().any(|there| *there != card) {
            return Err(Problem::taken());
        }
        self.partner.files.folder().put(&name, spooled.path(), control).map_err(place)?;
        self.audit(link, *no)?;
        self.answered(&card)
    }

    /// The town's answer to a delivery; none yet.
    fn answered(&self, card: &FileCard) -> Result<Option<SignedReceipt>, Problem> {
        let folder = self.partner.files.folder();
        let Some(receipt) = folder.receipt(&card.name).map_err(place)? else { return Ok(None) };
        let at = put_at(&folder.receipts(), &card.name)?;
        Ok(Some(self.visit.house.desk.partners.receipt(&card.link, &receipt, at)))
    }

    fn sent_card(&self, link: &str, no: u64) -> Result<FileCard, Problem> {
        self.bound(link)?;
        let found = self.partner.files.sent(&|card| card.link == link && card.no == no);
        found.map_err(|error| disk(&error))?.pop().ok_or_else(|| unknown(link, no))
    }

    /// The town's answer to a delivery of the partner; none yet.
    pub(crate) fn receipt(&self, link: &str, no: u64) -> Result<Option<SignedReceipt>, Problem> {
        self.answered(&self.sent_card(link, no)?)
    }

    /// Puts the town's answer aside, because the same delivery is sent again.
    pub(crate) fn retire_receipt(&self, link: &str, no: u64) -> Result<(), Problem> {
        let card = self.sent_card(link, no)?;
        self.partner.files.folder().retire_receipt(&card.name).map_err(place)?;
        self.audit(link, no)
    }

    /// What the partner has sent under a name: for a sender that lost its own notes.
    pub(crate) fn sent(&self, name: &str) -> Result<FileList, Problem> {
        let own = |card: &FileCard| self.partner.links.contains(&card.link) && card.name == name;
        let files = self.partner.files.sent(&own).map_err(|error| disk(&error))?;
        Ok(FileList { files, more: false })
    }

    /// Deliveries of the town that wait for the partner's answer and whose names begin so.
    pub(crate) fn waiting(&self, prefix: &str) -> Result<FileList, Problem> {
        let waiting = self.partner.files.folder().arrivals(prefix).map_err(place)?;
        let waiting: BTreeSet<String> = waiting.into_iter().map(|arrival| arrival.name).collect();
        self.incoming(&|card| waiting.contains(&card.name))
    }

    /// The delivery of the town that has this name, answered or not.
    pub(crate) fn named(&self, name: &str) -> Result<FileList, Problem> {
        self.incoming(&|card| card.name == name)
    }

    fn incoming(&self, fits: &dyn Fn(&FileCard) -> bool) -> Result<FileList, Problem> {
        let own = |card: &FileCard| self.partner.links.contains(&card.link) && fits(card);
        let files = self.partner.files.incoming(&own).map_err(|error| disk(&error))?;
        Ok(FileList { files, more: false })
    }

    /// The deliveries of a link behind a number, answered or not.
    pub(crate) fn behind(&self, link: &str, after: u64) -> Result<FileList, Problem> {
        self.bound(link)?;
        let found = self.partner.files.incoming(&|card| card.link == link && after < card.no);
        let mut files = found.map_err(|error| disk(&error))?;
        files.sort_by_key(|card| (card.no, card.part));
        let more = LIST_MAX < files.len();
        files.truncate(LIST_MAX);
        Ok(FileList { files, more })
    }

    fn incoming_card(&self, link: &str, no: u64) -> Result<FileCard, Problem> {
        self.bound(link)?;
        let found = self.partner.files.incoming(&|card| card.link == link && card.no == no);
        found.map_err(|error| disk(&error))?.pop().ok_or_else(|| unknown(link, no))
    }

    /// A delivery of the town: what it is, its bytes and how many they are.
    pub(crate) fn fetch(&self, link: &str, no: u64) -> Result<(FileCard, File, u64), Problem> {
        let card = self.incoming_card(link, no)?;
        let path = self.partner.files.folder().incoming().join(&card.name);
        let opened = File::open(path).and_then(|file| file.metadata().map(|meta| (file, meta.len())));
        let (file, bytes) = opened.map_err(|error| disk(&error))?;
        // Before a byte leaves the house.
        self.audit(link, no)?;
        Ok((card, file, bytes))
    }

    /// Takes the partner's answer to a delivery; its link and number stand in the call.
    pub(crate) fn answer(&self, link: &str, no: u64, given: &SignedReceipt) -> Result<(), Problem> {
        let card = self.incoming_card(link, no)?;
        let receipt = given.receipt().map_err(|error| Problem::unreadable(format!("受領書: {error}。")))?;
        if receipt.no != card.no {
            return Err(Problem::unreadable(format!("受領書の番号が{}です。", receipt.no)));
        }
        if !receipt.is_of(link) {
            return Err(Problem::unreadable(format!("受領書の連携が「{}」です。", given.link)));
        }
        let receipt = Receipt { link: Some(link.to_owned()), ..receipt };
        self.partner.files.folder().answer(&card.name, &receipt).map_err(place)?;
        self.audit(link, no)
    }

    /// Answers a question over a link.
    pub(crate) fn ask(&self, link: &str, question: &Question) -> Result<Answer, Problem> {
        self.bound(link)?;
        // A link over which the town itself asks somebody would carry the partner's question on in the town's name.
        let running = self.visit.office().links().get(link);
        if running.is_some_and(|running| matches!(running.ready, Ok(Ready::Asks { .. }))) {
            self.refuse()?;
            return Err(Problem::denied(format!("連携「{link}」は、台帳が答える照会の連携ではありません。")));
        }
        // Its configuration opens the link to it; that is its right to ask.
        let rights = Rights(vec!["office/inquiry".to_owned()]);
        let caller = Caller { rights, ..self.partner.caller(&self.visit.terminal) };
        Ok(self.visit.office().ask(&caller, link, question)?.answer)
    }

    /// Puts the partner's own answer aside, so that the delivery waits again.
    pub(crate) fn retire_answer(&self, link: &str, no: u64) -> Result<(), Problem> {
        let card = self.incoming_card(link, no)?;
        self.partner.files.folder().retire_answer(&card.name).map_err(place)?;
        self.audit(link, no)
    }
}

/// A name that is one in every system's folders, and none that a slip or a file on its way has.
fn is_plain(name: &str) -> bool {
    const NAME_BYTES_MAX: usize = 200;
    let forbidden = |letter: char| letter.is_control() || "/\\:*?\"<>|".contains(letter);
    // Where a folder knows no case, neither may the names.
    let lower = name.to_ascii_lowercase();
    let own = [".ctl", ".receipt", ".tmp"];
    !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && !name.starts_with('.')
        && !name.contains(forbidden)
        && !own.iter().any(|ending| lower.ends_with(ending))
}

fn unknown(link: &str, no: u64) -> Problem {
    Problem::not_found(format!("連携「{link}」の{no}番はありません。"))
}

fn disk(error: &std::io::Error) -> Problem {
    Problem::fault("a partner's folder does not answer", error)
}

fn place(error: PlaceError) -> Problem {
    match error {
        PlaceError::Taken { .. } => Problem::taken(),
        other => Problem::fault("a partner's folder does not answer", &other),
    }
}

/// When a receipt was put: what it says must not change with the moment it is asked for.
fn put_at(receipts: &Path, name: &str) -> Result<Timestamp, Problem> {
    let modified =
        std::fs::metadata(receipts.join(format!("{name}.receipt"))).and_then(|meta| meta.modified());
    let modified = modified.map_err(|error| disk(&error))?;
    let moment = Timestamp::try_from(modified).unwrap_or_default();
    Ok(Timestamp::from_second(moment.as_second()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn only_a_plain_name_is_one() {
        for name in ["a", "ido_20261120_000012.csv", "異動.dat", "a b"] {
            assert!(is_plain(name), "{name}");
        }
        let long = "a".repeat(201);
        for name in [
            "",
            ".",
            "..",
            ".a",
            "a/b",
            "../a",
            "a\\b",
            "a\n",
            "C:a",
            "a.ctl",
            "a.receipt",
            "a.tmp",
            "a.CTL",
            &long,
        ] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
