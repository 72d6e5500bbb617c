//! `/calendars/services` of the third generation: what can be booked, where, and the bookings.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    appointments::{check_order, moment},
    calendar_hours::zone,
    calendar_slots::milliseconds,
    calendars,
    call::Call,
    ids::RecordIds,
    moment::iso,
    refusal::Refusal,
    shelf::Shelf,
    world::{World, merge},
};

pub(crate) const ACTS: Acts = &[
    ("calendars.get-services-catalog", list),
    ("calendars.create-service-catalog", create),
    ("calendars.get-service-catalog-by-id", read),
    ("calendars.update-service-catalog", update),
    ("calendars.delete-service-catalog", remove),
    ("calendars.get-service-locations", list_places),
    ("calendars.create-service-location", create_place),
    ("calendars.get-service-location-by-id", read_place),
    ("calendars.update-service-location", update_place),
    ("calendars.delete-service-location", remove_place),
    ("calendars.get-service-bookings", list_bookings),
    ("calendars.create-service-booking", create_booking),
    ("calendars.get-service-booking-by-id", read_booking),
    ("calendars.update-service-booking", update_booking),
    ("calendars.delete-service-booking", remove_booking),
];

/// What a location offers, where, and what of it is booked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Services {
    catalog: Shelf<Value>,
    places: Shelf<Value>,
    bookings: Shelf<Value>,
}

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("serviceId");
    calendars::find(world, call, ("Service", id), |all| &mut all.services.catalog)
}

fn find_place<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("serviceLocationId");
    calendars::find(world, call, ("Service location", id), |all| &mut all.services.places)
}

fn find_booking<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("bookingId");
    calendars::find(world, call, ("Booking", id), |all| &mut all.services.bookings)
}

fn take_over(record: &mut Value, body: &Map<String, Value>) {
    for (key, value) in body {
        record[key.as_str()] = value.clone();
    }
}

/// Variations that have no id yet get one.
fn number_variations(service: &mut Value, ids: &mut RecordIds) {
    for variation in service["variations"].as_array_mut().into_iter().flatten() {
        if variation.get("id").is_none() {
            variation["id"] = json!(ids.object());
        }
    }
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let category = call.query("serviceCategoryId");
    let private = call.query("isPrivate").map(|text| text == "true");
    let wanted = |one: &&Value| {
        category.is_none_or(|category| one["serviceCategoryId"] == category)
            && private.is_none_or(|private| one["isPrivate"] == private)
    };
    let all = world.account(call)?.calendars.services.catalog.iter();
    let found: Vec<&Value> = all.filter(wanted).collect();
    Ok(json!({ "services": found }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let mut made = json!({ "id": id, "isPrivate": false, "variations": [] });
    take_over(&mut made, &call.body);
    number_variations(&mut made, &mut world.ids);
    world.account(call)?.calendars.services.catalog.add(&id, made.clone());
    Ok(Answer::created(json!({ "service": made })))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "service": find(world, call)? }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut changed = find(world, call)?.clone();
    take_over(&mut changed, &call.body);
    number_variations(&mut changed, &mut world.ids);
    *find(world, call)? = changed.clone();
    Ok(json!({ "service": changed }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    find(world, call)?;
    world.account(call)?.calendars.services.catalog.remove(call.segment("serviceId"));
    Ok(json!({ "success": true, "message": "Service deleted successfully" }).into())
}

fn list_places(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let all: Vec<&Value> = world.account(call)?.calendars.services.places.iter().collect();
    Ok(json!({ "serviceLocations": all }).into())
}

fn create_place(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let mut made = json!({ "id": id, "isActive": true, "isPrivate": false });
    take_over(&mut made, &call.body);
    world.account(call)?.calendars.services.places.add(&id, made.clone());
    Ok(Answer::created(made))
}

fn read_place(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(find_place(world, call)?.clone().into())
}

fn update_place(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let place = find_place(world, call)?;
    take_over(place, &call.body);
    Ok(place.clone().into())
}

fn remove_place(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    find_place(world, call)?;
    let places = &mut world.account(call)?.calendars.services.places;
    places.remove(call.segment("serviceLocationId"));
    Ok(json!({ "success": true, "message": "Service location deleted successfully" }).into())
}

/// Those that begin within the window, the earliest first; `milliseconds` or ISO 8601 bound it.
fn list_bookings(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let bound = |name: &str| match call.query(name).map(str::parse::<Timestamp>) {
        Some(Ok(moment)) => Ok(moment),
        _ => milliseconds(call, name),
    };
    let (from, until) = (bound("startTime")?, bound("endTime")?);
    let place = call.query("serviceLocationId");
    let start = |one: &Value| one["startTime"].as_str()?.parse::<Timestamp>().ok();
    let wanted = |one: &&Value| {
        start(one).is_some_and(|start| from <= start && start <= until)
            && place.is_none_or(|place| one["serviceLocationId"] == place)
    };
    let all = world.account(call)?.calendars.services.bookings.iter();
    let mut found: Vec<&Value> = all.filter(wanted).collect();
    found.sort_by_key(|one| start(one));
    Ok(json!({ "bookings": found }).into())
}

fn create_booking(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let account = world.account(call)?;
    let contact = call.text("contactId").unwrap_or_default();
    let Some(person) = account.contacts().get(contact) else {
        return Err(Refusal::bad_request(format!("The contact id {contact} is invalid.")));
    };
    let at = iso(call.now);
    let mut made = json!({
        "bookingId": id,
        "serviceLocationId": "",
        "title": person.full_name(),
        "status": "confirmed",
        "deleted": false,
        "dateAdded": at,
        "createdBy": { "source": "third_party" },
    });
    merge(&mut made, &call.body, ("dateUpdated", call.now));
    fit(&mut made, call, account)?;
    account.calendars.services.bookings.add(&id, made.clone());
    Ok(Answer::created(made))
}

/// Writes times in UTC and puts the services one after the other.
fn fit(booking: &mut Value, call: &Call, account: &super::account::Account) -> Result<(), Refusal> {
    let zone = zone(account);
    for name in ["startTime", "endTime"] {
        if let Some(moment) = moment(call, name, &zone)? {
            booking[name] = json!(iso(moment));
        }
    }
    let time = |name: &str| booking[name].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let (Some(start), Some(end)) = (time("startTime"), time("endTime")) else {
        return Ok(());
    };
    check_order(start, end)?;
    let catalog = &account.calendars.services.catalog;
    let asked = booking["services"].as_array().cloned().unwrap_or_default();
    let mut begin = start;
    let mut fitted = Vec::new();
    for one in asked {
        let id = one["id"].as_str().unwrap_or_default();
        let Some(service) = catalog.get(id) else {
            return Err(Refusal::bad_request(format!("The service id {id} is invalid.")));
        };
        let length = service["serviceDuration"].as_i64().map(|number| {
            let minutes = if service["serviceDurationUnit"] == "hours" { 60 } else { 1 };
            SignedDuration::from_mins(number.clamp(0, 10_000) * minutes)
        });
        let until = length.and_then(|length| begin.checked_add(length).ok()).unwrap_or(end);
        let staff = one["staffId"].as_str().or(one["serviceStaffId"].as_str());
        let staff = staff.or(service["staff"][0]["id"].as_str()).unwrap_or_default();
        let add_ons = one.get("addOns").or(one.get("serviceAddOns"));
        fitted.push(json!({
            "id": id,
            "serviceCategoryId": service["serviceCategoryId"].as_str().unwrap_or_default(),
            "serviceStaffId": staff,
            "serviceStartTime": iso(begin),
            "serviceEndTime": iso(until),
            "serviceResources": [],
            "serviceAddOns": add_ons.cloned().unwrap_or_else(|| json!([])),
        }));
        begin = until;
    }
    booking["services"] = json!(fitted);
    Ok(())
}

fn read_booking(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(find_booking(world, call)?.clone().into())
}

fn update_booking(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut changed = find_booking(world, call)?.clone();
    merge(&mut changed, &call.body, ("dateUpdated", call.now));
    fit(&mut changed, call, world.account(call)?)?;
    *find_booking(world, call)? = changed.clone();
    Ok(changed.into())
}

fn remove_booking(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    find_booking(world, call)?;
    world.account(call)?.calendars.services.bookings.remove(call.segment("bookingId"));
    Ok(json!({ "success": true, "message": "Booking deleted successfully" }).into())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::desk::Desk;

    #[tokio::test]
    async fn a_service_is_offered_booked_moved_and_dropped() {
        let mut desk = Desk::open().await;
        let location = desk.sandbox.location_id().to_owned();
        let contact = json!({ "locationId": location, "name": "Ada King" });
        let contact = desk.call("POST /contacts/", contact).await.1["contact"]["id"].clone();
        desk.version = "v3";
        let service = json!({
            "locationId": location, "name": "Survey", "slug": "survey", "staff": [{ "id": "u" }],
            "serviceDuration": 1, "serviceDurationUnit": "hours", "variations": [{ "name": "Long" }],
        });
        let service = desk.ok("POST /calendars/services/catalog", service).await["service"].clone();
        assert_eq!(service["variations"][0]["id"].as_str().map(str::len), Some(24));
        let mut body = json!({
            "locationId": location, "contactId": contact, "timezone": "America/New_York",
            "startTime": "2026-03-06T09:00:00-05:00", "endTime": "2026-03-06T11:00:00-05:00",
            "services": [{ "id": service["id"] }, { "id": service["id"], "staffId": "v" }],
        });
        let made = desk.ok("POST /calendars/services/bookings", body.clone()).await;
        assert_eq!(made["services"][1]["serviceStartTime"], "2026-03-06T15:00:00.000Z");
        assert_eq!(made["services"][1]["serviceStaffId"], "v");
        body["services"] = json!([{ "id": "unknown" }]);
        assert_eq!(desk.refused("POST /calendars/services/bookings", body).await.0, 400);
        let path = format!("/calendars/services/bookings/{}", made["bookingId"].as_str().unwrap());
        let moved = json!({ "startTime": "2026-03-06T14:30:00Z", "status": "showed" });
        let moved = desk.ok(&format!("PUT {path}"), moved).await;
        assert_eq!(moved["services"][0]["serviceStartTime"], "2026-03-06T14:30:00.000Z");
        assert_eq!(moved["services"][1]["serviceStaffId"], "v");
        let window = format!("locationId={location}&startTime=1772755200000&endTime=1772841600000");
        let line = format!("GET /calendars/services/bookings?{window}");
        let found = desk.ok(&line, Value::Null).await;
        assert_eq!(found["bookings"][0]["bookingId"], made["bookingId"]);
        desk.ok(&format!("DELETE {path}"), Value::Null).await;
        assert_eq!(desk.refused(&format!("GET {path}"), Value::Null).await.0, 404);
    }
}
