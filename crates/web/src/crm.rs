//! The port for applications under `/v1`: contacts, messages, deals and calendars of whichever CRM.
//!
//! Every operation says by `connection` which CRM is meant, where a caller can see several. A key
//! that is bound to a connection sees that one.

pub(crate) mod appointments;
pub(crate) mod contacts;
pub(crate) mod messages;
pub(crate) mod notes;
pub(crate) mod opportunities;
pub(crate) mod slots;
pub(crate) mod tags;

use std::{borrow::Cow, fmt, sync::Arc};

use domain::{
    ChangeSetId, ConnectionId, Realm, Tenant,
    crm::{Behalf, Crm, CrmError, WriteCause},
};
use engine::administration::first_organization;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

use crate::{
    api::formats::{ConnectionIdText, Text},
    guard::Caller,
    problem::{Kind, Problem},
};

/// The CRM behind the operations, where the hub has one.
pub(crate) type Service = Option<Arc<dyn Crm>>;

/// The name of an account in a query.
pub(crate) type AccountText = Text<64>;

/// The longest id of a record, in characters.
const LONGEST_ID: usize = 64;

/// Which of the caller's CRMs a request is about.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Where {
    /// The connection, where the caller can see several.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
    /// The account of the connection, such as a location, where it has several.
    account: Option<AccountText>,
}

/// The id of a record, as the CRM gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordId(String);

/// Which record a path names.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Its id.
    id: RecordId,
}

/// What can go wrong with any CRM, for an operation that only reads.
pub(crate) const READ_ERRORS: &[(Kind, &str)] = &[
    (
        Kind::ConnectionUnready,
        "The connection cannot be used as it stands; `hint` says what helps.",
    ),
    (Kind::NotFound, "There is no such connection."),
    (Kind::TooMany, "The calls that the CRM allows are used up."),
    (Kind::Invalid, "A value cannot be used; `errors` says which."),
    (Kind::InDoubt, "The CRM's answer cannot be used."),
];

impl Where {
    /// A connection, whichever of its accounts.
    pub(crate) fn of(connection: Option<ConnectionId>) -> Self {
        Self { connection, account: None }
    }
}

/// The CRM and on whose behalf something is written there, in the change set that the request names.
///
/// # Errors
/// As [`reach`].
pub(crate) async fn reach_to_write(
    service: Service,
    (caller, change_set): (&Caller, Option<ChangeSetId>),
    place: Where,
) -> Result<(Arc<dyn Crm>, Behalf), Problem> {
    let (crm, behalf) = reach(service, caller, place).await?;
    Ok((crm, Behalf { cause: change_set.map_or(WriteCause::Alone, WriteCause::Set), ..behalf }))
}

/// The CRM and on whose behalf it is called.
///
/// # Errors
/// Where there is none, none of that name that the caller can see, or several without a name.
pub(crate) async fn reach(
    service: Service,
    caller: &Caller,
    place: Where,
) -> Result<(Arc<dyn Crm>, Behalf), Problem> {
    let Some(crm) = service else {
        let hint = "ask who runs the hub to connect a CRM";
        return Err(Problem::new(Kind::Unavailable, "the hub has no CRM behind it", hint));
    };
    let tenant = tenant(&*crm, &caller.principal.realm, place.connection).await?;
    let account = place.account.map(|account| account.to_string());
    Ok((crm, Behalf { tenant, account, actor: caller.actor(), cause: WriteCause::Alone }))
}

async fn tenant(
    crm: &dyn Crm,
    realm: &Realm,
    asked: Option<ConnectionId>,
) -> Result<Tenant, Problem> {
    let absent = || Problem::absent("connection", "name one that the key can see, or none");
    let organization = match realm {
        Realm::Connection(own) => {
            return match asked.is_none_or(|asked| asked == own.connection) {
                true => Ok(own.clone()),
                false => Err(absent()),
            };
        }
        Realm::Organization(organization) => organization.clone(),
        // The administrator means the installation's own, as everywhere.
        Realm::Installation => first_organization(),
    };
    let mut all = crm.connections(&organization).await?;
    if let Some(asked) = asked {
        return all.into_iter().find(|tenant| tenant.connection == asked).ok_or_else(absent);
    }
    match all.len() {
        1 => Ok(all.remove(0)),
        0 => {
            let hint = "connect one: `highwire connect highlevel`";
            Err(Problem::new(Kind::ConnectionUnready, "no CRM is connected", hint))
        }
        _ => {
            let ids = all.iter().map(|tenant| tenant.connection.to_string()).collect();
            let hint = "say which with `connection`; `records` lists them";
            let detail = "several CRMs are connected";
            Err(Problem::new(Kind::Malformed, detail, hint).with_records(ids))
        }
    }
}

impl From<CrmError> for Problem {
    fn from(error: CrmError) -> Self {
        let (detail, hint) = (error.to_string(), error.hint());
        let records: Vec<String> = error.records().into_iter().map(str::to_owned).collect();
        let (kind, seconds) = match &error {
            CrmError::NotFound(_) => (Kind::NotFound, None),
            CrmError::TwoContacts { .. } => (Kind::TwoContacts, None),
            CrmError::Exists { .. } | CrmError::Ambiguous { .. } => (Kind::Conflict, None),
            CrmError::SlotTaken => (Kind::SlotTaken, None),
            CrmError::OptedOut(_) => (Kind::OptedOut, None),
            CrmError::Changed { .. } => (Kind::PreconditionFailed, None),
            CrmError::Invalid(_) => (Kind::Invalid, None),
            CrmError::NotPermitted { .. }
            | CrmError::NeedsConsent { .. }
            | CrmError::NotConnected { .. } => (Kind::ConnectionUnready, None),
            CrmError::UsedUp { wait } => (Kind::TooMany, Some(wait.as_secs().max(1))),
            CrmError::InDoubt => (Kind::InDoubt, None),
            CrmError::Unavailable { wait } => {
                (Kind::Unavailable, wait.map(|wait| wait.as_secs().max(1)))
            }
            CrmError::Storage(_) => (Kind::Unavailable, None),
        };
        match error {
            CrmError::Storage(error) => error.into(),
            CrmError::Invalid(errors) => Self::new(kind, detail, hint).with_errors(errors),
            _ => {
                let problem = Self::new(kind, detail, hint).with_records(records);
                seconds.map_or(problem.clone(), |seconds| problem.after(seconds))
            }
        }
    }
}

impl RecordId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_letter = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
        match (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(is_letter) {
            true => Ok(Self(text)),
            false => Err(de::Error::custom("give an id as the CRM gives it")),
        }
    }
}

impl JsonSchema for RecordId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RecordId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" })
    }
}

#[cfg(test)]
mod tests;
