//! A system that takes files from a folder and puts receipts.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use layout::Plan;
use sha2::{Digest, Sha256};
use transport::{Control, Folder, Receipt, Verdict, in_hex, write_durably};

use crate::seen::{Seen, counted};

/// How the simulator behaves; the default is well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Temper {
    /// Takes and answers.
    #[default]
    Well,
    /// Takes nothing and answers nothing, as a system that is down.
    Silent,
    /// Refuses everything.
    Refusing,
}

/// The simulator's own disk failed.
#[derive(Debug, thiserror::Error)]
#[error("the simulated receiver cannot use its folder")]
pub struct ReceiverError(#[from] io::Error);

/// One delivery the receiver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The file's name.
    pub name: String,
    /// Its control file.
    pub control: Control,
    /// What it answered.
    pub verdict: Verdict,
    /// Whether it had taken the delivery before.
    pub repeat: bool,
}

/// A simulated system at the other end of a folder.
pub struct FolderReceiver {
    folder: Folder,
    /// The agreed layout of each link's files.
    plans: BTreeMap<String, Plan>,
    /// Behaviour, to be changed at any time.
    pub temper: Temper,
}

impl FolderReceiver {
    /// A receiver at this folder that knows the layouts of these links.
    pub fn new(folder: Folder, plans: BTreeMap<String, Plan>) -> Self {
        Self { folder, plans, temper: Temper::Well }
    }

    /// Looks once for deliveries that have no receipt yet and answers them in order.
    ///
    /// # Errors
    /// When the simulator's own folder fails; what was answered before stays answered.
    pub fn turn(&mut self) -> Result<Vec<Taken>, ReceiverError> {
        if self.temper == Temper::Silent || !self.folder.out().is_dir() {
            return Ok(Vec::new());
        }
        let mut waiting = Vec::new();
        for entry in fs::read_dir(self.folder.out())? {
            let file_name = entry?.file_name().to_string_lossy().into_owned();
            let Some(name) = file_name.strip_suffix(".ctl") else { continue };
            if self.folder.receipts().join(format!("{name}.receipt")).exists() {
                continue;
            }
            let text = fs::read_to_string(self.folder.out().join(&file_name))?;
            if let Ok(control) = Control::parse(&text) {
                // By the moment they are of: links that wait for no receipt may lie here side by side.
                waiting.push((control.as_of, control.link.clone(), control.no, name.to_owned(), control));
            }
        }
        waiting.sort_by(|a, b| (a.0, &a.1, a.2).cmp(&(b.0, &b.1, b.2)));
        let mut taken = Vec::new();
        for (_, _, _, name, control) in waiting {
            taken.push(self.answer(name, control)?);
        }
        Ok(taken)
    }

    fn answer(&self, name: String, control: Control) -> Result<Taken, ReceiverError> {
        let bytes = fs::read(self.folder.out().join(&name)).unwrap_or_default();
        let seen = Seen {
            sha256: in_hex(Sha256::new_with_prefix(&bytes)),
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            rows: counted(self.plans.get(&control.link), &control.link, &bytes),
            last: self.last(&control.link),
            holds: self.holds(&control.dataset),
            took_another: self.took_another(&control),
        };
        let repeat = control.no <= seen.last;
        let verdict = match self.temper {
            Temper::Refusing => Verdict::Refused("受付停止中です".to_owned()),
            _ => seen.verdict(&control),
        };
        if verdict == Verdict::Applied && !repeat {
            // Taken first, answered second: killed in between, it answers the repeat. The number is last: before it stands,
            // the delivery is none that was taken, and is noted anew.
            note(&self.content(&control.link, control.no), &control.sha256)?;
            note(&self.held(&control.dataset), control.as_of)?;
            note(&self.ledger(&control.link), control.no)?;
        }
        let link = Some(control.link.clone());
        let rows = seen.rows.unwrap_or(0);
        let receipt = Receipt { link, no: control.no, rows, sha256: seen.sha256, verdict: verdict.clone() };
        let path = self.folder.receipts().join(format!("{name}.receipt"));
        write_durably(&path, |file| file.write_all(receipt.to_text().as_bytes()))?;
        Ok(Taken { name, control, verdict, repeat })
    }

    /// Whether other bytes came under the number of a delivery before: then the sender counts anew, as one that was restored
    /// from a backup does, and "applied" would be said of rows that were never taken.
    fn took_another(&self, control: &Control) -> bool {
        let taken = fs::read_to_string(self.content(&control.link, control.no));
        taken.is_ok_and(|sha256| sha256 != control.sha256)
    }

    /// The newest delivery of a link this receiver has taken.
    pub fn last(&self, link: &str) -> u64 {
        read_note(&self.ledger(link))
    }

    /// The sender's journal position up to which this receiver holds a dataset, by whichever link it came.
    pub fn holds(&self, dataset: &str) -> u64 {
        read_note(&self.held(dataset))
    }

    fn ledger(&self, link: &str) -> PathBuf {
        self.folder.path().join("receiver").join(format!("{link}.last"))
    }

    /// Where the SHA-256 of a delivery that was taken is noted.
    fn content(&self, link: &str, no: u64) -> PathBuf {
        self.folder.path().join("receiver").join(link).join(format!("{no:012}.sha256"))
    }

    fn held(&self, dataset: &str) -> PathBuf {
        self.folder.path().join("receiver").join(format!("{}.as_of", dataset.replace('/', ".")))
    }
}

/// Notes a number or a checksum in a file of the receiver's own.
fn note(path: &Path, what: impl ToString) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    write_durably(path, |file| file.write_all(what.to_string().as_bytes()))
}

fn read_note(path: &Path) -> u64 {
    fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use layout::{Facts, Layout};
    use moji::Unmappable;
    use transport::Place;

    use super::*;

    const LAYOUT: &str = include_str!("../../../standards/layouts/resident-utf16.toml");

    struct Bench {
        dir: tempfile::TempDir,
        plan: Plan,
        items: Vec<String>,
    }

    impl Bench {
        fn new() -> Self {
            let layout = Layout::parse(LAYOUT, "resident-utf16.toml").unwrap();
            let items: Vec<String> = layout.items().into_iter().map(str::to_owned).collect();
            let names: Vec<&str> = items.iter().map(String::as_str).collect();
            let plan = layout.compile(&names, Unmappable::Substitute, &moji::Tables::built_in()).unwrap();
            Self { dir: tempfile::tempdir().unwrap(), plan, items }
        }

        fn send(&self, no: u64, rows: u64, stated: u64) {
            self.send_by("l", no, no, rows, stated);
        }

        fn send_by(&self, link: &str, no: u64, as_of: u64, rows: u64, stated: u64) {
            let facts = Facts { delivery_no: no, date: "2026-11-20".into(), ..Facts::default() };
            let (mut bytes, mut events) = (Vec::new(), Vec::new());
            let mut writer = self.plan.writer();
            writer.write_header(&facts, &mut bytes, &mut events).unwrap();
            let values: Vec<&str> = self.items.iter().map(|item| sample(item)).collect();
            for _ in 0..rows {
                writer.write_row(&values, &mut bytes, &mut events).unwrap();
            }
            writer.write_trailer(&facts, &mut bytes, &mut events).unwrap();
            let data = self.dir.path().join(format!("{no}.data"));
            fs::write(&data, &bytes).unwrap();
            let control = Control {
                link: link.into(),
                no,
                dataset: "d".into(),
                extent: "difference".into(),
                as_of,
                rows: stated,
                bytes: u64::try_from(bytes.len()).unwrap(),
                sha256: in_hex(Sha256::new_with_prefix(&bytes)),
                content: None,
                part: 1,
                parts: 1,
            };
            self.folder().put(&format!("{link}{no}.csv"), &data, &control).unwrap();
        }

        fn folder(&self) -> Folder {
            Folder::at(self.dir.path().join("place"))
        }

        fn receiver(&self) -> FolderReceiver {
            FolderReceiver::new(
                self.folder(),
                ["l", "full"].map(|link| (link.to_owned(), self.plan.clone())).into(),
            )
        }
    }

    fn sample(item: &str) -> &'static str {
        match item {
            "addressee_no" | "household_no" => "000000000000019",
            "history_no" | "member_order" => "1",
            name if name.ends_with("_date") || name.ends_with("_on") || name.ends_with("_since") => {
                "2026-11-20"
            }
            "resident_kind" | "resident_status" | "sex" => "1",
            "movement_reason" => "01",
            "town_code" => "0001001",
            "postcode" => "0000000",
            _ => "",
        }
    }

    #[test]
    fn deliveries_are_taken_in_order_and_a_repeat_is_answered_as_before() {
        let bench = Bench::new();
        let mut receiver = bench.receiver();
        assert_eq!(receiver.turn().unwrap(), []);
        bench.send(1, 2, 2);
        let taken = receiver.turn().unwrap();
        assert_eq!(
            taken.iter().map(|taken| (&taken.verdict, taken.repeat)).collect::<Vec<_>>(),
            [(&Verdict::Applied, false)]
        );
        assert_eq!(receiver.turn().unwrap(), [], "it has its receipt");
        // The receipt is lost: the same delivery is answered again and not taken twice.
        fs::remove_file(bench.folder().receipts().join("l1.csv.receipt")).unwrap();
        let again = bench.receiver().turn().unwrap();
        assert_eq!(again.iter().map(|taken| taken.repeat).collect::<Vec<_>>(), [true]);
        assert_eq!(bench.receiver().last("l"), 1);
    }

    #[test]
    fn other_bytes_under_a_number_that_was_taken_are_refused() {
        let reason = "配信1番は、別の内容（SHA-256が違うもの）を取り込み済みです".to_owned();
        for (rows, verdict) in [(2, Verdict::Applied), (1, Verdict::Refused(reason))] {
            let bench = Bench::new();
            bench.send(1, 2, 2);
            bench.receiver().turn().unwrap();
            bench.send(2, 3, 3);
            bench.receiver().turn().unwrap();
            // The sender was restored from a backup, and the folder with it; it counts from 1 again.
            fs::remove_dir_all(bench.folder().out()).unwrap();
            fs::remove_dir_all(bench.folder().receipts()).unwrap();
            bench.send(1, rows, rows);
            let taken = bench.receiver().turn().unwrap();
            assert_eq!(taken.iter().map(|taken| &taken.verdict).collect::<Vec<_>>(), [&verdict]);
            assert_eq!(
                (bench.receiver().last("l"), bench.receiver().holds("d")),
                (2, 2),
                "nothing was taken"
            );
        }
    }

    #[test]
    fn what_is_older_than_what_came_by_another_link_is_refused() {
        let bench = Bench::new();
        bench.send_by("l", 1, 20, 1, 1);
        bench.receiver().turn().unwrap();
        bench.send_by("full", 1, 19, 1, 1);
        let taken = bench.receiver().turn().unwrap();
        let verdicts: Vec<_> = taken.iter().map(|taken| taken.verdict.clone()).collect();
        let reason = "手元の内容（dの記録位置20）より古い時点（19）のものです";
        assert_eq!(verdicts, [Verdict::Refused(reason.to_owned())]);
        assert_eq!((bench.receiver().last("full"), bench.receiver().holds("d")), (0, 20));
        bench.send_by("l", 2, 20, 0, 0);
        let taken = bench.receiver().turn().unwrap();
        assert_eq!(taken.iter().map(|taken| &taken.verdict).collect::<Vec<_>>(), [&Verdict::Applied]);
        assert_eq!(bench.receiver().last("l"), 2, "as old as what it holds is not older");
    }

    #[test]
    fn a_gap_a_wrong_count_and_a_bad_mood_are_refused_with_their_reason() {
        for (no, rows, stated, temper, reason) in [
            (2, 1, 1, Temper::Well, "配信1番が届いていません"),
            (1, 1, 2, Temper::Well, "件数が1件です（管理ファイルは2件）"),
            (1, 1, 1, Temper::Refusing, "受付停止中です"),
        ] {
            let bench = Bench::new();
            bench.send(no, rows, stated);
            let mut receiver = bench.receiver();
            receiver.temper = temper;
            let taken = receiver.turn().unwrap();
            let verdicts: Vec<_> = taken.iter().map(|taken| taken.verdict.clone()).collect();
            assert_eq!(verdicts, [Verdict::Refused(reason.to_owned())]);
            assert_eq!(receiver.last("l"), 0);
        }
        let bench = Bench::new();
        bench.send(1, 1, 1);
        let mut receiver = bench.receiver();
        receiver.temper = Temper::Silent;
        assert_eq!(receiver.turn().unwrap(), []);
    }
}
