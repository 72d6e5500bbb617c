//! The 58 documented kinds of event, with the `type` that each carries on the wire.

/// A documented kind of event; its name is the name of its page in HighLevel's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are HighLevel's own, and say what they are")]
pub enum EventType {
    AppInstall,
    AppUninstall,
    AppointmentCreate,
    AppointmentDelete,
    AppointmentUpdate,
    AssociationCreate,
    AssociationDelete,
    AssociationUpdate,
    CampaignStatusUpdate,
    ContactCreate,
    ContactDelete,
    ContactDndUpdate,
    ContactTagUpdate,
    ContactUpdate,
    ConversationUnreadWebhook,
    InboundMessage,
    InvoiceCreate,
    InvoiceDelete,
    InvoicePaid,
    InvoicePartiallyPaid,
    InvoiceSent,
    InvoiceUpdate,
    InvoiceVoid,
    LCEmailStats,
    LocationCreate,
    LocationUpdate,
    NoteCreate,
    NoteDelete,
    NoteUpdate,
    ObjectSchemaCreate,
    ObjectSchemaUpdate,
    OpportunityAssignedToUpdate,
    OpportunityCreate,
    OpportunityDelete,
    OpportunityMonetaryValueUpdate,
    OpportunityStageUpdate,
    OpportunityStatusUpdate,
    OpportunityUpdate,
    OrderCreate,
    OrderStatusUpdate,
    OutboundMessage,
    PlanChange,
    PriceCreate,
    PriceDelete,
    PriceUpdate,
    ProductCreate,
    ProductDelete,
    ProductUpdate,
    ProviderOutboundMessage,
    RecordCreate,
    RecordDelete,
    RecordUpdate,
    RelationCreate,
    RelationDelete,
    TaskComplete,
    TaskCreate,
    TaskDelete,
    UserCreate,
}

/// What an event is about, where its content does not tell what happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are HighLevel's own, and say what they are")]
pub enum Family {
    App,
    Appointment,
    Association,
    Campaign,
    Contact,
    Conversation,
    EmailDelivery,
    Invoice,
    Location,
    Message,
    Note,
    ObjectRecord,
    ObjectSchema,
    Opportunity,
    Order,
    Price,
    Product,
    Relation,
    Task,
    User,
}

struct Row {
    event_type: EventType,
    name: &'static str,
    wire_type: Option<&'static str>,
    family: Family,
}

const fn row(
    event_type: EventType,
    name: &'static str,
    wire_type: Option<&'static str>,
    family: Family,
) -> Row {
    Row { event_type, name, wire_type, family }
}

/// One row per kind, in the order of [`EventType`] (`facts/highlevel.md` 7.1).
#[rustfmt::skip]
const TABLE: [Row; 58] = [
    row(EventType::AppInstall, "AppInstall", Some("INSTALL"), Family::App),
    row(EventType::AppUninstall, "AppUninstall", Some("UNINSTALL"), Family::App),
    row(EventType::AppointmentCreate, "AppointmentCreate", Some("AppointmentCreate"), Family::Appointment),
    row(EventType::AppointmentDelete, "AppointmentDelete", Some("AppointmentDelete"), Family::Appointment),
    row(EventType::AppointmentUpdate, "AppointmentUpdate", Some("AppointmentUpdate"), Family::Appointment),
    row(EventType::AssociationCreate, "AssociationCreate", None, Family::Association),
    row(EventType::AssociationDelete, "AssociationDelete", None, Family::Association),
    row(EventType::AssociationUpdate, "AssociationUpdate", None, Family::Association),
    row(EventType::CampaignStatusUpdate, "CampaignStatusUpdate", Some("CampaignStatusUpdate"), Family::Campaign),
    row(EventType::ContactCreate, "ContactCreate", Some("ContactCreate"), Family::Contact),
    row(EventType::ContactDelete, "ContactDelete", Some("ContactDelete"), Family::Contact),
    row(EventType::ContactDndUpdate, "ContactDndUpdate", Some("ContactDndUpdate"), Family::Contact),
    row(EventType::ContactTagUpdate, "ContactTagUpdate", Some("ContactTagUpdate"), Family::Contact),
    row(EventType::ContactUpdate, "ContactUpdate", Some("ContactUpdate"), Family::Contact),
    row(EventType::ConversationUnreadWebhook, "ConversationUnreadWebhook", Some("ConversationUnreadUpdate"), Family::Conversation),
    row(EventType::InboundMessage, "InboundMessage", Some("InboundMessage"), Family::Message),
    row(EventType::InvoiceCreate, "InvoiceCreate", None, Family::Invoice),
    row(EventType::InvoiceDelete, "InvoiceDelete", None, Family::Invoice),
    row(EventType::InvoicePaid, "InvoicePaid", None, Family::Invoice),
    row(EventType::InvoicePartiallyPaid, "InvoicePartiallyPaid", None, Family::Invoice),
    row(EventType::InvoiceSent, "InvoiceSent", None, Family::Invoice),
    row(EventType::InvoiceUpdate, "InvoiceUpdate", None, Family::Invoice),
    row(EventType::InvoiceVoid, "InvoiceVoid", None, Family::Invoice),
    row(EventType::LCEmailStats, "LCEmailStats", Some("LCEmailStats"), Family::EmailDelivery),
    row(EventType::LocationCreate, "LocationCreate", Some("LocationCreate"), Family::Location),
    row(EventType::LocationUpdate, "LocationUpdate", Some("LocationUpdate"), Family::Location),
    row(EventType::NoteCreate, "NoteCreate", Some("NoteCreate"), Family::Note),
    row(EventType::NoteDelete, "NoteDelete", Some("NoteDelete"), Family::Note),
    row(EventType::NoteUpdate, "NoteUpdate", Some("NoteUpdate"), Family::Note),
    row(EventType::ObjectSchemaCreate, "ObjectSchemaCreate", None, Family::ObjectSchema),
    row(EventType::ObjectSchemaUpdate, "ObjectSchemaUpdate", None, Family::ObjectSchema),
    row(EventType::OpportunityAssignedToUpdate, "OpportunityAssignedToUpdate", Some("OpportunityAssignedToUpdate"), Family::Opportunity),
    row(EventType::OpportunityCreate, "OpportunityCreate", Some("OpportunityCreate"), Family::Opportunity),
    row(EventType::OpportunityDelete, "OpportunityDelete", Some("OpportunityDelete"), Family::Opportunity),
    row(EventType::OpportunityMonetaryValueUpdate, "OpportunityMonetaryValueUpdate", Some("OpportunityMonetaryValueUpdate"), Family::Opportunity),
    row(EventType::OpportunityStageUpdate, "OpportunityStageUpdate", Some("OpportunityStageUpdate"), Family::Opportunity),
    row(EventType::OpportunityStatusUpdate, "OpportunityStatusUpdate", Some("OpportunityStatusUpdate"), Family::Opportunity),
    row(EventType::OpportunityUpdate, "OpportunityUpdate", Some("OpportunityUpdate"), Family::Opportunity),
    row(EventType::OrderCreate, "OrderCreate", Some("OrderCreate"), Family::Order),
    row(EventType::OrderStatusUpdate, "OrderStatusUpdate", Some("OrderStatusUpdate"), Family::Order),
    row(EventType::OutboundMessage, "OutboundMessage", Some("OutboundMessage"), Family::Message),
    row(EventType::PlanChange, "PlanChange", Some("PLAN_CHANGE"), Family::App),
    row(EventType::PriceCreate, "PriceCreate", None, Family::Price),
    row(EventType::PriceDelete, "PriceDelete", None, Family::Price),
    row(EventType::PriceUpdate, "PriceUpdate", None, Family::Price),
    row(EventType::ProductCreate, "ProductCreate", None, Family::Product),
    row(EventType::ProductDelete, "ProductDelete", None, Family::Product),
    row(EventType::ProductUpdate, "ProductUpdate", None, Family::Product),
    row(EventType::ProviderOutboundMessage, "ProviderOutboundMessage", None, Family::Message),
    row(EventType::RecordCreate, "RecordCreate", None, Family::ObjectRecord),
    row(EventType::RecordDelete, "RecordDelete", None, Family::ObjectRecord),
    row(EventType::RecordUpdate, "RecordUpdate", None, Family::ObjectRecord),
    row(EventType::RelationCreate, "RelationCreate", None, Family::Relation),
    row(EventType::RelationDelete, "RelationDelete", None, Family::Relation),
    row(EventType::TaskComplete, "TaskComplete", Some("TaskComplete"), Family::Task),
    row(EventType::TaskCreate, "TaskCreate", Some("TaskCreate"), Family::Task),
    row(EventType::TaskDelete, "TaskDelete", Some("TaskDelete"), Family::Task),
    row(EventType::UserCreate, "UserCreate", Some("UserCreate"), Family::User),
];

impl EventType {
    /// Every kind, in order of name.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.event_type)
    }

    /// The name of its page in HighLevel's documentation.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The `type` that it carries; none where the documentation gives none.
    #[must_use]
    pub fn wire_type(self) -> Option<&'static str> {
        self.row().wire_type
    }

    /// What it is about.
    #[must_use]
    pub fn family(self) -> Family {
        self.row().family
    }

    /// The kind with this `type`. The documented name counts too: some families that the
    /// documentation shows without a `type` may carry it live.
    #[must_use]
    pub fn from_wire(text: &str) -> Option<Self> {
        let named = |row: &&Row| row.wire_type.unwrap_or(row.name) == text || row.name == text;
        TABLE.iter().find(named).map(|row| row.event_type)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_names() {
        for (index, event_type) in EventType::all().enumerate() {
            assert_eq!(event_type as usize, index);
            assert_eq!(format!("{event_type:?}"), event_type.name());
        }
    }

    #[test]
    fn a_kind_is_found_by_its_wire_type_and_by_its_name() {
        for event_type in EventType::all() {
            assert_eq!(EventType::from_wire(event_type.name()), Some(event_type));
            if let Some(wire_type) = event_type.wire_type() {
                assert_eq!(EventType::from_wire(wire_type), Some(event_type));
            }
        }
        assert_eq!(EventType::from_wire("recurring"), None);
    }
}
