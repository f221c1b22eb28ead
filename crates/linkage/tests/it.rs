//! The life of a link as tables: what is owed, what happens, what is owed next.

#[cfg(test)]
mod engine {
    use catalog::{Extent, Link};
    use domain::BusinessCalendar;
    use jiff::Timestamp;
    use linkage::{Event, Hold, LinkState, Situation, Step, plan};
    use proptest::prelude::*;
    use register::Position;

    const FILE_LINK: &str = r#"
id = "test-file"
title = "住民情報 → 福祉"
source = "resident-register"
target = "welfare-suite"
dataset = "resident-register/resident"
method = "file-or-media"
extent = "EXTENT"
unmappable = "substitute"
rows_per_delivery_max = 1000000
exclusive_lock = false
assurance = "sender-assures"
rows = ["city:26"]
TIMING

[delivery.outward]
place = "welfare-suite"
layout = "resident-utf16"
file_name = "resident_{no}.csv"
receipt_within_minutes = 60
"#;

    fn link(extent: &str, timing: &str) -> Link {
        let text = FILE_LINK.replace("EXTENT", extent).replace("TIMING", timing);
        Link::parse(&text, "test-file.toml").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        format!("2026-11-20T{text}:00+09:00").parse().unwrap()
    }

    fn owed(link: &Link, state: &LinkState, now: &str, owes_changes: bool) -> Step {
        let calendar = BusinessCalendar::from_tsv("").unwrap();
        plan(
            link,
            state,
            Situation {
                now: at(now),
                owes_changes,
                is_behind: false,
                awaits_another: false,
                calendar: &calendar,
            },
        )
    }

    fn prepared(to: u64) -> Event {
        Event::Prepared {
            extent: Extent::Difference,
            to: Position(to),
            file_name: "f".into(),
            due: None,
            behind: None,
        }
    }

    #[test]
    fn a_run_waits_for_the_link_that_goes_first_the_same_day() {
        let calendar = BusinessCalendar::from_tsv("土\t土曜日\t\n日\t日曜日\t\n").unwrap();
        let link = link("difference", "timing = { daily = { at = \"20:00\", business_days_only = true } }");
        let on = |text: &str| -> Timestamp { format!("2026-11-{text}:00+09:00").parse().unwrap() };
        let since = LinkState::new(&link, Position(0), on("19T18:00"));
        let with = |last_due: Option<&str>| LinkState { last_due: last_due.map(on), ..since.clone() };
        // 20 November 2026 is a Friday.
        for (last_due, now, is_through) in [
            (None, "20T11:00", false),
            (Some("19T20:00"), "20T20:30", false),
            (Some("20T20:00"), "20T20:30", true),
            // On a day without a run it keeps nobody waiting.
            (Some("20T20:00"), "21T11:00", true),
        ] {
            assert_eq!(
                linkage::through(&link, &with(last_due), on(now), &calendar),
                is_through,
                "{last_due:?} {now}"
            );
        }
        let due = with(Some("19T20:00"));
        let situation = |awaits_another| linkage::Situation {
            now: on("20T20:30"),
            owes_changes: true,
            is_behind: false,
            awaits_another,
            calendar: &calendar,
        };
        assert_eq!(plan(&link, &due, situation(true)), Step::Queue);
        assert!(matches!(plan(&link, &due, situation(false)), Step::Prepare { .. }));
        // A person who asks knows what they do.
        let asked = due.after(Event::RunAsked).unwrap();
        assert!(matches!(plan(&link, &asked, situation(true)), Step::Prepare { .. }));
    }

    /// Each case: the term, whether another took over, and what is owed on 20 November when something changed.
    #[test]
    fn nothing_begins_outside_the_term_or_after_another_took_over() {
        let midnight = |text: &str| format!("{text}T00:00:00+09:00").parse::<Timestamp>().unwrap();
        let run = Step::Prepare { extent: Extent::Difference, due: None };
        for (term, taken_over, owed_then) in [
            ("", false, run.clone()),
            ("from = \"2026-11-20\"", false, run.clone()),
            ("until = \"2026-11-20\"", false, run),
            ("from = \"2026-11-21\"", false, Step::Idle { until: Some(midnight("2026-11-21")) }),
            ("until = \"2026-11-19\"", false, Step::Idle { until: None }),
            ("", true, Step::Idle { until: None }),
        ] {
            let link = link("difference", &format!("timing = \"on-change\"\nterm = {{ {term} }}"));
            let mut state = LinkState::new(&link, Position(10), at("09:00"));
            // What is on its way goes on to its end.
            let sent = state.after(prepared(12)).unwrap();
            assert_eq!(owed(&link, &sent, "09:00", true), Step::Send, "{term}");
            if taken_over {
                assert!(
                    sent.after(Event::Succeeded { by: "b".into() }).is_err(),
                    "not over what is on its way"
                );
                state = state.after(Event::Succeeded { by: "b".into() }).unwrap();
                assert!(state.after(Event::Succeeded { by: "c".into() }).is_err(), "once");
            }
            assert_eq!(owed(&link, &state, "09:00", true), owed_then, "{term}");
        }
    }

    #[test]
    fn a_change_is_prepared_sent_and_acknowledged() {
        let link = link("difference", "timing = \"on-change\"");
        let state = LinkState::new(&link, Position(10), at("09:00"));
        assert_eq!(state.position, Position(10), "an outside difference starts where the full extract ends");
        assert_eq!(owed(&link, &state, "09:00", false), Step::Idle { until: None });
        assert_eq!(
            owed(&link, &state, "09:01", true),
            Step::Prepare { extent: Extent::Difference, due: None }
        );
        let state = state.after(prepared(12)).unwrap();
        assert_eq!(owed(&link, &state, "09:01", true), Step::Send);
        let state = state.after(Event::Sent { at: at("09:01"), receipt_expected: true }).unwrap();
        assert_eq!(owed(&link, &state, "10:01", true), Step::AwaitReceipt { overdue: false });
        assert_eq!(owed(&link, &state, "10:02", true), Step::AwaitReceipt { overdue: true });
        let late = state.after(Event::Overdue { at: at("10:02"), what: "受領書なし".into() }).unwrap();
        assert_eq!(owed(&link, &late, "10:02", true), Step::AwaitReceipt { overdue: false }, "reported once");
        let state = late.after(Event::Applied).unwrap();
        assert_eq!((state.position, state.next_no, state.trouble.is_none()), (Position(12), 2, true));
        assert_eq!(owed(&link, &state, "10:03", false), Step::Idle { until: None });
    }

    #[test]
    fn a_refused_delivery_is_held_and_sent_again_under_its_number() {
        let link = link("difference", "timing = \"on-change\"");
        let state = LinkState::new(&link, Position(0), at("09:00")).after(prepared(3)).unwrap();
        let state = state.after(Event::Sent { at: at("09:00"), receipt_expected: true }).unwrap();
        let state = state.after(Event::Refused { reason: "件数が違います".into(), at: at("09:05") }).unwrap();
        assert_eq!(owed(&link, &state, "12:00", true), Step::Idle { until: None });
        let state = state.after(Event::Released).unwrap();
        assert_eq!(owed(&link, &state, "12:00", true), Step::Send);
        assert_eq!(state.in_flight.as_ref().map(|own| (own.no, own.to)), Some((1, Position(3))));
    }

    #[test]
    fn a_failed_step_waits_longer_each_time_and_blocks_only_until_then() {
        let link = link("difference", "timing = \"on-change\"");
        let state = LinkState::new(&link, Position(0), at("09:00"));
        let failed = |state: &LinkState| {
            state.after(Event::Failed { at: at("09:00"), what: "書けません".into() }).unwrap()
        };
        let once = failed(&state);
        let twice = failed(&once);
        let until = |seconds: i64| Some(at("09:00") + jiff::SignedDuration::from_secs(seconds));
        assert_eq!(owed(&link, &once, "09:00", true), Step::Idle { until: until(1) });
        assert_eq!(owed(&link, &twice, "09:00", true), Step::Idle { until: until(2) });
        assert_eq!(
            owed(&link, &twice, "09:01", true),
            Step::Prepare { extent: Extent::Difference, due: None }
        );
        // The clock ran ahead and was set back: nobody waits until it gets there again.
        let go_on = Step::Prepare { extent: Extent::Difference, due: None };
        assert_eq!(owed(&link, &twice, "08:30", true), go_on);
    }

    #[test]
    fn a_trouble_is_over_when_another_link_brought_what_was_owed() {
        let link = link("difference", "timing = \"on-change\"");
        let state = LinkState::new(&link, Position(0), at("09:00"));
        let failed = state.after(Event::Failed { at: at("09:00"), what: "書けません".into() }).unwrap();
        let until = Some(at("09:00") + jiff::SignedDuration::from_secs(1));
        assert_eq!(owed(&link, &failed, "09:00", false), Step::Idle { until });
        assert_eq!(owed(&link, &failed, "09:01", false), Step::Recover);
        let well = failed.after(Event::Recovered).unwrap();
        assert_eq!((&well.trouble, owed(&link, &well, "09:01", false)), (&None, Step::Idle { until: None }));
        let on_its_way = failed.after(prepared(3)).unwrap();
        assert!(on_its_way.after(Event::Recovered).is_err(), "a delivery on its way is still owed");
    }

    #[test]
    fn a_full_link_runs_at_once_and_then_by_its_schedule() {
        let link = link("full", "timing = { daily = { at = \"20:00:00\", business_days_only = false } }");
        let state = LinkState::new(&link, Position(7), at("09:00"));
        assert_eq!(owed(&link, &state, "09:00", false), Step::Prepare { extent: Extent::Full, due: None });
        let full = Event::Prepared {
            extent: Extent::Full,
            to: Position(8),
            file_name: "f".into(),
            due: None,
            behind: None,
        };
        let state = state.after(full).unwrap();
        let state = state.after(Event::Sent { at: at("09:01"), receipt_expected: false }).unwrap();
        assert_eq!(owed(&link, &state, "09:02", true), Step::Idle { until: Some(at("20:00")) });
        assert_eq!(
            owed(&link, &state, "20:00", false),
            Step::Prepare { extent: Extent::Full, due: Some(at("20:00")) }
        );
    }

    /// A range that goes value by value: the position moves with the last, whatever happens in between.
    #[test]
    fn a_range_that_is_divided_goes_to_its_end() {
        use linkage::Division;
        let link = link("difference", "timing = \"by-hand\"");
        let behind = |after: &str| {
            Some(Division { from: Position(3), to: Position(9), after: vec![after.into()], resent: false })
        };
        let part = |behind| Event::Prepared {
            extent: Extent::Difference,
            to: Position(9),
            file_name: "f".into(),
            due: None,
            behind,
        };
        let sent = || Event::Sent { at: at("09:01"), receipt_expected: true };
        let prepare = Step::Prepare { extent: Extent::Difference, due: None };
        let state = LinkState::new(&link, Position(3), at("09:00")).after(Event::RunAsked).unwrap();
        let state = state.after(part(behind("0001"))).unwrap().after(sent()).unwrap();
        assert!(!state.run_asked);
        let state = state.after(Event::Applied).unwrap();
        assert_eq!((state.position, state.next_no, state.next_from()), (Position(3), 2, Position(3)));
        // The rest is owed without anybody asking; a run that is asked for meanwhile comes behind it.
        assert_eq!(owed(&link, &state, "09:02", false), prepare);
        for event in [Event::ResendAsked { from: Position(1) }, Event::Succeeded { by: "other".into() }] {
            assert!(state.after(event.clone()).is_err(), "{event:?}");
        }
        let asked = state.after(Event::RunAsked).unwrap();
        // The second value is refused, held and let go: the same bytes again, and the position stays.
        let refused = Event::Refused { reason: "合計が違う".into(), at: at("09:03") };
        let held = asked.after(part(behind("0002"))).unwrap().after(sent()).unwrap().after(refused).unwrap();
        assert_eq!(owed(&link, &held, "09:04", false), Step::Idle { until: None });
        let again = held.after(Event::Released).unwrap();
        assert_eq!(owed(&link, &again, "09:05", false), Step::Send);
        let state = again.after(sent()).unwrap().after(Event::Applied).unwrap();
        assert_eq!((state.position, state.next_no), (Position(3), 3));
        // The third has no row that can be written, the fourth is the last.
        let passed = |behind, numbered| Event::Passed { to: Position(9), due: None, behind, numbered };
        let state = state.after(passed(behind("0003"), true)).unwrap();
        assert_eq!((state.position, state.next_no), (Position(3), 4));
        assert!(
            state.after(Event::Passed { to: Position(2), due: None, behind: None, numbered: true }).is_err()
        );
        let done = state.after(part(None)).unwrap().after(sent()).unwrap().after(Event::Applied).unwrap();
        assert_eq!((done.position, done.next_no, done.division.clone()), (Position(9), 5, None));
        assert_eq!(owed(&link, &done, "09:06", false), prepare, "what was asked for meanwhile");
        let empty = done.after(passed(None, false)).unwrap();
        assert_eq!((empty.position, empty.next_no), (Position(9), 5));
        assert_eq!(owed(&link, &empty, "09:07", false), Step::Idle { until: None });
    }

    #[test]
    fn a_link_by_minutes_waits_for_news() {
        let link = link("difference", "timing = { every-minutes = 10 }");
        let state = LinkState::new(&link, Position(0), at("09:00"));
        assert_eq!(owed(&link, &state, "09:15", false), Step::Idle { until: Some(at("09:20")) });
        let step = Step::Prepare { extent: Extent::Difference, due: Some(at("09:10")) };
        assert_eq!(owed(&link, &state, "09:15", true), step);
    }

    #[test]
    fn a_stopped_link_does_nothing_and_a_person_may_ask_for_a_run() {
        let link = link("difference", "timing = \"by-hand\"");
        let state = LinkState::new(&link, Position(0), at("09:00"));
        assert_eq!(owed(&link, &state, "09:00", true), Step::Idle { until: None });
        let hold = Hold { by: "op1".into(), reason: "先方停止".into(), since: at("09:00") };
        let held = state.after(Event::RunAsked).unwrap().after(Event::Held(hold)).unwrap();
        assert_eq!(owed(&link, &held, "09:00", true), Step::Idle { until: None });
        let released = held.after(Event::Released).unwrap();
        assert_eq!(
            owed(&link, &released, "09:00", true),
            Step::Prepare { extent: Extent::Difference, due: None }
        );
    }

    #[test]
    fn events_that_do_not_fit_are_refused() {
        let link = link("difference", "timing = \"on-change\"");
        let state = LinkState::new(&link, Position(5), at("09:00"));
        assert!(state.after(Event::Applied).is_err(), "nothing was sent");
        assert!(
            state.after(Event::Sent { at: at("09:00"), receipt_expected: true }).is_err(),
            "nothing was prepared"
        );
        assert!(state.after(Event::AppliedInProcess { to: Position(4), due: None }).is_err(), "never back");
        assert!(state.after(prepared(6)).unwrap().after(prepared(7)).is_err(), "one at a time");
    }

    fn any_event() -> impl Strategy<Value = Event> {
        let now = at("09:00");
        prop_oneof![
            (0u64..50).prop_map(prepared),
            any::<bool>().prop_map(move |receipt_expected| Event::Sent { at: now, receipt_expected }),
            Just(Event::Applied),
            Just(Event::Refused { reason: String::new(), at: now }),
            Just(Event::Overdue { at: now, what: String::new() }),
            (0u64..50).prop_map(|to| Event::AppliedInProcess { to: Position(to), due: None }),
            Just(Event::Failed { at: now, what: String::new() }),
            Just(Event::Recovered),
            Just(Event::Released),
            Just(Event::RunAsked),
        ]
    }

    proptest! {
        /// Whatever happens in whatever order, numbers grow by one, and what was delivered stays delivered.
        #[test]
        fn numbers_have_no_gap(events in proptest::collection::vec(any_event(), 0..60)) {
            let link = link("difference", "timing = \"on-change\"");
            let mut state = LinkState::new(&link, Position(0), at("09:00"));
            for event in events {
                let Ok(next) = state.after(event) else { continue };
                prop_assert!(next.next_no == state.next_no || next.next_no == state.next_no + 1);
                if let (Some(before), Some(after)) = (&state.in_flight, &next.in_flight) {
                    prop_assert_eq!((before.no, before.to), (after.no, after.to));
                }
                if let Some(in_flight) = &next.in_flight {
                    prop_assert_eq!(in_flight.no, next.next_no);
                    prop_assert_eq!(in_flight.from, next.position);
                }
                state = next;
            }
        }
    }
}

#[cfg(test)]
mod it {
    mod arrival;
    mod lane;
}
