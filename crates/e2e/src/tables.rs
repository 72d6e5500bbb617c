//! A simulated HighLevel, a simulated Notion with tables, and a hub that keeps the two equal.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use sandbox::{
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits},
    notion::{NotionSandbox, NotionSettings, WebhookOptions},
};
use serde_json::{Value, json};

use crate::{Editor, Hub, Program};

/// What is kept equal with what.
const MAPPINGS: &str = r#"
[mappings.people]
record = "contact"
with = "notion"
table = ""
title = "People"
direction = "both"
account = ""
only = {}
new_rows = "create"
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

[mappings.deals]
record = "opportunity"
with = "notion"
table = ""
title = "Deals"
direction = "both"
account = ""
only = {}
new_rows = "ignore"
on_delete = "keep"
key = "HighLevel ID"
link = "HighLevel"
synced = "Last Synced"
fields = [
    { field = "name", column = "Name", type = "title" },
    { field = "stage", column = "Stage", type = "select" },
    { field = "status", column = "Status", type = "select" },
]
"#;

/// The house.
pub struct Tables {
    /// The simulated HighLevel.
    pub highlevel: HighLevelSandbox,
    /// The simulated Notion.
    pub notion: NotionSandbox,
    hub: Hub,
    program: Program,
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
    /// The data sources, by mapping.
    tables: BTreeMap<String, String>,
    editor: Editor,
}

impl Tables {
    /// Starts everything: HighLevel tells the hub of every change, and where `hints` says so Notion does;
    /// otherwise its tables are read every ten seconds.
    ///
    /// # Errors
    /// Where something does not start.
    pub async fn open(notion: NotionSettings, hints: bool) -> Result<Self> {
        let limits = RateLimits { burst: 1_000_000, daily: 1_000_000, ..RateLimits::default() };
        let highlevel = HighLevelSettings {
            contacts: 0,
            other_contacts: 0,
            opportunities: 0,
            rate_limits: limits,
            ..HighLevelSettings::default()
        };
        let highlevel = HighLevelSandbox::start(highlevel, crate::clock()).await?;
        let per_minute = notion.requests_per_minute.to_string();
        let notion = NotionSandbox::start(notion, crate::clock()).await?;
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        let file = folder.path().join("mappings.toml");
        std::fs::write(&file, MAPPINGS)?;
        let variables = vec![
            ("HIGHWIRE_DATA_DIR", folder.path().join("data").display().to_string()),
            ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", highlevel.webhook_public_keys().remove(0)),
            ("HIGHWIRE_HIGHLEVEL_URL", highlevel.url()),
            ("GHL_API_KEY", highlevel.token().to_owned()),
            ("GHL_LOCATION_ID", highlevel.location_id().to_owned()),
            ("HIGHWIRE_NOTION_URL", notion.url()),
            ("HIGHWIRE_NOTION_TOKEN", notion.token().to_owned()),
            ("HIGHWIRE_NOTION_REQUESTS_PER_MINUTE", per_minute),
            ("HIGHWIRE_SYNC_MAPPING_FILE", file.display().to_string()),
            ("HIGHWIRE_SYNC_POLL_SECONDS", if hints { "300" } else { "10" }.to_owned()),
        ];
        let run = |arguments: &[&str]| run(&program, &folder, &variables, arguments);
        let made = run(&["notion", "init", "--parent", &notion.parent_page_id()])?;
        let table = |mapping: &str| {
            let table = made["mappings"][mapping]["table"].as_str();
            Ok((mapping.to_owned(), table.context("a table")?.to_owned()))
        };
        let tables = ["people", "deals"].into_iter().map(table).collect::<Result<_>>()?;
        let hub = Hub::start(&program, folder.path(), variables.clone())?;
        highlevel.subscribe(&format!("http://{}/webhooks/highlevel", hub.address()))?;
        let editor = Editor::new()?;
        let house = Self { highlevel, notion, hub, program, folder, variables, tables, editor };
        if hints {
            house.verify_notion().await?;
        }
        Ok(house)
    }

    /// Lets Notion tell the hub of changes, as its operator does.
    async fn verify_notion(&self) -> Result<()> {
        let url = format!("http://{}/webhooks/notion/notion", self.hub.address());
        self.notion.subscribe(&url, WebhookOptions::default());
        let told = until("the handshake", || self.notion.webhooks().first().cloned()).await?;
        ensure!(told.status == Some(200), "the handshake was answered {:?}", told.status);
        let shown = self.run(&["connections", "verification", "notion"])?;
        let fingerprint = shown["fingerprint"].as_str().context("a fingerprint")?;
        self.run(&["connections", "verification", "notion", "--accept", fingerprint])?;
        Ok(())
    }

    /// Runs a command beside the hub, and gives the first line that it prints.
    ///
    /// # Errors
    /// Where it fails.
    pub fn run(&self, arguments: &[&str]) -> Result<Value> {
        run(&self.program, &self.folder, &self.variables, arguments)
    }

    /// Runs a command beside the hub that reads its input.
    ///
    /// # Errors
    /// Where it fails.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Result<()> {
        let given = self.folder.path().join("input");
        std::fs::write(&given, input)?;
        let mut command = self.program.command(self.folder.path());
        command.args(arguments).envs(self.variables.iter().cloned());
        let output = command.stdin(std::fs::File::open(&given)?).output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{arguments:?}: {said}");
        Ok(())
    }

    /// The hub's data folder.
    #[must_use]
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Calls the simulated HighLevel, as a person does who works there.
    ///
    /// # Errors
    /// Where it answers no success.
    pub async fn at_highlevel(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        self.editor.at_highlevel(&self.highlevel, method, path, body).await
    }

    /// Makes a contact at HighLevel; gives its id.
    ///
    /// # Errors
    /// Where HighLevel refuses.
    pub async fn person(&self, first_name: &str, email: &str) -> Result<String> {
        let location = self.highlevel.location_id();
        let body = json!({ "locationId": location, "firstName": first_name, "email": email });
        let made = self.at_highlevel(Method::Post, "/contacts/", body).await?;
        Ok(made["contact"]["id"].as_str().context("an id")?.to_owned())
    }

    /// A contact as HighLevel has it.
    ///
    /// # Errors
    /// Where it has none.
    pub async fn contact(&self, id: &str) -> Result<Value> {
        let found = self.at_highlevel(Method::Get, &format!("/contacts/{id}"), Value::Null).await?;
        Ok(found["contact"].clone())
    }

    /// The rows of a mapping's table, those in the trash too.
    #[must_use]
    pub fn rows(&self, mapping: &str) -> Vec<Value> {
        self.tables.get(mapping).map(|table| self.notion.pages(table)).unwrap_or_default()
    }

    /// The row that stands for a record.
    #[must_use]
    pub fn row_of(&self, mapping: &str, record: &str) -> Option<Value> {
        let rows = self.rows(mapping);
        rows.into_iter().find(|row| cell(row, "HighLevel ID").as_deref() == Some(record))
    }

    /// Adds a row by hand; gives its id.
    ///
    /// # Errors
    /// Where Notion refuses.
    pub fn add_row(&self, mapping: &str, properties: &Value) -> Result<String> {
        let table = self.tables.get(mapping).context("a table")?;
        let body = json!({ "parent": { "data_source_id": table }, "properties": properties });
        let made =
            self.notion.act("POST", "/v1/pages", &body).map_err(|problem| anyhow!(problem))?;
        Ok(made["id"].as_str().context("an id")?.to_owned())
    }

    /// Changes a row by hand.
    ///
    /// # Errors
    /// Where Notion refuses.
    pub fn edit_row(&self, row: &str, change: &Value) -> Result<()> {
        let changed = self.notion.act("PATCH", &format!("/v1/pages/{row}"), change);
        changed.map(|_| ()).map_err(|problem| anyhow!(problem))
    }
}

/// The words of a row in a column of text, e-mail, title, select or number; none where it is empty.
#[must_use]
pub fn cell(row: &Value, column: &str) -> Option<String> {
    let property = &row["properties"][column];
    let value = &property[property["type"].as_str()?];
    let text = match value {
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part["plain_text"].as_str()).collect()
        }
        Value::Object(option) => option.get("name")?.as_str()?.to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Waits until something is there.
///
/// # Errors
/// Where it does not come within half a minute.
pub async fn until<V>(what: &str, mut look: impl FnMut() -> Option<V>) -> Result<V> {
    for _ in 0..600 {
        if let Some(found) = look() {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("{what} does not come")
}

/// How soon rows showed what HighLevel told.
#[derive(Debug, Default)]
pub struct Shown {
    /// From the answer to a change at HighLevel until the row shows it or something later, in order.
    pub latencies: Vec<Duration>,
    /// How many calls Notion got meanwhile.
    pub calls: u64,
    /// The most calls that Notion got in any minute.
    pub busiest_minute: usize,
    /// How many calls Notion refused because of its limit.
    pub refused: usize,
}

impl Shown {
    /// The latency that so many of a hundred do not exceed.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Duration {
        let place = (self.latencies.len() * percent).div_ceil(100).saturating_sub(1);
        self.latencies.get(place).copied().unwrap_or_default()
    }
}

/// Changes these contacts in turn, so often a second and so many times in all, and waits until every row
/// shows its contact's last value.
///
/// # Errors
/// Where HighLevel refuses, or a row does not show it.
pub async fn load(
    house: &Tables,
    people: &[String],
    (per_second, changes): (u32, u32),
) -> Result<Shown> {
    let before = house.notion.request_count();
    let mut waiting: BTreeMap<&str, Vec<(u32, Instant)>> = BTreeMap::new();
    let mut shown = Shown::default();
    let now = Instant::now;
    let began = now();
    for change in 0..changes {
        let due = began + Duration::from_secs(1) * change / per_second;
        while now() < due {
            look(house, &mut waiting, (&mut shown, now()));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let person = &people[change as usize % people.len()];
        let body = json!({ "city": format!("{change}") });
        house.at_highlevel(Method::Put, &format!("/contacts/{person}"), body).await?;
        waiting.entry(person).or_default().push((change, now()));
    }
    let last = now();
    while waiting.values().any(|changes| !changes.is_empty()) {
        ensure!(last.elapsed() < Duration::from_secs(120), "rows do not show: {waiting:?}");
        look(house, &mut waiting, (&mut shown, now()));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shown.latencies.sort_unstable();
    shown.calls = house.notion.request_count() - before;
    (shown.busiest_minute, shown.refused) = calls(house).await?;
    Ok(shown)
}

/// Notes which changes the rows show by now.
fn look(
    house: &Tables,
    waiting: &mut BTreeMap<&str, Vec<(u32, Instant)>>,
    (shown, now): (&mut Shown, Instant),
) {
    for row in house.rows("people") {
        let (Some(id), Some(city)) = (cell(&row, "HighLevel ID"), cell(&row, "City")) else {
            continue;
        };
        let (Some(changes), Ok(city)) = (waiting.get_mut(id.as_str()), city.parse::<u32>()) else {
            continue;
        };
        for (_, told) in changes.extract_if(.., |(change, _)| *change <= city) {
            shown.latencies.push(now - told);
        }
    }
}

/// The most calls of any minute, and how many were refused because there were too many.
async fn calls(house: &Tables) -> Result<(usize, usize)> {
    let url = format!("{}/_sandbox/requests", house.notion.url());
    let request = Request { method: Method::Get, url, headers: Vec::new(), body: "".into() };
    let answer = HttpTransport::new(HttpSettings::default())?.send(request).await?;
    let log: Value = serde_json::from_slice(&answer.body)?;
    let requests = log["requests"].as_array().context("requests")?;
    let refused = requests.iter().filter(|one| one["status"] == 429).count();
    let moment = |one: &Value| one["at"].as_str()?.parse::<jiff::Timestamp>().ok();
    let times: Vec<_> = requests.iter().filter_map(moment).collect();
    let within = |(place, first): (usize, &jiff::Timestamp)| {
        let minute = jiff::SignedDuration::from_mins(1);
        times[place..].iter().take_while(|time| time.duration_since(*first) < minute).count()
    };
    Ok((times.iter().enumerate().map(within).max().unwrap_or_default(), refused))
}

fn run(
    program: &Program,
    folder: &tempfile::TempDir,
    variables: &[(&'static str, String)],
    arguments: &[&str],
) -> Result<Value> {
    let mut command = program.command(folder.path());
    command.args(arguments).arg("--json").envs(variables.iter().cloned());
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{arguments:?}: {said}");
    let out = String::from_utf8(output.stdout)?;
    match out.lines().next() {
        Some(line) => Ok(serde_json::from_str(line)?),
        None => Ok(Value::Null),
    }
}
