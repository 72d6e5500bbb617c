//! The HighLevel API: what its webhooks are signed with, and what they say.
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

pub mod webhook;
