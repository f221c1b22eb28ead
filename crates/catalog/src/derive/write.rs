//! Files that people read and edit.

use jiff::civil::Time;
use serde::Serialize;

use crate::{Delivery, Link, OnClosedDay, Packing, Starter, Timing};

/// A TOML string.
pub(crate) fn text(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

/// An array with one element in each line.
pub(crate) fn list(key: &str, elements: &[String]) -> String {
    let lines: Vec<String> = elements.iter().map(|element| format!("  {element},")).collect();
    format!("{key} = [\n{}\n]", lines.join("\n"))
}

/// Words on one line, as a comment or a title can hold them.
pub(crate) fn one_line(words: &str) -> String {
    let shown = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A word of a closed vocabulary, as its type writes itself.
fn word<T: Serialize>(value: &T) -> String {
    toml::Value::try_from(value).map(|value| value.to_string()).unwrap_or_default()
}

/// A link file with remarks above it.
pub(crate) fn link(link: &Link, remarks: &[String]) -> String {
    let mut lines: Vec<String> = remarks.iter().map(|remark| format!("# {}", one_line(remark))).collect();
    lines.push(format!("id = {}", text(&link.id)));
    lines.push(format!("title = {}", text(&link.title)));
    let rows: Vec<String> = link.rows.iter().map(|row| text(&row.to_string())).collect();
    lines.push(match rows.as_slice() {
        [one] => format!("rows = [{one}]"),
        _ => list("rows", &rows),
    });
    lines.push(format!("source = {}", text(&link.source)));
    lines.push(format!("target = {}", text(&link.target)));
    lines.push(format!("dataset = {}", text(&link.dataset)));
    lines.push(format!("method = {}", word(&link.method)));
    lines.push(format!("timing = {}", timing(link.timing)));
    if !link.also_at.is_empty() {
        let also: Vec<String> = link.also_at.iter().map(|also| timing(*also)).collect();
        lines.push(list("also_at", &also));
    }
    if link.started_by != Starter::default() {
        lines.push(format!("started_by = {}", word(&link.started_by)));
    }
    if !link.after.is_empty() {
        let after: Vec<String> = link.after.iter().map(|id| text(id)).collect();
        lines.push(format!("after = [{}]", after.join(", ")));
    }
    lines.push(format!("extent = {}", word(&link.extent)));
    lines.push(format!("unmappable = {}", word(&link.unmappable)));
    lines.push(format!("rows_per_delivery_max = {}", link.rows_per_delivery_max));
    if !link.per.is_empty() {
        let per: Vec<String> = link.per.iter().map(|item| text(item)).collect();
        lines.push(format!("per = [{}]", per.join(", ")));
    }
    lines.push(format!("exclusive_lock = {}", link.exclusive_lock));
    lines.push(format!("assurance = {}", word(&link.assurance)));
    lines.extend(link.keep_days.map(|days| format!("keep_days = {days}")));
    lines.push(String::new());
    lines.extend(delivery(&link.delivery));
    for through in &link.through {
        lines.push("\n[[through]]".to_owned());
        lines.push(list("rows", &through.rows.iter().map(|row| text(&row.to_string())).collect::<Vec<_>>()));
        lines.push(list("legs", &through.legs.iter().map(|leg| text(leg)).collect::<Vec<_>>()));
        let items =
            through.items.iter().map(|(leaves, arrives)| format!("{} = {}", text(leaves), text(arrives)));
        lines.push(format!("items = {{ {} }}", items.collect::<Vec<_>>().join(", ")));
    }
    lines.join("\n") + "\n"
}

fn timing(timing: Timing) -> String {
    let closed = |on_closed_day: OnClosedDay| {
        if on_closed_day == OnClosedDay::default() {
            String::new()
        } else {
            format!(", on_closed_day = {}", word(&on_closed_day))
        }
    };
    match timing {
        Timing::OnChange => "\"on-change\"".to_owned(),
        Timing::EveryMinutes(minutes) => format!("{{ every-minutes = {minutes} }}"),
        Timing::Within { minutes, from, to, business_days_only } => format!(
            "{{ within = {{ minutes = {minutes}, from = {}, to = {}, business_days_only = {business_days_only} }} }}",
            hour(from),
            hour(to)
        ),
        Timing::Daily { at, business_days_only } => {
            format!("{{ daily = {{ at = {}, business_days_only = {business_days_only} }} }}", hour(at))
        }
        Timing::Weekly { day, at, on_closed_day } => {
            format!("{{ weekly = {{ day = {}, at = {}{} }} }}", word(&day), hour(at), closed(on_closed_day))
        }
        Timing::Monthly { day, at, on_closed_day } => {
            format!("{{ monthly = {{ day = {day}, at = {}{} }} }}", hour(at), closed(on_closed_day))
        }
        Timing::MonthlyWeekday { week, day, at, on_closed_day } => format!(
            "{{ monthly-weekday = {{ week = {week}, day = {}, at = {}{} }} }}",
            word(&day),
            hour(at),
            closed(on_closed_day)
        ),
        Timing::Yearly { month, day, at, on_closed_day } => format!(
            "{{ yearly = {{ month = {month}, day = {day}, at = {}{} }} }}",
            hour(at),
            closed(on_closed_day)
        ),
        Timing::ByHand => "\"by-hand\"".to_owned(),
        Timing::OnRequest => "\"on-request\"".to_owned(),
    }
}

/// A time of day; seconds only where there are any, which a person has then written.
fn hour(at: Time) -> String {
    if at.second() == 0 && at.subsec_nanosecond() == 0 {
        format!("\"{:02}:{:02}\"", at.hour(), at.minute())
    } else {
        format!("\"{at}\"")
    }
}

fn delivery(delivery: &Delivery) -> Vec<String> {
    match delivery {
        Delivery::InProcess { intake } => {
            vec!["[delivery.in-process]".to_owned(), format!("intake = {}", text(intake))]
        }
        Delivery::Inquiry { place, subjects_max } => {
            let mut lines = vec!["[delivery.inquiry]".to_owned()];
            lines.extend(place.iter().map(|place| format!("place = {}", text(place))));
            lines.push(format!("subjects_max = {subjects_max}"));
            lines
        }
        Delivery::Outward { place, layout, file_name, receipt_within_minutes, packing } => {
            let mut lines = vec![
                "[delivery.outward]".to_owned(),
                format!("place = {}", text(place)),
                format!("layout = {}", text(layout)),
                format!("file_name = {}", text(file_name)),
            ];
            lines.extend(receipt_within_minutes.map(|minutes| format!("receipt_within_minutes = {minutes}")));
            lines.extend(packing.as_ref().map(packed));
            lines
        }
        Delivery::Inward { place, layout, file_prefix, intake, arrives_within_minutes, packing } => {
            let mut lines = vec![
                "[delivery.inward]".to_owned(),
                format!("place = {}", text(place)),
                format!("layout = {}", text(layout)),
                format!("file_prefix = {}", text(file_prefix)),
                format!("intake = {}", text(intake)),
            ];
            lines.extend(arrives_within_minutes.map(|minutes| format!("arrives_within_minutes = {minutes}")));
            lines.extend(packing.as_ref().map(packed));
            lines
        }
    }
}

fn packed(packing: &Packing) -> String {
    match packing {
        Packing::Zip => "packing = \"zip\"".to_owned(),
        Packing::ZipAes(keys) => format!("packing = {{ zip-aes = {} }}", text(keys)),
        Packing::Age(keys) => format!("packing = {{ age = {} }}", text(keys)),
    }
}
