//! Archives with their manifest, checkpoints, and the key that checks them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use archive::Extent;
use daicho::audit::{Witness, checkpoint, make_key};
use daicho::backup::{make as archive, verify};
use daicho::demo::{Demo, make};
use daicho::house::Outside;
use office::{Clock, Rights, SystemClock};
use register::Ledger;
use store_sqlite::{Options, ReadOnly};

use super::{Said, Subject, files_below};

pub(super) fn subjects() -> Vec<Subject> {
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let path = |name: &str| dir.path().join(name);
    let demo = Demo { folder: path("town"), residents: 20, seed: 3, fresh: false };
    let (config, house) = make(&demo, Outside::default()).unwrap();
    let now = SystemClock.now();
    make_key(&path("signing.key")).unwrap();
    let mut extent = Extent::Full;
    for name in ["one", "two", "three"] {
        house.office.add_user(name, "職員", "", Rights::default(), "long-enough").unwrap();
        archive(&config, &path("archive"), extent, now).unwrap();
        checkpoint(&config, Some(&path("checkpoints")), Some(&path("signing.key")), &SystemClock).unwrap();
        extent = Extent::Increment;
    }
    drop(house);
    let (manifest, archives): (Vec<_>, Vec<_>) = files_below(&path("archive"))
        .into_iter()
        .filter(|(path, _)| path != Path::new(".lock"))
        .partition(|(path, _)| path == Path::new("manifest.txt"));
    let signed = ["checkpoints", "signing.key.pub"]
        .map(|name| (PathBuf::from(name), std::fs::read(path(name)).unwrap()))
        .to_vec();
    let read_archives = |folder: &Path| match verify(folder, None) {
        Err(error) => Said::Told(format!("{error:#}")),
        Ok(verdict) if !verdict.problems.is_empty() => Said::Told(verdict.problems.join("\n")),
        Ok(verdict) => {
            Said::Answered(format!("{:?} {:?} {}", verdict.reached, verdict.notes, verdict.walked))
        }
    };
    let kinds = office::Office::kinds(&daicho::house::systems(&[]));
    let database = config.at(&config.store.path);
    let read_checkpoints = move |folder: &Path| {
        let _kept = &dir;
        let said = || -> anyhow::Result<Result<String, String>> {
            let witness =
                Witness::read(Some(&folder.join("checkpoints")), Some(&folder.join("signing.key.pub")))?
                    .unwrap();
            let store = ReadOnly::open(&database, &kinds, Options::default())?;
            let snapshot = store.snapshot()?;
            witness.check(snapshot.head()?.position, |position| {
                Ok(snapshot.link(position)?.map(|link| link.hash))
            })
        };
        match said() {
            Ok(Ok(note)) => Said::Answered(note),
            Ok(Err(problem)) => Said::Told(problem),
            Err(error) => Said::Told(format!("{error:#}")),
        }
    };
    vec![
        Subject {
            name: "archives",
            share: 5,
            files: archives.clone(),
            beside: manifest.clone(),
            read: Box::new(read_archives),
        },
        Subject {
            name: "manifest",
            share: 5,
            files: manifest,
            beside: archives,
            read: Box::new(read_archives),
        },
        Subject {
            name: "checkpoints",
            share: 5,
            files: signed,
            beside: vec![],
            read: Box::new(read_checkpoints),
        },
    ]
}
