//! A model that a provider has.

/// A model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Model {
    /// By what name a completion asks for it.
    pub id: String,
    /// What people call it, where the provider says so.
    pub display_name: Option<String>,
}
