//! Every route of the hub, mounted through the table of who may do what.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    middleware,
    routing::{MethodFilter, on},
};
use domain::Storage;
use policy::access::{self, Exposure};

use crate::{
    ConsentCallbacks, Health, Metrics, Site,
    admission::Admission,
    callback::{self, Callbacks},
    events,
    guard::{self, Guard, Post},
    ingress, me, probes,
};

/// A route that the table does not know.
#[derive(Debug, thiserror::Error)]
#[error("{method} {path} has no row in policy::access::TABLE; say there who may use it")]
pub struct Unlisted {
    method: &'static str,
    path: &'static str,
}

/// What the routes need of the server that they stand behind.
pub(crate) struct Behind {
    /// Who can reach its address.
    pub(crate) exposure: Exposure,
    /// What lets bodies in.
    pub(crate) admission: Admission,
    /// Whether events can be kept.
    pub(crate) health: Health,
    /// The counters.
    pub(crate) metrics: Metrics,
}

/// Takes routes that have a row in the table, and puts the guard before those that need one.
pub(crate) struct Mount<S> {
    router: Router,
    guard: Arc<Guard<S>>,
}

impl<S: Storage> Mount<S> {
    fn get<H, T, X>(self, path: &'static str, handler: H, state: X) -> Result<Self, Unlisted>
    where
        H: Handler<T, X>,
        T: 'static,
        X: Clone + Send + Sync + 'static,
    {
        self.mount("GET", MethodFilter::GET, path, (handler, state))
    }

    fn mount<H, T, X>(
        self,
        method: &'static str,
        filter: MethodFilter,
        path: &'static str,
        (handler, state): (H, X),
    ) -> Result<Self, Unlisted>
    where
        H: Handler<T, X>,
        T: 'static,
        X: Clone + Send + Sync + 'static,
    {
        let row = access::route(method, path).ok_or(Unlisted { method, path })?;
        let route = on(filter, handler).with_state(state);
        let route = match self.guard.is_open(&row.need) {
            true => route,
            false => {
                let post = Post { guard: Arc::clone(&self.guard), need: &row.need };
                route.layer(middleware::from_fn_with_state(post, guard::watch::<S>))
            }
        };
        Ok(Self { router: self.router.route(path, route), ..self })
    }
}

/// Every route, and the guard of those that need one.
///
/// # Errors
/// Where a door has a path that the table does not know.
pub(crate) fn routes<S: Storage>(
    site: Site<S>,
    behind: &Behind,
) -> Result<(Router, Arc<Guard<S>>), Unlisted> {
    let guard = Arc::new(Guard::new(site.store.clone(), Arc::clone(&site.clock), behind.exposure));
    let mut mount = Mount { router: Router::new(), guard: Arc::clone(&guard) };
    for door in site.doors {
        let state = ingress::State {
            intake: site.intake.clone(),
            source: door.source,
            entrance: door.entrance,
            clock: Arc::clone(&site.clock),
            admission: behind.admission.clone(),
        };
        let state = Arc::new(state);
        for (method, filter) in door.entrance.methods() {
            let receive = (ingress::receive::<S>, Arc::clone(&state));
            mount = mount.mount(method, *filter, door.path, receive)?;
        }
    }
    let (metrics, store) = (behind.metrics.clone(), site.store);
    let health = behind.health.clone();
    let mount = mount
        .get("/healthz", probes::alive, ())?
        .get("/readyz", probes::ready::<S>, (health, store.clone()))?
        .get("/metrics", move || std::future::ready(metrics.render()), ())?
        .get(callback::PATH, callback::receive, Callbacks::new(site.services.consents))?
        .get("/v1/me", me::me, ())?
        .get("/v1/events", events::list::<S>, store.clone())?
        .get("/v1/events/{id}", events::show::<S>, store)?;
    Ok((mount.router, guard))
}

/// The one route of a process that waits for a consent. It is open to whoever comes: the state in the
/// address is the proof.
pub(crate) fn for_consents(consents: Arc<dyn ConsentCallbacks>) -> Router {
    let route = axum::routing::get(callback::receive);
    Router::new().route(callback::PATH, route.with_state(Callbacks::new(Some(consents))))
}

#[cfg(test)]
mod tests;
