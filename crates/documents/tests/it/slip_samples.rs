use documents::letter::Recipient;
use documents::listing::ListingColumn;
use documents::tax_notice::{NoticeFact, Slip, SlipAmount};
use documents::{Code, CodeKind, TaxNotice};

/// 44 digits as on a slip of the invented town; the last is the check digit of modulus 10, weight 3.
pub(crate) const PAYLOAD: &str = "91912345042026000000001701100026060100108006";

pub(crate) fn slip(instalment: &str) -> Slip {
    let amount = |label: &str, yen: &str| SlipAmount { label: label.to_owned(), yen: yen.to_owned() };
    Slip {
        caption: "納付書".to_owned(),
        tax: "軽自動車税（種別割）".to_owned(),
        year: "令和8年度".to_owned(),
        notice_no: "0000000017".to_owned(),
        instalment: instalment.to_owned(),
        addressee_no: "000000000012345".to_owned(),
        payer: "渡邊\u{3000}𠮷之助\u{3000}様".to_owned(),
        amounts: vec![amount("税額", "10,800"), amount("督促手数料", "0"), amount("延滞金", "0")],
        total: "10,800".to_owned(),
        due: "令和8年6月1日".to_owned(),
        bar_code: Some(Code {
            code: CodeKind::Gs1128,
            payload: PAYLOAD.to_owned(),
            caption: "(91)912345-0420260000000017011000\n260601-0-010800-6".to_owned(),
        }),
        bar_code_note: String::new(),
    }
}

pub(crate) fn notice() -> TaxNotice {
    let fact = |label: &str, value: &str| NoticeFact { label: label.to_owned(), value: value.to_owned() };
    let column = |title: &str, share, right| ListingColumn { title: title.to_owned(), share, right };
    TaxNotice {
        title: "軽自動車税（種別割）納税通知書".to_owned(),
        specimen: false,
        recipient: Recipient {
            postcode: "〒400-0000".to_owned(),
            address: "山梨県架空市葛\u{E0102}城町二丁目3番4号 コーポ髙橋 101号".to_owned(),
            name: "渡邊\u{3000}𠮷之助\u{3000}様".to_owned(),
        },
        date: "令和8年5月8日".to_owned(),
        office: "山梨県架空市".to_owned(),
        name: "架空市長\u{3000}齋藤\u{3000}櫻子".to_owned(),
        seal_note: Some("（公印省略）".to_owned()),
        opening: vec![
            "地方税法及び架空市税条例の規定により、令和8年度の軽自動車税（種別割）を次のとおり決定しましたので、通知します。納期限までに納めてください。"
                .to_owned(),
        ],
        facts: vec![
            fact("年度", "令和8年度"),
            fact("通知書番号", "0000000017"),
            fact("賦課期日", "令和8年4月1日"),
            fact("納期限", "令和8年6月1日"),
            fact("税額", "10,800円"),
        ],
        columns: vec![
            column("標識番号", 3, false),
            column("種別", 4, false),
            column("税率の区分", 3, false),
            column("税額（円）", 2, true),
        ],
        rows: vec![vec![
            "山梨 580 あ 12-34".to_owned(),
            "軽自動車 四輪乗用 自家用".to_owned(),
            "標準税率".to_owned(),
            "10,800".to_owned(),
        ]],
        notes: vec![
            "この処分に不服があるときは、この通知書を受け取った日の翌日から起算して3か月以内に、市長に対して審査請求をすることができます。"
                .to_owned(),
            "処分の取消しの訴えは、審査請求に対する裁決の送達を受けた日の翌日から起算して6か月以内に、市を被告として（訴訟において市を代表する者は市長となります。）提起することができます。"
                .to_owned(),
            "納期限までに納めないときは、納期限の翌日から納付の日までの期間の日数に応じて延滞金がかかります。".to_owned(),
        ],
        contact: "架空市 税務課 市民税係\u{3000}電話 055-000-0000".to_owned(),
        slips: vec![slip("全期")],
        issue_number: "20260508 架空市 税務課 プリンタ001 000001".to_owned(),
    }
}
