//! An opportunity: a possible sale, in a stage of a pipeline.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Answer, Behalf, Page, PageWish, Reading, patch::given};

/// An opportunity.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Opportunity {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: Option<String>,
    /// Whose it is.
    pub contact: Option<String>,
    /// The pipeline that it is in.
    pub pipeline: Option<Named>,
    /// The stage that it has reached.
    pub stage: Option<Named>,
    /// Whether it is still one.
    pub status: Option<OpportunityStatus>,
    /// What it is worth, in major units of the CRM's currency.
    pub value: Option<f64>,
    /// Who looks after it: the id of a user of the CRM.
    pub owner: Option<String>,
    /// Where it came from.
    pub source: Option<String>,
    /// The values of custom fields, by name; null where they are not told here.
    pub custom_fields: Option<BTreeMap<String, Value>>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
}

/// Something that people call by a name, and the CRM by an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name; none where the CRM has not told it.
    pub name: Option<String>,
}

/// Whether an opportunity is still one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpportunityStatus {
    /// It may still be won.
    Open,
    /// It became a sale.
    Won,
    /// It did not.
    Lost,
    /// Nobody pursues it.
    Abandoned,
}

/// An opportunity as it is to be: the open one of the contact in the pipeline, or a new one.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpportunityDraft {
    /// Whose it is.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"))]
    pub contact: String,
    /// In which pipeline, by name or id.
    pub pipeline: String,
    /// In which stage, by name or id; a new one begins in the first.
    #[serde(default)]
    pub stage: Option<String>,
    /// What it is called.
    #[schemars(length(min = 1, max = 500))]
    pub name: String,
    /// Whether it is still one; a new one is open.
    #[serde(default)]
    pub status: Option<OpportunityStatus>,
    /// What it is worth, in major units of the CRM's currency.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub value: Option<f64>,
    /// Who looks after it: the id of a user of the CRM.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"))]
    pub owner: Option<String>,
    /// Values of custom fields, by name.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, Value>,
}

/// A change of an opportunity: what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpportunityPatch {
    /// Into which pipeline it moves, by name or id.
    #[serde(default)]
    pub pipeline: Option<String>,
    /// Into which stage it moves, by name or id.
    #[serde(default)]
    pub stage: Option<String>,
    /// What it is called.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether it is still one.
    #[serde(default)]
    pub status: Option<OpportunityStatus>,
    /// What it is worth; null is nothing.
    #[serde(default, deserialize_with = "given")]
    #[schemars(range(min = 0))]
    pub value: Option<Option<f64>>,
    /// Who is to look after it: the id of a user of the CRM.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"))]
    pub owner: Option<String>,
    /// Values of custom fields, by name; null clears one.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, Value>,
}

/// Which opportunities to find: all of what is given holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpportunityFilter {
    /// Of whom.
    pub contact: Option<String>,
    /// In which pipeline, by name or id.
    pub pipeline: Option<String>,
    /// In which stage of that pipeline, by name or id.
    pub stage: Option<String>,
    /// With which status.
    pub status: Option<OpportunityStatus>,
    /// Changed then or later. The mirror only.
    pub updated_since: Option<Timestamp>,
}

/// What an upsert of an opportunity brought about.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UpsertedOpportunity {
    /// Whether it is new.
    pub outcome: super::Outcome,
    /// The opportunity as it is now.
    pub opportunity: Reading<Opportunity>,
}

/// Opportunities.
pub trait CrmOpportunities: Send + Sync {
    /// Reads an opportunity; `fresh` asks the CRM itself.
    fn opportunity<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        fresh: bool,
    ) -> Answer<'a, Reading<Opportunity>>;

    /// Finds opportunities.
    fn opportunities<'a>(
        &'a self,
        behalf: &'a Behalf,
        filter: &'a OpportunityFilter,
        page: &'a PageWish,
    ) -> Answer<'a, Page<Reading<Opportunity>>>;

    /// Changes the open opportunity of a contact in a pipeline, or makes one.
    fn upsert_opportunity<'a>(
        &'a self,
        behalf: &'a Behalf,
        draft: &'a OpportunityDraft,
    ) -> Answer<'a, UpsertedOpportunity>;

    /// Changes an opportunity: moves it, wins it, or renames it.
    fn patch_opportunity<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        patch: &'a OpportunityPatch,
    ) -> Answer<'a, Reading<Opportunity>>;
}

impl OpportunityStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Open, Self::Won, Self::Lost, Self::Abandoned];

    /// The name in requests and replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Abandoned => "abandoned",
        }
    }

    /// The status of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
