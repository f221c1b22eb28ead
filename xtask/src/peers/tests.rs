//! The committed tables against today's `moji`; the programs are not asked.

use std::collections::HashMap;

use moji::Charset;

use super::tokens::{SEQUENCES, expand};
use super::universe::{Item, universe};
use super::*;

#[test]
fn what_the_table_says_of_us_is_so_today() {
    let tables = Tables::built_in();
    let mut ours: HashMap<String, Ours> = HashMap::new();
    for one in compared() {
        ours.insert(one.charset.to_string(), Ours::new(&tables, &one.charset).unwrap());
    }
    let sequences: Vec<Item> = universe(&Charset::UTF_8, Direction::Encode)
        .into_iter()
        .filter(Item::is_registered_sequence)
        .collect();
    for row in Row::parse(&read(DIFFERENCES).unwrap()).unwrap() {
        let ours = ours.get_mut(&row.charset).unwrap();
        let mut check = |item: &Item, want: &str| {
            let answer = ours.answer(row.direction, item);
            let name = item.name(row.direction);
            let got = table::shown(row.direction, &answer.result);
            assert_eq!((got.as_str(), answer.said), (want, row.said.as_str()), "{} {name}", row.charset);
        };
        if row.items == SEQUENCES {
            // Which of them it is depends on the program; we do the same with all of them.
            assert!(row.count <= sequences.len());
            sequences.iter().for_each(|item| check(item, &row.ours));
            continue;
        }
        let items = expand(&row.items, row.count).unwrap();
        let wanted = expand(&row.ours, row.count).unwrap();
        assert!(expand(&row.theirs, row.count).is_some(), "{}", row.line());
        for (name, want) in items.iter().zip(&wanted) {
            check(&Item::of_name(name, row.direction).unwrap(), want);
        }
    }
}

#[test]
fn what_the_named_cases_say_of_us_is_so_today() {
    let tables = Tables::built_in();
    let cases = Case::parse(&read(CASES).unwrap()).unwrap();
    let streams = Stream::parse(&read(STREAMS).unwrap()).unwrap();
    assert_eq!(streams.iter().map(|stream| stream.case.clone()).collect::<Vec<_>>(), cases);
    for Stream { case, ours, said, theirs } in streams {
        assert_eq!(case.ours(&tables).unwrap(), (ours, said), "{case:?}");
        assert_eq!(theirs.len(), Peer::ALL.len());
    }
}

#[test]
fn nothing_of_ours_is_silent_and_the_numbers_are_todays() {
    let trips = RoundTrip::parse(&read(ROUND_TRIPS).unwrap()).unwrap();
    let tables = Tables::built_in();
    for one in compared().into_iter().filter(|one| !one.charset.is_unicode()) {
        let mut ours = Ours::new(&tables, &one.charset).unwrap();
        let subjects = Direction::ALL.map(|way| Subject::of(&mut ours, &one.charset, way));
        let [decode, encode] = &subjects;
        let today = RoundTrip::of((decode, &decode.our_results()), (encode, &encode.our_results()), None);
        let told = trips.iter().find(|trip| trip.charset == today.charset && trip.program.is_empty());
        assert_eq!(Some(&today), told);
        assert_eq!([today.codes.silent, today.characters.silent, today.sequences.silent], [0; 3]);
    }
}

#[test]
fn the_page_is_made_from_the_tables() {
    let [differences, round_trips, streams, reasons] =
        [DIFFERENCES, ROUND_TRIPS, STREAMS, REASONS].map(|name| read(name).unwrap());
    let page = Page::of(&differences, &round_trips, &streams, &reasons).unwrap();
    let held = read(PAGE).unwrap();
    assert!(
        page.put_into(&held).unwrap() == held,
        "{PAGE} is not as its tables say: `cargo xtask peers` makes it"
    );
}
