//! From the acknowledged 本登録 to the last of the three subscribers.

use std::path::Path;
use std::time::{Duration, Instant};

use daicho::demo::{Demo, make, settle};
use daicho::house::Outside;
use daicho::serve::Workers;
use domain::ResidentRecordCode;
use office::{Caller, Office, Ran, Rights, RunError, RunOptions};
use register::{AsOf, Position, ViewExt};
use serde_json::{Value, json};

const MOVEMENTS: u64 = 300;
const SUBSCRIBERS: [&str; 3] =
    ["resident-to-addressee", "resident-to-child-allowance", "resident-to-electoral-roll"];

pub(crate) fn bench(dir: &Path) -> anyhow::Result<()> {
    let demo = Demo { folder: dir.join("latency"), residents: 17_000, seed: 1, fresh: false };
    let start = Instant::now();
    let (_, house) = make(&demo, Outside::default())?;
    let made = start.elapsed();
    settle(&house.office)?;
    println!(
        "town of 17,000 made in {:.1} s, links inside the house filled after {:.1} s",
        made.as_secs_f64(),
        start.elapsed().as_secs_f64()
    );
    let (office, workers) = Workers::start(house)?;
    let (mut acknowledged, mut applied) = (Vec::new(), Vec::new());
    for serial in 0..MOVEMENTS {
        let provisional = enter(&office, serial)?;
        let start = Instant::now();
        let ran = confirm(&office, "resident-register/finalize", &json!({ "provisional_no": provisional }))?;
        acknowledged.push(start.elapsed().as_secs_f64() * 1e3);
        let position = ran.position.unwrap_or_default();
        let start = Instant::now();
        wait_for(&office, position)?;
        applied.push(start.elapsed().as_secs_f64() * 1e3);
    }
    workers.stop();
    for (what, mut times) in
        [("本登録 acknowledged", acknowledged), ("acknowledged → applied at all three", applied)]
    {
        times.sort_by(f64::total_cmp);
        println!(
            "{what}: p50 {:.1} ms, p99 {:.1} ms ({MOVEMENTS} movements)",
            crate::share(&times, 50),
            crate::share(&times, 99)
        );
    }
    Ok(())
}

fn wait_for(office: &Office, position: Position) -> anyhow::Result<()> {
    loop {
        let head = office.journal().head()?;
        let view = office.journal().view(AsOf::default())?;
        let mut all = true;
        for link in SUBSCRIBERS {
            let state = view.load::<linkage::LinkState>(link)?;
            all &= state.is_some_and(|state| position <= state.record.position);
        }
        if all {
            return Ok(());
        }
        drop(view);
        office.journal().wait(head, Duration::from_secs(1));
    }
}

pub(crate) fn enter(office: &Office, serial: u64) -> anyhow::Result<String> {
    let code = ResidentRecordCode::from_first_ten(9_000_000_000 + serial)?;
    let input = json!({
        "move_in_kind": "01", "event_date": "2026-04-01", "notified_on": "2026-04-01", "notifier_relation": "self",
        "members": [{
            "resident_kind": "1", "family_name": "計測", "given_name": format!("{serial}号"), "name_kana": "ケイソク　ゴウ",
            "birth_date": "1990-05-05", "sex": "1", "relation": "世帯主", "domicile_prefecture": "架空県",
            "domicile_municipality": "みなと郡台帳町", "domicile_town": "本町１番地", "register_head": "計測　太郎",
            "resident_record_code": code.expose(),
        }],
        "town": "本町", "lot": "１番地", "prev_prefecture": "別県", "prev_municipality": "隣市", "prev_lot": "２番地",
    });
    Ok(confirm(office, "resident-register/move-in", &input)?.opens.unwrap_or_default())
}

pub(crate) fn confirm(office: &Office, function: &str, input: &Value) -> anyhow::Result<Ran> {
    let caller = Caller {
        user: "bench".to_owned(),
        rights: Rights(vec!["*".to_owned()]),
        terminal: "bench".to_owned(),
    };
    match office.run(&caller, function, input, &RunOptions::default()) {
        Ok(ran) => Ok(ran),
        Err(RunError::Refused(findings)) => {
            let confirmed = findings.iter().map(system::Finding::confirmation).collect();
            match office.run(&caller, function, input, &RunOptions { confirmed, dry_run: false }) {
                Err(RunError::Refused(findings)) => anyhow::bail!("{function} refused: {findings:?}"),
                ran => Ok(ran?),
            }
        }
        Err(error) => Err(error.into()),
    }
}
