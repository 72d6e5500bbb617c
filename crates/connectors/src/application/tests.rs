//! What an application is told of a row, and what its answers mean.

use std::collections::BTreeMap;

use domain::{
    Access, Connection, ConnectionId, ConnectionProfile, Connections, CorrelationId, Direction,
    Entity, Fields, Memory, NewRows, OnDelete, Only, Organizations, Standing, Tenant,
    contract::sample::{self, at, event_id, organization, tenant},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::stand_ins::{Mirror, Told};

const COUNTERPART: &str = "con_app";

fn mapping() -> Mapping {
    Mapping {
        name: "people".to_owned(),
        tenant: tenant("alpha"),
        account: None,
        counterpart: ConnectionId::new(COUNTERPART),
        vendor: NAME.to_owned(),
        table: "people".to_owned(),
        entity: Entity::Contact,
        direction: Direction::Both,
        fields: Vec::new(),
        only: Only::default(),
        new_rows: NewRows::Create,
        on_delete: OnDelete::Keep,
        skew_seconds: 5,
        settings: BTreeMap::new(),
    }
}

fn write(row: Option<&str>) -> RowWrite {
    RowWrite {
        row: row.map(str::to_owned),
        record: RecordKey::new(Entity::Contact, "c1"),
        account: Some("location-1".to_owned()),
        fields: Fields::from([("first_name".to_owned(), json!("Ada"))]),
        seen_at: row.map(|_| at(7)),
        correlation: CorrelationId::of(&event_id(1)),
        now: at(9),
    }
}

/// A store with an application that is connected.
async fn store() -> Memory {
    let store = Memory::new(sample::clock());
    store.add_organization(organization("alpha")).await.unwrap();
    let tenant = Tenant { connection: ConnectionId::new(COUNTERPART), ..tenant("alpha") };
    let connection = Connection {
        tenant: tenant.clone(),
        vendor: NAME.to_owned(),
        name: "own CRM".to_owned(),
        created_at: at(0),
    };
    store.put_connection(connection).await.unwrap();
    let profile = ConnectionProfile {
        tenant: tenant.clone(),
        access: Access::Open,
        url: Some("https://crm.example.com/hooks".to_owned()),
        settings: BTreeMap::new(),
        account_name: None,
        scopes: Vec::new(),
        standing: Standing::Ready,
        revised_at: at(0),
    };
    assert!(store.put_profile(profile).await.unwrap());
    put_secret(&store, 7).await;
    store
}

async fn put_secret(store: &Memory, byte: u8) {
    let tenant = Tenant { connection: ConnectionId::new(COUNTERPART), ..tenant("alpha") };
    let key = CredentialKey::new(&tenant, CredentialKey::SIGNING_SECRET);
    let secret = new_secret(&[byte; SECRET_BYTES]);
    safe(store).put(&key, &secret, &Actor::Installation).await.unwrap();
}

fn safe(store: &Memory) -> Safe<Memory> {
    Safe::new(store.clone(), Arc::new(Mirror), sample::clock())
}

type Sent = Arc<Mutex<Vec<Request>>>;

fn application(store: &Memory, status: u16, body: &Value) -> (Application<Memory, Told>, Sent) {
    let sent = Sent::default();
    let (kept, body) = (Arc::clone(&sent), body.to_string());
    let transport = Told::by(move |request| {
        kept.lock().unwrap().push(request.clone());
        Ok(Response { status, body: body.clone().into(), ..Response::default() })
    });
    let told = Application::new(store.clone(), safe(store), transport, sample::clock());
    (told, sent)
}

#[tokio::test]
async fn a_row_goes_out_signed_with_both_ids_and_what_it_rests_on() {
    let store = store().await;
    let (application, sent) = application(&store, 200, &json!("ok"));
    let row = application.put(&mapping(), &write(Some("77"))).await.unwrap();
    assert_eq!((row.id.as_str(), row.changed_at), ("77", at(7)), "it did not tell another");
    assert_eq!(row.fields["first_name"], json!("Ada"));
    assert_eq!(row.fields["external_id"], json!("77"), "for the field of the CRM that takes it");
    application.put(&mapping(), &write(Some("77"))).await.unwrap();
    put_secret(&store, 8).await;
    application.put(&mapping(), &write(None)).await.unwrap();

    let sent = sent.lock().unwrap();
    let header = |index: usize, name: &str| {
        let headers: &Vec<(String, String)> = &sent[index].headers;
        headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap()
    };
    assert_eq!(sent[0].url, "https://crm.example.com/hooks");
    let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
    assert_eq!(
        body,
        json!({
            "type": "row.updated",
            "timestamp": at(9),
            "data": {
                "version": 1,
                "mapping": "people",
                "external_id": "77",
                "record": { "entity": "contact", "id": "c1", "account": "location-1" },
                "based_on": at(7),
                "fields": { "first_name": "Ada" },
            },
        })
    );
    let signed = |index: usize, byte: u8| {
        let key = SigningKey::of(&new_secret(&[byte; SECRET_BYTES])).unwrap();
        let body = String::from_utf8(sent[index].body.to_vec()).unwrap();
        key.sign(&header(index, "webhook-id"), sample::clock().now(), &body)
    };
    assert_eq!(header(0, "webhook-signature"), signed(0, 7));
    assert_eq!(header(2, "webhook-signature"), signed(2, 8), "a renewed secret counts at once");
    assert_eq!(header(0, "webhook-id"), header(1, "webhook-id"), "the same write has one name");
    assert_ne!(header(0, "webhook-id"), header(2, "webhook-id"));
    assert_eq!(header(0, "x-correlation-id"), write(None).correlation.to_string());
}

#[tokio::test]
async fn the_answer_may_tell_the_row_and_its_id() {
    let store = store().await;
    let told = json!({
        "external_id": "77",
        "updated_at": at(20),
        "fields": { "first_name": "ADA", "city": "Bath" },
    });
    let (taught, _) = application(&store, 201, &told);
    let row = taught.put(&mapping(), &write(None)).await.unwrap();
    assert_eq!((row.id.as_str(), row.changed_at), ("77", at(20)));
    assert_eq!(row.fields["first_name"], json!("ADA"));
    assert_eq!(row.record.as_deref(), Some("c1"));

    let unusable = json!({ "external_id": "7/7" });
    let (silent, _) = application(&store, 204, &unusable);
    let row = silent.put(&mapping(), &write(None)).await.unwrap();
    assert_eq!((row.id.as_str(), row.changed_at), ("c1", Timestamp::UNIX_EPOCH));
}

#[tokio::test]
async fn each_answer_means_something_else() {
    let store = store().await;
    for (status, next) in [
        (301, Next::Retry),
        (400, Next::GiveUp),
        (401, Next::Hold(None)),
        (404, Next::Retry),
        (422, Next::GiveUp),
        (500, Next::Retry),
        (503, Next::Retry),
    ] {
        let (application, _) = application(&store, status, &json!({}));
        let failed = application.put(&mapping(), &write(Some("77"))).await.unwrap_err();
        assert_eq!((failed.next, failed.ambiguous), (next, false), "{status}");
        assert!(failed.reason.contains(&status.to_string()), "{}", failed.reason);
    }
    let (gone, _) = application(&store, 410, &json!({}));
    assert!(gone.put(&mapping(), &write(Some("77"))).await.unwrap().gone);
    assert!(gone.put(&mapping(), &write(None)).await.is_err(), "nothing was there to go");
    gone.remove(&mapping(), "77").await.unwrap();
}

#[tokio::test]
async fn a_row_that_was_changed_since_is_told_or_comes_in() {
    let store = store().await;
    let told = json!({ "updated_at": at(20), "fields": { "first_name": "Adele" } });
    let (application, _) = application(&store, 409, &told);
    let offered = application.offer(&mapping(), &write(Some("77"))).await.unwrap();
    let Offered::Changed(Some(row)) = offered else { panic!("{offered:?}") };
    assert_eq!((row.id.as_str(), row.changed_at), ("77", at(20)));
    assert_eq!((&row.fields["first_name"], row.record), (&json!("Adele"), None));
    assert!(application.offer(&mapping(), &write(None)).await.is_err(), "nothing was there");
}

#[tokio::test]
async fn a_row_that_was_changed_since_without_saying_how_is_left() {
    let store = store().await;
    let (application, _) = application(&store, 409, &json!({ "updated_at": at(20) }));
    let offered = application.offer(&mapping(), &write(Some("77"))).await.unwrap();
    assert_eq!(offered, Offered::Changed(None));
}

#[tokio::test]
async fn without_an_address_or_a_secret_it_waits_for_a_person() {
    let store = store().await;
    let (application, sent) = application(&store, 200, &json!({}));
    let other = Mapping { counterpart: ConnectionId::new("con_none"), ..mapping() };
    let failed = application.put(&other, &write(None)).await.unwrap_err();
    assert_eq!(failed.next, Next::Hold(None));
    assert!(failed.reason.contains("connect application"), "{}", failed.reason);
    assert!(sent.lock().unwrap().is_empty());
}
