//! The numbers a simulated 中間サーバー holds (団体内統合宛名番号), as it was told of them.

use std::collections::BTreeMap;

/// Code and words of a refusal.
pub(crate) type Refusal = (&'static str, &'static str);

const DELETED: Refusal = ("E402", "団体内統合宛名番号が削除されている");
const UNREGISTERED: Refusal = ("E403", "団体内統合宛名番号が登録されていない");
const OLDER: Refusal = ("E404", "送信回数が受付済みのものより前");
const OTHERWISE: Refusal = ("E405", "同じ送信回数で処理区分が違う");
const NO_REQUEST: Refusal = ("E406", "処理区分が1でも9でもない");
const NO_COUNT: Refusal = ("E407", "送信回数が1以上の整数でない");

/// What a row that was taken did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Registered now.
    Registered,
    /// Deleted now: block and copies go with it.
    Deleted,
    /// What it held already: told before, or sent again.
    Again,
}

/// By number: the newest 送信回数, and whether it is registered.
#[derive(Debug, Default)]
pub(crate) struct Numbers(BTreeMap<String, (u64, bool)>);

impl Numbers {
    /// Takes a registration (処理区分 1) or a deletion (9). What is older than what it holds is refused: a deletion must never be undone by a
    /// registration that was on its way. A deletion of a number it never heard of is taken: it does not hold it.
    pub(crate) fn tell(&mut self, number: &str, send_no: &str, request: &str) -> Result<Told, Refusal> {
        let registered = match request {
            "1" => true,
            "9" => false,
            _ => return Err(NO_REQUEST),
        };
        let send_no: u64 = send_no.parse().ok().filter(|count| 0 < *count).ok_or(NO_COUNT)?;
        let before = self.0.get(number).copied();
        match before {
            Some((held, _)) if send_no < held => return Err(OLDER),
            Some((held, was)) if send_no == held => {
                return if was == registered { Ok(Told::Again) } else { Err(OTHERWISE) };
            }
            _ => {}
        }
        self.0.insert(number.to_owned(), (send_no, registered));
        Ok(match (registered, before) {
            (true, Some((_, true))) | (false, Some((_, false))) => Told::Again,
            (true, _) => Told::Registered,
            (false, _) => Told::Deleted,
        })
    }

    /// Whether a number is registered; none of one it never heard of.
    pub(crate) fn is_registered(&self, number: &str) -> Option<bool> {
        self.0.get(number).map(|(_, registered)| *registered)
    }

    /// Why nothing is taken of a number: it was deleted, or, of a server that asks for it, never registered.
    pub(crate) fn refusal(&self, number: &str, number_first: bool) -> Option<Refusal> {
        match self.is_registered(number) {
            Some(true) => None,
            Some(false) => Some(DELETED),
            None => number_first.then_some(UNREGISTERED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What it is; rows in the order they come, as 送信回数 and 処理区分; the answer to the last; why a copy is refused then, by a server that
    /// takes numbers first.
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

    #[test]
    fn 番号の登録と削除の表() {
        let table: [Case; 13] = [
            ("登録", &[("1", "1")], "Registered", ""),
            ("登録がもう一度届く", &[("1", "1"), ("1", "1")], "Again", ""),
            ("再送した登録", &[("1", "1"), ("2", "1")], "Again", ""),
            ("再送した削除", &[("1", "9"), ("2", "9")], "Again", "E402"),
            ("削除", &[("1", "1"), ("2", "9")], "Deleted", "E402"),
            ("削除がもう一度届く", &[("1", "1"), ("2", "9"), ("2", "9")], "Again", "E402"),
            ("削除の後で遅れて届く登録", &[("2", "9"), ("1", "1")], "E404", "E402"),
            ("知らない番号の削除", &[("2", "9")], "Deleted", "E402"),
            ("削除の後の登録", &[("1", "1"), ("2", "9"), ("3", "1")], "Registered", ""),
            ("同じ回で違う区分", &[("1", "1"), ("1", "9")], "E405", ""),
            ("区分がない", &[("1", "")], "E406", "E403"),
            ("回数がない", &[("", "1")], "E407", "E403"),
            ("回数が0", &[("0", "1")], "E407", "E403"),
        ];
        for (what, rows, answer, copy) in table {
            let mut numbers = Numbers::default();
            let answers: Vec<String> = rows
                .iter()
                .map(|(send_no, request)| match numbers.tell("1", send_no, request) {
                    Ok(told) => format!("{told:?}"),
                    Err((code, _)) => code.to_owned(),
                })
                .collect();
            assert_eq!(answers.last().map(String::as_str), Some(answer), "{what}");
            assert_eq!(numbers.refusal("1", true).map_or("", |(code, _)| code), copy, "{what}");
        }
        assert_eq!(Numbers::default().refusal("1", false), None, "番号を先に求めない");
    }
}
