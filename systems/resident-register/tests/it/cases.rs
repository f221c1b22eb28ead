//! Runs the scripts of `tests/cases`. Their language is described in `tests/cases/README.md`.

use std::path::Path;

use domain::{AddresseeNo, HouseholdNo, RegisterDate, Sex};
use register::ViewExt;
use resident_register::records::{AliasEvent, Household, OutboundNotice, ProtectedPerson};
use serde_json::{Map, Value, json};

use crate::statistics::{count_line, residence_line};
use crate::town::{Described, Town};

#[test]
fn every_case_comes_out_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    files.sort();
    assert!(!files.is_empty());
    let mut cases: Vec<(String, String)> = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        cases.extend(text.split("\n## ").skip(1).map(|case| (name.clone(), case.to_owned())));
    }
    // Each case has a town of its own; the hands share them out.
    let hands = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let play = |hand: usize| {
        let own = cases.iter().skip(hand).step_by(hands);
        own.filter_map(|(name, case)| Some(format!("{name}: {}", run(case)?))).collect::<Vec<_>>()
    };
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let play = &play;
        let playing: Vec<_> = (0..hands).map(|hand| scope.spawn(move || play(hand))).collect();
        playing.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Plays one case; tells the first line that came out otherwise.
fn run(case: &str) -> Option<String> {
    let mut lines = case.lines();
    let title = lines.next().unwrap_or_default();
    let mut play = Play { town: Town::new(), waiting: Vec::new(), sent: 0 };
    play.town.pool(200);
    for line in lines {
        let line = line.split("//").next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if let Some(problem) = play.line(line) {
            return Some(format!("「{title}」\n    {line}\n    {problem}"));
        }
        let contradictions = play.town.contradictions();
        if !contradictions.is_empty() {
            return Some(format!("「{title}」\n    {line}\n    contradictions: {contradictions:?}"));
        }
    }
    None
}

pub(crate) struct Play {
    pub(crate) town: Town,
    /// 受付番号 of what was entered and is neither final nor discarded.
    pub(crate) waiting: Vec<String>,
    /// How many notices an earlier line has looked at.
    pub(crate) sent: usize,
}

impl Play {
    fn line(&mut self, line: &str) -> Option<String> {
        let (command, expected) = match line.split_once("=>") {
            Some((command, expected)) => (command.trim(), Some(expected.trim())),
            None => (line, None),
        };
        let mut words = command.split(' ').filter(|word| !word.is_empty());
        let verb = words.next().unwrap_or_default();
        let words: Vec<&str> = words.collect();
        match verb {
            "today" => {
                self.town.today = words[0].parse().unwrap();
                self.town.minutes = 0;
                None
            }
            "later" => {
                self.town.minutes += words[0].parse::<i64>().unwrap();
                None
            }
            "find" => self.find(&words, expected.unwrap_or_default()),
            "pool" => {
                panic!("the pool is filled once, by the play");
            }
            "household" => {
                self.household(&command["household".len()..]);
                None
            }
            "count" => count_line(&mut self.town, &words, expected.unwrap_or_default()),
            "residence" => residence_line(&mut self.town, &words, expected.unwrap_or_default()),
            "receive" => self.receive(&words, expected.unwrap_or("ok")),
            "received" => self.received(expected.unwrap_or_default()),
            "sent" => self.sent(expected.unwrap_or_default()),
            "show" => self.show(&words[0].replace('_', "　"), expected.unwrap_or_default()),
            "final" => {
                let actor = if words.first() == Some(&"by-clerk") { "clerk" } else { "reviewer" };
                let no = self.waiting.pop().expect("nothing is waiting");
                self.expect("finalize", actor, &json!({ "provisional_no": no }), expected, Some(no))
            }
            "discard" => {
                let no = self.waiting.pop().expect("nothing is waiting");
                self.expect("discard", "clerk", &json!({ "provisional_no": no }), expected, Some(no))
            }
            // The one before goes first.
            "swap" => {
                let last = self.waiting.len() - 1;
                self.waiting.swap(last, last - 1);
                None
            }
            "enter+final" => {
                let input = self.input(words[0], &words[1..]);
                self.expect(words[0], "clerk", &input, expected, None).or_else(|| self.line("final => ok"))
            }
            function => {
                let input = self.input(function, &words);
                self.expect(function, "clerk", &input, expected, None)
            }
        }
    }

    fn household(&mut self, rest: &str) {
        let (lot, members) = rest.trim().split_once(' ').unwrap();
        let mut described = Vec::new();
        for member in members.split('/') {
            let words: Vec<&str> = member.split(' ').filter(|word| !word.is_empty()).collect();
            described.push(Described {
                name: words[0],
                relation: words[1],
                sex: match words[2] {
                    "男" => Sex::Male,
                    "女" => Sex::Female,
                    _ => Sex::Unknown,
                },
                birth: RegisterDate::parse_input(words[3]).unwrap(),
            });
        }
        self.town.household(lot, &described);
    }

    /// Runs a function and compares the findings' codes; `waits` is what goes back on the pile when it was refused.
    fn expect(
        &mut self,
        function: &str,
        actor: &str,
        input: &Value,
        expected: Option<&str>,
        waits: Option<String>,
    ) -> Option<String> {
        let ran = self.town.run(function, actor, input, true);
        let codes = if ran.findings.is_empty() { "ok".to_owned() } else { ran.codes().join(" ") };
        if ran.committed {
            if let Some(no) = &ran.outcome.opens
                && ran.outcome.message.starts_with("仮登録しました")
            {
                self.waiting.push(no.clone());
            }
            self.town.learn();
        } else {
            self.waiting.extend(waits);
        }
        let expected = expected.unwrap_or("ok");
        let mut wanted: Vec<&str> = expected.split(' ').filter(|word| !word.is_empty()).collect();
        wanted.sort_unstable();
        if wanted.join(" ") == codes {
            return None;
        }
        let told: Vec<String> = ran
            .findings
            .iter()
            .map(|one| format!("{} [{}] {} {}", one.code, one.path, one.message, one.remedy))
            .collect();
        Some(format!("came to {codes}, not {expected}\n    {}", told.join("\n    ")))
    }

    fn show(&self, name: &str, expected: &str) -> Option<String> {
        let person = self.town.person(name);
        let view = self.town.view();
        let household = view.load::<Household>(person.household_no.as_str()).unwrap().map(|held| held.record);
        let names = |numbers: &[AddresseeNo]| {
            let name_of = |no: &AddresseeNo| {
                self.town.people.iter().find(|(_, known)| *known == no).map_or("?", |(name, _)| name.as_str())
            };
            numbers.iter().map(name_of).collect::<Vec<_>>().join(",")
        };
        let protected =
            view.load::<ProtectedPerson>(person.addressee_no.as_str()).unwrap().map(|held| held.record);
        let day = |date: Option<RegisterDate>| date.map(|date| date.to_string()).unwrap_or_default();
        for pair in expected.split(' ').filter(|word| !word.is_empty()) {
            let (item, wanted) = pair.split_once('=').unwrap();
            let found = match item {
                "status" => person.resident_status.label().to_owned(),
                "history" => person.history_no.to_string(),
                "reason" => person.movement_reason.code().to_owned(),
                "basis" => person.basis.label().to_owned(),
                "relation" => person.relation.label(),
                "order" => person.member_order.to_string(),
                "head_name" => person.head_name.replace('　', ""),
                "name" => person.name.replace('　', ""),
                "kana" => person.name_kana.replace('　', ""),
                "birth" => person.birth_date.to_string(),
                "sex" => person.sex.label().to_owned(),
                "kind" => person.resident_kind.label().to_owned(),
                "domicile" => {
                    person.registered_domicile.as_ref().map(|one| one.one_line()).unwrap_or_default()
                }
                "kana_known" => known(person.kana_confirmed, person.kana_attested),
                "former_known" => known(person.former_kana_confirmed, person.former_kana_attested),
                "alias_known" => known(person.alias_kana_confirmed, false),
                "preference" => person.name_preference.map(|one| one.label().to_owned()).unwrap_or_default(),
                "last" => person.last_registered.as_ref().map(|one| one.one_line()).unwrap_or_default(),
                "unregistered" => if person.unregistered_entry { "yes" } else { "no" }.to_owned(),
                "article" => person.entry_article.map(|one| one.code().to_owned()).unwrap_or_default(),
                "old_registered" => day(person.old_alien_registered_on),
                "residence_notified" => known(person.residence_notified, false),
                "landing" => if person.entered_by_landing_permit { "yes" } else { "no" }.to_owned(),
                "notification_no" => person.notification_no.clone(),
                "entered_at" => format!("{}:{}", person.input_place, person.input_terminal),
                "districts" => person.district_codes.join(","),
                "de_facto" => person.de_facto_head.replace('　', ""),
                "former" => person.former_family_name.clone(),
                "former_kana" => person.former_family_kana.clone(),
                "alias" => person.alias_name.replace('　', ""),
                "aliases" => {
                    let one = |event: &AliasEvent| {
                        let ended = event.deleted_on.map(|day| day.to_string()).unwrap_or_default();
                        format!("{}:{}:{ended}", event.alias.replace('　', ""), event.recorded_on)
                    };
                    person.alias_events.iter().map(one).collect::<Vec<_>>().join(",")
                }
                "cancels" => person.cancels.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
                "confirmed" => {
                    person.dest_address_confirmed.as_ref().map(|one| one.one_line()).unwrap_or_default()
                }
                "confirmed_on" => person.moveout_confirmed_on.map(|day| day.to_string()).unwrap_or_default(),
                "told_on" => person.movein_notice_on.map(|day| day.to_string()).unwrap_or_default(),
                "dest" => person.dest_address_planned.as_ref().map(|one| one.one_line()).unwrap_or_default(),
                "foreign_since" => day(person.foreign_resident_since),
                "renewal" => format!(
                    "{}:{}",
                    person.renewal_no,
                    person.renewed_on.map(|day| day.to_string()).unwrap_or_default()
                ),
                "entries" => person.history_entries.len().to_string(),
                "number" => {
                    person.individual_number.map(|number| number.expose().to_owned()).unwrap_or_default()
                }
                "code" => {
                    person.resident_record_code.map(|code| code.expose().to_owned()).unwrap_or_default()
                }
                "before" => {
                    let rows =
                        view.load_history::<resident_register::records::Person>(person.addressee_no.as_str());
                    let rows = rows.unwrap();
                    let row = &rows[rows.len() - 2].record;
                    format!(
                        "{}:{}:{}",
                        row.movement_reason.code(),
                        row.resident_status.label(),
                        row.resident_kind.label()
                    )
                }
                "expires" => person.stay_expires_on.map(|day| day.to_string()).unwrap_or_default(),
                "card" => person.residence_card_no.clone(),
                "remarks" => person.remarks.join(","),
                "note" => person.history_entries.last().map(|entry| entry.note.clone()).unwrap_or_default(),
                "event" => day(person.event_date),
                "lot" => person.address.lot.clone(),
                "postcode" => person.address.postcode.clone().unwrap_or_default(),
                "town_code" => person.address.town_code.clone().unwrap_or_default(),
                "home_lot" => household.as_ref().map(|one| one.address.lot.clone()).unwrap_or_default(),
                "prev" => person.prev_address.as_ref().map(|one| one.one_line()).unwrap_or_default(),
                "moved_from" => {
                    person.moved_from_address.as_ref().map(|one| one.lot.clone()).unwrap_or_default()
                }
                "since" => day(person.resident_since),
                "addr_since" => day(person.addr_since),
                "notified" => person.notified_on.map(|day| day.to_string()).unwrap_or_default(),
                "moved_in_notified" => {
                    person.moved_in_notified_on.map(|day| day.to_string()).unwrap_or_default()
                }
                "processed" => person.processed_on.to_string(),
                "planned" => person.moveout_planned_on.map(|day| day.to_string()).unwrap_or_default(),
                "deleted" => day(person.deletion_event_date),
                "why_deleted" => {
                    person.deletion_reason.map(|reason| reason.code().to_owned()).unwrap_or_default()
                }
                "coded" => if person.resident_record_code.is_some() { "yes" } else { "no" }.to_owned(),
                "register_head" => person.register_head.replace('　', ""),
                "support" => protected.as_ref().map_or("なし", |row| row.class.label()).to_owned(),
                "support_from" => protected.as_ref().map(|row| row.from.to_string()).unwrap_or_default(),
                "support_to" => {
                    protected.as_ref().and_then(|row| row.to).map(|day| day.to_string()).unwrap_or_default()
                }
                "support_history" => {
                    protected.as_ref().map(|row| row.history_no.to_string()).unwrap_or_default()
                }
                "household" => person.household_no.serial().to_string(),
                "members" => {
                    household.as_ref().map(|one| names(&one.members)).unwrap_or_else(|| "closed".to_owned())
                }
                "head" => household
                    .as_ref()
                    .map(|one| one.head.map_or_else(|| "none".to_owned(), |head| names(&[head])))
                    .unwrap_or_else(|| "closed".to_owned()),
                other => panic!("no item {other}"),
            };
            if found != wanted {
                return Some(format!("{item} is {found}, not {wanted}"));
            }
        }
        None
    }

    /// A valid input of a function, with what the line says otherwise. `@名` is a 宛名番号, `#名` the household's number.
    fn input(&self, function: &str, words: &[&str]) -> Value {
        let mut input = usual(function, self.town.today);
        for word in words {
            let (path, value) = word.split_once('=').unwrap_or_else(|| panic!("{word} is not item=value"));
            match path {
                "targets" => put(
                    &mut input,
                    path,
                    json!(value.split(',').map(|one| self.resolve(one)).collect::<Vec<_>>()),
                ),
                "relations" => {
                    let pairs = value.split(',').map(|pair| {
                        let (who, relation) = pair.split_once(':').unwrap();
                        json!({ "addressee_no": self.resolve(who), "relation": relation })
                    });
                    put(&mut input, path, Value::Array(pairs.collect()));
                }
                // A foreigner of this name in place of the Japanese one.
                "foreign" => input["members"][0] = foreigner(&value.replace('_', "　")),
                "list" => {
                    let line = |line: &str| {
                        line.split(',').map(|cell| self.resolve(cell)).collect::<Vec<_>>().join(",")
                    };
                    put(&mut input, path, json!(value.split('|').map(line).collect::<Vec<_>>().join("\n")));
                }
                "clears" => put(
                    &mut input,
                    path,
                    json!(value.split(',').map(|item| json!({ "item": item })).collect::<Vec<_>>()),
                ),
                "order" => {
                    let rows = value.split(',').map(|who| json!({ "addressee_no": self.resolve(who) }));
                    put(&mut input, path, rows.collect());
                }
                "together" => {
                    let rows = value.split(',').map(|who| json!({ "addressee_no": self.resolve(who) }));
                    put(&mut input, path, rows.collect());
                }
                "members" => {
                    let count: usize = value.parse().unwrap();
                    let one = input["members"][0].clone();
                    let rows = (0..count).map(|index| another(&one, index)).collect();
                    put(&mut input, path, Value::Array(rows));
                }
                "members.0.resident_kind" if value == "2" => {
                    // What only a Japanese record has is not among the usual items of a foreigner.
                    for item in
                        ["domicile_prefecture", "domicile_municipality", "domicile_town", "register_head"]
                    {
                        put(&mut input, &format!("members.0.{item}"), json!(""));
                    }
                    put(&mut input, path, json!(value));
                }
                _ => put(&mut input, path, json!(self.resolve(value))),
            }
        }
        input
    }

    pub(crate) fn resolve(&self, value: &str) -> String {
        if let Some(name) = value.strip_prefix('@') {
            return self
                .town
                .people
                .get(&name.replace('_', "　"))
                .unwrap_or_else(|| panic!("nobody is called {name}"))
                .to_string();
        }
        if let Some(name) = value.strip_prefix('#') {
            return match name.parse::<u64>() {
                Ok(serial) => HouseholdNo::from_serial(serial).unwrap().to_string(),
                Err(_) => self.town.person(&name.replace('_', "　")).household_no.to_string(),
            };
        }
        if let Some(name) = value.strip_prefix("code:") {
            return self.town.person(name).resident_record_code.unwrap().expose().to_owned();
        }
        // The newest notice of this kind about somebody: `notice:HON:太郎`.
        if let Some(rest) = value.strip_prefix("notice:") {
            let (tag, name) = rest.split_once(':').unwrap();
            let no = self.town.person(name).addressee_no;
            let held = self.town.view().load_by::<OutboundNotice>("addressee_no", no.as_str()).unwrap();
            let found = held.into_iter().map(|held| held.record).filter(|one| one.notice.tag() == tag);
            return found.map(|one| one.message_no).max().unwrap_or_else(|| panic!("no {rest}"));
        }
        if let Some(name) = value.strip_prefix("number:") {
            return self.town.person(name).individual_number.unwrap().expose().to_owned();
        }
        value.replace('_', "　").replace('¶', "\u{7}")
    }
}

/// A yes or no that may not be known, and whether it is attested.
fn known(stated: Option<bool>, attested: bool) -> String {
    let stated = match stated {
        Some(true) => "1",
        Some(false) => "0",
        None => "",
    };
    format!("{stated}{}", if attested { "公証" } else { "" })
}

/// The same person again with other numbers, so that several may move in.
fn another(one: &Value, index: usize) -> Value {
    let mut row = one.clone();
    if 0 < index {
        let serial = 3_000_000_000 + u64::try_from(index).unwrap();
        row["given_name"] = json!(["一郎", "次郎", "三郎", "四郎"][index - 1]);
        row["relation"] = json!("子");
        row["birth_date"] = json!(format!("201{index}-05-05"));
        row["resident_record_code"] =
            json!(domain::ResidentRecordCode::from_first_ten(serial).unwrap().expose());
        row["individual_number"] =
            json!(domain::IndividualNumber::from_first_eleven(serial).unwrap().expose());
    }
    row
}

/// Somebody from abroad with a residence card.
pub(crate) fn foreigner(name: &str) -> Value {
    json!({
        "resident_kind": "2", "name_roman": name, "birth_date": "1990-06-01", "sex": "2", "relation": "世帯主",
        "nationality": "韓国", "nationality_code": "KOR", "art30_45_class": "01", "status_of_residence": "T63",
        "stay_period": "3年", "stay_expires_on": "2028-06-01", "residence_card_no": "AB12345678CD",
        "resident_record_code": "23057188464", "individual_number": "123456789018",
    })
}

/// Sets a value at a path such as `members.0.sex`; an empty value leaves the item out.
fn put(input: &mut Value, path: &str, value: Value) {
    let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
    let mut place = input;
    for part in parents.split('.').filter(|part| !part.is_empty()) {
        place = match part.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[part],
        };
    }
    let fields: &mut Map<String, Value> = place.as_object_mut().unwrap();
    if value == json!("") {
        fields.remove(last);
    } else {
        fields.insert(last.to_owned(), value);
    }
}

/// The usual, valid input of each function, with 異動日 and 届出日 today.
pub(crate) fn usual(function: &str, today: domain::Date) -> Value {
    let notice = json!({ "event_date": today.to_string(), "notified_on": today.to_string(), "notifier_name": "山田　花子" });
    let rest = match function {
        "move-in" => json!({
            "move_in_kind": "01",
            "members": [{
                "resident_kind": "1", "family_name": "転入", "given_name": "太郎", "name_kana": "テンニュウ タロウ",
                "birth_date": "1985-04-01", "sex": "1", "relation": "世帯主",
                "domicile_prefecture": "架空県", "domicile_municipality": "河原市", "domicile_town": "本町1番地",
                "register_head": "転入　太郎",
                "resident_record_code": "23057188464", "individual_number": "123456789018",
            }],
            "town": "字浜", "lot": "100番地",
            "prev_prefecture": "架空県", "prev_municipality": "河原市", "prev_town": "本町", "prev_lot": "1番地",
        }),
        "birth" => json!({
            "members": [{
                "resident_kind": "1", "family_name": "山田", "given_name": "新", "name_kana": "ヤマダ アラタ",
                "birth_date": today.to_string(), "sex": "1", "relation": "子",
            }],
        }),
        "move-within" => json!({ "town": "字浜", "lot": "200番地" }),
        "move-out" => json!({
            "move_out_kind": "21", "dest_prefecture": "架空県", "dest_municipality": "河原市",
        }),
        "death" | "head-change" | "household-change" | "member-order" => json!({}),
        "cancel" => json!({ "basis": "ex-officio" }),
        "bulk-address" => return json!({ "what": "address", "event_date": today.to_string() }),
        "transfer-receive" => {
            return json!({
                "source": "card", "from_municipality": "架空県河原市", "planned_on": today.to_string(),
                "persons": [{
                    "family_name": "転入", "given_name": "太郎", "name_kana": "テンニュウ タロウ",
                    "birth_date": "1985-04-01", "sex": "1", "domicile_prefecture": "架空県",
                    "domicile_municipality": "河原市", "domicile_town": "本町9番地", "register_head": "転入　太郎",
                    "resident_record_code": "12345678903", "individual_number": "983205673214",
                }],
            });
        }
        "transfer-erase" | "watch-list" => return json!({}),
        "ex-officio-entry" => {
            let mut input = usual("move-in", today);
            input["entry_kind"] = json!("address");
            input["basis"] = json!("ex-officio");
            input.as_object_mut().unwrap().remove("move_in_kind");
            return input;
        }
        "nationality" => json!({
            "nationality_kind": "naturalization", "basis": "notice", "family_name": "李", "given_name": "杏",
            "name_kana": "リ　アン", "domicile_prefecture": "架空県", "domicile_municipality": "みなと郡台帳町",
            "domicile_town": "字浜1番地", "register_head": "李　杏",
        }),
        "renewal" => json!({ "renewal_kind": "07", "basis": "ex-officio" }),
        "number-change" => json!({}),
        "move-in-notice" => {
            return json!({
                "event_date": today.to_string(), "notified_on": today.to_string(),
                "dest_prefecture": "架空県", "dest_municipality": "河原市", "dest_town": "本町", "dest_lot": "5番地",
            });
        }
        "former-name" | "alias" => return json!({ "event_date": today.to_string() }),
        "ex-officio-deletion" => json!({ "deletion_kind": "survey", "basis": "ex-officio" }),
        "correction" => json!({ "correction_kind": "43", "basis": "ex-officio" }),
        "move-out-day" => return json!({}),
        "suppression-set" => return json!({ "certificate": "error", "reason": "届出" }),
        "suppression-release" | "suppression-end" => return json!({ "reason": "本人の来庁" }),
        "support-apply" => return json!({ "copy_current": true, "perpetrator_name": "加害　太郎" }),
        "support-end" => return json!({ "end": "requested", "end_note": "本人の申出を受けた" }),
        "support-forward" => return json!({ "forward_to": "架空県河原市" }),
        "support-release" => return json!({ "requested_by": "山田　花子", "reason": "本人と確認した" }),
        "support-decide" | "support-extend" | "support-list" | "suppression-list" => return json!({}),
        "protected-person" => return json!({ "purpose": "measure", "purpose_detail": "転送" }),
        "issue-copy" | "issue-former-copy" | "issue-move-out-certificate" | "issue-move-out-substitute" => {
            return json!({ "request": "self", "requested_by": "山田　花子" });
        }
        "issue-items" | "issue-former-items" => {
            return json!({ "request": "self", "requested_by": "山田　花子", "with_address": true });
        }
        "issue-letter" | "issuance-list" | "notice-list" | "received-list" => return json!({}),
        "notice-resend" | "notice-complete" | "received-discard" => {
            return json!({ "reason": "届いていない" });
        }
        "notice-numbers" => return json!({ "purpose": "send", "purpose_detail": "本人確認情報の送信" }),
        "number-answer" => return json!({ "individual_number": "123456789018" }),
        "issuance-dispose" => return json!({ "reason": "紙づまり" }),
        "person" | "history" | "household" | "memo-history" => return json!({}),
        "show-number" => return json!({ "purpose": "task", "purpose_detail": "国民健康保険" }),
        other => panic!("no usual input of {other}"),
    };
    let mut input = notice;
    for (name, value) in rest.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}
