//! What a run finds: everything that no event told, and nothing else.

use anyhow::{Context, Result, ensure};
use domain::{Entity, RecordKey};
use e2e::Random;
use endpoint::Method;
use serde_json::{Value, json};

use crate::house::{House, figure, written};

/// The contacts of the trial.
const CONTACTS: u64 = 10_000;
/// How many of them are changed at the vendor, and nobody tells.
const EDITS: usize = 300;
/// The calls that a look at all of them may cost.
const MOST_CALLS: u64 = 101;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reconcile_repairs_what_no_event_told_and_nothing_else() -> Result<()> {
    let house = House::with_contacts(usize::try_from(CONTACTS)?).await?;
    let loaded = house.sync("--only contacts").await?;
    ensure!(loaded["kind"] == "backfill", "{loaded}");
    assert_eq!(figure(&loaded, "created")?, CONTACTS);
    assert_eq!(house.count(Entity::Contact).await?, CONTACTS);

    let (events, requests) = (house.events().await?, house.vendor.request_count());
    let unchanged = house.sync("--only contacts").await?;
    ensure!(unchanged["kind"] == "reconcile", "{unchanged}");
    assert_eq!((figure(&unchanged, "unchanged")?, written(&unchanged)?), (CONTACTS, 0));
    let calls = house.vendor.request_count() - requests;
    assert_eq!(figure(&unchanged, "calls")?, calls, "every call is counted");
    ensure!(calls <= MOST_CALLS, "{calls} calls");
    assert_eq!(house.events().await?, events, "nothing was appended");

    let edits = edit(&house).await?;
    let repaired = house.sync("--only contacts").await?;
    assert_eq!(written(&repaired)?, EDITS as u64, "{repaired}");
    assert_eq!(house.events().await? - events, EDITS as u64 + 1, "with the word that it is over");
    check(&house, &edits).await?;

    let again = house.sync("--only contacts").await?;
    assert_eq!(written(&again)?, 0, "{again}");
    house.vendor.stop().await;
    Ok(())
}

/// What a person did to a contact.
struct Edit {
    id: String,
    /// The hub's field and what is in it now; none where the contact was deleted.
    after: Option<(&'static str, Value)>,
}

async fn edit(house: &House) -> Result<Vec<Edit>> {
    let (mut random, mut edits) = (Random::new(7), Vec::new());
    let mut ids = contacts(house).await?;
    for number in 0..EDITS {
        let choice = random.below(6);
        if choice == 5 {
            let email = format!("new-{number}@example.com");
            let body = json!({ "locationId": house.vendor.location_id(), "email": email });
            let made = house.at_vendor(Method::Post, "/contacts/", body).await?;
            let id = made["contact"]["id"].as_str().context("an id")?.to_owned();
            edits.push(Edit { id, after: Some(("email", email.into())) });
            continue;
        }
        let id = ids.swap_remove(random.below(ids.len()));
        let path = format!("/contacts/{id}");
        let after = match choice {
            0 => {
                house.at_vendor(Method::Delete, &path, Value::Null).await?;
                None
            }
            1 => {
                house.at_vendor(Method::Put, &path, json!({ "phone": "" })).await?;
                Some(("phone", Value::Null))
            }
            2 => {
                let tags = json!([format!("edited-{number}"), "second"]);
                house.at_vendor(Method::Put, &path, json!({ "tags": tags })).await?;
                Some(("tags", tags))
            }
            3 => {
                let street = format!("{number} Other Street");
                house.at_vendor(Method::Put, &path, json!({ "address1": street })).await?;
                Some(("address", street.into()))
            }
            _ => {
                let name = format!("Edited{number}");
                house.at_vendor(Method::Put, &path, json!({ "firstName": name })).await?;
                Some(("first_name", name.into()))
            }
        };
        edits.push(Edit { id, after });
    }
    Ok(edits)
}

/// The ids of contacts that have a phone number, so that each edit is one.
async fn contacts(house: &House) -> Result<Vec<String>> {
    let body = json!({ "locationId": house.vendor.location_id(), "pageLimit": 500 });
    let mut ids = Vec::new();
    for page in 1..=4 {
        let mut body = body.clone();
        body["page"] = json!(page);
        let reply = house.at_vendor(Method::Post, "/contacts/search", body).await?;
        let rows = reply["contacts"].as_array().context("contacts")?;
        let named = rows.iter().filter(|row| row["phone"].is_string());
        ids.extend(named.filter_map(|row| row["id"].as_str().map(str::to_owned)));
    }
    Ok(ids)
}

async fn check(house: &House, edits: &[Edit]) -> Result<()> {
    for edit in edits {
        let rows = house.rows(&[RecordKey::new(Entity::Contact, &edit.id)]).await?;
        let row = rows.first().with_context(|| format!("{} is not in the mirror", edit.id))?;
        match &edit.after {
            None => ensure!(row.deleted_at.is_some(), "{} is not gone", edit.id),
            Some((field, value)) => {
                let found = row.fields.get(*field).unwrap_or(&Value::Null);
                ensure!(found == value, "{}: {field} is {found}, not {value}", edit.id);
            }
        }
    }
    Ok(())
}
