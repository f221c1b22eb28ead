//! When a link runs, where its row says only how often.

use jiff::civil::Time;

use super::dates::Run;
use super::defaults::{Defaults, Rhythm};
use super::names::hash;
use crate::fold::folded;
use crate::timing::last_day;
use crate::{DayOfWeek, Extent, MethodWord, OnClosedDay, Starter, Timing, TimingWord};

/// How often a row's leg runs, and what was assumed.
pub(crate) fn rhythm(
    word: Option<TimingWord>,
    method: Option<MethodWord>,
    starter: Starter,
    extent: Option<Extent>,
    defaults: &Defaults,
) -> (Rhythm, Option<String>) {
    let by_staff = starter == Starter::Staff;
    match word {
        Some(TimingWord::Immediate) => (Rhythm::OnChange, None),
        Some(TimingWord::EveryMinutes(_)) => (Rhythm::EveryMinutes, None),
        Some(TimingWord::AsItArises) if by_staff => (Rhythm::ByHand, None),
        // Nobody sends a whole register at every change, unless the list says that the program does.
        Some(TimingWord::AsItArises)
            if extent == Some(Extent::Full) && method != Some(MethodWord::Automatic) =>
        {
            (Rhythm::ByHand, Some("「随時」の全件なので、職員が始めることにしました。".to_owned()))
        }
        Some(TimingWord::AsItArises) => {
            (Rhythm::OnChange, Some("「随時」は、データが変わるたびにとしました。".to_owned()))
        }
        Some(TimingWord::Daily) => (Rhythm::Daily, None),
        Some(TimingWord::Weekly) => (Rhythm::Weekly, None),
        Some(TimingWord::Monthly) => (Rhythm::Monthly, None),
        Some(TimingWord::Yearly) => (Rhythm::Yearly, None),
        Some(TimingWord::AtWill | TimingWord::ByHand) => {
            let torn = method == Some(MethodWord::Automatic);
            let said = "方式は「自動」ですが時期が手動なので、職員が始めることにしました。";
            (Rhythm::ByHand, torn.then(|| said.to_owned()))
        }
        None => {
            let rhythm = match method {
                Some(MethodWord::Immediate) => Rhythm::OnChange,
                _ if by_staff => defaults.blank_timing.staff,
                _ => defaults.blank_timing.program,
            };
            (rhythm, Some(format!("時期は書かれていないので、{}としました。", rhythm.label())))
        }
    }
}

/// The schedule of a link, and what was assumed. `words` is what a yearly day may depend on: data and both systems; `run` is
/// what the row itself says of hour and day.
pub(crate) fn schedule(
    rhythm: Rhythm,
    word: Option<TimingWord>,
    starter: Starter,
    id: &str,
    words: (&str, [&str; 2]),
    run: &Run,
    defaults: &Defaults,
) -> (Timing, Vec<String>) {
    let by_staff = starter == Starter::Staff;
    let said = run;
    let at = said.at.unwrap_or_else(|| if by_staff { defaults.staff.at } else { spread(id, defaults) });
    let clock = format!("{}時{:02}分", at.hour(), at.minute());
    // What belongs to the end of a month stays in it.
    let at_the_end = said.day == Some(31);
    let usual = |usual: OnClosedDay| if at_the_end { OnClosedDay::Before } else { usual };
    let closed = |default: OnClosedDay| said.on_closed_day.unwrap_or_else(|| usual(default));
    let begun = if by_staff { "までに職員が始めること" } else { "に始めること" };
    match rhythm {
        Rhythm::OnChange => (Timing::OnChange, Vec::new()),
        Rhythm::EveryMinutes => match word {
            Some(TimingWord::EveryMinutes(minutes)) if said.span.is_some() || said.business_days => {
                let (from, to) = said.span.unwrap_or((Time::midnight(), Time::constant(23, 59, 0, 0)));
                let business_days_only = said.business_days;
                (Timing::Within { minutes, from, to, business_days_only }, Vec::new())
            }
            Some(TimingWord::EveryMinutes(minutes)) => (Timing::EveryMinutes(minutes), Vec::new()),
            _ => (Timing::OnChange, Vec::new()),
        },
        Rhythm::Daily => {
            let usual = if by_staff {
                defaults.staff.business_days_only
            } else {
                defaults.program.business_days_only
            };
            // A run of a closed day that another open day takes over is none of its own.
            let business_days_only = match said.on_closed_day {
                Some(OnClosedDay::Before | OnClosedDay::After) => true,
                Some(OnClosedDay::Run) => said.business_days,
                None => said.business_days || usual,
            };
            let days = if business_days_only { "開庁日の" } else { "毎日（休日も）" };
            (Timing::Daily { at, business_days_only }, vec![format!("{days}{clock}{begun}にしました。")])
        }
        Rhythm::Weekly => {
            // Who names a Saturday means it, though the office is closed.
            let weekend = matches!(said.weekday, Some(DayOfWeek::Saturday | DayOfWeek::Sunday));
            let usual = if weekend { OnClosedDay::Run } else { defaults.weekly.on_closed_day };
            let (day, on_closed_day) = (said.weekday.unwrap_or(defaults.weekly.day), closed(usual));
            (
                Timing::Weekly { day, at, on_closed_day },
                vec![format!("毎週{}の{clock}{begun}にしました。", day.label())],
            )
        }
        Rhythm::Monthly if said.week.is_some() => {
            let (week, day) = (said.week.unwrap_or(1), said.weekday.unwrap_or(defaults.weekly.day));
            let weekend = matches!(day, DayOfWeek::Saturday | DayOfWeek::Sunday);
            let usual = if weekend { OnClosedDay::Run } else { defaults.monthly.on_closed_day };
            let on_closed_day = closed(usual);
            let which = if week == 5 { "最終".to_owned() } else { format!("第{week}") };
            (
                Timing::MonthlyWeekday { week, day, at, on_closed_day },
                vec![format!("毎月{which}{}の{clock}{begun}にしました。", day.label())],
            )
        }
        Rhythm::Monthly => {
            let (day, on_closed_day) =
                (said.day.unwrap_or(defaults.monthly.day), closed(defaults.monthly.on_closed_day));
            (
                Timing::Monthly { day, at, on_closed_day },
                vec![format!("毎月{day}日の{clock}{begun}にしました。")],
            )
        }
        Rhythm::Yearly => {
            let (data, systems) = (folded(words.0), words.1);
            let fits = |wanted: &&super::defaults::Yearly| {
                let named =
                    wanted.words.is_empty() || wanted.words.iter().any(|word| data.contains(&folded(word)));
                let between = wanted.systems.is_empty()
                    || wanted.systems.iter().any(|system| systems.contains(&system.as_str()));
                named && between
            };
            // The last fits everything; reading the defaults saw to it.
            let (month, day, on_closed_day, why) =
                defaults.yearly.iter().find(fits).map_or((4, 1, OnClosedDay::Run, ""), |found| {
                    (found.month, found.day, found.on_closed_day, found.remark.as_str())
                });
            // A month of its own begins with its first day, and none is longer than it is.
            let (month, day, why) = match said.month {
                Some(own) => (own, said.day.unwrap_or(1).min(last_day(own)), "行の言葉によります"),
                None => (month, day, why),
            };
            let on_closed_day = closed(on_closed_day);
            (
                Timing::Yearly { month, day, at, on_closed_day },
                vec![format!("毎年{month}月{day}日の{clock}{begun}にしました。{why}。")],
            )
        }
        Rhythm::ByHand => (Timing::ByHand, Vec::new()),
        Rhythm::OnRequest => (Timing::OnRequest, Vec::new()),
    }
}

/// A time in the window, always the same for the same link, so that not all start at one minute.
fn spread(id: &str, defaults: &Defaults) -> Time {
    let window = &defaults.program;
    let minute = |at: Time| i64::from(at.hour()) * 60 + i64::from(at.minute());
    let step = i64::from(window.step_minutes);
    let slots = (minute(window.to) - minute(window.from)) / step + 1;
    let slot = u64::try_from(slots).ok().and_then(|slots| hash(id).checked_rem(slots)).unwrap_or(0);
    let start = minute(window.from) + i64::try_from(slot).unwrap_or(0) * step;
    let (hour, minute) = (i8::try_from(start / 60), i8::try_from(start % 60));
    let time = hour.ok().zip(minute.ok()).and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
    time.unwrap_or(window.from)
}

/// Whether two schedules have the same days, so that one can wait for the other.
pub(crate) fn same_days(one: Timing, other: Timing) -> bool {
    match (one, other) {
        (Timing::Daily { business_days_only: one, .. }, Timing::Daily { business_days_only: other, .. }) => {
            one == other
        }
        (
            Timing::Weekly { day: one, on_closed_day: a, .. },
            Timing::Weekly { day: other, on_closed_day: b, .. },
        ) => (one, a) == (other, b),
        (
            Timing::Monthly { day: one, on_closed_day: a, .. },
            Timing::Monthly { day: other, on_closed_day: b, .. },
        ) => (one, a) == (other, b),
        (
            Timing::MonthlyWeekday { week: m, day: one, on_closed_day: a, .. },
            Timing::MonthlyWeekday { week: n, day: other, on_closed_day: b, .. },
        ) => (m, one, a) == (n, other, b),
        (
            Timing::Yearly { month: m, day: one, on_closed_day: a, .. },
            Timing::Yearly { month: n, day: other, on_closed_day: b, .. },
        ) => (m, one, a) == (n, other, b),
        _ => false,
    }
}
