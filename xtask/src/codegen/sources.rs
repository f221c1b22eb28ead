//! Where the tables come from.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::run::{command, root, run};

/// The npm package that carries the lists of IPA and Unicode as one SQLite file, and its version.
const MOJIDATA: (&str, &str) = ("@mandel59/mojidata", "1.8.1");

/// The sources that are files.
pub(super) struct Sources {
    folder: PathBuf,
}

impl Sources {
    /// Fetches what is not in `target/codegen` yet.
    pub(super) fn fetch() -> anyhow::Result<Self> {
        let folder = root().join("target/codegen");
        fs::create_dir_all(&folder)?;
        let sources = Self { folder };
        if !sources.database().exists() {
            let (name, version) = MOJIDATA;
            let package = format!("{name}@{version}");
            run("npm", &["pack", "--silent", "--pack-destination", "target/codegen", &package])?;
            let archive =
                format!("target/codegen/{}-{version}.tgz", name.trim_start_matches('@').replace('/', "-"));
            let unpacked = sources.package();
            fs::create_dir_all(&unpacked)?;
            run("tar", &["-xzf", &archive, "-C", &unpacked.to_string_lossy()])?;
        }
        Ok(sources)
    }

    fn package(&self) -> PathBuf {
        self.folder.join(format!("mojidata-{}", MOJIDATA.1))
    }

    fn database(&self) -> PathBuf {
        self.package().join("package/dist/moji.db")
    }

    /// The rows of a query on the database; NULL is an empty column.
    pub(super) fn query(&self, query: &str) -> anyhow::Result<Vec<Vec<String>>> {
        let output =
            command("sqlite3").args(["-readonly", "-tabs"]).arg(self.database()).arg(query).output()?;
        if !output.status.success() {
            bail!("{query}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let text = String::from_utf8(output.stdout)?;
        Ok(text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
    }

    /// What `uconv` makes of `input`; what it cannot convert is left out.
    pub(super) fn uconv(
        &self,
        from: &str,
        to: &str,
        fallback: bool,
        input: &[u8],
    ) -> anyhow::Result<Vec<u8>> {
        let path = self.folder.join("uconv.in");
        fs::write(&path, input)?;
        let output = command("uconv")
            .args(["--callback", "skip", "-f", from, "-t", to])
            .arg(if fallback { "--fallback" } else { "--no-fallback" })
            .arg(&path)
            .output()?;
        if !output.status.success() {
            bail!("uconv from {from} to {to}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(output.stdout)
    }
}

/// How the heads of the tables name the package.
pub(super) fn mojidata() -> String {
    format!("npm package {} {}", MOJIDATA.0, MOJIDATA.1)
}

/// The version of a crate in the lock file, for the heads of the tables.
pub(super) fn crate_version(name: &str) -> anyhow::Result<String> {
    let output = command("cargo").args(["metadata", "--format-version", "1", "--locked"]).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata.get("packages").and_then(Value::as_array).context("no packages")?;
    let version = packages.iter().find(|package| package.get("name").and_then(Value::as_str) == Some(name));
    let version = version.and_then(|package| package.get("version")).and_then(Value::as_str);
    Ok(version.with_context(|| format!("{name} is not in the lock file"))?.to_owned())
}
