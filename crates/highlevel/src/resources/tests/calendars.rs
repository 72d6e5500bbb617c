//! Tests of calendars: events, appointments with notes, and free slots as they are written.

use super::*;
use crate::{
    AppointmentId, CalendarGroupId, CalendarId,
    models::{AppointmentFields, CalendarFields, EventSpan},
};

fn calendar() -> CalendarId {
    CalendarId::new("cal1")
}

fn event() -> AppointmentId {
    AppointmentId::new("e1")
}

#[test]
fn calendars_are_listed_read_written_and_deleted() {
    let list = ListCalendars { show_drafted: Some(false), ..ListCalendars::new(location()) };
    assert_eq!(sent(&list), "2021-04-15 GET /calendars/?locationId=l1&showDrafted=false");
    let reply = kept::<ListCalendars>(
        r#"{"calendars":[{"id":"cal1","name":"Visits","slotDuration":30.0,"teamMembers":[],
        "appoinmentPerDay":4,"lookBusyConfig":{"enabled":true}}],"traceId":"t"}"#,
    );
    assert_eq!(reply.calendars[0].extra["appoinmentPerDay"], 4);
    let get = GetCalendar { calendar_id: calendar() };
    assert_eq!(sent(&get), "2021-04-15 GET /calendars/cal1");
    let fields = CalendarFields {
        name: Some(text("Visits")),
        appoinment_per_day: Some(4.0),
        ..CalendarFields::default()
    };
    let create = CreateCalendar {
        location_id: location(),
        calendar_type: Some(text("event")),
        fields: fields.clone(),
    };
    let written = r#""name":"Visits","appoinmentPerDay":4.0"#;
    assert_eq!(
        sent(&create),
        format!(
            r#"2021-04-15 POST /calendars/ {{"locationId":"l1","calendarType":"event",{written}}}"#
        )
    );
    let update = UpdateCalendar { calendar_id: calendar(), fields };
    assert_eq!(sent(&update), format!("2021-04-15 PUT /calendars/cal1 {{{written}}}"));
    let delete = DeleteCalendar { calendar_id: calendar() };
    assert_eq!(sent(&delete), "2021-04-15 DELETE /calendars/cal1");
    let groups = ListCalendarGroups { location_id: location() };
    assert_eq!(sent(&groups), "2021-04-15 GET /calendars/groups?locationId=l1");
    kept::<ListCalendarGroups>(r#"{"groups":[{"id":"g1","name":"All","slug":"all","x":1}]}"#);
}

#[test]
fn events_are_listed_by_a_span_and_blocked() {
    let times = (1_800_000_000_000, 1_800_003_600_000);
    let list = ListEvents { span: EventSpan::of_calendar(location(), calendar(), times) };
    let span = "locationId=l1&startTime=1800000000000&endTime=1800003600000";
    let expected = format!("2021-04-15 GET /calendars/events?{span}&calendarId=cal1");
    assert_eq!(sent(&list), expected);
    let user_id = UserId::new("u1");
    let blocked = ListBlockedSlots { span: EventSpan::of_user(location(), user_id, times) };
    let expected = format!("2021-04-15 GET /calendars/blocked-slots?{span}&userId=u1");
    assert_eq!(sent(&blocked), expected);
    let group = EventSpan::of_group(location(), CalendarGroupId::new("g1"), times);
    assert!(sent(&ListEvents { span: group }).ends_with("&groupId=g1"));
    let (start, end) = ("2027-03-01T09:00:00+02:00", "2027-03-01T10:00:00+02:00");
    let block = BlockSlot {
        location_id: location(),
        start_time: text(start),
        end_time: text(end),
        calendar_id: Some(calendar()),
        assigned_user_id: None,
        title: Some(text("Lunch")),
    };
    let body = format!(
        r#"{{"locationId":"l1","startTime":"{start}","endTime":"{end}","calendarId":"cal1","title":"Lunch"}}"#
    );
    assert_eq!(sent(&block), format!("2021-04-15 POST /calendars/events/block-slots {body}"));
    let update = UpdateBlockedSlot {
        event_id: event(),
        location_id: location(),
        start_time: None,
        end_time: None,
        calendar_id: Some(calendar()),
        assigned_user_id: None,
        title: Some(text("Rest")),
    };
    let body = r#"{"locationId":"l1","calendarId":"cal1","title":"Rest"}"#;
    assert_eq!(sent(&update), format!("2021-04-15 PUT /calendars/events/block-slots/e1 {body}"));
    let delete = DeleteEvent { event_id: event() };
    assert_eq!(sent(&delete), "2021-04-15 DELETE /calendars/events/e1");
    assert_eq!(read::<DeleteEvent>(r#"{"succeeded":true}"#).succeeded(), Some(true));
}

#[test]
fn an_appointment_is_booked_and_changed() {
    let start = "2027-03-01T09:30:00+01:00";
    let book = BookAppointment {
        calendar_id: calendar(),
        location_id: location(),
        contact_id: contact(),
        start_time: text(start),
        fields: AppointmentFields {
            title: Some(text("Visit")),
            to_notify: Some(false),
            ..AppointmentFields::default()
        },
    };
    let body = format!(
        r#"{{"calendarId":"cal1","locationId":"l1","contactId":"c1","startTime":"{start}","title":"Visit","toNotify":false}}"#
    );
    assert_eq!(sent(&book), format!("2021-04-15 POST /calendars/events/appointments {body}"));
    let booked = kept::<BookAppointment>(
        r#"{"id":"e1","calendarId":"cal1","locationId":"l1","contactId":"c1",
        "startTime":"2027-03-01T09:30:00+01:00","appointmentStatus":"new","isRecurring":false}"#,
    );
    assert_eq!(booked.id, event());
    let fields = AppointmentFields {
        appointment_status: Some(text("showed")),
        ..AppointmentFields::default()
    };
    let update =
        UpdateAppointment { event_id: event(), calendar_id: None, start_time: None, fields };
    let body = r#"{"appointmentStatus":"showed"}"#;
    assert_eq!(sent(&update), format!("2021-04-15 PUT /calendars/events/appointments/e1 {body}"));
    const { assert!(!UpdateAppointment::REPEATABLE && !BookAppointment::REPEATABLE) }
    let get = GetAppointment { event_id: event() };
    assert_eq!(sent(&get), "2021-04-15 GET /calendars/events/appointments/e1");
    let reply = kept::<GetAppointment>(
        r#"{"event":{"id":"e1","startTime":"2027-03-01T09:30:00+01:00","createdBy":{"source":"api"}}}"#,
    );
    assert!(reply.event.start_time.unwrap().timestamp().is_some());
}

#[tokio::test]
async fn notes_on_appointments_come_in_pages() {
    let appointment_id = event;
    let create =
        CreateAppointmentNote { appointment_id: event(), body: text("bring keys"), user_id: None };
    let expected = r#"2021-04-15 POST /calendars/appointments/e1/notes {"body":"bring keys"}"#;
    assert_eq!(sent(&create), expected);
    let note_id = NoteId::new("n1");
    let user_id = Some(UserId::new("u1"));
    let change = UpdateAppointmentNote {
        appointment_id: event(),
        note_id: note_id.clone(),
        body: text("done"),
        user_id,
    };
    let body = r#"{"body":"done","userId":"u1"}"#;
    assert_eq!(sent(&change), format!("2021-04-15 PUT /calendars/appointments/e1/notes/n1 {body}"));
    let delete = DeleteAppointmentNote { appointment_id: event(), note_id };
    assert_eq!(sent(&delete), "2021-04-15 DELETE /calendars/appointments/e1/notes/n1");
    kept::<CreateAppointmentNote>(r#"{"note":{"id":"n1","createdBy":{"id":"u1","name":"Ada"}}}"#);
    let list = ListAppointmentNotes { limit: 1, ..ListAppointmentNotes::new(appointment_id()) };
    let (sizes, wire) = turned(
        list,
        &[
            r#"{"notes":[{"id":"n1","body":"x"}],"hasMore":true}"#,
            r#"{"notes":[],"hasMore":false}"#,
        ],
    )
    .await;
    assert_eq!(sizes, [1]);
    assert_eq!(wire[1], "GET /calendars/appointments/e1/notes?limit=1&offset=1");
}

#[test]
fn free_slots_are_kept_as_they_are_written_and_nothing_else_is_a_day() {
    let list = ListFreeSlots {
        timezone: Some(text("Europe/Zurich")),
        ..ListFreeSlots::new(calendar(), 1_800_000_000_000, 1_800_086_400_000)
    };
    let expected = concat!(
        "2021-04-15 GET /calendars/cal1/free-slots?",
        "startDate=1800000000000&endDate=1800086400000&timezone=Europe%2FZurich"
    );
    assert_eq!(sent(&list), expected);
    let slots = read::<ListFreeSlots>(
        r#"{"2027-01-16":{"slots":["2027-01-16T09:00:00+01:00"]},"traceId":"0f2c",
        "2027-01-15":{"slots":["2027-01-15T10:30:00+01:00","2027-01-15T11:00:00+01:00"]},
        "2027-01-17":{"slots":[]}}"#,
    );
    assert_eq!(slots.days.keys().collect::<Vec<_>>(), ["2027-01-15", "2027-01-16", "2027-01-17"]);
    assert_eq!(
        slots.all().collect::<Vec<_>>(),
        ["2027-01-15T10:30:00+01:00", "2027-01-15T11:00:00+01:00", "2027-01-16T09:00:00+01:00"]
    );
}
