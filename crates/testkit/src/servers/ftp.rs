//! pure-ftpd with one user of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Certificate, Running, finish, is_root, program, write_secret};

/// How a server is to be.
#[derive(Default)]
pub struct FtpSettings<'a> {
    /// Takes nothing but TLS, with this certificate.
    pub certificate: Option<&'a Certificate>,
    /// Has room for one megabyte.
    pub small: bool,
}

/// A running `pure-ftpd`. It changes to another account for each user, so only root can start it.
pub struct FtpServer {
    running: Running,
    arguments: Vec<String>,
}

/// The user's password.
const PASSWORD: &str = "himitsu";

/// The password as the system's `crypt` writes it. `pure-pw` would write it so that each login takes seconds.
const HASH: &str =
    "$6$daichotest$.JC7OKAxDYnXe4ehGht.6dluXOWpZ9lKqBPFSw2HomfSI7QLSuXsJdDmE6QE3YhdxAIb7uhRIbUcPRA7SyC3p0";

impl FtpServer {
    /// Starts one.
    ///
    /// # Panics
    /// When it is not installed, or these tests do not run as root.
    pub fn start(settings: &FtpSettings<'_>) -> Self {
        let running = Running::prepare("ftpd");
        assert!(is_root(), "pure-ftpd can be started by root only: run these tests as root, as CI does");
        let folder = running.folder.clone();
        let at = folder.display().to_string();
        fs::create_dir(folder.join("root")).unwrap();
        give_to_nobody(&folder.join("root"));
        let quota = if settings.small { "1048576" } else { "" };
        let nobody = [id("-u"), id("-g")].join(":");
        let user = format!("town:{HASH}:{nobody}::{at}/root/./:::::::{quota}:::::\n");
        fs::write(folder.join("users"), user).unwrap();
        let mut make = Command::new(program("pure-pw", "the package pure-ftpd"));
        finish(make.args(["mkdb", &format!("{at}/users.pdb"), "-f", &format!("{at}/users")]), "");
        write_secret(&folder.join("password"), &format!("{PASSWORD}\n"));
        let mut arguments = vec![
            format!("--bind=127.0.0.1,{}", running.port),
            format!("--login=puredb:{at}/users.pdb"),
            format!("--pidfile={at}/pid"),
            "--minuid=1".into(),
            "--noanonymous".into(),
            "--chrooteveryone".into(),
            "--dontresolve".into(),
            "--maxclientsnumber=100".into(),
            "--maxclientsperip=100".into(),
        ];
        if let Some(certificate) = settings.certificate {
            write_secret(&folder.join("certificate.pem"), &certificate.key_and_certificate());
            arguments.extend(["--tls=2".into(), format!("--certfile={at}/certificate.pem")]);
        }
        let mut server = Self { running, arguments };
        server.start_again();
        server
    }

    /// Starts it after [`FtpServer::kill`], on the same port.
    pub fn start_again(&mut self) {
        let mut command = Command::new(program("pure-ftpd", "the package pure-ftpd"));
        self.running.start(command.args(&self.arguments));
    }

    /// Kills it without a last word.
    pub fn kill(&mut self) {
        self.running.kill();
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.running.port
    }

    /// The user that may log in.
    pub fn user(&self) -> &'static str {
        "town"
    }

    /// The file of the user's password.
    pub fn password_file(&self) -> PathBuf {
        self.running.folder.join("password")
    }

    /// A new, empty folder: its name for the user, and its path here.
    pub fn folder(&self) -> (String, PathBuf) {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("place-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = self.running.folder.join("root").join(&name);
        fs::create_dir(&folder).unwrap();
        give_to_nobody(&folder);
        (name, folder)
    }

    /// A file of ours that is removed with the server.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.running.folder.join(name)
    }
}

/// The number of the account `nobody` or of its group.
fn id(which: &str) -> String {
    finish(Command::new("id").args([which, "nobody"]), "").trim().to_owned()
}

fn give_to_nobody(folder: &std::path::Path) {
    finish(Command::new("chown").arg(format!("{}:{}", id("-u"), id("-g"))).arg(folder), "");
}
