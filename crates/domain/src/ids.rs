//! Ids of the hub: newtypes with a readable prefix.

use std::{fmt, str::FromStr, sync::Arc};

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

/// A text that is not an id. The text is not repeated: where an id belongs, people paste keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was given is not {expected}; {hint}")]
pub struct IdError {
    expected: &'static str,
    hint: &'static str,
}

/// The identity of an event: sixteen bytes that its source derives from what makes it the same
/// event when it is delivered again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId([u8; 16]);

impl EventId {
    const PREFIX: &'static str = "evt_";

    /// The id with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes that stores keep.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The id that an event has inside of an organization which says itself what its events are.
    ///
    /// Otherwise whoever holds a key could choose the id of another organization's event that has
    /// not come yet, and that event would be taken for a repetition.
    #[must_use]
    pub fn within(&self, organization: &OrganizationId) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(organization.as_str().as_bytes());
        context.update(b"\0");
        context.update(&self.0);
        Self(leading(context))
    }
}

/// The first sixteen bytes of the SHA-256 of these parts, each told apart from the next by its length.
#[must_use]
pub fn digest16(parts: &[&[u8]]) -> [u8; 16] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    leading(context)
}

/// The first bytes of a finished hash.
pub(crate) fn leading<const N: usize>(context: Context) -> [u8; N] {
    let digest = context.finish();
    *digest.as_ref().first_chunk().expect("SHA-256 has 32 bytes, and no id is longer")
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{:032x}", Self::PREFIX, u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for EventId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let refuse = || IdError {
            expected: "an event id (`evt_` and 32 hexadecimal digits)",
            hint: "copy it from `highwire events list`",
        };
        let digits = text.strip_prefix(Self::PREFIX).ok_or_else(refuse)?;
        if digits.len() != 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(refuse());
        }
        let number = u128::from_str_radix(digits, 16).map_err(|_| refuse())?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl Serialize for EventId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One text id per line: its type, its prefix, and what it names. Copies share the text: the same few
/// ids stand in every event, record and change.
macro_rules! text_id {
    ($name:ident, $prefix:literal, $what:literal) => {
        #[doc = $what]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id with this name; the prefix is added where it is missing.
            #[must_use]
            pub fn new(name: &str) -> Self {
                match name.starts_with($prefix) {
                    true => Self(name.into()),
                    false => Self(format!(concat!($prefix, "{}"), name).into()),
                }
            }

            /// The id as text, prefix included.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

text_id!(OrganizationId, "org_", "A tenant of the hub, which owns everything below it.");
text_id!(MemberId, "mem_", "A person of one organization.");
text_id!(ApiKeyId, "key_", "An API key; it is no secret, and part of the key's visible prefix.");
text_id!(ConnectionId, "con_", "A credentialed link of one organization to one vendor account.");
text_id!(
    ActionId,
    "act_",
    "An action: derived from its event and its rule, so deciding twice gives one."
);

text_id!(
    TokenHolderId,
    "tok_",
    "Who holds a token of an authorization server: derived from the server and its word for them, \
     which may be an e-mail address and is kept nowhere."
);

impl TokenHolderId {
    /// The holder whom this server calls so.
    #[must_use]
    pub fn of(issuer: &str, subject: &str) -> Self {
        let digest = digest16(&[issuer.as_bytes(), subject.as_bytes()]);
        Self(format!("tok_{:032x}", u128::from_be_bytes(digest)).into())
    }
}

text_id!(SubscriptionId, "sub_", "A webhook of the user's own application.");
text_id!(SyncRunId, "run_", "One walk through the lists of a vendor's account.");
text_id!(
    ChangeSetId,
    "chg_",
    "What one cause changed outside: derived from its connection and its cause, so that whatever \
     happens for the cause joins one set."
);

impl ChangeSetId {
    const HINT: &str = "copy it from `highwire changes list`";

    /// The set of a cause. The same word of another connection is another cause.
    #[must_use]
    pub fn of(tenant: &Tenant, cause: &str) -> Self {
        let parts = [tenant.organization.as_str(), tenant.connection.as_str(), cause];
        let digest = digest16(&parts.map(str::as_bytes));
        Self(format!("chg_{:032x}", u128::from_be_bytes(digest)).into())
    }
}

impl FromStr for ChangeSetId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = text.trim().strip_prefix("chg_").unwrap_or_default();
        let is_digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        let is_one = digits.len() == 32 && digits.bytes().all(is_digit);
        match is_one {
            true => Ok(Self::new(text.trim())),
            false => Err(IdError {
                expected: "a change set's id (`chg_` and 32 hexadecimal digits)",
                hint: Self::HINT,
            }),
        }
    }
}

impl SubscriptionId {
    /// The id made of these random bytes.
    #[must_use]
    pub fn from_random(random: [u8; 8]) -> Self {
        Self(format!("sub_{:016x}", u64::from_be_bytes(random)).into())
    }

    /// Its place among the destinations of actions, and among the owners of credentials.
    #[must_use]
    pub fn destination(&self) -> ConnectionId {
        ConnectionId::new(&self.0)
    }

    /// The subscription in this place; none where a connection is there.
    #[must_use]
    pub fn at(destination: &ConnectionId) -> Option<Self> {
        let name = destination.as_str().strip_prefix("con_")?;
        name.starts_with("sub_").then(|| Self::new(name))
    }
}

impl ActionId {
    /// The action that `rule` decides for `event`.
    #[must_use]
    pub fn of(event: &EventId, rule: &str) -> Self {
        Self(format!("act_{:032x}.{rule}", u128::from_be_bytes(event.0)).into())
    }

    /// The event that it follows from, where the text is an action's id.
    #[must_use]
    pub fn event(&self) -> Option<EventId> {
        let (digits, _) = self.0.strip_prefix("act_")?.split_once('.')?;
        format!("{}{digits}", EventId::PREFIX).parse().ok()
    }
}

/// What a delivery and all that follows from it is called, from the request to the calls that it
/// leads to: what its sender called it, else a name that follows from its event's id, so that a
/// delivery that comes again has the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CorrelationId(String);

impl CorrelationId {
    /// The longest one that is taken from a sender.
    pub const LONGEST: usize = 128;

    /// The id of an event whose sender gave none.
    #[must_use]
    pub fn of(event: &EventId) -> Self {
        Self(format!("cor_{:032x}", u128::from_be_bytes(event.0)))
    }

    /// What a sender gave; none where it could not stand as it is in a header, in JSON and in a line of
    /// a log: visible ASCII without quotes, backslashes and angle brackets, at most
    /// [`Self::LONGEST`].
    #[must_use]
    pub fn given(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_graphic() && !b"\"'`\\<>".contains(&byte);
        let sane = !text.is_empty() && text.len() <= Self::LONGEST && text.bytes().all(fits);
        sane.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The longest name of an organization in its id, in bytes.
const ORGANIZATION_NAME: usize = 40;

/// Reads what a person typed: small letters, digits and single dashes, with or without the prefix,
/// so that an id looks the same in a path, in a shell and in a file's name.
impl FromStr for OrganizationId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let name = text.strip_prefix("org_").unwrap_or(text);
        let is_word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        match name.len() <= ORGANIZATION_NAME && name.split('-').all(is_word) {
            true => Ok(Self::new(name)),
            false => Err(IdError {
                expected: "an organization's id",
                hint: "use up to 40 small letters, digits and dashes, such as `acme-dental`",
            }),
        }
    }
}

impl MemberId {
    /// The id made of these random bytes.
    #[must_use]
    pub fn from_random(random: [u8; 8]) -> Self {
        Self(format!("mem_{:016x}", u64::from_be_bytes(random)).into())
    }
}

impl ApiKeyId {
    /// The id made of these random bytes.
    #[must_use]
    pub fn from_random(random: [u8; 8]) -> Self {
        Self(format!("key_{:016x}", u64::from_be_bytes(random)).into())
    }
}

/// Whose an event or a record is: the organization, and the connection it came by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tenant {
    /// The organization.
    pub organization: OrganizationId,
    /// Its connection.
    pub connection: ConnectionId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunScope;

    #[test]
    fn an_event_id_survives_its_text_form() {
        let id = EventId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(id.to_string(), "evt_000102030405060708090a0b0c0d0eff");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn a_text_that_is_no_id_is_not_repeated() {
        let key = "hwk_pasted-in-the-wrong-place";
        let errors = [key.parse::<EventId>().err(), key.parse::<OrganizationId>().err()];
        for error in errors {
            let said = error.expect("it is no id").to_string();
            assert!(!said.contains("pasted") && said.contains("what was given"), "{said}");
        }
    }

    #[test]
    fn an_event_has_another_id_in_each_organization() {
        let (one, two) = (EventId::from_bytes([1; 16]), EventId::from_bytes([2; 16]));
        let (alpha, beta) = (OrganizationId::new("alpha"), OrganizationId::new("beta"));
        assert_eq!(one.within(&alpha), one.within(&alpha));
        let ids = [one, one.within(&alpha), one.within(&beta), two.within(&alpha)];
        let different: std::collections::BTreeSet<_> = ids.into_iter().collect();
        assert_eq!(different.len(), ids.len());
    }

    /// Stores hold these ids: another way to make them would make each thing a second time.
    #[test]
    fn an_id_that_is_derived_never_changes() {
        let alpha = OrganizationId::new("alpha");
        let within = EventId::from_bytes([1; 16]).within(&alpha);
        assert_eq!(within.to_string(), "evt_8c7f0d8f5e86e5e38475d5e15f8962fe");
        let tenant = Tenant { organization: alpha, connection: ConnectionId::new("crm") };
        assert_eq!(
            ChangeSetId::of(&tenant, "import").as_str(),
            "chg_da49fc682c859c41cabc9b4bdfda415c"
        );
        let scope = RunScope { vendor: "highlevel".to_owned(), tenant, account: None };
        let at = "2026-11-21T10:00:00Z".parse().unwrap();
        assert_eq!(SyncRunId::of(&scope, at).as_str(), "run_5ef8c213333c0639");
    }

    #[test]
    fn a_correlation_id_is_taken_where_it_can_stand_anywhere() {
        let longest = "a".repeat(CorrelationId::LONGEST);
        for text in ["a", "0af7651916cd43dd-8448.eb211c/80319c:01#{1}", longest.as_str()] {
            assert_eq!(CorrelationId::given(text).expect("it is sane").as_str(), text);
        }
        let longer = format!("{longest}a");
        for text in
            ["", " ", "a b", "a\"b", "a\nb", "\u{e9}", "<a>", "a\\b", "it's", longer.as_str()]
        {
            assert_eq!(CorrelationId::given(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_organization_is_named_by_plain_words() {
        for text in ["acme", "acme-dental-2", "org_acme"] {
            let id: OrganizationId = text.parse().unwrap();
            assert!(id.as_str().starts_with("org_") && !id.as_str().contains("org_org_"), "{id}");
        }
        let long = "a".repeat(41);
        for text in ["", "org_", "Acme", "acme--x", "-acme", "a b", "a/b", "../x", &long] {
            let refused = text.parse::<OrganizationId>().unwrap_err().to_string();
            assert!(refused.contains("small letters"), "{refused}");
        }
    }

    #[test]
    fn a_cause_has_one_change_set_for_each_connection() {
        let tenant = |organization: &str, connection: &str| Tenant {
            organization: OrganizationId::new(organization),
            connection: ConnectionId::new(connection),
        };
        let id = ChangeSetId::of(&tenant("a", "b"), "import");
        assert_eq!(id, ChangeSetId::of(&tenant("a", "b"), "import"));
        for (owner, cause) in
            [(tenant("a", "c"), "import"), (tenant("ab", ""), "import"), (tenant("a", "b"), "")]
        {
            assert_ne!(id, ChangeSetId::of(&owner, cause));
        }
        assert_eq!(id.to_string().parse(), Ok(id));
        let key = "hwk_pasted-in-the-wrong-place";
        let refused = key.parse::<ChangeSetId>().unwrap_err().to_string();
        assert!(refused.contains("changes list") && !refused.contains("pasted"), "{refused}");
    }

    #[test]
    fn a_subscription_is_found_by_its_place() {
        let id = SubscriptionId::from_random([7; 8]);
        assert_eq!(SubscriptionId::at(&id.destination()), Some(id));
        assert_eq!(SubscriptionId::at(&ConnectionId::new("notion")), None);
    }

    #[test]
    fn an_action_names_its_event() {
        let event = EventId::from_bytes([7; 16]);
        assert_eq!(ActionId::of(&event, "log_activity").event(), Some(event));
        assert_eq!(ActionId::new("act_07.log_activity").event(), None);
    }

    #[test]
    fn other_texts_are_refused_with_a_way_out() {
        for text in [
            "",
            "evt_",
            "evt_12",
            "act_000102030405060708090a0b0c0d0eff",
            "evt_+00102030405060708090a0b0c0d0eff",
        ] {
            let refused = text.parse::<EventId>().unwrap_err().to_string();
            assert!(refused.contains("highwire events list"), "{refused}");
        }
    }
}
