//! When rows run by their own words, and what is asked instead of a daily run.

use catalog::{LinkRow, OnClosedDay, Timing, derive};

use crate::derive::{defaults, schemas};
use crate::sheets::{grid, read};
use crate::support::{known, links};

/// The row of a list with this 時期, and what else its columns say.
fn row(time: &str, extent: &str) -> Vec<LinkRow> {
    let list = read(&grid(&[
        "No|送信元|送信先|データ|方式|時期|全件/差分",
        &format!("1|住民記録|介護保険|認定者|ファイル|{time}|{extent}"),
    ]));
    assert_eq!(list.problems, [], "{time}");
    list.rows
}

/// The schedules derived, on one line; or the question.
fn runs(time: &str, extent: &str) -> String {
    let derived = derive(&row(time, extent), &links(), &known(), &schemas(), &defaults());
    if let Some((_, question)) = derived.left.first() {
        return format!("? {question}");
    }
    let closed = |day: OnClosedDay| match day {
        OnClosedDay::Run => "",
        OnClosedDay::Before => " before",
        OnClosedDay::After => " after",
    };
    let timings = derived.links.iter().flat_map(|made| made.link.timings());
    let shown = timings.map(|timing| match timing {
        Timing::Daily { business_days_only: true, .. } => "business days".to_owned(),
        Timing::Within { minutes, from, to, business_days_only } => format!(
            "every {minutes} {}-{}{}",
            from.strftime("%H:%M"),
            to.strftime("%H:%M"),
            if business_days_only { " business days" } else { "" }
        ),
        Timing::MonthlyWeekday { week: 5, day, .. } => format!("last {}", day.label()),
        Timing::MonthlyWeekday { week, day, .. } => format!("{week}. {}", day.label()),
        Timing::Daily { at, .. } if time.contains(':') => format!("daily {}", at.strftime("%H:%M")),
        Timing::Daily { .. } => "daily".to_owned(),
        Timing::Weekly { day, .. } => day.label().to_owned(),
        Timing::Monthly { day, on_closed_day, .. } => format!("monthly {day}{}", closed(on_closed_day)),
        Timing::Yearly { month, day, .. } => format!("{month}/{day}"),
        other => format!("{other:?}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_timing_in_its_own_words_runs_on_these_days() {
    for (time, want) in [
        ("年4回（3、6、9、12月の1日）", "3/1, 6/1, 9/1, 12/1"),
        ("年2回（6月・9月）", "6/1, 9/1"),
        ("偶数月の10日", "2/10, 4/10, 6/10, 8/10, 10/10, 12/10"),
        ("毎年度4月・10月の5日", "4/5, 10/5"),
        ("半年に1回（4月、10月）", "4/1, 10/1"),
        ("７月", "7/1"),
        ("10月", "10/1"),
        ("1月1日", "1/1"),
        ("年次（6月）", "6/1"),
        ("毎月5日", "monthly 5 after"),
        ("毎月5日・20日", "monthly 5 after, monthly 20 after"),
        ("毎月31日", "monthly 31 before"),
        ("月末最終営業日", "monthly 31 before"),
        ("毎月10日（休日は前営業日）", "monthly 10 before"),
        ("月1回(第1営業日)", "monthly 1 after"),
        ("毎週火・木", "火曜日, 木曜日"),
        ("日次(平日のみ)", "business days"),
        ("毎営業日", "business days"),
        ("平日18:00", "business days"),
        ("日次（20:00～21:00）", "daily 20:00"),
        ("日次2回（12:00、18:00）", "daily 12:00, daily 18:00"),
        ("1日2回（9:00、15:00）", "daily 09:00, daily 15:00"),
        ("週2回（月・木）", "月曜日, 木曜日"),
        ("毎週月水金", "月曜日, 水曜日, 金曜日"),
        ("毎月25日18:00", "monthly 25 after"),
        ("月次（20日12:00）", "monthly 20 after"),
        ("毎月15日1回", "monthly 15 after"),
        ("10月5日18:00", "10/5"),
        ("毎年1/1", "1/1"),
        ("4月1日、5日", "4/1, 4/5"),
        ("4月・10月の1日、15日", "4/1, 10/1, 4/15, 10/15"),
        ("毎月5日・10月1日", "monthly 5 after, 10/1"),
        ("日次（土日祝を除く）", "business days"),
        ("毎日（閉庁日を除く）", "business days"),
        ("毎日（月～金）", "business days"),
        ("22:00～翌5:00", "daily 22:00"),
        ("日次（8:00～22:00）", "daily 08:00"),
        ("翌月10日", "monthly 10 after"),
        ("月次（前月分、10日）", "monthly 10 after"),
        ("月次（休日は翌開庁日）", "monthly 1 after"),
        ("日次・22:00", "daily 22:00"),
        ("日次/22:00", "daily 22:00"),
        ("日次¶22:00", "daily 22:00"),
        ("日次 12:00、18:00", "daily 12:00, daily 18:00"),
        ("日次（営業日）", "business days"),
        ("日次（休日は翌営業日）", "business days"),
        ("日次（土日祝は実施しない）", "business days"),
        ("毎週土曜 22:00", "土曜日"),
        ("週次（日曜）", "日曜日"),
        ("毎月20日（休日の場合は前日）", "monthly 20 before"),
        ("毎月20日（土日の場合は前の開庁日）", "monthly 20 before"),
        ("毎月20日（休日の場合は繰下げ）", "monthly 20 after"),
        ("毎月20日（閉庁日も実施）", "monthly 20"),
        ("毎月第2水曜日", "2. 水曜日"),
        ("毎月第2・第4水曜日", "2. 水曜日, 4. 水曜日"),
        ("毎月最終金曜日", "last 金曜日"),
        ("年度末", "3/31"),
        ("年度初", "4/1"),
        ("年金支給月の15日", "2/15, 4/15, 6/15, 8/15, 10/15, 12/15"),
        ("準リアルタイム（5分間隔）", "EveryMinutes(5)"),
        ("30分間隔（8:30～17:15）", "every 30 08:30-17:15"),
        ("平日 8:30～17:15 10分ごと", "every 10 08:30-17:15 business days"),
        ("1時間ごと（平日のみ）", "every 60 00:00-23:59 business days"),
        ("都度（手動）", "ByHand"),
        ("1回/日", "daily"),
        ("1回／月", "monthly 1 after"),
        ("月１", "monthly 1 after"),
        ("D", "daily"),
        ("転入時", "ByHand"),
        ("2026-06-10", "6/10"),
        ("毎月第1土曜", "1. 土曜日"),
        ("５月、８月、１１月、２月の末日", "5/31, 8/31, 11/30, 2/29"),
        ("平日 8:30～17:15 30分間隔", "every 30 08:30-17:15 business days"),
    ] {
        assert_eq!(runs(time, "全件"), want, "{time}");
    }
}

/// None of these may become a daily run.
#[test]
fn a_timing_not_understood_is_asked_and_does_not_run() {
    for (time, asked) in [
        ("2月30日", "「2月30日」という日はありません"),
        ("月次（32日）", "「32日」という日はありません"),
        ("年次（2月30日）", "「2月30日」という日はありません"),
        ("年6回", "は1回ではありません"),
        ("四半期", "は1回ではありません"),
        ("4半期毎", "は1回ではありません"),
        ("3か月に1回", "は1回ではありません"),
        ("半年に1回", "は1回ではありません"),
        ("隔週", "は1回ではありません"),
        ("日次2回", "それぞれ何時に送りますか"),
        ("毎月第2開庁日", "「開庁日」をどう読むか分かりません"),
        ("年度切替時", "時期「年度切替時」を読めませんでした"),
        ("閉庁日", "時期「閉庁日」を読めませんでした"),
        ("日次 25:00", "「25:00」は時刻として読めません"),
        ("毎月１日・登録日", "時期のうち「登録日」を読めませんでした"),
        ("日次（業務終了後）", "「業務終了後」がいつか分かりません"),
        ("日次（早朝）", "「早朝」がいつか分かりません"),
        ("納期月の末日", "「納期月」がいつか分かりません"),
        ("月末月初", "「月末月初」がいつか分かりません"),
        ("年1回（賦課期日現在）", "「賦課期日現在」がいつか分かりません"),
        ("日次（朝・夕）", "「朝・夕」がいつか分かりません"),
        ("毎週末", "「週末」がいつか分かりません"),
        ("毎週金曜（祝日の場合は木曜）", "「祝日の場合は木曜」がいつか分かりません"),
        ("10分間隔（開庁時間中）", "「開庁時間中」がいつか分かりません"),
        ("スケジュール実行", "いつか分かりません"),
        ("日次×2", "は1回ではありません"),
        ("毎月5", "「5」をどう読むか分かりません"),
        ("日次or月次", "「or」をどう読むか分かりません"),
        ("月次（当初は年次）", "「月次」に「当初は年次」ともあります"),
        ("随時（日次）", "「随時」に「日次」ともあります"),
        ("8:30から17:15まで随時", "日や時刻の決まりもあります"),
        ("廃止", "「廃止」とあるので、動かしていません"),
        ("検討中", "「検討中」とあるので、動かしていません"),
    ] {
        let found = runs(time, "全件");
        assert!(found.starts_with('?') && found.contains(asked), "{time}: {found}");
    }
    // One link with two times: two would each send all that changed.
    let derived = derive(&row("毎月5日・20日", "差分"), &links(), &known(), &schemas(), &defaults());
    let counts: Vec<usize> = derived.links.iter().map(|made| made.link.timings().count()).collect();
    assert_eq!(counts, [2]);
}

/// What changes the days and hours beside it is never run by those alone.
#[test]
fn a_timing_that_means_other_days_than_it_names_is_asked() {
    for time in [
        "月次（25日前後）",
        "平日以外",
        "平日を除く",
        "開庁日以外",
        "毎週日曜以外",
        "毎月 ※4月は除く",
        "毎月1日〜5日",
        "毎月1～5日",
        "4月～6月",
        "毎週月～金",
        "10月から3月まで毎月5日",
        "3月又は4月",
        "毎月10日まで",
        "8時まで",
        "日次 ～22:00",
        "日次9:00・月次（10日）21:00",
        "日次 22:00、週次（月曜）6:00",
        "毎月５日、偶数月20日",
        "月次（1日10:00、15日12:00）",
        "月末の翌日",
        "月末の翌営業日",
        "毎月10日の前日",
        "毎週金曜の翌日",
        "毎月5営業日目",
        "月初3営業日",
        "月末3営業日前",
        "15日締め翌月10日",
        "3日ごと",
        "10日毎",
        "5か月ごと",
        "3年ごと",
        "2日に1回",
        "毎月五日",
        "月次（4月、10月）",
        "日次（火・木）",
        "令和7年10月1日",
        "2025/4/1",
    ] {
        let found = runs(time, "全件");
        assert!(found.starts_with('?'), "{time}: {found}");
    }
}

/// Columns of days and hours have the unit of their heading; what is understood runs, and what is not is asked about.
#[test]
fn columns_of_days_and_hours_are_read_by_their_headings() {
    for (heads, cells, want) in [
        ("頻度|曜日|時刻", "週次|月・木|22:00", "月曜日 22:00, 木曜日 22:00"),
        ("頻度|曜日|時刻", "週次|木|22:00", "木曜日 22:00"),
        ("頻度|曜日|時刻", "週次|土|22:00", "土曜日 22:00"),
        ("頻度|曜日|時刻", "日次|月火水木金|22:00", "business days 22:00"),
        ("頻度|実行日|実行時刻", "月次|10|22", "monthly 10 22:00"),
        ("頻度|実行日|実行時刻", "月次|末|2200", "monthly 31 22:00"),
        ("頻度|実行日|実行時刻", "月次|31|22:00", "monthly 31 22:00"),
        ("頻度|実行日|実行時刻", "月次|5,15,25|22時", "monthly 5 22:00, monthly 15 22:00, monthly 25 22:00"),
        ("頻度|実行日|実行時刻", "年次|6/10|2200", "6/10 22:00"),
        ("頻度|実行日|実行時刻", "年次|610|22:00", "? "),
        ("頻度|実行日|実行時刻", "日次||業務終了後", "? "),
        ("頻度|実施時期|担当", "年次|6月10日|係", "6/10"),
        ("頻度|実施時期|担当", "年次|当初課税後|係", "? "),
        ("連携の頻度|連携の時期|担当", "年次|6月10日|係", "6/10"),
        ("連携の頻度|連携の時期|担当", "月次|25日|係", "monthly 25"),
        ("頻度|実行日|実行時刻", "週次|木|22:00", "木曜日 22:00"),
        ("方式2|備考|担当", "|日次（22:00）|係", "daily 22:00"),
        ("頻度|備考|担当", "月次|毎月10日|係", "monthly 10"),
        ("頻度|備考|担当", "日次|22:00起動|係", "daily 22:00"),
        ("頻度|備考|担当", "日次|開庁日のみ|係", "business days"),
        ("頻度|備考|担当", "月次|5月10日に実施|係", "? "),
        ("頻度|備考|担当", "日次|毎月10日|係", "? "),
        ("頻度|備考|担当", "日次|4月は除く|係", "? "),
        ("頻度|備考|担当", "日次|月1回全件|係", "? "),
        ("頻度|備考|担当", "日次|手動で実施|係", "? "),
        ("頻度|備考|担当", "日次|受信のみ|係", "? "),
        ("頻度|備考|担当", "日次|No.5へ統合|係", "? "),
    ] {
        let list = read(&grid(&[
            &format!("No|送信元|送信先|データ|方式|{heads}"),
            &format!("1|住民記録|介護保険|認定者|ファイル|{cells}"),
        ]));
        let derived = derive(&list.rows, &links(), &known(), &schemas(), &defaults());
        let found = match derived.left.first() {
            Some(_) => "? ".to_owned(),
            None => {
                let links = derived.links.iter().flat_map(|made| made.link.timings());
                links.map(|timing| with_hour(timing, &list.rows[0].when)).collect::<Vec<_>>().join(", ")
            }
        };
        assert_eq!(found, want, "{heads} {cells}: {:?}", derived.left);
    }
}

/// A schedule, and its hour where the row names one.
fn with_hour(timing: Timing, when: &str) -> String {
    let (day, at) = match timing {
        Timing::Daily { at, business_days_only: true } => ("business days".to_owned(), at),
        Timing::Daily { at, .. } => ("daily".to_owned(), at),
        Timing::Weekly { day, at, .. } => (day.label().to_owned(), at),
        Timing::Monthly { day, at, .. } => (format!("monthly {day}"), at),
        Timing::Yearly { month, day, at, .. } => (format!("{month}/{day}"), at),
        other => return format!("{other:?}"),
    };
    if when.contains([':', '時']) { format!("{day} {}", at.strftime("%H:%M")) } else { day }
}

/// What is fully understood is not asked about once more.
#[test]
fn usual_words_leave_no_question() {
    for time in [
        "日次 22:00",
        "毎日22時",
        "日次・22:00",
        "夜間バッチ",
        "日次（夜間バッチ処理）",
        "異動発生時",
        "届出の都度",
        "24時間365日",
        "365日",
    ] {
        assert_eq!(row(time, "差分")[0].doubts, [], "{time}");
    }
    for (time, asked) in [("毎月25日頃", "書かれた日時ちょうど"), ("日次22時頃", "書かれた日時ちょうど")]
    {
        let doubts = &row(time, "差分")[0].doubts;
        assert!(doubts.iter().any(|doubt| doubt.text.contains(asked)), "{time}: {doubts:?}");
    }
}

/// Which rows a link carries, where the list says it in words of its own.
#[test]
fn extents_that_differ_by_time_are_asked_and_do_not_run() {
    for (extent, runs) in
        [("初回のみ全件", true), ("全件差分", false), ("日次：差分、月次：全件", false), ("差分", true)]
    {
        let derived = derive(&row("日次", extent), &links(), &known(), &schemas(), &defaults());
        assert_eq!(derived.left.is_empty(), runs, "{extent}: {:?}", derived.left);
    }
}

/// What a row says of its time is not asked for again.
#[test]
fn only_what_a_row_leaves_open_is_asked() {
    for (time, question) in [
        ("日次", "「日次」とあります。何時に送りますか。休日も送りますか。"),
        ("日次（平日のみ）20:00", ""),
        ("毎月5日 21:00", ""),
        ("毎月5日", "「月次」とあります。何時に送りますか。"),
        ("月次", "「月次」とあります。何日の何時に送りますか。"),
        ("年次（6月）", "「年次」とあります。何日の何時に送りますか。"),
        ("週次 21時", "「週次」とあります。何曜日に送りますか。"),
    ] {
        let states = catalog::assess(&row(time, "全件"), &[], &known());
        let catalog::Standing::Lacks(questions) = &states[0].standing else { panic!("{time} runs") };
        let found: Vec<&str> = questions
            .iter()
            .filter(|asked| asked.kind == catalog::QuestionKind::Timing)
            .map(|asked| asked.text.as_str())
            .collect();
        assert_eq!(found.join(""), question, "{time}");
    }
}
