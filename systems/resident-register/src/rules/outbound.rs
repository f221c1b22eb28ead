//! Which notices a row of the register makes (送信通知), by the table `notices.tsv`. Pure: from a row, the one before it and
//! what is known of the movement to the notices due.

use std::collections::BTreeSet;

use domain::{Address, MovementReason};

use super::address::UNKNOWN;
use super::data::rows;
use crate::records::{Basis, Channel, NoticeChange, NoticeContent, NoticeKind, Person};

const NOTICES: &str = include_str!("../../../../standards/codes/resident-register/notices.tsv");
const KINDS: &str = include_str!("../../../../standards/codes/resident-register/notice-kinds.tsv");

/// What is known of a movement beside the rows it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Circumstance {
    /// 転出 of a card holder, with or without 特例.
    Card,
    /// 失踪宣告.
    Disappearance,
    /// 住所の一括変更.
    Bulk,
    /// A 個人番号 is asked for; no row is written.
    Request,
    /// The 個人番号 came from 住基ネット.
    Answer,
    /// 回復: the deletion was wrong, and nobody came from elsewhere.
    Restored,
    /// 転出証明書情報 was sent for the 転出 that is taken back.
    TransferSent,
}

impl Circumstance {
    fn word(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Disappearance => "disappearance",
            Self::Bulk => "bulk",
            Self::Request => "request",
            Self::Answer => "answer",
            Self::Restored => "restored",
            Self::TransferSent => "tsk-sent",
        }
    }
}

/// One row and what is known of it.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    /// The row before it; none of somebody who was never recorded here.
    pub(crate) before: Option<&'a Person>,
    pub(crate) after: &'a Person,
    /// 異動事由 of the row, or of what is asked for.
    pub(crate) reason: MovementReason,
    /// 異動事由 of the movement the row takes back.
    pub(crate) undoes: Option<MovementReason>,
    pub(crate) circumstances: &'a BTreeSet<Circumstance>,
}

/// A notice that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) notice: NoticeKind,
    /// 異動事由の区分, of 市町村通知 the data set.
    pub(crate) category: &'static str,
}

/// A line of the table.
struct Line {
    reasons: &'static str,
    when: &'static str,
    kind: &'static str,
    due: Due,
}

fn lines() -> impl Iterator<Item = Line> {
    rows(NOTICES).filter_map(|(reasons, rest)| {
        let mut cells = rest.split('\t');
        let (when, kind, tag) = (cells.next()?, cells.next()?, cells.next()?);
        let due = Due { notice: NoticeKind::from_tag(tag)?, category: cells.next()? };
        Some(Line { reasons, when, kind, due })
    })
}

/// The notices of a row, at most one of each kind, in the order they are made.
///
/// Source: 住民基本台帳法 art. 9, 17, 19, 24-2, 30-6; 住民記録システム標準仕様書 4.5.7, 7.1.1, 7.1.2.
pub(crate) fn due(told: &Told<'_>) -> Vec<Due> {
    let mut found: Vec<Due> = Vec::new();
    for line in lines() {
        if line.reasons.split('|').any(|code| code == told.reason.code())
            && (line.kind == "*" || line.kind == told.after.resident_kind.code())
            && found.iter().all(|due| due.notice != line.due.notice)
            && line.when.split(' ').all(|any| any.split('|').any(|word| told.is(word)))
        {
            found.push(line.due);
        }
    }
    found.sort_by_key(|due| due.notice);
    found
}

impl Told<'_> {
    /// Whether a word of the table holds of the row.
    fn is(&self, word: &str) -> bool {
        if let Some(word) = word.strip_prefix('!') {
            return !self.is(word);
        }
        let after = self.after;
        match word {
            "recorded" => self.change() == NoticeChange::Record,
            "deleted" => self.change() == NoticeChange::Delete,
            "planned" => {
                after.moveout_planned_on.is_some()
                    && self.before.is_some_and(|before| before.moveout_planned_on.is_none())
            }
            "six" => ["name", "birth", "sex", "address", "number", "code"].iter().any(|item| self.is(item)),
            "annex" => ["name", "birth", "sex", "address", "since", "code"].iter().any(|item| self.is(item)),
            "numberless" => after.individual_number.is_none(),
            "ex-officio" => after.basis == Basis::ExOfficio,
            "ward" => after.adult_ward,
            _ => match word.strip_prefix("undoes-") {
                Some(code) => self.undoes.is_some_and(|undone| undone.code() == code),
                None => self.changed(word) || self.circumstances.iter().any(|one| one.word() == word),
            },
        }
    }

    /// Whether an item of somebody who was and is a resident changed.
    fn changed(&self, item: &str) -> bool {
        let Some(before) = self.before.filter(|before| before.is_resident() && self.after.is_resident())
        else {
            return false;
        };
        let after = self.after;
        match item {
            "name" => names(before) != names(after),
            "alias" => before.alias_name != after.alias_name,
            "birth" => before.birth_date != after.birth_date,
            "sex" => before.sex != after.sex,
            "address" => before.address != after.address,
            "number" => before.individual_number != after.individual_number,
            "code" => before.resident_record_code != after.resident_record_code,
            "since" => before.addr_since != after.addr_since,
            "residence" => before.residence_notified != Some(true) && after.residence_notified == Some(true),
            "kind" => before.resident_kind != after.resident_kind,
            _ => false,
        }
    }

    /// 記載, 消除 or 修正, by what became of the record.
    pub(crate) fn change(&self) -> NoticeChange {
        match (self.before.is_some_and(Person::is_resident), self.after.is_resident()) {
            (false, true) => NoticeChange::Record,
            (true, false) => NoticeChange::Delete,
            _ => NoticeChange::Correct,
        }
    }
}

/// 氏名 with what stands beside it: 旧氏 and 通称 count as part of the name.
fn names(person: &Person) -> [&str; 5] {
    [&person.name, &person.name_roman, &person.name_kanji, &person.former_family_name, &person.alias_name]
}

/// Who gets a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receiver {
    pub(crate) through: Channel,
    pub(crate) name: String,
    pub(crate) code: Option<String>,
}

/// The receivers of a notice; nobody when the register does not know where it belongs.
///
/// `last_registered` is 最終登録住所地 of a 未届転入; `is_here` tells an address of this municipality.
pub(crate) fn receivers(
    notice: NoticeKind,
    person: &Person,
    last_registered: Option<&Address>,
    is_here: &dyn Fn(&Address) -> bool,
) -> Vec<Receiver> {
    let municipality = |address: &Address, through| {
        let name = format!("{}{}", address.prefecture, address.municipality);
        Receiver { through, name, code: address.municipality_code.clone() }
    };
    let known = |address: &&Address| is_municipality(address);
    match notice {
        NoticeKind::Identity => office("都道府県知事", Channel::JukiNet),
        NoticeKind::NumberRequest | NoticeKind::SendTo => {
            office("地方公共団体情報システム機構", Channel::JukiNet)
        }
        NoticeKind::Immigration => office("出入国在留管理庁", Channel::Immigration),
        NoticeKind::MoveIn => {
            let mut found: Vec<Receiver> = Vec::new();
            for address in person.prev_address.iter().chain(last_registered).filter(known) {
                let receiver = municipality(address, Channel::JukiNet);
                // The register here knows of the departure already.
                if !is_here(address) && !found.contains(&receiver) {
                    found.push(receiver);
                }
            }
            found
        }
        NoticeKind::MoveOutCertificate => {
            let dest = person.dest_address_planned.iter().filter(known);
            dest.map(|address| municipality(address, Channel::JukiNet)).collect()
        }
        NoticeKind::AdultWard => {
            let dest = person.dest_address_planned.iter().filter(known);
            dest.map(|address| municipality(address, Channel::Paper)).collect()
        }
        NoticeKind::Annex => {
            let domicile = person.registered_domicile.iter().filter(known);
            domicile
                .map(|address| {
                    let through = if is_here(address) { Channel::InHouse } else { Channel::JukiNet };
                    municipality(address, through)
                })
                .collect()
        }
    }
}

fn office(name: &str, through: Channel) -> Vec<Receiver> {
    vec![Receiver { through, name: name.to_owned(), code: None }]
}

/// Whether an address names a municipality; 「不明」 and 「なし」 are stated and name none.
fn is_municipality(address: &Address) -> bool {
    let name = address.municipality.as_str();
    !name.is_empty() && name != UNKNOWN && name != super::address::NONE && address.country.is_none()
}

/// What a notice says of a row.
pub(crate) fn content(notice: NoticeKind, row: &Person) -> NoticeContent {
    use NoticeKind as Kind;
    let whole = notice == Kind::MoveOutCertificate;
    let stay = whole || notice == Kind::Immigration;
    let family = whole || notice == Kind::Annex;
    let dest = family || notice == Kind::AdultWard;
    let text = |held: &String, told: bool| if told { held.clone() } else { String::new() };
    NoticeContent {
        resident_kind: row.resident_kind,
        name: row.name.clone(),
        name_kana: row.name_kana.clone(),
        name_roman: row.name_roman.clone(),
        name_kanji: row.name_kanji.clone(),
        former_family_name: row.former_family_name.clone(),
        alias_name: row.alias_name.clone(),
        birth_date: row.birth_date,
        sex: row.sex,
        address: row.address.clone(),
        addr_since: row.addr_since.filter(|_| matches!(notice, Kind::Annex | Kind::MoveIn)),
        prev_address: row.prev_address.clone().filter(|_| notice == Kind::MoveIn),
        dest_address: row.dest_address_planned.clone().filter(|_| dest),
        moveout_planned_on: row.moveout_planned_on.filter(|_| whole || notice == Kind::AdultWard),
        relation: whole.then(|| row.relation.clone()),
        head_name: text(&row.head_name, whole),
        registered_domicile: row.registered_domicile.clone().filter(|_| family),
        register_head: text(&row.register_head, family),
        nationality: text(&row.nationality, stay),
        art30_45_class: row.art30_45_class.filter(|_| stay),
        status_of_residence: text(&row.status_of_residence, stay),
        stay_period: text(&row.stay_period, stay),
        stay_expires_on: row.stay_expires_on.filter(|_| stay),
        residence_card_no: text(&row.residence_card_no, stay),
    }
}

/// The Japanese word of a kind of notice.
pub(crate) fn title(notice: NoticeKind) -> &'static str {
    cell(notice, 0)
}

/// Whether the gateway may ask for a number beside a notice: `code` or `number`.
pub(crate) fn has_number(notice: NoticeKind, number: &str) -> bool {
    cell(notice, 1).split(' ').any(|word| word == number)
}

/// Whether a clerk may send it again.
pub(crate) fn may_resend(notice: NoticeKind) -> bool {
    cell(notice, 2) == "yes"
}

/// The categories a notice of this kind may have, each once.
pub(crate) fn categories(notice: NoticeKind) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for line in lines().filter(|line| line.due.notice == notice) {
        if !found.contains(&line.due.category) {
            found.push(line.due.category);
        }
    }
    found
}

fn cell(notice: NoticeKind, place: usize) -> &'static str {
    rows(KINDS)
        .find(|(tag, _)| *tag == notice.tag())
        .and_then(|(_, rest)| rest.split('\t').nth(place))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every word of the table is one of those that `Told::is` knows, so that a slip of the pen is not a rule that never fits.
    #[test]
    fn the_tables_read() {
        const WORDS: &[&str] = &[
            "recorded",
            "deleted",
            "planned",
            "six",
            "annex",
            "numberless",
            "ex-officio",
            "ward",
            "name",
            "alias",
            "birth",
            "sex",
            "address",
            "number",
            "code",
            "since",
            "residence",
            "kind",
            "card",
            "disappearance",
            "bulk",
            "request",
            "answer",
            "tsk-sent",
            "restored",
        ];
        let written = NOTICES.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(lines().count(), written);
        for line in NOTICES.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(line.split('\t').count(), 6, "{line}");
        }
        for line in lines() {
            for code in line.reasons.split('|') {
                assert!(MovementReason::from_code(code).is_some(), "{code}");
            }
            for word in line.when.split([' ', '|']) {
                let word = word.strip_prefix('!').unwrap_or(word);
                let undone = word
                    .strip_prefix("undoes-")
                    .is_some_and(|code| MovementReason::from_code(code).is_some());
                assert!(undone || WORDS.contains(&word), "{word}");
            }
            assert!(["*", "1", "2"].contains(&line.kind), "{}", line.kind);
        }
        for kind in NoticeKind::ALL {
            assert!(!title(*kind).is_empty() && !categories(*kind).is_empty(), "{kind:?}");
        }
        assert!(!may_resend(NoticeKind::MoveOutCertificate));
        assert!(has_number(NoticeKind::Identity, "number") && !has_number(NoticeKind::Immigration, "code"));
    }

    /// 本人確認情報 knows these categories and no other.
    ///
    /// Source: 住民記録システム標準仕様書 7.1.1.1; names but 軽微な修正 （未確認）.
    #[test]
    fn identity_information_has_the_thirteen_categories() {
        let mut held = categories(NoticeKind::Identity);
        held.sort_unstable();
        let mut known = vec![
            "転入等",
            "出生",
            "職権記載等",
            "転出",
            "死亡",
            "職権消除等",
            "転居",
            "職権修正等",
            "軽微な修正",
            "住民票コードの変更請求",
            "住民票コードの職権記載等",
            "個人番号の変更請求",
            "個人番号の職権修正等",
        ];
        known.sort_unstable();
        assert_eq!(held, known);
    }
}
