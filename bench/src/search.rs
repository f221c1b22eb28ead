//! Search by fragments beside PostgreSQL's pg_trgm, on the same texts and the same questions.
//!
//! Ours is the index as the office keeps it, with the texts of a resident; the peer is one table with those texts and an
//! index of trigrams on each. Both are asked for at most 201 hits, as the screen asks. Rules are those of the
//! standard's search: whole names, family names, given names, one character, readings with and without voiced marks,
//! addresses, numbers, dates, ranges, several at once, and what nobody is called.

use std::time::Instant;

use anyhow::Context;
use domain::{AddresseeNo, Date, HouseholdNo, ResidentKind};
use finder::{Condition, Finder};
use postgres::{Client, NoTls};
use register::Body;
use resident_register::records::Person;
use system::IndexedKind;
use testkit::postgres::Cluster;
use town::{Municipality, Options, Town};

/// Hits that are asked for: one more than a screen shows.
const LIMIT: usize = 201;
/// Questions of each rule that are timed.
const QUESTIONS: usize = 100;
/// Names the peer is given at a time.
const ROWS: usize = 10_000;

/// The day on which the town is as it is.
const TODAY: Date = Date::constant(2026, 11, 20);

/// One question: fragments by field.
type Question = Vec<(&'static str, String)>;

pub(crate) fn bench(residents: usize) -> anyhow::Result<()> {
    let system = resident_register::system();
    let indexed = system.indexed.first().context("residents are searched by text")?;
    let mut finder = Finder::new(indexed.fields.len());
    crate::forget_peak();
    let before = crate::peak_kib()?;
    let start = Instant::now();
    let mut spent = 0.0;
    each(indexed, residents, |key, texts| {
        let begun = Instant::now();
        finder.set(&key, &texts);
        spent += begun.elapsed().as_secs_f64();
        Ok(())
    })?;
    println!(
        "{} residents in the index: {spent:.1} s to lay down, {:.1} s with making and folding them; {} MiB",
        finder.len(),
        start.elapsed().as_secs_f64(),
        (crate::peak_kib()? - before) / 1024
    );
    let peer = peer(indexed, residents);
    if let Err(error) = &peer {
        println!("no peer: {error:#}");
    }
    let mut peer = peer.ok();
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>9} {:>9}  target",
        "ms", "p50", "p99", "peer p50", "peer p99", "ratio"
    );
    let target = if residents <= 500_000 { 10.0 } else { 25.0 };
    let mut all = Vec::new();
    for (rule, questions) in rules(indexed, &finder, residents)? {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for question in &questions {
            let places: Vec<Vec<usize>> =
                question.iter().map(|(field, _)| indexed.places(field, false)).collect();
            let conditions: Vec<Condition<'_>> = question
                .iter()
                .zip(&places)
                .map(|((_, fragment), columns)| Condition::Holds { columns, fragment })
                .collect();
            let begun = Instant::now();
            let found = finder.find(&conditions, LIMIT).0.len();
            ours.push(begun.elapsed().as_secs_f64() * 1e3);
            if let Some(peer) = &mut peer {
                let (milliseconds, hits) = asked(&mut peer.1, question)?;
                anyhow::ensure!(hits == found, "{rule}: {question:?} found {found} here and {hits} there");
                theirs.push(milliseconds);
            }
        }
        all.extend_from_slice(&ours);
        ours.sort_by(f64::total_cmp);
        theirs.sort_by(f64::total_cmp);
        let (middle, last) = (crate::share(&ours, 50), crate::share(&ours, 99));
        let (peer_middle, peer_last) = (crate::share(&theirs, 50), crate::share(&theirs, 99));
        println!(
            "{rule:<34} {middle:>9.3} {last:>9.3} {peer_middle:>9.3} {peer_last:>9.3} {:>9.1}  p99 ≤ {target} {}",
            peer_last / last.max(1e-6),
            if last <= target { "met" } else { "missed" }
        );
    }
    all.sort_by(f64::total_cmp);
    println!("of all questions: p50 {:.3} ms, p99 {:.3} ms", crate::share(&all, 50), crate::share(&all, 99));
    Ok(())
}

/// Gives key and texts of every resident of a synthetic town.
fn each(
    indexed: &IndexedKind,
    residents: usize,
    mut take: impl FnMut(String, Vec<String>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let municipality = Municipality::default();
    let town = Town::generate(Options { residents, seed: 1, today: TODAY, municipality });
    let (mut serial, mut household_serial) = (0, 0);
    for household in town.households() {
        household_serial += 1;
        for made in &household.members {
            serial += 1;
            let (no, home) = (AddresseeNo::from_serial(serial)?, HouseholdNo::from_serial(household_serial)?);
            let mut person = Person::new(no, home, made.birth, made.sex);
            if made.foreign.is_some() {
                person.resident_kind = ResidentKind::Foreign;
            }
            person.name = made.name();
            person.name_kana = made.kana();
            person.name_roman = made.name_roman.clone().unwrap_or_default();
            person.name_kanji = made.name_kanji.clone().unwrap_or_default();
            person.alias_name = made.alias.clone().unwrap_or_default();
            person.former_family_name = made.former_family_name.clone().unwrap_or_default();
            person.relation = made.relation.clone();
            person.address = household.address.clone();
            take(no.to_string(), indexed.next::<&str>(None, &Body::of(&person)?)?)?;
        }
    }
    Ok(())
}

/// The questions of each rule, about residents that are spread over the town.
fn rules(
    indexed: &IndexedKind,
    finder: &Finder,
    residents: usize,
) -> anyhow::Result<Vec<(&'static str, Vec<Question>)>> {
    let mut rules: Vec<(&'static str, Vec<Question>)> = Vec::new();
    let mut ask = |rule, question: Question| match rules.iter_mut().find(|(known, _)| *known == rule) {
        Some((_, questions)) => questions.push(question),
        None => rules.push((rule, vec![question])),
    };
    let place = |field: &str| indexed.fields.iter().position(|known| *known == field).unwrap_or_default();
    let step = u64::try_from(residents / QUESTIONS)?.max(1);
    for number in 0..u64::try_from(QUESTIONS)? {
        let key = AddresseeNo::from_serial(number * step + 1)?.to_string();
        let text = |field| {
            let whole = finder.text(&key, place(field)).unwrap_or_default();
            whole.lines().next().unwrap_or_default().to_owned()
        };
        let part =
            |text: &str, from: usize, length: usize| text.chars().skip(from).take(length).collect::<String>();
        let (name, kana, birth, address) = (text("name"), text("kana"), text("birth_date"), text("address"));
        let (long, kana_long) = (name.chars().count(), kana.chars().count());
        if name.is_empty() || kana.is_empty() {
            continue;
        }
        ask("whole name", vec![("name", name.clone())]);
        ask("family name (two characters)", vec![("name", part(&name, 0, 2))]);
        ask("given name (last two)", vec![("name", part(&name, long.saturating_sub(2), 2))]);
        ask("one character", vec![("name", part(&name, long.saturating_sub(1), 1))]);
        ask("whole reading, folded", vec![("kana", kana.clone())]);
        ask("reading, three from the middle", vec![("kana", part(&kana, kana_long / 2, 3))]);
        ask("address to the lot", vec![("address", address.clone())]);
        ask(
            "lot (last five)",
            vec![("address", part(&address, address.chars().count().saturating_sub(5), 5))],
        );
        ask("birth date", vec![("birth_date", birth.clone())]);
        ask(
            "given name and birth date",
            vec![("name", part(&name, long.saturating_sub(2), 2)), ("birth_date", birth)],
        );
        ask("reading and address", vec![("kana", part(&kana, 0, 3)), ("address", part(&address, 0, 9))]);
        ask("anywhere, four digits", vec![("", part(&key, 8, 4))]);
        ask("anywhere, two characters", vec![("", part(&name, long.saturating_sub(2), 2))]);
        // Two rare halves that no one has both of.
        ask("nobody of this name", vec![("name", format!("{}龘", part(&name, 0, 1)))]);
    }
    Ok(rules)
}

/// A table of the texts with an index of trigrams on each, in a database that knows Japanese letters as letters: in the plain
/// C locale pg_trgm makes no trigrams of them.
fn peer(indexed: &IndexedKind, residents: usize) -> anyhow::Result<(Cluster, Client)> {
    let cluster =
        Cluster::start("-c shared_buffers=2GB -c synchronous_commit=off -c maintenance_work_mem=1GB");
    let run = |database: &str, sql: &str| cluster.run(&cluster.address(database), sql);
    run("postgres", "CREATE DATABASE search TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'");
    let mut client = Client::connect(&cluster.address("search"), NoTls)?;
    client.batch_execute(
        "CREATE EXTENSION pg_trgm;
         CREATE TABLE resident (key text, name text, kana text, birth_date text, address text, card text,
             household_no text)",
    )?;
    let fields = ["name", "kana", "birth_date", "address", "card", "household_no"];
    let places: Vec<usize> =
        fields.iter().filter_map(|field| indexed.fields.iter().position(|known| known == field)).collect();
    let start = Instant::now();
    let mut lines = String::new();
    let mut rows = 0;
    let send = |client: &mut Client, lines: &mut String| -> anyhow::Result<()> {
        let mut writer = client.copy_in("COPY resident FROM STDIN")?;
        std::io::Write::write_all(&mut writer, lines.as_bytes())?;
        writer.finish()?;
        lines.clear();
        Ok(())
    };
    each(indexed, residents, |key, texts| {
        lines.push_str(&key);
        for place in &places {
            lines.push('\t');
            lines.push_str(
                &texts.get(*place).map_or("", String::as_str).replace('\\', "").replace('\n', "\\n"),
            );
        }
        lines.push('\n');
        rows += 1;
        if rows % ROWS == 0 { send(&mut client, &mut lines) } else { Ok(()) }
    })?;
    send(&mut client, &mut lines)?;
    client.batch_execute(
        "CREATE INDEX ON resident USING gin (name gin_trgm_ops);
         CREATE INDEX ON resident USING gin (kana gin_trgm_ops);
         CREATE INDEX ON resident USING gin (address gin_trgm_ops);
         CREATE INDEX ON resident USING gin (key gin_trgm_ops);
         CREATE INDEX ON resident (birth_date)",
    )?;
    client.batch_execute("VACUUM ANALYZE resident")?;
    let size = client.query_one("SELECT pg_total_relation_size('resident') / 1048576", &[])?.get::<_, i64>(0);
    println!("the peer: loaded and indexed in {:.1} s, {size} MiB", start.elapsed().as_secs_f64());
    Ok((cluster, client))
}

/// Milliseconds and hits of the peer.
fn asked(client: &mut Client, question: &Question) -> anyhow::Result<(f64, usize)> {
    let like = |text: &str| format!("%{}%", text.replace(['%', '_'], ""));
    let (mut wheres, mut values) = (Vec::new(), Vec::new());
    for (field, text) in question {
        if *field == "birth_date" {
            // The day stands first; who is known only by year and month has the pattern behind it.
            values.push(format!("{text}%"));
            wheres.push(format!("birth_date LIKE ${}", values.len()));
        } else {
            values.push(like(text));
            let no = values.len();
            wheres.push(match *field {
                "" => {
                    let columns = ["name", "kana", "birth_date", "address", "key", "household_no", "card"];
                    let any: Vec<String> =
                        columns.iter().map(|column| format!("{column} LIKE ${no}")).collect();
                    format!("({})", any.join(" OR "))
                }
                field => format!("{field} LIKE ${no}"),
            });
        }
    }
    // Not prepared: with the values at hand the planner knows how rare they are.
    let mut sql = format!("SELECT key FROM resident WHERE {} LIMIT {LIMIT}", wheres.join(" AND "));
    for (at, value) in values.iter().enumerate().rev() {
        sql = sql.replace(&format!("${}", at + 1), &format!("'{}'", value.replace('\'', "''")));
    }
    let begun = Instant::now();
    let rows = client.simple_query(&sql)?;
    let milliseconds = begun.elapsed().as_secs_f64() * 1e3;
    let hits = rows.iter().filter(|one| matches!(one, postgres::SimpleQueryMessage::Row(_))).count();
    Ok((milliseconds, hits))
}
