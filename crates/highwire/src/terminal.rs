//! The house of a terminal's assistant: the location of the settings, where nothing is opened before
//! a tool needs it.
//!
//! A client lists the tools of every server that it knows whenever it starts. So neither the network
//! nor TLS nor the data folder is touched before the first call, and a server whose settings lack
//! something is there all the same: each of its tools says what is missing.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use connectors::highlevel::port::{Clients, Connected, Port};
use domain::{
    BoxFuture, Clock, OrganizationId, Queries, Tenant,
    crm::{Answer, Crm, CrmError},
};
use endpoint::http::HttpTransport;
use highlevel::{LocationId, RawCall, RawReply};
use mcp::{
    Caller, House, Place, ToolError,
    books::{Books, StoreBooks},
    solo::{OpenRooms, Rooms, SoloHouse},
};
use store::{OpenError, Sqlite};

use crate::{
    clock::Timer,
    connection::{self, HighLevelClient},
    doors,
    failure::Failure,
    settings::Settings,
    wiring,
};

/// The house of a terminal's assistant.
pub(crate) struct TerminalHouse {
    settings: Settings,
    clock: Arc<dyn Clock>,
    solo: OnceLock<SoloHouse<HttpTransport, Timer>>,
}

impl TerminalHouse {
    /// A house for the location that the settings name. Nothing is opened, and nothing is asked of
    /// the settings yet.
    pub(crate) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        Self { settings, clock, solo: OnceLock::new() }
    }

    /// The location of the settings.
    fn place(&self) -> Result<Place, ToolError> {
        let named = &self.settings.highlevel;
        let location = connection::location(named);
        let (Some(location), false) = (location, named.token.is_empty()) else {
            return Err(missing(named.token.is_empty(), location.is_none()));
        };
        let tenant = doors::tenant(doors::HIGHLEVEL);
        Ok(Place { tenant, location: LocationId::new(location), name: None })
    }

    /// The house with its client, which is made with the first call.
    fn solo(&self) -> Result<&SoloHouse<HttpTransport, Timer>, ToolError> {
        if let Some(solo) = self.solo.get() {
            return Ok(solo);
        }
        let place = self.place()?;
        let location = place.location.clone();
        let client = connection::client(&self.settings, location.clone().into(), true);
        let client = client.map_err(|failure| told(&failure))?;
        let open = rooms(self.settings.clone(), (client.clone(), location), &self.clock);
        let solo = SoloHouse::new(client, place, Arc::clone(&self.clock), open);
        Ok(self.solo.get_or_init(|| solo))
    }
}

impl House for TerminalHouse {
    fn places<'a>(&'a self, _: &'a Caller) -> BoxFuture<'a, Result<Vec<Place>, ToolError>> {
        Box::pin(std::future::ready(self.place().map(|place| vec![place])))
    }

    fn call<'a>(
        &'a self,
        place: &'a Place,
        call: RawCall,
    ) -> BoxFuture<'a, Result<RawReply, ToolError>> {
        match self.solo() {
            Ok(solo) => solo.call(place, call),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn crm(&self) -> BoxFuture<'_, Result<Arc<dyn Crm>, ToolError>> {
        Box::pin(async { self.solo()?.crm().await })
    }

    fn books(&self) -> BoxFuture<'_, Result<Arc<dyn Books>, ToolError>> {
        Box::pin(async { self.solo()?.books().await })
    }

    fn queries(&self) -> BoxFuture<'_, Result<Arc<dyn Queries>, ToolError>> {
        Box::pin(async {
            // Reading must not make a data folder.
            if !self.settings.data_dir.is_dir() {
                return Err(no_mirror(&self.settings.data_dir));
            }
            self.solo()?.queries().await
        })
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}

/// The one client, as the port has it.
struct Only {
    tenant: Tenant,
    client: HighLevelClient,
    location: LocationId,
}

impl Clients<HttpTransport, Timer> for Only {
    fn client<'a>(
        &'a self,
        tenant: &'a Tenant,
        account: Option<&'a str>,
    ) -> Answer<'a, Connected<HttpTransport, Timer>> {
        let is_ours = account.is_none_or(|account| account == self.location.as_str());
        let connected = match *tenant == self.tenant && is_ours {
            true => Ok(Connected { client: self.client.clone(), location: self.location.clone() }),
            false => Err(CrmError::NotConnected {
                hint: "name its location with GHL_LOCATION_ID".to_owned(),
            }),
        };
        Box::pin(std::future::ready(connected))
    }

    fn connections<'a>(&'a self, organization: &'a OrganizationId) -> Answer<'a, Vec<Tenant>> {
        let is_ours = *organization == self.tenant.organization;
        let connections = is_ours.then(|| self.tenant.clone()).into_iter().collect();
        Box::pin(std::future::ready(Ok(connections)))
    }
}

/// Opens the data folder and what works on it.
fn rooms(
    settings: Settings,
    (client, location): (HighLevelClient, LocationId),
    clock: &Arc<dyn Clock>,
) -> OpenRooms {
    let clock = Arc::clone(clock);
    Box::new(move || {
        let (settings, clock) = (settings.clone(), Arc::clone(&clock));
        let tenant = doors::tenant(doors::HIGHLEVEL);
        let only = Only { tenant, client: client.clone(), location: location.clone() };
        Box::pin(async move {
            let store = opened(settings.data_dir.clone(), Arc::clone(&clock)).await?;
            let named = wiring::add_default_organization(&store, clock.now()).await;
            named.map_err(|failure| told(&failure))?;
            let sources = wiring::sources(&settings).map_err(|failure| told(&failure))?;
            let port = Port::new(store.clone(), Arc::new(only), Arc::clone(&clock));
            let crm: Arc<dyn Crm> = Arc::new(port);
            let books = StoreBooks::new(store.clone(), sources, Arc::clone(&crm), clock);
            Ok(Rooms { crm, books: Arc::new(books), queries: Some(Arc::new(store)) })
        })
    })
}

async fn opened(folder: std::path::PathBuf, clock: Arc<dyn Clock>) -> Result<Sqlite, ToolError> {
    let opening = tokio::task::spawn_blocking(move || beside(&folder, &clock)).await;
    let unavailable = |why: String| {
        ToolError::new(
            "store_unavailable",
            format!("the data folder, where changes are noted, cannot be used: {why}"),
            "mend that, or name another folder with --data-dir",
        )
    };
    match opening {
        Ok(opened) => opened.map_err(|error| unavailable(error.to_string())),
        Err(error) => Err(unavailable(error.to_string())),
    }
}

/// The store beside whoever works on it. A folder that is new, or that an older program left, is made
/// ready first.
fn beside(folder: &Path, clock: &Arc<dyn Clock>) -> Result<Sqlite, OpenError> {
    match Sqlite::open_beside(folder) {
        Err(OpenError::Absent { .. } | OpenError::Older { .. }) => {}
        opened => return opened,
    }
    match Sqlite::open(folder, Arc::clone(clock)) {
        Ok(made) => drop(made),
        // Another program makes it ready at this moment.
        Err(OpenError::Busy { .. }) => {}
        Err(error) => return Err(error),
    }
    Sqlite::open_beside(folder)
}

fn missing(lacks_token: bool, lacks_location: bool) -> ToolError {
    let token = "GHL_API_KEY to a private integration token (in HighLevel: Settings, Private \
                 Integrations)";
    let location =
        "GHL_LOCATION_ID to the id of the location (in HighLevel: Settings, Business Profile)";
    let (names, set) = match (lacks_token, lacks_location) {
        (true, true) => ("GHL_API_KEY and GHL_LOCATION_ID are", format!("{token}, and {location}")),
        (true, false) => ("GHL_API_KEY is", token.to_owned()),
        (false, _) => ("GHL_LOCATION_ID is", location.to_owned()),
    };
    ToolError::new(
        "not_configured",
        format!("Highwire is not connected to HighLevel: {names} not set"),
        format!("ask the person to set {set} in the environment of this server, and to restart it"),
    )
}

fn no_mirror(folder: &Path) -> ToolError {
    ToolError::new(
        "no_mirror",
        format!("there is no mirror: no hub has its data in {}", folder.display()),
        "start a hub there with `highwire up`, or use the tools that read the CRM itself",
    )
}

fn told(failure: &Failure) -> ToolError {
    ToolError::new("not_configured", failure.chain().join(": "), failure.hint())
}
