//! Asks whether a plan is done: a person where one can be reached, and else by a preview first.
//!
//! There are three ways to one answer (`facts/mcp.md` 4.2): a client that asks and calls again with a
//! sealed state, a client that is asked while the call waits, and a preview whose token confirms it.
//! Whatever comes back counts once, for the same call of the same caller in the same location, and
//! only while the plan is still what was shown.

pub(crate) mod person;
pub(crate) mod seal;

use domain::{NewRequest, RequestKey, RequestMark};
use rmcp::model::InputRequiredResult;
use serde_json::{Value, json};

use self::{
    person::{CONFIRM, Client, Reach, Said},
    seal::{ANSWERED_WITHIN, Bound, Seal, State, Way},
};
use crate::{
    ToolError,
    desk::Desk,
    digest::{Digest, hex},
    plan::Plan,
    tool::Answer,
    untrusted,
};

/// How many records of many are named in a question.
const SAMPLE: usize = 3;

/// A plan that needs somebody's word, and the call that it is of.
pub(crate) struct Question<'a> {
    /// What is asked for.
    pub(crate) plan: &'a Plan,
    /// Whether a word has to be typed.
    pub(crate) types: bool,
    /// The tool.
    pub(crate) tool: &'a str,
    /// The digest of its arguments.
    pub(crate) arguments: Digest,
    /// The argument `confirm`.
    pub(crate) token: Option<&'a str>,
    /// Who asks.
    pub(crate) client: &'a Client,
}

/// What became of a question.
pub(crate) enum Asked {
    /// It is to be done.
    Agreed(Agreed),
    /// It is not done, and this is why.
    Not(Answer, Lane),
    /// The client is to ask.
    Asks(Box<InputRequiredResult>),
}

/// Somebody's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    /// What it is remembered by.
    pub(crate) nonce: String,
    /// How it came.
    pub(crate) lane: Lane,
}

/// By which of the ways it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// The client asked and called again.
    Retry,
    /// The client was asked while the call waited: what was read before may be old.
    Session,
    /// A preview was shown.
    Preview,
}

impl Lane {
    /// Its name in the audit.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "form",
            Self::Session => "session",
            Self::Preview => "preview",
        }
    }
}

impl Question<'_> {
    /// Asks, or takes the answer that came along.
    ///
    /// # Errors
    /// Where an answer is not one to this call, came twice or too late, or nobody can be asked.
    pub(crate) async fn ask(&self, desk: &Desk, seal: &Seal) -> Result<Asked, ToolError> {
        match (&self.client.reach, &self.client.state, self.token) {
            (Reach::Retry, Some(state), _) => {
                let state = self.opened(state, Way::Form, (desk, seal))?;
                self.answered(desk, state, (self.client.said(), Lane::Retry)).await
            }
            (Reach::Retry, None, _) => Ok(Asked::Asks(Box::new(self.to_ask(desk, seal)?))),
            (Reach::Session(person), ..) => {
                let nonce = nonce(seal)?;
                let said = person::said(person.ask(self.form()).await);
                let state = self.state(nonce, Way::Form, desk);
                self.answered(desk, state, (said, Lane::Session)).await
            }
            (Reach::Nobody, ..) if desk.caller().surface.requires_person => Err(ToolError::new(
                "needs_person",
                "only a person may confirm this, and this client cannot ask one",
                "use a client that can show a form, or tell the person to do it themselves",
            )),
            (Reach::Nobody, _, Some(token)) => {
                let (token, typed) = token.split_once(' ').unwrap_or((token, ""));
                let state = self.opened(token, Way::Token, (desk, seal))?;
                let typed = (!typed.is_empty()).then(|| typed.to_owned());
                self.answered(desk, state, (Said::Yes(typed), Lane::Preview)).await
            }
            (Reach::Nobody, _, None) => Ok(Asked::Not(self.preview(desk, seal)?, Lane::Preview)),
        }
    }

    /// What an answer comes to: it counts once, also where it says no.
    async fn answered(
        &self,
        desk: &Desk,
        state: State,
        (said, lane): (Said, Lane),
    ) -> Result<Asked, ToolError> {
        if state.plan != hex(&self.plan.digest()) {
            return Err(changed());
        }
        if let (Said::Yes(typed), Some(word)) = (&said, self.word()) {
            let typed = typed.as_deref().unwrap_or_default().trim();
            if typed != word {
                return Err(ToolError::new(
                    "not_confirmed",
                    "what was typed is not what was asked for, and nothing was done",
                    "call again without `confirm`, and have the person type it as it is shown",
                ));
            }
        }
        self.use_up(desk, &state).await?;
        Ok(match said {
            Said::Yes(_) => Asked::Agreed(Agreed { nonce: state.nonce, lane }),
            Said::No => Asked::Not(not_done("declined", "the person said no"), lane),
            Said::Nothing => Asked::Not(not_done("cancelled", "nobody answered"), lane),
        })
    }

    /// Notes that a state was answered, which can be done once in all processes.
    async fn use_up(&self, desk: &Desk, state: &State) -> Result<(), ToolError> {
        // No header of an HTTP request has a space in its key, so these words are nobody else's.
        let word = format!("mcp confirmed {}", state.nonce);
        let key = RequestKey { holder: desk.caller().actor.clone(), word };
        let mark = RequestMark::of(self.tool, &state.location, self.arguments.bytes());
        let begun_at = desk.now();
        let kept_until = begun_at + ANSWERED_WITHIN + ANSWERED_WITHIN;
        let request = NewRequest { key, mark, begun_at, kept_until };
        match desk.books().await?.begin(request).await? {
            None => Ok(()),
            Some(_) => Err(ToolError::new(
                "confirmed_before",
                "this confirmation was used before, and counts once",
                "look whether it was done; call again without `confirm` to ask anew",
            )),
        }
    }

    /// The state in a text, where it was sealed for this call.
    fn opened(
        &self,
        text: &str,
        way: Way,
        (desk, seal): (&Desk, &Seal),
    ) -> Result<State, ToolError> {
        let state = seal.open(text, self.bound(desk), desk.now());
        let state = state.filter(|state| {
            state.way == way
                && state.location == desk.place().location.as_str()
                && state.arguments == self.arguments.text()
        });
        state.ok_or_else(|| {
            ToolError::new(
                "not_confirmed",
                "the confirmation is not for this call, or its five minutes are over",
                "call again without `confirm`, with the arguments that are meant, to ask anew",
            )
        })
    }

    fn to_ask(&self, desk: &Desk, seal: &Seal) -> Result<InputRequiredResult, ToolError> {
        let state = self.state(nonce(seal)?, Way::Form, desk);
        let requests = [(CONFIRM.to_owned(), person::request(self.form()))].into();
        let state = seal.seal(&state, self.bound(desk));
        Ok(InputRequiredResult::new(Some(requests), Some(state)))
    }

    fn preview(&self, desk: &Desk, seal: &Seal) -> Result<Answer, ToolError> {
        let state = self.state(nonce(seal)?, Way::Token, desk);
        let mut value = json!({
            "status": "preview",
            "kind": self.plan.kind.as_str(),
            "question": self.message(),
            "targets": self.plan.targets,
            "confirm": seal.seal(&state, self.bound(desk)),
            "expires_at": (desk.now() + ANSWERED_WITHIN).to_string(),
            "note": "Nothing was done. Show the question to the person. Only if they agree, call again \
                     with the same arguments and this `confirm`. It proves that there was a preview, \
                     and not that a person agreed.",
        });
        if let Some(word) = self.word() {
            value["to_type"] = json!(format!(
                "have the person type {word}, and give what they typed behind the token and a space"
            ));
        }
        Ok(Answer { value, untrusted: Vec::new() })
    }

    fn form(&self) -> rmcp::model::ElicitRequestParams {
        person::form(self.message(), self.word().as_deref())
    }

    /// What a person reads: the plan's question, and how many records it is about. Names in it may
    /// be a stranger's choice, so nothing in it hides or moves.
    fn message(&self) -> String {
        let count = self.plan.count.max(self.plan.targets.len());
        let mut message = untrusted::visible(&self.plan.question);
        if self.plan.is_bulk() {
            let named = self.plan.targets.iter().take(SAMPLE);
            let named: Vec<_> = named
                .map(|target| untrusted::visible(target.name.as_ref().unwrap_or(&target.id)))
                .collect();
            message.push_str(&format!("\n{count} records"));
            if !named.is_empty() {
                message.push_str(&format!(": {}", named.join(", ")));
            }
            if count > named.len() && !named.is_empty() {
                message.push_str(&format!(" and {} more", count - named.len()));
            }
        }
        message
    }

    /// What has to be typed: the plan's own word, the number of its records, or the name of the one.
    fn word(&self) -> Option<String> {
        let plan = self.plan;
        let own = || plan.must_type.as_ref().map(|word| untrusted::visible(word).trim().to_owned());
        let count = || plan.is_bulk().then(|| plan.count.max(plan.targets.len()).to_string());
        let name = || {
            let target = plan.targets.first()?;
            let name = target.name.as_ref().unwrap_or(&target.id);
            Some(untrusted::visible(name).trim().to_owned())
        };
        let kind = || Some(plan.kind.as_str().to_owned());
        let is_there = |word: &String| !word.is_empty();
        let found = || {
            own().filter(is_there).or_else(count).or_else(|| name().filter(is_there)).or_else(kind)
        };
        self.types.then(found).flatten()
    }

    fn state(&self, nonce: String, way: Way, desk: &Desk) -> State {
        State {
            nonce,
            way,
            location: desk.place().location.to_string(),
            arguments: self.arguments.text(),
            plan: hex(&self.plan.digest()),
            until: (desk.now() + ANSWERED_WITHIN).as_second(),
        }
    }

    fn bound<'b>(&'b self, desk: &'b Desk) -> Bound<'b> {
        Bound { actor: &desk.caller().actor, tenant: &desk.place().tenant, tool: self.tool }
    }
}

/// The refusal of a plan that is no longer what was shown.
pub(crate) fn changed() -> ToolError {
    ToolError::new(
        "changed",
        "what this would do has changed since it was shown, and nothing was done",
        "call again without `confirm` to show it as it is now",
    )
}

fn not_done(status: &str, why: &str) -> Answer {
    let value: Value = json!({
        "status": status,
        "note": format!("Nothing was done: {why}. Do not ask again unless they want it."),
    });
    Answer { value, untrusted: Vec::new() }
}

fn nonce(seal: &Seal) -> Result<String, ToolError> {
    seal.nonce().ok_or_else(|| {
        let fix = "try again; if it stays so, restart the hub";
        ToolError::new("not_asked", "the system has no random bytes", fix).later(None)
    })
}
