//! Places that are addresses of HTTP or relay databases, from `[places]`; and the partners who use ours, from `[partners]`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use office::{Clock, SystemClock};
use relay::Relay;
use serde::Deserialize;
use transport::http::wire::{ReceiptKey, ReceiverKey};
use transport::http::{Auth, HttpOptions, HttpPlace, SecretMethod, Speech};
use transport::{Folder, Place};
use web::{Partner, Partners};

use crate::config::Config;

/// Characters a client's secret has at least.
///
/// Source: デジタル庁 地方公共団体情報システム共通機能標準仕様書 (REST API).
const SECRET_LENGTH_MIN: usize = 32;

/// `{ http = "https://…", … }` or `{ soap = "https://…", … }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpSetting {
    #[serde(alias = "soap")]
    http: String,
    #[serde(default)]
    token_file: Option<PathBuf>,
    #[serde(default)]
    token_address: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    secret_file: Option<PathBuf>,
    #[serde(default)]
    client_auth: ClientAuth,
    #[serde(default)]
    receiver_key: Option<String>,
    #[serde(default)]
    ca_file: Option<PathBuf>,
    #[serde(default = "half_a_minute")]
    wait_seconds: u64,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClientAuth {
    #[default]
    ClientSecretJwt,
    ClientSecretBasic,
}

/// `{ relay = "sqlite:…" | "postgres://…", … }`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RelaySetting {
    relay: String,
    #[serde(default)]
    password_file: Option<PathBuf>,
    #[serde(default = "ten")]
    keep: u32,
    #[serde(default = "half_a_minute")]
    wait_seconds: u64,
    #[serde(default)]
    content_only: bool,
}

fn half_a_minute() -> u64 {
    30
}

fn ten() -> u32 {
    10
}

/// `[partners]`: systems of others that push deliveries to this town and fetch those of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnersSetting {
    /// The address partners reach this town at, ending in `/partner/v1`.
    base: String,
    /// File of the key that signs receipts.
    #[serde(default)]
    receipt_key_file: Option<PathBuf>,
    /// The largest delivery.
    #[serde(default = "one_gib")]
    bytes_max: u64,
    /// Partners by name.
    #[serde(default)]
    clients: BTreeMap<String, ClientSetting>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientSetting {
    id: String,
    secret_file: PathBuf,
    links: Vec<String>,
    place: String,
    /// Functions it may use over the published APIs (`/app_submit/v10/…`).
    #[serde(default)]
    functions: Vec<String>,
}

fn one_gib() -> u64 {
    1 << 30
}

/// The text of a file that holds a secret.
///
/// # Errors
/// When it cannot be read, or others may read it.
pub(crate) fn secret(config: &Config, path: &Path) -> anyhow::Result<String> {
    let path = config.at(path);
    let text = fs::read_to_string(&path).with_context(|| format!("{} が読めません", path.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&path).with_context(|| path.display().to_string())?.permissions().mode();
        if mode & 0o037 != 0 {
            bail!("{} をほかの人が読み書きできます。chmod 600 で自分だけにしてください", path.display());
        }
    }
    Ok(text.trim().to_owned())
}

pub(crate) fn now() -> u64 {
    u64::try_from(SystemClock.now().as_second()).unwrap_or_default()
}

/// Where the tokens for an address are given, when nothing else is said: below the base of the paths, beside a service.
fn usual_token_address(base: &str, speech: Speech) -> String {
    let above = match speech {
        Speech::Rest => base,
        Speech::Soap => base.rsplit_once('/').map_or(base, |(above, _)| above),
    };
    format!("{above}/token")
}

/// The place at an address, in JSON or in SOAP.
///
/// # Errors
/// When a key is unknown or missing, a file does not read, or the address is not protected.
pub(crate) fn http(config: &Config, table: &toml::Table) -> anyhow::Result<Arc<dyn Place>> {
    let speech = if table.contains_key("soap") { Speech::Soap } else { Speech::Rest };
    let setting: HttpSetting = table.clone().try_into().context("http、soap の場所")?;
    let base = setting.http.trim_end_matches('/').to_owned();
    let token_address = setting.token_address.unwrap_or_else(|| usual_token_address(&base, speech));
    for address in [&base, &token_address] {
        // A password would be shown, and a name before an @ be taken for the server's.
        let strange =
            |letter: char| letter.is_whitespace() || letter.is_control() || "@\\?#".contains(letter);
        if address.contains(strange) {
            bail!("住所に「@」「?」「#」や空白は書けません。「https://サーバ/…」の形にしてください");
        }
        // What a machine says to itself needs no TLS.
        let to_itself = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|own| {
            address.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        });
        if !address.starts_with("https://") && !to_itself {
            bail!("「{address}」: 別の機械へは https:// で始まる住所だけ使えます");
        }
    }
    let auth = match (setting.token_file, setting.client_id, setting.secret_file) {
        (Some(file), None, None) => Auth::Token(secret(config, &file)?),
        (None, Some(id), Some(file)) => Auth::Client {
            token_address,
            id,
            secret: secret(config, &file)?,
            method: match setting.client_auth {
                ClientAuth::ClientSecretJwt => SecretMethod::Jwt,
                ClientAuth::ClientSecretBasic => SecretMethod::Basic,
            },
        },
        _ => bail!("token_file か、client_id と secret_file の、どちらか一方を書いてください"),
    };
    let receiver_key = match &setting.receiver_key {
        None => None,
        Some(key) => Some(ReceiverKey::parse(key).context("receiver_key は64桁の16進数の公開鍵です")?),
    };
    let authorities = match setting.ca_file {
        None => None,
        Some(file) => {
            let file = config.at(&file);
            Some(fs::read(&file).with_context(|| format!("{} が読めません", file.display()))?)
        }
    };
    let wait = Duration::from_secs(setting.wait_seconds.max(1));
    let network = crate::places::network(config).map_err(anyhow::Error::msg)?;
    let options = HttpOptions { base, speech, auth, receiver_key, authorities, network, wait, clock: now };
    Ok(Arc::new(HttpPlace::at(options)?))
}

/// The relay database.
///
/// # Errors
/// When a key is unknown or missing, or the address does not read.
pub(crate) fn relay(config: &Config, table: &toml::Table) -> anyhow::Result<Arc<dyn Place>> {
    let setting: RelaySetting = table.clone().try_into().context("relay の場所")?;
    if setting.keep == 0 {
        bail!("keep は1以上にしてください");
    }
    let options = relay::Options {
        keep: setting.keep,
        wait: Duration::from_secs(setting.wait_seconds.max(1)),
        content_only: setting.content_only,
    };
    let place = match setting.relay.strip_prefix("sqlite:") {
        Some(path) => Relay::in_file(config.at(Path::new(path)), options),
        None => {
            let password = setting.password_file.map(|file| secret(config, &file)).transpose()?;
            Relay::on_server(&setting.relay, password.as_deref(), options)?
        }
    };
    Ok(Arc::new(place))
}

/// The place a table of `[places]` describes.
///
/// # Errors
/// When it describes none, or not rightly.
pub(crate) fn place(config: &Config, table: &toml::Table) -> anyhow::Result<Arc<dyn Place>> {
    if table.contains_key("http") || table.contains_key("soap") {
        return http(config, table);
    }
    if table.contains_key("relay") {
        return relay(config, table);
    }
    bail!("フォルダの名前か、http、soap、relay のどれかを書いてください")
}

/// The partners of `[partners]`; none without it.
///
/// # Errors
/// When a secret or key does not read, or a place is no folder.
pub(crate) fn partners(config: &Config) -> anyhow::Result<Partners> {
    let Some(setting) = &config.partners else { return Ok(Partners::default()) };
    if !setting.base.trim_end_matches('/').ends_with("/partner/v1") {
        bail!("[partners] base は /partner/v1 で終わる住所にしてください");
    }
    let mut clients: Vec<Partner> = Vec::new();
    let mut ids = Vec::new();
    for (name, client) in &setting.clients {
        let told = || format!("[partners.clients.{name}]");
        if client.id.len() != 32 || !client.id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            bail!("{}: id は英数字32文字にしてください", told());
        }
        if ids.contains(&&client.id) {
            bail!("{}: 同じ id の連携先がほかにあります", told());
        }
        ids.push(&client.id);
        let secret = secret(config, &client.secret_file).with_context(told)?;
        if secret.chars().count() < SECRET_LENGTH_MIN {
            bail!("{}: 秘密は{SECRET_LENGTH_MIN}文字以上にしてください", told());
        }
        let folder = config.folder_place(&client.place).with_context(|| {
            format!("{}: place の「{}」は、[places] のフォルダではありません", told(), client.place)
        })?;
        let partner = Partner::new(name, &client.id, secret, client.links.clone(), &Folder::at(folder));
        clients.push(partner.may_use(client.functions.clone()));
    }
    let key = match &setting.receipt_key_file {
        None => None,
        Some(file) => {
            let text = secret(config, file).context("[partners] receipt_key_file")?;
            Some(ReceiptKey::parse(&text).context("[partners] receipt_key_file は64桁の16進数の鍵です")?)
        }
    };
    Ok(Partners::new(clients, &setting.base, key, setting.bytes_max))
}
