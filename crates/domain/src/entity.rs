//! The kinds of record that the CRM and its neighbors have, in the hub's words.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// The hub's own app, as installed by an account.
    App,
    /// A time booked in a calendar.
    Appointment,
    /// A device of a customer of a repair shop.
    Asset,
    /// A definition of how two object types relate.
    Association,
    /// A company that contacts belong to.
    Business,
    /// A contact's way through a campaign.
    Campaign,
    /// A comment in a workspace.
    Comment,
    /// A person.
    Contact,
    /// An agreement with a customer of a repair shop.
    Contract,
    /// A thread of messages with a contact.
    Conversation,
    /// The definition of a custom field.
    CustomField,
    /// A customer of a repair shop.
    Customer,
    /// A table of a workspace.
    DataSource,
    /// A database of a workspace, which holds data sources.
    Database,
    /// The way of one sent e-mail.
    EmailDelivery,
    /// An estimate of a repair shop.
    Estimate,
    /// A file on its way into a workspace.
    FileUpload,
    /// An invoice.
    Invoice,
    /// A sub-account.
    Location,
    /// One message of a conversation.
    Message,
    /// A note on a contact.
    Note,
    /// A record of a custom object.
    ObjectRecord,
    /// The definition of a custom object.
    ObjectSchema,
    /// A deal in a pipeline.
    Opportunity,
    /// An order of a store.
    Order,
    /// A page of a workspace.
    Page,
    /// A payment.
    Payment,
    /// A pipeline with its stages.
    Pipeline,
    /// A price of a product.
    Price,
    /// A product.
    Product,
    /// A link between two records.
    Relation,
    /// A recurring invoice of a repair shop.
    Schedule,
    /// A walk of the hub through a vendor's lists.
    SyncRun,
    /// A task for a contact.
    Task,
    /// A job of a repair shop.
    Ticket,
    /// A user of the CRM.
    User,
    /// A view of a database.
    View,
    /// What the hub does not know.
    Unknown,
}

impl Entity {
    /// Every entity, in order of name, the unknown one last.
    pub const ALL: [Self; 38] = [
        Self::App,
        Self::Appointment,
        Self::Asset,
        Self::Association,
        Self::Business,
        Self::Campaign,
        Self::Comment,
        Self::Contact,
        Self::Contract,
        Self::Conversation,
        Self::CustomField,
        Self::Customer,
        Self::DataSource,
        Self::Database,
        Self::EmailDelivery,
        Self::Estimate,
        Self::FileUpload,
        Self::Invoice,
        Self::Location,
        Self::Message,
        Self::Note,
        Self::ObjectRecord,
        Self::ObjectSchema,
        Self::Opportunity,
        Self::Order,
        Self::Page,
        Self::Payment,
        Self::Pipeline,
        Self::Price,
        Self::Product,
        Self::Relation,
        Self::Schedule,
        Self::SyncRun,
        Self::Task,
        Self::Ticket,
        Self::User,
        Self::View,
        Self::Unknown,
    ];

    /// The name in stores, logs and queries.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Appointment => "appointment",
            Self::Asset => "asset",
            Self::Association => "association",
            Self::Business => "business",
            Self::Campaign => "campaign",
            Self::Comment => "comment",
            Self::Contact => "contact",
            Self::Contract => "contract",
            Self::Conversation => "conversation",
            Self::CustomField => "custom_field",
            Self::Customer => "customer",
            Self::DataSource => "data_source",
            Self::Database => "database",
            Self::EmailDelivery => "email_delivery",
            Self::Estimate => "estimate",
            Self::FileUpload => "file_upload",
            Self::Invoice => "invoice",
            Self::Location => "location",
            Self::Message => "message",
            Self::Note => "note",
            Self::ObjectRecord => "object_record",
            Self::ObjectSchema => "object_schema",
            Self::Opportunity => "opportunity",
            Self::Order => "order",
            Self::Page => "page",
            Self::Payment => "payment",
            Self::Pipeline => "pipeline",
            Self::Price => "price",
            Self::Product => "product",
            Self::Relation => "relation",
            Self::Schedule => "schedule",
            Self::SyncRun => "sync_run",
            Self::Task => "task",
            Self::Ticket => "ticket",
            Self::User => "user",
            Self::View => "view",
            Self::Unknown => "unknown",
        }
    }

    /// The name that people read.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::App => "App",
            Self::Appointment => "Appointment",
            Self::Asset => "Asset",
            Self::Association => "Association",
            Self::Business => "Business",
            Self::Campaign => "Campaign",
            Self::Comment => "Comment",
            Self::Contact => "Contact",
            Self::Contract => "Contract",
            Self::Conversation => "Conversation",
            Self::CustomField => "Custom Field",
            Self::Customer => "Customer",
            Self::DataSource => "Data Source",
            Self::Database => "Database",
            Self::EmailDelivery => "Email Delivery",
            Self::Estimate => "Estimate",
            Self::FileUpload => "File Upload",
            Self::Invoice => "Invoice",
            Self::Location => "Location",
            Self::Message => "Message",
            Self::Note => "Note",
            Self::ObjectRecord => "Object Record",
            Self::ObjectSchema => "Object Schema",
            Self::Opportunity => "Opportunity",
            Self::Order => "Order",
            Self::Page => "Page",
            Self::Payment => "Payment",
            Self::Pipeline => "Pipeline",
            Self::Price => "Price",
            Self::Product => "Product",
            Self::Relation => "Relation",
            Self::Schedule => "Schedule",
            Self::SyncRun => "Sync",
            Self::Task => "Task",
            Self::Ticket => "Ticket",
            Self::User => "User",
            Self::View => "View",
            Self::Unknown => "Unknown",
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A stored name that this build does not know reads as [`Entity::Unknown`], so that an older
/// binary can open a newer journal.
impl FromStr for Entity {
    type Err = std::convert::Infallible;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(Self::ALL.into_iter().find(|entity| entity.name() == name).unwrap_or(Self::Unknown))
    }
}
