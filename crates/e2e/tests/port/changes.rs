//! Change sets over HTTP and on the command line: joined, shown, previewed, undone, killed on the way.

use std::process::Stdio;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::house::{ALL, House, text};

/// Begins a set and gives its id.
async fn begin(house: &House, key: &str) -> Result<String> {
    let draft = json!({"title": "spring campaign"});
    let made = house.ask(key, "POST /v1/change-sets", Some(draft)).await?;
    ensure!(made.status == 201, "{made:?}");
    Ok(text(&made.body, "id")?.to_owned())
}

/// The ids of contacts that HighLevel has.
async fn contacts(house: &House, key: &str) -> Result<Vec<String>> {
    let page = house.ask(key, "GET /v1/contacts?fresh=true&limit=20", None).await?.good()?;
    let items = page["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| Ok(text(item, "id")?.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_join_a_set_and_are_undone_together() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let set = begin(&house, &key).await?;
    let joined = [("highwire-change-set", set.as_str())];
    let new = json!({"email": "ada@example.com", "tags": ["spring"]});
    let made = house.ask_with(&key, ("POST /v1/contacts", &joined), Some(new)).await?.good()?;
    let id = text(&made["contact"], "id")?;
    let other = contacts(&house, &key).await?.into_iter().find(|it| it != id);
    let other = other.expect("the simulation has others");
    let before = house.ask(&key, &format!("GET /v1/contacts/{other}?fresh=true"), None).await?;
    let line = format!("PATCH /v1/contacts/{other}");
    let patch = json!({"address": {"city": "Springfield"}, "custom_fields": {"Support plan": "x"}});
    house.ask_with(&key, (&line, &joined), Some(patch)).await?.good()?;

    let path = format!("/v1/change-sets/{set}");
    let shown = house.ask(&key, &format!("GET {path}"), None).await?.good()?;
    ensure!(shown["writes"] == 2 && shown["title"] == "spring campaign", "{shown}");
    let writes = house.ask(&key, &format!("GET {path}/writes"), None).await?.good()?;
    let city = &writes["writes"][1]["difference"]["fields"]["address.city"];
    ensure!(city["after"] == "Springfield" && city["before"] != city["after"], "{writes}");
    ensure!(writes["writes"][0]["record"] == format!("contact/{id}"), "{writes}");
    ensure!(writes["writes"][0]["effect"] == "created" && writes["next"] == Value::Null);

    let (undo, dry) = (format!("POST {path}/undo"), json!({"dry_run": true}));
    let preview = house.ask(&key, &undo, Some(dry)).await?.good()?;
    ensure!(preview["counts"]["restored"] == 1 && preview["counts"]["deleted"] == 1, "{preview}");
    ensure!(
        house.ask(&key, &format!("GET /v1/contacts/{id}?fresh=true"), None).await?.status == 200
    );
    let undone = house.ask(&key, &undo, Some(json!({}))).await?.good()?;
    ensure!(undone["counts"] == preview["counts"] && undone["undo"] != Value::Null, "{undone}");
    ensure!(
        house.ask(&key, &format!("GET /v1/contacts/{id}?fresh=true"), None).await?.status == 404
    );
    let now = house.ask(&key, &format!("GET /v1/contacts/{other}?fresh=true"), None).await?;
    ensure!(now.body["version"] == before.body["version"], "{now:?}");
    let listed = house.ask(&key, "GET /v1/change-sets?limit=1", None).await?.good()?;
    ensure!(listed["change_sets"][0]["undoes"] == set.as_str(), "{listed}");
    let next = format!("GET /v1/change-sets?after={}", text(&listed, "next")?);
    let rest = house.ask(&key, &next, None).await?.good()?;
    ensure!(rest["change_sets"][0]["undone_by"] == json!([undone["undo"]]), "{rest}");
    // The command line tells the same.
    let told = house.run(&["changes", "show", &set])?;
    ensure!(told.len() == 3 && told[1]["record"] == format!("contact/{id}"), "{told:?}");
    let again = house.run(&["undo", &set])?;
    ensure!(again[0]["counts"]["unchanged"] == 2, "{again:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_is_its_tenants() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let set = begin(&house, &key).await?;
    house.run(&["organizations", "add", "org_other", "--name", "Other"])?;
    let other = house.key(ALL, &["--organization", "org_other"])?;
    let calls = house.vendor.request_count();
    for (method, rest) in [("GET", ""), ("GET", "/writes"), ("POST", "/undo")] {
        let line = format!("{method} /v1/change-sets/{set}{rest}");
        let body = (method == "POST").then(|| json!({}));
        let refused = house.ask(&other, &line, body).await?;
        ensure!((refused.status, refused.problem()?) == (404, "not-found"), "{refused:?}");
        ensure!(!refused.body.to_string().contains("spring"), "{refused:?}");
    }
    let none = house.ask(&other, "GET /v1/change-sets", None).await?.good()?;
    ensure!(none["change_sets"] == json!([]), "{none}");
    let after = house.ask(&other, &format!("GET /v1/change-sets?after={set}"), None).await?;
    ensure!(after.good()?["change_sets"] == json!([]));
    let new = json!({"email": "ada@example.com"});
    let absent = "chg_00000000000000000000000000000000";
    for (id, status) in [(absent, 404), ("chg_x", 400), ("", 400)] {
        let request = ("POST /v1/contacts", &[("highwire-change-set", id)][..]);
        let refused = house.ask_with(&key, request, Some(new.clone())).await?;
        ensure!(refused.status == status, "{id}: {refused:?}");
    }
    for (scopes, method, status) in [
        ("changes:read", "POST", 403),
        ("contacts:write", "POST", 403),
        ("contacts:read", "GET", 403),
    ] {
        let narrow = house.key(scopes, &[])?;
        let body = (method == "POST").then(|| json!({"title": "x"}));
        let answer = house.ask(&narrow, &format!("{method} /v1/change-sets"), body).await?;
        ensure!(answer.status == status, "{scopes}: {answer:?}");
    }
    ensure!(house.vendor.contact_count() == 20, "nobody was made");
    ensure!(house.vendor.request_count() >= calls);
    Ok(())
}

/// What a process leaves behind that is killed at any call is taken up by the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undo_that_is_killed_goes_on() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let set = begin(&house, &key).await?;
    let joined = [("highwire-change-set", set.as_str())];
    let mut before = Vec::new();
    for id in contacts(&house, &key).await?.into_iter().take(12) {
        let read = house.ask(&key, &format!("GET /v1/contacts/{id}?fresh=true"), None).await?;
        let patch = json!({"address": {"city": "Springfield"}});
        let line = format!("PATCH /v1/contacts/{id}");
        house.ask_with(&key, (&line, &joined), Some(patch)).await?.good()?;
        before.push((id, read.body["version"].clone()));
    }
    for calls in [3, 11] {
        let began = house.vendor.request_count();
        let mut command = house.command(&["undo", &set]);
        let mut undo = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        while house.vendor.request_count() < began + calls && undo.try_wait()?.is_none() {
            let wait = std::time::Duration::from_millis(1);
            tokio::time::sleep(wait).await; // tidy: sleep, a real process has to be polled
        }
        undo.kill()?;
        undo.wait()?;
    }
    let report = house.run(&["undo", &set])?;
    let counts = &report[0]["counts"];
    let through = counts["restored"].as_u64().zip(counts["unchanged"].as_u64());
    ensure!(through.is_some_and(|(restored, unchanged)| restored + unchanged == 12), "{counts}");
    for (id, version) in before {
        let now = house.ask(&key, &format!("GET /v1/contacts/{id}?fresh=true"), None).await?;
        ensure!(now.body["version"] == version, "{now:?}");
    }
    let shown = house.ask(&key, &format!("GET /v1/change-sets/{set}"), None).await?.good()?;
    ensure!(shown["undone_by"].as_array().is_some_and(|all| all.len() == 1), "{shown}");
    Ok(())
}
