//! What HighLevel pushes: signatures, envelopes, the 58 documented kinds of event, and their contracts.

pub mod contract;
mod envelope;
mod event_type;
mod public_key;
mod recognize;
mod signature;
mod workflow;

pub use self::{
    envelope::Envelope,
    event_type::{EventType, Family},
    public_key::{PUBLISHED_ED25519_KEY, PUBLISHED_RSA_KEY, PublicKeyError, PublicKeys},
    recognize::{Recognized, recognize},
    signature::{ED25519_HEADER, RSA_HEADER, Scheme, SignatureError, Signatures, verify},
    workflow::{NoPayload, WorkflowPayload},
};
