//! The door of the program: `[tls]`, `[oidc]`, and what the running program says of who comes in.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use daicho::config::{Config, DEFAULT_FILE};

use super::program::daicho;

/// A town whose configuration has these lines before `[users]`.
fn town(dir: &Path, lines: &str) {
    daicho::demo::init(dir, false).unwrap();
    let text = DEFAULT_FILE.replace("\n[users]\n", &format!("\n{lines}\n[users]\n"));
    let text = text.replace("listen = \"127.0.0.1:8080\"", "listen = \"127.0.0.1:0\"");
    fs::write(dir.join("daicho.toml"), text).unwrap();
}

#[test]
fn mistakes_in_tls_and_sign_on_stop_the_start_and_are_told() {
    let tls = "[tls]\ncertificate = \"server.pem\"\nkey_file = \"server.key\"\n";
    let oidc = "[oidc]\nissuer = \"https://id.invalid\"\nclient_id = \"daicho\"\nbase = \"https://daicho.invalid\"\n";
    for (lines, told) in [
        (tls.to_owned(), "server.pem が読めません"),
        (format!("{tls}client_certificate = \"offered\"\n"), "client_ca"),
        (format!("{tls}client_certificate = \"maybe\"\n"), "client_certificate"),
        (format!("{tls}clientca = \"x\"\n"), "clientca"),
        (oidc.replace("https://id.invalid", "http://id.invalid"), "issuer は https://"),
        (oidc.replace("https://daicho.invalid", "daicho.invalid"), "base は https://"),
        (format!("{oidc}client_secret_file = \"no.secret\"\n"), "no.secret が読めません"),
        (format!("{oidc}client_secret = \"himitsu\"\n"), "client_secret"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        town(dir.path(), &lines);
        let run = daicho(dir.path(), &["serve"], b"");
        assert_eq!(run.code, Some(3), "{lines}: {}", run.told);
        assert!(run.told.contains(told), "{lines}: {}", run.told);
    }
}

#[test]
fn who_must_show_a_certificate_can() {
    let dir = tempfile::tempdir().unwrap();
    town(dir.path(), "");
    let path = dir.path().join("daicho.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("[users]\n", "[users]\ncertificate_for = [\"office/users\"]\n")).unwrap();
    let error = format!("{:#}", Config::read(&path).unwrap_err());
    assert!(error.contains("certificate_for を使うには、[tls]"), "{error}");
}

/// One request without a session.
fn ask(address: &str, path: &str, form: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_running_program_logs_no_password_however_much_it_logs() {
    let dir = tempfile::tempdir().unwrap();
    town(dir.path(), "");
    let mut child = Command::new(env!("CARGO_BIN_EXE_daicho"))
        .arg("serve")
        .current_dir(dir.path())
        .env("DAICHO_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    // Read beside it: a program whose messages nobody takes would wait.
    let logged = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stderr.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
    let secret = fs::read_to_string(dir.path().join(daicho::users::FIRST_SECRET)).unwrap();
    let password = secret.lines().find_map(|line| line.strip_prefix("初期パスワード ")).unwrap().to_owned();

    let wrong = ask(&address, "/login", "id=kanri&password=machigai-no-kotoba");
    assert!(wrong.starts_with("HTTP/1.1 401"), "{wrong}");
    let right = ask(&address, "/login", &format!("id=kanri&password={password}"));
    assert!(right.starts_with("HTTP/1.1 303"), "{right}");
    let cookie = right.split("daicho_session=").nth(1).unwrap().split(';').next().unwrap().to_owned();
    ask(&address, "/users", "certificate=-----BEGIN+PRIVATE+KEY-----kagi-no-naka");
    child.kill().unwrap();
    child.wait().unwrap();
    let logged = logged.join().unwrap();
    assert!(logged.contains("TRACE") || logged.contains("DEBUG"), "it logs much: {logged}");
    for secret in [password.as_str(), "machigai-no-kotoba", &cookie, "kagi-no-naka"] {
        assert!(!logged.contains(secret) && !line.contains(secret), "{secret} is logged");
    }
}
