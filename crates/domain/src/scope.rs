//! A scope: one kind of thing that an API key may do.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// One kind of thing that a key may do, as `noun:verb`. `policy::access` says what asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// See the audit.
    AuditRead,
    /// See appointments and free times.
    CalendarsRead,
    /// Book, change and cancel appointments.
    CalendarsWrite,
    /// See what was changed outside, with the values before and after.
    ChangesRead,
    /// Begin change sets and undo them, whatever they changed.
    ChangesWrite,
    /// See connections and their accounts.
    ConnectionsRead,
    /// Make and remove connections.
    ConnectionsWrite,
    /// See contacts, with their notes.
    ContactsRead,
    /// Make and change contacts, their tags and notes.
    ContactsWrite,
    /// See events, with what they brought.
    EventsRead,
    /// Replay and drop events.
    EventsWrite,
    /// See API keys; never their secrets.
    KeysRead,
    /// Make and revoke API keys.
    KeysWrite,
    /// Let assistants take away: delete, void, uninstall.
    McpDelete,
    /// Let assistants move money.
    McpMoney,
    /// Use the tools of assistants that only read.
    McpRead,
    /// Let assistants send what reaches people.
    McpSend,
    /// Let assistants make and change records.
    McpWrite,
    /// See members.
    MembersRead,
    /// Add, change and remove members.
    MembersWrite,
    /// Send messages to contacts.
    MessagesSend,
    /// See the counters of the whole installation.
    MetricsRead,
    /// See opportunities.
    OpportunitiesRead,
    /// Make, change and move opportunities.
    OpportunitiesWrite,
    /// See the organization itself.
    OrganizationsRead,
    /// Call the vendor's reading operations through the hub.
    ProxyRead,
    /// Call the vendor's other operations through the hub.
    ProxyWrite,
    /// See every mirrored record: by SQL, by words, and with its history.
    RecordsRead,
    /// See the rows of mappings, and the conflicts that were settled.
    RowsRead,
    /// Tell the rows of an application.
    RowsWrite,
    /// See subscriptions and their deliveries.
    SubscriptionsRead,
    /// Make, change and remove subscriptions.
    SubscriptionsWrite,
    /// Deliver to a webhook door.
    WebhooksSend,
}

impl Scope {
    /// Every scope, in order of name.
    pub const ALL: [Self; 33] = [
        Self::AuditRead,
        Self::CalendarsRead,
        Self::CalendarsWrite,
        Self::ChangesRead,
        Self::ChangesWrite,
        Self::ConnectionsRead,
        Self::ConnectionsWrite,
        Self::ContactsRead,
        Self::ContactsWrite,
        Self::EventsRead,
        Self::EventsWrite,
        Self::KeysRead,
        Self::KeysWrite,
        Self::McpDelete,
        Self::McpMoney,
        Self::McpRead,
        Self::McpSend,
        Self::McpWrite,
        Self::MembersRead,
        Self::MembersWrite,
        Self::MessagesSend,
        Self::MetricsRead,
        Self::OpportunitiesRead,
        Self::OpportunitiesWrite,
        Self::OrganizationsRead,
        Self::ProxyRead,
        Self::ProxyWrite,
        Self::RecordsRead,
        Self::RowsRead,
        Self::RowsWrite,
        Self::SubscriptionsRead,
        Self::SubscriptionsWrite,
        Self::WebhooksSend,
    ];

    /// The name in stores, commands and replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AuditRead => "audit:read",
            Self::CalendarsRead => "calendars:read",
            Self::CalendarsWrite => "calendars:write",
            Self::ChangesRead => "changes:read",
            Self::ChangesWrite => "changes:write",
            Self::ConnectionsRead => "connections:read",
            Self::ConnectionsWrite => "connections:write",
            Self::ContactsRead => "contacts:read",
            Self::ContactsWrite => "contacts:write",
            Self::EventsRead => "events:read",
            Self::EventsWrite => "events:write",
            Self::KeysRead => "keys:read",
            Self::KeysWrite => "keys:write",
            Self::McpDelete => "mcp:delete",
            Self::McpMoney => "mcp:money",
            Self::McpRead => "mcp:read",
            Self::McpSend => "mcp:send",
            Self::McpWrite => "mcp:write",
            Self::MembersRead => "members:read",
            Self::MembersWrite => "members:write",
            Self::MessagesSend => "messages:send",
            Self::MetricsRead => "metrics:read",
            Self::OpportunitiesRead => "opportunities:read",
            Self::OpportunitiesWrite => "opportunities:write",
            Self::OrganizationsRead => "organizations:read",
            Self::ProxyRead => "proxy:read",
            Self::ProxyWrite => "proxy:write",
            Self::RecordsRead => "records:read",
            Self::RowsRead => "rows:read",
            Self::RowsWrite => "rows:write",
            Self::SubscriptionsRead => "subscriptions:read",
            Self::SubscriptionsWrite => "subscriptions:write",
            Self::WebhooksSend => "webhooks:send",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A text that names no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no scope; choose among {known}")]
pub struct UnknownScope {
    text: String,
    known: Scopes,
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.into_iter().find(|scope| scope.name() == text);
        let refuse = || UnknownScope { text: text.to_owned(), known: Self::ALL.into() };
        found.ok_or_else(refuse)
    }
}

/// A set of scopes. As text its names in order, with a space between, as OAuth writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Whether the scope is among them.
    #[must_use]
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// The scopes in order of name.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Those that the other set lacks.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).copied().collect())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl<const COUNT: usize> From<[Scope; COUNT]> for Scopes {
    fn from(scopes: [Scope; COUNT]) -> Self {
        Self(scopes.into())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(formatter, "{space}{scope}")?;
        }
        Ok(())
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        text.split_whitespace().map(str::parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_survives_its_text_form() {
        for scopes in [Scopes::default(), [Scope::EventsRead].into(), Scope::ALL.into()] {
            assert_eq!(scopes.to_string().parse(), Ok(scopes));
        }
        let refused = "events:read events:rea".parse::<Scopes>().unwrap_err().to_string();
        assert!(refused.contains("`events:rea`") && refused.contains("events:read"), "{refused}");
    }

    #[test]
    fn the_list_is_in_order_of_name() {
        let names = Scope::ALL.map(Scope::name);
        assert!(names.is_sorted() && Scope::ALL.is_sorted());
    }
}
