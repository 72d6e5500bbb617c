//! A house with one location that is called with one token: what a terminal has.

use std::sync::Arc;

use domain::{BoxFuture, Clock, Queries, crm::Crm};
use endpoint::{Timer, Transport};
use highlevel::{Client, RawCall, RawReply};
use tokio::sync::OnceCell;

use crate::{Caller, House, Place, ToolError, books::Books};

/// The rooms of a house that cost something to open.
#[derive(Clone)]
pub struct Rooms {
    /// The port for applications.
    pub crm: Arc<dyn Crm>,
    /// The books.
    pub books: Arc<dyn Books>,
    /// The mirror; none where nothing was ever mirrored.
    pub queries: Option<Arc<dyn Queries>>,
}

/// Opens the rooms when the first of them is needed.
pub type OpenRooms = Box<dyn Fn() -> BoxFuture<'static, Result<Rooms, ToolError>> + Send + Sync>;

/// A house with one location and one client.
pub struct SoloHouse<T, C> {
    client: Client<T, C>,
    place: Place,
    clock: Arc<dyn Clock>,
    open: OpenRooms,
    rooms: OnceCell<Rooms>,
}

impl<T, C> SoloHouse<T, C> {
    /// A house. Nothing is opened.
    #[must_use]
    pub fn new(client: Client<T, C>, place: Place, clock: Arc<dyn Clock>, open: OpenRooms) -> Self {
        Self { client, place, clock, open, rooms: OnceCell::new() }
    }

    async fn rooms(&self) -> Result<&Rooms, ToolError> {
        self.rooms.get_or_try_init(|| (self.open)()).await
    }
}

impl<T, C> House for SoloHouse<T, C>
where
    T: Transport + 'static,
    C: Timer + 'static,
{
    fn places<'a>(&'a self, _: &'a Caller) -> BoxFuture<'a, Result<Vec<Place>, ToolError>> {
        Box::pin(std::future::ready(Ok(vec![self.place.clone()])))
    }

    fn call<'a>(
        &'a self,
        _: &'a Place,
        call: RawCall,
    ) -> BoxFuture<'a, Result<RawReply, ToolError>> {
        Box::pin(async move { Ok(self.client.call(&call).await?) })
    }

    fn crm(&self) -> BoxFuture<'_, Result<Arc<dyn Crm>, ToolError>> {
        Box::pin(async { Ok(Arc::clone(&self.rooms().await?.crm)) })
    }

    fn books(&self) -> BoxFuture<'_, Result<Arc<dyn Books>, ToolError>> {
        Box::pin(async { Ok(Arc::clone(&self.rooms().await?.books)) })
    }

    fn queries(&self) -> BoxFuture<'_, Result<Arc<dyn Queries>, ToolError>> {
        Box::pin(async {
            let queries = self.rooms().await?.queries.clone();
            queries.ok_or_else(|| {
                ToolError::new(
                    "no_mirror",
                    "nothing of this location is mirrored here",
                    "run `highwire up` and `highwire sync highlevel` once, or use the tools that read \
                     the CRM itself",
                )
            })
        })
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}
