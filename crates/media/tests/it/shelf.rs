//! What the tests share: a town with a link, its deliveries, and media entered in one line.

use catalog::{Extent, Link, Packing};
use domain::Date;
use jiff::Timestamp;
use jiff::civil::date;
use linkage::{Delivery, LinkState, Packed, Phase};
use register::{Position, Write};
use serde_json::{Map, Value, json};
use system::{Outcome, System};
use testkit::bench::{Memory, run, verify};

pub(crate) const TODAY: Date = date(2026, 11, 20);

pub(crate) const LINK: &str = "resident-full-to-tax";

const LINK_FILE: &str = include_str!("../../../../standards/links/resident-full-to-tax.toml");

pub(crate) struct Shelf {
    system: System,
    pub(crate) memory: Memory,
    pub(crate) today: Date,
}

impl Shelf {
    /// A town whose link to the tax suite has made deliveries 1 to 5: 1 as it is, 2 as a plain ZIP, 3 and 4 encrypted, and 5
    /// that came in.
    pub(crate) fn new() -> Self {
        let mut memory = Memory::default();
        let link = Link::parse(LINK_FILE, &format!("{LINK}.toml")).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let mut writes = vec![Write::put(&LinkState::new(&link, Position(0), now), None).unwrap()];
        let packings = [
            None,
            Some(Packing::Zip),
            Some(Packing::ZipAes("tax".into())),
            Some(Packing::Age("tax".into())),
            None,
        ];
        for (no, packing) in (1..).zip(packings) {
            let phase = if no == 5 { Phase::Received } else { Phase::Sent };
            let at = (Position(0), Position(1));
            let delivery = Delivery {
                file_name: Some(format!("zenken_{no:06}")),
                packed: packing.map(|packing| Packed { packing, bytes: 1, sha256: String::new() }),
                ..Delivery::new((LINK, no), phase, Extent::Full, at, now)
            };
            writes.push(Write::put(&delivery, None).unwrap());
        }
        memory.commit(writes);
        Self { system: media::system(), memory, today: TODAY }
    }

    /// Uses a function; what its form needs and is not given is filled in.
    pub(crate) fn run(&mut self, function: &str, given: Value) -> Outcome {
        let id = format!("media-register/{function}");
        let asked = self.system.functions.iter().find(|own| own.id == id).unwrap();
        let mut input: Map<String, Value> = given.as_object().unwrap().clone();
        for field in asked.form.sections.iter().flat_map(|section| &section.fields) {
            let usual = match field.name {
                "medium_no" => "M-1",
                "media" => "usb-memory",
                "link_id" => LINK,
                "deliveries" => "3",
                "seal_no" => "F-100",
                "organisation" => "税総合システム運用会社",
                "taken_by" | "done_by" => "架空　次郎",
                "how" => "手渡し",
                _ => "記録",
            };
            if field.required && !input.contains_key(field.name) {
                input.insert(field.name.to_owned(), json!(usual));
            }
        }
        run(&self.system, &mut self.memory, self.today, &id, &Value::Object(input))
    }

    /// Uses functions one after the other, all of which must go.
    pub(crate) fn lead(&mut self, medium_no: &str, functions: &[&str]) {
        for function in functions {
            let outcome = self.run(function, json!({ "medium_no": medium_no }));
            assert!(outcome.findings.iter().all(|own| !own.stops()), "{function}: {:?}", outcome.findings);
        }
    }

    pub(crate) fn answer(&mut self, function: &str, given: Value) -> Value {
        self.run(function, given).answer.unwrap().data
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        verify(&self.system, &self.memory)
    }
}
