//! Places of a town (`[places]`): folders here, and servers that a table names.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use office::Places;
use toml::{Table, Value};
use transport::{
    FTP_PORT, Folder, Ftp, FtpSecurity, HostKeys, Network, Patience, Place, Rehearsal, S3, S3Bucket,
    SFTP_PORT, SecretFile, Sftp, SftpLogin,
};

use crate::config::{Config, PlaceSetting};
use crate::places_relay;
use crate::progress::{result, say};

/// What a table of `[places]` may begin with.
const CARRIERS: [&str; 6] = ["sftp", "ftp", "s3", "http", "soap", "relay"];

/// Seconds a server may be silent, where the table says nothing.
const TIMEOUT_SECONDS: i64 = 30;

/// The longest limit: past an hour nobody knows any more that something waits.
const TIMEOUT_SECONDS_MAX: i64 = 3600;

/// The region where the table says nothing; servers that have none take it.
const REGION: &str = "us-east-1";

/// All places of a town; one that cannot be used is told in Japanese, and only its links stop.
pub fn all(config: &Config) -> Places {
    let of = |name: &String| -> Result<Arc<dyn Place>, String> {
        let place = open(config, name)?;
        if config.simulators.faults { Ok(Arc::new(Rehearsal::before(place))) } else { Ok(place) }
    };
    config.places.keys().map(|name| (name.clone(), of(name))).collect()
}

/// Where the program may connect to.
///
/// # Errors
/// In Japanese, an entry that is neither a network nor the name of a server.
pub fn network(config: &Config) -> Result<Network, String> {
    config.network.allowed.as_deref().map_or_else(|| Ok(Network::default()), Network::parse)
}

/// Tries a place out, and says each step.
///
/// # Errors
/// When there is no such place, it is not configured as it must be, or the first step that does not go well.
pub fn check(config: &Config, name: &str) -> anyhow::Result<()> {
    if !config.places.contains_key(name) {
        let names: Vec<&str> = config.places.keys().map(String::as_str).collect();
        bail!("場所「{name}」は [places] にありません（あるのは {}）", names.join("、"));
    }
    let place = open(config, name).map_err(|what| anyhow::anyhow!("場所「{name}」が使えません: {what}"))?;
    say(&format!("場所「{name}」（{}）を試します", place.describe()));
    place
        .probe(&mut |step| result(&format!("よし\t{step}")))
        .with_context(|| format!("場所「{name}」は使えません"))?;
    say("使えます");
    Ok(())
}

fn open(config: &Config, name: &str) -> Result<Arc<dyn Place>, String> {
    if let Some(folder) = config.folder_place(name) {
        return Ok(Folder::at(folder).shared());
    }
    let table = config.places.get(name).and_then(PlaceSetting::table);
    let table = table.ok_or("フォルダの名前か、{ sftp = … } のような表を書いてください")?;
    let named: Vec<&str> = CARRIERS.into_iter().filter(|carrier| table.contains_key(*carrier)).collect();
    match named.as_slice() {
        ["sftp" | "ftp" | "s3"] => server(config, table),
        [_] => {
            let told = |error: anyhow::Error| format!("{error:#}");
            check_addresses(config, table)?;
            places_relay::place(config, table).map_err(told)
        }
        _ => Err(format!("{} のうち、どれか一つを書いてください", CARRIERS.join("、"))),
    }
}

/// Holds the servers of a relay database or an address of HTTP to `[network]`; what else they say is read elsewhere.
fn check_addresses(config: &Config, table: &Table) -> Result<(), String> {
    let network = network(config)?;
    for key in ["http", "soap", "token_address", "relay"] {
        let Some(host) = table.get(key).and_then(Value::as_str).and_then(host_of) else { continue };
        network.check(&host, Patience::default()).map_err(|cause| cause.to_string())?;
    }
    Ok(())
}

/// The server in an address, `https://user@server:443/path` or `host=server dbname=…`; none where it is this machine's file.
fn host_of(address: &str) -> Option<String> {
    if let Some((_, rest)) = address.split_once("://") {
        let server = rest.split(['/', '?']).next().unwrap_or_default();
        let server = server.rsplit('@').next().unwrap_or_default();
        let host = match server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, _)) => host,
            None => server.split(':').next().unwrap_or_default(),
        };
        return Some(host.to_owned()).filter(|host| !host.is_empty());
    }
    let words = address.split_whitespace();
    let host = words.filter_map(|word| word.strip_prefix("host=")).next()?;
    // A path is a socket.
    Some(host.to_owned()).filter(|host| !host.is_empty() && !host.starts_with('/'))
}

fn server(config: &Config, table: &Table) -> Result<Arc<dyn Place>, String> {
    let mut keys = Keys { config, table, known: BTreeSet::new() };
    let place = if table.contains_key("sftp") {
        sftp(&mut keys)?.place()
    } else if table.contains_key("ftp") {
        ftp(&mut keys)?.place()
    } else {
        s3(&mut keys)?.place()
    };
    Ok(place.shared())
}

fn sftp(keys: &mut Keys<'_>) -> Result<Sftp, String> {
    let (host, port) = address(&keys.needed("sftp")?, SFTP_PORT)?;
    let user = keys.needed("user")?;
    let key = keys.secret("key_file")?;
    let passphrase = keys.secret("passphrase_file")?;
    let login = match (key, keys.secret("password_file")?) {
        (Some(key), None) => SftpLogin::Key { key, passphrase },
        (None, Some(password)) if passphrase.is_none() => SftpLogin::Password(password),
        (None, Some(_)) => return Err("passphrase_file は、key_file と一緒に書くものです".to_owned()),
        _ => return Err("key_file と password_file のうち、どちらか一つを書いてください".to_owned()),
    };
    let host_keys = HostKeys::parse(&keys.texts("host_key")?)?;
    let folder = keys.text("folder")?.unwrap_or_default();
    let (network, patience) = keys.common(&host)?;
    Ok(Sftp { host, port, user, login, host_keys, folder, network, patience })
}

fn ftp(keys: &mut Keys<'_>) -> Result<Ftp, String> {
    let (host, port) = address(&keys.needed("ftp")?, FTP_PORT)?;
    let user = keys.needed("user")?;
    let password = keys.secret("password_file")?.ok_or_else(|| missing("password_file"))?;
    let ca_file = keys.path("ca_file")?;
    let security = match (keys.flag("tls")?.unwrap_or(true), ca_file) {
        (true, ca_file) => FtpSecurity::Tls { ca_file },
        (false, None) => FtpSecurity::Plain,
        (false, Some(_)) => return Err("ca_file は、tls = true のときに書くものです".to_owned()),
    };
    let folder = keys.text("folder")?.unwrap_or_default();
    let (network, patience) = keys.common(&host)?;
    Ok(Ftp { host, port, security, user, password, folder, network, patience })
}

fn s3(keys: &mut Keys<'_>) -> Result<S3, String> {
    let endpoint = keys.needed("s3")?;
    let name = keys.needed("bucket")?;
    let region = keys.text("region")?.unwrap_or_else(|| REGION.to_owned());
    let bucket = S3Bucket::parse(&endpoint, &name, &region)?;
    let prefix = keys.text("prefix")?.unwrap_or_default();
    let access_key = keys.secret("access_key_file")?.ok_or_else(|| missing("access_key_file"))?;
    let ca_file = keys.path("ca_file")?;
    let (network, patience) = keys.common(bucket.host())?;
    Ok(S3 { bucket, prefix, access_key, ca_file, network, patience })
}

/// A table that is read key by key; what nobody asked for is a mistake.
struct Keys<'c> {
    config: &'c Config,
    table: &'c Table,
    known: BTreeSet<&'static str>,
}

impl Keys<'_> {
    fn get(&mut self, key: &'static str) -> Option<&Value> {
        self.known.insert(key);
        self.table.get(key)
    }

    fn text(&mut self, key: &'static str) -> Result<Option<String>, String> {
        match self.get(key) {
            None => Ok(None),
            // A line end would end a command of the protocol.
            Some(Value::String(text)) if text.contains(char::is_control) => {
                Err(format!("{key} に改行などの制御文字があります"))
            }
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{key} は \" で囲んだ文字で書いてください")),
        }
    }

    fn needed(&mut self, key: &'static str) -> Result<String, String> {
        self.text(key)?.filter(|text| !text.is_empty()).ok_or_else(|| missing(key))
    }

    /// One text or several.
    fn texts(&mut self, key: &'static str) -> Result<Vec<String>, String> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let texts = match self.get(key) {
            None => Some(Vec::new()),
            Some(Value::Array(values)) => values.iter().map(text).collect(),
            Some(value) => text(value).map(|text| vec![text]),
        };
        texts.ok_or_else(|| format!("{key} は \" で囲んだ文字、またはその並びで書いてください"))
    }

    fn flag(&mut self, key: &'static str) -> Result<Option<bool>, String> {
        let Some(value) = self.get(key) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| format!("{key} は true か false で書いてください"))
    }

    fn path(&mut self, key: &'static str) -> Result<Option<PathBuf>, String> {
        Ok(self.text(key)?.map(|path| self.config.at(path.as_ref())))
    }

    fn secret(&mut self, key: &'static str) -> Result<Option<SecretFile>, String> {
        Ok(self.path(key)?.map(SecretFile::at))
    }

    /// What all servers have, and the end: unknown keys, and a server that may not be connected to.
    fn common(&mut self, host: &str) -> Result<(Network, Patience), String> {
        let seconds = match self.get("timeout_seconds") {
            None => TIMEOUT_SECONDS,
            Some(value) => value.as_integer().unwrap_or_default(),
        };
        if !(1..=TIMEOUT_SECONDS_MAX).contains(&seconds) {
            return Err(format!("timeout_seconds は 1 から {TIMEOUT_SECONDS_MAX} までの数で書いてください"));
        }
        let patience = Patience::seconds(u32::try_from(seconds).unwrap_or(u32::MAX));
        if let Some(unknown) = self.table.keys().find(|key| !self.known.contains(key.as_str())) {
            let known: Vec<&str> = self.known.iter().copied().collect();
            return Err(format!("「{unknown}」という項目はありません（書けるのは {}）", known.join("、")));
        }
        let network = network(self.config)?;
        network.check(host, patience).map_err(|cause| cause.to_string())?;
        Ok((network, patience))
    }
}

fn missing(key: &str) -> String {
    format!("{key} がありません")
}

/// A server's name or address, and its port when one is said: `host`, `host:22`, `[fd00::1]:22`.
fn address(text: &str, usual: u16) -> Result<(String, u16), String> {
    let wrong = || format!("「{text}」は「サーバの名前」または「サーバの名前:ポート番号」の形ではありません");
    let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((host, ""))) => (host, None),
        Some(Some((host, port))) => (host, Some(port.strip_prefix(':').ok_or_else(wrong)?)),
        Some(None) => return Err(wrong()),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Ok(usual), str::parse).map_err(|_| wrong())?;
    if host.is_empty() || port == 0 || host.contains(|c: char| c.is_whitespace() || "/@".contains(c)) {
        return Err(wrong());
    }
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_of_an_address_is_found() {
        for (address, host) in [
            ("https://school.example.lg.jp/partner/v1", Some("school.example.lg.jp")),
            ("https://10.0.0.5:8443", Some("10.0.0.5")),
            ("https://[fd00::1]:8443/x", Some("fd00::1")),
            ("postgres://daicho@dbserver/relay", Some("dbserver")),
            ("postgres://u:p@dbserver:5433/relay?x=y", Some("dbserver")),
            ("postgres:///relay?host=/run", None),
            ("host=dbserver user=u dbname=t", Some("dbserver")),
            ("host=/run/postgresql user=u", None),
            ("sqlite:/srv/relay/kokuho.db", None),
        ] {
            assert_eq!(host_of(address).as_deref(), host, "{address}");
        }
    }

    #[test]
    fn addresses_have_a_port_or_the_usual_one() {
        for (text, found) in [
            ("sftp.example.lg.jp", Some(("sftp.example.lg.jp", 22))),
            ("10.0.0.5:2222", Some(("10.0.0.5", 2222))),
            ("[fd00::1]", Some(("fd00::1", 22))),
            ("[fd00::1]:2222", Some(("fd00::1", 2222))),
            ("[fd00::1]2222", None),
            ("[fd00::1", None),
            ("fd00::1", None),
            ("host:", None),
            ("host:0", None),
            ("host:65536", None),
            (":22", None),
            ("sftp://host", None),
            ("user@host", None),
        ] {
            let read = address(text, 22).ok();
            assert_eq!(read, found.map(|(host, port)| (host.to_owned(), port)), "{text}");
        }
    }
}
