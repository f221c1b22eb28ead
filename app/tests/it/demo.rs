//! The demonstration keeps away from real towns and survives being interrupted.

use std::path::Path;

use daicho::config::Config;
use daicho::demo::{Demo, init, make};
use daicho::house::{Outside, open};
use register::Position;

fn demo(folder: &Path, fresh: bool) -> Demo {
    Demo { folder: folder.to_path_buf(), residents: 50, seed: 1, fresh }
}

#[test]
fn a_real_town_is_neither_filled_nor_cleared() {
    let dir = tempfile::tempdir().unwrap();
    let town = dir.path().join("town");
    init(&town, false).unwrap();
    for fresh in [false, true] {
        let error = make(&demo(&town, fresh), Outside::default()).err().unwrap();
        assert!(error.to_string().contains("デモの町ではない"), "{error}");
    }
    let house = open(&Config::read(&town.join("daicho.toml")).unwrap(), Outside::default()).unwrap();
    assert_eq!(house.office.journal().head().unwrap(), Position(0));
}

#[test]
fn a_demonstration_whose_making_was_interrupted_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("demo");
    let (config, house) = make(&demo(&folder, false), Outside::default()).unwrap();
    drop(house);
    // As if killed after the first part of the load: some of the town, none of its users.
    std::fs::remove_file(config.at(&config.store.path)).unwrap();
    // The note of the end outlives the database: nobody begins an empty town in place of a lost one by accident.
    assert!(open(&config, Outside::default()).is_err());
    std::fs::remove_file(config.at(&config.store.path)).unwrap();
    std::fs::remove_file(config.folder.join("daicho.db.lock")).unwrap();
    let house = open(&config, Outside::default()).unwrap();
    house.office.add_user("half", "半", "", office::Rights::default(), "long-enough").unwrap();
    drop(house);
    let (_, house) = make(&demo(&folder, false), Outside::default()).unwrap();
    assert!(house.office.user("half").unwrap().is_none());
    for (id, ..) in daicho::demo::USERS {
        assert!(house.office.user(id).unwrap().is_some(), "{id}");
    }
}

#[test]
#[cfg(unix)]
fn the_key_is_for_the_program_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    init(dir.path(), false).unwrap();
    let key = dir.path().join("daicho.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    store_sqlite::KeyRing::read(&key).unwrap();
}

/// 模擬中間サーバー answers what it takes, and counts on after the town was stopped.
#[test]
fn the_simulated_intermediate_server_answers_and_goes_on_after_a_restart() {
    use integrated_addressee::records::{Link, Person};
    use office::{Caller, LinkWorker, RunOptions, Turn};
    use register::{AsOf, ViewExt};
    use serde_json::json;

    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("demo");
    let (config, house) = make(&demo(&folder, false), Outside::default()).unwrap();
    daicho::demo::settle(&house.office).unwrap();
    let mut house = Some(house);
    for serial in 1..=2_u64 {
        let mut now = house.take().unwrap_or_else(|| open(&config, Outside::default()).unwrap());
        let office = now.office.clone();
        let run = |function: &str, input: serde_json::Value| {
            let function = format!("integrated-addressee/{function}");
            let options = RunOptions::default();
            office.run(&Caller::command_line(), &function, &input, &options).unwrap().answer.unwrap().data
        };
        let turn = |link: &str| while LinkWorker::new(&office).turn(link).unwrap() == Turn::Worked {};
        // A link of differences carries what changes after its first turn. Who is numbered anew is sent anew.
        turn("copies-to-intermediate-server");
        let person = domain::AddresseeNo::from_serial(serial).unwrap();
        let view = office.journal().view(AsOf::default()).unwrap();
        let link = view.load::<Link>(person.as_str()).unwrap().unwrap().record;
        let known = view.load::<Person>(link.integrated_no.as_str()).unwrap().unwrap().record;
        drop(view);
        run("remove", json!({ "addressee_no": person, "task_id": "001" }));
        run(
            "number",
            json!({
                "individual_number": known.individual_number.expose(), "addressee_no": person, "task_id": "001",
                "resident_status": "1", "name": "見本",
            }),
        );
        office.run_link(&Caller::command_line(), "copies-to-intermediate-server").unwrap();
        turn("copies-to-intermediate-server");
        let server = now.server.as_mut().unwrap();
        let taken = server.turn().unwrap();
        let rows = |link: &str| -> Vec<u64> {
            let of = taken.iter().filter(|one| one.control.link == link);
            of.map(|one| one.control.rows).collect()
        };
        assert_eq!(rows("copies-to-intermediate-server"), [1], "{taken:?}");
        turn("copies-to-intermediate-server");
        assert_eq!(server.send_results("2026-11-20").unwrap(), [format!("kekka_{serial:06}.dat")]);
        turn("results-from-intermediate-server");
        let accepted = run("copy-list", json!({ "stand": "accepted" }));
        assert_eq!(accepted["count"], json!(serial), "{accepted}");
        let newest = office.deliveries("results-from-intermediate-server", None, 1).unwrap().remove(0);
        assert_eq!((newest.no, newest.refused.len()), (serial, 0), "{:?}", newest.refused);
    }
}

#[test]
fn a_town_runs_on_postgresql() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("demo");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("demo-town.mark"), "").unwrap();
    let database = format!("[database]\nurl = \"{}\"\n\n[standards]", durable_database());
    let text = daicho::config::DEFAULT_FILE.replace("[standards]", &database);
    std::fs::write(folder.join("daicho.toml"), text).unwrap();

    let (config, house) = make(&demo(&folder, false), Outside::default()).unwrap();
    assert!(!config.at(&config.store.path).exists(), "there is no file beside the database");
    daicho::demo::settle(&house.office).unwrap();
    let journal = house.office.journal();
    assert_eq!(journal.verify().unwrap().problems, Vec::<String>::new());
    let people = |journal: &dyn register::Journal, kind| {
        journal.view(register::AsOf::default()).unwrap().count(kind).unwrap()
    };
    let residents = people(journal, &resident_register::records::PERSON);
    assert_eq!(people(journal, &addressee::records::ADDRESSEE), residents, "a link has taken all in");
    let head = journal.head().unwrap();
    drop(house);

    let (_, again) = make(&demo(&folder, false), Outside::default()).unwrap();
    assert_eq!(again.office.journal().head().unwrap(), head, "it goes on where it stopped");
    assert_eq!(people(again.office.journal(), &resident_register::records::PERSON), residents);
}

/// A server that flushes, for the program takes no other.
fn cluster() -> &'static testkit::postgres::Cluster {
    static CLUSTER: std::sync::OnceLock<testkit::postgres::Cluster> = std::sync::OnceLock::new();
    CLUSTER.get_or_init(|| testkit::postgres::Cluster::start("-c fsync=on"))
}

/// A new database of that server.
pub(super) fn durable_database() -> String {
    cluster().database()
}

/// Runs SQL in such a database.
pub(super) fn run_sql(url: &str, sql: &str) {
    cluster().run(url, sql);
}
