//! Steps of the scripts that ask what is found, sent and received.

use resident_register::records::{Channel, NoticeKind, OUTBOUND_NOTICE, OutboundNotice, ReceivedStatus};
use serde_json::{Value, json};

use crate::cases::Play;

impl Play {
    /// Searches by the words and by the items named among them (`item=value`) and compares who is found, by given name; who
    /// is found only as they were before has a `*` behind it.
    pub(crate) fn find(&mut self, words: &[&str], expected: &str) -> Option<String> {
        let (items, plain): (Vec<&str>, Vec<&str>) =
            words.iter().copied().partition(|word| word.contains('='));
        let mut asked = serde_json::Map::from_iter([("q".to_owned(), json!(plain.join(" ")))]);
        for (item, value) in items.iter().filter_map(|item| item.split_once('=')) {
            let value = value.replace('_', "\u{3000}");
            let value = if value == "true" { json!(true) } else { json!(value) };
            asked.insert(item.to_owned(), value);
        }
        let ran = self.town.run("search", "clerk", &Value::Object(asked), true);
        if let Some(finding) = ran.findings.first() {
            return (finding.code != expected).then(|| format!("came to {}, not {expected}", finding.code));
        }
        let data = ran.outcome.answer.map(|answer| answer.data).unwrap_or_default();
        let rows = data["rows"].as_array().cloned().unwrap_or_default();
        let name = |row: &Value| {
            let past = row["marks"].as_array().unwrap().contains(&json!("過去の氏名・住所"));
            let given = row["name"].as_str().unwrap().split('　').next_back().unwrap().to_owned();
            given + if past { "*" } else { "" }
        };
        let found = rows.iter().map(name).collect::<Vec<_>>().join(",");
        (found != expected).then(|| format!("found {found}, not {expected}"))
    }

    /// Takes one row in over a link; told is `ok`, the item for which it was refused, or `nothing` when it is known.
    pub(crate) fn receive(&mut self, words: &[&str], expected: &str) -> Option<String> {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for word in &words[1..] {
            let (name, value) = word.split_once('=').unwrap();
            names.push(name);
            values.push(self.resolve(value));
        }
        let row = values.iter().map(String::as_str).collect();
        let applied = self.town.take(words[0], &names, &[row]);
        let told = match applied.refused.first() {
            Some(refused) => refused.item.as_str(),
            None if applied.writes.is_empty() => "nothing",
            None => "ok",
        };
        (told != expected).then(|| format!("came to {told}, not {expected}"))
    }

    /// Compares the received notices: number, status and the rule that speaks of it.
    pub(crate) fn received(&mut self, expected: &str) -> Option<String> {
        let mut found = Vec::new();
        for (status, _) in ReceivedStatus::CHOICES {
            let ran = self.town.run("received-list", "clerk", &json!({ "received_status": status }), true);
            let data = ran.outcome.answer.map(|answer| answer.data).unwrap_or_default();
            for row in data["rows"].as_array().unwrap() {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                let rule = if text("rule").is_empty() { String::new() } else { format!(":{}", text("rule")) };
                found.push(format!("{}:{}{rule}", text("received_no"), text("received_status")));
            }
        }
        found.sort();
        let found = found.join(" ");
        (found != expected).then(|| format!("received {found}, not {expected}"))
    }

    /// Compares the notices made since the line before: person, kind, category and, of a municipality, who gets it.
    pub(crate) fn sent(&mut self, expected: &str) -> Option<String> {
        let mut found = Vec::new();
        self.town
            .view()
            .scan(&OUTBOUND_NOTICE, None, &mut |stored| {
                let notice = stored.typed::<OutboundNotice>()?.record;
                let known = self.town.people.iter().find(|(_, no)| **no == notice.addressee_no);
                let name = known.map_or("?", |(name, _)| name.as_str());
                let to = match (notice.through, notice.notice) {
                    (Channel::InHouse, _) => "→庁内".to_owned(),
                    (_, NoticeKind::Identity | NoticeKind::NumberRequest) => String::new(),
                    (_, NoticeKind::SendTo | NoticeKind::Immigration) => String::new(),
                    _ => format!("→{}", notice.to_name),
                };
                found.push(format!("{name}:{}:{}{to}", notice.notice.tag(), notice.category));
                Ok(std::ops::ControlFlow::Continue(()))
            })
            .unwrap();
        let told = found.split_off(self.sent).join(" ");
        self.sent += told.split(' ').filter(|one| !one.is_empty()).count();
        (told != expected).then(|| format!("sent {told}, not {expected}"))
    }
}
