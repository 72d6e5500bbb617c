//! The lists of operations and pages: one line mounts one, with its row, its guard and its place in the document.

use std::sync::Arc;

use domain::Storage;
use engine::mappings::Mappings;

use super::{Mount, Unmounted};
use crate::{
    api::Method,
    api_keys, audit, change_sets, conflicts, crm, dead_letters, events, history, installation,
    links, mappings, me, members,
    office::Office,
    organizations, query, search,
    set_up::{self, Pages},
    subscriptions,
};

/// Every page of the set-up, in order of path.
pub(super) fn pages<S: Storage>(
    mount: Mount<S>,
    pages: &Arc<Pages<S>>,
) -> Result<Mount<S>, Unmounted> {
    use set_up::routes as to;
    const GET: Method = Method::Get;
    const POST: Method = Method::Post;
    mount
        .page((GET, "/connect"), to::overview, pages)?
        .page((GET, "/connect/connections/{connection}"), to::show, pages)?
        .page((POST, "/connect/connections/{connection}/doctor"), to::examine, pages)?
        .page((POST, "/connect/connections/{connection}/reply"), to::reply, pages)?
        .page((GET, "/connect/connections/{connection}/test"), to::trial, pages)?
        .page((POST, "/connect/connections/{connection}/test"), to::send, pages)?
        .page((GET, "/connect/connections/{connection}/webhook"), to::plan, pages)?
        .page((POST, "/connect/connections/{connection}/webhook"), to::make, pages)?
        .page((GET, "/connect/new/{offer}"), to::begin, pages)?
        .page((POST, "/connect/new/{offer}"), to::connect, pages)?
        .page((GET, "/connect/open"), to::enter, pages)?
        .page((POST, "/connect/open"), to::open, pages)?
        .page((GET, "/connect/sign-in"), to::look, pages)?
        .page((POST, "/connect/sign-in"), to::sign_in, pages)?
        .page((POST, "/connect/sign-out"), to::out, pages)
}

/// Every operation of the API, in order of path.
pub(super) fn operations<S: Storage>(mount: Mount<S>, store: &S) -> Result<Mount<S>, Unmounted> {
    mount
        .operation(&events::LIST, events::list::<S>, store.clone())?
        .operation(&events::SHOW, events::show::<S>, store.clone())?
        .operation(&me::SHOW, me::show, ())
}

/// Every operation that reads what is mirrored, in order of path.
pub(super) fn reading<S: Storage>(
    mount: Mount<S>,
    (store, queries): (&S, &query::Service),
) -> Result<Mount<S>, Unmounted> {
    let history = (store.clone(), queries.clone());
    mount
        .operation(&query::ASK, query::ask, queries.clone())?
        .operation(&query::VIEWS, query::views, queries.clone())?
        .operation(&history::SHOW, history::show::<S>, history)?
        .operation(&search::FIND, search::find, queries.clone())
}

/// Every operation of administrators, in order of path.
pub(super) fn administration<S: Storage>(
    mount: Mount<S>,
    (store, office, service): (&S, &Office<S>, &installation::Service),
) -> Result<Mount<S>, Unmounted> {
    let links = || (office.clone(), service.clone());
    mount
        .operation(&api_keys::LIST, api_keys::list::<S>, office.clone())?
        .operation(&api_keys::CREATE, api_keys::create::<S>, office.clone())?
        .operation(&api_keys::REVOKE, api_keys::revoke::<S>, office.clone())?
        .operation(&audit::LIST, audit::list::<S>, store.clone())?
        .operation(&links::LIST, links::list::<S>, links())?
        .operation(&links::REMOVE, links::remove::<S>, links())?
        .operation(&links::CONNECT_ACCOUNT, links::connect_account::<S>, links())?
        .operation(&links::DISCONNECT_ACCOUNT, links::disconnect_account::<S>, links())?
        .operation(&dead_letters::LIST, dead_letters::list::<S>, office.clone())?
        .operation(&dead_letters::DROP, dead_letters::drop::<S>, office.clone())?
        .operation(&dead_letters::REPLAY, dead_letters::replay::<S>, office.clone())?
        .operation(&installation::BACK_UP, installation::back_up, service.clone())?
        .operation(&installation::MASTER_KEYS, installation::master_keys, service.clone())?
        .operation(&installation::ROTATE, installation::rotate, service.clone())?
        .operation(&installation::RETENTION, installation::retention, service.clone())?
        .operation(&installation::SETTINGS, installation::settings, service.clone())?
        .operation(&members::LIST, members::list::<S>, office.clone())?
        .operation(&members::ADD, members::add::<S>, office.clone())?
        .operation(&members::CHANGE, members::change::<S>, office.clone())?
        .operation(&members::REMOVE, members::remove::<S>, office.clone())?
        .operation(&organizations::LIST, organizations::list::<S>, office.clone())?
        .operation(&organizations::ADD, organizations::add::<S>, office.clone())?
        .operation(&organizations::REMOVE, organizations::remove::<S>, office.clone())
}

/// Every operation on change sets, in order of path.
pub(super) fn changes<S: Storage>(
    mount: Mount<S>,
    service: &change_sets::Service<S>,
) -> Result<Mount<S>, Unmounted> {
    let service = || service.clone();
    mount
        .operation(&change_sets::LIST, change_sets::list::<S>, service())?
        .operation(&change_sets::BEGIN, change_sets::begin::<S>, service())?
        .operation(&change_sets::SHOW, change_sets::show::<S>, service())?
        .operation(&change_sets::UNDO, change_sets::undo::<S>, service())?
        .operation(&change_sets::WRITES, change_sets::writes::<S>, service())
}

/// Every operation on subscriptions, in order of path.
pub(super) fn subscriptions<S: Storage>(
    mount: Mount<S>,
    office: &subscriptions::Service<S>,
) -> Result<Mount<S>, Unmounted> {
    use crate::subscriptions as to;
    let office = || office.clone();
    mount
        .operation(&to::LIST, to::list::<S>, office())?
        .operation(&to::ADD, to::add::<S>, office())?
        .operation(&to::REMOVE, to::remove::<S>, office())?
        .operation(&to::SHOW, to::show::<S>, office())?
        .operation(&to::CHANGE, to::change::<S>, office())?
        .operation(&to::deliveries::LIST, to::deliveries::list::<S>, office())?
        .operation(&to::REPLAY, to::replay::<S>, office())?
        .operation(&to::ROTATE, to::rotate::<S>, office())?
        .operation(&to::TEST, to::test::<S>, office())
}

/// Every operation on the rows of mappings, in order of path.
pub(super) fn mappings<S: Storage>(
    mount: Mount<S>,
    desk: &Mappings<S>,
) -> Result<Mount<S>, Unmounted> {
    let desk = || desk.clone();
    mount
        .operation(&conflicts::LIST, conflicts::list::<S>, desk())?
        .operation(&mappings::REMOVE, mappings::remove::<S>, desk())?
        .operation(&mappings::SHOW, mappings::show::<S>, desk())?
        .operation(&mappings::TELL, mappings::tell::<S>, desk())
}

/// Every operation of the port for applications, in order of path.
pub(super) fn port<S: Storage>(mount: Mount<S>, crm: &crm::Service) -> Result<Mount<S>, Unmounted> {
    let crm = || crm.clone();
    mount
        .operation(&crm::appointments::LIST, crm::appointments::list, crm())?
        .operation(&crm::appointments::BOOK, crm::appointments::book, crm())?
        .operation(&crm::appointments::CANCEL, crm::appointments::cancel, crm())?
        .operation(&crm::slots::LIST, crm::slots::list, crm())?
        .operation(&crm::contacts::LIST, crm::contacts::list, crm())?
        .operation(&crm::contacts::UPSERT, crm::contacts::upsert, crm())?
        .operation(&crm::contacts::SHOW, crm::contacts::show, crm())?
        .operation(&crm::contacts::PATCH, crm::contacts::patch, crm())?
        .operation(&crm::messages::SEND, crm::messages::send, crm())?
        .operation(&crm::notes::LIST, crm::notes::list, crm())?
        .operation(&crm::notes::ADD, crm::notes::add, crm())?
        .operation(&crm::tags::ADD, crm::tags::add, crm())?
        .operation(&crm::tags::REMOVE, crm::tags::remove, crm())?
        .operation(&crm::opportunities::LIST, crm::opportunities::list, crm())?
        .operation(&crm::opportunities::UPSERT, crm::opportunities::upsert, crm())?
        .operation(&crm::opportunities::SHOW, crm::opportunities::show, crm())?
        .operation(&crm::opportunities::PATCH, crm::opportunities::patch, crm())
}
