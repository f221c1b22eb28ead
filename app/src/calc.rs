//! `daicho calc`: a rule asked for its number, without any register.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use system::{AskedForm, AskedItem, Calculation, Finding, System};

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

/// What `daicho calc` is asked to do.
#[derive(Debug, Default)]
pub struct CalcOptions {
    /// Print an input that calculates, and nothing else.
    pub sample: bool,
    /// Print the items of an input, and nothing else.
    pub items: bool,
    /// Print what stands against the input as JSON, too.
    pub json: bool,
}

/// Lists what can be calculated, or calculates.
///
/// # Errors
/// When there is no such calculation, or the input cannot be read.
pub fn run(id: Option<&str>, from: Option<&Path>, options: &CalcOptions) -> anyhow::Result<ExitCode> {
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
    if options.sample {
        result(calculation.sample);
        return Ok(ExitCode::SUCCESS);
    }
    if options.items {
        list(calculation.items, "");
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    input::open(from)?.read_to_string(&mut text).context("入力が読めません")?;
    match read(&text).and_then(|given| calculation.answer(&given)) {
        Ok(calculated) => {
            let told = json!({
                "calculation": calculation.id, "result": calculated.result, "steps": calculated.steps,
            });
            result(&serde_json::to_string_pretty(&told)?);
            Ok(ExitCode::SUCCESS)
        }
        Err(findings) => {
            if options.json {
                let told = json!({ "calculation": calculation.id, "findings": findings });
                result(&serde_json::to_string_pretty(&told)?);
            }
            for finding in &findings {
                say(&format!("{} {}: {} {}", finding.code, finding.item, finding.message, finding.remedy));
            }
            Ok(ExitCode::from(1))
        }
    }
}

/// The JSON of an input.
fn read(text: &str) -> Result<Value, Vec<Finding>> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("{}行目の{}文字目", error.line(), error.column());
        let what =
            if error.is_eof() { "途中で終わっています" } else { "JSONとして読めません" };
        let remedy = "入力の見本（--sample）を見て、括弧・引用符・コンマを確かめてください。";
        vec![Finding::error("F006", "", "入力", format!("入力が{place}で{what}。"), remedy)]
    })
}

/// Prints items one to a line: name, Japanese name, whether it is required, what it holds.
fn list(items: &[AskedItem], before: &str) {
    for item in items {
        let required = if item.required { "必須" } else { "任意" };
        result(&format!("{before}{}\t{}\t{required}\t{}", item.key, item.label, item.form.hint()));
        if let AskedForm::Rows(inner) = item.form {
            list(inner, &format!("{before}{}[].", item.key));
        }
    }
}
