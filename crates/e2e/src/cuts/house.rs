//! Both vendors of the trial, and hubs on one data folder between them.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use anyhow::{Context, Result, anyhow};
use connectors::{
    RowEvents, RunEvents,
    highlevel::{HighLevel, HighLevelLists, Settings as SourceSettings, port::Port},
    notion::rows::NotionRows,
};
use domain::{
    ConnectionId, Counterpart, Direction, Entity, Links, MappedField, Mapping, NewRows, OnDelete,
    Only, OrganizationId, Organizations, Outbox, RowReader, RunKind, RunScope, RunState, Source,
    SyncRun, SyncRuns, Tenant, ValueKind, Wins,
};
use endpoint::{
    Method, Secret,
    http::{HttpTransport, Settings as HttpSettings},
};
use engine::{Hub, Linking, LinkingParts, Parts, PullParts, Timetable, Watching};
use highlevel::{LocationId, auth::PrivateToken, webhook::PublicKeys};
use sandbox::{
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits},
    notion::{NotionSandbox, NotionSettings},
};
use serde_json::{Value, json};
use store::{CutOff, OpenError, Sqlite};

use super::{PEOPLE, Plan};
use crate::{Editor, OneLocation, Runtime};

/// How often a running hub is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Both vendors, and the folder.
pub(super) struct House {
    highlevel: HighLevelSandbox,
    notion: NotionSandbox,
    folder: tempfile::TempDir,
    mapping: Mapping,
    editor: Editor,
}

fn tenant() -> Tenant {
    Tenant {
        organization: OrganizationId::new("default"),
        connection: ConnectionId::new("highlevel"),
    }
}

impl House {
    pub(super) async fn open() -> Result<Self> {
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
        let (folder, editor) = (tempfile::tempdir()?, Editor::new()?);
        Ok(Self { highlevel, notion, folder, mapping, editor })
    }

    /// Opens the data folder. The hub before is let go of by its tasks one after the other.
    pub(super) async fn store(&self, plan: Option<Arc<Plan>>) -> Result<Sqlite> {
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

    pub(super) async fn hub(&self, store: &Sqlite) -> Result<Hub<Sqlite>> {
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
        let one = Arc::new(OneLocation { tenant: tenant(), client, location });
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
        let watched = (Arc::new(self.mapping.clone()), rows as Arc<dyn RowReader>);
        Ok(Hub::start(Parts {
            sources: sources(),
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
    pub(super) async fn read_lists(&self, store: &Sqlite, kind: RunKind) -> Result<()> {
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
    pub(super) async fn edit(&self) -> Result<()> {
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
    pub(super) async fn until_equal(&self, store: &Sqlite, pairs: usize) -> Result<()> {
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
    pub(super) async fn differences(&self) -> Result<Vec<String>> {
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
        self.editor.at_highlevel(&self.highlevel, method, path, body).await
    }
}

/// Who can read what comes in.
fn sources() -> Vec<Arc<dyn Source>> {
    let vendor = HighLevel::new(SourceSettings {
        public_keys: PublicKeys::published(),
        application_url: "https://app.example".to_owned(),
    });
    let rows = RowEvents::new(connectors::notion::rows::EVENTS, "notion");
    vec![Arc::new(vendor.snapshots()), Arc::new(vendor), Arc::new(rows), Arc::new(RunEvents)]
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
