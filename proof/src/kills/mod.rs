//! The program is killed at any moment, again and again: nothing acknowledged is lost, nothing is doubled, neither in
//! the registers nor at the subscribers nor in the files. On PostgreSQL its sessions and its server are killed too.

pub(crate) mod compare;
mod round;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use daicho::config::Config;
use daicho::demo::{Demo, make, with_receivers};
use daicho::house::{House, Outside};
use testkit::postgres::Cluster;

use crate::draw::Draw;
use compare::{Acknowledged, compare};
use round::Round;

/// Residents a town begins with.
const RESIDENTS: usize = 40;
/// Rounds one town goes through; a grown one takes long to compare and shows nothing more.
const ROUNDS_PER_TOWN: u64 = 25;
/// The file that tells the program that a folder may be taken for a demonstration.
const DEMO_MARK: &str = "demo-town.mark";

/// What is killed, and how often.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Rounds, each with at least one kill.
    pub rounds: u64,
    /// On PostgreSQL instead of a file.
    pub postgres: bool,
    /// The same seed gives the same kills, as far as the machine allows.
    pub seed: u64,
    /// Rounds between comparisons; 1 compares after each.
    pub compare_every: u64,
    /// The program `proof`, which is the town that is killed.
    pub program: PathBuf,
}

/// What was done and found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Killed {
    /// Towns that were killed.
    pub towns: u64,
    /// Sessions of PostgreSQL that were killed.
    pub sessions: u64,
    /// PostgreSQL servers that were killed and started again.
    pub servers: u64,
    /// Comparisons made.
    pub comparisons: u64,
    /// Times that differences went on from a full extract, over all comparisons.
    pub jumps: u64,
    /// 仮登録 that were acknowledged.
    pub entered: u64,
    /// 本登録 that were acknowledged.
    pub finals: u64,
    /// Movements of which the town could not say whether they were done, because its database was killed.
    pub unclear: u64,
    /// Movements that were refused because others wanted the same record at once.
    pub busy: u64,
}

impl Killed {
    /// All kills.
    pub fn kills(&self) -> u64 {
        self.towns + self.sessions + self.servers
    }
}

/// Kills as planned.
///
/// # Panics
/// When something was lost or doubled; the message says in which round.
pub fn kill(plan: &Plan) -> Killed {
    let mut killed = Killed::default();
    // Flushed as in a real town: the program refuses a server that does not.
    let cluster = plan.postgres.then(|| Cluster::start("-c fsync=on"));
    let mut number = 0;
    while number < plan.rounds {
        let town = Town::make(cluster.as_ref());
        let mut acknowledged = Acknowledged::default();
        for _ in 0..ROUNDS_PER_TOWN.min(plan.rounds - number) {
            number += 1;
            let step = AssertUnwindSafe(|| {
                let draw = Draw::of(plan.seed, number);
                let round =
                    Round { program: &plan.program, folder: &town.folder, cluster: town.cluster(), number };
                round.run(draw, &mut acknowledged, &mut killed);
                // A server that recovers is none to open a town on; whoever starts towns waits for it.
                if let Some((cluster, _)) = town.cluster() {
                    cluster.wait();
                }
                if number % plan.compare_every == 0 || number == plan.rounds {
                    killed.jumps += compare(&town.config, &acknowledged);
                    killed.comparisons += 1;
                }
            });
            assert!(catch_unwind(step).is_ok(), "round {number} of seed {}", plan.seed);
        }
        killed.entered += u64::try_from(acknowledged.entered.len()).unwrap();
        killed.finals += u64::try_from(acknowledged.finals.len()).unwrap();
        killed.unclear += acknowledged.unclear;
        killed.busy += acknowledged.busy;
    }
    killed
}

/// A town in a folder of its own.
struct Town<'a> {
    _dir: tempfile::TempDir,
    folder: PathBuf,
    config: Config,
    database: Option<(&'a Cluster, String)>,
}

impl<'a> Town<'a> {
    fn make(cluster: Option<&'a Cluster>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("town");
        let database = cluster.map(|cluster| (cluster, cluster.database()));
        if let Some((_, url)) = &database {
            prepare(&folder, url);
        }
        let demo = Demo { folder: folder.clone(), residents: RESIDENTS, seed: 7, fresh: false };
        let (config, house) = make(&demo, Outside::default()).unwrap();
        let House { office, .. } = house;
        // The outside difference link starts at the journal's head when it is first put to work; that is now.
        office::LinkWorker::new(&office).settle().unwrap();
        Self { _dir: dir, folder, config, database }
    }

    fn cluster(&self) -> Option<(&Cluster, &str)> {
        self.database.as_ref().map(|(cluster, url)| (*cluster, url.as_str()))
    }
}

/// A demonstration's folder whose journal lies on PostgreSQL.
fn prepare(folder: &Path, url: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(DEMO_MARK), "").unwrap();
    let text = with_receivers();
    std::fs::write(folder.join("daicho.toml"), format!("{text}\n[database]\nurl = \"{url}\"\n")).unwrap();
}
