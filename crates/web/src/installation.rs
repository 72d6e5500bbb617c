//! `/v1/installation/…`: what the owner of an installation does, from afar.
//!
//! Behind a trait, since settings, master keys and files are the binary's.

use std::sync::Arc;

use domain::BoxFuture;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{Answer, Call, Method, Nothing, Operation, Tag, formats::BackupName},
    problem::{Kind, Problem},
};

/// Looks after an installation.
pub trait Installation: Send + Sync {
    /// What is kept, and what would go now.
    fn retention(&self) -> BoxFuture<'_, Result<Retention, InstallationFault>>;

    /// The master keys, and what they wrap.
    fn master_keys(&self) -> BoxFuture<'_, Result<Vec<MasterKey>, InstallationFault>>;

    /// Moves every credential to the current master key; to a new one where that is wanted.
    fn rotate(&self, new_key: bool) -> BoxFuture<'_, Result<Rotation, InstallationFault>>;

    /// Copies the hub's data into the folder of this name below the data folder's `backups`.
    fn back_up<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Backup, InstallationFault>>;

    /// Every setting by its path, secrets left out.
    fn settings(&self) -> serde_json::Value;
}

/// Why something of the installation was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallationFault {
    /// What, in a sentence without secrets.
    pub attempted: String,
    /// What to do next.
    pub hint: String,
    /// Whether the caller asked for what cannot be, rather than the hub failing.
    pub is_conflict: bool,
}

/// What is kept.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Retention {
    /// Each kind of thing.
    pub kinds: Vec<KeptKind>,
    /// Each file.
    pub files: Vec<KeptFile>,
}

/// One kind of thing that is kept for a while.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeptKind {
    /// `bytes`, `events`, `attempts` or `quarantine`.
    pub kind: String,
    /// How many are kept.
    pub count: u64,
    /// How large they are.
    pub bytes: u64,
    /// When the oldest is from.
    pub oldest: Option<Timestamp>,
    /// For how many days they are kept.
    pub limit_days: Option<i64>,
    /// In how many bytes all together.
    pub limit_bytes: Option<u64>,
    /// How many would go now.
    pub going_count: Option<u64>,
    /// How large those are.
    pub going_bytes: Option<u64>,
}

/// One file of the data folder.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeptFile {
    /// Its name.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// What of it is free.
    pub free_bytes: u64,
    /// Whether what is free is given back to the disk.
    pub shrinks: bool,
}

/// One master key.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MasterKey {
    /// Its id, which tells nothing of it.
    pub master_key: String,
    /// `current`, `former`, `former, not in use` or `missing`.
    pub state: String,
    /// How many credentials it wraps.
    pub credentials: u64,
}

/// What a move to the current master key came to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Rotation {
    /// The current master key.
    pub current: String,
    /// Credentials that were moved.
    pub rewrapped: u64,
    /// Credentials that somebody stored under a former key meanwhile: run it again.
    pub overtaken: u64,
    /// Credentials that nobody can open.
    pub unreadable: u64,
}

/// A backup that was made.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Backup {
    /// Its folder, below the data folder.
    pub folder: String,
    /// Its size.
    pub bytes: u64,
}

/// The service; none where the server stands alone.
pub(crate) type Service = Option<Arc<dyn Installation>>;

/// `GET /v1/installation/retention`.
pub(crate) const RETENTION: Operation = Operation {
    id: "installation.retention",
    path: "/v1/installation/retention",
    tag: Tag::Installation,
    summary: "Tell what is kept",
    description: "What is kept for a while, on how much disk, and what would go by the limits now.",
    ..Operation::COMMON
};

/// `GET /v1/installation/master-keys`.
pub(crate) const MASTER_KEYS: Operation = Operation {
    id: "installation.master_keys",
    path: "/v1/installation/master-keys",
    tag: Tag::Installation,
    summary: "List master keys",
    description: "By their ids, with how many stored credentials each wraps; never a key.",
    ..Operation::COMMON
};

/// `POST /v1/installation/master-keys/rotate`.
pub(crate) const ROTATE: Operation = Operation {
    id: "installation.rotate",
    method: Method::Post,
    path: "/v1/installation/master-keys/rotate",
    tag: Tag::Installation,
    summary: "Move credentials to the current master key",
    description: "Also while the hub runs. With `new_key` a new master key is made in the key file first; \
                  back that file up.",
    errors: &[(Kind::Conflict, "The current master key is not in the key file.")],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// `POST /v1/installation/backups`.
pub(crate) const BACK_UP: Operation = Operation {
    id: "installation.back_up",
    method: Method::Post,
    path: "/v1/installation/backups",
    tag: Tag::Installation,
    summary: "Make a backup",
    description: "Copies the hub's data to a new folder below `backups` in the data folder, also while the \
                  hub runs. It holds people's data in clear, and no master key.",
    errors: &[(Kind::Conflict, "There is a folder of this name.")],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// `GET /v1/installation/settings`.
pub(crate) const SETTINGS: Operation = Operation {
    id: "installation.settings",
    path: "/v1/installation/settings",
    tag: Tag::Installation,
    summary: "Tell the settings",
    description: "What the hub was started with, by path; of a secret only whether it is set.",
    ..Operation::COMMON
};

/// How to rotate.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RotationWish")]
pub(crate) struct RotationWish {
    /// Whether to make a new master key first.
    new_key: Option<bool>,
}

/// Where to put a backup.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BackupWish")]
pub(crate) struct BackupWish {
    /// The name of its folder: small letters, digits and single dashes.
    name: BackupName,
}

/// The master keys.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MasterKeyList")]
pub(crate) struct Keys {
    /// They.
    master_keys: Vec<MasterKey>,
}

/// The settings.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Settings")]
pub(crate) struct Told {
    /// Tables of settings by their names; a secret is `set` or `empty`.
    settings: serde_json::Value,
}

/// Tells what is kept.
pub(crate) async fn retention(call: Call<Service>) -> Result<Answer<Retention>, Problem> {
    Ok(Answer(there(&call.state)?.retention().await?))
}

/// Lists master keys.
pub(crate) async fn master_keys(call: Call<Service>) -> Result<Answer<Keys>, Problem> {
    let master_keys = there(&call.state)?.master_keys().await?;
    Ok(Answer(Keys { master_keys }))
}

/// Moves credentials to the current master key.
pub(crate) async fn rotate(
    call: Call<Service, Nothing, Nothing, RotationWish>,
) -> Result<Answer<Rotation>, Problem> {
    let new_key = call.body.new_key.unwrap_or_default();
    Ok(Answer(there(&call.state)?.rotate(new_key).await?))
}

/// Makes a backup.
pub(crate) async fn back_up(
    call: Call<Service, Nothing, Nothing, BackupWish>,
) -> Result<Answer<Backup, 201>, Problem> {
    Ok(Answer(there(&call.state)?.back_up(&call.body.name.0).await?))
}

/// Tells the settings.
pub(crate) async fn settings(call: Call<Service>) -> Result<Answer<Told>, Problem> {
    let settings = there(&call.state)?.settings();
    std::future::ready(Ok(Answer(Told { settings }))).await
}

fn there(service: &Service) -> Result<&dyn Installation, Problem> {
    service.as_deref().ok_or_else(|| {
        let hint = "ask the hub that runs on the installation's data folder";
        Problem::new(Kind::Unavailable, "nobody looks after the installation here", hint)
    })
}

impl From<InstallationFault> for Problem {
    fn from(fault: InstallationFault) -> Self {
        let kind = if fault.is_conflict { Kind::Conflict } else { Kind::Internal };
        Self::new(kind, format!("cannot {}", fault.attempted), fault.hint)
    }
}
