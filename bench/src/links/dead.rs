//! One counterpart that does not answer, with a city's rows behind it: what the others and the monitor feel of that.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;
use std::time::Instant;

use daicho::house::House;
use daicho::serve::Workers;
use linkage::LinkState;
use office::{Caller, Office, Rights, SystemClock};
use register::{Actor, Draft, Position, Write};

use super::receiver::Counterpart;
use super::town::{begin, entered, finalized, found, furnish, http_place, on_change};
use super::{Line, Size, held, p50_p99};

const DEAD: &str = "to-dead";
const OTHERS: [&str; 7] = ["q1", "q2", "q3", "q4", "q5", "q6", "q7"];
const ROUNDS: usize = 4;
const LOOKS: usize = 50;
/// Targets: the others' p99 may grow by a fifth, the monitor's first screen may take a second.
const GROWS_MOST: f64 = 1.2;
const MONITOR_MS: f64 = 1_000.0;

pub(super) fn stage(dir: &Path, size: Size) -> anyhow::Result<()> {
    let folder = dir.join("city");
    found(&folder, size.residents)?;
    let counterpart = Counterpart::start()?;
    let address = counterpart.receiver.address();
    // It takes connections and never says a word: the worst there is, for each try waits to its end.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let mut places = vec![http_place("dead", silent.local_addr()?)?];
    let mut links = vec![on_change(DEAD, "dead", 1000)];
    for name in OTHERS {
        places.push(http_place(name, address)?);
        links.push(on_change(name, name, 1000));
    }
    let house = furnish(&folder, &places, &links)?;
    owe_everything(&house)?;
    begin(&house, &counterpart)?;
    let (office, workers) = Workers::start(house)?;

    let caller = Caller {
        user: "bench".to_owned(),
        rights: Rights(vec!["office/*".to_owned()]),
        terminal: "bench".to_owned(),
    };
    let (mut without, mut with, mut looks, mut serial) = (vec![], vec![], vec![], 0);
    let changes = size.changes.div_ceil(ROUNDS);
    for _ in 0..ROUNDS {
        office.hold_link(&caller, DEAD, "計測")?;
        without.extend(timed(&office, &counterpart, changes, &mut serial)?);
        office.release_link(&caller, DEAD)?;
        with.extend(timed(&office, &counterpart, changes, &mut serial)?);
        for _ in 0..LOOKS {
            let start = Instant::now();
            let views = office.link_views()?;
            looks.push(start.elapsed().as_secs_f64() * 1e3);
            anyhow::ensure!(views.len() == OTHERS.len() + 1, "a link is missing");
        }
    }
    let dead = office.link_view(DEAD)?;
    workers.stop();
    let dead = dead.map(|dead| format!("{:?}, {}", dead.standing, dead.why)).unwrap_or_default();
    println!("the dead link stands as {dead}");

    let ((p50, p99), (alone_p50, alone_p99)) = (p50_p99(&with), p50_p99(&without));
    Line {
        what: &format!("7 links beside a dead one, {} rows queued, p50", size.residents),
        ours: format!("{p50:.2} ms"),
        beside: String::new(),
        peer: format!("{alone_p50:.2} alone"),
        ratio: Some(p50 / alone_p50),
        target: String::new(),
    }
    .print();
    Line {
        what: "the same, p99",
        ours: format!("{p99:.2} ms"),
        beside: String::new(),
        peer: format!("{alone_p99:.2} alone"),
        ratio: Some(p99 / alone_p99),
        target: held(&format!("at most {GROWS_MOST}"), p99 / alone_p99 <= GROWS_MOST),
    }
    .print();
    let (p50, p99) = p50_p99(&looks);
    Line {
        what: "the monitor's first screen, all links",
        ours: format!("{p50:.2} ms"),
        beside: format!("p99 {p99:.1} ms"),
        peer: String::new(),
        ratio: None,
        target: held(&format!("{MONITOR_MS} ms"), p99 <= MONITOR_MS),
    }
    .print();
    Ok(())
}

/// Puts the dead link to work as if that had been before the first resident came: all of them are owed.
fn owe_everything(house: &House) -> anyhow::Result<()> {
    use office::Clock;
    let office = &house.office;
    let Some(running) = office.links().get(DEAD) else { anyhow::bail!("no link {DEAD}") };
    let now = SystemClock.now();
    let mut draft = Draft::new("linkage", "linkage/worker", Actor::Program("bench".to_owned()), now);
    draft.writes.push(Write::put(&LinkState::new(&running.link, Position(0), now), None)?);
    office.journal().commit(draft)?;
    Ok(())
}

/// From the begin of each 本登録 to the receipt of each of the others, in ms.
fn timed(
    office: &Office,
    counterpart: &Counterpart,
    changes: usize,
    serial: &mut u64,
) -> anyhow::Result<Vec<f64>> {
    let mut took = Vec::with_capacity(changes * OTHERS.len());
    for _ in 0..changes {
        let input = entered(office, *serial)?;
        *serial += 1;
        let start = Instant::now();
        let position = finalized(office, &input)?;
        let mut awaited: BTreeSet<&str> = OTHERS.into();
        while !awaited.is_empty() {
            let answered = counterpart.next()?;
            if awaited.remove(answered.link.as_str()) {
                took.push(answered.at.saturating_duration_since(start).as_secs_f64() * 1e3);
            }
        }
        for name in OTHERS {
            super::town::recorded(office, name, position)?;
        }
    }
    Ok(took)
}
