//! What was typed, and what of it does not read.

use domain::{Date, RegisterDate};
use serde::Deserialize;
use system::Finding;

use crate::records::MediaKind;

/// A delivery carries one link's numbers; no medium holds more of them.
const DELIVERIES_MAX: usize = 200;

/// The input of any action; what its form does not ask for is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) medium_no: String,
    media: String,
    pub(super) link_id: String,
    deliveries: String,
    pub(super) seal_no: String,
    pub(super) organisation: String,
    pub(super) taken_by: String,
    pub(super) how: String,
    due_back_on: String,
    done_on: String,
    pub(super) done_by: String,
    pub(super) note: String,
}

impl Asked {
    /// 媒体番号 as it is kept: capitals, digits and hyphens, so that one label is one number.
    pub(super) fn number(&self) -> Result<String, Box<Finding>> {
        let number = self.medium_no.to_ascii_uppercase();
        if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Ok(number);
        }
        Err(Box::new(Finding::error(
            "MED06",
            "medium_no",
            "媒体番号",
            format!("媒体番号「{}」に、英数字とハイフンのほかの文字があります。", self.medium_no),
            "半角の英数字とハイフンで入力してください。",
        )))
    }

    /// 種類; the form has made sure that it is one.
    pub(super) fn kind(&self) -> MediaKind {
        MediaKind::ALL.into_iter().find(|kind| kind.code() == self.media).unwrap_or(MediaKind::Other)
    }

    pub(super) fn done_on(&self, today: Date) -> Date {
        day(&self.done_on).unwrap_or(today)
    }

    pub(super) fn due_back_on(&self) -> Option<Date> {
        day(&self.due_back_on)
    }

    /// Numbers as they are typed, `3,5,8-10`, in order.
    pub(super) fn deliveries(&self) -> Result<Vec<u64>, Box<Finding>> {
        let wrong = |part: &str| {
            Box::new(Finding::error(
                "MED05",
                "deliveries",
                "配信番号",
                format!("配信番号「{part}」が番号として読めません。"),
                "番号を「12」「12-15」「3,5,8-10」のように、200個までで入力してください。",
            ))
        };
        let mut numbers = Vec::new();
        let parts = self.deliveries.split([',', '、', ' ', '\u{3000}']).filter(|part| !part.is_empty());
        for part in parts {
            let (from, to) = part.split_once(['-', '～', '－']).unwrap_or((part, part));
            let (Ok(from), Ok(to)) = (from.parse::<u64>(), to.parse::<u64>()) else {
                return Err(wrong(part));
            };
            let count = to.checked_sub(from).and_then(|span| usize::try_from(span).ok());
            if from == 0 || count.is_none_or(|count| DELIVERIES_MAX <= count + numbers.len()) {
                return Err(wrong(part));
            }
            numbers.extend(from..=to);
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }
}

fn day(text: &str) -> Option<Date> {
    text.parse::<RegisterDate>().ok().and_then(|date| date.known())
}
