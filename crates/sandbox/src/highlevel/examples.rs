//! The project's own example events: one fictional service provider, in the shapes that HighLevel publishes.
//!
//! There is at least one for each of the 58 documented kinds (`facts/highlevel.md` 7.1). Fields,
//! types and nesting follow the published examples, their known mistakes included: some lack a
//! `type`, and the appointment updates and deletions call themselves `AppointmentCreate`. Every
//! value is made up. They are embedded, so that the demo needs no files.

/// One example event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// The documented name of its kind, such as `ContactCreate`.
    pub name: &'static str,
    /// The name of its file without the extension, such as `ContactCreate.1`.
    pub file: &'static str,
    /// The event as JSON, without the fields that only live deliveries carry.
    pub json: &'static str,
}

/// All example events, in order of their files.
#[must_use]
pub fn examples() -> &'static [Example] {
    &EXAMPLES
}

/// The example of this file, such as `ContactCreate.1`.
#[must_use]
pub fn example(file: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.file == file)
}

/// `example!("ContactCreate", "ContactCreate.1")` is the [`Example`] with that name and file, whose
/// JSON is the text of `events/highlevel/ContactCreate.1.json`.
macro_rules! example {
    ($name:literal, $file:literal) => {
        Example {
            name: $name,
            file: $file,
            json: include_str!(concat!("../../events/highlevel/", $file, ".json")),
        }
    };
}

static EXAMPLES: [Example; 83] = [
    example!("AppInstall", "AppInstall.1"),
    example!("AppInstall", "AppInstall.2"),
    example!("AppInstall", "AppInstall.3"),
    example!("AppUninstall", "AppUninstall.1"),
    example!("AppUninstall", "AppUninstall.2"),
    example!("AppointmentCreate", "AppointmentCreate.1"),
    example!("AppointmentCreate", "AppointmentCreate.2"),
    example!("AppointmentDelete", "AppointmentDelete.1"),
    example!("AppointmentDelete", "AppointmentDelete.2"),
    example!("AppointmentUpdate", "AppointmentUpdate.1"),
    example!("AppointmentUpdate", "AppointmentUpdate.2"),
    example!("AssociationCreate", "AssociationCreate.1"),
    example!("AssociationDelete", "AssociationDelete.1"),
    example!("AssociationUpdate", "AssociationUpdate.1"),
    example!("CampaignStatusUpdate", "CampaignStatusUpdate.1"),
    example!("ContactCreate", "ContactCreate.1"),
    example!("ContactCreate", "ContactCreate.2"),
    example!("ContactCreate", "ContactCreate.3"),
    example!("ContactCreate", "ContactCreate.4"),
    example!("ContactDelete", "ContactDelete.1"),
    example!("ContactDndUpdate", "ContactDndUpdate.1"),
    example!("ContactDndUpdate", "ContactDndUpdate.2"),
    example!("ContactTagUpdate", "ContactTagUpdate.1"),
    example!("ContactUpdate", "ContactUpdate.1"),
    example!("ConversationUnreadWebhook", "ConversationUnreadWebhook.1"),
    example!("InboundMessage", "InboundMessage.1"),
    example!("InboundMessage", "InboundMessage.2"),
    example!("InboundMessage", "InboundMessage.3"),
    example!("InboundMessage", "InboundMessage.4"),
    example!("InboundMessage", "InboundMessage.5"),
    example!("InvoiceCreate", "InvoiceCreate.1"),
    example!("InvoiceDelete", "InvoiceDelete.1"),
    example!("InvoicePaid", "InvoicePaid.1"),
    example!("InvoicePartiallyPaid", "InvoicePartiallyPaid.1"),
    example!("InvoiceSent", "InvoiceSent.1"),
    example!("InvoiceUpdate", "InvoiceUpdate.1"),
    example!("InvoiceVoid", "InvoiceVoid.1"),
    example!("LCEmailStats", "LCEmailStats.1"),
    example!("LocationCreate", "LocationCreate.1"),
    example!("LocationUpdate", "LocationUpdate.1"),
    example!("NoteCreate", "NoteCreate.1"),
    example!("NoteCreate", "NoteCreate.2"),
    example!("NoteDelete", "NoteDelete.1"),
    example!("NoteUpdate", "NoteUpdate.1"),
    example!("ObjectSchemaCreate", "ObjectSchemaCreate.1"),
    example!("ObjectSchemaUpdate", "ObjectSchemaUpdate.1"),
    example!("OpportunityAssignedToUpdate", "OpportunityAssignedToUpdate.1"),
    example!("OpportunityCreate", "OpportunityCreate.1"),
    example!("OpportunityCreate", "OpportunityCreate.2"),
    example!("OpportunityDelete", "OpportunityDelete.1"),
    example!("OpportunityMonetaryValueUpdate", "OpportunityMonetaryValueUpdate.1"),
    example!("OpportunityStageUpdate", "OpportunityStageUpdate.1"),
    example!("OpportunityStatusUpdate", "OpportunityStatusUpdate.1"),
    example!("OpportunityUpdate", "OpportunityUpdate.1"),
    example!("OrderCreate", "OrderCreate.1"),
    example!("OrderStatusUpdate", "OrderStatusUpdate.1"),
    example!("OutboundMessage", "OutboundMessage.1"),
    example!("OutboundMessage", "OutboundMessage.2"),
    example!("OutboundMessage", "OutboundMessage.3"),
    example!("OutboundMessage", "OutboundMessage.4"),
    example!("OutboundMessage", "OutboundMessage.5"),
    example!("PlanChange", "PlanChange.1"),
    example!("PriceCreate", "PriceCreate.1"),
    example!("PriceDelete", "PriceDelete.1"),
    example!("PriceUpdate", "PriceUpdate.1"),
    example!("ProductCreate", "ProductCreate.1"),
    example!("ProductDelete", "ProductDelete.1"),
    example!("ProductUpdate", "ProductUpdate.1"),
    example!("ProviderOutboundMessage", "ProviderOutboundMessage.1"),
    example!("ProviderOutboundMessage", "ProviderOutboundMessage.2"),
    example!("RecordCreate", "RecordCreate.1"),
    example!("RecordDelete", "RecordDelete.1"),
    example!("RecordUpdate", "RecordUpdate.1"),
    example!("RelationCreate", "RelationCreate.1"),
    example!("RelationDelete", "RelationDelete.1"),
    example!("TaskComplete", "TaskComplete.1"),
    example!("TaskCreate", "TaskCreate.1"),
    example!("TaskCreate", "TaskCreate.2"),
    example!("TaskCreate", "TaskCreate.3"),
    example!("TaskDelete", "TaskDelete.1"),
    example!("UserCreate", "UserCreate.1"),
    example!("UserCreate", "UserCreate.2"),
    example!("UserCreate", "UserCreate.3"),
];

#[cfg(test)]
mod tests;
