//! The calendars that a location has from the start, with a few appointments in the days after it.

use jiff::{Timestamp, ToSpan as _, civil::Weekday};
use serde_json::{Value, json};

use super::{
    appointments::Event, calendar_groups, calendar_hours::zone, calendar_slots::local, calendars,
    ids::RecordIds, world::World,
};

/// Ids of their own, so that calendars change nobody else's.
const SALT: u64 = 0x6361_6c65_6e64_6172;

/// Days after the start, the hour, and which of the two calendars.
const APPOINTMENTS: [(i64, i8, usize, &str); 4] =
    [(1, 10, 0, "confirmed"), (2, 14, 0, "new"), (3, 9, 1, "confirmed"), (4, 15, 0, "cancelled")];

/// Gives every location two calendars with the people who work there.
pub(crate) fn seed(world: &mut World, seed: u64, now: Timestamp) {
    let mut ids = RecordIds::new(seed ^ SALT);
    let users: Vec<Value> = world.users.iter().cloned().collect();
    for account in world.accounts.values_mut() {
        let works_here = |user: &&Value| {
            let places = user["roles"]["locationIds"].as_array();
            places.is_some_and(|places| places.iter().any(|place| *place == account.id))
        };
        let team: Vec<&str> =
            users.iter().filter(works_here).filter_map(|user| user["id"].as_str()).collect();
        let group = ids.record();
        let names = ("Client visits", "Everything that clients can book.", "client-visits");
        account.calendars.groups.add(&group, calendar_groups::define(&group, &account.id, names));
        let mut made = Vec::new();
        for (name, kind, minutes) in
            [("On-site survey", "round_robin", 60), ("Remote onboarding", "personal", 30)]
        {
            let id = ids.record();
            let count = if kind == "personal" { 1 } else { team.len() };
            let members = team.iter().take(count).map(|user| json!({ "userId": user }));
            let body = json!({
                "name": name,
                "description": "",
                "calendarType": kind,
                "groupId": group,
                "slotDuration": minutes,
                "slotInterval": minutes,
                "teamMembers": members.collect::<Vec<_>>(),
            });
            let body = body.as_object().cloned().unwrap_or_default();
            let calendar = calendars::define(&id, &account.id, &body);
            account.calendars.all.add(&id, calendar.clone());
            made.push(calendar);
        }
        book(account, &made, &mut ids, now);
    }
}

fn book(
    account: &mut super::account::Account,
    calendars: &[Value],
    ids: &mut RecordIds,
    now: Timestamp,
) {
    let zone = zone(account);
    let today = now.to_zoned(zone.clone()).date();
    let people: Vec<(String, String)> = account
        .contacts()
        .iter()
        .take(APPOINTMENTS.len())
        .map(|contact| (contact.id.to_string(), contact.full_name()))
        .collect();
    for ((days, hour, index, status), (contact, name)) in APPOINTMENTS.iter().zip(people) {
        let is_workday =
            |day: &jiff::civil::Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let days = usize::try_from(*days).unwrap_or_default();
        let Some(day) = today.series(1.day()).skip(1).filter(is_workday).nth(days - 1) else {
            continue;
        };
        let Ok(start) = day.at(*hour, 0, 0, 0).to_zoned(zone.clone()) else { continue };
        let start = start.timestamp();
        let calendar = &calendars[*index];
        let minutes = calendar["slotDuration"].as_i64().unwrap_or(30);
        let Ok(end) = start.checked_add(minutes.minutes()) else { continue };
        let id = ids.record();
        let owner = &calendar["teamMembers"][0]["userId"];
        let at = local(now, &zone);
        let record = json!({
            "id": id,
            "title": name,
            "calendarId": calendar["id"],
            "locationId": account.id,
            "contactId": contact,
            "groupId": calendar["groupId"],
            "appointmentStatus": status,
            "assignedUserId": owner,
            "users": [owner],
            "address": "",
            "notes": "",
            "meetingLocationType": "default",
            "isRecurring": false,
            "assignedResources": [],
            "createdBy": { "source": "booking_widget" },
            "dateAdded": at,
            "dateUpdated": at,
        });
        let record = record.as_object().cloned().unwrap_or_default();
        account.calendars.events.add(&id, Event { start, end, is_block: false, record });
    }
}
