//! A run whose hub is killed again and again: it goes on at its page, and tells everything once.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use domain::Entity;
use endpoint::Method;
use serde_json::{Value, json};

use crate::house::{House, figure};

/// How often the hub is killed, each time after so many more calls.
const KILLS: u64 = 4;
const CALLS: u64 = 8;
const CONTACTS: u64 = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_hub_is_killed_loses_and_doubles_nothing() -> Result<()> {
    let house = House::with_contacts(usize::try_from(CONTACTS)?).await?;
    let body = json!({ "locationId": house.vendor.location_id(), "pageLimit": 20 });
    let found = house.at_vendor(Method::Post, "/contacts/search", body).await?;
    for contact in found["contacts"].as_array().context("contacts")? {
        let id = contact["id"].as_str().context("an id")?;
        let note = json!({ "body": "Called." });
        house.at_vendor(Method::Post, &format!("/contacts/{id}/notes"), note).await?;
    }
    let mut hub = house.hub()?;
    house.run("sync highlevel --detach").await?;
    for kill in 1..=KILLS {
        until(&house, |run| Ok(figure(run, "calls")? >= kill * CALLS)).await?;
        hub.kill()?;
        hub = house.hub()?;
    }
    let run = until(&house, |run| Ok(run["state"] == "done")).await?;
    assert_eq!(house.run("sync status").await?.len(), 1, "it is one run");
    let listed = figure(&run, "created")?;
    assert_eq!(house.count(Entity::Contact).await?, CONTACTS);
    assert_eq!(house.count(Entity::Note).await?, 20);
    // Each record was told once, and so was that the run is over.
    assert_eq!(house.events().await?, listed + 1);
    let again = house.sync("").await?;
    ensure!(figure(&again, "unchanged")? > 0 && figure(&again, "created")? == 0, "{again}");
    assert_eq!(house.events().await?, listed + 1, "nothing new, and no word of it");
    drop(hub);
    house.vendor.stop().await;
    Ok(())
}

/// Waits until the newest run is as it is waited for. A lease of a killed hub ends after half a minute.
async fn until(house: &House, is_it: impl Fn(&Value) -> Result<bool>) -> Result<Value> {
    for _ in 0..1_200 {
        let runs = house.run("sync status").await?;
        if let Some(run) = runs.into_iter().next()
            && is_it(&run)?
        {
            return Ok(run);
        }
        let wait = Duration::from_millis(100);
        tokio::time::sleep(wait).await; // tidy: sleep, a real process has to be polled
    }
    anyhow::bail!("the run does not become what it is waited for")
}
