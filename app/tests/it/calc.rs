//! Calculations: each one's own sample calculates, with steps and their sources.

use daicho::calc;
use serde_json::Value;

#[test]
fn every_sample_calculates_and_every_step_names_its_source() {
    let all = calc::all();
    assert!(!all.is_empty());
    for calculation in all {
        let sample: Value = serde_json::from_str(calculation.sample).unwrap();
        let calculated = calculation.answer(&sample).unwrap_or_else(|findings| {
            panic!("{}: {findings:?}", calculation.id);
        });
        assert!(!calculated.steps.is_empty(), "{}", calculation.id);
        for step in &calculated.steps {
            assert!(!step.title.is_empty() && !step.formula.is_empty(), "{}: {step:?}", calculation.id);
            assert!(!step.source.is_empty(), "{}: {step:?}", calculation.id);
        }
        let refused = calculation.answer(&Value::Null).unwrap_err();
        assert!(!refused.is_empty(), "{}", calculation.id);
    }
}
