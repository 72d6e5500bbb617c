//! A data folder, a simulated HighLevel, a table of a simulated Notion, and who changes things there.

use std::{path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use domain::{ActionState, Journal, Mirror, Outbox, Record, RecordKey, Sequence, Tenant};
use e2e::{Editor, Hub, Program};
use endpoint::Method;
use sandbox::{
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits},
    notion::{NotionSandbox, NotionSettings},
};
use serde_json::Value;
use store::Sqlite;

/// Contacts as rows. The table is read so rarely that no reading meets a run.
const MAPPING: &str = r#"
[mappings.people]
record = "contact"
with = "notion"
table = ""
title = "People"
direction = "both"
account = ""
only = {}
new_rows = "ignore"
on_delete = "keep"
key = "HighLevel ID"
link = "HighLevel"
synced = "Last Synced"
fields = [
    { field = "name", column = "Name", type = "title", direction = "from_crm" },
    { field = "email", column = "Email", type = "email" },
    { field = "city", column = "City", type = "text" },
    { field = "tags", column = "Tags", type = "multi_select", wins = "union" },
]
"#;

/// How many calls a minute the simulated Notion takes, and the hub makes.
const NOTION_CALLS: u32 = 6_000;

/// A table of a simulated Notion.
struct Table {
    notion: NotionSandbox,
    data_source: String,
}

pub(crate) struct House {
    pub(crate) vendor: HighLevelSandbox,
    table: Option<Table>,
    program: Program,
    folder: tempfile::TempDir,
    editor: Editor,
}

impl House {
    /// A vendor with so many contacts, whose limits nobody meets: the hub keeps them by itself.
    pub(crate) async fn with_contacts(contacts: usize) -> Result<Self> {
        let settings = HighLevelSettings {
            contacts,
            other_contacts: 0,
            opportunities: contacts.min(40),
            rate_limits: RateLimits::generous(),
            ..HighLevelSettings::default()
        };
        let vendor = HighLevelSandbox::start(settings, e2e::clock()).await?;
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        Ok(Self { vendor, table: None, program, folder, editor: Editor::new()? })
    }

    /// As [`Self::with_contacts`], with a table that gets a row for each contact.
    pub(crate) async fn with_rows(contacts: usize) -> Result<Self> {
        let mut house = Self::with_contacts(contacts).await?;
        let settings =
            NotionSettings { requests_per_minute: NOTION_CALLS, ..NotionSettings::default() };
        let notion = NotionSandbox::start(settings, e2e::clock()).await?;
        std::fs::write(house.mapping_file(), MAPPING)?;
        let parent = notion.parent_page_id();
        house.table = Some(Table { notion, data_source: String::new() });
        let made = house.run(&format!("notion init --parent {parent}")).await?;
        let data_source =
            made.first().and_then(|made| made["mappings"]["people"]["table"].as_str());
        if let Some(table) = &mut house.table {
            data_source.context("a table")?.clone_into(&mut table.data_source);
        }
        Ok(house)
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", self.vendor.webhook_public_keys().remove(0)),
            ("HIGHWIRE_HIGHLEVEL_URL", self.vendor.url()),
            ("GHL_API_KEY", self.vendor.token().to_owned()),
            ("GHL_LOCATION_ID", self.vendor.location_id().to_owned()),
            ("HIGHWIRE_DATA_DIR", self.data().display().to_string()),
        ];
        if let Some(Table { notion, .. }) = &self.table {
            variables.extend([
                ("HIGHWIRE_NOTION_URL", notion.url()),
                ("HIGHWIRE_NOTION_TOKEN", notion.token().to_owned()),
                ("HIGHWIRE_NOTION_REQUESTS_PER_MINUTE", NOTION_CALLS.to_string()),
                ("HIGHWIRE_SYNC_MAPPING_FILE", self.mapping_file().display().to_string()),
                ("HIGHWIRE_SYNC_POLL_SECONDS", "3600".to_owned()),
            ]);
        }
        variables
    }

    fn mapping_file(&self) -> PathBuf {
        self.folder.path().join("mappings.toml")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn hub(&self) -> Result<Hub> {
        Hub::start(&self.program, self.folder.path(), self.variables())
    }

    /// A command on the data folder.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = self.program.command(self.folder.path());
        command
            .args(words.split_whitespace())
            .envs(self.variables())
            .env("HIGHWIRE_LOG_LEVEL", "error");
        command
    }

    /// Runs a command, and gives the lines that it prints as JSON.
    pub(crate) async fn run(&self, words: &str) -> Result<Vec<Value>> {
        let mut command = self.command(words);
        command.arg("--json");
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{words}: {said}");
        let out = String::from_utf8(output.stdout)?;
        Ok(out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// Runs `sync highlevel` to its end; gives the run.
    pub(crate) async fn sync(&self, flags: &str) -> Result<Value> {
        let runs = self.run(&format!("sync highlevel {flags}")).await?;
        let run = runs.into_iter().next().context("a run")?;
        ensure!(run["state"] == "done", "{run}");
        Ok(run)
    }

    /// Calls the simulated HighLevel itself, as a person does who works there.
    pub(crate) async fn at_vendor(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        self.editor.at_highlevel(&self.vendor, method, path, body).await
    }

    /// How many events the journal has.
    pub(crate) async fn events(&self) -> Result<u64> {
        let Sequence(last) = Sqlite::open_to_read(&self.data())?.last().await?;
        Ok(last)
    }

    /// The rows of the mirror with these keys.
    pub(crate) async fn rows(&self, keys: &[RecordKey]) -> Result<Vec<Record>> {
        let tenant = Tenant {
            organization: domain::OrganizationId::new("default"),
            connection: domain::ConnectionId::new("highlevel"),
        };
        Ok(Sqlite::open_to_read(&self.data())?.records(&tenant, keys).await?)
    }

    /// How many living rows the mirror has of an entity.
    pub(crate) async fn count(&self, entity: domain::Entity) -> Result<u64> {
        let counts = Sqlite::open_to_read(&self.data())?.record_counts().await?;
        Ok(counts.get(&entity).copied().unwrap_or_default())
    }

    /// Waits until everything in the journal is in the mirror and decided on, and every action is done.
    pub(crate) async fn at_rest(&self) -> Result<()> {
        let store = Sqlite::open_to_read(&self.data())?;
        let open = [ActionState::Ready, ActionState::Waiting, ActionState::Started];
        for _ in 0..1_200 {
            let is_decided = store.decided().await? == store.last().await?;
            let counts = store.action_counts().await?;
            let is_open =
                open.iter().any(|state| counts.get(state).is_some_and(|count| *count > 0));
            if is_decided && !is_open {
                return Ok(());
            }
            let wait = Duration::from_millis(50);
            tokio::time::sleep(wait).await; // tidy: sleep, a real process has to be polled
        }
        anyhow::bail!("the hub does not come to rest")
    }

    /// The rows of the table.
    pub(crate) fn notion_rows(&self) -> Vec<Value> {
        let rows = |table: &Table| table.notion.pages(&table.data_source);
        self.table.as_ref().map(rows).unwrap_or_default()
    }

    /// How many calls Notion got that write: all but those that read and those that search.
    pub(crate) async fn notion_writes(&self) -> Result<usize> {
        let Table { notion, .. } = self.table.as_ref().context("a table")?;
        let log = self.editor.look(format!("{}/_sandbox/requests", notion.url())).await?;
        let is_write = |call: &&Value| {
            let path = call["path"].as_str().unwrap_or_default();
            call["method"] != "GET" && !path.ends_with("/query") && !path.ends_with("/search")
        };
        let requests = log["requests"].as_array().context("requests")?;
        ensure!(requests.len() as u64 == notion.request_count(), "the log has lost requests");
        Ok(requests.iter().filter(is_write).count())
    }

    /// Stops the vendors.
    pub(crate) async fn stop(self) {
        if let Some(table) = self.table {
            table.notion.stop().await;
        }
        self.vendor.stop().await;
    }
}

/// A figure of a run.
pub(crate) fn figure(run: &Value, name: &str) -> Result<u64> {
    run["tally"][name].as_u64().with_context(|| format!("no {name} in {run}"))
}

/// How many snapshots a run wrote.
pub(crate) fn written(run: &Value) -> Result<u64> {
    let parts = ["created", "updated", "deleted"].map(|name| figure(run, name));
    parts.into_iter().sum()
}
