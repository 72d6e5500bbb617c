//! `/contacts/{contactId}/appointments`: list.

use super::super::declaration::operation;
use crate::{ContactId, models::AppointmentsReply};

/// Lists the appointments of a contact. It needs the scope of contacts, not of calendars.
#[derive(Clone, Debug, PartialEq)]
pub struct ListContactAppointments {
    /// Which contact.
    pub contact_id: ContactId,
}

operation! {
    ListContactAppointments = "contacts.get-appointments-for-contact",
    Get "/contacts/{contactId}/appointments" (contactId: contact_id) => AppointmentsReply,
    V2021_07_28 Read Some("contacts.readonly"),
}
