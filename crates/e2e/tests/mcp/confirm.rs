//! What is grave is asked, over both eras of the protocol and without any way to ask.

use anyhow::{Context, Result};
use domain::{Audit as _, Realm};
use mcp::{Mode, Profile};
use rmcp::model::{CallToolRequestParams, CallToolResponse, ElicitationAction, InputResponses};
use serde_json::{Value, json};

use crate::{
    house::{House, caller},
    person::{Era, Person},
};

const ERAS: [Era; 2] = [Era::Sessions, Era::Requests];

async fn house(person: &Person) -> Result<House> {
    House::open_before(caller(Mode::Default, Profile::Default), person.clone()).await
}

/// Makes a contact, and gives its id: one record is written without a question.
async fn contact(house: &House) -> Result<String> {
    let params = json!({"firstName": "Vera", "email": "vera@example.com"});
    let arguments = json!({"id": "contacts.create-contact", "params": params});
    let made = house.call("write_operation", arguments).await?;
    let id = made["result"]["id"].as_str();
    Ok(id.context("the contact has an id")?.to_owned())
}

fn deletion(id: &str) -> Value {
    json!({"id": "contacts.delete-contact", "params": {"contactId": id}})
}

async fn is_there(house: &House, id: &str) -> Result<bool> {
    let arguments = json!({"id": "contacts.get-contact", "params": {"contactId": id}});
    Ok(house.result("read_operation", arguments).await?.is_error != Some(true))
}

#[tokio::test]
async fn a_person_says_yes_and_it_is_done_once() -> Result<()> {
    for era in ERAS {
        let person = Person::saying(era, ElicitationAction::Accept);
        let house = house(&person).await?;
        let id = contact(&house).await?;
        assert_eq!(person.asked().len(), 0, "{era:?}");
        let told = house.call("write_operation", deletion(&id)).await?;
        assert!(told["change_set"].is_string(), "{era:?}: {told}");
        assert_eq!(told["location"]["name"], "Main");
        assert_eq!(person.asked().len(), 1, "{era:?}");
        assert!(!is_there(&house, &id).await?, "{era:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_person_says_no_and_nothing_is_done() -> Result<()> {
    for era in ERAS {
        for (says, status) in
            [(ElicitationAction::Decline, "declined"), (ElicitationAction::Cancel, "cancelled")]
        {
            let person = Person::saying(era, says);
            let house = house(&person).await?;
            let id = contact(&house).await?;
            let told = house.call("write_operation", deletion(&id)).await?;
            assert_eq!(told["status"], status, "{era:?}");
            assert_eq!(person.asked().len(), 1);
            assert!(is_there(&house, &id).await?, "{era:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_sealed_state_is_taken_once_and_for_its_call_only() -> Result<()> {
    let person = Person::saying(Era::Requests, ElicitationAction::Accept);
    let house = house(&person).await?;
    let (one, other) = (contact(&house).await?, contact_named(&house, "Otto").await?);
    let request = |id: &str| -> Result<CallToolRequestParams> {
        let arguments = serde_json::from_value(deletion(id))?;
        Ok(CallToolRequestParams::new("write_operation").with_arguments(arguments))
    };
    let asks = match house.client.call_tool_once(request(&one)?).await? {
        CallToolResponse::InputRequired(asks) => asks,
        answered => anyhow::bail!("it was not asked: {answered:?}"),
    };
    let state = asks.request_state.context("the question has a state")?;
    let agreed = json!({"action": "accept", "content": {"confirm": true}});
    let answer = |id: &str| -> Result<CallToolRequestParams> {
        let responses: InputResponses = [("confirm".to_owned(), agreed.clone())].into();
        Ok(request(id)?.with_request_state(state.clone()).with_input_responses(responses))
    };
    let mut codes = Vec::new();
    for id in [&other, &one, &one] {
        let CallToolResponse::Complete(told) = house.client.call_tool_once(answer(id)?).await?
        else {
            anyhow::bail!("an answer is not asked again")
        };
        let told = told.structured_content.context("every result is structured")?;
        codes.push(told["code"].as_str().unwrap_or("done").to_owned());
    }
    // The contact is gone when its state comes again, so the tool may find that first.
    assert_eq!(codes[..2], ["not_confirmed", "done"]);
    assert!(["confirmed_before", "not_found", "changed"].contains(&codes[2].as_str()), "{codes:?}");
    assert!(is_there(&house, &other).await? && !is_there(&house, &one).await?);
    Ok(())
}

async fn contact_named(house: &House, name: &str) -> Result<String> {
    let params = json!({"firstName": name, "email": format!("{name}@example.com")});
    let arguments = json!({"id": "contacts.create-contact", "params": params});
    let made = house.call("write_operation", arguments).await?;
    Ok(made["result"]["id"].as_str().context("the contact has an id")?.to_owned())
}

#[tokio::test]
async fn where_nobody_can_be_asked_a_preview_is_confirmed_by_its_token() -> Result<()> {
    let house = house(&Person::absent()).await?;
    let id = contact(&house).await?;
    let shown = house.call("write_operation", deletion(&id)).await?;
    assert_eq!(shown["status"], "preview");
    assert!(is_there(&house, &id).await?);
    let mut arguments = deletion(&id);
    arguments["confirm"] = shown["confirm"].clone();
    house.call("write_operation", arguments.clone()).await?;
    assert!(!is_there(&house, &id).await?);
    house.refusal("write_operation", arguments).await?;
    Ok(())
}

#[tokio::test]
async fn a_hub_that_requires_people_takes_no_token() -> Result<()> {
    let mut caller = caller(Mode::Strict, Profile::Default);
    caller.surface.requires_person = true;
    let house = House::open_before(caller.clone(), Person::absent()).await?;
    let listed = house.client.list_all_tools().await?;
    assert!(listed.iter().all(|tool| tool.name != "write_operation"), "it is not listed");
    let arguments = json!({"id": "contacts.create-contact", "params": {"firstName": "Vera"}});
    let refused = house.refusal("write_operation", arguments).await?;
    assert_eq!(refused["code"], "needs_person");

    for era in ERAS {
        let person = Person::saying(era, ElicitationAction::Accept);
        let house = House::open_before(caller.clone(), person).await?;
        let listed = house.client.list_all_tools().await?;
        assert!(listed.iter().any(|tool| tool.name == "write_operation"), "{era:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_dry_run_calls_nobody_and_a_key_does_it_once() -> Result<()> {
    let house = house(&Person::absent()).await?;
    let params = json!({"firstName": "Vera", "email": "vera@example.com"});
    let mut arguments = json!({"id": "contacts.create-contact", "params": params, "dry_run": true});
    let before = house.vendor.request_count();
    let shown = house.call("write_operation", arguments.clone()).await?;
    assert_eq!((&shown["status"], &shown["kind"]), (&json!("dry_run"), &json!("write")));
    assert_eq!(shown["calls"][0]["operation"], "contacts.create-contact");
    assert_eq!(house.vendor.request_count(), before);

    arguments["dry_run"] = json!(false);
    arguments["idempotency_key"] = json!("make-vera");
    let first = house.call("write_operation", arguments.clone()).await?;
    let after = house.vendor.request_count();
    assert_eq!(house.call("write_operation", arguments.clone()).await?, first);
    assert_eq!(house.vendor.request_count(), after);
    arguments["params"]["firstName"] = json!("Otto");
    let refused = house.refusal("write_operation", arguments).await?;
    assert_eq!(refused["code"], "key_reused");
    Ok(())
}

#[tokio::test]
async fn the_audit_tells_calls_and_no_values() -> Result<()> {
    let person = Person::saying(Era::Sessions, ElicitationAction::Accept);
    let house = house(&person).await?;
    let id = contact(&house).await?;
    is_there(&house, &id).await?;
    house.call("write_operation", deletion(&id)).await?;
    let audit = house.store.audit(&Realm::Installation, "mcp.", None, 100).await?;
    let told: Vec<(&str, &str)> = audit
        .iter()
        .rev()
        .map(|entry| {
            let subject = entry.noted.subject.as_deref().unwrap_or_default();
            (entry.noted.act.as_str(), subject.split(' ').next().unwrap_or_default())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("mcp.write_operation.begun", "contacts.create-contact"),
            ("mcp.write_operation", "contacts.create-contact"),
            ("mcp.read_operation", "contacts.get-contact"),
            ("mcp.write_operation.begun", "contacts.delete-contact"),
            ("mcp.write_operation", "contacts.delete-contact"),
        ]
    );
    let all = serde_json::to_string(&audit)?;
    for value in ["Vera", "vera@example.com", house.vendor.token()] {
        assert!(!all.contains(value), "{value}: {all}");
    }
    assert!(all.contains("confirmed by session"), "{all}");
    Ok(())
}
