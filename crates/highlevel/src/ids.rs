//! The ids of HighLevel's objects, one type for each, so that none is taken for another.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Defines an id as an opaque text with `new`, `as_str` and `Display`.
///
/// HighLevel's ids have several forms (`facts/highlevel.md` 9.7), so none is checked; white space
/// around an id, which people paste with it, is dropped.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(from = "String")]
        pub struct $name(String);

        impl $name {
            /// Wraps an id as HighLevel gave it or a person typed it.
            #[must_use]
            pub fn new(text: &str) -> Self {
                Self(text.trim().to_owned())
            }

            /// The id as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(&text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

id!(
    /// An appointment, or another event of a calendar.
    AppointmentId
);

id!(
    /// An association: how records of two kinds of objects belong together.
    AssociationId
);

id!(
    /// A business: a company that contacts belong to.
    BusinessId
);

id!(
    /// A group of calendars.
    CalendarGroupId
);

id!(
    /// A calendar, in which appointments are booked.
    CalendarId
);

id!(
    /// A campaign: an older kind of automation.
    CampaignId
);

id!(
    /// An agency: owns locations.
    CompanyId
);

id!(
    /// A contact of a location.
    ContactId
);

id!(
    /// A thread of messages with one contact.
    ConversationId
);

id!(
    /// A coupon.
    CouponId
);

id!(
    /// The definition of a custom field of a location.
    CustomFieldId
);

id!(
    /// A custom value of a location: a text that templates insert.
    CustomValueId
);

id!(
    /// An e-mail. The message that carries it has an id of its own.
    EmailMessageId
);

id!(
    /// A form.
    FormId
);

id!(
    /// An invoice.
    InvoiceId
);

id!(
    /// A location, also called a sub-account: the account of one business.
    LocationId
);

id!(
    /// A reason for which an opportunity is lost.
    LostReasonId
);

id!(
    /// A message of a conversation. An e-mail has an id of its own beside it.
    MessageId
);

id!(
    /// A note on a contact.
    NoteId
);

id!(
    /// The schema of an object. Paths take its key instead.
    ObjectSchemaId
);

id!(
    /// An opportunity: a possible sale.
    OpportunityId
);

id!(
    /// An order.
    OrderId
);

id!(
    /// A pipeline, through whose stages opportunities move.
    PipelineId
);

id!(
    /// A provider of conversations: an app that carries messages.
    ProviderId
);

id!(
    /// A record: a contact, an opportunity, a business or a custom object.
    RecordId
);

id!(
    /// A relation: two records that belong together.
    RelationId
);

id!(
    /// A stage of a pipeline.
    StageId
);

id!(
    /// What somebody sent by a form or a survey.
    SubmissionId
);

id!(
    /// A subscription: a payment that recurs.
    SubscriptionId
);

id!(
    /// A survey.
    SurveyId
);

id!(
    /// A tag's definition in a location. Contacts carry tags by name.
    TagId
);

id!(
    /// A task on a contact.
    TaskId
);

id!(
    /// A template of messages.
    TemplateId
);

id!(
    /// A transaction: a payment or a refund.
    TransactionId
);

id!(
    /// A person who works in a location or an agency.
    UserId
);

id!(
    /// A workflow: HighLevel's own automation.
    WorkflowId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_kept_as_it_is_but_for_white_space() {
        let read: ContactId = serde_json::from_str(r#"" 9f Xy\n""#).unwrap();
        assert_eq!(read.as_str(), "9f Xy");
        assert_eq!(serde_json::to_string(&read).unwrap(), r#""9f Xy""#);
        assert_eq!(read.to_string(), "9f Xy");
    }
}
