//! Any bytes as a file: every record is good or bad with a rule, and cutting the file in two changes nothing.
#![no_main]

use fuzz::layouts::{plans, shown};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[plan, cut], bytes)) = input.split_first_chunk() else { return };
    let plan = &plans()[usize::from(plan) % plans().len()];
    let whole = shown(plan, &[bytes]);
    let (front, back) = bytes.split_at(usize::from(cut).min(bytes.len()));
    assert_eq!(whole, shown(plan, &[front, back, &[]]));
});
