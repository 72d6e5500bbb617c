//! The address of HighLevel's own application: off by default, one path, and no way across to the API.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings};
use serde_json::{Value, json};

use super::house::{Answer, House};

struct Tier {
    highlevel: HighLevelSandbox,
    house: House,
    key: String,
    /// The id of the browser's connection.
    browser: String,
}

impl Tier {
    async fn open() -> Result<Self> {
        let highlevel = HighLevelSandbox::start(HighLevelSettings::default(), e2e::clock()).await?;
        let (token, location) = (highlevel.token().to_owned(), highlevel.location_id().to_owned());
        let url = highlevel.url();
        let more = [
            ("HIGHWIRE_HIGHLEVEL_BROWSER_TIER", "true"),
            ("HIGHWIRE_HIGHLEVEL_BROWSER_URL", url.as_str()),
            ("HIGHWIRE_PROXY_ALLOW", "read,write,send,delete,money"),
        ];
        let house = House::open(&url, (&token, &location), &more)?;
        let key = house.key("application", "proxy:read,proxy:write", &[])?;
        let browser = connect(&house, &location, highlevel.browser_token())?;
        Ok(Self { highlevel, house, key, browser })
    }

    /// Reads with the browser's connection through the route of browsers.
    fn read(&self, path: &str) -> Result<Answer> {
        let line = format!("GET -browser/{}{path}", self.browser);
        self.house.send(&self.key, &line, &[], b"")
    }

    fn list(&self) -> String {
        format!("/workflow/{}/list", self.highlevel.location_id())
    }
}

/// Stores a browser's token; the id of the connection.
fn connect(house: &House, location: &str, token: &str) -> Result<String> {
    let mut command: Command = house.command(&["connect", "highlevel-browser", "--location"]);
    command.arg(location).args(["--name", "ui", "--json"]);
    command.env("HIGHWIRE_HIGHLEVEL_BROWSER_TIER", "true");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn()?;
    process.stdin.take().context("a stdin")?.write_all(token.as_bytes())?;
    let output = process.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{said}");
    let told: Value = serde_json::from_slice(&output.stdout)?;
    Ok(told["connection"].as_str().with_context(|| format!("no id: {told}"))?.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_of_workflows_is_read_with_its_folders() -> Result<()> {
    let tier = Tier::open().await?;
    let all = tier.read(&tier.list())?;
    assert_eq!(all.status, 200, "{}", all.text());
    let rows = all.json()?["rows"].clone();
    let folder =
        rows.as_array().and_then(|rows| rows.iter().find(|row| row["type"] == "directory"));
    let folder = folder.and_then(|row| row["id"].as_str()).context("a folder")?;
    let inside = tier.read(&format!("{}?parentId={folder}&limit=5&offset=0", tier.list()))?;
    assert_eq!(inside.json()?["count"], json!(1), "{}", inside.text());
    ensure!(!all.text().contains(tier.highlevel.browser_token()));
    let acts = tier.house.run(&["audit", "list"])?;
    let told = serde_json::to_string(&acts)?;
    ensure!(told.contains("browser.called") && told.contains("credential.opened"), "{told}");
    ensure!(!told.contains(tier.highlevel.browser_token()), "{told}");
    ensure!(!tier.house.log()?.contains(tier.highlevel.browser_token()));
    tier.highlevel.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_else_is_read_and_nothing_crosses() -> Result<()> {
    let tier = Tier::open().await?;
    let (own, other) = (tier.highlevel.location_id(), tier.highlevel.other_location_id());
    let before = tier.highlevel.request_count();
    for path in [
        format!("/workflow/{other}/list"),
        format!("/workflow/{own}"),
        format!("/workflow/{own}/list/"),
        format!("//workflow/{own}/list"),
        format!("/workflow/{own}%2flist"),
        format!("/workflow/./{own}/list"),
        format!("/Workflow/{own}/list"),
        format!("/workflow/{own}/list/../{other}"),
        format!("/contacts/?locationId={own}"),
        "/contacts/c1".to_owned(),
    ] {
        let answer = tier.read(&path)?;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text());
    }
    for query in ["locationId=x", "limit=1&limit=2", "parentId=..%2f", "type=a%20b", "_method=PUT"]
    {
        let answer = tier.read(&format!("{}?{query}", tier.list()))?;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text());
    }
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let line = format!("{method} -browser/{}{}", tier.browser, tier.list());
        let answer = tier.house.send(&tier.key, &line, &[], b"")?;
        assert_eq!(answer.status, 405, "{method}: {}", answer.text());
    }
    // The connection of one kind is not there for the route of the other.
    let call = |line: &str| tier.house.send(&tier.key, line, &[], b"").map(|answer| answer.status);
    assert_eq!(call(&format!("GET -browser/highlevel{}", tier.list()))?, 404);
    assert_eq!(call(&format!("GET /{}/contacts/?limit=1", tier.browser))?, 404);
    assert_eq!(call(&format!("GET /{}{}", tier.browser, tier.list()))?, 404);
    assert_eq!(call(&format!("GET /highlevel{}", tier.list()))?, 403);
    assert_eq!(tier.highlevel.request_count(), before);

    // A command that calls through a connection finds no token there that the API would take.
    let mut command = tier.house.command(&["call", "contacts.get-contacts", "--connection"]);
    let output = command.arg(&tier.browser).arg("--json").output()?;
    ensure!(!output.status.success());
    assert_eq!(tier.highlevel.request_count(), before);
    tier.highlevel.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_off_unless_somebody_switches_it_on() -> Result<()> {
    let highlevel = HighLevelSandbox::start(HighLevelSettings::default(), e2e::clock()).await?;
    let (token, location) = (highlevel.token().to_owned(), highlevel.location_id().to_owned());
    let house = House::open(&highlevel.url(), (&token, &location), &[])?;
    let key = house.key("application", "proxy:read", &[])?;
    let output =
        house.command(&["connect", "highlevel-browser", "--location", &location]).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(!output.status.success() && said.contains("browser_tier is off"), "{said}");
    let browser = connect(&house, &location, highlevel.browser_token())?;
    let line = format!("GET -browser/{browser}/workflow/{location}/list");
    let answer = house.send(&key, &line, &[], b"")?;
    ensure!(answer.status == 404 && answer.text().contains("no such proxy"), "{}", answer.text());
    highlevel.stop().await;
    Ok(())
}
