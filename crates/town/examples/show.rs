//! Prints a town's census and its first households: `cargo run --release -p town --example show -- 17000 1`.

#![expect(clippy::print_stdout, reason = "an example's purpose")]

use domain::Date;
use town::{Census, Municipality, Options, Town};

/// How many households are printed.
const SHOWN: usize = 40;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let residents = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(17_000);
    let seed = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let today = Date::constant(2026, 11, 20);
    let town = Town::generate(Options { residents, seed, today, municipality: Municipality::default() });
    let mut census = Census::new(today);
    for (number, household) in town.households().enumerate() {
        census.add(&household);
        if SHOWN <= number {
            continue;
        }
        println!("{number} {} {}", household.address.one_line(), household.formed_on);
        for member in &household.members {
            println!(
                "  {} ({}) {} {} {} since {} at {} register {} [{}] {}",
                member.name(),
                member.kana(),
                member.birth,
                member.sex.label(),
                member.relation,
                member.resident_since,
                member.addr_since,
                member.register_head.as_deref().unwrap_or("-"),
                member.moved_in_from.as_ref().map(|from| from.one_line()).unwrap_or_default(),
                member.alias.as_deref().or(member.former_family_name.as_deref()).unwrap_or_default(),
            );
        }
    }
    for class in census.classes().iter().rev() {
        println!("{:>9} {:>6} {:>6}", class.label(), class.male, class.female);
    }
    println!(
        "{} residents, {} households, {} of 65 and more, {} foreign",
        census.residents,
        census.households,
        census.from_age(65),
        census.foreign
    );
}
