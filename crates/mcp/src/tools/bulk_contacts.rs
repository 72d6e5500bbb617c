//! `bulk_contacts`: tags, owner or fields of many contacts at once, in one change set.

use std::{collections::BTreeMap, sync::Arc};

use domain::crm::{Behalf, ContactPatch, Crm};
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

use super::{
    find_contacts::{Filter, said, search},
    save_contact::target,
};
use crate::{
    ToolError,
    desk::Desk,
    names::Noun,
    plan::{Plan, PlanTarget, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// How many contacts one call changes at most.
const MOST: usize = 1_000;

/// How many contacts are written together. The budget of calls is kept by the vendor's client; more
/// than this would only wait there.
const TOGETHER: usize = 8;

/// How many contacts the question names.
const SAMPLE: usize = 5;

/// Changes many contacts.
pub(crate) struct BulkContacts;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// ids, e-mails, phones or whole names; or all that `query` and `tag` find
    contacts: Vec<String>,
    query: Option<String>,
    tag: Option<String>,
    add_tags: Vec<String>,
    remove_tags: Vec<String>,
    /// a user
    owner: Option<String>,
    /// fields as in save_contact; null clears
    set: Map<String, Value>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    changed: usize,
    #[schemars(with = "Vec<Value>")]
    failed: Vec<Failed>,
    not_reached: usize,
}

/// A contact that was not changed, and why.
#[derive(Serialize)]
struct Failed {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    code: &'static str,
    message: String,
}

/// What is done to each contact.
#[derive(Clone, Default)]
struct Change {
    add_tags: Vec<String>,
    remove_tags: Vec<String>,
    patch: ContactPatch,
}

impl TypedTool for BulkContacts {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "bulk_contacts";
    const ABOUT: &'static str =
        "Adds or removes tags, sets the owner or fields of many contacts; `undo` takes it back.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let (change, told) = change(desk, &input).await?;
        let targets = targets(desk, &input).await?;
        let names: Vec<&str> =
            targets.iter().take(SAMPLE).filter_map(|it| it.name.as_deref()).collect();
        let and_more = if targets.len() > SAMPLE { ", ..." } else { "" };
        let words: Vec<String> = told.iter().map(|(name, it)| format!("{name} {it}")).collect();
        let question = format!(
            "Change {} contacts ({}{and_more}): {}",
            targets.len(),
            names.join(", "),
            words.join(", ")
        );
        Ok(Act::Plan(Plan {
            kind: Kind::Write,
            title: Self::NAME.to_owned(),
            question,
            count: targets.len(),
            targets: targets.clone(),
            must_type: None,
            calls: vec![PlannedCall {
                operation: "contacts.update-contact".to_owned(),
                request: None,
                body: Value::Object(told),
                scopes: vec!["contacts.write".to_owned()],
            }],
            run: Box::new(move |desk| Box::pin(run(desk, targets, change))),
        }))
    }
}

/// What is done, and how that is told.
async fn change(desk: &Desk, input: &Input) -> Result<(Change, Map<String, Value>), ToolError> {
    let mut set = input.set.clone();
    let mut told = input.set.clone();
    if let Some(Value::Object(fields)) = set.remove("custom_fields") {
        let mut by_id = Map::new();
        for (name, value) in fields {
            by_id.insert(desk.resolve(Noun::CustomField, Some("contact"), &name).await?.id, value);
        }
        set.insert("custom_fields".to_owned(), Value::Object(by_id));
    }
    if set.contains_key("email") || set.contains_key("phone") {
        return Err(ToolError::argument(
            "many contacts cannot share one address",
            "leave `email` and `phone` out of `set`",
        ));
    }
    let mut patch: ContactPatch = serde_json::from_value(Value::Object(set)).map_err(|error| {
        ToolError::argument(format!("`set` does not fit: {error}"), "correct its fields")
    })?;
    if let Some(owner) = said(&input.owner) {
        let owner = desk.resolve(Noun::User, None, &owner).await?;
        patch.owner = Some(Some(owner.id));
        told.insert("owner".to_owned(), json!(owner.name));
    }
    let tags = |tags: &[String]| -> Vec<String> {
        tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect()
    };
    let (add_tags, remove_tags) = (tags(&input.add_tags), tags(&input.remove_tags));
    for (name, tags) in [("add_tags", &add_tags), ("remove_tags", &remove_tags)] {
        if !tags.is_empty() {
            told.insert(name.to_owned(), json!(tags));
        }
    }
    if told.is_empty() {
        return Err(ToolError::argument(
            "nothing is to be changed",
            "give `add_tags`, `remove_tags`, `owner` or `set`",
        ));
    }
    Ok((Change { add_tags, remove_tags, patch }, told))
}

/// The contacts that are meant, each once, in order of their ids.
async fn targets(desk: &Desk, input: &Input) -> Result<Vec<PlanTarget>, ToolError> {
    let filter = Filter { query: said(&input.query), tag: said(&input.tag) };
    let has_filter = filter.query.is_some() || filter.tag.is_some();
    let found = match (input.contacts.as_slice(), has_filter) {
        ([], true) => filtered(desk, &filter).await?,
        (named, false) if !named.is_empty() => each(desk, named).await?,
        _ => {
            return Err(ToolError::argument(
                "which contacts are meant is not said in one way",
                "give either `contacts`, or `query` and `tag`",
            ));
        }
    };
    let found: BTreeMap<String, PlanTarget> =
        found.into_iter().map(|target| (target.id.clone(), target)).collect();
    match found.len() {
        0 => Err(ToolError::new("not_found", "no contact is meant", "look with find_contacts")),
        count if count > MOST => Err(too_many(count)),
        _ => Ok(found.into_values().collect()),
    }
}

async fn filtered(desk: &Desk, filter: &Filter) -> Result<Vec<PlanTarget>, ToolError> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = search(desk, filter, (100, cursor.as_deref())).await?;
        let total = page.total.and_then(|total| usize::try_from(total).ok()).unwrap_or(0);
        if total > MOST {
            return Err(too_many(total));
        }
        all.extend(page.contacts.iter().filter_map(target));
        cursor = page.next;
        if cursor.is_none() || all.len() > MOST {
            return Ok(all);
        }
    }
}

async fn each(desk: &Desk, named: &[String]) -> Result<Vec<PlanTarget>, ToolError> {
    if named.len() > MOST {
        return Err(too_many(named.len()));
    }
    let mut found = Vec::with_capacity(named.len());
    for name in named {
        let (id, name) = desk.contact(name).await?;
        let entity = "contact".to_owned();
        found.push(PlanTarget { entity, id, name: Some(name), version: None });
    }
    Ok(found)
}

fn too_many(count: usize) -> ToolError {
    ToolError::argument(
        format!("{count} contacts are too many for one call"),
        format!("narrow it to at most {MOST}, and call it several times"),
    )
}

/// Changes them, a few together. What one refuses does not stop the others; what would refuse all of
/// them does.
async fn run(desk: Desk, targets: Vec<PlanTarget>, change: Change) -> Result<Answer, ToolError> {
    let (crm, behalf, change) = (desk.crm().await?, desk.behalf(), Arc::new(change));
    let total = targets.len();
    let mut waiting = targets.into_iter();
    let (mut busy, mut is_stopped) = (JoinSet::new(), false);
    let (mut changed, mut failed) = (0, Vec::new());
    loop {
        while busy.len() < TOGETHER && !is_stopped {
            let Some(target) = waiting.next() else { break };
            let (crm, behalf, change) = (Arc::clone(&crm), behalf.clone(), Arc::clone(&change));
            busy.spawn(async move {
                let done = one(&*crm, &behalf, (&target.id, &change)).await;
                (target, done)
            });
        }
        let Some(ended) = busy.join_next().await else { break };
        match ended {
            Ok((_, Ok(()))) => changed += 1,
            Ok((PlanTarget { id, name, .. }, Err(error))) => {
                is_stopped |= stops(&error);
                failed.push(Failed { id, name, code: error.code, message: error.to_string() });
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
        desk.progress(changed + failed.len(), total).await;
    }
    failed.sort_by(|one, other| one.id.cmp(&other.id));
    let not_reached = total - changed - failed.len();
    Answer::of(&Output { changed, failed, not_reached })
}

async fn one(
    crm: &dyn Crm,
    behalf: &Behalf,
    (id, change): (&str, &Change),
) -> Result<(), ToolError> {
    if change.patch != ContactPatch::default() {
        crm.patch_contact(behalf, id, &change.patch, None).await?;
    }
    if !change.add_tags.is_empty() {
        crm.add_tags(behalf, id, &change.add_tags).await?;
    }
    for tag in &change.remove_tags {
        crm.remove_tag(behalf, id, tag).await?;
    }
    Ok(())
}

/// Whether the next contact would be refused for the same reason.
fn stops(error: &ToolError) -> bool {
    ["forbidden", "needs_consent", "not_connected", "rate_limited", "store_unavailable"]
        .contains(&error.code)
}
