//! Checks over the registers.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{AddresseeNo, CorporateNumber};
use register::{Fault, Stored, View, ViewExt};
use system::{Check, Inconsistency};

use crate::numbering::Numbering;
use crate::records::{
    ACCOUNT, ADDRESSEE, Account, Addressee, AddresseeClass, Counter, MAILING, MERGE, Mailing, Merge,
    PROTECTION, PerTax, Protection, REQUEST, Request, RequestState, TAX_AGENT, TaxAgent,
};
use crate::rules::{display_name, series, tax_item_label};

/// The checks of the system.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "display-name",
            title: "宛名氏名が氏名優先区分のとおりで、空でないこと",
            run: display_names,
        },
        Check {
            id: "class", title: "住民・住登外・法人のそれぞれに要る項目だけがあること", run: classes
        },
        Check {
            id: "numbers",
            title: "採番した宛名番号が番号帯にあり、採番の記録を超えないこと",
            run: numbers,
        },
        Check {
            id: "corporate-number",
            title: "閉鎖も名寄せもされていない二つの宛名が同じ法人番号を持たないこと",
            run: corporate_numbers,
        },
        Check {
            id: "merge", title: "名寄せが一段で、輪にならず、両方の宛名があること", run: merges
        },
        Check {
            id: "per-tax",
            title: "送付先・納税管理人・口座の宛名と税目があり、期間が逆でないこと",
            run: per_taxes,
        },
        Check {
            id: "protection", title: "支援措置対象の印が受け取った支援措置と合うこと", run: protections
        },
        Check { id: "request", title: "回答した登録依頼の宛名があること", run: requests },
    ]
}

fn inconsistency(stored: &Stored, what: impl Into<String>) -> Inconsistency {
    Inconsistency { record: format!("{} {}", stored.kind, stored.key), what: what.into() }
}

/// Collects what a check says of each addressee.
fn of_addressees(
    view: &dyn View,
    mut wrong: impl FnMut(&Stored, &Addressee) -> Result<Option<String>, Fault>,
) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&ADDRESSEE, None, &mut |stored| {
        let held = stored.typed::<Addressee>()?.record;
        found.extend(wrong(stored, &held)?.map(|what| inconsistency(stored, what)));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn display_names(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    of_addressees(view, |_, held| {
        let unnamed = held.display_name.is_empty() && !held.name.is_empty();
        let wrong = unnamed || held.display_name != display_name(held);
        Ok(wrong.then(|| "宛名氏名が、記録の氏名と氏名優先区分から決まる氏名と違います。".to_owned()))
    })
}

fn classes(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    of_addressees(view, |_, held| {
        let closed = held.closed_on.is_some();
        let what = match held.class {
            _ if closed != held.closing_reason.is_some() => "閉鎖の年月日と事由の一方だけがあります。",
            AddresseeClass::Resident if held.status.is_none() || held.resident_kind.is_none() => {
                "住民なのに、住民状態か住民種別がありません。"
            }
            AddresseeClass::Resident if held.birth_date.is_none() || held.sex.is_none() => {
                "住民なのに、生年月日か性別がありません。"
            }
            AddresseeClass::Resident if closed || held.corporate_no.is_some() => {
                "住民なのに、閉鎖か法人番号があります。"
            }
            AddresseeClass::NonResident if held.status.is_some() || held.corporate_no.is_some() => {
                "住登外者なのに、住民状態か法人番号があります。"
            }
            AddresseeClass::Corporation
                if held.status.is_some() || held.birth_date.is_some() || held.sex.is_some() =>
            {
                "法人なのに、住民状態か生年月日か性別があります。"
            }
            AddresseeClass::Resident | AddresseeClass::NonResident | AddresseeClass::Corporation => {
                return Ok(None);
            }
        };
        Ok(Some(what.to_owned()))
    })
}

fn numbers(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let range = |name: &str| -> Result<Option<(u64, u64, u64)>, Fault> {
        let last = view.load::<Counter>(name)?.map_or(0, |held| held.record.last);
        Ok(series(name).map(|range| (range.first, range.last, last)))
    };
    let non_residents = range(Numbering::NON_RESIDENT)?;
    let corporations = range(Numbering::CORPORATION)?;
    of_addressees(view, |_, held| {
        let serial = held.addressee_no.serial();
        // Numbers that were loaded may be of any shape; only those of today's rule can be ours.
        if !held.addressee_no.check_digit_fits() {
            return Ok(None);
        }
        let within = |range: Option<(u64, u64, u64)>| {
            range.is_some_and(|(first, last, _)| first <= serial && serial <= last)
        };
        let beyond = |range: Option<(u64, u64, u64)>| range.is_some_and(|(_, _, counted)| counted < serial);
        let what = match held.class {
            AddresseeClass::Resident if within(non_residents) || within(corporations) => {
                "住民の宛名番号が、住登外者か法人の番号帯にあります。"
            }
            AddresseeClass::NonResident if within(corporations) => {
                "住登外者の宛名番号が、法人の番号帯にあります。"
            }
            AddresseeClass::Corporation if within(non_residents) => {
                "法人の宛名番号が、住登外者の番号帯にあります。"
            }
            AddresseeClass::NonResident if within(non_residents) && beyond(non_residents) => {
                "宛名番号が、採番した最後の番号より後です。"
            }
            AddresseeClass::Corporation if within(corporations) && beyond(corporations) => {
                "宛名番号が、採番した最後の番号より後です。"
            }
            AddresseeClass::Resident | AddresseeClass::NonResident | AddresseeClass::Corporation => {
                return Ok(None);
            }
        };
        Ok(Some(what.to_owned()))
    })
}

/// The links that hold, from sub to main number.
fn active_links(view: &dyn View) -> Result<BTreeMap<AddresseeNo, AddresseeNo>, Fault> {
    let mut links = BTreeMap::new();
    view.scan(&MERGE, None, &mut |stored| {
        let merge = stored.typed::<Merge>()?.record;
        if merge.is_active() {
            links.insert(merge.sub_no, merge.main_no);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(links)
}

fn corporate_numbers(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let links = active_links(view)?;
    let mut holders: BTreeMap<CorporateNumber, AddresseeNo> = BTreeMap::new();
    of_addressees(view, |_, held| {
        let open = held.closed_on.is_none() && !links.contains_key(&held.addressee_no);
        let Some(number) = held.corporate_no.filter(|_| open) else { return Ok(None) };
        let before = holders.insert(number, held.addressee_no);
        Ok(before.map(|other| format!("法人番号 {number} を宛名番号 {other} も持っています。")))
    })
}

fn merges(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let links = active_links(view)?;
    let mut found = Vec::new();
    view.scan(&MERGE, None, &mut |stored| {
        let merge = stored.typed::<Merge>()?.record;
        if merge.sub_no == merge.main_no {
            found.push(inconsistency(stored, "宛名番号がそれ自身に名寄せされています。"));
        } else if merge.is_active() && links.contains_key(&merge.main_no) {
            found.push(inconsistency(stored, "名寄せ先が、それ自身ほかの番号に名寄せされています。"));
        }
        if merge.unmerged_on.is_some_and(|ended| ended < merge.merged_on) {
            found.push(inconsistency(stored, "名寄せ解除年月日が名寄せ年月日より前です。"));
        }
        for number in [merge.sub_no, merge.main_no] {
            if view.get(&ADDRESSEE, number.as_str())?.is_none() {
                found.push(inconsistency(stored, format!("宛名番号 {number} の宛名がありません。")));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn per_taxes(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&MAILING, None, &mut |stored| {
        per_tax::<Mailing>(view, stored, &mut found)?;
        Ok(ControlFlow::Continue(()))
    })?;
    view.scan(&ACCOUNT, None, &mut |stored| {
        per_tax::<Account>(view, stored, &mut found)?;
        Ok(ControlFlow::Continue(()))
    })?;
    view.scan(&TAX_AGENT, None, &mut |stored| {
        let agent = per_tax::<TaxAgent>(view, stored, &mut found)?;
        match agent.agent_no {
            Some(own) if own == agent.addressee_no => {
                found.push(inconsistency(stored, "納税義務者本人が自分の納税管理人になっています。"));
            }
            Some(own) if view.get(&ADDRESSEE, own.as_str())?.is_none() => {
                found.push(inconsistency(stored, format!("納税管理人の宛名番号 {own} の宛名がありません。")));
            }
            Some(_) | None => {}
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn per_tax<R: PerTax>(view: &dyn View, stored: &Stored, found: &mut Vec<Inconsistency>) -> Result<R, Fault> {
    let held = stored.typed::<R>()?.record;
    let number = held.addressee_no();
    if view.get(&ADDRESSEE, number.as_str())?.is_none() {
        found.push(inconsistency(stored, format!("宛名番号 {number} の宛名がありません。")));
    }
    if tax_item_label(held.tax_item()).is_none() {
        found.push(inconsistency(
            stored,
            format!("税目コード「{}」はコード表にありません。", held.tax_item()),
        ));
    }
    if held.until().is_some_and(|until| until < held.from()) {
        found.push(inconsistency(stored, "終了年月日が開始年月日より前です。"));
    }
    Ok(held)
}

fn protections(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut protected = BTreeSet::new();
    view.scan(&PROTECTION, None, &mut |stored| {
        let held = stored.typed::<Protection>()?.record;
        if held.protected {
            protected.insert(held.addressee_no);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    of_addressees(view, |_, held| {
        let what = match (held.protected, protected.contains(&held.addressee_no)) {
            (true, false) => "支援措置対象の印がありますが、受け取った支援措置がありません。",
            (false, true) => "支援措置を受け取りましたが、支援措置対象の印がありません。住所が表示されます。",
            (true, true) | (false, false) => return Ok(None),
        };
        Ok(Some(what.to_owned()))
    })
}

fn requests(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&REQUEST, None, &mut |stored| {
        let request = stored.typed::<Request>()?.record;
        match (request.state, request.addressee_no) {
            (RequestState::Answered, Some(number)) => {
                if view.get(&ADDRESSEE, number.as_str())?.is_none() {
                    found.push(inconsistency(stored, format!("宛名番号 {number} の宛名がありません。")));
                }
            }
            (RequestState::Pending, None) => {}
            (RequestState::Answered, None) | (RequestState::Pending, Some(_)) => {
                found.push(inconsistency(stored, "登録依頼の状態と回答の宛名番号が合いません。"));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
