//! What the operations carry: objects as HighLevel answers them, and values to write.
//!
//! Objects keep the members that they do not know, in `extra` or inside: what is read and written
//! back loses nothing. Almost every member may be missing, because HighLevel leaves out what is
//! empty, and more than that.

mod appointment;
mod association;
mod bulk;
mod business;
mod calendar;
mod contact;
mod contact_fields;
mod conversation;
mod custom_field;
mod dnd;
mod done;
mod email;
mod envelope;
mod event_span;
mod field_directory;
mod followers;
mod form;
mod free_slots;
mod installed_location;
mod invoice;
mod location;
mod message;
mod moment;
mod note;
mod object;
mod opportunity;
mod owner;
mod password;
mod payment;
mod payment_filter;
mod pipeline;
mod recorded_message;
mod submission_filter;
mod tags;
mod task;
#[cfg(test)]
mod tests;
mod transcription;
mod user;
mod workflow;

pub use self::{
    appointment::{
        Appointment, AppointmentFields, AppointmentNote, AppointmentNoteReply,
        AppointmentNotesReply, AppointmentReply, AppointmentsReply,
    },
    association::{Association, AssociationsReply, DeletedAssociation, Relation, RelationsReply},
    bulk::{BulkTagsReply, BusinessContactsReply},
    business::{Business, BusinessFields, BusinessReply, BusinessesReply, WrittenBusinessReply},
    calendar::{
        Calendar, CalendarFields, CalendarGroup, CalendarGroupsReply, CalendarReply, CalendarsReply,
    },
    contact::Contact,
    contact_fields::ContactFields,
    conversation::{Conversation, ConversationReply, UpdatedConversation},
    custom_field::{CustomField, CustomFieldDefinition, CustomFieldWrite},
    dnd::{DndSettings, DndState},
    done::Done,
    email::Email,
    envelope::{
        ContactReply, ContactsReply, ConversationsReply, CustomFieldReply, CustomFieldsReply,
        CustomValueReply, CustomValuesReply, DuplicateReply, LocationReply, LocationsReply,
        NoteReply, NotesReply, OpportunitiesReply, OpportunityReply, PipelinesReply, TagReply,
        TagsReply, TaskReply, TasksReply, UpsertReply, UsersReply,
    },
    event_span::EventSpan,
    field_directory::{FieldDirectory, FieldError, FieldOwner},
    followers::Followers,
    form::{Form, FormsReply, Submission, SubmissionsReply, Survey, SurveysReply},
    free_slots::FreeSlots,
    installed_location::{InstalledLocation, InstalledLocationsReply},
    invoice::{
        ContactDetails, Invoice, InvoiceFields, InvoiceItem, InvoiceNumberReply, InvoicesReply,
        PaidInvoiceReply, SentInvoiceReply, TextedInvoiceReply,
    },
    location::{
        CustomValue, Location, LocationFields, LocationSettings, TasksPage, Template,
        TemplatesReply,
    },
    message::{ExportReply, Message, MessageReply, MessagesReply, SentMessage},
    moment::Moment,
    note::Note,
    object::{
        Labels, ObjectRecord, ObjectRecordReply, ObjectRecordsReply, ObjectSchema,
        ObjectSchemaReply, ObjectSchemasReply,
    },
    opportunity::{
        AdditionalDetails, LostReason, LostReasonsReply, Opportunity, OpportunityStatus, PageMeta,
        UpsertOpportunityReply,
    },
    password::Password,
    payment::{Coupon, Order, PaymentsReply, Subscription, Transaction},
    payment_filter::PaymentFilter,
    pipeline::{Pipeline, Stage},
    recorded_message::{Call, Cancelled, RecordedMessage, Sentence},
    submission_filter::SubmissionFilter,
    tags::{ContactTags, Tag},
    task::Task,
    transcription::Transcription,
    user::{User, UserFields},
    workflow::{Workflow, WorkflowsReply},
};

pub(crate) use self::owner::owner;
