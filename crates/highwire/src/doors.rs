//! The doors of the hub: where each vendor comes in, and what the settings say about who may.

use std::sync::Arc;

use connectors::{
    RowEvents, RunEvents, application,
    highlevel::{HighLevel, Workflow},
    notion::{Notion, rows},
    repairshopr::RepairShopr,
};
use domain::{
    Account, AccountKey, ApiKey, ApiKeyId, Connection, ConnectionId, KeyHash, Role, Scope,
    SecretSealer, Source, Tenant, WebhookSecret,
};
use engine::{DoorSettings, Rules, administration::Described};
use jiff::Timestamp;
use web::{Door, Entrance};

use crate::{failure::Failure, settings::Settings, wiring::default_organization};

/// The doors of HighLevel's webhooks; the second is the name that older guides use.
pub(crate) const WEBHOOK_PATHS: [&str; 2] = ["/webhooks/highlevel", "/webhooks/ghl"];

/// Where workflows of HighLevel come in.
pub(crate) const WORKFLOW_PATH: &str = "/webhooks/highlevel/workflow/{token}";

/// Where Notion comes in.
pub(crate) const NOTION_PATH: &str = "/webhooks/notion/{connection}";

/// Where RepairShopr's notification center comes in.
pub(crate) const REPAIRSHOPR_PATH: &str = "/webhooks/repairshopr/{token}";

/// The connections that the settings describe.
pub(crate) const HIGHLEVEL: &str = "highlevel";
pub(crate) const NOTION: &str = "notion";

/// The shortest key that the settings may name, in characters: a door asks nothing else.
const SHORTEST_KEY: usize = 16;

/// Every door.
pub(crate) fn all(highlevel: &Arc<dyn Source>) -> Vec<Door> {
    let mut doors = WEBHOOK_PATHS
        .map(|path| Door { path, source: Arc::clone(highlevel), entrance: Entrance::Headers })
        .to_vec();
    doors.extend([
        Door {
            path: WORKFLOW_PATH,
            source: Arc::new(Workflow),
            entrance: Entrance::TokenOfWorkflow,
        },
        Door { path: NOTION_PATH, source: Arc::new(Notion), entrance: Entrance::Connection },
        Door { path: REPAIRSHOPR_PATH, source: Arc::new(RepairShopr), entrance: Entrance::Token },
    ]);
    doors
}

/// Who can read the events that came in by any of them, and those that the hub read itself.
pub(crate) fn sources(highlevel: &HighLevel) -> Vec<Arc<dyn Source>> {
    vec![
        Arc::new(highlevel.clone()),
        Arc::new(highlevel.snapshots()),
        Arc::new(Notion),
        Arc::new(RepairShopr),
        Arc::new(RepairShopr::snapshots()),
        Arc::new(RowEvents::new(application::ROWS, application::NAME)),
        Arc::new(RowEvents::new(rows::EVENTS, Notion::NAME)),
        Arc::new(RunEvents),
    ]
}

/// What the settings say about the doors.
pub(crate) fn door_settings(settings: &Settings, sealer: Arc<dyn SecretSealer>) -> DoorSettings {
    let webhook = &settings.webhook;
    let secret = WebhookSecret::new(webhook.secret.expose());
    DoorSettings {
        replay_window_seconds: webhook.replay_window_seconds,
        deliveries_per_minute: webhook.deliveries_per_minute,
        quarantine_bytes: webhook.quarantine_bytes(),
        shared_secret: secret.map(|secret| (default_organization(), secret)),
        sealer: Some(sealer),
    }
}

/// What the settings say about whose events are whose.
///
/// # Errors
/// Where a key is too short.
pub(crate) fn rules(settings: &Settings, now: Timestamp) -> Result<Rules, Failure> {
    let named = &settings.highlevel;
    let tenant = tenant(HIGHLEVEL);
    let ids = named.location_ids.iter().chain(&named.company_ids);
    let account = |id: &String| Account {
        key: AccountKey::new(HighLevel::NAME, id),
        tenant: tenant.clone(),
        connected_at: now,
    };
    let apps = named.app_ids.iter().cloned().collect();
    Ok(Rules {
        accounts: ids.map(account).collect(),
        connections: connections(settings, now),
        keys: keys(settings, &tenant, now)?,
        everybody: named.accept_unknown_locations.then(|| tenant.clone()),
        apps: [(HighLevel::NAME.to_owned(), apps)].into(),
    })
}

/// The connections that the settings describe, with the accounts that they name.
///
/// # Errors
/// Where the settings make no rules.
pub(crate) fn described(settings: &Settings, now: Timestamp) -> Result<Described, Failure> {
    let Rules { connections, accounts, .. } = rules(settings, now)?;
    Ok(Described { connections, accounts })
}

/// The connections that the settings describe. Settings that name nothing of a vendor describe none.
pub(crate) fn connections(settings: &Settings, now: Timestamp) -> Vec<Connection> {
    let (highlevel, webhook) = (&settings.highlevel, &settings.webhook);
    let is_highlevel = !highlevel.location_ids.is_empty()
        || !highlevel.company_ids.is_empty()
        || highlevel.accept_unknown_locations
        || !webhook.secret.is_empty()
        || !webhook.api_keys.is_empty();
    let described = [
        (HIGHLEVEL, HighLevel::NAME, is_highlevel),
        (NOTION, Notion::NAME, !settings.notion.token.is_empty()),
    ];
    let connection = |(name, vendor, _): (&str, &str, bool)| Connection {
        tenant: tenant(name),
        vendor: vendor.to_owned(),
        name: name.to_owned(),
        created_at: now,
    };
    described.into_iter().filter(|(_, _, is_described)| *is_described).map(connection).collect()
}

/// The tenant of a connection that the settings describe.
pub(crate) fn tenant(connection: &str) -> Tenant {
    Tenant { organization: default_organization(), connection: ConnectionId::new(connection) }
}

/// The keys of older guides, which belong to the HighLevel connection of the settings.
fn keys(settings: &Settings, tenant: &Tenant, now: Timestamp) -> Result<Vec<ApiKey>, Failure> {
    let keys = settings.webhook.api_keys.iter().map(|key| key.expose().trim());
    keys.map(|key| {
        if key.len() < SHORTEST_KEY {
            let hint = "give each at least 16 characters, such as those of `openssl rand -hex 32`";
            return Err(Failure::user("use webhook.api_keys: a key is too short", hint));
        }
        let hash = KeyHash::of(key);
        let (beginning, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
        Ok(ApiKey {
            id: ApiKeyId::from_random(*beginning),
            organization: tenant.organization.clone(),
            connection: Some(tenant.connection.clone()),
            name: "webhook.api_keys".to_owned(),
            role: Role::Application,
            scopes: [Scope::WebhooksSend].into(),
            secret_hash: hash,
            created_at: now,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        })
    })
    .collect()
}
