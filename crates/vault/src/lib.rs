//! Envelope encryption of credentials: the only crate that sees key material.
//!
//! Each credential is sealed with a data key of its own, and the data key is wrapped by a master
//! key. So a change of the master key touches sixty bytes of a credential and never its content.
//! A [`Keyring`] holds the master keys and does the work; a [`Sealed`] is what may be stored
//! anywhere; a [`Label`] says whose credential it is, and nothing opens under another label.
//!
//! Randomness is no argument here: a nonce or a key that a caller can choose is one that a caller
//! can repeat, so they come from aws-lc's generator.
//!
//! Must not know: SQL, HTTP, where settings come from, the rest of the house.

mod cleartext;
mod command;
mod data_key;
mod error;
mod key_file;
mod keyring;
mod label;
mod master_key;
mod sealed;

pub use self::{
    cleartext::Cleartext,
    command::KeyCommand,
    error::{CredentialError, KeyError, Problem},
    key_file::KeyFile,
    keyring::{Keyring, Source},
    label::Label,
    master_key::KeyId,
    sealed::{FormatError, Sealed},
};
