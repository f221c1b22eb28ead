//! What the project needs beyond crates: installed where that is possible, otherwise asked for in one sentence.

use std::process::{Command, Stdio};

use anyhow::bail;

use crate::run::run_with;

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
pub(crate) const FOR_TESTS: &[Package] = &[
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
    Package { name: "poppler-utils", proof: Proof::Program("pdftotext") },
    Package { name: "nodejs", proof: Proof::Program("node") },
    Package { name: "npm", proof: Proof::Program("npm") },
];

/// What the benchmark's peers need.
pub(crate) const FOR_BENCH: &[Package] = &[
    Package { name: "sqlite3", proof: Proof::Program("sqlite3") },
    Package { name: "time", proof: Proof::Program("/usr/bin/time") },
    Package { name: "gcc", proof: Proof::Program("cc") },
    Package { name: "g++", proof: Proof::Program("c++") },
    Package { name: "libicu-dev", proof: Proof::File("/usr/include/unicode/ucnv.h") },
    Package { name: "postgresql", proof: Proof::Postgres("initdb") },
];

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
            Proof::File(path) => std::path::Path::new(path).exists(),
            Proof::Program(program) => is_on_path(program),
            Proof::Postgres(program) => {
                let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
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
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    run_with("apt-get", &["update", "-q"], &quiet)?;
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
    arguments.extend(missing);
    run_with("apt-get", &arguments, &quiet)
}
