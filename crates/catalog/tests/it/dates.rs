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
    let shown = derived.links.iter().map(|made| match made.link.timing {
        Timing::Daily { business_days_only: true, .. } => "business days".to_owned(),
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
        ("毎月第2水曜日", "「第2水曜日」は連携の時期に書けません"),
        ("年度切替時", "時期「年度切替時」を読めませんでした"),
        ("閉庁日", "時期「閉庁日」を読めませんでした"),
        ("日次 25:00", "「25:00」は時刻として読めません"),
        ("毎月１日・登録日", "時期のうち「登録日」を読めませんでした"),
        ("廃止", "「廃止」とあるので、動かしていません"),
        ("検討中", "「検討中」とあるので、動かしていません"),
    ] {
        let found = runs(time, "全件");
        assert!(found.starts_with('?') && found.contains(asked), "{time}: {found}");
    }
    let found = runs("毎月5日・20日", "差分");
    assert!(found.contains("差分を二度以上送る時期"), "{found}");
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
        "毎月最終金曜日",
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
