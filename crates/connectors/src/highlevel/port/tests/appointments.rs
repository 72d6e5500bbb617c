//! Appointments: a free slot is booked once, listed, cancelled, and free again.

use domain::crm::{AppointmentFilter, Booking, CrmCalendars, CrmError, SlotSpan};
use highlevel::resources::ListCalendars;
use jiff::ToSpan as _;

use super::{Bench, bench, pointers};

async fn calendar(bench: &Bench) -> String {
    let at = bench.port.connected(&bench.alpha).await.unwrap();
    let list = ListCalendars::new(at.location.clone());
    let all = at.client.call(&list).await.unwrap().calendars;
    // One person keeps it, so that a slot is taken by one booking.
    let personal = all.iter().find(|it| it.calendar_type.as_deref() == Some("personal"));
    personal.unwrap().id.to_string()
}

fn span(bench: &Bench, days: i64) -> SlotSpan {
    let from = bench.port.now();
    let until = from.checked_add((days * 24).hours()).unwrap();
    SlotSpan { from, until, timezone: Some("America/New_York".to_owned()) }
}

#[tokio::test]
async fn a_slot_is_booked_once_and_free_after_it_is_cancelled() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let contact = bench.person("ada@example.com", "").await.contact.item.id;
    let calendar = calendar(&bench).await;
    let week = span(&bench, 14);
    let slots = port.free_slots(alpha, &calendar, &week).await.unwrap();
    let slot = slots.last().unwrap().clone();
    let booking = Booking {
        calendar: calendar.clone(),
        contact: contact.clone(),
        starts_at: slot.starts_at.clone(),
        title: Some("Survey".to_owned()),
        place: None,
    };
    let booked = port.book(alpha, &booking).await.unwrap();
    assert_eq!(booked.starts_at, Some(slot.starts_at.parse().unwrap()));
    let taken = port.book(alpha, &booking).await.unwrap_err();
    assert!(matches!(taken, CrmError::SlotTaken), "{taken}");
    assert!(!port.free_slots(alpha, &calendar, &week).await.unwrap().contains(&slot));

    let of_contact = AppointmentFilter { contact: Some(contact), ..Default::default() };
    let of_calendar = AppointmentFilter {
        calendar: Some(calendar.clone()),
        from: Some(week.from),
        until: Some(week.until),
        ..Default::default()
    };
    for filter in [&of_contact, &of_calendar] {
        let found = port.appointments(alpha, filter).await.unwrap();
        assert!(found.iter().any(|it| it.id == booked.id), "{filter:?}: {found:?}");
    }
    let other = AppointmentFilter { until: Some(week.from), ..of_contact };
    assert!(port.appointments(alpha, &other).await.unwrap().is_empty());

    let theirs = port.cancel(&bench.beta, &booked.id).await;
    assert!(matches!(theirs, Err(CrmError::NotFound("appointment"))), "{theirs:?}");
    for _ in 0..2 {
        let cancelled = port.cancel(alpha, &booked.id).await.unwrap();
        assert_eq!(cancelled.status.as_deref(), Some("cancelled"));
    }
    assert!(port.free_slots(alpha, &calendar, &week).await.unwrap().contains(&slot));
    let acts = bench.audit().await.into_iter().map(|entry| entry.noted.act);
    assert_eq!(acts.filter(|act| act.starts_with("appointment.")).count(), 5);
}

#[tokio::test]
async fn spans_and_filters_that_make_no_sense_are_refused() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    for days in [0, -1, 32] {
        let refused = port.free_slots(alpha, "c", &span(&bench, days)).await.unwrap_err();
        assert_eq!(pointers(&refused), ["until"]);
    }
    let nothing = AppointmentFilter::default();
    let refused = port.appointments(alpha, &nothing).await.unwrap_err();
    assert_eq!(pointers(&refused), ["contact"]);
    let endless = AppointmentFilter { calendar: Some("c".to_owned()), ..nothing };
    let refused = port.appointments(alpha, &endless).await.unwrap_err();
    assert_eq!(pointers(&refused), ["from"]);
    let booking = Booking {
        calendar: "c".to_owned(),
        contact: "d".to_owned(),
        starts_at: "tomorrow".to_owned(),
        title: None,
        place: None,
    };
    assert_eq!(pointers(&port.book(alpha, &booking).await.unwrap_err()), ["/starts_at"]);
}
