//! An API call as a value: what it is, how it is encoded, sent and decoded, and what to do when it fails.
//!
//! A vendor crate describes each operation once, as a type that implements [`Endpoint`]. Everything
//! else is a function over that value: [`encode`] makes a [`Request`], a [`Transport`] carries it,
//! [`decode`] reads the [`Response`], and [`Error`] says at which stage it failed, what
//! [`Error::retry`] allows, and whether the call may have happened ([`Error::is_ambiguous`]).
//!
//! ```
//! use endpoint::{Endpoint, Method};
//!
//! struct GetPage<'a> {
//!     page_id: &'a str,
//! }
//!
//! impl Endpoint for GetPage<'_> {
//!     const NAME: &'static str = "pages.get";
//!     const METHOD: Method = Method::Get;
//!     const PATH: &'static str = "/v1/pages/{page_id}";
//!     type Response = serde_json::Value;
//!
//!     fn path_parameters(&self) -> Vec<(&'static str, &str)> {
//!         vec![("page_id", self.page_id)]
//!     }
//! }
//!
//! let request = endpoint::encode("https://api.example.com", &GetPage { page_id: "a b/c" })?;
//! assert_eq!(request.url, "https://api.example.com/v1/pages/a%20b%2Fc");
//! assert!(endpoint::encode("https://api.example.com", &GetPage { page_id: ".." }).is_err());
//! # Ok::<(), endpoint::Error>(())
//! ```
//!
//! Must not know: any vendor; without the feature `http`, any runtime.

mod budget;
pub mod catalogue;
mod codec;
mod content;
mod draft;
mod error;
#[cfg(feature = "http")]
pub mod http;
mod operation;
pub mod reach;
mod secret;
pub mod stream;
mod timer;
mod transport;

pub use self::{
    budget::{Budget, Reservation},
    codec::{decode, encode},
    content::{Content, Part},
    draft::Draft,
    error::{Error, Retry},
    operation::{Endpoint, Method},
    secret::Secret,
    timer::Timer,
    transport::{Request, Response, Transport, TransportError},
};
