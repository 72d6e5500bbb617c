//! The settings of the user's own application.

use domain::Direction;
use serde::Deserialize;

/// The user's own application.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplicationSync {
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
