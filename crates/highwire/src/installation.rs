//! The installation as its administrator looks after it over HTTP: what is kept, master keys, backups.

use std::{sync::Arc, time::Duration};

use domain::{BoxFuture, Clock, QUARANTINE_DAYS, Quarantine, Retention as _};
use engine::{Holding, Limit, administration::Described};
use serde_json::Value;
use store::{BackupError, Progress, Sqlite};
use tokio::{runtime::Handle, time::Instant};
use web::{
    Backup, Installation, InstallationFault, KeptFile, KeptKind, MasterKey, Retention, Rotation,
};

use crate::{doors, failure::Failure, master_keys, settings::Settings};

/// The name and version of this program, as backups tell them.
const PROGRAM: &str = concat!("highwire ", env!("CARGO_PKG_VERSION"));

/// The folder of backups below the data folder.
const BACKUPS: &str = "backups";

/// The longest rest after a step of a copy.
const LONGEST_REST: Duration = Duration::from_millis(250);

/// The installation of a running hub.
pub(crate) struct HubInstallation {
    settings: Settings,
    store: Sqlite,
    clock: Arc<dyn Clock>,
}

impl HubInstallation {
    /// The installation that these settings describe.
    pub(crate) fn new(settings: &Settings, store: Sqlite, clock: Arc<dyn Clock>) -> Self {
        Self { settings: settings.clone(), store, clock }
    }

    async fn kept(&self) -> Result<Retention, Failure> {
        let limits = self.settings.retention.limits();
        let holdings = engine::holdings(&self.store, &limits, self.clock.now()).await?;
        let held = self.store.held().await?;
        let waiting = KeptKind {
            kind: "quarantine".to_owned(),
            count: held.iter().map(|group| group.events).sum(),
            bytes: held.iter().map(|group| group.bytes).sum(),
            oldest: held.iter().map(|group| group.first_at).min(),
            limit_days: Some(QUARANTINE_DAYS),
            limit_bytes: self.settings.webhook.quarantine_bytes(),
            going_count: None,
            going_bytes: None,
        };
        let kinds = holdings.iter().map(|holding| kind(holding, limits.of(holding.kind)));
        let files = self.store.space().await?.into_iter().map(|file| KeptFile {
            file: file.file.to_owned(),
            bytes: file.size,
            free_bytes: file.free,
            shrinks: file.shrinks,
        });
        Ok(Retention { kinds: kinds.chain([waiting]).collect(), files: files.collect() })
    }

    async fn keys(&self) -> Result<Vec<MasterKey>, Failure> {
        let keyring = master_keys::open(&self.settings, &self.store).await?;
        let counts = master_keys::counts(&self.store, &keyring).await?;
        let known: Vec<String> = keyring.ids().iter().map(ToString::to_string).collect();
        let told = counts.into_iter().map(|(master_key, credentials)| {
            let place = known.iter().position(|id| *id == master_key);
            let state = master_keys::state(place, credentials).to_owned();
            MasterKey { master_key, state, credentials }
        });
        Ok(told.collect())
    }

    async fn move_credentials(&self, new_key: bool) -> Result<Rotation, Failure> {
        if new_key {
            master_keys::add_key(&self.settings)?;
        }
        let keyring = master_keys::open(&self.settings, &self.store).await?;
        let rotation = master_keys::rotate(&self.store, &keyring).await?;
        Ok(Rotation {
            current: keyring.current().to_string(),
            rewrapped: rotation.rewrapped,
            overtaken: rotation.overtaken,
            unreadable: rotation.unreadable.len() as u64,
        })
    }

    async fn copy(&self, name: &str) -> Result<Backup, InstallationFault> {
        let (folder, now) = (self.settings.data_dir.clone(), self.clock.now());
        let backups = folder.join(BACKUPS);
        let to = backups.join(name);
        let copy = move || {
            std::fs::create_dir_all(&backups).map_err(|error| fault(&error.to_string()))?;
            let (runtime, mut step) = (Handle::current(), Instant::now());
            let mut paced = |_: Progress| {
                // Half of the time belongs to the hub, whose acknowledgments wait for the same disk.
                runtime.block_on(tokio::time::sleep(step.elapsed().min(LONGEST_REST)));
                step = Instant::now();
            };
            store::back_up(&folder, &to, (PROGRAM, now), &mut paced).map_err(unmade)
        };
        let made = tokio::task::spawn_blocking(copy).await;
        let manifest = made.map_err(|error| fault(&error.to_string()))??;
        Ok(Backup { folder: format!("{BACKUPS}/{name}"), bytes: manifest.bytes() })
    }
}

impl Installation for HubInstallation {
    fn retention(&self) -> BoxFuture<'_, Result<Retention, InstallationFault>> {
        Box::pin(async move { self.kept().await.map_err(|failure| failed(&failure, false)) })
    }

    fn master_keys(&self) -> BoxFuture<'_, Result<Vec<MasterKey>, InstallationFault>> {
        Box::pin(async move { self.keys().await.map_err(|failure| failed(&failure, false)) })
    }

    fn rotate(&self, new_key: bool) -> BoxFuture<'_, Result<Rotation, InstallationFault>> {
        let moved = self.move_credentials(new_key);
        // What stands against a new key is where the current one is kept.
        Box::pin(async move { moved.await.map_err(|failure| failed(&failure, new_key)) })
    }

    fn back_up<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Backup, InstallationFault>> {
        Box::pin(self.copy(name))
    }

    fn described(&self) -> Described {
        // The hub would not run with settings that make no rules.
        doors::described(&self.settings, self.clock.now()).unwrap_or_default()
    }

    fn settings(&self) -> Value {
        self.settings.shown.clone()
    }
}

fn kind(holding: &Holding, limit: Limit) -> KeptKind {
    KeptKind {
        kind: holding.kind.name().to_owned(),
        count: holding.kept.count,
        bytes: holding.kept.size,
        oldest: holding.oldest,
        limit_days: limit.age.map(|age| age.as_hours() / 24),
        limit_bytes: limit.size,
        going_count: Some(holding.going.count),
        going_bytes: Some(holding.going.size),
    }
}

fn failed(failure: &Failure, is_conflict: bool) -> InstallationFault {
    let (attempted, hint) = (failure.chain().join(": "), failure.hint().to_owned());
    InstallationFault { attempted, hint, is_conflict }
}

fn unmade(error: BackupError) -> InstallationFault {
    match error {
        BackupError::Occupied { .. } => InstallationFault {
            attempted: "make a backup: there is one of this name".to_owned(),
            hint: "choose another name; no backup is overwritten".to_owned(),
            is_conflict: true,
        },
        error => failed(&Failure::from(error), false),
    }
}

fn fault(problem: &str) -> InstallationFault {
    InstallationFault {
        attempted: format!("make a backup: {problem}"),
        hint: "check the disk and the rights of the data folder".to_owned(),
        is_conflict: false,
    }
}
