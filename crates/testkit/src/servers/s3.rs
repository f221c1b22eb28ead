//! An S3 server over a folder that checks signatures.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Running, program, write_secret};

/// A running `s3s-fs`.
pub struct S3Server {
    running: Running,
}

/// The access key's id and its secret.
const KEY: [&str; 2] = ["AKIDAICHOTEST", "not-a-secret-outside-tests"];

impl S3Server {
    /// Starts one.
    pub fn start() -> Self {
        let mut running = Running::prepare("s3");
        let folder = running.folder.clone();
        fs::create_dir(folder.join("buckets")).unwrap();
        write_secret(&folder.join("key"), &format!("{}\n{}\n", KEY[0], KEY[1]));
        let mut command = Command::new(program("s3s-fs", "the crate s3s-fs with its feature binary"));
        let port = running.port.to_string();
        command.args([
            "--host",
            "127.0.0.1",
            "--port",
            &port,
            "--access-key",
            KEY[0],
            "--secret-key",
            KEY[1],
        ]);
        running.start(command.arg(folder.join("buckets")));
        Self { running }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.running.port
    }

    /// The file of the access key.
    pub fn key_file(&self) -> PathBuf {
        self.running.folder.join("key")
    }

    /// A new, empty bucket: its name, and the folder its objects lie in.
    pub fn bucket(&self) -> (String, PathBuf) {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("bucket-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = self.running.folder.join("buckets").join(&name);
        fs::create_dir(&folder).unwrap();
        (name, folder)
    }

    /// A file of ours that is removed with the server.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.running.folder.join(name)
    }
}
