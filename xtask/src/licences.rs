//! Every dependency has a licence a municipality may live with.

use anyhow::{Context, bail};
use serde_json::Value;

use crate::run::command;

/// Licences that may appear. An expression passes when one of its `OR` choices consists of these only.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OFL-1.1",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
    "bzip2-1.0.6",
];

/// Checks all packages of the lock file.
pub(crate) fn check() -> anyhow::Result<()> {
    println!("── licences");
    let output = command("cargo").args(["metadata", "--format-version", "1", "--locked"]).output()?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages =
        metadata.get("packages").and_then(Value::as_array).context("cargo metadata lists no packages")?;
    let mut refused = Vec::new();
    for package in packages {
        let text = |name: &str| package.get(name).and_then(Value::as_str).unwrap_or_default();
        if !allowed(text("license")) {
            refused.push(format!("{} {}: {:?}", text("name"), text("version"), text("license")));
        }
    }
    if !refused.is_empty() {
        bail!("licences to be looked at:\n{}", refused.join("\n"));
    }
    Ok(())
}

/// Whether an SPDX expression offers a choice of allowed licences only. Covers the expressions crates really use.
fn allowed(expression: &str) -> bool {
    let flat = expression.replace(['(', ')'], " ").replace('/', " OR ");
    flat.split(" OR ").any(|choice| choice.split(" AND ").all(|licence| ALLOWED.contains(&licence.trim())))
        || expression.split(" AND ").all(|part| {
            part.trim_matches(['(', ')', ' ']).split(" OR ").any(|licence| ALLOWED.contains(&licence.trim()))
        })
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn expressions() {
        for (expression, fits) in [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0", false),
            ("AGPL-3.0-only", false),
            ("MIT AND GPL-2.0", false),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("", false),
        ] {
            assert_eq!(allowed(expression), fits, "{expression}");
        }
    }
}
