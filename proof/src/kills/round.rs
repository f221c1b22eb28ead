//! One round: one or two towns at work on one journal, and what is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use testkit::postgres::Cluster;

use super::Killed;
use super::compare::Acknowledged;
use crate::draw::Draw;

/// Lines waited for at most before a kill; some rounds wait for none and are killed while the town opens.
const LINES_MAX: u64 = 12;
/// Behind the last line that was waited for, the kill comes at a moment that has nothing to do with the work.
const WITHIN_US: u64 = 25_000;

/// Where a round is played.
pub(super) struct Round<'a> {
    pub(super) program: &'a Path,
    pub(super) folder: &'a Path,
    pub(super) cluster: Option<(&'a Cluster, &'a str)>,
    pub(super) number: u64,
}

impl Round<'_> {
    /// Plays it.
    pub(super) fn run(&self, mut draw: Draw, acknowledged: &mut Acknowledged, killed: &mut Killed) {
        // Two lives a round, should two towns be at work.
        let mut town = Living::start(self.program, self.folder, self.number * 2);
        let Some((cluster, url)) = self.cluster else {
            town.watch(&mut draw, acknowledged, false);
            town.kill(acknowledged, false);
            killed.towns += 1;
            return;
        };
        let what = draw.below(10);
        let (second, may_fault) = (what < 3, (3..8).contains(&what));
        let other = second.then(|| Living::start(self.program, self.folder, self.number * 2 + 1));
        town.watch(&mut draw, acknowledged, may_fault);
        match what {
            3..6 => killed.sessions += u64::from(cluster.kill_session(url, draw.below(2) == 0)),
            6..8 => {
                cluster.kill_and_resume();
                killed.servers += 1;
            }
            _ => {}
        }
        if may_fault {
            // The town goes on with the server that came back, and is killed then.
            town.watch(&mut draw, acknowledged, true);
        }
        town.kill(acknowledged, may_fault);
        killed.towns += 1;
        if let Some(mut other) = other {
            other.watch(&mut draw, acknowledged, false);
            other.kill(acknowledged, false);
            killed.towns += 1;
        }
    }
}

/// A town at work in a process of its own.
struct Living {
    child: Child,
    lines: Receiver<String>,
    reader: Option<JoinHandle<()>>,
}

impl Living {
    fn start(program: &Path, folder: &Path, life: u64) -> Self {
        let mut child = Command::new(program)
            .arg("town")
            .arg(folder)
            .arg(life.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let out = child.stdout.take().unwrap();
        let (sender, lines) = channel();
        let reader = std::thread::spawn(move || {
            // A line cut in the middle by the kill is told apart by its length.
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines, reader: Some(reader) }
    }

    /// Hears some lines, and then lets a moment pass. What is said meanwhile is heard afterwards: a kill that came with the
    /// next line would always come behind an acknowledgement, and never in the middle of the work.
    fn watch(&mut self, draw: &mut Draw, acknowledged: &mut Acknowledged, may_fault: bool) {
        for _ in 0..draw.below(LINES_MAX) {
            let Ok(line) = self.lines.recv() else { break };
            acknowledged.take(&line, may_fault);
        }
        let within = Duration::from_micros(draw.below(WITHIN_US));
        let (_nobody, silence) = channel::<()>();
        let _ = silence.recv_timeout(within);
    }

    fn kill(mut self, acknowledged: &mut Acknowledged, may_fault: bool) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        // What stood in the pipe was acknowledged too.
        for line in self.lines.try_iter() {
            acknowledged.take(&line, may_fault);
        }
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        // A proof that fails leaves no town behind. One that is dead already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
