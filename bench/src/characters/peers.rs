//! The peers: programs of `bench/peers`, compiled here, which convert a slice for every line they are sent.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use serde_json::Value;

/// Compiled peers outlive a run: simdutf alone takes half a minute.
const BUILD: &str = "target/bench-peers";
const SOURCES: &str = "bench/peers";

/// The compiled programs.
pub(crate) struct Programs {
    characters: PathBuf,
    simdutf: PathBuf,
}

/// A library with a conversion of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Library {
    Icu,
    Glibc,
    Simdutf,
}

impl Library {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Library::Icu => "ICU",
            Library::Glibc => "glibc iconv",
            Library::Simdutf => "simdutf",
        }
    }
}

impl Programs {
    /// Compiles them.
    pub(crate) fn build() -> anyhow::Result<Programs> {
        let build = Path::new(BUILD);
        std::fs::create_dir_all(build)?;
        let programs = Programs { characters: build.join("characters"), simdutf: build.join("simdutf") };
        let (version, simdutf) = simdutf_sources()?;
        let object = build.join(format!("simdutf-{version}.o"));
        let source = Path::new(SOURCES);
        compile("cc", "c11", &[&source.join("characters.c")], None, &programs.characters, &["-licuuc"])?;
        if !object.exists() {
            let whole = simdutf.join("simdutf.cpp");
            compile("c++", "c++17", &[&whole], Some(&simdutf), &object, &["-c"])?;
        }
        let own = source.join("simdutf.cpp");
        compile("c++", "c++17", &[&own, &object], Some(&simdutf), &programs.simdutf, &[])?;
        Ok(programs)
    }

    /// Writes the lines of a text that every charset has, and says how many each lacked.
    pub(crate) fn common(&self, text: &Path, out: &Path, charsets: &[&str]) -> anyhow::Result<String> {
        let output =
            Command::new(&self.characters).arg("common").args([text, out]).args(charsets).output()?;
        if !output.status.success() {
            bail!("the common text was not made: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Starts a peer on a text; it is ready when this returns. `direction` is `to` or `from`.
    pub(crate) fn start(
        &self,
        library: Library,
        charset: &str,
        direction: &str,
        text: &Path,
    ) -> anyhow::Result<Peer> {
        let (program, words): (_, &[&str]) = match library {
            Library::Icu => (&self.characters, &["serve", "icu"]),
            Library::Glibc => (&self.characters, &["serve", "iconv"]),
            Library::Simdutf => (&self.simdutf, &[]),
        };
        let mut command = Command::new(program);
        command.args(words).args([charset, direction]).arg(text);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().context("a peer has no output")?);
        let mut peer = Peer { child, orders, answers, bytes: 0, hash: String::new(), kernel: String::new() };
        let ready = peer.answer()?;
        let mut words = ready.split(' ').skip(1);
        peer.bytes = words.next().unwrap_or_default().parse().with_context(|| ready.clone())?;
        peer.hash = words.next().unwrap_or_default().to_owned();
        peer.kernel = words.next().unwrap_or_default().to_owned();
        Ok(peer)
    }
}

/// A peer that waits for its next order.
pub(crate) struct Peer {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Bytes of its output.
    pub(crate) bytes: usize,
    /// FNV-1a of its output.
    pub(crate) hash: String,
    /// The kernel it chose for this machine, if it says so.
    pub(crate) kernel: String,
}

impl Peer {
    /// One conversion of a slice of the text, in seconds by its own clock.
    pub(crate) fn convert(&mut self, slice: usize, of: usize) -> anyhow::Result<f64> {
        let orders = self.orders.as_mut().context("a peer has no input")?;
        writeln!(orders, "{slice} {of}")?;
        orders.flush()?;
        let answer = self.answer()?;
        answer.parse().with_context(|| format!("a peer said {answer:?}"))
    }

    fn answer(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("a peer ended with {}", self.child.wait()?);
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends with its input.
        self.orders = None;
        let _ = self.child.wait();
    }
}

fn compile(
    compiler: &str,
    standard: &str,
    sources: &[&Path],
    include: Option<&Path>,
    out: &Path,
    more: &[&str],
) -> anyhow::Result<()> {
    let mut command = Command::new(compiler);
    command.args(["-O3", &format!("-std={standard}"), "-o"]).arg(out).args(sources);
    if let Some(include) = include {
        command.arg("-I").arg(include);
    }
    let status = command.args(more).status().with_context(|| format!("{compiler} could not be started"))?;
    if !status.success() {
        bail!("{compiler} could not make {}", out.display());
    }
    Ok(())
}

/// Version and C++ sources of simdutf: the crate carries them, the lock file pins them. Its Rust functions take raw
/// pointers, so cargo only fetches it.
fn simdutf_sources() -> anyhow::Result<(String, PathBuf)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--locked", "--all-features"];
    let output = Command::new(cargo).args(arguments).output()?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata.get("packages").and_then(Value::as_array).context("no packages")?;
    let text =
        |package: &Value, key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let found = packages.iter().find(|package| text(package, "name") == "simdutf");
    let package = found.context("simdutf is not in the lock file")?;
    let manifest = PathBuf::from(text(package, "manifest_path"));
    let folder = manifest.parent().context("a manifest lies in a folder")?.join("cpp");
    Ok((text(package, "version"), folder))
}
