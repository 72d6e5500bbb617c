//! A run beside a hub that takes webhooks: the hub works at it, and webhooks and lists say the same.

use std::time::Duration;

use anyhow::{Result, ensure};
use domain::{Entity, RecordKey};
use endpoint::Method;
use serde_json::json;

use crate::house::{House, figure, written};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_hub_does_what_the_command_asks() -> Result<()> {
    let house = House::with_contacts(60).await?;
    let hub = house.hub()?;
    house.vendor.subscribe(&format!("http://{}/webhooks/highlevel", hub.address()))?;
    let loaded = house.sync("").await?;
    ensure!(loaded["kind"] == "backfill" && loaded["asked_by"].is_string(), "{loaded}");
    assert_eq!(house.count(Entity::Contact).await?, 60);
    assert_eq!(house.count(Entity::Opportunity).await?, 40);
    for entity in [Entity::Pipeline, Entity::User, Entity::CustomField, Entity::Message] {
        ensure!(house.count(entity).await? > 0, "there is no {entity}");
    }

    // What webhooks tell, the lists tell in the same words.
    let body = json!({
        "locationId": house.vendor.location_id(),
        "firstName": "Ada",
        "lastName": "Lovelace",
        "email": "ada@example.com",
        "phone": "+12125550143",
        "address1": "12 Analytical Street",
        "dateOfBirth": "1815-12-10",
        "tags": ["vip", "board"],
        "source": "letter",
    });
    let made = house.at_vendor(Method::Post, "/contacts/", body).await?;
    let id = made["contact"]["id"].as_str().unwrap_or_default().to_owned();
    let note = json!({ "body": "Wrote back." });
    house.at_vendor(Method::Post, &format!("/contacts/{id}/notes"), note).await?;
    let task = json!({ "title": "Call", "dueDate": "2026-03-09T09:00:00Z", "completed": false });
    house.at_vendor(Method::Post, &format!("/contacts/{id}/tasks"), task).await?;
    until(&house, &id).await?;
    let events = house.events().await?;
    let compared = house.sync("").await?;
    assert_eq!(written(&compared)?, 0, "{compared}");
    ensure!(figure(&compared, "skipped")? == 0, "{compared}");
    assert_eq!(house.events().await?, events);

    let status = house.run("sync status").await?;
    assert_eq!(status.len(), 2);
    assert_eq!(status[0]["id"], compared["id"]);
    drop(hub);
    house.vendor.stop().await;
    Ok(())
}

/// Waits until the mirror has the contact, its note and its task.
async fn until(house: &House, contact: &str) -> Result<()> {
    for _ in 0..200 {
        let has_contact =
            !house.rows(&[RecordKey::new(Entity::Contact, contact)]).await?.is_empty();
        let (notes, tasks) = (house.count(Entity::Note).await?, house.count(Entity::Task).await?);
        if has_contact && notes > 0 && tasks > 0 {
            return Ok(());
        }
        let wait = Duration::from_millis(50);
        tokio::time::sleep(wait).await; // tidy: sleep, a real process has to be polled
    }
    anyhow::bail!("the webhooks do not come")
}
