//! A partner who may make tables tries to have its own program run in the town's name (PostgreSQL).

use relay::{Options, Relay};
use testkit::places::control;
use testkit::postgres::{cluster, database};
use transport::{Control, Place, PlaceError};

/// A program of the partner's: it tells in whose name it runs, and that must not be the town's.
const TRAP: &str = "CREATE FUNCTION trap(anyelement) RETURNS text LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN RAISE EXCEPTION 'sprung by %', current_user; END $$;
    CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'sprung by %', current_user; END $$;";

/// A database in which town and partner are users like any other, and may make tables.
struct Shared {
    relay: Relay,
    address: String,
}

impl Shared {
    fn new(number: usize) -> Self {
        let address = database();
        let (town, partner) = (format!("town_{number}"), format!("partner_{number}"));
        cluster().run(
            &address,
            &format!(
                "CREATE ROLE {town} LOGIN; CREATE ROLE {partner} LOGIN;
                 GRANT USAGE, CREATE ON SCHEMA public TO {town}, {partner}"
            ),
        );
        let of = |user: &str| address.replacen("user=daicho", &format!("user={user}"), 1);
        assert_ne!(of(&town), address, "the town is no superuser");
        let relay = Relay::on_server(&of(&town), None, Options::default()).unwrap();
        Self { relay, address: of(&partner) }
    }

    /// The partner does something.
    fn partner(&self, sql: &str) {
        cluster().run(&self.address, sql);
    }
}

fn told(error: &PlaceError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"))
}

#[test]
fn what_a_partner_hands_over_runs_nothing_in_the_towns_name() {
    for (number, (table, told)) in [
        ("CREATE TABLE daicho_in_l (delivery_no INT, row_no INT, n TEXT)", ""),
        (
            "CREATE TYPE kind AS ENUM ('a'); CREATE TABLE daicho_in_l (delivery_no INT, row_no INT, n kind)",
            "",
        ),
        ("CREATE VIEW daicho_in_l AS SELECT 1 AS delivery_no, 1 AS row_no, trap(1) AS n", "約束と違います"),
        (
            "CREATE TYPE kind AS ENUM ('a');
             CREATE FUNCTION spring(kind) RETURNS text LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'sprung by %', current_user; END $$;
             CREATE CAST (kind AS text) WITH FUNCTION spring(kind);
             CREATE TABLE daicho_in_l (delivery_no INT, row_no INT, n kind)",
            "約束と違います",
        ),
        (
            "CREATE TYPE kind AS (a INT);
             CREATE TABLE daicho_in_l (delivery_no INT, row_no kind, n TEXT)",
            "約束と違います",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let shared = Shared::new(number);
        assert_eq!(shared.relay.arrivals("").unwrap(), []);
        shared.partner(&format!("{TRAP} {table}; GRANT SELECT ON daicho_in_l TO PUBLIC"));
        if !table.contains("VIEW") && !table.contains("row_no kind") {
            shared.partner("INSERT INTO daicho_in_l VALUES (1, 1, 'a')");
        }
        let name = format!("partner_{number}");
        cluster().run(
            &shared.address.replacen(&format!("user={name}"), "user=daicho", 1),
            &format!("GRANT SELECT, INSERT, UPDATE ON daicho_delivery TO {name}"),
        );
        shared.partner(
            "INSERT INTO daicho_delivery (direction, link, no, rows) VALUES ('in', 'l', 1, 1);
             INSERT INTO daicho_delivery (direction, link, no, rows) VALUES ('in', 'm', 1, 0)",
        );
        let arrivals = shared.relay.arrivals("").unwrap();
        let of = |link: &str| {
            let found = arrivals.iter().find(|arrival| arrival.name == format!("{link}_000001.csv")).unwrap();
            found.control.as_ref().map(|control| control.rows).map_err(ToString::to_string)
        };
        match of("l") {
            Ok(rows) => assert_eq!((told, rows), ("", 1), "{table}"),
            Err(error) => assert!(!told.is_empty() && error.contains(told), "{table}: {error}"),
        }
        assert_eq!(of("m"), Ok(0), "another link's is not kept from arriving");
        let mut bytes = Vec::new();
        let fetched = shared.relay.fetch("l_000001.csv", &mut bytes).map_err(|error| self::told(&error));
        match fetched {
            Ok(()) => assert_eq!((told, bytes.as_slice()), ("", &b"n\r\na\r\n"[..])),
            Err(error) => assert!(!told.is_empty() && error.contains(told), "{table}: {error}"),
        }
    }
}

#[test]
fn a_policy_of_the_partners_chooses_no_rows_by_a_program_in_the_towns_name() {
    let shared = Shared::new(100);
    assert_eq!(shared.relay.arrivals("").unwrap(), []);
    shared.partner(&format!(
        "{TRAP} CREATE TABLE daicho_in_l (delivery_no INT, row_no INT, n TEXT);
         INSERT INTO daicho_in_l VALUES (1, 1, 'a');
         ALTER TABLE daicho_in_l ENABLE ROW LEVEL SECURITY;
         CREATE POLICY p ON daicho_in_l USING (trap(n) IS NULL);
         GRANT SELECT ON daicho_in_l TO PUBLIC"
    ));
    let town = shared.address.replacen("user=partner_100", "user=town_100", 1);
    cluster().run(&town, "INSERT INTO daicho_delivery (direction, link, no, rows) VALUES ('in', 'l', 1, 1)");
    let error = told(&shared.relay.arrivals("").unwrap_err());
    assert!(error.contains("row-level security") && !error.contains("sprung"), "{error}");
}

#[test]
fn the_town_writes_into_no_table_of_the_partners() {
    for (number, made_before) in ["daicho_delivery", "daicho_rows_l"].into_iter().enumerate() {
        let shared = Shared::new(200 + number);
        shared.partner(&format!(
            "{TRAP} CREATE TABLE {made_before} (direction TEXT, link TEXT, no BIGINT, delivery_no BIGINT, row_no BIGINT, n TEXT);
             CREATE TRIGGER t BEFORE INSERT ON {made_before} FOR EACH ROW EXECUTE FUNCTION trap();
             GRANT ALL ON {made_before} TO PUBLIC"
        ));
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        std::fs::write(&data, "n\r\na\r\n").unwrap();
        let sent = shared.relay.put("l_000001.csv", &data, &Control { ..control(1, b"n\r\na\r\n") });
        let error = told(&sent.unwrap_err());
        assert!(error.contains(&format!("表「{made_before}」が約束と違います")), "{error}");
    }
}
