//! An installation: an app of ours in an account at a vendor, as the vendor's events tell it.

use jiff::Timestamp;

use crate::AccountKey;

/// Which installation. Two apps in one account are two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstallationKey {
    /// The vendor's id of the app; empty where the event named none.
    pub app: String,
    /// Where it is installed.
    pub account: AccountKey,
}

/// What is known of an installation.
///
/// State and plan each have the moment of the newest event about them, so that events in any order,
/// and repeated ones, end in the same row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Which one.
    pub key: InstallationKey,
    /// The company that the account belongs to, where an event told it.
    pub company: Option<String>,
    /// Whether it is installed; none where only a change of plan was told so far.
    pub installed: Option<bool>,
    /// When that came to be.
    pub state_at: Option<Timestamp>,
    /// The subscription plan.
    pub plan: Option<String>,
    /// When it was chosen.
    pub plan_at: Option<Timestamp>,
}

/// What an event says about an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallationChange {
    /// Which one.
    pub key: InstallationKey,
    /// The company that the account belongs to, where the event tells it.
    pub company: Option<String>,
    /// What happened.
    pub step: InstallationStep,
}

/// What happened to an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallationStep {
    /// It was installed, with this plan where one was told.
    Installed {
        /// The plan.
        plan: Option<String>,
    },
    /// It was removed. Of a company: with everything that the company's installation brought.
    Uninstalled,
    /// It moved to this plan.
    PlanChanged {
        /// The plan.
        plan: Option<String>,
    },
}
