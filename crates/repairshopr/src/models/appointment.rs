//! An appointment.

use serde::Deserialize;

use super::{Listed, Moment, Readable, lenient};
use crate::{AppointmentId, CustomerId, TicketId};

/// An appointment (`facts/repairshopr.md` 4.6).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Appointment {
    /// The id.
    pub id: AppointmentId,
    /// What it is about.
    #[serde(default, deserialize_with = "lenient::text")]
    pub summary: Option<String>,
    /// With whom it is.
    #[serde(default, deserialize_with = "lenient::id")]
    pub customer_id: Option<CustomerId>,
    /// The ticket it belongs to.
    #[serde(default, deserialize_with = "lenient::id")]
    pub ticket_id: Option<TicketId>,
    /// When it begins.
    pub start_at: Option<Moment>,
    /// When it ends.
    pub end_at: Option<Moment>,
    /// Where it is.
    #[serde(default, deserialize_with = "lenient::text")]
    pub location: Option<String>,
    /// Whether it takes the whole day.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub all_day: bool,
}

impl Listed for Appointment {
    const OPERATION: &'static str = "appointments.list";
    const PATH: &'static str = "/api/v1/appointments";
    const KEY: &'static str = "appointments";
    const WRAPPER: &'static str = "appointment";

    fn id(&self) -> u64 {
        self.id.get()
    }
}

impl Readable for Appointment {
    const READ_OPERATION: &'static str = "appointments.get";
    const READ_PATH: &'static str = "/api/v1/appointments/{id}";
}
