//! Who calls, what they see of the tools, and how far they may go.

use std::collections::BTreeSet;

use domain::{Actor, Realm, Tenant};
use endpoint::catalogue::Kind;
use highlevel::LocationId;

/// Whoever calls tools: the owner of a terminal, or the holder of a key or a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// How the audit names them.
    pub actor: Actor,
    /// What of the hub they see.
    pub realm: Realm,
    /// What kinds of operation they may do at all, whatever is confirmed.
    pub kinds: BTreeSet<Kind>,
    /// How much is asked before it is done.
    pub mode: Mode,
    /// What they see of the tools.
    pub surface: Surface,
}

/// How much is asked before it is done (`facts/mcp.md` 4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Nothing is changed, whatever else is allowed.
    ReadOnly,
    /// Every write is asked for.
    Strict,
    /// What reaches a person, takes away, moves money or touches many is asked for.
    #[default]
    Default,
    /// Nothing is asked: what [`Caller::kinds`] allows is done, within the caps.
    Trusted,
}

/// What a caller sees of the tools. It can be narrowed for a request and never widened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surface {
    /// Which list.
    pub profile: Profile,
    /// Tools that are not there, by name.
    pub without: BTreeSet<String>,
    /// Whether texts that strangers wrote are held back until one is asked for by its id.
    pub is_locked_down: bool,
    /// Whether a preview token confirms nothing: then only a client that asks a person can.
    pub requires_person: bool,
}

/// A list of tools.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// The meta tools and the curated ones.
    #[default]
    Default,
    /// The meta tools alone.
    Meta,
    /// The meta tools, and a typed tool for each operation of these products of the catalogue.
    Toolsets(BTreeSet<String>),
    /// The tools that users of a white label know, under its prefix.
    WhiteLabel(String),
}

/// Where a call works: one location, and the connection that leads to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The connection.
    pub tenant: Tenant,
    /// The location.
    pub location: LocationId,
    /// What people call it, where that is known.
    pub name: Option<String>,
}
