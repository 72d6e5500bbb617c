//! What the settings say about keeping systems equal. The keys are explained in `highwire.default.toml`.

use domain::Direction;
use serde::Deserialize;

/// What is kept equal with what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sync {
    pub(crate) application: Application,
}

/// The user's own application.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    pub(crate) connection: String,
    pub(crate) name: String,
    pub(crate) crm: String,
    pub(crate) account: String,
    pub(crate) direction: Direction,
    pub(crate) custom_fields: bool,
    pub(crate) machine_prefix: String,
    pub(crate) id_field: String,
    pub(crate) tags: Vec<String>,
    pub(crate) new_contacts: bool,
    pub(crate) remove_rows: bool,
    pub(crate) skew_seconds: u32,
}
