//! What is kept and sent of deliveries: bytes, lists of characters, control files, receipts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use counterparts::FolderReceiver;
use daicho::demo::{Demo, make};
use daicho::house::Outside;
use layout::Plan;
use linkage::{Delivery, Phase};
use office::{LinkWorker, Ready, evidence_problems};
use transport::{Control, Folder, Place, Receipt, Verdict};

use super::{Said, Subject, files_below};

/// The link whose deliveries are flipped.
const LINK: &str = "resident-changes-to-welfare";
/// Its bytes as they are kept.
const KEPT: &str = "kept";
/// The place.
const PLACE: &str = "place";

pub(super) fn subjects() -> Vec<Subject> {
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let demo = Demo { folder: dir.path().join("town"), residents: 20, seed: 3, fresh: false };
    let (_config, mut house) = make(&demo, Outside::default()).unwrap();
    let worker = LinkWorker::new(&house.office);
    worker.settle().unwrap();
    let mut answered = || {
        worker.settle().unwrap();
        for receiver in &mut house.receivers {
            receiver.turn().unwrap();
        }
        worker.settle().unwrap();
    };
    // One delivery for each, and one more round: the first had to wait for the full extract's receipt.
    crate::town::some_move_ins(&house.office, 3, &mut answered);
    answered();
    let deliveries = house.office.deliveries(LINK, None, usize::MAX).unwrap();
    assert!(
        deliveries.len() >= 2 && deliveries.iter().all(|delivery| delivery.phase == Phase::Applied),
        "{deliveries:?}"
    );
    let running = house.office.links().get(LINK).unwrap();
    let Ok(Ready::Outward { plan, place, .. }) = &running.ready else { panic!("{LINK} is a file link") };
    let folder = Folder::at(place.describe());
    let own = |path: &Path| {
        deliveries
            .iter()
            .any(|delivery| path.to_string_lossy().contains(delivery.file_name.as_deref().unwrap()))
    };
    let below = |part: &str, files: Vec<(PathBuf, Vec<u8>)>| -> Vec<(PathBuf, Vec<u8>)> {
        files.into_iter().map(|(path, bytes)| (Path::new(part).join(path), bytes)).collect()
    };
    let mut place = files_below(folder.path());
    place.retain(|(path, _)| own(path));
    let kept = below(KEPT, files_below(&house.office.evidence_root().join(LINK)));
    let place = below(PLACE, place);
    let plan: Plan = (**plan).clone();
    drop(house);
    let (for_kept, for_place) = (deliveries.clone(), deliveries);
    vec![
        Subject {
            name: "kept bytes of deliveries",
            share: 4,
            files: kept.clone(),
            beside: place.clone(),
            read: Box::new(move |folder| {
                let problems: Vec<_> = for_kept
                    .iter()
                    .flat_map(|delivery| evidence_problems(&folder.join(KEPT), delivery))
                    .collect();
                if problems.is_empty() {
                    Said::Answered("as recorded".to_owned())
                } else {
                    Said::Told(problems.join("\n"))
                }
            }),
        },
        Subject {
            name: "files, control files and receipts at a place",
            share: 6,
            files: place,
            beside: kept,
            read: Box::new(move |folder| match receive(&folder.join(PLACE), &plan, &for_place) {
                Ok(said) => Said::Answered(said),
                Err(what) => Said::Told(what),
            }),
        },
    ]
}

/// The sender reads the receipts that lie there; then a receiver that has none yet takes all files, and the sender reads
/// what it answers.
fn receive(path: &Path, plan: &Plan, deliveries: &[Delivery]) -> Result<String, String> {
    let folder = Folder::at(path);
    let answered = compare(&folder, deliveries)?;
    fs::remove_dir_all(folder.receipts()).unwrap();
    fs::create_dir_all(folder.receipts()).unwrap();
    let plans = BTreeMap::from([(LINK.to_owned(), plan.clone())]);
    FolderReceiver::new(folder.clone(), plans).turn().map_err(|error| register::in_one_line(&error))?;
    let taken = compare(&folder, deliveries)?;
    let mut said = format!("{answered}\n{taken}");
    for delivery in deliveries {
        let name = delivery.file_name.as_deref().unwrap();
        let slip = fs::read_to_string(folder.out().join(format!("{name}.ctl")))
            .map_err(|error| error.to_string())?;
        said.push_str(&format!("\n{:?}", Control::parse(&slip).map_err(|error| error.to_string())?));
    }
    Ok(said)
}

/// As the sender's worker does it: by number, count and SHA-256.
fn compare(folder: &Folder, deliveries: &[Delivery]) -> Result<String, String> {
    let mut said = String::new();
    for delivery in deliveries {
        let name = delivery.file_name.as_deref().unwrap();
        let receipt =
            folder.receipt(name).map_err(|error| register::in_one_line(&error))?.ok_or("no receipt")?;
        let wanted = Receipt {
            link: Some(delivery.link.clone()),
            no: delivery.no,
            rows: delivery.rows,
            sha256: delivery.sha256.clone(),
            verdict: Verdict::Applied,
        };
        if receipt != wanted {
            return Err(format!("the receipt says {receipt:?}"));
        }
        said.push_str(&format!("{receipt:?}"));
    }
    Ok(said)
}
