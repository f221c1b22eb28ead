use catalog::{QuestionKind, RowRef, RowState, Standing, Summary, assess, summary_table};

use crate::support::{known, links, lists, rows};

fn state(list: &str, no: &str) -> RowState {
    let states = assess(&rows(), &links(), &known());
    states.into_iter().find(|state| state.row == RowRef::new(list, no)).unwrap()
}

fn doubts(no: &str) -> Vec<QuestionKind> {
    state("city", no).doubts.iter().map(|question| question.kind).collect()
}

#[test]
fn rows_of_the_first_slice_run() {
    for (list, no, id) in [
        ("city", "5", "resident-full-to-tax"),
        ("city", "24", "resident-full-to-tax"),
        ("city", "25", "resident-changes-to-welfare"),
        ("city", "26", "resident-full-to-welfare"),
        ("unit_links", "46", "resident-to-addressee"),
    ] {
        assert_eq!(state(list, no).standing, Standing::Runs(id.to_owned()), "{list}:{no}");
    }
    let monthly_relay = state("unit_links", "9").standing;
    assert_eq!(monthly_relay, Standing::RunsOtherwise("resident-to-electoral-roll".to_owned()));
}

/// Each case: a row and one of the questions it gives.
#[test]
fn rows_that_do_not_run_say_what_is_missing() {
    for (list, no, question) in [
        ("city", "1", "受け側「健康管理システム」はこの団体に入っていません。"),
        ("city", "1", "「日次」とあります。何時に送りますか。"),
        ("city", "1", "「共通基盤」を通しますか。"),
        ("city", "2", "文字コード「UCS-4」のレイアウトがまだありません。"),
        ("city", "8", "送り元「税総合システム」はこの団体に入っていません。"),
        ("city", "8", "個の受け口のどれに入れますか。"),
        ("city", "18", "受け口 electoral-roll/protected、electoral-roll/residents のどれに入れますか。"),
        ("city", "30", "「住民基本台帳データ」は全件ですか、差分ですか。"),
        ("city", "34", "文字コード「SS明朝」の変換表がありません。"),
        ("city", "35", "文字コード「住基ネット統一文字」のレイアウトがまだありません。"),
        ("city", "44", "文字コード「XEK」の変換表がありません。"),
        ("kotoura_links", "1", "双方向の行です。"),
        ("unit_links", "2", "DB中継とファイルのどちらで送りますか。"),
        ("unit_links", "2", "送り元「固定資産税」はこの団体に入っていません。"),
    ] {
        let Standing::Lacks(questions) = state(list, no).standing else { panic!("{list}:{no} runs") };
        assert!(questions.iter().any(|asked| asked.text.contains(question)), "{list}:{no} {questions:#?}");
    }
}

#[test]
fn what_does_not_fit_together_in_the_city_list_is_asked() {
    for (a, b) in [(4, 23), (5, 24), (6, 45), (7, 46), (8, 47), (9, 57), (11, 59), (12, 48)] {
        for (one, other) in [(a, b), (b, a)] {
            let found = state("city", &one.to_string()).doubts;
            let text = format!("{other}番と同じ流れの、「共通基盤」をはさんだもう一方の区間です。");
            assert!(found.iter().any(|doubt| doubt.text.starts_with(&text)), "{one}: {found:?}");
        }
    }
    for no in ["14", "15", "16", "17"] {
        assert_eq!(doubts(no), [QuestionKind::Identical], "{no}");
    }
    assert_eq!(doubts("40"), [QuestionKind::Contradiction], "自動 and 手動");
    assert_eq!(doubts("27"), [QuestionKind::LegMissing]);
    assert_eq!(doubts("25"), []);
    let immediate_but = |question: &str| {
        let states = assess(&rows(), &links(), &known());
        states.iter().filter(|state| state.doubts.iter().any(|d| d.text.starts_with(question))).count()
    };
    assert_eq!(immediate_but("即時連携なのに時期が「月次」です。"), 1);
    assert!(1 <= immediate_but("即時連携なのに全件です。"));
}

#[test]
fn every_row_has_a_state_and_nothing_lacks_without_a_question() {
    let states = assess(&rows(), &links(), &known());
    assert_eq!(states.len(), 59 + 97 + 43 + 1006);
    for state in states {
        if let Standing::Lacks(questions) = state.standing {
            assert!(!questions.is_empty(), "{}", state.row);
        }
    }
}

#[test]
fn the_summary_counts_each_list() {
    let states = assess(&rows(), &links(), &known());
    let summaries: Vec<Summary> = lists().iter().map(|list| Summary::of(list, &states)).collect();
    for summary in &summaries {
        assert_eq!(summary.read, summary.runs + summary.runs_otherwise + summary.lacks);
    }
    assert_eq!(
        summary_table(&summaries),
        "\
一覧           読込  除外  稼働  別方式で稼働  未稼働  要確認
city             59     0    22             0      37      33
town_a           97     0    23             0      74       0
kotoura_links    43     0     7             0      36       0
unit_links     1006     0   186            57     763       3
"
    );
}

#[test]
fn a_charset_asks_for_its_meaning_its_table_or_its_layout() {
    let asked = |word: &str, layout: Option<&str>| -> Vec<String> {
        let (mut rows, mut known) = (rows(), known());
        let at = rows.iter().position(|row| row.reference() == RowRef::new("city", "34")).unwrap();
        word.clone_into(&mut rows[at].charset);
        known.layouts.extend(layout.map(|charset| ("own".to_owned(), charset.to_owned())));
        let states = assess(&rows, &links(), &known);
        let Standing::Lacks(questions) = states[at].standing.clone() else { panic!("{word} runs") };
        let of_charset = questions.into_iter().filter(|asked| asked.kind == QuestionKind::Charset);
        of_charset.map(|asked| asked.text).collect()
    };
    for (word, layout, want) in [
        ("EBCDIK", None, "文字コード「EBCDIK」が何を指すか分かりません。どの文字集合と符号ですか。"),
        ("SS明朝", None, "文字コード「SS明朝」の変換表がありません。変換表をもらえますか。"),
        ("UCS-4", None, "文字コード「UCS-4」のレイアウトがまだありません。項目の並びは何ですか。"),
    ] {
        assert_eq!(asked(word, layout), [want]);
    }
    // A town that has a layout in it has installed its table.
    assert_eq!(asked("SS明朝", Some("SS明朝")), Vec::<String>::new());
}
