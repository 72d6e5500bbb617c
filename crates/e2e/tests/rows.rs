//! Contacts and deals as rows of Notion, both ways: the real binary between two simulated vendors.

use anyhow::{Context, Result, ensure};
use e2e::tables::{Tables, cell, load, until};
use endpoint::Method;
use sandbox::notion::NotionSettings;
use serde_json::{Value, json};

fn text(words: &str) -> Value {
    json!({ "rich_text": [{ "text": { "content": words } }] })
}

fn title(words: &str) -> Value {
    json!({ "title": [{ "text": { "content": words } }] })
}

/// Waits until a contact says this.
async fn contact_with(house: &Tables, id: &str, field: &str, value: &str) -> Result<Value> {
    for _ in 0..600 {
        let contact = house.contact(id).await?;
        if contact[field] == value {
            return Ok(contact);
        }
        let wait = std::time::Duration::from_millis(50);
        tokio::time::sleep(wait).await; // tidy: sleep, a real process has to be polled
    }
    anyhow::bail!("{field} does not become {value}")
}

/// A contact with its row.
async fn person(house: &Tables, name: &str, email: &str) -> Result<(String, String)> {
    let id = house.person(name, email).await?;
    let row = until("a row", || house.row_of("people", &id)).await?;
    Ok((id, row["id"].as_str().context("an id")?.to_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_change_in_a_row_changes_its_contact() -> Result<()> {
    let house = Tables::open(NotionSettings::default(), true).await?;
    let (ada, row) = person(&house, "Ada", "ada@example.com").await?;
    house.edit_row(&row, &json!({ "properties": { "City": text("London") } }))?;
    contact_with(&house, &ada, "city", "London").await?;
    let change = json!({ "city": "Paris" });
    house.at_highlevel(Method::Put, &format!("/contacts/{ada}"), change).await?;
    let says = |city: &str| {
        house.row_of("people", &ada).filter(|row| cell(row, "City").as_deref() == Some(city))
    };
    until("the city", || says("Paris")).await?;
    // Back and forth within one minute, which is all that Notion keeps of an edit.
    for city in ["Rome", "Paris", "Rome"] {
        house.edit_row(&row, &json!({ "properties": { "City": text(city) } }))?;
        contact_with(&house, &ada, "city", city).await?;
    }
    ensure!(house.rows("people").len() == 1, "{:?}", house.rows("people"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_people_add_becomes_a_contact_once_it_can() -> Result<()> {
    let house = Tables::open(NotionSettings::default(), true).await?;
    let (ada, first) = person(&house, "Ada", "ada@example.com").await?;
    let known = house.highlevel.contact_count();
    let row = house.add_row("people", &json!({ "Name": title("Grace") }))?;
    let marker = house.add_row(
        "people",
        &json!({ "Name": title("Alan"), "Email": { "email": "alan@example.com" } }),
    )?;
    let record_of = |row: &str| {
        let rows = house.rows("people");
        cell(rows.iter().find(|one| one["id"] == row)?, "HighLevel ID")
    };
    let alan = until("the id of a new contact", || record_of(&marker)).await?;
    ensure!(house.contact(&alan).await?["email"] == "alan@example.com");
    // A row that has neither is passed over, and nobody waits for it.
    ensure!(record_of(&row).is_none() && house.highlevel.contact_count() == known + 1);
    house
        .edit_row(&row, &json!({ "properties": { "Email": { "email": "grace@example.com" } } }))?;
    let grace = until("the id of a new contact", || record_of(&row)).await?;
    ensure!(house.contact(&grace).await?["email"] == "grace@example.com");
    // A row with the address of somebody who is there is theirs: nobody is made twice.
    ensure!(house.highlevel.contact_count() == known + 2);

    house.edit_row(&first, &json!({ "in_trash": true }))?;
    let change = json!({ "city": "Paris" });
    house.at_highlevel(Method::Put, &format!("/contacts/{alan}"), change.clone()).await?;
    until("the city", || {
        house.row_of("people", &alan).filter(|row| cell(row, "City").as_deref() == Some("Paris"))
    })
    .await?;
    // The contact of a row that was thrown away stays, and gets no other row.
    house.at_highlevel(Method::Put, &format!("/contacts/{ada}"), change).await?;
    contact_with(&house, &ada, "city", "Paris").await?;
    ensure!(house.rows("people").len() == 3, "{:?}", house.rows("people"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_stage_in_a_row_moves_the_opportunity() -> Result<()> {
    let house = Tables::open(NotionSettings::default(), true).await?;
    let contact = house.person("Ada", "ada@example.com").await?;
    let location = house.highlevel.location_id();
    let path = format!("/opportunities/pipelines?locationId={location}");
    let pipelines = house.at_highlevel(Method::Get, &path, Value::Null).await?;
    let pipeline = &pipelines["pipelines"][0];
    let draft = json!({
        "locationId": location,
        "pipelineId": pipeline["id"],
        "pipelineStageId": pipeline["stages"][0]["id"],
        "contactId": contact,
        "name": "Engine",
        "status": "open",
    });
    let made = house.at_highlevel(Method::Post, "/opportunities/", draft).await?;
    let id = made["opportunity"]["id"].as_str().context("an id")?.to_owned();
    let row = until("a row", || house.row_of("deals", &id)).await?;
    ensure!(cell(&row, "Stage").as_deref() == pipeline["stages"][0]["name"].as_str(), "{row}");
    let stage = json!({ "select": { "name": pipeline["stages"][1]["name"] } });
    let row = row["id"].as_str().context("an id")?;
    house.edit_row(row, &json!({ "properties": { "Stage": stage } }))?;
    for _ in 0..600 {
        let path = format!("/opportunities/{id}");
        let found = house.at_highlevel(Method::Get, &path, Value::Null).await?;
        if found["opportunity"]["pipelineStageId"] == pipeline["stages"][1]["id"] {
            return Ok(());
        }
        let wait = std::time::Duration::from_millis(50);
        tokio::time::sleep(wait).await; // tidy: sleep, a real process has to be polled
    }
    anyhow::bail!("the opportunity does not move")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_webhooks_the_table_is_read() -> Result<()> {
    let settings = NotionSettings { short_parts: true, ..NotionSettings::default() };
    let house = Tables::open(settings, false).await?;
    let (ada, row) = person(&house, "Ada", "ada@example.com").await?;
    house.edit_row(&row, &json!({ "properties": { "City": text("London") } }))?;
    contact_with(&house, &ada, "city", "London").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_every_row_shows_the_last_value_within_the_limit() -> Result<()> {
    let settings = NotionSettings { requests_per_minute: 90, ..NotionSettings::default() };
    let house = Tables::open(settings, true).await?;
    let mut people = Vec::new();
    for number in 0..4 {
        let email = format!("person{number}@example.com");
        people.push(person(&house, &format!("Person {number}"), &email).await?.0);
    }
    let changes = 200;
    let shown = load(&house, &people, (20, changes)).await?;
    ensure!(shown.latencies.len() == changes as usize, "{shown:?}");
    for (place, id) in people.iter().enumerate() {
        let last = changes as usize - people.len() + place;
        let row = house.row_of("people", id).context("a row")?;
        ensure!(cell(&row, "City") == Some(last.to_string()), "{row}");
    }
    ensure!(shown.refused == 0 && shown.busiest_minute <= 90, "{shown:?}");
    // Most changes were written together with others of their row.
    ensure!(shown.calls < u64::from(changes) / 2, "{shown:?}");
    Ok(())
}
