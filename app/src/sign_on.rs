//! `[oidc]`: the town's own provider of logins.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;
use transport::http::openid::{OpenId, OpenIdOptions};
use web::SingleSignOn;

use crate::config::Config;
use crate::places_relay::{now, secret};

/// The secret, where no file holds it.
const SECRET_VARIABLE: &str = "DAICHO_OIDC_SECRET";
/// So long is waited for the provider: somebody sits before the screen.
const WAIT: Duration = Duration::from_secs(10);

/// `[oidc]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSetting {
    issuer: String,
    client_id: String,
    #[serde(default)]
    client_secret_file: Option<PathBuf>,
    base: String,
    #[serde(default = "label")]
    label: String,
    #[serde(default = "claim")]
    claim: String,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    second_factor: bool,
    #[serde(default)]
    acr: Vec<String>,
    #[serde(default)]
    amr: Vec<String>,
    #[serde(default)]
    ca_file: Option<PathBuf>,
}

impl OidcSetting {
    /// Where browsers reach the program.
    pub(crate) fn base(&self) -> &String {
        &self.base
    }
}

fn label() -> String {
    "庁内認証".to_owned()
}

fn claim() -> String {
    "preferred_username".to_owned()
}

/// What a machine says to itself needs no TLS; everything else does.
fn safe(address: &str) -> bool {
    let to_itself = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|own| {
        address.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    address.starts_with("https://") || to_itself
}

/// The provider of `[oidc]`; none without it.
///
/// # Errors
/// When an address is none, or a secret or certificate does not read.
pub(crate) fn provider(config: &Config) -> anyhow::Result<Option<SingleSignOn>> {
    let Some(setting) = &config.oidc else { return Ok(None) };
    made(config, setting).map(Some).context("[oidc]")
}

fn made(config: &Config, setting: &OidcSetting) -> anyhow::Result<SingleSignOn> {
    for (name, address) in [("issuer", &setting.issuer), ("base", &setting.base)] {
        let strange = |c: char| c.is_whitespace() || c.is_control() || "@\\?#".contains(c);
        if !safe(address) || address.contains(strange) {
            bail!("{name} は https:// で始まる住所です（同じ機械の模擬だけは http://127.0.0.1）");
        }
    }
    if setting.client_id.is_empty() || setting.claim.is_empty() {
        bail!("client_id と claim は空にできません");
    }
    let secret = match (&setting.client_secret_file, std::env::var(SECRET_VARIABLE)) {
        (_, Ok(value)) if !value.trim().is_empty() => Some(value.trim().to_owned()),
        (Some(file), _) => Some(secret(config, file).context("client_secret_file")?),
        (None, _) => None,
    };
    let authorities = match &setting.ca_file {
        None => None,
        Some(file) => {
            let file = config.at(file);
            Some(fs::read(&file).with_context(|| format!("{} が読めません", file.display()))?)
        }
    };
    let options = OpenIdOptions {
        issuer: setting.issuer.clone(),
        client_id: setting.client_id.clone(),
        secret,
        back: format!("{}/login/sso/back", setting.base.trim_end_matches('/')),
        scopes: if setting.scopes.is_empty() { vec!["profile".to_owned()] } else { setting.scopes.clone() },
        authorities,
        network: crate::places::network(config).map_err(anyhow::Error::msg)?,
        wait: WAIT,
        clock: now,
    };
    Ok(SingleSignOn {
        provider: Arc::new(OpenId::at(options)?),
        label: setting.label.clone(),
        claim: setting.claim.clone(),
        domain: setting.domain.clone(),
        acr: setting.acr.clone(),
        amr: setting.amr.clone(),
        strong: setting.second_factor,
    })
}
