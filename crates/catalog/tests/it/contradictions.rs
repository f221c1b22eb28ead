//! What does not fit together in a list that came in from outside.

use catalog::{LinkRow, derive};

use crate::derive::{defaults, schemas};
use crate::sheets::{grid, read};
use crate::support::{known, links};

fn rows(lines: &[&str]) -> Vec<LinkRow> {
    let head = "No|送信元|送信先|データ|方式|時期|全件/差分|最大件数|備考";
    let mut all = vec![head];
    all.extend(lines);
    let list = read(&grid(&all));
    assert_eq!(list.problems, [], "{lines:?}");
    list.rows
}

/// Each case: the lines, and what is asked about the first.
#[test]
fn contradictions_are_asked_about() {
    for (lines, asked) in [
        (vec!["1|住民記録|国保|住民|自動|リアルタイム|全件||"], "時期が「即時」なのに全件です"),
        (
            vec!["1|戸籍|住民記録|附票|API|即時（毎月5日）|差分||"],
            "時期「即時（毎月5日）」は「即時」ですが、日や時刻の決まりもあります",
        ),
        (
            vec![
                "1|収滞納|財務会計|日計|自動|日次|差分||出力ファイル：SYUNO.csv",
                "2|収納管理|財務会計|日計税外|自動|日次|差分||出力ファイル：SYUNO.csv",
            ],
            "2番と同じファイル「SYUNO.csv」に書きます",
        ),
        (
            vec![
                "1|宛名管理|固定資産税|宛名|自動|日次|差分||",
                "2|固定資産税|宛名管理|宛名|自動|日次|差分||",
            ],
            "「宛名」が2番を回って元のシステムに戻ります",
        ),
        (
            vec![
                "1|住民記録|宛名|住民情報|API|即時|差分||",
                "2|宛名|団体内統合宛名|住民情報|API|即時|差分||",
                "3|団体内統合宛名|住民記録|住民情報|API|即時|差分||",
            ],
            "「住民情報」が2番、3番を回って元のシステムに戻ります",
        ),
        (
            vec![
                "1|住民記録|国保|異動|ファイル|日次|差分||",
                "2|住民記録システム|国民健康保険|異動|ファイル転送|毎日|差分||表記違い",
            ],
            "2番と、送り元・受け側・データ・方式・時期が同じです",
        ),
        (
            vec![
                "12|住民記録|国保|住所変更|ファイル|日次|差分||",
                "12|住民記録|国保|住所変更|ファイル|日次|差分||",
            ],
            "12-2番と「住所変更」まですべて同じです",
        ),
    ] {
        let states = catalog::assess(&rows(&lines), &[], &known());
        let found = &states[0].doubts;
        assert!(found.iter().any(|doubt| doubt.text.contains(asked)), "{lines:?}: {found:?}");
    }
}

#[test]
fn what_is_common_practice_is_not_asked_about() {
    for lines in [
        vec!["1|マイナポータル|申請管理|転出届|API連携|5分間隔|差分||"],
        vec!["1|住民記録|国保、介護|異動|ファイル|日次|差分||出力ファイル：IDO.csv"],
        vec!["1|住民記録|国保|異動|ファイル|日次|差分||", "2|国保|住民記録|資格|ファイル|日次|差分||"],
        vec!["1|住民記録|国保|異動|ファイル|日次|差分||", "2|住民記録|国保|異動|ファイル|月次|全件||"],
    ] {
        let states = catalog::assess(&rows(&lines), &[], &known());
        let doubts: Vec<_> = states
            .iter()
            .flat_map(|state| &state.doubts)
            .filter(|doubt| {
                matches!(doubt.kind, catalog::QuestionKind::Contradiction | catalog::QuestionKind::Identical)
            })
            .collect();
        assert!(doubts.is_empty(), "{lines:?}: {doubts:?}");
    }
}

#[test]
fn hours_too_short_for_the_rows_are_asked_about_and_do_not_run() {
    for (time, volume, runs) in [
        ("日次（22:00～22:01）", "500,000件", false),
        ("日次（20:00～20:05）", "3,000,000件", false),
        ("日次（20:00～21:00）", "500,000件", true),
        ("日次（23:00～5:00）", "20000件", true),
        ("日次", "3,000,000件", true),
    ] {
        let rows = rows(&[&format!("1|住民記録|介護保険|認定者|ファイル|{time}|差分|{volume}|")]);
        let derived = derive(&rows, &links(), &known(), &schemas(), &defaults());
        assert_eq!(derived.left.is_empty(), runs, "{time} {volume}: {:?}", derived.left);
        let told = derived.left.iter().all(|(_, question)| question.text.contains("送り切れません"));
        assert!(told, "{:?}", derived.left);
    }
}
