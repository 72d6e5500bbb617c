//! Calendars: appointments listed, booked and cancelled, and free slots, all at HighLevel itself.

use domain::{
    Audit, ChangeSets, Difference, Entity, Journal, Mirror, RecordKey, WrittenField,
    crm::{
        Answer, Appointment, AppointmentFilter, Behalf, Booking, CrmCalendars, CrmError, Slot,
        SlotSpan,
    },
};
use endpoint::{Timer, Transport};
use highlevel::{
    AppointmentId, CalendarId, ContactId,
    models::{self, AppointmentFields, EventSpan},
    resources::{
        BookAppointment, ListContactAppointments, ListEvents, ListFreeSlots, UpdateAppointment,
    },
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    Connected, Port,
    changes::{Ended, Plan, made_of},
    checked,
    refusal::refusal,
    standings::appointment_values,
    zones,
};

/// HighLevel tells the free slots of at most so long (`facts/highlevel.md` 6.3).
const LONGEST_SPAN: SignedDuration = SignedDuration::from_hours(31 * 24);

/// How HighLevel calls what is not to happen any more.
const CANCELLED: &str = "cancelled";

impl<S, T, C> CrmCalendars for Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    fn appointments<'a>(
        &'a self,
        behalf: &'a Behalf,
        filter: &'a AppointmentFilter,
    ) -> Answer<'a, Vec<Appointment>> {
        Box::pin(async move {
            let at = self.connected(behalf).await?;
            let listed = list(&at, filter).await?;
            let has_offsets = |it: &models::Appointment| {
                it.start_time.as_ref().is_none_or(|start| start.timestamp().is_some())
            };
            let zone = match listed.iter().all(has_offsets) {
                true => None,
                false => self.zones.of(&at, self.now()).await,
            };
            let told = listed.iter().map(|it| appointment(it, zone.as_ref()));
            let mut found: Vec<Appointment> = told.filter(|it| fits(it, filter)).collect();
            found.sort_by(|one, other| (one.starts_at, &one.id).cmp(&(other.starts_at, &other.id)));
            Ok(found)
        })
    }

    fn book<'a>(&'a self, behalf: &'a Behalf, booking: &'a Booking) -> Answer<'a, Appointment> {
        Box::pin(async move {
            let result = self.booked(behalf, booking).await;
            let subject = result.as_ref().map_or(&booking.calendar, |booked| &booked.id);
            self.note(behalf, "appointment.booked", subject, &result).await;
            result
        })
    }

    fn reschedule<'a>(
        &'a self,
        behalf: &'a Behalf,
        appointment: &'a str,
        starts_at: &'a str,
    ) -> Answer<'a, Appointment> {
        Box::pin(async move {
            let id = checked(appointment, "appointment")?;
            let result = self.rescheduled(behalf, id, starts_at).await;
            self.note(behalf, "appointment.rescheduled", id, &result).await;
            result
        })
    }

    fn cancel<'a>(&'a self, behalf: &'a Behalf, appointment: &'a str) -> Answer<'a, Appointment> {
        Box::pin(async move {
            let id = checked(appointment, "appointment")?;
            let result = self.cancelled(behalf, id).await;
            self.note(behalf, "appointment.cancelled", id, &result).await;
            result
        })
    }

    fn free_slots<'a>(
        &'a self,
        behalf: &'a Behalf,
        calendar: &'a str,
        span: &'a SlotSpan,
    ) -> Answer<'a, Vec<Slot>> {
        Box::pin(async move {
            let calendar = CalendarId::new(checked(calendar, "calendar")?);
            let length = span.until.duration_since(span.from);
            if length <= SignedDuration::ZERO || length > LONGEST_SPAN {
                let message = "give a moment after `from`, at most 31 days later";
                return Err(CrmError::invalid("until", message));
            }
            let (from, until) = (span.from.as_millisecond(), span.until.as_millisecond());
            let list = ListFreeSlots {
                timezone: span.timezone.clone(),
                ..ListFreeSlots::new(calendar, from, until)
            };
            let at = self.connected(behalf).await?;
            let slots = at.client.call(&list).await.map_err(|error| refusal(&error, "calendar"))?;
            Ok(slots.all().map(|starts_at| Slot { starts_at: starts_at.to_owned() }).collect())
        })
    }
}

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    async fn booked(&self, behalf: &Behalf, booking: &Booking) -> Result<Appointment, CrmError> {
        let calendar_id = CalendarId::new(checked(&booking.calendar, "calendar")?);
        let contact_id = ContactId::new(checked(&booking.contact, "contact")?);
        if booking.starts_at.parse::<Timestamp>().is_err() {
            let message = "give a free slot as it was given, such as 2026-03-09T09:00:00-05:00";
            return Err(CrmError::invalid("/starts_at", message));
        }
        let at = self.connected(behalf).await?;
        let book = BookAppointment {
            calendar_id,
            location_id: at.location.clone(),
            contact_id,
            start_time: booking.starts_at.clone(),
            fields: AppointmentFields {
                title: booking.title.clone(),
                address: booking.place.clone(),
                ..AppointmentFields::default()
            },
        };
        let intended = [("calendar", &booking.calendar), ("starts_at", &booking.starts_at)];
        let intended = intended.map(|(key, text)| (key.to_owned(), text.as_str().into()));
        let plan = Plan::create("appointment.booked", made_of(&intended.into()));
        let plan = plan.on_contact(&booking.contact);
        let told = |booked: &models::Appointment| {
            let made = made_of(&appointment_values(booked));
            Ended::made(Entity::Appointment, booked.id.as_str(), made)
        };
        let booked = self.write(behalf, (plan, "calendar"), at.client.call(&book), told).await?;
        Ok(appointment(&booked, None))
    }

    /// Moves an appointment and keeps its length, which HighLevel does where no end is given.
    async fn rescheduled(
        &self,
        behalf: &Behalf,
        id: &str,
        starts_at: &str,
    ) -> Result<Appointment, CrmError> {
        let Ok(moment) = starts_at.parse::<Timestamp>() else {
            let message = "give a free slot as it was given, such as 2026-03-09T09:00:00-05:00";
            return Err(CrmError::invalid("/starts_at", message));
        };
        let at = self.connected(behalf).await?;
        let found = self.read_appointment(&at, id).await?;
        let before = appointment(&found, None);
        if before.starts_at == Some(moment) {
            return Ok(before);
        }
        let change = UpdateAppointment {
            event_id: AppointmentId::new(id),
            calendar_id: None,
            start_time: Some(starts_at.to_owned()),
            fields: AppointmentFields::default(),
        };
        let before = before.starts_at.map(|at| at.to_string());
        let start = WrittenField::new(before.into(), moment.to_string().into());
        let fields = [("starts_at".to_owned(), start)].into();
        let difference = Difference { fields, ..Difference::default() };
        let key = RecordKey::new(Entity::Appointment, id);
        let plan = Plan::change("appointment.rescheduled", key, difference);
        let call = at.client.call(&change);
        let changed = self.write(behalf, (plan, "appointment"), call, |_| Ended::default()).await?;
        Ok(appointment(&changed, None))
    }

    async fn cancelled(&self, behalf: &Behalf, id: &str) -> Result<Appointment, CrmError> {
        let at = self.connected(behalf).await?;
        let found = self.read_appointment(&at, id).await?;
        if found.appointment_status.as_deref() == Some(CANCELLED) {
            return Ok(appointment(&found, None));
        }
        let change = UpdateAppointment {
            event_id: AppointmentId::new(id),
            calendar_id: None,
            start_time: None,
            fields: AppointmentFields {
                appointment_status: Some(CANCELLED.to_owned()),
                ..AppointmentFields::default()
            },
        };
        let status = WrittenField::new(found.appointment_status.clone().into(), CANCELLED.into());
        let fields = [("status".to_owned(), status)].into();
        let difference = Difference { fields, ..Difference::default() };
        let key = RecordKey::new(Entity::Appointment, id);
        let plan = Plan::change("appointment.cancelled", key, difference);
        let call = at.client.call(&change);
        let changed = self.write_as_planned(behalf, (plan, "appointment"), call).await?;
        Ok(appointment(&changed, None))
    }
}

/// The appointments that HighLevel lists for a filter; it may list more than fit.
async fn list<T: Transport, C: Timer>(
    at: &Connected<T, C>,
    filter: &AppointmentFilter,
) -> Result<Vec<models::Appointment>, CrmError> {
    if let Some(contact) = &filter.contact {
        let contact_id = ContactId::new(checked(contact, "contact")?);
        let reply = at.client.call(&ListContactAppointments { contact_id }).await;
        return Ok(reply.map_err(|error| refusal(&error, "contact"))?.events);
    }
    let Some(calendar) = &filter.calendar else {
        return Err(CrmError::invalid("contact", "name a contact or a calendar"));
    };
    let calendar = CalendarId::new(checked(calendar, "calendar")?);
    let (Some(from), Some(until)) = (filter.from, filter.until) else {
        let message = "a calendar's appointments are listed from a moment until another";
        return Err(CrmError::invalid("from", message));
    };
    let span = (from.as_millisecond(), until.as_millisecond());
    let list = ListEvents { span: EventSpan::of_calendar(at.location.clone(), calendar, span) };
    Ok(at.client.call(&list).await.map_err(|error| refusal(&error, "calendar"))?.events)
}

fn fits(appointment: &Appointment, filter: &AppointmentFilter) -> bool {
    let is_in = |calendar: &String| appointment.calendar.as_ref() == Some(calendar);
    let ends = appointment.ends_at.or(appointment.starts_at);
    filter.calendar.as_ref().is_none_or(is_in)
        && filter.from.is_none_or(|from| ends.is_none_or(|at| at > from))
        && filter.until.is_none_or(|until| appointment.starts_at.is_none_or(|at| at < until))
}

pub(super) fn appointment(told: &models::Appointment, zone: Option<&TimeZone>) -> Appointment {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    Appointment {
        id: told.id.to_string(),
        calendar: told.calendar_id.as_ref().map(ToString::to_string),
        contact: told.contact_id.as_ref().map(ToString::to_string),
        title: given(&told.title),
        status: given(&told.appointment_status),
        owner: told.assigned_user_id.as_ref().map(ToString::to_string),
        place: given(&told.address),
        starts_at: told.start_time.as_ref().and_then(|told| zones::moment(told, zone)),
        ends_at: told.end_time.as_ref().and_then(|told| zones::moment(told, zone)),
    }
}
