//! A throw-away PostgreSQL from the installed programs, for tests.
//!
//! The first test that asks starts one cluster for its process: on a socket in a temporary folder, without flushes,
//! with a database of its own for each test. A process that watches takes it down and removes the folder when the
//! test process is gone, however it went.
//!
//! Where PostgreSQL is not installed, tests that need it fail and say what to install: a suite that skips one of two
//! databases would be green for the wrong reason.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test's support fails by panicking, at the place that is wrong"
)]

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::servers::Certificate;

/// The port whose name sockets have when nobody says otherwise.
const PORT: u16 = 5432;

/// Where Debian and others put the programs of each version.
const HOMES: &[&str] = &["/usr/lib/postgresql", "/usr/pgsql"];

/// The account that owns the cluster where we are root: PostgreSQL refuses to run as root.
const ACCOUNT: &str = "postgres";

/// Ends the server and clears up when the test process does not hold the other end of its input any more.
const WATCH: &str = r#"cat >/dev/null; "$1/pg_ctl" stop -D "$2/data" -m immediate -s; cd /; rm -rf "$2""#;

/// A running server.
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    account: Option<(u32, u32)>,
    settings: String,
    /// Its port, for the name of its socket and for TLS.
    port: u16,
    /// Its input is closed by the system when this process ends.
    watch: Option<Child>,
}

/// The cluster of this process.
///
/// # Panics
/// When PostgreSQL is not installed or does not start.
pub fn cluster() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start("-c fsync=off -c full_page_writes=off"))
}

/// The address of a new, empty database in the cluster of this process.
///
/// # Panics
/// When PostgreSQL is not installed or does not start.
pub fn database() -> String {
    cluster().database()
}

/// The address of a new, empty schema in one database of the cluster of this process: sooner made than a database,
/// for tests of many small journals.
///
/// # Panics
/// When PostgreSQL is not installed or does not start.
pub fn schema() -> String {
    static SHARED: OnceLock<String> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let address = SHARED.get_or_init(database);
    let name = format!("town_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    cluster().run(address, &format!("CREATE SCHEMA {name}"));
    format!("{address} options='-c search_path={name}'")
}

impl Cluster {
    /// Starts a server with further settings, such as `-c max_connections=200`.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub fn start(settings: &str) -> Self {
        Self::start_with(settings, PORT, |_| ())
    }

    /// Starts a server that also speaks TLS, for the name `localhost`; addresses of this way come from
    /// [`Cluster::over_tls`].
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub fn start_with_tls(certificate: &Certificate) -> Self {
        // Free a moment ago; a socket of this process is no help, for the server opens it itself.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "-c fsync=off -c ssl=on -c ssl_cert_file=server.pem -c ssl_key_file=server.pem \
             -c listen_addresses=localhost -c port={port}"
        );
        Self::start_with(&settings, port, |cluster| {
            let file = cluster.folder.join("data/server.pem");
            std::fs::write(&file, certificate.key_and_certificate()).unwrap();
            std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
            if let Some((user, group)) = cluster.account {
                std::os::unix::fs::chown(&file, Some(user), Some(group)).unwrap();
            }
        })
    }

    fn start_with(settings: &str, port: u16, prepare: impl FnOnce(&Self)) -> Self {
        let cluster = Self::folder(settings, port);
        finish(cluster.command("initdb").args([
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
            "-A",
            "trust",
            "-U",
            "daicho",
            "-D",
            "data",
        ]));
        prepare(&cluster);
        cluster.watched()
    }

    /// Starts a replica that has all this server has now: it is read from and takes no writes.
    ///
    /// # Panics
    /// When it does not start.
    pub fn replica(&self) -> Self {
        let replica = Self::folder(&self.settings, self.port);
        let mut copy = replica.command("pg_basebackup");
        copy.args(["-U", "daicho", "-h"]).arg(&self.folder);
        finish(copy.args(["-D", "data", "-R", "-c", "fast", "-N"]));
        replica.watched()
    }

    /// A new folder that belongs to the account.
    fn folder(settings: &str, port: u16) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let programs = programs();
        let account = account();
        let name = format!("daicho-pg-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        if let Some((user, group)) = account {
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).unwrap();
        }
        Self { programs, folder, account, settings: settings.to_owned(), port, watch: None }
    }

    /// Starts the server, and who clears up behind it.
    fn watched(mut self) -> Self {
        let mut watch = Command::new("sh");
        watch.current_dir("/").args(["-c", WATCH, "watch"]).arg(&self.programs).arg(&self.folder);
        if let Some((user, group)) = self.account {
            watch.uid(user).gid(group);
        }
        // A group of its own: what ends the tests from the keyboard must not end it before its work is done.
        self.watch =
            Some(watch.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap());
        self.resume();
        self
    }

    /// Starts the server again after [`Cluster::stop`].
    pub fn resume(&self) {
        assert!(self.start_again(), "PostgreSQL does not start: {}", self.log());
    }

    fn start_again(&self) -> bool {
        let log = self.folder.join("log");
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c max_connections=200 -c max_wal_size=4GB {}",
            self.folder.display(),
            self.settings
        );
        let log = File::options().create(true).append(true).open(log).unwrap();
        let status = self
            .command("pg_ctl")
            .args(["start", "-D", "data", "-w", "-t", "120", "-s", "-o", &options])
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .status()
            .unwrap();
        status.success()
    }

    /// Stops the server as a power cut of it would: no clean end, no last words.
    pub fn stop(&self) {
        finish(self.command("pg_ctl").args(["stop", "-D", "data", "-m", "immediate", "-s"]));
    }

    /// Kills the server's first process, as the system does when memory runs out: it cannot end its sessions, which
    /// notice by themselves. Then waits until it can be started again, and starts it.
    pub fn kill_and_resume(&self) {
        let text = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        kill(text.lines().next().unwrap());
        // It refuses to start as long as one of the old sessions still holds the shared memory.
        while !self.start_again() {}
    }

    /// Kills one session of this program in a database without a last word; the server then ends all sessions and
    /// recovers as after a crash. Tells whether there was one. `busy` asks for one that is at work.
    pub fn kill_session(&self, address: &str, busy: bool) -> bool {
        let busy = if busy { "AND state <> 'idle'" } else { "" };
        let session = self.run(
            address,
            &format!(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'daicho'
                 AND datname = current_database() {busy} ORDER BY random() LIMIT 1"
            ),
        );
        let session = session.trim();
        if !session.is_empty() {
            kill(session);
        }
        !session.is_empty()
    }

    /// Waits until the server takes connections, as after a crash it recovered from.
    pub fn wait(&self) {
        let ready = || {
            let asked =
                self.command("pg_isready").args(["-q", "-U", "daicho", "-h"]).arg(&self.folder).status();
            asked.unwrap().success()
        };
        while !ready() {}
    }

    /// What the server wrote.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// The address of a new, empty database.
    pub fn database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("town_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        // Copying files is quicker here than writing the copy to the log.
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy"));
        self.address(&name)
    }

    /// The folder that stands as host in its addresses.
    pub fn host(&self) -> String {
        self.folder.display().to_string()
    }

    /// The socket it listens on.
    pub fn socket(&self) -> PathBuf {
        self.folder.join(format!(".s.PGSQL.{}", self.port))
    }

    /// The address of a database.
    pub fn address(&self, database: &str) -> String {
        format!("host={} user=daicho dbname={database}", self.folder.display())
    }

    /// The address of a database as a machine far away has it, by this name of the server's.
    pub fn over_tls(&self, name: &str, address: &str) -> String {
        address
            .replace(&format!("host={}", self.folder.display()), &format!("host={name} port={}", self.port))
    }

    /// Runs SQL in a database given by its address; what it answers, one row per line.
    pub fn run(&self, address: &str, sql: &str) -> String {
        let database = address.rsplit("dbname=").next().unwrap_or_default();
        let database = database.split_whitespace().next().unwrap_or_default();
        self.sql(database, sql)
    }

    /// Runs pgbench with a script in a database, for comparisons; what it prints.
    pub fn pgbench(&self, address: &str, script: &str, arguments: &[&str]) -> String {
        let database = address.rsplit("dbname=").next().unwrap_or_default();
        let file = self.folder.join("script.sql");
        std::fs::write(&file, script).unwrap();
        finish(
            self.command("pgbench")
                .args(["-n", "-U", "daicho", "-h"])
                .arg(&self.folder)
                .arg("-f")
                .arg(&file)
                .args(arguments)
                .arg(database),
        )
    }

    fn sql(&self, database: &str, sql: &str) -> String {
        finish(
            self.command("psql")
                .args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", "daicho", "-h"])
                .arg(&self.folder)
                .args(["-d", database, "-c", sql]),
        )
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        // Its working folder must be one it may read.
        command
            .current_dir(&self.folder)
            .env_remove("LC_ALL")
            .env("TZ", "UTC")
            .env("PGPORT", self.port.to_string());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Waiting closes the watch's input, and so has it clear up.
        let _gone = self.watch.as_mut().map(Child::wait);
    }
}

/// Ends a process at once. One that is gone already is as good.
fn kill(process: &str) {
    let _gone = Command::new("kill").args(["-9", process]).stderr(Stdio::null()).status().unwrap();
}

/// Runs a command to its end; its words are worth reading only when it fails.
fn finish(command: &mut Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program}: {}\n{text}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// The folder of the newest installed version's programs.
fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for home in HOMES {
        for entry in std::fs::read_dir(home).into_iter().flatten().flatten() {
            let version = entry.file_name().to_string_lossy().parse().unwrap_or(0);
            let bin = entry.path().join("bin");
            if bin.join("initdb").exists() && bin.join("postgres").exists() {
                found.push((version, bin));
            }
        }
    }
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&on_path).find(|path: &PathBuf| path.join("initdb").exists());
    found.sort();
    found.pop().map(|(_, path)| path).or(on_path).unwrap_or_else(|| {
        panic!("PostgreSQL is not installed: run `cargo xtask packages`, or install the package postgresql")
    })
}

/// Who owns the cluster: ourselves, or PostgreSQL's account where we are root.
fn account() -> Option<(u32, u32)> {
    let id =
        |arguments: &[&str]| -> u32 { finish(Command::new("id").args(arguments)).trim().parse().unwrap() };
    let is_root = id(&["-u"]) == 0;
    is_root.then(|| (id(&["-u", ACCOUNT]), id(&["-g", ACCOUNT])))
}
