//! `/calendars`: calendars, what stands in them, and when they are free.

mod appointments;
mod events;
mod free_slots;
mod records;

pub use self::{
    appointments::{
        BookAppointment, CreateAppointmentNote, DeleteAppointmentNote, GetAppointment,
        ListAppointmentNotes, UpdateAppointment, UpdateAppointmentNote,
    },
    events::{BlockSlot, DeleteEvent, ListBlockedSlots, ListEvents, UpdateBlockedSlot},
    free_slots::ListFreeSlots,
    records::{
        CreateCalendar, DeleteCalendar, GetCalendar, ListCalendarGroups, ListCalendars,
        UpdateCalendar,
    },
};
