//! 住民情報（補足）: what other systems get beside 住民情報.

use serde_json::json;

use crate::cases::usual;
use crate::statistics::dataset_rows;
use crate::town::Town;

const DETAIL: &str = "resident-register/resident-detail";

#[test]
fn the_details_of_a_resident_are_a_dataset_of_their_own() {
    let mut town = Town::new();
    town.pool(50);
    let mut enter = |change: serde_json::Value| {
        let mut input = usual("move-in", town.today);
        for (name, value) in change.as_object().unwrap() {
            input["members"][0][name] = value.clone();
        }
        input["notification_no"] = json!("R8-7");
        let ran = town.run("move-in", "clerk", &input, true);
        assert!(ran.committed, "{:?}", ran.findings);
        let no = json!({ "provisional_no": ran.outcome.opens });
        assert!(town.run("finalize", "reviewer", &no, true).committed);
    };
    enter(json!({ "kana_attested": "1" }));
    enter(json!({
        "resident_kind": "2", "family_name": "", "given_name": "", "domicile_prefecture": "",
        "domicile_municipality": "", "domicile_town": "", "register_head": "", "name_kana": "リ　アン", "name_roman": "ＬＥＥ　ＡＮＮ",
        "name_kanji": "李　杏", "birth_date": "1990-06-01", "nationality": "韓国", "nationality_code": "KOR",
        "art30_45_class": "01", "status_of_residence": "T63", "stay_period": "1年3月", "stay_expires_on": "2028-06-01",
        "residence_card_no": "AB12345678CD", "name_preference": "03", "entry_article": "46",
        "residence_notified": "0", "entered_by_landing_permit": true, "old_alien_registered_on": "U09",
        "resident_record_code": "12345678903", "individual_number": "983205673214",
    }));
    let items = [
        "task_id",
        "newest",
        "former_record",
        "operator",
        "operated_on",
        "operated_at",
        "relation_code_1",
        "relation_code_2",
        "family_kana",
        "given_kana",
        "kana_confirmed",
        "kana_attested",
        "preferred_name",
        "preferred_kana",
        "lot_sort",
        "district_1",
        "district_2",
        "notification_no",
        "processed_on",
    ];
    assert_eq!(
        dataset_rows(&town, DETAIL, &items),
        [
            "001 1 0 reviewer 2026-04-01 10:00:00 02  テンニュウ タロウ 1 1 転入　太郎 テンニュウ　タロウ 000100 H01  R8-7 2026-04-01",
            "001 1 0 reviewer 2026-04-01 10:00:00 02    1 0 李　杏（ＬＥＥ　ＡＮＮ） リ　アン 000100 H01  R8-7 2026-04-01",
        ]
    );
    let items = [
        "nationality_code",
        "stay_years",
        "stay_months",
        "stay_days",
        "entry_article",
        "residence_notified",
        "entered_by_landing_permit",
        "old_alien_registered_on",
    ];
    // A Japanese has none of a foreigner's items.
    assert_eq!(dataset_rows(&town, DETAIL, &items), ["      0 ", "KOR 1 3 0 46 0 1 U09"]);
}
