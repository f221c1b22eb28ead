//! The configuration file.

use daicho::config::{Config, DEFAULT_FILE};

fn read(text: &str) -> Result<Config, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("daicho.toml");
    std::fs::write(&path, text).unwrap();
    Config::read(&path).map_err(|error| format!("{error:#}"))
}

#[test]
fn the_default_file_reads() {
    let config = read(DEFAULT_FILE).unwrap();
    assert_eq!(config.server.login_tries_max, 5);
    assert_eq!((config.backup.keep_days, config.audit.every_changes), (7, 10_000));
    assert!(config.simulators.receivers.is_empty(), "a real town has no simulators");
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (from, to, told) in [
        ("[server]", "[server]\nlissten = 1", "lissten"),
        ("login_tries_max = 5", "", "login_tries_max"),
        ("login_tries_max = 5", "login_tries_max = 0", "1以上"),
        ("keep_days = 7", "keep_days = 0", "keep_days"),
        ("every_changes = 10000", "every_changes = 0", "every_changes"),
        ("127.0.0.1:8080", "nowhere", "listen"),
        ("477991", "477992", "団体コード"),
        ("[store]", "[stores]", "stores"),
        ("login_tries_max = 5", "login_tries_max = 5\naddress = \"http://daicho.jp\"", "https://"),
        ("login_tries_max = 5", "login_tries_max = 5\naddress = \"https://10.0.0.5\"", "IPアドレス"),
    ] {
        let text = DEFAULT_FILE.replace(from, to);
        assert_ne!(text, DEFAULT_FILE, "{from}");
        let error = read(&text).unwrap_err();
        assert!(error.contains(told) && error.contains("daicho.toml"), "{from} → {to}: {error}");
    }
}

#[test]
fn security_keys_know_the_program_by_its_address_or_by_that_of_the_provider() {
    let origin = |text: &str| read(text).unwrap().relying_party().map(|party| party.origin().to_owned());
    assert_eq!(origin(DEFAULT_FILE), None);
    let own = |address: &str| format!("login_tries_max = 5\naddress = \"{address}\"");
    let told = DEFAULT_FILE.replace("login_tries_max = 5", &own("https://daicho.example.lg.jp/"));
    assert_eq!(origin(&told).as_deref(), Some("https://daicho.example.lg.jp"));
    let oidc = |base: &str| {
        format!("[oidc]\nissuer = \"https://id.example\"\nclient_id = \"d\"\nbase = \"{base}\"\n[users]\n")
    };
    let provided = |text: &str, base: &str| text.replace("\n[users]\n", &format!("\n{}", oidc(base)));
    assert_eq!(origin(&provided(DEFAULT_FILE, "https://d.example")).as_deref(), Some("https://d.example"));
    assert_eq!(
        origin(&provided(&told, "https://d.example")).as_deref(),
        Some("https://daicho.example.lg.jp")
    );
    assert_eq!(
        origin(&provided(DEFAULT_FILE, "https://10.0.0.5")),
        None,
        "logins of the provider need no name"
    );
}

#[test]
fn the_desks_and_tables_of_the_default_file_read_once_they_are_no_comments() {
    let mut text = DEFAULT_FILE.to_owned();
    for name in ["input_place", "districts", "lots", "[municipality.desks.clerk]", "place", "terminal"] {
        let written = format!("\n# {name}");
        assert!(text.contains(&written), "{name}");
        text = text.replacen(&written, &format!("\n{name}"), 1);
    }
    let town = read(&text).unwrap().municipality;
    assert_eq!((town.input_place.as_str(), town.districts.as_str()), ("本庁", "districts.tsv"));
    let desk = &town.desks["clerk"];
    assert_eq!((desk.place.as_str(), desk.terminal.as_str()), ("浜支所", "端末03"));
}

#[test]
fn a_database_is_named_and_its_address_is_not_shown() {
    let text =
        DEFAULT_FILE.replace("[standards]", "[database]\nurl = \"postgres://u:secret@h/t\"\n[standards]");
    let config = read(&text).unwrap();
    assert_eq!(config.database.as_ref().unwrap().url, "postgres://u:secret@h/t");
    assert!(!format!("{config:?}").contains("secret"));
    let error = read(&text.replace("url =", "adress =")).unwrap_err();
    assert!(error.contains("adress"), "{error}");
}

#[test]
fn a_database_that_is_away_is_told_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    daicho::demo::init(dir.path(), false).unwrap();
    let path = dir.path().join("daicho.toml");
    let address = format!("[database]\nurl = \"host={} user=u dbname=t\"\n[standards]", dir.path().display());
    std::fs::write(&path, DEFAULT_FILE.replace("[standards]", &address)).unwrap();
    let opened = daicho::house::open(&Config::read(&path).unwrap(), daicho::house::Outside::default());
    let error = format!("{:#}", opened.err().unwrap());
    assert!(error.contains("[database]") && error.contains("つながりません"), "{error}");
}

#[test]
fn a_file_from_before_there_were_backups_reads() {
    let from = DEFAULT_FILE.find("[backup]").unwrap();
    let to = DEFAULT_FILE.find("[standards]").unwrap();
    let config = read(&format!("{}{}", &DEFAULT_FILE[..from], &DEFAULT_FILE[to..])).unwrap();
    assert_eq!(config.backup.keep_days, 7);
    assert!(config.audit.checkpoints.is_none());
}
