//! Conditions that the submissions of forms and of surveys share.

/// Which submissions to list; those of the last month without a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubmissionFilter {
    /// An e-mail address, a name or an id to look for.
    pub query: Option<String>,
    /// On this day or later, `YYYY-MM-DD`.
    pub start_at: Option<String>,
    /// On this day or earlier, `YYYY-MM-DD`.
    pub end_at: Option<String>,
}
