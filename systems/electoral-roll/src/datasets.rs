//! What this system offers to others (提供データ).

use register::{Fault, Stored, View};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::records::{ELECTOR, Elector, Standing};

/// 選挙人名簿登録の有無: who is on the roll, for the resident record. Of the roll nothing else is told.
///
/// Source: 住民基本台帳法 art. 7(9); 住民記録システム標準仕様書 7.2.2.
pub(crate) static REGISTRATIONS: Dataset = Dataset {
    id: "electoral-roll/registration",
    title: "選挙人名簿登録の有無",
    kind: &ELECTOR,
    items: &ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row,
};

static ITEMS: [Item; 4] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("scheme", "制度", ItemType::Code),
    Item::new("acquired_on", "登録年月日", ItemType::Date),
    Item::new("lost_on", "抹消年月日", ItemType::Date),
];

/// 業務ID of this task, by which the resident register knows whose rows they are.
const TASK: &str = "006";

fn row(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let elector = stored.typed::<Elector>()?.record;
    if elector.standing == Standing::Outside {
        return Ok(Fate::Skip);
    }
    row.push(elector.addressee_no.as_str());
    row.push(TASK);
    match elector.standing.registration() {
        Some(registration) => row.push_display(&registration.registered_on),
        None => row.push(""),
    }
    match &elector.standing {
        Standing::Removed { removal, .. } => row.push_display(&removal.removed_on),
        Standing::Outside | Standing::Candidate | Standing::Registered { .. } | Standing::Marked { .. } => {
            row.push("");
        }
    }
    Ok(Fate::Row)
}
