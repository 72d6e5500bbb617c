//! A day of edits at three vendors that fail: in the evening all is equal, and everything is accounted for.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use domain::{ActionState, LinkEnd, Links, OrganizationId, Outbox, Parking};
use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use sandbox::{
    fault::{Fault, FaultAction, Faults},
    notion::NotionSettings,
    repairshopr::{RepairShoprSandbox, RepairShoprSettings},
};
use serde::Serialize;
use serde_json::{Value, json};
use store::Sqlite;

use crate::{
    Random,
    tables::{Tables, cell, until},
};

/// How long the hub may take to come to rest after the last fault, in seconds. An action that failed
/// several times waits for minutes.
const REST: u64 = 900;

/// How often one edit is tried by the person who makes it.
const TRIES: usize = 40;

/// The towns that people move to.
const TOWNS: [&str; 6] = ["Kassel", "Lyon", "Oslo", "Porto", "Turin", "Graz"];

/// What kind of day.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// How many edits people make, at all three vendors.
    pub edits: u32,
    /// How many contacts there are from the start, beside those of the shop.
    pub people: u32,
    /// How many customers the shop has.
    pub customers: usize,
    /// How many calls of a thousand go wrong, at each vendor.
    pub faults_per_mille: u32,
    /// Edits in a second.
    pub pace: u32,
    /// What chance follows from.
    pub seed: u64,
}

/// How the day ended.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Evening {
    /// Edits at HighLevel, Notion and RepairShopr.
    pub edits: [u32; 3],
    /// Calls that the vendors got, in the same order.
    pub calls: [u64; 3],
    /// Contacts that are compared with their rows.
    pub pairs: usize,
    /// What differs, in words.
    pub differences: Vec<String>,
    /// Actions by their state.
    pub actions: BTreeMap<&'static str, u64>,
    /// Events that were parked.
    pub parked: usize,
    /// Runs of the shop during the day that were cut short by a fault.
    pub cut_runs: u32,
    /// The last report of the shop.
    pub shop: Value,
    /// The last run through HighLevel's lists.
    pub run: Value,
    /// Seconds from the last edit to rest.
    pub seconds_to_rest: u64,
}

impl Evening {
    /// Whether everything is equal, and nothing was given up or is left over.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let left = ["ready", "waiting", "started", "dead"];
        self.differences.is_empty()
            && self.parked == 0
            && left.iter().all(|state| self.actions.get(state).is_none_or(|count| *count == 0))
    }
}

/// Lives through a day.
///
/// # Errors
/// Where the house does not stand, or does not come to rest.
pub async fn live(day: Day) -> Result<Evening> {
    let notion = NotionSettings { requests_per_minute: 100_000, ..NotionSettings::default() };
    let house = Tables::open(notion, true).await?;
    let shop = Shop::open(&house, day).await?;
    for number in 0..day.people {
        house.person("Person", &format!("person{number}@example.com")).await?;
    }
    house.run(&["sync", "repairshopr"])?;
    let rows = || house.rows("people").len();
    let expected = house.highlevel.contact_count();
    until("a row for everybody", || (rows() >= expected).then_some(())).await?;
    let mut evening = Evening::default();
    let vendors = [house.highlevel.faults(), house.notion.faults(), shop.vendor.faults()];
    for faults in vendors {
        set(faults, day.faults_per_mille)?;
    }
    edit(&house, &shop, (day, &mut evening)).await?;
    vendors.into_iter().for_each(Faults::clear);
    let last_edit = Instant::now();
    rest(&house, last_edit).await?;
    evening.shop = house.run(&["sync", "repairshopr"])?;
    evening.run = house.run(&["sync", "highlevel"])?;
    rest(&house, last_edit).await?;
    evening.seconds_to_rest = last_edit.elapsed().as_secs();
    compare(&house, &mut evening).await?;
    evening.shop = house.run(&["sync", "repairshopr"])?;
    let store = Sqlite::open_to_read(&house.data())?;
    let counts = store.action_counts().await?;
    evening.actions = counts.into_iter().map(|(state, count)| (state.name(), count)).collect();
    evening.parked = store.parked(None, 100).await?.len();
    evening.calls = [
        house.highlevel.request_count(),
        house.notion.request_count(),
        shop.vendor.request_count(),
    ];
    Ok(evening)
}

/// What goes wrong at a vendor: every kind of it alike.
fn set(faults: &Faults, per_mille: u32) -> Result<()> {
    let actions = [
        FaultAction::status(500),
        FaultAction::Status { status: 503, retry_after: Some(1), reason: None, committed: true },
        FaultAction::Status { status: 429, retry_after: Some(1), reason: None, committed: false },
        FaultAction::Reset { committed: true },
        FaultAction::Reset { committed: false },
        FaultAction::Truncate,
    ];
    let probability = f64::from(per_mille) / 1_000.0 / actions.len() as f64;
    let fault = |action| Fault { probability, ..Fault::always(action) };
    faults.set(actions.into_iter().map(fault).collect())?;
    Ok(())
}

async fn edit(house: &Tables, shop: &Shop, (day, evening): (Day, &mut Evening)) -> Result<()> {
    let mut random = Random::new(day.seed);
    let pause = Duration::from_secs(1) / day.pace.max(1);
    for number in 0..day.edits {
        let town = format!("{} {number}", TOWNS[random.below(TOWNS.len())]);
        let rows = house.rows("people");
        let row = &rows[random.below(rows.len())];
        match random.below(20) {
            0..9 => {
                let id = cell(row, "HighLevel ID").context("a row says whose it is")?;
                at_highlevel(house, &id, (number, &town)).await?;
                evening.edits[0] += 1;
            }
            9..18 => {
                let change = json!({ "properties": { "City": {
                    "rich_text": [{ "text": { "content": town } }]
                } } });
                house.edit_row(row["id"].as_str().context("an id")?, &change)?;
                evening.edits[1] += 1;
            }
            _ => {
                shop.edit(random.below(day.customers.saturating_sub(1)), &town).await?;
                evening.edits[2] += 1;
            }
        }
        // A run that a fault cuts short is taken up by the next one.
        if number % 250 == 249 && house.run(&["sync", "repairshopr"]).is_err() {
            evening.cut_runs += 1;
        }
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

/// Somebody changes a contact at HighLevel, as often as it takes.
async fn at_highlevel(house: &Tables, id: &str, (number, town): (u32, &str)) -> Result<()> {
    for _ in 0..TRIES {
        let done = match number % 3 {
            0 => {
                let tags = json!({ "tags": [format!("tag{}", number % 7)] });
                house.at_highlevel(Method::Post, &format!("/contacts/{id}/tags"), tags).await
            }
            _ => {
                let city = json!({ "city": town });
                house.at_highlevel(Method::Put, &format!("/contacts/{id}"), city).await
            }
        };
        if done.is_ok() {
            return Ok(());
        }
    }
    anyhow::bail!("HighLevel takes no edit of {id}")
}

/// Waits until no action is left to do.
async fn rest(house: &Tables, since: Instant) -> Result<()> {
    let store = Sqlite::open_to_read(&house.data())?;
    let open = [ActionState::Ready, ActionState::Waiting, ActionState::Started];
    let mut quiet = 0;
    // Tables are read every ten seconds. Notion keeps minutes, so an edit in the minute of a write of the
    // hub's own counts when that minute is over.
    while quiet < 160 {
        ensure!(since.elapsed().as_secs() < REST, "the hub does not come to rest");
        let counts = store.action_counts().await?;
        let is_open = open.iter().any(|state| counts.get(state).is_some_and(|count| *count > 0));
        quiet = if is_open { 0 } else { quiet + 1 };
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// Compares every contact with its row.
async fn compare(house: &Tables, evening: &mut Evening) -> Result<()> {
    let rows = house.rows("people");
    let mut seen = BTreeSet::new();
    for row in &rows {
        let Some(id) = cell(row, "HighLevel ID") else {
            evening.differences.push(format!("row {} belongs to nobody", row["id"]));
            continue;
        };
        if !seen.insert(id.clone()) {
            evening.differences.push(format!("contact {id} has two rows"));
        }
        let contact = house.contact(&id).await?;
        let city = contact["city"].as_str().map(str::to_owned);
        if cell(row, "City") != city {
            let cell = cell(row, "City");
            let known = known(house, &id).await?;
            evening.differences.push(format!("contact {id}: {city:?} and {cell:?}; {known}"));
        }
        let (own, shown) = (tags(&contact["tags"]), options(row));
        if own != shown {
            evening.differences.push(format!("contact {id}: tags {own:?} and {shown:?}"));
        }
    }
    let contacts = house.highlevel.contact_count();
    if seen.len() != contacts {
        evening.differences.push(format!("{contacts} contacts and {} rows", seen.len()));
    }
    evening.pairs = seen.len();
    Ok(())
}

/// What the hub knows of a pair.
async fn known(house: &Tables, record: &str) -> Result<String> {
    let store = Sqlite::open_to_read(&house.data())?;
    let organization = OrganizationId::new("default");
    let link = store.link(&organization, "people", LinkEnd::Record(record)).await?;
    Ok(link.map_or("no link".to_owned(), |link| {
        let (agreed, row) = (link.agreed.get("city"), link.row_fields.get("City"));
        let (at, synced, spelled) = (link.row_at, link.synced_at, &link.spelled);
        format!(
            "agreed {agreed:?}, row {row:?} of {at:?}, spelled {spelled:?}, {:?}, equal at {synced:?}",
            link.standing
        )
    }))
}

fn tags(value: &Value) -> BTreeSet<String> {
    let tags = value.as_array().into_iter().flatten();
    tags.filter_map(|tag| tag.as_str().map(str::to_lowercase)).collect()
}

fn options(row: &Value) -> BTreeSet<String> {
    let options = row["properties"]["Tags"]["multi_select"].as_array().into_iter().flatten();
    options.filter_map(|one| one["name"].as_str().map(str::to_lowercase)).collect()
}

/// The shop of the day.
struct Shop {
    vendor: RepairShoprSandbox,
    outside: HttpTransport,
    ids: Vec<u64>,
}

impl Shop {
    async fn open(house: &Tables, day: Day) -> Result<Self> {
        let settings = RepairShoprSettings {
            customers: day.customers,
            requests_per_minute: 100_000,
            ..RepairShoprSettings::default()
        };
        let vendor = RepairShoprSandbox::start(settings, crate::clock()).await?;
        let words = ["connect", "repairshopr", "--subdomain", vendor.subdomain(), "--url"];
        let url = vendor.url();
        house.run_with(&[&words[..], &[&url]].concat(), vendor.key())?;
        let outside = HttpTransport::new(HttpSettings::default())?;
        let mut shop = Self { vendor, outside, ids: Vec::new() };
        let told = shop.call(Method::Get, "/api/v1/customers", Value::Null).await?;
        let customers = told["customers"].as_array().context("customers")?;
        // The first one stands for whoever walks in.
        shop.ids =
            customers.iter().filter_map(|one| one["id"].as_u64()).filter(|id| *id > 1).collect();
        ensure!(!shop.ids.is_empty(), "the shop has no customers");
        Ok(shop)
    }

    /// Somebody changes a customer at the shop, as often as it takes.
    async fn edit(&self, which: usize, town: &str) -> Result<()> {
        let path = format!("/api/v1/customers/{}", self.ids[which % self.ids.len()]);
        for _ in 0..TRIES {
            if self.call(Method::Put, &path, json!({ "city": town })).await.is_ok() {
                return Ok(());
            }
        }
        anyhow::bail!("the shop takes no edit")
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        let url = format!("{}{path}", self.vendor.url());
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request { method, url, headers: Vec::new(), body: body.into() }
            .with_header("authorization", self.vendor.key())
            .with_header("content-type", "application/json");
        let answer = self.outside.send(request).await?;
        ensure!(answer.status == 200, "{path} was answered {}", answer.status);
        Ok(serde_json::from_slice(&answer.body)?)
    }
}
