use jiff::civil::Time;

use crate::{
    Assurance, Delivery, Extent, Fill, Link, Method, OnClosedDay, Starter, Through, Timing, Unmappable,
};

/// Says in Japanese what a link will do, when, and under which control (連携の説明). Several lines, each ending in LF.
#[must_use]
pub fn explain(link: &Link) -> String {
    let rows: Vec<String> = link.rows.iter().map(ToString::to_string).collect();
    let lines = [
        format!("連携「{}」{}", link.id, link.title),
        format!("  期間: {}", term(link)),
        format!("  いつ: {}", when(link)),
        format!("  何を: {}", what(link)),
        format!("  どこへ: {}", to(link)),
        format!("  文字: {}", characters(link)),
        format!("  制御: {}", control(link)),
        format!("  到達: {}", arrival(link)),
        format!("  補い: {}", fill(link)),
        format!("  もとの行: {}", rows.join("、")),
        format!("  乗り継ぎ: {}", chains(link)),
    ];
    lines.into_iter().filter(|line| !line.ends_with(": ")).map(|line| line + "\n").collect()
}

/// Nothing for a link that is the last of no chain.
fn chains(link: &Link) -> String {
    let of = |through: &Through| {
        let rows: Vec<String> = through.rows.iter().map(ToString::to_string).collect();
        let items: Vec<String> = through
            .items
            .iter()
            .map(|(leaves, arrives)| match leaves == arrives {
                true => leaves.clone(),
                false => format!("{leaves}（ここでは{arrives}）"),
            })
            .collect();
        format!(
            "連携「{}」から続けて、この連携で {} も満たします。届く項目は {}。",
            through.legs.join("」「"),
            rows.join("、"),
            items.join("、")
        )
    };
    link.through.iter().map(of).collect()
}

/// Nothing for a link without a term.
fn term(link: &Link) -> String {
    let mut said = match (link.term.from, link.term.until) {
        (None, None) => String::new(),
        (Some(from), None) => format!("{from}から動きます。"),
        (None, Some(until)) => format!("{until}まで動きます。"),
        (Some(from), Some(until)) => format!("{from}から{until}まで動きます。"),
    };
    if let Some(before) = &link.succeeds {
        said.push_str(&format!(
            "連携「{before}」の配信がすべて受領されたところで引き継ぎ、その続きから始めます。「{before}」はそこで終わります。"
        ));
    }
    said
}

/// Nothing for a link that fills in nothing.
fn fill(link: &Link) -> String {
    let of = |(item, fill): (&String, &Fill)| match fill {
        Fill::Value(value) if value.is_empty() => format!("「{item}」は空とします"),
        Fill::Value(value) => format!("「{item}」は「{value}」とします"),
        Fill::Item(other) => format!("「{item}」は「{other}」の値とします"),
    };
    let filled: Vec<String> = link.fill.iter().map(of).collect();
    match filled.is_empty() {
        true => String::new(),
        false => format!("送り元にない項目のうち、{}。", filled.join("、")),
    }
}

fn when(link: &Link) -> String {
    let waits = if link.after.is_empty() {
        String::new()
    } else {
        format!("同じ日の「{}」が届いてから始めます。", link.after.join("」「"))
    };
    if let Delivery::Inquiry { .. } = link.delivery {
        return timed(link.timing, "", "");
    }
    let inward = matches!(link.delivery, Delivery::Inward { .. });
    let when = match (link.started_by, inward) {
        (_, true) => timed(link.timing, "受け取ります", "まだ届いていなければ、そのことを知らせます。"),
        (Starter::Program, false) => {
            let made_up = "止まっていて逃した回は、動き出したときに1回分だけ補います。";
            timed(link.timing, "送ります", made_up)
        }
        (Starter::Staff, false) => {
            let reminded = "その時刻を過ぎても始めていなければ、連携監視に「操作待ち」と出ます。";
            timed(link.timing, "職員の操作で送ります", reminded)
        }
    };
    when + &also(link) + &waits
}

/// What becomes of a run that falls on a closed day, in brackets.
fn closed(on_closed_day: OnClosedDay) -> &'static str {
    match on_closed_day {
        OnClosedDay::Run => "",
        OnClosedDay::Before => "（閉庁日ならその前の開庁日）",
        OnClosedDay::After => "（閉庁日ならその次の開庁日）",
    }
}

/// The times of a link beside the first.
fn also(link: &Link) -> String {
    link.also_at.iter().map(|timing| format!("ほかに、{}", timed(*timing, "同じことをします", ""))).collect()
}

fn timed(timing: Timing, send: &str, made_up: &str) -> String {
    match timing {
        Timing::OnChange => {
            format!("データが変わるたびに、すぐ{send}。止まっていた間の分は、動き出したときに順に{send}。")
        }
        Timing::EveryMinutes(minutes) => format!("{minutes}分ごとに、変わったものがあれば{send}。"),
        Timing::Within { minutes, from, to, business_days_only } => {
            let days = if business_days_only { "開庁日" } else { "毎日（休日も）" };
            format!(
                "{days}の{}から{}まで{minutes}分ごとに、変わったものがあれば{send}。",
                clock(from),
                clock(to)
            )
        }
        Timing::Daily { at, business_days_only: true } => {
            format!("開庁日（土日、祝日、年末年始を除く）の{}に{send}。{made_up}", clock(at))
        }
        Timing::Daily { at, business_days_only: false } => {
            format!("毎日（休日も）{}に{send}。{made_up}", clock(at))
        }
        Timing::Weekly { day, at, on_closed_day } => {
            format!("毎週{}{}の{}に{send}。{made_up}", day.label(), closed(on_closed_day), clock(at))
        }
        Timing::Monthly { day, at, on_closed_day } => format!(
            "毎月{day}日（その日がない月は末日）{}の{}に{send}。{made_up}",
            closed(on_closed_day),
            clock(at)
        ),
        Timing::MonthlyWeekday { week, day, at, on_closed_day } => {
            let which = if week == 5 { "最終".to_owned() } else { format!("第{week}") };
            format!("毎月{which}{}{}の{}に{send}。{made_up}", day.label(), closed(on_closed_day), clock(at))
        }
        Timing::Yearly { month, day, at, on_closed_day } => {
            format!("毎年{month}月{day}日{}の{}に{send}。{made_up}", closed(on_closed_day), clock(at))
        }
        Timing::ByHand => format!("職員が始めたときだけ{send}。"),
        Timing::OnRequest => "受け側が照会したときに、その場で答えます。自動では何も送りません。".to_owned(),
    }
}

fn clock(at: Time) -> String {
    if at.minute() == 0 { format!("{}時", at.hour()) } else { format!("{}時{}分", at.hour(), at.minute()) }
}

fn what(link: &Link) -> String {
    if let Delivery::Inward { .. } = link.delivery {
        return format!(
            "「{}」から届くデータ（{}）。番号の抜け、重なり、件数・合計・SHA-256の違い、組の不足があれば取り込まずに止め、知らせます。",
            link.source,
            link.extent.word()
        );
    }
    if let Delivery::Inquiry { subjects_max, .. } = link.delivery {
        return format!(
            "「{}」のデータセット {} のうち、照会された人（物）の最新の行。一度に{subjects_max}件まで。照会と回答は1件ごとに番号を付けて記録します。",
            link.source, link.dataset
        );
    }
    let extent = match link.extent {
        Extent::Full => "ある時点の全件",
        Extent::Difference => "前回から変わった分（差分）",
    };
    let per = match link.per.as_slice() {
        [] => String::new(),
        items => format!("{}の値ごとに1つのファイルにし、続く番号で送ります。", items.join("と")),
    };
    format!(
        "「{}」のデータセット {} の{extent}。1回の受け渡しは{}件までで、超える分は次の番号に分けます。{per}",
        link.source, link.dataset, link.rows_per_delivery_max
    )
}

fn to(link: &Link) -> String {
    let target = &link.target;
    match &link.delivery {
        Delivery::Inquiry { place: None, .. } => {
            format!("照会した「{target}」に答えます。画面、コマンド、HTTPのどれで照会しても同じです。")
        }
        Delivery::Inquiry { place: Some(place), .. } => {
            format!("「{target}」の職員の照会を、場所「{place}」の先の「{}」に問い合わせます。", link.source)
        }
        Delivery::InProcess { intake } => {
            let how = match link.method {
                Method::RelayDatabase => "DB中継として",
                Method::Immediate | Method::FileOrMedia => "即時に",
            };
            format!("「{target}」の受け口 {intake} へ、同じ導入の中で{how}渡します。")
        }
        Delivery::Outward { place, layout, file_name, packing, .. } => {
            let packed = packing.as_ref().map(|own| format!("を{}にして", own.label())).unwrap_or_default();
            format!(
                "「{target}」への受け渡し場所「{place}」に、レイアウト {layout} のファイル{packed} {file_name} を置きます。"
            )
        }
        Delivery::Inward { place, layout, file_prefix, intake, packing, .. } => {
            let opened =
                packing.as_ref().map(|own| format!("{}として開き、", own.label())).unwrap_or_default();
            format!(
                "受け渡し場所「{place}」に置かれた {file_prefix} で始まるファイルを、{opened}レイアウト {layout} で読み、受け口 {intake} に入れます。"
            )
        }
    }
}

fn characters(link: &Link) -> &'static str {
    if let Delivery::InProcess { .. } | Delivery::Inquiry { .. } = link.delivery {
        return "変換しません。";
    }
    if let Delivery::Inward { .. } = link.delivery {
        return "読めない文字のある行は取り込まずに保留し、理由を示します。";
    }
    match link.unmappable {
        Unmappable::Reject => "変換できない文字のある行は送らずに保留し、理由を示します。",
        Unmappable::Substitute => "変換できない文字は代わりの文字にし、誰のどの項目かを記録します。",
        Unmappable::Shrink => {
            "変換できない文字は字形の近い文字に縮退し（なければ代わりの文字にし）、誰のどの項目かを記録します。"
        }
    }
}

fn control(link: &Link) -> &'static str {
    if let Delivery::Inquiry { .. } = link.delivery {
        return "照会するには権限と目的が要り、誰がいつ何のために誰を照会したかを監査証跡に残します。";
    }
    if link.exclusive_lock {
        "受け側への反映は一つの取引で行い、途中の状態は画面に出ません。同じ記録を職員が先に更新していれば、反映をやり直します（排他制御あり）。"
    } else {
        "取り込む間も受け側の画面は使えます（排他制御なし）。"
    }
}

fn arrival(link: &Link) -> String {
    let who = match link.assurance {
        Assurance::None => "届いたことを保障する側の定めはありません。",
        Assurance::SenderAssures => "送信側が届いたことを確かめます。",
        Assurance::ReceiverAsks => "受信側が足りないものを送信側に問い合わせます。",
    };
    match link.delivery {
        Delivery::Outward { receipt_within_minutes: Some(minutes), .. } => {
            format!("{who}{minutes}分以内に受領が届かなければ警報を出します。")
        }
        Delivery::Outward { receipt_within_minutes: None, .. } => format!("{who}受領は待ちません。"),
        Delivery::InProcess { .. } => format!("{who}受け渡しと取り込みは一度に確定します。"),
        Delivery::Inquiry { .. } => format!("{who}答えが返らなければ、照会した人にその場で分かります。"),
        Delivery::Inward { arrives_within_minutes: Some(minutes), .. } => {
            format!(
                "{who}予定の時刻から{minutes}分以内に届かなければ警報を出します。受領書は取り込みと同時に作ります。"
            )
        }
        Delivery::Inward { arrives_within_minutes: None, .. } => {
            format!("{who}いつ届くかは決まっていません。受領書は取り込みと同時に作ります。")
        }
    }
}
