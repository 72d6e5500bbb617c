//! `highwire sandbox` with flags: what it says, what it then holds, and what it refuses.

use anyhow::{Context as _, Result, ensure};
use e2e::{Program, Vendors};
use endpoint::{Method, Request, Transport as _, http::HttpTransport};
use serde_json::Value;

#[tokio::test]
async fn flags_decide_what_the_simulated_highlevel_holds() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let flags = ["--contacts=7", "--opportunities=2", "--rsa", "--rate-limit=sandbox-agency"];
    let vendors = Vendors::start(&Program::built()?, folder.path(), &flags)?;
    let keys = vendors.highlevel()["webhook_public_keys"].as_array().map(Vec::len);
    assert_eq!(keys, Some(2));
    let location = vendors.text("location_id")?;
    let contacts = vendors.get(&format!("/contacts/?locationId={location}")).await?;
    assert_eq!(contacts["meta"]["total"], 7);
    let opportunities =
        vendors.get(&format!("/opportunities/search?location_id={location}")).await?;
    assert_eq!(opportunities["opportunities"].as_array().map(Vec::len), Some(2));
    Ok(())
}

#[tokio::test]
async fn the_same_seed_says_and_holds_the_same() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = Program::built()?;
    let mut runs = Vec::new();
    for seed in ["--seed=3", "--seed=3", "--seed=4"] {
        let vendors = Vendors::start(&program, folder.path(), &[seed, "--contacts=5"])?;
        let path = format!("/contacts/?locationId={}", vendors.text("location_id")?);
        let contacts = vendors.get(&path).await?["contacts"].to_string();
        runs.push((vendors.text("token")?.to_owned(), contacts));
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0].0, runs[2].0);
    assert_ne!(runs[0].1, runs[2].1);
    Ok(())
}

#[tokio::test]
async fn the_other_vendors_answer_to_what_is_said_of_them() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let vendors = Vendors::start(&Program::built()?, folder.path(), &[])?;
    let (shop, models) = (vendors.repairshopr(), vendors.models());
    let me = asked(&shop["url"], "/api/v1/me", &shop["key"]).await?;
    assert_eq!(me["subdomain"], shop["subdomain"]);
    let listed = asked(&models["openai_url"], "/models", &models["key"]).await?;
    let ids = listed["data"].as_array().context("no list of models")?.iter();
    assert_eq!(Value::from_iter(ids.map(|model| model["id"].clone())), models["models"]);
    Ok(())
}

async fn asked(url: &Value, path: &str, key: &Value) -> Result<Value> {
    let text = |value: &Value| value.as_str().map(str::to_owned).context("it is not said");
    let (url, key) = (format!("{}{path}", text(url)?), text(key)?);
    let request =
        Request { method: Method::Get, url, headers: Vec::new(), body: Vec::new().into() }
            .with_header("authorization", format!("Bearer {key}"));
    let answer = HttpTransport::new(endpoint::http::Settings::default())?.send(request).await?;
    ensure!(answer.status == 200, "{path} was answered {}", answer.status);
    Ok(serde_json::from_slice(&answer.body)?)
}

#[test]
fn what_cannot_be_is_refused_with_what_to_do() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for (flags, code, hint) in [
        (["--contacts=100001", "--rsa"], 2, "from 0 to 100000"),
        (["--contacts=5", "--opportunities=6"], 1, "hint: raise --contacts"),
    ] {
        let mut command = Program::built()?.command(folder.path());
        let output = command.arg("sandbox").args(flags).output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(hint), "{said}");
    }
    Ok(())
}
