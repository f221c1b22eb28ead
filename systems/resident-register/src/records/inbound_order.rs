//! How far the messages of others about one person have come in (受信の順序).

use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 受信順序, key 受信元/順序の鍵.
pub static INBOUND_ORDER: Kind = Kind::new("resident-register/inbound-order", "受信順序");

/// The last message of one sender about one person that was taken in. The key is the sender's own, so that nobody is
/// named by it here.
///
/// Source: 住民記録システム標準仕様書 7.1.1.1 (the order of messages about one person is kept).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundOrder {
    /// 受信元: the intake.
    pub channel: String,
    /// 順序の鍵: whom the sender counts for.
    pub order_key: String,
    /// 送信順序 of the last one.
    pub last: u32,
}

impl InboundOrder {
    /// The key of a sender's count.
    pub fn key_of(channel: &str, order_key: &str) -> String {
        format!("{channel}/{order_key}")
    }
}

impl Record for InboundOrder {
    const KIND: &'static Kind = &INBOUND_ORDER;

    fn key(&self) -> String {
        Self::key_of(&self.channel, &self.order_key)
    }
}
