//! The order of what others tell of one person (受信の順序): E180.

use std::collections::BTreeMap;

use register::{Fault, View, ViewExt, Write};
use system::{Incoming, RefusedRow};

use crate::records::InboundOrder;

/// Item of the sender's key of a person, and of the number it gave the message among those of that person.
const KEY: &str = "order_key";
const SEQUENCE: &str = "sequence";

/// Most characters of the sender's key.
const KEY_CHARACTERS_MAX: usize = 40;

/// The counts one batch has moved on.
pub(crate) struct Orders<'a> {
    view: &'a dyn View,
    channel: &'static str,
    counts: BTreeMap<String, (InboundOrder, Option<u32>, bool)>,
}

impl<'a> Orders<'a> {
    pub(crate) fn new(view: &'a dyn View, channel: &'static str) -> Self {
        Self { view, channel, counts: BTreeMap::new() }
    }

    /// Whether a row may be taken in now. A message that comes before the one before it is refused with what to do; one that
    /// comes again is taken as a repeat, and one without a number is not looked at. The first one of a person that is seen
    /// begins the count: the sender has told of most people long before this register listened.
    pub(crate) fn admit(&mut self, row: &Incoming<'_>, subject: &str) -> Result<Option<RefusedRow>, Fault> {
        let (key, sequence) = (row.text(KEY), row.text(SEQUENCE));
        if key.is_empty() || sequence.is_empty() {
            return Ok(None);
        }
        let refuse = |item: &str, message: String| {
            Ok(Some(RefusedRow { subject: subject.to_owned(), item: item.to_owned(), message }))
        };
        let plain = key.chars().all(|one| one.is_ascii_alphanumeric() || one == '-');
        if KEY_CHARACTERS_MAX < key.len() || !plain {
            return refuse(KEY, "順序の鍵が、40文字までの英数字ではありません。".to_owned());
        }
        let Ok(sequence) = sequence.parse::<u32>() else {
            return refuse(SEQUENCE, format!("送信順序「{sequence}」が数字ではありません。"));
        };
        if !self.counts.contains_key(key) {
            let held = self.view.load::<InboundOrder>(&InboundOrder::key_of(self.channel, key))?;
            let (count, version, known) = match held {
                Some(held) => (held.record, Some(held.version), true),
                None => {
                    let (channel, order_key) = (self.channel.to_owned(), key.to_owned());
                    let last = sequence.saturating_sub(1);
                    (InboundOrder { channel, order_key, last }, None, false)
                }
            };
            self.counts.insert(key.to_owned(), (count, version, !known));
        }
        let Some((count, _, moved)) = self.counts.get_mut(key) else { return Ok(None) };
        let wanted = count.last.saturating_add(1);
        if wanted < sequence {
            return refuse(
                SEQUENCE,
                format!(
                    "E180 同じ人の前の電文（送信順序{wanted}）より先に、送信順序{sequence}が届きました。送信元に送信順序{wanted}から順に送り直すよう頼んでください。"
                ),
            );
        }
        if sequence == wanted {
            count.last = sequence;
            *moved = true;
        }
        Ok(None)
    }

    /// The counts as they are now.
    pub(crate) fn writes(self) -> Result<Vec<Write>, Fault> {
        let moved = self.counts.into_values().filter(|(_, _, moved)| *moved);
        moved.map(|(count, version, _)| Write::put(&count, version).map_err(Fault::from)).collect()
    }
}
