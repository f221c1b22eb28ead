//! Rounds of ours and of the peers by turns.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context;

use super::ours::Conversion;
use super::peers::Peer;

/// Ours and the peers take turns after each of so many slices of a round, so that what else the machine does, which lasts
/// seconds, falls on all alike.
const SLICES: usize = 10;

/// A peer against the clock.
pub(crate) struct Rival {
    pub(crate) name: String,
    pub(crate) process: Peer,
    /// How many times its speed is wanted.
    pub(crate) target: Option<f64>,
}

/// What one pass over all blocks gave.
pub(crate) struct Pass {
    pub(crate) blocks: Vec<Vec<u8>>,
    pub(crate) bytes: usize,
    pub(crate) events: usize,
    hash: u64,
}

impl Pass {
    /// Converts all blocks once, without a clock.
    pub(crate) fn of(conversion: &mut Conversion, blocks: &[Vec<u8>]) -> anyhow::Result<Pass> {
        let mut pass = Pass { blocks: Vec::new(), bytes: 0, hash: 0xCBF2_9CE4_8422_2325, events: 0 };
        for block in blocks {
            let mut out = Vec::new();
            pass.events += (conversion.run)(block, &mut out)?;
            pass.bytes += out.len();
            for byte in &out {
                pass.hash = (pass.hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3);
            }
            pass.blocks.push(out);
        }
        Ok(pass)
    }

    /// FNV-1a of the output, as the peers write theirs.
    pub(crate) fn hash(&self) -> String {
        format!("{:016x}", self.hash)
    }
}

/// Seconds of each round, ours and each peer's.
pub(crate) struct Figures {
    ours: Option<Vec<f64>>,
    peers: Vec<Vec<f64>>,
}

/// Rounds over the whole text; the first one only warms up and is not counted.
pub(crate) fn alternate(
    ours: &mut Option<Conversion>,
    input: &[Vec<u8>],
    rivals: &mut [Rival],
    rounds: usize,
) -> anyhow::Result<Figures> {
    let mut figures = Figures { ours: ours.is_some().then(Vec::new), peers: vec![Vec::new(); rivals.len()] };
    let mut out = Vec::new();
    for round in 0..=rounds {
        let (mut ours_seconds, mut seconds) = (0.0, vec![0.0; rivals.len()]);
        for slice in 0..SLICES {
            if let Some(ours) = ours {
                let blocks = part(input, slice);
                ours_seconds += timed(ours, blocks, &mut out)?;
            }
            for (rival, seconds) in rivals.iter_mut().zip(&mut seconds) {
                *seconds += rival.process.convert(slice, SLICES).with_context(|| rival.name.clone())?;
            }
        }
        if round == 0 {
            continue;
        }
        figures.ours.iter_mut().for_each(|times| times.push(ours_seconds));
        figures.peers.iter_mut().zip(seconds).for_each(|(times, seconds)| times.push(seconds));
    }
    Ok(figures)
}

/// The blocks of a slice; the peers reckon alike.
fn part(blocks: &[Vec<u8>], slice: usize) -> &[Vec<u8>] {
    blocks.get(slice * blocks.len() / SLICES..(slice + 1) * blocks.len() / SLICES).unwrap_or_default()
}

fn timed(ours: &mut Conversion, blocks: &[Vec<u8>], out: &mut Vec<u8>) -> anyhow::Result<f64> {
    let start = Instant::now();
    for block in blocks {
        out.clear();
        black_box((ours.run)(black_box(block), out)?);
        black_box(&out);
    }
    Ok(start.elapsed().as_secs_f64())
}

impl Figures {
    /// A row of the table for each peer, or one without a peer.
    pub(crate) fn print(&self, arrow: &str, text_bytes: usize, rivals: &[Rival]) {
        let rate = |times: &[f64]| crate::ratio(text_bytes, 1_000_000) / crate::median(times);
        let ours = self.ours.as_ref().map_or_else(|| "-".to_owned(), |times| format!("{:.0}", rate(times)));
        if rivals.is_empty() {
            println!("{}", row([arrow, &ours, "-", "-", "-", "-", "-"]));
        }
        for (rival, times) in rivals.iter().zip(&self.peers) {
            // Round by round, so that a slow spell of the machine does not count for one side only.
            let ratio = self.ours.as_ref().map(|ours| {
                let pairs: Vec<f64> = ours.iter().zip(times).map(|(ours, peer)| peer / ours).collect();
                crate::median(&pairs)
            });
            let figure = |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |it| format!("{it:.2}"));
            let reached = match (ratio, rival.target) {
                (Some(ratio), Some(target)) if target <= ratio => "yes",
                (_, Some(_)) => "no",
                (_, None) => "-",
            };
            let (peer, ratio, target) = (format!("{:.0}", rate(times)), figure(ratio), figure(rival.target));
            println!("{}", row([arrow, &ours, &rival.name, &peer, &ratio, &target, reached]));
        }
    }
}

/// A row of the table.
pub(crate) fn row([conversion, ours, peer, peers, ratio, target, reached]: [&str; 7]) -> String {
    format!(
        "| {conversion:<18} | {ours:>9} | {peer:<25} | {peers:>9} | {ratio:>6} | {target:>6} | {reached:<7} |"
    )
}
