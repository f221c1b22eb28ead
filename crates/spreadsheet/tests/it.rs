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
}
