//! The contract of each family of events: a JSON Schema, and in what a body differs from it.
//!
//! The schemas are files in `schemas/`, written from what HighLevel documents and what live bodies
//! are known to be (`facts/highlevel.md` 7.1, 7.4, 7.5). They require what is documented for every
//! event of a family and what a reader cannot do without, let every other field be missing or null,
//! and say nothing about fields that they do not name. A body that differs is news about HighLevel,
//! and no reason to refuse it.

mod mismatch;
mod reader;
mod schema;

use std::sync::OnceLock;

use serde_json::Value;

pub use self::mismatch::Mismatch;
use self::schema::Schema;
use super::{EventType, Family, Recognized};

/// What a body of some family of events looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the title and the description of each stand in its schema")]
pub enum Contract {
    AppInstall,
    AppUninstall,
    Appointment,
    Association,
    Campaign,
    Contact,
    Conversation,
    EmailStats,
    Invoice,
    Location,
    Message,
    Note,
    ObjectSchema,
    Opportunity,
    Order,
    PlanChange,
    Price,
    Product,
    ProviderMessage,
    Record,
    Relation,
    Task,
    User,
    Workflow,
}

struct Row {
    contract: Contract,
    name: &'static str,
    text: &'static str,
    schema: OnceLock<Schema>,
}

/// `row!(Note, "note")` is the row of [`Contract::Note`], whose schema is `schemas/note.json`.
macro_rules! row {
    ($contract:ident, $name:literal) => {
        Row {
            contract: Contract::$contract,
            name: $name,
            text: include_str!(concat!("../../schemas/", $name, ".json")),
            schema: OnceLock::new(),
        }
    };
}

/// In the order of [`Contract`].
static TABLE: [Row; 24] = [
    row!(AppInstall, "app-install"),
    row!(AppUninstall, "app-uninstall"),
    row!(Appointment, "appointment"),
    row!(Association, "association"),
    row!(Campaign, "campaign"),
    row!(Contact, "contact"),
    row!(Conversation, "conversation"),
    row!(EmailStats, "email-stats"),
    row!(Invoice, "invoice"),
    row!(Location, "location"),
    row!(Message, "message"),
    row!(Note, "note"),
    row!(ObjectSchema, "object-schema"),
    row!(Opportunity, "opportunity"),
    row!(Order, "order"),
    row!(PlanChange, "plan-change"),
    row!(Price, "price"),
    row!(Product, "product"),
    row!(ProviderMessage, "provider-message"),
    row!(Record, "record"),
    row!(Relation, "relation"),
    row!(Task, "task"),
    row!(User, "user"),
    row!(Workflow, "workflow"),
];

/// In what a body differs from a contract: nothing where it agrees, and at most the first
/// [`Mismatch::MOST`] differences.
#[must_use]
pub fn check(contract: Contract, body: &[u8]) -> Vec<Mismatch> {
    match serde_json::from_slice::<Value>(body) {
        Ok(body) => contract.row().schema().check(&body),
        Err(_) => vec![Mismatch::unreadable()],
    }
}

impl Contract {
    /// Every contract, in order of name.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        TABLE.iter().map(|row| row.contract)
    }

    /// The contract of what was recognized; none for an app's event that is none of the three
    /// documented ones, and for what is not known.
    #[must_use]
    pub fn of(recognized: Recognized) -> Option<Self> {
        match recognized {
            Recognized::Type(EventType::AppInstall) => Some(Self::AppInstall),
            Recognized::Type(EventType::AppUninstall) => Some(Self::AppUninstall),
            Recognized::Type(EventType::PlanChange) => Some(Self::PlanChange),
            Recognized::Type(EventType::ProviderOutboundMessage) => Some(Self::ProviderMessage),
            Recognized::Type(event_type) => Self::of_family(event_type.family()),
            Recognized::Family(family) => Self::of_family(family),
            Recognized::Unknown => None,
        }
    }

    /// The name of its file, such as `contact`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its JSON Schema (draft 2020-12).
    ///
    /// `format` is meant to be checked there, which a validator may have to be told.
    #[must_use]
    pub fn json(self) -> &'static str {
        self.row().text
    }

    fn of_family(family: Family) -> Option<Self> {
        Some(match family {
            Family::App => return None,
            Family::Appointment => Self::Appointment,
            Family::Association => Self::Association,
            Family::Campaign => Self::Campaign,
            Family::Contact => Self::Contact,
            Family::Conversation => Self::Conversation,
            Family::EmailDelivery => Self::EmailStats,
            Family::Invoice => Self::Invoice,
            Family::Location => Self::Location,
            Family::Message => Self::Message,
            Family::Note => Self::Note,
            Family::ObjectRecord => Self::Record,
            Family::ObjectSchema => Self::ObjectSchema,
            Family::Opportunity => Self::Opportunity,
            Family::Order => Self::Order,
            Family::Price => Self::Price,
            Family::Product => Self::Product,
            Family::Relation => Self::Relation,
            Family::Task => Self::Task,
            Family::User => Self::User,
        })
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

impl Row {
    fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| reader::read(self.text).expect("a test reads every schema"))
    }
}

#[cfg(test)]
mod tests;
