//! Why a call to HighLevel failed, what kind of failure it is, and what to do next.

mod kind;
mod reply;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use endpoint::{Response, Retry, TransportError, catalogue::Problem};
use jiff::Timestamp;
use serde_json::{Map, Value};

pub use self::kind::{Channel, Kind};
use self::reply::ErrorReply;
use crate::{Profile, auth::TokenError, ledger::LedgerError};

/// A failed call: at which stage, with what answer, and what follows.
///
/// `Display` is a sentence for people that ends with what to do. It has no secret, and the e-mail
/// addresses, numbers and tokens that HighLevel quotes back are left out of it; `Debug` and
/// [`Self::response`] keep the reply's bytes, which may hold them.
#[derive(Debug)]
pub struct Error(Box<Failed>);

#[derive(Debug)]
struct Failed {
    operation: &'static str,
    repeatable: bool,
    stage: Stage,
    kind: Option<Kind>,
    reply: Option<ErrorReply>,
}

#[derive(Debug)]
enum Stage {
    Call(endpoint::Error),
    Credential(TokenError),
    Ledger(LedgerError),
    DayOver(Duration),
    Stopped(Duration),
    Invalid(Vec<Problem>),
    RepeatedPage,
}

impl Error {
    pub(crate) fn of(profile: Profile, call: endpoint::Error) -> Self {
        Self::of_call(profile.operation, profile.repeatable, profile.scope, call)
    }

    /// A failed token operation. What it did shows in the next one, so it is never ambiguous.
    pub(crate) fn of_token_call(operation: &'static str, call: endpoint::Error) -> Self {
        Self::of_call(operation, true, None, call)
    }

    fn of_call(
        operation: &'static str,
        repeatable: bool,
        scope: Option<&'static str>,
        call: endpoint::Error,
    ) -> Self {
        let (kind, reply) = match &call {
            endpoint::Error::Status { response, .. } => {
                let reply = ErrorReply::parse(&response.body);
                (Some(Kind::of(response, reply.as_ref(), scope)), reply)
            }
            _ => (None, None),
        };
        Self(Box::new(Failed { operation, repeatable, stage: Stage::Call(call), kind, reply }))
    }

    pub(crate) fn credential(operation: &'static str, error: TokenError) -> Self {
        let kind = match &error {
            TokenError::Fetch(error) | TokenError::NeedsConsent(error) => error.kind().cloned(),
            TokenError::Disconnected => Some(Kind::BadGrant),
            TokenError::Store(_) | TokenError::Busy => None,
            TokenError::OtherTenant(_) => Some(Kind::WrongTenant),
        };
        Self::before_sending(operation, Stage::Credential(error), kind)
    }

    pub(crate) fn ledger(operation: &'static str, error: LedgerError) -> Self {
        Self::before_sending(operation, Stage::Ledger(error), None)
    }

    pub(crate) fn day_over(operation: &'static str, now: Timestamp, until: Timestamp) -> Self {
        let wait = Duration::try_from(until.duration_since(now)).unwrap_or_default();
        Self::before_sending(operation, Stage::DayOver(wait), Some(Kind::DailyLimit))
    }

    pub(crate) fn stopped(operation: &'static str, now: Timestamp, until: Timestamp) -> Self {
        let wait = Duration::try_from(until.duration_since(now)).unwrap_or_default();
        Self::before_sending(operation, Stage::Stopped(wait), Some(Kind::Stopped))
    }

    pub(crate) fn repeated_page(operation: &'static str) -> Self {
        Self::before_sending(operation, Stage::RepeatedPage, None)
    }

    /// Why a call that would have bought a token gave none.
    pub(crate) fn into_token_error(self) -> TokenError {
        match &self.0.stage {
            Stage::Credential(error) => error.clone(),
            _ => TokenError::Fetch(Arc::new(self)),
        }
    }

    /// Values that the catalogue does not allow; nothing was sent.
    pub(crate) fn invalid(operation: &'static str, problems: Vec<Problem>) -> Self {
        Self::before_sending(operation, Stage::Invalid(problems), None)
    }

    /// An argument that makes no sense; nothing was sent.
    pub(crate) fn argument(operation: &'static str, problem: &str) -> Self {
        let problem = problem.to_owned();
        Self::of_call(
            operation,
            true,
            None,
            endpoint::Error::Build { operation, problem, source: None },
        )
    }

    fn before_sending(operation: &'static str, stage: Stage, kind: Option<Kind>) -> Self {
        Self(Box::new(Failed { operation, repeatable: true, stage, kind, reply: None }))
    }

    /// The call by stage, with the whole response where one arrived. None where the call was not
    /// tried: its values are wrong, there was no token for it, the ledger of calls failed, the day's calls are used up, too
    /// many calls failed before it, or a page came twice.
    #[must_use]
    pub fn call(&self) -> Option<&endpoint::Error> {
        match &self.0.stage {
            Stage::Call(call) => Some(call),
            Stage::Credential(_)
            | Stage::Ledger(_)
            | Stage::DayOver(_)
            | Stage::Stopped(_)
            | Stage::Invalid(_)
            | Stage::RepeatedPage => None,
        }
    }

    /// What is wrong with the values of a [`crate::RawCall`], everything at once. Empty where the
    /// call failed for another reason.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match &self.0.stage {
            Stage::Invalid(problems) => problems,
            _ => &[],
        }
    }

    /// Why there was no token for the call, where that is the reason.
    #[must_use]
    pub fn credential_error(&self) -> Option<&TokenError> {
        match &self.0.stage {
            Stage::Credential(error) => Some(error),
            _ => None,
        }
    }

    /// The name of the operation, such as `contacts.get-contact`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// What HighLevel's refusal means. None where nothing was refused: the call could not be
    /// encoded, no answer arrived, or a success cannot be read.
    #[must_use]
    pub fn kind(&self) -> Option<&Kind> {
        self.0.kind.as_ref()
    }

    /// The HTTP status, where HighLevel refused or failed. None for a success that cannot be read.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.call()? {
            endpoint::Error::Status { response, .. } => Some(response.status),
            _ => None,
        }
    }

    /// The whole answer, where one arrived.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        self.call()?.response()
    }

    /// HighLevel's messages, whole: one, or one for each wrong field. They may quote values of the
    /// call: show them, do not log them.
    #[must_use]
    pub fn messages(&self) -> &[String] {
        self.0.reply.as_ref().map_or(&[], |reply| &reply.messages)
    }

    /// HighLevel's code, where it has one, such as `OPPORTUNITY_NO_DUPLICATE`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.reply.as_ref()?.code.as_deref()
    }

    /// What else the reply says about the refusal (`facts/highlevel.md` 4).
    #[must_use]
    pub fn meta(&self) -> Option<&Map<String, Value>> {
        self.0.reply.as_ref()?.meta.as_ref()
    }

    /// The id by which HighLevel's support finds the call.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.reply.as_ref()?.trace_id.as_deref()
    }

    /// When the same call may be tried again.
    ///
    /// Where [`Self::is_ambiguous`] holds, look up what happened before repeating.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match &self.0.stage {
            Stage::Call(call) => call.retry(),
            Stage::Credential(error) => error.retry(),
            Stage::Ledger(_) => Retry::Backoff,
            Stage::DayOver(wait) | Stage::Stopped(wait) => Retry::After(*wait),
            Stage::Invalid(_) | Stage::RepeatedPage => Retry::Never,
        }
    }

    /// Whether the call may have been carried out although it failed, so that repeating it may do
    /// it twice. Never for what twice is as good as once.
    ///
    /// A 422 counts as a refusal, although HighLevel has been seen to create a contact and answer
    /// so (`facts/highlevel.md` 10, row 13).
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        !self.0.repeatable && self.call().is_some_and(endpoint::Error::is_ambiguous)
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        if self.is_ambiguous() {
            return "it may have been carried out: look it up before repeating it";
        }
        match (&self.0.stage, self.kind()) {
            (Stage::Credential(TokenError::Store(_)), _) => {
                "repair the store, then repeat the call"
            }
            (Stage::Credential(TokenError::Busy), _) => "repeat the call",
            (Stage::Credential(TokenError::OtherTenant(_)), _) => {
                "connect the tenant, or call on behalf of the one that is connected"
            }
            (Stage::Ledger(_), _) => "repair the ledger of calls, then repeat the call",
            (Stage::RepeatedPage, _) => "begin again, or narrow the search",
            (_, Some(kind)) => kind.hint(),
            (Stage::Call(endpoint::Error::Build { .. }) | Stage::Invalid(_), None) => {
                "correct the argument"
            }
            (
                Stage::Call(endpoint::Error::Send {
                    source: TransportError::Connect { .. }, ..
                }),
                None,
            ) => "nothing was carried out: check the base address and the network, then repeat it",
            (Stage::Call(endpoint::Error::Decode { .. }), None) => {
                "check that the base address leads to HighLevel"
            }
            (_, None) => "repeat it later",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, hint) = (self.operation(), self.hint());
        match &self.0.stage {
            Stage::Call(endpoint::Error::Build { problem, .. }) => {
                write!(formatter, "build {operation}: {problem}")?;
            }
            Stage::Call(endpoint::Error::Send { .. }) => write!(formatter, "send {operation}")?,
            Stage::Call(endpoint::Error::Decode { .. }) => {
                let shape = "which is not what HighLevel answers";
                write!(formatter, "read the reply of {operation}, {shape}")?;
            }
            Stage::Call(endpoint::Error::Status { response, .. }) => {
                write!(formatter, "{operation} was answered with status {}", response.status)?;
                if let Some(reply) = &self.0.reply {
                    write!(formatter, "{}", reply.in_a_sentence())?;
                }
            }
            Stage::Credential(_) => write!(formatter, "get a token for {operation}")?,
            Stage::Ledger(_) => write!(formatter, "ask the ledger of calls for {operation}")?,
            Stage::DayOver(wait) => {
                let minutes = wait.as_secs().div_ceil(60);
                let used = "the calls that HighLevel allows in a day are used up";
                write!(formatter, "send {operation}: {used}, for {minutes} more minutes")?;
            }
            Stage::Stopped(wait) => {
                let seconds = wait.as_secs_f64().ceil();
                let failed = "too many calls in a row went without an answer";
                write!(formatter, "send {operation}: {failed}, so none leaves for {seconds} s")?;
            }
            Stage::Invalid(problems) => {
                let problems: Vec<_> = problems.iter().map(Problem::to_string).collect();
                write!(formatter, "build {operation}: {}", problems.join("; "))?;
            }
            Stage::RepeatedPage => {
                write!(formatter, "list {operation}: HighLevel gave the same page twice")?;
            }
        }
        write!(formatter, "; {hint}")
    }
}

impl std::error::Error for Error {
    /// What lies below the call: this error's own sentence already speaks for the call.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.stage {
            Stage::Call(call) => call.source(),
            Stage::Credential(error) => Some(error),
            Stage::Ledger(error) => Some(error.as_ref()),
            Stage::DayOver(_) | Stage::Stopped(_) | Stage::Invalid(_) | Stage::RepeatedPage => None,
        }
    }
}
