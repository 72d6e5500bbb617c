//! The services behind the routes: what knows vendors, in front of which `web` knows a trait.

use std::sync::Arc;

use crate::ConsentCallbacks;

/// Who answers what; a route whose service is missing says so.
#[derive(Clone, Default)]
pub struct Services {
    /// Takes what consent pages hand back.
    pub consents: Option<Arc<dyn ConsentCallbacks>>,
}
