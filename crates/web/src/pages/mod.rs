//! The screens, one noun each: a typed view here, its template beside it in `templates/`.

pub(crate) mod acceptance;
pub(crate) mod applications;
pub(crate) mod ask;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod calendar;
pub(crate) mod characters;
pub(crate) mod compare;
pub(crate) mod delivery;
pub(crate) mod done;
pub(crate) mod euc;
pub(crate) mod export;
pub(crate) mod fields;
pub(crate) mod form;
pub(crate) mod groups;
pub(crate) mod help;
pub(crate) mod history;
pub(crate) mod household;
pub(crate) mod json;
pub(crate) mod kept;
pub(crate) mod keys;
pub(crate) mod ledger;
pub(crate) mod link;
pub(crate) mod lists;
pub(crate) mod login;
pub(crate) mod map;
pub(crate) mod menu;
pub(crate) mod monitor;
pub(crate) mod password;
pub(crate) mod problems;
pub(crate) mod provisional;
pub(crate) mod pyramid;
pub(crate) mod resend;
pub(crate) mod residents;
pub(crate) mod rights_tree;
pub(crate) mod sso;
pub(crate) mod user_form;
pub(crate) mod users;

use crate::house::House;
use crate::session::masked;
use crate::visit::{Staff, Visit};
use crate::words::day_with_weekday;

/// One entry of the bar every screen has.
pub(crate) struct NavItem {
    pub(crate) href: &'static str,
    pub(crate) label: &'static str,
    pub(crate) key: char,
    pub(crate) current: bool,
}

/// What every screen shows around its own content.
pub(crate) struct Shell {
    /// The running function's name.
    pub(crate) title: String,
    /// What stands small above it, such as the system's name.
    pub(crate) above: String,
    pub(crate) town: String,
    pub(crate) user: String,
    pub(crate) department: String,
    pub(crate) csrf: String,
    pub(crate) today: String,
    pub(crate) nav: Vec<NavItem>,
    pub(crate) css: String,
    pub(crate) icon: String,
    /// Where the manual speaks of this screen.
    pub(crate) help: String,
    /// Seconds after which the browser asks again; zero for never.
    pub(crate) refresh: u32,
}

/// The screens of the bar: address, name, access key, right.
const NAV: &[(&str, &str, char, &str)] = &[
    ("/", "メニュー", '1', ""),
    ("/residents", "住民検索", '2', "resident-register/search"),
    ("/provisional", "仮登録審査", '3', "resident-register/provisional-list"),
    ("/inquiries", "連携照会", '4', "office/inquiry"),
    ("/links", "連携監視", '5', "office/links"),
    ("/links/ledger", "連携日計", '6', "office/links"),
    ("/links/lists", "連携一覧", '7', "office/links"),
    ("/euc", "データ抽出", 'j', "office/euc"),
    ("/users", "利用者", '8', "office/users"),
    ("/audit", "操作ログ", 'l', "office/audit"),
];

impl Shell {
    /// The shell of a screen.
    pub(crate) fn of(house: &House, staff: Option<&Staff>, path: &str, title: &str) -> Self {
        let session = staff.and_then(|staff| staff.session.as_ref());
        let user = staff.map(|staff| &staff.user);
        let may = |right: &str| {
            let known = right.is_empty()
                || !right.starts_with("resident-register/")
                || house.office().function(right).is_some();
            known
                && staff.is_some_and(|staff| {
                    staff.gate.is_none() && (right.is_empty() || staff.rights.allow(right))
                })
        };
        // The longest address that the path begins with is where the visitor is.
        let here = NAV
            .iter()
            .map(|item| item.0)
            .filter(|href| path == *href || (*href != "/" && path.starts_with(&format!("{href}/"))))
            .max_by_key(|href| href.len());
        let nav = NAV
            .iter()
            .filter(|(_, _, _, right)| may(right))
            .map(|&(href, label, key, _)| NavItem { href, label, key, current: here == Some(href) })
            .collect();
        Self {
            title: title.to_owned(),
            above: String::new(),
            town: house.town().to_owned(),
            user: user.map(|user| user.name.clone()).unwrap_or_default(),
            department: user.map(|user| user.department.clone()).unwrap_or_default(),
            csrf: session.and_then(|session| masked(&session.csrf)).unwrap_or_default(),
            today: day_with_weekday(house.office().today()),
            nav,
            css: assets::address("daicho.css"),
            icon: assets::address("icon.svg"),
            help: help::of_screen(path),
            refresh: 0,
        }
    }

    /// The shell of the screen a visit asks for.
    pub(crate) fn here(visit: &Visit) -> Self {
        Self::titled(visit, visit.route.title)
    }

    /// The same under another name.
    pub(crate) fn titled(visit: &Visit, title: &str) -> Self {
        let path = visit.asked.split('?').next().unwrap_or_default();
        Self::of(&visit.house, visit.staff.as_ref(), path, title)
    }

    /// The same with a word above the name.
    #[must_use]
    pub(crate) fn above(mut self, above: &str) -> Self {
        above.clone_into(&mut self.above);
        self
    }
}
