//! What a call does to the world, and what a second one does.

use super::wire::wire_enum;

/// What a call does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Nothing.
    Read,
    /// It changes data.
    Write,
    /// A person outside hears of it, or the public does.
    Send,
    /// It takes something away.
    Delete,
    /// It moves money, or makes somebody owe it.
    Money,
}

/// What a second call with the same values does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Idempotency {
    /// Neither call changes anything.
    Safe,
    /// The same end as one call.
    Idempotent,
    /// Something more.
    Repeats,
}

impl Kind {
    /// The word for it: `read`, `write`, `send`, `delete` or `money`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Send => "send",
            Self::Delete => "delete",
            Self::Money => "money",
        }
    }
}

impl Idempotency {
    /// The word for it: `safe`, `idempotent` or `repeats`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Idempotent => "idempotent",
            Self::Repeats => "repeats",
        }
    }
}

wire_enum!(Kind { Read, Write, Send, Delete, Money });
wire_enum!(Idempotency { Safe, Idempotent, Repeats });
