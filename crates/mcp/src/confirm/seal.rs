//! The sealed state of a question: what was shown to whom, for which call, and until when.
//!
//! A client keeps it and gives it back. It can be read and cannot be changed, so nothing secret is
//! in it, and everything that it binds is checked when it comes back (`facts/mcp.md` 4.2).

use domain::{Actor, Tenant};
use jiff::{SignedDuration, Timestamp};
use rmcp::model::{RequestStateCodec, RequestStateError, SealOptions};
use serde::{Deserialize, Serialize};

use crate::digest::hex;

/// How long a question can be answered.
pub(crate) const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// Fills bytes at random; says whether it could.
pub type Random = Box<dyn Fn(&mut [u8]) -> bool + Send + Sync>;

/// Seals what is asked, with a key that all processes share whom an answer may reach.
pub(crate) struct Seal {
    codec: RequestStateCodec,
    random: Random,
}

/// By which way an answer comes back. What was sealed for one way is not taken on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// With a form that a person answered.
    Form,
    /// As the argument `confirm`.
    Token,
}

/// What a state says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Unlike that of any other.
    pub(crate) nonce: String,
    /// By which way it comes back.
    pub(crate) way: Way,
    /// In which location.
    pub(crate) location: String,
    /// The digest of the tool's arguments.
    pub(crate) arguments: String,
    /// The digest of the plan, with the states of its targets.
    pub(crate) plan: String,
    /// The second after which it counts no longer.
    pub(crate) until: i64,
}

/// Whose state it is; sealed along, and not written in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound<'a> {
    /// Who is asked.
    pub(crate) actor: &'a Actor,
    /// For whose account.
    pub(crate) tenant: &'a Tenant,
    /// By which tool.
    pub(crate) tool: &'a str,
}

impl Seal {
    /// A seal with this key of at least 32 bytes.
    ///
    /// # Errors
    /// Where the key is shorter.
    pub(crate) fn new(key: &[u8], random: Random) -> Result<Self, RequestStateError> {
        Ok(Self { codec: RequestStateCodec::try_new(key)?, random })
    }

    /// A word that no other call has; none where the system has nothing random.
    pub(crate) fn nonce(&self) -> Option<String> {
        let mut bytes = [0; 16];
        (self.random)(&mut bytes).then(|| hex(&bytes))
    }

    /// The state as a text.
    pub(crate) fn seal(&self, state: &State, bound: Bound<'_>) -> String {
        let payload = serde_json::to_vec(state).expect("texts and a number have a JSON form");
        self.codec.seal_with(&payload, &SealOptions::new().associated_data(&bound.bytes()))
    }

    /// What a text says, where it was sealed for these and its time is not over. Why not is not
    /// told: it helps nobody but whoever tries.
    pub(crate) fn open(&self, text: &str, bound: Bound<'_>, now: Timestamp) -> Option<State> {
        let state: State = self.codec.open_json_with(text, &bound.bytes()).ok()?;
        (now.as_second() < state.until).then_some(state)
    }
}

impl Bound<'_> {
    fn bytes(&self) -> Vec<u8> {
        let actor = self.actor.to_string();
        let Tenant { organization, connection } = self.tenant;
        let mut bytes = Vec::new();
        for part in [&actor, organization.as_str(), connection.as_str(), self.tool] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes
    }
}
