//! A server over a simulated HighLevel and a store of its own, with the official client before it.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use connectors::highlevel::port::{Clients, Connected, Port};
use domain::{
    Actor, Clock, ConnectionId, OrganizationId, Realm, Tenant, UndoReport,
    crm::{Answer, Crm, CrmError},
};
use e2e::Runtime;
use endpoint::http::{HttpTransport, Settings as HttpSettings};
use engine::undo::Order;
use highlevel::{Client, LocationId, auth::PrivateToken};
use mcp::{
    Caller, McpServer, Mode, Place, Profile, Surface,
    books::{Books, StoreBooks},
    caps::Caps,
    safety::Safety,
    solo::{Rooms, SoloHouse},
    tool::every_kind,
};
use rmcp::{
    RoleClient, ServiceExt,
    model::{CallToolRequestParams, CallToolResult, JsonObject},
    service::{ClientServiceExt as _, RunningService},
};
use sandbox::{
    SandboxClock,
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits},
};
use serde_json::Value;
use store::Sqlite;
use tokio::task::JoinSet;

use crate::person::Person;

type VendorClient = Client<HttpTransport, Runtime>;

/// One client for the tenant of the tests.
struct One(VendorClient, LocationId);

impl Clients<HttpTransport, Runtime> for One {
    fn client<'a>(
        &'a self,
        asked: &'a Tenant,
        _: Option<&'a str>,
    ) -> Answer<'a, Connected<HttpTransport, Runtime>> {
        let connected = Connected { client: self.0.clone(), location: self.1.clone() };
        let refused = CrmError::NotConnected { hint: "connect it".to_owned() };
        let found = if *asked == tenant() { Ok(connected) } else { Err(refused) };
        Box::pin(std::future::ready(found))
    }

    fn connections<'a>(&'a self, _: &'a OrganizationId) -> Answer<'a, Vec<Tenant>> {
        Box::pin(std::future::ready(Ok(vec![tenant()])))
    }
}

/// A client before a server before a vendor.
pub(crate) struct House {
    pub(crate) vendor: HighLevelSandbox,
    pub(crate) store: Sqlite,
    pub(crate) client: RunningService<RoleClient, Person>,
    pub(crate) raw: VendorClient,
    books: Arc<dyn Books>,
    _serving: JoinSet<()>,
    _folder: tempfile::TempDir,
}

impl House {
    /// A house for this caller, before which nobody can be asked.
    pub(crate) async fn open(caller: Caller) -> Result<Self> {
        Self::open_before(caller, Person::absent()).await
    }

    /// A house for this caller, before which this person sits.
    pub(crate) async fn open_before(caller: Caller, person: Person) -> Result<Self> {
        let settings = HighLevelSettings {
            contacts: 40,
            rate_limits: RateLimits::generous(),
            ..HighLevelSettings::default()
        };
        let clock = SandboxClock::new(Arc::new(|| endpoint::Timer::now(&Runtime)));
        Self::open_with((caller, person, Caps::default()), (settings, clock), |house| {
            Arc::new(house)
        })
        .await
    }

    /// A house for this caller before such a vendor, with another house around the usual one.
    pub(crate) async fn open_with(
        (caller, person, caps): (Caller, Person, Caps),
        (settings, sandbox_clock): (HighLevelSettings, SandboxClock),
        around: impl FnOnce(SoloHouse<HttpTransport, Runtime>) -> Arc<dyn mcp::House>,
    ) -> Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(|| endpoint::Timer::now(&Runtime));
        let vendor = HighLevelSandbox::start(settings, sandbox_clock).await?;
        let location = LocationId::new(vendor.location_id());
        let settings = highlevel::Settings {
            base_url: vendor.url(),
            requests_per_window: 1_000_000,
            requests_per_day: 100_000_000,
            retries: 0,
            ..highlevel::Settings::default()
        };
        let raw = Client::new(
            HttpTransport::new(HttpSettings::default())?,
            Runtime,
            Arc::new(PrivateToken::new(vendor.token())),
            location.clone(),
            settings,
        );
        let folder = tempfile::tempdir()?;
        let store = Sqlite::open(folder.path(), Arc::clone(&clock))?;
        let clients = Arc::new(One(raw.clone(), location.clone()));
        let crm: Arc<dyn Crm> =
            Arc::new(Port::new(store.clone(), clients as _, Arc::clone(&clock)));
        let books: Arc<dyn Books> = Arc::new(StoreBooks::new(
            store.clone(),
            engine::Sources::default(),
            Arc::clone(&crm),
            Arc::clone(&clock),
        ));
        let rooms =
            Rooms { crm, books: Arc::clone(&books), queries: Some(Arc::new(store.clone()) as _) };
        let open = Box::new(move || {
            let rooms = rooms.clone();
            Box::pin(std::future::ready(Ok(rooms))) as domain::BoxFuture<'static, _>
        });
        let place = Place { tenant: tenant(), location, name: Some("Main".to_owned()) };
        let house = SoloHouse::new(raw.clone(), place, clock, open);
        let safety = Arc::new(Safety::of_process(caps));
        let server = McpServer::new(around(house), caller).with_safety(safety);
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            if let Ok(running) = server.serve(theirs).await {
                let _ = running.waiting().await;
            }
        });
        let lifecycle = person.lifecycle();
        let client = person.serve_with_lifecycle(ours, lifecycle).await?;
        Ok(Self { vendor, store, client, raw, books, _serving: serving, _folder: folder })
    }

    /// Calls a tool and gives what it tells; an error where it refuses.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Result<Value> {
        let told = self.result(tool, arguments).await?;
        ensure!(told.is_error != Some(true), "{tool} refused: {:?}", told.content);
        told.structured_content.context("every result is structured")
    }

    /// Calls a tool that is to refuse, and gives its error.
    pub(crate) async fn refusal(&self, tool: &str, arguments: Value) -> Result<Value> {
        let told = self.result(tool, arguments).await?;
        ensure!(told.is_error == Some(true), "{tool} did it: {:?}", told.structured_content);
        told.structured_content.context("every error is structured")
    }

    /// Takes the newest change set back.
    pub(crate) async fn undo_last(&self) -> Result<UndoReport> {
        let sets = self.books.change_sets(&Realm::Installation, 1).await?;
        let newest = sets.first().context("something was written")?;
        let order = Order {
            realm: &Realm::Installation,
            actor: Actor::Installation,
            is_preview: false,
            progress: &|_, _| {},
        };
        Ok(self.books.undo(&newest.id, order).await?)
    }

    pub(crate) async fn result(&self, tool: &str, arguments: Value) -> Result<CallToolResult> {
        let arguments: JsonObject = serde_json::from_value(arguments)?;
        let request = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        Ok(self.client.call_tool(request).await?)
    }
}

/// Who may do everything, in this mode.
pub(crate) fn caller(mode: Mode, profile: Profile) -> Caller {
    Caller {
        actor: Actor::Installation,
        realm: Realm::Installation,
        kinds: every_kind(),
        mode,
        surface: Surface { profile, ..Surface::default() },
    }
}

pub(crate) fn tenant() -> Tenant {
    Tenant {
        organization: OrganizationId::new("default"),
        connection: ConnectionId::new("highlevel"),
    }
}
