//! Sample values for the contract suite and for tests of stages.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use crate::{
    Action, ActionId, ActivityEntry, ApiKey, ApiKeySecret, Clock, ConnectionId, CorrelationId,
    Credential, CredentialKey, Direction, Entity, Event, EventId, EventKind, Intent, KindFilter,
    MappedField, Mapping, Member, MemberId, NewRows, Notification, OnDelete, Only, Organization,
    OrganizationId, Origin, Record, RecordKey, Role, Scope, SealedContent, SecretVersions,
    Subscription, SubscriptionId, SubscriptionState, Tenant, ValueKind, Verb, Wins,
};

/// The moment at which samples happen, plus seconds.
///
/// # Panics
/// Where the seconds leave the range of time.
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("seconds near the present")
}

/// A clock that stands still at [`at`]`(0)`.
#[must_use]
pub fn clock() -> Arc<dyn Clock> {
    Arc::new(|| at(0))
}

/// The id of the sample event with this number.
#[must_use]
pub fn event_id(number: u128) -> EventId {
    EventId::from_bytes(number.to_be_bytes())
}

/// The sample tenant with this name.
#[must_use]
pub fn tenant(name: &str) -> Tenant {
    Tenant {
        organization: OrganizationId::new(name),
        connection: ConnectionId::new(&format!("{name}-highlevel")),
    }
}

/// A contact created by the sample tenant `alpha`.
#[must_use]
pub fn event(number: u128) -> Event {
    Event {
        id: event_id(number),
        alias: None,
        source: "highlevel".to_owned(),
        origin: Origin::Webhook,
        tenant: Some(tenant("alpha")),
        kind: EventKind { entity: Entity::Contact, verb: Verb::Created },
        vendor_type: Some("ContactCreate".to_owned()),
        record: Some(RecordKey::new(Entity::Contact, format!("contact-{number}"))),
        account: Some("location-1".to_owned()),
        webhook_id: Some(format!("webhook-{number}")),
        correlation: CorrelationId::of(&event_id(number)),
        occurred_at: at(1),
        received_at: at(2),
        body: Bytes::from(format!("{{\"id\":\"contact-{number}\"}}")),
    }
}

/// A contact row made by the sample event with this number.
#[must_use]
pub fn record(owner: &Tenant, id: &str, number: u128) -> Record {
    Record {
        tenant: owner.clone(),
        key: RecordKey::new(Entity::Contact, id),
        fields: [("name".to_owned(), format!("Person {number}").into())].into(),
        version: 1,
        occurred_at: at(1),
        deleted_at: None,
        event: event_id(number),
        account: Some("location-1".to_owned()),
        origin: Origin::Webhook,
        first_seen_at: at(2),
        last_seen_at: at(2),
    }
}

/// An activity entry for the sample event with this number, in this lane of this destination.
#[must_use]
pub fn action(number: u128, destination: &str, lane: &str) -> Action {
    Action {
        id: ActionId::of(&event_id(number), "log_activity"),
        event: event_id(number),
        correlation: CorrelationId::of(&event_id(number)),
        tenant: tenant("alpha"),
        destination: ConnectionId::new(destination),
        lane: lane.to_owned(),
        rule: "log_activity".to_owned(),
        intent: Intent::LogActivity(ActivityEntry {
            event: event_id(number),
            entity_name: "Person".to_owned(),
            event_type: "Contact Created".to_owned(),
            entity: "Contact".to_owned(),
            record_id: format!("contact-{number}"),
            action: "Created".to_owned(),
            occurred_at: at(1),
            link: None,
            details: String::new(),
        }),
        decided_at: at(0),
    }
}

/// A credential of the sample tenant with this name, under this master key. Its bytes follow from
/// all three, and nobody can open them.
#[must_use]
pub fn credential(owner: &str, kind: &str, master_key: &str) -> Credential {
    Credential {
        key: CredentialKey { tenant: tenant(owner), kind: kind.to_owned() },
        content: SealedContent {
            bytes: Bytes::from(format!("{owner} {kind} {master_key}")),
            master_key: master_key.to_owned(),
        },
        stored_at: at(3),
    }
}

/// The sample organization with this name.
#[must_use]
pub fn organization(name: &str) -> Organization {
    let id = OrganizationId::new(name);
    Organization { id, name: format!("The {name}"), created_at: at(3) }
}

/// A member of the sample organization with this name, whose id and address follow from the number.
#[must_use]
pub fn member(owner: &str, number: u64, role: Role) -> Member {
    Member {
        id: MemberId::from_random(number.to_be_bytes()),
        organization: OrganizationId::new(owner),
        email: format!("person-{number:02}@example.com"),
        name: format!("Person {number}"),
        role,
        added_at: at(3),
    }
}

/// A subscription of the sample organization with this name to everything; its id and name follow
/// from the number.
#[must_use]
pub fn subscription(owner: &str, number: u64) -> Subscription {
    Subscription {
        id: SubscriptionId::from_random(number.to_be_bytes()),
        organization: OrganizationId::new(owner),
        connection: None,
        name: format!("subscription {number}"),
        url: "https://receiver.example/hooks".to_owned(),
        kinds: KindFilter::all(),
        state: SubscriptionState::Active,
        secret: SecretVersions::FIRST,
        failing_since: None,
        created_at: at(number as i64),
        revision: 1,
    }
}

/// A notification of the sample event with this number for this subscription, in this lane.
#[must_use]
pub fn notification(number: u128, subscription: &Subscription, lane: &str) -> Action {
    Action {
        id: ActionId::of(&event_id(number), &format!("notify.{}", subscription.id)),
        destination: subscription.destination(),
        rule: "notify_subscribers".to_owned(),
        intent: Intent::Notify(Notification {
            subscription: subscription.id.clone(),
            message: event_id(number).to_string(),
            kind: "contact.created".to_owned(),
            body: format!(r#"{{"type":"contact.created","data":{{"number":{number}}}}}"#),
        }),
        ..action(number, "subscriber", lane)
    }
}

/// A key of the sample organization with this name, with its secret; both follow from the number.
#[must_use]
pub fn api_key(owner: &str, number: u8) -> (ApiKey, ApiKeySecret) {
    let (id, secret) = ApiKeySecret::from_random(&[number; ApiKeySecret::RANDOM]);
    let key = ApiKey {
        id,
        organization: OrganizationId::new(owner),
        connection: None,
        name: format!("key {number}"),
        role: Role::Application,
        scopes: [Scope::EventsRead].into(),
        secret_hash: secret.hash(),
        created_at: at(i64::from(number)),
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    };
    (key, secret)
}

/// A mapping of the sample tenant's contacts in `location-1` with the table `people` of its connection
/// `notion`.
#[must_use]
pub fn mapping(owner: &str) -> Mapping {
    let field = |field: &str, column: &str, kind| MappedField {
        field: field.to_owned(),
        column: column.to_owned(),
        kind,
        direction: Direction::Both,
        wins: Wins::LastWrite,
    };
    Mapping {
        name: "people".to_owned(),
        tenant: tenant(owner),
        account: Some("location-1".to_owned()),
        counterpart: ConnectionId::new("notion"),
        vendor: "notion".to_owned(),
        table: "people".to_owned(),
        entity: Entity::Contact,
        direction: Direction::Both,
        fields: vec![
            field("email", "E-mail", ValueKind::Email),
            field("first_name", "First name", ValueKind::Text),
            field("tags", "Tags", ValueKind::List),
        ],
        only: Only::default(),
        new_rows: NewRows::Create,
        on_delete: OnDelete::Keep,
        skew_seconds: 5,
        settings: std::collections::BTreeMap::new(),
    }
}
