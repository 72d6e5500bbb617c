//! The port over a real store and a simulated HighLevel that allows more calls than a test makes.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context, Result};
use connectors::highlevel::port::Port;
use domain::{
    Actor, ApiKeyId, ChangeSetId, ChangeSets, Clock, ConnectionId, NewChangeSet, OrganizationId,
    Realm, Tenant, UndoItem, UndoReport, Write,
    crm::{Behalf, Contact, Crm, CrmContacts, PageWish, WriteCause},
};
use e2e::{OneLocation, Runtime};
use endpoint::{
    Timer,
    http::{HttpTransport, Settings as HttpSettings},
};
use engine::undo::{Order, Undo};
use highlevel::{
    Client, ContactId, LocationId, auth::PrivateToken, models::ContactFields,
    resources::UpdateContact,
};
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits};
use store::{Commit, CutOff, Sqlite};

/// Ends the process at the nth half of a commit.
struct Nth(AtomicUsize);

impl CutOff for Nth {
    fn is_cut_at(&self, _: Commit) -> bool {
        self.0.fetch_sub(1, Ordering::SeqCst) == 1
    }
}

/// The port, its store and its vendor.
pub(crate) struct House {
    pub(crate) vendor: HighLevelSandbox,
    pub(crate) store: Sqlite,
    pub(crate) port: Arc<Port<Sqlite, HttpTransport, Runtime>>,
    client: Client<HttpTransport, Runtime>,
    clock: Arc<dyn Clock>,
    folder: tempfile::TempDir,
}

impl House {
    pub(crate) async fn open(contacts: usize) -> Result<Self> {
        Self::with(contacts, None).await
    }

    /// One whose process ends at the commit with this number, from 1: halves of a commit count.
    pub(crate) async fn until(contacts: usize, commit: usize) -> Result<Self> {
        Self::with(contacts, Some(Arc::new(Nth(AtomicUsize::new(commit))))).await
    }

    async fn with(contacts: usize, plan: Option<Arc<dyn CutOff>>) -> Result<Self> {
        let settings = HighLevelSettings {
            contacts,
            rate_limits: RateLimits::generous(),
            ..HighLevelSettings::default()
        };
        let clock: Arc<dyn Clock> = Arc::new(|| Runtime.now());
        let vendor = HighLevelSandbox::start(settings, e2e::clock()).await?;
        let location = LocationId::new(vendor.location_id());
        let settings = highlevel::Settings {
            base_url: vendor.url(),
            requests_per_window: 1_000_000,
            requests_per_day: 100_000_000,
            retries: 0,
            ..highlevel::Settings::default()
        };
        let client = Client::new(
            HttpTransport::new(HttpSettings::default())?,
            Runtime,
            Arc::new(PrivateToken::new(vendor.token())),
            location,
            settings,
        );
        let folder = tempfile::tempdir()?;
        let store = open(folder.path(), &clock, plan)?;
        let port = port(&vendor, &client, (&store, &clock));
        Ok(Self { vendor, store, port, client, clock, folder })
    }

    /// The next process on the same folder.
    pub(crate) fn again(self) -> Result<Self> {
        let Self { vendor, store, port: former, client, clock, folder } = self;
        drop((store, former));
        let store = open(folder.path(), &clock, None)?;
        let port = port(&vendor, &client, (&store, &clock));
        Ok(Self { vendor, store, port, client, clock, folder })
    }

    /// Who writes, in this set or in sets of their own.
    pub(crate) fn behalf(&self, change_set: Option<&ChangeSetId>) -> Behalf {
        Behalf {
            tenant: owner(),
            account: None,
            actor: Actor::Key(ApiKeyId::new("tester")),
            cause: change_set.cloned().map_or(WriteCause::Alone, WriteCause::Set),
        }
    }

    /// A new set for this cause.
    pub(crate) async fn set(&self, cause: &str) -> Result<ChangeSetId> {
        let set = NewChangeSet {
            tenant: owner(),
            cause: cause.to_owned(),
            actor: Actor::Installation,
            title: cause.to_owned(),
            undoes: None,
            at: self.clock.now(),
        };
        Ok(self.store.join(set).await?.id)
    }

    /// Every contact as HighLevel has it, by its id.
    pub(crate) async fn contacts(&self) -> Result<BTreeMap<String, Contact>> {
        let mut found = BTreeMap::new();
        let mut cursor = None;
        loop {
            let wish = PageWish { limit: 100, cursor, fresh: true };
            let page = self.port.contacts(&self.behalf(None), &Default::default(), &wish).await?;
            for row in page.items {
                let id = row.item.id;
                let read = self.port.contact(&self.behalf(None), &id, true).await?;
                found.insert(id, read.item);
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// Changes a contact past the hub, as a person does who works in HighLevel.
    pub(crate) async fn edit(&self, id: &str, fields: ContactFields) -> Result<()> {
        self.client.call(&UpdateContact::new(ContactId::new(id), fields)).await?;
        Ok(())
    }

    pub(crate) fn client(&self) -> Client<HttpTransport, Runtime> {
        self.client.clone()
    }

    pub(crate) fn undoing(&self) -> Undo<Sqlite> {
        let crm: Arc<dyn Crm> = Arc::clone(&self.port) as _;
        Undo::new(self.store.clone(), crm, Arc::clone(&self.clock))
    }

    pub(crate) async fn undo(&self, set: &ChangeSetId, is_preview: bool) -> Result<UndoReport> {
        let order = Order {
            realm: &Realm::Connection(owner()),
            actor: Actor::Installation,
            is_preview,
            progress: &|_, _| {},
        };
        Ok(self.undoing().run(set, order).await?)
    }

    pub(crate) async fn writes(&self, set: &ChangeSetId) -> Result<Vec<Write>> {
        Ok(self.store.writes(&Realm::Installation, set, 0, 10_000).await?)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is a trial of crashes")]
fn open(folder: &Path, clock: &Arc<dyn Clock>, plan: Option<Arc<dyn CutOff>>) -> Result<Sqlite> {
    Ok(match plan {
        Some(plan) => Sqlite::open_to_be_cut_off(folder, Arc::clone(clock), plan)?,
        None => Sqlite::open(folder, Arc::clone(clock))?,
    })
}

fn port(
    vendor: &HighLevelSandbox,
    client: &Client<HttpTransport, Runtime>,
    (store, clock): (&Sqlite, &Arc<dyn Clock>),
) -> Arc<Port<Sqlite, HttpTransport, Runtime>> {
    let location = LocationId::new(vendor.location_id());
    let clients = Arc::new(OneLocation { tenant: owner(), client: client.clone(), location });
    Arc::new(Port::new(store.clone(), clients, Arc::clone(clock)))
}

/// What a report says of a record.
pub(crate) fn item<'a>(report: &'a UndoReport, record: &str) -> Result<&'a UndoItem> {
    let is_it = |item: &&UndoItem| item.record.as_deref() == Some(record);
    report.items.iter().find(is_it).with_context(|| format!("{record} in {report:?}"))
}

/// Whose CRM it is.
pub(crate) fn owner() -> Tenant {
    Tenant {
        organization: OrganizationId::new("alpha"),
        connection: ConnectionId::new("alpha-highlevel"),
    }
}
