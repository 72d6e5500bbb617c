//! A failed command: what was attempted, why, what to do next, and whose fault it is.

use std::fmt;

/// What a command ends with when it does not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    attempted: String,
    hint: String,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Failure {
    /// Something that the user can mend.
    pub(crate) fn user(attempted: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { attempted: attempted.into(), hint: hint.into(), cause: None }
    }

    /// The same, with the error below it.
    pub(crate) fn because(
        mut self,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.cause = Some(cause.into());
        self
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
        write!(formatter, "{}; {}", self.chain().join(": "), self.hint)
    }
}

/// A store that cannot be opened says itself what to do.
impl From<store::OpenError> for Failure {
    fn from(error: store::OpenError) -> Self {
        Self::user("open the data folder", "see the line above for what to do").because(error)
    }
}

impl From<domain::StorageError> for Failure {
    fn from(error: domain::StorageError) -> Self {
        Self::user("use the data folder", "see the line above for what to do").because(error)
    }
}
