//! The records of selling and paying of one location, and how they are found, listed and kept.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    account::Account, answer::Answer, call::Call, ids::RecordIds, moment::iso, refusal::Refusal,
    shelf::Shelf, world::World,
};

/// Everything that a location sells, asks for and is paid.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) invoices: Shelf<Value>,
    pub(crate) invoice_templates: Shelf<Value>,
    pub(crate) schedules: Shelf<Value>,
    /// When a schedule makes its next invoice, and its id.
    pub(crate) due: BTreeSet<(Timestamp, String)>,
    pub(crate) estimates: Shelf<Value>,
    pub(crate) estimate_templates: Shelf<Value>,
    pub(crate) orders: Shelf<Value>,
    pub(crate) fulfillments: Shelf<Value>,
    pub(crate) transactions: Shelf<Value>,
    pub(crate) subscriptions: Shelf<Value>,
    pub(crate) coupons: Shelf<Value>,
    /// The ways to pay that apps bring.
    pub(crate) custom_providers: Shelf<Value>,
    /// Those of the product under names of an app's own.
    pub(crate) integration_providers: Shelf<Value>,
    pub(crate) products: Shelf<Value>,
    pub(crate) prices: Shelf<Value>,
    pub(crate) collections: Shelf<Value>,
    pub(crate) reviews: Shelf<Value>,
}

/// One kind of these records.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// As refusals name it.
    pub(crate) name: &'static str,
    pub(crate) shelf: fn(&mut Ledger) -> &mut Shelf<Value>,
}

/// A record of the caller's location.
///
/// # Errors
/// 403 when it is another location's, 404 when it is nobody's.
pub(crate) fn find(world: &mut World, call: &Call, kind: Kind, id: &str) -> Result<Value, Refusal> {
    match (kind.shelf)(&mut world.account(call)?.ledger).get(id) {
        Some(found) => Ok(found.clone()),
        None => Err(absence(world, kind, id)),
    }
}

/// Why the caller cannot have a record.
fn absence(world: &mut World, kind: Kind, id: &str) -> Refusal {
    world.absence((kind.name, id), |account| (kind.shelf)(&mut account.ledger).get(id).is_some())
}

/// Notes that somebody has looked at a record of the token's location. The request names no
/// location, so that an agency's token reaches all locations of the agency.
///
/// # Errors
/// As [`find`].
pub(crate) fn visit(
    world: &mut World,
    call: &Call,
    kind: Kind,
    id: &str,
) -> Result<Answer, Refusal> {
    let own = call.caller()?.location.as_deref();
    let reached =
        world.accounts.values_mut().filter(|account| own.is_none_or(|own| own == account.id));
    let found = reached.filter_map(|account| (kind.shelf)(&mut account.ledger).get_mut(id)).next();
    let Some(record) = found else {
        return Err(absence(world, kind, id));
    };
    record["lastVisitedAt"] = json!(iso(call.now));
    Ok(json!({ "success": true }).into())
}

/// Keeps a record of the caller's location: a new one behind all others, a known one in its place.
pub(crate) fn keep(
    world: &mut World,
    call: &Call,
    kind: Kind,
    record: &Value,
) -> Result<(), Refusal> {
    put(&mut world.account(call)?.ledger, kind, record);
    Ok(())
}

/// As [`keep`], where the location is at hand.
pub(crate) fn put(ledger: &mut Ledger, kind: Kind, record: &Value) {
    let id = text(record, "_id");
    let shelf = (kind.shelf)(ledger);
    match shelf.get_mut(id) {
        Some(place) => place.clone_from(record),
        None => shelf.add(id, record.clone()),
    }
}

/// Takes a record of the caller's location away.
///
/// # Errors
/// As [`find`].
pub(crate) fn remove(
    world: &mut World,
    call: &Call,
    kind: Kind,
    id: &str,
) -> Result<Value, Refusal> {
    let record = find(world, call, kind, id)?;
    (kind.shelf)(&mut world.account(call)?.ledger).remove(id);
    Ok(record)
}

/// The records of a kind in the caller's location that are wanted, latest first.
pub(crate) fn latest(
    world: &mut World,
    call: &Call,
    kind: Kind,
    is_wanted: impl Fn(&Value) -> bool,
) -> Result<Vec<Value>, Refusal> {
    let all = (kind.shelf)(&mut world.account(call)?.ledger).iter().rev();
    Ok(all.filter(|record| is_wanted(record)).cloned().collect())
}

/// The rows that `limit` and `offset` of the query name, and how many there are; a limit of 0 is
/// none, as the specification has it for products.
pub(crate) fn page(
    call: &Call,
    rows: Vec<Value>,
    default: usize,
) -> Result<(Vec<Value>, usize), Refusal> {
    let limit = match call.number("limit", default, 0..=usize::MAX)? {
        0 => usize::MAX,
        limit => limit,
    };
    let (offset, total) = (call.number("offset", 0, 0..=usize::MAX)?, rows.len());
    Ok((rows.into_iter().skip(offset).take(limit).collect(), total))
}

/// The fields that every new record of these has.
pub(crate) fn new_record(ids: &mut RecordIds, account: &Account, now: Timestamp) -> Value {
    json!({
        "_id": ids.object(),
        "altId": account.id,
        "altType": "location",
        "createdAt": iso(now),
        "updatedAt": iso(now),
    })
}

/// [`new_record`] for the location of the caller.
pub(crate) fn start(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let location = world.account(call)?.id.clone();
    let account = world.accounts.get(&location).ok_or_else(Refusal::wrong_location)?;
    Ok(new_record(&mut world.ids, account, call.now))
}

/// Takes over the fields of a body, but for those that say where it goes, and notes the moment.
pub(crate) fn take_over(record: &mut Value, body: &Map<String, Value>, call: &Call) {
    absorb(record, body, call.now);
}

/// As [`take_over`], where nobody calls.
pub(crate) fn absorb(record: &mut Value, body: &Map<String, Value>, now: Timestamp) {
    let ignored = ["altId", "altType", "_id", "id", "createdAt"];
    for (key, value) in body.iter().filter(|(key, _)| !ignored.contains(&key.as_str())) {
        record[key.as_str()] = value.clone();
    }
    record["updatedAt"] = json!(iso(now));
}

/// Whether the query, where it names a value, names that of the record.
pub(crate) fn fits(call: &Call, parameter: &str, record: &Value, field: &str) -> bool {
    call.query(parameter).is_none_or(|wanted| text(record, field) == wanted)
}

/// Whether the day of a field lies within `startAt` and `endAt`, both days included.
pub(crate) fn is_within(call: &Call, record: &Value, field: &str) -> bool {
    let day = |text: &str| text.get(..10).unwrap_or(text).to_owned();
    let at = day(text(record, field));
    call.query("startAt").is_none_or(|from| at >= day(from))
        && call.query("endAt").is_none_or(|until| at <= day(until))
}

/// Whether a record is of the mode that `paymentMode` asks for.
pub(crate) fn is_of_mode(call: &Call, record: &Value) -> bool {
    match call.query("paymentMode") {
        Some("live") => record["liveMode"] == true,
        Some("test") => record["liveMode"] == false,
        _ => true,
    }
}

/// Whether one of the texts holds what `search` asks for.
pub(crate) fn mentions<'a>(call: &Call, texts: impl IntoIterator<Item = &'a str>) -> bool {
    let wanted = call.query("search").unwrap_or_default().to_lowercase();
    wanted.is_empty() || texts.into_iter().any(|text| text.to_lowercase().contains(&wanted))
}

/// A text of a record; empty where there is none.
pub(crate) fn text<'a>(record: &'a Value, field: &str) -> &'a str {
    record[field].as_str().unwrap_or_default()
}

/// An amount in major units, to the cent. Whole ones are written without a fraction.
pub(crate) fn amount(number: f64) -> Value {
    let cents = (number * 100.0).round() / 100.0;
    serde_json::from_str(&format!("{}", cents + 0.0)).unwrap_or(Value::Null)
}

/// A number of a record; 0 where there is none.
pub(crate) fn number(record: &Value, field: &str) -> f64 {
    record[field].as_f64().unwrap_or_default()
}
