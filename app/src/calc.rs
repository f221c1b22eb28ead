//! `daicho calc`: a rule asked for its number, without any register.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use system::{Calculation, System};

use crate::input;
use crate::progress::{result, say};

/// Every calculation of the program's systems, by id.
pub fn all() -> Vec<Calculation> {
    let mut all: Vec<Calculation> = systems().into_iter().flat_map(|system| system.calculations).collect();
    all.sort_by_key(|calculation| calculation.id);
    all
}

fn systems() -> Vec<System> {
    vec![child_allowance::system(), light_vehicle_tax::system(), tax_collection::system()]
}

/// Lists what can be calculated, or calculates.
///
/// # Errors
/// When there is no such calculation, or the input cannot be read.
pub fn run(id: Option<&str>, from: Option<&Path>, sample: bool) -> anyhow::Result<ExitCode> {
    let all = all();
    let Some(id) = id else {
        for calculation in &all {
            result(&format!("{}\t{}", calculation.id, calculation.title));
        }
        return Ok(ExitCode::SUCCESS);
    };
    let Some(calculation) = all.iter().find(|calculation| calculation.id == id) else {
        let known: Vec<&str> = all.iter().map(|calculation| calculation.id).collect();
        bail!("「{id}」という計算はありません。あるのは {} です", known.join("、"));
    };
    if sample {
        result(calculation.sample);
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    input::open(from)?.read_to_string(&mut text).context("入力が読めません")?;
    let given: Value = serde_json::from_str(&text).context("入力がJSONとして読めません")?;
    match (calculation.calculate)(&given) {
        Ok(calculated) => {
            let told = json!({
                "calculation": calculation.id, "result": calculated.result, "steps": calculated.steps,
            });
            result(&serde_json::to_string_pretty(&told)?);
            Ok(ExitCode::SUCCESS)
        }
        Err(findings) => {
            for finding in &findings {
                say(&format!("{} {}: {} {}", finding.code, finding.item, finding.message, finding.remedy));
            }
            Ok(ExitCode::from(1))
        }
    }
}
