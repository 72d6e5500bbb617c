//! Reads what is installed where, writes which accounts are connected: while the hub runs.
//!
//! It looks whenever anything has changed, and compares; so a burst of installations costs no more
//! than a few looks, and nothing is exchanged before it is first used.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use connectors::highlevel::connect::{Installed, Installs, InstallsError};
use domain::{AccountKey, Connections, Revision, SecretSealer, Tenant};
use jiff::{SignedDuration, Timestamp};
use policy::installs::{Grantee, Step, steps};
use store::Sqlite;

use crate::{
    broker::HighLevelBroker, clock, commands::connect, failure::Failure, settings::Settings,
};

/// How often the stage looks whether anything has changed.
const LOOK: Duration = Duration::from_millis(500);

/// How long after a change it looks again at what it could not do, at first and at most: HighLevel's
/// list can lag behind its own events (`facts/highlevel.md` 2.3).
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(2);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// How often the list of installations is asked about one account that it does not show.
const MOST_ASKS: u32 = 8;

/// The stage.
pub(crate) struct InstallStage {
    store: Sqlite,
    installs: Installs<Sqlite>,
    broker: HighLevelBroker,
    seen: Option<Revision>,
    /// How often each account was looked up in a list, and when it may be again.
    asked: BTreeMap<(Tenant, AccountKey), (u32, Timestamp)>,
    /// When to look again although nothing has changed.
    due: Option<Timestamp>,
}

impl InstallStage {
    /// The stage over this store.
    ///
    /// # Errors
    /// Where the settings make no sense.
    pub(crate) fn open(
        settings: &Settings,
        store: &Sqlite,
        sealer: &Arc<dyn SecretSealer>,
        broker: HighLevelBroker,
    ) -> Result<Self, Failure> {
        let connecting = connect::connecting(settings, store, sealer)?;
        Ok(Self {
            store: store.clone(),
            installs: Installs::new(store.clone(), connecting),
            broker,
            seen: None,
            asked: BTreeMap::new(),
            due: None,
        })
    }

    /// Looks for as long as it is polled.
    pub(crate) async fn run(mut self) {
        loop {
            if let Err(error) = self.pass(clock::now()).await {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(%error, cause, "installations are not followed; it is tried again");
                self.seen = None;
                tokio::time::sleep(10 * LOOK).await;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn pass(&mut self, now: Timestamp) -> Result<(), InstallsError> {
        let revision = self.store.revision().await?;
        if self.seen == Some(revision) && self.due.is_none_or(|due| now < due) {
            return Ok(());
        }
        (self.seen, self.due) = (Some(revision), None);
        let installed = self.installs.installed().await?;
        let grantees: Vec<Grantee> = installed.iter().map(grantee).collect();
        let mut placeless: BTreeMap<Tenant, BTreeSet<AccountKey>> = BTreeMap::new();
        let listing = self.store.listing().await?;
        let of = |tenant: &Tenant| installed.iter().find(|one| one.tenant == *tenant);
        for step in steps(&grantees, &listing) {
            match step {
                Step::Revoke(tenant) => {
                    if let Some(installed) = of(&tenant) {
                        self.installs.revoke(installed).await?;
                        tell(
                            &tenant,
                            "its app was removed: nothing is called until a person agrees again",
                        );
                    }
                }
                Step::Disconnect(tenant, key) => self.installs.disconnect(&tenant, &key).await?,
                Step::Connect(tenant, key) => drop(self.installs.connect(&tenant, &key).await?),
                Step::Look(tenant, key) => {
                    placeless.entry(tenant).or_default().insert(key);
                }
            }
        }
        for (tenant, keys) in placeless {
            if let Some(installed) = of(&tenant) {
                self.place(installed, keys, now).await?;
            }
        }
        Ok(())
    }

    /// Asks HighLevel whose accounts are that nothing places: once for all of them.
    async fn place(
        &mut self,
        installed: &Installed,
        keys: BTreeSet<AccountKey>,
        now: Timestamp,
    ) -> Result<(), InstallsError> {
        let tenant = &installed.tenant;
        let place = |key: &AccountKey| (tenant.clone(), key.clone());
        let is_due = |key: &&AccountKey| {
            self.asked.get(&place(key)).is_none_or(|(count, at)| *count < MOST_ASKS && *at <= now)
        };
        let due: Vec<AccountKey> = keys.iter().filter(is_due).cloned().collect();
        if !due.is_empty() {
            let listed = self.installs.list(&self.broker, installed).await;
            if let Err(error) = &listed {
                tracing::warn!(
                    connection = %tenant.connection,
                    %error,
                    "whose new installations are cannot be asked; it is tried again"
                );
            }
            for key in due {
                match listed.as_ref().is_ok_and(|listed| listed.contains(&key)) {
                    true => {
                        self.asked.remove(&place(&key));
                        self.installs.connect(tenant, &key).await?;
                    }
                    false => self.note_asked(place(&key), now),
                }
            }
        }
        let waiting = keys.iter().filter_map(|key| self.asked.get(&place(key)));
        let next = waiting.filter(|(count, _)| *count < MOST_ASKS).map(|(_, at)| *at).min();
        self.due = [self.due, next].into_iter().flatten().min();
        Ok(())
    }

    fn note_asked(&mut self, place: (Tenant, AccountKey), now: Timestamp) {
        let (count, at) = self.asked.entry(place).or_insert((0, now));
        let wait = FIRST_WAIT * 2_i32.saturating_pow(*count);
        *at = now.saturating_add(wait.min(LONGEST_WAIT)).unwrap_or(now);
        *count += 1;
    }
}

fn grantee(installed: &Installed) -> Grantee {
    Grantee {
        tenant: installed.tenant.clone(),
        app: installed.app.clone(),
        own: installed.own.clone(),
        is_bulk: installed.is_bulk,
    }
}

fn tell(tenant: &Tenant, what: &str) {
    tracing::warn!(
        organization = %tenant.organization,
        connection = %tenant.connection,
        what,
        "a connection has ended; `highwire connect highlevel --again CONNECTION` renews it"
    );
}
