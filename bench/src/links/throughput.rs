//! Deliveries a second of 32 links at once, each to an address of its own.

use std::path::Path;
use std::time::Instant;

use daicho::serve::Workers;

use super::outbox::{Outbox, Sample};
use super::receiver::Counterpart;
use super::town::{begin, entered, finalized, found, furnish, http_place, on_change, recorded, reopen};
use super::{Line, Size, held};

const RESIDENTS: usize = 2_000;
const LINKS: usize = 32;
const ROUNDS: usize = 3;
/// Target in deliveries a second.
const LEAST: f64 = 2_000.0;

pub(super) fn stage(dir: &Path, size: Size) -> anyhow::Result<()> {
    let folder = dir.join("throughput");
    found(&folder, RESIDENTS)?;
    let counterpart = Counterpart::start()?;
    let names: Vec<String> = (0..LINKS).map(|no| format!("p{no:02}")).collect();
    let address = counterpart.receiver.address();
    let places: Vec<String> =
        names.iter().map(|name| http_place(name, address)).collect::<anyhow::Result<_>>()?;
    // A delivery for each change: with more rows in one, fewer would carry the same.
    let links: Vec<_> = names.iter().map(|name| on_change(name, name, 1)).collect();
    let mut house = furnish(&folder, &places, &links)?;
    begin(&house, &counterpart)?;

    let changes = size.changes.div_ceil(3 * ROUNDS);
    let (mut ours, mut theirs, mut outbox, mut serial) = (vec![], vec![], None, 0);
    for _ in 0..ROUNDS {
        let mut to = house.office.journal().head()?;
        for _ in 0..changes {
            to = finalized(&house.office, &entered(&house.office, serial)?)?;
            serial += 1;
        }
        let start = Instant::now();
        let (office, workers) = Workers::start(house)?;
        for _ in 0..changes * LINKS {
            counterpart.next()?;
        }
        for name in &names {
            recorded(&office, name, to)?;
        }
        ours.push(crate::ratio(changes * LINKS, 1) / start.elapsed().as_secs_f64());
        workers.stop();
        // The last of its owners closes the journal.
        drop(office);
        house = reopen(&folder)?;

        if outbox.is_none() {
            let sample = Sample::of_evidence(&folder.join("deliveries/p00"))?;
            let links: Vec<String> = (0..LINKS).map(|no| format!("outbox-{no:02}")).collect();
            outbox = Some(Outbox::start(&counterpart, sample, &links)?);
        }
        let Some(outbox) = outbox.as_mut() else { continue };
        outbox.changes(changes)?;
        let start = Instant::now();
        for _ in 0..changes * LINKS {
            outbox.recorded()?;
            counterpart.next()?;
        }
        theirs.push(crate::ratio(changes * LINKS, 1) / start.elapsed().as_secs_f64());
    }
    let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    let (median, best) = (crate::median(&ours), ours.iter().copied().fold(0.0, f64::max));
    Line {
        what: &format!("{LINKS} links, {} deliveries a round", changes * LINKS),
        ours: format!("{median:.0}/s"),
        beside: format!("best {best:.0}/s"),
        peer: format!("{:.0}/s", crate::median(&theirs)),
        ratio: Some(crate::median(&ratios)),
        target: held(&format!("{LEAST}/s"), LEAST <= median),
    }
    .print();
    Ok(())
}
