//! Money: drafts of invoices, what becomes of them, and payments.

use anyhow::{Context, Result};
use mcp::{Mode, Profile};
use serde_json::{Value, json};

use crate::house::{House, caller};

fn items(told: &Value) -> &[Value] {
    told["items"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A contact to whom something is charged.
async fn somebody(house: &House) -> Result<Value> {
    let found = house.call("find_opportunities", json!({"limit": 1})).await?;
    Ok(found["items"][0]["contact_id"].clone())
}

/// A draft of two lines, 250 in all; gives its id.
async fn draft(house: &House) -> Result<Value> {
    let asked = json!({"contact": somebody(house).await?, "name": "March", "currency": "usd",
        "issue_date": "2026-03-02", "due_date": "2026-03-16",
        "lines": [{"name": "Survey", "amount": 100, "quantity": 2}, {"name": "Dock", "amount": 50}]});
    let made = house.call("save_invoice", asked).await?;
    assert_eq!(made["invoice"]["status"], "draft", "{made}");
    assert_eq!(made["invoice"]["total"], 250, "{made}");
    assert!(made["change_set"].is_string(), "{made}");
    Ok(made["invoice"]["id"].clone())
}

async fn state(house: &House, id: &Value) -> Result<Value> {
    let found = house.call("find_invoices", json!({"id": id})).await?;
    found["items"].get(0).cloned().context("the invoice")
}

#[tokio::test]
async fn a_draft_is_made_changed_and_found() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    let id = draft(&house).await?;
    let change = json!({"id": id, "lines": [{"name": "Survey", "amount": 120.5}]});
    let changed = house.call("save_invoice", change).await?;
    assert_eq!(changed["invoice"]["total"], 120.5, "{changed}");
    let now = state(&house, &id).await?;
    assert_eq!((&now["name"], &now["currency"]), (&json!("March"), &json!("USD")));
    assert_eq!(now["lines"][0]["name"], "Survey", "{now}");
    let drafts =
        house.call("find_invoices", json!({"status": "draft", "contact": now["contact_id"]}));
    let drafts = drafts.await?;
    assert!(items(&drafts).iter().any(|it| it["id"] == id), "{drafts}");
    let one = house.call("find_invoices", json!({"limit": 1, "format": "csv"})).await?;
    assert!(one["csv"].is_string(), "{one}");
    for asked in [
        json!({"name": "x"}),
        json!({"contact": now["contact_id"], "name": "x", "lines": [{"name": "a", "amount": 1}]}),
        json!({"id": id, "lines": []}),
        json!({"id": id, "lines": [{"name": "a", "amount": -1}]}),
        json!({"id": id, "due_date": "in May"}),
        json!({"id": id, "contact": "x"}),
    ] {
        let refusal = house.refusal("save_invoice", asked.clone()).await?;
        assert_eq!(refusal["code"], "invalid_arguments", "{asked}");
    }
    Ok(())
}

#[tokio::test]
async fn an_invoice_is_sent_paid_in_parts_and_found_among_payments() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    let id = draft(&house).await?;
    let nobody = house.refusal("invoice_action", json!({"id": id, "action": "send"})).await?;
    assert!(nobody["fix"].as_str().is_some_and(|it| it.contains("Dana Ashworth")), "{nobody}");
    let send = json!({"id": id, "action": "send", "user": "dana ashworth"});
    let sent = house.call("invoice_action", send).await?;
    assert_eq!((&sent["done"], &sent["invoice"]["status"]), (&json!("sent"), &json!("sent")));
    let change = house.refusal("save_invoice", json!({"id": id, "name": "April"})).await?;
    assert_eq!(change["code"], "not_a_draft");
    let part = json!({"id": id, "action": "record_payment", "amount": 100, "method": "cash"});
    let part = house.call("invoice_action", part).await?;
    assert_eq!(part["invoice"]["status"], "partially_paid", "{part}");
    assert_eq!(part["invoice"]["amount_due"], 150);
    let much = json!({"id": id, "action": "record_payment", "amount": 1000});
    let much = house.refusal("invoice_action", much).await?;
    assert_eq!(much["http_status"], 400, "{much}");
    let rest = house.call("invoice_action", json!({"id": id, "action": "record_payment"})).await?;
    assert_eq!(rest["invoice"]["status"], "paid", "{rest}");
    let paid = house.call("find_payments", json!({"of": id})).await?;
    let amounts: Vec<&Value> = items(&paid).iter().map(|payment| &payment["amount"]).collect();
    assert_eq!(amounts.len(), 2, "{paid}");
    let first = house.call("find_payments", json!({"limit": 1})).await?;
    let second = json!({"limit": 1, "cursor": first["next_cursor"]});
    let second = house.call("find_payments", second).await?;
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"], "{second}");
    let nothing = house.refusal("invoice_action", json!({"id": id, "action": "record_payment"}));
    assert_eq!(nothing.await?["code"], "invalid_arguments", "all is paid");
    Ok(())
}

#[tokio::test]
async fn an_invoice_is_made_void_or_deleted_for_good() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    let (one, two) = (draft(&house).await?, draft(&house).await?);
    let void = house.call("invoice_action", json!({"id": one, "action": "void"})).await?;
    assert_eq!(void["invoice"]["status"], "void", "{void}");
    assert_eq!(state(&house, &one).await?["status"], "void");
    house.call("invoice_action", json!({"id": two, "action": "delete"})).await?;
    let gone = house.refusal("find_invoices", json!({"id": two})).await?;
    assert_eq!(gone["http_status"], 404, "{gone}");
    Ok(())
}

#[tokio::test]
async fn what_reaches_people_takes_away_or_moves_money_says_so() -> Result<()> {
    let house = House::open(caller(Mode::Default, Profile::Default)).await?;
    let id = draft(&house).await?;
    for (asked, kind, told) in [
        (json!({"action": "send", "user": "Dana Ashworth"}), "send", "250.00 USD"),
        (json!({"action": "void"}), "delete", "void"),
        (json!({"action": "delete"}), "delete", "Delete"),
        (json!({"action": "record_payment", "amount": 99.9}), "money", "99.90 USD"),
    ] {
        let mut asked = asked;
        asked["id"] = id.clone();
        asked["dry_run"] = json!(true);
        let dry = house.call("invoice_action", asked.clone()).await?;
        assert_eq!(dry["kind"], kind, "{asked}");
        assert_eq!(dry["would_ask"], "whether to do it", "{asked}");
        let question = dry["question"].as_str().unwrap_or_default();
        assert!(question.contains(told), "{question}");
    }
    assert_eq!(state(&house, &id).await?["status"], "draft", "nothing was done");
    Ok(())
}
