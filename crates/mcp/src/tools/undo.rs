//! `undo`: lists what was changed by the hub, and takes a change set back.

use domain::{ChangeSet, ChangeSetId, Realm, UndoItem, UndoOutcome, UndoReport};
use endpoint::catalogue::Kind;
use engine::undo::Order;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{calls, rows};
use crate::{
    ToolError,
    desk::Desk,
    plan::{Plan, PlanTarget},
    tool::{Act, Answer, TypedTool},
};

/// How many records a question names; of the others it gives the number.
const NAMED: usize = 20;

/// Takes change sets back.
pub(crate) struct Undo;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Left out: lists the newest.
    change_set: Option<String>,
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
}

#[derive(Default, Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Map<String, Value>>")]
    change_sets: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Map<String, Value>")]
    counts: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Map<String, Value>>")]
    items: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undone_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
}

impl TypedTool for Undo {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "undo";
    const ABOUT: &'static str =
        "Takes a change set back where nobody changed its records since, or lists the newest ones.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let Some(named) = input.change_set else {
            let limit = rows::limit(input.limit, 20, 100)?;
            let sets = desk.books().await?.change_sets(&realm(desk), limit as usize).await?;
            // What wrote nothing has nothing to take back.
            let change_sets = sets.iter().filter(|it| it.writes > 0).map(set).collect();
            return Act::answer(&Output { change_sets, ..Output::default() });
        };
        let id: ChangeSetId = named.parse().map_err(|_| {
            let fix = "give the `change_set` of a result, or list them with undo and no id";
            ToolError::argument("this is no change set's id", fix)
        })?;
        let report = run(desk, &id, true).await?;
        let is_needed = todo(&report).next().is_some();
        match is_needed {
            true => Ok(Act::Plan(plan(id, &report))),
            false => told(report).map(Act::Answer),
        }
    }
}

/// The connection that the desk works with: a caller who sees more names another location.
fn realm(desk: &Desk) -> Realm {
    Realm::Connection(desk.place().tenant.clone())
}

async fn run(desk: &Desk, id: &ChangeSetId, is_preview: bool) -> Result<UndoReport, ToolError> {
    let order = Order {
        realm: &realm(desk),
        actor: desk.caller().actor.clone(),
        is_preview,
        progress: &|_, _| {},
    };
    desk.books().await?.undo(id, order).await
}

/// What there is to do for it.
fn todo(report: &UndoReport) -> impl Iterator<Item = &UndoItem> {
    let is_done = |item: &&UndoItem| {
        matches!(item.outcome, UndoOutcome::Restored | UndoOutcome::Deleted | UndoOutcome::Pending)
    };
    report.items.iter().filter(is_done)
}

fn plan(id: ChangeSetId, report: &UndoReport) -> Plan {
    let deletes = todo(report).any(|item| item.outcome == UndoOutcome::Deleted);
    let targets: Vec<PlanTarget> = todo(report).filter_map(target).collect();
    let call = calls::planned("undo", json!({ "change_set": id.as_str() }));
    Plan {
        // What the set made is taken away again.
        kind: if deletes { Kind::Delete } else { Kind::Write },
        title: "undo".to_owned(),
        question: question(&id, report),
        count: targets.len(),
        targets,
        must_type: deletes.then(|| "undo".to_owned()),
        calls: vec![call],
        run: Box::new(move |desk| Box::pin(async move { told(run(&desk, &id, false).await?) })),
    }
}

fn target(item: &UndoItem) -> Option<PlanTarget> {
    let (entity, id) = item.record.as_deref()?.split_once('/')?;
    Some(PlanTarget { entity: entity.to_owned(), id: id.to_owned(), name: None, version: None })
}

fn question(id: &ChangeSetId, report: &UndoReport) -> String {
    let lines: Vec<String> = todo(report).take(NAMED).map(line).collect();
    let more = todo(report).count().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let counts = report.counts;
    let beyond = counts.refused + counts.impossible;
    let beyond = match beyond {
        0 => String::new(),
        beyond => format!("; {beyond} cannot be taken back and stay as they are"),
    };
    format!("Take back {}: {}{more}{beyond}", id.as_str(), lines.join("; "))
}

/// What comes of one record, with the values that it gets back.
fn line(item: &UndoItem) -> String {
    let record = item.record.as_deref().unwrap_or("a record");
    if item.outcome == UndoOutcome::Deleted {
        return format!("delete {record}");
    }
    let field = |(key, field): (&String, &domain::WrittenField)| {
        let name = field.name.as_deref().unwrap_or(key);
        format!("{name} = {}", field.after)
    };
    let tags = &item.difference.tags;
    let added = tags.added.iter().map(|tag| format!("tag {tag}"));
    let removed = tags.removed.iter().map(|tag| format!("no tag {tag}"));
    let fields = item.difference.fields.iter().map(field);
    let all: Vec<String> = fields.chain(added).chain(removed).collect();
    match all.is_empty() {
        true => format!("restore {record}"),
        false => format!("restore {record} ({})", all.join(", ")),
    }
}

fn told(report: UndoReport) -> Result<Answer, ToolError> {
    let output = Output {
        counts: serde_json::to_value(report.counts).ok(),
        items: report.items.iter().filter_map(|item| serde_json::to_value(item).ok()).collect(),
        undone_by: report.undo.map(|id| id.to_string()),
        stopped: report.stopped,
        ..Output::default()
    };
    let untrusted = ["/items/*/difference", "/items/*/conflicts"];
    Ok(Answer::of(&output)?.untrusted(&untrusted))
}

fn set(set: &ChangeSet) -> Value {
    json!({
        "id": set.id.as_str(),
        "title": set.title,
        "by": set.actor.to_string(),
        "at": set.begun_at.to_string(),
        "writes": set.writes,
        "undoes": set.undoes.as_ref().map(ChangeSetId::as_str),
    })
}
