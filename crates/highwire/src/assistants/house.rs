//! The house of a hub's assistants: its places are the locations of the caller's connections.

use std::sync::{Arc, Mutex, PoisonError};

use connectors::highlevel::{Locations, port::Clients};
use domain::{BoxFuture, Clock, Connections, ListError, Queries, Revision, crm::Crm};
use endpoint::http::HttpTransport;
use highlevel::{LocationId, RawCall, RawReply};
use mcp::{Caller, House, Place, ToolError, books::Books};
use store::Sqlite;

use crate::clock::Timer;

/// What the tools of a hub work with.
pub(crate) struct Rooms {
    pub(crate) store: Sqlite,
    pub(crate) clients: Arc<dyn Clients<HttpTransport, Timer>>,
    pub(crate) locations: Arc<dyn Locations>,
    pub(crate) crm: Arc<dyn Crm>,
    pub(crate) books: Arc<dyn Books>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A house with every location that is connected to the hub.
pub(crate) struct HubHouse {
    rooms: Rooms,
    /// All places, as of one moment of what is connected.
    known: Mutex<Option<(Revision, Arc<[Place]>)>>,
}

impl HubHouse {
    /// A house over these rooms. Nobody is called.
    pub(crate) fn new(rooms: Rooms) -> Self {
        Self { rooms, known: Mutex::default() }
    }

    /// Every place, read anew where something was connected, removed, or got another credential.
    async fn all(&self) -> Result<Arc<[Place]>, ToolError> {
        let revision = self.rooms.store.revision().await?;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, places)) = known.filter(|(at, _)| *at == revision) {
            return Ok(places);
        }
        let places: Arc<[Place]> = self.read().await?.into();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((revision, Arc::clone(&places)));
        Ok(places)
    }

    async fn read(&self) -> Result<Vec<Place>, ToolError> {
        let scopes = self.rooms.locations.locations().await.map_err(|error| match error {
            ListError::Later(why) => {
                ToolError::new("store_unavailable", why, "try again in a moment").later(None)
            }
            other => ToolError::new("not_connected", other.to_string(), "tell the person"),
        })?;
        let listing = self.rooms.store.listing().await?;
        let places = scopes.iter().filter_map(|scope| {
            let location = LocationId::new(scope.account.as_deref()?);
            // The name of a connection with one location is what people call the location.
            let is_only = scopes.iter().filter(|other| other.tenant == scope.tenant).count() == 1;
            let connection = listing.connections.iter().find(|it| it.tenant == scope.tenant);
            let name = connection.filter(|_| is_only).map(|connection| connection.name.clone());
            Some(Place { tenant: scope.tenant.clone(), location, name })
        });
        Ok(places.collect())
    }
}

impl House for HubHouse {
    fn places<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<Vec<Place>, ToolError>> {
        Box::pin(async move {
            let all = self.all().await?;
            let own = all.iter().filter(|place| caller.realm.holds(Some(&place.tenant)));
            Ok(own.cloned().collect())
        })
    }

    fn call<'a>(
        &'a self,
        place: &'a Place,
        call: RawCall,
    ) -> BoxFuture<'a, Result<RawReply, ToolError>> {
        Box::pin(async move {
            let location = Some(place.location.as_str());
            let connected = self.rooms.clients.client(&place.tenant, location).await?;
            Ok(connected.client.call(&call).await?)
        })
    }

    fn crm(&self) -> BoxFuture<'_, Result<Arc<dyn Crm>, ToolError>> {
        Box::pin(std::future::ready(Ok(Arc::clone(&self.rooms.crm))))
    }

    fn books(&self) -> BoxFuture<'_, Result<Arc<dyn Books>, ToolError>> {
        Box::pin(std::future::ready(Ok(Arc::clone(&self.rooms.books))))
    }

    fn queries(&self) -> BoxFuture<'_, Result<Arc<dyn Queries>, ToolError>> {
        Box::pin(std::future::ready(Ok(Arc::new(self.rooms.store.clone()) as _)))
    }

    fn clock(&self) -> &dyn Clock {
        &*self.rooms.clock
    }
}
