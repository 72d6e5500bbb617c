//! The settings: `highwire.default.toml`, then a file, then the environment, then flags.
//!
//! The default file is at once the manual, the list of known keys, their types and their values, so
//! that none of the four can say something else than the others.

mod environment;
mod layers;
mod shown;
mod sync;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use domain::Forbearance;
use domain::KeyHash;
use endpoint::Secret;
use engine::{DeliverySettings, Limit, Limits};
use jiff::SignedDuration;
use serde::Deserialize;

pub(crate) use self::{environment::Environment, sync::Sync};
use crate::failure::Failure;

/// The manual, which every build carries.
pub(crate) const DEFAULTS: &str = include_str!("../../../highwire.default.toml");

/// The file that is read where it is present and no other is named.
const FILE: &str = "highwire.toml";

/// The environment's name for another settings file.
const FILE_VARIABLE: &str = "HIGHWIRE_CONFIG";

/// The environment's name for the API key that a command acts as. It is no setting: a key belongs to
/// whoever runs a command, not to the hub.
pub(crate) const API_KEY_VARIABLE: &str = "HIGHWIRE_API_KEY";
/// The shortest key of an administrator that is taken, in characters.
const SHORTEST_ADMINISTRATOR_KEY: usize = 32;

/// The longest patience that a setting can ask for: ten years.
const LONGEST_HOURS: u64 = 10 * 365 * 24;

/// Every setting. The keys are explained in `highwire.default.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) server: Server,
    pub(crate) log: Log,
    pub(crate) retention: Retention,
    pub(crate) vault: Vault,
    pub(crate) webhook: Webhook,
    pub(crate) proxy: Proxy,
    pub(crate) highlevel: HighLevel,
    pub(crate) notion: Notion,
    pub(crate) sync: Sync,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) mcp: Mcp,
    pub(crate) sandbox: Sandbox,
    /// All of them as they may be shown.
    #[serde(skip)]
    pub(crate) shown: serde_json::Value,
}

/// How much the HTTP server takes on, and when it says "later".
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) connections: usize,
    pub(crate) body_megabytes: usize,
    pub(crate) disk_reserve: String,
    pub(crate) requests_per_minute: u32,
    pub(crate) administrator_key: Secret,
}

/// What is told, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: LogFormat,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Auto,
    Human,
    Json,
}

/// How long what is kept. Zero means without limit.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retention {
    pub(crate) bytes_days: u32,
    pub(crate) bytes_megabytes: u32,
    pub(crate) events_days: u32,
    pub(crate) events_megabytes: u32,
    pub(crate) attempts_days: u32,
    pub(crate) attempts_megabytes: u32,
    pub(crate) audit_days: u32,
    pub(crate) audit_megabytes: u32,
    pub(crate) changes_days: u32,
    pub(crate) changes_megabytes: u32,
}

/// Where the master keys are that stored credentials are sealed under.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vault {
    pub(crate) key_file: PathBuf,
    pub(crate) key: Secret,
    pub(crate) former_keys: Vec<Secret>,
    pub(crate) command: Vec<String>,
    pub(crate) former_command: Vec<String>,
    pub(crate) command_timeout_seconds: u64,
}

/// How webhooks prove where they come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhook {
    pub(crate) public_keys: Vec<String>,
    pub(crate) secret: Secret,
    pub(crate) api_keys: Vec<Secret>,
    pub(crate) public_url: String,
    pub(crate) replay_window_seconds: u64,
    pub(crate) deliveries_per_minute: u32,
    pub(crate) quarantine_megabytes: u32,
    pub(crate) check_contract: CheckContract,
}

/// What becomes of an event that differs from what its vendor documents. It is never dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CheckContract {
    Off,
    Report,
}

/// What goes through the token proxy.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proxy {
    pub(crate) allow: Vec<String>,
    pub(crate) body_megabytes: u32,
    pub(crate) upload_megabytes: u32,
    pub(crate) reply_megabytes: u32,
}

/// The HighLevel connection.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HighLevel {
    pub(crate) location_ids: Vec<String>,
    pub(crate) company_ids: Vec<String>,
    pub(crate) accept_unknown_locations: bool,
    pub(crate) app_ids: Vec<String>,
    pub(crate) token: Secret,
    pub(crate) url: String,
    pub(crate) location_id: String,
    pub(crate) company_id: String,
    pub(crate) browser_tier: bool,
    pub(crate) browser_url: String,
    pub(crate) application_url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    pub(crate) version_id: String,
    pub(crate) consent_host: String,
    pub(crate) redirect_url: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) installs_go_to: String,
}

/// The tools of assistants over HTTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mcp {
    pub(crate) url: String,
    pub(crate) hosts: Vec<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) mode: McpMode,
    pub(crate) require_human: bool,
    pub(crate) lockdown: bool,
    pub(crate) issuer: String,
    pub(crate) keys_url: String,
    pub(crate) introspection_url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    pub(crate) scopes: Vec<String>,
    pub(crate) organization: String,
    pub(crate) organization_claim: String,
    pub(crate) connection_claim: String,
}

/// How much is asked before an assistant's call is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum McpMode {
    Strict,
    Default,
    Trusted,
}

/// The Notion connection.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notion {
    pub(crate) token: Secret,
    pub(crate) url: String,
    pub(crate) activity_log: String,
    pub(crate) monitoring_page: String,
    pub(crate) requests_per_minute: u32,
    pub(crate) give_up_after_hours: u64,
    pub(crate) after_dead: AfterDead,
    pub(crate) hold_minutes: u64,
}

/// What later pages of a record do when one of it was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AfterDead {
    Continue,
    Wait,
}

/// The webhooks of the users' own applications.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscriptions {
    pub(crate) allow_private_addresses: Vec<String>,
    pub(crate) give_up_after_hours: u64,
    pub(crate) disable_after_hours: u64,
}

/// The simulated vendors.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sandbox {
    pub(crate) highlevel_listen: SocketAddr,
    pub(crate) notion_listen: SocketAddr,
    pub(crate) repairshopr_listen: SocketAddr,
    pub(crate) models_listen: SocketAddr,
    pub(crate) seed: u64,
    pub(crate) webhook_url: String,
    pub(crate) notion_requests_per_minute: u32,
}

/// The flags that are settings too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) config: Option<PathBuf>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) listen: Option<SocketAddr>,
}

impl Retention {
    /// The limits as the hub takes them.
    pub(crate) fn limits(&self) -> Limits {
        let limit = |days: u32, megabytes: u32| Limit {
            age: (days > 0).then(|| SignedDuration::from_hours(24 * i64::from(days))),
            size: (megabytes > 0).then(|| u64::from(megabytes) * 1_000_000),
        };
        Limits {
            bytes: limit(self.bytes_days, self.bytes_megabytes),
            events: limit(self.events_days, self.events_megabytes),
            attempts: limit(self.attempts_days, self.attempts_megabytes),
            audit: limit(self.audit_days, self.audit_megabytes),
            changes: limit(self.changes_days, self.changes_megabytes),
        }
    }
}

impl Webhook {
    /// How many bytes may wait for their account.
    pub(crate) fn quarantine_bytes(&self) -> Option<u64> {
        let megabytes = u64::from(self.quarantine_megabytes);
        (megabytes > 0).then_some(megabytes * 1_000_000)
    }
}

impl Server {
    /// What recognizes the administrator of the installation; none where there is none.
    pub(crate) fn administrator(&self) -> Result<Option<KeyHash>, Failure> {
        let key = self.administrator_key.expose().trim();
        match key.chars().count() {
            0 => Ok(None),
            SHORTEST_ADMINISTRATOR_KEY.. => Ok(Some(KeyHash::of(key))),
            _ => Err(Failure::user(
                format!(
                    "use server.administrator_key: it has less than {SHORTEST_ADMINISTRATOR_KEY} \
                     characters"
                ),
                "make one with `openssl rand -hex 32`, or leave it empty",
            )),
        }
    }

    /// The free space that the disk must keep.
    pub(crate) fn reserve(&self) -> Result<store::Reserve, Failure> {
        self.disk_reserve.parse().map_err(|source: store::ReserveError| {
            Failure::user("use the setting server.disk_reserve", "see the line above")
                .because(source)
        })
    }
}

impl Vault {
    /// Leaves the key file of the data folder as the only source.
    pub(crate) fn forget(&mut self) {
        self.key_file.clear();
        self.key = Secret::new("");
        self.former_keys.clear();
        self.command.clear();
        self.former_command.clear();
    }
}

/// The environment's name for every setting: what no other program needs to inherit.
pub(crate) fn variables() -> Vec<String> {
    layers::every_variable()
}

impl Notion {
    /// How patient the hub is with its pages.
    pub(crate) fn delivery(&self) -> DeliverySettings {
        let hours = self.give_up_after_hours.min(LONGEST_HOURS);
        let hold = Duration::from_secs(60 * self.hold_minutes.min(60 * LONGEST_HOURS));
        DeliverySettings {
            give_up_after: Duration::from_secs(60 * 60 * hours),
            after_dead: match self.after_dead {
                AfterDead::Continue => engine::AfterDead::Continue,
                AfterDead::Wait => engine::AfterDead::Wait(hold),
            },
            ..DeliverySettings::default()
        }
    }
}

impl Subscriptions {
    /// How patient the hub is with one delivery.
    pub(crate) fn delivery(&self) -> DeliverySettings {
        let hours = self.give_up_after_hours.min(LONGEST_HOURS);
        DeliverySettings {
            give_up_after: Duration::from_secs(60 * 60 * hours),
            after_dead: engine::AfterDead::Continue,
            blame: engine::Blame::Action,
        }
    }

    /// How patient the hub is with a receiver.
    pub(crate) fn forbearance(&self) -> Forbearance {
        let hours = self.disable_after_hours.min(LONGEST_HOURS);
        Forbearance(SignedDuration::from_hours(hours as i64))
    }
}

impl Settings {
    /// Reads every layer.
    pub(crate) fn load(flags: &Flags, environment: &Environment) -> Result<Self, Failure> {
        let named =
            flags.config.clone().or_else(|| environment.get(FILE_VARIABLE).map(PathBuf::from));
        let file = match named {
            Some(path) => Some(read(&path)?),
            None if Path::new(FILE).exists() => Some(read(Path::new(FILE))?),
            None => None,
        };
        let mut table = layers::defaults();
        if let Some((path, text)) = file {
            layers::add_file(&mut table, &path, &text)?;
        }
        layers::add_environment(&mut table, environment)?;
        let shown = shown::shown(&table);
        let mut settings: Self = table.try_into().map_err(layers::bad_value)?;
        settings.shown = shown;
        if let Some(data_dir) = &flags.data_dir {
            settings.data_dir.clone_from(data_dir);
            settings.shown["data_dir"] = data_dir.display().to_string().into();
        }
        if let Some(listen) = flags.listen {
            settings.listen = listen;
            settings.shown["listen"] = listen.to_string().into();
        }
        Ok(settings)
    }
}

fn read(path: &Path) -> Result<(PathBuf, String), Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((path.to_owned(), text)),
        Err(source) => Err(Failure::user(
            format!("read the settings file {}", path.display()),
            "name a file that exists with --config, or leave it out",
        )
        .because(source)),
    }
}

#[cfg(test)]
mod tests;
