//! Links derived from the four lists.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{
    Defaults, Delivery, Derived, DerivedDataset, DerivedLayout, DerivedLink, Known, Link, LinkList, LinkRow,
    RowRef, STAND_IN, SchemaTables, Schemas, Timing, check_link, check_links, derive,
};
use layout::{Layout, Plan};
use moji::{Tables, Unmappable};
use proptest::prelude::*;

use crate::sheets::with_merged_headings;
use crate::support::{known, links, lists, rows};

pub(crate) fn schemas() -> Schemas {
    let (schemas, problems) = Schemas::parse(SchemaTables {
        schemas: include_str!("../../../../standards/schemas/schemas.tsv"),
        items: include_str!("../../../../standards/schemas/items.tsv"),
        selection: include_str!("../../../../standards/schemas/selection.tsv"),
        offers: include_str!("../../../../standards/schemas/offers.tsv"),
    });
    assert_eq!(problems, []);
    schemas
}

pub(crate) fn defaults() -> Defaults {
    Defaults::parse("derive.toml", DEFAULTS).unwrap()
}

const NON_KANJI: &str = include_str!("../../../../standards/layouts/juki-net-non-kanji.tsv");
const OFFERS: &str = include_str!("../../../../standards/schemas/offers.tsv");
const DEFAULTS: &str = include_str!("../../../../standards/lists/derive.toml");

/// The installation with a stand-in and everything that was derived for it.
fn with(derived: &Derived) -> Known {
    let mut known = known();
    known.installed.insert(STAND_IN.to_owned());
    known.intakes.insert(format!("{STAND_IN}/rows"));
    known.datasets.extend(derived.datasets.iter().map(|dataset| dataset.id.clone()));
    known.layouts.extend(derived.layouts.iter().map(|layout| (layout.id.clone(), layout.charset.clone())));
    known.places.extend(derived.places().into_iter().map(str::to_owned));
    known
}

fn derived(rows: &[LinkRow]) -> Derived {
    derive(rows, &links(), &known(), &schemas(), &defaults())
}

fn find<'d>(derived: &'d Derived, id: &str) -> &'d DerivedLink {
    let ids: Vec<&str> = derived.links.iter().map(|link| link.link.id.as_str()).collect();
    derived.links.iter().find(|link| link.link.id == id).unwrap_or_else(|| panic!("{id} among {ids:#?}"))
}

/// A link on one line: dataset, how, when, and where it is handed over.
fn shown(link: &Link) -> String {
    let word = |value: toml::Value| value.to_string().replace('"', "");
    let value = |value: Result<toml::Value, _>| value.map_or_else(|_: toml::ser::Error| String::new(), word);
    let timing = match link.timing {
        Timing::OnChange => "on-change".to_owned(),
        Timing::EveryMinutes(minutes) => format!("every {minutes}"),
        Timing::Daily { business_days_only, .. } => {
            if business_days_only { "business days" } else { "daily" }.to_owned()
        }
        Timing::Weekly { day, .. } => day.label().to_owned(),
        Timing::Monthly { day, .. } => format!("monthly {day}"),
        Timing::Yearly { month, day, .. } => format!("{month}/{day}"),
        Timing::ByHand => "by hand".to_owned(),
        other @ (catalog::Timing::Within { .. } | catalog::Timing::MonthlyWeekday { .. }) => {
            format!("{other:?}")
        }
        Timing::OnRequest => "on request".to_owned(),
    };
    let handed = match &link.delivery {
        Delivery::InProcess { intake } => format!("in {intake}"),
        Delivery::Inquiry { place, subjects_max } => format!("asked {subjects_max} {place:?}"),
        Delivery::Outward { place, layout, .. } => format!("to {place} as {layout}"),
        Delivery::Inward { place, layout, intake, .. } => format!("from {place} as {layout} in {intake}"),
    };
    format!(
        "{} {} {} {timing} {} {handed}",
        link.dataset,
        value(toml::Value::try_from(link.method)),
        value(toml::Value::try_from(link.extent)),
        value(toml::Value::try_from(link.started_by)),
    )
}

const HEADER: &str = "no\tsource\tvia\ttarget\tdirection\tdata\tmethod\ttiming\textent\tchannel\tconversion\tcharset\tvolume_text\tvolume_max\tvolume_per\texclusive_lock\tdelivery_assurance\tscope\tnote\n";

/// Rows of a list of a town: source, direction, target, data, method, timing, extent, charset, joined with `|`.
fn town(rows: &[&str]) -> Vec<LinkRow> {
    let mut text = HEADER.to_owned();
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<&str> = row.split('|').collect();
        let [source, direction, target, data, method, timing, extent, charset] = cells.as_slice() else {
            panic!("{row}")
        };
        let no = index + 1;
        text += &format!(
            "{no}\t{source}\t\t{target}\t{direction}\t{data}\t{method}\t{timing}\t{extent}\t\t\t{charset}\t\t\t\t\t\t\t\n"
        );
    }
    let list = LinkList::parse("town.tsv", &text);
    assert_eq!(list.problems, [], "{text}");
    list.rows
}

#[test]
fn every_row_of_the_four_lists_runs() {
    let given: BTreeSet<RowRef> = links().iter().flat_map(Link::serves).cloned().collect();
    let mut counts = Vec::new();
    for list in lists() {
        let derived = derived(&list.rows);
        let run: BTreeSet<&RowRef> = derived.links.iter().flat_map(|link| &link.link.rows).collect();
        for row in &list.rows {
            let row = row.reference();
            let ways =
                [given.contains(&row), run.contains(&row), derived.left.iter().any(|(left, _)| *left == row)];
            assert_eq!(ways.iter().filter(|way| **way).count(), 1, "{row}: given, derived or left, {ways:?}");
        }
        counts.push((list.id.0.clone(), list.rows.len(), derived.links.len(), derived.left));
    }
    let shown: Vec<_> =
        counts.iter().map(|(list, rows, links, left)| (list.as_str(), *rows, *links, left.len())).collect();
    assert_eq!(
        shown,
        [
            ("city", 59, 37, 0),
            ("town_a", 97, 74, 0),
            ("kotoura_links", 43, 62, 0),
            ("unit_links", 1006, 406, 0)
        ],
        "list, rows, links, left"
    );
}

/// The input lines of the unit list look something up at the moment of a decision.
#[test]
fn what_the_unit_list_looks_up_is_asked() {
    let derived = derived(&rows());
    let asked = |link: &&DerivedLink| matches!(link.link.delivery, Delivery::Inquiry { .. });
    let links: Vec<&DerivedLink> = derived.links.iter().filter(asked).collect();
    let lines: usize = links.iter().map(|link| link.link.rows.len()).sum();
    assert_eq!((links.len(), lines), (66, 270), "inquiries and the rows they stand for");
    for made in links {
        let told = "が必要なときに尋ねる照会としました。一度に100件まで尋ねられます。";
        assert!(made.to_toml().contains(told), "{}", made.to_toml());
    }
}

#[test]
fn every_derived_link_agrees_with_its_rows_and_reads_back() {
    let (rows, derived) = (rows(), derived(&rows()));
    let known = with(&derived);
    let mut ids = BTreeSet::new();
    let mut files = BTreeSet::new();
    for made in &derived.links {
        let link = &made.link;
        assert!(ids.insert(&link.id), "{} twice", link.id);
        assert_eq!(check_link(link, &rows, &known), [], "{}", made.to_toml());
        let text = made.to_toml();
        let back = Link::parse(&text, &format!("{}.toml", link.id));
        assert_eq!(back.as_ref(), Ok(link), "{text}");
        for assumption in &made.assumptions {
            assert!(text.contains(&format!("# - {assumption}\n")), "{text}");
        }
        if let Delivery::Outward { place, file_name, .. } = &link.delivery {
            assert!(files.insert((place.clone(), file_name.clone())), "{place} {file_name}");
        }
    }
}

#[test]
fn every_dataset_reads_back_and_every_layout_compiles_for_it() {
    let derived = derived(&rows());
    let mut items: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for dataset in &derived.datasets {
        let text = dataset.to_toml();
        let back = DerivedDataset::parse(&text, &format!("stand-ins/{}.toml", dataset.name()));
        assert_eq!(back.as_ref(), Ok(dataset), "{text}");
        items.insert(dataset.id.clone(), dataset.names().into_iter().map(str::to_owned).collect());
    }
    // What an installed system offers has the items of its schema, among its own.
    for line in OFFERS.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let schema = schemas().get(cells[0]).unwrap().items.iter().map(|item| item.name.clone()).collect();
        items.insert(cells[1].to_owned(), schema);
    }
    let tables = Tables::built_in();
    for made in &derived.layouts {
        let mut beside = |name: &str| match name {
            "juki-net-non-kanji.tsv" => Ok(NON_KANJI.to_owned()),
            _ => Err("no such table".to_owned()),
        };
        let layout = Layout::parse_with(&made.toml, &format!("{}.toml", made.id), &mut beside);
        let layout = layout.unwrap_or_else(|errors| panic!("{}\n{errors:#?}", made.toml));
        let names: Vec<&str> = items[&made.dataset].iter().map(String::as_str).collect();
        let plan = layout.compile(&names, Unmappable::Reject, &tables);
        let plan = plan.unwrap_or_else(|errors| panic!("{}\n{errors:#?}", made.toml));
        comes_back(&plan, &names, made);
    }
    let used: BTreeSet<&str> = derived.links.iter().filter_map(|link| link.link.layout()).collect();
    for layout in &derived.layouts {
        assert!(used.contains(layout.id.as_str()), "{} is used by nobody", layout.id);
    }
}

/// Invented rows written by the layout come back from it.
fn comes_back(plan: &Plan, names: &[&str], made: &DerivedLayout) {
    let rows = plan.sample(names, 3);
    let (mut writer, mut out, mut events) = (plan.writer(), Vec::new(), Vec::new());
    let mut facts = plan.sample_facts();
    writer.write_header(&facts, &mut out, &mut events).unwrap();
    for row in &rows {
        let values: Vec<&str> = row.values.iter().map(String::as_str).collect();
        let written = writer.write_row_of(row.kind, &values, &mut out, &mut events);
        assert!(written.is_ok(), "{}: {values:?} {:?}", made.id, written.err());
    }
    facts.tally = writer.tally().clone();
    writer.write_trailer(&facts, &mut out, &mut events).unwrap();
    let (mut reader, mut input, mut read) = (plan.reader(), out.as_slice(), 0);
    while let Some(record) = reader.read(&mut input, true) {
        let layout::Record::Good(good) = record else { panic!("{}: a record does not read back", made.id) };
        if good.role() == layout::Role::Detail {
            read += 1;
        }
    }
    assert_eq!((read, events.as_slice()), (3, [].as_slice()), "{}", made.id);
}

/// Each case: a row, and the links made of it.
#[test]
fn a_row_becomes_what_it_says() {
    let (own, basic) = ("resident-register/resident", "resident-register/resident-basic");
    for (row, want) in [
        // Both ends in the town.
        ("住民記録|→|宛名|住民情報|即時連携|即時|差分|", vec![format!("{own} immediate difference on-change program in addressee/residents")]),
        ("住民記録|→|介護保険|住民情報|即時連携|即時|差分|", vec![format!("{own} immediate difference on-change program in stand-in/rows")]),
        ("介護保険|→|住民記録|介護資格|即時連携|即時|差分|", vec!["stand-in/long-term-care-insurance-qualification immediate difference on-change program in resident-register/qualifications".to_owned()]),
        // A file of a system that is elsewhere in the town, for one that is here and takes it.
        ("介護保険|→|住民記録|介護資格|自動|日次||", vec!["stand-in/long-term-care-insurance-qualification file-or-media difference daily program from long-term-care-insurance as long-term-care-insurance-qualification-utf-8 in resident-register/qualifications".to_owned()]),
        ("住民記録|→|介護保険|住民情報|DB中継|日次|差分|", vec![format!("{own} relay-database difference daily program to long-term-care-insurance-relay as resident-register-resident-utf-8")]),
        ("住民記録|→|税総合システム|住民情報|自動|日次|全件|JEF/EBCDIC", vec![format!("{own} file-or-media full daily program to integrated-tax-suite as resident-jef")]),
        ("住民記録|→|介護保険|住民情報|手動|月次||Unicode UTF-16", vec![format!("{own} file-or-media full monthly 1 staff to long-term-care-insurance as resident-utf16")]),
        ("介護保険|→|国民健康保険|給付情報|ファイル転送/媒体連携|10分ごと||", vec!["stand-in/long-term-care-insurance-benefit file-or-media difference every 10 program to national-health-insurance as long-term-care-insurance-benefit-utf-8".to_owned()]),
        // Asked, not told; a system outside sends all the same.
        ("介護保険|→|住民記録|転出のとき最新の介護保険資格を参照する|即時連携|即時|差分|", vec!["stand-in/long-term-care-insurance-qualification immediate difference on request program asked 100 None".to_owned()]),
        ("住民記録|→|印鑑登録|住民票情報照会|即時連携|即時|差分|", vec![format!("{basic} immediate difference on request program asked 100 None")]),
        ("住基ネット|→|住民記録|住基カード発行状況照会|即時連携|即時|差分|", vec!["stand-in/juki-net-card-status immediate difference on-change program from juki-net as juki-net-card-status-utf-8 in stand-in/rows".to_owned()]),
        // One end outside.
        ("戸籍|→|住基ネット|符号取得要求|自動|随時||住基ネット統一文字", vec!["stand-in/family-register-code-request file-or-media difference on-change program to juki-net as family-register-code-request-juki-net-unified".to_owned()]),
        ("eLTAX|→|個人住民税|給与支払報告情報|手動|随時||", vec!["stand-in/eltax-tax-return file-or-media full by hand staff from eltax as eltax-tax-return-utf-8 in stand-in/rows".to_owned()]),
        ("収納管理|→|各金融機関が管理するシステム(名称不明)|口座振替情報|手動|日次||", vec!["stand-in/receipt-management-bank-account file-or-media difference business days staff to financial-institutions as receipt-management-bank-account-utf-8".to_owned()]),
        // The day of the year.
        ("選挙|→|裁判員候補名簿調製プログラム|選挙人名簿（裁判員）|手動|年次||", vec!["stand-in/electoral-roll-electoral-roll file-or-media full 10/15 staff to lay-judge-candidate-list as electoral-roll-electoral-roll-utf-8".to_owned()]),
        ("個人住民税|→|就学|賦課情報|DB中継|年次||", vec!["stand-in/individual-inhabitant-tax-tax-assessment relay-database full 6/1 program to school-enrollment-relay as individual-inhabitant-tax-tax-assessment-utf-8".to_owned()]),
        ("生活保護|→|就学|保護情報|DB中継|年次||", vec!["stand-in/public-assistance-general relay-database full 4/1 program to school-enrollment-relay as public-assistance-general-utf-8".to_owned()]),
        // More than one link of a row.
        ("健康管理|←→|厚生連|健診情報|手動|年次||", vec![
            "stand-in/health-management-health-check file-or-media full 4/1 staff to koseiren as health-management-health-check-utf-8".to_owned(),
            "stand-in/koseiren-health-check file-or-media full 4/1 staff from koseiren as koseiren-health-check-utf-8 in stand-in/rows".to_owned(),
        ]),
        ("住民記録|→|健康管理|住民情報|自動|日次・随時||", vec![
            format!("{basic} file-or-media difference daily program to health-management as resident-register-resident-basic-utf-8"),
            format!("{basic} file-or-media difference on-change program to health-management-town-1-on-change as resident-register-resident-basic-utf-8"),
        ]),
        ("住民記録|→|介護保険|住民情報|DB中継・ファイル転送/媒体連携併用|週次||", vec![
            format!("{own} relay-database difference 月曜日 program to long-term-care-insurance-relay as resident-register-resident-utf-8"),
            format!("{own} file-or-media difference 月曜日 program to long-term-care-insurance as resident-register-resident-utf-8"),
        ]),
        // What the row does not say, or says twice.
        ("住民記録|→|介護保険|住民情報||||", vec![format!("{own} file-or-media difference daily program to long-term-care-insurance as resident-register-resident-utf-8")]),
        ("住民記録|→|介護保険|住民情報|手動|||", vec![format!("{own} file-or-media full by hand staff to long-term-care-insurance as resident-register-resident-utf-8")]),
        ("住民記録|→|コンビニ交付システム|住民情報|自動|手動||SS明朝", vec!["resident-register/convenience-store file-or-media full by hand staff to convenience-store-issuance as convenience-store".to_owned()]),
        ("住民記録|→|介護保険|住民情報|DB中継|随時|全件|", vec![format!("{own} relay-database full by hand staff to long-term-care-insurance-relay as resident-register-resident-utf-8")]),
    ] {
        let made = derived(&town(&[row]));
        assert_eq!(made.left, [], "{row}");
        assert_eq!(made.links.iter().map(|made| shown(&made.link)).collect::<Vec<_>>(), want, "{row}");
    }
}

/// Each case: a row of which no link is made, and what is asked.
#[test]
fn what_cannot_be_made_is_asked() {
    for (row, question) in [
        (
            "住民票作成機|→|介護保険|住民情報|自動|日次||",
            "送り元「住民票作成機」はシステム一覧にありません。",
        ),
        ("住民記録|→|謎システム|住民情報|自動|日次||", "受け側「謎システム」はシステム一覧にありません。"),
        ("住民記録|→|住記システム|住民情報|自動|日次||", "送り元と受け側が同じシステムです。"),
        (
            "住民記録|→|介護保険|住民情報|自動|日次||独自コード",
            "文字コード「独自コード」が何を指すか分かりません。",
        ),
    ] {
        let made = derived(&town(&[row, "住民記録|→|介護保険|住民情報|自動|日次||"]));
        assert_eq!(made.links.len(), 1, "the other row runs");
        let [(left, asked)] = made.left.as_slice() else { panic!("{row}: {:?}", made.left) };
        assert_eq!(left, &RowRef::new("town", "1"));
        assert!(asked.text.starts_with(question), "{row}: {asked}");
    }
}

#[test]
fn identifiers_say_where_a_link_comes_from() {
    let derived = derived(&rows());
    for id in [
        "city-35",
        "city-1",
        "kotoura-links-1-out",
        "kotoura-links-1-in",
        "kotoura-links-41-out-daily",
        "kotoura-links-41-in-yearly",
        "town-a-30",
        "unit-resident-register-to-electoral-roll-resident-relay-monthly-difference",
        "unit-property-tax-to-resident-register-property-file-yearly-full",
    ] {
        find(&derived, id);
    }
    let monthly =
        find(&derived, "unit-resident-register-to-electoral-roll-resident-relay-monthly-difference");
    assert_eq!(monthly.link.rows.len(), 12, "one row for each function");
    assert!(monthly.link.exclusive_lock);
    assert_eq!(monthly.link.rows_per_delivery_max, 31 * 3_700, "a month of what the functions say of a day");
}

/// Both legs of a flow through the platform run; the second waits for the first where both keep a calendar.
#[test]
fn legs_of_the_platform_follow_each_other() {
    let given: Vec<Link> =
        links().into_iter().filter(|link| link.id != "long-term-care-to-resident").collect();
    let derived = derive(&rows(), &given, &known(), &schemas(), &defaults());
    let (up, on) = (find(&derived, "city-59"), find(&derived, "city-11"));
    assert_eq!(up.link.place(), Some("common-platform"));
    assert_eq!(on.link.place(), Some("long-term-care-insurance"));
    assert_eq!((up.link.after.len(), on.link.after.as_slice()), (0, ["city-59".to_owned()].as_slice()));
    let on_change = find(&derived, "city-4");
    assert_eq!((on_change.link.timing, on_change.link.after.len()), (Timing::OnChange, 0));
}

#[test]
fn a_derived_file_says_what_was_assumed() {
    let derived = derived(&rows());
    assert_eq!(
        find(&derived, "city-44").to_toml(),
        r#"# 連携一覧から導いた連携です。行が書いていないことは、次のように仮に定めました。違うところは直してください。
# - 方式は「自動」とあるので、ファイルで渡すことにしました。
# - 「随時」は、データが変わるたびにとしました。
# - 全件・差分は書かれていないので、差分としました。
# - 送り元「事務内連携システム」はこの団体に入っていないので、代役が送ります。
# - データは「番号・符号の要求と結果」とみなし、項目は仮に並べました（stand-in/family-register-in-office-linkage-code-request）。
# - 到達は送信側が保障することにしました。
# - 文字コード「XEK」の変換表がないので、表ができるまで utf-8 としました。
# - 受け渡し場所は「family-register」、レイアウトは「family-register-in-office-linkage-code-request-utf-8」としました。場所は設定の [places] に書いてください。
# - 受領を60分待つことにしました。
# - 1回の上限は10000件としました。
id = "city-44"
title = "個人識別符号取得依頼（事務内連携システム → 戸籍システム）"
rows = ["city:44"]
source = "family-register-in-office-linkage"
target = "family-register"
dataset = "stand-in/family-register-in-office-linkage-code-request"
method = "file-or-media"
timing = "on-change"
extent = "difference"
unmappable = "reject"
rows_per_delivery_max = 10000
exclusive_lock = false
assurance = "sender-assures"

[delivery.outward]
place = "family-register"
layout = "family-register-in-office-linkage-code-request-utf-8"
file_name = "city-44_{date}_{no}.csv"
receipt_within_minutes = 60
"#
    );
}

#[test]
fn what_runs_is_not_made_again_and_identifiers_do_not_hang_on_the_order_of_rows() {
    let all = rows();
    let first = derived(&all);
    let mut given: Vec<Link> = links();
    given.extend(first.links.iter().map(|made| made.link.clone()));
    let again = derive(&all, &given, &known(), &schemas(), &defaults());
    assert_eq!(again, Derived::default());
    let mut turned: Vec<LinkRow> = all.iter().filter(|row| row.list.0 != "unit_links").cloned().collect();
    let straight = derived(&turned);
    turned.reverse();
    let by_id = |derived: Derived| -> BTreeMap<String, (Vec<RowRef>, Timing, String)> {
        let links = derived.links.into_iter().map(|made| made.link);
        links.map(|link| (link.id, (link.rows, link.timing, link.dataset))).collect()
    };
    assert_eq!(by_id(straight), by_id(derived(&turned)));
}

/// Of two links with differences of one dataset to one place only the first runs (`office`), so they have two places.
#[test]
fn differences_of_one_dataset_to_one_receiver_have_places_of_their_own() {
    let derived = derived(&rows());
    let mut all: Vec<Link> = links();
    all.extend(derived.links.iter().map(|made| made.link.clone()));
    let places = ["city-35", "town-a-1"].map(|id| find(&derived, id).link.place().unwrap().to_owned());
    assert_eq!(places, ["juki-net", "juki-net-town-a-1"]);
    // 通常時, 資格管理, 登録 and 国民投票 are registers of their own; the last one's full extract and differences go together.
    let rolls = ["city-18", "city-19", "city-20", "city-21", "city-22"];
    let rolls = rolls.map(|id| find(&derived, id).link.place().unwrap().replace("common-platform", "x"));
    assert_eq!(rolls, ["x", "x-city-19", "x-city-20", "x-city-21", "x-city-21"]);
    let told = check_links(&all, &rows(), &known());
    let keys = ["（delivery）", "（after）", "（rows_per_delivery_max）", "（timing）", "（started_by）"];
    let fault = |told: &String| keys.iter().any(|key| told.contains(key));
    let faults: Vec<String> = told.iter().map(ToString::to_string).filter(fault).collect();
    assert_eq!(faults, Vec::<String>::new(), "what is left are questions to the town");
}

#[test]
fn runs_are_spread_over_the_evening() {
    let derived = derived(&rows());
    let mut at_minute: BTreeMap<String, usize> = BTreeMap::new();
    for made in &derived.links {
        if let Timing::Daily { at, business_days_only: false } = made.link.timing {
            *at_minute.entry(at.to_string()).or_default() += 1;
        }
    }
    let runs: usize = at_minute.values().sum();
    let most = at_minute.values().max().copied().unwrap();
    assert!(40 < at_minute.len() && most <= runs / 15, "{runs} runs, {most} at one minute, {at_minute:?}");
    assert!(at_minute.keys().all(|at| ("19:00:00".."23:30:01").contains(&at.as_str())), "{at_minute:?}");
}

/// Each case: what is changed in the defaults, and what the reader is told.
#[test]
fn defaults_that_cannot_be_are_refused() {
    for (from, to, message) in [
        ("from = \"19:00\"", "from = \"23:45\"", "（program）: 始まりから終わりまでの時間"),
        ("step_minutes = 5", "step_minutes = 0", "（program）"),
        ("day = 15", "day = 31", "（yearly）: どの年にもある日"),
        ("daily = \"difference\"\n", "", "（extent）: どの時期にも"),
        ("receipt = 60", "receipt = 0", "（minutes）"),
        ("default = \"utf-8\"", "default = \"utf-7\"", "（charset）"),
        ("[weekly]", "[weakly]", "weakly"),
    ] {
        assert!(DEFAULTS.contains(from), "{from}");
        let problem = Defaults::parse("derive.toml", &DEFAULTS.replacen(from, to, 1)).unwrap_err();
        assert!(problem.to_string().contains(message), "{from}: {problem}");
    }
}

#[test]
fn schema_tables_name_what_is_wrong() {
    let tables = |schemas, items, selection| {
        let (_, problems) = Schemas::parse(SchemaTables {
            schemas,
            items,
            selection,
            offers: "schema\tdataset\tlayouts\tintakes\n",
        });
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let (schemas, items) = (
        "schema\ttitle\tsubject\ngeneral\t一般\tid\n",
        "schema\tname\ttitle\tkind\tchars\ttype\trequired\tunknown_parts\ngeneral\tid\t番号\tcode\t8\tX\tyes\tno\n",
    );
    let selection = "word\tfrom\tto\tschema\n";
    assert_eq!(tables(schemas, items, selection), "");
    for (changed, message) in [
        (tables("schema\ttitle\tsubject\n", items, selection), "「general」がありません"),
        (tables(schemas, &items.replace("code", "kode"), selection), "「kode」は書けない値です"),
        (
            tables(schemas, &items.replace("\tyes\t", "\tno\t"), selection),
            "対象「id」が必須の項目にありません",
        ),
        (
            tables(schemas, &items.replace("general\tid", "special\tid"), selection),
            "「special」は schemas.tsv にありません",
        ),
        (
            tables(schemas, items, &format!("{selection}住民\t\t\tresident\n")),
            "「resident」は schemas.tsv にありません",
        ),
    ] {
        assert!(changed.contains(message), "{message}: {changed}");
    }
}

proptest! {
    /// Whatever a list says: each row runs or is asked about, and every link agrees with its rows.
    #[test]
    fn any_row_runs_or_is_asked_about(
        rows in prop::collection::vec(
            (
                prop::sample::select(vec!["住民記録", "宛名", "介護保険", "住基ネット", "税総合システム", "ＭＰＮ", "無名"]),
                prop::sample::select(vec!["→", "←→"]),
                prop::sample::select(vec!["選挙", "住民記録", "国民健康保険", "eLTAX", "共通基盤", "中間サーバー"]),
                prop::sample::select(vec!["住民情報", "住民情報全件", "異動データ", "税", ""]),
                prop::sample::select(vec!["", "自動", "手動", "即時連携", "DB中継", "ファイル転送/媒体連携", "DB中継・ファイル転送/媒体連携併用"]),
                prop::sample::select(vec!["", "即時", "10分ごと", "随時", "日次", "週次", "月次", "年次", "任意", "手動", "日次・随時", "月次・年次"]),
                prop::sample::select(vec!["", "全件", "差分"]),
                prop::sample::select(vec!["", "JEF/EBCDIC", "UCS-4", "SS明朝", "住基ネット統一", "謎"]),
            ),
            1..6,
        ),
    ) {
        let lines: Vec<String> = rows.iter().map(|r| [r.0, r.1, r.2, r.3, r.4, r.5, r.6, r.7].join("|")).collect();
        let rows = town(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let made = derived(&rows);
        let known = with(&made);
        for made in &made.links {
            prop_assert_eq!(check_link(&made.link, &rows, &known), vec![], "{}", made.to_toml());
            let back = Link::parse(&made.to_toml(), &format!("{}.toml", made.link.id));
            prop_assert_eq!(back.as_ref(), Ok(&made.link));
        }
        for row in rows {
            let runs = made.links.iter().any(|made| made.link.rows.contains(&row.reference()));
            let left = made.left.iter().any(|(left, _)| *left == row.reference());
            prop_assert!(runs != left, "{:?}", row);
        }
    }
}

#[test]
fn rows_with_names_nobody_knows_run_as_well_and_are_asked_about() {
    let list =
        LinkList::from_grid(&with_merged_headings(), "list", &crate::support::vocabulary(), &known().systems);
    let mut known = known();
    known.systems = known.systems.clone().with_unlisted(&list.rows);
    let derived = derive(&list.rows, &links(), &known, &schemas(), &defaults());
    assert_eq!(derived.left, []);
    let when: Vec<(&str, Timing)> =
        derived.links.iter().map(|own| (own.link.id.as_str(), own.link.timing)).collect();
    let at = |hour, minute| jiff::civil::Time::new(hour, minute, 0, 0).unwrap();
    assert!(matches!(when[0], ("list-1", Timing::Daily { at: own, .. }) if own == at(22, 0)), "{when:?}");
    let monday = catalog::DayOfWeek::Monday;
    let weekly = matches!(when[1], ("list-2", Timing::Weekly { day, at: own, .. }) if day == monday && own == at(6, 30));
    assert!(weekly, "{when:?}");
    assert!(matches!(when[2], ("list-3", Timing::Monthly { day: 10, .. })), "{when:?}");
    let unlisted = known.systems.resolve("未知の窓口支援パッケージＸ").unwrap();
    assert!(unlisted.unlisted && derived.links[1].link.target == unlisted.id);
    // The same name is the same system in the next list, too; each row says what it was taken for.
    let again = crate::support::known().systems.with_unlisted(&list.rows);
    assert_eq!(again.resolve("未知の窓口支援パッケージ X").map(|own| &own.id), Some(&unlisted.id));
    let states = catalog::assess(&list.rows, &[], &known);
    let asked = |row: usize, word: &str| states[row].doubts.iter().any(|doubt| doubt.text.contains(word));
    assert!(states.iter().flat_map(|state| &state.doubts).all(|doubt| !doubt.text.contains("unlisted-")));
    assert!(asked(1, "仮のシステム") && asked(3, "仮のシステム") && !asked(0, "仮のシステム"));
    assert!(asked(3, "双方向") && !asked(2, "双方向"));
}
