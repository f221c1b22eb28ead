//! OpenSSH with its own SFTP service.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Running, finish, is_root, program};

/// A running `sshd` that lets the account of this process in with a key.
pub struct SftpServer {
    running: Running,
}

impl SftpServer {
    /// Starts one.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// Starts one that writes nothing.
    pub fn start_read_only() -> Self {
        Self::start_with(" -R")
    }

    fn start_with(options: &str) -> Self {
        let mut running = Running::prepare("sshd");
        let sshd = program("sshd", "the package openssh-server");
        if is_root() {
            // Where a system's own start makes it.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let folder = running.folder.clone();
        for key in ["host", "client"] {
            let mut keygen = Command::new(program("ssh-keygen", "the package openssh-client"));
            finish(keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(folder.join(key)), "");
        }
        fs::rename(folder.join("client.pub"), folder.join("authorized")).unwrap();
        fs::create_dir(folder.join("root")).unwrap();
        let at = folder.display();
        let port = running.port;
        let settings = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {at}/host\nAuthorizedKeysFile {at}/authorized\n\
             PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin yes\nMaxStartups 100\n\
             Subsystem sftp internal-sftp{options}\n"
        );
        fs::write(folder.join("sshd_config"), settings).unwrap();
        running.start(Command::new(sshd).args(["-D", "-e", "-f"]).arg(folder.join("sshd_config")));
        Self { running }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.running.port
    }

    /// The account that may log in.
    pub fn user(&self) -> String {
        finish(Command::new("id").arg("-un"), "").trim().to_owned()
    }

    /// The file of the key it logs in with.
    pub fn key_file(&self) -> PathBuf {
        self.running.folder.join("client")
    }

    /// The fingerprint of the host key, as `ssh-keygen` prints it.
    pub fn host_key(&self) -> String {
        let mut keygen = Command::new(program("ssh-keygen", "the package openssh-client"));
        let printed = finish(keygen.arg("-lf").arg(self.running.folder.join("host.pub")), "");
        printed.split_whitespace().find(|word| word.starts_with("SHA256:")).unwrap().to_owned()
    }

    /// A new, empty folder on it.
    pub fn folder(&self) -> PathBuf {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("root/place-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = self.running.folder.join(name);
        fs::create_dir(&folder).unwrap();
        folder
    }

    /// A file of ours that is removed with the server.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.running.folder.join(name)
    }

    /// What it wrote.
    pub fn log(&self) -> String {
        self.running.log()
    }
}
