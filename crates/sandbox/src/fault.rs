//! Faults as data: what goes wrong, with which operation, how often.
//!
//! A vendor asks once per request what goes wrong with it, and acts on the answer. The choice follows
//! from the seed and the order of the requests, so that a failing run can be repeated.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The operation that it befalls, such as `pages.create`; all of them when absent.
    #[serde(default)]
    pub operation: Option<String>,
    /// What happens.
    pub action: FaultAction,
    /// How many requests it befalls before it is gone; without end when absent.
    #[serde(default)]
    pub count: Option<u32>,
    /// How likely it befalls a request that it could, from 0 to 1.
    #[serde(default = "certain")]
    pub probability: f64,
}

fn certain() -> f64 {
    1.0
}

impl Fault {
    /// A fault that befalls every request, until it is cleared.
    #[must_use]
    pub fn always(action: FaultAction) -> Self {
        Self { operation: None, action, count: None, probability: 1.0 }
    }

    /// The same, for one operation only.
    #[must_use]
    pub fn on(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// The same, for that many requests only.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = Some(count);
        self
    }

    fn concerns(&self, operation: &str) -> bool {
        self.operation.as_deref().is_none_or(|named| named == operation)
    }

    fn check(&self) -> Result<(), FaultError> {
        if !(0.0..=1.0).contains(&self.probability) {
            return Err(FaultError::Probability(self.probability));
        }
        match self.action {
            FaultAction::Status { status, .. } if !(400..=599).contains(&status) => {
                Err(FaultError::Status(status))
            }
            _ => Ok(()),
        }
    }
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultAction {
    /// The answer takes this much longer, in real time; other faults may come on top.
    Latency {
        /// How much longer.
        milliseconds: u64,
    },
    /// The vendor answers with an error in its own shape; 502 is HTML from the edge.
    Status {
        /// 400 to 599.
        status: u16,
        /// In seconds; no `Retry-After` when absent.
        #[serde(default)]
        retry_after: Option<u32>,
        /// The vendor's own word for why, where its errors have a place for one.
        #[serde(default)]
        reason: Option<String>,
        /// Whether the operation takes effect all the same.
        #[serde(default)]
        committed: bool,
    },
    /// The connection is reset without an answer.
    Reset {
        /// Whether the operation takes effect all the same.
        #[serde(default)]
        committed: bool,
    },
    /// The operation takes effect and half of its answer arrives.
    Truncate,
    /// The vendor is down: every connection is reset until this is cleared.
    Outage,
}

impl FaultAction {
    /// The error `status`, with nothing done and no advice.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status { status, retry_after: None, reason: None, committed: false }
    }
}

/// What is wrong with a fault.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum FaultError {
    /// See [`Fault::probability`].
    #[error("a fault's probability is {0}; choose one from 0 to 1")]
    Probability(f64),
    /// See [`FaultAction::Status`].
    #[error("a fault answers with status {0}; choose one from 400 to 599")]
    Status(u16),
}

/// What goes wrong with one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mishap {
    /// How much longer it takes.
    pub latency: Duration,
    /// What else happens; never [`FaultAction::Latency`].
    pub action: Option<FaultAction>,
}

/// A handle on the faults of one vendor; clones share them.
#[derive(Clone, Debug)]
pub struct Faults {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    faults: VecDeque<Fault>,
    seed: u64,
    drawn: u64,
}

impl Faults {
    /// No faults; chances follow from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: Arc::new(Mutex::new(State { faults: VecDeque::new(), seed, drawn: 0 })) }
    }

    /// Replaces all faults; the first that concerns a request befalls it.
    ///
    /// # Errors
    /// When one of them makes no sense; then nothing is replaced.
    pub fn set(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        faults.iter().try_for_each(Fault::check)?;
        self.state().faults = faults.into();
        Ok(())
    }

    /// Adds faults behind those that are there.
    ///
    /// # Errors
    /// When one of them makes no sense; then none is added.
    pub fn add(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        faults.iter().try_for_each(Fault::check)?;
        self.state().faults.extend(faults);
        Ok(())
    }

    /// Ends all faults, an outage too.
    pub fn clear(&self) {
        self.state().faults.clear();
    }

    /// Ends all faults and begins the chances anew.
    pub fn reset(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.drawn = 0;
    }

    /// What is left of the faults.
    #[must_use]
    pub fn list(&self) -> Vec<Fault> {
        self.state().faults.iter().cloned().collect()
    }

    /// What goes wrong with a request of `operation`; faults that are used up are forgotten.
    #[must_use]
    pub fn befall(&self, operation: &str) -> Mishap {
        let mut state = self.state();
        let mut mishap = Mishap::default();
        for index in 0..state.faults.len() {
            let fault = &state.faults[index];
            let slow = matches!(fault.action, FaultAction::Latency { .. });
            if !fault.concerns(operation) || (mishap.action.is_some() && !slow) {
                continue;
            }
            if !state.happens(index) {
                continue;
            }
            let fault = &mut state.faults[index];
            fault.count = fault.count.map(|left| left.saturating_sub(1));
            match &fault.action {
                FaultAction::Latency { milliseconds } => {
                    mishap.latency += Duration::from_millis(*milliseconds);
                }
                other => mishap.action = Some(other.clone()),
            }
        }
        state.faults.retain(|fault| fault.count != Some(0));
        mishap
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn happens(&mut self, index: usize) -> bool {
        let fault = &self.faults[index];
        if fault.count == Some(0) {
            return false;
        }
        let probability = fault.probability;
        if probability >= 1.0 {
            return true;
        }
        self.drawn += 1;
        chance(self.seed, self.drawn) < probability
    }
}

/// The `drawn`th number of the sequence that follows from `seed`, from 0 up to but not 1 (splitmix64).
fn chance(seed: u64, drawn: u64) -> f64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut mixed = seed.wrapping_add(drawn.wrapping_mul(STEP));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    // A `f64` holds 32 bits exactly.
    f64::from((mixed >> 32) as u32) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reset() -> FaultAction {
        FaultAction::Reset { committed: false }
    }

    fn with(faults: Vec<Fault>) -> Faults {
        let all = Faults::new(7);
        all.set(faults).unwrap();
        all
    }

    #[test]
    fn a_fault_befalls_its_operation_as_often_as_it_says() {
        let faults = with(vec![Fault::always(reset()).on("pages.create").times(2)]);
        assert_eq!(faults.befall("pages.retrieve"), Mishap::default());
        assert_eq!(faults.befall("pages.create").action, Some(reset()));
        assert_eq!(faults.befall("pages.create").action, Some(reset()));
        assert_eq!(faults.befall("pages.create"), Mishap::default());
        assert_eq!(faults.list(), []);
    }

    #[test]
    fn the_first_fault_wins_and_latencies_add_up() {
        let slow = |milliseconds| Fault::always(FaultAction::Latency { milliseconds }).times(1);
        let faults = with(vec![
            slow(10),
            Fault::always(FaultAction::status(500)).times(1),
            Fault::always(reset()).times(1),
            slow(5),
        ]);
        let first = faults.befall("x");
        assert_eq!(first.latency, Duration::from_millis(15));
        assert_eq!(first.action, Some(FaultAction::status(500)));
        assert_eq!(faults.befall("x").action, Some(reset()));
        assert_eq!(faults.befall("x"), Mishap::default());
    }

    #[test]
    fn an_outage_lasts_until_it_is_cleared() {
        let faults = with(vec![Fault::always(FaultAction::Outage)]);
        for _ in 0..100 {
            assert_eq!(faults.befall("x").action, Some(FaultAction::Outage));
        }
        faults.clear();
        assert_eq!(faults.befall("x"), Mishap::default());
    }

    #[test]
    fn chances_follow_from_the_seed() {
        let likely = Fault { probability: 0.3, ..Fault::always(reset()) };
        let run = |seed| -> Vec<bool> {
            let faults = Faults::new(seed);
            faults.set(vec![likely.clone()]).unwrap();
            (0..1000).map(|_| faults.befall("x").action.is_some()).collect()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        let hits = run(1).into_iter().filter(|hit| *hit).count();
        assert!((250..350).contains(&hits), "{hits}");
    }

    #[test]
    fn a_missed_chance_does_not_use_a_fault_up() {
        let never = Fault { probability: 0.0, ..Fault::always(reset()).times(1) };
        let faults = with(vec![never.clone()]);
        assert_eq!(faults.befall("x"), Mishap::default());
        assert_eq!(faults.list(), [never]);
    }

    #[test]
    fn faults_are_read_from_json_and_wrong_ones_are_refused() {
        let json = r#"[{"operation":"pages.create","action":{"kind":"status","status":503,"committed":true}},
            {"action":{"kind":"latency","milliseconds":20},"count":3,"probability":0.5},
            {"action":{"kind":"outage"}}]"#;
        let faults: Vec<Fault> = serde_json::from_str(json).unwrap();
        assert_eq!(faults.len(), 3);
        assert_eq!(faults[1].probability, 0.5);
        let all = with(faults.clone());
        assert_eq!(all.list(), faults);

        for json in [
            r#"{"action":{"kind":"explode"}}"#,
            r#"{"action":{"kind":"reset","commited":true}}"#,
            r#"{"action":{"kind":"outage"},"often":1}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(json).is_err(), "{json}");
        }
        let wrong = vec![Fault::always(FaultAction::status(200))];
        assert_eq!(all.set(wrong), Err(FaultError::Status(200)));
        let wrong = Fault { probability: 2.0, ..Fault::always(reset()) };
        assert_eq!(all.add(vec![wrong]), Err(FaultError::Probability(2.0)));
        assert_eq!(all.list(), faults);
    }
}
