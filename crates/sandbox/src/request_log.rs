//! What has been asked of a simulated vendor: method, path, status and time, never a body or a query.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

/// How many requests are remembered; all are counted.
const REMEMBERED: usize = 10_000;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    pub(crate) method: String,
    pub(crate) path: String,
    /// None where the path is none of the API's.
    pub(crate) operation: Option<&'static str>,
    /// None where the connection was reset instead of an answer.
    pub(crate) status: Option<u16>,
    pub(crate) at: Timestamp,
}

/// The latest requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    latest: VecDeque<Entry>,
    count: u64,
}

impl RequestLog {
    pub(crate) fn push(&mut self, entry: Entry) {
        if self.latest.len() == REMEMBERED {
            self.latest.pop_front();
        }
        self.latest.push_back(entry);
        self.count += 1;
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Those that are remembered, oldest first.
    pub(crate) fn latest(&self) -> Vec<Entry> {
        self.latest.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_requests_are_forgotten_but_counted() {
        let mut log = RequestLog::default();
        for second in 0..10_005 {
            log.push(Entry {
                method: "GET".to_owned(),
                path: "/v1/users/me".to_owned(),
                operation: Some("users.me"),
                status: Some(200),
                at: Timestamp::from_second(second).unwrap(),
            });
        }
        assert_eq!(log.count(), 10_005);
        assert_eq!(log.latest().len(), REMEMBERED);
        assert_eq!(log.latest()[0].at.as_second(), 5);
    }
}
