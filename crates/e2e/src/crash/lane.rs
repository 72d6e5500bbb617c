//! A lane: sends the events of its own records one after the other, as a vendor does.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use anyhow::Result;

use super::ledger::Ledger;
use crate::{Events, Fact, Random, Sender, Signed};

/// How many records a lane has; no other lane sends anything about them.
const RECORDS: usize = 3;

/// How many events one lane can number.
const NUMBERS: u64 = 1_000_000;

/// What passes between two events of a lane at most.
const PAUSE: Duration = Duration::from_millis(8);

/// One sender that outlives the hubs it sends to.
pub(super) struct Lane {
    number: u64,
    random: Random,
    events: Arc<Events>,
    ledger: Arc<Ledger>,
    sent: u64,
    /// Those that were answered with 200. An event that never was is not sent again once later ones
    /// have left: its place in the order would be open.
    answered: Vec<Fact>,
    /// The event that was on its way when the last hub was killed.
    unanswered: Option<Fact>,
}

impl Lane {
    pub(super) fn new(
        number: u64,
        random: Random,
        events: Arc<Events>,
        ledger: Arc<Ledger>,
    ) -> Self {
        Self { number, random, events, ledger, sent: 0, answered: Vec::new(), unanswered: None }
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Sends until the hub is gone, or until no more may be sent; then it keeps its connection for
    /// nothing, so that the kill comes while events are worked off.
    pub(super) async fn send(
        &mut self,
        address: SocketAddr,
        may_send: impl Fn() -> bool,
        first: &OnceLock<Instant>,
    ) {
        let Ok(mut sender) = Sender::connect(address).await else { return };
        while may_send() {
            let pause = self.random.time_below(PAUSE);
            tokio::time::sleep(pause).await;
            let fact = self.next();
            self.unanswered = Some(fact);
            let Ok(status) = self.exchange(&mut sender, address, fact).await else { return };
            self.unanswered = None;
            if status == 200 {
                self.answered.push(fact);
                first.get_or_init(Instant::now);
            }
        }
    }

    /// The unanswered event again, mostly; else one that was answered before; else a new one.
    fn next(&mut self) -> Fact {
        match self.unanswered.take() {
            Some(unanswered) if !self.random.once_in(4) => unanswered,
            _ if !self.answered.is_empty() && self.random.once_in(12) => {
                self.ledger.repeated();
                self.answered[self.random.below(self.answered.len())]
            }
            _ => {
                self.sent += 1;
                self.fact(self.sent - 1)
            }
        }
    }

    /// The lane's event with this number: the same whenever it is sent.
    fn fact(&self, number: u64) -> Fact {
        let number = self.number * NUMBERS + number;
        let mut own = Random::new(number);
        let contact = self.number * NUMBERS + own.below(RECORDS) as u64;
        let bytes = match own.below(100) {
            0 => own.within(200_000..1_000_000),
            1..8 => own.within(20_000..100_000),
            8..40 => own.within(2_000..20_000),
            _ => own.within(300..2_000),
        };
        Fact { number, contact, location: self.number / 2, bytes }
    }

    /// Sends an event, sometimes on two connections at once, and notes what was answered.
    async fn exchange(
        &mut self,
        sender: &mut Sender,
        address: SocketAddr,
        fact: Fact,
    ) -> Result<u16> {
        let event = self.events.telling(fact)?;
        self.ledger.leaves(&event, fact);
        if !self.random.once_in(16) {
            return self.answered(&event, sender.send(&Sender::request(&event)).await);
        }
        let request = Sender::request(&event);
        let beside = async { Sender::connect(address).await?.send(&request).await };
        let (one, other) = tokio::join!(sender.send(&request), beside);
        let other = self.answered(&event, other);
        self.answered(&event, one).and_then(|one| other.map(|other| one.min(other)))
    }

    fn answered(&self, event: &Signed, answer: Result<u16>) -> Result<u16> {
        match &answer {
            Ok(200) => self.ledger.acknowledged(event),
            Ok(429) => self.ledger.put_off(),
            Ok(status) => self.ledger.refused(*status),
            Err(_) => self.ledger.cut_off(event),
        }
        answer
    }
}
