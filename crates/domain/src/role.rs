//! A role: what kind of part somebody has in an organization.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What somebody is to an organization. `policy::access` says what each may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A person who answers for the organization: everything, also its people and keys.
    Owner,
    /// A person who runs it: everything but its people and keys.
    Operator,
    /// A person who looks.
    Viewer,
    /// A program.
    Application,
    /// A language model that acts for a person.
    Assistant,
}

impl Role {
    /// Every role, people first.
    pub const ALL: [Self; 5] =
        [Self::Owner, Self::Operator, Self::Viewer, Self::Application, Self::Assistant];

    /// The roles that a member can have. An API key can have any.
    pub const OF_MEMBERS: [Self; 3] = [Self::Owner, Self::Operator, Self::Viewer];

    /// The name in stores, commands and replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
            Self::Application => "application",
            Self::Assistant => "assistant",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A text that names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role; choose owner, operator, viewer, application or assistant")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let found = Self::ALL.into_iter().find(|role| role.name() == text);
        found.ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_survives_its_text_form_and_the_refusal_names_them_all() {
        let refused = "root".parse::<Role>().unwrap_err().to_string();
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
            assert!(refused.contains(role.name()), "{refused}");
        }
    }
}
