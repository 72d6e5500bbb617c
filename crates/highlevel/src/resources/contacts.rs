//! `/contacts`: records and the safe upsert, search, and all that hangs on a contact.

mod appointments;
mod bulk_tags;
mod businesses;
mod campaigns;
mod followers;
mod notes;
mod records;
mod safe_upsert;
mod search;
mod tags;
mod tasks;
mod workflows;

pub use self::{
    appointments::ListContactAppointments,
    bulk_tags::BulkUpdateTags,
    businesses::{ListBusinessContacts, SetBusiness},
    campaigns::{AddToCampaign, RemoveFromCampaign, RemoveFromCampaigns},
    followers::{AddFollowers, RemoveFollowers},
    notes::{CreateNote, DeleteNote, GetNote, ListNotes, UpdateNote},
    records::{
        CreateContact, DeleteContact, FindDuplicate, GetContact, UpdateContact, UpsertContact,
    },
    safe_upsert::{
        NotApplied, SafeUpsert, UpsertStep, UpsertWitness, Upserted, safe_upsert, witnessed_upsert,
    },
    search::{Field, Filter, SearchContacts, Sort},
    tags::{AddTags, RemoveTags},
    tasks::{CompleteTask, CreateTask, DeleteTask, GetTask, ListTasks, UpdateTask},
    workflows::{AddToWorkflow, RemoveFromWorkflow},
};
