//! `highwire doctor` as its users meet it: each kind of broken credential against the simulated vendors.

use std::process::Output;

use anyhow::{Context, Result, ensure};
use e2e::{Hub, Program, Vendors};
use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use serde_json::{Value, json};

/// A hub's owner with a sandbox and the settings for it.
struct Clinic {
    program: Program,
    vendors: Vendors,
    folder: tempfile::TempDir,
    transport: HttpTransport,
}

/// What the doctor said.
struct Said {
    code: i32,
    findings: Vec<Value>,
    talk: String,
}

impl Clinic {
    fn open() -> Result<Self> {
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        let vendors = Vendors::start(&program, folder.path(), &[])?;
        let transport = HttpTransport::new(HttpSettings::default())?;
        Ok(Self { program, vendors, folder, transport })
    }

    /// Runs it with a token for the sandbox's location.
    fn examine(&self, token: &str, variables: &[(&str, &str)]) -> Result<Said> {
        let output = self.run(&["doctor", "--json"], token, variables)?;
        let (data, talk) = (text(&output.stdout), text(&output.stderr));
        ensure!(!data.contains(token) && !talk.contains(token), "it told the token: {data}{talk}");
        let findings = data.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(Said { code: output.status.code().context("killed")?, findings, talk })
    }

    fn run(&self, words: &[&str], token: &str, variables: &[(&str, &str)]) -> Result<Output> {
        let mut command = self.program.command(self.folder.path());
        command
            .args(words)
            .env("HIGHWIRE_DATA_DIR", self.folder.path().join("data"))
            .env("HIGHWIRE_LISTEN", "127.0.0.1:9")
            .env("HIGHWIRE_HIGHLEVEL_URL", self.vendors.text("url")?)
            .env("GHL_API_KEY", token)
            .env("GHL_LOCATION_ID", self.vendors.text("location_id")?)
            .envs(variables.iter().copied());
        Ok(command.output()?)
    }

    /// One of the sandbox's own controls.
    async fn control(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/_sandbox/{path}", self.vendors.text("url")?);
        let body = if method == Method::Get { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request { method, url, headers: Vec::new(), body: body.into() };
        let answer = self.transport.send(request).await?;
        ensure!(answer.status == 200, "{path} was answered {}", answer.status);
        Ok(serde_json::from_slice(&answer.body)?)
    }

    async fn token(&self, wanted: &Value) -> Result<String> {
        let made = self.control(Method::Post, "tokens", wanted).await?;
        Ok(made["token"].as_str().context("a token")?.to_owned())
    }

    /// Everything that was asked of the simulated HighLevel.
    async fn requests(&self) -> Result<Vec<Value>> {
        let told = self.control(Method::Get, "requests", &Value::Null).await?;
        Ok(told["requests"].as_array().context("a list")?.clone())
    }
}

impl Said {
    fn about(&self, connection: &str, subject: &str) -> Result<&Value> {
        let is_it = |it: &&Value| it["connection"] == connection && it["subject"] == subject;
        let found = self.findings.iter().find(is_it);
        found.with_context(|| format!("nothing about {subject} in {:#?}", self.findings))
    }

    fn bad(&self) -> Vec<&str> {
        let bad = self.findings.iter().filter(|finding| finding["verdict"] == "bad");
        bad.filter_map(|finding| finding["subject"].as_str()).collect()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn a_connection_in_good_health_is_asked_with_calls_that_only_read() -> Result<()> {
    let clinic = Clinic::open()?;
    let said = clinic.examine(clinic.vendors.text("token")?, &[])?;
    assert_eq!((said.code, said.bad()), (0, vec![]), "{:#?}", said.findings);
    for subject in ["location", "users", "custom fields", "contacts", "pipelines", "calendars"] {
        assert_eq!(said.about("highlevel", subject)?["verdict"], "good", "{subject}");
    }
    let versions = said.about("highlevel", "versions of contacts")?;
    assert_eq!(versions["found"], "2021-04-15 yes, 2021-07-28 yes (used), v3 no");
    let requests = clinic.requests().await?;
    assert!(requests.iter().all(|request| request["method"] == "GET"), "{requests:#?}");
    let counted = format!("calls that only read: {} of highlevel", requests.len());
    assert!(said.talk.contains(&counted), "{counted}: {}", said.talk);
    Ok(())
}

/// Whatever is wrong, one thing is named as bad, and what it says leads out.
#[tokio::test]
async fn each_broken_token_has_its_finding_and_its_way_out() -> Result<()> {
    let clinic = Clinic::open()?;
    let revoked = clinic.token(&json!({})).await?;
    clinic
        .control(Method::Post, "tokens/rotate", &json!({ "token": revoked, "now": true }))
        .await?;
    let other = clinic.vendors.text("other_location_id")?;
    let without_contacts = ["locations.readonly", "locations/customFields.readonly"];
    let cases = [
        (revoked, "token", "mistyped, deleted or rotated", "highlevel.token"),
        (
            "pit-00000000-0000-4000-8000-000000000000".to_owned(),
            "token",
            "does not know this private token",
            "Private Integrations",
        ),
        (
            clinic.token(&json!({ "agency": true })).await?,
            "token class",
            "an agency's",
            "in the location's Settings",
        ),
        (
            clinic.token(&json!({ "scopes": without_contacts })).await?,
            "contacts",
            "lacks contacts.readonly",
            "tick contacts.readonly",
        ),
        (
            clinic.token(&json!({ "location_id": other })).await?,
            "location",
            other,
            "highlevel.location_id",
        ),
        (
            "5d1f8c1e-5b0c-4c55-9d0e-7c1ab2f9a001".to_owned(),
            "token",
            "a UUID alone",
            "Private Integrations",
        ),
        (
            "eyJhbGciOiJIUzI1NiJ9.eyJsb2NhdGlvbl9pZCI6ImwxIiwidmVyc2lvbiI6MX0.c2lnbmF0dXJl"
                .to_owned(),
            "token",
            "first API",
            "Private Integrations",
        ),
    ];
    for (token, subject, found, hint) in cases {
        let said = clinic.examine(&token, &[])?;
        assert_eq!((said.code, said.bad()), (1, vec![subject]), "{found}: {:#?}", said.findings);
        let finding = said.about("highlevel", subject)?;
        let (told, change) = (finding["found"].to_string(), finding["hint"].to_string());
        assert!(told.contains(found), "{told}");
        assert!(change.contains(hint), "{change}");
        assert!(said.talk.contains("error: ") && said.talk.contains("\nhint: "), "{}", said.talk);
    }
    let requests = clinic.requests().await?;
    assert!(requests.len() > 20 && requests.iter().all(|it| it["method"] == "GET"));
    Ok(())
}

#[tokio::test]
async fn a_host_that_is_silent_is_told_and_nothing_else_is_tried() -> Result<()> {
    let clinic = Clinic::open()?;
    let silent = [("HIGHWIRE_HIGHLEVEL_URL", "http://127.0.0.1:9")];
    let said = clinic.examine(clinic.vendors.text("token")?, &silent)?;
    assert_eq!((said.code, said.bad()), (1, vec!["host"]), "{:#?}", said.findings);
    assert_eq!(said.about("highlevel", "contacts")?["verdict"], "skipped");
    assert_eq!(clinic.requests().await?.len(), 0);
    Ok(())
}

#[tokio::test]
async fn notion_is_examined_as_far_as_it_is_shared() -> Result<()> {
    let clinic = Clinic::open()?;
    let token = clinic.vendors.text("token")?;
    let notion = clinic.vendors.notion();
    let (url, page) = (notion["url"].as_str().context("url")?, &notion["parent_page_id"]);
    let connected = [
        ("HIGHWIRE_NOTION_URL", url),
        ("NOTION_TOKEN", notion["token"].as_str().context("token")?),
    ];
    let page = page.as_str().context("a page")?;
    let made = clinic.run(&["notion", "init", "--parent", page], token, &connected)?;
    ensure!(made.status.success(), "{}", text(&made.stderr));
    let log = text(&made.stdout).trim().to_owned();

    let with = |variable| [connected[0], connected[1], ("HIGHWIRE_NOTION_ACTIVITY_LOG", variable)];
    let said = clinic.examine(token, &with(&log))?;
    assert_eq!((said.code, said.bad()), (0, vec![]), "{:#?}", said.findings);
    assert_eq!(said.about("notion", "columns")?["found"], "all 8 are there");
    let foreign = "12345678-1234-4234-8234-123456789012";
    let said = clinic.examine(token, &with(foreign))?;
    let shared = said.about("notion", "activity log")?;
    assert_eq!((said.code, &shared["verdict"]), (1, &json!("bad")), "{shared}");
    assert!(shared["hint"].to_string().contains("add the connection"), "{shared}");
    let said = clinic.examine(token, &[connected[0], ("NOTION_TOKEN", "ntn_wrong")])?;
    assert_eq!(said.bad(), ["token"], "{:#?}", said.findings);
    Ok(())
}

/// Bytes without a meaning at the public address are not the hub.
#[tokio::test]
async fn an_address_that_leads_elsewhere_is_told() -> Result<()> {
    let clinic = Clinic::open()?;
    let token = clinic.vendors.text("token")?;
    let elsewhere = [("HIGHWIRE_WEBHOOK_PUBLIC_URL", clinic.vendors.text("url")?)];
    let said = clinic.examine(token, &elsewhere)?;
    assert_eq!(said.bad(), ["public address"], "{:#?}", said.findings);
    let folder = clinic.folder.path().join("hub");
    std::fs::create_dir(&folder)?;
    let hub = Hub::start(&clinic.program, &folder, Vec::<(&str, String)>::new())?;
    let address = format!("http://{}", hub.address());
    let here = [("HIGHWIRE_WEBHOOK_PUBLIC_URL", address.as_str())];
    let said = clinic.examine(token, &here)?;
    assert_eq!(said.about("hub", "public address")?["verdict"], "good", "{:#?}", said.findings);
    Ok(())
}
