//! The operations, one type for each, grouped as HighLevel's paths are.
//!
//! Each implements [`crate::HighLevelEndpoint`], so any of them can also be encoded, sent or
//! described without the client. [`safe_upsert`] is the one that makes several calls.

mod associations;
mod businesses;
mod calendars;
mod contacts;
mod conversations;
mod custom_fields;
mod custom_values;
mod declaration;
mod field_cache;
mod forms;
mod installations;
mod invoices;
mod locations;
mod lost_reasons;
mod messages;
mod objects;
mod opportunities;
mod payments;
mod pipelines;
mod surveys;
mod tags;
#[cfg(test)]
mod tests;
mod users;
mod workflows;

pub use self::{
    associations::{
        CreateAssociation, CreateRelation, DeleteAssociation, DeleteRelation, FindAssociations,
        GetAssociation, GetAssociationByKey, ListAssociations, ListRelations, UpdateAssociation,
    },
    businesses::{CreateBusiness, DeleteBusiness, GetBusiness, ListBusinesses, UpdateBusiness},
    calendars::{
        BlockSlot, BookAppointment, CreateAppointmentNote, CreateCalendar, DeleteAppointmentNote,
        DeleteCalendar, DeleteEvent, GetAppointment, GetCalendar, ListAppointmentNotes,
        ListBlockedSlots, ListCalendarGroups, ListCalendars, ListEvents, ListFreeSlots,
        UpdateAppointment, UpdateAppointmentNote, UpdateBlockedSlot, UpdateCalendar,
    },
    contacts::{
        AddFollowers, AddTags, AddToCampaign, AddToWorkflow, BulkUpdateTags, CompleteTask,
        CreateContact, CreateNote, CreateTask, DeleteContact, DeleteNote, DeleteTask, Field,
        Filter, FindDuplicate, GetContact, GetNote, GetTask, ListBusinessContacts,
        ListContactAppointments, ListNotes, ListTasks, NotApplied, RemoveFollowers,
        RemoveFromCampaign, RemoveFromCampaigns, RemoveFromWorkflow, RemoveTags, SafeUpsert,
        SearchContacts, SetBusiness, Sort, UpdateContact, UpdateNote, UpdateTask, UpsertContact,
        UpsertStep, UpsertWitness, Upserted, safe_upsert, witnessed_upsert,
    },
    conversations::{
        CreateConversation, DeleteConversation, GetConversation, SearchConversations,
        UpdateConversation,
    },
    custom_fields::{
        CreateCustomField, DeleteCustomField, GetCustomField, ListCustomFields, UpdateCustomField,
    },
    custom_values::{
        CreateCustomValue, DeleteCustomValue, GetCustomValue, ListCustomValues, UpdateCustomValue,
    },
    field_cache::{FieldCache, LocationFields},
    forms::{ListFormSubmissions, ListForms},
    installations::ListInstalledLocations,
    invoices::{
        CreateInvoice, DeleteInvoice, GenerateInvoiceNumber, GetInvoice, ListInvoices,
        RecordPayment, SendInvoice, TextToPay, UpdateInvoice, VoidInvoice,
    },
    locations::{
        CreateLocation, DeleteLocation, GetLocation, ListTemplates, SearchLocations, SearchTasks,
        UpdateLocation,
    },
    lost_reasons::ListLostReasons,
    messages::{
        AddExternalCall, AddInboundMessage, CancelScheduledEmail, CancelScheduledMessage,
        ExportMessages, GetEmail, GetMessage, GetTranscription, ListMessages, SendMessage,
        UpdateMessageStatus,
    },
    objects::{
        CreateObjectSchema, CreateRecord, DeleteRecord, GetObjectSchema, GetRecord,
        ListObjectSchemas, SearchRecords, UpdateObjectSchema, UpdateRecord,
    },
    opportunities::{
        AddOpportunityFollowers, CreateOpportunity, DeleteOpportunity, FilterOpportunities,
        GetOpportunity, RemoveOpportunityFollowers, SearchOpportunities, SetOpportunityStatus,
        UpdateOpportunity, UpsertOpportunity,
    },
    payments::{
        GetOrder, GetSubscription, GetTransaction, ListCoupons, ListOrders, ListSubscriptions,
        ListTransactions,
    },
    pipelines::ListPipelines,
    surveys::{ListSurveySubmissions, ListSurveys},
    tags::{CreateTag, DeleteTag, GetTag, ListTags, UpdateTag},
    users::{CreateUser, DeleteUser, GetUser, SearchUsers, UpdateUser},
    workflows::ListWorkflows,
};
