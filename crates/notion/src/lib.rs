//! The Notion API, version 2026-03-11: databases and their data sources, pages, blocks, users.
//!
//! Each operation is a value, such as [`resources::CreatePage`], and [`Client::call`] sends it. The
//! client knows Notion's credentials, version header and rate limit. It waits out throttling by
//! itself and never repeats a write that may have happened: that is the caller's decision, and
//! [`Error`] says what it needs for it.
//!
//! A client stands on a [`endpoint::Transport`], which carries requests, and a [`Timer`], which
//! tells and passes the time. Rows of a database live in a *data source*; a page that is a row has
//! the data source as its parent, and its values are keyed by [`PropertyId`], which survives when
//! people rename a column.
//!
//! ```
//! use std::time::Duration;
//!
//! use endpoint::{Request, Response, Secret, Transport, TransportError};
//! use jiff::Timestamp;
//! use notion::{
//!     Client, DataSourceId, PropertyId, Settings, Timer,
//!     models::{Parent, PropertyValue},
//!     resources::{CreatePage, Filter, QueryDataSource},
//! };
//!
//! /// The time of a program that runs on tokio.
//! struct Clock;
//!
//! impl Timer for Clock {
//!     fn now(&self) -> Timestamp {
//!         Timestamp::now()
//!     }
//!
//!     async fn sleep(&self, duration: Duration) {
//!         tokio::time::sleep(duration).await;
//!     }
//! }
//!
//! /// Stands in for Notion; a program uses `endpoint::http::HttpTransport`.
//! struct Canned;
//!
//! impl Transport for Canned {
//!     async fn send(&self, request: Request) -> Result<Response, TransportError> {
//!         let body = match request.url.ends_with("/query") {
//!             true => r#"{"object":"list","results":[],"has_more":false,"next_cursor":null}"#,
//!             false => r#"{"object":"page","id":"5c6a2821-6bb1-4a7e-b6e1-c50111515c3d"}"#,
//!         };
//!         Ok(Response { status: 200, headers: vec![], body: body.into() })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), notion::Error> {
//! let client = Client::new(Canned, Clock, Settings::new(Secret::new("ntn_example")));
//! let contacts = DataSourceId::new("248104cd-477e-80af-bc30-000bd28de8f9");
//! let external_id = PropertyId::new("%3AUPp");
//!
//! // Notion takes no idempotency key: look the row up by an id of your own before creating it.
//! let found = client
//!     .call(&QueryDataSource {
//!         filter: Some(Filter::text_equals(external_id.clone(), "contact-1")),
//!         page_size: Some(2),
//!         ..QueryDataSource::new(contacts.clone())
//!     })
//!     .await?;
//! assert!(found.results.is_empty());
//!
//! let page = client
//!     .call(&CreatePage {
//!         parent: Parent::DataSource { data_source_id: contacts, database_id: None },
//!         properties: [
//!             (PropertyId::title(), PropertyValue::title("Ada Lovelace")),
//!             (external_id, PropertyValue::rich_text("contact-1")),
//!         ]
//!         .into(),
//!     })
//!     .await?;
//! assert_eq!(page.id.as_str(), "5c6a2821-6bb1-4a7e-b6e1-c50111515c3d");
//! # Ok(())
//! # }
//! ```
//!
//! Must not know: the hub.

mod client;
mod error;
mod ids;
pub mod models;
pub mod resources;

pub use self::{
    client::{Client, Settings, Timer, VERSION},
    error::{Code, Error},
    ids::{BlockId, Cursor, DataSourceId, DatabaseId, PageId, PropertyId, UserId},
};
