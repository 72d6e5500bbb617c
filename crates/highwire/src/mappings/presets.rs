//! The mapping files that come with the hub, each explaining itself.

use clap::ValueEnum;

/// A mapping file to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Preset {
    /// Contacts and opportunities as rows, both ways; explains every key
    Reference,
    /// One row for each contact with a few facts, one way
    Summary,
    /// The opportunities of a pipeline of partners as a table of their own
    Partners,
    /// The opportunities of a pipeline of grants as a table of their own
    Grants,
    /// Contacts as people of an application of your own, both ways; explains its keys
    Application,
}

impl Preset {
    /// Its text.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Reference => include_str!("../../presets/reference.toml"),
            Self::Summary => include_str!("../../presets/summary.toml"),
            Self::Partners => include_str!("../../presets/partners.toml"),
            Self::Application => include_str!("../../presets/application.toml"),
            Self::Grants => include_str!("../../presets/grants.toml"),
        }
    }
}
