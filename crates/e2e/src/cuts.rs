//! A sync whose hub ends at a commit: it is started again, and both sides have to be as if it never had.
//!
//! Every commit that the store comes to is a crash point, before and after it is on the disk. They are
//! listed by a day without a crash, and then the same day is lived through once for each of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use connectors::{
    highlevel::{
        HighLevel, HighLevelLists, Locations, Settings as SourceSettings,
        port::{Clients, Connected, Port},
    },
    notion::rows::NotionRows,
};
use domain::{
    BoxFuture, ConnectionId, Counterpart, Direction, Entity, Links, ListError, ListScope,
    MappedField, Mapping, NewRows, OnDelete, Only, OrganizationId, Organizations, Outbox,
    RowReader, RunKind, RunScope, RunState, Source, SyncRun, SyncRuns, Tenant, ValueKind, Wins,
    crm::Answer,
};
use endpoint::{
    Method, Request, Secret, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use engine::{Hub, Linking, LinkingParts, Parts, PullParts, Timetable, Watching};
use highlevel::{LocationId, auth::PrivateToken, webhook::PublicKeys};
use sandbox::{
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits},
    notion::{NotionSandbox, NotionSettings},
};
use serde_json::{Value, json};
use store::{Commit, CutOff, OpenError, Sqlite};

use crate::Runtime;

/// How many contacts there are from the start.
const PEOPLE: usize = 3;

/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a running hub is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A crash point, and which of its occurrences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// The commit.
    pub commit: Commit,
    /// Its number among those alike, from 1.
    pub number: usize,
}

/// Counts the commits, and ends the store at one.
#[derive(Default)]
struct Plan {
    at: Option<Cut>,
    met: Mutex<BTreeMap<Commit, usize>>,
    is_cut: AtomicBool,
}

impl CutOff for Plan {
    fn is_cut_at(&self, commit: Commit) -> bool {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let number = met.entry(commit).or_default();
        *number += 1;
        let is_it = self.at == Some(Cut { commit, number: *number });
        if is_it {
            self.is_cut.store(true, Ordering::SeqCst);
        }
        is_it
    }
}

/// How a day with one crash ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Whether the crash point was met.
    pub was_met: bool,
    /// How often each commit was come to.
    pub met: BTreeMap<Commit, usize>,
    /// What is not as it has to be.
    pub differences: Vec<String>,
}

/// Lives through a day with a crash at this point; without one where there is none.
///
/// # Errors
/// Where the vendors do not start, or the hub does not come to rest.
pub async fn live(cut: Option<Cut>) -> Result<Ended> {
    let house = House::open().await?;
    let plan = Arc::new(Plan { at: cut, ..Plan::default() });
    let mut day = Day::default();
    let mut left = Some(Arc::clone(&plan));
    loop {
        let store = house.store(left.take()).await?;
        let hub = match house.hub(&store).await {
            Ok(hub) => hub,
            Err(_) if plan.is_cut.load(Ordering::SeqCst) => continue,
            Err(error) => return Err(error),
        };
        let ended = tokio::time::timeout(PATIENCE, day.go_on(&house, &store)).await;
        drop(hub);
        drop(store);
        match ended {
            Ok(Ok(())) => break,
            Ok(Err(error)) if !day.survives(&plan) => return Err(error),
            Err(_) if !day.survives(&plan) => {
                anyhow::bail!("the hub does not come to rest: {:?}", house.differences().await?)
            }
            // A hub whose store is gone cannot go on; the next one does.
            _ => {}
        }
    }
    let met = plan.met.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let was_met = plan.is_cut.load(Ordering::SeqCst);
    Ok(Ended { was_met, met, differences: house.differences().await? })
}

/// The crash points of a day, from what it came to: of each commit the first, the middle and the last.
#[must_use]
pub fn points(met: &BTreeMap<Commit, usize>) -> Vec<Cut> {
    let of = |(commit, count): (&Commit, &usize)| {
        let numbers = BTreeSet::from([1, count.div_ceil(2), *count]);
        let commit = *commit;
        numbers.into_iter().map(move |number| Cut { commit, number })
    };
    met.iter().flat_map(of).collect()
}

/// How far a day has come. What people did is not done again after a crash.
#[derive(Debug, Default)]
struct Day {
    step: usize,
    has_crashed: bool,
}

impl Day {
    /// Whether the end of a hub was the crash that was asked for, which counts once.
    fn survives(&mut self, plan: &Plan) -> bool {
        let is_first = plan.is_cut.load(Ordering::SeqCst) && !self.has_crashed;
        self.has_crashed |= is_first;
        is_first
    }

    async fn go_on(&mut self, house: &House, store: &Sqlite) -> Result<()> {
        if self.step == 0 {
            house.read_lists(store, RunKind::Backfill).await?;
            house.until_equal(store, PEOPLE).await?;
            self.step = 1;
        }
        if self.step == 1 {
            house.edit().await?;
            self.step = 2;
        }
        if self.step == 2 {
            house.read_lists(store, RunKind::Reconcile).await?;
            house.until_equal(store, PEOPLE + 1).await?;
            self.step = 3;
        }
        Ok(())
    }
}

struct House {
    highlevel: HighLevelSandbox,
    notion: NotionSandbox,
    folder: tempfile::TempDir,
    mapping: Mapping,
    outside: HttpTransport,
}

/// The one location.
struct One(highlevel::Client<HttpTransport, Runtime>, LocationId);

impl Clients<HttpTransport, Runtime> for One {
    fn client<'a>(
        &'a self,
        _: &'a Tenant,
        _: Option<&'a str>,
    ) -> Answer<'a, Connected<HttpTransport, Runtime>> {
        let connected = Connected { client: self.0.clone(), location: self.1.clone() };
        Box::pin(std::future::ready(Ok(connected)))
    }

    fn connections<'a>(&'a self, _: &'a OrganizationId) -> Answer<'a, Vec<Tenant>> {
        Box::pin(std::future::ready(Ok(vec![tenant()])))
    }
}

impl Locations for One {
    fn locations(&self) -> BoxFuture<'_, Result<Vec<ListScope>, ListError>> {
        let account = Some(self.1.to_string());
        Box::pin(std::future::ready(Ok(vec![ListScope { tenant: tenant(), account }])))
    }
}

fn tenant() -> Tenant {
    Tenant {
        organization: OrganizationId::new("default"),
        connection: ConnectionId::new("highlevel"),
    }
}

impl House {
    async fn open() -> Result<Self> {
        let settings = HighLevelSettings {
            contacts: PEOPLE,
            other_contacts: 0,
            opportunities: 0,
            rate_limits: RateLimits::generous(),
            ..HighLevelSettings::default()
        };
        let highlevel = HighLevelSandbox::start(settings, crate::clock()).await?;
        let settings = NotionSettings { requests_per_minute: 100_000, ..NotionSettings::default() };
        let notion = NotionSandbox::start(settings, crate::clock()).await?;
        let columns = json!({
            "Name": { "title": {} }, "E-mail": { "email": {} }, "City": { "rich_text": {} },
            "Tags": { "multi_select": {} }, "HighLevel ID": { "rich_text": {} },
        });
        let body = json!({
            "parent": { "type": "page_id", "page_id": notion.parent_page_id() },
            "title": [{ "text": { "content": "People" } }],
            "initial_data_source": { "properties": columns },
        });
        let made =
            notion.act("POST", "/v1/databases", &body).map_err(|problem| anyhow!(problem))?;
        let table = made["data_sources"][0]["id"].as_str().context("a table")?;
        let mapping = mapping(table, highlevel.location_id());
        let (folder, outside) =
            (tempfile::tempdir()?, HttpTransport::new(HttpSettings::default())?);
        Ok(Self { highlevel, notion, folder, mapping, outside })
    }

    /// Opens the data folder. The hub before is let go of by its tasks one after the other.
    async fn store(&self, plan: Option<Arc<Plan>>) -> Result<Sqlite> {
        let clock = || -> Arc<dyn domain::Clock> {
            let clock = crate::clock();
            Arc::new(move || clock.now())
        };
        for _ in 0..500 {
            #[expect(clippy::disallowed_methods, reason = "this is the trial of crashes")]
            let opened = match &plan {
                Some(plan) => {
                    let plan: Arc<dyn CutOff> = Arc::clone(plan) as _;
                    Sqlite::open_to_be_cut_off(self.folder.path(), clock(), plan)
                }
                None => Sqlite::open(self.folder.path(), clock()),
            };
            match opened {
                Err(OpenError::Busy { .. }) => tokio::time::sleep(LOOK).await,
                opened => return Ok(opened?),
            }
        }
        anyhow::bail!("the hub before does not let go of its folder")
    }

    async fn hub(&self, store: &Sqlite) -> Result<Hub<Sqlite>> {
        let organization = domain::Organization {
            id: tenant().organization,
            name: "Default".to_owned(),
            created_at: crate::clock().now(),
        };
        store.add_organization(organization).await?;
        let settings = highlevel::Settings {
            base_url: self.highlevel.url(),
            ..highlevel::Settings::default()
        };
        let token = Arc::new(PrivateToken::new(self.highlevel.token()));
        let location = LocationId::new(self.highlevel.location_id());
        let transport = || HttpTransport::new(HttpSettings::default());
        let client =
            highlevel::Client::new(transport()?, Runtime, token, location.clone(), settings);
        let one = Arc::new(One(client, location));
        let clock: Arc<dyn domain::Clock> = {
            let clock = crate::clock();
            Arc::new(move || clock.now())
        };
        let settings = notion::Settings {
            base_url: self.notion.url(),
            token: Secret::new(self.notion.token()),
            requests_per_minute: 100_000,
            ..notion::Settings::default()
        };
        let client = notion::Client::new(transport()?, Runtime, settings);
        let rows = Arc::new(NotionRows::new(client, Runtime, "https://app.example"));
        let mappings: Arc<[Mapping]> = [self.mapping.clone()].into();
        let counterpart: Arc<dyn Counterpart> = Arc::clone(&rows) as _;
        let linking = Linking::new(LinkingParts {
            store: store.clone(),
            crm: Arc::new(Port::new(store.clone(), Arc::clone(&one) as _, Arc::clone(&clock))),
            counterparts: [(self.mapping.counterpart.clone(), counterpart)].into(),
            mappings: Arc::clone(&mappings),
            queries: None,
            clock: Arc::clone(&clock),
        });
        let reach = (Arc::clone(&one) as _, one as _);
        let lists = HighLevelLists::new(store.clone(), reach, Runtime);
        let vendor = HighLevel::new(SourceSettings {
            public_keys: PublicKeys::published(),
            application_url: "https://app.example".to_owned(),
        });
        let snapshots: Arc<dyn Source> = Arc::new(vendor.snapshots());
        let mut sources: Vec<Arc<dyn Source>> = vec![Arc::new(vendor), snapshots];
        sources
            .push(Arc::new(connectors::RowEvents::new(connectors::notion::rows::EVENTS, "notion")));
        let watched = (Arc::new(self.mapping.clone()), rows as Arc<dyn RowReader>);
        Ok(Hub::start(Parts {
            sources,
            destinations: [(self.mapping.destination(), Arc::new(linking) as _)].into(),
            mappings,
            watching: Watching {
                mappings: vec![watched],
                every: Duration::from_millis(200),
                process: "hub".to_owned(),
            },
            pull: Some(PullParts {
                lists: vec![Arc::new(lists)],
                timetable: Timetable { every: None, window: None },
                process: "hub".to_owned(),
            }),
            ..Parts::new(store.clone(), clock)
        })
        .await?)
    }

    /// Reads all lists once more, and waits until it is done.
    async fn read_lists(&self, store: &Sqlite, kind: RunKind) -> Result<()> {
        let scope = RunScope {
            vendor: "highlevel".to_owned(),
            tenant: tenant(),
            account: Some(self.highlevel.location_id().to_owned()),
        };
        let wanted = SyncRun { kind, ..SyncRun::asked(scope, None, crate::clock().now()) };
        let run = store.add_run(wanted).await?;
        loop {
            let now = store.run(&run.id).await?.context("the run is kept")?;
            match now.state {
                RunState::Done => return Ok(()),
                RunState::Failed => anyhow::bail!("the run failed: {:?}", now.problem),
                _ => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// What people do on both sides, none of which any webhook tells.
    async fn edit(&self) -> Result<()> {
        let rows = self.rows();
        let id = |row: &Value| crate::tables::cell(row, "HighLevel ID").context("its record");
        let body = json!({ "city": "Lyon" });
        self.at_highlevel(Method::Put, &format!("/contacts/{}", id(&rows[0])?), body).await?;
        let tags = json!({ "tags": ["moved"] });
        self.at_highlevel(Method::Post, &format!("/contacts/{}/tags", id(&rows[0])?), tags).await?;
        let text = |text: &str| json!({ "rich_text": [{ "text": { "content": text } }] });
        let page = rows[1]["id"].as_str().context("an id")?;
        let change = json!({ "properties": { "City": text("Oslo") } });
        self.act("PATCH", &format!("/v1/pages/{page}"), &change)?;
        let new = json!({
            "parent": { "data_source_id": self.mapping.table },
            "properties": { "E-mail": { "email": "new@example.com" }, "City": text("Graz") },
        });
        self.act("POST", "/v1/pages", &new)
    }

    fn act(&self, method: &str, path: &str, body: &Value) -> Result<()> {
        self.notion.act(method, path, body).map(|_| ()).map_err(|problem| anyhow!(problem))
    }

    fn rows(&self) -> Vec<Value> {
        self.notion.pages(&self.mapping.table)
    }

    /// Waits until so many pairs are equal and nothing is left to do.
    async fn until_equal(&self, store: &Sqlite, pairs: usize) -> Result<()> {
        let open = ["ready", "waiting", "started"];
        loop {
            let counts = store.action_counts().await?;
            let is_quiet =
                counts.iter().all(|(state, count)| *count == 0 || !open.contains(&state.name()));
            let organization = tenant().organization;
            let links = store.links(&organization, &self.mapping.name, 0, 99).await?.len();
            if is_quiet && links == pairs && self.differences().await?.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What is not equal, or there twice.
    async fn differences(&self) -> Result<Vec<String>> {
        let mut differences = Vec::new();
        let body = json!({ "locationId": self.highlevel.location_id(), "pageLimit": 100 });
        let found = self.at_highlevel(Method::Post, "/contacts/search", body).await?;
        let contacts = found["contacts"].as_array().context("contacts")?;
        let rows = self.rows();
        if rows.len() != contacts.len() {
            differences.push(format!("{} contacts and {} rows", contacts.len(), rows.len()));
        }
        let mut mails = BTreeSet::new();
        for contact in contacts {
            let id = contact["id"].as_str().context("an id")?;
            if !mails.insert(contact["email"].to_string()) {
                differences.push(format!("{} is there twice", contact["email"]));
            }
            let cell = crate::tables::cell;
            let own: Vec<_> = rows
                .iter()
                .filter(|row| cell(row, "HighLevel ID").as_deref() == Some(id))
                .collect();
            let [row] = own.as_slice() else {
                differences.push(format!("contact {id} has {} rows", own.len()));
                continue;
            };
            for (field, column) in [("city", "City"), ("email", "E-mail")] {
                let (one, other) = (contact[field].as_str(), cell(row, column));
                if one != other.as_deref() {
                    differences.push(format!("contact {id}: {field} {one:?} and {other:?}"));
                }
            }
            let tags = row["properties"]["Tags"]["multi_select"].as_array();
            let shown = tags.map_or(0, Vec::len);
            if contact["tags"].as_array().map_or(0, Vec::len) != shown {
                differences.push(format!("contact {id}: {} and {shown} tags", contact["tags"]));
            }
        }
        Ok(differences)
    }

    async fn at_highlevel(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        let url = format!("{}{path}", self.highlevel.url());
        let request = Request { method, url, headers: Vec::new(), body: body.to_string().into() }
            .with_header("authorization", format!("Bearer {}", self.highlevel.token()))
            .with_header("content-type", "application/json")
            .with_header("version", "2021-07-28");
        let answer = self.outside.send(request).await?;
        ensure!(matches!(answer.status, 200 | 201), "{path} was answered {}", answer.status);
        Ok(serde_json::from_slice(&answer.body)?)
    }
}

/// Contacts and rows, both ways.
fn mapping(table: &str, location: &str) -> Mapping {
    let field = |field: &str, column: &str, kind, wins| MappedField {
        field: field.to_owned(),
        column: column.to_owned(),
        kind,
        direction: Direction::Both,
        wins,
    };
    let types = [("E-mail", "email"), ("City", "rich_text"), ("Tags", "multi_select")];
    let types = types.map(|(column, kind)| (format!("type.{column}"), kind.to_owned()));
    Mapping {
        name: "people".to_owned(),
        tenant: tenant(),
        account: Some(location.to_owned()),
        counterpart: ConnectionId::new("notion"),
        vendor: "notion".to_owned(),
        table: table.to_owned(),
        entity: Entity::Contact,
        direction: Direction::Both,
        fields: vec![
            field("email", "E-mail", ValueKind::Email, Wins::Crm),
            field("city", "City", ValueKind::Text, Wins::LastWrite),
            field("tags", "Tags", ValueKind::List, Wins::Union),
        ],
        only: Only::default(),
        new_rows: NewRows::Create,
        on_delete: OnDelete::Keep,
        skew_seconds: 5,
        settings: types.into(),
    }
}
