//! The settings of what is kept equal with what.

mod application;
mod repairshopr;

use std::path::PathBuf;

use serde::Deserialize;

pub(crate) use self::application::ApplicationSync;
pub(crate) use self::repairshopr::RepairShoprSync;

/// What is kept equal with what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sync {
    pub(crate) mapping_file: PathBuf,
    pub(crate) poll_seconds: u64,
    pub(crate) application: ApplicationSync,
    pub(crate) repairshopr: RepairShoprSync,
}
