//! The delivery log of the simulated HighLevel: every webhook, with every try to deliver it.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// How many webhooks are remembered; the oldest make room. HighLevel's portal keeps 30 days.
const LIMIT: usize = 10_000;

/// One webhook and what became of it. It never holds the body.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivery {
    /// The event's `type`, or the name of its file.
    pub event: String,
    /// The id in the body.
    pub webhook_id: String,
    /// The id in the header, the same for every try.
    pub delivery_id: String,
    /// The SHA-256 of the body, in hexadecimal digits.
    pub body_sha256: String,
    /// The tries so far, in order.
    pub attempts: Vec<Attempt>,
    /// When the next try is due, by the sandbox's clock; none where there will be none.
    pub next_attempt_at: Option<Timestamp>,
}

/// One try to deliver a webhook.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attempt {
    /// When it was made, by the sandbox's clock.
    pub at: Timestamp,
    /// The status of the reply; none where no reply came.
    pub status: Option<u16>,
    /// Why no reply came.
    pub failure: Option<String>,
    /// How long the reply took, in real time.
    #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
    pub elapsed: Duration,
}

/// Writes a duration as milliseconds with their fraction.
pub(crate) fn milliseconds<S: Serializer>(
    elapsed: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(elapsed.as_secs_f64() * 1000.0)
}

/// The webhooks that are remembered, oldest first.
#[derive(Default)]
pub(crate) struct DeliveryLog {
    deliveries: VecDeque<Delivery>,
    /// The number of each remembered webhook, counted from the first ever.
    numbers: HashMap<String, usize>,
    /// How many are no longer remembered: the number of the oldest that is.
    forgotten: usize,
}

impl DeliveryLog {
    /// Notes a try: at the webhook with this id, or at a new one.
    pub(crate) fn note(&mut self, new: impl FnOnce() -> Delivery, id: &str, attempt: Attempt) {
        if self.find(id).is_none() {
            self.add(new());
        }
        if let Some(delivery) = self.find(id) {
            delivery.attempts.push(attempt);
        }
    }

    /// Notes when the next try of a webhook is due.
    pub(crate) fn plan(&mut self, id: &str, due: Option<Timestamp>) {
        if let Some(delivery) = self.find(id) {
            delivery.next_attempt_at = due;
        }
    }

    /// Notes a webhook that is held back before its first try.
    pub(crate) fn announce(&mut self, delivery: Delivery, due: Timestamp) {
        self.add(Delivery { next_attempt_at: Some(due), ..delivery });
    }

    fn find(&mut self, id: &str) -> Option<&mut Delivery> {
        let number = self.numbers.get(id)?;
        self.deliveries.get_mut(number - self.forgotten)
    }

    fn add(&mut self, delivery: Delivery) {
        if self.deliveries.len() == LIMIT {
            let oldest = self.deliveries.pop_front();
            oldest.and_then(|oldest| self.numbers.remove(&oldest.delivery_id));
            self.forgotten += 1;
        }
        let number = self.forgotten + self.deliveries.len();
        self.numbers.insert(delivery.delivery_id.clone(), number);
        self.deliveries.push_back(delivery);
    }

    pub(crate) fn all(&self) -> Vec<Delivery> {
        self.deliveries.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(id: &str) -> Delivery {
        Delivery {
            event: "NoteCreate".to_owned(),
            webhook_id: "w".to_owned(),
            delivery_id: id.to_owned(),
            body_sha256: String::new(),
            attempts: Vec::new(),
            next_attempt_at: None,
        }
    }

    fn attempt(status: u16) -> Attempt {
        Attempt {
            at: Timestamp::UNIX_EPOCH,
            status: Some(status),
            failure: None,
            elapsed: Duration::from_micros(1500),
        }
    }

    #[test]
    fn tries_gather_at_their_webhook() {
        let mut log = DeliveryLog::default();
        for (id, status) in [("a", 429), ("b", 200), ("a", 200)] {
            log.note(|| delivery(id), id, attempt(status));
        }
        let statuses: Vec<Vec<Option<u16>>> = log
            .all()
            .iter()
            .map(|delivery| delivery.attempts.iter().map(|attempt| attempt.status).collect())
            .collect();
        assert_eq!(statuses, [vec![Some(429), Some(200)], vec![Some(200)]]);
    }

    #[test]
    fn the_oldest_make_room() {
        let mut log = DeliveryLog::default();
        for number in 0..=LIMIT {
            let id = number.to_string();
            log.note(|| delivery(&id), &id, attempt(200));
        }
        let all = log.all();
        assert_eq!(all.len(), LIMIT);
        assert_eq!(all[0].delivery_id, "1");
        assert_eq!(log.numbers.len(), LIMIT);
        log.note(|| delivery("1"), "1", attempt(500));
        assert_eq!(log.all()[0].attempts.len(), 2);
    }

    #[test]
    fn elapsed_time_is_told_in_milliseconds() {
        let told = serde_json::to_value(attempt(200)).unwrap();
        assert_eq!(told["elapsed_ms"], 1.5);
    }
}
