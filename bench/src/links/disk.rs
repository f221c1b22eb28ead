//! The disk: what a flush takes, and a slower one for programs that are started on it.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::bail;

/// The variable that says how long a flush of the slower disk takes.
pub(super) const MILLISECONDS: &str = "BENCH_FLUSH_MS";
const FLUSHES: usize = 200;

/// What 4 KiB and `fdatasync` take in this process, in ms.
pub(super) fn flushes(dir: &Path) -> anyhow::Result<Vec<f64>> {
    let mut file = File::create(dir.join("flushes"))?;
    let mut took = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        let start = Instant::now();
        file.write_all(&[0x5A; 4096])?;
        file.sync_data()?;
        took.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(took)
}

/// A library that makes every flush of a program it is loaded into last at least so long. It lies where a server that runs
/// under another account can read it.
pub(super) fn slower(milliseconds: f64) -> anyhow::Result<PathBuf> {
    let library = std::env::temp_dir().join(format!("bench-disk-{}-{milliseconds}.so", std::process::id()));
    let compiled = Command::new("cc")
        .args(["-std=gnu11", "-O2", "-Wall", "-shared", "-fPIC", "bench/peers/disk.c", "-ldl", "-o"])
        .arg(&library)
        .status()?;
    if !compiled.success() {
        bail!("bench/peers/disk.c does not compile");
    }
    Ok(library)
}
