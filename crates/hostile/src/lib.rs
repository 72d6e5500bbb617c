//! What must hold of any bytes that reach the hub, said once for the fuzzer and for property tests.
//!
//! Each check takes bytes and panics where a promise does not hold. The fuzzer in `fuzz/` looks for
//! bytes that break one; the tests here repeat what it found worth keeping, on every machine.
//!
//! Must not know: SQL, the simulated vendors, the binary. The fuzzer compiles this crate and all
//! below it with every branch counted.

mod caller;
#[cfg(test)]
mod corpus;
mod door;
mod event;
mod house;
mod keys;
mod route;
mod sealed;
mod signature;
#[cfg(test)]
mod strategies;

pub use self::{
    caller::check as caller, door::Door, event::check as event, house::House, keys::Keys,
    route::check as route, sealed::check as sealed, signature::check as signature,
};
