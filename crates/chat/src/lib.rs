//! Language models over HTTP: OpenAI, Anthropic, Ollama, and servers that speak as OpenAI does.
//!
//! One [`Client`] reaches one provider and says the same things to each: which models there are,
//! whether one exists, and one answer to a conversation, with the tokens that it took. Nothing is
//! streamed. What a provider turned away unread is repeated twice; an answer that was lost on its way
//! is not, since it was paid for. [`Error::kind`] says what went wrong and [`Error::hint`] what to do.
//!
//! Sampling parameters are never sent: the newest models refuse them. No `Debug` and no error shows
//! what was said.
//!
//! ```
//! use std::time::Duration;
//!
//! use chat::{Client, Completion, Message, Provider, Settings, Stop};
//! use endpoint::{Request, Response, Secret, Timer, Transport, TransportError};
//! use jiff::Timestamp;
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
//! /// Stands in for a provider; a program uses `endpoint::http::HttpTransport`.
//! struct Canned;
//!
//! impl Transport for Canned {
//!     async fn send(&self, _: Request) -> Result<Response, TransportError> {
//!         let body = r#"{"model":"m-1","content":[{"type":"text","text":"Hello."}],
//!             "stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":3}}"#;
//!         Ok(Response { status: 200, headers: vec![], body: body.into() })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), chat::Error> {
//! let settings = Settings::new(Provider::Anthropic, Secret::new("sk-ant-example"));
//! let client = Client::new(Canned, Clock, settings);
//! let completion = Completion::new("m-1", vec![Message::user("Say hello.")]);
//! let reply = client.complete(&completion).await?;
//! assert_eq!((reply.text.as_str(), reply.stop), ("Hello.", Stop::End));
//! assert_eq!(reply.usage.output_tokens, 3);
//! # Ok(())
//! # }
//! ```
//!
//! Must not know: the hub.

mod client;
mod completion;
mod dialects;
mod error;
mod model;
mod provider;

pub use endpoint::Timer;

pub use self::{
    client::{Client, Settings},
    completion::{Completion, Message, Reply, Role, Stop, Usage},
    error::{Error, Kind},
    model::Model,
    provider::Provider,
};
