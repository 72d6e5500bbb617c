//! The services behind the routes: what knows vendors, in front of which `web` knows a trait.

/// Who answers what; a route whose service is missing says so.
#[derive(Clone, Default)]
pub struct Services {}
