//! Pressure: how many bytes of bodies all open requests hold together, and when that is enough.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// A bound on what all requests hold. Clones share it.
#[derive(Clone)]
pub(crate) struct Pressure {
    held: Arc<AtomicUsize>,
    limit: usize,
}

/// What one request holds; given back when it is dropped.
pub(crate) struct Held {
    pressure: Pressure,
    bytes: usize,
}

impl Pressure {
    /// With at most `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { held: Arc::default(), limit }
    }

    /// A request that holds nothing yet.
    pub(crate) fn hold(&self) -> Held {
        Held { pressure: self.clone(), bytes: 0 }
    }
}

impl Held {
    /// Holds this many bytes from now on, where it held fewer; false where there is no room, and then
    /// it holds what it held before.
    #[must_use]
    pub(crate) fn grow_to(&mut self, bytes: usize) -> bool {
        let Some(more) = bytes.checked_sub(self.bytes) else { return true };
        let held = &self.pressure.held;
        if held.fetch_add(more, Ordering::Relaxed) + more > self.pressure.limit {
            held.fetch_sub(more, Ordering::Relaxed);
            return false;
        }
        self.bytes = bytes;
        true
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.pressure.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_share_one_bound_and_give_back_what_they_held() {
        let pressure = Pressure::new(100);
        let (mut one, mut other) = (pressure.hold(), pressure.hold());
        assert!(one.grow_to(60) && one.grow_to(40), "it holds more already");
        assert!(!other.grow_to(41), "only 40 are left");
        assert!(other.grow_to(40));
        drop(one);
        assert!(other.grow_to(100) && !other.grow_to(101));
        drop(other);
        assert_eq!(pressure.held.load(Ordering::Relaxed), 0);
    }
}
