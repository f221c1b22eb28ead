//! The other programs that convert characters, really run.

use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::universe::Direction;
use crate::run::root;

/// A program whose conversions are compared with ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    Glibc,
    Python,
    Java,
    /// Java's everyday `new String(bytes, charset)` and `getBytes`, which never refuse.
    JavaString,
    Postgres,
    Icu,
}

impl Peer {
    pub(super) const ALL: [Self; 6] =
        [Self::Glibc, Self::Python, Self::Java, Self::JavaString, Self::Postgres, Self::Icu];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Glibc => "glibc",
            Self::Python => "Python",
            Self::Java => "Java",
            Self::JavaString => "Java String",
            Self::Postgres => "PostgreSQL",
            Self::Icu => "ICU",
        }
    }

    /// The name of UTF-8, between which and a charset all sweeps convert.
    pub(super) fn utf_8(self) -> &'static str {
        if self == Self::Postgres { "UTF8" } else { "UTF-8" }
    }
}

/// A peer and its name for a charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Program {
    pub peer: Peer,
    pub name: &'static str,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.peer.name(), self.name)
    }
}

/// The interpreter of the Debian package, whatever others are on the path.
const PYTHON: &str = "/usr/bin/python3";
const POSTGRES: &str = "/usr/lib/postgresql/15/bin";
/// The account that owns the cluster where we are root: PostgreSQL refuses to run as root.
const POSTGRES_USER: &str = "postgres";

/// Where the peers are built and asked.
pub(super) struct Workshop {
    folder: PathBuf,
    /// User and group of the throw-away cluster, if they are not our own.
    owner: Option<(u32, u32)>,
}

impl Workshop {
    /// Compiles the peers' programs and makes a cluster of PostgreSQL, in `target/peers`.
    pub(super) fn open() -> anyhow::Result<Self> {
        let folder = root().join("target/peers");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        fs::create_dir_all(&folder)?;
        let programs = root().join("xtask/src/peers/programs");
        finish(
            Command::new("cc")
                .args(["-O2", "-std=c11", "-Wall", "-Wextra", "-Werror"])
                .arg(programs.join("converters.c"))
                .args(["-licuuc", "-o"])
                .arg(folder.join("converters")),
        )?;
        finish(Command::new("javac").arg("-d").arg(&folder).arg(programs.join("Converters.java")))?;
        let workshop = Self { owner: owner()?, folder };
        let cluster = workshop.folder.join("postgres");
        fs::create_dir(&cluster)?;
        if let Some((user, group)) = workshop.owner {
            std::os::unix::fs::chown(&cluster, Some(user), Some(group))?;
        }
        // Without durability: it lives as long as this task.
        finish(
            workshop
                .postgres("initdb")
                .args(["-E", "UTF8", "--locale=C", "-N", "-A", "trust", "-D"])
                .arg(cluster.join("data")),
        )?;
        Ok(workshop)
    }

    /// Takes everything down again.
    pub(super) fn close(self) -> anyhow::Result<()> {
        fs::remove_dir_all(&self.folder).with_context(|| self.folder.display().to_string())
    }

    /// The version of a peer.
    pub(super) fn version(&self, peer: Peer) -> anyhow::Result<String> {
        let mut command = match peer {
            Peer::Glibc => self.c("version", "glibc"),
            Peer::Icu => self.c("version", "icu"),
            Peer::Python => self.python("version"),
            Peer::Java | Peer::JavaString => self.java("version"),
            Peer::Postgres => {
                let mut command = self.postgres("postgres");
                command.arg("--version");
                command
            }
        };
        let text = finish(&mut command)?;
        // PostgreSQL says: postgres (PostgreSQL) 15.18 (Debian …)
        let version = text.strip_prefix("postgres (PostgreSQL) ").unwrap_or(&text);
        Ok(version.split_whitespace().next().unwrap_or_default().to_owned())
    }

    /// What a program makes of codes or texts.
    pub(super) fn ask(&self, program: Program, way: Direction, texts: &str) -> anyhow::Result<String> {
        let (name, utf_8) = (program.name, program.peer.utf_8());
        match way {
            Direction::Decode => self.convert(program.peer, name, utf_8, texts),
            Direction::Encode => self.convert(program.peer, utf_8, name, texts),
        }
    }

    /// What a peer makes of texts given as lines of hex digits: lines of the same kind, `!` where it refuses.
    pub(super) fn convert(&self, peer: Peer, from: &str, to: &str, texts: &str) -> anyhow::Result<String> {
        let input = self.folder.join("texts");
        fs::write(&input, texts)?;
        let output = self.folder.join("answers");
        let mut command = match peer {
            Peer::Glibc => self.c("glibc", from),
            Peer::Icu => self.c("icu", from),
            Peer::Python => self.python(from),
            Peer::Java => self.java("strict"),
            Peer::JavaString => self.java("string"),
            Peer::Postgres => return self.ask_postgres(from, to, &input),
        };
        if matches!(peer, Peer::Java | Peer::JavaString) {
            command.arg(from);
        }
        command.arg(to).stdin(File::open(&input)?).stdout(File::create(&output)?);
        let status = command.status()?;
        if !status.success() {
            bail!("{} from {from} to {to} ended with {status}", peer.name());
        }
        answers(&output, texts).with_context(|| format!("{} from {from} to {to}", peer.name()))
    }

    fn c(&self, first: &str, second: &str) -> Command {
        let mut command = Command::new(self.folder.join("converters"));
        command.args([first, second]);
        command
    }

    fn python(&self, first: &str) -> Command {
        let mut command = Command::new(PYTHON);
        command.arg(root().join("xtask/src/peers/programs/converters.py")).arg(first);
        command
    }

    fn java(&self, first: &str) -> Command {
        let mut command = Command::new("java");
        command.arg("-cp").arg(&self.folder).args(["Converters", first]);
        command
    }

    fn postgres(&self, program: &str) -> Command {
        let mut command = Command::new(Path::new(POSTGRES).join(program));
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        // Its working folder must be one it may read.
        command.current_dir(self.folder.join("postgres")).env_remove("LC_ALL").env("TZ", "UTC");
        command
    }

    /// Asks PostgreSQL in single-user mode: no server to stop, no port to find.
    fn ask_postgres(&self, from: &str, to: &str, input: &Path) -> anyhow::Result<String> {
        let folder = self.folder.join("postgres");
        let output = folder.join("answers");
        let texts = fs::read_to_string(input)?;
        fs::set_permissions(input, fs::Permissions::from_mode(0o644))?;
        let statements = fs::read_to_string(root().join("xtask/src/peers/programs/converters.sql"))?
            .replace(":texts", &input.display().to_string())
            .replace(":answers", &output.display().to_string())
            .replace(":source", from)
            .replace(":target", to);
        let script = self.folder.join("statements");
        fs::write(&script, statements)?;
        let told = self
            .postgres("postgres")
            .args(["--single", "-j", "-D"])
            .arg(folder.join("data"))
            .arg("postgres")
            .stdin(File::open(&script)?)
            .stdout(Stdio::null())
            .output()?;
        // A statement that fails does not end it; then the answers are missing.
        let answers = answers(&output, &texts);
        answers.with_context(|| format!("PostgreSQL: {}", String::from_utf8_lossy(&told.stderr)))
    }
}

/// Reads the answers and takes them away, so that none is taken for the next question's.
fn answers(path: &Path, texts: &str) -> anyhow::Result<String> {
    let answers = fs::read_to_string(path)?;
    fs::remove_file(path)?;
    let (given, wanted) = (answers.lines().count(), texts.lines().count());
    if given != wanted {
        bail!("{given} answers to {wanted} texts");
    }
    Ok(answers)
}

/// Who owns the cluster: ourselves, or PostgreSQL's account where we are root.
fn owner() -> anyhow::Result<Option<(u32, u32)>> {
    let id = |arguments: &[&str]| -> anyhow::Result<u32> {
        Ok(finish(Command::new("id").args(arguments))?.trim().parse()?)
    };
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    Ok(Some((id(&["-u", POSTGRES_USER])?, id(&["-g", POSTGRES_USER])?)))
}

/// Runs a command to its end; its words are worth reading only when it fails.
fn finish(command: &mut Command) -> anyhow::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{program} could not be started"))?;
    if !output.status.success() {
        bail!("{program}: {}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
