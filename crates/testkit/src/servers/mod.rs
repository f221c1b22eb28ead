//! Real servers for tests of places: OpenSSH, pure-ftpd and an S3 server, started on a free port of this machine in a
//! temporary folder.
//!
//! A process that watches takes each down and removes its folder when the test process is gone, however it went. Where a
//! server is not installed, tests that need it fail and say what to install: a suite that skips a protocol would be green
//! for the wrong reason.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test's support fails by panicking, at the place that is wrong"
)]

mod certificates;
mod ftp;
mod proxy;
mod s3;
mod sftp;

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

pub use certificates::{Certificate, Validity, server_with};
pub use ftp::{FtpServer, FtpSettings};
pub use proxy::{Fault, Proxy};
pub use s3::S3Server;
pub use sftp::SftpServer;

/// Ends the server and clears up when the test process does not hold the other end of its input any more. A server's
/// helpers may still write while their folder is removed.
const WATCH: &str = r#"cat >/dev/null; cd /
kill -9 "-$(cat "$1/group")" 2>/dev/null
for try in 1 2 3 4 5 6 7 8 9; do rm -rf "$1" 2>/dev/null && exit; sleep 1; done"#;

/// A folder for one server, and the server once it runs.
struct Running {
    folder: PathBuf,
    port: u16,
    server: Option<Child>,
    /// Its input is closed by the system when this process ends.
    watch: Child,
}

impl Running {
    /// A new folder and a port nobody uses.
    fn prepare(name: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("daicho-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        // Other accounts' servers have to pass through.
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        let watch = Command::new("sh")
            .args(["-c", WATCH, "watch"])
            .arg(&folder)
            .current_dir("/")
            // A group of its own: what ends the tests from the keyboard must not end it before its work is done.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { folder, port: free_port(), server: None, watch }
    }

    /// Starts a server that stays in the foreground, and returns when it takes connections.
    fn start(&mut self, command: &mut Command) {
        let log = File::create(self.folder.join("log")).unwrap();
        let mut server = command
            .current_dir(&self.folder)
            // A group of its own, so that its helpers end with it.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()));
        std::fs::write(self.folder.join("group"), server.id().to_string()).unwrap();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if let Some(ended) = server.try_wait().unwrap() {
                panic!("{:?} ended with {ended}: {}", command.get_program(), self.log());
            }
            std::thread::yield_now();
        }
        self.server = Some(server);
    }

    /// Kills the server with all its helpers, without a last word.
    fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let group = format!("-{}", server.id());
            let _gone =
                Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status().unwrap();
            let _ended = server.wait();
            // Its helpers hold the port until they are gone too; whoever connected to one of them would be cut off.
            for _ in 0..PORT_TRIES {
                if TcpStream::connect(("127.0.0.1", self.port)).is_err() {
                    break;
                }
                std::thread::yield_now();
            }
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        // Waiting closes the watch's input, and so has it clear up.
        drop(self.watch.wait());
    }
}

/// How often the port of a killed server is tried; somebody else may have taken it meanwhile.
const PORT_TRIES: usize = 100_000;

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A program by its usual folders and the path.
fn program(name: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    // What `cargo xtask packages` builds from crates.
    folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/bin"));
    let found = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("{name} is not installed: run `cargo xtask packages`, or install {package}")
    })
}

/// Runs a command to its end, with something on its input; what it prints.
fn finish(command: &mut Command, input: &str) -> String {
    use std::io::Write;
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {}\n{text}{errors}", output.status);
    text
}

/// Whether these tests run as root.
fn is_root() -> bool {
    finish(Command::new("id").arg("-u"), "").trim() == "0"
}

/// Writes a file only we can read.
fn write_secret(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
