//! The rate limits: fixed windows of a minute, per connection and for the workspace.

use std::collections::HashMap;

use jiff::Timestamp;

use super::refusal::Refusal;

/// `facts/notion.md` 0.
const WINDOW_MILLISECONDS: i64 = 60_000;

/// Counts requests. A window begins with the first request after the one before has ended.
#[derive(Debug)]
pub(crate) struct Limiter {
    per_connection: u32,
    for_workspace: Option<u32>,
    connections: HashMap<String, Window>,
    workspace: Window,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    /// In milliseconds since 1970.
    since: i64,
    counted: u32,
}

impl Limiter {
    pub(crate) fn new(per_connection: u32, for_workspace: Option<u32>) -> Self {
        Self {
            per_connection,
            for_workspace,
            connections: HashMap::new(),
            workspace: Window::default(),
        }
    }

    /// Counts a request of this connection.
    ///
    /// # Errors
    /// When its window or the workspace's is full; then it is not counted.
    pub(crate) fn admit(&mut self, connection: &str, now: Timestamp) -> Result<(), Refusal> {
        let now = now.as_millisecond();
        let window = self.connections.entry(connection.to_owned()).or_default();
        window.check(now, self.per_connection, "public_api_request_rate_limit")?;
        if let Some(limit) = self.for_workspace {
            let reason = "public_api_space_request_rate_limit";
            self.workspace.check(now, limit, reason)?;
        }
        window.counted += 1;
        self.workspace.counted += 1;
        Ok(())
    }
}

impl Window {
    fn check(&mut self, now: i64, limit: u32, reason: &str) -> Result<(), Refusal> {
        if !(0..WINDOW_MILLISECONDS).contains(&(now - self.since)) {
            *self = Self { since: now, counted: 0 };
        }
        if self.counted < limit {
            return Ok(());
        }
        let left = self.since + WINDOW_MILLISECONDS - now;
        let seconds = u64::try_from(left).unwrap_or_default().div_ceil(1000);
        Err(Refusal::rate_limited(Some(seconds), reason))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_770_000_000_000 + millisecond).unwrap()
    }

    #[test]
    fn a_window_lasts_a_minute_from_its_first_request() {
        let mut limiter = Limiter::new(3, None);
        for millisecond in [0, 10, 59_000] {
            limiter.admit("a", at(millisecond)).unwrap();
        }
        let refusal = limiter.admit("a", at(59_001)).unwrap_err();
        assert_eq!((refusal.status, refusal.retry_after), (429, Some(1)));
        assert_eq!(limiter.admit("a", at(10_500)).unwrap_err().retry_after, Some(50));
        for millisecond in [60_000, 60_000, 119_999] {
            limiter.admit("a", at(millisecond)).unwrap();
        }
        assert!(limiter.admit("a", at(119_999)).is_err());
    }

    #[test]
    fn connections_are_counted_apart_and_the_workspace_together() {
        let mut limiter = Limiter::new(3, Some(4));
        for connection in ["a", "a", "a", "b"] {
            limiter.admit(connection, at(0)).unwrap();
        }
        let reason = |refusal: Refusal| refusal.additional_data["rate_limit_reason"].clone();
        let own = limiter.admit("a", at(1)).unwrap_err();
        assert_eq!(reason(own), json!("public_api_request_rate_limit"));
        let shared = limiter.admit("b", at(1)).unwrap_err();
        assert_eq!(reason(shared), json!("public_api_space_request_rate_limit"));
    }

    #[test]
    fn a_refused_request_is_not_counted() {
        let mut limiter = Limiter::new(1, None);
        limiter.admit("a", at(0)).unwrap();
        for _ in 0..10 {
            assert!(limiter.admit("a", at(1)).is_err());
        }
        assert!(limiter.admit("a", at(60_000)).is_ok());
    }
}
