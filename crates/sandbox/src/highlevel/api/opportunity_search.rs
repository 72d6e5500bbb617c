//! `/opportunities/search`: by query with pages or keys, and by body (`facts/highlevel.md` 5 and 6.4).

use std::{cmp::Ordering, collections::BTreeMap};

use serde_json::{Value, json};

use super::{
    account::Account,
    answer::Answer,
    call::{Call, within},
    contact_filter::Filter,
    contact_search::compare,
    opportunities::shown,
    refusal::Refusal,
    world::World,
};

/// What the query may name; other names are refused, `sortBy` among them.
const QUERY: [&str; 20] = [
    "q",
    "location_id",
    "pipeline_id",
    "pipeline_stage_id",
    "contact_id",
    "status",
    "assigned_to",
    "campaignId",
    "id",
    "order",
    "endDate",
    "startAfter",
    "startAfterId",
    "date",
    "country",
    "page",
    "limit",
    "getTasks",
    "getNotes",
    "getCalendarEvents",
];

/// The parameters that a field must equal.
const EXACT: [(&str, &str); 5] = [
    ("pipeline_id", "pipelineId"),
    ("pipeline_stage_id", "pipelineStageId"),
    ("contact_id", "contactId"),
    ("assigned_to", "assignedTo"),
    ("id", "id"),
];

fn milliseconds(value: &Value) -> i64 {
    let moment = value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    moment.map_or(0, jiff::Timestamp::as_millisecond)
}

/// Whether a lower-cased text stands in the names of an opportunity or its contact.
fn mentions(account: &Account, opportunity: &Value, query: &str) -> bool {
    let contact = account.contacts().get(opportunity["contactId"].as_str().unwrap_or_default());
    let contact = contact.is_some_and(|contact| super::contact_search::mentions(contact, query));
    contact || opportunity["name"].as_str().unwrap_or_default().to_lowercase().contains(query)
}

/// The country of the contact.
fn country_of<'a>(account: &'a Account, opportunity: &Value) -> Option<&'a str> {
    account.contacts().get(opportunity["contactId"].as_str()?)?.text("country")
}

/// A day written `mm-dd-yyyy`, in milliseconds since 1970.
fn day(call: &Call, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = call.query(name) else {
        return Ok(None);
    };
    let parts: Vec<&str> = text.split('-').collect();
    let midnight = match parts.as_slice() {
        [month, day, year] => format!("{year}-{month:0>2}-{day:0>2}T00:00:00Z"),
        _ => String::new(),
    };
    let complaint =
        || Refusal::unprocessable(vec![format!("{name} must be a date in the format mm-dd-yyyy")]);
    let midnight: jiff::Timestamp = midnight.parse().map_err(|_| complaint())?;
    Ok(Some(midnight.as_millisecond()))
}

pub(crate) fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let unknown = call.query.iter().filter(|(key, _)| !QUERY.contains(&key.as_str()));
    let unknown: Vec<String> =
        unknown.map(|(key, _)| format!("property {key} should not exist")).collect();
    if !unknown.is_empty() {
        return Err(Refusal::unprocessable(unknown));
    }
    let (limit, page) =
        (call.number("limit", 20, 1..=100)?, call.number("page", 1, 1..=usize::MAX)?);
    let (from, until) = (day(call, "date")?, day(call, "endDate")?);
    let status = call.query("status").filter(|status| *status != "all");
    let query = call.query("q").unwrap_or_default().to_lowercase();
    let country = call.query("country");
    let account = world.account(call)?;
    let wanted = |one: &&Value| {
        let created = milliseconds(&one["createdAt"]);
        EXACT
            .iter()
            .all(|(name, field)| call.query(name).is_none_or(|wanted| one[*field] == wanted))
            && status.is_none_or(|status| one["status"] == status)
            && country.is_none_or(|wanted| country_of(account, one) == Some(wanted))
            && from.is_none_or(|from| created >= from)
            && until.is_none_or(|until| created < until + 86_400_000)
            && (query.is_empty() || mentions(account, one, &query))
    };
    // Newest first.
    let found: Vec<&Value> = account.opportunities.iter().rev().filter(wanted).collect();
    let start = match (call.query("startAfterId"), call.query("startAfter")) {
        (None, None) => (page - 1).saturating_mul(limit),
        (id, after) => after_key(&found, id, after),
    };
    let rows: Vec<&Value> = found.iter().skip(start).take(limit).copied().collect();
    let location = if call.is_v3() { "locationId" } else { "location_id" };
    let url = format!(
        "https://services.leadconnectorhq.com/opportunities/search?{location}={}&limit={limit}",
        account.id
    );
    let meta = meta(&rows, found.len(), (page, start), &url);
    let rows: Vec<Value> = rows.iter().map(|row| shown(account, row)).collect();
    Ok(json!({ "opportunities": rows, "meta": meta, "aggregations": {} }).into())
}

/// Where the rows after a pair of moment and id begin.
fn after_key(found: &[&Value], id: Option<&str>, after: Option<&str>) -> usize {
    let place = id.and_then(|id| found.iter().position(|row| row["id"] == id));
    if let Some(place) = place {
        return place + 1;
    }
    let after = after.and_then(|after| after.parse().ok()).unwrap_or(i64::MAX);
    found.iter().position(|row| milliseconds(&row["createdAt"]) < after).unwrap_or(found.len())
}

fn meta(rows: &[&Value], total: usize, (page, start): (usize, usize), url: &str) -> Value {
    let last = rows.last().filter(|_| start + rows.len() < total);
    let mut meta = json!({
        "total": total,
        "nextPageUrl": null,
        "startAfterId": null,
        "startAfter": null,
        "currentPage": page,
        "nextPage": null,
        "prevPage": (page > 1).then(|| page - 1),
    });
    if let Some(last) = last {
        let (after, id) =
            (milliseconds(&last["createdAt"]), last["id"].as_str().unwrap_or_default());
        meta["startAfter"] = json!(after);
        meta["startAfterId"] = json!(id);
        meta["nextPage"] = json!(page + 1);
        meta["nextPageUrl"] = json!(format!("{url}&startAfter={after}&startAfterId={id}"));
    }
    meta
}

pub(crate) fn advanced(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let number = |name: &str| {
        let given = call.body.get(name).and_then(Value::as_u64);
        given.map(|given| usize::try_from(given).unwrap_or(usize::MAX))
    };
    let limit = within("limit", number("limit").unwrap_or(20), 1..=100)?;
    let page = number("page").unwrap_or(1).max(1);
    let query = call.text("query").unwrap_or_default().to_lowercase();
    let filters = call.body.get("filters").and_then(Value::as_array).map(Vec::as_slice);
    let filters = Filter::all(filters.unwrap_or_default(), |_| Ok(()))?;
    let after =
        call.body.get("searchAfter").and_then(Value::as_array).filter(|after| after.len() == 2);
    let account = world.account(call)?;
    let wanted = |one: &&Value| {
        filters.iter().all(|filter| filter.holds(&|name| value(one, name)))
            && (query.is_empty() || mentions(account, one, &query))
    };
    let mut found: Vec<&Value> = account.opportunities.iter().rev().filter(wanted).collect();
    sort(&mut found, call.body.get("sort"));
    let start = match after {
        Some(after) => {
            let moment = after[0].as_i64().map(|moment| moment.to_string());
            after_key(&found, after[1].as_str(), moment.as_deref())
        }
        None => (page - 1).saturating_mul(limit),
    };
    let rows = found.iter().skip(start).take(limit).map(|row| {
        let mut shown = shown(account, row);
        shown["searchAfter"] = json!([milliseconds(&row["createdAt"]), row["id"]]);
        shown
    });
    let rows: Vec<Value> = rows.collect();
    let mut body = json!({ "opportunities": rows, "total": found.len(), "aggregations": {} });
    if call.is_v3() {
        body["stageAggregations"] = by_stage(&found);
    }
    Ok(body.into())
}

/// The sums of each stage, which the third generation tells of all rows, not only of the page's.
/// How HighLevel weighs what has no probability is not known: won and open count fully, lost not.
fn by_stage(found: &[&Value]) -> Value {
    let mut stages: BTreeMap<&str, [f64; 6]> = BTreeMap::new();
    for one in found {
        let value = one["monetaryValue"].as_f64().unwrap_or_default();
        let (is_open, is_won) = (one["status"] == "open", one["status"] == "won");
        let whole = if is_open || is_won { 100.0 } else { 0.0 };
        let weighted = value * one["forecastProbability"].as_f64().unwrap_or(whole) / 100.0;
        let of = |is_counted: bool, value: f64| if is_counted { value } else { 0.0 };
        let sums = stages.entry(one["pipelineStageId"].as_str().unwrap_or_default()).or_default();
        let added =
            [1.0, value, weighted, of(is_open, value), of(is_open, weighted), of(is_won, value)];
        for (sum, added) in sums.iter_mut().zip(added) {
            *sum += added;
        }
    }
    let names =
        ["totalCount", "totalValue", "weightedValue", "openValue", "openWeightedValue", "wonValue"];
    let rows = stages.into_iter().map(|(stage, sums)| {
        let mut row = json!({ "pipelineStageId": stage });
        for (name, sum) in names.iter().zip(sums) {
            row[*name] = json!(sum);
        }
        row
    });
    rows.collect()
}

/// By the fields that the body names; among equals the newest first.
fn sort(found: &mut [&Value], by: Option<&Value>) {
    let key = |one: &Value, name: &str| match value(one, name) {
        Value::String(text) => Value::String(text.to_lowercase()),
        other => other,
    };
    let items = by.and_then(Value::as_array).into_iter().flatten();
    let fields: Vec<(&str, bool)> = items
        .map(|item| (item["field"].as_str().unwrap_or_default(), item["direction"] == "desc"))
        .collect();
    found.sort_by(|one, other| {
        let orders = fields.iter().map(|(name, is_descending)| {
            let order = compare(&key(one, name), &key(other, name));
            if *is_descending { order.reverse() } else { order }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    });
}

/// What an opportunity has under a name, which filters and sorting may write in snake case.
fn value(opportunity: &Value, name: &str) -> Value {
    let exact = EXACT.iter().find(|(snake, _)| *snake == name);
    let name = match name {
        "created_at" | "dateAdded" | "date_added" => "createdAt",
        "dateUpdated" | "date_updated" | "updated_at" => "updatedAt",
        "last_stage_change_date" => "lastStageChangeAt",
        "last_status_change_date" => "lastStatusChangeAt",
        "lost_reason_id" => "lostReasonId",
        "monetary_value" => "monetaryValue",
        _ => exact.map_or(name, |(_, field)| *field),
    };
    opportunity[name].clone()
}

#[cfg(test)]
mod tests;
