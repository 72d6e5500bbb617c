//! A schedule: the template of an invoice that comes again.

use serde::Deserialize;

use super::{Listed, Moment, Readable, lenient};
use crate::{CustomerId, ScheduleId};

/// A schedule (`facts/repairshopr.md` 5). It has no end.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Schedule {
    /// The id.
    pub id: ScheduleId,
    /// Who is billed.
    #[serde(default, deserialize_with = "lenient::id")]
    pub customer_id: Option<CustomerId>,
    /// What it is called.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// Daily, Weekly, Biweekly, Monthly, Quarterly, Semi-Annually, Annually, Biennially or Triennially.
    #[serde(default, deserialize_with = "lenient::text")]
    pub frequency: Option<String>,
    /// When the next invoice is made.
    pub next_run: Option<Moment>,
    /// Whether it rests.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub paused: bool,
    /// What each invoice comes to, as text.
    #[serde(default, deserialize_with = "lenient::text")]
    pub subtotal: Option<String>,
}

impl Listed for Schedule {
    const OPERATION: &'static str = "schedules.list";
    const PATH: &'static str = "/api/v1/schedules";
    const KEY: &'static str = "schedules";
    const WRAPPER: &'static str = "schedule";

    fn id(&self) -> u64 {
        self.id.get()
    }
}

impl Readable for Schedule {
    const READ_OPERATION: &'static str = "schedules.get";
    const READ_PATH: &'static str = "/api/v1/schedules/{id}";
}
