//! Checks over the registers.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use register::{Fault, View, ViewExt};
use system::{Check, Inconsistency};

use crate::desk::Desk;
use crate::records::{
    Block, COPY, Counter, IntegratedNo, LINK, Link, PENDING, PERSON, Person, ProvisionCopy, REGISTRATION,
    Registration, ResultOf, TRANSMISSION_RESULT, TransmissionResult, WAITING_COPY, WaitingCopy,
};
use crate::rules::hold;

/// The checks of the system.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "link", title: "宛名対応の団体内統合宛名番号の人がいること", run: links
        },
        Check {
            id: "person",
            title: "一つの個人番号が一人だけのもので、番号が採番の内にあること",
            run: persons,
        },
        Check {
            id: "copy",
            title: "送れる副本が残っておらず、結果が送ったもののものであること",
            run: copies,
        },
        Check {
            id: "registration",
            title: "中間サーバーに連絡した番号が、宛名対応のある番号だけであること",
            run: numbers,
        },
    ]
}

fn links(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&LINK, None, &mut |stored| {
        let link = stored.typed::<Link>()?.record;
        if view.get(&PENDING, link.addressee_no.as_str())?.is_some() {
            let what = "付番しているのに、付番待ちに残っています。".to_owned();
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        if view.get(&PERSON, link.integrated_no.as_str())?.is_none() {
            let what = format!("団体内統合宛名番号 {} の統合宛名がありません。", link.integrated_no);
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn persons(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let last = view.load::<Counter>(Counter::INTEGRATED)?.map_or(0, |held| held.record.last);
    let mut holders: BTreeMap<String, IntegratedNo> = BTreeMap::new();
    let mut found = Vec::new();
    view.scan(&PERSON, None, &mut |stored| {
        let person = stored.typed::<Person>()?.record;
        let number = person.integrated_no;
        let mut tell = |what: String| {
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        };
        if last < number.serial() {
            tell("団体内統合宛名番号が、採番した最後の番号より後です。".to_owned());
        }
        if let Some(other) = holders.insert(person.individual_number.expose().to_owned(), number) {
            tell(format!("団体内統合宛名番号 {other} の人と個人番号が同じです。"));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// A copy that waits has a reason, one that went has a number of the series, and nothing is answered that was not sent.
fn copies(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    let desk = Desk::new(view);
    view.scan(&WAITING_COPY, None, &mut |stored| {
        if hold::of(&desk, &stored.typed::<WaitingCopy>()?.record)?.is_ok() {
            let what = "送れる副本が、未送信のまま残っています。".to_owned();
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let last = view.load::<Counter>(Counter::COPY)?.map_or(0, |held| held.record.last);
    view.scan(&COPY, None, &mut |stored| {
        let copy = stored.typed::<ProvisionCopy>()?.record;
        if copy.copy_no.parse::<u64>().is_ok_and(|number| last < number) {
            let what = "処理通番が、採番した最後の番号より後です。".to_owned();
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    view.scan(&TRANSMISSION_RESULT, None, &mut |stored| {
        let result = stored.typed::<TransmissionResult>()?.record;
        let sent = match result.result_of {
            ResultOf::Copy => view.load::<ProvisionCopy>(&result.of)?.map(|held| held.record.send_no),
            ResultOf::Block => view.load::<Block>(&result.of)?.map(|held| held.record.send_no),
            ResultOf::Number => match result.of.strip_prefix("number-") {
                Some(number) => view.load::<Registration>(number)?.map(|held| held.record.send_no),
                None => None,
            },
        };
        if sent.is_none_or(|sent| sent < result.send_no) {
            let what = "送っていないものの結果です。".to_owned();
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// A number that somebody has is registered, one that nobody has is deleted. Numbers given before numbers were told have no such record.
fn numbers(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&REGISTRATION, None, &mut |stored| {
        let deleted = stored.typed::<Registration>()?.record.deleted;
        let linked = !view.load_by::<Link>("integrated_no", &stored.key)?.is_empty();
        let what = match (deleted, linked) {
            (true, true) => "宛名対応があるのに、中間サーバーに削除を連絡しています。",
            (false, false) => "宛名対応がないのに、中間サーバーに削除を連絡していません。",
            _ => return Ok(ControlFlow::Continue(())),
        };
        found
            .push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what: what.to_owned() });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
