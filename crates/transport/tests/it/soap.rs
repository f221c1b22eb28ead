//! Messages of SOAP as clients write them, well and badly.

use std::io::{BufReader, Cursor};

use testkit::places::control;
use transport::http::soap::{Call, ENVELOPE, NAMESPACE, SoapError, read_call};
use transport::http::wire::SignedReceipt;
use transport::{Question, Receipt, Verdict};

/// What a message says, and the data in it.
fn read(message: &[u8]) -> Result<(Call, Vec<u8>), SoapError> {
    let mut data = Vec::new();
    let mut sink = |_: &_, piece: &[u8]| {
        data.extend_from_slice(piece);
        Ok(())
    };
    // A small buffer cuts everything somewhere.
    let call = read_call(BufReader::with_capacity(7, Cursor::new(message)), &mut sink)?;
    Ok((call, data))
}

#[track_caller]
fn is_told(message: &[u8], words: &str) {
    let read = read(message).map_err(|error| error.to_string());
    let shown: String = String::from_utf8_lossy(message).chars().take(300).collect();
    assert!(matches!(&read, Err(told) if told.contains(words)), "{words}: {read:?}: {shown}");
}

fn enveloped(inside: &str) -> String {
    format!("<s:Envelope xmlns:s='{ENVELOPE}' xmlns:d='{NAMESPACE}'>{inside}</s:Envelope>")
}

fn in_body(call: &str) -> String {
    enveloped(&format!("<s:Body>{call}</s:Body>"))
}

const FETCH: &str = "<d:FetchDelivery><d:link>l</d:link><d:no>7</d:no></d:FetchDelivery>";

const PUSH: &str =
    "<d:link>l</d:link><d:no>1</d:no><d:rows>1</d:rows><d:bytes>3</d:bytes><d:sha256>ab</d:sha256>";

fn push(items: &str) -> String {
    in_body(&format!("<d:PushDelivery>{items}</d:PushDelivery>"))
}

fn fetch_seven() -> Call {
    Call::FetchDelivery { link: "l".into(), no: 7 }
}

#[test]
fn what_clients_may_write_differently_means_the_same() {
    let plain = in_body(FETCH);
    let default = format!(
        "<Envelope xmlns='{ENVELOPE}'><Body><FetchDelivery xmlns='{NAMESPACE}'><link>l</link><no>7</no></FetchDelivery>\
         </Body></Envelope>"
    );
    let other = "http://example.jp/log";
    for message in [
        plain.clone(),
        format!("\u{feff}<?xml version='1.0' encoding='utf-8'?>\r\n<!-- a client -->\r\n{plain}\n"),
        default,
        plain.replace("<d:link>l<", "<d:link>\n  &#108;  <"),
        plain.replace("<d:link>l<", "<d:link><![CDATA[l]]><"),
        plain.replace("<d:no>7<", "<d:no xmlns:xsi='x' xsi:type='xsd:long'> 07\t<"),
        plain.replace("<d:link>l</d:link><d:no>7</d:no>", "<d:no>7</d:no><!-- --><d:link>l</d:link>"),
        enveloped(&format!("<s:Header/><s:Body>{FETCH}</s:Body>")),
        enveloped(&format!(
            "<s:Header><l:log xmlns:l='{other}'><l:x/></l:log></s:Header><s:Body>{FETCH}</s:Body>"
        )),
        enveloped(&format!("<s:Header><d:log s:mustUnderstand='0'/></s:Header><s:Body>{FETCH}</s:Body>")),
        enveloped(&format!(
            "<s:Header><d:log s:mustUnderstand='1' s:actor='http://example.jp/gateway'/></s:Header><s:Body>{FETCH}</s:Body>"
        )),
    ] {
        let read = read(message.as_bytes());
        assert!(
            matches!(&read, Ok((call, data)) if *call == fetch_seven() && data.is_empty()),
            "{read:?}: {message}"
        );
    }
}

#[test]
fn a_message_that_is_none_is_told() {
    let fetch = in_body(FETCH);
    let deep = format!("{}{}", "<d:a>".repeat(20), "</d:a>".repeat(20));
    let prefixes: String = (0..200).map(|no| format!(" xmlns:p{no}='x'")).collect();
    for (message, words) in [
        (String::new(), "XMLとして読めません"),
        ("配信".to_owned(), "XMLとして読めません"),
        ("{\"no\":7}".to_owned(), "XMLとして読めません"),
        (fetch.replace("</d:no>", ""), "XMLとして読めません"),
        (fetch[..fetch.len() - 8].to_owned(), "XMLとして読めません"),
        (format!("{fetch}{fetch}"), "XMLとして読めません"),
        (format!("{fetch}x"), "XMLとして読めません"),
        (fetch.replace("<d:no>7", "<d:no>&#0;7"), "XMLとして読めません"),
        (fetch.replace("<d:no>7", "<d:no>\u{b}7"), "XMLとして読めません"),
        (fetch.replace("<d:no>", "<x:no>").replace("</d:no>", "</x:no>"), "XMLとして読めません"),
        (fetch.replace("<d:no>", "<d:no a='1' a='2'>"), "XMLとして読めません"),
        (fetch.replace("<d:no>", &format!("<d:no{prefixes}>")), "XMLとして読めません"),
        (format!("<?xml version='1.1'?>{fetch}"), "XMLとして読めません"),
        (format!("<?xml version='1.0' encoding='Shift_JIS'?>{fetch}"), "UTF-8 だけ"),
        (format!("<!DOCTYPE x>{fetch}"), "DTD"),
        (
            format!(
                "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>{}",
                fetch.replace(">l<", ">&a;<")
            ),
            "DTD",
        ),
        (fetch.replace(">l<", ">&a;<"), "実体参照「&a;」"),
        (fetch.replace("<d:no>", "<?php x?><d:no>"), "処理命令"),
        (in_body(&deep), "入れ子が深すぎます"),
        (fetch.replace(">l<", &format!(">{}<", "l".repeat(300_000))), "大きすぎます"),
        (format!("<!-- {} -->{fetch}", "x".repeat(300_000)), "大きすぎます"),
        (format!("{}{fetch}", " ".repeat(300_000)), "大きすぎます"),
    ] {
        is_told(message.as_bytes(), words);
    }
    let utf16: Vec<u8> = fetch.encode_utf16().flat_map(u16::to_le_bytes).collect();
    is_told(&utf16, "UTF-8 だけ");
    is_told(&[&[0xff, 0xfe], utf16.as_slice()].concat(), "UTF-8 だけ");
    is_told(
        &fetch.replace(">l<", ">?<").bytes().map(|b| if b == b'?' { 0x83 } else { b }).collect::<Vec<_>>(),
        "UTF-8 だけ",
    );
}

#[test]
fn an_envelope_that_breaks_a_rule_is_told() {
    let fetch = in_body(FETCH);
    let soap12 = "http://www.w3.org/2003/05/soap-envelope";
    let header = |attributes: &str| {
        enveloped(&format!("<s:Header><d:Security {attributes}/></s:Header><s:Body>{FETCH}</s:Body>"))
    };
    for (message, words) in [
        (fetch.replace(ENVELOPE, soap12), "SOAP 1.1 の Envelope ではありません"),
        (FETCH.replace("d:", ""), "SOAP 1.1 の Envelope ではありません"),
        (header("s:mustUnderstand='1'"), "ヘッダ「Security」は扱えません"),
        (header("s:mustUnderstand='true'"), "ヘッダ「Security」は扱えません"),
        (
            header("s:mustUnderstand='1' s:actor='http://schemas.xmlsoap.org/soap/actor/next'"),
            "ヘッダ「Security」は扱えません",
        ),
        (enveloped(""), "Body に呼び出しがありません"),
        (in_body(""), "Body に呼び出しがありません"),
        (in_body("FetchDelivery"), "Body に呼び出しがありません"),
        (in_body(&format!("x{FETCH}")), "「x」は、ここには書けません"),
        (in_body(&format!("{FETCH}{FETCH}")), "一つだけ"),
        (enveloped(&format!("<s:Body>{FETCH}</s:Body><s:Body>{FETCH}</s:Body>")), "一つだけ"),
        (enveloped(&format!("<s:Body>{FETCH}</s:Body><s:Header/>")), "「Header」は、ここには書けません"),
        (enveloped(&format!("<d:Body>{FETCH}</d:Body>")), "「Body」は、ここには書けません"),
    ] {
        is_told(message.as_bytes(), words);
    }
}

#[test]
fn a_call_that_is_none_is_told() {
    let fetch = in_body(FETCH);
    let data = "<d:data>YWJj</d:data>";
    for (message, words) in [
        (in_body("<FetchDelivery/>"), "要素「FetchDelivery」の名前空間が違います"),
        (fetch.replace(NAMESPACE, "urn:daicho:partner:2"), "要素「FetchDelivery」の名前空間が違います"),
        (fetch.replace("<d:no>7</d:no>", "<no>7</no>"), "要素「no」の名前空間が違います"),
        (in_body("<d:DropTables/>"), "「DropTables」という呼び出しはありません"),
        (in_body("<d:FetchDelivery/>"), "要素「link」がありません"),
        (fetch.replace("<d:no>7</d:no>", ""), "要素「no」がありません"),
        (fetch.replace("<d:no>7<", "<d:no>七<"), "要素「no」の値「七」が読めません"),
        (fetch.replace("<d:no>7<", "<d:no>-1<"), "要素「no」の値「-1」が読めません"),
        (fetch.replace("<d:no>7<", "<d:no><d:x/><"), "「x」は、ここには書けません"),
        (fetch.replace("</d:no>", "</d:no><d:no>8</d:no>"), "要素「no」が二度あります"),
        (fetch.replace("</d:no>", "</d:no><d:noo>8</d:noo>"), "「noo」は、ここには書けません"),
        (push(""), "要素「no」がありません"),
        (push(PUSH), "要素「data」がありません"),
        (push(&format!("{data}{PUSH}")), "要素「data」は最後に"),
        (push(&format!("{PUSH}{data}{data}")), "要素「data」が二度あります"),
        (push(&format!("{}{data}", PUSH.replace("<d:rows>1</d:rows>", ""))), "要素「rows」がありません"),
        (push(&format!("{PUSH}<d:extent>gull</d:extent>{data}")), "「extent」の値「gull」が読めません"),
        (push(&format!("{PUSH}<d:data>YWJ</d:data>")), "base64"),
        (push(&format!("{PUSH}<d:data>YWJj=</d:data>")), "base64"),
        (push(&format!("{PUSH}<d:data>年</d:data>")), "base64"),
        (push(&format!("{PUSH}<d:data>YWJj&#10;</d:data>")), "base64"),
        (push(&format!("{PUSH}<d:data>YW<!-- -->Jj</d:data>")), "base64"),
        (push(&format!("{PUSH}<d:data><![CDATA[YWJj]]></d:data>")), "base64"),
        (push(&format!("{PUSH}<d:data><x/></d:data>")), "base64"),
        (push(&format!("{PUSH}<d:data>YWJj")), "XMLとして読めません"),
        (
            in_body("<d:AnswerDelivery><d:link>l</d:link><d:no>1</d:no></d:AnswerDelivery>"),
            "要素「rows」がありません",
        ),
    ] {
        is_told(message.as_bytes(), words);
    }
    let cut = push(&format!("{PUSH}<d:data>YWJj"));
    is_told(&cut.as_bytes()[..cut.find("YWJj").unwrap() + 4], "XMLとして読めません");
}

#[test]
fn data_comes_through_whole_and_is_not_counted_as_message() {
    let long: Vec<u8> = (0..=255).cycle().take(1_000_000).collect();
    let coded = {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(&long)
    };
    let lines: Vec<&str> =
        coded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    for (text, bytes) in [
        ("YWJj".to_owned(), b"abc".to_vec()),
        (" YW\nJj ".to_owned(), b"abc".to_vec()),
        (String::new(), Vec::new()),
        (coded.clone(), long.clone()),
        (lines.join("\r\n"), long),
    ] {
        let (call, data) = read(push(&format!("{PUSH}<d:data>{text}</d:data>")).as_bytes()).unwrap();
        assert!(data == bytes, "{} bytes", bytes.len());
        let Call::PushDelivery { name, control } = call else { panic!("{call:?}") };
        assert_eq!((name, control.rows, control.extent.as_str(), control.part), (None, 1, "difference", 1));
    }
    let (_, data) = read(push(&format!("{PUSH}<d:data/>")).as_bytes()).unwrap();
    assert_eq!(data, b"");
}

#[test]
fn whoever_takes_the_data_may_stop_it() {
    let message = push(&format!("{PUSH}<d:data>YWJj</d:data>"));
    let mut asked = Vec::new();
    let mut sink = |call: &transport::http::soap::Element, _: &[u8]| {
        asked.push((call.child_text("link").map(str::to_owned), call.child_text("no").map(str::to_owned)));
        Err(std::io::Error::other("no room"))
    };
    let read = read_call(message.as_bytes(), &mut sink);
    assert!(matches!(read, Err(SoapError::Data(_))), "{read:?}");
    assert_eq!(asked, [(Some("l".to_owned()), Some("1".to_owned()))], "before the first byte");
}

#[test]
fn calls_come_back_as_written() {
    let (link, no) = ("resident-changes".to_owned(), 12);
    let refused = Receipt {
        link: Some(link.clone()),
        no,
        rows: 3,
        sha256: "ab".into(),
        verdict: Verdict::Refused("件数 <3>\r\n& 「違い」".into()),
    };
    for call in [
        Call::PushDelivery { name: Some("異動 & <1>.csv".into()), control: control(3, b"abc") },
        Call::PushDelivery { name: None, control: control(3, b"abc") },
        Call::GetReceipt { link: link.clone(), no },
        Call::RetireReceipt { link: link.clone(), no },
        Call::ListSent { name: "a]]>b".into() },
        Call::ListWaiting { prefix: String::new() },
        Call::FindDelivery { name: "a b".into() },
        Call::ListDeliveries { link: link.clone(), after: u64::MAX },
        Call::FetchDelivery { link: link.clone(), no },
        Call::AnswerDelivery { receipt: SignedReceipt::of(&link, &refused, "") },
        Call::RetireAnswer { link: link.clone(), no },
        Call::Ask {
            link,
            question: Question { subjects: vec!["1".into(), "2".into()], purpose: "転出".into() },
        },
    ] {
        let parts = call.write();
        let with_data = format!(
            "{}{}{}",
            parts.before,
            if parts.before.ends_with("<data>") { "YWJj" } else { "" },
            parts.after
        );
        let read = read(with_data.as_bytes()).unwrap_or_else(|error| panic!("{error}: {with_data}"));
        assert_eq!(read.0, call);
    }
}
