//! A failed command: what was attempted, why, what to do next, and whose fault it is.

use std::fmt;

/// The exit code for what the user can mend.
const USER: u8 = 1;
/// The exit code for a wrong command line, as clap has it.
const USAGE: u8 = 2;
/// The exit code for something that was looked for and is there, where a command is asked to tell.
const FOUND: u8 = 3;

/// What a command ends with when it does not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    attempted: String,
    details: Vec<String>,
    hint: String,
    code: u8,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Failure {
    /// Something that the user can mend.
    pub(crate) fn user(attempted: impl Into<String>, hint: impl Into<String>) -> Self {
        let (attempted, hint) = (attempted.into(), hint.into());
        Self { attempted, details: Vec::new(), hint, code: USER, cause: None }
    }

    /// A command line that makes no sense, with everything that is wrong with it.
    pub(crate) fn usage(
        attempted: impl Into<String>,
        problems: Vec<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { code: USAGE, details: problems, ..Self::user(attempted, hint) }
    }

    /// Something that was looked for and should not be there.
    pub(crate) fn found(found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: FOUND, ..Self::user(found, hint) }
    }

    /// The same, with what else is known about it, one thing a line.
    pub(crate) fn with_details(mut self, details: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(details);
        self
    }

    /// The same, with the error below it.
    pub(crate) fn because(
        mut self,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The exit code of the program.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// What is wrong or known in particular, one thing a line.
    pub(crate) fn details(&self) -> &[String] {
        &self.details
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> &str {
        &self.hint
    }

    /// What was attempted, and each cause below it, one per line.
    pub(crate) fn chain(&self) -> Vec<String> {
        let mut lines = vec![self.attempted.clone()];
        let mut cause = self.cause.as_deref().map(|cause| cause as &dyn std::error::Error);
        while let Some(error) = cause {
            lines.push(error.to_string());
            cause = error.source();
        }
        lines
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.chain().join(": "))?;
        self.details.iter().try_for_each(|detail| write!(formatter, "; {detail}"))?;
        write!(formatter, "; {}", self.hint)
    }
}

/// A store that cannot be opened says itself what to do.
impl From<store::OpenError> for Failure {
    fn from(error: store::OpenError) -> Self {
        Self::user("open the data folder", "see the line above for what to do").because(error)
    }
}

/// A backup that cannot be made or used says itself what to do.
impl From<store::BackupError> for Failure {
    fn from(error: store::BackupError) -> Self {
        Self::user("back up or restore", "see the line above for what to do").because(error)
    }
}

/// A master key that cannot be used says itself what to do.
impl From<vault::KeyError> for Failure {
    fn from(error: vault::KeyError) -> Self {
        Self::user("use the master key", "see the line above for what to do").because(error)
    }
}

/// A connection that cannot be called through says itself what to do.
impl From<connectors::highlevel::BrokerError> for Failure {
    fn from(error: connectors::highlevel::BrokerError) -> Self {
        Self::user("use the connection", "see the line above for what to do").because(error)
    }
}

impl From<domain::StorageError> for Failure {
    fn from(error: domain::StorageError) -> Self {
        Self::user("use the data folder", "see the line above for what to do").because(error)
    }
}
