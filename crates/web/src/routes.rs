//! Every route of the hub, mounted through the table of who may do what.

mod lists;

use std::{future::Future, sync::Arc};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    middleware,
    routing::{MethodFilter, on},
};
use domain::Storage;
use engine::mappings::Mappings;
use policy::access;

use crate::{
    ConsentCallbacks, Health, Metrics, Services, Site,
    admission::Admission,
    api::{Call, Clash, Common, Desk, Document, Errands, Fields, Method, Operation, Reply},
    assistants::{self, Hall, List},
    callback::{self, Callbacks},
    change_sets, docs,
    guard::{self, Guard, Lock, Post},
    ingress,
    office::Office,
    probes,
    problem::{Kind, Problem},
    proxy::{self, Passage},
    set_up::{self, Pages, Watch},
    subscriptions,
};

/// A route that cannot be mounted.
#[derive(Debug, thiserror::Error)]
pub enum Unmounted {
    /// The table does not know it.
    #[error("{method} {path} has no row in policy::access::TABLE; say there who may use it")]
    Unlisted {
        /// Its method.
        method: &'static str,
        /// Its path.
        path: &'static str,
    },
    /// It cannot be described.
    #[error("an operation cannot be described: {0}")]
    Undescribed(String),
}

impl From<Clash> for Unmounted {
    fn from(clash: Clash) -> Self {
        Self::Undescribed(clash.to_string())
    }
}

/// What the routes need of the server that they stand behind.
pub(crate) struct Behind {
    /// What the guard goes by.
    pub(crate) lock: Lock,
    /// What is done to its end.
    pub(crate) errands: Errands,
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
    common: Common<S>,
    document: Document,
}

impl<S: Storage> Mount<S> {
    fn get<H, T, X>(self, path: &'static str, handler: H, state: X) -> Result<Self, Unmounted>
    where
        H: Handler<T, X>,
        T: 'static,
        X: Clone + Send + Sync + 'static,
    {
        self.mount("GET", MethodFilter::GET, path, (handler, state))
    }

    /// Mounts an operation: its row, the guard, and everything that comes with an operation.
    fn operation<X, P, Q, B, T, A>(
        mut self,
        operation: &'static Operation,
        handler: impl Fn(Call<X, P, Q, B>) -> A + Clone + Send + Sync + 'static,
        state: X,
    ) -> Result<Self, Unmounted>
    where
        X: Clone + Send + Sync + 'static,
        P: Fields,
        Q: Fields,
        B: Fields,
        T: Reply + 'static,
        A: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let (method, path) = (operation.method, operation.path);
        let missing = Unmounted::Unlisted { method: method.name(), path };
        let row = access::route(method.name(), path).ok_or(missing)?;
        self.document.add::<P, Q, B, T>(operation, &row.need)?;
        let desk = Desk { operation, common: self.common.clone() };
        let answer =
            move |request: Request| desk.clone().answer(request, state.clone(), handler.clone());
        self.mount(method.name(), method.filter(), path, (answer, ()))
    }

    /// Mounts a page: its row, and what shows others where to sign in.
    fn page<H, T>(
        self,
        (method, path): (Method, &'static str),
        handler: H,
        pages: &Arc<Pages<S>>,
    ) -> Result<Self, Unmounted>
    where
        H: Handler<T, Arc<Pages<S>>>,
        T: 'static,
    {
        let missing = Unmounted::Unlisted { method: method.name(), path };
        let row = access::route(method.name(), path).ok_or(missing)?;
        let route = on(method.filter(), handler).with_state(Arc::clone(pages));
        let route = match self.guard.is_open(&row.need) {
            true => route,
            false => {
                let watch = Watch { pages: Arc::clone(pages), need: &row.need };
                route.layer(middleware::from_fn_with_state(watch, set_up::watch::<S>))
            }
        };
        Ok(Self { router: self.router.route(path, route), ..self })
    }

    /// Mounts a route of the tools of assistants, which finds out itself who calls: tokens of
    /// authorization servers count there too, and refusals say where to get one.
    fn tools(self, path: &'static str, list: List, hall: &Arc<Hall<S>>) -> Result<Self, Unmounted> {
        let missing = Unmounted::Unlisted { method: "POST", path };
        let need = &access::route("POST", path).ok_or(missing)?.need;
        let desk = assistants::Desk { hall: Arc::clone(hall), need, list };
        let route = on(MethodFilter::POST, assistants::call::<S>).with_state(desk);
        Ok(Self { router: self.router.route(path, route), ..self })
    }

    fn mount<H, T, X>(
        self,
        method: &'static str,
        filter: MethodFilter,
        path: &'static str,
        (handler, state): (H, X),
    ) -> Result<Self, Unmounted>
    where
        H: Handler<T, X>,
        T: 'static,
        X: Clone + Send + Sync + 'static,
    {
        let row = access::route(method, path).ok_or(Unmounted::Unlisted { method, path })?;
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
) -> Result<(Router, Arc<Guard<S>>), Unmounted> {
    let guard = Arc::new(Guard::new(site.store.clone(), Arc::clone(&site.clock), behind.lock));
    let mut mount = empty(&site, behind, &guard);
    let mappings = Mappings::new(
        site.store.clone(),
        site.intake.clone(),
        Arc::clone(&site.services.mappings),
        Arc::clone(&site.clock),
    );
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
        .get(callback::PATH, callback::receive, Callbacks::new(site.services.consents.clone()))?;
    let mount = passages(mount, &site.services)?;
    let hall = Hall {
        guard: Arc::clone(&guard),
        admission: behind.admission.clone(),
        service: site.services.assistants.clone(),
    };
    let mount = tools(mount, &Arc::new(hall))?;
    let mount = lists::port(mount, &site.services.crm)?;
    let changes = change_sets::Service::new(&store, &site.services.crm, &site.clock);
    let mount = lists::changes(mount, &changes)?;
    let mount = lists::mappings(mount, &mappings)?;
    let notary = site.services.subscriptions.clone();
    let office = subscriptions::Service::new(&store, notary, &site.clock);
    let mount = lists::subscriptions(mount, &office)?;
    let pages = (Arc::clone(&guard), behind.admission.clone());
    let pages = Arc::new(Pages::new(site.services.set_up, pages, Arc::clone(&site.clock)));
    let mount = lists::pages(mount, &pages)?;
    let service = site.services.installation;
    let office = Office::new(store.clone(), site.clock);
    let mount = lists::operations(mount, &store)?;
    let mount = lists::reading(mount, (&store, &site.services.queries))?;
    let mut mount = lists::administration(mount, (&store, &office, &service))?;
    let document = docs::Document::new(&std::mem::take(&mut mount.document).finish()?);
    let mount = mount.get("/docs", docs::page, document.clone())?.get(
        "/openapi.json",
        docs::document,
        document,
    )?;
    let router = mount.router.fallback(nowhere).method_not_allowed_fallback(not_so);
    Ok((router, guard))
}

/// No route yet.
fn empty<S: Storage>(site: &Site<S>, behind: &Behind, guard: &Arc<Guard<S>>) -> Mount<S> {
    Mount {
        router: Router::new(),
        guard: Arc::clone(guard),
        common: Common {
            admission: behind.admission.clone(),
            errands: behind.errands.clone(),
            store: site.store.clone(),
            clock: Arc::clone(&site.clock),
            since: site.clock.now(),
        },
        document: Document::default(),
    }
}

/// The routes of the tools of assistants, and what they say about themselves.
fn tools<S: Storage>(mount: Mount<S>, hall: &Arc<Hall<S>>) -> Result<Mount<S>, Unmounted> {
    let of = || assistants::metadata::<S>;
    mount
        .tools("/mcp", List::Whole, hall)?
        .tools("/mcp/readonly", List::Reading, hall)?
        .tools("/mcp/x/{toolset}", List::Whole, hall)?
        .get("/.well-known/oauth-protected-resource", of(), Arc::clone(hall))?
        .get("/.well-known/oauth-protected-resource/mcp", of(), Arc::clone(hall))?
        .get("/.well-known/oauth-protected-resource/mcp/readonly", of(), Arc::clone(hall))?
        .get("/.well-known/oauth-protected-resource/mcp/x/{toolset}", of(), Arc::clone(hall))
}

/// The routes on which calls are passed on.
fn passages<S: Storage>(mount: Mount<S>, services: &Services) -> Result<Mount<S>, Unmounted> {
    const BROWSER: &str = "/proxy/highlevel-browser/{connection}/{*path}";
    const CALLS: &str = "/proxy/highlevel/{connection}/{*path}";
    let admission = mount.common.admission.clone();
    let passage = |method, path: &'static str, proxy| {
        let row = access::route(method, path).ok_or(Unmounted::Unlisted { method, path })?;
        let prefix = path.split_once('{').map_or(path, |(prefix, _)| prefix);
        Ok::<_, Unmounted>(Passage { prefix, need: &row.need, proxy, admission: admission.clone() })
    };
    let browser = passage("GET", BROWSER, services.browser_proxy.clone())?;
    let calls = passage(access::ANY, CALLS, services.proxy.clone())?;
    let all = MethodFilter::GET
        .or(MethodFilter::POST)
        .or(MethodFilter::PUT)
        .or(MethodFilter::PATCH)
        .or(MethodFilter::DELETE);
    mount.mount("GET", MethodFilter::GET, BROWSER, (proxy::call, browser))?.mount(
        access::ANY,
        all,
        CALLS,
        (proxy::call, calls),
    )
}

/// A path that leads nowhere.
async fn nowhere() -> Problem {
    let hint = "check the path; `/openapi.json` lists the operations";
    std::future::ready(Problem::new(Kind::NotFound, "there is nothing at this path", hint)).await
}

/// A path that is there for other methods, which the header `Allow` names.
async fn not_so() -> Problem {
    let hint = "use a method that the header `Allow` names";
    let problem = Problem::new(Kind::MethodNotAllowed, "the path does not take this method", hint);
    std::future::ready(problem).await
}

/// The one route of a process that waits for a consent. It is open to whoever comes: the state in the
/// address is the proof.
pub(crate) fn for_consents(consents: Arc<dyn ConsentCallbacks>) -> Router {
    let route = axum::routing::get(callback::receive);
    Router::new().route(callback::PATH, route.with_state(Callbacks::new(Some(consents))))
}

#[cfg(test)]
mod tests;
