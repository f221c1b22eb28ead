//! Places of the configuration, and `daicho place check`.

use std::path::Path;
use std::process::Command;

use daicho::config::{Config, DEFAULT_FILE};
use testkit::servers::SftpServer;

/// A fingerprint nobody has.
const KEY: &str = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A town in which the place `welfare-suite` is this.
fn town(dir: &Path, place: &str, network: &str) -> Result<Config, String> {
    let text = DEFAULT_FILE
        .replace("welfare-suite = \"places/welfare-suite\"", &format!("welfare-suite = {place}"))
        .replace("[places]", &format!("{network}\n[places]"));
    assert!(text.contains(place));
    daicho::demo::init(dir, false).unwrap();
    let path = dir.join("daicho.toml");
    std::fs::write(&path, text).unwrap();
    Config::read(&path).map_err(|error| format!("{error:#}"))
}

#[test]
fn a_mistake_in_a_place_is_told_and_stops_only_that_place() {
    let sftp = format!("sftp = \"host.invalid\", user = \"u\", host_key = \"{KEY}\"");
    for (place, told) in [
        ("7".to_owned(), "フォルダの名前か"),
        ("{}".into(), "どれか一つ"),
        ("{ sftp = \"a\", s3 = \"b\" }".into(), "どれか一つ"),
        (format!("{{ {sftp}, key_file = \"k\", fodler = \"/in\" }}"), "「fodler」という項目はありません"),
        (format!("{{ {sftp} }}"), "key_file と password_file のうち"),
        (
            format!("{{ {sftp}, key_file = \"k\", password_file = \"p\" }}"),
            "key_file と password_file のうち",
        ),
        (format!("{{ {sftp}, password_file = \"p\", passphrase_file = \"q\" }}"), "key_file と一緒に"),
        (format!("{{ {sftp}, key_file = 1 }}"), "key_file は \" で囲んだ文字"),
        (format!("{{ {sftp}, key_file = \"k\", timeout_seconds = 0 }}"), "timeout_seconds は 1 から"),
        (format!("{{ {sftp}, key_file = \"k\", timeout_seconds = \"30\" }}"), "timeout_seconds は 1 から"),
        (format!("{{ {sftp}, key_file = \"k\", folder = \"a\\nb\" }}"), "folder に改行"),
        ("{ sftp = \"a\", key_file = \"k\" }".into(), "user がありません"),
        ("{ sftp = \"a\", user = \"u\", key_file = \"k\" }".into(), "host_key に"),
        ("{ sftp = \"a\", user = \"u\", key_file = \"k\", host_key = \"SHA256:x\" }".into(), "指紋"),
        ("{ sftp = \"a:b\", user = \"u\" }".into(), "ポート番号"),
        ("{ ftp = \"a\", user = \"u\" }".into(), "password_file がありません"),
        ("{ ftp = \"a\", user = \"u\", password_file = \"p\", tls = 1 }".into(), "true か false"),
        (
            "{ ftp = \"a\", user = \"u\", password_file = \"p\", tls = false, ca_file = \"c\" }".into(),
            "tls = true",
        ),
        ("{ s3 = \"https://a\", access_key_file = \"k\" }".into(), "bucket がありません"),
        ("{ s3 = \"a\", bucket = \"b\", access_key_file = \"k\" }".into(), "https://"),
        ("{ s3 = \"https://a\", bucket = \"b\" }".into(), "access_key_file がありません"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let config = town(dir.path(), &place, "").unwrap();
        let places = daicho::places::all(&config);
        let what = places["welfare-suite"].as_ref().unwrap_err();
        assert!(what.contains(told), "{place}: {what}");
        assert!(places["tax-suite"].is_ok());
    }
}

#[test]
fn whole_tables_are_places() {
    for (place, named) in [
        (
            format!(
                "{{ sftp = \"h.invalid:2222\", user = \"u\", folder = \"/in\", host_key = [\"{KEY}\", \"{KEY}\"], \
                 key_file = \"k\", passphrase_file = \"p\", timeout_seconds = 60 }}"
            ),
            "sftp://h.invalid:2222/in",
        ),
        ("{ ftp = \"h.invalid\", user = \"u\", password_file = \"p\" }".into(), "ftps://h.invalid/"),
        (
            "{ ftp = \"h.invalid\", tls = false, user = \"u\", password_file = \"p\", folder = \"x\" }".into(),
            "ftp://h.invalid/x",
        ),
        (
            "{ s3 = \"https://h.invalid\", bucket = \"b\", prefix = \"x\", region = \"r\", access_key_file = \"k\" }"
                .into(),
            "https://h.invalid/b/x",
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let config = town(dir.path(), &place, "").unwrap();
        let places = daicho::places::all(&config);
        assert_eq!(places["welfare-suite"].as_ref().unwrap().describe(), named, "{place}");
    }
}

#[test]
fn a_place_outside_the_allowed_networks_stops_only_its_links() {
    let dir = tempfile::tempdir().unwrap();
    let place = format!("{{ sftp = \"127.0.0.1\", user = \"u\", host_key = \"{KEY}\", key_file = \"k\" }}");
    for (network, allowed) in [
        ("", true),
        ("[network]\nallowed = [\"127.0.0.0/8\"]", true),
        ("[network]\nallowed = [\"10.0.0.0/8\", \"sftp.example.lg.jp\"]", false),
        ("[network]\nallowed = []", false),
    ] {
        let config = town(dir.path(), &place, network).unwrap();
        let places = daicho::places::all(&config);
        assert_eq!(places["welfare-suite"].is_ok(), allowed, "{network}");
        assert!(places["tax-suite"].is_ok());
    }
    let config = town(dir.path(), &place, "[network]\nallowed = [\"10.0.0.0/8\"]").unwrap();
    let house = daicho::house::open(&config, daicho::house::Outside::default()).unwrap();
    for running in house.office.links().all() {
        let Some(place) = running.link.place() else { continue };
        match (&running.ready, place) {
            (Err(what), "welfare-suite") => assert!(what.contains("[network] allowed"), "{what}"),
            (Ok(_), place) if place != "welfare-suite" => {}
            (ready, _) => panic!("{}: {:?}", running.link.id, ready.as_ref().err()),
        }
    }
    let told = town(dir.path(), &place, "[network]\nallowed = [\"10.1.0.0/8\"]").unwrap_err();
    assert!(told.contains("10.0.0.0/8"), "{told}");
}

#[test]
fn place_check_says_each_step() {
    let server = SftpServer::start();
    let dir = tempfile::tempdir().unwrap();
    let place = |host_key: &str, folder: &Path| {
        format!(
            "{{ sftp = \"127.0.0.1:{}\", user = \"{}\", folder = \"{}\", host_key = \"{host_key}\", key_file = \"{}\" }}",
            server.port(),
            server.user(),
            folder.display(),
            server.key_file().display()
        )
    };
    let check = |name: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_daicho"))
            .args(["place", "check", name, "--config"])
            .arg(dir.path().join("daicho.toml"))
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let folder = server.folder();
    town(dir.path(), &place(&server.host_key(), &folder), "").unwrap();
    let (code, steps, said) = check("welfare-suite");
    assert_eq!((code, steps.lines().count()), (Some(0), 7), "{steps}{said}");
    assert!(steps.starts_with("よし\t接続とログイン\n"), "{steps}");
    assert_eq!(std::fs::read_dir(folder.join("out")).unwrap().count(), 0);
    let (code, steps, _) = check("tax-suite");
    assert_eq!(code, Some(0), "a folder: {steps}");
    let (code, _, said) = check("no-such-place");
    assert!(code == Some(3) && said.contains("tax-suite、welfare-suite"), "{said}");
    town(dir.path(), &place(KEY, &folder), "").unwrap();
    let (code, steps, said) = check("welfare-suite");
    assert_eq!((code, steps.as_str()), (Some(3), ""));
    assert!(said.contains("ホスト鍵が違います") && said.contains(&server.host_key()), "{said}");
    town(dir.path(), &place(&server.host_key(), &folder.join("gone")), "").unwrap();
    let (_, _, said) = check("welfare-suite");
    assert!(said.contains("gone」がありません"), "{said}");
}
