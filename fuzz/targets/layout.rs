//! Any text as a layout: parsed or refused with a line; what is parsed compiles or is refused, and what compiles has a
//! sheet and samples that it reads back.
#![no_main]

use fuzz::layouts::beside;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut beside = |name: &str| beside(name);
    let layout = match layout::Layout::parse_with(text, "f.toml", &mut beside) {
        Ok(layout) => layout,
        Err(errors) => return assert!(!errors.is_empty()),
    };
    let items = layout.items();
    let Ok(plan) = layout.compile(&items, moji::Unmappable::Substitute, fuzz::tables()) else { return };
    let sheet = plan.spec(&items).to_markdown();
    for field in layout.records.iter().flat_map(|record| &record.fields) {
        assert!(
            sheet.contains(field.name.trim()) || field.name.contains(['|', '\\', '\n']),
            "{}",
            field.name
        );
    }
    plan.sample(&items, 2);
});
