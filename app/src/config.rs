//! The configuration of a town (`daicho.toml`). Unknown keys are errors.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::civil::Time;
use office::{AuditPolicy, RelyingParty, SecondFactorRule, UserPolicy};
use serde::{Deserialize, Serialize};
use web::{ClientCertificates, TlsFiles};

use crate::packings::PackingSetting;
use crate::places_relay::PartnersSetting;
use crate::sign_on::OidcSetting;

/// The default file with every key explained.
pub const DEFAULT_FILE: &str = include_str!("../daicho.toml");

/// The whole file. Paths are relative to the folder the file lies in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `[municipality]`
    pub municipality: Municipality,
    /// `[server]`
    pub server: Server,
    /// `[tls]`: the program's own TLS; without it HTTP, for the machine itself or behind a front that ends TLS.
    #[serde(default)]
    pub tls: Option<TlsSetting>,
    /// `[oidc]`: the town's own provider of logins.
    #[serde(default)]
    pub oidc: Option<OidcSetting>,
    /// `[users]`
    #[serde(default)]
    pub users: UserPolicy,
    /// `[store]`
    pub store: Store,
    /// `[database]`: where the journal lies instead of in `[store] path`.
    #[serde(default)]
    pub database: Option<Database>,
    /// `[backup]`
    #[serde(default)]
    pub backup: Backup,
    /// `[audit]`
    #[serde(default)]
    pub audit: Audit,
    /// `[standards]`
    pub standards: Standards,
    /// `[links]`
    pub links: Links,
    /// `[places]`: name of a place → folder, or a table that says what else it is.
    #[serde(default)]
    pub places: BTreeMap<String, PlaceSetting>,
    /// `[packing]`: name of keys → what files are packed and opened with.
    #[serde(default)]
    pub packing: BTreeMap<String, PackingSetting>,
    /// `[partners]`
    #[serde(default)]
    pub partners: Option<PartnersSetting>,
    /// `[network]`
    #[serde(default)]
    pub network: Network,
    /// `[simulators]`
    #[serde(default)]
    pub simulators: Simulators,
    /// The folder the file lies in.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// A value of `[places]`: a folder's path, or a table.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct PlaceSetting(toml::Value);

/// An address may hold a password.
impl fmt::Debug for PlaceSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlaceSetting(..)")
    }
}

impl PlaceSetting {
    /// The table, where it is one.
    pub(crate) fn table(&self) -> Option<&toml::Table> {
        self.0.as_table()
    }
}

/// `[municipality]`: facts that stand on certificates and screens (団体).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Municipality {
    /// 全国地方公共団体コード, six digits.
    pub code: String,
    /// 都道府県.
    pub prefecture: String,
    /// 市区町村, with the county where there is one.
    pub name: String,
    /// Who attests certificates (認証者): the title.
    pub attester_title: String,
    /// Who attests certificates: the name.
    pub attester_name: String,
    /// Whether certificates are marked as specimens (見本).
    #[serde(default)]
    pub specimen: bool,
    /// Words in place of the seal, such as 公印省略; empty leaves room for one.
    #[serde(default)]
    pub seal_note: String,
    /// Where certificates are issued (発行場所), part of the issue number; empty is 本庁1.
    #[serde(default)]
    pub issue_place: String,
    /// The printer, part of the issue number; empty is プリンタ001.
    #[serde(default)]
    pub printer: String,
    /// `limit` prints as much as fits of a text that is too long, before the reference to 別紙.
    #[serde(default)]
    pub overflow_print: String,
    /// Whom letters say to ask (問い合わせ先).
    #[serde(default)]
    pub contact: String,
    /// The six digits by which convenience stores know who collects for the municipality (企業コード); empty prints no bar code.
    #[serde(default)]
    pub convenience_company: String,
    /// The ten digits by which banks know who asks for account transfers (委託者コード); empty: no file for banks is written.
    #[serde(default)]
    pub transfer_client_code: String,
    /// The name banks print beside a debit (委託者名), in half-width kana.
    #[serde(default)]
    pub transfer_client_name: String,
    /// Who asks the banks that have contracts of their own: `[municipality.transfer_clients.<金融機関コード>]`.
    #[serde(default)]
    pub transfer_clients: BTreeMap<String, TransferClient>,
    /// How many records a batch takes in one part (一度に進める件数), when it is fewer than usual.
    #[serde(default)]
    pub batch_part_max: Option<u32>,
    /// Where movements are entered (入力場所) by users who have no desk of their own.
    #[serde(default)]
    pub input_place: String,
    /// Desks (入力場所・入力端末) by user: `[municipality.desks.<user>]`.
    #[serde(default)]
    pub desks: BTreeMap<String, Desk>,
    /// A file with the districts of the town (地区管理コード), tab-separated; empty is none.
    #[serde(default)]
    pub districts: String,
    /// A file with the lots of the town (地番マスタ), tab-separated; empty is none.
    #[serde(default)]
    pub lots: String,
}

/// Who asks one bank for account transfers (委託者). What is empty is as for every bank.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TransferClient {
    /// 委託者コード, ten digits.
    #[serde(default)]
    pub code: String,
    /// 委託者名, in half-width kana.
    #[serde(default)]
    pub name: String,
}

/// Where somebody works (入力場所・入力端末).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// 入力場所; empty is the municipality's `input_place`.
    #[serde(default)]
    pub place: String,
    /// 入力端末.
    #[serde(default)]
    pub terminal: String,
}

/// `[server]`: where staff reach the program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port.
    pub listen: SocketAddr,
    /// Whether cookies are sent over TLS only; true wherever a TLS front stands before the program.
    pub secure_cookies: bool,
    /// Wrong logins in a row that lock a user.
    pub login_tries_max: u32,
    /// Where browsers reach the program, such as `https://daicho.town.example.lg.jp`; security keys know it by this.
    #[serde(default)]
    pub address: Option<String>,
}

/// `[tls]`: the program's certificate, and whose clients' certificates are believed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSetting {
    /// The certificate and those between it and its authority (PEM).
    pub certificate: PathBuf,
    /// Its key (PEM), which nobody else may read.
    pub key_file: PathBuf,
    /// The authorities of clients' certificates (PEM).
    #[serde(default)]
    pub client_ca: Option<PathBuf>,
    /// Whether clients show certificates.
    #[serde(default)]
    pub client_certificate: ClientCertificates,
}

/// `[store]`: where the journal lies.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The database file; not used with `[database]`.
    pub path: PathBuf,
    /// The key file that opens 個人番号 and 住民票コード; kept apart from the database and its backups.
    pub key_file: PathBuf,
}

/// `[database]`: a PostgreSQL that holds the journal, for towns whose program runs on more than one machine.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Its address, `postgres://user@host/town` or `host=… user=… dbname=…`.
    pub url: String,
    /// A file with the password, so that the configuration need not hold it.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// The authorities of the server's certificate (PEM). With it the program speaks TLS and nothing else.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// The certificate this program shows (PEM), where the server asks for one.
    #[serde(default)]
    pub certificate: Option<PathBuf>,
    /// Its key (PEM), which nobody else may read.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
}

/// The address may hold a password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Database(..)")
    }
}

/// `[backup]`: archives (控え).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// Days for which archives are kept; what is older goes when a newer full one was read back.
    pub keep_days: u32,
}

impl Default for Backup {
    fn default() -> Self {
        Self { keep_days: 7 }
    }
}

/// `[audit]`: signed checkpoints (検査点) of the journal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// File the serving town appends checkpoints to; none are made without it.
    pub checkpoints: Option<PathBuf>,
    /// File of the key that signs; the variable `DAICHO_AUDIT_KEY` goes before it.
    pub key_file: Option<PathBuf>,
    /// File of the key that checks.
    pub public_key: Option<PathBuf>,
    /// Changes after which the town signs.
    pub every_changes: u64,
    /// Hours after which it signs what came since.
    pub every_hours: u32,
    /// When business hours begin, for the reports on the audit log.
    pub business_from: Time,
    /// When they end.
    pub business_until: Time,
    /// Persons one use of a function shows that count as many.
    pub many_persons: usize,
    /// Uses by one user on one day that count as many.
    pub many_uses: usize,
}

impl Audit {
    /// How the audit log is read.
    pub fn policy(&self) -> AuditPolicy {
        AuditPolicy {
            opens: self.business_from,
            closes: self.business_until,
            many_persons: self.many_persons,
            many_uses: self.many_uses,
        }
    }
}

impl Default for Audit {
    fn default() -> Self {
        let policy = AuditPolicy::default();
        Self {
            checkpoints: None,
            key_file: None,
            public_key: None,
            every_changes: 10_000,
            every_hours: 24,
            business_from: policy.opens,
            business_until: policy.closes,
            many_persons: policy.many_persons,
            many_uses: policy.many_uses,
        }
    }
}

/// `[standards]`: the town's lists and tables.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standards {
    /// Linkage lists (連携一覧).
    pub lists: Vec<PathBuf>,
    /// Names of systems.
    pub systems: PathBuf,
    /// Words for charsets.
    pub charset_words: PathBuf,
    /// The words of linkage lists; those the program carries without it.
    #[serde(default)]
    pub vocabulary: Option<PathBuf>,
    /// Function table (機能一覧).
    pub functions: PathBuf,
    /// Holidays.
    pub holidays: PathBuf,
}

/// `[links]`: what the lists leave open.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// Folder of link files.
    pub folder: PathBuf,
    /// Folder of layout files.
    pub layouts: PathBuf,
    /// Folder that keeps the bytes of every delivery.
    pub evidence: PathBuf,
    /// How many days the bytes of a delivery are kept after it was applied; for ever without it.
    #[serde(default)]
    pub keep_days: Option<u32>,
    /// Folder of what the stand-in offers for systems that are not installed; nothing without it.
    #[serde(default)]
    pub stand_ins: Option<PathBuf>,
    /// Folder of character tables; the one `DAICHO_TABLES` names counts before it.
    #[serde(default)]
    pub tables: Option<PathBuf>,
}

/// `[network]`: where the program may connect to for links.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Networks such as `10.0.0.0/8`, addresses, or names of servers; anywhere without it.
    #[serde(default)]
    pub allowed: Option<Vec<String>>,
}

/// `[simulators]`: simulated outside systems, for demonstration and rehearsal only.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simulators {
    /// Places at which a simulated receiver takes files and puts receipts.
    #[serde(default)]
    pub receivers: Vec<String>,
    /// Whether operators may order faults at all places (障害の予行). Never where real data is.
    #[serde(default)]
    pub faults: bool,
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read, has a key nobody knows, or lacks one; the message names file, line and key.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("設定ファイル {} が読めません", path.display()))?;
        let mut config: Self = toml::from_str(&text).with_context(|| {
            format!("設定ファイル {} に誤りがあります（知らない項目は誤りです）", path.display())
        })?;
        config.folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        if config.server.login_tries_max == 0 {
            bail!("設定ファイル {}: login_tries_max は1以上にしてください", path.display());
        }
        if let Some(address) = &config.server.address {
            RelyingParty::at(address)
                .with_context(|| format!("設定ファイル {}: [server] address", path.display()))?;
        }
        if config.users.password_chars_min == 0 {
            bail!("設定ファイル {}: [users] password_chars_min は1以上にしてください", path.display());
        }
        if config.users.second_factor == SecondFactorRule::Off && !config.users.second_factor_for.is_empty() {
            let what = "[users] second_factor が \"off\" なので、second_factor_for は使えません。\"offered\" にしてください";
            bail!("設定ファイル {}: {what}", path.display());
        }
        if config.audit.business_until <= config.audit.business_from {
            let what = "[audit] business_until は business_from より後にしてください";
            bail!("設定ファイル {}: {what}", path.display());
        }
        if config.backup.keep_days == 0 {
            bail!("設定ファイル {}: keep_days は1以上にしてください", path.display());
        }
        if config.links.keep_days == Some(0) {
            bail!("設定ファイル {}: [links] keep_days は1以上にしてください", path.display());
        }
        if config.audit.every_changes == 0 || config.audit.every_hours == 0 {
            bail!("設定ファイル {}: every_changes と every_hours は1以上にしてください", path.display());
        }
        let tls = config.tls.as_ref();
        if tls.is_some_and(|tls| tls.client_certificate != ClientCertificates::Off && tls.client_ca.is_none())
        {
            bail!("設定ファイル {}: [tls] {}", path.display(), web::TlsError::NoAuthorities);
        }
        let asks = tls.is_some_and(|tls| tls.client_certificate != ClientCertificates::Off);
        if !config.users.certificate_for.is_empty() && !asks {
            let what = "[users] certificate_for を使うには、[tls] client_certificate を \"offered\" か \"required\" にしてください";
            bail!("設定ファイル {}: {what}", path.display());
        }
        crate::places::network(&config)
            .map_err(|what| anyhow::anyhow!("設定ファイル {}: {what}", path.display()))?;
        domain::MunicipalityCode::parse(&config.municipality.code)
            .with_context(|| format!("設定ファイル {}: 団体コード", path.display()))?;
        Ok(config)
    }

    /// The program as security keys know it: by its own address, or by the one the provider of logins sends browsers back to.
    pub fn relying_party(&self) -> Option<RelyingParty> {
        let address = self.server.address.as_ref().or(self.oidc.as_ref().map(OidcSetting::base))?;
        // The address of `[server]` was read before; one of the provider that has no name serves logins there alone.
        RelyingParty::at(address).ok()
    }

    /// The files of the program's own TLS.
    pub fn tls_files(&self) -> Option<TlsFiles> {
        let tls = self.tls.as_ref()?;
        Some(TlsFiles {
            certificate: self.at(&tls.certificate),
            key: self.at(&tls.key_file),
            client: tls.client_certificate,
            client_authorities: tls.client_ca.as_ref().map(|path| self.at(path)),
        })
    }

    /// The folder of a place that is one.
    pub fn folder_place(&self, name: &str) -> Option<PathBuf> {
        self.places.get(name).and_then(|value| value.0.as_str()).map(|path| self.at(Path::new(path)))
    }

    /// A path of the file, seen from here.
    pub fn at(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}
