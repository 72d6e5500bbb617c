//! The activity log in Notion: one page per event, append-only, never doubled.
//!
//! Notion takes no idempotency key, so a page carries the id of its event as the last line of its
//! details, and a page whose making is in doubt is looked for by that line before it is made again.

use std::sync::Arc;

use domain::{Action, ActivityEntry, BoxFuture, Destination, Failure, Intent, Next, Receipt};
use endpoint::Transport;
use notion::{
    Client, Code, DataSourceId, Error, Timer,
    models::{Page, Parent},
    resources::{CreatePage, Filter, GetDataSource, QueryDataSource},
};
use tokio::sync::RwLock;

use super::{
    columns,
    columns::Columns,
    failure,
    tables::{self, WantedTable},
};

/// The name of a log that the hub makes.
const TITLE: &str = "HighLevel activity log";

/// Makes an activity log below a page that is shared with the connection, or takes the one that is
/// there, and returns the id of its data source.
///
/// # Errors
/// A [`Failure`] whose reason says what to change.
pub async fn create_activity_log<T: Transport, C: Timer>(
    client: &Client<T, C>,
    parent_page: &str,
) -> Result<String, Failure> {
    let columns = columns::wanted();
    let wanted =
        WantedTable { parent: parent_page, title: TITLE, data_source: None, columns: &columns };
    tables::prepare(client, &wanted).await.map(|ready| ready.data_source)
}

/// The activity log as a destination.
pub struct ActivityLog<T, C> {
    client: Client<T, C>,
    data_source: DataSourceId,
    /// Read at the first page, and again when Notion refuses what they say.
    columns: RwLock<Option<Arc<Columns>>>,
}

impl<T: Transport, C: Timer> ActivityLog<T, C> {
    /// The log in this data source. Nothing is called yet.
    #[must_use]
    pub fn new(client: Client<T, C>, data_source: &str) -> Self {
        let data_source = DataSourceId::new(data_source);
        Self { client, data_source, columns: RwLock::new(None) }
    }

    async fn columns(&self) -> Result<Arc<Columns>, Failure> {
        if let Some(columns) = &*self.columns.read().await {
            return Ok(Arc::clone(columns));
        }
        let mut place = self.columns.write().await;
        if let Some(columns) = &*place {
            return Ok(Arc::clone(columns));
        }
        let columns = Arc::new(self.read_columns(None).await?);
        *place = Some(Arc::clone(&columns));
        Ok(columns)
    }

    async fn read_columns(&self, known: Option<&Columns>) -> Result<Columns, Failure> {
        let operation = GetDataSource { data_source_id: self.data_source.clone() };
        let data_source =
            self.client.call(&operation).await.map_err(|error| failure::of(&error))?;
        let columns = Columns::of(&data_source, known);
        if columns.details().is_none() {
            return Err(Failure {
                next: Next::Hold(None),
                ambiguous: false,
                reason: "the activity log has no text column `Details`, without which a page \
                         cannot be found again; add it, or make a new log with `highwire notion \
                         init`"
                    .to_owned(),
            });
        }
        let missing = columns.missing();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            tracing::warn!(
                missing,
                "the activity log lacks columns; pages are written without them"
            );
        }
        Ok(columns)
    }

    async fn create(&self, action: &Action) -> Result<Receipt, Failure> {
        let entry = entry(action)?;
        let columns = self.columns().await?;
        let error = match self.create_with(&columns, (action, entry)).await {
            Ok(receipt) => return Ok(receipt),
            Err(error) => error,
        };
        if error.code() != Some(&Code::ValidationError) {
            return Err(failure::of(&error));
        }
        // Somebody may have changed the columns since they were read.
        let fresh = Arc::new(self.read_columns(Some(&columns)).await?);
        if fresh == columns {
            return Err(failure::of(&error));
        }
        *self.columns.write().await = Some(Arc::clone(&fresh));
        self.create_with(&fresh, (action, entry)).await.map_err(|error| failure::of(&error))
    }

    async fn create_with(
        &self,
        columns: &Columns,
        (action, entry): (&Action, &ActivityEntry),
    ) -> Result<Receipt, Error> {
        let parent =
            Parent::DataSource { data_source_id: self.data_source.clone(), database_id: None };
        let operation = CreatePage { parent, properties: columns.values(entry) };
        match self.client_of(action).call(&operation).await {
            Ok(page) => Ok(Receipt { reference: page.id.to_string(), adopted: false }),
            // Notion failed after it had kept the page, and says which (`facts/notion.md` 6).
            Err(error) => match error.committed_resource_id() {
                Some(page) => Ok(Receipt { reference: page.to_owned(), adopted: false }),
                None => Err(error),
            },
        }
    }

    /// The client, whose calls are called as the delivery that led to them.
    fn client_of(&self, action: &Action) -> Client<T, C> {
        self.client.correlated(action.correlation.as_str())
    }

    async fn find_page(&self, action: &Action) -> Result<Option<Receipt>, Failure> {
        let entry = entry(action)?;
        let columns = self.columns().await?;
        let Some(details) = columns.details() else {
            return Ok(None);
        };
        let id = entry.event.to_string();
        let query = QueryDataSource {
            filter: Some(Filter::text_contains(details.clone(), &id)),
            page_size: Some(10),
            ..QueryDataSource::new(self.data_source.clone())
        };
        let found =
            self.client_of(action).call(&query).await.map_err(|error| failure::of(&error))?;
        let tells = |page: &&Page| {
            let text = page.property(details).and_then(notion::models::Property::text);
            text.is_some_and(|text| text.lines().last() == Some(id.as_str()))
        };
        let page = found.results.iter().find(tells);
        Ok(page.map(|page| Receipt { reference: page.id.to_string(), adopted: true }))
    }
}

/// What the action logs.
fn entry(action: &Action) -> Result<&ActivityEntry, Failure> {
    match &action.intent {
        Intent::LogActivity(entry) => Ok(entry),
        Intent::Notify(_) | Intent::SyncLink(_) => Err(Failure {
            next: Next::GiveUp,
            ambiguous: false,
            reason: "the activity log is told of activities only; report this as a bug".to_owned(),
        }),
    }
}

impl<T: Transport, C: Timer> Destination for ActivityLog<T, C> {
    fn name(&self) -> &'static str {
        "notion"
    }

    fn apply<'a>(&'a self, action: &'a Action) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(self.create(action))
    }

    fn find<'a>(&'a self, action: &'a Action) -> BoxFuture<'a, Result<Option<Receipt>, Failure>> {
        Box::pin(self.find_page(action))
    }
}
