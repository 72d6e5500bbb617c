//! Deals: their pipelines, found, moved by names and taken back.

use anyhow::{Context, Result};
use mcp::{Mode, Profile};
use serde_json::{Value, json};

use crate::house::{House, caller};

fn items(told: &Value) -> &[Value] {
    told["items"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A deal as the vendor has it.
async fn deal(house: &House, id: &Value) -> Result<Value> {
    let read = json!({"id": "opportunities.get-opportunity", "params": {"id": id}});
    Ok(house.call("read_operation", read).await?["result"].clone())
}

#[tokio::test]
async fn pipelines_are_told_with_their_stages_in_order() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    let told = house.call("list_pipelines", json!({})).await?;
    let sales = &told["items"][0];
    assert_eq!(sales["name"], "Sales");
    let stages: Vec<&str> = sales["stages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|stage| stage["name"].as_str())
        .collect();
    assert_eq!(stages, ["New", "Qualified", "Proposal sent", "Decision"]);
    Ok(())
}

#[tokio::test]
async fn deals_are_found_by_names_page_by_page() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    let asked = json!({"pipeline": "sales", "status": "OPEN", "limit": 3});
    let first = house.call("find_opportunities", asked).await?;
    assert_eq!(items(&first).len(), 3, "{first}");
    for deal in items(&first) {
        assert_eq!((&deal["pipeline"], &deal["status"]), (&json!("Sales"), &json!("open")));
        assert!(deal["stage"].is_string() && deal["contact"].is_string(), "{deal}");
    }
    let cursor = &first["next_cursor"];
    let asked = json!({"pipeline": "sales", "status": "open", "limit": 3, "cursor": cursor});
    let second = house.call("find_opportunities", asked).await?;
    assert_eq!(items(&second).len(), 3, "{second}");
    assert!(
        items(&second).iter().all(|deal| items(&first).iter().all(|it| it["id"] != deal["id"]))
    );
    let contact = &first["items"][0]["contact_id"];
    let theirs = house.call("find_opportunities", json!({"contact": contact})).await?;
    assert_eq!(theirs["items"][0]["id"], first["items"][0]["id"]);
    let narrow = json!({"limit": 1, "fields": ["name", "contact.tags"]});
    let narrow = house.call("find_opportunities", narrow).await?;
    let narrow = narrow["items"][0].as_object().context("a deal")?;
    assert_eq!(narrow.keys().count(), 2, "{narrow:?}");
    let table = house.call("find_opportunities", json!({"limit": 2, "format": "csv"})).await?;
    let table = table["csv"].as_str().context("a table")?;
    assert_eq!(table.lines().count(), 3, "{table}");
    Ok(())
}

#[tokio::test]
async fn names_that_mean_nothing_or_too_much_are_refused_with_what_there_is() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    for (asked, code, named) in [
        (json!({"pipeline": "Sails"}), "unknown_name", "Sales"),
        (json!({"stage": "new"}), "ambiguous", "Renewals"),
        (json!({"owner": "nobody"}), "unknown_name", "Dana Ashworth"),
        (json!({"status": "gone"}), "invalid_arguments", "abandoned"),
        (json!({"limit": 1000}), "invalid_arguments", "100"),
        (json!({"cursor": "next"}), "invalid_arguments", "next_cursor"),
    ] {
        let refusal = house.refusal("find_opportunities", asked.clone()).await?;
        assert_eq!(refusal["code"], code, "{asked}");
        assert!(refusal.to_string().contains(named), "{asked}: {refusal}");
    }
    for asked in [
        json!({"contact": "x", "pipeline": "Sales"}),
        json!({"id": "x", "contact": "y"}),
        json!({"id": "x", "stages": "New"}),
    ] {
        let refusal = house.refusal("save_opportunity", asked.clone()).await?;
        assert_eq!(refusal["code"], "invalid_arguments", "{asked}");
    }
    let found = house.call("find_opportunities", json!({"limit": 1})).await?;
    let nothing = json!({"id": found["items"][0]["id"]});
    let nothing = house.refusal("save_opportunity", nothing).await?;
    assert_eq!(nothing["code"], "invalid_arguments");
    Ok(())
}

#[tokio::test]
async fn a_deal_is_moved_won_and_taken_back() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    let found = json!({"pipeline": "Sales", "stage": "New", "status": "open", "limit": 1});
    let found = house.call("find_opportunities", found).await?;
    let id = &found["items"][0]["id"];
    let before = deal(&house, id).await?;
    let owner = match before["assignedTo"].as_str() {
        Some(_) => "Dana Ashworth",
        None => "Ruben Marek",
    };
    let change = json!({"id": id, "stage": "decision", "status": "won", "value": 1234.5,
        "owner": owner});
    let saved = house.call("save_opportunity", change).await?;
    assert_eq!(saved["opportunity"]["stage"]["name"], "Decision", "{saved}");
    let now = deal(&house, id).await?;
    assert_eq!((&now["status"], &now["monetaryValue"]), (&json!("won"), &json!(1234.5)));
    assert_ne!(now["assignedTo"], before["assignedTo"]);
    let listed = house.call("undo", json!({"limit": 1})).await?;
    assert_eq!(listed["change_sets"][0]["id"], saved["change_set"], "{listed}");
    let undone = house.call("undo", json!({"change_set": saved["change_set"]})).await?;
    assert_eq!(undone["counts"]["restored"], 1, "{undone}");
    assert!(undone["undone_by"].is_string(), "{undone}");
    let after = deal(&house, id).await?;
    for member in ["pipelineStageId", "status", "assignedTo"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!(after["monetaryValue"].as_f64(), before["monetaryValue"].as_f64());
    let again = house.call("undo", json!({"change_set": saved["change_set"]})).await?;
    assert_eq!(again["counts"]["restored"], 0, "there is nothing left to do: {again}");
    Ok(())
}

#[tokio::test]
async fn a_new_deal_is_made_once_and_goes_with_its_change_set() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    let found = house.call("find_opportunities", json!({"limit": 1})).await?;
    let contact = &found["items"][0]["contact_id"];
    let draft = |stage: &str| {
        json!({"contact": contact, "pipeline": "Renewals", "stage": stage, "name": "Next year",
            "value": 800, "owner": "Dana Ashworth"})
    };
    let made = house.call("save_opportunity", draft("New")).await?;
    assert_eq!(made["outcome"], "created", "{made}");
    let id = &made["opportunity"]["id"];
    let moved = house.call("save_opportunity", draft("Qualified")).await?;
    assert_eq!(moved["outcome"], "updated", "{moved}");
    assert_eq!(moved["opportunity"]["id"], *id, "the open deal of the pipeline is the one");
    house.call("undo", json!({"change_set": moved["change_set"]})).await?;
    let undone = house.call("undo", json!({"change_set": made["change_set"]})).await?;
    assert_eq!(undone["counts"]["deleted"], 1, "{undone}");
    let gone = json!({"id": "opportunities.get-opportunity", "params": {"id": id}});
    assert_eq!(house.refusal("read_operation", gone).await?["http_status"], 404);
    Ok(())
}

#[tokio::test]
async fn a_dry_run_tells_and_changes_nothing() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    let found = house.call("find_opportunities", json!({"status": "open", "limit": 1})).await?;
    let id = &found["items"][0]["id"];
    let before = deal(&house, id).await?;
    let change = json!({"id": id, "status": "lost", "dry_run": true});
    let told = house.call("save_opportunity", change).await?;
    assert_eq!(told["status"], "dry_run", "{told}");
    assert!(told["question"].as_str().is_some_and(|it| it.contains("status = lost")), "{told}");
    assert_eq!(deal(&house, id).await?["status"], before["status"]);
    Ok(())
}

#[tokio::test]
async fn whoever_only_reads_sees_no_tool_that_writes() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    for tool in [
        "save_opportunity",
        "save_appointment",
        "save_invoice",
        "invoice_action",
        "run_workflow",
        "undo",
    ] {
        assert!(house.result(tool, json!({})).await.is_err(), "{tool}");
    }
    Ok(())
}

#[tokio::test]
async fn a_contact_joins_a_workflow_and_leaves_it() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    let found = house.call("find_opportunities", json!({"limit": 1})).await?;
    let contact = &found["items"][0]["contact_id"];
    let join = json!({"workflow": "welcome", "contact": contact});
    let joined = house.call("run_workflow", join.clone()).await?;
    assert_eq!((&joined["done"], &joined["workflow"]), (&json!("added"), &json!("Welcome")));
    let leave = json!({"workflow": "Welcome", "contact": contact, "action": "remove"});
    let left = house.call("run_workflow", leave.clone()).await?;
    assert_eq!(left["done"], "removed");
    let again = house.refusal("run_workflow", leave).await?;
    assert_eq!(again["http_status"], 404, "who is not in it cannot leave: {again}");
    let unknown = json!({"workflow": "Farewell", "contact": contact});
    let unknown = house.refusal("run_workflow", unknown).await?;
    assert_eq!(unknown["code"], "unknown_name");
    let when = json!({"workflow": "Welcome", "contact": contact, "at": "tomorrow"});
    assert_eq!(house.refusal("run_workflow", when).await?["code"], "invalid_arguments");
    let careful = House::open(caller(Mode::Default, Profile::Default)).await?;
    let found = careful.call("find_opportunities", json!({"limit": 1})).await?;
    let dry = json!({"workflow": "Welcome", "contact": found["items"][0]["contact_id"],
        "dry_run": true});
    let dry = careful.call("run_workflow", dry).await?;
    assert_eq!(dry["kind"], "send", "a workflow may message: {dry}");
    assert_eq!(dry["would_ask"], "whether to do it");
    Ok(())
}
