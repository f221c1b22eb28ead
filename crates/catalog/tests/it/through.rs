//! Rows that links serve one behind the other.

use catalog::{Known, Link, RowRef, Standing, assess, check_links, explain};

use crate::support::{known, links, rows};

const LAST: &str = include_str!("../../../../standards/links/addressee-to-light-vehicle-tax.toml");
const NAME: &str = "addressee-to-light-vehicle-tax.toml";

/// The house, with the items of the datasets of the chain.
fn known_with_items() -> Known {
    let mut known = known();
    for (dataset, items) in [
        ("resident-register/support-measures", "addressee_no protected"),
        (
            "resident-register/resident",
            "addressee_no resident_status name name_kana town lot postcode dest_address_planned deletion_event_date",
        ),
        (
            "addressee/addressee",
            "addressee_no status name name_kana address postcode moved_out_to departed_on",
        ),
    ] {
        known.items.insert(dataset.to_owned(), items.split(' ').map(str::to_owned).collect());
    }
    known
}

/// All links, with one of them as it is said here.
fn with(id: &str, text: &str) -> Vec<Link> {
    let mut links = links();
    let at = links.iter().position(|link| link.id == id).unwrap();
    links[at] = Link::parse(text, &format!("{id}.toml")).unwrap();
    links
}

fn standing(links: &[Link], no: &str) -> Standing {
    let states = assess(&rows(), links, &known_with_items());
    states.into_iter().find(|state| state.row == RowRef::new("unit_links", no)).unwrap().standing
}

#[test]
fn what_goes_over_the_hub_runs_and_names_its_legs() {
    let links = links();
    for (last, rows) in [
        (
            "addressee-to-light-vehicle-tax",
            ["14", "58", "100", "148", "190", "232", "277", "316", "357", "398", "441"],
        ),
        (
            "addressee-to-tax-collection",
            ["15", "59", "101", "149", "191", "233", "278", "317", "358", "399", "442"],
        ),
    ] {
        let legs = Standing::RunsThrough(vec!["resident-to-addressee".to_owned(), last.to_owned()]);
        for no in rows {
            assert_eq!(standing(&links, no), legs, "{no}");
        }
        assert_eq!(legs.link(), Some(last));
    }
    assert_eq!(check_links(&links, &rows(), &known_with_items()), []);
    let last = links.iter().find(|link| link.id == "addressee-to-light-vehicle-tax").unwrap();
    let said = explain(last);
    assert!(
        said.contains(
            "  乗り継ぎ: 連携「resident-to-addressee」から続けて、この連携で unit_links:14、unit_links:58、"
        ) && said.contains("town（ここではaddress）"),
        "{said}"
    );
}

/// Each case: what is changed in the last link of a chain, or in its first, and why the rows no longer run.
#[test]
fn a_chain_that_does_not_lead_there_runs_nothing() {
    let first = include_str!("../../../../standards/links/resident-to-addressee.toml");
    let through = "legs = [\"resident-to-addressee\"]";
    for (id, text, from, to, message) in [
        (
            "last",
            LAST,
            through,
            "legs = [\"resident-to-adressee\"]",
            "前の区間「resident-to-adressee」がありません",
        ),
        (
            "last",
            LAST,
            through,
            "legs = [\"resident-to-child-allowance\"]",
            "区間「resident-to-child-allowance」は「child-allowance」までですが、次の区間「addressee-to-light-vehicle-tax」は「addressee」からです",
        ),
        (
            "last",
            LAST,
            through,
            "legs = [\"resident-full-to-tax\"]",
            "前の区間「resident-full-to-tax」は、この団体のシステムに取り込む連携ではありません",
        ),
        (
            "last",
            LAST,
            through,
            "legs = [\"support-measures-to-addressee\"]",
            "届く項目「name」は、データセット resident-register/support-measures にありません",
        ),
        (
            "last",
            LAST,
            "town = \"address\"",
            "town = \"town\"",
            "届く項目「town」は、データセット addressee/addressee にありません",
        ),
        (
            "last",
            LAST,
            "\"unit_links:14\"",
            "\"unit_links:13\"",
            "unit_links:13 は「個人住民税」ですが、乗り継ぎは「light-vehicle-tax」です",
        ),
        ("last", LAST, "\"unit_links:14\"", "\"unit_links:1014\"", "行「unit_links:1014」が一覧にありません"),
        (
            "resident-to-addressee",
            first,
            "timing = \"on-change\"",
            "timing = { daily = { at = \"20:00\", business_days_only = false } }",
            "unit_links:14 の時期は「即時」で、区間「resident-to-addressee」の時期と合いません",
        ),
        (
            "last",
            LAST,
            "method = \"immediate\"",
            "method = \"relay-database\"",
            "unit_links:14 の方式は「即時連携」で、区間「addressee-to-light-vehicle-tax」の方式・時期と合いません",
        ),
        (
            "resident-to-addressee",
            first,
            "extent = \"difference\"",
            "extent = \"full\"",
            "unit_links:14 は「差分」ですが、区間「resident-to-addressee」は「全件」です",
        ),
        (
            "resident-to-addressee",
            first,
            "addressee/residents",
            "addressee/people",
            "前の区間「resident-to-addressee」が動きません（「addressee/people」はまだありません）",
        ),
        (
            "resident-to-addressee",
            first,
            "assurance = \"none\"",
            "assurance = \"none\"\nterm = { until = \"2027-03-31\" }",
            "前の区間「resident-to-addressee」は、この連携の有効期間のうちに動かない日があります",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let id = if id == "last" { "addressee-to-light-vehicle-tax" } else { id };
        let links = with(id, &text.replacen(from, to, 1));
        let told: Vec<String> =
            check_links(&links, &rows(), &known_with_items()).iter().map(ToString::to_string).collect();
        let wanted = told.iter().find(|one| one.starts_with(NAME) && one.contains(message));
        assert!(wanted.is_some(), "{to}: {told:#?}");
        let Standing::Lacks(questions) = standing(&links, "58") else { panic!("{to}: still runs") };
        assert!(!questions.is_empty());
    }
}

#[test]
fn a_chain_without_rows_legs_or_items_is_refused_where_it_stands() {
    for (from, to, message) in [
        ("legs = [\"resident-to-addressee\"]", "legs = []", "乗り継ぎに、前の区間がありません"),
        (
            "legs = [\"resident-to-addressee\"]",
            "legs = [\"addressee-to-light-vehicle-tax\"]",
            "乗り継ぎの前の区間に、自分自身があります",
        ),
        ("\"unit_links:14\"", "\"unit_links:740\"", "行「unit_links:740」が2度あります"),
        ("legs = [", "leg = [", "「leg」は知らない項目です"),
    ] {
        assert!(LAST.contains(from), "{from}");
        let problem = Link::parse(&LAST.replacen(from, to, 1), NAME).unwrap_err().to_string();
        assert!(problem.contains(message), "{to}: {problem}");
    }
    let at = LAST.find("\nitems = ").unwrap();
    let without = format!("{}\nitems = {{}}\n", &LAST[..at]);
    let problem = Link::parse(&without, NAME).unwrap_err().to_string();
    assert!(problem.contains("乗り継ぎに、届く項目がありません"), "{problem}");
}
