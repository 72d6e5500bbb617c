//! The HighLevel API: calls with tokens, limits, pages and typed errors, and signed webhooks.
//!
//! # Calls
//!
//! There are two levels, and one [`Client::call`] sends both, with the same token, limits,
//! repetitions and errors:
//!
//! - **Typed.** An operation is a value, such as [`resources::GetContact`], that knows its path,
//!   its scope and its [`Version`], and answers with a type of [`models`].
//! - **Raw.** A [`RawCall`] is any of the operations of the [`catalogue`] by its id, with values
//!   that are checked before they leave, and answers with JSON or bytes.
//!
//! [`Client::pages`] goes through lists on both levels. The client stands on three things: a
//! [`endpoint::Transport`], which carries requests; a [`endpoint::Timer`], which tells and passes
//! the time; and an [`auth::TokenSource`], which is a private integration token or an installed
//! app's OAuth tokens. It works on behalf of one [`Tenant`].
//!
//! - **Limits.** HighLevel allows 100 calls in 10 seconds and 200,000 a day for one app and tenant.
//!   Clones of a client share that budget, never go above it, and learn from replies what others
//!   spend. After a 429 all of them pause, and the call is repeated. Those who wait leave by
//!   [`Priority`]. Processes share a budget through a [`ledger`].
//! - **Repetitions.** A failed call is repeated where it cannot do harm, and only there: it never
//!   left, it reads, or twice is as good as once. Everything else is the caller's to look up, and
//!   [`Error::is_ambiguous`] says so. While HighLevel fails call after call, none is sent for a
//!   minute ([`Kind::Stopped`]).
//! - **Errors.** [`Error::kind`] tells the many refusals apart: of about eight 401s one asks for a
//!   new token, and a duplicate contact comes with its id. [`Error::hint`] says what to do.
//! - **Unknown members.** Objects keep what they do not know, so reading and writing back loses
//!   nothing.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//!
//! use endpoint::{Request, Response, Timer, Transport, TransportError};
//! use highlevel::{
//!     Client, ContactId, Kind, LocationId, Priority, RawCall, Settings,
//!     auth::PrivateToken,
//!     models::ContactFields,
//!     resources::{CreateContact, GetContact, SearchContacts},
//! };
//! use jiff::Timestamp;
//! use serde_json::json;
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
//! /// Stands in for HighLevel; a program uses `endpoint::http::HttpTransport`.
//! struct Canned;
//!
//! impl Transport for Canned {
//!     async fn send(&self, request: Request) -> Result<Response, TransportError> {
//!         let (status, body) = match request.url.rsplit('/').next() {
//!             Some("search") => (200, r#"{"contacts":[{"id":"c1","firstName":"Ada"}],"total":1}"#),
//!             Some("c1") => (200, r#"{"contact":{"id":"c1","firstName":"Ada","brandNew":true}}"#),
//!             _ => (400, r#"{"message":"This location does not allow duplicated contacts.",
//!                 "meta":{"contactId":"c1","matchingField":"email"}}"#),
//!         };
//!         Ok(Response { status, headers: vec![], body: body.into() })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let token = Arc::new(PrivateToken::new("pit-…"));
//! let location = LocationId::new("ajsQIFJLgWv9VxXPLEUh");
//! let client = Client::new(Canned, Clock, token, location.clone(), Settings::default());
//!
//! // One call.
//! let contact = client.call(&GetContact { contact_id: ContactId::new("c1") }).await?.contact;
//! assert_eq!(contact.first_name.as_deref(), Some("Ada"));
//! assert_eq!(contact.extra["brandNew"], true);
//!
//! // A list, page by page.
//! let mut pages = client.pages(SearchContacts::new(location.clone()));
//! while let Some(page) = pages.next().await {
//!     assert_eq!(page?.len(), 1);
//! }
//!
//! // The same on the raw level: any operation, with values that are checked before they leave.
//! let get = RawCall::new("contacts.get-contact")?.with("contactId", "c1");
//! let reply = client.call(&get).await?;
//! assert_eq!(reply.content()["firstName"], "Ada");
//! let search = RawCall::new("contacts.search-contacts-advanced")?
//!     .body(json!({"locationId": location.as_str(), "pageLimit": 100}));
//! let mut pages = client.pages(search);
//! while let Some(page) = pages.next().await {
//!     assert_eq!(page?[0]["id"], "c1");
//! }
//! let wrong = RawCall::new("contacts.get-contact")?.with("id", "c1");
//! let error = client.call(&wrong).await.unwrap_err();
//! assert_eq!(error.problems().len(), 2, "one is missing, and one is not known: {error}");
//!
//! // Work that has time lets others go first while the budget is used up.
//! let import = client.with_priority(Priority::Bulk);
//! import.call(&GetContact { contact_id: ContactId::new("c1") }).await?;
//!
//! // A refusal says what it means. `resources::safe_upsert` handles this one by itself.
//! let email = Some("ada@example.com".to_owned());
//! let fields = ContactFields { email, ..ContactFields::default() };
//! let refused = client.call(&CreateContact::new(location, fields)).await.unwrap_err();
//! match refused.kind() {
//!     Some(Kind::DuplicateContact { contact_id, .. }) => {
//!         assert_eq!(contact_id.as_ref(), Some(&ContactId::new("c1")));
//!     }
//!     other => panic!("{other:?}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Webhooks
//!
//! ```
//! use highlevel::webhook::{Envelope, EventType, Family, Recognized, recognize};
//!
//! let typed = Envelope::parse(br#"{"type":"ContactCreate","id":"c1"}"#)?;
//! assert_eq!(recognize(&typed), Recognized::Type(EventType::ContactCreate));
//!
//! // Invoices carry no `type`, and their content does not tell a creation from an update.
//! let bare = Envelope::parse(br#"{"_id":"i1","altType":"location","invoiceNumber":"19"}"#)?;
//! assert_eq!(recognize(&bare), Recognized::Family(Family::Invoice));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Must not know: the hub, SQL, MCP.

pub mod auth;
mod call;
pub mod catalogue;
mod client;
mod error;
mod forward;
mod ids;
pub mod ledger;
pub mod models;
mod operation;
mod pages;
mod raw;
pub mod resources;
#[cfg(test)]
mod stand_ins;
mod tenant;
pub mod webhook;

pub use self::{
    call::{Call, Profile},
    client::{Client, Priority, Settings},
    error::{Channel, Error, Kind},
    forward::{Forward, ForwardBody},
    ids::{
        AppointmentId, AssociationId, BusinessId, CalendarGroupId, CalendarId, CampaignId,
        CompanyId, ContactId, ConversationId, CouponId, CustomFieldId, CustomValueId,
        EmailMessageId, FormId, InvoiceId, LocationId, LostReasonId, MessageId, NoteId,
        ObjectSchemaId, OpportunityId, OrderId, PipelineId, ProviderId, RecordId, RelationId,
        StageId, SubmissionId, SubscriptionId, SurveyId, TagId, TaskId, TemplateId, TransactionId,
        UserId, WorkflowId,
    },
    operation::{Effect, HighLevelEndpoint, Version},
    pages::{Paged, Pages, Turn},
    raw::{RawCall, RawReply, UnknownOperation},
    tenant::Tenant,
};
