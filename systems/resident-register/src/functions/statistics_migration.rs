//! 転入・転出者数表: who came from which prefecture, who went where.

use std::collections::{BTreeMap, BTreeSet};

use register::{Fault, View};
use serde_json::{Value, json};
use system::{Context, Effect, Form, Function, Input, Mode, Outcome, Section};

use super::statistics::{Counted, PREFECTURE, has_unknown, over_period, period_fields, row};
use crate::statistics::{Heads, Place, data};

/// 転入・転出者数表.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/migration-statistics",
        title: "転入・転出者数表",
        place: Some(PREFECTURE),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once("期間", period_fields())]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let own = context.municipality_text("prefecture").to_owned();
    over_period(view, input, context, |counted, data| {
        let places = places(counted);
        data.insert("summary".to_owned(), summary(counted, &own));
        data.insert("balance".to_owned(), balance(counted, &places));
        for (name, table) in
            [("arrivals", &counted.figures.arrivals), ("departures", &counted.figures.departures)]
        {
            let heads = |place: &Place| table.get(place).copied().unwrap_or_default();
            let unknown = has_unknown(table.values());
            let rows: Vec<Value> = places
                .iter()
                .map(|(code, place)| (code, place, heads(place)))
                .filter(|(_, _, heads)| heads.total() != 0)
                .map(|(code, place, heads)| place_row(code, place, &heads, unknown))
                .collect();
            data.insert(name.to_owned(), Value::Array(rows));
        }
    })
}

/// Every prefecture in order, then names that are none of them, then abroad and unknown.
fn places(counted: &Counted) -> Vec<(String, Place)> {
    let mut places: Vec<(String, Place)> = data::prefectures()
        .map(|(code, name)| (code.to_owned(), Place::Prefecture(name.to_owned())))
        .collect();
    let met: BTreeSet<&Place> =
        counted.figures.arrivals.keys().chain(counted.figures.departures.keys()).collect();
    for place in met {
        if !places.iter().any(|(_, known)| known == place) {
            places.push((String::new(), place.clone()));
        }
    }
    for always in [Place::Overseas, Place::Unknown] {
        if !places.iter().any(|(_, known)| *known == always) {
            places.push((String::new(), always));
        }
    }
    places
}

fn label(place: &Place) -> &str {
    match place {
        Place::Prefecture(name) => name,
        Place::Overseas => "国外",
        Place::Unknown => "不明",
    }
}

fn place_row(code: &str, place: &Place, heads: &Heads, unknown: bool) -> Value {
    row(&[("code", json!(code)), ("place", json!(label(place)))], heads, unknown)
}

/// 転入・転出・差引 by prefecture, all of them.
fn balance(counted: &Counted, places: &[(String, Place)]) -> Value {
    let figures = &counted.figures;
    let of = |place: &Place| {
        let number = |table: &BTreeMap<Place, Heads>| table.get(place).copied().unwrap_or_default().total();
        (number(&figures.arrivals), number(&figures.departures))
    };
    let (mut all_in, mut all_out) = (0_i64, 0_i64);
    let mut rows: Vec<Value> = Vec::new();
    for (code, place) in places {
        let (came, went) = of(place);
        all_in = all_in.saturating_add(came);
        all_out = all_out.saturating_add(went);
        rows.push(balance_row(code, label(place), came, went));
    }
    rows.push(balance_row("", "計", all_in, all_out));
    Value::Array(rows)
}

fn balance_row(code: &str, title: &str, came: i64, went: i64) -> Value {
    json!({
        "code": code, "place": title, "arrived": came, "departed": went, "difference": came.saturating_sub(went),
    })
}

/// 県内・県外・国外・不明.
fn summary(counted: &Counted, own: &str) -> Value {
    let figures = &counted.figures;
    let side = |place: &Place| match place {
        Place::Prefecture(name) if name == own => "県内",
        Place::Prefecture(_) => "県外",
        Place::Overseas => "国外",
        Place::Unknown => "不明",
    };
    let number = |table: &BTreeMap<Place, Heads>, title: &str| {
        let fitting = table.iter().filter(|(place, _)| side(place) == title);
        fitting.map(|(_, heads)| heads).sum::<Heads>().total()
    };
    ["県内", "県外", "国外", "不明"]
        .into_iter()
        .map(|title| {
            balance_row("", title, number(&figures.arrivals, title), number(&figures.departures, title))
        })
        .collect()
}
