//! Faults as data: what goes wrong, with which operation, how often.
//!
//! A vendor asks once per request what goes wrong with it, and acts on the answer. The choice follows
//! from the seed and the order of the requests, so that a failing run can be repeated.

pub(crate) mod befall;
pub(crate) mod disguise;

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
        self.action.check()
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
    /// An intermediary answers with a page of HTML instead of the vendor.
    HtmlPage {
        /// 200, as a page that asks for a login or a puzzle has it, or 400 to 599.
        status: u16,
        /// In seconds; no `Retry-After` when absent.
        #[serde(default)]
        retry_after: Option<u32>,
        /// Whether the operation takes effect all the same.
        #[serde(default)]
        committed: bool,
    },
    /// The operation takes effect and its success arrives with no body at all.
    EmptyBody {
        /// 200 to 299; the status of the operation when absent.
        #[serde(default)]
        status: Option<u16>,
    },
    /// The operation takes effect and its whole answer arrives, labelled as HTML.
    WrongContentType,
    /// The operation takes effect, the head of its answer arrives, and the body bit by bit.
    SlowBody {
        /// How long the body takes, in real time.
        milliseconds: u64,
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

    /// Every kind of fault: an example of it as JSON, and what it does in a few words.
    #[must_use]
    pub fn kinds() -> &'static [(&'static str, &'static str)] {
        &KINDS
    }

    /// Whether the operation takes effect.
    pub(crate) fn commits(&self) -> bool {
        match self {
            Self::Status { committed, .. }
            | Self::HtmlPage { committed, .. }
            | Self::Reset { committed } => *committed,
            Self::Outage => false,
            Self::Latency { .. }
            | Self::EmptyBody { .. }
            | Self::WrongContentType
            | Self::SlowBody { .. }
            | Self::Truncate => true,
        }
    }

    /// Whether no answer comes at all.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Reset { .. } | Self::Outage)
    }

    fn check(&self) -> Result<(), FaultError> {
        match *self {
            Self::Status { status, .. } if !(400..=599).contains(&status) => {
                Err(FaultError::Status(status))
            }
            Self::HtmlPage { status, .. } if status != 200 && !(400..=599).contains(&status) => {
                Err(FaultError::Page(status))
            }
            Self::EmptyBody { status: Some(status) } if !(200..=299).contains(&status) => {
                Err(FaultError::Empty(status))
            }
            _ => Ok(()),
        }
    }
}

/// One example of each kind of [`FaultAction`], with what it does.
const KINDS: [(&str, &str); 9] = [
    (r#"{"kind": "latency", "milliseconds": 800}"#, "the answer comes later"),
    (
        r#"{"kind": "status", "status": 429, "retry_after": 2, "committed": false}"#,
        "an error of the vendor, 400 to 599, with Retry-After where it is given",
    ),
    (
        r#"{"kind": "html_page", "status": 503, "committed": false}"#,
        "a page of HTML with status 200 or 400 to 599, with Retry-After where it is given",
    ),
    (
        r#"{"kind": "empty_body", "status": 201}"#,
        "done, and answered with a success of no bytes; the usual status where none is given",
    ),
    (r#"{"kind": "wrong_content_type"}"#, "done, and the answer is labelled text/html"),
    (
        r#"{"kind": "slow_body", "milliseconds": 3000}"#,
        "done, and the body of the answer takes this long",
    ),
    (r#"{"kind": "truncate"}"#, "done, and half of the answer arrives"),
    (
        r#"{"kind": "reset", "committed": true}"#,
        "the connection is reset, after the operation was done or before",
    ),
    (r#"{"kind": "outage"}"#, "every connection is reset"),
];

/// What is wrong with a fault.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum FaultError {
    /// See [`Fault::probability`].
    #[error("a fault's probability is {0}; choose one from 0 to 1")]
    Probability(f64),
    /// See [`FaultAction::Status`].
    #[error("a fault answers with status {0}; choose one from 400 to 599")]
    Status(u16),
    /// See [`FaultAction::HtmlPage`].
    #[error("a page of HTML has status {0}; choose 200, or one from 400 to 599")]
    Page(u16),
    /// See [`FaultAction::EmptyBody`].
    #[error("an empty success has status {0}; choose one from 200 to 299, or leave it out")]
    Empty(u16),
    /// See [`Fault::operation`].
    #[error("a fault befalls the operation `{named}`, which is unknown; {hint}")]
    Operation {
        /// What was named.
        named: String,
        /// What to name instead.
        hint: String,
    },
}

/// What goes wrong with one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mishap {
    /// How much longer it takes.
    pub latency: Duration,
    /// What else happens; never [`FaultAction::Latency`].
    pub action: Option<FaultAction>,
}

/// Tells whether a vendor has an operation of this name.
///
/// # Errors
/// What to name instead, where it has none.
pub(crate) type CheckName = fn(&str) -> Result<(), String>;

/// A handle on the faults of one vendor; clones share them.
#[derive(Clone, Debug)]
pub struct Faults {
    state: Arc<Mutex<State>>,
    check_name: CheckName,
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
        let state = State { faults: VecDeque::new(), seed, drawn: 0 };
        Self { state: Arc::new(Mutex::new(state)), check_name: |_| Ok(()) }
    }

    /// The same, for a vendor that knows the names of its operations.
    #[must_use]
    pub(crate) fn checking(mut self, check_name: CheckName) -> Self {
        self.check_name = check_name;
        self
    }

    /// Replaces all faults; the first that concerns a request befalls it.
    ///
    /// # Errors
    /// When one of them makes no sense; then nothing is replaced.
    pub fn set(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        self.check(&faults)?;
        self.state().faults = faults.into();
        Ok(())
    }

    /// Adds faults behind those that are there.
    ///
    /// # Errors
    /// When one of them makes no sense; then none is added.
    pub fn add(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        self.check(&faults)?;
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
        if state.faults.is_empty() {
            return mishap;
        }
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

    fn check(&self, faults: &[Fault]) -> Result<(), FaultError> {
        for fault in faults {
            fault.check()?;
            let Some(named) = &fault.operation else { continue };
            (self.check_name)(named)
                .map_err(|hint| FaultError::Operation { named: named.clone(), hint })?;
        }
        Ok(())
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
pub(crate) fn chance(seed: u64, drawn: u64) -> f64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut mixed = seed.wrapping_add(drawn.wrapping_mul(STEP));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    // A `f64` holds 32 bits exactly.
    f64::from((mixed >> 32) as u32) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests;
