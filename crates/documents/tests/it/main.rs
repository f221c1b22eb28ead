//! What the certificates show, and what the font can show.
//!
//! These tests need the font and `pdftotext`. Without them a test says that it did not run; with `CI=true` in the
//! environment it fails instead, so that a green build has really printed.

#[cfg(test)]
mod certificates;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod printing;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod slip_samples;
#[cfg(test)]
mod slips;

#[cfg(test)]
mod tools {
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::sync::LazyLock;

    use documents::{LazyPress, Pdf, Press, PressError, font_dirs};

    static PRESS: LazyLock<LazyPress> = LazyLock::new(|| LazyPress::new(font_dirs()));

    /// The press, or `None` with a word about it where the font is not installed.
    pub(crate) fn press(test: &str) -> Option<&'static Press> {
        match PRESS.get() {
            Ok(press) => Some(press),
            Err(error @ PressError::FontMissing { .. }) => did_not_run(test, &error.to_string()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The text of a PDF as another program reads it. The file stays under the target folder for a person to look at.
    pub(crate) fn text_of(test: &str, pdf: &Pdf) -> Option<String> {
        let path: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}.pdf"));
        std::fs::write(&path, &pdf.bytes).expect("the target folder takes a file");
        match Command::new("pdftotext").args(["-layout", "-enc", "UTF-8"]).arg(&path).arg("-").output() {
            Ok(output) if output.status.success() => {
                Some(String::from_utf8(output.stdout).expect("pdftotext writes UTF-8"))
            }
            Ok(output) => panic!("pdftotext: {}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => did_not_run(test, &format!("pdftotext (package poppler-utils): {error}")),
        }
    }

    /// What a reader of codes finds on the pages, one payload behind the other, at the resolution of a cheap reader.
    pub(crate) fn codes_of(test: &str, pdf: &Pdf) -> Option<String> {
        let stem = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        let path = stem.with_extension("pdf");
        std::fs::write(&path, &pdf.bytes).expect("the target folder takes a file");
        let drawn = Command::new("pdftoppm").args(["-r", "300", "-gray"]).arg(&path).arg(&stem).output();
        match drawn {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => return did_not_run(test, &format!("pdftoppm (package poppler-utils): {error}")),
        }
        let mut found = String::new();
        for page in 1..=pdf.pages {
            let picture = format!("{}-{page}.pgm", stem.display());
            let mut reader = Command::new("zbarimg");
            reader.args(["--quiet", "--raw", "--nodbus", "-Sbinary"]).arg(&picture);
            match reader.output() {
                Ok(output) => found.push_str(&String::from_utf8_lossy(&output.stdout)),
                Err(error) => return did_not_run(test, &format!("zbarimg (package zbar-tools): {error}")),
            }
        }
        Some(found)
    }

    /// The codes of pages that [`codes_of`] drew, with what kind each is said to be.
    pub(crate) fn gs1_of(test: &str, pdf: &Pdf) -> Option<String> {
        let stem = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        let pictures = (1..=pdf.pages).map(|page| format!("{}-{page}.pgm", stem.display()));
        let mut reader = Command::new("zbarimg");
        match reader.args(["--quiet", "--xml", "--nodbus"]).args(pictures).output() {
            Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
            Err(error) => did_not_run(test, &format!("zbarimg (package zbar-tools): {error}")),
        }
    }

    fn did_not_run<T>(test: &str, why: &str) -> Option<T> {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{test} must run in CI: {why}");
        eprintln!("DID NOT RUN: {test}: {why}");
        None
    }
}
