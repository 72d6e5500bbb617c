//! What may be odd about a webhook: it comes twice, late, after its successor, or with parts missing.
//!
//! Chances follow from the seed and the order of the events, so that a failing run can be repeated.
//! Opportunity events need no chance to come in pairs: a change tells both of a pair, always.

use std::{borrow::Cow, collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::fault::chance;

/// A webhook that is held back longer than this would outlive every retry.
const LONGEST_DELAY: u32 = 7 * 24 * 60 * 60;

/// How many chances one webhook takes, whichever of them are set: switching one oddity on changes
/// nothing about where another strikes.
const CHANCES: u64 = 6;

/// The fields that live bodies of a kind lack although they are documented (`facts/highlevel.md`
/// 7.1 and row 19 of section 10), by how the kind's name begins.
const MISSING: [(&str, &[&str]); 4] = [
    ("TaskCreate", &["contactId", "body"]),
    ("Note", &["userId"]),
    ("ContactDnd", &["attachments", "inboundDndSettings"]),
    ("Contact", &["attachments"]),
];

/// How likely each oddity befalls a webhook, from 0 to 1; never, by default.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oddities {
    /// It is delivered twice: the same bytes under the same ids.
    pub duplicate: f64,
    /// It is delivered after the webhook that follows it.
    pub reorder: f64,
    /// It is delivered later, by the sandbox's clock.
    pub delay: f64,
    /// The longest delay, in seconds; up to seven days.
    pub longest_delay_seconds: u32,
    /// It lacks the documented fields that live bodies of its kind lack.
    pub missing_fields: f64,
    /// It has no `type`, as whole families of events are documented.
    pub no_type: f64,
}

/// Nothing odd; delays of up to an hour once they are made likely.
impl Default for Oddities {
    fn default() -> Self {
        Self {
            duplicate: 0.0,
            reorder: 0.0,
            delay: 0.0,
            longest_delay_seconds: 3_600,
            missing_fields: 0.0,
            no_type: 0.0,
        }
    }
}

/// What is wrong with [`Oddities`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OdditiesError {
    /// A probability is none.
    #[error("the probability of `{name}` is {probability}; choose one from 0 to 1")]
    Probability {
        /// The oddity.
        name: &'static str,
        /// What was given.
        probability: f64,
    },
    /// See [`Oddities::longest_delay_seconds`].
    #[error("the longest delay is {0} s; choose one from 1 s to seven days, which are 604800 s")]
    Delay(u32),
}

/// What is odd about one webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Odd {
    pub(crate) duplicate: bool,
    pub(crate) overtaken: bool,
    pub(crate) delay: Option<Duration>,
    missing_fields: bool,
    no_type: bool,
}

impl Oddities {
    /// Whether they make sense.
    ///
    /// # Errors
    /// When a probability is none, or a delay out of bounds.
    pub fn check(&self) -> Result<(), OdditiesError> {
        for (name, probability) in [
            ("duplicate", self.duplicate),
            ("reorder", self.reorder),
            ("delay", self.delay),
            ("missing_fields", self.missing_fields),
            ("no_type", self.no_type),
        ] {
            if !(0.0..=1.0).contains(&probability) {
                return Err(OdditiesError::Probability { name, probability });
            }
        }
        match (1..=LONGEST_DELAY).contains(&self.longest_delay_seconds) {
            true => Ok(()),
            false => Err(OdditiesError::Delay(self.longest_delay_seconds)),
        }
    }

    /// What is odd about the `number`th webhook of a run.
    pub(crate) fn befall(&self, seed: u64, number: u64) -> Odd {
        let drawn = |place: u64| chance(seed, number.wrapping_mul(CHANCES).wrapping_add(place));
        let longest = f64::from(self.longest_delay_seconds);
        let delay =
            Duration::from_secs_f64((drawn(3) * longest).ceil().clamp(1.0, longest.max(1.0)));
        Odd {
            duplicate: drawn(0) < self.duplicate,
            overtaken: drawn(1) < self.reorder,
            delay: (drawn(2) < self.delay).then_some(delay),
            missing_fields: drawn(4) < self.missing_fields,
            no_type: drawn(5) < self.no_type,
        }
    }
}

impl Odd {
    /// The event without what it lacks. The values that stay keep their bytes.
    pub(crate) fn strip<'a>(&self, json: &'a str) -> Cow<'a, str> {
        if !self.missing_fields && !self.no_type {
            return Cow::Borrowed(json);
        }
        // What is no object is refused where it is made a live event.
        let Ok(mut fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(json) else {
            return Cow::Borrowed(json);
        };
        let before = fields.len();
        if self.missing_fields {
            let kind = kind(json).unwrap_or_default();
            let lacking = MISSING.iter().find(|(beginning, _)| kind.starts_with(beginning));
            for field in lacking.map_or(&[][..], |(_, fields)| fields) {
                fields.remove(*field);
            }
        }
        if self.no_type {
            fields.remove("type");
        }
        match fields.len() == before {
            true => Cow::Borrowed(json),
            false => serde_json::to_string(&fields).map_or(Cow::Borrowed(json), Cow::Owned),
        }
    }
}

/// The `type` of an event.
pub(crate) fn kind(json: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Typed {
        r#type: String,
    }
    serde_json::from_str::<Typed>(json).ok().map(|typed| typed.r#type)
}

#[cfg(test)]
mod tests;
