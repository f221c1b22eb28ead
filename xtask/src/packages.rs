//! What the project needs beyond crates: installed where that is possible, otherwise asked for in one sentence.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::bail;

use crate::run::{root, run_with};

/// A Debian package and how to see that it is there.
pub(crate) struct Package {
    name: &'static str,
    proof: Proof,
}

enum Proof {
    /// A program on the path.
    Program(&'static str),
    /// A file.
    File(&'static str),
    /// A program in the folder of whichever version of PostgreSQL is there, or on the path.
    Postgres(&'static str),
}

const IPAMJ: Package =
    Package { name: "fonts-ipamj-mincho", proof: Proof::File("/usr/share/fonts/truetype/ipamj/ipamjm.ttf") };

/// The certificate font, and a peer for the benchmark.
pub(crate) const FOR_DEMO: &[Package] = &[IPAMJ];

/// What all tests need.
const FOR_TESTS: &[Package] = &[
    IPAMJ,
    Package {
        name: "fonts-noto-cjk",
        proof: Proof::File("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    },
    Package { name: "chromium", proof: Proof::Program("chromium") },
    // The tests start a cluster of their own; Debian's is not touched.
    Package { name: "postgresql", proof: Proof::Postgres("initdb") },
    // The program at the other end of a relay database.
    Package { name: "sqlite3", proof: Proof::Program("sqlite3") },
    // A partner of the HTTP addresses, as the manual shows it.
    Package { name: "curl", proof: Proof::Program("curl") },
    // Another one that speaks SOAP, in Debian's own Python.
    Package { name: "python3-zeep", proof: Proof::File("/usr/lib/python3/dist-packages/zeep/__init__.py") },
    // What partners open packed files with, and make them.
    Package { name: "unzip", proof: Proof::Program("unzip") },
    Package { name: "zip", proof: Proof::Program("zip") },
    Package { name: "7zip", proof: Proof::Program("7zz") },
    Package { name: "age", proof: Proof::Program("age") },
    Package { name: "poppler-utils", proof: Proof::Program("pdftotext") },
    // Reads the codes of certificates and slips from the paper.
    Package { name: "zbar-tools", proof: Proof::Program("zbarimg") },
    Package { name: "nodejs", proof: Proof::Program("node") },
    Package { name: "npm", proof: Proof::Program("npm") },
    // The servers that places are tested on. Each test starts one of its own; the machine's are not touched.
    Package { name: "openssh-server", proof: Proof::Program("/usr/sbin/sshd") },
    Package { name: "openssh-client", proof: Proof::Program("ssh-keygen") },
    Package { name: "pure-ftpd", proof: Proof::Program("/usr/sbin/pure-ftpd") },
];

/// Programs of crates that all tests need: name, version, features.
const TOOLS_FOR_TESTS: &[(&str, &str, &str)] = &[("s3s-fs", "0.14.1", "binary")];

/// What the benchmark's peers need.
pub(crate) const FOR_BENCH: &[Package] = &[
    Package { name: "sqlite3", proof: Proof::Program("sqlite3") },
    // Counts what the journal flushes.
    Package { name: "strace", proof: Proof::Program("strace") },
    Package { name: "time", proof: Proof::Program("/usr/bin/time") },
    Package { name: "gcc", proof: Proof::Program("cc") },
    Package { name: "g++", proof: Proof::Program("c++") },
    Package { name: "libicu-dev", proof: Proof::File("/usr/include/unicode/ucnv.h") },
    Package { name: "postgresql", proof: Proof::Postgres("initdb") },
    Package { name: "python3-venv", proof: Proof::File("/usr/share/doc/python3-venv") },
];

/// Python packages of the benchmark's peers, with their versions.
pub(crate) const PYTHON_FOR_BENCH: &[&str] = &["duckdb==2.0.1"];

/// What `cargo xtask codegen` asks: ICU's converters, and the reader of an npm package that is a database.
pub(crate) const FOR_CODEGEN: &[Package] = &[
    Package { name: "icu-devtools", proof: Proof::Program("uconv") },
    Package { name: "npm", proof: Proof::Program("npm") },
    Package { name: "sqlite3", proof: Proof::Program("sqlite3") },
];

/// The peers of `cargo xtask peers`; glibc's and ICU's converters come with the C compiler and with `libicu-dev`.
pub(crate) const FOR_PEERS: &[Package] = &[
    Package { name: "gcc", proof: Proof::Program("cc") },
    Package { name: "libicu-dev", proof: Proof::File("/usr/include/unicode/ucnv.h") },
    Package { name: "python3", proof: Proof::File("/usr/bin/python3") },
    Package { name: "openjdk-17-jdk-headless", proof: Proof::Program("javac") },
    Package { name: "postgresql-15", proof: Proof::File("/usr/lib/postgresql/15/bin/initdb") },
];

impl Package {
    fn is_there(&self) -> bool {
        match self.proof {
            Proof::File(path) => Path::new(path).exists(),
            Proof::Program(program) => is_on_path(program),
            Proof::Postgres(program) => {
                let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
                let mut programs = versions.map(|version| version.path().join("bin").join(program));
                programs.any(|path| path.exists()) || is_on_path(program)
            }
        }
    }
}

fn is_on_path(program: &str) -> bool {
    let status = Command::new("sh").args(["-c", "command -v \"$0\"", program]).stdout(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Debian starts the servers it installs, unless this file says no. The tests start their own, on ports of their own.
struct NoStart {
    is_ours: bool,
}

const POLICY: &str = "/usr/sbin/policy-rc.d";

impl NoStart {
    fn put() -> anyhow::Result<Self> {
        let is_ours = !Path::new(POLICY).exists();
        if is_ours {
            fs::write(POLICY, "#!/bin/sh\nexit 101\n")?;
            fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self { is_ours })
    }
}

impl Drop for NoStart {
    fn drop(&mut self) {
        if self.is_ours {
            // What stays would keep servers from starting that somebody installs later.
            if let Err(error) = fs::remove_file(POLICY) {
                eprintln!("remove {POLICY}: {error}");
            }
        }
    }
}

/// All that tests need beyond crates that are linked.
pub(crate) fn ensure_for_tests() -> anyhow::Result<()> {
    ensure(FOR_TESTS)?;
    ensure_tools(TOOLS_FOR_TESTS)
}

/// Builds the programs of crates that are missing below `target/tools`, where the tests look for them.
fn ensure_tools(tools: &[(&str, &str, &str)]) -> anyhow::Result<()> {
    let folder = root().join("target/tools");
    for (name, version, features) in tools {
        if folder.join("bin").join(name).exists() || is_on_path(name) {
            continue;
        }
        let at = folder.to_string_lossy();
        // A folder of its own for the build: it must not meet a running build of the tree.
        let build = [("CARGO_TARGET_DIR", "target/tools/build")];
        let options =
            // Not optimised: building it so takes twice as long as all tests of it.
            ["install", name, "--debug", "--version", version, "--locked", "--features", features, "--root", &at];
        run_with("cargo", &options, &build)?;
        fs::remove_dir_all(folder.join("build"))?;
    }
    Ok(())
}

/// Installs Python packages into a folder of their own below `target`; the machine's Python stays as it is.
pub(crate) fn ensure_python(packages: &[&str]) -> anyhow::Result<()> {
    let folder = root().join("target/bench-peers/python");
    let at = folder.to_string_lossy();
    let installed = folder.join("installed");
    let wanted = packages.join("\n");
    if fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    run_with("python3", &["-m", "venv", &at], &[])?;
    let pip = folder.join("bin/pip");
    let mut arguments = vec!["install", "--quiet", "--disable-pip-version-check"];
    arguments.extend(packages);
    run_with(&pip.to_string_lossy(), &arguments, &[])?;
    Ok(fs::write(installed, wanted)?)
}

/// Installs what is missing when this may be done here (Debian, as root), otherwise says the one command to type.
pub(crate) fn ensure(packages: &[Package]) -> anyhow::Result<()> {
    let missing: Vec<&str> =
        packages.iter().filter(|package| !package.is_there()).map(|package| package.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    if !is_root {
        bail!("these packages are missing; install them with: sudo apt-get install {}", missing.join(" "));
    }
    let _policy = NoStart::put()?;
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    run_with("apt-get", &["update", "-q"], &quiet)?;
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
    arguments.extend(missing);
    run_with("apt-get", &arguments, &quiet)
}
