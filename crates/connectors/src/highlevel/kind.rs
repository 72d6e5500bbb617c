//! The hub's word for each kind of HighLevel event.

use domain::{Entity, EventKind, Verb};
use highlevel::webhook::{EventType, Family, Recognized};

/// The hub's word for what was recognized.
pub(super) fn of(recognized: Recognized) -> EventKind {
    match recognized {
        Recognized::Type(event_type) => {
            EventKind { entity: entity(event_type.family()), verb: verb(event_type) }
        }
        Recognized::Family(family) => EventKind { entity: entity(family), verb: Verb::Changed },
        Recognized::Unknown => EventKind::UNKNOWN,
    }
}

fn entity(family: Family) -> Entity {
    match family {
        Family::App => Entity::App,
        Family::Appointment => Entity::Appointment,
        Family::Association => Entity::Association,
        Family::Campaign => Entity::Campaign,
        Family::Contact => Entity::Contact,
        Family::Conversation => Entity::Conversation,
        Family::EmailDelivery => Entity::EmailDelivery,
        Family::Invoice => Entity::Invoice,
        Family::Location => Entity::Location,
        Family::Message => Entity::Message,
        Family::Note => Entity::Note,
        Family::ObjectRecord => Entity::ObjectRecord,
        Family::ObjectSchema => Entity::ObjectSchema,
        Family::Opportunity => Entity::Opportunity,
        Family::Order => Entity::Order,
        Family::Price => Entity::Price,
        Family::Product => Entity::Product,
        Family::Relation => Entity::Relation,
        Family::Task => Entity::Task,
        Family::User => Entity::User,
    }
}

fn verb(event_type: EventType) -> Verb {
    use EventType as T;
    match event_type {
        T::AppInstall => Verb::Installed,
        T::AppUninstall => Verb::Uninstalled,
        T::PlanChange => Verb::PlanChanged,
        T::AppointmentCreate
        | T::AssociationCreate
        | T::ContactCreate
        | T::InvoiceCreate
        | T::LocationCreate
        | T::NoteCreate
        | T::ObjectSchemaCreate
        | T::OpportunityCreate
        | T::OrderCreate
        | T::PriceCreate
        | T::ProductCreate
        | T::RecordCreate
        | T::RelationCreate
        | T::TaskCreate
        | T::UserCreate => Verb::Created,
        T::AppointmentDelete
        | T::AssociationDelete
        | T::ContactDelete
        | T::InvoiceDelete
        | T::NoteDelete
        | T::OpportunityDelete
        | T::PriceDelete
        | T::ProductDelete
        | T::RecordDelete
        | T::RelationDelete
        | T::TaskDelete => Verb::Deleted,
        T::AppointmentUpdate
        | T::AssociationUpdate
        | T::ContactUpdate
        | T::InvoiceUpdate
        | T::LocationUpdate
        | T::NoteUpdate
        | T::ObjectSchemaUpdate
        | T::OpportunityUpdate
        | T::PriceUpdate
        | T::ProductUpdate
        | T::RecordUpdate => Verb::Updated,
        _ => particular_verb(event_type),
    }
}

/// The verbs that one kind or two have to themselves.
fn particular_verb(event_type: EventType) -> Verb {
    use EventType as T;
    match event_type {
        T::CampaignStatusUpdate | T::OpportunityStatusUpdate | T::OrderStatusUpdate => {
            Verb::StatusChanged
        }
        T::ContactDndUpdate => Verb::DndChanged,
        T::ContactTagUpdate => Verb::TagsChanged,
        T::ConversationUnreadWebhook => Verb::UnreadChanged,
        T::InboundMessage => Verb::Received,
        T::InvoicePaid => Verb::Paid,
        T::InvoicePartiallyPaid => Verb::PartiallyPaid,
        T::InvoiceSent | T::OutboundMessage => Verb::Sent,
        T::InvoiceVoid => Verb::Voided,
        T::LCEmailStats => Verb::Reported,
        T::OpportunityAssignedToUpdate => Verb::Assigned,
        T::OpportunityMonetaryValueUpdate => Verb::ValueChanged,
        T::OpportunityStageUpdate => Verb::StageChanged,
        T::ProviderOutboundMessage => Verb::HandedOver,
        T::TaskComplete => Verb::Completed,
        _ => Verb::Changed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_kind_has_a_word_of_its_own() {
        let mut words = std::collections::BTreeMap::new();
        for event_type in EventType::all() {
            let kind = of(Recognized::Type(event_type));
            assert_ne!(kind.verb, Verb::Changed, "{event_type:?} has no verb");
            if let Some(other) = words.insert(kind, event_type) {
                panic!("{event_type:?} and {other:?} are both {kind}");
            }
        }
        assert_eq!(words.len(), 58);
    }
}
