//! Certificates of people who do not exist.

use documents::ResidentRecordCopy;
use documents::resident_record_copy::{Attestation, Cell, Form, Name, Nationality, Person, Scope};

pub(crate) fn name(text: &str, kana: &str) -> Name {
    Name { text: text.to_owned(), kana: Some(kana.to_owned()).filter(|kana| !kana.is_empty()) }
}

pub(crate) fn japanese(text: &str, kana: &str, birth_date: &str, sex: &str, relation: &str) -> Person {
    Person {
        name: name(text, kana),
        birth_date: Cell::text(birth_date),
        sex: Cell::text(sex),
        relation: Cell::text(relation),
        address_since: Cell::Blank,
        notified_on: Cell::text("令和7年4月3日"),
        previous_address: Cell::text("東京都千代田区霞が関九丁目99番99号"),
        record_code: Cell::Omitted,
        individual_number: Cell::Omitted,
        nationality: Nationality::Japanese {
            former_name: None,
            resident_since: Cell::text("令和7年4月1日"),
            registered_domicile: Cell::Omitted,
            register_head: Cell::Omitted,
        },
        deletion: None,
        remarks: Vec::new(),
        blocks: Vec::new(),
    }
}

pub(crate) fn foreign() -> Person {
    Person {
        nationality: Nationality::Foreign {
            alias: Some(name("渡邊 マリア", "ワタナベ マリア")),
            resident_since: Cell::text("2021年10月15日"),
            country: Cell::text("フィリピン"),
            status_of_residence: Cell::text("日本人の配偶者等"),
            stay_period: Cell::text("3年"),
            stay_expires_on: Cell::text("2027年10月14日"),
            card_number: Cell::text("AB12345678CD"),
            class: Cell::text("中長期在留者"),
        },
        ..japanese("DELA CRUZ MARIA CLARA SANTOS", "", "1990年12月31日", "女", "妻")
    }
}

/// Five members with the names that go wrong elsewhere.
pub(crate) fn household() -> ResidentRecordCopy {
    let mut head = japanese("渡邊\u{3000}𠮷之助", "ワタナベ キチノスケ", "昭和60年1月8日", "男", "世帯主");
    head.address_since = Cell::text("令和7年9月30日");
    head.nationality = Nationality::Japanese {
        former_name: Some(name("髙橋", "タカハシ")),
        resident_since: Cell::text("令和7年4月1日"),
        registered_domicile: Cell::text("長野県架空市大字葛\u{E0102}城千二百三十四番地五"),
        register_head: Cell::text("渡邊\u{3000}𠮷之助"),
    };
    let mut lodger =
        japanese("辻\u{E0102}\u{3000}葛\u{E0102}子", "ツジ カツコ", "平成31年4月30日", "女", "同居人");
    lodger.previous_address = Cell::text(
        "北海道架空郡架空町字上架空原野東二線南百二十三番地の四十五 架空の森リバーサイドグランドレジデンス壱番館 \
         1234号室 渡邊方",
    );
    lodger.remarks = vec!["令和8年1月31日に東京都千代田区へ転出予定".to_owned()];
    ResidentRecordCopy {
        title: "住民票の写し".to_owned(),
        form: Form::Household,
        scope: Scope::Whole,
        official_use: false,
        specimen: true,
        address: Cell::text("山梨県架空市葛\u{E0102}城町二丁目3番4号 コーポ髙橋 101号"),
        head: Cell::text("渡邊\u{3000}𠮷之助"),
        persons: vec![
            head,
            foreign(),
            japanese("渡邊\u{3000}𠮷太郎", "ワタナベ キチタロウ", "令和4年2月22日", "男", "子"),
            japanese("渡邊\u{3000}葛\u{E0103}乃", "ワタナベ カツノ", "令和6年11月11日", "女", "子"),
            lodger,
        ],
        attestation: Attestation {
            text: "この写しは、世帯全員の住民票の原本と相違ないことを証明する。".to_owned(),
            date: "令和7年11月20日".to_owned(),
            office: "山梨県架空市長".to_owned(),
            name: "齋藤\u{3000}櫻子".to_owned(),
            seal_note: Some("（公印省略）".to_owned()),
        },
        issue_number: "20251120 架空市 本庁1 プリンタ001 000011".to_owned(),
        overflow: Vec::new(),
    }
}

/// One Japanese person on a page, with everything asked for.
pub(crate) fn individual() -> ResidentRecordCopy {
    let mut copy = household();
    copy.form = Form::Individual;
    copy.scope = Scope::Part;
    copy.official_use = true;
    copy.specimen = false;
    copy.persons.truncate(1);
    for person in &mut copy.persons {
        person.record_code = Cell::text("12345678903");
        person.individual_number = Cell::text("123456789018");
    }
    copy.attestation.text = "この写しは、住民票の原本と相違ないことを証明する。".to_owned();
    copy.attestation.seal_note = None;
    copy
}
