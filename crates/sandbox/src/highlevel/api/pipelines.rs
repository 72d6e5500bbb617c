//! `/opportunities/pipelines` and the reasons for losing.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, call::Call, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts =
    &[("opportunities.get-pipelines", list), ("opportunities.get-lost-reason", reasons)];

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "pipelines": world.account(call)?.pipelines }).into())
}

fn reasons(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 100, 1..=1000)?);
    let query = call.query("query").or(call.query("name")).unwrap_or_default().to_lowercase();
    let all = world.account(call)?.lost_reasons.iter();
    let found: Vec<&Value> = all
        .filter(|reason| {
            reason["name"].as_str().unwrap_or_default().to_lowercase().contains(&query)
        })
        .collect();
    let page: Vec<&&Value> = found.iter().skip(skip).take(limit).collect();
    Ok(json!({ "lostReasons": page, "total": found.len() }).into())
}
