//! A finding: what a probe of a connection saw, and what to change where it is not as it should be.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How what was found is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Something works less well than it could.
    Warning,
    /// Something that was asked for does not work.
    Bad,
    /// It was not looked at, and the finding says why.
    Skipped,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One thing that a live check looked at. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at, such as `token class`.
    pub subject: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, in a few words.
    pub found: String,
    /// The one thing to change; none where nothing has to be.
    pub hint: Option<String>,
}

impl Finding {
    /// Something that is as it should be.
    #[must_use]
    pub fn good(subject: &str, found: impl Into<String>) -> Self {
        Self {
            subject: subject.to_owned(),
            verdict: Verdict::Good,
            found: found.into(),
            hint: None,
        }
    }

    /// Something that is not, and what to change.
    #[must_use]
    pub fn bad(subject: &str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        let hint = Some(hint.into());
        Self { subject: subject.to_owned(), verdict: Verdict::Bad, found: found.into(), hint }
    }

    /// Something that works less well than it could, and what to change.
    #[must_use]
    pub fn warning(subject: &str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warning, ..Self::bad(subject, found, hint) }
    }

    /// Something that was not looked at, and why.
    #[must_use]
    pub fn skipped(subject: &str, why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Skipped, ..Self::good(subject, why) }
    }
}
