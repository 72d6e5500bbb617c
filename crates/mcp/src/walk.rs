//! The walk of a call: its arguments, its place, what the tool makes of it, and what becomes of that.

mod arguments;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use endpoint::catalogue::Kind;
use rmcp::{Peer, RoleServer, model::JsonObject, model::ProgressToken};
use serde_json::{Value, json};

use self::arguments::Shared;
use crate::{
    Caller, House, Place, ToolError,
    desk::Desk,
    directory::Directory,
    guard::{self, Verdict},
    output::Handles,
    plan::Plan,
    tool::{Act, Answer, ToolSpec},
    toolbox::Held,
};

/// Walks the calls of one caller.
pub(crate) struct Walk {
    pub(crate) house: Arc<dyn House>,
    pub(crate) caller: Arc<Caller>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) handles: Arc<Handles>,
}

/// One call of a tool.
pub(crate) struct Call<'a> {
    /// The tool.
    pub(crate) tool: &'a Held,
    /// What it was given.
    pub(crate) arguments: JsonObject,
    /// Whom to tell how far it is.
    pub(crate) progress: Option<(Peer<RoleServer>, ProgressToken)>,
}

impl Walk {
    /// Walks a call to its result.
    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Answer, ToolError> {
        let Call { tool, mut arguments, progress } = call;
        let Held { spec, tool, .. } = tool;
        let shared = Shared::take(&mut arguments, spec.kind)?;
        let place = self.place(shared.location.as_deref()).await?;
        let mut desk = Desk::new(Arc::clone(&self.house), Arc::clone(&self.caller), place)
            .keeping(Arc::clone(&self.handles))
            .knowing(Arc::clone(&self.directory));
        if let Some((peer, token)) = progress {
            desk = desk.telling(peer, token);
        }
        let answer = match tool.call(&desk, arguments).await? {
            Act::Answer(answer) => answer,
            Act::Plan(plan) => self.carry_out(&desk, spec, (plan, shared)).await?,
        };
        Ok(desk.shaped(placed(answer, desk.place())))
    }

    async fn carry_out(
        &self,
        desk: &Desk,
        spec: &ToolSpec,
        (plan, shared): (Plan, Shared),
    ) -> Result<Answer, ToolError> {
        if spec.kind == Kind::Read {
            let message = format!("{} wanted to write, and says that it reads", spec.name);
            return Err(ToolError::new("bug", message, "report this as a bug"));
        }
        let verdict = guard::verdict(&self.caller, &plan)?;
        if shared.is_dry_run {
            return Ok(dry_run(&plan, verdict));
        }
        match verdict {
            Verdict::Ask { .. } => Err(ToolError::new(
                "needs_confirmation",
                plan.question.clone(),
                "confirm it with a client that can ask",
            )),
            Verdict::Run => {
                let cause = format!("mcp {}", desk.now().as_nanosecond());
                let desk = desk.clone().writing(cause, plan.title).await?;
                let mut answer = (plan.run)(desk.clone()).await?;
                if let (Value::Object(members), Some(set)) = (&mut answer.value, desk.change_set())
                {
                    members.insert("change_set".to_owned(), json!(set.to_string()));
                }
                Ok(answer)
            }
        }
    }

    /// The place that an argument names; the first where none is named.
    async fn place(&self, named: Option<&str>) -> Result<Place, ToolError> {
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

/// The answer with the location that it is of.
fn placed(mut answer: Answer, place: &Place) -> Answer {
    if let Value::Object(members) = &mut answer.value {
        let mut location = json!({"id": place.location.as_str()});
        if let Some(name) = &place.name {
            location["name"] = json!(name);
        }
        members.insert("location".to_owned(), location);
    }
    answer
}
