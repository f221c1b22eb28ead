//! placeholder
use register::{Fault, View};
use system::{Applied, Batch, Context, Intake};

pub(crate) const INTAKE: Intake =
    Intake {
        id: "light-vehicle-tax/association", title: "軽自動車協会データ", needs: &["line_key"], apply
    };

fn apply(_view: &dyn View, _batch: &Batch<'_>, _context: &Context<'_>) -> Result<Applied, Fault> {
    Ok(Applied::default())
}
