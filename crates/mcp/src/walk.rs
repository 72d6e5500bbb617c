//! The walk of a call: its arguments, its place, what the tool makes of it, and what becomes of that.

mod arguments;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::{Outcome, StorageError};
use endpoint::catalogue::Kind;
use rmcp::{
    Peer, RoleServer,
    model::{InputRequiredResult, JsonObject, MetaObject, ProgressToken},
};
use serde_json::{Value, json};

use self::arguments::Shared;
use crate::{
    Caller, House, Place, ToolError,
    confirm::{self, Agreed, Asked, Lane, Question, person::Client},
    desk::Desk,
    directory::Directory,
    guard::{self, Verdict},
    ledger::{Act as Moment, Note},
    once::{Begun, Once},
    output::Handles,
    plan::Plan,
    safety::Safety,
    tool::{Act, Answer},
    toolbox::Held,
    untrusted::{self, Lock},
};

/// Walks the calls of one caller.
pub(crate) struct Walk {
    pub(crate) house: Arc<dyn House>,
    pub(crate) caller: Arc<Caller>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) handles: Arc<Handles>,
    pub(crate) safety: Arc<Safety>,
}

/// One call of a tool.
pub(crate) struct Call<'a> {
    /// The tool.
    pub(crate) tool: &'a Held,
    /// What it was given.
    pub(crate) arguments: JsonObject,
    /// Whom to tell how far it is.
    pub(crate) progress: Option<(Peer<RoleServer>, ProgressToken)>,
    /// Who can be asked, and what they answered.
    pub(crate) client: Client,
}

/// What a call comes to.
#[derive(Debug)]
pub(crate) enum Walked {
    /// It is told this.
    Told(Told),
    /// The client is to ask this, and to call again.
    Asks(Box<InputRequiredResult>),
}

/// A result.
#[derive(Debug)]
pub(crate) struct Told {
    /// What it says.
    pub(crate) value: Value,
    /// What is said about it.
    pub(crate) meta: Option<MetaObject>,
}

/// A call whose arguments were read, with what is noted of it.
struct Step<'a> {
    tool: &'a Held,
    arguments: JsonObject,
    shared: Shared,
    client: Client,
    desk: Desk,
    note: Note,
}

impl Walk {
    /// Walks a call to its result, and notes it.
    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Walked, ToolError> {
        let Call { tool, mut arguments, progress, client } = call;
        let shared = Shared::take(&mut arguments, tool.spec.kind);
        let mut note = Note::new(&tool.spec, &arguments);
        let opened = match shared {
            Ok(shared) => self.place(shared.location.as_deref()).await.map(|place| (shared, place)),
            Err(error) => Err(error),
        };
        let (shared, place) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.refused(&mut note, None, &error);
                return Err(error);
            }
        };
        let mut desk = Desk::new(Arc::clone(&self.house), Arc::clone(&self.caller), place)
            .keeping(Arc::clone(&self.handles))
            .knowing(Arc::clone(&self.directory));
        if let Some((peer, token)) = progress {
            desk = desk.telling(peer, token);
        }
        let mut step = Step { tool, arguments, shared, client, desk, note };
        let walked = self.once(&mut step).await;
        if let Err(error) = &walked {
            self.refused(&mut step.note, Some(step.desk.place()), error);
        }
        walked
    }

    /// The call, under its key where it has one.
    async fn once(&self, step: &mut Step<'_>) -> Result<Walked, ToolError> {
        let word = step.shared.idempotency_key.clone().filter(|_| !step.shared.is_dry_run);
        let Some(word) = word else { return self.act(step, None).await };
        let called = (step.tool.spec.name.as_str(), step.note.arguments());
        let once = Once::new(&step.desk, &word, called);
        if let Begun::Before(value) = once.begin(&step.desk).await? {
            "repeated".clone_into(&mut step.note.decision);
            self.note(step, Outcome::Done);
            return Ok(Walked::Told(Told { value, meta: None }));
        }
        self.act(step, Some(&once)).await
    }

    /// What the tool makes of it, and what becomes of that.
    async fn act(&self, step: &mut Step<'_>, once: Option<&Once>) -> Result<Walked, ToolError> {
        let planned = match step.tool.tool.call(&step.desk, step.arguments.clone()).await {
            Ok(Act::Answer(answer)) => {
                "read".clone_into(&mut step.note.decision);
                self.note(step, Outcome::Done);
                Ok(Walked::Told(self.told(step, answer, None)))
            }
            Ok(Act::Plan(plan)) => match self.decided(step, &plan).await {
                Ok(Decided::Run(agreed)) => return self.run(step, (plan, agreed), once).await,
                Ok(Decided::Not(answer)) => {
                    self.note(step, Outcome::Done);
                    Ok(Walked::Told(self.told(step, answer, None)))
                }
                Ok(Decided::Asks(asks)) => {
                    self.note(step, Outcome::Done);
                    Ok(Walked::Asks(asks))
                }
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        if let Some(once) = once {
            once.not_begun(&step.desk).await;
        }
        planned
    }

    /// Whether a plan is done now.
    async fn decided(&self, step: &mut Step<'_>, plan: &Plan) -> Result<Decided, ToolError> {
        let spec = &step.tool.spec;
        step.note.plans(plan);
        if spec.kind == Kind::Read {
            let message = format!("{} wanted to write, and says that it reads", spec.name);
            return Err(ToolError::new("bug", message, "report this as a bug"));
        }
        let verdict = guard::verdict(&self.caller, plan)?;
        if step.shared.is_dry_run {
            "dry run".clone_into(&mut step.note.decision);
            return Ok(Decided::Not(dry_run(plan, verdict)));
        }
        // Nobody is bothered with what could not be done anyhow.
        self.safety.caps.bill(plan).check(&step.desk).await?;
        let Verdict::Ask { types } = verdict else {
            "ran".clone_into(&mut step.note.decision);
            return Ok(Decided::Run(None));
        };
        let question = Question {
            plan,
            types,
            tool: &spec.name,
            arguments: step.note.arguments(),
            token: step.shared.confirm.as_deref(),
            client: &step.client,
        };
        let asked = question.ask(&step.desk, &self.safety.seal).await?;
        step.note.decision = match &asked {
            Asked::Agreed(agreed) => format!("confirmed by {}", agreed.lane.as_str()),
            Asked::Not(answer, lane) => {
                let status = answer.value["status"].as_str().unwrap_or("asked");
                format!("{status} by {}", lane.as_str())
            }
            Asked::Asks(_) => "asked by form".to_owned(),
        };
        Ok(match asked {
            Asked::Agreed(agreed) => Decided::Run(Some(agreed)),
            Asked::Not(answer, _) => Decided::Not(answer),
            Asked::Asks(asks) => Decided::Asks(asks),
        })
    }

    /// Does a plan, noted before and after.
    async fn run(
        &self,
        step: &mut Step<'_>,
        (plan, agreed): (Plan, Option<Agreed>),
        once: Option<&Once>,
    ) -> Result<Walked, ToolError> {
        let (bill, is_bulk) = (self.safety.caps.bill(&plan), plan.is_bulk());
        let begun = self.begun(step, (plan, agreed)).await;
        let (plan, desk) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                if let Some(once) = once {
                    once.not_begun(&step.desk).await;
                }
                return Err(error);
            }
        };
        match (plan.run)(desk.clone()).await {
            Ok(answer) => {
                let set = desk.change_set().map(ToString::to_string);
                let told = self.told(step, answer, set.as_deref());
                if let Some(once) = once {
                    once.done(&step.desk, &told.value).await;
                }
                let entry = self.entry(step, (Moment::Ends, Outcome::Done));
                if let Err(error) = self.safety.ledger.now(&self.house, entry).await {
                    tracing::error!(code = error.code, "the end of a call cannot be noted");
                }
                Ok(Walked::Told(told))
            }
            Err(error) => {
                let is_refused = !error.retryable && error.code != "in_doubt";
                if is_refused && !is_bulk {
                    // Of one record that was refused nothing came.
                    if let Err(error) = bill.refund(&step.desk).await {
                        tracing::error!(code = error.code, "what was counted stays counted");
                    }
                }
                if let Some(once) = once {
                    once.failed(&step.desk, &error).await;
                }
                Err(error)
            }
        }
    }

    /// Counts a plan, notes that it begins, and opens its change set.
    async fn begun(
        &self,
        step: &mut Step<'_>,
        (plan, agreed): (Plan, Option<Agreed>),
    ) -> Result<(Plan, Desk), ToolError> {
        // While a person was thinking, somebody else may have changed what they were shown.
        let plan = match &agreed {
            Some(agreed) if agreed.lane == Lane::Session => self.planned_again(step, &plan).await?,
            _ => plan,
        };
        self.safety.caps.bill(&plan).pay(&step.desk).await?;
        let nonce = match agreed {
            Some(agreed) => agreed.nonce,
            None => self.safety.seal.nonce().ok_or(StorageError::Overloaded)?,
        };
        let desk = step.desk.clone().writing(format!("mcp {nonce}"), plan.title.clone()).await?;
        step.note.change_set = desk.change_set().map(ToString::to_string);
        let entry = self.entry(step, (Moment::Begins, Outcome::Done));
        self.safety.ledger.now(&self.house, entry).await?;
        Ok((plan, desk))
    }

    /// The plan as it is now, where it is still the one that was shown.
    async fn planned_again(&self, step: &Step<'_>, shown: &Plan) -> Result<Plan, ToolError> {
        match step.tool.tool.call(&step.desk, step.arguments.clone()).await? {
            Act::Plan(plan) if plan.digest() == shown.digest() => Ok(plan),
            Act::Plan(_) | Act::Answer(_) => Err(confirm::changed()),
        }
    }

    /// An answer as it is told.
    fn told(&self, step: &Step<'_>, mut answer: Answer, set: Option<&str>) -> Told {
        let lock = match self.caller.surface.is_locked_down {
            true => Lock::Closed(&step.arguments),
            false => Lock::Open,
        };
        let meta = untrusted::neutralize(&mut answer, lock);
        if let Value::Object(members) = &mut answer.value {
            members.insert("location".to_owned(), told_place(step.desk.place()));
            if let Some(set) = set {
                members.insert("change_set".to_owned(), json!(set));
            }
        }
        Told { value: step.desk.shaped(answer).value, meta }
    }

    fn entry(&self, step: &Step<'_>, ended: (Moment, Outcome)) -> domain::NewAudit {
        let of = (&*self.caller, Some(step.desk.place()));
        step.note.entry(of, ended, step.desk.now())
    }

    /// Notes soon how a call ended that changed nothing.
    fn note(&self, step: &Step<'_>, outcome: Outcome) {
        self.safety.ledger.soon(&self.house, self.entry(step, (Moment::Ends, outcome)));
    }

    /// Notes soon why a call was refused, or failed.
    fn refused(&self, note: &mut Note, place: Option<&Place>, error: &ToolError) {
        note.code = Some(error.code);
        let is_refusal = error.http_status.is_none() && !error.retryable;
        let outcome = if is_refusal { Outcome::Refused } else { Outcome::Failed };
        let entry =
            note.entry((&*self.caller, place), (Moment::Ends, outcome), self.house.clock().now());
        self.safety.ledger.soon(&self.house, entry);
    }

    /// The place that an argument names; the first where none is named.
    pub(crate) async fn place(&self, named: Option<&str>) -> Result<Place, ToolError> {
        let places = self.house.places(&self.caller).await?;
        let found = match named {
            None => places.into_iter().next(),
            Some(named) => places.into_iter().find(|place| {
                place.location.as_str() == named || place.name.as_deref() == Some(named)
            }),
        };
        found.ok_or_else(|| {
            ToolError::new(
                "no_location",
                "there is no such location, or none of yours",
                "whoami tells the locations that you can work in",
            )
        })
    }
}

/// What a plan would do, told without doing it.
fn dry_run(plan: &Plan, verdict: Verdict) -> Answer {
    let asked = match verdict {
        Verdict::Run => "nothing",
        Verdict::Ask { types: false } => "whether to do it",
        Verdict::Ask { types: true } => "to type a word, and whether to do it",
    };
    let value = json!({
        "status": "dry_run",
        "kind": plan.kind.as_str(),
        "question": plan.question,
        "targets": plan.targets,
        "count": plan.count.max(plan.targets.len()),
        "calls": plan.calls,
        "would_ask": asked,
    });
    Answer { value, untrusted: Vec::new() }
}

/// What becomes of a plan.
enum Decided {
    /// It is done; with the word of whoever confirmed it.
    Run(Option<Agreed>),
    /// It is not, and this is told.
    Not(Answer),
    /// The client is to ask.
    Asks(Box<InputRequiredResult>),
}

fn told_place(place: &Place) -> Value {
    let mut told = json!({"id": place.location.as_str()});
    if let Some(name) = &place.name {
        told["name"] = json!(name);
    }
    told
}
