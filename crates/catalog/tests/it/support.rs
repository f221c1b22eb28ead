use catalog::{Charsets, Known, Link, LinkList, LinkRow, Systems, Vocabulary};

pub(crate) const CITY: &str = include_str!("../../../../standards/lists/city.tsv");
pub(crate) const TOWN_A: &str = include_str!("../../../../standards/lists/town_a.tsv");
pub(crate) const KOTOURA: &str = include_str!("../../../../standards/lists/kotoura_links.tsv");
pub(crate) const UNIT: &str = include_str!("../../../../standards/lists/unit_links.tsv");
pub(crate) const SYSTEMS: &str = include_str!("../../../../standards/lists/systems.tsv");
pub(crate) const CHARSETS: &str = include_str!("../../../../standards/lists/charset_words.tsv");
pub(crate) const VOCABULARY: &str = include_str!("../../../../standards/lists/vocabulary.tsv");
pub(crate) const FUNCTIONS: &str = include_str!("../../../../standards/functions/unit_functions.tsv");

macro_rules! link_files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../standards/links/", $name)))),*]
    };
}

pub(crate) const LINKS: [(&str, &str); 66] = link_files![
    "resident-to-addressee.toml",
    "resident-to-child-allowance.toml",
    "resident-to-electoral-roll.toml",
    "resident-changes-to-welfare.toml",
    "resident-full-to-welfare.toml",
    "resident-full-to-tax.toml",
    "child-allowance-asks-resident.toml",
    "resident-notices-to-juki-net.toml",
    "resident-notices-to-immigration.toml",
    "allowance-full-to-resident.toml",
    "allowance-to-resident.toml",
    "applications-from-number-linkage.toml",
    "applications-from-myna-portal.toml",
    "applications-to-resident.toml",
    "resident-to-integrated-addressee.toml",
    "non-resident-to-integrated-addressee.toml",
    "addressee-to-application-management.toml",
    "certificate-serials-to-application-management.toml",
    "certificates-from-juki-net.toml",
    "codes-from-juki-net.toml",
    "health-insurance-to-resident.toml",
    "late-stage-to-resident.toml",
    "long-term-care-to-resident.toml",
    "move-in-notices-from-juki-net.toml",
    "notices-from-immigration.toml",
    "numbers-from-juki-net.toml",
    "pension-to-resident.toml",
    "resident-to-convenience-store.toml",
    "results-from-immigration.toml",
    "stops-to-convenience-store.toml",
    "town-allowance-to-resident.toml",
    "town-late-stage-to-resident.toml",
    "town-long-term-care-to-resident.toml",
    "wide-area-answers-to-juki-net.toml",
    "wide-area-requests-from-juki-net.toml",
    "town-certificates-from-juki-net.toml",
    "town-move-in-notices-from-juki-net.toml",
    "town-notices-from-immigration.toml",
    "town-numbers-from-juki-net.toml",
    "account-to-light-vehicle-tax.toml",
    "account-to-tax-collection.toml",
    "addressee-to-light-vehicle-tax.toml",
    "addressee-to-tax-collection.toml",
    "balance-to-light-vehicle-tax.toml",
    "light-vehicle-tax-levy-to-tax-collection.toml",
    "mailing-to-light-vehicle-tax.toml",
    "mailing-to-tax-collection.toml",
    "support-measures-to-addressee.toml",
    "tax-agent-to-light-vehicle-tax.toml",
    "tax-agent-to-tax-collection.toml",
    "transfer-application-to-addressee.toml",
    "transfer-requests-to-banks.toml",
    "transfer-results-from-banks.toml",
    "payments-from-convenience-stores.toml",
    "payments-from-mpn.toml",
    "demands-to-mpn.toml",
    "demands-full-to-mpn.toml",
    "refunds-to-accounting.toml",
    "refund-results-from-accounting.toml",
    "write-offs-to-accounting.toml",
    "payments-from-accounting.toml",
    "resident-asks-collection.toml",
    "property-tax-asks-collection.toml",
    "inhabitant-tax-asks-collection.toml",
    "health-insurance-asks-collection.toml",
    "long-term-care-asks-collection.toml",
];

pub(crate) fn lists() -> [LinkList; 4] {
    [
        LinkList::parse("city.tsv", CITY),
        LinkList::parse("town_a.tsv", TOWN_A),
        LinkList::parse("kotoura_links.tsv", KOTOURA),
        LinkList::parse("unit_links.tsv", UNIT),
    ]
}

pub(crate) fn rows() -> Vec<LinkRow> {
    lists().into_iter().flat_map(|list| list.rows).collect()
}

pub(crate) fn links() -> Vec<Link> {
    LINKS.iter().map(|(name, text)| Link::parse(text, name).unwrap()).collect()
}

/// The first slice: four systems installed, two layouts, two places.
pub(crate) fn known() -> Known {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let (systems, problems) = Systems::parse("systems.tsv", SYSTEMS);
    assert!(problems.is_empty(), "{problems:?}");
    let (charsets, problems) = Charsets::parse("charset_words.tsv", CHARSETS);
    assert!(problems.is_empty(), "{problems:?}");
    Known {
        systems,
        charsets,
        installed: set(&[
            "resident-register",
            "addressee",
            "application-management",
            "child-allowance",
            "electoral-roll",
            "integrated-addressee",
            "light-vehicle-tax",
            "tax-collection",
        ]),
        datasets: set(&[
            "resident-register/resident",
            "resident-register/juki-net-notice",
            "resident-register/immigration-notice",
            "resident-register/addressee-base",
            "resident-register/annex-in-house",
            "resident-register/annex-to-municipalities",
            "resident-register/code-request",
            "resident-register/consistency-data",
            "resident-register/household-head",
            "resident-register/identity-notice",
            "resident-register/move-in-notice",
            "resident-register/non-disclosure",
            "resident-register/number-request",
            "resident-register/resident-basic",
            "resident-register/send-to",
            "resident-register/sign-request",
            "resident-register/specific-personal",
            "resident-register/wide-area-answer",
            "resident-register/convenience-store",
            "resident-register/convenience-store-stop",
            "resident-register/support-measures",
            "resident-register/certificate-serial",
            "application-management/move",
            "addressee/addressee",
            "addressee/mailing",
            "addressee/tax-agent",
            "addressee/account",
            "light-vehicle-tax/levy",
            "tax-collection/transfer-application",
            "tax-collection/balance",
            "tax-collection/transfer",
            "tax-collection/demand",
            "tax-collection/refund",
            "tax-collection/write-off",
            "tax-collection/standing",
        ]),
        intakes: set(&[
            "addressee/residents",
            "integrated-addressee/residents",
            "integrated-addressee/non-residents",
            "application-management/portal",
            "application-management/residents",
            "application-management/certificates",
            "addressee/protected",
            "addressee/accounts",
            "light-vehicle-tax/addressees",
            "light-vehicle-tax/mailings",
            "light-vehicle-tax/tax-agents",
            "light-vehicle-tax/accounts",
            "light-vehicle-tax/balances",
            "tax-collection/addressees",
            "tax-collection/mailings",
            "tax-collection/tax-agents",
            "tax-collection/accounts",
            "tax-collection/levies",
            "tax-collection/transfer-results",
            "tax-collection/payments",
            "tax-collection/refund-results",
            "child-allowance/residents",
            "electoral-roll/residents",
            "resident-register/family-register-notices",
            "resident-register/non-residents",
            "resident-register/sign-requests",
            "resident-register/wide-area-requests",
            "resident-register/move-in-notices",
            "resident-register/transfers",
            "resident-register/number-answers",
            "resident-register/codes",
            "resident-register/immigration-notices",
            "resident-register/immigration-results",
            "resident-register/applications",
            "resident-register/qualifications",
        ]),
        layouts: [
            ("resident-utf16", "utf-16"),
            ("resident-jef", "jef-ebcdic"),
            ("juki-net-notice", "utf-8"),
            ("immigration-notice", "utf-8"),
            ("wide-area-request-in", "utf-8"),
            ("wide-area-answer", "utf-8"),
            ("code-pool-in", "utf-8"),
            ("consistency-in", "utf-8"),
            ("convenience-store-stop", "utf-8"),
            ("convenience-store", "utf-8"),
            ("immigration-notice-in", "utf-8"),
            ("immigration-result-in", "utf-8"),
            ("move-in-notice-in", "utf-8"),
            ("move-out-certificate-in", "utf-8"),
            ("myna-application-in", "utf-8"),
            ("number-answer-in", "utf-8"),
            ("portal-application-in", "utf-8"),
            ("qualification-in", "utf-8"),
            ("zengin-transfer-request", "ms932"),
            ("zengin-transfer-result-in", "ms932"),
            ("convenience-payment-in", "utf-8"),
            ("mpn-payment-in", "utf-8"),
            ("mpn-demand", "utf-8"),
            ("accounting-refund", "utf-8"),
            ("accounting-refund-result-in", "utf-8"),
            ("accounting-write-off", "utf-8"),
            ("accounting-payment-in", "utf-8"),
        ]
        .map(|(layout, charset)| (layout.to_owned(), charset.to_owned()))
        .into(),
        places: set(&[
            "welfare-suite",
            "tax-suite",
            "juki-net",
            "immigration-services",
            "myna-portal",
            "number-linkage-server",
            "long-term-care-insurance",
            "late-stage-elderly-medical-care",
            "child-allowance",
            "convenience-store",
            "financial-institutions",
            "convenience-payment",
            "multi-payment-network",
            "financial-accounting",
        ]),
        packings: set(&["tax"]),
    }
}

pub(crate) fn vocabulary() -> Vocabulary {
    let (vocabulary, problems) = Vocabulary::parse("vocabulary.tsv", VOCABULARY);
    assert_eq!(problems, []);
    vocabulary
}
