//! Which action may follow which state.

use media::{Action, State, next};

/// Rows are states, columns actions in the order of [`Action::ALL`]; a word is what the medium then is.
const TABLE: &str = "
    　　           書込 受入 封印 引渡 確認 返却 返送 消去 廃棄 紛失 発見 終了
    （なし）       書込 受入 －   －   －   －   －   －   －   －   －   －
    書込済         －   －   封印 －   －   －   －   消去 廃棄 紛失 －   －
    封印済         －   －   －   引渡 －   －   －   消去 廃棄 紛失 －   －
    引渡済         －   －   －   －   受領 返却 －   －   －   紛失 －   －
    受領確認済     －   －   －   －   －   返却 －   消去 廃棄 紛失 －   －
    返却済         －   －   封印 －   －   －   －   消去 廃棄 紛失 －   －
    受入済         －   －   －   －   －   －   返送 消去 廃棄 紛失 －   －
    返送済         －   受入 －   －   －   －   －   －   －   －   －   －
    消去済         書込 受入 －   －   －   －   －   －   廃棄 －   －   －
    廃棄済         －   －   －   －   －   －   －   －   －   －   －   －
    紛失           －   －   －   －   －   －   －   －   －   －   返却 処理
    紛失（処理済） －   －   －   －   －   －   －   －   －   －   返却 －
";

#[test]
fn an_action_follows_a_state_as_the_table_says() {
    let rows: Vec<Vec<&str>> =
        TABLE.trim().lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    let states: Vec<Option<State>> = [None].into_iter().chain(State::ALL.map(Some)).collect();
    assert_eq!(rows.len(), states.len());
    for (row, state) in rows.iter().zip(states) {
        assert_eq!(row[0], state.map_or("（なし）", State::label));
        for (said, action) in row[1..].iter().zip(Action::ALL) {
            let word = match next(state, action) {
                None => "－",
                Some(State::Written) => "書込",
                Some(State::Arrived) => "受入",
                Some(State::Sealed) => "封印",
                Some(State::HandedOver) => "引渡",
                Some(State::Received) => "受領",
                Some(State::Returned) => "返却",
                Some(State::SentBack) => "返送",
                Some(State::Erased) => "消去",
                Some(State::Destroyed) => "廃棄",
                Some(State::Lost) => "紛失",
                Some(State::Settled) => "処理",
            };
            assert_eq!(*said, word, "{} {}", row[0], action.label());
        }
    }
}

#[test]
fn from_every_state_but_destroyed_a_way_leads_on_and_nothing_leaves_unsealed() {
    for state in State::ALL {
        let ways = Action::ALL.into_iter().filter(|action| next(Some(state), *action).is_some()).count();
        assert_eq!(ways == 0, state == State::Destroyed, "{state:?}");
        let leaves = next(Some(state), Action::HandOver).is_some();
        assert_eq!(leaves, state == State::Sealed, "{state:?}");
    }
}
