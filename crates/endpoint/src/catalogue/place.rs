//! Where a value goes in a request.

use super::wire::wire_enum;

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
    /// The body; only of positions in a list.
    Body,
}

wire_enum!(Place { Path, Query, Header, Body });
