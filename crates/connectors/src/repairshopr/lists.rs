//! Lists RepairShopr's records for the mirror: customers and contacts, and what policies look at.
//!
//! How changes are found differs by list (`facts/repairshopr.md` 3.1). Tickets and invoices are asked
//! since when; an account that ignores the question answers with all of them, which costs pages and is
//! not wrong. Customers ignore it, so they are sorted by their change and read from the end. All others
//! tell nothing of changes and are read whole: what did not change costs its page and nothing more.

mod page_mark;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::{
    Bookmark, BoxFuture, Entity, ListError, ListPage, ListPart, ListScope, Listed, Lists,
    RecordKey, Upkeep,
};
use endpoint::{Timer, Transport};
use jiff::{SignedDuration, Timestamp};
use repairshopr::{
    Client, Error, Kind,
    models::{
        Asset, Contact, Contract, Customer, Estimate, Found, Invoice, Page, Schedule, Ticket,
    },
    resources::{Get, List},
};

use self::page_mark::PageMark;
use super::{
    RepairShopr, ShopClients,
    records::{Mirrored, listed},
};

/// What is read again of the time before: clocks differ, and a list lags behind what it lists
/// (`facts/repairshopr.md` 3.1).
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// The lists, in the order in which they are read.
const PARTS: [ListPart; 8] = [
    ListPart { name: "customers", entity: Entity::Customer, upkeep: Upkeep::Since },
    ListPart { name: "contacts", entity: Entity::Contact, upkeep: Upkeep::Sweep },
    ListPart { name: "contracts", entity: Entity::Contract, upkeep: Upkeep::Sweep },
    ListPart { name: "schedules", entity: Entity::Schedule, upkeep: Upkeep::Sweep },
    ListPart { name: "assets", entity: Entity::Asset, upkeep: Upkeep::Sweep },
    ListPart { name: "estimates", entity: Entity::Estimate, upkeep: Upkeep::Sweep },
    ListPart { name: "invoices", entity: Entity::Invoice, upkeep: Upkeep::Since },
    ListPart { name: "tickets", entity: Entity::Ticket, upkeep: Upkeep::Since },
];

/// The lists of RepairShopr, by clients of stored connections.
pub struct ShopLists<T, C>(Arc<dyn ShopClients<T, C>>);

impl<T: Transport, C: Timer> ShopLists<T, C> {
    /// Lists that these clients read. Nothing is sent.
    #[must_use]
    pub fn new(clients: Arc<dyn ShopClients<T, C>>) -> Self {
        Self(clients)
    }

    async fn client(&self, scope: &ListScope) -> Result<Client<T, C>, ListError> {
        self.0.client(&scope.tenant).await.map_err(ListError::Account)
    }
}

impl<T: Transport, C: Timer> Lists for ShopLists<T, C> {
    fn vendor(&self) -> &'static str {
        RepairShopr::NAME
    }

    fn parts(&self) -> Vec<ListPart> {
        PARTS.to_vec()
    }

    fn scopes(&self) -> BoxFuture<'_, Result<Vec<ListScope>, ListError>> {
        Box::pin(async move {
            let shops = self.0.shops().await.map_err(ListError::Later)?;
            Ok(shops.into_iter().map(|tenant| ListScope { tenant, account: None }).collect())
        })
    }

    fn page<'a>(
        &'a self,
        scope: &'a ListScope,
        part: &'a ListPart,
        bookmark: &'a Bookmark,
    ) -> BoxFuture<'a, Result<ListPage, ListError>> {
        Box::pin(async move {
            let client = self.client(scope).await?;
            let mark = PageMark::read(bookmark.cursor.as_deref())?;
            let since = bookmark.since.map(|at| at.saturating_sub(OVERLAP).unwrap_or(at));
            match (part.entity, since) {
                (Entity::Customer, Some(since)) => tail(&client, mark, since).await,
                (Entity::Customer, None) => {
                    sweep(&client, mark, |it: List<Customer>| it.including_disabled()).await
                }
                (Entity::Ticket, Some(since)) => {
                    sweep(&client, mark, |it: List<Ticket>| it.changed_since(since)).await
                }
                (Entity::Ticket, None) => sweep(&client, mark, |it: List<Ticket>| it).await,
                (Entity::Invoice, Some(since)) => {
                    sweep(&client, mark, |it: List<Invoice>| it.changed_since(since)).await
                }
                (Entity::Invoice, None) => sweep(&client, mark, |it: List<Invoice>| it).await,
                (Entity::Contact, _) => sweep(&client, mark, |it: List<Contact>| it).await,
                (Entity::Contract, _) => sweep(&client, mark, |it: List<Contract>| it).await,
                (Entity::Schedule, _) => sweep(&client, mark, |it: List<Schedule>| it).await,
                (Entity::Asset, _) => sweep(&client, mark, |it: List<Asset>| it).await,
                (Entity::Estimate, _) => sweep(&client, mark, |it: List<Estimate>| it).await,
                (entity, _) => Err(ListError::Part(format!(
                    "RepairShopr has no list of {entity}; ask for one of its own"
                ))),
            }
        })
    }

    fn one<'a>(
        &'a self,
        scope: &'a ListScope,
        key: &'a RecordKey,
    ) -> BoxFuture<'a, Result<Option<Listed>, ListError>> {
        Box::pin(async move {
            let client = self.client(scope).await?;
            // What is no id of RepairShopr's is no record of it.
            let Ok(id) = key.id.parse::<u64>() else { return Ok(None) };
            match key.entity {
                Entity::Customer => one::<Customer, _, _>(&client, id).await,
                Entity::Contact => one::<Contact, _, _>(&client, id).await,
                Entity::Contract => one::<Contract, _, _>(&client, id).await,
                Entity::Schedule => one::<Schedule, _, _>(&client, id).await,
                Entity::Asset => one::<Asset, _, _>(&client, id).await,
                Entity::Estimate => one::<Estimate, _, _>(&client, id).await,
                Entity::Invoice => one::<Invoice, _, _>(&client, id).await,
                Entity::Ticket => one::<Ticket, _, _>(&client, id).await,
                _ => Ok(None),
            }
        })
    }
}

/// One page of a list that is read from its first page to its last.
async fn sweep<R: Mirrored, T: Transport, C: Timer>(
    client: &Client<T, C>,
    mark: PageMark,
    ask: impl Fn(List<R>) -> List<R>,
) -> Result<ListPage, ListError> {
    let reply = client.call(&ask(List::page(mark.number))).await;
    let page = reply.map_err(|error| refused(&error))?;
    Ok(ListPage { next: mark.after(&page).map(|next| next.text()), ..told(page, |_| true) })
}

/// One page of the customers that changed. The first page tells how many there are, and which way they
/// are sorted; then they are read from the end, where the newest stand, until one is older.
async fn tail<T: Transport, C: Timer>(
    client: &Client<T, C>,
    mark: PageMark,
    since: Timestamp,
) -> Result<ListPage, ListError> {
    let list = List::<Customer>::page(mark.number).sorted_by_change().including_disabled();
    let page = client.call(&list).await.map_err(|error| refused(&error))?;
    let is_new = |customer: &Customer| customer.changed_at().is_none_or(|at| at >= since);
    let next = match (mark.backwards, page.meta) {
        (true, _) => {
            let reaches_back = page.items.first().is_some_and(|oldest| !is_new(oldest));
            (mark.number > 2 && !reaches_back).then(|| PageMark::backwards(mark.number - 1))
        }
        (false, Some(meta)) if mark.number == 1 && is_sorted(&page) => {
            (meta.total_pages > 1).then(|| PageMark::backwards(meta.total_pages))
        }
        // Who does not sort, or says nothing of pages, is read whole.
        (false, _) => mark.after(&page),
    };
    Ok(ListPage { next: next.map(|next| next.text()), ..told(page, is_new) })
}

/// Whether each row changed no earlier than the one before it.
fn is_sorted(page: &Page<Customer>) -> bool {
    page.items.iter().map(Mirrored::changed_at).is_sorted()
}

/// What a page says, of the records that are wanted.
fn told<R: Mirrored>(page: Page<R>, is_wanted: impl Fn(&R) -> bool) -> ListPage {
    let unreadable = || {
        let id = "unknown".to_owned();
        (id, format!("a row of {} has no id; look at it in RepairShopr", R::OPERATION))
    };
    ListPage {
        records: page.items.iter().filter(|record| is_wanted(record)).map(listed).collect(),
        failed: (0..page.unreadable).map(|_| unreadable()).collect(),
        next: None,
        calls: 1,
        total: page.meta.and_then(|meta| meta.total_entries),
    }
}

async fn one<R: Mirrored, T: Transport, C: Timer>(
    client: &Client<T, C>,
    id: u64,
) -> Result<Option<Listed>, ListError> {
    match client.call(&Get::<R>::new(id)).await {
        // Tickets and invoices are found by their number too: another record is not this one.
        Ok(Found(found)) => Ok(found.filter(|it| it.id() == id).map(|record| listed(&record))),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(refused(&error)),
    }
}

/// What a failed call means for the list. Its sentence names what to do, and holds nothing of a reply.
fn refused(error: &Error) -> ListError {
    let sentence = error.to_string();
    match error.kind() {
        Kind::Unreachable | Kind::Interrupted | Kind::Throttled | Kind::Failed => {
            ListError::Later(sentence)
        }
        Kind::Unauthorized => ListError::Account(sentence),
        _ => ListError::Part(sentence),
    }
}
