//! What a run writes into a table of Notion: nothing where nothing differs, and one row for each edit.

use anyhow::{Context, Result, ensure};
use domain::Entity;
use e2e::tables::cell;
use endpoint::Method;
use serde_json::{Value, json};

use crate::house::{House, figure, written};

const CONTACTS: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_immediate_reconcile_writes_nothing_into_notion() -> Result<()> {
    let house = House::with_rows(CONTACTS).await?;
    let hub = house.hub()?;
    let loaded = house.sync("--only contacts").await?;
    ensure!(loaded["kind"] == "backfill", "{loaded}");
    house.at_rest().await?;
    assert_eq!(house.count(Entity::Contact).await?, CONTACTS as u64);
    assert_eq!(house.notion_rows().len(), CONTACTS, "each contact has a row");
    let before = house.notion_writes().await?;
    ensure!(before >= CONTACTS, "{before} writes made {CONTACTS} rows");

    let unchanged = house.sync("--only contacts").await?;
    ensure!(unchanged["kind"] == "reconcile", "{unchanged}");
    assert_eq!((figure(&unchanged, "unchanged")?, written(&unchanged)?), (CONTACTS as u64, 0));
    house.at_rest().await?;
    assert_eq!(house.notion_writes().await?, before, "nothing differs");

    // An edit that no event told is one write, of which the next run makes no second.
    let id = cell(&house.notion_rows()[0], "HighLevel ID").context("the id of a row")?;
    let edit = json!({ "city": "Ghent" });
    house.at_vendor(Method::Put, &format!("/contacts/{id}"), edit).await?;
    for run in ["the edit", "nothing more"] {
        house.sync("--only contacts").await?;
        house.at_rest().await?;
        assert_eq!(house.notion_writes().await?, before + 1, "{run}");
    }
    let row = house.notion_rows().into_iter().find(|row| is_of(row, &id)).context("the row")?;
    assert_eq!(cell(&row, "City").as_deref(), Some("Ghent"));
    drop(hub);
    house.stop().await;
    Ok(())
}

fn is_of(row: &Value, contact: &str) -> bool {
    cell(row, "HighLevel ID").as_deref() == Some(contact)
}
