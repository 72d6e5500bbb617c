//! Contacts as rows of a Notion table, through the binary: a webhook in, a row out, and nothing twice.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use domain::{ActionState, Outbox};
use e2e::{Events, Hub, NotionLog, Program, Sender};
use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use sandbox::fault::{Fault, FaultAction};
use serde_json::Value;
use store::Sqlite;

/// How often the hub is looked at.
const LOOK: std::time::Duration = std::time::Duration::from_millis(20);

/// A table of people, one way and small enough to be read here.
const MAPPING: &str = r#"
[mappings.people]
record = "contact"
with = "notion"
table = ""
title = "People"
direction = "from_crm"
key = "HighLevel ID"
link = "HighLevel"
synced = "Last Synced"
fields = [
    { field = "name", column = "Name", type = "title" },
    { field = "email", column = "Email", type = "email" },
    { field = "tags", column = "Tags", type = "multi_select" },
]
"#;

/// A hub on a folder with a mapping file, and the Notion that it writes to.
struct House {
    folder: tempfile::TempDir,
    program: Program,
    notion: NotionLog,
    events: Events,
    table: String,
}

impl House {
    async fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("mapping.toml"), MAPPING)?;
        let (program, notion) = (Program::built()?, NotionLog::start().await?);
        let mut house =
            Self { folder, program, notion, events: Events::new(7, 400)?, table: String::new() };
        let said = house.init()?;
        let table = said["mappings"]["people"]["table"].as_str();
        house.table = table.context("init says no table")?.to_owned();
        Ok(house)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = self.notion.variables();
        variables.push(("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", self.events.public_key()));
        variables.push(("GHL_LOCATION_ID", "loc-e2e".to_owned()));
        variables.push(("GHL_API_KEY", "pit-never-called".to_owned()));
        variables.push(("HIGHWIRE_HIGHLEVEL_URL", "http://127.0.0.1:1".to_owned()));
        variables.push(("HIGHWIRE_SYNC_MAPPING_FILE", "mapping.toml".to_owned()));
        variables
    }

    /// What `notion init` says.
    fn init(&self) -> Result<Value> {
        let parent = self.notion.vendor.parent_page_id();
        let mut command = self.program.command(self.path());
        command.args(["notion", "init", "--json", "--parent", &parent]).envs(self.variables());
        let said = command.output()?;
        ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        Ok(serde_json::from_slice(&said.stdout)?)
    }

    fn start(&self) -> Result<Hub> {
        Hub::start(&self.program, self.path(), self.variables())
    }

    /// Sends the event with this number about the contact with that one, whole as a new contact's is.
    async fn send(&self, hub: &Hub, number: u64, contact: u64) -> Result<()> {
        let mut body: Value = serde_json::from_str(&self.events.body(number, contact))?;
        body["type"] = "ContactCreate".into();
        (body["firstName"], body["lastName"]) = ("Person".into(), contact.to_string().into());
        (body["dateAdded"], body["dnd"]) = ("2026-01-01T10:00:00.000Z".into(), false.into());
        let event = self.events.sign(&body.to_string())?;
        let mut sender = Sender::connect(hub.address()).await?;
        assert_eq!(sender.send(&Sender::request(&event)).await?, 200);
        Ok(())
    }

    /// Sends an event, and waits until so many actions are done in all.
    async fn tell(&self, hub: &Hub, (number, contact): (u64, u64), done: u64) -> Result<()> {
        self.send(hub, number, contact).await?;
        let store = Sqlite::open_to_read(&self.path().join("data"))?;
        while store.action_counts().await?.get(&ActionState::Done) != Some(&done) {
            tokio::time::sleep(LOOK).await; // tidy: sleep, the hub is another process
        }
        Ok(())
    }

    /// How often Notion was asked to do this.
    async fn calls(&self, operation: &str) -> Result<usize> {
        let url = format!("{}/_sandbox/requests", self.notion.vendor.url());
        let request =
            Request { method: Method::Get, url, headers: Vec::new(), body: Vec::new().into() };
        let answer = HttpTransport::new(HttpSettings::default())?.send(request).await?;
        let said: Value = serde_json::from_slice(&answer.body)?;
        let calls = said["requests"].as_array().context("a list of requests")?;
        Ok(calls.iter().filter(|call| call["operation"] == operation).count())
    }

    fn rows(&self) -> Vec<Value> {
        self.notion.vendor.pages(&self.table)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_has_one_row_whatever_comes_twice() -> Result<()> {
    let house = House::new().await?;
    assert_eq!(house.init()?["mappings"]["people"]["made"], false, "a second init makes nothing");
    let made_before = house.calls("pages.create").await?; // the monitoring page
    let hub = house.start()?;
    house.tell(&hub, (1, 1), 2).await?;
    let rows = house.rows();
    assert_eq!(rows.len(), 1);
    let row = &rows[0]["properties"];
    assert_eq!(row["Name"]["title"][0]["plain_text"], "Person 1");
    assert_eq!(row["Email"]["email"], "person1@example.com");
    assert_eq!(row["Tags"]["multi_select"][1]["name"], "two");
    assert_eq!(row["HighLevel ID"]["rich_text"][0]["plain_text"], "contact0000000000001");
    let link =
        "https://app.gohighlevel.com/v2/location/loc-e2e/contacts/detail/contact0000000000001";
    assert_eq!(row["HighLevel"]["url"], link);

    // A later event that says the same costs its line in the log, and no call for the row.
    house.tell(&hub, (2, 1), 4).await?;
    let made = house.calls("pages.create").await? - made_before;
    assert_eq!(made, 1 + 2, "a row and two lines");
    assert_eq!(house.calls("pages.update").await?, 0);
    assert_eq!(house.rows(), rows);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_whose_making_was_cut_off_is_found_by_the_next_hub() -> Result<()> {
    let house = House::new().await?;
    let hub = house.start()?;
    house.tell(&hub, (1, 1), 2).await?;
    // The row is made and its answer lost; then the hub dies.
    let lost = Fault::always(FaultAction::Reset { committed: true }).on("pages.create");
    house.notion.vendor.faults().set(vec![lost])?;
    house.send(&hub, 2, 2).await?;
    while house.rows().len() < 2 {
        tokio::time::sleep(LOOK).await; // tidy: sleep, the hub is another process
    }
    drop(hub);
    house.notion.vendor.faults().clear();
    let hub = house.start()?;
    house.tell(&hub, (3, 2), 6).await?;
    let rows = house.rows();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[1]["properties"]["Name"]["title"][0]["plain_text"], "Person 2");
    Ok(())
}
