//! The token proxy from outside: the real binary in front of the simulated HighLevel, or of one that misbehaves.

mod browser;
mod house;
mod official_client;
mod passing;
mod streams;
mod traversal;
mod vendor;
