//! Puts the hub together: which store, which sources, which destinations, which doors.

use std::{path::Path, sync::Arc, time::Duration};

use connectors::{highlevel::HighLevel, notion::ActivityLog};
use domain::{
    Actor, Clock, ConnectionId, Destination, Mapping, Organization, OrganizationId, Organizations,
    SecretSealer, SubscriptionNotary, crm::Crm,
};
use endpoint::http::HttpTransport;
use engine::{Hub, Parts};
use highlevel::webhook::PublicKeys;
use jiff::Timestamp;
use mcp::books::StoreBooks;
use store::Sqlite;
use tokio::task::JoinSet;
use web::{Listener, Server, Site};

use crate::{
    assistants::{self, HubAssistants, HubHouse},
    broker::{self, HighLevelBroker},
    clock::{self, Timer},
    consents::{self, HubConsents},
    disk_watch, doors,
    entry::{self, Entry},
    failure::Failure,
    installation::HubInstallation,
    installs::InstallStage,
    linking::{self, Links},
    master_keys,
    monitor::Monitor,
    port, proxy,
    sealer::Sealer,
    set_up::HubSetUp,
    settings::{self, Settings},
    shop::{self, ShopStage},
    subscriptions::{self, Needs},
    sync,
};

/// The client of the Notion API that the binary uses.
pub(crate) type NotionClient = notion::Client<HttpTransport, Timer>;

/// How long the stages may take at the end. What they cannot finish by then is taken up by the next
/// start, as after a crash.
const LAST_STEPS: Duration = Duration::from_secs(5);

/// How long closing the store may take: what is durable by then stays so, and the rest was not answered.
const LAST_COMMITS: Duration = Duration::from_secs(2);

/// A hub that serves.
pub(crate) struct Running {
    pub(crate) hub: Hub<Sqlite>,
    pub(crate) store: Sqlite,
    server: Server,
    broker: HighLevelBroker,
    watches: JoinSet<()>,
}

impl Running {
    /// The address of the hub.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The socket it listens on.
    pub(crate) fn listener(&self) -> Listener {
        self.server.listener()
    }

    /// Takes no more events, finishes what is under way, closes the store, and only then stops
    /// answering. Whatever clients and vendors do, it takes less than ten seconds.
    pub(crate) async fn stop(self) {
        let Self { hub, store, mut server, broker, watches } = self;
        drop(watches);
        let stages = tokio::time::timeout(LAST_STEPS, hub.stop());
        let (_, stages) = tokio::join!(server.drain(), stages);
        if stages.is_err() {
            tracing::warn!("a stage was cut off; the next start takes up what it was doing");
        }
        // A new pair of tokens that is on its way is stored before the store closes.
        let settled = tokio::time::timeout(LAST_COMMITS, broker.settle()).await;
        if settled.is_err() {
            tracing::warn!("a refresh of tokens was cut off; the next start repeats it");
        }
        drop(broker);
        // The store waits for its threads: the last commits are written, and the lock is let go of.
        let closed = tokio::task::spawn_blocking(move || drop(store));
        if tokio::time::timeout(LAST_COMMITS, closed).await.is_err() {
            tracing::error!("the store does not close; check the disk of the data folder");
        }
        server.stop().await;
    }
}

/// Starts the hub that the settings describe, on an address of its own.
pub(crate) async fn start(settings: &Settings) -> Result<Running, Failure> {
    enter(settings, Entry::Alone).await
}

/// Starts the hub that the settings describe, by this entry.
pub(crate) async fn enter(settings: &Settings, entry: Entry) -> Result<Running, Failure> {
    let clock = clock::system();
    let highlevel = highlevel_source(settings)?;
    let disk = store::Disk::new(&settings.data_dir, settings.server.reserve()?);
    // What would end this start is found before anything is opened.
    activity_log(settings)?;
    let (mut server, store) = entry::open(settings, entry, &clock).await?;
    let works = works(settings, &store, &clock).await?;
    let Works { hub, sealer, broker, notary, teller, mappings, monitor, shops } = works;
    let ground =
        Ground { settings, store: &store, sealer: &sealer, broker: &broker, clock: &clock };
    let mut watches = JoinSet::new();
    watches.spawn(disk_watch::run(disk, server.health()));
    watches.spawn(broker::tend(broker.clone()));
    watches.spawn(InstallStage::open(settings, &store, &sealer, broker.clone())?.run());
    watches.spawn(subscriptions::look_after(teller));
    let crm = port::highlevel(settings, &broker, &store, &clock);
    if let Some(stage) = ShopStage::open(settings, &store, (crm, shops))? {
        watches.spawn(stage.run());
    }
    if let Some(monitor) = monitor {
        watches.spawn(monitor.run());
    }
    let own_url = format!("http://{}", server.address());
    let services = web::Services { mappings, ..ground.services(notary, &own_url)? };
    let site = Site {
        intake: hub.intake(),
        store: store.clone(),
        doors: doors::all(&(Arc::new(highlevel) as _)),
        services,
        clock,
    };
    server.open(site).map_err(|source| {
        Failure::user("open the doors", "report this as a bug").because(source)
    })?;
    Ok(Running { hub, store, server, broker, watches })
}

/// The stages of a hub, with what they work by.
struct Works {
    hub: Hub<Sqlite>,
    sealer: Arc<dyn SecretSealer>,
    broker: HighLevelBroker,
    notary: Arc<dyn SubscriptionNotary>,
    teller: Arc<subscriptions::Teller>,
    mappings: Arc<[Mapping]>,
    monitor: Option<Monitor>,
    shops: shop::Clients,
}

/// Starts the stages of the hub that the settings describe.
async fn works(
    settings: &Settings,
    store: &Sqlite,
    clock: &Arc<dyn Clock>,
) -> Result<Works, Failure> {
    let highlevel = highlevel_source(settings)?;
    let (notion, activity_log) = activity_log(settings)?;
    let keyring = master_keys::open_for_hub(settings, store).await?;
    let sealer: Arc<dyn SecretSealer> = Arc::new(Sealer::new(keyring));
    let broker = broker::open(settings, store, Arc::clone(&sealer), Actor::Hub)?;
    add_default_organization(store, clock.now()).await?;
    let connection = ConnectionId::new(doors::NOTION);
    let needs = Needs { settings, store, sealer: Arc::clone(&sealer), clock };
    let (notary, teller) = (needs.notary()?, needs.teller()?);
    let ground = Ground { settings, store, sealer: &sealer, broker: &broker, clock };
    let monitor = Monitor::open(settings, notion.clone(), (store, clock))?;
    let Links { mappings, mut destinations, mut delivery, watching } =
        linking::links(&ground, notion).await?;
    delivery.insert(connection.clone(), settings.notion.delivery());
    destinations.extend(activity_log.clone().map(|log| (connection.clone(), log)));
    let shops = shop::clients(settings, store, &sealer, Actor::Hub)?;
    let hub = Hub::start(Parts {
        store: store.clone(),
        sources: doors::sources(&highlevel),
        rules: doors::rules(settings, clock.now())?,
        doors: doors::door_settings(settings, Arc::clone(&sealer)),
        mappings: Arc::clone(&mappings),
        watching,
        activity_log: activity_log.is_some().then_some(connection),
        delivery,
        destinations,
        subscriber: Some((Arc::clone(&teller) as _, settings.subscriptions.delivery())),
        report_deviations: settings.webhook.check_contract == settings::CheckContract::Report,
        retention: settings.retention.limits(),
        pull: Some(sync::pull(settings, store, (&broker, &shops))?),
        clock: Arc::clone(clock),
    })
    .await?;
    Ok(Works { hub, sealer, broker, notary, teller, mappings, monitor, shops })
}

/// A hub that takes nothing in, for a command that needs its stages where no hub runs.
pub(crate) struct Working {
    pub(crate) store: Sqlite,
    hub: Hub<Sqlite>,
    broker: HighLevelBroker,
}

impl Working {
    /// Starts the stages on the data folder, making it where it is missing.
    pub(crate) async fn start(settings: &Settings) -> Result<Self, Failure> {
        let clock = clock::system();
        let store = Sqlite::open(&settings.data_dir, Arc::clone(&clock))?;
        let Works { hub, broker, .. } = works(settings, &store, &clock).await?;
        Ok(Self { store, hub, broker })
    }

    /// Ends the stages after what they are doing; the next start takes up the rest.
    pub(crate) async fn stop(self) {
        let Self { store, hub, broker } = self;
        let ended = tokio::time::timeout(LAST_STEPS, async {
            hub.stop().await;
            broker.settle().await;
        });
        if ended.await.is_err() {
            tracing::warn!("a stage was cut off; the next start takes up what it was doing");
        }
        drop(broker);
        // A thread that closes a file must not end with the program.
        let closed = tokio::task::spawn_blocking(move || drop(store));
        if tokio::time::timeout(LAST_COMMITS, closed).await.is_err() {
            tracing::error!("the store does not close; check the disk of the data folder");
        }
    }
}

/// What the services behind the routes rest on.
pub(crate) struct Ground<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) store: &'a Sqlite,
    pub(crate) sealer: &'a Arc<dyn SecretSealer>,
    pub(crate) broker: &'a HighLevelBroker,
    pub(crate) clock: &'a Arc<dyn Clock>,
}

impl Ground<'_> {
    /// Every service; `own_url` is where this machine reaches the hub.
    fn services(
        &self,
        notary: Arc<dyn SubscriptionNotary>,
        own_url: &str,
    ) -> Result<web::Services, Failure> {
        let Self { settings, store, sealer, broker, clock } = *self;
        let consents = consents::desk(settings, store, Arc::clone(sealer))?;
        let hands = (Arc::clone(sealer), broker.clone());
        let installation = HubInstallation::new(settings, store.clone(), Arc::clone(clock));
        let crm = port::highlevel(settings, broker, store, clock);
        let assistants = HubAssistants::new(settings, self.house(&crm)?, (own_url, clock))?;
        Ok(web::Services {
            assistants: Some(Arc::new(assistants)),
            consents: Some(Arc::new(HubConsents::of_hub(settings, consents)?)),
            mappings: Arc::default(),
            crm: Some(crm),
            proxy: Some(proxy::highlevel(settings, store, (broker, clock))?),
            browser_proxy: proxy::browser(settings, store, (sealer, clock))?,
            subscriptions: Some(notary),
            queries: Some(Arc::new(store.clone())),
            set_up: Some(Arc::new(HubSetUp::new(settings, store, hands, own_url)?)),
            installation: Some(Arc::new(installation)),
        })
    }
}

impl Ground<'_> {
    /// What the tools of assistants work in.
    fn house(&self, crm: &Arc<dyn Crm>) -> Result<HubHouse, Failure> {
        let Self { settings, store, broker, clock, .. } = *self;
        let clients = Arc::new(port::clients(settings, broker, store));
        let (crm, clock) = (Arc::clone(crm), Arc::clone(clock));
        let sources = sources(settings)?;
        let books = StoreBooks::new(store.clone(), sources, Arc::clone(&crm), Arc::clone(&clock));
        Ok(HubHouse::new(assistants::Rooms {
            store: store.clone(),
            locations: Arc::clone(&clients) as _,
            clients,
            crm,
            books: Arc::new(books),
            clock,
        }))
    }
}

/// The organization that a command is about where nothing names another.
pub(crate) fn default_organization() -> OrganizationId {
    engine::administration::first_organization()
}

pub(crate) async fn add_default_organization(
    store: &Sqlite,
    now: Timestamp,
) -> Result<(), Failure> {
    let (id, name) = (default_organization(), "Default".to_owned());
    // At every start but the first it is there already.
    store.add_organization(Organization { id, name, created_at: now }).await?;
    Ok(())
}

/// Opens a data folder to look at it, and who can read its events.
pub(crate) fn open_to_read(
    settings: &Settings,
    folder: &Path,
) -> Result<(Sqlite, engine::Sources), Failure> {
    let store = Sqlite::open_to_read(folder)?;
    Ok((store, sources(settings)?))
}

/// Who can read events.
pub(crate) fn sources(settings: &Settings) -> Result<engine::Sources, Failure> {
    Ok(engine::Sources::new(doors::sources(&highlevel_source(settings)?)))
}

fn highlevel_source(settings: &Settings) -> Result<HighLevel, Failure> {
    let public_keys = match settings.webhook.public_keys.as_slice() {
        [] => PublicKeys::published(),
        keys => PublicKeys::parse(keys.iter().map(String::as_str)).map_err(|source| {
            Failure::user("read webhook.public_keys", "correct the key").because(source)
        })?,
    };
    Ok(HighLevel::new(connectors::highlevel::Settings {
        public_keys,
        application_url: settings.highlevel.application_url.clone(),
    }))
}

/// The client of Notion, and the activity log.
type ByNotion = (Option<NotionClient>, Option<Arc<dyn Destination>>);

/// The client of Notion and the activity log by it; none where Notion is switched off, and no log where
/// Notion keeps tables only.
fn activity_log(settings: &Settings) -> Result<ByNotion, Failure> {
    let notion = &settings.notion;
    let has_tables = !settings.sync.mapping_file.as_os_str().is_empty();
    match (notion.token.is_empty(), notion.activity_log.is_empty()) {
        (true, _) => Ok((None, None)),
        (false, true) if has_tables => Ok((Some(notion_client(notion)?), None)),
        (false, true) => Err(Failure::user(
            "use Notion: notion.activity_log is not set",
            "run `highwire notion init --parent PAGE` once and set what it prints",
        )),
        (false, false) => {
            let client = notion_client(notion)?;
            let log = ActivityLog::new(client.clone(), &notion.activity_log);
            Ok((Some(client), Some(Arc::new(log))))
        }
    }
}

/// A client of the configured Notion connection.
pub(crate) fn notion_client(settings: &settings::Notion) -> Result<NotionClient, Failure> {
    let transport = HttpTransport::new(endpoint::http::Settings {
        call_timeout: Duration::from_secs(65), // Notion works up to 60 s before it answers 504.
        ..endpoint::http::Settings::default()
    })
    .map_err(|source| Failure::user("prepare HTTPS", "see the line above").because(source))?;
    let settings = notion::Settings {
        base_url: settings.url.clone(),
        token: settings.token.clone(),
        requests_per_minute: settings.requests_per_minute,
        ..notion::Settings::default()
    };
    Ok(NotionClient::new(transport, Timer, settings))
}
