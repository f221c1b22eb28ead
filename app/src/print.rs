//! Documents to PDF, behind the `pdf` feature.

#[cfg(feature = "pdf")]
mod press {
    use documents::{LazyPress, font_dirs};
    use system::DocumentRequest;
    use web::{Printed, Printer};

    /// Prints with the fonts of this machine; the font is looked for at first use.
    pub(crate) struct Press(LazyPress);

    impl Press {
        pub(crate) fn new() -> Self {
            Self(LazyPress::new(font_dirs()))
        }
    }

    impl Printer for Press {
        fn print(&self, request: &DocumentRequest) -> Result<Printed, String> {
            let press = self.0.get().map_err(|error| error.to_string())?;
            let pdf = press.render(&request.template, &request.data).map_err(|error| error.to_string())?;
            let findings = pdf.findings.iter().map(ToString::to_string).collect();
            Ok(Printed { pdf: pdf.bytes, pages: pdf.pages, findings })
        }
    }
}

use std::sync::Arc;

use web::Printer;

/// The printer of this build; none without the `pdf` feature.
#[cfg(feature = "pdf")]
pub(crate) fn printer() -> Option<Arc<dyn Printer>> {
    Some(Arc::new(press::Press::new()))
}

/// The printer of this build; none without the `pdf` feature.
#[cfg(not(feature = "pdf"))]
pub(crate) fn printer() -> Option<Arc<dyn Printer>> {
    None
}
