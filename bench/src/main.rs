//! `cargo xtask bench`.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures and reads the clock to make them"
)]

mod commits;
mod extract;
mod latency;

use std::path::PathBuf;

use clap::Parser;

#[derive(Parser)]
struct Arguments {
    /// Residents of the extract's town.
    #[arg(long, default_value_t = 500_000)]
    residents: usize,
    /// Where the databases lie; a real disk.
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// One stage in a process of its own, so that its memory can be told.
    #[arg(long, hide = true)]
    stage: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if arguments.stage.as_deref() == Some("extract") {
        return extract::stage(&arguments.dir);
    }
    if arguments.dir.exists() {
        std::fs::remove_dir_all(&arguments.dir)?;
    }
    std::fs::create_dir_all(&arguments.dir)?;
    println!("# durable changes");
    commits::bench(&arguments.dir)?;
    println!("\n# 本登録 to all three subscribers");
    latency::bench(&arguments.dir)?;
    println!("\n# daily full extract, {} residents, UTF-16", arguments.residents);
    extract::bench(&arguments.dir, arguments.residents)
}

/// The value a share of sorted values lies below.
fn share(sorted: &[f64], share: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * share / 100).copied().unwrap_or_default()
}
