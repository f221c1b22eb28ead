//! 他業務参照不可フラグ: whose data a record's are.

use crate::records::Addressee;

/// Whether a task may refer to an addressee: everybody to one without the mark, and the task that registered it to one with the mark. A
/// caller that states no task is another one.
///
/// Source: 共通機能標準仕様書, 住登外者宛名番号管理機能 (data of 住基ネット carry the flag); API `jutogaishaatenabangofuban`,
/// tagyomusanshofukaflag.
pub fn may_refer(held: &Addressee, task_id: &str) -> bool {
    !held.no_reference || !task_id.is_empty() && held.task_id == task_id
}

/// Whether a task may state these data of an addressee under the mark: it may not put them on a record that others refer to as another
/// task's. Who registered nothing is nobody.
pub fn may_mark(held: &Addressee, marks: bool, task_id: &str) -> bool {
    !marks || held.no_reference || held.task_id.is_empty() || held.task_id == task_id
}

#[cfg(test)]
mod tests {
    use domain::AddresseeNo;

    use super::*;
    use crate::records::AddresseeClass;

    /// The mark, who registered, who asks; whether the record may be seen, and whether data may be put on it under the mark.
    #[test]
    fn 他業務参照不可の表() -> Result<(), domain::NumberError> {
        let table = [
            ("フラグなし、登録した業務", false, "014", "014", true, true),
            ("フラグなし、ほかの業務", false, "014", "036", true, false),
            ("フラグなし、業務を言わない", false, "014", "", true, false),
            ("フラグなし、登録した業務が分からない", false, "", "036", true, true),
            ("フラグあり、登録した業務", true, "014", "014", true, true),
            ("フラグあり、ほかの業務", true, "014", "036", false, true),
            ("フラグあり、業務を言わない", true, "014", "", false, true),
            ("フラグあり、登録した業務が分からない", true, "", "036", false, true),
            ("フラグあり、どちらも分からない", true, "", "", false, true),
        ];
        for (what, no_reference, task_id, asking, refer, mark) in table {
            let held = Addressee {
                no_reference,
                task_id: task_id.to_owned(),
                ..Addressee::blank(AddresseeNo::from_serial(1)?, AddresseeClass::NonResident)
            };
            assert_eq!(may_refer(&held, asking), refer, "{what}");
            assert_eq!(may_mark(&held, true, asking), mark, "{what}");
            assert!(may_mark(&held, false, asking), "{what}");
        }
        Ok(())
    }
}
