//! The kinds of refusal: what a status and a message of HighLevel mean together.

use endpoint::Response;
use serde_json::Value;

use super::reply::ErrorReply;
use crate::{ContactId, OpportunityId, ledger::day_is_over};

/// What a refusal means (`facts/highlevel.md` 2.5, 3, 4).
///
/// HighLevel has about eight different 401s, of which one asks for a new token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// 401: the access token expired, or is none of HighLevel's.
    Expired,
    /// 401: the private integration token is wrong or was revoked.
    InvalidToken,
    /// 401: the token lacks the scope, which is named where HighLevel documents it.
    MissingScope {
        /// The scope that the operation needs.
        scope: Option<&'static str>,
    },
    /// 401: a company's token where a location's is needed, or the other way round.
    WrongTokenClass,
    /// Any status: HighLevel does not take this class of token here at all.
    UnsupportedTokenClass,
    /// 403: the token belongs to another location or company. Also seen for malformed paging.
    WrongTenant,
    /// 401 or 404: HighLevel has no such route.
    UnknownRoute,
    /// 400 or 401: the version header is missing, or not one that the path has.
    VersionHeader,
    /// 403: HighLevel's edge turned the program away, as it does without a `User-Agent`.
    Blocked,
    /// 401, without any of the messages that are known.
    Unauthorized,
    /// 403, without any of the messages that are known.
    Forbidden,
    /// The authorization code or the refresh token is unknown, used or too old.
    BadGrant,
    /// 400: the location is suspended, so its token is not refreshed.
    InactiveLocation,
    /// 400 or 404: the location does not have the app, or not yet: HighLevel tells of an
    /// installation before it counts (`facts/highlevel.md` 2.3).
    NotInstalled,
    /// 429: too many calls in ten seconds.
    Throttled,
    /// The calls of the day are used up; [`super::Error::retry`] says when to ask again.
    DailyLimit,
    /// Too many calls in a row failed, so none is sent for a while; [`super::Error::retry`] says
    /// for how long.
    Stopped,
    /// 400: the location does not allow another contact with this e-mail or phone.
    DuplicateContact {
        /// The contact that has it.
        contact_id: Option<ContactId>,
        /// Which field they share: `email` or `phone`.
        matching_field: Option<String>,
    },
    /// 400: the contact has an open opportunity in the pipeline, and the location allows one.
    DuplicateOpportunity {
        /// The opportunity that there is.
        existing_id: Option<OpportunityId>,
    },
    /// 400: the contact does not want messages; none was sent.
    OptedOut {
        /// Which messages.
        channel: Channel,
    },
    /// 400: the slot of a calendar is taken, or was written in another time zone than it was given.
    SlotTaken,
    /// 400: the two records are related already.
    DuplicateRelation,
    /// 400: a sandbox agency has two locations, and may have no more.
    SandboxLimit,
    /// 404: the record does not exist, or not for this token.
    NotFound,
    /// 400 or 422: HighLevel does not take these values or fields; [`super::Error::messages`] names
    /// them.
    Invalid,
    /// 5xx: HighLevel failed.
    ServerFault,
    /// Anything else.
    Other,
}

/// The kind of messages that a contact does not want.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Channel {
    /// All of them, or the reply does not say which.
    Any,
    /// Text messages.
    Sms,
    /// E-mail.
    Email,
    /// Another, in HighLevel's spelling.
    Other(String),
}

/// Parts of messages that name a refusal of the credentials, in lower case.
const CREDENTIAL: [(&str, Kind); 15] = [
    ("invalid private integration token", Kind::InvalidToken),
    ("invalid jwt", Kind::Expired),
    ("access token is invalid", Kind::Expired),
    ("not authorized for this scope", Kind::MissingScope { scope: None }),
    ("user type mismatch", Kind::WrongTokenClass),
    ("authclass type is not allowed", Kind::WrongTokenClass),
    ("not yet supported by the iam service", Kind::UnknownRoute),
    ("user type is not yet supported", Kind::UnsupportedTokenClass),
    ("does not have access to this location", Kind::WrongTenant),
    ("authorization code not found", Kind::BadGrant),
    ("invalid_grant", Kind::BadGrant),
    ("location is not active", Kind::InactiveLocation),
    ("app is not installed", Kind::NotInstalled),
    ("not installed on the location", Kind::NotInstalled),
    ("invalid api version segment", Kind::VersionHeader),
];

/// What a marker of an opt-out begins with; the channel follows after an underscore.
const OPTED_OUT: &str = "CONVERSATIONS_MSG_UNSUBSCRIBED";

impl Kind {
    pub(super) fn of(
        response: &Response,
        reply: Option<&ErrorReply>,
        scope: Option<&'static str>,
    ) -> Self {
        let Some(reply) = reply else {
            return Self::of_status(response);
        };
        let text = reply.text().to_lowercase();
        let credential = CREDENTIAL.iter().find(|(part, _)| text.contains(part));
        match credential.map(|(_, kind)| kind) {
            Some(Self::MissingScope { .. }) => return Self::MissingScope { scope },
            Some(kind) => return kind.clone(),
            None => {}
        }
        let is_version =
            text.contains("version header") || text.contains("not available in api version");
        if is_version && matches!(response.status, 400 | 401 | 404) {
            return Self::VersionHeader;
        }
        if response.status == 404 && text.contains("cannot ") {
            return Self::UnknownRoute;
        }
        match response.status {
            400 | 409 | 422 => reply.business(&text).unwrap_or(Self::Invalid),
            _ => Self::of_status(response),
        }
    }

    fn of_status(response: &Response) -> Self {
        match response.status {
            401 => Self::Unauthorized,
            403 if is_edge(response) => Self::Blocked,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            400 | 409 | 422 => Self::Invalid,
            429 if day_is_over(response) => Self::DailyLimit,
            429 => Self::Throttled,
            500..=599 => Self::ServerFault,
            _ => Self::Other,
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Expired => "refresh the token; where it cannot be refreshed, connect again",
            Self::InvalidToken => "make a new private integration token, and give that",
            Self::MissingScope { .. } => "give the token the scope that the operation needs",
            Self::WrongTokenClass | Self::UnsupportedTokenClass => {
                "use the other class of token: a location's for a location's data, a company's \
                 for the agency's"
            }
            Self::WrongTenant => "use the token of that location or company",
            Self::UnknownRoute => "check the path and the method: HighLevel has no such route",
            Self::VersionHeader => "report it: the operation carries the wrong version",
            Self::Blocked => "send a `User-Agent` header of your own",
            Self::Unauthorized | Self::Forbidden => "check the token, its scopes and its location",
            Self::BadGrant => "let the person who installed the app connect it again",
            Self::InactiveLocation => "ask the agency to activate the location",
            Self::NotInstalled => "install the app on the location, and wait for a minute",
            Self::Throttled => "wait, or lower the requests per window",
            Self::DailyLimit => "wait for the next day, or spread the work over more days",
            Self::Stopped => "repeat it after that; see whether HighLevel reports a disturbance",
            Self::DuplicateContact { .. } => "update the contact that there is",
            Self::DuplicateOpportunity { .. } => "update the opportunity that there is",
            Self::OptedOut { .. } => "do not repeat it: the contact has to opt in first",
            Self::SlotTaken => "read the free slots again, and send one exactly as it is given",
            Self::DuplicateRelation => "nothing is left to do: the relation is there",
            Self::SandboxLimit => "remove a location of the sandbox agency",
            Self::NotFound => "correct the id, or check that the token may see the record",
            Self::Invalid => "change what the message names",
            Self::ServerFault => "repeat it later",
            Self::Other => "read the reply: nothing is known about this one",
        }
    }
}

/// Whether HighLevel's edge answered, and not HighLevel.
fn is_edge(response: &Response) -> bool {
    let is_html = response.body.trim_ascii_start().starts_with(b"<");
    let text = String::from_utf8_lossy(&response.body).to_lowercase();
    text.contains("1010") || (is_html && text.contains("cloudflare"))
}

impl ErrorReply {
    /// The refusals of the business itself. `text` is all messages in lower case.
    fn business(&self, text: &str) -> Option<Kind> {
        let meta = |name: &str| self.meta.as_ref()?.get(name)?.as_str();
        let code = self.code.as_deref().unwrap_or_default();
        if text.contains("does not allow duplicated contacts") {
            return Some(Kind::DuplicateContact {
                contact_id: meta("contactId").map(ContactId::new),
                matching_field: meta("matchingField").map(str::to_owned),
            });
        }
        if code == "OPPORTUNITY_NO_DUPLICATE" {
            let existing_id = meta("existingId").map(OpportunityId::new);
            return Some(Kind::DuplicateOpportunity { existing_id });
        }
        if let Some(channel) = self.canonical_code().strip_prefix(OPTED_OUT) {
            return Some(Kind::OptedOut { channel: Channel::parse(channel) });
        }
        let parts = [
            ("slot you have selected is no longer available", Kind::SlotTaken),
            ("duplicate relation", Kind::DuplicateRelation),
            ("only 2 locations are allowed", Kind::SandboxLimit),
        ];
        parts.into_iter().find(|(part, _)| text.contains(part)).map(|(_, kind)| kind)
    }

    /// All that is said in words, and the code.
    fn text(&self) -> String {
        let code = self.code.iter();
        self.messages.iter().chain(code).map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    fn canonical_code(&self) -> &str {
        let named = self.rest.get("canonicalCode").and_then(Value::as_str);
        named.or(self.code.as_deref()).unwrap_or_default()
    }
}

impl Channel {
    fn parse(suffix: &str) -> Self {
        match suffix.trim_start_matches('_') {
            "" => Self::Any,
            "SMS" => Self::Sms,
            "EMAIL" => Self::Email,
            other => Self::Other(other.to_owned()),
        }
    }
}
