//! A town at work that waits to be killed: enters and finalises move-ins as fast as it can, and says on standard output
//! what was acknowledged.

use std::io::Write;
use std::path::Path;

use daicho::config::Config;
use daicho::house::{Outside, open};
use daicho::serve::Workers;
use domain::{IndividualNumber, ResidentRecordCode};
use office::{Caller, Office, Rights, RunError, RunOptions};
use serde_json::{Value, json};

use crate::kills::compare::FULL;

/// Clerks who work at once.
const CLERKS: u64 = 3;

/// Movements one clerk enters at most in one life of the town; no killer waits so long.
const TURNS_MAX: u64 = 1_000;

/// Works until killed. `life` must be another in each life of the same town: residents get their numbers from it.
///
/// # Errors
/// When the town cannot be opened.
pub fn work(folder: &Path, life: u64) -> anyhow::Result<()> {
    let config = Config::read(&folder.join("daicho.toml"))?;
    let (office, workers) = Workers::start(open(&config, Outside::default())?)?;
    say("open")?;
    // Each life has a full extract take its turn between the differences, at whatever hour the proof runs. Nobody is told
    // that it was asked for, so it may be in vain.
    let operator = Caller {
        user: "operator".to_owned(),
        rights: Rights(vec!["office/links".to_owned()]),
        terminal: "kill".to_owned(),
    };
    let _ = office.run_link(&operator, FULL);
    std::thread::scope(|scope| {
        for clerk in 0..CLERKS {
            let office = &*office;
            scope.spawn(move || {
                for turn in 0..TURNS_MAX {
                    let serial = (life * CLERKS + clerk) * TURNS_MAX + turn;
                    if let Err(error) = move_in(office, clerk, serial, &say) {
                        // The parent judges; here it is only told. After a fault the next is tried: the database may
                        // be back. With two towns at work many want the same counter, and "busy" is an answer that
                        // loses nothing.
                        let (word, goes_on) = match error.downcast_ref() {
                            Some(RunError::Fault(_)) => ("fault", true),
                            Some(RunError::Busy(_)) => ("busy", true),
                            _ => ("error", false),
                        };
                        let _ = say(&format!("{word} {error:#}"));
                        if !goes_on {
                            return;
                        }
                    }
                }
            });
        }
    });
    workers.stop();
    Ok(())
}

/// Enters some move-ins and makes them final, calling `after` each.
pub(crate) fn some_move_ins(office: &Office, count: u64, after: &mut dyn FnMut()) {
    for serial in 0..count {
        move_in(office, 0, serial, &|_| Ok(())).unwrap();
        after();
    }
}

/// Says one line at once, so that the parent has it even when this process dies next.
fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn move_in(
    office: &Office,
    clerk: u64,
    serial: u64,
    say: &dyn Fn(&str) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let caller = Caller {
        user: format!("clerk-{clerk}"),
        rights: Rights(vec!["resident-register/*".to_owned()]),
        terminal: "kill".to_owned(),
    };
    let code = ResidentRecordCode::from_first_ten(5_000_000_000 + serial)?;
    let number = IndividualNumber::from_first_eleven(50_000_000_000 + serial)?;
    let input = json!({
        "move_in_kind": "01", "event_date": "2026-04-01", "notified_on": "2026-04-01", "notifier_relation": "self",
        "members": [{
            "resident_kind": "1", "family_name": "試験", "given_name": kana_of(serial), "name_kana": format!("シケン　{}", kana_of(serial)),
            "birth_date": "1990-05-05", "sex": "1", "relation": "世帯主",
            "domicile_prefecture": "架空県", "domicile_municipality": "みなと郡台帳町", "domicile_town": "本町１番地",
            "register_head": "試験　太郎",
            "resident_record_code": code.expose(), "individual_number": number.expose(),
        }],
        "town": "本町", "lot": "１番地",
        "prev_prefecture": "別県", "prev_municipality": "隣市", "prev_lot": "２番地",
    });
    let entered = confirm(office, &caller, "resident-register/move-in", &input)?;
    let provisional = entered.opens.unwrap_or_default();
    say(&format!("entered {provisional}"))?;
    confirm(office, &caller, "resident-register/finalize", &json!({ "provisional_no": provisional }))?;
    say(&format!("final {} {}", provisional, code.expose()))?;
    Ok(())
}

/// A katakana name that is different for each number, so that no two people of the test look alike.
fn kana_of(mut serial: u64) -> String {
    const LETTERS: [char; 10] = ['ア', 'カ', 'サ', 'タ', 'ナ', 'ハ', 'マ', 'ヤ', 'ラ', 'ワ'];
    let mut name = String::new();
    loop {
        let digit = usize::try_from(serial % 10).unwrap_or(0);
        name.extend(LETTERS.get(digit));
        serial /= 10;
        if serial == 0 {
            return name;
        }
    }
}

fn confirm(office: &Office, caller: &Caller, function: &str, input: &Value) -> anyhow::Result<office::Ran> {
    match office.run(caller, function, input, &RunOptions::default()) {
        Ok(ran) => Ok(ran),
        Err(RunError::Refused(findings)) => {
            if let Some(stop) = findings.iter().find(|finding| finding.stops()) {
                anyhow::bail!("{} {}", stop.code, stop.message);
            }
            let confirmed = findings.iter().map(system::Finding::confirmation).collect();
            Ok(office.run(caller, function, input, &RunOptions { confirmed, dry_run: false })?)
        }
        Err(error) => Err(error.into()),
    }
}
