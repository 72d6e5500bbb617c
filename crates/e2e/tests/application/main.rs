//! An application of somebody's own and HighLevel hold the same people, both ways: through the real hub.

mod edits;
mod house;

use anyhow::{Context, Result, ensure};
use jiff::SignedDuration;
use sandbox::highlevel::Oddities;
use serde_json::{Value, json};

use self::house::{House, ID_FIELD, Person, until};

/// Waits until the hub says this of a row.
async fn until_known(
    house: &House,
    row: &str,
    what: &str,
    is_it: impl Fn(&Value) -> bool,
) -> Result<Value> {
    let line = format!("GET /v1/mappings/people/rows/{row}");
    until(what, async || {
        let (status, known) = house.ask(&line, None).await?;
        Ok(status == 200 && is_it(&known))
    })
    .await?;
    Ok(house.ask(&line, None).await?.1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_the_same_in_both() -> Result<()> {
    let house = House::open(1, Oddities::default()).await?;
    let own = &house.own[0];

    // What is new in HighLevel comes to the application, and each side learns the other one's id.
    let contact = json!({"firstName": "Ada", "email": "Ada@Example.com", "tags": ["lead"]});
    let id = house.add_contact(contact).await?;
    until("it came", async || Ok(own.person(&id).is_some())).await?;
    let person = own.person(&id).context("a person")?;
    ensure!(person.value("first_name") == "Ada" && person.value("crm_id") == id.as_str());
    ensure!(person.value("tags") == json!(["lead"]), "{person:?}");
    until("the ids are crossed", async || {
        Ok(house.contact(&id).await?["custom_fields"][ID_FIELD] == person.id.as_str())
    })
    .await?;
    let known =
        until_known(&house, &person.id, "it is linked", |it| !it["synced_at"].is_null()).await?;
    ensure!(known["crm_id"] == id.as_str() && known["standing"] == "live", "{known}");

    // What is edited in the application comes to HighLevel; what is told twice is one event.
    let edited = own.edit(&person.id, "city", json!("Kassel"));
    let told = house.tell(own, &edited).await?;
    ensure!(told.0 == 202 && told.1["duplicate"] == false, "{told:?}");
    ensure!(house.tell(own, &edited).await?.1["duplicate"] == true);
    until("the city came", async || Ok(house.contact(&id).await?["city"] == "Kassel")).await?;

    // What is edited in HighLevel comes to the application, tags united.
    house.edit_contact(&id, json!({"firstName": "Grace", "tags": ["lead", "vip"]})).await?;
    until("the name came", async || {
        let person = own.person(&id).context("a person")?;
        let is_tagged = person.value("tags") == json!(["lead", "vip"]);
        Ok(person.value("first_name") == "Grace" && is_tagged)
    })
    .await?;

    // Our own writes came back as webhooks and ended there.
    let (letters, changes) = (own.letters().len(), house.changes_at_vendor());
    ensure!(house.tell(own, &own.person(&id).context("a person")?).await?.0 == 202);
    let line = format!("GET /v1/mappings/people/rows/{}", person.id);
    until("it is known", async || {
        let updated_at = house.ask(&line, None).await?.1["updated_at"].clone();
        Ok(updated_at == json!(own.person(&id).context("a person")?.updated_at))
    })
    .await?;
    ensure!((own.letters().len(), house.changes_at_vendor()) == (letters, changes));
    for letter in own.letters() {
        ensure!(letter.header("webhook-signature").is_some_and(|text| text.starts_with("v1,")));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_new_in_the_application_becomes_a_contact_and_who_goes_stays_one() -> Result<()> {
    let house = House::open(1, Oddities::default()).await?;
    let own = &house.own[0];
    own.edit("n-1", "first_name", json!("Mary"));
    own.edit("n-1", "custom_fields.Support plan", json!("gold"));
    let person = own.edit("n-1", "email", json!("mary@example.com"));
    ensure!(house.tell(own, &person).await?.0 == 202);
    let known = until_known(&house, "n-1", "it is linked", |it| it["crm_id"].is_string()).await?;
    let id = known["crm_id"].as_str().context("an id")?.to_owned();
    until("the application knows which", async || Ok(own.person(&id).is_some())).await?;
    ensure!(own.people().len() == 1, "nobody was made twice");
    until("all of it came", async || {
        let contact = house.contact(&id).await?;
        Ok(contact["first_name"] == "Mary"
            && contact["custom_fields"]["Support plan"] == "gold"
            && contact["custom_fields"][ID_FIELD] == "n-1")
    })
    .await?;

    let (status, _) = house.ask("DELETE /v1/mappings/people/rows/n-1", None).await?;
    ensure!(status == 202);
    until_known(&house, "n-1", "it is gone", |it| it["standing"] == "row_gone").await?;
    ensure!(house.contact(&id).await?["first_name"] == "Mary", "no contact is deleted");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_both_changed_is_settled_and_shown() -> Result<()> {
    let house = House::open(1, Oddities::default()).await?;
    let own = &house.own[0];
    let id = house.add_contact(json!({"firstName": "Ada", "email": "ada@example.com"})).await?;
    until("it came", async || Ok(own.person(&id).is_some())).await?;
    let person = own.person(&id).context("a person")?;
    until_known(&house, &person.id, "it is linked", |it| !it["synced_at"].is_null()).await?;

    // While the application takes nothing, both sides change the name.
    own.refuse(Some(503));
    let letters = own.letters().len();
    house.edit_contact(&id, json!({"firstName": "Grace"})).await?;
    until("it was told", async || Ok(own.letters().len() > letters)).await?;
    let edited = own.edit(&person.id, "first_name", json!("Adele"));
    ensure!(house.tell(own, &edited).await?.0 == 202);
    until("the hub has it", async || {
        let (_, events) = house.ask("GET /v1/events?limit=200", None).await?;
        let rows = events["events"].as_array().into_iter().flatten();
        Ok(rows.filter(|one| one["origin"] == "row").count() == 1)
    })
    .await?;
    own.refuse(None);
    until("the CRM's name counts", async || {
        Ok(own.person(&id).context("a person")?.value("first_name") == "Grace")
    })
    .await?;
    ensure!(house.contact(&id).await?["first_name"] == "Grace");

    let listed = house.run(&["conflicts", "list", "--mapping", "people"])?;
    let [conflict] = listed.as_slice() else { anyhow::bail!("{listed:?}") };
    ensure!(conflict["field"] == "first_name" && conflict["row"] == "Adele", "{conflict}");
    ensure!(conflict["kept"] == "crm" && conflict["because"] == "configured", "{conflict}");
    ensure!(conflict["external_id"] == person.id.as_str() && conflict["crm_id"] == id.as_str());
    let (status, page) = house.ask("GET /v1/conflicts?mapping=people", None).await?;
    ensure!(status == 200 && page["conflicts"] == json!([conflict]), "{page}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_a_row_is_refused_with_what_to_do() -> Result<()> {
    let house = House::open(1, Oddities::default()).await?;
    let own = &house.own[0];
    let person = own.edit("n-1", "shoe_size", json!(41));
    let (status, problem) = house.tell(own, &person).await?;
    ensure!(status == 422 && problem["errors"][0]["pointer"] == "/fields/shoe_size", "{problem}");
    let early = Person {
        updated_at: person.updated_at + SignedDuration::from_hours(1),
        fields: serde_json::Map::new(),
        ..person.clone()
    };
    let (status, problem) = house.tell(own, &early).await?;
    ensure!(status == 422 && problem["errors"][0]["pointer"] == "/updated_at", "{problem}");
    let body = json!({"updated_at": person.updated_at, "fields": {}});
    for (line, expected) in
        [("PUT /v1/mappings/nobodys/rows/n-1", 404), ("PUT /v1/mappings/people/rows/a%2Fb", 422)]
    {
        let (status, problem) = house.ask(line, Some(&body)).await?;
        ensure!(status == expected && problem["hint"].is_string(), "{line}: {status} {problem}");
    }
    ensure!(house.ask("GET /v1/mappings/people/rows/n-1", None).await?.0 == 404);
    Ok(())
}
