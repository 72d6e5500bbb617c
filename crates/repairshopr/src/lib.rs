//! The RepairShopr API, reading: the account, customers, contacts, tickets, invoices, contracts and more.
//!
//! Each operation is a value, such as [`resources::List`], and [`Client::call`] sends it. All but
//! [`resources::CreateLead`] only read, so a failed one may be repeated; of that one,
//! [`Error::is_ambiguous`] tells when to look first. The client knows the credential and the rate
//! limit, which RepairShopr counts per internet address and not per key: all clients of a process
//! share one [`AddressBudget`], and processes share what an [`AddressLedger`] counts.
//!
//! RepairShopr answers a missing permission as it answers a bad key, with 401; [`Error::kind`] tells
//! the two apart as far as the reply does, and [`Error::hint`] names the permission.
//!
//! ```
//! use std::time::Duration;
//!
//! use endpoint::{Request, Response, Secret, Timer, Transport, TransportError};
//! use jiff::Timestamp;
//! use repairshopr::{
//!     AddressBudget, Client, Paging, Settings,
//!     models::Customer,
//!     resources::List,
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
//! /// Stands in for RepairShopr; a program uses `endpoint::http::HttpTransport`.
//! struct Canned;
//!
//! impl Transport for Canned {
//!     async fn send(&self, _: Request) -> Result<Response, TransportError> {
//!         let body = r#"{"customers":[{"id":7,"fullname":"Example Dental"}],
//!             "meta":{"total_pages":1,"page":1}}"#;
//!         Ok(Response { status: 200, headers: vec![], body: body.into() })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), repairshopr::Error> {
//! let address = repairshopr::base_url("example-shop").expect("it is a subdomain");
//! let settings = Settings::new(address, Secret::new("T0example"));
//! let client = Client::new(Canned, Clock, settings, AddressBudget::default());
//!
//! let mut paging = Paging::default();
//! let mut customers = Vec::new();
//! while let Some(number) = paging.next_page() {
//!     let page = client.call(&List::<Customer>::page(number).including_disabled()).await?;
//!     customers.extend(paging.take(page));
//! }
//! assert_eq!(customers.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Must not know: the hub.

mod client;
mod error;
mod ids;
pub mod models;
mod paging;
mod permission;
pub mod resources;

pub use self::{
    client::{AddressBudget, AddressLedger, Client, Pending, Settings, Timer, base_url},
    error::{Error, Kind},
    ids::{
        AppointmentId, AssetId, ContactId, ContractId, CustomerId, EstimateId, InvoiceId, LeadId,
        ScheduleId, TicketId, UserId,
    },
    paging::Paging,
    permission::permission,
};
