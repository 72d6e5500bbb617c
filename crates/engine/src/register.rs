//! What the doors know by heart: whose which account is, which keys count, and the opened secrets.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use domain::{
    ApiKeys, Connections, Credential, CredentialKey, Credentials, OrganizationId, SecretSealer,
    StorageError, Tenant, WebhookSecret,
};
use policy::{
    directory::{Directory, Rules},
    holders::Holders,
};

/// What the settings say about the doors.
#[derive(Clone, Default)]
pub struct DoorSettings {
    /// How far in the past an event's own time may be, in seconds; 0 for any time. What is older is
    /// answered with 200 and not kept.
    pub replay_window_seconds: u64,
    /// How many deliveries a minute are taken by one token, and as handshakes by one connection; 0
    /// for any number.
    pub deliveries_per_minute: u32,
    /// How many bytes of bodies may wait for their account all together; none for any number. What
    /// goes beyond, the account that has most of it waiting loses, the oldest first.
    pub quarantine_bytes: Option<u64>,
    /// The secret of those connections of an organization that have none of their own.
    pub shared_secret: Option<(OrganizationId, WebhookSecret)>,
    /// Opens and seals the connections' own secrets; none where the hub keeps none.
    pub sealer: Option<Arc<dyn SecretSealer>>,
}

/// A connection's secret.
#[derive(Clone, Debug)]
pub(crate) enum Secret {
    /// It can be used.
    Open(WebhookSecret),
    /// It is stored and cannot be opened: nothing that needs it is taken.
    Unreadable,
}

/// Everything at one moment.
#[derive(Clone, Default)]
pub(crate) struct Register {
    pub(crate) directory: Directory,
    pub(crate) holders: Holders,
    secrets: HashMap<Tenant, Secret>,
    shared: Option<(OrganizationId, Secret)>,
}

impl Register {
    /// The secret that a connection's senders sign with.
    pub(crate) fn secret_of(&self, tenant: &Tenant) -> Option<&Secret> {
        self.own_secret_of(tenant).or_else(|| self.shared_secret_of(&tenant.organization))
    }

    /// The connection's own secret.
    pub(crate) fn own_secret_of(&self, tenant: &Tenant) -> Option<&Secret> {
        self.secrets.get(tenant)
    }

    /// The secret of an organization's connections that have none of their own.
    pub(crate) fn shared_secret_of(&self, organization: &OrganizationId) -> Option<&Secret> {
        self.shared.as_ref().filter(|(owner, _)| owner == organization).map(|(_, secret)| secret)
    }
}

/// The register of the moment. Cheap to clone; clones show the same.
#[derive(Clone, Default)]
pub(crate) struct SharedRegister {
    current: Arc<RwLock<Arc<Register>>>,
}

impl SharedRegister {
    pub(crate) fn get(&self) -> Arc<Register> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, register: Register) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(register);
    }
}

/// Makes the register anew when what it says has changed.
pub(crate) struct Registrar {
    pub(crate) rules: Rules,
    pub(crate) settings: DoorSettings,
    register: SharedRegister,
    /// What was opened, by the stored form that it was opened from.
    opened: BTreeMap<CredentialKey, (Credential, Secret)>,
}

impl Registrar {
    /// A registrar whose register is empty until the first [`Self::reload`].
    pub(crate) fn new(rules: Rules, settings: DoorSettings) -> Self {
        Self { rules, settings, register: SharedRegister::default(), opened: BTreeMap::new() }
    }

    /// The register that it keeps.
    pub(crate) fn register(&self) -> SharedRegister {
        self.register.clone()
    }

    /// Makes the register anew.
    ///
    /// Rights are taken away before secrets are opened: a key service can be slow, and a revoked key
    /// must not wait for it. Until a new secret is open, what needs it is refused.
    pub(crate) async fn reload(
        &mut self,
        store: &(impl Connections + ApiKeys + Credentials),
    ) -> Result<(), StorageError> {
        let listing = store.listing().await?;
        let keys = store.api_keys_of_all().await?;
        let directory = Directory::new(&self.rules, &listing);
        let mut stored = BTreeMap::new();
        for tenant in directory.connections() {
            let kind = WebhookSecret::KIND.to_owned();
            let key = CredentialKey { tenant: tenant.clone(), kind };
            if let Some(credential) = store.credential(&key).await? {
                stored.insert(key, credential);
            }
        }
        self.opened.retain(|key, (from, _)| stored.get(key) == Some(from));
        let holders = Holders::new(keys.into_iter().chain(self.rules.keys.iter().cloned()));
        let shared = self.settings.shared_secret.clone();
        let mut register = Register {
            directory,
            holders,
            secrets: self.secrets(&stored),
            shared: shared.map(|(owner, secret)| (owner, Secret::Open(secret))),
        };
        let is_complete = self.opened.len() == stored.len();
        self.register.set(register.clone());
        if !is_complete {
            self.open(&stored).await;
            register.secrets = self.secrets(&stored);
            self.register.set(register);
        }
        Ok(())
    }

    async fn open(&mut self, stored: &BTreeMap<CredentialKey, Credential>) {
        for (key, credential) in stored {
            if self.opened.contains_key(key) {
                continue;
            }
            let opened = match &self.settings.sealer {
                Some(sealer) => sealer.open(credential).await.and_then(|opened| {
                    let none = || "what is stored is no webhook secret".to_owned();
                    WebhookSecret::of(&opened).ok_or_else(none)
                }),
                None => Err("this hub opens no stored secrets".to_owned()),
            };
            let secret = opened.map(Secret::Open).unwrap_or_else(|problem| {
                tracing::error!(
                    organization = %key.tenant.organization,
                    connection = %key.tenant.connection,
                    problem,
                    "a webhook secret cannot be read: deliveries to its connection are refused until \
                     it is stored again with `highwire connections secret`"
                );
                Secret::Unreadable
            });
            self.opened.insert(key.clone(), (credential.clone(), secret));
        }
    }

    fn secrets(&self, stored: &BTreeMap<CredentialKey, Credential>) -> HashMap<Tenant, Secret> {
        let of = |key: &CredentialKey| {
            self.opened.get(key).map_or(Secret::Unreadable, |(_, secret)| secret.clone())
        };
        stored.keys().map(|key| (key.tenant.clone(), of(key))).collect()
    }
}
