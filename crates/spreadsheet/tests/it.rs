//! Workbooks as a spreadsheet opens them.

#[cfg(test)]
mod cases {
    use std::io::Read;

    use spreadsheet::{Book, Sheet, Table};

    fn book() -> Book {
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let table = Table {
            title: "項目".to_owned(),
            head: cells(&["項番", "項目名", "コード"]),
            rows: vec![cells(&["1", "宛名番号 <&>", "007"]), cells(&["2", "葛\u{E0100}城", ""])],
        };
        let sheet =
            Sheet {
                name: "レコード/1".to_owned(), title: "住民情報".to_owned(), tables: vec![table]
            };
        Book { title: "仕様書".to_owned(), sheets: vec![sheet, Sheet::new("空")] }
    }

    /// The text of a part of the file.
    fn part(bytes: &[u8], name: &str) -> String {
        let mut file = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        file.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn cells_stand_where_they_should() {
        let bytes = book().to_xlsx().unwrap();
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        let shared = part(&bytes, "xl/sharedStrings.xml");
        let texts: Vec<&str> =
            shared.split("<t>").skip(1).map(|text| text.split("</t>").next().unwrap()).collect();
        let text = |cell: &str| -> String {
            let found = sheet.split("<c r=\"").find(|part| part.starts_with(&format!("{cell}\"")));
            let found = found.unwrap_or_else(|| panic!("{cell} in {sheet}"));
            let value = found.split("<v>").nth(1).map(|value| value.split("</v>").next().unwrap());
            match (found.contains("t=\"s\""), value) {
                (true, Some(index)) => texts[index.parse::<usize>().unwrap()].to_owned(),
                (false, Some(number)) => format!("number {number}"),
                (_, None) => String::new(),
            }
        };
        for (cell, want) in [
            ("A1", "住民情報"),
            ("A3", "項目"),
            ("A4", "項番"),
            ("C4", "コード"),
            ("A5", "number 1"),
            ("B5", "宛名番号 &lt;&amp;&gt;"),
            ("C5", "007"),
            ("B6", "葛\u{E0100}城"),
            ("C6", ""),
        ] {
            assert_eq!(text(cell), want, "{cell}");
        }
        assert!(part(&bytes, "xl/workbook.xml").contains("name=\"レコード_1\""));
        assert!(part(&bytes, "docProps/core.xml").contains("仕様書"));
    }

    #[test]
    fn the_same_tables_give_the_same_bytes() {
        assert_eq!(book().to_xlsx().unwrap(), book().to_xlsx().unwrap());
    }

    /// A workbook written by hand, with what other programs write and ours does not: furigana, merged cells, dates and
    /// times, formulas, a hidden sheet, cells far away.
    fn by_hand(sheet: &str, more_sheets: &str) -> Vec<u8> {
        use std::io::Write;
        let mut file = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006";
        let xml = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        for (name, text) in [
            (
                "[Content_Types].xml",
                format!(
                    r#"<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{xml}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{xml}.worksheet+xml"/></Types>"#
                ),
            ),
            (
                "_rels/.rels",
                format!(
                    r#"<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    r#"<workbook xmlns="{main}" xmlns:r="{rel}"><sheets><sheet name="連携一覧" sheetId="1" r:id="rId1"/>{more_sheets}</sheets></workbook>"#
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    r#"<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{rel}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="{rel}/styles" Target="styles.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/styles.xml",
                format!(
                    r#"<styleSheet xmlns="{main}"><fonts count="2"><font/><font><strike/></font></fonts><cellXfs count="4"><xf numFmtId="0" fontId="0"/><xf numFmtId="14" fontId="0"/><xf numFmtId="20" fontId="0"/><xf numFmtId="0" fontId="1" applyFont="1"/></cellXfs></styleSheet>"#
                ),
            ),
            (
                "xl/sharedStrings.xml",
                format!(
                    r#"<sst xmlns="{main}"><si><t>住民記録</t><rPh sb="0" eb="4"><t>ジュウミンキロク</t></rPh></si><si><r><t>連携</t></r><r><t xml:space="preserve">
方式</t></r></si></sst>"#
                ),
            ),
            ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{main}">{sheet}</worksheet>"#)),
        ] {
            file.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
        file.finish().unwrap().into_inner()
    }

    #[test]
    fn a_workbook_of_another_program_is_read() {
        let bytes = by_hand(
            r#"<sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c></row><row r="4"><c r="A4"><v>12</v></c><c r="B4" s="1"><v>46113</v></c><c r="C4" s="2"><v>0.9375</v></c><c r="D4" t="str"><f>A1</f><v>結果</v></c><c r="E4" t="inlineStr"><is><t>直</t></is></c><c r="F4"><v>0.5</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A2:B3"/></mergeCells>"#,
            r#"<sheet name="隠し" sheetId="2" state="hidden" r:id="rId1"/>"#,
        );
        let sheets = spreadsheet::read_xlsx(&bytes).unwrap();
        assert_eq!(sheets.len(), 1, "the hidden one is left out");
        let sheet = &sheets[0];
        assert_eq!(sheet.name, "連携一覧");
        assert_eq!(sheet.rows[1], ["住民記録", "", "連携\n方式"]);
        assert_eq!(sheet.rows[3], ["12", "2026-04-01", "22:30", "結果", "直", "0.5"]);
        assert_eq!((sheet.rows[0].len(), sheet.rows[2].len(), sheet.rows.len()), (0, 0, 4));
        assert_eq!(sheet.merged, [spreadsheet::Merged { top: 1, left: 0, bottom: 2, right: 1 }]);
    }

    /// Each case: the rows of a sheet, and which are struck through and hidden.
    #[test]
    fn rows_struck_through_and_hidden_are_named() {
        let sheet = r#"<sheetData>
            <row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>1</v></c></row>
            <row r="2"><c r="A2" s="3"><v>2</v></c><c r="B2" s="3"><v>2</v></c><c r="C2"/></row>
            <row r="3"><c r="A3" s="3"><v>3</v></c><c r="B3"><v>3</v></c></row>
            <row r="4" hidden="1"><c r="A4"><v>4</v></c></row>
            <row hidden="true"><c r="A5"><v>5</v></c></row>
            <row r="6" hidden="0"><c r="A6"><v>6</v></c></row></sheetData>"#;
        let sheets = spreadsheet::read_xlsx(&by_hand(sheet, "")).unwrap();
        assert_eq!(sheets[0].struck, [1].into(), "a cell that is left plain keeps its row");
        assert_eq!(sheets[0].hidden, [3, 4].into());
        assert_eq!(sheets[0].rows.len(), 6);
    }

    #[test]
    fn what_is_no_workbook_or_too_large_is_refused() {
        use spreadsheet::ReadError;
        assert!(matches!(spreadsheet::read_xlsx(b"PK\x03\x04"), Err(ReadError::Unreadable(_))));
        assert!(matches!(spreadsheet::read_xlsx(b"no,source\n"), Err(ReadError::Unreadable(_))));
        // The last is two cells, and a table of nearly two hundred million.
        for far in [vec!["A1048576"], vec!["XFD1"], vec!["ALK1", "A199999"]] {
            let row = |cell: &&str| {
                let row: String = cell.chars().filter(char::is_ascii_digit).collect();
                format!(r#"<row r="{row}"><c r="{cell}"><v>1</v></c></row>"#)
            };
            let rows: String = far.iter().map(row).collect();
            let read = spreadsheet::read_xlsx(&by_hand(&format!("<sheetData>{rows}</sheetData>"), ""));
            assert!(matches!(read, Err(ReadError::TooLarge(_))), "{far:?}: {read:?}");
        }
    }
}
